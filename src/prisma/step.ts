/** One step of a migration as Prisma would make it, with the place in the schema that asks for it. */
import type { DbColumn, DbIndex, DbTable } from './dbModel.ts';
import type {
  DesiredColumn,
  DesiredEnum,
  DesiredForeignKey,
  DesiredIndex,
  DesiredTable,
  Origin,
} from './desired.ts';

/** What an `ALTER TABLE` does to one column, or to the primary key. */
export type TableChange = { at: Origin } & (
  | { c: 'drop-primary-key'; name: string }
  | { c: 'rename-primary-key'; from: string; to: string }
  | { c: 'drop-column'; from: DbColumn }
  | { c: 'add-column'; to: DesiredColumn }
  /** Dropped and added again, because its type can't be changed in place. */
  | { c: 'recreate-column'; from: DbColumn; to: DesiredColumn }
  | { c: 'alter-column'; from: DbColumn; to: DesiredColumn; parts: readonly ColumnPart[] }
  | { c: 'add-primary-key'; name: string; columns: readonly string[] }
);

export type ColumnPart =
  | 'set-not-null'
  | 'drop-not-null'
  | 'set-default'
  | 'drop-default'
  | 'set-type'
  | 'add-sequence'
  | 'drop-sequence';

export type Step = { at: Origin } & (
  | { s: 'create-schema'; name: string }
  | { s: 'create-enum'; enum: DesiredEnum }
  | {
      s: 'alter-enum';
      enum: DesiredEnum;
      added: readonly string[];
      removed: readonly string[];
      /** Columns that had a value of the enum as their default; `to`: as they are to be, unless they go. */
      defaults: readonly { table: DbTable; column: DbColumn; to: DesiredColumn | undefined }[];
      uses: readonly { table: DesiredTable; column: DesiredColumn }[];
    }
  | { s: 'drop-foreign-key'; table: DbTable; name: string }
  | { s: 'drop-index'; table: DbTable; name: string; index: DbIndex }
  | { s: 'alter-table'; table: DbTable; changes: readonly TableChange[] }
  | { s: 'drop-table'; table: DbTable }
  | { s: 'drop-enum'; name: { name: string; schema?: string } }
  | { s: 'create-table'; table: DesiredTable }
  | { s: 'create-index'; table: DesiredTable; index: DesiredIndex }
  | { s: 'rename-foreign-key'; table: DbTable; from: string; to: string }
  | { s: 'add-foreign-key'; table: DesiredTable; key: DesiredForeignKey }
  | { s: 'rename-index'; table: DbTable; from: string; to: string }
);

/** The order in which Prisma writes its steps. */
export const stepOrder: readonly Step['s'][] = [
  'create-schema',
  'create-enum',
  'alter-enum',
  'drop-foreign-key',
  'drop-index',
  'alter-table',
  'drop-table',
  'drop-enum',
  'create-table',
  'create-index',
  'rename-foreign-key',
  'add-foreign-key',
  'rename-index',
];
