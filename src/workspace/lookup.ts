/** Lookup tables: short by nature, because only seeds and migrations fill them (countries, plans, categories). */
import type { FileId } from '../base/path.ts';
import { clientAccessor } from '../prisma/schema.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import type { Abs } from './abs.ts';
import type { WorkspaceView } from './view.ts';

const MAX_COLUMNS = 8;
const NESTED_WRITES = ['create', 'createMany', 'connectOrCreate', 'upsert'];

/**
 * Whether a model is a lookup table: named by the configuration, or of few columns, with a key that people know (a code, a slug, a
 * name) or numbered, with no relation to people or to a parent that is no lookup table itself, and written by no request.
 * @param name the model's name or client accessor, for models that the schema doesn't have
 */
export function isLookup(
  view: WorkspaceView,
  file: FileId,
  node: SchemaModelNode | undefined,
  name: string,
  configured: readonly string[],
  depth = 0,
): boolean {
  if (configured.some((item) => item === name || clientAccessor(item) === clientAccessor(name))) return true;
  const schema = view.schema(file);
  if (!schema || !node || node.kind !== 'model' || node.broken) return false;
  if (schema.userModel?.name === node.name || schema.ownerPaths(node.name).length > 0) return false;
  const keys = node.fields.filter((field) => (field.relation?.fields.length ?? 0) > 0);
  const people = node.fields.some((field) => field.type === schema.userModel?.name);
  if (people || keys.length > 1) return false;
  const parent = keys.find((field) => field.type !== node.name);
  if (
    parent &&
    (depth > 1 || !isLookup(view, file, schema.model(parent.type), parent.type, configured, depth + 1))
  )
    return false;
  const columns = schema
    .scalars(node.name)
    .filter((field) => !field.id && !field.updatedAt && !/^(createdAt|created_at)$/.test(field.name));
  if (columns.length > MAX_COLUMNS || columns.some((field) => field.type === 'Bytes')) return false;
  if (!hasNaturalKey(schema, node)) return false;
  return view.writers(clientAccessor(node.name)).length === 0 && !isWrittenThrough(view, schema, node);
}

/** A unique code, slug or name, or ids that somebody chose: what users make is told apart by random ids only. */
function hasNaturalKey(schema: SchemaModel, node: SchemaModelNode): boolean {
  return schema.uniqueKeys(node.name).some((key) => {
    const fields = key.fields.map((name) => node.fields.find((field) => field.name === name));
    return fields.every((field) => field !== undefined && (!field.id || field.default?.kind !== 'client'));
  });
}

/** Rows made by a nested write of a related model: `tags: { connectOrCreate: … }`. */
function isWrittenThrough(view: WorkspaceView, schema: SchemaModel, node: SchemaModelNode): boolean {
  return node.fields.some((field) => {
    const other = schema.relationTarget(node.name, field.name);
    const inverse = other && schema.inverse(node.name, field.name);
    if (!other || !inverse) return false;
    return view
      .writers(clientAccessor(other.name))
      .some((file) =>
        view
          .queries(file)
          .some(
            (query) =>
              query.kind === 'write' &&
              query.model === clientAccessor(other.name) &&
              writesInto(query.args, inverse.name),
          ),
      );
  });
}

function writesInto(args: Abs, relation: string): boolean {
  if (args.k !== 'object') return false;
  return ['data', 'create', 'update'].some((key) => {
    const data = args.props[key];
    const value = data?.k === 'object' ? data.props[relation] : undefined;
    return value?.k === 'object' && NESTED_WRITES.some((name) => name in value.props);
  });
}
