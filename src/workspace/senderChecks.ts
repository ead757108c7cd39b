/** Checks of who sent an event that are left to a package: its SDK verifies the signature, or its API is asked what really happened. */
import type { FileId } from '../base/path.ts';
import type { FunctionFacts, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import type { Entry } from './entries.ts';
import { initialValue } from './initialValue.ts';
import type { CallEvent, DbEffect } from './summary.ts';
import { parseFunctionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

type CallOf = Extract<Value, { k: 'call' }>;

const RAW = /^(text|arrayBuffer|blob|rawBody|getRawBody|buffer)$/;
const LOOK_UP = /^(get|retrieve|fetch|find|lookup)/i;
/** Packages whose `get` asks nobody about an event. */
const NO_SENDER =
  /redis|ioredis|kv|cache|prisma|drizzle|mongo|^pg$|^next($|\/)|^react|^node:|url|lodash|zod/i;

/**
 * Whether a handler asks the sender's package before it does something: it hands the raw body and a header to a method
 * (`receiver.receive(body, authorization)`), or looks the event up there (`new Payment(client).get({ id })`).
 */
export function asksSender(
  view: WorkspaceView,
  file: FileId,
  entry: Entry,
  first: DbEffect | CallEvent,
): boolean {
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const facts = view.tsFacts(file);
  const own = handler?.file === file ? facts?.functions[handler.fn] : undefined;
  const until = first.trace[0] ?? first;
  if (!facts || !own || until.file !== file) return false;
  let found = false;
  visitSteps(own.body, {
    value: (value) => {
      if (value.k === 'call' && value.fn.k === 'member' && value.at < until.at)
        found ||= isVerified(facts, own, value) || isLookedUp(view, file, facts, own, value);
      return !found;
    },
  });
  return found;
}

/** The raw body and something of the headers, given to one method of an object that isn't the project's. */
function isVerified(facts: TsFacts, fn: FunctionFacts, call: CallOf): boolean {
  return (
    call.args.some((arg) => mentions(facts, fn, arg, (name) => RAW.test(name))) &&
    call.args.some((arg) => mentions(facts, fn, arg, (name) => name === 'headers'))
  );
}

/** Whether a value, or the constants that it names, reads a member or calls a function of such a name. */
function mentions(
  facts: TsFacts,
  fn: FunctionFacts,
  value: Value,
  isNamed: (name: string) => boolean,
  depth = 0,
): boolean {
  let found = false;
  visitValue(value, (part) => {
    if (part.k === 'member') found ||= isNamed(part.name);
    if (part.k === 'call' && part.fn.k === 'ref') found ||= isNamed(part.fn.name);
    const initial = part.k === 'ref' && depth < 4 ? initialOf(facts, fn, part.b) : undefined;
    if (initial) found ||= mentions(facts, fn, initial, isNamed, depth + 1);
    return !found;
  });
  return found;
}

function initialOf(facts: TsFacts, fn: FunctionFacts, b: number): Value | undefined {
  if (b < 0) return undefined;
  const home = facts.bindings[b]?.fn === 0 ? facts.functions[0] : fn;
  return initialValue(home?.body ?? [], b);
}

function isLookedUp(
  view: WorkspaceView,
  file: FileId,
  facts: TsFacts,
  fn: FunctionFacts,
  call: CallOf,
): boolean {
  if (call.fn.k !== 'member' || !LOOK_UP.test(call.fn.name) || call.args.length === 0) return false;
  let root = call.fn.of;
  while (root.k === 'member') root = root.of;
  const made = root.k === 'ref' ? initialOf(facts, fn, root.b) : root;
  if (made?.k !== 'new' || made.fn.k !== 'ref') return false;
  const { b } = made.fn;
  const item = facts.imports.find(({ names }) => names.some((named) => named.b === b));
  return item !== undefined && !NO_SENDER.test(item.spec) && view.target(file, item.spec).t !== 'file';
}
