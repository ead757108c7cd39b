/** `backend-specialist map`: the Backend Map as data, as graphs, and as `backend-map.md`. */
import type { Engine } from '../engine.ts';
import { replaceFile } from '../host/node.ts';
import { plain } from '../report/model.ts';
import { staleText } from '../verify/staleMap.ts';
import type { CommandSpec } from './command.ts';
import { exitCodes, UsageError, type ExitCode } from './exitCodes.ts';
import { findWorkspace } from './root.ts';
import { openSession, type Session } from './session.ts';
import { coloursFor, write } from './terminal.ts';

const formats = ['markdown', 'json', 'mermaid'] as const;

const options = {
  format: { type: 'string', valueHint: formats.join('|'), description: 'How the map is printed (markdown)' },
  write: {
    type: 'boolean',
    description: 'Write doc/documentation/backend-map.md, or bring it up to date line by line',
  },
  check: { type: 'boolean', description: 'Say which lines of it are stale, and end with status 1 if any is' },
  'no-cache': { type: 'boolean', description: 'Neither read nor write the cache' },
} as const;

export const mapCommand: CommandSpec<typeof options> = {
  name: 'map',
  description: 'Print the Backend Map: actions, routes, services, models, their guards and what they touch',
  options,
  async run({ format, write: isWriting, check: isChecking, 'no-cache': noCache }) {
    const chosen = format === undefined ? 'markdown' : formats.find((name) => name === format);
    if (!chosen) throw new UsageError(`unknown format "${format ?? ''}". Use ${formats.join(', ')}.`);
    if (isWriting && isChecking) throw new UsageError('--write and --check exclude each other.');
    if ((isWriting || isChecking) && format !== undefined && format !== 'markdown')
      throw new UsageError('--write and --check are about the markdown.');
    const { root } = findWorkspace(process.cwd(), []);
    const session = await openSession(root, { cache: !noCache, overrides: {} });
    if (isWriting) return writeMaps(session);
    if (isChecking) return checkMaps(session);
    if (chosen === 'json') await write(process.stdout, jsonText(root, session.engine));
    else await printMarkdown(session, chosen);
    return exitCodes.clean;
  },
};

function jsonText(root: string, engine: Engine): string {
  const apps = engine.map().apps.map((app) => ({
    ...app,
    entries: app.entries.map(({ start: _start, end: _end, range, ...entry }) => ({
      ...entry,
      line: range.start.line + 1,
      column: range.start.character + 1,
    })),
  }));
  return `${JSON.stringify({ version: 1, root, apps }, null, 2)}\n`;
}

/** What `--write` would leave in the files; of it the graphs alone when those are asked for. */
async function printMarkdown({ engine }: Session, form: 'markdown' | 'mermaid'): Promise<void> {
  const texts = engine.mapDocuments(true).map(({ next }) => next);
  const graphs = (text: string): string =>
    [...text.matchAll(/^```mermaid\r?\n([\s\S]*?)^```/gm)].map(([, graph]) => graph ?? '').join('\n');
  await write(process.stdout, texts.map(form === 'mermaid' ? graphs : (text) => text).join('\n'));
}

async function writeMaps({ engine, host }: Session): Promise<ExitCode> {
  const { red } = coloursFor(process.stderr);
  let code: ExitCode = exitCodes.clean;
  for (const { file, text, stale, next } of engine.mapDocuments(true)) {
    const stuck = stale.find((one) => one.edits.length === 0);
    const failure =
      stuck && text !== undefined
        ? stuck.kind === 'conflict'
          ? `line ${lineOf(text, stuck.start)} begins a merge conflict that holds text of yours: resolve it first`
          : (stuck.detail ?? 'it is damaged')
        : next !== text
          ? replaceFile(host, file, text, next)
          : undefined;
    if (failure !== undefined) {
      await write(process.stderr, `${red('error:')} ${plain(file)}: ${failure}\n`);
      code = exitCodes.findings;
      continue;
    }
    const done =
      text === undefined ? 'written' : next === text ? 'up to date' : `updated, ${count(stale.length)}`;
    await write(process.stdout, `${plain(file)}: ${done}\n`);
  }
  return code;
}

async function checkMaps({ engine }: Session): Promise<ExitCode> {
  let code: ExitCode = exitCodes.clean;
  for (const { file, text, stale } of engine.mapDocuments(true)) {
    if (text !== undefined && stale.length === 0) continue;
    code = exitCodes.findings;
    if (text === undefined) {
      await write(process.stdout, `${plain(file)}: missing\n`);
      continue;
    }
    for (const entry of stale)
      await write(
        process.stdout,
        `${plain(file)}:${lineOf(text, entry.start)}: ${plain(staleText(entry))}\n`,
      );
  }
  return code;
}

const count = (lines: number): string => `${lines} ${lines === 1 ? 'change' : 'changes'}`;

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split(/\r\n|\r|\n/).length;
