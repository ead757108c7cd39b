/** Places inside a migration that findings and fixes share. */
import type { Span } from '../../base/span.ts';
import { positionAt } from '../../base/lineIndex.ts';
import type { CommonFacts } from '../../facts/model.ts';
import type { SqlAlterCommand, SqlFacts, SqlStatement } from '../../facts/sqlModel.ts';
import type { Hazard } from '../../prisma/hazard.ts';

type AlterTable = Extract<SqlStatement, { kind: 'alter-table' }>;

/** The `ALTER TABLE` that holds a hazard, and its command; undefined inside a procedural body. */
export function alterOf(
  facts: SqlFacts,
  hazard: Hazard,
): { statement: AlterTable; command: SqlAlterCommand } | undefined {
  const statement = facts.statements[hazard.index];
  if (statement?.kind !== 'alter-table') return undefined;
  const command = statement.commands.find((item) => item.span.start === hazard.span.start);
  return command && { statement, command };
}

/** Whether the column can be kept beside a new one by a mechanical edit. */
export function canExpand(facts: SqlFacts, hazard: Hazard): boolean {
  if (hazard.kind !== 'recreate-column' && hazard.kind !== 'narrow-type') return false;
  const alter = alterOf(facts, hazard);
  if (!alter || hazard.from === undefined) return false;
  return hazard.kind === 'narrow-type' || addedIn(alter.statement, hazard) !== undefined;
}

/** The `ADD COLUMN` of the same statement that replaces what the hazard drops. */
export function addedIn(
  statement: AlterTable,
  hazard: Hazard,
): Extract<SqlAlterCommand, { command: 'add-column' }> | undefined {
  for (const command of statement.commands)
    if (command.command === 'add-column' && command.span.start === hazard.addedAt?.start) return command;
  return undefined;
}

const EMPTY = /^backend-specialist:\s*acknowledged\b[\s:–-]*(<[^>]*>)?\s*$/i;

/** A marker at the hazard that gives no reason, or still the text that is to be filled in. */
export function markerWithoutReason(facts: SqlFacts & CommonFacts, hazard: Hazard): Span | undefined {
  const line = (offset: number): number => positionAt(facts.lines, offset).line;
  for (const { text, span, ownLine } of facts.comments) {
    if (!EMPTY.test(text)) continue;
    const isAbove = (target: Span): boolean =>
      ownLine &&
      span.end <= target.start &&
      !separated(facts, span.end, target.start) &&
      commentsJoin(facts, line(span.end), line(target.start));
    const isBehind =
      !ownLine &&
      span.start >= hazard.span.end &&
      line(span.start) === line(hazard.span.end) &&
      !separated(facts, hazard.span.end, span.start);
    if (isAbove(hazard.statement) || isAbove(hazard.span) || isBehind) return span;
  }
  return undefined;
}

/** Whether a statement or a clause begins between two offsets. */
function separated(facts: SqlFacts, from: number, to: number): boolean {
  const between = ({ start }: Span): boolean => start >= from && start < to;
  return facts.statements.some(
    (statement) =>
      between(statement.span) ||
      (statement.kind === 'alter-table' && statement.commands.some((command) => between(command.span))),
  );
}

/** Whether every line between two lines holds a comment: a blank line ends "adjacent". */
function commentsJoin(facts: SqlFacts & CommonFacts, from: number, to: number): boolean {
  for (let line = from + 1; line < to; line++) {
    const isComment = facts.comments.some(
      ({ span }) =>
        positionAt(facts.lines, span.start).line <= line && positionAt(facts.lines, span.end).line >= line,
    );
    if (!isComment) return false;
  }
  return true;
}
