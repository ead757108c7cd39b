/** Indexes, keys and relations. */
import { row } from './model.ts';
import type { StatementGroup } from './model.ts';

export const keys: StatementGroup = {
  title: 'Indexes, keys and relations',
  rows: [
    row(
      'CREATE INDEX "Post_userId_idx" ON "Post"("userId");',
      { lock: 'SHARE' },
      { edit: 'add an index', unsafe: 'index' },
    ),
    row(
      'CREATE INDEX "User_tags_idx" ON "User" USING GIN ("tags");',
      { lock: 'SHARE' },
      { edit: 'add an index of another type', unsafe: 'index' },
    ),
    row(
      'CREATE UNIQUE INDEX "User_name_key" ON "User"("name");',
      { fails: 'some rows', code: '23505', lock: 'SHARE' },
      { edit: 'add a unique key', unsafe: 'index (fails)' },
    ),
    row(
      'CREATE UNIQUE INDEX "User_id_name_key" ON "User"("id", "name");',
      { lock: 'SHARE' },
      { edit: 'add a unique key of several fields', unsafe: 'index' },
    ),
    row('DROP INDEX "Post_status_idx";', { lock: 'ACCESS EXCLUSIVE' }, { edit: 'drop an index' }),
    row('DROP INDEX "Post_title_key";', { lock: 'ACCESS EXCLUSIVE' }, { edit: 'drop a unique key' }),
    row('ALTER INDEX "Post_title_key" RENAME TO "post_title";', {}, { edit: 'rename an index (`map`)' }),
    row(
      'ALTER TABLE "Post" RENAME CONSTRAINT "Post_pkey" TO "post_pk";',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'rename a key (`map`)' },
    ),
    row(
      'ALTER TABLE "Post" RENAME CONSTRAINT "Post_userId_fkey" TO "post_user";',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'rename a relation’s key (`map`)' },
    ),
    row(
      `ALTER TABLE "Log" DROP CONSTRAINT "Log_pkey",
ADD CONSTRAINT "Log_pkey" PRIMARY KEY ("msg");`,
      { fails: 'some rows', code: '23502', lock: 'ACCESS EXCLUSIVE' },
      { edit: 'another primary key', unsafe: 'primary-key (fails)' },
    ),
    row(
      `ALTER TABLE "Log" DROP CONSTRAINT "Log_pkey",
ALTER COLUMN "id" SET DATA TYPE TEXT,
ADD CONSTRAINT "Log_pkey" PRIMARY KEY ("id");`,
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { edit: 'another type of the primary key', unsafe: 'rewrite-type, primary-key' },
    ),
    row(
      `ALTER TABLE "Log" DROP CONSTRAINT "Log_pkey",
DROP COLUMN "id",
ADD COLUMN     "uid" INTEGER NOT NULL,
ADD CONSTRAINT "Log_pkey" PRIMARY KEY ("uid");`,
      { fails: 'always', code: '23502' },
      { edit: 'rename the primary key’s field', destructive: 'rename-column', unsafe: 'primary-key' },
    ),
    row(
      `ALTER TABLE "Label" ADD COLUMN     "userId" INTEGER;

-- AddForeignKey
ALTER TABLE "Label" ADD CONSTRAINT "Label_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;`,
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'add a relation on a new optional field', unsafe: 'foreign-key (brief)' },
    ),
    row(
      `ALTER TABLE "Log" ADD COLUMN     "ownerId" INTEGER NOT NULL;

-- AddForeignKey
ALTER TABLE "Log" ADD CONSTRAINT "Log_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;`,
      { fails: 'always', code: '23502' },
      { edit: 'add a relation on a new required field', unsafe: 'add-required (fails), foreign-key (fails)' },
    ),
    row(
      'ALTER TABLE "Log" ADD CONSTRAINT "Log_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;',
      { fails: 'some rows', code: '23503', lock: 'SHARE ROW EXCLUSIVE' },
      { edit: 'add a relation on a field that is there', unsafe: 'foreign-key (fails)' },
    ),
    row(
      'ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey";',
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: 'drop a relation' },
    ),
    row(
      `ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey";

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;`,
      { lock: 'ACCESS EXCLUSIVE' },
      { edit: '`onDelete` from Cascade to Restrict', unsafe: 'foreign-key' },
    ),
    row(
      `ALTER TABLE "Log" DROP CONSTRAINT "Log_postId_fkey";

-- AddForeignKey
ALTER TABLE "Log" ADD CONSTRAINT "Log_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;`,
      { lock: 'ACCESS EXCLUSIVE' },
      {
        edit: '`onDelete` from Restrict to Cascade',
        destructive: 'spread-deletes (possible)',
        unsafe: 'foreign-key',
        setup:
          'ALTER TABLE "Log" ADD COLUMN "postId" INTEGER; ALTER TABLE "Log" ADD CONSTRAINT "Log_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE RESTRICT;',
      },
    ),
    row(
      'CREATE INDEX CONCURRENTLY "Post_userId_idx" ON "Post"("userId");',
      { lock: 'SHARE UPDATE EXCLUSIVE' },
      { alone: true },
    ),
    row(
      'CREATE UNIQUE INDEX CONCURRENTLY "User_name_key" ON "User"("name");',
      { fails: 'some rows', code: '23505', lock: 'SHARE UPDATE EXCLUSIVE' },
      {
        alone: true,
        why: 'Duplicates leave an invalid index behind, which blocks nobody and is dropped and built again.',
      },
    ),
    row('DROP INDEX CONCURRENTLY "Post_status_idx";', { lock: 'SHARE UPDATE EXCLUSIVE' }, { alone: true }),
    row(
      'CREATE INDEX CONCURRENTLY "Post_userId_idx" ON "Post"("userId"); SELECT 1;',
      { fails: 'always', code: '25001' },
      { unsafe: 'concurrently (fails)' },
    ),
    row('CREATE INDEX IF NOT EXISTS "Post_status_idx" ON "Post"("status");', { lock: 'SHARE' }),
    row(
      'CREATE INDEX "User_lower_idx" ON "User"(lower("email")) WHERE "age" > 1;',
      { lock: 'SHARE' },
      { unsafe: 'index' },
    ),
    row(
      'CREATE UNIQUE INDEX "User_email_name" ON "User"("name", "id");',
      { lock: 'SHARE' },
      { unsafe: 'index' },
    ),
    row(
      'ALTER TABLE "User" ADD CONSTRAINT "User_name_key" UNIQUE ("name");',
      { fails: 'some rows', code: '23505', lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'unique (fails)' },
    ),
    row(
      'ALTER TABLE "User" ADD CONSTRAINT "User_id_key" UNIQUE ("id", "name");',
      { lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'unique' },
    ),
    row(
      'ALTER TABLE "User" ADD CONSTRAINT "User_email_key" UNIQUE USING INDEX "User_email_key";',
      { lock: 'ACCESS EXCLUSIVE' },
      { setup: 'CREATE UNIQUE INDEX "User_email_key" ON "User"("email");' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN "handle" TEXT UNIQUE;',
      { lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'unique' },
    ),
    row(
      'ALTER TABLE "User" ADD COLUMN "handle" TEXT UNIQUE DEFAULT \'x\';',
      { fails: 'some rows', code: '23505', lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'unique (fails)' },
    ),
    row(
      'ALTER TABLE "Log" ADD CONSTRAINT "Log_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;',
      { lock: 'SHARE ROW EXCLUSIVE' },
    ),
    row(
      'ALTER TABLE "Log" VALIDATE CONSTRAINT "Log_userId_fkey";',
      { fails: 'some rows', code: '23503', lock: 'SHARE UPDATE EXCLUSIVE' },
      {
        setup:
          'ALTER TABLE "Log" ADD CONSTRAINT "Log_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;',
        why: 'The recipe’s own second step: rows that break the rule have to be repaired in any case.',
      },
    ),
    row(
      'ALTER TABLE "User" ADD CONSTRAINT "User_name_check" CHECK (length("name") < 9);',
      { fails: 'some rows', code: '23514', lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'check (fails)' },
    ),
    row('ALTER TABLE "User" ADD CONSTRAINT "User_name_check" CHECK (length("name") < 9) NOT VALID;', {
      lock: 'ACCESS EXCLUSIVE',
    }),
    row(
      'ALTER TABLE "User" ADD COLUMN "level" INTEGER DEFAULT 1 CHECK ("level" > 0);',
      { lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'check', why: 'PostgreSQL reads all rows for the check, though each has the same value.' },
    ),
    row(
      'ALTER TABLE "User" ADD CONSTRAINT "User_age_excl" EXCLUDE USING btree ("name" WITH =);',
      { fails: 'some rows', code: '23P01', lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'exclude (fails)' },
    ),
    row('ALTER TABLE "Post" ADD COLUMN "labelId" INTEGER REFERENCES "Label"("id");', {
      lock: 'ACCESS EXCLUSIVE',
    }),
    row(
      'ALTER TABLE "Post" ADD COLUMN "labelId" INTEGER DEFAULT 51 REFERENCES "Label"("id");',
      { fails: 'some rows', code: '23503', lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'foreign-key (fails)' },
    ),
    row(
      'ALTER TABLE "User" ALTER COLUMN "bio" SET NOT NULL;',
      { lock: 'ACCESS EXCLUSIVE' },
      {
        setup:
          'UPDATE "User" SET "bio" = \'\' WHERE "bio" IS NULL; ALTER TABLE "User" ADD CONSTRAINT "User_bio" CHECK ("bio" IS NOT NULL);',
      },
    ),
    row(
      'ALTER TABLE "User" ADD CONSTRAINT "User_bio" CHECK ("bio" IS NOT NULL) NOT VALID; ALTER TABLE "User" VALIDATE CONSTRAINT "User_bio"; ALTER TABLE "User" ALTER COLUMN "bio" SET NOT NULL;',
      { fails: 'some rows', code: '23514', lock: 'ACCESS EXCLUSIVE' },
      { why: 'The recipe’s own second step: rows that break the rule have to be repaired in any case.' },
    ),
    row(
      'ALTER TABLE "User" ADD CONSTRAINT "User_bio" CHECK ("bio" IS NOT NULL) NOT VALID; ALTER TABLE "User" ALTER COLUMN "bio" SET NOT NULL;',
      { fails: 'some rows', code: '23502', lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'set-not-null (fails)' },
    ),
    row(
      'CREATE TABLE "Tag" ("id" TEXT NOT NULL); CREATE UNIQUE INDEX "Tag_id" ON "Tag"("id"); ALTER TABLE "Tag" ADD COLUMN "x" TEXT NOT NULL;',
      {},
    ),
    row(
      'DROP TABLE "User";',
      { fails: 'always', code: '2BP01' },
      {
        destructive: 'drop-table',
        why: 'Refused while keys point at it; with them dropped first, or by CASCADE, its rows go. `migrate dev` meets the refusal first.',
      },
    ),
  ],
};
