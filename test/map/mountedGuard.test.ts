/** Who gets to the routes behind `export const GET = handle(app)`. */
import { expect, test } from 'vitest';
import { covers, joined, passes } from '../../src/map/routerPaths.ts';
import type { Files } from '../kit/fixture.ts';
import { notes, open } from './kit.ts';

const IMPORTS = `import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { cors } from 'hono/cors';
import { every } from 'hono/combine';
import { createMiddleware } from 'hono/factory';
import { handle } from 'hono/vercel';
import { other } from 'other';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { addNote, listNotes } from '@/lib/services/note.service';
const list = async (c) => c.json(await listNotes(''));
const signedIn = async (c, next) => {
  const session = await auth();
  if (!session?.user) return c.json({ error: 'Sign in' }, 401);
  c.set('user', session.user);
  await next();
};
const passes = async (c, next) => { console.log(c.req.path); await next(); };
`;

/** Guard states of GET and POST of one app. */
async function guards(code: string, more: Files = {}): Promise<{ get?: string; post?: string }> {
  const { engine } = await open({
    ...notes,
    ...more,
    'app/api/[...route]/route.ts': `${IMPORTS}${code}
export const GET = handle(app);
export const POST = handle(app);
`,
  });
  const entries = engine.map().apps[0]?.entries ?? [];
  const of = (name: string): string | undefined =>
    entries.find(({ id }) => id.endsWith(`route.ts#${name}`))?.guard;
  return { get: of('GET'), post: of('POST') } as { get?: string; post?: string };
}

const get = async (code: string, more?: Files): Promise<string | undefined> =>
  (await guards(`const app = new Hono();\n${code}`, more)).get;

test('middleware guards what is registered after it', async () => {
  expect(await get("app.use('*', signedIn);\napp.get('/notes', list);")).toBe('guarded');
  expect(await get("app.use(signedIn);\napp.get('/notes', list);")).toBe('guarded');
  expect(await get("app.get('/notes', list);\napp.use('*', signedIn);")).toBe('unguarded');
  expect(await get("app.use('*', signedIn);\napp.get('/a', list);")).toBe('guarded');
  expect(await get("app.use('/notes/*', signedIn);\napp.get('/notes', list);")).toBe('guarded');
  expect(await get("app.use('/other/*', signedIn);\napp.get('/notes', list);")).toBe('unguarded');
  expect(await get("app.use('/notes', signedIn);\napp.get('/notes/:id', list);")).toBe('unguarded');
});

test('one open route among guarded ones leaves the export open', async () => {
  expect(await get("app.get('/a', signedIn, list);\napp.get('/b', list);")).toBe('unguarded');
  expect(await get("app.get('/a', signedIn, list);\napp.get('/b', (c) => c.text('hello'));")).toBe('guarded');
});

test('an export serves only what is registered for its method', async () => {
  expect(
    await guards(`const app = new Hono();
app.get('/notes', list);
app.post('/notes', signedIn, async (c) => c.json(await addNote('', '')));`),
  ).toEqual({ get: 'unguarded', post: 'guarded' });
  expect(await guards(`const app = new Hono().use(signedIn).get('/notes', list).all('/all', list);`)).toEqual(
    { get: 'guarded', post: 'guarded' },
  );
});

test('what refuses nobody changes nothing, and what may refuse leaves it unknown', async () => {
  expect(await get("app.use('*', passes, cors());\napp.get('/notes', list);")).toBe('unguarded');
  expect(await get("app.use('*', other());\napp.get('/notes', list);")).toBe('unknown');
  const closed = 'async (c, next) => { if (process.env.CLOSED) return c.text("no", 503); await next(); }';
  expect(await get(`app.use('*', ${closed});\napp.get('/notes', list);`)).toBe('unknown');
  expect(await get(`app.use('*', ${closed}, signedIn);\napp.get('/notes', list);`)).toBe('guarded');
  const half = 'async (c, next) => { if (await auth()) return next(); return other(c, next); }';
  expect(await get(`app.use('*', ${half});\napp.get('/notes', list);`)).toBe('unknown');
  expect(await get("if (process.env.SAFE) app.use('*', signedIn);\napp.get('/notes', list);")).toBe(
    'unknown',
  );
});

test('checks of the library know the caller, unless they are given a function that never says no', async () => {
  expect(await get("app.get('/notes', bearerAuth({ token: 'x' }), list);")).toBe('guarded');
  const verify = (code: string): string =>
    `app.get('/notes', bearerAuth({ verifyToken: async (token) => ${code} }), list);`;
  expect(await get(verify('(await prisma.user.findUnique({ where: { id: token } })) !== null'))).toBe(
    'guarded',
  );
  expect(await get(verify('true'))).toBe('unknown');
  const key = "bearerAuth({ token: 'x' })";
  const made = 'createMiddleware(async (c, next) => { await prisma.note.deleteMany({}); await next(); })';
  expect(await get(`app.get('/notes', every(${key}, ${made}), list);`)).toBe('guarded');
  expect(await get(`app.get('/notes', every(${made}, ${key}), list);`)).toBe('unguarded');
  const handsOn = (code: string): string =>
    `app.use(async (c, next) => { ${code} });\napp.get('/notes', list);`;
  expect(await get(handsOn(`if (process.env.K) return ${key}(c, next); return c.text('no', 500);`))).toBe(
    'guarded',
  );
  expect(await get(handsOn(`if (process.env.K) return ${key}(c, next); await next();`))).toBe('unknown');
});

test('paths that a guard lets on are open, and no others', async () => {
  const guard = `app.use('*', async (c, next) => {
  if (c.req.path.startsWith('/api/docs') || c.req.path === '/api/health') return next();
  const session = await auth();
  if (!session?.user) return c.json({ error: 'Sign in' }, 401);
  await next();
});`;
  const at = async (path: string): Promise<string | undefined> =>
    (await guards(`const app = new Hono().basePath('/api');\n${guard}\napp.get('${path}', list);`)).get;
  expect(await at('/notes')).toBe('guarded');
  expect(await at('/health')).toBe('unguarded');
  expect(await at('/docs/all')).toBe('unguarded');
  expect(await at('/:name')).toBe('unknown');
});

test('routers inside of others have the middleware before them and their own', async () => {
  const people = (use: string): Files => ({
    'server/people.ts': `import { Hono } from 'hono';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
const people = new Hono();
${use}
people.get('/', async (c) => c.json(await prisma.user.findMany({ take: 5 })));
export default people;
`,
  });
  const own = `people.use('*', async (c, next) => { if (!(await auth())) return c.text('no', 401); await next(); });`;
  const route = "app.route('/people', people);";
  const load = "import people from '@/server/people';\n";
  expect(await get(`${load}${route}`, people(''))).toBe('unguarded');
  expect(await get(`${load}${route}`, people(own))).toBe('guarded');
  expect(await get(`${load}app.use('*', signedIn);\n${route}`, people(''))).toBe('guarded');
  expect(await get(`${load}${route}\napp.use('*', signedIn);`, people(''))).toBe('unguarded');
  expect(await get(`${load}${route}\napp.get('/people-of/all', list);`, people(own))).toBe('unguarded');
});

test('functions that make a router and those that it is handed to are followed', async () => {
  const app = (use: string): string => `import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
function make() {
  const app = new OpenAPIHono().basePath('/api');
  ${use}
  return app;
}
const route = createRoute({ method: 'get', path: '/notes/{id}' });
function reads(on: OpenAPIHono) { on.openapi(route, list); }
const app = make();
reads(app);`;
  expect((await guards(app("app.use('/notes/*', signedIn);"))).get).toBe('guarded');
  expect((await guards(app(''))).get).toBe('unguarded');
  expect((await guards(`${app('')}\napp.use('*', signedIn);`)).get).toBe('unguarded');
  expect((await guards(app("if (process.env.OPEN) return app;\n  app.use('*', signedIn);"))).get).toBe(
    'unknown',
  );
});

test('what cannot be followed to its end is not known', async () => {
  expect(await get("app.use('*', signedIn);\napp.get('/notes', list);\napp.mount('/x', other);")).toBe(
    'unknown',
  );
  expect(await get("app.get('/a', signedIn, list);\nexport function later() { app.get('/b', list); }")).toBe(
    'unknown',
  );
  const named = "const more = app.get('/a', signedIn, list);";
  expect(await get(named)).toBe('guarded');
  expect(await get(`${named}\nmore.get('/b', list);`)).toBe('unknown');
  expect(
    await get("app.get('/a', signedIn, list);\nconst v1 = app.basePath('/v1');\nv1.get('/b', list);"),
  ).toBe('unknown');
  expect(await get("app.get('/a', signedIn);\napp.get('/a', list);")).toBe('unknown');
});

test('patterns hold for whole segments', () => {
  expect(joined('/api/', 'notes')).toBe('/api/notes');
  expect(covers('/api/*', '/api')).toBe('yes');
  expect(covers('/api/:a', '/api/x')).toBe('yes');
  expect(covers('/api/a*', '/api/ab')).toBe('maybe');
  expect(covers('/api/no', '/api/notes')).toBe('no');
  expect(covers('/api/x', '/api/:a')).toBe('no');
  expect(covers(undefined, '/api')).toBe('maybe');
  expect(passes({ is: 'prefix', to: '/a/b' }, '/a/:x')).toBe('maybe');
  expect(passes({ is: 'prefix', to: '/a/b' }, '/a/c')).toBe('no');
});
