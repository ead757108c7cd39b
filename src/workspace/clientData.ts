/** What of a value the caller of an entry point chose. */
import { leaves } from './abs.ts';
import type { Abs } from './abs.ts';
import type { ReachingEntry } from './entriesReaching.ts';
import { parseFunctionKey } from './summary.ts';

/** What wrappers and action clients hand to a handler beside the request. */
const FROM_WRAPPER = /^(ctx|context|session|auth|user|currentUser|member|prisma|db|tx)$/;

/**
 * Whether a leaf of an effect's arguments (`leaves`) was chosen by the caller of the entry point that performs it: its parameters,
 * form data, JSON, headers, cookies. What a schema made of it counts as chosen.
 */
export function isClientLeaf(leaf: Abs, { file, entry }: ReachingEntry): boolean {
  if (leaf.k === 'origin') return leaf.o === 'client' || leaf.o === 'header' || leaf.o === 'cookie';
  if (leaf.k !== 'param' || leaf.path.some((name) => FROM_WRAPPER.test(name))) return false;
  // Route context and page props hold nothing but what the address says.
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
