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

const RULE = 'no-n-plus-one';
const FILE = 'lib/services/list.service.ts';

/** Statements of an async service function. */
const service = (body: string): string =>
  `import { prisma } from '@/lib/db';
import { titleOf, authorOf, rename, STATES, userOf } from '@/lib/more';

export async function work(posts: Post[], ids: string[], query: Q) {
${body.replace(/^/gm, '  ')}
}
`;

const more = `
import { cache } from 'react';
import { prisma } from '@/lib/db';
export const STATES = ['draft', 'published'] as const;
export const titleOf = (post: { title: string }) => post.title.trim();
export async function authorOf(post: { authorId: string }) {
  return prisma.user.findFirst({ where: { id: post.authorId } });
}
export const userOf = cache(async (id: string) => prisma.user.findUnique({ where: { id } }));
export async function rename(id: string, title: string) {
  const post = await prisma.post.findUnique({ where: { id } });
  if (post?.title !== title) await prisma.post.update({ where: { id }, data: { title } });
}
`;

const open = (body: string) => openFixture({ [FILE]: service(body), 'lib/more.ts': more });

/** Severity and message of what is found in a function's body. */
async function said(body: string): Promise<string> {
  return findings(await open(body), RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

describe('reads', () => {
  it.each([
    ['for…of', 'for (const post of posts) await prisma.user.findUnique({ where: { id: post.authorId } });'],
    [
      'a destructured item',
      'for (const { authorId } of posts) { const a = await prisma.user.findUnique({ where: { id: authorId } }); }',
    ],
    [
      'an index',
      'for (let i = 0; i < posts.length; i++) await prisma.user.findFirst({ where: { id: posts[i].authorId } });',
    ],
    [
      'a name made in the turn',
      'for (const post of posts) { const id = post.authorId; await prisma.user.findUnique({ where: { id } }); }',
    ],
    ['map', 'return Promise.all(posts.map((post) => prisma.comment.count({ where: { postId: post.id } })));'],
    [
      'map, after something else',
      'return Promise.all(posts.map(async (post) => { await query.wait(); return prisma.user.findUnique({ where: { id: post.authorId } }); }));',
    ],
    [
      'flatMap, forEach, reduce',
      'posts.forEach(async (post) => { await prisma.comment.findMany({ where: { postId: post.id } }); });',
    ],
    ['for await', 'for await (const id of query.ids()) await prisma.post.findUnique({ where: { id } });'],
    [
      'a transaction around it',
      'await prisma.$transaction(async (tx) => { for (const id of ids) await tx.post.findUnique({ where: { id } }); });',
    ],
    [
      'a transaction in it',
      'for (const id of ids) await prisma.$transaction(async (tx) => tx.post.findUniqueOrThrow({ where: { id } }));',
    ],
    ['a helper', 'await pMap(ids, (id) => prisma.post.findFirst({ where: { id } }));'],
    [
      'a list with a default',
      'for (const id of query.ids ?? []) await prisma.post.findUnique({ where: { id } });',
    ],
    [
      'a page of rows',
      'const rows = await prisma.post.findMany({ take: 50 });\nfor (const row of rows) await prisma.comment.count({ where: { postId: row.id } });',
    ],
  ])('%s', async (_, body) => {
    expect(await said(body)).toBe('warning read');
  });

  it('raw SQL', async () => {
    expect(
      await said('for (const id of ids) await prisma.$queryRaw`SELECT 1 FROM "Post" WHERE "id" = ${id}`;'),
    ).toBe('warning raw');
  });

  it('the same question in every turn', async () => {
    expect(
      await said(
        "for (const post of posts) { const first = await prisma.user.findFirst({ where: { role: 'ADMIN' } }); }",
      ),
    ).toBe('warning same');
  });

  it('an inner loop over constants', async () => {
    expect(
      await said(
        'for (const id of ids) for (const published of [true, false]) await prisma.post.count({ where: { id, published } });',
      ),
    ).toBe('info read');
  });

  it('rows that are written in the same turns, pages, several keys: worth knowing', async () => {
    expect(
      await said(
        'for (const id of ids) { const post = await prisma.post.findUnique({ where: { id } }); await prisma.post.update({ where: { id }, data: { title: post.title } }); }',
      ),
    ).toBe('info entangled, info each');
    expect(
      await said(
        'for (const post of posts) await prisma.comment.findMany({ where: { postId: post.id }, take: 3 });',
      ),
    ).toBe('info read');
    expect(
      await said(
        'for (const post of posts) await prisma.comment.count({ where: { postId: post.id, authorId: post.authorId } });',
      ),
    ).toBe('info read');
    expect(
      await said(
        'for (const id of ids) if (!query.seen.has(id)) await prisma.post.findUnique({ where: { id } });',
      ),
    ).toBe('info read');
  });
});

describe('calls and components', () => {
  it('points at the function that reads, and shows where', async () => {
    const fixture = await openFixture(`
      //- lib/more.ts
${more.replace(/^/gm, '      ')}
      //- lib/services/list.service.ts
      import * as all from '@/lib/more';
      import { authorOf as writer } from '@/lib/more';
      export async function authors(posts: Post[]) {
        const names = await Promise.all(posts.map((post) => writer(post)));
        //                                                  ^^^^^^ no-n-plus-one warning
        for (const post of posts) await all.authorOf(post);
        //                                  ^^^^^^^^ no-n-plus-one warning
        for (const post of posts) await all.rename(post.id, 'x');
        //                                  ^^^^^^ no-n-plus-one hint
        return names;
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE)[0]?.related[0]?.file).toBe('lib/more.ts');
  });

  it('a function of the function, a method', async () => {
    expect(
      await said(
        'const one = async (id: string) => prisma.post.findFirst({ where: { id } });\nfor (const id of ids) await one(id);',
      ),
    ).toBe('warning call');
    expect(
      await said(
        'async function one(id: string) { return prisma.post.findFirst({ where: { id } }); }\nawait Promise.all(ids.map(one2 => one(one2)));',
      ),
    ).toBe('warning call');
  });

  it('a server component for each row', async () => {
    const fixture = await openFixture(`
      //- components/author.tsx
      import { prisma } from '@/lib/db';
      export async function Author({ id }: { id: string }) {
        const author = await prisma.user.findFirst({ where: { id } });
        return <b>{author?.name}</b>;
      }
      //- app/posts/page.tsx
      import { Author } from '@/components/author';
      import { prisma } from '@/lib/db';
      export default async function Page() {
        const posts = await prisma.post.findMany({ take: 20 });
        return (
          <ul>
            {posts.map((post) => (
              <li key={post.id}>
                <Author id={post.authorId} />
                {/* no-n-plus-one */}
              </li>
            ))}
          </ul>
        );
      }
    `);
    expect(findings(fixture, RULE).map((found) => [found.file, messageId(found), found.message])).toEqual([
      [
        'app/posts/page.tsx',
        'component',
        expect.stringContaining('<Author> reads User for each item of `posts`'),
      ],
    ]);
  });
});

describe('writes', () => {
  it.each([
    ['create', 'for (const id of ids) await prisma.comment.create({ data: { text: id } });', 'warning write'],
    [
      'create in a map',
      'await Promise.all(ids.map((id) => prisma.comment.create({ data: { text: id } })));',
      'warning write',
    ],
    ['delete', 'for (const id of ids) { await prisma.post.delete({ where: { id } }); }', 'warning write'],
    [
      'deleteMany',
      'for (const post of posts) await prisma.comment.deleteMany({ where: { postId: post.id } });',
      'warning write',
    ],
    [
      'the same update',
      'for (const id of ids) await prisma.post.update({ where: { id }, data: { published: true } });',
      'warning write',
    ],
    [
      'own values',
      'for (const post of posts) await prisma.post.update({ where: { id: post.id }, data: { title: post.title } });',
      'info each',
    ],
    [
      'upsert',
      'for (const id of ids) await prisma.post.upsert({ where: { id }, create: { id }, update: {} });',
      'info each',
    ],
    [
      'a row that is used',
      'for (const id of ids) { const made = await prisma.comment.create({ data: { text: id } }); query.push(made.id); }',
      'info createUsed',
    ],
    [
      'nested writes',
      'for (const id of ids) await prisma.post.create({ data: { title: id, comments: { create: [] } } });',
      'info createUsed',
    ],
    [
      'work whose progress is noted',
      'for (const id of ids) { await query.send(id); await prisma.post.update({ where: { id }, data: { published: true } }); }',
      'info each',
    ],
  ])('%s', async (_, body, expected) => {
    expect(await said(body)).toBe(expected);
  });
});

describe('messages', () => {
  it.each([
    ['read', 'for (const id of ids) await prisma.post.findFirst({ where: { id } });', 'findFirst of Post'],
    [
      'entangled',
      'for (const id of ids) { await prisma.post.findFirst({ where: { id } }); await prisma.post.create({ data: { id } }); }',
      'which writes Post as well',
    ],
    ['raw', 'for (const id of ids) await prisma.$queryRaw`SELECT ${id}`;', '`ids`'],
    ['same', 'for (const post of posts) { await prisma.user.count(); }', 'count of User asks the same'],
    [
      'createUsed',
      'for (const id of ids) query.push(await prisma.post.create({ data: { id } }));',
      'createManyAndReturn',
    ],
    [
      'each',
      'for (const post of query.all()) await prisma.post.update({ where: { id: post.id }, data: post });',
      'each item of `query.all()`',
    ],
    ['call', 'for (const post of posts) await authorOf(post);', '`authorOf` reads User'],
    ['work', "for (const id of ids) await rename(id, 'x');", '`rename` queries Post'],
  ])('%s', async (message, body, text) => {
    const [found] = findings(await open(body), RULE);
    expect(found && messageId(found)).toBe(message);
    expect(found?.message).toContain(text);
  });
});

describe('silence', () => {
  it.each([
    'for (const state of STATES) await prisma.post.count({ where: { title: state } });',
    "for (const title of ['a', 'b']) await prisma.post.findMany({ where: { title } });",
    'for (const [name] of Object.entries({ a: 1, b: 2 })) await prisma.post.count({ where: { title: name } });',
    'await Promise.all(Array.from({ length: 7 }, (_, day) => prisma.post.count({ where: { title: String(day) } })));',
    'for (const id of ids.slice(0, 3)) await prisma.post.findFirst({ where: { id } });',
    'const latest = await prisma.post.findMany({ take: 3 });\nfor (const post of latest) await prisma.comment.count({ where: { postId: post.id } });',
    'for (const chunk of query.chunks(ids)) await prisma.post.findMany({ where: { id: { in: chunk } } });',
    'for (let i = 0; i < ids.length; i += 100) await prisma.post.findMany({ where: { id: { in: ids.slice(i, i + 100) } } });',
    'for (const part of query.parts) await prisma.comment.createMany({ data: part });',
    'for (let i = 0; i < 3; i++) await prisma.post.findFirst({ where: { title: String(i) } });',
    'let cursor: string | undefined;\nwhile (true) { const page = await prisma.post.findMany({ take: 100, cursor: { id: cursor } }); if (!page.length) break; cursor = page.at(-1).id; }',
    'let slug = query.slug;\nwhile (await prisma.post.findUnique({ where: { slug } })) slug += "-1";',
    // Prisma puts these into one query.
    'await Promise.all(ids.map((id) => prisma.post.findUnique({ where: { id } })));',
    'await Promise.all(ids.map(async (id) => { const post = await prisma.post.findUnique({ where: { id } }); return post?.title; }));',
    'await Promise.all(ids.map((id) => userOf(id)));',
    'await prisma.$transaction(posts.map((post) => prisma.post.update({ where: { id: post.id }, data: { title: post.title } })));',
    'const writes = [];\nfor (const post of posts) writes.push(prisma.post.update({ where: { id: post.id }, data: { title: post.title } }));\nawait prisma.$transaction(writes);',
    'const writes = posts.map((post) => prisma.post.delete({ where: { id: post.id } }));\nawait prisma.$transaction([...writes, prisma.comment.deleteMany({ where: { authorId: query.id } })]);',
    'return posts.map((post) => titleOf(post));',
    'const rows = await prisma.post.findMany({ where: { id: { in: ids } } });\nfor (const row of rows) query.log(row.title);',
    'for (const row of await prisma.post.findMany({ where: { id: { in: ids } } })) query.log(row);',
    'return posts.map((post) => ({ ...post, remove: async () => prisma.post.delete({ where: { id: post.id } }) }));',
    'for (const key in query) await prisma.post.count({ where: { title: key } });',
    'for (const id of ids) await query.cache.findUnique({ where: { id } });',
  ])('%s', async (body) => {
    expect(await said(body)).toBe('');
  });

  it('actions that rows carry, code that is not on the server, tooling, broken code', async () => {
    expectSilent(
      await openFixture(`
        //- app/posts/page.tsx
        import { prisma } from '@/lib/db';
        export default async function Page() {
          const posts = await prisma.post.findMany({ take: 20 });
          return posts.map((post) => (
            <form
              key={post.id}
              action={async () => {
                'use server';
                await prisma.post.delete({ where: { id: post.id } });
              }}
            />
          ));
        }
        //- prisma/seed.ts
        import { prisma } from '@/lib/db';
        for (const id of process.argv) await prisma.post.delete({ where: { id } });
        //- components/list.tsx
        'use client';
        import { prisma } from '@/lib/db';
        export const load = async (ids: string[]) => { for (const id of ids) await prisma.post.findFirst({ where: { id } }); };
      `),
      RULE,
    );
    const broken = await open('for (const id of ids) { await prisma.post.findFirst({ where: { id');
    expect(findings(broken, RULE).length).toBeLessThan(2);
  });
});

describe('fixes', () => {
  const fixed = async (recipe: string, before: string, after: string): Promise<void> => {
    expectFixed(await open(before), RULE, { [FILE]: service(after) }, { recipe });
  };

  it.each([
    [
      'a row',
      `for (const post of posts) {
  const author = await prisma.user.findUnique({ where: { id: post.authorId }, select: { id: true, name: true } });
  query.log(author);
}`,
      `const userRows = await prisma.user.findMany({ where: { id: { in: Array.from(posts, (post) => post.authorId) } }, select: { id: true, name: true } });
const userById = new Map(userRows.map((row) => [row.id, row]));
for (const post of posts) {
  const author = userById.get(post.authorId) ?? null;
  query.log(author);
}`.replace('Array.from(posts, (post) => post.authorId)', 'posts.map((post) => post.authorId)'),
    ],
    [
      'a destructured item and a further condition',
      `for (const { authorId, title } of query.posts) {
  const author = await prisma.user.findFirst({ where: { id: authorId, role: 'ADMIN' } });
  query.log(author, title);
}`,
      `const userRows = await prisma.user.findMany({ where: { id: { in: Array.from(query.posts, ({ authorId }) => authorId) }, role: 'ADMIN' } });
const userById = new Map(userRows.map((row) => [row.id, row]));
for (const { authorId, title } of query.posts) {
  const author = userById.get(authorId) ?? null;
  query.log(author, title);
}`,
    ],
    [
      'the items themselves',
      `for (const id of ids) {
  if ((await prisma.post.findUnique({ where: { id } })) === null) return id;
}`,
      `const postRows = await prisma.post.findMany({ where: { id: { in: ids } } });
const postById = new Map(postRows.map((row) => [row.id, row]));
for (const id of ids) {
  if ((postById.get(id) ?? null) === null) return id;
}`,
    ],
    [
      'only what a condition lets through',
      `for (const post of posts) {
  if (!post.reviewerId) continue;
  const reviewer = await prisma.user.findUnique({ where: { id: post.reviewerId } });
  query.log(reviewer);
}`,
      `const userRows = await prisma.user.findMany({ where: { id: { in: posts.flatMap((post) => post.reviewerId ?? []) } } });
const userById = new Map(userRows.map((row) => [row.id, row]));
for (const post of posts) {
  if (!post.reviewerId) continue;
  const reviewer = userById.get(post.reviewerId) ?? null;
  query.log(reviewer);
}`,
    ],
    [
      'a count in a map',
      `return Promise.all(
  posts.map(async (post) => ({ ...post, comments: await prisma.comment.count({ where: { postId: post.id } }) })),
);`,
      `const commentCounts = await prisma.comment.groupBy({ by: ['postId'], where: { postId: { in: posts.map((post) => post.id) } }, _count: true });
const commentCountByPostId = new Map(commentCounts.map((group) => [group.postId, group._count]));
return Promise.all(
  posts.map(async (post) => ({ ...post, comments: commentCountByPostId.get(post.id) ?? 0 })),
);`,
    ],
  ])('reads %s', (_, before, after) => fixed('read-once', before, after));

  it.each([
    [
      'creations',
      "for (const id of ids) {\n  await prisma.comment.create({ data: { postId: id, text: '' } });\n}",
      "await prisma.comment.createMany({ data: ids.map((id) => ({ postId: id, text: '' })) });",
    ],
    [
      'creations in a map',
      'await Promise.all(query.rows.map((data) => prisma.comment.create({ data })));',
      'await prisma.comment.createMany({ data: query.rows });',
    ],
    [
      'deletions',
      'for (const post of posts) await prisma.comment.deleteMany({ where: { postId: post.id } });',
      'await prisma.comment.deleteMany({ where: { postId: { in: posts.map((post) => post.id) } } });',
    ],
    [
      'updates',
      'for (const id of ids) {\n  await prisma.post.update({ where: { id }, data: { published: true } });\n}',
      'await prisma.post.updateMany({ where: { id: { in: ids } }, data: { published: true } });',
    ],
  ])('writes %s', (_, before, after) => fixed('write-once', before, after));

  it('asks once', () =>
    fixed(
      'ask-once',
      "for (const post of posts) {\n  const first = await prisma.user.findFirst({ where: { role: 'ADMIN' } });\n  query.log(first, post);\n}",
      "const first = await prisma.user.findFirst({ where: { role: 'ADMIN' } });\nfor (const post of posts) {\n  query.log(first, post);\n}",
    ));

  it.each([
    [
      'not unique',
      'for (const post of posts) { const a = await prisma.user.findFirst({ where: { name: post.title } }); }',
    ],
    [
      'made inside',
      'for (const post of posts) { const id = post.authorId; const a = await prisma.user.findUnique({ where: { id } }); }',
    ],
    [
      'leaves out',
      'for (const post of posts) { const a = await prisma.user.findUnique({ where: { id: post.authorId }, select: { name: true } }); }',
    ],
    [
      'named before',
      'for (const id of query.ids()) { const a = await prisma.user.findUnique({ where: { id } }); }',
    ],
    [
      'more than one row',
      'for (const post of posts) { const a = await prisma.comment.findMany({ where: { postId: post.id } }); }',
    ],
  ])('refuses: %s', async (reason, body) => {
    expect(await refusal(await open(body), { rule: RULE })).toContain(reason);
  });

  it('is no part of fix-all', async () => {
    const fixture = await open('for (const id of ids) await prisma.post.delete({ where: { id } });');
    expect(fixture.engine.fixAll(FILE)).toMatchObject({ ok: true, changes: [] });
  });
});
