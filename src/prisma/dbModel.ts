/** What a database is made of, as far as migrations and schemas are compared with it. */
import type { SqlCondition, SqlName, SqlReference, SqlType, SqlValue } from '../facts/sqlModel.ts';

export interface DbColumn {
  name: string;
  type: SqlType;
  notNull: boolean;
  hasDefault: boolean;
  /** What the default says, where a migration says it. */
  value?: SqlValue;
  /** Counts by itself: `GENERATED … AS IDENTITY`, not a `serial`, whose default is its sequence. */
  identity?: true;
  generated?: true;
  /** Which migration added it (`DbState.migrations` then). */
  since?: number;
  /** Its values come from other columns, so they are worth what those are. */
  filled?: true;
}

export interface DbForeignKey {
  /** The constraint's name, that which PostgreSQL gives where no statement does. */
  name: string;
  columns: string[];
  to: SqlReference;
}

export interface DbTable {
  name: string;
  schema?: string;
  columns: Map<string, DbColumn>;
  foreignKeys: DbForeignKey[];
  primaryKey?: { name: string; columns: string[] };
  /** Its `CHECK` constraints by name; `valid`: every row has been looked at. */
  checks: Map<string, { says: SqlCondition[]; valid: boolean }>;
  /** Columns by which its rows are parted; an expression is `''`. */
  partitionBy?: string[];
  /** The `tableKey` of the partition that holds the rows that no other one does. */
  defaultPartition?: string;
  /** Which migration made it (`DbState.migrations` then); a renamed one keeps its own. */
  since?: number;
  /** Its rows come from other tables, so they are worth what those are. */
  filled?: true;
  /** Gone when the migration that makes it ends. */
  temporary?: true;
}

export interface DbIndex {
  table: string;
  columns: string[];
  unique: boolean;
  /** For some rows only, or of an expression. */
  partial?: true;
  /** A key's own: `PRIMARY KEY`, `UNIQUE` said as a constraint. */
  constraint?: 'primary-key' | 'unique';
  method?: string;
  /** Columns kept in falling order. */
  descending?: string[];
}

export interface DbState {
  /** By `tableKey`. */
  tables: Map<string, DbTable>;
  /** Values in order, by `tableKey` of the type. */
  enums: Map<string, string[]>;
  /** Whether it has rules of its own, by `tableKey` of the domain. */
  domains: Map<string, { constrained: boolean }>;
  indexes: Map<string, DbIndex>;
  /** How many files were folded: with none, nothing is known and a missing table means nothing. */
  migrations: number;
  /** Tables and types, by key, that statements under a condition changed: what they are like isn't certain. `*`: any. */
  uncertain: Set<string>;
}

/** Tables and types are known by name; `public` and no schema are the same (Prisma's default search path). */
export function tableKey(name: Pick<SqlName, 'name' | 'schema'>): string {
  return name.schema === undefined || name.schema === 'public' ? name.name : `${name.schema}.${name.name}`;
}

export function emptyDbState(): DbState {
  return {
    tables: new Map(),
    enums: new Map(),
    domains: new Map(),
    indexes: new Map(),
    migrations: 0,
    uncertain: new Set(),
  };
}

/** A copy that can be changed without the first one noticing. */
export function copyDbState(state: DbState): DbState {
  return {
    tables: new Map(
      [...state.tables].map(([key, table]) => [
        key,
        {
          ...table,
          columns: new Map(table.columns),
          foreignKeys: [...table.foreignKeys],
          checks: new Map(table.checks),
        },
      ]),
    ),
    enums: new Map(state.enums),
    domains: new Map(state.domains),
    indexes: new Map(state.indexes),
    migrations: state.migrations,
    uncertain: new Set(state.uncertain),
  };
}

/** Made by a migration that isn't deployed: no application uses it yet. */
export function isUndeployed(made: { since?: number } | undefined, deployed: DbState): boolean {
  return made?.since !== undefined && made.since > deployed.migrations;
}

/** Every column whose type is (an array of) that type. */
export function columnsOfType(
  state: DbState,
  type: Pick<SqlName, 'name' | 'schema'>,
): { table: DbTable; column: DbColumn }[] {
  const out: { table: DbTable; column: DbColumn }[] = [];
  for (const table of state.tables.values())
    for (const column of table.columns.values())
      if (tableKey(column.type) === tableKey(type)) out.push({ table, column });
  return out;
}

/** The foreign keys that point at a table. */
export function referencesTo(state: DbState, target: SqlName): { table: string; onDelete: string }[] {
  return [...state.tables.values()].flatMap((table) =>
    table.foreignKeys
      .filter(({ to }) => tableKey(to.table) === tableKey(target) && tableKey(table) !== tableKey(target))
      .map(({ to }) => ({ table: table.name, onDelete: to.onDelete })),
  );
}

/** The tables whose rows go when the rows of that one go. */
export function cascadesTo(state: DbState, target: SqlName): string[] {
  return referencesTo(state, target)
    .filter((reference) => reference.onDelete === 'cascade')
    .map((reference) => reference.table);
}
