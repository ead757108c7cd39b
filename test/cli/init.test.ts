import { readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createWorkspace, git, run, runJson, writeIn } from './run.ts';

const app = {
  'package.json': '{ "name": "shop", "dependencies": { "next": "16.0.0" } }',
  'app/page.tsx': 'export default () => null;\n',
};
const flagged = 'export const f = async () => { try { await fetch("x"); } catch {} };\n';
const config = 'backend-specialist.config.json';
const baseline = 'backend-specialist.baseline.json';
const workflow = '.github/workflows/backend-specialist.yml';
const read = (root: string, file: string) => readFileSync(path.join(root, file), 'utf8');
/** All files but the cache and git's own. */
const filesOf = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/^(node_modules|\.git)\//.test(file))
    .toSorted();

test('--yes writes what is offered, all of it valid, and a second time nothing', async () => {
  const root = createWorkspace({ ...app, 'lib/x.ts': flagged, '.husky/pre-commit': 'npm test\n' });
  git(root, 'init', '-q');
  const { code, stdout, stderr } = await run(root, ['init', '--yes']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Found shop in .');
  for (const file of [config, baseline, workflow, '.husky/commit-msg', 'AGENTS.md'])
    expect(stdout).toContain(`Wrote ${file}: `);
  const texts = filesOf(root).map((file) => [file, read(root, file)]);
  const { report } = await runJson(root, ['--baseline', baseline]);
  expect(report.problems).toEqual([]);
  expect(report.findings).toEqual([]);
  expect(report.summary['baselined']).toBe(1);
  expect((await run(root, ['check', '--config', config])).code).toBe(0);
  const { jobs } = parse(read(root, workflow)) as { jobs: { check: { steps: { run?: string }[] } } };
  expect(jobs.check.steps.at(-1)).toEqual({
    run: `npx --yes backend-specialist@0.1.0 check --format github --baseline ${baseline}`,
  });
  expect(read(root, 'AGENTS.md')).toContain('npx backend-specialist mcp');
  const again = await run(root, ['init', '--yes']);
  expect(again.stdout).not.toMatch(/Wrote|Updated/);
  expect(filesOf(root).map((file) => [file, read(root, file)])).toEqual(texts);
});

test('without a terminal and without --yes it says what it would do and writes nothing', async () => {
  const root = createWorkspace(app);
  const { code, stdout, stderr } = await run(root, ['init']);
  expect(code).toBe(2);
  expect(stdout).toContain(`Write ${config}: `);
  expect(stdout).toContain(`${baseline} is not needed`);
  expect(stdout).toContain('this is none');
  expect(stderr).toContain('--yes writes all of this');
  expect(filesOf(root)).toEqual(['app/page.tsx', 'package.json']);
});

test('what is there is kept; only our section of AGENTS.md is brought up to date', async () => {
  const root = createWorkspace({ ...app, [config]: '{ "preset": "strict" }', [workflow]: 'name: ours\n' });
  git(root, 'init', '-q');
  const before = '# Team\r\n\r\nBe kind.\r\n';
  writeIn(root, 'AGENTS.md', before);
  await run(root, ['init', '--yes']);
  expect(read(root, config)).toBe('{ "preset": "strict" }');
  expect(read(root, workflow)).toBe('name: ours\n');
  const written = read(root, 'AGENTS.md');
  expect(written.startsWith(before)).toBe(true);
  expect(written.replaceAll('\r\n', '')).not.toContain('\n');
  writeIn(root, 'AGENTS.md', `${written.replace('## Backend', '## Old')}\r\nAfter.\r\n`);
  expect((await run(root, ['init', '--yes'])).stdout).toContain('Updated AGENTS.md');
  expect(read(root, 'AGENTS.md')).toBe(`${written}\r\nAfter.\r\n`);
});

test.each([
  ['damaged markers', '# A\n<!-- backend-specialist:start -->\n', 'damaged'],
  ['bytes that are no text', new Uint8Array([1, 0, 2]), 'cannot be read'],
])('AGENTS.md with %s is left alone', async (_name, text, message) => {
  const root = createWorkspace({ ...app, 'AGENTS.md': text });
  const { code, stdout } = await run(root, ['init', '--yes']);
  expect(code).toBe(0);
  expect(stdout).toContain(message);
  expect(readFileSync(path.join(root, 'AGENTS.md'))).toEqual(Buffer.from(text));
});

test('a link to CLAUDE.md stays a link, and one that leads out of the workspace is not followed', async () => {
  const root = createWorkspace({ ...app, 'CLAUDE.md': '# A\n' });
  symlinkSync('CLAUDE.md', path.join(root, 'AGENTS.md'));
  await run(root, ['init', '--yes']);
  expect(realpathSync(path.join(root, 'AGENTS.md'))).toBe(path.join(root, 'CLAUDE.md'));
  expect(read(root, 'CLAUDE.md')).toContain('backend-specialist:start');
  const outside = createWorkspace({ 'x.md': 'private\n' });
  const other = createWorkspace(app);
  symlinkSync(path.join(outside, 'x.md'), path.join(other, 'AGENTS.md'));
  expect((await run(other, ['init', '--yes'])).stdout).toContain('outside of the workspace');
  expect(read(outside, 'x.md')).toBe('private\n');
});

test('below the root of a repository the workflow stands at its root; other CI gets a hint', async () => {
  const top = createWorkspace({
    'web "x"/package.json': app['package.json'],
    'web "x"/app/page.tsx': app['app/page.tsx'],
  });
  git(top, 'init', '-q');
  await run(path.join(top, 'web "x"'), ['init', '--yes']);
  const { jobs } = parse(read(top, workflow)) as { jobs: { check: { steps: object[] } } };
  expect(jobs.check.steps.at(-1)).toMatchObject({ 'working-directory': 'web "x"' });
  const root = createWorkspace({ ...app, '.gitlab-ci.yml': 'a: {}\n' });
  git(root, 'init', '-q');
  expect((await run(root, ['init', '--yes'])).stdout).toContain('has .gitlab-ci.yml');
});

test('without an application there is nothing to set up', async () => {
  const root = createWorkspace({ 'a.ts': 'export {};\n' });
  expect(await run(root, ['init', '--yes'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no Next.js app was found'),
  });
  expect(filesOf(root)).toEqual(['a.ts']);
});

test('names of applications cannot break the configuration or the terminal', async () => {
  const root = createWorkspace({
    ...app,
    'package.json': JSON.stringify({ name: 'a\n"rules": 1, \u001b[2J*/', dependencies: { next: '16.0.0' } }),
  });
  const { code, stdout } = await run(root, ['init', '--yes']);
  expect(code).toBe(0);
  expect(stdout).not.toContain('\u001b');
  expect((await runJson(root)).report.problems).toEqual([]);
});
