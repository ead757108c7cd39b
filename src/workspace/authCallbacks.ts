/** What the `session` and `jwt` callbacks of Auth.js put into the session and the token, read from their facts alone. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, Property, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import { calleeText } from './calleeResolver.ts';

/** One field that a callback sets. */
export interface SetField {
  /** Place of the field's name. */
  at: number;
  /** Where its value comes from, as a path from the callback's argument (`token.role`), when that is plain to see. */
  from: string[] | undefined;
  /** The member that is read, of whatever object, and its place: `role` of `row.role ?? 'USER'`. */
  read: { name: string; at: number } | undefined;
}

export interface CallbackWork {
  file: FileId;
  fn: FunctionId;
  /** By path from the session or the token: `user.role`, `role`. */
  sets: ReadonlyMap<string, readonly SetField[]>;
  /** Whole objects that are spread or assigned: `{ ...token, ...user }`. */
  takes: readonly { into: string; from: string[] }[];
  /** May set more than is seen. */
  open: boolean;
  /** Returns what it was given, with all that it had: the user's fields too. */
  passes: boolean;
  /** Asks whether there is a token at all. */
  testsToken: boolean;
}

const known = new WeakMap<TsFacts, Map<string, CallbackWork>>();

/** Reads a callback; `subject` is the member of its argument that it hands back. */
export function callbackWork(
  file: FileId,
  facts: TsFacts,
  fn: FunctionId,
  subject: 'session' | 'token',
): CallbackWork {
  let ofFile = known.get(facts);
  if (!ofFile) known.set(facts, (ofFile = new Map()));
  const key = `${fn} ${subject}`;
  let work = ofFile.get(key);
  if (!work) ofFile.set(key, (work = new CallbackReader(file, facts, fn, subject).read()));
  return work;
}

class CallbackReader {
  private readonly file: FileId;
  private readonly facts: TsFacts;
  private readonly fn: FunctionId;
  private readonly subject: string;
  private readonly given = new Map<number, Value>();
  private readonly sets = new Map<string, SetField[]>();
  private readonly takes: { into: string; from: string[] }[] = [];
  private open = false;
  private passes = false;
  private testsToken = false;

  constructor(file: FileId, facts: TsFacts, fn: FunctionId, subject: string) {
    this.file = file;
    this.facts = facts;
    this.fn = fn;
    this.subject = subject;
  }

  read(): CallbackWork {
    const bodies = this.facts.functions.filter((_, id) => this.isInside(id));
    for (const { body } of bodies)
      visitSteps(body, {
        step: (step) => {
          if (step.s === 'let' && !this.given.has(step.b)) this.given.set(step.b, step.value);
        },
      });
    // A session or token that is assigned anew may be anything.
    for (const [b, value] of this.given)
      if (this.facts.bindings[b]?.mutable && this.trace(value)?.[0] === this.subject) this.open = true;
    for (const { body } of bodies)
      visitSteps(body, {
        step: (step) => {
          if (step.s === 'if') this.test(step.test);
        },
        value: (value) => this.visit(value),
      });
    visitSteps(this.facts.functions[this.fn]?.body ?? [], {
      step: (step) => {
        if (step.s === 'return' && step.value) this.returned(step.value);
      },
    });
    const { file, fn, sets, takes, open, passes, testsToken } = this;
    return { file, fn, sets, takes, open, passes, testsToken };
  }

  private isInside(id: FunctionId): boolean {
    for (let at = id; at > 0; at = this.facts.functions[at]?.parent ?? 0) if (at === this.fn) return true;
    return false;
  }

  /** A value as a path from the callback's argument. `a ?? b` counts as `a`. */
  private trace(value: Value, depth = 0): string[] | undefined {
    if (depth > 12) return undefined;
    switch (value.k) {
      case 'ref': {
        if (value.b < 0) return undefined;
        if (value.b === this.facts.functions[this.fn]?.params[0]) return [];
        const given = this.given.get(value.b);
        return given && this.trace(given, depth + 1);
      }
      case 'member': {
        const of = this.trace(value.of, depth + 1);
        return of && [...of, value.name];
      }
      case 'index': {
        const of = value.key.k === 'lit' ? this.trace(value.of, depth + 1) : undefined;
        return of && value.key.k === 'lit' ? [...of, String(value.key.v)] : undefined;
      }
      case 'logic':
        return value.op === '&&' ? this.trace(value.right, depth + 1) : this.trace(value.left, depth + 1);
      case 'cond':
        return this.trace(value.then, depth + 1);
      case 'await':
        return this.trace(value.of, depth + 1);
      default:
        return undefined;
    }
  }

  private test(value: Value): void {
    if (value.k === 'logic') {
      this.test(value.left);
      this.test(value.right);
    } else if (value.k === 'unary') this.test(value.of);
    else if (value.k === 'binary') this.test(value.left);
    else if (this.trace(value)?.join('.') === 'token') this.testsToken = true;
  }

  private visit(value: Value): void {
    if (value.k === 'logic' || value.k === 'cond') this.test(value.k === 'cond' ? value.test : value.left);
    if (
      (value.k === 'member' || value.k === 'index') &&
      value.opt &&
      this.trace(value.of)?.join('.') === 'token'
    )
      this.testsToken = true;
    if (value.k === 'assign') this.assigned(value.target, value.value);
    else if (value.k === 'unary' && value.op === 'delete') return;
    else if (value.k === 'call') this.called(value);
  }

  private assigned(target: Value, value: Value): void {
    if (target.k === 'ref') {
      const given = target.b < 0 ? undefined : this.given.get(target.b);
      if (given && this.trace(given)?.[0] === this.subject) this.open = true;
      return;
    }
    if (target.k !== 'member' && target.k !== 'index') return;
    const path = this.trace(target);
    if (path) {
      if (path[0] === this.subject && path.length > 1) this.put(path.slice(1), value, target.at);
    } else if (target.k === 'index' && this.trace(target.of)?.[0] === this.subject) this.open = true;
  }

  private called(call: Extract<Value, { k: 'call' }>): void {
    const name = calleeText(call.fn);
    const [first, ...rest] = call.args;
    if (name === 'Object.assign' && first) {
      const path = this.trace(first);
      if (path?.[0] === this.subject) for (const source of rest) this.merge(path.slice(1), source);
      return;
    }
    if (/^(console|log|logger|JSON)\b/.test(name)) return;
    for (const arg of call.args) {
      const path = this.trace(arg);
      // Whoever is handed the object may add to it.
      if (path && path.length <= 2 && (path.length === 0 || path[0] === this.subject))
        if (path.length < 2 || path[1] === 'user') this.open = true;
    }
  }

  private returned(value: Value): void {
    switch (value.k) {
      case 'cond':
        this.returned(value.then);
        this.returned(value.else);
        return;
      case 'logic':
        this.returned(value.left);
        this.returned(value.right);
        return;
      case 'await':
        this.returned(value.of);
        return;
      case 'lit':
        return;
      case 'object':
        this.expand([], value.props, true);
        return;
      case 'ref':
        if (value.b >= 0) this.returnedName(value);
        return;
      default: {
        const path = this.trace(value);
        if (path?.join('.') === this.subject) this.passes = true;
        else if (path) this.takes.push({ into: '', from: path });
        else this.open = true;
      }
    }
  }

  private returnedName(value: Extract<Value, { k: 'ref' }>): void {
    const path = this.trace(value);
    const given = this.facts.bindings[value.b]?.mutable ? undefined : this.given.get(value.b);
    if (path?.join('.') === this.subject) this.passes = true;
    else if (path) this.takes.push({ into: '', from: path });
    else if (given) this.returned(given);
    else this.open = true;
  }

  /** @param isResult whether the object is handed back as it is, so that what it doesn't list is lost */
  private expand(path: readonly string[], props: readonly Property[], isResult: boolean): void {
    const hasUser = props.some((prop) => prop.p === 'prop' && prop.name === 'user');
    for (const prop of props) {
      if (prop.p === 'computed') this.open = true;
      else if (prop.p === 'prop') this.put([...path, prop.name], prop.value, prop.at, isResult);
      else {
        const from = this.trace(prop.value);
        const own = from?.[0] === this.subject && from.slice(1).join('.') === path.join('.');
        if (own) {
          if (isResult && (path[0] === 'user' || !hasUser)) this.passes = true;
        } else this.merge(path, prop.value);
      }
    }
  }

  /** All fields of a value go into the object at a path. */
  private merge(path: readonly string[], value: Value): void {
    if (value.k === 'object') this.expand(path, value.props, false);
    else if (value.k === 'logic') {
      this.merge(path, value.right);
      if (value.op !== '&&') this.merge(path, value.left);
    } else if (value.k === 'cond') {
      this.merge(path, value.then);
      this.merge(path, value.else);
    } else if (value.k !== 'lit') {
      const from = this.trace(value);
      if (!from) this.open = true;
      else if (from.slice(1).join('.') !== path.join('.') || from[0] !== this.subject)
        this.takes.push({ into: path.join('.'), from });
    }
  }

  private put(path: readonly string[], value: Value, at: number, isResult = false): void {
    if (value.k === 'object') {
      this.expand(path, value.props, isResult);
      this.note(path, { at, from: undefined, read: undefined });
      return;
    }
    const from = this.trace(value);
    if (this.subject === 'session' && path.join('.') === 'user') {
      if (!from) this.open = true;
      else if (from.join('.') === 'session.user') this.passes ||= isResult;
      else this.takes.push({ into: 'user', from });
      return;
    }
    this.note(path, { at, from, read: readOf(value) });
  }

  private note(path: readonly string[], field: SetField): void {
    const name = path.join('.');
    const fields = this.sets.get(name);
    if (fields) fields.push(field);
    else this.sets.set(name, [field]);
  }
}

/** The member that a value is read from, through fallbacks. */
function readOf(value: Value): SetField['read'] {
  if (value.k === 'member') return { name: value.name, at: value.at };
  if (value.k === 'logic') return readOf(value.op === '&&' ? value.right : value.left);
  return value.k === 'cond' ? readOf(value.then) : undefined;
}
