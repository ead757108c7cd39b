/** The database that a list of migrations builds, as far as later migrations are judged by it: a fold over their statements. */
import { given } from '../base/given.ts';
import type {
  SqlAlterCommand,
  SqlColumn,
  SqlCondition,
  SqlConstraint,
  SqlFacts,
  SqlStatement,
  SqlValue,
} from '../facts/sqlModel.ts';
import { columnsOfType, copyDbState, emptyDbState, tableKey } from './dbModel.ts';
import type { DbColumn, DbState, DbTable } from './dbModel.ts';
import { moveKey, rename } from './dbRenames.ts';

export { cascadesTo, columnsOfType, copyDbState, emptyDbState, referencesTo, tableKey } from './dbModel.ts';
export type { DbColumn, DbForeignKey, DbIndex, DbState, DbTable } from './dbModel.ts';

/** The state after all these migrations, in their order, beginning from nothing or from `start` (which stays unchanged). */
export function foldMigrations(migrations: readonly SqlFacts[], start: DbState = emptyDbState()): DbState {
  const state = copyDbState(start);
  for (const migration of migrations) {
    state.migrations++;
    for (const statement of migration.statements) applyStatement(state, statement);
    for (const [key, table] of state.tables) if (table.temporary) state.tables.delete(key);
  }
  return state;
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
        ...(statement.partial || statement.columns.includes('') ? { partial: true } : {}),
        ...given({ method: statement.method, descending: statement.descending }),
        // A partial one says nothing of the other rows, an expression nothing of a column.
        unique: statement.unique && !statement.partial && !statement.columns.includes(''),
      });
  } else if (statement.kind === 'create-enum') state.enums.set(tableKey(statement.type), statement.values);
  else if (statement.kind === 'add-enum-value' || statement.kind === 'rename-enum-value')
    changeEnum(state, statement);
  else if (statement.kind === 'create-domain')
    state.domains.set(tableKey(statement.type), { constrained: statement.constrained });
  else if (statement.kind === 'alter-domain') {
    const constrained = state.domains.get(tableKey(statement.type))?.constrained === true;
    if (constrained || statement.change === 'set-not-null' || statement.change === 'add-constraint')
      state.domains.set(tableKey(statement.type), { constrained: true });
  } else if (statement.kind === 'insert') {
    const table = statement.source && state.tables.get(tableKey(statement.table));
    if (table) table.filled = true;
  } else if (statement.kind === 'update') {
    const table = state.tables.get(tableKey(statement.table));
    for (const set of statement.sets)
      if (table && (statement.from || set.reads.some((column) => column !== set.column)))
        change(table, set.column, { filled: true });
  } else if (statement.kind === 'do') applyBody(state, statement);
  // Only the parts of PostgreSQL that can't be read or run here leave a doubt: everything else is folded.
  else if (statement.kind === 'unparsed') state.uncertain.add('*');
}

/** The statements of a procedural body as if all of them ran, which their conditions may not let happen. */
function applyBody(state: DbState, block: Of<'do'>): void {
  for (const inner of block.inner) {
    applyStatement(state, inner);
    if ('table' in inner) state.uncertain.add(tableKey(inner.table));
    else if ('type' in inner) state.uncertain.add(tableKey(inner.type));
    else if ('names' in inner) for (const name of inner.names) state.uncertain.add(tableKey(name));
    else if ('on' in inner) state.uncertain.add(tableKey(inner.on));
  }
  if (!/\bEXECUTE\b/i.test(block.body)) return;
  // Text that is put together at run time may say anything, other text only what it names.
  if (/\|\||\bformat\s*\(/i.test(block.body)) state.uncertain.add('*');
  for (const [, name = ''] of block.body.matchAll(/"((?:[^"]|"")+)"/g))
    state.uncertain.add(name.replaceAll('""', '"'));
}

type Of<K extends SqlStatement['kind']> = Extract<SqlStatement, { kind: K }>;

function createTable(state: DbState, statement: Of<'create-table'>): void {
  const key = tableKey(statement.table);
  if (statement.ifNotExists && state.tables.has(key)) return;
  const table: DbTable = {
    name: statement.table.name,
    columns: new Map(statement.columns.map((column) => [column.name, columnOf(state, column)])),
    foreignKeys: [],
    since: state.migrations,
    checks: new Map(),
    ...(statement.temporary ? { temporary: true } : {}),
    ...(statement.source ? { filled: true } : {}),
    ...given({ schema: statement.table.schema, partitionBy: statement.partitionBy }),
  };
  const source = statement.source?.tables.length === 1 ? statement.source.tables[0] : undefined;
  if (source) {
    for (const [name, column] of state.tables.get(tableKey(source))?.columns ?? []) {
      if (!statement.source?.columns || statement.source.columns.includes(name))
        table.columns.set(name, column);
    }
  }
  state.tables.set(key, table);
  for (const column of statement.columns) {
    addKey(state, table, column);
    addReference(table, column);
    if (column.checked) addCheck(table, undefined, column.checked, true);
  }
  for (const constraint of statement.constraints) addConstraint(state, table, constraint);
  const { partitionOf } = statement;
  if (!partitionOf) return;
  const parent = state.tables.get(tableKey(partitionOf.parent));
  if (!parent) return;
  table.columns = new Map([...parent.columns, ...table.columns]);
  if (partitionOf.bound.bound === 'default') parent.defaultPartition = key;
}

function columnOf(state: DbState, column: SqlColumn): DbColumn {
  const isSerial = /^(small|big)?serial[248]?$/.test(column.type.name);
  return {
    name: column.name,
    type: column.type,
    since: state.migrations,
    notNull: column.notNull,
    hasDefault: column.default !== 'none' || column.identity || column.generated,
    ...(column.identity && !isSerial ? { identity: true as const } : {}),
    ...(column.generated ? { generated: true as const } : {}),
    ...given({ value: isSerial ? { v: 'sequence' as const, name: '' } : column.value }),
  };
}

function addReference(table: DbTable, column: SqlColumn): void {
  if (column.references)
    table.foreignKeys.push({
      name: `${table.name}_${column.name}_fkey`,
      columns: [column.name],
      to: column.references,
    });
}

function addCheck(table: DbTable, name: string | undefined, says: SqlCondition[], valid: boolean): void {
  // Nobody can drop or validate one by a name that PostgreSQL makes up and that isn't known here.
  table.checks.set(name ?? `check ${String(table.checks.size)}`, { says, valid });
}

function addConstraint(state: DbState, table: DbTable, constraint: SqlConstraint): void {
  const { name, columns } = constraint;
  if (constraint.references)
    table.foreignKeys.push({
      name: name ?? `${table.name}_${columns.join('_')}_fkey`,
      columns,
      to: constraint.references,
    });
  if (constraint.type === 'check')
    addCheck(table, constraint.name, constraint.says ?? [], !constraint.notValid);
  if (constraint.type === 'not-null')
    for (const column of columns) {
      if (!constraint.notValid) change(table, column, { notNull: true });
      addCheck(
        table,
        name ?? `${table.name}_${column}_not_null`,
        [{ column, is: 'not null' }],
        !constraint.notValid,
      );
    }
  if (constraint.type !== 'primary-key' && constraint.type !== 'unique') return;
  const isPrimary = constraint.type === 'primary-key';
  // `USING INDEX` takes over an index and its columns.
  const former = constraint.usingIndex && name !== undefined ? state.indexes.get(name) : undefined;
  const keys = former?.columns ?? columns;
  const keyName = name ?? (isPrimary ? `${table.name}_pkey` : `${table.name}_${keys.join('_')}_key`);
  if (isPrimary) {
    for (const column of keys) change(table, column, { notNull: true });
    table.primaryKey = { name: keyName, columns: keys };
  }
  state.indexes.set(keyName, {
    table: tableKey(table),
    columns: keys,
    unique: true,
    constraint: constraint.type,
  });
}

/** The index behind a column's own `PRIMARY KEY` or `UNIQUE`, by the name that PostgreSQL gives it. */
function addKey(state: DbState, table: DbTable, column: SqlColumn): void {
  if (!column.primaryKey && !column.unique) return;
  const name = column.primaryKey ? `${table.name}_pkey` : `${table.name}_${column.name}_key`;
  const constraint = column.primaryKey ? 'primary-key' : 'unique';
  state.indexes.set(name, { table: tableKey(table), columns: [column.name], unique: true, constraint });
  if (column.primaryKey) table.primaryKey = { name, columns: [column.name] };
}

function change(table: DbTable, name: string, values: Partial<DbColumn>): void {
  const column = table.columns.get(name);
  if (column) table.columns.set(name, { ...column, ...values });
}

function alterTable(state: DbState, table: DbTable, command: SqlAlterCommand): void {
  switch (command.command) {
    case 'add-column':
      if (!(command.ifNotExists && table.columns.has(command.column.name)))
        table.columns.set(command.column.name, columnOf(state, command.column));
      addKey(state, table, command.column);
      addReference(table, command.column);
      if (command.column.checked) addCheck(table, undefined, command.column.checked, true);
      break;
    case 'drop-column':
      table.columns.delete(command.column);
      for (const [name, index] of state.indexes)
        if (index.table === tableKey(table) && index.columns.includes(command.column))
          state.indexes.delete(name);
      table.foreignKeys = table.foreignKeys.filter((key) => !key.columns.includes(command.column));
      if (table.primaryKey?.columns.includes(command.column)) delete table.primaryKey;
      break;
    case 'alter-type':
      change(table, command.column, { type: command.to });
      break;
    case 'set-not-null':
    case 'drop-not-null':
      change(table, command.column, { notNull: command.command === 'set-not-null' });
      break;
    case 'set-default':
      setDefault(table, command.column, command.value);
      break;
    case 'drop-default':
      setDefault(table, command.column, undefined);
      break;
    case 'add-constraint':
      addConstraint(state, table, command.constraint);
      break;
    case 'drop-constraint':
      state.indexes.delete(command.name);
      table.checks.delete(command.name);
      table.foreignKeys = table.foreignKeys.filter(({ name }) => name !== command.name);
      if (table.primaryKey?.name === command.name) delete table.primaryKey;
      break;
    case 'validate-constraint': {
      const check = table.checks.get(command.name);
      if (check) table.checks.set(command.name, { ...check, valid: true });
      break;
    }
    case 'attach-partition':
      if (command.bound.bound === 'default') table.defaultPartition = tableKey(command.partition);
      break;
    case 'detach-partition':
      if (table.defaultPartition === tableKey(command.partition)) delete table.defaultPartition;
      break;
    default:
  }
}

function setDefault(table: DbTable, name: string, value: SqlValue | undefined): void {
  const column = table.columns.get(name);
  if (!column) return;
  const { value: _, ...rest } = column;
  table.columns.set(name, { ...rest, hasDefault: value !== undefined, ...given({ value }) });
}

function drop(state: DbState, statement: Of<'drop'>): void {
  for (const name of statement.names) {
    if (statement.object === 'table') dropTable(state, tableKey(name));
    else if (statement.object === 'type' || statement.object === 'domain') {
      state.domains.delete(tableKey(name));
      state.enums.delete(tableKey(name));
      if (statement.cascade)
        for (const use of columnsOfType(state, name)) use.table.columns.delete(use.column.name);
    } else if (statement.object === 'index') state.indexes.delete(name.name);
    else if (statement.object === 'schema') {
      for (const [key, table] of state.tables)
        if ((table.schema ?? 'public') === name.name) dropTable(state, key);
    }
  }
}

/** Its indexes go with it, and the keys that point at it (without `CASCADE` there are none). */
function dropTable(state: DbState, key: string): void {
  state.tables.delete(key);
  for (const table of state.tables.values())
    if (table.defaultPartition === key) delete table.defaultPartition;
  for (const [name, index] of state.indexes) if (index.table === key) state.indexes.delete(name);
  for (const table of state.tables.values())
    table.foreignKeys = table.foreignKeys.filter(({ to }) => tableKey(to.table) !== key);
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
