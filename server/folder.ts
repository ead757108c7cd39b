/** One workspace folder: its engine, what it said last of each file, and what is still to be asked. */
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileId } from '../src/base/path.ts';
import { rangeAt } from '../src/base/lineIndex.ts';
import type { ConfigOverrides } from '../src/config/load.ts';
import { configFileName } from '../src/config/settings.ts';
import type { Engine, FileChange } from '../src/engine.ts';
import { committedMigrations, createNodeHost, isAnalysed, readCache, writeCache } from '../src/host/node.ts';
import type { NodeHost } from '../src/host/node.ts';
import type { Finding } from '../src/run/finding.ts';
import { uriOfPath } from './uris.ts';

/** How long somebody who asks waits for slow rules, in milliseconds; what they say later follows. */
const patienceMs = 100;

/** Between so many files read from the disk the server answers its messages. */
const readBatch = 50;

/** The engine's module, loaded behind the first answer. */
export type EngineModule = typeof import('../src/engine.ts');

/** What the engine says of a file. Two results are the same if and only if their `id`s are. */
export interface FileResult {
  findings: readonly Finding[];
  /** Unique in all runs of the server, as an editor may bring it along over a restart. */
  id: string;
}

export interface FolderOptions {
  root: string;
  /** Distinguishes this run of the server from others in result ids. */
  runId: string;
  git: boolean;
  /** Whether the folder's files are listed; else it has only what is opened. */
  listed: boolean;
  /** An open file's text, which wins over the disk. */
  overlay(file: FileId): string | undefined;
  /** Files that are open now. */
  openFiles(): FileId[];
  log(message: string): void;
  /** A clock in milliseconds. */
  now(): number;
  /** Called when the facts of the last run are there: the index can begin. */
  onCacheRead(): void;
  /** Called when a check gave something else than the time before. */
  onResult(folder: Folder, file: FileId, before: FileResult | undefined, now: FileResult | undefined): void;
}

const isConfig = (file: FileId) => path.posix.basename(file) === configFileName;

/** Whether two results say the same at the same places. */
function isSameText(a: readonly Finding[], b: readonly Finding[]): boolean {
  return a.length === b.length && (a.length === 0 || JSON.stringify(a) === JSON.stringify(b));
}

/** What the editor's settings say beside severities; the same as their defaults in package.json. */
export interface FolderSettings {
  /** Whether new migrations have a line of text above them. */
  migrationLens: boolean;
  /** Whether entry points and services have one. */
  guardLens: boolean;
  /** Whether saving a file brings the maps up to date that exist. */
  updatesMapOnSave: boolean;
  /** How long the migrations of a schema may run on the embedded PostgreSQL, in milliseconds. */
  timeoutMs: number;
}

export class Folder {
  settings: FolderSettings = {
    migrationLens: true,
    guardLens: true,
    updatesMapOnSave: false,
    timeoutMs: 20_000,
  };
  readonly root: string;
  readonly host: NodeHost;
  /** Resolves when the engine answers questions; the index may still be running. */
  readonly ready: Promise<Engine>;
  readonly #options: FolderOptions;
  readonly #results = new Map<FileId, FileResult>();
  /** Files that broke the engine, and why; asked again only after they change. */
  readonly #crashed = new Map<FileId, string>();
  readonly #queue = new Set<FileId>();
  /** Files of the queue of which all was said that is known so far. */
  readonly #early = new Set<FileId>();
  readonly #tree = new Set<FileId>();
  #engine: Engine | undefined;
  #nextId = 0;
  /** Size of the tree when the cache was written last. */
  #savedSize = -1;
  #closed = false;
  #cacheRead = false;
  indexed = { done: 0, total: 0 };
  /** Set when the person stopped the index; a workspace check takes it up again. */
  paused = false;

  constructor(options: FolderOptions, module: Promise<EngineModule>) {
    this.root = options.root;
    this.#options = options;
    this.host = createNodeHost(options.root, { git: options.git });
    this.ready = this.#open(module);
  }

  async #open(loading: Promise<EngineModule>): Promise<Engine> {
    const { root, git, listed } = this.#options;
    const [engine, tree, committed] = await Promise.all([
      loading.then(({ Engine: Loaded }) => Loaded.create({ host: this.host })),
      listed ? this.host.list() : [],
      git ? committedMigrations(root) : undefined,
    ]);
    engine.setTree(tree);
    for (const { file } of tree) this.#tree.add(file);
    engine.setCommitted(committed);
    this.#engine = engine;
    this.#applyOverlays();
    void this.#readCache(engine);
    return engine;
  }

  /** Facts of the last run, in pieces between messages; open files do not wait for them, the index does. */
  async #readCache(engine: Engine): Promise<void> {
    for await (const batch of readCache(this.root)) {
      if (this.#closed) return;
      engine.loadCache(batch);
      await nextTurn();
    }
    this.#cacheRead = true;
    this.#options.onCacheRead();
  }

  /** Texts of files that were opened before the engine was there. */
  #applyOverlays(): void {
    for (const file of this.#options.openFiles()) void this.opened(file);
  }

  get engine(): Engine | undefined {
    return this.#closed ? undefined : this.#engine;
  }

  /** Whether every file's facts are known. */
  get complete(): boolean {
    return this.#engine?.complete === true;
  }

  /** Whether the index has work to do and may do it. */
  get isIndexing(): boolean {
    return this.engine !== undefined && this.#cacheRead && !this.paused && !this.complete;
  }

  /** Whether all that was said of the folder's files is what the engine would say now. */
  get settled(): boolean {
    return this.#engine !== undefined && (this.complete ? this.#queue.size === 0 : this.paused);
  }

  /** The `file:` URI of a file of this folder. */
  uriOf(file: FileId): string {
    return uriOfPath(this.host.absolute(file));
  }

  results(): ReadonlyMap<FileId, FileResult> {
    return this.#results;
  }

  /** Files that could not be read, parsed or checked, and why. */
  problems(): { file: FileId; message: string }[] {
    const crashed = [...this.#crashed].map(([file, message]) => ({ file, message }));
    return [...(this.#engine?.problems() ?? []), ...this.host.problems(), ...crashed];
  }

  /** Files of the tree below a folder that is gone. */
  filesBelow(folder: FileId): FileId[] {
    return [...this.#tree].filter((file) => file.startsWith(`${folder}/`));
  }

  /** Whether a file belongs to the workspace: on disk and not ignored, or opened. */
  knows(file: FileId): boolean {
    return this.#tree.has(file);
  }

  update(changes: readonly FileChange[]): void {
    if (!this.#engine || changes.length === 0) return;
    this.#early.clear();
    for (const { file, text } of changes) {
      this.#crashed.delete(file);
      if (text === undefined) this.#tree.delete(file);
      else this.#tree.add(file);
      if (text !== undefined && isConfig(file)) this.#queue.add(file);
    }
    this.#engine.update(changes);
    for (const { file } of changes) if (!this.knows(file)) this.#forget(file);
  }

  /** An opened file: its text counts from now on, if the file belongs to the workspace at all. */
  async opened(file: FileId): Promise<void> {
    if (!this.#engine || !isAnalysed(file)) return;
    if (!this.knows(file)) {
      // A file that is ignored stays so when it is looked at; one that is not saved yet is welcome.
      const isOnDisk = this.host.read(file) !== undefined;
      if (isOnDisk && this.#options.listed && (await this.host.accept([file])).length === 0) return;
    }
    const text = this.#options.overlay(file);
    if (text !== undefined) this.update([{ file, text }]);
  }

  /** Looks at the disk again: for closed files, and for those a watcher named. */
  reread(files: readonly FileId[]): void {
    const changes = files
      .filter((file) => this.#options.overlay(file) === undefined)
      .map((file) => ({ file, text: this.host.read(file) }));
    this.update(changes);
  }

  /** Everything again from the disk: for changes that are too many or that watchers miss. */
  async rescan(): Promise<void> {
    await this.ready;
    if (!this.#options.listed) return;
    const tree = await this.host.list();
    const now = new Set(tree.map(({ file }) => file));
    const gone = [...this.#tree].filter(
      (file) => !now.has(file) && this.#options.overlay(file) === undefined,
    );
    this.update(gone.map((file) => ({ file, text: undefined })));
    const files = [...now];
    for (let start = 0; start < files.length; start += readBatch) {
      this.reread(files.slice(start, start + readBatch));
      await nextTurn();
    }
    await this.readCommitted();
  }

  /** Asks git again which migrations the base branch has. */
  async readCommitted(): Promise<void> {
    const engine = await this.ready;
    if (this.#options.git) engine.setCommitted(await committedMigrations(this.root));
  }

  setOverrides(overrides: ConfigOverrides): void {
    this.#engine?.setOverrides(overrides);
  }

  /** Does a slice of the first index. @returns whether there is more */
  index(budgetMs: number, now: () => number): boolean {
    const engine = this.engine;
    if (!engine || !this.isIndexing) return false;
    const { done, total, complete } = engine.index(budgetMs, now, this.#options.openFiles());
    this.indexed = { done, total };
    return !complete;
  }

  /**
   * What the engine says of a file now. A file that makes it throw is reported once and has no findings until it
   * changes. What takes too long to wait for is left out; the file waits to be checked again.
   */
  check(file: FileId): FileResult {
    const isReady = this.#prepare(file, patienceMs);
    return isReady ? this.checkFully(file) : this.#checkEarly(file);
  }

  #checkEarly(file: FileId): FileResult {
    const result = this.#keep(file, this.#findings(file, false));
    this.#early.add(file);
    this.#queue.add(file);
    return result;
  }

  /** All that the engine says of a file, however long it takes. */
  checkFully(file: FileId): FileResult {
    return this.#keep(file, this.#findings(file, true));
  }

  #keep(file: FileId, findings: readonly Finding[]): FileResult {
    const before = this.#results.get(file);
    this.#queue.delete(file);
    if (before && (before.findings === findings || isSameText(before.findings, findings))) return before;
    const result = { findings, id: `${this.#options.runId}.${++this.#nextId}` };
    this.#results.set(file, result);
    this.#options.onResult(this, file, before, result);
    return result;
  }

  /** Works at what a check of a file would take long for. @returns whether nothing of it is left */
  #prepare(file: FileId, budgetMs: number): boolean {
    if (!this.#engine || this.#crashed.has(file)) return true;
    try {
      return this.#engine.prepare(file, budgetMs, this.#options.now);
    } catch {
      // The check meets it again, and says so.
      return true;
    }
  }

  #findings(file: FileId, isReady: boolean): readonly Finding[] {
    if (!this.#engine || this.#crashed.has(file)) return [];
    try {
      const findings = isReady ? this.#engine.check(file) : this.#engine.checkEarly(file);
      return isConfig(file) ? [...findings, ...this.#configFindings(file, this.#engine)] : findings;
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#crashed.set(file, `internal error: ${message.split('\n', 1)[0]}`);
      this.#options.log(`${file} broke the analysis and is skipped until it changes: ${message}`);
      return [];
    }
  }

  /** What is wrong in a configuration file, shown where it is wrong. */
  #configFindings(file: FileId, engine: Engine): Finding[] {
    return engine.configIssues(file).map(({ start, end, message }) => ({
      file,
      start,
      end,
      range: rangeAt(engine.lines(file), start, end),
      rule: 'config',
      severity: 'error',
      message,
      related: [],
      fixes: [],
      fingerprint: `config:${start}:${message}`,
    }));
  }

  /** Whether any file waits to be checked again; asks the engine which. */
  collectStale(): boolean {
    const engine = this.engine;
    if (!engine) return false;
    for (const file of engine.takeStale()) {
      if (this.knows(file)) this.#queue.add(file);
      else this.#forget(file);
    }
    return this.#queue.size > 0;
  }

  #forget(file: FileId): void {
    const before = this.#results.get(file);
    this.#results.delete(file);
    this.#queue.delete(file);
    this.#early.delete(file);
    if (before) this.#options.onResult(this, file, before, undefined);
  }

  /** Checks waiting files, open ones first, for a slice. @returns whether some are left */
  checkStale(budgetMs: number, now: () => number): boolean {
    if (!this.collectStale()) return false;
    const end = now() + budgetMs;
    for (const file of this.#options.openFiles()) {
      if (!this.#queue.has(file)) continue;
      if (!this.#prepare(file, budgetMs)) {
        // An editor that doesn't ask is told what is known.
        if (!this.#early.has(file)) this.#checkEarly(file);
        return true;
      }
      this.checkFully(file);
      if (now() >= end) return this.#queue.size > 0;
    }
    // Findings that need the whole workspace would come and go while the index runs: closed files wait.
    if (!this.complete) return false;
    for (const file of this.#queue) {
      if (!this.#prepare(file, budgetMs)) return true;
      this.checkFully(file);
      if (now() >= end) break;
    }
    return this.#queue.size > 0;
  }

  /** Keeps the facts for the next start, if there are new ones. */
  async save(): Promise<void> {
    const engine = this.engine;
    if (!engine?.complete) return;
    const size = this.#tree.size;
    if (engine.cacheHits >= size || this.#savedSize === size) return;
    this.#savedSize = size;
    await writeCache(this.root, engine.cacheLines());
  }

  /** Forgets everything, telling `onResult` of each file that had a result. */
  close(): void {
    for (const file of this.#results.keys()) this.#forget(file);
    this.#closed = true;
  }

  get name(): string {
    return path.basename(this.root);
  }
}
