/** Which package manager a project uses, and how it runs a program that the project has installed. */
import path from 'node:path';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const lockFiles: { file: string; manager: PackageManager }[] = [
  { file: 'pnpm-lock.yaml', manager: 'pnpm' },
  { file: 'yarn.lock', manager: 'yarn' },
  { file: 'bun.lock', manager: 'bun' },
  { file: 'bun.lockb', manager: 'bun' },
  { file: 'package-lock.json', manager: 'npm' },
];

/** `pnpm` of `"packageManager": "pnpm@10.1.0+sha512…"`. */
function declaredIn(manifest: string | undefined): PackageManager | undefined {
  return /"packageManager"\s*:\s*"(npm|pnpm|yarn|bun)@/.exec(manifest ?? '')?.[1] as
    | PackageManager
    | undefined;
}

/**
 * The package manager of a folder: what the nearest package.json declares or the nearest lock file shows; npm where neither does.
 * @param folder absolute, as is `root`, which is not left
 * @param read the text of a file, `undefined` when it is not there
 */
export function packageManagerOf(
  folder: string,
  root: string,
  read: (absolute: string) => string | undefined,
): PackageManager {
  for (let at = folder; ; at = path.dirname(at)) {
    const declared = declaredIn(read(path.join(at, 'package.json')));
    if (declared) return declared;
    const found = lockFiles.find(({ file }) => read(path.join(at, file)) !== undefined);
    if (found) return found.manager;
    if (at === root || path.dirname(at) === at) return 'npm';
  }
}

const runners: { [manager in PackageManager]: string[] } = {
  npm: ['npx', '--no-install'],
  pnpm: ['pnpm', 'exec'],
  yarn: ['yarn', 'run'],
  bun: ['bun', 'x', '--no-install'],
};

/** The words before the name of a program that the project has installed; nothing is downloaded. */
export function runnerOf(manager: PackageManager): string[] {
  return [...runners[manager]];
}
