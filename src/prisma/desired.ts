/** The database that a schema describes: what Prisma would make of it in an empty PostgreSQL. */
import type { FileId } from '../base/path.ts';
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { PrismaField, PrismaKey } from '../facts/prismaModel.ts';
import type { SqlReferenceAction, SqlType } from '../facts/sqlModel.ts';
import { scalarType, typeText } from './columnType.ts';
import { constraintName } from './constraintNames.ts';
import { tableKey } from './dbModel.ts';
import type { DbColumn, DbForeignKey, DbIndex } from './dbModel.ts';
import { defaultOf } from './desiredDefault.ts';
import { addJoinTables } from './joinTables.ts';
import type { SchemaModel, SchemaModelNode } from './schema.ts';

/** The place in the schema that asks for something. */
export interface Origin {
  file: FileId;
  span: Span;
}

export interface DesiredColumn extends DbColumn {
  at: Origin;
  /** Absent in the tables of implicit many-to-many relations. */
  field?: PrismaField;
  /** The type as a migration writes it. */
  typeText: string;
  /** The default as a migration writes it. */
  defaultText?: string;
  /** `false` while the type can't be compared: unknown as yet, or `Unsupported(…)`. */
  comparable: boolean;
  /** Prisma Client gives new rows a value (`uuid()`); the database has no default. */
  filledByClient: boolean;
}

export interface DesiredForeignKey extends DbForeignKey {
  at: Origin;
}

export interface DesiredIndex extends DbIndex {
  name: string;
  at: Origin;
  /** Operator classes by column; they aren't compared. */
  ops?: Record<string, string>;
}

export interface DesiredTable {
  name: string;
  schema?: string;
  /** The model's name, or the relation field that makes a many-to-many table. */
  at: Origin;
  model?: SchemaModelNode;
  columns: Map<string, DesiredColumn>;
  foreignKeys: DesiredForeignKey[];
  primaryKey?: { name: string; columns: string[]; at: Origin };
  indexes: DesiredIndex[];
  /** Some of its lines can't be read: nothing that seems to be missing is. */
  broken: boolean;
}

export interface DesiredEnum {
  name: string;
  schema?: string;
  values: string[];
  at: Origin;
  /** Places of the values, in their order. */
  valueSpans: Span[];
}

export interface DesiredDb {
  /** By `tableKey`, in the schema's order. */
  tables: Map<string, DesiredTable>;
  enums: Map<string, DesiredEnum>;
  /** Everything in the schema's files could be read: what isn't there is gone. */
  complete: boolean;
}

/** @param complete whether the schema's files parse */
export function desiredDb(schema: SchemaModel, complete: boolean): DesiredDb {
  const db: DesiredDb = { tables: new Map(), enums: new Map(), complete };
  for (const item of schema.enums) {
    const named = { name: item.dbName ?? item.name, ...given({ schema: item.schema }) };
    if (!db.enums.has(tableKey(named)))
      db.enums.set(tableKey(named), {
        ...named,
        values: item.values.map(({ name, dbName }) => dbName ?? name),
        valueSpans: item.values.map(({ span }) => span),
        at: { file: item.file, span: item.nameSpan },
      });
  }
  for (const model of schema.models) {
    if (model.kind !== 'model') continue;
    const table = tableOf(schema, model);
    if (!db.tables.has(tableKey(table))) db.tables.set(tableKey(table), table);
  }
  addJoinTables(db, schema);
  return db;
}

function tableOf(schema: SchemaModel, model: SchemaModelNode): DesiredTable {
  const name = model.dbName ?? model.name;
  const table: DesiredTable = {
    name,
    at: { file: model.file, span: model.nameSpan },
    model,
    columns: new Map(),
    foreignKeys: [],
    indexes: [],
    broken: model.broken,
    ...given({ schema: model.schema }),
  };
  for (const field of model.fields) {
    if (schema.isRelation(field)) continue;
    const column = columnOf(schema, model, field);
    table.columns.set(column.name, column);
    if (field.id) {
      const map = mapOf(field, 'id');
      table.primaryKey = {
        name: map ?? constraintName(name, [], 'pkey'),
        columns: [column.name],
        at: column.at,
      };
    }
    if (field.unique)
      addIndex(table, [column.name], 'key', mapOf(field, 'unique'), column.at, { unique: true });
  }
  const columns = (key: PrismaKey): string[] => columnNames(model, key.fields);
  if (model.id)
    table.primaryKey = {
      name: model.id.map ?? constraintName(name, [], 'pkey'),
      columns: columns(model.id),
      at: { file: model.file, span: model.id.span },
    };
  for (const key of model.uniques) addKey(table, model, key, true);
  for (const key of model.indexes) addKey(table, model, key, false);
  if (schema.datasources[0]?.relationMode !== 'prisma') addForeignKeys(table, schema, model);
  // A NOT NULL comes with the key, whatever the field says.
  for (const column of table.primaryKey?.columns ?? []) {
    const found = table.columns.get(column);
    if (found) found.notNull = true;
  }
  return table;
}

function columnOf(schema: SchemaModel, model: SchemaModelNode, field: PrismaField): DesiredColumn {
  const type = typeOf(schema, field);
  const isSerial = field.default?.kind === 'sequence';
  const { value, text } = defaultOf(schema, field, type);
  return {
    name: field.dbName ?? field.name,
    at: { file: model.file, span: field.nameSpan },
    field,
    type: type ?? { name: field.unsupported ?? '', args: [], array: field.list },
    typeText: spelledType(schema, field, type, isSerial),
    notNull: !field.optional && !field.list,
    hasDefault: value !== undefined,
    comparable: type !== undefined,
    filledByClient: field.default?.kind === 'client',
    ...given({ value, defaultText: text }),
  };
}

/** A field's type in the database; `undefined` while it isn't known. */
function typeOf(schema: SchemaModel, field: PrismaField): SqlType | undefined {
  const found = schema.enum(field.type);
  return found
    ? { name: found.dbName ?? found.name, args: [], array: field.list, ...given({ schema: found.schema }) }
    : scalarType(field);
}

function spelledType(
  schema: SchemaModel,
  field: PrismaField,
  type: SqlType | undefined,
  isSerial: boolean,
): string {
  if (!type) return `${field.unsupported ?? ''}${field.list ? '[]' : ''}`;
  return schema.enum(field.type) ? `${quotedName(type)}${field.list ? '[]' : ''}` : typeText(type, isSerial);
}

/** A name as Prisma quotes it: with its schema where the schema file names one. */
export function quotedName(name: { name: string; schema?: string }): string {
  return name.schema === undefined ? quote(name.name) : `${quote(name.schema)}.${quote(name.name)}`;
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `map:` of `@id(map: "…")` or `@unique(map: "…")`. */
function mapOf(field: PrismaField, attribute: string): string | undefined {
  const args = field.attributes.find(({ name }) => name === attribute)?.args ?? '';
  return /\bmap\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(args)?.[1];
}

/** The columns behind fields of a model. */
export function columnNames(model: SchemaModelNode, fields: readonly string[]): string[] {
  return fields.map((name) => model.fields.find((field) => field.name === name)?.dbName ?? name);
}

function addKey(table: DesiredTable, model: SchemaModelNode, key: PrismaKey, unique: boolean): void {
  const rename = (names: readonly string[] | undefined): string[] | undefined =>
    names && columnNames(model, names);
  const method = key.type?.toLowerCase();
  addIndex(
    table,
    columnNames(model, key.fields),
    unique ? 'key' : 'idx',
    // An index has no name in the client: `name` is an older word for `map`.
    key.map ?? (unique ? undefined : key.name),
    { file: model.file, span: key.span },
    {
      unique,
      ...(key.partial ? { partial: true as const } : {}),
      ...given({ method: method === 'btree' ? undefined : method, descending: rename(key.descending) }),
      ...given({
        ops:
          key.ops &&
          Object.fromEntries(
            Object.entries(key.ops).map(([name, ops]) => [columnNames(model, [name])[0] ?? name, ops]),
          ),
      }),
    },
  );
}

function addIndex(
  table: DesiredTable,
  columns: string[],
  suffix: string,
  map: string | undefined,
  at: Origin,
  more: Pick<DesiredIndex, 'unique'> & Partial<DesiredIndex>,
): void {
  if (columns.length === 0) return;
  table.indexes.push({
    name: map ?? constraintName(table.name, columns, suffix),
    table: tableKey(table),
    columns,
    at,
    ...more,
  });
}

const actions: Readonly<Record<string, SqlReferenceAction>> = {
  Cascade: 'cascade',
  Restrict: 'restrict',
  NoAction: 'no action',
  SetNull: 'set null',
  SetDefault: 'set default',
};

function addForeignKeys(table: DesiredTable, schema: SchemaModel, model: SchemaModelNode): void {
  for (const field of model.fields) {
    const { relation } = field;
    const target = schema.relationTarget(model.name, field.name);
    if (!relation || relation.fields.length === 0 || !target || target.kind !== 'model') continue;
    const columns = columnNames(model, relation.fields);
    // An optional relation over a required column is required.
    const isRequired =
      !field.optional || relation.fields.some((name) => schema.field(model.name, name)?.optional === false);
    const at = { file: model.file, span: relation.span };
    table.foreignKeys.push({
      name: relation.map ?? constraintName(table.name, columns, 'fkey'),
      columns,
      at,
      to: {
        table: {
          name: target.dbName ?? target.name,
          span: relation.span,
          ...given({ schema: target.schema }),
        },
        columns: columnNames(target, relation.references),
        onDelete: actions[relation.onDelete ?? ''] ?? (isRequired ? 'restrict' : 'set null'),
        onUpdate: actions[relation.onUpdate ?? ''] ?? 'cascade',
      },
    });
  }
}
