/** Calls of the project's own functions: in place when a closure of what is being run, else through their summaries. */
import { awaited, sameAbs, trim, UNKNOWN } from './abs.ts';
import { substitute, substituteChecks } from './substitute.ts';
import type { Abs, Condition, Site, Unless, Variant } from './abs.ts';
import { guardName, known, textOf } from './callPlace.ts';
import { metBy, provedBy } from './conditions.ts';
import type { CallArguments, Met } from './conditions.ts';
import type { Place } from './callPlace.ts';
import type { Interpreter } from './interpreter.ts';
import { rolesDemanded } from './roleDemands.ts';
import { addChecks, addGiven, cloneState, noteShown } from './state.ts';
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
  const name = place ? textOf(place.calleeValue) : summaryName(it, key);
  /** What the callbacks gave that the callee calls. */
  const given: { target: Abs; value: Abs }[] = [];
  const call: CallArguments = {
    bind,
    returned: (value) => {
      const called = value.k === 'unknown' && value.called ? value.from?.[0] : undefined;
      const same = given.filter(({ target }) => called && sameAbs(target, called));
      return same[0] && same.length === 1 ? same[0].value : bind(value);
    },
    narrow: (value) => it.narrow(value, state),
    count: args.length,
    roles: (named) => givenRoles(it, callee, args, named),
    site,
    name,
  };
  takeOver(it, summary, call, state);
  noteShown(state, substituteChecks(summary.shown, bind));
  const before = it.invocations.length;
  for (const invocation of summary.invocations) {
    const target = bind(invocation.target);
    const met = metBy(invocation.when, call);
    if (!met) continue;
    const inner = cloneState(state);
    const passed = provedBy(invocation.unless, call);
    inner.proof ??= invocation.proof ?? met.proof ?? passed.proof;
    inner.unless ??= passed.unless;
    inner.roles ??= call.roles(invocation.roles) ?? met.roles;
    addGiven(inner, met.when);
    inner.unsure ||= invocation.unsure;
    inner.transaction ??= invocation.transaction;
    addChecks(inner, [...met.checks, ...substituteChecks(invocation.checks ?? [], bind)]);
    if (target.k === 'closure')
      given.push({
        target: invocation.target,
        value: it.apply(target, invocation.args.map(bind), inner, place),
      });
    else if (target.k === 'param')
      it.invocations.push({
        ...withoutConditions(invocation),
        target,
        args: invocation.args.map(bind),
        ...known(inner),
        ...(inner.transaction ? { transaction: inner.transaction } : {}),
        unsure: inner.unsure,
      });
  }
  if (it.depth >= 10) return UNKNOWN;
  const told = state.roles ? undefined : rolesDemanded(it.links, callee, summary, args);
  const resolved = resolutions(it, summary, before);
  // `validateSession(req, res)` around middleware that can't be followed.
  if (resolved?.length === 0 && place && guardName(place.calleeValue)) state.unsure = true;
  return resultOf(
    it,
    resolved?.length ? resolved : summary.outcomes,
    call,
    { async: summary.async || resolved !== undefined, unfinished: summary.partial, told },
    state,
  );
}

/**
 * How a promise that a callee makes by hand is resolved, where its function hands the resolving on to what it calls:
 * `new Promise((resolve) => middleware(req, res, (result) => resolve(result)))`. Undefined when it makes none.
 * @param before how many invocations had been noted before the call
 */
function resolutions(it: Interpreter, { outcomes }: Summary, before: number): Outcome[] | undefined {
  const [only] = outcomes;
  if (outcomes.length !== 1 || only?.value.k !== 'promise' || only.value.of.k !== 'resolved')
    return undefined;
  const { by } = only.value.of;
  return it.invocations
    .slice(before)
    .filter(({ target }) => target.k === 'param' && target.fn === by && target.i === 0)
    .map(({ args, proof, roles, checks }) => ({
      value: args[0] ?? UNKNOWN,
      ...(proof ? { proof } : {}),
      ...(roles ? { roles } : {}),
      ...(checks ? { checks } : {}),
    }));
}

/** What parameters by which a callee names roles are given: `if (user.role !== role)` of `requireRole('ADMIN')`. */
function givenRoles(
  it: Interpreter,
  { file, fn }: Extract<Abs, { k: 'closure' }>,
  args: readonly Abs[],
  named: string[] | undefined,
): string[] | undefined {
  const facts = named && it.links.functionFacts(file, fn);
  if (!facts) return named;
  const names = facts.params.map((_, i) => it.links.parameter(file, fn, i)?.name);
  const given = named.flatMap((role) => {
    const i = names.indexOf(role);
    if (i < 0) return [role];
    const values = facts.rest && i === names.length - 1 ? args.slice(i) : args.slice(i, i + 1);
    const labels = values.flatMap((value) => roleNames(it, value));
    return labels.length > 0 ? labels : [role];
  });
  return [...new Set(given)];
}

/** Names of the roles that a value is made of: texts, members of an enum, a parameter of the caller. */
function roleNames(it: Interpreter, value: Abs): string[] {
  if (value.k === 'array') return value.items.flatMap((item) => roleNames(it, item));
  if (value.k === 'lit') return typeof value.v === 'string' ? [value.v] : [];
  if (value.k === 'generated') return value.path.slice(-1);
  if (value.k !== 'param' || value.path.length > 0) return [];
  const { file, fn } = parseFunctionKey(value.fn);
  const binding = it.links.parameter(file, fn, value.i);
  return binding && binding.kind !== 'temp' ? [binding.name] : [];
}

/** What a callee does happens here too, in its order, after what this path has done, with what this path has shown. */
function takeOver(it: Interpreter, summary: Summary, call: CallArguments, state: State): void {
  const { bind, site } = call;
  const inOrder = [...summary.effects, ...summary.events.filter((event) => event.kind !== 'log')].toSorted(
    (a, b) => a.seq - b.seq,
  );
  const before = state.writes;
  const places = new Map<number, number>();
  const written: number[] = [];
  for (const one of inOrder) {
    // Another round of a recursion says nothing new, and there is room for so many only.
    if (one.trace.some(({ file, at }) => at === site.at && file === site.file)) continue;
    const met = metBy(one.when, call);
    if (!met) continue;
    const seq = it.tick();
    places.set(one.seq, seq);
    const after = [...before, ...(one.after ?? []).flatMap((earlier) => places.get(earlier) ?? [])];
    const checks = [...state.checks, ...met.checks, ...substituteChecks(one.checks ?? [], bind)].slice(-8);
    const given = [...state.given, ...met.when];
    const passed = provedBy(one.unless, call);
    const proof = one.proof ?? state.proof ?? met.proof ?? passed.proof;
    const unless = proof ? undefined : (passed.unless ?? state.unless);
    const roles = call.roles(one.roles) ?? state.roles ?? met.roles;
    const transaction = one.transaction ?? state.transaction;
    const when = {
      seq,
      ...(after.length ? { after } : {}),
      ...(transaction ? { transaction } : {}),
      ...(one.inLoop || it.inLoop ? { inLoop: true as const } : {}),
      unsure: one.unsure || state.unsure,
      trace: [site, ...one.trace].slice(0, 6),
      ...(proof ? { proof } : {}),
      ...(roles ? { roles } : {}),
      ...(checks.length ? { checks } : {}),
      ...(given.length ? { when: given } : {}),
      ...(unless ? { unless } : {}),
    };
    if ('op' in one) {
      it.addEffect({ ...withoutConditions(one), ...when, args: trim(bind(one.args), 7) });
      if (one.kind === 'write' || one.kind === 'raw-write') written.push(seq);
    } else
      it.addEvent({ ...withoutConditions(one), ...when, args: one.args.map((arg) => trim(bind(arg), 4)) });
  }
  if (written.length) state.writes = [...before, ...written].slice(-MAX_WRITES);
}

/** Without what has been said in terms of the callee's parameters. */
function withoutConditions<T extends { when?: Condition[]; unless?: Unless }>(
  one: T,
): Omit<T, 'when' | 'unless'> {
  const { when: _when, unless: _unless, ...rest } = one;
  return rest;
}

const MAX_WRITES = 24;

function summaryName(it: Interpreter, key: string): string {
  const { file, fn } = parseFunctionKey(key);
  return it.links.functionFacts(file, fn)?.name ?? 'call';
}

/** What comes out of one end of a callee: its own alternatives, but for those that the arguments rule out, or those of an argument. */
function alternativesOf(value: Abs, call: CallArguments): (Variant & { met?: Met })[] {
  const own = value.k === 'promise' ? awaited(value) : value;
  if (own.k !== 'variants') {
    const bound = call.returned(own);
    const flat = bound.k === 'promise' ? awaited(bound) : bound;
    return flat.k === 'variants' ? flat.list : [{ i: 0, value: flat }];
  }
  return own.list.flatMap(({ when, checks, unless, roles, ...variant }) => {
    const met = metBy(when, call);
    if (!met) return [];
    const passed = variant.proof ? {} : provedBy(unless, call);
    const named = call.roles(roles);
    return {
      ...variant,
      ...(named ? { roles: named } : {}),
      ...passed,
      value: call.bind(variant.value),
      ...(checks ? { checks: [...substituteChecks(checks, call.bind), ...met.checks] } : {}),
      when: met.when,
      met,
    };
  });
}

/** The value of a call from the ways it can end. */
function resultOf(
  it: Interpreter,
  outcomes: readonly Outcome[],
  call: CallArguments,
  about: { async: boolean; unfinished: boolean; told: string[] | undefined },
  state: State,
): Abs {
  const { bind, site, name } = call;
  const id = `${site.file}:${site.at}`;
  const list: Variant[] = [];
  for (const outcome of outcomes) {
    const ended = metBy(outcome.when, call);
    if (!ended) continue;
    const passed = provedBy(outcome.unless, call);
    for (const alternative of alternativesOf(outcome.value, call)) {
      const { met } = alternative;
      const inner = alternative.proof ?? outcome.proof ?? passed.proof;
      const proof = inner
        ? {
            kind: inner.kind,
            steps: [{ ...site, note: `${name}()` }, ...inner.steps].slice(0, 6),
          }
        : (ended.proof ?? met?.proof);
      const roles = alternative.roles ?? call.roles(outcome.roles) ?? ended.roles ?? met?.roles ?? about.told;
      const checks = [
        ...(alternative.checks ?? []),
        ...ended.checks,
        ...substituteChecks(outcome.checks ?? [], bind),
      ];
      const when = [...ended.when, ...(alternative.when ?? [])];
      const unless = proof ? undefined : (alternative.unless ?? passed.unless);
      list.push({
        i: list.length,
        value: alternative.value,
        ...(proof ? { proof } : {}),
        ...(roles ? { roles } : {}),
        ...(checks.length ? { checks } : {}),
        ...(when.length ? { when } : {}),
        ...(unless ? { unless } : {}),
      });
    }
  }
  const isAsync = about.async || outcomes.some((outcome) => call.returned(outcome.value).k === 'promise');
  if (list.length === 0 && about.unfinished) return UNKNOWN;
  const only = list[0];
  const isPlain =
    list.length === 1 && only && !only.proof && !only.roles && !only.checks && !only.when && !only.unless;
  if (list.some((variant) => variant.proof?.kind === 'session')) {
    const own = it.sessions.get(id);
    if (!own && list.some((variant) => !variant.proof))
      it.sessions.set(id, {
        ...site,
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
