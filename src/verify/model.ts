/** What `verify` asks and what it is told. */
import type { FileId } from '../base/path.ts';

/** In the order of the table. */
export const stepIds = ['typescript', 'prisma', 'migrations', 'map', 'rules'] as const;
export type StepId = (typeof stepIds)[number];

/**
 * `open`: it could not be decided here, which is said and fails nothing. `skipped`: there is nothing of that kind to check.
 */
export type StepVerdict = 'passed' | 'failed' | 'open' | 'skipped' | 'cancelled';

export interface StepProblem {
  severity: 'error' | 'warning';
  message: string;
  /** From the workspace root; absent when the problem has no place. */
  file?: FileId;
  /** 0-based, as `character`, which counts UTF-16 units. */
  line?: number;
  character?: number;
  /** Of ours, or the compiler's number. */
  rule?: string;
}

/** One line of the table. */
export interface StepRow {
  step: StepId;
  /** What was checked: an application's folder or a schema; `''` for the whole workspace. */
  subject: FileId;
  verdict: StepVerdict;
  /** Who said so: the compiler and its version, the database, the embedded PostgreSQL. */
  by: string;
  /** One line. */
  summary: string;
  /** What to do about it, if that is known. */
  advice?: string;
  problems: readonly StepProblem[];
  /** What the program wrote; hostile text. */
  output: string;
  durationMs: number;
}

export type Verdict = 'passed' | 'failed' | 'cancelled';

/** The one verdict of a table: what is open or was skipped fails nothing. */
export function verdictOf(rows: readonly StepRow[]): Verdict {
  if (rows.some(({ verdict }) => verdict === 'cancelled')) return 'cancelled';
  return rows.some(({ verdict }) => verdict === 'failed') ? 'failed' : 'passed';
}

/** In the order of the table, then of what was checked. */
export function compareRows(a: StepRow, b: StepRow): number {
  return (
    stepIds.indexOf(a.step) - stepIds.indexOf(b.step) ||
    (a.subject < b.subject ? -1 : Number(a.subject > b.subject))
  );
}
