import { describe, expect, it } from 'vitest';
import { expectFindings, expectSilent, findings, messageId, openFixture } from '../../../test/kit/check.ts';

const RULE = 'service-purity';

async function said(head: string, body = '', extra: { [file: string]: string } = {}): Promise<string[]> {
  const fixture = await openFixture({
    'lib/services/post.service.ts': `${head}\nimport { prisma } from '@/lib/db';\nexport async function post(id: string) { ${body}\n return prisma.post.findUnique({ where: { id } }); }\n`,
    ...extra,
  });
  return findings(fixture, RULE).map((found) => `${found.severity} ${messageId(found)}`);
}

describe('found', () => {
  it.each([
    ['cookies', "import { cookies } from 'next/headers';", 'await cookies();', ['warning request']],
    [
      'headers by another name',
      "import { headers as requestHeaders } from 'next/headers';",
      'await requestHeaders();',
      ['warning request'],
    ],
    ['a namespace', "import * as next from 'next/headers';", 'await next.cookies();', ['warning request']],
    [
      'responses',
      "import { NextResponse } from 'next/server';",
      'NextResponse.json({});',
      ['warning request'],
    ],
    ['after', "import { after } from 'next/server';", 'after(() => {});', ['warning request']],
    ['a request as type', "import type { NextRequest } from 'next/server';", '', ['hint request']],
    [
      'redirects',
      "import { redirect } from 'next/navigation';",
      "if (id === '') redirect('/');",
      ['warning navigation'],
    ],
    [
      'not found',
      "import { notFound } from 'next/navigation';",
      "if (id === '') notFound();",
      ['warning navigation'],
    ],
    ['hooks', "import { useState } from 'react';", '', ['warning ui']],
    ['links', "import Link from 'next/link';", '', ['warning ui']],
    ['toasts', "import { toast } from 'sonner';", "toast('x');", ['warning ui']],
    [
      'revalidation',
      "import { revalidatePath } from 'next/cache';",
      "revalidatePath('/');",
      ['hint revalidate'],
    ],
    [
      'the session',
      "import { auth } from '@/auth';",
      'const session = await auth(); if (!session) throw new Error();',
      ['warning session'],
    ],
    [
      'two things',
      "import { cookies, headers } from 'next/headers';",
      '',
      ['warning request', 'warning request'],
    ],
  ])('%s', async (_, head, body, expected) => {
    expect(await said(head, body)).toEqual(expected);
  });

  it('client modules', async () => {
    const found = await said("import { label } from '@/components/label';", 'label();', {
      'components/label.tsx': "'use client';\nexport const label = () => 'x';\n",
    });
    expect(found.map((text) => text.split(' ')[1])).toEqual(['ui']);
  });

  it('helpers that read the session, at the call', async () => {
    const fixture = await openFixture(`
      //- lib/guards.ts
      import { auth } from '@/auth';
      export async function requireUser() {
        const session = await auth();
        if (!session?.user) throw new Error('no');
        return session.user;
      }
      //- lib/services/post.service.ts
      import * as guards from '@/lib/guards';
      import { prisma } from '@/lib/db';
      export class Posts {
        async mine() {
          const user = await guards.requireUser();
          //                        ^^^^^^^^^^^ service-purity warning
          return prisma.post.findMany({ where: { authorId: user.id }, take: 5 });
        }
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('no service that is about the session', async () => {
    const text = `import { auth } from '@/auth';
import { prisma } from '@/lib/db';
export async function self() {
  const session = await auth();
  return prisma.user.findUnique({ where: { id: session?.user?.id ?? '' } });
}
`;
    const fixture = await openFixture({
      'lib/services/auth.service.ts': text,
      'lib/services/auth-service.ts': text,
      'lib/services/author.service.ts': text,
    });
    expect(findings(fixture, RULE).map(({ file }) => file)).toEqual(['lib/services/author.service.ts']);
  });

  it('as a hint where most services know of the request', async () => {
    const impure = (name: string): string =>
      `import { cookies } from 'next/headers';\nimport { prisma } from '@/lib/db';\nexport const ${name} = async () => { await cookies(); return prisma.post.findMany({ take: 1 }); };\n`;
    const fixture = await openFixture({
      'lib/services/a.ts': impure('a'),
      'lib/services/b.ts': impure('b'),
      'lib/services/c.ts': impure('c'),
    });
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(['hint', 'hint', 'hint']);
  });

  it('as a warning where the configuration names the services', async () => {
    const fixture = await openFixture(`
      //- backend-specialist.config.json
      { "conventions": { "services": ["server"] } }
      //- server/a.ts
      import { cookies } from 'next/headers';
      //       ^^^^^^^ service-purity warning
      import { prisma } from '@/lib/db';
      export const a = async () => { await cookies(); return prisma.post.findMany({ take: 1 }); };
      //- app/p/page.tsx
      import { prisma } from '@/lib/db';
      export default async () => <p>{(await prisma.post.findMany({ take: 1 })).length}</p>;
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('as a hint in a folder that holds more than services', async () => {
    const fixture = await openFixture(`
      //- server/posts.ts
      import { cookies } from 'next/headers';
      //       ^^^^^^^ service-purity hint
      import { prisma } from '@/lib/db';
      export const a = async () => { await cookies(); return prisma.post.findMany({ take: 1 }); };
    `);
    expectFindings(fixture, { rules: [RULE] });
  });
});

describe('silent', () => {
  it.each([
    ['server-only', "import 'server-only';", ''],
    ['cache of React', "import { cache } from 'react';", 'cache(() => 1);'],
    [
      'cache of Next.js',
      "import { unstable_cache, cacheTag, cacheLife } from 'next/cache';",
      "cacheTag('x');",
    ],
    [
      'rethrowing',
      "import { unstable_rethrow } from 'next/navigation';",
      'try { } catch (error) { unstable_rethrow(error); }',
    ],
    ['types of React', "import type { ReactNode } from 'react';", ''],
    ['types of headers', "import type { ReadonlyHeaders } from 'next/headers';", ''],
    ['types of client modules', "import type { Props } from '@/components/label';", ''],
    ['a session that is passed in', "import type { Session } from 'next-auth';", ''],
    ['mail templates', "import { Welcome } from '@/emails/welcome';", 'Welcome();'],
    ['a global that is called so', '', 'const cookies = new Map(); cookies.get(id);'],
    ['validation', "import { z } from 'zod';", 'z.string().parse(id);'],
    ['the name in a text', "// import { cookies } from 'next/headers';", ''],
  ])('for %s', async (_, head, body) => {
    expect(
      await said(head, body, {
        'components/label.tsx':
          "'use client';\nexport interface Props { a: string }\nexport const label = () => 'x';\n",
        'emails/welcome.tsx': 'export const Welcome = () => <p>x</p>;\n',
      }),
    ).toEqual([]);
  });

  it.each([
    ['actions', 'lib/services/p.ts', "'use server';\n", 'prisma.post.findFirst()'],
    ['helpers', 'lib/p.ts', '', 'prisma.post.findFirst()'],
    [
      'routers',
      'server/api/routers/p.ts',
      "import { initTRPC } from '@trpc/server';\n",
      'prisma.post.findFirst()',
    ],
    ['modules with no queries', 'lib/services/p.ts', '', '1'],
    ['tests', 'lib/services/p.test.ts', '', 'prisma.post.findFirst()'],
  ])('in %s', async (_, file, head, value) => {
    const fixture = await openFixture({
      [file]: `${head}import { cookies } from 'next/headers';\nimport { prisma } from '@/lib/db';\nexport const a = async () => { await cookies(); return ${value}; };\n`,
    });
    expectSilent(fixture, RULE);
  });
});
