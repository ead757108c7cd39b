/** Bodies of answers where the other side has refused: there is an error in them, not what was asked for. */
import type { BindingId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';

/** Places where a file names `body` of `const body = await response.json()` inside of `if (!response.ok)`. */
export function refusedAnswers(facts: TsFacts): ReadonlySet<number> {
  const answers = new Map<BindingId, BindingId>();
  const out = new Set<number>();
  for (const { body } of facts.functions)
    visitSteps(body, {
      step: (step) => {
        const response = step.s === 'let' ? readFrom(step.value) : undefined;
        if (step.s === 'let' && response !== undefined) answers.set(step.b, response);
      },
    });
  if (answers.size === 0) return out;
  for (const { body } of facts.functions)
    visitSteps(body, {
      step: (step) => {
        const response = step.s === 'if' ? refused(step.test) : undefined;
        if (step.s !== 'if' || response === undefined) return;
        visitSteps(step.then, {
          value: (value) => {
            if (value.k === 'ref' && answers.get(value.b) === response) out.add(value.at);
          },
        });
      },
    });
  return out;
}

/** `response` of `await response.json()`. */
function readFrom(value: Value): BindingId | undefined {
  const call = value.k === 'await' ? value.of : value;
  const of =
    call.k === 'call' && call.fn.k === 'member' && /^(json|text)$/.test(call.fn.name)
      ? call.fn.of
      : undefined;
  return of?.k === 'ref' && of.b >= 0 ? of.b : undefined;
}

/** `response` of `!response.ok`. */
function refused(test: Value): BindingId | undefined {
  const of =
    test.k === 'unary' && test.op === '!' && test.of.k === 'member' && test.of.name === 'ok'
      ? test.of.of
      : undefined;
  return of?.k === 'ref' && of.b >= 0 ? of.b : undefined;
}
