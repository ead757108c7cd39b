import type { ts } from 'ts-morph';

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
