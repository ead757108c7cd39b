/**
 * The next migration of a schema, as `schemaDiff` and `pendingChange` predict it, against Prisma's own engine and a real PostgreSQL:
 * the same steps in the same words, and each loss that is predicted or denied happens or doesn't when the SQL meets rows.
 */
import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractPrisma } from '../../src/facts/prisma.ts';
import { extractSql, loadSqlParser } from '../../src/facts/sql.ts';
import { emptyDbState, foldMigrations } from '../../src/prisma/dbState.ts';
import { desiredDb } from '../../src/prisma/desired.ts';
import { migrationText } from '../../src/prisma/migrationText.ts';
import { pendingChange } from '../../src/prisma/pending.ts';
import type { PendingChange } from '../../src/prisma/pending.ts';
import { mergePrisma } from '../../src/prisma/schema.ts';
import { schemaDiff } from '../../src/prisma/schemaDiff.ts';
import { editedSchema, schemaBase, schemaBaseMigration, schemaEdits } from '../kit/schemaEdits.ts';
import { empty, MigrateDev } from './schemaEngine.ts';

const rows = `
INSERT INTO "User" ("id", "email", "name", "age", "bio", "score", "joined") VALUES
  (1, 'a@example.org', 'Ann', 41, 'a long text', 7, '2026-01-02 03:04:05.678'),
  (2, 'a@example.org', NULL, NULL, 'another one', 7, '2026-01-03 03:04:05.678');
INSERT INTO "profiles" VALUES (5, 1, 'example.org');
INSERT INTO "Post" ("id", "title", "status", "body", "views", "price", "tags", "meta", "userId") VALUES
  (11, 'first', 'GONE', 'the body', 9007199254740993, 12.34, ARRAY['one', 'two'], '{"k": 1}', 1);
INSERT INTO "Label" VALUES (21, 'red');
INSERT INTO "_LabelToPost" VALUES (21, 11);
INSERT INTO "Log" VALUES (31, 'a message'), (32, 'a message');
`;

let prisma: MigrateDev;
let db: PGlite;
beforeAll(async () => {
  await loadSqlParser();
  prisma = await MigrateDev.create(schemaBase, schemaBaseMigration, rows);
  db = prisma.db;
}, 120_000);
afterAll(() => prisma.close());

const fallback = { file: 'schema.prisma', span: { start: 0, end: 0 } };
const load = (text: string) => mergePrisma([{ file: 'schema.prisma', facts: extractPrisma(text) }]);

function predict(schema: string): PendingChange {
  const before = foldMigrations([extractSql(schemaBaseMigration)]);
  return pendingChange(load(schema), {
    before,
    deployed: before,
    complete: true,
    external: { tables: [], enums: [] },
    fallback,
  });
}

/** How often each value is there, as text; numbers without trailing zeros. */
async function values(): Promise<Map<string, number>> {
  const tables = await db.query<{ t: string }>(
    `SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`,
  );
  const out = new Map<string, number>();
  for (const { t } of tables.rows) {
    const all = await db.query<{ v: string }>(
      `SELECT x.value AS v FROM "${t}" AS r, json_each_text(to_json(r)) AS x WHERE x.value IS NOT NULL`,
    );
    for (const { v } of all.rows) {
      const value = /^-?\d+\.\d+$/.test(v) ? String(Number(v)) : v.replaceAll(' ', '');
      out.set(value, (out.get(value) ?? 0) + 1);
    }
  }
  return out;
}

/** What happens to rows when the SQL is run; the database is as it was afterwards. */
async function apply(sql: string): Promise<'kept' | 'lost' | 'rejected'> {
  await empty(db);
  await db.exec(schemaBaseMigration);
  await db.exec(rows);
  const before = await values();
  try {
    await db.exec(sql);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    await db.exec('ROLLBACK');
    return 'rejected';
  }
  const after = await values();
  return [...before].every(([value, count]) => (after.get(value) ?? 0) >= count) ? 'kept' : 'lost';
}

test('a whole schema is written as Prisma writes it', async () => {
  const steps = schemaDiff(emptyDbState(), desiredDb(load(schemaBase), true), { schemas: [], fallback });
  expect(migrationText(steps).sql.trim()).toBe(schemaBaseMigration.trim());
  expect((await prisma.createOnly(schemaBase)).sql).toBe('');
});

/** Steps of one kind may come in another order: what counts is that they are the same. */
const statements = (sql: string): string[] =>
  sql
    .split(/\n\n(?=-- )/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .toSorted();

/** Edits that cost something, and of which Prisma warns neither in the file nor in the terminal. */
const unwarned = [
  'list to scalar',
  'a time to a date',
  'a relation over a field that is there',
  'deletes begin to cascade',
];
/** Edits of which Prisma warns though no row can be lost or refused by them. */
const warnedInVain: string[] = [];

describe('each edit', () => {
  const told: Record<'ours' | 'prisma', string[]> = { ours: [], prisma: [] };

  test.each(schemaEdits.map((edit) => [edit.name, edit] as const))('%s', async (name, edit) => {
    const schema = editedSchema(edit);
    const predicted = predict(schema);
    await prisma.restore(rows);
    const real = await prisma.createOnly(schema);
    expect(statements(predicted.sql)).toEqual(statements(real.sql));

    const isWarned = real.header !== '' || real.warnings.length > 0 || real.impossible.length > 0;
    if (isWarned) told.prisma.push(name);
    if (predicted.effects.length > 0) told.ours.push(name);

    expect(await apply(real.sql)).toBe(edit.effect);
    const isTold = predicted.effects.some(({ e }) => e !== 'spread');
    expect(isTold).toBe(edit.effect !== 'kept');
  });

  test('Prisma’s warnings miss some of them, ours none', () => {
    expect(told.ours.filter((name) => !told.prisma.includes(name))).toEqual(unwarned);
    expect(told.prisma.filter((name) => !told.ours.includes(name))).toEqual(warnedInVain);
  });
});

const types = [
  'String',
  'String @db.VarChar',
  'String @db.VarChar(5)',
  'String @db.VarChar(40)',
  'String @db.Char(3)',
  'String @db.Char(40)',
  'String @db.Citext',
  'String @db.Uuid',
  'String @db.Xml',
  'String @db.Inet',
  'String @db.Bit(4)',
  'String @db.VarBit(8)',
  'Boolean',
  'Int',
  'Int @db.SmallInt',
  'Int @db.Oid',
  'BigInt',
  'Float',
  'Float @db.Real',
  'Decimal',
  'Decimal @db.Decimal(8, 2)',
  'Decimal @db.Money',
  'DateTime',
  'DateTime @db.Timestamp(6)',
  'DateTime @db.Timestamptz(3)',
  'DateTime @db.Date',
  'DateTime @db.Time(3)',
  'DateTime @db.Timetz(3)',
  'Json',
  'Json @db.Json',
  'Bytes',
  'Kind',
  'String[]',
  'Int[]',
  'Kind[]',
  'Decimal[]',
];

test.each(types)('every change of type from %s', async (from) => {
  const schema = (type: string): string => {
    const [name = '', ...native] = type.split(' ');
    return `datasource db {\n  provider = "postgresql"\n}\n\nenum Kind {\n  A\n}\n\nmodel M {\n  id Int @id\n  k  Kind\n  c  ${name}${name.endsWith('[]') ? '' : '?'} ${native.join(' ')}\n}\n`;
  };
  const wanted = desiredDb(load(schema(from)), true);
  const steps = schemaDiff(emptyDbState(), wanted, { schemas: [], fallback });
  const before = foldMigrations([extractSql(migrationText(steps).sql)]);
  for (const to of types) {
    const ours = schemaDiff(before, desiredDb(load(schema(to)), true), { schemas: [], fallback });
    expect({ to, sql: migrationText(ours).sql.trim() }).toEqual({
      to,
      sql: await prisma.diff(schema(from), schema(to)),
    });
  }
});

test('what begins to cascade loses nothing until a row is deleted', async () => {
  const cascade = schemaEdits.find(({ name }) => name === 'deletes begin to cascade');
  if (!cascade) throw new Error('the edit is gone');
  await apply('');
  await expect(
    db.exec('DELETE FROM "_LabelToPost"; DELETE FROM "profiles"; DELETE FROM "User" WHERE id = 1'),
  ).rejects.toThrow();
  await apply(predict(editedSchema(cascade)).sql);
  await db.exec('DELETE FROM "profiles"; DELETE FROM "User" WHERE id = 1');
  expect((await db.query('SELECT * FROM "Post"')).rows).toEqual([]);
});
