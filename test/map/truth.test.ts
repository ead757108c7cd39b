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
  expect(await entry(route(''), 'load/route.ts#GET')).toMatchObject({ guard: 'unknown' });
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
export async function four(schema: { parse(data: unknown): unknown }) { schema.parse(1); }
`;
  const files = { 'lib/validate.ts': helper, [file]: text };
  expect((await entry(files, `${file}#one`))?.validation).toEqual(['noteSchema']);
  expect((await entry(files, `${file}#two`))?.validation).toEqual(['other']);
  expect((await entry(files, `${file}#three`))?.validation).toEqual(['inline']);
  expect((await entry(files, `${file}#four`))?.validation).toBeUndefined();
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
