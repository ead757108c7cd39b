/** Functions whose answers are kept: `'use cache'`, `unstable_cache`, React's `cache`. From the facts of one file alone. */
import type { BindingId, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import type { CallValue } from './callPlace.ts';

export type CacheKind =
  /** For all requests: arguments and captured values are the key. */
  | 'use cache'
  /** For one browser: may read the session. */
  | 'use cache: private'
  /** For all requests: arguments and the key's parts are the key, captured values are not. */
  | 'unstable_cache'
  /** React's `cache`: for one render. */
  | 'render';

/** A function with `'use cache'`, or a call that wraps one. */
export interface CacheUse {
  kind: CacheKind;
  /** Name of the function or of the constant that holds the wrapped one; empty when there is none. */
  name: string;
  /** The function's name, or the wrapper's. */
  at: number;
  /** The function itself, where it carries the directive. */
  fn: FunctionId | undefined;
  /** The wrapping call. */
  call: CallValue | undefined;
  /** The function in which the wrapping call (or the cached function) is written. */
  inside: FunctionId;
  /** The constant that holds the wrapped function. */
  b: BindingId | undefined;
}

const known = new WeakMap<TsFacts, readonly CacheUse[]>();

/** What a file caches, in the order of its functions. */
export function cacheUses(facts: TsFacts): readonly CacheUse[] {
  const before = known.get(facts);
  if (before) return before;
  const out = [...directives(facts), ...wrappers(facts)];
  known.set(facts, out);
  return out;
}

function kindOf(texts: readonly string[]): CacheKind | undefined {
  const directive = texts.find((text) => /^use cache(: |$)/.test(text));
  if (directive === undefined) return undefined;
  return directive === 'use cache: private' ? 'use cache: private' : 'use cache';
}

function directives(facts: TsFacts): CacheUse[] {
  const ofFile = kindOf(facts.directives);
  const out: CacheUse[] = [];
  facts.functions.forEach((fn, id) => {
    if (id === 0) return;
    // With the directive on top of a file, all that it exports is cached; its other functions are called by those.
    const kind = kindOf(fn.directives) ?? (ofFile && isExported(facts, id) ? ofFile : undefined);
    if (kind)
      out.push({ kind, name: fn.name, at: fn.at, fn: id, call: undefined, inside: fn.parent, b: undefined });
  });
  return out;
}

function isExported(facts: TsFacts, id: FunctionId): boolean {
  if (facts.functions[id]?.parent !== 0) return false;
  return facts.exports.some((item) => {
    if (item.e === 'value') return item.value.k === 'function' && item.value.fn === id;
    if (item.e !== 'local') return false;
    if (facts.bindings[item.b]?.f === id) return true;
    return (facts.functions[0]?.body ?? []).some(
      (step) => step.s === 'let' && step.b === item.b && step.value.k === 'function' && step.value.fn === id,
    );
  });
}

interface WrapperNames {
  /** Bindings of `cache` and `unstable_cache` themselves. */
  functions: ReadonlyMap<BindingId, CacheKind>;
  /** `import * as React from 'react'`. */
  react: ReadonlySet<BindingId>;
}

function wrapperNames(facts: TsFacts): WrapperNames | undefined {
  const functions = new Map<BindingId, CacheKind>();
  const react = new Set<BindingId>();
  for (const item of facts.imports) {
    if (item.typeOnly) continue;
    for (const { imported, b, typeOnly } of item.names) {
      if (typeOnly) continue;
      if (item.spec === 'next/cache' && imported === 'unstable_cache') functions.set(b, 'unstable_cache');
      if (item.spec !== 'react') continue;
      if (imported === 'cache') functions.set(b, 'render');
      if (imported === '*' || imported === 'default') react.add(b);
    }
  }
  return functions.size === 0 && react.size === 0 ? undefined : { functions, react };
}

function wrapperOf({ functions, react }: WrapperNames, value: Value): CacheKind | undefined {
  if (value.k !== 'call') return undefined;
  const { fn } = value;
  if (fn.k === 'ref') return functions.get(fn.b);
  return fn.k === 'member' && fn.name === 'cache' && fn.of.k === 'ref' && react.has(fn.of.b)
    ? 'render'
    : undefined;
}

/** As what a call keeps a function's answers, if it does. */
export function wrapperKind(facts: TsFacts, value: Value): CacheKind | undefined {
  const names = wrapperNames(facts);
  return names && wrapperOf(names, value);
}

function wrappers(facts: TsFacts): CacheUse[] {
  const names = wrapperNames(facts);
  if (!names) return [];
  const out: CacheUse[] = [];
  const seen = new Set<Value>();
  const note = (value: Value, inside: FunctionId, b: BindingId | undefined): void => {
    const kind = wrapperOf(names, value);
    if (!kind || value.k !== 'call' || seen.has(value)) return;
    seen.add(value);
    const at = value.fn.k === 'ref' || value.fn.k === 'member' ? value.fn.at : value.at;
    const name = b === undefined ? '' : (facts.bindings[b]?.name ?? '');
    out.push({ kind, name, at, fn: undefined, call: value, inside, b });
    // `cache(unstable_cache(…))`: the inner one goes by the same name.
    for (const arg of value.args) note(arg, inside, b);
  };
  facts.functions.forEach((fn, id) => {
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s === 'let') note(step.value, id, step.b);
      },
      value: (value) => {
        note(value, id, undefined);
      },
    });
  });
  for (const item of facts.exports)
    if (item.e === 'value')
      visitValue(item.value, (value) => {
        note(value, 0, undefined);
      });
  return out;
}

/** Constants of a file that hold a function wrapped in React's `cache`. */
export function renderCached(facts: TsFacts): ReadonlySet<BindingId> {
  const out = new Set<BindingId>();
  for (const { kind, b, inside } of cacheUses(facts))
    if (kind === 'render' && b !== undefined && inside === 0) out.add(b);
  return out;
}
