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

const RULE = 'stable-order';

async function said(expression: string, before = ''): Promise<string> {
  const fixture = await openFixture(`
    //- lib/services/list.service.ts
    import { Prisma } from '@/lib/generated/prisma/client';
    import { prisma } from '@/lib/db';
    import { newest, byId } from '@/lib/orders';
    ${before}
    export const list = async (page: number, size: number, sort: S, id: string) => ${expression};
    //- lib/orders.ts
    export const newest = { orderBy: { createdAt: 'desc' } } as const;
    export const byId = { orderBy: { id: 'asc' } } as const;
  `);
  return findings(fixture, RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

const posts = (args: string): string => `prisma.post.findMany({ ${args} })`;
const info = (message: string): string => `info ${message}`;
const hint = (message: string): string => `hint ${message}`;

describe('orders that leave rows in doubt', () => {
  it.each([
    ['pages by time', info('pages'), posts("take: 20, skip: page * 20, orderBy: { createdAt: 'desc' }")],
    [
      'pages by a list',
      info('pages'),
      posts("skip: page * 20, take: 20, orderBy: [{ published: 'asc' }, { title: 'asc' }]"),
    ],
    ['a cursor', info('pages'), posts("take: 20, cursor: { id }, skip: 1, orderBy: { createdAt: 'desc' }")],
    ['a relation', info('pages'), posts("take: 20, skip: page, orderBy: { author: { name: 'asc' } }")],
    [
      'nulls last',
      info('pages'),
      posts("take: 20, skip: page, orderBy: { content: { sort: 'asc', nulls: 'last' } }"),
    ],
    ['an order of another file', info('pages'), posts('take: 20, skip: page, ...newest')],
    ['a variable', info('pages'), 'prisma.post.findMany(args)'],
    ['the top', hint('top'), posts("take: 5, orderBy: { createdAt: 'desc' }")],
    ['the last', hint('top'), posts("take: -5, orderBy: { createdAt: 'desc' }")],
    [
      'a filtered list',
      info('pages'),
      posts("where: { published: true }, skip: page, take: 5, orderBy: { title: 'asc' }"),
    ],
    [
      'one key of a pair',
      info('pages'),
      "prisma.account.findMany({ skip: page, take: 5, orderBy: { provider: 'asc' } })",
    ],
    ['pages of no order', info('pagesUnordered'), posts('take: 20, skip: page * 20')],
    ['an undefined order', info('pagesUnordered'), posts('take: 20, skip: page * 20, orderBy: undefined')],
    ['an empty order', info('pagesUnordered'), posts('take: 20, skip: page * 20, orderBy: []')],
    ['rows of no order', hint('unordered'), posts('take: 20')],
    [
      'a transaction',
      info('pages'),
      "prisma.$transaction((tx) => tx.post.findMany({ skip: page, take: 5, orderBy: { title: 'asc' } }))",
    ],
    ['raw pages', info('raw'), 'prisma.$queryRaw`SELECT "id" FROM "Post" LIMIT ${size} OFFSET ${page}`'],
    [
      'raw pages of some',
      info('raw'),
      'prisma.$queryRaw`SELECT "id" FROM "Post" WHERE "authorId" = ${id} LIMIT 20 OFFSET ${page}`',
    ],
  ])('%s', async (_, expected, expression) => {
    expect(
      await said(expression, "const args = { take: 20, skip: 40, orderBy: { title: 'asc' } } as const;"),
    ).toBe(expected);
  });
});

describe('silence', () => {
  it.each([
    ['the id', posts("take: 20, skip: page, orderBy: { id: 'asc' }")],
    ['the id last', posts("take: 20, skip: page, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }]")],
    ['a unique field', posts("take: 20, skip: page, orderBy: { slug: 'asc' }")],
    ['a spread order', posts('take: 20, skip: page, ...byId')],
    [
      'a whole key',
      "prisma.account.findMany({ skip: page, take: 5, orderBy: [{ provider: 'asc' }, { providerAccountId: 'asc' }] })",
    ],
    [
      'a key with a fixed part',
      "prisma.account.findMany({ where: { provider: id }, skip: page, take: 5, orderBy: { providerAccountId: 'asc' } })",
    ],
    ['an order at run time', posts('take: 20, skip: page, orderBy: sort.order')],
    ['a field at run time', posts("take: 20, skip: page, orderBy: { [sort.by]: 'asc' }")],
    [
      'one of a list at run time',
      posts("take: 20, skip: page, orderBy: [{ [sort.by]: 'asc' }, { title: 'asc' }]"),
    ],
    ['arguments from elsewhere', 'prisma.post.findMany(sort.args)'],
    ['a spread from elsewhere', posts('take: 20, skip: page, ...sort.args')],
    ['a whole list', posts("orderBy: { createdAt: 'desc' }")],
    ['the newest', posts("take: 1, orderBy: { createdAt: 'desc' }")],
    ['no skip', posts('skip: 0')],
    ['rows by their ids', posts('where: { id: { in: sort.ids } }, take: 20')],
    [
      'a nested list',
      "prisma.user.findUnique({ where: { id }, include: { posts: { take: 5, orderBy: { createdAt: 'desc' } } } })",
    ],
    ['findFirst', "prisma.post.findFirst({ orderBy: { createdAt: 'desc' } })"],
    ['ordered SQL', 'prisma.$queryRaw`SELECT "id" FROM "Post" ORDER BY "id" LIMIT 20 OFFSET ${page}`'],
    ['SQL of fragments', 'prisma.$queryRaw`SELECT "id" FROM "Post" ${sort} LIMIT 20 OFFSET ${page}`'],
  ])('%s', async (_, expression) => {
    expect(await said(expression)).toBe('');
  });

  it('scripts, models that nobody knows, broken code', async () => {
    const fixture = await openFixture(`
      //- scripts/dump.ts
      import { prisma } from '@/lib/db';
      console.log(await prisma.post.findMany({ take: 5, skip: 5 }));
      //- lib/broken.ts
      import { prisma } from '@/lib/db';
      export const some = () => prisma.post.findMany({ take: 5, skip: 5, orderBy: {
      //- lib/unknown.ts
      import { prisma } from '@/lib/db';
      export const some = () => prisma.invoice.findMany({ take: 5, skip: 5 });
    `);
    expect(findings(fixture, RULE).filter(({ file }) => !file.includes('broken'))).toEqual([]);
  });

  it('an optional unique field does not count', async () => {
    const model = (field: string): string => `
      //- prisma/schema.prisma
      generator client {
        provider = "prisma-client"
        output   = "../lib/generated/prisma"
      }
      model Item {
        id   String @id
        code String${field} @unique
      }
      //- lib/services/item.service.ts
      import { prisma } from '@/lib/db';
      export const items = (skip: number) => prisma.item.findMany({ skip, take: 5, orderBy: { code: 'asc' } });
    `;
    expectSilent(await openFixture(model('')), RULE);
    expect(findings(await openFixture(model('?')), RULE).map(messageId)).toEqual(['pages']);
  });
});

it('marks the order where it stands', async () => {
  const fixture = await openFixture(`
    //- lib/services/post.service.ts
    import { prisma } from '@/lib/db';
    export const page = (skip: number) => prisma.post.findMany({ skip, take: 20, orderBy: { title: 'asc' } });
    //                                                                           ^^^^^^^ stable-order info
    export const rest = (skip: number) => prisma.post.findMany({ skip, take: 20 });
    //                                                ^^^^^^^^ stable-order info
  `);
  expectFindings(fixture, { rules: [RULE] });
});

describe('the fix', () => {
  const file = 'lib/services/post.service.ts';
  const text = (args: string): string =>
    `import { prisma } from '@/lib/db';\n\nexport const page = (skip: number) => prisma.post.findMany(${args});\n`;
  it.each([
    [
      "{ skip, take: 20, orderBy: { title: 'asc' } }",
      "{ skip, take: 20, orderBy: [{ title: 'asc' }, { id: 'asc' }] }",
    ],
    [
      "{ skip, take: 20, orderBy: { createdAt: 'desc' } }",
      "{ skip, take: 20, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] }",
    ],
    [
      "{ skip, take: 20, orderBy: [{ published: 'asc' }, { createdAt: 'desc' }] }",
      "{ skip, take: 20, orderBy: [{ published: 'asc' }, { createdAt: 'desc' }, { id: 'desc' }] }",
    ],
    [
      "{\n  skip,\n  take: 20,\n  orderBy: [\n    { published: 'asc' },\n    { createdAt: 'desc' },\n  ],\n}",
      "{\n  skip,\n  take: 20,\n  orderBy: [\n    { published: 'asc' },\n    { createdAt: 'desc' },\n    { id: 'desc' },\n  ],\n}",
    ],
    ['{ skip, take: 20 }', "{ skip, take: 20, orderBy: { id: 'asc' } }"],
    ['{ take: 20 }', "{ take: 20, orderBy: { id: 'asc' } }"],
    ['{ skip, take: 20, orderBy: undefined }', "{ skip, take: 20, orderBy: { id: 'asc' } }"],
  ])('%s', async (before, after) => {
    expectFixed(await openFixture({ [file]: text(before) }), RULE, { [file]: text(after) });
  });

  it('orders by all fields of a compound id', async () => {
    const schema = `generator client {\n  provider = "prisma-client"\n  output = "../lib/generated/prisma"\n}\nmodel Seat {\n  row Int\n  place Int\n  name String\n  @@id([row, place])\n}\n`;
    const seats = (args: string): string =>
      `import { prisma } from '@/lib/db';\nexport const seats = (skip: number) => prisma.seat.findMany({ skip, take: 9${args} });\n`;
    const fixture = await openFixture({ 'prisma/schema.prisma': schema, [file]: seats('') });
    expectFixed(fixture, RULE, { [file]: seats(", orderBy: [{ row: 'asc' }, { place: 'asc' }]") });
    const half = await openFixture({
      'prisma/schema.prisma': schema,
      [file]: seats(", orderBy: { row: 'desc' }"),
    });
    expectFixed(half, RULE, { [file]: seats(", orderBy: [{ row: 'desc' }, { place: 'desc' }]") });
  });

  it('fixes all of a file', async () => {
    const before = `import { prisma } from '@/lib/db';\nexport const a = () => prisma.post.findMany({ take: 2, skip: 2 });\nexport const b = () => prisma.post.findMany({ take: 2, skip: 4 });\n`;
    expectFixed(
      await openFixture({ [file]: before }),
      RULE,
      { [file]: before.replaceAll(' });', ", orderBy: { id: 'asc' } });") },
      { all: true },
    );
  });

  it('refuses an order that is made elsewhere', async () => {
    const fixture = await openFixture({
      [file]: `import { prisma } from '@/lib/db';\nconst orderBy = { title: 'asc' } as const;\nexport const page = (skip: number) => prisma.post.findMany({ skip, take: 9, orderBy });\n`,
    });
    expect(refusal(fixture, { rule: RULE })).toMatch(/made elsewhere/);
  });

  it('leaves require-pagination its own', async () => {
    const fixture = await openFixture({
      [file]: `import { prisma } from '@/lib/db';\nexport const all = () => prisma.post.findMany();\nexport const own = (authorId: string) => prisma.post.findMany({ where: { authorId } });\n`,
    });
    for (const nth of [0, 1])
      expect(refusal(fixture, { rule: 'require-pagination', recipe: 'add-take', nth })).toBeUndefined();
  });
});
