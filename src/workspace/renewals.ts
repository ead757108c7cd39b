/** Where tags and paths are renewed, also through a function that hands them on to `next/cache`. */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';
import { cacheCalls } from './caching.ts';
import { initialValue } from './initialValue.ts';
import type { WorkspaceView } from './view.ts';

export interface Renewal {
  does: 'renewTag' | 'renewPath';
  /** What is renewed, as an expression of the file. */
  what: Value;
  /** The second argument, in the file of the call of `next/cache`. */
  type: { value: Value; file: FileId; facts: TsFacts } | undefined;
}

interface Forwarder {
  does: Renewal['does'];
  /** The parameter's place. */
  index: number;
  type: Value | undefined;
}

/** A forwarder with the file that declares it. */
interface Located {
  forwarder: Forwarder;
  file: FileId;
  facts: TsFacts;
}

/** What a file renews, at the place where the tag or path is written. */
export function renewalsOf(workspace: WorkspaceView, file: FileId, facts: TsFacts): Renewal[] {
  const out: Renewal[] = [];
  for (const { does, call } of cacheCalls(facts)) {
    const [what, type] = call.args;
    if ((does !== 'renewTag' && does !== 'renewPath') || !what) continue;
    // Its callers say what it is.
    if (isParameter(facts, what)) continue;
    out.push({ does, what, type: type && { value: type, file, facts } });
  }
  const known = importedForwarders(workspace, file, facts);
  for (const [b, forwarder] of forwarders(facts)) known.set(b, { forwarder, file, facts });
  if (known.size > 0)
    visitFile(facts, (value) => {
      const found = value.k === 'call' && value.fn.k === 'ref' ? known.get(value.fn.b) : undefined;
      const what = found && value.k === 'call' ? value.args[found.forwarder.index] : undefined;
      if (!found || !what || isParameter(facts, what)) return;
      const { forwarder } = found;
      out.push({
        does: forwarder.does,
        what,
        type: forwarder.type && { value: forwarder.type, file: found.file, facts: found.facts },
      });
    });
  return out;
}

function isParameter(facts: TsFacts, value: Value): boolean {
  return value.k === 'ref' && facts.bindings[value.b]?.kind === 'param';
}

/** What such functions are called: spares other files the look-up. */
const RENEWS = /validat|refresh|renew|purge|expire|bust|clear|update|tag|cache|path/i;

function importedForwarders(workspace: WorkspaceView, file: FileId, facts: TsFacts): Map<BindingId, Located> {
  const out = new Map<BindingId, Located>();
  const telling = facts.imports.filter(
    ({ typeOnly, names }) => !typeOnly && names.some(({ imported }) => RENEWS.test(imported)),
  );
  if (telling.length === 0) return out;
  const renewing = new Set(workspace.withTrait('revalidates'));
  for (const { spec, names } of telling) {
    const target = workspace.target(file, spec);
    if (target?.t !== 'file' || !renewing.has(target.file)) continue;
    const theirs = workspace.tsFacts(target.file);
    for (const { imported, b } of theirs ? names : []) {
      const item = theirs?.exports.find((one) => one.e === 'local' && one.name === imported);
      const forwarder = theirs && item?.e === 'local' ? forwarders(theirs).get(item.b) : undefined;
      if (theirs && forwarder) out.set(b, { forwarder, file: target.file, facts: theirs });
    }
  }
  return out;
}

const knownForwarders = new WeakMap<TsFacts, ReadonlyMap<BindingId, Forwarder>>();

/** Functions of a file that renew what their parameter names, by the binding that holds them. */
function forwarders(facts: TsFacts): ReadonlyMap<BindingId, Forwarder> {
  const before = knownForwarders.get(facts);
  if (before) return before;
  const out = new Map<BindingId, Forwarder>();
  for (const { does, call } of cacheCalls(facts)) {
    const [what, type] = call.args;
    if ((does !== 'renewTag' && does !== 'renewPath') || what?.k !== 'ref') continue;
    const fn = facts.bindings[what.b]?.kind === 'param' ? facts.bindings[what.b]?.fn : undefined;
    const index = fn === undefined ? -1 : (facts.functions[fn]?.params.indexOf(what.b) ?? -1);
    const b = fn === undefined || index < 0 ? undefined : bindingOf(facts, fn);
    if (b !== undefined) out.set(b, { does, index, type });
  }
  knownForwarders.set(facts, out);
  return out;
}

/** The module-level name of a function. */
function bindingOf(facts: TsFacts, fn: FunctionId): BindingId | undefined {
  const found = facts.bindings.findIndex((binding, b) => {
    if (binding.f === fn) return true;
    if (binding.kind !== 'const' || binding.fn !== 0) return false;
    const value = initialValue(facts.functions[0]?.body ?? [], b);
    return value?.k === 'function' && value.fn === fn;
  });
  return found < 0 ? undefined : found;
}
