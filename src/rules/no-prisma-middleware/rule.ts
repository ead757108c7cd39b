import { z } from 'zod';
import type { FileId } from '../../base/path.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile } from '../../facts/visit.ts';
import { dependencyVersion } from '../../workspace/dependencies.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';

/** The release that took `$use` away. */
const GONE = [6, 14] as const;

export const rule = defineRule({
  meta: {
    id: 'no-prisma-middleware',
    title: 'Logic for every query stands in a Prisma Client extension, not in `$use` middleware.',
    sections: ['S2'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      gone: '`$use` is gone from Prisma Client {version}: this call throws when the module is loaded, or, behind a cast or `?.`, what the middleware did (soft deletion, logging) silently stops. Write it as an extension: `$extends({ query: … })`.',
      later:
        '`$use` is deprecated, and gone from Prisma Client 6.14 on. What the middleware does would stop with the update. Write it as an extension: `$extends({ query: … })`.',
    },
  },
  check({ facts, file, role, workspace, report }) {
    if (facts.kind !== 'ts' || role === 'generated') return;
    let version: readonly [number, number] | undefined;
    visitFile(facts, (value) => {
      if (value.k !== 'call' || value.fn.k !== 'member' || value.fn.name !== '$use') return;
      if (value.args.length === 0 || isForeign(workspace, file, facts, value.fn.of)) return;
      version ??=
        dependencyVersion(workspace, file, '@prisma/client') ?? dependencyVersion(workspace, file, 'prisma');
      const isGone = version && (version[0] > GONE[0] || (version[0] === GONE[0] && version[1] >= GONE[1]));
      report({
        place: { at: value.fn.at },
        message: isGone ? 'gone' : 'later',
        severity: isGone ? 'error' : 'warning',
        data: { version: String(version?.[0] ?? '') },
        fixes: [{ recipe: 'to-extension' }],
      });
    });
  },
});

/** Whether a receiver comes from a package that has nothing to do with Prisma. */
function isForeign(workspace: WorkspaceView, file: FileId, facts: TsFacts, of: Value): boolean {
  const root = of.k === 'call' || of.k === 'new' ? of.fn : of;
  if (root.k !== 'ref') return false;
  const spec = facts.imports.find(({ names }) => names.some(({ b }) => b === root.b))?.spec;
  return spec !== undefined && workspace.target(file, spec).t === 'package' && !/prisma/i.test(spec);
}
