import { defineFix } from '../../edit/fix.ts';
import { blockAttributeEdit } from '../../edit/schemaIndex.ts';
import type { PrismaFacts } from '../../facts/prismaModel.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'keep-name',
    title: ({ name }) => `Keep the name ${typeof name === 'string' ? name : ''} in the database`,
    trust: 'suggestion',
    preferred: true,
    edit({ file, facts, text, data }) {
      const { at, name } = data;
      const edit =
        facts.kind === 'prisma' && typeof at === 'number' && typeof name === 'string'
          ? mapEdit(facts, at, name, text)
          : undefined;
      return edit
        ? { changes: [{ file, create: false, edits: [edit] }] }
        : { refuse: 'It has a name of its own in the database already.' };
    },
  }),
  defineFix({
    id: 'make-optional',
    title: () => 'Make the field optional for now',
    trust: 'suggestion',
    preferred: false,
    edit({ file, facts, data }) {
      const field =
        facts.kind === 'prisma'
          ? facts.models.flatMap(({ fields }) => fields).find(({ nameSpan }) => nameSpan.start === data['at'])
          : undefined;
      if (!field || field.list || field.optional || field.id)
        return { refuse: 'A list or an id can’t be optional.' };
      const { end } = field.typeSpan;
      return { changes: [{ file, create: false, edits: [{ start: end, end, text: '?' }] }] };
    },
  }),
];

/** `@map` behind the field or the value at an offset, `@@map` in the model there. */
function mapEdit(facts: PrismaFacts, at: number, name: string, text: string): TextEdit | undefined {
  const map = `map(${JSON.stringify(name)})`;
  const model = facts.models.find(({ nameSpan }) => nameSpan.start === at);
  if (model) return model.dbName === undefined ? blockAttributeEdit(model, `@@${map}`, text) : undefined;
  const field = facts.models.flatMap(({ fields }) => fields).find(({ nameSpan }) => nameSpan.start === at);
  const value = facts.enums.flatMap(({ values }) => values).find(({ span }) => span.start === at);
  const end = field?.span.end ?? value?.span.end;
  if (end === undefined || (field ?? value)?.dbName !== undefined) return undefined;
  return { start: end, end, text: ` @${map}` };
}
