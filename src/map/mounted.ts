/** Handlers behind a router of a library: `export const GET = handle(app)`, where the module says `app.get('/notes', …)`. */
import type { FileId } from '../base/path.ts';
import type { Value } from '../facts/tsModel.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import type { Abs, FunctionKey } from '../workspace/abs.ts';
import { functionKey } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { declarationSite, initialiser, resolve } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

const LIBRARY = /^(hono|@hono\/zod-openapi|elysia)$/;
/** Registrations that hold for every method. */
const ANY_METHOD = /^(all|use|on|route|mount|group|onBeforeHandle|guard)$/;
const MAX_ROUTERS = 200;

/** A router of a library, or the parameter that stands for one. */
export interface Router {
  file: FileId;
  facts: TsFileFacts;
  /** What makes it, with what is registered at once: `new Hono().get('/notes', …)`; `undefined` for a parameter. */
  made: Value | undefined;
  /** Its name, by which more is registered; `undefined` when it has none. */
  b: number | undefined;
}

export interface Mounted {
  functions: FunctionKey[];
  /** Calls among what is registered: `zValidator('json', schema)`. */
  values: { file: FileId; value: Value }[];
}

/**
 * Middleware and handlers of the routers that an exported expression names.
 * @param method of the route that is exported; `default` stands for all of them
 */
export function mountedIn(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  exported: Value,
  method: string,
): Mounted {
  const out: Mounted = { functions: [], values: [] };
  const seen = new Set<string>();
  const enter = (router: Router): void => {
    const key = `${router.file} ${router.b ?? `at ${router.made?.at}`}`;
    if (seen.has(key) || seen.size >= MAX_ROUTERS) return;
    seen.add(key);
    for (const call of registrations(router)) {
      if (!isFor(workspace, router, call, method)) continue;
      for (const arg of call.args) {
        // `every(bearer, rateLimit)`: middleware made of others, where it is registered.
        visitValue(arg, (part) => {
          const value = resolve(workspace, router.file, router.facts, part);
          if (value) out.functions.push(...functionsOf(value, 0));
        });
        if (arg.k === 'call') out.values.push({ file: router.file, value: arg });
        const route =
          call.fn.k === 'member' && call.fn.name === 'openapi' && arg.k === 'ref'
            ? valueBehind(workspace, router.file, router.facts, arg.b)
            : undefined;
        if (route) out.values.push({ file: route.file, value: route.value });
        for (const inner of routersOf(workspace, router.file, router.facts, arg)) enter(inner);
      }
    }
    for (const taken of parametersGiven(workspace, router)) enter(taken);
  };
  visitValue(exported, (part) => {
    for (const router of routersOf(workspace, file, facts, part)) enter(router);
  });
  return out;
}

/** A function, or those that a library makes middleware of: `bearerAuth({ verifyToken })`. */
function functionsOf(value: Abs, depth: number): FunctionKey[] {
  const inner = (part: Abs): FunctionKey[] => (depth > 3 ? [] : functionsOf(part, depth + 1));
  switch (value.k) {
    case 'closure':
      return [functionKey(value.file, value.fn)];
    case 'made':
      return value.args.flatMap(inner);
    case 'object':
      return Object.values(value.props).flatMap(inner);
    default:
      return [];
  }
}

function isFor(workspace: Workspace, { file, facts }: Router, { fn, args }: Call, method: string): boolean {
  if (fn.k !== 'member') return false;
  if (fn.name !== 'openapi') return ANY_METHOD.test(fn.name) || isMethod(fn.name, method);
  // `app.openapi(createRoute({ method: 'get', … }), handler)`
  const [route] = args;
  const made = route?.k === 'ref' ? valueBehind(workspace, file, facts, route.b)?.value : route;
  const options = made?.k === 'call' ? made.args[0] : made;
  const named =
    options?.k === 'object'
      ? options.props.find((property) => property.p === 'prop' && property.name === 'method')?.value
      : undefined;
  return named?.k !== 'lit' || isMethod(String(named.v), method);
}

/** Whether a registration's method is the one that is asked for; `default` asks for all. */
export function isMethod(name: string, method: string): boolean {
  return method === 'default' || name.toLowerCase() === method.toLowerCase();
}

function parametersGiven(workspace: Workspace, router: Router): Router[] {
  return handedOn(workspace, router).flatMap(({ to }) => (to ? [to] : []));
}

/** A call that a router is handed to. */
interface HandOn {
  call: Call;
  /** The parameter of a function of the project: `addNotes(app)`. */
  to: Router | undefined;
  /** The callee is a function of a package. */
  package: boolean;
}

/** Calls that a router is handed to, where its name is declared. */
export function handedOn(workspace: Workspace, { file, facts, b }: Router): HandOn[] {
  return callsAround({ facts, b }).flatMap((call): HandOn[] => {
    const i = call.args.findIndex((arg) => arg.k === 'ref' && arg.b === b);
    if (i < 0) return [];
    const callee = resolve(workspace, file, facts, call.fn);
    const theirs = callee?.k === 'closure' ? workspace.facts(callee.file) : undefined;
    const parameter =
      callee?.k === 'closure' && theirs?.kind === 'ts' ? theirs.functions[callee.fn]?.params[i] : undefined;
    const to: Router | undefined =
      callee?.k === 'closure' && theirs?.kind === 'ts' && parameter !== undefined
        ? { file: callee.file, facts: theirs, made: undefined, b: parameter }
        : undefined;
    return [{ call, to, package: callee?.k === 'package' }];
  });
}

/** A call among the facts of a file. */
export type Call = Extract<Value, { k: 'call' }>;

/** Calls on a router, wherever the function that has its name makes them. */
export function registrations({ facts, made, b }: Router): Call[] {
  const out: Call[] = [];
  if (made)
    visitValue(made, (part) => {
      if (part.k === 'call' && rootOf(part) === rootOf(made)) out.push(part);
    });
  for (const call of callsAround({ facts, b })) {
    const root = rootOf(call);
    if (root.k === 'ref' && root.b === b) out.push(call);
  }
  return out;
}

/** The calls of the function that declares a name; of the module for a name at the top level. */
function callsAround({ facts, b }: Pick<Router, 'facts' | 'b'>): readonly Call[] {
  const around = b === undefined ? undefined : facts.functions[facts.bindings[b]?.fn ?? -1];
  return around ? valuesIn(around, 'call') : [];
}

/** What a chain of calls and members begins with. */
export function rootOf(value: Value): Value {
  let root = value;
  while (root.k === 'call' || root.k === 'member') root = root.k === 'call' ? root.fn : root.of;
  return root;
}

/** The routers that a name stands for: the one made for it, and the same as the function calls it that makes it. */
export function routersOf(workspace: Workspace, file: FileId, facts: TsFileFacts, value: Value): Router[] {
  const found = value.k === 'ref' ? valueBehind(workspace, file, facts, value.b) : undefined;
  if (!found) return [];
  const { value: made, ...at } = found;
  if (isRouter(workspace, at.file, at.facts, made)) return [{ ...at, made }];
  // `const app = getApp()`
  const maker = made.k === 'call' ? resolve(workspace, at.file, at.facts, made.fn) : undefined;
  const theirs = maker?.k === 'closure' ? workspace.facts(maker.file) : undefined;
  const body = maker?.k === 'closure' && theirs?.kind === 'ts' ? theirs.functions[maker.fn]?.body : undefined;
  if (maker?.k !== 'closure' || theirs?.kind !== 'ts' || !body) return [];
  const inside: Router[] = [];
  visitSteps(body, {
    step: (step) => {
      if (step.s === 'let' && isRouter(workspace, maker.file, theirs, step.value))
        inside.push({ file: maker.file, facts: theirs, made: step.value, b: step.b });
    },
  });
  return inside.length > 0 ? [{ ...at, made: undefined }, ...inside] : [];
}

/** Whether an expression begins with `new Hono()`. */
export function isRouter(workspace: Workspace, file: FileId, facts: TsFileFacts, value: Value): boolean {
  const root = rootOf(value);
  const maker = root.k === 'new' ? resolve(workspace, file, facts, root.fn) : undefined;
  return maker?.k === 'package' && LIBRARY.test(maker.spec);
}

/** What the name of a file's top level is given, here or behind an import. */
export function valueBehind(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  name: number,
  depth = 0,
): { file: FileId; facts: TsFileFacts; value: Value; b: number | undefined } | undefined {
  const site = declarationSite(workspace, file, facts, name);
  const theirs = site && workspace.facts(site.file);
  if (!site || theirs?.kind !== 'ts') return undefined;
  const b = theirs.bindings.findIndex((binding) => binding.fn === 0 && binding.name === site.name);
  const item = theirs.exports.find((other) => other.e === 'value' && other.name === site.name);
  const value = b >= 0 ? initialiser(theirs, b) : item?.e === 'value' ? item.value : undefined;
  // `export default app`
  if (value?.k === 'ref' && depth < 4) return valueBehind(workspace, site.file, theirs, value.b, depth + 1);
  return value && { file: site.file, facts: theirs, value, b: b >= 0 ? b : undefined };
}
