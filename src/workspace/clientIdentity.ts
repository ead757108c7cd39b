/** Identity and authority that an entry point takes from its caller: whose rows it picks or writes, which role it gives, what a thing costs. */
import { isMemberLike } from '../prisma/ownership.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { leaves } from './abs.ts';
import type { Abs, Site } from './abs.ts';
import { authorityOf, countingChecks, isOfSession, isShown, openChoices } from './authority.ts';
import { clientParts } from './clientData.ts';
import type { ClientPart } from './clientData.ts';
import type { Entry } from './entries.ts';
import { givesOut, isSignedIn, ownerHoles, pickedBy } from './ownerHoles.ts';
import type { PickingKey } from './ownerHoles.ts';
import { isContent, isWritten } from './publicData.ts';
import { relationOfKey } from './rowScope.ts';
import type { ScopeContext } from './rowScope.ts';
import type { DbEffect } from './summary.ts';

export interface ClaimedIdentity {
  /** `where`: rows are picked by it; `data`: rows are written with it; `role`: a right is given; `price`: a price is believed. */
  kind: 'where' | 'data' | 'role' | 'price';
  effect: DbEffect;
  model: SchemaModelNode;
  /** Path of the key: `userId`, `user.connect.id`. */
  key: string;
  /** Model of the person or group that is named, for `where` and `data`. */
  owner: string | undefined;
  part: ClientPart;
  /** The key as it is written, where that is in sight. */
  site: Site | undefined;
}

/** Columns that say what somebody may do. */
export const ROLE =
  /^(role|roles|is_?admin|is_?super_?user|is_?staff|permissions?|access_?level|user_?type)$/i;
const PRICE =
  /^(price|unit_?price|price_?cents|total|total_?price|total_?cents|total_?amount|is_?paid|paid|paid_?at)$/i;
const SALE = /order|cart|checkout|payment|purchase|booking/i;

/** What an entry point believes of its caller; rights that were checked on the way are no belief. */
export function claimedIdentities(
  entry: Entry,
  context: ScopeContext & { schema: SchemaModel },
): ClaimedIdentity[] {
  return [
    ...claimedInWhere(entry, context),
    ...entry.effects.flatMap((effect) => claimedInData(entry, effect, context)),
  ];
}

function claimedInWhere(entry: Entry, context: ScopeContext & { schema: SchemaModel }): ClaimedIdentity[] {
  const { schema } = context;
  return ownerHoles(entry, context).flatMap(({ effect, model, keys }): ClaimedIdentity[] => {
    const key = keys.find(({ picks }) => picks === 'owner');
    if (!key) return [];
    const isRead = effect.kind === 'read';
    // People are looked up to be shown or invited; content and groups with an address are read by others; what stays on the server tells
    // nobody anything, but for a membership that decides what they may.
    if (
      isRead &&
      (isContent(model, schema) ||
        effect.op === 'count' ||
        !(
          givesOut(entry, effect) ||
          (effect.op.startsWith('find') && effect.op !== 'findMany' && isJoint(model, schema))
        ) ||
        isShownOnly(entry, effect, key, model, schema))
    )
      return [];
    if (model.name === schema.userModel?.name && (effect.op.startsWith('delete') || givesRole(effect)))
      return [];
    const where = effect.args.k === 'object' ? effect.args.props['where'] : undefined;
    return [
      {
        kind: 'where',
        effect,
        model,
        key: key.name,
        owner: key.owner,
        part: key.part,
        site: where?.k === 'object' ? where.at?.[key.name] : undefined,
      },
    ];
  });
}

/** People and groups are looked up to be shown or invited: what is told of them is chosen, or stays on the server. */
function isShownOnly(
  entry: Entry,
  effect: DbEffect,
  key: PickingKey,
  model: SchemaModelNode,
  schema: SchemaModel,
): boolean {
  if (key.owner !== model.name) return false;
  if (/mail|name$/i.test(key.name)) return true;
  const { select } = effect.args.k === 'object' ? effect.args.props : {};
  return (
    model.name === schema.userModel?.name &&
    (select !== undefined || entry.kind === 'page' || !givesOutWhole(entry, effect))
  );
}

/** The row as it is, with all its columns. */
function givesOutWhole(entry: Entry, effect: DbEffect): boolean {
  return entry.outcomes.some(({ value }) =>
    leaves(value).some(
      (leaf) =>
        leaf.k === 'row' &&
        leaf.path.length === 0 &&
        leaf.query?.file === effect.file &&
        leaf.query.at === effect.at,
    ),
  );
}

function givesRole(effect: DbEffect): boolean {
  return dataOf(effect).some(
    ({ value }) => value.k === 'object' && Object.keys(value.props).some((name) => ROLE.test(name)),
  );
}

/** The rows' values that an effect writes. */
function dataOf(effect: DbEffect): { value: Abs; creates: boolean }[] {
  if (effect.args.k !== 'object') return [];
  const { data, create, update } = effect.args.props;
  const out: { value: Abs; creates: boolean }[] = [];
  const creates = effect.op.startsWith('create');
  for (const value of data?.k === 'array' ? data.items : data ? [data] : []) out.push({ value, creates });
  if (create) out.push({ value: create, creates: true });
  if (update) out.push({ value: update, creates: false });
  return out;
}

function claimedInData(
  entry: Entry,
  effect: DbEffect,
  context: ScopeContext & { schema: SchemaModel },
): ClaimedIdentity[] {
  const { schema } = context;
  if (effect.kind !== 'write' || !effect.sure || effect.unsure) return [];
  if (authorityOf(entry, effect, context).a === 'role') return [];
  const signedIn = isSignedIn(entry, effect);
  if (!signedIn && !entry.marks.password && !entry.marks.signIn) return [];
  const model = schema.modelOf(effect.model);
  if (!model) return [];
  const checks = countingChecks(effect.checks ?? [], entry.effects);
  const chosen = (value: Abs): ClientPart | undefined =>
    clientParts(entry, value).find(
      ({ leaf, source }) => source !== 'header' && source !== 'cookie' && !isShown(leaf, checks),
    );
  return dataOf(effect).flatMap(({ value, creates }) => {
    if (value.k !== 'object') return [];
    // A row that is anchored in the caller's own group may name other people and groups.
    const anchored = Object.entries(value.props).some(
      ([name, given]) =>
        (pickedBy(name, model, context)?.picks === 'owner' || isSideOfPair(name, model, schema)) &&
        isOfSession(given, checks),
    );
    const claims = Object.entries(value.props).flatMap(([name, given]): ClaimedIdentity[] => {
      const kind = kindOf(name, given, { model, creates, signedIn }, effect, entry, context);
      // Who becomes a member of the caller's group is for the caller to choose; who has written something in it is not.
      if (kind?.kind === 'data' && anchored && !isAuthorship(kind, name, model, schema)) return [];
      const part = kind && chosen(kind.value);
      if (!kind || !part) return [];
      return [
        { kind: kind.kind, effect, model, key: kind.key, owner: kind.owner, part, site: value.at?.[name] },
      ];
    });
    if (!isJoint(model, schema)) return claims;
    // Who becomes a member is for the members to choose, where the group is theirs or can't be seen; a group that anybody may name is
    // reported by its own key.
    const isOfPerson = ({ owner }: ClaimedIdentity): boolean => owner === schema.userModel?.name;
    const isOpen = Object.entries(value.props).some(
      ([name, given]) =>
        relationOfKey(model, name)?.type !== schema.userModel?.name &&
        pickedBy(name, model, context)?.picks === 'owner' &&
        openChoices(entry, given, checks).length > 0,
    );
    return isOpen && claims.every(isOfPerson) ? claims : claims.filter((claim) => !isOfPerson(claim));
  });
}

const AUTHOR = /^(author|creator|created_?by|sender|uploader|uploaded_?by)$/i;

/** Whether a key says who has written what a row holds. */
function isAuthorship(claim: Claim, name: string, model: SchemaModelNode, schema: SchemaModel): boolean {
  if (claim.owner !== schema.userModel?.name) return false;
  const relation =
    relationOfKey(model, name) ?? model.fields.find((field) => field.name === name && field.relation);
  return (
    relation !== undefined &&
    (AUTHOR.test(relation.name) || (/^user$/i.test(relation.name) && isWritten(model)))
  );
}

/** Whether a key is one of the two people whom a row joins: who of them follows whom is for the two to say. */
function isSideOfPair(name: string, model: SchemaModelNode, schema: SchemaModel): boolean {
  const people = model.fields.filter(
    (field) => field.type === schema.userModel?.name && (field.relation?.fields.length ?? 0) > 0,
  );
  const keys = people.flatMap((field) => field.relation?.fields ?? []);
  return people.length === 2 && keys.includes(name) && schema.isUnique(model.name, keys);
}

/** Whether the rows of an effect are picked by the client alone. */
function namesSomebodyElse(effect: DbEffect, entry: Entry): boolean {
  const where = effect.args.k === 'object' ? effect.args.props['where'] : undefined;
  if (!where || leaves(where).some((leaf) => leaf.k === 'session')) return false;
  return clientParts(entry, where).some(({ source }) => source !== 'header' && source !== 'cookie');
}

interface Claim {
  kind: ClaimedIdentity['kind'];
  key: string;
  owner: string | undefined;
  value: Abs;
}

function kindOf(
  name: string,
  value: Abs,
  about: { model: SchemaModelNode; creates: boolean; signedIn: boolean },
  effect: DbEffect,
  entry: Entry,
  context: ScopeContext & { schema: SchemaModel },
): Claim | undefined {
  const { schema } = context;
  const { model, creates, signedIn } = about;
  if (ROLE.test(name) && isAboutPeople(model, schema)) {
    // The role of somebody else whom the client names is `require-role`'s: an administrator may choose it.
    if (signedIn && !creates && namesSomebodyElse(effect, entry)) return undefined;
    return { kind: 'role', key: name, owner: undefined, value };
  }
  if (!signedIn) return undefined;
  // A sum that the server computes from what the client sends is no belief.
  if (creates && PRICE.test(name) && isAsSent(value) && SALE.test(model.name) && knowsPrices(schema, model))
    return { kind: 'price', key: name, owner: undefined, value };
  // Handing a row on is for whoever may change it.
  if (!creates && authorityOf(entry, effect, context).a !== 'open') return undefined;
  const connected = connectedBy(name, value, model, schema);
  const key = connected?.key ?? name;
  const picked = pickedBy(key, model, context);
  if (picked?.picks !== 'owner' || picked.owner === undefined || picked.owner === model.name)
    return undefined;
  return {
    kind: 'data',
    key: connected?.path ?? name,
    owner: picked.owner,
    value: connected?.value ?? value,
  };
}

function isAsSent(value: Abs): boolean {
  return value.k === 'param' || value.k === 'origin' || value.k === 'parsed';
}

/** `user: { connect: { id } }` as the key that it sets. */
function connectedBy(
  name: string,
  value: Abs,
  model: SchemaModelNode,
  schema: SchemaModel,
): { key: string; path: string; value: Abs } | undefined {
  if (value.k !== 'object' || !schema.relationTarget(model.name, name)) return undefined;
  const connect = value.props['connect'];
  const [key] = schema.field(model.name, name)?.relation?.fields ?? [];
  if (connect?.k !== 'object' || key === undefined) return undefined;
  const [by, id] = Object.entries(connect.props)[0] ?? [];
  return by !== undefined && id ? { key, path: `${name}.connect.${by}`, value: id } : undefined;
}

/** The people themselves, and their memberships. */
function isAboutPeople(model: SchemaModelNode, schema: SchemaModel): boolean {
  return schema.userModel?.name === model.name || isJoint(model, schema);
}

/** A model that joins a person and a group. */
function isJoint(model: SchemaModelNode, schema: SchemaModel): boolean {
  const relations = model.fields.filter((field) => (field.relation?.fields.length ?? 0) > 0);
  return isMemberLike(model.name) && relations.some((field) => field.type === schema.userModel?.name);
}

/** Whether the schema keeps prices elsewhere, so that the server needn't be told: an order of products. */
function knowsPrices(schema: SchemaModel, model: SchemaModelNode): boolean {
  return schema.models.some(
    (other) =>
      other.name !== model.name &&
      !SALE.test(other.name) &&
      other.fields.some(
        (field) => /^(unit_?)?price/i.test(field.name) && relationOfKey(other, field.name) === undefined,
      ),
  );
}
