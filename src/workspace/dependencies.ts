/** Which version of a package a file is written for, from the package.json files above it. */
import { ancestors, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { WorkspaceView } from './view.ts';

/** The range that the nearest package.json which names a package asks for. */
export function dependencyRange(view: WorkspaceView, file: FileId, name: string): string | undefined {
  for (const dir of ancestors(file)) {
    const facts = view.facts(join(dir, 'package.json') ?? 'package.json');
    const range = facts?.kind === 'package' ? facts.dependencies[name] : undefined;
    if (range !== undefined) return range;
  }
  return undefined;
}

const SIGN_IN =
  /^(next-auth|better-auth|lucia|iron-session|jose|jsonwebtoken|passport|firebase(-admin)?|supertokens-node|@auth\/|@clerk\/|@auth0\/|@supabase\/|@kinde-oss\/|@workos-inc\/|@stackframe\/|@descope\/|@logto\/|@propelauth\/)/;

/** Whether some package.json above a file names a package by which people sign in. */
export function dependsOnSignIn(view: WorkspaceView, file: FileId): boolean {
  return ancestors(file).some((dir) => {
    const facts = view.facts(join(dir, 'package.json') ?? 'package.json');
    return facts?.kind === 'package' && Object.keys(facts.dependencies).some((name) => SIGN_IN.test(name));
  });
}

/**
 * Lowest version that a package's range allows, as `[major, minor]`; undefined when nobody names the package or the range has
 * no number (`latest`, `catalog:`, `workspace:*`).
 */
export function dependencyVersion(
  view: WorkspaceView,
  file: FileId,
  name: string,
): readonly [major: number, minor: number] | undefined {
  const range = dependencyRange(view, file, name);
  if (range === undefined || /^(file|link|git|https?|catalog):/.test(range)) return undefined;
  const versions = range
    .replace(/^npm:.*@/, '')
    .split('||')
    .flatMap((part): [number, number][] => {
      const found = /(\d+)(?:\.(\d+))?/.exec(part);
      return found ? [[Number(found[1]), Number(found[2] ?? 0)]] : [];
    });
  return versions.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])[0];
}

/** The major version of Prisma that a file is written for; undefined where no package.json says. */
export function prismaMajor(view: WorkspaceView, file: FileId): number | undefined {
  return (dependencyVersion(view, file, 'prisma') ?? dependencyVersion(view, file, '@prisma/client'))?.[0];
}
