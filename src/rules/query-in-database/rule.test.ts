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

const RULE = 'query-in-database';
const FILE = 'lib/services/list.service.ts';

const schema = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }
  model User {
    id    String @id
    email String @unique
    name  String?
    posts Post[]
  }
  model Post {
    id        String  @id
    title     String
    teaser    String?
    views     Int     @default(0)
    price     Decimal @default(0)
    published Boolean @default(false)
    authorId  String
    author    User    @relation(fields: [authorId], references: [id])
    comments  Comment[]
  }
  model Comment {
    id     String @id
    postId String
    post   Post   @relation(fields: [postId], references: [id])
  }
`;

const service = (body: string): string =>
  `import { prisma } from '@/lib/db';

export async function work(authorId: string, limit: number, log: (...values: unknown[]) => void) {
${body.replace(/^/gm, '  ')}
}
`;

const open = async (body: string) => {
  const { parseFixture } = await import('../../../test/kit/fixture.ts');
  return openFixture({ ...parseFixture(schema), [FILE]: service(body) });
};

/** Severity and message of what is found in a function's body. */
async function said(body: string): Promise<string> {
  return findings(await open(body), RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

const ALL = 'const posts = await prisma.post.findMany({ where: { authorId } });\n';

describe('rows that are read in vain', () => {
  it.each([
    ['count', `${ALL}return posts.length;`],
    ['count', `${ALL}return { total: posts.length, twice: posts.length * 2 };`],
    ['count', 'return (await prisma.post.findMany()).length;'],
    [
      'count',
      'const [posts, n] = await Promise.all([prisma.post.findMany(), prisma.user.count()]);\nreturn posts.length + n;',
    ],
    ['count', 'const [posts] = await prisma.$transaction([prisma.post.findMany()]);\nreturn posts.length;'],
    ['count', `${ALL}return posts.filter((post) => post.published).length;`],
    ['exists', `${ALL}if (posts.length > 0) throw new Error('has posts');`],
    ['exists', `${ALL}if (posts && !posts.length) return null;`],
    ['exists', `${ALL}return posts.length ? 'some' : 'none';`],
    ['filter', `${ALL}return posts.filter((post) => post.published);`],
    [
      'filter',
      `${ALL}return posts.filter((post) => post.views >= limit && !post.published).map((post) => post.title);`,
    ],
    [
      'filter',
      `${ALL}return posts.filter(({ title }) => title).length ? 1 : posts.filter((p) => p.published);`.replace(
        'posts.filter(({ title }) => title).length ? 1 : ',
        '',
      ),
    ],
    ['find', `${ALL}const first = posts.find((post) => post.title === 'x');\nreturn first;`],
    ['some', `${ALL}return posts.some((post) => post.published);`],
    ['some', `${ALL}if (!posts.every((post) => post.views > 10)) throw new Error('few');`],
    ['sum', `${ALL}return posts.reduce((sum, post) => sum + post.views, 0);`],
    ['figures', `${ALL}return { all: posts.length, live: posts.filter((post) => post.published).length };`],
    ['first', `${ALL}return posts[0];`],
    ['first', `${ALL}if (posts.length === 0) return null;\nreturn posts[0];`],
    ['first', `${ALL}return posts.at(0);`],
    ['first', 'const [post] = await prisma.post.findMany({ orderBy: { views: "desc" } });\nreturn post;'],
    ['first', 'return (await prisma.post.findMany())[0];'],
    ['slice', `${ALL}return posts.slice(0, 5);`],
    ['slice', `${ALL}return posts.slice(0, limit).map((post) => post.id);`],
  ])('%s: %s', async (message, body) => {
    expect(await said(body)).toBe(`warning ${message}`);
  });

  it('nested lists that are counted, at their key', async () => {
    expectFindings(
      await openFixture(`${schema}
  //- app/posts/page.tsx
  import { prisma } from '@/lib/db';
  export default async function Page() {
    const posts = await prisma.post.findMany({ take: 20, include: { comments: true, author: true } });
    //                                                              ^^^^^^^^ query-in-database warning
    const user = await prisma.user.findUnique({ where: { id: 'x' }, select: { name: true, posts: { select: { id: true } } } });
    //                                                                                    ^^^^^ query-in-database warning
    return (
      <ul>
        {posts.map((post) => (
          <li key={post.id}>
            {post.title} {post.author.name} {post.comments.length}
          </li>
        ))}
        {user?.name} {user?.posts.length}
      </ul>
    );
  }
`),
      { rules: [RULE] },
    );
  });
});

describe('silence', () => {
  it.each([
    // needed elsewhere too
    `${ALL}log(posts);\nreturn posts.length;`,
    `${ALL}return { posts, total: posts.length };`,
    `${ALL}return posts.map((post) => post.title);`,
    `${ALL}for (const post of posts) log(post.title);`,
    `${ALL}return [posts.filter((post) => post.published), posts.filter((post) => !post.published)];`,
    `${ALL}return [...posts, posts.length];`,
    // a page of them
    'const posts = await prisma.post.findMany({ take: 20 });\nreturn posts.filter((post) => post.published);',
    'const posts = await prisma.post.findMany({ take: 1 });\nreturn posts[0];',
    'const posts = await prisma.post.findMany({ distinct: ["title"] });\nreturn posts.length;',
    'const posts = await prisma.post.findMany({ ...paging(), where: { authorId } });\nreturn posts.length;',
    // more than a where can say
    `${ALL}return posts.filter((post) => post.title.includes(authorId));`,
    `${ALL}return posts.filter((post) => isGood(post));`,
    `${ALL}return posts.filter((post, i) => i % 2 === 0);`,
    `${ALL}return posts.filter(Boolean);`,
    `${ALL}return posts.filter((post) => post.views > post.likes);`,
    `${ALL}return posts.reduce((sum, post) => sum + post.views * 2, 0);`,
    `${ALL}return posts.reduce((sum, post) => sum + post.price, 0);`,
    `${ALL}return posts.reduce((all, post) => all.concat(post.title), []);`,
    // joined with another list, or known only later
    `${ALL}return log(['a'].map((title) => posts.find((post) => post.title === title)));`,
    `${ALL}const wanted = await other();\nreturn posts.find((post) => post.title === wanted);`,
    // asked already
    `${ALL}return posts.filter((post) => post.authorId === authorId);`,
    // a single row, a raw statement, something else
    "const post = await prisma.post.findFirst({ where: { authorId } });\nif (!post) throw new Error('none');",
    'const rows = await prisma.$queryRaw`SELECT 1`;\nreturn rows.length;',
    'const rows = await elsewhere.findMany();\nreturn rows.length;',
    'let posts = await prisma.post.findMany();\nposts = posts.slice(0, 3);\nreturn posts;',
    'const post = await prisma.post.findFirst({ include: { comments: true } });\nreturn { ...post, n: post.comments.length };',
    'const post = await prisma.post.findFirst({ include: { comments: { take: 3 } } });\nreturn post.comments.length;',
    'const post = await prisma.post.findFirst({ include: { comments: true } });\nlog(post.comments);\nreturn post.comments.length;',
  ])('%s', async (body) => {
    expect(await said(body)).toBe('');
  });

  it('exports, client code, tooling, broken code', async () => {
    expectSilent(
      await openFixture(`${schema}
  //- lib/all.ts
  import { prisma } from '@/lib/db';
  export const posts = await prisma.post.findMany();
  export const many = posts.length;
  //- prisma/seed.ts
  import { prisma } from '@/lib/db';
  const posts = await prisma.post.findMany();
  console.log(posts.length);
  //- components/n.tsx
  'use client';
  import { prisma } from '@/lib/db';
  export const n = async () => (await prisma.post.findMany()).length;
`),
      RULE,
    );
    expect(
      findings(await open('const posts = await prisma.post.findMany({ ;\nreturn posts.length'), RULE).length,
    ).toBeLessThan(2);
  });
});

describe('fixes', () => {
  const fixed = async (recipe: string, before: string, after: string): Promise<void> => {
    expectFixed(await open(before), RULE, { [FILE]: service(after) }, { recipe });
  };

  it.each([
    [
      'a constant',
      "const posts = await prisma.post.findMany({ where: { authorId }, select: { id: true }, orderBy: { id: 'asc' } });\nreturn posts.length;",
      'const postCount = await prisma.post.count({ where: { authorId } });\nreturn postCount;',
    ],
    [
      'a test',
      "const entries = await prisma.post.findMany();\nif (entries.length > 0) throw new Error('some');",
      "const entryCount = await prisma.post.count();\nif (entryCount > 0) throw new Error('some');",
    ],
    [
      'an element of Promise.all',
      'const [posts, users] = await Promise.all([prisma.post.findMany({ select: { id: true } }), prisma.user.count()]);\nreturn posts.length + users;',
      'const [postCount, users] = await Promise.all([prisma.post.count(), prisma.user.count()]);\nreturn postCount + users;',
    ],
    [
      'on the spot',
      'const n = (await prisma.post.findMany({ where: { authorId } })).length;\nreturn n;',
      'const n = await prisma.post.count({ where: { authorId } });\nreturn n;',
    ],
    [
      'in an expression',
      'return log((await prisma.post.findMany({ where: { authorId } })).length);',
      'return log((await prisma.post.count({ where: { authorId } })));',
    ],
  ])('counts: %s', (_, before, after) => fixed('count', before, after));

  it('adds up', () =>
    fixed(
      'sum',
      `${ALL}return posts.reduce((sum, post) => sum + post.views, 0);`,
      'const postSum = await prisma.post.aggregate({ where: { authorId }, _sum: { views: true } });\nreturn postSum._sum.views ?? 0;',
    ));

  it.each([
    [
      'a flag',
      `${ALL}return posts.filter((post) => post.published);`,
      'const posts = await prisma.post.findMany({ where: { authorId, published: true } });\nreturn posts;',
    ],
    [
      'several conditions, without a where',
      "const posts = await prisma.post.findMany({ orderBy: { id: 'asc' } });\nreturn posts.filter((post) => post.views >= limit && !post.published && post.teaser !== null).map((post) => post.id);",
      "const posts = await prisma.post.findMany({ where: { views: { gte: limit }, published: false, teaser: { not: null } }, orderBy: { id: 'asc' } });\nreturn posts.map((post) => post.id);",
    ],
  ])('filters by %s', (_, before, after) => fixed('filter', before, after));

  it('finds', () =>
    fixed(
      'find',
      `${ALL}const top = posts.find((post) => post.title === 'x');\nreturn top?.id;`,
      "const postFound = await prisma.post.findFirst({ where: { authorId, title: 'x' } });\nconst top = postFound ?? undefined;\nreturn top?.id;",
    ));

  it('takes', async () => {
    await fixed(
      'take',
      `${ALL}return posts[0];`,
      'const posts = await prisma.post.findMany({ where: { authorId }, take: 1 });\nreturn posts[0];',
    );
    await fixed(
      'take',
      `${ALL}return posts.slice(0, 5);`,
      'const posts = await prisma.post.findMany({ where: { authorId }, take: 5 });\nreturn posts.slice(0, 5);',
    );
  });

  it('offers none where null makes a difference', async () => {
    for (const body of [
      `${ALL}return posts.filter((post) => post.teaser !== 'x');`,
      `${ALL}return posts.filter((post) => !post.teaser);`,
      `${ALL}return posts.filter((post) => post.title);`,
    ])
      expect(
        findings(await open(body), RULE).map(({ fixes }) => fixes),
        body,
      ).toEqual([[]]);
  });

  it('refuses what it can not see', async () => {
    expect(
      refusal(
        await open(
          'const args = { where: { authorId } };\nconst posts = await prisma.post.findMany(args);\nreturn posts.length;',
        ),
        {
          rule: RULE,
        },
      ),
    ).toContain('not written out');
  });

  it('is no part of fix-all', async () => {
    const fixture = await open(`${ALL}return posts.length;`);
    expect(fixture.engine.fixAll(FILE)).toMatchObject({ ok: true, changes: [] });
  });
});
