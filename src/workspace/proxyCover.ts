/** Which addresses a `proxy.ts` (before Next.js 16: `middleware.ts`) runs for, and whether it asks who calls. */
import type { FileId } from '../base/path.ts';
import type { FunctionFacts } from '../facts/tsModel.ts';
import { visitFile, visitSteps } from '../facts/visit.ts';
import type { App } from '../project/model.ts';
import { routePath } from '../project/routePath.ts';
import type { Abs } from './abs.ts';
import type { WorkspaceView } from './view.ts';

/** The proxy of an application that looks at a session; undefined where there is none. */
export function sessionProxy(view: WorkspaceView, app: App): FileId | undefined {
  const base = [app.root, app.src].filter(Boolean).join('/');
  for (const name of ['proxy', 'middleware'])
    for (const extension of ['ts', 'js', 'mjs']) {
      const candidate = base === '' ? `${name}.${extension}` : `${base}/${name}.${extension}`;
      if (view.exists(candidate) && readsSession(view, candidate)) return candidate;
    }
  return undefined;
}

function readsSession(view: WorkspaceView, file: FileId): boolean {
  const facts = view.tsFacts(file);
  if (!facts) return false;
  const exported = ['proxy', 'middleware', 'default'].map((name) => view.exported(file, name));
  return (
    exported.some(
      (value) =>
        value.k === 'authWrapped' || (value.k === 'made' && /auth|clerk|kinde|workos/.test(value.spec)),
    ) ||
    facts.imports.some((item) =>
      /^(next-auth|@clerk|better-auth|@auth0|@supabase|@kinde|@workos|jose)/.test(item.spec),
    )
  );
}

/** Whether a proxy runs for the address of a page or a route; its own tests of paths are not looked at. */
export function proxyCovers(view: WorkspaceView, proxy: FileId, app: App, file: FileId): boolean {
  const path = routePath(app, file);
  if (path === undefined) return false;
  const config = view.exported(proxy, 'config');
  const matcher = config.k === 'object' ? config.props['matcher'] : undefined;
  if (!matcher) return config.k !== 'object' || !config.open;
  return textsOf(matcher).some((pattern) => matches(pattern, path));
}

function textsOf(matcher: Abs): string[] {
  if (matcher.k === 'lit') return typeof matcher.v === 'string' ? [matcher.v] : [];
  if (matcher.k === 'array') return matcher.items.flatMap(textsOf);
  if (matcher.k === 'object') return textsOf(matcher.props['source'] ?? { k: 'unknown' });
  return [];
}

/**
 * The forms in use, without running a pattern of the project's: `/api/:path*`, `/api/(.*)`, `/((?!api|_next/static).*)`, plain paths.
 * A form that is none of them matches nothing.
 */
function matches(pattern: string, path: string): boolean {
  const excluding = /^\/\(\(\?!(.+?)\)\.\*\)$/.exec(pattern)?.[1];
  if (excluding !== undefined)
    return !excluding
      .split('|')
      .some(
        (part) =>
          /^[\w/-]+$/.test(part.replace(/^\//, '')) && path.slice(1).startsWith(part.replace(/^\//, '')),
      );
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  for (const [i, segment] of wanted.entries()) {
    if (/^(:\w+\*|:?\w*\(\.\*\))$/.test(segment)) return true;
    if (/^:\w+\+$/.test(segment)) return given.length > i;
    const own = given[i];
    if (own === undefined || (own !== segment && !segment.startsWith(':') && !own.startsWith('[')))
      return false;
  }
  return wanted.length === given.length;
}

/**
 * Whether a handler reads a header that the proxy writes: `headers.set('x-user', …)` there, `headers.get('x-user')` here. Who calls was
 * found out by the proxy, and is handed over.
 */
export function handsOver(view: WorkspaceView, proxy: FileId, handler: FunctionFacts): boolean {
  const facts = view.tsFacts(proxy);
  if (!facts) return false;
  const written = new Set<string>();
  visitFile(facts, (value) => {
    if (value.k !== 'call' || value.fn.k !== 'member' || !/^(set|append)$/.test(value.fn.name)) return;
    const [name, content] = value.args;
    if (name?.k === 'lit' && typeof name.v === 'string' && content && content.k !== 'lit')
      written.add(name.v.toLowerCase());
  });
  let found = false;
  visitSteps(handler.body, {
    value: (value) => {
      if (value.k === 'call' && value.fn.k === 'member' && value.fn.name === 'get') {
        const [name] = value.args;
        found ||= name?.k === 'lit' && typeof name.v === 'string' && written.has(name.v.toLowerCase());
      }
      return !found;
    },
  });
  return found;
}
