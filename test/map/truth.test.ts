/** Facts of the map that reading real applications showed to be wrong once. */
import { expect, test } from 'vitest';
import type { MapEntry } from '../../src/map/model.ts';
import type { Files } from '../kit/fixture.ts';
import { notes, open } from './kit.ts';

/** The entry with an id's end, in the app of `notes` with more files. */
async function entry(files: Files, end: string): Promise<MapEntry | undefined> {
  const { engine } = await open({ ...notes, ...files });
  return engine.map().apps[0]?.entries.find(({ id }) => id.endsWith(end));
}

const admin = `  const session = await auth();
  if (!session?.user) return Response.json({ error: 'Sign in' }, { status: 401 });
  if (session.user.role !== 'ADMIN') return Response.json({ error: 'No' }, { status: 403 });
`;

test('a handler that touches no data is guarded when it answers with more than a refusal only after a check', async () => {
  const route = (check: string): Files => ({
    'app/api/load/route.ts': `import { NextResponse } from 'next/server';
import { auth } from '@/auth';
import os from 'node:os';
export async function GET() {
  try {
${check.replaceAll('Response.json', 'NextResponse.json')}    return NextResponse.json({ load: os.loadavg() });
  } catch (error) {
    console.error(error);
    return NextResponse.json({ error: 'Broken' }, { status: 500 });
  }
}
`,
  });
  expect(await entry(route(admin), 'load/route.ts#GET')).toMatchObject({
    guard: 'guarded',
    roles: ['ADMIN'],
  });
  expect(await entry(route(''), 'load/route.ts#GET')).toMatchObject({ guard: 'public' });
});

test('a role is told also where the rows behind it belong to nobody', async () => {
  const found = await entry(
    {
      'prisma/schema.prisma': `${notes['prisma/schema.prisma']}\nmodel Plugin {\n  id String @id\n}\n`,
      'app/admin/page.tsx': `import { redirect } from 'next/navigation';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
export default async function Page() {
  const session = await auth();
  if (!session?.user) redirect('/login');
  if (session.user.role !== 'ADMIN') redirect('/');
  return <p>{(await prisma.plugin.findMany({ take: 5 })).length}</p>;
}
`,
    },
    'app/admin/page.tsx#default',
  );
  expect(found).toMatchObject({ guard: 'guarded', roles: ['ADMIN'], reads: ['Plugin'] });
});

test('a model without `@id` is known by its first unique criterion', async () => {
  const models = `${notes['prisma/schema.prisma']}
model Token {
  note  String
  token String @unique
}
model Pair {
  code String @unique
  a    String
  b    String
  @@id([a, b])
}
model Later {
  code String @unique
  id   String @id
}
model Both {
  a String
  b String
  @@unique([a, b])
}
`;
  for (const [model, key] of Object.entries({
    Token: ['token'],
    Pair: ['a', 'b'],
    Later: ['id'],
    Both: ['a', 'b'],
  }))
    expect(await entry({ 'prisma/schema.prisma': models }, `#${model}`)).toMatchObject({ key });
});

test('a schema that a helper parses with is the one that its caller hands over', async () => {
  const helper = `import type { ZodType } from 'zod';
export function validate(schema: ZodType, data: unknown) { return schema.parse(data); }
export const action = ({ input, handler }: { input: ZodType; handler: (data: unknown) => Promise<void> }) =>
  async (data: unknown) => handler(input.parse(data));
`;
  const file = 'lib/actions/two.actions.ts';
  const text = `'use server';
import { z } from 'zod';
import { action, validate } from '@/lib/validate';
import { noteSchema } from '@/lib/actions/note.actions';
const other = z.object({ id: z.string() });
export async function one(data: unknown) { validate(noteSchema, data); }
export const two = action({ input: other, handler: async () => {} });
export async function three(data: unknown) { z.object({ a: z.string() }).parse(data); }
export async function five(data: unknown) { noteSchema.partial().strict().parse(data); }
export async function four(schema: { parse(data: unknown): unknown }) { schema.parse(1); }
`;
  const files = { 'lib/validate.ts': helper, [file]: text };
  expect((await entry(files, `${file}#one`))?.validation).toEqual(['noteSchema']);
  expect((await entry(files, `${file}#two`))?.validation).toEqual(['other']);
  expect((await entry(files, `${file}#three`))?.validation).toEqual(['inline']);
  expect((await entry(files, `${file}#four`))?.validation).toBeUndefined();
  expect((await entry(files, `${file}#five`))?.validation).toEqual(['noteSchema']);
});

test('who asks for the session does not do what happens at a sign-in', async () => {
  const file = 'app/api/me/route.ts';
  const files = {
    'lib/session.ts': `import { getServerSession } from 'next-auth';
import { addNote } from '@/lib/services/note.service';
const options = (request: unknown) => ({
  callbacks: { async signIn() { await addNote('', String(request)); return true; } },
});
export const getSession = async (request: unknown) => getServerSession(options(request));
`,
    [file]: `import { getSession } from '@/lib/session';
import { listNotes } from '@/lib/services/note.service';
export async function GET(request: Request) {
  const session = await getSession(request);
  if (!session?.user?.id) return new Response(null, { status: 401 });
  return Response.json(await listNotes(session.user.id));
}
`,
  };
  const found = await entry(files, `${file}#GET`);
  expect(found).toMatchObject({ reads: ['Note'], calls: ['service:lib/services/note.service.ts#listNotes'] });
  expect(found?.writes).toBeUndefined();
});

test('a tag or path that has a name is told by its text', async () => {
  const file = 'lib/actions/tag.actions.ts';
  const found = await entry(
    {
      'lib/tags.ts': "export const NOTES = 'notes';\nexport const PATHS = { notes: '/notes' };\n",
      [file]: `'use server';
import { revalidatePath, updateTag } from 'next/cache';
import { NOTES, PATHS } from '@/lib/tags';
export async function renew(id: string) { updateTag(NOTES); revalidatePath(PATHS.notes); updateTag(id); }
`,
    },
    `${file}#renew`,
  );
  expect(found?.revalidates).toEqual(['/notes', 'tag:notes', 'tag:…']);
});

test('a list of people in the environment is a role', async () => {
  const file = 'lib/actions/owner.actions.ts';
  const text = (list: string): string => `'use server';
import { auth } from '@/auth';
import { addNote } from '@/lib/services/note.service';
export async function post() {
  const session = await auth();
  const people = ${list};
  if (!session?.user?.email || !people.includes(session.user.email)) return { error: 'No' };
  await addNote('', '');
}
`;
  expect(await entry({ [file]: text("process.env.ADMINS?.split(',') || []") }, '#post')).toMatchObject({
    roles: ['named in the environment'],
  });
  expect((await entry({ [file]: text("(await names()).split(',')") }, '#post'))?.roles).toBeUndefined();
});

test('a procedure is validated by its own schemas and by those of what it builds on', async () => {
  const file = 'server/routers/note.ts';
  const files = {
    'package.json': notes['package.json']?.replace('"zod"', '"@trpc/server":"11.0.0","zod"') ?? '',
    'server/trpc.ts': `import { initTRPC } from '@trpc/server';
import { teamSchema } from '@/server/schemas';
const t = initTRPC.create();
export const router = t.router;
export const teamProcedure = t.procedure.input(teamSchema);
`,
    'server/schemas.ts':
      "import { z } from 'zod';\nexport const teamSchema = z.object({ id: z.string() });\n",
    [file]: `import { z } from 'zod';
import { prisma } from '@/lib/db';
import { router, teamProcedure } from '@/server/trpc';
export const noteRouter = router({
  add: teamProcedure.input(z.object({ text: z.string() })).mutation(async () => prisma.note.create({ data: { text: '', userId: '' } })),
  all: teamProcedure.query(async () => prisma.note.findMany({ take: 5 })),
});
`,
  };
  expect((await entry(files, `${file}#add`))?.validation).toEqual(['inline', 'teamSchema']);
  expect((await entry(files, `${file}#all`))?.validation).toEqual(['teamSchema']);
});

test('whoever is looked up before a role is told is no access without the role', async () => {
  const page = (where: string): Files => ({
    'prisma/schema.prisma': notes['prisma/schema.prisma']?.replace('email ', 'role String\n  email ') ?? '',
    'app/people/page.tsx': `import { redirect } from 'next/navigation';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user?.id) redirect('/login');
  const user = await prisma.user.findUnique({ where: ${where} });
  if (user?.role !== 'ADMIN') redirect('/');
  return <p>{(await prisma.user.findMany({ take: 5 })).length}</p>;
}
`,
  });
  expect(await entry(page('{ id: session.user.id }'), 'people/page.tsx#default')).toMatchObject({
    guard: 'guarded',
    roles: ['ADMIN'],
  });
  expect((await entry(page('{ id: (await params).id }'), 'people/page.tsx#default'))?.roles).toBeUndefined();
});

test('a sign-up that asks first whether somebody is known is public', async () => {
  const found = await entry(
    {
      'app/api/join/route.ts': `import { hash } from 'bcryptjs';
import { prisma } from '@/lib/db';
const known = async (email: string) => prisma.user.findUnique({ where: { email } });
export async function POST(request: Request) {
  const { email, password } = await request.json();
  if (await known(email)) throw new Error('An account with this address exists');
  const user = await prisma.user.create({ data: { email, password: await hash(password, 12) } });
  return Response.json({ id: user.id });
}
`,
    },
    'join/route.ts#POST',
  );
  expect(found).toMatchObject({ guard: 'public', reads: ['User'], writes: ['User'] });
});

test('a procedure does what its middleware does', async () => {
  const found = await entry(
    {
      'package.json': notes['package.json']?.replace('"zod"', '"@trpc/server":"11.0.0","zod"') ?? '',
      'server/trpc.ts': `import { initTRPC } from '@trpc/server';
import { listNotes } from '@/lib/services/note.service';
import { prisma } from '@/lib/db';
const t = initTRPC.create();
export const router = t.router;
const known = t.middleware(async ({ ctx, next }) => {
  await prisma.user.findUnique({ where: { id: ctx.userId } });
  return next();
});
export const noteProcedure = t.procedure.use(known).use(async ({ ctx, next }) => next({ ctx: { notes: await listNotes(ctx.userId) } }));
`,
      'server/routers/note.ts': `import { router, noteProcedure } from '@/server/trpc';
export const noteRouter = router({ all: noteProcedure.query(async () => []) });
`,
    },
    'note.ts#all',
  );
  expect(found).toMatchObject({
    reads: ['Note', 'User'],
    calls: ['service:lib/services/note.service.ts#listNotes'],
  });
});

test('a route does what is registered on the router that it hands requests to', async () => {
  const files = {
    'server/people.ts': `import { Hono } from 'hono';
import { prisma } from '@/lib/db';
export default new Hono().get('/', async (c) => c.json(await prisma.user.findMany({ take: 5 })));
`,
    'app/api/[...route]/route.ts': `import { Hono } from 'hono';
import { handle } from 'hono/vercel';
import { zValidator } from '@hono/zod-validator';
import { noteSchema } from '@/lib/actions/note.actions';
import { addNote, listNotes } from '@/lib/services/note.service';
import people from '@/server/people';
const app = new Hono().basePath('/api');
app.get('/notes', async (c) => c.json(await listNotes('')));
app.post('/notes', zValidator('json', noteSchema), async (c) => c.json(await addNote('', c.req.valid('json').text)));
app.route('/people', people);
export const GET = handle(app);
export const POST = handle(app);
`,
  };
  const service = 'service:lib/services/note.service.ts';
  const get = await entry(files, 'route.ts#GET');
  expect(get).toMatchObject({ guard: 'unguarded', reads: ['Note', 'User'], calls: [`${service}#listNotes`] });
  expect(get?.validation).toBeUndefined();
  expect(await entry(files, 'route.ts#POST')).toMatchObject({
    writes: ['Note'],
    calls: [`${service}#addNote`],
    validation: ['noteSchema'],
  });
  expect(await entry(files, `${service}#listNotes`)).toMatchObject({ callers: 2 });
});

test('a page of the pages router does what its data function does', async () => {
  const page = (name: string): Files => ({
    'pages/notes.tsx': `import { auth } from '@/auth';
import { listNotes } from '@/lib/services/note.service';
export default function Notes({ notes }: { notes: { text: string }[] }) { return <p>{notes.length}</p>; }
export const ${name} = async () => {
  const session = await auth();
  if (!session?.user?.id) return { redirect: { destination: '/', permanent: false } };
  return { props: { notes: await listNotes(session.user.id) } };
};
`,
  });
  const service = 'service:lib/services/note.service.ts#listNotes';
  expect(await entry(page('getServerSideProps'), 'notes.tsx#default')).toMatchObject({
    label: '/notes',
    guard: 'guarded',
    reads: ['Note'],
    calls: [service],
  });
  expect(await entry(page('getServerSideProps'), service)).toMatchObject({ callers: 2 });
  expect(await entry(page('other'), 'notes.tsx#default')).toBeUndefined();
});

test('a route does what functions add to the router that they are handed', async () => {
  const files = {
    'server/app.ts': `import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
import { prisma } from '@/lib/db';
import { addNote, listNotes } from '@/lib/services/note.service';
function make() {
  const app = new OpenAPIHono().basePath('/api');
  app.use('*', async (c, next) => { await prisma.user.findFirst(); await next(); });
  return app;
}
export const app = make();
const list = createRoute({ method: 'get', path: '/notes' });
function reads(on: typeof app) { on.openapi(list, async (c) => c.json(await listNotes(''))); }
function writes(on: typeof app) { on.openapi(createRoute({ method: 'post', path: '/notes' }), async (c) => c.json(await addNote('', ''))); }
reads(app);
writes(app);
`,
    'app/api/[...route]/route.ts': `import { handle } from 'hono/vercel';
import { app } from '@/server/app';
export const GET = handle(app);
export const POST = handle(app);
`,
  };
  const service = 'service:lib/services/note.service.ts';
  const get = await entry(files, 'route.ts#GET');
  expect(get).toMatchObject({ reads: ['Note', 'User'], calls: [`${service}#listNotes`] });
  expect(get?.writes).toBeUndefined();
  expect(await entry(files, 'route.ts#POST')).toMatchObject({
    reads: ['User'],
    writes: ['Note'],
    calls: [`${service}#addNote`],
  });
});

test('middleware that a library makes of functions is followed', async () => {
  const found = await entry(
    {
      'app/api/[...route]/route.ts': `import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { every } from 'hono/combine';
import { createMiddleware } from 'hono/factory';
import { handle } from 'hono/vercel';
import { prisma } from '@/lib/db';
import { listNotes } from '@/lib/services/note.service';
const key = bearerAuth({ verifyToken: async (token) => (await prisma.user.findUnique({ where: { id: token } })) !== null });
const note = createMiddleware(async (c, next) => { await prisma.note.update({ where: { id: '' }, data: {} }); await next(); });
const app = new Hono();
app.get('/notes', every(key, note), async (c) => c.json(await listNotes('')));
export const GET = handle(app);
`,
    },
    'route.ts#GET',
  );
  expect(found).toMatchObject({ reads: ['Note', 'User'], writes: ['Note'] });
});

test('a raw statement is told by its first word', async () => {
  const file = 'lib/actions/raw.actions.ts';
  const found = await entry(
    {
      [file]: `'use server';
import { prisma } from '@/lib/db';
export async function raw(id: string) {
  await prisma.$executeRaw\`UPDATE "Note" SET text = \${id}\`;
  await prisma.$executeRaw\`DELETE FROM "User" WHERE id = \${id}\`;
}
`,
    },
    `${file}#raw`,
  );
  expect(found?.operations).toEqual({ Note: ['update'], User: ['delete'] });
});

test('what a page reads for its metadata counts for its guard', async () => {
  const found = await entry(
    {
      'app/note/[id]/page.tsx': `import { prisma } from '@/lib/db';
export async function generateMetadata({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return { title: (await prisma.note.findUnique({ where: { id } }))?.text };
}
export default function Page() { return null; }
`,
    },
    'page.tsx#default',
  );
  expect(found).toMatchObject({ guard: 'unknown', reads: ['Note'] });
  expect(found?.guardDetail).not.toContain('no data');
});

test('what `this` calls is followed in methods of a class, static or not', async () => {
  const file = 'lib/services/words.service.ts';
  const text = (prefix: string): string => `import { prisma } from '@/lib/db';
export class Words {
  ${prefix}async load() { return prisma.note.findMany({ take: 5 }); }
  ${prefix}async first() { const [word] = await this.load(); return word; }
  ${prefix}async all() { return Promise.all([1].map(async () => this.load())); }
}
export const words = new Words();
`;
  for (const [prefix, owner] of [
    ['static ', 'Words'],
    ['', 'words'],
  ] as const)
    for (const method of ['first', 'all'])
      expect(await entry({ [file]: text(prefix) }, `#${owner}.${method}`)).toMatchObject({
        reads: ['Note'],
        calls: [`service:${file}#${owner}.load`],
      });
});

test('a wrapper answers too, and an empty answer has no keys', async () => {
  const file = 'lib/actions/safe.actions.ts';
  const files = {
    'lib/safe.ts': `import type { ZodType } from 'zod';
export const safe = (schema: ZodType, handler: (data: unknown) => Promise<unknown>) => async (data: unknown) => {
  const parsed = schema.safeParse(data);
  if (!parsed.success) return { fieldErrors: parsed.error };
  return handler(parsed.data);
};
`,
    [file]: `'use server';
import { safe } from '@/lib/safe';
import { noteSchema } from '@/lib/actions/note.actions';
export const save = safe(noteSchema, async () => ({ data: 1 }));
`,
    'app/api/ping/route.ts':
      'export async function GET() { return Response.json({}); }\nexport async function POST() { return Response.json({}, { status: 202 }); }\n',
  };
  expect((await entry(files, `${file}#save`))?.result).toBe('{ fieldErrors?, data? }');
  expect((await entry(files, 'ping/route.ts#GET'))?.result).toBe('{}');
  expect((await entry(files, 'ping/route.ts#POST'))?.result).toBe('{} · 202');
});

test('all statuses are told, however many ways an answer has', async () => {
  const file = 'app/api/many/route.ts';
  const found = await entry(
    {
      [file]: `export async function POST(request: Request) {
  const { n } = await request.json();
  if (n === 1) return Response.json({ error: 'a' }, { status: 400 });
  if (n === 2) return Response.json({ error: 'b' }, { status: 401 });
  if (n === 3) return Response.json({ error: 'c' }, { status: 403 });
  if (n === 4) return Response.json({ error: 'd' }, { status: 404 });
  if (n === 5) return Response.json({ error: 'e' }, { status: 409 });
  if (n === 6) return Response.json({ error: 'f' }, { status: 422 });
  if (n === 7) return Response.json({ error: 'g' }, { status: 429 });
  if (n === 8) return Response.json({ error: 'h' });
  return Response.json({ error: 'i' }, { status: 500 });
}
`,
    },
    `${file}#POST`,
  );
  expect(found?.result).toBe('{ error } · 400 · 401 · 403 · 404 · 409 · 422 · 429 · 500');
});

test('a page whose components all ask for the session themselves is guarded, others are not known to be', async () => {
  const page = (guarded: boolean): Files => ({
    'app/list.tsx': `import { auth } from '@/auth';
import { prisma } from '@/lib/db';
export async function List() {
  const session = await auth();
  ${guarded ? 'if (!session?.user) return null;' : ''}
  return <p>{(await prisma.note.findMany({ where: { userId: session?.user?.id }, take: 5 })).length}</p>;
}
`,
    'app/list/page.tsx': `import { List } from '@/app/list';
export default function Page() { return <List />; }
`,
  });
  expect(await entry(page(true), 'list/page.tsx#default')).toMatchObject({
    guard: 'guarded',
    reads: ['Note'],
  });
  expect(await entry(page(false), 'list/page.tsx#default')).toMatchObject({ guard: 'unknown' });
});

test('a default export is called by its own name', async () => {
  const file = 'lib/services/own.service.ts';
  for (const text of [
    'async function load() { return prisma.note.findMany({ take: 5 }); }\nexport default load;\n',
    'export default async function load() { return prisma.note.findMany({ take: 5 }); }\n',
  ])
    expect(
      await entry({ [file]: `import { prisma } from '@/lib/db';\n${text}` }, `${file}#default`),
    ).toMatchObject({ label: 'load', reads: ['Note'] });
});

const greeting = `import { prisma } from '@/lib/db';
export async function Mine() { return <p>{(await prisma.note.findMany({ take: 3 })).length}</p>; }
`;
const shown = (before: string): Files => ({
  'components/mine.tsx': greeting,
  'app/mine/page.tsx': `import { auth } from '@/auth';
import { Mine } from '@/components/mine';
import { Away } from '@/components/away';
export default async function Page() {
  ${before}
  const session = await auth();
  if (!session?.user) return <Away to="/" />;
  return <main><Mine /></main>;
}
`,
  'components/away.tsx': `'use client';
export function Away({ to }: { to: string }) { return <a href={to}>away</a>; }
`,
});

test('what a page shows only after a check is guarded by it', async () => {
  expect(await entry(shown(''), 'mine/page.tsx#default')).toMatchObject({
    guard: 'guarded',
    guardKind: 'session',
    reads: ['Note'],
  });
  const early = 'if (process.env.DEMO) return <Mine />;';
  expect(await entry(shown(early), 'mine/page.tsx#default')).toMatchObject({ guard: 'unknown' });
});

test('a schema that parses stored rows or answers of other servers is no schema of input', async () => {
  const file = 'lib/actions/place.actions.ts';
  const files = (more: string): Files => ({
    'lib/place.ts': `import { z } from 'zod';
export const placeSchema = z.object({ street: z.string() });
export const answerSchema = z.object({ ok: z.boolean() });
export function parsePlace(raw: unknown, name: string) {
  const parsed = placeSchema.safeParse(raw);
  return parsed.success ? { ...parsed.data, name } : null;
}
export async function ask(key: string) {
  const answer = await fetch('https://example.com/' + key);
  return answerSchema.parse(await answer.json());
}
`,
    [file]: `'use server';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { ask, parsePlace } from '@/lib/place';
export async function place(id: string, input: unknown) {
  const session = await auth();
  if (!session?.user) throw new Error('no');
  const note = await prisma.note.findUnique({ where: { id } });
  await ask(id);
  const from = parsePlace(note?.text, id);
  ${more}
  return from;
}
`,
  });
  expect((await entry(files(''), `${file}#place`))?.validation).toBeUndefined();
  expect((await entry(files('parsePlace(input, id);'), `${file}#place`))?.validation).toEqual([
    'placeSchema',
  ]);
});

test('a page leads to the actions that its components and their hooks use', async () => {
  const files: Files = {
    'lib/actions/more.actions.ts': `'use server';
export async function other() { return 1; }
export async function closed() { return 2; }
`,
    'components/index.ts': "export * from './form';\nexport { default as Lazy } from './lazy';\n",
    'components/form.tsx': `'use client';
import { useActionState } from 'react';
import { saveNote } from '@/lib/actions/note.actions';
import * as more from '@/lib/actions/more.actions';
import { useClose } from '@/hooks/use-close';
export function NoteForm() {
  const [, act] = useActionState(saveNote, undefined);
  const close = useClose();
  return <form action={act}><button onClick={close}>x</button></form>;
}
export function OtherForm() { return <form action={() => void more.other()} />; }
`,
    'components/lazy.tsx': `'use client';
import { other } from '@/lib/actions/more.actions';
export default function Lazy() { return <button onClick={() => other()}>o</button>; }
`,
    'hooks/use-close.ts': `import { useCallback } from 'react';
import { closed } from '@/lib/actions/more.actions';
export const useClose = () => useCallback(() => void closed(), []);
`,
    'app/new/page.tsx': `import { NoteForm } from '@/components';
export default function Page() { return <main><NoteForm /></main>; }
`,
    'app/lazy/page.tsx': `import dynamic from 'next/dynamic';
const Lazy = dynamic(() => import('@/components/lazy'));
export default async function Page() {
  async function inline() { 'use server'; }
  return <form action={inline}><Lazy /></form>;
}
`,
    'app/client/page.tsx': `'use client';
import { OtherForm } from '@/components/form';
export default function Page() { return <OtherForm />; }
`,
    'app/plain/page.tsx': 'export default function Page() { return <p>nothing</p>; }\n',
  };
  const { engine } = await open({ ...notes, ...files });
  const [app] = engine.map().apps;
  const calls = (path: string): string[] | undefined =>
    app?.entries.find((one) => one.kind === 'page' && one.path === path)?.calls;
  expect(calls('/new')).toEqual([
    'action:lib/actions/more.actions.ts#closed',
    'action:lib/actions/note.actions.ts#saveNote',
  ]);
  expect(calls('/lazy')).toEqual([
    'action:app/lazy/page.tsx#inline',
    'action:lib/actions/more.actions.ts#other',
  ]);
  expect(calls('/client')).toEqual(['action:lib/actions/more.actions.ts#other']);
  expect(calls('/plain')).toBeUndefined();
  expect(app?.entries.find(({ path }) => path === '/new')?.guard).toBeUndefined();
  expect(app?.edges).toContainEqual({
    kind: 'calls',
    from: 'page:app/new/page.tsx#default',
    to: 'action:lib/actions/note.actions.ts#saveNote',
  });
});

test('an action that says itself that it is one is listed once', async () => {
  const file = 'lib/actions/twice.actions.ts';
  const { engine } = await open({
    ...notes,
    [file]: `'use server';
import { prisma } from '@/lib/db';
export async function twice(id: string) {
  'use server';
  await prisma.note.delete({ where: { id } });
}
`,
  });
  const own = engine.map().apps[0]?.entries.filter((one) => one.file === file && one.kind === 'action');
  expect(own?.map(({ id, inline }) => ({ id, inline }))).toEqual([
    { id: `action:${file}#twice`, inline: undefined },
  ]);
});

test('a client that a function makes once and keeps on the global object is one client', async () => {
  const found = await entry(
    {
      'lib/client.ts': `import { PrismaClient } from '@prisma/client';
const kept = globalThis as unknown as { prisma?: PrismaClient };
export function getClient(): PrismaClient {
  const cached = kept.prisma;
  if (cached) return cached;
  const made = new PrismaClient();
  kept.prisma = made;
  return made;
}
`,
      'lib/services/late.service.ts': `import { getClient } from '@/lib/client';
export async function latest(userId: string) {
  const client = getClient();
  return client.note.findMany({ where: { userId }, take: 5 });
}
`,
    },
    'late.service.ts#latest',
  );
  expect(found).toMatchObject({ reads: ['Note'], list: 'bounded' });
});

test('the address of tRPC is open: its procedures are guarded one by one', async () => {
  const found = await entry(
    {
      'app/api/trpc/[trpc]/route.ts': `import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { auth } from '@/auth';
import { appRouter } from '@/lib/router';
const handler = (req: Request) =>
  fetchRequestHandler({ endpoint: '/api/trpc', req, router: appRouter, createContext: async () => ({ session: await auth() }) });
export { handler as GET, handler as POST };
`,
    },
    'route.ts#POST',
  );
  expect(found).toMatchObject({
    guard: 'public',
    guardDetail: 'hands the request to tRPC, whose procedures have guards of their own',
  });
});

test('an answer that spreads a row has more keys than those written beside it', async () => {
  const found = await entry(
    {
      'app/api/first/route.ts': `import { prisma } from '@/lib/db';
export async function GET() {
  const note = await prisma.note.findFirst();
  if (!note) return Response.json({ error: 'None' }, { status: 404 });
  return Response.json({ ...note, words: note.text.length });
}
`,
    },
    'first/route.ts#GET',
  );
  expect(found).toMatchObject({ result: '{ words, … } · 404' });
});

test('a page of the pages router that is shown without a session is open, whatever it reads with one', async () => {
  const page = (otherwise: string): Files => ({
    'pages/home.tsx': `import { auth } from '@/auth';
import { prisma } from '@/lib/db';
export default function Home() {
  return <p />;
}
export async function getServerSideProps(ctx: unknown) {
  const session = await auth();
  if (!session?.user?.id) return ${otherwise};
  const notes = await prisma.note.findMany({ where: { userId: session.user.id }, take: 5 });
  return { props: { notes } };
}
`,
  });
  const seen = await entry(page('{ props: { notes: [] } }'), 'pages/home.tsx#default');
  expect(seen).toMatchObject({ guard: 'public', reads: ['Note'] });
  const sent = await entry(page("{ redirect: { destination: '/login' } }"), 'pages/home.tsx#default');
  expect(sent).toMatchObject({ guard: 'guarded', reads: ['Note'] });
});

test('a handler that keeps nobody out and touches no data answers everybody', async () => {
  const files: Files = {
    'lib/log.ts': `import pino from 'pino';
export const logger = pino({ redact: ['token', 'password'] });
export const limits = { size: 10 };
let client: string | undefined;
export const address = () => (client ??= process.env.PLACES_URL);
`,
    'lib/places.ts': `import { address } from '@/lib/log';
export async function places(query: string) {
  const answer = await fetch(address() + '/search?key=' + process.env.PLACES_KEY + '&q=' + query);
  if (!answer.ok) throw new Error('places failed: ' + answer.headers.get('content-type'));
  return answer.json();
}
`,
    'app/api/health/route.ts': `export const GET = () => Response.json({ ok: true });
`,
    'app/api/report/route.ts': `import { logger } from '@/lib/log';
export async function POST(request: Request) {
  logger.info(await request.json(), request.headers.get('user-agent'));
  return Response.json({ success: true });
}
`,
    'app/api/places/route.ts': `import { places } from '@/lib/places';
import { limits } from '@/lib/log';
export async function GET(request: Request) {
  const query = new URL(request.url).searchParams.get('q');
  if (!query) return Response.json({ error: 'What?' }, { status: 400 });
  try {
    return Response.json((await places(query)).results.slice(0, limits.size));
  } catch (error) {
    console.error(error);
    return Response.json({ error: 'failed' }, { status: 502 });
  }
}
`,
    'lib/actions/mail.actions.ts': `'use server';
import { cookies } from 'next/headers';
export async function keepMail(mail: string) { (await cookies()).set('mail', mail); }
export async function readMail() { return (await cookies()).get('mail'); }
`,
  };
  for (const id of ['health/route.ts#GET', 'report/route.ts#POST', 'places/route.ts#GET', '#keepMail'])
    expect(await entry(files, id)).toMatchObject({
      guard: 'public',
      guardDetail: 'touches no data; answers everybody',
    });
  expect(await entry(files, '#readMail')).toMatchObject({ guard: 'unknown' });
});

test('what may keep somebody out is not said to answer everybody', async () => {
  const route = (body: string, before = ''): Files => ({
    'lib/gate.ts': `export class Gate { check(request: Request) { if (!request.headers.get('x-pass')) throw new Error('no'); } }
export const gates = { strict: (request: Request) => { if (request.headers.get('x-pass') === null) throw new Error('no'); } };
`,
    'app/api/it/route.ts': `${before}
export async function GET(request: Request) {
  ${body}
  return Response.json({ ok: true });
}
`,
  });
  const unknown: [string, string?][] = [
    ["if (!request.headers.get('authorization')) return new Response(null, { status: 400 });"],
    ["if (new URL(request.url).searchParams.get('n') !== '7') return new Response(null, { status: 403 });"],
    ["const token = new URL(request.url).searchParams.get('t'); if (token !== 'abc') throw new Error('no');"],
    [
      "if (!process.env.API_KEYS?.split(',').includes(request.url)) return new Response(null, { status: 404 });",
    ],
    ['new Gate().check(request);', "import { Gate } from '@/lib/gate';"],
    [
      "const check = gates[process.env.MODE ?? 'strict']; check(request);",
      "import { gates } from '@/lib/gate';",
    ],
    ['await check(request);', "import { check } from '@/lib/missing';"],
    [
      "const h = await headers(); if (!h.get('x-pass')) throw new Error('no');",
      "import { headers } from 'next/headers';",
    ],
  ];
  for (const [body, before] of unknown)
    expect(await entry(route(body, before), 'it/route.ts#GET'), body).toMatchObject({
      guard: 'unknown',
      guardDetail: 'touches no data that could be seen',
    });
  const pays = route(
    'await new Stripe(process.env.STRIPE ?? "").billingPortal.sessions.create({ customer: request.url });',
    "import Stripe from 'stripe';",
  );
  expect(await entry(pays, 'it/route.ts#GET')).toMatchObject({
    guard: 'unknown',
    guardDetail: 'touches no data that could be seen, and only stripe could keep anybody out',
  });
});

test('what hands its request to a sign-in library is handled by it', async () => {
  const files: Files = {
    'app/api/auth/[...all]/route.ts': `import { handlers } from '@/auth';
export async function POST(request: Request) {
  if (request.url.length > 500) return Response.json({ error: 'long' }, { status: 429 });
  return handlers.POST(request);
}
`,
  };
  expect(await entry(files, 'route.ts#POST')).toMatchObject({
    guard: 'public',
    guardDetail: 'handled by next-auth',
  });
});

test('what an ability is asked for is no role', async () => {
  const file = 'lib/actions/policy.actions.ts';
  const files: Files = {
    [file]: `'use server';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { createAbility } from 'some-policies';
export async function remove(id: string) {
  const session = await auth();
  if (!session?.user) throw new Error('no');
  const ability = createAbility(session.user);
  if (ability.cannot('delete', 'Note')) throw new Error('no');
  await prisma.note.delete({ where: { id } });
}
export async function clear(id: string) {
  const session = await auth();
  if (session?.user?.role !== 'ADMIN') throw new Error('no');
  if (createAbility(session.user).cannot('delete', 'Note')) throw new Error('no');
  await prisma.note.delete({ where: { id } });
}
`,
  };
  const found = await entry(files, `${file}#remove`);
  expect(found).toMatchObject({ guard: 'guarded', writes: ['Note'] });
  expect(found?.roles).toBeUndefined();
  expect((await entry(files, `${file}#clear`))?.roles).toEqual(['ADMIN']);
});

test('answers that are fetched into a variable, and what a store keeps, are no input', async () => {
  const files: Files = {
    'lib/license.ts': `import { z } from 'zod';
import { Redis } from '@upstash/redis';
const redis = new Redis({ url: '', token: '' });
const answerSchema = z.object({ ok: z.boolean() });
const keptSchema = z.object({ until: z.number() });
export async function check(key: string) {
  let answer: Response;
  try {
    answer = await fetch('https://example.com/' + key);
  } catch {
    throw new Error('unreachable');
  }
  return answerSchema.parse(await answer.json());
}
export async function kept(key: string) {
  const raw = await redis.get(key);
  return keptSchema.parse(typeof raw === 'string' ? JSON.parse(raw) : raw);
}
`,
    'app/api/license/route.ts': `import { z } from 'zod';
import { check, kept } from '@/lib/license';
const bodySchema = z.object({ key: z.string() });
export async function POST(request: Request) {
  const { key } = bodySchema.parse(await request.json());
  return Response.json({ check: await check(key), kept: await kept(key) });
}
`,
  };
  expect((await entry(files, 'license/route.ts#POST'))?.validation).toEqual(['bodySchema']);
});

test('a key that is taken out of an answer is none of its keys', async () => {
  const found = await entry(
    {
      'lib/shown.ts': `export function shown(note: { secret: string; text: string }) {
  const { secret, ...rest } = note;
  return { ...rest, length: note.text.length };
}
`,
      'app/api/shown/route.ts': `import { shown } from '@/lib/shown';
export async function POST(request: Request) { return Response.json(shown(await request.json())); }
`,
    },
    'shown/route.ts#POST',
  );
  expect(found?.result).toBe('{ length, … }');
});

test('what an option of a handler answers for the log is not its answer', async () => {
  const route = (options: string): Files => ({
    'lib/queue.ts': `import { handleCallback } from '@vercel/queue';
export function forward(options: { path: string; getContext?: (message: unknown) => object; handler?: (message: unknown) => object }) {
  const queue = handleCallback(async (message: unknown) => {
    console.info({ ...options.getContext?.(message) });
  });
  return async (request: Request) => {
    if (options.handler) return options.handler(await request.json());
    return queue(request);
  };
}
`,
    'app/api/queue/route.ts': `import { forward } from '@/lib/queue';
export const POST = forward({ path: '/x', ${options} });
`,
  });
  const context = 'getContext: (message) => ({ messageId: message })';
  expect((await entry(route(context), 'queue/route.ts#POST'))?.result).toBeUndefined();
  const both = route(`${context}, handler: (message) => ({ done: message })`);
  expect((await entry(both, 'queue/route.ts#POST'))?.result).toBe('{ done }');
});

test('what called services revalidate is told of the entry', async () => {
  const file = 'lib/actions/renew.actions.ts';
  const found = await entry(
    {
      'lib/services/renew.service.ts': `import { revalidatePath, updateTag } from 'next/cache';
import { prisma } from '@/lib/db';
const TAG = 'notes';
export async function renew(id: string) {
  await prisma.note.update({ where: { id }, data: { text: '' } });
  again();
  updateTag(TAG);
}
function again() { revalidatePath('/notes'); }
`,
      [file]: `'use server';
import { renew } from '@/lib/services/renew.service';
export async function renewNote(id: string) { await renew(id); }
`,
    },
    `${file}#renewNote`,
  );
  expect(found?.revalidates).toEqual(['/notes', 'tag:notes']);
});

test('what a sign-in library writes is told where its model is certain', async () => {
  const file = 'lib/actions/account.actions.ts';
  const found = await entry(
    {
      'lib/own-auth.ts': `import { betterAuth } from 'better-auth';
export const ownAuth = betterAuth({});
`,
      'lib/services/ban.service.ts': `import { prisma } from '@/lib/db';
import { ownAuth } from '@/lib/own-auth';
export async function ban(userId: string) {
  await ownAuth.api.banUser({ body: { userId } });
  return prisma.note.count({ where: { userId } });
}
`,
      [file]: `'use server';
import { headers } from 'next/headers';
import { ownAuth } from '@/lib/own-auth';
import { ban } from '@/lib/services/ban.service';
export async function leave() {
  await ownAuth.api.deleteUser({ body: {}, headers: await headers() });
  await ownAuth.api.updateTeam({ body: {} });
  await ban('x');
}
`,
    },
    `${file}#leave`,
  );
  expect(found?.writes).toEqual(['User']);
  expect(found?.operations?.['User']).toEqual(['delete', 'update']);
});

test('an action that a route calls is followed', async () => {
  const files: Files = {
    'lib/client.ts': `import { createSafeActionClient } from 'next-safe-action';
import { auth } from '@/auth';
export const client = createSafeActionClient().use(async ({ next }) => {
  const session = await auth();
  if (!session?.user) throw new Error('no');
  return next({ ctx: { user: session.user } });
});
`,
    'lib/actions/drop.actions.ts': `'use server';
import { z } from 'zod';
import { client } from '@/lib/client';
import { prisma } from '@/lib/db';
export const dropNote = client.inputSchema(z.object({ id: z.string() })).action(async ({ parsedInput }) => {
  await prisma.note.delete({ where: { id: parsedInput.id } });
});
`,
    'app/api/drop/route.ts': `import { dropNote } from '@/lib/actions/drop.actions';
export async function DELETE(request: Request) {
  return Response.json(await dropNote({ id: (await request.json()).id }));
}
`,
  };
  expect(await entry(files, 'drop/route.ts#DELETE')).toMatchObject({
    writes: ['Note'],
    operations: { Note: ['delete'] },
  });
});

test('the role that a helper asks of the membership it has fetched is told', async () => {
  const route = `import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { fetchAndCheckIsAdmin } from '@/lib/access';
export async function GET(request: Request) {
  const session = await auth();
  if (!session?.user?.id) return new Response(null, { status: 401 });
  const teamId = request.url;
  await fetchAndCheckIsAdmin({ teamId, userId: session.user.id });
  return Response.json(await prisma.note.findMany({ where: { user: { members: { some: { teamId } } } }, take: 5 }));
}
`;
  const files = (refused: string): Files => ({
    'prisma/schema.prisma': `${notes['prisma/schema.prisma']?.replace('notes Note[]', 'notes Note[]\n  members Member[]')}
model Member {
  id String @id
  role String
  plan String
  teamId String
  userId String
  user User @relation(fields: [userId], references: [id])
}
`,
    'lib/roles.ts': `export const ADMIN_ROLES = ['admin', 'owner'];
export function hasAdminRole(role: string) { return ADMIN_ROLES.includes(role); }
`,
    'lib/access.ts': `import { prisma } from '@/lib/db';
import { hasAdminRole } from '@/lib/roles';
export async function fetchAndCheckIsAdmin({ teamId, userId }: { teamId: string; userId: string }) {
  const member = await prisma.member.findFirst({ where: { teamId, user: { id: userId } } });
  if (!member) throw new Error('no member');
  if (${refused}) throw new Error('no admin');
}
`,
    'app/api/team/route.ts': route,
  });
  expect(await entry(files('!hasAdminRole(member.role)'), 'team/route.ts#GET')).toMatchObject({
    guard: 'guarded',
    roles: ['admin', 'owner'],
  });
  const plan = await entry(files("member.plan === 'free'"), 'team/route.ts#GET');
  expect(plan).toMatchObject({ guard: 'guarded' });
  expect(plan?.roles).toBeUndefined();
});

test('the tables of SQL that is made before it is asked are told', async () => {
  const file = 'lib/services/sql.service.ts';
  const files: Files = {
    [file]: `import { Prisma } from '@prisma/client';
import { prisma } from '@/lib/db';
export async function told(from?: string) {
  let query = Prisma.sql\`SELECT text FROM "Note" WHERE "userId" = \${from}\`;
  if (from) query = Prisma.sql\`\${query} AND id > \${from}\`;
  return prisma.$queryRaw(query);
}
export async function copy() {
  await prisma.$executeRaw\`INSERT INTO "Note" (id) SELECT id FROM "Note" ON CONFLICT (id) DO UPDATE SET text = ''\`;
}
export async function claim(id: string) {
  return prisma.$queryRaw(Prisma.sql\`WITH mine AS (SELECT id FROM "User" WHERE id = \${id} FOR UPDATE SKIP LOCKED)
    UPDATE "Note" SET text = '' FROM mine WHERE "userId" = mine.id RETURNING id\`);
}
`,
  };
  expect(await entry(files, `${file}#told`)).toMatchObject({ reads: ['Note'] });
  const both = { reads: ['Note'], writes: ['Note'] };
  expect(await entry(files, `${file}#copy`)).toMatchObject(both);
  expect(await entry(files, `${file}#claim`)).toMatchObject({ reads: ['User'], writes: ['Note'] });
});

test('the methods that a handler of the pages router tells apart are told', async () => {
  const handler = (body: string): string =>
    `export default async function handler(req: { method: string }, res: { status(n: number): { end(): void } }) {\n${body}\n}\n`;
  const files: Files = {
    'lib/list.ts': `export function list(req: { method: string }, res: { status(n: number): { end(): void } }) {
  if (req.method !== 'GET') return res.status(405).end();
}
`,
    'pages/api/one.ts': handler(
      "if (req.method !== 'POST') return res.status(405).end();\n  res.status(200).end();",
    ),
    'pages/api/two.ts': handler(`switch (req.method) {
    case 'GET': return res.status(200).end();
    case 'DELETE': return res.status(204).end();
    default: return res.status(405).end();
  }`),
    'pages/api/listed.ts': handler(
      "if (!['GET', 'PUT'].includes(req.method)) return res.status(405).end();\n  res.status(200).end();",
    ),
    'pages/api/branches.ts': handler(
      "if (req.method === 'GET') return res.status(200).end();\n  else if (req.method === 'PATCH') return res.status(204).end();",
    ),
    'pages/api/any.ts': handler('res.status(200).end();'),
    'pages/api/rest.ts': handler(
      "if (req.method === 'POST') return res.status(201).end();\n  res.status(200).end();",
    ),
    'pages/api/through.ts': `import { list } from '@/lib/list';\n${handler('return list(req, res);')}`,
  };
  const { engine } = await open({ ...notes, ...files });
  const routes = engine.map().apps[0]?.entries.filter(({ file }) => file.startsWith('pages/api/'));
  expect(
    Object.fromEntries(routes?.map(({ file, method, label }) => [file.slice(10, -3), [method, label]]) ?? []),
  ).toEqual({
    any: ['ANY', 'ANY /api/any'],
    branches: ['GET, PATCH', 'GET, PATCH /api/branches'],
    listed: ['GET, PUT', 'GET, PUT /api/listed'],
    one: ['POST', 'POST /api/one'],
    rest: [undefined, '/api/rest'],
    through: ['GET', 'GET /api/through'],
    two: ['GET, DELETE', 'GET, DELETE /api/two'],
  });
});

test('a function that only registers routes is no service', async () => {
  const { engine } = await open({
    ...notes,
    'lib/api/add.ts': `import type { Hono } from 'hono';
import { prisma } from '@/lib/db';
export function addNotes(app: Hono) {
  app.get('/notes', async (c) => c.json(await prisma.note.findMany({ take: 5 })));
}
export default (app: Hono) => app.use('*', async (c, next) => { await prisma.user.count(); await next(); });
`,
    'lib/api/app.ts': `import { Hono } from 'hono';
import { prisma } from '@/lib/db';
export function getApp() {
  const app = new Hono();
  const limit = 5;
  app.onError((error) => new Response(error.message));
  app.use('*', async (c, next) => { await prisma.user.count(); await next(); });
  return app;
}
export async function removeAll(tx: typeof prisma) { await tx.note.deleteMany({}); }
`,
  });
  const services = engine
    .map()
    .apps[0]?.entries.filter(({ kind, file }) => kind === 'service' && file.startsWith('lib/api/'));
  expect(services?.map(({ label }) => label)).toEqual(['removeAll']);
});

test('a handler of the pages router that goes on only with the secret is guarded by it', async () => {
  const handler = (answer: string): Files => ({
    'pages/api/pages.ts': `type Res = { status(n: number): { json(body: unknown): void; end(): void } };
export default async function handler(req: { method: string; headers: { authorization?: string }; body: { url: string } }, res: Res) {
  if (req.method !== 'POST') { res.status(405).end(); return; }
  const token = req.headers.authorization?.split(' ')[1];
  if (token !== process.env.INTERNAL_API_KEY) {
    ${answer}
  }
  const answer = await fetch(req.body.url);
  res.status(200).json({ size: (await answer.text()).length });
}
`,
  });
  expect(
    await entry(handler("res.status(401).json({ message: 'no' });\n    return;"), 'pages.ts#default'),
  ).toMatchObject({
    guard: 'guarded',
    guardKind: 'secret',
  });
  // Answers, and goes on.
  for (const forgotten of [
    "res.status(401).json({ message: 'no' });",
    "res.status(401).end();\n    await fetch('https://example.com');\n    return;",
  ])
    expect(await entry(handler(forgotten), 'pages.ts#default')).toMatchObject({ guard: 'unknown' });
});

test('a session that comes through a helper that runs what it is given is tested', async () => {
  const files = (refusal: string): Files => ({
    'lib/measure.ts': `export async function measure<T>(name: string, operation: () => Promise<T>): Promise<T> {
  const started = Date.now();
  try {
    return await operation();
  } finally {
    console.info(name, Date.now() - started);
  }
}
export const later = <T>(operation: () => T): T => operation();
`,
    'app/first/page.tsx': `import { redirect } from 'next/navigation';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { later, measure } from '@/lib/measure';
export default async function Page() {
  const session = await measure('auth', () => auth());
  const userId = session?.user?.id;
  ${refusal}
  const note = await measure('note', () => later(() => prisma.note.findFirst({ where: { userId } })));
  redirect('/notes/' + note?.id);
}
`,
  });
  expect(await entry(files("if (!userId) redirect('/login');"), 'first/page.tsx#default')).toMatchObject({
    guard: 'guarded',
    guardKind: 'session',
  });
  expect(await entry(files(''), 'first/page.tsx#default')).toMatchObject({ guard: 'unguarded' });
});

test('one of several signatures that matches verifies a webhook', async () => {
  const files = (match: string): Files => ({
    'lib/verify.ts': `import crypto, { timingSafeEqual } from 'node:crypto';
function same(a: Buffer, b: Buffer) {
  if (a.length !== b.length) return false;
  return timingSafeEqual(a, b);
}
function matches(entry: string, expected: Buffer): boolean {
  const [version, signature] = entry.split(',');
  if (version !== 'v1' || !signature) return false;
  return ${match};
}
export function verify({ secret, headers, rawBody }: { secret: string; headers: Headers; rawBody: string }) {
  const header = headers.get('webhook-signature');
  if (!header) return { verified: false, reason: 'missing' };
  const expected = crypto.createHmac('sha256', secret).update(rawBody).digest();
  const verified = header.split(' ').some((entry) => matches(entry, expected));
  return verified ? { verified: true } : { verified: false, reason: 'mismatch' };
}
`,
    'app/api/hook/route.ts': `import { prisma } from '@/lib/db';
import { verify } from '@/lib/verify';
export async function POST(request: Request) {
  const rawBody = await request.text();
  const verification = verify({ secret: process.env.HOOK_SECRET ?? '', headers: request.headers, rawBody });
  if (!verification.verified) return new Response('no', { status: 401 });
  await prisma.note.update({ where: { id: JSON.parse(rawBody).id }, data: { text: '' } });
  return Response.json({ ok: true });
}
`,
  });
  expect(
    await entry(files("same(Buffer.from(signature, 'base64'), expected)"), 'hook/route.ts#POST'),
  ).toMatchObject({
    guard: 'guarded',
    guardKind: 'signature',
  });
  expect(await entry(files('signature.length > 3'), 'hook/route.ts#POST')).toMatchObject({
    guard: 'unguarded',
  });
});

test('rows written by a list that is filled bit by bit are written in a transaction', async () => {
  const service = (list: string): Files => ({
    'lib/services/batch.ts': `import { prisma } from '@/lib/db';
export async function createNotes(titles: string[], ownerId: string) {
  ${list}
}
`,
  });
  const batch = async (list: string): Promise<true | undefined> =>
    (await entry(service(list), 'batch.ts#createNotes'))?.transaction;
  const one = 'prisma.note.create({ data: { title: titles[0]!, ownerId } })';
  expect(
    await batch(
      `const operations = [];\n  operations.push(${one});\n  await prisma.$transaction(operations);`,
    ),
  ).toBe(true);
  expect(
    await batch(
      `const operations = titles.map((title) => prisma.note.create({ data: { title, ownerId } }));\n  await prisma.$transaction([...operations, ${one}]);`,
    ),
  ).toBe(true);
  expect(
    await batch(`await ${one};\n  const reads = [prisma.note.count()];\n  await prisma.$transaction(reads);`),
  ).toBeUndefined();
});

test('a schema that a function of the project wraps parses the input', async () => {
  const found = await entry(
    {
      'lib/validations/list.ts': `import { z } from 'zod';
export const tagSchema = z.object({ name: z.string() });
export const listOf = <T extends z.ZodTypeAny>(schema: T) => z.preprocess((value) => [value].flat(), z.array(schema));
`,
      'app/api/tags/route.ts': `import { listOf, tagSchema } from '@/lib/validations/list';
export async function POST(request: Request) {
  const tags = listOf(tagSchema).parse(await request.json());
  return Response.json({ count: tags.length });
}
`,
    },
    'tags/route.ts#POST',
  );
  expect(found?.validation).toEqual(['tagSchema']);
});

test('methods are found in a parent class, behind one of several implementations, and in what a constructor made', async () => {
  const files: Files = {
    'lib/rates.ts': `import { prisma } from '@/lib/db';
import { Store } from '@/lib/store';
abstract class Rates extends Store {
  abstract fetchRate(): Promise<number>;
  async rate() {
    return (await this.cached()) ?? this.fetchRate();
  }
}
class Bank extends Rates {
  async fetchRate() {
    return 1;
  }
}
class Market extends Rates {
  async fetchRate() {
    return prisma.user.count();
  }
}
export const rates = (() => {
  if (process.env.RATES === 'market') return new Market();
  return new Bank();
})();
export class Desk {
  private readonly rates: Rates | null;
  constructor() {
    this.rates = process.env.RATES ? new Market() : null;
  }
  async fetch() {
    return this.rates?.fetchRate();
  }
}
export const desk = new Desk();
`,
    'lib/store.ts': `import { prisma } from '@/lib/db';
export class Store {
  protected async cached() {
    return prisma.note.findFirst({ where: { id: 'rate' } });
  }
}
`,
    'app/api/rate/route.ts': `import { desk, rates } from '@/lib/rates';
export async function GET() {
  return Response.json(await rates.rate());
}
export async function POST() {
  return Response.json(await desk.fetch());
}
`,
  };
  expect((await entry(files, 'rate/route.ts#GET'))?.reads).toEqual(['Note']);
  expect((await entry(files, 'rate/route.ts#POST'))?.reads).toEqual(['User']);
});

test('what the adapter of better-auth writes is written', async () => {
  const found = await entry(
    {
      'lib/better.ts': `import { betterAuth } from 'better-auth';
export const better = betterAuth({});
`,
      'app/api/role/route.ts': `import { auth } from '@/auth';
import { better } from '@/lib/better';
export async function POST() {
  const session = await auth();
  if (!session?.user) return Response.json({}, { status: 401 });
  const { internalAdapter } = await better.$context;
  await internalAdapter.updateUser(session.user.id, { role: 'user' });
  return Response.json({});
}
`,
    },
    'role/route.ts#POST',
  );
  expect(found?.operations).toEqual({ User: ['update'] });
});

test('answers of another service that are collected in a list are no input', async () => {
  const found = await entry(
    {
      'app/api/releases/route.ts': `import { z } from 'zod';
const releaseSchema = z.object({ tag: z.string() });
function names(input: unknown[]) {
  const out: string[] = [];
  for (const item of input) {
    const parsed = releaseSchema.safeParse(item);
    if (parsed.success) out.push(parsed.data.tag);
  }
  return out;
}
export async function GET() {
  const releases: unknown[] = [];
  for (let page = 1; page <= 3; page++) {
    const answer = await fetch('https://example.com/releases?page=' + page);
    releases.push(...(await answer.json()));
  }
  return Response.json(names(releases));
}
`,
    },
    'releases/route.ts#GET',
  );
  expect(found?.validation).toBeUndefined();
});

test('a method of an object calls its neighbours by `this`', async () => {
  const files: Files = {
    'lib/services/counter.ts': `import { prisma } from '@/lib/db';
export const counter = {
  async count() {
    return prisma.note.count();
  },
  async twice() {
    return [await this.count(), await [1].map(() => this.count())[0]];
  },
};
`,
  };
  const twice = await entry(files, 'counter.ts#counter.twice');
  expect(twice).toMatchObject({ reads: ['Note'], calls: ['service:lib/services/counter.ts#counter.count'] });
});

test('what a route of OpenAPI declares for its request is its validation', async () => {
  const found = await entry(
    {
      'lib/api/addNote.ts': `import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { noteSchema } from '@/lib/api/schema';
const route = createRoute({
  method: 'post',
  path: '/notes/{id}',
  request: {
    params: z.object({ id: z.string() }),
    body: { content: { 'application/json': { schema: noteSchema } } },
  },
  responses: { 200: { description: 'The note' } },
});
export function addNote(app: OpenAPIHono) {
  app.openapi(route, async (c) => c.json(c.req.valid('json')));
}
`,
      'lib/api/schema.ts': `import { z } from '@hono/zod-openapi';
export const noteSchema = z.object({ title: z.string() }).openapi('Note');
`,
      'app/api/v1/[...route]/route.ts': `import { OpenAPIHono } from '@hono/zod-openapi';
import { handle } from 'hono/vercel';
import { addNote } from '@/lib/api/addNote';
const app = new OpenAPIHono().basePath('/api/v1');
addNote(app);
export const POST = handle(app);
`,
    },
    'route.ts#POST',
  );
  expect(found?.validation).toEqual(['inline', 'noteSchema']);
});

test('a table of handlers is followed into each of them', async () => {
  const route = (post: string): Files => ({
    'lib/handlers.ts': `import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import * as notes from '@/lib/services/plain';
const handlers = {
  GET: async () => {
    const session = await auth();
    if (!session?.user) return Response.json({}, { status: 401 });
    return Response.json(await prisma.note.findMany({ where: { ownerId: session.user.id }, take: 5 }));
  },
  POST: async (request: Request) => {
    ${post}
    return Response.json(await notes.rename((await request.json()).id));
  },
};
export async function dispatch(request: Request) {
  const handler = handlers[request.method as keyof typeof handlers];
  if (!handler) return Response.json({}, { status: 404 });
  return handler(request);
}
`,
    'lib/services/plain.ts': `import { prisma } from '@/lib/db';
export const rename = (id: string) => prisma.note.update({ where: { id }, data: { title: 'x' } });
`,
    'app/api/all/route.ts': `export { dispatch as POST } from '@/lib/handlers';\n`,
  });
  const unchecked = await entry(route(''), 'all/route.ts#POST');
  expect(unchecked).toMatchObject({
    guard: 'unguarded',
    operations: { Note: ['read', 'update'] },
    calls: ['service:lib/services/plain.ts#rename'],
  });
  const check = 'if (!(await auth())?.user) return Response.json({}, { status: 401 });';
  expect(await entry(route(check), 'all/route.ts#POST')).toMatchObject({ guard: 'guarded' });
});

test('the role that a look-up demands of the caller is a role', async () => {
  const route = (where: string): Files => ({
    'app/api/manage/route.ts': `import { auth } from '@/auth';
import { prisma } from '@/lib/db';
export async function DELETE(request: Request) {
  const session = await auth();
  if (!session?.user) return Response.json({}, { status: 401 });
  const { id } = await request.json();
  const found = await prisma.user.findFirst({ where: ${where} });
  if (!found) return Response.json({}, { status: 403 });
  await prisma.note.delete({ where: { id } });
  return Response.json({});
}
`,
  });
  const roles = async (where: string): Promise<string[] | undefined> =>
    (await entry(route(where), 'manage/route.ts#DELETE'))?.roles;
  expect(await roles(`{ id: session.user.id, role: { in: ['ADMIN', 'MANAGER'] } }`)).toEqual([
    'ADMIN',
    'MANAGER',
  ]);
  expect(await roles(`{ id: session.user.id }`)).toBeUndefined();
  expect(await roles(`{ id, role: 'ADMIN' }`)).toBeUndefined();
  expect(await roles(`{ OR: [{ id: session.user.id, role: 'ADMIN' }, { id }] }`)).toBeUndefined();
});

test('a row that is looked at before the role is asked for takes the role from no action that writes', async () => {
  const found = await entry(
    {
      'app/api/retire/route.ts': `import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { isEmail } from '@/lib/email';
export async function DELETE(request: Request) {
  const session = await auth();
  if (!session?.user) return Response.json({}, { status: 401 });
  const { id, email } = await request.json();
  const note = await prisma.note.findUnique({ where: { id } });
  if (!note || !isEmail(email)) return Response.json({}, { status: 404 });
  if (session.user.role !== 'ADMIN') return Response.json({}, { status: 403 });
  await prisma.note.delete({ where: { id } });
  return Response.json({});
}
`,
      'lib/email.ts': `import { z } from 'zod';
const emailSchema = z.string().email();
export const isEmail = (text: string) => emailSchema.safeParse(text).success;
`,
    },
    'retire/route.ts#DELETE',
  );
  expect(found?.roles).toEqual(['ADMIN']);
  expect(found?.validation).toBeUndefined();
});

test('what goes out is parsed by no validation, and the handler that tRPC makes has procedures behind it', async () => {
  const files: Files = {
    'app/api/list/route.ts': `import { z } from 'zod';
import { prisma } from '@/lib/db';
const noteOut = z.object({ title: z.string() });
const queryIn = z.object({ page: z.coerce.number() });
const listOf = (rows: unknown[]) => ({ data: rows });
export async function GET(request: Request) {
  const { page } = queryIn.parse(Object.fromEntries(new URL(request.url).searchParams));
  const rows = await prisma.note.findMany({ take: 5, skip: page });
  return Response.json(noteOut.array().parse(listOf(rows)));
}
`,
    'pages/api/trpc/[trpc].ts': `import { createNextApiHandler } from '@trpc/server/adapters/next';
import { appRouter } from '@/lib/router';
export default createNextApiHandler({ router: appRouter, createContext: () => ({}) });
`,
  };
  expect((await entry(files, 'list/route.ts#GET'))?.validation).toEqual(['queryIn']);
  expect(await entry(files, '[trpc].ts#default')).toMatchObject({
    guard: 'public',
    guardDetail: 'hands the request to tRPC, whose procedures have guards of their own',
  });
});

test('what a service parses of the request that it is handed is validation of the route, and its services stay its own', async () => {
  const files: Files = {
    'lib/handlers/rename.ts': `import { z } from 'zod';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { touch } from '@/lib/services/touch';
const renameSchema = z.object({ id: z.string() });
export async function renameNote(request: Request) {
  const session = await auth();
  if (!session?.user) return Response.json({}, { status: 401 });
  const { id } = renameSchema.parse(await request.json());
  await prisma.note.update({ where: { id, ownerId: session.user.id }, data: { title: 'x' } });
  await touch(id);
  return Response.json({});
}
`,
    'lib/services/touch.ts': `import { prisma } from '@/lib/db';
export const touch = (id: string) => prisma.note.update({ where: { id }, data: { title: 'y' } });
`,
    'app/api/rename/route.ts': `import { renameNote } from '@/lib/handlers/rename';
export async function POST(request: Request) {
  return renameNote(request);
}
`,
  };
  expect(await entry(files, 'rename/route.ts#POST')).toMatchObject({
    validation: ['renameSchema'],
    calls: ['service:lib/handlers/rename.ts#renameNote'],
  });
});
