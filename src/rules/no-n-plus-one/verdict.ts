/** What is to be said about something that runs once for each item of a list. */
import type { BindingId, Value } from '../../facts/tsModel.ts';
import { visitValue } from '../../facts/visit.ts';
import { calleeText } from '../../workspace/calleeResolver.ts';
import type { CalleeResolver } from '../../workspace/calleeResolver.ts';
import { valuesGiven } from '../../workspace/rawSql.ts';
import { functionKey } from '../../workspace/summary.ts';
import type { DbEffect, QueryFact, Summary } from '../../workspace/summary.ts';
import type { FixRequest, Report, RuleContext, Severity } from '../rule.ts';
import { isFew } from './few.ts';
import type { Repeated, Turn } from './turns.ts';

export type Context = RuleContext<Record<string, never>>;

/** What the verdicts of one file share. */
export interface Knowledge {
  context: Context;
  facts: Extract<Context['facts'], { kind: 'ts' }>;
  queries: ReadonlyMap<number, QueryFact>;
  resolver: CalleeResolver;
  /** Whether turns are few, by the place of their loop. */
  few: Map<number, boolean>;
}

/** The report about one repeated call or component; undefined when it is no query, or fine. */
export function verdictOn(known: Knowledge, repeated: Repeated): Report | undefined {
  const { value } = repeated;
  if (value.k === 'jsx') return componentVerdict(known, repeated, value);
  const callee = value.k === 'call' ? value.fn : value.tag;
  const query = callee.k === 'member' ? known.queries.get(callee.at) : undefined;
  if (query) return queryVerdict(known, repeated, query);
  return value.k === 'call' ? callVerdict(known, repeated, value) : undefined;
}

function queryVerdict(known: Knowledge, repeated: Repeated, query: QueryFact): Report | undefined {
  if (!query.sure || (repeated.batch && query.kind !== 'read')) return undefined;
  const turn = turnOf(known, repeated);
  if (!turn) return invariantVerdict(known, repeated, query);
  const { op, kind } = query;
  const model = modelName(known, query.model);
  const args =
    repeated.value.k === 'call'
      ? repeated.value.args
      : repeated.value.k === 'tagged'
        ? repeated.value.values
        : [];
  if (isForWholeItem(args, turn)) return undefined;
  const report = (message: string, severity: Severity, fixes: FixRequest[] = []): Report => ({
    place: { at: query.at },
    message,
    data: { op, model, list: listText(turn), many: manyOf(op) },
    severity,
    fixes,
  });
  if (kind === 'raw-read') return report('raw', 'warning');
  if (kind === 'raw-write') return undefined;
  const data = { model };
  if (kind === 'read') {
    if (isBatchedByPrisma(repeated, turn, [query])) return undefined;
    // What an earlier turn has written must be seen by the next one.
    if (writesIn(known, turn, query.model)) return report('entangled', 'info');
    const [given] = args;
    const isAlike = !propertyOf(given, 'take') && keysOf(propertyOf(given, 'where'), turn) === 1;
    const isPlain = isAlike && !repeated.remembered;
    return report('read', isPlain ? 'warning' : 'info', isPlain ? [{ recipe: 'read-once', data }] : []);
  }
  if (/Many/.test(op) && op.startsWith('create')) return undefined;
  const [first] = args;
  const once = (): Report => report('write', 'warning', [{ recipe: 'write-once', data }]);
  // Where a turn does more than write, its writes may mark how far it got.
  const isOnlyWriting = repeated.unused && turn.waits.every((wait) => isWrite(known, wait));
  if (op === 'create')
    return isOnlyWriting && !hasRelations(known, query, first) ? once() : report('createUsed', 'info');
  const where = propertyOf(first, 'where');
  if (!isOnlyWriting || keysOf(where, turn) !== 1 || !isFlat(where)) return report('each', 'info');
  if (op === 'delete' || op === 'deleteMany') return once();
  const given = propertyOf(first, 'data');
  const isUpdate = op === 'update' || op === 'updateMany';
  return isUpdate && given && !dependsOn(given, turn.names) && !hasRelations(known, query, first)
    ? once()
    : report('each', 'info');
}

/** A question that is the same in every turn. */
function invariantVerdict(known: Knowledge, repeated: Repeated, query: QueryFact): Report | undefined {
  const turn = repeated.turns.findLast((item) => !isShort(known, item));
  if (!turn || query.kind !== 'read' || repeated.value.k !== 'call' || repeated.conditional) return undefined;
  if (repeated.value.args.some((arg) => mayDiffer(arg, turn))) return undefined;
  if (writesIn(known, turn, query.model)) return undefined;
  return {
    place: { at: query.at },
    message: 'same',
    data: { op: query.op, model: modelName(known, query.model), list: listText(turn) },
    severity: 'warning',
    fixes:
      turn.kind === 'loop' ? [{ recipe: 'ask-once', data: { model: modelName(known, query.model) } }] : [],
  };
}

/** A value that is made in the turn by means that aren't seen (`new Date()`, `random()`) may differ. */
function mayDiffer(value: Value, turn: Turn): boolean {
  let found = false;
  visitValue(value, (part) => {
    if (part.k === 'call' || part.k === 'new' || part.k === 'this' || part.k === 'other') found = true;
  });
  return found || dependsOn(value, turn.names);
}

/** A function of the project that queries, called once for each item. */
function callVerdict(
  known: Knowledge,
  repeated: Repeated,
  call: Extract<Value, { k: 'call' }>,
): Report | undefined {
  if (call.fn.k !== 'ref' && call.fn.k !== 'member') return undefined;
  const turn = turnOf(known, repeated);
  if (!turn || isForWholeItem(call.args, turn)) return undefined;
  const summary = summaryOf(known, repeated, call.fn);
  if (!summary) return undefined;
  const effects = summary.effects.filter((effect) => effect.sure);
  const [first] = effects;
  if (!first || (summary.sessions.length > 0 && !call.args.length)) return undefined;
  const isRead = effects.every((effect) => effect.kind === 'read' || effect.kind === 'raw-read');
  if (isRead && isBatchedByPrisma(repeated, turn, effects) && summary.events.length === 0) return undefined;
  const isWork = !isRead || summary.events.some((event) => event.kind !== 'log');
  const names = [...new Set(effects.map((effect) => modelName(known, effect.model)).filter(Boolean))];
  return {
    place: { at: call.fn.at },
    message: isWork ? 'work' : 'call',
    data: {
      name: call.fn.name,
      model: listOf(names) || 'the database',
      list: listText(turn),
    },
    // A long function that only reads some of the time is seldom made to read for many.
    severity: isWork ? 'hint' : effects.length > 2 || repeated.remembered ? 'info' : 'warning',
    related: [relatedTo(known, first)],
  };
}

/** A server component that queries, rendered once for each item. */
function componentVerdict(
  known: Knowledge,
  repeated: Repeated,
  jsx: Extract<Value, { k: 'jsx' }>,
): Report | undefined {
  const { tagRef } = jsx;
  if (!tagRef || (tagRef.k !== 'ref' && tagRef.k !== 'member')) return undefined;
  const turn = turnOf(known, repeated);
  if (!turn) return undefined;
  const found = known.resolver.functionOf(resolved(known, repeated, tagRef));
  if (!found?.facts.functions[found.fn]?.async) return undefined;
  const { effects } = known.context.workspace.summary(functionKey(found.file, found.fn));
  const reads = effects.filter((effect) => effect.sure && effect.kind === 'read');
  const first =
    reads.find((effect) => !effect.op.startsWith('findUnique')) ?? (reads.length > 1 ? reads[0] : undefined);
  if (!first) return undefined;
  return {
    place: { at: tagRef.at },
    message: 'component',
    data: { name: jsx.tag, model: modelName(known, first.model), list: listText(turn) },
    severity: 'warning',
    related: [relatedTo(known, first)],
  };
}

function relatedTo(known: Knowledge, effect: DbEffect): NonNullable<Report['related']>[number] {
  return {
    place: effect.file === known.context.file ? { at: effect.at } : { file: effect.file, at: effect.at },
    message: `${effect.op} of ${modelName(known, effect.model) || 'the database'} runs here.`,
  };
}

/** The innermost turn of a long list on which a call's arguments depend. */
function turnOf(known: Knowledge, { value, turns }: Repeated): Turn | undefined {
  const parts =
    value.k === 'call'
      ? value.args
      : value.k === 'tagged'
        ? value.values
        : value.props.map((prop) => prop.value);
  return turns.findLast((turn) => !isShort(known, turn) && parts.some((part) => dependsOn(part, turn.names)));
}

function isShort({ context, facts, few }: Knowledge, turn: Turn): boolean {
  let answer = few.get(turn.at);
  if (answer === undefined) {
    answer =
      isFew({ view: context.workspace, file: context.file, facts }, turn.list) ||
      [...turn.items].some((b) => /^(chunk|batch|slice|page|group)/i.test(facts.bindings[b]?.name ?? ''));
    few.set(turn.at, answer);
  }
  return answer;
}

/** Whether a value mentions one of these names; what a function inside it does isn't looked at, and may. */
function dependsOn(value: Value, names: ReadonlySet<BindingId>): boolean {
  let found = false;
  visitValue(value, (part) => {
    found ||= part.k === 'function' || (part.k === 'ref' && names.has(part.b));
    return !found;
  });
  return found;
}

/** `in: chunk`: the item is a batch itself. */
function isForWholeItem(args: readonly Value[], turn: Turn): boolean {
  let found = false;
  for (const arg of args)
    visitValue(arg, (part) => {
      if (part.k === 'object')
        found ||= part.props.some(
          (prop) => prop.p === 'prop' && prop.name === 'in' && dependsOn(prop.value, turn.names),
        );
    });
  return found;
}

/** Prisma puts the `findUnique`s of one tick into one query. */
function isBatchedByPrisma(
  repeated: Repeated,
  turn: Turn,
  effects: readonly Pick<DbEffect, 'op'>[],
): boolean {
  const [only] = effects;
  return (
    effects.length === 1 &&
    only !== undefined &&
    /^findUnique(OrThrow)?$/.test(only.op) &&
    turn.concurrent &&
    turn === repeated.turns.at(-1) &&
    !repeated.waited
  );
}

/** Whether the rows of a model are changed in the same turns. */
function writesIn(known: Knowledge, turn: Turn, model: string): boolean {
  const { facts } = known;
  const loop = range(facts.spans, turn.at);
  for (const query of known.queries.values()) {
    if (query.kind !== 'write' || query.model !== model) continue;
    const place = range(facts.spans, query.at);
    if (place.start >= loop.start && place.end <= loop.end) return true;
  }
  return false;
}

function range(spans: readonly number[], at: number): { start: number; end: number } {
  return { start: spans[at * 2] ?? 0, end: spans[at * 2 + 1] ?? 0 };
}

function propertyOf(object: Value | undefined, name: string): Value | undefined {
  if (object?.k !== 'object') return undefined;
  return object.props.find((prop) => prop.p === 'prop' && prop.name === name)?.value;
}

/** How many values of a `where` differ from turn to turn. */
function keysOf(where: Value | undefined, turn: Turn): number {
  if (!where) return 0;
  if (where.k === 'object')
    return where.props.reduce(
      (sum, prop) => sum + keysOf(prop.value, turn) + (prop.p === 'spread' ? 1 : 0),
      0,
    );
  if (where.k === 'array') return where.items.reduce((sum, item) => sum + keysOf(item, turn), 0);
  return dependsOn(where, turn.names) ? 1 : 0;
}

const isFlat = (where: Value | undefined): boolean =>
  where?.k === 'object' && where.props.every((prop) => prop.p === 'prop' && prop.value.k !== 'object');

/** Whether what is awaited is a write, or some of them. */
function isWrite(known: Knowledge, waited: Value): boolean {
  if (waited.k !== 'call' || waited.fn.k !== 'member') return false;
  const { fn } = waited;
  return known.queries.get(fn.at)?.kind === 'write' || (fn.of.k === 'ref' && fn.of.name === 'Promise');
}

/** Nested writes, which the `Many` operations don't take; arguments that aren't written out may have some. */
function hasRelations({ context }: Knowledge, query: QueryFact, args: Value | undefined): boolean {
  const schema = context.workspace.schema(query.file);
  const node = schema?.modelOf(query.model);
  const data = propertyOf(args, 'data');
  if (!schema || !node || propertyOf(args, 'include') || propertyOf(args, 'select')) return true;
  if (data?.k !== 'object') return false;
  return data.props.some(
    (prop) => prop.p === 'prop' && schema.relationTarget(node.name, prop.name) !== undefined,
  );
}

function summaryOf(
  known: Knowledge,
  repeated: Repeated,
  callee: Extract<Value, { k: 'ref' | 'member' }>,
): Summary | undefined {
  const found = known.resolver.functionOf(resolved(known, repeated, callee));
  if (!found) return undefined;
  const role = known.context.workspace.role(found.file);
  if (role === 'client' || role === 'generated') return undefined;
  return known.context.workspace.summary(functionKey(found.file, found.fn));
}

function resolved(
  known: Knowledge,
  repeated: Repeated,
  callee: Value,
): ReturnType<CalleeResolver['resolve']> {
  const { facts, context, resolver } = known;
  if (callee.k === 'ref') {
    const binding = facts.bindings[callee.b];
    if (binding?.f !== undefined) return { k: 'closure', file: context.file, fn: binding.f };
    if (binding && binding.kind !== 'import' && binding.fn !== 0) {
      const [only, ...others] = valuesGiven(facts, callee.b);
      if (only?.k === 'function' && others.length === 0)
        return { k: 'closure', file: context.file, fn: only.fn };
      if (binding.kind === 'param') return { k: 'unknown' };
    }
  }
  return resolver.resolve(context.file, facts, repeated.fn, callee);
}

function modelName({ context }: Knowledge, accessor: string): string {
  return context.workspace.schema(context.file)?.modelOf(accessor)?.name ?? accessor;
}

function listText({ list }: Turn): string {
  const text = calleeText(list.k === 'logic' ? list.left : list);
  return text === '' || text.length > 40 ? 'the list' : `\`${text}\``;
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 3);
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

function manyOf(op: string): string {
  return op.endsWith('Many') ? op : `${op}Many`;
}
