/** Syntax trees of files that are being edited, so that the next state of a file is parsed only where it has changed. */
import { ts } from 'ts-morph';
import { changeBetween } from '../base/textChange.ts';
import { parseTs, syntaxErrorsOf } from './parseTs.ts';

/** A tree of 2,000 lines takes some megabytes. */
const LIMIT = 6;

export class SourceTrees {
  private readonly trees = new Map<string, ts.SourceFile>();

  /** The tree of a text. The tree given out before for the same file must not be used any more. */
  parse(file: string, text: string): ts.SourceFile {
    const last = this.trees.get(file);
    this.trees.delete(file);
    const tree = last ? reparse(last, text) : parseTs(file, text);
    // What is wrong is worded by what stands around it, which a reused node no longer shows.
    if (syntaxErrorsOf(tree).length > 0) return last ? parseTs(file, text) : tree;
    this.trees.set(file, tree);
    const [oldest] = this.trees.keys();
    if (oldest !== undefined && this.trees.size > LIMIT) this.trees.delete(oldest);
    return tree;
  }

  forget(file: string): void {
    this.trees.delete(file);
  }
}

/** TypeScript's own incremental parser, as its language server uses it; it takes the nodes of the old tree. */
function reparse(last: ts.SourceFile, text: string): ts.SourceFile {
  const { start, before, after } = changeBetween(last.text, text);
  return ts.updateSourceFile(last, text, {
    span: { start, length: before - start },
    newLength: after - start,
  });
}
