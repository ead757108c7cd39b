import type { ts } from 'ts-morph';

const BLOCK = 32;

/** Collects a file's places; each gets the next index. Flat pairs keep the table small in memory and in the cache. */
export class SpanTable {
  readonly pairs: number[] = [];
  private readonly source: ts.SourceFile;

  constructor(source: ts.SourceFile) {
    this.source = source;
  }

  add(start: number, end: number): number {
    this.pairs.push(start, end);
    return this.pairs.length / 2 - 1;
  }

  /**
   * Begins the places of a top-level statement at a round number, so that a few more or fewer of them leave those of the
   * statements behind as they are: what is derived from these need not be derived again. Numbers left out point nowhere.
   */
  beginStatement(): void {
    const last = this.pairs.at(-1) ?? 0;
    while ((this.pairs.length / 2) % BLOCK !== 0) this.pairs.push(last, last);
  }

  /** Place of a node without its leading trivia. */
  node(node: ts.Node): number {
    return this.add(node.getStart(this.source), node.end);
  }

  /** Place of a nameless declaration's first token. */
  head(node: ts.Node): number {
    const start = node.getStart(this.source);
    const word = /^[\w$]+|^\S/.exec(this.source.text.slice(start, Math.min(node.end, start + 40)));
    return this.add(start, start + (word?.[0].length ?? 1));
  }
}
