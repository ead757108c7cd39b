/** A decoded piece of a file (an unescaped string, a block scalar without its indentation) whose every unit knows where it came from. */
import type { Span } from '../base/span.ts';

export interface MappedText {
  text: string;
  /** Source offset of each UTF-16 unit of `text`. */
  offsets: number[];
  /** Source offset behind each unit: behind the whole escape it was written as. */
  ends: number[];
  /** Source offset behind the piece: where it has no units. */
  end: number;
}

/** A piece of the file as it stands. */
export function verbatim(source: string, start: number, end: number): MappedText {
  const offsets: number[] = [];
  const ends: number[] = [];
  for (let at = start; at < end; at++) {
    offsets.push(at);
    ends.push(at + 1);
  }
  return { text: source.slice(start, end), offsets, ends, end };
}

/** The source span of a piece of the decoded text. */
export function sourceSpan(mapped: MappedText, start: number, end: number): Span {
  const from = mapped.offsets[start] ?? mapped.end;
  if (end <= start) return { start: from, end: from };
  return { start: from, end: Math.max(from, mapped.ends[end - 1] ?? mapped.end) };
}

export function sliceMapped(mapped: MappedText, start: number, end: number): MappedText {
  return {
    text: mapped.text.slice(start, end),
    offsets: mapped.offsets.slice(start, end),
    ends: mapped.ends.slice(start, end),
    end: mapped.offsets[end] ?? mapped.end,
  };
}

/** The words of a command that is given apart from its arguments: `pnpm exec`. */
export function splitWords(command: MappedText): MappedText[] {
  return [...command.text.matchAll(/\S+/g)].map((match) =>
    sliceMapped(command, match.index, match.index + match[0].length),
  );
}

/** Collects decoded units with their places. */
export class MappedBuilder {
  #text = '';
  readonly #offsets: number[] = [];
  readonly #ends: number[] = [];

  /** Adds decoded units that are written between two source offsets. */
  add(units: string, start: number, end: number): void {
    for (let i = 0; i < units.length; i++) {
      this.#offsets.push(start);
      this.#ends.push(end);
    }
    this.#text += units;
  }

  build(end: number): MappedText {
    return { text: this.#text, offsets: this.#offsets, ends: this.#ends, end };
  }
}

const simpleEscapes: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
  a: '\x07',
  e: '\x1b',
  v: '\v',
};

/** The content of a string with C-like escapes (JSON, YAML double quotes, `$'…'`), between the offsets inside its quotes. */
export function unescaped(source: string, start: number, end: number): MappedText {
  const out = new MappedBuilder();
  for (let at = start; at < end;) {
    if (source.charAt(at) !== '\\') {
      out.add(source.charAt(at), at, at + 1);
      at++;
      continue;
    }
    const hex = /^\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|U([\da-fA-F]{8}))/.exec(
      source.slice(at, Math.min(at + 10, end)),
    );
    if (hex) {
      const code = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16);
      out.add(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd', at, at + hex[0].length);
      at += hex[0].length;
    } else {
      const escaped = source.charAt(at + 1);
      // An escaped line break continues the line (YAML); its indentation goes with it.
      const fold = /^\\\r?\n[ \t]*/.exec(source.slice(at, end));
      if (fold) at += fold[0].length;
      else {
        out.add(simpleEscapes[escaped] ?? escaped, at, Math.min(at + 2, end));
        at += 2;
      }
    }
  }
  return out.build(end);
}

/**
 * Finds the units of a decoded value in the source it was decoded from, when decoding only dropped or folded white space
 * (YAML's plain and block scalars) and doubled quotes.
 */
export function aligned(value: string, source: string, start: number, end: number): MappedText {
  const offsets: number[] = [];
  const ends: number[] = [];
  let at = start;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charAt(i);
    if (/\s/.test(unit)) {
      offsets.push(at);
      if (at < end && source.charAt(at) === unit) at++;
      ends.push(at);
    } else {
      let found = at;
      while (found < end && source.charAt(found) !== unit) found++;
      offsets.push(Math.min(found, end));
      at = Math.min(found + 1, end);
      ends.push(at);
    }
  }
  return { text: value, offsets, ends, end: Math.min(at, end) };
}
