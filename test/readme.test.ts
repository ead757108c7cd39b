/** What README and docs show is what happens: their examples are run, their commands and options exist, their links lead somewhere. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { createWorkspace, run } from './cli/run.ts';
import { applyFix, findings, openFixture } from './kit/check.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const readme = read('README.md');
const pages = ['README.md', 'docs/ci.md', 'docs/editors.md', 'docs/migrations.md'];

/** Blocks of code of a language, in the order of the page. */
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code ?? '');

describe('the examples', () => {
  const examples = [
    ...readme.matchAll(/^<!-- example: (\S+) (\S+) -->\n```diff\n([^]*?)^```\n\n> \[`\S+`\]\(\S+\) (.+)$/gm),
  ].map(([, rule = '', file = '', diff = '', message = '']) => ({ rule, file, diff, message }));

  it('are there', () => expect(examples.length).toBeGreaterThan(3));

  it.each(examples)('$rule says this, and its fix does that', async ({ rule, file, diff, message }) => {
    const side = (sign: string): string =>
      diff
        .split('\n')
        .filter((line) => line.startsWith(sign) || line.startsWith(' '))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    const fixture = await openFixture({ [file]: side('-') });
    expect(findings(fixture, rule).map((finding) => finding.message)).toEqual([message]);
    expect(applyFix(fixture, { rule })).toEqual({ [file]: side('+') });
  });
});

describe('the pages', () => {
  it.each(pages)('%s links only to what is there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].map(([, target]) => target ?? '');
    const missing = links.filter(
      (target) => !/^https?:/.test(target) && !existsSync(path.join(root, path.dirname(page), target)),
    );
    expect(missing).toEqual([]);
  });

  it('show commands and options that exist', async () => {
    const used = pages.flatMap((page) =>
      [
        ...read(page).matchAll(
          /(?:backend-specialist(?:@[\d.]+)?|dist\/cli\.js) ([a-z][a-z-]*)((?: [^`'"#\n]*)?)/g,
        ),
      ].map(([, command = '', rest = '']) => ({ command, options: rest.match(/--[a-z-]+/g) ?? [] })),
    );
    const folder = createWorkspace({});
    const { stderr, stdout } = await run(folder, ['--help']);
    const commands = [...(stdout + stderr).matchAll(/^ +([a-z][a-z-]+) {2,}/gm)].map(
      ([, name]) => name ?? '',
    );
    expect(commands).toContain('check');
    const real = used.filter(({ command }) => commands.includes(command));
    expect(new Set(real.map(({ command }) => command)).size).toBeGreaterThan(5);
    for (const command of new Set(real.map((one) => one.command))) {
      const help = await run(folder, [command, '--help']);
      for (const { options } of real.filter((one) => one.command === command))
        for (const option of options)
          expect(help.stdout + help.stderr, `${command} ${option}`).toContain(option);
    }
  });

  it('show YAML and JSON that can be parsed', () => {
    const yaml = blocks(read('docs/ci.md'), 'yaml');
    expect(yaml.length).toBeGreaterThan(3);
    for (const text of yaml) expect(stringify(parse(text)), text).not.toBe('null\n');
    const json = blocks(read('docs/editors.md'), 'json');
    expect(json.length).toBeGreaterThan(0);
    for (const text of json) expect(() => JSON.parse(text) as unknown, text).not.toThrow();
  });
});

it('the picture is there, and light', () => {
  const folder = path.join(root, 'docs/media');
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(path.join(folder, file));
    expect(bytes.subarray(1, 4).toString(), file).toBe('PNG');
    expect(statSync(path.join(folder, file)).size, file).toBeLessThan(200 * 1024);
  }
  expect(readme).toContain('](docs/media/editor.png)');
});
