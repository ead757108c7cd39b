/** What the fixes of `unsafe-migration` write comes to the same end as the plain statement, applied by a real PostgreSQL. */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { baseApp } from '../kit/baseApp.ts';
import { applyFix, findings, openFixture } from '../kit/check.ts';

describe('what the fix writes comes to the same end', () => {
  const FILE = 'prisma/migrations/20260210090000_change/migration.sql';
  const INIT = 'prisma/migrations/20260101000000_init/migration.sql';
  const seed = `INSERT INTO "User" ("id", "email") VALUES ('u1', 'ann@example.org');
INSERT INTO "Post" ("id", "slug", "title", "content", "authorId") VALUES ('p1', 'a', 'one', 'text', 'u1');`;

  /** Columns, constraints and indexes of "Post" and what is in it. */
  async function shape(base: PGlite): Promise<unknown[]> {
    const ask = async (sql: string): Promise<unknown[]> => (await base.query(sql)).rows;
    return [
      await ask(
        `SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_name = 'Post' ORDER BY 1`,
      ),
      await ask(
        `SELECT conname, pg_get_constraintdef(oid) AS d, convalidated FROM pg_constraint WHERE conrelid = '"Post"'::regclass AND contype <> 'n' ORDER BY 1`,
      ),
      await ask(
        `SELECT relname, indisvalid, indisunique FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = '"Post"'::regclass ORDER BY 1`,
      ),
      await ask(`SELECT "id", "slug", "title" FROM "Post" ORDER BY 1`),
    ];
  }

  const databases: PGlite[] = [];
  beforeAll(async () => {
    databases.push(await PGlite.create(), await PGlite.create());
  }, 60_000);
  afterAll(() => Promise.all(databases.map((base) => base.close())));

  test.each([
    'CREATE INDEX "Post_title_idx" ON "Post"("title");',
    'ALTER TABLE "Post" ADD COLUMN "c" TEXT;\n\n-- CreateIndex\nCREATE UNIQUE INDEX "Post_title_key" ON "Post"("title");\n',
    'ALTER TABLE "Post" ADD CONSTRAINT "Post_self_fkey" FOREIGN KEY ("id") REFERENCES "Post"("id") ON DELETE CASCADE;',
    `ALTER TABLE "Post" ADD COLUMN "c" TEXT, ADD CONSTRAINT "Post_title_check" CHECK ("title" <> '');`,
    'ALTER TABLE "Post" ADD CONSTRAINT "Post_title_key" UNIQUE ("title"), ADD COLUMN "c" TEXT;',
    'ALTER TABLE "Post" ALTER COLUMN "content" SET NOT NULL;',
    'ALTER TABLE "Post" ADD COLUMN "key" UUID NOT NULL DEFAULT gen_random_uuid();',
    'ALTER TABLE "Post" ADD COLUMN "c" TEXT,\nADD COLUMN     "key" UUID DEFAULT gen_random_uuid();',
  ])('%s', async (sql) => {
    const [plain, safe] = databases;
    if (!plain || !safe) throw new Error('no database');
    for (const base of databases) {
      await base.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
      await base.exec(baseApp[INIT] ?? '');
      await base.exec(seed);
    }
    await plain.exec(sql);
    const fixture = await openFixture({ [FILE]: sql }, { committed: [INIT] });
    const texts = applyFix(fixture, { rule: 'unsafe-migration' });
    for (const file of Object.keys(texts).toSorted()) await safe.exec(texts[file] ?? '');
    expect(await shape(safe)).toEqual(await shape(plain));
  });

  test.each([
    [
      `ALTER TYPE "Role" ADD VALUE 'OWNER';\n\n-- AlterTable\nALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'OWNER';`,
      `SELECT column_default AS found FROM information_schema.columns WHERE table_name = 'User' AND column_name = 'role'`,
      `'OWNER'::"Role"`,
    ],
    [
      'ALTER TABLE "Post" ADD COLUMN "c" TEXT;\nDROP INDEX CONCURRENTLY "Post_slug_key";',
      `SELECT count(*)::text AS found FROM pg_indexes WHERE indexname = 'Post_slug_key'`,
      '0',
    ],
  ])('%s, which one transaction refuses', async (sql, question, answer) => {
    const [plain, safe] = databases;
    if (!plain || !safe) throw new Error('no database');
    for (const base of databases) {
      await base.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
      await base.exec(baseApp[INIT] ?? '');
      await base.exec(seed);
    }
    await expect(plain.exec(`BEGIN; ${sql}`)).rejects.toThrow(/unsafe use of new value|transaction block/);
    await plain.exec('ROLLBACK');
    const fixture = await openFixture({ [FILE]: sql }, { committed: [INIT] });
    const texts = applyFix(fixture, { rule: 'unsafe-migration' });
    expect(Object.keys(texts)).toHaveLength(2);
    for (const file of Object.keys(texts).toSorted()) await safe.exec(texts[file] ?? '');
    expect((await safe.query(question)).rows).toEqual([{ found: answer }]);
  });

  test.each([
    [
      'CREATE TABLE "Feed" ("id" TEXT NOT NULL, "at" DATE) PARTITION BY RANGE ("at"); CREATE TABLE "Old" ("id" TEXT NOT NULL, "at" DATE);',
      `ALTER TABLE "Feed" ATTACH PARTITION "Old" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');`,
    ],
    [
      'CREATE TABLE "Feed" ("kind" TEXT, "n" INTEGER) PARTITION BY LIST ("kind"); CREATE TABLE "Old" ("kind" TEXT, "n" INTEGER);',
      `ALTER TABLE "Feed" ATTACH PARTITION "Old" FOR VALUES IN ('it''s', 'b');`,
    ],
    [
      'CREATE DOMAIN "slug" AS TEXT; CREATE TABLE "Old" ("id" "slug");',
      `ALTER DOMAIN "slug" ADD CONSTRAINT "slug_check" CHECK (VALUE <> '')`,
    ],
  ])('%s %s', async (setup, sql) => {
    const [plain, safe] = databases;
    if (!plain || !safe) throw new Error('no database');
    for (const base of databases) {
      await base.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
      await base.exec(setup);
    }
    await plain.exec(sql);
    const before = 'prisma/migrations/20260202000000_before/migration.sql';
    const fixture = await openFixture({ [FILE]: sql, [before]: setup }, { committed: [INIT, before] });
    const texts = applyFix(fixture, { rule: 'unsafe-migration' });
    expect(Object.keys(texts)).toHaveLength(2);
    for (const file of Object.keys(texts).toSorted()) await safe.exec(texts[file] ?? '');
    const shapeOf = async (base: PGlite): Promise<unknown[]> => [
      (
        await base.query(
          `SELECT relname, pg_get_expr(relpartbound, oid) AS bound FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`,
        )
      ).rows,
      (
        await base.query(
          `SELECT conname, pg_get_constraintdef(oid) AS d, convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1`,
        )
      ).rows,
    ];
    expect(await shapeOf(safe)).toEqual(await shapeOf(plain));
    // The new file is silent: what it attaches is proven.
    const again = await openFixture({ ...texts, [before]: setup }, { committed: [INIT, before] });
    expect(findings(again, 'unsafe-migration')).toEqual([]);
  });
});
