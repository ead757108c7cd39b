import { describe, expect, it } from 'vitest';
import { expectFixed, openFixture, refusal } from '../../../test/kit/check.ts';

const RULE = 'env-module';

/** What `lib/env.ts` of the base app is after a fix. */
const baseEnv = (...lines: string[]): string =>
  [
    "import 'server-only';",
    "import { z } from 'zod';",
    '',
    'const schema = z.object({',
    '  AUTH_SECRET: z.string().min(32),',
    '  DATABASE_URL: z.url(),',
    ...lines.map((line) => `  ${line},`),
    '});',
    '',
    'export const env = schema.parse(process.env);',
    '',
  ].join('\n');

const example = (...names: string[]): string =>
  ['AUTH_SECRET', 'DATABASE_URL', ...names].map((name) => `${name}=\n`).join('');

/** A module of `createEnv` on one line. */
const t3 = (server: string, client: string, map: string): string =>
  `import { createEnv } from '@t3-oss/env-nextjs';\nimport { z } from 'zod';\n\nexport const env = createEnv({ server: ${server}, client: ${client}, experimental__runtimeEnv: ${map} });\n`;

/** An app in `src/` without an env module. */
const app = (zod: string, files: Record<string, string>): Record<string, string> => ({
  'package.json': `{ "name": "bare", "dependencies": { "next": "16.0.0"${zod} } }`,
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
  'src/app/page.tsx': 'export default function Page() {\n  return null;\n}\n',
  ...files,
});

/** The type that one read gives a new variable, and what it is replaced by. */
describe('use-env-module: types by evidence', () => {
  it.each([
    ['a plain read', 'process.env.KEY', 'env.KEY', 'z.string().min(1)'],
    ['a template', '`k ${process.env.KEY}`', '`k ${env.KEY}`', 'z.string().min(1)'],
    ['a non-null read', 'process.env.KEY!.length', 'env.KEY.length', 'z.string().min(1)'],
    ['an index', "process.env['KEY']", 'env.KEY', 'z.string().min(1)'],
    [
      'a secret that is compared',
      '(given: string) => given === process.env.KEY',
      '(given: string) => given === env.KEY',
      'z.string().min(1)',
    ],
    ['a fallback', "process.env.KEY ?? 'none'", "env.KEY ?? 'none'", 'z.string().optional()'],
    ['an empty fallback', "process.env.KEY || 'none'", "env.KEY || 'none'", 'z.string().optional()'],
    ['a flag', "process.env.KEY === 'true'", "env.KEY === 'true'", 'z.string().optional()'],
    ['a condition', 'process.env.KEY ? 1 : 2', 'env.KEY ? 1 : 2', 'z.string().optional()'],
    ['a boolean', '!!process.env.KEY', '!!env.KEY', 'z.string().optional()'],
    ['an optional chain', "process.env.KEY?.split(',')", "env.KEY?.split(',')", 'z.string().optional()'],
    ['a number', 'Number(process.env.KEY)', 'env.KEY', 'z.coerce.number()'],
    ['another conversion', 'parseInt(process.env.KEY!, 10)', 'parseInt(env.KEY, 10)', 'z.string().min(1)'],
    ['a cast', 'process.env.KEY as string', 'env.KEY as string', 'z.string().min(1)'],
  ])('%s', async (_, before, after, type) => {
    const fixture = await openFixture({ 'lib/key.ts': `export const key = ${before};\n` });
    expectFixed(fixture, RULE, {
      'lib/key.ts': `import { env } from '@/lib/env';\n\nexport const key = ${after};\n`,
      'lib/env.ts': baseEnv(`KEY: ${type}`),
      '.env.example': example('KEY'),
    });
  });

  it.each([
    ['if (!process.env.API_URL) throw new Error();\nexport const url = process.env.API_URL;\n', 'z.url()'],
    ["export const url = process.env.API_URL ?? 'http://localhost';\n", 'z.string().optional()'],
    [
      'export const url = process.env.API_URL;\nexport const has = Boolean(process.env.API_URL && url);\n',
      'z.string().optional()',
    ],
  ])('an address, by all reads of the file: %s', async (text, type) => {
    const fixture = await openFixture({ 'lib/key.ts': text });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/key.ts': `import { env } from '@/lib/env';\n\n${text.replaceAll('process.env', 'env')}`,
        'lib/env.ts': baseEnv(`API_URL: ${type}`),
        '.env.example': example('API_URL'),
      },
      { all: true },
    );
  });
});

describe('use-env-module', () => {
  it('keeps what the schema says of a known variable', async () => {
    const fixture = await openFixture({
      'lib/key.ts':
        "import { z } from 'zod';\n\nexport const url = z.url().parse(process.env.DATABASE_URL!);\n",
    });
    expectFixed(fixture, RULE, {
      'lib/key.ts':
        "import { z } from 'zod';\nimport { env } from '@/lib/env';\n\nexport const url = z.url().parse(env.DATABASE_URL);\n",
    });
  });

  it('reads a whole pattern at once', async () => {
    const fixture = await openFixture({
      'lib/mail.ts':
        "const { MAIL_URL, MAIL_KEY: key, MAIL_FROM = 'me', NODE_ENV } = process.env;\n\nif (!key) throw new Error('MAIL_KEY is missing');\nexport const mail = [MAIL_URL, key, MAIL_FROM, NODE_ENV];\n",
    });
    expectFixed(fixture, RULE, {
      'lib/mail.ts':
        "import { env } from '@/lib/env';\n\nconst { MAIL_URL, MAIL_KEY: key, MAIL_FROM = 'me', NODE_ENV } = env;\n\nif (!key) throw new Error('MAIL_KEY is missing');\nexport const mail = [MAIL_URL, key, MAIL_FROM, NODE_ENV];\n",
      'lib/env.ts': baseEnv(
        'MAIL_URL: z.url()',
        'MAIL_KEY: z.string().min(1)',
        'MAIL_FROM: z.string().optional()',
        "NODE_ENV: z.enum(['development', 'test', 'production']).default('development')",
      ),
      '.env.example': example('MAIL_URL', 'MAIL_KEY', 'MAIL_FROM'),
    });
  });

  it('fixes all reads of a file one after another', async () => {
    const fixture = await openFixture({
      'lib/mail.ts':
        'export const a = `${process.env.MAIL_URL}/a`;\nexport const b = `${process.env.MAIL_URL}/b`;\nexport const c = process.env.MAIL_KEY!;\n',
    });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/mail.ts':
          "import { env } from '@/lib/env';\n\nexport const a = `${env.MAIL_URL}/a`;\nexport const b = `${env.MAIL_URL}/b`;\nexport const c = env.MAIL_KEY;\n",
        'lib/env.ts': baseEnv('MAIL_URL: z.url()', 'MAIL_KEY: z.string().min(1)'),
        '.env.example': example('MAIL_URL', 'MAIL_KEY'),
      },
      { all: true },
    );
  });

  it('takes another name where `env` is taken, and merges into the import', async () => {
    const fixture = await openFixture({
      'lib/one.ts': 'export function one(env: string) {\n  return env + process.env.AUTH_SECRET;\n}\n',
      'lib/two.ts':
        "import { schema } from '@/lib/env';\n\nexport const two = [schema, process.env.AUTH_SECRET];\n",
      'lib/env.ts':
        "import { z } from 'zod';\n\nexport const schema = z.object({ AUTH_SECRET: z.string() });\nexport const env = schema.parse(process.env);\n",
    });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/one.ts':
          "import { env as appEnv } from '@/lib/env';\n\nexport function one(env: string) {\n  return env + appEnv.AUTH_SECRET;\n}\n",
        'lib/two.ts':
          "import { env, schema } from '@/lib/env';\n\nexport const two = [schema, env.AUTH_SECRET];\n",
      },
      { all: true },
    );
  });

  it('takes an alias away with its last use', async () => {
    const fixture = await openFixture({
      'lib/a.ts': 'const env = process.env;\n\nexport const a = [env.AUTH_SECRET, env.DATABASE_URL!];\n',
      'lib/b.ts': "import { env } from 'node:process';\n\nexport const b = env.AUTH_SECRET;\n",
    });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/a.ts':
          "import { env as appEnv } from '@/lib/env';\n\nexport const a = [appEnv.AUTH_SECRET, appEnv.DATABASE_URL];\n",
        'lib/b.ts': "import { env } from '@/lib/env';\n\nexport const b = env.AUTH_SECRET;\n",
      },
      { all: true },
    );
  });

  it('imports as the file and its project do', async () => {
    const fixture = await openFixture({
      'lib/mail/send.ts':
        "import { prisma } from '../db';\n\nexport const it = [prisma, process.env.AUTH_SECRET];\n",
      'lib/a.ts': 'import { b } from "@/lib/b"\nexport const a = [b, process.env.AUTH_SECRET]\n',
      'lib/b.ts': 'export const b = 1\n',
    });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/mail/send.ts':
          "import { prisma } from '../db';\nimport { env } from '../env';\n\nexport const it = [prisma, env.AUTH_SECRET];\n",
        'lib/a.ts':
          'import { b } from "@/lib/b"\nimport { env } from "@/lib/env"\nexport const a = [b, env.AUTH_SECRET]\n',
      },
      { all: true },
    );
  });

  it('keeps `!` where the schema says optional, and drops conversions that the schema makes', async () => {
    const fixture = await openFixture({
      'lib/env.ts':
        "import { z } from 'zod';\n\nexport const env = z.object({ A: z.string().optional(), N: z.coerce.number(), B: z.stringbool() }).parse(process.env);\n",
      'lib/a.ts':
        "export const a = [process.env.A!.length, Number(process.env.N), process.env.B === 'true', `${process.env.N}`];\n",
    });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/a.ts':
          "import { env } from '@/lib/env';\n\nexport const a = [env.A!.length, env.N, env.B, `${env.N}`];\n",
      },
      { all: true },
    );
  });

  it('finds the schema behind merges, functions and safeParse', async () => {
    const fixture = await openFixture({
      'lib/env.ts': `import * as zod from 'zod';

const clientSchema = zod.object({ NEXT_PUBLIC_URL: zod.string().url() });
const serverSchema = zod.object({
  AUTH_SECRET: zod.string(), // at least 32 characters
  // DATABASE_URL comes from the platform
});

function load() {
  const parsed = serverSchema.extend(clientSchema.shape).safeParse(process.env);
  if (!parsed.success) throw new Error('Invalid environment');
  return parsed.data;
}

export const config = load();
`,
      'lib/a.ts': 'export const a = [process.env.MAIL_KEY, process.env.NEXT_PUBLIC_NAME];\n',
    });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/a.ts':
          "import { config } from '@/lib/env';\n\nexport const a = [config.MAIL_KEY, config.NEXT_PUBLIC_NAME];\n",
        'lib/env.ts': `import * as zod from 'zod';

const clientSchema = zod.object({ NEXT_PUBLIC_URL: zod.string().url(), NEXT_PUBLIC_NAME: zod.string().min(1) });
const serverSchema = zod.object({
  AUTH_SECRET: zod.string(), // at least 32 characters
  MAIL_KEY: zod.string().min(1),
  // DATABASE_URL comes from the platform
});

function load() {
  const parsed = serverSchema.extend(clientSchema.shape).safeParse(process.env);
  if (!parsed.success) throw new Error('Invalid environment');
  return parsed.data;
}

export const config = load();
`,
        '.env.example': example('MAIL_KEY', 'NEXT_PUBLIC_NAME'),
      },
      { all: true },
    );
  });

  it('calls a module that validates on demand', async () => {
    const fixture = await openFixture({
      'lib/env.ts':
        "import { z } from 'zod';\nconst schema = z.object({ AUTH_SECRET: z.string() });\nexport function getEnv() {\n  return schema.parse(process.env);\n}\n",
      'lib/a.ts': 'export const a = () => process.env.AUTH_SECRET;\n',
    });
    expectFixed(fixture, RULE, {
      'lib/a.ts': "import { getEnv } from '@/lib/env';\n\nexport const a = () => getEnv().AUTH_SECRET;\n",
    });
  });

  it('calls a module that keeps what it validated', async () => {
    const kept =
      "import { z } from 'zod';\nconst schema = z.object({ AUTH_SECRET: z.string() });\nlet env: z.infer<typeof schema> | undefined;\n" +
      'export const getEnv = () => {\n  if (env) return env;\n  const parsed = schema.safeParse(process.env);\n  if (!parsed.success) throw new Error();\n  env = parsed.data;\n  return env;\n};\n';
    const fixture = await openFixture({
      'lib/env.ts': kept,
      'lib/a.ts': 'export const a = () => process.env.MAIL_KEY;\n',
    });
    expectFixed(fixture, RULE, {
      'lib/a.ts': "import { getEnv } from '@/lib/env';\n\nexport const a = () => getEnv().MAIL_KEY;\n",
      'lib/env.ts': kept.replace('z.string() }', 'z.string(), MAIL_KEY: z.string().min(1) }'),
      '.env.example': example('MAIL_KEY'),
    });
  });

  it('extends createEnv with its map', async () => {
    const fixture = await openFixture({
      'lib/env.ts': '',
      'env.mjs': `import { createEnv } from "@t3-oss/env-nextjs";
import { z } from "zod";

export const env = createEnv({
  server: {
    AUTH_SECRET: z.string()
  },
  runtimeEnv: {
    AUTH_SECRET: process.env.AUTH_SECRET,
  },
});
`,
      'lib/a.ts': 'export const a = [process.env.MAIL_KEY, process.env.NEXT_PUBLIC_URL];\n',
    });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/a.ts':
          'import { env } from "@/env.mjs";\n\nexport const a = [env.MAIL_KEY, env.NEXT_PUBLIC_URL];\n'.replaceAll(
            '"',
            "'",
          ),
        'env.mjs': `import { createEnv } from "@t3-oss/env-nextjs";
import { z } from "zod";

export const env = createEnv({
  server: {
    AUTH_SECRET: z.string(),
    MAIL_KEY: z.string().min(1),
  },
  runtimeEnv: {
    AUTH_SECRET: process.env.AUTH_SECRET,
    MAIL_KEY: process.env.MAIL_KEY,
    NEXT_PUBLIC_URL: process.env.NEXT_PUBLIC_URL,
  },
  client: { NEXT_PUBLIC_URL: z.url() },
});
`,
        '.env.example': example('MAIL_KEY', 'NEXT_PUBLIC_URL'),
      },
      { all: true },
    );
  });

  it('lists only client variables in experimental__runtimeEnv', async () => {
    const fixture = await openFixture({
      'lib/env.ts': t3('{}', '{}', '{}'),
      'lib/a.ts': 'export const a = [process.env.KEY, process.env.NEXT_PUBLIC_KEY];\n',
    });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/a.ts': "import { env } from '@/lib/env';\n\nexport const a = [env.KEY, env.NEXT_PUBLIC_KEY];\n",
        'lib/env.ts': t3(
          '{ KEY: z.string().min(1) }',
          '{ NEXT_PUBLIC_KEY: z.string().min(1) }',
          '{ NEXT_PUBLIC_KEY: process.env.NEXT_PUBLIC_KEY }',
        ),
        '.env.example': example('KEY', 'NEXT_PUBLIC_KEY'),
      },
      { all: true },
    );
  });

  it.each([
    [
      'client code imports the file',
      {
        'lib/a.ts': 'export const a = process.env.KEY;\n',
        'lib/b.ts': "import { a } from './a';\nexport const b = a;\n",
        'components/c.tsx':
          "'use client';\nimport { b } from '@/lib/b';\nexport const C = () => <i>{b}</i>;\n",
        'app/page.tsx': "import { b } from '@/lib/b';\nexport default () => b;\n",
      },
      'Client code imports this file',
    ],
    [
      'the module imports the file',
      {
        'lib/a.ts': 'export const a = process.env.KEY;\n',
        'lib/env.ts':
          "import { z } from 'zod';\nimport { a } from './a';\nexport const env = z.object({ A: z.string().default(a ?? '') }).parse(process.env);\n",
      },
      'cycle',
    ],
    [
      'nothing is validated',
      {
        'lib/a.ts': 'export const a = process.env.KEY;\n',
        'lib/env.ts': 'export const env = { KEY: process.env.KEY };\n',
      },
      'exports no values',
    ],
    [
      'the schema converts the text',
      {
        'lib/a.ts': 'export const a = parseInt(process.env.N!, 10);\n',
        'lib/env.ts':
          "import { z } from 'zod';\nexport const env = z.object({ N: z.coerce.number() }).parse(process.env);\n",
      },
      'N is a number',
    ],
    [
      'the text is none of the enum',
      {
        'lib/a.ts': "export const a = process.env.E === 'on';\n",
        'lib/env.ts':
          "import { z } from 'zod';\nexport const env = z.object({ E: z.enum(['yes', 'no']) }).parse(process.env);\n",
      },
      "never 'on'",
    ],
    [
      'the schema comes from elsewhere',
      {
        'lib/a.ts': 'export const a = process.env.KEY;\n',
        'lib/env.ts':
          "import { z } from 'zod';\nimport { schema } from 'acme-schema';\nexport const env = schema.parse(process.env);\nexport { z };\n",
      },
      "isn't written there",
    ],
    ['the file is CommonJS', { 'lib/a.js': 'module.exports = { key: process.env.KEY };\n' }, 'CommonJS'],
    [
      'the rest is taken',
      { 'lib/a.ts': 'const { KEY, ...rest } = process.env;\nexport const a = [KEY, rest];\n' },
      'takes the rest',
    ],
    [
      'the name is shadowed',
      {
        'lib/a.ts':
          "import { env } from '@/lib/env';\nexport const s = env.AUTH_SECRET;\nexport const a = (env: string) => env + process.env.AUTH_SECRET;\n",
      },
      'something else',
    ],
  ])('refuses when %s', async (_, files, reason) => {
    expect(refusal(await openFixture(files), { rule: RULE })).toContain(reason);
  });
});

describe('create-env-module', () => {
  it('writes all variables of the file, and the next file joins', async () => {
    const fixture = await openFixture(
      app(', "zod": "^4.1.0"', {
        'src/lib/a.ts':
          "export const a = [process.env.KEY, process.env.MODE ?? 'x', process.env.NODE_ENV];\n",
        'src/lib/b.ts': 'export const b = process.env.API_URL!;\n',
        '.env.example': '# KEY=\nMODE=x',
      }),
      { base: false },
    );
    expectFixed(
      fixture,
      RULE,
      {
        'src/lib/a.ts':
          "import { env } from '@/lib/env';\n\nexport const a = [env.KEY, env.MODE ?? 'x', process.env.NODE_ENV];\n",
        'src/lib/b.ts': "import { env } from '@/lib/env';\n\nexport const b = env.API_URL;\n",
        'src/lib/env.ts': `import { z } from 'zod';

const envSchema = z.object({
  KEY: z.string().min(1),
  MODE: z.string().optional(),
  API_URL: z.url(),
});

const parsed = envSchema.safeParse(process.env);
if (!parsed.success) {
  // Names and reasons only, never the values.
  console.error('Invalid environment:', z.flattenError(parsed.error).fieldErrors);
  throw new Error('Invalid environment variables');
}

export const env = parsed.data;
`,
        '.env.example': '# KEY=\nMODE=x\nAPI_URL=\n',
      },
      { all: true },
    );
  });

  it('writes Zod 3 in the style of the file', async () => {
    const fixture = await openFixture(
      app(', "zod": "3.23.8"', {
        'src/lib/a.ts': 'import fs from "node:fs"\nexport const a = [fs, process.env.API_URL]\n',
      }),
      { base: false },
    );
    expectFixed(fixture, RULE, {
      'src/lib/a.ts':
        'import fs from "node:fs"\nimport { env } from "@/lib/env"\nexport const a = [fs, env.API_URL]\n',
      'src/lib/env.ts': `import { z } from "zod"

const envSchema = z.object({
  API_URL: z.string().url(),
})

const parsed = envSchema.safeParse(process.env)
if (!parsed.success) {
  // Names and reasons only, never the values.
  console.error("Invalid environment:", parsed.error.flatten().fieldErrors)
  throw new Error("Invalid environment variables")
}

export const env = parsed.data
`,
    });
  });

  it('needs Zod', async () => {
    const fixture = await openFixture(app('', { 'src/lib/a.ts': 'export const a = process.env.KEY;\n' }), {
      base: false,
    });
    expect(refusal(fixture, { rule: RULE })).toContain('Zod is not among the dependencies');
  });
});
