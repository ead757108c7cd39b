/**
 * The ground state: which files exist, and the facts of each, extracted when first asked for.
 * Everything else in `workspace/` is derived from here.
 */
import { isSame } from '../base/equal.ts';
import { hashText } from '../base/hash.ts';
import type { FileId } from '../base/path.ts';
import { extractFacts } from '../facts/extract.ts';
import type { ExtractedFacts } from '../facts/extract.ts';
import { fileKind } from '../facts/classify.ts';
import type { FileFacts } from '../facts/model.ts';
import { unpackFacts } from '../facts/pack.ts';
import { SourceTrees } from '../facts/sourceTrees.ts';
import { changedParts, FRAME } from './factParts.ts';
import type { PartId } from './factParts.ts';
import { FactsCell, Shelf } from './factsCell.ts';
import { moveSpans } from './moveSpans.ts';
import type { Database, Input, Query } from './database.ts';
import { functionKey, parseFunctionKey } from './summary.ts';

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

/**
 * Files whose facts are kept ready; those of others are unpacked when they are asked for. Few, so that facts die young: once
 * V8 has moved them to its old space, the memory of the process doubles before they are collected.
 */
const READY = 40;

/** Files of which the state before the latest change is kept. */
const EARLIER = 12;

export class FactStore {
  private readonly cells: Query<FactsCell | undefined>;
  private readonly parts: Query<number>;
  private readonly shelf = new Shelf(READY);
  readonly exists: Input<true>;
  /** Sorted paths of all files of the tree. */
  readonly tree: Input<readonly FileId[]>;
  /** Files whose text isn't on the disk as yet. */
  readonly unsaved: Input<true>;
  private readonly version: Input<number>;
  private readonly entries = new Map<FileId, Entry>();
  private readonly files = new Set<FileId>();
  private sorted: readonly FileId[] | undefined;
  private readonly overlays = new Set<FileId>();
  /** Facts of an earlier run, by file. */
  private readonly cached = new Map<FileId, { hash: string; line: string }>();
  private readonly host: EngineHost;
  private readonly trees = new SourceTrees();
  cacheHits = 0;
  /** Extractions since the start: tests of incrementality read it. */
  extractions = 0;
  readonly unreadable = new Set<FileId>();
  /** Files of which there may be something to tell: skipped, with syntax errors, configurations. */
  readonly troubled = new Set<FileId>();

  constructor(db: Database, host: EngineHost) {
    this.host = host;
    this.exists = db.input<true>('exists');
    this.tree = db.input<readonly FileId[]>('tree');
    this.unsaved = db.input<true>('unsaved');
    this.version = db.input<number>('version');
    this.cells = db.query('facts', (file) => {
      this.version(file);
      return this.load(file);
    });
    this.parts = db.query('part', (key) => {
      const { file, fn } = parseFunctionKey(key);
      return this.cells(file)?.version(fn) ?? 0;
    });
  }

  /** Facts of a file; undefined when there is no such file or it can't be read. To be read, never kept. */
  readonly facts = (file: FileId): FileFacts | undefined => {
    const cell = this.cells(file);
    return cell && this.open(cell);
  };

  /** Notes that a part of a file is read, as opposed to all of it. */
  readPart(file: FileId, part: PartId): void {
    this.parts(functionKey(file, part));
  }

  /** Facts of a file of which a part was noted as read: nothing else of them may be looked at. */
  factsForPart(file: FileId): FileFacts | undefined {
    const cell = this.cells.peek(file);
    return cell && this.open(cell);
  }

  /** The kind of a file's facts, without unpacking them. */
  kind(file: FileId): FileFacts['kind'] | undefined {
    return this.cells(file)?.kind;
  }

  /** Whether a file's facts hold one of the texts, as JSON writes them; looked for without unpacking them. */
  mentions(file: FileId, texts: readonly string[]): boolean {
    const line = this.cells(file)?.line();
    return line !== undefined && texts.some((text) => line.includes(text));
  }

  /** What changes whenever places in a file have moved. */
  layout(file: FileId): object | undefined {
    return this.cells(file)?.layout;
  }

  private open(cell: FactsCell): FileFacts {
    const wasWhole = cell.isWhole;
    const facts = cell.facts();
    if (!wasWhole) this.shelf.add(cell);
    return facts;
  }

  setTree(files: readonly FileId[]): void {
    const next = new Set(files.filter((file) => fileKind(file) !== undefined));
    for (const overlay of this.overlays) next.add(overlay);
    for (const file of this.files) if (!next.has(file)) this.remove(file);
    for (const file of next) this.add(file);
    this.publishTree();
  }

  /** Applies texts; undefined removes the file. `open` keeps the text as an editor's overlay. */
  update(changes: readonly { file: FileId; text: string | undefined; unsaved?: boolean }[]): void {
    let treeChanged = false;
    for (const { file, text, unsaved } of changes) {
      if (fileKind(file) === undefined) continue;
      const isUnsaved = unsaved === true ? true : undefined;
      if (this.unsaved.peek(file) !== isUnsaved) this.unsaved.set(file, isUnsaved);
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

  /** All files, sorted. */
  list(): readonly FileId[] {
    return (this.sorted ??= [...this.files].toSorted());
  }

  /** The text, for what is derived from every letter of it. */
  readText(file: FileId): string | undefined {
    this.version(file);
    return this.text(file);
  }

  /** The text as it is now, for fixes: reading it makes nothing depend on it. */
  text(file: FileId): string | undefined {
    return this.entries.get(file)?.text ?? (this.files.has(file) ? this.host.read(file) : undefined);
  }

  private readonly fresh: FileId[] = [];

  /** A file whose facts were loaded for the first time since this was last asked, the latest first. */
  takeFresh(): FileId | undefined {
    return this.fresh.pop();
  }

  /** Whether facts were extracted already: indexing asks for the others. */
  isLoaded(file: FileId): boolean {
    return this.entries.has(file) && this.cells.peek(file) !== undefined;
  }

  /**
   * What `loadCache` takes, line by line, so that writing it can give way to other work: the header, then path, hash
   * and facts of each file that was extracted or loaded.
   */
  *cacheLines(header: string): Generator<string, void, undefined> {
    yield header;
    for (const file of this.list()) {
      const cell = this.cells.peek(file);
      const hash = this.entries.get(file)?.hash;
      if (cell && hash !== undefined && fileKind(file) !== 'config' && !this.stale.has(file))
        yield `${JSON.stringify([file, hash])}\t${cell.line()}`;
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
      if (key) this.cached.set(key[0], { hash: key[1], line: line.slice(tab + 1) });
    }
    return this.cached.size;
  }

  /** Files whose facts are an older good state than their text. */
  private readonly stale = new Set<FileId>();

  private load(file: FileId): FactsCell | undefined {
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
    const last = this.cells.peek(file);
    const cell =
      this.fromCache(file, entry.hash, last) ??
      this.backAgain(file, entry.hash, last) ??
      this.reconcile(file, text, last, this.extract(file, text));
    cell.hash = this.stale.has(file) ? undefined : entry.hash;
    if (!last) this.fresh.push(file);
    this.noteTroubles(file, this.open(cell));
    return cell;
  }

  /** Cells before the latest change: what tries a change takes it back, as people do. */
  private readonly earlier = new Map<FileId, FactsCell>();

  private backAgain(file: FileId, hash: string, last: FactsCell | undefined): FactsCell | undefined {
    const cell = this.earlier.get(file);
    if (!last || !cell || cell.hash !== hash) return undefined;
    this.replace(file, last);
    cell.isDiscarded = false;
    this.stale.delete(file);
    this.previous.delete(file);
    return this.keep(cell);
  }

  /** A cell gives way to another one. */
  private replace(file: FileId, cell: FactsCell): void {
    cell.isDiscarded = true;
    this.earlier.delete(file);
    this.earlier.set(file, cell);
    const [oldest] = this.earlier.keys();
    if (oldest !== undefined && this.earlier.size > EARLIER) this.earlier.delete(oldest);
  }

  /** A file that stops parsing keeps its last good facts, moved along; equal meaning keeps the cell so that nobody wakes. */
  private reconcile(
    file: FileId,
    text: string,
    last: FactsCell | undefined,
    next: ExtractedFacts,
  ): FactsCell {
    const before = this.previous.get(file);
    this.previous.delete(file);
    const { facts } = next;
    const known = last && this.open(last);
    if (
      last &&
      known &&
      next.broken &&
      before !== undefined &&
      known.kind === facts.kind &&
      known.kind === 'ts'
    ) {
      last.move((moved) => {
        moveSpans(moved, before, text);
        moved.lines = facts.lines;
        moved.problems = facts.problems;
      });
      this.stale.add(file);
      return last;
    }
    this.stale.delete(file);
    const changed = known?.kind === 'ts' && facts.kind === 'ts' ? changedParts(known, facts) : undefined;
    if (last && known && meansSame(known, facts)) {
      last.move((moved) => {
        moved.spans = facts.spans;
        moved.lines = facts.lines;
        moved.suppressions = facts.suppressions;
        moved.problems = facts.problems;
      });
      return last;
    }
    const cell = this.keep(new FactsCell(facts));
    if (last) {
      this.replace(file, last);
      if (changed && facts.kind === 'ts')
        cell.keep(
          last,
          [FRAME, ...facts.functions.keys()].filter((part) => !changed.has(part)),
        );
    }
    return cell;
  }

  private keep(cell: FactsCell): FactsCell {
    this.shelf.add(cell);
    return cell;
  }

  private extract(file: FileId, text: string): ExtractedFacts {
    this.extractions++;
    return extractFacts(file, text, this.overlays.has(file) ? this.trees : undefined);
  }

  private fromCache(file: FileId, hash: string, last: FactsCell | undefined): FactsCell | undefined {
    const hit = this.cached.get(file);
    if (!hit) return undefined;
    this.cached.delete(file);
    if (hit.hash !== hash || last) return undefined;
    const facts = unpackFacts(hit.line);
    if (!facts) return undefined;
    this.cacheHits++;
    return this.keep(new FactsCell(facts, hit.line));
  }

  private noteTroubles(file: FileId, facts: FileFacts): void {
    if (facts.kind === 'skipped' || facts.kind === 'config' || facts.problems.length > 0)
      this.troubled.add(file);
    else this.troubled.delete(file);
  }

  private add(file: FileId): void {
    if (this.files.has(file)) return;
    this.files.add(file);
    this.sorted = undefined;
    this.exists.set(file, true);
    this.bump(file);
  }

  private remove(file: FileId): void {
    this.files.delete(file);
    this.entries.delete(file);
    this.overlays.delete(file);
    this.trees.forget(file);
    this.earlier.delete(file);
    this.unreadable.delete(file);
    this.troubled.delete(file);
    this.sorted = undefined;
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

/** Whether two states of a file differ in places at most. Of other languages than TypeScript the text itself is read too. */
function meansSame(a: FileFacts, b: FileFacts): boolean {
  if (a.kind !== b.kind || (a.kind !== 'ts' && a.kind !== 'skipped')) return false;
  return isSame(withoutPlaces(a), withoutPlaces(b));
}

function withoutPlaces(facts: FileFacts): object {
  return { ...facts, spans: undefined, lines: undefined, suppressions: undefined, problems: undefined };
}
