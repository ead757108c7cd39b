import { z } from 'zod';
import type { PrismaFacts } from '../../facts/prismaModel.ts';
import { unservedRelations } from '../../prisma/indexes.ts';
import { unservedLookup } from '../../workspace/lookups.ts';
import { defineRule } from '../rule.ts';
import type { Report, RuleContext } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'missing-index',
    title: 'What rows are looked up by has an index.',
    sections: ['S4'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['prisma', 'ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      relation:
        'No index begins with {fields}: PostgreSQL makes none for a foreign key. Finding the `{model}` rows of one `{target}`, joining the two and deleting from `{target}` read all of `{model}`. Add `@@index([{index}])`.',
      where:
        'No index of `{model}` begins with a field of this `where`, so each call reads the whole table. Add `@@index([{index}])` to the model.',
      order:
        'No index of `{model}` has the order of {fields}, so each call reads and sorts all rows to take a few. Add `@@index([{index}])` to the model.',
    },
  },
  check(context) {
    const { facts } = context;
    if (facts.kind === 'prisma') checkSchema(context, facts);
    else if (facts.kind === 'ts') checkQueries(context);
  },
});

type Context = RuleContext<Record<string, never>>;

function checkSchema({ file, workspace, report }: Context, facts: PrismaFacts): void {
  const schema = workspace.schema(file);
  if (!schema) return;
  for (const own of facts.models) {
    const model = schema.model(own.name);
    if (!model || model.file !== file || model.span.start !== own.span.start) continue;
    // Two relations may share a key.
    const told = new Set<string>();
    for (const { relation, type } of unservedRelations(schema, model)) {
      const fields = relation?.fields ?? [];
      const scalar = model.fields.find(({ name }) => name === fields[0]);
      const index = fields.join(', ');
      if (!scalar || told.has(index)) continue;
      told.add(index);
      report({
        place: { span: scalar.nameSpan },
        message: 'relation',
        data: { model: model.name, target: type, index, fields: quoted(fields) },
        fixes: [{ recipe: 'add-index', data: { model: model.name, fields } }],
      });
    }
  }
}

/** Roles whose queries run while somebody waits. */
const REQUESTS = new Set(['service', 'action', 'route', 'page', 'other', 'auth']);

function checkQueries({ file, role, workspace, report }: Context): void {
  if (!REQUESTS.has(role)) return;
  const queries = workspace.queries(file);
  const schema = queries.length > 0 ? workspace.schema(file) : undefined;
  if (!schema || schema.datasources[0]?.provider === 'mongodb') return;
  const told = new Set<string>();
  for (const query of queries) {
    const model = schema.modelOf(query.model);
    const found = model && unservedLookup(query, schema, model);
    if (!model || !found) continue;
    const index = found.fields.join(', ');
    const key = `${model.name} ${index}`;
    if (told.has(key)) continue;
    told.add(key);
    const isHere = found.at?.file === file;
    const made: Report = {
      place: { at: isHere && found.at ? found.at.at : query.at },
      message: found.by,
      ...(found.isRange ? { severity: 'info' } : {}),
      data: { model: model.name, index, fields: quoted(found.fields.slice(-1)) },
      related: [
        { place: { file: model.file, span: model.nameSpan }, message: `The model \`${model.name}\`.` },
      ],
      fixes: [{ recipe: 'add-index', data: { model: model.name, fields: found.fields } }],
    };
    report(made);
  }
}

function quoted(fields: readonly string[]): string {
  return fields.map((name) => `\`${name}\``).join(', ');
}
