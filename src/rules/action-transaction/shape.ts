/** How writes are written: as parts of a batch, with a handler of their own, only where something was not found. */
import { spanOf } from '../../facts/model.ts';
import type { FileFacts } from '../../facts/model.ts';
import type { FunctionId, Step, TsFacts, Value } from '../../facts/tsModel.ts';
import { partsOf, visitSteps } from '../../facts/visit.ts';
import { calledName, callIndex } from '../../workspace/callIndex.ts';
import { calleeText } from '../../workspace/calleeResolver.ts';
import type { IndexedCall } from '../../workspace/callIndex.ts';
import type { DbEffect, Summary } from '../../workspace/summary.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

type TsFile = TsFacts & FileFacts;

/** Whether a write is an argument of the batch form, or a promise that is kept for it. */
export function isBatched(facts: TsFile, { call, fn }: IndexedCall): boolean {
  let batches = false;
  let isInside = false;
  const inner = spanOf(facts, call.at);
  for (const id of chainOf(facts, fn))
    visitSteps(facts.functions[id]?.body ?? [], {
      value: (value) => {
        if (value.k !== 'call' || calledName(value)?.name !== '$transaction') return;
        if (value.args[0]?.k === 'function') return;
        batches = true;
        const outer = spanOf(facts, value.at);
        isInside ||= outer.start <= inner.start && inner.end <= outer.end;
      },
    });
  return isInside || (batches && !isWaitedFor(facts, fn, call));
}

/** A query that nobody waits for here is none yet: Prisma sends it when a batch, or the caller, does. */
export function isLazy(workspace: WorkspaceView, facts: TsFile, { effect, found }: Write): boolean {
  const { call, fn } = found;
  if (call.k !== 'call' || isWaitedFor(facts, fn, call)) return false;
  // A function with `async` sends its query as soon as it is called.
  const inner = effect.trace.length === 0 ? undefined : (effect.trace[1] ?? effect);
  const theirs = inner && workspace.tsFacts(inner.file);
  const maker = theirs && inner && callIndex(theirs).get(inner.at)?.fn;
  if (inner && (maker === undefined || theirs?.functions[maker]?.async !== false)) return false;
  let isKept = false;
  visitSteps(facts.functions[fn]?.body ?? [], {
    step: (step) => {
      if (step.s === 'let' && step.value === call) isKept = true;
    },
    value: (value) => {
      if (value.k === 'array' && value.items.includes(call)) isKept = true;
    },
  });
  return isKept && !isAwaitedByName(facts, fn, call);
}

/** Whether the name that holds a promise, or the list it is put in, is waited for in the same function. */
function isAwaitedByName(facts: TsFacts, fn: FunctionId, call: Value): boolean {
  const names = new Set<number>();
  const body = facts.functions[fn]?.body ?? [];
  visitSteps(body, {
    step: (step) => {
      if (step.s === 'let' && (step.value === call || isListed(step.value, call))) names.add(step.b);
    },
  });
  let found = false;
  visitSteps(body, {
    value: (value) => {
      if (value.k !== 'await') return;
      for (const part of waitedFor(value.of))
        if (part === call || (part.k === 'ref' && names.has(part.b))) found = true;
    },
  });
  return found;
}

function isListed(value: Value, call: Value): boolean {
  return value.k === 'array' && value.items.includes(call);
}

/** `kept` of `await kept`, `await Promise.all([kept])`, `await Promise.all(kept)`. */
function waitedFor(awaited: Value): readonly Value[] {
  if (awaited.k !== 'call' || awaited.fn.k !== 'member' || awaited.fn.of.k !== 'ref') return [awaited];
  const [list] = awaited.args;
  if (awaited.fn.of.name !== 'Promise' || !list) return [awaited];
  return list.k === 'array' ? list.items : [list];
}

/** `await call`, at the call itself. */
function isWaitedFor(facts: TsFacts, fn: FunctionId, call: Value): boolean {
  let waited = false;
  visitSteps(facts.functions[fn]?.body ?? [], {
    value: (value) => {
      if (value.k === 'await') waited ||= chainBase(value.of) === call || listed(value.of, call);
    },
  });
  return waited;
}

/** `await Promise.all([call])`. */
function listed(value: Value, call: Value): boolean {
  if (
    value.k !== 'call' ||
    value.fn.k !== 'member' ||
    value.fn.of.k !== 'ref' ||
    value.fn.of.name !== 'Promise'
  )
    return false;
  const [list] = value.args;
  return list?.k === 'array' && list.items.some((item) => chainBase(item) === call);
}

function chainBase(value: Value): Value {
  let base = value;
  while (base.k === 'call' && base.fn.k === 'member' && /^(then|catch|finally)$/.test(base.fn.name))
    base = base.fn.of;
  return base;
}

/** Whether a failure of the write is dealt with by itself: `.catch()`, a `try` of its own, nobody waits for it. */
export function handledApart(facts: TsFile, { call, fn }: IndexedCall): boolean {
  let apart = false;
  const inner = spanOf(facts, call.at);
  const body = facts.functions[fn]?.body ?? [];
  visitSteps(body, {
    step: (step) => {
      if (step.s === 'expr' && (step.value === call || isVoid(step.value, call))) apart = true;
      // A `try` with this write alone, whose handler goes on or notes the failure.
      if (step.s !== 'try' || !step.handler || apart) return;
      const holds = step.body.some((own) => contains(facts, own, inner));
      const handles = !endsAbruptly(step.handler.body) || waitsIn(step.handler.body) > 0;
      if (holds && handles && waitsIn(step.body) < 2) apart = true;
    },
    value: (value) => {
      if (
        value.k === 'call' &&
        value.fn.k === 'member' &&
        value.fn.name === 'catch' &&
        chainBase(value) === call
      )
        apart = true;
    },
  });
  return apart || isSettled(facts, fn, inner);
}

/** In `Promise.allSettled(…)`, perhaps in a callback there. */
function isSettled(facts: TsFile, fn: FunctionId, inner: { start: number; end: number }): boolean {
  let found = false;
  for (const id of chainOf(facts, fn))
    visitSteps(facts.functions[id]?.body ?? [], {
      value: (value) => {
        if (value.k !== 'call' || value.fn.k !== 'member' || value.fn.name !== 'allSettled') return;
        const { start, end } = spanOf(facts, value.at);
        found ||= start <= inner.start && inner.end <= end;
      },
    });
  return found;
}

function isVoid(value: Value, call: Value): boolean {
  return value.k === 'unary' && value.op === 'void' && value.of === call;
}

function contains(facts: FileFacts, step: Step, inner: { start: number; end: number }): boolean {
  const { start, end } = spanOf(facts, step.at);
  return start <= inner.start && inner.end <= end;
}

function endsAbruptly(steps: readonly Step[]): boolean {
  return steps.some((step) => step.s === 'throw' || step.s === 'return');
}

/** Calls that are waited for: what a `try` watches over. */
function waitsIn(steps: readonly Step[]): number {
  let count = 0;
  visitSteps(steps, {
    value: (value) => {
      if (value.k === 'await' && value.of.k === 'call') count++;
    },
  });
  return count;
}

interface Write {
  effect: DbEffect;
  found: IndexedCall;
}

const MAKES_WHERE_MISSING = /or_?(create|make|insert|add|new)|^ensure|^upsert/i;

/** `let tag = known; if (!tag) tag = await make();` */
function fillsGap(facts: TsFile, first: Write, second: Write): boolean {
  const inner = spanOf(facts, first.found.call.at);
  const other = spanOf(facts, second.found.call.at);
  let found = false;
  visitSteps(facts.functions[first.found.fn]?.body ?? [], {
    step: (step) => {
      const missing = step.s === 'if' ? missingName(step.test) : undefined;
      if (step.s !== 'if' || missing === undefined || !isIn(facts, step.then, inner)) return;
      if (isIn(facts, step.then, other)) return;
      visitSteps(step.then, {
        value: (value) => {
          if (value.k === 'assign' && value.target.k === 'ref' && value.target.b === missing) found = true;
        },
      });
    },
  });
  return found;
}

/** `tag` of `!tag`, `tag === null`, `tag == undefined`. */
function missingName(test: Value): number | undefined {
  if (test.k === 'unary' && test.op === '!' && test.of.k === 'ref') return test.of.b;
  if (test.k !== 'binary' || !/^={2,3}$/.test(test.op) || test.left.k !== 'ref') return undefined;
  const { right } = test;
  const isNothing =
    (right.k === 'lit' && right.v === null) || (right.k === 'ref' && right.name === 'undefined');
  return isNothing ? test.left.b : undefined;
}

function isIn(facts: TsFile, steps: readonly Step[], span: { start: number; end: number }): boolean {
  return steps.some((step) => contains(facts, step, span));
}

/** Whether just one of two writes is made, whatever branch they stand in. */
export function isRuledOut(facts: TsFile, first: Write, second: Write): boolean {
  if (first.found.fn !== second.found.fn) return false;
  return isForAnother(facts, first, second) || isForNone(facts, first, second);
}

/** `if (event === 'started') …  if (event === 'ended') …` */
function isForAnother(facts: TsFile, first: Write, second: Write): boolean {
  const one = casesAround(facts, first);
  const other = casesAround(facts, second);
  return one.some(({ what, is }) => other.some((their) => their.what === what && their.is !== is));
}

/** What is compared with which text around a write. */
function casesAround(facts: TsFile, { found }: Write): { what: string; is: string }[] {
  const out: { what: string; is: string }[] = [];
  const inner = spanOf(facts, found.call.at);
  visitSteps(facts.functions[found.fn]?.body ?? [], {
    step: (step) => {
      if (step.s !== 'if' || !isIn(facts, step.then, inner)) return;
      const { test } = step;
      if (test.k !== 'binary' || !/^={2,3}$/.test(test.op) || test.right.k !== 'lit') return;
      const what = calleeText(test.left);
      if (what !== '') out.push({ what, is: String(test.right.v) });
    },
  });
  return out;
}

/** The second is done only where the first has changed no row: `if (removed.count > 0) return;`. */
function isForNone(facts: TsFile, first: Write, second: Write): boolean {
  if (!first.effect.op.endsWith('Many')) return false;
  const body = facts.functions[first.found.fn]?.body ?? [];
  const other = spanOf(facts, second.found.call.at);
  const names = new Set<number>();
  visitSteps(body, {
    step: (step) => {
      if (step.s !== 'let') return;
      const { value } = step;
      const isResult = (one: Value): boolean =>
        one === first.found.call || (one.k === 'await' && one.of === first.found.call);
      if (isResult(value) || (value.k === 'member' && (isResult(value.of) || isNamed(value.of, names))))
        names.add(step.b);
    },
  });
  let found = false;
  visitSteps(body, {
    step: (step) => {
      if (step.s !== 'if' || !endsAbruptly(step.then) || isIn(facts, step.then, other)) return;
      if (countsSome(step.test, names)) found = true;
    },
  });
  return found;
}

function isNamed(value: Value, names: ReadonlySet<number>): boolean {
  return value.k === 'ref' && names.has(value.b);
}

/** `removed.count > 0`, `removed.count`, `count !== 0`. */
function countsSome(test: Value, names: ReadonlySet<number>): boolean {
  const isCount = (value: Value): boolean =>
    isNamed(value, names) || (value.k === 'member' && value.name === 'count' && isNamed(value.of, names));
  if (isCount(test)) return true;
  return test.k === 'binary' && isCount(test.left) && test.right.k === 'lit' && /^(>|>=|!==?)$/.test(test.op);
}

/** Look up or make: `const tag = (await find()) ?? (await create())`. What was made without need does no harm. */
export function isOptionalLookup(facts: TsFile, first: Write, second: Write, summary: Summary): boolean {
  const { effect } = first;
  if (effect.op === 'upsert') return true;
  if (effect.trace.length > 0 && MAKES_WHERE_MISSING.test(calledName(first.found.call)?.name ?? ''))
    return true;
  if (effect.op !== 'create') return false;
  if (fillsGap(facts, first, second)) return true;
  const isLookedUp = summary.effects.some(
    ({ model, kind, seq }) => model === effect.model && kind === 'read' && seq < effect.seq,
  );
  // A function that looks up or makes, and gives back what it has.
  if (effect.trace.length > 0)
    return summary.effects.some(
      ({ model, kind, trace, seq }) =>
        model === effect.model && kind === 'read' && seq < effect.seq && trace[0]?.at === effect.trace[0]?.at,
    );
  if (!isLookedUp || first.found.fn !== second.found.fn) return false;
  const inner = spanOf(facts, first.found.call.at);
  const other = spanOf(facts, second.found.call.at);
  let optional = false;
  const has = (value: Value | readonly Step[], span: { start: number; end: number }): boolean => {
    let found = false;
    const check = (at: number): void => {
      const { start, end } = spanOf(facts, at);
      found ||= start === span.start && end === span.end;
    };
    if ('k' in value) {
      const walk = (part: Value): void => {
        check(part.at);
        partsOf(part).forEach(walk);
      };
      walk(value);
    } else visitSteps(value, { value: (part) => check(part.at) });
    return found;
  };
  visitSteps(facts.functions[first.found.fn]?.body ?? [], {
    step: (step) => {
      if (step.s !== 'if') return;
      for (const branch of [step.then, step.else ?? []])
        if (has(branch, inner) && !has(branch, other)) optional = true;
    },
    value: (value) => {
      if (value.k === 'logic' && has(value.right, inner)) optional = true;
      if (value.k === 'cond' && (has(value.then, inner) || has(value.else, inner))) optional = true;
    },
  });
  return optional;
}

function chainOf(facts: TsFacts, fn: FunctionId): FunctionId[] {
  const out: FunctionId[] = [];
  for (let id = fn; id > 0; id = facts.functions[id]?.parent ?? 0) out.push(id);
  return out;
}
