/** Which kind of facts a file has, by its name alone. */
import { basename } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { classifyCommandFile } from './commands.ts';
import type { BodyFacts } from './model.ts';

export type FileKind = Exclude<BodyFacts['kind'], 'skipped'>;

/** The kind of facts a path gets; undefined for files that the engine doesn't look at. */
export function fileKind(file: FileId): FileKind | undefined {
  const name = basename(file);
  if (/\.d\.[cm]?ts$/.test(name))
    return /(^|\/)(@?types?|typings)\//.test(file) || /auth|env|type|global|session/.test(name)
      ? 'ts'
      : undefined;
  if (/\.[cm]?[jt]sx?$/.test(name)) return /\.min\.[cm]?js$/.test(name) ? undefined : 'ts';
  if (name.endsWith('.prisma')) return 'prisma';
  if (name.endsWith('.sql')) return 'sql';
  if (name === 'package.json') return 'package';
  if (/^[tj]sconfig(\..+)?\.json$/.test(name)) return 'tsconfig';
  if (name === 'pnpm-workspace.yaml') return 'workspaces';
  if (name === 'backend-specialist.config.json') return 'config';
  if (/^\.env(\..+)?$/.test(name)) return 'env';
  if (name === 'backend-map.md') return 'backend-map';
  return classifyCommandFile(file) === undefined ? undefined : 'commands';
}
