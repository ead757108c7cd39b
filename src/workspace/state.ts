/** The interpreter's state on one path through a function. */
import { isSame } from '../base/equal.ts';
import { joinAbs, leaves } from './abs.ts';
import type { Abs, Check, Condition, Proof, Site, Unless } from './abs.ts';

export interface State {
  env: Map<number, Abs>;
  proof: Proof | undefined;
  /** The proof of all paths but those that need such arguments. */
  unless: Unless | undefined;
  roles: string[] | undefined;
  checks: readonly Check[];
  /** What tests have shown about the function's own parameters. */
  given: readonly Condition[];
  /** All that any path has shown; one list for all states of a run. */
  shown: Check[];
  /** Positions of the writes that this path has (or may have) made. */
  writes: readonly number[];
  /** The interactive transaction that is open. */
  transaction: Site | undefined;
  /** For correlated alternatives: which of them are still possible. */
  live: Map<string, number[]>;
  /** Something unresolved that might be a guard was called. */
  unsure: boolean;
  /** The last thing done was to answer with an error by the response that was handed in: `res.status(401).end()`. */
  refused: boolean;
  /** The path has ended. */
  dead: boolean;
}

export function freshState(): State {
  return {
    env: new Map(),
    proof: undefined,
    unless: undefined,
    roles: undefined,
    checks: [],
    given: [],
    shown: [],
    writes: [],
    transaction: undefined,
    live: new Map(),
    unsure: false,
    refused: false,
    dead: false,
  };
}

export function cloneState(state: State): State {
  return { ...state, env: new Map(state.env), live: new Map(state.live) };
}

/** Two paths meet; the result is written into `into`. */
export function joinInto(into: State, other: State): void {
  if (other.dead) return;
  if (into.dead) {
    Object.assign(into, cloneState(other));
    return;
  }
  for (const [binding, value] of other.env) {
    const own = into.env.get(binding);
    if (own === undefined) into.env.set(binding, value);
    else if (own !== value) into.env.set(binding, joinAbs(own, value));
  }
  into.checks = jointChecks(into, other);
  into.unless = provedUnless(into, other);
  into.proof = into.proof && other.proof && (into.proof.kind === 'environment' ? other.proof : into.proof);
  into.roles = into.roles && other.roles ? [...new Set([...into.roles, ...other.roles])] : undefined;
  for (const [id, live] of into.live) {
    const theirs = other.live.get(id);
    if (theirs)
      into.live.set(
        id,
        [...new Set([...live, ...theirs])].toSorted((a, b) => a - b),
      );
    else into.live.delete(id);
  }
  if (into.given !== other.given) into.given = bothGiven(into.given, other.given);
  if (into.writes !== other.writes) into.writes = [...new Set([...into.writes, ...other.writes])];
  into.unsure ||= other.unsure;
  into.refused &&= other.refused;
}

/** What both paths have shown; `row.userId === user.id || user.role === 'ADMIN'`: who has the role needs to show nothing. */
function jointChecks(one: State, other: State): readonly Check[] {
  if (one.roles && !other.roles) return other.checks;
  if (other.roles && !one.roles) return one.checks;
  if (one.checks === other.checks) return one.checks;
  // `row.ownerId === user.id || row.members.some((member) => member.userId === user.id)`: each shows a right to the same rows.
  const shared = (checks: readonly Check[], theirs: readonly Check[]): Check[] =>
    checks.filter((check) =>
      theirs.some((their) => check === their || isSame(check, their) || isOfSameRows(check, their)),
    );
  const own = shared(one.checks, other.checks);
  return [
    ...own,
    ...shared(other.checks, one.checks).filter((check) => !own.some((kept) => isSame(kept, check))),
  ];
}

/** Two comparisons with what the same look-up has found, or two ways of showing that the same caller has a right to the same choice. */
function isOfSameRows(one: Check, other: Check): boolean {
  if (one.model === '' || other.model === '') return false;
  const theirs = leaves(other.where);
  const common = leaves(one.where).filter((leaf) => theirs.some((their) => isSame(leaf, their)));
  if (common.some((leaf) => leaf.k === 'session') || common.length > 1)
    if (common.some((leaf) => leaf.k === 'param' || leaf.k === 'origin')) return true;
  if (one.by !== 'compare' || other.by !== 'compare' || one.model !== other.model) return false;
  const [own, others] = [one.where, other.where];
  if (own.k !== 'object' || others.k !== 'object') return false;
  const keys = Object.keys(own.props).filter((key) => others.props[key]);
  return keys.length > 0 && keys.every((key) => isSame(own.props[key], others.props[key]));
}

/** What must be given for the one of two paths that has no proof. */
function provedUnless(one: State, other: State): Unless | undefined {
  if (one.proof && other.proof) return undefined;
  const { proof } = one.proof ? one : other;
  if (!proof) return one.unless && isSame(one.unless, other.unless) ? one.unless : undefined;
  const open = one.proof ? other : one;
  const when = [...open.given, ...(open.unless?.when ?? [])].slice(0, MAX_GIVEN);
  return when.length ? { proof, when } : undefined;
}

/** What two paths have both found out about their parameters. */
export function bothGiven(one: readonly Condition[], other: readonly Condition[]): readonly Condition[] {
  return one.filter((condition) => other.some((their) => isSame(condition, their)));
}

const MAX_GIVEN = 4;

/** Notes what a test has said about the function's own parameters. */
export function addGiven(state: State, conditions: readonly Condition[]): void {
  for (const condition of conditions)
    if (state.given.length < MAX_GIVEN && !state.given.some((own) => isSame(own, condition)))
      state.given = [...state.given, condition];
}

const MAX_CHECKS = 8;
const MAX_SHOWN = 24;

/** Notes what the path has just shown. */
export function addChecks(state: State, checks: readonly Check[]): void {
  const fresh: Check[] = [];
  for (const check of checks)
    if (![...state.checks, ...fresh].some((own) => own === check || isSame(own, check))) fresh.push(check);
  if (fresh.length === 0) return;
  state.checks = [...state.checks, ...fresh].slice(-MAX_CHECKS);
  noteShown(state, fresh);
}

/** Notes what some path has shown, whatever this one knows. */
export function noteShown(state: State, checks: readonly Check[]): void {
  for (const check of checks)
    if (state.shown.length < MAX_SHOWN && !state.shown.some((own) => isSame(own, check)))
      state.shown.push(check);
}
