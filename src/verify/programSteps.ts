/** The steps of `verify` that run programs of the workspace: its TypeScript and its Prisma, never ours. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import type { FileId } from '../base/path.ts';
import { plural } from '../base/plural.ts';
import type { SchemaHistory } from '../map/migrationHistory.ts';
import { findProgram, runProgram, type InstalledProgram, type ProgramResult } from '../host/program.ts';
import type { StepId, StepProblem, StepRow } from './model.ts';
import {
  compilerAdvice,
  missingVariable,
  readDatabaseState,
  readDiagnostics,
  readSchemaErrors,
  tellingLine,
  type DatabaseState,
} from './programOutput.ts';

export interface StepContext {
  /** Absolute path of the workspace's root. */
  root: string;
  /** For each program and for the migrations of each schema. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Milliseconds, from any point on. */
  now(): number;
  /** Runs one thing when there is a processor for it. */
  slot<T>(work: () => Promise<T>): Promise<T>;
}

/** No update check, no telemetry, no colours: whatever a program of the workspace would do beside its work. */
const quiet = {
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
};

type Told = Pick<StepRow, 'verdict' | 'summary'> &
  Partial<Pick<StepRow, 'by' | 'problems' | 'output' | 'advice'>>;

/** A row with the time that it took. */
export async function timed(
  { now }: Pick<StepContext, 'now'>,
  step: StepId,
  subject: FileId,
  work: () => Promise<Told> | Told,
): Promise<StepRow> {
  const started = now();
  const told = await work();
  return {
    step,
    subject,
    by: '',
    problems: [],
    output: '',
    ...told,
    durationMs: Math.round(now() - started),
  };
}

/** What there is to say of a program that did not come to its end; `undefined` for one that did. */
function unfinished({ how, output }: ProgramResult, timeoutMs: number): Told | undefined {
  if (how === 'ended') return undefined;
  if (how === 'cancelled') return { verdict: 'cancelled', summary: 'cancelled', output };
  if (how === 'timeout')
    return {
      verdict: 'failed',
      summary: `did not end within ${plural(timeoutMs / 1000, 'second')}, so it was ended`,
      output,
    };
  return { verdict: 'failed', summary: `could not be started: ${output}`, output };
}

const absoluteOf = (root: string, folder: FileId) => path.join(root, ...folder.split('/'));

const compilers = [
  { package: 'typescript', programs: ['tsc', 'tsgo'] },
  { package: '@typescript/native-preview', programs: ['tsgo', 'tsc'] },
];

/** A solution that has no files of its own: the projects that it refers to; else the project itself. */
function projectsOf(folder: string): string[] {
  const own = path.join(folder, 'tsconfig.json');
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(own, 'utf8'), [], { allowTrailingComma: true });
  } catch {
    // The compiler says what is wrong with it.
    return [own];
  }
  const { files, include, references } = (parsed ?? {}) as { [key: string]: unknown };
  const isSolution = Array.isArray(files) && files.length === 0 && include === undefined;
  if (!isSolution || !Array.isArray(references)) return [own];
  const found = references.flatMap((reference: unknown) => {
    const named = (reference as { path?: unknown } | null)?.path;
    return typeof named === 'string' ? [path.resolve(folder, named)] : [];
  });
  return found.length > 0 ? found : [own];
}

/** Type-checks an application with the compiler that it has installed, as `tsc --noEmit` in its folder would. */
export function typescriptRow(context: StepContext, app: FileId): Promise<StepRow> {
  const folder = absoluteOf(context.root, app);
  return timed(context, 'typescript', app, async () => {
    if (!existsSync(path.join(folder, 'tsconfig.json')))
      return { verdict: 'skipped', summary: 'there is no tsconfig.json' };
    const compiler = findProgram(folder, context.root, compilers);
    if (!compiler)
      return {
        verdict: 'failed',
        summary: 'TypeScript is not installed here',
        advice: missingAdvice(context.root, 'typescript'),
      };
    const by = `TypeScript ${compiler.version}`;
    const problems: StepProblem[] = [];
    let output = '';
    for (const project of projectsOf(folder)) {
      const args = ['--noEmit', '--pretty', 'false', '-p', project];
      const result = await context.slot(() =>
        runProgram(compiler.script, args, { cwd: folder, env: quiet, ...context }),
      );
      const stopped = unfinished(result, context.timeoutMs);
      if (stopped) return { by, problems, ...stopped };
      const found = readDiagnostics(result.output, app);
      problems.push(...found);
      output += result.output;
      if (result.code !== 0 && found.length === 0)
        return { verdict: 'failed', by, output, problems, summary: tellingLine(result.output) };
    }
    if (problems.length === 0) return { verdict: 'passed', by, output, summary: 'no errors' };
    const advice = compilerAdvice(problems);
    return {
      verdict: 'failed',
      by,
      output,
      problems,
      summary: plural(problems.length, 'error'),
      ...(advice === undefined ? {} : { advice }),
    };
  });
}

function missingAdvice(root: string, name: string): string {
  return existsSync(path.join(root, '.pnp.cjs'))
    ? `It is looked for in node_modules; with Plug'n'Play there is none: yarn ${name === 'prisma' ? 'prisma validate' : 'tsc --noEmit'}`
    : `It is looked for in node_modules from there upwards. Install the dependencies, or add it: npm install -D ${name}`;
}

type SchemaPlace = Pick<SchemaHistory, 'schema' | 'home' | 'needsSchema'>;

const prismaOf = ({ root }: StepContext, { home }: SchemaPlace) =>
  findProgram(absoluteOf(root, home), root, [{ package: 'prisma', programs: ['prisma'] }]);

function prismaArguments({ root }: StepContext, { schema, home, needsSchema }: SchemaPlace): string[] {
  return needsSchema ? ['--schema', path.relative(absoluteOf(root, home), absoluteOf(root, schema))] : [];
}

/** `prisma validate`, by the Prisma that the package has installed. It asks no database. */
export function prismaRow(context: StepContext, place: SchemaPlace): Promise<StepRow> {
  return timed(context, 'prisma', place.schema, async () => {
    const prisma = prismaOf(context, place);
    if (!prisma)
      return {
        verdict: 'failed',
        summary: 'Prisma is not installed here',
        advice: missingAdvice(context.root, 'prisma'),
      };
    const placeholders = new Map<string, string>();
    let result: ProgramResult;
    for (;;) {
      result = await context.slot(() => runValidate(context, place, prisma, placeholders));
      // A configuration that insists on an address is given one: nothing is asked there.
      const missing = result.code === 0 ? undefined : missingVariable(result.output);
      if (missing === undefined || placeholders.has(missing) || placeholders.size > 3) break;
      placeholders.set(missing, 'postgresql://localhost:5432/placeholder');
    }
    const by = `Prisma ${prisma.version}`;
    const stopped = unfinished(result, context.timeoutMs);
    if (stopped) return { by, ...stopped };
    const { output, code } = result;
    const stood = [...placeholders.keys()].map((name) => `; a placeholder stood for ${name}`).join('');
    if (code === 0) return { verdict: 'passed', by, output, summary: `the schema is valid${stood}` };
    const problems = readSchemaErrors(output, place.home);
    const summary = problems.length > 0 ? plural(problems.length, 'error') : tellingLine(output);
    return { verdict: 'failed', by, output, problems, summary };
  });
}

function runValidate(
  context: StepContext,
  place: SchemaPlace,
  { script }: InstalledProgram,
  placeholders: ReadonlyMap<string, string>,
): Promise<ProgramResult> {
  const engine = 'PRISMA_SCHEMA_ENGINE_BINARY';
  return runProgram(script, ['validate', ...prismaArguments(context, place)], {
    cwd: absoluteOf(context.root, place.home),
    env: {
      ...quiet,
      // `validate` never runs the schema engine, but Prisma downloads one unless it is told where one is.
      ...(process.env[engine] === undefined ? { [engine]: process.execPath } : {}),
      ...Object.fromEntries(placeholders),
    },
    timeoutMs: context.timeoutMs,
    signal: context.signal,
  });
}

/**
 * What a database says of its migrations, by `prisma migrate status`, which changes nothing. A server that can't be reached is no failure.
 * @returns the row, or why no database was asked
 */
export async function databaseRow(
  context: StepContext,
  place: SchemaPlace,
): Promise<{ row: StepRow } | { reason: string }> {
  const prisma = prismaOf(context, place);
  if (!prisma) return { reason: 'Prisma is not installed' };
  let state: DatabaseState | undefined;
  const row = await timed(context, 'migrations', place.schema, async () => {
    const result = await context.slot(() =>
      runProgram(prisma.script, ['migrate', 'status', ...prismaArguments(context, place)], {
        cwd: absoluteOf(context.root, place.home),
        env: quiet,
        ...context,
      }),
    );
    const by = `Prisma ${prisma.version}, database`;
    const stopped = unfinished(result, context.timeoutMs);
    if (stopped) return { by, ...stopped };
    const { output } = result;
    state = readDatabaseState(output, result.code);
    if (state.state === 'unreachable') return { verdict: 'open', by, output, summary: state.reason };
    return state.state === 'current'
      ? { verdict: 'passed', by: state.database, output, summary: 'all migrations are applied' }
      : { verdict: 'failed', by: state.database, output, summary: state.summary, problems: state.problems };
  });
  return state?.state === 'unreachable' ? { reason: state.reason } : { row };
}
