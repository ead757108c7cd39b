import { z } from 'zod';
import { basename, dirname } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { Span } from '../../base/span.ts';
import type { PrismaFacts } from '../../facts/prismaModel.ts';
import type { SqlFacts } from '../../facts/sqlModel.ts';
import { sharedBy, touchedBy } from '../../prisma/touched.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { Report } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'edited-migration',
    title: 'A migration that the base branch has is never changed, renamed, deleted or overtaken.',
    sections: ['S1', 'S2'],
    severity: 'error',
    fix: 'dangerous',
    needs: 'file',
    kinds: ['sql', 'prisma'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      edited:
        'The base branch has this migration with another text, so databases may have run it as it was: they never run the change, and `prisma migrate dev` finds another checksum and wants to reset them. Put it back and write a new migration.',
      renamed:
        'The base branch has this migration as `{old}`: databases that ran it under that name run it again under this one and fail, and `prisma migrate dev` wants to reset them. Give it its name back.',
      order:
        'The base branch has `{later}`, which comes behind this migration by its name: databases that ran it already run this one after it, a new database runs it before, and both change {names}. Give this one a name behind the last.',
      orderApart:
        'The base branch has `{later}`, which comes behind this migration by its name, so databases differ in the order in which they run the two. They change different tables; a name behind the last would still tell what happened.',
      missing:
        'The base branch has {migrations}, which {isGone} here: databases that ran {them} no longer agree with the folder, and `prisma migrate dev` wants to reset them. Put {them} back.',
    },
  },
  check({ file, facts, role, workspace, report }) {
    if (facts.kind === 'prisma') {
      const found = missingOf(file, facts, workspace);
      if (found) report(found);
      return;
    }
    if (facts.kind !== 'sql' || role !== 'migration' || basename(file) !== 'migration.sql') return;
    const { history } = workspace;
    const isCommitted = history.has(file);
    if (isCommitted === undefined) return;
    if (isCommitted) {
      const change = history.change(file);
      const restore = { recipe: 'restore' };
      if (change)
        report({
          place: { span: change.span },
          message: 'edited',
          fixes: change.isAddition ? [{ recipe: 'new-migration' }, restore] : [restore],
        });
      return;
    }
    const found = renamedOf(file, facts, workspace) ?? orderOf(file, facts, workspace);
    if (found) report(found);
  },
});

/** The first words of a migration: its folder's name can't be marked. */
function beginning(facts: SqlFacts): Span | undefined {
  const [first] = facts.statements;
  if (!first) return undefined;
  const end = 'table' in first ? first.table.span.end : first.span.end;
  return { start: first.span.start, end: Math.min(Math.max(end, first.span.start), first.span.end) };
}

const nameOf = (file: FileId): string => basename(dirname(file));

function renamedOf(file: FileId, facts: SqlFacts, { history }: WorkspaceView): Report | undefined {
  const old = history.renamedFrom(file);
  const span = beginning(facts);
  if (old === undefined || !span) return undefined;
  return {
    place: { span },
    message: 'renamed',
    data: { old: nameOf(old) },
    fixes: [{ recipe: 'name-back', data: { old } }],
  };
}

function orderOf(file: FileId, facts: SqlFacts, workspace: WorkspaceView): Report | undefined {
  const span = beginning(facts);
  const later = workspace.history.migrations(dirname(dirname(file))).filter((other) => other > file);
  if (!span || later.length === 0) return undefined;
  const touched = touchedBy(facts);
  const conflicts = later.flatMap((other) => {
    const theirs = workspace.facts(other);
    const shared = theirs?.kind === 'sql' ? sharedBy(touched, touchedBy(theirs)) : [];
    return shared.length > 0 ? [{ other, shared }] : [];
  });
  const [conflict] = conflicts;
  const other = conflict?.other ?? later[0] ?? file;
  return {
    place: { span },
    message: conflict ? 'order' : 'orderApart',
    data: {
      later: nameOf(other),
      names: (conflict?.shared ?? [])
        .slice(0, 3)
        .map((name) => `\`${name}\``)
        .join(', '),
    },
    ...(conflict ? {} : { severity: 'info' }),
    fixes: [{ recipe: 'name-behind' }],
  };
}

/** Told at the data source, since a file that is gone has no place. */
function missingOf(file: FileId, facts: PrismaFacts, workspace: WorkspaceView): Report | undefined {
  const [datasource] = facts.datasources;
  const folder = workspace.schemaRoot(file)?.migrations;
  if (!datasource || folder === undefined) return undefined;
  const all = workspace.history.migrations(folder);
  const gone = all.filter((migration) => !workspace.exists(migration));
  if (gone.length === 0) return undefined;
  const renamed = new Set(
    workspace.migrationFiles(folder).flatMap((migration) => workspace.history.renamedFrom(migration) ?? []),
  );
  const lost = gone.filter((migration) => !renamed.has(migration));
  if (lost.length === 0) return undefined;
  const isOne = lost.length === 1;
  const shown = lost.slice(0, 3).map((migration) => `\`${nameOf(migration)}\``);
  return {
    place: { span: datasource.nameSpan },
    message: 'missing',
    severity: 'warning',
    data: {
      migrations: `the migration${isOne ? '' : 's'} ${shown.join(', ')}${lost.length > 3 ? ` and ${lost.length - 3} more` : ''}`,
      isGone: isOne ? 'is gone' : 'are gone',
      them: isOne ? 'it' : 'them',
    },
    fixes: [{ recipe: 'put-back', data: { files: lost } }],
  };
}
