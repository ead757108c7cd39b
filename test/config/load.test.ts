import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  nearestConfig,
  resolveConfig,
  type ConfigOverrides,
  type ConfigSource,
} from '../../src/config/load.ts';
import { parseConfig, type RuleDeclaration } from '../../src/config/parse.ts';

const rules: RuleDeclaration[] = [
  {
    id: 'require-pagination',
    title: 'Bound lists',
    severity: 'warning',
    sections: ['S4'],
    kinds: ['ts'],
    options: z.strictObject({ max: z.number().int().min(1), lookup: z.array(z.string()) }),
    defaults: { max: 100, lookup: [] },
  },
  {
    id: 'action-auth',
    title: 'Guard',
    severity: 'error',
    sections: ['S3', 'S5'],
    kinds: ['ts'],
    options: z.strictObject({}),
    defaults: {},
  },
];

const file = 'backend-specialist.config.json';

function source(files: { [file: string]: string }): ConfigSource {
  return { rules, read: (path) => files[path] };
}

function resolve(files: { [file: string]: string }, start = file, overrides?: ConfigOverrides) {
  return resolveConfig(start, source(files), overrides);
}

/** The text an issue points at. */
function pointed(text: string): { message: string; at: string }[] {
  return parseConfig(file, text, rules).issues.map(({ message, start, end }) => ({
    message,
    at: text.slice(start, end),
  }));
}

describe('issues', () => {
  test.each([
    [
      'an unknown rule',
      '{ "rules": { "require-paginaton": "error" } }',
      '"require-paginaton"',
      'Did you mean "require-pagination"?',
    ],
    ['an unknown setting', '{ "rulez": {} }', '"rulez"', 'Did you mean "rules"?'],
    ['an unknown convention', '{ "conventions": { "action": [] } }', '"action"', 'Did you mean "actions"?'],
    ['a wrong severity', '{ "rules": { "action-auth": "fatal" } }', '"fatal"', 'Expected a severity'],
    [
      'a misspelt severity',
      '{ "rules": { "action-auth": "eror" } }',
      '"eror"',
      'or [severity, options]. Did you mean "error"?',
    ],
    [
      'a misspelt preset',
      '{ "preset": "strikt" }',
      '"strikt"',
      'Expected one of "recommended", "strict", "security", "migrations-only". Did you mean "strict"?',
    ],
    [
      'an unknown option',
      '{ "rules": { "require-pagination": ["error", { "maxx": 5 }] } }',
      '"maxx"',
      'Did you mean "max"?',
    ],
    ['a wrong option', '{ "rules": { "require-pagination": ["error", { "max": "5" }] } }', '"5"', 'number'],
    [
      'an unknown rule in an override',
      '{ "overrides": [{ "files": ["x"], "rules": { "action-aut": "off" } }] }',
      '"action-aut"',
      'Did you mean "action-auth"?',
    ],
    ['a wrong type', '{ "ignore": "lib" }', '"lib"', 'array'],
  ])('%s is told at its place', (_name, text, at, message) => {
    const [issue, ...more] = pointed(text);
    expect(more).toEqual([]);
    expect(issue?.at).toBe(at);
    expect(issue?.message).toContain(message);
  });

  test('broken JSON, an empty file and brackets without end are issues and no exceptions', () => {
    for (const text of [
      '',
      '{',
      '{ "rules": }',
      '[1,2',
      'null',
      '"x"',
      '['.repeat(100_000),
      '{"a":'.repeat(50_000),
    ])
      expect(parseConfig(file, text, rules)).toMatchObject({
        settings: undefined,
        issues: [expect.anything()],
      });
  });

  test('comments and trailing commas are fine', () => {
    const text = '// ours\n{ "rules": { /* loud */ "action-auth": "warning", }, }';
    expect(parseConfig(file, text, rules)).toMatchObject({
      issues: [],
      settings: { rules: { 'action-auth': 'warning' } },
    });
  });
});

describe('what is in force', () => {
  test('defaults without a file', () => {
    const config = resolveConfig(undefined, source({}));
    expect(config.rule('require-pagination', 'a.ts')).toEqual({
      severity: 'warning',
      options: { max: 100, lookup: [] },
    });
    expect(config.rule('no-such-rule', 'a.ts').severity).toBe('off');
    expect(config.ignores('a.ts')).toBe(false);
  });

  test('given options are completed with the defaults', () => {
    const config = resolve({ [file]: '{ "rules": { "require-pagination": ["error", { "max": 5 }] } }' });
    expect(config.rule('require-pagination', 'a.ts')).toEqual({
      severity: 'error',
      options: { max: 5, lookup: [] },
    });
  });

  test('overrides count for their files, the last one wins', () => {
    const config = resolve({
      [file]: JSON.stringify({
        rules: { 'action-auth': 'warning' },
        overrides: [
          { files: ['app/**'], rules: { 'action-auth': 'hint' } },
          { files: ['app/admin'], rules: { 'action-auth': 'off' } },
        ],
      }),
    });
    const severity = (path: string) => config.rule('action-auth', path).severity;
    expect(['lib/a.ts', 'app/a.ts', 'app/admin/a.ts'].map(severity)).toEqual(['warning', 'hint', 'off']);
  });

  test('the nearest file wins, and its globs start at its folder', () => {
    const files = new Set([file, `apps/web/${file}`]);
    expect(nearestConfig('apps/web/lib/a.ts', (path) => files.has(path))).toBe(`apps/web/${file}`);
    expect(nearestConfig('apps/api/a.ts', (path) => files.has(path))).toBe(file);
    const config = resolve(
      { [`apps/web/${file}`]: '{ "ignore": ["legacy/", "**/*.{test,spec}.ts"] }' },
      `apps/web/${file}`,
    );
    const ignored = ['apps/web/legacy/a.ts', 'apps/web/lib/a.test.ts', 'legacy/a.ts', 'apps/web/a.ts'];
    expect(ignored.map(config.ignores)).toEqual([true, true, false, false]);
  });

  test('folders of Next.js are meant literally', () => {
    const config = resolve({ [file]: '{ "ignore": ["app/[id]/(shop)"] }' });
    expect(config.ignores('app/[id]/(shop)/page.tsx')).toBe(true);
    expect(config.ignores('app/i/page.tsx')).toBe(false);
  });

  test('extends: the base first, relative to the file, cycles and missing files are issues', () => {
    const config = resolve(
      {
        [`apps/web/${file}`]: '{ "extends": "../../base.json", "rules": { "action-auth": "off" } }',
        'base.json': '{ "rules": { "action-auth": "hint", "require-pagination": "error" } }',
      },
      `apps/web/${file}`,
    );
    expect(config.issues).toEqual([]);
    expect(config.dependencies).toEqual([`apps/web/${file}`, 'base.json']);
    expect(config.rule('action-auth', 'a.ts').severity).toBe('off');
    expect(config.rule('require-pagination', 'a.ts').severity).toBe('error');

    const cycle = resolve({ [file]: '{ "extends": "./b.json" }', 'b.json': `{ "extends": "./${file}" }` });
    expect(cycle.issues).toMatchObject([{ file: 'b.json', message: expect.stringContaining('cycle') }]);
    const missing = resolve({ [file]: '{ "extends": ["./gone.json"] }' });
    expect(missing.issues).toMatchObject([{ message: '"./gone.json" does not exist.', start: 14, end: 27 }]);
    expect(missing.dependencies).toContain('gone.json');
    const outside = resolve({ [file]: '{ "extends": "../../x.json" }' });
    expect(outside.issues).toMatchObject([{ message: expect.stringContaining('inside the workspace') }]);
  });

  test('while a file is broken, its last valid settings stay in force, else the defaults', () => {
    const good = resolve({ [file]: '{ "rules": { "action-auth": "off" } }' });
    const broken = { ...source({ [file]: '{ "rules": { "action-auth": ' }) };
    expect(resolveConfig(file, broken).rule('action-auth', 'a.ts').severity).toBe('error');
    const kept = resolveConfig(file, {
      ...broken,
      lastValid: (path) => good.valid.find((entry) => entry.file === path)?.settings,
    });
    expect(kept.issues).toHaveLength(1);
    expect(kept.rule('action-auth', 'a.ts').severity).toBe('off');
  });

  test('the command line wins over every file', () => {
    const files = {
      [file]: '{ "rules": { "require-pagination": ["off", { "max": 7 }] } }',
      'strict.json': '{}',
    };
    const forced = resolve(files, file, { rules: { 'require-pagination': 'error' } });
    expect(forced.rule('require-pagination', 'a.ts')).toEqual({
      severity: 'error',
      options: { max: 7, lookup: [] },
    });
    const other = resolve(files, file, { file: 'strict.json' });
    expect(other.file).toBe('strict.json');
    expect(other.rule('require-pagination', 'a.ts').severity).toBe('warning');
  });

  test('conventions are found from the folder of their file', () => {
    const text = JSON.stringify({
      conventions: {
        actions: ['server/actions'],
        env: './env.mjs',
        publicEntries: ['app/actions.ts#subscribe', 'app/public/**'],
        sessionHelpers: ['getViewer'],
      },
      migrations: { includeHistory: true },
    });
    const config = resolve({ [`web/${file}`]: text }, `web/${file}`);
    const { conventions } = config;
    expect(conventions.actions?.('web/server/actions/post.ts')).toBe(true);
    expect(conventions.services).toBeUndefined();
    expect(conventions.env).toBe('web/env.mjs');
    expect(conventions.isPublic('web/app/actions.ts', 'subscribe')).toBe(true);
    expect(conventions.isPublic('web/app/actions.ts', 'remove')).toBe(false);
    expect(conventions.isPublic('web/app/public/a/route.ts', 'GET')).toBe(true);
    expect(conventions.sessionHelpers).toEqual(['getViewer']);
    expect(config.includeHistory).toBe(true);
  });
});
