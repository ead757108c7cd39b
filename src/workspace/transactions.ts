/** Interactive transactions of a file: their callbacks, and what is written inside these. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import type { Abs, Site } from './abs.ts';
import { callIndex } from './callIndex.ts';
import type { CallValue } from './callPlace.ts';
import { ClientSources } from './clientSource.ts';
import type { ClientSource, TxParameter } from './clientSource.ts';
import { initialValue } from './initialValue.ts';
import { functionKey } from './summary.ts';
import type { DbEffect, Summary } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/** A callback that runs inside an interactive transaction: of `$transaction`, or of a function that opens one and calls it. */
export interface TransactionCallback {
  fn: FunctionId;
  /** The call that is given the callback. */
  call: CallValue;
  /** The function in which that call is written. */
  within: FunctionId;
  /** The `$transaction` call, as effects name it. */
  site: Site;
  /** Where the callback gets the transaction's client; undefined when it takes none. */
  tx: TxParameter | undefined;
  /** The client that the transaction is opened on, where that is seen here. */
  opener: ClientSource;
}

/** A parameter (or a property of it) that takes the client, or the function that has none yet. */
export type HandOver =
  | { i: number; key?: string }
  /** `deep`: the query is sent by a function further down. */
  | { file: FileId; service: FunctionId; deep?: true };

export class Transactions {
  readonly sources: ClientSources;
  private readonly workspace: WorkspaceView;
  private readonly found = new Map<FileId, readonly TransactionCallback[]>();

  constructor(workspace: WorkspaceView) {
    this.workspace = workspace;
    this.sources = new ClientSources(workspace, (file, fn) => {
      const callback = this.callbacks(file).find((candidate) => candidate.fn === fn);
      return callback?.tx;
    });
  }

  /** The transaction callbacks that are written in a file. */
  callbacks(file: FileId): readonly TransactionCallback[] {
    const before = this.found.get(file);
    if (before) return before;
    const out: TransactionCallback[] = [];
    this.found.set(file, out);
    const facts = this.workspace.tsFacts(file);
    if (!facts) return out;
    const seen = new Set<CallValue>();
    for (const { call, fn } of callIndex(facts).values()) {
      if (call.k !== 'call' || seen.has(call) || call.args.length === 0) continue;
      seen.add(call);
      const found = this.callbackOf(file, facts, fn, call);
      if (found) out.push(found);
    }
    return out;
  }

  private callbackOf(
    file: FileId,
    facts: TsFacts,
    within: FunctionId,
    call: CallValue,
  ): TransactionCallback | undefined {
    if (call.fn.k === 'member' && call.fn.name === '$transaction') {
      const fn = functionIn(facts, call.args[0]);
      if (fn === undefined) return undefined;
      const tx: TxParameter | undefined =
        (facts.functions[fn]?.params.length ?? 0) > 0 ? { i: 0, path: [] } : undefined;
      const opener = this.sources.of(file, within, call.fn.of);
      return { fn, call, within, site: { file, at: call.at }, tx, opener };
    }
    const i = call.args.findIndex((arg) => arg.k === 'function');
    if (i < 0 || !mayOpen(facts, call.fn)) return undefined;
    const fn = functionIn(facts, call.args[i]);
    const { resolver } = this.sources;
    const callee = resolver.functionOf(resolver.resolve(file, facts, within, call.fn));
    if (fn === undefined || !callee) return undefined;
    const { invocations } = this.workspace.summary(functionKey(callee.file, callee.fn));
    const run = invocations.find(
      ({ target, transaction }) =>
        transaction && target.k === 'param' && target.i === i && target.path.length === 0,
    );
    if (!run?.transaction) return undefined;
    return { fn, call, within, site: run.transaction, tx: txIn(run.args), opener: { s: 'unknown' } };
  }

  /** How the function that is called at a place gets the client that a query below it should be sent with. */
  handOver(effect: DbEffect, anchor: Site): HandOver | undefined {
    const facts = this.workspace.tsFacts(anchor.file);
    const found = facts && callIndex(facts).get(anchor.at);
    if (!facts || found?.call.k !== 'call') return undefined;
    const { resolver } = this.sources;
    const callee = resolver.functionOf(resolver.resolve(anchor.file, facts, found.fn, found.call.fn));
    if (!callee) return undefined;
    const wanted = this.sources.ofQuery({ ...effect, trace: effect.trace.slice(1) });
    const [key, ...more] = wanted.s === 'param' ? wanted.path : [];
    if (wanted.s === 'param' && wanted.fn === callee.fn && wanted.file === callee.file && more.length === 0)
      return { i: wanted.i, ...(key === undefined ? {} : { key }) };
    return {
      file: callee.file,
      service: callee.fn,
      ...(effect.trace.length > 1 ? { deep: true as const } : {}),
    };
  }

  /** The outermost functions of a file with what they do, each function once. */
  roots(file: FileId, facts: TsFacts): { fn: FunctionId; summary: Summary }[] {
    const covered = new Set<FunctionId>();
    const out: { fn: FunctionId; summary: Summary }[] = [];
    // A function comes after the one it is written in.
    facts.functions.forEach((_, fn) => {
      if (covered.has(fn)) return;
      const summary = this.workspace.summary(functionKey(file, fn));
      for (const inner of summary.covered) covered.add(inner);
      out.push({ fn, summary });
    });
    return out;
  }

  /** The outermost function whose run includes a function: what happens there is in its summary. */
  rootOf(file: FileId, facts: TsFacts, fn: FunctionId): Summary {
    const chain: FunctionId[] = [];
    for (let id = fn; id > 0; id = facts.functions[id]?.parent ?? 0) chain.unshift(id);
    for (const id of [0, ...chain]) {
      const summary = this.workspace.summary(functionKey(file, id));
      if (summary.covered.includes(fn)) return summary;
    }
    return this.workspace.summary(functionKey(file, fn));
  }
}

/** A function and all functions written inside it. */
export function functionsInside(facts: TsFacts, fn: FunctionId): ReadonlySet<FunctionId> {
  const inside = new Set<FunctionId>([fn]);
  // A function comes after the one it is written in.
  facts.functions.forEach((candidate, id) => {
    if (id > fn && inside.has(candidate.parent)) inside.add(id);
  });
  return inside;
}

function functionIn(facts: TsFacts, value: Value | undefined): FunctionId | undefined {
  if (value?.k === 'function') return value.fn;
  if (value?.k !== 'ref') return undefined;
  const binding = facts.bindings[value.b];
  if (!binding || binding.mutable || binding.fn === 0) return undefined;
  if (binding.f !== undefined) return binding.f;
  const init = initialValue(facts.functions[binding.fn]?.body ?? [], value.b);
  return init?.k === 'function' ? init.fn : undefined;
}

/** The project's own functions only, not methods of values (`map`, `then`). */
function mayOpen(facts: TsFacts, callee: Value): boolean {
  const root = callee.k === 'member' ? callee.of : callee;
  if (root.k === 'this') return true;
  const binding = root.k === 'ref' ? facts.bindings[root.b] : undefined;
  if (!binding) return false;
  return binding.kind === 'import' || binding.fn === 0 || binding.f !== undefined;
}

function txIn(args: readonly Abs[]): TxParameter | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg.k === 'prisma') return { i, path: [] };
    if (arg.k !== 'object') continue;
    for (const name in arg.props) if (arg.props[name]?.k === 'prisma') return { i, path: [name] };
  }
  return undefined;
}
