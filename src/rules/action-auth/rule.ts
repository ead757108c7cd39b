import { z } from 'zod';
import type { FileId } from '../../base/path.ts';
import { ancestors } from '../../base/path.ts';
import type { Entry } from '../../workspace/entries.ts';
import { entryText } from '../../workspace/entryText.ts';
import { dependsOnSignIn } from '../../workspace/dependencies.ts';
import { guardOf, isPrivate } from '../../workspace/guardState.ts';
import { isOneTimeUse } from '../../workspace/oneTime.ts';
import { handsOver, proxyCovers, sessionProxy } from '../../workspace/proxyCover.ts';
import type { DbEffect, SessionCall } from '../../workspace/summary.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import { machineRoute, unverifiedWork } from '../../workspace/webhooks.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Related, Report, RuleContext, Severity } from '../rule.ts';
import { ownFunction } from './attempts.ts';
import { atMost, judge } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const options = z.strictObject({
  reads: z.boolean().describe('Also report entry points that only read private rows.'),
  pages: z
    .boolean()
    .describe('Also report pages that read private rows chosen by `params` or `searchParams`.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'action-auth',
    title: 'Every entry point checks who calls it before it reads private data or writes.',
    sections: ['S3', 'S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { reads: true, pages: true },
    messages: {
      missing:
        '{entry} {does} with no check of who calls it. {exposure} Check the session first and stop when there is none.',
      notAwaited:
        '`{call}()` is not awaited: a promise is always truthy, so every caller passes. {entry} then {does}. Write `await {call}()`.',
      notTested:
        'The session is read but nothing stops when there is none. {entry} then {does} for everybody. Return, redirect or throw right after this line when there is no session.',
      failsLate:
        'Nothing stops when there is no session: {entry} {does} with the id of nobody, which fails late and by accident. {exposure} Check the session first and stop when there is none.',
      openForm:
        '{entry} {does} with no check of who calls it. Fine for a public form; otherwise check the session first, or mark it `/** @public */`.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role === 'tooling' || role === 'client' || role === 'generated') return;
    const schema = workspace.schema(file);
    // Where nobody can sign in, everything is open by design, or everything is still to be done.
    const knowsPeople = schema?.userModel !== undefined || dependsOnSignIn(workspace, file);
    // `export { handler as GET, handler as POST }`: one hole, one finding.
    const seen = new Set<string>();
    for (const entry of workspace.entries(file)) {
      if (entry.handler !== undefined && seen.has(entry.handler)) continue;
      if (entry.kind === 'page' && (!context.options.pages || isBehindLayout(context))) continue;
      const guard = guardOf(workspace, file, entry);
      if (guard.state !== 'unguarded') continue;
      // Machines have no session: what a webhook or a job does unverified is `webhook-signature`'s.
      if (isForMachines(workspace, file, entry)) continue;
      const open = entry.effects.filter(
        (effect) =>
          !effect.proof &&
          !effect.unsure &&
          effect.sure &&
          isPrivate(effect, schema) &&
          (effect.kind === 'read' || !isOneTimeUse(schema, entry.sessions, effect)),
      );
      const verdict = judge(entry, open, { schema, file, facts: workspace.tsFacts(file) });
      if (!verdict || (!context.options.reads && verdict.effect.kind.endsWith('read'))) continue;
      if (entry.handler !== undefined) seen.add(entry.handler);
      const severity =
        !knowsPeople || (verdict.openForm && !isTended(workspace, file, entry, verdict.effect))
          ? 'info'
          : atMost(verdict.severity, proxyAllows(context, entry));
      context.report(describe(context, entry, { ...verdict, severity }));
    }
  },
});

/** Webhooks and jobs; what lists the webhooks of an account for its owner is read by people. */
function isForMachines(workspace: RuleContext<Options>['workspace'], file: FileId, entry: Entry): boolean {
  if (unverifiedWork(workspace, file, entry)) return true;
  const kind = machineRoute(workspace, file, entry);
  return kind === 'cron' || (kind === 'webhook' && entry.name !== 'GET');
}

const MAX_WRITERS = 24;

/**
 * Whether rows like the one made here are also changed or deleted nearby, or made for signed-in people elsewhere: then somebody looks
 * after them, and this is no contact form.
 */
function isTended(
  workspace: RuleContext<Options>['workspace'],
  file: FileId,
  entry: Entry,
  { model }: DbEffect,
): boolean {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  return [...new Set([file, ...workspace.writers(model).slice(0, MAX_WRITERS)])].some((candidate) =>
    workspace
      .entries(candidate)
      .some(
        (other) =>
          other.handler !== entry.handler &&
          other.effects.some(
            (effect) =>
              effect.model === model &&
              effect.kind === 'write' &&
              (/^(create|upsert)/.test(effect.op)
                ? (effect.proof ?? other.wrapperProof)?.kind === 'session'
                : candidate === file || candidate.startsWith(folder)),
          ),
      ),
  );
}

/** Pages below a layout or a proxy that stops visitors without a session are taken as guarded. */
function isBehindLayout({ workspace, file, app }: RuleContext<Options>): boolean {
  if (!app) return false;
  const proved = (candidate: FileId): boolean => {
    const facts = workspace.exists(candidate) ? workspace.tsFacts(candidate) : undefined;
    if (!facts) return false;
    return workspace
      .entries(candidate)
      .some((entry) => entry.kind === 'page' && guardOf(workspace, candidate, entry).state === 'guarded');
  };
  for (const dir of ancestors(file)) {
    for (const extension of ['tsx', 'jsx', 'ts', 'js'])
      if (proved(dir === '' ? `layout.${extension}` : `${dir}/layout.${extension}`)) return true;
    if (/(^|\/)app$/.test(dir)) break;
  }
  return sessionProxy(workspace, app) !== undefined;
}

/**
 * A proxy that looks at a session runs before this route: whether it turns strangers away there can't be told, unless it says who calls
 * in a header that the route reads.
 */
function proxyAllows({ workspace, file, app }: RuleContext<Options>, entry: Entry): Severity {
  const proxy = app && entry.kind === 'route' ? sessionProxy(workspace, app) : undefined;
  if (!app || proxy === undefined || !proxyCovers(workspace, proxy, app, file)) return 'error';
  const handler = ownFunction(entry, file, workspace.tsFacts(file));
  return handler && handsOver(workspace, proxy, handler) ? 'info' : 'warning';
}

function describe(
  context: RuleContext<Options>,
  entry: Entry,
  { effect, severity, openForm, failsLate }: Verdict,
): Report {
  const { file, workspace } = context;
  const own = entry.sessions.filter((session) => session.file === file && session.direct);
  const careless =
    own.find((session) => !session.awaited) ??
    own.find((session) => !session.tested) ??
    (own.length === 1 && precedes(workspace, file, own[0], effect) ? own[0] : undefined);
  const data = {
    entry: entryText(entry),
    does: doing(effect),
    exposure: exposureOf(entry),
    call: careless ? callText(context, careless) : '',
  };
  const related: Related[] = [
    ...effect.trace
      .slice(0, 2)
      .map((site): Related => ({ place: site, message: 'the way to it goes through here' })),
    {
      place: { file: effect.file, at: effect.at },
      message: `${effect.model === '' ? effect.op : `${effect.model}.${effect.op}`}() happens here`,
    },
  ];
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const fn = handler?.file === file ? handler.fn : -1;
  if (careless && !openForm) {
    const fixes: FixRequest[] =
      fn >= 0 ? [{ recipe: 'test-session', data: { fn, call: careless.at, await: !careless.awaited } }] : [];
    return {
      place: { at: careless.at },
      message: !careless.awaited ? 'notAwaited' : failsLate ? 'failsLate' : 'notTested',
      data,
      severity,
      related,
      fixes,
    };
  }
  return {
    place: { at: entry.at },
    message: openForm ? 'openForm' : failsLate ? 'failsLate' : 'missing',
    data,
    severity,
    related,
    // A procedure is guarded by another base (`protectedProcedure`), whose name only the project knows.
    fixes:
      fn >= 0 && entry.kind !== 'procedure'
        ? [{ recipe: 'insert-guard', data: { fn, kind: entry.kind, lib: entry.lib ?? '' } }]
        : [],
  };
}

/** A session that was read before the access, and tested in a way that doesn't stop. */
function precedes(
  workspace: RuleContext<Options>['workspace'],
  file: FileId,
  session: SessionCall | undefined,
  effect: DbEffect,
): boolean {
  const facts = workspace.tsFacts(file);
  const first = effect.trace[0] ?? effect;
  return session !== undefined && facts !== undefined && first.file === file && session.at < first.at;
}

function callText(context: RuleContext<Options>, session: SessionCall): string {
  const facts = context.workspace.facts(session.file);
  return facts && session.direct ? 'auth' : 'getSession';
}

function exposureOf(entry: Entry): string {
  if (entry.kind === 'route') return 'Anybody who knows the address can call it.';
  if (entry.kind === 'page') return 'Anybody can ask for any id.';
  if (entry.kind === 'procedure') return 'Anybody can call it over the network with any input.';
  return 'Every export of a `use server` file can be called from outside with any arguments, used or not.';
}

const VERBS: { [op: string]: string } = {
  create: 'creates',
  createMany: 'creates',
  createManyAndReturn: 'creates',
  update: 'changes',
  updateMany: 'changes',
  updateManyAndReturn: 'changes',
  upsert: 'creates or changes',
  delete: 'deletes',
  deleteMany: 'deletes',
};

function doing(effect: DbEffect): string {
  if (effect.model === '') return effect.kind === 'raw-write' ? 'runs SQL that writes' : 'runs SQL';
  const model = effect.model.charAt(0).toUpperCase() + effect.model.slice(1);
  return `${VERBS[effect.op] ?? 'reads'} ${model} rows`;
}
