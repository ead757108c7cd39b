/** Who owns the rows of a model: the ways from it to the user model. */
import type { PrismaField } from '../facts/prismaModel.ts';
import type { SchemaModel, SchemaModelNode } from './schema.ts';

export interface OwnerPath {
  /** Relation fields from the model to the user model: `['order', 'user']`. */
  path: readonly string[];
  /** The scalar fields that hold the first relation's key (`['orderId']`); empty when the first step is a list of members. */
  keys: readonly string[];
  /** `membership`: one step goes over a list (`team.members`, `users`), so that several people own a row. */
  via: 'direct' | 'parent' | 'membership';
  /** Where the way to the user crosses a membership: the model whose members own the rows (`Team`). */
  group?: string;
}

/** Names of relations that say who made or owns a row, best first; every other name comes after. */
const ownerNames = ['user', 'owner', 'author', 'customer', 'account', 'createdBy', 'creator', 'member'];
const memberListNames =
  /^(members?|memberships?|users|owners|admins|collaborators|participants|staff|employees)$/i;
const longestPath = 6;

/**
 * The ways from a model to the user model over required relations, a membership list allowed where the group model has
 * one: best first. A membership is a list of a model that requires both the group and the user (`Membership { user, team }`), or
 * a list of users under a name for members.
 */
export function ownerPaths(schema: SchemaModel, name: string): OwnerPath[] {
  const user = schema.userModel;
  const start = schema.model(name);
  if (!user || !start || start.name === user.name || start.kind === 'type') return [];
  const found: OwnerPath[] = [];
  const visited = new Set([start.name]);
  let level: { model: SchemaModelNode; path: PrismaField[] }[] = [{ model: start, path: [] }];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { model, path } of level) {
      for (const field of requiredRelations(schema, model)) {
        if (field.type === user.name)
          found.push(pathOf([...path, field], path.length === 0 ? 'direct' : 'parent'));
        else {
          const target = schema.model(field.type);
          if (!target || visited.has(target.name) || path.length + 1 >= longestPath) continue;
          visited.add(target.name);
          next.push({ model: target, path: [...path, field] });
        }
      }
      for (const steps of memberships(schema, model, user.name))
        found.push({ ...pathOf([...path, ...steps], 'membership'), group: model.name });
    }
    level = next;
  }
  return found.toSorted((a, b) => rank(a) - rank(b));
}

function requiredRelations(schema: SchemaModel, model: SchemaModelNode): PrismaField[] {
  return model.fields.filter(
    (field) =>
      !field.list && !field.optional && (field.relation?.fields.length ?? 0) > 0 && schema.isRelation(field),
  );
}

/** The list fields of a group model that lead to its people: `[members, user]` or `[users]`. */
function memberships(schema: SchemaModel, group: SchemaModelNode, user: string): PrismaField[][] {
  const out: PrismaField[][] = [];
  for (const field of group.fields) {
    if (!field.list || !schema.isRelation(field)) continue;
    if (field.type === user) {
      if (memberListNames.test(field.name)) out.push([field]);
      continue;
    }
    const joint = schema.model(field.type);
    if (!joint || joint.name === group.name) continue;
    const required = requiredRelations(schema, joint);
    const toUser = required.find((candidate) => candidate.type === user);
    const toGroup = required.find((candidate) => candidate.type === group.name);
    if (toUser && toGroup && isJoint(schema, joint, toUser, toGroup)) out.push([field, toUser]);
  }
  return out;
}

/**
 * A membership: called one, or unique per person and group with a right in it. What else there is once per person and thing (a
 * purchase, the progress in a video, a certificate, a visit) says what somebody has done with it, and makes nobody its owner.
 */
function isJoint(
  schema: SchemaModel,
  joint: SchemaModelNode,
  toUser: PrismaField,
  toGroup: PrismaField,
): boolean {
  if (isAskedOnly(joint.name)) return false;
  if (isMemberLike(joint.name)) return true;
  const keys = [...(toUser.relation?.fields ?? []), ...(toGroup.relation?.fields ?? [])];
  const isPerPair = schema
    .uniqueKeys(joint.name)
    .some((key) => key.fields.length === keys.length && keys.every((column) => key.fields.includes(column)));
  return isPerPair && joint.fields.some((field) => RIGHT.test(field.name));
}

/** Columns that say what a member may do. */
const RIGHT =
  /^\w*([rR]ole|[pP]ermission|[aA]ccess(_?[lL]evel)?)s?$|^is_?([aA]dmin|[oO]wner|[mM]oderator|[sS]taff)$|^can[A-Z_]/;
const GROUP =
  'team|org|organi[sz]ation|workspace|tenant|project|company|companie|space|group|room|channel|chat|conversation|board|collection|club|communit(?:y|ie)|folder|household|department|committee|business|businesse|agency|agencie|store|shop|partner|site|account';
const MEMBER = new RegExp(
  `member|collaborator|participant|(employee|staff|moderator|contributor|maintainer|teammate|access)s?$|(${GROUP})s?_?users?$|^users?_?(to|on|in|of|and)?_?(${GROUP})s?$`,
  'i',
);

/** Whether a model's name says that its rows are people's places in a group: `TeamMember`, `UserToOrg`, `ProjectUsers`. */
export function isMemberLike(name: string): boolean {
  return MEMBER.test(name);
}

/** Whether somebody only wants in, or is wanted: `MembershipRequest`, `MemberInvite`. */
function isAskedOnly(name: string): boolean {
  return /request|invit|application/i.test(name);
}

function pathOf(fields: readonly PrismaField[], via: OwnerPath['via']): OwnerPath {
  return { path: fields.map((field) => field.name), keys: fields[0]?.relation?.fields ?? [], via };
}

function rank(path: OwnerPath): number {
  const byVia = { direct: 0, parent: 1000, membership: 2000 }[path.via];
  const position = ownerNames.indexOf(path.path.at(-1) ?? '');
  return byVia + path.path.length * 50 + (position < 0 ? ownerNames.length : position);
}
