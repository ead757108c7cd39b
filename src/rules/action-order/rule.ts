import { z } from 'zod';
import type { FileFacts } from '../../facts/model.ts';
import { spanOf } from '../../facts/model.ts';
import type { FunctionId, TsFacts } from '../../facts/tsModel.ts';
import { visitSteps } from '../../facts/visit.ts';
import { calledName, callIndex } from '../../workspace/callIndex.ts';
import type { Entry } from '../../workspace/entries.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import type { CallEvent, DbEffect, SessionCall, Summary } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { Report, RuleContext } from '../rule.ts';
import { comesLater } from './paths.ts';

export const rule = defineRule({
  meta: {
    id: 'action-order',
    title: 'An action validates, checks who calls, works, and then marks caches as stale, in this order.',
    sections: ['S3'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      writeFirst:
        '{query} writes before {name} checks who calls. Whoever is turned away has changed the data already. Check first.',
      readFirst:
        '{query} reads private data before {name} checks who calls. A stranger makes the database work, and learns from the answer what exists. Check first.',
      staleAgain:
        '`{name}` comes before {query}. A page that is rendered in between caches what is old, and nothing marks it afterwards. Call it after the write.',
      inTransaction:
        '`{name}` is called inside the transaction. A page that is rendered before the commit caches what is old. Call it after the transaction.',
      guardFirst:
        '`{name}` checks who calls before the input is validated. Either order is safe; the order agreed on is: validate, then check.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || role === 'tooling' || role === 'client' || role === 'generated') return;
    const seen = new Set<string>();
    for (const entry of workspace.entries(file)) {
      if (entry.kind === 'page' || entry.handler === undefined) continue;
      const { file: own, fn } = parseFunctionKey(entry.handler);
      if (own !== file) continue;
      for (const report of new Inspection(context, facts, entry, fn).reports()) {
        const key = JSON.stringify([report.place, report.message]);
        if (seen.has(key)) continue;
        seen.add(key);
        context.report(report);
      }
    }
  },
});

class Inspection {
  private readonly context: RuleContext<object>;
  private readonly facts: TsFacts & FileFacts;
  private readonly entry: Entry;
  private readonly fn: FunctionId;
  private readonly summary: Summary;

  constructor(context: RuleContext<object>, facts: TsFacts & FileFacts, entry: Entry, fn: FunctionId) {
    this.context = context;
    this.facts = facts;
    this.entry = entry;
    this.fn = fn;
    this.summary = context.workspace.summary(entry.handler ?? '');
  }

  reports(): Report[] {
    return [...this.guardReports(), ...this.revalidateReports()];
  }

  /** What is done before the session is asked for, on the path that asks for it. */
  private guardReports(): Report[] {
    if (this.entry.wrapperProof) return [];
    const guard = this.summary.sessions.find(
      (session) => session.tested && this.isHere(session.at, session.file),
    );
    const guardName = guard && this.nameAt(guard);
    if (!guard || guardName === undefined) return [];
    // What is written for strangers too doesn't depend on the session: it only says more about who they are.
    if (this.summary.effects.some((effect) => isWrite(effect) && effect.seq > guard.seq && !effect.proof))
      return [];
    const schema = this.context.workspace.schema(this.context.file);
    const out: Report[] = [];
    for (const effect of this.summary.effects) {
      const at = this.anchorOf(effect);
      if (at === undefined || effect.proof || effect.unsure || isBookkeeping(effect)) continue;
      if (!this.isBefore(at, guard.at)) continue;
      const writes = isWrite(effect);
      const model = schema?.modelOf(effect.model);
      const isPrivate =
        model !== undefined && model.name !== schema?.userModel?.name && schema?.isOwned(model.name) === true;
      if (!writes && (effect.kind !== 'read' || !isPrivate)) continue;
      out.push({
        place: { at: this.placeAt(at) },
        message: writes ? 'writeFirst' : 'readFirst',
        data: { query: queryName(effect), name: `\`${guardName.name}\`` },
        ...(writes ? {} : { severity: 'info' as const }),
        related: [{ place: { at: guardName.at }, message: 'The session is asked for here.' }],
        fixes: [{ recipe: 'check-first', data: { guard: guard.at, at } }],
      });
    }
    const isAction = this.entry.kind === 'action' || this.entry.kind === 'inline-action';
    const validation = isAction ? this.validation() : undefined;
    if (validation !== undefined && this.isBefore(guard.at, validation))
      out.push({
        place: { at: guardName.at },
        message: 'guardFirst',
        data: { name: guardName.name },
        severity: 'hint',
        fixes: [],
      });
    return out;
  }

  private revalidateReports(): Report[] {
    const out: Report[] = [];
    const marks = this.summary.events.filter(({ kind }) => kind === 'revalidate');
    for (const mark of marks) {
      const at = this.anchorOf(mark);
      if (at === undefined) continue;
      const place = { at: this.placeAt(at) };
      const name = mark.trace.length === 0 ? mark.name : (callName(this.facts, at) ?? mark.name);
      if (mark.transaction) {
        const { transaction } = mark;
        if (transaction.file === this.context.file)
          out.push({
            place,
            message: 'inTransaction',
            data: { name },
            fixes: [{ recipe: 'move-behind', data: { at, behind: transaction.at } }],
          });
        continue;
      }
      // A function that writes and marks has told of its own write.
      if (this.summary.effects.some((effect) => isWrite(effect) && sameCall(effect, mark))) continue;
      const later = this.summary.effects.filter(
        (effect) => isWrite(effect) && !isBookkeeping(effect) && this.isLater(at, effect),
      );
      const last = later.at(-1);
      const behind = last && this.anchorOf(last);
      // Marked again behind the last write, or the path has written nothing else to tell of.
      if (!last || behind === undefined) continue;
      if (marks.some((other) => this.isMarkAfter(other, behind) || (other !== mark && sameCall(last, other))))
        continue;
      out.push({
        place,
        message: 'staleAgain',
        data: { name, query: queryName(last) },
        related: [{ place: { at: this.placeAt(behind) }, message: 'The write.' }],
        fixes: [{ recipe: 'move-behind', data: { at, behind } }],
      });
    }
    return out;
  }

  private isLater(at: number, effect: DbEffect): boolean {
    const other = this.anchorOf(effect);
    return other !== undefined && other !== at && this.isBefore(at, other);
  }

  private isMarkAfter(mark: CallEvent, write: number): boolean {
    const at = this.anchorOf(mark);
    return at !== undefined && this.isBefore(write, at);
  }

  private isBefore(first: number, second: number): boolean {
    return comesLater(this.facts, this.facts.functions[this.fn]?.body ?? [], first, second);
  }

  private anchorOf(one: DbEffect | CallEvent): number | undefined {
    const anchor = one.trace[0] ?? one;
    return this.isHere(anchor.at, anchor.file) ? anchor.at : undefined;
  }

  /** In the handler's own statements. */
  private isHere(at: number, file: string): boolean {
    const own = this.facts.functions[this.fn];
    if (!own || file !== this.context.file) return false;
    const outer = spanOf(this.facts, own.all);
    const { start, end } = spanOf(this.facts, at);
    return outer.start <= start && end <= outer.end;
  }

  private nameAt({ at }: SessionCall): { name: string; at: number } | undefined {
    const found = callIndex(this.facts).get(at);
    return found && calledName(found.call);
  }

  private placeAt(at: number): number {
    const found = callIndex(this.facts).get(at);
    return (found && calledName(found.call)?.at) ?? at;
  }

  /** Where the handler parses its input. */
  private validation(): number | undefined {
    let at: number | undefined;
    visitSteps(this.facts.functions[this.fn]?.body ?? [], {
      value: (value) => {
        if (value.k === 'call' && /^safeParse(Async)?$/.test(calledName(value)?.name ?? '')) at ??= value.at;
      },
    });
    return at;
  }
}

function sameCall(effect: DbEffect, mark: CallEvent): boolean {
  const [call] = mark.trace;
  return call !== undefined && effect.trace[0]?.at === call.at && effect.trace[0].file === call.file;
}

function isWrite({ kind }: DbEffect): boolean {
  return kind === 'write' || kind === 'raw-write';
}

/** Limits and logs are kept before anybody is known. */
function isBookkeeping({ model }: DbEffect): boolean {
  return /log|rate|limit|attempt|audit|visit|metric|token|session|otp|lock|idempot/i.test(model);
}

function callName(facts: TsFacts, at: number): string | undefined {
  const found = callIndex(facts).get(at);
  return found && calledName(found.call)?.name;
}

function queryName({ model, op }: DbEffect): string {
  return model === '' ? `\`${op}\`` : `\`${model}.${op}\``;
}
