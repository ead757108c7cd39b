/** A line above each new migration: what it destroys, what it locks, and which code it breaks. */
import { plural } from '../../src/base/plural.ts';
import type { FileId } from '../../src/base/path.ts';
import type { Engine, HistoryMigration } from '../../src/engine.ts';
import type { Finding } from '../../src/run/finding.ts';
import type { Folder } from '../folder.ts';
import type { Lens } from './codeLens.ts';

/** Names that fit into one line. */
const maxNames = 3;

function listed(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const rest = unique.length - maxNames;
  return unique.slice(0, maxNames).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** What a message speaks of, which it names first: `Order.note`, or a model. */
const nameIn = ({ message }: Finding) => /`([^`]+)`/.exec(message)?.[1];

/** `2 destructive · 1 locks orders · code still reads Order.note`. @param findings of the migration's file */
export function lensTitle(findings: readonly Finding[], { locks }: Pick<HistoryMigration, 'locks'>): string {
  const of = (rule: string) => findings.filter((finding) => finding.rule === rule);
  const destructive = of('destructive-migration').length;
  const locking = of('unsafe-migration');
  const breaking = of('migration-breaks-code');
  const parts: string[] = [];
  if (destructive > 0) parts.push(`${destructive} destructive`);
  if (locking.length > 0) {
    const tables = locks.filter(({ span }) => locking.some(({ start }) => start === span.start));
    const names = listed(tables.map(({ table }) => table).filter((table) => table !== ''));
    const verb = locking.length === 1 ? 'locks' : 'lock';
    // A step that only fails on rows, or of which no table is known, has no name to show.
    parts.push(names === '' ? plural(locking.length, 'risky step') : `${locking.length} ${verb} ${names}`);
  }
  if (breaking.length > 0) {
    const names = listed(breaking.flatMap((finding) => nameIn(finding) ?? []));
    parts.push(names === '' ? 'code still uses what goes' : `code still reads ${names}`);
  }
  return parts.length > 0 ? parts.join(' · ') : 'nothing destructive · no locks';
}

/** The line of a migration's file; none for what the base branch has. */
export function migrationLenses(folder: Folder, engine: Engine, file: FileId): Lens[] {
  if (!folder.settings.migrationLens) return [];
  const migration = engine.migration(file);
  if (!migration?.isNew) return [];
  const findings = folder
    .check(file)
    .findings.filter(({ rule }) =>
      /^(destructive-migration|unsafe-migration|migration-breaks-code)$/.test(rule),
    );
  const start = { line: 0, character: 0 };
  return [
    {
      id: 'migration',
      range: { start, end: start },
      look: () => ({
        title: lensTitle(findings, migration),
        places: findings.map(({ range }) => ({ file, range })),
      }),
    },
  ];
}
