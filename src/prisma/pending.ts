/** What the next migration would do to rows: its steps as SQL, judged by the same analyses as a migration that is written. */
import type { External } from '../facts/prismaModel.ts';
import { extractSql } from '../facts/sql.ts';
import { given } from '../base/given.ts';
import { tableKey } from './dbModel.ts';
import type { DbState } from './dbModel.ts';
import { desiredDb } from './desired.ts';
import type { Origin } from './desired.ts';
import { dbNames } from './hazard.ts';
import type { Hazard } from './hazard.ts';
import type { LockRisk } from './lockRisk.ts';
import { assessLocks } from './lockRisks.ts';
import { assessMigration } from './migration.ts';
import { migrationText } from './migrationText.ts';
import type { MigrationText } from './migrationText.ts';
import type { SchemaModel } from './schema.ts';
import { schemaDiff } from './schemaDiff.ts';
import { spreadBy } from './spread.ts';
import type { Step, TableChange } from './step.ts';

/** Rows that deletes reach from now on, though nothing is lost by the migration itself. */
export interface Spread {
  /** The table whose rows are deleted. */
  parent: string;
  /** The table whose rows then go (`cascade`) or lose their key (`set null`). */
  child: string;
  columns: readonly string[];
  by: 'cascade' | 'set null';
}

export type PendingEffect = {
  at: Origin;
  step: Step;
  change?: TableChange;
  /** What else it tells of: the drop that a rename is half of. */
  other?: { step: Step; change?: TableChange };
} & (
  | { e: 'hazard'; hazard: Hazard }
  /** Rows that exist make the migration fail. */
  | { e: 'risk'; risk: LockRisk }
  | { e: 'spread'; spread: Spread }
);

/** The next migration of a schema. Read only. */
export interface PendingChange {
  steps: readonly Step[];
  /** As Prisma would write it. */
  sql: string;
  effects: readonly PendingEffect[];
  /** The schema's files parse: what isn't in them is gone. */
  complete: boolean;
}

export interface PendingContext {
  /** What the migrations build. */
  before: DbState;
  /** What the database in production has: the migrations of the base branch. */
  deployed: DbState;
  /** The schema's files parse. */
  complete: boolean;
  /** What somebody else takes care of. */
  external: External;
  /** Where something is told of that has no place in the schema any more. */
  fallback: Origin;
}

export function pendingChange(schema: SchemaModel, context: PendingContext): PendingChange {
  const { before, deployed, complete, external, fallback } = context;
  const steps = schemaDiff(before, desiredDb(schema, complete), {
    schemas: schema.datasources[0]?.schemas ?? [],
    external,
    fallback,
  });
  if (steps.length === 0) return { steps, sql: '', effects: [], complete };
  const text = migrationText(steps);
  const facts = extractSql(text.sql);
  const hazards = assessMigration(facts, { before, deployed, names: dbNames(schema) }, text.sql);
  const risks = assessLocks(facts, { before, deployed, hazards }, text.sql);
  const effects: PendingEffect[] = [];
  for (const hazard of hazards) {
    // Told as a `spread`, by the relation in the schema.
    if (hazard.kind === 'spread-deletes') continue;
    // What replaces something has a place in the schema, what is gone has none.
    const part = partAt(text, (hazard.addedAt ?? hazard.span).start);
    const other = hazard.addedAt && partAt(text, hazard.span.start);
    if (part) effects.push({ e: 'hazard', hazard, ...part, ...given({ other }) });
  }
  const empty = risks.filter(({ kind }) => kind === 'add-required').flatMap(placesOf);
  for (const risk of risks) {
    // Where no row can be, none repeats and none is missing.
    if (risk.kind !== 'add-required' && empty.some((place) => placesOf(risk).includes(place))) continue;
    const part = risk.fails && risk.weight === 'full' ? partAt(text, risk.span.start) : undefined;
    if (part) effects.push({ e: 'risk', risk, ...part });
  }
  effects.push(...spreads(steps, deployed));
  return { steps, sql: text.sql, effects, complete };
}

function partAt(
  text: MigrationText,
  offset: number,
): { at: Origin; step: Step; change?: TableChange } | undefined {
  const part = text.parts.find(({ span }) => span.start <= offset && offset < span.end);
  return part && { at: part.at, step: part.step, ...given({ change: part.change }) };
}

/** `table.column` of each column. */
function placesOf({ table, columns }: LockRisk): string[] {
  return columns.map((column) => `${tableKey(table)}.${column}`);
}

/** Foreign keys that begin to delete or to empty rows: Prisma drops and adds them without a word. */
function spreads(steps: readonly Step[], deployed: DbState): PendingEffect[] {
  return steps.flatMap((step): PendingEffect[] => {
    if (step.s !== 'add-foreign-key') return [];
    const { key, table } = step;
    const by = spreadBy(deployed.tables.get(tableKey(table)), key);
    if (by === undefined) return [];
    const spread: Spread = {
      parent: key.to.table.name,
      child: table.name,
      columns: key.columns,
      by,
    };
    return [{ e: 'spread', spread, at: step.at, step }];
  });
}
