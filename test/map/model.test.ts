/** Facts of the map beyond who guards what, and that it is kept from one edit to the next. */
import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import type { MapApp, MapEntry } from '../../src/map/model.ts';
import { openApp } from '../kit/apps.ts';
import { openFiles } from '../kit/check.ts';
import { notes } from './kit.ts';

let shop: Engine;
beforeAll(async () => {
  shop = (await openApp('shop')).engine;
});

const appOf = (engine: Engine): MapApp => {
  const [app] = engine.map().apps;
  if (!app) throw new Error('no app');
  return app;
};
const entry = (engine: Engine, id: string): MapEntry => {
  const found = appOf(engine).entries.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no entry ${id}`);
  return found;
};

test('the overview: stack, places, sessions, roles, owners', () => {
  expect(appOf(shop).overview).toEqual({
    router: 'app',
    next: '16',
    database: 'postgresql',
    schema: 'prisma/schema.prisma',
    auth: {
      engine: 'Auth.js v5',
      files: ['auth.ts'],
      strategy: 'jwt',
      session: ['user.email', 'user.id', 'user.image', 'user.name', 'user.role'],
      roles: ['CUSTOMER', 'STAFF', 'ADMIN'],
    },
    actions: 'lib/actions',
    services: 'lib/services',
    validations: 'lib/validations',
    env: ['lib/env.ts'],
    client: ['lib/db.ts'],
    result: '{ success, data, error: { message, code } }',
    session: 'auth of auth.ts',
    userModel: 'User',
    ownerKeys: ['userId'],
    tenants: ['Team'],
  });
});

test('models: columns that matter, keys to others, indexes', () => {
  expect(entry(shop, 'model:prisma/schema.prisma#Review')).toMatchObject({
    fields: ['id: String', 'productId: String', 'userId: String?', 'rating: Int', 'body: String'],
    foreignKeys: ['productId → Product', 'userId → User'],
    indexes: expect.arrayContaining(['unique (productId, userId)']),
  });
});

test('services: how long their lists get; actions and routes: what they answer and call', () => {
  expect(entry(shop, 'service:lib/services/category.service.ts#listCategories').list).toBe('lookup');
  expect(entry(shop, 'service:lib/services/order.service.ts#listOrders').list).toBe('bounded');
  expect(entry(shop, 'action:lib/actions/order.actions.ts#cancelOrder')).toMatchObject({
    result: '{ success, error?, data? }',
    calls: ['service:lib/services/order.service.ts#cancelOrder'],
  });
  expect(entry(shop, 'route:app/api/orders/route.ts#GET').result).toBe('{ items, total } · 400 · 401 · 500');
});

test('the proxy and its matchers; keys of schemas', () => {
  expect(entry(shop, 'proxy:proxy.ts#proxy').matchers).toEqual([
    '/((?!api|_next/static|_next/image|favicon.ico).*)',
  ]);
  expect(entry(shop, 'validation:lib/validations/review.ts#writeReviewSchema').fields).toEqual([
    'productId',
    'rating',
    'body',
  ]);
});

test('an edit computes the drafts of its own file anew, and places follow moved lines', async () => {
  const { engine } = await openApp('shop');
  const file = 'lib/services/team.service.ts';
  const id = `service:${file}#getTeam`;
  const before = entry(engine, id);
  const computed = (): number => engine.computations().get('mapDrafts') ?? 0;
  const text = engine.text(file) ?? '';
  const count = computed();
  engine.update([{ file, text: `\n\n${text}` }]);
  expect(entry(engine, id).range.start.line).toBe(before.range.start.line + 2);
  expect(computed()).toBe(count);
  engine.update([{ file, text: `${text}\nexport const another = 1;\n` }]);
  expect(entry(engine, id).range).toEqual(before.range);
  expect(computed() - count).toBeLessThan(5);
});

test('matchers in any form, methods, default exports, a proxy of Auth.js', async () => {
  const engine = await openFiles({
    'package.json': '{"dependencies":{"next":"^16.0.1","next-auth":"5.0.0-beta.30"}}',
    'app/page.tsx': 'export default function Page() { return null; }\n',
    'proxy.ts':
      "import NextAuth from 'next-auth';\nexport default NextAuth({ providers: [] }).auth;\nexport const config = { matcher: ['/a/:path*', { source: '/b', has: [] }] };\n",
    'prisma/schema.prisma':
      'datasource db {\n  provider = "postgresql"\n}\nmodel User {\n  id String @id\n  email String @unique\n  createdAt DateTime\n}\n',
    'lib/db.ts':
      "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
    'lib/services/user.ts':
      "import { prisma } from '../db';\nexport class Users {\n  async all() { return prisma.user.findMany(); }\n}\n",
  });
  expect(entry(engine, 'proxy:proxy.ts#default').matchers).toEqual(['/a/:path*', '/b']);
  expect(entry(engine, 'model:prisma/schema.prisma#User').fields).toEqual(['id: String', 'email: String']);
  expect(appOf(engine).overview).toMatchObject({ next: '16', database: 'postgresql' });
});

test('what a list gives to $transaction runs in one, too', async () => {
  const engine = await openFiles({
    ...notes,
    'lib/services/batch.service.ts': `import { prisma } from '@/lib/db';
export async function both(id: string) {
  await prisma.$transaction([prisma.note.deleteMany({ where: { userId: id } }), prisma.user.delete({ where: { id } })]);
}
export async function apart(id: string) {
  await Promise.all([prisma.note.deleteMany({ where: { userId: id } }), prisma.user.delete({ where: { id } })]);
}
`,
  });
  const service = (name: string) => entry(engine, `service:lib/services/batch.service.ts#${name}`);
  expect(service('both').transaction).toBe(true);
  expect(service('apart').transaction).toBeUndefined();
});
