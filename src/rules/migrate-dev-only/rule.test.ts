import { describe, expect, it } from 'vitest';
import { applyFix, findings, messageId, openFixture, requestFix } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';

const RULE = 'migrate-dev-only';

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE).map(
    (finding) =>
      `${messageId(finding)} ${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}»`,
  );

const judge = async (file: string, text: string, more: Record<string, string> = {}): Promise<string[]> =>
  shown(await openFixture({ [file]: text, ...more }));

const CHILD = `import { execSync, spawn } from 'node:child_process';\n`;
const SQL = {
  'scripts/tables.sql': 'SELECT 1;\nCREATE TABLE "Tag" ("id" TEXT NOT NULL);\n',
  'scripts/rows.sql': `INSERT INTO "Tag" VALUES ('a');\n`,
  'prisma/extensions.sql': 'CREATE EXTENSION IF NOT EXISTS citext;\n',
};

describe('reports', () => {
  it.each<[string, string, string[]]>([
    ['package.json', '{ "scripts": { "push": "prisma db push" } }', ['push warning «db push»']],
    [
      'package.json',
      '{ "scripts": { "a": "dotenv-flow -e .env -- prisma db push --schema=./prisma" } }',
      ['push warning «db push»'],
    ],
    [
      'package.json',
      '{ "scripts": { "seed": "npx prisma db push && tsx prisma/seed.ts" } }',
      ['push warning «db push»'],
    ],
    [
      'package.json',
      '{ "scripts": { "build": "prisma db push && next build", "test-all": "npm run build" } }',
      ['push warning «db push»'],
    ],
    [
      'scripts/x.sh',
      'npx prisma migrate dev --name init || npx prisma db push\n',
      ['push warning «db push»'],
    ],
    ['scripts/x.sh', 'prisma db execute --file missing.sql\n', ['execute warning «db execute»']],
    [
      'scripts/x.sh',
      'npx prisma migrate diff --from-empty --to-schema x --script | npx prisma db execute --stdin\n',
      ['execute warning «db execute»'],
    ],
    ['scripts/x.sh', 'prisma db execute --file scripts/tables.sql\n', ['execute warning «db execute»']],
    ['scripts/x.sh', 'psql "$DATABASE_URL" -f scripts/tables.sql\n', ['psql warning «scripts/tables.sql»']],
    ['scripts/x.sh', 'psql --file=tables.sql\n', ['psql warning «--file=tables.sql»']],
    ['scripts/x.sh', 'psql shop < ./tables.sql\n', ['psql warning «./tables.sql»']],
    [
      'scripts/x.sh',
      `psql -c 'ALTER TABLE "Post" ADD COLUMN "x" TEXT'\n`,
      [`psql warning «'ALTER TABLE "Post" ADD COLUMN "x" TEXT'»`],
    ],
    [
      'scripts/x.sh',
      'psql shop <<SQL\nCREATE INDEX i ON t(a);\nSQL\n',
      ['psql warning «CREATE INDEX i ON t(a);\n»'],
    ],
    [
      'scripts/x.sh',
      'psql -f prisma/migrations/20260101000000_init/migration.sql\n',
      ['migration warning «prisma/migrations/20260101000000_init/migration.sql»'],
    ],
    ['Dockerfile', 'FROM node\nCMD ["npx", "prisma", "db", "push"]\n', ['push warning «db", "push»']],
    [
      'compose.yaml',
      'services:\n  web:\n    command: sh -c "npx prisma db push && next start"\n',
      ['push warning «db push»'],
    ],
    [
      '.github/workflows/x.yml',
      'jobs:\n  a:\n    steps:\n      - run: npx prisma db push\n',
      ['push warning «db push»'],
    ],
    ['Makefile', 'schema:\n\tnpx prisma db push\n', ['push warning «db push»']],
    ['AGENTS.md', '```bash\nnpx prisma db push   # after each change\n```\n', ['push warning «db push»']],
    ['scripts/x.ts', `${CHILD}execSync('npx prisma db push');\n`, ['push warning «db push»']],
    ['scripts/x.ts', `${CHILD}spawn('npx', ['prisma', 'db', 'push']);\n`, [`push warning «db', 'push»`]],
    ['e2e/setup.ts', `${CHILD}execSync('npx prisma db push');\n`, ['push info «db push»']],
  ])('%s: %s', async (file, text, expected) => {
    expect(await judge(file, text, SQL)).toEqual(expected);
  });

  it('where the statement stands', async () => {
    const fixture = await openFixture({ 'scripts/x.sh': 'psql -f tables.sql\n', ...SQL });
    const [finding] = findings(fixture, RULE);
    expect(finding?.message).toContain('a table is made in `scripts/tables.sql`');
    expect(finding?.related).toHaveLength(1);
  });

  it('a migration that is run by hand', async () => {
    const fixture = await openFixture({
      'scripts/x.sh': 'psql < prisma/migrations/20260101000000_init/migration.sql\n',
    });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['migration']);
  });
});

describe('is silent about', () => {
  it.each<[string, string]>([
    [
      'package.json',
      '{ "scripts": { "migrate": "prisma migrate dev", "deploy": "prisma migrate deploy && prisma migrate status" } }',
    ],
    [
      'package.json',
      '{ "scripts": { "push:test": "prisma db push", "test:db": "dotenv -e .env.test -- prisma db push" } }',
    ],
    [
      'package.json',
      '{ "scripts": { "push": "prisma db push", "e2e": "dotenv -e .env.e2e -- npm run push" } }',
    ],
    ['scripts/x.sh', 'DATABASE_URL=postgres://localhost/shop_test npx prisma db push\n'],
    // That one is told of by no-destructive-command.
    [
      'scripts/x.sh',
      'npx prisma db push --force-reset\nnpx prisma db push --accept-data-loss\npsql -c "DROP TABLE a"\n',
    ],
    ['scripts/x.sh', 'psql -f scripts/rows.sql\npsql < rows.sql\npsql -f missing.sql\npsql -f "$FILE"\n'],
    ['scripts/x.sh', 'prisma db execute --file prisma/extensions.sql\n'],
    [
      'scripts/x.sh',
      `psql -c 'SELECT 1'\npsql -c 'CREATE DATABASE shop'\npsql -c "CREATE ROLE app"\npsql -c 'CREATE TEMP TABLE t (a int)'\n`,
    ],
    [
      'scripts/x.sh',
      'prisma db pull\nprisma db seed\nprisma generate\nprisma migrate diff --exit-code\nprisma migrate resolve --applied x\n',
    ],
    ['scripts/x.sh', 'echo "prisma db push"\n# prisma db push\ngit commit -m "prisma db push"\n'],
    ['.agents/skills/prisma/SKILL.md', '```bash\nprisma db push\n```\n'],
    ['README.md', '```bash\nprisma db push\n```\n'],
    ['AGENTS.md', 'Never run `prisma db push`.\n'],
    ['scripts/x.ts', `${CHILD}console.info('npx prisma db push');\nexecSync('npx prisma migrate deploy');\n`],
    ['scripts/x.ts', `import { execSync } from './mine';\nexecSync('npx prisma db push');\n`],
    [
      'scripts/x.ts',
      `${CHILD}execSync('npx prisma db push', { env: { ...process.env, DATABASE_URL: process.env.TEST_DATABASE_URL } });\n`,
    ],
    ['app/page.tsx', `export default function Page() {\n  return <p>npx prisma db push</p>;\n}\n`],
  ])('%s: %s', async (file, text) => {
    expect(await judge(file, text, SQL)).toEqual([]);
  });

  it('MongoDB', async () => {
    const schema = { 'prisma/schema.prisma': 'datasource db {\n  provider = "mongodb"\n}\n' };
    expect(await judge('scripts/x.sh', 'npx prisma db push\n', schema)).toEqual([]);
  });
});

describe('use-migrate', () => {
  it.each<[string, string, string]>([
    [
      'package.json',
      '{ "scripts": { "db:push": "dotenv -- prisma db push --skip-generate && echo \\"done\\"" } }',
      '{ "scripts": { "db:push": "dotenv -- prisma migrate dev && echo \\"done\\"" } }',
    ],
    [
      'package.json',
      '{ "scripts": { "build": "prisma db push && next build" } }',
      '{ "scripts": { "build": "prisma migrate deploy && next build" } }',
    ],
    [
      'Dockerfile',
      'FROM node\nCMD ["npx", "prisma", "db", "push"]\n',
      'FROM node\nCMD ["npx", "prisma", "migrate", "deploy"]\n',
    ],
    ['scripts/x.sh', 'npx prisma db push --schema x\n', 'npx prisma migrate dev\n'],
    [
      'scripts/x.ts',
      `${CHILD}execSync("npx prisma db push");\n`,
      `${CHILD}execSync("npx prisma migrate dev");\n`,
    ],
  ])('%s: %s', async (file, text, expected) => {
    const fixture = await openFixture({ [file]: text });
    expect(applyFix(fixture, { rule: RULE })[file]).toBe(expected);
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('is not offered for SQL, and refused where a text is escaped', async () => {
    const sql = await openFixture({
      'scripts/x.sh': 'psql -f tables.sql\nprisma db execute --stdin\n',
      ...SQL,
    });
    expect(findings(sql, RULE).flatMap(({ fixes }) => fixes)).toEqual([]);
    const escaped = await openFixture({
      'scripts/x.ts': `${CHILD}execSync('echo \\'a\\' && npx prisma db push');\n`,
    });
    expect(requestFix(escaped, { rule: RULE }).result.ok).toBe(false);
  });
});
