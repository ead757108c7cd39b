import { z } from 'zod';
import { accessPlace } from '../../workspace/accessPlace.ts';
import type { Entry } from '../../workspace/entries.ts';
import type { CallEvent, DbEffect } from '../../workspace/summary.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import { failOpen, plainComparisons, unverifiedWork } from '../../workspace/webhooks.ts';
import type { UnverifiedWork } from '../../workspace/webhooks.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Related, RuleContext } from '../rule.ts';

const options = z.strictObject({
  timing: z.boolean().describe('Also report secrets that are compared with `===` (information).'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'webhook-signature',
    title: 'Webhooks and scheduled jobs verify a signature or a secret before they do anything.',
    sections: ['S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { timing: true },
    messages: {
      webhook:
        'The {entry} handler of this webhook {does} before it has verified who sends it. Anybody who knows the address can send any event. Verify the signature over the raw body first, and answer 401 without it.',
      cron: 'The {entry} handler of this job {does} for whoever asks. Its address is no secret. Compare the `authorization` header with a secret of the environment first, and answer 401 without it.',
      failOpen:
        'Without the variable this check lets everybody in: the secret is compared only when it is set. Refuse when it is missing, too.',
      timing:
        'This compares a secret with `{op}`, which stops at the first different character, so that its time tells how much was right. Compare with `timingSafeEqual` of `node:crypto`.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role !== 'route') return;
    const seen = new Set<string>();
    for (const entry of workspace.entries(file)) {
      if (entry.handler !== undefined && seen.has(entry.handler)) continue;
      if (entry.handler !== undefined) seen.add(entry.handler);
      const work = unverifiedWork(workspace, file, entry);
      if (work) reportWork(context, entry, work);
      else if (context.options.timing) reportTiming(context, entry);
    }
  },
});

function reportWork(context: RuleContext<Options>, entry: Entry, { kind, first }: UnverifiedWork): void {
  const { workspace, file } = context;
  const facts = workspace.tsFacts(file);
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const fn = handler?.file === file ? handler.fn : -1;
  const own = facts?.functions[fn];
  const related: Related[] = [
    ...('op' in first ? accessPlace(workspace, file, entry, first).related : []),
    ...(first.file === file ? [{ place: { at: first.at }, message: 'this is done for everybody' }] : []),
  ];
  const open = facts && own ? failOpen(facts, own) : undefined;
  if (open) {
    context.report({
      place: { at: open.at },
      message: 'failOpen',
      related,
      fixes: [{ recipe: 'fail-closed', data: {} }],
    });
    return;
  }
  const fixes: FixRequest[] = fn >= 0 ? [{ recipe: 'verify', data: { fn, kind } }] : [];
  context.report({
    place: { at: entry.at },
    message: kind,
    data: { entry: entry.name, does: doing(first) },
    related,
    fixes,
  });
}

/** Secrets that are compared by the language's own operator, where that is what lets the request in. */
function reportTiming(context: RuleContext<Options>, entry: Entry): void {
  const { workspace, file } = context;
  const facts = workspace.tsFacts(file);
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const own = handler?.file === file ? facts?.functions[handler.fn] : undefined;
  if (!facts || !own || ![...entry.effects, ...entry.events].some(({ proof }) => proof?.kind === 'secret'))
    return;
  for (const comparison of plainComparisons(facts, own))
    context.report({
      place: { at: comparison.at },
      message: 'timing',
      data: { op: comparison.op },
      severity: 'info',
    });
}

function doing(first: DbEffect | CallEvent): string {
  if (!('op' in first))
    return first.kind === 'mail'
      ? 'sends mail'
      : first.kind === 'network'
        ? 'calls another service'
        : 'touches files';
  if (first.model === '') return 'runs SQL that writes';
  return `writes ${first.model.charAt(0).toUpperCase()}${first.model.slice(1)} rows`;
}
