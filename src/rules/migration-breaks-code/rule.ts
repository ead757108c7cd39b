import { z } from 'zod';
import type { BrokenUse, PlacedRemoval } from '../../workspace/breaking.ts';
import { defineRule } from '../rule.ts';
import type { Severity } from '../rule.ts';

const order =
  'Both versions run during a deploy: ship the code without it first, and what removes it in a later deploy.';

export const rule = defineRule({
  meta: {
    id: 'migration-breaks-code',
    title: 'No code uses what the schema or a new migration takes away.',
    sections: ['S2'],
    severity: 'error',
    fix: 'none',
    needs: 'workspace',
    kinds: ['ts', 'prisma', 'sql'],
    slow: true,
    // What they put right is what goes.
    behind: ['pending-destructive-change', 'destructive-migration', 'unsafe-migration', 'edited-migration'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      field: `{field} goes with {by}, and this still {verb} it. ${order}`,
      model: `The table of {model} goes with {by}, and this still {verb} it. ${order}`,
      value: `The value {value} goes with {by}, and this still {verb} it. ${order}`,
      raw: `{what} goes with {by}, and this SQL still names it. ${order}`,
      stillUsed: `Code still uses {what}, in {count}. ${order}`,
    },
  },
  check({ file, facts, role, workspace, report }) {
    if (facts.kind === 'ts') {
      if (role === 'generated') return;
      const seen = new Set<number>();
      for (const use of workspace.brokenUses(file)) {
        if (seen.has(use.at)) continue;
        seen.add(use.at);
        report({
          place: { at: use.at },
          message: use.how === 'raw' ? 'raw' : use.removal.removal.r,
          data: wordsOf(use),
          // A seed or a test runs where somebody looks on.
          ...(role === 'tooling' ? { severity: 'warning' as const } : {}),
          related: [
            { place: { file: use.removal.at.file, span: use.removal.at.span }, message: 'It goes here.' },
          ],
        });
      }
      return;
    }
    if (facts.kind !== 'prisma' && role !== 'migration') return;
    for (const uses of byRemoval(workspace.allBrokenUses(file), file)) {
      const [first] = uses;
      if (!first) continue;
      const files = new Set(uses.map((use) => use.file));
      const isTooling = uses.every((use) => workspace.role(use.file) === 'tooling');
      const severity: { severity?: Severity } = isTooling ? { severity: 'warning' } : {};
      report({
        place: { span: first.removal.at.span },
        message: 'stillUsed',
        data: {
          what: nameOf(first.removal),
          count: `${uses.length === 1 ? 'one place' : `${uses.length} places`}${files.size > 1 ? ` of ${files.size} files` : ''}`,
        },
        ...severity,
        related: uses.slice(0, 10).map((use) => ({
          place: { file: use.file, at: use.at },
          message: `${nameOf(use.removal)} is used here.`,
        })),
      });
    }
  },
});

/** The uses of each thing that goes at a place of this file. */
function byRemoval(uses: readonly BrokenUse[], file: string): BrokenUse[][] {
  const groups = new Map<string, BrokenUse[]>();
  for (const use of uses) {
    if (use.removal.at.file !== file) continue;
    const key = JSON.stringify(use.removal);
    const group = groups.get(key);
    if (group) group.push(use);
    else groups.set(key, [use]);
  }
  return [...groups.values()];
}

function nameOf({ removal }: PlacedRemoval): string {
  if (removal.r === 'model') return `\`${removal.model}\``;
  return removal.r === 'field'
    ? `\`${removal.model}.${removal.field}\``
    : `\`${removal.enum}.${removal.value}\``;
}

function wordsOf({ removal: placed, how }: BrokenUse): Record<string, string> {
  const name = nameOf(placed);
  return {
    field: name,
    model: name,
    value: name,
    what: name,
    verb: how === 'write' ? 'writes' : 'reads',
    by: placed.migration === undefined ? 'the next migration' : `the migration \`${placed.migration}\``,
  };
}
