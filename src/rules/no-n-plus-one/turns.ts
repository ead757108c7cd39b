/** Finds what runs once for each item of a list: bodies of loops and callbacks of array methods, from the facts alone. */
import { calleeName } from '../../workspace/calleeResolver.ts';
import type { CallValue } from '../../workspace/calleeResolver.ts';
import type { BindingId, FunctionFacts, FunctionId, Step, TsFacts, Value } from '../../facts/tsModel.ts';
import { valuesIn, valuesOf } from '../../facts/valueIndex.ts';
import { partsOf, visitSteps, visitValue } from '../../facts/visit.ts';

/** One loop (or array callback) around a place. */
export interface Turn {
  kind: 'loop' | 'callback';
  /** What is iterated. */
  list: Value;
  /** Place of the statement or of the whole call. */
  at: number;
  /** Names that may differ from turn to turn. */
  names: Set<BindingId>;
  /** The items themselves: the loop's variable or the callback's first parameter. */
  items: Set<BindingId>;
  /** All turns start at once: `Promise.all(items.map(async …))`. */
  concurrent: boolean;
  /** What is awaited in a turn. */
  waits: Value[];
}

/** Something that runs once for each item of a list. */
export interface Repeated {
  value: CallValue | Extract<Value, { k: 'tagged' | 'jsx' }>;
  /** The function that contains it. */
  fn: FunctionId;
  /** Enclosing turns, outermost first. */
  turns: readonly Turn[];
  /** Its function has waited for something before. */
  waited: boolean;
  /** Nobody looks at its value. */
  unused: boolean;
  /** Part of an array that `$transaction([...])` sends in one go. */
  batch: boolean;
  /** Not in every turn: inside an `if`. */
  conditional: boolean;
  /** Only when a cache hasn't got it: inside `if (!seen.has(key))`. */
  remembered: boolean;
}

const LIST_METHODS: ReadonlySet<string> = new Set([
  'map',
  'flatMap',
  'forEach',
  'filter',
  'reduce',
  'find',
  'some',
  'every',
]);
/** `pMap(list, fn)`, `mapLimit(list, 5, fn)`, `asyncForEach(list, fn)`. */
const LIST_HELPER =
  /^(p(Map|Each|Filter)(Series)?|(map|each|filter|forEach)(Limit|Series)|async(ForEach|Map|Pool)|promise(Map|All)|parallel)$/i;

interface Around {
  fn: FunctionId;
  turns: readonly Turn[];
  /** Shared by all that runs in one call of the function. */
  clock: { waited: boolean };
  unused: boolean;
  batch: boolean;
  conditional: boolean;
  remembered: boolean;
}

/** Everything in a file that is called (or rendered) once for each item. */
export function repeatedCalls(facts: TsFacts): Repeated[] {
  const walk = new Walk(facts);
  // Outer functions first, so that a callback is met inside the turn it belongs to.
  facts.functions.forEach((_, id) => walk.root(id));
  return walk.found;
}

class Walk {
  readonly found: Repeated[] = [];
  private readonly facts: TsFacts;
  private readonly seen = new Set<FunctionId>();
  private batches: ReadonlySet<BindingId> | undefined;
  private repeating: Set<FunctionId> | undefined;
  /** Names by the function that declares them. */
  private declared: BindingId[][] | undefined;

  constructor(facts: TsFacts) {
    this.facts = facts;
  }

  root(id: FunctionId): void {
    if (!this.seen.has(id) && this.mayRepeat(id)) this.run(id, [], { batch: false, unused: false });
  }

  /** Whether a function has a loop or hands a list's method a function, itself or in what it encloses. */
  private mayRepeat(id: FunctionId): boolean {
    if (!this.repeating) {
      this.repeating = new Set();
      for (const [own, fn] of this.facts.functions.entries())
        if (repeatsItself(fn))
          for (let at = own; at >= 0 && !this.repeating.has(at); at = this.facts.functions[at]?.parent ?? -1)
            this.repeating.add(at);
    }
    return this.repeating.has(id);
  }

  private run(id: FunctionId, turns: readonly Turn[], how: { batch: boolean; unused: boolean }): void {
    const fn = this.facts.functions[id];
    if (!fn || this.seen.has(id)) return;
    this.seen.add(id);
    const isAction = fn.directives.includes('use server');
    this.steps(fn.body, {
      fn: id,
      turns: isAction ? [] : turns,
      clock: { waited: false },
      unused: how.unused,
      batch: how.batch,
      conditional: false,
      remembered: false,
    });
  }

  private steps(steps: readonly Step[], around: Around): void {
    for (const step of steps) this.step(step, around);
  }

  private step(step: Step, around: Around): void {
    switch (step.s) {
      case 'expr':
        this.value(step.value, { ...around, unused: true });
        break;
      case 'let':
        this.value(step.value, {
          ...around,
          unused: false,
          batch: this.batchNames().has(step.b),
        });
        break;
      case 'throw':
        this.value(step.value, used(around));
        break;
      case 'return':
        // What an arrow function gives back is used when the callback's value is.
        if (step.value) this.value(step.value, around);
        break;
      case 'if': {
        this.value(step.test, used(around));
        const inside = {
          ...around,
          conditional: true,
          remembered: around.remembered || looksUp(step.test),
        };
        this.steps(step.then, inside);
        if (step.else) this.steps(step.else, inside);
        break;
      }
      case 'try':
        this.steps(step.body, around);
        if (step.handler) this.steps(step.handler.body, around);
        if (step.finally) this.steps(step.finally, around);
        break;
      case 'switch':
        this.value(step.on, used(around));
        for (const clause of step.cases) this.steps(clause.body, around);
        break;
      case 'loop':
        this.loop(step, around);
        break;
      default:
    }
  }

  private loop(step: Extract<Step, { s: 'loop' }>, around: Around): void {
    const turn = turnOf(step);
    if (!turn) {
      this.steps(step.head, around);
      if (step.test) this.value(step.test, around);
      this.steps(step.body, around);
      return;
    }
    // The list itself is read once.
    this.value(turn.list, around);
    for (const inner of step.head) if (inner.s === 'let') turn.names.add(inner.b);
    this.look(step.body, turn);
    this.steps(step.body, { ...around, turns: [...around.turns, turn] });
  }

  private value(value: Value, around: Around): void {
    switch (value.k) {
      case 'function':
        // Handed to somebody or kept: whether and when it runs isn't said.
        this.run(value.fn, [], { batch: false, unused: false });
        return;
      case 'await':
        this.value(value.of, around);
        around.clock.waited = true;
        return;
      case 'call':
        this.call(value, around);
        return;
      case 'tagged':
      case 'jsx':
        if (around.turns.length > 0) this.note(value, around);
        break;
      default:
    }
    const isList = value.k === 'array' || value.k === 'spread';
    for (const part of partsOf(value)) this.value(part, isList ? around : used(around));
  }

  private call(call: CallValue, around: Around): void {
    const name = calleeName(call.fn);
    const { fn, args } = call;
    const iterated = iteratedBy(call);
    if (iterated) {
      const callback = this.facts.functions[iterated.fn];
      const turn: Turn = {
        kind: 'callback',
        list: iterated.list,
        at: call.at,
        names: new Set(this.bindingsOf(iterated.fn)),
        items: new Set(callback?.params.slice(iterated.item, iterated.item + 1)),
        concurrent: name === 'map' || name === 'flatMap' || name === 'forEach',
        waits: [],
      };
      this.value(iterated.list, used(around));
      for (const arg of args)
        if (arg.k !== 'function' && arg !== iterated.list) this.value(arg, used(around));
      this.look(callback?.body ?? [], turn);
      this.run(iterated.fn, [...around.turns, turn], {
        batch: around.batch,
        unused: around.unused || name === 'forEach',
      });
      return;
    }
    if (around.turns.length > 0) this.note(call, around);
    const isPromise = fn.k === 'member' && fn.of.k === 'ref' && fn.of.name === 'Promise';
    const isBatch = name === '$transaction';
    const pushedTo = name === 'push' && fn.k === 'member' && fn.of.k === 'ref' ? fn.of.b : -1;
    const inside: Around = {
      ...around,
      unused: around.unused && (isPromise || isBatch),
      batch: isBatch || ((isPromise || name === 'concat') && around.batch) || this.batchNames().has(pushedTo),
    };
    if (fn.k === 'member') this.value(fn.of, { ...inside, batch: around.batch && isChain(name) });
    else if (fn.k !== 'ref') this.value(fn, inside);
    for (const arg of args) {
      // `tx.$transaction(async (tx) => …)`, `limit(() => …)`, `step.run('name', async () => …)` run what they are given.
      if (arg.k === 'function') this.run(arg.fn, around.turns, { batch: false, unused: around.unused });
      else this.value(arg, inside);
    }
  }

  private note(value: Repeated['value'], around: Around): void {
    this.found.push({
      value,
      fn: around.fn,
      turns: around.turns,
      waited: around.clock.waited,
      unused: around.unused,
      batch: around.batch,
      conditional: around.conditional,
      remembered: around.remembered,
    });
  }

  /** Arrays of queries that are handed to `$transaction`. */
  private batchNames(): ReadonlySet<BindingId> {
    if (this.batches) return this.batches;
    const names = new Set<BindingId>();
    this.batches = names;
    for (const { fn, args } of valuesOf(this.facts, 'call')) {
      if (calleeName(fn) !== '$transaction') continue;
      for (const arg of args)
        visitValue(arg, (part) => {
          if (part.k === 'ref' && part.b >= 0) names.add(part.b);
          return part.k === 'array' || part.k === 'spread';
        });
    }
    return names;
  }

  /** Notes the names that are given a value in a turn (declared there, or changed there), and what is awaited. */
  private look(steps: readonly Step[], turn: Turn): void {
    const { names, waits } = turn;
    visitSteps(steps, {
      step: (step) => {
        if (step.s === 'let') names.add(step.b);
      },
      value: (value) => {
        if (value.k === 'await') waits.push(value.of);
        if (value.k === 'assign' && value.target.k === 'ref') names.add(value.target.b);
        if (value.k === 'unary' && value.of.k === 'ref' && /^(\+\+|--)$/.test(value.op))
          names.add(value.of.b);
        if (value.k !== 'function') return;
        for (const b of this.bindingsOf(value.fn)) names.add(b);
        this.look(this.facts.functions[value.fn]?.body ?? [], turn);
      },
    });
  }

  private bindingsOf(id: FunctionId): readonly BindingId[] {
    if (!this.declared) {
      this.declared = [];
      for (const [b, { fn }] of this.facts.bindings.entries()) (this.declared[fn] ??= []).push(b);
    }
    return this.declared[id] ?? [];
  }
}

/** The same place, but somebody looks at the value. */
function used(around: Around): Around {
  return around.unused ? { ...around, unused: false } : around;
}

const repeats = new WeakMap<FunctionFacts, boolean>();

function repeatsItself(fn: FunctionFacts): boolean {
  const known = repeats.get(fn);
  if (known !== undefined) return known;
  let found = valuesIn(fn, 'call').some(iteratedBy);
  visitSteps(fn.body, {
    step: (step) => {
      found ||= step.s === 'loop';
      return !found;
    },
  });
  repeats.set(fn, found);
  return found;
}

const isChain = (name: string): boolean => name === 'filter' || name === 'flat' || name === 'map';

/** The list and the callback of `list.map(fn)` and of helpers like `pMap(list, fn)`. */
function iteratedBy(call: CallValue): { list: Value; fn: FunctionId; item: number } | undefined {
  const { fn, args } = call;
  const callback = args.findLast((arg) => arg.k === 'function');
  if (!callback) return undefined;
  const name = calleeName(fn);
  if (fn.k === 'member' && LIST_METHODS.has(name) && args[0] === callback)
    return { list: fn.of, fn: callback.fn, item: name === 'reduce' ? 1 : 0 };
  const [list] = args;
  if (LIST_HELPER.test(name) && list && list !== callback) return { list, fn: callback.fn, item: 0 };
  // `Array.from(list, (item) => …)`
  if (name === 'from' && list && args[1] === callback) return { list, fn: callback.fn, item: 0 };
  return undefined;
}

/** The turn of a loop that goes through a list item by item. Retries, pages and chunks are none. */
function turnOf(step: Extract<Step, { s: 'loop' }>): Turn | undefined {
  const turn = (list: Value, item: BindingId): Turn => ({
    kind: 'loop',
    list,
    at: step.at,
    names: new Set([item]),
    items: new Set([item]),
    concurrent: false,
    waits: [],
  });
  if (step.kind === 'of') {
    const [first] = step.head;
    if (first?.s !== 'let' || first.value.k !== 'index') return undefined;
    return turn(first.value.of, first.b);
  }
  if (step.kind !== 'for' || step.test?.k !== 'binary') return undefined;
  const { left, op, right } = step.test;
  if (op !== '<' || left.k !== 'ref' || right.k !== 'member' || right.name !== 'length') return undefined;
  const last = step.body.at(-1);
  const isByOne = last?.s === 'expr' && last.value.k === 'unary' && last.value.op === '++';
  return isByOne ? turn(right.of, left.b) : undefined;
}

/** `seen.has(key)`: something is done once for each key. */
function looksUp(test: Value): boolean {
  let found = false;
  visitValue(test, (value) => {
    if (value.k === 'call' && /^(has|includes)$/.test(calleeName(value.fn))) found = true;
  });
  return found;
}
