/** SARIF reports are valid by the official schema of version 2.1.0, whatever they hold. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { createWorkspace, run } from './run.ts';

const require = createRequire(import.meta.url);
/**
 * The schema that the OASIS committee publishes, as it comes in Microsoft's package. It is in draft 4 of JSON Schema and uses nothing
 * of it that later drafts read in another way, but for the name of `id`.
 */
const {
  $schema: _draft,
  id: _id,
  ...schema
} = JSON.parse(
  readFileSync(
    path.join(path.dirname(require.resolve('@microsoft/jest-sarif')), 'schemas/sarif-2.1.0-rtm.5.json'),
    'utf8',
  ),
) as { [key: string]: unknown };
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(schema);

/** What is wrong with a report. */
function errorsIn(text: string): string[] {
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

interface Run {
  tool: { driver: { rules: { id: string; help?: { text: string; markdown: string } }[] } };
  invocations: { executionSuccessful: boolean; toolExecutionNotifications: unknown[] }[];
  results: {
    ruleId: string;
    ruleIndex: number;
    locations: unknown[];
    codeFlows?: { threadFlows: { locations: { location: { message: { text: string } } }[] }[] }[];
    suppressions?: unknown[];
    fixes?: unknown[];
  }[];
}
// The tests that read a field fail when the shape is another.
const runOf = (text: string) => (JSON.parse(text) as { runs: Run[] }).runs[0] as Run;

/** An application whose action deletes any post for anybody, and a migration that drops a table. */
const app = {
  'package.json':
    '{ "name": "shop", "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0", "zod": "4.0.0" } }',
  'prisma/schema.prisma': `generator client {
  provider = "prisma-client"
  output   = "../lib/generated/prisma"
}
datasource db {
  provider = "postgresql"
}
model User {
  id    String @id
  posts Post[]
}
model Post {
  id       String @id
  title    String
  author   User   @relation(fields: [authorId], references: [id])
  authorId String
}
`,
  'prisma/migrations/20260101000000_drop/migration.sql': 'DROP TABLE "Old";\n',
  'auth.ts': "import NextAuth from 'next-auth';\nexport const { auth } = NextAuth({ providers: [] });\n",
  'lib/db.ts':
    "import { PrismaClient } from '@/lib/generated/prisma/client';\nexport const prisma = new PrismaClient();\n",
  'lib/services/post.ts':
    "import { prisma } from '@/lib/db';\nexport const removePost = (id: string) => prisma.post.delete({ where: { id } });\n",
  'lib/actions/post [é].ts': `'use server';
import { removePost } from '@/lib/services/post';

export async function deletePost(id: string) {
  await removePost(id);
  return { success: true };
}
`,
  'broken.ts': 'export const = ;\n',
  'quiet.ts': `// backend-specialist-disable-next-line no-swallowed-error -- it may fail
export const f = async () => { try { await fetch('x'); } catch {} };
// backend-specialist-disable-line require-pagination
`,
};

test('valid with findings, fixes, code flows, problems and names that need encoding', async () => {
  const root = createWorkspace(app);
  const { stdout } = await run(root, ['check', '--format', 'sarif']);
  expect(errorsIn(stdout)).toEqual([]);
  const { tool, results, invocations } = runOf(stdout);
  const ids = tool.driver.rules.map(({ id }) => id);
  expect(results.length).toBeGreaterThan(5);
  for (const { ruleId, ruleIndex } of results) expect(ids[ruleIndex]).toBe(ruleId);
  const guard = results.find(({ ruleId }) => ruleId === 'action-auth');
  const flow = guard?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
  expect(flow.length).toBeGreaterThan(1);
  expect(flow.every(({ location }) => location.message.text !== '')).toBe(true);
  expect(results.some(({ fixes }) => fixes?.length)).toBe(true);
  // broken.ts does not parse: what it holds is not known.
  expect(invocations).toMatchObject([
    { executionSuccessful: false, toolExecutionNotifications: [{ level: 'warning' }] },
  ]);
  const { help } = tool.driver.rules.find(({ id }) => id === 'action-auth') ?? {};
  expect(help?.markdown).toContain('# action-auth');
  expect(help?.text).toMatch(/^Server Actions and route handlers/);
  expect(tool.driver.rules.find(({ id }) => id === 'webhook-signature')).not.toHaveProperty('help');
});

test('valid without a finding, and then successful', async () => {
  const { stdout } = await run(createWorkspace({ 'a.ts': 'export {};\n' }), ['check', '--format', 'sarif']);
  expect(errorsIn(stdout)).toEqual([]);
  expect(runOf(stdout)).toMatchObject({ results: [], invocations: [{ executionSuccessful: true }] });
});

test('what is silenced is listed when asked for, with who silences it and why', async () => {
  const root = createWorkspace({ 'quiet.ts': app['quiet.ts'], 'b.ts': app['quiet.ts'].split('\n')[2] ?? '' });
  await run(root, ['check', 'b.ts', '--write-baseline']);
  const args = ['check', '--format', 'sarif', '--baseline', 'backend-specialist.baseline.json'];
  expect(runOf((await run(root, args)).stdout).results).toHaveLength(1);
  const { stdout } = await run(root, [...args, '--report-suppressed']);
  expect(errorsIn(stdout)).toEqual([]);
  expect(runOf(stdout).results).toMatchObject([
    { ruleId: 'unused-suppression', suppressions: [{ kind: 'external', status: 'accepted' }] },
    { ruleId: 'no-swallowed-error', suppressions: [{ kind: 'inSource', justification: 'it may fail' }] },
    { ruleId: 'unused-suppression' },
  ]);
});

test('the schema refuses what is no report', () => {
  expect(errorsIn('{ "version": "2.1.0", "runs": [{ "results": [{ "level": "fatal" }] }] }')).not.toEqual([]);
});
