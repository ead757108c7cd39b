import { z } from 'zod';
import type { TsFacts } from '../../facts/tsModel.ts';
import { valuesOf } from '../../facts/valueIndex.ts';
import { generatedClient } from '../../workspace/generatedClient.ts';
import { defineRule } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'prisma-client-import',
    title: 'Prisma Client and its types are imported from where they are generated.',
    sections: ['S2'],
    severity: 'warning',
    fix: 'safe',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      found:
        '`{spec}` is imported, but {schema} generates the client into {dir}. What the package exports is empty, or left over from an earlier generation with other models. Import from {dir}.',
    },
  },
  check(context) {
    const { facts, file, role, workspace } = context;
    if (facts.kind !== 'ts' || role === 'generated') return;
    const places = packageImports(facts);
    if (places.length === 0) return;
    const client = generatedClient(workspace, file);
    if (!client) return;
    for (const { spec, at } of places)
      context.report({
        place: { at },
        message: 'found',
        data: { spec, schema: client.schema, dir: client.dir },
        fixes: [{ recipe: 'import-generated' }],
      });
  },
});

/** Entries of the package that the generator writes; `runtime`, `extension` and the like are its own code. */
const GENERATED =
  /^(@prisma\/client|\.prisma\/client)(\/(default|edge|index|index-browser|wasm|react-native|sql))?(\.js)?$/;

/** Where a file imports or re-exports what is generated from the package; re-exported names of one specifier count once. */
function packageImports(facts: TsFacts): { spec: string; at: number }[] {
  const out = facts.imports.filter(({ spec }) => GENERATED.test(spec)).map(({ spec, at }) => ({ spec, at }));
  const exported = new Set<string>();
  for (const item of facts.exports) {
    if ((item.e !== 'from' && item.e !== 'star') || !GENERATED.test(item.spec)) continue;
    if (item.e === 'star' || !exported.has(item.spec)) out.push({ spec: item.spec, at: item.at });
    if (item.e === 'from') exported.add(item.spec);
  }
  for (const { spec, at } of valuesOf(facts, 'import')) if (GENERATED.test(spec)) out.push({ spec, at });
  return out;
}
