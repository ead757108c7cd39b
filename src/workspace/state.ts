/** The interpreter's state on one path through a function. */
import { joinAbs } from './abs.ts';
import type { Abs, Proof } from './abs.ts';

export interface State {
  env: Map<number, Abs>;
  proof: Proof | undefined;
  roles: string[] | undefined;
  /** For correlated alternatives: which of them are still possible. */
  live: Map<string, number[]>;
  /** Something unresolved that might be a guard was called. */
  unsure: boolean;
  /** The path has ended. */
  dead: boolean;
}

export function freshState(): State {
  return { env: new Map(), proof: undefined, roles: undefined, live: new Map(), unsure: false, dead: false };
}

export function cloneState(state: State): State {
  return { ...state, env: new Map(state.env), live: new Map(state.live) };
}

/** Two paths meet; the result is written into `into`. */
export function joinInto(into: State, other: State): void {
  if (other.dead) return;
  if (into.dead) {
    Object.assign(into, cloneState(other));
    return;
  }
  for (const [binding, value] of other.env) {
    const own = into.env.get(binding);
    if (own === undefined) into.env.set(binding, value);
    else if (own !== value) into.env.set(binding, joinAbs(own, value));
  }
  into.proof = into.proof && other.proof ? into.proof : undefined;
  into.roles = into.roles && other.roles ? [...new Set([...into.roles, ...other.roles])] : undefined;
  for (const [id, live] of into.live) {
    const theirs = other.live.get(id);
    if (theirs)
      into.live.set(
        id,
        [...new Set([...live, ...theirs])].toSorted((a, b) => a - b),
      );
    else into.live.delete(id);
  }
  into.unsure ||= other.unsure;
}
