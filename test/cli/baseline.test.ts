import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createWorkspace, run, runJson, writeIn } from './run.ts';

const flagged = '// backend-specialist-disable-next-line require-pagination\nexport const b = 2;\n';
const severe = ['--rule', 'unused-suppression=error'];
const file = 'backend-specialist.baseline.json';

interface Baseline {
  version: number;
  findings: { rule: string; file: string; fingerprint: string }[];
}
const read = (root: string, name = file) =>
  JSON.parse(readFileSync(path.join(root, name), 'utf8')) as Baseline;

test('what is in the baseline is not reported, and survives moved lines; what is new is', async () => {
  const root = createWorkspace({ 'a.ts': flagged, 'b.ts': flagged });
  const written = await run(root, ['check', '--write-baseline', ...severe]);
  expect(written).toMatchObject({ code: 0, stderr: `Wrote 2 findings to ${file}.\n` });
  expect(written.stdout).toMatch(/^✔ No findings, 2 in the baseline \(/);
  expect(read(root)).toEqual({
    version: 1,
    findings: ['a.ts', 'b.ts'].map((name) => ({
      rule: 'unused-suppression',
      file: name,
      fingerprint: expect.any(String),
    })),
  });
  writeIn(root, 'a.ts', `export const before = 1;\n\n\n${flagged}`);
  writeIn(root, 'c.ts', flagged);
  const { code, report } = await runJson(root, ['--baseline', file, ...severe]);
  expect(code).toBe(1);
  expect(report.findings.map((finding) => finding.file)).toEqual(['c.ts']);
  expect(report.summary).toMatchObject({ errors: 1, baselined: 2 });
});

test('--baseline alone means the file that --write-baseline makes', async () => {
  const root = createWorkspace({ 'a.ts': flagged });
  await run(root, ['check', '--write-baseline', ...severe]);
  expect(await run(root, ['check', '--baseline', ...severe])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^✔ No findings, 1 in the baseline \(/),
  });
  expect((await run(root, ['check', ...severe, '--baseline'])).code).toBe(0);
});

test('fingerprints tell equal code of two functions apart, and survive reformatting', async () => {
  const swallow = (name: string) =>
    `export async function ${name}() {\n  try {\n    await fetch('x');\n  } catch {}\n}\n`;
  const root = createWorkspace({ 'a.ts': swallow('one') + swallow('two') });
  const fingerprints = async () =>
    (await runJson(root, ['--rule', 'no-swallowed-error'])).report.findings.map(
      ({ fingerprint }) => fingerprint,
    );
  const [one, two] = await fingerprints();
  expect(one).not.toBe(two);
  writeIn(root, 'a.ts', `\n\n${swallow('two').replaceAll('  ', '\t')}`);
  expect(await fingerprints()).toEqual([two]);
  // A comment that silences the first of two equal ones leaves the second as it was.
  const twice = (comment: string) =>
    `export async function one() {\n  try {\n    await fetch('x');\n  ${comment}\n  } catch {}\n  try {\n    await fetch('x');\n  } catch {}\n}\n`;
  writeIn(root, 'a.ts', twice(''));
  const [, second] = await fingerprints();
  writeIn(root, 'a.ts', twice('// backend-specialist-disable-next-line no-swallowed-error'));
  expect(await fingerprints()).toEqual([second]);
});

test('what could not be looked at keeps its entries', async () => {
  const root = createWorkspace({ 'a.ts': flagged, 'b.ts': flagged });
  await run(root, ['check', '--write-baseline']);
  writeIn(root, 'a.ts', new Uint8Array([0x61, 0]));
  await run(root, ['check', '--write-baseline']);
  expect(read(root).findings.map((entry) => entry.file)).toEqual(['a.ts', 'b.ts']);
});

test('a second equal finding in the same file is new', async () => {
  const root = createWorkspace({ 'a.ts': flagged });
  await run(root, ['check', '--write-baseline']);
  writeIn(root, 'a.ts', `${flagged}${flagged.replace('b = 2', 'c = 3')}`);
  const { report } = await runJson(root, ['--baseline', file]);
  expect(report.findings).toMatchObject([{ line: 3 }]);
});

test('writing anew keeps what was not looked at, forgets what is fixed and what is gone; same bytes', async () => {
  const root = createWorkspace({ 'lib/a.ts': flagged, 'lib/b.ts': flagged, 'app/c.ts': flagged });
  await run(root, ['check', '--write-baseline', '--baseline', 'ci.json']);
  const before = readFileSync(path.join(root, 'ci.json'), 'utf8');
  await run(root, ['check', 'lib', '--write-baseline', '--baseline=ci.json']);
  expect(readFileSync(path.join(root, 'ci.json'), 'utf8')).toBe(before);
  await run(root, ['check', '--rule', 'action-auth', '--write-baseline', '--baseline=ci.json']);
  expect(readFileSync(path.join(root, 'ci.json'), 'utf8')).toBe(before);
  writeIn(root, 'lib/a.ts', 'export {};\n');
  rmSync(path.join(root, 'app/c.ts'));
  await run(root, ['check', 'lib', '--write-baseline', '--baseline=ci.json']);
  expect(read(root, 'ci.json').findings.map((entry) => entry.file)).toEqual(['lib/b.ts']);
  writeIn(root, 'lib/b.ts', 'export {};\n');
  await run(root, ['check', '--write-baseline', '--baseline=ci.json']);
  expect(readFileSync(path.join(root, 'ci.json'), 'utf8')).toBe('{\n  "version": 1,\n  "findings": []\n}\n');
});

test.each([
  ['missing', undefined, 'no such baseline'],
  ['broken', '{ "version": 1, ', 'is not JSON'],
  ['empty', '', 'is not JSON'],
  ['of another shape', '{ "version": 1, "findings": [{ "rule": 1 }] }', 'is no baseline'],
  ['something else', '[]', 'is no baseline'],
  ['of a later version', '{ "version": 2, "findings": {} }', 'newer version'],
])('a baseline that is %s: status 2, and nothing is written', async (_name, text, message) => {
  const root = createWorkspace({ 'a.ts': flagged, ...(text === undefined ? {} : { 'base.json': text }) });
  const { code, stdout, stderr } = await run(root, ['check', '--baseline', 'base.json']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(existsSync(path.join(root, file))).toBe(false);
});
