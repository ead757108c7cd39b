import { describe, expect, it } from 'vitest';
import { expectFindings, expectSilent, findings, messageId, openFixture } from '../../../test/kit/check.ts';

const RULE = { rules: ['env-module'] };

/** An app without an env module. */
const bare = `
  //- package.json
  { "name": "bare", "dependencies": { "next": "16.0.0", "zod": "^4.0.0" } }
  //- tsconfig.json
  { "compilerOptions": { "paths": { "@/*": ["./*"] } } }
  //- app/page.tsx
  export default function Page() {
    return null;
  }
`;

describe('env-module reports', () => {
  it.each([
    ['a member', 'process.env.MAIL_KEY', 'process.env.MAIL_KEY'],
    ['an index', "process.env['MAIL_KEY']", "process.env['MAIL_KEY']"],
    ['an optional chain', 'process?.env?.MAIL_KEY', 'process?.env?.MAIL_KEY'],
    ['globalThis', 'globalThis.process.env.MAIL_KEY', 'globalThis.process.env.MAIL_KEY'],
    ['a non-null read', 'process.env.MAIL_KEY!', 'process.env.MAIL_KEY'],
    ['a cast', '(process.env.MAIL_KEY as string)', 'process.env.MAIL_KEY'],
    ['a fallback', "process.env.MAIL_KEY ?? 'none'", 'process.env.MAIL_KEY'],
    ['a template', '`x-${process.env.MAIL_KEY}`', 'process.env.MAIL_KEY'],
    ['JSON.parse, which checks nothing', 'JSON.parse(process.env.MAIL_KEY!)', 'process.env.MAIL_KEY'],
    ['a lonely check', 'z.string().parse(process.env.MAIL_KEY)', 'process.env.MAIL_KEY'],
    ['a default of a parameter', '(key = process.env.MAIL_KEY) => key', 'process.env.MAIL_KEY'],
    ['a getter', '{ get key() { return process.env.MAIL_KEY; } }', 'process.env.MAIL_KEY'],
  ])('%s', async (_, code, flagged) => {
    const fixture = await openFixture({
      'lib/mail.ts': `import { z } from 'zod';\nexport const key = ${code};\n`,
    });
    const found = findings(fixture, 'env-module');
    expect(
      found.map(({ start, end, severity }) => [
        fixture.engine.text('lib/mail.ts')?.slice(start, end),
        severity,
      ]),
    ).toEqual([[flagged, 'warning']]);
    expect(found[0]?.message).toContain('`MAIL_KEY`');
    expect(found[0]?.message).toContain('lib/env.ts');
  });

  it('destructured names, aliases and imports', async () => {
    expectFindings(
      await openFixture(`
        //- lib/mail.ts
        const { MAIL_URL, MAIL_KEY: key = 'k', NODE_ENV, ...rest } = process.env;
        //      ^^^^^^^^ env-module warning
        //                ^^^^^^^^ env-module warning
        export const mail = [MAIL_URL, key, NODE_ENV, rest];
        //- lib/alias.ts
        const env = process.env;
        export const first = env.MAIL_URL;
        //                   ^^^^^^^^^^^^ env-module warning
        const { MAIL_KEY } = env;
        //      ^^^^^^^^ env-module warning
        export const second = MAIL_KEY;
        //- lib/imported.ts
        import { env } from 'node:process';
        import proc from 'process';
        export const both = [env.MAIL_URL, proc.env.MAIL_KEY];
        //                   ^^^^^^^^^^^^ env-module warning
        //                                 ^^^^^^^^^^^^^^^^^ env-module warning
        //- lib/nested.ts
        const { env: { MAIL_URL } } = process;
        //             ^^^^^^^^ env-module warning
        export const url = MAIL_URL;
      `),
      RULE,
    );
  });

  it('every kind of server file', async () => {
    expectFindings(
      await openFixture(`
        //- app/api/hook/route.ts
        export const POST = () => new Response(process.env.HOOK_SECRET);
        //                                     ^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
        //- app/contact/page.tsx
        export default function Page() {
          return <a href={\`mailto:\${process.env.SUPPORT_EMAIL}\`}>Mail</a>;
          //                        ^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
        }
        //- lib/actions/a.ts
        'use server';
        export async function act() {
          return process.env.ACT_KEY;
          //     ^^^^^^^^^^^^^^^^^^^ env-module warning
        }
        //- proxy.ts
        export const proxy = () => process.env.MAINTENANCE === '1';
        //                         ^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
        //- auth.config.ts
        export const authConfig = { secret: process.env.AUTH_SECRET };
        //                                  ^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
        //- lib/legacy.js
        const key = process.env.LEGACY_KEY;
        //          ^^^^^^^^^^^^^^^^^^^^^^ env-module warning
        module.exports = { key };
      `),
      RULE,
    );
  });

  it('what an action imports, though only a client component imports the action', async () => {
    expectFindings(
      await openFixture(`
        //- components/button.tsx
        'use client';
        import { act } from '@/lib/actions/a';
        export const Button = () => <button onClick={() => act()} />;
        //- lib/actions/a.ts
        'use server';
        import { key } from '@/lib/key';
        export async function act() {
          return key;
        }
        //- lib/key.ts
        export const key = process.env.ACT_KEY;
        //                 ^^^^^^^^^^^^^^^^^^^ env-module warning
      `),
      RULE,
    );
  });

  it('public variables lower, and server variables in client code', async () => {
    const fixture = await openFixture(`
      //- components/name.tsx
      'use client';
      export const Name = () => <b title={process.env.SHOP_KEY}>{process.env.NEXT_PUBLIC_NAME}</b>;
      //                                  ^^^^^^^^^^^^^^^^^^^^ env-module warning
      //                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module hint
      //- pages/old.tsx
      export default () => process.env.NEXT_PUBLIC_NAME;
      //                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module hint
      //- lib/name.ts
      export const name = process.env.NEXT_PUBLIC_NAME;
      //                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module info
    `);
    expectFindings(fixture, RULE);
    expect(findings(fixture, 'env-module').map(messageId)).toEqual(['client', 'public', 'public', 'public']);
    expect(findings(fixture, 'env-module').map(({ fixes }) => fixes.length)).toEqual([0, 0, 1, 0]);
  });

  it('the first read of a variable in a file, when the app has no env module', async () => {
    const fixture = await openFixture(
      `${bare}
      //- lib/mail.ts
      export const url = process.env.MAIL_URL;
      //                 ^^^^^^^^^^^^^^^^^^^^ env-module warning
      export const again = process.env.MAIL_URL;
      //                   ^^^^^^^^^^^^^^^^^^^^ env-module info
      export const key = process.env.MAIL_KEY;
      //                 ^^^^^^^^^^^^^^^^^^^^ env-module warning
    `,
      { base: false },
    );
    expectFindings(fixture, RULE);
    expect(findings(fixture, 'env-module').map(messageId)).toEqual(['noModule', 'noModuleAgain', 'noModule']);
    expect(findings(fixture, 'env-module')[0]?.message).toContain('Create lib/env.ts');
  });

  it('passes over the env module of one feature', async () => {
    const fixture = await openFixture(
      `${bare}
      //- lib/integrations/slack/env.ts
      import { z } from 'zod';
      export const env = z.object({ SLACK: z.string() }).parse(process.env);
      //- lib/mail.ts
      export const key = process.env.MAIL_KEY;
      //                 ^^^^^^^^^^^^^^^^^^^^ env-module warning
    `,
      { base: false },
    );
    expectFindings(fixture, RULE);
    expect(findings(fixture, 'env-module').map(messageId)).toEqual(['noModule']);
  });

  it('names the env package of a monorepo, and is modest in packages without one', async () => {
    const fixture = await openFixture(
      `
      //- package.json
      { "name": "root", "workspaces": ["apps/*", "packages/*"] }
      //- apps/web/package.json
      { "name": "web", "dependencies": { "next": "16.0.0", "@acme/env": "*", "@acme/mail": "*" } }
      //- apps/web/app/page.tsx
      import { send } from '@acme/mail';
      export default function Page() {
        return <b onClick={send}>{process.env.SHOP_KEY}</b>;
        //                        ^^^^^^^^^^^^^^^^^^^^ env-module warning
      }
      //- packages/env/package.json
      { "name": "@acme/env", "exports": { ".": "./src/index.ts" } }
      //- packages/env/src/index.ts
      import { z } from 'zod';
      export const env = z.object({ A: z.string() }).parse(process.env);
      //- packages/mail/package.json
      { "name": "@acme/mail", "exports": { ".": "./src/index.ts" } }
      //- packages/mail/src/index.ts
      export const send = () => process.env.MAIL_KEY;
      //                        ^^^^^^^^^^^^^^^^^^^^ env-module info
      //- packages/cli/package.json
      { "name": "@acme/cli" }
      //- packages/cli/src/index.ts
      export const run = () => process.env.CLI_KEY;
    `,
      { base: false },
    );
    expectFindings(fixture, RULE);
    expect(findings(fixture, 'env-module').map(messageId)).toEqual(['outside', 'shared']);
    expect(findings(fixture, 'env-module')[0]?.message).toContain('packages/env/src/index.ts');
  });

  it('reads in a file with syntax errors', async () => {
    expectFindings(
      await openFixture(`
        //- lib/broken.ts
        export const key = process.env.MAIL_KEY;
        //                 ^^^^^^^^^^^^^^^^^^^^ env-module warning
        export function half( {
      `),
      RULE,
    );
  });
});

describe('env-module is silent about', () => {
  it.each([
    ['NODE_ENV', 'process.env.NODE_ENV'],
    ['NEXT_RUNTIME', "process.env.NEXT_RUNTIME === 'edge'"],
    ['variables of the platform', 'process.env.VERCEL_URL ?? process.env.PORT'],
    ['a prefix of the platform', 'process.env.VERCEL_GIT_COMMIT_SHA'],
    ['computed names', '(name: string) => process.env[name]'],
    ['the environment as a whole', '{ ...process.env }'],
    ['a write', "() => { process.env.MAIL_KEY = 'x'; process.env.OTHER ??= 'y'; delete process.env.MORE; }"],
    ['an object that a schema checks', 'z.object({ A: z.string() }).parse({ A: process.env.A })'],
    ['a schema given the whole', 'z.object({ A: z.string() }).parse(process.env).A'],
    ['an env of another object', '((c: { env: { KEY: string } }) => c.env.KEY)'],
    ['a parameter that defaults to it', '((env = process.env) => env.MAIL_KEY)'],
    ['a type', 'null as unknown as typeof process.env.MAIL_KEY'],
    ['a test for a name', "'MAIL_KEY' in process.env"],
    ['a local process', '((process: { env: { X: string } }) => process.env.X)'],
  ])('%s', async (_, code) => {
    expectSilent(
      await openFixture({
        'lib/mail.ts': `import { z } from 'zod';\nexport const it = ${code};\nexport { z };\n`,
      }),
      'env-module',
    );
  });

  it.each([
    'next.config.ts',
    'instrumentation.ts',
    'prisma/seed.ts',
    'scripts/fill.ts',
    'tests/mail.ts',
    'lib/mail.test.ts',
    'lib/env.ts',
    'lib/env/server.ts',
    'lib/server-env.ts',
    'env.mjs',
    'worker.js',
    'sentry.server.config.ts',
    'lib/generated/prisma/client.ts',
  ])('%s', async (file) => {
    expectSilent(await openFixture({ [file]: 'export const key = process.env.MAIL_KEY;\n' }), 'env-module');
  });

  it('the map of createEnv, also behind a name', async () => {
    const fixture = await openFixture(`
      //- lib/settings.ts
      import { createEnv } from '@t3-oss/env-nextjs';
      import { z } from 'zod';
      const runtimeEnv = { A: process.env.A };
      export const settings = createEnv({ server: { A: z.string() }, runtimeEnv });
      //- lib/values.ts
      import { z } from 'zod';
      const values = { B: process.env.B };
      export const checked = z.object({ B: z.string() }).safeParse(values);
    `);
    expectSilent(fixture, 'env-module');
  });

  it('the configured module and allowed names', async () => {
    const fixture = await openFixture(`
      //- backend-specialist.config.json
      { "conventions": { "env": "lib/settings.ts" }, "rules": { "env-module": ["warning", { "allow": ["ACME_*", "REGION"] }] } }
      //- lib/settings.ts
      export const settings = { key: process.env.MAIL_KEY };
      //- lib/mail.ts
      export const mail = [process.env.ACME_KEY, process.env.REGION, process.env.REGIONS];
      //                                                             ^^^^^^^^^^^^^^^^^^^ env-module warning
    `);
    expectFindings(fixture, RULE);
    expect(findings(fixture, 'env-module')[0]?.message).toContain('lib/settings.ts');
  });
});
