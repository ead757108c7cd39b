/** Branches for one method of a request: what they do has nothing to do with the others. */
import type { FunctionFacts, Step, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';

/** A function without the branches for other methods than those in which the places lie. */
export function leadingTo(fn: FunctionFacts, places: readonly number[]): FunctionFacts {
  if (places.length === 0) return fn;
  const body = fn.body.map((step) => (mayBranch(step) ? withoutOthers(step, places) : step));
  return body.every((step, i) => step === fn.body[i]) ? fn : { ...fn, body };
}

function mayBranch(step: Step): boolean {
  return step.s === 'switch' || step.s === 'if' || step.s === 'try';
}

function withoutOthers(step: Step, places: readonly number[]): Step {
  const within = (steps: readonly Step[]): Step[] =>
    steps.map((inner) => (mayBranch(inner) ? withoutOthers(inner, places) : inner));
  switch (step.s) {
    case 'try':
      return { ...step, body: within(step.body) };
    case 'switch': {
      if (!namesMethod(step.on)) return step;
      const cases = step.cases.filter((clause) => contains(clause.body, places));
      return cases.length > 0 ? { ...step, cases } : step;
    }
    case 'if': {
      const isMethod = namesMethod(step.test);
      const then = contains(step.then, places);
      const other = step.else !== undefined && contains(step.else, places);
      // A branch for another method ends the path, or does nothing to it.
      return {
        ...step,
        then: isMethod && !then ? [] : within(step.then),
        else: step.else && (isMethod && then && !other ? [] : within(step.else)),
      };
    }
    default:
      return step;
  }
}

/** `req.method`, `request.method === 'POST'`, `method` that was taken out of it. */
function namesMethod(value: Value): boolean {
  let named = false;
  visitValue(value, (part) => {
    named ||= (part.k === 'member' || part.k === 'ref') && part.name === 'method';
    return !named;
  });
  return named;
}

function contains(steps: readonly Step[], places: readonly number[]): boolean {
  let found = false;
  visitSteps(steps, {
    value: (value) => {
      found ||= 'at' in value && places.includes(value.at);
      return !found;
    },
  });
  return found;
}
