/** What a middleware of Hono does with callers: lets on only those it knows, everybody, or something that can't be told. */
import type { FileId } from '../base/path.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import { visitSteps } from '../facts/visit.ts';
import type { FunctionFacts, Step, Value } from '../facts/tsModel.ts';
import { truthOf } from '../workspace/abs.ts';
import type { Abs, Proof } from '../workspace/abs.ts';
import { Interpreter } from '../workspace/interpreter.ts';
import { STOPS } from '../workspace/refine.ts';
import { freshState } from '../workspace/state.ts';
import { functionKey } from '../workspace/summary.ts';
import type { Invocation, Summary } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { PathTest } from './routerPaths.ts';
import type { Call } from './mounted.ts';
import { withInner } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

/** What is known of those whom a middleware lets on. */
export interface Middleware {
  proof?: Proof;
  /** It may refuse some. */
  unsure: boolean;
  /** Requests that it lets on without looking at who asks. */
  skips: readonly PathTest[];
  /** Functions of the project that run on the way. */
  runs: readonly Extract<Abs, { k: 'closure' }>[];
}

const OPEN: Middleware = { unsure: false, skips: [], runs: [] };
const UNSURE: Middleware = { unsure: true, skips: [], runs: [] };

/** Checks of Hono's own that know the caller. */
const KNOWS: { readonly [spec: string]: Proof['kind'] } = {
  'hono/bearer-auth': 'token',
  'hono/basic-auth': 'secret',
  'hono/jwt': 'token',
};
/** Refuses nobody for who they are. */
const REFUSES_NOBODY =
  /^(hono\/(body-limit|cache|compress|context-storage|cors|csrf|etag|language|logger|method-override|powered-by|pretty-json|request-id|secure-headers|timeout|timing|trailing-slash|validator)|@hono\/(zod-validator|zod-openapi|swagger-ui|valibot-validator|standard-validator)|hono-openapi|hono-rate-limiter|@scalar\/hono-api-reference)$/;

/**
 * One middleware, or those that it is put together of, in their order.
 * @param site where it is registered
 */
export function middlewareOf(
  workspace: Workspace,
  value: Abs | undefined,
  site: { file: FileId; at: number },
  depth = 0,
): readonly Middleware[] {
  if (depth > 4) return [UNSURE];
  const inner = (part: Abs): readonly Middleware[] => middlewareOf(workspace, part, site, depth + 1);
  if (value?.k === 'closure') return [ofFunction(workspace, value, depth)];
  if (value?.k !== 'made' || value.path.length > 0) return [UNSURE];
  if (value.spec === 'hono/factory' && value.name === 'createMiddleware')
    return value.args[0] ? inner(value.args[0]) : [UNSURE];
  if (value.spec === 'hono/combine' && value.name === 'every') return value.args.flatMap(inner);
  const kind = KNOWS[value.spec];
  if (kind && isStrict(workspace, value.args[0])) {
    const steps = [
      { ...site, note: `${value.name}() verifies the request` },
      { ...site, note: STOPS },
    ];
    return [{ ...OPEN, proof: { kind, steps } }];
  }
  return [REFUSES_NOBODY.test(value.spec) ? OPEN : UNSURE];
}

const VERIFIES = /^verify(Token|User)$/;

/** Whether a check of the library refuses anybody: its options are known, and a function among them may say no. */
function isStrict(workspace: Workspace, options: Abs | undefined): boolean {
  if (options?.k !== 'object' || options.open || options.props['allow_anon']) return false;
  return Object.entries(options.props).every(([name, value]) => {
    if (!VERIFIES.test(name)) return true;
    if (value.k !== 'closure') return false;
    const { outcomes, partial } = workspace.summary(functionKey(value.file, value.fn));
    return (
      !partial && outcomes.some((outcome) => truthOf(outcome.value) === 'false' || isAnswer(outcome.value))
    );
  });
}

/** Something that may be false, other than a promise that nobody waited for. */
function isAnswer(value: Abs): boolean {
  return value.k !== 'promise' && truthOf(value) === 'maybe';
}

/** `async (c, next) => { …; await next(); }` */
function ofFunction(workspace: Workspace, value: Extract<Abs, { k: 'closure' }>, depth: number): Middleware {
  const facts = workspace.facts(value.file);
  const fn = facts?.kind === 'ts' ? facts.functions[value.fn] : undefined;
  const key = functionKey(value.file, value.fn);
  if (facts?.kind !== 'ts' || !fn) return UNSURE;
  const summary = workspace.summary(key);
  const others = handsOn(facts, value.fn, fn);
  const handedAt = new Set(others?.map(({ at }) => at));
  const goesOn = summary.invocations.filter(
    ({ target, at }) =>
      target.k === 'param' &&
      target.fn === key &&
      target.i === 1 &&
      target.path.length === 0 &&
      !(at.file === value.file && handedAt.has(at.at)),
  );
  if (summary.partial || !others || goesOn.length + others.length === 0) return UNSURE;
  const theirs = others.map((call): Proof | undefined => {
    const made = new Interpreter(workspace, value.file, facts, value.fn).eval(call.fn, freshState());
    const parts = middlewareOf(workspace, made, { file: value.file, at: call.at }, depth + 1);
    return parts.find(({ proof, skips }) => proof && skips.length === 0)?.proof;
  });
  const skips: PathTest[] = [];
  const looked = goesOn.filter((one) => {
    const tests = one.proof ? undefined : testsBefore(fn, one);
    skips.push(...(tests ?? []));
    return tests === undefined;
  });
  const proofs = [...looked.map(({ proof }) => proof), ...theirs];
  const [proof] = proofs;
  if (proof && proofs.every((one) => one))
    return { proof, unsure: false, skips, runs: hasWrites(summary) ? [value] : [] };
  const unsure = others.length > 0 || goesOn.some((one) => one.unsure) || !goesOnAnyway(fn, goesOn);
  return { unsure, skips: [], runs: [value] };
}

/** What a guard reads to know the caller belongs to the guard. */
function hasWrites({ effects }: Summary): boolean {
  return effects.some(({ kind }) => kind === 'write' || kind === 'raw-write');
}

/**
 * Calls that hand `next` to another middleware: `return bearerAuth({ token })(c, next)`.
 * @returns `undefined` when it goes elsewhere, where who calls it is not known
 */
function handsOn(facts: TsFileFacts, id: number, fn: FunctionFacts): Call[] | undefined {
  const next = fn.params[1];
  if (next === undefined) return undefined;
  const isNext = (value: Value | undefined): boolean => value?.k === 'ref' && value.b === next;
  const out: Call[] = [];
  for (const inner of withInner(facts, id)) {
    const body = facts.functions[inner];
    if (!body) return undefined;
    const named = valuesIn(body, 'ref').filter(isNext).length;
    if (named > 0 && inner !== id) return undefined;
    const calls = valuesIn(body, 'call');
    const given = calls.filter(({ args }) => args.length === 2 && isNext(args[1]) && !isNext(args[0]));
    if (named !== calls.filter((call) => isNext(call.fn)).length + given.length) return undefined;
    out.push(...given);
  }
  return out;
}

/** Tests of the path alone under which a request is let on: `if (c.req.path === '/health') return next();` */
function testsBefore(fn: FunctionFacts, { at }: Invocation): PathTest[] | undefined {
  for (const step of fn.body) {
    if (step.s !== 'if' || step.else) continue;
    const [then, ...more] = step.then;
    if (more.length > 0 || then?.s !== 'return' || !then.value || callIn(then.value) !== at.at) continue;
    const tests = alternatives(step.test).map((test) => pathTest(fn, test));
    return tests.every((test) => test !== undefined) ? tests : undefined;
  }
  return undefined;
}

function callIn(value: Value): number | undefined {
  if (value.k === 'await') return callIn(value.of);
  return value.k === 'call' ? value.at : undefined;
}

function alternatives(test: Value): Value[] {
  return test.k === 'logic' && test.op === '||'
    ? [...alternatives(test.left), ...alternatives(test.right)]
    : [test];
}

function pathTest(fn: FunctionFacts, test: Value): PathTest | undefined {
  if (test.k === 'binary' && test.op === '===' && isPath(fn, test.left)) return textTest('equal', test.right);
  if (test.k !== 'call' || test.fn.k !== 'member' || test.fn.name !== 'startsWith' || test.args.length !== 1)
    return undefined;
  return isPath(fn, test.fn.of) ? textTest('prefix', test.args[0]) : undefined;
}

function textTest(is: PathTest['is'], to: Value | undefined): PathTest | undefined {
  return to?.k === 'lit' && typeof to.v === 'string' ? { is, to: to.v } : undefined;
}

/** `c.req.path` of the first parameter. */
function isPath(fn: FunctionFacts, value: Value): boolean {
  return (
    value.k === 'member' &&
    value.name === 'path' &&
    value.of.k === 'member' &&
    value.of.name === 'req' &&
    value.of.of.k === 'ref' &&
    value.of.of.b === fn.params[0]
  );
}

/** Whether nothing before the first call of `next` at the top of the function ends it. */
function goesOnAnyway(fn: FunctionFacts, goesOn: readonly Invocation[]): boolean {
  const calls = new Set(goesOn.map(({ at }) => at.at));
  const among = (steps: readonly Step[]): boolean => {
    for (const step of steps) {
      if ((step.s === 'expr' || step.s === 'let' || step.s === 'return') && step.value) {
        const call = callIn(step.value);
        if (call !== undefined && calls.has(call)) return true;
      }
      if (step.s === 'try' && among(step.body)) return true;
      if (ends(step)) return false;
    }
    return false;
  };
  return among(fn.body);
}

function ends(step: Step): boolean {
  let found = false;
  visitSteps([step], {
    step: (inner) => {
      found ||= inner.s === 'return' || inner.s === 'throw';
    },
  });
  return found;
}
