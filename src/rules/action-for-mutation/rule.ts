import { z } from 'zod';
import { isWithin } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { TsFacts } from '../../facts/tsModel.ts';
import { routePath } from '../../project/routePath.ts';
import { usesOf } from '../../workspace/actionUses.ts';
import type { Entry } from '../../workspace/entries.ts';
import { setsCookies } from '../../workspace/cookieWrites.ts';
import { requestsTo, routeKey } from '../../workspace/ownPaths.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { Report, RuleContext } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'action-for-mutation',
    title:
      'Actions change data for the user interface; reads are made by pages, and routes are there for others.',
    sections: ['S3'],
    severity: 'info',
    fix: 'none',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      reads:
        '`{name}` only reads {model}. Actions are sent one after the other as POST and are never cached. Read it in a server component, or offer a route handler.',
      server:
        '`{name}` only reads {model}, for server code alone, yet as an export of a `use server` file anybody can call it. Move it to a service.',
      route:
        '{method} {path} changes {model}, and only this application’s own components call it. An action needs no URL, no parsing and can revalidate. Make it one.',
    },
  },
  check(context) {
    const { workspace, file, role, facts, report } = context;
    if (facts.kind !== 'ts') return;
    if (role === 'action' && facts.directives.includes('use server'))
      for (const entry of workspace.entries(file)) {
        const found = entry.kind === 'action' ? readingAction(workspace, file, facts, entry) : undefined;
        if (found) report(found);
      }
    if (role === 'route')
      for (const entry of workspace.entries(file)) {
        const found = entry.kind === 'route' ? ownRoute(context, entry) : undefined;
        if (found) report(found);
      }
  },
});

/** Does nothing but read the database, as far as it can be followed. */
function onlyReads(
  workspace: WorkspaceView,
  { opaque, handler, effects, events, marks, lib }: Entry,
): boolean {
  if (opaque || handler === undefined || effects.length === 0) return false;
  // What somebody else's wrapper does isn't known.
  if (lib !== undefined && effects.some(({ unsure }) => unsure)) return false;
  if (marks.external || marks.signIn || marks.password) return false;
  if (effects.some(({ kind, sure }) => kind !== 'read' || !sure)) return false;
  if (events.some(({ kind }) => kind !== 'redirect' && kind !== 'log')) return false;
  const { file, fn } = parseFunctionKey(handler);
  const facts = workspace.tsFacts(file);
  return facts !== undefined && !setsCookies(facts, fn) && !workspace.summary(handler).partial;
}

function readingAction(
  workspace: WorkspaceView,
  file: FileId,
  facts: TsFacts,
  entry: Entry,
): Report | undefined {
  if (!onlyReads(workspace, entry)) return undefined;
  // What a guard reads of the user is not what the action is about.
  const read = entry.effects.findLast(({ model }) => model !== '');
  if (!read || entry.outcomes.every(({ value }) => value.k === 'undef')) return undefined;
  const uses = usesOf(
    workspace,
    file,
    facts.functions.findIndex((fn) => fn.at === entry.at),
    entry.name,
  );
  if (uses.length === 0) return undefined;
  const isServers = uses.every(({ file: user, kind }) => kind === 'call' && !isBrowserCode(workspace, user));
  // A form, `useQuery`, `useActionState`: handed to something that decides when to call it.
  const isHandedOn = uses.some(({ kind }) => kind === 'value');
  return {
    place: { at: entry.at },
    message: isServers ? 'server' : 'reads',
    data: { name: entry.label, model: read.model },
    ...(isHandedOn ? { severity: 'hint' } : {}),
  };
}

function isBrowserCode(workspace: WorkspaceView, file: FileId): boolean {
  if (workspace.role(file) === 'client') return true;
  const facts = workspace.tsFacts(file);
  return (
    facts?.imports.some(
      ({ spec, names }) => spec === 'react' && names.some(({ imported }) => /^use[A-Z]/.test(imported)),
    ) ?? false
  );
}

const CHANGES = /^(POST|PUT|PATCH|DELETE)$/;
/** Paths that others call by their nature, and requests that actions are no good for. */
const FOR_OTHERS =
  /\/(v\d+|public|external|webhooks?|hooks|cron|jobs?|auth|trpc|upload\w*|files?|stripe|callback|integrations?|mobile|extension|embed|track\w*|stream|chat)(\/|$)/i;

function ownRoute({ workspace, file, app }: RuleContext<object>, entry: Entry): Report | undefined {
  const path = app && routePath(app, file);
  if (!app || path === undefined || !CHANGES.test(entry.name) || FOR_OTHERS.test(path) || entry.opaque)
    return undefined;
  const writes = entry.effects.filter(({ kind, sure }) => kind === 'write' && sure);
  // What is logged along the way is not what it is about.
  const write = writes.find(({ model }) => !/log|audit|event|history/i.test(model)) ?? writes[0];
  if (
    !write ||
    entry.marks.password ||
    entry.marks.signIn ||
    entry.effects.some(({ proof }) => proof && proof.kind !== 'session')
  )
    return undefined;
  const callers: { file: FileId; at: number }[] = [];
  for (const user of workspace.namingPath(routeKey(path))) {
    const facts = workspace.tsFacts(user);
    const requests = facts && requestsTo(facts, routeKey(path));
    if (!requests || requests.some(({ method }) => method === undefined)) return undefined;
    const request = requests.find(({ method }) => method === entry.name);
    if (!request) continue;
    if (!isWithin(app.root, user) || !isBrowserCode(workspace, user)) return undefined;
    callers.push({ file: user, at: request.at });
  }
  const [first] = callers;
  if (!first) return undefined;
  return {
    place: { at: entry.at },
    message: 'route',
    data: { method: entry.name, path, model: write.model },
    // Who has no actions at all does it with routes.
    ...(workspace.layering(file).actions.inside > 0 ? {} : { severity: 'hint' }),
    related: [{ place: first, message: 'This calls it.' }],
  };
}
