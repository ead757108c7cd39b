/** Which calls among some statements end in a navigation throw of Next.js that comes out of them. */
import type { FunctionId, Step, Value } from '../facts/tsModel.ts';
import { partsOf } from '../facts/visit.ts';
import type { Site } from './abs.ts';
import { calleeName, calleeText, navigationOf } from './calleeResolver.ts';
import type { CalleeResolver, CallValue, FoundFunction } from './calleeResolver.ts';
import { letsNavigationThrough } from './handlerPaths.ts';
import { functionKey } from './summary.ts';

export interface NavigationThrow {
  /** The call among the statements that were asked about. */
  at: number;
  /** How it is called there: `redirect`, `requireUser`. */
  name: string;
  /** The call that throws, when it is further down. */
  source: Site & { name: string };
  /** First argument when it is a constant: where a redirect leads. */
  target: string | undefined;
}

const MAX_DEPTH = 5;
const MAX_FOUND = 4;
const SYNC_CALLBACKS = new Set(['map', 'forEach', 'filter', 'find', 'some', 'every', 'flatMap', 'reduce']);

export class NavigationFinder {
  private readonly resolver: CalleeResolver;
  private readonly known = new Map<string, readonly NavigationThrow[]>();

  constructor(resolver: CalleeResolver) {
    this.resolver = resolver;
  }

  /**
   * Navigation throws that come out of statements of a function.
   * @param isTry the statements are a `try` block: a promise that is returned without `await` rejects outside of it
   */
  escaping(where: FoundFunction, steps: readonly Step[], isTry: boolean, depth = 0): NavigationThrow[] {
    const out: NavigationThrow[] = [];
    this.steps(where, steps, isTry, depth, out);
    return out;
  }

  /** Navigation throws with which an expression rejects or throws. */
  ofValue(where: FoundFunction, value: Value): NavigationThrow[] {
    const out: NavigationThrow[] = [];
    this.value(where, value, true, 0, out);
    return out;
  }

  private steps(
    where: FoundFunction,
    steps: readonly Step[],
    isTry: boolean,
    depth: number,
    out: NavigationThrow[],
  ): void {
    for (const step of steps) {
      if (out.length >= MAX_FOUND) return;
      switch (step.s) {
        case 'expr':
        case 'let':
        case 'throw':
          this.value(where, step.value, false, depth, out);
          break;
        case 'return':
          if (step.value) this.value(where, step.value, !isTry, depth, out);
          break;
        case 'if':
          this.value(where, step.test, false, depth, out);
          this.steps(where, step.then, isTry, depth, out);
          this.steps(where, step.else ?? [], isTry, depth, out);
          break;
        case 'try': {
          const inner = this.escaping(where, step.body, step.handler !== undefined || isTry, depth);
          const { handler } = step;
          if (
            !handler ||
            (inner.length > 0 &&
              letsNavigationThrough(this.resolver, { ...where, binding: handler.b, body: handler.body }))
          )
            out.push(...inner);
          if (handler) this.steps(where, handler.body, isTry, depth, out);
          this.steps(where, step.finally ?? [], isTry, depth, out);
          break;
        }
        case 'loop':
          this.steps(where, step.head, isTry, depth, out);
          if (step.test) this.value(where, step.test, false, depth, out);
          this.steps(where, step.body, isTry, depth, out);
          break;
        case 'switch':
          this.value(where, step.on, false, depth, out);
          for (const clause of step.cases) this.steps(where, clause.body, isTry, depth, out);
          break;
        default:
      }
    }
  }

  private value(
    where: FoundFunction,
    value: Value,
    awaited: boolean,
    depth: number,
    out: NavigationThrow[],
  ): void {
    switch (value.k) {
      case 'function':
        return;
      case 'await':
        this.value(where, value.of, true, depth, out);
        return;
      case 'call':
        this.call(where, value, awaited, depth, out);
        return;
      case 'cond':
      case 'logic':
      case 'array':
        for (const part of partsOf(value)) this.value(where, part, awaited, depth, out);
        return;
      default:
        for (const part of partsOf(value)) this.value(where, part, false, depth, out);
    }
  }

  private call(
    where: FoundFunction,
    call: CallValue,
    awaited: boolean,
    depth: number,
    out: NavigationThrow[],
  ): void {
    const { fn } = call;
    if (fn.k === 'member') {
      // A chain's own handlers decide: `.catch(…)` is a place of its own.
      if (fn.name === 'catch') return;
      const isGroup = fn.of.k === 'ref' && fn.of.b < 0 && fn.of.name === 'Promise';
      if (isGroup) {
        for (const arg of call.args)
          this.value(where, arg, awaited && (fn.name === 'all' || fn.name === 'race'), depth, out);
        return;
      }
      this.value(where, fn.of, awaited && (fn.name === 'then' || fn.name === 'finally'), depth, out);
    }
    for (const arg of call.args) this.value(where, arg, false, depth, out);
    this.callbacks(where, call, awaited, depth, out);
    const callee = this.resolver.resolve(where.file, where.facts, where.fn, fn);
    const own = navigationOf(callee, call.args);
    const name = calleeText(fn);
    if (own === 'throws' || (own === 'rejects' && awaited)) {
      const [first] = call.args;
      const target = first?.k === 'lit' ? String(first.v) : undefined;
      out.push({ at: call.at, name, source: { file: where.file, at: call.at, name }, target });
      return;
    }
    const found = depth < MAX_DEPTH ? this.resolver.functionOf(callee) : undefined;
    if (!found || (isAsync(found) && !awaited)) return;
    const [inner] = this.ofFunction(found, depth + 1);
    if (inner) out.push({ at: call.at, name, source: inner.source, target: undefined });
  }

  /** Callbacks that run within the call: those of array methods, and the body of an awaited transaction. */
  private callbacks(
    where: FoundFunction,
    call: CallValue,
    awaited: boolean,
    depth: number,
    out: NavigationThrow[],
  ): void {
    const name = calleeName(call.fn);
    for (const arg of call.args) {
      if (arg.k !== 'function') continue;
      const inner = { ...where, fn: arg.fn };
      if (isAsync(inner) ? name === '$transaction' && awaited : SYNC_CALLBACKS.has(name))
        out.push(...this.escaping(inner, bodyOf(inner), false, depth + 1));
    }
  }

  private ofFunction(found: FoundFunction, depth: number): readonly NavigationThrow[] {
    const key = functionKey(found.file, found.fn);
    const known = this.known.get(key);
    if (known) return known;
    this.known.set(key, []);
    const result = this.escaping(found, bodyOf(found), false, depth);
    this.known.set(key, result);
    return result;
  }
}

function bodyOf(found: FoundFunction): readonly Step[] {
  return found.facts.functions[found.fn]?.body ?? [];
}

function isAsync(found: { facts: FoundFunction['facts']; fn: FunctionId }): boolean {
  return found.facts.functions[found.fn]?.async ?? false;
}
