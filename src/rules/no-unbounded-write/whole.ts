/** Whether the `where` of a write lets the whole table through. */
import type { PrismaField } from '../../facts/prismaModel.ts';
import type { SchemaModel, SchemaModelNode } from '../../prisma/schema.ts';
import { nullishOf } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';

/**
 * `all`: every row; `optional`: every row when the conditions in `by` are left out; `trivial`: conditions (`by`) that hold for every row;
 * `given`: the whole `where` comes from outside; `some`: conditions, or none that can be seen.
 */
export type Reach = { r: 'all' | 'given' | 'some' } | { r: 'trivial' | 'optional'; by: string };

const ALL: Reach = { r: 'all' };
const SOME: Reach = { r: 'some' };
const GIVEN: Reach = { r: 'given' };

export interface Table {
  schema: SchemaModel | undefined;
  node: SchemaModelNode | undefined;
}

/** What the arguments of `deleteMany` or `updateMany` let through. */
export function reachOf(args: Abs, table: Table): Reach {
  if (args.k === 'undef') return ALL;
  if (args.k === 'param') return GIVEN;
  if (args.k !== 'object') return whereReach(args, table, 'its arguments');
  const { where } = args.props;
  if (!where) return args.open ? SOME : ALL;
  const reach = whereReach(where, table, 'its `where`');
  return args.maybe?.includes('where') && reach.r === 'some' ? { r: 'optional', by: 'its `where`' } : reach;
}

function whereReach(where: Abs, table: Table, name: string): Reach {
  switch (where.k) {
    case 'undef':
      return ALL;
    case 'generated':
      return where.path.at(-1) === 'skip' ? ALL : SOME;
    case 'param':
      return GIVEN;
    case 'origin':
      return where.o === 'client' ? GIVEN : SOME;
    case 'variants':
      return eitherReach(
        where.list.map((variant) => variant.value),
        table,
        name,
      );
    case 'unknown': {
      // Alternatives of which one is absent; values made of parts never hold such a one.
      const { from = [], filled } = where;
      const isChoice = filled || from.some((part) => nullishOf(part) === 'true');
      if (isChoice) return eitherReach(from, table, name);
      return from.length === 1 && from.every((part) => part.k === 'param') ? GIVEN : SOME;
    }
    case 'object':
      return objectReach(where, table);
    default:
      return SOME;
  }
}

function eitherReach(parts: readonly Abs[], table: Table, name: string): Reach {
  const reaches = parts.map((part) =>
    part.k === 'lit' && part.v === null ? ALL : whereReach(part, table, name),
  );
  const [first] = reaches;
  if (first && reaches.every((reach) => reach.r === 'all')) return first;
  const optional = reaches.find((reach) => reach.r === 'optional');
  if (optional) return optional;
  return reaches.some((reach) => reach.r === 'all' || reach.r === 'trivial')
    ? { r: 'optional', by: name }
    : SOME;
}

/** How much one condition narrows. */
type Narrowing = 'none' | 'trivial' | 'maybe' | 'some';

function objectReach(where: Extract<Abs, { k: 'object' }>, table: Table): Reach {
  if (where.open) return SOME;
  if (where.either) {
    const { either, maybe = [], ...rest } = where;
    const reaches = either.map((names) =>
      objectReach({ ...rest, maybe: maybe.filter((name) => !names.includes(name)) }, table),
    );
    return reaches.find((reach) => reach.r === 'some') ?? reaches[0] ?? SOME;
  }
  const found = Object.entries(where.props).map(([name, value]) => ({
    name,
    narrowing: narrowingOf(name, value, where.maybe?.includes(name) ?? false, table),
  }));
  if (found.some(({ narrowing }) => narrowing === 'some')) return SOME;
  const named = (wanted: Narrowing): string =>
    found
      .filter(({ narrowing }) => narrowing === wanted)
      .map(({ name }) => `\`${name}\``)
      .join(', ');
  const maybe = named('maybe');
  if (maybe !== '') return { r: 'optional', by: maybe };
  const trivial = named('trivial');
  return trivial === '' ? ALL : { r: 'trivial', by: trivial };
}

function narrowingOf(name: string, value: Abs, isMaybe: boolean, table: Table): Narrowing {
  if (value.k === 'undef' || (value.k === 'generated' && value.path.at(-1) === 'skip')) return 'none';
  if (name === 'AND' || name === 'NOT') {
    if (value.k === 'array' && value.open) return 'some';
    const parts = value.k === 'array' ? value.items : [value];
    const reaches = parts.map((part) => (part.k === 'object' ? objectReach(part, table) : SOME));
    if (reaches.every((reach) => reach.r === 'all')) return 'none';
    if (name === 'NOT' || reaches.some((reach) => reach.r === 'some')) return isMaybe ? 'maybe' : 'some';
    return 'maybe';
  }
  if (name === 'OR') {
    // An empty OR matches nothing.
    return 'some';
  }
  const field = table.node?.fields.find((candidate) => candidate.name === name);
  if (value.k === 'object' && !value.open) {
    const narrowing = filterNarrowing(value, field, table);
    if (narrowing !== 'some') return narrowing;
  }
  return isMaybe ? 'maybe' : 'some';
}

function filterNarrowing(
  filter: Extract<Abs, { k: 'object' }>,
  field: PrismaField | undefined,
  { schema }: Table,
): Narrowing {
  const parts = Object.entries(filter.props).filter(([, value]) => value.k !== 'undef');
  if (parts.length === 0) return 'none';
  // `author: { … }` restricts to rows with such an author.
  if (field && schema?.isRelation(field)) return 'some';
  return parts.every(([name, value]) => name === 'mode' || holdsAlways(name, value, field))
    ? 'trivial'
    : 'some';
}

/** `{ not: '' }` of an id, `{ contains: '' }`, `{ notIn: [] }`, `{ gt: 0 }` of a counted id. */
function holdsAlways(name: string, value: Abs, field: PrismaField | undefined): boolean {
  const isRequired = field !== undefined && !field.optional;
  if (value.k === 'array') return name === 'notIn' && !value.open && value.items.length === 0;
  if (value.k !== 'lit') return false;
  if (name === 'not') return value.v === null ? isRequired : value.v === '' && field?.id === true;
  if (/^(contains|startsWith|endsWith)$/.test(name)) return value.v === '' && isRequired;
  if (name === 'gt' || name === 'gte')
    return field?.id === true && field.type === 'Int' && typeof value.v === 'number' && value.v <= 0;
  return false;
}
