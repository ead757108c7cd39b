/** What differs between two states of a Prisma schema, as a person would list it. */
import { given } from '../base/given.ts';
import { extractPrisma } from '../facts/prisma.ts';
import type { PrismaEnum, PrismaFacts, PrismaField, PrismaModel } from '../facts/prismaModel.ts';
import { scalarTypes } from '../prisma/schema.ts';
import type { SchemaChange } from './model.ts';

interface Schema {
  models: ReadonlyMap<string, PrismaModel>;
  enums: ReadonlyMap<string, PrismaEnum>;
  settings: ReadonlyMap<string, string>;
}

/** All files of a schema as one. */
function merge(texts: readonly string[]): Schema {
  const facts: PrismaFacts[] = texts.map((text) => extractPrisma(text));
  return {
    models: new Map(facts.flatMap(({ models }) => models.map((model) => [model.name, model]))),
    enums: new Map(facts.flatMap(({ enums }) => enums.map((one) => [one.name, one]))),
    settings: new Map(
      facts.flatMap(({ generators, datasources }) =>
        [...generators, ...datasources].flatMap((block) =>
          block.settings.map((setting): [string, string] => [`${block.name}.${setting.name}`, setting.raw]),
        ),
      ),
    ),
  };
}

/** Whether a field is a column: one whose type is a model, here or in a file that did not change, is a side of a relation. */
const isStored = ({ type }: PrismaField, { enums }: Schema): boolean =>
  scalarTypes.has(type) || enums.has(type) || type === 'Unsupported';

const keysOf = (model: PrismaModel): string[] => [
  ...model.uniques.map(({ fields }) => `unique ${model.name}(${fields.join(', ')})`),
  ...model.indexes.map(({ fields }) => `${model.name}(${fields.join(', ')})`),
];

/** All that a field says, without its place. */
const fieldText = (field: PrismaField): string =>
  JSON.stringify([
    field.type,
    field.list,
    field.optional,
    field.attributes.map(({ name, args }) => `${name}(${args})`).toSorted(),
  ]);

/** What is different about a field, when it is one thing. */
function fieldChange(name: string, before: PrismaField, after: PrismaField): string | undefined {
  if (before.type !== after.type || before.list !== after.list)
    return `change ${name} from ${before.type}${before.list ? '[]' : ''} to ${after.type}${after.list ? '[]' : ''}`;
  if (before.optional !== after.optional) return `make ${name} ${after.optional ? 'optional' : 'required'}`;
  const [old, now] = [before.relation, after.relation];
  if (old?.onDelete !== now?.onDelete && now?.onDelete !== undefined)
    return `set onDelete of ${name} to ${now.onDelete}`;
  if (before.unique !== after.unique) return after.unique ? `make ${name} unique` : `let ${name} repeat`;
  if (before.default?.raw !== after.default?.raw)
    return after.default
      ? `set the default of ${name} to ${after.default.raw}`
      : `drop the default of ${name}`;
  if (
    JSON.stringify([before.native?.name, before.native?.args]) !==
    JSON.stringify([after.native?.name, after.native?.args])
  )
    return after.native ? `store ${name} as ${after.native.name}` : `change the column type of ${name}`;
  return undefined;
}

/** What is different about a model beside its members and indexes. */
function modelChanges(before: PrismaModel, after: PrismaModel): string[] {
  const { name } = after;
  const keyOf = ({ id }: PrismaModel) => id?.fields.join(', ') ?? '';
  const changes: string[] = [];
  if (keyOf(before) !== keyOf(after)) changes.push(`change the primary key of ${name}`);
  if (before.dbName !== after.dbName) changes.push(`store ${name} in the table ${after.dbName ?? name}`);
  if (before.schema !== after.schema) changes.push(`move ${name} to the schema ${after.schema ?? 'public'}`);
  return changes;
}

function compare<Value>(
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
  text: (value: Value) => string,
): { name: string; change: SchemaChange['change']; value: Value; old?: Value }[] {
  const out: { name: string; change: SchemaChange['change']; value: Value; old?: Value }[] = [];
  for (const [name, value] of after) {
    const old = before.get(name);
    if (old === undefined) out.push({ name, change: 'added', value });
    else if (text(old) !== text(value)) out.push({ name, change: 'changed', value, old });
  }
  for (const [name, value] of before) if (!after.has(name)) out.push({ name, change: 'removed', value });
  return out;
}

interface FieldChange {
  change: SchemaChange['change'];
  value: PrismaField;
}

/** Whether a side of a relation, which is no column, is there under another name. */
function isRelationRenamed(one: FieldChange, other: FieldChange, schema: Schema): boolean {
  const changes = [one.change, other.change].toSorted().join(' ');
  return (
    changes === 'added removed' &&
    !isStored(one.value, schema) &&
    fieldText(one.value) === fieldText(other.value)
  );
}

/** @param before texts of all changed files of a schema; files that did not change are left out on both sides */
export function schemaChanges(before: readonly string[], after: readonly string[]): SchemaChange[] {
  const old = merge(before);
  const now = merge(after);
  const out: SchemaChange[] = [];
  for (const { name, change, value } of compare(old.models, now.models, ({ name: same }) => same)) {
    const isTable = value.kind === 'model';
    out.push({ kind: 'model', change, name, stored: isTable });
  }
  for (const [name, model] of now.models) {
    const earlier = old.models.get(name);
    if (!earlier) continue;
    for (const how of modelChanges(earlier, model))
      out.push({ kind: 'model', change: 'changed', name, stored: false, how });
    const fields = (of: PrismaModel) => new Map(of.fields.map((field) => [field.name, field]));
    const found = compare(fields(earlier), fields(model), fieldText);
    for (const one of found) {
      const { name: field, change, value } = one;
      const full = `${name}.${field}`;
      const twin = found.find((other) => isRelationRenamed(one, other, now));
      if (twin && change === 'removed') continue;
      if (twin) {
        const how = `rename ${name}.${twin.name} to ${field}`;
        out.push({ kind: 'field', change: 'changed', name: full, stored: false, how });
        continue;
      }
      out.push({
        kind: 'field',
        change,
        name: full,
        stored: isStored(value, change === 'removed' ? old : now),
        ...given({ how: one.old && fieldChange(full, one.old, value) }),
      });
    }
    const keys = (of: PrismaModel) => new Map(keysOf(of).map((key) => [key, key]));
    for (const { name: key, change } of compare(keys(earlier), keys(model), String))
      out.push({ kind: 'index', change, name: key, stored: false });
  }
  for (const { name, change } of compare(old.enums, now.enums, ({ name: same }) => same))
    out.push({ kind: 'enum', change, name, stored: false });
  for (const [name, one] of now.enums) {
    const earlier = old.enums.get(name);
    if (!earlier) continue;
    const values = (of: PrismaEnum) => new Map(of.values.map((value) => [value.name, value.name]));
    for (const { name: value, change } of compare(values(earlier), values(one), String))
      out.push({ kind: 'value', change, name: `${name}.${value}`, stored: change === 'removed' });
  }
  for (const { name, change } of compare(old.settings, now.settings, String))
    out.push({ kind: 'setting', change, name, stored: false });
  return out;
}
