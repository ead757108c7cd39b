/** Packages of the workspace: which one a file is part of, and how another one imports its modules. */
import { ancestors, basename, dirname, join, relativeTo } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { FileFacts } from '../facts/model.ts';

/** What has to be known of the workspace. */
export interface Packages {
  exists(file: FileId): boolean;
  facts(file: FileId): FileFacts | undefined;
  target(file: FileId, spec: string): { t: string; file?: FileId };
}

/** Folder of the nearest package.json, `''` when there is none. */
export function packageDir(packages: Pick<Packages, 'exists'>, file: FileId): string {
  return ancestors(file).find((dir) => packages.exists(join(dir, 'package.json') ?? '')) ?? '';
}

/**
 * How a package imports a module of another workspace package: as it is imported elsewhere, or by the package's name. Undefined where it
 * doesn't depend on that package, or no path of it leads there.
 */
export function packageSpecifier(packages: Packages, file: FileId, module: FileId): string | undefined {
  const dir = packageDir(packages, module);
  const own = packages.facts(join(packageDir(packages, file), 'package.json') ?? '');
  const other = packages.facts(join(dir, 'package.json') ?? '');
  if (
    own?.kind !== 'package' ||
    other?.kind !== 'package' ||
    other.name === undefined ||
    !(other.name in own.dependencies)
  )
    return undefined;
  const inside = relativeTo(dir, module).replace(/\.[cm]?[jt]sx?$/, '');
  const short = inside.replace(/^(src|lib)\//, '').replace(/(^|\/)index$/, '');
  const candidates = [
    other.name,
    `${other.name}/${short}`,
    `${other.name}/${inside}`,
    `${other.name}/${basename(dirname(module))}`,
  ];
  return candidates.find((spec) => {
    if (spec.endsWith('/')) return false;
    const target = packages.target(file, spec);
    return target.t === 'file' ? target.file === module : target.t === 'missing' && !packages.exists(module);
  });
}
