/** Code that stands inside a function and yet runs later, or makes amends for what went wrong. */
import { spanOf } from '../facts/model.ts';
import type { FileFacts } from '../facts/model.ts';
import type { FunctionId, TsFacts } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import { calledName } from './callIndex.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export type Spans = readonly { start: number; end: number }[];

/** What is handed to these runs after the response, or in a later turn of the event loop. */
const LATER =
  /^(after|unstable_after|waitUntil|setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|onCommit|afterCommit|onTransactionCommit)$/;

/** The places of such code inside functions. */
export function outsideOf(facts: TsFacts & FileFacts, functions: ReadonlySet<FunctionId>): Spans {
  const out: { start: number; end: number }[] = [];
  for (const id of functions)
    visitSteps(facts.functions[id]?.body ?? [], {
      step: (step) => {
        if (step.s === 'try' && step.handler) out.push(spanOf(facts, step.handler.block));
      },
      value: (value) => {
        if (value.k !== 'call') return;
        const name = calledName(value)?.name ?? '';
        if (LATER.test(name)) {
          const first = value.args[0];
          const { end } = spanOf(facts, value.at);
          if (first) out.push({ start: spanOf(facts, first.at).start, end });
        } else if (name === 'catch')
          for (const arg of value.args) if (arg.k === 'function') out.push(spanOf(facts, arg.at));
      },
    });
  return out;
}

export function within(facts: FileFacts, spans: Spans, at: number): boolean {
  if (spans.length === 0) return false;
  const { start, end } = spanOf(facts, at);
  return spans.some((span) => span.start <= start && end <= span.end);
}

const knownOutside = new WeakMap<TsFacts, Spans>();

/** Whether a call on the way to an access, in whichever file, is made by such code. */
export function runsLater(workspace: WorkspaceView, { file, at, trace }: DbEffect): boolean {
  return [...trace.slice(1), ...(trace.length > 0 ? [{ file, at }] : [])].some((site) => {
    const facts = workspace.facts(site.file);
    if (facts?.kind !== 'ts') return false;
    let spans = knownOutside.get(facts);
    if (!spans) {
      spans = outsideOf(facts, new Set(facts.functions.keys()));
      knownOutside.set(facts, spans);
    }
    return within(facts, spans, site.at);
  });
}
