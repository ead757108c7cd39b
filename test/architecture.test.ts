/** Who may import whom, and why: ARCHITECTURE.md as an executable rule. A failure prints the reason. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { moduleOf, readModules, type Import, type Module } from './kit/imports.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const modules = readModules(root, ['src', 'server', 'client']);

/** The part that a file belongs to: a folder of `src`, `engine`, `server`, `client` or its `webview`; anything else is foreign. */
function partOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  if (top === 'client' && second === 'webview') return second;
  if (top !== 'src') return /^(server|client)$/.test(top) ? top : 'foreign';
  return second.replace(/\.ts$/, '');
}

interface Part {
  /** Parts whose code it may use. */
  values: readonly string[];
  /** Parts that it may name in types as well; types leave no trace in the bundles. */
  types?: readonly string[];
  /** Packages (`vscode` with everything below it) whose code it may use. */
  packages?: readonly string[];
  why: string;
}

const parts: { readonly [part: string]: Part } = {
  base: { values: [], why: 'what everybody uses can depend on nobody' },
  facts: {
    values: ['base'],
    packages: [
      'ts-morph',
      'jsonc-parser',
      'toml-eslint-parser',
      'yaml',
      'libpg-query',
      'web-tree-sitter',
      'dockerfile-ast',
      '@loancrate/prisma-schema-parser',
      'markdown-it',
      'node:module',
    ],
    why: 'facts say what one file says: they know no other file, no rule and no configuration, so that they can be cached by their text',
  },
  prisma: { values: ['base', 'facts'], why: 'schemas and migrations are folded from facts alone' },
  project: { values: ['base', 'facts'], why: 'where things are is found from facts alone' },
  config: {
    values: ['base'],
    types: ['rules'],
    packages: ['zod', 'jsonc-parser', 'picomatch'],
    why: 'configuration is read from text; rules are declared to it',
  },
  workspace: {
    values: ['base', 'facts', 'prisma', 'project', 'config'],
    why: 'links and summaries are the same whichever rules exist',
  },
  rules: {
    values: ['base', 'facts', 'prisma', 'project', 'workspace', 'map', 'edit'],
    types: ['run', 'config'],
    packages: ['zod', 'ts-morph'],
    why: 'a rule is a function from facts and summaries to reports: no disk, no editor, no runner',
  },
  edit: {
    values: ['base', 'facts', 'project'],
    types: ['prisma', 'rules', 'run', 'workspace'],
    packages: ['ts-morph'],
    why: 'fixes are texts made from texts; verification gets the engine handed in',
  },
  run: {
    values: ['base', 'facts', 'config'],
    types: ['rules', 'workspace', 'edit'],
    why: 'the runner knows rules by their contract only',
  },
  map: {
    values: ['base', 'facts', 'prisma', 'project', 'workspace'],
    types: ['run'],
    packages: ['fast-myers-diff'],
    why: 'the map is a view of the workspace; it reports nothing',
  },
  commit: {
    values: ['base', 'facts', 'prisma', 'project', 'config', 'workspace'],
    packages: ['conventional-commits-parser', 'fast-myers-diff', 'jsonc-parser', 'yaml'],
    why: 'what a commit touches is told from its texts alone: a message needs no index of the workspace',
  },
  engine: {
    values: ['base', 'facts', 'config', 'workspace', 'rules', 'run', 'edit', 'map', 'commit'],
    why: 'the façade is the only place where the engine is put together; it has no disk and no clock',
  },
  verify: {
    values: ['base', 'embedded', 'host'],
    types: ['map', 'run'],
    packages: ['node', 'jsonc-parser'],
    why: 'it runs programs of the workspace when it is asked to, and gets what the engine says handed in',
  },
  report: {
    values: ['base', 'verify'],
    types: ['run', 'rules', 'embedded'],
    packages: ['picocolors', 'fast-myers-diff'],
    why: 'reports are texts made from findings',
  },
  protocol: {
    values: [],
    packages: ['zod'],
    why: 'client and server share it: what it imports is loaded in every window',
  },
  embedded: {
    values: ['base'],
    types: ['map'],
    packages: ['node', 'zod'],
    why: 'it starts the process that runs SQL, and must never run any itself: neither PostgreSQL nor an engine is loaded here',
  },
  postgres: {
    values: ['base', 'embedded'],
    packages: ['node', 'zod', '@electric-sql/pglite', '@prisma'],
    why: 'it is a program of its own, which SQL may hang or bring down: nothing imports it',
  },
  host: {
    values: ['base'],
    packages: ['node', 'ignore', 'tinyglobby'],
    why: 'the disk, git and the clock are here, and nothing that analyses',
  },
  mcp: {
    values: ['base', 'engine', 'host', 'report'],
    packages: ['node', 'zod', '@modelcontextprotocol/sdk'],
    why: 'a front end sees the engine through its façade, so that agents are told what people are',
  },
  cli: {
    values: ['base', 'config', 'embedded', 'engine', 'host', 'report', 'server', 'mcp', 'verify'],
    types: ['rules', 'run', 'commit'],
    packages: ['node', 'citty', 'picocolors', 'picomatch', 'zod'],
    why: 'a front end sees the engine through its façade, so that all front ends say the same',
  },
  server: {
    values: ['base', 'config', 'embedded', 'engine', 'host', 'mcp', 'protocol', 'report', 'verify'],
    types: ['rules', 'run', 'map'],
    packages: ['node', 'zod', 'vscode-languageserver', 'vscode-languageserver-textdocument'],
    why: 'a front end sees the engine through its façade, and works in any editor: it must not know VS Code',
  },
  client: {
    values: ['protocol'],
    packages: ['vscode', 'vscode-languageclient', 'node:path', 'node:crypto'],
    why: 'the extension host stays light: the engine lives in the server',
  },
  webview: {
    values: ['protocol'],
    packages: ['cytoscape', 'zod'],
    why: 'it is a page in a browser: it has no editor and no disk, and all that it knows comes by messages',
  },
  codegen: {
    values: ['base', 'config', 'mcp', 'protocol', 'rules'],
    packages: ['node', 'zod', 'jsonc-parser'],
    why: 'it is a tool of the repository; nothing imports it',
  },
};

const isPackage = (allowed: string, specifier: string): boolean =>
  allowed === specifier ||
  specifier.startsWith(`${allowed}/`) ||
  (allowed === 'node' && specifier.startsWith('node:'));

/** Why an import is not allowed; `undefined` when it is. */
function importProblem(module: Module, { to, isOwn, typeOnly }: Import): string | undefined {
  const from = partOf(module.file);
  const part = parts[from];
  if (!part) return `${module.file}: src/${from} is no part that ARCHITECTURE.md knows`;
  const because = `: ${part.why}`;
  if (!isOwn) {
    const allowed = part.packages?.some((name) => isPackage(name, to)) ?? false;
    // Types of a library are as free as its types: they may be named where its values are handed in.
    return allowed || typeOnly ? undefined : `${module.file} must not import ${to}${because}`;
  }
  const target = partOf(to);
  if (target === from) return undefined;
  const allowed = part.values.includes(target) || (typeOnly && part.types?.includes(target) === true);
  return allowed ? undefined : `${module.file} must not import ${typeOnly ? 'types of ' : ''}${to}${because}`;
}

const boundaryProblems = (all: readonly Module[]): string[] =>
  all.flatMap((module) => module.imports.flatMap((imported) => importProblem(module, imported) ?? []));

/** One rule never leans on another, and what finds is apart from what edits. */
function ruleProblems(all: readonly Module[]): string[] {
  const byFile = new Map(all.map((module) => [module.file, module]));
  const folderOf = (file: string): string | undefined => /^src\/rules\/([^/]+)\//.exec(file)?.[1];
  const problems: string[] = [];
  for (const module of all) {
    const own = folderOf(module.file);
    if (own === undefined) continue;
    for (const { to } of module.imports) {
      const other = folderOf(to);
      if (other !== undefined && other !== own)
        problems.push(`${module.file} must not import ${to}: a rule is added or removed by one folder`);
    }
    if (!module.file.endsWith('/rule.ts')) continue;
    const seen = new Set<string>();
    const queue = [module.file];
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      for (const imported of byFile.get(file)?.imports ?? []) {
        if (imported.typeOnly) continue;
        if (folderOf(imported.to) === own) queue.push(imported.to);
        else if (imported.to.startsWith('src/edit/') || imported.to === 'ts-morph')
          problems.push(
            `${file} must not import ${imported.to}: ${module.file} uses it, and rules see facts, never syntax trees or edits`,
          );
      }
    }
  }
  return problems;
}

/** The engine's result depends on the texts it is given and on nothing else. */
function purityProblems(all: readonly Module[]): string[] {
  const isShell = (file: string): boolean =>
    /^(src\/(host|cli|mcp|codegen|embedded|postgres|verify)|server|client)\//.test(file);
  return all
    .filter(({ file }) => !isShell(file))
    .flatMap(({ file, globals }) =>
      [...globals].map(
        (name) => `${file} must not use ${name}: the engine has no disk, clock, network or chance`,
      ),
    );
}

/** Only these need syntax trees; wrapping nodes elsewhere would be slow, and rules would see what facts can't say. */
function treeProblems(all: readonly Module[]): string[] {
  return all.flatMap(({ file, imports }) =>
    imports
      .filter(
        ({ to, typeOnly }) =>
          to === 'ts-morph' && !typeOnly && !/^src\/(facts|edit|rules\/[^/]+)\//.test(file),
      )
      .map(() => `${file} must not import ts-morph: syntax trees stay in src/facts and src/edit`),
  );
}

/** Cycles between the parts, by what is left when the code runs. */
function cycles(all: readonly Module[]): string[] {
  const edges = new Map<string, Set<string>>();
  for (const { file, imports } of all)
    for (const { to, isOwn, typeOnly } of imports) {
      const [from, target] = [partOf(file), partOf(to)];
      if (!isOwn || typeOnly || from === target) continue;
      edges.set(from, (edges.get(from) ?? new Set()).add(target));
    }
  const found: string[] = [];
  const walk = (part: string, path: readonly string[]): void => {
    if (path.includes(part)) {
      found.push([...path.slice(path.indexOf(part)), part].join(' → '));
      return;
    }
    for (const next of edges.get(part) ?? []) walk(next, [...path, part]);
  };
  for (const part of edges.keys()) walk(part, []);
  return found;
}

/** What would be found with one more module. */
const planted = (file: string, text: string): Module[] => [...modules, moduleOf(file, text)];

describe('parts import only what they may', () => {
  it('everywhere', () => {
    expect(boundaryProblems(modules)).toEqual([]);
  });

  it.each([
    ['src/base/a.ts', "import { x } from '../facts/model.ts';"],
    ['src/facts/a.ts', "import type { Rule } from '../rules/rule.ts';"],
    ['src/rules/a/rule.ts', "import { readFileSync } from 'node:fs';"],
    ['src/rules/a/rule.ts', "import { runRules } from '../../run/reports.ts';"],
    ['src/workspace/a.ts', "import { rules } from '../engine.ts';"],
    ['src/engine.ts', "import { createNodeHost } from './host/node.ts';"],
    ['src/protocol/a.ts', "import path from 'node:path';"],
    ['src/cli/a.ts', "import { Workspace } from '../workspace/workspace.ts';"],
    ['server/a.ts', "import * as vscode from 'vscode';"],
    ['server/a.ts', "const load = () => import('../src/workspace/workspace.ts');"],
    ['client/a.ts', "import { Engine } from '../src/engine.ts';"],
    ['client/a.ts', "export { a } from '../server/main.ts';"],
    ['client/webview/a.ts', "import * as vscode from 'vscode';"],
    ['src/report/a.ts', "import { kit } from '../../test/kit/check.ts';"],
    ['server/a.ts', "import { createDatabase } from '../src/postgres/database.ts';"],
    ['src/embedded/a.ts', "import { PGlite } from '@electric-sql/pglite';"],
    ['src/elsewhere/a.ts', "import path from 'node:path';"],
  ])('a violation in %s is seen: %s', (file, text) => {
    expect(boundaryProblems([moduleOf(file, text)])).toHaveLength(1);
  });

  it('types are not taken for code', () => {
    const text =
      "import type { Finding } from '../run/finding.ts'; import { type Severity } from '../rules/rule.ts'; import { applyEdits } from '../edit/applyEdits.ts';";
    expect(boundaryProblems([moduleOf('src/report/a.ts', text)])).toEqual([
      expect.stringContaining('src/edit/applyEdits.ts'),
    ]);
  });

  it('every part is described and exists', () => {
    expect([...new Set(modules.map(({ file }) => partOf(file)))].toSorted()).toEqual(
      Object.keys(parts).toSorted(),
    );
  });
});

describe('rules', () => {
  it('stand alone and find without editing', () => {
    expect(ruleProblems(modules)).toEqual([]);
  });

  it('a rule that uses another, or a tree, is seen', () => {
    expect(ruleProblems([moduleOf('src/rules/a/rule.ts', "import { x } from '../b/rule.ts';")])).toHaveLength(
      1,
    );
    expect(
      ruleProblems([moduleOf('src/rules/a/rule.ts', "import { x } from '../../edit/style.ts';")]),
    ).toHaveLength(1);
    const helper = moduleOf('src/rules/a/helper.ts', "import { ts } from 'ts-morph';");
    expect(ruleProblems([helper])).toEqual([]);
    expect(
      ruleProblems([helper, moduleOf('src/rules/a/rule.ts', "import { x } from './helper.ts';")]),
    ).toHaveLength(1);
    expect(
      ruleProblems([helper, moduleOf('src/rules/a/fix.ts', "import { x } from './helper.ts';")]),
    ).toEqual([]);
  });
});

describe('the engine', () => {
  it('is pure', () => {
    expect(purityProblems(modules)).toEqual([]);
  });

  it.each([
    'const a = process.cwd();',
    'const a = Date.now();',
    'const a = new Date();',
    'const a = Math.random();',
    'await fetch(url);',
    'console.log(1);',
    'const { env } = process;',
  ])('impurity is seen: %s', (text) => {
    expect(purityProblems([moduleOf('src/facts/a.ts', text)])).toHaveLength(1);
  });

  it('names that only look like it are not', () => {
    expect(
      purityProblems([
        moduleOf(
          'src/facts/a.ts',
          'const a = x.process; const b = { Date: 1 }; type T = Date; interface I { fetch(): void }',
        ),
      ]),
    ).toEqual([]);
    expect(purityProblems([moduleOf('src/host/a.ts', 'process.cwd();')])).toEqual([]);
  });

  it('parses in few places', () => {
    expect(treeProblems(modules)).toEqual([]);
    expect(treeProblems([moduleOf('src/map/a.ts', "import { ts } from 'ts-morph';")])).toHaveLength(1);
  });
});

describe('parts form no cycle', () => {
  it('when the code runs', () => {
    expect(cycles(modules)).toEqual([]);
  });

  it('a cycle is seen', () => {
    expect(cycles(planted('src/facts/a.ts', "import { a } from '../workspace/view.ts';"))).not.toEqual([]);
    expect(cycles(planted('src/facts/a.ts', "import type { A } from '../workspace/view.ts';"))).toEqual([]);
  });
});
