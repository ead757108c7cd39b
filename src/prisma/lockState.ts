/** What is known of tables and rows while a migration is judged statement by statement. */
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { SqlFacts, SqlName, SqlStatement } from '../facts/sqlModel.ts';
import { isUndeployed } from './dbModel.ts';
import { tableKey } from './dbState.ts';
import type { DbIndex, DbState } from './dbState.ts';
import type { Hazard } from './hazard.ts';
import type { LockRisk } from './lockRisk.ts';
import type { Plan } from './migrationPlan.ts';

export interface LockContext {
  /** What the migrations before this one have built. */
  before: DbState;
  /** What the database in production has: the migrations before the first one that is new. */
  deployed: DbState;
  /** What the migration destroys: a clause that is told of there is not told of twice. */
  hazards: readonly Hazard[];
}

export interface Assessment extends LockContext {
  facts: SqlFacts;
  text: string;
  plan: Plan;
  /** The database right before the statement at hand. */
  state: DbState;
  /** Tables without rows by now. */
  emptied: Set<string>;
  /** `table.column` that an `UPDATE` of this migration has set. */
  filled: Set<string>;
  /** Tables of which this migration has deleted some rows: its author has looked at them. */
  cleaned: Set<string>;
  /** Constraints that this migration dropped, by `table.name`. */
  dropped: Set<string>;
  /** Keys that this migration dropped: what they forbade isn't there yet. */
  formerKeys: DbIndex[];
  /** Values that this migration has added to types it didn't make, by the type's key; a `COMMIT` lets them be used. */
  newValues: Map<string, string[]>;
  /** Between the migration's own `BEGIN` and `COMMIT`. */
  inTransaction: boolean;
  index: number;
  inBlock: boolean;
  risks: LockRisk[];
}

/** Keeps what later statements are judged by. */
export function remember(at: Assessment, statement: SqlStatement): void {
  if (statement.kind === 'transaction') {
    at.inTransaction = statement.action === 'begin' || (at.inTransaction && statement.action !== 'commit');
    if (statement.action === 'commit') at.newValues.clear();
  } else if (statement.kind === 'add-enum-value' && !at.plan.createdTypes.has(tableKey(statement.type))) {
    const key = tableKey(statement.type);
    at.newValues.set(key, [...(at.newValues.get(key) ?? []), statement.value]);
  } else if (statement.kind === 'truncate')
    for (const table of statement.tables) at.emptied.add(tableKey(table));
  else if (statement.kind === 'delete')
    (statement.using || statement.where === 'some' ? at.cleaned : at.emptied).add(tableKey(statement.table));
  else if (statement.kind === 'insert') at.emptied.delete(tableKey(statement.table));
  else if (statement.kind === 'update')
    for (const { column } of statement.sets) at.filled.add(`${tableKey(statement.table)}.${column}`);
  else if (statement.kind === 'do') for (const inner of statement.inner) remember(at, inner);
  else if (statement.kind === 'drop' && statement.object === 'index')
    for (const { name } of statement.names) forget(at, name);
  else if (statement.kind === 'alter-table')
    for (const command of statement.commands)
      if (command.command === 'drop-constraint') {
        at.dropped.add(`${tableKey(statement.table)}.${command.name}`);
        forget(at, command.name);
      }
}

function forget(at: Assessment, index: string): void {
  const key = at.state.indexes.get(index);
  if (key) at.formerKeys.push(key);
}

/** No row of it is in use: made by a migration that is new, or without rows. */
export function isFree(at: Assessment, table: SqlName): boolean {
  const key = tableKey(table);
  if (at.plan.created.has(key) || at.emptied.has(key)) return true;
  return isUndeployed(at.before.tables.get(key), at.deployed);
}

/** Dropped by this migration, by an earlier command of the same statement too. */
export function isDropped(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  name: string,
): boolean {
  return (
    at.dropped.has(`${tableKey(statement.table)}.${name}`) ||
    statement.commands.some((command) => command.command === 'drop-constraint' && command.name === name)
  );
}

/** Whether a column is NULL in every row, because this migration added it and hasn't filled it. */
export function isNew(at: Assessment, key: string, column: string): boolean {
  const name = `${key}.${column}`;
  if (!at.plan.addedColumns.has(name) || at.filled.has(name)) return false;
  const found = at.state.tables.get(key)?.columns.get(column);
  return !found || (!found.hasDefault && !found.notNull);
}

/**
 * Whether two rows may have the same values: not when a key of fewer columns forbids it, nor where a new column is NULL everywhere or
 * computed for each row. Where the migration itself deletes or sets values, its author has looked at them.
 */
export function mayRepeat(at: Assessment, table: SqlName, columns: readonly string[]): boolean {
  const key = tableKey(table);
  if (at.cleaned.has(key)) return false;
  if (columns.some((column) => isNew(at, key, column) || at.filled.has(`${key}.${column}`))) return false;
  if (columns.some((column) => isComputed(at, key, column))) return false;
  return ![...at.state.indexes.values(), ...at.formerKeys].some(
    (index) =>
      index.unique && index.table === key && index.columns.every((column) => columns.includes(column)),
  );
}

/** Added by this migration with another value for each row. */
function isComputed(at: Assessment, key: string, column: string): boolean {
  return at.facts.statements.some(
    (statement) =>
      statement.kind === 'alter-table' &&
      tableKey(statement.table) === key &&
      statement.commands.some(
        (command) =>
          command.command === 'add-column' &&
          command.column.name === column &&
          (command.column.identity || command.column.default === 'volatile'),
      ),
  );
}

type Found = Pick<LockRisk, 'kind'> & Partial<LockRisk>;

export function report(
  at: Assessment,
  statement: SqlStatement,
  table: SqlName,
  clause: Span,
  found: Found,
): void {
  at.risks.push({
    statement: statement.span,
    index: at.index,
    table: plain(table),
    span: clause,
    clause,
    columns: [],
    unique: false,
    fails: false,
    weight: 'full',
    inBlock: at.inBlock,
    ...found,
  });
}

/** The beginning of a clause that a pattern matches, else all of it. */
export function opening(at: Assessment, clause: Span, pattern: RegExp): Span {
  const found = pattern.exec(at.text.slice(clause.start, clause.end));
  return found ? { start: clause.start, end: clause.start + found[0].length } : clause;
}

export function plain(name: SqlName): { name: string; schema?: string } {
  return { name: name.name, ...given({ schema: name.schema }) };
}
