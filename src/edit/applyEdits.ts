import type { TextEdit } from '../run/finding.ts';

/**
 * A text with edits applied. Edits must not overlap; several at one place keep their order.
 * @throws RangeError when two edits overlap: a recipe's mistake, caught by the verifier
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = edits
    .map((edit, order) => ({ ...edit, order }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
  let out = '';
  let from = 0;
  for (const edit of sorted) {
    if (edit.start < from) throw new RangeError('Edits overlap.');
    out += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return out + text.slice(from);
}

/** Whether two sets of edits of one file touch each other's places. */
export function overlap(a: readonly TextEdit[], b: readonly TextEdit[]): boolean {
  return a.some((one) =>
    b.some((other) => (one.start < other.end && other.start < one.end) || one.start === other.start),
  );
}

/** One replacement that turns a text into another: what lies between their common start and end. */
export function minimalEdit(before: string, after: string): TextEdit {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < shortest - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  )
    end++;
  return { start, end: before.length - end, text: after.slice(start, after.length - end) };
}
