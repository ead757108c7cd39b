/** What tests show: which expressions hold something other than undefined behind them. Whatever looks at a value counts as a test of it. */
import type { BindingId, TsFacts, Value } from '../facts/tsModel.ts';
import { isChain } from '../facts/visit.ts';
import { initialValue } from './initialValue.ts';

/** Keys (`keyOf`) of expressions that are there. */
export type Present = ReadonlySet<string>;
export type Known = Set<string>;

/** A name for what an expression reads, the same wherever it is read again; undefined for what changes from reading to reading. */
export function keyOf(value: Value): string | undefined {
  switch (value.k) {
    case 'ref':
      return value.b < 0 ? value.name : `#${value.b}`;
    case 'this':
      return 'this';
    case 'member': {
      const of = keyOf(value.of);
      return of === undefined ? undefined : `${of}.${value.name}`;
    }
    case 'index': {
      const of = keyOf(value.of);
      const key = value.key.k === 'lit' ? String(value.key.v) : keyOf(value.key);
      return of === undefined || key === undefined ? undefined : `${of}.${key}`;
    }
    case 'call': {
      // `map.get(id)`, `jar.get('session')`: the same thing when asked for again.
      if (value.fn.k !== 'member' || value.fn.name !== 'get' || value.args.length !== 1) return undefined;
      const [arg] = value.args;
      const of = keyOf(value.fn.of);
      const key = arg?.k === 'lit' ? String(arg.v) : arg && keyOf(arg);
      return of === undefined || key === undefined ? undefined : `${of}.get(${key})`;
    }
    default:
      return undefined;
  }
}

/** Whether somebody has looked at how many items a list has. */
export function isFilled(list: Value, known: Present): boolean {
  const key = keyOf(list);
  return key !== undefined && known.has(`${key}.length`);
}

/** Reads the tests of one file. */
export class PresenceTests {
  readonly facts: TsFacts;

  constructor(facts: TsFacts) {
    this.facts = facts;
  }

  /** The constant behind a name, where it has just one value. */
  initial(b: BindingId): Value | undefined {
    const binding = this.facts.bindings[b];
    if (!binding || binding.mutable || binding.kind === 'param' || binding.kind === 'import')
      return undefined;
    return initialValue(this.facts.functions[binding.fn]?.body ?? [], b);
  }

  /** Whether a value can't be undefined, by what it is or by what is known. */
  isSure(value: Value, known: Present): boolean {
    switch (value.k) {
      case 'lit':
      case 'template':
      case 'object':
      case 'array':
      case 'new':
      case 'function':
      case 'class':
      case 'binary':
        return true;
      case 'logic': {
        const after = new Set(known);
        this.learn(value.left, value.op === '&&', after);
        if (value.op === '&&') return this.isSure(value.left, known) && this.isSure(value.right, after);
        return this.isSure(value.right, value.op === '||' ? after : known) || this.isSure(value.left, known);
      }
      case 'cond':
        return [value.then, value.else].every((part, i) => {
          const after = new Set(known);
          this.learn(value.test, i === 0, after);
          return this.isSure(part, after);
        });
      default: {
        const key = keyOf(value);
        return key !== undefined && known.has(key);
      }
    }
  }

  /** Adds what a passed (or failed) test shows. */
  learn(test: Value, truth: boolean, known: Known, depth = 0): void {
    if (depth > 12) return;
    const inner = (part: Value, to: boolean, into = known): void => this.learn(part, to, into, depth + 1);
    switch (test.k) {
      case 'unary':
        if (test.op === '!') inner(test.of, !truth);
        return;
      case 'await':
        inner(test.of, truth);
        return;
      case 'array':
        for (const item of test.items) inner(item, truth);
        return;
      case 'object':
        for (const prop of test.props) inner(prop.value, truth);
        return;
      case 'assign':
        inner(test.value, truth);
        if (truth) this.add(test.target, known);
        return;
      case 'logic': {
        if (test.op === '??') {
          if (truth && test.right.k === 'lit' && !test.right.v) inner(test.left, true);
          return;
        }
        if ((test.op === '&&') === truth) {
          inner(test.left, truth);
          inner(test.right, truth);
          return;
        }
        const one = new Set(known);
        const other = new Set(known);
        inner(test.left, truth, one);
        inner(test.left, !truth, other);
        inner(test.right, truth, other);
        for (const key of one) if (other.has(key)) known.add(key);
        return;
      }
      case 'binary':
        this.learnComparison(test, truth, known);
        return;
      case 'call': {
        // `Boolean(x)`, `isString(x)`, `ids.includes(x)`, `isEmpty(x)`: either way somebody has looked.
        for (const arg of test.args) this.add(arg, known);
        if (truth && test.fn.k === 'member' && test.fn.name === 'has')
          this.add({ ...test, fn: { ...test.fn, name: 'get' } }, known);
        if (truth && isChain(test.fn)) this.addBases(test.fn, known);
        if (truth) this.add(test, known);
        return;
      }
      case 'ref': {
        if (!truth) return;
        this.add(test, known);
        const initial = this.initial(test.b);
        if (initial) inner(initial, true);
        return;
      }
      default:
        if (truth || (test.k === 'member' && test.name === 'length')) this.add(test, known);
    }
  }

  private learnComparison(test: Extract<Value, { k: 'binary' }>, truth: boolean, known: Known): void {
    const { op, left, right } = test;
    for (const side of [left, right])
      if (side.k === 'member' && side.name === 'length') this.add(side, known);
    if (/^[!=]==?$/.test(op)) {
      const equal = truth !== op.startsWith('!');
      for (const [one, other] of [
        [left, right],
        [right, left],
      ] as const) {
        if (one.k === 'unary' && one.op === 'typeof') {
          if (other.k === 'lit' && (other.v === 'undefined') !== equal) this.add(one.of, known);
          return;
        }
        if (isNothing(one)) {
          if (!equal) this.add(other, known);
          return;
        }
      }
      if (equal) {
        this.add(left, known);
        this.add(right, known);
        // `isOwner === true`
        if (right.k === 'lit' && right.v === true) this.learn(left, true, known);
        return;
      }
      if (right.k === 'lit' && right.v === false) this.learn(left, true, known);
      return;
    }
    if (truth && /^([<>]=?|in|instanceof)$/.test(op)) {
      this.add(left, known);
      this.add(right, known);
    }
  }

  /** An expression that is there, and all that it was read from. */
  protected add(value: Value, known: Known): void {
    const key = keyOf(value);
    if (key !== undefined) known.add(key);
    this.addBases(value, known);
  }

  private addBases(value: Value, known: Known): void {
    if (value.k === 'unary' || value.k === 'await') {
      this.add(value.of, known);
      return;
    }
    let at: Value | undefined = value;
    while (at) {
      at = at.k === 'member' || at.k === 'index' ? at.of : at.k === 'call' ? at.fn : undefined;
      const key = at && keyOf(at);
      if (key !== undefined) known.add(key);
    }
  }
}

function isNothing(value: Value): boolean {
  return (
    (value.k === 'lit' && value.v === null) ||
    (value.k === 'ref' && value.b < 0 && value.name === 'undefined')
  );
}
