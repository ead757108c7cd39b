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

const RULE = 'single-prisma-client';
const only = { rules: [RULE] };

describe('single-prisma-client reports', () => {
  it('a client in an action, a route, a page, a service', async () => {
    expectFindings(
      await openFixture(`
        //- lib/actions/a.ts
        'use server';
        import { PrismaClient } from '@/lib/generated/prisma/client';
        const prisma = new PrismaClient();
        //                 ^^^^^^^^^^^^ single-prisma-client warning
        export async function count() {
          return prisma.post.count();
        }
        //- app/api/posts/route.ts
        import { PrismaClient } from '@prisma/client';
        export async function GET() {
          const db = new PrismaClient();
          //             ^^^^^^^^^^^^ single-prisma-client warning
          return Response.json(await db.post.count());
        }
        //- app/count/page.tsx
        import * as client from '../../lib/generated/prisma/client';
        const db = new client.PrismaClient();
        //                    ^^^^^^^^^^^^ single-prisma-client warning
        export default async function Page() {
          return <p>{await db.post.count()}</p>;
        }
        //- lib/services/count.ts
        import { PrismaClient as Client } from '@/lib/generated/prisma/client';
        export class Counter {
          db = 1;
          count() {
            return new Client().post.count();
            //         ^^^^^^ single-prisma-client warning
          }
        }
      `),
      only,
    );
  });

  it('says what each of them does', async () => {
    const words = async (source: string, base = true): Promise<string[]> =>
      findings(await openFixture(source, { base }), RULE).map(messageId);
    expect(
      await words(`
        //- lib/a.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        export const other = new PrismaClient();
        //- lib/b.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        export const count = () => new PrismaClient().post.count();
        //- lib/db.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        export const prisma = new PrismaClient();
        //- lib/services/post.service.ts
        import { prisma } from '@/lib/db';
        export const count = () => prisma.post.count();
      `),
    ).toEqual(['second', 'perCall', 'notKept']);
    expect(
      await words(`
        //- lib/db.ts
        export const nothing = 1;
        //- app/api/posts/route.ts
        import { PrismaClient } from '@prisma/client';
        export async function GET() {
          return Response.json(await new PrismaClient().post.count());
        }
      `),
    ).toEqual(['alone']);
  });

  it('a db module that keeps its client nowhere', async () => {
    for (const text of [
      `export const prisma = new PrismaClient();
//                        ^^^^^^^^^^^^ single-prisma-client warning`,
      `const prisma = new PrismaClient().$extends({});
//                 ^^^^^^^^^^^^ single-prisma-client warning
export default prisma;`,
      `const create = () => new PrismaClient();
//                       ^^^^^^^^^^^^ single-prisma-client warning
export const prisma = create();`,
      `let client: PrismaClient | undefined;
export const getPrisma = () => (client ??= new PrismaClient());
//                                             ^^^^^^^^^^^^ single-prisma-client warning`,
      `class Client extends PrismaClient {}
export const prisma = new Client();
//                        ^^^^^^ single-prisma-client warning`,
    ])
      expectFindings(
        await openFixture(
          `//- lib/db.ts\nimport { PrismaClient } from '@/lib/generated/prisma/client';\n${text}\n`,
        ),
        only,
      );
  });

  it('in a package of a monorepo that applications import', async () => {
    expectFindings(await openFixture(MONOREPO, { base: false }), only);
  });

  it('in JavaScript that takes the constructor out of the package', async () => {
    expectFindings(
      await openFixture(`
        //- lib/count.js
        import pkg from '@prisma/client';
        const { PrismaClient } = pkg;
        const db = new PrismaClient();
        //             ^^^^^^^^^^^^ single-prisma-client warning
        export const count = () => db.post.count();
      `),
      only,
    );
  });

  it('beside code that does not parse', async () => {
    expectFindings(
      await openFixture(`
        //- lib/count.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        const db = new PrismaClient();
        //             ^^^^^^^^^^^^ single-prisma-client warning
        export const count = () => db.post.
      `),
      only,
    );
  });
});

const MONOREPO = `
//- package.json
{ "name": "root", "private": true, "workspaces": ["apps/*", "packages/*"] }
//- packages/db/package.json
{ "name": "@acme/db", "exports": { ".": "./src/index.ts" } }
//- packages/db/prisma/schema.prisma
generator client {
  provider = "prisma-client"
  output   = "../src/generated/prisma"
}

datasource db {
  provider = "postgresql"
}

model Post {
  id String @id
}
//- packages/db/src/index.ts
import { PrismaClient } from './generated/prisma/client';
export const prisma = new PrismaClient();
//                        ^^^^^^^^^^^^ single-prisma-client warning
export { PrismaClient };
//- apps/web/package.json
{ "name": "web", "dependencies": { "next": "16.0.0", "@acme/db": "*" } }
//- apps/web/src/app/page.tsx
import { prisma } from '@acme/db';
export default async function Page() {
  return <p>{await prisma.post.count()}</p>;
}
//- apps/web/src/lib/posts.ts
import { PrismaClient } from '@acme/db';
const prisma = new PrismaClient();
//                 ^^^^^^^^^^^^ single-prisma-client warning
export const countPosts = () => prisma.post.count();
`;

describe('single-prisma-client accepts', () => {
  const silent = async (source: string, base = true): Promise<void> => {
    expectSilent(await openFixture(source, { base }), RULE);
  };
  const db = (text: string): Promise<void> =>
    silent(`//- lib/db.ts\nimport { PrismaClient } from '@/lib/generated/prisma/client';\n${text}\n`);

  it('every way to keep a client on the global object', async () => {
    await db(`declare global { var cached: PrismaClient | undefined }
export const prisma = globalThis.cached ?? new PrismaClient();
if (process.env.NODE_ENV !== 'production') globalThis.cached = prisma;`);
    await db(`const create = () => new PrismaClient();
declare const globalThis: { prismaGlobal: ReturnType<typeof create> } & typeof global;
const prisma = globalThis.prismaGlobal ?? create();
export default prisma;
if (process.env.NODE_ENV !== 'production') globalThis.prismaGlobal = prisma;`);
    await db(`let prisma: PrismaClient;
if (process.env.NODE_ENV === 'production') {
  prisma = new PrismaClient();
} else {
  if (!(global as any).prisma) (global as any).prisma = new PrismaClient();
  prisma = (global as any).prisma;
}
export default prisma;`);
    await db(`const store = globalThis as unknown as { prisma?: PrismaClient };
export const prisma = (store.prisma ??= new PrismaClient());`);
    await db(`const KEY = Symbol.for('prisma');
export const prisma = (globalThis as any)[KEY] ?? new PrismaClient();
(globalThis as any)[KEY] = prisma;`);
    await db(`const create = () => new PrismaClient().$extends({});
const g = globalThis as unknown as { prisma?: ReturnType<typeof create> };
export const prisma = g.prisma ?? create();
Object.assign(globalThis, { prisma });`);
  });

  it('a client that a helper keeps', () =>
    silent(`
      //- lib/db.ts
      import { remember } from '@epic-web/remember';
      import { PrismaClient } from '@/lib/generated/prisma/client';
      export const prisma = remember('prisma', () => new PrismaClient());
    `));

  it('a factory whose callers decide', () =>
    silent(`
      //- lib/create.ts
      import { PrismaClient } from '@/lib/generated/prisma/client';
      export function createClient() {
        return new PrismaClient();
      }
      //- lib/db.ts
      import { createClient } from './create';
      const g = globalThis as unknown as { prisma?: ReturnType<typeof createClient> };
      export const prisma = (g.prisma ??= createClient());
    `));

  it('seeds, scripts, tests', () =>
    silent(`
      //- prisma/seed.ts
      import { PrismaClient } from '@/lib/generated/prisma/client';
      const prisma = new PrismaClient();
      await prisma.post.count();
      //- scripts/count.ts
      import { PrismaClient } from '@prisma/client';
      export const prisma = new PrismaClient();
      //- lib/post.test.ts
      import { PrismaClient } from '@prisma/client';
      export const prisma = new PrismaClient();
    `));

  it('a program of its own', () =>
    silent(`
      //- migration/import.ts
      import { PrismaClient } from '@/lib/generated/prisma/client';
      const prisma = new PrismaClient();
      await prisma.post.count();
    `));

  it('types, and other classes of that name', () =>
    silent(`
      //- lib/a.ts
      import type { PrismaClient } from '@/lib/generated/prisma/client';
      export const run = (client: PrismaClient) => client.post.count();
      //- lib/b.ts
      import { PrismaClient } from './fake';
      export const fake = new PrismaClient();
      //- lib/fake.ts
      export class PrismaClient {}
    `));

  it('a client of another schema', () =>
    silent(`
      //- lib/logs.ts
      import { PrismaClient } from '@/lib/generated/logs/client';
      export const logs = new PrismaClient();
      //- lib/generated/logs/client.ts
      // @ts-nocheck
      /* eslint-disable */
      /* !!! This is code generated by Prisma. Do not edit directly. !!! */
      export class PrismaClient {}
    `));

  it('a client with another adapter, or of another database', () =>
    silent(`
      //- lib/edge.ts
      import { PrismaNeon } from '@prisma/adapter-neon';
      import { PrismaClient } from '@/lib/generated/prisma/client';
      export const edge = new PrismaClient({ adapter: new PrismaNeon({ connectionString: 'x' }) });
      //- lib/replica.ts
      import { PrismaPg } from '@prisma/adapter-pg';
      import { PrismaClient } from '@/lib/generated/prisma/client';
      export const replica = new PrismaClient({
        adapter: new PrismaPg({ connectionString: process.env.REPLICA_URL }),
      });
    `));

  it('a client for each request on Workers', () =>
    silent(`
      //- lib/worker.ts
      import { PrismaD1 } from '@prisma/adapter-d1';
      import { getCloudflareContext } from '@opennextjs/cloudflare';
      import { PrismaClient } from '@/lib/generated/prisma/client';
      export const getDb = () => new PrismaClient({ adapter: new PrismaD1(getCloudflareContext().env.DB) });
    `));

  it('a package that no application imports: nothing reloads it', () =>
    silent(MONOREPO.replace(/\/\/- apps[\s\S]*$/, '').replace(/\/\/ +\^.*\n/, ''), false));

  it('extensions and copies of the shared client', () =>
    silent(`
      //- lib/audit.ts
      import { prisma } from '@/lib/db';
      export const audited = prisma.$extends({});
      export { prisma as db } from '@/lib/db';
    `));

  it('an import that is never constructed', () =>
    silent(`
      //- lib/a.ts
      import { PrismaClient } from '@/lib/generated/prisma/client';
      export const isClient = (value: unknown) => value instanceof PrismaClient;
    `));
});

describe('single-prisma-client fixes', () => {
  it('a client of an action: imports the shared one, leaves nothing behind', async () => {
    expectFixed(
      await openFixture(`
        //- lib/count.ts
        import { PrismaPg } from '@prisma/adapter-pg';
        import { PrismaClient } from '@/lib/generated/prisma/client';
        import { env } from '@/lib/env';

        const adapter = new PrismaPg({ connectionString: env.DATABASE_URL });
        const db = new PrismaClient({ adapter });

        export async function count() {
          const posts = await db.post.count();
          await db.$disconnect();
          return posts;
        }
      `),
      RULE,
      {
        'lib/count.ts': `import { prisma as db } from '@/lib/db';

export async function count() {
  const posts = await db.post.count();
  return posts;
}
`,
      },
    );
  });

  it('a client inside a function, and one without a name', async () => {
    expectFixed(
      await openFixture(`
        //- lib/count.ts
        import { Prisma, PrismaClient } from '@/lib/generated/prisma/client';

        export async function count(where: Prisma.PostWhereInput) {
          const prisma = new PrismaClient();
          return prisma.post.count({ where });
        }

        export const users = () => new PrismaClient().user.count();
      `),
      RULE,
      {
        'lib/count.ts': `import { prisma } from '@/lib/db';
import { Prisma } from '@/lib/generated/prisma/client';

export async function count(where: Prisma.PostWhereInput) {
  return prisma.post.count({ where });
}

export const users = () => prisma.user.count();
`,
      },
      { all: true },
    );
  });

  it('an exported client keeps its importers', async () => {
    expectFixed(
      await openFixture(`
        //- lib/database.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';

        export const database = new PrismaClient();
        //- lib/a.ts
        import { prisma } from '@/lib/db';
        export const count = () => prisma.post.count();
        //- lib/b.ts
        import { prisma } from '@/lib/db';
        export const count = () => prisma.user.count();
      `),
      RULE,
      {
        'lib/database.ts': `import { prisma as database } from '@/lib/db';

export { database };
`,
      },
    );
  });

  it('from the package of the workspace', async () => {
    expectFixed(
      await openFixture(MONOREPO, { base: false }),
      RULE,
      {
        'apps/web/src/lib/posts.ts': `import { prisma } from '@acme/db';
export const countPosts = () => prisma.post.count();
`,
      },
      { nth: 0 },
    );
  });

  it('a db module, in its own words', async () => {
    const fixed = async (before: string, after: string): Promise<void> => {
      expectFixed(await openFixture({ 'lib/db.ts': before }), RULE, { 'lib/db.ts': after });
    };
    await fixed(
      `import { PrismaClient } from '@/lib/generated/prisma/client';

export const prisma = new PrismaClient({ log: ['error'] });
`,
      `import { PrismaClient } from '@/lib/generated/prisma/client';

const globalForPrisma = globalThis as unknown as { prisma?: PrismaClient };

export const prisma = globalForPrisma.prisma ?? new PrismaClient({ log: ['error'] });

if (process.env.NODE_ENV !== 'production') globalForPrisma.prisma = prisma;
`,
    );
    await fixed(
      `import { PrismaClient } from "@/lib/generated/prisma/client"
import { audit } from "@/lib/audit"

const db = new PrismaClient().$extends(audit)
export default db
`,
      `import { PrismaClient } from "@/lib/generated/prisma/client"
import { audit } from "@/lib/audit"

const createClient = () => new PrismaClient().$extends(audit)

const globalForPrisma = globalThis as unknown as { db?: ReturnType<typeof createClient> }

const db = globalForPrisma.db ?? createClient()

if (process.env.NODE_ENV !== "production") globalForPrisma.db = db
export default db
`,
    );
    await fixed(
      `import { PrismaClient } from '@/lib/generated/prisma/client';

function create() {
  return new PrismaClient().$extends({});
}

export const prisma = create();
`,
      `import { PrismaClient } from '@/lib/generated/prisma/client';

function create() {
  return new PrismaClient().$extends({});
}

const globalForPrisma = globalThis as unknown as { prisma?: ReturnType<typeof create> };

export const prisma = globalForPrisma.prisma ?? create();

if (process.env.NODE_ENV !== 'production') globalForPrisma.prisma = prisma;
`,
    );
  });

  it('nothing that would close the shared client or has no constant to keep', async () => {
    const reason = async (source: string): Promise<string | undefined> =>
      refusal(await openFixture(source), { rule: RULE });
    expect(
      await reason(`
        //- lib/a.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        const db = new PrismaClient();
        export const count = () => db.post.count().finally(() => db.$disconnect());
      `),
    ).toBe('db.$disconnect() would close the shared client: take it out first.');
    expect(
      await reason(`
        //- lib/a.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        const db = new PrismaClient();
        export async function count() {
          try {
            return await db.post.count();
          } finally {
            await db.$disconnect();
          }
        }
      `),
    ).toMatch(/^The `finally` does nothing but close/);
    expect(
      await reason(`
        //- lib/db.ts
        import { PrismaClient } from '@/lib/generated/prisma/client';
        let client: PrismaClient | undefined;
        export const getPrisma = () => (client ??= new PrismaClient());
      `),
    ).toBe('The client is not a constant of this module: keep it on globalThis by hand.');
  });
});
