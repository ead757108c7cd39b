import { z } from 'zod';
import type { FileFacts } from '../../facts/model.ts';
import type { TsFacts } from '../../facts/tsModel.ts';
import { visitSteps, visitValue } from '../../facts/visit.ts';
import { isBrowserCode, isDataFunction, isPagesRouter } from '../../workspace/browserCode.ts';
import { catchesOf } from '../../workspace/catchAnalysis.ts';
import type { CatchSite } from '../../workspace/catchAnalysis.ts';
import type { NavigationThrow } from '../../workspace/navigationThrows.ts';
import type { FileRole } from '../../project/model.ts';
import { isForMachines } from '../../workspace/webhooks.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Related, RuleContext } from '../rule.ts';
import { commentWeight, describeWork, judge } from './verdict.ts';
import type { Verdict } from './verdict.ts';

type TsFileFacts = Extract<FileFacts, { kind: 'ts' }>;

const LOOKED_AT: ReadonlySet<FileRole> = new Set([
  'action',
  'route',
  'page',
  'service',
  'auth',
  'db',
  'proxy',
  'other',
]);

export const rule = defineRule({
  meta: {
    id: 'no-swallowed-error',
    title:
      'An error is logged on the server and answered with a structured result; navigation throws pass through.',
    sections: ['S8'],
    severity: 'warning',
    fix: 'safe',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      navigation:
        'This catch swallows {what} in {fn}. Next.js navigates by throwing, so the page never changes and the catch answers instead. Call unstable_rethrow({error}) first, or move the call behind the try.',
      empty:
        'This catch drops every error of {what} in {fn}. A failure leaves no trace on the server. Log the error, and answer with a failure if the caller counts on the result.',
      dropped:
        'This catch lets errors of {what} in {fn} pass without a trace when none of its cases fits. Log or rethrow what is left.',
      unlogged:
        "This catch hides why {what} failed in {fn}. The answer is all that is left of the error, so an outage can't be told from an ordinary miss. Log the error before answering.",
      unloggedPromise:
        'This .catch() hides why {what} failed in {fn}. An outage looks like an ordinary result. Log the error in the handler.',
      success:
        '{fn} reports success although {what} failed. The caller goes on with something that never happened. Answer with a failure from the catch.',
      lostCause:
        'The error thrown here no longer says why {what} failed in {fn}. Pass the caught error as its cause.',
    },
  },
  check(context) {
    const { facts } = context;
    if (facts.kind !== 'ts' || !LOOKED_AT.has(context.role) || isBrowserCode(context, facts)) return;
    for (const site of catchesOf(context.workspace, context.file, facts)) {
      if (isPagesRouter(context) && !isDataFunction(facts, site.fn)) continue;
      reportSite(context, facts, site);
    }
  },
});

function reportSite(context: RuleContext<object>, facts: TsFileFacts, site: CatchSite): void {
  const fn = functionName(facts, site);
  // Behind a webhook or a job there is nobody who could be led elsewhere.
  const [hidden] = isForMachines(context.file) ? [] : site.hidden;
  if (hidden) {
    context.report({
      place: { at: site.at },
      message: 'navigation',
      severity: isSecondCheck(context, site, hidden) ? 'warning' : 'error',
      data: { fn, what: navigationText(hidden), error: 'error' },
      related: navigationRelated(context, hidden),
      fixes: [{ recipe: 'rethrow-navigation' }],
    });
    return;
  }
  const verdict = judge(site);
  if (!verdict) return;
  const weight = commentWeight(site.comment);
  if (weight === 'cause') return;
  const severity = weight === 'some' && verdict.severity === 'warning' ? 'info' : verdict.severity;
  const message = verdict.kind === 'unlogged' && site.kind === 'promise' ? 'unloggedPromise' : verdict.kind;
  context.report({
    place: { at: site.at },
    message,
    data: { fn, what: describeWork(site.work) },
    severity,
    related: workRelated(context, site),
    fixes: fixesFor(context, verdict, fn),
  });
}

/** Whom a helper sends away, the handler may let in by another check: it leads elsewhere itself, or lets the code behind it go on. */
function isSecondCheck(
  { file }: RuleContext<object>,
  { ends }: CatchSite,
  { source, at }: NavigationThrow,
): boolean {
  return (
    (source.at !== at || source.file !== file) &&
    ends.some(({ end }) => end === 'navigate') &&
    ends.some(({ end }) => end === 'fall')
  );
}

function fixesFor(context: RuleContext<object>, verdict: Verdict, name: string): FixRequest[] {
  const data = { name };
  const answers = context.role === 'action' || context.role === 'route';
  const answer: FixRequest[] =
    answers && verdict.falls ? [{ recipe: 'log-and-return', data: { ...data, logged: verdict.logged } }] : [];
  if (verdict.kind === 'lostCause') return [{ recipe: 'add-cause' }];
  if (verdict.kind === 'success' && verdict.logged) return answer;
  return [{ recipe: 'log-error', data }, ...answer];
}

function navigationText({ name, source, at }: NavigationThrow): string {
  return source.at === at && source.name === name ? `${name}()` : `the ${source.name}() of ${name}()`;
}

function navigationRelated(context: RuleContext<object>, thrown: NavigationThrow): Related[] {
  const out: Related[] = [{ place: { at: thrown.at }, message: `${thrown.name}() is called inside the try` }];
  const { source } = thrown;
  if (source.file !== context.file || source.at !== thrown.at)
    out.push({ place: { file: source.file, at: source.at }, message: `${source.name}() throws here` });
  return out;
}

/** The first database access, where it isn't written in the watched code itself. */
function workRelated(context: RuleContext<object>, { work }: CatchSite): Related[] {
  const effect = work.writes[0] ?? work.reads[0];
  if (!effect || (effect.file === context.file && effect.trace.length === 0)) return [];
  return [
    {
      place: { file: effect.file, at: effect.at },
      message: `${effect.model === '' ? effect.op : `${effect.model}.${effect.op}`}() runs here`,
    },
  ];
}

/** The nearest named function around a catch. */
function functionName(facts: TsFacts, site: CatchSite): string {
  for (let id = site.fn; id > 0;) {
    const fn = facts.functions[id];
    if (!fn) break;
    const name = fn.name || givenName(facts, id, fn.parent);
    if (name !== undefined && name !== '') return name;
    id = fn.parent;
  }
  return 'this file';
}

/** `POST` of `export const POST = withUser(async () => …)`. */
function givenName(facts: TsFacts, id: number, parent: number): string | undefined {
  let name: string | undefined;
  visitSteps(facts.functions[parent]?.body ?? [], {
    step: (step) => {
      if (step.s !== 'let' || name !== undefined) return;
      visitValue(step.value, (value) => {
        if (value.k === 'function' && value.fn === id) name = facts.bindings[step.b]?.name;
        return name === undefined;
      });
    },
  });
  return name;
}
