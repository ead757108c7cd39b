/** Whether a migration itself saves what it destroys: earlier statements that read it, and conversions of enum values. */
import type { Span } from '../base/span.ts';
import type { SqlFacts, SqlStatement, SqlType } from '../facts/sqlModel.ts';
import { tableKey } from './dbState.ts';
import type { DbColumn, DbState } from './dbState.ts';
import type { Hazard } from './hazard.ts';
import { isText } from './typeChange.ts';

/** A migration and the index of the statement that is judged. */
export interface Place {
  facts: SqlFacts;
  text: string;
  index: number;
}

const rowLosses: ReadonlySet<Hazard['kind']> = new Set([
  'drop-table',
  'rename-table',
  'delete-all',
  'truncate',
]);
const columnLosses: ReadonlySet<Hazard['kind']> = new Set([
  'drop-column',
  'rename-column',
  'recreate-column',
]);

/**
 * An earlier statement that writes somewhere else and mentions the table (and the column) that is lost: with its joins and conditions
 * nobody can tell from the text alone whether it copied every row.
 */
export function readerOf(
  place: Place,
  { kind, table, columns = [] }: Pick<Hazard, 'kind'> & Partial<Hazard>,
): Span | undefined {
  const isColumn = columnLosses.has(kind);
  if (!table || (!isColumn && !rowLosses.has(kind))) return undefined;
  const names = isColumn ? [table.name, ...columns] : [table.name];
  for (const statement of place.facts.statements.slice(0, place.index)) {
    const read = readingText(place.text, statement, table.name, isColumn ? columns : undefined);
    if (read !== undefined && names.every((name) => mentions(read, name))) return statement.span;
  }
  return undefined;
}

/** The part of a statement that can read the table; `undefined` when it writes nothing that would be a copy. */
function readingText(
  text: string,
  statement: SqlStatement,
  table: string,
  columns: readonly string[] | undefined,
): string | undefined {
  const whole = text.slice(statement.span.start, statement.span.end);
  const withoutTarget = (target: Span): string =>
    text.slice(statement.span.start, target.start) + text.slice(target.end, statement.span.end);
  switch (statement.kind) {
    case 'do':
      return whole;
    case 'create-table':
      return statement.source && !statement.temporary ? whole : undefined;
    case 'insert':
      return statement.source ? withoutTarget(statement.table.span) : undefined;
    case 'update':
      if (statement.table.name !== table) return withoutTarget(statement.table.span);
      // In the table itself another column must take the value over: setting the column is no copy of it.
      return columns?.length &&
        statement.sets.some((set) =>
          columns.every((column) => set.column !== column && set.reads.includes(column)),
        )
        ? whole
        : undefined;
    default:
      return undefined;
  }
}

function mentions(sql: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^\\w$])"?${escaped}"?($|[^\\w$])`).test(sql);
}

/** Whether the migration says what becomes of each enum value: an `UPDATE … WHERE x = 'OLD'` before, or a `CASE` in `USING`. */
export function isConverted({ facts, text, index }: Place, values: readonly string[]): boolean {
  const texts = facts.statements.flatMap((statement, at) => {
    const changesType =
      statement.kind === 'alter-table' &&
      statement.commands.some((command) => command.command === 'alter-type' && command.using);
    const updates = statement.kind === 'update' && at < index;
    return changesType || updates ? [text.slice(statement.span.start, statement.span.end)] : [];
  });
  return values.every((value) => texts.some((sql) => sql.includes(`'${value.replaceAll("'", "''")}'`)));
}

/**
 * The enum that a column had before this migration turned it into text: while it is text, its values are still that enum's, so that
 * the way over text to another enum loses no more than the direct way.
 * @param table the table's key; `before` and `state`: the database before the migration and before the statement
 */
export function enumBehindText(
  { before, state }: { before: DbState; state: DbState },
  table: string,
  column: DbColumn,
): SqlType | undefined {
  const first = before.tables.get(table)?.columns.get(column.name)?.type;
  if (!first || !before.enums.has(tableKey(first)) || first.array !== column.type.array) return undefined;
  return isText(column.type) && !state.enums.has(tableKey(column.type)) ? first : undefined;
}
