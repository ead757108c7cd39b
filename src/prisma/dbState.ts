/** The database that a list of migrations builds, as far as later migrations are judged by it: a fold over their statements. */
import { given } from '../base/given.ts';
import type {
  SqlAlterCommand,
  SqlColumn,
  SqlConstraint,
  SqlFacts,
  SqlName,
  SqlReference,
  SqlStatement,
  SqlType,
} from '../facts/sqlModel.ts';

export interface DbColumn {
  name: string;
  type: SqlType;
  notNull: boolean;
  hasDefault: boolean;
}

export interface DbTable {
  name: string;
  schema?: string;
  columns: Map<string, DbColumn>;
  /** Foreign keys of this table: where they point. */
  references: SqlReference[];
  /** Its named constraints `CHECK (<column> IS NOT NULL)`; `valid`: every row has been looked at. */
  required: Map<string, { column: string; valid: boolean }>;
}

export interface DbIndex {
  table: string;
  columns: string[];
  unique: boolean;
}

export interface DbState {
  /** By `tableKey`. */
  tables: Map<string, DbTable>;
  /** Values in order, by `tableKey` of the type. */
  enums: Map<string, string[]>;
  indexes: Map<string, DbIndex>;
  /** How many files were folded: with none, nothing is known and a missing table means nothing. */
  migrations: number;
}

/** Tables and types are known by name; `public` and no schema are the same (Prisma's default search path). */
export function tableKey(name: Pick<SqlName, 'name' | 'schema'>): string {
  return name.schema === undefined || name.schema === 'public' ? name.name : `${name.schema}.${name.name}`;
}

export function emptyDbState(): DbState {
  return { tables: new Map(), enums: new Map(), indexes: new Map(), migrations: 0 };
}

/** The state after all these migrations, in their order, beginning from nothing or from `start` (which stays unchanged). */
export function foldMigrations(migrations: readonly SqlFacts[], start: DbState = emptyDbState()): DbState {
  const state = copyDbState(start);
  for (const migration of migrations) {
    state.migrations++;
    for (const statement of migration.statements) applyStatement(state, statement);
  }
  return state;
}

export function copyDbState(state: DbState): DbState {
  return {
    tables: new Map(
      [...state.tables].map(([key, table]) => [
        key,
        {
          ...table,
          columns: new Map(table.columns),
          references: [...table.references],
          required: new Map(table.required),
        },
      ]),
    ),
    enums: new Map(state.enums),
    indexes: new Map(state.indexes),
    migrations: state.migrations,
  };
}

/** Changes the state as the statement changes the database. Statements about unknown things change nothing. */
export function applyStatement(state: DbState, statement: SqlStatement): void {
  if (statement.kind === 'create-table') createTable(state, statement);
  else if (statement.kind === 'alter-table') {
    const table = state.tables.get(tableKey(statement.table));
    if (table) for (const command of statement.commands) alterTable(state, table, command);
  } else if (statement.kind === 'drop') drop(state, statement);
  else if (statement.kind === 'rename') rename(state, statement);
  else if (statement.kind === 'set-schema') {
    const map: Map<string, unknown> = statement.object === 'type' ? state.enums : state.tables;
    moveKey(map, tableKey(statement.name), tableKey({ name: statement.name.name, schema: statement.schema }));
  } else if (statement.kind === 'create-index') {
    if (statement.name !== undefined)
      state.indexes.set(statement.name, {
        table: tableKey(statement.table),
        columns: statement.columns,
        // A partial one says nothing of the other rows, an expression nothing of a column.
        unique: statement.unique && !statement.partial && !statement.columns.includes(''),
      });
  } else if (statement.kind === 'create-enum') state.enums.set(tableKey(statement.type), statement.values);
  else if (statement.kind === 'add-enum-value' || statement.kind === 'rename-enum-value')
    changeEnum(state, statement);
  else if (statement.kind === 'do') for (const inner of statement.inner) applyStatement(state, inner);
}

type Of<K extends SqlStatement['kind']> = Extract<SqlStatement, { kind: K }>;

function createTable(state: DbState, statement: Of<'create-table'>): void {
  const key = tableKey(statement.table);
  if (statement.ifNotExists && state.tables.has(key)) return;
  const table: DbTable = {
    name: statement.table.name,
    columns: new Map(statement.columns.map((column) => [column.name, columnOf(column)])),
    references: statement.columns.flatMap((column) => column.references ?? []),
    required: new Map(),
    ...given({ schema: statement.table.schema }),
  };
  const source = statement.source?.tables.length === 1 ? statement.source.tables[0] : undefined;
  if (source) {
    for (const [name, column] of state.tables.get(tableKey(source))?.columns ?? []) {
      if (!statement.source?.columns || statement.source.columns.includes(name))
        table.columns.set(name, column);
    }
  }
  state.tables.set(key, table);
  for (const column of statement.columns) addKey(state, table, column);
  for (const constraint of statement.constraints) addConstraint(state, table, constraint);
}

function columnOf(column: SqlColumn): DbColumn {
  return {
    name: column.name,
    type: column.type,
    notNull: column.notNull,
    hasDefault: column.default !== 'none' || column.identity || column.generated,
  };
}

function addConstraint(state: DbState, table: DbTable, constraint: SqlConstraint): void {
  if (constraint.references) table.references.push(constraint.references);
  if (constraint.requires !== undefined && constraint.name !== undefined)
    table.required.set(constraint.name, { column: constraint.requires, valid: !constraint.notValid });
  if (constraint.type === 'primary-key')
    for (const name of constraint.columns) change(table, name, { notNull: true });
  if ((constraint.type === 'primary-key' || constraint.type === 'unique') && constraint.name !== undefined)
    state.indexes.set(constraint.name, { table: tableKey(table), columns: constraint.columns, unique: true });
}

/** The index behind a column's own `PRIMARY KEY` or `UNIQUE`, by the name that PostgreSQL gives it. */
function addKey(state: DbState, table: DbTable, column: SqlColumn): void {
  if (!column.primaryKey && !column.unique) return;
  const name = column.primaryKey ? `${table.name}_pkey` : `${table.name}_${column.name}_key`;
  state.indexes.set(name, { table: tableKey(table), columns: [column.name], unique: true });
}

function change(table: DbTable, name: string, values: Partial<DbColumn>): void {
  const column = table.columns.get(name);
  if (column) table.columns.set(name, { ...column, ...values });
}

function alterTable(state: DbState, table: DbTable, command: SqlAlterCommand): void {
  switch (command.command) {
    case 'add-column':
      if (!(command.ifNotExists && table.columns.has(command.column.name)))
        table.columns.set(command.column.name, columnOf(command.column));
      addKey(state, table, command.column);
      if (command.column.references) table.references.push(command.column.references);
      break;
    case 'drop-column':
      table.columns.delete(command.column);
      for (const [name, index] of state.indexes)
        if (index.table === tableKey(table) && index.columns.includes(command.column))
          state.indexes.delete(name);
      break;
    case 'alter-type':
      change(table, command.column, { type: command.to });
      break;
    case 'set-not-null':
    case 'drop-not-null':
      change(table, command.column, { notNull: command.command === 'set-not-null' });
      break;
    case 'set-default':
    case 'drop-default':
      change(table, command.column, { hasDefault: command.command === 'set-default' });
      break;
    case 'add-constraint':
      addConstraint(state, table, command.constraint);
      break;
    case 'drop-constraint':
      state.indexes.delete(command.name);
      table.required.delete(command.name);
      break;
    case 'validate-constraint': {
      const check = table.required.get(command.name);
      if (check) table.required.set(command.name, { ...check, valid: true });
      break;
    }
    default:
  }
}

function drop(state: DbState, statement: Of<'drop'>): void {
  for (const name of statement.names) {
    if (statement.object === 'table') state.tables.delete(tableKey(name));
    else if (statement.object === 'type') {
      state.enums.delete(tableKey(name));
      if (statement.cascade)
        for (const use of columnsOfType(state, name)) use.table.columns.delete(use.column.name);
    } else if (statement.object === 'index') state.indexes.delete(name.name);
    else if (statement.object === 'schema') {
      for (const [key, table] of state.tables)
        if ((table.schema ?? 'public') === name.name) state.tables.delete(key);
    }
  }
}

function rename(state: DbState, statement: Of<'rename'>): void {
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
    return;
  }
  const to = tableKey({ name: statement.to, ...given({ schema: statement.on.schema }) });
  if (statement.object === 'table') {
    const table = state.tables.get(key);
    if (!table) return;
    state.tables.delete(key);
    state.tables.set(to, { ...table, name: statement.to });
    for (const [name, index] of state.indexes)
      if (index.table === key) state.indexes.set(name, { ...index, table: to });
  } else if (statement.object === 'type') {
    for (const use of columnsOfType(state, statement.on))
      use.table.columns.set(use.column.name, {
        ...use.column,
        type: { ...use.column.type, name: statement.to },
      });
    moveKey(state.enums, key, to);
  } else if (statement.object === 'index') moveKey(state.indexes, statement.from, statement.to);
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

function changeEnum(state: DbState, statement: Of<'add-enum-value'> | Of<'rename-enum-value'>): void {
  const key = tableKey(statement.type);
  const values = state.enums.get(key);
  if (!values) return;
  if (statement.kind === 'rename-enum-value')
    state.enums.set(
      key,
      values.map((value) => (value === statement.from ? statement.to : value)),
    );
  else if (!values.includes(statement.value)) state.enums.set(key, [...values, statement.value]);
}

function moveKey<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}

/** The foreign keys that point at a table. */
export function referencesTo(state: DbState, target: SqlName): { table: string; onDelete: string }[] {
  return [...state.tables.values()].flatMap((table) =>
    table.references
      .filter(
        (reference) => tableKey(reference.table) === tableKey(target) && tableKey(table) !== tableKey(target),
      )
      .map((reference) => ({ table: table.name, onDelete: reference.onDelete })),
  );
}

/** The tables whose rows go when the rows of that one go. */
export function cascadesTo(state: DbState, target: SqlName): string[] {
  return referencesTo(state, target)
    .filter((reference) => reference.onDelete === 'cascade')
    .map((reference) => reference.table);
}
