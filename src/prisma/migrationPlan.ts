/** What a migration does as a whole: which statements belong together, so that a step isn't judged out of its context. */
import type { Span } from '../base/span.ts';
import type { SqlColumn, SqlFacts, SqlName, SqlStatement, SqlType } from '../facts/sqlModel.ts';
import { tableKey } from './dbState.ts';
import type { DbState, DbTable } from './dbState.ts';

interface Added {
  column: SqlColumn;
  span: Span;
}

export interface Plan {
  /** Tables (by `tableKey`) that this migration makes before it uses them. */
  created: Set<string>;
  createdTypes: Set<string>;
  /** `table.column` of columns that this migration adds. */
  addedColumns: Set<string>;
  /** Dropped tables whose rows are copied into another one first; `columns`: what is copied, `undefined` for all. */
  copies: Map<string, { columns?: string[] }>;
  /** `table.column` of columns whose values another column takes over by an `UPDATE` of every row. */
  copiedColumns: Set<string>;
  /** `table.column` dropped and added again in this migration. */
  recreated: Map<string, Added>;
  /** `table.column` dropped while a likely successor is added. */
  renamedColumns: Map<string, Added>;
  renamedTables: Map<string, SqlName>;
  /** Enum types that are made to take over another one's name: new type → old name. */
  enumSwaps: Map<string, SqlName>;
}

export function planOf(facts: SqlFacts, before: DbState): Plan {
  const statements = facts.statements.flatMap((statement) =>
    statement.kind === 'do' ? [statement, ...statement.inner] : [statement],
  );
  const plan: Plan = {
    created: new Set(),
    createdTypes: new Set(),
    addedColumns: new Set(),
    copies: new Map(),
    copiedColumns: new Set(),
    recreated: new Map(),
    renamedColumns: new Map(),
    renamedTables: new Map(),
    enumSwaps: new Map(),
  };
  planTables(plan, statements, before);
  planColumns(plan, statements, before);
  planEnums(plan, statements, before);
  return plan;
}

function planTables(plan: Plan, statements: readonly SqlStatement[], before: DbState): void {
  const created: SqlName[] = [];
  const dropped: SqlName[] = [];
  const fresh = new Map<string, Set<string>>();
  const temporary = new Set<string>();
  for (const statement of statements) {
    if (statement.kind === 'create-table') {
      const key = tableKey(statement.table);
      // IF NOT EXISTS of a table that an earlier migration made changes nothing.
      const exists = before.tables.has(key) && statement.ifNotExists;
      if (!exists && !dropped.some((name) => tableKey(name) === key)) plan.created.add(key);
      if (statement.temporary) temporary.add(key);
      if (!exists && !statement.temporary) {
        created.push(statement.table);
        fresh.set(key, new Set(statement.columns.map((column) => column.name)));
      }
      if (statement.source && !statement.temporary)
        copyOf(plan, statement.source.tables, statement.source.whole, statement.source.columns);
    } else if (statement.kind === 'create-enum') plan.createdTypes.add(tableKey(statement.type));
    else if (statement.kind === 'insert' && statement.source && !temporary.has(tableKey(statement.table))) {
      const { tables, whole, columns } = statement.source;
      // Copies may get ids of their own.
      copyOf(plan, tables, whole, columns && statement.columns.includes('id') ? [...columns, 'id'] : columns);
    } else if (statement.kind === 'drop' && statement.object === 'table') dropped.push(...statement.names);
    else if (
      statement.kind === 'rename' &&
      statement.object === 'table' &&
      plan.created.has(tableKey(statement.on))
    ) {
      // The table behind this name is the one that this migration made, when the old one is gone.
      const taken = { ...statement.on, name: statement.to };
      if (!dropped.some((name) => tableKey(name) === tableKey(taken))) plan.created.add(tableKey(taken));
    }
  }
  // A table dropped before its namesake is created existed before; one created first is the migration's own.
  for (const name of dropped) {
    const old = before.tables.get(tableKey(name));
    if (!old || plan.created.has(tableKey(name))) continue;
    const successor = created.find(
      (candidate) =>
        tableKey(candidate) !== tableKey(name) && sameColumns(old, fresh.get(tableKey(candidate))),
    );
    if (successor) plan.renamedTables.set(tableKey(name), successor);
  }
}

function copyOf(plan: Plan, tables: readonly SqlName[], whole: boolean, columns: string[] | undefined): void {
  const [only] = tables;
  if (whole && only) plan.copies.set(tableKey(only), columns ? { columns } : {});
}

/** At least two thirds of the columns of both are the same. */
function sameColumns(old: DbTable, fresh: Set<string> | undefined): boolean {
  if (!fresh || fresh.size === 0) return false;
  const shared = [...old.columns.keys()].filter((name) => fresh.has(name)).length;
  return shared > 0 && shared * 3 >= Math.max(old.columns.size, fresh.size) * 2;
}

function planColumns(plan: Plan, statements: readonly SqlStatement[], before: DbState): void {
  const perTable = new Map<string, { added: Added[]; dropped: string[] }>();
  for (const statement of statements) {
    if (statement.kind === 'alter-table') {
      const key = tableKey(statement.table);
      const entry = perTable.get(key) ?? { added: [], dropped: [] };
      perTable.set(key, entry);
      for (const command of statement.commands) {
        if (command.command === 'drop-column') entry.dropped.push(command.column);
        else if (command.command === 'add-column') {
          entry.added.push({ column: command.column, span: command.span });
          const exists = before.tables.get(key)?.columns.has(command.column.name);
          if (!(exists && command.ifNotExists)) plan.addedColumns.add(`${key}.${command.column.name}`);
        }
      }
    } else if (statement.kind === 'update' && !statement.from && statement.where !== 'some') {
      const key = tableKey(statement.table);
      for (const set of statement.sets)
        for (const read of set.reads) if (read !== set.column) plan.copiedColumns.add(`${key}.${read}`);
    } else if (statement.kind === 'rename' && statement.object === 'column') {
      // A column that this migration added keeps being its own under a new name.
      const key = tableKey(statement.on);
      if (plan.addedColumns.has(`${key}.${statement.from}`)) plan.addedColumns.add(`${key}.${statement.to}`);
    }
  }
  for (const [key, { added, dropped }] of perTable)
    pairColumns(plan, key, added, dropped, before.tables.get(key));
}

/** Finds for each dropped column the added one that replaces it. */
function pairColumns(
  plan: Plan,
  key: string,
  added: readonly Added[],
  dropped: readonly string[],
  table: DbTable | undefined,
): void {
  const free = new Set(added);
  const rest: string[] = [];
  for (const name of dropped) {
    const again = added.find((item) => item.column.name === name);
    const existed = table === undefined || table.columns.has(name);
    if (again && existed) {
      plan.recreated.set(`${key}.${name}`, again);
      free.delete(again);
    } else if (!again) rest.push(name);
  }
  for (const name of rest) {
    const type = table?.columns.get(name)?.type;
    const candidates = [...free].filter((item) => type === undefined || sameType(type, item.column.type));
    const only = rest.length === 1 && free.size === 1 ? candidates[0] : undefined;
    const match = only ?? candidates.find((item) => similar(name, item.column.name));
    if (!match) continue;
    plan.renamedColumns.set(`${key}.${name}`, match);
    free.delete(match);
  }
}

function sameType(a: SqlType, b: SqlType): boolean {
  return a.name === b.name && a.schema === b.schema && a.array === b.array;
}

/** Whether two names share a word (`name`, `fullName`) or one begins with the other. */
function similar(a: string, b: string): boolean {
  const other = words(b);
  const [one, two] = [a.toLowerCase(), b.toLowerCase()];
  return words(a).some((part) => other.includes(part)) || one.startsWith(two) || two.startsWith(one);
}

function words(name: string): string[] {
  const parts = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return parts.filter((part) => part.length > 2);
}

function planEnums(plan: Plan, statements: readonly SqlStatement[], before: DbState): void {
  for (const statement of statements) {
    if (statement.kind !== 'rename' || statement.object !== 'type') continue;
    const old = { ...statement.on, name: statement.to };
    if (plan.createdTypes.has(tableKey(statement.on)) && before.enums.has(tableKey(old)))
      plan.enumSwaps.set(tableKey(statement.on), old);
  }
}
