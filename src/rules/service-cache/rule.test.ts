import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'service-cache';

const inService = (code: string): { [file: string]: string } => ({
  'lib/services/post.service.ts': `import { prisma } from '@/lib/db';\n${code}\n`,
});

describe('a hint', () => {
  it.each([
    ['an arrow', 'export const a = (id: string) => prisma.post.findUnique({ where: { id } });'],
    ['an async arrow', 'export const a = async (id: string) => prisma.post.findUnique({ where: { id } });'],
    [
      'a function',
      'export async function a(id: string) { return prisma.post.findUnique({ where: { id } }); }',
    ],
    [
      'a function expression',
      'export const a = async function (id: string) { return prisma.post.findUnique({ where: { id } }); };',
    ],
    [
      'one that is exported below',
      'function a(id: string) { return prisma.post.findUnique({ where: { id } }); }\nexport { a };',
    ],
    [
      'one that is exported by another name',
      'const a = (id: string) => prisma.post.findUnique({ where: { id } });\nexport { a as getPost };',
    ],
    ['no parameters', 'export const a = () => prisma.post.count();'],
    [
      'numbers, booleans, unions',
      "export const a = (n: number, b: boolean, s: 'x' | 'y' | null, t?: string) => prisma.post.findMany({ take: n, where: { published: b, slug: s ?? t } });",
    ],
    [
      'an enum of the schema',
      "import type { Role } from '@/lib/generated/prisma/client';\nexport const a = (role: Role) => prisma.user.findMany({ where: { role }, take: 5 });",
    ],
    [
      'several reads',
      'export async function a(id: string) { const [x, y] = await Promise.all([prisma.post.findUnique({ where: { id } }), prisma.post.count()]); return { x, y }; }',
    ],
    [
      'a read with logging of errors',
      'export async function a(id: string) { try { return await prisma.post.findUnique({ where: { id } }); } catch (error) { console.error(error); throw error; } }',
    ],
    [
      'raw SQL',
      'export const a = (id: string) => prisma.$queryRaw`SELECT id FROM "Post" WHERE id = ${id} LIMIT 1`;',
    ],
  ])('for %s', async (_, code) => {
    const fixture = await openFixture(inService(code));
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(['hint']);
  });

  it('where most services are cached but no page renders with this one', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { cache } from 'react';
      import { prisma } from '@/lib/db';
      export const a = cache((id: string) => prisma.post.findUnique({ where: { id } }));
      export const b = (id: string) => prisma.post.findFirst({ where: { id } });
      //           ^ service-cache hint
      //- app/api/p/route.ts
      import { b } from '@/lib/services/post.service';
      export const GET = async () => Response.json(await b('x'));
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('where a page renders with it but nobody caches', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      export const b = (id: string) => prisma.post.findFirst({ where: { id } });
      //           ^ service-cache hint
      //- app/p/page.tsx
      import { b } from '@/lib/services/post.service';
      export default async function Page() { return <p>{(await b('x'))?.title}</p>; }
    `);
    expectFindings(fixture, { rules: [RULE] });
  });
});

it('is a warning where a layout renders with it, through another service, in a project that caches', async () => {
  const fixture = await openFixture(`
    //- lib/services/post.service.ts
    import { cache } from 'react';
    import { prisma } from '@/lib/db';
    export const a = cache((id: string) => prisma.post.findUnique({ where: { id } }));
    export const b = (id: string) => prisma.post.findFirst({ where: { id } });
    //           ^ service-cache warning
    //- lib/services/menu.service.ts
    import { b } from './post.service';
    export const menu = async () => ({ first: await b('x') });
    //- app/p/layout.tsx
    import { menu } from '@/lib/services/menu.service';
    export default async function Layout() { return <p>{(await menu()).first?.title}</p>; }
  `);
  expectFindings(fixture, { rules: [RULE] });
});

describe('silent', () => {
  it.each([
    [
      'cached',
      "import { cache } from 'react';\nexport const a = cache((id: string) => prisma.post.findUnique({ where: { id } }));",
    ],
    [
      'cached by another name',
      "import { cache as once } from 'react';\nconst load = (id: string) => prisma.post.findUnique({ where: { id } });\nexport const a = once(load);\nexport { load };",
    ],
    [
      'cached by way of the namespace',
      "import * as React from 'react';\nexport const a = React.cache((id: string) => prisma.post.findUnique({ where: { id } }));",
    ],
    [
      'cached for longer',
      "import { unstable_cache } from 'next/cache';\nexport const a = unstable_cache(async (id: string) => prisma.post.findUnique({ where: { id } }), ['p']);",
    ],
    [
      'cached for longer inside',
      "import { unstable_cache } from 'next/cache';\nexport const a = (id: string) => unstable_cache(async () => prisma.post.findUnique({ where: { id } }), [id], { tags: [id] })();",
    ],
    [
      'a cached function',
      "export async function a(id: string) { 'use cache'; return prisma.post.findUnique({ where: { id } }); }",
    ],
    ['writes', 'export const a = (id: string) => prisma.post.delete({ where: { id } });'],
    [
      'reads and writes',
      'export async function a(id: string) { const p = await prisma.post.findUnique({ where: { id } }); await prisma.post.update({ where: { id }, data: { title: p?.title } }); return p; }',
    ],
    ['objects', 'export const a = (where: { id: string }) => prisma.post.findUnique({ where });'],
    [
      'destructured objects',
      'export const a = ({ id }: { id: string }) => prisma.post.findUnique({ where: { id } });',
    ],
    ['arrays', 'export const a = (ids: string[]) => prisma.post.findMany({ where: { id: { in: ids } } });'],
    [
      'transaction clients',
      "import type { Prisma } from '@/lib/generated/prisma/client';\nexport const a = (tx: Prisma.TransactionClient, id: string) => tx.post.findUnique({ where: { id } });",
    ],
    ['callbacks', 'export const a = async (then: (n: number) => void) => then(await prisma.post.count());'],
    [
      'streams',
      'export async function* a(id: string) { yield await prisma.post.findUnique({ where: { id } }); }',
    ],
    [
      'rest parameters',
      'export const a = (...ids: string[]) => prisma.post.findMany({ where: { id: { in: ids } } });',
    ],
    [
      'requests to others',
      "export async function a(id: string) { await fetch('https://x.y/' + id); return prisma.post.findUnique({ where: { id } }); }",
    ],
    [
      'private functions',
      'const a = (id: string) => prisma.post.findUnique({ where: { id } });\nexport const b = () => a;',
    ],
    ['untyped parameters', 'export const a = (id) => prisma.post.findUnique({ where: { id } });'],
    ['methods', 'export const posts = { a: (id: string) => prisma.post.findUnique({ where: { id } }) };'],
  ])('for %s', async (_, code) => {
    expectSilent(await openFixture(inService(code)), RULE);
  });

  it.each([
    ['helpers', 'lib/posts.ts', ''],
    ['actions', 'lib/services/post.service.ts', "'use server';\n"],
    ['cached modules', 'lib/services/post.service.ts', "'use cache';\n"],
    ['tests', 'lib/services/post.service.test.ts', ''],
  ])('in %s', async (_, file, directive) => {
    expectSilent(
      await openFixture({
        [file]: `${directive}import { prisma } from '@/lib/db';\nexport async function a(id: string) { return prisma.post.findUnique({ where: { id } }); }\n`,
      }),
      RULE,
    );
  });

  it('in applications without Server Components', async () => {
    const fixture = await openFixture(
      {
        'package.json': '{ "dependencies": { "next": "14.0.0", "react": "18.0.0" } }',
        'pages/index.tsx': 'export default () => null;\n',
        'lib/services/post.ts':
          "import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\nexport const a = (id: string) => prisma.post.findUnique({ where: { id } });\n",
      },
      { base: false },
    );
    expectSilent(fixture, RULE);
  });

  it('in packages without React', async () => {
    const fixture = await openFixture(
      {
        'packages/data/package.json':
          '{ "name": "@acme/data", "dependencies": { "@prisma/client": "7.0.0" } }',
        'packages/data/services/post.ts':
          "import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\nexport const a = (id: string) => prisma.post.findUnique({ where: { id } });\n",
      },
      { base: false },
    );
    expectSilent(fixture, RULE);
  });
});

describe('the fix', () => {
  it('wraps all of a file, each once', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import "server-only"
      import { prisma } from "@/lib/db"

      /** The newest. */
      export async function newest(): Promise<{ id: string } | null> {
        return prisma.post.findFirst({ orderBy: { id: "desc" } })
      }

      export const bySlug = async (slug: string) =>
        prisma.post.findUnique({
          where: { slug },
        })

      function all(take: number) {
        return prisma.post.findMany({ take })
      }

      export { all }
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- lib/services/post.service.ts
      import { cache } from "react"
      import "server-only"
      import { prisma } from "@/lib/db"

      /** The newest. */
      export const newest = cache(async (): Promise<{ id: string } | null> => {
        return prisma.post.findFirst({ orderBy: { id: "desc" } })
      })

      export const bySlug = cache(async (slug: string) =>
        prisma.post.findUnique({
          where: { slug },
        }))

      const all = cache((take: number) => {
        return prisma.post.findMany({ take })
      })

      export { all }
      `,
      { all: true },
    );
  });

  it('stays clear of what is called cache already', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      const cache = new Map();
      export const count = () => prisma.post.count();
      export const clear = () => cache.clear();
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- lib/services/post.service.ts
      import { cache as reactCache } from 'react';
      import { prisma } from '@/lib/db';
      const cache = new Map();
      export const count = reactCache(() => prisma.post.count());
      export const clear = () => cache.clear();
      `,
    );
  });

  it.each([
    [
      'a use before the function is there',
      'export const first = a("x");\nexport async function a(id: string) { return prisma.post.findUnique({ where: { id } }); }',
      /before it would be there/,
    ],
    [
      'several signatures',
      'export async function a(id: string): Promise<unknown>;\nexport async function a(id: string) { return prisma.post.findUnique({ where: { id } }); }',
      /several signatures/,
    ],
  ])('is refused for %s', async (_, code, reason) => {
    expect(refusal(await openFixture(inService(code)), { rule: RULE })).toMatch(reason);
  });
});
