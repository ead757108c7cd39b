import { describe, expect, test } from 'vitest';
import type { ChangedFile, ChangeSet } from '../../src/commit/model.ts';
import { messageText, suggestMessage } from '../../src/commit/suggest.ts';
import { touchedBy } from '../../src/commit/touched.ts';

type Texts = { [file: string]: [before: string | undefined, after: string | undefined] };

async function touched(texts: Texts, migrationsBefore: { [folder: string]: string[] } = {}) {
  const files = Object.entries(texts).map(([file, [before, after]]): ChangedFile => {
    const status = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    return { file, from: undefined, status, before, after };
  });
  return touchedBy({ files, migrationsBefore: new Map(Object.entries(migrationsBefore)) });
}

async function message(...args: Parameters<typeof touched>): Promise<string | undefined> {
  const suggestion = suggestMessage(await touched(...args));
  return suggestion && messageText(suggestion);
}

const schema = (post: string, more = '') => `datasource db {
  provider = "postgresql"
}
model User {
  id    String @id
  posts Post[]
}
model Post {
  id String @id
  author User @relation(fields: [authorId], references: [id])
  authorId String
${post}
}
${more}`;
const base = schema('');
const action = (body: string) => `'use server';\nimport { prisma } from '@/lib/db';\n${body}\n`;
const created = [
  'CREATE TYPE "Role" AS ENUM (\'USER\', \'ADMIN\');\nCREATE TABLE "Post" ("id" TEXT NOT NULL, "title" TEXT, "role" "Role", PRIMARY KEY ("id"));',
];

test.each<[string, Texts, string]>([
  ['a field', { 'prisma/schema.prisma': [base, schema('  slug String')] }, 'db: add Post.slug'],
  [
    'two fields',
    { 'prisma/schema.prisma': [base, schema('  slug String\n  title String')] },
    'db: add slug and title to Post',
  ],
  [
    'a model with an enum; its relation is not told twice',
    {
      'prisma/schema.prisma': [
        base,
        schema(
          '  tags Tag[]',
          'model Tag {\n  id String @id\n  post Post @relation(fields: [p], references: [id])\n  p String\n}\nenum Kind {\n  A\n}',
        ),
      ],
    },
    'db: add the model Tag and the enum Kind',
  ],
  [
    'a field that may be empty now',
    { 'prisma/schema.prisma': [schema('  slug String'), schema('  slug String?')] },
    'db: make Post.slug optional',
  ],
  [
    'an index alone',
    { 'prisma/schema.prisma': [base, schema('  @@index([authorId])')] },
    'perf(db): index Post(authorId)',
  ],
  [
    'a new action, with the service it calls',
    {
      'lib/actions/post.ts': [
        action('export async function a() {}'),
        action(
          'export async function a() {}\nexport async function createPost(input: unknown) {\n  return make(input);\n}',
        ),
      ],
      'lib/services/post.ts': [undefined, 'export const make = (input: unknown) => input;\n'],
    },
    'feat(actions): add createPost\n\n- actions: add createPost\n- backend: add make',
  ],
  [
    'a new route',
    {
      'src/app/(shop)/api/posts/[id]/route.ts': [
        undefined,
        'export async function GET() {}\nexport async function DELETE() {}\n',
      ],
    },
    'feat(api): add GET /api/posts/[id] and DELETE /api/posts/[id]',
  ],
  [
    'a route that hands on all its methods',
    { 'apps/web/app/api/x/route.ts': [undefined, "export { GET, POST, PUT } from './handler';\n"] },
    'feat(api): add /api/x',
  ],
  [
    'a tRPC procedure',
    {
      'server/routers/post.ts': [
        'export const postRouter = router({ list: publicProcedure.query(() => 1) });',
        'export const postRouter = router({ list: publicProcedure.query(() => 1), create: protectedProcedure.mutation(() => 2) });',
      ],
    },
    'feat(api): add postRouter.create',
  ],
  [
    'a guard in an action',
    {
      'lib/actions/post.ts': [
        action(
          'export async function deletePost(id: string) {\n  await prisma.post.delete({ where: { id } });\n}',
        ),
        action(
          'export async function deletePost(id: string) {\n  const session = await auth();\n  if (!session) return;\n  await prisma.post.delete({ where: { id } });\n}',
        ),
      ],
    },
    'fix(backend): check who calls deletePost',
  ],
  [
    'a condition in a query',
    {
      'lib/services/post.ts': [
        'export const list = () => prisma.post.findMany({ where: { a: 1 } });',
        'export const list = () => prisma.post.findMany({ where: { a: 1, teamId } });'.replace(
          'teamId',
          'teamId: 2',
        ),
      ],
    },
    'fix(backend): correct which rows are found in list',
  ],
  [
    'a bound on a list',
    {
      'lib/services/post.ts': [
        'export const list = () => prisma.post.findMany({ where: { a: 1 } });',
        'export const list = () => prisma.post.findMany({ where: { a: 1 }, take: 50 });',
      ],
    },
    'perf(db): limit the rows of list',
  ],
  [
    'a field in a schema of the input',
    {
      'lib/validations/post.ts': [
        "import { z } from 'zod';\nexport const postSchema = z.object({ title: z.string() });",
        "import { z } from 'zod';\nexport const postSchema = z.object({ title: z.string(), slug: z.string() });",
      ],
    },
    'feat(backend): accept slug in postSchema',
  ],
  [
    'braces and quotes',
    {
      'lib/services/a.ts': [
        'export function f(a: number) { if (a) return "x"; }',
        "export function f(a: number) { if (a) { return 'x'; } }",
      ],
    },
    'style(backend): format f',
  ],
  [
    'a function that goes',
    {
      'lib/services/a.ts': [
        'export const f = () => 1;\nexport const g = () => 2;',
        'export const f = () => 1;',
      ],
    },
    'refactor(backend): remove g',
  ],
  [
    'code that moves to a service',
    {
      'lib/actions/a.ts': [
        action(
          `export async function save(id: string) {\n${'  await prisma.post.update({ where: { id }, data: { title: id } });\n'.repeat(4)}}`,
        ),
        action('export async function save(id: string) {\n  await saveAll(id);\n}'),
      ],
      'lib/services/a.ts': [
        undefined,
        `export async function saveAll(id: string) {\n${'  await prisma.post.update({ where: { id }, data: { title: id } });\n'.repeat(4)}}`,
      ],
    },
    'refactor(backend): move code of save to saveAll\n\n- actions: change save\n- backend: add saveAll',
  ],
  ['tests', { 'lib/a.test.ts': ['a', 'b'] }, 'test: change lib/a.test'],
  ['documents', { 'README.md': [undefined, undefined] }, 'docs: add README.md'],
  [
    'a view',
    { 'components/Button.tsx': [undefined, 'export const Button = () => <a />;'] },
    'feat(ui): add components/Button',
  ],
  [
    'packages',
    {
      'package.json': [
        '{ "dependencies": { "zod": "^3.0.0", "a": "1" } }',
        '{ "dependencies": { "zod": "^4.0.0", "b": "1" } }',
      ],
    },
    'chore(deps): update zod to 4.0.0, add b and remove a',
  ],
  ['seed data', { 'prisma/seed.ts': ['a()', 'b()'] }, 'chore(db): change the seed data'],
])('%s', async (_name, texts, expected) => {
  expect(await message(texts)).toBe(expected);
});

const sql = (text: string): Texts => ({ 'prisma/migrations/2_change/migration.sql': [undefined, text] });

test.each([
  ['DROP TABLE "Post";', 'the table `Post` and all its rows'],
  ['ALTER TABLE "Post" DROP COLUMN "title";', 'all values of the column `title` of `Post`'],
  ['TRUNCATE "Post";', 'all rows of `Post`'],
  [
    'ALTER TABLE "Post" ALTER COLUMN "title" TYPE VARCHAR(3);',
    "values of the column `title` of `Post` that don't fit `VARCHAR(3)`",
  ],
])('%s is marked as breaking, with what is lost', async (text, lost) => {
  const { 'prisma/migrations': earlier } = { 'prisma/migrations': created };
  const found = await message(sql(text), { 'prisma/migrations': earlier });
  expect(found).toMatch(/^db!: /);
  expect(found?.replaceAll('\n', ' ')).toContain(`BREAKING CHANGE: destroys ${lost}`);
});

test.each([
  ['a table of its own', 'CREATE TABLE "T" ("a" INT);\nDROP TABLE "T";'],
  ['a new column', 'ALTER TABLE "Post" ADD COLUMN "slug" TEXT;'],
  ['a longer type', 'ALTER TABLE "Post" ALTER COLUMN "title" TYPE TEXT;'],
])('%s is not', async (_name, text) => {
  expect(await message(sql(text), { 'prisma/migrations': created })).toMatch(/^db: /);
});

test('without a migration the schema says what the next one destroys; a column that stays does not count', async () => {
  const found = await message({ 'prisma/schema.prisma': [schema('  slug String'), base] });
  expect(found).toBe('db!: drop Post.slug\n\nBREAKING CHANGE: destroys all values of `slug` of `Post`.');
  const moved = await message({
    'prisma/schema/a.prisma': [base, schema('').replace(/model Post[^]*?\n}/, '')],
    'prisma/schema/post.prisma': [undefined, /model Post[^]*?\n}/.exec(base)?.[0]],
  });
  expect(moved).toBe('style: format schema/a.prisma and schema/post.prisma');
});

test('headers and lines keep to their length, whatever the names are', async () => {
  const names = Array.from(
    { length: 40 },
    (_, index) => `aVeryLongNameOfAnActionThatNobodyWouldType${index}`,
  );
  const found = await message({
    'lib/actions/a.ts': [
      undefined,
      action(names.map((name) => `export async function ${name}() {}`).join('\n')),
    ],
    'lib/services/b.ts': [undefined, 'export const f = () => 1;'],
  });
  const lines = (found ?? '').split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  expect(lines[0]).toContain('more');
});

test('names of files cannot break the message', async () => {
  const found = await message({ 'docs/a\nBREAKING CHANGE: x\u001b[2J.md': [undefined, undefined] });
  expect(found?.split('\n')).toHaveLength(1);
  expect(found).not.toContain('\u001b');
});

test('what does not parse, and what is nested without end, still gets a message', async () => {
  expect(await message({ 'lib/services/a.ts': ['export const a = ;', 'export const = 1'] })).toMatch(
    /^\w+\(/,
  );
  const deep = `export const a = ${'['.repeat(5_000)}${']'.repeat(5_000)};`;
  expect(await message({ 'lib/services/a.ts': ['export const a = 1;', deep] })).toMatch(/^\w+[(:]/);
  expect(await message({})).toBeUndefined();
});

const service = (body: string) => `import { prisma } from '@/lib/db';\n${body}\n`;

test.each<[string, Texts, string]>([
  [
    'a primary key',
    {
      'prisma/schema.prisma': [
        'model Like {\n  a Int\n  b Int\n  @@id([a])\n}\n',
        'model Like {\n  a Int\n  b Int\n  @@id([a, b])\n}\n',
      ],
    },
    'db: change the primary key of Like',
  ],
  [
    'the table of a model',
    {
      'prisma/schema.prisma': [
        'model Like {\n  a Int @id\n}\n',
        'model Like {\n  a Int @id\n  @@map("likes")\n}\n',
      ],
    },
    'db: store Like in the table likes',
  ],
  [
    'imports alone are no formatting',
    {
      'lib/services/post.ts': [
        "import { a } from './a';\nexport const list = () => a();\n",
        "import { a } from '../a';\nexport const list = () => a();\n",
      ],
      '.env.example': ['A=\n', 'A=\nB=\n'],
    },
    'fix(backend): correct imports of services/post',
  ],
  [
    'imports that go',
    {
      'lib/services/post.ts': [
        "import { a } from './a';\nimport { b } from './b';\nexport const list = () => a();\n",
        "import { a } from './a';\nexport const list = () => a();\n",
      ],
    },
    'refactor(backend): remove imports of services/post',
  ],
  [
    'an export alone is no change of code',
    { 'lib/services/post.ts': ['const limit = 5;\n', 'export const limit = 5;\n'] },
    'style: format services/post',
  ],
  [
    'functions that every file has are called by their file',
    {
      'lib/services/getPosts.ts': [
        service('export async function query() {\n  return prisma.post.findMany({ where: { a: 1 } });\n}'),
        service('export async function query() {\n  return prisma.post.findMany({ where: { a: 2 } });\n}'),
      ],
      'lib/services/getTags/index.ts': [
        service('export async function query() {\n  return prisma.tag.findMany({ where: { a: 1 } });\n}'),
        service('export async function query() {\n  return prisma.tag.findMany({ where: { a: 2 } });\n}'),
      ],
    },
    'fix(backend): change 1 to 2 in getPosts and getTags',
  ],
  [
    'a helper is told by who calls it',
    {
      'lib/services/post.ts': [
        service('function order() {\n  return 1;\n}\nexport function listPosts() {\n  return order();\n}'),
        service('function order() {\n  return 2;\n}\nexport function listPosts() {\n  return order();\n}'),
      ],
    },
    'fix(backend): change 1 to 2 in listPosts',
  ],
  [
    'checks that move protect no more than before',
    {
      'lib/services/post.ts': [
        service(
          'export async function removePost(id) {\n  await requireUser();\n  return prisma.post.delete({ where: { id } });\n}',
        ),
        service('export async function removePost(id) {\n  return prisma.post.delete({ where: { id } });\n}'),
      ],
      'app/api/posts/route.ts': [
        'export async function DELETE(request) {\n  return removePost(request.id);\n}\n',
        'export async function DELETE(request) {\n  await requireUser();\n  return removePost(request.id);\n}\n',
      ],
    },
    'refactor(backend): move the checks to DELETE /api/posts',
  ],
  [
    'schemas that routes use from now on',
    {
      'lib/validations/post.ts': [
        "import { z } from 'zod';\n",
        "import { z } from 'zod';\nexport const postSchema = z.object({ id: z.string() });\n",
      ],
      'app/api/posts/route.ts': [
        'export async function POST(request) {\n  return save(await request.json());\n}\n',
        'export async function POST(request) {\n  return save(check(postSchema, await request.json()));\n}\n',
      ],
    },
    'fix(backend): validate the input of POST /api/posts',
  ],
  [
    'a cache in front of a read',
    {
      'lib/services/post.ts': [
        service('export async function listPosts() {\n  return prisma.post.findMany();\n}'),
        service(
          'export async function listPostsUncached() {\n  return prisma.post.findMany();\n}\nexport async function listPosts() {\n  return remember(listPostsUncached);\n}',
        ),
      ],
    },
    'perf(db): cache the reads of listPosts',
  ],
  [
    'another way to sign in',
    {
      'lib/auth.ts': [
        'export const { auth } = NextAuth({ providers: [GitHub()] });\n',
        'export const { auth } = NextAuth({ providers: [GitHub(), Google()] });\n',
      ],
    },
    'feat(backend): sign in with Google in auth',
  ],
  [
    'what only loses is simpler',
    {
      'lib/services/post.ts': [
        service(
          `export async function listPosts() {\n  const legacy = await readLegacy('${'x'.repeat(60)}', 1, 2, 3);\n  if (legacy) return legacy;\n  ${'await note();\n  '.repeat(30)}return prisma.post.findMany();\n}`,
        ),
        service(
          `export async function listPosts() {\n  ${'await note();\n  '.repeat(30)}return prisma.post.findMany();\n}`,
        ),
      ],
    },
    'refactor(backend): simplify listPosts',
  ],
])('%s', async (_name, texts, expected) => {
  expect((await message(texts))?.split('\n')[0]).toBe(expected);
});

test('scripts of a package.json are no packages', async () => {
  const scripts = (build: string) => JSON.stringify({ scripts: { build } });
  expect(
    await message({ 'package.json': [scripts('next build'), scripts('prisma generate && next build')] }),
  ).toBe('chore: change package.json');
});

const handler = (body: string) => `export async function POST(request) {\n  ${body}\n}\n`;

test.each<[string, Texts, string]>([
  [
    'an object around a value is no layout',
    { 'app/api/posts/route.ts': [handler('return json({ post });'), handler('return json(post);')] },
    'fix(backend): correct the answer of POST /api/posts',
  ],
  [
    'an order is no text',
    {
      'app/api/posts/route.ts': [
        handler("return find({ orderBy: { at: 'asc' } });"),
        handler("return find({ orderBy: { at: 'desc' } });"),
      ],
    },
    "fix(backend): use 'desc' instead of 'asc' in POST /api/posts",
  ],
  [
    'what a schema inside a route accepts',
    {
      'app/api/posts/route.ts': [
        handler('return save(z.object({ id: z.string() }));'),
        handler('return save(z.object({ id: z.string(), name: z.string() }));'),
      ],
    },
    'feat(api): accept name in POST /api/posts',
  ],
  [
    'a key that leaves the code',
    {
      'app/api/posts/route.ts': [
        handler("return load('k-123');"),
        handler('return load(process.env.API_KEY);'),
      ],
    },
    'fix(backend): read API_KEY from the environment in POST /api/posts',
  ],
  [
    'a service that can be asked for more',
    {
      'lib/services/post.ts': [
        service('export async function listPosts(page: number) {\n  return load(page);\n}'),
        service(
          'export async function listPosts(page: number, month: string) {\n  return load(page, month);\n}',
        ),
      ],
    },
    'feat(backend): take month in listPosts',
  ],
  [
    'whose rows a service reads is a check',
    {
      'lib/services/post.ts': [
        service('export async function listPosts(page: number) {\n  return load(page);\n}'),
        service(
          'export async function listPosts(page: number, userId: string) {\n  return load(page, userId);\n}',
        ),
      ],
    },
    'fix(backend): correct what load is given in listPosts',
  ],
  [
    'another thing at the same time is no speed',
    {
      'lib/services/post.ts': [
        service('export async function removePost(page) {\n  await drop(page);\n}'),
        service(
          'export async function removePost(page) {\n  await drop(page);\n  await Promise.all([forget(page)]);\n}',
        ),
      ],
    },
    'fix(backend): use forget in removePost',
  ],
  [
    'a function under another name',
    {
      'lib/services/post.ts': [
        service(
          'export async function adminRemovePost(id) {\n  return prisma.post.delete({ where: { id } });\n}',
        ),
        service('export async function removePost(id) {\n  return prisma.post.delete({ where: { id } });\n}'),
      ],
    },
    'refactor(backend): rename adminRemovePost to removePost',
  ],
  [
    "a page that calls itself 'use server' is none of the actions",
    {
      'lib/actions/cart.ts': [
        action('export async function buy() {\n  await pay(1);\n}'),
        action('export async function buy() {\n  await pay(2);\n}'),
      ],
      'app/dashboard/page.tsx': [
        "'use server';\nexport default function Page() {\n  return <p>{session?.user.role}</p>;\n}\n",
        "'use server';\nexport default function Page() {\n  return <p>{session?.user.role}{session?.user.name}</p>;\n}\n",
      ],
    },
    'fix(backend): change 1 to 2 in buy',
  ],
  [
    'migrations that become one',
    {
      'prisma/schema.prisma': [base, schema('  slug String')],
      'prisma/migrations/1_a/migration.sql': ['SELECT 1;\n', undefined],
      'prisma/migrations/2_b/migration.sql': ['SELECT 1;\n', undefined],
      'prisma/migrations/3_init/migration.sql': [undefined, 'CREATE TABLE "A" ("id" TEXT PRIMARY KEY);\n'],
    },
    'db: merge 2 migrations into init',
  ],
])('%s', async (_name, texts, expected) => {
  expect((await message(texts))?.split('\n')[0]).toBe(expected);
});

const calls = (body: string) =>
  service(`export async function listPosts(page: number) {\n  ${body}\n  return load(page);\n}`);

test.each<[string, Texts, string]>([
  [
    'a line for the log is no fix',
    { 'lib/services/post.ts': [calls('note();'), calls("note();\n  console.log('page (first', page);")] },
    'chore(backend): log more in listPosts',
  ],
  [
    'a line of the log that goes',
    { 'lib/services/post.ts': [calls("log.debug('a', sum(page));\n  note();"), calls('note();')] },
    'chore(backend): log less in listPosts',
  ],
  [
    'a line of the log that says something else',
    { 'lib/services/post.ts': [calls('console.log(page);'), calls('console.log(page, 1);')] },
    'chore(backend): change the logs of listPosts',
  ],
  [
    'an error that is told from now on',
    {
      'lib/services/post.ts': [
        calls('try { note(); } catch (error) {}'),
        calls('try { note(); } catch (error) { console.error(error); }'),
      ],
    },
    'fix(backend): log the errors of listPosts',
  ],
  [
    'a comment that explains',
    { 'lib/services/post.ts': [calls('note();'), calls('// Pages begin at 1.\n  note();')] },
    'docs: change comments of services/post',
  ],
  [
    'code in comments that goes',
    {
      'lib/services/post.ts': [
        calls('// const rows = await old(page);\n  // return rows;\n  note();'),
        calls('note();'),
      ],
    },
    'refactor: remove commented-out code from services/post',
  ],
  [
    'comments of a schema',
    { 'prisma/schema.prisma': [base, schema('  // Whose it is.')] },
    'docs: change comments of prisma/schema.prisma',
  ],
  ['layout alone', { 'prisma/schema.prisma': [base, schema('\n')] }, 'style: format prisma/schema.prisma'],
  [
    'types alone',
    { 'lib/services/post.ts': [calls('note(page as any);'), calls('note(page as number);')] },
    'refactor(backend): change the types of listPosts',
  ],
  [
    'types of a method, and of a file that declares nothing else',
    {
      'lib/services/a.ts': [
        'export class Posts { async list(page: any) { return load(page); } }\n',
        'export class Posts { async list(page: number) { return load(page); } }\n',
      ],
      'lib/services/b.ts': [
        'export interface Post { id: string }\n',
        'export interface Post { id: number }\n',
      ],
    },
    'refactor(backend): change the types of Posts.list and services/b',
  ],
  [
    'a route that is made once',
    {
      'app/api/posts/route.ts': [
        'export async function GET(request) {\n  return list();\n}\n',
        "export const dynamic = 'force-static';\nexport async function GET() {\n  return list();\n}\n",
      ],
    },
    'perf(api): cache the answers of GET /api/posts',
  ],
  [
    'a route that is made for each request',
    {
      'app/api/posts/route.ts': [
        'export async function GET() {\n  return list();\n}\n',
        "export const dynamic = 'force-dynamic';\nexport async function GET() {\n  return list();\n}\n",
      ],
    },
    'fix(backend): answer each request anew in /api/posts',
  ],
  [
    'how long a route may run',
    {
      'app/api/posts/route.ts': [
        'export async function GET() {\n  return list();\n}\n',
        'export const maxDuration = 60;\nexport async function GET() {\n  return list();\n}\n',
      ],
    },
    'fix(backend): set maxDuration in /api/posts',
  ],
  [
    'a function that did nothing yet',
    {
      'lib/actions/user.ts': [
        action("export async function login(form) {\n  const email = form.get('email');\n}"),
        action(
          "export async function login(form) {\n  const email = form.get('email');\n  try {\n    await signIn('credentials', { email, redirect: false });\n  } catch (error) {\n    return error.cause;\n  }\n}",
        ),
      ],
    },
    'feat(actions): implement login',
  ],
  [
    'a check that is made from now on',
    {
      'lib/services/post.ts': [
        service('export async function publish(id) {\n  return save(id);\n}'),
        service(
          'export function assertComplete(id) {\n  if (!id) throw new Error();\n}\nexport async function publish(id) {\n  assertComplete(id);\n  return save(id);\n}',
        ),
      ],
    },
    'fix(backend): use assertComplete in publish',
  ],
])('%s', async (_name, texts, expected) => {
  expect((await message(texts))?.split('\n')[0]).toBe(expected);
});

test.each<[string, Texts, string]>([
  [
    'a client under another name',
    {
      'lib/services/post.ts': [
        service(
          'export async function list() {\n  return db.post.findMany();\n}\nexport async function count() {\n  return db.post.count();\n}',
        ),
        service(
          'export async function list() {\n  return prisma.post.findMany();\n}\nexport async function count() {\n  return prisma.post.count();\n}',
        ),
      ],
    },
    'refactor(backend): use prisma instead of db in list and count',
  ],
  [
    'one argument more everywhere',
    {
      'lib/services/post.ts': ['a', 'b', 'c'].reduce<[string, string]>(
        ([before, after], name) => [
          `${before}export async function ${name}() {\n  return ask();\n}\n`,
          `${after}export async function ${name}() {\n  return ask(authOptions);\n}\n`,
        ],
        [service(''), service('')],
      ),
    },
    'fix(backend): use authOptions in a, b and c',
  ],
  [
    'another name handed on by a list of exports',
    {
      'lib/services/index.ts': [
        "export { list, count } from './post';\n",
        "export { list, count, find } from './post';\n",
      ],
    },
    'feat(backend): add find',
  ],
  [
    'a sign-in that ends with a session',
    {
      'app/callback/route.ts': [
        'export async function GET(request) {\n  return Response.json(await exchange(request));\n}\n',
        "export async function GET(request) {\n  const profile = await exchange(request);\n  const user = await db.user.findUnique({ where: { githubId: profile.id } });\n  const known = user ?? (await db.user.create({ data: { githubId: profile.id, name: profile.login, avatar: profile.avatar } }));\n  const session = await getSession();\n  session.id = known.id;\n  await session.save();\n  return redirect('/profile');\n}\n",
      ],
    },
    'feat(api): sign in through GET /callback',
  ],
  [
    'callbacks of Auth.js ask nobody who calls',
    {
      'app/api/auth/[...nextauth]/route.ts': [
        'const handler = NextAuth({ providers: [] });\nexport { handler as GET, handler as POST };\n',
        'const handler = NextAuth({ providers: [], callbacks: { async session({ session, user }) { session.user = { ...session.user, id: user.id }; return session; } } });\nexport { handler as GET, handler as POST };\n',
      ],
    },
    'feat(backend): set callbacks in GET /api/auth/[...nextauth] and POST /api/auth/[...nextauth]',
  ],
  [
    'an input that may be missing',
    {
      'lib/validations/post.ts': [
        "import { z } from 'zod';\nexport const postSchema = z.object({ title: z.string(), slug: z.string() });\n",
        "import { z } from 'zod';\nexport const postSchema = z.object({ title: z.string(), slug: z.string().nullish() });\n",
      ],
    },
    'fix(backend): make slug optional in postSchema',
  ],
  [
    'an input with other rules',
    {
      'lib/validations/post.ts': [
        "import { z } from 'zod';\nexport const postSchema = z.object({ title: z.string().max(80, { error: 'a, b' }) });\n",
        "import { z } from 'zod';\nexport const postSchema = z.object({ title: z.string().max(120, { error: 'a, b' }) });\n",
      ],
    },
    'fix(backend): change the rules of title in postSchema',
  ],
  [
    'a helper that nothing needs any more',
    {
      'lib/services/post.ts': [
        service(
          'export function salt() {\n  return hash();\n}\nexport async function save(id) {\n  return store(id, salt());\n}',
        ),
        service('export async function save(id) {\n  return store(id, hash(startOfMonth(id)));\n}'),
      ],
    },
    'refactor(backend): stop using salt in save',
  ],
  [
    'a method that is gone',
    {
      'app/api/posts/route.ts': [
        'export async function GET() {\n  return list();\n}\nexport async function POST(request) {\n  return add(request);\n}\n',
        'export async function POST(request) {\n  return add(request, 1);\n}\n',
      ],
    },
    'refactor(api): remove GET /api/posts and change POST /api/posts',
  ],
  [
    'what is no longer set',
    {
      'lib/services/post.ts': [
        service(
          "export async function enter() {\n  const known = await readTheOneWhoAsks();\n  return signUp({ callbackUrl: '/home', known });\n}",
        ),
        service(
          'export async function enter() {\n  const known = await readTheOneWhoAsks();\n  return signUp({ known });\n}',
        ),
      ],
    },
    'fix(backend): drop callbackUrl in enter',
  ],
  [
    'a header without room ends with a name',
    {
      'app/api/[organisation]/[project]/integrations/route.ts': [
        'export async function GET() {\n  return read(process.env.A);\n}\n',
        'export async function GET() {\n  return read(process.env.NEXT_PUBLIC_AZURE_AD_B2C_ENABLED);\n}\n',
      ],
    },
    'fix(backend): read NEXT_PUBLIC_AZURE_AD_B2C_ENABLED from the environment',
  ],
  [
    'a first schema',
    {
      'prisma/schema.prisma': [
        undefined,
        'generator client {\n  provider = "prisma-client"\n}\ndatasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id\n}\n',
      ],
    },
    'db: add the Prisma schema and the model A',
  ],
])('%s', async (_name, texts, expected) => {
  expect((await message(texts))?.split('\n')[0]).toBe(expected);
});

test.each<[string, Texts, string]>([
  [
    'a text that stands for something',
    {
      'lib/actions/post.ts': [
        action(
          "export async function add() {\n  await save();\n  emit('post');\n}\nexport async function drop() {\n  await kill();\n  emit('post');\n}",
        ),
        action(
          "export async function add() {\n  await save();\n  emit('posts');\n}\nexport async function drop() {\n  await kill();\n  emit('posts');\n}",
        ),
      ],
    },
    'fix(backend): use posts instead of post in add and drop',
  ],
  [
    'a key of a cache asks nobody who calls',
    {
      'lib/services/post.ts': [
        service(
          'export async function mine() {\n  const session = await auth();\n  return unstable_cache(() => find(session.user.id), undefined)();\n}',
        ),
        service(
          'export async function mine() {\n  const session = await auth();\n  return unstable_cache(() => find(session.user.id), [session.user.id])();\n}',
        ),
      ],
    },
    'fix(backend): correct mine',
  ],
  [
    'names of classes are no texts',
    {
      'app/api/image/route.tsx': [
        'export async function GET() {\n  return new ImageResponse(<div tw="h-96 w-full">{await load()}</div>);\n}\n',
        'export async function GET() {\n  return new ImageResponse(<div tw="h-full w-full">{await load()}</div>);\n}\n',
      ],
    },
    "fix(backend): use 'h-full w-full' instead of 'h-96 w-full' in GET /api/image",
  ],
  [
    'new actions beside columns with another detail',
    {
      'prisma/schema.prisma': [schema('  slug String'), schema('  slug String?')],
      'lib/actions/brand.ts': [
        undefined,
        action('export async function createBrand(form) {\n  await save(form);\n}'),
      ],
    },
    'feat(actions): add createBrand',
  ],
])('%s', async (_name, texts, expected) => {
  expect((await message(texts))?.split('\n')[0]).toBe(expected);
});

test.each<[string, Texts, string]>([
  [
    'other pages are revalidated',
    {
      'lib/actions/post.ts': [
        action("export async function add() {\n  await save();\n  revalidatePath('/posts');\n}"),
        action("export async function add() {\n  await save();\n  revalidatePath('/', 'layout');\n}"),
      ],
    },
    'fix(backend): change what is revalidated after add',
  ],
  [
    'rows that go from now on',
    {
      'lib/actions/post.ts': [
        action('export async function drop(id) {\n  await db.post.delete({ where: { id } });\n}'),
        action(
          'export async function drop(id) {\n  await db.notification.deleteMany({ where: { id } });\n  await db.post.delete({ where: { id } });\n}',
        ),
      ],
    },
    'fix(backend): delete notification in drop',
  ],
  [
    'a setting of a route with another value',
    {
      'app/api/posts/route.ts': [
        'export const maxDuration = 300;\nexport async function GET() {\n  return list();\n}\n',
        'export const maxDuration = 60;\nexport async function GET() {\n  return list();\n}\n',
      ],
    },
    'fix(backend): set maxDuration in /api/posts',
  ],
  [
    'a relation under another name',
    {
      'prisma/schema.prisma': [base, base.replace('posts Post[]', 'texts Post[]')],
    },
    'db: rename User.posts to texts',
  ],
  [
    'migrations that go',
    { 'prisma/migrations/1_a/migration.sql': ['CREATE TABLE "A" ("id" TEXT);\n', undefined] },
    'db: remove the migration a',
  ],
])('%s', async (_name, texts, expected) => {
  expect((await message(texts))?.split('\n')[0]).toBe(expected);
});

test.each<[string, Texts, string]>([
  [
    'a check that is called from now on',
    {
      'lib/services/team.ts': [
        service('export async function rename(name) {\n  return save(name);\n}'),
        service(
          'export async function rename(name) {\n  let clean;\n  try {\n    clean = validateContent(name);\n  } catch (error) {\n    return { error };\n  }\n  return save(clean);\n}',
        ),
      ],
    },
    'fix(backend): use validateContent in rename',
  ],
  [
    'a variable under another name',
    {
      'lib/services/team.ts': [
        service(
          'export async function find(id) {\n  const current = await load(id);\n  return current.parent;\n}',
        ),
        service(
          'export async function find(id) {\n  const ancestor = await load(id);\n  return ancestor.parent;\n}',
        ),
      ],
    },
    'refactor(backend): rename current to ancestor in find',
  ],
  [
    'pages about documents are no documents',
    {
      'app/(site)/docs/page.tsx': [
        'export default function Page() {\n  return <p>{one()}</p>;\n}\n',
        'export default function Page() {\n  return <p>{two()}</p>;\n}\n',
      ],
    },
    'feat(ui): extend /docs',
  ],
  [
    'an optional input that may be null as well',
    {
      'lib/validations/post.ts': [
        "import { z } from 'zod';\nexport const postSchema = z.object({ slug: z.string().optional() });\n",
        "import { z } from 'zod';\nexport const postSchema = z.object({ slug: z.string().nullable().optional() });\n",
      ],
    },
    'fix(backend): change the rules of slug in postSchema',
  ],
])('%s', async (_name, texts, expected) => {
  expect((await message(texts))?.split('\n')[0]).toBe(expected);
});

test.each<[string, Texts, string]>([
  [
    'a session that is known is no check',
    {
      'lib/actions/user.ts': [
        action('export async function reset() {\n  const session = await auth();\n  await save(session);\n}'),
        action(
          'export async function reset() {\n  const session = await auth();\n  await drop({ owner: session.user.id });\n  await save(session);\n}',
        ),
      ],
    },
    'fix(backend): set owner in reset',
  ],
  [
    'headers that let others keep an answer',
    {
      'app/api/posts/route.ts': [
        'export async function GET() {\n  return Response.json(list(), { headers: cors });\n}\n',
        "export async function GET() {\n  return Response.json(list(), { headers: { ...cors, 'Cache-Control': 'public, max-age=300' } });\n}\n",
      ],
    },
    'perf(api): cache the answers of GET /api/posts',
  ],
  [
    'a way to sign in that is gone',
    {
      'lib/auth.ts': [
        "import NextAuth from 'next-auth';\nexport const { auth } = NextAuth({ providers: [GitHub({ clientId: a }), Apple({ clientId: b, clientSecret: c })] });\n",
        "import NextAuth from 'next-auth';\nexport const { auth } = NextAuth({ providers: [GitHub({ clientId: a })] });\n",
      ],
    },
    'refactor(backend): no longer sign in with Apple in auth',
  ],
  [
    'a hook is no service',
    {
      'src/components/hooks/queries/usePosts.ts': [
        "import { useQuery } from '@tanstack/react-query';\nexport const usePosts = () => useQuery({ queryFn: () => get(one()) });\n",
        "import { useQuery } from '@tanstack/react-query';\nexport const usePosts = () => useQuery({ queryFn: () => get(two()) });\n",
      ],
    },
    'fix(ui): correct queries/usePosts',
  ],
])('%s', async (_name, texts, expected) => {
  expect((await message(texts))?.split('\n')[0]).toBe(expected);
});

test('a migration under another name', async () => {
  const same = 'CREATE TABLE "A" ("id" TEXT);\n';
  const changes: ChangeSet = {
    files: [
      {
        file: 'prisma/migrations/2_b/migration.sql',
        from: 'prisma/migrations/1_a/migration.sql',
        status: 'moved',
        before: same,
        after: same,
      },
    ],
    migrationsBefore: new Map(),
  };
  const suggestion = suggestMessage(await touchedBy(changes));
  expect(suggestion && messageText(suggestion)).toBe('db: rename the migration a to b');
  const again = {
    ...changes,
    files: changes.files.map((one) => ({ ...one, file: 'prisma/migrations/2_a/migration.sql' })),
  };
  expect(suggestMessage(await touchedBy(again))?.subject).toBe('rename the migration 1_a to 2_a');
});

test('a check that goes is told, and is no simplification', async () => {
  const said = await message({
    'app/api/search/route.ts': [
      "export async function GET(request) {\n  const session = await getServerSession(authOptions);\n  if (!session) return new Response('', { status: 401 });\n  return Response.json(await find(request));\n}\n",
      'export async function GET(request) {\n  return Response.json(await find(request));\n}\n',
    ],
  });
  expect(said).toBe('fix(backend): no longer check who calls GET /api/search');
});

test('deletes that spread from now on are told with what they spread from', async () => {
  const said = await message(
    {
      'prisma/migrations/2_b/migration.sql': [
        undefined,
        'ALTER TABLE "Line" DROP CONSTRAINT "Line_saleId_fkey";\nALTER TABLE "Line" ADD CONSTRAINT "Line_saleId_fkey" FOREIGN KEY ("saleId") REFERENCES "Sale"("id") ON DELETE CASCADE;\n',
      ],
    },
    {
      'prisma/migrations': [
        'CREATE TABLE "Sale" ("id" TEXT PRIMARY KEY);\nCREATE TABLE "Line" ("id" TEXT PRIMARY KEY, "saleId" TEXT NOT NULL);\nALTER TABLE "Line" ADD CONSTRAINT "Line_saleId_fkey" FOREIGN KEY ("saleId") REFERENCES "Sale"("id") ON DELETE RESTRICT;\n',
      ],
    },
  );
  expect(said?.replace(/\s+/g, ' ')).toContain(
    'BREAKING CHANGE: destroys the rows of `Line` that point at a deleted row of `Sale`.',
  );
});

test('a migration without a schema is told by what it drops', async () => {
  const said = await message(
    { 'prisma/migrations/2_b/migration.sql': [undefined, 'ALTER TABLE "Post" DROP COLUMN "title";\n'] },
    { 'prisma/migrations': created },
  );
  expect(said).toMatch(/^db!: drop Post\.title\n\nBREAKING CHANGE: destroys all values/);
});

test('files that only move are told by where they go', async () => {
  const moved = (from: string, file: string, text = 'x'): ChangedFile => ({
    file,
    from,
    status: 'moved',
    before: text,
    after: text,
  });
  const files = [
    moved('src/prisma/schema.prisma', 'prisma/schema.prisma'),
    moved('src/prisma/index.js', 'prisma/index.js'),
    moved('src/prisma/migrations/1_a/migration.sql', 'prisma/migrations/1_a/migration.sql'),
  ];
  const suggestion = suggestMessage(await touchedBy({ files, migrationsBefore: new Map() }));
  expect(suggestion && messageText(suggestion)).toBe('refactor(backend): move src/prisma to prisma');
});

describe('a change of one place is told by what happens there', () => {
  const of = (body: string): string =>
    `import { prisma } from '@/lib/db';\nimport { files } from '@/lib/files';\nexport async function load(id: string, name: string) {\n  ${body}\n}\n`;

  test.each([
    [
      'const a = find(id);\n  return a.b;',
      'const a = find(id);\n  return a?.b;',
      'fix(backend): allow for missing values in load',
    ],
    [
      'const { a } = find(id);\n  return a;',
      'const { a } = find(id) || {};\n  return a;',
      'fix(backend): fall back to {} in load',
    ],
    ['save(id);\n  return id;', 'await save(id);\n  return id;', 'fix(backend): wait for a promise in load'],
    [
      'return files.get(name);',
      'return files.get(`${id}/${name}`);',
      'fix(backend): correct what files.get is given in load',
    ],
    [
      'return prisma.post.findMany({ where: { id: { in: [id] } }, take: 5 });',
      'return prisma.post.findMany({ where: { id: { in: [id, name] } }, take: 5 });',
      'fix(backend): correct which rows are found in load',
    ],
    [
      'if (id === name) return 1;\n  return 2;',
      'if (id === name.trim()) return 1;\n  return 2;',
      'fix(backend): correct a condition in load',
    ],
    [
      'if (id) {\n    if (name) {\n      return 1;\n    }\n  }\n  return 2;',
      'if (id && name) {\n    return 1;\n  }\n  return 2;',
      'refactor(backend): simplify the conditions of load',
    ],
    [
      'return save(id);',
      "if (id.length < 8) {\n    throw new Error('An id has eight letters.');\n  }\n  return save(id);",
      'fix(backend): answer "An id has eight letters" in load',
    ],
    [
      'switch (id) {\n    case "a":\n      return 1;\n    case "b":\n      return 2;\n  }\n  return 3;',
      'switch (id) {\n    case "a":\n      return 1;\n  }\n  return 3;',
      "refactor(backend): drop the case 'b' in load",
    ],
    [
      'return prisma.post.findMany({ where: { id }, take: 100 });',
      'return prisma.post.findMany({ where: { id } });',
      'fix(backend): no longer limit the rows of load',
    ],
  ])('%s → %s', async (before, after, expected) => {
    expect(await message({ 'lib/services/load.ts': [of(before), of(after)] })).toBe(expected);
  });
});

test('a migration that calls itself one is called so once', async () => {
  expect(
    await message({
      'prisma/migrations/20240101000000_initial_migration/migration.sql': [
        undefined,
        'CREATE TYPE "Kind" AS ENUM (\'A\');',
      ],
    }),
  ).toBe('db: add the initial migration');
});

test('errors that are logged in what is written anew are not the matter', async () => {
  const socket = (body: string): string => `export function connect(port: number) {\n${body}\n}\n`;
  const lines = (name: string) =>
    Array.from({ length: 30 }, (_, at) => `  ${name}.on('e${at}', () => queue.push(${at}));`).join('\n');
  const before = socket(`  let client = open(port);\n${lines('client')}\n  return client;`);
  const after = socket(
    `  const link = new Link();\n${lines('link').replaceAll('queue.push', 'handle')}\n  link.on('error', (e) => console.error(e));\n  return link;`,
  );
  expect(await message({ 'lib/services/socket.ts': [before, after] })).not.toContain('log the errors');
});

test('code is moved only where it stood before', async () => {
  const reader = (name: string, call: string) =>
    `import { prisma } from '@/lib/db';\nexport async function ${name}(id: string) {\n  ${call}\n}\n`;
  const texts: Texts = {};
  for (const name of ['getA', 'getB', 'getC'])
    texts[`lib/services/${name}.ts`] = [
      reader(
        name,
        `const rows = await prisma.${name.toLowerCase()}.findMany({ where: { id }, take: 1 });\n  const [row] = rows;\n  return row ?? null;`,
      ),
      reader(name, 'return only(id);'),
    ];
  texts['lib/services/only.ts'] = [
    undefined,
    'export function only(data: unknown[]) {\n  if (data.length > 1) throw new Error(`${data.length} records`);\n  return data.at(0);\n}\n',
  ];
  expect(await message(texts)).not.toContain('move code');
});

test('a few words of the backend beside a view that is written anew are aside', async () => {
  const view = (name: string) =>
    `export function Board() {\n  return <div>${Array.from({ length: 300 }, (_, at) => `<${name} at={${at}} open />`).join('')}</div>;\n}\n`;
  const balance = (more: string) =>
    `import { prisma } from '@/lib/db';\nexport async function getBalance(id: string) {\n  const rows = await prisma.coin.findMany({ where: { id }, take: 5 });\n  return { rows${more} };\n}\n`;
  expect(
    await message({
      'components/Board.tsx': [view('Card'), view('Tile')],
      'lib/services/balance.ts': [
        balance(''),
        balance(', all: rows.reduce((sum, row) => sum + row.value, 0)'),
      ],
    }),
  ).toMatch(/^\w+\(ui\)/);
});

test('one way of looking rows up that takes the place of another is the matter, not one check of many places', async () => {
  const route = (query: string, more = '') =>
    `import { prisma } from '@/lib/db';\nexport async function GET(request: Request) {\n  const { userId, teamId } = await read(request);\n${more}  const row = await prisma.member.${query};\n  return Response.json({ row });\n}\n`;
  const texts: Texts = {};
  for (const [at, name] of ['a', 'b', 'c', 'd', 'e'].entries())
    texts[`app/api/${name}/route.ts`] = [
      route('findFirst({ where: { userId, teamId } })'),
      route(
        'findUnique({ where: { userId_teamId: { userId, teamId } } })',
        at === 0 ? "  if (!userId) return new Response('Unauthorized', { status: 401 });\n" : '',
      ),
    ];
  expect(await message(texts)).toMatch(/^fix\(backend\): look rows up by their keys in GET \/api\/a/);
});

test('what renders mails and reaches the database is the backend', async () => {
  const send = (status: string) =>
    `import { prisma } from '@acme/prisma';\nimport { render } from '@acme/email';\nexport async function send(id: string) {\n  const html = await render(<Mail id={id} />);\n  await prisma.mail.update({ where: { id }, data: { html, status: '${status}' } });\n}\n`;
  expect(await message({ 'packages/lib/server-only/mail/send.tsx': [send('SENT'), send('DONE')] })).toBe(
    "fix(backend): use 'DONE' instead of 'SENT' in send",
  );
});

test('a code of an authenticator is no signature', async () => {
  const verify = (body: string) => `export async function verifyTotp(code: string) {\n${body}}\n`;
  const after = verify(
    '  const totpController = new TOTPController();\n  const valid = await totpController.verify(secret, code);\n  if (valid) await enable({ twoFactorEnabled: true });\n  return { valid };\n',
  );
  expect(await message({ 'lib/services/totp.ts': [verify('  return find(code);\n'), after] })).not.toContain(
    'signature',
  );
});

describe('what many real commits were told wrongly', () => {
  const of = (body: string): string =>
    `import { prisma } from '@/lib/db';\nexport async function load(id: string, row: Row) {\n${body}\n}\n`;

  test.each<[string, Texts, string]>([
    [
      'a question that is answered with no is no missing value',
      {
        'lib/services/load.ts': [
          of('  return prisma.post.findMany({ where: { id }, take: 5 });'),
          of(
            "  if (!isGoogle(row.provider)) throw new SafeError('Not supported here');\n  return prisma.post.findMany({ where: { id }, take: 5 });",
          ),
        ],
      },
      'fix(backend): answer "Not supported here" in load',
    ],
    [
      'a long refusal is told by its first sentence',
      {
        'lib/services/load.ts': [
          of('  return save({ id, isQuarantined: true });'),
          of(
            "  if (row.isPastDue)\n    throw new TRPCError({ code: 'BAD_REQUEST', message: 'You have unpaid invoices. Please head over to your billing portal to pay them.' });\n  return save({ id, isPastDue: true });",
          ),
        ],
      },
      'fix(backend): answer "You have unpaid invoices" in load',
    ],
    [
      'a change log says what other files do',
      {
        'CHANGELOG.md': ['# Changes\n', '# Changes\n- paths\n'],
        'docs/paths.md': ['# Paths\n', '# Paths and patterns\n'],
        'lib/services/load.ts': [of('  return files.get(id);'), of('  return files.get(row.id);')],
      },
      'fix(backend): correct what files.get is given in load',
    ],
    [
      'a constant that reads a variable',
      {
        'lib/constants/urls.ts': [
          "export const A = 'a';\n",
          "export const A = 'a';\nexport const INNER_URL = process.env.INNER_URL ?? A;\n",
        ],
        'lib/services/load.ts': [of('  return fetch(`${A}/x`);'), of('  return fetch(`${INNER_URL}/x`);')],
      },
      'feat(backend): read INNER_URL from the environment',
    ],
    [
      'React’s cache makes no view',
      {
        'lib/session.ts': [
          "import { getServerSession } from 'next-auth';\nexport async function getCurrentUser() {\n  const session = await getServerSession(options);\n  return session?.user;\n}\n",
          "import { cache } from 'react';\nimport { getServerSession } from 'next-auth';\nexport const getCurrentUser = cache(async () => {\n  const session = await getServerSession(options);\n  return session?.user;\n});\n",
        ],
      },
      'perf(db): cache the reads of getCurrentUser',
    ],
    [
      'a pattern that changes beside a function that is laid out anew',
      {
        'middleware.ts': [
          "export default function middleware(req) {\n  return go(req)\n}\nexport const config = { matcher: ['/((?!api).*)'] }\n",
          "export default function middleware(req) {\n  return go(req);\n}\nexport const config = { matcher: ['/((?!api|trpc).*)'] };\n",
        ],
      },
      "fix(backend): use '/((?!api|trpc).*)' instead of '/((?!api).*)' in middleware",
    ],
    [
      'a question about a state is no missing value',
      {
        'lib/services/load.ts': [
          of('  return save(id);'),
          of('  const isValid = row.at > 5;\n  if (!isValid) return 0;\n  return save(id);'),
        ],
      },
      'fix(backend): correct load',
    ],
    [
      'columns that are read from now on',
      {
        'lib/services/load.ts': [
          of('  return prisma.post.findFirst({ where: { id }, select: { id: true } });'),
          of(
            '  return prisma.post.findFirst({ where: { id }, select: { id: true, notes: true, information: true, activities: true } });',
          ),
        ],
      },
      'feat(backend): read notes, information and activities in load',
    ],
    [
      'what is written to logs sets nothing',
      {
        'lib/services/load.ts': [
          of('  return files.get(id);'),
          of(
            "  logger.info('loaded', { prompt: id, requestedScopes: row.scopes });\n  return files.get(row.id);",
          ),
        ],
      },
      'fix(backend): correct load',
    ],
    [
      'one function for two',
      {
        'lib/events.ts': [
          "import { prisma } from '@/lib/db';\nexport async function sendMemberEvent(id: string, member: Member) {\n  return post(id, { type: 'member', payload: member, at: Date.now() });\n}\nexport async function sendInviteEvent(id: string, invite: Invite) {\n  return post(id, { type: 'invite', payload: invite, at: Date.now() });\n}\n",
          "import { prisma } from '@/lib/db';\nexport async function emit(id: string, type: string, payload: object) {\n  return post(id, { type, payload });\n}\n",
        ],
      },
      'refactor(backend): replace sendMemberEvent and sendInviteEvent by emit',
    ],
    [
      'other quotes beside another value',
      {
        'lib/services/load.ts': [
          of("  return files.get(row.get('referer'));"),
          of('  return files.get(row.get("referer") || undefined);'),
        ],
      },
      'fix(backend): fall back to undefined in load',
    ],
    [
      'a key that is taken out of its object',
      {
        'lib/services/load.ts': [
          of('  const limit = settings.files.limit;\n  return files.get(id, limit);'),
          of('  const { limit } = settings.files;\n  return files.get(id, limit);'),
        ],
      },
      'refactor(backend): simplify load',
    ],
    [
      'a delivery that is verified',
      {
        'app/api/webhook/route.ts': [
          'export async function POST(request: Request) {\n  const body = await request.json();\n  return handle(body);\n}\n',
          'export async function POST(request: Request) {\n  const text = await request.text();\n  if (!(await verifyWebhookDelivery(text, request.headers))) return new Response(null, { status: 400 });\n  const body = schema.parse(JSON.parse(text));\n  return handle(body);\n}\n',
        ],
      },
      'fix(backend): verify the signature of POST /api/webhook',
    ],
    [
      'a missing value in much that is new',
      {
        'lib/services/load.ts': [
          of('  return files.get(id);'),
          of(
            `  const kept = row.messages.filter((message) => {\n    if (!message.from) return true;\n    return !ignores(message.from, row.rules, row.owner);\n  });\n  const shown = kept.map((message) => ({ ...message, text: shorten(message.text, 200), at: new Date(message.at) }));\n  return files.get(id, shown);`,
          ),
        ],
      },
      'fix(backend): correct load',
    ],
    [
      'a limit in much that is new',
      {
        'lib/services/load.ts': [
          of('  return await prisma.post.delete({ where: { id } });'),
          of(
            '  let keeps = false;\n  const rewards = [row.click, row.lead, row.sale].filter(Boolean);\n  if (rewards.length > 0) {\n    const paid = await prisma.payment.count({ where: { rewardId: { in: rewards } }, take: 100 });\n    keeps = paid > 0;\n  }\n  return await prisma.post.delete({ where: { id, keeps } });',
          ),
        ],
      },
      'fix(backend): correct load',
    ],
    [
      'a parameter in the place of another',
      {
        'lib/services/load.ts': [
          'export async function load(invoiceId: string) {\n  return notify(invoiceId);\n}\n',
          'export async function load(invoice: Invoice) {\n  return notify(invoice.id);\n}\n',
        ],
      },
      'fix(backend): correct what notify is given in load',
    ],
    [
      'a limit that has a name now is a limit still',
      {
        'lib/services/load.ts': [
          of(
            '  return prisma.$queryRawUnsafe(`select id, name, title, body, author, created from t where a = 1 and b = 2 limit 100`);',
          ),
          of(
            '  return prisma.$queryRawUnsafe(`select id, name, title, body, author, created from t where a = 1 and b = 2 limit ${MOST}`);',
          ),
        ],
      },
      'fix(backend): correct what prisma.$queryRawUnsafe is given in load',
    ],
    [
      'a refusal that goes is no tidying',
      {
        'lib/services/load.ts': [
          of(
            "  const found = await files.get(id);\n  if (found.name !== row.name) {\n    report(new Error('names differ'));\n    return forbidden(row);\n  }\n  return found;",
          ),
          of('  const found = await files.get(id);\n  return found;'),
        ],
      },
      'fix(backend): no longer refuse some requests in load',
    ],
    [
      'a list in another order',
      {
        'lib/services/locales.ts': [
          "export const locales = ['pt-BR', 'en', 'de', 'pt'];\n",
          "export const locales = ['en', 'de', 'pt', 'pt-BR'];\n",
        ],
      },
      'fix(backend): change the order in locales',
    ],
    [
      'an entry that comes to a table with functions in it',
      {
        'lib/services/languages.ts': [
          "export const languages = {\n  'sh': shell(),\n  'js': () => javascript({ jsx: true }),\n};\n",
          "export const languages = {\n  'sh': shell(),\n  'js': () => javascript({ jsx: true }),\n  'tcl': tcl(),\n};\n",
        ],
      },
      'feat(backend): extend languages',
    ],
    [
      'a column that is read and was not',
      {
        'lib/services/load.ts': [
          of('  return prisma.post.findMany({ where: { id }, take: 5, select: { id: true } });'),
          of(
            '  return prisma.post.findMany({ where: { id }, take: 5, select: { id: true, config: true } });',
          ),
        ],
      },
      'feat(backend): read config in load',
    ],
  ])('%s', async (_, texts, expected) => {
    expect((await message(texts))?.split('\n')[0]).toBe(expected);
  });
});

test('a small helper of a large change is not what it is about', async () => {
  const many = (word: string) =>
    Array.from({ length: 120 }, (_, at) => `  ${word}(${at}, row.v${at}, await ${word}Of(id));`).join('\n');
  const route = (word: string) =>
    `import { prisma } from '@/lib/db';\nexport async function POST(request: Request) {\n  const { id, row } = await read(request);\n${many(word)}\n  return Response.json({ id });\n}\n`;
  const texts: Texts = {
    'app/api/invites/route.ts': [
      route('send'),
      route('mail').replace('read(request)', 'read(hash(request))'),
    ],
    'lib/hash.ts': [undefined, 'export function hash(request: Request) {\n  return request;\n}\n'],
  };
  expect((await message(texts))?.split('\n')[0]).toBe('fix(backend): correct POST /api/invites');
});
