/** Operations that others like them ask a role for: the same rows elsewhere, the same file. */
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import type { Abs } from './abs.ts';
import { authorityOf, countingChecks, isOfSession } from './authority.ts';
import type { Entry } from './entries.ts';
import { isPrivate } from './guardState.ts';
import { isSignedIn } from './ownerHoles.ts';
import { belongsToSomebody, givesOut, isOwnAccess, privilege, propOf } from './privilege.ts';
import type { Privilege, PrivilegeContext } from './privilege.ts';
import { isHandedOut } from './publicData.ts';
import { guardedPeer, guardedSiblings, guardedWriter } from './roleGuards.ts';
import { isOwnerModel, relationOfKey } from './rowScope.ts';
import type { DbEffect } from './summary.ts';
/** A row of nobody, whose model another entry point changes for some roles only. */
export function sharedRows(entry: Entry, effect: DbEffect, context: PrivilegeContext): Privilege | undefined {
  const { schema, view, file } = context;
  const model = schema.modelOf(effect.model);
  if (effect.kind !== 'write' || !model || !isSignedIn(entry, effect)) return undefined;
  if (belongsToSomebody(schema, model) || schema.userModel?.name === model.name || isHandedOut(model))
    return undefined;
  if (isOwnBusiness(entry, effect, context)) return undefined;
  const other = guardedWriter(view, file, effect.model);
  if (!other) return undefined;
  return { ...privilege('shared', effect, model.name), roles: other.roles, other };
}

/** A row of a group, whose model all others that write it change for some of the members only. */
export function groupsRows(entry: Entry, effect: DbEffect, context: PrivilegeContext): Privilege | undefined {
  const { schema, view, file } = context;
  const model = schema.modelOf(effect.model);
  if (effect.kind !== 'write' || !model || !isSignedIn(entry, effect) || !isGroups(model, schema))
    return undefined;
  const isOwn = (other: Entry, write: DbEffect): boolean => isOwnBusiness(other, write, context);
  if (isOwn(entry, effect)) return undefined;
  const other = guardedPeer(view, file, effect, isOwn);
  return other && { ...privilege('group', effect, model.name), roles: other.roles, other };
}

/** A group, or something that belongs to one. */
function isGroups(model: SchemaModelNode, schema: SchemaModel): boolean {
  if (schema.userModel?.name === model.name) return false;
  return schema.ownerPath(model.name)?.via === 'membership' || isOwnerModel(schema, model);
}

/** Founding a group, and what is done with rows that name the caller. */
function isOwnBusiness(entry: Entry, effect: DbEffect, context: PrivilegeContext): boolean {
  const { schema } = context;
  const model = schema.modelOf(effect.model);
  if (!model) return true;
  if (effect.op.startsWith('create')) return isOwnerModel(schema, model);
  // Whoever has an invitation may take it up.
  if (isHandedOut(model) && authorityOf(entry, effect, context).a === 'open') return true;
  const namesCaller = (where: Abs | undefined): boolean =>
    where?.k === 'object' &&
    Object.entries(where.props).some(
      ([name, value]) => relationOfKey(model, name)?.type === schema.userModel?.name && isOfSession(value),
    );
  return (
    namesCaller(propOf(effect, 'where')) ||
    countingChecks(effect.checks ?? [], entry.effects).some(
      (check) => check.model === effect.model && namesCaller(check.where),
    )
  );
}

/** The one entry point of a file that lets in whoever is signed in, where all others ask for a role. */
export function amongGuarded(
  entry: Entry,
  open: readonly DbEffect[],
  context: PrivilegeContext,
): Privilege | undefined {
  const { schema, view, file } = context;
  if (open.length !== entry.effects.length || entry.kind === 'page') return undefined;
  const effect = open.find(
    (candidate) =>
      isSignedIn(entry, candidate) &&
      isPrivate(candidate, schema) &&
      (candidate.kind.endsWith('write') || givesOut(entry, candidate)) &&
      !isOwnAccess(entry, candidate, context),
  );
  const other = effect && guardedSiblings(view, file, entry);
  if (!effect || !other) return undefined;
  const model = schema.modelOf(effect.model)?.name ?? effect.op;
  return { ...privilege('sibling', effect, model), roles: other.roles, other };
}
