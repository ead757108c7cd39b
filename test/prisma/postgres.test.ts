/** The judgement of migrations against a real PostgreSQL: every verdict is compared with what happens to rows. */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractSql, loadSqlParser } from '../../src/facts/sql.ts';
import { foldMigrations } from '../../src/prisma/dbState.ts';
import { assessMigration } from '../../src/prisma/migration.ts';

const schema = `
CREATE TYPE "Status" AS ENUM ('DRAFT', 'LIVE', 'GONE');
CREATE TABLE "User" (
  "id" SERIAL PRIMARY KEY, "email" TEXT NOT NULL, "name" VARCHAR(50), "code" CHAR(8), "age" INTEGER, "big" BIGINT, "price" DECIMAL(10,2),
  "ratio" DOUBLE PRECISION, "seen" TIMESTAMP(6), "data" JSON, "tags" TEXT[], "uid" UUID, "small" SMALLINT, "flag" BOOLEAN
);
CREATE TABLE "Post" (
  "id" SERIAL PRIMARY KEY, "title" TEXT NOT NULL, "status" "Status" NOT NULL DEFAULT 'DRAFT',
  "userId" INTEGER NOT NULL REFERENCES "User"("id") ON DELETE CASCADE
);
CREATE TABLE "Log" ("id" INTEGER, "msg" TEXT);
`;
const rows = `
INSERT INTO "User" VALUES (101, 'ann@example.org', 'Ann of the long name', 'abcdefgh', 70123, 9007199254740993, 12345678.91, 0.1234567890123,
  '2026-01-02 03:04:05.678901', '{"k":1}', ARRAY['one tag','two'], 'b7a3c1de-0000-4000-8000-0123456789ab', 7, true);
INSERT INTO "Post" VALUES (201, 'first title', 'GONE', 101);
INSERT INTO "Log" VALUES (301, 'a message');
`;

const swap = (members: string): string => `BEGIN;
CREATE TYPE "Status_new" AS ENUM (${members});
ALTER TABLE "Post" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "Post" ALTER COLUMN "status" TYPE "Status_new" USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
ALTER TYPE "Status_new" RENAME TO "Status";
DROP TYPE "public"."Status_old";
ALTER TABLE "Post" ALTER COLUMN "status" SET DEFAULT 'DRAFT';
COMMIT;`;

const alter = (column: string, type: string, using = ''): string =>
  `ALTER TABLE "User" ALTER COLUMN "${column}" SET DATA TYPE ${type}${using};`;

let db: PGlite;
beforeAll(async () => {
  await loadSqlParser();
  db = await PGlite.create();
}, 60_000);
afterAll(() => db.close());

type Outcome = 'kept' | 'lost' | 'rejected';

/** All values of all rows as text; numbers without trailing zeros, since `1.50` and `1.5` are the same value. */
async function values(): Promise<Set<string>> {
  const tables = await db.query<{ s: string; t: string }>(
    `SELECT schemaname AS s, tablename AS t FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const out = new Set<string>();
  for (const { s, t } of tables.rows) {
    const all = await db.query<{ v: string }>(
      `SELECT x.value AS v FROM "${s}"."${t}" AS r, json_each_text(to_json(r)) AS x WHERE x.value IS NOT NULL`,
    );
    for (const { v } of all.rows)
      out.add(
        /^-?\d{1,12}\.\d+$/.test(v)
          ? String(Number(v))
          : v.replaceAll(/\s+(?=[:}\]])|(?<=[:,[]) /g, '').replace(/\+00(:00)?$/, ''),
      );
  }
  return out;
}

async function really(sql: string): Promise<Outcome> {
  await db.exec(
    `ROLLBACK; DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA public; SET TIME ZONE 'UTC';`,
  );
  await db.exec(schema);
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
  return [...before].every((value) => after.has(value)) ? 'kept' : 'lost';
}

function predicted(sql: string): Outcome {
  const facts = extractSql(sql);
  const hazards = assessMigration(facts, { before: foldMigrations([extractSql(schema)]) }, sql);
  if (hazards.length === 0) return 'kept';
  return hazards.every((hazard) => hazard.effect === 'rejected') ? 'rejected' : 'lost';
}

const statements: [string, Outcome][] = [
  ['DROP TABLE "Post";', 'lost'],
  ['DROP TABLE "User" CASCADE;', 'lost'],
  ['ALTER TABLE "User" DROP COLUMN "name";', 'lost'],
  ['ALTER TABLE "User" DROP COLUMN "name",\nADD COLUMN     "fullName" VARCHAR(50);', 'lost'],
  ['ALTER TABLE "User" DROP COLUMN "age",\nADD COLUMN     "age" TEXT;', 'lost'],
  ['DROP TABLE "Log"; CREATE TABLE "AuditLog" ("id" INTEGER, "msg" TEXT);', 'lost'],
  ['DROP TYPE "Status" CASCADE;', 'lost'],
  ['DROP TYPE "Status";', 'rejected'],
  ['DROP SCHEMA "public" CASCADE;', 'lost'],
  ['TRUNCATE "Post";', 'lost'],
  ['TRUNCATE "User" CASCADE;', 'lost'],
  ['DELETE FROM "User";', 'lost'],
  ['DELETE FROM "Log" WHERE 1 = 1;', 'lost'],
  ['UPDATE "Log" SET "msg" = \'\';', 'lost'],
  ['WITH gone AS (DELETE FROM "Log" RETURNING 1) SELECT count(*) FROM gone;', 'lost'],
  [swap(`'DRAFT', 'LIVE'`), 'rejected'],
  [alter('name', 'VARCHAR(5)'), 'rejected'],
  [alter('name', 'VARCHAR(5)', ' USING "name"::varchar(5)'), 'lost'],
  [alter('email', 'VARCHAR(5)'), 'rejected'],
  [alter('code', 'CHAR(4)'), 'rejected'],
  [alter('big', 'INTEGER'), 'rejected'],
  [alter('age', 'SMALLINT'), 'rejected'],
  [alter('age', 'DECIMAL(4,1)'), 'rejected'],
  [alter('age', 'VARCHAR(3)'), 'rejected'],
  [alter('price', 'DECIMAL(10,1)'), 'lost'],
  [alter('price', 'DECIMAL(6,2)'), 'rejected'],
  [alter('price', 'INTEGER'), 'lost'],
  [alter('ratio', 'REAL'), 'lost'],
  [alter('ratio', 'INTEGER'), 'lost'],
  [alter('big', 'DOUBLE PRECISION'), 'lost'],
  [alter('seen', 'TIMESTAMP(3)'), 'lost'],
  [alter('seen', 'DATE'), 'lost'],
  [alter('tags', 'TEXT'), 'lost'],
  [alter('uid', 'VARCHAR(10)'), 'rejected'],
  [alter('email', 'UUID', ' USING "email"::uuid'), 'rejected'],
  [alter('name', 'VARCHAR(100)'), 'kept'],
  [alter('name', 'TEXT'), 'kept'],
  [alter('age', 'BIGINT'), 'kept'],
  [alter('age', 'TEXT'), 'kept'],
  [alter('age', 'VARCHAR(11)'), 'kept'],
  [alter('age', 'DOUBLE PRECISION'), 'kept'],
  [alter('small', 'REAL'), 'kept'],
  [alter('age', 'DECIMAL(12,2)'), 'kept'],
  [alter('price', 'DECIMAL(12,4)'), 'kept'],
  [alter('uid', 'TEXT'), 'kept'],
  [alter('flag', 'VARCHAR(5)'), 'kept'],
  [alter('data', 'JSONB'), 'kept'],
  [alter('seen', 'TIMESTAMPTZ(6)'), 'kept'],
  ['ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";', 'kept'],
  ['ALTER TABLE "User" RENAME TO "Person";', 'kept'],
  ['CREATE SCHEMA "other"; ALTER TABLE "Log" SET SCHEMA "other";', 'kept'],
  [swap(`'DRAFT', 'LIVE', 'GONE', 'NEW'`), 'kept'],
  [`ALTER TYPE "Status" ADD VALUE 'NEW';`, 'kept'],
  ['ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL, ALTER COLUMN "age" SET DEFAULT 5;', 'kept'],
  ['ALTER TABLE "User" ADD COLUMN "city" TEXT NOT NULL DEFAULT \'\';', 'kept'],
  ['CREATE UNIQUE INDEX "i" ON "User"("email"); DROP INDEX "i";', 'kept'],
  [
    'ALTER TABLE "User" ADD COLUMN "label" TEXT; UPDATE "User" SET "label" = "name"; ALTER TABLE "User" DROP COLUMN "name";',
    'kept',
  ],
  [
    'CREATE TABLE "new_Log" ("id" INTEGER, "msg" TEXT); INSERT INTO "new_Log" ("id", "msg") SELECT "id", "msg" FROM "Log"; DROP TABLE "Log"; ALTER TABLE "new_Log" RENAME TO "Log";',
    'kept',
  ],
  [
    'CREATE TABLE "new_Log" ("id" INTEGER); INSERT INTO "new_Log" ("id") SELECT "id" FROM "Log"; DROP TABLE "Log"; ALTER TABLE "new_Log" RENAME TO "Log";',
    'lost',
  ],
  ['UPDATE "Log" SET "msg" = COALESCE("msg", \'none\');', 'kept'],
  ['DELETE FROM "Log" WHERE "id" < 0;', 'kept'],
];

describe('verdicts agree with PostgreSQL', () => {
  test.each(statements)('%s: %s', async (sql, outcome) => {
    expect(await really(sql)).toBe(outcome);
    expect(predicted(sql)).toBe(outcome);
  });
});
