/** `backend-specialist verify`: what must hold before a change is handed on, in one table. */
import { performance } from 'node:perf_hooks';
import type { FileId } from '../base/path.ts';
import { plural } from '../base/plural.ts';
import { didYouMean } from '../config/distance.ts';
import { changedFiles, type ChangeSet } from '../host/node.ts';
import { plain } from '../report/model.ts';
import { renderVerifyJson, renderVerifyPretty, stepName } from '../report/verify.ts';
import { stepIds, verdictOf, type StepId } from '../verify/model.ts';
import type { Inspection, RulesRequest } from '../verify/ownSteps.ts';
import { Verification } from '../verify/verify.ts';
import { newFindings, readBaseline } from './baseline.ts';
import type { CommandSpec, OptionValues } from './command.ts';
import { readConfigs } from './configs.ts';
import { exitCodes, UsageError, type ExitCode } from './exitCodes.ts';
import { listenForInterrupt } from './interrupt.ts';
import { findWorkspace } from './root.ts';
import { openSession, type Session } from './session.ts';
import { coloursFor, createProgress, write } from './terminal.ts';

const formats = ['pretty', 'json'] as const;
const steps = stepIds.join('|');

const options = {
  format: { type: 'string', valueHint: formats.join('|'), description: 'How the table is written (pretty)' },
  only: { type: 'string', multiple: true, valueHint: steps, description: 'Only this; may be repeated' },
  skip: { type: 'string', multiple: true, valueHint: steps, description: 'All but this; may be repeated' },
  since: {
    type: 'string',
    valueHint: 'REV',
    description: 'Rules: files changed since a revision (the base branch)',
  },
  staged: { type: 'boolean', description: 'Rules: staged files' },
  all: { type: 'boolean', description: 'Rules: all files' },
  baseline: {
    type: 'string',
    valueHint: 'FILE',
    description: 'Rules: leave out findings that this file knows',
  },
  'max-warnings': { type: 'string', valueHint: 'N', description: 'Rules: fail on more warnings than this' },
  'no-database': {
    type: 'boolean',
    description: 'Ask no database: compare schema and migrations on the embedded PostgreSQL alone',
  },
  timeout: { type: 'string', valueHint: 'SECONDS', description: 'How long each check may take (300)' },
  'no-cache': { type: 'boolean', description: 'Neither read nor write the cache' },
} as const;

type Values = OptionValues<typeof options>;

interface Request {
  format: (typeof formats)[number];
  steps: Set<StepId>;
  timeoutMs: number;
  maxWarnings: number;
  /** `undefined`: all files. */
  changes: ChangeSet | undefined;
}

function readSteps(given: readonly string[]): StepId[] {
  return given.map((name) => {
    const found = stepIds.find((id) => id === name);
    if (found) return found;
    throw new UsageError(
      `unknown check "${name}".${didYouMean(name, stepIds)} Use one of ${stepIds.join(', ')}.`,
    );
  });
}

function readRequest(values: Values): Request {
  const format = formats.find((name) => name === (values.format ?? 'pretty'));
  if (!format)
    throw new UsageError(
      `unknown format "${values.format}".${didYouMean(values.format ?? '', formats)} Use one of ${formats.join(', ')}.`,
    );
  if (values.only && values.skip) throw new UsageError('--only and --skip exclude each other.');
  const skipped = new Set(readSteps(values.skip ?? []));
  const wanted = values.only ? readSteps(values.only) : stepIds.filter((id) => !skipped.has(id));
  if (wanted.length === 0) throw new UsageError('nothing is left to check.');
  const { timeout = '300', 'max-warnings': warnings } = values;
  if (!/^\d{1,5}$/.test(timeout) || Number(timeout) === 0)
    throw new UsageError(`--timeout takes a whole number of seconds, not "${timeout}".`);
  if (warnings !== undefined && !/^\d+$/.test(warnings))
    throw new UsageError(`--max-warnings takes a whole number, not "${warnings}".`);
  const which = [values.since !== undefined, values.staged, values.all].filter(Boolean).length;
  if (which > 1) throw new UsageError('--since, --staged and --all exclude each other.');
  let changes: ChangeSet | undefined = { kind: 'changed' };
  if (values.staged) changes = { kind: 'staged' };
  else if (values.since !== undefined) changes = { kind: 'since', revision: values.since };
  else if (values.all) changes = undefined;
  return {
    format,
    steps: new Set(wanted),
    timeoutMs: Number(timeout) * 1000,
    maxWarnings: warnings === undefined ? Infinity : Number(warnings),
    changes,
  };
}

/** Which files the rules are asked for; outside a repository all of them. */
async function filesToCheck(
  { engine }: Session,
  root: string,
  changes: ChangeSet | undefined,
): Promise<{ files: FileId[]; which: string }> {
  const files = engine.files();
  if (!changes) return { files, which: 'all files' };
  const changed = await changedFiles(root, changes);
  if ('error' in changed) {
    if (changes.kind !== 'changed') throw new UsageError(`cannot tell what changed: ${changed.error}.`);
    return { files, which: `all files: ${changed.error}` };
  }
  const which = changes.kind === 'staged' ? 'staged files' : 'changed files';
  return { files: files.filter((file) => changed.has(file)), which };
}

function rulesRequest(
  values: Values,
  request: Request,
  files: readonly FileId[],
  which: string,
): RulesRequest {
  const { baseline } = values;
  const known = baseline === undefined ? [] : readBaseline(baseline);
  if (!known) throw new UsageError(`no such baseline: "${baseline}". check --write-baseline makes it.`);
  return { files, which, maxWarnings: request.maxWarnings, keep: (findings) => newFindings(findings, known) };
}

const inspectionOf = ({ engine, check, crashes }: Session): Inspection => ({
  files: () => engine.files(),
  check,
  crashes,
  mapDocuments: () => engine.mapDocuments(true),
});

async function run(values: Values): Promise<ExitCode> {
  const now = () => performance.now();
  const started = now();
  const request = readRequest(values);
  const { root } = findWorkspace(process.cwd(), []);
  const interrupt = listenForInterrupt();
  const { signal } = interrupt;
  const progress = createProgress(process.stderr, now);
  const running = new Set<string>();
  const stop = new AbortController();
  const verification = new Verification({
    root,
    steps: request.steps,
    asksDatabase: !values['no-database'],
    timeoutMs: request.timeoutMs,
    signal: AbortSignal.any([signal, stop.signal]),
    now,
    onRow: ({ step, verdict }) => {
      running.add(`${stepName(step)}: ${verdict}`);
      progress.update([...running].join(', '));
    },
  });
  let isBad = false;
  let crashed: ReadonlySet<FileId> = new Set();
  try {
    const session = await openSession(root, {
      cache: !values['no-cache'],
      overrides: {},
      signal,
      onListed: (engine) => verification.startTypescript(engine.apps()),
    });
    const { files, which } = await filesToCheck(session, root, request.changes);
    const rules = rulesRequest(values, request, files, which);
    verification.startOthers(session.engine.histories(), inspectionOf(session), rules);
    await verification.rows();
    isBad = (await readConfigs(session, {})).isBad;
    crashed = session.crashes();
  } catch (error) {
    // What runs is ended before anything is said of the failure.
    stop.abort();
    await verification.rows();
    if (!signal.aborted) throw error;
  } finally {
    interrupt.end();
    progress.end();
  }
  const rows = await verification.rows();
  await write(
    process.stdout,
    request.format === 'json'
      ? renderVerifyJson(root, rows, Math.round(now() - started))
      : renderVerifyPretty(rows, coloursFor(process.stdout)),
  );
  const code = interrupt.code();
  if (code !== undefined) return code;
  for (const file of crashed) await write(process.stderr, `internal error in ${plain(file)}\n`);
  if (crashed.size > 0) return exitCodes.internal;
  if (isBad) {
    await write(process.stderr, 'A configuration is not valid: backend-specialist check says where.\n');
    return exitCodes.usage;
  }
  return verdictOf(rows) === 'passed' ? exitCodes.clean : exitCodes.findings;
}

export const verifyCommand: CommandSpec<typeof options> = {
  name: 'verify',
  description: `Run the workspace's own TypeScript and Prisma, its migrations, map and rules: ${plural(stepIds.length, 'check')}, one verdict`,
  options,
  run,
};
