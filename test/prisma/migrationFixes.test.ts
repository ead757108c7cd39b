/** What the fixes of `destructive-migration` write, applied by a real PostgreSQL to a database with rows: every value survives. */
import { PGlite } from '@electric-sql/pglite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { baseApp } from '../kit/baseApp.ts';
import { applyFix, openFixture } from '../kit/check.ts';

const init = 'prisma/migrations/20260101000000_init/migration.sql';
const file = 'prisma/migrations/20260210090000_change/migration.sql';
const rows = `
INSERT INTO "User" ("id", "email", "name", "role") VALUES ('u1', 'ann@example.org', 'Ann', 'ADMIN');
INSERT INTO "Post" ("id", "slug", "title", "published", "authorId") VALUES ('p1', '12', 'first', true, 'u1'), ('p2', 'twelve', 'second', false, 'u1');
INSERT INTO "Comment" ("id", "text", "postId", "authorId") VALUES ('c1', 'a remark', 'p1', 'u1');
`;

let db: PGlite;
beforeEach(async () => {
  db = await PGlite.create();
}, 60_000);
afterEach(() => db.close());

async function values(): Promise<string[]> {
  const tables = await db.query<{ t: string }>(
    `SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public'`,
  );
  const out: string[] = [];
  for (const { t } of tables.rows) {
    const all = await db.query<{ v: string }>(
      `SELECT x.value AS v FROM "${t}" AS r, json_each_text(to_json(r)) AS x WHERE x.value IS NOT NULL`,
    );
    out.push(...all.rows.map(({ v }) => v));
  }
  return out;
}

const swap = `BEGIN;
CREATE TYPE "Role_new" AS ENUM ('USER', 'STAFF');
ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
ALTER TYPE "Role" RENAME TO "Role_old";
ALTER TYPE "Role_new" RENAME TO "Role";
DROP TYPE "public"."Role_old";
ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'USER';
COMMIT;
`;
const renamedTable = `ALTER TABLE "Comment" DROP CONSTRAINT "Comment_postId_fkey";
ALTER TABLE "Comment" DROP CONSTRAINT "Comment_authorId_fkey";
DROP TABLE "Comment";
CREATE TABLE "Remark" ("id" TEXT NOT NULL, "text" TEXT NOT NULL, "postId" TEXT NOT NULL, "authorId" TEXT NOT NULL, CONSTRAINT "Remark_pkey" PRIMARY KEY ("id"));
CREATE INDEX "Remark_postId_idx" ON "Remark"("postId");
CREATE INDEX "Remark_authorId_idx" ON "Remark"("authorId");
ALTER TABLE "Remark" ADD CONSTRAINT "Remark_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
`;

test.each<[recipe: string, sql: string]>([
  ['rename-instead', 'ALTER TABLE "Post" DROP COLUMN "title", ADD COLUMN "headline" TEXT NOT NULL;'],
  [
    'rename-instead',
    `ALTER TABLE "User" DROP COLUMN "name",\nADD COLUMN "fullName" TEXT NOT NULL DEFAULT 'x';`,
  ],
  ['rename-instead', renamedTable],
  ['rename-instead', swap],
  ['expand-contract', 'ALTER TABLE "Post" DROP COLUMN "slug", ADD COLUMN "slug" INTEGER NOT NULL;'],
  ['expand-contract', 'ALTER TABLE "Post" DROP COLUMN "published", ADD COLUMN "published" INTEGER NOT NULL;'],
  ['expand-contract', 'ALTER TABLE "Post" DROP COLUMN "published", ADD COLUMN "published" TIMESTAMP(3)[];'],
  ['expand-contract', 'ALTER TABLE "User" DROP COLUMN "role", ADD COLUMN "role" TEXT[] NOT NULL;'],
  [
    'expand-contract',
    `CREATE TYPE "Rank" AS ENUM ('USER', 'ADMIN');\nALTER TABLE "User" DROP COLUMN "role", ADD COLUMN "role" "Rank"[];`,
  ],
  ['expand-contract', 'ALTER TABLE "Post" ALTER COLUMN "title" SET DATA TYPE VARCHAR(5);'],
  ['expand-contract', 'ALTER TABLE "Post" ALTER COLUMN "createdAt" SET DATA TYPE DATE;'],
])('%s: %s', async (recipe, sql) => {
  await db.exec(baseApp[init] ?? '');
  await db.exec(rows);
  const before = await values();
  const fixture = await openFixture({ [file]: sql }, { committed: [init] });
  await db.exec(applyFix(fixture, { rule: 'destructive-migration', recipe })[file] ?? '');
  const after = await values();
  const expected = sql === swap ? before.map((value) => (value === 'ADMIN' ? 'STAFF' : value)) : before;
  expect(expected.filter((value) => !after.includes(value))).toEqual([]);
});
