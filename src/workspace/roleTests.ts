/** Whether functions test roles, by their text alone: no path is followed. */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionFacts, FunctionId, Step, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import type { Site } from './abs.ts';
import { callIndex } from './callIndex.ts';
import type { Entry } from './entries.ts';
import { initialValue } from './initialValue.ts';
import type { Links } from './links.ts';
import { leadingTo } from './methodBranches.ts';
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

/**
 * Whether a function of the project (or one that it calls) tests a role, a permission or a flag of somebody.
 * @param about `towards`: places that the question is about; what lies in the branches of a `switch` or of a test of the method that
 * don't lead there is passed over
 */
export function decidesByRole(
  links: Pick<Links, 'tsFacts' | 'moduleValue'>,
  { file, fn }: { file: FileId; fn: FunctionId },
  about: { depth?: number; towards?: readonly Site[] } = {},
): boolean {
  const { depth = 0, towards = [] } = about;
  const facts = links.tsFacts(file);
  const own = facts?.functions[fn];
  if (!facts || !own || depth > 3) return false;
  const places = towards.filter((site) => site.file === file).map(({ at }) => at);
  const inside = facts.functions
    .filter((_, id) => id === fn || isInside(facts, id, fn))
    .map((part) => leadingTo(part, places));
  return (
    inside.some(testsRole) ||
    inside.some((part) =>
      calledIn(facts, part).some(({ callee, isHeard }) => {
        const binding = facts.bindings[callee];
        if (binding?.fn !== 0 || TELLING.test(binding.name)) return false;
        const value = links.moduleValue(file, callee);
        return (
          value.k === 'closure' &&
          (isHeard || mayStop(links, value)) &&
          decidesByRole(links, value, { depth: depth + 1, towards })
        );
      }),
    )
  );
}

/** Names of functions that tell somebody something, and stop nobody. */
const TELLING = /^(send|notify|log|track|render|format|enqueue|publish|emit|revalidate)(?![a-z])/;

function isInside(facts: TsFacts, id: FunctionId, outer: FunctionId): boolean {
  for (let at = facts.functions[id]?.parent ?? 0; at > 0; at = facts.functions[at]?.parent ?? 0)
    if (at === outer) return true;
  return false;
}

/** What a function calls; `isHeard`: something is made of the answer. */
function calledIn(facts: TsFacts, fn: FunctionFacts): { callee: BindingId; isHeard: boolean }[] {
  const out: { callee: BindingId; isHeard: boolean }[] = [];
  const asked = new Set<BindingId>();
  const kept = new Map<Value, BindingId>();
  const dropped = new Set<Value>();
  const ask = (test: Value): void =>
    visitValue(test, (part) => {
      if (part.k === 'ref') asked.add(part.b);
    });
  visitSteps(fn.body, {
    step: (step) => {
      if (step.s === 'if') ask(step.test);
      else if (step.s === 'switch') ask(step.on);
      else if (step.s === 'expr') dropped.add(awaitedCall(step.value));
      else if (step.s === 'let' && facts.bindings[step.b]?.kind !== 'temp')
        kept.set(awaitedCall(step.value), step.b);
      return true;
    },
    value: (value) => {
      if (value.k === 'cond') ask(value.test);
      else if (value.k === 'logic') ask(value.left);
      else if (value.k === 'call' && value.fn.k === 'ref' && value.fn.b >= 0)
        out.push({ callee: value.fn.b, isHeard: !dropped.has(value) });
    },
  });
  // `const ability = abilityOf(user)`, and nobody asks it.
  const unasked = new Set(
    [...kept].flatMap(([value, b]) =>
      !asked.has(b) && value.k === 'call' && value.fn.k === 'ref' ? [value.fn.b] : [],
    ),
  );
  return out.map((call) => (unasked.has(call.callee) ? { ...call, isHeard: false } : call));
}

function awaitedCall(value: Value): Value {
  return value.k === 'await' ? value.of : value;
}

const STOPPING = /^(redirect|permanentRedirect|notFound|forbidden|unauthorized)$/;

/** Whether a function ends some path by force, itself or by what it calls. */
export function mayStop(
  links: Pick<Links, 'tsFacts' | 'moduleValue'>,
  { file, fn }: { file: FileId; fn: FunctionId },
  depth = 0,
): boolean {
  const facts = links.tsFacts(file);
  const own = facts?.functions[fn];
  if (!facts || !own || depth > 3) return false;
  let found = false;
  const callees: BindingId[] = [];
  visitSteps(own.body, {
    step: (step) => {
      found ||= step.s === 'throw';
      return !found;
    },
    value: (value) => {
      if (value.k !== 'call' || value.fn.k !== 'ref') return;
      found ||= STOPPING.test(value.fn.name);
      if (value.fn.b >= 0 && facts.bindings[value.fn.b]?.fn === 0) callees.push(value.fn.b);
    },
  });
  return (
    found ||
    callees.some((callee) => {
      const value = links.moduleValue(file, callee);
      return value.k === 'closure' && mayStop(links, value, depth + 1);
    })
  );
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
      if (step.s === 'if') found ||= mentionsRole(step.test, fn) && keepsOthersOut(step, fn);
      else if (step.s === 'switch') found ||= mentionsRole(step.on, fn) && !isMapping(step);
      else if (step.s === 'return' || step.s === 'let' || step.s === 'expr')
        found ||= step.value !== undefined && decides(step.value, fn, step.s === 'return');
      return !found;
    },
  });
  tested.set(fn, found);
  return found;
}

/** Whether a `switch` only gives another name to each value: `case 'ADMIN': return 'admin'`. */
function isMapping({ cases }: Extract<Step, { s: 'switch' }>): boolean {
  return cases.every(({ body }) =>
    body.every(
      (step) =>
        step.s === 'throw' ||
        (step.s === 'return' &&
          (step.value?.k === 'member' || (step.value?.k === 'lit' && typeof step.value.v === 'string'))),
    ),
  );
}

type If = Extract<Step, { s: 'if' }>;

/** Roles that everybody has: not having one of them is having more. */
const LOWLY = /^(role_)?(user|guest|customer|client|viewer|reader|visitor|basic|free|student|anonymous)$/i;
const CALLER = /session|user|auth|viewer|member|actor/i;

/** Whether some callers get past a test and others don't: not when its branch only says so, and not when it names the wrong ones. */
function keepsOthersOut(step: If, fn: FunctionFacts): boolean {
  if (step.else) return true;
  if (isIdle(step)) return false;
  const refuses = step.then.every((inner) => inner.s === 'return' || inner.s === 'throw' || isSaid(inner));
  return !refuses || lacksRole(step.test, fn);
}

/** Whether a condition holds for callers without the role: `!isAdmin`, `role !== 'ADMIN'`; not `role === 'BANNED'`. */
function lacksRole(test: Value, fn: FunctionFacts): boolean {
  if (test.k === 'binary' && /^===?$/.test(test.op)) {
    const names = [test.left, test.right].flatMap((side) =>
      side.k === 'lit' && typeof side.v === 'string' ? [side.v] : [],
    );
    return names.length === 0 || names.some((name) => LOWLY.test(name));
  }
  if (test.k === 'logic') {
    const named = [test.left, test.right].filter((side) => mentionsRole(side, fn));
    const other = [test.left, test.right].find((side) => !named.includes(side));
    // `!session && role !== 'ADMIN'` stops nobody who is signed in.
    if (test.op === '&&' && other && asksForNobody(other)) return false;
    // `mine.role === 'MEMBER' && theirs.role === 'OWNER'` spares the mighty, and keeps nobody from the others.
    if (test.op === '&&' && named.length === 2 && rolesOfTwo(test.left, test.right)) return false;
    return named.some((side) => lacksRole(side, fn));
  }
  return true;
}

/** Whether two conditions are about the roles of two different people. */
function rolesOfTwo(left: Value, right: Value): boolean {
  const [one, other] = [left, right].map((side) => {
    const holders = new Set<string>();
    visitValue(side, (part) => {
      if (part.k === 'member' && (ROLE.test(part.name) || FLAG.test(part.name)))
        holders.add(rootName(part.of));
    });
    return holders;
  });
  return !!one?.size && !!other?.size && ![...one].some((holder) => other.has(holder));
}

function asksForNobody(value: Value): boolean {
  if (value.k !== 'unary' || value.op !== '!') return false;
  let named = false;
  visitValue(value.of, (part) => {
    if (part.k === 'ref' || part.k === 'member') named ||= CALLER.test(part.name);
  });
  return named;
}

/** A branch that only says something, and goes on: a log, an answer that is made and not returned. */
function isIdle(step: If): boolean {
  return !step.else && step.then.length > 0 && step.then.every(isSaid);
}

function isSaid(step: Step): boolean {
  if (step.s !== 'expr') return false;
  const { value } = step;
  if (value.k === 'lit' || value.k === 'object' || value.k === 'template') return true;
  return (
    (value.k === 'call' || value.k === 'new') &&
    /^(console|log|logger|Response|NextResponse|Error|res|response)$/.test(rootName(value.fn))
  );
}

function rootName(value: Value): string {
  if (value.k === 'ref') return value.name;
  if (value.k === 'member') return rootName(value.of);
  return value.k === 'call' ? rootName(value.fn) : '';
}

/** The first test of a role in a function that stops nobody: its branch says so, and the path goes on. */
export function idleRoleTest(fn: FunctionFacts): number | undefined {
  let found: number | undefined;
  visitSteps(fn.body, {
    step: (step) => {
      if (step.s === 'if' && found === undefined && isIdle(step) && mentionsRole(step.test, fn))
        found = 'at' in step.test ? step.test.at : step.at;
      return found === undefined;
    },
  });
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
  const sites = [effect, ...effect.trace];
  if (handler && decidesByRole(view, handler, { towards: sites })) return true;
  for (const site of sites) {
    const around = view.tsFacts(site.file);
    const fn = around && callIndex(around).get(site.at)?.fn;
    if (fn !== undefined && fn > 0 && decidesByRole(view, { file: site.file, fn }, { towards: sites }))
      return true;
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
