import { z } from 'zod';
import { isReference, isTestFile } from '../../workspace/fileCommands.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { Related } from '../rule.ts';
import { changesIn } from './commands.ts';
import type { FoundChange } from './commands.ts';

export const rule = defineRule({
  meta: {
    id: 'migrate-dev-only',
    title: 'The schema changes by migrations alone: no script pushes it or runs SQL past them.',
    sections: ['S2'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['commands', 'package', 'ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      push: '`prisma db push` changes the database without a migration: nobody can review the step or repeat it elsewhere, and the next `migrate dev` finds a database that the migrations don’t explain and wants to reset it. Make migrations with `prisma migrate dev` and apply them with `prisma migrate deploy`.',
      execute:
        '`prisma db execute` runs SQL past the migrations: other databases never get it, and the next `migrate dev` finds a database that the migrations don’t explain. Put the SQL into a migration (`prisma migrate dev --create-only`).',
      migration:
        'This runs the SQL of a migration without writing down that it ran, so the next `migrate deploy` runs it again and fails. Apply migrations with `prisma migrate deploy`.',
      psql: 'This changes the schema past the migrations ({what}): other databases never get it, and the next `migrate dev` finds a database that the migrations don’t explain. Put the SQL into a migration (`prisma migrate dev --create-only`).',
    },
  },
  check({ file, facts, role, workspace, report }) {
    // A reference that explains a tool isn't what is done here.
    if (!hasPrisma(file, workspace) || isReference(facts, file)) return;
    for (const change of changesIn(facts, file, role, workspace)) {
      report({
        place: { span: change.span },
        message: messageOf(change),
        data: { what: whatOf(change, workspace) },
        // A database of the tests is most likely thrown away.
        ...(isTestFile(file) ? { severity: 'info' } : {}),
        related: relatedTo(change),
        fixes: change.replacement
          ? [{ recipe: 'use-migrate', data: { words: change.replacement.words } }]
          : [],
      });
    }
  },
});

/** Migrations exist for relational databases only: MongoDB is pushed to. */
function hasPrisma(file: string, workspace: WorkspaceView): boolean {
  return workspace.schema(file)?.datasources[0]?.provider !== 'mongodb';
}

function messageOf({ kind, source }: FoundChange): string {
  if (source !== undefined && /(^|\/)migrations\/[^/]+\/migration\.sql$/.test(source)) return 'migration';
  return kind;
}

/** The first words of the statement that changes the schema. */
function whatOf({ statement, source, sql }: FoundChange, workspace: WorkspaceView): string {
  const words = (text: string): string => {
    const line = text.trim().replaceAll(/\s+/g, ' ').replaceAll('`', '');
    return `\`${line.length > 40 ? `${line.slice(0, 37)}…` : line}\``;
  };
  if (sql !== undefined) return words(sql);
  const where = source === undefined ? '' : ` in \`${source}\``;
  const facts = source === undefined ? undefined : workspace.facts(source);
  return statement && facts ? `${titleOf(statement.kind)}${where}` : '';
}

const TITLES: Record<string, string> = {
  'create-table': 'a table is made',
  'alter-table': 'a table is changed',
  'create-index': 'an index is made',
  drop: 'something is dropped',
};

function titleOf(kind: string): string {
  return TITLES[kind] ?? 'a type or a name is changed';
}

function relatedTo({ source, statement }: FoundChange): Related[] {
  return source !== undefined && statement
    ? [{ place: { file: source, span: statement.span }, message: 'The statement that changes the schema.' }]
    : [];
}
