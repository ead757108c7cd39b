/** What edits of SQL files are put together from. */
import type { Span } from '../base/span.ts';
import type { SqlAlterCommand, SqlFacts } from '../facts/sqlModel.ts';
import { indentAt } from './style.ts';

/** A name as PostgreSQL reads it back: always quoted. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function textAt(text: string, { start, end }: Span): string {
  return text.slice(start, end);
}

/** A statement with its semicolon. */
export function whole(text: string, { start, end }: Span): Span {
  return { start, end: end + (/^\s*;/.exec(text.slice(end))?.[0].length ?? 0) };
}

/** A statement with its semicolon, the comment lines right above it and the line break and blank line behind it. */
export function withComments(facts: SqlFacts, text: string, statement: Span): Span {
  let { start, end } = whole(text, statement);
  for (const comment of facts.comments.toReversed())
    if (
      comment.ownLine &&
      comment.span.end <= start &&
      /^\r?\n[ \t]*$/.test(text.slice(comment.span.end, start)) &&
      !comment.block
    )
      start = comment.span.start;
  start -= indentAt(text, start).length;
  end += /^[ \t]*(\r?\n([ \t]*\r?\n)?)?/.exec(text.slice(end))?.[0].length ?? 0;
  return { start, end };
}

/** The `ALTER TABLE` without some of its commands; `undefined` when none is left. */
export function withoutCommands(
  text: string,
  statement: Span & { commands: readonly SqlAlterCommand[] },
  gone: readonly SqlAlterCommand[],
): string | undefined {
  const rest = statement.commands.filter((command) => !gone.includes(command));
  if (rest.length === 0) return undefined;
  const first = statement.commands[0];
  return `${text.slice(statement.start, first?.span.start ?? statement.start)}${rest.map((command) => textAt(text, command.span)).join(`,${lineBreak(text, statement.commands)}`)};`;
}

/** What stands between the commands of a statement, behind the comma. */
export function lineBreak(text: string, commands: readonly SqlAlterCommand[]): string {
  const [first, second] = commands;
  return (first && second && /,(\s+)$/.exec(text.slice(first.span.end, second.span.start))?.[1]) ?? ' ';
}
