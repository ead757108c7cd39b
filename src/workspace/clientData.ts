/** What a stranger chooses: the parts of a value that come from an entry point's arguments. */
import { ITEM, leaves } from './abs.ts';
import type { Abs, FunctionKey } from './abs.ts';
import type { Entry } from './entries.ts';
import type { ReachingEntry } from './entriesReaching.ts';
import { parseFunctionKey } from './summary.ts';
import type { ZodShape } from './zodShape.ts';

export type ClientSource = 'argument' | 'body' | 'form' | 'params' | 'query' | 'header' | 'cookie';

/** A leaf that the caller chooses. */
export interface ClientPart {
  leaf: Extract<Abs, { k: 'param' | 'origin' }>;
  source: ClientSource;
  /** Its own name, where the code gives it one: `userId` of `formData.get('userId')`, of `{ userId }`, of `body.userId`. */
  name: string | undefined;
  /** The schema that it went through, with the shape of just this part; absent when nothing parsed it. */
  shape: ZodShape | undefined;
}

/** Entry points, as far as telling their data apart needs. */
export type ClientSubject = Pick<Entry, 'kind' | 'handler'>;

/** Values under such names are handed in by wrappers and contexts, not by the caller. */
const GIVEN =
  /^(session|\w*[aA]uth|authentication|principal|identity|apiKey|user|currentUser|ctx|context|account|viewer|workspace|team|project|organi[sz]ation|member|membership|tenant|prisma|db|tx|env|logger|\w*[pP]rovider|\w*[sS]ervice|\w*[cC]lient)$/;
const MAX_PARTS = 24;

/** The parts of a value that the caller of an entry point chooses, deeply: through objects, lists, calls, templates and parses. */
export function clientParts(entry: ClientSubject, value: Abs): ClientPart[] {
  const out: ClientPart[] = [];
  collect(entry, value, undefined, undefined, out, 0);
  return out;
}

/** Whether any part of a value is chosen by the caller. */
export function hasClientPart(entry: ClientSubject, value: Abs): boolean {
  return clientParts(entry, value).length > 0;
}

function collect(
  entry: ClientSubject,
  value: Abs,
  shape: ZodShape | undefined,
  name: string | undefined,
  out: ClientPart[],
  depth: number,
): void {
  if (depth > 7 || out.length >= MAX_PARTS) return;
  const inside = (part: Abs, key = name): void => collect(entry, part, shape, key, out, depth + 1);
  switch (value.k) {
    case 'param':
    case 'origin': {
      const source = sourceOf(entry, value);
      if (source) out.push({ leaf: value, source, name: ownName(value) ?? name, shape });
      return;
    }
    case 'parsed':
      collect(entry, value.of, value.shape, name, out, depth + 1);
      return;
    case 'object':
      for (const key in value.props) {
        const part = value.props[key];
        if (part) inside(part, key);
      }
      for (const part of value.spread ?? []) inside(part);
      return;
    case 'array':
      for (const part of value.items) inside(part);
      return;
    case 'unknown':
      for (const part of value.from ?? []) inside(part);
      return;
    case 'made':
      for (const part of value.args) inside(part);
      return;
    case 'promise':
      inside(value.of);
      return;
    case 'variants':
      for (const variant of value.list) inside(variant.value);
      return;
    default:
  }
}

/** Where a leaf comes from; undefined when the caller doesn't choose it. */
function sourceOf(entry: ClientSubject, leaf: ClientPart['leaf']): ClientSource | undefined {
  if (leaf.k === 'origin') {
    if (leaf.o === 'client') return 'argument';
    return leaf.o === 'header' ? 'header' : leaf.o === 'cookie' ? 'cookie' : undefined;
  }
  const { path } = leaf;
  const [first] = path;
  if (entry.kind === 'route') return routeSource(path, leaf.i);
  if (entry.kind === 'page')
    return first === 'searchParams'
      ? 'query'
      : first === 'params' || isParamsOf(entry, leaf.fn)
        ? 'params'
        : undefined;
  if (entry.kind === 'procedure') return undefined;
  if (first !== undefined && GIVEN.test(first) && leaf.fn !== entry.handler) return undefined;
  if (
    entry.kind === 'inline-action' &&
    leaf.fn !== entry.handler &&
    (first === 'params' || first === 'searchParams')
  )
    return 'params';
  return path.includes('get') || path.includes('getAll') ? 'form' : 'argument';
}

function isParamsOf(entry: ClientSubject, fn: FunctionKey): boolean {
  return entry.handler !== undefined && fn !== entry.handler;
}

function routeSource(path: readonly string[], i: number): ClientSource | undefined {
  const [first] = path;
  if (first === 'params' || i === 1) return first !== undefined && GIVEN.test(first) ? undefined : 'params';
  if (first !== undefined && GIVEN.test(first)) return undefined;
  switch (first) {
    case 'json':
    case 'text':
    case 'body':
    case 'blob':
    case 'bytes':
    case 'arrayBuffer':
      return 'body';
    case 'formData':
      return 'form';
    case 'headers':
      return 'header';
    case 'cookies':
      return 'cookie';
    case 'url':
    case 'nextUrl':
      // The path is what the router has matched; the rest of it says where the server is.
      return path[1] === 'pathname'
        ? 'params'
        : /^(origin|host|hostname|port|protocol|basePath|locale)$/.test(path[1] ?? '')
          ? undefined
          : 'query';
    case 'query':
    case 'searchParams':
      return 'query';
    case 'method':
    case 'signal':
    case 'geo':
    case 'ip':
    case 'socket':
    case 'connection':
    case 'httpVersion':
      return undefined;
    default:
      return 'argument';
  }
}

const ACCESSORS = new Set([
  'get',
  'getAll',
  'json',
  'formData',
  'text',
  'body',
  'query',
  'params',
  'searchParams',
  'url',
  'nextUrl',
  'headers',
  'cookies',
  'data',
  'input',
  'value',
]);

/** The last step of a path that names a thing and not a way to it. */
function ownName(leaf: ClientPart['leaf']): string | undefined {
  const last = leaf.path.findLast((step) => step !== ITEM);
  return last !== undefined && !ACCESSORS.has(last) ? last : undefined;
}

/**
 * Whether a leaf of an effect's arguments (`leaves`) was chosen by the caller of the entry point that performs it: its parameters,
 * form data, JSON, headers, cookies. What a schema made of it counts as chosen.
 */
export function isClientLeaf(leaf: Abs, { file, entry }: ReachingEntry): boolean {
  if ((leaf.k !== 'param' && leaf.k !== 'origin') || sourceOf(entry, leaf) === undefined) return false;
  if (leaf.k === 'origin') return true;
  const home = parseFunctionKey(leaf.fn).file;
  return home === file || (entry.handler !== undefined && home === parseFunctionKey(entry.handler).file);
}

/** Whether any part of a value was chosen by the caller. */
export function hasClientData(value: Abs, from: ReachingEntry): boolean {
  return leaves(value).some((leaf) => isClientLeaf(leaf, from));
}

/** Whether a value is the caller's as it came: neither looked up, nor computed with anything else. */
export function isWhollyClient(value: Abs, from: ReachingEntry): boolean {
  const parts = value.k === 'unknown' ? (value.from ?? []) : [value];
  return parts.length > 0 && parts.every((part) => isClientLeaf(part, from));
}
