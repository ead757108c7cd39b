import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';

const RULE = 'env-schema';

/** `lib/env.ts` with more lines in its schema. */
const envFile = (...lines: string[]): string =>
  `import { z } from 'zod';

const schema = z.object({
  AUTH_SECRET: z.string().min(32),
  DATABASE_URL: z.url(),
${lines.map((line) => `  ${line},\n`).join('')}});

export const env = schema.parse(process.env);
`;

const t3 = (server: string, client = '{}'): string =>
  `import { createEnv } from '@t3-oss/env-nextjs';
import { z } from 'zod';

export const env = createEnv({ server: ${server}, client: ${client}, experimental__runtimeEnv: {} });
`;

const useKey = "import { env } from '@/lib/env';\n\nexport const key = env.MAIL_KEY;\n";
const example = (...names: string[]): string => names.map((name) => `${name}=\n`).join('');

async function verdicts(files: Files, base = true): Promise<string[]> {
  const fixture = await openFixture(files, { base });
  return findings(fixture, RULE).map(
    (finding) => `${finding.file} ${finding.severity} ${messageId(finding)}`,
  );
}

const bare: Files = {
  'package.json': '{ "name": "bare", "dependencies": { "next": "16.0.0", "zod": "4.1.0" } }',
  'src/app/page.tsx': "export default function Page() {\n  return 'a';\n}\n",
};

describe('no module', () => {
  const listed = {
    ...bare,
    '.env.example':
      'NODE_ENV=development\nMAIL_URL=smtp://mail\nMAIL_KEY=\nNEXT_PUBLIC_NAME=shop\nRETRIES=3\n',
    'src/lib/mail.ts':
      'export const mail = [process.env.MAIL_URL, process.env.MAIL_KEY, process.env.RETRIES];\n',
  };

  it('is reported at the example, and created from it', async () => {
    const fixture = await openFixture(listed, { base: false });
    expect(findings(fixture, RULE).map((finding) => [finding.range.start.line, messageId(finding)])).toEqual([
      [1, 'noModule'],
    ]);
    expectFixed(fixture, RULE, {
      'src/lib/env.ts': `import { z } from 'zod';

const envSchema = z.object({
  MAIL_URL: z.url(),
  MAIL_KEY: z.string().min(1),
  RETRIES: z.coerce.number(),
});

const parsed = envSchema.safeParse(process.env);
if (!parsed.success) {
  // Names and reasons only, never the values.
  console.error('Invalid environment:', z.flattenError(parsed.error).fieldErrors);
  throw new Error('Invalid environment variables');
}

export const env = parsed.data;
`,
      'src/instrumentation.ts': `/** Runs once when the server starts: with a variable missing, it does not. */
export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('./lib/env');
}
`,
    });
  });

  it('is not created without Zod, or past an instrumentation of the project', async () => {
    const noZod = { ...listed, 'package.json': '{ "name": "bare", "dependencies": { "next": "16.0.0" } }' };
    expect(refusal(await openFixture(noZod, { base: false }), { rule: RULE })).toContain('Zod');
    const own = { ...listed, 'src/instrumentation.ts': 'export function register() {}\n' };
    expect(refusal(await openFixture(own, { base: false }), { rule: RULE })).toContain('is there already');
  });

  it.each([
    ['nothing but public variables', { ...bare, '.env.example': 'NEXT_PUBLIC_NAME=\nNODE_ENV=\n' }],
    ['no example', bare],
    ['the example of something else', { ...bare, 'docker/.env.example': 'POSTGRES_PASSWORD=\n' }],
    ['values of one developer', { ...bare, '.env.local': 'MAIL_KEY=1\n' }],
  ])('is fine with %s', async (_, files: Files) => {
    expectSilent(await openFixture(files, { base: false }), RULE);
  });
});

describe('a module that does not do its work', () => {
  it('hands variables on unchecked', async () => {
    const fixture = await openFixture({
      'lib/env.ts': `export const env = {
  url: process.env.DATABASE_URL!,
  //   ^^^^^^^^^^^^^^^^^^^^^^^^ env-schema warning
  key: process.env.MAIL_KEY!,
};
`,
    });
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['notValidated']);
  });

  it('hands them on as its default', async () => {
    const text = 'const env = { mail: { key: process.env.MAIL_KEY } };\n\nexport default env;\n';
    const files = {
      'lib/env.ts': text,
      'lib/mail.ts': "import env from '@/lib/env';\nexport const key = env.mail.key;\n",
    };
    expect(await verdicts(files)).toEqual(['lib/env.ts warning notValidated']);
  });

  it('is never loaded', async () => {
    const files = {
      ...bare,
      'src/lib/env.ts': envFile(),
      '.env.example': example('AUTH_SECRET', 'DATABASE_URL'),
    };
    const fixture = await openFixture(files, { base: false });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['neverLoaded']);
    expectFixed(fixture, RULE, {
      'src/instrumentation.ts': `/** Runs once when the server starts: with a variable missing, it does not. */
export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('./lib/env');
}
`,
    });
  });

  it.each([
    [
      'another validator',
      "import { cleanEnv, str } from 'envalid';\nexport const env = cleanEnv(process.env, { MAIL_KEY: str() });\n",
    ],
    ['public variables', 'export const env = { name: process.env.NEXT_PUBLIC_NAME };\n'],
    ['variables of the platform', 'export const env = { isDev: process.env.NODE_ENV };\n'],
  ])('not with %s', async (_, text) => {
    expectSilent(await openFixture({ 'lib/env.ts': text }), RULE);
  });
});

describe('the schema and the code', () => {
  it.each([
    ['a variable that nothing reads', { 'lib/env.ts': envFile('MAIL_KEY: z.string()') }],
    [
      'one that only the module itself names',
      {
        'lib/env.ts': t3('{ DATABASE_URL: z.string(), MAIL_KEY: z.string() }').replace(
          '{} }',
          '{ MAIL_KEY: process.env.MAIL_KEY } }',
        ),
      },
    ],
  ])('demands %s', async (_, files: Files) => {
    const more = { '.env.example': example('AUTH_SECRET', 'DATABASE_URL', 'MAIL_KEY') };
    expect(await verdicts({ ...files, ...more })).toEqual([expect.stringContaining(`info ${'unused'}`)]);
  });

  it.each([
    ['env.X', useKey],
    [
      'a pattern',
      "import { env } from '@/lib/env';\nconst { MAIL_KEY } = env;\nexport const key = MAIL_KEY;\n",
    ],
    ['process.env', 'export const key = process.env.MAIL_KEY;\n'],
    ['an index', "import { env } from '@/lib/env';\nexport const key = env['MAIL_KEY'];\n"],
    [
      'a computed name',
      "import { env } from '@/lib/env';\nexport const key = (name: 'MAIL_KEY') => env[name];\n",
    ],
    ['a spread', "import { env } from '@/lib/env';\nexport const all = { ...env };\n"],
    ['a call that is given all', "import { env } from '@/lib/env';\nexport const mail = makeMailer(env);\n"],
    [
      'another name',
      "import { env as serverEnv } from '@/lib/env';\nexport const key = serverEnv.MAIL_KEY;\n",
    ],
  ])('use it through %s', async (_, code) => {
    expectSilent(
      await openFixture({
        'lib/env.ts': envFile('MAIL_KEY: z.string()'),
        'lib/mail.ts': code,
        '.env.example': example('AUTH_SECRET', 'DATABASE_URL', 'MAIL_KEY'),
      }),
      RULE,
    );
  });

  it('leave out what libraries read', async () => {
    const files = {
      'lib/env.ts': envFile('SENTRY_DSN: z.string()', 'ACME_KEY: z.string()'),
      '.env.example': example('AUTH_SECRET', 'DATABASE_URL', 'SENTRY_DSN', 'ACME_KEY'),
    };
    expect(await verdicts(files)).toEqual(['lib/env.ts info unused']);
    const config = '{ "rules": { "env-schema": ["warning", { "libraries": ["ACME_*"] }] } }';
    expectSilent(await openFixture({ ...files, 'backend-specialist.config.json': config }), RULE);
  });

  it('disagree on a name', async () => {
    const fixture = await openFixture({
      'lib/mail.ts': `import { env } from '@/lib/env';

export const key = env.MAIL_KEY;
//                     ^^^^^^^^ env-schema warning
`,
    });
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['notInSchema']);
    expectFixed(fixture, RULE, {
      'lib/env.ts': `import 'server-only';
import { z } from 'zod';

const schema = z.object({
  AUTH_SECRET: z.string().min(32),
  DATABASE_URL: z.url(),
  MAIL_KEY: z.string().min(1),
});

export const env = schema.parse(process.env);
`,
      '.env.example': example('AUTH_SECRET', 'DATABASE_URL', 'MAIL_KEY'),
    });
  });

  it.each([
    ['a schema that extends another', t3('{}').replace('server:', 'extends: [vercel()], server:')],
    ['a loose schema', envFile().replace('z.object', 'z.looseObject')],
    [
      'a value that is made of it',
      `${envFile().replace('export const env', 'const parsed')}export const env = { ...parsed, MAIL_KEY: 'x' };\n`,
    ],
  ])('may agree with %s', async (_, text) => {
    const fixture = await openFixture({ 'lib/env.ts': text, 'lib/mail.ts': useKey });
    expect(findings(fixture, RULE).map(messageId)).not.toContain('notInSchema');
  });
});

describe('the example', () => {
  it('lists what the schema demands', async () => {
    const fixture = await openFixture({
      'lib/env.ts': envFile('MAIL_KEY: z.string()', 'MAIL_FROM: z.preprocess(blank, z.string().optional())'),
      'lib/mail.ts': `${useKey}export const from = env.MAIL_FROM;\n`,
    });
    expect(findings(fixture, RULE).map((finding) => [finding.severity, messageId(finding)])).toEqual([
      ['warning', 'notInExample'],
      ['hint', 'notInExample'],
    ]);
    expectFixed(
      fixture,
      RULE,
      { '.env.example': example('AUTH_SECRET', 'DATABASE_URL', 'MAIL_KEY', 'MAIL_FROM') },
      { all: true },
    );
  });

  it.each([
    [
      'of createEnv',
      { 'lib/env.ts': t3('{ DATABASE_URL: z.string(), MAIL_KEY: z.string() }') },
      'lib/env.ts',
    ],
    [
      'that is extended',
      {
        'lib/env.ts': envFile().replace('schema.parse', 'schema.extend({ MAIL_KEY: z.string() }).parse'),
      },
      'lib/env.ts',
    ],
    [
      'that is parsed safely',
      {
        'lib/env.ts': envFile('MAIL_KEY: z.string()').replace(
          'export const env = schema.parse(process.env);',
          'const parsed = schema.safeParse(process.env);\nif (!parsed.success) throw new Error();\nexport const env = parsed.data;',
        ),
      },
      'lib/env.ts',
    ],
    [
      'beside a sample',
      {
        'lib/env.ts': envFile('MAIL_KEY: z.string()'),
        '.env.example': example('AUTH_SECRET', 'DATABASE_URL'),
        '.env.sample': example('MAIL_KEY'),
      },
      'lib/env.ts',
    ],
    [
      'of a package',
      {
        'packages/env/package.json': '{ "name": "@acme/env", "main": "index.ts" }',
        'packages/env/index.ts': envFile('MAIL_KEY: z.string()'),
        'lib/env.ts': "export { env } from '@acme/env';\n",
        'package.json':
          '{ "name": "base", "workspaces": ["packages/*"], "dependencies": { "next": "16.0.0", "@acme/env": "*", "@prisma/client": "7.0.0", "zod": "4.1.0" } }',
      },
      'packages/env/index.ts',
    ],
  ])('knows the schema %s', async (_, files: Files, where) => {
    expect(await verdicts({ ...files, 'lib/mail.ts': useKey })).toEqual([`${where} warning notInExample`]);
  });

  it.each([
    ['in a comment', `${example('AUTH_SECRET', 'DATABASE_URL')}# MAIL_KEY=\n`],
    ['with export', `${example('AUTH_SECRET', 'DATABASE_URL')}export MAIL_KEY=\n`],
  ])('lists it %s', async (_, text) => {
    expectSilent(
      await openFixture({
        'lib/env.ts': envFile('MAIL_KEY: z.string()', 'NODE_ENV: z.string()'),
        'lib/mail.ts': useKey,
        '.env.example': text,
      }),
      RULE,
    );
  });
});

describe('variables of the server in the browser', () => {
  it('are missing behind createEnv', async () => {
    const fixture = await openFixture({
      'lib/env.ts': t3(
        '{ AUTH_SECRET: z.string(), DATABASE_URL: z.string() }',
        '{ NEXT_PUBLIC_NAME: z.string() }',
      ),
      '.env.example': example('AUTH_SECRET', 'DATABASE_URL', 'NEXT_PUBLIC_NAME'),
      'components/name.tsx': `'use client';
import { env } from '@/lib/env';

export const Name = () => <p title={env.AUTH_SECRET}>{env.NEXT_PUBLIC_NAME}</p>;
//                                      ^^^^^^^^^^^ env-schema error
`,
    });
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['clientRead']);
  });

  it('are built in by next.config', async () => {
    const fixture = await openFixture({
      'next.config.ts': `export default {
  env: { AUTH_SECRET: process.env.AUTH_SECRET, version: '1', BUILD: process.env.BUILD },
  //     ^^^^^^^^^^^ env-schema error
};
`,
    });
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['exposed']);
  });

  it('are not what both sides share', async () => {
    const fixture = await openFixture({
      'next.config.ts': `const commit = String(Date.now());
export default { env: { APP_VERSION: \`v\${commit}\`, COMMIT_HASH: commit, AUTH_URL: process.env.AUTH_URL } };
`,
      'lib/env.ts': `import { createEnv } from '@t3-oss/env-nextjs';
import { z } from 'zod';
export const env = createEnv({
  server: { AUTH_URL: z.string() },
  client: {},
  shared: { APP_VERSION: z.string().optional(), COMMIT_HASH: z.string().optional() },
  runtimeEnv: process.env,
});
`,
      'components/version.tsx': `'use client';
import { env } from '@/lib/env';
export const Version = () => <p>{env.APP_VERSION}{env.COMMIT_HASH}</p>;
export const where = () => env.AUTH_URL;
`,
    });
    const errors = findings(fixture, RULE).filter(({ severity }) => severity === 'error');
    expect(errors.map((one) => `${messageId(one)} ${one.message.split(' ', 1)[0] ?? ''}`).toSorted()).toEqual(
      ['clientRead `AUTH_URL`', 'exposed `AUTH_URL`'],
    );
  });

  it('are not called public', async () => {
    const files = {
      'lib/env.ts': envFile('NEXT_PUBLIC_PAY_SECRET_KEY: z.string()', 'NEXT_PUBLIC_PAY_KEY: z.string()'),
      'lib/pay.ts':
        "import { env } from '@/lib/env';\nexport const keys = [env.NEXT_PUBLIC_PAY_SECRET_KEY, env.NEXT_PUBLIC_PAY_KEY];\n",
      '.env.example': example(
        'AUTH_SECRET',
        'DATABASE_URL',
        'NEXT_PUBLIC_PAY_SECRET_KEY',
        'NEXT_PUBLIC_PAY_KEY',
      ),
    };
    const fixture = await openFixture(files);
    expect(findings(fixture, RULE).map(messageId)).toEqual(['publicSecret']);
  });

  it('are fine on the server', async () => {
    expectSilent(
      await openFixture({
        'lib/env.ts': t3('{ AUTH_SECRET: z.string(), DATABASE_URL: z.string() }'),
        'app/page.tsx':
          "import { env } from '@/lib/env';\nexport default function Page() {\n  return <p>{env.AUTH_SECRET.length}</p>;\n}\n",
      }),
      RULE,
    );
  });
});
