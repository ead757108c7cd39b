/** Which folder is the workspace, and which of its files a command line means. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch/posix';
import { createMatcher } from '../config/globs.ts';
import type { FileId } from '../base/path.ts';
import { UsageError } from './exitCodes.ts';

/** Whether a folder is the root of a monorepo: pnpm, or `workspaces` in its package.json. */
function isMonorepoRoot(folder: string): boolean {
  if (existsSync(path.join(folder, 'pnpm-workspace.yaml'))) return true;
  try {
    const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'workspaces' in manifest;
  } catch {
    // No package.json, or a broken one: not a root that we can use.
    return false;
  }
}

/** The monorepo around a folder that is one of its packages, else the folder; a repository is never left. */
function workspaceAround(folder: string): string {
  for (let at = folder; ; at = path.dirname(at)) {
    if (isMonorepoRoot(at)) return at;
    if (existsSync(path.join(at, '.git')) || path.dirname(at) === at) return folder;
  }
}

const isInside = (folder: string, target: string) =>
  target === folder || target.startsWith(folder + path.sep);

export interface Workspace {
  /** Absolute. */
  root: string;
  /** Whether a file is among those the command line means. */
  includes(file: FileId): boolean;
  /** Patterns that no file of the tree fits, of those that were given. */
  unmatched(files: readonly FileId[]): string[];
}

/**
 * The workspace and the part of it that is to be reported on.
 *
 * It is the current folder, or the monorepo that has it as a package, or, when only folders outside of it are given,
 * the first of these.
 * @param paths files, folders or globs, relative to `cwd`
 * @throws UsageError for a path that does not exist or lies outside the workspace
 */
export function findWorkspace(cwd: string, paths: readonly string[]): Workspace {
  const start = realpathSync(cwd);
  const targets = paths.map((given) => {
    const absolute = path.resolve(start, given);
    const exists = existsSync(absolute);
    if (!exists && !picomatch.scan(given).isGlob) throw new UsageError(`no such file or folder: "${given}".`);
    return { given, exists, absolute: exists ? realpathSync(absolute) : absolute };
  });
  let root = workspaceAround(start);
  const first = targets[0];
  if (first?.exists && targets.every(({ absolute }) => !isInside(root, absolute))) {
    const folder = statSync(first.absolute).isDirectory() ? first.absolute : path.dirname(first.absolute);
    root = workspaceAround(folder);
  }
  const relative = (absolute: string) => path.relative(root, absolute).split(path.sep).join('/');
  const wanted = (targets.length === 0 ? [{ given: '.', exists: true, absolute: start }] : targets).map(
    ({ given, exists, absolute }) => {
      if (!isInside(root, absolute)) throw new UsageError(`"${given}" lies outside the workspace ${root}.`);
      const pattern = relative(absolute);
      if (pattern === '') return { given, matches: () => true };
      // Existing paths are meant literally: the folders of Next.js are called `[id]` and `(shop)`.
      const literal = (file: FileId) => file === pattern || file.startsWith(`${pattern}/`);
      return { given, matches: exists ? literal : createMatcher([pattern]) };
    },
  );
  return {
    root,
    includes: (file) => wanted.some(({ matches }) => matches(file)),
    unmatched: (files) =>
      paths.length === 0
        ? []
        : wanted.filter(({ matches }) => !files.some(matches)).map(({ given }) => given),
  };
}
