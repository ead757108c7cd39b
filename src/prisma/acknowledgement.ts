/** The marker by which a person takes responsibility for a destructive step. */
import type { Span } from '../base/span.ts';
import type { SqlFacts } from '../facts/sqlModel.ts';

/** The text of an acknowledgement, without the reason. */
export const acknowledgedMarker = 'backend-specialist: acknowledged';

/**
 * The acknowledgement of a clause: `-- backend-specialist: acknowledged <reason>` in the comments right above the statement or the
 * clause (other comments and blank space may stand between), or behind it on its last line. A marker without a reason doesn't count.
 */
export function acknowledgement(
  facts: SqlFacts,
  text: string,
  place: { span: Span; statement: Span },
): { reason: string; span: Span } | undefined {
  for (const comment of facts.comments) {
    const reason = reasonOf(comment.text);
    if (reason === undefined) continue;
    const isAbove = (target: Span): boolean =>
      comment.ownLine &&
      comment.span.end <= target.start &&
      isCommentsOnly(facts, text, comment.span.end, target.start);
    const isBehind =
      !comment.ownLine &&
      comment.span.start >= place.span.end &&
      /^[^\S\r\n]*[,;]?[^\S\r\n]*$/.test(text.slice(place.span.end, comment.span.start));
    if (isAbove(place.statement) || isAbove(place.span) || isBehind) return { reason, span: comment.span };
  }
  return undefined;
}

function reasonOf(comment: string): string | undefined {
  const match = /^backend-specialist:\s*acknowledged\b[\s:–-]*([\s\S]*)$/i.exec(comment);
  const reason = match?.[1]?.trim();
  return reason === '' ? undefined : reason;
}

/** Nothing but comments and white space between two offsets, and no blank line, which would end "adjacent". */
function isCommentsOnly(facts: SqlFacts, text: string, from: number, to: number): boolean {
  let rest = '';
  let at = from;
  for (const { span } of facts.comments) {
    if (span.start < from || span.end > to) continue;
    rest += text.slice(at, span.start);
    at = span.end;
  }
  rest += text.slice(at, to);
  return rest.trim() === '' && !/\n[^\S\n]*\r?\n/.test(text.slice(from, to));
}
