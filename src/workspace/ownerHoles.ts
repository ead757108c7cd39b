/**
 * Accesses of somebody's rows that a signed-in caller picks freely: the holes that `owner-filter` (rows by their own ids) and
 * `no-client-identity` (rows by the id of a person or a group) report, each once.
 */
import type { PrismaField } from '../facts/prismaModel.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { leaves } from './abs.ts';
import type { Abs, Check } from './abs.ts';
import { authorityOf, countingChecks, isSomebodys, openChoices } from './authority.ts';
import type { ClientPart } from './clientData.ts';
import type { Entry } from './entries.ts';
import { isHandedOut, isSecretField } from './publicData.ts';
import { isOwnerModel, isPartOf, relationOfKey } from './rowScope.ts';
import type { ScopeContext } from './rowScope.ts';
import { isSlight } from './slightWrites.ts';
import type { DbEffect } from './summary.ts';

/** A condition whose value the caller chooses. */
export interface PickingKey {
  /** Path of the condition: `id`, `post.id`. */
  name: string;
  /** `row`: names rows; `owner`: names the person or group whose rows they are. */
  picks: 'row' | 'owner';
  /** The model that the owner key names, for `owner`. */
  owner?: string;
  part: ClientPart;
}

export interface OwnerHole {
  effect: DbEffect;
  model: SchemaModelNode;
  keys: PickingKey[];
}

/** Whether a session (or an API key that stands for one) was proved before an effect. */
export function isSignedIn(entry: Entry, effect: DbEffect): boolean {
  const kind = (effect.proof ?? entry.wrapperProof)?.kind;
  return kind === 'session' || kind === 'key';
}

/** The accesses of an entry point that a signed-in caller may aim at other people's rows. */
export function ownerHoles(entry: Entry, context: ScopeContext & { schema: SchemaModel }): OwnerHole[] {
  const out: OwnerHole[] = [];
  for (const effect of entry.effects) {
    if (!effect.sure || effect.unsure || effect.kind.startsWith('raw') || !isSignedIn(entry, effect))
      continue;
    const model = context.schema.modelOf(effect.model);
    if (
      !model ||
      !isSomebodys(context.schema, model) ||
      (isHandedOut(model) && !isOwnerModel(context.schema, model))
    )
      continue;
    const { where, select } = effect.args.k === 'object' ? effect.args.props : {};
    if (select && asksForKeysOnly(select, model, context.schema)) continue;
    if (!where || effect.op === 'create' || effect.op.startsWith('createMany') || isSlight(effect)) continue;
    if (authorityOf(entry, effect, context).a !== 'open') continue;
    const keys = pickingKeys(
      entry,
      where,
      model,
      context,
      countingChecks(effect.checks ?? [], entry.effects),
    );
    if (keys.length > 0 && !keys.some(({ name }) => isSecretField(name.split('.').at(-1) ?? '')))
      out.push({ effect, model, keys });
  }
  return out;
}

/** Whether the row gets out: an outcome carries it, or the entry renders a page. */
export function givesOut(entry: Entry, effect: DbEffect): boolean {
  if (entry.kind === 'page') return true;
  return entry.outcomes.some(({ value }) =>
    leaves(value).some(
      (leaf) => leaf.k === 'row' && leaf.query?.file === effect.file && leaf.query.at === effect.at,
    ),
  );
}

/** `select: { id: true }`: whether something exists, and no more. */
function asksForKeysOnly(select: Abs, model: SchemaModelNode, schema: SchemaModel): boolean {
  if (select.k !== 'object' || select.open) return false;
  const keys = new Set(schema.uniqueKeys(model.name).flatMap(({ fields }) => fields));
  return Object.keys(select.props).every((name) => keys.has(name));
}

/** Conditions by which the caller picks rows, or people. States, searches and ranges pick nothing. */
export function pickingKeys(
  entry: Entry,
  where: Abs,
  model: SchemaModelNode,
  context: ScopeContext & { schema: SchemaModel },
  checks: readonly Check[],
): PickingKey[] {
  const out: PickingKey[] = [];
  const partOf = (value: Abs): ClientPart | undefined => openChoices(entry, value, checks)[0];
  const walk = (value: Abs, node: SchemaModelNode, path: string, depth: number): void => {
    if (depth > 5) return;
    if (value.k === 'variants') {
      for (const variant of value.list) walk(variant.value, node, path, depth + 1);
      return;
    }
    if (value.k !== 'object') return;
    for (const [name, condition] of Object.entries(value.props)) {
      if (name === 'NOT') continue;
      if (name === 'AND' || name === 'OR') {
        for (const part of condition.k === 'array' ? condition.items : [condition])
          walk(part, node, path, depth + 1);
        continue;
      }
      const target = context.schema.relationTarget(node.name, name);
      if (target && condition.k === 'object') {
        const inner = condition.props['is'] ?? condition.props['some'] ?? condition;
        if (!('none' in condition.props || 'isNot' in condition.props || 'every' in condition.props))
          walk(inner, target, `${path}${name}.`, depth + 1);
        continue;
      }
      if (
        context.schema.uniqueKeys(node.name).some((key) => key.selector === name && key.fields.length > 1)
      ) {
        walk(condition, node, path, depth + 1);
        continue;
      }
      const part = partOf(demanded(condition));
      const picked = part && pickedBy(name, node, context);
      if (part && picked) out.push({ name: path + name, part, ...picked });
    }
  };
  walk(where, model, '', 0);
  return out;
}

/** The value that a condition demands: `x`, `{ equals: x }`, `{ in: x }`; nothing for patterns and ranges. */
function demanded(condition: Abs): Abs {
  if (condition.k !== 'object') return condition;
  return condition.props['equals'] ?? condition.props['in'] ?? { k: 'unknown' };
}

/** What a field names. */
export function pickedBy(
  name: string,
  node: SchemaModelNode,
  context: ScopeContext & { schema: SchemaModel },
): Pick<PickingKey, 'picks' | 'owner'> | undefined {
  const { schema } = context;
  const relation = relationOfKey(node, name);
  const target = relation && schema.model(relation.type);
  if (relation && target && isOwnerModel(schema, target))
    return isIdentityRelation(relation, node, schema) ? { picks: 'owner', owner: target.name } : undefined;
  if (context.ownerKeys.includes(name)) return { picks: 'owner', owner: name };
  if (schema.userModel?.name === node.name)
    return schema.isUnique(node.name, [name]) ? { picks: 'owner', owner: node.name } : undefined;
  if (relation) return isPartOf(schema, node, name) || target ? { picks: 'row' } : undefined;
  if (isGroup(schema, node) && schema.isUnique(node.name, [name]))
    return { picks: 'owner', owner: node.name };
  return schema.uniqueKeys(node.name).some((key) => key.fields.includes(name)) ? { picks: 'row' } : undefined;
}

function isGroup(schema: SchemaModel, node: SchemaModelNode): boolean {
  return isOwnerModel(schema, node) && schema.userModel?.name !== node.name;
}

/** Relations that say whose a row is; a row's assignee, recipient or reviewer is chosen by whoever makes it. */
const IDENTITY_RELATION =
  /^(user|owner|author|customer|account|creator|created_?by|sender|follower|uploader|uploaded_?by|buyer|member|tenant|org|organi[sz]ation|team|workspace|company)$/i;

/** Whether a relation to a person or a group names the row's owner. */
export function isIdentityRelation(
  relation: PrismaField,
  node: SchemaModelNode,
  schema: SchemaModel,
): boolean {
  if (IDENTITY_RELATION.test(relation.name)) return true;
  const target = schema.model(relation.type);
  if (!target || schema.userModel?.name === target.name) return false;
  // The one relation to a group, whatever its name.
  return (
    node.fields.filter((field) => field.type === target.name && (field.relation?.fields.length ?? 0) > 0)
      .length === 1
  );
}

/** Whether an owner relation says who made a row rather than whose it is: in staff applications everybody works on everything. */
export function isMadeBy(model: SchemaModelNode, schema: SchemaModel): boolean {
  const path = schema.ownerPath(model.name);
  const last = path?.path.at(-1) ?? '';
  return /creat|upload|updat|assign|approv|review|record|handled|issued|process/i.test(last);
}
