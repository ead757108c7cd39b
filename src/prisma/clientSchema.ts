/** What of a schema a generated client depends on, and where two schemas differ in it. */
import type { PrismaField, PrismaKey } from '../facts/prismaModel.ts';
import type { SchemaModel, SchemaModelNode } from './schema.ts';

/** The schema that a client was generated from: `prisma-client` embeds it in `internal/class.ts`. */
export function embeddedSchema(text: string): string | undefined {
  const literal = /"inlineSchema":\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  if (literal === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : undefined;
  } catch {
    // Cut off, or written by hand: nothing is known of it.
    return undefined;
  }
}

/**
 * The first thing in which a client of `generated` differs from one of `current`, in words; `undefined` when they are alike. Comments,
 * indexes, referential actions, generators and data sources make no difference to it.
 */
export function clientDifference(current: SchemaModel, generated: SchemaModel): string | undefined {
  return (
    difference(namedModels(current), namedModels(generated), 'the model', modelDifference) ??
    difference(namedEnums(current), namedEnums(generated), 'the enum', (name, a, b) =>
      a === b ? undefined : `\`${name}\` has other values`,
    )
  );
}

function difference<T>(
  current: ReadonlyMap<string, T>,
  generated: ReadonlyMap<string, T>,
  kind: string,
  inside: (name: string, current: T, generated: T) => string | undefined,
): string | undefined {
  for (const [name, item] of current) {
    const other = generated.get(name);
    if (other === undefined) return `it lacks ${kind} \`${name}\``;
    const found = inside(name, item, other);
    if (found !== undefined) return found;
  }
  for (const name of generated.keys()) if (!current.has(name)) return `it still has ${kind} \`${name}\``;
  return undefined;
}

function namedModels(schema: SchemaModel): Map<string, SchemaModelNode> {
  return new Map(schema.models.filter(({ ignored }) => !ignored).map((model) => [model.name, model]));
}

function namedEnums(schema: SchemaModel): Map<string, string> {
  return new Map(
    schema.enums.map(({ name, dbName, values }) => [
      name,
      JSON.stringify([dbName, values.map((value) => [value.name, value.dbName])]),
    ]),
  );
}

function modelDifference(
  name: string,
  current: SchemaModelNode,
  generated: SchemaModelNode,
): string | undefined {
  const fields = (model: SchemaModelNode): Map<string, string> =>
    new Map(model.fields.filter(({ ignored }) => !ignored).map((field) => [field.name, fieldText(field)]));
  const [own, theirs] = [fields(current), fields(generated)];
  for (const [field, text] of own) {
    const other = theirs.get(field);
    if (other === undefined) return `it lacks \`${name}.${field}\``;
    if (other !== text) return `\`${name}.${field}\` has changed`;
  }
  for (const field of theirs.keys()) if (!own.has(field)) return `it still has \`${name}.${field}\``;
  return blockText(current) === blockText(generated)
    ? undefined
    : `the keys or the table of \`${name}\` have changed`;
}

function fieldText(field: PrismaField): string {
  const { type, list, optional, id, unique, updatedAt, dbName, relation, native } = field;
  return JSON.stringify([
    type,
    list,
    optional,
    id,
    unique,
    updatedAt,
    dbName ?? null,
    field.default?.raw ?? null,
    relation && [relation.name ?? null, relation.fields, relation.references],
    native && [native.name, native.args],
  ]);
}

function blockText({ kind, dbName, schema, id, uniques }: SchemaModelNode): string {
  const key = ({ fields, name }: PrismaKey): unknown => [fields, name ?? null];
  return JSON.stringify([kind, dbName ?? null, schema ?? null, id ? key(id) : null, uniques.map(key)]);
}
