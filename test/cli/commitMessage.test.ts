/** The hook as git runs it, on real repositories. */
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { builtCli, createWorkspace, git, run, writeIn } from './run.ts';

const schema = (fields: string) => `model Post {\n  id String @id\n${fields}}\n`;

function repository(files: { [file: string]: string }): string {
  const root = createWorkspace({ 'prisma/schema.prisma': schema('  title String\n'), ...files });
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'chore: begin');
  return root;
}

test('--suggest says what the index holds, not what the working tree does; also below the root and in JSON', async () => {
  const root = repository({ 'web/.keep': '' });
  writeIn(root, 'prisma/schema.prisma', schema('  title String\n  slug String\n'));
  expect(await run(root, ['commit-msg', '--suggest'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'Nothing is staged: git add what the commit is to hold.\n',
  });
  git(root, 'add', '.');
  writeIn(root, 'prisma/schema.prisma', schema(''));
  const found = await run(path.join(root, 'web'), ['commit-msg', '--suggest']);
  expect(found).toEqual({ code: 0, stdout: 'db: add Post.slug\n', stderr: '' });
  const { stdout } = await run(root, ['commit-msg', '--suggest', '--format=json']);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    message: 'db: add Post.slug',
    type: 'db',
    scope: null,
    breaking: false,
  });
});

test('as a hook: git makes no commit that hides what it destroys, and makes one that says so', async () => {
  const before = 'CREATE TABLE "Post" ("id" TEXT PRIMARY KEY, "title" TEXT);\n';
  const root = repository({ 'prisma/migrations/1_a/migration.sql': before });
  writeIn(
    root,
    '.git/hooks/commit-msg',
    `#!/bin/sh\nexec "${process.execPath}" "${builtCli}" commit-msg "$1"\n`,
  );
  chmodSync(path.join(root, '.git/hooks/commit-msg'), 0o755);
  writeIn(root, 'prisma/migrations/2_b/migration.sql', 'ALTER TABLE "Post" DROP COLUMN "title";\n');
  writeIn(root, 'prisma/schema.prisma', schema(''));
  git(root, 'add', '.');
  expect(() => git(root, 'commit', '-m', 'db: tidy up')).toThrow(
    /CRITICAL: this commit destroys all values of the column `title` of `Post`[^]*db!: drop Post\.title/,
  );
  expect(() => git(root, 'commit', '-m', 'tidy up')).toThrow('not conventional');
  const { stdout } = await run(root, ['commit-msg', '--suggest']);
  git(root, 'commit', '-qm', stdout);
  expect(git(root, 'log', '-1', '--format=%B').trim()).toBe(stdout.trim());
  expect(stdout).toContain('BREAKING CHANGE: destroys all values of the column `title` of `Post`.');
});

test('the first commit of a repository, and one of binary and removed files', async () => {
  const root = createWorkspace({
    'app/api/x/route.ts': 'export function GET() {}\n',
    'logo.png': new Uint8Array([0, 1]),
  });
  git(root, 'init', '-q');
  git(root, 'add', '.');
  expect((await run(root, ['commit-msg', '--suggest'])).stdout).toBe('feat(api): add GET /api/x\n');
  git(root, 'commit', '-qm', 'feat: x');
  git(root, 'rm', '-q', '-r', '.');
  expect((await run(root, ['commit-msg', '--suggest'])).stdout).toBe(
    'refactor(backend): remove GET /api/x\n',
  );
});

test("a project's commitlint configuration is followed, and one that has to be run is not run", async () => {
  const root = repository({
    'package.json': '{}',
    '.commitlintrc.yml': 'extends: ["@commitlint/config-conventional"]\n',
    message: 'db: add a slug\n',
  });
  writeIn(root, 'prisma/schema.prisma', schema('  title String\n  slug String\n'));
  git(root, 'add', 'prisma');
  expect((await run(root, ['commit-msg', '--suggest'])).stdout).toBe('feat(db): add Post.slug\n');
  expect((await run(root, ['commit-msg', 'message'])).stderr).toContain('Unknown type "db"');
  git(root, 'rm', '-q', '.commitlintrc.yml');
  writeIn(
    root,
    'commitlint.config.js',
    "require('node:fs').writeFileSync('ran', ''); module.exports = make();\n",
  );
  const { code, stderr } = await run(root, ['commit-msg', 'message']);
  expect(code).toBe(0);
  expect(stderr).toContain('commitlint.config.js');
  expect(git(root, 'status', '--porcelain', 'ran')).toBe('');
});

test.each([
  [['commit-msg'], 'which message?'],
  [['commit-msg', 'no-such-file'], 'cannot read the message'],
  [['commit-msg', 'binary'], 'NUL byte'],
  [['commit-msg', '.'], 'cannot read the message'],
  [['commit-msg', 'huge'], 'too large'],
  [['commit-msg', '--suggest', 'message'], 'takes no file'],
  [['commit-msg', '--suggest'], 'not inside a git repository'],
  [['commit-msg', 'message', '--format=xml'], 'unknown format'],
])('2 for %j', async (args, message) => {
  const root = createWorkspace({
    message: 'fix: x',
    binary: new Uint8Array([97, 0]),
    huge: 'x'.repeat(1_100_000),
  });
  const { code, stdout, stderr } = await run(root, args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('outside of a repository the form is checked alone; in JSON with places', async () => {
  const root = createWorkspace({ good: 'feat(actions): x\n', bad: '# c\nfeet: x\u001b[2J\n' });
  expect(await run(root, ['commit-msg', 'good'])).toEqual({ code: 0, stdout: '', stderr: '' });
  const { code, stdout } = await run(root, ['commit-msg', 'bad', '--format=json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [{ rule: 'commit-message', severity: 'error', line: 2, column: 1, endColumn: 5 }],
    suggestion: null,
  });
  expect((await run(root, ['commit-msg', 'bad'])).stderr).not.toContain('\u001b');
});
