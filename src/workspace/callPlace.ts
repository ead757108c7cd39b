/** Where a call is written, and what is known on the path that reaches it. */
import type { Value } from '../facts/tsModel.ts';
import type { Proof } from './abs.ts';
import { soundsLikeGuard } from './knowledge.ts';
import type { State } from './state.ts';

export type CallValue = Extract<Value, { k: 'call' }>;
export type TaggedValue = Extract<Value, { k: 'tagged' }>;

export interface Place {
  call: CallValue | TaggedValue;
  calleeValue: Value;
}

export function known(state: State): { proof?: Proof; roles?: string[] } {
  return { ...(state.proof ? { proof: state.proof } : {}), ...(state.roles ? { roles: state.roles } : {}) };
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
