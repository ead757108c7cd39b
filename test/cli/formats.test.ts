import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createWorkspace, run, runJson } from './run.ts';

const flagged = 'export const a = 1;\n/* 👩 */ // backend-specialist-disable-line require-pagination\n';

/** A report without the numbers that may differ between two runs. */
const timeless = (text: string) => text.replace(/"(durationMs|filesFromCache)": \d+/g, '');

test('json: version 1 with exactly the fields of the contract, the same bytes each time', async () => {
  const root = createWorkspace({ 'b.ts': flagged, 'a.ts': flagged });
  const one = await run(root, ['check', '--format=json']);
  const two = await run(root, ['check', '--format=json']);
  expect(timeless(one.stdout)).toBe(timeless(two.stdout));
  const { report } = await runJson(root);
  expect(Object.keys(report)).toEqual(['version', 'root', 'summary', 'findings', 'problems']);
  expect(Object.keys(report.summary)).toEqual([
    'files',
    'filesAnalysed',
    'filesFromCache',
    'errors',
    'warnings',
    'infos',
    'hints',
    'suppressed',
    'baselined',
    'durationMs',
  ]);
  expect(report).toMatchObject({ version: 1, root, summary: { files: 2, infos: 2, errors: 0 } });
  expect(report.findings.map(({ file }) => file)).toEqual(['a.ts', 'b.ts']);
  expect(report.findings[0]).toEqual({
    rule: 'unused-suppression',
    severity: 'info',
    file: 'a.ts',
    line: 2,
    column: 10,
    endLine: 2,
    endColumn: 63,
    message: expect.stringContaining('require-pagination'),
    docs: expect.stringContaining('docs/rules/unused-suppression.md'),
    related: [],
    fixes: [
      {
        title: expect.any(String),
        preferred: expect.any(Boolean),
        edits: [expect.objectContaining({ file: 'a.ts', startLine: 2, text: '' })],
      },
    ],
    fingerprint: expect.any(String),
  });
});

test('pretty: the code with a squiggle, the fix, the summary; colours only when forced', async () => {
  const root = createWorkspace({ 'a.ts': flagged });
  const { stdout } = await run(root, ['check']);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('● info unused-suppression a.ts:2:10');
  const lines = stdout.split('\n');
  const at = lines.findIndex((line) => line.includes('2 │ /* 👩 */ //'));
  expect(lines[at + 1]).toMatch(/^ {4}│ {10}~{53}$/);
  expect(stdout).toMatch(/^1 info \(1 file, 1 analysed/m);
  expect((await run(root, ['check'], { FORCE_COLOR: '1' })).stdout).toContain('\u001b[');
  expect((await run(root, ['check'], { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\u001b');
});

test('github: one escaped workflow command for each finding', async () => {
  const root = createWorkspace({ 'a,b.ts': flagged });
  const { stdout } = await run(root, ['check', '--format', 'github', '--rule', 'unused-suppression=error']);
  expect(stdout).toMatch(
    /^::error file=a%2Cb\.ts,line=2,endLine=2,col=10,endColumn=63,title=backend-specialist%3A unused-suppression::[^\n]+\n$/,
  );
});

test('sarif: one run with rules, encoded paths, regions and replacements', async () => {
  const root = createWorkspace({ 'app/[id]/a.ts': flagged });
  const { stdout } = await run(root, ['check', '--format', 'sarif']);
  expect(JSON.parse(stdout)).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        columnKind: 'utf16CodeUnits',
        tool: {
          driver: {
            name: 'backend-specialist',
            rules: expect.arrayContaining([
              expect.objectContaining({
                id: 'unused-suppression',
                shortDescription: { text: 'A suppression comment must silence something.' },
                helpUri: expect.stringContaining('unused-suppression'),
                defaultConfiguration: { level: 'note' },
                properties: { tags: ['S8'] },
              }),
            ]),
          },
        },
        results: [
          {
            ruleId: 'unused-suppression',
            level: 'note',
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'app/%5Bid%5D/a.ts', uriBaseId: 'SRCROOT' },
                  region: { startLine: 2, startColumn: 10, endLine: 2, endColumn: 63 },
                },
              },
            ],
            fixes: [{ artifactChanges: [{ replacements: [{ insertedContent: { text: '' } }] }] }],
          },
        ],
      },
    ],
  });
});

test('junit: a suite for each file, errors as failures', async () => {
  const root = createWorkspace({ 'a&b.ts': flagged });
  const { stdout } = await run(root, ['check', '--format', 'junit', '--rule', 'unused-suppression=error']);
  expect(stdout).toContain('<testsuites name="backend-specialist" tests="1" failures="1" errors="0">');
  expect(stdout).toContain('<testsuite name="a&amp;b.ts" tests="1" failures="1" errors="0">');
  expect(stdout).toContain('<failure type="error"');
});

test('--output writes the report to a file and nothing to the terminal', async () => {
  const root = createWorkspace({ 'a.ts': flagged });
  const { stdout, code } = await run(root, ['check', '--format=json', '--output=report.json']);
  expect({ stdout, code }).toEqual({ stdout: '', code: 0 });
  expect(JSON.parse(readFileSync(path.join(root, 'report.json'), 'utf8'))).toMatchObject({ version: 1 });
  expect(await run(root, ['check', '--output', 'no/folder/x'])).toMatchObject({ code: 2 });
});

test('--stats tells what was found, on standard error when the report is data', async () => {
  const root = createWorkspace({
    'package.json': '{ "name": "shop", "dependencies": { "next": "16.0.0" } }',
    'app/page.tsx': 'export default () => null;\n',
  });
  expect((await run(root, ['check', '--stats'])).stdout).toMatch(/name: shop[^]*No findings/);
  const { report, stderr } = await runJson(root, ['--stats']);
  expect(report.findings).toEqual([]);
  expect(stderr).toContain('name: shop');
});

test('rules and explain know the rules that run', async () => {
  const root = createWorkspace({});
  const { stdout } = await run(root, ['rules', '--format', 'json']);
  const rules = JSON.parse(stdout) as { id: string }[];
  expect(rules).toContainEqual({
    id: 'unused-suppression',
    title: expect.any(String),
    section: 'S8',
    severity: 'info',
    fix: 'safe',
    docs: expect.stringContaining('unused-suppression'),
  });
  expect(rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id).toSorted());
  expect((await run(root, ['rules'])).stdout).toContain('unused-suppression');
  expect((await run(root, ['explain', 'unused-suppression'])).stdout).toMatch(/^# unused-suppression\n/);
});

test('map --format json has places and stable ids', async () => {
  const root = createWorkspace({
    'package.json': '{ "name": "shop", "dependencies": { "next": "16.0.0" } }',
    'app/page.tsx': 'export default () => null;\n',
    'app/api/ping/route.ts': 'export function GET() {\n  return Response.json({});\n}\n',
  });
  const { stdout, code } = await run(root, ['map', '--format=json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    root,
    apps: [
      {
        name: 'shop',
        entries: expect.arrayContaining([
          expect.objectContaining({
            kind: 'route',
            file: 'app/api/ping/route.ts',
            line: 1,
            id: expect.any(String),
          }),
        ]),
      },
    ],
  });
});

test('pretty: what could not be read is no pass', async () => {
  const broken = createWorkspace({
    'backend-specialist.config.json': '{ "rules": 1 }',
    'a.ts': 'export {};',
  });
  const { code, stdout } = await run(broken, ['check']);
  expect(code).toBe(2);
  expect(stdout).toMatch(/^! problem backend-specialist\.config\.json: /);
  expect(stdout).toMatch(/^! No findings in what could be read \(/m);
  expect(stdout).not.toContain('✔');
});
