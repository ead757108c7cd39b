/** A `backend-map.md` as lines with their offsets, for edits that touch whole lines. */
import { linesOf } from '../../facts/backendMap.ts';
import type { BackendMapFacts } from '../../facts/backendMapModel.ts';
import type { TextEdit } from '../../run/finding.ts';

export class MapText {
  readonly facts: BackendMapFacts;
  readonly lines: readonly string[];
  /** What ends lines: that of the first line. */
  readonly eol: string;
  private readonly starts: number[] = [0];

  constructor(facts: BackendMapFacts) {
    this.facts = facts;
    this.lines = linesOf(facts.text);
    this.eol = /\r\n|\r|\n/.exec(facts.text)?.[0] ?? '\n';
    for (const match of facts.text.matchAll(/\r\n|\r|\n/g)) this.starts.push(match.index + match[0].length);
  }

  line(line: number): string {
    return this.lines[line] ?? '';
  }

  /** Offset of a line's start; the end of the text for lines behind it. */
  start(line: number): number {
    return this.starts[line] ?? this.facts.text.length;
  }

  /** Offset behind a line's last sign. */
  end(line: number): number {
    return this.start(line) + this.line(line).length;
  }

  replaceLine(line: number, text: string): TextEdit {
    return { start: this.start(line), end: this.end(line), text };
  }

  /** Takes away lines with their ends; `to` is exclusive. */
  remove(from: number, to: number): TextEdit {
    return { start: this.start(from), end: this.start(to), text: '' };
  }

  /** New lines before a line; at the end of a text whose last line isn't ended, that is done first. */
  insert(before: number, lines: readonly string[]): TextEdit {
    const at = this.start(before);
    const isOpen = before >= this.lines.length && this.lines.at(-1) !== '';
    return {
      start: at,
      end: at,
      text: (isOpen ? this.eol : '') + lines.map((line) => line + this.eol).join(''),
    };
  }

  replaceLines(from: number, to: number, lines: readonly string[]): TextEdit {
    return {
      start: this.start(from),
      end: this.start(to),
      text: lines.map((line) => line + this.eol).join(''),
    };
  }
}
