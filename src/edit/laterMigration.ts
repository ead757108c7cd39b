/** New migrations that come behind all others. */
import { basename, dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { FileEdits } from '../run/finding.ts';

/**
 * Migrations that are applied after the last one, in the order given.
 * @param last the `migration.sql` that is last by now
 * @param steps a name in snake case and the text of each
 * @returns the reason when no name comes behind the last one's
 */
export function laterMigrations(
  last: FileId,
  steps: readonly { name: string; text: string }[],
): FileEdits[] | { refuse: string } {
  const folder = dirname(dirname(last));
  let stamp = /^\d{14}(?=\D|$)/.exec(basename(dirname(last)))?.[0];
  const out: FileEdits[] = [];
  for (const step of steps) {
    stamp = stamp === undefined ? undefined : secondAfter(stamp);
    if (stamp === undefined)
      return {
        refuse: 'The last migration’s folder isn’t named by its time, so no name is sure to come behind it.',
      };
    const file = `${folder === '' ? '' : `${folder}/`}${stamp}_${step.name}/migration.sql`;
    out.push({ file, create: true, edits: [{ start: 0, end: 0, text: step.text }] });
  }
  return out;
}

/** One second later, as Prisma writes it (`20260210090000`); `undefined` at the end of a day. */
function secondAfter(stamp: string): string | undefined {
  const time = Number(stamp.slice(8));
  const seconds = Math.floor(time / 10_000) * 3600 + (Math.floor(time / 100) % 100) * 60 + (time % 100) + 1;
  if (seconds >= 86_400) return undefined;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${stamp.slice(0, 8)}${two(Math.floor(seconds / 3600))}${two(Math.floor(seconds / 60) % 60)}${two(seconds % 60)}`;
}

/** A name of the database as part of a folder's name. */
export function folderWord(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 60);
}
