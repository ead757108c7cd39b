/** Types. */
import { row } from './model.ts';
import type { StatementGroup } from './model.ts';

export const types: StatementGroup = {
  title: 'Types',
  rows: [
    row(
      'ALTER TABLE "User" ALTER COLUMN "email" SET DATA TYPE VARCHAR(5);',
      { fails: 'some rows', code: '22001', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`email` to `VARCHAR(5)`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE VARCHAR(5);',
      { fails: 'some rows', code: '22001', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`name` to `VARCHAR(5)`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "code" SET DATA TYPE CHAR(4);',
      { fails: 'some rows', code: '22001', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`code` to `CHAR(4)`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "big" SET DATA TYPE INTEGER;',
      { fails: 'some rows', code: '22003', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`big` to `INTEGER`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE SMALLINT;',
      { fails: 'some rows', code: '22003', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`age` to `SMALLINT`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE DECIMAL(4,1);',
      { fails: 'some rows', code: '22003', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`age` to `DECIMAL(4,1)`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE VARCHAR(3);',
      { fails: 'some rows', code: '22001', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`age` to `VARCHAR(3)`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "price" SET DATA TYPE DECIMAL(10,1);',
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`price` to `DECIMAL(10,1)`', destructive: 'narrow-type (changed)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "price" SET DATA TYPE DECIMAL(6,2);',
      { fails: 'some rows', code: '22003', rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`price` to `DECIMAL(6,2)`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "price" SET DATA TYPE INTEGER;',
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`price` to `INTEGER`', destructive: 'narrow-type (changed)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "ratio" SET DATA TYPE REAL;',
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`ratio` to `REAL`', destructive: 'narrow-type (changed)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "ratio" SET DATA TYPE INTEGER;',
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`ratio` to `INTEGER`', destructive: 'narrow-type (changed)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "big" SET DATA TYPE DOUBLE PRECISION;',
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`big` to `DOUBLE PRECISION`', destructive: 'narrow-type (changed)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "seen" SET DATA TYPE TIMESTAMP(3);',
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`seen` to `TIMESTAMP(3)`', destructive: 'narrow-type (changed)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "seen" SET DATA TYPE DATE;',
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`seen` to `DATE`', destructive: 'narrow-type (changed)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "uid" SET DATA TYPE VARCHAR(10);',
      { fails: 'always', code: '22001' },
      { edit: '`uid` to `VARCHAR(10)`', destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE VARCHAR(100);',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: '`name` to `VARCHAR(100)`' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE TEXT;',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: '`name` to `TEXT`' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "bio" SET DATA TYPE VARCHAR;',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: '`bio` to `VARCHAR`' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE BIGINT;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`age` to `BIGINT`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE TEXT;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`age` to `TEXT`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE VARCHAR(11);',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`age` to `VARCHAR(11)`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE DOUBLE PRECISION;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`age` to `DOUBLE PRECISION`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE DECIMAL(12,2);',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`age` to `DECIMAL(12,2)`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "small" SET DATA TYPE REAL;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`small` to `REAL`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "single" SET DATA TYPE DOUBLE PRECISION;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`single` to `DOUBLE PRECISION`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "price" SET DATA TYPE DECIMAL(12,2);',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: '`price` to `DECIMAL(12,2)`' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "price" SET DATA TYPE DECIMAL(12,4);',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`price` to `DECIMAL(12,4)`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "code" SET DATA TYPE TEXT;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`code` to `TEXT`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "uid" SET DATA TYPE TEXT;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`uid` to `TEXT`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "flag" SET DATA TYPE VARCHAR(5);',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`flag` to `VARCHAR(5)`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "data" SET DATA TYPE JSONB;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`data` to `JSONB`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "at" SET DATA TYPE TIMESTAMP(6);',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: '`at` to `TIMESTAMP(6)`' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "at" SET DATA TYPE TIMESTAMPTZ(3);',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`at` to `TIMESTAMPTZ(3)`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "tags" SET DATA TYPE VARCHAR[];',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: '`tags` to `VARCHAR[]`', unsafe: 'rewrite-type' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "at" SET DATA TYPE TIMESTAMPTZ;',
      { lock: 'ACCESS EXCLUSIVE' },
      {
        unsafe: 'rewrite-type (possible)',
        why: 'In a session whose time zone is UTC, as here, only the catalogue changes.',
      },
    ),
    row(
      'SET LOCAL timezone = \'Europe/Berlin\'; ALTER TABLE "User" ALTER COLUMN "at" SET DATA TYPE TIMESTAMPTZ;',
      { values: 2, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'rewrite-type (possible)', why: 'The moments stay; they are written with an offset now.' },
    ),
    row(
      'ALTER TABLE "Post" ALTER COLUMN "status" TYPE TEXT;',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'rewrite-type' },
    ),
    row(
      `ALTER TABLE "User" ALTER COLUMN "tags" DROP NOT NULL,
ALTER COLUMN "tags" SET DATA TYPE TEXT;`,
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'a list to a single value', destructive: 'narrow-type (changed)' },
    ),
    row(
      `ALTER TABLE "User" DROP COLUMN "bio",
ADD COLUMN     "bio" TEXT[];`,
      { values: 1, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'a single value to a list', destructive: 'recreate-column' },
    ),
    row(
      `ALTER TABLE "User" DROP COLUMN "bio",
ADD COLUMN     "bio" INTEGER;`,
      { values: 1, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'a text to a number', destructive: 'recreate-column' },
    ),
    row(
      `ALTER TABLE "User" DROP COLUMN "email",
ADD COLUMN     "email" INTEGER NOT NULL;`,
      { fails: 'always', code: '23502' },
      { edit: 'a required text to a number', destructive: 'recreate-column' },
    ),
    row(
      `ALTER TABLE "Post" DROP COLUMN "body",
ADD COLUMN     "body" "Status";`,
      { values: 1, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'a text to an enum', destructive: 'recreate-column' },
    ),
    row(
      `ALTER TABLE "Post" DROP COLUMN "status",
ADD COLUMN     "status" TEXT NOT NULL DEFAULT 'x';

-- CreateIndex
CREATE INDEX "Post_status_idx" ON "Post"("status");`,
      { values: 2, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'an enum to a text', destructive: 'recreate-column', unsafe: 'index' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "name" TYPE VARCHAR(5) USING "name"::varchar(5);',
      { values: 1, rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { destructive: 'narrow-type (changed)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "email" TYPE INTEGER;',
      { fails: 'always', code: '42804' },
      {
        unsafe: 'no-cast (fails)',
      },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "email" TYPE UUID USING "email"::uuid;',
      { fails: 'always', code: '22P02' },
      { destructive: 'narrow-type (rejected)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "bio" TYPE VARCHAR(9);',
      { fails: 'always', code: '0A000' },
      {
        destructive: 'narrow-type (rejected)',
        setup: 'CREATE VIEW "Recent" AS SELECT "id", "bio" FROM "User";',
        why: 'A column that a view reads keeps its type until the view is dropped.',
      },
    ),
  ],
};
