import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import { callAt, intoObject, literalOf, propertyNamed } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';
import type { SchemaModel } from '../../prisma/schema.ts';
import { identityExpression } from '../../workspace/identity.ts';

export const fixes = [
  defineFix({
    id: 'add-owner',
    title: () => 'Pick the rows by their owner too',
    trust: 'suggestion',
    preferred: true,
    edit({ file, finding, text, data, workspace, sourceOf }) {
      const source = sourceOf(file);
      const call = source && callAt(source, finding.start, finding.end);
      const literal = literalOf(call?.arguments[0]);
      const where = literal && propertyNamed(literal, 'where');
      if (!source || !where) return { refuse: 'The `where` is not written here.' };
      const object = ts.isPropertyAssignment(where) ? literalOf(where.initializer) : undefined;
      if (!object) return { refuse: 'The `where` is made elsewhere; put the owner into it there.' };
      const { fn, model } = data;
      const schema = workspace.schema(file);
      const user = typeof fn === 'number' ? identityExpression(workspace, file, fn) : undefined;
      if (user === undefined) return { refuse: 'No variable here holds the session or its user.' };
      const piece = schema && typeof model === 'string' ? ownerCondition(schema, model, user) : undefined;
      if (!piece) return { refuse: 'The schema shows no way from this model to its owner.' };
      if (propertyNamed(object, piece.name))
        return { refuse: `\`where\` has a condition on \`${piece.name}\` already.` };
      return {
        changes: [{ file, create: false, edits: intoObject(source, object, [piece], styleOf(text)) }],
      };
    },
  }),
];

/** `userId: session.user.id`, `order: { userId: … }`, `team: { members: { some: { userId: … } } }`. */
function ownerCondition(
  schema: SchemaModel,
  model: string,
  user: string,
): { name: string; text: string } | undefined {
  const path = schema.ownerPath(model)?.path ?? [];
  const steps: { name: string; list: boolean }[] = [];
  let at = model;
  for (const [i, name] of path.entries()) {
    const field = schema.field(at, name);
    if (!field) return undefined;
    const [key] = field.relation?.fields ?? [];
    if (i === path.length - 1) {
      const last = key !== undefined && !field.list;
      const condition = last
        ? `${key}: ${user}`
        : `${name}: ${field.list ? '{ some: ' : ''}{ id: ${user} }${field.list ? ' }' : ''}`;
      const wrapped = steps.reduceRight(
        (inner, step) => `${step.name}: ${step.list ? `{ some: { ${inner} } }` : `{ ${inner} }`}`,
        condition,
      );
      return { name: steps[0]?.name ?? (last ? key : name), text: wrapped };
    }
    steps.push({ name, list: field.list });
    at = field.type;
  }
  return undefined;
}
