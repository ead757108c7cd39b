/**
 * The ground state: which files exist, and the facts of each, extracted when first asked for.
 * Everything else in `workspace/` is derived from here.
 */
import { hashText } from '../base/hash.ts';
import type { FileId } from '../base/path.ts';
import { extractFacts } from '../facts/extract.ts';
import type { ExtractedFacts } from '../facts/extract.ts';
import { fileKind } from '../facts/classify.ts';
import type { FileFacts } from '../facts/model.ts';
import { moveSpans } from './moveSpans.ts';
import type { Database, Input, Query } from './database.ts';

/** Where texts come from; implemented on a disk by `host/`, in memory by tests. */
export interface EngineHost {
  /** Text of a file of the tree; undefined when it is missing, unreadable, binary or too large. */
  read(file: FileId): string | undefined;
}

interface Entry {
  hash: string;
  /** Kept for open files only; others are read again when a fix needs them. */
  text: string | undefined;
}

export class FactStore {
  readonly facts: Query<FileFacts | undefined>;
  readonly exists: Input<true>;
  /** Sorted paths of all files of the tree. */
  readonly tree: Input<readonly FileId[]>;
  private readonly version: Input<number>;
  private readonly entries = new Map<FileId, Entry>();
  private readonly files = new Set<FileId>();
  private readonly overlays = new Set<FileId>();
  /** Facts of an earlier run, by file. */
  private readonly cached = new Map<FileId, { hash: string; json: string }>();
  private readonly meanings = new Map<FileId, string>();
  private readonly host: EngineHost;
  cacheHits = 0;
  /** Extractions since the start: tests of incrementality read it. */
  extractions = 0;
  readonly unreadable = new Set<FileId>();

  constructor(db: Database, host: EngineHost) {
    this.host = host;
    this.exists = db.input<true>('exists');
    this.tree = db.input<readonly FileId[]>('tree');
    this.version = db.input<number>('version');
    this.facts = db.query('facts', (file) => {
      this.version(file);
      return this.load(file);
    });
  }

  setTree(files: readonly FileId[]): void {
    const next = new Set(files.filter((file) => fileKind(file) !== undefined));
    for (const overlay of this.overlays) next.add(overlay);
    for (const file of this.files) if (!next.has(file)) this.remove(file);
    for (const file of next) this.add(file);
    this.publishTree();
  }

  /** Applies texts; undefined removes the file. `open` keeps the text as an editor's overlay. */
  update(changes: readonly { file: FileId; text: string | undefined }[]): void {
    let treeChanged = false;
    for (const { file, text } of changes) {
      if (fileKind(file) === undefined) continue;
      if (text === undefined) {
        if (!this.files.has(file)) continue;
        this.remove(file);
        treeChanged = true;
        continue;
      }
      const hash = hashText(text);
      if (this.entries.get(file)?.hash === hash && this.files.has(file)) continue;
      if (!this.files.has(file)) {
        this.add(file);
        treeChanged = true;
      }
      this.overlays.add(file);
      const last = this.entries.get(file);
      this.previous.set(file, last?.text);
      this.entries.set(file, { hash, text });
      this.bump(file);
    }
    if (treeChanged) this.publishTree();
  }

  /** Texts before the latest change, to move the last good facts of a file that no longer parses. */
  private readonly previous = new Map<FileId, string | undefined>();

  has(file: FileId): boolean {
    return this.files.has(file);
  }

  list(): FileId[] {
    return [...this.files].toSorted();
  }

  text(file: FileId): string | undefined {
    return this.entries.get(file)?.text ?? (this.files.has(file) ? this.host.read(file) : undefined);
  }

  /** Whether facts were extracted already: indexing asks for the others. */
  isLoaded(file: FileId): boolean {
    return this.entries.has(file) && this.facts.peek(file) !== undefined;
  }

  /**
   * What `loadCache` takes, line by line, so that writing it can give way to other work: the header, then path, hash
   * and facts of each file that was extracted or loaded.
   */
  *cacheLines(header: string): Generator<string, void, undefined> {
    yield header;
    for (const file of this.list()) {
      const facts = this.facts.peek(file);
      const hash = this.entries.get(file)?.hash;
      if (facts && hash !== undefined && facts.kind !== 'config' && !this.stale.has(file))
        yield `${JSON.stringify([file, hash])}\t${JSON.stringify(facts)}`;
    }
  }

  /** Takes what an earlier run stored; a wrong header or a torn line is ignored. Returns how many entries it took. */
  loadCache(text: string, header: string): number {
    const lines = text.split('\n');
    if (lines[0] !== header) return 0;
    for (const line of lines.slice(1)) {
      const tab = line.indexOf('\t');
      if (tab < 0) continue;
      const key = parseKey(line.slice(0, tab));
      if (key) this.cached.set(key[0], { hash: key[1], json: line.slice(tab + 1) });
    }
    return this.cached.size;
  }

  /** Files whose facts are an older good state than their text. */
  private readonly stale = new Set<FileId>();

  private load(file: FileId): FileFacts | undefined {
    if (!this.files.has(file)) return undefined;
    let entry = this.entries.get(file);
    const text = entry?.text ?? this.host.read(file);
    if (text === undefined) {
      this.unreadable.add(file);
      return undefined;
    }
    this.unreadable.delete(file);
    if (!entry) {
      entry = { hash: hashText(text), text: undefined };
      this.entries.set(file, entry);
    }
    const last = this.facts.peek(file);
    const extracted = this.fromCache(file, entry.hash) ?? this.extract(file, text);
    return this.reconcile(file, text, last, extracted);
  }

  /** A file that stops parsing keeps its last good facts, moved along; equal meaning keeps the object so that nobody wakes. */
  private reconcile(
    file: FileId,
    text: string,
    last: FileFacts | undefined,
    next: ExtractedFacts,
  ): FileFacts {
    const before = this.previous.get(file);
    this.previous.delete(file);
    if (last && next.broken && before !== undefined && last.kind === next.facts.kind && last.kind === 'ts') {
      moveSpans(last, before, text);
      last.lines = next.facts.lines;
      last.problems = next.facts.problems;
      this.stale.add(file);
      return last;
    }
    this.stale.delete(file);
    if (last && last.kind === next.facts.kind && this.meanings.get(file) === next.meaning) {
      last.spans = next.facts.spans;
      last.lines = next.facts.lines;
      last.suppressions = next.facts.suppressions;
      last.problems = next.facts.problems;
      return last;
    }
    this.meanings.set(file, next.meaning);
    return next.facts;
  }

  private extract(file: FileId, text: string): ExtractedFacts {
    this.extractions++;
    return extractFacts(file, text);
  }

  private fromCache(file: FileId, hash: string): ExtractedFacts | undefined {
    const hit = this.cached.get(file);
    if (!hit) return undefined;
    this.cached.delete(file);
    if (hit.hash !== hash) return undefined;
    const facts = parseFacts(hit.json);
    if (!facts) return undefined;
    this.cacheHits++;
    return { facts, meaning: `cached:${hash}`, broken: false };
  }

  private add(file: FileId): void {
    if (this.files.has(file)) return;
    this.files.add(file);
    this.exists.set(file, true);
    this.bump(file);
  }

  private remove(file: FileId): void {
    this.files.delete(file);
    this.entries.delete(file);
    this.overlays.delete(file);
    this.meanings.delete(file);
    this.unreadable.delete(file);
    this.exists.set(file, undefined);
    this.bump(file);
  }

  private bump(file: FileId): void {
    this.version.set(file, (this.version.peek(file) ?? 0) + 1);
  }

  private publishTree(): void {
    const list = this.list();
    const before = this.tree.peek('');
    if (before && before.length === list.length && before.every((file, index) => file === list[index]))
      return;
    this.tree.set('', list);
  }
}

function parseKey(text: string): [string, string] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string'
      ? [value[0], value[1]]
      : undefined;
  } catch {
    return undefined; // a torn line of an interrupted write: the file is extracted anew
  }
}

function parseFacts(json: string): FileFacts | undefined {
  try {
    return JSON.parse(json) as FileFacts;
  } catch {
    return undefined; // as above
  }
}
