import { z } from 'zod';
import { plainDifferences } from '../../prisma/differences.ts';
import { defineRule } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'schema-drift',
    title: 'The migrations build the database that the schema describes.',
    sections: ['S2'],
    severity: 'warning',
    fix: 'none',
    needs: 'file',
    kinds: ['prisma'],
    // What they ask for is a migration, or one that is mended.
    behind: [
      'pending-destructive-change',
      'missing-index',
      'destructive-migration',
      'unsafe-migration',
      'edited-migration',
    ],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      missing:
        'A migration is missing: it would {what}{more}. Without it the deployed database stays as it is, and queries fail there that work here. Make it with `npx prisma migrate dev --create-only --name …`, and look at it.',
    },
  },
  check({ file, facts, workspace, report }) {
    if (facts.kind !== 'prisma') return;
    const pending = workspace.pendingChange(file);
    if (!pending || pending.steps.length === 0) return;
    // While somebody types, what is missing is what they are about to make.
    const files = workspace.schemaRoot(file)?.files ?? [];
    if (files.some((one) => workspace.isUnsaved(one))) return;
    const [first, ...others] = plainDifferences(pending);
    if (!first || first.at.file !== file) return;
    report({
      place: { span: first.at.span },
      message: 'missing',
      data: {
        what: first.would,
        more: others.length === 0 ? '' : `, and ${others.length} more`,
      },
      related: others.slice(0, 9).map(({ at, would }) => ({
        place: { file: at.file, span: at.span },
        message: `It would ${would}.`,
      })),
    });
  },
});
