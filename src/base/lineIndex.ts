import type { Position, Range } from './span.ts';

/**
 * The offsets at which the lines of a text start (UTF-16, first is 0).
 * A line ends with `\n`, `\r\n` or a lone `\r`, as in the LSP specification.
 */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 13) {
      if (text.charCodeAt(i + 1) === 10) i++;
      starts.push(i + 1);
    } else if (code === 10) starts.push(i + 1);
  }
  return starts;
}

/** 0-based position of a UTF-16 offset; offsets beyond the last line count on that line. */
export function positionAt(starts: readonly number[], offset: number): Position {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: offset - (starts[low] ?? 0) };
}

/** 0-based range of a span of UTF-16 offsets. */
export function rangeAt(starts: readonly number[], start: number, end: number): Range {
  return { start: positionAt(starts, start), end: positionAt(starts, end) };
}

/** UTF-16 offset of a 0-based position; a line past the end gives the last line's start. */
export function offsetAt(starts: readonly number[], position: Position): number {
  const line = Math.max(0, Math.min(position.line, starts.length - 1));
  return (starts[line] ?? 0) + Math.max(0, position.character);
}
