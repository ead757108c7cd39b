import { diff } from 'fast-myers-diff';
import { plain } from './model.ts';

/** Unchanged lines shown around a change, as `diff -u` does. */
const context = 3;

/** A hunk's `start,length`, 1-based; an empty range stands after the line before it. */
const range = (start: number, stop: number) =>
  `${stop === start ? start : start + 1}${stop - start === 1 ? '' : `,${stop - start}`}`;

const splitLines = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/**
 * A unified diff of one file.
 * @param before `undefined` when the file is new
 * @returns '' when nothing differs
 */
export function unifiedDiff(file: string, before: string | undefined, after: string): string {
  const old = splitLines(before ?? '');
  const now = splitLines(after);
  const changes = [...diff(old, now)];
  if (changes.length === 0) return '';
  const name = plain(file);
  const out = [before === undefined ? '--- /dev/null' : `--- a/${name}`, `+++ b/${name}`];
  const put = (mark: string, line: string) => {
    out.push(mark + line.replace(/\n$/, ''));
    if (!line.endsWith('\n')) out.push('\\ No newline at end of file');
  };
  for (let index = 0; index < changes.length;) {
    let last = index;
    // Changes whose context would touch share one hunk; index and last stay inside the list.
    while (
      last + 1 < changes.length &&
      (changes[last + 1]?.[0] ?? 0) - (changes[last]?.[1] ?? 0) <= 2 * context
    )
      last++;
    const group = changes.slice(index, last + 1);
    index = last + 1;
    const first = group[0];
    const end = group.at(-1);
    if (!first || !end) break;
    const oldStart = Math.max(0, first[0] - context);
    const oldEnd = Math.min(old.length, end[1] + context);
    const newStart = first[2] - (first[0] - oldStart);
    const newEnd = end[3] + (oldEnd - end[1]);
    out.push(`@@ -${range(oldStart, oldEnd)} +${range(newStart, newEnd)} @@`);
    let at = oldStart;
    for (const [from, to, newFrom, newTo] of group) {
      for (const line of old.slice(at, from)) put(' ', line);
      for (const line of old.slice(from, to)) put('-', line);
      for (const line of now.slice(newFrom, newTo)) put('+', line);
      at = to;
    }
    for (const line of old.slice(at, oldEnd)) put(' ', line);
  }
  return `${out.join('\n')}\n`;
}
