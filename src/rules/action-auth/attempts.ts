/** What the author of an entry point did about strangers, short of stopping them. */
import type { FileId } from '../../base/path.ts';
import type { FunctionFacts, Step, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps, visitValue } from '../../facts/visit.ts';
import { calleeText } from '../../workspace/calleeResolver.ts';
import { calledName } from '../../workspace/callIndex.ts';
import type { Entry } from '../../workspace/entries.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';

/** The handler of an entry point, when it stands in the file itself. */
export function ownFunction(
  entry: Entry,
  file: FileId,
  facts: TsFacts | undefined,
): FunctionFacts | undefined {
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  return handler?.file === file ? facts?.functions[handler.fn] : undefined;
}

/** A session is read, and not waited for, not tested, or tested for nothing: the author meant to ask. */
export function isTried(entry: Entry, handler: FunctionFacts | undefined): boolean {
  return (
    entry.sessions.some((session) => !session.tested || !session.awaited) ||
    (handler !== undefined && entry.sessions.length > 0 && goesOnWithoutSession(entry, handler))
  );
}

/** `if (!session) { console.warn('…') }`, `if (!session) new Response(null, { status: 401 })`: what follows runs all the same. */
function goesOnWithoutSession(entry: Entry, handler: FunctionFacts): boolean {
  const kept = new Set<number>();
  let found = false;
  visitSteps(handler.body, {
    step: (step) => {
      if (step.s === 'let' && readsSession(entry, step.value)) kept.add(step.b);
      if (step.s === 'if' && !step.else && step.then.length > 0)
        found ||= saysNobody(step.test, kept) && step.then.every(isOnlySaid);
      return !found;
    },
  });
  return found;
}

function readsSession(entry: Entry, value: Value): boolean {
  let found = false;
  visitValue(value, (part) => {
    found ||=
      part.k === 'call' && entry.sessions.some(({ at }) => at === part.at || at === calledName(part)?.at);
    return !found;
  });
  return found;
}

/** `!session`, `!session?.user?.id`, also as one side of `||`. */
function saysNobody(test: Value, kept: ReadonlySet<number>): boolean {
  if (test.k === 'logic' && test.op === '||')
    return saysNobody(test.left, kept) || saysNobody(test.right, kept);
  return test.k === 'unary' && test.op === '!' && isOf(test.of, kept);
}

const SAID = /^(console\.\w+|(Next)?Response\.\w+|\w+\.status\(\)\.\w+|\w*[lL]og(ger)?(\.\w+)?)$/;

/** Something is logged, or an answer is made and dropped. */
function isOnlySaid(step: Step): boolean {
  if (step.s !== 'expr') return false;
  if (step.value.k === 'new') return true;
  const call = step.value.k === 'await' ? step.value.of : step.value;
  return call.k === 'call' && SAID.test(calleeText(call.fn));
}

/**
 * What a session would say is replaced by a value that matches nobody's rows where there is none (`session?.user?.id ?? ''`): whoever
 * wrote that knew that strangers read here.
 */
export function servesGuests(entry: Entry, handler: FunctionFacts | undefined): boolean {
  if (!handler || entry.sessions.length === 0) return false;
  const kept = new Set<number>();
  let found = false;
  visitSteps(handler.body, {
    step: (step) => {
      if (step.s === 'let' && (readsSession(entry, step.value) || isOf(step.value, kept))) kept.add(step.b);
      return !found;
    },
    value: (value) => {
      found ||=
        value.k === 'logic' &&
        value.op !== '&&' &&
        value.right.k === 'lit' &&
        (typeof value.right.v === 'string' || typeof value.right.v === 'number') &&
        isOf(value.left, kept);
      return !found;
    },
  });
  return found;
}

/** One of the values, or a property of it. */
function isOf(value: Value, kept: ReadonlySet<number>): boolean {
  let of = value;
  while (of.k === 'member') of = of.of;
  return of.k === 'ref' && kept.has(of.b);
}
