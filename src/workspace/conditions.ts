/**
 * What a function finds out about its own parameters: `if (!user) throw` in a helper shows nothing by itself, and all there is to show
 * for a call that hands a session in.
 */
import { nullishOf, truthOf, typeOf } from './abs.ts';
import type { Abs, Check, Condition, Proof, Site, Truth, Unless, Variant } from './abs.ts';
import { addGiven } from './state.ts';
import type { State } from './state.ts';

/** Notes what a test of a parameter says for the rest of the path. */
export function noteCondition(
  value: Abs,
  condition: Omit<Condition, 'of'>,
  state: State,
  root: string,
): void {
  if (value.k === 'param' && value.fn === root) addGiven(state, [{ of: value, ...condition }]);
}

/** Notes what a comparison of a parameter with a constant, or with something that is there, says. */
export function noteEquality(
  [value, other]: readonly [Abs, Abs],
  about: { loose: boolean; equal: boolean },
  state: State,
  root: string,
): void {
  const { loose, equal: holds } = about;
  if (nullishOf(other) === 'true')
    noteCondition(
      value,
      { is: loose ? 'nullish' : other.k === 'undef' ? 'undefined' : 'null', holds },
      state,
      root,
    );
  else if (other.k === 'lit' && other.v !== null)
    noteCondition(value, { is: 'equal', to: other.v, holds }, state, root);
  else if (holds && truthOf(other) === 'true') noteCondition(value, { is: 'truthy', holds }, state, root);
}

/** What holds at a call when conditions on its arguments do. */
export interface Met {
  proof?: Proof;
  roles?: string[];
  checks: readonly Check[];
  /** What remains: conditions on the parameters of the function that calls. */
  when: Condition[];
}

export interface CallArguments {
  bind: (value: Abs) => Abs;
  /** The same for what comes out: what a callback has given where the callee hands that on. */
  returned: (value: Abs) => Abs;
  /** Keeps the alternatives that are still possible at the call. */
  narrow: (value: Abs) => Abs;
  count: number;
  /** Roles that the callee names by its parameters, as the caller names them: `requireRole('ADMIN')`. */
  roles: (named: string[] | undefined) => string[] | undefined;
  site: Site;
  name: string;
}

const NOTHING: Met = { checks: [], when: [] };

/** A proof that holds for a call because its arguments rule out all paths without it, or what they leave open. */
export function provedBy(
  unless: Unless | undefined,
  call: CallArguments,
): { proof?: Proof; unless?: Unless } {
  if (!unless) return {};
  const met = metBy(unless.when, call);
  if (!met) return { proof: unless.proof };
  return met.when.length ? { unless: { proof: unless.proof, when: met.when } } : {};
}

/** What conditions come to for a call's arguments; undefined when the arguments rule them out. */
export function metBy(when: readonly Condition[] | undefined, call: CallArguments): Met | undefined {
  if (!when?.length) return NOTHING;
  const met: { proof?: Proof; roles?: string[]; checks: Check[]; when: Condition[] } = {
    checks: [],
    when: [],
  };
  for (const condition of when) {
    // What is left out may come in by a spread, or by whoever calls a callback.
    if (condition.of.i >= call.count) continue;
    const value = call.narrow(call.bind(condition.of));
    if (value.k === 'param') met.when.push({ ...condition, of: value });
    const all: readonly Variant[] = value.k === 'variants' ? value.list : [{ i: 0, value }];
    const kept = all.filter((variant) => mayHold(variant.value, condition));
    const [first] = kept;
    if (!first) return undefined;
    if (first.proof && kept.every((variant) => variant.proof))
      met.proof ??= {
        kind: first.proof.kind,
        steps: [...first.proof.steps, { ...call.site, note: `${call.name}() stops without it` }].slice(-6),
      };
    if (first.roles && kept.every((variant) => variant.roles))
      met.roles ??= [...new Set(kept.flatMap((variant) => variant.roles ?? []))];
    if (kept.length === 1 && first.checks) met.checks.push(...first.checks);
  }
  return met;
}

function mayHold(value: Abs, condition: Condition): boolean {
  const verdict = holdsFor(value, condition);
  return verdict === 'maybe' || (verdict === 'true') === condition.holds;
}

function holdsFor(value: Abs, { is, to }: Condition): Truth {
  if (is === 'truthy') return truthOf(value);
  if (is === 'typeof' || is === 'equal') {
    const known = is === 'typeof' ? typeOf(value) : constantOf(value);
    return known === undefined ? 'maybe' : known === to ? 'true' : 'false';
  }
  const nullish = nullishOf(value);
  if (is === 'nullish' || nullish !== 'true') return nullish;
  return (value.k === 'undef') === (is === 'undefined') ? 'true' : 'false';
}

/** A constant, or something that is none and so equals none. */
function constantOf(value: Abs): string | number | boolean | null | undefined {
  if (value.k === 'lit') return value.v;
  return value.k === 'undef' || value.k === 'closure' || value.k === 'object' || value.k === 'array'
    ? null
    : undefined;
}
