/** Keys of a `.env*` file. Values never enter the facts: only whether there is one. */
import type { Span } from '../base/span.ts';

export interface EnvEntry {
  key: string;
  keySpan: Span;
  /** Place of the value without its quotes. */
  valueSpan: Span;
  empty: boolean;
}

export interface EnvFacts {
  kind: 'env';
  entries: EnvEntry[];
}

const LINE = /^([ \t]*(?:export[ \t]+)?)([A-Za-z_][A-Za-z0-9_.]*)([ \t]*=[ \t]*)/;

/** Reads dotenv syntax: `KEY=value`, `export KEY=value`, quotes over several lines, `#` comments. */
export function extractEnv(text: string): EnvFacts {
  const entries: EnvEntry[] = [];
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    let end = newline < 0 ? text.length : newline;
    const match = LINE.exec(text.slice(at, end));
    if (match) {
      const keyStart = at + (match[1]?.length ?? 0);
      const key = match[2] ?? '';
      let start = at + match[0].length;
      const quote = text.charAt(start);
      let valueEnd: number;
      if (quote === '"' || quote === "'" || quote === '`') {
        const close = text.indexOf(quote, start + 1);
        start++;
        valueEnd = close < 0 ? end : close;
        const after = text.indexOf('\n', valueEnd);
        end = after < 0 ? text.length : after;
      } else {
        const raw = text.slice(start, end);
        const comment = /(^|\s)#/.exec(raw);
        valueEnd = start + raw.slice(0, comment?.index ?? raw.length).trimEnd().length;
      }
      entries.push({ key, keySpan: { start: keyStart, end: keyStart + key.length }, valueSpan: { start, end: valueEnd }, empty: valueEnd <= start });
    }
    at = end + 1;
  }
  return { kind: 'env', entries };
}
