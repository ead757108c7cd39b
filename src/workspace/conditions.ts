/**
 * What a function finds out about its own parameters: `if (!user) throw` in a helper shows nothing by itself, and all there is to show
 * for a call that hands a session in.
 */
import { nullishOf, truthOf } from './abs.ts';
import type { Abs, Check, Condition, Proof, Site, Truth, Variant } from './abs.ts';
import { addGiven } from './state.ts';
import type { State } from './state.ts';

/** Notes what a test of a parameter says for the rest of the path. */
export function noteCondition(
  value: Abs,
  is: Condition['is'],
  holds: boolean,
  state: State,
  root: string,
): void {
  if (value.k === 'param' && value.fn === root) addGiven(state, [{ of: value, is, holds }]);
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
  /** Keeps the alternatives that are still possible at the call. */
  narrow: (value: Abs) => Abs;
  count: number;
  site: Site;
  name: string;
}

const NOTHING: Met = { checks: [], when: [] };

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

function mayHold(value: Abs, { is, holds }: Condition): boolean {
  const verdict = holdsFor(value, is);
  return verdict === 'maybe' || (verdict === 'true') === holds;
}

function holdsFor(value: Abs, is: Condition['is']): Truth {
  if (is === 'truthy') return truthOf(value);
  const nullish = nullishOf(value);
  if (is === 'nullish' || nullish !== 'true') return nullish;
  return (value.k === 'undef') === (is === 'undefined') ? 'true' : 'false';
}
