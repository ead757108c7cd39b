import type { EngineHost, TreeFile } from '../../src/engine.ts';

/** A workspace in memory: paths from its root (`/` separators) to texts. */
export class MemoryHost implements EngineHost {
  readonly files: Map<string, string>;

  constructor(files: Iterable<readonly [string, string]> | { [file: string]: string }) {
    this.files = new Map(Symbol.iterator in files ? files : Object.entries(files));
  }

  read(file: string): string | undefined {
    return this.files.get(file);
  }

  /** What a listing of the disk would say. */
  tree(): TreeFile[] {
    return [...this.files].map(([file, text]) => ({ file, size: text.length }));
  }
}
