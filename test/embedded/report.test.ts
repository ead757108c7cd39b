/** The status as a document: what comes from a workspace has no meaning in it. */
import { expect, test } from 'vitest';
import type { MigrationStatus } from '../../src/embedded/status.ts';
import { renderMigrationsMarkdown } from '../../src/report/migrations.ts';

const hostile = '](command:evil) | <img src=x> ```\n# heading';

const status = (more: Partial<MigrationStatus>): MigrationStatus => ({
  schema: 'prisma/schema.prisma',
  folder: 'prisma/migrations',
  migrations: [
    { name: hostile, file: 'a.sql', isNew: true, destructive: 1, acknowledged: 1, locks: 2, applies: 'no' },
  ],
  step: { state: 'in-step' },
  verdict: 'ok',
  ...more,
});

test('names and messages are text', () => {
  const text = renderMigrationsMarkdown(
    [status({ failure: { file: hostile, message: hostile, code: '42P01' } })],
    () => 'file:///a.sql',
  );
  expect(text).not.toMatch(/(?<!\\)\]\(command/);
  expect(text).not.toMatch(/(?<!\\)<img/);
  expect(text).not.toMatch(/^# heading/m);
  // The table still has its five columns.
  const row = text.split('\n').find((line) => line.startsWith('| ['));
  expect(row?.match(/(?<!\\)\|/g)).toHaveLength(6);
});

test('SQL stays in its block whatever fences it holds', () => {
  const sql = 'SELECT 1; -- ````\n# no heading';
  const text = renderMigrationsMarkdown(
    [status({ step: { state: 'behind', sql, warnings: ['drop `a`'] }, verdict: 'failed' })],
    () => undefined,
  );
  expect(text).toContain(`\`\`\`\`\`sql\n${sql}\n\`\`\`\`\``);
  expect(text).toContain('- **drop \\`a\\`**');
});

test('a workspace without schemas says so', () => {
  expect(renderMigrationsMarkdown([], () => undefined)).toContain('No Prisma schema');
});
