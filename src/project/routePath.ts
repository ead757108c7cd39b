/** The URL path that a file of `app/` or `pages/` answers. */
import { relativeTo } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { App } from './model.ts';

/**
 * `app/(shop)/orders/[id]/route.ts` → `/orders/[id]`: groups `(x)` and slots `@x` vanish, intercepted segments `(..)x` are
 * `x`, `%5F` stays as written. `undefined` for a file outside the routers.
 */
export function routePath(app: App, file: FileId): string | undefined {
  const inside = relativeTo(app.root, file);
  const path = (inside.startsWith('src/') ? inside.slice(4) : inside).replace(/\.[cm]?[jt]sx?$/, '');
  if (path.startsWith('app/')) {
    const segments = path.split('/').slice(1, -1);
    const kept = segments.filter((segment) => !/^\([^.)][^)]*\)$/.test(segment) && !segment.startsWith('@'));
    return `/${kept.map((segment) => segment.replace(/^(\(\.{1,3}\))+/, '')).join('/')}`;
  }
  if (path.startsWith('pages/')) return `/${path.slice('pages/'.length).replace(/(^|\/)index$/, '')}`;
  return undefined;
}

/** Whether a revalidated path (`/orders`, `/teams/[…]`, `/teams/[teamId]`) is that of a page; a variable part matches any segment. */
export function samePath(revalidated: string, page: string): boolean {
  const a = revalidated.split('/');
  const b = page.split('/');
  return (
    a.length === b.length &&
    a.every((segment, i) => segment === b[i] || (segment.includes('[…]') && b[i]?.startsWith('[') === true))
  );
}
