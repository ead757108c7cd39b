/** What is generated is up to date, and a change of any input would be noticed. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandIds } from '../client/names.ts';
import { generate, pagelessRules, staleFiles } from '../src/codegen/generate.ts';
import { readInputs, type Inputs, type RuleFolder } from '../src/codegen/inputs.ts';
import { commandsOf } from '../src/codegen/manifest.ts';
import { replaceSection } from '../src/codegen/readme.ts';
import { scaffold } from '../src/codegen/scaffold.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string): string | undefined =>
  existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : undefined;

let inputs: Inputs;
beforeAll(async () => {
  inputs = await readInputs(root);
});

describe('generated files', () => {
  it('are up to date', () => {
    expect(staleFiles(generate(inputs), read)).toEqual([]);
  });

  it('include a page for every rule', () => {
    expect(pagelessRules(inputs)).toEqual([]);
  });

  it('are settled: generating from their own result changes nothing', () => {
    const outputs = generate(inputs);
    const again = generate({
      ...inputs,
      manifest: outputs.get('package.json') ?? '',
      readme: outputs.get('README.md') ?? '',
      migrations: outputs.get('docs/migrations.md') ?? '',
    });
    expect([...again]).toEqual([...outputs]);
  });
});

describe('the check notices', () => {
  /** Files that are stale once the first rule with a fix is another. */
  const staleWith = (change: (rule: RuleFolder) => RuleFolder | undefined): string[] => {
    const [first, ...others] = inputs.rules;
    if (!first) throw new Error('there are no rules');
    const changed = change(first);
    return staleFiles(generate({ ...inputs, rules: changed ? [changed, ...others] : others }), read);
  };
  const tables = ['README.md', 'docs/rules/README.md', 'package.json', 'schema/config.schema.json'];

  it('a rule that is gone', () => {
    const page = `docs/rules/${inputs.rules[0]?.meta.id ?? ''}.md`;
    const snippets = ['jsx', 'typescript'].map((name) => `snippets/suppressions/${name}.json`);
    expect(staleWith(() => undefined)).toEqual(
      [...tables, page, ...snippets, 'src/rules/index.generated.ts'].toSorted(),
    );
  });

  it('another title', () => {
    const page = `docs/rules/${inputs.rules[0]?.meta.id ?? ''}.md`;
    expect(staleWith((rule) => ({ ...rule, meta: { ...rule.meta, title: 'Another title.' } }))).toEqual(
      [...tables, page].toSorted(),
    );
  });

  it('another severity', () => {
    expect(staleWith((rule) => ({ ...rule, meta: { ...rule.meta, severity: 'hint' } }))).toEqual(
      expect.arrayContaining(tables),
    );
  });

  it('other options', () => {
    const options = z.strictObject({ extra: z.number().optional() });
    expect(staleWith((rule) => ({ ...rule, meta: { ...rule.meta, options } }))).toContain(
      'schema/config.schema.json',
    );
  });

  it('another page', () => {
    expect(staleWith((rule) => ({ ...rule, page: `${rule.page ?? ''}\nMore.\n` }))).toEqual([
      `docs/rules/${inputs.rules[0]?.meta.id ?? ''}.md`,
    ]);
  });

  it('a rule without fixes', () => {
    expect(staleWith((rule) => ({ ...rule, hasFixes: !rule.hasFixes }))).toEqual([
      'src/rules/index.generated.ts',
    ]);
  });

  it('a rule without a page', () => {
    expect(
      pagelessRules({ ...inputs, rules: inputs.rules.map((rule) => ({ ...rule, page: undefined })) }),
    ).toHaveLength(inputs.rules.length);
  });

  it('a page that belongs to no rule', () => {
    expect(
      staleFiles(
        generate({ ...inputs, docs: [...inputs.docs, 'gone.md'] }),
        (file) => read(file) ?? 'a page',
      ),
    ).toEqual(['docs/rules/gone.md']);
  });

  it('another command', () => {
    const manifest = inputs.manifest.replace('"title": "Restart Server"', '"title": "Start Again"');
    expect(staleFiles(generate({ ...inputs, manifest }), read)).toEqual(['README.md', 'package.json']);
  });

  it('another snippet', () => {
    const [[file, first] = ['', {}]] = Object.entries(inputs.snippets);
    const more = { ...first, New: { prefix: 'bs-new', description: 'A new one', body: ['new'] } };
    const snippets = { ...inputs.snippets, [file]: more };
    expect(staleFiles(generate({ ...inputs, snippets }), read)).toEqual(['README.md']);
  });

  it('any generated file edited by hand', () => {
    for (const file of generate(inputs).keys())
      expect(
        staleFiles(generate(inputs), (other) => (other === file ? `${read(other) ?? ''} ` : read(other))),
      ).toEqual([file]);
  });

  it('another statement', () => {
    const [first, ...rest] = inputs.statements;
    if (!first) throw new Error('there are no statements');
    const fewer = [{ ...first, rows: first.rows.slice(1) }, ...rest];
    expect(staleFiles(generate({ ...inputs, statements: fewer }), read)).toEqual(['docs/migrations.md']);
  });

  it('a missing marker', () => {
    expect(() => replaceSection('no markers', 'rules', '')).toThrow('no markers for "rules"');
  });
});

it('package.json declares the commands that the client has, but for those that only links and lenses run', () => {
  const { showPlaces, ...declared } = commandIds;
  expect(commandsOf(inputs.manifest).map(({ command }) => command)).not.toContain(showPlaces);
  expect(
    commandsOf(inputs.manifest)
      .map(({ command }) => command)
      .toSorted(),
  ).toEqual(Object.values(declared).toSorted());
});

describe('a new rule', () => {
  const id = 'always-new';
  const copy = mkdtempSync(path.join(os.tmpdir(), 'new-rule-'));
  afterAll(() => rmSync(copy, { recursive: true, force: true }));
  const node = (script: string, ...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [path.join(root, 'node_modules', script), ...args], {
      cwd: copy,
      encoding: 'utf8',
    });

  beforeAll(() => {
    for (const name of [
      'src',
      'test/kit',
      'test/prisma/statements',
      'test/apps',
      'docs',
      'README.md',
      'package.json',
      'tsconfig.json',
      'vitest.config.ts',
      'schema',
      'snippets',
    ])
      cpSync(path.join(root, name), path.join(copy, name), {
        recursive: true,
        filter: (from) => !/test\/apps\/[^/]+\/.|\.install/.test(from.slice(root.length)),
      });
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
    const made = node('tsx/dist/cli.mjs', 'src/codegen/newRule.ts', id);
    if (made.status !== 0) throw new Error(`${String(made.stdout)}${String(made.stderr)}`);
  });

  it('is registered, compiles and has a page', () => {
    expect(readFileSync(path.join(copy, 'src/rules/index.generated.ts'), 'utf8')).toContain(
      `./${id}/rule.ts`,
    );
    expect(existsSync(path.join(copy, `docs/rules/${id}.md`))).toBe(true);
    writeFileSync(
      path.join(copy, 'tsconfig.new.json'),
      JSON.stringify({ extends: './tsconfig.json', include: [], files: scaffoldFiles() }),
    );
    const { status, stdout } = node('typescript/bin/tsc', '-p', 'tsconfig.new.json');
    expect([status, stdout]).toEqual([0, '']);
  });

  it('has a red test for what it should report and a green one for what it accepts', () => {
    const { status, stdout } = node('vitest/vitest.mjs', 'run', `src/rules/${id}`, '--reporter=json');
    const report = JSON.parse(String(stdout)) as { numPassedTests: number; numFailedTests: number };
    expect([status, report.numPassedTests, report.numFailedTests]).toEqual([1, 1, 1]);
  });

  it('is refused when its name is taken or no name', () => {
    expect(node('tsx/dist/cli.mjs', 'src/codegen/newRule.ts', id).status).toBe(2);
    expect(node('tsx/dist/cli.mjs', 'src/codegen/newRule.ts', 'NoName').status).toBe(2);
    expect(() => scaffold('NoName', '0.1.0')).toThrow('is no id of a rule');
  });

  const scaffoldFiles = (): string[] =>
    [...scaffold(id, '0.1.0').keys()].filter((file) => file.endsWith('.ts'));
});
