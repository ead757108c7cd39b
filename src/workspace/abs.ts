/**
 * Abstract values: what the engine knows about an expression without running it. `unknown` is never guilty.
 * All of them are plain JSON, so summaries can be compared and cut off early.
 */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import { mayBeMissing, shapeOfKey } from './zodShape.ts';
import type { ZodShape } from './zodShape.ts';

/** `file#function`: names one function of the workspace. */
export type FunctionKey = string;

/** A place in some file's facts; `at` indexes that file's span table. */
export interface Site {
  file: FileId;
  at: number;
}

export interface EvidenceStep extends Site {
  note: string;
}

/** Why a caller is known: the proof that this path has passed. */
export interface Proof {
  /** `environment`: this path exists outside production only. */
  kind: 'session' | 'signature' | 'secret' | 'token' | 'key' | 'environment';
  steps: EvidenceStep[];
}

/** What a path has shown about the caller's right to some rows. */
export interface Check {
  /** Client accessor of the rows' model; empty where two values were compared. */
  model: string;
  /** What picks the rows: the `where` that found one, or the value that was compared with the session. */
  where: Abs;
  /** A row was found that its `where` binds to the session, or a row's (or a value's) owner was compared with the session. */
  by: 'where' | 'compare';
  /** The look-up whose row it is, or the comparison. */
  site: Site;
}

/** What a path has found out about what its function was given, before that is known. */
export interface Condition {
  of: Extract<Abs, { k: 'param' }>;
  is: 'truthy' | 'nullish' | 'null' | 'undefined' | 'equal' | 'typeof';
  /** What it is equal to, or the name of its type. */
  to?: string | number | boolean;
  /** Whether it is or is not. */
  holds: boolean;
}

/** A proof that a path has passed unless it was given such arguments: `if (options.auth && !session) return`. */
export interface Unless {
  proof: Proof;
  when: readonly Condition[];
}

/** The query that gave a row. */
export interface RowQuery extends Site {
  where?: Abs;
  /** Roles that its `where` demands of whom the session names. */
  roles?: string[];
  /** The query made the row. */
  created?: true;
  /** Fields that a `select` asks for; absent when all scalar fields come. */
  select?: string[];
  omit?: string[];
  /** Filters of the related lists that it asks for. */
  lists?: { [relation: string]: Abs };
}

/** Where a value comes from, as far as security is concerned. */
export type Origin = 'client' | 'header' | 'cookie' | 'env' | 'session' | 'db';

export type Abs =
  /**
   * `filled`: has a fallback (`x ?? 20`), so it is never null or undefined even where `from` holds such a part. `called`: what calling the
   * first of `from` gives.
   */
  | { k: 'unknown'; from?: Abs[]; filled?: true; called?: true }
  /** `thrown`: nobody goes on with it, since the read that gives it throws: `session.user` without a session. */
  | { k: 'undef'; thrown?: true }
  | { k: 'lit'; v: string | number | boolean | null }
  /**
   * `open`: has further keys that are not known (an unknown spread), perhaps of the values in `spread`; `maybe` lists keys that may be absent; `either`: the keys of one
   * of these sets are there together, as in `condition ? { id } : { email }`.
   */
  | {
      k: 'object';
      props: { [name: string]: Abs };
      open: boolean;
      spread?: Abs[];
      maybe?: string[];
      either?: string[][];
      at?: { [name: string]: Site };
    }
  /** `open`: may hold more than the listed items. */
  | { k: 'array'; items: Abs[]; open: boolean }
  | { k: 'closure'; file: FileId; fn: number; bind?: { [fn: FunctionKey]: Abs[] } }
  | { k: 'class'; file: FileId; c: number }
  | { k: 'instance'; file: FileId; c: number }
  | { k: 'module'; file: FileId }
  | { k: 'param'; fn: FunctionKey; i: number; path: string[] }
  | { k: 'package'; spec: string; path: string[] }
  | { k: 'global'; path: string[] }
  /** Result of calling (or constructing) something of a package; `path` continues with later member reads. */
  | { k: 'made'; spec: string; name: string; path: string[]; args: Abs[] }
  | { k: 'generated'; path: string[] }
  | { k: 'prisma'; tx: boolean }
  | { k: 'delegate'; model: string; tx: boolean; sure: boolean }
  | { k: 'operation'; model: string; op: string; tx: boolean; sure: boolean }
  | { k: 'promise'; of: Abs }
  /** What the function that is given to `new Promise` resolves it with. */
  | { k: 'resolved'; by: FunctionKey }
  /** Correlated alternatives: which one holds decides what else is true (a session exists, a role is proved). */
  | { k: 'variants'; id: string; list: Variant[] }
  /** Something of a verified session: `path` from the session object. */
  | { k: 'session'; path: string[] }
  | { k: 'origin'; o: Origin; path: string[] }
  | { k: 'row'; model: string; many: boolean; path: string[]; query?: RowQuery }
  /** A Zod schema; `site` is the call that made it. */
  | { k: 'schema'; shape: ZodShape; site: Site }
  /** What came out of a schema: its shape is proved, whose it is not. `of` is what went in. */
  | { k: 'parsed'; shape: ZodShape; of: Abs; site: Site }
  /** A builder of actions or procedures with its middleware, and the schema of its input. */
  | { k: 'chain'; lib: string; uses: Abs[]; validated: boolean; input?: Abs }
  /** `direct`: its handler is given the input and the context one after the other. */
  | { k: 'procedure'; lib: string; uses: Abs[]; handler: Abs; validated: boolean; input?: Abs; direct?: true }
  /** A request handler wrapped by Auth.js: `req.auth` is the session, possibly null. */
  | { k: 'authWrapped'; handler: Abs; site: Site };

export interface Variant {
  /** Its number among the alternatives as first made; survives filtering. */
  i: number;
  value: Abs;
  proof?: Proof;
  roles?: string[];
  checks?: Check[];
  /** Holds only for calls that are given such arguments. */
  when?: Condition[];
  unless?: Unless;
}

export const UNKNOWN: Abs = { k: 'unknown' };
export const UNDEF: Abs = { k: 'undef' };
const THROWN: Abs = { k: 'undef', thrown: true };

export type Truth = 'true' | 'false' | 'maybe';

/** Whether a value is truthy. */
export function truthOf(value: Abs): Truth {
  switch (value.k) {
    case 'undef':
      return 'false';
    case 'lit':
      return value.v ? 'true' : 'false';
    case 'object':
    case 'array':
    case 'closure':
    case 'class':
    case 'instance':
    case 'module':
    case 'package':
    case 'prisma':
    case 'delegate':
    case 'operation':
    case 'promise':
    case 'chain':
    case 'procedure':
    case 'authWrapped':
    case 'schema':
      return 'true';
    case 'parsed':
      return !mayBeMissing(value.shape) &&
        !value.shape.transformed &&
        ['object', 'array', 'date', 'file', 'tuple', 'record'].includes(value.shape.t)
        ? 'true'
        : 'maybe';
    case 'generated':
      // A member of an enum, or one of the client's marks (`Prisma.JsonNull`).
      return value.path.length > 1 ? 'true' : 'maybe';
    case 'made':
      return isResponse(value) ? 'true' : 'maybe';
    case 'session':
      return SESSION_CERTAIN.has(value.path.join('.')) ? 'true' : 'maybe';
    case 'variants': {
      const all = new Set(value.list.map((variant) => truthOf(variant.value)));
      const only = [...all][0];
      return all.size === 1 && only !== undefined ? only : 'maybe';
    }
    default:
      return 'maybe';
  }
}

/** Whether a value is an answer of the server: `NextResponse.json(…)`, `new Response(…)`. */
export function isResponse(value: Abs): boolean {
  return (
    value.k === 'made' &&
    value.spec === 'next/server' &&
    value.path.length === 0 &&
    /^NextResponse\b/.test(value.name)
  );
}

/** Parts of a session that exist whenever the session does. */
const SESSION_CERTAIN = new Set([
  '',
  'user',
  'user.id',
  'user.email',
  'id',
  'email',
  'userId',
  'sub',
  'session',
  'data',
  'data.user',
  'claims',
]);

/** Schemas that may let null and undefined through. */
const OPEN_SHAPES: ReadonlySet<string> = new Set(['any', 'unknown', 'union', 'literal']);

/** Whether a value is null or undefined. */
export function nullishOf(value: Abs): Truth {
  if (value.k === 'undef') return 'true';
  if (value.k === 'lit') return value.v === null ? 'true' : 'false';
  if (value.k === 'variants') {
    const all = new Set(value.list.map((variant) => nullishOf(variant.value)));
    const only = [...all][0];
    return all.size === 1 && only !== undefined ? only : 'maybe';
  }
  if (value.k === 'parsed' && !mayBeMissing(value.shape) && !OPEN_SHAPES.has(value.shape.t)) return 'false';
  return truthOf(value) === 'true' ? 'false' : 'maybe';
}

/** What `typeof` says about a value, as far as that is known. */
export function typeOf(value: Abs): string | undefined {
  switch (value.k) {
    case 'undef':
      return 'undefined';
    case 'lit':
      return value.v === null ? 'object' : typeof value.v;
    case 'object':
    case 'array':
    case 'instance':
    case 'module':
    case 'promise':
    case 'prisma':
    case 'delegate':
    case 'schema':
      return 'object';
    case 'closure':
    case 'class':
    case 'operation':
    case 'procedure':
    case 'authWrapped':
      return 'function';
    case 'session':
      return value.path.length === 0 || value.path.at(-1) === 'user' ? 'object' : undefined;
    case 'row':
      return value.path.length === 0 ? 'object' : undefined;
    case 'parsed':
      return !mayBeMissing(value.shape) && /^(string|number|boolean|object)$/.test(value.shape.t)
        ? value.shape.t
        : undefined;
    default:
      return undefined;
  }
}

/**
 * The alternatives of a value that is one of several of a kind, with nothing known about which: `production ? new S3() : new Disk()`.
 * Where there may be none, one of them is undefined.
 */
export function choicesOf(value: Abs, kind: 'closure' | 'instance'): Abs[] | undefined {
  const parts =
    value.k === 'variants'
      ? value.list.map((variant) => variant.value)
      : value.k === 'unknown' && !value.called
        ? value.from
        : undefined;
  const choices = parts?.flatMap(
    (part) => choicesOf(part, kind) ?? [nullishOf(part) === 'true' ? UNDEF : part],
  );
  return choices?.some(({ k }) => k === kind) && choices.every(({ k }) => k === kind || k === 'undef')
    ? choices.filter((choice, i) => choices.findIndex((other) => sameAbs(other, choice)) === i)
    : undefined;
}

/** Two paths meet. Keeps what both agree on; a known client or session beats nothing known. */
export function joinAbs(a: Abs, b: Abs): Abs {
  if (a === b || sameAbs(a, b)) return a;
  // `globalThis.prisma ?? new PrismaClient()`: one client, whichever side gives it.
  if (isOneClient(a, b)) return a.k === 'prisma' ? a : b;
  if (a.k === 'object' && b.k === 'object') return joinObjects(a, b);
  const changed = joinChanged(a, b) ?? joinChanged(b, a);
  if (changed) return changed;
  if (a.k === 'undef' && b.k === 'undef') return UNDEF;
  // One of two answers: its body is one of theirs, and so is its status.
  if (a.k === 'made' && b.k === 'made' && a.name === b.name && isResponse(a) && isResponse(b))
    return {
      ...a,
      args: [
        joinAbs(a.args[0] ?? UNDEF, b.args[0] ?? UNDEF),
        joinAbs(a.args[1] ?? NO_OPTIONS, b.args[1] ?? NO_OPTIONS),
      ],
    };
  // One of two clients of the same service: what its methods mean is the same.
  if (a.k === 'made' && b.k === 'made' && isSame({ ...a, args: [] }, { ...b, args: [] }))
    return { ...a, args: [...a.args, ...b.args].slice(0, 5) };
  return { k: 'unknown', from: [a, b].filter((value) => value.k !== 'unknown' || value.from).slice(0, 4) };
}

/** A client, and what is not known but in its place: kept from an earlier call, say. */
export function isOneClient(a: Abs, b: Abs): boolean {
  return (a.k === 'prisma' && isOpaque(b)) || (b.k === 'prisma' && isOpaque(a));
}

/** What somebody sent, on one path with keys put in place: `if (isGuest) input.role = undefined`. */
function joinChanged(sent: Abs, changed: Abs): Abs | undefined {
  if ((sent.k !== 'param' && sent.k !== 'origin') || changed.k !== 'object') return undefined;
  const [of, ...others] = changed.spread ?? [];
  if (!of || others.length > 0 || !sameAbs(of, sent)) return undefined;
  const props = Object.entries(changed.props).map(([name, value]) => [
    name,
    joinAbs(value, memberOf(sent, name)),
  ]);
  return { ...changed, props: Object.fromEntries(props) as { [name: string]: Abs } };
}

const NO_OPTIONS: Abs = { k: 'object', props: {}, open: false };

/** `left ?? right` and `left || right`: what is nullish on the left never comes out. */
export function withDefault(left: Abs, right: Abs): Abs {
  const joined = joinAbs(left, right);
  return joined.k === 'unknown' && joined.from && nullishOf(right) === 'false' ? filled(joined.from) : joined;
}

function isEmptyObject(value: Abs): boolean {
  return value.k === 'object' && !value.open && !value.spread && Object.keys(value.props).length === 0;
}

export function filled(from: readonly Abs[]): Abs {
  const present = from.filter((part) => nullishOf(part) !== 'true');
  const [only] = present;
  return only && present.length === 1 ? only : { k: 'unknown', from: present, filled: true };
}

function isOpaque(value: Abs): boolean {
  return (
    value.k === 'unknown' ||
    value.k === 'global' ||
    value.k === 'undef' ||
    (value.k === 'lit' && value.v === null)
  );
}

function joinObjects(a: Extract<Abs, { k: 'object' }>, b: Extract<Abs, { k: 'object' }>): Abs {
  const props: { [name: string]: Abs } = {};
  const maybe = new Set([...(a.maybe ?? []), ...(b.maybe ?? [])]);
  for (const name of new Set([...Object.keys(a.props), ...Object.keys(b.props)])) {
    const left = a.props[name];
    const right = b.props[name];
    if (left && right) props[name] = joinAbs(left, right);
    else {
      props[name] = left ?? right ?? UNKNOWN;
      maybe.add(name);
    }
  }
  const joined: Abs = { k: 'object', props, open: a.open || b.open };
  if (a.spread || b.spread) joined.spread = [...(a.spread ?? []), ...(b.spread ?? [])].slice(0, 3);
  if (a.at || b.at) joined.at = { ...b.at, ...a.at };
  if (maybe.size) joined.maybe = [...maybe].toSorted();
  const sides = [certainKeys(a), certainKeys(b)].toSorted((one, other) =>
    one.join() < other.join() ? -1 : 1,
  );
  if (!a.either && !b.either && sides.every((side) => side.some((name) => maybe.has(name))))
    joined.either = sides;
  return joined;
}

function certainKeys({ props, maybe }: Extract<Abs, { k: 'object' }>): string[] {
  return Object.keys(props)
    .filter((name) => !maybe?.includes(name))
    .toSorted();
}

export function sameAbs(a: Abs, b: Abs): boolean {
  return a === b || (a.k === b.k && isSame(a, b));
}

/** What a read without `?.` gives: where there was nothing to read from, it throws. */
export function readPlainly(of: Abs, value: Abs): Abs {
  if (value.k === 'undef') return nullishOf(of) === 'true' ? THROWN : value;
  if (value.k !== 'variants' || of.k !== 'variants' || value.id !== of.id) return value;
  return {
    ...value,
    list: value.list.map((variant) => {
      const from = of.list.find(({ i }) => i === variant.i);
      const isThrown = variant.value.k === 'undef' && from !== undefined && nullishOf(from.value) === 'true';
      return isThrown ? { ...variant, value: THROWN } : variant;
    }),
  };
}

const MAX_PATH = 5;
/** The step of a path that stands for any item of a list. */
export const ITEM = '[]';

/** `of.name` where that needs no look-up in other files. */
export function memberOf(of: Abs, name: string): Abs {
  if (name === ITEM) return itemOf(of);
  switch (of.k) {
    case 'object': {
      const own = of.props[name];
      if (own) return of.maybe?.includes(name) ? { k: 'unknown', from: [own] } : own;
      if (!of.open) return UNDEF;
      const [only, ...others] = of.spread ?? [];
      if (!only) return UNKNOWN;
      return others.length === 0
        ? memberOf(only, name)
        : { k: 'unknown', from: (of.spread ?? []).map((part) => memberOf(part, name)) };
    }
    case 'array':
      return name === 'length' && !of.open
        ? { k: 'lit', v: of.items.length }
        : { k: 'unknown', from: of.items };
    case 'param':
      return of.path.length < MAX_PATH ? { ...of, path: [...of.path, name] } : { k: 'unknown', from: [of] };
    case 'package':
    case 'global':
    case 'generated':
      return { ...of, path: [...of.path, name] };
    case 'made':
      if (of.spec === '@trpc/server' && name === 'procedure')
        return { k: 'chain', lib: 'trpc', uses: [], validated: false };
      return of.path.length < MAX_PATH ? { ...of, path: [...of.path, name] } : of;
    case 'session':
    case 'origin':
    case 'row':
      return of.path.length < MAX_PATH ? { ...of, path: [...of.path, name] } : of;
    case 'parsed': {
      const shape = shapeOfKey(of.shape, name);
      if (!shape) return UNDEF;
      const part = memberOf(of.of, name);
      return { k: 'parsed', shape, of: part.k === 'undef' ? UNKNOWN : part, site: of.site };
    }
    case 'variants':
      return {
        k: 'variants',
        id: of.id,
        list: of.list.map((variant) => ({ ...variant, value: memberOf(variant.value, name) })),
      };
    case 'undef':
      return of;
    case 'lit':
      return of.v === null ? UNDEF : UNKNOWN;
    case 'prisma':
      return name.startsWith('$')
        ? { k: 'operation', model: '', op: name, tx: of.tx, sure: true }
        : { k: 'delegate', model: name, tx: of.tx, sure: true };
    case 'delegate':
      return { k: 'operation', model: of.model, op: name, tx: of.tx, sure: of.sure };
    case 'unknown': {
      if (!of.from) return UNKNOWN;
      // `body ?? {}`: has the keys of what is given, or none.
      const [only, ...others] = of.from.filter((part) => !isEmptyObject(part));
      return of.filled && (only?.k === 'param' || only?.k === 'origin') && others.length === 0
        ? memberOf(only, name)
        : { k: 'unknown', from: of.from };
    }
    default:
      return { k: 'unknown', from: [of] };
  }
}

/** Any one item of a list: what `for … of` and the callbacks of `map` and `forEach` are given. */
export function itemOf(list: Abs): Abs {
  switch (list.k) {
    case 'array': {
      const [only, ...others] = list.items;
      return only && others.length === 0 ? only : { k: 'unknown', from: list.items };
    }
    case 'param':
      return list.path.length < MAX_PATH
        ? { ...list, path: [...list.path, ITEM] }
        : { k: 'unknown', from: [list] };
    case 'origin':
      return list.o === 'client' && list.path.length < MAX_PATH
        ? { ...list, path: [...list.path, ITEM] }
        : { k: 'unknown', from: [list] };
    case 'row':
      return list.many ? { ...list, many: false } : { k: 'unknown', from: [list] };
    case 'parsed':
      return list.shape.of
        ? { ...list, shape: list.shape.of, of: itemOf(list.of) }
        : { k: 'unknown', from: [list] };
    case 'variants':
      return { ...list, list: list.list.map((variant) => ({ ...variant, value: itemOf(variant.value) })) };
    case 'unknown':
      return list.from ? { k: 'unknown', from: [list] } : UNKNOWN;
    default:
      return { k: 'unknown', from: [list] };
  }
}

/** What an `await` gives. */
export function awaited(value: Abs): Abs {
  if (value.k === 'promise') return awaited(value.of);
  if (value.k === 'variants')
    return {
      k: 'variants',
      id: value.id,
      list: value.list.map((variant) => ({ ...variant, value: awaited(variant.value) })),
    };
  return value;
}

/** Every origin a value may carry, deeply: parameters, sessions, request data. */
export function leaves(value: Abs, out: Abs[] = [], depth = 0): Abs[] {
  if (depth > 6 || out.length > 40) return out;
  switch (value.k) {
    case 'unknown':
      for (const part of value.from ?? []) leaves(part, out, depth + 1);
      return out;
    case 'object':
      for (const name in value.props) {
        const part = value.props[name];
        if (part) leaves(part, out, depth + 1);
      }
      for (const part of value.spread ?? []) leaves(part, out, depth + 1);
      return out;
    case 'array':
      for (const part of value.items) leaves(part, out, depth + 1);
      return out;
    case 'promise':
      return leaves(value.of, out, depth + 1);
    case 'variants':
      for (const variant of value.list) leaves(variant.value, out, depth + 1);
      return out;
    case 'made':
      out.push(value);
      for (const part of value.args) leaves(part, out, depth + 1);
      return out;
    case 'parsed':
      out.push(value);
      return leaves(value.of, out, depth + 1);
    default:
      out.push(value);
      return out;
  }
}

/** What a value carries, where what went into a schema stays inside of what came out of it. */
function outerLeaves(value: Abs): Abs[] {
  const all = leaves(value);
  const inside = new Set(all.flatMap((leaf) => (leaf.k === 'parsed' ? leaves(leaf.of) : [])));
  return all.filter((leaf) => !inside.has(leaf));
}

/** Keeps values small: below a depth everything is unknown, but for the origins it carries. */
export function trim(value: Abs, depth = 5): Abs {
  if (depth === 0) {
    const from = value.k === 'object' || value.k === 'array' ? outerLeaves(value).slice(0, 6) : [];
    if (value.k === 'object' || value.k === 'array') return from.length ? { k: 'unknown', from } : UNKNOWN;
    return value;
  }
  switch (value.k) {
    case 'object': {
      const props: { [name: string]: Abs } = {};
      let count = 0;
      for (const name in value.props) {
        if (++count > 40) return { ...value, props, open: true };
        props[name] = trim(value.props[name] ?? UNKNOWN, depth - 1);
      }
      return {
        ...value,
        props,
        ...(value.spread
          ? { spread: value.spread.slice(0, 3).map((part) => trim(part, Math.min(depth - 1, 2))) }
          : {}),
      };
    }
    case 'array':
      return {
        ...value,
        items: value.items.slice(0, 12).map((item) => trim(item, depth - 1)),
        open: value.open || value.items.length > 12,
      };
    case 'unknown':
      return value.from
        ? { ...value, from: value.from.slice(0, 6).map((part) => trim(part, Math.min(depth - 1, 2))) }
        : value;
    case 'made':
      return { ...value, args: value.args.slice(0, 4).map((part) => trim(part, Math.min(depth - 1, 2))) };
    case 'parsed':
      return { ...value, of: trim(value.of, Math.min(depth - 1, 2)) };
    default:
      return value;
  }
}
