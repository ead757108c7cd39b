import { beforeAll, describe, expect, test } from 'vitest';
import { extractPrisma } from '../../src/facts/prisma.ts';
import { extractSql, loadSqlParser } from '../../src/facts/sql.ts';
import { emptyDbState, foldMigrations } from '../../src/prisma/dbState.ts';
import { dbNames } from '../../src/prisma/hazard.ts';
import type { Hazard } from '../../src/prisma/hazard.ts';
import { assessMigration } from '../../src/prisma/migration.ts';
import { mergePrisma } from '../../src/prisma/schema.ts';
import { checkExtractor } from './spans.ts';

beforeAll(loadSqlParser);

const init = `
-- CreateEnum
CREATE TYPE "Status" AS ENUM ('DRAFT', 'LIVE', 'GONE');
-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" VARCHAR(50),
    "score" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Post" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "status" "Status" NOT NULL DEFAULT 'DRAFT',
    "views" BIGINT NOT NULL DEFAULT 0,
    "tags" TEXT[],
    "userId" INTEGER NOT NULL
);
ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE;
`;

function assess(sql: string, before: string[] = [init]): Hazard[] {
  const facts = extractSql(sql);
  expect(facts.problems).toEqual([]);
  return assessMigration(facts, { before: foldMigrations(before.map(extractSql)) }, sql);
}

const kinds = (sql: string, before?: string[]): string[] => assess(sql, before).map((hazard) => hazard.kind);
const at = (sql: string, hazard: Hazard | undefined): string =>
  hazard ? sql.slice(hazard.span.start, hazard.span.end) : '';

const enumSwap = `BEGIN;
CREATE TYPE "Status_new" AS ENUM ('DRAFT', 'LIVE');
ALTER TABLE "public"."Post" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "Post" ALTER COLUMN "status" TYPE "Status_new" USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
ALTER TYPE "Status_new" RENAME TO "Status";
DROP TYPE "public"."Status_old";
ALTER TABLE "Post" ALTER COLUMN "status" SET DEFAULT 'DRAFT';
COMMIT;`;

describe('foldMigrations', () => {
  test('follows tables, columns, enums and indexes', () => {
    const state = foldMigrations([
      extractSql(init),
      extractSql(`ALTER TABLE "User" RENAME COLUMN "name" TO "fullName"; ALTER TABLE "User" ALTER "score" TYPE BIGINT, DROP COLUMN "email";
        CREATE UNIQUE INDEX "i" ON "User"("fullName"); ALTER TABLE "User" RENAME TO "Person"; ALTER TYPE "Status" ADD VALUE 'NEW';`),
      extractSql(enumSwap),
    ]);
    expect(state.migrations).toBe(3);
    expect([...state.tables.keys()].toSorted()).toEqual(['Person', 'Post']);
    expect([...(state.tables.get('Person')?.columns.keys() ?? [])]).toEqual(['id', 'fullName', 'score']);
    expect(state.tables.get('Person')?.columns.get('score')?.type.name).toBe('int8');
    expect(state.indexes.get('i')).toEqual({ table: 'Person', columns: ['fullName'], unique: true });
    expect(state.enums).toEqual(new Map([['Status', ['DRAFT', 'LIVE']]]));
    expect(state.tables.get('Post')?.columns.get('status')?.type.name).toBe('Status');
  });

  test('does not change the state it starts from', () => {
    const start = foldMigrations([extractSql(init)]);
    const copy = foldMigrations([extractSql(init)]);
    foldMigrations(
      [extractSql('DROP TABLE "User"; ALTER TABLE "Post" DROP COLUMN "title";'), extractSql(enumSwap)],
      start,
    );
    expect(start).toEqual(copy);
  });
});

describe('assessMigration', () => {
  test.each<[string, string[]]>([
    ['DROP TABLE "User";', ['drop-table']],
    ['ALTER TABLE "User" DROP COLUMN "name", DROP COLUMN "score";', ['drop-column', 'drop-column']],
    ['ALTER TABLE "User" DROP COLUMN "name",\nADD COLUMN     "fullName" TEXT;', ['drop-column']],
    ['ALTER TABLE "User" DROP COLUMN "name",\nADD COLUMN     "fullName" VARCHAR(80);', ['rename-column']],
    ['ALTER TABLE "User" DROP COLUMN "score",\nADD COLUMN     "score" TEXT NOT NULL;', ['recreate-column']],
    [
      'DROP TABLE "User"; CREATE TABLE "Person" ("id" SERIAL, "email" TEXT, "name" TEXT, "score" INTEGER);',
      ['rename-table'],
    ],
    ['DROP SCHEMA "public" CASCADE;', ['drop-schema']],
    ['DROP TYPE "Status" CASCADE;', ['drop-type']],
    ['DROP DATABASE "shop";', ['drop-database']],
    ['TRUNCATE "User" CASCADE;', ['truncate']],
    ['DELETE FROM "User";', ['delete-all']],
    ['DELETE FROM "User" WHERE 1=1;', ['delete-all']],
    ['UPDATE "User" SET "name" = NULL;', ['update-all']],
    ['ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE VARCHAR(5);', ['narrow-type']],
    ['ALTER TABLE "Post" ALTER COLUMN "views" SET DATA TYPE INTEGER;', ['narrow-type']],
    ['ALTER TABLE "Post" ALTER COLUMN "tags" SET DATA TYPE TEXT;', ['narrow-type']],
    [enumSwap, ['enum-value-removed']],
    ['DO $$ BEGIN DROP TABLE "User"; END $$;', ['drop-table']],
  ])('%s is destructive', (sql, expected) => {
    expect(kinds(sql)).toEqual(expected);
  });

  test.each([
    'ALTER TABLE "User" ADD COLUMN "city" TEXT;',
    'ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";',
    'ALTER TABLE "User" RENAME TO "Person";',
    'ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE VARCHAR(100);',
    'ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE TEXT;',
    'ALTER TABLE "User" ALTER COLUMN "score" SET DATA TYPE BIGINT;',
    'ALTER TABLE "User" ALTER COLUMN "score" SET DATA TYPE TEXT;',
    'ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL, ALTER COLUMN "score" DROP DEFAULT;',
    'CREATE TABLE "Tmp" ("a" TEXT); DROP TABLE "Tmp";',
    'CREATE TEMP TABLE t AS SELECT 1; TRUNCATE t; DELETE FROM t; DROP TABLE t;',
    'SELECT 1 AS "a" INTO TEMP TABLE t; DROP TABLE t;',
    'WITH x AS (SELECT "id" FROM "Post") SELECT * INTO TEMPORARY t FROM x; TRUNCATE t; DROP TABLE t;',
    'SELECT * INTO "Old" FROM "Post"; DROP TABLE "Post";',
    'ALTER TABLE "User" ADD COLUMN "b" TEXT; UPDATE "User" SET "b" = \'x\';',
    'UPDATE "User" SET "name" = COALESCE("name", \'\');',
    'UPDATE "User" SET "score" = "score" + 1;',
    'DELETE FROM "User" WHERE "id" < 10;',
    'DELETE FROM "Post" USING "User" WHERE "Post"."userId" = "User"."id";',
    'ALTER TABLE "User" ADD COLUMN "x" TEXT; ALTER TABLE "User" DROP COLUMN "x";',
    'ALTER TABLE "User" ADD COLUMN "label" TEXT; UPDATE "User" SET "label" = "name"; ALTER TABLE "User" DROP COLUMN "name";',
    'ALTER TABLE "User" ADD COLUMN "s2" TEXT; UPDATE "User" SET "s2" = "score"::text; ALTER TABLE "User" DROP COLUMN "score"; ALTER TABLE "User" RENAME COLUMN "s2" TO "score";',
    'CREATE TABLE "new_Post" ("id" INTEGER, "title" TEXT, "status" "Status", "views" BIGINT, "tags" TEXT[], "userId" INTEGER); INSERT INTO "new_Post" ("id","title","status","views","tags","userId") SELECT "id","title","status","views","tags","userId" FROM "Post"; DROP TABLE "Post"; ALTER TABLE "new_Post" RENAME TO "Post";',
    'CREATE TABLE "Old" AS SELECT * FROM "Post"; DROP TABLE "Post";',
    enumSwap.replace(`'LIVE')`, `'LIVE', 'GONE', 'MORE')`),
    `ALTER TYPE "Status" ADD VALUE 'NEW'; ALTER TYPE "Status" RENAME VALUE 'GONE' TO 'DELETED';`,
    'CREATE TYPE "Unused" AS ENUM (\'A\'); DROP TYPE "Unused";',
    'DROP INDEX "i"; ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey"; DROP VIEW v;',
    'CREATE SCHEMA "x"; DROP SCHEMA "x";',
    '-- DROP TABLE "User";\nSELECT \'DROP TABLE "User"\';',
  ])('%s is harmless', (sql) => {
    expect(kinds(sql)).toEqual([]);
  });

  test('an enum that loses a value after its last column is gone loses nothing', () => {
    expect(kinds('ALTER TABLE "Post" DROP COLUMN "status"; DROP TYPE "Status";')).toEqual(['drop-column']);
  });

  test('a rebuild that leaves a column out loses that column', () => {
    const sql =
      'CREATE TABLE "new_User" ("id" INTEGER, "email" TEXT); INSERT INTO "new_User" ("id", "email") SELECT "id", "email" FROM "User"; DROP TABLE "User"; ALTER TABLE "new_User" RENAME TO "User";';
    expect(assess(sql)).toMatchObject([
      { kind: 'drop-column', columns: ['name', 'score'], table: { name: 'User' } },
    ]);
  });

  test('a copy of some rows does not save the table', () => {
    expect(kinds('CREATE TABLE "Kept" AS SELECT * FROM "Post" WHERE "id" > 5; DROP TABLE "Post";')).toEqual([
      'drop-table',
    ]);
    expect(kinds('CREATE TEMP TABLE "Kept" AS SELECT * FROM "Post"; DROP TABLE "Post";')).toEqual([
      'drop-table',
    ]);
  });

  test('a backfill of some rows does not save the column', () => {
    const sql =
      'ALTER TABLE "User" ADD COLUMN "label" TEXT; UPDATE "User" SET "label" = "name" WHERE "id" > 5; ALTER TABLE "User" DROP COLUMN "name";';
    expect(assess(sql)).toHaveLength(1);
  });

  test('the finding sits on the clause and names what is lost', () => {
    const sql = 'ALTER TABLE "User" DROP COLUMN "name",\nADD COLUMN     "fullName" VARCHAR(80);';
    const [hazard] = assess(sql);
    expect(at(sql, hazard)).toBe('DROP COLUMN "name"');
    expect(hazard).toMatchObject({
      table: { name: 'User' },
      columns: ['name'],
      from: 'VARCHAR(50)',
      to: 'fullName',
      effect: 'lost',
      lost: 'all values of the column `name` of `User`',
    });
    expect(hazard?.addedAt && sql.slice(hazard.addedAt.start, hazard.addedAt.end)).toBe(
      'ADD COLUMN     "fullName" VARCHAR(80)',
    );
    const [swap] = assess(enumSwap);
    expect(at(enumSwap, swap)).toBe('CREATE TYPE "Status_new"');
    expect(swap).toMatchObject({
      object: 'Status',
      values: ['GONE'],
      table: { name: 'Post' },
      effect: 'rejected',
      columns: ['status'],
    });
    expect(assess(enumSwap.replace(`'LIVE')`, `'LIVE', 'DELETED')`))[0]).toMatchObject({
      from: 'GONE',
      to: 'DELETED',
    });
    expect(swap?.to).toBeUndefined();
    expect(assess('DROP TABLE "User", "Post";').map((item) => item.table?.name)).toEqual(['User', 'Post']);
    for (const cascade of [
      'DROP TYPE "Status" CASCADE',
      'DROP TABLE IF EXISTS "User" CASCADE',
      'TRUNCATE TABLE "User" CASCADE',
    ])
      expect(`${at(cascade, assess(cascade)[0])} CASCADE`).toBe(cascade);
    expect(assess('TRUNCATE "User" CASCADE')[0]?.others).toEqual(['Post']);
    expect(assess('DELETE FROM "User"')[0]?.others).toEqual(['Post']);
  });

  test('names the model and field behind mapped names', () => {
    const schema = mergePrisma([
      {
        file: 'schema.prisma',
        facts: extractPrisma(
          'model Person {\n  id Int @id\n  fullName String? @map("name")\n  @@map("User")\n}',
        ),
      },
    ]);
    const sql = 'ALTER TABLE "User" DROP COLUMN "name"';
    const facts = extractSql(sql);
    expect(assessMigration(facts, { before: emptyDbState(), names: dbNames(schema) }, sql)).toMatchObject([
      { model: 'Person', fields: ['fullName'] },
    ]);
  });

  test('what depends on something unknown is only possible', () => {
    expect(assess('DROP TABLE IF EXISTS "Legacy";')[0]?.certainty).toBe('possible');
    expect(assess('DROP TABLE "Legacy";')[0]?.certainty).toBe('certain');
    expect(assess('DO $$ BEGIN DROP TABLE "User"; END $$;')[0]?.certainty).toBe('possible');
    expect(assess('ALTER TABLE "Unknown" ALTER COLUMN "a" TYPE INTEGER', [])).toMatchObject([
      { kind: 'narrow-type', certainty: 'possible' },
    ]);
    expect(kinds('ALTER TABLE "Unknown" ALTER COLUMN "a" TYPE TEXT', [])).toEqual([]);
  });

  test('an acknowledgement with a reason counts right above or behind', () => {
    const marker = '-- backend-specialist: acknowledged nobody reads it';
    const reason = (sql: string): string | undefined => assess(sql)[0]?.acknowledged?.reason;
    expect(reason(`${marker}\nDROP TABLE "User";`)).toBe('nobody reads it');
    expect(reason(`${marker}\n-- DropTable\nDROP TABLE "User";`)).toBe('nobody reads it');
    expect(reason(`DROP TABLE "User"; ${marker}`)).toBe('nobody reads it');
    expect(reason(`ALTER TABLE "User"\n${marker}\nDROP COLUMN "name";`)).toBe('nobody reads it');
    expect(reason(`${marker}\n\nDROP TABLE "User";`)).toBeUndefined();
    expect(reason(`${marker}\nSELECT 1;\nDROP TABLE "User";`)).toBeUndefined();
    expect(reason(`-- backend-specialist: acknowledged\nDROP TABLE "User";`)).toBeUndefined();
    const two = assess(`ALTER TABLE "User" DROP COLUMN "name", ${marker}\nDROP COLUMN "score";`);
    expect(two.map((hazard) => hazard.acknowledged !== undefined)).toEqual([true, false]);
  });

  test('any text gives spans inside the text and never throws', () => {
    const before = foldMigrations([extractSql(init)]);
    checkExtractor(
      (text) => assessMigration(extractSql(text), { before }, text),
      `${enumSwap}\nDROP TABLE "User";`,
      [
        'DROP TABLE "User"',
        ';',
        'ALTER TABLE "Post" ',
        'DROP COLUMN "title"',
        '-- backend-specialist: acknowledged x\n',
      ],
    );
  });
});
