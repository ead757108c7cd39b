/** Every rule's page: its form, and its examples run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rules } from '../../src/engine.ts';
import { blankExpectations } from '../apps/expectations.mjs';
import { findingsOf, messageId } from '../kit/check.ts';
import { examplesOf, runExample } from '../kit/markdown.ts';
import { openApp } from '../kit/apps.ts';

const folder = fileURLToPath(new URL('../../src/rules/', import.meta.url));
const read = (id: string, file: string): string => {
  const at = path.join(folder, id, file);
  return existsSync(at) ? readFileSync(at, 'utf8') : '';
};

/** Headings that a page has, in this order; further ones may stand between them. */
const HEADINGS = ['## What it does not see', '## Examples'];

describe.each(rules.map(({ meta }) => ({ meta, id: meta.id })))('$id', ({ meta, id }) => {
  const page = read(id, 'rule.md');
  const shown = new Set<string>();

  it('has a page with its headings in order', () => {
    const headings = page.split('\n').filter((line) => /^##? /.test(line));
    expect(headings[0]).toBe(`# ${id}`);
    const wanted = [...HEADINGS];
    if (optionsOf(meta.options).length > 0) wanted.unshift('## Options');
    expect(headings.filter((heading) => wanted.includes(heading))).toEqual(wanted);
  });

  it('shows every option', () => {
    const text = page.slice(page.indexOf('\n## Options\n'));
    expect(optionsOf(meta.options).filter((option) => !text.includes(`\`${option}\``))).toEqual([]);
  });

  const examples = examplesOf(page);

  it('has a bad and a good example, and the fix where there is one', () => {
    const has = (verdict: string): boolean => examples.some((example) => example.verdict === verdict);
    expect([has('bad'), has('good')]).toEqual([true, true]);
    expect(examples.some((example) => example.fixed)).toBe(meta.fix !== 'none');
  });

  it.each(examples)('the $verdict example at line $line', async (example) => {
    for (const message of await runExample(id, example)) shown.add(message);
  });

  it('every message is drawn by an example, a sample app or a case that names it', () => {
    const cases = read(id, 'rule.test.ts');
    const missing = Object.keys(meta.messages).filter(
      (message) =>
        !shown.has(message) &&
        !inApps.has(`${id} ${message}`) &&
        !new RegExp(`['"]${message}['"]`).test(cases),
    );
    expect(missing).toEqual([]);
  });
});

/** `rule message` of all that is found in the sample apps with violations. */
const inApps = new Set<string>();
beforeAll(async () => {
  for (const name of ['shop-twin', 'monorepo'] as const)
    for (const finding of findingsOf((await openApp(name)).engine))
      if (finding.rule !== 'unused-suppression') inApps.add(`${finding.rule} ${messageId(finding)}`);
});

function optionsOf(schema: z.ZodType): string[] {
  return Object.keys((z.toJSONSchema(schema, { io: 'input' })['properties'] as object | undefined) ?? {});
}

it('every folder with a rule is registered', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) =>
    existsSync(path.join(folder, entry.name, 'rule.ts')),
  );
  expect(folders.map((entry) => entry.name).toSorted()).toEqual(rules.map(({ meta }) => meta.id).toSorted());
});

it('pages keep their expectations out of what a reader would copy', () => {
  for (const { meta } of rules)
    for (const example of examplesOf(read(meta.id, 'rule.md')))
      for (const text of Object.values(example.fixed ?? {})) expect(blankExpectations(text)).toBe(text);
});
