import { describe, expect, test } from 'vitest';
import { checkMessage } from '../../src/commit/check.ts';
import { commitlintFiles, ownRules, readCommitlint } from '../../src/commit/commitlint.ts';
import { suggestFitted } from '../../src/commit/fitted.ts';
import type { Touched } from '../../src/commit/model.ts';
import { messageText } from '../../src/commit/suggest.ts';

const nothing: Touched = {
  parts: [],
  schema: [],
  migrations: [],
  edited: [],
  removed: [],
  lost: [],
  packages: [],
  unchanged: [],
  comments: [],
  moved: [],
  imports: [],
};
const part = (kind: Touched['parts'][number]['kind'], name: string) =>
  ({ kind, name, file: name, change: 'changed', isValue: false, before: 'a', after: 'b' }) as const;
const field = { kind: 'field', change: 'added', name: 'Post.slug', stored: true } as const;

const say = (text: string, touched?: Touched, rules = ownRules) =>
  checkMessage(text, touched, rules).map(({ severity, message }) => `${severity}: ${message}`);

describe('form', () => {
  test.each([
    'feat(actions): add createPost',
    'db!: drop Post.name\n\nBREAKING CHANGE: its values are lost',
    'db: add Post.slug',
    'fix: x\n\nhttps://example.com/' + 'a'.repeat(150),
    'Merge branch main',
    'Revert "feat: x"',
    'fixup! whatever',
    '# a comment of git\nfeat: x\n# more of them\n',
    'feat: x\n\nbody\n# ------------------------ >8 ------------------------\ndiff --git a/x\n' +
      '+'.repeat(300),
    'feat: x\r\n\r\nbody\r\n',
  ])('%j is right', (text) => expect(say(text)).toEqual([]));

  test.each([
    ['added stuff', 'error: The header is not conventional'],
    ['', 'error: The message is empty'],
    ['# nothing but comments\n', 'error: The message is empty'],
    ['feet: x', 'error: Unknown type "feet". Did you mean "feat"?'],
    ['FEAT: x', 'must be in lower-case'],
    ['feat(api):', 'error: The subject is missing'],
    ['feat: ends with a dot.', 'ends with "."'],
    [`feat: ${'x'.repeat(120)}`, 'has 126 characters, more than 100'],
    ['feat: x\nno blank line', 'warning: An empty line belongs'],
    [`feat: x\n\n${'word '.repeat(30)}`, 'more than 100 characters'],
  ])('%j: %s', (text, message) => expect(say(text).join('\n')).toContain(message));

  test('issues have the place of what is wrong, below comments too', () => {
    expect(checkMessage('# one\n\nfeet(api): x', undefined)).toMatchObject([{ line: 2, start: 0, end: 4 }]);
  });
});

describe('content', () => {
  test.each<[string, Touched, string]>([
    ['db: x', { ...nothing, parts: [part('action', 'createPost')] }, 'Nothing of the database'],
    ['feat: x', { ...nothing, schema: [field] }, '`db:` says so'],
    ['docs: x', { ...nothing, parts: [part('service', 'listPosts')] }, 'listPosts'],
    [
      'test: x',
      { ...nothing, parts: [part('route', 'GET /x')] },
      'nothing of the backend changes, and it does: GET /x',
    ],
    ['feat(actions): x', { ...nothing, parts: [part('route', 'GET /api/x')] }, 'No Server Action'],
    ['feat(api): x', { ...nothing, parts: [part('action', 'a')] }, 'No route handler'],
  ])('%j does not fit what is staged', (text, touched, message) => {
    const issues = say(text, touched);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain('warning: ');
    expect(issues[0]).toContain(message);
  });

  test.each<[string, Touched]>([
    ['db: x', { ...nothing, schema: [field], parts: [part('action', 'a')] }],
    ['feat(actions): x', { ...nothing, schema: [field], parts: [part('action', 'a')] }],
    ['chore(db): x', { ...nothing, parts: [part('seed', 'prisma/seed.ts')] }],
    ['fix(backend): x', { ...nothing, parts: [part('service', 'a')] }],
    ['chore: x', nothing],
  ])('%j fits', (text, touched) => expect(say(text, touched)).toEqual([]));

  test('what destroys data must be marked, in the header or in a footer', () => {
    const touched: Touched = { ...nothing, migrations: ['1_a'], lost: ['the table `Post` and all its rows'] };
    expect(say('db: drop posts', touched)).toEqual([
      expect.stringContaining('error: CRITICAL: this commit destroys the table `Post`'),
    ]);
    expect(say('db!: drop posts', touched)).toEqual([]);
    expect(say('db: drop posts\n\nBREAKING CHANGE: posts are lost', touched)).toEqual([]);
  });
});

const types = ['error', 'feat', 'fix', 'chore'];

describe('commitlint', () => {
  const rules = {
    'type-enum': [2, 'always', types.slice(1)],
    'header-max-length': [1, 'always', 60],
    'scope-enum': [2, 'always', ['web', 'api']],
  };
  const json = JSON.stringify({ rules });
  test.each([
    ['.commitlintrc.json', json],
    ['.commitlintrc', json],
    [
      '.commitlintrc.yaml',
      'rules:\n  type-enum: [2, always, [feat, fix, chore]]\n  header-max-length: [1, always, 60]\n  scope-enum: [2, always, [web, api]]\n',
    ],
    ['package.json', `{ "commitlint": ${json} }`],
    [
      'commitlint.config.js',
      `const types = ['feat', 'fix', 'chore'];\nmodule.exports = { rules: { 'type-enum': [2, 'always', types], 'header-max-length': [1, 'always', 60], 'scope-enum': [2, 'always', ['web', 'api']] } };`,
    ],
    ['commitlint.config.mjs', `export default ${json};`],
    [
      'commitlint.config.ts',
      `import type { UserConfig } from '@commitlint/types';\nconst config = ${json} satisfies UserConfig;\nexport default config;`,
    ],
  ])('%s is read without running it', (file, text) => {
    expect(commitlintFiles).toContain(file);
    const read = readCommitlint(file, text);
    expect(read?.notes).toEqual([]);
    expect(say('db: x', undefined, read)).toEqual(['error: Unknown type "db". Use one of feat, fix, chore.']);
    expect(say('feat(we): x', undefined, read)).toEqual([
      'error: Unknown scope "we". Did you mean "web"? Use one of web, api.',
    ]);
    expect(say(`feat: ${'x'.repeat(60)}`, undefined, read)).toEqual([
      expect.stringContaining('warning: The header has 66'),
    ]);
    const suggestion = suggestFitted({ ...nothing, schema: [field] }, read ?? ownRules);
    expect(suggestion && messageText(suggestion)).toBe('feat: add Post.slug');
  });

  test('config-conventional is known; another base, computed parts and foreign rules are said not to be read', () => {
    const known = readCommitlint(
      '.commitlintrc.json',
      '{ "extends": ["@commitlint/config-conventional"], "rules": { "subject-case": [0] } }',
    );
    expect(known?.notes).toEqual([]);
    expect(say('db: x', undefined, known)[0]).toContain('Unknown type "db"');
    const other = readCommitlint(
      'commitlint.config.js',
      "module.exports = { extends: ['./base.js'], rules: { 'type-enum': [2, 'always', load()], 'signed-off-by': [2, 'always', 'x'] } };",
    );
    expect(other?.notes.join('\n')).toMatch(/computed[^]*\.\/base\.js[^]*signed-off-by/);
  });

  test.each([
    ['.commitlintrc.json', '{ "rules": '],
    ['.commitlintrc.yaml', 'a: [1'],
    ['commitlint.config.js', 'module.exports = make();'],
    ['commitlint.config.js', 'const a = b; const b = a; module.exports = a;'],
    ['.commitlintrc', ''],
  ])('%s with %j falls back on the own rules and says so', (file, text) => {
    const read = readCommitlint(file, text);
    expect(read?.notes.length).toBeGreaterThan(0);
    expect(say('db: x', undefined, read)).toEqual([]);
  });

  test('a package.json that is broken or configures nothing is passed by', () => {
    expect(readCommitlint('package.json', '{}')).toBeUndefined();
    expect(readCommitlint('package.json', '{')).toBeUndefined();
  });
});
