import { z } from 'zod';
import type { Json } from '../../base/json.ts';

import type { FileFacts } from '../../facts/model.ts';
import type { FunctionId, TsFacts } from '../../facts/tsModel.ts';
import type { SchemaModel } from '../../prisma/schema.ts';
import type { Site } from '../../workspace/abs.ts';
import { calledName, callIndex } from '../../workspace/callIndex.ts';
import type { IndexedCall } from '../../workspace/callIndex.ts';
import { isClaim, isCounter, isTokenRefresh } from '../../workspace/bookkeeping.ts';
import { outsideOf, runsLater, within } from '../../workspace/outsideCode.ts';
import type { DbEffect, Summary } from '../../workspace/summary.ts';
import { functionsInside, Transactions } from '../../workspace/transactions.ts';
import { defineRule } from '../rule.ts';
import type { Report, RuleContext, Severity } from '../rule.ts';
import { couplingOf, picksRowsOf } from './coupled.ts';
import type { Coupling } from './coupled.ts';
import { handledApart, isBatched, isLazy, isOptionalLookup, isRuledOut } from './shape.ts';

const options = z.strictObject({
  bestEffortModels: z
    .array(z.string())
    .describe(
      'Models whose writes may fail by themselves, beside logs, histories, notifications and counters.',
    ),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'action-transaction',
    title: 'Writes that must stand or fall together are made in one transaction.',
    sections: ['S3'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { bestEffortModels: [] },
    messages: {
      depends:
        '{second} needs the row that {first} has written, and both are written by themselves. When the second fails, the first stays without it. Write both in one `$transaction`.',
      removes:
        '{second} belongs to {first}, and both are deleted by themselves. When the second fails, half of the data is gone. Delete both in one `$transaction`.',
      replaces:
        '{second} puts new rows in place of those that {first} has deleted, by itself. When it fails, the old rows are gone and the new ones are missing. Do both in one `$transaction`.',
      moves:
        '{second} is the other half of {first}, and both are written by themselves. When the second fails, what was taken is not given. Write both in one `$transaction`.',
      consumes:
        '{first} and {second} are two halves of one change, and both are written by themselves. When the second fails, the first stays. Write both in one `$transaction`.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || !LOOKED_AT.has(role)) return;
    const schema = workspace.schema(file);
    if (!schema || (role === 'other' && isScript(context))) return;
    const transactions = new Transactions(workspace);
    for (const { summary } of transactions.roots(file, facts)) {
      const writes = summary.effects.filter(isWrite);
      if (writes.length < 2) continue;
      for (const report of new Inspection(context, facts, schema, transactions, summary).reports())
        context.report(report);
    }
  },
});

const LOOKED_AT: ReadonlySet<string> = new Set(['action', 'route', 'service', 'other', 'page']);

/** Something that nobody imports and no request enters is run by hand. */
function isScript({ workspace, file }: RuleContext<Options>): boolean {
  return (
    workspace.importers(file).length === 0 &&
    workspace.entries(file).length === 0 &&
    !/(^|\/)pages\/api\//.test(file)
  );
}

function isWrite({ kind }: DbEffect): boolean {
  return kind === 'write';
}

interface Anchored {
  effect: DbEffect;
  anchor: Site;
  found: IndexedCall;
  name: string;
  at: number;
}

interface Pair {
  first: Anchored;
  second: Anchored;
  coupling: Coupling;
  severity: Severity;
}

class Inspection {
  private readonly context: RuleContext<Options>;
  private readonly facts: TsFacts & FileFacts;
  private readonly schema: SchemaModel;
  private readonly transactions: Transactions;
  private readonly summary: Summary;

  constructor(
    context: RuleContext<Options>,
    facts: TsFacts & FileFacts,
    schema: SchemaModel,
    transactions: Transactions,
    summary: Summary,
  ) {
    this.context = context;
    this.facts = facts;
    this.schema = schema;
    this.transactions = transactions;
    this.summary = summary;
  }

  reports(): Report[] {
    const outside = outsideOf(this.facts, new Set(this.summary.covered));
    const writes = this.summary.effects
      .filter((effect) => isWrite(effect) && !this.isBestEffort(effect))
      .flatMap((effect) => this.anchored(effect))
      .filter(
        ({ anchor, effect, found }) =>
          !within(this.facts, outside, anchor.at) &&
          !isBatched(this.facts, found) &&
          !isLazy(this.context.workspace, this.facts, { effect, found }) &&
          !handledApart(this.facts, found),
      );
    const pairs: Pair[] = [];
    for (const [i, second] of writes.entries())
      for (const first of writes.slice(0, i)) {
        const pair = this.pair(first, second);
        if (pair) pairs.push(pair);
      }
    return groupsOf(pairs).map((group) => this.report(group));
  }

  private anchored(effect: DbEffect): Anchored[] {
    const anchor = effect.trace[0] ?? effect;
    const found = anchor.file === this.context.file ? callIndex(this.facts).get(anchor.at) : undefined;
    const name = found && calledName(found.call);
    return found && name ? [{ effect, anchor, found, name: name.name, at: name.at }] : [];
  }

  private pair(first: Anchored, second: Anchored): Pair | undefined {
    const [a, b] = [first.effect, second.effect];
    if (!b.after?.includes(a.seq) || first.found === second.found) return undefined;
    if (
      a.transaction &&
      b.transaction &&
      a.transaction.at === b.transaction.at &&
      a.transaction.file === b.transaction.file
    )
      return undefined;
    if (commonFunction(this.facts, first.found.fn, second.found.fn) === 0) return undefined;
    // A client that is handed in may be a transaction's, whose caller sees the pair as well.
    if (a.tx && b.tx && !a.transaction && !b.transaction) return undefined;
    if (isOptionalLookup(this.facts, first, second, this.summary)) return undefined;
    if (isRuledOut(this.facts, first, second)) return undefined;
    const coupling = couplingOf(a, b, this.schema);
    if (!coupling) return undefined;
    const severity = this.isSweep(a, b) ? 'info' : this.severityOf(a, b);
    return { first, second, coupling, severity };
  }

  /** Goes on in portions, however often: no transaction holds that many rows. */
  private isSweep(first: DbEffect, second: DbEffect): boolean {
    if (first.inLoop && second.inLoop && first.op === 'deleteMany' && second.op === 'deleteMany') return true;
    return this.summary.effects.some(
      ({ kind, args, file, at, op }) =>
        args.k === 'object' &&
        ((kind === 'write' && 'limit' in args.props) ||
          (op === 'findMany' &&
            'take' in args.props &&
            second.op === 'deleteMany' &&
            picksRowsOf(second, { file, at }))),
    );
  }

  /** Who asks somebody else in between can't hold a transaction open meanwhile; tokens are spent once in a while. */
  private severityOf(first: DbEffect, second: DbEffect): Severity {
    const isBetween = this.summary.events.some(
      ({ kind, seq }) => (kind === 'network' || kind === 'mail') && seq > first.seq && seq < second.seq,
    );
    if (isBetween) return 'hint';
    const { userModel } = this.schema;
    const isUser = ({ model }: DbEffect): boolean =>
      userModel !== undefined && this.schema.modelOf(model)?.name === userModel.name;
    // Who has left the last team goes as well: a step of its own.
    const isLeaving = [first, second].every(({ op, trace }) => op.startsWith('delete') && trace.length > 0);
    if (isLeaving && [first, second].some(isUser)) return 'info';
    return [first, second].some(({ model }) => TOKEN.test(model)) ? 'info' : 'warning';
  }

  private isBestEffort(effect: DbEffect): boolean {
    const { model } = effect;
    const own = this.context.options.bestEffortModels.some(
      (name) => name === model || name.charAt(0).toLowerCase() + name.slice(1) === model,
    );
    const words = wordsOf(model);
    const [call] = effect.trace;
    const found = call && callIndex(this.facts).get(call.at);
    return (
      own ||
      words.some((word) => BEST_EFFORT.has(word)) ||
      (/^events?$/.test(words.at(-1) ?? '') && this.isJournal(model, words)) ||
      (found !== undefined && SENDS.test(calledName(found.call)?.name ?? '')) ||
      isCounter(effect) ||
      isTokenRefresh(effect) ||
      isClaim(effect) ||
      runsLater(this.context.workspace, effect)
    );
  }

  /** `OrderEvent` beside `Order`, or `Events` that belong to nothing. */
  private isJournal(model: string, words: readonly string[]): boolean {
    if (words.length > 1) return this.schema.modelOf(words.slice(0, -1).join('')) !== undefined;
    const own = this.schema.modelOf(model);
    return own !== undefined && own.fields.every(({ type }) => this.schema.modelOf(type) === undefined);
  }

  private report(group: readonly Pair[]): Report {
    const [pair] = group;
    if (!pair) throw new Error('a group has a pair');
    const { first, second, coupling, severity } = pair;
    const related = [
      { place: { at: first.at }, message: 'The first write.' },
      ...group.slice(1, 4).map((other) => ({ place: { at: other.second.at }, message: 'Another one.' })),
    ];
    return {
      place: { at: second.at },
      message: coupling,
      data: { first: titleOf(first), second: titleOf(second) },
      severity,
      related,
      fixes: [{ recipe: 'wrap-in-transaction', data: { calls: this.callsOf(group) } }],
    };
  }

  /** The writes of a group, and how those of other functions get the transaction's client. */
  private callsOf(group: readonly Pair[]): Json {
    const calls = new Map<number, { [key: string]: Json }>();
    for (const { first, second } of group)
      for (const { effect, anchor, found } of [first, second]) {
        const plan = effect.trace.length === 0 ? undefined : this.transactions.handOver(effect, anchor);
        if (!calls.has(found.call.at) || plan)
          calls.set(found.call.at, {
            at: found.call.at,
            ...(effect.trace.length === 0 ? {} : (plan ?? { deep: true })),
          });
      }
    return [...calls.values()];
  }
}

const TOKEN = /token|otp|verification|resetcode/i;

/** What is told to others is told as well as can be. */
const SENDS = /^(send|emit|notify|track|log|dispatch|publish|enqueue|queue|trigger|record|report)([A-Z_]|$)/;

const BEST_EFFORT: ReadonlySet<string> = new Set(
  'webhook webhooks outbox queue log logs audit audits activity activities history histories notification notifications analytics metric metrics visit visits view views click clicks usage telemetry session sessions cache impression impressions stat stats statistic statistics heartbeat'.split(
    ' ',
  ),
);

function wordsOf(model: string): string[] {
  return model.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());
}

function commonFunction(facts: TsFacts, one: FunctionId, other: FunctionId): FunctionId {
  for (let id = one; id > 0; id = facts.functions[id]?.parent ?? 0)
    if (functionsInside(facts, id).has(other)) return id;
  return 0;
}

/** Pairs that share a write are one change. */
function groupsOf(pairs: readonly Pair[]): Pair[][] {
  const groups: Pair[][] = [];
  for (const pair of pairs) {
    const own = groups.find((group) =>
      group.some(({ first, second }) =>
        [first.at, second.at].some((at) => at === pair.first.at || at === pair.second.at),
      ),
    );
    if (own) own.push(pair);
    else groups.push([pair]);
  }
  return groups;
}

function titleOf({ effect, name }: Anchored): string {
  return effect.trace.length === 0
    ? `\`${effect.model}.${effect.op}\``
    : `\`${effect.model}.${effect.op}\` of \`${name}\``;
}
