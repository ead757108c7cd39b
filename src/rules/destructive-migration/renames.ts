/** When a drop and an addition can be written as a rename that keeps the data. */
import type { SqlColumn, SqlFacts, SqlName, SqlStatement, SqlType } from '../../facts/sqlModel.ts';
import { tableKey } from '../../prisma/dbState.ts';
import type { DbColumn, DbState, DbTable } from '../../prisma/dbState.ts';
import type { Hazard } from '../../prisma/hazard.ts';
import { addedIn, alterOf } from './clauses.ts';

type Of<K extends SqlStatement['kind']> = Extract<SqlStatement, { kind: K }>;

/** Whether `rename-instead` can be offered. */
export function canRename(facts: SqlFacts, hazard: Hazard, before: DbState): boolean {
  if (hazard.kind === 'rename-column') {
    const alter = alterOf(facts, hazard);
    const added = alter && addedIn(alter.statement, hazard)?.column;
    const old = added && oldColumn(hazard, before);
    return (
      added !== undefined &&
      old !== undefined &&
      sameType(old.type, added.type) &&
      !added.unique &&
      !added.primaryKey &&
      !added.references &&
      !added.generated &&
      !added.identity
    );
  }
  if (hazard.kind === 'rename-table') return tableRename(facts, hazard, before) !== undefined;
  return enumRename(facts, hazard) !== undefined;
}

/** The column that a hazard takes away, as the migrations before built it. */
export function oldColumn(hazard: Hazard, before: DbState): DbColumn | undefined {
  const [column] = hazard.columns;
  return hazard.table && column !== undefined
    ? before.tables.get(tableKey(hazard.table))?.columns.get(column)
    : undefined;
}

export interface TableRename {
  drop: Of<'drop'>;
  create: Of<'create-table'>;
  old: DbTable;
  /** Statements that make an index which the old table has already, with its old name. */
  indexes: { statement: Of<'create-index'>; from: string; to: string }[];
  /** Name of the primary key's constraint before and after. */
  primaryKey: { from: string; to: string } | undefined;
}

/** A dropped table and a created one of exactly the same columns. */
export function tableRename(facts: SqlFacts, hazard: Hazard, before: DbState): TableRename | undefined {
  const drop = facts.statements[hazard.index];
  const old = hazard.table && before.tables.get(tableKey(hazard.table));
  const create = facts.statements.find(
    (statement): statement is Of<'create-table'> =>
      statement.kind === 'create-table' && statement.table.span.start === hazard.addedAt?.start,
  );
  if (drop?.kind !== 'drop' || drop.names.length !== 1 || !old || !create || create.source) return undefined;
  const isSame =
    create.columns.length === old.columns.size && create.columns.every((column) => sameColumn(old, column));
  if (!isSame || create.constraints.some((constraint) => constraint.type !== 'primary-key')) return undefined;
  const owned = [...before.indexes].filter(([, index]) => index.table === tableKey(old));
  const key = create.constraints[0];
  const oldKey = key && owned.find(([, index]) => index.unique && sameList(index.columns, key.columns));
  const taken = new Set<string>(oldKey ? [oldKey[0]] : []);
  const indexes: TableRename['indexes'] = [];
  for (const statement of facts.statements) {
    if (statement.kind !== 'create-index' || tableKey(statement.table) !== tableKey(create.table)) continue;
    const same = owned.find(
      ([name, index]) =>
        !taken.has(name) && index.unique === statement.unique && sameList(index.columns, statement.columns),
    );
    if (!same || statement.name === undefined || statement.partial) continue;
    taken.add(same[0]);
    indexes.push({ statement, from: same[0], to: statement.name });
  }
  return {
    drop,
    create,
    old,
    indexes,
    primaryKey: oldKey && key?.name !== undefined ? { from: oldKey[0], to: key.name } : undefined,
  };
}

function sameColumn(old: DbTable, column: SqlColumn): boolean {
  const before = old.columns.get(column.name);
  const hasDefault = column.default !== 'none' || column.identity || column.generated;
  return (
    before !== undefined &&
    sameType(before.type, column.type) &&
    before.notNull === isRequired(column) &&
    before.hasDefault === hasDefault
  );
}

function isRequired(column: SqlColumn): boolean {
  return column.notNull || column.primaryKey;
}

/** Equal with their arguments. */
export function sameType(a: SqlType, b: SqlType): boolean {
  return tableKey(a) === tableKey(b) && a.array === b.array && a.args.join() === b.args.join();
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

export interface EnumRename {
  type: SqlName;
  from: string;
  to: string;
  /** Indexes of the first and the last statement of the swap. */
  first: number;
  last: number;
  /** Statements in between that stay: new defaults. */
  kept: SqlStatement[];
}

/** The statements by which Prisma swaps an enum for a new one, when they do nothing else and one value becomes one other. */
export function enumRename(facts: SqlFacts, hazard: Hazard): EnumRename | undefined {
  const { from, to } = hazard;
  const create = facts.statements[hazard.index];
  if (
    hazard.kind !== 'enum-value-removed' ||
    from === undefined ||
    to === undefined ||
    hazard.values[0] !== from ||
    create?.kind !== 'create-enum'
  )
    return undefined;
  const isBegin = (statement: SqlStatement | undefined): boolean =>
    statement?.kind === 'transaction' && statement.action === 'begin';
  const first = isBegin(facts.statements[hazard.index - 1]) ? hazard.index - 1 : hazard.index;
  const kept: SqlStatement[] = [];
  let type: SqlName | undefined;
  let last = hazard.index;
  for (let index = hazard.index + 1; index < facts.statements.length; index++) {
    const statement = facts.statements[index];
    if (!statement || !belongs(statement, create.type, hazard.object)) break;
    last = index;
    if (statement.kind === 'rename' && statement.on.name === hazard.object) type = statement.on;
    if (
      statement.kind === 'alter-table' &&
      statement.commands.every((command) => command.command === 'set-default')
    )
      kept.push(statement);
    if (statement.kind === 'transaction') break;
  }
  const end = facts.statements[last];
  const isClosed = first === hazard.index || (end?.kind === 'transaction' && end.action === 'commit');
  const dropsOld = facts.statements
    .slice(hazard.index, last + 1)
    .some((statement) => statement.kind === 'drop');
  return type && isClosed && dropsOld ? { type, from, to, first, last, kept } : undefined;
}

function belongs(statement: SqlStatement, fresh: SqlName, old: string | undefined): boolean {
  switch (statement.kind) {
    case 'alter-table':
      return statement.commands.every(
        (command) =>
          command.command === 'drop-default' ||
          command.command === 'set-default' ||
          (command.command === 'alter-type' && command.to.name === fresh.name),
      );
    case 'rename':
      return statement.object === 'type' && (statement.on.name === old || statement.on.name === fresh.name);
    case 'drop':
      return statement.object === 'type' && !statement.cascade;
    case 'transaction':
      return statement.action === 'commit';
    default:
      return false;
  }
}
