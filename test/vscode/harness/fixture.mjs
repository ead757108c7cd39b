// Copies of the sample apps to open in an editor. Uses nothing but Node and git: the demo runs before any install.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

/**
 * Copies a sample app into a repository of its own: all its files are new there, as in a branch under work.
 * @param {string} name folder below test/apps
 * @param {string} folder absolute; what is in it is removed first
 */
export function copyApp(name, folder) {
  const unwanted = /(^|\/)(node_modules|\.next)(\/|$)/;
  const app = path.join(root, 'test/apps', name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(app, folder, { recursive: true, filter: (file) => !unwanted.test(path.relative(app, file)) });
  execFileSync('git', ['init', '-q'], { cwd: folder });
}
