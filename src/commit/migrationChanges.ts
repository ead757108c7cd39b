/** What the migrations of a commit do to data that is there. */
import { basename, dirname, type FileId } from '../base/path.ts';
import { extractSql } from '../facts/sql.ts';
import { foldMigrations } from '../prisma/dbState.ts';
import { assessMigration } from '../prisma/migration.ts';
import type { ChangedFile, ChangeSet } from './model.ts';

/** `prisma/migrations/20260101_x/migration.sql`: its folder of all migrations. */
export function migrationsFolder(file: FileId): FileId | undefined {
  const folder = dirname(dirname(file));
  return basename(file) === 'migration.sql' && folder !== dirname(file) ? folder : undefined;
}

export interface MigrationChanges {
  added: string[];
  edited: string[];
  /** Those of `edited` that are gone. */
  removed: string[];
  /** What rows lose for certain or possibly, as objects of sentences. */
  lost: string[];
  /** Some of it is no PostgreSQL: what it destroys is not known. */
  isForeign: boolean;
}

export function migrationChanges(changes: ChangeSet): MigrationChanges {
  const out: MigrationChanges = { added: [], edited: [], removed: [], lost: [], isForeign: false };
  const files = changes.files
    .filter(({ file }) => migrationsFolder(file) !== undefined)
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const earlier = new Map<FileId, string[]>();
  for (const change of files) {
    const folder = migrationsFolder(change.file) ?? '';
    const before = earlier.get(folder) ?? [...(changes.migrationsBefore.get(folder) ?? [])];
    earlier.set(folder, before);
    const name = basename(dirname(change.file));
    if (change.status !== 'added') {
      if (change.before !== change.after) out.edited.push(name);
      if (change.status === 'removed' && change.before !== undefined) out.removed.push(name);
      continue;
    }
    out.added.push(name);
    if (change.after === undefined) continue;
    judge(change, before, out);
    before.push(change.after);
  }
  return out;
}

function judge({ after = '' }: ChangedFile, before: readonly string[], out: MigrationChanges): void {
  const facts = extractSql(after);
  if (facts.problems.length > 0) out.isForeign = true;
  const state = foldMigrations(before.map((text) => extractSql(text)));
  for (const { kind, lost, others } of assessMigration(facts, { before: state }, after)) {
    const [parent] = others;
    // It destroys nothing by itself, and much with what is deleted afterwards.
    if (kind === 'spread-deletes' && parent !== undefined)
      out.lost.push(lost.replace(/ that point at it$/, ` that point at a deleted row of ${parent}`));
    else out.lost.push(lost);
  }
}
