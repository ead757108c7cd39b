/** Which applications a file serves: its own, or those that import it from a workspace package. */
import type { FileId } from '../base/path.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Folders of the applications, sorted; a file that nobody imports serves none. */
export function appsUsing(workspace: Workspace, file: FileId): string[] {
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
}
