import { describe, expect, it } from 'vitest';
import { packageManagerOf, runnerOf } from './packageManager.ts';

const manager = (files: { [file: string]: string }, folder = '/repo/apps/web') =>
  packageManagerOf(folder, '/repo', (absolute) => files[absolute.replaceAll('\\', '/')]);

describe('the package manager of a folder', () => {
  it('is what package.json declares, before any lock file', () => {
    expect(
      manager({ '/repo/package.json': '{ "packageManager": "pnpm@10.1.0" }', '/repo/yarn.lock': '' }),
    ).toBe('pnpm');
  });

  it.each([
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['bun.lockb', 'bun'],
    ['package-lock.json', 'npm'],
  ])('is shown by %s', (file, wanted) => {
    expect(manager({ [`/repo/${file}`]: '' })).toBe(wanted);
  });

  it('is the nearest one, and never that of a folder above the workspace', () => {
    expect(manager({ '/repo/apps/web/yarn.lock': '', '/repo/pnpm-lock.yaml': '' })).toBe('yarn');
    expect(manager({ '/pnpm-lock.yaml': '' })).toBe('npm');
  });

  it('is not what a hostile manifest makes up', () => {
    expect(manager({ '/repo/package.json': '{ "packageManager": "rm -rf@1" }' })).toBe('npm');
  });

  it('runs what is installed and downloads nothing', () => {
    expect(runnerOf('npm')).toEqual(['npx', '--no-install']);
  });
});
