/** Models and fields. */
import { row } from './model.ts';
import type { StatementGroup } from './model.ts';

export const models: StatementGroup = {
  title: 'Models and fields',
  rows: [
    row(
      `CREATE TABLE "Tag" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "Tag_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Tag_name_key" ON "Tag"("name");`,
      {},
      { edit: 'add a model' },
    ),
    row(
      `CREATE TABLE "Note" ("id" INTEGER NOT NULL, "postId" INTEGER NOT NULL, CONSTRAINT "Note_pkey" PRIMARY KEY ("id"));

-- AddForeignKey
ALTER TABLE "Note" ADD CONSTRAINT "Note_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE RESTRICT ON UPDATE CASCADE;`,
      { lock: 'SHARE ROW EXCLUSIVE' },
      {
        edit: 'add a model that points at another',
        why: 'The new table has no rows to check, so the lock on the other one is let go at once.',
      },
    ),
    row(
      'DROP TABLE "Log";',
      { rows: 2, values: 4, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop a model', destructive: 'drop-table' },
    ),
    row(
      `ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey";

-- DropTable
DROP TABLE "User";`,
      { rows: 2, values: 18, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop a model that others point at', destructive: 'drop-table' },
    ),
    row(
      `ALTER TABLE "_LabelToPost" DROP CONSTRAINT "_LabelToPost_A_fkey";

-- DropForeignKey
ALTER TABLE "_LabelToPost" DROP CONSTRAINT "_LabelToPost_B_fkey";

-- DropTable
DROP TABLE "_LabelToPost";`,
      { rows: 1, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop a relation of many to many', destructive: 'drop-table' },
    ),
    row(
      `DROP TABLE "Log";

-- CreateTable
CREATE TABLE "AuditLog" (
    "id" INTEGER NOT NULL,
    "msg" TEXT,
    "userId" INTEGER,

    CONSTRAINT "AuditLog_pkey" PRIMARY KEY ("id")
);`,
      { rows: 2, values: 4, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'rename a model', destructive: 'rename-table' },
    ),
    row(
      `CREATE SCHEMA IF NOT EXISTS "other";

-- DropTable
DROP TABLE "public"."Log";

-- CreateTable
CREATE TABLE "other"."Log" (
    "id" INTEGER NOT NULL,
    "msg" TEXT,
    "userId" INTEGER,

    CONSTRAINT "Log_pkey" PRIMARY KEY ("id")
);`,
      { rows: 2, values: 4, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'move a model to another schema', destructive: 'rename-table' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN     "city" TEXT;',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add an optional field' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN     "roles" TEXT[] DEFAULT ARRAY[]::TEXT[];',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add a list' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN     "city" TEXT NOT NULL;',
      { fails: 'always', code: '23502' },
      { edit: 'add a required field', unsafe: 'add-required (fails)' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN     "city" TEXT NOT NULL DEFAULT \'\';',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add a required field with a default' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN     "made" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add a field with `@default(now())`' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN     "ref" UUID NOT NULL DEFAULT gen_random_uuid();',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add a field with `dbgenerated`', unsafe: 'rewrite-column' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN     "number" SERIAL NOT NULL;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add a field with `autoincrement()`', unsafe: 'rewrite-column' },
    ),
    row(
      `ALTER TABLE "User" ADD COLUMN     "handle" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");`,
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add a unique field', unsafe: 'index' },
    ),
    row(
      'ALTER TABLE "User" DROP COLUMN "name";',
      { values: 1, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop a field', destructive: 'drop-column' },
    ),
    row(
      `ALTER TABLE "User" DROP COLUMN "name",
DROP COLUMN "age";`,
      { values: 2, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop two fields', destructive: 'drop-column, drop-column' },
    ),
    row(
      `ALTER TABLE "User" DROP COLUMN "bio",
ADD COLUMN     "about" TEXT;`,
      { values: 1, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'rename an optional field', destructive: 'rename-column' },
    ),
    row(
      `ALTER TABLE "User" DROP COLUMN "email",
ADD COLUMN     "mail" TEXT NOT NULL;`,
      { fails: 'always', code: '23502' },
      { edit: 'rename a required field', destructive: 'rename-column' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "bio" SET NOT NULL;',
      { fails: 'some rows', code: '23502', lock: 'ACCESS EXCLUSIVE' },
      { edit: 'make a field required', unsafe: 'set-not-null (fails)' },
    ),
    row(
      `ALTER TABLE "User" ALTER COLUMN "bio" SET NOT NULL,
ALTER COLUMN "bio" SET DEFAULT '?';`,
      { fails: 'some rows', code: '23502', lock: 'ACCESS EXCLUSIVE' },
      { edit: 'make a field required with a default', unsafe: 'set-not-null (fails)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL;',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'make a field optional' },
    ),
    row(
      'ALTER TABLE "Post" ALTER COLUMN "views" SET DEFAULT 5;',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add or change a default' },
    ),
    row(
      'ALTER TABLE "Post" ALTER COLUMN "note" DROP DEFAULT;',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop a default' },
    ),
    row(
      `CREATE SEQUENCE log_id_seq;
ALTER TABLE "Log" ALTER COLUMN "id" SET DEFAULT nextval('log_id_seq');
ALTER SEQUENCE log_id_seq OWNED BY "Log"."id";`,
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add `autoincrement()`' },
    ),
    row(
      `ALTER TABLE "User" ALTER COLUMN "id" DROP DEFAULT;
DROP SEQUENCE "User_id_seq";`,
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop `autoincrement()`' },
    ),
  ],
};
