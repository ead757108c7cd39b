/** `backend-specialist migrations` as it is shipped, with its embedded PostgreSQL. */
import { expect, test } from 'vitest';
import { createWorkspace, git, run, writeIn } from './run.ts';

/** The embedded PostgreSQL takes seconds to start on a loaded machine. */
const patience = 120_000;

const schema = (fields: string) => `datasource db {
  provider = "postgresql"
}

model Note {
  id Int @id @default(autoincrement())
${fields}
}
`;

const init =
  'CREATE TABLE "Note" (\n  "id" SERIAL NOT NULL,\n  "text" TEXT NOT NULL,\n  CONSTRAINT "Note_pkey" PRIMARY KEY ("id")\n);\n';

function workspace(fields: string, migrations: { [name: string]: string | Uint8Array }): string {
  const root = createWorkspace({
    'package.json': '{ "dependencies": { "next": "16.0.0", "prisma": "7.0.0" } }',
    'prisma/schema.prisma': schema(fields),
    'prisma/migrations/1_init/migration.sql': init,
  });
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'chore: begin');
  return createOn(root, migrations);
}

function createOn(root: string, migrations: { [name: string]: string | Uint8Array }): string {
  for (const [name, sql] of Object.entries(migrations))
    writeIn(root, `prisma/migrations/${name}/migration.sql`, sql);
  return root;
}

interface Report {
  schemas: {
    verdict: string;
    inStep: boolean | null;
    reason: string | null;
    next: { sql: string; warnings: string[] } | null;
    migrations: { name: string; new: boolean; destructive: number; locks: number; applies: string }[];
    failure: { file: string; line: number; column: number; code: string; message: string } | null;
  }[];
}

async function status(root: string, ...args: string[]) {
  const { code, stdout, stderr } = await run(root, ['migrations', '--format', 'json', ...args]);
  // The test that reads a field fails when the shape is another.
  const { schemas } = JSON.parse(stdout) as Report;
  return { code, stderr, schemas, first: schemas[0] };
}

const applies = (report: Report['schemas'][number] | undefined) =>
  report?.migrations.map(({ name, applies: how }) => `${name} ${how}`);

test(
  'migrations that build what the schema describes',
  async () => {
    const root = workspace('  text String', {});
    const { code, first } = await status(root);
    expect(code).toBe(0);
    expect(first).toMatchObject({
      schema: 'prisma/schema.prisma',
      verdict: 'ok',
      inStep: true,
      next: null,
      failure: null,
    });
    expect(first?.migrations).toMatchObject([
      { name: '1_init', new: false, destructive: 0, locks: 0, applies: 'yes' },
    ]);
  },
  patience,
);

test(
  'a schema with changes that no migration holds: the SQL and what Prisma warns of',
  async () => {
    const root = workspace('  body String', {});
    const { code, first } = await status(root);
    expect(code).toBe(1);
    expect(first).toMatchObject({ verdict: 'failed', inStep: false });
    expect(first?.next?.sql).toContain('DROP COLUMN "text"');
    expect(first?.next?.warnings).toHaveLength(2);
    const pretty = await run(root, ['migrations']);
    expect(pretty.code).toBe(1);
    expect(pretty.stdout).toContain('has changes that no migration holds');
    expect(pretty.stdout).toContain('ADD COLUMN     "body" TEXT NOT NULL;');
  },
  patience,
);

test(
  'a migration that fails is named with its place, and those behind it are not reached',
  async () => {
    const root = workspace('  text String', {
      '2_drop': 'SELECT 1;\n  ALTER TABLE "Note" DROP COLUMN "é", DROP COLUMN "text";\n',
      '3_later': 'SELECT 1;\n',
    });
    const { code, first } = await status(root);
    expect(code).toBe(1);
    expect(applies(first)).toEqual(['1_init yes', '2_drop no', '3_later not-reached']);
    expect(first?.migrations[1]).toMatchObject({ new: true, destructive: 2 });
    expect(first?.failure).toMatchObject({
      file: 'prisma/migrations/2_drop/migration.sql',
      line: 2,
      column: 3,
      code: '42703',
    });
    const { stdout } = await run(root, ['migrations']);
    expect(stdout).toContain(
      'prisma/migrations/2_drop/migration.sql:2:3 column "é" of relation "Note" does not exist (42703)',
    );
  },
  patience,
);

test(
  'what cannot be checked here is no failure, and a new migration that destroys is one though it applies',
  async () => {
    const vector = workspace('  text String', { '2_vector': 'CREATE EXTENSION IF NOT EXISTS vector;\n' });
    expect(await status(vector)).toMatchObject({ code: 0, first: { verdict: 'unknown', inStep: null } });
    const citext = workspace('', {
      '2_drop': 'CREATE EXTENSION IF NOT EXISTS "citext";\nALTER TABLE "Note" DROP COLUMN "text";\n',
    });
    expect(await status(citext)).toMatchObject({ code: 1, first: { verdict: 'ok', inStep: true } });
  },
  patience,
);

test(
  'SQL that never ends, starts programs or cannot be read: said, and nothing hangs',
  async () => {
    const endless = await status(
      workspace('  text String', { '2_a': 'DO $$ BEGIN LOOP END LOOP; END $$;' }),
      '--timeout',
      '1',
    );
    expect(endless).toMatchObject({
      code: 0,
      first: {
        verdict: 'unknown',
        reason: expect.stringContaining('did not come to an end within 1 second'),
      },
    });
    for (const sql of [
      'COPY "Note" FROM /* a */ PROGRAM \'curl example.org\';',
      "DO $$ BEGIN EXECUTE 'COPY t TO PROGRAM ''sh'''; END $$;",
    ]) {
      const { first } = await status(workspace('  text String', { '2_a': sql }));
      expect(first?.failure?.message).toContain('it is not run');
      expect(applies(first)).toEqual(['1_init unknown', '2_a unknown']);
    }
    const binary = await status(workspace('  text String', { '2_a': new Uint8Array([83, 0, 59]) }));
    expect(binary.first?.failure?.message).toContain('cannot be read');
  },
  patience,
);

test('nothing is run when it is not wanted, and wrong options are refused', async () => {
  const root = workspace('  text String', { '2_a': 'ALTER TABLE "Note" DROP COLUMN "text";\n' });
  const { code, first } = await status(root, '--no-run');
  expect(code).toBe(1);
  expect(applies(first)).toEqual(['1_init not-run', '2_a not-run']);
  expect((await run(root, ['migrations', '--format', 'xml'])).code).toBe(2);
  expect((await run(root, ['migrations', '--timeout', '-1'])).code).toBe(2);
});

test('a workspace without a schema', async () => {
  const root = createWorkspace({ 'package.json': '{}' });
  const { code, stderr } = await run(root, ['migrations']);
  expect(code).toBe(0);
  expect(stderr).toContain('No Prisma schema for PostgreSQL');
});

test('names that a terminal would obey are shown as text', async () => {
  const root = workspace('  text String', { '2_\u001b[2J': 'SELECT 1;\n' });
  const { stdout } = await run(root, ['migrations', '--no-run']);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain(String.raw`2_\u001b[2J`);
});
