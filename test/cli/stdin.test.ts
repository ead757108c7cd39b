import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { builtCli, createWorkspace, type JsonReport, writeIn } from './run.ts';

const flagged = '// backend-specialist-disable-next-line require-pagination\nexport const b = 2;\n';

/** `check` with a text on standard input. */
async function check(root: string, input: string | Uint8Array, args: string[]) {
  const child = spawn(process.execPath, [builtCli, 'check', '--no-cache', ...args], { cwd: root });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { stdout, stderr, code };
}

const report = (stdout: string) => JSON.parse(stdout) as JsonReport;

test('the text is checked as the file it is named for, which may differ on the disk or not exist', async () => {
  const root = createWorkspace({ 'lib/a.ts': 'export {};\n', 'lib/b.ts': flagged });
  for (const file of ['lib/a.ts', 'lib/new.ts', './lib/../lib/a.ts', path.join(root, 'lib/a.ts')]) {
    const { code, stdout } = await check(root, flagged, ['--stdin-filename', file, '--format=json']);
    expect(code).toBe(0);
    expect(report(stdout).findings).toMatchObject([
      { file: file.endsWith('new.ts') ? 'lib/new.ts' : 'lib/a.ts', line: 1 },
    ]);
  }
  expect(readFileSync(path.join(root, 'lib/a.ts'), 'utf8')).toBe('export {};\n');
});

test('it is checked within the workspace: guards and models of other files count', async () => {
  const root = createWorkspace({
    'package.json': '{ "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0" } }',
    'prisma/schema.prisma':
      'model User {\n id String @id\n posts Post[]\n}\nmodel Post {\n id String @id\n author User @relation(fields: [authorId], references: [id])\n authorId String\n}\n',
    'lib/db.ts':
      "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
    'auth.ts': "import NextAuth from 'next-auth';\nexport const { auth } = NextAuth({ providers: [] });\n",
    'lib/guard.ts':
      "import { auth } from '@/auth';\nexport async function who() {\n  const s = await auth();\n  if (!s?.user) throw new Error('no');\n  return s.user;\n}\n",
  });
  const action = (guard: string) =>
    `'use server';\nimport { prisma } from '@/lib/db';\nimport { who } from '@/lib/guard';\nexport async function remove() {\n  ${guard}\n  await prisma.post.deleteMany({ where: { authorId: 'a' } });\n}\n`;
  const args = ['--stdin-filename', 'lib/actions/a.ts', '--format', 'json', '--rule', 'action-auth'];
  expect(report((await check(root, action(''), args)).stdout).findings).toHaveLength(1);
  expect(report((await check(root, action('await who();'), args)).stdout).findings).toEqual([]);
});

test('--fix-dry-run shows the fix of what came in; the other writers are refused', async () => {
  const root = createWorkspace({ 'a.ts': 'export {};\n' });
  const { stdout } = await check(root, flagged, ['--stdin-filename', 'a.ts', '--fix-dry-run']);
  writeIn(root, 'a.ts', flagged);
  execFileSync('git', ['init', '-q'], { cwd: root });
  execFileSync('git', ['apply', '-'], { cwd: root, input: stdout });
  expect(readFileSync(path.join(root, 'a.ts'), 'utf8')).toBe('export const b = 2;\n');
  for (const other of ['--fix', '--write-baseline', '--staged', 'a.ts'])
    expect(await check(root, '', ['--stdin-filename', 'a.ts', other])).toMatchObject({ code: 2, stdout: '' });
});

test.each([
  ['a file outside', '../a.ts', '', 2, 'lies outside the workspace'],
  ['a binary text', 'a.ts', new Uint8Array([97, 0]), 2, 'NUL byte'],
  ['far too much', 'a.ts', ' '.repeat(2_000_000), 2, 'too large'],
  ['no name', '', '', 2, 'takes the name of a file'],
])('%s is wrong use', async (_name, file, input, code, message) => {
  const outcome = await check(createWorkspace({}), input, [`--stdin-filename=${file}`]);
  expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});

test('ignored files and foreign kinds are said not to be checked', async () => {
  const root = createWorkspace({ '.gitignore': 'gen/\n' });
  for (const file of ['gen/a.ts', 'node_modules/x/a.ts', 'photo.png']) {
    const { stdout, code } = await check(root, flagged, ['--stdin-filename', file, '--format', 'json']);
    expect(code).toBe(0);
    expect(report(stdout)).toMatchObject({ findings: [], problems: [{ file }] });
  }
});
