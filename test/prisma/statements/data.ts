/** Rows. */
import { row } from './model.ts';
import type { StatementGroup } from './model.ts';

export const data: StatementGroup = {
  title: 'Rows',
  rows: [
    row(
      'TRUNCATE "Post" CASCADE;',
      { rows: 3, values: 12, lock: 'ACCESS EXCLUSIVE' },
      { destructive: 'truncate' },
    ),
    row('TRUNCATE "Log";', { rows: 2, values: 4, lock: 'ACCESS EXCLUSIVE' }, { destructive: 'truncate' }),
    row(
      'TRUNCATE "User";',
      { fails: 'always', code: '0A000' },
      {
        destructive: 'truncate',
        why: 'Refused while a key of another table points at it; CASCADE empties that table too. `migrate dev` meets the refusal first.',
      },
    ),
    row(
      'TRUNCATE "User" CASCADE;',
      { rows: 5, values: 32, lock: 'ACCESS EXCLUSIVE' },
      { destructive: 'truncate' },
    ),
    row('DELETE FROM "User";', { rows: 5, values: 32, lock: 'ROW EXCLUSIVE' }, { destructive: 'delete-all' }),
    row(
      'DELETE FROM "Log" WHERE 1 = 1;',
      { rows: 2, values: 4, lock: 'ROW EXCLUSIVE' },
      { destructive: 'delete-all' },
    ),
    row(
      'DELETE FROM "Log" WHERE "id" = 302;',
      { rows: 1, values: 1, lock: 'ROW EXCLUSIVE' },
      { why: 'A condition says which rows are to go.' },
    ),
    row(
      'DELETE FROM "Log" USING "User";',
      { rows: 2, values: 4, lock: 'ROW EXCLUSIVE' },
      { destructive: 'delete-all' },
    ),
    row('DELETE FROM "Log" USING "User" WHERE "User"."id" = "Log"."userId";', { lock: 'ROW EXCLUSIVE' }),
    row(
      'UPDATE "Log" SET "msg" = \'\';',
      { values: 1, lock: 'ROW EXCLUSIVE' },
      { destructive: 'update-all' },
    ),
    row(
      'UPDATE "Log" SET "msg" = \'\' WHERE "id" = 301;',
      { values: 1, lock: 'ROW EXCLUSIVE' },
      { why: 'A condition says which values are to go.' },
    ),
    row('UPDATE "Log" SET "msg" = COALESCE("msg", \'none\');', { lock: 'ROW EXCLUSIVE' }),
    row('UPDATE "User" SET "bio" = \'none\' WHERE "bio" IS NULL;', { lock: 'ROW EXCLUSIVE' }),
    row(
      'UPDATE "User" SET "bio" = \'none\' WHERE "bio" IS NOT NULL;',
      { values: 1, lock: 'ROW EXCLUSIVE' },
      { destructive: 'update-all' },
    ),
    row(
      'WITH gone AS (DELETE FROM "Log" RETURNING 1) SELECT count(*) FROM gone;',
      { rows: 2, values: 4, lock: 'ROW EXCLUSIVE' },
      { destructive: 'delete-all' },
    ),
    row('INSERT INTO "Log" ("id", "msg") VALUES (1001, \'new\');', { lock: 'ROW EXCLUSIVE' }),
    row('INSERT INTO "Log" ("id", "msg") SELECT "id" + 1000, "title" FROM "Post";', {
      lock: 'ROW EXCLUSIVE',
    }),
    row(
      'INSERT INTO "Log" ("id", "msg") VALUES (301, \'other\') ON CONFLICT ("id") DO UPDATE SET "msg" = EXCLUDED."msg";',
      { values: 1, lock: 'ROW EXCLUSIVE' },
      { why: 'Only rows that are named can change.' },
    ),
    row(
      'MERGE INTO "Log" USING (SELECT 1) AS one ON TRUE WHEN MATCHED THEN DELETE;',
      { rows: 2, values: 4, lock: 'ROW EXCLUSIVE' },
      { destructive: 'delete-all' },
    ),
    row(
      'MERGE INTO "Log" AS l USING "User" AS u ON l."userId" = u."id" WHEN MATCHED THEN UPDATE SET "msg" = u."name";',
      { lock: 'ROW EXCLUSIVE' },
      { why: 'Only rows that the condition pairs can change.' },
    ),
    row(
      'DO $$ BEGIN DELETE FROM "Log"; END $$;',
      { rows: 2, values: 4, lock: 'ROW EXCLUSIVE' },
      { destructive: 'delete-all (possible)' },
    ),
    row(
      'DO $$ BEGIN IF EXISTS (SELECT 1 FROM "Log" WHERE "id" < 0) THEN DROP TABLE "Log"; END IF; END $$;',
      { lock: 'ACCESS SHARE' },
      { destructive: 'drop-table (possible)' },
    ),
    row(
      'DO $$ BEGIN EXECUTE \'DROP TABLE "Log"\'; END $$;',
      { rows: 2, values: 4, lock: 'ACCESS EXCLUSIVE' },
      { destructive: 'drop-table (possible)' },
    ),
    row('SELECT setval(\'"User_id_seq"\', 1000);', {}),
    row('ALTER SEQUENCE "User_id_seq" RESTART WITH 1000;', {}),
  ],
};
