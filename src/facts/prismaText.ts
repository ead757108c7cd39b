/** The text level of a Prisma schema: comments, and the blocks that can be told apart even when some are broken. */
import type { Span } from '../base/span.ts';
import type { PrismaComment } from './prismaModel.ts';

/** Comments of a schema, in order. Strings can't span lines in the Prisma schema language, so one line is one scan. */
export function scanPrismaComments(text: string): PrismaComment[] {
  const out: PrismaComment[] = [];
  const token = /"(?:[^"\\\r\n]|\\.)*"|\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
  for (const match of text.matchAll(token)) {
    const raw = match[0];
    if (raw.startsWith('"')) continue;
    const doc = raw.startsWith('///');
    const body = raw.startsWith('/*') ? raw.slice(2).replace(/\*\/$/, '') : raw.slice(doc ? 3 : 2);
    const lineStart = Math.max(text.lastIndexOf('\n', match.index), text.lastIndexOf('\r', match.index)) + 1;
    out.push({
      text: body.trim(),
      span: { start: match.index, end: match.index + raw.length },
      doc,
      ownLine: text.slice(lineStart, match.index).trim() === '',
    });
  }
  return out;
}

/**
 * The documentation of a node: the `///` lines right above its first line and, with `behind`, the `///` behind it.
 * @param comments all comments of the text, in order
 */
export function docOf(
  text: string,
  comments: readonly PrismaComment[],
  node: Span,
  behind: boolean,
): string | undefined {
  const lines: string[] = [];
  let edge = node.start;
  for (let at = lastBefore(comments, node.start); at >= 0; at--) {
    const comment = comments[at];
    if (
      !comment ||
      !comment.ownLine ||
      !/^[^\S\r\n]*(\r\n|\r|\n)?[^\S\r\n]*$/.test(text.slice(comment.span.end, edge))
    )
      break;
    if (comment.doc) lines.unshift(comment.text);
    edge = comment.span.start;
  }
  const next = behind ? comments[lastBefore(comments, node.end) + 1] : undefined;
  if (next?.doc && !next.ownLine && text.slice(node.end, next.span.start).trim() === '')
    lines.push(next.text);
  return lines.length > 0 ? lines.join('\n') : undefined;
}

/** Index of the last comment that starts before an offset, -1 when there is none. */
function lastBefore(comments: readonly PrismaComment[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.span.start ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export interface PrismaBlock {
  keyword: string;
  name: string;
  nameSpan: Span;
  /** From the keyword to behind the closing brace. */
  span: Span;
  /** Offset of the first character behind the `{` (or behind the header line where the brace is missing). */
  bodyStart: number;
  bodyEnd: number;
}

const header =
  /^([^\S\r\n]*)(model|view|type|enum|datasource|generator)[^\S\r\n]+([A-Za-z]\w*)[^\S\r\n]*(\{?)/;

/**
 * Cuts a schema into its blocks by lines: a header line opens one, a line that begins with `}` or the next header ends it.
 * A header without `{` counts only at the start of a line (inside a block it would be a field called `model`).
 */
export function splitPrismaBlocks(text: string): PrismaBlock[] {
  const out: PrismaBlock[] = [];
  let open: PrismaBlock | undefined;
  const close = (bodyEnd: number, end: number): void => {
    if (!open) return;
    open.bodyEnd = Math.max(open.bodyStart, bodyEnd);
    open.span.end = Math.max(open.bodyEnd, end);
    out.push(open);
    open = undefined;
  };
  const line = /[^\r\n]*(?:\r\n|\r|\n|$)/g;
  for (const match of text.matchAll(line)) {
    const start = match.index;
    const content = match[0];
    if (content === '') continue;
    const head = header.exec(content);
    const isHeader =
      head && (head[4] === '{' || (head[1] === '' && content.slice(head[0].length).trim() === ''));
    if (head && isHeader) {
      const [all, indent = '', keyword = '', name = ''] = head;
      close(start, start);
      const nameStart = start + indent.length + content.slice(indent.length).indexOf(name, keyword.length);
      open = {
        keyword,
        name,
        nameSpan: { start: nameStart, end: nameStart + name.length },
        span: { start: start + indent.length, end: start + all.length },
        bodyStart: start + all.length,
        bodyEnd: start + all.length,
      };
      // A whole block on one line: `enum E { A }` isn't legal Prisma, but half-written code may say so.
      const rest = content.slice(all.length);
      const brace = rest.replace(/\/\/.*$/, '').lastIndexOf('}');
      if (brace >= 0 && /^\s*$/.test(rest.slice(brace + 1)))
        close(start + all.length + brace, start + all.length + brace + 1);
    } else if (/^\s*\}/.test(content)) {
      const brace = start + content.indexOf('}');
      close(brace, brace + 1);
    }
  }
  close(text.length, text.length);
  return out;
}
