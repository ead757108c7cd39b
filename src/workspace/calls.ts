/** Calls: what each callee does to the path, to the database and to its arguments. */
import type { Value } from '../facts/tsModel.ts';
import { awaited, leaves, substitute, trim, UNDEF, UNKNOWN } from './abs.ts';
import type { Abs, Proof, Site, Variant } from './abs.ts';
import type { Interpreter } from './interpreter.ts';
import { isTellingOperation, meaningOf, operationKind, soundsLikeGuard } from './knowledge.ts';
import type { CallMeaning } from './knowledge.ts';
import { fromParts, isClientType } from './parts.ts';
import { cloneState, joinInto } from './state.ts';
import type { State } from './state.ts';
import { functionKey, parseFunctionKey } from './summary.ts';
import type { Outcome } from './summary.ts';

type CallValue = Extract<Value, { k: 'call' }>;
type TaggedValue = Extract<Value, { k: 'tagged' }>;

const ARRAY_CALLBACKS = new Set([
  'map',
  'forEach',
  'filter',
  'find',
  'some',
  'every',
  'flatMap',
  'reduce',
  'findIndex',
  'findLast',
]);
const CHAIN_ENDS = new Set(['action', 'stateAction', 'handler', 'query', 'mutation', 'subscription']);

/** Evaluates a call or a tagged template with all its effects. */
export function evaluateCall(it: Interpreter, call: CallValue | TaggedValue, state: State): Abs {
  const calleeValue = call.k === 'call' ? call.fn : call.tag;
  const { callee, base } = calleeOf(it, calleeValue, state);
  if (state.dead) return UNKNOWN;
  const args = (call.k === 'call' ? call.args : call.values).flatMap((arg) => argument(it, arg, state));
  if (state.dead) return UNKNOWN;
  if (call.k === 'call' && calleeValue.k === 'member') {
    const special = builtin(it, { name: calleeValue.name, base, callee }, args, state);
    if (special) return special;
    const chained = base.k === 'chain' ? chainStep(base, calleeValue.name, args) : undefined;
    if (chained) return chained;
  }
  return apply(it, callee, args, state, { call, calleeValue });
}

export function evaluateNew(it: Interpreter, value: Extract<Value, { k: 'new' }>, state: State): Abs {
  const callee = it.eval(value.fn, state);
  const args = value.args.map((arg) => it.eval(arg, state));
  switch (callee.k) {
    case 'generated':
      return callee.path.at(-1) === 'PrismaClient' ? { k: 'prisma', tx: false } : UNKNOWN;
    case 'package':
      return {
        k: 'made',
        spec: callee.spec,
        name: callee.path.join('.'),
        path: [],
        args: args.map((arg) => trim(arg, 3)),
      };
    case 'class': {
      const cls = it.links.tsFacts(callee.file)?.classes[callee.c];
      const ctor = cls?.methods.find((method) => method.name === 'constructor');
      if (ctor) apply(it, { k: 'closure', file: callee.file, fn: ctor.fn }, args, state, undefined);
      return { k: 'instance', file: callee.file, c: callee.c };
    }
    default:
      if (callee.k === 'global' && callee.path[0] === 'Promise') {
        const [executor] = args;
        if (executor?.k === 'closure') runDetached(it, executor, [], state);
        return { k: 'promise', of: UNKNOWN };
      }
      for (const arg of args) if (arg.k === 'closure') runDetached(it, arg, [], state);
      return fromParts(args);
  }
}

/** A spread of a rest parameter passes the parameters on one by one. */
function argument(it: Interpreter, arg: Value, state: State): Abs[] {
  const value = it.eval(arg, state);
  if (arg.k !== 'spread') return [value];
  return value.k === 'array' ? value.items : [fromParts([value])];
}

interface Callee {
  callee: Abs;
  /** What the callee is a member of; unknown for plain names. */
  base: Abs;
}

/** The callee; `x.post.create` on something opaque is a Prisma call when the schema has such a model. */
function calleeOf(it: Interpreter, fn: Value, state: State): Callee {
  if (fn.k === 'member' && fn.of.k === 'member') {
    const kind = operationKind(fn.name);
    if (kind === 'read' || kind === 'write') {
      const client = it.eval(fn.of.of, state);
      const delegate = it.member(client, fn.of.name);
      if (delegate.k === 'delegate')
        return {
          callee: {
            k: 'operation',
            model: delegate.model,
            op: fn.name,
            tx: delegate.tx,
            sure: delegate.sure,
          },
          base: delegate,
        };
      if (isPossibleClient(client, fn.of.of) && it.links.accessors(it.file)?.has(fn.of.name)) {
        const named = fn.of.of.k === 'ref' ? fn.of.of.name : fn.of.of.k === 'member' ? fn.of.of.name : '';
        const sure = /prisma|^db$|^tx$|^trx$|dbclient|database/i.test(named);
        if (sure || isTellingOperation(fn.name) || hasClientType(it, fn.of.of))
          return {
            callee: { k: 'operation', model: fn.of.name, op: fn.name, tx: /^(tx|trx)$/i.test(named), sure },
            base: delegate,
          };
      }
      return { callee: it.narrow(it.member(delegate, fn.name), state), base: delegate };
    }
  }
  if (
    fn.k === 'member' &&
    /^\$(transaction|queryRaw|executeRaw|queryRawUnsafe|executeRawUnsafe|extends|queryRawTyped)$/.test(
      fn.name,
    )
  ) {
    const client = it.eval(fn.of, state);
    if (client.k === 'prisma') return { callee: it.member(client, fn.name), base: client };
    if (isPossibleClient(client, fn.of))
      return { callee: { k: 'operation', model: '', op: fn.name, tx: false, sure: true }, base: client };
    return { callee: it.narrow(it.member(client, fn.name), state), base: client };
  }
  if (fn.k === 'member') {
    const base = it.eval(fn.of, state);
    return { callee: it.narrow(it.member(base, fn.name), state), base };
  }
  return { callee: it.eval(fn, state), base: UNKNOWN };
}

/** Values whose making can't be seen: a parameter, a context field, a global cache. */
function isPossibleClient(client: Abs, source: Value): boolean {
  if (
    source.k === 'ref' ||
    source.k === 'member' ||
    source.k === 'call' ||
    source.k === 'logic' ||
    source.k === 'await' ||
    source.k === 'cond'
  )
    return (
      client.k === 'unknown' ||
      client.k === 'param' ||
      client.k === 'global' ||
      client.k === 'undef' ||
      (client.k === 'package' && client.spec.startsWith('missing:'))
    );
  return false;
}

function hasClientType(it: Interpreter, value: Value): boolean {
  const type = value.k === 'ref' ? it.facts.bindings[value.b]?.type : undefined;
  return type !== undefined && isClientType(type);
}

/** Promise and array methods, whose callbacks run in place. */
function builtin(
  it: Interpreter,
  method: Callee & { name: string },
  args: readonly Abs[],
  state: State,
): Abs | undefined {
  const { callee, base, name } = method;
  if (callee.k === 'global' && callee.path[0] === 'Promise') {
    const [first] = args;
    if (callee.path[1] === 'resolve') return { k: 'promise', of: first ?? UNDEF };
    if (first?.k === 'array' && ['all', 'allSettled', 'race', 'any'].includes(callee.path[1] ?? '')) {
      if (callee.path[1] !== 'all')
        return { k: 'promise', of: { k: 'array', items: first.items.map(() => UNKNOWN), open: false } };
      return {
        k: 'promise',
        of: { k: 'array', items: first.items.map((item) => it.await(item, state)), open: first.open },
      };
    }
    return { k: 'promise', of: fromParts(args) };
  }
  if (
    callee.k === 'closure' ||
    callee.k === 'operation' ||
    callee.k === 'package' ||
    callee.k === 'made' ||
    callee.k === 'chain'
  )
    return undefined;
  const callback = args.find((arg) => arg.k === 'closure');
  if (!callback) return undefined;
  if (name === 'then' || name === 'catch' || name === 'finally') {
    const value = awaited(base);
    const session = value.k === 'variants' ? it.sessions.get(value.id) : undefined;
    if (session) session.awaited = true;
    const own = cloneState(state);
    const results = args.flatMap((arg, i) =>
      arg.k === 'closure'
        ? [runInPlace(it, arg, [name === 'then' && i === 0 ? it.narrow(value, own) : UNKNOWN], own)]
        : [],
    );
    joinInto(state, own);
    return { k: 'promise', of: name === 'then' ? awaited(results[0] ?? UNKNOWN) : value };
  }
  if (ARRAY_CALLBACKS.has(name)) {
    const element: Abs =
      base.k === 'row'
        ? { ...base, many: false }
        : base.k === 'array' && base.items[0]
          ? base.items[0]
          : fromParts([base]);
    const { frame } = it;
    if (frame) frame.loops++;
    const own = cloneState(state);
    const result = runInPlace(it, callback, name === 'reduce' ? [UNKNOWN, element] : [element], own);
    own.dead = false;
    joinInto(state, own);
    if (frame) frame.loops--;
    if (name === 'map' || name === 'flatMap') return { k: 'array', items: [result], open: true };
    return name === 'filter' ? base : fromParts([base, result]);
  }
  return undefined;
}

interface Place {
  call: CallValue | TaggedValue;
  calleeValue: Value;
}

/** Applies a callee to arguments. */
export function apply(
  it: Interpreter,
  callee: Abs,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  switch (callee.k) {
    case 'operation':
      return operation(it, callee, args, state, place);
    case 'closure':
      return applyClosure(it, callee, args, state, place);
    case 'param': {
      if (place) {
        const site: Site = { file: it.file, at: place.call.at };
        it.invocations.push({
          target: callee,
          args: args.map((arg) => trim(arg)),
          ...known(state),
          unsure: state.unsure,
          at: site,
        });
      }
      for (const arg of args) if (arg.k === 'closure') runDetached(it, arg, [], state);
      return {
        k: 'unknown',
        from: [callee, ...args.filter((arg) => arg.k !== 'closure' && arg.k !== 'lit')].slice(0, 6),
      };
    }
    case 'variants': {
      const only = callee.list.length === 1 ? callee.list[0] : undefined;
      return only ? apply(it, only.value, args, state, place) : fromParts([callee, ...args]);
    }
    case 'made':
    case 'package':
      return packageCall(it, callee, args, state, place);
    case 'chain':
      return UNKNOWN;
    case 'authWrapped':
    case 'procedure':
      return UNKNOWN;
    default: {
      for (const arg of args)
        if (arg.k === 'closure')
          runDetached(it, arg, [], isForeign(callee) ? { ...state, unsure: true } : state);
      if (callee.k === 'global' && callee.path.join('.') === 'fetch') it.marks.external = true;
      if (callee.k === 'unknown' && place && guardName(place.calleeValue)) state.unsure = true;
      return fromParts([callee, ...args.filter((arg) => arg.k !== 'closure')]);
    }
  }
}

function known(state: State): { proof?: Proof; roles?: string[] } {
  return { ...(state.proof ? { proof: state.proof } : {}), ...(state.roles ? { roles: state.roles } : {}) };
}

function guardName(value: Value): boolean {
  return (value.k === 'ref' || value.k === 'member') && soundsLikeGuard(value.name);
}

/** `client.use(…)`, `.inputSchema(…)`, `.action(handler)`: builders of actions and procedures. */
function chainStep(base: Extract<Abs, { k: 'chain' }>, name: string, args: readonly Abs[]): Abs {
  if (CHAIN_ENDS.has(name)) {
    const handler = args.find((arg) => arg.k === 'closure' || arg.k === 'param');
    return handler
      ? { k: 'procedure', lib: base.lib, uses: base.uses, handler, validated: base.validated }
      : UNKNOWN;
  }
  if (name === 'use' || name === 'useValidated' || name === 'unstable_pipe')
    return { ...base, uses: [...base.uses, ...args] };
  if (/schema|input/i.test(name)) return { ...base, validated: true };
  return base;
}

function packageCall(
  it: Interpreter,
  callee: Extract<Abs, { k: 'made' | 'package' }>,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  const site: Site = { file: it.file, at: place?.call.at ?? 0 };
  const closures = args.filter((arg) => arg.k === 'closure' || arg.k === 'param');
  if (callee.spec === '@trpc/server' && callee.path.at(-1) === 'middleware') return closures[0] ?? UNKNOWN;
  if (callee.k === 'made' && callee.spec === 'next-auth' && callee.path.at(-1) === 'auth') {
    const [handler] = closures;
    if (handler) {
      const at =
        place?.calleeValue.k === 'ref' || place?.calleeValue.k === 'member' ? place.calleeValue.at : site.at;
      return { k: 'authWrapped', handler, site: { file: it.file, at } };
    }
  }
  const meaning = meaningOf(callee);
  if (meaning) return meant(it, meaning, callee, args, state, site, place);
  if (isZodParse(callee))
    return { k: 'made', spec: callee.spec, name: 'parse', path: [], args: args.map((arg) => trim(arg, 3)) };
  const checked = isBenignPackage(callee.spec) ? state : { ...state, unsure: true };
  for (const arg of closures) if (arg.k === 'closure') runDetached(it, arg, [], checked);
  const path = callee.k === 'package' ? callee.path : [callee.name, ...callee.path];
  if (!isBenignPackage(callee.spec)) it.marks.external = true;
  if (callee.spec.startsWith('missing:') && soundsLikeGuard(path.join('.'))) state.unsure = true;
  else if (callee.k === 'package' && !isBenignPackage(callee.spec) && place && guardName(place.calleeValue))
    state.unsure = true;
  // What a builder was given earlier (`createHash(…).update(secret).digest()`) stays part of its result.
  const earlier = callee.k === 'made' ? callee.args : [];
  return {
    k: 'made',
    spec: callee.spec,
    name: path.join('.'),
    path: [],
    args: [...args.map((arg) => trim(arg, 3)), ...earlier].slice(0, 5),
  };
}

/** Somebody else's code that is handed a callback may check the caller before it runs it. */
function isForeign(callee: Abs): boolean {
  return callee.k === 'unknown' || (callee.k === 'global' && /^global(This)?$/.test(callee.path[0] ?? ''));
}

/** Packages whose calls never stop a request, whatever their names sound like. */
function isBenignPackage(spec: string): boolean {
  return /^(next|react|zod|date-fns|lodash|node:|clsx|uuid|nanoid|bcrypt|argon2|resend|nodemailer|@prisma|pino|winston|@t3-oss)/.test(
    spec,
  );
}

function isZodParse(callee: Extract<Abs, { k: 'made' | 'package' }>): boolean {
  return /^zod(\/|$)/.test(callee.spec) && /^(safe)?parse(Async)?$/i.test(callee.path.at(-1) ?? '');
}

/** A call whose meaning is known from its package. */
function meant(
  it: Interpreter,
  meaning: CallMeaning,
  callee: Extract<Abs, { k: 'made' | 'package' }>,
  args: readonly Abs[],
  state: State,
  site: Site,
  place: Place | undefined,
): Abs {
  const name = place ? textOf(place.calleeValue) : 'call';
  switch (meaning.m) {
    case 'navigation':
      state.dead = true;
      return UNKNOWN;
    case 'session': {
      const id = `${site.file}:${site.at}`;
      const at =
        place?.calleeValue.k === 'member' || place?.calleeValue.k === 'ref' ? place.calleeValue.at : site.at;
      const before = it.sessions.get(id);
      it.sessions.set(id, {
        file: it.file,
        at,
        direct: true,
        awaited: before?.awaited ?? false,
        tested: before?.tested ?? false,
      });
      const proof: Proof = { kind: 'session', steps: [{ ...site, note: `${name}() reads the session` }] };
      return { k: 'promise', of: { k: 'variants', id, list: sessionVariants(meaning.shape, proof) } };
    }
    case 'throwing': {
      const proof: Proof = {
        kind: meaning.kind,
        steps: [{ ...site, note: `${name}() throws unless verified` }],
      };
      const value: Abs = meaning.kind === 'session' ? { k: 'session', path: [] } : UNKNOWN;
      const variants: Abs = { k: 'variants', id: `${site.file}:${site.at}`, list: [{ i: 0, value, proof }] };
      if (callee.spec === 'jose' || /@clerk/.test(callee.spec)) return { k: 'promise', of: variants };
      state.proof ??= proof;
      return value;
    }
    case 'boolean': {
      const proof: Proof = {
        kind: meaning.kind,
        steps: [{ ...site, note: `${name}() verifies the request` }],
      };
      return {
        k: 'variants',
        id: `${site.file}:${site.at}`,
        list: [
          { i: 0, value: { k: 'lit', v: true }, proof },
          { i: 1, value: { k: 'lit', v: false } },
        ],
      };
    }
    case 'origin':
      return { k: 'promise', of: { k: 'origin', o: meaning.origin, path: [] } };
    case 'wrapper': {
      const handler = args.find(
        (arg) => arg.k === 'closure' || arg.k === 'param' || arg.k === 'procedure' || arg.k === 'authWrapped',
      );
      if (!handler) return UNKNOWN;
      if (!meaning.guards) return handler;
      return { k: 'procedure', lib: `guard:${callee.spec}`, uses: [], handler, validated: false };
    }
    case 'chain':
      return {
        k: 'chain',
        lib: meaning.lib,
        uses: args.flatMap((arg) => (arg.k === 'chain' ? arg.uses : [])),
        validated: false,
      };
    case 'signIn':
      it.marks.signIn = true;
      return { k: 'promise', of: UNKNOWN };
    case 'password':
      it.marks.password = true;
      return { k: 'promise', of: UNKNOWN };
  }
}

function sessionVariants(shape: string, proof: Proof): Variant[] {
  const user: Abs = { k: 'session', path: ['user'] };
  const none: Abs = { k: 'lit', v: null };
  switch (shape) {
    case 'clerk':
      return [
        { i: 0, value: { k: 'session', path: [] }, proof },
        {
          i: 1,
          value: {
            k: 'object',
            props: { userId: none, sessionId: none, orgId: none, user: none },
            open: false,
          },
        },
      ];
    case 'data':
      return [
        {
          i: 0,
          value: {
            k: 'object',
            props: {
              data: { k: 'object', props: { user, session: user, claims: user }, open: false },
              error: none,
            },
            open: false,
          },
          proof,
        },
        {
          i: 1,
          value: {
            k: 'object',
            props: {
              data: { k: 'object', props: { user: none, session: none, claims: none }, open: false },
              error: UNKNOWN,
            },
            open: false,
          },
        },
      ];
    case 'pair':
      return [
        {
          i: 0,
          value: { k: 'object', props: { user, session: { k: 'session', path: [] } }, open: false },
          proof,
        },
        { i: 1, value: { k: 'object', props: { user: none, session: none }, open: false } },
      ];
    case 'bag':
      return [
        { i: 0, value: { k: 'session', path: [] }, proof },
        { i: 1, value: { k: 'object', props: {}, open: false } },
      ];
    default:
      return [
        { i: 0, value: { k: 'session', path: [] }, proof },
        { i: 1, value: none },
      ];
  }
}

/** A Prisma call. */
function operation(
  it: Interpreter,
  callee: Extract<Abs, { k: 'operation' }>,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  const { op, model } = callee;
  if (op === '$extends') return { k: 'prisma', tx: callee.tx };
  if (op === '$transaction') {
    const [first] = args;
    if (first?.k === 'closure')
      return { k: 'promise', of: awaited(runInPlace(it, first, [{ k: 'prisma', tx: true }], state)) };
    if (first?.k === 'array')
      return { k: 'promise', of: { k: 'array', items: first.items.map(awaited), open: first.open } };
    return { k: 'promise', of: fromParts(args) };
  }
  const kind = operationKind(op);
  if (!kind || !place) return fromParts(args);
  const at = place.calleeValue.k === 'member' ? place.calleeValue.at : place.call.at;
  const value: Abs = trim(
    place.call.k === 'tagged'
      ? {
          k: 'object',
          props: {
            sql: { k: 'lit', v: place.call.texts.join('?') },
            values: { k: 'array', items: [...args], open: false },
          },
          open: false,
        }
      : (args[0] ?? UNDEF),
    7,
  );
  const common = {
    file: it.file,
    at,
    model,
    op,
    kind,
    args: value,
    ...known(state),
    unsure: state.unsure,
    sure: callee.sure,
    tx: callee.tx,
  };
  it.addEffect({ ...common, trace: [] });
  const seen = it.queries.get(at);
  if (!seen || (seen.proof && !common.proof))
    it.queries.set(at, { ...common, fn: it.frame?.fn ?? 0, inLoop: it.inLoop });
  const many =
    op === 'findMany' ||
    op === '$queryRaw' ||
    op === '$queryRawUnsafe' ||
    op === 'groupBy' ||
    op.endsWith('AndReturn');
  const row: Abs = { k: 'row', model, many, path: [] };
  const proof = lookupProof(op, args[0], { file: it.file, at: place.call.at }, model);
  if (!proof) return { k: 'promise', of: row };
  return {
    k: 'promise',
    of: {
      k: 'variants',
      id: `${it.file}:${place.call.at}`,
      list: [
        { i: 0, value: { k: 'session', path: [] }, proof },
        { i: 1, value: { k: 'lit', v: null } },
      ],
    },
  };
}

/** A row found by what the request's header or cookie carries proves the caller: sessions, API keys, one-time tokens. */
function lookupProof(op: string, args: Abs | undefined, site: Site, model: string): Proof | undefined {
  if (!/^find(Unique|First)/.test(op) || args?.k !== 'object') return undefined;
  const { where } = args.props;
  if (!where) return undefined;
  const from = leaves(where);
  const secret =
    from.some((leaf) => leaf.k === 'origin' && (leaf.o === 'header' || leaf.o === 'cookie')) ||
    from.some((leaf) => leaf.k === 'param' && leaf.path.includes('headers'));
  if (secret)
    return {
      kind: /session/i.test(model) ? 'session' : 'key',
      steps: [{ ...site, note: `finds the ${model} that the request's header or cookie names` }],
    };
  const names = where.k === 'object' ? Object.keys(where.props).join(' ') : '';
  if (
    /token|secret|otp|code|hash|key/i.test(names) &&
    /token|invit|reset|verif|otp|code|key|magic|confirm/i.test(model)
  )
    return { kind: 'token', steps: [{ ...site, note: `finds a one-time ${model}` }] };
  return undefined;
}

/** A function of the workspace: in place when it is a closure of what is being run, else through its summary. */
function applyClosure(
  it: Interpreter,
  callee: Extract<Abs, { k: 'closure' }>,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  const local = callee.file === it.file ? it.facts.functions[callee.fn] : undefined;
  if (
    local &&
    local.parent !== 0 &&
    local.parent !== -1 &&
    !callee.bind &&
    it.isActive(local.parent) &&
    !it.isActive(callee.fn) &&
    it.depth < 8
  )
    return runInPlace(it, callee, args, state);
  const key = functionKey(callee.file, callee.fn);
  const summary = it.links.summary(key);
  const site: Site = { file: it.file, at: place?.call.at ?? 0 };
  const bind = (value: Abs): Abs => {
    let result = substitute(value, key, args);
    for (const outer in callee.bind) result = substitute(result, outer, callee.bind[outer] ?? []);
    return result;
  };
  if (summary.marks.signIn) it.marks.signIn = true;
  if (summary.marks.password) it.marks.password = true;
  if (summary.marks.external) {
    it.marks.external = true;
    // `verifySignature(headers)` that asks the sender's service: what it checks can't be seen.
    if (place && guardName(place.calleeValue) && !summary.outcomes.some((outcome) => outcome.proof))
      state.unsure = true;
  }
  for (const effect of summary.effects) {
    it.addEffect({
      ...effect,
      args: trim(bind(effect.args), 7),
      ...(effect.proof ? {} : known(state)),
      unsure: effect.unsure || state.unsure,
      trace: [site, ...effect.trace].slice(0, 6),
    });
  }
  for (const invocation of summary.invocations) {
    const target = bind(invocation.target);
    const inner = cloneState(state);
    inner.proof ??= invocation.proof;
    inner.roles ??= invocation.roles;
    inner.unsure ||= invocation.unsure;
    if (target.k === 'closure') apply(it, target, invocation.args.map(bind), inner, place);
    else if (target.k === 'param')
      it.invocations.push({
        ...invocation,
        target,
        args: invocation.args.map(bind),
        ...known(inner),
        unsure: inner.unsure,
      });
  }
  if (it.depth >= 10) return UNKNOWN;
  const name = place ? textOf(place.calleeValue) : summaryName(it, key);
  return resultOf(
    it,
    summary.outcomes,
    bind,
    { async: summary.async, site, name, unfinished: summary.partial },
    state,
  );
}

function summaryName(it: Interpreter, key: string): string {
  const { file, fn } = parseFunctionKey(key);
  return it.links.tsFacts(file)?.functions[fn]?.name ?? 'call';
}

/** The value of a call from the ways it can end. */
function resultOf(
  it: Interpreter,
  outcomes: readonly Outcome[],
  bind: (value: Abs) => Abs,
  about: { async: boolean; site: Site; name: string; unfinished: boolean },
  state: State,
): Abs {
  const id = `${about.site.file}:${about.site.at}`;
  const list: Variant[] = [];
  for (const outcome of outcomes) {
    const value = bind(outcome.value);
    const flat = value.k === 'promise' ? awaited(value) : value;
    const alternatives: Variant[] = flat.k === 'variants' ? flat.list : [{ i: 0, value: flat }];
    for (const alternative of alternatives) {
      const inner = alternative.proof ?? outcome.proof;
      const proof = inner && {
        kind: inner.kind,
        steps: [{ ...about.site, note: `${about.name}()` }, ...inner.steps].slice(0, 6),
      };
      const roles = alternative.roles ?? outcome.roles;
      list.push({
        i: list.length,
        value: alternative.value,
        ...(proof ? { proof } : {}),
        ...(roles ? { roles } : {}),
      });
    }
  }
  const isAsync = about.async || outcomes.some((outcome) => bind(outcome.value).k === 'promise');
  if (list.length === 0 && about.unfinished) return UNKNOWN;
  const only = list[0];
  const isPlain = list.length === 1 && only && !only.proof && !only.roles;
  if (list.some((variant) => variant.proof?.kind === 'session')) {
    const own = it.sessions.get(id);
    if (!own && list.some((variant) => !variant.proof))
      it.sessions.set(id, { ...about.site, direct: false, awaited: !isAsync, tested: false });
  }
  const value: Abs = isPlain ? only.value : { k: 'variants', id, list: list.slice(0, 8) };
  if (isAsync) return { k: 'promise', of: value };
  if (value.k === 'variants') {
    it.settle(value, state);
    return it.narrow(value, state);
  }
  return value;
}

/** Runs a closure now, on this path. */
export function runInPlace(it: Interpreter, closure: Abs, args: readonly Abs[], state: State): Abs {
  if (closure.k !== 'closure') return UNKNOWN;
  const fn = closure.file === it.file ? it.facts.functions[closure.fn] : undefined;
  const outside = !fn || closure.bind !== undefined || (fn.parent !== 0 && !it.isActive(fn.parent));
  if (outside || it.isActive(closure.fn) || it.depth >= 8)
    return applyClosure(it, closure, args, state, undefined);
  if (fn.directives.includes('use server')) return UNKNOWN; // an entry point of its own, called by the client
  const outcomes = it.runFunction(fn, closure.fn, args, state);
  const [only] = outcomes;
  const value: Abs =
    outcomes.length === 1 && only
      ? only.value
      : {
          k: 'variants',
          id: `${it.file}:run${closure.fn}`,
          list: outcomes.map((outcome, i) => ({ i, ...outcome })),
        };
  return fn.async ? { k: 'promise', of: value } : value;
}

/** Runs a callback that somebody else will call, perhaps never: what it proves doesn't hold afterwards. */
function runDetached(it: Interpreter, closure: Abs, args: readonly Abs[], state: State): void {
  runInPlace(it, closure, args, cloneState(state));
}

function textOf(value: Value): string {
  if (value.k === 'ref') return value.name || 'call';
  if (value.k === 'member') return `${textOf(value.of)}.${value.name}`;
  if (value.k === 'call') return `${textOf(value.fn)}()`;
  return 'call';
}
