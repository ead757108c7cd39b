import { z } from 'zod';
import type { FileId } from '../../base/path.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile } from '../../facts/visit.ts';
import { hasPureServices, layerOf } from '../../workspace/layering.ts';
import { isServicePath } from '../../workspace/roles.ts';
import { functionKey } from '../../workspace/summary.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'service-purity',
    title: 'Services know the database, not the request, the session or the user interface.',
    sections: ['S4'],
    severity: 'warning',
    fix: 'none',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      request:
        'This service uses `{name}` of {spec}, which exists only while a request is answered. Jobs, tests and cached functions can’t call it. Read it in the caller and pass the value.',
      navigation:
        'This service uses `{name}` of {spec}: it decides what the browser shows next. Return what happened, and let the page or action answer.',
      session:
        '`{name}()` reads the session inside a service. Jobs, webhooks and cached functions have none. Check it in the caller and pass the user’s id.',
      ui: 'This service imports `{name}` of {spec}, which is user interface. Services are called by jobs and routes as well. Move what both need to a module of its own.',
      revalidate:
        'This service calls `{name}`: which pages show the data is the caller’s business. Revalidate in the action, after the service has returned.',
    },
  },
  check({ workspace, file, role, facts, report }) {
    if (facts.kind !== 'ts' || role !== 'service' || facts.directives.includes('use server')) return;
    const found = [...importsOf(workspace, file, facts), ...sessionsOf(workspace, file, facts)];
    if (found.length === 0 || isServer(facts) || layerOf(workspace, file) !== 'service') return;
    if (workspace.queries(file).length === 0) return;
    const isFollowed =
      hasPureServices(workspace, file) && (isServicePath(file) || workspace.conventions(file).services);
    for (const { at, message, name, spec, weak } of found)
      report({
        place: { at },
        message,
        data: { name, spec },
        ...(isFollowed && !weak ? {} : { severity: 'hint' }),
      });
  },
});

interface Impurity {
  at: number;
  message: 'request' | 'navigation' | 'session' | 'ui' | 'revalidate';
  name: string;
  spec: string;
  /** A type, or something that harms little. */
  weak: boolean;
}

/** Routers and controllers live in `server/` as well: they answer requests for a living. */
function isServer({ imports }: TsFacts): boolean {
  return (
    imports.some(({ spec }) =>
      /^(@trpc\/|@orpc\/|hono|express|fastify|@nestjs\/|graphql|elysia)/.test(spec),
    ) ||
    imports.some(({ names }) =>
      names.some(({ imported }) => /^(createTRPCRouter|router|t|\w*Procedure)$/.test(imported)),
    )
  );
}

const UI_PACKAGES =
  /^(next\/(link|image|font|script|form|dynamic|head|router)|react-dom|sonner|react-hot-toast|lucide-react|framer-motion)(\/|$)/;
const NAVIGATION = /^(redirect|permanentRedirect|notFound|forbidden|unauthorized)$/;
const REVALIDATE = /^(revalidatePath|revalidateTag|updateTag|refresh)$/;

function importsOf(workspace: WorkspaceView, file: FileId, facts: TsFacts): Impurity[] {
  const out: Impurity[] = [];
  for (const item of facts.imports) {
    const spec = item.spec.replace(/\.js$/, '');
    for (const named of item.names) {
      const typeOnly = item.typeOnly || named.typeOnly;
      const kind = kindOf(workspace, file, spec, named.imported, typeOnly);
      if (!kind) continue;
      const weak = typeOnly || kind === 'revalidate';
      out.push({ at: named.at, message: kind, name: named.imported, spec: item.spec, weak });
    }
  }
  return out;
}

function kindOf(
  workspace: WorkspaceView,
  file: FileId,
  spec: string,
  name: string,
  typeOnly: boolean,
): Exclude<Impurity['message'], 'session'> | undefined {
  if (spec === 'next/headers') return typeOnly ? undefined : 'request';
  if (spec === 'next/server')
    return /^(Next(Request|Response)|after|connection|userAgent)$/.test(name) ? 'request' : undefined;
  if (typeOnly) return undefined;
  if (spec === 'next/navigation')
    return NAVIGATION.test(name) ? 'navigation' : /^use[A-Z]/.test(name) ? 'ui' : undefined;
  if (spec === 'next/cache') return REVALIDATE.test(name) ? 'revalidate' : undefined;
  if (spec === 'react') return /^use[A-Z]/.test(name) ? 'ui' : undefined;
  if (UI_PACKAGES.test(spec)) return 'ui';
  const target = workspace.target(file, spec);
  if (target.t !== 'file') return undefined;
  return workspace.tsFacts(target.file)?.directives.includes('use client') ? 'ui' : undefined;
}

/** Calls in this file that read the session: of an auth library, or of a helper that stops without one. */
function sessionsOf(workspace: WorkspaceView, file: FileId, facts: TsFacts): Impurity[] {
  // `auth-service.ts` is there to tell who is signed in.
  if (ABOUT_SESSION.test(file)) return [];
  // A function of another module can only be called when it is imported.
  if (
    !facts.imports.some((item) => !item.typeOnly && item.names.some(({ imported }) => SESSION.test(imported)))
  )
    return [];
  const places = new Set<number>();
  for (const id of facts.functions.keys())
    for (const session of workspace.summary(functionKey(file, id)).sessions)
      if (session.file === file) places.add(session.at);
  const out: Impurity[] = [];
  visitFile(facts, (value) => {
    if (value.k !== 'call') return;
    const callee = nameOf(value.fn);
    if (callee && (places.has(callee.at) || places.has(value.at) || stops(workspace, file, value.fn)))
      out.push({ ...callee, message: 'session', spec: '', weak: false });
  });
  return out;
}

const ABOUT_SESSION =
  /(^|[/._-])(auth|authentication|session|guards?|current-?user)([._-]\w+)*\.[cm]?[jt]sx?$/i;

const SESSION = /auth|session|user|require|guard|protect|ensure|member|^\*$/i;

/** Whether a function of another module returns only when somebody is signed in. */
function stops(workspace: WorkspaceView, file: FileId, callee: Value): boolean {
  const name = nameOf(callee)?.name ?? '';
  const root = callee.k === 'member' ? callee.of : callee;
  if (!SESSION.test(name) || root.k !== 'ref' || root.b < 0) return false;
  let value = workspace.moduleValue(file, root.b);
  if (callee.k === 'member')
    value = value.k === 'module' ? workspace.exported(value.file, callee.name) : value;
  if (value.k !== 'closure' || value.file === file) return false;
  const { outcomes } = workspace.summary(functionKey(value.file, value.fn));
  return outcomes.length > 0 && outcomes.every(({ proof }) => proof?.kind === 'session');
}

function nameOf(callee: Value): { at: number; name: string } | undefined {
  return callee.k === 'ref' || callee.k === 'member' ? { at: callee.at, name: callee.name } : undefined;
}
