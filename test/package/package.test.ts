import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkspace } from '../cli/run.ts';

const root = path.resolve(import.meta.dirname, '../..');
const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};
const tarball = path.join(root, `out/${name}-${version}.tgz`);
const isWindows = process.platform === 'win32';

/** Where npm has installed the packed tool, with nothing else and no network. */
let home = '';

beforeAll(() => {
  if (!existsSync(tarball)) throw new Error(`${tarball} is missing: run \`npm run package\` first.`);
  home = mkdtempSync(path.join(os.tmpdir(), 'backend-specialist-packed-'));
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--prefix', home, tarball], {
    cwd: home,
    shell: isWindows,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}, 120_000);

afterAll(() => rmSync(home, { recursive: true, force: true }));

function tool(cwd: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = path.join(home, 'node_modules/.bin', isWindows ? `${name}.cmd` : name);
  const env = { ...process.env, XDG_CACHE_HOME: path.join(home, 'cache') };
  return spawnSync(command, args, { cwd, env, encoding: 'utf8', shell: isWindows });
}

test('the packed tool brings no other package', () => {
  const packages = readdirSync(path.join(home, 'node_modules')).filter((entry) => !entry.startsWith('.'));
  expect(packages).toEqual([name]);
});

test('the packed tool checks a folder that knows nothing of it', () => {
  const folder = createWorkspace({
    'package.json':
      '{ "scripts": { "db": "prisma migrate reset --force" }, "dependencies": { "next": "16.0.0" } }\n',
    'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n}\n',
  });
  const { status, stdout } = tool(folder, 'check', '--format', 'json');
  const report = JSON.parse(stdout) as { findings: { rule: string; file: string }[] };
  expect(report.findings).toContainEqual(
    expect.objectContaining({ rule: 'no-destructive-command', file: 'package.json' }),
  );
  expect(status).toBe(1);
});

test('the packed tool carries the pages of its rules', () => {
  const { status, stdout } = tool(createWorkspace({}), 'explain', 'action-auth');
  expect(status).toBe(0);
  expect(stdout).toContain('action-auth');
});

test('the package holds what runs and is read, and nothing that was needed to make it', () => {
  const installed = path.join(home, 'node_modules', name);
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => /\.(map|ts|test\.\w+)$/.test(file))).toEqual([]);
  for (const file of ['graph.js', 'graph-style.css']) expect(files).toContain(path.join('dist', file));
  expect(readdirSync(installed).toSorted()).toEqual(
    [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'client',
      'dist',
      'docs',
      'package.json',
      'schema',
      'snippets',
    ].toSorted(),
  );
});
