import type { FileFacts } from '../facts/model.ts';

/**
 * Moves the places of facts along with one edit, found as what lies between the common start and end of both texts.
 * Places inside the edit are clipped to it.
 */
export function moveSpans(facts: FileFacts, before: string, after: string): void {
  const shortest = Math.min(before.length, after.length);
  let prefix = 0;
  while (prefix < shortest && before.charCodeAt(prefix) === after.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (
    suffix < shortest - prefix &&
    before.charCodeAt(before.length - 1 - suffix) === after.charCodeAt(after.length - 1 - suffix)
  )
    suffix++;
  const editEnd = before.length - suffix;
  const delta = after.length - before.length;
  const move = (offset: number): number =>
    offset <= prefix ? offset : offset >= editEnd ? offset + delta : Math.min(offset, after.length - suffix);
  facts.spans = facts.spans.map(move);
  facts.suppressions = facts.suppressions.map((fact) => ({
    ...fact,
    span: { start: move(fact.span.start), end: move(fact.span.end) },
  }));
}
