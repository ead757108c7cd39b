import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../edit/applyEdits.ts';
import { applyFix, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';

const RULE = 'destructive-migration';
const FILE = 'prisma/migrations/20260210090000_change/migration.sql';
const INIT = 'prisma/migrations/20260101000000_init/migration.sql';

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

describe('reports', () => {
  it.each<[string, Shown[]]>([
    ['DROP TABLE "Comment";', [['dropTable', 'error', 'DROP TABLE "Comment"']]],
    [
      'DROP TABLE IF EXISTS public."Comment" CASCADE;',
      [['dropTable', 'error', 'DROP TABLE IF EXISTS public."Comment"']],
    ],
    [
      'DROP TABLE "Comment", "Session";',
      [
        ['dropTable', 'error', '"Comment"'],
        ['dropTable', 'error', '"Session"'],
      ],
    ],
    ['ALTER TABLE "Post" DROP COLUMN "content";', [['dropColumn', 'error', 'DROP COLUMN "content"']]],
    [
      'ALTER TABLE "Post" DROP "content", DROP COLUMN IF EXISTS "slug" CASCADE;',
      [
        ['dropColumn', 'error', 'DROP "content"'],
        ['dropColumn', 'error', 'DROP COLUMN IF EXISTS "slug" CASCADE'],
      ],
    ],
    [
      'ALTER TABLE "Post" DROP COLUMN "title", ADD COLUMN "headline" TEXT NOT NULL;',
      [['renameColumn', 'error', 'DROP COLUMN "title"']],
    ],
    [
      'ALTER TABLE "Post" DROP COLUMN "published", ADD COLUMN "published" TEXT;',
      [['recreateColumn', 'error', 'DROP COLUMN "published"']],
    ],
    ...(['CASCADE', 'SET NULL'] as const).map((action): [string, Shown[]] => {
      const key = `ADD CONSTRAINT "Comment_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE ${action}`;
      const drop = 'ALTER TABLE "Comment" DROP CONSTRAINT "Comment_postId_fkey";';
      return [`${drop}\nALTER TABLE "Comment" ${key};`, [['spreadDeletes', 'warning', key]]];
    }),
    ['DELETE FROM "Session" USING "User";', [['deleteRows', 'error', 'DELETE FROM "Session"']]],
    [
      'MERGE INTO "Session" USING "User" ON true WHEN MATCHED THEN DELETE;',
      [['deleteRows', 'error', 'MERGE INTO "Session"']],
    ],
    [
      'UPDATE "Post" SET "content" = \'\' WHERE "content" IS NOT NULL;',
      [['updateAll', 'error', 'UPDATE "Post"']],
    ],
    ['TRUNCATE "User" CASCADE;', [['deleteRows', 'error', 'TRUNCATE "User"']]],
    ['DELETE FROM "Session" WHERE 1 = 1;', [['deleteRows', 'error', 'DELETE FROM "Session"']]],
    ['UPDATE "Post" SET "published" = false;', [['updateAll', 'error', 'UPDATE "Post"']]],
    [
      'ALTER TABLE "Post" ALTER COLUMN "title" SET DATA TYPE VARCHAR(80);',
      [['narrowRejected', 'error', 'ALTER COLUMN "title" SET DATA TYPE VARCHAR(80)']],
    ],
    [
      'ALTER TABLE "Post" ALTER COLUMN "createdAt" SET DATA TYPE DATE;',
      [['narrowChanged', 'error', 'ALTER COLUMN "createdAt" SET DATA TYPE DATE']],
    ],
    [
      'ALTER TABLE legacy ALTER COLUMN code TYPE varchar(3);',
      [['narrowUnknown', 'warning', 'ALTER COLUMN code TYPE varchar(3)']],
    ],
    ['DROP TYPE "Role" CASCADE;', [['dropType', 'error', 'DROP TYPE "Role"']]],
    ['DROP TYPE "Role";', [['dropTypeUsed', 'error', 'DROP TYPE "Role"']]],
    ['DROP SCHEMA public CASCADE;', [['dropSchema', 'error', 'DROP SCHEMA public']]],
    ['DROP DATABASE app;', [['dropDatabase', 'error', 'DROP DATABASE app']]],
    ['DO $$ BEGIN DELETE FROM "Session"; END $$;', [['deleteRows', 'warning', 'DELETE FROM "Session"']]],
    [
      'INSERT INTO "Post" ("id", "title") SELECT c."id", c."text" FROM "Comment" c JOIN "User" u ON u."id" = c."authorId";\nDROP TABLE "Comment";',
      [['copiedBefore', 'warning', 'DROP TABLE "Comment"']],
    ],
    [
      'UPDATE "User" SET "email" = p."slug" FROM "Post" p WHERE p."authorId" = "User"."id";\nALTER TABLE "Post" DROP COLUMN "slug";',
      [['copiedBefore', 'warning', 'DROP COLUMN "slug"']],
    ],
    [
      'UPDATE "Post" SET "slug" = \'x\' WHERE "slug" IS NULL;\nALTER TABLE "Post" DROP COLUMN "slug";',
      [['dropColumn', 'error', 'DROP COLUMN "slug"']],
    ],
    [
      '-- backend-specialist: acknowledged\nDROP TABLE "Comment";',
      [['noReason', 'error', 'DROP TABLE "Comment"']],
    ],
    [
      'DROP TABLE "Comment"; -- backend-specialist: acknowledged <why this data may go>',
      [['noReason', 'error', 'DROP TABLE "Comment"']],
    ],
    [
      '-- backend-specialist: acknowledged far away\n\nDROP TABLE "Comment";',
      [['dropTable', 'error', 'DROP TABLE "Comment"']],
    ],
    [
      '-- backend-specialist: acknowledged\n\nDROP TABLE "Comment";',
      [['dropTable', 'error', 'DROP TABLE "Comment"']],
    ],
    ['SELEC 1;\nDROP TABLE "Comment";', [['dropTable', 'error', 'DROP TABLE "Comment"']]],
  ])('%s', async (sql, expected) => {
    expect(await judge(sql)).toEqual(expected);
  });

  it('an enum value that disappears, and one that was most likely renamed', async () => {
    const swap = (values: string): string =>
      `BEGIN;\nCREATE TYPE "Role_new" AS ENUM (${values});\nALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");\nALTER TYPE "Role" RENAME TO "Role_old";\nALTER TYPE "Role_new" RENAME TO "Role";\nDROP TYPE "Role_old";\nCOMMIT;`;
    expect(await judge(swap(`'USER'`))).toEqual([['enumRemoved', 'error', 'CREATE TYPE "Role_new"']]);
    expect(await judge(swap(`'USER', 'STAFF'`))).toEqual([
      ['enumRenamed', 'error', 'CREATE TYPE "Role_new"'],
    ]);
    expect(await judge(swap(`'USER', 'ADMIN', 'STAFF'`))).toEqual([]);
    expect(
      await judge(`UPDATE "User" SET "role" = 'USER' WHERE "role" = 'ADMIN';\n${swap(`'USER'`)}`),
    ).toEqual([]);
    expect(
      await judge(
        swap(`'USER', 'STAFF'`).replace(
          '("role"::text::"Role_new")',
          `(CASE "role" WHEN 'ADMIN' THEN 'STAFF' ELSE 'USER' END::"Role_new")`,
        ),
      ),
    ).toEqual([]);
  });

  it('what an enum loses on a way over text', async () => {
    const overText = (values: string): string =>
      `CREATE TYPE "RoleV2" AS ENUM (${values});\nALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT,\n  ALTER COLUMN "role" TYPE TEXT USING "role"::text;\nDROP TYPE "Role";\nALTER TYPE "RoleV2" RENAME TO "Role";\nALTER TABLE "User" ALTER COLUMN "role" TYPE "Role" USING "role"::text::"Role";`;
    expect(await judge(overText(`'STAFF', 'ADMIN', 'USER'`))).toEqual([]);
    expect(await judge(overText(`'USER'`))).toEqual([['enumRemoved', 'error', 'CREATE TYPE "RoleV2"']]);
    const other = (values: string): string =>
      `ALTER TABLE "User" ALTER COLUMN "role" TYPE TEXT;\nCREATE TYPE "Rank" AS ENUM (${values});\nALTER TABLE "User" ALTER COLUMN "role" TYPE "Rank" USING "role"::"Rank";`;
    expect(await judge(other(`'USER', 'ADMIN'`))).toEqual([]);
    expect(await judge(other(`'USER'`))).toEqual([
      ['enumRemoved', 'error', 'ALTER COLUMN "role" TYPE "Rank" USING "role"::"Rank"'],
    ]);
    expect(
      await judge(
        other(`'USER'`).replace(
          'CREATE',
          `UPDATE "User" SET "role" = 'USER' WHERE "role" = 'ADMIN';\nCREATE`,
        ),
      ),
    ).toEqual([]);
  });

  it('a model that was renamed', async () => {
    expect(
      await judge(
        'DROP TABLE "Comment";\nCREATE TABLE "Remark" ("id" TEXT NOT NULL, "text" TEXT NOT NULL, "postId" TEXT NOT NULL, "authorId" TEXT NOT NULL, CONSTRAINT "Remark_pkey" PRIMARY KEY ("id"));',
      ),
    ).toEqual([['renameTable', 'error', 'DROP TABLE "Comment"']]);
  });

  it('names the model and the field, and points at them', async () => {
    const fixture = await open('ALTER TABLE "posts" DROP COLUMN "body_text";', {
      'prisma/schema.prisma': `datasource db {\n  provider = "postgresql"\n}\n\nmodel Post {\n  id   String @id\n  body String @map("body_text")\n\n  @@map("posts")\n}\n`,
    });
    const [finding] = findings(fixture, RULE);
    expect(finding?.message).toMatch(
      /^CRITICAL: this deletes all values of the column `body_text` of `posts` \(model `Post`\)\. /,
    );
    const [related] = finding?.related ?? [];
    expect(related && fixture.engine.text(related.file)?.slice(related.start, related.end)).toBe('body');
  });
});

describe('is silent about', () => {
  it.each([
    'ALTER TABLE "Post" ADD COLUMN "note" TEXT;\nALTER TABLE "Post" DROP COLUMN "note";',
    'CREATE TABLE "New" ("id" INT);\nDROP TABLE "New";',
    'CREATE TEMPORARY TABLE "t" AS SELECT * FROM "User";\nDROP TABLE "t";',
    'CREATE TABLE "new_Comment" AS SELECT * FROM "Comment";\nDROP TABLE "Comment";\nALTER TABLE "new_Comment" RENAME TO "Comment";',
    'ALTER TABLE "Post" ADD COLUMN "body" TEXT;\nUPDATE "Post" SET "body" = "content";\nALTER TABLE "Post" DROP COLUMN "content";',
    'ALTER TABLE "Post" RENAME COLUMN "title" TO "headline";',
    'DELETE FROM "Session" WHERE "expires" < now();',
    'UPDATE "Post" SET "title" = trim("title");',
    'ALTER TABLE "Post" ALTER COLUMN "title" SET DATA TYPE VARCHAR;',
    'DROP INDEX "Post_slug_key";',
    'UPDATE "Post" SET "published" = true WHERE "content" IS NOT NULL;',
    'DELETE FROM "Session" USING "User" WHERE "Session"."userId" = "User"."id";',
    'MERGE INTO "Session" USING "User" ON "Session"."userId" = "User"."id" WHEN MATCHED THEN DELETE;',
    'MERGE INTO "Post" USING "User" ON true WHEN NOT MATCHED THEN DO NOTHING;',
    'ALTER TABLE "Session" DROP CONSTRAINT "Session_userId_fkey";\nALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT;',
    'ALTER TABLE "Post" DROP CONSTRAINT "Post_authorId_fkey";',
    '-- backend-specialist: acknowledged the comments moved to another service in May\nDROP TABLE "Comment";',
    'ALTER TABLE "Post"\n  DROP COLUMN "slug", -- backend-specialist: acknowledged made anew from the title\n  -- backend-specialist: acknowledged never filled\n  DROP COLUMN "content";',
    '/* DROP TABLE "Comment"; */ SELECT \'DROP TABLE "User"\';',
    'INSERT INTO "Remark" ("id", "text") SELECT gen_random_uuid(), "text" FROM "Comment";',
  ])('%s', async (sql) => {
    expect(await judge(sql)).toEqual([]);
  });

  it('history, unless it is asked for', async () => {
    const config = { 'backend-specialist.config.json': '{ "migrations": { "includeHistory": true } }' };
    const sql = 'DROP TABLE "Comment";';
    expect(shown(await open(sql, {}, [INIT, FILE]))).toEqual([]);
    const fixture = await open(sql, config, [INIT, FILE]);
    expect(shown(fixture)).toEqual([['dropTable', 'error', 'DROP TABLE "Comment"']]);
    expect(findings(fixture, RULE)[0]?.fixes).toEqual([]);
  });

  it('all but the newest migration where there is no version control', async () => {
    const later = 'prisma/migrations/20260301000000_later/migration.sql';
    const fixture = await openFixture({ [FILE]: 'DROP TABLE "Comment";', [later]: 'DROP TABLE "Session";' });
    expect(findings(fixture, RULE).map(({ file }) => file)).toEqual([later]);
  });

  it('other databases, and other SQL files', async () => {
    const schema = (provider: string): Record<string, string> => ({
      'prisma/schema.prisma': `datasource db {\n  provider = "${provider}"\n}\n`,
    });
    expect(await judge('DROP TABLE "Comment";', schema('sqlite'))).toEqual([]);
    const mysql = await open('DROP TABLE `Comment`;', schema('mysql'));
    expect(shown(mysql)).toEqual([]);
    expect(mysql.engine.problems()).toEqual([]);
    expect(
      await judge('SELECT 1;', {
        'prisma/migrations/20260210090000_change/down.sql': 'DROP TABLE "Comment";',
        'scripts/wipe.sql': 'DROP TABLE "Comment";',
      }),
    ).toEqual([]);
  });

  it('what a suppression names', async () => {
    expect(
      await judge(`-- backend-specialist-disable-next-line ${RULE} -- agreed\nDROP TABLE "Comment";`),
    ).toEqual([]);
  });
});

describe('the state before', () => {
  it('is that of the earlier migrations in their order, also beyond a kept state', async () => {
    const more: Record<string, string> = {};
    for (let count = 1; count <= 40; count++)
      more[`prisma/migrations/20260201${String(count).padStart(6, '0')}_m/migration.sql`] =
        `ALTER TABLE "Post" ADD COLUMN "c${count}" VARCHAR(${count});`;
    const fixture = await open(
      'ALTER TABLE "Post" ALTER COLUMN "c40" SET DATA TYPE VARCHAR(50), ALTER COLUMN "c17" SET DATA TYPE VARCHAR(3);',
      more,
      [INIT, ...Object.keys(more)],
    );
    expect(shown(fixture).at(-1)).toEqual([
      'narrowRejected',
      'error',
      'ALTER COLUMN "c17" SET DATA TYPE VARCHAR(3)',
    ]);
    fixture.engine.update([
      { file: Object.keys(more)[16] ?? '', text: 'ALTER TABLE "Post" ADD COLUMN "c17" VARCHAR(2);' },
    ]);
    expect(shown(fixture)).toEqual([]);
  });

  describe('tables, columns and types of another new migration hold nothing yet', () => {
    const earlier = 'prisma/migrations/20260205000000_earlier/migration.sql';
    const made = `CREATE TYPE "Tone" AS ENUM ('WARM', 'COLD');
CREATE TABLE "Draft" ("id" TEXT NOT NULL, "text" TEXT, "tone" "Tone");
INSERT INTO "Draft" ("id") VALUES ('example');
ALTER TABLE "Post" ADD COLUMN "note" TEXT NOT NULL DEFAULT '';
ALTER TABLE "Draft" RENAME TO "Sketch";`;
    const judgeAfter = async (first: string, sql: string, committed = [INIT]): Promise<string[]> =>
      shown(await open(sql, { [earlier]: first }, committed)).map(([message]) => message);

    it.each([
      'DROP TABLE "Sketch";',
      'ALTER TABLE "Sketch" DROP COLUMN "text";',
      'ALTER TABLE "Sketch" DROP COLUMN "text", ADD COLUMN "text" INTEGER;',
      'TRUNCATE "Sketch"; DELETE FROM "Sketch"; UPDATE "Sketch" SET "text" = \'\';',
      'ALTER TABLE "Post" DROP COLUMN "note";',
      'ALTER TABLE "Post" ALTER COLUMN "note" SET DATA TYPE VARCHAR(3);',
      'DROP TYPE "Tone" CASCADE;',
    ])('%s', async (sql) => {
      expect(await judgeAfter(made, sql)).toEqual([]);
      expect(await judgeAfter(made, sql, [INIT, earlier])).not.toEqual([]);
    });

    it.each([
      ['a copy of older rows', 'CREATE TABLE "Kept" AS SELECT * FROM "Comment";', 'DROP TABLE "Kept";'],
      [
        'older rows that were copied into it',
        'CREATE TABLE "Kept" ("id" TEXT); INSERT INTO "Kept" SELECT "id" FROM "Comment";',
        'DROP TABLE "Kept";',
      ],
      [
        'older values that were copied into it',
        'ALTER TABLE "Post" ADD COLUMN "body" TEXT; UPDATE "Post" SET "body" = "content";',
        'ALTER TABLE "Post" DROP COLUMN "body";',
      ],
      [
        'an older table under a new name',
        'ALTER TABLE "Comment" RENAME TO "Remark";',
        'DROP TABLE "Remark";',
      ],
      [
        'an older column under a new name',
        'ALTER TABLE "Post" RENAME COLUMN "content" TO "body";',
        'ALTER TABLE "Post" DROP COLUMN "body";',
      ],
    ])('but not %s', async (_, first, sql) => {
      expect(await judgeAfter(first, sql)).toHaveLength(1);
    });
  });

  it('belongs to one folder of migrations', async () => {
    const other = 'packages/other/prisma/migrations/20260102000000_init/migration.sql';
    const fixture = await open(
      'DROP TYPE "Status";',
      { [other]: `CREATE TYPE "Status" AS ENUM ('A');\nCREATE TABLE "T" ("s" "Status");` },
      [INIT, other],
    );
    expect(shown(fixture)).toEqual([]);
  });
});

const fixed = async (
  sql: string,
  recipe: string,
  nth = 0,
  more: Record<string, string> = {},
): Promise<string | undefined> => applyFix(await open(sql, more), { rule: RULE, recipe, nth })[FILE];

describe('rename-instead', () => {
  it.each<[string, string]>([
    [
      '-- AlterTable\nALTER TABLE "Post" DROP COLUMN "title",\nADD COLUMN     "headline" TEXT NOT NULL;\n',
      '-- AlterTable\nALTER TABLE "Post" RENAME COLUMN "title" TO "headline";\n',
    ],
    [
      'ALTER TABLE "Post" DROP COLUMN "content", ADD COLUMN "contentText" TEXT NOT NULL DEFAULT \'\';',
      'ALTER TABLE "Post" RENAME COLUMN "content" TO "contentText";\nALTER TABLE "Post" ALTER COLUMN "contentText" SET NOT NULL, ALTER COLUMN "contentText" SET DEFAULT \'\';',
    ],
    [
      'ALTER TABLE "Post" DROP COLUMN "published",\nADD COLUMN "isPublished" BOOLEAN,\nALTER COLUMN "slug" DROP NOT NULL;',
      'ALTER TABLE "Post" RENAME COLUMN "published" TO "isPublished";\nALTER TABLE "Post" ALTER COLUMN "isPublished" DROP NOT NULL, ALTER COLUMN "isPublished" DROP DEFAULT;\nALTER TABLE "Post" ALTER COLUMN "slug" DROP NOT NULL;',
    ],
  ])('%s', async (sql, expected) => {
    expect(await fixed(sql, 'rename-instead')).toBe(expected);
  });

  it('a table with its key and its indexes', async () => {
    const sql = `-- DropTable\nDROP TABLE "Comment";\n\n-- CreateTable\nCREATE TABLE "Remark" (\n    "id" TEXT NOT NULL,\n    "text" TEXT NOT NULL,\n    "postId" TEXT NOT NULL,\n    "authorId" TEXT NOT NULL,\n\n    CONSTRAINT "Remark_pkey" PRIMARY KEY ("id")\n);\n\n-- CreateIndex\nCREATE INDEX "Remark_postId_idx" ON "Remark"("postId");\n\n-- CreateIndex\nCREATE INDEX "Remark_text_idx" ON "Remark"("text");\n`;
    expect(await fixed(sql, 'rename-instead')).toBe(
      `-- DropTable\nALTER TABLE "Comment" RENAME TO "Remark";\nALTER TABLE "Remark" RENAME CONSTRAINT "Comment_pkey" TO "Remark_pkey";\nALTER INDEX "Comment_postId_idx" RENAME TO "Remark_postId_idx";\n\n-- CreateIndex\nCREATE INDEX "Remark_text_idx" ON "Remark"("text");\n`,
    );
  });

  it('an enum value', async () => {
    const sql = `-- AlterEnum\nBEGIN;\nCREATE TYPE "Role_new" AS ENUM ('USER', 'STAFF');\nALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;\nALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");\nALTER TYPE "Role" RENAME TO "Role_old";\nALTER TYPE "Role_new" RENAME TO "Role";\nDROP TYPE "public"."Role_old";\nALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'USER';\nCOMMIT;\n`;
    expect(await fixed(sql, 'rename-instead')).toBe(
      `-- AlterEnum\nALTER TYPE "Role" RENAME VALUE 'ADMIN' TO 'STAFF';\nALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'USER';\n`,
    );
  });

  it('is not offered where it is no plain rename', async () => {
    const offers = async (sql: string): Promise<string[]> =>
      findings(await open(sql), RULE).flatMap(({ fixes }) => fixes.map(({ recipe }) => recipe));
    expect(
      await offers(
        'ALTER TABLE "Post" DROP COLUMN "title";\nALTER TABLE "Post" ADD COLUMN "titleText" TEXT;',
      ),
    ).toEqual(['acknowledge']);
    expect(
      await offers('ALTER TABLE "Post" DROP COLUMN "title", ADD COLUMN "titleText" TEXT UNIQUE;'),
    ).toEqual(['acknowledge']);
    expect(await offers('DROP TABLE "Comment";')).toEqual(['acknowledge']);
  });
});

describe('expand-contract', () => {
  it.each<[string, string]>([
    [
      'ALTER TABLE "Post" DROP COLUMN "slug",\nADD COLUMN     "slug" INTEGER NOT NULL;',
      'ALTER TABLE "Post" ADD COLUMN "slug_new" INTEGER;\n-- Expand: "slug" stays as it is. In schema.prisma keep its field and add an optional one for "slug_new".\nUPDATE "Post" SET "slug_new" = "slug"::INTEGER WHERE "slug" ~ \'^-?[0-9]+$\';\n-- Then deploy code that reads and writes "slug_new", and look at the rows in which it is still NULL.\n-- Contract, in a later migration: drop "slug" and rename "slug_new" to "slug".',
    ],
    [
      'ALTER TABLE "Post" ALTER COLUMN "title" SET DATA TYPE VARCHAR(80), DROP CONSTRAINT "x";',
      'ALTER TABLE "Post" ADD COLUMN "title_new" VARCHAR(80), DROP CONSTRAINT "x";\n-- Expand: "title" stays as it is. In schema.prisma keep its field and add an optional one for "title_new".\nUPDATE "Post" SET "title_new" = "title"::VARCHAR(80) WHERE ("title"::VARCHAR(80))::TEXT = "title";\n-- Then deploy code that reads and writes "title_new", and look at the rows in which it is still NULL.\n-- Contract, in a later migration: drop "title" and rename "title_new" to "title".',
    ],
    [
      'ALTER TABLE "User" DROP COLUMN "name", ADD COLUMN "name" TEXT[], ADD COLUMN "name_new" TEXT;',
      'ALTER TABLE "User" ADD COLUMN "name_new2" TEXT[], ADD COLUMN "name_new" TEXT;\n-- Expand: "name" stays as it is. In schema.prisma keep its field and add an optional one for "name_new2".\nUPDATE "User" SET "name_new2" = ARRAY["name"]::TEXT[];\n-- Then deploy code that reads and writes "name_new2", and look at the rows in which it is still NULL.\n-- Contract, in a later migration: drop "name" and rename "name_new2" to "name".',
    ],
  ])('%s', async (sql, expected) => {
    expect(await fixed(sql, 'expand-contract')).toBe(expected);
  });
});

it('expand-contract leaves the copy to a person where no cast exists', async () => {
  expect(
    await fixed(
      'ALTER TABLE "Post" DROP COLUMN "published", ADD COLUMN "published" TIMESTAMP(3);',
      'expand-contract',
    ),
  ).toContain(
    '\n-- Copy the values here with an UPDATE: PostgreSQL has no cast between the two types.\n-- Then',
  );
});

describe('acknowledge', () => {
  it('puts the marker above the statement, and asks for the reason', async () => {
    const fixture = await open('-- DropTable\nDROP TABLE "Comment";\n');
    expect(applyFix(fixture, { rule: RULE, recipe: 'acknowledge' })[FILE]).toBe(
      '-- DropTable\n-- backend-specialist: acknowledged <why this data may go>\nDROP TABLE "Comment";\n',
    );
    expect(shown(fixture)).toEqual([['noReason', 'error', 'DROP TABLE "Comment"']]);
    expect(findings(fixture, RULE)[0]?.fixes).toEqual([]);
  });

  it('stays at its clause where a statement has several', async () => {
    const sql = 'ALTER TABLE "Post" DROP COLUMN "slug",\nDROP COLUMN "content";\n';
    expect(await fixed(sql, 'acknowledge', 0)).toBe(
      'ALTER TABLE "Post" DROP COLUMN "slug", -- backend-specialist: acknowledged <why this data may go>\nDROP COLUMN "content";\n',
    );
    expect(await fixed(sql, 'acknowledge', 1)).toBe(
      'ALTER TABLE "Post" DROP COLUMN "slug",\n-- backend-specialist: acknowledged <why this data may go>\nDROP COLUMN "content";\n',
    );
  });

  it('keeps the line ends of Windows', async () => {
    expect(await fixed('-- DropTable\r\nDROP TABLE "Comment";\r\n', 'acknowledge')).toBe(
      '-- DropTable\r\n-- backend-specialist: acknowledged <why this data may go>\r\nDROP TABLE "Comment";\r\n',
    );
  });
});

it('never edits a migration that has been committed since the finding was made', async () => {
  const fixture = await open('DROP TABLE "Comment";');
  const [finding] = findings(fixture, RULE);
  const [offer] = finding?.fixes ?? [];
  fixture.engine.setCommitted(new Set([INIT, FILE]));
  expect(finding && offer && fixture.engine.edits(finding, offer).ok).toBe(false);
});

it('leaves a file with broken SQL to its author', async () => {
  expect(refusal(await open('SELEC 1;\nDROP TABLE "Comment";'), { rule: RULE })).toMatch(/syntax errors/);
});

it('is no part of fix-all', async () => {
  const fixture = await open('ALTER TABLE "Post" DROP COLUMN "title", ADD COLUMN "headline" TEXT NOT NULL;');
  const result = fixture.engine.fixAll(FILE);
  const edits = result.ok ? result.changes.flatMap((change) => change.edits) : [];
  expect(applyEdits('unchanged', edits)).toBe('unchanged');
});
