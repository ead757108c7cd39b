import { describe, expect, test } from 'vitest';
import { extractPackageJson, extractTsconfig } from '../../src/facts/json.ts';
import { extractPnpmWorkspace } from '../../src/facts/yamlWorkspace.ts';
import { checkExtractor } from './spans.ts';

const manifest = `{
  // a comment
  "name": "@shop/web", "type": "module",
  "scripts": { "build": "next build", "bad": 1 },
  "dependencies": { "next": "16.4.6" },
  "devDependencies": { "prisma": "^7.0.0", "next": "15" },
  "workspaces": { "packages": ["apps/*"] },
}`;
const tsconfig = `{ "extends": "./base.json", /* x */ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"] } },
  "include": ["src"], "exclude": ["dist"], "references": [{ "path": "../db" }, {}] }`;

describe('extractPackageJson', () => {
  test('reads a tolerant manifest', () => {
    expect(extractPackageJson(manifest)).toEqual({
      kind: 'package',
      name: '@shop/web',
      type: 'module',
      scripts: { build: 'next build' },
      dependencies: { next: '16.4.6', prisma: '^7.0.0' },
      workspaces: ['apps/*'],
    });
  });

  test('any text gives facts and never throws', () => {
    checkExtractor(extractPackageJson, manifest, ['{', '}', '[', ']', ':', ',', '//']);
    expect(extractPackageJson('['.repeat(100_000)).scripts).toEqual({});
  });
});

describe('extractTsconfig', () => {
  test('reads paths, parents and references', () => {
    expect(extractTsconfig(tsconfig)).toEqual({
      kind: 'tsconfig',
      extends: ['./base.json'],
      baseUrl: '.',
      paths: { '@/*': ['./src/*'] },
      include: ['src'],
      exclude: ['dist'],
      references: ['../db'],
    });
    expect(extractTsconfig('{"extends":["a","b"]}').extends).toEqual(['a', 'b']);
  });

  test('any text gives facts and never throws', () => {
    checkExtractor(extractTsconfig, tsconfig, ['{', '}', '[', ']', ':', ',', '//']);
  });
});

describe('extractPnpmWorkspace', () => {
  test('reads the globs', () => {
    expect(extractPnpmWorkspace('packages:\n  - apps/*\n  - "packages/*"\n  - 1\n')).toEqual([
      'apps/*',
      'packages/*',
    ]);
    expect(extractPnpmWorkspace('packages: [a')).toEqual([]);
  });

  test('any text gives facts and never throws', () => {
    checkExtractor(extractPnpmWorkspace, 'packages:\n  - a\n', [
      '- ',
      ': ',
      '{',
      '[',
      '|',
      '&a ',
      '*a ',
      '!!x ',
    ]);
    expect(extractPnpmWorkspace('[ '.repeat(100_000))).toEqual([]);
  });
});
