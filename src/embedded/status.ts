/** Migration status: what the embedded PostgreSQL says of a schema's migrations, beside what the rules say. */
import type { FileId } from '../base/path.ts';
import { given } from '../base/given.ts';
import { lineStarts, rangeAt } from '../base/lineIndex.ts';
import type { Range, Span } from '../base/span.ts';
import type { HistoryMigration, SchemaHistory } from '../map/migrationHistory.ts';
import type { ReplayAnswer } from './messages.ts';
import { notSimulable } from './notSimulable.ts';
import { failureSpan } from './place.ts';
import type { EmbeddedPostgres, ReplayOptions } from './postgres.ts';

/**
 * `stepwise`: only when each statement is sent on its own, as Prisma does from 7.4 on. `unknown`: it could not be tried. `not-reached`:
 * one before it failed or could not be tried. `not-run`: nobody asked for it.
 */
export type Applies = 'yes' | 'stepwise' | 'no' | 'unknown' | 'not-reached' | 'not-run';

export interface MigrationRow {
  name: string;
  file: FileId;
  isNew: boolean;
  /** Destructive steps that nobody acknowledged, those that somebody did, and steps that lock a table in use. */
  destructive: number;
  acknowledged: number;
  locks: number;
  applies: Applies;
}

/** Why a migration doesn't apply, or why that isn't known. */
export interface Failure {
  file: FileId;
  /** Where in that file, 0-based and half-open as in the Language Server Protocol; absent when it can't be read. */
  range?: Range;
  /** SQLSTATE, where PostgreSQL said something. */
  code?: string;
  message: string;
  detail?: string;
  hint?: string;
}

/** Whether the migrations build what the schema describes. `behind`: they don't yet. */
export type Step =
  | { state: 'in-step' }
  | { state: 'behind'; sql: string; warnings: readonly string[] }
  | { state: 'unknown'; reason: string };

export interface MigrationStatus {
  /** The schema's file or folder. */
  schema: FileId;
  folder: FileId;
  migrations: readonly MigrationRow[];
  /** Of the migration whose row says `no` or `unknown`. */
  failure?: Failure;
  step: Step;
  /** `failed`: a migration doesn't apply, or the schema has changes without a migration. `unknown`: not all could be checked. */
  verdict: 'ok' | 'failed' | 'unknown';
}

/** Prisma's warnings, from the comment that it puts above a migration. */
export function warningsOf(sql: string): string[] {
  const block = /^\/\*\s+Warnings:\s+([\s\S]*?)\*\//.exec(sql)?.[1] ?? '';
  return [...block.matchAll(/^ *- (.*)$/gm)].map(([, text = '']) => text.trim());
}

function rangeOf(text: string, { start, end }: Span): Range {
  return rangeAt(lineStarts(text), start, end);
}

/** What keeps a history from being run at all: then nothing is started. */
function obstacle({ migrations }: SchemaHistory): { index: number; failure: Failure } | undefined {
  for (const [index, { file, text, programs }] of migrations.entries()) {
    if (text === undefined)
      return { index, failure: { file, message: 'It cannot be read as text, or is too large.' } };
    const [span] = programs;
    if (span)
      return {
        index,
        failure: {
          file,
          range: rangeOf(text, span),
          message: 'It starts a program on the server (COPY … PROGRAM): it is not run.',
        },
      };
  }
  return undefined;
}

interface Found {
  /** Index of the migration that stopped it all; the number of migrations when none did. */
  stopped: number;
  applies: 'no' | 'unknown' | 'not-run';
  /** Nothing was run: what was found stands for all migrations. */
  isIdle: boolean;
  stepwise: readonly number[];
  failure?: Failure;
  step: Step;
}

function fromAnswer(history: SchemaHistory, answer: ReplayAnswer): Found {
  const { applied, failure, stepwise, next, problem } = answer;
  const migration = failure && history.migrations[failure.migration];
  if (!failure || !migration) {
    const step: Step =
      next === null
        ? { state: 'in-step' }
        : next === undefined
          ? { state: 'unknown', reason: problem ?? 'The schema cannot be read.' }
          : { state: 'behind', sql: next, warnings: warningsOf(next) };
    return { stopped: applied, applies: 'no', isIdle: false, stepwise, step };
  }
  const excuse = notSimulable(failure);
  const { code, message, detail, hint } = failure;
  const { text = '' } = migration;
  return {
    stopped: failure.migration,
    applies: excuse === undefined ? 'no' : 'unknown',
    isIdle: false,
    stepwise,
    failure: {
      file: migration.file,
      range: rangeOf(text, failureSpan(text, migration.statements, failure)),
      code,
      message: excuse === undefined ? message : `This cannot be checked here: ${excuse} (${message}).`,
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
    },
    step: {
      state: 'unknown',
      reason: excuse === undefined ? 'A migration fails.' : 'A migration cannot be checked here.',
    },
  };
}

function unanswered(applies: 'unknown' | 'not-run', reason: string): Found {
  return { stopped: 0, applies, isIdle: true, stepwise: [], step: { state: 'unknown', reason } };
}

async function find(
  history: SchemaHistory,
  postgres: EmbeddedPostgres | undefined,
  options: ReplayOptions,
): Promise<Found> {
  const blocked = obstacle(history);
  if (blocked) {
    const { index, failure } = blocked;
    const step: Step = { state: 'unknown', reason: 'A migration cannot be checked here.' };
    return { stopped: index, applies: 'unknown', isIdle: true, stepwise: [], failure, step };
  }
  if (/\bprogram\b/i.test(history.initShadowDb ?? ''))
    return unanswered('unknown', '`initShadowDb` starts a program on the server: it is not run.');
  if (!postgres) return unanswered('not-run', 'The migrations were not run.');
  const outcome = await postgres.replay(
    {
      migrations: history.migrations.map(({ name, text = '', statements }) => ({
        name,
        sql: text,
        statements: [...statements],
      })),
      external: history.external,
      ...given({ before: history.initShadowDb }),
      ...(history.files
        ? { schema: history.files.map(({ file, text }) => ({ path: `/${file}`, content: text })) }
        : {}),
    },
    options,
  );
  return outcome.ok ? fromAnswer(history, outcome.answer) : unanswered('unknown', outcome.message);
}

function appliesOf({ stopped, applies, isIdle, stepwise }: Found, index: number): Applies {
  if (isIdle || index === stopped) return applies;
  if (index > stopped) return 'not-reached';
  return stepwise.includes(index) ? 'stepwise' : 'yes';
}

const rowOf = (
  { name, file, isNew, destructive, acknowledged, locks }: HistoryMigration,
  applies: Applies,
): MigrationRow => ({ name, file, isNew, destructive, acknowledged, locks: locks.length, applies });

/**
 * Runs a schema's migrations on the embedded PostgreSQL and compares the result with the schema. Never throws for what SQL does,
 * nor for a process that hangs or falls: then the status says `unknown`, and why.
 * @param postgres without one the migrations are judged by the rules alone
 */
export async function migrationStatus(
  history: SchemaHistory,
  postgres: EmbeddedPostgres | undefined,
  options: ReplayOptions = {},
): Promise<MigrationStatus> {
  const found = await find(history, postgres, options);
  const { failure, step } = found;
  const { schema, folder, migrations } = history;
  const verdict =
    step.state === 'behind' || (failure && found.applies === 'no')
      ? 'failed'
      : step.state === 'in-step'
        ? 'ok'
        : 'unknown';
  return {
    schema,
    folder,
    migrations: migrations.map((migration, index) => rowOf(migration, appliesOf(found, index))),
    ...(failure ? { failure } : {}),
    step,
    verdict,
  };
}
