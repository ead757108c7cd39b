/** What the deployed database has and the schema no longer names: what code that still uses it breaks on. */
import type { DbState, DbTable } from './dbModel.ts';
import { tableKey } from './dbModel.ts';
import type { DesiredDb, DesiredTable } from './desired.ts';
import { clientAccessor } from './schema.ts';
import type { SchemaModel } from './schema.ts';

/** One thing that goes, by the names that code has for it. */
export type Removal = { table: string } & (
  | { r: 'model'; model: string; accessor: string }
  /**
   * `column`: absent for a relation that goes with its table. `to`: the accessor of the model that a relation leads to; it goes with the
   * column, or the table, that holds its key.
   */
  | { r: 'field'; model: string; accessor: string; field: string; column?: string; to?: string }
  /** `type` and `stored` are the database's names; `fields`: where it is used, by accessor and field. */
  | {
      r: 'value';
      enum: string;
      value: string;
      type: string;
      stored: string;
      fields: readonly { accessor: string; field: string }[];
    }
);

export interface RemovalContext {
  /** By the migrations of the base branch. */
  deployed: DbState;
  schema: SchemaModel;
  /** The schema of the base branch, which still has names for what goes. */
  former: SchemaModel | undefined;
  /** Whether a table is one that Prisma looks at. */
  isOwn(table: DbTable): boolean;
}

/** None where the schema can't be read as a whole. */
export function removals(desired: DesiredDb, context: RemovalContext): Removal[] {
  const { deployed } = context;
  if (!desired.complete || deployed.uncertain.has('*')) return [];
  const out: Removal[] = [];
  for (const [key, table] of deployed.tables) {
    if (deployed.uncertain.has(key) || !context.isOwn(table)) continue;
    const next = desired.tables.get(key);
    if (next) out.push(...goneFields(table, next, context));
    // Join tables have no model, and code no name for them.
    else if (!table.name.startsWith('_') && !isRenamed(key, context)) {
      const model = context.former?.modelOfTable(table.name, table.schema)?.name ?? table.name;
      if (!context.schema.model(model))
        out.push({ r: 'model', table: table.name, model, accessor: clientAccessor(model) });
    }
  }
  out.push(...goneRelations(out, context));
  for (const [key, values] of deployed.enums) {
    const next = desired.enums.get(key);
    if (!next || deployed.uncertain.has(key)) continue;
    for (const value of values) if (!next.values.includes(value)) out.push(goneValue(key, value, context));
  }
  return out;
}

/** A model of the same name has another table now. */
function isRenamed(key: string, { former, schema }: RemovalContext): boolean {
  const model = former?.models.find(
    (one) =>
      tableKey({
        name: one.dbName ?? one.name,
        ...(one.schema === undefined ? {} : { schema: one.schema }),
      }) === key,
  );
  return model !== undefined && schema.model(model.name) !== undefined;
}

function goneFields(table: DbTable, next: DesiredTable, { former }: RemovalContext): Removal[] {
  const { model } = next;
  if (!model || next.broken) return [];
  const before = former?.modelOfTable(table.name, table.schema);
  return [...table.columns.keys()].flatMap((column): Removal[] => {
    if (next.columns.has(column)) return [];
    const field = (before && former?.fieldOfColumn(before.name, column)?.name) ?? column;
    // Another column may stand behind the same name.
    if (model.fields.some(({ name }) => name === field)) return [];
    const accessor = clientAccessor(before?.name ?? model.name);
    return [{ r: 'field', table: table.name, model: model.name, accessor, field, column }];
  });
}

/** The relations, on both sides, whose key goes: its column, or the table that has it. */
function goneRelations(gone: readonly Removal[], { schema, former }: RemovalContext): Removal[] {
  const models = new Set(gone.flatMap((one) => (one.r === 'model' ? [one.model] : [])));
  return (former?.models ?? []).flatMap((before) => {
    const model = schema.model(before.name);
    if (!former || !model) return [];
    return before.fields.flatMap((field): Removal[] => {
      if (!former.isRelation(field) || model.fields.some(({ name }) => name === field.name)) return [];
      const holder = (field.relation?.fields.length ?? 0) > 0 ? before : former.model(field.type);
      const own = holder === before ? field : former.inverse(before.name, field.name);
      const key = holder && own?.relation?.fields[0];
      const table = holder && (holder.dbName ?? holder.name);
      if (!holder || table === undefined) return [];
      const column = key === undefined ? undefined : former.field(holder.name, key);
      const lost = {
        r: 'field' as const,
        table,
        model: before.name,
        accessor: clientAccessor(before.name),
        field: field.name,
        to: clientAccessor(field.type),
      };
      if (models.has(field.type)) {
        const other = former.model(field.type);
        return [{ ...lost, table: other?.dbName ?? field.type }];
      }
      return column ? [{ ...lost, column: column.dbName ?? column.name }] : [];
    });
  });
}

function goneValue(key: string, value: string, { schema, former }: RemovalContext): Removal {
  const isOf = (one: SchemaModel) => one.enums.find(({ name, dbName }) => (dbName ?? name) === key);
  const before = former && isOf(former);
  const name = before?.name ?? isOf(schema)?.name ?? key;
  const shown = before?.values.find((one) => (one.dbName ?? one.name) === value)?.name ?? value;
  return {
    r: 'value',
    table: '',
    enum: name,
    value: shown,
    type: key.slice(key.indexOf('.') + 1),
    stored: value,
    fields: schema.models.flatMap((model) =>
      model.fields
        .filter((field) => field.type === name)
        .map((field) => ({ accessor: clientAccessor(model.name), field: field.name })),
    ),
  };
}
