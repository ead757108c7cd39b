/** Facts of `.env` files. Values are secrets: facts hold their shape, never their text. */
import type { Span } from '../base/span.ts';

export interface EnvEntry {
  key: string;
  keySpan: Span;
  /** Without its quotes. */
  valueSpan: Span;
  /** `export`, key and value with its quotes. */
  span: Span;
  empty: boolean;
  /**
   * What the value looks like: `reference` holds `$OTHER`, `placeholder` is a stand-in like `changeme` or `<your-key>`,
   * `url` has a scheme, `number` and `boolean` are just that.
   */
  shape: 'empty' | 'number' | 'boolean' | 'url' | 'reference' | 'placeholder' | 'text';
  exported: boolean;
  /** The comment right above it or behind it. */
  comment?: string;
}

export interface EnvComment {
  text: string;
  span: Span;
  ownLine: boolean;
}

export interface EnvFacts {
  kind: 'env';
  entries: EnvEntry[];
  comments: EnvComment[];
  /** Lines that are no assignment. */
  problems: { message: string; span: Span }[];
}

const assignment = /^([^\S\r\n]*)(export[^\S\r\n]+)?([A-Za-z_][\w.-]*)[^\S\r\n]*(?:=|:[^\S\r\n])[^\S\r\n]*/;
/** The content of quotes may span lines, as `dotenv` reads it. */
const quotedValue = /^(?:"(?:[^"\\]|\\[\s\S])*"|'[^']*'|`[^`]*`)/;

/** Facts of one `.env*` file, by the syntax of `dotenv` (which Next.js and Prisma projects use). Never throws. */
export function extractEnv(text: string): EnvFacts {
  const facts: EnvFacts = { kind: 'env', entries: [], comments: [], problems: [] };
  let above: EnvComment | undefined;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length;) {
    const end = endOfLine(text, at);
    const line = text.slice(at, end);
    const trimmed = line.trimStart();
    const start = at + line.length - trimmed.length;
    if (trimmed.startsWith('#')) above = comment(facts, text, start, end, true);
    else if (trimmed === '') above = undefined;
    else {
      const match = assignment.exec(line);
      if (match) {
        const lineEnd = entry(facts, text, at, end, match, above);
        above = undefined;
        at = nextLine(text, lineEnd);
        continue;
      }
      facts.problems.push({
        message: 'Expected NAME=value',
        span: { start, end: start + trimmed.trimEnd().length },
      });
      above = undefined;
    }
    at = nextLine(text, end);
  }
  return facts;
}

/** Reads one assignment; returns where its (last) line ends. */
function entry(
  facts: EnvFacts,
  text: string,
  at: number,
  end: number,
  match: RegExpExecArray,
  above: EnvComment | undefined,
): number {
  const [all, indent = '', exported, key = ''] = match;
  const keyStart = at + indent.length + (exported?.length ?? 0);
  const valueStart = at + all.length;
  const quoted = quotedValue.exec(text.slice(valueStart));
  const valueEnd = quoted ? valueStart + quoted[0].length : unquotedEnd(text, valueStart, end);
  const lineEnd = quoted ? endOfLine(text, valueEnd) : end;
  const inner = quoted ? { start: valueStart + 1, end: valueEnd - 1 } : { start: valueStart, end: valueEnd };
  const value = text.slice(inner.start, inner.end);
  const hash = text.indexOf('#', valueEnd);
  const behind = hash >= 0 && hash < lineEnd ? comment(facts, text, hash, lineEnd, false) : undefined;
  const note = behind ?? above;
  facts.entries.push({
    key,
    keySpan: { start: keyStart, end: keyStart + key.length },
    valueSpan: inner,
    span: { start: at + indent.length, end: Math.max(valueEnd, keyStart + key.length) },
    empty: value === '',
    shape: shapeOf(value),
    exported: exported !== undefined,
    ...(note ? { comment: note.text } : {}),
  });
  return lineEnd;
}

/** An unquoted value ends at ` #` or the line's end, without blanks behind it. */
function unquotedEnd(text: string, start: number, end: number): number {
  const raw = text.slice(start, end);
  const hash = /(^|\s)#/.exec(raw);
  return start + (hash ? raw.slice(0, hash.index) : raw).trimEnd().length;
}

function comment(facts: EnvFacts, text: string, start: number, end: number, ownLine: boolean): EnvComment {
  const out = { text: text.slice(start, end).replace(/^#+/, '').trim(), span: { start, end }, ownLine };
  facts.comments.push(out);
  return out;
}

function shapeOf(value: string): EnvEntry['shape'] {
  if (value.trim() === '') return 'empty';
  if (/\$\{?[A-Za-z_]/.test(value)) return 'reference';
  if (/^-?\d+(\.\d+)?$/.test(value)) return 'number';
  if (/^(true|false)$/i.test(value)) return 'boolean';
  if (
    /^<.*>$|^\[.*\]$|^(your|change|replace|insert|todo|xxx|example|placeholder|secret-here|\.\.\.)/i.test(
      value,
    )
  )
    return 'placeholder';
  return /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? 'url' : 'text';
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}

function nextLine(text: string, end: number): number {
  return text.startsWith('\r\n', end) ? end + 2 : end + 1;
}
