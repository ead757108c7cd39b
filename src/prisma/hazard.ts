/** What a migration destroys: the value that `assessMigration` gives and rules turn into findings. */
import type { Span } from '../base/span.ts';
import type { SchemaModel } from './schema.ts';

export type HazardKind =
  | 'drop-table'
  | 'drop-column'
  | 'drop-schema'
  | 'drop-type'
  | 'drop-database'
  | 'truncate'
  | 'delete-all'
  | 'update-all'
  | 'narrow-type'
  | 'enum-value-removed'
  /** A foreign key that from now on deletes rows, or empties their keys, where it refused to before. */
  | 'spread-deletes'
  /** A column dropped and another one added: most likely a rename whose values are lost. */
  | 'rename-column'
  /** A table dropped and one of the same columns created. */
  | 'rename-table'
  /** The same column dropped and added again with another type. */
  | 'recreate-column';

export interface Hazard {
  kind: HazardKind;
  /** The smallest clause that does it. */
  span: Span;
  /** The whole statement, and its index in the facts (a statement inside a `DO` body has the block's index). */
  statement: Span;
  index: number;
  table?: { name: string; schema?: string };
  columns: string[];
  /** The type, schema or database that is dropped or loses values. */
  object?: string;
  /** Prisma's names of the table and columns, where known. */
  model?: string;
  fields: string[];
  /** Enum values that disappear; empty when not known. */
  values: string[];
  /** Types before and after (`VARCHAR(50)`), the new name of a rename, or the enum value that a removed one most likely became. */
  from?: string;
  to?: string;
  /** Where the replacement is added: `ADD COLUMN …`, `CREATE TABLE …`. */
  addedAt?: Span;
  /** Further tables that `CASCADE` empties or drops. */
  others: string[];
  /**
   * `lost`: values are gone. `changed`: values are cut or rounded without an error. `rejected`: the database refuses the statement
   * when a row has a value that doesn't fit.
   */
  effect: 'lost' | 'changed' | 'rejected';
  /** `possible`: it depends on something that isn't known here (a condition in a `DO` block, the column's type before). */
  certainty: 'certain' | 'possible';
  /** An earlier statement of the migration that reads what is lost: it may have copied it, in whole or in part. */
  readBy?: Span;
  /** What is lost, as the object of a sentence: ``all values of the column `note` of `Order` ``. */
  lost: string;
  /** The marker `-- backend-specialist: acknowledged <reason>` right above the statement or clause, or behind it. */
  acknowledged?: { reason: string; span: Span };
}

/** Prisma's names for tables and columns. */
export interface DbNames {
  model(table: string, schema?: string): string | undefined;
  field(model: string, column: string): string | undefined;
}

/** The names of a schema. A model that the schema no longer has is unknown; its table's name stands for it. */
export function dbNames(schema: SchemaModel): DbNames {
  return {
    model: (table, dbSchema) => schema.modelOfTable(table, dbSchema)?.name,
    field: (model, column) => schema.fieldOfColumn(model, column)?.name,
  };
}
