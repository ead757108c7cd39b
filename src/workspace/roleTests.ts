/** Whether functions test roles, by their text alone: no path is followed. */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionFacts, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import { callIndex } from './callIndex.ts';
import type { Entry } from './entries.ts';
import { initialValue } from './initialValue.ts';
import type { Links } from './links.ts';
import type { DbEffect } from './summary.ts';
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

/** What is a kind or a level of anything else than people in most code. */
const VAGUE = /^(type|level|plan|tier)$/i;
/** What a client sends: its role is a wish, and testing it is validation. */
const INPUT = /^(body|data|input|values?|parsed|payload|form|form_?data|dto|result|fields|json|params)$/i;

/** Conditions in a function's own text that name a role: in `if` and `switch`, and in what is returned or kept. */
function testsRole(fn: FunctionFacts): boolean {
  const known = tested.get(fn);
  if (known !== undefined) return known;
  let found = false;
  visitSteps(fn.body, {
    step: (step) => {
      if (step.s === 'if') found ||= mentionsRole(step.test, fn);
      else if (step.s === 'switch') found ||= mentionsRole(step.on, fn);
      else if (step.s === 'return' || step.s === 'let' || step.s === 'expr')
        found ||= step.value !== undefined && decides(step.value, fn, step.s === 'return');
      return !found;
    },
  });
  tested.set(fn, found);
  return found;
}

/** Whether an expression is itself a question about a role, or goes on only after one. */
function decides(value: Value, fn: FunctionFacts, isAnswer: boolean): boolean {
  switch (value.k) {
    case 'binary':
    case 'index':
      return mentionsRole(value, fn);
    case 'unary':
      return value.op === '!' && mentionsRole(value.of, fn);
    case 'await':
    case 'member':
      return decides(value.of, fn, isAnswer);
    case 'logic':
      return mentionsRole(value.left, fn) || decides(value.right, fn, isAnswer);
    case 'cond':
      return isAnswer && mentionsRole(value.test, fn);
    case 'call':
      return (
        value.fn.k === 'member' &&
        /^(includes|has|some|every|find|can|cannot)$/.test(value.fn.name) &&
        mentionsRole(value, fn)
      );
    default:
      return false;
  }
}

/** Whether a condition names a role that is not one that the client sends. */
function mentionsRole(value: Value, fn: FunctionFacts): boolean {
  let named = false;
  visitValue(value, (part) => {
    if (part.k === 'member' || part.k === 'ref')
      named ||=
        !VAGUE.test(part.name) && (ROLE.test(part.name) || FLAG.test(part.name)) && !isInput(part, fn, 0);
    return !named;
  });
  return named;
}

function isInput(value: Value, fn: FunctionFacts, depth: number): boolean {
  if (depth > 4) return false;
  switch (value.k) {
    case 'member':
    case 'await':
      return isInput(value.of, fn, depth + 1);
    case 'call':
      return (
        value.fn.k === 'member' &&
        (/^(json|formData|get|parse|safeParse|parseAsync|safeParseAsync)$/.test(value.fn.name) ||
          isInput(value.fn.of, fn, depth + 1))
      );
    case 'ref': {
      const initial = value.b < 0 ? undefined : initialValue(fn.body, value.b);
      return initial ? isInput(initial, fn, depth + 1) : INPUT.test(value.name);
    }
    default:
      return false;
  }
}

/**
 * Whether an entry point's code, the functions on the way to one of its accesses, or the wrapper it is made with test roles in any way:
 * also in ways that can't be followed.
 */
export function mayTestRole(view: WorkspaceView, file: FileId, entry: Entry, effect: DbEffect): boolean {
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  if (handler && decidesByRole(view, handler)) return true;
  for (const site of [effect, ...effect.trace]) {
    const around = view.tsFacts(site.file);
    const fn = around && callIndex(around).get(site.at)?.fn;
    if (fn !== undefined && fn > 0 && decidesByRole(view, { file: site.file, fn })) return true;
  }
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
