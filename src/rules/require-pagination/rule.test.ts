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

const RULE = 'require-pagination';

const schema = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }

  datasource db {
    provider = "postgresql"
  }

  enum Status {
    DRAFT
    SENT
  }

  model User {
    id       String    @id @default(cuid())
    email    String    @unique
    name     String?
    invoices Invoice[]
    members  Member[]
    comments Comment[]
    notes    Note[]
    accounts Account[]
  }

  model Account {
    id     String @id
    userId String
    user   User   @relation(fields: [userId], references: [id])
  }

  model Team {
    id      String   @id @default(cuid())
    slug    String   @unique
    members Member[]
    boards  Board[]
  }

  model Member {
    teamId String
    userId String
    team   Team   @relation(fields: [teamId], references: [id])
    user   User   @relation(fields: [userId], references: [id])

    @@id([teamId, userId])
  }

  model Board {
    id     String @id @default(cuid())
    teamId String
    team   Team   @relation(fields: [teamId], references: [id])
    cards  Card[]
  }

  model Card {
    id       String    @id @default(cuid())
    boardId  String
    title    String
    status   Status
    board    Board     @relation(fields: [boardId], references: [id], onDelete: Cascade)
    comments Comment[]
  }

  model Comment {
    id       String  @id @default(cuid())
    cardId   String
    userId   String?
    text     String
    card     Card    @relation(fields: [cardId], references: [id])
    user     User?   @relation(fields: [userId], references: [id])
  }

  model Invoice {
    id     Int    @id @default(autoincrement())
    number String @unique
    userId String
    status Status
    user   User   @relation(fields: [userId], references: [id])
    notes  Note[]
  }

  model Note {
    id        Int     @id @default(autoincrement())
    invoiceId Int
    userId    String?
    invoice   Invoice @relation(fields: [invoiceId], references: [id])
    user      User?   @relation(fields: [userId], references: [id])
  }

  model Channel {
    userId String
    status Status
    name   String

    @@unique([userId, status])
  }

  model Country {
    code String @id
    name String
  }

  model Product {
    id   String @id @default(cuid())
    name String
    sku  String
    slug String
  }
  //- lib/db-writes.ts
  import { prisma } from '@/lib/db';
  export const addProduct = (name: string) => prisma.product.create({ data: { name, sku: '', slug: '' } });
`;

const service = (body: string) =>
  openFixture(`${schema}  //- lib/services/list.service.ts\n  import { prisma } from '@/lib/db';\n${body}`);

/** The severity of the only finding of an expression, its flagged text and its message. */
async function verdictOf(expression: string, before = ''): Promise<string> {
  const fixture = await service(
    `${before}\n  export const read = async (q: Q, userId: string, x: string) => ${expression};\n`,
  );
  return findings(fixture, RULE)
    .map(
      (found) =>
        `${found.severity} ${messageId(found)} ${fixture.engine.text(found.file)?.slice(found.start, found.end) ?? ''}`,
    )
    .join(', ');
}

const said = (severity: string, message: string, text: string): string => `${severity} ${message} ${text}`;

describe('require-pagination verdicts', () => {
  it.each([
    ['no arguments', 'prisma.product.findMany()'],
    ['empty arguments', 'prisma.product.findMany({})'],
    ['undefined arguments', 'prisma.product.findMany(undefined)'],
    ['an empty where', 'prisma.product.findMany({ where: {} })'],
    ['an undefined where', 'prisma.product.findMany({ where: undefined })'],
    ['a where of undefined values', 'prisma.product.findMany({ where: { name: undefined } })'],
    ['distinct', "prisma.product.findMany({ distinct: ['name'] })"],
    ['take: undefined', 'prisma.product.findMany({ take: undefined })'],
    ['take: Infinity', 'prisma.product.findMany({ take: Infinity })'],
    ['Number.MAX_SAFE_INTEGER', 'prisma.product.findMany({ take: Number.MAX_SAFE_INTEGER })'],
    ['skip alone', 'prisma.product.findMany({ skip: 20 })'],
    ['a cursor alone', 'prisma.product.findMany({ cursor: { id: x } })'],
    ['a transaction client', 'prisma.$transaction(async (trx) => trx.product.findMany())'],
    ['a cast', '(prisma.product.findMany as any)({})'],
  ])('is an error: %s', async (_, expression) => {
    expect(await verdictOf(expression)).toBe(said('error', 'unbounded', 'findMany'));
  });

  it.each([
    ['a literal', 'prisma.product.findMany({ take: 5 })'],
    ['the last ones', 'prisma.product.findMany({ take: -5 })'],
    ['a parameter', 'prisma.product.findMany({ take: q.limit })'],
    ['a clamp', 'prisma.product.findMany({ take: Math.min(q.limit, 50) })'],
    ['a fallback', 'prisma.product.findMany({ take: q.limit ?? 20 })'],
    ['a fallback of a choice', 'prisma.product.findMany({ take: (q ? undefined : 10) ?? 20 })'],
    ['unknown arguments', 'prisma.product.findMany(q.args)'],
    ['an unknown spread', 'prisma.product.findMany({ ...q.args })'],
    ['an unknown where', 'prisma.product.findMany({ where: q.where })'],
    ['a unique key', 'prisma.invoice.findMany({ where: { number: x } })'],
    ['a unique key with equals', 'prisma.invoice.findMany({ where: { number: { equals: x } } })'],
    ['ids of a list', 'prisma.product.findMany({ where: { id: { in: q.ids } } })'],
    ['ids under AND', 'prisma.product.findMany({ where: { AND: [{ id: { in: q.ids } }, { name: x }] } })'],
    ['a compound key', 'prisma.member.findMany({ where: { teamId: x, userId: { in: q.ids } } })'],
    ['a key whose rest is an enum', 'prisma.channel.findMany({ where: { userId } })'],
    ['a lookup table', 'prisma.country.findMany()'],
    ['one row', 'prisma.product.findFirst({ where: { name: x } })'],
    ['a count', 'prisma.product.count()'],
    ['groups by an enum', "prisma.card.groupBy({ by: ['status'], _count: true })"],
    ['groups with take', "prisma.card.groupBy({ by: ['title'], take: 10, orderBy: { title: 'asc' } })"],
    [
      'the same name elsewhere',
      'cache.product.findMany()',
      '  const cache = { product: { findMany: () => [] } };',
    ],
    [
      '_count',
      'prisma.board.findUnique({ where: { id: x }, include: { _count: { select: { cards: true } } } })',
    ],
    ['a nested take', 'prisma.card.findMany({ take: 5, include: { comments: { take: 3 } } })'],
    ['a nested unique key', 'prisma.team.findMany({ take: 5, include: { members: { where: { userId } } } })'],
    ['a relation to one', 'prisma.card.findMany({ take: 5, include: { board: true } })'],
    ['a relation left out', 'prisma.card.findMany({ take: 5, select: { comments: false, id: true } })'],
    ['an unknown model', 'prisma.thing.findUnique({ where: { id: x }, include: { parts: true } })'],
  ])('is silent: %s', async (...given: string[]) => {
    const [, expression = '', before] = given;
    expect(await verdictOf(expression, before)).toBe('');
  });

  it.each([
    ['a status', "prisma.invoice.findMany({ where: { status: 'SENT' } })"],
    [
      'a text search that only signed-in code reaches',
      'prisma.product.findMany({ where: { name: { contains: x } } })',
    ],
    ['a parent that many people write to', 'prisma.note.findMany({ where: { invoiceId: 1 } })'],
    [
      'an owner or a state',
      "prisma.invoice.findMany({ where: { ...(x ? { userId } : { status: 'SENT' }) } })",
    ],
    ['a negated owner', 'prisma.user.findMany({ where: { id: { not: userId } } })'],
    [
      'OR with an open branch',
      "prisma.invoice.findMany({ where: { OR: [{ userId }, { status: 'SENT' }] } })",
    ],
    ['an optional owner', 'prisma.invoice.findMany({ where: { ...(userId && { userId }) } })'],
    ['a list of states', "prisma.invoice.findMany({ where: { status: { in: ['SENT', 'DRAFT'] } } })"],
  ])('is a warning: %s', async (_, expression) => {
    expect(await verdictOf(expression)).toBe(said('warning', 'filtered', 'findMany'));
  });

  it.each([
    ['the owner key', 'prisma.invoice.findMany({ where: { userId } })'],
    ['the owner key and more', "prisma.invoice.findMany({ where: { userId, status: 'SENT' } })"],
    ['the optional owner', 'prisma.comment.findMany({ where: { userId } })'],
    ['the owner relation', 'prisma.invoice.findMany({ where: { user: { email: x } } })'],
    ['a team', 'prisma.board.findMany({ where: { teamId: x } })'],
    ['a team by slug', 'prisma.board.findMany({ where: { team: { slug: x } } })'],
    ['a membership', 'prisma.team.findMany({ where: { members: { some: { userId } } } })'],
    ['an owned parent', 'prisma.card.findMany({ where: { boardId: x } })'],
    ['a parent of a tenant', 'prisma.comment.findMany({ where: { cardId: x } })'],
    ['an owner or one row', 'prisma.invoice.findMany({ where: { ...(x ? { number: x } : { userId }) } })'],
    ['an owner either way', 'prisma.invoice.findMany({ where: x ? { userId } : { user: { email: x } } })'],
    ['OR of owners', 'prisma.invoice.findMany({ where: { OR: [{ userId }, { user: { email: x } }] } })'],
    ['listed parents', 'prisma.comment.findMany({ where: { cardId: { in: q.ids } } })'],
  ])('is a hint: %s', async (_, expression) => {
    expect(await verdictOf(expression)).toBe(said('hint', 'owner', 'findMany'));
  });

  it('lowers what has a take that may be absent', async () => {
    expect(await verdictOf('prisma.product.findMany({ ...(q.limit && { take: q.limit }) })')).toBe(
      said('warning', 'optional', 'findMany'),
    );
    expect(await verdictOf('prisma.product.findMany({ take: q ? undefined : 20 })')).toBe(
      said('warning', 'optional', 'findMany'),
    );
    expect(
      await verdictOf('prisma.invoice.findMany({ where: { status: x }, take: q ? 5 : undefined })'),
    ).toBe(said('info', 'optionalFiltered', 'findMany'));
    expect(await verdictOf('prisma.invoice.findMany({ where: { userId }, take: q ? 5 : undefined })')).toBe(
      '',
    );
  });

  it('judges nested lists by what they multiply', async () => {
    expect(await verdictOf('prisma.user.findMany({ take: 5, include: { invoices: true } })')).toBe(
      said('warning', 'nestedPerRow', 'invoices'),
    );
    expect(await verdictOf('prisma.invoice.findUnique({ where: { id: 1 }, include: { notes: true } })')).toBe(
      said('info', 'nested', 'notes'),
    );
    expect(await verdictOf('prisma.board.findUnique({ where: { id: x }, include: { cards: true } })')).toBe(
      said('hint', 'nestedOwner', 'cards'),
    );
    expect(
      await verdictOf('prisma.board.findMany({ take: 5, select: { cards: { select: { title: true } } } })'),
    ).toBe(said('hint', 'nestedOwner', 'cards'));
    expect(
      await verdictOf(
        'prisma.board.findUnique({ where: { id: x }, include: { cards: { include: { comments: true } } } })',
      ),
    ).toBe(`${said('hint', 'nestedOwner', 'cards')}, ${said('hint', 'nestedOwner', 'comments')}`);
  });

  it('reads SQL', async () => {
    const sql = async (text: string): Promise<string> => verdictOf(`prisma.$queryRaw\`${text}\``);
    expect(await sql('SELECT * FROM "Product"')).toBe(said('error', 'raw', '$queryRaw'));
    expect(await sql('SELECT * FROM "Product" -- LIMIT 5')).toBe(said('error', 'raw', '$queryRaw'));
    expect(await sql('SELECT * FROM "Invoice" WHERE "status" = ${x}')).toBe(
      said('warning', 'rawFiltered', '$queryRaw'),
    );
    expect(await sql('SELECT * FROM "Invoice" i WHERE i."userId" = ${userId} ORDER BY 1')).toBe(
      said('hint', 'rawOwner', '$queryRaw'),
    );
    expect(await sql('SELECT *, (SELECT 1 FROM "User" LIMIT 1) FROM "Product"')).toBe(
      said('error', 'raw', '$queryRaw'),
    );
    for (const text of [
      'SELECT 1',
      'SELECT * FROM "Product" LIMIT 20',
      'SELECT * FROM "Product" LIMIT ${x}',
      'SELECT * FROM "Product" FETCH FIRST 5 ROWS ONLY',
      'SELECT count(*) FROM "Product"',
      'SELECT EXISTS (SELECT 1 FROM "Product")',
      'SELECT "status", count(*) FROM "Invoice" GROUP BY "status"',
      'SELECT * FROM "Product" WHERE "id" = ${x}',
      'SELECT * FROM "Product" ${x}',
      'SELECT * FROM "Country"',
      'SELECT * FROM generate_series(1, 5)',
      'INSERT INTO "Product" SELECT * FROM "Old" RETURNING *',
    ])
      expect(await sql(text), text).toBe('');
  });

  it('hints at groups without an end', async () => {
    expect(await verdictOf("prisma.card.groupBy({ by: ['title'] })")).toBe(said('hint', 'groups', 'groupBy'));
  });
});

describe('require-pagination follows', () => {
  it('helpers, constants, spreads and defaults', async () => {
    expectSilent(
      await service(`
  import type { Prisma } from '@/lib/generated/prisma/client';
  import { skipTake, firstPage } from '@/lib/paging';
  const args = { take: 10 } satisfies Prisma.ProductFindManyArgs;
  const shared = { ...args, where: { name: 'x' } };
  export const a = () => prisma.product.findMany(args);
  export const b = () => prisma.product.findMany({ ...shared, orderBy: { id: 'asc' } });
  export const c = (page: number) => prisma.product.findMany({ ...skipTake(page, 20) });
  export const d = () => prisma.product.findMany({ ...firstPage(), where: { name: 'x' } });
  export const e = (take = 20) => prisma.product.findMany({ take });
  export function f({ limit = 20 }: { limit?: number } = {}) {
    const take = Math.min(limit, 100);
    return prisma.product.findMany({ take });
  }
  //- lib/paging.ts
  export const skipTake = (page: number, size: number) => ({ skip: (page - 1) * size, take: size });
  export function firstPage(take = 20) { return { take }; }
`),
      RULE,
    );
  });

  it('clients under other names, and points at the operation', async () => {
    expectFindings(
      await service(`
  import { prisma as datenbank } from '@/lib/db';
  import type { Prisma } from '@/lib/generated/prisma/client';
  class Bericht {
    constructor(private readonly verbindung: Prisma.TransactionClient) {}
    alle() {
      return this.verbindung.product
        .findMany();
  //     ^^^^^^^^ require-pagination error
    }
  }
  export const bericht = new Bericht(prisma);
  export const liste = () => datenbank.product.findMany();
  //                                           ^^^^^^^^ require-pagination error
`),
      { rules: [RULE] },
    );
  });

  it('shared includes once, at their place', async () => {
    expectFindings(
      await service(`
  const withComments = { comments: true };
  //                     ^^^^^^^^ require-pagination warning
  export const a = () => prisma.card.findMany({ take: 5, include: withComments });
  export const b = () => prisma.card.findMany({ take: 9, include: withComments });
`),
      { rules: [RULE] },
    );
  });

  it('models of the configuration', async () => {
    const files = `  //- lib/services/list.service.ts
  import { prisma } from '@/lib/db';
  export const a = () => prisma.product.findMany();
  //- backend-specialist.config.json
  `;
    expectSilent(
      await openFixture(`${schema}${files}{ "conventions": { "lookupModels": ["Product"] } }\n`),
      RULE,
    );
    expectSilent(
      await openFixture(
        `${schema}${files}{ "rules": { "require-pagination": ["error", { "ignoreModels": ["Product"] }] } }\n`,
      ),
      RULE,
    );
  });

  it('says who reaches a list', async () => {
    const fixture = await openFixture(`${schema}
  //- lib/services/list.service.ts
  import { prisma } from '@/lib/db';
  export const all = () => prisma.product.findMany();
  export const search = (text: string) => prisma.product.findMany({ where: { OR: [{ name: { contains: text } }, { sku: { contains: text } }] } });
  //- app/api/products/route.ts
  import { all, search } from '@/lib/services/list.service';
  export async function GET(request: Request) {
    const text = new URL(request.url).searchParams.get('q');
    return Response.json(text ? await search(text) : await all());
  }
`);
    expect(
      findings(fixture, RULE).map((found) => [found.severity, messageId(found), found.related[0]?.file]),
    ).toEqual([
      ['error', 'public', 'app/api/products/route.ts'],
      ['error', 'search', 'app/api/products/route.ts'],
    ]);
  });

  it('jobs and tooling', async () => {
    const fixture = await openFixture(`${schema}
  //- lib/jobs/sync.ts
  import { prisma } from '@/lib/db';
  export const sync = () => prisma.product.findMany();
  //- scripts/export.ts
  import { prisma } from '@/lib/db';
  export const dump = () => prisma.product.findMany();
  //- prisma/seed.ts
  import { prisma } from '@/lib/db';
  await prisma.product.findMany();
`);
    expect(findings(fixture, RULE).map((found) => [found.file, found.severity, messageId(found)])).toEqual([
      ['lib/jobs/sync.ts', 'hint', 'job'],
    ]);
  });

  it('a table that only nested writes fill is no lookup table', async () => {
    const files = (write: string) => `
  //- prisma/schema.prisma
  model Tag {
    id    Int    @id @default(autoincrement())
    name  String @unique
    posts Post[]
  }
  model Post {
    id   Int   @id @default(autoincrement())
    tags Tag[]
  }
  //- lib/services/tags.service.ts
  import { prisma } from '@/lib/db';
  export const tags = () => prisma.tag.findMany();
  export const add = (name: string) => prisma.post.create({ data: { tags: { ${write} } } });
`;
    expect(
      findings(await openFixture(files('connectOrCreate: { where: { name }, create: { name } }')), RULE),
    ).toHaveLength(1);
    expect(findings(await openFixture(files('connect: { name }')), RULE)).toHaveLength(0);
  });

  it('broken code without a crash', async () => {
    const fixture = await service(
      '  export const a = () => prisma.product.findMany({ where: { ;\n  export const b = () => prisma.product.findMany(',
    );
    expect(findings(fixture, RULE).length).toBeLessThan(3);
  });
});

describe('require-pagination fixes', () => {
  const head = "import { prisma } from '@/lib/db';\n";
  const fixed = async (recipe: string, before: string, after: string): Promise<void> => {
    const file = 'lib/services/list.service.ts';
    const fixture = await openFixture({ ...(await filesOf()), [file]: head + before });
    expectFixed(fixture, RULE, { [file]: head + after }, { recipe });
  };
  const filesOf = async (): Promise<Record<string, string>> => {
    const { parseFixture } = await import('../../../test/kit/fixture.ts');
    return parseFixture(schema);
  };
  const PAGE = '{ page = 1, perPage = 20 }: { page?: number; perPage?: number } = {}';
  const TAKE = 'take: Math.min(perPage, 100), skip: (page - 1) * Math.min(perPage, 100)';

  it.each([
    [
      'no arguments',
      'export const a = () => prisma.product.findMany();\n',
      'export const a = () => prisma.product.findMany({ take: 100 });\n',
    ],
    [
      'empty arguments',
      'export const a = () => prisma.product.findMany({});\n',
      'export const a = () => prisma.product.findMany({ take: 100 });\n',
    ],
    [
      'an object on one line',
      "export const a = () => prisma.product.findMany({ orderBy: { id: 'asc' } });\n",
      "export const a = () => prisma.product.findMany({ orderBy: { id: 'asc' }, take: 100 });\n",
    ],
    [
      'an object over lines',
      "export const a = () =>\n\tprisma.product.findMany({\n\t\torderBy: { id: 'asc' }, // newest\n\t});\n",
      "export const a = () =>\n\tprisma.product.findMany({\n\t\torderBy: { id: 'asc' },\n\t\ttake: 100, // newest\n\t});\n",
    ],
    [
      'a constant',
      "const args = { orderBy: { id: 'asc' } } as const;\nexport const a = () => prisma.product.findMany(args);\n",
      "const args = { orderBy: { id: 'asc' } } as const;\nexport const a = () => prisma.product.findMany({ ...args, take: 100 });\n",
    ],
    [
      'take: undefined',
      'export const a = () => prisma.product.findMany({ take: undefined, skip: 1 });\n',
      'export const a = () => prisma.product.findMany({ take: 100, skip: 1 });\n',
    ],
    [
      'a take that may be absent',
      'export const a = (all: boolean) => prisma.product.findMany({ take: all ? undefined : 20 });\n',
      'export const a = (all: boolean) => prisma.product.findMany({ take: (all ? undefined : 20) ?? 100 });\n',
    ],
    [
      'a spread that may be absent',
      'export const a = (limit?: number) => prisma.product.findMany({ ...(limit && { take: limit }) });\n',
      'export const a = (limit?: number) => prisma.product.findMany({ take: 100, ...(limit && { take: limit }) });\n',
    ],
    [
      'a nested list',
      'export const a = () => prisma.user.findMany({ take: 5, include: { invoices: true } });\n',
      'export const a = () => prisma.user.findMany({ take: 5, include: { invoices: { take: 20 } } });\n',
    ],
    [
      'a nested list with arguments',
      'export const a = () => prisma.user.findMany({ take: 5, select: { invoices: { select: { id: true } } } });\n',
      'export const a = () => prisma.user.findMany({ take: 5, select: { invoices: { select: { id: true }, take: 20 } } });\n',
    ],
    [
      'a nested list in a variable',
      'const invoices = { select: { id: true } };\nexport const a = () => prisma.user.findMany({ take: 5, select: { invoices } });\n',
      'const invoices = { select: { id: true } };\nexport const a = () => prisma.user.findMany({ take: 5, select: { invoices: { ...invoices, take: 20 } } });\n',
    ],
    [
      'SQL',
      'export const a = () => prisma.$queryRaw`\n  SELECT "id"\n  FROM "Product";\n`;\n',
      'export const a = () => prisma.$queryRaw`\n  SELECT "id"\n  FROM "Product"\n  LIMIT 100;\n`;\n',
    ],
  ])('adds take to %s', (_, before, after) => fixed('add-take', before, after));

  it.each([
    [
      'a new parameter',
      'export const a = () => prisma.product.findMany();\n',
      `export const a = (${PAGE}) => prisma.product.findMany({ ${TAKE}, orderBy: { id: 'asc' } });\n`,
    ],
    [
      'a last parameter, inside cache',
      "import { cache } from 'react';\nexport const a = cache(async (name: string) => prisma.product.findMany({ where: { name }, orderBy: { id: 'asc' } }));\n",
      `import { cache } from 'react';\nexport const a = cache(async (name: string, ${PAGE}) => prisma.product.findMany({ where: { name }, orderBy: { id: 'asc' }, ${TAKE} }));\n`,
    ],
    [
      'the function around a transaction',
      "export async function a() {\n  return prisma.$transaction(async (tx) => tx.product.findMany({\n    orderBy: { id: 'asc' },\n  }));\n}\n",
      `export async function a(${PAGE}) {\n  return prisma.$transaction(async (tx) => tx.product.findMany({\n    orderBy: { id: 'asc' },\n    take: Math.min(perPage, 100),\n    skip: (page - 1) * Math.min(perPage, 100),\n  }));\n}\n`,
    ],
    [
      'parameters that are there',
      "export async function a(page: number, limit?: number) {\n  return prisma.product.findMany({ orderBy: { id: 'asc' } });\n}\n",
      "export async function a(page: number, limit?: number) {\n  return prisma.product.findMany({ orderBy: { id: 'asc' }, take: Math.min(limit ?? 20, 100), skip: (page - 1) * Math.min(limit ?? 20, 100) });\n}\n",
    ],
    [
      'destructured parameters that are there',
      "export async function a({ page, size }: { page: number; size: number }) {\n  return prisma.product.findMany({ orderBy: { id: 'asc' } });\n}\n",
      "export async function a({ page, size }: { page: number; size: number }) {\n  return prisma.product.findMany({ orderBy: { id: 'asc' }, take: Math.min(size, 100), skip: (page - 1) * Math.min(size, 100) });\n}\n",
    ],
  ])('paginates with %s', (_, before, after) => fixed('add-take-skip', before, after));

  it('paginates with a cursor on the id', () =>
    fixed(
      'add-cursor',
      "export const a = (status: 'SENT') => prisma.invoice.findMany({ where: { status } });\n",
      "export const a = (status: 'SENT', { cursor, perPage = 20 }: { cursor?: number; perPage?: number } = {}) => prisma.invoice.findMany({ where: { status }, take: Math.min(perPage, 100), orderBy: { id: 'asc' }, ...(cursor !== undefined && { cursor: { id: cursor }, skip: 1 }) });\n",
    ));

  it('refuses what it would break', async () => {
    const open = (code: string) => service(code.replaceAll(/^/gm, '  '));
    expect(
      await refusalOf('export const a = (...names: string[]) => prisma.product.findMany();', open),
    ).toContain('any number');
    expect(
      await refusalOf('export const a = (perPage: string) => prisma.product.findMany();', open),
    ).toContain('`perPage`');
    expect(
      await refusalOf(
        'export const a = () => prisma.product.findMany();\nexport const b = [1].map(a);',
        open,
      ),
    ).toContain('as a value');
    expect(await refusalOf('export const a = name => prisma.product.findMany();', open)).toContain(
      'parentheses',
    );
  });

  async function refusalOf(
    code: string,
    open: (code: string) => ReturnType<typeof service>,
  ): Promise<string | undefined> {
    return refusal(await open(`${code}\n`), { rule: RULE, recipe: 'add-take-skip' });
  }

  it('offers a constant only where the signature is not ours, and nothing in fix-all', async () => {
    const fixture = await openFixture(`${schema}
  //- app/page.tsx
  import { prisma } from '@/lib/db';
  export default async function Page() {
    const all = await prisma.product.findMany();
    return <p>{all.length}</p>;
  }
`);
    expect(
      findings(fixture, RULE).map((found) =>
        found.fixes.map((fix) => [fix.recipe, fix.trust, fix.preferred]),
      ),
    ).toEqual([[['add-take', 'suggestion', true]]]);
    expect(fixture.engine.fixAll('app/page.tsx')).toMatchObject({ ok: true, changes: [] });
  });
});

describe('rows of one thing', () => {
  const small = `
    //- prisma/schema.prisma
    generator client {
      provider = "prisma-client"
      output   = "../lib/generated/prisma"
    }
    model User {
      id    String @id
      email String @unique
      notes Note[]
    }
    model Note {
      id       String @id
      user     User   @relation(fields: [userId], references: [id])
      userId   String
      targetId String
      book     Book   @relation(fields: [bookId], references: [id])
      bookId   String
    }
    model Book {
      id    String @id
      code  String @unique
      notes Note[]
    }
`;

  it('are bound by an id, or by the parents that a list names', async () => {
    expectFindings(
      await openFixture(`${small}
    //- lib/services/a.service.ts
    import { prisma } from '@/lib/db';
    export async function read(targetId: string, codes: string[]) {
      return [
        await prisma.note.findMany({ where: { targetId } }),
        //                ^^^^^^^^ require-pagination hint
        await prisma.note.findMany({ where: { book: { code: { in: codes } } } }),
        //                ^^^^^^^^ require-pagination hint
      ];
    }
`),
      { rules: ['require-pagination'] },
    );
  });
});

describe('require-pagination where rows are few', () => {
  const severities = async (files: string): Promise<string[]> =>
    findings(await openFixture(schema + files), RULE).map((found) => `${found.severity} ${messageId(found)}`);

  it('values that `distinct` gives once', async () => {
    expect(await verdictOf("prisma.product.findMany({ distinct: ['name'], select: { name: true } })")).toBe(
      said('warning', 'unbounded', 'findMany'),
    );
    expect(
      await verdictOf(
        "prisma.product.findMany({ where: { sku: 'a' }, distinct: ['name'], select: { name: true } })",
      ),
    ).toBe(said('info', 'filtered', 'findMany'));
    expect(
      await verdictOf("prisma.product.findMany({ distinct: ['name'], select: { name: true, id: true } })"),
    ).toBe(said('error', 'unbounded', 'findMany'));
  });

  it('settings, plans and the like, unless people own them', async () => {
    const files = schema
      .replace(
        'model Country {',
        `model MailSetting {
    region String @id
    rate   Int
    quota  Int
    topic  String
    state  String
  }
  model UserSetting {
    id     String @id
    userId String
    user   User   @relation(fields: [userId], references: [id])
  }
  model Country {`,
      )
      .replace('accounts Account[]', 'accounts Account[]\n    settings UserSetting[]');
    const fixture = await openFixture(`${files}
  //- lib/services/list.service.ts
  import { prisma } from '@/lib/db';
  export const rate = (region: string) => prisma.mailSetting.update({ where: { region }, data: { rate: 1 } });
  export const all = () => prisma.mailSetting.findMany();
  export const own = () => prisma.userSetting.findMany();
`);
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(['warning', 'error']);
  });

  it('rows that are picked by a list of keys', async () => {
    expect(
      await verdictOf("prisma.channel.findMany({ where: { userId: { in: q.ids }, name: 'a' } })"),
    ).not.toContain('warning');
  });

  it('what the build or nobody waits for', async () => {
    const read = `import { prisma } from '@/lib/db';
  export async function work() { return prisma.product.findMany({ select: { slug: true } }); }`;
    expect(await severities(`//- lib/reconcileJobSchedulers.ts\n  ${read}\n`)).toEqual(['hint job']);
    expect(await severities(`//- lib/email-queue-service.ts\n  ${read}\n`)).toEqual(['hint job']);
    expect(await severities(`//- lib/list-service.ts\n  ${read}\n`)).toEqual(['error unbounded']);
    expect(
      await severities(`//- app/p/[slug]/page.tsx
  ${read.replace('work', 'generateStaticParams')}
  export default function Page() { return null; }
`),
    ).toEqual(['hint job']);
  });
});
