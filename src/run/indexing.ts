/** The index in slices: facts of files that nobody asked for yet, those that decide most about a project first. */
import type { FileId } from '../base/path.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface IndexProgress {
  done: number;
  total: number;
  complete: boolean;
}

/** Files that decide most about a project come first when everything is indexed. */
const ORDER: readonly RegExp[] = [
  /(package|tsconfig|jsconfig)[^/]*\.json$|pnpm-workspace\.yaml$|backend-specialist\.config\.json$|\.prisma$/,
  /(^|\/)(route|auth|auth\.config|env|proxy|middleware)\.[cm]?[jt]sx?$/,
  /action/i,
  /(^|\/)(services?|lib|server|db|data)\//,
  /\.sql$|\.ya?ml$|\.sh$/,
];

export class Indexing {
  private readonly workspace: Workspace;
  private readonly changed: () => void;
  private queue: FileId[] = [];
  /** Place in the queue of the first file that was not taken yet. */
  private next = 0;
  private isComplete = false;

  /** @param changed told whenever the workspace is about to know more */
  constructor(workspace: Workspace, changed: () => void) {
    this.workspace = workspace;
    this.changed = changed;
  }

  /** Whether every file has been looked at: rules about the whole workspace speak only then. */
  get complete(): boolean {
    return this.isComplete;
  }

  /** Lines up what the tree has and the index lacks. */
  refill(): void {
    const { store, index } = this.workspace;
    const rank = (file: FileId): number => {
      const found = ORDER.findIndex((pattern) => pattern.test(file));
      return found < 0 ? ORDER.length : found;
    };
    this.queue = store
      .list()
      .filter((file) => this.isDue(file))
      .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    this.next = 0;
    index.sync([]);
    if (this.queue.length === 0) this.finish();
  }

  private isDue(file: FileId): boolean {
    const { store, index } = this.workspace;
    return !store.isLoaded(file) || !index.has(file);
  }

  /**
   * Extracts facts until the budget is used up.
   * @param budgetMs how long this slice may take; one file can't be cut
   * @param now a clock in milliseconds
   * @param priority files to do first
   */
  slice(budgetMs: number, now: () => number, priority: readonly FileId[]): IndexProgress {
    const { store, index } = this.workspace;
    const end = now() + budgetMs;
    // Also those that a check has loaded meanwhile: they still have to join the index.
    for (const file of priority) if (store.has(file) && this.isDue(file)) this.take(file);
    for (;;) {
      // Files that were loaded because others import them come first: their facts are not packed yet.
      const file = store.takeFresh() ?? this.queue[this.next++];
      if (file === undefined) break;
      if (!store.has(file) || !this.isDue(file)) continue;
      this.take(file);
      if (now() >= end) break;
    }
    if (this.next < this.queue.length)
      return {
        done: Math.min(index.size, this.queue.length - 1),
        total: this.queue.length,
        complete: this.isComplete,
      };
    this.finish();
    return { done: this.queue.length, total: this.queue.length, complete: this.isComplete };
  }

  private take(file: FileId): void {
    this.workspace.store.facts(file);
    this.workspace.index.sync([file]);
    this.changed();
  }

  private finish(): void {
    if (this.isComplete) return;
    this.changed();
    this.isComplete = true;
    this.workspace.completeInput.set('', true);
  }
}
