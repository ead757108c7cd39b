/** Who can reach a module: the browser, or the env module itself. */
import type { FileId } from '../../base/path.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

const MAX_FILES = 2_000;

/** Whether client code imports a file, directly or through others. Server Actions are called over the network, not imported. */
export function reachedByClient(workspace: WorkspaceView, file: FileId): boolean {
  return search(file, (current) => {
    if (workspace.role(current) === 'client') return 'found';
    const facts = workspace.tsFacts(current);
    const isServer =
      facts?.directives.includes('use server') || facts?.imports.some(({ spec }) => spec === 'server-only');
    return isServer ? [] : workspace.importers(current);
  });
}

/** Whether the env module imports a file, directly or through others. */
export function importsBack(workspace: WorkspaceView, module: FileId, file: FileId): boolean {
  return search(module, (current) => {
    if (current === file) return 'found';
    return (workspace.tsFacts(current)?.imports ?? []).flatMap(({ spec, typeOnly }) => {
      const target = typeOnly ? undefined : workspace.target(current, spec);
      return target?.t === 'file' ? [target.file] : [];
    });
  });
}

function search(from: FileId, visit: (file: FileId) => 'found' | readonly FileId[]): boolean {
  const seen = new Set([from]);
  const todo = [from];
  for (let current = todo.pop(); current !== undefined && seen.size < MAX_FILES; current = todo.pop()) {
    const next = visit(current);
    if (next === 'found') return true;
    for (const other of next)
      if (!seen.has(other)) {
        seen.add(other);
        todo.push(other);
      }
  }
  return false;
}
