/** What is known while a migration is judged statement by statement, and how a destructive step is put down. */
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { SqlFacts, SqlName, SqlStatement } from '../facts/sqlModel.ts';
import { readerOf } from './copies.ts';
import { isUndeployed } from './dbModel.ts';
import { columnsOfType, tableKey } from './dbState.ts';
import type { DbState } from './dbState.ts';
import type { DbNames, Hazard } from './hazard.ts';
import type { Plan } from './migrationPlan.ts';

export interface Assessment {
  plan: Plan;
  /** The database before this migration. */
  before: DbState;
  deployed: DbState;
  /** The database right before the statement at hand. */
  state: DbState;
  names: DbNames | undefined;
  hazards: Hazard[];
  index: number;
  facts: SqlFacts;
  text: string;
}

export type Found = Pick<Hazard, 'kind' | 'span' | 'lost'> & Partial<Hazard>;

export function report(at: Assessment, statement: SqlStatement, found: Found): void {
  const { table, columns = [] } = found;
  const model = table && at.names?.model(table.name, table.schema);
  const readBy = readerOf(at, found);
  at.hazards.push({
    statement: statement.span,
    index: at.index,
    columns,
    fields: model === undefined ? [] : columns.flatMap((column) => at.names?.field(model, column) ?? []),
    values: [],
    others: [],
    effect: 'lost',
    certainty: 'certain',
    ...given({ model, readBy }),
    ...found,
    ...(readBy ? { certainty: 'possible' } : {}),
  });
}

/** Made by this or another new migration, or temporary: nothing of value is in it. */
export function isOwn(at: Assessment, table: SqlName): boolean {
  return at.plan.created.has(tableKey(table)) || isEmpty(at, tableKey(table));
}

/** Made by another new migration, and not out of older rows or values. */
export function isEmpty(at: Assessment, table: string, column?: string): boolean {
  const found = at.state.tables.get(table);
  const isSure = !at.state.uncertain.has('*') && !at.state.uncertain.has(table);
  if (isSure && isUndeployed(found, at.deployed) && !found?.filled) return true;
  const own = column === undefined ? undefined : found?.columns.get(column);
  return isSure && isUndeployed(own, at.deployed) && !own?.filled;
}

/** The columns of a type that may hold values. */
export function usesOf(at: Assessment, type: SqlName): ReturnType<typeof columnsOfType> {
  return columnsOfType(at.state, type).filter(
    ({ table, column }) => !isEmpty(at, tableKey(table), column.name),
  );
}

/** The statement up to its object (`DROP TABLE "Order"`); of several objects each is its own clause. */
export function clauseOf(statement: SqlStatement, names: readonly SqlName[], name: SqlName): Span {
  return names.length === 1 ? { start: statement.span.start, end: name.span.end } : name.span;
}

export function plain(name: SqlName): { name: string; schema?: string } {
  return { name: name.name, ...given({ schema: name.schema }) };
}

export function quoted(name: SqlName): string {
  return `\`${name.name}\``;
}
