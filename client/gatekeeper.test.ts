import { describe, expect, it } from 'vitest';
import { isNextPrismaFolder, type FolderReader } from './gatekeeper.ts';

/** A folder in memory that also tells which paths were asked for. */
function folderOf(files: Record<string, string>): FolderReader & { asked: string[] } {
  const asked: string[] = [];
  const paths = Object.keys(files);
  const has = (path: string): boolean => paths.some((file) => file === path || file.startsWith(`${path}/`));
  return {
    asked,
    readText: async (path) => {
      asked.push(path);
      return files[path];
    },
    exists: async (path) => {
      asked.push(path);
      return has(path);
    },
    listFolders: async (path) => {
      const prefix = path === '' ? '' : `${path}/`;
      const below = paths.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
      const folders = below
        .filter((rest) => rest.includes('/'))
        .map((rest) => rest.slice(0, rest.indexOf('/')));
      return [...new Set(folders)];
    },
  };
}

const manifest = (...names: string[]): string =>
  JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '1.0.0'])) });

const fitting: Record<string, Record<string, string>> = {
  'an app with both dependencies': { 'package.json': manifest('next', '@prisma/client') },
  'prisma as a development dependency': {
    'package.json': JSON.stringify({ dependencies: { next: '16' }, devDependencies: { prisma: '7' } }),
  },
  'a schema without a dependency': { 'package.json': manifest('next'), 'prisma/schema.prisma': '' },
  'a schema folder': { 'package.json': manifest('next'), 'prisma/schema/user.prisma': '' },
  'a monorepo with its client in a package': {
    'package.json': '{ "private": true }',
    'apps/web/package.json': manifest('next'),
    'packages/db/package.json': manifest('@prisma/client'),
  },
  'npm workspaces in unusual places': {
    'package.json': '{ "workspaces": ["sites/*", "./database/"] }',
    'sites/shop/package.json': manifest('next'),
    'database/package.json': manifest('prisma'),
  },
  'yarn workspaces as an object': {
    'package.json': '{ "workspaces": { "packages": ["libs/*"] } }',
    'libs/a/package.json': manifest('next', 'prisma'),
  },
  'pnpm workspaces': {
    'package.json': '{}',
    'pnpm-workspace.yaml':
      '# ours\npackages:\n  - "web"\n  # data\n  - \'data/**\'\n\ncatalog:\n  next: 16\n',
    'web/package.json': manifest('next'),
    'data/db/package.json': manifest('prisma'),
  },
  'a plain folder around an app': {
    'README.md': '',
    'shop/package.json': manifest('next', 'prisma'),
  },
};

const unfitting: Record<string, Record<string, string>> = {
  'an empty folder': {},
  'Next.js without Prisma': { 'package.json': manifest('next') },
  'Prisma without Next.js': { 'package.json': manifest('express', 'prisma'), 'prisma/schema.prisma': '' },
  'a package that is called like it': { 'package.json': manifest('next-themes', 'prisma') },
  'a manifest that is being typed': { 'package.json': '{ "dependencies": { "next": ' },
  'a manifest that is no object': { 'package.json': '["next", "prisma"]' },
  'an app that is an installed package': { 'node_modules/x/package.json': manifest('next', 'prisma') },
};

describe('the gatekeeper', () => {
  for (const [name, files] of Object.entries(fitting))
    it(`lets in ${name}`, async () => expect(await isNextPrismaFolder(folderOf(files))).toBe(true));

  for (const [name, files] of Object.entries(unfitting))
    it(`keeps out ${name}`, async () => expect(await isNextPrismaFolder(folderOf(files))).toBe(false));

  it('reads a few exact files only', async () => {
    const folder = folderOf({
      'package.json': manifest('next'),
      'src/deep/package.json': manifest('prisma'),
    });
    expect(await isNextPrismaFolder(folder)).toBe(false);
    expect(folder.asked.length).toBeLessThan(10);
    expect(folder.asked.some((path) => path.startsWith('src/'))).toBe(false);
  });

  it('stops reading when it has seen enough', async () => {
    const packages = Array.from({ length: 50 }, (_, index) => [
      `packages/p${index}/package.json`,
      manifest(),
    ]);
    const folder = folderOf({ 'package.json': manifest('next', 'prisma'), ...Object.fromEntries(packages) });
    expect(await isNextPrismaFolder(folder)).toBe(true);
    expect(folder.asked.filter((path) => path.startsWith('packages/'))).toEqual([]);
  });
});
