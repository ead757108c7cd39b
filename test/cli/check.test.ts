import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createWorkspace, git, run, runJson, writeIn } from './run.ts';

/** One finding of the rule `unused-suppression`, which has a safe fix, in line 2. */
const flagged =
  'export const a = 1;\n// backend-specialist-disable-next-line require-pagination\nexport const b = 2;\n';
const fixed = 'export const a = 1;\nexport const b = 2;\n';
const clean = 'export {};\n';
const severe = ['--rule', 'unused-suppression=error'];

describe('exit status', () => {
  test('0 without findings, 0 with findings below the threshold', async () => {
    expect((await run(createWorkspace({ 'a.ts': clean }), ['check'])).code).toBe(0);
    expect((await run(createWorkspace({ 'a.ts': flagged }), ['check'])).code).toBe(0);
  });

  test('1 with an error, and with more warnings than allowed', async () => {
    const root = createWorkspace({ 'a.ts': flagged });
    expect((await run(root, ['check', ...severe])).code).toBe(1);
    const warning = ['check', '--rule', 'unused-suppression=warning'];
    expect((await run(root, warning)).code).toBe(0);
    expect((await run(root, [...warning, '--max-warnings', '1'])).code).toBe(0);
    expect((await run(root, [...warning, '--max-warnings=0'])).code).toBe(1);
    expect((await run(root, [...warning, '--max-warnings=0', '--quiet'])).code).toBe(1);
  });

  test.each([
    [['chek'], 'unknown command "chek". Did you mean "check"?'],
    [['check', '--formt=json'], 'unknown option "--formt". Did you mean "format"?'],
    [['check', '--format', 'xml'], 'unknown format "xml"'],
    [['check', '--format', 'jsn'], 'Did you mean "json"?'],
    [['check', '--report-suppressed'], '--report-suppressed is for --format sarif'],
    [
      ['check', '--rule', 'unused-supression'],
      'unknown rule "unused-supression". Did you mean "unused-suppression"?',
    ],
    [['check', '--rule', 'unused-suppression=fatal'], 'unknown severity "fatal"'],
    [['check', '--max-warnings', 'x'], 'whole number'],
    [['check', '--fix', '--fix-dry-run'], 'exclude each other'],
    [['check', 'no/such/file.ts'], 'no such file or folder: "no/such/file.ts"'],
    [['check', 'lib/**/*.nothing'], 'no file matches "lib/**/*.nothing"'],
    [['check', '--config', 'gone.json'], 'no such configuration file'],
    [['check', '--since', '--output=x'], '--since'],
    [['check', '--output'], '--output needs a value: --output FILE.'],
    [['check', '--since', 'main'], 'not inside a git repository'],
    [['explain'], 'which rule?'],
    [['explain', 'unused-suppresion'], 'Did you mean "unused-suppression"?'],
    [['map', '--format', 'svg'], 'unknown format'],
    [['lsp'], '--stdio'],
  ])('2 for %j', async (args, message) => {
    const { code, stdout, stderr } = await run(createWorkspace({ 'a.ts': clean }), args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  test('2 and the help without a command; 0 when help is asked for', async () => {
    const root = createWorkspace({});
    expect(await run(root, [])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('COMMANDS'),
    });
    expect(await run(root, ['--help'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('check'),
    });
    const { stdout } = await run(root, ['check', '--help']);
    expect(stdout).toContain('--max-warnings');
    expect(stdout).not.toContain('\u001b');
  });

  test('2 for a configuration that is not valid, and the findings all the same', async () => {
    const root = createWorkspace({
      'a.ts': flagged,
      'backend-specialist.config.json': '{ "rules": { "unused-supression": "off" } }',
    });
    const { code, report } = await runJson(root);
    expect(code).toBe(2);
    expect(report.findings).toHaveLength(1);
    expect(report.problems).toEqual([
      {
        file: 'backend-specialist.config.json',
        message: 'Unknown rule "unused-supression". Did you mean "unused-suppression"?',
      },
    ]);
  });
});

describe('what is reported on', () => {
  test('files, folders and globs; the folders of Next.js literally', async () => {
    const root = createWorkspace({ 'app/[id]/a.ts': flagged, 'app/i/b.ts': flagged, 'lib/c.ts': flagged });
    const files = async (...paths: string[]) =>
      (await runJson(root, paths)).report.findings.map(({ file }) => file);
    expect(await files()).toEqual(['app/[id]/a.ts', 'app/i/b.ts', 'lib/c.ts']);
    expect(await files('app/[id]')).toEqual(['app/[id]/a.ts']);
    expect(await files('lib/c.ts', 'app/i')).toEqual(['app/i/b.ts', 'lib/c.ts']);
    expect(await files('app/**/*.ts')).toEqual(['app/[id]/a.ts', 'app/i/b.ts']);
  });

  test('a folder elsewhere is a workspace of its own', async () => {
    const root = createWorkspace({ 'lib/c.ts': flagged });
    const { report } = await runJson(createWorkspace({}), [root]);
    expect(report).toMatchObject({ root, findings: [{ file: 'lib/c.ts' }] });
  });

  test('in a package of a monorepo the monorepo is the workspace and the package is reported', async () => {
    const root = createWorkspace({
      'package.json': '{ "workspaces": ["apps/*"] }',
      'apps/web/a.ts': flagged,
      'apps/api/b.ts': flagged,
    });
    const { report } = await runJson(path.join(root, 'apps/web'));
    expect(report).toMatchObject({ root, findings: [{ file: 'apps/web/a.ts' }] });
  });

  test('ignored files and build output are not looked at', async () => {
    const root = createWorkspace({
      '.gitignore': 'generated/\n!keep.ts\n',
      'generated/a.ts': flagged,
      'node_modules/x/index.ts': flagged,
      '.next/server/a.js': flagged,
      'a.ts': clean,
    });
    expect((await runJson(root)).report).toMatchObject({ findings: [], summary: { files: 1 } });
    git(root, 'init', '-q');
    expect((await runJson(root)).report).toMatchObject({ findings: [], summary: { files: 1 } });
  });

  test('--staged, --changed and --since limit the report, not the analysis', async () => {
    const root = createWorkspace({ 'old.ts': flagged });
    git(root, 'init', '-q', '-b', 'main');
    git(root, 'add', '.');
    git(root, 'commit', '-qm', 'one');
    git(root, 'checkout', '-qb', 'work');
    writeIn(root, 'committed.ts', flagged);
    git(root, 'add', '.');
    git(root, 'commit', '-qm', 'two');
    writeIn(root, 'staged.ts', flagged);
    git(root, 'add', '.');
    writeIn(root, 'untracked.ts', flagged);
    const files = async (...args: string[]) =>
      (await runJson(root, args)).report.findings.map(({ file }) => file);
    expect(await files('--staged')).toEqual(['staged.ts']);
    expect(await files('--changed')).toEqual(['committed.ts', 'staged.ts', 'untracked.ts']);
    expect(await files('--since', 'HEAD')).toEqual(['staged.ts', 'untracked.ts']);
    expect(await run(root, ['check', '--since', 'nowhere'])).toMatchObject({ code: 2 });
  });

  test('--quiet shows errors only', async () => {
    const root = createWorkspace({ 'a.ts': flagged });
    expect((await runJson(root, ['--quiet'])).report.findings).toEqual([]);
    expect((await runJson(root, ['--quiet', ...severe])).report.findings).toHaveLength(1);
  });

  test('a rule that is asked for and switched off is said to be off', async () => {
    const root = createWorkspace({
      'a.ts': flagged,
      'backend-specialist.config.json': '{ "rules": { "unused-suppression": "off" } }',
    });
    const { code, stderr } = await run(root, ['check', '--rule', 'unused-suppression']);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'note: the rule "unused-suppression" is switched off by backend-specialist.config.json: nothing is reported. --rule unused-suppression=warning switches it on.\n',
    );
    expect((await run(root, ['check', ...severe])).stderr).toBe('');
    expect((await run(root, ['check', '--rule', 'action-auth'])).stderr).toBe('');
  });

  test('--config is used everywhere, whatever its name', async () => {
    const root = createWorkspace({
      'a.ts': flagged,
      'backend-specialist.config.json': '{ "rules": { "unused-suppression": "off" } }',
      'ci/strict.json': '{ "rules": { "unused-suppression": "error" } }',
    });
    expect((await runJson(root)).report.findings).toEqual([]);
    const { code, report } = await runJson(root, ['--config', 'ci/strict.json']);
    expect(code).toBe(1);
    expect(report.findings).toMatchObject([{ severity: 'error' }]);
  });
});

describe('fixes', () => {
  test('--fix writes safe fixes and nothing else, keeps the byte order mark and the mode', async () => {
    const root = createWorkspace({ 'a.ts': `\u{FEFF}${flagged}`, 'b.ts': clean });
    chmodSync(path.join(root, 'a.ts'), 0o755);
    expect(await run(root, ['check', '--fix', ...severe])).toMatchObject({
      code: 0,
      stderr: 'Fixed 1 file.\n',
    });
    expect(readFileSync(path.join(root, 'a.ts'), 'utf8')).toBe(`\u{FEFF}${fixed}`);
    expect(readFileSync(path.join(root, 'b.ts'), 'utf8')).toBe(clean);
    expect((await runJson(root)).report.findings).toEqual([]);
  });

  test('--fix-dry-run prints a diff that git applies, and writes nothing', async () => {
    const root = createWorkspace({ 'lib/a.ts': flagged });
    const { stdout, code } = await run(root, ['check', '--fix-dry-run']);
    expect(code).toBe(0);
    expect(readFileSync(path.join(root, 'lib/a.ts'), 'utf8')).toBe(flagged);
    git(root, 'init', '-q');
    writeIn(root, 'change.diff', stdout);
    git(root, 'apply', 'change.diff');
    expect(readFileSync(path.join(root, 'lib/a.ts'), 'utf8')).toBe(fixed);
  });
});

describe('hostile input', () => {
  test('what cannot be read is a problem by name, and the rest is reported', async () => {
    const root = createWorkspace({
      'a.ts': flagged,
      'binary.ts': new Uint8Array([0x61, 0, 0x62]),
      'latin1.ts': Buffer.concat([Buffer.from('// caf'), Buffer.from([0xe9]), Buffer.from('\n')]),
      'huge.ts': `export const x = '${'y'.repeat(1_600_000)}';`,
      'wide.ts': `export const x = '${'y'.repeat(500_000)}';`,
      'tsconfig.json': '\u0000',
      'schema.prisma': 'model {{{ \n'.repeat(500),
      'empty.ts': '',
    });
    symlinkSync('.', path.join(root, 'loop'));
    symlinkSync('self.ts', path.join(root, 'self.ts'));
    symlinkSync('nowhere.ts', path.join(root, 'dangling.ts'));
    const { code, report } = await runJson(root);
    expect(code).toBe(0);
    expect(report.findings.map(({ file }) => file)).toEqual(['a.ts']);
    const problem = (file: string) => report.problems.find((one) => one.file === file)?.message;
    expect(problem('binary.ts')).toContain('NUL');
    expect(problem('latin1.ts')).toContain('not valid UTF-8');
    expect(problem('huge.ts')).toContain('too large');
    expect(report.problems.filter(({ file }) => file === 'binary.ts')).toHaveLength(1);
  });

  test('a file name cannot move the cursor', async () => {
    const root = createWorkspace({ '\u001b[2J\nevil.ts': flagged });
    const { stdout } = await run(root, ['check']);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('\\u001b[2J\\u000aevil.ts:2:1');
  });

  test('a cache that is broken, or cannot be written, costs nothing but time', async () => {
    const root = createWorkspace({ 'a.ts': flagged });
    const blocked = createWorkspace({ file: '' });
    const [first, second] = await Promise.all([
      run(root, ['check', '--format', 'json'], { XDG_CACHE_HOME: path.join(blocked, 'file') }),
      runJson(root, ['--no-cache']),
    ]);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout).findings).toEqual(second.report.findings);
    writeIn(root, 'node_modules/.cache/backend-specialist/facts.ndjson', '\u0000 not a cache');
    expect((await runJson(root)).report.findings).toEqual(second.report.findings);
  });

  test('a second run takes the facts from the cache and says the same', async () => {
    const root = createWorkspace({ 'a.ts': flagged, 'b.ts': clean, 'node_modules/.keep': '' });
    const cold = await runJson(root);
    expect(cold.report.summary['filesFromCache']).toBe(0);
    expect(existsSync(path.join(root, 'node_modules/.cache/backend-specialist/facts.ndjson'))).toBe(true);
    const warm = await runJson(root);
    expect(warm.report.summary['filesFromCache']).toBe(2);
    expect(warm.report.findings).toEqual(cold.report.findings);
  });

  test('two runs at once in one workspace say the same', async () => {
    const root = createWorkspace({ 'a.ts': flagged, 'node_modules/.keep': '' });
    const [one, two] = await Promise.all([runJson(root), runJson(root)]);
    expect(one.report.findings).toEqual(two.report.findings);
    expect((await runJson(root)).report.findings).toEqual(one.report.findings);
  });

  test('an empty folder is no error', async () => {
    const { code, report } = await runJson(createWorkspace({}));
    expect(code).toBe(0);
    expect(report).toMatchObject({ findings: [], problems: [], summary: { files: 0 } });
  });
});
