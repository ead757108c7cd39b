/** Order in the statements of one function: what surely comes later on the same path. */
import type { Step, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps } from '../../facts/visit.ts';
import { calledName } from '../../workspace/callIndex.ts';

/** Whether the path that passes one place of a body may go on to another one, which is written behind it. */
export function comesLater(facts: TsFacts, body: readonly Step[], first: number, second: number): boolean {
  return search(facts, body, first, second) === 'yes';
}

type Answer = 'yes' | 'no' | 'open';

/** `open`: the first place is here, the path goes on behind this list, and the second isn't here. */
function search(facts: TsFacts, steps: readonly Step[], first: number, second: number): Answer {
  const i = steps.findIndex((step) => holds(facts, step, first));
  const own = steps[i];
  if (!own) return 'no';
  for (const inner of listsOf(own)) {
    if (!inner.some((step) => holds(facts, step, first))) continue;
    const answer = search(facts, inner, first, second);
    if (answer !== 'open') return answer;
  }
  const rest = steps.slice(i + 1);
  if (rest.some((step) => holds(facts, step, second))) return 'yes';
  return [own, ...rest].some(({ s }) => s === 'return' || s === 'throw' || s === 'break' || s === 'continue')
    ? 'no'
    : 'open';
}

function listsOf(step: Step): (readonly Step[])[] {
  switch (step.s) {
    case 'if':
      return [step.then, step.else ?? []];
    case 'try':
      return [step.body, step.handler?.body ?? [], step.finally ?? []];
    case 'loop':
      return [step.head, step.body];
    case 'switch':
      return step.cases.map(({ body }) => body);
    default:
      return [];
  }
}

/** Whether a step, or a callback in it, has a call at a place. */
function holds(facts: TsFacts, step: Step, at: number): boolean {
  let found = false;
  const visitor = {
    value: (value: Value): boolean => {
      if (value.k === 'function') visitSteps(facts.functions[value.fn]?.body ?? [], visitor);
      else if (value.k === 'call' || value.k === 'tagged')
        found ||= value.at === at || calledName(value)?.at === at;
      return !found;
    },
  };
  visitSteps([step], visitor);
  return found;
}
