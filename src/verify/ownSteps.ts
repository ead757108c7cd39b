/** The steps of `verify` that ask our own engine: migrations on the embedded PostgreSQL, the map, the rules. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lineStarts, positionAt } from '../base/lineIndex.ts';
import type { FileId } from '../base/path.ts';
import { plural } from '../base/plural.ts';
import type { EmbeddedPostgres } from '../embedded/postgres.ts';
import { migrationStatus } from '../embedded/status.ts';
import type { SchemaHistory } from '../map/migrationHistory.ts';
import type { MapDocument } from '../map/document.ts';
import { staleText } from './staleMap.ts';
import type { Finding } from '../run/finding.ts';
import type { StepProblem, StepRow } from './model.ts';
import { databaseRow, timed, type StepContext } from './programSteps.ts';

/**
 * The state of a schema's migrations: what the database says where one is reachable, and what the embedded PostgreSQL makes of them.
 * @param asksDatabase whether Prisma may be asked for the database
 */
export async function migrationRows(
  context: StepContext,
  history: SchemaHistory,
  postgres: EmbeddedPostgres,
  asksDatabase: boolean,
): Promise<StepRow[]> {
  const [asked, embedded] = await Promise.all([
    asksDatabase ? databaseRow(context, history) : { reason: 'it was not to be asked' },
    embeddedRow(context, history, postgres),
  ]);
  if ('row' in asked) return [asked.row, embedded];
  return [{ ...embedded, by: `${embedded.by}; no database: ${asked.reason}` }];
}

function embeddedRow(
  context: StepContext,
  history: SchemaHistory,
  postgres: EmbeddedPostgres,
): Promise<StepRow> {
  const { signal, timeoutMs } = context;
  return timed(context, 'migrations', history.schema, async () => {
    const { failure, step, verdict, migrations } = await context.slot(() =>
      migrationStatus(history, postgres, { signal, deadlineMs: timeoutMs }),
    );
    const by = 'embedded PostgreSQL';
    if (signal.aborted) return { verdict: 'cancelled', by, summary: 'cancelled' };
    const problems: StepProblem[] = migrations.flatMap(({ isNew, destructive, file }) =>
      isNew && destructive > 0
        ? [
            {
              severity: 'error',
              file,
              message: `CRITICAL: the new migration has ${plural(destructive, 'destructive step')} that nobody acknowledged`,
            },
          ]
        : [],
    );
    if (failure) {
      const { file, range, message, code } = failure;
      problems.push({
        severity: verdict === 'failed' ? 'error' : 'warning',
        file,
        message,
        ...(code === undefined ? {} : { rule: code }),
        ...(range ? { line: range.start.line, character: range.start.character } : {}),
      });
    }
    if (step.state === 'behind')
      problems.push({
        severity: 'error',
        message: `${history.schema} has changes that no migration holds`,
        ...(history.files?.length === 1 ? { file: history.schema } : {}),
      });
    const isFailed = verdict === 'failed' || problems.some(({ severity }) => severity === 'error');
    const summary = failure
      ? verdict === 'failed'
        ? 'a migration does not apply'
        : 'a migration could not be tried'
      : step.state === 'behind'
        ? 'the schema has changes that no migration holds'
        : step.state === 'unknown'
          ? firstLine(step.reason)
          : problems.length > 0
            ? 'a new migration destroys data'
            : `${plural(migrations.length, 'migration')} build what the schema describes`;
    return {
      verdict: isFailed ? 'failed' : verdict === 'unknown' ? 'open' : 'passed',
      by,
      summary,
      problems,
      output: step.state === 'behind' ? step.sql : step.state === 'unknown' ? linesAfter(step.reason) : '',
      ...(step.state === 'behind'
        ? { advice: 'Make the migration, read it, then apply it: npx prisma migrate dev --create-only' }
        : {}),
    };
  });
}

/** What a table has room for: the first of the lines in which Prisma says why. */
const firstLine = (reason: string): string =>
  (reason.split(/\r?\n/, 1)[0] ?? '').replace(/^error: /i, '').trim();

/** All of it, when there is more than that line. */
const linesAfter = (reason: string): string => (/\n\s*\S/.test(reason) ? reason : '');

/** What the engine can be asked. */
export interface Inspection {
  /** All files of the workspace. */
  files(): readonly FileId[];
  /** Findings of a file; never throws. */
  check(file: FileId): readonly Finding[];
  /** Files that broke a rule: what it would have found is not known. */
  crashes(): ReadonlySet<FileId>;
  /** What the maps say and should say, with their problems counted. */
  mapDocuments(): readonly MapDocument[];
}

/** So long the engine works before others get their turn, in milliseconds. */
const slice = 50;

/** Findings of files, so that a signal is seen between them; `undefined` when it was given. */
async function checkAll(
  { signal, now }: StepContext,
  files: readonly FileId[],
  check: Inspection['check'],
): Promise<Finding[] | undefined> {
  const found: Finding[] = [];
  let since = now();
  for (const file of files) {
    if (now() - since > slice) {
      await nextTurn();
      since = now();
    }
    if (signal.aborted) return undefined;
    found.push(...check(file));
  }
  return found;
}

const cancelled = { verdict: 'cancelled', summary: 'cancelled' } as const;

/** Whether the `backend-map.md` files say what the code is. */
export function mapRow(context: StepContext, inspection: Inspection): Promise<StepRow> {
  return timed(context, 'map', '', async () => {
    // A map counts what was found.
    if (!(await checkAll(context, inspection.files(), inspection.check))) return cancelled;
    const documents = inspection.mapDocuments();
    if (documents.length === 0) return { verdict: 'skipped', summary: 'there is no backend to map' };
    const problems = documents.flatMap(({ file, text, stale }): StepProblem[] =>
      text === undefined
        ? [{ severity: 'error', message: `${file} is missing` }]
        : stale.map((one) => ({
            severity: 'error',
            file,
            ...positionAt(lineStarts(text), one.start),
            message: staleText(one),
          })),
    );
    if (problems.length === 0) return { verdict: 'passed', summary: 'up to date' };
    const missing = documents.filter(({ text }) => text === undefined).length;
    const stale = problems.length - missing;
    const parts = [
      ...(stale > 0 ? [plural(stale, 'stale line')] : []),
      ...(missing > 0 ? [`${plural(missing, 'map')} missing`] : []),
    ];
    return {
      verdict: 'failed',
      summary: parts.join(', '),
      problems,
      advice: 'backend-specialist map --write brings it up to date, line by line',
    };
  });
}

export interface RulesRequest {
  /** Files to report on; or why that cannot be said. */
  files: readonly FileId[] | { error: string };
  /** Which they are, such as `changed files`. */
  which: string;
  /** Findings that count, of those that were found: a baseline leaves some out. */
  keep(findings: readonly Finding[]): readonly Finding[];
  /** More of them fail the step. */
  maxWarnings: number;
}

/** What the rules say of files; it fails as `check` does. */
export function rulesRow(
  context: StepContext,
  inspection: Inspection,
  { files, which, keep, maxWarnings }: RulesRequest,
): Promise<StepRow> {
  return timed(context, 'rules', '', async () => {
    if ('error' in files) return { verdict: 'open', by: which, summary: files.error };
    const found = await checkAll(context, files, inspection.check);
    if (!found) return cancelled;
    const problems = keep(found).flatMap((finding): StepProblem[] => {
      const { severity, message, file, rule, range } = finding;
      return severity === 'error' || severity === 'warning'
        ? [{ severity, message, file, rule, ...range.start }]
        : [];
    });
    const crashes = inspection.crashes();
    for (const file of files)
      if (crashes.has(file)) problems.push({ severity: 'error', file, message: 'a rule broke here' });
    const count = (wanted: StepProblem['severity']) =>
      problems.filter(({ severity }) => severity === wanted).length;
    const counted = [
      ...(count('error') > 0 ? [plural(count('error'), 'error')] : []),
      ...(count('warning') > 0 ? [plural(count('warning'), 'warning')] : []),
    ];
    return {
      verdict: count('error') > 0 || count('warning') > maxWarnings ? 'failed' : 'passed',
      by: which,
      summary: `${counted.length > 0 ? counted.join(', ') : 'no errors or warnings'} in ${plural(files.length, 'file')}`,
      problems,
    };
  });
}
