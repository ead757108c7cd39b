/** What `RENAME` changes in the state of a database. */
import { given } from '../base/given.ts';
import type { SqlStatement } from '../facts/sqlModel.ts';
import { columnsOfType, tableKey } from './dbModel.ts';
import type { DbState, DbTable } from './dbModel.ts';

type Rename = Extract<SqlStatement, { kind: 'rename' }>;

export function rename(state: DbState, statement: Rename): void {
  const key = tableKey(statement.on);
  if (statement.object === 'column') {
    const table = state.tables.get(key);
    const column = table?.columns.get(statement.from);
    if (!table || !column) return;
    table.columns = new Map(
      [...table.columns].map(([name, value]) =>
        name === statement.from ? [statement.to, { ...value, name: statement.to }] : [name, value],
      ),
    );
    for (const [name, index] of state.indexes)
      if (index.table === key && index.columns.includes(statement.from))
        state.indexes.set(name, {
          ...index,
          columns: index.columns.map((item) => (item === statement.from ? statement.to : item)),
        });
    renameInKeys(state, table, statement.from, statement.to);
    return;
  }
  if (statement.object === 'constraint') renameConstraint(state, key, statement.from, statement.to);
  const to = tableKey({ name: statement.to, ...given({ schema: statement.on.schema }) });
  if (statement.object === 'table') {
    const table = state.tables.get(key);
    if (!table) return;
    state.tables.delete(key);
    state.tables.set(to, { ...table, name: statement.to });
    for (const [name, index] of state.indexes)
      if (index.table === key) state.indexes.set(name, { ...index, table: to });
    for (const other of state.tables.values())
      other.foreignKeys = other.foreignKeys.map((item) =>
        tableKey(item.to.table) === key
          ? { ...item, to: { ...item.to, table: { ...item.to.table, name: statement.to } } }
          : item,
      );
  } else if (statement.object === 'type') {
    for (const use of columnsOfType(state, statement.on))
      use.table.columns.set(use.column.name, {
        ...use.column,
        type: { ...use.column.type, name: statement.to },
      });
    moveKey(state.enums, key, to);
    moveKey(state.domains, key, to);
  } else if (statement.object === 'index') {
    moveKey(state.indexes, statement.on.name, statement.to);
    for (const table of state.tables.values())
      if (table.primaryKey?.name === statement.on.name)
        table.primaryKey = { ...table.primaryKey, name: statement.to };
  }
}

/** A renamed column keeps its place in keys. */
function renameInKeys(state: DbState, table: DbTable, from: string, to: string): void {
  const renamed = (names: readonly string[]): string[] => names.map((name) => (name === from ? to : name));
  if (table.primaryKey)
    table.primaryKey = { ...table.primaryKey, columns: renamed(table.primaryKey.columns) };
  table.foreignKeys = table.foreignKeys.map((key) => ({ ...key, columns: renamed(key.columns) }));
  for (const other of state.tables.values())
    other.foreignKeys = other.foreignKeys.map((key) =>
      tableKey(key.to.table) === tableKey(table)
        ? { ...key, to: { ...key.to, columns: renamed(key.to.columns) } }
        : key,
    );
}

function renameConstraint(state: DbState, key: string, from: string, to: string): void {
  const table = state.tables.get(key);
  if (!table) return;
  moveKey(state.indexes, from, to);
  moveKey(table.checks, from, to);
  if (table.primaryKey?.name === from) table.primaryKey = { ...table.primaryKey, name: to };
  table.foreignKeys = table.foreignKeys.map((item) => (item.name === from ? { ...item, name: to } : item));
}

/** Gives a value another key. */
export function moveKey<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}
