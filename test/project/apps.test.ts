import { expect, test } from 'vitest';
import { next, openWorkspace, page, schema } from './kit.ts';

const appsOf = (files: { [file: string]: string }) => openWorkspace(files).project.apps('');

test('a single application with app/ at the root', () => {
  const apps = appsOf({
    'package.json': next('shop'),
    'next.config.ts': 'export default {};',
    'app/page.tsx': page,
    'prisma/schema.prisma': schema(),
  });
  expect(apps).toMatchObject([{ root: '', name: 'shop', src: '', schema: 'prisma/schema.prisma' }]);
  expect(apps[0]?.why).toEqual(['next.config.ts', 'package.json depends on next 16.0.0', 'has app/']);
});

test('src/ layout', () => {
  expect(appsOf({ 'package.json': next('shop'), 'src/app/page.tsx': page })).toMatchObject([
    { root: '', src: 'src' },
  ]);
});

test('an app/ folder without routes does not hide src/app', () => {
  expect(
    appsOf({
      'package.json': next('shop'),
      'app/colours.ts': 'export const red = 1;',
      'src/app/page.tsx': page,
    }),
  ).toMatchObject([{ src: 'src' }]);
});

test('pages router', () => {
  expect(appsOf({ 'package.json': next('old'), 'pages/index.jsx': page })).toMatchObject([
    { root: '', src: '' },
  ]);
});

test('several applications of a monorepo, each with its own name', () => {
  const apps = appsOf({
    'package.json': '{"private":true,"workspaces":["apps/*"]}',
    'apps/web/package.json': next('@acme/web'),
    'apps/web/app/page.tsx': page,
    'apps/admin/package.json': next('@acme/admin'),
    'apps/admin/src/app/page.tsx': page,
    'apps/api/package.json': '{"name":"api"}',
    'apps/api/app/page.tsx': page,
  });
  expect(apps.map(({ root, name, src }) => [root, name, src])).toEqual([
    ['apps/admin', '@acme/admin', 'src'],
    ['apps/web', '@acme/web', ''],
  ]);
});

test('a library that depends on next is no application', () => {
  expect(appsOf({ 'packages/ui/package.json': next('ui'), 'packages/ui/src/button.tsx': page })).toEqual([]);
});

test('without any manifest, routes make an application', () => {
  expect(appsOf({ 'src/app/page.tsx': page })).toMatchObject([{ root: '', src: 'src', name: 'app' }]);
});

test('no routes, no manifest: nothing', () => {
  expect(appsOf({ 'src/app/colours.ts': 'export const red = 1;' })).toEqual([]);
});

test('a broken package.json does not hide an application with a next.config', () => {
  expect(
    appsOf({ 'package.json': '{"name": ', 'next.config.mjs': 'export default {};', 'app/page.tsx': page }),
  ).toMatchObject([{ root: '' }]);
});

test('a file belongs to the nearest application', () => {
  const workspace = openWorkspace({
    'package.json': next('outer'),
    'app/page.tsx': page,
    'apps/inner/package.json': next('inner'),
    'apps/inner/app/page.tsx': page,
  });
  expect(workspace.app('apps/inner/lib/x.ts')?.name).toBe('inner');
  expect(workspace.app('lib/x.ts')?.name).toBe('outer');
});

test('the schema of a depended-on package, through another package', () => {
  const apps = appsOf({
    'apps/web/package.json': next('web', { '@acme/auth': 'workspace:*' }),
    'apps/web/app/page.tsx': page,
    'packages/auth/package.json': '{"name":"@acme/auth","dependencies":{"@acme/db":"workspace:*"}}',
    'packages/db/package.json': '{"name":"@acme/db"}',
    'packages/db/prisma/schema.prisma': schema(),
    'packages/logs/package.json': '{"name":"@acme/logs"}',
    'packages/logs/prisma/schema.prisma': schema(),
  });
  expect(apps[0]).toMatchObject({ schema: 'packages/db/prisma/schema.prisma' });
  expect(apps[0]?.schemaWhy).toContain('@acme/db');
});

test('the only schema of a workspace serves an application that names no dependency', () => {
  const apps = appsOf({
    'apps/web/package.json': next('web'),
    'apps/web/app/page.tsx': page,
    'database/schema.prisma': schema(),
  });
  expect(apps[0]).toMatchObject({
    schema: 'database/schema.prisma',
    schemaWhy: 'database/schema.prisma, the only schema of the workspace',
  });
});

test("the schema of another application is not one's own", () => {
  const apps = appsOf({
    'apps/web/package.json': next('web'),
    'apps/web/app/page.tsx': page,
    'apps/web/prisma/schema.prisma': schema(),
    'apps/marketing/package.json': next('marketing'),
    'apps/marketing/app/page.tsx': page,
  });
  expect(apps.map(({ name, schema: id }) => [name, id])).toEqual([
    ['marketing', undefined],
    ['web', 'apps/web/prisma/schema.prisma'],
  ]);
});

test('two applications with two schemas', () => {
  const workspace = openWorkspace({
    'apps/a/package.json': next('a'),
    'apps/a/app/page.tsx': page,
    'apps/a/prisma/schema.prisma': schema('../gen', 'Apple'),
    'apps/b/package.json': next('b'),
    'apps/b/app/page.tsx': page,
    'apps/b/prisma/schema.prisma': schema('../gen', 'Bean'),
  });
  expect(workspace.schema('apps/a/app/page.tsx')?.modelOf('apple')?.name).toBe('Apple');
  expect(workspace.schema('apps/b/app/page.tsx')?.modelOf('apple')).toBeUndefined();
});

test('prisma.config.ts names the schema and the migrations', () => {
  const workspace = openWorkspace({
    'package.json': next('shop'),
    'app/page.tsx': page,
    'prisma.config.ts':
      "import path from 'node:path';\nexport default defineConfig({ schema: path.join('db', 'schema.prisma'), migrations: { path: 'db/history' } });",
    'prisma/schema.prisma': schema(),
    'db/schema.prisma': schema(),
    'db/history/1_init/migration.sql': 'SELECT 1;',
  });
  expect(workspace.project.apps('')[0]).toMatchObject({
    schema: 'db/schema.prisma',
    schemaWhy: 'db/schema.prisma, named by prisma.config.ts',
  });
  expect(workspace.project.schemaRoots('').find(({ id }) => id === 'db/schema.prisma')?.migrations).toBe(
    'db/history',
  );
});
