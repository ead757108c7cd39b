/** The judgement of locks and failures against a real PostgreSQL: locks taken, tables written anew, rows that make a statement fail. */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractSql, loadSqlParser } from '../../src/facts/sql.ts';
import { foldMigrations } from '../../src/prisma/dbState.ts';
import { assessLocks } from '../../src/prisma/lockRisks.ts';
import { assessMigration } from '../../src/prisma/migration.ts';
import { baseApp } from '../kit/baseApp.ts';
import { applyFix, openFixture } from '../kit/check.ts';

const schema = `
CREATE TYPE "Status" AS ENUM ('DRAFT', 'LIVE');
CREATE TABLE "User" ("id" TEXT NOT NULL, "email" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" (
  "id" TEXT NOT NULL, "slug" TEXT, "title" VARCHAR(50), "size" INTEGER, "big" BIGINT, "price" DECIMAL(10,2), "at" TIMESTAMP(3), "zone" TIMESTAMPTZ(3),
  "data" JSON, "tags" TEXT[], "ratio" REAL, "code" CHAR(4), "status" "Status" NOT NULL DEFAULT 'DRAFT', "userId" TEXT, "note" TEXT NOT NULL DEFAULT '',
  CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
);
`;
/** Two posts with the same slug, one without a user, one of a user who isn't there. */
const rows = `
INSERT INTO "User" VALUES ('u1', 'ann@example.org');
INSERT INTO "Post" ("id", "slug", "title", "size", "userId") VALUES ('p1', 'a', 'one', 1, 'u1'), ('p2', 'a', 'two', 2, NULL), ('p3', 'b', NULL, 3, 'u9');
`;

let db: PGlite;
beforeAll(async () => {
  await loadSqlParser();
  db = await PGlite.create();
  await db.exec(schema);
  await db.exec(rows);
}, 60_000);
afterAll(() => db.close());

interface Seen {
  fails: boolean;
  /** Strongest lock on "Post". */
  lock: string;
  rewritten: boolean;
}

const STRENGTH = [
  '',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'AccessExclusiveLock',
];

async function really(sql: string): Promise<Seen> {
  const node = async (): Promise<unknown> =>
    (await db.query<{ n: number }>(`SELECT pg_relation_filenode('"Post"') AS n`)).rows[0]?.n;
  const before = await node();
  await db.exec('BEGIN');
  try {
    await db.exec(sql);
  } catch {
    await db.exec('ROLLBACK');
    return { fails: true, lock: '', rewritten: false };
  }
  const locks = await db.query<{ mode: string }>(
    `SELECT mode FROM pg_locks WHERE relation = '"Post"'::regclass AND granted`,
  );
  const after = await node();
  await db.exec('ROLLBACK');
  const rank = Math.max(0, ...locks.rows.map(({ mode }) => STRENGTH.indexOf(mode)));
  return { fails: false, lock: STRENGTH[rank] ?? '', rewritten: before !== after };
}

const judge = (sql: string): string[] => {
  const facts = extractSql(sql);
  const before = foldMigrations([extractSql(schema)]);
  const hazards = assessMigration(facts, { before }, sql);
  return assessLocks(facts, { before, deployed: before, hazards }, sql).map(
    ({ kind, fails, weight }) => `${kind}${fails ? ' fails' : ''}${weight === 'full' ? '' : ` ${weight}`}`,
  );
};

const type = (column: string, to: string, using = ''): string =>
  `ALTER TABLE "Post" ALTER COLUMN "${column}" SET DATA TYPE ${to}${using};`;
const swap = `CREATE TYPE "Status_new" AS ENUM ('DRAFT', 'LIVE', 'GONE');
ALTER TABLE "Post" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "Post" ALTER COLUMN "status" TYPE "Status_new" USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
ALTER TYPE "Status_new" RENAME TO "Status";
DROP TYPE "Status_old";`;

describe('statements that are told of', () => {
  test.each<[sql: string, told: string, seen: Partial<Seen>]>([
    ['ALTER TABLE "Post" ADD COLUMN "c" TEXT NOT NULL;', 'add-required fails', { fails: true }],
    ['ALTER TABLE "Post" ALTER COLUMN "title" SET NOT NULL;', 'set-not-null fails', { fails: true }],
    [
      'ALTER TABLE "Post" ALTER COLUMN "size" SET NOT NULL;',
      'set-not-null fails',
      { lock: 'AccessExclusiveLock' },
    ],
    ['CREATE INDEX "i" ON "Post"("slug");', 'index', { lock: 'ShareLock' }],
    ['CREATE UNIQUE INDEX "i" ON "Post"("slug");', 'index fails', { fails: true }],
    ['CREATE UNIQUE INDEX "i" ON "Post"("slug", "id");', 'index', { lock: 'ShareLock' }],
    ['CREATE INDEX "i" ON "Post"(lower("slug")) WHERE "size" > 1;', 'index', { lock: 'ShareLock' }],
    [
      'ALTER TABLE "Post" ADD CONSTRAINT "f" FOREIGN KEY ("userId") REFERENCES "User"("id");',
      'foreign-key fails',
      { fails: true },
    ],
    [
      'ALTER TABLE "Post" ADD CONSTRAINT "f" FOREIGN KEY ("id") REFERENCES "Post"("id");',
      'foreign-key fails',
      { lock: 'ShareRowExclusiveLock' },
    ],
    ['ALTER TABLE "Post" ADD CONSTRAINT "k" CHECK ("size" > 1);', 'check fails', { fails: true }],
    [
      'ALTER TABLE "Post" ADD CONSTRAINT "k" CHECK ("size" > 0);',
      'check fails',
      { lock: 'AccessExclusiveLock' },
    ],
    ['ALTER TABLE "Post" ADD CONSTRAINT "u" UNIQUE ("slug");', 'unique fails', { fails: true }],
    [
      'ALTER TABLE "Post" ADD CONSTRAINT "u" UNIQUE ("id", "slug");',
      'unique',
      { lock: 'AccessExclusiveLock' },
    ],
    [
      'ALTER TABLE "Post" DROP CONSTRAINT "Post_pkey", ADD CONSTRAINT "Post_pkey" PRIMARY KEY ("size");',
      'primary-key fails',
      { lock: 'AccessExclusiveLock' },
    ],
    ['ALTER TABLE "Post" ADD COLUMN "c" TEXT UNIQUE;', 'unique', { lock: 'AccessExclusiveLock' }],
    [`ALTER TABLE "Post" ADD COLUMN "c" TEXT UNIQUE DEFAULT 'x';`, 'unique fails', { fails: true }],
    [
      'ALTER TABLE "Post" ADD COLUMN "c" UUID DEFAULT gen_random_uuid();',
      'rewrite-column',
      { rewritten: true },
    ],
    ['ALTER TABLE "Post" ADD COLUMN "c" SERIAL;', 'rewrite-column', { rewritten: true }],
    [
      'ALTER TABLE "Post" ADD COLUMN "c" INT GENERATED ALWAYS AS IDENTITY;',
      'rewrite-column',
      { rewritten: true },
    ],
    [
      'ALTER TABLE "Post" ADD COLUMN "c" INT GENERATED ALWAYS AS ("size" * 2) STORED;',
      'rewrite-column',
      { rewritten: true },
    ],
    [type('size', 'BIGINT'), 'rewrite-type', { rewritten: true }],
    [type('size', 'TEXT'), 'rewrite-type', { rewritten: true }],
    [type('data', 'JSONB'), 'rewrite-type', { rewritten: true }],
    [type('ratio', 'DOUBLE PRECISION'), 'rewrite-type', { rewritten: true }],
    [type('price', 'DECIMAL(14,4)'), 'rewrite-type', { rewritten: true }],
    [type('code', 'TEXT'), 'rewrite-type', { rewritten: true }],
    [type('status', 'TEXT'), 'rewrite-type', { rewritten: true }],
    [type('tags', 'VARCHAR[]'), 'rewrite-type', { rewritten: true }],
    [swap, 'rewrite-type', { rewritten: true }],
    [
      `SET LOCAL timezone = 'Europe/Berlin';\n${type('at', 'TIMESTAMPTZ(3)')}`,
      'rewrite-type possible',
      { rewritten: true },
    ],
    ['REINDEX TABLE "Post";', 'maintenance', { lock: 'ShareLock' }],
    ['CREATE INDEX CONCURRENTLY "i" ON "Post"("slug"); SELECT 1;', 'concurrently fails', { fails: true }],
  ])('%s', async (sql, told, seen) => {
    expect(judge(sql)).toEqual([told]);
    expect(await really(sql)).toMatchObject(seen);
  });
});

describe('statements that are not told of: no rewrite, nothing to fail, and the lock is let go at once', () => {
  test.each([
    'ALTER TABLE "Post" ADD COLUMN "c" TEXT;',
    `ALTER TABLE "Post" ADD COLUMN "c" TEXT NOT NULL DEFAULT '';`,
    'ALTER TABLE "Post" ADD COLUMN "c" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;',
    'ALTER TABLE "Post" ADD COLUMN "c" TEXT REFERENCES "User"("id");',
    `ALTER TABLE "Post" ADD COLUMN "c" TEXT[] DEFAULT ARRAY[]::TEXT[];`,
    'ALTER TABLE "Post" ALTER COLUMN "note" SET NOT NULL;',
    'ALTER TABLE "Post" ALTER COLUMN "note" DROP NOT NULL, ALTER COLUMN "note" DROP DEFAULT;',
    'ALTER TABLE "Post" ADD CONSTRAINT "f" FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;',
    'ALTER TABLE "Post" ADD CONSTRAINT "k" CHECK ("size" > 1) NOT VALID;',
    'ALTER TABLE "Post" RENAME COLUMN "slug" TO "handle";',
    type('title', 'VARCHAR(100)'),
    type('title', 'TEXT'),
    type('note', 'VARCHAR'),
    type('price', 'DECIMAL(12,2)'),
    type('at', 'TIMESTAMP(6)'),
    `SET LOCAL timezone = 'UTC';\n${type('at', 'TIMESTAMP(3)')}`,
    'CREATE TABLE "Tag" ("id" TEXT NOT NULL); CREATE UNIQUE INDEX "Tag_id" ON "Tag"("id"); ALTER TABLE "Tag" ADD COLUMN "x" TEXT NOT NULL;',
    `ALTER TYPE "Status" RENAME VALUE 'LIVE' TO 'PUBLIC';`,
  ])('%s', async (sql) => {
    expect(judge(sql)).toEqual([]);
    expect(await really(sql)).toMatchObject({ fails: false, rewritten: false });
  });

  test('a column whose check is validated needs no look at the rows', () => {
    const sql = `ALTER TABLE "Post" ADD CONSTRAINT "k" CHECK ("size" IS NOT NULL) NOT VALID;
ALTER TABLE "Post" VALIDATE CONSTRAINT "k";
ALTER TABLE "Post" ALTER COLUMN "size" SET NOT NULL;`;
    expect(judge(sql)).toEqual([]);
    expect(judge(sql.replace(/.*VALIDATE.*\n/, ''))).toEqual(['set-not-null fails']);
  });
});

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
});
