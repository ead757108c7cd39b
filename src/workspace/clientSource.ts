/**
 * Which client a query is sent with: the one that everybody shares, a transaction's, or one that callers hand in. Found from the
 * facts, along the calls that lead to the query; where several answers are possible there is none.
 */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionFacts, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { memberOf } from './abs.ts';
import type { Abs, Site } from './abs.ts';
import { CalleeResolver } from './calleeResolver.ts';
import { callIndex } from './callIndex.ts';
import type { CallValue, TaggedValue } from './callPlace.ts';
import { initialValue } from './initialValue.ts';
import { functionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/** A client that is not a transaction's; `named` when all that is known is the module value it is. */
export type OuterSource = { s: 'outer' } | { s: 'named'; file: FileId; name: string };

export type ClientSource =
  | OuterSource
  | { s: 'tx' }
  /** What a function is given; `fallback`: the client it takes when it is given nothing. */
  | { s: 'param'; file: FileId; fn: FunctionId; i: number; path: string[]; fallback?: OuterSource }
  | { s: 'unknown' };

const UNKNOWN_SOURCE: ClientSource = { s: 'unknown' };
const OUTER: ClientSource = { s: 'outer' };

/** A function's parameter (or a part of it) that is the client of an open transaction. */
export interface TxParameter {
  i: number;
  path: readonly string[];
}

export class ClientSources {
  readonly resolver: CalleeResolver;
  private readonly workspace: WorkspaceView;
  private readonly txParameters: (file: FileId, fn: FunctionId) => TxParameter | undefined;

  constructor(
    workspace: WorkspaceView,
    txParameters: (file: FileId, fn: FunctionId) => TxParameter | undefined,
  ) {
    this.workspace = workspace;
    this.resolver = new CalleeResolver(workspace);
    this.txParameters = txParameters;
  }

  /** The client of a query, seen from the function at the head of its trace. */
  ofQuery(query: Site & { trace: readonly Site[] }): ClientSource {
    const facts = this.workspace.tsFacts(query.file);
    const found = facts && callIndex(facts).get(query.at);
    const receiver = facts && found && this.receiver(facts, found.call);
    if (!found || !receiver) return UNKNOWN_SOURCE;
    let source = this.of(query.file, found.fn, receiver);
    for (let k = query.trace.length - 1; k >= 0 && source.s === 'param'; k--) {
      const site = query.trace[k];
      source = site ? this.atCall(source, site) : UNKNOWN_SOURCE;
    }
    return source;
  }

  /** The client in `client.post.create()`, `client.$queryRaw`, and `posts.create()` with `const posts = client.post`. */
  receiver(facts: TsFacts, call: CallValue | TaggedValue): Value | undefined {
    let callee = call.k === 'call' ? call.fn : call.tag;
    if (callee.k === 'call') callee = callee.fn;
    if (callee.k !== 'member') return undefined;
    if (callee.name.startsWith('$')) return callee.of;
    if (callee.of.k === 'member') return callee.of.of;
    if (callee.of.k !== 'ref') return undefined;
    const init = initOf(facts, callee.of.b);
    return init?.k === 'member' ? init.of : undefined;
  }

  /** The client that a value (or its part at `path`) is. */
  of(file: FileId, fn: FunctionId, value: Value, path: readonly string[] = [], depth = 0): ClientSource {
    const facts = this.workspace.tsFacts(file);
    if (!facts || depth > 10) return UNKNOWN_SOURCE;
    const go = (part: Value, rest: readonly string[] = path): ClientSource =>
      this.of(file, fn, part, rest, depth + 1);
    switch (value.k) {
      case 'ref':
        return this.ofName(facts, { file, fn, value, path }, depth);
      case 'await':
        return go(value.of);
      case 'member':
        if (value.of.k === 'this')
          return path.length === 0 ? this.ofField(facts, file, fn, value.name) : UNKNOWN_SOURCE;
        return go(value.of, [value.name, ...path]);
      case 'object': {
        const [key, ...rest] = path;
        for (const prop of value.props.toReversed()) {
          if (prop.p === 'prop' && prop.name === key) return go(prop.value, rest);
          if (prop.p === 'computed') return UNKNOWN_SOURCE;
          if (prop.p === 'spread') {
            const inner = go(prop.value);
            if (inner.s !== 'unknown') return inner;
            return UNKNOWN_SOURCE;
          }
        }
        return UNKNOWN_SOURCE;
      }
      case 'logic':
        return value.op === '&&' ? UNKNOWN_SOURCE : either(go(value.left), go(value.right));
      case 'cond':
        return either(go(value.then), go(value.else));
      case 'call':
        if (value.fn.k === 'member' && value.fn.name === '$extends') return go(value.fn.of);
        return path.length === 0 ? this.ofResult(facts, file, fn, value.fn) : UNKNOWN_SOURCE;
      default:
        return UNKNOWN_SOURCE;
    }
  }

  private ofName(
    facts: TsFacts,
    at: { file: FileId; fn: FunctionId; value: Extract<Value, { k: 'ref' }>; path: readonly string[] },
    depth: number,
  ): ClientSource {
    const { file, value, path } = at;
    const binding = facts.bindings[value.b];
    const owner = binding && facts.functions[binding.fn];
    if (!binding || !owner) return UNKNOWN_SOURCE;
    if (binding.fn === 0) return this.ofModuleValue(file, facts, value, path);
    const i = owner.params.indexOf(value.b);
    if (i >= 0) {
      const tx = this.txParameters(file, binding.fn);
      if (tx && tx.i === i && tx.path.join('.') === path.join('.')) return { s: 'tx' };
      const otherwise = path.length === 0 ? defaultOf(owner, value.b) : undefined;
      const fallback = otherwise && this.of(file, binding.fn, otherwise, [], depth + 1);
      const parameter: ClientSource = { s: 'param', file, fn: binding.fn, i, path: [...path] };
      return fallback && isOuterSource(fallback) ? { ...parameter, fallback } : parameter;
    }
    const init = binding.mutable ? undefined : initialValue(owner.body, value.b);
    return init ? this.of(file, binding.fn, init, path, depth + 1) : UNKNOWN_SOURCE;
  }

  private ofModuleValue(
    file: FileId,
    facts: TsFacts,
    { b, name }: Extract<Value, { k: 'ref' }>,
    path: readonly string[],
  ): ClientSource {
    let value: Abs = this.workspace.moduleValue(file, b);
    for (const part of path)
      value = value.k === 'module' ? this.workspace.exported(value.file, part) : memberOf(value, part);
    if (value.k === 'prisma') return value.tx ? UNKNOWN_SOURCE : OUTER;
    for (const { spec, names } of facts.imports)
      for (const { imported, b: own } of names) {
        const target = own === b ? this.workspace.target(file, spec) : undefined;
        if (target)
          return {
            s: 'named',
            file: target.t === 'file' ? target.file : spec,
            name: [imported, ...path].join('.'),
          };
      }
    return { s: 'named', file, name: [name, ...path].join('.') };
  }

  /** A field with a client of the module; what a constructor is given may be anything. */
  private ofField(facts: TsFacts, file: FileId, fn: FunctionId, name: string): ClientSource {
    let id = fn;
    while (id > 0 && facts.functions[id]?.cls === undefined) id = facts.functions[id]?.parent ?? 0;
    const cls = facts.classes[facts.functions[id]?.cls ?? -1];
    const field = cls?.fields.find((candidate) => candidate.name === name);
    return field?.value ? this.of(file, 0, field.value) : UNKNOWN_SOURCE;
  }

  /** `getPrisma()`. */
  private ofResult(facts: TsFacts, file: FileId, fn: FunctionId, callee: Value): ClientSource {
    const found = this.resolver.functionOf(this.resolver.resolve(file, facts, fn, callee));
    if (!found) return UNKNOWN_SOURCE;
    const { outcomes } = this.workspace.summary(functionKey(found.file, found.fn));
    return outcomes.length > 0 && outcomes.every(({ value }) => value.k === 'prisma' && !value.tx)
      ? OUTER
      : UNKNOWN_SOURCE;
  }

  /** What a parameter is at one call of its function. */
  private atCall(source: Extract<ClientSource, { s: 'param' }>, site: Site): ClientSource {
    const facts = this.workspace.tsFacts(site.file);
    const found = facts && callIndex(facts).get(site.at);
    if (!facts || found?.call.k !== 'call') return UNKNOWN_SOURCE;
    const { call, fn } = found;
    const callee = this.resolver.functionOf(this.resolver.resolve(site.file, facts, fn, call.fn));
    if (callee?.file !== source.file || callee.fn !== source.fn) return UNKNOWN_SOURCE;
    const given = call.args.slice(0, source.i + 1);
    if (given.some((arg) => arg.k === 'spread')) return UNKNOWN_SOURCE;
    const arg = given[source.i];
    if (!arg || isNothing(arg) || lacks(arg, source.path)) return source.fallback ?? UNKNOWN_SOURCE;
    const result = this.of(site.file, fn, arg, source.path);
    return result.s === 'param' && source.fallback ? { ...result, fallback: source.fallback } : result;
  }
}

/** `a ?? b`, `a ? a : b`: a parameter and the outer client make a parameter that may be left out. */
function either(left: ClientSource, right: ClientSource): ClientSource {
  if (isOuterSource(left) && right.s === 'param') return { ...right, fallback: left };
  if (isOuterSource(right) && left.s === 'param') return { ...left, fallback: right };
  if (left.s === 'tx' && isOuterSource(right)) return left;
  return left.s === right.s && left.s !== 'param' && left.s !== 'named' ? left : UNKNOWN_SOURCE;
}

/** Whether two clients are the same for all that is seen, though it isn't known which. */
export function isSameClient(one: ClientSource, other: ClientSource): boolean {
  if (one.s === 'named') return other.s === 'named' && one.file === other.file && one.name === other.name;
  return (
    one.s === 'param' &&
    other.s === 'param' &&
    one.file === other.file &&
    one.fn === other.fn &&
    one.i === other.i &&
    one.path.join('.') === other.path.join('.')
  );
}

function isOuterSource(source: ClientSource): source is OuterSource {
  return source.s === 'outer' || source.s === 'named';
}

function isNothing(value: Value): boolean {
  return (
    (value.k === 'ref' && value.b < 0 && value.name === 'undefined') ||
    (value.k === 'lit' && value.v === null)
  );
}

/** Whether an object is seen not to have a part. */
function lacks(value: Value, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined || value.k !== 'object') return false;
  const own = value.props.findLast((prop) => prop.p !== 'prop' || prop.name === key);
  return own === undefined || (own.p === 'prop' && (isNothing(own.value) || lacks(own.value, rest)));
}

/** The default of a parameter. */
function defaultOf(fn: FunctionFacts, b: BindingId): Value | undefined {
  for (const step of fn.body)
    if (step.s === 'let' && step.b === b && step.value.k === 'logic' && step.value.op === '??')
      return step.value.right;
  return undefined;
}

function initOf(facts: TsFacts, b: BindingId): Value | undefined {
  const binding = facts.bindings[b];
  const owner = binding && facts.functions[binding.fn];
  return owner && !binding.mutable ? initialValue(owner.body, b) : undefined;
}
