import { expect, test } from 'vitest';
import { routePath, samePath } from '../../src/project/routePath.ts';

const app = (root = '') => ({
  root,
  name: 'x',
  src: '',
  router: 'app' as const,
  why: [],
  schema: undefined,
  schemaWhy: undefined,
});

test.each([
  ['app/page.tsx', '/'],
  ['app/(shop)/orders/[id]/page.tsx', '/orders/[id]'],
  ['src/app/api/[...all]/route.ts', '/api/[...all]'],
  ['app/@modal/(.)photo/[id]/page.tsx', '/photo/[id]'],
  ['app/(..)(..)feed/page.tsx', '/feed'],
  ['app/[[...slug]]/page.js', '/[[...slug]]'],
  ['pages/index.tsx', '/'],
  ['pages/api/posts/[id].ts', '/api/posts/[id]'],
  ['pages/blog/index.tsx', '/blog'],
  ['lib/page.tsx', undefined],
])('%s', (file, path) => {
  expect(routePath(app(), file)).toBe(path);
});

test('an app below the root', () => {
  expect(routePath(app('apps/web'), 'apps/web/src/app/a/route.ts')).toBe('/a');
});

test('a revalidated path with a variable part is that of the page with a parameter there', () => {
  expect(samePath('/teams/[…]', '/teams/[teamId]')).toBe(true);
  expect(samePath('/teams/[teamId]', '/teams/[teamId]')).toBe(true);
  expect(samePath('/teams/[…]', '/teams/new')).toBe(false);
  expect(samePath('/teams', '/teams/[teamId]')).toBe(false);
});
