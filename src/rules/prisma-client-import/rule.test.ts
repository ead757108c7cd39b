import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  openFixture,
  refusal,
  textsAfter,
} from '../../../test/kit/check.ts';

const RULE = 'prisma-client-import';
const only = { rules: [RULE] };

/** A schema with one generator. */
const schema = (generator: string): string => `
//- prisma/schema.prisma
generator client {
${generator}
}

datasource db {
  provider = "postgresql"
}

model User {
  id String @id
}
`;

describe('prisma-client-import reports', () => {
  it('imports of every form', async () => {
    expectFindings(
      await openFixture(`
        //- lib/a.ts
        import { Prisma } from '@prisma/client';
        //                     ^^^^^^^^^^^^^^^^ prisma-client-import warning
        export const order = Prisma.SortOrder.asc;
        //- lib/b.ts
        import type { User } from "@prisma/client";
        //                        ^^^^^^^^^^^^^^^^ prisma-client-import warning
        export type Name = User['name'];
        //- lib/c.ts
        import * as P from '@prisma/client/edge';
        //                 ^^^^^^^^^^^^^^^^^^^^^ prisma-client-import warning
        export const role = P.Role.ADMIN;
        //- lib/d.ts
        import { Role } from '.prisma/client';
        //                   ^^^^^^^^^^^^^^^^ prisma-client-import warning
        export const admin = Role.ADMIN;
        //- lib/e.ts
        import '@prisma/client';
        //     ^^^^^^^^^^^^^^^^ prisma-client-import warning
        //- lib/f.ts
        import client from '@prisma/client';
        //                 ^^^^^^^^^^^^^^^^ prisma-client-import warning
        export const { Role } = client;
      `),
      only,
    );
  });

  it('re-exports, dynamic imports and require', async () => {
    expectFindings(
      await openFixture(`
        //- lib/types.ts
        export { Role, type User } from '@prisma/client';
        //       ^^^^ prisma-client-import warning
        //- lib/all.ts
          export * from '@prisma/client';
        //^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ prisma-client-import warning
        //- lib/later.ts
        export const load = () => import('@prisma/client');
        //                               ^^^^^^^^^^^^^^^^ prisma-client-import warning
        //- lib/old.js
        const { Role } = require('@prisma/client');
        //                       ^^^^^^^^^^^^^^^^ prisma-client-import warning
        module.exports = { Role };
      `),
      only,
    );
  });

  it('in client components, tests, seeds and files under src', async () => {
    expectFindings(
      await openFixture(`
        //- components/badge.tsx
        'use client';
        import { Role } from '@prisma/client';
        //                   ^^^^^^^^^^^^^^^^ prisma-client-import warning
        export const Badge = () => <b>{Role.ADMIN}</b>;
        //- prisma/seed.ts
        import { Role } from '@prisma/client';
        //                   ^^^^^^^^^^^^^^^^ prisma-client-import warning
        console.log(Role);
        //- src/x.test.ts
        import type { User } from '@prisma/client';
        //                        ^^^^^^^^^^^^^^^^ prisma-client-import warning
        export const user = {} as User;
      `),
      only,
    );
  });

  it('when the old generator has an output', async () => {
    expectFindings(
      await openFixture(
        `${schema('  provider = "prisma-client-js"\n  output = "../lib/generated/prisma"')}
//- lib/a.ts
import { Prisma } from '@prisma/client';
//                     ^^^^^^^^^^^^^^^^ prisma-client-import warning
export const order = Prisma.SortOrder.asc;
`,
      ),
      only,
    );
  });

  it('in an application whose schema lies in another package', async () => {
    expectFindings(await openFixture(MONOREPO, { base: false }), only);
  });

  it('beside code that does not parse', async () => {
    expectFindings(
      await openFixture(`
        //- lib/a.ts
        import { Prisma } from '@prisma/client';
        //                     ^^^^^^^^^^^^^^^^ prisma-client-import warning
        export const order = {
      `),
      only,
    );
  });
});

const MONOREPO = `
//- package.json
{ "name": "root", "private": true, "workspaces": ["apps/*", "packages/*"] }
//- packages/db/package.json
{ "name": "@acme/db", "exports": { ".": "./src/index.ts", "./enums": "./src/generated/prisma/enums.ts", "./client": "./src/generated/prisma/client.ts" }, "dependencies": { "@prisma/client": "7.0.0" } }
//- packages/db/prisma/schema.prisma
generator client {
  provider = "prisma-client"
  output   = "../src/generated/prisma"
}

datasource db {
  provider = "postgresql"
}

model User {
  id String @id
}
//- packages/db/src/index.ts
import { Prisma } from '@prisma/client';
//                     ^^^^^^^^^^^^^^^^ prisma-client-import warning
export const order = Prisma.SortOrder.asc;
//- apps/web/package.json
{ "name": "web", "dependencies": { "next": "16.0.0", "@acme/db": "*" } }
//- apps/web/src/app/page.tsx
import type { User } from '@prisma/client';
//                        ^^^^^^^^^^^^^^^^ prisma-client-import warning
export default function Page({ user }: { user: User }) {
  return <p>{user.id}</p>;
}
`;

describe('prisma-client-import accepts', () => {
  const silent = async (source: string, base = true): Promise<void> => {
    expectSilent(await openFixture(source, { base }), RULE);
  };

  it('the generated client by alias and by path', () =>
    silent(`
      //- lib/a.ts
      import { Prisma } from '@/lib/generated/prisma/client';
      import type { User } from './generated/prisma/models';
      export const order = Prisma.SortOrder.asc as unknown as User;
    `));

  it('what belongs to the package itself', () =>
    silent(`
      //- lib/a.ts
      import { Prisma } from '@prisma/client/extension';
      import { PrismaClientKnownRequestError } from '@prisma/client/runtime/client';
      import { Decimal } from '@prisma/client/runtime/library';
      export const all = [Prisma, PrismaClientKnownRequestError, Decimal];
    `));

  it('other packages of Prisma', () =>
    silent(`
      //- lib/a.ts
      import { PrismaPg } from '@prisma/adapter-pg';
      import { withAccelerate } from '@prisma/extension-accelerate';
      import { client } from '@prisma/client-engine-runtime';
      export const all = [PrismaPg, withAccelerate, client];
    `));

  it('an old generator without an output, which writes into the package', () =>
    silent(`${schema('  provider = "prisma-client-js"')}
//- lib/a.ts
import { Prisma } from '@prisma/client';
export const order = Prisma.SortOrder.asc;
`));

  it('an output inside node_modules', () =>
    silent(`${schema('  provider = "prisma-client-js"\n  output = "../node_modules/.prisma/client"')}
//- lib/a.ts
import { Prisma } from '@prisma/client';
export const order = Prisma.SortOrder.asc;
`));

  it('two generators, one of which writes into the package', () =>
    silent(`${schema('  provider = "prisma-client-js"\n}\n\ngenerator edge {\n  provider = "prisma-client"\n  output = "../lib/generated/edge"')}
//- lib/a.ts
import { Prisma } from '@prisma/client';
export const order = Prisma.SortOrder.asc;
`));

  it('the new generator without an output, which is an error of its own', () =>
    silent(`${schema('  provider = "prisma-client"')}
//- lib/a.ts
import { Prisma } from '@prisma/client';
export const order = Prisma.SortOrder.asc;
`));

  it('generators of other things', () =>
    silent(`${schema('  provider = "prisma-client-js"\n}\n\ngenerator zod {\n  provider = "zod-prisma-types"\n  output = "../lib/generated/zod"')}
//- lib/a.ts
import { Prisma } from '@prisma/client';
export const order = Prisma.SortOrder.asc;
`));

  it('a workspace without a schema', () =>
    silent(
      `
      //- package.json
      { "name": "a", "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0" } }
      //- app/page.tsx
      import type { User } from '@prisma/client';
      export default function Page({ user }: { user: User }) {
        return <p>{user.id}</p>;
      }
    `,
      false,
    ));

  it('texts and comments that name the package', () =>
    silent(`
      //- lib/a.ts
      // import { Prisma } from '@prisma/client';
      export const external = ['@prisma/client', '.prisma/client'];
    `));

  it('a generated client that is committed', () =>
    silent(`
      //- lib/generated/prisma/client.ts
      import * as runtime from '@prisma/client/runtime/client';
      import { other } from '@prisma/client';
      export const PrismaClient = runtime.getPrismaClient(other);
    `));

  it('a package of a similar name', () =>
    silent(`
      //- lib/a.ts
      import { x } from '@prisma/clients';
      import { y } from '@acme/prisma/client';
      export const all = [x, y];
    `));
});

describe('prisma-client-import rewrites', () => {
  it('the specifier, with the alias of the project and the quotes of the line', async () => {
    expectFixed(
      await openFixture(`
        //- lib/actions/role.ts
        import { Role } from "@prisma/client";
        export const isRole = (role: string) => role in Role;
      `),
      RULE,
      {
        'lib/actions/role.ts': `import { Role } from "@/lib/generated/prisma/client";
export const isRole = (role: string) => role in Role;
`,
      },
    );
  });

  it('relative where the file imports so', async () => {
    expectFixed(
      await openFixture(`
        //- lib/services/role.ts
        import type { Role } from '@prisma/client';
        import { prisma } from '../db';
        export const one = (role: Role) => prisma.user.findFirst({ where: { role } });
      `),
      RULE,
      {
        'lib/services/role.ts': `import type { Role } from '../generated/prisma/client';
import { prisma } from '../db';
export const one = (role: Role) => prisma.user.findFirst({ where: { role } });
`,
      },
    );
  });

  it('to the entry for browsers in client code', async () => {
    expectFixed(
      await openFixture(`
        //- components/badge.tsx
        'use client';
        import { Role } from '@prisma/client';
        export const Badge = () => <b>{Role.ADMIN}</b>;
      `),
      RULE,
      {
        'components/badge.tsx': `'use client';
import { Role } from '@/lib/generated/prisma/browser';
export const Badge = () => <b>{Role.ADMIN}</b>;
`,
      },
    );
  });

  it('to the folder of the old generator', async () => {
    expectFixed(
      await openFixture(`${schema('  provider = "prisma-client-js"\n  output = "../lib/generated/prisma"')}
//- lib/a.ts
import { Prisma } from '@prisma/client';
export const order = Prisma.SortOrder.asc;
`),
      RULE,
      {
        'lib/a.ts': `import { Prisma } from '@/lib/generated/prisma';
export const order = Prisma.SortOrder.asc;
`,
      },
    );
  });

  it('re-exports together', async () => {
    expectFixed(
      await openFixture(`
        //- lib/types.ts
        export { Role } from '@prisma/client';
        export type { User } from '@prisma/client';
      `),
      RULE,
      {
        'lib/types.ts': `export { Role } from '@/lib/generated/prisma/client';
export type { User } from '@/lib/generated/prisma/client';
`,
      },
    );
  });

  it('to the package of the workspace that exports it', async () => {
    expectFixed(
      await openFixture(MONOREPO, { base: false }),
      RULE,
      {
        'apps/web/src/app/page.tsx': `import type { User } from '@acme/db/client';
export default function Page({ user }: { user: User }) {
  return <p>{user.id}</p>;
}
`,
        'packages/db/src/index.ts': `import { Prisma } from './generated/prisma/client';
export const order = Prisma.SortOrder.asc;
`,
      },
      { all: true },
    );
  });

  it('to the package that exports all of it again', async () => {
    const fixture = await openFixture(
      MONOREPO.replace(', "./client": "./src/generated/prisma/client.ts"', '').replace(
        /import \{ Prisma \}[\s\S]*?\.asc;/,
        "export * from './generated/prisma/client';",
      ),
      { base: false },
    );
    expectFixed(fixture, RULE, {
      'apps/web/src/app/page.tsx': `import type { User } from '@acme/db';
export default function Page({ user }: { user: User }) {
  return <p>{user.id}</p>;
}
`,
    });
  });

  it('all of a file at once, and nothing the second time', async () => {
    const fixture = await openFixture(`
      //- lib/a.ts
      import { Prisma } from '@prisma/client';
      import type { User } from '@prisma/client';
      export const order = Prisma.SortOrder.asc as unknown as User;
    `);
    const result = fixture.engine.fixAll('lib/a.ts');
    if (!result.ok) throw new Error(result.reason);
    const texts = textsAfter(fixture.engine, result.changes);
    expect(texts['lib/a.ts']).toBe(`import { Prisma } from '@/lib/generated/prisma/client';
import type { User } from '@/lib/generated/prisma/client';
export const order = Prisma.SortOrder.asc as unknown as User;
`);
    fixture.engine.update(Object.entries(texts).map(([file, text]) => ({ file, text })));
    expectSilent(fixture, RULE);
  });

  it('nothing where more than the specifier would have to change', async () => {
    const reason = async (source: string): Promise<string | undefined> =>
      refusal(await openFixture(source), { rule: RULE });
    expect(
      await reason(`
        //- lib/a.ts
        import client from '@prisma/client';
        export const { Role } = client;
      `),
    ).toBe('The generated client has no default export: import its names instead.');
    expect(
      await reason(`
        //- lib/a.js
        const { Role } = require('@prisma/client');
        module.exports = { Role };
      `),
    ).toMatch(/can be imported, not required/);
    expect(
      await reason(`
        //- prisma/seed.mjs
        import { Role } from '@prisma/client';
        console.log(Role);
      `),
    ).toMatch(/^The generated client is TypeScript/);
  });
});
