/** How writes are written: as parts of a batch, with a handler of their own, only where something was not found. */
import { spanOf } from '../../facts/model.ts';
import type { FileFacts } from '../../facts/model.ts';
import type { FunctionId, Step, TsFacts, Value } from '../../facts/tsModel.ts';
import { partsOf, visitSteps } from '../../facts/visit.ts';
import { calledName } from '../../workspace/callIndex.ts';
import type { IndexedCall } from '../../workspace/callIndex.ts';
import type { DbEffect, Summary } from '../../workspace/summary.ts';

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
      // A `try` with this write alone, whose handler goes on.
      if (step.s !== 'try' || !step.handler || apart) return;
      const holds = step.body.some((own) => contains(facts, own, inner));
      if (holds && !endsAbruptly(step.handler.body) && writesIn(step.body) < 2) apart = true;
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
  return apart;
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
function writesIn(steps: readonly Step[]): number {
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

/** Look up or make: `const tag = (await find()) ?? (await create())`. What was made without need does no harm. */
export function isOptionalLookup(facts: TsFile, first: Write, second: Write, summary: Summary): boolean {
  const { effect } = first;
  if (effect.op === 'upsert') return true;
  if (effect.op !== 'create') return false;
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
