/** What the engine found in a workspace and why, for `check --stats`. */
import type { FileId } from '../base/path.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface AppStats {
  name: string;
  root: string;
  why: string[];
  schema: string;
}

export interface ProjectStats {
  files: number;
  apps: AppStats[];
  clientModules: FileId[];
  authModules: FileId[];
  envModules: FileId[];
  roles: { [role: string]: number };
}

/** Everything indexed so far. */
export function projectStats(workspace: Workspace): ProjectStats {
  const files = workspace.store.list();
  const roles: { [role: string]: number } = {};
  for (const file of files) {
    const role = workspace.role(file);
    roles[role] = (roles[role] ?? 0) + 1;
  }
  return {
    files: files.length,
    apps: workspace.project
      .apps('')
      .map((app) => ({ name: app.name, root: app.root, why: app.why, schema: app.schemaWhy ?? 'none' })),
    clientModules: [...workspace.withTrait('client')],
    authModules: [...workspace.withTrait('auth')],
    envModules: [...workspace.withTrait('env')],
    roles,
  };
}
