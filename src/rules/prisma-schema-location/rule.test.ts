import { describe, expect, it } from 'vitest';
import { applyFix, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';
import type { Fixture } from '../../../test/kit/check.ts';

const RULE = 'prisma-schema-location';

const shown = (fixture: Fixture): string[] =>
  findings(fixture, RULE).map(
    (finding) =>
      `${messageId(finding)} ${finding.severity} «${fixture.engine.text(finding.file)?.slice(finding.start, finding.end) ?? ''}»`,
  );

const manifest = (version = '7.0.0', more = ''): string =>
  `{ "dependencies": { "next": "16.0.0", "prisma": "${version}", "@prisma/client": "${version}"${more} } }`;
const HEAD = 'datasource db {\n  provider = "postgresql"\n}\n';
const MODEL = '\nmodel A {\n  id Int @id\n}\n';
const PAGE = { 'app/page.tsx': 'export default function Page() {\n  return null;\n}\n' };

const open = (files: Record<string, string>): Promise<Fixture> =>
  openFixture({ 'package.json': manifest(), ...PAGE, ...files }, { base: false });
const judge = async (files: Record<string, string>): Promise<string[]> => shown(await open(files));
const url = (settings: string): string => `datasource db {\n  provider  = "postgresql"\n${settings}\n}\n`;
const config = (inner: string): string =>
  `import { defineConfig } from 'prisma/config';\n\nexport default defineConfig({${inner}});\n`;

describe('the place', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['elsewhere', { 'db/schema.prisma': HEAD }, ['elsewhere warning «db»']],
    ['at the top', { 'schema.prisma': HEAD }, ['elsewhere warning «db»']],
    [
      'elsewhere, with a configuration that names another',
      { 'db/schema.prisma': HEAD, 'prisma.config.ts': config(`schema: 'prisma/schema.prisma'`) },
      ['elsewhere warning «db»'],
    ],
    [
      'elsewhere, with a configuration that names none',
      { 'db/schema.prisma': HEAD, 'prisma.config.ts': config('') },
      ['elsewhere warning «db»'],
    ],
    [
      'a folder that nobody names',
      { 'prisma/schema/main.prisma': HEAD, 'prisma/schema/a.prisma': MODEL },
      ['folder warning «db»'],
    ],
    [
      'files beside the schema',
      { 'prisma/schema.prisma': HEAD, 'prisma/models/a.prisma': MODEL },
      ['folder warning «db»'],
    ],
  ])('%s', async (_, files, expected) => {
    expect(await judge(files)).toEqual(expected);
  });

  it.each<[string, Record<string, string>]>([
    ['the usual one', { 'prisma/schema.prisma': `${HEAD}${MODEL}` }],
    [
      'a configured file',
      { 'db/schema.prisma': HEAD, 'prisma.config.ts': config(`schema: './db/schema.prisma'`) },
    ],
    [
      'a configured folder',
      {
        'prisma/schema/main.prisma': HEAD,
        'prisma/schema/a.prisma': MODEL,
        'prisma.config.ts': config(`schema: 'prisma/schema'`),
      },
    ],
    [
      'a configuration of the new name',
      { 'db/schema.prisma': HEAD, 'prisma7.config.mts': config(`schema: 'db/schema.prisma'`) },
    ],
    [
      'a configuration in .config',
      { 'db/schema.prisma': HEAD, '.config/prisma.ts': config(`schema: '../db/schema.prisma'`) },
    ],
    [
      'a path that is joined',
      {
        'db/schema.prisma': HEAD,
        'prisma.config.ts': `import path from 'node:path';\n${config(`schema: path.join('db', 'schema.prisma')`)}`,
      },
    ],
    [
      'a path that is computed',
      { 'db/schema.prisma': HEAD, 'prisma.config.ts': config('schema: process.env.SCHEMA') },
    ],
    [
      'a script that names it',
      {
        'db/schema.prisma': HEAD,
        'package.json': `{ "scripts": { "generate": "prisma generate --schema=db/schema.prisma" }, "dependencies": { "next": "16.0.0", "prisma": "7.0.0" } }`,
      },
    ],
    ['an earlier version', { 'db/schema.prisma': HEAD, 'package.json': manifest('6.19.0') }],
    ['a version that isn’t told', { 'db/schema.prisma': HEAD, 'package.json': manifest('latest') }],
    ['a part without a data source', { 'db/a.prisma': MODEL }],
  ])('accepts %s', async (_, files) => {
    expect(await judge(files)).toEqual([]);
  });

  it('says which folder', async () => {
    const files = { 'prisma/schema/main.prisma': HEAD, 'prisma/schema/a.prisma': MODEL };
    const [finding] = findings(await open(files), RULE);
    expect(finding && messageId(finding)).toBe('folder');
    expect(finding?.message).toContain('`prisma/schema`');
  });

  it('in a package of a workspace', async () => {
    const files = {
      'package.json': '{ "workspaces": ["packages/*", "apps/*"] }',
      'packages/db/package.json': '{ "name": "db", "dependencies": { "prisma": "7.0.0" } }',
      'apps/web/package.json': '{ "dependencies": { "next": "16.0.0", "db": "*" } }',
      'apps/web/app/page.tsx': 'export default function Page() {\n  return null;\n}\n',
    };
    const at = (path: string): Promise<Fixture> => openFixture({ ...files, [path]: HEAD }, { base: false });
    expect(shown(await at('packages/db/prisma/schema.prisma'))).toEqual([]);
    expect(shown(await at('packages/db/src/schema.prisma'))).toEqual(['elsewhere warning «db»']);
  });
});

describe('the address', () => {
  it.each<[string, string, string[]]>([
    ['a url', '  url = env("DATABASE_URL")', ['url warning «url»']],
    ['a text', '  url = "postgres://localhost/a"', ['url warning «url»']],
    ['two', '  url = env("A")\n  directUrl = env("B")', ['url warning «url»']],
    ['a shadow database', '  shadowDatabaseUrl = env("S")', ['url warning «shadowDatabaseUrl»']],
    ['none', '  relationMode = "foreignKeys"\n  extensions = [citext]', []],
  ])('%s', async (_, settings, expected) => {
    expect(await judge({ 'prisma/schema.prisma': url(settings) })).toEqual(expected);
    expect(
      await judge({ 'prisma/schema.prisma': url(settings), 'package.json': manifest('6.19.0') }),
    ).toEqual([]);
  });
});

describe('the driver', () => {
  const made = (args: string, file = 'lib/db.ts', version = '7.0.0'): Promise<Fixture> =>
    openFixture({
      'package.json': manifest(version, ', "@prisma/adapter-pg": "7.0.0"'),
      [file]: `import { PrismaClient } from '@/lib/generated/prisma/client';\nimport { options, adapter } from './options';\n\nexport const prisma = new PrismaClient${args};\n`,
    });

  it.each(['()', '', '({})', `({ log: ['error'] })`, `({ datasourceUrl: 'x' })`])(
    'new PrismaClient%s',
    async (args) => {
      expect(shown(await made(args))).toEqual(['adapter warning «PrismaClient»']);
      expect(shown(await made(args, 'lib/db.ts', '6.19.0'))).toEqual([]);
    },
  );

  it('in a script too', async () => {
    expect(shown(await made('()', 'prisma/seed.ts'))).toHaveLength(1);
  });

  it.each([
    '({ adapter })',
    '({ accelerateUrl: "x" })',
    '(options)',
    '({ ...options })',
    '({ ...options, log: [] })',
  ])('accepts new PrismaClient%s', async (args) => {
    expect(shown(await made(args))).toEqual([]);
  });

  it('accepts a class of that name from elsewhere', async () => {
    const fixture = await openFixture({
      'lib/x.ts': `import { PrismaClient } from 'fake';\nexport const x = new PrismaClient();\n`,
    });
    expect(shown(fixture)).toEqual([]);
  });
});

describe('the fix', () => {
  const fixed = async (files: Record<string, string>, recipe?: string): Promise<Record<string, string>> =>
    applyFix(await open(files), { rule: RULE, ...(recipe === undefined ? {} : { recipe }) });

  it('makes a configuration, or adds to one', async () => {
    expect(await fixed({ 'db/schema.prisma': HEAD })).toEqual({
      'prisma.config.ts': `import { defineConfig } from 'prisma/config';\n\nexport default defineConfig({\n  schema: 'db/schema.prisma',\n});\n`,
    });
    const before = 'export default {\n  migrations: { path: "db/migrations" },\n};\n';
    expect(await fixed({ 'db/schema.prisma': HEAD, 'prisma.config.ts': before })).toEqual({
      'prisma.config.ts':
        'export default {\n  migrations: { path: "db/migrations" },\n  schema: "db/schema.prisma",\n};\n',
    });
  });

  it('moves the address', async () => {
    const schema = {
      'prisma/schema.prisma': url(
        '  url       = env("DATABASE_URL")\n  directUrl = env("DIRECT_URL") // for migrations',
      ),
    };
    expect(await fixed({ ...schema, 'package.json': manifest('7.0.0', ', "dotenv": "17.0.0"') })).toEqual({
      'prisma/schema.prisma': 'datasource db {\n  provider  = "postgresql"\n}\n',
      'prisma.config.ts': `import 'dotenv/config';\nimport { defineConfig } from 'prisma/config';\n\nexport default defineConfig({\n  datasource: { url: process.env.DIRECT_URL },\n});\n`,
    });
    const known = config(` datasource: { url: process.env.DATABASE_URL } `);
    expect(await fixed({ ...schema, 'prisma.config.ts': known })).toEqual({
      'prisma/schema.prisma': 'datasource db {\n  provider  = "postgresql"\n}\n',
    });
  });

  it('is refused for a configuration that can’t be extended', async () => {
    const files = {
      'prisma/schema.prisma': url('  url = env("A")'),
      'prisma.config.ts': `import { make } from './make';\nexport default make;\n`,
    };
    expect(refusal(await open(files), { rule: RULE })).toBe(
      "prisma.config.ts isn't written as one object that could be extended.",
    );
  });

  it('passes an adapter that is installed', async () => {
    const file = 'scripts/count.ts';
    const text = `import { PrismaClient } from '@/lib/generated/prisma/client';\n\nconst prisma = new PrismaClient();\n`;
    const fixture = await openFixture({ [file]: text });
    expect(applyFix(fixture, { rule: RULE })[file]).toBe(
      `import { PrismaPg } from '@prisma/adapter-pg';\nimport { env } from '@/lib/env';\nimport { PrismaClient } from '@/lib/generated/prisma/client';\n\nconst prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: env.DATABASE_URL }) });\n`,
    );
    const bare = await openFixture({ [file]: text, 'package.json': manifest() });
    expect(refusal(bare, { rule: RULE })).toBe(
      '@prisma/adapter-pg is not among the dependencies: install it first.',
    );
  });
});
