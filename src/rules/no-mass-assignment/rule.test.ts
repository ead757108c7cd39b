import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'no-mass-assignment';
const FILE = 'lib/actions/post.ts';
const HEAD = `'use server';

import { z } from 'zod';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';

const postSchema = z.object({ title: z.string(), slug: z.string() });`;

const action = (body: string): string => `//- ${FILE}\n${HEAD}\n\n${body}`;
const route = (body: string): string => `//- app/api/posts/route.ts
import { prisma } from '@/lib/db';
import { z } from 'zod';

${body}`;

const invalid: [string, string][] = [
  [
    'an argument as data',
    action(`export async function save(input: { title: string; slug: string; authorId: string }) {
  await prisma.post.create({ data: input });
//                                 ^^^^^ no-mass-assignment error
}`),
  ],
  [
    'an argument called data, in short form',
    action(`export async function change(id: string, data: Partial<{ title: string }>) {
  await prisma.post.update({ where: { id }, data });
//                                          ^^^^ no-mass-assignment error
}`),
  ],
  [
    'a spread beside other keys',
    action(`export async function save(input: any) {
  await prisma.post.create({ data: { ...input, published: false } });
//                                      ^^^^^ no-mass-assignment error
}`),
  ],
  [
    'the body of a request',
    route(`export async function POST(request: Request) {
  const body = await request.json();
  const post = await prisma.post.create({ data: body });
//                                              ^^^^ no-mass-assignment error
  return Response.json(post);
}`),
  ],
  [
    'a part of the body',
    route(`export async function POST(request: Request) {
  const { post } = await request.json();
  return Response.json(await prisma.post.create({ data: { ...post } }));
//                                                           ^^^^ no-mass-assignment error
}`),
  ],
  [
    'what is left of the body',
    route(`export async function PATCH(request: Request) {
  const { id, ...rest } = await request.json();
  return Response.json(await prisma.post.update({ where: { id }, data: rest }));
//                                                                     ^^^^ no-mass-assignment error
}`),
  ],
  [
    'all fields of a form',
    action(`export async function save(formData: FormData) {
  const data = Object.fromEntries(formData.entries()) as any;
  await prisma.post.create({ data });
//                           ^^^^ no-mass-assignment error
}`),
  ],
  [
    'Object.assign',
    action(`export async function save(input: any) {
  const data = Object.assign({}, input, { published: false });
  await prisma.post.create({ data });
//                           ^^^^ no-mass-assignment error
}`),
  ],
  [
    'an object of its own that spreads the input',
    action(`export async function save(input: any) {
  const row = { ...input, title: input.title.trim() };
  await prisma.post.create({ data: row });
//                                 ^^^ no-mass-assignment error
}`),
  ],
  [
    'both sides of an upsert, once',
    action(`export async function save(slug: string, input: any) {
  await prisma.post.upsert({ where: { slug }, create: input, update: input });
//                                                    ^^^^^ no-mass-assignment error
}`),
  ],
  [
    'a list of rows',
    action(`export async function saveAll(rows: { title: string; slug: string; authorId: string }[]) {
  await prisma.post.createMany({ data: rows });
//                                     ^^^^ no-mass-assignment error
}`),
  ],
  [
    'a row that is written along',
    action(`export async function save(input: { title: string; slug: string; comments: any[] }) {
  await prisma.post.create({
//                  ^^^^^^ no-mass-assignment error
    data: { title: input.title, slug: input.slug, authorId: 'x', comments: { create: input.comments } },
  });
}`),
  ],
  [
    'a service that writes what it is given',
    `//- lib/services/post.ts
import { prisma } from '@/lib/db';
export function createPost(data: { title: string; slug: string; authorId: string }) {
  return prisma.post.create({ data });
}
${action(`import { createPost } from '@/lib/services/post';
export async function save(input: { title: string; slug: string; authorId: string }) {
  await createPost(input);
//      ^^^^^^^^^^ no-mass-assignment error
}`)}`,
  ],
  [
    'a schema that keeps unknown keys',
    action(`const loose = z.looseObject({ title: z.string() });
export async function save(input: unknown) {
  const data = loose.parse(input);
  await prisma.post.create({ data: { ...data, authorId: 'x' } as any });
//                                      ^^^^ no-mass-assignment error
}`),
  ],
  [
    'passthrough',
    action(`export async function save(input: unknown) {
  const parsed = postSchema.passthrough().safeParse(input);
  if (!parsed.success) return { success: false };
  await prisma.post.create({ data: parsed.data as any });
//                                 ^^^^^^^^^^^ no-mass-assignment error
  return { success: true };
}`),
  ],
  [
    'a record of anything',
    action(`export async function save(input: unknown) {
  const data = z.record(z.string(), z.unknown()).parse(input);
  await prisma.post.create({ data: data as any });
//                                 ^^^^ no-mass-assignment error
}`),
  ],
  [
    'a schema that looked, while the object itself is written',
    action(`export async function save(input: { title: string; slug: string; authorId: string }) {
  postSchema.parse(input);
  await prisma.post.create({ data: input });
//                                 ^^^^^ no-mass-assignment warning
}`),
  ],
  [
    'all that came in, beside what the schema gave',
    action(`export async function save(input: { title: string; slug: string; authorId: string }) {
  const { title } = postSchema.parse(input);
  await prisma.post.create({ data: { ...input, slug: title } });
//                                      ^^^^^ no-mass-assignment error
}`),
  ],
  [
    'an administrator, who is trusted with more',
    action(`export async function save(input: { title: string; slug: string; authorId: string }) {
  const session = await auth();
  if (session?.user?.role !== 'ADMIN') throw new Error('Forbidden');
  await prisma.post.create({ data: input });
//                                 ^^^^^ no-mass-assignment warning
}`),
  ],
  [
    'an upload of a wrapper',
    `//- lib/api.ts
export const apiHandler = (handler: (request: Request) => Promise<Response>) => async (request: Request) => {
  try {
    return await handler(request);
  } catch (error) {
    console.error(error);
    return new Response(null, { status: 500 });
  }
};
//- app/api/posts/route.ts
import { apiHandler } from '@/lib/api';
import { prisma } from '@/lib/db';
export const POST = apiHandler(async (request) => {
  const body = await request.json();
  return Response.json(await prisma.post.create({ data: body }));
//                                                      ^^^^ no-mass-assignment error
});`,
  ],
  [
    'all arguments of a query',
    route(`export async function POST(request: Request) {
  return Response.json(await prisma.post.create(await request.json()));
//                                       ^^^^^^ no-mass-assignment error
}`),
  ],
  [
    'all arguments of a query, by a name',
    action(`export async function save(args: any) {
  await prisma.post.create(args);
//                         ^^^^ no-mass-assignment error
}`),
  ],
  [
    'arguments beside a condition',
    action(`export async function change(id: string, rest: any) {
  await prisma.post.update({ where: { id }, ...rest });
//                                             ^^^^ no-mass-assignment error
}`),
  ],
  [
    'arguments whose schema takes any data',
    action(`const argsSchema = z.object({ data: z.any() });
export async function save(input: unknown) {
  const args = argsSchema.parse(input);
  await prisma.post.create(args);
//                         ^^^^ no-mass-assignment error
}`),
  ],
  [
    'rows that are spread one by one',
    action(`export async function saveAll(rows: any[]) {
  await prisma.post.createMany({ data: rows.map((row) => ({ ...row, published: false })) });
//                                                             ^^^ no-mass-assignment error
}`),
  ],
  [
    'rows that go through unchanged',
    action(`export async function saveAll(rows: any[]) {
  const data = rows.filter((row) => row.title).map((row) => row);
  await prisma.post.createMany({ data });
//                               ^^^^ no-mass-assignment error
}`),
  ],
  [
    'rows of a loop',
    action(`export async function saveAll(rows: { title: string; slug: string; authorId: string }[]) {
  for (const row of rows) await prisma.post.create({ data: row });
//                                                         ^^^ no-mass-assignment error
}`),
  ],
  [
    'rows of a body in a loop of queries',
    route(`export async function POST(request: Request) {
  const { posts } = await request.json();
  await prisma.$transaction(posts.map((post: any) => prisma.post.create({ data: { ...post } })));
//                                                                                   ^^^^ no-mass-assignment error
  return Response.json({});
}`),
  ],
  [
    'rows that are updated by themselves',
    action(`export async function reorder(items: { id: string; title: string }[]) {
  await Promise.all(items.map(({ id, ...rest }) => prisma.post.update({ where: { id }, data: rest })));
//                                                                                           ^^^^ no-mass-assignment error
}`),
  ],
  [
    'rows inside of a parsed list that keeps unknown keys',
    action(`const listSchema = z.array(z.object({ title: z.string() }).passthrough());
export async function saveAll(input: unknown) {
  for (const row of listSchema.parse(input)) await prisma.post.create({ data: row as any });
//                                                                            ^^^ no-mass-assignment error
}`),
  ],
  [
    'an object that is filled by Object.assign',
    action(`export async function save(input: any) {
  const data: any = { published: false };
  Object.assign(data, input);
  await prisma.post.create({ data });
//                           ^^^^ no-mass-assignment error
}`),
  ],
  [
    'a row that is overwritten by Object.assign',
    action(`export async function change(id: string, input: any) {
  const post = await prisma.post.findUniqueOrThrow({ where: { id } });
  Object.assign(post, input);
  await prisma.post.update({ where: { id }, data: post });
//                                                ^^^^ no-mass-assignment error
}`),
  ],
];

const valid: [string, string][] = [
  [
    'fields that are named',
    action(`export async function save(input: { title: string; slug: string }) {
  await prisma.post.create({ data: { title: input.title, slug: input.slug, authorId: 'x' } });
}`),
  ],
  [
    'what a schema made of it',
    action(`export async function save(input: unknown) {
  const data = postSchema.parse(input);
  await prisma.post.create({ data: { ...data, authorId: 'x' } });
}`),
  ],
  [
    'what safeParse made of it',
    action(`export async function save(input: unknown) {
  const parsed = postSchema.safeParse(input);
  if (!parsed.success) return { success: false };
  await prisma.post.create({ data: { ...parsed.data, authorId: 'x' } });
  return { success: true };
}`),
  ],
  [
    'a strict schema',
    action(`const strict = z.strictObject({ title: z.string(), slug: z.string(), authorId: z.string() });
export async function save(input: unknown) {
  await prisma.post.create({ data: strict.parse(input) });
}`),
  ],
  [
    'an object that a strict schema has let through',
    action(`const strict = z.object({ title: z.string(), slug: z.string(), authorId: z.string() }).strict();
export async function save(input: z.infer<typeof strict>) {
  strict.parse(input);
  await prisma.post.create({ data: input });
}`),
  ],
  [
    'what is left of a parsed object',
    action(`const schema = z.object({ id: z.string(), title: z.string() });
export async function change(input: unknown) {
  const { id, ...data } = schema.parse(input);
  await prisma.post.update({ where: { id }, data });
}`),
  ],
  [
    'a schema of another module that cannot be followed',
    action(`import { validate } from 'some-validator';
export async function save(input: any) {
  const data = validate(input);
  await prisma.post.create({ data });
}`),
  ],
  [
    'fields that a helper picks',
    action(`const pick = (input: any) => ({ title: input.title, slug: input.slug, authorId: 'x' });
export async function save(input: any) {
  await prisma.post.create({ data: pick(input) });
}`),
  ],
  [
    'an object in one column',
    action(`export async function save(input: { title: string; content: any }) {
  await prisma.post.create({ data: { title: input.title, slug: 'a', content: input.content, authorId: 'x' } });
}`),
  ],
  [
    'a row that the server read',
    action(`export async function copy(id: string) {
  const post = await prisma.post.findUniqueOrThrow({ where: { id } });
  await prisma.post.create({ data: { ...post, id: undefined, slug: 'copy' } });
}`),
  ],
  [
    'arguments that a schema has named',
    action(`const argsSchema = z.object({ data: z.object({ title: z.string(), slug: z.string(), authorId: z.string() }) });
export async function save(input: unknown) {
  await prisma.post.create(argsSchema.parse(input));
}`),
  ],
  [
    'arguments of a reading query',
    action(`export async function find(args: any) {
  return prisma.post.findMany(args);
}`),
  ],
  [
    'items of a parsed list',
    action(`export async function saveAll(input: unknown) {
  const rows = z.array(postSchema).parse(input);
  for (const row of rows) await prisma.post.create({ data: { ...row, authorId: 'x' } });
}`),
  ],
  [
    'Object.assign of what a schema made',
    action(`export async function save(input: unknown) {
  const data: any = { authorId: 'x' };
  Object.assign(data, postSchema.parse(input));
  await prisma.post.create({ data });
}`),
  ],
  [
    'what a table holds under the keys that were sent',
    action(`const drafts = new Map<string, { title: string; slug: string; authorId: string }>();
export async function publish(keys: string[]) {
  for (const key of keys) {
    const data = drafts.get(key);
    if (data) await prisma.post.create({ data });
  }
}`),
  ],
  [
    'rows that are mapped one by one',
    action(`export async function saveAll(rows: { title: string; slug: string }[]) {
  await prisma.post.createMany({ data: rows.map((row) => ({ title: row.title, slug: row.slug, authorId: 'x' })) });
}`),
  ],
  [
    'the body of a signed webhook',
    `//- app/api/hook/route.ts
import { createHmac, timingSafeEqual } from 'node:crypto';
import { prisma } from '@/lib/db';
export async function POST(request: Request) {
  const text = await request.text();
  const expected = createHmac('sha256', process.env.HOOK_SECRET ?? '').update(text).digest();
  const given = Buffer.from(request.headers.get('x-signature') ?? '', 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return new Response(null, { status: 401 });
  const body = JSON.parse(text);
  await prisma.post.create({ data: body });
  return new Response(null);
}`,
  ],
  [
    'a condition made of the input',
    action(`export async function find(input: { slug: string }) {
  return prisma.post.findFirst({ where: { ...input } });
}`),
  ],
  [
    'a seed',
    `//- prisma/seed.ts
import { prisma } from '../lib/db';
export async function seed(rows: any[]) {
  await prisma.post.createMany({ data: rows });
}`,
  ],
  [
    'a service that nobody reaches from outside',
    `//- lib/services/post.ts
import { prisma } from '@/lib/db';
export function createPost(data: { title: string; slug: string; authorId: string }) {
  return prisma.post.create({ data });
}`,
  ],
  [
    'code that does not parse',
    action(`export async function save(input: any) {
  await prisma.post.create({ data: { ...`),
  ],
];

describe('no-mass-assignment', () => {
  it.each(invalid)('finds %s', async (_, code) => {
    expectFindings(await openFixture(code), { rules: [RULE] });
  });

  it.each(valid)('is silent about %s', async (_, code) => {
    expectSilent(await openFixture(code), RULE);
  });

  it('names what a stranger could set, the worst first', async () => {
    const fixture = await openFixture(`//- lib/actions/user.ts
'use server';
import { prisma } from '@/lib/db';
export async function change(id: string, data: { name: string }) {
  await prisma.user.update({ where: { id }, data });
}`);
    expect(findings(fixture, RULE).map(({ message }) => message)).toEqual([
      '`change` writes `data` to User as the client sent it: any column can be set, `role` too. Types are gone at run time. Parse it with a schema, or name the fields that may be set.',
    ]);
  });

  it.each([
    ['raw', 'input', ''],
    ['checked', 'input', 'postSchema.parse(input);'],
    ['loose', 'postSchema.loose().parse(input)', ''],
  ])('says %s', async (message, data, before) => {
    const fixture = await openFixture(
      action(`export async function save(input: any) {
  ${before}
  await prisma.post.create({ data: ${data} });
}`),
    );
    expect(findings(fixture, RULE).map(messageId)).toEqual([message]);
  });

  it('says that all arguments are the caller’s', async () => {
    const fixture = await openFixture(
      action(`export async function save(args: any) {
  await prisma.post.create(args);
}`),
    );
    expect(findings(fixture, RULE).map(({ message }) => message)).toEqual([
      '`save` gives `args` to `create` as the client sent it, and with it all arguments of the query: any column can be set, `authorId` and `published` too. Write the arguments here, with data that a schema has parsed.',
    ]);
    expect(findings(fixture, RULE).map(messageId)).toEqual(['arguments']);
  });

  it('is the only one to speak of such an object', async () => {
    const fixture = await openFixture(
      action(`export async function save(input: { title: string; slug: string; authorId: string }) {
  await prisma.post.create({ data: input });
}`),
    );
    expect(findings(fixture, 'action-validation')).toEqual([]);
  });
});

describe('the fixes', () => {
  const typed = `export async function save(input: { title: string; slug: string; authorId: string }) {
  await prisma.post.create({ data: input });
}
`;

  it('name the fields by the declared type', async () => {
    expectFixed(
      await openFixture(action(typed)),
      RULE,
      {
        [FILE]: `${HEAD}

export async function save(input: { title: string; slug: string; authorId: string }) {
  await prisma.post.create({ data: { title: input.title, slug: input.slug, authorId: input.authorId } });
}
`,
      },
      { recipe: 'pick-fields' },
    );
  });

  it('name the fields of a spread and of a short form', async () => {
    const code = (first: string, second: string): string =>
      action(`interface Input {
  title: string;
  slug: string;
}
export async function save(input: Input) {
  await prisma.post.create({ data: { ${first}, authorId: 'x' } });
}
export async function change(slug: string, data: Input) {
  await prisma.post.update({ where: { slug }, ${second} });
}
`);
    expectFixed(
      await openFixture(code('...input', 'data')),
      RULE,
      code('title: input.title, slug: input.slug', 'data: { title: data.title, slug: data.slug }'),
      { recipe: 'pick-fields', all: true },
    );
  });

  it('can not name fields that no type tells of', async () => {
    const fixture = await openFixture(
      action(`export async function save(input: any) {
  await prisma.post.create({ data: input });
}`),
    );
    expect(refusal(fixture, { rule: RULE, recipe: 'pick-fields' })).toBe(
      'Which fields `input` has can not be told from its type here.',
    );
  });

  it('parse a body by the columns that a form would have', async () => {
    expectFixed(
      await openFixture(
        route(`export async function POST(request: Request) {
  const body = await request.json();
  const post = await prisma.post.create({ data: { ...body, authorId: 'x' } });
  return Response.json(post);
}
`),
      ),
      RULE,
      {
        'app/api/posts/route.ts': `import { prisma } from '@/lib/db';
import { z } from 'zod';
import { postPostsSchema } from '@/lib/validations/posts';

export async function POST(request: Request) {
  const parsed = postPostsSchema.safeParse(await request.json());
  if (!parsed.success) return Response.json({ error: { message: 'Invalid input' } }, { status: 400 });
  const body = parsed.data;
  const post = await prisma.post.create({ data: { ...body, authorId: 'x' } });
  return Response.json(post);
}
`,
        'lib/validations/posts.ts': `import { z } from 'zod';

export const postPostsSchema = z.object({
  slug: z.string().min(1),
  title: z.string().min(1),
  content: z.string().optional(),
});
`,
      },
    );
  });

  it('parse what is written beside an id', async () => {
    expectFixed(
      await openFixture(
        action(`export async function change(id: string, data: any) {
  await prisma.post.update({ where: { id }, data: data });
}
`),
      ),
      RULE,
      {
        [FILE]: `'use server';

import { z } from 'zod';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { changeSchema } from '@/lib/validations/post';

const postSchema = z.object({ title: z.string(), slug: z.string() });

export async function change(id: string, data: any) {
  const parsed = changeSchema.safeParse({ id, data });
  if (!parsed.success) throw new Error('Invalid input');
  await prisma.post.update({ where: { id }, data: parsed.data.data });
}
`,
        'lib/validations/post.ts': `import { z } from 'zod';

export const changeSchema = z.object({
  id: z.string(),
  data: z.object({
    slug: z.string().min(1),
    title: z.string().min(1),
    content: z.string().optional(),
  }).partial(),
});
`,
      },
    );
  });

  it('name the fields of the items of a list', async () => {
    const code = (loop: string, spread: string): string =>
      action(`interface Input {
  title: string;
  slug: string;
}
export async function saveAll(rows: Input[]) {
  for (const row of rows) await prisma.post.create({ data: ${loop} as any });
}
export async function importAll(rows: Array<Input>) {
  await prisma.post.createMany({ data: rows.map((row) => ({ ${spread}, authorId: 'x' })) });
}
`);
    expectFixed(
      await openFixture(code('row', '...row')),
      RULE,
      code('{ title: row.title, slug: row.slug }', 'title: row.title, slug: row.slug'),
      { recipe: 'pick-fields', all: true },
    );
  });

  it('parse a list by the columns of its rows', async () => {
    expectFixed(
      await openFixture(
        route(`export async function POST(request: Request) {
  const rows = await request.json();
  for (const row of rows) await prisma.post.create({ data: { ...row, authorId: 'x' } });
  return Response.json({});
}
`),
      ),
      RULE,
      {
        'app/api/posts/route.ts': `import { prisma } from '@/lib/db';
import { z } from 'zod';
import { postPostsSchema } from '@/lib/validations/posts';

export async function POST(request: Request) {
  const parsed = postPostsSchema.safeParse(await request.json());
  if (!parsed.success) return Response.json({ error: { message: 'Invalid input' } }, { status: 400 });
  const rows = parsed.data;
  for (const row of rows) await prisma.post.create({ data: { ...row, authorId: 'x' } });
  return Response.json({});
}
`,
        'lib/validations/posts.ts': `import { z } from 'zod';

export const postPostsSchema = z.array(z.object({
  slug: z.string().min(1),
  title: z.string().min(1),
  content: z.string().optional(),
}));
`,
      },
    );
  });

  it('parse an argument that is a list', async () => {
    expectFixed(
      await openFixture(
        action(`export async function saveAll(rows: any[]) {
  await prisma.post.createMany({ data: rows.map((row) => ({ ...row, authorId: 'x' })) });
}
`),
      ),
      RULE,
      {
        [FILE]: `'use server';

import { z } from 'zod';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { saveAllSchema } from '@/lib/validations/post';

const postSchema = z.object({ title: z.string(), slug: z.string() });

export async function saveAll(input: any[]) {
  const parsed = saveAllSchema.safeParse(input);
  if (!parsed.success) throw new Error('Invalid input');
  const rows = parsed.data;
  await prisma.post.createMany({ data: rows.map((row) => ({ ...row, authorId: 'x' })) });
}
`,
        'lib/validations/post.ts': `import { z } from 'zod';

export const saveAllSchema = z.array(z.object({
  slug: z.string().min(1),
  title: z.string().min(1),
  content: z.string().optional(),
}));
`,
      },
    );
  });

  it('parse all arguments of a query', async () => {
    expectFixed(
      await openFixture(
        route(`export async function POST(request: Request) {
  const args = await request.json();
  return Response.json(await prisma.comment.create(args));
}
`),
      ),
      RULE,
      {
        'app/api/posts/route.ts': `import { prisma } from '@/lib/db';
import { z } from 'zod';
import { postPostsSchema } from '@/lib/validations/posts';

export async function POST(request: Request) {
  const parsed = postPostsSchema.safeParse(await request.json());
  if (!parsed.success) return Response.json({ error: { message: 'Invalid input' } }, { status: 400 });
  const args = parsed.data;
  return Response.json(await prisma.comment.create(args));
}
`,
        'lib/validations/posts.ts': `import { z } from 'zod';

export const postPostsSchema = z.object({
  data: z.object({
    text: z.string().min(1),
  }),
});
`,
      },
    );
  });
});
