/** The names that hold a caught error, or something made of it, and what tests say about them. */
import type { BindingId, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import { calleeName } from './calleeResolver.ts';
import type { CallValue } from './calleeResolver.ts';

export class ErrorNames {
  private readonly facts: TsFacts;
  /** With what each name was given; `undefined` for the caught error itself. */
  private readonly errors = new Map<BindingId, Value | undefined>();

  constructor(facts: TsFacts, caught: BindingId | undefined) {
    this.facts = facts;
    if (caught !== undefined) this.errors.set(caught, undefined);
  }

  /** Notes that a name was given something made of the error. */
  add(name: BindingId, value: Value): void {
    this.errors.set(name, value);
  }

  /** What a name stands for, when it was made of the error. */
  valueBehind(value: Value): Value {
    return value.k === 'ref' ? (this.errors.get(value.b) ?? value) : value;
  }

  /** Whether an expression holds the error or something made of it. */
  mentions(value: Value): boolean {
    if (this.errors.size === 0) return false;
    let found = false;
    visitValue(value, (part) => {
      if (part.k === 'ref' && this.errors.has(part.b)) found = true;
      else if (part.k === 'function') found ||= this.mentionedIn(part.fn);
      return !found;
    });
    return found;
  }

  mentionedIn(fn: FunctionId): boolean {
    let found = false;
    visitSteps(this.facts.functions[fn]?.body ?? [], {
      value: (part) => {
        if (part.k === 'ref' && this.errors.has(part.b)) found = true;
        return !found;
      },
    });
    return found;
  }

  /** Whether a value is the caught error itself. */
  isError(value: Value): boolean {
    if (value.k !== 'ref' || !this.errors.has(value.b)) return false;
    const given = this.errors.get(value.b);
    return given === undefined || this.isError(given);
  }

  isErrorMethod(call: CallValue): boolean {
    return call.fn.k === 'member' && this.mentions(call.fn.of);
  }

  isOwn(target: Value): boolean {
    return target.k === 'ref' && this.errors.has(target.b);
  }

  /** Which outcome of a test recognises the error as something expected; undefined when neither does. */
  proves(test: Value): boolean | undefined {
    switch (test.k) {
      case 'unary':
        if (test.op !== '!') return undefined;
        return negate(this.proves(test.of));
      case 'logic': {
        const left = this.mentions(test.left) ? this.proves(test.left) : undefined;
        const right = this.mentions(test.right) ? this.proves(test.right) : undefined;
        if (test.op === '&&')
          return left === true || right === true
            ? true
            : left === false && right === false
              ? false
              : undefined;
        return left === false || right === false ? false : left === true && right === true ? true : undefined;
      }
      case 'binary': {
        if (test.op === 'instanceof') return calleeName(test.right) === 'Error' ? undefined : true;
        if (test.op === '===' || test.op === '==') return isTypeTest(test) ? undefined : true;
        if (test.op === '!==' || test.op === '!=') return isTypeTest(test) ? undefined : false;
        return undefined;
      }
      case 'call':
        return true;
      default:
        return undefined;
    }
  }
}

function negate(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** `typeof error === 'string'`, `error !== null`: says nothing about what went wrong. */
function isTypeTest(test: Extract<Value, { k: 'binary' }>): boolean {
  const isPlain = (value: Value): boolean =>
    (value.k === 'unary' && value.op === 'typeof') ||
    (value.k === 'lit' && value.v === null) ||
    (value.k === 'ref' && value.name === 'undefined');
  return isPlain(test.left) || isPlain(test.right);
}
