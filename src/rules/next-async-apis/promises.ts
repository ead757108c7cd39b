/** Follows the promises that Next.js hands out through a file, and finds where they are read as if they were settled. */
import type { BindingId, Step, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps } from '../../facts/visit.ts';
import type { Receiver } from './receivers.ts';

/** Where a promise comes from. */
export type Source =
  | { of: 'props'; receiver: Receiver; key: string }
  /** A call of `cookies`, `headers` or `draftMode`; `at` is the callee's name. */
  | { of: 'call'; name: string; at: number };

export interface SyncRead {
  source: Source;
  /** Place of the promise where it is read. */
  at: number;
  /** What is read of it; undefined when it is handed on as a whole. */
  member: string | undefined;
}

const THENABLE = new Set(['then', 'catch', 'finally']);
const REQUEST_CALLS = new Set(['cookies', 'headers', 'draftMode']);
const WHOLE_READS = new Set(['keys', 'values', 'entries', 'fromEntries', 'assign', 'stringify']);
const PARSES = new Set(['parse', 'safeParse', 'parseAsync', 'safeParseAsync']);
const BUILT_FROM = new Set(['URLSearchParams', 'Headers', 'Map']);

/** Names by which a file calls the request functions: bindings of the functions and of the module. */
interface RequestNames {
  functions: Map<BindingId, string>;
  modules: Set<BindingId>;
}

function requestNames(facts: TsFacts): RequestNames {
  const names: RequestNames = { functions: new Map(), modules: new Set() };
  for (const item of facts.imports) {
    if (item.spec !== 'next/headers' || item.typeOnly) continue;
    for (const { imported, b } of item.names)
      if (imported === '*' || imported === 'default') names.modules.add(b);
      else if (REQUEST_CALLS.has(imported)) names.functions.set(b, imported);
  }
  return names;
}

/** Every read of a promise that does not wait for it, in the order of the file's functions. */
export function syncReads(facts: TsFacts, receivers: readonly Receiver[]): SyncRead[] {
  const names = requestNames(facts);
  if (receivers.length === 0 && names.functions.size === 0 && names.modules.size === 0) return [];
  const carriers = new Map<BindingId, { receiver: Receiver; without: readonly string[] }>();
  const promises = new Map<BindingId, Source>();
  for (const receiver of receivers) {
    const b = facts.functions[receiver.fn]?.params[receiver.index];
    if (b !== undefined && !facts.bindings[b]?.mutable) carriers.set(b, { receiver, without: [] });
  }

  const sourceOf = (value: Value): Source | undefined => {
    if (value.k === 'ref') return promises.get(value.b);
    if (value.k === 'member' && value.of.k === 'ref') {
      const carrier = carriers.get(value.of.b);
      return carrier?.receiver.keys.includes(value.name) && !carrier.without.includes(value.name)
        ? { of: 'props', receiver: carrier.receiver, key: value.name }
        : undefined;
    }
    if (value.k !== 'call') return undefined;
    const { fn } = value;
    const called = fn.k === 'ref' ? names.functions.get(fn.b) : undefined;
    if (called !== undefined) return { of: 'call', name: called, at: fn.at };
    const isMember =
      fn.k === 'member' && fn.of.k === 'ref' && names.modules.has(fn.of.b) && REQUEST_CALLS.has(fn.name);
    return isMember ? { of: 'call', name: fn.name, at: fn.at } : undefined;
  };

  const collect = (step: Step): void => {
    if (step.s !== 'let' || facts.bindings[step.b]?.mutable) return;
    const { value } = step;
    const source = sourceOf(value);
    if (source) promises.set(step.b, source);
    const whole = value.k === 'rest' ? value.of : value;
    const carrier = whole.k === 'ref' ? carriers.get(whole.b) : undefined;
    if (carrier && whole.k === 'ref' && whole.b !== step.b)
      carriers.set(step.b, {
        ...carrier,
        without: [...carrier.without, ...(value.k === 'rest' ? value.omit : [])],
      });
  };
  for (const fn of facts.functions) visitSteps(fn.body, { step: collect });

  const reads: SyncRead[] = [];
  const note = (value: Value, member?: string): void => {
    const source = sourceOf(value);
    if (!source) return;
    const at = source.of === 'call' ? source.at : value.at;
    reads.push({ source, at, member });
  };
  const look = (value: Value): void => {
    switch (value.k) {
      case 'member':
        if (!THENABLE.has(value.name)) note(value.of, value.name);
        return;
      case 'index':
      case 'spread':
      case 'rest':
        note(value.of);
        return;
      case 'binary':
        if (value.op === 'in') note(value.right);
        return;
      case 'object':
      case 'jsx':
        for (const prop of value.props) if (prop.p === 'spread') note(prop.value);
        return;
      case 'new':
        if (value.fn.k === 'ref' && value.fn.b < 0 && BUILT_FROM.has(value.fn.name))
          for (const arg of value.args) note(arg);
        return;
      case 'call':
        if (readsArguments(value)) for (const arg of value.args) note(arg);
        for (const arg of value.args)
          if (arg.k === 'object')
            for (const prop of arg.props)
              if (prop.p === 'prop' && prop.name === 'headers' && isRequestCall(prop.value)) note(prop.value);
        return;
      default:
    }
  };
  // Nobody takes a promise as `headers`: not fetch, not the session look-ups of libraries.
  const isRequestCall = (value: Value): boolean => value.k === 'call' && sourceOf(value)?.of === 'call';
  for (const fn of facts.functions) visitSteps(fn.body, { value: look });
  return reads;
}

/** `Object.entries(x)`, `JSON.stringify(x)`, `schema.parse(x)`: what looks into its argument at once. */
function readsArguments({ fn }: Extract<Value, { k: 'call' }>): boolean {
  if (fn.k !== 'member') return false;
  if (PARSES.has(fn.name))
    return !(fn.of.k === 'call' && fn.of.fn.k === 'member' && fn.of.fn.name === 'promise');
  const isBuiltIn = fn.of.k === 'ref' && fn.of.b < 0 && /^(Object|JSON)$/.test(fn.of.name);
  return isBuiltIn && WHOLE_READS.has(fn.name);
}
