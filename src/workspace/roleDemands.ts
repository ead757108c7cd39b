/** Helpers that are told which role or permission to demand of the caller. */
import { awaited } from './abs.ts';
import type { Abs } from './abs.ts';
import { decidesByRole, mayStop } from './roleTests.ts';
import type { Links } from './links.ts';
import type { Summary } from './summary.ts';

/** Keys and parameters under which such helpers are told: `requiredRoles`, `permission`, `minAccess`. */
const TOLD =
  /^((required|needed|min(imum)?|allowed|expected|any|all)_?(role|access|scope|privilege)s?|\w*permissions?|roles|scopes|privileges)$/i;
const MAX_TOLD = 4;

/**
 * The roles that a call demands by name: `throwIfNoPermission({ role: member.role, requiredRoles: ['owner'] })`. Which of them are asked
 * for depends on what is given, so that no single path of the helper shows it. Undefined for helpers that only answer, that write, or
 * that test no role.
 */
export function rolesDemanded(
  links: Links,
  callee: Extract<Abs, { k: 'closure' }>,
  summary: Summary,
  args: readonly Abs[],
): string[] | undefined {
  const told = [
    ...new Set(
      args.flatMap((arg, i) =>
        named(arg, TOLD.test(links.parameter(callee.file, callee.fn, i)?.name ?? ''), 0),
      ),
    ),
  ];
  if (told.length === 0 || summary.effects.some(({ kind }) => kind.endsWith('write'))) return undefined;
  if (summary.outcomes.some(({ value }) => isNo(awaited(value)))) return undefined;
  return decidesByRole(links, callee) && mayStop(links, callee) ? told.slice(0, MAX_TOLD) : undefined;
}

function named(value: Abs, isTold: boolean, depth: number): string[] {
  if (depth > 4) return [];
  switch (value.k) {
    case 'lit':
      return isTold && typeof value.v === 'string' ? [value.v] : [];
    case 'generated':
      return isTold ? value.path.slice(-1) : [];
    case 'array':
      return value.items.flatMap((item) => named(item, isTold, depth + 1));
    case 'object':
      return Object.entries(value.props).flatMap(([key, part]) =>
        named(part, isTold || TOLD.test(key), depth + 1),
      );
    default:
      return [];
  }
}

/** `false` and `null` are for the caller to look at. */
function isNo(value: Abs): boolean {
  if (value.k === 'variants') return value.list.some((variant) => isNo(variant.value));
  return value.k === 'lit' && (value.v === false || value.v === null);
}
