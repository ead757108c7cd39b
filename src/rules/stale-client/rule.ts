import { z } from 'zod';
import { dirname, join } from '../../base/path.ts';
import type { FileFacts } from '../../facts/model.ts';
import { clientDifference } from '../../prisma/clientSchema.ts';
import { defineRule } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'stale-client',
    title: 'The generated client is that of the schema.',
    sections: ['S2'],
    severity: 'info',
    fix: 'none',
    needs: 'file',
    kinds: ['prisma'],
    // Their fixes change the schema, and the client is generated afterwards.
    behind: ['pending-destructive-change', 'prisma-generator'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      stale:
        'The client in `{dir}` was generated from another schema: {what}. Types and queries follow the old one until `npx prisma generate` has run.',
    },
  },
  check({ file, facts, workspace, report }) {
    if (facts.kind !== 'prisma' || facts.generators.length === 0) return;
    const schema = workspace.schema(file);
    const files = workspace.schemaRoot(file)?.files ?? [];
    // While somebody types, or while it doesn't parse, there is no schema to generate from.
    if (!schema || files.some((one) => workspace.isUnsaved(one) || !parses(workspace.facts(one)))) return;
    for (const { provider, output, nameSpan } of facts.generators) {
      if (provider !== 'prisma-client' && provider !== 'prisma-client-js') continue;
      const dir = output === undefined ? undefined : join(dirname(file), output);
      const generated = dir === undefined ? undefined : workspace.clientSchema(dir);
      const what = generated && clientDifference(schema, generated);
      if (dir !== undefined && what !== undefined)
        report({ place: { span: nameSpan }, message: 'stale', data: { dir, what } });
    }
  },
});

function parses(facts: FileFacts | undefined): boolean {
  return facts?.kind === 'prisma' && facts.problems.length === 0;
}
