/** How much of a table a `where` lets through: one row, the rows of listed keys, one owner's rows, some, or all. */
import type { PrismaField } from '../facts/prismaModel.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { nullishOf } from './abs.ts';
import type { Abs } from './abs.ts';

export type Scope =
  /** At most one row for each key that the code already holds. */
  | { s: 'unique'; by: string }
  /** The rows of one person, team or owned parent. */
  | { s: 'owner'; by: string }
  /** The rows that belong to listed parents. */
  | { s: 'parents'; by: string }
  /** `searchOnly`: by text patterns only, so that an empty search lets everything through. */
  | { s: 'filtered'; by: string[]; searchOnly: boolean }
  /** Conditions that can't be seen. */
  | { s: 'hidden' }
  | { s: 'all' };

export interface ScopeContext {
  schema: SchemaModel | undefined;
  /** Extra field names that bind rows to their owner, from the configuration. */
  ownerKeys: readonly string[];
}

/** Names for the people who own rows, and for the groups they share them in. */
const OWNER_NAME =
  /^(user|owner|author|customer|member|creator|created_?by|uploaded_?by|tenant|org|organi[sz]ation|team|workspace|company|account)(_?(id|uuid|slug))?$/i;
/** Parts of a session that name its holder. */
const IDENTITY = /(^|_)(id|uuid|sub|email|slug)$|Id$/i;

/**
 * What a `where` lets through.
 * @param where the abstract `where`; undefined when the arguments have none
 * @param model the model's name in the schema; undefined when it isn't known
 */
export function scopeOf(where: Abs | undefined, model: string | undefined, context: ScopeContext): Scope {
  if (!where || isAbsent(where)) return { s: 'all' };
  if (where.k === 'variants')
    return where.list.map((variant) => scopeOf(variant.value, model, context)).reduce(wider, { s: 'hidden' });
  if (where.k !== 'object') return { s: 'hidden' };
  if (where.either) {
    const { either, maybe = [], ...rest } = where;
    const scopes = either.map((names) =>
      scopeOf({ ...rest, maybe: maybe.filter((name) => !names.includes(name)) }, model, context),
    );
    return scopes.reduce(wider);
  }
  const certain = new Map<string, Abs>();
  const named: string[] = [];
  for (const [name, value] of Object.entries(where.props)) {
    if (isAbsent(value) || isEmptyObject(value)) continue;
    named.push(name);
    if (!where.maybe?.includes(name)) certain.set(name, value);
  }
  const node = model === undefined ? undefined : context.schema?.model(model);
  const unique = node && context.schema && uniqueKey(context.schema, node, certain);
  if (unique !== undefined) return { s: 'unique', by: unique };
  const bound = ownerCondition(certain, node, context, 0);
  if (bound !== undefined) return { s: 'owner', by: bound };
  if (where.open) return { s: 'hidden' };
  const parents = [...certain].find(
    ([name, value]) => inList(value) !== undefined && isForeignKey(context.schema, node, name),
  );
  if (parents) return { s: 'parents', by: parents[0] };
  const listed = [...certain].find(([name, value]) => isListedRelation(name, value, node, context));
  if (listed) return { s: 'parents', by: listed[0] };
  // `itemId` with a type beside it: the rows of one thing, whichever table that lies in.
  const part = [...certain].find(
    ([name, value]) =>
      /(Id|_id)$/.test(name) && equalTo(value) !== undefined && !isForeignKey(context.schema, node, name),
  );
  if (part) return { s: 'owner', by: part[0] };
  if (named.length === 0) return { s: 'all' };
  return { s: 'filtered', by: named, searchOnly: named.every((name) => isSearch(name, where.props[name])) };
}

/** `user: { email: { in: emails } }`: at most the rows of the parents that are listed. */
function isListedRelation(
  name: string,
  value: Abs,
  node: SchemaModelNode | undefined,
  context: ScopeContext,
): boolean {
  const target = node && context.schema?.relationTarget(node.name, name);
  if (!target || value.k !== 'object' || context.schema?.isToMany(node.name, name) === true) return false;
  return scopeOf(value, target.name, context).s === 'unique';
}

/** `{ contains: q }`, or any number of those under `OR`: with values that the code doesn't fix. */
function isSearch(name: string, value: Abs | undefined): boolean {
  if (name === 'OR' || name === 'AND') {
    const items = value?.k === 'array' ? value.items : [value];
    return (
      items.length > 0 &&
      items.every(
        (item) =>
          item?.k === 'object' && Object.entries(item.props).every(([inner, part]) => isSearch(inner, part)),
      )
    );
  }
  if (value?.k !== 'object' || value.open) return false;
  const names = Object.keys(value.props).filter((key) => key !== 'mode');
  return (
    names.length > 0 &&
    names.every(
      (key) => ['contains', 'startsWith', 'endsWith'].includes(key) && value.props[key]?.k !== 'lit',
    )
  );
}

/** Of two alternatives the one that lets more through. */
function wider(a: Scope, b: Scope): Scope {
  const order: readonly Scope['s'][] = ['unique', 'parents', 'owner', 'hidden', 'filtered', 'all'];
  return order.indexOf(b.s) > order.indexOf(a.s) ? b : a;
}

function isAbsent(value: Abs): boolean {
  return value.k === 'undef' || (value.k === 'generated' && value.path.at(-1) === 'skip');
}

function isEmptyObject(value: Abs): boolean {
  return (
    value.k === 'object' &&
    !value.open &&
    Object.values(value.props).every((part) => isAbsent(part) || isEmptyObject(part))
  );
}

/** The value a condition demands equality with. */
function equalTo(value: Abs): Abs | undefined {
  if (value.k !== 'object') return nullishOf(value) === 'true' || value.k === 'array' ? undefined : value;
  const { equals } = value.props;
  return equals && nullishOf(equals) !== 'true' ? equals : undefined;
}

/** The list of an `in` condition. */
function inList(value: Abs): Abs | undefined {
  const list = value.k === 'object' && !value.maybe?.includes('in') ? value.props['in'] : undefined;
  return list && nullishOf(list) !== 'true' ? list : undefined;
}

/** The unique key whose fields are all bound, by equality or by a list that the code holds. */
function uniqueKey(
  schema: SchemaModel,
  node: SchemaModelNode,
  conditions: ReadonlyMap<string, Abs>,
): string | undefined {
  const isBound = (field: string): boolean => {
    const value = conditions.get(field);
    return value !== undefined && (equalTo(value) !== undefined || inList(value) !== undefined);
  };
  // One row for each of a person's channels: `@@unique([userId, channel])` with an enum.
  const isEnumerated = (field: string): boolean => {
    const type = schema.field(node.name, field)?.type;
    return type !== undefined && (type === 'Boolean' || schema.enum(type) !== undefined);
  };
  for (const key of schema.uniqueKeys(node.name))
    if (key.fields.some(isBound) && key.fields.every((field) => isBound(field) || isEnumerated(field)))
      return key.fields.join(' and ');
  // `AND: [{ id: { in: ids } }, …]`
  for (const part of conjuncts(conditions)) {
    const found = uniqueKey(schema, node, part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The condition sets of `AND`. */
function conjuncts(conditions: ReadonlyMap<string, Abs>): ReadonlyMap<string, Abs>[] {
  const and = conditions.get('AND');
  const parts = and?.k === 'array' ? and.items : and ? [and] : [];
  return parts.flatMap((part) => (part.k === 'object' ? [conditionsOf(part)] : []));
}

function conditionsOf(value: Extract<Abs, { k: 'object' }>): ReadonlyMap<string, Abs> {
  return new Map(
    Object.entries(value.props).filter(([name, part]) => !isAbsent(part) && !value.maybe?.includes(name)),
  );
}

/** The condition that binds the rows to one owner, as text; undefined when none does. */
function ownerCondition(
  conditions: ReadonlyMap<string, Abs>,
  node: SchemaModelNode | undefined,
  context: ScopeContext,
  depth: number,
): string | undefined {
  if (depth > 4) return undefined;
  for (const [name, value] of conditions) {
    if (name === 'NOT') continue;
    if (name === 'AND' || name === 'OR') {
      const list = (value.k === 'array' ? value.items : [value]).map((part) =>
        part.k === 'object' ? ownerCondition(conditionsOf(part), node, context, depth + 1) : undefined,
      );
      const found = list.find((item) => item !== undefined);
      if (found !== undefined && (name === 'AND' || list.every((item) => item !== undefined))) return found;
      continue;
    }
    const equal = equalTo(value);
    if (equal && (isOwnerKey(name, node, context) || isIdentity(equal))) return name;
    const inner = relationFilter(name, value, node, context, depth);
    if (inner !== undefined) return `${name}.${inner}`;
  }
  return undefined;
}

/** A condition on a related row: `user: { email }`, `members: { some: { userId } }`, `order: { is: { userId } }`. */
function relationFilter(
  name: string,
  value: Abs,
  node: SchemaModelNode | undefined,
  context: ScopeContext,
  depth: number,
): string | undefined {
  if (value.k !== 'object') return undefined;
  const { schema } = context;
  const target = schema && node ? schema.relationTarget(node.name, name) : undefined;
  if (schema && node && !target) return undefined;
  const inner = ['is', 'some'].map((key) => value.props[key]).find((part) => part?.k === 'object') ?? value;
  if (inner.k !== 'object') return undefined;
  const conditions = conditionsOf(inner);
  if (schema && target && isOwnerModel(schema, target)) {
    const unique = uniqueKey(schema, target, conditions);
    if (unique !== undefined && ![...conditions.values()].some((condition) => inList(condition)))
      return unique;
  }
  if (!schema && OWNER_NAME.test(name) && conditions.has('id')) return 'id';
  return ownerCondition(conditions, target, context, depth + 1);
}

/** The model of the people, or of a group that people share. */
export function isOwnerModel(schema: SchemaModel, model: SchemaModelNode): boolean {
  if (schema.userModel?.name === model.name) return true;
  return (
    schema.ownerPaths(model.name).some((path) => path.via === 'membership' && path.group === model.name) ||
    (schema.userModel !== undefined && TENANT_MODEL.test(model.name))
  );
}

const TENANT_MODEL = /^(tenant|org|organi[sz]ation|team|workspace|company)$/i;

/** Whether equality on a field leaves the rows of one owner. */
export function isOwnerKey(name: string, node: SchemaModelNode | undefined, context: ScopeContext): boolean {
  if (context.ownerKeys.includes(name)) return true;
  const { schema } = context;
  if (!schema || !node) return OWNER_NAME.test(name);
  const relation = relationOfKey(node, name);
  if (!relation) return node.fields.some((field) => field.name === name) && OWNER_NAME.test(name);
  const target = schema.model(relation.type);
  if (!target) return false;
  if (isOwnerModel(schema, target)) return true;
  if (isPartOf(schema, node, name)) return true;
  // The parent of a tenant: whoever wrote the rows, they are the tenant's.
  if (isOfTenant(schema, target)) return true;
  // Where people own rows directly, the rows of a shared parent belong to many of them: the comments of a post.
  return isOwned(schema, target) && !hasPeople(schema, node);
}

function isOfTenant(schema: SchemaModel, model: SchemaModelNode): boolean {
  if (schema.ownerPaths(model.name).some((path) => path.via === 'membership')) return true;
  return ownersOf(schema, model).some((owner) => owner.name !== schema.userModel?.name);
}

function isOwned(schema: SchemaModel, model: SchemaModelNode): boolean {
  return schema.ownerPaths(model.name).length > 0 || ownersOf(schema, model).length > 0;
}

/** People and groups that a model's rows name, required or not. */
function ownersOf(schema: SchemaModel, model: SchemaModelNode): SchemaModelNode[] {
  return model.fields.flatMap((field) => {
    const target = (field.relation?.fields.length ?? 0) > 0 ? schema.model(field.type) : undefined;
    return target && isOwnerModel(schema, target) ? [target] : [];
  });
}

/**
 * Whether a key makes rows parts of one parent, so that each parent has a handful: the options of a poll. A part is deleted with its
 * parent, has no other parent (or joins just two), and no person of its own.
 */
export function isPartOf(schema: SchemaModel, node: SchemaModelNode, name: string): boolean {
  const keys = node.fields.filter((field) => (field.relation?.fields.length ?? 0) > 0);
  const own = keys.find((field) => field.relation?.fields.includes(name));
  if (!own || own.optional || own.type === node.name || hasPeople(schema, node)) return false;
  if (keys.length === 1) return own.relation?.onDelete === 'Cascade';
  // A joint of two models: the labels of one link.
  const columns = keys.flatMap((field) => field.relation?.fields ?? []);
  return (
    keys.length === 2 &&
    schema
      .uniqueKeys(node.name)
      .some(
        (key) =>
          key.fields.length === columns.length && columns.every((column) => key.fields.includes(column)),
      )
  );
}

/** Whether each row names a person, required or not. */
export function hasPeople(schema: SchemaModel, node: SchemaModelNode): boolean {
  return node.fields.some(
    (field) => field.type === schema.userModel?.name && (field.relation?.fields.length ?? 0) > 0,
  );
}

/** The relation field that holds a scalar field as (part of) its key. */
export function relationOfKey(node: SchemaModelNode, name: string): PrismaField | undefined {
  return node.fields.find((field) => field.relation?.fields.includes(name));
}

function isForeignKey(
  schema: SchemaModel | undefined,
  node: SchemaModelNode | undefined,
  name: string,
): boolean {
  if (!schema || !node) return /Id$|_id$/.test(name);
  return relationOfKey(node, name) !== undefined;
}

/** A value that names the caller: something of the session, or a parameter called after an owner. */
function isIdentity(value: Abs): boolean {
  switch (value.k) {
    case 'session':
      return value.path.length > 0 && IDENTITY.test(value.path.at(-1) ?? '');
    case 'variants':
      return value.list.some((variant) => isIdentity(variant.value));
    case 'param': {
      const last = value.path.at(-1) ?? '';
      if (value.path.includes('session')) return IDENTITY.test(last);
      const before = value.path.at(-2) ?? '';
      return OWNER_NAME.test(last)
        ? /id$/i.test(last)
        : (last === 'id' || last === 'email') &&
            /^(user|currentUser|team|organi[sz]ation|org|workspace|tenant|owner)$/i.test(before);
    }
    default:
      return false;
  }
}
