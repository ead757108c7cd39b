/** `backend-specialist commit-msg`: checks a commit message for a git hook, or suggests one for the staged change. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ancestors } from '../base/path.ts';
import type { CommitRules } from '../commit/commitlint.ts';
import { didYouMean } from '../config/distance.ts';
import { gitRoot, stagedChanges, textOf } from '../host/node.ts';
import { plural } from '../base/plural.ts';
import { plain } from '../report/model.ts';
import type { CommandSpec } from './command.ts';
import { exitCodes, UsageError, type ExitCode } from './exitCodes.ts';
import { loadEngine } from './session.ts';
import { coloursFor, write } from './terminal.ts';

const formats = ['pretty', 'json'] as const;

const options = {
  suggest: { type: 'boolean', description: 'Print a message for the staged change' },
  format: { type: 'string', valueHint: formats.join('|'), description: 'How it is written (pretty)' },
} as const;

/** Longer texts are no messages. */
const largest = 1_000_000;

async function readMessage(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await buffer(process.stdin) : readFileSync(file);
  } catch (error) {
    throw new UsageError(`cannot read the message "${file}": ${(error as Error).message}.`);
  }
  if (bytes.length > largest) throw new UsageError(`"${file}" is too large for a message.`);
  if (bytes.includes(0)) throw new UsageError(`"${file}" is binary (it holds a NUL byte), not a message.`);
  return new TextDecoder('utf-8').decode(bytes);
}

/** The project's commitlint configuration: in the current folder, or above it as far as the repository goes. */
async function readRules(root: string | undefined): Promise<CommitRules> {
  const { nearestRules } = await loadEngine();
  const top = root ?? process.cwd();
  const own = path.relative(top, process.cwd()).split(path.sep).join('/');
  return nearestRules(own === '' ? [''] : [own, ...ancestors(own)], (file) => textOf(path.join(top, file)));
}

async function run(
  values: { suggest?: boolean | undefined; format?: string | undefined },
  file: string | undefined,
): Promise<ExitCode> {
  const format = formats.find((name) => name === (values.format ?? 'pretty'));
  if (!format)
    throw new UsageError(
      `unknown format "${values.format}".${didYouMean(values.format ?? '', formats)} Use one of ${formats.join(', ')}.`,
    );
  if (file === undefined && !values.suggest)
    throw new UsageError(
      'which message? Name its file (a commit-msg hook gets it as $1), or - for standard input, or ask for one with --suggest.',
    );
  if (file !== undefined && values.suggest) throw new UsageError('--suggest takes no file.');
  const text = file === undefined ? undefined : await readMessage(file);
  const root = await gitRoot(process.cwd());
  if (text === undefined && root === undefined)
    throw new UsageError('not inside a git repository: nothing is staged.');
  const { checkMessage, messageText, suggestFitted, touchedBy } = await loadEngine();
  const staged = root === undefined ? undefined : await stagedChanges(root);
  const touched = staged && staged.files.length > 0 ? await touchedBy(staged) : undefined;
  const rules = await readRules(root);
  const suggestion = touched && suggestFitted(touched, rules);
  const suggested = suggestion && messageText(suggestion);
  for (const note of rules.notes) await write(process.stderr, `note: ${plain(note)}\n`);
  if (text === undefined) {
    if (suggestion === undefined || suggested === undefined) {
      await write(process.stderr, 'Nothing is staged: git add what the commit is to hold.\n');
      return exitCodes.findings;
    }
    const { type, scope, breaking, subject, body } = suggestion;
    const shown =
      format === 'json'
        ? JSON.stringify(
            { version: 1, message: suggested, type, scope: scope ?? null, breaking, subject, body },
            null,
            2,
          )
        : suggested;
    await write(process.stdout, `${shown}\n`);
    return exitCodes.clean;
  }
  const issues = checkMessage(text, touched, rules);
  const isWrong = issues.some(({ severity }) => severity === 'error');
  if (format === 'json') {
    const found = issues.map(({ line, start, end, ...issue }) => ({
      rule: 'commit-message',
      ...issue,
      line: line + 1,
      column: start + 1,
      endColumn: end + 1,
    }));
    await write(
      process.stdout,
      `${JSON.stringify({ version: 1, findings: found, suggestion: suggested ?? null }, null, 2)}\n`,
    );
    return isWrong ? exitCodes.findings : exitCodes.clean;
  }
  const { red, yellow, dim, bold } = coloursFor(process.stderr);
  for (const { severity, message, line, start } of issues) {
    const mark = severity === 'error' ? red('✖ error') : yellow('▲ warning');
    await write(
      process.stderr,
      `${mark} ${bold('commit-message')} ${dim(`${line + 1}:${start + 1}`)} ${plain(message)}\n`,
    );
  }
  if (issues.length > 0 && suggested !== undefined)
    await write(
      process.stderr,
      `\nThe staged change would be:\n\n${suggested
        .split('\n')
        .map((line) => `  ${plain(line)}`)
        .join('\n')}\n\n`,
    );
  if (isWrong) {
    const errors = issues.filter(({ severity }) => severity === 'error').length;
    await write(process.stderr, `${plural(errors, 'error')} in the commit message.\n`);
  }
  return isWrong ? exitCodes.findings : exitCodes.clean;
}

export const commitMessageCommand: CommandSpec<typeof options> = {
  name: 'commit-msg',
  description: 'Check a commit message (git hook), or suggest one for the staged change',
  positional: { name: 'file', description: 'File with the message, - for standard input', max: 1 },
  options,
  run: (values, [file]) => run(values, file),
};
