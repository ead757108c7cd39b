/**
 * Follows an error through the code that caught it: how each path of a handler ends, and what has become of the error by
 * then. Purely structural: conditions are not evaluated, but for what they say about the error itself.
 */
import type { BindingId, FunctionId, Step, Value } from '../facts/tsModel.ts';
import { partsOf, visitSteps } from '../facts/visit.ts';
import type { Abs } from './abs.ts';
import { calleeName, calleeText, navigationOf } from './calleeResolver.ts';
import type { CalleeResolver, CallValue, FoundFunction } from './calleeResolver.ts';
import { ErrorNames } from './errorNames.ts';
import { formatsOnly, isLogCall, isReporterPackage, logs, soundsLikeReport } from './logging.ts';
import { isNavigationError } from './navigationTests.ts';
import { functionKey } from './summary.ts';

/** What has become of the error on one path. */
export interface PathState {
  /** Logged or given to somebody who reports it. */
  reported: boolean;
  /** Its content went on: returned, stored, thrown within another error, sent. */
  used: boolean;
  /** It was recognised: a test on its class or code came out true. */
  matched: boolean;
  /** Something else was done about the failure: a variable set, a fallback called. */
  acted: boolean;
  /** `res.status(500).json(…)` of the pages router: the answer, though nothing is returned. */
  answer: Value | undefined;
}

export interface PathEnd extends PathState {
  /** `leave`: `continue`/`break` out of the handler; `fall`: the code behind the `try` goes on. */
  end: 'rethrow' | 'throw' | 'navigate' | 'return' | 'leave' | 'fall';
  /** What is returned or thrown. */
  value: Value | undefined;
}

export interface HandlerCode extends FoundFunction {
  /** The caught error; undefined for `catch {`. */
  binding: BindingId | undefined;
  body: readonly Step[];
}

const MAX_STATES = 24;
const MAX_DEPTH = 3;
const START: PathState = { reported: false, used: false, matched: false, acted: false, answer: undefined };

/**
 * The ways a handler can end.
 * @param navigation assume that the error is a throw of `redirect()`, `notFound()`…: tests on the error that don't mean it fail
 */
export function handlerPaths(
  resolver: CalleeResolver,
  code: HandlerCode,
  navigation: boolean,
  depth = 0,
): PathEnd[] {
  return new HandlerRun(resolver, code, navigation, depth).run();
}

/** Whether a navigation throw comes out of a handler again on every path. */
export function letsNavigationThrough(resolver: CalleeResolver, code: HandlerCode, depth = 0): boolean {
  const ends = handlerPaths(resolver, code, true, depth);
  return ends.every((end) => end.end === 'rethrow');
}

class HandlerRun {
  private readonly resolver: CalleeResolver;
  private readonly code: HandlerCode;
  private readonly navigation: boolean;
  private readonly depth: number;
  private readonly ends: PathEnd[] = [];
  private readonly names: ErrorNames;
  /** States at `break`/`continue` of loops and switches inside the handler. */
  private readonly breaks: PathState[][] = [];

  constructor(resolver: CalleeResolver, code: HandlerCode, navigation: boolean, depth: number) {
    this.resolver = resolver;
    this.code = code;
    this.navigation = navigation;
    this.depth = depth;
    this.names = new ErrorNames(code.facts, code.binding);
  }

  run(): PathEnd[] {
    for (const state of this.exec(this.code.body, [START])) this.end('fall', state, undefined);
    return this.ends;
  }

  private end(end: PathEnd['end'], state: PathState, value: Value | undefined): void {
    if (end === 'fall' && state.answer) this.ends.push({ ...state, end: 'return', value: state.answer });
    else this.ends.push({ ...state, end, value });
  }

  private exec(steps: readonly Step[], start: readonly PathState[]): PathState[] {
    let states = [...start];
    for (const step of steps) {
      if (states.length === 0) return states;
      states = merge(states.flatMap((state) => this.step(step, state)));
    }
    return states;
  }

  private step(step: Step, state: PathState): PathState[] {
    switch (step.s) {
      case 'expr':
        return this.evaluate(step.value, state, true);
      case 'let':
        if (this.names.mentions(step.value)) this.names.add(step.b, step.value);
        return this.evaluate(step.value, state, false);
      case 'return': {
        if (!step.value) {
          this.end('return', state, undefined);
          return [];
        }
        for (const after of this.evaluate(step.value, state, true))
          this.end('return', { ...after, used: after.used || this.names.mentions(step.value) }, step.value);
        return [];
      }
      case 'throw':
        for (const after of this.evaluate(step.value, state, false)) {
          const same = this.names.isError(step.value);
          this.end(
            same ? 'rethrow' : 'throw',
            { ...after, used: after.used || this.names.mentions(step.value) },
            step.value,
          );
        }
        return [];
      case 'if': {
        const found = this.names.mentions(step.test);
        const truth = this.navigation ? this.navigationTruth(step.test) : undefined;
        const proves = found ? this.names.proves(step.test) : undefined;
        return this.evaluate(step.test, state, false).flatMap((after) => [
          ...(truth === false
            ? []
            : this.exec(step.then, [proves === true ? { ...after, matched: true } : after])),
          ...(truth === true
            ? []
            : this.exec(step.else ?? [], [proves === false ? { ...after, matched: true } : after])),
        ]);
      }
      case 'try': {
        const through = this.exec(step.body, [state]);
        const caught = step.handler ? this.exec(step.handler.body, [state]) : [];
        return step.finally ? this.exec(step.finally, [...through, ...caught]) : [...through, ...caught];
      }
      case 'loop': {
        this.breaks.push([]);
        const after = this.exec(step.body, this.exec(step.head, [state]));
        return [state, ...after, ...(this.breaks.pop() ?? [])];
      }
      case 'switch': {
        const matches = this.names.mentions(step.on);
        this.breaks.push([]);
        let open: PathState[] = [];
        let hasDefault = false;
        for (const clause of step.cases) {
          if (!clause.test) hasDefault = true;
          open = this.exec(clause.body, [
            ...open,
            { ...state, matched: state.matched || (matches && clause.test !== undefined) },
          ]);
        }
        return [...open, ...(hasDefault ? [] : [state]), ...(this.breaks.pop() ?? [])];
      }
      case 'break':
      case 'continue': {
        const inner = this.breaks.at(-1);
        if (inner) inner.push(state);
        else this.end('leave', state, undefined);
        return [];
      }
    }
  }

  // --- expressions ---

  /** The state after a value was computed; none when that never ends. `counts`: the value stands alone or is returned. */
  private evaluate(value: Value, state: PathState, counts: boolean): PathState[] {
    const after = { ...state };
    let ended = false;
    const visit = (part: Value, stands: boolean): void => {
      if (ended) return;
      if (part.k === 'function') {
        this.callback(part.fn, after);
        return;
      }
      if (part.k === 'assign') {
        after.acted = true;
        if (this.names.mentions(part.value) && !this.names.isOwn(part.target)) after.used = true;
      } else if (part.k === 'unary' && (part.op === '++' || part.op === '--')) after.acted = true;
      else if (part.k === 'call') {
        if (part.fn.k === 'member' || part.fn.k === 'call') visit(part.fn, false);
        for (const arg of part.args) visit(arg, false);
        ended ||= this.call(part, after, stands);
        return;
      }
      const inner =
        stands &&
        (part.k === 'await' ||
          part.k === 'logic' ||
          part.k === 'cond' ||
          (part.k === 'unary' && part.op === 'void'));
      for (const piece of partsOf(part)) visit(piece, inner);
    };
    visit(value, counts);
    return ended ? [] : [after];
  }

  /** A function written inside the handler: whatever it logs counts, since somebody was given it to call. */
  private callback(fn: FunctionId, after: PathState): void {
    const inner = this.code.facts.functions[fn];
    if (!inner) return;
    visitSteps(inner.body, {
      value: (value) => {
        if (value.k === 'call') this.call(value, after, true);
      },
    });
  }

  /** Notes what a call does with the error. Returns whether it never comes back. */
  private call(call: CallValue, after: PathState, stands: boolean): boolean {
    const { file, facts, fn } = this.code;
    const gets = call.args.some((arg) => this.names.mentions(arg));
    if (isResponse(call.fn)) {
      after.answer = call;
      if (gets) after.used = true;
      return false;
    }
    const callee = this.resolver.resolve(file, facts, fn, call.fn);
    if (navigationOf(callee, call.args) === 'throws') {
      this.end('navigate', after, call);
      return true;
    }
    if (callee.k === 'global' && callee.path.join('.') === 'process.exit') return true;
    if (isLogCall(call, callee)) {
      after.reported = true;
      return false;
    }
    const target = this.resolver.functionOf(callee);
    if (gets && this.rethrows(call, callee, target)) {
      this.end('rethrow', after, undefined);
      return true;
    }
    if (target) return this.workspaceCall(call, target, after, stands, gets);
    if (!gets) {
      if (stands && !this.names.isErrorMethod(call)) after.acted = true;
      if (stands && soundsLikeReport(calleeText(call.fn))) after.reported = true;
      return false;
    }
    if (callee.k === 'global' || formatsOnly(callee)) {
      if (stands) after.used = true;
      return false;
    }
    if (isReporterPackage(callee) || stands) after.reported = true; // given to something unknown: the benefit of the doubt
    return false;
  }

  private workspaceCall(
    call: CallValue,
    target: FoundFunction,
    after: PathState,
    stands: boolean,
    gets: boolean,
  ): boolean {
    const summary = this.resolver.workspace.summary(functionKey(target.file, target.fn));
    const sounds = soundsLikeReport(calleeText(call.fn));
    if ((gets || sounds) && logs(this.resolver, target, 0)) after.reported = true;
    else if (gets && (stands || sounds)) after.used = true;
    else if (stands && !gets) after.acted = true;
    // A function that never comes back throws or navigates: `fail(error)`, `denied()`.
    if (summary.outcomes.length > 0 || summary.partial || target.facts.functions[target.fn]?.generator)
      return false;
    if (target.facts.functions[target.fn]?.async && !stands) return false;
    if (target.file === this.code.file && target.fn === this.code.fn) return false;
    this.end('throw', { ...after, used: after.used || gets }, undefined);
    return true;
  }

  /** `unstable_rethrow(error)` and a project's own version of it, under the assumption that they have something to rethrow. */
  private rethrows(call: CallValue, callee: Abs, target: FoundFunction | undefined): boolean {
    if (!this.navigation) return false;
    if (callee.k === 'package' && /^(unstable_)?rethrow$/.test(callee.path.join('.'))) return true;
    if (!target || this.depth >= MAX_DEPTH)
      return target === undefined && /rethrow/i.test(calleeName(call.fn));
    const own = target.facts.functions[target.fn];
    const i = call.args.findIndex((arg) => this.names.isError(arg));
    const binding = own?.params[i];
    if (!own || binding === undefined) return false;
    return letsNavigationThrough(this.resolver, { ...target, binding, body: own.body }, this.depth + 1);
  }

  // --- what is said about the error ---

  private navigationTruth(test: Value): boolean | undefined {
    return isNavigationError(
      this.names.valueBehind(test),
      (value) => this.names.mentions(value),
      (call) => this.navigationCheck(call),
    );
  }

  /** Whether a function of the workspace that was given the error tests for navigation throws. */
  private navigationCheck(call: CallValue): boolean {
    const target = this.resolver.functionOf(
      this.resolver.resolve(this.code.file, this.code.facts, this.code.fn, call.fn),
    );
    const own = target?.facts.functions[target.fn];
    let found = false;
    if (own)
      visitSteps(own.body, {
        value: (value) => {
          if (
            value.k === 'lit' &&
            typeof value.v === 'string' &&
            /NEXT_(REDIRECT|NOT_FOUND|HTTP)/.test(value.v)
          )
            found = true;
          if (
            value.k === 'call' &&
            /^(isRedirectError|isNotFoundError|isNextRouterError|isHTTPAccessFallbackError)$/.test(
              calleeName(value.fn),
            )
          )
            found = true;
          return !found;
        },
      });
    return found;
  }
}

/** `res.status(500).json(…)`, `reply.send(…)`. */
function isResponse(fn: Value): boolean {
  return (
    fn.k === 'member' &&
    /^(json|send|end|redirect|sendStatus)$/.test(fn.name) &&
    /^(res|response|reply)\b/.test(calleeText(fn.of))
  );
}

/** Keeps different states only: handlers with many branches end in few ways. */
function merge(states: PathState[]): PathState[] {
  if (states.length < 2) return states;
  const out: PathState[] = [];
  for (const state of states)
    if (
      out.length < MAX_STATES &&
      !out.some(
        (other) =>
          other.reported === state.reported &&
          other.used === state.used &&
          other.matched === state.matched &&
          other.acted === state.acted &&
          other.answer === state.answer,
      )
    )
      out.push(state);
  return out;
}
