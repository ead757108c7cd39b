/**
 * Hostile input: each ends with the documented status and a message that a person can act on, never with a stack, a hang or a character that
 * a terminal obeys. In this process, which is the same code; what is about processes, signals and pipes is in `hostileProcesses.test.ts`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import { createWorkspace, git, writeIn } from './run.ts';

const config = 'backend-specialist.config.json';
const bytes = (...values: number[]) => new Uint8Array(values);

interface Case {
  files?: { [file: string]: string | Uint8Array };
  /** What a table of files can't say. */
  make?(root: string): void;
  args: string[];
  code: number;
  /** In what is written, on either stream. */
  says?: string | RegExp;
}

const home = process.cwd();
beforeEach(() => {
  vi.stubEnv('NO_COLOR', '1');
  vi.stubEnv('XDG_CACHE_HOME', createWorkspace({}));
});
afterEach(() => {
  process.chdir(home);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Runs the command line in a folder. */
async function runHere(root: string, args: readonly string[]): Promise<{ code: number; said: string }> {
  let said = '';
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text, ...rest: unknown[]) => {
      said += String(text);
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    });
  process.chdir(root);
  try {
    return { code: await runCommandLine(args), said };
  } finally {
    vi.restoreAllMocks();
  }
}

const unsafe = ['\u001b', '\u0007', '\u0000', '\u202e', '\u009b'];

function declare(cases: { [name: string]: Case }): void {
  test.each(Object.entries(cases))('%s', async (_name, { files = {}, make, args, code, says }) => {
    const root = createWorkspace({ 'package.json': '{}', 'lib/a.ts': 'export const a = 1;\n', ...files });
    make?.(root);
    const { code: found, said } = await runHere(root, args);
    if (says !== undefined) expect(said).toMatch(says instanceof RegExp ? says : new RegExp(escaped(says)));
    expect(found).toBe(code);
    for (const character of unsafe) expect(said).not.toContain(character);
    expect(said).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    if (code !== 3) expect(said).not.toContain('internal error');
    if (code === 2) expect(said.length).toBeLessThan(20_000);
  });
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const check = ['check', '--no-cache'];
const withConfig = (text: string | Uint8Array): Pick<Case, 'files' | 'args'> => ({
  files: { [config]: text },
  args: check,
});

describe('configurations', () => {
  declare({
    'cut off': { ...withConfig('{'), code: 2, says: config },
    'cut off in the middle of a value': {
      ...withConfig('{ "rules": { "action-auth": '),
      code: 2,
      says: config,
    },
    empty: { ...withConfig(''), code: 2, says: config },
    'a comment alone': { ...withConfig('// nothing\n'), code: 2, says: config },
    null: { ...withConfig('null'), code: 2, says: config },
    'a list': { ...withConfig('[]'), code: 2, says: config },
    'a text': { ...withConfig('"strict"'), code: 2, says: config },
    'a number': { ...withConfig('42'), code: 2, says: config },
    'an unknown key': { ...withConfig('{ "rulez": {} }'), code: 2, says: 'Did you mean "rules"?' },
    'an unknown rule': {
      ...withConfig('{ "rules": { "action-aut": "error" } }'),
      code: 2,
      says: 'action-auth',
    },
    'an unknown preset': { ...withConfig('{ "preset": "stric" }'), code: 2, says: 'strict' },
    'a severity that is none': {
      ...withConfig('{ "rules": { "action-auth": "fatal" } }'),
      code: 2,
      says: /error.*warning/,
    },
    'a severity of another type': {
      ...withConfig('{ "rules": { "action-auth": 2 } }'),
      code: 2,
      says: config,
    },
    'an unknown option': {
      ...withConfig('{ "rules": { "action-auth": ["error", { "publik": [] }] } }'),
      code: 2,
      says: 'publik',
    },
    'rules as a list': { ...withConfig('{ "rules": ["action-auth"] }'), code: 2, says: config },
    'commas behind the last entry and comments': {
      ...withConfig('{ /* a */ "rules": {}, }\n// b\n'),
      code: 0,
    },
    'a byte order mark': { ...withConfig('\u{FEFF}{ "rules": {} }'), code: 0 },
    'line ends of Windows and of old Macs': { ...withConfig('{\r\n"rules": {\r} }\r\n'), code: 0 },
    'a key that is there twice': {
      ...withConfig('{ "preset": "strict", "preset": "recommended" }'),
      code: 0,
    },
    'a key named __proto__': {
      ...withConfig('{ "__proto__": { "rules": {} } }'),
      code: 2,
      says: '__proto__',
    },
    'a rule named constructor': {
      ...withConfig('{ "rules": { "constructor": "error" } }'),
      code: 2,
      says: 'constructor',
    },
    'a NUL': { ...withConfig(bytes(123, 0, 125)), code: 2, says: 'NUL' },
    'bytes that are no UTF-8': {
      ...withConfig(bytes(123, 34, 0xff, 0xfe, 34, 58, 49, 125)),
      code: 2,
      says: 'UTF-8',
    },
    'UTF-16': { ...withConfig(bytes(0xff, 0xfe, 123, 0, 125, 0)), code: 2, says: 'UTF-16' },
    'half of a surrogate pair': { ...withConfig('{ "preset": "\\ud800" }'), code: 2, says: config },
    'sequences for a terminal': { ...withConfig('{ "\\u001b[2J\\u202e": 1 }'), code: 2, says: config },
    'more than anybody writes': {
      ...withConfig(`{ "rules": {${' '.repeat(6_000_000)}} }`),
      code: 2,
      says: 'too large',
    },
    'more mistakes than anybody mends': {
      ...withConfig(
        JSON.stringify({
          rules: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`rule-${n}`, 'error'])),
        }),
      ),
      code: 2,
      says: 'There are more mistakes than are shown.',
    },
    'lists in lists without an end': { ...withConfig('['.repeat(100_000)), code: 2, says: config },
    'objects in objects': {
      ...withConfig(`${'{"rules":'.repeat(50_000)}1${'}'.repeat(50_000)}`),
      code: 2,
      says: config,
    },
    'a folder in its place': { args: check, make: (root) => mkdirSync(path.join(root, config)), code: 0 },
    'a link to itself': {
      args: check,
      make: (root) => symlinkSync(config, path.join(root, config)),
      code: 0,
    },
    'a link to nothing': {
      args: check,
      make: (root) => symlinkSync('nothing', path.join(root, config)),
      code: 0,
    },
    'that extends itself': {
      ...withConfig(`{ "extends": "./${config}" }`),
      code: 2,
      says: /extends|itself|circle|cycle/i,
    },
    'that extend each other': {
      files: { [config]: '{ "extends": "./b.json" }', 'b.json': `{ "extends": "./${config}" }` },
      args: check,
      code: 2,
      says: 'b.json',
    },
    'that extends what is not there': {
      ...withConfig('{ "extends": "./none.json" }'),
      code: 2,
      says: 'none.json',
    },
    'that extends what lies outside': {
      ...withConfig('{ "extends": "../../etc/passwd" }'),
      code: 2,
      says: 'passwd',
    },
    'that extends an absolute path': {
      ...withConfig('{ "extends": "/etc/passwd" }'),
      code: 2,
      says: 'passwd',
    },
    'that extends a binary file': {
      files: { [config]: '{ "extends": "./b.json" }', 'b.json': bytes(0, 1, 2) },
      args: check,
      code: 2,
      says: 'b.json',
    },
    'with globs that are broken or never end': {
      ...withConfig(
        JSON.stringify({
          overrides: [{ files: ['[', '{a,{b,', `${'*'.repeat(200)}x`, '+(+(+(a)))'], rules: {} }],
        }),
      ),
      code: 0,
    },
    'with a glob of a megabyte, which fits nothing': {
      ...withConfig(JSON.stringify({ overrides: [{ files: ['a'.repeat(1_000_000)], rules: {} }] })),
      code: 0,
    },
  });
});

describe('options', () => {
  declare({
    'an unknown command': { args: ['chek'], code: 2, says: 'Did you mean "check"?' },
    'a command that every object has': { args: ['constructor'], code: 2, says: 'unknown command' },
    'a command named __proto__': { args: ['__proto__'], code: 2, says: 'unknown command' },
    'a command with sequences for a terminal': {
      args: ['\u001b[2J\u202e'],
      code: 2,
      says: 'unknown command',
    },
    'an empty command': { args: [''], code: 2, says: 'unknown command' },
    'an unknown option': { args: ['check', '--formt', 'json'], code: 2, says: 'Did you mean "format"?' },
    'an option named __proto__': { args: ['check', '--__proto__=1'], code: 2, says: '__proto__' },
    'an option without its value': { args: ['check', '--format'], code: 2, says: 'format' },
    'an empty value': { args: ['check', '--format', ''], code: 2, says: 'unknown format' },
    'a value for what takes none': { args: ['check', '--quiet=yes'], code: 2, says: 'quiet' },
    'a format with sequences for a terminal': {
      args: ['check', '--format=\u001b[2J'],
      code: 2,
      says: 'unknown format',
    },
    'a number that is none': { args: ['check', '--max-warnings', '1e3'], code: 2, says: 'whole number' },
    'a number below nothing': { args: ['check', '--max-warnings=-1'], code: 2, says: 'whole number' },
    'a rule without a name': { args: ['check', '--rule', ''], code: 2, says: 'unknown rule' },
    'a rule without a severity': {
      args: ['check', '--rule', 'action-auth='],
      code: 2,
      says: 'unknown severity',
    },
    'a severity without a rule': { args: ['check', '--rule', '=error'], code: 2, says: 'unknown rule' },
    'options that exclude each other': {
      args: ['check', '--fix', '--fix-dry-run'],
      code: 2,
      says: 'exclude each other',
    },
    'a path that is not there': { args: ['check', 'nowhere'], code: 2, says: 'no such file' },
    'a path with sequences for a terminal': {
      args: ['check', '\u001b]0;x\u0007'],
      code: 2,
      says: 'no such file',
    },
    'a path with a NUL': { args: ['check', 'a\u0000b'], code: 2, says: 'no such file' },
    'an empty path': { args: ['check', ''], code: 0 },
    'a path of a hundred thousand letters': {
      args: ['check', 'a'.repeat(100_000)],
      code: 2,
      says: 'no such file',
    },
    'paths in different workspaces': {
      args: ['check', 'lib', os.tmpdir()],
      code: 2,
      says: 'outside the workspace',
    },
    'a glob that fits nothing': { args: ['check', '*.none'], code: 2, says: 'no file matches' },
    'a glob that is broken': { args: ['check', '[a'], code: 2, says: '[a' },
    'a glob that never ends': { args: ['check', `${'*a'.repeat(40)}b`], code: 2, says: 'no file matches' },
    'a report into a folder that is not there': {
      args: [...check, '--output', 'no/such/report'],
      code: 2,
      says: 'cannot write',
    },
    'a report in place of a folder': { args: [...check, '--output', 'lib'], code: 2, says: 'cannot write' },
    'a configuration that is not there': {
      args: [...check, '--config', 'none.json'],
      code: 2,
      says: 'no such configuration',
    },
    'a configuration that is a folder': { args: [...check, '--config', 'lib'], code: 2, says: 'lib' },
    'a configuration outside': {
      args: [...check, '--config', '/etc/hostname'],
      code: 2,
      says: 'outside the workspace',
    },
    'standard input as a file outside': {
      args: ['check', '--stdin-filename', '../../etc/passwd'],
      code: 2,
      says: 'outside the workspace',
    },
    'the page of a rule that is a path': {
      args: ['explain', '../../package'],
      code: 2,
      says: 'unknown rule',
    },
    'the page of what every object has': { args: ['explain', 'toString'], code: 2, says: 'unknown rule' },
    'a message that is a folder': { args: ['commit-msg', 'lib'], code: 2, says: 'cannot read the message' },
    'a map in an unknown format': { args: ['map', '--format', 'svg'], code: 2, says: 'unknown format' },
    'a time that has no end': { args: ['migrations', '--timeout', '99999999'], code: 2, says: '--timeout' },
  });
});

const inRepository = (make: (root: string) => void) => (root: string) => {
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'chore: begin');
  make(root);
};

describe('git, baselines and the cache', () => {
  declare({
    '.git is a file with anything in it': {
      files: { '.git': 'gitdir: /no/such/place\n' },
      args: [...check, '--changed'],
      code: 2,
      says: 'git',
    },
    '.git is an empty folder': {
      make: (root) => mkdirSync(path.join(root, '.git')),
      args: [...check, '--staged'],
      code: 2,
      says: 'git',
    },
    'a repository without a commit': {
      make: (root) => git(root, 'init', '-q'),
      args: [...check, '--changed'],
      code: 0,
    },
    'a head that names nothing': {
      make: inRepository((root) => writeIn(root, '.git/HEAD', 'ref: refs/heads/none\n')),
      args: [...check, '--changed'],
      code: 0,
    },
    'an index that is broken': {
      make: inRepository((root) => writeIn(root, '.git/index', 'broken')),
      args: [...check, '--staged'],
      code: 2,
      says: 'git',
    },
    'objects that are gone': {
      make: inRepository((root) => execFileSync('rm', ['-rf', path.join(root, '.git/objects')])),
      args: [...check, '--changed'],
      code: 2,
      says: 'cannot tell what changed',
    },
    'a revision that is an option': {
      make: inRepository(() => undefined),
      args: [...check, '--since=--output=owned'],
      code: 2,
      says: 'unknown revision',
    },
    'a revision that is empty': {
      make: inRepository(() => undefined),
      args: [...check, '--since', ''],
      code: 2,
      says: 'unknown revision',
    },
    'a configuration of git that wants to run something': {
      make: inRepository((root) => {
        git(root, 'config', 'core.fsmonitor', 'touch owned');
        git(root, 'config', 'diff.external', 'touch owned');
      }),
      args: [...check, '--changed'],
      code: 0,
    },
    'a baseline that is not there': {
      args: [...check, '--baseline', 'none.json'],
      code: 2,
      says: 'no such baseline',
    },
    'a baseline that is no JSON': {
      files: { 'b.json': '{' },
      args: [...check, '--baseline', 'b.json'],
      code: 2,
      says: 'not JSON',
    },
    'a baseline of another shape': {
      files: { 'b.json': '{ "version": 1, "findings": [1] }' },
      args: [...check, '--baseline', 'b.json'],
      code: 2,
      says: 'b.json',
    },
    'a baseline that is null': {
      files: { 'b.json': 'null' },
      args: [...check, '--baseline', 'b.json'],
      code: 2,
      says: 'b.json',
    },
    'a baseline of a later version': {
      files: { 'b.json': '{ "version": 9, "findings": [] }' },
      args: [...check, '--baseline', 'b.json'],
      code: 2,
      says: 'newer version',
    },
    'a baseline that is binary': {
      files: { 'b.json': bytes(0, 1, 2) },
      args: [...check, '--baseline', 'b.json'],
      code: 2,
      says: 'b.json',
    },
    'a baseline that is a folder': {
      args: [...check, '--baseline', 'lib'],
      code: 2,
      says: 'cannot read the baseline',
    },
    'a cache in place of which there is a file': {
      make: (root) => {
        writeFileSync(path.join(root, 'file'), '');
        vi.stubEnv('XDG_CACHE_HOME', path.join(root, 'file'));
      },
      args: ['check'],
      code: 0,
    },
    'a cache where nothing can be written': {
      make: () => vi.stubEnv('XDG_CACHE_HOME', '/proc/self/none'),
      args: ['check'],
      code: 0,
    },
  });
});

/** Files that somebody else made: a problem is named, everything else is looked at, and the status is that of what was found. */
describe('files of a workspace', () => {
  declare({
    'a binary one': {
      files: { 'lib/b.ts': bytes(0, 1, 2) },
      args: check,
      code: 0,
      says: /lib\/b\.ts.*binary/,
    },
    'bytes that are no UTF-8': {
      files: { 'lib/b.ts': bytes(0xc3, 0x28, 10) },
      args: check,
      code: 0,
      says: 'not valid UTF-8',
    },
    'UTF-16': { files: { 'lib/b.ts': bytes(0xff, 0xfe, 97, 0) }, args: check, code: 0, says: 'UTF-16' },
    'an empty one': { files: { 'lib/b.ts': '' }, args: check, code: 0 },
    'a byte order mark alone': { files: { 'lib/b.ts': '\u{FEFF}' }, args: check, code: 0 },
    'a line of three megabytes': {
      files: { 'lib/b.ts': `export const b = '${'x'.repeat(3_000_000)}';` },
      args: check,
      code: 0,
      says: 'too large',
    },
    'ten thousand parentheses': {
      files: { 'lib/b.ts': `export const b = ${'('.repeat(10_000)}1${')'.repeat(10_000)};` },
      args: check,
      code: 0,
      says: 'lib/b.ts',
    },
    'a text that never ends': {
      files: { 'lib/b.ts': 'export const b = `' },
      args: check,
      code: 0,
      says: 'lib/b.ts',
    },
    'a merge conflict': {
      files: { 'lib/b.ts': '<<<<<<< a\nexport const b = 1;\n=======\n>>>>>>> b\n' },
      args: check,
      code: 0,
      says: 'lib/b.ts',
    },
    'line ends of all systems': {
      files: { 'lib/b.ts': 'export const b = 1;\r\nexport const c = 1;\rexport const d = 1;\u2028' },
      args: check,
      code: 0,
    },
    'a name with sequences for a terminal': {
      files: { 'lib/\u001b[2J\u202e.ts': bytes(0) },
      args: check,
      code: 0,
      says: String.raw`lib/\u001b[2J\u202e.ts`,
    },
    'a name with a line feed': {
      files: { 'lib/a\nerror: b.ts': bytes(0) },
      args: check,
      code: 0,
      says: String.raw`lib/a\u000aerror: b.ts`,
    },
    'a name that a shell would obey': {
      files: { 'lib/$(touch owned);`x`.ts': 'export {};\n', '-rf.ts': 'export {};\n' },
      args: check,
      code: 0,
    },
    'a folder named like a file': { files: { 'lib/b.ts/c.ts': 'export {};\n' }, args: check, code: 0 },
    'links in a circle': {
      make: (root) => symlinkSync('..', path.join(root, 'lib/up'), 'dir'),
      args: check,
      code: 0,
    },
    'a link to the root of everything': {
      make: (root) => symlinkSync('/', path.join(root, 'lib/all'), 'dir'),
      args: check,
      code: 0,
    },
    'a link out of the workspace': {
      make: (root) => symlinkSync('/etc/passwd', path.join(root, 'lib/b.ts')),
      args: check,
      code: 0,
    },
    'a package.json that is none': { files: { 'package.json': '{ "dependencies": [' }, args: check, code: 0 },
    'a package.json that is a list': { files: { 'package.json': '[]' }, args: check, code: 0 },
    'a tsconfig that extends itself': {
      files: { 'tsconfig.json': '{ "extends": "./tsconfig.json" }' },
      args: check,
      code: 0,
    },
    'workspaces that are anything': {
      files: { 'package.json': '{ "workspaces": { "a": 1 } }', 'pnpm-workspace.yaml': '{[' },
      args: check,
      code: 0,
    },
    'YAML that grows without an end': {
      files: {
        '.github/workflows/a.yml': `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n},*a${n},*a${n}]\n`).join('')}`,
      },
      args: check,
      code: 0,
    },
    'a schema that is none': {
      files: { 'prisma/schema.prisma': 'model {{{ \u0001' },
      args: check,
      code: 0,
      says: 'schema.prisma',
    },
    'a schema with a model in a circle': {
      files: {
        'prisma/schema.prisma':
          'model A {\n  id Int @id\n  a A @relation(fields: [id], references: [id])\n}\n',
      },
      args: check,
      code: 0,
    },
    'a binary migration': {
      files: { 'prisma/migrations/1_a/migration.sql': bytes(0, 1) },
      args: check,
      code: 0,
      says: 'migration.sql',
    },
    'a .gitignore that is binary': { files: { '.gitignore': bytes(0, 255, 10, 0) }, args: check, code: 0 },
    'a .env that is binary': { files: { '.env': bytes(65, 0, 66) }, args: check, code: 0, says: '.env' },
    'node_modules as a file': {
      files: { node_modules: 'nothing' },
      args: ['verify', '--only', 'typescript'],
      code: 0,
    },
    'a compiler whose package is broken': {
      files: { 'tsconfig.json': '{}', 'node_modules/typescript/package.json': '{ "bin": { "tsc": 7 } }' },
      args: ['verify', '--only', 'typescript'],
      code: 1,
      says: 'not installed',
    },
    'a compiler that is a folder': {
      files: {
        'tsconfig.json': '{}',
        'node_modules/typescript/package.json': '{ "bin": "lib" }',
        'node_modules/typescript/lib/a.js': '',
      },
      args: ['verify', '--only', 'typescript'],
      code: 1,
    },
    'a tsconfig that is binary': {
      files: { 'tsconfig.json': bytes(0, 1) },
      args: ['verify', '--only', 'typescript'],
      code: 1,
    },
  });
});
