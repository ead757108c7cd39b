/** Where the client is generated, and where it should be. */
import { dirname, isWithin, join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { packageDir } from '../../project/packages.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

export type Placed =
  /** In `lib/generated`, or where the configuration says. */
  | 'right'
  /** In another folder that is called for generated code. */
  | 'generated'
  /** Among other code, in `node_modules`, or outside of the workspace. */
  | 'elsewhere';

/** @param output as written, from the schema's folder */
export function placed(workspace: WorkspaceView, file: FileId, output: string): Placed {
  const dir = join(dirname(file), output);
  if (dir === undefined || output.startsWith('/')) return 'elsewhere';
  if (workspace.conventions(file).generated?.(`${dir}/client.ts`)) return 'right';
  if (/(^|\/)node_modules(\/|$)/.test(dir)) return 'elsewhere';
  if (/(^|\/)lib\/generated(\/|$)/.test(dir)) return 'right';
  if (!/(^|\/)[._]*generated[._]*(\/|$)/i.test(dir)) return 'elsewhere';
  // A package that is nothing but the database keeps it at its own top.
  const home = packageDir(workspace, file);
  return workspace.app(file)?.root === home ? 'generated' : 'right';
}

/** `output` for `lib/generated/prisma` of the application or package, as written in a schema file. */
export function wantedOutput(workspace: WorkspaceView, file: FileId): string {
  const app = workspace.app(file);
  const home = packageDir(workspace, file);
  const base = app && isWithin(app.root, file) ? (join(app.root, app.src) ?? '') : home;
  const target = join(base, 'lib/generated/prisma') ?? 'lib/generated/prisma';
  const from = dirname(file).split('/').filter(Boolean);
  const to = target.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  const up = '../'.repeat(from.length - shared);
  return `${up === '' ? './' : up}${to.slice(shared).join('/')}`;
}
