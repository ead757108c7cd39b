/** Whether an `orderBy` leaves any two rows in doubt. */
import type { SchemaModel, SchemaModelNode } from '../../prisma/schema.ts';
import { nullishOf } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';

export type Order =
  /** Made where it can't be seen, or of parts that are chosen at run time. */
  | { o: 'hidden' }
  | { o: 'none' }
  | { o: 'total' }
  /** Equal rows stay in doubt. `list`: it is a list already. */
  | { o: 'ties'; by: string[]; list: boolean };

const HIDDEN: Order = { o: 'hidden' };

/**
 * What the arguments of a list read say about its order.
 * @param node the model; without it nothing is known to be unique
 */
export function orderOf(
  args: Extract<Abs, { k: 'object' }>,
  schema: SchemaModel,
  node: SchemaModelNode,
): Order {
  const { orderBy, where } = args.props;
  if (!orderBy) return args.open ? HIDDEN : { o: 'none' };
  if (args.maybe?.includes('orderBy')) return HIDDEN;
  if (orderBy.k === 'undef') return { o: 'none' };
  const keys = keysOf(orderBy);
  if (!keys) return HIDDEN;
  if (keys.length === 0) return { o: 'none' };
  // What the `where` fixes is the same in all rows.
  const fixed = where?.k === 'object' ? fixedBy(where) : [];
  const settled = new Set([...keys, ...fixed]);
  const isTotal = schema
    .uniqueKeys(node.name)
    .some(
      (key) =>
        key.fields.every((field) => settled.has(field) && !isNullable(schema, node, field)) &&
        key.fields.length > 0,
    );
  return isTotal ? { o: 'total' } : { o: 'ties', by: keys, list: orderBy.k === 'array' };
}

/** Rows without a value are equal, however unique the values are. */
function isNullable(schema: SchemaModel, node: SchemaModelNode, field: string): boolean {
  return schema.field(node.name, field)?.optional === true;
}

/** Names of the fields that are sorted by, in order; undefined when one of them can't be told. */
function keysOf(orderBy: Abs): string[] | undefined {
  if (orderBy.k === 'array') {
    const parts = orderBy.open ? [undefined] : orderBy.items.map(keysOf);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (orderBy.k !== 'object' || orderBy.open || orderBy.maybe?.length) return undefined;
  const names = Object.entries(orderBy.props).filter(([, value]) => value.k !== 'undef');
  return names.map(([name]) => name);
}

/** Fields that a `where` binds to one value. */
function fixedBy(where: Extract<Abs, { k: 'object' }>): string[] {
  return Object.entries(where.props).flatMap(([name, value]) => {
    if (where.maybe?.includes(name) || nullishOf(value) === 'true') return [];
    const equal = value.k === 'object' ? value.props['equals'] : value;
    return equal && equal.k !== 'array' ? [name] : [];
  });
}
