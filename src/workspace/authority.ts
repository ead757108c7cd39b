/**
 * Whether a path may touch the rows that a query picks: the rows are bound to the session's holder, or what picks them was shown to
 * be theirs before, or (for reads) the rows are checked before anybody sees them.
 */
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { isSame } from '../base/equal.ts';
import { leaves } from './abs.ts';
import type { Abs, Check, Site } from './abs.ts';
import { clientParts } from './clientData.ts';
import type { ClientPart, ClientSubject } from './clientData.ts';
import type { Entry } from './entries.ts';
import { isOwnerKey, isOwnerModel } from './rowScope.ts';
import type { ScopeContext } from './rowScope.ts';
import type { DbEffect } from './summary.ts';

export type Authority =
  /** The `where` itself binds the rows to the session. `by` is the path of the condition. */
  | { a: 'bound'; by: string }
  /** A look-up or a comparison before it has shown that the rows are the caller's. */
  | { a: 'checked'; check: Check }
  /** A read whose row is compared with the session before it is given out or used. */
  | { a: 'checked-after'; check: Check }
  /** The caller's role was checked. */
  | { a: 'role'; roles: readonly string[] }
  /** No part of what picks the rows is the caller's choice. */
  | { a: 'server' }
  /** What picks the rows is not in sight. */
  | { a: 'hidden' }
  /** The caller picks the rows, and nothing shows that they are theirs. */
  | { a: 'open'; parts: ClientPart[] };

/**
 * By what right an entry point's access touches its rows.
 * @param effect one of the entry's effects, its arguments bound
 */
export function authorityOf(
  entry: ClientSubject & Pick<Entry, 'effects' | 'outcomes' | 'shown' | 'roles'>,
  effect: DbEffect,
  context: ScopeContext,
): Authority {
  const roles = effect.roles ?? entry.roles;
  if (roles?.length) return { a: 'role', roles };
  const model = context.schema?.modelOf(effect.model);
  const { where } = effect.args.k === 'object' ? effect.args.props : {};
  const checks = countingChecks(effect.checks ?? [], entry.effects);
  const role = fixedMembership(checks);
  if (role) return { a: 'role', roles: [role] };
  if (!where) return { a: effect.args.k === 'object' && !effect.args.open ? 'server' : 'hidden' };
  const by = boundBy(where, model, context, checks, 0);
  if (by !== undefined) return { a: 'bound', by };
  const parts = openChoices(entry, where, checks);
  if (parts.length === 0) {
    const [check] = checks;
    if (check && clientParts(entry, where).length > 0) return { a: 'checked', check };
    return { a: where.k === 'object' || clientParts(entry, where).length > 0 ? 'server' : 'hidden' };
  }
  return checkedAfter(entry, effect) ?? { a: 'open', parts };
}

/**
 * What of a value the caller chooses and nothing has shown to be theirs, also by way of a row that the caller picked:
 * `delete({ where: { id: found.id } })` is aimed by whatever found `found`.
 * @param checks those that count (`countingChecks`)
 */
export function openChoices(
  entry: ClientSubject,
  value: Abs,
  checks: readonly Check[],
  depth = 0,
): ClientPart[] {
  const own = clientParts(entry, value).filter(
    ({ leaf, source }) => source !== 'header' && source !== 'cookie' && !isShown(leaf, checks),
  );
  if (depth > 2) return own;
  const byRows = leaves(value).flatMap((leaf) => {
    if (leaf.k !== 'row' || !leaf.query?.where || isOfSession(leaf, checks)) return [];
    return boundBy(leaf.query.where, undefined, NO_SCHEMA, checks, 0) === undefined
      ? openChoices(entry, leaf.query.where, checks, depth + 1)
      : [];
  });
  return [...own, ...byRows];
}

const NO_SCHEMA: ScopeContext = { schema: undefined, ownerKeys: [] };

/**
 * Whether a value is the caller's: something of the session, of a row that the session picked out, or a choice that was shown to be theirs.
 * @param checks those that count (`countingChecks`)
 */
export function isOfSession(value: Abs, checks: readonly Check[] = [], depth = 0): boolean {
  if (depth > 4) return false;
  switch (value.k) {
    case 'session':
      return true;
    case 'param':
    case 'origin':
      return isShown(value, checks);
    case 'parsed':
      return isOfSession(value.of, checks, depth + 1);
    case 'variants':
      return value.list.some((variant) => isOfSession(variant.value, checks, depth + 1));
    case 'unknown':
      return (
        value.from?.length === 1 &&
        value.from[0] !== undefined &&
        isOfSession(value.from[0], checks, depth + 1)
      );
    case 'object': {
      const equal = value.props['equals'] ?? value.props['id'];
      return equal !== undefined && isOfSession(equal, checks, depth + 1);
    }
    case 'row': {
      const { query } = value;
      if (!query) return false;
      if (query.created) return true;
      if (checks.some((check) => check.site.file === query.file && check.site.at === query.at)) return true;
      return query.where !== undefined && carriesSession(query.where);
    }
    default:
      return false;
  }
}

function carriesSession(value: Abs): boolean {
  return leaves(value).some(
    (leaf) =>
      leaf.k === 'session' ||
      (leaf.k === 'row' &&
        leaf.query?.where !== undefined &&
        leaves(leaf.query.where).some((inner) => inner.k === 'session')),
  );
}

/** The condition by which a `where` leaves only rows of the session's holder; `OR` binds only when all its branches do. */
export function boundBy(
  where: Abs,
  model: SchemaModelNode | undefined,
  context: ScopeContext,
  checks: readonly Check[],
  depth: number,
): string | undefined {
  if (depth > 6) return undefined;
  if (where.k === 'variants') {
    const all = where.list.map((variant) => boundBy(variant.value, model, context, checks, depth + 1));
    return all.every((item) => item !== undefined) ? all[0] : undefined;
  }
  if (where.k !== 'object') return undefined;
  for (const [name, value] of Object.entries(where.props)) {
    if (where.maybe?.includes(name) || name === 'NOT' || value.k === 'undef') continue;
    if (name === 'AND' || name === 'OR') {
      const list = (value.k === 'array' ? value.items : [value]).map((part) =>
        boundBy(part, model, context, checks, depth + 1),
      );
      const found = list.find((item) => item !== undefined);
      if (
        found !== undefined &&
        (name === 'AND' || (list.every((item) => item !== undefined) && value.k === 'array' && !value.open))
      )
        return found;
      continue;
    }
    if (isOfSession(value, checks) && bindsOwner(name, value, model, context)) return name;
    if (value.k === 'object') {
      const inner = innerBound(name, value, model, context, checks, depth);
      if (inner !== undefined) return `${name}.${inner}`;
    }
  }
  return undefined;
}

/** Equality with something of the session binds by any key but the rows' own state. */
function bindsOwner(
  name: string,
  value: Abs,
  model: SchemaModelNode | undefined,
  context: ScopeContext,
): boolean {
  if (value.k === 'object') return name !== 'NOT' && (isOwnerKey(name, model, context) || name === 'id');
  return true;
}

/** A relation's filter, a compound unique key, or `{ equals }`/`{ in: [...] }`. */
function innerBound(
  name: string,
  value: Extract<Abs, { k: 'object' }>,
  model: SchemaModelNode | undefined,
  context: ScopeContext,
  checks: readonly Check[],
  depth: number,
): string | undefined {
  const target = model && context.schema?.relationTarget(model.name, name);
  const part = ['is', 'some'].map((key) => value.props[key]).find((item) => item !== undefined) ?? value;
  if ('none' in value.props || 'isNot' in value.props || 'every' in value.props) return undefined;
  const list = value.props['in'];
  if (list && isOfSession(list, checks)) return 'in';
  if (
    list?.k === 'array' &&
    list.items.length > 0 &&
    !list.open &&
    list.items.every((item) => isOfSession(item, checks))
  )
    return 'in';
  return boundBy(
    part,
    target ?? (isCompound(model, name, context.schema) ? model : undefined),
    context,
    checks,
    depth + 1,
  );
}

function isCompound(
  model: SchemaModelNode | undefined,
  name: string,
  schema: SchemaModel | undefined,
): boolean {
  return model !== undefined && schema?.uniqueKeys(model.name).some((key) => key.selector === name) === true;
}

/** Whether a check has shown that what the caller chose is theirs. */
export function isShown(leaf: Abs, checks: readonly Check[]): boolean {
  return checks.some((check) => leaves(check.where).some((other) => isSameLeaf(other, leaf)));
}

/**
 * The checks that say something about the caller: those with the session in them, and those that build on them: a document found by its
 * id and the id of a team whose member the caller is, a row whose team is looked up among the caller's.
 * @param reads accesses of the entry point, to know what picked the rows that a check is about
 */
export function countingChecks(checks: readonly Check[], reads: readonly DbEffect[] = []): Check[] {
  const counting = checks.filter(isCheckOfCaller);
  for (let before = -1; before < counting.length;) {
    before = counting.length;
    for (const check of checks)
      if (!counting.includes(check) && leaves(check.where).some((leaf) => isShownLeaf(leaf, counting)))
        counting.push(check);
    for (const check of counting)
      for (const leaf of leaves(check.where)) {
        const site = leaf.k === 'row' ? leaf.query : undefined;
        if (!site || counting.some((other) => isAt(other.site, site))) continue;
        const read = reads.find((effect) => isAt(effect, site));
        const where = read?.args.k === 'object' ? read.args.props['where'] : undefined;
        if (read && where) counting.push({ model: read.model, where, by: 'compare', site });
      }
  }
  return counting;
}

/** Something that earlier checks have shown to be the caller's. */
function isShownLeaf(leaf: Abs, counting: readonly Check[]): boolean {
  if (isChoice(leaf)) return isShown(leaf, counting);
  const { query } = leaf.k === 'row' ? leaf : {};
  return query !== undefined && counting.some((check) => isAt(check.site, query));
}

function isAt(site: Site, other: Site): boolean {
  return site.file === other.file && site.at === other.at;
}

function isChoice(leaf: Abs): boolean {
  return leaf.k === 'param' || leaf.k === 'origin';
}

/** A look-up counts when the session is part of what it looked for; a comparison when the session is what was compared with. */
export function isCheckOfCaller(check: Check): boolean {
  return carriesSession(check.where);
}

/** The same choice of the caller, or something inside it: `input` checked whole covers `input.id`. */
function isSameLeaf(a: Abs, b: Abs): boolean {
  if (a.k === 'param' && b.k === 'param') return a.fn === b.fn && a.i === b.i && isSame(a.path, b.path);
  if (a.k === 'origin' && b.k === 'origin') return a.o === b.o && isSame(a.path, b.path);
  return false;
}

/** The comparison that a read's row goes through before the entry point ends with it or goes on to write. */
function checkedAfter(
  entry: Pick<Entry, 'effects' | 'outcomes' | 'shown'>,
  effect: DbEffect,
): Authority | undefined {
  if (!effect.kind.endsWith('read')) return undefined;
  const isOfRow = (checks: readonly Check[] | undefined): Authority | undefined => {
    const check = countingChecks(checks ?? [], entry.effects).find(({ site }) => isAt(site, effect));
    return check && { a: 'checked-after', check };
  };
  const giving = entry.outcomes.filter((outcome) =>
    leaves(outcome.value).some(
      (leaf) => leaf.k === 'row' && leaf.query !== undefined && isAt(leaf.query, effect),
    ),
  );
  if (giving.length === 0) return isOfRow(entry.shown);
  // The owner gets it, and so does an administrator.
  const all = giving.map(
    ({ checks, roles }): Authority | undefined =>
      isOfRow(checks) ?? (roles?.length ? { a: 'role', roles } : undefined),
  );
  return all.every((one) => one !== undefined)
    ? (all.find((one) => one?.a === 'checked-after') ?? all[0])
    : undefined;
}

/** A look-up of the caller among the members of a fixed group, or among those with a fixed role, is a check of their role. */
function fixedMembership(checks: readonly Check[]): string | undefined {
  const found = checks.find((check) => {
    if (check.by !== 'where' || check.model === '') return false;
    const all = leaves(check.where);
    return (
      all.some((leaf) => leaf.k === 'session') &&
      all.some((leaf) => leaf.k === 'lit' && typeof leaf.v === 'string') &&
      !all.some(isChoice)
    );
  });
  return found && `listed ${found.model}`;
}

/** Whether a model's rows belong to somebody else than the public: owned, or the people themselves. */
export function isSomebodys(schema: SchemaModel, model: SchemaModelNode): boolean {
  return schema.isOwned(model.name) || isOwnerModel(schema, model);
}
