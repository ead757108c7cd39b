/** Hostile input that only a process of its own can meet: signals, closed pipes, a folder that is gone, two runs at once. */
import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { builtCli, createWorkspace, run, writeIn } from './run.ts';

const error =
  "'use server';\nimport { prisma } from '../db';\nexport async function removeAll() {\n  await prisma.note.deleteMany();\n}\n";
const shared = {
  'package.json': '{ "dependencies": { "next": "16.0.0", "prisma": "7.0.0" } }',
  'prisma/schema.prisma':
    'datasource db {\n  provider = "postgresql"\n}\n\nmodel Note {\n  id String @id\n}\n',
};
const bad = { ...shared, 'lib/actions/a.ts': error };

/** Runs a line of a shell in which `$CLI` is the command line. */
async function shell(root: string, line: string) {
  const child = spawn('bash', ['-c', line], {
    cwd: root,
    env: {
      ...process.env,
      CLI: `${process.execPath} ${builtCli}`,
      XDG_CACHE_HOME: path.join(root, '.cache-of-test'),
      NO_COLOR: '1',
    },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { stdout, stderr, code };
}

const big = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`lib/actions/a${n}.ts`, error]));

test('a reader that goes away early', async () => {
  const root = createWorkspace({ ...shared, ...big });
  const { stdout, stderr } = await shell(
    root,
    '$CLI check --format json | head -c 10; s=${PIPESTATUS[0]}; echo; echo "$s"',
  );
  // 1: findings, as without the reader.
  expect(stdout).toBe('{\n  "versi\n1\n');
  expect(stderr).toBe('');
});

test('closed streams', async () => {
  const root = createWorkspace(bad);
  expect((await shell(root, '$CLI check >&-')).code).toBe(1);
  expect(await shell(root, '$CLI check --format json 2>&-')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('no-unbounded-write'),
  });
  expect(await shell(root, '$CLI check --format json <&-')).toMatchObject({ code: 1, stderr: '' });
  expect((await shell(root, '$CLI nonsense 2>&-')).code).toBe(2);
  expect((await shell(root, '$CLI check --stdin-filename lib/b.ts <&-')).code).toBe(0);
});

test('a disk that is full', async () => {
  const root = createWorkspace(bad);
  const { code, stderr } = await shell(root, '$CLI check --format json > /dev/full');
  expect(code).toBe(3);
  expect(stderr).toContain('ENOSPC');
  expect(await shell(root, '$CLI check --output /dev/full/report')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cannot write'),
  });
});

test('standard input that is too large, binary or no UTF-8', async () => {
  const root = createWorkspace(bad);
  const asked = '$CLI check --stdin-filename lib/b.ts';
  expect(await shell(root, `head -c 9000000 /dev/zero | tr '\\0' x | ${asked}`)).toMatchObject({
    code: 2,
    stderr: 'error: standard input is too large.\n',
  });
  expect(await shell(root, `printf 'a\\0b' | ${asked}`)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('NUL'),
  });
  expect((await shell(root, `printf '\\377\\376x' | ${asked}`)).code).toBe(0);
  expect(await shell(root, `printf 'a\\0b' | $CLI commit-msg -`)).toMatchObject({ code: 2 });
});

test('pipes without a writer where a file should be: nobody waits for them', async () => {
  const root = createWorkspace(bad);
  for (const file of ['fifo.json', 'lib/b.ts', 'backend-specialist.config.json'])
    execFileSync('mkfifo', [path.join(root, file)]);
  expect(await shell(root, 'timeout 20 $CLI check --config fifo.json')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('fifo.json'),
  });
  expect((await shell(root, 'timeout 20 $CLI check')).code).toBe(1);
});

test('a folder that is gone', async () => {
  const root = createWorkspace(bad);
  mkdirSync(path.join(root, 'gone'));
  expect(await shell(root, 'cd gone && rmdir ../gone && $CLI check')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: .*folder/),
  });
  rmSync(path.join(root, 'gone'), { recursive: true, force: true });
});

test('interrupted in the middle: the shell is told, and the next run knows nothing of it', async () => {
  const root = createWorkspace({ ...shared, ...big });
  const env = { ...process.env, XDG_CACHE_HOME: path.join(root, '.cache-of-test') };
  const child = spawn(process.execPath, [builtCli, 'check', '--stats'], { cwd: root, env });
  child.stdout.resume();
  // It has begun to read.
  await once(child.stderr, 'readable').catch(() => undefined);
  child.kill('SIGINT');
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect([null, 'SIGINT']).toContain(signal);
  const { code, stdout } = await shell(root, '$CLI check --format json');
  expect(code).toBe(1);
  expect((JSON.parse(stdout) as { findings: unknown[] }).findings.length).toBeGreaterThanOrEqual(400);
});

test('many runs at once that share a cache and write the same report', async () => {
  const root = createWorkspace(bad);
  const { code } = await shell(
    root,
    'for n in 1 2 3 4; do $CLI check --format json --output report.json & done; for n in 1 2 3 4; do wait -n || s=$?; done; exit $s',
  );
  expect(code).toBe(1);
  const report = JSON.parse(await text(createReadStream(path.join(root, 'report.json')))) as {
    findings: unknown[];
  };
  expect(report.findings.length).toBeGreaterThan(0);
  expect((await shell(root, 'ls')).stdout).not.toContain('.tmp');
});

test('a cache of half a run, and one that somebody else wrote', async () => {
  const root = createWorkspace(bad);
  await shell(
    root,
    '$CLI check; for f in $(find .cache-of-test -type f); do head -c 700 $f > x; mv x $f; done',
  );
  expect((await shell(root, '$CLI check')).code).toBe(1);
  await shell(root, 'for f in $(find .cache-of-test -type f); do head -c 100000 /dev/urandom > $f; done');
  expect((await shell(root, '$CLI check')).code).toBe(1);
});

test('files that change while they are read', async () => {
  const root = createWorkspace({ ...shared, ...big });
  const checking = run(root, ['check', '--format', 'json']);
  for (let n = 0; n < 400; n++) {
    if (n % 2 === 0) rmSync(path.join(root, `lib/actions/a${n}.ts`));
    else writeIn(root, `lib/actions/a${n}.ts`, '');
  }
  const { code, stderr } = await checking;
  expect([0, 1]).toContain(code);
  expect(stderr).not.toContain('internal error');
});
