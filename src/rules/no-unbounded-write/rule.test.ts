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

const RULE = 'no-unbounded-write';

const error = (message: string): string => `error ${message}`;

/** Severity and message of what is found in one expression inside a service function. */
async function said(expression: string, before = ''): Promise<string> {
  const fixture = await openFixture(`
    //- lib/services/write.service.ts
    import { Prisma } from '@/lib/generated/prisma/client';
    import { prisma } from '@/lib/db';
    import { none } from '@/lib/conditions';
    ${before}
    export const write = async (q: Q, id: string, where: W) => ${expression};
    //- lib/conditions.ts
    export const none = {};
    export const ofPost = (postId?: string) => ({ ...(postId && { postId }) });
    export { none as nothing };
  `);
  return findings(fixture, RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

describe('every row', () => {
  it.each([
    ['no arguments', 'prisma.post.deleteMany()'],
    ['empty arguments', 'prisma.post.deleteMany({})'],
    ['an empty where', 'prisma.post.deleteMany({ where: {} })'],
    ['an undefined where', 'prisma.post.deleteMany({ where: undefined })'],
    ['a cast', 'prisma.post.deleteMany({ where: {} as Prisma.PostWhereInput })'],
    ['an update', "prisma.post.updateMany({ data: { title: '' } })"],
    ['an update that returns', "prisma.post.updateManyAndReturn({ data: { title: '' } })"],
    ['a constant of another file', 'prisma.post.deleteMany({ where: none })'],
    ['a spread of nothing', 'prisma.post.deleteMany({ where: { ...none } })'],
    ['a value that is undefined', 'prisma.post.deleteMany({ where: { authorId: undefined } })'],
    ['an empty AND', 'prisma.post.deleteMany({ where: { AND: [] } })'],
    ['an AND of nothing', 'prisma.post.deleteMany({ where: { AND: [{}, {}] } })'],
    ['an empty NOT', 'prisma.post.deleteMany({ where: { NOT: {} } })'],
    ['an empty filter', 'prisma.post.deleteMany({ where: { title: {} } })'],
    ['a transaction', 'prisma.$transaction(async (tx) => { await tx.post.deleteMany(); })'],
    ['a batch', 'prisma.$transaction([prisma.comment.deleteMany({}), prisma.post.count()])'],
    ['a chained promise', 'prisma.post.deleteMany().catch(log)'],
  ])('%s', async (_, expression) => {
    expect(await said(expression)).toBe('error all');
  });

  it('a variable with the arguments, a helper, a client under another name', async () => {
    expect(await said('prisma.post.deleteMany(args)', 'const args = { where: {} };')).toBe('error all');
    expect(await said('prisma.post.deleteMany(make())', 'function make() { return { where: {} }; }')).toBe(
      'error all',
    );
    expect(await said('db.post.deleteMany()', 'const db = prisma.$extends({});')).toBe('error all');
  });

  it('conditions that always hold', async () => {
    for (const where of [
      "{ title: { contains: '' } }",
      "{ id: { not: '' } }",
      '{ slug: { not: null } }',
      '{ id: { notIn: [] } }',
    ])
      expect(await said(`prisma.post.deleteMany({ where: ${where} })`), where).toBe(error('trivial'));
  });
});

describe('conditions that may be missing', () => {
  it.each([
    ['conditional spread', 'prisma.post.deleteMany({ where: { ...(id && { authorId: id }) } })'],
    ['a ternary with undefined', 'prisma.post.deleteMany({ where: q ? { authorId: id } : undefined })'],
    ['a ternary with an empty one', 'prisma.post.deleteMany({ where: q ? { authorId: id } : {} })'],
    ['a where that may be absent', 'prisma.post.deleteMany({ ...(q && { where: { authorId: id } }) })'],
  ])('%s', async (_, expression) => {
    expect(await said(expression)).toBe('warning optional');
  });

  it('a helper of another file, a where that is filled in steps', async () => {
    expect(
      await said(
        'prisma.comment.deleteMany({ where: ofPost(id) })',
        "import { ofPost } from '@/lib/conditions';",
      ),
    ).toBe('warning optional');
  });

  it('a parameter with an empty default', async () => {
    expect(
      await said(
        '0',
        'export const purge = (condition: Prisma.PostWhereInput = {}) => prisma.post.deleteMany({ where: condition });',
      ),
    ).toBe('warning optional');
  });
});

describe('conditions from the caller', () => {
  const service = `
    //- lib/services/post.service.ts
    import type { Prisma } from '@/lib/generated/prisma/client';
    import { prisma } from '@/lib/db';
    export async function purge(where?: Prisma.PostWhereInput) {
      await prisma.post.deleteMany({ where });
      //                ^^^^^^^^^^ no-unbounded-write error
    }
  `;

  it('an action that passes none', async () => {
    const fixture = await openFixture(`${service}
      //- lib/actions/post.actions.ts
      'use server';
      import { purge } from '@/lib/services/post.service';
      export async function clean() {
        await purge();
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE)[0]?.message).toContain('when the action clean calls it');
    expect(findings(fixture, RULE).map(messageId)).toEqual(['caller']);
    expect(findings(fixture, RULE)[0]?.related).toHaveLength(1);
  });

  it('a route that hands on what it is sent', async () => {
    const fixture = await openFixture(`${service}
      //- app/api/posts/route.ts
      import { purge } from '@/lib/services/post.service';
      export async function DELETE(request: Request) {
        const { where } = await request.json();
        await purge(where);
        return new Response(null, { status: 204 });
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['client']);
  });

  it('callers that pass conditions, or none that is seen', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      export const purge = (where: object) => prisma.post.deleteMany({ where });
      export const unused = (args: object) => prisma.post.deleteMany(args);
      //- lib/actions/post.actions.ts
      'use server';
      import { purge } from '@/lib/services/post.service';
      export async function clean(authorId: string) {
        await purge({ authorId });
      }
    `);
    expectSilent(fixture, RULE);
  });
});

describe('raw SQL', () => {
  it.each([
    ['a delete', 'error raw', 'prisma.$executeRaw`DELETE FROM "Post"`'],
    ['an update', 'error raw', 'prisma.$executeRaw`UPDATE "Post" SET "title" = ${id}`'],
    ['a trivial where', 'error raw', 'prisma.$executeRaw`DELETE FROM "Post" WHERE 1 = 1`'],
    ['a truncate', 'error truncate', 'prisma.$executeRaw`TRUNCATE TABLE "Post" CASCADE`'],
    ['a drop', error('drop'), 'prisma.$executeRawUnsafe(\'DROP TABLE "Post"\')'],
    ['a column', error('drop'), 'prisma.$executeRaw`ALTER TABLE "Post" DROP COLUMN "title"`'],
    ['a name from elsewhere', 'error raw', 'prisma.$executeRawUnsafe(`DELETE FROM "${q.table}"`)'],
    ['one in backticks', 'error truncate', 'prisma.$executeRawUnsafe(`TRUNCATE TABLE \\`${q.table}\\`;`)'],
    ['a second statement', 'error raw', 'prisma.$executeRawUnsafe("SELECT 1; DELETE FROM posts")'],
    ['a reading call', 'error raw', 'prisma.$queryRaw`DELETE FROM "Post" RETURNING "id"`'],
    ['a fragment', 'error raw', 'prisma.$executeRaw(Prisma.sql`DELETE FROM "Post"`)'],
    ['an empty fragment', 'error raw', 'prisma.$executeRaw`DELETE FROM "Post" ${Prisma.empty}`'],
    ['a work table', 'info truncate', 'prisma.$executeRaw`TRUNCATE tmp_import`'],
    [
      'a data-changing WITH',
      'error raw',
      'prisma.$queryRaw`WITH gone AS (DELETE FROM "Post" RETURNING *) SELECT * FROM gone`',
    ],
  ])('%s', async (_, expected, expression) => {
    expect(await said(expression)).toBe(expected);
  });

  it.each([
    ['a condition', 'prisma.$executeRaw`DELETE FROM "Post" WHERE "id" = ${id}`'],
    ['a hidden tail', 'prisma.$executeRaw`DELETE FROM "Post" ${where}`'],
    ['a hidden condition', 'prisma.$executeRaw`DELETE FROM "Post" WHERE ${where}`'],
    ['an index', 'prisma.$executeRaw`DROP INDEX IF EXISTS "Post_slug_key"`'],
    ['a view', 'prisma.$executeRaw`REFRESH MATERIALIZED VIEW stats`'],
    [
      'an upsert',
      'prisma.$executeRaw`INSERT INTO "Post" ("id") VALUES (${id}) ON CONFLICT DO UPDATE SET "title" = 1`',
    ],
    ['a text about deleting', "prisma.$executeRaw`SELECT 'delete from x'`"],
    ['an unknown text', 'prisma.$executeRawUnsafe(q.sql)'],
    ['another grammar', 'prisma.$executeRaw`UPDATE a INNER JOIN b ON a.id = b.id SET a.x = 1`'],
  ])('not %s', async (_, expression) => {
    expect(await said(expression)).toBe('');
  });
});

describe('silence', () => {
  it.each([
    'prisma.post.deleteMany({ where: { authorId: id } })',
    'prisma.post.deleteMany({ where: { createdAt: { lt: q.before } } })',
    'prisma.post.deleteMany({ where: { id: { in: q.ids } } })',
    'prisma.post.deleteMany({ where: { OR: [] } })',
    'prisma.post.deleteMany({ where: { author: { posts: { none: {} } } } })',
    'prisma.post.deleteMany({ where: { comments: { none: {} } } })',
    'prisma.post.deleteMany({ where: { published: false, ...(id && { authorId: id }) } })',
    'prisma.post.deleteMany({ where: q ? { authorId: id } : { slug: id } })',
    'prisma.post.deleteMany({ where: { ...where } })',
    'prisma.post.deleteMany(q.args)',
    'prisma.post.deleteMany({ where: { title: { not: null } , slug: id } })',
    'prisma.post.update({ where: { id }, data: { comments: { deleteMany: {} } } })',
    'prisma.post.delete({ where: { id } })',
    '({ post: { deleteMany() {} } }).post.deleteMany()',
    "prisma.post.updateMany({ where: { published: true }, data: { title: '' } })",
  ])('%s', async (expression) => {
    expect(await said(expression)).toBe('');
  });

  it('code that is not on the server, and broken code', async () => {
    const fixture = await openFixture(`
      //- components/list.tsx
      'use client';
      import { prisma } from '@/lib/db';
      export const clear = () => prisma.post.deleteMany();
      //- lib/broken.ts
      import { prisma } from '@/lib/db';
      export const half = () => prisma.post.deleteMany({ where: {
    `);
    expect(findings(fixture, RULE).filter(({ file }) => file.endsWith('.tsx'))).toEqual([]);
  });
});

it('is milder in scripts and in tests', async () => {
  const fixture = await openFixture(`
    //- prisma/seed.ts
    import { prisma } from '@/lib/db';
    await prisma.post.deleteMany();
    //                ^^^^^^^^^^ no-unbounded-write info
    await prisma.$executeRaw\`TRUNCATE "Post"\`;
    //           ^^^^^^^^^^^ no-unbounded-write info
    //- tests/posts.test.ts
    import { prisma } from '@/lib/db';
    beforeEach(async () => {
      await prisma.post.deleteMany({});
      //                ^^^^^^^^^^ no-unbounded-write hint
    });
  `);
  expectFindings(fixture, { rules: [RULE] });
});

describe('fixes', () => {
  const service = (body: string): string =>
    `//- lib/services/post.service.ts\nimport { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\n\n${body}`;

  it.each([
    [
      'the id',
      'export const remove = (id: string) => prisma.post.deleteMany();\n',
      'export const remove = (id: string) => prisma.post.deleteMany({ where: { id } });\n',
    ],
    [
      'an id under its full name',
      'export const remove = ({ postId }: P) => prisma.post.deleteMany({});\n',
      'export const remove = ({ postId }: P) => prisma.post.deleteMany({ where: { id: postId } });\n',
    ],
    [
      'a foreign key',
      "export async function hide(authorId: string) {\n  await prisma.post.updateMany({ data: { title: '' } });\n}\n",
      "export async function hide(authorId: string) {\n  await prisma.post.updateMany({ where: { authorId }, data: { title: '' } });\n}\n",
    ],
    [
      'the person who is signed in',
      'export async function clear() {\n  const session = await auth();\n  await prisma.comment.deleteMany({ where: {} });\n}\n',
      'export async function clear() {\n  const session = await auth();\n  await prisma.comment.deleteMany({ where: { authorId: session.user.id } });\n}\n',
    ],
    [
      'a column in SQL',
      'export const remove = (id: string) => prisma.$executeRaw`DELETE FROM "Post";`;\n',
      'export const remove = (id: string) => prisma.$executeRaw`DELETE FROM "Post" WHERE "id" = ${id};`;\n',
    ],
  ])('writes %s', async (_, before, after) => {
    const fixture = await openFixture({
      'lib/services/post.service.ts': service(before).replace(/^.*\n/, ''),
    });
    expectFixed(fixture, RULE, { 'lib/services/post.service.ts': service(after).replace(/^.*\n/, '') });
  });

  it('demands the where', async () => {
    const text = (parameter: string): string =>
      `import { prisma } from '@/lib/db';\nexport const purge = (${parameter}) => prisma.post.deleteMany({ where });\n`;
    const fixture = await openFixture({ 'lib/services/a.service.ts': text('where: Where = {}') });
    expectFixed(fixture, RULE, { 'lib/services/a.service.ts': text('where: Where') });
  });

  it('refuses where nothing says which rows', async () => {
    const fixture = await openFixture({
      'lib/services/a.service.ts': `import { prisma } from '@/lib/db';\nexport const clear = () => prisma.post.deleteMany();\n`,
    });
    expect(refusal(fixture, { rule: RULE })).toMatch(/yours to write/);
  });
});
