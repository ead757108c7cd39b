/** Who gets to the routes of a router: `export const GET = handle(app)` is guarded as far as the middleware of `app` guards it. */
import { given } from '../base/given.ts';
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import type { Step, Value } from '../facts/tsModel.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import { visitSteps } from '../facts/visit.ts';
import type { Abs, Proof } from '../workspace/abs.ts';
import { analyse } from '../workspace/entries.ts';
import type { GuardSubject } from '../workspace/guardState.ts';
import { Interpreter } from '../workspace/interpreter.ts';
import { freshState } from '../workspace/state.ts';
import { functionKey } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { middlewareOf } from './middleware.ts';
import type { Middleware } from './middleware.ts';
import { handedOn, isMethod, registrations, rootOf, routersOf, valueBehind } from './mounted.ts';
import type { Call, Router } from './mounted.ts';
import { covers, joined, passes } from './routerPaths.ts';
import type { Pattern } from './routerPaths.ts';
import { resolve } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

/** A middleware and the requests that it stands before. */
interface Layer extends Middleware {
  pattern: Pattern;
}

interface Walk {
  workspace: Workspace;
  method: string;
  layers: Layer[];
  subject: GuardSubject;
  /** Proofs of the routes that answer the method; `undefined` for one that anybody gets to. */
  proofs: (Proof | undefined)[];
  /** What has been looked at for the subject. */
  done: Set<string>;
  /** Routers on the way to the one that is walked. */
  inside: Set<string>;
}

const METHOD = /^(get|post|put|patch|delete|options|head|all|on|openapi)$/;
const REGISTERS =
  /^(get|post|put|patch|delete|options|head|all|on|openapi|use|route|mount|basePath|notFound)$/;
const HONO = /^(hono|@hono\/zod-openapi)$/;

/**
 * What guards the routes of the Hono apps that an exported expression hands requests to, as a subject to be judged like
 * any handler.
 * @returns `undefined` when not all of what answers the method could be followed
 */
export function mountedSubject(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  exported: Value,
  method: string,
): GuardSubject | undefined {
  const walk: Walk = {
    workspace,
    method,
    layers: [],
    subject: {
      name: method,
      effects: [],
      sessions: [],
      marks: {},
      tags: [],
      wrapperProof: undefined,
      opaque: false,
      handler: undefined,
      outcomes: [],
      roles: undefined,
    },
    proofs: [],
    done: new Set(),
    inside: new Set(),
  };
  const behind = exported.k === 'ref' ? valueBehind(workspace, file, facts, exported.b) : undefined;
  const from = behind ?? { file, facts, value: exported };
  const { value } = from;
  const handler = value.k === 'call' ? resolve(workspace, from.file, from.facts, value.fn) : undefined;
  if (value.k !== 'call' || handler?.k !== 'package' || !handler.spec.startsWith('hono/')) return undefined;
  const [app] = value.args;
  const isKnown =
    app !== undefined &&
    value.args.length === 1 &&
    walkGroup(walk, routersOf(workspace, from.file, from.facts, app), '/', true);
  if (!isKnown || walk.proofs.length === 0) return undefined;
  const [proof] = walk.proofs;
  const isProved = walk.proofs.every((one) => one) && walk.subject.effects.every((effect) => effect.proof);
  return { ...walk.subject, wrapperProof: isProved ? proof : undefined };
}

/** One router under all its names. @returns whether everything could be followed */
function walkGroup(walk: Walk, routers: readonly Router[], prefix: Pattern, isCertain: boolean): boolean {
  const made = routers.filter((router) => router.made);
  const [origin] = made;
  if (!origin?.made || made.length > 1) return false;
  const maker = rootOf(origin.made);
  const library =
    maker.k === 'new' ? resolve(walk.workspace, origin.file, origin.facts, maker.fn) : undefined;
  if (library?.k !== 'package' || !HONO.test(library.spec)) return false;
  const base = basePath(origin.made);
  if (base === undefined) return false;
  const key = `${origin.file} ${origin.b ?? `at ${origin.made.at}`}`;
  if (walk.inside.has(key)) return false;
  walk.inside.add(key);
  const others = routers.filter((router) => router !== origin);
  const isKnown = [origin, ...others].every((router) =>
    walkRouter(walk, router, joined(prefix, base), isCertain),
  );
  walk.inside.delete(key);
  return isKnown;
}

/** `new Hono().basePath('/api')`; elsewhere in a chain its parts would have paths of their own. */
function basePath(made: Value): string | undefined {
  let base = '';
  for (
    let link = made;
    link.k === 'call' || link.k === 'member';
    link = link.k === 'call' ? link.fn : link.of
  ) {
    if (link.k !== 'call' || link.fn.k !== 'member' || link.fn.name !== 'basePath') continue;
    const [path] = link.args;
    if (link.fn.of.k !== 'new' || path?.k !== 'lit' || typeof path.v !== 'string') return undefined;
    base = path.v;
  }
  return base;
}

function walkRouter(walk: Walk, router: Router, prefix: Pattern, isCertain: boolean): boolean {
  if (isUsedElsewhere(router) || hasOtherName(router)) return false;
  const always = unconditional(router);
  const handed = handedOn(walk.workspace, router);
  const end = (call: Call): number => spanOf(router.facts, call.at).end;
  const calls = new Set([...registrations(router), ...handed.map(({ call }) => call)]);
  return [...calls]
    .toSorted((a, b) => end(a) - end(b))
    .every((call) => {
      const sure = isCertain && always.has(call.at);
      const on = handed.find((one) => one.call === call);
      if (!on) return register(walk, router, call, prefix, sure);
      if (!on.to) return on.package;
      const key = `${on.to.file} ${on.to.b}`;
      if (walk.inside.has(key)) return false;
      walk.inside.add(key);
      const isKnown = walkRouter(walk, on.to, prefix, sure);
      walk.inside.delete(key);
      return isKnown;
    });
}

/** Registered in another function of the file: when that runs is not followed. */
function isUsedElsewhere({ facts, b }: Router): boolean {
  if (b === undefined) return false;
  const around = facts.bindings[b]?.fn;
  return facts.functions.some(
    (fn, id) =>
      id !== around &&
      valuesIn(fn, 'call').some((call) => {
        const root = rootOf(call);
        return root.k === 'ref' && root.b === b && call.fn.k === 'member' && REGISTERS.test(call.fn.name);
      }),
  );
}

/** `const routes = app.get(…); routes.get(…)`: registered under a second name. */
function hasOtherName({ facts, b }: Router): boolean {
  const around = b === undefined ? undefined : facts.functions[facts.bindings[b]?.fn ?? -1];
  const names = new Set<number>();
  visitSteps(around?.body ?? [], {
    step: (step) => {
      if (step.s !== 'let' || step.b === b) return;
      const root = rootOf(step.value);
      if (root.k === 'ref' && (root.b === b || names.has(root.b))) names.add(step.b);
    },
  });
  return (
    names.size > 0 &&
    facts.functions.some((fn) =>
      valuesIn(fn, 'call').some((call) => {
        const root = rootOf(call);
        return (
          root.k === 'ref' &&
          names.has(root.b) &&
          call.fn.k === 'member' &&
          (REGISTERS.test(call.fn.name) || call.args.some(({ k }) => k === 'function'))
        );
      }),
    )
  );
}

/** Places of the calls that are made whenever the function around them gets to its end. */
function unconditional({ facts, made, b }: Router): Set<number> {
  const out = new Set<number>();
  const chain = (value: Value | undefined): void => {
    for (let link = value; link;) {
      if (link.k === 'call') out.add(link.at);
      if (link.k === 'call') link = link.fn;
      else if (link.k === 'member' || link.k === 'await') link = link.of;
      else return;
    }
  };
  chain(made);
  const steps: readonly Step[] =
    b === undefined ? [] : (facts.functions[facts.bindings[b]?.fn ?? -1]?.body ?? []);
  for (const step of steps) {
    if (step.s === 'expr' || step.s === 'let' || step.s === 'return') chain(step.value);
    else if (mayReturn(step)) break;
  }
  return out;
}

function mayReturn(step: Step): boolean {
  let found = false;
  visitSteps([step], {
    step: (inner) => {
      found ||= inner.s === 'return';
    },
  });
  return found;
}

function register(walk: Walk, router: Router, call: Call, prefix: Pattern, isCertain: boolean): boolean {
  // `app.openAPIRegistry.registerComponent(…)` registers nothing that answers.
  if (call.fn.k !== 'member' || call.fn.of.k === 'member') return true;
  const { name } = call.fn;
  const [first, ...rest] = call.args;
  const path = text(first);
  if (name === 'use') {
    const own = path === undefined ? call.args : rest;
    const pattern = path === undefined ? '*' : path;
    // A name in place of the pattern: what it says is not known.
    const isOdd = path === undefined && call.args.length > 1 && isText(walk, router, first);
    for (const middleware of (isOdd ? rest : own).flatMap((value) => middlewareAt(walk, router, value)))
      walk.layers.push({
        ...certain(middleware, isCertain),
        pattern: isOdd ? undefined : joined(prefix, pattern),
      });
    return true;
  }
  if (name === 'route') {
    const sub = rest[0];
    return (
      sub !== undefined &&
      walkGroup(
        walk,
        routersOf(walk.workspace, router.file, router.facts, sub),
        joined(prefix, path),
        isCertain,
      )
    );
  }
  if (!METHOD.test(name)) return !/^(mount|basePath|notFound)$/.test(name) || prefixed(router, call);
  const found = routeOf(walk, router, name, call.args);
  if (!found) return false;
  if (!found.methods.some((one) => one === 'all' || answers(one, walk.method))) return true;
  return answer(walk, router, joined(prefix, found.path), found.handlers);
}

/** The base path of a chain is part of its prefix already. */
function prefixed({ made }: Router, call: Call): boolean {
  return (
    made !== undefined && call.fn.k === 'member' && call.fn.name === 'basePath' && call.fn.of.k === 'new'
  );
}

/** Requests for nothing but the head are answered by what answers GET. */
function answers(registered: string, method: string): boolean {
  return isMethod(registered, method) || (method === 'HEAD' && isMethod(registered, 'GET'));
}

/** What may refuse only on some paths of the code guards nothing. */
function certain(middleware: Middleware, isCertain: boolean): Middleware {
  if (isCertain || !middleware.proof) return middleware;
  return { unsure: true, skips: [], runs: middleware.runs };
}

interface RegisteredRoute {
  methods: string[];
  path: Pattern;
  /** Its middleware, and what answers last. */
  handlers: readonly Value[];
}

function routeOf(
  walk: Walk,
  router: Router,
  name: string,
  args: readonly Value[],
): RegisteredRoute | undefined {
  const [first, second, ...more] = args;
  if (name === 'openapi') {
    const made =
      first?.k === 'ref' ? valueBehind(walk.workspace, router.file, router.facts, first.b)?.value : first;
    const options = made?.k === 'call' ? made.args[0] : made;
    if (options?.k !== 'object' || !second || options.props.some(({ p }) => p !== 'prop')) return undefined;
    const option = (key: string): Value | undefined => {
      const found = options.props.find((property) => property.p === 'prop' && property.name === key);
      return found?.value;
    };
    const method = text(option('method'));
    // Its middleware stands in the file of the route's description.
    if (method === undefined || option('middleware')) return undefined;
    const path = text(option('path'))?.replaceAll(/\{(\w+)\}/g, ':$1');
    return { methods: [method], path, handlers: [second] };
  }
  if (name === 'on') {
    const methods = (first?.k === 'array' ? first.items : first ? [first] : []).map(text);
    if (!methods.every((method) => method !== undefined)) return undefined;
    return { methods: methods.map((one) => one.toLowerCase()), path: text(second), handlers: more };
  }
  const path = text(first);
  const handlers = path === undefined && first && !isText(walk, router, first) ? args : args.slice(1);
  return { methods: [name], path, handlers };
}

/** What happens to a request that a route answers. */
function answer(walk: Walk, router: Router, path: Pattern, handlers: readonly Value[]): boolean {
  const last = handlers.at(-1);
  if (!last) return false;
  let proof: Proof | undefined;
  let unsure = false;
  const pass = (layer: Middleware, isBefore: 'yes' | 'maybe'): void => {
    const skipped = layer.skips.map((test) => passes(test, path));
    if (skipped.includes('yes')) return;
    const mayBeLeftOut = unsure || isBefore === 'maybe';
    for (const run of layer.runs) add(walk, run, router.file, proof, mayBeLeftOut, layer.proof !== undefined);
    const isOdd = isBefore === 'maybe' || skipped.includes('maybe');
    if (!isOdd) proof ??= layer.proof;
    unsure ||= layer.unsure || (isOdd && layer.proof !== undefined);
  };
  for (const layer of walk.layers) {
    const isBefore = covers(layer.pattern, path);
    if (isBefore !== 'no') pass(layer, isBefore);
  }
  for (const value of handlers.slice(0, -1))
    for (const middleware of middlewareAt(walk, router, value)) pass(middleware, 'yes');
  const handler = evaluated(walk, router, last);
  if (handler?.k === 'made') {
    walk.proofs.push(proof);
    return isLibraryPage(handler);
  }
  if (handler?.k !== 'closure') return false;
  const fn = walk.workspace.functionFacts(handler.file, handler.fn);
  // It may leave the answer to what is registered after it.
  if (!fn || fn.params.length > 1) return false;
  walk.proofs.push(proof);
  add(walk, handler, router.file, proof, unsure);
  return true;
}

function add(
  { workspace, subject, done }: Walk,
  value: Extract<Abs, { k: 'closure' }>,
  home: FileId,
  proof: Proof | undefined,
  mayBeRefused: boolean,
  isGuard = false,
): void {
  const unsure = mayBeRefused && !proof;
  const key = `${functionKey(value.file, value.fn)} ${proof !== undefined} ${unsure}`;
  if (done.has(key)) return;
  done.add(key);
  const found = analyse(workspace, value, { home, unsure, ...given({ proof }) }, 0);
  // What a guard reads to know the caller is part of the check.
  const effects = isGuard
    ? found.effects.filter(({ kind }) => kind === 'write' || kind === 'raw-write')
    : found.effects;
  subject.effects = [...subject.effects, ...effects];
  subject.sessions = [...subject.sessions, ...found.sessions];
  subject.opaque ||= unsure || found.opaque;
}

/** Documentation that a library shows. */
function isLibraryPage({ spec }: Extract<Abs, { k: 'made' }>): boolean {
  return /^(@hono\/swagger-ui|@scalar\/hono-api-reference|hono-openapi)$/.test(spec);
}

function middlewareAt(walk: Walk, router: Router, value: Value): readonly Middleware[] {
  const site = { file: router.file, at: value.at };
  return middlewareOf(walk.workspace, evaluated(walk, router, value), site);
}

function evaluated({ workspace }: Walk, { file, facts, b }: Router, value: Value): Abs | undefined {
  if (value.k !== 'call') return resolve(workspace, file, facts, value);
  const around = b === undefined ? 0 : (facts.bindings[b]?.fn ?? 0);
  return new Interpreter(workspace, file, facts, around).eval(value, freshState());
}

function text(value: Value | undefined): string | undefined {
  return value?.k === 'lit' && typeof value.v === 'string' ? value.v : undefined;
}

/** Whether an argument may be a path: nothing that answers requests. */
function isText(walk: Walk, router: Router, value: Value | undefined): boolean {
  if (!value) return false;
  const known = evaluated(walk, router, value);
  return known?.k !== 'closure' && known?.k !== 'made';
}
