/**
 * Runs one function's body once over abstract values, along all its paths: what holds where (a session was proved, a role
 * was checked), what each Prisma call is given, how the call ends. Other functions enter through their summaries; closures
 * are run in place where they are called, with what their surroundings know.
 */
import type { FileId } from '../base/path.ts';
import type {
  Binding,
  BindingId,
  CatchClause,
  ClassFacts,
  FunctionFacts,
  FunctionId,
  Step,
  TsFacts,
  Value,
} from '../facts/tsModel.ts';
import { isChain } from '../facts/visit.ts';
import { isAnyItem } from '../facts/anyItem.ts';
import { awaited, choicesOf, itemOf, joinAbs, memberOf, readPlainly, trim, UNDEF, UNKNOWN } from './abs.ts';
import type { Abs, EvidenceStep, FunctionKey, Proof } from './abs.ts';
import type { Place } from './callPlace.ts';
import { apply, evaluateCall, evaluateNew } from './calls.ts';
import { FRAME, partOf } from './factParts.ts';
import type { PartId } from './factParts.ts';
import { shownOfAll } from './everyItem.ts';
import { importedValue } from './links.ts';
import type { Links } from './links.ts';
import { correlate, evaluateArray, evaluateAssign, evaluateLogic, evaluateObject } from './expressions.ts';
import { classMember, outerValue } from './scopeValues.ts';
import { objectAround } from './selfValue.ts';
import { addOutcome } from './outcomes.ts';
import { fromParts, takeProof } from './parts.ts';
import { asksMembership } from './membership.ts';
import { answeredByTest, refine, secretComparison, testedAlternatives } from './refine.ts';
import { addChecks, cloneState, freshState, joinInto } from './state.ts';
import type { State } from './state.ts';
import { functionKey } from './summary.ts';
import type {
  CallEvent,
  DbEffect,
  Invocation,
  Marks,
  Outcome,
  QueryFact,
  Rendering,
  SessionCall,
  Summary,
} from './summary.ts';
import { schemaMember } from './zodCalls.ts';
import { withoutKeys } from './zodShape.ts';

const MAX_STEPS = 30_000;
const MAX_DEPTH = 12;
const MAX_EFFECTS = 60;
const MAX_EVENTS = 40;
const MAX_RENDERINGS = 100;

interface Frame {
  fn: FunctionId;
  outcomes: Outcome[];
  /** States at `break`/`continue` of the enclosing loops and switches. */
  breaks: State[][];
  loops: number;
  this: Abs;
}

export class Interpreter {
  readonly links: Links;
  readonly file: FileId;
  /** To be read through `functionOf`, `bindingOf` and `classOf`, which note what the result rests on. */
  private readonly facts: TsFacts;
  private readonly parts = new Set<PartId>();
  readonly effects: DbEffect[] = [];
  readonly events: CallEvent[] = [];
  readonly invocations: Invocation[] = [];
  readonly renderings: Rendering[] = [];
  readonly queries = new Map<number, QueryFact>();
  readonly sessions = new Map<string, SessionCall>();
  readonly marks: Marks = {};
  readonly covered = new Set<FunctionId>();
  /** Results of calls by place: conditions are looked at again without running them again. */
  readonly callResults = new Map<number, Abs>();
  readonly frames: Frame[] = [];
  readonly outer = new Map<BindingId, Abs>();
  /** What fields of classes are given, by class and name. */
  readonly fields = new Map<string, Abs>();
  private readonly root: FunctionId;
  private steps = 0;
  private clock = 0;
  partial = false;
  /** Functions run inside each other, at most. */
  readonly maxDepth = MAX_DEPTH;

  constructor(links: Links, file: FileId, facts: TsFacts, root: FunctionId) {
    this.links = links;
    this.file = file;
    this.facts = facts;
    this.root = root;
  }

  /** A function of the file. */
  functionOf(fn: FunctionId): FunctionFacts | undefined {
    this.read(partOf(this.facts, fn));
    return this.facts.functions[fn];
  }

  /** A name of the file. */
  bindingOf(b: BindingId): Binding | undefined {
    const binding = this.facts.bindings[b];
    this.read(binding && binding.fn !== 0 ? partOf(this.facts, binding.fn) : FRAME);
    return binding;
  }

  /** A class of the file. */
  classOf(c: number): ClassFacts | undefined {
    this.read(FRAME);
    return this.facts.classes[c];
  }

  private read(part: PartId): void {
    if (this.parts.has(part)) return;
    this.parts.add(part);
    this.links.readPart(this.file, part);
  }

  get rootKey(): FunctionKey {
    return functionKey(this.file, this.root);
  }

  get frame(): Frame | undefined {
    return this.frames.at(-1);
  }

  get depth(): number {
    return this.frames.length;
  }

  isActive(fn: FunctionId): boolean {
    return this.frames.some((frame) => frame.fn === fn);
  }

  /** Interprets the root function with symbolic parameters, or with the given arguments. */
  summarise(args?: readonly Abs[], given?: { proof?: Proof; roles?: string[] }): Summary {
    const fn = this.functionOf(this.root);
    const state = freshState();
    state.proof = given?.proof;
    state.roles = given?.roles;
    const outcomes = fn ? this.runFunction(fn, this.root, args ?? this.symbolicParameters(fn), state) : [];
    return {
      async: fn?.async ?? false,
      outcomes,
      effects: this.effects,
      events: this.events,
      shown: state.shown,
      invocations: this.invocations.slice(0, 20),
      renderings: this.renderings,
      queries: [...this.queries.values()],
      sessions: [...this.sessions.values()],
      marks: this.marks,
      covered: [...this.covered].toSorted((a, b) => a - b),
      partial: this.partial,
    };
  }

  /** What the function that is interpreted is given, as far as nothing is known of its callers. */
  protected symbolicParameters(fn: FunctionFacts): Abs[] {
    const key = this.rootKey;
    return fn.params.map((_, i): Abs => {
      if (!fn.rest || i < fn.params.length - 1) return { k: 'param', fn: key, i, path: [] };
      return {
        k: 'array',
        items: [0, 1, 2, 3].map((more): Abs => ({ k: 'param', fn: key, i: i + more, path: [] })),
        open: true,
      };
    });
  }

  /** Runs a function of this file over a state; returns how it can end. The state becomes the joined end state. */
  runFunction(fn: FunctionFacts, id: FunctionId, args: readonly Abs[], state: State, self?: Abs): Outcome[] {
    this.covered.add(id);
    const frame: Frame = { fn: id, outcomes: [], breaks: [], loops: 0, this: self ?? this.thisOf(fn, id) };
    this.frames.push(frame);
    fn.params.forEach((binding, i) => state.env.set(binding, args[i] ?? (args.length === 0 ? UNDEF : UNDEF)));
    const end: State = { ...cloneState(state), dead: true };
    this.ends.push(end);
    this.exec(fn.body, state);
    if (!state.dead) {
      this.recordOutcome(UNDEF, state);
      joinInto(end, state);
    }
    this.ends.pop();
    this.frames.pop();
    Object.assign(state, end);
    return frame.outcomes;
  }

  /** Joined states at the returns of the functions being run. */
  private readonly ends: State[] = [];

  private thisOf(fn: FunctionFacts, id: FunctionId): Abs {
    const { cls } = fn;
    if (cls === undefined) {
      const around = objectAround(this.functionOf(0), fn, id);
      if (around) return around.path.reduce(memberOf, this.links.moduleValue(this.file, around.b));
      return this.frame?.this ?? UNKNOWN;
    }
    const isStatic = this.classOf(cls)?.methods.some((method) => method.fn === id && method.static);
    return { k: isStatic ? 'class' : 'instance', file: this.file, c: cls };
  }

  // --- statements ---

  exec(steps: readonly Step[], state: State): void {
    for (const step of steps) {
      if (state.dead) return;
      if (++this.steps > MAX_STEPS || this.depth > MAX_DEPTH) {
        this.partial = true;
        return;
      }
      this.step(step, state);
    }
  }

  private step(step: Step, state: State): void {
    switch (step.s) {
      case 'expr':
        this.eval(step.value, state);
        return;
      case 'let': {
        // Evaluated first: it may put another environment into the state.
        const value = this.eval(step.value, state);
        // `const rows = []` is there to be filled.
        const isToFill = value.k === 'array' && value.items.length === 0 && step.value.k === 'array';
        state.env.set(step.b, isToFill ? { ...value, open: true } : value);
        return;
      }
      case 'return': {
        const value = step.value ? this.eval(step.value, state) : UNDEF;
        const end = this.ends.at(-1);
        const answers = state.dead || !step.value ? undefined : answeredByTest(this, step.value, state);
        for (const one of answers ?? (state.dead ? [] : [{ value, state }])) {
          this.recordOutcome(one.value, one.state);
          if (end) joinInto(end, one.state);
        }
        state.dead = true;
        return;
      }
      case 'throw':
        this.eval(step.value, state);
        state.dead = true;
        return;
      case 'if': {
        this.eval(step.test, state);
        if (state.dead) return;
        const other = cloneState(state);
        refine(this, step.test, true, state, step.at);
        refine(this, step.test, false, other, step.at);
        this.exec(step.then, state);
        if (step.else) this.exec(step.else, other);
        joinInto(state, other);
        return;
      }
      case 'try':
        this.tryStep(step.body, step.handler, step.finally, state);
        return;
      case 'loop':
        this.loop(step, state);
        return;
      case 'switch':
        this.switchStep(step, state);
        return;
      case 'break':
      case 'continue': {
        this.frame?.breaks.at(-1)?.push(cloneState(state));
        state.dead = true;
        return;
      }
    }
  }

  private tryStep(
    body: readonly Step[],
    handler: CatchClause | undefined,
    final: readonly Step[] | undefined,
    state: State,
  ): void {
    const start = cloneState(state);
    this.exec(body, state);
    if (handler) {
      for (const binding of assignedIn(body)) if (start.env.has(binding)) start.env.set(binding, UNKNOWN);
      if (handler.b !== undefined) start.env.set(handler.b, UNKNOWN);
      this.exec(handler.body, start);
      // A handler that answers and forgets to leave: what was shown about rows holds on every path but that of a failing database.
      const { checks, dead } = state;
      joinInto(state, start);
      if (!dead && !start.dead) state.checks = checks;
    }
    if (final) {
      const dead = state.dead;
      if (dead) Object.assign(state, cloneState(start), { dead: false });
      this.exec(final, state);
      state.dead ||= dead;
    }
  }

  private loop(step: Extract<Step, { s: 'loop' }>, state: State): void {
    const { frame } = this;
    this.exec(step.head, state);
    if (step.test) this.eval(step.test, state);
    if (state.dead) return;
    const skipped = cloneState(state);
    if (step.test) refine(this, step.test, true, state, step.at);
    for (const binding of assignedIn(step.body))
      if (state.env.has(binding)) state.env.set(binding, joinAbs(state.env.get(binding) ?? UNKNOWN, UNKNOWN));
    frame?.breaks.push([]);
    if (frame) frame.loops++;
    this.exec(step.body, state);
    if (frame) frame.loops--;
    for (const other of frame?.breaks.pop() ?? []) joinInto(state, other);
    const shown = step.kind === 'of' && !state.dead ? shownOfAll(state.checks, skipped.checks) : [];
    if (step.kind !== 'do') joinInto(state, skipped);
    addChecks(state, shown);
  }

  private switchStep(step: Extract<Step, { s: 'switch' }>, state: State): void {
    this.eval(step.on, state);
    const { frame } = this;
    frame?.breaks.push([]);
    const start = cloneState(state);
    const fall: State = { ...cloneState(state), dead: true };
    let hasDefault = false;
    for (const clause of step.cases) {
      const entry = cloneState(start);
      if (clause.test)
        refine(
          this,
          { k: 'binary', op: '===', left: step.on, right: clause.test, at: step.at },
          true,
          entry,
          step.at,
        );
      else hasDefault = true;
      joinInto(fall, entry);
      this.exec(clause.body, fall);
    }
    Object.assign(state, fall);
    if (!hasDefault) joinInto(state, start);
    for (const other of frame?.breaks.pop() ?? []) joinInto(state, other);
  }

  private recordOutcome(value: Abs, state: State): void {
    const { frame } = this;
    if (!frame) return;
    const outcome: Outcome = { value: trim(this.narrow(value, state)) };
    if (state.proof) outcome.proof = state.proof;
    if (state.roles) outcome.roles = state.roles;
    if (state.checks.length) outcome.checks = [...state.checks];
    if (state.given.length) outcome.when = [...state.given];
    if (state.unless && !state.proof) outcome.unless = state.unless;
    if (state.refused) outcome.refused = true;
    addOutcome(frame.outcomes, outcome);
  }

  // --- expressions ---

  /** Evaluates with effects. */
  eval(value: Value, state: State): Abs {
    this.steps++;
    switch (value.k) {
      case 'lit':
        return { k: 'lit', v: value.v };
      case 'ref':
        return this.reference(value.b, value.name, state);
      case 'this':
        return this.frame?.this ?? UNKNOWN;
      case 'member': {
        const of = this.eval(value.of, state);
        const read = this.member(of, value.name);
        const mayThrow = (read.k === 'variants' || read.k === 'undef') && !value.opt && !isChain(value.of);
        return this.narrow(mayThrow ? readPlainly(of, read) : read, state);
      }
      case 'index': {
        const of = this.eval(value.of, state);
        if (isAnyItem(value)) return this.narrow(itemOf(of), state);
        const key = this.eval(value.key, state);
        return this.narrow(indexOf(of, key), state);
      }
      case 'call':
        return this.narrow(this.remember(value.at, this.call(value, state)), state);
      case 'new':
        return this.remember(value.at, evaluateNew(this, value, state));
      case 'await':
        return this.await(this.eval(value.of, state), state);
      case 'template':
        return fromParts(value.values.map((part) => this.eval(part, state)));
      case 'tagged':
        return this.remember(value.at, evaluateCall(this, value, state));
      case 'object':
        return evaluateObject(this, value, state);
      case 'array':
        return evaluateArray(this, value, state);
      case 'spread':
        return this.eval(value.of, state);
      case 'function':
        return { k: 'closure', file: this.file, fn: value.fn };
      case 'class':
        return { k: 'class', file: this.file, c: value.c };
      case 'cond': {
        this.eval(value.test, state);
        const other = cloneState(state);
        refine(this, value.test, true, state, value.at);
        refine(this, value.test, false, other, value.at);
        const left = state.dead ? undefined : this.eval(value.then, state);
        const right = other.dead ? undefined : this.eval(value.else, other);
        const correlated =
          left && right && correlate(`${this.file}:${value.at}`, [left, state], [right, other]);
        joinInto(state, other);
        if (left && right) return correlated ?? joinAbs(left, right);
        return left ?? right ?? UNKNOWN;
      }
      case 'logic':
        return evaluateLogic(this, value, state);
      case 'binary': {
        const left = this.eval(value.left, state);
        const parts = fromParts([left, this.eval(value.right, state)]);
        return COMPARISONS.has(value.op)
          ? (secretComparison(this, value, state) ?? testedAlternatives(this, value, state) ?? parts)
          : parts;
      }
      case 'unary': {
        const of = this.eval(value.of, state);
        if (value.op === 'void') return UNDEF;
        if (value.op === '!') return testedAlternatives(this, value, state) ?? UNKNOWN;
        return value.op === '+' || value.op === '-' ? fromParts([of]) : UNKNOWN;
      }
      case 'assign':
        return evaluateAssign(this, value, state);
      case 'rest': {
        const of = this.eval(value.of, state);
        if (of.k === 'parsed') return { ...of, shape: withoutKeys(of.shape, value.omit) };
        // All of what somebody sent, but for some keys.
        if (of.k === 'param' || of.k === 'origin')
          return {
            k: 'object',
            props: Object.fromEntries(value.omit.map((name) => [name, UNDEF])),
            open: true,
            spread: [of],
          };
        if (of.k !== 'object') return fromParts([of]);
        const props = Object.fromEntries(
          Object.entries(of.props).filter(([name]) => !value.omit.includes(name)),
        );
        return { ...of, props };
      }
      case 'import': {
        const target = this.links.target(this.file, value.spec);
        const module =
          target.t === 'file'
            ? ({ k: 'module', file: target.file } as const)
            : importedValue(this.links, this.file, value.spec, '*');
        return { k: 'promise', of: module };
      }
      case 'jsx':
        for (const prop of value.props) {
          if (prop.p === 'computed') this.eval(prop.key, state);
          this.eval(prop.value, state);
        }
        for (const child of value.children) this.eval(child, state);
        if (value.tagRef) this.noteRendering(value.tagRef, state);
        return UNKNOWN;
      case 'other':
        return fromParts(value.parts.map((part) => this.eval(part, state)));
    }
  }

  private noteRendering(tag: Value, state: State): void {
    const component = this.eval(tag, state);
    if (component.k !== 'closure' || this.renderings.length >= MAX_RENDERINGS) return;
    const target = functionKey(component.file, component.fn);
    this.renderings.push({
      target,
      ...(state.proof ? { proof: state.proof } : {}),
      ...(state.roles ? { roles: state.roles } : {}),
    });
  }

  private call(value: Extract<Value, { k: 'call' }>, state: State): Abs {
    const result = evaluateCall(this, value, state);
    if (result.k !== 'unknown' || !asksMembership(value)) return result;
    return testedAlternatives(this, value, state) ?? result;
  }

  private remember(at: number, value: Abs): Abs {
    this.callResults.set(at, value);
    return value;
  }

  /** What a variable holds: on this path, in the module, or in an enclosing function. */
  reference(b: BindingId, name: string, state: State): Abs {
    if (b < 0) return name === 'undefined' ? UNDEF : { k: 'global', path: [name] };
    const own = state.env.get(b);
    if (own) return this.narrow(own, state);
    const binding = this.bindingOf(b);
    if (!binding) return UNKNOWN;
    if (binding.f !== undefined && binding.kind === 'function')
      return { k: 'closure', file: this.file, fn: binding.f };
    if (binding.c !== undefined) return { k: 'class', file: this.file, c: binding.c };
    if (binding.fn === 0) return this.links.moduleValue(this.file, b);
    return this.narrow(outerValue(this, b, state), state);
  }

  /** `of.name`, looking into modules, classes and instances. */
  member(of: Abs, name: string): Abs {
    switch (of.k) {
      case 'module':
        return this.links.exported(of.file, name);
      case 'class':
      case 'instance':
        return classMember(this, of, name);
      case 'schema':
        return schemaMember(of, name);
      case 'variants':
        return {
          k: 'variants',
          id: of.id,
          list: of.list.map((variant) => ({ ...variant, value: this.member(variant.value, name) })),
        };
      case 'unknown': {
        const choices = choicesOf(of, 'instance');
        return choices
          ? choices
              .map((choice) => (choice.k === 'instance' ? this.member(choice, name) : UNDEF))
              .reduce(joinAbs)
          : memberOf(of, name);
      }
      default:
        return memberOf(of, name);
    }
  }

  /** Keeps the alternatives that are still possible on this path. */
  narrow(value: Abs, state: State): Abs {
    if (value.k !== 'variants') return value;
    const live = state.live.get(value.id);
    const list = live ? value.list.filter((variant) => live.includes(variant.i)) : value.list;
    const only = list[0];
    if (list.length === 1 && only) return only.value;
    return list.length === value.list.length ? value : { k: 'variants', id: value.id, list };
  }

  /** Waits for a promise: only now what it proves holds, and only now a path that never returns ends. */
  await(value: Abs, state: State): Abs {
    const result = awaited(value);
    if (result.k !== 'variants') return result;
    const session = this.sessions.get(result.id);
    if (session) session.awaited = true;
    this.settle(result, state);
    return this.narrow(result, state);
  }

  /** Takes over what every remaining alternative proves. */
  settle(value: Extract<Abs, { k: 'variants' }>, state: State, step?: EvidenceStep): void {
    const live = state.live.get(value.id);
    const list = live ? value.list.filter((variant) => live.includes(variant.i)) : value.list;
    if (list.length === 0) {
      state.dead = true;
      return;
    }
    takeProof(list, state, step);
  }

  /** Applies a callee to arguments on a path. */
  apply(callee: Abs, args: readonly Abs[], state: State, place: Place | undefined): Abs {
    return apply(this, callee, args, state, place);
  }

  /** Notes an access; a function keeps so many at most. */
  addEffect(effect: DbEffect): void {
    if (this.effects.length >= MAX_EFFECTS) {
      this.partial = true;
      return;
    }
    this.effects.push(effect);
  }

  /** Notes what else a call does. */
  addEvent(event: CallEvent): void {
    if (this.events.length < MAX_EVENTS) this.events.push(event);
  }

  /** The next position in the order of what is met. */
  tick(): number {
    return this.clock++;
  }

  /** Whether what is run now runs once for each turn of some loop, of this function or of one that is running it. */
  get inLoop(): boolean {
    return this.frames.some((frame) => frame.loops > 0);
  }
}

const COMPARISONS = new Set(['==', '===', '!=', '!==', 'in']);

function indexOf(of: Abs, key: Abs): Abs {
  if (of.k === 'array' && key.k === 'lit' && typeof key.v === 'number') {
    const item = of.items[key.v];
    if (item) return item;
    return of.open ? UNKNOWN : UNDEF;
  }
  if (key.k === 'lit' && typeof key.v === 'string') return memberOf(of, key.v);
  if (of.k === 'variants')
    return {
      k: 'variants',
      id: of.id,
      list: of.list.map((variant) => ({ ...variant, value: indexOf(variant.value, key) })),
    };
  if (of.k === 'row' || of.k === 'parsed') return itemOf(of);
  if (of.k === 'object' && key.k !== 'lit') {
    // `handlers[request.method]`: one of them, or none.
    const values = Object.values(of.props);
    if (!of.open && values.length > 0 && values.every(({ k }) => k === 'closure'))
      return { k: 'unknown', from: [...values, UNDEF] };
  }
  // `body[field]` may be any field; only lists have items at numbers.
  return key.k === 'lit' && typeof key.v === 'number' ? itemOf(of) : fromParts([of]);
}

/** Bindings that statements write outside of their own declarations. */
function assignedIn(steps: readonly Step[], out = new Set<BindingId>()): Set<BindingId> {
  for (const step of steps) {
    if (step.s === 'expr' && step.value.k === 'assign' && step.value.target.k === 'ref')
      out.add(step.value.target.b);
    else if (step.s === 'if') {
      assignedIn(step.then, out);
      if (step.else) assignedIn(step.else, out);
    } else if (step.s === 'loop') assignedIn(step.body, out);
    else if (step.s === 'try') {
      assignedIn(step.body, out);
      if (step.handler) assignedIn(step.handler.body, out);
    }
  }
  return out;
}
