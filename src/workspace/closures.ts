/** Calls of the project's own functions: in place when a closure of what is being run, else through their summaries. */
import { awaited, substitute, substituteChecks, trim, UNKNOWN } from './abs.ts';
import type { Abs, Site, Variant } from './abs.ts';
import { guardName, known, textOf } from './callPlace.ts';
import type { Place } from './callPlace.ts';
import type { Interpreter } from './interpreter.ts';
import { addChecks, cloneState, noteShown } from './state.ts';
import type { State } from './state.ts';
import { functionKey, parseFunctionKey } from './summary.ts';
import type { Outcome, Summary } from './summary.ts';

/** A function of the workspace: in place when it is a closure of what is being run, else through its summary. */
export function applyClosure(
  it: Interpreter,
  callee: Extract<Abs, { k: 'closure' }>,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  const local = callee.file === it.file ? it.functionOf(callee.fn) : undefined;
  if (
    local &&
    local.parent !== 0 &&
    local.parent !== -1 &&
    !callee.bind &&
    it.isActive(local.parent) &&
    !it.isActive(callee.fn) &&
    it.depth < 8
  )
    return runInPlace(it, callee, args, state);
  const key = functionKey(callee.file, callee.fn);
  const summary = it.links.summary(key);
  const site: Site = { file: it.file, at: place?.call.at ?? 0 };
  const bind = (value: Abs): Abs => {
    let result = substitute(value, key, args);
    for (const outer in callee.bind) result = substitute(result, outer, callee.bind[outer] ?? []);
    return result;
  };
  if (summary.marks.signIn) it.marks.signIn = true;
  if (summary.marks.password) it.marks.password = true;
  if (summary.marks.external) {
    it.marks.external = true;
    // `verifySignature(headers)` that asks the sender's service: what it checks can't be seen.
    if (place && guardName(place.calleeValue) && !summary.outcomes.some((outcome) => outcome.proof))
      state.unsure = true;
  }
  takeOver(it, summary, { bind, site }, state);
  noteShown(state, substituteChecks(summary.shown, bind));
  for (const invocation of summary.invocations) {
    const target = bind(invocation.target);
    const inner = cloneState(state);
    inner.proof ??= invocation.proof;
    inner.roles ??= invocation.roles;
    inner.unsure ||= invocation.unsure;
    inner.transaction ??= invocation.transaction;
    addChecks(inner, substituteChecks(invocation.checks ?? [], bind));
    if (target.k === 'closure') it.apply(target, invocation.args.map(bind), inner, place);
    else if (target.k === 'param')
      it.invocations.push({
        ...invocation,
        target,
        args: invocation.args.map(bind),
        ...known(inner),
        ...(inner.transaction ? { transaction: inner.transaction } : {}),
        unsure: inner.unsure,
      });
  }
  if (it.depth >= 10) return UNKNOWN;
  const name = place ? textOf(place.calleeValue) : summaryName(it, key);
  return resultOf(
    it,
    summary.outcomes,
    bind,
    { async: summary.async, site, name, unfinished: summary.partial },
    state,
  );
}

/** What a callee does happens here too, in its order, after what this path has done, with what this path has shown. */
function takeOver(
  it: Interpreter,
  summary: Summary,
  about: { bind: (value: Abs) => Abs; site: Site },
  state: State,
): void {
  const { bind, site } = about;
  const inOrder = [...summary.effects, ...summary.events.filter((event) => event.kind !== 'log')].toSorted(
    (a, b) => a.seq - b.seq,
  );
  const before = state.writes;
  const places = new Map<number, number>();
  const written: number[] = [];
  for (const one of inOrder) {
    // Another round of a recursion says nothing new, and there is room for so many only.
    if (one.trace.some(({ file, at }) => at === site.at && file === site.file)) continue;
    const seq = it.tick();
    places.set(one.seq, seq);
    const after = [...before, ...(one.after ?? []).flatMap((earlier) => places.get(earlier) ?? [])];
    const checks = [...state.checks, ...substituteChecks(one.checks ?? [], bind)].slice(-8);
    const transaction = one.transaction ?? state.transaction;
    const when = {
      seq,
      ...(after.length ? { after } : {}),
      ...(transaction ? { transaction } : {}),
      ...(one.inLoop || it.inLoop ? { inLoop: true as const } : {}),
      unsure: one.unsure || state.unsure,
      trace: [site, ...one.trace].slice(0, 6),
      ...(one.proof ? {} : state.proof ? { proof: state.proof } : {}),
      ...(one.roles ? {} : state.roles ? { roles: state.roles } : {}),
      ...(checks.length ? { checks } : {}),
    };
    if ('op' in one) {
      it.addEffect({ ...one, ...when, args: trim(bind(one.args), 7) });
      if (one.kind === 'write' || one.kind === 'raw-write') written.push(seq);
    } else it.addEvent({ ...one, ...when, args: one.args.map((arg) => trim(bind(arg), 4)) });
  }
  if (written.length) state.writes = [...before, ...written].slice(-MAX_WRITES);
}

const MAX_WRITES = 24;

function summaryName(it: Interpreter, key: string): string {
  const { file, fn } = parseFunctionKey(key);
  return it.links.functionFacts(file, fn)?.name ?? 'call';
}

/** The value of a call from the ways it can end. */
function resultOf(
  it: Interpreter,
  outcomes: readonly Outcome[],
  bind: (value: Abs) => Abs,
  about: { async: boolean; site: Site; name: string; unfinished: boolean },
  state: State,
): Abs {
  const id = `${about.site.file}:${about.site.at}`;
  const list: Variant[] = [];
  for (const outcome of outcomes) {
    const value = bind(outcome.value);
    const flat = value.k === 'promise' ? awaited(value) : value;
    const alternatives: Variant[] = flat.k === 'variants' ? flat.list : [{ i: 0, value: flat }];
    for (const alternative of alternatives) {
      const inner = alternative.proof ?? outcome.proof;
      const proof = inner && {
        kind: inner.kind,
        steps: [{ ...about.site, note: `${about.name}()` }, ...inner.steps].slice(0, 6),
      };
      const roles = alternative.roles ?? outcome.roles;
      const checks = [...(alternative.checks ?? []), ...substituteChecks(outcome.checks ?? [], bind)];
      list.push({
        i: list.length,
        value: alternative.value,
        ...(proof ? { proof } : {}),
        ...(roles ? { roles } : {}),
        ...(checks.length ? { checks } : {}),
      });
    }
  }
  const isAsync = about.async || outcomes.some((outcome) => bind(outcome.value).k === 'promise');
  if (list.length === 0 && about.unfinished) return UNKNOWN;
  const only = list[0];
  const isPlain = list.length === 1 && only && !only.proof && !only.roles && !only.checks;
  if (list.some((variant) => variant.proof?.kind === 'session')) {
    const own = it.sessions.get(id);
    if (!own && list.some((variant) => !variant.proof))
      it.sessions.set(id, {
        ...about.site,
        direct: false,
        awaited: !isAsync,
        tested: false,
        seq: it.tick(),
      });
  }
  const value: Abs = isPlain ? only.value : { k: 'variants', id, list: list.slice(0, 8) };
  if (isAsync) return { k: 'promise', of: value };
  if (value.k === 'variants') {
    it.settle(value, state);
    return it.narrow(value, state);
  }
  return value;
}

/** Runs a closure now, on this path. */
export function runInPlace(it: Interpreter, closure: Abs, args: readonly Abs[], state: State): Abs {
  if (closure.k !== 'closure') return UNKNOWN;
  const fn = closure.file === it.file ? it.functionOf(closure.fn) : undefined;
  const outside = !fn || closure.bind !== undefined || (fn.parent !== 0 && !it.isActive(fn.parent));
  if (outside || it.isActive(closure.fn) || it.depth >= 8)
    return applyClosure(it, closure, args, state, undefined);
  if (fn.directives.includes('use server')) return UNKNOWN; // an entry point of its own, called by the client
  const outcomes = it.runFunction(fn, closure.fn, args, state);
  const [only] = outcomes;
  const value: Abs =
    outcomes.length === 1 && only
      ? only.value
      : {
          k: 'variants',
          id: `${it.file}:run${closure.fn}`,
          list: outcomes.map((outcome, i) => ({ i, ...outcome })),
        };
  return fn.async ? { k: 'promise', of: value } : value;
}

/** Whatever somebody else calls a callback with. */
const ANYTHING: readonly Abs[] = [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];

/** Runs a callback that somebody else will call, perhaps never: what it proves doesn't hold afterwards. */
export function runDetached(it: Interpreter, closure: Abs, args: readonly Abs[], state: State): void {
  runInPlace(it, closure, args.length > 0 ? args : ANYTHING, cloneState(state));
}
