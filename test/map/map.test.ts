import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import type { MapApp, MapEntry } from '../../src/map/model.ts';
import type { AppName } from '../apps/install.mjs';
import { openApp } from '../kit/apps.ts';
import { openFiles } from '../kit/check.ts';
import type { Files } from '../kit/fixture.ts';
import { notes, open as openNotes } from './kit.ts';

const apps = new Map<AppName, Engine>();

beforeAll(async () => {
  for (const name of ['shop', 'shop-twin', 'monorepo'] as const) apps.set(name, (await openApp(name)).engine);
});

function mapOf(name: AppName, root = ''): MapApp {
  const app = apps
    .get(name)
    ?.map()
    .apps.find((candidate) => candidate.root === root);
  if (!app) throw new Error(`no app ${root} in ${name}`);
  return app;
}

function entry(app: MapApp, id: string): MapEntry {
  const found = app.entries.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no entry ${id}`);
  return found;
}

const guards = (app: MapApp, kind: MapEntry['kind']) =>
  Object.fromEntries(
    app.entries
      .filter((item) => item.kind === kind)
      .map((item) => [`${item.file}#${item.kind === 'route' ? item.method : item.label}`, item.guard]),
  );

test('ids are unique, ranges lie inside of their declarations, order is by kind and place', () => {
  for (const name of apps.keys())
    for (const app of apps.get(name)?.map().apps ?? []) {
      expect(new Set(app.entries.map(({ id }) => id)).size).toBe(app.entries.length);
      for (const item of app.entries) expect(item.end).toBeGreaterThanOrEqual(item.start);
      const ids = new Set(app.entries.map(({ id }) => id));
      for (const edge of app.edges) expect([ids.has(edge.from), ids.has(edge.to)]).toEqual([true, true]);
    }
});

test('the same workspace gives the same map', async () => {
  const again = (await openApp('shop')).engine.map();
  expect(JSON.stringify(again)).toBe(JSON.stringify(apps.get('shop')?.map()));
});

test('every action of the shop is guarded or signs people in', () => {
  expect(guards(mapOf('shop'), 'action')).toEqual({
    'lib/actions/admin.actions.ts#setRole': 'guarded',
    'lib/actions/auth.actions.ts#login': 'public',
    'lib/actions/auth.actions.ts#logout': 'public',
    'lib/actions/order.actions.ts#placeOrder': 'guarded',
    'lib/actions/order.actions.ts#cancelOrder': 'guarded',
    'lib/actions/product.actions.ts#createProduct': 'guarded',
    'lib/actions/product.actions.ts#archiveProduct': 'guarded',
    'lib/actions/review.actions.ts#writeReview': 'guarded',
    'lib/actions/team.actions.ts#createTeam': 'guarded',
    'lib/actions/team.actions.ts#addMember': 'guarded',
    'lib/actions/team.actions.ts#removeMember': 'guarded',
  });
});

test('routes: method and path, sessions, secrets and the auth library', () => {
  const app = mapOf('shop');
  expect(
    app.entries.filter(({ kind }) => kind === 'route').map(({ label, guard }) => [label, guard]),
  ).toEqual([
    ['GET /api/auth/[...nextauth]', 'public'],
    ['POST /api/auth/[...nextauth]', 'public'],
    ['POST /api/cron/expire-orders', 'guarded'],
    ['POST /api/inventory', 'guarded'],
    ['GET /api/orders/[id]', 'guarded'],
    ['GET /api/orders', 'guarded'],
    ['GET /api/products', 'public'],
    ['POST /api/webhooks/payments', 'guarded'],
  ]);
  expect(entry(app, 'route:app/api/webhooks/payments/route.ts#POST').guardDetail).toMatch(
    /^signature: verifySignature\(\)/,
  );
});

test('an action says what it validates, touches and revalidates, and through whom', () => {
  const app = mapOf('shop');
  expect(entry(app, 'action:lib/actions/order.actions.ts#placeOrder')).toMatchObject({
    label: 'placeOrder',
    guardDetail: 'requireUser() → auth() reads the session → stops here otherwise',
    reads: ['Product'],
    writes: ['Order', 'OrderItem', 'Product'],
    validation: ['placeOrderSchema'],
    revalidates: ['/orders'],
    transaction: true,
  });
  expect(
    app.edges
      .filter(
        ({ from, to }) =>
          from.endsWith('#placeOrder') || (to.startsWith('action:') && to.endsWith('#placeOrder')),
      )
      .map(({ kind, from, to }) => `${from} ${kind} ${to}`),
  ).toEqual([
    'action:lib/actions/order.actions.ts#placeOrder calls service:lib/services/order.service.ts#placeOrder',
    'action:lib/actions/order.actions.ts#placeOrder revalidates page:app/orders/page.tsx#default',
    'action:lib/actions/order.actions.ts#placeOrder validates validation:lib/validations/order.ts#placeOrderSchema',
    'guard:lib/auth-guards.ts#requireUser guards action:lib/actions/order.actions.ts#placeOrder',
    'page:app/products/[slug]/page.tsx#default calls action:lib/actions/order.actions.ts#placeOrder',
    'service:lib/services/order.service.ts#placeOrder reads model:prisma/schema.prisma#Product',
    'service:lib/services/order.service.ts#placeOrder writes model:prisma/schema.prisma#Order',
    'service:lib/services/order.service.ts#placeOrder writes model:prisma/schema.prisma#OrderItem',
    'service:lib/services/order.service.ts#placeOrder writes model:prisma/schema.prisma#Product',
  ]);
});

test('roles, action clients and wrappers', () => {
  const app = mapOf('shop');
  expect(entry(app, 'action:lib/actions/product.actions.ts#createProduct').roles).toEqual(['ADMIN', 'STAFF']);
  expect(entry(app, 'page:app/admin/page.tsx#default').roles).toEqual(['ADMIN']);
  expect(entry(app, 'action:lib/actions/review.actions.ts#writeReview').validation).toEqual([
    'writeReviewSchema',
  ]);
  expect(app.entries.filter(({ kind }) => kind === 'guard').map(({ label }) => label)).toEqual([
    'requireUser',
    'requireAdmin',
    'currentUserOrError',
    'authActionClient',
    'verifySignature',
    'hasBearer',
    'withAuth',
  ]);
});

test('services: cached ones, callers, methods that a client extension adds', () => {
  const app = mapOf('shop');
  expect(entry(app, 'service:lib/services/order.service.ts#listOrders')).toMatchObject({
    cached: true,
    callers: 2,
    reads: ['Order'],
  });
  expect(entry(app, 'service:lib/services/team.service.ts#isTeamOwner').callers).toBe(2);
  expect(entry(app, 'service:lib/services/product.service.ts#archiveProduct').callers).toBe(1);
});

test('models: key, owner, relations, soft delete', () => {
  const app = mapOf('shop');
  expect(entry(app, 'model:prisma/schema.prisma#OrderItem')).toMatchObject({
    key: ['id'],
    owner: 'order.user',
    relations: ['order: Order', 'product: Product'],
  });
  expect(entry(app, 'model:prisma/schema.prisma#Membership')).toMatchObject({
    key: ['teamId', 'userId'],
    owner: 'userId',
  });
  expect(entry(app, 'model:prisma/schema.prisma#Product').softDelete).toBe('deletedAt');
  expect(entry(app, 'model:prisma/schema.prisma#User').owner).toBeUndefined();
});

test('variables of the environment and migrations', () => {
  const app = mapOf('shop');
  expect(entry(app, 'env:lib/env.ts#NODE_ENV')).toMatchObject({ optional: true, scope: 'server' });
  expect(entry(app, 'env:lib/env.ts#NEXT_PUBLIC_APP_URL').scope).toBe('client');
  const twin = mapOf('shop-twin').entries.filter(({ kind }) => kind === 'migration');
  expect(twin.find(({ label }) => label.endsWith('_drop_wishes'))).toMatchObject({
    isNew: true,
    destructive: ['drop table'],
  });
  expect(twin.find(({ label }) => label.endsWith('_init'))?.isNew).toBeUndefined();
});

test('the twin: what nobody guards is told, and why', () => {
  const app = mapOf('shop-twin');
  const open = app.entries
    .filter(({ guard, kind }) => guard === 'unguarded' && kind === 'action')
    .map(({ label }) => label);
  expect(open).toEqual(
    expect.arrayContaining([
      'removeUser',
      'clearReviews',
      'cancelOrder',
      'updateProduct',
      'deleteAccount',
      'listMembers',
    ]),
  );
  expect(open).not.toEqual(expect.arrayContaining(['placeOrder']));
  expect(entry(app, 'action:lib/actions/product.actions.ts#updateProduct').guardDetail).toContain(
    'not awaited',
  );
  expect(entry(app, 'action:app/admin/page.tsx#removeUser')).toMatchObject({
    inline: true,
    guard: 'unguarded',
  });
});

test('a monorepo: one map an app, with the packages that it uses', () => {
  const web = mapOf('monorepo', 'apps/web');
  const admin = mapOf('monorepo', 'apps/admin');
  expect(web.entries.some(({ id }) => id === 'service:packages/db/src/queries.ts#allProducts')).toBe(true);
  expect(admin.entries.some(({ id }) => id === 'service:packages/db/src/queries.ts#allProducts')).toBe(false);
  expect(admin.entries.filter(({ kind }) => kind === 'guard').map(({ id }) => id)).toEqual([
    'guard:packages/auth/src/guards.ts#assertStaff',
  ]);
  for (const app of [web, admin])
    expect(app.entries.some(({ id }) => id === 'model:packages/db/prisma/schema.prisma#Order')).toBe(true);
  expect(guards(web, 'action')).toMatchObject({
    'apps/web/src/lib/actions/order.actions.ts#payOrder': 'unguarded',
    'apps/web/src/lib/actions/order.actions.ts#cancelOrder': 'guarded',
  });
});

test('public on purpose by tag, two inline actions of one name, broken files', async () => {
  const engine = await openFiles({
    'package.json': '{"name":"x","dependencies":{"next":"16.0.0"}}',
    'prisma/schema.prisma': 'model User { id String @id }\nmodel Note { id Int @id\n text String }',
    'lib/db.ts':
      "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
    'app/actions.ts':
      "'use server';\nimport { prisma } from '@/lib/db';\n/** Guest book.\n * @public */\nexport async function sign(text: string) { await prisma.note.create({ data: { text } }); }\n",
    'app/page.tsx':
      "import { prisma } from '@/lib/db';\nexport default function Page() {\n  const a = () => { const save = async () => { 'use server'; await prisma.note.deleteMany(); }; return save; };\n  const b = () => { const save = async () => { 'use server'; await prisma.note.count(); }; return save; };\n  return <form action={a()}>{String(b)}</form>;\n}\n",
    'app/broken.ts': "'use server';\nexport async function half(",
  });
  const [app] = engine.map().apps;
  const actions = app?.entries
    .filter(({ kind, file }) => kind === 'action' && file !== 'app/broken.ts')
    .map(({ id, guard }) => [id, guard]);
  expect(actions).toEqual([
    ['action:app/actions.ts#sign', 'public'],
    ['action:app/page.tsx#save', 'unguarded'],
    ['action:app/page.tsx#save~2', 'public'],
  ]);
});

test('after edits the map is that of a new engine, places included', async () => {
  const { engine } = await openNotes();
  const now: Files = { ...notes };
  const service = 'lib/services/note.service.ts';
  const schema = 'prisma/schema.prisma';
  const edits: [string, (text: string) => string][] = [
    [service, (text) => `// one\n// two\n${text}`],
    [service, (text) => text.replace('take: 20', 'take: 30')],
    [service, (text) => text.replace('listNotes', 'everyNote')],
    [service, (text) => text.replace('// one\n', '')],
    [service, (text) => text.replace('prisma.note.create', 'prisma.user.create')],
    [schema, (text) => text.replace('model User', '\n\nmodel User')],
    [schema, (text) => text.replace('text String', 'text String\n  more Int?')],
    ['app/api/notes/route.ts', (text) => `${text}\nexport async function POST() {}\n`],
    ['app/page.tsx', (text) => text.replace('null', '<p />')],
  ];
  engine.map();
  for (const [file, edit] of edits) {
    const text = edit(now[file] ?? '');
    now[file] = text;
    engine.update([{ file, text }]);
    expect(engine.map(), file).toEqual((await openNotes(now)).engine.map());
  }
});
