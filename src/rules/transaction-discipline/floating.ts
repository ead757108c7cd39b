/** Promises in a transaction's callback that nobody waits for. */
import { spanOf } from '../../facts/model.ts';
import type { FileFacts } from '../../facts/model.ts';
import type { BindingId, FunctionId, Step, TsFacts, Value } from '../../facts/tsModel.ts';
import { valuesOf } from '../../facts/valueIndex.ts';
import { visitSteps } from '../../facts/visit.ts';
import { calledName } from '../../workspace/callIndex.ts';
import { initialValue } from '../../workspace/initialValue.ts';
import type { DbEffect } from '../../workspace/summary.ts';

export interface Floating {
  at: number;
  message: 'lazy' | 'floating' | 'loop';
  name: string;
  recipe: 'await-call' | 'await-all';
}

type CallValue = Extract<Value, { k: 'call' }>;
type TsFile = TsFacts & FileFacts;

const LIST_CALLBACKS = /^(map|forEach|flatMap|filter)$/;

/**
 * Calls in some functions whose promise is dropped: a query, a function that queries, a list of them.
 * @param effects the accesses that count, seen from the function around
 * @param isAsync whether what a callee names, seen from a function, gives a promise
 */
export function floatingIn(
  facts: TsFile,
  functions: ReadonlySet<FunctionId>,
  effects: readonly DbEffect[],
  isAsync: (fn: FunctionId, callee: Value) => boolean,
): Floating[] {
  const own = new Map(effects.filter(({ trace }) => trace.length === 0).map((effect) => [effect.at, effect]));
  const through = new Set(effects.flatMap(({ trace }) => (trace[0] ? [trace[0].at] : [])));
  if (own.size === 0 && through.size === 0) return [];
  const places = [...own.keys(), ...through];
  const touches = (at: number): boolean => {
    const { start, end } = spanOf(facts, at);
    return places.some((place) => {
      const span = spanOf(facts, place);
      return start <= span.start && span.end <= end;
    });
  };
  const out: Floating[] = [];
  const isQuery = (call: CallValue): boolean => {
    const name = calledName(call);
    return name !== undefined && own.has(name.at);
  };
  const verdict = (call: CallValue, fn: FunctionId): void => {
    const name = calledName(call);
    if (!name) return;
    if (/^(then|catch|finally)$/.test(name.name) && call.fn.k === 'member') {
      if (call.fn.of.k === 'call') verdict(call.fn.of, fn);
      return;
    }
    if (isQuery(call)) {
      const query = own.get(name.at);
      out.push({
        at: name.at,
        message: 'lazy',
        name: query ? queryText(query) : name.name,
        recipe: 'await-call',
      });
    } else if (call.fn.k === 'member' && call.fn.of.k === 'ref' && call.fn.of.name === 'Promise') {
      if (/^(all|allSettled|race|any)$/.test(name.name) && (touches(call.at) || isFilled(call.args[0])))
        out.push({ at: name.at, message: 'floating', name: `Promise.${name.name}`, recipe: 'await-call' });
    } else if (LIST_CALLBACKS.test(name.name) && name.name !== 'forEach' && call.args[0]?.k === 'function') {
      if (promises(call.args[0].fn) && touches(call.args[0].at))
        out.push({ at: name.at, message: 'loop', name: name.name, recipe: 'await-all' });
    } else if (through.has(call.at) && isAsync(fn, call.fn))
      out.push({ at: name.at, message: 'floating', name: name.name, recipe: 'await-call' });
  };
  /** A list of promises that was made before: `const saves = ids.map(save)`. */
  const isFilled = (value: Value | undefined): boolean => {
    if (value?.k !== 'ref') return false;
    const binding = facts.bindings[value.b];
    const init = binding && initialValue(facts.functions[binding.fn]?.body ?? [], value.b);
    return init?.k === 'call' && touches(init.at);
  };
  /** Whether a callback gives promises: by `async`, or by handing a query back. */
  const promises = (fn: FunctionId): boolean => {
    const callback = facts.functions[fn];
    if (!callback) return false;
    if (callback.async) return true;
    let found = false;
    visitSteps(callback.body, {
      step: (step) => {
        if (step.s === 'return' && step.value?.k === 'call')
          found ||= isQuery(step.value) || (through.has(step.value.at) && isAsync(fn, step.value.fn));
      },
    });
    return found;
  };
  const drop = (value: Value, fn: FunctionId): void => {
    if (value.k === 'tagged') {
      const name = calledName(value);
      const query = name && own.get(name.at);
      if (query) out.push({ at: query.at, message: 'lazy', name: queryText(query), recipe: 'await-call' });
    } else if (value.k === 'call') verdict(value, fn);
    else if (value.k === 'logic') drop(value.right, fn);
    else if (value.k === 'cond') {
      drop(value.then, fn);
      drop(value.else, fn);
    } else if (value.k === 'unary') drop(value.of, fn);
  };
  const isPromised = (value: Value): boolean => value.k === 'call' || value.k === 'tagged';
  const used = new Set<BindingId>();
  let isCounted = false;
  const isUsed = (b: BindingId): boolean => {
    if (!isCounted) for (const { b: other } of valuesOf(facts, 'ref')) used.add(other);
    isCounted = true;
    return used.has(b);
  };
  for (const fn of functions)
    visitSteps(facts.functions[fn]?.body ?? [], {
      step: (step: Step) => {
        if (step.s === 'expr') drop(step.value, fn);
        else if (step.s === 'let' && isPromised(step.value) && !isUsed(step.b)) drop(step.value, fn);
      },
      value: (value) => {
        const [first] = value.k === 'call' ? value.args : [];
        if (value.k !== 'call' || first?.k !== 'function') return;
        const name = calledName(value);
        if (name?.name === 'forEach' && promises(first.fn) && touches(first.at))
          out.push({ at: name.at, message: 'loop', name: 'forEach', recipe: 'await-all' });
      },
    });
  return out;
}

/** `post.update`, `$executeRaw`. */
function queryText({ model, op }: DbEffect): string {
  return model === '' ? op : `${model}.${op}`;
}
