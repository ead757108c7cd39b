/** What a passed or failed condition says about the rest of the path. */
import type { Value } from '../facts/tsModel.ts';
import { awaited, leaves, UNKNOWN } from './abs.ts';
import type { Abs, EvidenceStep, Proof } from './abs.ts';
import { converted, truthUnder } from './comparisons.ts';
import { noteCondition, noteEquality } from './conditions.ts';
import type { Interpreter } from './interpreter.ts';
import { look, NOTHING } from './look.ts';
import { soughtAmongNames } from './membership.ts';
import { noteComparison, noteListed, notePolicy, rowOf } from './ownerChecks.ts';
import { isEnvironment, takeProof } from './parts.ts';
import { constant, PERMISSION, rolesShown } from './roleChecks.ts';
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
  // `const isOwner = post.authorId === user.id`
  const said = test.k === 'ref' ? constant(it, test) : undefined;
  if (said && isAnswer(said)) refine(it, said, truth, state, at);
  if (state.dead) return;
  const same = asLogic(test);
  if (same) {
    refine(it, same, truth, state, at);
    return;
  }
  const certain = truth ? orFalse(test) : undefined;
  if (certain) {
    refine(it, certain, true, state, at);
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

/**
 * The two ways in which an answer ends that tells something of somebody's role, or of what the function was given:
 * `return user.role === 'ADMIN'`, `return ADMINS.includes(role)`.
 */
export function answeredByTest(
  it: Interpreter,
  answer: Value,
  state: State,
): { value: Abs; state: State }[] | undefined {
  if (!isAnswer(answer)) return undefined;
  const ends = [true, false].flatMap((truth) => {
    const own = cloneState(state);
    refine(it, answer, truth, own, 'at' in answer ? answer.at : 0);
    return own.dead ? [] : [{ value: { k: 'lit', v: truth } as const, state: own }];
  });
  const tells = ends.some(
    ({ value, state: own }) =>
      value.v && (own.given.length > state.given.length || own.checks.length > state.checks.length),
  );
  return tells || rolesShown(it, answer, true, state) ? ends : undefined;
}

/** Whether a value is true, or nothing that counts: `session?.user && session.user.role === 'ADMIN'` may be undefined as well as false. */
function isAnswer(value: Value): boolean {
  if (value.k === 'binary') return /^([!=]==?|[<>]=?)$/.test(value.op);
  if (value.k === 'unary') return value.op === '!';
  const test = orFalse(value) ?? asLogic(value);
  if (test) return isAnswer(test);
  if (value.k === 'logic') return (value.op === '&&' || isAnswer(value.left)) && isAnswer(value.right);
  if (value.k !== 'call') return false;
  if (value.fn.k === 'ref') return /^(is|has|can|may)(?![a-z])/.test(value.fn.name);
  return value.fn.k === 'member' && /^(includes|has|some|every|startsWith|endsWith)$/.test(value.fn.name);
}

/** `test ? true : other` and `test ? other : false`, written with `||` and `&&`. */
function asLogic(value: Value): Value | undefined {
  if (value.k !== 'cond') return undefined;
  const { test: left, at } = value;
  if (value.then.k === 'lit' && value.then.v === true)
    return { k: 'logic', op: '||', left, right: value.else, at };
  return value.else.k === 'lit' && value.else.v === false
    ? { k: 'logic', op: '&&', left, right: value.then, at }
    : undefined;
}

/** `test` of `test ?? false`. */
function orFalse(value: Value): Value | undefined {
  const isOne =
    value.k === 'logic' && value.op === '??' && value.right.k === 'lit' && value.right.v === false;
  return isOne ? value.left : undefined;
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
    case 'template':
      for (const part of value.values) collectVariants(it, part, state, out);
      return;
    default:
  }
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
  // A permission that is asked for besides takes no role away.
  if (roles && !(state.roles && roles.every((role) => role === PERMISSION))) state.roles = roles;
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
    const [one, two] = [test.left, test.right].map((side) =>
      look(it, converted(side) ?? side, state, NOTHING),
    );
    if (one && two) noteComparison(one, two, state, { file: it.file, at: test.at });
    if (!state.proof && isSecretComparison(it, test, state))
      state.proof = { kind: 'secret', steps: [{ ...step, note: 'the request must carry the secret' }] };
    return;
  }
  if (test.k === 'call' && truth) noteAnswered(it, test, state);
  if (test.k === 'call' && test.fn.k === 'member' && test.fn.name === 'includes' && truth && test.args[0]) {
    const list = look(it, test.fn.of, state, NOTHING);
    const asked = look(it, test.args[0], state, NOTHING);
    // `[post.authorId, post.editorId].includes(user.id)`: either has a right to it.
    const columns = list.k === 'array' ? list.items : [list];
    if (columns.length > 0 && columns.every((column) => rowOf(column)))
      for (const column of columns) noteComparison(column, asked, state, { file: it.file, at: test.at });
    return;
  }
  if (test.k === 'binary' && (test.op === '>' || test.op === '>=') && truth) {
    noteListed(look(it, test.left, state, NOTHING), state);
    // `RANK[role] >= 2`
    const { left } = test;
    const read = look(it, left.k === 'index' ? left.key : left, state, NOTHING);
    noteCondition(read, { is: 'nullish', holds: false }, state, it.rootKey);
  }
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

/** What answers truly is there, and so is what a list holds: `['ADMIN'].includes(role)`, `user?.email?.endsWith(domain)`. */
function noteAnswered(it: Interpreter, call: Extract<Value, { k: 'call' }>, state: State): void {
  if (call.fn.k !== 'member') return;
  const isThere = { is: 'truthy', holds: true } as const;
  noteCondition(look(it, call.fn.of, state, NOTHING), isThere, state, it.rootKey);
  const sought = soughtAmongNames(it, call, state);
  if (sought) noteCondition(sought, isThere, state, it.rootKey);
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
