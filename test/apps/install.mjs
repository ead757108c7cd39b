#!/usr/bin/env node
/**
 * Installs the sample apps' dependencies once and prepares copies of the apps that can be type-checked.
 *
 *   node test/apps/install.mjs                 installs
 *   node test/apps/install.mjs check [name…]   installs, copies the apps to a temporary folder, type-checks them there
 *                                              and validates their expectations; exit status 1 when anything is wrong
 */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync,
  statSync, symlinkSync, writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { blankExpectations, listFiles, readExpectations } from './expectations.mjs';

const run = promisify(execFile);
const appsDir = path.dirname(fileURLToPath(import.meta.url));
const installRoot = path.join(appsDir, '.install');

/** The apps of this folder; all of them use the dependencies that `shop` locks. */
export const appNames = ['shop', 'shop-twin', 'monorepo'];

/** The committed source folder of an app. Throws on an unknown name. */
export function appDir(name) {
  if (!appNames.includes(name)) throw new Error(`unknown app "${name}", expected one of ${appNames.join(', ')}`);
  return path.join(appsDir, name);
}

/**
 * Installs shop's locked dependencies below `.install/<hash of the lockfile>` unless they are there.
 * Returns that folder. Throws with npm's output when the installation fails (there is no network, for instance).
 */
export function ensureInstall() {
  const shop = appDir('shop');
  const hash = createHash('sha256').update(readFileSync(path.join(shop, 'package-lock.json'))).digest('hex').slice(0, 16);
  const target = path.join(installRoot, hash);
  if (existsSync(path.join(target, 'node_modules'))) return target;

  // Installed aside and then renamed: a broken or a second, simultaneous installation leaves no half-filled folder.
  mkdirSync(installRoot, { recursive: true });
  const aside = mkdtempSync(path.join(installRoot, 'new-'));
  try {
    for (const file of ['package.json', 'package-lock.json']) cpSync(path.join(shop, file), path.join(aside, file));
    const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: aside, encoding: 'utf8', shell: process.platform === 'win32',
    });
    if (npm.status !== 0) throw new Error(`npm ci failed\n${npm.error ?? ''}${npm.stdout}${npm.stderr}`);
    try {
      renameSync(aside, target);
    } catch (error) {
      if (!existsSync(path.join(target, 'node_modules'))) throw error;
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return target;
}

function childEnv() {
  return {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    // `generate` never runs the schema engine, but the CLI downloads one unless it is given a path.
    PRISMA_SCHEMA_ENGINE_BINARY: process.platform === 'win32' ? process.execPath : '/bin/true',
  };
}

/** Runs a package's own script with node in `cwd`; returns its output and whether it succeeded. */
async function runBin(installDir, script, args, cwd) {
  const file = path.join(installDir, 'node_modules', ...script.split('/'));
  try {
    const { stdout, stderr } = await run(process.execPath, [file, ...args], {
      cwd, env: childEnv(), maxBuffer: 64 * 1024 * 1024,
    });
    return { ok: true, output: stdout + stderr };
  } catch (error) {
    if (typeof error.stdout !== 'string') throw error;
    return { ok: false, output: error.stdout + error.stderr };
  }
}

/** Folders (relative to the app, '' is its root) that hold a file of this name. */
function foldersWith(dir, fileName) {
  return listFiles(dir)
    .filter((file) => path.posix.basename(file) === fileName)
    .map((file) => path.posix.dirname(file));
}

/** Workspace packages as [package name, folder]; empty when the app has no workspaces. */
function workspacePackages(dir) {
  const { workspaces } = JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8'));
  if (!workspaces) return [];
  return foldersWith(dir, 'package.json')
    .filter((folder) => folder !== '.')
    .map((folder) => [JSON.parse(readFileSync(path.join(dir, folder, 'package.json'), 'utf8')).name, path.join(dir, folder)]);
}

function link(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  symlinkSync(from, to, 'junction');
}

/** `node_modules` of the copy: one link to the installation, or with workspaces a link a package, as npm makes them. */
function linkModules(installDir, dir) {
  const source = path.join(installDir, 'node_modules');
  const target = path.join(dir, 'node_modules');
  const packages = workspacePackages(dir);
  if (packages.length === 0) return link(source, target);
  for (const name of readdirSync(source)) {
    if (!name.startsWith('@')) {
      if (statSync(path.join(source, name)).isDirectory()) link(path.join(source, name), path.join(target, name));
      continue;
    }
    for (const scoped of readdirSync(path.join(source, name))) {
      link(path.join(source, name, scoped), path.join(target, name, scoped));
    }
  }
  for (const [name, folder] of packages) link(folder, path.join(target, ...name.split('/')));
}

/**
 * Copies app `name` to `targetDir` (made when absent; must be empty), links the installed dependencies and generates
 * the Prisma client of the app's own schema. Returns `targetDir`.
 * `expectations: 'blank'` (default) replaces the expectation comments by empty lines, 'keep' leaves them in.
 * `files` are texts by path that are put over those of the app.
 * Throws when the folder is not empty or when `prisma generate` fails.
 */
export async function prepareApp(name, targetDir, { expectations = 'blank', files = {} } = {}) {
  const source = appDir(name);
  const installDir = ensureInstall();
  mkdirSync(targetDir, { recursive: true });
  if (readdirSync(targetDir).length > 0) throw new Error(`${targetDir} is not empty`);
  // The real path: with a linked temporary folder Next and tsc would name the same file twice.
  const dir = realpathSync(targetDir);
  for (const file of listFiles(source)) {
    if (expectations === 'blank' && path.posix.basename(file) === 'expectations.json') continue;
    const from = path.join(source, file);
    const to = path.join(dir, file);
    mkdirSync(path.dirname(to), { recursive: true });
    const text = readFileSync(from, 'utf8');
    writeFileSync(to, expectations === 'blank' ? blankExpectations(text) : text);
    chmodSync(to, statSync(from).mode);
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), text);
  }
  linkModules(installDir, dir);
  for (const folder of foldersWith(dir, 'prisma.config.ts')) {
    const { ok, output } = await runBin(installDir, 'prisma/build/index.js', ['generate'], path.join(dir, folder));
    if (!ok) throw new Error(`prisma generate failed in ${name}/${folder}\n${output}`);
  }
  return targetDir;
}

/**
 * Type-checks a prepared app: `next typegen` where there is a Next configuration, then `tsc --noEmit` for each
 * `tsconfig.json`. Returns the diagnostics as text, paths relative to `dir`; '' when there are none.
 */
export async function typecheckApp(dir) {
  const installDir = ensureInstall();
  const root = realpathSync(dir);
  const texts = [];
  for (const folder of foldersWith(root, 'next.config.ts')) {
    const { ok, output } = await runBin(installDir, 'next/dist/bin/next', ['typegen'], path.join(root, folder));
    if (!ok) texts.push(`next typegen failed in ${folder}\n${output}`);
  }
  for (const folder of foldersWith(root, 'tsconfig.json')) {
    const project = path.posix.join(folder, 'tsconfig.json');
    const args = ['--noEmit', '--incremental', 'false', '--pretty', 'false', '-p', project];
    const { ok, output } = await runBin(installDir, 'typescript/bin/tsc', args, root);
    if (!ok) texts.push(output);
  }
  return texts.join('\n').trim();
}

async function check(names) {
  let failed = false;
  for (const name of names) {
    const dir = mkdtempSync(path.join(os.tmpdir(), `${name}-`));
    try {
      const expected = readExpectations(appDir(name));
      for (const expectations of ['keep', 'blank']) {
        const target = path.join(dir, expectations);
        await prepareApp(name, target, { expectations });
        const diagnostics = await typecheckApp(target);
        console.info(`${name} (comments: ${expectations}): ${diagnostics === '' ? 'type-checks' : `\n${diagnostics}`}`);
        failed ||= diagnostics !== '';
      }
      console.info(`${name}: ${expected.length} expectations`);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  return failed ? 1 : 0;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [command, ...names] = process.argv.slice(2);
  if (command === undefined) console.info(ensureInstall());
  else if (command === 'check') process.exitCode = await check(names.length > 0 ? names : appNames);
  else {
    console.error('usage: install.mjs [check [name…]]');
    process.exitCode = 2;
  }
}
