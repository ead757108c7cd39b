/** What an entry point believes of its caller: values that no schema and no test has looked at, by what they reach. */
import type { SchemaModel } from '../prisma/schema.ts';
import { awaited, ITEM, memberOf, sameAbs, UNKNOWN } from './abs.ts';
import type { Abs, FunctionKey, Site } from './abs.ts';
import { clientParts } from './clientData.ts';
import type { ClientPart } from './clientData.ts';
import type { Entry } from './entries.ts';
import { isAnswer } from './events.ts';
import { checkedAs, inputChecks } from './inputChecks.ts';
import type { InputCheck } from './inputChecks.ts';
import { parseFunctionKey } from './summary.ts';
import type { CallEvent, DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';
import { mayBeMissing } from './zodShape.ts';
import type { ZodShape } from './zodShape.ts';

/** Packages whose results have been looked at, whatever their functions are called. */
const VALIDATORS =
  /^(zod|valibot|yup|joi|@hapi\/joi|arktype|superstruct|runtypes|io-ts|effect|@effect\/schema|ajv|typia|class-validator|class-transformer|@sinclair\/typebox|zod-form-data|drizzle-zod|@conform-to\/|decoders|myzod|@vinejs\/vine|validator|next-safe-action|zsa)(\/|$)/;
const PARSE_NAME = /(^|\.)((safe)?parse|validate|decode|cast)[A-Za-z]*$/;

/** A value without the parts that a schema or a validator gave. */
export function withoutValidated(value: Abs, depth = 0): Abs {
  if (depth > 8) return value;
  const inner = (part: Abs): Abs => withoutValidated(part, depth + 1);
  switch (value.k) {
    case 'parsed':
      return isOpenShape(value.shape) ? value : UNKNOWN;
    case 'made':
      return isAnswer(value) ||
        VALIDATORS.test(value.spec) ||
        PARSE_NAME.test([value.name, ...value.path].join('.')) ||
        PARSE_NAME.test(value.name.replace(/(\.(then|catch|finally))+$/, ''))
        ? UNKNOWN
        : { ...value, args: value.args.map(inner) };
    case 'unknown':
      if (!value.from) return value;
      // `schema.parse(data)` inside a helper, whose schema is known only to its caller.
      return value.from.some((part) => holdsSchema(part) || isConversion(part) || isFetch(part))
        ? UNKNOWN
        : { ...value, from: value.from.map(inner) };
    case 'object': {
      const props: { [name: string]: Abs } = {};
      for (const name in value.props) props[name] = inner(value.props[name] ?? UNKNOWN);
      return { ...value, props, ...(value.spread ? { spread: value.spread.map(inner) } : {}) };
    }
    case 'array':
      return { ...value, items: value.items.map(inner) };
    case 'promise':
      return { k: 'promise', of: inner(value.of) };
    case 'variants':
      return {
        ...value,
        list: value.list.map((variant) => ({ ...variant, value: inner(variant.value) })),
      };
    default:
      return value;
  }
}

/** `z.any()` says nothing about what goes through it, unless a refinement does; nor does an object about the keys that it lets through. */
function isOpenShape(shape: ZodShape): boolean {
  if (shape.t === 'object') return shape.unknownKeys === 'loose' && !shape.transformed;
  return shape.t === 'any' && !shape.refined && !shape.transformed;
}

/** `encodeURIComponent(x)`, `Number(x)`: what comes out is of a known kind, and stays where it is put. */
function isConversion(value: Abs): boolean {
  return (
    value.k === 'global' &&
    /^(encodeURIComponent|((globalThis|Number)\.)?(parseInt|parseFloat)|String|Number|Boolean|BigInt|AbortSignal\.timeout)$/.test(
      value.path.join('.'),
    )
  );
}

/** What a service answers comes from there, whatever it was asked with; that it is asked at all is a use of its own. */
function isFetch(value: Abs): boolean {
  return value.k === 'global' && value.path.at(-1) === 'fetch';
}

/** A schema, a validator, or the method of one: `unknown` of just that. */
function holdsSchema(value: Abs): boolean {
  if (value.k === 'unknown') return value.from?.length === 1 && value.from.every(holdsSchema);
  return (
    value.k === 'schema' || ((value.k === 'made' || value.k === 'package') && VALIDATORS.test(value.spec))
  );
}

/** A part of a value that the caller chose and nothing has parsed. */
export interface RawPart {
  part: ClientPart;
  /** Only whether it is there was tested. */
  isPresent: boolean;
  /** It went through a schema that takes anything there. */
  isOpen: boolean;
  /** It was parsed, and what came in is used instead of what the schema gave: `part` of what was parsed, or all of it. */
  ignored: 'part' | 'whole' | undefined;
  /** It is what `safeParse` gave, on a path where that may have failed. */
  isUnchecked: boolean;
  /** The body as a stream or as bytes, which schemas don't read. */
  isBytes: boolean;
  /** A key of `where` by itself, so that an object in its place is a condition of the caller's. */
  isBare: boolean;
}

/** `id`: picks by a unique key, or names a related row; Prisma itself checks its type. */
export type Use = 'id' | 'filter' | 'data' | 'sql' | 'network' | 'address' | 'mail' | 'system' | 'redirect';

export interface RawUse extends RawPart {
  use: Use;
  /** What happens with it. */
  what: DbEffect | CallEvent;
  /** Where it belongs: key of the query's `where` or `data`. */
  key: string | undefined;
  /** It writes. */
  isWrite: boolean;
  /** What is written to is a column of any JSON. */
  isJson: boolean;
}

/** Reads its own checks once. */
export class RawInput {
  readonly #view: WorkspaceView;
  readonly #entry: Entry;
  /** Checks by the function whose parameters they look at; those of the client's data itself under no name. */
  readonly #checks = new Map<FunctionKey | undefined, InputCheck[]>();

  constructor(view: WorkspaceView, entry: Entry) {
    this.#view = view;
    this.#entry = entry;
    const { handler, handed } = entry;
    if (handler === undefined) return;
    for (const check of inputChecks(view, handler)) {
      this.#note(handler, check);
      // A wrapper's handler looks at what the wrapper hands to it.
      let value = handed?.[check.i];
      for (const name of check.path) value = value && memberOf(awaited(value), name);
      if (value?.k === 'param') this.#note(value.fn, { ...check, i: value.i, path: value.path });
      else if (value?.k === 'origin') this.#note(undefined, { ...check, i: 0, path: value.path });
    }
  }

  #note(fn: FunctionKey | undefined, check: InputCheck): void {
    const before = this.#checks.get(fn);
    if (before) before.push(check);
    else this.#checks.set(fn, [check]);
  }

  /** Parts of a value that were neither parsed nor tested. */
  partsOf(value: Abs): RawPart[] {
    const out = this.#uncheckedIn(value);
    for (const found of clientParts(this.#entry, withoutValidated(value))) {
      const part = this.#named(withoutMethod(found));
      const isOpen = part.shape !== undefined && isOpenShape(part.shape);
      if ((part.shape && !isOpen) || part.source === 'header' || part.source === 'cookie') continue;
      const { leaf } = part;
      // The request itself, handed to a helper that reads what it needs.
      if (this.#entry.kind === 'route' && leaf.k === 'param' && leaf.path.length === 0) continue;
      if (isCut(found)) continue;
      const how = this.#checked(leaf, isOpen);
      if (how === 'schema' || how === 'type') continue;
      out.push({
        part,
        isPresent: how === 'present',
        isBare: value === found.leaf || value.k === 'parsed',
        isOpen,
        ignored: how === 'parsed' ? 'part' : how === 'whole' ? 'whole' : undefined,
        isUnchecked: false,
        isBytes: this.#isBytes(found),
      });
    }
    return out;
  }

  #uncheckedIn(value: Abs): RawPart[] {
    return uncheckedParses(value).flatMap((of) =>
      clientParts(this.#entry, of).map((part) => ({
        part: this.#named(withoutMethod(part)),
        isPresent: false,
        isBare: false,
        isOpen: false,
        ignored: undefined,
        isUnchecked: true,
        isBytes: false,
      })),
    );
  }

  /** What a schema has made of a value without looking at it may be looked at later, itself. */
  #checked(leaf: ClientPart['leaf'], isResult: boolean): ReturnType<typeof checkedAs> {
    const checks = this.#checks.get(leaf.k === 'param' ? leaf.fn : undefined) ?? [];
    return checkedAs(
      checks.filter((check) => check.isResult === (isResult ? true : undefined)),
      leaf.k === 'param' ? leaf : { i: 0, path: leaf.path },
    );
  }

  /** An argument goes by its parameter's name. */
  #named(part: ClientPart): ClientPart {
    const { leaf } = part;
    if (leaf.k !== 'param' || leaf.path.length > 0 || this.#entry.kind === 'route') return part;
    const { file, fn } = parseFunctionKey(leaf.fn);
    const facts = this.#view.tsFacts(file);
    const name = facts?.bindings[facts.functions[fn]?.params[leaf.i] ?? -1]?.name;
    return name === undefined || name === '' ? part : { ...part, name };
  }

  #isBytes({ leaf }: ClientPart): boolean {
    const { kind, name } = this.#entry;
    if (kind !== 'route' || name === 'default') return false;
    return leaf.path.length === 1 && /^(body|arrayBuffer|blob|bytes)$/.test(leaf.path[0] ?? '');
  }
}

/** What went into `safeParse` where the result is used before its success was tested. */
function uncheckedParses(value: Abs, depth = 0): Abs[] {
  if (depth > 6) return [];
  const inner = (part: Abs): Abs[] => uncheckedParses(part, depth + 1);
  switch (value.k) {
    case 'variants': {
      const [first, second] = value.list;
      const isResult =
        value.list.length === 2 && second?.value.k === 'undef' && !first?.proof && !second.proof;
      return value.list.flatMap(({ value: one }) =>
        one.k !== 'parsed' ? inner(one) : isResult && !mayBeMissing(one.shape) ? [one.of] : [],
      );
    }
    case 'object':
      return [...Object.values(value.props), ...(value.spread ?? [])].flatMap(inner);
    case 'array':
      return value.items.flatMap(inner);
    case 'unknown':
      return (value.from ?? []).flatMap(inner);
    default:
      return [];
  }
}

/** `text.slice(0, 200)`: a text, of a size. `formData.has('all')`, `list.includes(id)`: an answer about what was sent. */
function isCut({ leaf }: ClientPart): boolean {
  return /^(slice|substring|substr|has|hasOwn|hasOwnProperty|includes|startsWith|endsWith|some|every|indexOf|findIndex)$/.test(
    leaf.path.at(-1) ?? '',
  );
}

const METHOD =
  /^(trim|trimStart|trimEnd|toLowerCase|toUpperCase|toString|toFixed|slice|substring|substr|replace|replaceAll|split|map|filter|join|normalize|arrayBuffer|stream|bytes|concat|flat|at|padStart|match|toISOString|getTime)$/;
/** Parts of an address: texts by their reading. */
const URL_PART = /^(hostname|host|origin|protocol|port)$/;

/** `title.trim()` is the title. */
function withoutMethod(part: ClientPart): ClientPart {
  const { leaf } = part;
  const last = leaf.path.at(-1);
  const isStep =
    last !== undefined && (METHOD.test(last) || (part.source === 'query' && URL_PART.test(last)));
  if (!isStep) return part;
  const path = leaf.path.slice(0, -1);
  const name = path.findLast((step) => step !== ITEM);
  return {
    ...part,
    leaf: { ...leaf, path },
    name: name !== undefined && !/^(get|json|data|body|formData)$/.test(name) ? name : undefined,
  };
}

/** Servers of queues and workflows that verify who calls before they run anything. */
const VERIFYING = /^(@upstash\/workflow|@upstash\/qstash|inngest|@trigger\.dev\/)/;

/** Everything unchecked that an entry point passes on. */
export function rawUses(view: WorkspaceView, entry: Entry, schema: SchemaModel | undefined): RawUse[] {
  if (entry.validated || entry.kind === 'page' || VERIFYING.test(entry.lib ?? '')) return [];
  const input = new RawInput(view, entry);
  const out: RawUse[] = [];
  for (const effect of entry.effects)
    if (!isFromTrusted(effect)) out.push(...ofEffect(input, effect, schema));
  for (const event of entry.events) if (!isFromTrusted(event)) out.push(...ofEvent(input, event));
  if (out.length === 0) return out;
  // All of a text that was parsed by itself is what the schema saw; all of an object may hold more than that.
  const counting = out.filter(
    ({ ignored, use, key }) => ignored !== 'whole' || (use === 'data' && key === undefined),
  );
  const keys = entry.effects.flatMap((effect) => takenKeys(effect, schema));
  return counting.filter(
    ({ part, use, what }) =>
      use === 'id' || !keys.some(({ key, seq }) => seq < what.seq && sameAbs(key, part.leaf)),
  );
}

/** What has picked a row by a unique key before: a text of the right kind, and one that exists. */
function takenKeys(
  { op, args, model, seq }: DbEffect,
  schema: SchemaModel | undefined,
): { key: Abs; seq: number }[] {
  const exists = /^(update|delete|findUniqueOrThrow)$/.test(op);
  const where = args.k === 'object' ? args.props['where'] : undefined;
  if (where?.k !== 'object' || (!exists && op !== 'findUnique')) return [];
  const fields = schema?.modelOf(model)?.fields;
  return Object.entries(where.props).flatMap(([name, value]) => {
    if (!exists && !fields?.some((field) => field.name === name && field.id)) return [];
    return (value.k === 'object' ? Object.values(value.props) : [value]).map((key) => ({ key, seq }));
  });
}

/** A signed webhook's body, or a call that carries the shared secret. */
function isFromTrusted({ proof }: DbEffect | CallEvent): boolean {
  return proof?.kind === 'signature' || proof?.kind === 'secret';
}

const UNIQUE = /^(findUnique(OrThrow)?|update|delete|upsert)$/;

function ofEffect(input: RawInput, effect: DbEffect, schema: SchemaModel | undefined): RawUse[] {
  const { args, op } = effect;
  const isWrite = effect.kind.endsWith('write');
  const model = schema?.modelOf(effect.model);
  const uses = (value: Abs, use: Use, key: string | undefined): RawUse[] =>
    input.partsOf(value).map((raw) => ({
      ...raw,
      use,
      what: effect,
      key,
      isWrite,
      isJson: model?.fields.some((field) => field.name === key && field.type === 'Json') ?? false,
    }));
  if (effect.kind.startsWith('raw')) return uses(args, 'sql', undefined);
  if (args.k !== 'object') return uses(args, isWrite ? 'data' : 'filter', undefined);
  const foreign = new Set(model?.fields.flatMap((field) => field.relation?.fields ?? []) ?? []);
  const out: RawUse[] = [];
  for (const name in args.props) {
    const value = args.props[name];
    if (!value) continue;
    if (name === 'where') out.push(...ofWhere(value, UNIQUE.test(op), uses));
    else if (/^(data|create|update)$/.test(name)) {
      for (const row of value.k === 'array' ? value.items : [value]) {
        if (row.k !== 'object') {
          // What a schema gave, whole: key by key, as far as it names them.
          if (row.k === 'parsed')
            for (const key in row.shape.props) out.push(...uses(memberOf(row, key), 'data', key));
          out.push(...uses(row, 'data', undefined));
          continue;
        }
        for (const key in row.props) {
          const field = row.props[key];
          const isLink = foreign.has(key) || (field?.k === 'object' && 'connect' in field.props);
          if (field) out.push(...uses(field, isLink ? 'id' : 'data', key));
        }
        for (const part of row.spread ?? []) out.push(...uses(part, 'data', undefined));
      }
    }
  }
  return out;
}

function ofWhere(
  where: Abs,
  isUnique: boolean,
  uses: (value: Abs, use: Use, key: string | undefined) => RawUse[],
): RawUse[] {
  if (where.k !== 'object') return uses(where, isUnique ? 'id' : 'filter', undefined);
  const out: RawUse[] = [];
  for (const key in where.props) {
    const value = where.props[key];
    if (value) out.push(...uses(value, isUnique ? 'id' : 'filter', key));
  }
  for (const part of where.spread ?? []) out.push(...uses(part, isUnique ? 'id' : 'filter', undefined));
  return out;
}

/** Reads of a store by a key. */
const LOOKS_UP =
  /(redis|kv|cache)\w*(\(\))?\.(get|mget|exists|ttl|hget|hgetall|hmget|sismember|smembers|scan|zscore|lrange)$/i;
/** Rate limits by a name, and uploads whose package reads the request's body by a shape of its own. */
const COUNTS = /rate_?limit\w*(\(.*\))?\.\w+$|^handleUpload$/i;

function ofEvent(input: RawInput, event: CallEvent): RawUse[] {
  const [first, ...rest] = event.args;
  const uses = (value: Abs | undefined, use: Use): RawUse[] =>
    value
      ? input
          .partsOf(value)
          .map((raw) => ({ ...raw, use, what: event, key: undefined, isWrite: true, isJson: false }))
      : [];
  switch (event.kind) {
    case 'network': {
      if (LOOKS_UP.test(event.name)) return event.args.flatMap((arg) => uses(arg, 'id'));
      if (COUNTS.test(event.name)) return [];
      const isHttp = /^(fetch|axios|ky|got)\b/.test(event.name);
      return [...uses(first, isHttp ? 'address' : 'network'), ...rest.flatMap((arg) => uses(arg, 'network'))];
    }
    case 'mail':
    case 'system':
      return event.args.flatMap((arg) => uses(arg, event.kind === 'mail' ? 'mail' : 'system'));
    case 'redirect':
      // `/posts/${id}` stays in the application; an address that is the caller's as a whole need not.
      return uses(first, 'redirect').filter(({ isBare }) => isBare);
    default:
      return [];
  }
}

/** Where something happens, for messages. */
export function siteOf({ what }: RawUse): Site {
  return { file: what.file, at: what.at };
}

/** The function that a leaf is a parameter of, when it is the handler of an entry point in its own file. */
export function ownHandler(entry: Entry, file: string): number | undefined {
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  return handler?.file === file ? handler.fn : undefined;
}
