/**
 * Operations that only some of those who are signed in should be able to do, reached with no check of the caller's role: giving roles,
 * deleting people, reading everybody's rows, the settings of the application, its administration.
 */
import type { SchemaModel } from '../prisma/schema.ts';
import { leaves } from './abs.ts';
import type { Abs, Check } from './abs.ts';
import { authorityOf, countingChecks, isOfSession } from './authority.ts';
import { clientParts } from './clientData.ts';
import type { Entry } from './entries.ts';
import { isPrivate } from './guardState.ts';
import { isMadeBy, isSignedIn } from './ownerHoles.ts';
import { belongsToSomebody, givesOut, isMembership, isOwnAccess, privilege, propOf } from './privilege.ts';
import type { Privilege, PrivilegeContext } from './privilege.ts';
import { amongGuarded, groupsRows, sharedRows } from './privilegedPeers.ts';
import { isContent, isHandedOut, isSecretField } from './publicData.ts';
import { hasRoles, isBehindRole } from './roleGuards.ts';
import { LOWLY, ROLE_FIELD } from './roleNames.ts';
import { FLAG, mayTestRole } from './roleTests.ts';
import { relationOfKey, scopeOf } from './rowScope.ts';
import type { DbEffect } from './summary.ts';

const SETTINGS =
  /^(app|application|site|global|system|platform|instance|store|shop|website|server)?_?(settings?|config(uration)?s?|preferences|feature_?(flag|toggle)s?|options?)$/i;
const ADMIN_PATH = /(^|\/)app\/(.*\/)?(\(?_?(admin|administration|backoffice|superadmin)\)?)\//i;

/** The gravest privileged operation of an entry point that no check of a role comes before; undefined when there is none. */
export function unguardedPrivilege(entry: Entry, context: PrivilegeContext): Privilege | undefined {
  if (entry.roles?.length || entry.opaque) return undefined;
  const open = entry.effects.filter(
    (effect) => effect.sure && !effect.unsure && !hasRoleGuard(entry, effect, context),
  );
  const roles = hasRoles(context.view, context.file, context.schema);
  const found =
    first(open, (effect) => givenRole(entry, effect, context, roles)) ??
    first(open, (effect) => removedMember(entry, effect, context)) ??
    (roles
      ? (first(open, (effect) => deletedPerson(entry, effect, context)) ??
        first(open, (effect) => changedSettings(entry, effect, context)) ??
        administered(entry, open, context) ??
        first(open, (effect) => everybodysRows(entry, effect, context)) ??
        first(open, (effect) => sharedRows(entry, effect, context)))
      : undefined) ??
    (roles || context.schema.models.some((model) => isMembership(model, context.schema))
      ? (first(open, (effect) => groupsRows(entry, effect, context)) ??
        first(open, (effect) => everybodysRows(entry, effect, context)) ??
        amongGuarded(entry, open, context))
      : undefined);
  if (!found || mayTestRole(context.view, context.file, entry, found.effect)) return undefined;
  return found;
}

function first(
  effects: readonly DbEffect[],
  find: (effect: DbEffect) => Privilege | undefined,
): Privilege | undefined {
  for (const effect of effects) {
    const found = find(effect);
    if (found) return found;
  }
  return undefined;
}

/** A role was checked, or a look-up that names the role (or the ownership) of the caller found something. */
function hasRoleGuard(entry: Entry, effect: DbEffect, context: PrivilegeContext): boolean {
  if (effect.roles?.length) return true;
  const kind = effect.proof?.kind;
  // Who knows the secret is no person with a role.
  if (kind && kind !== 'session' && kind !== 'key') return true;
  return (
    countingChecks(effect.checks ?? [], entry.effects).some(isRightCheck) ||
    authorityOf(entry, effect, context).a === 'role'
  );
}

/** `where: { teamId, userId, role: 'OWNER' }`, `where: { id, ownerId: session.user.id }`. */
function isRightCheck(check: Check): boolean {
  const names = (value: Abs, depth: number): boolean =>
    depth < 5 &&
    value.k === 'object' &&
    Object.entries(value.props).some(
      ([name, part]) =>
        (ROLE_FIELD.test(name) && !isAnyRole(part)) ||
        FLAG.test(name) ||
        /owner|creator|created_?by|admin/i.test(name) ||
        names(part, depth + 1),
    );
  return names(check.where, 0);
}

/** `role: { in: ['ADMIN', 'MEMBER'] }`: a list that has the lowest role in it asks for none. */
function isAnyRole(value: Abs): boolean {
  return leaves(value).some((leaf) => leaf.k === 'lit' && typeof leaf.v === 'string' && LOWLY.test(leaf.v));
}

/** Whether what picks rows is the client's choice, directly or by the row that was looked up with it. */
function isPicked(entry: Entry, where: Abs | undefined, schema: SchemaModel): boolean {
  if (!where) return false;
  const isChosen = (value: Abs): boolean =>
    clientParts(entry, value).some(({ source }) => source !== 'header' && source !== 'cookie');
  if (isChosen(where)) return !namesSecret(where);
  return leaves(where).some((leaf) => {
    const model = leaf.k === 'row' ? schema.modelOf(leaf.model) : undefined;
    const by = leaf.k === 'row' ? leaf.query?.where : undefined;
    return by !== undefined && model !== undefined && !isHandedOut(model) && isChosen(by) && !namesSecret(by);
  });
}

function namesSecret(where: Abs): boolean {
  return where.k === 'object' && Object.keys(where.props).some(isSecretField);
}

function givenRole(
  entry: Entry,
  effect: DbEffect,
  context: PrivilegeContext,
  roles: boolean,
): Privilege | undefined {
  const { schema } = context;
  const model = schema.modelOf(effect.model);
  if (effect.kind !== 'write' || !model || !isSignedIn(entry, effect)) return undefined;
  const isPerson = schema.userModel?.name === model.name;
  if (!(isPerson && roles) && !isMembership(model, schema)) return undefined;
  const where = propOf(effect, 'where');
  const creates = effect.op.startsWith('create');
  const data = [
    propOf(effect, 'data'),
    propOf(effect, 'update'),
    ...(creates ? [] : [propOf(effect, 'create')]),
  ];
  for (const values of data) {
    if (values?.k !== 'object') continue;
    for (const [key, value] of Object.entries(values.props)) {
      if (!ROLE_FIELD.test(key) || value.k === 'undef') continue;
      if (creates) {
        if (isLowly(value, key) || Object.values(values.props).some((part) => isOfSession(part))) continue;
        if (!isPerson && !isChosenGroup(entry, values)) continue;
        // A membership that an invitation or its acceptance makes.
        if (leaves(value).some((leaf) => leaf.k === 'row')) continue;
      } else if (isBoundToSession(entry, effect, context) || !isPicked(entry, where, schema)) continue;
      return privilege('role', effect, model.name, key);
    }
  }
  return undefined;
}

/** Takes a person out of a group; leaving it oneself is everybody's right. */
function removedMember(entry: Entry, effect: DbEffect, context: PrivilegeContext): Privilege | undefined {
  const { schema } = context;
  const model = schema.modelOf(effect.model);
  if (!model || !effect.op.startsWith('delete') || !isMembership(model, schema)) return undefined;
  const where = propOf(effect, 'where');
  if (!isSignedIn(entry, effect) || !where || isBoundToSession(entry, effect, context)) return undefined;
  if (!isPicked(entry, where, schema)) return undefined;
  return privilege('member', effect, model.name);
}

/** A literal that everybody gets who signs up, or what the schema sets by itself. */
function isLowly(value: Abs, key: string): boolean {
  if (value.k === 'lit') return typeof value.v === 'string' ? LOWLY.test(value.v) : value.v === false;
  if (value.k === 'generated') return LOWLY.test(value.path.at(-1) ?? '');
  return value.k === 'object' && key === 'roles';
}

function isChosenGroup(entry: Entry, values: Abs): boolean {
  return clientParts(entry, values).some(({ name }) => name !== undefined && /id$|slug$/i.test(name));
}

/** Whether the row is the caller's own: a person's by any check, a membership by the caller's id and not by the group's alone. */
function isBoundToSession(entry: Entry, effect: DbEffect, context: PrivilegeContext): boolean {
  const model = context.schema.modelOf(effect.model);
  if (model && model.name === context.schema.userModel?.name) {
    const { a } = authorityOf(entry, effect, context);
    return a !== 'open' && a !== 'server';
  }
  const isSession = (value: Abs | undefined): boolean =>
    value !== undefined && leaves(value).some((leaf) => leaf.k === 'session');
  const where = propOf(effect, 'where');
  const isOther = (name: string | undefined): boolean => {
    const relation =
      model && name !== undefined
        ? (relationOfKey(model, name) ?? model.fields.find((field) => field.name === name && field.relation))
        : undefined;
    return relation !== undefined && relation.type !== context.schema.userModel?.name;
  };
  // `where: { id: mine.id }` of a membership that was looked up by the session; `mine.teamId` says which group, not who.
  return (
    isSession(where) ||
    (where !== undefined &&
      leaves(where).some(
        (leaf) =>
          leaf.k === 'row' &&
          leaf.model === effect.model &&
          !isOther(leaf.path[0]) &&
          isSession(leaf.query?.where),
      ))
  );
}

function deletedPerson(entry: Entry, effect: DbEffect, context: PrivilegeContext): Privilege | undefined {
  const { schema } = context;
  const model = schema.modelOf(effect.model);
  if (!model || schema.userModel?.name !== model.name || !effect.op.startsWith('delete')) return undefined;
  if (!isSignedIn(entry, effect)) return undefined;
  const { a } = authorityOf(entry, effect, context);
  if (a !== 'open' && !(a === 'server' && isPicked(entry, propOf(effect, 'where'), schema))) return undefined;
  return privilege('delete', effect, model.name);
}

function changedSettings(
  entry: Entry,
  effect: DbEffect,
  { schema }: PrivilegeContext,
): Privilege | undefined {
  const model = schema.modelOf(effect.model);
  if (effect.kind !== 'write' || !model || !SETTINGS.test(model.name) || !isSignedIn(entry, effect))
    return undefined;
  // The options of a poll are the poll's.
  const isPart = model.fields.some(
    (field) => !field.optional && !field.list && (field.relation?.fields.length ?? 0) > 0,
  );
  if (isPart || belongsToSomebody(schema, model)) return undefined;
  return privilege('settings', effect, model.name);
}

/** The administration's files: everything private in them is for administrators. */
function administered(
  entry: Entry,
  open: readonly DbEffect[],
  context: PrivilegeContext,
): Privilege | undefined {
  const { schema, file } = context;
  if (!ADMIN_PATH.test(file)) return undefined;
  const effect = open.find(
    (candidate) => isForAdministrators(candidate, entry, schema) && !isOwnAccess(entry, candidate, context),
  );
  if (!effect || (entry.kind !== 'page' && !isSignedIn(entry, effect))) return undefined;
  if (entry.kind === 'page' && isBehindRole(context.view, file, context.app)) return undefined;
  return privilege('admin', effect, schema.modelOf(effect.model)?.name ?? effect.op);
}

/** Pages also show what everybody may see; what a route or an action reads there is meant for administrators. */
function isForAdministrators(effect: DbEffect, entry: Entry, schema: SchemaModel): boolean {
  return entry.kind !== 'page' || effect.proof !== undefined || isPrivate(effect, schema);
}

function everybodysRows(entry: Entry, effect: DbEffect, context: PrivilegeContext): Privilege | undefined {
  const { schema } = context;
  const model = schema.modelOf(effect.model);
  if (effect.op !== 'findMany' || !model || !isSignedIn(entry, effect)) return undefined;
  const isPerson = schema.userModel?.name === model.name;
  if (
    !isPerson &&
    (!schema.isOwned(model.name) || isContent(model, schema) || isMadeBy(model, schema) || isHandedOut(model))
  )
    return undefined;
  const via = schema.ownerPath(model.name)?.via;
  if (!isPerson && via !== 'direct' && via !== 'membership') return undefined;
  const where = propOf(effect, 'where');
  const scope = scopeOf(where, model.name, context);
  if (scope.s !== 'all' && !(scope.s === 'filtered' && !scope.searchOnly)) return undefined;
  if (where && leaves(where).some((leaf) => leaf.k === 'session' || leaf.k === 'row')) return undefined;
  if (where && isPublicFilter(where, isPerson && tellsAddress(effect))) return undefined;
  if (isNarrow(effect) || !givesOut(entry, effect)) return undefined;
  return privilege('list', effect, model.name);
}

/** Conditions that pick out what is meant for everybody; the people of a role, unless their addresses are told. */
function isPublicFilter(where: Abs, hasAddresses: boolean): boolean {
  const meant = hasAddresses
    ? /public|publish|visib|listed/i
    : /public|publish|visib|approved|active|listed|role|type/i;
  return where.k === 'object' && Object.keys(where.props).some((name) => meant.test(name));
}

/** Whether people's mail addresses or telephone numbers are asked for by name. */
function tellsAddress(effect: DbEffect): boolean {
  const select = propOf(effect, 'select');
  return select?.k === 'object' && Object.keys(select.props).some((name) => /^e?-?mail|phone/i.test(name));
}

/** Names and pictures, as lists of people to choose from show them. */
function isNarrow(effect: DbEffect): boolean {
  const select = propOf(effect, 'select');
  return (
    select?.k === 'object' &&
    !select.open &&
    Object.keys(select.props).every((name) =>
      /^(id|name|first_?name|last_?name|username|user_?name|image|avatar(_?url)?|picture|slug|handle|display_?name|bio|_count)$/i.test(
        name,
      ),
    )
  );
}
