/** Rows that a look-up brings up to date on its way: `getBilling(organizationId)` that asks the payment provider when its copy is old. */
import type { Abs } from './abs.ts';
import { calleeAt } from './accessPlace.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/** Names of functions that look something up; those that say they do more (`getAndMark`, `findOrCreate`) are none. */
const LOOKS_UP = /^(get|load|fetch|find|read)(?![a-z])(?!.*(And|Or)[A-Z])/;

/** Whether a write only keeps a copy fresh: made inside of a look-up, with nothing in it that the caller sent. */
export function isReadThrough(view: Pick<WorkspaceView, 'tsFacts'>, effect: DbEffect): boolean {
  if (!/^(update|upsert)/.test(effect.op) || effect.args.k !== 'object') return false;
  const { data, create, update } = effect.args.props;
  if ([data, create, update].some((part) => part && holdsInput(part))) return false;
  return effect.trace.some(({ file, at }) => {
    const facts = view.tsFacts(file);
    const callee = facts && calleeAt(facts, at);
    return callee !== undefined && LOOKS_UP.test(callee.name);
  });
}

/** Whether something in it is as the caller sent it; what a service answers about it is not. */
function holdsInput(value: Abs): boolean {
  switch (value.k) {
    case 'param':
    case 'origin':
    case 'parsed':
      return true;
    case 'object':
      return [...Object.values(value.props), ...(value.spread ?? [])].some(holdsInput);
    case 'array':
      return value.items.some(holdsInput);
    case 'variants':
      return value.list.some((variant) => holdsInput(variant.value));
    default:
      return false;
  }
}
