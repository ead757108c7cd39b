/** Where in a migration's text an error of PostgreSQL stands. */
import type { Span } from '../base/span.ts';
import type { ReplayFailure } from './messages.ts';

/** UTF-16 offset of a 1-based position in characters (code points). */
function offsetOf(text: string, position: number): number {
  let offset = 0;
  for (let left = position - 1; left > 0 && offset < text.length; left--)
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}

/**
 * The word that PostgreSQL points at, else the statement it was about to run; the start of the text where neither is known.
 * @param statements spans of the text's statements, in order
 */
export function failureSpan(
  text: string,
  statements: readonly Span[],
  { position, done }: Pick<ReplayFailure, 'position' | 'done'>,
): Span {
  if (position !== undefined) {
    const start = Math.min(offsetOf(text, position), text.length);
    const word = /^(?:"(?:[^"]|"")*"|[\p{L}\p{N}_$]+|\S)/u.exec(text.slice(start));
    if (word) return { start, end: start + word[0].length };
  }
  const statement = statements[done] ?? statements.at(-1);
  return statement ?? { start: 0, end: 0 };
}
