/** Expressions with parts that matter together: objects and spreads, lists, `&&`/`||`/`??`, assignments. */
import type { FileId } from '../base/path.ts';
import type { Value } from '../facts/tsModel.ts';
import { awaited, joinAbs, memberOf, truthOf, UNKNOWN, withDefault } from './abs.ts';
import type { Abs, Variant } from './abs.ts';
import type { Interpreter } from './interpreter.ts';
import { fromParts } from './parts.ts';
import { refine } from './refine.ts';
import { cloneState, joinInto } from './state.ts';
import type { State } from './state.ts';

export function evaluateObject(it: Interpreter, value: Extract<Value, { k: 'object' }>, state: State): Abs {
  const props: { [name: string]: Abs } = {};
  const at: { [name: string]: { file: FileId; at: number } } = {};
  const maybe = new Set<string>();
  const opaque: Abs[] = [];
  let open = false;
  let either: string[][] | undefined;
  for (const prop of value.props) {
    if (prop.p === 'prop') {
      props[prop.name] = it.eval(prop.value, state);
      at[prop.name] = { file: it.file, at: prop.at };
      maybe.delete(prop.name);
    } else if (prop.p === 'computed') {
      const key = it.eval(prop.key, state);
      const part = it.eval(prop.value, state);
      const names = namesOf(key);
      if (names.length === 0) open = true;
      for (const name of names) {
        if (names.length > 1 && !props[name]) maybe.add(name);
        props[name] = part;
      }
    } else {
      const part = it.eval(prop.value, state);
      open = spreadInto(part, prop.value, { props, at, maybe, opaque }) || open;
      if (part.k === 'object' && prop.value.k !== 'logic') either ??= part.either;
    }
  }
  const object: Abs = { k: 'object', props, open, at };
  if (opaque.length) object.spread = opaque.slice(0, 3);
  if (either) object.either = either;
  if (maybe.size) object.maybe = [...maybe].toSorted();
  return object;
}

/** The keys that a computed one may come to: `[isUp ? 'upvotes' : 'downvotes']`; none when it may be any. */
function namesOf(key: Abs): string[] {
  if (key.k === 'lit') return [String(key.v)];
  const parts =
    key.k === 'variants' ? key.list.map(({ value }) => value) : key.k === 'unknown' ? key.from : [];
  return parts?.every((part) => part.k === 'lit') ? parts.flatMap(namesOf) : [];
}

/** `Object.assign({}, body, { userId })`: what the spread of each, one after the other, would make. */
export function assignedObject(parts: readonly Abs[]): Abs {
  const props: { [name: string]: Abs } = {};
  const into = { props, at: {}, maybe: new Set<string>(), opaque: [] as Abs[] };
  let open = false;
  for (const part of parts) open = spreadInto(part, { k: 'this', at: 0 }, into) || open;
  return {
    k: 'object',
    props,
    open,
    ...(into.opaque.length ? { spread: into.opaque.slice(0, 3) } : {}),
    ...(into.maybe.size ? { maybe: [...into.maybe].toSorted() } : {}),
  };
}

/** Returns whether unknown keys may have come in. */
function spreadInto(
  part: Abs,
  source: Value,
  into: {
    props: { [name: string]: Abs };
    at: { [name: string]: { file: FileId; at: number } };
    maybe: Set<string>;
    /** Values whose keys aren't in sight. */
    opaque: Abs[];
  },
): boolean {
  const value = awaited(part);
  if (value.k === 'parsed' && value.shape.t === 'object') {
    spreadParsed(value, source.k === 'logic', into);
    // What the schema doesn't name comes along.
    if (value.shape.unknownKeys === 'loose') into.opaque.push(value);
    return value.shape.open === true || value.shape.unknownKeys === 'loose';
  }
  // `...(condition && { take })`: the keys may be absent.
  const conditional = source.k === 'logic' || source.k === 'cond';
  if (value.k === 'object') {
    for (const name in value.props) {
      const own = value.props[name] ?? UNKNOWN;
      const optional = conditional && source.k === 'logic' ? true : (value.maybe?.includes(name) ?? false);
      const before = into.props[name];
      into.props[name] = optional && before ? joinAbs(before, own) : own;
      if (optional && !before) into.maybe.add(name);
      else if (!optional) into.maybe.delete(name);
      const site = value.at?.[name];
      if (site) into.at[name] = site;
    }
    if (value.spread) into.opaque.push(...value.spread);
    return value.open;
  }
  if (value.k === 'undef' || value.k === 'lit') return false;
  if (value.k === 'unknown' && value.from && conditional) {
    let open = false;
    for (const alternative of value.from)
      if (alternative.k === 'object')
        open =
          spreadInto(alternative, { k: 'logic', op: '&&', left: source, right: source, at: 0 }, into) || open;
      else if (alternative.k !== 'undef' && alternative.k !== 'lit') {
        into.opaque.push(alternative);
        open = true;
      }
    return open;
  }
  if (value.k !== 'unknown' || value.from) into.opaque.push(value);
  return true;
}

/** The keys that a schema lets through. */
function spreadParsed(
  value: Extract<Abs, { k: 'parsed' }>,
  conditional: boolean,
  into: Parameters<typeof spreadInto>[2],
): void {
  for (const [name, shape] of Object.entries(value.shape.props ?? {})) {
    const before = into.props[name];
    const own = memberOf(value, name);
    const optional = conditional || (shape.optional === true && !shape.hasDefault);
    into.props[name] = optional && before ? joinAbs(before, own) : own;
    if (optional && !before) into.maybe.add(name);
    else if (!optional) into.maybe.delete(name);
  }
}

export function evaluateArray(it: Interpreter, value: Extract<Value, { k: 'array' }>, state: State): Abs {
  const items: Abs[] = [];
  let open = false;
  for (const item of value.items) {
    const part = it.eval(item, state);
    if (item.k !== 'spread') items.push(part);
    else if (part.k === 'array') {
      items.push(...part.items);
      open ||= part.open;
    } else {
      items.push(fromParts([part]));
      open = true;
    }
  }
  return { k: 'array', items, open };
}

export function evaluateLogic(it: Interpreter, value: Extract<Value, { k: 'logic' }>, state: State): Abs {
  const left = it.eval(value.left, state);
  if (state.dead) return UNKNOWN;
  const other = cloneState(state);
  if (value.op === '&&') {
    refine(it, value.left, true, other, value.at);
  } else if (value.op === '||') refine(it, value.left, false, other, value.at);
  const right = other.dead ? undefined : it.eval(value.right, other);
  const stays = cloneState(state);
  if (value.op === '&&') refine(it, value.left, false, stays, value.at);
  else if (value.op === '||') refine(it, value.left, true, stays, value.at);
  const kept = value.op === '&&' ? falsyPart(left) : left;
  const correlated =
    right && !stays.dead && !other.dead && value.op !== '??'
      ? correlate(`${it.file}:${value.at}`, [it.narrow(kept, stays), stays], [right, other])
      : undefined;
  joinInto(stays, other);
  if (!stays.dead) Object.assign(state, stays);
  else state.dead = true;
  if (!right) return left;
  if (correlated) return correlated;
  if (value.op === '&&')
    return left.k === 'lit' || left.k === 'undef'
      ? left
      : right.k === 'object'
        ? right
        : joinAbs(left, right);
  if (left.k === 'undef' || (left.k === 'lit' && left.v === null)) return right;
  if (left.k === 'lit' && value.op === '??') return left;
  // A value with a fallback keeps what it is known to be: `session ?? null`, `client ?? tx`.
  if (left.k === 'variants') return withFallback(left, right, value.op);
  return withDefault(left, right);
}

export function evaluateAssign(it: Interpreter, value: Extract<Value, { k: 'assign' }>, state: State): Abs {
  const next =
    value.op === '=' || value.op === '??=' || value.op === '||='
      ? it.eval(value.value, state)
      : fromParts([it.eval(value.value, state)]);
  const { target } = value;
  if (target.k === 'ref' && target.b >= 0) {
    const before = state.env.get(target.b);
    state.env.set(target.b, value.op === '=' ? next : joinAbs(before ?? UNKNOWN, next));
  } else if (target.k === 'member' && target.of.k === 'ref' && target.of.b >= 0) {
    const object = state.env.get(target.of.b);
    const key = { name: target.name, value: putBy(state, target.name, next), at: target.at };
    if (object) state.env.set(target.of.b, withKey(it.narrow(object, state), key, it.file));
  } else if (target.k === 'index' && target.of.k === 'ref' && target.of.b >= 0) {
    it.eval(target.key, state);
    const object = state.env.get(target.of.b);
    if (object?.k === 'object') state.env.set(target.of.b, { ...object, open: true });
  }
  return next;
}

/** An object after `object.name = value`; what somebody sent keeps all else that it has. */
function withKey(object: Abs, key: { name: string; value: Abs; at: number }, file: FileId): Abs {
  const { name, value, at } = key;
  switch (object.k) {
    case 'object':
      return {
        ...object,
        props: { ...object.props, [name]: value },
        at: { ...object.at, [name]: { file, at } },
        ...(object.maybe ? { maybe: object.maybe.filter((own) => own !== name) } : {}),
      };
    case 'param':
    case 'origin':
      return {
        k: 'object',
        props: { [name]: value },
        open: true,
        spread: [object],
        at: { [name]: { file, at } },
      };
    case 'variants':
      return {
        ...object,
        list: object.list.map((variant) => ({ ...variant, value: withKey(variant.value, key, file) })),
      };
    default:
      return object;
  }
}

/**
 * What a guard puts on the request once it has proved the session (`req.auth = { userId, teamId }`) is the caller's, also where it was
 * sent in a header: the guard has looked at it in ways that can't all be followed.
 */
function putBy(state: State, name: string, value: Abs): Abs {
  return state.proof?.kind === 'session' && IDENTITY.test(name) ? vouched(value, [name]) : value;
}

/** Names under which guards hand on who calls. */
const IDENTITY = /^(auth|session|user|currentUser|account|identity|principal|ctx|context)$/;

function vouched(value: Abs, path: string[]): Abs {
  if (value.k === 'object') {
    const props = Object.fromEntries(
      Object.entries(value.props).map(([name, part]) => [name, vouched(part, [...path, name])]),
    );
    return { ...value, props };
  }
  const isSent =
    (value.k === 'param' && /^(headers|cookies)$/.test(value.path[0] ?? '')) ||
    (value.k === 'origin' && (value.o === 'header' || value.o === 'cookie'));
  return isSent ? { k: 'session', path } : value;
}

/** Two alternatives of which just one is proved stay apart, so that a later test of the value finds the proof again. */
export function correlate(id: string, ...branches: readonly (readonly [Abs, State])[]): Abs | undefined {
  const list: Variant[] = [];
  for (const [value, state] of branches) {
    const alternatives: Variant[] = value.k === 'variants' ? value.list : [{ i: 0, value }];
    for (const alternative of alternatives) {
      const proof = alternative.proof ?? state.proof;
      const roles = alternative.roles ?? state.roles;
      const checks = [...(alternative.checks ?? []), ...state.checks];
      list.push({
        i: list.length,
        value: alternative.value,
        ...(proof ? { proof } : {}),
        ...(roles ? { roles } : {}),
        ...(checks.length ? { checks } : {}),
        ...(alternative.when ? { when: alternative.when } : {}),
        ...(alternative.unless ? { unless: alternative.unless } : {}),
      });
    }
  }
  const proved = list.filter((variant) => variant.proof).length;
  return proved === 0 || proved === list.length ? undefined : { k: 'variants', id, list: list.slice(0, 8) };
}

/** What `value && …` gives when it stops at its left side. */
function falsyPart(value: Abs): Abs {
  return truthOf(value) === 'maybe' && value.k !== 'variants' ? { k: 'lit', v: null } : value;
}

function withFallback(left: Extract<Abs, { k: 'variants' }>, right: Abs, op: string): Abs {
  return {
    k: 'variants',
    id: left.id,
    list: left.list.map((variant) => {
      const { value } = variant;
      const falls =
        value.k === 'undef' || (value.k === 'lit' && (value.v === null || (op === '||' && !value.v)));
      return falls ? { ...variant, value: right } : variant;
    }),
  };
}
