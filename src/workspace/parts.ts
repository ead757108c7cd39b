/** Small pieces that the interpreter, its calls and its conditions share. */
import type { Abs, Check, EvidenceStep, Variant } from './abs.ts';
import { leaves, sameAbs, UNKNOWN } from './abs.ts';
import { isSame } from '../base/equal.ts';
import { addChecks, addGiven } from './state.ts';
import type { State } from './state.ts';

/** Proof and roles that all alternatives share pass to the path. */
export function takeProof(list: readonly Variant[], state: State, step?: EvidenceStep): void {
  const proofs = list.map((variant) => variant.proof);
  // What is skipped outside of production says less than what is checked in it.
  const first = proofs.find((proof) => proof?.kind !== 'environment') ?? proofs[0];
  if (first && proofs.every(Boolean) && !state.proof)
    state.proof = step ? { ...first, steps: [...first.steps, step].slice(-6) } : first;
  const [unless, ...others] = list.flatMap((variant) => (variant.proof ? [] : [variant.unless]));
  if (unless && !state.proof && others.every((their) => isSame(their, unless))) state.unless ??= unless;
  const roles = list.map((variant) => variant.roles);
  if (roles.length > 0 && roles.every(Boolean))
    state.roles ??= [...new Set(roles.flatMap((some) => some ?? []))];
  const [one, ...rest] = list;
  if (one?.when)
    addGiven(
      state,
      one.when.filter((condition) =>
        rest.every((variant) => variant.when?.some((their) => isSame(their, condition))),
      ),
    );
  addChecks(
    state,
    list
      .flatMap(({ checks }) => checks ?? [])
      .filter((check) =>
        list.every(
          (variant) =>
            variant.checks?.some((their) => isSame(their, check)) || isKeptUnder(variant.value, check),
        ),
      ),
  );
}

/**
 * What a cache gave under a key of the same values as a look-up: `await redis.get(`${userId}:${teamId}`)` beside
 * `findUnique({ where: { userId, teamId } })`.
 */
function isKeptUnder(value: Abs, check: Check): boolean {
  if (value.k !== 'unknown' && value.k !== 'made') return false;
  const asked = leaves(check.where).filter(({ k }) => k === 'param' || k === 'origin' || k === 'session');
  const kept = leaves(value);
  return asked.length > 1 && asked.every((leaf) => kept.some((other) => sameAbs(other, leaf)));
}

/** Something made of these parts: unknown, but carrying where they come from. */
export function fromParts(parts: readonly Abs[]): Abs {
  const from = parts.filter(
    (part) => part.k !== 'lit' && part.k !== 'undef' && !(part.k === 'unknown' && !part.from),
  );
  return from.length ? { k: 'unknown', from: from.slice(0, 6) } : UNKNOWN;
}

/** Declared types that make a parameter or a field a Prisma client. */
export function isClientType(type: string): boolean {
  return /\bPrismaClient\b|\bTransactionClient\b|^typeof (prisma|db)$/.test(type);
}

/** `process.env.X` of a variable that is not public. */
export function isEnvironment(value: Abs): boolean {
  if (value.k === 'global')
    return (
      value.path[0] === 'process' &&
      value.path[1] === 'env' &&
      !/^(NODE_ENV|NEXT_PUBLIC_)/.test(value.path[2] ?? '')
    );
  return value.k === 'made' && value.spec.startsWith('@t3-oss/env') && value.path.length > 0;
}

/** Made of a variable of the environment: a list split from its text, with another where it isn't set. */
export function isOfEnvironment(value: Abs): boolean {
  if (value.k === 'unknown') return value.from?.some(isOfEnvironment) === true;
  if (value.k === 'variants') return value.list.some((variant) => isOfEnvironment(variant.value));
  return isEnvironment(value.k === 'parsed' ? value.of : value);
}
