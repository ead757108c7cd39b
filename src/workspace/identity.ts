/** How a function's own code names the signed-in user's id: `session.user.id`, `user.id`, `userId`. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, Step, Value } from '../facts/tsModel.ts';
import { awaited, memberOf, UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';
import { CalleeResolver } from './calleeResolver.ts';
import { meaningOf } from './knowledge.ts';
import { functionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/**
 * An expression for the session's user id by the variables that a function declares at its top level, for a place after them.
 * @param before place (offset into the span table's order) is not needed: declarations at the top come before what a finding is about
 * @returns undefined when no variable holds the session, its user or its id
 */
export function identityExpression(view: WorkspaceView, file: FileId, fn: FunctionId): string | undefined {
  const facts = view.tsFacts(file);
  const own = facts?.functions[fn];
  if (!facts || !own) return undefined;
  const resolver = new CalleeResolver(view);
  const held = new Map<number, Abs>();
  const evaluate = (value: Value): Abs => {
    switch (value.k) {
      case 'await':
        return awaited(evaluate(value.of));
      case 'ref':
        return held.get(value.b) ?? UNKNOWN;
      case 'member':
        return memberOf(evaluate(value.of), value.name);
      case 'call':
        return sessionOf(view, resolver.resolve(file, facts, fn, value.fn));
      default:
        return UNKNOWN;
    }
  };
  let found: string | undefined;
  const take = (steps: readonly Step[]): void => {
    for (const step of steps) {
      if (step.s === 'try') take(step.body);
      if (step.s !== 'let') continue;
      const value = proved(evaluate(step.value));
      held.set(step.b, value);
      const binding = facts.bindings[step.b];
      if (binding && binding.kind !== 'temp') found ??= expressionOf(binding.name, value);
    }
  };
  take(own.body);
  return found;
}

/** What a call gives as far as sessions are concerned. */
function sessionOf(view: WorkspaceView, callee: Abs): Abs {
  if (meaningOf(callee)?.m === 'session') return { k: 'session', path: [] };
  if (callee.k !== 'closure') return UNKNOWN;
  const { outcomes } = view.summary(functionKey(callee.file, callee.fn));
  for (const outcome of outcomes) {
    const value = proved(awaited(outcome.value));
    if (holdsSession(value)) return value;
  }
  return UNKNOWN;
}

function proved(value: Abs): Abs {
  if (value.k !== 'variants') return value;
  return value.list.find((variant) => holdsSession(variant.value))?.value ?? value;
}

function holdsSession(value: Abs): boolean {
  if (value.k === 'object') return Object.values(value.props).some((part) => part.k === 'session');
  return value.k === 'session';
}

const ID = /^(id|userId|sub)$/;

function expressionOf(name: string, value: Abs): string | undefined {
  if (value.k === 'object') {
    for (const key of ['userId', 'id', 'user', 'session']) {
      const part = value.props[key];
      const inner = part && expressionOf(`${name}.${key}`, part);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  if (value.k !== 'session') return undefined;
  const last = value.path.at(-1);
  if (last === undefined || last === 'session') return `${name}.user.id`;
  if (last === 'user') return `${name}.id`;
  return ID.test(last) ? name : undefined;
}
