/** Calls of a file by the place that effects, events and traces give. */
import type { FunctionId, TsFacts } from '../facts/tsModel.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import type { CallValue, TaggedValue } from './callPlace.ts';

export interface IndexedCall {
  call: CallValue | TaggedValue;
  /** The function that it is written in. */
  fn: FunctionId;
}

const known = new WeakMap<TsFacts, ReadonlyMap<number, IndexedCall>>();

/** The calls of a file's functions, by the place of the whole call and by the place of the called name. */
export function callIndex(facts: TsFacts): ReadonlyMap<number, IndexedCall> {
  const before = known.get(facts);
  if (before) return before;
  const index = new Map<number, IndexedCall>();
  facts.functions.forEach((fn, id) => {
    for (const call of [...valuesIn(fn, 'call'), ...valuesIn(fn, 'tagged')]) {
      const entry: IndexedCall = { call, fn: id };
      index.set(call.at, entry);
      const name = calledName(call);
      if (name !== undefined) index.set(name.at, entry);
    }
  });
  known.set(facts, index);
  return index;
}

/** The name that is called, with its place: `create` of `prisma.post.create()`. */
export function calledName(call: CallValue | TaggedValue): { name: string; at: number } | undefined {
  const callee = call.k === 'call' ? call.fn : call.tag;
  return callee.k === 'ref' || callee.k === 'member' ? { name: callee.name, at: callee.at } : undefined;
}
