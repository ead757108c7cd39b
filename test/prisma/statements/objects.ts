/** Views, functions, rights, upkeep. */
import { row } from './model.ts';
import type { StatementGroup } from './model.ts';

export const objects: StatementGroup = {
  title: 'Views, functions, rights, upkeep',
  rows: [
    row('CREATE VIEW "Recent" AS SELECT "id", "email" FROM "User";', { lock: 'ACCESS SHARE' }),
    row(
      'CREATE OR REPLACE VIEW "Recent" AS SELECT "id", "bio", "email" FROM "User";',
      { lock: 'ACCESS SHARE' },
      { setup: 'CREATE VIEW "Recent" AS SELECT "id", "bio" FROM "User";' },
    ),
    row('DROP VIEW "Recent";', {}, { setup: 'CREATE VIEW "Recent" AS SELECT "id", "bio" FROM "User";' }),
    row('CREATE MATERIALIZED VIEW "Totals" AS SELECT count(*) AS n FROM "Post";', { lock: 'ACCESS SHARE' }),
    row(
      'REFRESH MATERIALIZED VIEW "Totals";',
      { lock: 'ACCESS EXCLUSIVE' },
      {
        setup:
          'CREATE MATERIALIZED VIEW "Totals" AS SELECT count(*) AS n FROM "Post"; CREATE UNIQUE INDEX "Totals_n" ON "Totals"("n");',
      },
    ),
    row(
      'DROP MATERIALIZED VIEW "Totals";',
      { lock: 'ACCESS EXCLUSIVE' },
      {
        setup:
          'CREATE MATERIALIZED VIEW "Totals" AS SELECT count(*) AS n FROM "Post"; CREATE UNIQUE INDEX "Totals_n" ON "Totals"("n");',
      },
    ),
    row("CREATE FUNCTION one() RETURNS INTEGER LANGUAGE sql AS 'SELECT 1';", {}),
    row('CREATE FUNCTION wipe() RETURNS VOID LANGUAGE sql AS \'DELETE FROM "Log"\';', {
      lock: 'ROW EXCLUSIVE',
    }),
    row(
      'CREATE TRIGGER "Log_same" BEFORE UPDATE ON "Log" FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();',
      { lock: 'SHARE ROW EXCLUSIVE' },
    ),
    row('ALTER TABLE "Log" DISABLE TRIGGER ALL;', { lock: 'SHARE ROW EXCLUSIVE' }),
    row('ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;', { lock: 'ACCESS EXCLUSIVE' }),
    row('CREATE POLICY "own" ON "Log" USING ("userId" = 1);', { lock: 'ACCESS EXCLUSIVE' }),
    row('GRANT SELECT ON "Log" TO PUBLIC;', { lock: 'ACCESS SHARE' }),
    row('REVOKE ALL ON "Log" FROM PUBLIC;', { lock: 'ACCESS SHARE' }),
    row('COMMENT ON COLUMN "User"."name" IS \'as on the card\';', { lock: 'SHARE UPDATE EXCLUSIVE' }),
    row('CREATE SCHEMA "other";', {}),
    row('CREATE EXTENSION IF NOT EXISTS "plpgsql";', {}, { edit: 'add an extension' }),
    row('CREATE SEQUENCE "Log_id_seq" OWNED BY "Log"."id";', { lock: 'ACCESS SHARE' }),
    row(
      'DROP SEQUENCE "User_id_seq";',
      { fails: 'always', code: '2BP01' },
      { why: 'Refused while a default counts by it, with rows or without: `migrate dev` meets it first.' },
    ),
    row('DROP SEQUENCE "User_id_seq" CASCADE;', { lock: 'ACCESS EXCLUSIVE' }),
    row(
      'CLUSTER "Post" USING "Post_pkey";',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'maintenance' },
    ),
    row(
      'VACUUM FULL "Post";',
      { rewritten: true, lock: 'ACCESS EXCLUSIVE' },
      { unsafe: 'maintenance', alone: true },
    ),
    row('VACUUM "Post";', { lock: 'SHARE UPDATE EXCLUSIVE' }, { alone: true }),
    row('ANALYZE "Post";', { lock: 'SHARE UPDATE EXCLUSIVE' }),
    row('REINDEX TABLE "Post";', { lock: 'SHARE' }, { unsafe: 'maintenance' }),
    row('REINDEX TABLE CONCURRENTLY "Post";', { lock: 'SHARE UPDATE EXCLUSIVE' }, { alone: true }),
    row(
      'LOCK TABLE "Post";',
      { lock: 'ACCESS EXCLUSIVE' },
      { why: 'Held until the transaction ends; what takes long in it is told of by itself.' },
    ),
    row("SET lock_timeout = '2s';", {}),
  ],
};
