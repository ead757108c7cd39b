/** Rules that the rows of a table are read for, unless a `CHECK` proves them: partitions' bounds, domains, `SET NOT NULL`. */
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { SqlAlterCommand, SqlBound, SqlCondition, SqlName, SqlStatement } from '../facts/sqlModel.ts';
import { columnsOfType, tableKey } from './dbModel.ts';
import type { DbTable } from './dbModel.ts';
import { isFree, report } from './lockState.ts';
import type { Assessment } from './lockState.ts';

/** What every row of a table is known to fulfil; a check whose text can't be read has nothing to say. */
const proven = (table: DbTable): SqlCondition[] =>
  [...table.checks.values()].flatMap(({ valid, says }) => (valid ? says : []));

/** No row of it is without a value in that column. */
export function provesValue(table: DbTable, column: string): boolean {
  return (
    table.columns.get(column)?.notNull === true ||
    proven(table).some((item) => item.is === 'not null' && item.column === column)
  );
}

/** -1, 0 or 1 as numbers or dates are ordered; `undefined` for values whose order depends on more than their text. */
function order(a: string, b: string): number | undefined {
  if (a === b) return 0;
  const isNumber = (text: string): boolean => /^-?\d{1,15}(\.\d+)?$/.test(text);
  if (isNumber(a) && isNumber(b)) return Math.sign(Number(a) - Number(b));
  const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);
  return isDay(a) && isDay(b) ? (a < b ? -1 : 1) : undefined;
}

/**
 * Whether the checks of a table prove that all its rows lie within bounds; `unknown` where a check says something of the columns that
 * can't be compared.
 */
function provesBound(
  table: DbTable,
  keys: readonly string[] | undefined,
  bound: SqlBound,
): true | false | 'unknown' {
  const says = proven(table);
  const [column] = keys ?? [];
  if (keys?.length === 1 && column !== undefined && column !== '') {
    const own = says.filter((item) => item.column === column);
    if (bound.bound === 'list' && (bound.null || provesValue(table, column)))
      if (own.some((item) => item.is === 'in' && item.values.every((value) => bound.values.includes(value))))
        return true;
    if (bound.bound === 'range' && provesValue(table, column)) {
      const [from] = bound.from;
      const [to] = bound.to;
      const isAbove = (item: SqlCondition): boolean =>
        (item.is === '>=' || item.is === '>') && (order(item.value, from ?? '') ?? -1) >= 0;
      const isBelow = (item: SqlCondition): boolean => {
        if (item.is !== '<' && item.is !== '<=') return false;
        const place = order(item.value, to ?? '') ?? 1;
        return item.is === '<' ? place <= 0 : place < 0;
      };
      if ((from === undefined || own.some(isAbove)) && (to === undefined || own.some(isBelow))) return true;
    }
  }
  const isSaid = [...table.checks.values()].some(
    (check) =>
      check.valid &&
      (check.says.length === 0 ||
        check.says.some((item) => item.is !== 'not null' && (keys?.includes(item.column) ?? true))),
  );
  return isSaid ? 'unknown' : false;
}

/** The name of a table that a statement doesn't name itself. */
const nameOf = ({ name, schema }: DbTable, { span }: SqlName): SqlName => ({
  name,
  span,
  ...given({ schema }),
});

/** A table that becomes a partition: all its rows are looked at, and those of the default partition. */
export function assessAttached(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  command: Extract<SqlAlterCommand, { command: 'attach-partition' }>,
): void {
  const { partition, bound } = command;
  if (bound.bound !== 'default') assessDefaultPartition(at, statement, command.span, statement.table);
  if (isFree(at, partition)) return;
  const table = at.state.tables.get(tableKey(partition));
  const keys = at.state.tables.get(tableKey(statement.table))?.partitionBy;
  const isProven = table ? provesBound(table, keys, bound) : false;
  if (isProven === true) return;
  report(at, statement, partition, command.span, {
    kind: 'attach-partition',
    columns: keys?.length === 1 && keys[0] !== '' ? keys : [],
    fails: true,
    weight: isProven === 'unknown' ? 'possible' : 'full',
  });
}

/** The default partition of a table that gets another one: none of its rows may belong there. */
export function assessDefaultPartition(
  at: Assessment,
  statement: SqlStatement,
  clause: Span,
  parent: SqlName,
): void {
  const owner = at.state.tables.get(tableKey(parent));
  const found =
    owner?.defaultPartition === undefined ? undefined : at.state.tables.get(owner.defaultPartition);
  const isNew = statement.kind === 'create-table' && statement.partitionOf?.bound.bound === 'default';
  if (!found || isNew) return;
  const name = nameOf(found, parent);
  if (isFree(at, name)) return;
  const isSaid = proven(found).some(
    (item) => item.is !== 'not null' && owner?.partitionBy?.includes(item.column),
  );
  report(at, statement, name, clause, {
    kind: 'default-partition',
    fails: true,
    weight: isSaid ? 'possible' : 'full',
  });
}

/** A new rule of a domain: every column of that type is looked at. */
export function assessDomain(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-domain' }>,
): void {
  const { change, notValid, type } = statement;
  if (notValid || (change !== 'add-constraint' && change !== 'set-not-null')) return;
  const uses = columnsOfType(at.state, type).filter(({ table }) => !isFree(at, nameOf(table, type)));
  const [first] = uses;
  // A domain that no migration made may be used by tables that none made.
  if (!first && at.state.domains.has(tableKey(type))) return;
  report(at, statement, first ? nameOf(first.table, type) : { name: '', span: type.span }, statement.span, {
    kind: 'domain',
    columns: uses.map(({ table, column }) => `${table.name}.${column.name}`),
    to: type.name,
    fails: true,
    weight: first ? 'full' : 'possible',
    ...given({ name: statement.name }),
  });
}
