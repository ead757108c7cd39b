/** What a write needs of whoever calls: a session to succeed at all, or nothing. */
import type { SchemaModel, SchemaModelNode } from '../../prisma/schema.ts';
import { leaves } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';
import { hasClientPart } from '../../workspace/clientData.ts';
import type { Entry } from '../../workspace/entries.ts';
import type { DbEffect } from '../../workspace/summary.ts';

/** Whether a write only touches rows that the same call has made. */
export function isOfNewRows(effect: DbEffect): boolean {
  const where = propOf(effect, 'where');
  const all = where ? leaves(where) : [];
  return all.length > 0 && all.every((leaf) => leaf.k === 'row' && leaf.query?.created === true);
}

/**
 * Whether Prisma refuses a write when there is no session: every key that could pick the row is the session's, or the owner that a new
 * row requires. (A condition beside another key just falls away when it is `undefined`, and so does every condition of a `…Many`.)
 */
export function failsWithoutSession(effect: DbEffect, schema: SchemaModel | undefined): boolean {
  const model = schema?.modelOf(effect.model);
  if (!schema || !model) return false;
  if (effect.op === 'create') return isMadeForSession(propOf(effect, 'data'), model, schema);
  const where = propOf(effect, 'where');
  if (!/^(update|delete|upsert)$/.test(effect.op) || where?.k !== 'object' || where.open) return false;
  const selectors = new Set(schema.uniqueKeys(model.name).map(({ selector }) => selector));
  // What is no field is the name of a compound key.
  const given = Object.entries(where.props).flatMap(([name, value]) =>
    selectors.has(name) || !schema.field(model.name, name) ? [value] : [],
  );
  return given.length > 0 && given.every(needsSession);
}

/** Nothing without a session: a part of it, a row that was looked up by it, a compound key with one of them. */
function needsSession(value: Abs): boolean {
  switch (value.k) {
    case 'session':
      return value.path.length > 0;
    case 'row': {
      const where = value.query?.where;
      return where?.k === 'object' && Object.values(where.props).some((part) => part.k === 'session');
    }
    case 'object':
      return Object.values(value.props).some(needsSession);
    case 'variants':
      return (
        value.list.some((variant) => needsSession(variant.value)) &&
        value.list.every(({ value: one }) => needsSession(one) || one.k === 'undef')
      );
    default:
      return false;
  }
}

/** A required key or relation of the new row is the session's. */
function isMadeForSession(data: Abs | undefined, model: SchemaModelNode, schema: SchemaModel): boolean {
  if (data?.k !== 'object') return false;
  return Object.entries(data.props).some(([name, value]) => {
    const field = schema.field(model.name, name);
    if (!field) return false;
    if (!schema.isRelation(field)) return !field.optional && needsSession(value);
    const connected = value.k === 'object' ? value.props['connect'] : undefined;
    return connected?.k === 'array'
      ? connected.items.some((item) => item.k === 'object' && needsSession(item))
      : connected?.k === 'object' && needsSession(connected);
  });
}

/**
 * Whether a stranger chooses in whose name a row is made: the person or the group that owns it. A row below something that others made
 * (an answer to a survey, a guest's order) may be meant for strangers.
 */
export function isInSomebodysName(entry: Entry, effect: DbEffect, schema: SchemaModel | undefined): boolean {
  const model = schema?.modelOf(effect.model);
  if (!schema || !model) return false;
  const values = [propOf(effect, 'data') ?? propOf(effect, 'create')].flatMap((data) =>
    data?.k === 'array' ? data.items : (data ?? []),
  );
  const owners = ownerFields(model, schema);
  return values.some((value) => {
    if (value.k !== 'object') return schema.isOwned(model.name);
    const named = owners.filter((name) => name in value.props);
    if (named.length === 0) return schema.isOwned(model.name) && (value.open || value.spread !== undefined);
    return named.some((name) => {
      const part = value.props[name];
      return part !== undefined && (hasClientPart(entry, part) || part.k === 'unknown');
    });
  });
}

/** The fields that say which person or group a row belongs to: `userId`, `author`, `teamId`. */
function ownerFields(model: SchemaModelNode, schema: SchemaModel): string[] {
  return model.fields.flatMap((field) => {
    const target = schema.relationTarget(model.name, field.name);
    if (!target || field.list || !field.relation?.fields.length) return [];
    const isGroup = schema
      .ownerPaths(target.name)
      .some(({ keys, via }) => via === 'membership' && keys.length === 0);
    return target.name === schema.userModel?.name || isGroup ? [field.name, ...field.relation.fields] : [];
  });
}

function propOf(effect: DbEffect, name: string): Abs | undefined {
  return effect.args.k === 'object' ? effect.args.props[name] : undefined;
}
