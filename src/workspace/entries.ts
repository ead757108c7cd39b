/** Entry points: what a stranger can call, and what happens then. */
import type { FileId } from '../base/path.ts';
import type { TsFacts } from '../facts/tsModel.ts';
import { awaited, sameAbs, UNKNOWN } from './abs.ts';
import { substitute, substituteChecks } from './substitute.ts';
import { isSame } from '../base/equal.ts';
import type { Abs, Check, FunctionKey, Proof, Site } from './abs.ts';
import { Interpreter } from './interpreter.ts';
import type { Links } from './links.ts';
import { PERMISSION } from './roleChecks.ts';
import { functionKey, parseFunctionKey } from './summary.ts';
import type { CallEvent, DbEffect, Invocation, Marks, Outcome, SessionCall, Summary } from './summary.ts';
import { SESSION_KEYS, settled, trpcContext, trpcMiddleware, trpcProcedures } from './trpc.ts';
import { madeWith } from './wrappers.ts';
import { parsedValue } from './zodCalls.ts';

/** `procedure`: one of a tRPC router. */
export type EntryKind = 'action' | 'inline-action' | 'route' | 'page' | 'procedure';

export interface Entry {
  kind: EntryKind;
  /** Exported name, HTTP method, or the function's own name. */
  name: string;
  /** What people call it: a default export goes by its function's name. */
  label: string;
  /** Place of the name in its file. */
  at: number;
  /** The function that holds the logic, when it could be found. */
  handler: FunctionKey | undefined;
  /** What its wrapper hands to the handler; undefined where the caller's own arguments arrive. */
  handed: Abs[] | undefined;
  effects: DbEffect[];
  /** What it does outside of the database. */
  events: CallEvent[];
  /** How the handler ends, with what it was given put in place of its parameters. */
  outcomes: Outcome[];
  /** How what is made around the handler ends, whether it calls the handler or answers itself. */
  around: Outcome[];
  /** What any of its paths shows about the caller's right to rows. */
  shown: Check[];
  sessions: SessionCall[];
  marks: Marks;
  /** An action client parses the input with a schema before the handler runs. */
  validated: boolean;
  /** Tags of its JSDoc. */
  tags: string[];
  /** Proof held when the handler starts: by a wrapper or an action client. */
  wrapperProof: Proof | undefined;
  /** The library of its action client or procedure. */
  lib: string | undefined;
  /** The value couldn't be followed to a function. */
  opaque: boolean;
  roles: string[] | undefined;
}

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

interface Given {
  /** The file of the entry point. */
  home: FileId;
  proof?: Proof | undefined;
  roles?: string[] | undefined;
  checks?: Check[] | undefined;
  transaction?: Site | undefined;
  unsure: boolean;
  args?: Abs[] | undefined;
}

interface Analysis {
  handler: FunctionKey | undefined;
  handed: Abs[] | undefined;
  effects: DbEffect[];
  events: CallEvent[];
  outcomes: Outcome[];
  around: Outcome[];
  shown: Check[];
  sessions: SessionCall[];
  marks: Marks;
  validated: boolean;
  proof: Proof | undefined;
  roles: string[] | undefined;
  lib: string | undefined;
  opaque: boolean;
}

/** All entry points of a file. `role` decides which exports count. */
export function findEntries(
  links: Links,
  file: FileId,
  facts: TsFacts,
  role: 'action' | 'route' | 'page' | 'other',
): Entry[] {
  const out: Entry[] = [];
  const seen = new Set<string>();
  const add = (kind: EntryKind, name: string, at: number, value: Abs): void => {
    if (seen.has(`${kind}:${name}:${at}`)) return;
    seen.add(`${kind}:${name}:${at}`);
    const analysis = analyse(links, value, { home: file, unsure: false }, 0);
    const fn = analysis.handler === functionKey(file, fnOf(value)) ? facts.functions[fnOf(value)] : undefined;
    out.push({
      kind,
      name,
      label: labelOf(links, name, analysis.handler),
      at,
      handler: analysis.handler,
      handed: analysis.handed,
      effects: analysis.effects,
      events: analysis.events,
      outcomes: analysis.outcomes,
      around: analysis.around,
      shown: analysis.shown,
      validated: analysis.validated,
      sessions: analysis.sessions,
      marks: analysis.marks,
      tags: fn?.doc?.tags ?? docTags(facts, at),
      wrapperProof: analysis.proof,
      lib: analysis.lib,
      opaque: analysis.opaque,
      roles: analysis.roles,
    });
  };
  if (role !== 'other')
    for (const item of facts.exports) {
      if (item.e === 'star') continue;
      if (role === 'page' && item.name !== 'default') continue;
      if (role === 'route' && !METHODS.has(item.name) && item.name !== 'default') continue;
      if (item.e === 'from' && item.typeOnly) continue;
      const value = links.exported(file, item.name);
      if (role === 'action' && !isCallable(value)) continue;
      add(role, item.name, item.at, value);
    }
  for (const { name, at, value } of trpcProcedures(links, file, facts)) add('procedure', name, at, value);
  // An exported action may say once more that it is one.
  const listed = new Set(out.map(({ handler }) => handler));
  facts.functions.forEach((fn, id) => {
    if (id > 0 && fn.directives.includes('use server') && !listed.has(functionKey(file, id)))
      add('inline-action', fn.name || 'inline action', fn.at, { k: 'closure', file, fn: id });
  });
  return out;
}

function labelOf(links: Links, name: string, handler: FunctionKey | undefined): string {
  if (name !== 'default' || handler === undefined) return name;
  const { file, fn } = parseFunctionKey(handler);
  return links.functionFacts(file, fn)?.name || name;
}

function docTags(facts: TsFacts, at: number): string[] {
  return facts.functions.find((fn) => fn.at === at)?.doc?.tags ?? [];
}

function fnOf(value: Abs): number {
  return value.k === 'closure' ? value.fn : -1;
}

function isCallable(value: Abs): boolean {
  return !['lit', 'object', 'array', 'undef', 'prisma', 'class', 'instance', 'schema'].includes(value.k);
}

const NOTHING: Analysis = {
  handler: undefined,
  handed: undefined,
  effects: [],
  events: [],
  outcomes: [],
  around: [],
  shown: [],
  sessions: [],
  marks: {},
  validated: false,
  proof: undefined,
  roles: undefined,
  lib: undefined,
  opaque: true,
};

/** What happens when a value is called by a stranger. */
export function analyse(links: Links, value: Abs, given: Given, depth: number): Analysis {
  if (depth > 8) return NOTHING;
  switch (value.k) {
    case 'closure':
      return analyseClosure(links, value, given, depth);
    case 'procedure': {
      const guard = middlewareGuard(links, value.uses, value.lib);
      const proof =
        given.proof ??
        guard.proof ??
        (value.lib.startsWith('guard:') ? { kind: 'session' as const, steps: [] } : undefined);
      const clientInput: Abs = { k: 'origin', o: 'client', path: [] };
      const input: Abs =
        value.input?.k === 'schema'
          ? parsedValue(value.input.shape, clientInput, value.input.site)
          : clientInput;
      const bag: Abs = {
        k: 'object',
        props: { ctx: guard.ctx, parsedInput: input, input, clientInput },
        open: true,
      };
      // `useMutation(schema, handler)` and the like hand the input itself over.
      const args: Abs[] = value.direct
        ? [input, guard.ctx]
        : [bag, { k: 'object', props: { ctx: guard.ctx }, open: true }];
      const inner = analyse(
        links,
        value.handler,
        {
          home: given.home,
          proof,
          roles: given.roles ?? guard.roles,
          checks: [...(given.checks ?? []), ...guard.checks],
          unsure: given.unsure || guard.unsure,
          args: value.lib.startsWith('guard:') ? undefined : args,
        },
        depth + 1,
      );
      return {
        ...inner,
        lib: value.lib,
        validated: inner.validated || value.validated,
        proof: proof ?? inner.proof,
        roles: inner.roles ?? guard.roles,
      };
    }
    case 'authWrapped': {
      const proof: Proof = { kind: 'session', steps: [] };
      const request: Abs = {
        k: 'object',
        props: {
          auth: {
            k: 'variants',
            id: 'req.auth',
            list: [
              { i: 0, value: { k: 'session', path: [] }, proof },
              { i: 1, value: { k: 'lit', v: null } },
            ],
          },
        },
        open: true,
      };
      const inner = analyse(links, value.handler, { ...given, args: [request, UNKNOWN] }, depth + 1);
      const proved = inner.effects.some((effect) => effect.proof);
      return {
        ...inner,
        sessions: [
          ...inner.sessions,
          { ...value.site, direct: true, awaited: true, tested: proved, seq: -1 },
        ],
      };
    }
    case 'made': {
      const handler = value.args.find((arg) => arg.k === 'closure' || arg.k === 'procedure');
      if (!handler) return NOTHING;
      return { ...analyse(links, handler, { ...given, unsure: true }, depth + 1), lib: value.spec };
    }
    case 'promise':
      return analyse(links, awaited(value), given, depth + 1);
    case 'variants': {
      const [only] = value.list;
      return value.list.length === 1 && only ? analyse(links, only.value, given, depth + 1) : NOTHING;
    }
    case 'unknown': {
      // A wrapper that can't be followed, around a function that can: what the function does is known, its guard isn't.
      const inner = value.from?.find((part) => part.k === 'closure' || part.k === 'procedure');
      return inner ? analyse(links, inner, { ...given, unsure: true }, depth + 1) : NOTHING;
    }
    default:
      return NOTHING;
  }
}

function analyseClosure(
  links: Links,
  value: Extract<Abs, { k: 'closure' }>,
  given: Given,
  depth: number,
): Analysis {
  const key = functionKey(value.file, value.fn);
  const summary = summaryFor(links, value, given);
  const bind = (abs: Abs): Abs => {
    let result = given.args ? substitute(abs, key, given.args) : abs;
    for (const outer in value.bind) result = substitute(result, outer, value.bind[outer] ?? []);
    return result;
  };
  const within = <T extends DbEffect | CallEvent>(one: T): T => ({
    ...one,
    ...(one.checks || given.checks?.length
      ? { checks: [...(given.checks ?? []), ...substituteChecks(one.checks ?? [], bind)] }
      : {}),
    ...(one.proof ? {} : given.proof ? { proof: given.proof } : {}),
    ...(given.roles && (one.roles ?? []).every((role) => role === PERMISSION) ? { roles: given.roles } : {}),
    ...(one.transaction ? {} : given.transaction ? { transaction: given.transaction } : {}),
    unsure: one.unsure || given.unsure,
  });
  const effects = summary.effects.map((effect) => within({ ...effect, args: bind(effect.args) }));
  const events = summary.events.map((event) => within({ ...event, args: event.args.map(bind) }));
  let outcomes: Outcome[] = summary.outcomes.map((outcome) => ({
    ...outcome,
    value: bind(outcome.value),
    ...(outcome.checks ? { checks: substituteChecks(outcome.checks, bind) } : {}),
  }));
  const around: Outcome[] = [];
  let shown = substituteChecks(summary.shown, bind);
  let validated = false;
  let { marks } = summary;
  const sessions = [...summary.sessions];
  let handler: FunctionKey | undefined = key;
  let handed = given.args;
  let proof = given.proof;
  let roles = given.roles;
  let lib: string | undefined;
  for (const invocation of summary.invocations) {
    const target = bind(invocation.target);
    if (!['closure', 'procedure', 'authWrapped'].includes(target.k)) continue;
    const inner = analyse(links, target, forInvocation(invocation, bind, given), depth + 1);
    const offset = Math.max(-1, ...effects.map(({ seq }) => seq), ...events.map(({ seq }) => seq)) + 1;
    effects.push(...inner.effects.map((effect) => later(effect, offset)));
    events.push(...inner.events.map((event) => later(event, offset)));
    const answers = isHandler(invocation.target, summary.outcomes);
    if (answers) {
      around.push(...outcomes, ...inner.around);
      outcomes = inner.outcomes;
    }
    shown = [...shown, ...inner.shown].slice(0, 40);
    validated ||= inner.validated;
    sessions.push(...inner.sessions);
    marks = { ...marks, ...inner.marks };
    if (inner.handler && answers) ({ handler, handed } = inner);
    proof = inner.proof ?? proof;
    roles = inner.roles ?? roles;
    lib = inner.lib ?? lib;
  }
  return {
    handler,
    handed,
    effects: effects.slice(0, 80),
    events: events.slice(0, 60),
    outcomes,
    around: around.slice(0, 12),
    shown,
    sessions,
    marks,
    validated,
    proof,
    roles,
    lib,
    opaque: false,
  };
}

const HANDLER =
  /^(default|fn|func|cb|next|run|work|task|execute|resolve|GET|POST|PUT|PATCH|DELETE)$|handler$|handle$|action$|callback$|operation$|mutation$|query$/i;

/**
 * Whether what is called answers for the entry point: not an option's callback whose answer goes elsewhere, `getContext?.(payload)` for
 * the log.
 */
function isHandler(target: Abs, outcomes: readonly Outcome[]): boolean {
  if (target.k !== 'param' || target.path.length === 0 || HANDLER.test(target.path.at(-1) ?? '')) return true;
  return outcomes.some((outcome) => mentions(outcome.value, target, 0));
}

function mentions(value: Abs, target: Abs, depth: number): boolean {
  if (sameAbs(value, target)) return true;
  if (depth > 5) return false;
  const inner = (part: Abs): boolean => mentions(part, target, depth + 1);
  switch (value.k) {
    case 'unknown':
      return value.from?.some(inner) ?? false;
    case 'promise':
      return inner(value.of);
    case 'object':
      return Object.values(value.props).some(inner) || (value.spread?.some(inner) ?? false);
    case 'array':
      return value.items.some(inner);
    case 'made':
      return value.args.some(inner);
    case 'variants':
      return value.list.some((variant) => inner(variant.value));
    default:
      return false;
  }
}

/** What a handler does comes after what its wrapper has done before calling it; positions in one function say nothing in another. */
function later<T extends DbEffect | CallEvent>(one: T, offset: number): T {
  return {
    ...one,
    seq: one.seq + offset,
    ...(one.after ? { after: one.after.map((seq) => seq + offset) } : {}),
  };
}

function forInvocation(invocation: Invocation, bind: (abs: Abs) => Abs, given: Given): Given {
  return {
    home: given.home,
    proof: invocation.proof ?? given.proof,
    roles: invocation.roles ?? given.roles,
    checks: [...(given.checks ?? []), ...substituteChecks(invocation.checks ?? [], bind)],
    transaction: invocation.transaction ?? given.transaction,
    unsure: invocation.unsure || given.unsure,
    args: invocation.args.map(bind),
  };
}

/**
 * A handler that is given a session looks different from inside than one whose parameters are a stranger's, and so does what a wrapper
 * returns when it was made with options or with a guard to call first.
 */
function summaryFor(links: Links, value: Extract<Abs, { k: 'closure' }>, given: Given): Summary {
  const facts = links.tsFacts(value.file);
  const summary = links.summary(functionKey(value.file, value.fn));
  if (!facts) return summary;
  const args = given.args?.some(carriesSession) ? given.args : undefined;
  const isOpen = summary.invocations.some((invocation) => !invocation.proof);
  const made = isOpen ? madeWith(links, value, given.home) : [];
  if (!args && made.length === 0) return summary;
  const it = new Interpreter(links, value.file, facts, value.fn);
  for (const [binding, abs] of made) it.outer.set(binding, abs);
  return it.summarise(args, {});
}

function carriesSession(value: Abs): boolean {
  if (value.k === 'session' || value.k === 'variants' || value.k === 'prisma' || value.k === 'row')
    return true;
  if (value.k === 'object') return Object.values(value.props).some(carriesSession);
  return value.k === 'unknown' ? (value.from?.some(carriesSession) ?? false) : false;
}

function isSession(value: Abs): boolean {
  if (value.k === 'object') return Object.values(value.props).some(isSession);
  return value.k === 'session' || (value.k === 'variants' && value.list.some((variant) => variant.proof));
}

interface Guard {
  proof: Proof | undefined;
  roles: string[] | undefined;
  checks: Check[];
  unsure: boolean;
  /** What the middleware puts into the context. */
  ctx: Abs;
}

/** A chain guards when one of its middlewares goes on only with a proof. */
export function middlewareGuard(links: Links, uses: readonly Abs[], lib = ''): Guard {
  let proof: Proof | undefined;
  let roles: string[] | undefined;
  let unsure = false;
  const checks: Check[] = [];
  const props: { [name: string]: Abs } = lib === 'trpc' ? trpcContext() : {};
  const take = (use: Abs): void => {
    if (use.k === 'procedure') {
      const inner = middlewareGuard(links, [...use.uses, use.handler], lib);
      proof ??= inner.proof;
      roles ??= inner.roles;
      checks.push(...inner.checks);
      return;
    }
    if (use.k !== 'closure') {
      unsure = true;
      return;
    }
    const summary =
      lib === 'trpc' ? trpcMiddleware(links, use, props) : links.summary(functionKey(use.file, use.fn));
    const goesOn = summary.invocations.filter(
      (invocation) =>
        invocation.target.k === 'param' &&
        (invocation.target.path.at(-1) === 'next' || invocation.target.path.length === 0),
    );
    if (goesOn.length === 0) {
      // A middleware factory, or one that throws by itself: what holds at its end holds afterwards.
      const [first] = summary.outcomes;
      if (first && summary.outcomes.every((outcome) => outcome.proof)) proof ??= first.proof;
      for (const outcome of summary.outcomes)
        if (outcome.value.k === 'object') Object.assign(props, outcome.value.props);
      return;
    }
    const [first] = goesOn;
    if (goesOn.every((invocation) => invocation.proof)) proof ??= first?.proof;
    if (goesOn.every((invocation) => invocation.roles)) roles ??= first?.roles;
    unsure ||= goesOn.some((invocation) => invocation.unsure);
    checks.push(
      ...(first?.checks ?? []).filter((check) =>
        goesOn.every((invocation) => invocation.checks?.some((their) => isSame(their, check))),
      ),
    );
    for (const invocation of goesOn) {
      const [arg] = invocation.args;
      const ctx = arg?.k === 'object' ? arg.props['ctx'] : undefined;
      if (ctx?.k !== 'object') continue;
      for (const name in ctx.props) {
        const value = ctx.props[name] ?? UNKNOWN;
        // A user that a middleware has read again is still the session's.
        if (lib !== 'trpc' || !SESSION_KEYS.includes(name) || isSession(value)) props[name] = value;
      }
    }
  };
  for (const use of uses) take(use);
  if (lib === 'trpc' && proof) for (const name of SESSION_KEYS) props[name] = settled(props[name]);
  return { proof, roles, checks, unsure: unsure && !proof, ctx: { k: 'object', props, open: true } };
}
