// Builds dist/ anew and packs it, offline: out/backend-specialist-<version>.vsix for VS Code, .tgz for npm.
//   node package.mjs
// A warning of the packer is an error: what it warns of (a missing licence, a stray file) ships.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = import.meta.dirname;
const out = path.join(root, 'out');
const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const vsix = path.join(out, `${name}-${version}.vsix`);
const tarball = path.join(out, `${name}-${version}.tgz`);

/**
 * Runs a command in the repository and prints what it says.
 * @param {string} command
 * @param {string[]} args
 * @returns {string} what it said
 * @throws when it fails or cannot be started
 */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    // npm is a batch file on Windows, which only a shell runs.
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) throw error;
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
  return stdout + stderr;
}

mkdirSync(out, { recursive: true });
for (const file of [vsix, tarball]) rmSync(file, { force: true });
run(process.execPath, ['esbuild.mjs', '--no-sourcemap']);
const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
const said = run(process.execPath, [vsce, 'package', '--no-dependencies', '--out', vsix]);
if (/\bWARNING\b/.test(said)) throw new Error('The packer has a warning.');
run('npm', ['pack', '--silent', '--pack-destination', out]);
for (const file of [vsix, tarball])
  console.log(`${path.relative(root, file)}  ${(statSync(file).size / 1024 / 1024).toFixed(2)} MB`);
