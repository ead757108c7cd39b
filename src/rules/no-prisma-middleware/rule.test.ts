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

const RULE = 'no-prisma-middleware';
const only = { rules: [RULE] };
const withVersion = (range: string): string =>
  `//- package.json\n{ "name": "base", "dependencies": { "next": "16.0.0", "@prisma/client": "${range}" } }\n`;
const db = (text: string): string =>
  `//- lib/db.ts\nimport { PrismaClient } from '@/lib/generated/prisma/client';\n${text}\n`;

describe('no-prisma-middleware reports', () => {
  it('middleware on any client', async () => {
    expectFindings(
      await openFixture(`
        //- lib/a.ts
        import { prisma } from '@/lib/db';
        prisma.$use(async (params, next) => next(params));
        //     ^^^^ no-prisma-middleware error
        //- lib/b.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        const db = new PrismaClient();
        db.$use((params, next) => next(params));
        // ^^^^ no-prisma-middleware error
        //- lib/c.ts
        import type { PrismaClient } from '@/lib/generated/prisma/client';
        import { audit } from './audit';
        export function register(client: PrismaClient) {
          client.$use(audit);
          //     ^^^^ no-prisma-middleware error
        }
        //- lib/d.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        export class Client extends PrismaClient {
          constructor() {
            super();
            this.$use(async (params, next) => next(params));
            //   ^^^^ no-prisma-middleware error
          }
        }
        //- lib/e.ts
        import * as db from '@/lib/db';
        (db.prisma as any).$use?.(async (params: any, next: any) => next(params));
        //                 ^^^^ no-prisma-middleware error
        //- lib/f.js
        const { prisma } = require('./db');
        prisma.$use(require('./audit'));
        //     ^^^^ no-prisma-middleware error
      `),
      only,
    );
  });

  it('in seeds and under src too', async () => {
    expectFindings(
      await openFixture(`
        //- prisma/seed.ts
        import { PrismaClient } from '../lib/generated/prisma/client';
        const prisma = new PrismaClient();
        prisma.$use(async (params, next) => next(params));
        //     ^^^^ no-prisma-middleware error
        //- src/server/db.ts
        import { getClient } from './client';
        getClient().$use(async (params, next) => next(params));
        //          ^^^^ no-prisma-middleware error
      `),
      only,
    );
  });

  it('by the version of the package', async () => {
    const code = `//- lib/a.ts
import { prisma } from '@/lib/db';
prisma.$use(async (params, next) => next(params));
`;
    const words = async (range: string): Promise<string[][]> =>
      findings(await openFixture(withVersion(range) + code), RULE).map((finding) => [
        messageId(finding),
        finding.severity,
      ]);
    expect(await words('^7.1.0')).toEqual([['gone', 'error']]);
    expect(await words('6.14.0')).toEqual([['gone', 'error']]);
    expect(await words('~6.13.1')).toEqual([['later', 'warning']]);
    expect(await words('^5.0.0')).toEqual([['later', 'warning']]);
    expect(await words('catalog:')).toEqual([['later', 'warning']]);
  });

  it('every one of several', async () => {
    expectFindings(
      await openFixture(
        db(`export const prisma = new PrismaClient();
prisma.$use(async (params, next) => next(params));
//     ^^^^ no-prisma-middleware error
prisma.$use(async (params, next) => next(params));
//     ^^^^ no-prisma-middleware error`),
      ),
      only,
    );
  });

  it('beside code that does not parse', async () => {
    expectFindings(
      await openFixture(
        db(`export const prisma = new PrismaClient();
prisma.$use(async (params, next) => next(params));
//     ^^^^ no-prisma-middleware error
export const x = {`),
      ),
      only,
    );
  });
});

describe('no-prisma-middleware accepts', () => {
  const cases: [string, string][] = [
    ['an extension', 'export const prisma = new PrismaClient().$extends({ query: {} });'],
    ['a chain of extensions', 'export const prisma = new PrismaClient().$extends({}).$extends({});'],
    ['events', "export const prisma = new PrismaClient();\nprisma.$on('query' as never, console.log);"],
    [
      'a method called use',
      'export const app = { use(fn: unknown) { return fn; } };\napp.use(PrismaClient);',
    ],
    ['a read without a call', "export const has = '$use' in PrismaClient.prototype;"],
    [
      'a test whether it is there',
      'export const prisma = new PrismaClient();\nexport const old = (prisma as any).$use !== undefined;',
    ],
    ['a call without a middleware', 'export const prisma = new PrismaClient();\n(prisma as any).$use();'],
    [
      'a comment',
      '// prisma.$use(async (params, next) => next(params));\nexport const prisma = new PrismaClient();',
    ],
    ['a text', "export const hint = 'prisma.$use(…)';\nexport const prisma = new PrismaClient();"],
    [
      'a property of that name',
      'export const table = { $use: (fn: unknown) => fn };\nexport const prisma = new PrismaClient();',
    ],
    [
      'a transaction',
      'export const prisma = new PrismaClient();\nexport const run = () => prisma.$transaction([]);',
    ],
  ];
  it.each(cases)('%s', async (_, text) => {
    expectSilent(await openFixture(db(text)), RULE);
  });

  it('another library with such a method', async () => {
    expectSilent(
      await openFixture(`
        //- lib/axios.ts
        import client from 'some-http-client';
        import { make } from 'other';
        client.$use(() => undefined);
        make().$use(() => undefined);
      `),
      RULE,
    );
  });

  it('a committed client', async () => {
    expectSilent(
      await openFixture(`
        //- lib/generated/prisma/client.ts
        export const client: any = {};
        client.$use(() => undefined);
      `),
      RULE,
    );
  });
});

describe('no-prisma-middleware converts', () => {
  const fixed = async (before: string, after: string, all = false): Promise<void> => {
    const file = 'lib/db.ts';
    const head = `import { PrismaClient } from '@/lib/generated/prisma/client';\n\n`;
    expectFixed(await openFixture({ [file]: head + before }), RULE, { [file]: head + after }, { all });
  };

  it('a client that is constructed', () =>
    fixed(
      `export const prisma = new PrismaClient();

prisma.$use(async (params, next) => {
  const before = Date.now();
  const result = await next(params);
  console.log(\`\${params.model}.\${params.action} took \${Date.now() - before} ms\`);
  return result;
});
`,
      `export const prisma = new PrismaClient().$extends({
  query: {
    async $allOperations({ model, operation, args, query }) {
      const before = Date.now();
      const result = await query(args);
      console.log(\`\${model}.\${operation} took \${Date.now() - before} ms\`);
      return result;
    },
  },
});
`,
    ));

  it('one that is kept on the global object', () =>
    fixed(
      `const globalForPrisma = globalThis as unknown as { prisma?: PrismaClient };

export const prisma = globalForPrisma.prisma ?? new PrismaClient();
if (process.env.NODE_ENV !== 'production') globalForPrisma.prisma = prisma;

prisma.$use((params, next) => next(params));

export const count = () => prisma.post.count();
`,
      `const globalForPrisma = globalThis as unknown as { prisma?: PrismaClient };

const basePrisma = globalForPrisma.prisma ?? new PrismaClient();
if (process.env.NODE_ENV !== 'production') globalForPrisma.prisma = basePrisma;

export const prisma = basePrisma.$extends({
  query: {
    $allOperations({ args, query }) {
      return query(args);
    },
  },
});

export const count = () => prisma.post.count();
`,
    ));

  it('changed arguments', () =>
    fixed(
      `const db = new PrismaClient();
db.$use(async (params, next) => {
  if (params.action === 'findMany') params.args = { take: 100, ...params.args };
  return next({ ...params, args: params.args });
});
export default db;
`,
      `const db = new PrismaClient().$extends({
  query: {
    async $allOperations({ operation, args, query }) {
      if (operation === 'findMany') args = { take: 100, ...args };
      return query(args);
    },
  },
});
export default db;
`,
    ));

  it('several, in their order', () =>
    fixed(
      `export const prisma = new PrismaClient();

prisma.$use(async (params, next) => {
  console.log('first', params.model);
  return next(params);
});

prisma.$use(async (params, next) => {
  console.log('second', params.model);
  return next(params);
});
`,
      `export const prisma = new PrismaClient().$extends({
  query: {
    async $allOperations({ model, args, query }) {
      console.log('first', model);
      return query(args);
    },
  },
}).$extends({
  query: {
    async $allOperations({ model, args, query }) {
      console.log('second', model);
      return query(args);
    },
  },
});
`,
      true,
    ));

  it('nothing that an extension does differently', async () => {
    const reason = async (text: string): Promise<string | undefined> =>
      refusal(await openFixture(db(text)), { rule: RULE });
    const use = (body: string): Promise<string | undefined> =>
      reason(`export const prisma = new PrismaClient();
prisma.$use(async (params, next) => {
  ${body}
});`);
    expect(await use("params.action = 'update'; return next(params);")).toMatch(
      /^The middleware changes params.action/,
    );
    expect(await use('if (params.runInTransaction) return null; return next(params);')).toBe(
      'params.runInTransaction has no counterpart in an extension.',
    );
    expect(await use('log(params); return next(params);')).toMatch(/^params is used as a whole/);
    expect(await use("if (params.action === 'queryRaw') log(); return next(params);")).toMatch(
      /^Raw queries/,
    );
    expect(await use('const args = params.args; return next(params);')).toMatch(/^args is declared/);
    expect(await use('return next({ model: params.model });')).toMatch(/^next is called with something else/);
    expect(await use('return null;')).toBe('next is never called.');
    expect(
      await reason(`export const prisma = new PrismaClient();
prisma.$use(async ({ model, args }, next) => next({ model, args }));`),
    ).toMatch(/^The middleware takes its parameter apart/);
    expect(
      await reason(`import { audit } from './audit';
export const prisma = new PrismaClient();
prisma.$use(audit);`),
    ).toMatch(/^The middleware is written elsewhere/);
    expect(
      await reason(`let prisma: PrismaClient;
prisma = new PrismaClient();
prisma.$use(async (params, next) => next(params));
export { prisma };`),
    ).toMatch(/^prisma is no constant of this module/);
    expect(
      await reason(`export function make() {
  const prisma = new PrismaClient();
  prisma.$use(async (params, next) => next(params));
  return prisma;
}`),
    ).toMatch(/^The middleware is not added to a constant/);
  });
});
