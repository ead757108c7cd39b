/** The routes of an application, as its files spell them and as their URLs read. */
import { relativeTo } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { App } from './model.ts';
import { routePath } from './routePath.ts';

export interface Route {
  file: FileId;
  kind: 'page' | 'handler';
  /** The folders below `app/` as they are: `/(shop)/orders/[id]`. */
  folders: string;
  /** What the URL looks like: `/orders/[id]`. */
  path: string;
}

const ROUTE = /(^|\/)(page|route)\.[cm]?[jt]sx?$/;

/** Every page and route handler of an application, in the order of the files. */
export function routesOf(app: App, files: readonly FileId[]): Route[] {
  const out: Route[] = [];
  const prefix = app.root === '' ? '' : `${app.root}/`;
  for (const file of files) {
    if (!file.startsWith(prefix)) continue;
    const inside = relativeTo(app.root, file).replace(/^src\//, '');
    const isPages = /^pages\/.*\.[cm]?[jt]sx?$/.test(inside) && !/^pages\/_|\.d\.ts$/.test(inside);
    if (!isPages && !(inside.startsWith('app/') && ROUTE.test(inside))) continue;
    const path = routePath(app, file);
    if (path === undefined) continue;
    const kind = ROUTE.exec(inside)?.[2] === 'route' || inside.startsWith('pages/api/') ? 'handler' : 'page';
    const folders = isPages ? path : `/${inside.split('/').slice(1, -1).join('/')}`;
    out.push({ file, kind, folders, path });
  }
  return out;
}
