/** Enums. */
import { row } from './model.ts';
import type { StatementGroup } from './model.ts';

export const enums: StatementGroup = {
  title: 'Enums',
  rows: [
    row('ALTER TYPE "Status" ADD VALUE \'NEW\';', {}, { edit: 'add a value' }),
    row(
      `ALTER TYPE "Status" ADD VALUE 'NEW';

-- AlterTable
ALTER TABLE "Post" ALTER COLUMN "status" SET DEFAULT 'NEW';`,
      { fails: 'always', code: '55P04' },
      { edit: 'add a value that becomes the default', unsafe: 'new-value (fails) (possible)' },
    ),
    row(
      `BEGIN;
CREATE TYPE "Status_new" AS ENUM ('DRAFT', 'LIVE');
ALTER TABLE "Post" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "Post" ALTER COLUMN "status" TYPE "Status_new" USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
ALTER TYPE "Status_new" RENAME TO "Status";
DROP TYPE "public"."Status_old";
ALTER TABLE "Post" ALTER COLUMN "status" SET DEFAULT 'DRAFT';
COMMIT;`,
      { fails: 'some rows', code: '22P02', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'remove a value', destructive: 'enum-value-removed (rejected)' },
    ),
    row(
      `BEGIN;
CREATE TYPE "Status_new" AS ENUM ('DRAFT', 'LIVE', 'DELETED');
ALTER TABLE "Post" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "Post" ALTER COLUMN "status" TYPE "Status_new" USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
ALTER TYPE "Status_new" RENAME TO "Status";
DROP TYPE "public"."Status_old";
ALTER TABLE "Post" ALTER COLUMN "status" SET DEFAULT 'DRAFT';
COMMIT;`,
      { fails: 'some rows', code: '22P02', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'rename a value', destructive: 'enum-value-removed (rejected)' },
    ),
    row(
      `BEGIN;
CREATE TYPE "Status_new" AS ENUM ('DRAFT', 'NEW', 'LIVE', 'GONE');
ALTER TABLE "Post" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "Post" ALTER COLUMN "status" TYPE "Status_new" USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
ALTER TYPE "Status_new" RENAME TO "Status";
DROP TYPE "public"."Status_old";
ALTER TABLE "Post" ALTER COLUMN "status" SET DEFAULT 'DRAFT';
COMMIT;`,
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'put a value between others', unsafe: 'rewrite-type' },
    ),
    row(
      `CREATE TYPE "Tone" AS ENUM ('WARM', 'COLD');

-- AlterTable
ALTER TABLE "Post" ADD COLUMN     "tone" "Tone" NOT NULL DEFAULT 'WARM';`,
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add an enum' },
    ),
    row(
      `DROP INDEX "Post_status_idx";

-- AlterTable
ALTER TABLE "Post" DROP COLUMN "status";

-- DropEnum
DROP TYPE "Status";`,
      { values: 2, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop an enum and its field', destructive: 'drop-column' },
    ),
    row("ALTER TYPE \"Status\" ADD VALUE IF NOT EXISTS 'NEW' BEFORE 'GONE';", {}),
    row(
      'ALTER TYPE "Status" ADD VALUE \'NEW\'; UPDATE "Post" SET "status" = \'NEW\' WHERE "status" = \'LIVE\';',
      { fails: 'always', code: '55P04' },
      { unsafe: 'new-value (fails) (possible)' },
    ),
    row(
      "ALTER TYPE \"Status\" RENAME VALUE 'GONE' TO 'DELETED';",
      { values: 1 },
      { why: 'The rows keep the value under its new name.' },
    ),
    row('ALTER TYPE "Status" RENAME TO "State";', {}),
    row('DROP TYPE "Status";', { fails: 'always', code: '2BP01' }, { destructive: 'drop-type (rejected)' }),
    row('DROP TYPE "Status" CASCADE;', { values: 2, lock: 'ACCESS EXCLUSIVE' }, { destructive: 'drop-type' }),
    row('DROP TYPE "Unused";', {}, { setup: 'CREATE TYPE "Unused" AS ENUM (\'A\');' }),
  ],
};
