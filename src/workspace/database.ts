/**
 * Demand-driven memoisation with automatic dependencies: what the engine derives is computed when asked for, kept, and
 * recomputed only when something it really read has changed.
 *
 * - An input change marks its direct readers `dirty` and everything above them `maybe` (push, cheap, stops at nodes that
 *   are marked already). So the cost of a keystroke is what could depend on the file, never the workspace.
 * - Asking for a `maybe` node first brings its dependencies up to date; if none of them changed its value, the node is
 *   clean without being recomputed (early cut-off).
 * - An `eager` query stops the marks: it is brought up to date before anything is read or listed, and what reads it is marked
 *   only when its value really is another one. It is for small facts of one file that much of the workspace rests on.
 * - Queries may be recursive (call graphs are). A query that is asked for while it is being computed answers with its
 *   current approximation, starting from the query's bottom value, and the outermost such query is repeated until nothing
 *   changes: a least fixpoint, whichever function is asked first. Transfer functions must be monotone; a cap ends
 *   runaway iteration.
 */

import { forEachReader, withoutReader, withReader, type Readers } from './readers.ts';

const CLEAN = 0;
const MAYBE = 1;
const DIRTY = 2;

const MAX_ROUNDS = 12;

const NONE: ReadonlySet<Node> = new Set();

interface Node<V = unknown> {
  readonly query: QueryDefinition<V> | undefined;
  readonly key: string;
  value: V | undefined;
  hasValue: boolean;
  state: number;
  deps: Node[];
  readers: Readers<Node>;
  /** Part of a cycle when last computed: validated by recomputation only. */
  cyclic: boolean;
  /** Index in the stack while it is being computed, else -1. */
  position: number;
  /** Approximation that recursive reads saw. */
  approximation: V | undefined;
  readInCycle: boolean;
  /** Lowest stack position that a provisional value rests on; Infinity when the value is final. */
  restsOn: number;
}

interface QueryDefinition<V> {
  readonly name: string;
  readonly compute: (key: string) => V;
  readonly equal: (a: V, b: V) => boolean;
  readonly bottom: ((key: string) => V) | undefined;
  readonly nodes: Map<string, Node<V>>;
  readonly watched: boolean;
  readonly eager: boolean;
}

export interface Query<V> {
  (key: string): V;
  /** The value as last computed, without bringing it up to date or recording a dependency. */
  peek(key: string): V | undefined;
  /** Forgets a key, e.g. of a deleted file. */
  drop(key: string): void;
  readonly size: () => number;
}

export interface Input<V> {
  (key: string): V | undefined;
  /** Sets a value; `changed: false` replaces it without waking readers (its meaning is the same). */
  set(key: string, value: V | undefined, changed?: boolean): void;
  peek(key: string): V | undefined;
}

interface Frame {
  node: Node;
  deps: Set<Node>;
  restsOn: number;
}

export class Database {
  private readonly stack: Frame[] = [];
  /** Nodes that hold a value resting on an unfinished computation, in order of completion. */
  private provisional: Node[] = [];
  private readonly stale = new Map<string, Set<string>>();
  /** Nodes of eager queries that may have changed, while their readers don't know it. */
  private readonly unsettled = new Set<Node>();
  /** Computations since the start, by query: tests and statistics read it. */
  readonly computed = new Map<string, number>();

  /** Declares an input table. A key never set reads as undefined, and such a read is a dependency too. */
  input<V>(name: string): Input<V> {
    const nodes = new Map<string, Node<V>>();
    const nodeOf = (key: string): Node<V> => {
      let node = nodes.get(key);
      if (!node) {
        node = newNode<V>(undefined, `${name}:${key}`);
        node.hasValue = true;
        nodes.set(key, node);
      }
      return node;
    };
    const read = (key: string): V | undefined => {
      const node = nodeOf(key);
      this.record(node as Node);
      return node.value;
    };
    return Object.assign(read, {
      set: (key: string, value: V | undefined, changed = true): void => {
        const node = nodeOf(key);
        node.value = value;
        if (changed) this.invalidate(node as Node);
      },
      peek: (key: string): V | undefined => nodes.get(key)?.value,
    });
  }

  /**
   * Declares a derived table.
   * @param options.equal when two values mean the same, so that readers need not wake; default: identity
   * @param options.bottom the first approximation for recursive reads; a query without one must not be recursive
   * @param options.watched its keys are listed by `takeStale` when they may have changed
   * @param options.eager brought up to date before its readers are told: cheap, not recursive, and rarely another value
   */
  query<V>(
    name: string,
    compute: (key: string) => V,
    options: {
      equal?: (a: V, b: V) => boolean;
      bottom?: (key: string) => V;
      watched?: boolean;
      eager?: boolean;
    } = {},
  ): Query<V> {
    const definition: QueryDefinition<V> = {
      name,
      compute,
      equal: options.equal ?? Object.is,
      bottom: options.bottom,
      nodes: new Map(),
      watched: options.watched ?? false,
      eager: options.eager ?? false,
    };
    if (definition.watched) this.stale.set(name, new Set());
    const ask = (key: string): V => {
      let node = definition.nodes.get(key);
      if (!node) {
        node = newNode<V>(definition, key);
        definition.nodes.set(key, node);
      }
      return this.get(node as Node) as V;
    };
    return Object.assign(ask, {
      peek: (key: string): V | undefined => definition.nodes.get(key)?.value,
      drop: (key: string): void => {
        const node = definition.nodes.get(key);
        if (!node) return;
        for (const dep of node.deps) dep.readers = withoutReader(dep.readers, node as Node);
        this.invalidate(node as Node);
        definition.nodes.delete(key);
        this.stale.get(name)?.delete(key);
        this.unsettled.delete(node as Node);
      },
      size: () => definition.nodes.size,
    });
  }

  /** Keys of a watched query that were computed once and may have changed since; empties the list. */
  takeStale(name: string): string[] {
    const set = this.stale.get(name);
    if (!set) return [];
    this.settleEager();
    const keys = [...set];
    set.clear();
    return keys;
  }

  private record(node: Node): void {
    this.stack.at(-1)?.deps.add(node);
  }

  private get(node: Node): unknown {
    if (this.stack.length === 0) this.settleEager();
    this.record(node);
    if (node.position >= 0) return this.readUnfinished(node);
    if (node.hasValue && node.restsOn < this.stack.length) {
      this.restOn(node.restsOn);
      return node.value;
    }
    this.refresh(node);
    if (node.restsOn !== Infinity) this.restOn(node.restsOn);
    return node.value;
  }

  /**
   * Brings eager nodes up to date until none is left: one that rests on another by way of a node still thought clean is
   * computed too early, and again once that other one has woken what lies between.
   */
  private settleEager(): void {
    for (const node of this.unsettled) {
      this.unsettled.delete(node);
      this.refresh(node);
    }
  }

  private readUnfinished(node: Node): unknown {
    node.readInCycle = true;
    if (node.approximation === undefined && node.query?.bottom)
      node.approximation = node.query.bottom(node.key);
    this.restOn(node.position);
    return node.approximation;
  }

  private restOn(position: number): void {
    const top = this.stack.at(-1);
    if (top && position < top.restsOn) top.restsOn = position;
  }

  /** Brings a node up to date. */
  private refresh(node: Node): void {
    if (node.state === CLEAN && node.hasValue) return;
    if (node.state === MAYBE && node.hasValue && !node.cyclic) {
      for (const dep of node.deps) {
        if (dep.position >= 0) {
          node.state = DIRTY;
          break;
        }
        if (dep.query) this.refresh(dep);
        if (dep.restsOn !== Infinity) node.state = DIRTY;
        if ((node.state as number) !== MAYBE) break;
      }
      if ((node.state as number) === CLEAN) return;
      if (node.state === MAYBE) {
        node.state = CLEAN;
        return;
      }
    }
    this.compute(node);
  }

  private compute(node: Node): void {
    const definition = node.query;
    if (!definition) return;
    const position = this.stack.length;
    const firstProvisional = this.provisional.length;
    node.position = position;
    node.approximation = undefined;
    node.readInCycle = false;
    let frame: Frame;
    let value: unknown;
    let everCyclic = false;
    try {
      for (let round = 1; ; round++) {
        frame = { node, deps: new Set(), restsOn: Infinity };
        this.stack.push(frame);
        this.computed.set(definition.name, (this.computed.get(definition.name) ?? 0) + 1);
        try {
          value = definition.compute(node.key);
        } finally {
          this.stack.pop();
        }
        everCyclic ||= node.readInCycle;
        if (!node.readInCycle) break;
        const stable = definition.equal(value, node.approximation);
        if (stable || round >= MAX_ROUNDS) break;
        node.approximation = value;
        node.readInCycle = false;
        this.discardProvisional(firstProvisional);
      }
    } catch (error) {
      node.position = -1;
      node.approximation = undefined;
      this.discardProvisional(firstProvisional);
      throw error;
    }
    node.position = -1;
    node.approximation = undefined;
    const restsOnOuter = frame.restsOn < position;
    node.cyclic = everCyclic || restsOnOuter;
    // Only a node that was asked for while it was computed has readers that finished before it.
    const upToDate = everCyclic ? new Set(this.provisional.slice(firstProvisional)) : NONE;
    this.settle(node, value, frame.deps, upToDate);
    if (restsOnOuter) {
      node.restsOn = frame.restsOn;
      for (const inner of this.provisional.slice(firstProvisional))
        if (inner.restsOn >= position) inner.restsOn = frame.restsOn;
      this.provisional.push(node);
    } else {
      node.restsOn = Infinity;
      for (const inner of this.provisional.splice(firstProvisional)) inner.restsOn = Infinity;
    }
  }

  private discardProvisional(from: number): void {
    for (const inner of this.provisional.splice(from)) {
      inner.restsOn = Infinity;
      inner.state = DIRTY;
      inner.hasValue = false;
    }
  }

  /** @param upToDate nodes of the same cycle: the last round gave them this value already */
  private settle(node: Node, value: unknown, deps: Set<Node>, upToDate: ReadonlySet<Node>): void {
    for (const dep of node.deps) if (!deps.has(dep)) dep.readers = withoutReader(dep.readers, node);
    for (const dep of deps) dep.readers = withReader(dep.readers, node);
    node.deps = [...deps];
    const had = node.hasValue || node.value !== undefined;
    const same = had && node.query !== undefined && node.query.equal(node.value, value);
    if (!same) {
      node.value = value;
      if (had) this.wakeReaders(node, upToDate);
    }
    node.hasValue = true;
    node.state = CLEAN;
  }

  /** A value really changed: its direct readers must recompute, those above them may have to. */
  private wakeReaders(node: Node, upToDate: ReadonlySet<Node>): void {
    forEachReader(node.readers, (reader) => {
      if (reader.position < 0 && !upToDate.has(reader)) this.wake(reader);
    });
  }

  private invalidate(node: Node): void {
    forEachReader(node.readers, (reader) => this.wake(reader));
  }

  private wake(reader: Node): void {
    const was = reader.state;
    reader.state = DIRTY;
    if (was === CLEAN) this.suspect(reader);
  }

  private suspect(start: Node): void {
    const todo = [start];
    for (let node = todo.pop(); node; node = todo.pop()) {
      if (node.query?.watched) this.stale.get(node.query.name)?.add(node.key);
      if (node.query?.eager) {
        this.unsettled.add(node);
        continue;
      }
      forEachReader(node.readers, (reader) => {
        if (reader.state !== CLEAN) return;
        reader.state = reader.cyclic ? DIRTY : MAYBE;
        todo.push(reader);
      });
    }
  }
}

function newNode<V>(query: QueryDefinition<V> | undefined, key: string): Node<V> {
  return {
    query,
    key,
    value: undefined,
    hasValue: false,
    state: query ? DIRTY : CLEAN,
    deps: [],
    readers: undefined,
    cyclic: false,
    position: -1,
    approximation: undefined,
    readInCycle: false,
    restsOn: Infinity,
  };
}
