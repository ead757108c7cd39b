import { z } from 'zod';
import type { Json } from '../../base/json.ts';

import type { FileFacts } from '../../facts/model.ts';
import type { FunctionId, TsFacts } from '../../facts/tsModel.ts';
import type { Condition, Site } from '../../workspace/abs.ts';
import { calledName, callIndex } from '../../workspace/callIndex.ts';
import { isSameClient } from '../../workspace/clientSource.ts';
import type { ClientSource } from '../../workspace/clientSource.ts';
import { functionKey } from '../../workspace/summary.ts';
import type { CallEvent, DbEffect, Summary } from '../../workspace/summary.ts';
import { functionsInside, Transactions } from '../../workspace/transactions.ts';
import type { TransactionCallback } from '../../workspace/transactions.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Place, Related, Report, RuleContext } from '../rule.ts';
import { floatingIn } from './floating.ts';
import { outsideOf, within } from '../../workspace/outsideCode.ts';
import type { Spans } from '../../workspace/outsideCode.ts';
import { ioOf } from './slowCalls.ts';

const options = z.strictObject({
  allowCalls: z
    .array(z.string())
    .describe('Names of functions that may be called in a transaction although they reach outside of it.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'transaction-discipline',
    title:
      'Inside an interactive transaction every query is sent with its client and awaited, and nothing else is waited for.',
    sections: ['S3'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { allowCalls: [] },
    messages: {
      outer:
        '`{client}` is not the client of this transaction. {query} runs on a connection of its own: it is not rolled back, and it does not see what the transaction has changed. Use `{tx}`.',
      outerCall:
        "`{name}` sends {query} with another client than this transaction's. It runs on a connection of its own: it is not rolled back, and it does not see what the transaction has changed. Pass `{tx}` on.",
      nested:
        '`{name}` opens a transaction of its own inside this one. What it writes stays when this one is rolled back, and both may wait for each other. Pass `{tx}` on.',
      lazy: '`{name}` is not awaited. Prisma sends a query only when somebody waits for it: this one may never run, or only after the transaction has ended. Await it.',
      floating:
        '`{name}` is not awaited. Its queries may run after the transaction has ended, and their failure does not roll it back. Await it.',
      loop: 'Nobody waits for what the callback of `{name}` returns. Its queries may run after the transaction has ended, and their failure does not roll it back. Use `for … of`, or await `Promise.all` of a `map`.',
      network:
        '`{name}` {does} inside the transaction. Locks and a connection are held until the answer comes, and what was sent stays when the transaction is rolled back. Do it after the transaction.',
      sleep:
        '`{name}` waits inside the transaction. Locks and a connection are held meanwhile, and a transaction ends by itself after five seconds. Wait outside of it.',
      redirect:
        '`{name}` throws inside the transaction. What was written before it is rolled back. Redirect after the transaction.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || !LOOKED_AT(role) || !mayOpen(facts)) return;
    const transactions = new Transactions(workspace);
    const callbacks = transactions.callbacks(file);
    const found = new Map<string, Report>();
    const insides = new Set(callbacks.map(({ fn }) => fn));
    for (const callback of callbacks) {
      // A nested one is looked at as part of the outer.
      if (isInsideOne(facts, callback.within, insides)) continue;
      for (const report of new Inspection(context, facts, transactions, callback).reports()) {
        // One call may do several things: what weighs most is said.
        const key = JSON.stringify([report.place, report.message]);
        const before = found.get(key);
        if (!before || (before.severity !== undefined && report.severity === undefined))
          found.set(key, report);
      }
    }
    for (const report of found.values()) context.report(report);
  },
});

const LOOKED_AT = (role: string): boolean =>
  !['tooling', 'client', 'generated', 'migration', 'validation'].includes(role);

/** Whether a function is one of some functions, or written inside one. */
function isInsideOne(facts: TsFacts, fn: FunctionId, some: ReadonlySet<FunctionId>): boolean {
  for (let at = fn; at > 0; at = facts.functions[at]?.parent ?? 0) if (some.has(at)) return true;
  return false;
}

/** Whether something in the file may open a transaction: cheap, before anything is followed. */
function mayOpen(facts: TsFacts): boolean {
  for (const { call } of callIndex(facts).values())
    if (
      call.k === 'call' &&
      (calledName(call)?.name === '$transaction' ||
        call.args.some((arg) => arg.k === 'function' && takesClient(facts, arg.fn)))
    )
      return true;
  return false;
}

/** A callback of the project's own `withTransaction`: async, and it queries what it is given. */
function takesClient(facts: TsFacts, fn: FunctionId): boolean {
  return facts.functions[fn]?.async === true;
}

type TsFile = TsFacts & FileFacts;

class Inspection {
  private readonly context: RuleContext<Options>;
  private readonly facts: TsFile;
  private readonly transactions: Transactions;
  private readonly callback: TransactionCallback;
  private readonly inside: ReadonlySet<FunctionId>;
  private readonly root: Summary;
  /** Code that runs later or makes amends. */
  private readonly outside: Spans;

  constructor(
    context: RuleContext<Options>,
    facts: TsFile,
    transactions: Transactions,
    callback: TransactionCallback,
  ) {
    this.context = context;
    this.facts = facts;
    this.transactions = transactions;
    this.callback = callback;
    this.inside = functionsInside(facts, callback.fn);
    this.root = transactions.rootOf(context.file, facts, callback.fn);
    this.outside = outsideOf(facts, this.inside);
  }

  reports(): Report[] {
    const clients = new Map<DbEffect, ClientSource>();
    const out: Report[] = [];
    const nested = new Set<number>();
    const effects = allEffects(this.root);
    for (const effect of effects) {
      const anchor = this.anchorOf(effect);
      if (!anchor) continue;
      const source = this.transactions.sources.ofQuery(effect);
      clients.set(effect, source);
      if (within(this.facts, this.outside, anchor.at)) continue;
      const report = this.isOuter(source) ? this.outer(effect, anchor) : this.nested(effect, anchor);
      if (!report) continue;
      if (report.message === 'nested') nested.add(anchor.at);
      out.push(report);
    }
    for (const event of this.root.events) {
      const anchor = this.anchorOf(event);
      if (anchor) out.push(...this.event(event, anchor));
    }
    // A transaction of its own says it all.
    const isTold = (report: Report): boolean =>
      report.message === 'outerCall' && nested.has(callPlace(this.facts, report.place));
    const isOwn = (effect: DbEffect): boolean => {
      const source = clients.get(effect);
      return source !== undefined && !this.isOuter(source);
    };
    for (const { at, message, name, recipe } of floatingIn(
      this.facts,
      this.inside,
      effects.filter(isOwn),
      (fn, value) => this.isAsync(fn, value),
    )) {
      if (within(this.facts, this.outside, at)) continue;
      const data = { name };
      out.push({ place: { at }, message, data, fixes: this.fix(recipe) });
    }
    return out.filter((report) => !isTold(report));
  }

  /** The place in the callback from which something is reached; undefined where the client that it is given rules it out. */
  private anchorOf(one: DbEffect | CallEvent): Site | undefined {
    if (one.when?.some((condition) => this.isRuledOut(condition))) return undefined;
    const anchor = one.trace[0] ?? one;
    if (anchor.file !== this.context.file) return undefined;
    const found = callIndex(this.facts).get(anchor.at);
    return found && this.inside.has(found.fn) ? anchor : undefined;
  }

  /** `if (tx) … else …` of a service, which is handed the client here. */
  private isRuledOut({ of, is, holds }: Condition): boolean {
    const { tx, fn } = this.callback;
    return (
      tx !== undefined &&
      of.fn === functionKey(this.context.file, fn) &&
      of.i === tx.i &&
      of.path.join('.') === tx.path.join('.') &&
      (is === 'truthy' ? !holds : holds && /^(nullish|null|undefined)$/.test(is))
    );
  }

  private isAsync(
    fn: FunctionId,
    value: Parameters<Transactions['sources']['resolver']['resolve']>[3],
  ): boolean {
    const { resolver } = this.transactions.sources;
    const found = resolver.functionOf(resolver.resolve(this.context.file, this.facts, fn, value));
    if (!found) return false;
    if (found.facts.functions[found.fn]?.async) return true;
    return this.context.workspace
      .summary(`${found.file}#${found.fn}`)
      .outcomes.some((outcome) => outcome.value.k === 'promise');
  }

  private isOuter(source: ClientSource): boolean {
    return source.s === 'outer' || isSameClient(source, this.callback.opener);
  }

  private outer(effect: DbEffect, anchor: Site): Report | undefined {
    const query = queryName(effect);
    const tx = this.txName();
    if (effect.trace.length === 0) {
      const call = callIndex(this.facts).get(anchor.at)?.call;
      const receiver = call && this.transactions.sources.receiver(this.facts, call);
      if (!receiver) return undefined;
      const name = receiver.k === 'ref' || receiver.k === 'member' ? receiver.name : 'This';
      return {
        place: { at: receiver.at },
        message: 'outer',
        data: { client: name, query, tx },
        fixes: this.fix('use-tx'),
      };
    }
    const place = this.nameAt(anchor);
    if (!place || this.isAllowed(place.name)) return undefined;
    return {
      place: { at: place.at },
      message: 'outerCall',
      data: { name: place.name, query, tx },
      ...(effect.kind === 'write' || effect.kind === 'raw-write' ? {} : { severity: 'warning' as const }),
      related: [{ place: this.placeOf(effect), message: `${query} is sent here.` }],
      fixes: this.passTx(effect, anchor),
    };
  }

  /** A callee that opens a transaction of its own on the outer client. */
  private nested(effect: DbEffect, anchor: Site): Report | undefined {
    const { transaction } = effect;
    const { workspace } = this.context;
    if (!transaction || effect.trace.length === 0) return undefined;
    if (transaction.file === this.callback.site.file && transaction.at === this.callback.site.at)
      return undefined;
    const inner = this.transactions
      .callbacks(transaction.file)
      .find((candidate) => candidate.site.file === transaction.file && candidate.site.at === transaction.at);
    const facts = workspace.tsFacts(transaction.file);
    if (!inner || !facts || !this.isOuter(inner.opener)) return undefined;
    if (transaction.file === this.context.file && this.inside.has(inner.within)) return undefined;
    const place = this.nameAt(anchor);
    if (!place || this.isAllowed(place.name)) return undefined;
    const related: Related = { place: this.placeOf(transaction), message: 'The transaction is opened here.' };
    return {
      place: { at: place.at },
      message: 'nested',
      data: { name: place.name, tx: this.txName() },
      related: [related],
      fixes: [],
    };
  }

  private event(event: CallEvent, anchor: Site): Report[] {
    const place = this.nameAt(anchor);
    if (!place || this.isAllowed(place.name)) return [];
    if (within(this.facts, this.outside, anchor.at)) return [];
    const io = ioOf(this.context.workspace, event);
    if (!io) return [];
    const data = { name: place.name, does: io.does };
    const related: Related[] =
      event.trace.length === 0
        ? []
        : [{ place: this.placeOf(event), message: `\`${event.name}\` is called here.` }];
    if (io.kind === 'redirect') {
      const isAfterWrite = this.root.effects.some(
        (effect) =>
          event.after?.includes(effect.seq) === true &&
          effect.transaction?.at === this.callback.site.at &&
          effect.transaction.file === this.callback.site.file,
      );
      return isAfterWrite
        ? [{ place: { at: place.at }, message: 'redirect', data, related, fixes: this.fix('move-after') }]
        : [];
    }
    return [{ place: { at: place.at }, message: io.kind, data, related, fixes: this.fix('move-after') }];
  }

  private fix(recipe: string, data: { [key: string]: Json } = {}): FixRequest[] {
    return [{ recipe, data: { fn: this.callback.fn, ...data } }];
  }

  private passTx(effect: DbEffect, anchor: Site): FixRequest[] {
    const plan = this.transactions.handOver(effect, anchor);
    return plan ? this.fix('pass-tx', { ...plan }) : [];
  }

  private isAllowed(name: string): boolean {
    return this.context.options.allowCalls.includes(name);
  }

  private nameAt(site: Site): { name: string; at: number } | undefined {
    const found = callIndex(this.facts).get(site.at);
    if (!found) return undefined;
    return calledName(found.call) ?? { name: 'this call', at: found.call.at };
  }

  private placeOf({ file, at }: Site): Place {
    return file === this.context.file ? { at } : { file, at };
  }

  /** How the callback calls its client; `tx` where it takes none. */
  private txName(): string {
    const { tx, fn } = this.callback;
    const b = tx && tx.path.length === 0 ? this.facts.functions[fn]?.params[tx.i] : undefined;
    const name = b === undefined ? undefined : this.facts.bindings[b]?.name;
    return name === undefined || name === '' ? 'tx' : name;
  }
}

/** All accesses of a function; its own ones are complete where those of its callees are too many to be kept. */
function allEffects({ effects, queries }: Summary): DbEffect[] {
  const own = new Set(effects.filter(({ trace }) => trace.length === 0).map(({ at }) => at));
  return [...effects, ...queries.filter(({ at }) => !own.has(at)).map((query) => ({ ...query, trace: [] }))];
}

function callPlace(facts: TsFacts, place: Place): number {
  return 'at' in place ? (callIndex(facts).get(place.at)?.call.at ?? -1) : -1;
}

function queryName({ model, op }: DbEffect): string {
  return model === '' ? `\`${op}\`` : `\`${model}.${op}\``;
}
