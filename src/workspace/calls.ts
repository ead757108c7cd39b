/** Calls: what each callee does to the path, to the database and to its arguments. */
import type { Value } from '../facts/tsModel.ts';
import { assertedBy } from './assertions.ts';
import { assignedObject } from './expressions.ts';
import {
  awaited,
  choicesOf,
  itemOf,
  joinAbs,
  leaves,
  memberOf,
  sameAbs,
  trim,
  truthOf,
  UNDEF,
  UNKNOWN,
} from './abs.ts';
import type { Abs, Check, Proof, Site } from './abs.ts';
import { guardName, known } from './callPlace.ts';
import type { CallValue, Place, TaggedValue } from './callPlace.ts';
import { applyClosure, runDetached, runInPlace } from './closures.ts';
import { calledBuilder, chainStep } from './chains.ts';
import { globalCall } from './events.ts';
import type { Interpreter } from './interpreter.ts';
import { isTellingOperation, operationKind } from './knowledge.ts';
import { rowOf } from './ownerChecks.ts';
import { packageCall, sessionRead } from './packageCalls.ts';
import { fromParts, isClientType } from './parts.ts';
import { operation } from './prismaCalls.ts';
import { isRefusal } from './refusals.ts';
import { isSqlTag, sqlFragment } from './sqlFragments.ts';
import { refine } from './refine.ts';
import { cloneState, joinInto } from './state.ts';
import type { State } from './state.ts';
import { functionKey } from './summary.ts';
import { schemaMethod } from './zodCalls.ts';

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

const REGISTRATION = /^(on|once|on[A-Z]\w*|add(Event)?Listener|subscribe|register\w*|command|hears)$/;

/** Evaluates a call or a tagged template with all its effects. */
export function evaluateCall(it: Interpreter, call: CallValue | TaggedValue, state: State): Abs {
  const calleeValue = call.k === 'call' ? call.fn : call.tag;
  const { callee, base } = calleeOf(it, calleeValue, state);
  if (state.dead) return UNKNOWN;
  const args = (call.k === 'call' ? call.args : call.values).flatMap((arg) => argument(it, arg, state));
  if (state.dead) return UNKNOWN;
  if (call.k === 'tagged' && isSqlTag(callee)) return sqlFragment(call.texts, args);
  if (
    (calleeValue.k === 'ref' || calleeValue.k === 'member') &&
    it.links.isSessionHelper(it.file, calleeValue.name)
  )
    return sessionRead(
      it,
      { file: it.file, at: call.at },
      { call, calleeValue },
      { shape: 'object', isSync: false },
    );
  if (call.k === 'call' && calleeValue.k === 'member') {
    if (base.k === 'schema')
      return (
        schemaMethod(base, calleeValue.name, args, { file: it.file, at: call.at }) ??
        apply(it, callee, args, state, { call, calleeValue })
      );
    const request = requestData(base, calleeValue.name, args);
    if (request) return request;
    const special = builtin(it, { name: calleeValue.name, base, callee, place: call.at }, args, state);
    if (special && callee.k === 'global' && callee.path.join('.') === 'Object.assign' && call.args[0])
      assignTo(call.args[0], special, state);
    if (special) return special;
    const chained = base.k === 'chain' ? chainStep(base, calleeValue.name, args) : undefined;
    if (chained) return chained;
  }
  const result = apply(it, callee, args, state, { call, calleeValue });
  state.refused = isRefusal(it, calleeValue, args);
  const asserted = call.k === 'call' ? assertedBy(it.links, call, callee) : undefined;
  if (asserted) refine(it, asserted, true, state, call.at);
  return result;
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
      const cls = it.links.classFacts(callee.file, callee.c);
      const ctor = cls?.methods.find((method) => method.name === 'constructor');
      if (ctor) apply(it, { k: 'closure', file: callee.file, fn: ctor.fn }, args, state, undefined);
      return { k: 'instance', file: callee.file, c: callee.c };
    }
    default:
      if (callee.k === 'global' && callee.path[0] === 'URL' && args[0]) {
        const from = leaves(args[0]).find((leaf) => leaf.k === 'param' || leaf.k === 'origin');
        if (from) return from;
      }
      if (callee.k === 'global' && callee.path.join('.') === 'Response') return response(args);
      if (callee.k === 'global' && callee.path[0] === 'Promise') {
        const [executor] = args;
        if (executor?.k !== 'closure') return { k: 'promise', of: UNKNOWN };
        runDetached(it, executor, [], state);
        return { k: 'promise', of: { k: 'resolved', by: functionKey(executor.file, executor.fn) } };
      }
      for (const arg of args) if (arg.k === 'closure') runDetached(it, arg, [], state);
      return fromParts(args);
  }
}

/** `Object.assign(data, input)`: what `data` is from here on. */
function assignTo(target: Value, value: Abs, state: State): void {
  if (target.k !== 'ref') return;
  const before = state.env.get(target.b);
  if (before?.k === 'object' || before?.k === 'row' || before?.k === 'param') state.env.set(target.b, value);
}

/** An answer of the server, whichever class makes it. */
function response(args: readonly Abs[], method = ''): Abs {
  return {
    k: 'made',
    spec: 'next/server',
    name: `NextResponse${method}`,
    path: [],
    args: args.map((arg) => trim(arg, 3)),
  };
}

/** `Object.keys(value)`, alternative by alternative. */
function keysOf(value: Abs): Abs {
  if (value.k === 'variants')
    return { ...value, list: value.list.map((variant) => ({ ...variant, value: keysOf(variant.value) })) };
  if (value.k !== 'object') return fromParts([value]);
  return {
    k: 'array',
    items: Object.keys(value.props).map((name): Abs => ({ k: 'lit', v: name })),
    open: value.open || (value.maybe?.length ?? 0) > 0,
  };
}

const BODY_READERS = new Set(['json', 'formData', 'text', 'arrayBuffer', 'blob', 'bytes']);

/**
 * `formData.get('title')`, `request.json()`, `url.searchParams.get('page')`, `cookies().get('id')` on something that came from
 * outside: the part keeps its name, so that `userId` of a form can be told from its `title`.
 */
function requestData(of: Abs, name: string, args: readonly Abs[]): Abs | undefined {
  const base = sentIn(of, name);
  if (!base) return undefined;
  const [first] = args;
  if ((name === 'get' || name === 'getAll') && args.length === 1 && first?.k === 'lit')
    return memberOf(memberOf(base, name), String(first.v));
  if (BODY_READERS.has(name) && args.length === 0) return { k: 'promise', of: memberOf(base, name) };
  if (name === 'clone' && args.length === 0) return base;
  return undefined;
}

/** What came from outside behind a request on which a guard has put something: `req.auth = …`. */
function sentIn(value: Abs, name: string): Extract<Abs, { k: 'param' | 'origin' }> | undefined {
  if (value.k === 'param' || value.k === 'origin') return value;
  if (value.k === 'variants') {
    const [first, ...others] = value.list.map((variant) => sentIn(variant.value, name));
    return first && others.every((other) => other && sameAbs(other, first)) ? first : undefined;
  }
  if (value.k !== 'object' || !value.open || value.props[name] || value.spread?.length !== 1)
    return undefined;
  const [only] = value.spread;
  return only && sentIn(only, name);
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
        const sure = /prisma|^db$|^tx$|^trx$|dbclient|database/i.test(named) || fallsBackOnClient(client);
        if (sure || isTellingOperation(fn.name) || hasClientType(it, fn.of.of))
          return {
            callee: {
              k: 'operation',
              model: fn.of.name,
              op: fn.name,
              tx: /^(tx|trx)$/i.test(named) || hasTransactionType(it, fn.of.of),
              sure,
            },
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

/** `client = prisma` of a parameter: a client, whichever is handed in. */
function fallsBackOnClient(client: Abs): boolean {
  return client.k === 'unknown' && client.from?.some(({ k }) => k === 'prisma') === true;
}

function hasClientType(it: Interpreter, value: Value): boolean {
  const type = value.k === 'ref' ? it.bindingOf(value.b)?.type : undefined;
  return type !== undefined && isClientType(type);
}

function hasTransactionType(it: Interpreter, value: Value): boolean {
  const type = value.k === 'ref' ? it.bindingOf(value.b)?.type : undefined;
  return type !== undefined && /\bTransactionClient\b/.test(type) && !/\bPrismaClient\b/.test(type);
}

/** `Object.fromEntries(formData)`, `Object.fromEntries(searchParams.entries())`: whatever fields were sent. */
function fieldsOf(list: Abs): Abs {
  const given = awaited(list);
  const [only, ...others] = given.k === 'unknown' ? (given.from ?? []) : [];
  const value = only && others.length === 0 ? only : given;
  if (value.k !== 'param' && value.k !== 'origin') return fromParts([value]);
  const isList = value.path.at(-1) === 'entries';
  const path = isList ? value.path.slice(0, -1) : value.path;
  const of: Abs = { ...value, path: [...path, 'getAll'] };
  return { k: 'object', props: {}, open: true, spread: [of] };
}

/** Promise and array methods, whose callbacks run in place. */
function builtin(
  it: Interpreter,
  method: Callee & { name: string; place: number },
  args: readonly Abs[],
  state: State,
): Abs | undefined {
  const { callee, base, name, place } = method;
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
  if (callee.k === 'global' && callee.path[0] === 'Object' && args[0]) {
    const [first] = args;
    if (callee.path[1] === 'keys') return keysOf(first);
    if (callee.path[1] === 'assign') return assignedObject(args);
    if (callee.path[1] === 'fromEntries') return fieldsOf(first);
  }
  // What a table holds under a key is not the key.
  if (name === 'get' && base.k === 'unknown' && args.length === 1) return memberOf(base, name);
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
    const row = rowOf(base);
    const element: Abs = row
      ? { ...row, many: false }
      : base.k === 'array' && base.items[0]
        ? base.items[0]
        : itemOf(base);
    const { frame } = it;
    if (frame) frame.loops++;
    const own = cloneState(state);
    const result = runInPlace(it, callback, name === 'reduce' ? [UNKNOWN, element] : [element], own);
    own.dead = false;
    joinInto(state, own);
    if (frame) frame.loops--;
    const shown = name === 'some' || name === 'find' ? shownByItem(it, callback, element, state) : undefined;
    const proof = name === 'some' ? provedByItem(result) : undefined;
    if (shown || proof) {
      const id = `${it.file}:${place}`;
      const item: Abs = name === 'some' ? { k: 'lit', v: true } : element;
      const none: Abs = name === 'some' ? { k: 'lit', v: false } : UNDEF;
      return {
        k: 'variants',
        id,
        list: [
          { i: 0, value: item, ...(shown ? { checks: shown } : {}), ...(proof ? { proof } : {}) },
          { i: 1, value: none },
        ],
      };
    }
    if (name === 'map') return { k: 'array', items: [result], open: true };
    if (name === 'flatMap') return { k: 'array', items: flattened(result), open: true };
    // How many are left isn't known.
    if (name === 'filter') return base.k === 'array' ? { ...base, open: true } : base;
    return fromParts([base, result]);
  }
  return undefined;
}

/** What every true answer about an item proves: `signatures.some((signature) => timingSafeEqual(signature, expected))`. */
function provedByItem(answer: Abs): Proof | undefined {
  if (answer.k !== 'variants') return undefined;
  const accepted = answer.list.filter(({ value }) => truthOf(value) !== 'false');
  return accepted.every(({ proof }) => proof) ? accepted[0]?.proof : undefined;
}

/** The items of the lists that a callback of `flatMap` gives. */
function flattened(value: Abs): Abs[] {
  if (value.k === 'array') return value.items;
  if (value.k === 'variants') return value.list.flatMap((variant) => flattened(variant.value));
  if (value.k === 'unknown') return (value.from ?? []).flatMap(flattened);
  return [value];
}

/** What it shows that an item answers to `(member) => member.userId === session.user.id`. */
function shownByItem(it: Interpreter, callback: Abs, element: Abs, state: State): Check[] | undefined {
  const fn = callback.k === 'closure' && callback.file === it.file ? it.functionOf(callback.fn) : undefined;
  const [only] = fn?.body ?? [];
  const [parameter] = fn?.params ?? [];
  if (!fn || fn.body.length !== 1 || only?.s !== 'return' || !only.value || parameter === undefined)
    return undefined;
  const probe = cloneState(state);
  probe.env.set(parameter, element);
  refine(it, only.value, true, probe, only.at);
  const shown = probe.checks.filter((check) => !state.checks.includes(check));
  return shown.length ? shown : undefined;
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
          ...(state.transaction ? { transaction: state.transaction } : {}),
          unsure: state.unsure,
          at: site,
        });
      }
      // `bot.onMessage(async (message) => …)`: what is only registered runs another time, for somebody else.
      const later = place?.calleeValue.k === 'member' && REGISTRATION.test(place.calleeValue.name);
      for (const arg of args)
        if (arg.k === 'closure') runDetached(it, arg, [], later ? { ...state, unsure: true } : state);
      return {
        k: 'unknown',
        from: [callee, ...args.filter((arg) => arg.k !== 'closure' && arg.k !== 'lit')].slice(0, 6),
        called: true,
      };
    }
    case 'variants': {
      const only = callee.list.length === 1 ? callee.list[0] : undefined;
      if (only) return apply(it, only.value, args, state, place);
      const choices = choicesOf(callee, 'closure');
      return choices ? applyOneOf(it, choices, args, state, place) : fromParts([callee, ...args]);
    }
    case 'made':
    case 'package':
      return packageCall(it, callee, args, state, place);
    case 'chain':
      return calledBuilder(callee, args);
    case 'authWrapped':
    case 'procedure':
      return UNKNOWN;
    case 'unknown': {
      const choices = choicesOf(callee, 'closure');
      return choices
        ? applyOneOf(it, choices, args, state, place)
        : applyUnknown(it, callee, args, state, place);
    }
    default:
      return applyUnknown(it, callee, args, state, place);
  }
}

/** Runs one of several functions, nobody knows which: only what holds after each of them holds after the call. */
function applyOneOf(
  it: Interpreter,
  choices: readonly Abs[],
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  let value: Abs | undefined;
  let after: State | undefined;
  for (const choice of choices) {
    const branch = cloneState(state);
    const given = choice.k === 'closure' ? apply(it, choice, args, branch, place) : UNDEF;
    if (!branch.dead) value = value ? joinAbs(value, given) : given;
    if (after) joinInto(after, branch);
    else after = branch;
  }
  Object.assign(state, after);
  return value ?? UNKNOWN;
}

function applyUnknown(
  it: Interpreter,
  callee: Abs,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  for (const arg of args)
    if (arg.k === 'closure') runDetached(it, arg, [], isForeign(callee) ? { ...state, unsure: true } : state);
  if (callee.k === 'global') {
    const [of, method] = callee.path;
    globalCall(it, callee.path.join('.'), args, state, place);
    if (of === 'Response' && method !== undefined) return response(args, `.${method}`);
  }
  if (callee.k === 'unknown' && place && guardName(place.calleeValue)) state.unsure = true;
  return fromParts([callee, ...args.filter((arg) => arg.k !== 'closure')]);
}

/** Somebody else's code that is handed a callback may check the caller before it runs it. */
function isForeign(callee: Abs): boolean {
  return callee.k === 'unknown' || (callee.k === 'global' && /^global(This)?$/.test(callee.path[0] ?? ''));
}
