/** What an entry point believes of its caller: values that no schema and no test has looked at, by what they reach. */
import type { SchemaModel } from '../prisma/schema.ts';
import { UNKNOWN } from './abs.ts';
import type { Abs, Site } from './abs.ts';
import { clientParts } from './clientData.ts';
import type { ClientPart, ClientSubject } from './clientData.ts';
import type { Entry } from './entries.ts';
import { checkedAs, inputChecks } from './inputChecks.ts';
import type { InputCheck } from './inputChecks.ts';
import { parseFunctionKey } from './summary.ts';
import type { CallEvent, DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

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
      return value.shape.t === 'any' ? asSent(value.of) : UNKNOWN;
    case 'made':
      return VALIDATORS.test(value.spec) || PARSE_NAME.test([value.name, ...value.path].join('.'))
        ? UNKNOWN
        : { ...value, args: value.args.map(inner) };
    case 'unknown':
      if (!value.from) return value;
      // `schema.parse(data)` inside a helper, whose schema is known only to its caller.
      return value.from.some((part) => part.k === 'schema' || isValidator(part))
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

/** What went through a schema that validates nothing: the parse says as little about it. */
function asSent(value: Abs): Abs {
  return value.k === 'param' ? { k: 'origin', o: 'client', path: value.path } : value;
}

function isValidator(value: Abs): boolean {
  return (value.k === 'made' || value.k === 'package') && VALIDATORS.test(value.spec);
}

/** A part of a value that the caller chose and nothing has parsed. */
export interface RawPart {
  part: ClientPart;
  /** Only whether it is there was tested. */
  isPresent: boolean;
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
}

/** Reads its own checks once. */
export class RawInput {
  readonly #entry: ClientSubject;
  readonly #checks: InputCheck[] | undefined;

  constructor(view: WorkspaceView, entry: Entry) {
    this.#entry = entry;
    this.#checks = entry.handler === undefined ? [] : inputChecks(view, entry.handler);
  }

  /** Parts of a value that were neither parsed nor tested. */
  partsOf(value: Abs): RawPart[] {
    const out: RawPart[] = [];
    for (const found of clientParts(this.#entry, withoutValidated(value))) {
      const part = withoutMethod(found);
      if (part.shape !== undefined || part.source === 'header' || part.source === 'cookie') continue;
      const { leaf } = part;
      // The request itself, handed to a helper that reads what it needs.
      if (this.#entry.kind === 'route' && leaf.k === 'param' && leaf.path.length === 0) continue;
      const how =
        leaf.k === 'param' && leaf.fn === this.#entry.handler
          ? checkedAs(this.#checks ?? [], leaf)
          : undefined;
      if (how === 'schema' || how === 'type') continue;
      out.push({ part, isPresent: how === 'present', isBare: value === found.leaf });
    }
    return out;
  }
}

const METHOD =
  /^(trim|trimStart|trimEnd|toLowerCase|toUpperCase|toString|toFixed|slice|substring|substr|replace|replaceAll|split|map|filter|join|normalize|arrayBuffer|stream|bytes|concat|flat|at|padStart|match|toISOString|getTime)$/;

/** `title.trim()` is the title. */
function withoutMethod(part: ClientPart): ClientPart {
  const { leaf } = part;
  const last = leaf.path.at(-1);
  if (last === undefined || !METHOD.test(last)) return part;
  const path = leaf.path.slice(0, -1);
  const name = path.at(-1);
  return {
    ...part,
    leaf: { ...leaf, path },
    name: name !== undefined && !/^(get|json|data|body|formData)$/.test(name) ? name : undefined,
  };
}

/** Everything unchecked that an entry point passes on. */
export function rawUses(view: WorkspaceView, entry: Entry, schema: SchemaModel | undefined): RawUse[] {
  if (entry.validated || entry.kind === 'page') return [];
  const input = new RawInput(view, entry);
  const out: RawUse[] = [];
  for (const effect of entry.effects)
    if (!isFromTrusted(effect)) out.push(...ofEffect(input, effect, schema));
  for (const event of entry.events) if (!isFromTrusted(event)) out.push(...ofEvent(input, event));
  return out;
}

/** A signed webhook's body, or a call that carries the shared secret. */
function isFromTrusted({ proof }: DbEffect | CallEvent): boolean {
  return proof?.kind === 'signature' || proof?.kind === 'secret';
}

const UNIQUE = /^(findUnique(OrThrow)?|update|delete|upsert)$/;

function ofEffect(input: RawInput, effect: DbEffect, schema: SchemaModel | undefined): RawUse[] {
  const { args, op } = effect;
  const isWrite = effect.kind.endsWith('write');
  const uses = (value: Abs, use: Use, key: string | undefined): RawUse[] =>
    input.partsOf(value).map((raw) => ({ ...raw, use, what: effect, key, isWrite }));
  if (effect.kind.startsWith('raw')) return uses(args, 'sql', undefined);
  if (args.k !== 'object') return uses(args, isWrite ? 'data' : 'filter', undefined);
  const model = schema?.modelOf(effect.model);
  const foreign = new Set(model?.fields.flatMap((field) => field.relation?.fields ?? []) ?? []);
  const out: RawUse[] = [];
  for (const name in args.props) {
    const value = args.props[name];
    if (!value) continue;
    if (name === 'where') out.push(...ofWhere(value, UNIQUE.test(op), uses));
    else if (/^(data|create|update)$/.test(name)) {
      for (const row of value.k === 'array' ? value.items : [value]) {
        if (row.k !== 'object') {
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

function ofEvent(input: RawInput, event: CallEvent): RawUse[] {
  const [first, ...rest] = event.args;
  const uses = (value: Abs | undefined, use: Use): RawUse[] =>
    value
      ? input.partsOf(value).map((raw) => ({ ...raw, use, what: event, key: undefined, isWrite: true }))
      : [];
  switch (event.kind) {
    case 'network': {
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
