import { z } from 'zod';
import { isWithin } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { FunctionId, TsFacts } from '../../facts/tsModel.ts';
import { visitFile, visitSteps } from '../../facts/visit.ts';
import { usesOf } from '../../workspace/actionUses.ts';
import type { FunctionUse } from '../../workspace/actionUses.ts';
import type { Entry } from '../../workspace/entries.ts';
import { setsCookies } from '../../workspace/cookieWrites.ts';
import { pageShowing } from '../../workspace/shownBy.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import type { DbEffect } from '../../workspace/summary.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'action-revalidate',
    title: 'An action that changes rows tells Next.js which pages show them.',
    sections: ['S3'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      stale:
        '`{name}` changes {model}, and nothing tells Next.js: {path} keeps showing the old rows until it is loaded again. Call `revalidatePath()` after the write.',
    },
  },
  check(context) {
    const { workspace, file, facts, report } = context;
    if (facts.kind !== 'ts' || context.role === 'tooling' || !mayHoldActions(facts)) return;
    for (const entry of workspace.entries(file)) {
      if (entry.kind !== 'action' && entry.kind !== 'inline-action') continue;
      const writes = forgottenWrites(workspace, facts, entry);
      if (writes.length === 0) continue;
      const users = staleUsers(workspace, file, facts, entry);
      const shown = users && pageShowing(workspace, users.files, writes);
      if (!shown) continue;
      const { page, write } = shown;
      report({
        place: { at: entry.at },
        message: 'stale',
        data: { name: entry.label, model: write.model, path: page.path },
        ...(users.mayUpdate || !revalidates(workspace, context) ? { severity: 'hint' } : {}),
        related: [
          {
            place: { file: page.file, at: page.entry.at },
            message: `This reads ${write.model} and leads to the action.`,
          },
        ],
        fixes: [{ recipe: 'revalidate-page', data: { path: page.path, layout: page.isLayout } }],
      });
    }
  },
});

function mayHoldActions(facts: TsFacts): boolean {
  return (
    facts.directives.includes('use server') ||
    facts.functions.some(({ directives }) => directives.includes('use server'))
  );
}

/** Whether the application tells Next.js about changes anywhere; one that never does has another way. */
function revalidates(workspace: WorkspaceView, { app }: RuleContext<object>): boolean {
  return workspace.withTrait('revalidates').some((file) => app === undefined || isWithin(app.root, file));
}

/** The writes of an action after which nothing revalidates, redirects, signs in or sets a cookie. */
function forgottenWrites(workspace: WorkspaceView, facts: TsFacts, entry: Entry): DbEffect[] {
  if (entry.opaque || entry.handler === undefined || entry.marks.signIn || entry.marks.password) return [];
  // A redirect before the writes sends strangers away.
  const tells = entry.events.some(
    ({ kind, after }) => kind === 'revalidate' || (kind === 'redirect' && after !== undefined),
  );
  if (tells) return [];
  const writes = entry.effects.filter(({ kind, sure }) => kind === 'write' && sure);
  if (writes.length === 0 || entry.events.length >= 40 || workspace.summary(entry.handler).partial) return [];
  const handler = parseFunctionKey(entry.handler);
  const own = workspace.tsFacts(handler.file);
  return (own && mayRefresh(own, handler.fn)) || mayRefresh(facts, functionAt(facts, entry.at)) ? [] : writes;
}

function functionAt(facts: TsFacts, at: number): FunctionId {
  return facts.functions.findIndex((fn) => fn.at === at);
}

const REFRESHES = /revalidat|refresh|invalidat|purge/i;

/** Whether a function calls something that can't be followed but is called like what refreshes; or sets a cookie, which does. */
function mayRefresh(facts: TsFacts, fn: FunctionId): boolean {
  let found = setsCookies(facts, fn);
  visitSteps(facts.functions[fn]?.body ?? [], {
    value: (value) => {
      if (value.k !== 'call' || (value.fn.k !== 'ref' && value.fn.k !== 'member')) return;
      if (REFRESHES.test(value.fn.name)) found = true;
    },
  });
  return found;
}

interface Users {
  files: FileId[];
  /** One of them shows the change by itself, perhaps. */
  mayUpdate: boolean;
}

/** Files in which the action is used and that don't refresh afterwards; undefined when there is none. */
function staleUsers(workspace: WorkspaceView, file: FileId, facts: TsFacts, entry: Entry): Users | undefined {
  const uses = usesOf(
    workspace,
    file,
    functionAt(facts, entry.at),
    entry.kind === 'inline-action' ? undefined : entry.name,
  ).filter((use) => !isServerCall(workspace, use));
  const files = [...new Set(uses.map((use) => use.file))].filter((user) => {
    const code = workspace.tsFacts(user);
    return code !== undefined && !refreshing(code) && !refreshesByHook(workspace, user, code);
  });
  if (files.length === 0) return undefined;
  const mayUpdate = files.some((user) => {
    const code = workspace.tsFacts(user);
    return code !== undefined && updating(code);
  });
  return { files, mayUpdate };
}

/** A page that calls it while rendering, another action: no browser waits for the answer. */
function isServerCall(workspace: WorkspaceView, { file, kind }: FunctionUse): boolean {
  return kind === 'call' && workspace.role(file) !== 'client' && !isClientCode(workspace.tsFacts(file));
}

/** Calls hooks, so it runs in the browser, whoever says so. */
function isClientCode(facts: TsFacts | undefined): boolean {
  return (
    facts?.imports.some(
      ({ spec, names }) => spec === 'react' && names.some(({ imported }) => /^use[A-Z]/.test(imported)),
    ) ?? false
  );
}

const REFRESH_CALL =
  /^(refresh|invalidateQueries|invalidate|refetch|refetchQueries|mutate|setQueryData|reload|resetQueries|revalidate)$/;
/** What a component is given to refresh what stands above it: `refreshData()`, `onRefresh()`, `reloadTeams()`. */
const REFRESH_PROP = /^(on)?(refresh|reload|refetch|revalidate|invalidate)[A-Z]|^on(Refresh|Reload|Refetch)$/;
const NAVIGATES = /^(push|replace|back)$/;

const perFile = new WeakMap<TsFacts, { refreshing?: boolean; updating?: boolean }>();

function remembered(facts: TsFacts, key: 'refreshing' | 'updating', find: () => boolean): boolean {
  const known = perFile.get(facts) ?? {};
  perFile.set(facts, known);
  return (known[key] ??= find());
}

/** Code that fetches the data again or goes to another page. */
function refreshing(facts: TsFacts): boolean {
  return remembered(facts, 'refreshing', () => {
    let found = false;
    visitFile(facts, (value) => {
      if (value.k === 'assign' && value.target.k === 'member' && /^(href|location)$/.test(value.target.name))
        found = true;
      if (value.k !== 'call') return;
      const { fn } = value;
      if (fn.k === 'ref' && (REFRESH_CALL.test(fn.name) || NAVIGATES.test(fn.name))) found = true;
      if (fn.k === 'ref' && facts.bindings[fn.b]?.kind !== 'import' && REFRESH_PROP.test(fn.name))
        found = true;
      if (fn.k !== 'member') return;
      if (REFRESH_CALL.test(fn.name)) found = true;
      const base = fn.of.k === 'ref' || fn.of.k === 'member' ? fn.of.name : '';
      if (NAVIGATES.test(fn.name) && /rout|navigat|history/i.test(base)) found = true;
      if (/^(assign|replace)$/.test(fn.name) && base === 'location') found = true;
    });
    return found;
  });
}

/** Uses a hook of the project that refreshes: `useSafeAction(save)`. */
function refreshesByHook(workspace: WorkspaceView, file: FileId, facts: TsFacts): boolean {
  return facts.imports.some(({ spec, typeOnly, names }) => {
    if (
      typeOnly ||
      !names.some(({ imported, b }) => HOOK.test(imported) || HOOK.test(facts.bindings[b]?.name ?? ''))
    )
      return false;
    const target = workspace.target(file, spec);
    const hook = target.t === 'file' ? workspace.tsFacts(target.file) : undefined;
    return hook !== undefined && refreshing(hook);
  });
}

const HOOK = /^use[A-Z]/;

const OF_THE_FORM =
  /error|loading|pending|open|message$|success|submitting|status|disabled|show|visible|step|saving|deleting/i;

/** Code that may show the change by itself: optimistic state, a list in a state, a callback of its parent. */
function updating(facts: TsFacts): boolean {
  return remembered(facts, 'updating', () => {
    let found = false;
    visitFile(facts, (value) => {
      if (value.k !== 'call' || (value.fn.k !== 'ref' && value.fn.k !== 'member')) return;
      const { name } = value.fn;
      if (/^(useOptimistic|useQuery|useSWR|useInfiniteQuery)$/.test(name) || /^on[A-Z]/.test(name))
        found = true;
      if (/^set[A-Z]/.test(name) && value.fn.k === 'ref' && !OF_THE_FORM.test(name)) found = true;
    });
    return found;
  });
}
