/** Whether a test holds under an assumption: comparisons, and what stands for them. */
import type { Value } from '../facts/tsModel.ts';
import { isResponse, leaves, nullishOf, truthOf, typeOf } from './abs.ts';
import type { Abs, Truth } from './abs.ts';
import type { Interpreter } from './interpreter.ts';
import { look } from './look.ts';
import type { Assumption } from './look.ts';
import { membershipUnder } from './membership.ts';
import { isOfEnvironment } from './parts.ts';
import type { State } from './state.ts';

function invert(truth: Truth): Truth {
  return truth === 'maybe' ? 'maybe' : truth === 'true' ? 'false' : 'true';
}

/** Whether an expression is truthy under an assumption. */
export function truthUnder(it: Interpreter, test: Value, state: State, assume: Assumption): Truth {
  if (test.k === 'unary' && test.op === '!') return invert(truthUnder(it, test.of, state, assume));
  if (test.k === 'unary') return 'maybe';
  if (test.k === 'logic' && test.op !== '??') {
    const left = truthUnder(it, test.left, state, assume);
    const right = truthUnder(it, test.right, state, assume);
    const decisive = test.op === '&&' ? 'false' : 'true';
    if (left === decisive || right === decisive) return decisive;
    return left === 'maybe' || right === 'maybe' ? 'maybe' : test.op === '&&' ? 'true' : 'false';
  }
  if (test.k === 'binary') return comparison(it, test, state, assume);
  if (test.k === 'call' && test.fn.k === 'ref' && test.fn.b < 0 && test.fn.name === 'Boolean' && test.args[0])
    return truthUnder(it, test.args[0], state, assume);
  const held = test.k === 'call' ? membershipUnder(it, test, state, assume) : 'maybe';
  return held === 'maybe' ? truthOf(look(it, test, state, assume)) : held;
}

function comparison(
  it: Interpreter,
  test: Extract<Value, { k: 'binary' }>,
  state: State,
  assume: Assumption,
): Truth {
  const left = compared(it, test.left, state, assume);
  const right = compared(it, test.right, state, assume);
  if (test.op === 'in') {
    if (left.k !== 'lit' || right.k !== 'object') return 'maybe';
    const own = right.props[String(left.v)];
    if (own) return right.maybe?.includes(String(left.v)) ? 'maybe' : 'true';
    return right.open ? 'maybe' : 'false';
  }
  if (left.k === 'lit' && right.k === 'lit' && typeof left.v === 'number' && typeof right.v === 'number') {
    const holds = ORDER[test.op]?.(left.v, right.v);
    if (holds !== undefined) return holds ? 'true' : 'false';
  }
  // Nothing is more than undefined, and nothing is less.
  if (ORDER[test.op] && (left.k === 'undef' || right.k === 'undef')) return 'false';
  if (test.op === 'instanceof') return isOfResponse(left, right);
  if (!['==', '===', '!=', '!=='].includes(test.op)) return 'maybe';
  if (test.left.k === 'unary' && test.left.op === 'typeof') return typeofComparison(it, test, state, assume);
  const plain = (value: Value): Abs => look(it, converted(value) ?? value, state, assume);
  const equal = isNobodyCompared(test, plain) ? 'false' : equality(left, right, test.op.length === 2);
  return test.op.startsWith('!') ? invert(equal) : equal;
}

/**
 * `session?.user.id !== post.authorId` without a session: a column holds null at most, an operator's setting is set, and where a client
 * sends no id it names no row either, which Prisma refuses (lists that such an id would widen are `no-undefined-filter`'s).
 */
function isNobodyCompared(
  { left, right }: Extract<Value, { k: 'binary' }>,
  plain: (value: Value) => Abs,
): boolean {
  const isAbsence = (value: Value): boolean =>
    (value.k === 'lit' && value.v === null) ||
    (value.k === 'ref' && value.b < 0 && value.name === 'undefined');
  if (isAbsence(left) || isAbsence(right)) return false;
  const sides = [
    [left, right],
    [right, left],
  ] as const;
  return sides.some(([side, opposite]) => {
    if (plain(side).k !== 'undef') return false;
    const other = plain(opposite);
    if (isColumn(other) || isOfEnvironment(other)) return true;
    const sent = leaves(other);
    const named = converted(side) ?? side;
    return (
      sent.length > 0 &&
      sent.every((leaf) => leaf.k === 'param' || leaf.k === 'origin') &&
      (named.k === 'member' || named.k === 'ref') &&
      /^(id|uid|sub|email|\w+(Id|Email))$/.test(named.name)
    );
  });
}

/** A side of a comparison: nothing made a text or a number (`String(session?.user.id)`) equals no value either. */
function compared(it: Interpreter, value: Value, state: State, assume: Assumption): Abs {
  const of = assume.size > 0 ? converted(value) : undefined;
  const before = of && look(it, of, state, assume);
  return before?.k === 'undef' ? before : look(it, value, state, assume);
}

/** `id` of `String(id)`, `Number(id)`, `${id}` and `id.toString()`. */
export function converted(value: Value): Value | undefined {
  if (value.k === 'template') return value.values.length === 1 ? value.values[0] : undefined;
  if (value.k !== 'call') return undefined;
  const { fn, args } = value;
  if (fn.k === 'ref' && fn.b < 0 && /^(String|Number|BigInt|parseInt)$/.test(fn.name)) return args[0];
  return fn.k === 'member' && /^(toString|toLowerCase|toUpperCase|trim)$/.test(fn.name) ? fn.of : undefined;
}

/** A column of a row, also where there may be no such row: then there is nothing to give out or to change. */
function isColumn(value: Abs): boolean {
  if (value.k === 'row') return value.path.length > 0;
  return (
    value.k === 'variants' &&
    value.list.some(({ value: one }) => isColumn(one)) &&
    value.list.every(({ value: one }) => one.k === 'undef' || isColumn(one))
  );
}

const ORDER: { [op: string]: (a: number, b: number) => boolean } = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function typeofComparison(
  it: Interpreter,
  test: Extract<Value, { k: 'binary' }>,
  state: State,
  assume: Assumption,
): Truth {
  if (test.left.k !== 'unary' || test.right.k !== 'lit') return 'maybe';
  const of = look(it, test.left.of, state, assume);
  const known = typeOf(of);
  const equal: Truth =
    known !== undefined
      ? known === test.right.v
        ? 'true'
        : 'false'
      : test.right.v === 'undefined' && nullishOf(of) === 'false'
        ? 'false'
        : 'maybe';
  return test.op.startsWith('!') ? invert(equal) : equal;
}

/** Whether a value is an answer of the server: what a guard hands back when it lets nobody through. */
function isOfResponse(left: Abs, right: Abs): Truth {
  const cls =
    right.k === 'global' || right.k === 'package' ? right.path.at(-1) : right.k === 'made' ? right.name : '';
  if (cls !== 'Response' && cls !== 'NextResponse') return 'maybe';
  if (isResponse(left)) return 'true';
  return ['lit', 'undef', 'session', 'row', 'array', 'object', 'closure'].includes(left.k)
    ? 'false'
    : 'maybe';
}

function equality(left: Abs, right: Abs, loose: boolean): Truth {
  const isNull = (value: Abs): boolean => value.k === 'lit' && value.v === null;
  for (const [a, b] of [[left, right] as const, [right, left] as const]) {
    if (b.k === 'undef' || isNull(b)) {
      if (loose) return nullishOf(a);
      if (a.k === 'undef' || isNull(a)) return (a.k === 'undef') === (b.k === 'undef') ? 'true' : 'false';
      return nullishOf(a) === 'false' ? 'false' : 'maybe';
    }
  }
  if (left.k === 'lit' && right.k === 'lit') return left.v === right.v ? 'true' : 'false';
  if (left.k === 'lit' && typeof left.v === 'boolean')
    return truthOf(right) === 'maybe' ? 'maybe' : (truthOf(right) === 'true') === left.v ? 'true' : 'false';
  if (right.k === 'lit' && typeof right.v === 'boolean') return equality(right, left, loose);
  // Nothing but null and undefined equals undefined; literals of both kinds were compared above.
  if (left.k === 'undef' && right.k === 'lit') return 'false';
  if (right.k === 'undef' && left.k === 'lit') return 'false';
  if (
    (left.k === 'undef') !== (right.k === 'undef') &&
    (truthOf(left) === 'true' || truthOf(right) === 'true')
  )
    return 'false';
  return 'maybe';
}
