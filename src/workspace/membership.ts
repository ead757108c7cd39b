/** What calls on a list, or on nothing, come to: `['ADMIN'].includes(session?.user.role)`, `session?.user.email?.endsWith(domain)`. */
import type { Value } from '../facts/tsModel.ts';
import { nullishOf, truthOf } from './abs.ts';
import type { Abs, Truth } from './abs.ts';
import type { Interpreter } from './interpreter.ts';
import { look, NOTHING } from './look.ts';
import type { Assumption } from './look.ts';
import type { State } from './state.ts';

type Call = Extract<Value, { k: 'call' }>;

/** Whether a call asks if a list or a set holds something. */
export function asksMembership(call: Call): boolean {
  return call.fn.k === 'member' && /^(includes|has)$/.test(call.fn.name) && call.args.length === 1;
}

/** What the call gives under an assumption, as far as its list and what is looked for say so. */
export function membershipUnder(it: Interpreter, call: Call, state: State, assume: Assumption): Truth {
  const [sought] = call.args;
  if (!asksMembership(call) || call.fn.k !== 'member' || !sought) return 'maybe';
  const item = look(it, sought, state, assume);
  const list = look(it, call.fn.of, state, assume);
  if (nullishOf(item) === 'true') return mayHoldNothing(list) ? 'maybe' : 'false';
  if (item.k !== 'lit' || list.k !== 'array' || list.open) return 'maybe';
  if (list.items.some((one) => one.k === 'lit' && one.v === item.v)) return 'true';
  // Members of enums are names that nobody writes as an empty text.
  return list.items.every((one) => one.k === 'lit' || (one.k === 'generated' && item.v === ''))
    ? 'false'
    : 'maybe';
}

/** Lists of names hold no undefined; what a client sends may hold anything. */
function mayHoldNothing(list: Abs): boolean {
  if (list.k === 'array') return list.items.some((one) => nullishOf(one) === 'true' || mayHoldNothing(one));
  return list.k === 'param' || list.k === 'origin';
}

/** What must be in a list of names for the call to hold, where no name is empty: `role` of `['ADMIN'].includes(role ?? '')`. */
export function soughtAmongNames(it: Interpreter, call: Call, state: State): Abs | undefined {
  const [sought] = call.args;
  if (!asksMembership(call) || call.fn.k !== 'member' || !sought) return undefined;
  const list = look(it, call.fn.of, state, NOTHING);
  // A set is known by what it was made of.
  const names = list.k === 'unknown' && list.from?.length === 1 ? list.from[0] : list;
  const isOfNames =
    names?.k === 'array' && !names.open && names.items.every((item) => truthOf(item) === 'true');
  const isDefaulted =
    sought.k === 'logic' && sought.op !== '&&' && sought.right.k === 'lit' && !sought.right.v;
  return isOfNames ? look(it, isDefaulted ? sought.left : sought, state, NOTHING) : undefined;
}
