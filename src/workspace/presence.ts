/**
 * Which expressions are known to hold something other than undefined at a place of a function: tested before (`if (!id) return`), read
 * from (`user.name` throws without a user), set, or demanded by a helper. Structural: follows the statements of one function and of the
 * functions inside it, path by path. Lenient: whatever looks at a value counts as a test of it.
 */
import type { FunctionId, Step, TsFacts, Value } from '../facts/tsModel.ts';
import { isChain, partsOf } from '../facts/visit.ts';
import { calleeText, navigationOf } from './calleeResolver.ts';
import type { CalleeResolver } from './calleeResolver.ts';
import { keyOf, PresenceTests } from './presenceTests.ts';
import type { Known, Present } from './presenceTests.ts';
import { functionKey } from './summary.ts';

/** Names of helpers that stop when what they are given is missing. */
const DEMANDS = /assert|invariant|ensure|require|check|valid|verify|expect|must|guard|throw|\bparse$/i;
const LEAVES = /^(redirect|permanentRedirect|notFound|unauthorized|forbidden|process\.exit)$/;
const MAX_DEPTH = 2;

export class Presence extends PresenceTests {
  readonly file: string;
  private readonly resolver: CalleeResolver;
  private readonly found = new Map<number, Known>();
  private readonly walked = new Set<FunctionId>();
  private readonly depth: number;
  /** The function whose statements are being followed. */
  private fn: FunctionId = 0;
  private ends: Known[] = [];

  constructor(resolver: CalleeResolver, file: string, facts: TsFacts, depth = 0) {
    super(facts);
    this.resolver = resolver;
    this.file = file;
    this.depth = depth;
  }

  /** What is there when a call is made: `at` is the place of the called name. Undefined when no path leads to it. */
  at(fn: FunctionId, at: number): Present | undefined {
    this.walkFrom(this.outermost(fn));
    return this.found.get(at);
  }

  // --- paths ---

  private outermost(fn: FunctionId): FunctionId {
    let at = fn;
    for (let left = 20; left > 0; left--) {
      const parent = this.facts.functions[at]?.parent;
      if (parent === undefined || parent <= 0) return at;
      at = parent;
    }
    return at;
  }

  private walkFrom(fn: FunctionId): void {
    if (!this.walked.has(fn)) this.body(fn, new Set());
  }

  /** What is there at every normal end of a function, in terms of its own names; undefined when it never ends normally. */
  atEnd(fn: FunctionId): Present | undefined {
    const ends = this.body(fn, new Set());
    const [first, ...others] = ends;
    return first && others.reduce(meet, first);
  }

  private body(fn: FunctionId, known: Known): Known[] {
    this.walked.add(fn);
    const own = this.facts.functions[fn];
    if (!own) return [];
    const before = { fn: this.fn, ends: this.ends };
    this.fn = fn;
    this.ends = [];
    const inner = new Set(known);
    const end = this.steps(own.body, inner);
    if (end) this.ends.push(end);
    const { ends } = this;
    // Declared functions have no place among the statements: what holds where their surroundings end holds for them.
    const last = end ?? ends.at(-1) ?? inner;
    this.facts.functions.forEach((other, id) => {
      if (other.parent === fn && !this.walked.has(id)) this.body(id, new Set(last));
    });
    this.fn = before.fn;
    this.ends = before.ends;
    return ends;
  }

  /** Follows statements; undefined when no path comes out of them. */
  private steps(steps: readonly Step[], start: Known): Known | undefined {
    let known: Known | undefined = start;
    for (const step of steps) {
      if (!known) return undefined;
      known = this.step(step, known);
    }
    return known;
  }

  private step(step: Step, known: Known): Known | undefined {
    switch (step.s) {
      case 'expr':
        this.value(step.value, known);
        if (this.stops(step.value)) return undefined;
        this.demanded(step.value, known);
        return known;
      case 'let': {
        this.value(step.value, known);
        forget(`#${step.b}`, known);
        if (this.isSure(step.value, known)) known.add(`#${step.b}`);
        return this.stops(step.value) ? undefined : known;
      }
      case 'return':
        if (step.value) this.value(step.value, known);
        this.ends.push(new Set(known));
        return undefined;
      case 'throw':
        this.value(step.value, known);
        return undefined;
      case 'if': {
        this.value(step.test, known);
        const other = new Set(known);
        this.learn(step.test, true, known);
        this.learn(step.test, false, other);
        const then = this.steps(step.then, known);
        const orElse = step.else ? this.steps(step.else, other) : other;
        return then && orElse ? meet(then, orElse) : (then ?? orElse);
      }
      case 'try': {
        const before = new Set(known);
        const end = this.steps(step.body, known);
        let out = end;
        if (step.handler) {
          for (const key of assigned(step.body)) forget(key, before);
          const caught = this.steps(step.handler.body, before);
          out = end && caught ? meet(end, caught) : (end ?? caught);
        }
        if (step.finally) {
          const last = this.steps(step.finally, out ?? new Set(before));
          return out && last;
        }
        return out;
      }
      case 'loop': {
        this.steps(step.head, known);
        for (const key of assigned(step.body)) forget(key, known);
        if (step.test) this.value(step.test, known);
        const inside = new Set(known);
        if (step.test) this.learn(step.test, true, inside);
        this.steps(step.body, inside);
        return known;
      }
      case 'switch': {
        this.value(step.on, known);
        const ends: Known[] = [];
        for (const clause of step.cases) {
          const inside = new Set(known);
          if (clause.test) this.add(step.on, inside);
          const end = this.steps(clause.body, inside);
          if (end) ends.push(end);
        }
        return ends.reduce(meet, known);
      }
      case 'break':
      case 'continue':
        return undefined;
    }
  }

  /** Evaluates an expression: notes what is there at its calls, what it reads from, what it sets. */
  private value(value: Value, known: Known): void {
    switch (value.k) {
      case 'function':
        this.body(value.fn, known);
        return;
      case 'logic': {
        this.value(value.left, known);
        const right = new Set(known);
        if (value.op !== '??') this.learn(value.left, value.op === '&&', right);
        this.value(value.right, right);
        return;
      }
      case 'cond': {
        this.value(value.test, known);
        for (const truth of [true, false]) {
          const inside = new Set(known);
          this.learn(value.test, truth, inside);
          this.value(truth ? value.then : value.else, inside);
        }
        return;
      }
      case 'assign': {
        this.value(value.value, known);
        const key = keyOf(value.target);
        const sure = this.isSure(value.value, known) || (value.value.k === 'member' && !isChain(value.value));
        if (key !== undefined && value.op === '=') forget(key, known);
        if (key !== undefined && sure) known.add(key);
        return;
      }
      case 'call':
      case 'member':
      case 'index': {
        if (value.k === 'call') {
          this.value(value.fn, known);
          for (const arg of value.args) this.value(arg, known);
          if (value.fn.k === 'member' || value.fn.k === 'ref') this.found.set(value.fn.at, new Set(known));
        } else {
          this.value(value.of, known);
          if (value.k === 'index') this.value(value.key, known);
        }
        const of = value.k === 'call' ? value.fn : value.of;
        // Reading from nothing throws, but for what stands behind a `?.` that has stopped.
        if (value.opt !== true && !isChain(of)) {
          const key = keyOf(of);
          if (key !== undefined) known.add(key);
        }
        return;
      }
      default:
        for (const part of partsOf(value)) this.value(part, known);
    }
  }

  /** A call that doesn't come back: `redirect()`, a helper of the project that only throws. */
  private stops(value: Value): boolean {
    const call = value.k === 'await' ? value.of : value;
    if (call.k !== 'call') return false;
    if (LEAVES.test(calleeText(call.fn))) return true;
    const callee = this.resolver.resolve(this.file, this.facts, this.fn, call.fn);
    if (navigationOf(callee, call.args) === 'throws') return true;
    if (callee.k !== 'closure') return false;
    const { outcomes, partial } = this.resolver.workspace.summary(functionKey(callee.file, callee.fn));
    return outcomes.length === 0 && !partial;
  }

  /** `assert(user)`, `requireId(id)`: what a helper stops without is there behind it. */
  private demanded(value: Value, known: Known): void {
    const call = value.k === 'await' ? value.of : value;
    if (call.k !== 'call' || call.args.length === 0) return;
    if (DEMANDS.test(calleeText(call.fn))) {
      for (const arg of call.args) this.learn(arg, true, known);
      return;
    }
    const callee = this.resolver.functionOf(this.resolver.resolve(this.file, this.facts, this.fn, call.fn));
    if (!callee || this.depth >= MAX_DEPTH) return;
    const end = new Presence(this.resolver, callee.file, callee.facts, this.depth + 1).atEnd(callee.fn);
    const params = callee.facts.functions[callee.fn]?.params ?? [];
    call.args.forEach((arg, i) => {
      if (end?.has(`#${params[i] ?? ''}`)) this.learn(arg, true, known);
    });
  }
}

function meet(one: Known, other: Known): Known {
  return new Set([...one].filter((key) => other.has(key)));
}

function forget(key: string, known: Known): void {
  for (const name of known)
    if (name === key || name.startsWith(`${key}.`) || name.startsWith(`${key}(`)) known.delete(name);
}

/** Keys of what statements set anew. */
function assigned(steps: readonly Step[], out = new Set<string>()): Set<string> {
  const look = (value: Value): void => {
    if (value.k === 'assign') {
      const key = keyOf(value.target);
      if (key !== undefined) out.add(key);
    }
  };
  for (const step of steps)
    switch (step.s) {
      case 'expr':
        look(step.value);
        break;
      case 'if':
        assigned(step.then, out);
        assigned(step.else ?? [], out);
        break;
      case 'loop':
        assigned(step.body, out);
        break;
      case 'try':
        assigned(step.body, out);
        assigned(step.handler?.body ?? [], out);
        break;
      case 'switch':
        for (const clause of step.cases) assigned(clause.body, out);
        break;
      default:
    }
  return out;
}
