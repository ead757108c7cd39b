/** Roles that a look-up demands: `prisma.membership.findUnique({ where: { userId, teamId, role: { in: ['ADMIN'] } } })`. */
import { leaves } from './abs.ts';
import type { Abs } from './abs.ts';
import { rowOf } from './ownerChecks.ts';
import { LOWLY, ROLE_FIELD } from './roleNames.ts';

const MAX_DEPTH = 6;
/** Operators under which a condition need not hold. */
const LOOSE = /^(OR|NOT|none|every|isNot)$/;

/** The roles that the caller has where a row was found: its `where` names them beside what it takes from the session. */
export function rolesOfRow(value: Abs): string[] | undefined {
  const row = rowOf(value);
  if (row?.path.length !== 0) return undefined;
  return row.query?.roles ?? (row.query?.where && rolesAsked(row.query.where));
}

/** The roles that a `where` names beside what it takes from the session; undefined when all members of a group may be found. */
export function rolesAsked(where: Abs): string[] | undefined {
  return demanded(where, 0);
}

function demanded(where: Abs, depth: number): string[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (where.k === 'array') return firstOf(where.items, depth);
  if (where.k !== 'object') return undefined;
  const conditions = Object.entries(where.props).filter(
    ([name]) => !LOOSE.test(name) && !where.maybe?.includes(name),
  );
  if (conditions.some(([name, part]) => !ROLE_FIELD.test(name) && isOfSession(part)))
    for (const [name, part] of conditions) {
      const roles = ROLE_FIELD.test(name) ? namesIn(part) : undefined;
      // Where everybody in a group may be found, being found is no role.
      if (roles) return roles.some((role) => LOWLY.test(role)) ? undefined : roles;
    }
  return firstOf(
    conditions.map(([, part]) => part),
    depth,
  );
}

function firstOf(parts: readonly Abs[], depth: number): string[] | undefined {
  for (const part of parts) {
    const roles = demanded(part, depth + 1);
    if (roles) return roles;
  }
  return undefined;
}

function isOfSession(value: Abs): boolean {
  return leaves(value).some(({ k }) => k === 'session');
}

/** `'ADMIN'`, `Role.ADMIN`, `{ in: ['ADMIN', 'OWNER'] }`, `{ equals: 'ADMIN' }`. */
function namesIn(value: Abs): string[] | undefined {
  if (value.k === 'lit' && typeof value.v === 'string') return [value.v];
  if (value.k === 'generated') return value.path.slice(-1);
  if (value.k === 'array' && !value.open) {
    const names = value.items.map(namesIn);
    return names.length > 0 && names.every((name) => name !== undefined) ? names.flat() : undefined;
  }
  if (value.k !== 'object') return undefined;
  const asked = value.props['in'] ?? value.props['equals'] ?? value.props['has'];
  return asked && namesIn(asked);
}
