/** Rows that are kept for all requests although the application changes them and renews them nowhere. */
import type { FileId } from '../base/path.ts';
import type { TsFacts } from '../facts/tsModel.ts';
import type { Site } from './abs.ts';
import type { CacheUse } from './caches.ts';
import { keepingOf, keptFunction } from './caching.ts';
import type { Caching } from './caching.ts';
import { entriesReaching } from './entriesReaching.ts';
import { RequestReads } from './requestReads.ts';
import { renewsRoute } from './routeMatch.ts';
import { functionKey } from './summary.ts';
import { ANY, mayBeSame } from './texts.ts';
import type { WorkspaceView } from './view.ts';

export interface Unrenewed {
  model: string;
  tags: string[];
  /** The rows come anew after some time. */
  isTimed: boolean;
  /** A change of the model. */
  write: Site;
}

/** What is wrong with a cached read, if something is. */
export function unrenewed(
  workspace: WorkspaceView,
  file: FileId,
  facts: TsFacts,
  use: CacheUse,
): Unrenewed | undefined {
  const root = workspace.app(file)?.root;
  if (root === undefined) return undefined;
  const { tags, isTimed } = keepingOf(workspace, file, facts, use);
  if ((tags.length === 0 && isTimed) || tags.includes(ANY)) return undefined;
  const caching = workspace.caching(root);
  if (tags.some((tag) => caching.renewed.some((renewed) => mayBeSame(tag, renewed)))) return undefined;
  const kept = keptFunction(new RequestReads(workspace), file, facts, use);
  if (!kept) return undefined;
  const reads = workspace
    .summary(functionKey(kept.file, kept.fn))
    .effects.filter(({ kind, sure }) => kind === 'read' && sure);
  for (const read of reads) {
    const write = writeOf(workspace, root, read.model);
    if (!write) continue;
    return isRenewedByPath(workspace, root, caching, read)
      ? undefined
      : { model: read.model, tags, isTimed, write };
  }
  return undefined;
}

/** A write of a model by the application itself. */
function writeOf(workspace: WorkspaceView, root: string, model: string): Site | undefined {
  for (const file of workspace.writers(model)) {
    if ((workspace.app(file)?.root ?? root) !== root) continue;
    const write = workspace.queries(file).find((query) => query.kind === 'write' && query.model === model);
    if (write) return { file: write.file, at: write.at };
  }
  return undefined;
}

/** Whether a renewed path is one that shows the rows; assumed where no page is known to. */
function isRenewedByPath(workspace: WorkspaceView, root: string, caching: Caching, read: Site): boolean {
  if (caching.paths.length === 0) return false;
  if (caching.paths.some(({ path, type }) => path === '/' && type === 'layout')) return true;
  const routes = new Map(workspace.routes(root).map((route) => [route.file, route]));
  const shown = entriesReaching(workspace, read).flatMap(({ file }) => routes.get(file) ?? []);
  return (
    shown.length === 0 ||
    shown.some((route) => caching.paths.some(({ path, type }) => renewsRoute(path, type, route)))
  );
}
