/** What a passed or failed condition says about the rest of the path. */
import type { Value } from '../facts/tsModel.ts';
import { awaited, isResponse, leaves, nullishOf, truthOf, typeOf, UNKNOWN } from './abs.ts';
import type { Abs, EvidenceStep, Proof, Truth } from './abs.ts';
import { noteCondition, noteEquality } from './conditions.ts';
import type { Interpreter } from './interpreter.ts';
import { look, NOTHING } from './look.ts';
import type { Assumption } from './look.ts';
import { noteComparison, noteListed, notePolicy, rowOf } from './ownerChecks.ts';
import { isEnvironment, takeProof } from './parts.ts';
import { rolesShown } from './roleChecks.ts';
import { cloneState, joinInto } from './state.ts';
import type { State } from './state.ts';

/** What a proof says of the test that ends the paths without it. */
export const STOPS = 'stops here otherwise';

/** Narrows `state` to the paths on which `test` is truthy (or falsy). The test has been evaluated before. */
export function refine(it: Interpreter, test: Value, truth: boolean, state: State, at: number): void {
  if (state.dead) return;
  if (test.k === 'unary' && test.op === '!') {
    refine(it, test.of, !truth, state, at);
    return;
  }
  if (test.k === 'logic' && (test.op === '&&' || test.op === '||')) {
    const both = test.op === '&&' ? truth : !truth;
    const value = test.op === '&&';
    if (both) {
      refine(it, test.left, value, state, at);
      refine(it, test.right, value, state, at);
    } else {
      const second = cloneState(state);
      refine(it, test.left, value, second, at);
      refine(it, test.right, !value, second, at);
      refine(it, test.left, !value, state, at);
      // A switch of the operator's (`env.IS_CLOUD && …`) that turns a check of the role off is a choice, no hole.
      const switched = second.roles !== undefined && environmentName(test.left) !== undefined;
      joinInto(state, second);
      if (switched) state.roles = second.roles;
    }
    return;
  }
  if (test.k === 'assign') refine(it, test.value, truth, state, at);
  if (!state.proof && isOutsideProduction(test, truth))
    state.proof = {
      kind: 'environment',
      steps: [{ file: it.file, at, note: 'this path exists outside production only' }],
    };
  const step: EvidenceStep = { file: it.file, at, note: STOPS };
  filterAlternatives(it, test, truth, state, step);
  if (state.dead) return;
  const only = truthUnder(it, test, state, NOTHING);
  if ((only === 'true' && !truth) || (only === 'false' && truth)) {
    state.dead = true;
    return;
  }
  refineComparison(it, test, truth, state, step);
}

/** `NODE_ENV !== 'production'`, `!process.env.VERCEL`: checks that are skipped while developing are no hole. */
function isOutsideProduction(test: Value, truth: boolean): boolean {
  if (test.k === 'member') return !truth && /^(VERCEL|VERCEL_ENV|CI)$/.test(environmentName(test) ?? '');
  if (test.k !== 'binary' || !['==', '===', '!=', '!=='].includes(test.op)) return false;
  const name = environmentName(test.left) ?? environmentName(test.right);
  const literal = test.right.k === 'lit' ? test.right.v : test.left.k === 'lit' ? test.left.v : undefined;
  if (name === undefined || typeof literal !== 'string') return false;
  const equal = truth !== test.op.startsWith('!');
  if (name === 'VERCEL') return literal === '1' && !equal;
  if (name !== 'NODE_ENV' && name !== 'VERCEL_ENV') return false;
  return literal === 'production' ? !equal : /^(development|test)$/.test(literal) && equal;
}

/** `X` of `process.env.X` or of an env module's `env.X`. */
function environmentName(value: Value): string | undefined {
  if (value.k !== 'member') return undefined;
  const { of } = value;
  return (of.k === 'member' && of.name === 'env') || (of.k === 'ref' && of.name === 'env')
    ? value.name
    : undefined;
}

/** Drops every alternative under which the test could not have come out this way. */
function filterAlternatives(
  it: Interpreter,
  test: Value,
  truth: boolean,
  state: State,
  step: EvidenceStep,
): void {
  const seen = new Map<string, Extract<Abs, { k: 'variants' }>>();
  collectVariants(it, test, state, seen);
  for (const [id, variants] of seen) {
    const session = it.sessions.get(id);
    if (session) session.tested = true;
    const live = state.live.get(id) ?? variants.list.map((variant) => variant.i);
    const kept = live.filter((i) => {
      const outcome = truthUnder(it, test, state, new Map([[id, i]]));
      return outcome === 'maybe' || (outcome === 'true') === truth;
    });
    if (kept.length === live.length) continue;
    state.live.set(id, kept);
    if (kept.length === 0) {
      state.dead = true;
      return;
    }
    takeProof(
      variants.list.filter((variant) => kept.includes(variant.i)),
      state,
      step,
    );
  }
}

/**
 * The boolean that a test gives, alternative by alternative: `!!session?.user` is true exactly where there is a session.
 * Undefined when the test looks at no alternatives, or at several independent ones.
 */
export function testedAlternatives(it: Interpreter, test: Value, state: State): Abs | undefined {
  const seen = new Map<string, Extract<Abs, { k: 'variants' }>>();
  collectVariants(it, test, state, seen);
  const [only] = seen.values();
  if (!only || seen.size > 1) return undefined;
  const live = state.live.get(only.id);
  const list = only.list
    .filter((variant) => !live || live.includes(variant.i))
    .map((variant) => {
      const truth = truthUnder(it, test, state, new Map([[only.id, variant.i]]));
      const value: Abs = truth === 'maybe' ? UNKNOWN : { k: 'lit', v: truth === 'true' };
      return { ...variant, value };
    });
  return { k: 'variants', id: only.id, list };
}

/** The two ways in which an answer about somebody's role ends: `return user.role === 'ADMIN'`. */
export function answeredByRole(
  it: Interpreter,
  answer: Value,
  state: State,
): { value: Abs; state: State }[] | undefined {
  if (!isAnswer(answer) || !rolesShown(it, answer, true, state)) return undefined;
  return [true, false].flatMap((truth) => {
    const own = cloneState(state);
    refine(it, answer, truth, own, 'at' in answer ? answer.at : 0);
    return own.dead ? [] : [{ value: { k: 'lit', v: truth } as const, state: own }];
  });
}

/** Whether a value is true, or nothing that counts: `session?.user && session.user.role === 'ADMIN'` may be undefined as well as false. */
function isAnswer(value: Value): boolean {
  if (value.k === 'binary') return /^([!=]==?|[<>]=?)$/.test(value.op);
  if (value.k === 'unary') return value.op === '!';
  if (value.k === 'logic') return (value.op === '&&' || isAnswer(value.left)) && isAnswer(value.right);
  return value.k === 'call' && value.fn.k === 'member' && /^(includes|has|some|every)$/.test(value.fn.name);
}

/** `signature === expected` as a value: true only for a request that carries the secret. */
export function secretComparison(
  it: Interpreter,
  test: Extract<Value, { k: 'binary' }>,
  state: State,
): Abs | undefined {
  if (!['==', '===', '!=', '!=='].includes(test.op) || !isSecretComparison(it, test, state)) return undefined;
  const equal = !test.op.startsWith('!');
  const proof: Proof = {
    kind: 'secret',
    steps: [{ file: it.file, at: test.at, note: 'the request must carry the secret' }],
  };
  return {
    k: 'variants',
    id: `${it.file}:${test.at}`,
    list: [
      { i: 0, value: { k: 'lit', v: equal }, proof },
      { i: 1, value: { k: 'lit', v: !equal } },
    ],
  };
}

/** The alternatives that an expression looks at. */
function collectVariants(
  it: Interpreter,
  value: Value,
  state: State,
  out: Map<string, Extract<Abs, { k: 'variants' }>>,
): void {
  const add = (abs: Abs): void => {
    if (abs.k === 'variants' && !out.has(abs.id)) out.set(abs.id, abs);
    else if (abs.k === 'promise') add(abs.of);
  };
  switch (value.k) {
    case 'ref': {
      const own = state.env.get(value.b) ?? it.outer.get(value.b);
      if (own) add(own.k === 'promise' ? UNKNOWN : own);
      return;
    }
    case 'call': {
      const result = it.callResults.get(value.at);
      if (result && result.k !== 'promise') add(result);
      if (value.fn.k === 'member') collectVariants(it, value.fn.of, state, out);
      for (const arg of value.args) collectVariants(it, arg, state, out);
      return;
    }
    case 'await': {
      const inner = value.of.k === 'call' ? it.callResults.get(value.of.at) : undefined;
      if (inner) add(awaited(inner));
      else collectVariants(it, value.of, state, out);
      return;
    }
    case 'member': {
      const own = look(it, value, state, NOTHING);
      if (own.k === 'variants') add(own);
      collectVariants(it, value.of, state, out);
      return;
    }
    case 'index':
      collectVariants(it, value.of, state, out);
      return;
    case 'unary':
      collectVariants(it, value.of, state, out);
      return;
    case 'assign':
      collectVariants(it, value.value, state, out);
      return;
    case 'binary':
    case 'logic':
      collectVariants(it, value.left, state, out);
      collectVariants(it, value.right, state, out);
      return;
    case 'array':
      for (const item of value.items) collectVariants(it, item, state, out);
      return;
    default:
  }
}

function invert(truth: Truth): Truth {
  return truth === 'maybe' ? 'maybe' : truth === 'true' ? 'false' : 'true';
}

/** Whether an expression is truthy under an assumption. */
function truthUnder(it: Interpreter, test: Value, state: State, assume: Assumption): Truth {
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
  return truthOf(look(it, test, state, assume));
}

function comparison(
  it: Interpreter,
  test: Extract<Value, { k: 'binary' }>,
  state: State,
  assume: Assumption,
): Truth {
  const left = look(it, test.left, state, assume);
  const right = look(it, test.right, state, assume);
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
  if (test.op === 'instanceof') return isOfResponse(left, right);
  if (!['==', '===', '!=', '!=='].includes(test.op)) return 'maybe';
  if (test.left.k === 'unary' && test.left.op === 'typeof') return typeofComparison(it, test, state, assume);
  const equal = equality(left, right, test.op.length === 2);
  return test.op.startsWith('!') ? invert(equal) : equal;
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

/** Notes `typeof options === 'string'` of a parameter. */
function noteTypeof(
  it: Interpreter,
  test: Extract<Value, { k: 'binary' }>,
  holds: boolean,
  state: State,
): void {
  const { left, right } = test;
  if (left.k !== 'unary' || left.op !== 'typeof' || right.k !== 'lit' || typeof right.v !== 'string') return;
  const of = look(it, left.of, state, NOTHING);
  noteCondition(of, { is: 'typeof', to: right.v, holds }, state, it.rootKey);
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

/** What a test shows about the caller's roles and rows, and secrets by comparison with the environment. */
function refineComparison(
  it: Interpreter,
  test: Value,
  truth: boolean,
  state: State,
  step: EvidenceStep,
): void {
  // What is awaited is a promise, which is truthy whatever comes of it: of the call only what it is called and given counts.
  if (test.k === 'await') {
    refineComparison(it, test.of, truth, state, step);
    return;
  }
  const roles = rolesShown(it, test, truth, state);
  if (roles) state.roles = roles;
  if (test.k === 'binary' && ['==', '===', '!=', '!=='].includes(test.op)) {
    const equal = truth !== test.op.startsWith('!');
    const left = look(it, test.left, state, NOTHING);
    const right = look(it, test.right, state, NOTHING);
    const about = { loose: test.op.length === 2, equal };
    noteEquality([left, right], about, state, it.rootKey);
    noteEquality([right, left], about, state, it.rootKey);
    noteTypeof(it, test, equal, state);
    if (!equal) {
      if (right.k === 'lit' && (right.v === 0 || right.v === null)) noteListed(left, state);
      return;
    }
    noteComparison(left, right, state, { file: it.file, at: test.at });
    if (!state.proof && isSecretComparison(it, test, state))
      state.proof = { kind: 'secret', steps: [{ ...step, note: 'the request must carry the secret' }] };
    return;
  }
  if (test.k === 'call' && test.fn.k === 'member' && test.fn.name === 'includes' && truth && test.args[0]) {
    const list = look(it, test.fn.of, state, NOTHING);
    const asked = look(it, test.args[0], state, NOTHING);
    if (rowOf(list)) noteComparison(list, asked, state, { file: it.file, at: test.at });
    return;
  }
  if (test.k === 'binary' && (test.op === '>' || test.op === '>=') && truth)
    noteListed(look(it, test.left, state, NOTHING), state);
  if (test.k === 'index' && truth) noteListed(look(it, test, state, NOTHING), state);
  if (test.k === 'call') {
    notePolicy(it, test, truth, state);
    return;
  }
  if (test.k === 'member' || test.k === 'ref') {
    const value = look(it, test, state, NOTHING);
    noteCondition(value, { is: 'truthy', holds: truth }, state, it.rootKey);
    if (truth) noteListed(value, state);
  }
}

/** A value of the request against one of the environment: `header === \`Bearer ${env.CRON_SECRET}\``. */
function isSecretComparison(it: Interpreter, test: Extract<Value, { k: 'binary' }>, state: State): boolean {
  const left = carries(it, test.left, state);
  const right = carries(it, test.right, state);
  return (left.request && right.env) || (left.env && right.request);
}

function carries(it: Interpreter, value: Value, state: State): { request: boolean; env: boolean } {
  const parts =
    value.k === 'template' ? value.values : value.k === 'binary' ? [value.left, value.right] : [value];
  let request = false;
  let env = false;
  for (const part of parts) {
    for (const leaf of leaves(look(it, part, state, NOTHING))) {
      if (leaf.k === 'param' || (leaf.k === 'origin' && ['header', 'cookie', 'client'].includes(leaf.o)))
        request = true;
      if (isEnvironment(leaf)) env = true;
    }
  }
  return { request, env };
}
