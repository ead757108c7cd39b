/** Which applications a file serves: its own, or those that import it from a workspace package. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import type { Derivation } from '../workspace/derivation.ts';
import type { Workspace } from '../workspace/workspace.ts';

const usingApps: Derivation<string[]> = {
  name: 'usingApps',
  compute: (workspace, file) => {
    const own = workspace.app(file);
    if (own) return [own.root];
    const found = new Set<string>();
    const seen = new Set([file]);
    for (const current of seen)
      for (const importer of workspace.importers(current)) {
        const app = workspace.app(importer);
        if (app) found.add(app.root);
        else seen.add(importer);
      }
    return [...found].toSorted();
  },
  equal: isSame,
};

/** Files by the folder of the application they serve. */
const filesByApp: Derivation<ReadonlyMap<string, readonly FileId[]>> = {
  name: 'filesByApp',
  compute: (workspace) => {
    const out = new Map<string, FileId[]>();
    for (const file of workspace.store.tree('') ?? [])
      for (const app of appsUsing(workspace, file)) {
        const files = out.get(app);
        if (files) files.push(file);
        else out.set(app, [file]);
      }
    return out;
  },
  equal: isSame,
};

/** Folders of the applications, sorted; a file that nobody imports serves none. */
export function appsUsing(workspace: Workspace, file: FileId): string[] {
  return workspace.derived(usingApps, file);
}

/** Files that serve the application at a folder, sorted. */
export function filesServing(workspace: Workspace, root: FileId): readonly FileId[] {
  return workspace.derived(filesByApp, '').get(root) ?? [];
}
