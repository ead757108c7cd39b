import { describe, expect, it } from 'vitest';
import { applyFix, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';

const RULE = 'unsafe-migration';
const FOLDER = 'prisma/migrations';
const FILE = `${FOLDER}/20260210090000_change/migration.sql`;
const INIT = `${FOLDER}/20260101000000_init/migration.sql`;

const open = (
  sql: string,
  more: Record<string, string> = {},
  committed: readonly string[] = [INIT],
): Promise<Fixture> => openFixture({ [FILE]: sql, ...more }, { committed });

type Shown = [message: string, severity: string, flagged: string];

const shown = (fixture: Fixture): Shown[] =>
  findings(fixture, RULE).map((finding) => [
    messageId(finding),
    finding.severity,
    fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? '',
  ]);

const judge = async (sql: string, more: Record<string, string> = {}): Promise<Shown[]> =>
  shown(await open(sql, more));

it('reads the default partition for a new one, unless a check rules its rows out', async () => {
  const before = `${FOLDER}/20260202000000_feed/migration.sql`;
  const feed =
    'CREATE TABLE "Feed" ("n" INTEGER NOT NULL) PARTITION BY RANGE ("n"); CREATE TABLE "Rest" PARTITION OF "Feed" DEFAULT;';
  const sql = 'CREATE TABLE "One" PARTITION OF "Feed" FOR VALUES FROM (1) TO (9);';
  const judged = async (made: string): Promise<Shown[]> =>
    shown(await open(sql, { [before]: made }, [INIT, before]));
  const clause = sql.slice(0, -1);
  expect(await judged(feed)).toEqual([['defaultPartition', 'warning', clause]]);
  expect(await judged(`${feed} ALTER TABLE "Rest" ADD CHECK ("n" >= 9);`)).toEqual([
    ['defaultPartition', 'info', clause],
  ]);
  expect(await judged(`${feed} ALTER TABLE "Feed" DETACH PARTITION "Rest";`)).toEqual([]);
});

describe('reports', () => {
  it.each<[string, Shown[]]>([
    [
      'ALTER TABLE "Post" ADD COLUMN "note" TEXT NOT NULL;',
      [['addRequired', 'warning', 'ADD COLUMN "note"']],
    ],
    [
      'ALTER TABLE "Post" ADD COLUMN     "a" TEXT,\nADD COLUMN     "b" INTEGER NOT NULL;',
      [['addRequired', 'warning', 'ADD COLUMN     "b"']],
    ],
    [
      'ALTER TABLE "Post" ALTER COLUMN "content" SET NOT NULL;',
      [['setNotNull', 'warning', 'ALTER COLUMN "content" SET NOT NULL']],
    ],
    [
      `UPDATE "Post" SET "content" = '' WHERE "content" IS NULL;\nALTER TABLE "Post" ALTER COLUMN "content" SET NOT NULL;`,
      [['setNotNullFilled', 'info', 'ALTER COLUMN "content" SET NOT NULL']],
    ],
    [
      'ALTER TABLE "Feed" ATTACH PARTITION "Post" FOR VALUES IN (\'a\');',
      [['attachPartition', 'warning', 'ATTACH PARTITION "Post" FOR VALUES IN (\'a\')']],
    ],
    [
      'CREATE DOMAIN "slug" AS TEXT CHECK (VALUE <> \'\');\nALTER TABLE "Post" ADD COLUMN "short" "slug";',
      [['rewriteDomain', 'warning', 'ADD COLUMN "short"']],
    ],
    ['ALTER DOMAIN "elsewhere" SET NOT NULL;', [['domain', 'info', 'ALTER DOMAIN "elsewhere" SET NOT NULL']]],
    [
      'ALTER TABLE "Post" ADD CONSTRAINT "Post_content_nn" NOT NULL "content";',
      [['setNotNull', 'warning', 'ADD CONSTRAINT "Post_content_nn" NOT NULL "content"']],
    ],
    ['CREATE INDEX "Post_title_idx" ON "Post"("title");', [['index', 'warning', 'CREATE INDEX']]],
    [
      'CREATE UNIQUE INDEX "Post_title_key" ON "public"."Post"("title");',
      [['uniqueIndex', 'warning', 'CREATE UNIQUE INDEX']],
    ],
    [
      'CREATE UNIQUE INDEX "Post_title_id_key" ON "Post"("title", "id");',
      [['index', 'warning', 'CREATE UNIQUE INDEX']],
    ],
    [
      'ALTER TABLE "Post" ADD CONSTRAINT "x_fkey" FOREIGN KEY ("title") REFERENCES "User"("id");',
      [['foreignKey', 'warning', 'ADD CONSTRAINT "x_fkey"']],
    ],
    [
      '-- DropForeignKey\nALTER TABLE "Post" DROP CONSTRAINT "Post_authorId_fkey";\n\n-- AddForeignKey\nALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;',
      [['foreignKeyLock', 'warning', 'ADD CONSTRAINT "Post_authorId_fkey"']],
    ],
    [
      'ALTER TABLE "Post" ADD COLUMN "editorId" TEXT;\nALTER TABLE "Post" ADD CONSTRAINT "Post_editorId_fkey" FOREIGN KEY ("editorId") REFERENCES "User"("id");',
      [['foreignKeyLock', 'info', 'ADD CONSTRAINT "Post_editorId_fkey"']],
    ],
    [
      `ALTER TABLE "Post" ADD CONSTRAINT "long" CHECK (length("title") > 3);`,
      [['check', 'warning', 'ADD CONSTRAINT "long"']],
    ],
    [
      'ALTER TABLE "Post" ADD CONSTRAINT "Post_title_key" UNIQUE ("title");',
      [['unique', 'warning', 'ADD CONSTRAINT "Post_title_key"']],
    ],
    [
      'ALTER TABLE "Post" DROP CONSTRAINT "Post_pkey",\nADD CONSTRAINT "Post_pkey" PRIMARY KEY ("slug");',
      [['unique', 'warning', 'ADD CONSTRAINT "Post_pkey"']],
    ],
    [
      'ALTER TABLE "Post" ADD COLUMN "key" UUID NOT NULL DEFAULT gen_random_uuid();',
      [['rewriteColumn', 'warning', 'ADD COLUMN "key"']],
    ],
    [
      'ALTER TABLE "Post" ADD COLUMN "no" SERIAL NOT NULL;',
      [['rewriteColumn', 'warning', 'ADD COLUMN "no"']],
    ],
    [
      'ALTER TABLE "Post" ADD COLUMN "key" TEXT NOT NULL DEFAULT nanoid(12);',
      [['rewriteColumnUnknown', 'info', 'ADD COLUMN "key"']],
    ],
    [
      'ALTER TABLE "Post" ALTER COLUMN "published" SET DATA TYPE TEXT;',
      [['rewriteType', 'warning', 'ALTER COLUMN "published" SET DATA TYPE TEXT']],
    ],
    [
      'ALTER TABLE "User" ALTER COLUMN "role" SET DATA TYPE TEXT USING "role"::text;',
      [['rewriteType', 'warning', 'ALTER COLUMN "role" SET DATA TYPE TEXT']],
    ],
    [
      'ALTER TABLE "User" ALTER COLUMN "role" SET DATA TYPE "Role"[];',
      [['noCast', 'warning', 'ALTER COLUMN "role" SET DATA TYPE "Role"[]']],
    ],
    [
      'ALTER TABLE "Post" ADD COLUMN "level" INTEGER CHECK ("level" > 0);',
      [['checkColumn', 'warning', 'ADD COLUMN "level"']],
    ],
    [
      'ALTER TABLE "Post" ALTER COLUMN "createdAt" SET DATA TYPE TIMESTAMPTZ;',
      [['rewriteZone', 'info', 'ALTER COLUMN "createdAt" SET DATA TYPE TIMESTAMPTZ']],
    ],
    [
      'ALTER TABLE "Post" ALTER COLUMN "createdAt" SET DATA TYPE TIMESTAMPTZ(3);',
      [['rewriteType', 'warning', 'ALTER COLUMN "createdAt" SET DATA TYPE TIMESTAMPTZ(3)']],
    ],
    [
      `ALTER TYPE "Role" ADD VALUE 'OWNER';\nALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'OWNER';`,
      [['newValue', 'info', `'OWNER'`]],
    ],
    [
      `BEGIN;\nALTER TYPE "Role" ADD VALUE 'OWNER';\nUPDATE "User" SET "role" = 'OWNER' WHERE "id" = 'u1';\nCOMMIT;`,
      [['newValue', 'warning', `'OWNER'`]],
    ],
    [
      `BEGIN;\nALTER TYPE "Role" ADD VALUE 'OWNER';\nCOMMIT;\nALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'OWNER';`,
      [],
    ],
    [
      'ALTER TABLE "Post" ADD CONSTRAINT "apart" EXCLUDE USING gist ("slug" WITH =);',
      [['exclude', 'warning', 'ADD CONSTRAINT "apart"']],
    ],
    [
      `CREATE TYPE "Role_new" AS ENUM ('ADMIN', 'USER');\nALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");\nALTER TYPE "Role" RENAME TO "Role_old";\nALTER TYPE "Role_new" RENAME TO "Role";\nDROP TYPE "Role_old";`,
      [['rewriteEnum', 'warning', 'ALTER COLUMN "role" TYPE "Role_new"']],
    ],
    [
      'CREATE INDEX CONCURRENTLY "a" ON "Post"("title");\nCREATE INDEX CONCURRENTLY "b" ON "Post"("content");',
      [
        ['concurrently', 'warning', 'CONCURRENTLY'],
        ['concurrently', 'warning', 'CONCURRENTLY'],
      ],
    ],
    ['VACUUM FULL "Post";', [['maintenance', 'warning', 'VACUUM FULL']]],
    [
      'DO $$ BEGIN ALTER TABLE "Post" ALTER COLUMN "content" SET NOT NULL; END $$;',
      [['setNotNull', 'info', 'ALTER COLUMN "content" SET NOT NULL']],
    ],
    // An accepted loss still leaves the rows without a value.
    [
      'ALTER TABLE "Post"\n-- backend-specialist: acknowledged the titles are written anew\nDROP COLUMN "title",\nADD COLUMN "headline" TEXT NOT NULL;',
      [['addRequired', 'warning', 'ADD COLUMN "headline"']],
    ],
    ['SELEC 1;\nCREATE INDEX "i" ON "Post"("title");', [['index', 'warning', 'CREATE INDEX']]],
  ])('%s', async (sql, expected) => {
    expect(await judge(sql)).toEqual(expected);
  });

  it('mapped tables by both names', async () => {
    const fixture = await openFixture(
      {
        'prisma/schema.prisma': `datasource db {\n  provider = "postgresql"\n}\n\nmodel Order {\n  id   Int    @id\n  note String\n\n  @@map("orders")\n}\n`,
        [INIT]: 'CREATE TABLE "orders" ("id" INTEGER NOT NULL, CONSTRAINT "orders_pkey" PRIMARY KEY ("id"));',
        [FILE]: 'CREATE INDEX "i" ON "orders"("note");',
      },
      { committed: [INIT], base: false },
    );
    const [finding] = findings(fixture, RULE);
    expect(finding?.message).toContain('`orders` (model `Order`)');
    expect(finding?.related).toHaveLength(1);
  });

  it('the history when it is asked for, without a fix', async () => {
    const config = { 'backend-specialist.config.json': '{ "migrations": { "includeHistory": true } }' };
    const sql = 'CREATE INDEX "i" ON "Post"("title");';
    expect(shown(await open(sql, {}, [INIT, FILE]))).toEqual([]);
    const fixture = await open(sql, config, [INIT, FILE]);
    expect(shown(fixture)).toHaveLength(1);
    expect(findings(fixture, RULE)[0]?.fixes).toEqual([]);
  });

  it('a lock on a short table of named values as information', async () => {
    const category = {
      'prisma/schema.prisma': `datasource db {\n  provider = "postgresql"\n}\n\nmodel Category {\n  id    Int    @id\n  slug  String @unique\n  label String\n}\n`,
      [INIT]: 'CREATE TABLE "Category" ("id" INTEGER NOT NULL, "slug" TEXT NOT NULL, "label" TEXT NOT NULL);',
      [FILE]: 'CREATE INDEX "i" ON "Category"("label");',
    };
    expect(shown(await openFixture(category, { committed: [INIT], base: false }))).toEqual([
      ['index', 'info', 'CREATE INDEX'],
    ]);
  });
});

describe('is silent about', () => {
  it.each([
    [
      'a table of the same migration',
      'CREATE TABLE "Tag" ("id" TEXT NOT NULL);\nCREATE UNIQUE INDEX "Tag_id" ON "Tag"("id");\nALTER TABLE "Tag" ADD CONSTRAINT "Tag_fk" FOREIGN KEY ("id") REFERENCES "Post"("id");\nALTER TABLE "Tag" ADD COLUMN "x" TEXT NOT NULL;',
    ],
    ['a temporary table', 'CREATE TEMP TABLE t AS SELECT * FROM "Post";\nCREATE INDEX ON t("id");'],
    ['a table emptied before', 'TRUNCATE "Session";\nALTER TABLE "Session" ADD COLUMN "ip" TEXT NOT NULL;'],
    ['an optional column', 'ALTER TABLE "Post" ADD COLUMN "note" TEXT;'],
    ['a required column with a default', `ALTER TABLE "Post" ADD COLUMN "note" TEXT NOT NULL DEFAULT '';`],
    [
      'a default of one value for all rows',
      'ALTER TABLE "Post" ADD COLUMN "seenAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;',
    ],
    ['a column that is there already', 'ALTER TABLE "Post" ADD COLUMN IF NOT EXISTS "title" TEXT NOT NULL;'],
    ['a column that is required already', 'ALTER TABLE "Post" ALTER COLUMN "title" SET NOT NULL;'],
    [
      'an index built concurrently, alone',
      '-- CreateIndex\nCREATE INDEX CONCURRENTLY "i" ON "Post"("title");',
    ],
    [
      'an index that is there already',
      'CREATE INDEX IF NOT EXISTS "Post_authorId_idx" ON "Post"("authorId");',
    ],
    [
      'a key that isn’t validated',
      'ALTER TABLE "Post" ADD CONSTRAINT "f" FOREIGN KEY ("title") REFERENCES "User"("id") NOT VALID;',
    ],
    ['a validation', 'ALTER TABLE "Post" VALIDATE CONSTRAINT "f";'],
    [
      'a constraint made of an index',
      'ALTER TABLE "Post" ADD CONSTRAINT "k" UNIQUE USING INDEX "Post_slug_key";',
    ],
    ['a wider type', 'ALTER TABLE "Post" ALTER COLUMN "title" SET DATA TYPE VARCHAR;'],
    ['a rename', 'ALTER TABLE "Post" RENAME COLUMN "title" TO "headline";'],
    [
      'drops of defaults and constraints',
      'ALTER TABLE "Post" ALTER COLUMN "published" DROP DEFAULT, DROP CONSTRAINT "Post_authorId_fkey", ALTER COLUMN "title" DROP NOT NULL;',
    ],
    ['a new value of an enum', `ALTER TYPE "Role" ADD VALUE 'STAFF';`],
    [
      'what destructive-migration tells of',
      'ALTER TABLE "Post" DROP COLUMN "title", ADD COLUMN "headline" TEXT NOT NULL;\nALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE VARCHAR(3);',
    ],
    [
      'an index of a view made here',
      'CREATE MATERIALIZED VIEW "Top" AS SELECT * FROM "Post";\nCREATE UNIQUE INDEX "Top_id" ON "Top"("id");',
    ],
    [
      'what somebody has taken responsibility for',
      '-- backend-specialist: acknowledged the table has forty rows\nCREATE INDEX "i" ON "Post"("title");',
    ],
    [
      'words in comments and strings',
      `-- CREATE INDEX "i" ON "Post"("title");\nSELECT 'ALTER TABLE "Post" ALTER COLUMN "content" SET NOT NULL';`,
    ],
  ])('%s', async (_, sql) => {
    expect(await judge(sql)).toEqual([]);
  });

  it('a table that another new migration makes', async () => {
    const made = `${FOLDER}/20260209090000_tags/migration.sql`;
    const more = { [made]: 'CREATE TABLE "Tag" ("id" TEXT NOT NULL);' };
    const sql = 'ALTER TABLE "Tag" ADD COLUMN "x" TEXT NOT NULL;\nCREATE INDEX "i" ON "Tag"("x");';
    expect(await judge(sql, more)).toEqual([]);
    expect(shown(await open(sql, more, [INIT, made]))).toHaveLength(2);
  });

  it('a column whose check was validated in an earlier migration', async () => {
    const check = `${FOLDER}/20260209090000_check/migration.sql`;
    const sql =
      'ALTER TABLE "Post" ALTER COLUMN "content" SET NOT NULL;\nALTER TABLE "Post" DROP CONSTRAINT "c";';
    const add = 'ALTER TABLE "Post" ADD CONSTRAINT "c" CHECK ("content" IS NOT NULL) NOT VALID;';
    expect(await judge(sql, { [check]: `${add}\nALTER TABLE "Post" VALIDATE CONSTRAINT "c";` })).toEqual([]);
    expect(await judge(sql, { [check]: add })).toHaveLength(1);
  });

  it('another database, and files that Prisma doesn’t run', async () => {
    const mysql = { 'prisma/schema.prisma': 'datasource db {\n  provider = "mysql"\n}\n' };
    expect(await judge('CREATE INDEX i ON t(a);', mysql)).toEqual([]);
    const other = { 'prisma/sql/a.sql': 'CREATE INDEX "i" ON "Post"("title");' };
    expect(await judge('SELECT 1;', other)).toEqual([]);
  });
});

describe('the fix', () => {
  const fixed = async (sql: string, more: Record<string, string> = {}): Promise<Record<string, string>> =>
    applyFix(await open(sql, more), { rule: RULE });
  const later = (name: string): string => `${FOLDER}/${name}/migration.sql`;

  it('says CONCURRENTLY where the index is alone', async () => {
    expect(await fixed('CREATE UNIQUE INDEX IF NOT EXISTS "i" ON "Post"("title");')).toEqual({
      [FILE]: 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "Post"("title");',
    });
  });

  it('moves the index behind the last migration where it isn’t, with its comment', async () => {
    const sql =
      '-- AlterTable\nALTER TABLE "Post" ADD COLUMN "note" TEXT;\n\n-- CreateIndex\nCREATE INDEX "Post_title_idx" ON "Post"("title");\n';
    expect(await fixed(sql, { [later('20260211235958_more')]: 'SELECT 1;' })).toEqual({
      [FILE]: '-- AlterTable\nALTER TABLE "Post" ADD COLUMN "note" TEXT;\n\n',
      [later('20260211235959_index_post_title_idx')]:
        '-- CreateIndex: alone in its file, because CONCURRENTLY can’t run in a transaction.\nCREATE INDEX CONCURRENTLY "Post_title_idx" ON "Post"("title");\n',
    });
  });

  it('moves a statement that says CONCURRENTLY among others', async () => {
    const sql = 'SELECT 1;\nCREATE INDEX CONCURRENTLY "i" ON "Post"("title");\n';
    expect(await fixed(sql)).toEqual({
      [FILE]: 'SELECT 1;\n',
      [later('20260210090001_index_i')]:
        '-- CreateIndex: alone in its file, because CONCURRENTLY can’t run in a transaction.\nCREATE INDEX CONCURRENTLY "i" ON "Post"("title");\n',
    });
  });

  it('adds a key unvalidated among other commands', async () => {
    const sql =
      'ALTER TABLE "Post" ADD COLUMN "x" TEXT,\n  ADD CONSTRAINT "Post_title_fkey" FOREIGN KEY ("title") REFERENCES "User"("id") ON DELETE CASCADE;\n';
    expect(await fixed(sql)).toEqual({
      [FILE]: sql.replace('CASCADE;', 'CASCADE NOT VALID;'),
      [later('20260210090001_validate_post_title_fkey')]:
        '-- ValidateForeignKey: looks at the rows that were there before, while reads and writes go on.\nALTER TABLE "Post" VALIDATE CONSTRAINT "Post_title_fkey";\n',
    });
  });

  it('requires a column by a check', async () => {
    expect(await fixed('ALTER TABLE "Post" ALTER COLUMN "content" SET NOT NULL;')).toEqual({
      [FILE]:
        'ALTER TABLE "Post" ADD CONSTRAINT "Post_content_not_null" CHECK ("content" IS NOT NULL) NOT VALID;',
      [later('20260210090001_require_post_content')]:
        `-- Before this runs no row may be without "content": UPDATE "Post" SET "content" = … WHERE "content" IS NULL;
ALTER TABLE "Post" VALIDATE CONSTRAINT "Post_content_not_null";
-- The check proves it: SET NOT NULL reads no row.
ALTER TABLE "Post" ALTER COLUMN "content" SET NOT NULL;
ALTER TABLE "Post" DROP CONSTRAINT "Post_content_not_null";
`,
    });
  });

  it('leaves a new column optional', async () => {
    expect(
      await fixed('ALTER TABLE "Post" ADD COLUMN "a" TEXT,\nADD COLUMN     "b" INTEGER NOT NULL;\n'),
    ).toEqual({
      [FILE]: `ALTER TABLE "Post" ADD COLUMN "a" TEXT,
ADD COLUMN     "b" INTEGER;
-- Expand: in schema.prisma make the field of "b" optional for now, and deploy code that writes it.
-- Then fill the rows from before: UPDATE "Post" SET "b" = … WHERE "b" IS NULL;
-- Contract, in a later migration: make the field required.
`,
    });
  });

  it('sets a volatile default for new rows and fills the old ones later', async () => {
    const texts = await fixed('ALTER TABLE "Post" ADD COLUMN "key" UUID NOT NULL DEFAULT gen_random_uuid();');
    expect(texts[FILE]).toBe(
      'ALTER TABLE "Post" ADD COLUMN "key" UUID;\nALTER TABLE "Post" ALTER COLUMN "key" SET DEFAULT gen_random_uuid();',
    );
    expect(Object.keys(texts).slice(1)).toEqual([
      later('20260210090001_fill_post_key'),
      later('20260210090002_require_post_key'),
    ]);
  });

  it.each([
    [
      'an index that another statement needs',
      'CREATE UNIQUE INDEX "k" ON "Post"("title");\nALTER TABLE "Comment" ADD CONSTRAINT "f" FOREIGN KEY ("text") REFERENCES "Post"("title");',
      FILE,
      'Another statement of this migration needs the index; move that one as well.',
    ],
    [
      'a folder without a time',
      'SELECT 1;\nCREATE INDEX "i" ON "Post"("title");',
      `${FOLDER}/three/migration.sql`,
      'The last migration’s folder isn’t named by its time, so no name is sure to come behind it.',
    ],
  ])('is refused for %s', async (_, sql, file, reason) => {
    const fixture = await openFixture({ [file]: sql }, { committed: [INIT] });
    expect(refusal(fixture, { rule: RULE })).toBe(reason);
  });

  it.each([
    ['a key without a name', 'ALTER TABLE "Post" ADD FOREIGN KEY ("title") REFERENCES "User"("id");'],
    ['a new type', 'ALTER TABLE "Post" ALTER COLUMN "published" SET DATA TYPE TEXT;'],
    ['a statement in a block', 'DO $$ BEGIN CREATE INDEX "i" ON "Post"("title"); END $$;'],
  ])('is not offered for %s', async (_, sql) => {
    expect(findings(await open(sql), RULE).map(({ fixes }) => fixes)).toEqual([[]]);
  });
});
