/** Where a call is written, and what is known on the path that reaches it. */
import type { Value } from '../facts/tsModel.ts';
import type { Check, Condition, Proof, Unless } from './abs.ts';
import { soundsLikeGuard } from './knowledge.ts';
import type { Interpreter } from './interpreter.ts';
import type { State } from './state.ts';
import type { Moment } from './summary.ts';

export type CallValue = Extract<Value, { k: 'call' }>;
export type TaggedValue = Extract<Value, { k: 'tagged' }>;

export interface Place {
  call: CallValue | TaggedValue;
  calleeValue: Value;
}

/** What has been shown on the path so far. */
export function known(state: State): {
  proof?: Proof;
  roles?: string[];
  checks?: Check[];
  when?: Condition[];
  unless?: Unless;
} {
  return {
    ...(state.proof ? { proof: state.proof } : {}),
    ...(state.roles ? { roles: state.roles } : {}),
    ...(state.checks.length ? { checks: [...state.checks] } : {}),
    ...(state.given.length ? { when: [...state.given] } : {}),
    ...(state.unless && !state.proof ? { unless: state.unless } : {}),
  };
}

/** When something that is met now happens. */
export function moment(it: Interpreter, state: State): Moment {
  return {
    seq: it.tick(),
    ...(state.writes.length ? { after: [...state.writes] } : {}),
    ...(state.transaction ? { transaction: state.transaction } : {}),
    ...(it.inLoop ? { inLoop: true } : {}),
  };
}

export function guardName(value: Value): boolean {
  return (value.k === 'ref' || value.k === 'member') && soundsLikeGuard(value.name);
}

export function textOf(value: Value): string {
  if (value.k === 'ref') return value.name || 'call';
  if (value.k === 'member') return `${textOf(value.of)}.${value.name}`;
  if (value.k === 'call') return `${textOf(value.fn)}()`;
  return 'call';
}
