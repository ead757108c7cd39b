/** Where a file reads fields of the Auth.js session: from `auth()`, `getServerSession()`, or what a helper made of them. */
import type { FileId } from '../base/path.ts';
import type { BindingId, TsFacts, Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import { visitSteps } from '../facts/visit.ts';
import { awaited } from './abs.ts';
import type { Abs } from './abs.ts';
import { functionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export interface SessionRead {
  /** From the session: `['user', 'role']`. */
  path: string[];
  /** Place of the last name. */
  at: number;
}

/** Follows values of one file to the session. */
export class SessionTracer {
  private readonly view: WorkspaceView;
  private readonly file: FileId;
  private readonly facts: TsFacts;
  private readonly given = new Map<BindingId, Value>();
  /** First parameters of handlers that `auth(…)` wraps: the session is their `auth`. */
  private readonly requests = new Set<BindingId>();
  private readonly sources = new Map<BindingId, string[] | undefined>();

  constructor(view: WorkspaceView, file: FileId, facts: TsFacts) {
    this.view = view;
    this.file = file;
    this.facts = facts;
    for (const { body } of facts.functions)
      visitSteps(body, {
        step: (step) => {
          if (step.s === 'let' && !this.given.has(step.b)) this.given.set(step.b, step.value);
        },
      });
    for (const { fn, args } of valuesOf(facts, 'call')) {
      if (args[0]?.k !== 'function' || fn.k !== 'ref') continue;
      const first = facts.functions[args[0].fn]?.params[0];
      if (first !== undefined && isAuth(this.calleeOf(fn))) this.requests.add(first);
    }
  }

  /** A value as a path from the session (`[]` is the session itself); `undefined` for everything else. */
  trace(value: Value, depth = 0): string[] | undefined {
    if (depth > 10) return undefined;
    switch (value.k) {
      case 'ref': {
        const binding = value.b < 0 ? undefined : this.facts.bindings[value.b];
        if (!binding || binding.mutable) return undefined;
        if (binding.kind === 'param') return this.typed(binding.type);
        const given = this.given.get(value.b);
        return given && this.trace(given, depth + 1);
      }
      case 'member': {
        if (value.name === 'auth' && value.of.k === 'ref' && this.requests.has(value.of.b)) return [];
        const of = this.trace(value.of, depth + 1);
        return of && [...of, value.name];
      }
      case 'index': {
        const of = value.key.k === 'lit' ? this.trace(value.of, depth + 1) : undefined;
        return of && value.key.k === 'lit' ? [...of, String(value.key.v)] : undefined;
      }
      case 'await':
        return this.trace(value.of, depth + 1);
      case 'logic':
        return this.trace(value.op === '&&' ? value.right : value.left, depth + 1);
      case 'call':
        return value.args.length > 0 && value.args[0]?.k === 'function' ? undefined : this.source(value.fn);
      default:
        return undefined;
    }
  }

  /** What a call of the function gives, as a path from the session. */
  private source(fn: Value): string[] | undefined {
    if (fn.k !== 'ref' || fn.b < 0) return undefined;
    if (this.sources.has(fn.b)) return this.sources.get(fn.b);
    this.sources.set(fn.b, undefined);
    const path = this.sourceOf(this.calleeOf(fn));
    this.sources.set(fn.b, path);
    return path;
  }

  private sourceOf(callee: Abs): string[] | undefined {
    if (isAuth(callee)) return [];
    if (callee.k !== 'closure') return undefined;
    const { outcomes } = this.view.summary(functionKey(callee.file, callee.fn));
    const paths = new Set<string>();
    for (const { value } of outcomes) {
      const inner = awaited(value);
      const parts = inner.k === 'variants' ? inner.list.map((variant) => variant.value) : [inner];
      for (const part of parts) {
        if (part.k === 'undef' || (part.k === 'lit' && !part.v)) continue;
        // A token is followed like a session, but has other fields: a helper must hand out the user of a session.
        if (part.k !== 'session' || part.path[0] !== 'user') return this.wholeSession(callee);
        paths.add(part.path.join('.'));
      }
    }
    const [only] = paths;
    return only !== undefined && paths.size === 1 ? only.split('.') : undefined;
  }

  /** `const getSession = () => getServerSession(authOptions)`, also behind `cache()`. */
  private wholeSession({ file, fn }: Extract<Abs, { k: 'closure' }>): string[] | undefined {
    const facts = this.view.tsFacts(file);
    const body = facts?.functions[fn]?.body ?? [];
    const [only, ...rest] = body;
    if (!facts || rest.length > 0 || only?.s !== 'return' || !only.value) return undefined;
    const value = only.value.k === 'await' ? only.value.of : only.value;
    if (value.k !== 'call' || value.fn.k !== 'ref' || value.fn.b < 0) return undefined;
    return isAuth(this.view.moduleValue(file, value.fn.b)) ? [] : undefined;
  }

  private calleeOf(fn: Value): Abs {
    if (fn.k !== 'ref' || fn.b < 0 || this.facts.bindings[fn.b]?.fn !== 0) return { k: 'unknown' };
    return this.view.moduleValue(this.file, fn.b);
  }

  /** A parameter that is declared to be a session, or the user of one. */
  private typed(type: string | undefined): string[] | undefined {
    const match = /^(\w+)(\['user'\]|\["user"\])?( \| (null|undefined))*$/.exec(type ?? '');
    if (!match) return undefined;
    const isSession = this.facts.imports.some(
      ({ spec, names }) =>
        spec === 'next-auth' &&
        names.some(({ imported, b }) => imported === 'Session' && this.facts.bindings[b]?.name === match[1]),
    );
    return isSession ? (match[2] === undefined ? [] : ['user']) : undefined;
  }
}

function isAuth(callee: Abs): boolean {
  if (callee.k === 'made')
    return callee.spec === 'next-auth' && callee.name === 'default' && callee.path.join('.') === 'auth';
  return (
    callee.k === 'package' &&
    /^next-auth(\/next)?$/.test(callee.spec) &&
    /^(unstable_)?getServerSession$/.test(callee.path.join('.'))
  );
}

/** Reads of fields of the session, outermost member first; each name of a chain counts once. */
export function sessionReads(tracer: SessionTracer, facts: TsFacts): SessionRead[] {
  const out: SessionRead[] = [];
  for (const value of [...valuesOf(facts, 'member'), ...valuesOf(facts, 'index')]) {
    const path = tracer.trace(value);
    if (path && path.length > 0) out.push({ path, at: value.at });
  }
  return out;
}
