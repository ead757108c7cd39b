import { changeBetween } from '../base/textChange.ts';
import type { FileFacts } from '../facts/model.ts';

/**
 * Moves the places of facts along with one edit, found as what lies between the common start and end of both texts.
 * Places inside the edit are clipped to it.
 */
export function moveSpans(facts: FileFacts, before: string, after: string): void {
  const change = changeBetween(before, after);
  const delta = after.length - before.length;
  const move = (offset: number): number =>
    offset <= change.start
      ? offset
      : offset >= change.before
        ? offset + delta
        : Math.min(offset, change.after);
  facts.spans = facts.spans.map(move);
  facts.suppressions = facts.suppressions.map((fact) => ({
    ...fact,
    span: { start: move(fact.span.start), end: move(fact.span.end) },
  }));
}
