import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';

const RULE = 'schema-model-drift';
const SCHEMA = 'lib/validations/item.ts';

const prisma = `generator client {
  provider = "prisma-client"
  output   = "../lib/generated/prisma"
}

datasource db {
  provider = "postgresql"
}

enum Role {
  USER
  ADMIN
}

model Item {
  id      String    @id @default(cuid())
  code    String    @db.VarChar(20)
  note    String?   @db.VarChar(40)
  text    String?
  stock   Int       @default(0)
  big     BigInt?
  price   Decimal?  @db.Decimal(10, 2)
  weight  Float?
  role    Role      @default(USER)
  sold    DateTime?
  active  Boolean   @default(true)
  ref     String?   @db.Uuid
  tags    String[]
  extra   Json?
  ownerId String?
  owner   Owner?    @relation(fields: [ownerId], references: [id])

  @@index([ownerId])
}

model Owner {
  id    String @id @default(cuid())
  items Item[]
}
`;

const migration = 'CREATE TABLE "Other" ("id" TEXT NOT NULL);';

const base: Files = {
  'prisma/schema.prisma': prisma,
  'prisma/migrations/20260101000000_init/migration.sql': migration,
};

const action = (use: string, schema = 'itemSchema'): string => `'use server';
import { prisma } from '@/lib/db';
import { ${schema} } from '@/lib/validations/item';

export async function save(input: unknown, id: string) {
  ${use}
}
`;

const CREATE = action('const data = itemSchema.parse(input);\n  await prisma.item.create({ data });');

/** Messages for one field that is written with `code`, and the flagged texts. */
async function verdicts(fields: string, use = CREATE, more: Files = {}): Promise<string[]> {
  const fixture = await openFixture({
    ...base,
    [SCHEMA]: `import { z } from 'zod';\n\nexport const itemSchema = z.object({ ${fields} });\n`,
    'lib/actions/item.ts': use,
    ...more,
  });
  return findings(fixture, RULE).map(
    (finding) =>
      `${messageId(finding)} ${fixture.engine.text(finding.file)?.slice(finding.start, finding.end)}`,
  );
}

const CODE = 'code: z.string().max(20)';

describe('contradictions', () => {
  it.each([
    ['no maximum', 'code: z.string().min(1)', 'length', 'code'],
    ['a maximum that is too high', 'code: z.string().max(21)', 'longer', 'code'],
    ['an e-mail address', 'code: z.email()', 'length', 'code'],
    ['fractions', `${CODE}, stock: z.number()`, 'integer', 'stock'],
    ['fractions by coercion', `${CODE}, stock: z.coerce.number().min(0)`, 'integer', 'stock'],
    ['fractions of a BigInt', `${CODE}, big: z.number().nullish()`, 'integer', 'big'],
    ['a value that the enum lacks', `${CODE}, role: z.enum(['USER', 'OWNER'])`, 'values', 'role'],
    [
      'literals that the enum lacks',
      `${CODE}, role: z.union([z.literal('USER'), z.literal('GUEST')])`,
      'values',
      'role',
    ],
    ['any text for an enum', `${CODE}, role: z.string()`, 'text', 'role'],
    ['any text for a date', `${CODE}, sold: z.string()`, 'date', 'sold'],
    ['any text for a UUID', `${CODE}, ref: z.cuid()`, 'uuid', 'ref'],
    ['a text for a number', `${CODE}, stock: z.string()`, 'kind', 'stock'],
    ['a number for a text', `${CODE}, text: z.number()`, 'kind', 'text'],
    ['a text for a boolean', `${CODE}, active: z.string()`, 'kind', 'active'],
    ['one value for a list', `${CODE}, tags: z.string()`, 'list', 'tags'],
    ['a list for one value', `${CODE}, text: z.array(z.string())`, 'list', 'text'],
    ['null for a required field', `${CODE}.nullable()`, 'nullable', 'code'],
    ['a required field that may be missing', `${CODE}.optional()`, 'optional', 'code'],
    ['a key that is no field', `${CODE}, confirm: z.string()`, 'unknown', 'confirm'],
    ['a field that nobody gives', 'text: z.string()', 'missing', 'object'],
  ])('%s', async (_, fields, message, text) => {
    expect(await verdicts(fields)).toEqual([`${message} ${text}`]);
  });

  it.each([
    [
      'picked values',
      'const { code } = itemSchema.parse(input);\n  await prisma.item.create({ data: { code } });',
    ],
    ['a spread', 'await prisma.item.create({ data: { ...itemSchema.parse(input), active: false } });'],
    [
      'safeParse',
      'const parsed = itemSchema.safeParse(input);\n  if (!parsed.success) return;\n  await prisma.item.create({ data: parsed.data });',
    ],
    ['an update', 'await prisma.item.update({ where: { id }, data: itemSchema.partial().parse(input) });'],
    [
      'upsert',
      'const data = itemSchema.parse(input);\n  await prisma.item.upsert({ where: { id }, create: data, update: {} });',
    ],
    [
      'createMany',
      'const list = itemSchema.array().parse(input);\n  await prisma.item.createMany({ data: list });',
    ],
    [
      'another name',
      'const parsed = itemSchema.parse(input);\n  await prisma.item.create({ data: { code: parsed.code } });',
    ],
    [
      'a transaction',
      'const data = itemSchema.parse(input);\n  await prisma.$transaction(async (tx) => tx.item.create({ data }));',
    ],
  ])('is found through %s', async (_, use) => {
    expect(await verdicts('code: z.string()', action(use))).toEqual(['length code']);
  });

  it('is found through a service, a re-export and an extension', async () => {
    const more: Files = {
      'lib/services/item.ts': `import { prisma } from '@/lib/db';\nimport type { Prisma } from '@/lib/generated/prisma/client';\n\nexport const addItem = (data: Prisma.ItemCreateInput) => prisma.item.create({ data });\n`,
      'lib/validations/index.ts': `export * from './item';\n`,
    };
    const use = `'use server';\nimport { addItem } from '@/lib/services/item';\nimport { fullSchema } from '@/lib/validations';\n\nexport async function save(input: unknown) {\n  await addItem(fullSchema.parse(input));\n}\n`;
    const fixture = await openFixture({
      ...base,
      ...more,
      'lib/actions/item.ts': use,
      [SCHEMA]: `import { z } from 'zod';

const itemSchema = z.object({ code: z.string().max(20) });

export const fullSchema = itemSchema.extend({ note: z.string().optional() });
//                                            ^^^^ schema-model-drift warning
`,
    });
    expectFindings(fixture, { rules: [RULE] });
  });

  it('is found once, with the field and the query', async () => {
    const fixture = await openFixture({
      ...base,
      [SCHEMA]: `import { z } from 'zod';\n\nexport const itemSchema = z.object({ code: z.string() });\n`,
      'lib/actions/a.ts': CREATE,
      'lib/actions/b.ts': CREATE,
    });
    const [finding, ...others] = findings(fixture, RULE);
    expect(others).toEqual([]);
    expect(finding?.related.map(({ file }) => file)).toEqual(['prisma/schema.prisma', 'lib/actions/a.ts']);
  });
});

it('compares generated enums with each other', async () => {
  const fixture = await openFixture({
    ...base,
    'prisma/schema.prisma': `${prisma}\nenum TeamRole {\n  USER\n  OWNER\n}\n`,
    'lib/actions/item.ts': CREATE,
    [SCHEMA]: `import { z } from 'zod';\nimport { TeamRole } from '@/lib/generated/prisma/client';\n\nexport const itemSchema = z.object({ code: z.string().max(20), role: z.enum(TeamRole) });\n`,
  });
  expect(findings(fixture, RULE).map(({ message }) => message)).toEqual([
    '`role` lets `OWNER` through, which the enum Role of `Item.role` does not have. The write fails at run time. Keep to its values: `USER`, `ADMIN`.',
  ]);
});

describe('accepts', () => {
  it.each([
    [
      'what is stricter',
      "code: z.string().trim().min(3).max(8), role: z.enum(['ADMIN']), stock: z.number().int().max(5), note: z.string().max(10).optional()",
    ],
    ['the same', "code: z.string().max(20), role: z.enum(['USER', 'ADMIN'])"],
    ['the generated enum', `${CODE}, role: z.enum(Role)`],
    ['formats of known length', 'code: z.ulid().length(20)'],
    ['own checks', `${CODE}, note: z.string().refine((text) => text.length < 40).optional()`],
    [
      'what is transformed',
      `${CODE}, stock: z.string().transform(Number), sold: z.string().transform((text) => new Date(text))`,
    ],
    ['piped values', `${CODE}, stock: z.string().pipe(z.coerce.number().int())`],
    ['dates', `${CODE}, sold: z.coerce.date()`],
    ['ISO texts', `${CODE}, sold: z.iso.datetime()`],
    ['UUIDs', `${CODE}, ref: z.uuid()`],
    ['decimals as texts, floats', `${CODE}, price: z.string(), weight: z.number()`],
    ['anything for JSON', `${CODE}, extra: z.record(z.string(), z.unknown())`],
    ['lists', `${CODE}, tags: z.array(z.string().max(3))`],
    ['a default', 'code: z.string().max(20).default("x")'],
    ['optional fields', `${CODE}, text: z.string().nullish()`],
    ['any', 'code: z.any()'],
    ['a maximum by name', 'code: z.string().max(LIMIT)'],
  ])('%s', async (_, fields) => {
    const fixture = await openFixture({
      ...base,
      'lib/actions/item.ts': CREATE,
      [SCHEMA]: `import { z } from 'zod';\nimport { LIMIT } from 'somewhere';\nimport { Role } from '@/lib/generated/prisma/client';\n\nexport const itemSchema = z.object({ ${fields} });\n`,
    });
    expect(findings(fixture, RULE).map(messageId)).toEqual([]);
  });

  it.each([
    [
      'a schema that is written nowhere',
      "itemSchema.parse(input);\n  await prisma.item.create({ data: { code: 'a' } });",
    ],
    [
      'a search',
      'const { code } = itemSchema.parse(input);\n  await prisma.item.findFirst({ where: { code } });',
    ],
    [
      'values that are made of it',
      'const { code } = itemSchema.parse(input);\n  await prisma.item.create({ data: { code: code.slice(0, 20) } });',
    ],
    [
      'another field of that name',
      'const { code } = itemSchema.parse(input);\n  await prisma.item.create({ data: { code: "a", text: code } });',
    ],
    [
      'a key that is left out',
      'const { code, ...data } = itemSchema.parse(input);\n  await prisma.item.update({ where: { id }, data });',
    ],
    [
      'null that was looked at',
      'const { code } = itemSchema.parse(input);\n  if (!code) return;\n  await prisma.owner.update({ where: { id }, data: {} });',
    ],
  ])('%s', async (_, use) => {
    expect(await verdicts('code: z.string()', action(use))).toEqual([]);
  });

  it('an update without required fields', async () => {
    const use = action('await prisma.item.update({ where: { id }, data: itemSchema.parse(input) });');
    expect(await verdicts('text: z.string().optional(), code: z.string().max(20).optional()', use)).toEqual(
      [],
    );
  });

  it('foreign keys by their relation, and keys of a relation', async () => {
    const use = action(
      'await prisma.item.create({ data: { ...itemSchema.parse(input), owner: { connect: { id } } } });',
    );
    expect(await verdicts(CODE, use)).toEqual([]);
  });

  it('broken code', async () => {
    expect(await verdicts('code: z.string().', action(''))).toEqual([]);
  });
});

describe('fixes', () => {
  const fixed = async (before: string, after: string, more: Files = {}): Promise<void> => {
    const text = (field: string): string =>
      `import { z } from 'zod';\n\nexport const itemSchema = z.object({\n  ${field},\n});\n`;
    const fixture = await openFixture({
      ...base,
      [SCHEMA]: text(before),
      'lib/actions/item.ts': action(
        'await prisma.item.update({ where: { id }, data: itemSchema.parse(input) });',
      ),
      ...more,
    });
    expectFixed(fixture, RULE, { [SCHEMA]: text(after) });
  };

  it.each([
    ['code: z.string()', 'code: z.string().max(20)'],
    ['code: z.string().trim().min(1).optional()', 'code: z.string().trim().min(1).max(20).optional()'],
    ["code: z.string().max(200, 'Too long')", "code: z.string().max(20, 'Too long')"],
    ['stock: z.coerce.number().min(0).default(0)', 'stock: z.coerce.number().min(0).int().default(0)'],
    ["role: z.enum(['USER', 'OWNER']).optional()", "role: z.enum(['USER']).optional()"],
    ['role: z.string()', "role: z.enum(['USER', 'ADMIN'])"],
    ['sold: z.string().optional()', 'sold: z.coerce.date().optional()'],
    ['ref: z.string()', 'ref: z.uuid()'],
    ['stock: z.string()', 'stock: z.coerce.number().int()'],
    ['code: z.string().max(20).nullable()', 'code: z.string().max(20)'],
    ['code: z.string().max(20).nullish()', 'code: z.string().max(20).optional()'],
  ])('%s becomes %s', async (before, after) => {
    await fixed(before, after);
  });

  it('makes required what a new row needs', async () => {
    const text = (field: string): string =>
      `import { z } from "zod"\n\nexport const itemSchema = z.object({ ${field} })\n`;
    const fixture = await openFixture({
      ...base,
      [SCHEMA]: text('code: z.string().max(20).optional(), note: z.string().nullish()'),
      'lib/actions/item.ts': CREATE,
    });
    expectFixed(
      fixture,
      RULE,
      { [SCHEMA]: text('code: z.string().max(20), note: z.string().max(40).nullish()') },
      { all: true },
    );
  });

  it('is refused where the schema is written elsewhere, or has checks of its own', async () => {
    const at = async (field: string): Promise<string | undefined> =>
      refusal(
        await openFixture({
          ...base,
          [SCHEMA]: `import { z } from 'zod';\n\nconst code = z.string();\nexport const itemSchema = z.object({ ${field} });\n`,
          'lib/actions/item.ts': action(
            'await prisma.item.update({ where: { id }, data: itemSchema.parse(input) });',
          ),
        }),
        { rule: RULE },
      );
    expect(await at('code')).toContain('written elsewhere');
    expect(await at('sold: z.string().min(1)')).toContain('has checks that need a look');
  });
});
