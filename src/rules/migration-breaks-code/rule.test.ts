import { describe, expect, it } from 'vitest';
import { findings, messageId, openFixture } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';
import type { Finding } from '../../run/finding.ts';

const RULE = 'migration-breaks-code';
const SCHEMA = 'prisma/schema.prisma';
const INIT = 'prisma/migrations/20260101000000_init/migration.sql';
const NEXT = 'prisma/migrations/20260102000000_next/migration.sql';
const CODE = 'lib/services/order.service.ts';

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE).map(
    (finding) =>
      `${finding.file} ${messageId(finding)} ${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}»`,
  );

const schema = `generator client {
  provider = "prisma-client"
  output   = "../lib/generated/prisma"
}

datasource db {
  provider = "postgresql"
}

enum State {
  OPEN
  HELD
}

model Customer {
  id     String  @id
  name   String
  orders Order[]
}

model Order {
  id         String   @id
  state      State
  note       String?
  total      Int
  shipName   String?  @map("ship_name")
  customerId String
  customer   Customer @relation(fields: [customerId], references: [id])

  @@map("orders")
}

model Wish {
  id   String @id
  text String
}
`;
const init = `CREATE TYPE "State" AS ENUM ('OPEN', 'HELD');
CREATE TABLE "Customer" ("id" TEXT NOT NULL, "name" TEXT NOT NULL, CONSTRAINT "Customer_pkey" PRIMARY KEY ("id"));
CREATE TABLE "orders" ("id" TEXT NOT NULL, "state" "State" NOT NULL, "note" TEXT, "total" INTEGER NOT NULL, "ship_name" TEXT, "customerId" TEXT NOT NULL, CONSTRAINT "orders_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Wish" ("id" TEXT NOT NULL, "text" TEXT NOT NULL, CONSTRAINT "Wish_pkey" PRIMARY KEY ("id"));
ALTER TABLE "orders" ADD CONSTRAINT "orders_customerId_fkey" FOREIGN KEY ("customerId") REFERENCES "Customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
`;

const without = (...parts: readonly string[]): string =>
  parts.reduce((text, part) => {
    if (!text.includes(part)) throw new Error(`no ${part}`);
    return text.replace(part, '');
  }, schema);

const NOTE = '  note       String?\n';
const TOTAL = '  total      Int\n';
const KEY = '  customerId String\n';
const CUSTOMER = '  customer   Customer @relation(fields: [customerId], references: [id])\n';
const ORDERS = '  orders Order[]\n';
const SHIP = '  shipName   String?  @map("ship_name")\n';
const WISH = '\nmodel Wish {\n  id   String @id\n  text String\n}\n';
const HELD = '  HELD\n';

const code = (body: string, head = ''): string =>
  `import { prisma } from '@/lib/db';\n${head}\nexport async function run(id: string, state: string) {\n${body}\n}\n`;

/** The base branch has the schema and the first migration; what `now` says is new. */
const open = (now: string, files: Files): Promise<Fixture> =>
  openFixture({ [SCHEMA]: now, [INIT]: init, ...files }, { committed: { [SCHEMA]: schema, [INIT]: init } });

const uses = async (now: string, body: string, head = ''): Promise<string[]> =>
  shown(await open(now, { [CODE]: code(body, head) }))
    .filter((line) => line.startsWith(CODE))
    .map((line) => line.slice(CODE.length + 1));

describe('reports', () => {
  it.each<[string, string, string, string[]]>([
    [
      'a field in `select`',
      without(NOTE),
      'return prisma.order.findMany({ select: { id: true, note: true } });',
      ['field error «note»'],
    ],
    [
      'a field in `where`',
      without(NOTE),
      'return prisma.order.count({ where: { note: null } });',
      ['field error «note»'],
    ],
    [
      'a field in `where`, deep',
      without(NOTE),
      'return prisma.order.count({ where: { OR: [{ NOT: { note: { contains: id } } }] } });',
      ['field error «note»'],
    ],
    [
      'a field in `orderBy`',
      without(NOTE),
      "return prisma.order.findMany({ take: 9, orderBy: [{ note: 'asc' }] });",
      ['field error «note»'],
    ],
    [
      'a field by which rows are told apart',
      without(NOTE),
      "return prisma.order.findMany({ take: 9, distinct: ['note'] });",
      ['field error «distinct»'],
    ],
    [
      'a field by which rows are told apart, of a relation and without a list',
      without(NOTE),
      "return prisma.customer.findMany({ take: 9, include: { orders: { take: 2, distinct: 'note' } } });",
      ['field error «distinct»'],
    ],
    [
      'a field of groups',
      without(NOTE),
      "const keys = ['note'] as const;\n  const rows = await prisma.order.groupBy({ by: [...keys], _count: true });\n  return rows.map((row) => row.note);",
      ['field error «by»', 'field error «note»'],
    ],
    ...['_sum', '_avg', '_min', '_max', '_count'].map((name): [string, string, string, string[]] => [
      `a field in \`${name}\``,
      without(TOTAL),
      `return prisma.order.aggregate({ ${name}: { total: true } });`,
      ['field error «total»'],
    ]),
    [
      'a field in `having` and the order of groups',
      without(TOTAL),
      "return prisma.order.groupBy({ by: ['id'], having: { total: { _sum: { gt: 3 } } }, orderBy: { _sum: { total: 'asc' } } });",
      ['field error «total»', 'field error «total»'],
    ],
    [
      'a field in `omit`',
      without(NOTE),
      'return prisma.customer.findMany({ take: 9, include: { orders: { take: 2, omit: { note: true } } } });',
      ['field error «note»'],
    ],
    [
      'a field of related rows that are counted',
      without(NOTE),
      'return prisma.customer.findMany({ take: 9, select: { _count: { select: { orders: { where: { note: null } } } } } });',
      ['field error «note»'],
    ],
    [
      'a relation whose column goes, from both sides',
      without(KEY, CUSTOMER, ORDERS),
      'const order = await prisma.order.findFirstOrThrow({ include: { customer: true } });\n  await prisma.customer.count({ where: { orders: { some: {} } } });\n  return order.customer.name;',
      ['field error «customer»', 'field error «orders»', 'field error «customer»'],
    ],
    [
      'a relation whose model goes',
      schema.replace(/\nmodel Order [^}]*\}\n/, '').replace(ORDERS, ''),
      "await prisma.customer.create({ data: { id, name: '', orders: { create: { id, total: 1, state: 'OPEN' } } } });\n  return prisma.customer.findMany({ take: 9, include: { _count: { select: { orders: true } } } });",
      ['field error «orders»', 'field error «orders»'],
    ],
    [
      'a field that is written',
      without(NOTE),
      "await prisma.order.update({ where: { id }, data: { note: '', total: 1 } });",
      ['field error «note»'],
    ],
    [
      'a field that is written along',
      without(NOTE),
      "await prisma.customer.update({ where: { id }, data: { orders: { create: { id, state: 'OPEN', total: 1, note: '' } } } });",
      ['field error «note»'],
    ],
    [
      'a field over a relation',
      without(NOTE),
      'return prisma.customer.findMany({ take: 9, where: { orders: { some: { note: id } } } });',
      ['field error «note»'],
    ],
    [
      'a field of a row',
      without(NOTE),
      'const order = await prisma.order.findUniqueOrThrow({ where: { id } });\n  return order.note;',
      ['field error «note»'],
    ],
    [
      'a field of a row that may be absent',
      without(NOTE),
      'const order = await prisma.order.findUnique({ where: { id } });\n  return order?.note ?? id;',
      ['field error «note»'],
    ],
    [
      'a field of each row',
      without(NOTE),
      'const orders = await prisma.order.findMany({ take: 9 });\n  return orders.map((order) => order.note);',
      ['field error «note»'],
    ],
    [
      'a field of a row of a row',
      without(NOTE),
      'const customer = await prisma.customer.findUniqueOrThrow({ where: { id }, include: { orders: true } });\n  return customer.orders.map((order) => order.note);',
      ['field error «note»'],
    ],
    [
      'a field that is taken apart',
      without(NOTE),
      'const { note, total } = await prisma.order.findUniqueOrThrow({ where: { id } });\n  return `${note} ${total}`;',
      ['field error «note»'],
    ],
    [
      'a field with a column of its own',
      without(SHIP),
      'return prisma.order.findMany({ take: 9, select: { shipName: true } });',
      ['field error «shipName»'],
    ],
    [
      'a field that is renamed',
      schema.replace(NOTE, '  remark     String?\n'),
      'return prisma.order.findMany({ take: 9, select: { note: true } });',
      ['field error «note»'],
    ],
    ['a model', without(WISH), 'return prisma.wish.findMany({ take: 9 });', ['model error «findMany»']],
    [
      'a model that is renamed',
      schema.replace('model Wish', 'model Hope'),
      "await prisma.wish.create({ data: { id, text: '' } });",
      ['model error «create»'],
    ],
    [
      'an enum value that is written',
      without(HELD),
      "await prisma.order.update({ where: { id }, data: { state: 'HELD' } });",
      ['value error «state»'],
    ],
    [
      'an enum value that is looked for',
      without(HELD),
      "return prisma.order.count({ where: { state: { in: ['OPEN', 'HELD'] } } });",
      ['value error «state»'],
    ],
    [
      'SQL',
      without(NOTE),
      'return prisma.$queryRaw`SELECT "note" FROM "orders" WHERE id = ${id}`;',
      ['raw error «$queryRaw»'],
    ],
    [
      'SQL of a column with another name',
      without(SHIP),
      'return prisma.$queryRaw`SELECT ship_name FROM orders WHERE id = ${id}`;',
      ['raw error «$queryRaw»'],
    ],
    [
      'SQL of a table',
      without(WISH),
      'return prisma.$queryRawUnsafe(`SELECT count(*) FROM "Wish"`);',
      ['raw error «$queryRawUnsafe»'],
    ],
  ])('%s', async (_, now, body, expected) => {
    expect(await uses(now, `  ${body}`)).toEqual(expected);
  });

  it('an enum value of the generated client', async () => {
    const found = await uses(
      without(HELD),
      '  return state === State.HELD;',
      "import { State } from '@/lib/generated/prisma/client';\nexport const count = () => prisma.order.count();\n",
    );
    expect(found).toEqual(['value error «HELD»']);
  });

  it('rows that another file reads', async () => {
    const fixture = await open(without(NOTE), {
      [CODE]: code('  return prisma.order.findUniqueOrThrow({ where: { id } });'),
      'app/orders/page.tsx':
        "import { run } from '@/lib/services/order.service';\n\nexport default async function Page() {\n  const order = await run('1', 'OPEN');\n  return <p>{order.note}</p>;\n}\n",
    });
    expect(shown(fixture).filter((line) => line.startsWith('app'))).toEqual([
      'app/orders/page.tsx field error «note»',
    ]);
  });

  const types = "import type { Order, Prisma } from '@/lib/generated/prisma/client';\n";
  it.each<[string, string]>([
    ['a parameter', 'export const show = (order: Order) => order.note;'],
    ['rows', 'export const show = (orders: readonly Order[] | null) => orders?.map((order) => order.note);'],
    ['a row with more', 'export const show = (order: Order & { shown: boolean }) => order.note;'],
    ['a part of a row', "export const show = ({ note }: Pick<Order, 'id' | 'note'>) => note;"],
    [
      'rows of a row',
      'export const show = (of: Prisma.CustomerGetPayload<{ include: { orders: true } }>) => of.orders.map((order) => order.note);',
    ],
    ['a property', 'export function Card({ order }: { order?: Order | null }) { return order?.note; }'],
    [
      'a property of a type of the file',
      'interface Base { orders: Array<Order> }\ninterface Props extends Base { shown: boolean }\nexport function Card(props: Props) { return props.orders.map((one) => one.note); }',
    ],
    [
      'what a function gives back',
      "import { run } from '@/lib/services/order.service';\ntype Row = Awaited<ReturnType<typeof run>>;\nexport const show = (row: Row) => row.note;",
    ],
  ])('rows by their declared type: %s', async (_, text) => {
    const fixture = await open(without(NOTE), {
      [CODE]: code('  return prisma.order.findUniqueOrThrow({ where: { id } });'),
      'components/card.tsx': types + text,
    });
    expect(shown(fixture).filter((line) => line.startsWith('components'))).toEqual([
      'components/card.tsx field error «note»',
    ]);
  });

  it('rows by a type of another file', async () => {
    const fixture = await open(without(NOTE), {
      'types/order.ts': `${types}export type OrderRow = { order: Order };\n`,
      'components/card.tsx':
        "import type { OrderRow } from '@/types/order';\nexport const Card = ({ order }: OrderRow) => <p>{order.note}</p>;\n",
    });
    expect(shown(fixture).filter((line) => line.startsWith('components'))).toEqual([
      'components/card.tsx field error «note»',
    ]);
  });

  const inner = 'export const columns = { id: true, note: true };\n';
  it.each<[string, Record<string, string>]>([
    [
      'with its type',
      {
        'lib/columns.ts': `${types}export const columns = { id: true, note: true } satisfies Prisma.OrderSelect;\n`,
      },
    ],
    ['without one', { 'lib/columns.ts': inner }],
    [
      'made by a function',
      { 'lib/columns.ts': 'const all = () => ({ id: true, note: true });\nexport const columns = all();\n' },
    ],
    [
      'through an index',
      {
        'lib/columns/index.ts': "export * from './inner';\n",
        'lib/columns/inner.ts': "export { columns } from './order';\n",
        'lib/columns/order.ts': inner,
      },
    ],
  ])('a selection that another file declares, at the query: %s', async (_, files) => {
    const fixture = await open(without(NOTE), {
      [CODE]: code(
        '  return prisma.order.findMany({ take: 9, select: columns });',
        "import { columns } from '@/lib/columns';\n",
      ),
      ...files,
    });
    expect(shown(fixture)).toEqual([`${CODE} field error «select»`, `${SCHEMA} stillUsed error «Order»`]);
  });

  it('for an editor that waits, only once every file was looked into', async () => {
    const reader = code('  return prisma.order.findMany({ take: 9, select: { id: true, note: true } });');
    const { engine } = await open(without(NOTE), {
      'lib/services/a.service.ts': reader,
      'lib/services/b.service.ts': reader,
      'lib/services/c.service.ts': reader,
    });
    let time = 0;
    const clock = (): number => time++;
    const told = (list: readonly Finding[]): string[] =>
      list.flatMap(({ rule, message }) =>
        rule === RULE ? [/in [\w ]+?(?=\.)/.exec(message)?.[0] ?? ''] : [],
      );
    expect(engine.prepare(SCHEMA, 0, clock)).toBe(false);
    const early = engine.checkEarly(SCHEMA);
    expect(early.map(({ rule }) => rule)).toContain('pending-destructive-change');
    expect(told(early)).toEqual([]);
    expect(engine.prepare(SCHEMA, 9, clock)).toBe(true);
    expect(told(engine.check(SCHEMA))).toEqual(['in 3 places of 3 files']);
    // What doesn't rest on many files is never waited for.
    expect(engine.prepare(CODE, 0, clock)).toBe(true);
  });

  it('at both ends, for the schema', async () => {
    const fixture = await open(without(NOTE), {
      [CODE]: code('  return prisma.order.findMany({ take: 9, select: { id: true, note: true } });'),
    });
    expect(shown(fixture)).toEqual([`${CODE} field error «note»`, `${SCHEMA} stillUsed error «Order»`]);
    const [use, schemaEnd] = findings(fixture, RULE);
    expect(use?.related.map(({ file }) => file)).toEqual([SCHEMA]);
    expect(schemaEnd?.related.map(({ file }) => file)).toEqual([CODE]);
    expect(schemaEnd?.message).toContain('still uses `Order.note`, in one place.');
  });

  it.each<[string, string, string, string]>([
    [
      'a migration that drops',
      without(NOTE),
      'ALTER TABLE "orders" DROP COLUMN "note";',
      'DROP COLUMN "note"',
    ],
    [
      'a migration that renames',
      schema.replace(NOTE, '  remark     String?\n'),
      'ALTER TABLE "orders" RENAME COLUMN "note" TO "remark";',
      'ALTER TABLE "orders" RENAME COLUMN "note" TO "remark"',
    ],
  ])('at both ends, for %s', async (_, now, sql, clause) => {
    const fixture = await open(now, {
      [NEXT]: sql,
      [CODE]: code('  return prisma.order.findMany({ take: 9, select: { id: true, note: true } });'),
    });
    expect(shown(fixture)).toEqual([`${CODE} field error «note»`, `${NEXT} stillUsed error «${clause}»`]);
    expect(findings(fixture, RULE)[0]?.message).toContain('goes with the migration `20260102000000_next`');
  });

  it('a seed, as a warning', async () => {
    const fixture = await open(without(NOTE), {
      'prisma/seed.ts': code("  await prisma.order.updateMany({ where: { id }, data: { note: '' } });"),
    });
    expect(shown(fixture)).toEqual([
      `${SCHEMA} stillUsed warning «Order»`,
      'prisma/seed.ts field warning «note»',
    ]);
  });
});

describe('accepts', () => {
  it.each<[string, string, string]>([
    [
      'other fields',
      without(NOTE),
      'return prisma.order.findMany({ take: 9, select: { id: true, total: true } });',
    ],
    [
      'the same name of another model',
      without(NOTE),
      "return prisma.wish.findMany({ take: 9, where: { text: 'note' } });",
    ],
    [
      'the same name of something else',
      without(NOTE),
      'const input = JSON.parse(id);\n  await prisma.order.count();\n  return input.note;',
    ],
    [
      'a key that is not a column',
      without(NOTE),
      'const count = await prisma.order.count();\n  return { note: count };',
    ],
    [
      'groups by another field',
      without(NOTE),
      "return prisma.order.groupBy({ by: ['total'], _sum: { total: true } });",
    ],
    [
      'a relation that stays',
      without(NOTE),
      'return prisma.order.findMany({ take: 9, include: { customer: true } });',
    ],
    [
      'another enum value',
      without(HELD),
      "await prisma.order.update({ where: { id }, data: { state: 'OPEN' } });",
    ],
    [
      'the value in another field',
      without(HELD),
      "await prisma.wish.create({ data: { id, text: 'HELD' } });",
    ],
    [
      'SQL of another table',
      without(NOTE),
      'return prisma.$queryRaw`SELECT note FROM "Wish" WHERE id = ${id}`;',
    ],
    ['what nothing takes away', schema, 'return prisma.order.findMany({ take: 9, select: { note: true } });'],
    [
      'a name that the database keeps',
      schema.replace(NOTE, '  note       String?  @db.Text\n'),
      'return prisma.order.findMany({ take: 9, select: { note: true } });',
    ],
    [
      'a schema that does not parse',
      without(NOTE).replace('model Wish', 'modl Wish'),
      'return prisma.order.findMany({ take: 9, select: { note: true } });',
    ],
    [
      'an index that goes',
      without(NOTE).replace('  total      Int\n', `${NOTE}  total      Int\n`),
      'return prisma.order.findMany({ take: 9, select: { note: true } });',
    ],
  ])('%s', async (_, now, body) => {
    expect(await uses(now, `  ${body}`)).toEqual([]);
  });

  it('what the base branch has dropped already', async () => {
    const fixture = await openFixture(
      {
        [SCHEMA]: without(NOTE),
        [INIT]: init,
        [NEXT]: 'ALTER TABLE "orders" DROP COLUMN "note";',
        [CODE]: code('  return prisma.order.findMany({ take: 9, select: { note: true } });'),
      },
      { committed: [INIT, NEXT] },
    );
    expect(shown(fixture)).toEqual([]);
  });

  it('what code has stopped using', async () => {
    const fixture = await open(without(NOTE), {
      [CODE]: code('  return prisma.order.findMany({ take: 9, select: { note: true } });'),
    });
    expect(shown(fixture)).toHaveLength(2);
    fixture.engine.update([{ file: CODE, text: code('  return prisma.order.findMany({ take: 9 });') }]);
    expect(shown(fixture)).toEqual([]);
  });

  it('a field that comes back', async () => {
    const fixture = await open(without(NOTE), {
      [CODE]: code('  return prisma.order.findMany({ take: 9, select: { note: true } });'),
    });
    fixture.engine.update([{ file: SCHEMA, text: schema }]);
    expect(shown(fixture)).toEqual([]);
  });
});
