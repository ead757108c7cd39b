/** Which data an application keeps for all requests, under which tags, and what it tells Next.js to renew. */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile, visitSteps } from '../facts/visit.ts';
import { nearestName } from '../config/distance.ts';
import { cacheUses, wrapperKind } from './caches.ts';
import type { CacheUse } from './caches.ts';
import type { FoundFunction } from './calleeResolver.ts';
import { withClosures } from './requestReads.ts';
import type { RequestReads } from './requestReads.ts';
import { Texts } from './texts.ts';
import type { WorkspaceView } from './view.ts';

type CallValue = Extract<Value, { k: 'call' }>;

export interface Caching {
  /** Tags under which data is kept; unknown parts are `ANY`. */
  kept: string[];
  /** Tags that are renewed. */
  renewed: string[];
  paths: RenewedPath[];
}

export interface RenewedPath {
  path: string;
  /** `ANY` where it isn't written as a text. */
  type: string | undefined;
}

const NAMES =
  /^(revalidateTag|updateTag|revalidatePath|(unstable_)?(expireTag|expirePath|cacheTag|cacheLife|cache))$/;

/** `next/cache`, and the modules behind it that editors import from. */
export const CACHE_MODULE = /^next\/(cache(\.js)?|dist\/server\/use-cache\/cache-(tag|life))$/;

/** What a call of `next/cache` does. */
export type CacheCall = 'renewTag' | 'renewPath' | 'tag' | 'life' | 'keep';

function meaning(name: string): CacheCall | undefined {
  if (!NAMES.test(name)) return undefined;
  if (name.endsWith('Path')) return 'renewPath';
  if (/(revalidate|update|expire)Tag$/.test(name)) return 'renewTag';
  if (/^(unstable_)?cacheTag$/.test(name)) return 'tag';
  return /^(unstable_)?cacheLife$/.test(name) ? 'life' : name === 'unstable_cache' ? 'keep' : undefined;
}

export interface FoundCacheCall {
  does: CacheCall;
  call: CallValue;
  /** The function's own name, and where it is written. */
  name: string;
  at: number;
}

const knownCalls = new WeakMap<TsFacts, readonly FoundCacheCall[]>();

/** Calls of the functions of `next/cache` in a file. */
export function cacheCalls(facts: TsFacts): readonly FoundCacheCall[] {
  const before = knownCalls.get(facts);
  if (before) return before;
  const names = new Map<BindingId, string>();
  for (const { spec, typeOnly, names: imported } of facts.imports)
    if (CACHE_MODULE.test(spec) && !typeOnly) for (const one of imported) names.set(one.b, one.imported);
  const out: FoundCacheCall[] = [];
  if (names.size > 0)
    visitFile(facts, (value) => {
      if (value.k !== 'call') return;
      const { fn } = value;
      const name =
        fn.k === 'ref'
          ? names.get(fn.b)
          : fn.k === 'member' && fn.of.k === 'ref' && names.get(fn.of.b) === '*'
            ? fn.name
            : undefined;
      const does = name === undefined ? undefined : meaning(name);
      if (does && name !== undefined && (fn.k === 'ref' || fn.k === 'member'))
        out.push({ does, call: value, name, at: fn.at });
    });
  knownCalls.set(facts, out);
  return out;
}

/** What one file keeps and renews. */
export function cachingOf(workspace: WorkspaceView, file: FileId, facts: TsFacts): Caching {
  const texts = new Texts(workspace);
  const out: Caching = { kept: [], renewed: [], paths: [] };
  for (const { does, call } of cacheCalls(facts)) {
    const [first, second, third] = call.args;
    if (does === 'tag') for (const arg of call.args) out.kept.push(...texts.inList(file, facts, arg));
    if (does === 'keep' && third) out.kept.push(...(texts.listOf(file, facts, third, 'tags') ?? []));
    if (!first) continue;
    if (does === 'renewTag') out.renewed.push(...texts.of(file, facts, first));
    if (does === 'renewPath')
      for (const path of texts.of(file, facts, first))
        for (const type of second ? texts.of(file, facts, second) : [undefined])
          out.paths.push({ path, type });
  }
  for (const options of taggedRequests(facts))
    out.kept.push(...(texts.listOf(file, facts, options, 'tags') ?? []));
  return { kept: distinct(out.kept), renewed: distinct(out.renewed), paths: out.paths };
}

/** `fetch(url, { next: { tags } })`, and Accelerate's `cacheStrategy: { tags }`. */
export function taggedRequests(facts: TsFacts): Value[] {
  const out: Value[] = [];
  visitFile(facts, (value) => {
    if (value.k !== 'object') return;
    for (const prop of value.props)
      if (prop.p === 'prop' && /^(next|cacheStrategy)$/.test(prop.name) && mayHoldTags(prop.value))
        out.push(prop.value);
  });
  return out;
}

function mayHoldTags(value: Value): boolean {
  if (value.k !== 'object') return value.k === 'ref' || value.k === 'cond';
  return value.props.some((prop) => prop.p !== 'prop' || prop.name === 'tags');
}

/** What several files keep and renew together. */
export function joinCaching(parts: readonly Caching[]): Caching {
  const paths = new Map<string, RenewedPath>();
  for (const part of parts) for (const one of part.paths) paths.set(`${one.type ?? ''}:${one.path}`, one);
  return {
    kept: distinct(parts.flatMap(({ kept }) => kept)),
    renewed: distinct(parts.flatMap(({ renewed }) => renewed)),
    paths: [...paths.values()],
  };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

/** The function that a cache keeps the answers of. */
export function keptFunction(
  reads: RequestReads,
  file: FileId,
  facts: TsFacts,
  { fn, call, inside }: CacheUse,
): FoundFunction | undefined {
  if (fn !== undefined) return { file, facts, fn };
  let [wrapped] = call?.args ?? [];
  // `unstable_cache(cache(find))`
  if (wrapped?.k === 'call' && wrapperKind(facts, wrapped) !== undefined) [wrapped] = wrapped.args;
  return wrapped && reads.resolver.functionOf(reads.resolver.resolve(file, facts, inside, wrapped));
}

/** How long one cached function's answers live, and under which tags. */
export interface Keeping {
  tags: string[];
  /** Grows old by itself. */
  isTimed: boolean;
}

/** Tags and time of a function with `'use cache'`, or of one that `unstable_cache` wraps. */
export function keepingOf(workspace: WorkspaceView, file: FileId, facts: TsFacts, use: CacheUse): Keeping {
  const texts = new Texts(workspace);
  if (use.call) {
    const [, , options] = use.call.args;
    if (!options) return { tags: [], isTimed: false };
    const times = texts.property(file, facts, options, 'revalidate');
    const isForever = times?.every((time) => time.k === 'lit' && typeof time.v !== 'number');
    return { tags: texts.listOf(file, facts, options, 'tags') ?? [], isTimed: isForever !== true };
  }
  const tags: string[] = [];
  // Without a profile of its own it has the default one, which renews it every fifteen minutes.
  for (const call of use.fn === undefined ? [] : callsIn(facts, use.fn))
    for (const arg of call.does === 'tag' ? call.call.args : []) tags.push(...texts.inList(file, facts, arg));
  return { tags, isTimed: true };
}

function callsIn(facts: TsFacts, fn: FunctionId): FoundCacheCall[] {
  const inside = new Set<Value>();
  for (const id of withClosures(facts, fn))
    visitSteps(facts.functions[id]?.body ?? [], {
      value: (value) => {
        if (value.k === 'call') inside.add(value);
      },
    });
  return cacheCalls(facts).filter(({ call }) => inside.has(call));
}

/** The kept tag that a misspelt one probably means. */
export function nearTag(tag: string, { kept }: Caching): string | undefined {
  return nearestName(tag, kept);
}

/** Uses of the caches that all requests share. */
export function sharedUses(facts: TsFacts): CacheUse[] {
  return cacheUses(facts).filter(({ kind }) => kind === 'use cache' || kind === 'unstable_cache');
}
