/** `verify`: everything that must hold before a change is handed on, asked at the same time. */
import { availableParallelism } from 'node:os';
import type { FileId } from '../base/path.ts';
import { EmbeddedPostgres } from '../embedded/postgres.ts';
import type { SchemaHistory } from '../map/migrationHistory.ts';
import { compareRows, type StepId, type StepRow } from './model.ts';
import { mapRow, migrationRows, rulesRow, type Inspection, type RulesRequest } from './ownSteps.ts';
import { prismaRow, typescriptRow, type StepContext } from './programSteps.ts';
import { createSlots } from './slots.ts';

export interface VerifyOptions extends Pick<StepContext, 'root' | 'timeoutMs' | 'signal' | 'now'> {
  steps: ReadonlySet<StepId>;
  /** Whether the workspace's Prisma may ask its database. */
  asksDatabase: boolean;
  /** Called as each row is known. */
  onRow(row: StepRow): void;
}

/** One run. The caller has been asked for it: programs of the workspace are run. */
export class Verification {
  readonly #options: VerifyOptions;
  readonly #context: StepContext;
  readonly #rows: StepRow[] = [];
  readonly #running: Promise<void>[] = [];

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#context = { ...options, slot: createSlots(availableParallelism()) };
  }

  /** Starts to type-check applications: as soon as they are known, since it takes longest. */
  startTypescript(apps: readonly FileId[]): void {
    if (!this.#options.steps.has('typescript')) return;
    for (const app of apps.length === 0 ? [''] : apps) this.#take(typescriptRow(this.#context, app));
  }

  /** Starts everything that needs the index. */
  startOthers(histories: readonly SchemaHistory[], inspection: Inspection, rules: RulesRequest): void {
    const { steps, asksDatabase } = this.#options;
    if (steps.has('prisma')) for (const history of histories) this.#take(prismaRow(this.#context, history));
    if (steps.has('migrations')) this.#take(this.#migrations(histories, asksDatabase));
    if (steps.has('rules')) this.#take(rulesRow(this.#context, inspection, rules));
    if (steps.has('map')) this.#take(mapRow(this.#context, inspection));
  }

  /** All rows in the order of the table, once nothing runs any more. */
  async rows(): Promise<StepRow[]> {
    await Promise.all(this.#running);
    const { steps, signal } = this.#options;
    const told = new Set(this.#rows.map(({ step }) => step));
    // Each check has a row, also when there was nothing to ask, or no time.
    const others = [...steps].flatMap((step): StepRow[] =>
      told.has(step)
        ? []
        : [
            {
              step,
              subject: '',
              ...(signal.aborted
                ? { verdict: 'cancelled', summary: 'cancelled' }
                : { verdict: 'skipped', summary: 'there is no Prisma schema for PostgreSQL' }),
              by: '',
              problems: [],
              output: '',
              durationMs: 0,
            },
          ],
    );
    return [...this.#rows, ...others].toSorted(compareRows);
  }

  async #migrations(histories: readonly SchemaHistory[], asksDatabase: boolean): Promise<StepRow[]> {
    // Its owner asked for the SQL to be run.
    const postgres = new EmbeddedPostgres({ trusted: true });
    try {
      const rows = histories.map((history) => migrationRows(this.#context, history, postgres, asksDatabase));
      return (await Promise.all(rows)).flat();
    } finally {
      postgres.dispose();
    }
  }

  #take(work: Promise<StepRow | StepRow[]>): void {
    this.#running.push(
      work.then((told) => {
        for (const row of [told].flat()) {
          this.#rows.push(row);
          this.#options.onRow(row);
        }
      }),
    );
  }
}
