/** What a query looks rows up by, and whether an index serves that. */
import { isServed, orderedKeys, relationOf } from '../prisma/indexes.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { nullishOf } from './abs.ts';
import type { Abs, Site } from './abs.ts';
import type { QueryFact } from './summary.ts';

type ObjectAbs = Extract<Abs, { k: 'object' }>;

export interface UnservedLookup {
  /** The fields of the index that would serve it, in their order. */
  fields: string[];
  /** Where the first of them is said. */
  at: Site | undefined;
  by: 'where' | 'order';
  /** By ranges alone, which may let most rows through. */
  isRange: boolean;
}

/** Operations that read as many rows as their `where` makes them. */
const LISTS =
  /^(findMany|findFirst|findFirstOrThrow|count|aggregate|groupBy|updateMany|updateManyAndReturn|deleteMany)$/;
const ORDERED = /^(findMany|findFirst|findFirstOrThrow)$/;

/** The look-up of a query that reads the whole table for want of an index; `undefined` also where that can't be told. */
export function unservedLookup(
  query: QueryFact,
  schema: SchemaModel,
  model: SchemaModelNode,
): UnservedLookup | undefined {
  const { args, op } = query;
  if (!LISTS.test(op) || model.kind !== 'model' || model.broken || schema.isLookup(model.name))
    return undefined;
  if (args.k !== 'object' || args.open || args.maybe?.includes('where') === true) return undefined;
  const found: Conditions = { equal: [], range: [], common: [], state: 'open' };
  const { where } = args.props;
  if (where) gather(found, where, schema, model, 0);
  if (found.state !== 'open') return undefined;
  const order = ORDERED.test(op) ? orderField(args, op, schema, model) : undefined;
  const [first] = [...found.equal, ...found.range];
  if (first) {
    const names = [...new Set(found.equal.map(({ name }) => name))].slice(0, 3);
    const last = found.range[0]?.name ?? order?.name;
    const fields = last === undefined || names.includes(last) ? names : [...names, last];
    return { fields, at: first.at, by: 'where', isRange: found.equal.length === 0 };
  }
  if (!order || isWalked(schema, model, order.name, found.common)) return undefined;
  return { fields: [...found.common.slice(0, 2), order.name], at: order.at, by: 'order', isRange: false };
}

interface Condition {
  name: string;
  at: Site | undefined;
}

interface Conditions {
  equal: Condition[];
  range: Condition[];
  /** Compared for equality, but with few values: an index of them alone finds too many rows. */
  common: string[];
  /** `served`: an index leads to few rows. `hidden`: it can't be told. */
  state: 'open' | 'served' | 'hidden';
}

function gather(
  out: Conditions,
  where: Abs,
  schema: SchemaModel,
  model: SchemaModelNode,
  depth: number,
): void {
  if (where.k === 'undef' || out.state !== 'open') return;
  if (where.k !== 'object' || where.open || where.either || depth > 4) {
    out.state = 'hidden';
    return;
  }
  for (const [name, value] of Object.entries(where.props)) {
    if (out.state !== 'open') return;
    if (value.k === 'undef' || name === 'NOT') continue;
    if (name === 'AND') {
      for (const part of value.k === 'array' && !value.open ? value.items : [value])
        gather(out, part, schema, model, depth + 1);
      continue;
    }
    const field = model.fields.find((candidate) => candidate.name === name);
    if (!field || name === 'OR') {
      const isKey = schema.uniqueKeys(model.name).some(({ selector }) => selector === name);
      out.state = isKey ? 'served' : 'hidden';
    } else if (schema.isRelation(field)) {
      // What the other table's rows are found by isn't this table's matter; the key to them is told of at the schema.
      out.state = field.list ? 'hidden' : 'served';
    } else if (isServed(schema, model, [name]) || relationOf(model, name)) out.state = 'served';
    else if (where.maybe?.includes(name)) out.state = 'hidden';
    else
      condition(
        out,
        value,
        { name, at: where.at?.[name] },
        schema.enum(field.type) ? 'enum' : field.list ? 'list' : field.type,
      );
  }
}

const RANGE = new Set(['gt', 'gte', 'lt', 'lte', 'startsWith']);

function condition(out: Conditions, value: Abs, at: Condition, type: string): void {
  if (type === 'list' || type === 'Json' || type === 'Bytes') return;
  const isCommon = type === 'enum' || type === 'Boolean';
  const parts =
    value.k === 'object' ? Object.keys(value.props).filter((name) => value.props[name]?.k !== 'undef') : [];
  if (value.k === 'object' && (value.open || parts.includes('mode'))) out.state = 'hidden';
  else if (value.k === 'object') {
    const compared = value.props['equals'] ?? value.props['in'];
    if (compared) equal(out, compared, at, isCommon);
    // `stock: { gt: 0 }` says little: a limit that the code names lets most rows through.
    else if (parts.some((name) => RANGE.has(name) && value.props[name]?.k !== 'lit')) out.range.push(at);
  } else equal(out, value, at, isCommon);
}

function equal(out: Conditions, value: Abs, at: Condition, isCommon: boolean): void {
  // NULL, and what may be NULL, is often the value of most rows.
  if (nullishOf(value) === 'true') return;
  // A value that the code names is one of few.
  if (isCommon || value.k === 'lit' || (value.k === 'array' && value.items.every(({ k }) => k === 'lit')))
    out.common.push(at.name);
  else out.equal.push(at);
}

/** The field by which a part of the rows is taken in order: without an index all rows are read and sorted. */
function orderField(
  args: ObjectAbs,
  op: string,
  schema: SchemaModel,
  model: SchemaModelNode,
): Condition | undefined {
  const { orderBy, take } = args.props;
  const isPart = op !== 'findMany' || (take !== undefined && take.k !== 'undef');
  if (!orderBy || !isPart || args.maybe?.includes('orderBy')) return undefined;
  const first = orderBy.k === 'array' ? orderBy.items[0] : orderBy;
  if (first?.k !== 'object' || first.open || first.maybe?.length) return undefined;
  const [name] = Object.keys(first.props);
  const field = name === undefined ? undefined : model.fields.find((candidate) => candidate.name === name);
  if (name === undefined || !field || field.list || schema.isRelation(field)) return undefined;
  return { name, at: first.at?.[name] };
}

/** Whether an index can be walked in this order: it begins with the field, or with fields that are compared for equality. */
function isWalked(
  schema: SchemaModel,
  model: SchemaModelNode,
  name: string,
  fixed: readonly string[],
): boolean {
  return orderedKeys(schema, model).some((key) => {
    const at = key.indexOf(name);
    return at >= 0 && key.slice(0, at).every((field) => fixed.includes(field));
  });
}
