/** The process of the embedded PostgreSQL, as it is shipped, with SQL that wants to do harm. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from '../../src/embedded/postgres.ts';

const module = fileURLToPath(new URL('../../dist/postgres/main.mjs', import.meta.url));

/** A process takes seconds to start on a loaded machine. */
const patience = 120_000;

const open: EmbeddedPostgres[] = [];
afterEach(() => {
  for (const postgres of open.splice(0)) postgres.dispose();
});

interface Started {
  postgres: EmbeddedPostgres;
  /** Processes that were started. */
  pids: (number | undefined)[];
  /** Settles when all of them are gone. */
  gone(): Promise<void>;
}

function start(options: Partial<EmbeddedPostgresOptions> = {}): Started {
  const pids: (number | undefined)[] = [];
  let running = 0;
  let waiting: (() => void)[] = [];
  const postgres = new EmbeddedPostgres({
    trusted: true,
    module,
    ...options,
    onProcess(event, pid) {
      if (event === 'started') pids.push(pid);
      running += event === 'started' ? 1 : -1;
      if (running > 0) return;
      for (const settle of waiting) settle();
      waiting = [];
    },
  });
  open.push(postgres);
  return {
    postgres,
    pids,
    gone: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

const isAlive = (pid: number | undefined) => {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: there is no such process.
    return false;
  }
};

const one = (sql: string) => ({
  migrations: [{ name: '1_a', sql, statements: [{ start: 0, end: sql.length }] }],
});
const schemaOf = (model: string) => [
  { path: '/schema.prisma', content: `datasource db {\n  provider = "postgresql"\n}\n\n${model}\n` },
];

describe('a statement that never ends', () => {
  test.each([
    ['a loop', 'DO $$ BEGIN LOOP END LOOP; END $$'],
    ['a recursive query', 'WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT 1 FROM t) SELECT count(*) FROM t'],
    ['sleep', 'SELECT pg_sleep(1e6)'],
    [
      'rows without end',
      'CREATE TABLE t AS SELECT repeat(md5(random()::text), 30000) FROM generate_series(1, 1e9)',
    ],
  ])(
    '%s: the process is ended, and the next request gets a new one',
    async (_name, sql) => {
      const { postgres, pids, gone } = start({ deadlineMs: 500 });
      const outcome = await postgres.replay(one(sql));
      // The machine's own limits may be quicker than the deadline where memory is what it takes.
      expect(outcome).toMatchObject({ ok: false, why: expect.stringMatching(/^(deadline|crashed)$/) });
      await gone();
      expect(pids).toHaveLength(1);
      expect(isAlive(pids[0])).toBe(false);
    },
    patience,
  );

  test(
    'the program that waits goes on meanwhile, and can give up',
    async () => {
      const { postgres, gone } = start();
      const abort = new AbortController();
      const asked = postgres.replay(one('DO $$ BEGIN LOOP END LOOP; END $$'), {
        signal: abort.signal,
      });
      const turn = await new Promise((resolve) => setImmediate(() => resolve('free')));
      expect(turn).toBe('free');
      abort.abort();
      expect(await asked).toMatchObject({ ok: false, why: 'cancelled' });
      await gone();
      expect(await postgres.replay(one('SELECT 1'))).toMatchObject({ ok: true, answer: { applied: 1 } });
    },
    patience,
  );

  test(
    'a process whose parent cannot kill it ends by itself when it takes too much memory',
    async () => {
      const { postgres, gone } = start({ memoryLimit: 1_000_000 });
      expect(await postgres.replay(one('SELECT 1'))).toMatchObject({ ok: false, why: 'crashed' });
      await gone();
    },
    patience,
  );
});

test(
  'the files of the machine, its programs and its environment are out of reach',
  async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'backend-specialist-embedded-'));
    const target = path.join(folder, 'written');
    const refused = (statement: string) =>
      `DO $x$ BEGIN ${statement}; RAISE EXCEPTION 'it was allowed'; EXCEPTION WHEN undefined_file OR insufficient_privilege OR invalid_parameter_value OR feature_not_supported THEN NULL; END $x$;`;
    const { postgres } = start();
    const outcome = await postgres.replay(
      one(
        [
          refused("PERFORM pg_read_file('/etc/passwd')"),
          refused("PERFORM pg_ls_dir('/etc')"),
          refused("CREATE TABLE a(line text); COPY a FROM '/etc/passwd'"),
          refused(`COPY (SELECT 1) TO '${target}'`),
          // The program is not run; whether PostgreSQL notices is its own affair. `migrationStatus` doesn't let it come so far.
          `COPY (SELECT 1) TO PROGRAM 'touch ${target}';`,
          refused("LOAD '/lib/x86_64-linux-gnu/libc.so.6'"),
          refused("CREATE FUNCTION f() RETURNS int AS '/lib/x.so', 'f' LANGUAGE C"),
          refused('CREATE EXTENSION plpython3u'),
        ].join('\n'),
      ),
    );
    expect(outcome).toMatchObject({ ok: true, answer: { applied: 1 } });
    expect(existsSync(target)).toBe(false);
    rmSync(folder, { recursive: true });
  },
  patience,
);

test(
  'the process has neither our environment nor the workspace as its folder, and no rights where Node can take them',
  async () => {
    process.env['BACKEND_SPECIALIST_SECRET'] = 'hunter2';
    const { postgres, pids } = start();
    try {
      expect(await postgres.replay(one('SELECT 1'))).toMatchObject({ ok: true });
      const [pid] = pids;
      if (process.platform === 'linux') {
        expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/hunter2|PATH=|HOME=/);
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        expect(command.filter((part) => part.startsWith('--'))).toEqual([
          expect.stringMatching(/^--(experimental-)?permission$/),
          '--allow-worker',
          expect.stringMatching(/^--allow-fs-read=.*postgres\/\*$/),
          ...command.filter((part) => part.startsWith('--allow-fs-read=')).slice(1),
        ]);
      }
    } finally {
      delete process.env['BACKEND_SPECIALIST_SECRET'];
    }
  },
  patience,
);

test('without trust no process is started', async () => {
  const { postgres, pids } = start({ trusted: false });
  expect(await postgres.replay(one('SELECT 1'))).toMatchObject({ ok: false, why: 'untrusted' });
  expect(pids).toEqual([]);
});

test(
  'a process that nobody needs is ended; one that was disposed of answers no more',
  async () => {
    const { postgres, pids, gone } = start({ idleMs: 1 });
    expect(await postgres.replay(one('SELECT 1'))).toMatchObject({ ok: true });
    await gone();
    expect(isAlive(pids[0])).toBe(false);
    postgres.dispose();
    expect(await postgres.replay(one('SELECT 1'))).toMatchObject({ ok: false, why: 'cancelled' });
    expect(pids).toHaveLength(1);
  },
  patience,
);

test(
  'nothing of one request is left for the next; text that PostgreSQL would cut off is refused',
  async () => {
    const { postgres, pids } = start();
    const twice = one(
      'CREATE ROLE guest; CREATE TABLE a (id int); CREATE DATABASE other;'.replace(/CREATE DATABASE.*/, ''),
    );
    expect(await postgres.replay(twice)).toMatchObject({ ok: true, answer: { applied: 1 } });
    expect(await postgres.replay(twice)).toMatchObject({ ok: true, answer: { applied: 1 } });
    expect(await postgres.replay(one('SELECT 1;\0 DROP TABLE a;'))).toMatchObject({
      answer: { applied: 0, failure: { code: '22021' } },
    });
    expect(pids).toHaveLength(1);
  },
  patience,
);

test(
  'the next migration is what Prisma would write, with its warnings; a schema that is in step needs none',
  async () => {
    const { postgres } = start();
    const { migrations } = one(
      'CREATE TYPE "Kind" AS ENUM (\'A\', \'B\');\nCREATE TABLE "Note" ("id" SERIAL PRIMARY KEY, "kind" "Kind" NOT NULL DEFAULT \'A\', "tags" TEXT[], "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);',
    );
    const enumKind = 'enum Kind {\n  A\n  B\n}\n';
    const note = (fields: string) =>
      schemaOf(
        `${enumKind}model Note {\n  id   Int  @id @default(autoincrement())\n  kind Kind @default(A)\n  tags String[]\n${fields}\n}`,
      );
    const ask = async (fields: string) => {
      const outcome = await postgres.replay({ migrations, schema: note(fields) });
      return outcome.ok ? outcome.answer : outcome;
    };
    expect(await ask('  at DateTime @default(now())')).toMatchObject({ applied: 1, next: null });
    const dropped = await ask('  title String');
    expect(dropped).toMatchObject({ next: expect.stringContaining('You are about to drop the column `at`') });
    expect(dropped).toMatchObject({ next: expect.stringContaining('ADD COLUMN     "title" TEXT NOT NULL') });
    expect(await ask('  title Strin')).toMatchObject({ problem: expect.stringContaining('Strin') });
  },
  patience,
);

test(
  'what somebody else takes care of is left out on both sides, and may be made before the first migration',
  async () => {
    const { postgres } = start();
    const { migrations } = one(
      `CREATE TABLE "Note" ("id" SERIAL PRIMARY KEY, "by" INTEGER NOT NULL, CONSTRAINT "Note_by_fkey" FOREIGN KEY ("by") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE);
CREATE TABLE "Audit" ("id" INTEGER); CREATE TYPE "Other" AS ENUM ('A');`,
    );
    const schema = schemaOf(
      `model Person {
  id    Int    @id
  mood  Mood
  notes Note[]
}
enum Mood {
  GOOD
}
model Note {
  id     Int    @id @default(autoincrement())
  by     Int
  person Person @relation(fields: [by], references: [id])
}`,
    );
    const before = 'CREATE TABLE "Person" ("id" INTEGER PRIMARY KEY);';
    const external = { tables: ['public.Person', 'public.Audit'], enums: ['public.Mood', 'public.Other'] };
    expect(await postgres.replay({ migrations, schema, before, external })).toMatchObject({
      answer: { applied: 1, next: null },
    });
    expect(await postgres.replay({ migrations, schema, before })).toMatchObject({
      answer: { next: expect.stringContaining('DROP TABLE "Audit"') },
    });
    expect(await postgres.replay({ migrations, schema, external })).toMatchObject({
      answer: { failure: { code: '42P01' } },
    });
    expect(await postgres.replay({ migrations, before: 'CREATE TABL' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('`initShadowDb` fails: syntax error'),
    });
  },
  patience,
);

test(
  'what only works outside of a transaction is tried one statement at a time',
  async () => {
    const { postgres } = start();
    const statements = ['CREATE TABLE a (id int)', 'CREATE INDEX CONCURRENTLY i ON a (id)'];
    const sql = statements.join(';\n');
    const spans = statements.map((statement) => ({
      start: sql.indexOf(statement),
      end: sql.indexOf(statement) + statement.length,
    }));
    const migrations = [{ name: '1', sql, statements: spans }];
    expect(await postgres.replay({ migrations })).toMatchObject({ answer: { applied: 1, stepwise: [0] } });
  },
  patience,
);
