import { describe, expect, it } from 'vitest';
import { applyFix, findings, messageId, openFixture } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';

const RULE = 'prisma-generator';
const FILE = 'prisma/schema.prisma';

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE).map(
    (finding) =>
      `${messageId(finding)} ${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}»`,
  );

const block = (settings: string, name = 'client'): string => `generator ${name} {\n${settings}\n}\n`;
const judge = async (text: string, more: Record<string, string> = {}): Promise<string[]> =>
  shown(await openFixture({ [FILE]: text, ...more }));
const prisma = (version: string): Record<string, string> => ({
  'package.json': `{ "dependencies": { "next": "16.0.0", "prisma": "${version}", "@prisma/client": "${version}" } }`,
});
const LEGACY = '  provider = "prisma-client-js"';

describe('reports', () => {
  it.each<[string, string, Record<string, string>, string[]]>([
    ['the old provider', block(LEGACY), {}, ['legacy warning «"prisma-client-js"»']],
    [
      'the old provider with an output',
      block(`${LEGACY}\n  output = "../lib/generated/prisma"`),
      {},
      ['legacy warning «"prisma-client-js"»'],
    ],
    [
      'the old provider of a version that isn’t told',
      block(LEGACY),
      prisma('latest'),
      ['legacy warning «"prisma-client-js"»'],
    ],
    ['the old provider in Prisma 6', block(LEGACY), prisma('^6.16.0'), ['legacy info «"prisma-client-js"»']],
    ['the old provider in Prisma 5', block(LEGACY), prisma('~5.22.0'), ['legacy hint «"prisma-client-js"»']],
    ['no output', block('  provider = "prisma-client"'), {}, ['noOutput warning «"prisma-client"»']],
    [
      'an output among other code',
      block('  provider = "prisma-client"\n  output = "../lib/db"'),
      {},
      ['elsewhere warning «"../lib/db"»'],
    ],
    [
      'an output beside the schema',
      block('  provider = "prisma-client"\n  output = "./client"'),
      {},
      ['elsewhere warning «"./client"»'],
    ],
    [
      'an output in node_modules',
      block('  provider = "prisma-client"\n  output = "../node_modules/.prisma/client"'),
      {},
      ['elsewhere warning «"../node_modules/.prisma/client"»'],
    ],
    [
      'an output outside',
      block('  provider = "prisma-client"\n  output = "../../generated/prisma"'),
      {},
      ['elsewhere warning «"../../generated/prisma"»'],
    ],
    [
      'an absolute output',
      block('  provider = "prisma-client"\n  output = "/srv/lib/generated"'),
      {},
      ['elsewhere warning «"/srv/lib/generated"»'],
    ],
    [
      'another folder for generated code',
      block('  provider = "prisma-client"\n  output = "../generated/prisma"'),
      {},
      ['elsewhere info «"../generated/prisma"»'],
    ],
    [
      'the second of two',
      `${block('  provider = "prisma-client"\n  output = "../lib/generated/a"', 'a')}${block('  provider = "prisma-client"\n  output = "../lib/b"', 'b')}`,
      {},
      ['elsewhere warning «"../lib/b"»'],
    ],
  ])('%s', async (_, text, more, expected) => {
    expect(await judge(text, more)).toEqual(expected);
  });

  it('in any file of a schema', async () => {
    const fixture = await openFixture({
      'prisma/schema/main.prisma': 'datasource db {\n  provider = "postgresql"\n}\n',
      'prisma/schema/client.prisma': block(LEGACY),
      [FILE]: '',
    });
    expect(shown(fixture)).toEqual(['legacy warning «"prisma-client-js"»']);
  });
});

describe('accepts', () => {
  const output = (path: string): string => block(`  provider = "prisma-client"\n  output = "${path}"`);
  it.each<[string, string, Record<string, string>]>([
    ['lib/generated', output('../lib/generated/prisma'), {}],
    ['lib/generated itself', output('../lib/generated'), {}],
    ['below src', output('../src/lib/generated/prisma'), {}],
    [
      'a configured folder',
      output('../generated/prisma'),
      { 'backend-specialist.config.json': '{ "conventions": { "generated": ["generated"] } }' },
    ],
    [
      'a configured folder among other code',
      output('../lib/db/client'),
      { 'backend-specialist.config.json': '{ "conventions": { "generated": ["lib/db/client"] } }' },
    ],
    ['other generators', block('  provider = "prisma-json-types-generator"', 'json'), {}],
    ['a provider that isn’t told', block('  output = "../x"'), {}],
    ['the old one beside the new one', `${block(LEGACY, 'old')}${output('../lib/generated/prisma')}`, {}],
    ['MongoDB', `${block(LEGACY)}datasource db {\n  provider = "mongodb"\n}\n`, {}],
    ['an output of the environment', block('  provider = "prisma-client"\n  output = env("OUT")'), {}],
    ['an empty schema', '', {}],
    ['a block that is being written', 'generator client {\n  provider = \n}\n', {}],
  ])('%s', async (_, text, more) => {
    expect(await judge(text, more)).toEqual([]);
  });

  it('a generated folder of a package that is no application', async () => {
    const fixture = await openFixture(
      {
        'package.json': '{ "workspaces": ["packages/*", "apps/*"] }',
        'packages/db/package.json': '{ "name": "db", "dependencies": { "prisma": "7.0.0" } }',
        'packages/db/prisma/schema.prisma': output('../generated/prisma'),
        'apps/web/package.json': '{ "dependencies": { "next": "16.0.0", "db": "*" } }',
        'apps/web/app/page.tsx': 'export default function Page() {\n  return null;\n}\n',
      },
      { base: false },
    );
    expect(shown(fixture)).toEqual([]);
  });
});

describe('the fix', () => {
  it.each<[string, string, string]>([
    [
      'a new provider and output',
      block(LEGACY),
      block('  provider = "prisma-client"\n  output   = "../lib/generated/prisma"'),
    ],
    [
      'in the columns that are there',
      block('  provider        = "prisma-client-js" // ours\n  previewFeatures = ["views"]'),
      block(
        '  provider        = "prisma-client" // ours\n  output          = "../lib/generated/prisma"\n  previewFeatures = ["views"]',
      ),
    ],
    [
      'an output that stays',
      block(`${LEGACY}\n  output   = "../lib/generated/db"`),
      block('  provider = "prisma-client"\n  output   = "../lib/generated/db"'),
    ],
    [
      'an output in node_modules',
      block(`${LEGACY}\n  output   = "../node_modules/.prisma/x"`),
      block('  provider = "prisma-client"\n  output   = "../lib/generated/prisma"'),
    ],
    [
      'only the output',
      block('\tprovider = "prisma-client"'),
      block('\tprovider = "prisma-client"\n\toutput   = "../lib/generated/prisma"'),
    ],
    [
      'Windows line ends',
      block(LEGACY).replaceAll('\n', '\r\n'),
      block('  provider = "prisma-client"\n  output   = "../lib/generated/prisma"').replaceAll('\n', '\r\n'),
    ],
  ])('%s', async (_, before, after) => {
    const fixture = await openFixture({ [FILE]: before });
    expect(applyFix(fixture, { rule: RULE })[FILE]).toBe(after);
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('follows the application’s folders', async () => {
    const fixture = await openFixture(
      {
        'package.json': '{ "dependencies": { "next": "16.0.0", "prisma": "7.0.0" } }',
        'src/app/page.tsx': 'export default function Page() {\n  return null;\n}\n',
        [FILE]: block(LEGACY),
      },
      { base: false },
    );
    expect(applyFix(fixture, { rule: RULE })[FILE]).toContain('output   = "../src/lib/generated/prisma"');
  });

  it('is not offered for an output that is somewhere else', async () => {
    const fixture = await openFixture({
      [FILE]: block('  provider = "prisma-client"\n  output = "../lib/db"'),
    });
    expect(findings(fixture, RULE).map(({ fixes }) => fixes)).toEqual([[]]);
  });
});
