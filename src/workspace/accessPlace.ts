/** Where a finding about an access belongs in the entry point's own file, and the way from there to the access. */
import type { FileId } from '../base/path.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';
import type { Site } from './abs.ts';
import type { Entry } from './entries.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/** One place on the way to an access. */
export interface Step {
  place: Site;
  message: string;
}

export interface AccessPlace {
  /** A place in the entry point's file: the operation, the call that leads to it, or the entry point's name. */
  at: number;
  /** The access itself is written there. */
  isOwn: boolean;
  related: Step[];
}

/** The place in an entry point's file that stands for one of its accesses. */
export function accessPlace(
  view: WorkspaceView,
  file: FileId,
  entry: Pick<Entry, 'at'>,
  effect: DbEffect,
): AccessPlace {
  const what = effect.model === '' ? effect.op : `${effect.model}.${effect.op}`;
  if (effect.file === file) return { at: effect.at, isOwn: true, related: [] };
  const facts = view.tsFacts(file);
  const first = effect.trace.find((site) => site.file === file);
  const name = facts && first ? calleeNameAt(facts, first.at) : undefined;
  const steps = effect.trace.filter((site) => site !== first).slice(0, 2);
  return {
    at: name ?? entry.at,
    isOwn: false,
    related: [
      ...steps.map((site): Step => ({ place: site, message: 'the way to it goes through here' })),
      { place: { file: effect.file, at: effect.at }, message: `${what}() happens here` },
    ],
  };
}

/** Place of the name that a call at a place calls: `update` of `orders.update(…)`. */
export function calleeNameAt(facts: TsFacts, at: number): number | undefined {
  return calleeAt(facts, at)?.at;
}

/** The name that a call at a place calls, and where it stands. */
export function calleeAt(facts: TsFacts, at: number): { name: string; at: number } | undefined {
  let found: { name: string; at: number } | undefined;
  visitFile(facts, (value) => {
    if (found !== undefined) return false;
    if (value.k === 'call' && value.at === at) found = named(value.fn);
    return found === undefined;
  });
  return found;
}

function named(callee: Value): { name: string; at: number } | undefined {
  return callee.k === 'ref' || callee.k === 'member' ? { name: callee.name, at: callee.at } : undefined;
}
