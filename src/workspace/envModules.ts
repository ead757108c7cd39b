/** Which module of the project validates the environment, and how a file of the project imports it. */
import { basename, dirname, join, relativeTo } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { packageDir, packageSpecifier } from '../project/packages.ts';
import type { WorkspaceView } from './view.ts';

/** Where people put the module when nothing tells it apart by its content. */
const USUAL = [
  'lib/env',
  'env',
  'config/env',
  'utils/env',
  'lib/env/index',
  'env/index',
  'env/server',
  'lib/env/server',
  'env.server',
  'lib/env.server',
];

/** Whether a file is (part of) an env module: configured, named so, or one that validates the whole environment. */
export function isEnvModule(workspace: WorkspaceView, file: FileId): boolean {
  return (
    workspace.role(file) === 'env' ||
    workspace.conventions(file).env === file ||
    /^(env|environment)([.-]\w+)*\.[cm]?[jt]sx?$|[.-]env\.[cm]?[jt]sx?$/.test(basename(file)) ||
    workspace.withTrait('env').includes(file)
  );
}

/**
 * The env module that a file should read from: the configured one, the one of its package, or the one of a workspace package that
 * its package depends on.
 * @param name the variable: with a server and a client module it decides between them
 */
export function envModuleFor(workspace: WorkspaceView, file: FileId, name: string): FileId | undefined {
  const configured = workspace.conventions(file).env;
  if (configured !== undefined && workspace.exists(configured)) return configured;
  const dir = packageDir(workspace, file);
  const validating = workspace.withTrait('env').filter((candidate) => candidate !== file);
  const isPublic = name.startsWith('NEXT_PUBLIC_');
  const best = (files: readonly FileId[]): FileId | undefined =>
    files.toSorted(
      (a, b) =>
        score(workspace, a, isPublic) - score(workspace, b, isPublic) ||
        a.length - b.length ||
        (a < b ? -1 : 1),
    )[0];
  const own = validating.filter(
    (candidate) =>
      packageDir(workspace, candidate) === dir && isAppWide(workspace, relativeTo(dir, candidate), candidate),
  );
  if (own.length > 0) return best(own);
  const usual = USUAL.flatMap((path) =>
    ['', 'src/'].flatMap((src) =>
      ['ts', 'mjs', 'js', 'mts'].map((extension) => join(dir, `${src}${path}.${extension}`) ?? ''),
    ),
  );
  const byName = usual.find((path) => path !== file && workspace.exists(path));
  if (byName !== undefined) return byName;
  const shared = validating.filter(
    (candidate) =>
      packageDir(workspace, candidate) !== dir && packageSpecifier(workspace, file, candidate) !== undefined,
  );
  return best(shared.filter(isNamedSo));
}

function isNamedSo(file: FileId): boolean {
  return /(^|[/.-])env(ironment)?([/.-]|$)/.test(file.replace(/\.[cm]?[jt]sx?$/, ''));
}

/**
 * The env module of one feature (`lib/integrations/slack/env.ts`) is not the one that everybody reads from, and a schema that is
 * applied to the environment for one place is no module at all.
 */
function isAppWide(workspace: WorkspaceView, path: string, file: FileId): boolean {
  const importers = workspace.importers(file).length;
  const folders = dirname(path).split('/').filter(Boolean);
  return folders.every((folder) => COMMON.test(folder)) ? isNamedSo(file) || importers > 1 : importers > 12;
}

const COMMON =
  /^(src|libs?|config|configs|utils?|helpers?|server|client|core|shared|common|constants|env|environment|app)$/;

function score(workspace: WorkspaceView, file: FileId, isPublic: boolean): number {
  const path = file.toLowerCase();
  const side = isPublic ? /server/.test(path) : /client|public/.test(path);
  return (side ? 2 : 0) + (workspace.role(file) === 'env' ? 0 : 1);
}

/** Where a new env module belongs; undefined outside of applications. */
export function newEnvModule(workspace: WorkspaceView, file: FileId): FileId | undefined {
  const configured = workspace.conventions(file).env;
  if (configured !== undefined) return configured;
  const app = workspace.app(file);
  if (!app) return undefined;
  const isTyped = /\.[cm]?tsx?$/.test(file) || workspace.exists(join(app.root, 'tsconfig.json') ?? '');
  return join(app.root, app.src, `lib/env.${isTyped ? 'ts' : 'js'}`);
}
