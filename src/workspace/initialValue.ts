import type { BindingId, Step, Value } from '../facts/tsModel.ts';

/** The only value a constant gets in a body, looked up in its blocks too. */
export function initialValue(steps: readonly Step[], b: BindingId): Value | undefined {
  for (const step of steps) {
    if (step.s === 'let' && step.b === b) return step.value;
    const inner =
      step.s === 'if'
        ? (initialValue(step.then, b) ?? (step.else && initialValue(step.else, b)))
        : step.s === 'try'
          ? (initialValue(step.body, b) ?? (step.handler && initialValue(step.handler.body, b)))
          : step.s === 'loop'
            ? (initialValue(step.head, b) ?? initialValue(step.body, b))
            : undefined;
    if (inner) return inner;
  }
  return undefined;
}
