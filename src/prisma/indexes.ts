/** Which look-ups a schema's indexes serve. */
import type { PrismaField, PrismaModel } from '../facts/prismaModel.ts';
import type { SchemaModel, SchemaModelNode } from './schema.ts';

/** The field lists of all indexes and keys that hold for every row and are kept in order. */
export function orderedKeys(schema: SchemaModel, model: SchemaModelNode): readonly (readonly string[])[] {
  const indexes = model.indexes.filter(
    ({ partial, type, fields }) =>
      !partial && fields.length > 0 && (type === undefined || /^(BTree|Hash)$/i.test(type)),
  );
  return [...schema.uniqueKeys(model.name), ...indexes].map(({ fields }) => fields);
}

/** Whether some key begins with these fields, in any order among themselves. */
export function isServed(schema: SchemaModel, model: SchemaModelNode, fields: readonly string[]): boolean {
  return orderedKeys(schema, model).some(
    (key) =>
      key.length >= fields.length && key.slice(0, fields.length).every((field) => fields.includes(field)),
  );
}

/** Whether an index for some rows only begins with a field: its author has thought of the others. */
export function isPartlyServed(model: PrismaModel, field: string): boolean {
  return model.indexes.some(
    (index) => (index.partial || index.type !== undefined) && index.fields[0] === field,
  );
}

/** A field that holds a key of another table, and the relation it belongs to. */
export function relationOf(model: PrismaModel, field: string): PrismaField | undefined {
  return model.fields.find((other) => other.relation?.fields.includes(field) === true);
}

/**
 * The relations of a model whose key no index begins with. None where the database makes those indexes itself (MySQL), where Prisma's
 * own language server asks for them (`relationMode = "prisma"`), and for short tables of named values.
 */
export function unservedRelations(schema: SchemaModel, model: SchemaModelNode): PrismaField[] {
  const [datasource] = schema.datasources;
  if (datasource?.provider === 'mysql' || datasource?.relationMode === 'prisma') return [];
  if (model.kind !== 'model' || model.ignored || model.broken || schema.isLookup(model.name)) return [];
  return model.fields.filter((field) => {
    const fields = field.relation?.fields ?? [];
    const known = fields.every((name) => model.fields.some((other) => other.name === name && !other.ignored));
    if (fields.length === 0 || field.ignored || !known || !schema.isRelation(field)) return false;
    return !isServed(schema, model, fields) && !fields.some((name) => isPartlyServed(model, name));
  });
}
