/** Functions that Next.js calls with promises: pages, layouts, metadata, route handlers. */
import { basename, isWithin, join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { FunctionId, TsFacts } from '../../facts/tsModel.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

export interface Receiver {
  fn: FunctionId;
  /** Position of the parameter that holds the promises. */
  index: number;
  /** Its properties that are promises. */
  keys: readonly string[];
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** Exports of the App Router's files that are given promises: name → position and keys. */
function exportsGiven(stem: string, major: number): ReadonlyMap<string, Omit<Receiver, 'fn'>> {
  const given = new Map<string, Omit<Receiver, 'fn'>>();
  const props = stem === 'page' ? ['params', 'searchParams'] : ['params'];
  if (/^(page|layout|default)$/.test(stem))
    for (const name of ['default', 'generateMetadata', 'generateViewport'])
      given.set(name, { index: 0, keys: props });
  else if (stem === 'route') for (const name of METHODS) given.set(name, { index: 1, keys: ['params'] });
  else if (major >= 16 && /^(opengraph-image|twitter-image|icon|apple-icon)\d*$/.test(stem))
    given.set('default', { index: 0, keys: ['params'] });
  return given;
}

/** Whether a file may hold such functions, by its name alone. */
export function isRouterFile(file: FileId): boolean {
  return /^(page|layout|default|route|opengraph-image|twitter-image|icon|apple-icon)\d*\.[jt]sx?$/.test(
    basename(file),
  );
}

/** The functions of a file that Next.js calls with promises; those inside wrappers that can't be followed are left out. */
export function receiversOf(
  workspace: WorkspaceView,
  file: FileId,
  facts: TsFacts,
  major: number,
): Receiver[] {
  const app = workspace.app(file);
  if (!app || !isRouterFile(file) || !isWithin(join(app.root, app.src, 'app') ?? 'app', file)) return [];
  const given = exportsGiven(basename(file).replace(/\.[jt]sx?$/, ''), major);
  return facts.exports.flatMap((item): Receiver[] => {
    if (item.e === 'star' || item.e === 'from') return [];
    const what = given.get(item.name);
    if (!what) return [];
    const value = workspace.exported(file, item.name);
    const handler = value.k === 'authWrapped' ? value.handler : value;
    return handler.k === 'closure' && handler.file === file ? [{ ...what, fn: handler.fn }] : [];
  });
}
