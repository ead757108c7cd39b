/** What the base branch has of the migrations: which ones, and their texts. */
import { isSame } from '../base/equal.ts';
import { basename, dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import type { Database, Input, Query } from './database.ts';

/** Files that the base branch has, with their texts where they are known. */
export type CommittedFiles = ReadonlyMap<FileId, string | undefined>;

export interface Change {
  /** What isn't as before. */
  span: Span;
  /** Something was added behind the old text, which stays as it was. */
  isAddition: boolean;
}

export interface MigrationHistory {
  /** Whether the base branch has a file; `undefined` when no version control says so. */
  has(file: FileId): boolean | undefined;
  /** Its text in the base branch. */
  text(file: FileId): string | undefined;
  /** Where a file's text differs from that of the base branch; line ends don't count, since a checkout may change them. */
  change(file: FileId): Change | undefined;
  /** The migration of the base branch that is gone here and had the text that a new one has. */
  renamedFrom(file: FileId): FileId | undefined;
  /** The `migration.sql` files of a migrations folder in the base branch, in the order in which Prisma applies them. */
  migrations(folder: FileId): readonly FileId[];
}

export class History implements MigrationHistory {
  private readonly input: Input<CommittedFiles>;
  private readonly folders: Query<readonly FileId[]>;
  private readonly changes: Query<Change | undefined>;
  private readonly renames: Query<FileId | undefined>;

  /**
   * @param textOf the text of a file as it is now
   * @param exists whether it is there now
   */
  constructor(db: Database, textOf: (file: FileId) => string | undefined, exists: (file: FileId) => boolean) {
    this.input = db.input<CommittedFiles>('committed');
    this.folders = db.query('committedFolder', (folder) => this.list(folder), {
      equal: (a, b) => a.length === b.length && a.every((file, index) => file === b[index]),
    });
    this.changes = db.query(
      'committedChange',
      (file) => {
        const [before, now] = [this.text(file), textOf(file)];
        return before === undefined || now === undefined ? undefined : difference(before, now);
      },
      { equal: isSame },
    );
    this.renames = db.query('committedRename', (file) => {
      const gone = this.migrations(dirname(dirname(file))).filter((other) => !exists(other));
      const text = gone.length > 0 && this.has(file) === false ? textOf(file)?.trim() : undefined;
      if (text === undefined || text === '') return undefined;
      return gone.find((other) => units(this.text(other)?.trim() ?? '').text === units(text).text);
    });
  }

  renamedFrom(file: FileId): FileId | undefined {
    return this.renames(file);
  }

  /** Takes over what version control says; the same again wakes nobody. */
  set(files: ReadonlySet<FileId> | CommittedFiles | undefined): void {
    const before = this.input.peek('');
    const now =
      files && new Map([...files].map((entry) => (typeof entry === 'string' ? [entry, undefined] : entry)));
    const isKnown =
      before?.size === now?.size &&
      [...(now ?? [])].every(([file, text]) => before?.has(file) === true && before.get(file) === text);
    if (!isKnown || (before === undefined) !== (now === undefined)) this.input.set('', now);
  }

  has(file: FileId): boolean | undefined {
    return this.input('')?.has(file);
  }

  text(file: FileId): string | undefined {
    return this.input('')?.get(file);
  }

  change(file: FileId): Change | undefined {
    return this.changes(file);
  }

  migrations(folder: FileId): readonly FileId[] {
    return this.folders(folder);
  }

  private list(folder: FileId): FileId[] {
    return [...(this.input('')?.keys() ?? [])]
      .filter((file) => basename(file) === 'migration.sql' && dirname(dirname(file)) === folder)
      .toSorted((a, b) => (a < b ? -1 : 1));
  }
}

/** The part of the text as it is now that isn't as before; empty where something was only taken away. */
function difference(before: string, now: string): Change | undefined {
  const [a, b] = [units(before), units(now)];
  const shortest = Math.min(a.text.length, b.text.length);
  if (a.text === b.text) return undefined;
  let start = 0;
  while (start < shortest && a.text.charCodeAt(start) === b.text.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < shortest - start &&
    a.text.charCodeAt(a.text.length - 1 - end) === b.text.charCodeAt(b.text.length - 1 - end)
  )
    end++;
  return {
    span: visible(now, { start: b.place(start), end: b.place(b.text.length - end) }),
    isAddition: start === a.text.length,
  };
}

/** Without blanks around it; where nothing is left, because something was taken away, the line there or the last one with text. */
function visible(text: string, { start, end }: Span): Span {
  const part = text.slice(start, end);
  if (part.trim() !== '')
    return {
      start: start + part.length - part.trimStart().length,
      end: end - (part.length - part.trimEnd().length),
    };
  const behind = /\S[^\r\n]*/.exec(text.slice(start));
  if (behind) return { start: start + behind.index, end: start + behind.index + behind[0].trimEnd().length };
  const last = /\S[^\r\n]*\s*$/.exec(text.slice(0, start));
  return last ? { start: last.index, end: last.index + last[0].trimEnd().length } : { start: 0, end: 0 };
}

/** A text with single line feeds, and where its units stand in the text itself. */
function units(text: string): { text: string; place(at: number): number } {
  if (!text.includes('\r\n')) return { text, place: (at) => at };
  const places: number[] = [];
  for (let at = 0; at <= text.length; at++) if (!text.startsWith('\r\n', at)) places.push(at);
  return { text: text.replaceAll('\r\n', '\n'), place: (at) => places[at] ?? text.length };
}
