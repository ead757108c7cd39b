/** Looks at expressions that have been evaluated before, without running anything again. */
import type { Value } from '../facts/tsModel.ts';
import { awaited, memberOf, nullishOf, truthOf, UNDEF, UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';
import type { Interpreter } from './interpreter.ts';
import type { State } from './state.ts';

/** Alternatives assumed while a condition is looked at again: id of the alternatives → the one that holds. */
export type Assumption = ReadonlyMap<string, number>;
export const NOTHING: Assumption = new Map();

/** Looks at an expression again, without effects, under an assumption. */
export function look(it: Interpreter, value: Value, state: State, assume: Assumption): Abs {
  const pick = (abs: Abs): Abs => {
    if (abs.k !== 'variants') return abs;
    const i = assume.get(abs.id);
    if (i === undefined) return it.narrow(abs, state);
    return abs.list.find((variant) => variant.i === i)?.value ?? UNKNOWN;
  };
  switch (value.k) {
    case 'lit':
      return { k: 'lit', v: value.v };
    case 'ref': {
      if (value.b < 0) return value.name === 'undefined' ? UNDEF : { k: 'global', path: [value.name] };
      const own = state.env.get(value.b);
      return pick(own ?? it.reference(value.b, value.name, state));
    }
    case 'member':
      return pick(it.member(look(it, value.of, state, assume), value.name));
    case 'index': {
      const key = look(it, value.key, state, assume);
      // `RANK[session?.user.role]` of no session.
      if (key.k === 'undef' && assume.size > 0) return UNDEF;
      return key.k === 'lit' ? memberOf(look(it, value.of, state, assume), String(keyOf(value))) : UNKNOWN;
    }
    case 'call':
      // `session?.user.email?.endsWith(domain)` of no session.
      if (assume.size > 0 && value.fn.k === 'member' && look(it, value.fn.of, state, assume).k === 'undef')
        return UNDEF;
      return pick(it.callResults.get(value.at) ?? UNKNOWN);
    case 'new':
      return pick(it.callResults.get(value.at) ?? UNKNOWN);
    case 'await':
      return pick(awaited(look(it, value.of, state, assume)));
    case 'assign':
      return look(it, value.value, state, assume);
    case 'object':
      return { k: 'object', props: {}, open: true };
    case 'array':
      return {
        k: 'array',
        items: value.items.map((item) => look(it, item, state, assume)),
        open: value.items.some((item) => item.k === 'spread'),
      };
    case 'logic': {
      const left = look(it, value.left, state, assume);
      const right = (): Abs => look(it, value.right, state, assume);
      const decided = value.op === '??' ? nullishOf(left) : truthOf(left);
      if (decided === 'maybe') return UNKNOWN;
      const takeRight = value.op === '||' ? decided === 'false' : decided === 'true';
      return takeRight ? right() : left;
    }
    case 'function':
      return { k: 'closure', file: it.file, fn: value.fn };
    default:
      return UNKNOWN;
  }
}

function keyOf(value: Extract<Value, { k: 'index' }>): string | number {
  return value.key.k === 'lit' && value.key.v !== null ? String(value.key.v) : '';
}
