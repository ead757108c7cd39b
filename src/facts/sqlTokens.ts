/**
 * The tokens of PostgreSQL's SQL (documentation, chapter 4.1 "Lexical Structure"), from any text.
 * The grammar's own scanner refuses a text with an unterminated quote and counts in UTF-8 bytes; this one never fails
 * and counts in UTF-16, which is what cutting a half-written file into statements needs.
 */
import type { Span } from '../base/span.ts';

export interface SqlToken extends Span {
  type: 'word' | 'quoted' | 'string' | 'number' | 'comment' | 'sign';
  /** Words in lower case, quoted names and strings without their quotes, everything else as written. */
  value: string;
  /** A string, quoted name or comment that the end of the text cuts off. */
  open: boolean;
  /** Place of a string's content. */
  content?: Span;
}

const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number = /(?:\d[\w.]*|\.\d[\w]*)/y;
const dollar = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const blank = /\s+/y;

export function scanSql(text: string): SqlToken[] {
  const out: SqlToken[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const skipped = match(blank);
    if (skipped) {
      at += skipped.length;
      continue;
    }
    const token = scanOne(text, at, match);
    out.push(token);
    at = token.end;
  }
  return out;
}

function scanOne(text: string, at: number, match: (pattern: RegExp) => string | undefined): SqlToken {
  const two = text.slice(at, at + 2);
  if (two === '--') {
    const end = endOfLine(text, at);
    return { type: 'comment', value: text.slice(at, end), start: at, end, open: false };
  }
  if (two === '/*') return blockComment(text, at);
  const first = text.charAt(at);
  if (first === '"') return quoted(text, at, at, 'quoted', false);
  if (first === "'") return quoted(text, at, at, 'string', false);
  const prefix = /^(?:[eExXbBnN]|[uU]&)(?=')/.exec(text.slice(at, at + 3))?.[0];
  if (prefix) return quoted(text, at, at + prefix.length, 'string', /e/i.test(prefix));
  if (/^[uU]&"/.test(text.slice(at, at + 3))) return quoted(text, at, at + 2, 'quoted', false);
  const tag = first === '$' ? match(dollar) : undefined;
  if (tag) {
    const from = at + tag.length;
    const close = text.indexOf(tag, from);
    const contentEnd = close < 0 ? text.length : close;
    return {
      type: 'string',
      value: text.slice(from, contentEnd),
      start: at,
      end: close < 0 ? text.length : close + tag.length,
      open: close < 0,
      content: { start: from, end: contentEnd },
    };
  }
  const name = match(word);
  if (name) return { type: 'word', value: name.toLowerCase(), start: at, end: at + name.length, open: false };
  const digits = match(number);
  if (digits) return { type: 'number', value: digits, start: at, end: at + digits.length, open: false };
  return { type: 'sign', value: first, start: at, end: at + 1, open: false };
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}

/** Block comments nest. */
function blockComment(text: string, start: number): SqlToken {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    if (two === '/*') depth++;
    else if (two === '*/') depth--;
    at += two === '/*' || two === '*/' ? 2 : 1;
    if (depth === 0) break;
  }
  const end = Math.min(at, text.length);
  return { type: 'comment', value: text.slice(start, end), start, end, open: depth > 0 };
}

function quoted(
  text: string,
  start: number,
  open: number,
  type: 'quoted' | 'string',
  backslash: boolean,
): SqlToken {
  const quote = text.charAt(open);
  let value = '';
  let at = open + 1;
  while (at < text.length) {
    const unit = text.charAt(at);
    if (unit === quote) {
      if (text.charAt(at + 1) !== quote) break;
      at++;
    } else if (unit === '\\' && backslash) at++;
    value += text.charAt(at);
    at++;
  }
  const closed = at < text.length;
  const contentEnd = Math.min(at, text.length);
  return {
    type,
    value,
    start,
    end: closed ? at + 1 : text.length,
    open: !closed,
    content: { start: Math.min(open + 1, contentEnd), end: contentEnd },
  };
}
