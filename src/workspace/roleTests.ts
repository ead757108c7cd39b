/** Whether functions test roles, by their text alone: no path is followed. */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionFacts, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import type { Entry } from './entries.ts';
import { initialValue } from './initialValue.ts';
import type { Links } from './links.ts';
import { parseFunctionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/** Fields that say what somebody may do. */
export const ROLE =
  /(^|_)(roles?|permissions?|scopes?|privileges?|capabilit(y|ies)|authorities)$|(Roles?|Permissions?|Scopes?)$|^(user_?)?(type|level|plan|tier)$|^(account|user|access|admin|member)_?(type|level)$/i;
/** Flags that say the same by themselves. */
export const FLAG =
  /^(is|has)_?(site_?|super_?|system_?|global_?|app_?)?(admin|administrator|staff|super_?user|superadmin|owner|moderator|manager|editor|root)(_?(access|rights|role))?$|^(can|may)[A-Z_]/i;
const tested = new WeakMap<FunctionFacts, boolean>();

/** Whether a function of the project (or one that it calls) tests a role, a permission or a flag of somebody. */
export function decidesByRole(
  links: Pick<Links, 'tsFacts' | 'moduleValue'>,
  { file, fn }: { file: FileId; fn: FunctionId },
  depth = 0,
): boolean {
  const facts = links.tsFacts(file);
  const own = facts?.functions[fn];
  if (!facts || !own || depth > 3) return false;
  const inside = facts.functions.filter((_, id) => id === fn || isInside(facts, id, fn));
  return (
    inside.some(testsRole) ||
    inside.some((part) =>
      calledIn(part).some((callee) => {
        if (facts.bindings[callee]?.fn !== 0) return false;
        const value = links.moduleValue(file, callee);
        return value.k === 'closure' && decidesByRole(links, value, depth + 1);
      }),
    )
  );
}

function isInside(facts: TsFacts, id: FunctionId, outer: FunctionId): boolean {
  for (let at = facts.functions[id]?.parent ?? 0; at > 0; at = facts.functions[at]?.parent ?? 0)
    if (at === outer) return true;
  return false;
}

function calledIn(fn: FunctionFacts): BindingId[] {
  const out: BindingId[] = [];
  visitSteps(fn.body, {
    value: (value) => {
      if (value.k === 'call' && value.fn.k === 'ref' && value.fn.b >= 0) out.push(value.fn.b);
    },
  });
  return out;
}

/** Conditions in a function's own text that name a role: comparisons, list look-ups, keys of maps, flags. */
function testsRole(fn: FunctionFacts): boolean {
  const known = tested.get(fn);
  if (known !== undefined) return known;
  let found = false;
  const mentions = (value: Value): boolean => {
    let named = false;
    visitValue(value, (part) => {
      if ((part.k === 'member' || part.k === 'ref') && (ROLE.test(part.name) || FLAG.test(part.name)))
        named = true;
      return !named;
    });
    return named;
  };
  visitSteps(fn.body, {
    step: (step) => {
      if ((step.s === 'if' && mentions(step.test)) || (step.s === 'switch' && mentions(step.on)))
        found = true;
      return !found;
    },
    value: (value) => {
      if (found) return false;
      if (value.k === 'binary' || value.k === 'index') found = mentions(value);
      else if (value.k === 'logic') found = mentions(value.left);
      else if (value.k === 'cond') found = mentions(value.test);
      else if (value.k === 'unary') found = value.op === '!' && mentions(value.of);
      else if (value.k === 'call' && value.fn.k === 'member')
        found = /^(includes|has|some|every|find|can|cannot)$/.test(value.fn.name) && mentions(value);
      return !found;
    },
  });
  tested.set(fn, found);
  return found;
}

/** Whether an entry point's code, or the wrapper it is made with, tests roles in any way: also in ways that can't be followed. */
export function mayTestRole(view: WorkspaceView, file: FileId, entry: Entry): boolean {
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  if (handler && decidesByRole(view, handler)) return true;
  const facts = view.tsFacts(file);
  const item = facts?.exports.find((candidate) => candidate.e !== 'star' && candidate.name === entry.name);
  // `export const POST = withAuth(handler, { role: 'ADMIN' })`
  const made =
    item?.e === 'value'
      ? item.value
      : item?.e === 'local'
        ? initialValue(facts?.functions[0]?.body ?? [], item.b)
        : undefined;
  if (!facts || made?.k !== 'call') return false;
  let found = false;
  visitValue(made, (value) => {
    const b = value.k === 'call' && value.fn.k === 'ref' ? value.fn.b : -1;
    if (b < 0 || facts.bindings[b]?.fn !== 0) return !found;
    const callee = view.moduleValue(file, b);
    found ||= callee.k === 'closure' && decidesByRole(view, callee);
    return !found;
  });
  return found;
}
