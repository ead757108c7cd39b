/** The tables of implicit many-to-many relations. */
import { given } from '../base/given.ts';
import type { PrismaField } from '../facts/prismaModel.ts';
import type { SqlType } from '../facts/sqlModel.ts';
import { constraintName } from './constraintNames.ts';
import { tableKey } from './dbModel.ts';
import type { DesiredColumn, DesiredDb, DesiredTable, Origin } from './desired.ts';
import type { SchemaModel, SchemaModelNode } from './schema.ts';

interface Side {
  model: SchemaModelNode;
  field: PrismaField;
}

/** Adds `_PostToTag` with the columns `A` and `B` for each pair of lists that hold no keys. */
export function addJoinTables(db: DesiredDb, schema: SchemaModel): void {
  for (const { a, b } of joinedSides(schema)) {
    const name = `_${a.field.relation?.name ?? `${a.model.name}To${b.model.name}`}`;
    const at: Origin = { file: a.model.file, span: a.field.nameSpan };
    const table: DesiredTable = {
      name,
      at,
      columns: new Map(),
      foreignKeys: [],
      primaryKey: { name: constraintName(name, ['AB'], 'pkey'), columns: ['A', 'B'], at },
      indexes: [],
      broken: false,
      ...given({ schema: a.model.schema }),
    };
    if (db.tables.has(tableKey(table))) continue;
    for (const [column, { model }] of [['A', a] as const, ['B', b] as const]) {
      const target = idColumn(db, model);
      if (!target) break;
      table.columns.set(column, columnLike(column, target, at));
      if (schema.datasources[0]?.relationMode === 'prisma') continue;
      table.foreignKeys.push({
        name: constraintName(name, [column], 'fkey'),
        columns: [column],
        at,
        to: {
          table: { name: model.dbName ?? model.name, span: at.span, ...given({ schema: model.schema }) },
          columns: [target.name],
          onDelete: 'cascade',
          onUpdate: 'cascade',
        },
      });
    }
    table.indexes.push({
      name: `${name}_B_index`,
      table: tableKey(table),
      columns: ['B'],
      unique: false,
      at,
    });
    if (table.columns.size === 2) db.tables.set(tableKey(table), table);
  }
}

/** Each relation between two lists once; `a` is the model that comes first by name. */
function joinedSides(schema: SchemaModel): { a: Side; b: Side }[] {
  const out: { a: Side; b: Side }[] = [];
  for (const model of schema.models) {
    if (model.kind !== 'model') continue;
    for (const field of model.fields) {
      const target = field.list ? schema.relationTarget(model.name, field.name) : undefined;
      const other = target && schema.inverse(model.name, field.name);
      if (!target || !other?.list || (field.relation?.fields.length ?? 0) > 0) continue;
      const sides: [Side, Side] = [
        { model, field },
        { model: target, field: other },
      ];
      const isFirst = model.name === target.name ? field.name < other.name : model.name < target.name;
      if (isFirst) out.push({ a: sides[0], b: sides[1] });
    }
  }
  return out.toSorted((x, y) => (x.a.model.name < y.a.model.name ? -1 : 1));
}

/** The column of a model's single id. */
function idColumn(db: DesiredDb, model: SchemaModelNode): DesiredColumn | undefined {
  const table = db.tables.get(
    tableKey({ name: model.dbName ?? model.name, ...given({ schema: model.schema }) }),
  );
  const [only, ...others] = table?.primaryKey?.columns ?? [];
  return only !== undefined && others.length === 0 ? table?.columns.get(only) : undefined;
}

function columnLike(name: string, target: DesiredColumn, at: Origin): DesiredColumn {
  const type: SqlType = target.type;
  return {
    name,
    at,
    type,
    typeText: target.typeText.replace(/^(SMALL|BIG)?SERIAL$/, (_, size?: string) =>
      size === 'SMALL' ? 'SMALLINT' : size === 'BIG' ? 'BIGINT' : 'INTEGER',
    ),
    notNull: true,
    hasDefault: false,
    comparable: target.comparable,
    filledByClient: false,
  };
}
