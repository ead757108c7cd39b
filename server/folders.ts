/** The workspace folders that are open, and which of them a file belongs to. */
import type { FileId } from '../src/base/path.ts';
import { Folder, type EngineModule, type FolderOptions } from './folder.ts';
import { fileIn, isFolderIn, pathOfUri } from './uris.ts';

/** A file of a folder. */
export interface Located {
  folder: Folder;
  file: FileId;
}

type ResultListener = FolderOptions['onResult'];

export interface FoldersOptions {
  runId: string;
  git: boolean;
  loadEngine(): Promise<EngineModule>;
  /** Text of an open document by absolute path. */
  overlay(absolute: string): string | undefined;
  /** Absolute paths of the open documents. */
  openPaths(): string[];
  log(message: string): void;
  /** A clock in milliseconds. */
  now(): number;
  /** Called when a folder's index can begin. */
  onCacheRead(): void;
}

export class Folders {
  readonly #options: FoldersOptions;
  readonly #folders = new Map<string, Folder>();
  readonly #onResult: ResultListener[] = [];
  readonly #onOpen: ((folder: Folder) => void)[] = [];
  /** Roots the editor named, nested ones included. */
  #roots = new Set<string>();
  #module: Promise<EngineModule> | undefined;

  constructor(options: FoldersOptions) {
    this.#options = options;
  }

  /** Calls back whenever a file's result changes or goes. */
  onResult(listener: ResultListener): void {
    this.#onResult.push(listener);
  }

  /** Calls back when a folder was added and its engine is ready. */
  onOpen(listener: (folder: Folder) => void): void {
    this.#onOpen.push(listener);
  }

  all(): Folder[] {
    return [...this.#folders.values()];
  }

  get isEmpty(): boolean {
    return this.#roots.size === 0;
  }

  /**
   * Adds and removes folders. Of folders that lie in one another the outer one owns all files.
   * @param added `file:` URIs
   * @param removed `file:` URIs
   */
  change(added: readonly string[], removed: readonly string[]): void {
    for (const uri of removed) this.#roots.delete(pathOfUri(uri) ?? '');
    for (const uri of added) {
      const root = pathOfUri(uri);
      if (root !== undefined) this.#roots.add(root.length > 1 ? root.replace(/[\\/]$/, '') : root);
    }
    const roots = [...this.#roots];
    const outer = roots.filter((root) => !roots.some((other) => other !== root && isFolderIn(other, root)));
    for (const [root, folder] of this.#folders) {
      if (outer.includes(root)) continue;
      this.#folders.delete(root);
      folder.close();
    }
    for (const root of outer) if (!this.#folders.has(root)) this.#open(root, true);
  }

  /** A folder for a document that lies in none, with only what is opened in it. @param root absolute */
  openLoose(root: string): void {
    if (!this.#folders.has(root)) this.#open(root, false);
  }

  #open(root: string, listed: boolean): void {
    const { openPaths, overlay, ...options } = this.#options;
    this.#module ??= this.#options.loadEngine();
    const folder = new Folder(
      {
        ...options,
        root,
        listed,
        overlay: (file) => overlay(folder.host.absolute(file)),
        openFiles: () => openPaths().flatMap((absolute) => fileIn(root, absolute) ?? []),
        onResult: (...change) => {
          for (const listener of this.#onResult) listener(...change);
        },
      },
      this.#module,
    );
    this.#folders.set(root, folder);
    folder.ready.then(
      () => {
        if (this.#folders.get(root) === folder) for (const listener of this.#onOpen) listener(folder);
      },
      (error: unknown) => this.#options.log(`${root} cannot be analysed: ${String(error)}`),
    );
  }

  /** The folder a URI lies in, and its path there; `undefined` for other schemes and for files outside. */
  locate(uri: string): Located | undefined {
    const absolute = pathOfUri(uri);
    if (absolute === undefined) return undefined;
    for (const [root, folder] of this.#folders) {
      const file = fileIn(root, absolute);
      if (file !== undefined) return { folder, file };
    }
    return undefined;
  }
}
