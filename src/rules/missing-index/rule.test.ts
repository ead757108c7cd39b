import { describe, expect, it } from 'vitest';
import { applyFix, expectFixed, findings, messageId, openFixture } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';

const RULE = 'missing-index';

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE).map(
    (finding) =>
      `${messageId(finding)} ${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}» ${/@@index\(\[(.*?)\]\)/.exec(finding.message)?.[1] ?? ''}`,
  );

const head = `datasource db {\n  provider = "postgresql"\n}\n`;
const SCHEMA = `${head}
enum Status {
  DRAFT
  LIVE
}

model User {
  id     String  @id
  email  String  @unique
  orders Order[]
}

model Order {
  id        String    @id
  number    String
  status    Status    @default(DRAFT)
  kind      String
  note      String?
  total     Int
  open      Boolean   @default(true)
  tags      String[]
  meta      Json?
  deletedAt DateTime?
  createdAt DateTime  @default(now())
  userId    String
  user      User      @relation(fields: [userId], references: [id])
  country   String
  city      String

  @@unique([country, city])
  @@index([userId, createdAt])
}
`;

const schema = async (model: string, more = ''): Promise<string[]> =>
  shown(
    await openFixture({
      'prisma/schema.prisma': `${more === '' ? head : more}\nmodel User {\n  id String @id\n  as A[]\n}\n\n${model}\n`,
    }),
  );

const query = async (
  args: string,
  op = 'findMany',
  file = 'lib/services/order.service.ts',
): Promise<string[]> =>
  shown(
    await openFixture({
      'prisma/schema.prisma': SCHEMA,
      [file]: `import { prisma } from '@/lib/db';\n\nexport async function run(q: string, n: number, ids: string[], when: Date, maybe?: string) {\n  return prisma.order.${op}(${args});\n}\n`,
    }),
  );

const RELATION = 'user User @relation(fields: [userId], references: [id])';

describe('relations', () => {
  it.each<[string, string, string[]]>([
    [
      'none',
      `model A {\n  id String @id\n  userId String\n  ${RELATION}\n}`,
      ['relation warning «userId» userId'],
    ],
    [
      'an optional one',
      `model A {\n  id String @id\n  userId String?\n  user User? @relation(fields: [userId], references: [id])\n}`,
      ['relation warning «userId» userId'],
    ],
    [
      'second in a compound id',
      `model A {\n  x String\n  userId String\n  ${RELATION}\n  @@id([x, userId])\n}`,
      ['relation warning «userId» userId'],
    ],
    [
      'second in a compound index',
      `model A {\n  id String @id\n  userId String\n  ${RELATION}\n  @@index([id, userId])\n}`,
      ['relation warning «userId» userId'],
    ],
    [
      'two relations',
      `model A {\n  id String @id\n  aId String\n  bId String\n  a User @relation("a", fields: [aId], references: [id])\n  b User @relation("b", fields: [bId], references: [id])\n  @@index([aId])\n}`,
      ['relation warning «bId» bId'],
    ],
    [
      'a compound key',
      `model A {\n  id String @id\n  x String\n  y String\n  user User @relation(fields: [x, y], references: [id, id])\n  @@index([x])\n}`,
      ['relation warning «x» x, y'],
    ],
    [
      'a self relation',
      `model A {\n  id String @id\n  parentId String?\n  parent A? @relation("t", fields: [parentId], references: [id])\n  children A[] @relation("t")\n}`,
      ['relation warning «parentId» parentId'],
    ],
  ])('%s', async (_, model, expected) => {
    expect(await schema(model)).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['an index', `model A {\n  id String @id\n  userId String\n  ${RELATION}\n  @@index([userId])\n}`, ''],
    [
      'the beginning of a compound index',
      `model A {\n  id String @id\n  userId String\n  ${RELATION}\n  @@index([userId, id])\n}`,
      '',
    ],
    [
      'the beginning of a compound id',
      `model A {\n  x String\n  userId String\n  ${RELATION}\n  @@id([userId, x])\n}`,
      '',
    ],
    ['a unique field', `model A {\n  id String @id\n  userId String @unique\n  ${RELATION}\n}`, ''],
    ['the id itself', `model A {\n  userId String @id\n  ${RELATION}\n}`, ''],
    [
      'a compound key in another order',
      `model A {\n  id String @id\n  x String\n  y String\n  user User @relation(fields: [x, y], references: [id, id])\n  @@index([y, x])\n}`,
      '',
    ],
    [
      'a sorted index',
      `model A {\n  id String @id\n  userId String\n  ${RELATION}\n  @@index([userId(sort: Desc)])\n}`,
      '',
    ],
    [
      'a hash index',
      `model A {\n  id String @id\n  userId String\n  ${RELATION}\n  @@index([userId], type: Hash)\n}`,
      '',
    ],
    ['the other side', `model A {\n  id String @id\n  users User[]\n}`, ''],
    ['an ignored model', `model A {\n  id String @id\n  userId String\n  ${RELATION}\n  @@ignore\n}`, ''],
    ['a view', `view A {\n  id String @unique\n  userId String\n  ${RELATION}\n}`, ''],
    [
      'MySQL',
      `model A {\n  id String @id\n  userId String\n  ${RELATION}\n}`,
      'datasource db {\n  provider = "mysql"\n}\n',
    ],
    [
      'relations that Prisma keeps itself',
      `model A {\n  id String @id\n  userId String\n  ${RELATION}\n}`,
      'datasource db {\n  provider = "postgresql"\n  relationMode = "prisma"\n}\n',
    ],
    ['a broken model', `model A {\n  id String @id\n  userId String\n  ${RELATION}\n  @@@\n}`, ''],
    ['a key that isn’t there', `model A {\n  id String @id\n  ${RELATION}\n}`, ''],
  ])('accepts %s', async (_, model, more) => {
    expect(await schema(model, more)).toEqual([]);
  });
});

describe('queries', () => {
  it.each<[string, string, string[]]>([
    ['{ where: { number: q } }', 'findMany', ['where warning «number» number']],
    ['{ where: { number: q } }', 'findFirst', ['where warning «number» number']],
    ['{ where: { number: { equals: q } } }', 'count', ['where warning «number» number']],
    ['{ where: { number: { in: ids } } }', 'deleteMany', ['where warning «number» number']],
    ['{ where: { number: q }, data: { total: 1 } }', 'updateMany', ['where warning «number» number']],
    ['{ where: { status: "LIVE", open: true, number: q } }', 'findMany', ['where warning «number» number']],
    [
      '{ where: { number: q, kind: q, createdAt: { gte: when } } }',
      'findMany',
      ['where warning «number» number, kind, createdAt'],
    ],
    [
      '{ where: { number: q }, orderBy: { createdAt: "desc" }, take: 5 }',
      'findMany',
      ['where warning «number» number, createdAt'],
    ],
    ['{ where: { AND: [{ number: q }, { open: true }] } }', 'findMany', ['where warning «number» number']],
    ['{ where: { city: q } }', 'findMany', ['where warning «city» city']],
    ['{ where: { createdAt: { gte: when } } }', 'count', ['where info «createdAt» createdAt']],
    ['{ orderBy: { createdAt: "desc" }, take: 5 }', 'findMany', ['order warning «createdAt» createdAt']],
    ['{ orderBy: [{ total: "desc" }, { id: "asc" }], take: n }', 'findMany', ['order warning «total» total']],
    ['{ orderBy: { createdAt: "desc" } }', 'findFirst', ['order warning «createdAt» createdAt']],
    [
      '{ where: { open: true }, orderBy: { createdAt: "desc" }, take: 5 }',
      'findMany',
      ['order warning «createdAt» open, createdAt'],
    ],
    [
      '{ where: { deletedAt: null }, orderBy: { createdAt: "desc" }, take: 5 }',
      'findMany',
      ['order warning «createdAt» createdAt'],
    ],
  ])('%s in %s', async (args, op, expected) => {
    expect(await query(args, op)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['{ where: { id: q } }', 'findUnique'],
    ['{ where: { id: { in: ids } } }', 'findMany'],
    ['{ where: { userId: q, number: q } }', 'findMany'],
    ['{ where: { user: { email: q }, number: q } }', 'findMany'],
    ['{ where: { country: q } }', 'findMany'],
    ['{ where: { country_city: { country: q, city: q } } }', 'findFirst'],
    ['{ where: { AND: [{ userId: q }, { number: q }] } }', 'findMany'],
    ['{ where: { status: "LIVE", open: true } }', 'findMany'],
    ['{ where: { kind: "gift" } }', 'findMany'],
    ['{ where: { total: { gt: 0 } } }', 'findMany'],
    ['{ where: { note: null } }', 'findMany'],
    ['{ where: { note: { not: null } } }', 'findMany'],
    ['{ where: { number: { contains: q } } }', 'findMany'],
    ['{ where: { number: { equals: q, mode: "insensitive" } } }', 'findMany'],
    ['{ where: { tags: { has: q }, meta: { path: ["a"], equals: q } } }', 'findMany'],
    ['{ where: { OR: [{ number: q }, { kind: q }] } }', 'findMany'],
    ['{ where: { NOT: { number: q } } }', 'findMany'],
    ['{ where: { ...(maybe ? { number: maybe } : {}) } }', 'findMany'],
    ['JSON.parse(q)', 'findMany'],
    ['{ orderBy: { createdAt: "desc" } }', 'findMany'],
    ['{ orderBy: { id: "desc" }, take: 5 }', 'findMany'],
    ['{ where: { userId: q }, orderBy: { total: "desc" }, take: 5 }', 'findMany'],
    ['{ orderBy: { user: { email: "asc" } }, take: 5 }', 'findMany'],
    ['{ take: 5 }', 'findMany'],
    ['{ data: { number: q } }', 'create'],
  ])('accepts %s in %s', async (args, op) => {
    expect(await query(args, op)).toEqual([]);
  });

  it('through a wrapper and a variable, once for a file', async () => {
    const fixture = await openFixture({
      'prisma/schema.prisma': SCHEMA,
      'lib/services/order.service.ts': `import { prisma as db } from '@/lib/db';\n\nfunction byNumber(number: string) {\n  const where = { number };\n  return where;\n}\nexport const one = (n: string) => db.order.findFirst({ where: byNumber(n) });\nexport const all = (n: string) => db.order.findMany({ where: byNumber(n) });\n`,
    });
    expect(shown(fixture)).toEqual(['where warning «number» number']);
  });

  it('leaves scripts alone', async () => {
    expect(await query('{ where: { number: q } }', 'findMany', 'prisma/seed.ts')).toEqual([]);
    expect(await query('{ where: { number: q } }', 'findMany', 'scripts/clean.ts')).toEqual([]);
  });
});

describe('the fix', () => {
  const body = `  id     String @id\n  userId String // who\n  user   User   @relation(fields: [userId], references: [id])\n`;
  const user = 'model User {\n  id String @id\n  as A[]\n}\n';

  it.each<[string, string, string]>([
    ['without block attributes', body, `${body}\n  @@index([userId])\n`],
    [
      'behind the other keys',
      `${body}\n  @@unique([id, userId])\n  @@map("a")\n`,
      `${body}\n  @@unique([id, userId])\n  @@index([userId])\n  @@map("a")\n`,
    ],
    [
      'before the name',
      `${body}\n  @@map("a")\n  @@schema("x")\n`,
      `${body}\n  @@index([userId])\n  @@map("a")\n  @@schema("x")\n`,
    ],
    [
      'indented by tabs',
      body.replaceAll('  id', '\tid').replaceAll('  user', '\tuser'),
      `${body.replaceAll('  id', '\tid').replaceAll('  user', '\tuser')}\n\t@@index([userId])\n`,
    ],
    ['behind a last comment', `${body}  // the end\n`, `${body}  // the end\n\n  @@index([userId])\n`],
    [
      'with Windows line ends',
      body.replaceAll('\n', '\r\n'),
      `${body}\n  @@index([userId])\n`.replaceAll('\n', '\r\n'),
    ],
  ])('%s', async (_, before, after) => {
    const file = 'prisma/schema.prisma';
    const fixture = await openFixture({ [file]: `${head}${user}\nmodel A {\n${before}}\n` });
    expect(applyFix(fixture, { rule: RULE })[file]).toBe(`${head}${user}\nmodel A {\n${after}}\n`);
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('from a query, into the file of the model', async () => {
    const models = {
      'prisma/schema/main.prisma': head,
      'prisma/schema/order.prisma': 'model Order {\n  id     String @id\n  number String\n}\n',
    };
    const fixture = await openFixture(
      {
        ...models,
        'package.json': '{ "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0" } }',
        'prisma.config.ts': `export default { schema: 'prisma/schema' };\n`,
        'lib/db.ts': `import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n`,
        'app/page.tsx': `import { prisma } from '../lib/db';\nexport default async function Page({ searchParams }: { searchParams: Promise<{ q: string }> }) {\n  const { q } = await searchParams;\n  const order = await prisma.order.findFirst({ where: { number: q } });\n  return <p>{order?.id}</p>;\n}\n`,
      },
      { base: false },
    );
    expectFixed(fixture, RULE, {
      'prisma/schema/order.prisma':
        'model Order {\n  id     String @id\n  number String\n\n  @@index([number])\n}\n',
    });
  });
});
