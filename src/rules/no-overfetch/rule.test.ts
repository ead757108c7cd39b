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
import { parseFixture } from '../../../test/kit/fixture.ts';

const RULE = 'no-overfetch';
const FILE = 'lib/actions/user.actions.ts';

const schema = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }
  model User {
    id              String  @id
    email           String  @unique
    name            String?
    passwordHash    String?
    hasPassword     Boolean @default(false)
    passwordChanged DateTime?
    posts           Post[]
    hooks           Hook[]
  }
  model Post {
    id       String @id
    title    String
    authorId String
    author   User   @relation(fields: [authorId], references: [id])
  }
  model Hook {
    id        String @id
    url       String
    secret    String
    publicKey String
    tokenName String
    userId    String
    user      User   @relation(fields: [userId], references: [id])
  }
  model Card {
    id  String @id
    /// @secret
    pin Int
  }
`;

const action = (body: string): string =>
  `'use server';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { toDto } from '@/lib/dto';

export async function load(id: string) {
  const session = await auth();
  if (!session) return null;
${body.replace(/^/gm, '  ')}
}
`;

const dto =
  'export const toDto = (user: { id: string; name: string }) => ({ id: user.id, name: user.name });\n';

const open = (body: string, more: Record<string, string> = {}) =>
  openFixture({ ...parseFixture(schema), [FILE]: action(body), 'lib/dto.ts': dto, ...more });

async function said(body: string, more: Record<string, string> = {}): Promise<string> {
  return findings(await open(body, more), RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

describe('actions that send whole rows', () => {
  it.each([
    ['the row', 'return prisma.user.findUnique({ where: { id } });'],
    ['awaited', 'const user = await prisma.user.findUnique({ where: { id } });\nreturn user;'],
    [
      'in an object',
      'const user = await prisma.user.findUniqueOrThrow({ where: { id } });\nreturn { success: true, data: user };',
    ],
    ['a list', 'return { users: await prisma.user.findMany({ take: 20 }) };'],
    ['what a write gives back', "return prisma.user.update({ where: { id }, data: { name: 'x' } });"],
    [
      'a spread',
      'const user = await prisma.user.findUniqueOrThrow({ where: { id } });\nreturn { ...user, posts: 3 };',
    ],
    ['an included author', 'return prisma.post.findMany({ take: 5, include: { author: true } });'],
    [
      'deeper',
      'return prisma.hook.findMany({ take: 5, select: { id: true, user: { include: { posts: true } } } });',
    ],
    [
      'asked for by name',
      'return prisma.user.findUnique({ where: { id }, select: { id: true, passwordHash: true } });',
    ],
    [
      'after a test',
      'const user = await prisma.user.findUnique({ where: { id } });\nif (!user) return null;\nreturn user;',
    ],
    ['marked in the schema', 'return prisma.card.findUnique({ where: { id } });'],
  ])('%s', async (_, body) => {
    expect(await said(body)).toBe('warning returned');
  });

  it('a secret of one thing is worth knowing', async () => {
    expect(await said('return prisma.hook.findUnique({ where: { id } });')).toBe('info returned');
  });
});

describe('routes, procedures of other files, client components', () => {
  it('routes', async () => {
    expectFindings(
      await openFixture(`${schema}
  //- app/api/users/route.ts
  import { NextResponse } from 'next/server';
  import { prisma } from '@/lib/db';
  export async function GET() {
    return NextResponse.json(await prisma.user.findMany({ take: 20 }));
    //                                         ^^^^^^^^ no-overfetch warning
  }
  export async function POST(request: Request) {
    const user = await prisma.user.create({ data: await request.json() });
    //                             ^^^^^^ no-overfetch warning
    return Response.json({ user });
  }
`),
      { rules: [RULE] },
    );
  });

  it('rows of a service, at the entry point', async () => {
    const fixture = await openFixture(`${schema}
  //- lib/services/user.service.ts
  import { cache } from 'react';
  import { prisma } from '@/lib/db';
  export const userOf = cache(async (id: string) => prisma.user.findUnique({ where: { id } }));
  //- lib/actions/user.actions.ts
  'use server';
  import { userOf } from '@/lib/services/user.service';
  export async function load(id: string) {
    //                  ^^^^ no-overfetch warning
    return userOf(id);
  }
`);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE)[0]?.related[0]?.file).toBe('lib/services/user.service.ts');
  });

  it('props', async () => {
    const fixture = await openFixture(`${schema}
  //- components/form.tsx
  'use client';
  export function Form({ user }: { user: { name: string } }) {
    return <input defaultValue={user.name} />;
  }
  //- components/card.tsx
  export function Card({ user }: { user: { name: string } }) {
    return <p>{user.name}</p>;
  }
  //- app/me/page.tsx
  import { Card } from '@/components/card';
  import { Form } from '@/components/form';
  import { prisma } from '@/lib/db';
  export default async function Page() {
    const user = await prisma.user.findFirst({ where: { id: 'x' } });
    //                             ^^^^^^^^^ no-overfetch warning
    const other = await prisma.user.findFirst({ where: { id: 'y' } });
    return (
      <main>
        <Form user={user} />
        <Card user={other} />
        <Form user={{ name: other.name }} />
      </main>
    );
  }
`);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['prop']);
  });
});

describe('silence', () => {
  it.each([
    'return prisma.user.findUnique({ where: { id }, select: { id: true, name: true } });',
    'return prisma.user.findUnique({ where: { id }, omit: { passwordHash: true } });',
    'return prisma.post.findMany({ take: 5 });',
    'return prisma.post.findMany({ take: 5, include: { author: { select: { name: true } } } });',
    'return prisma.post.findMany({ take: 5, include: { author: { omit: { passwordHash: true } } } });',
    'const user = await prisma.user.findUniqueOrThrow({ where: { id } });\nreturn { id: user.id, name: user.name };',
    'const user = await prisma.user.findUniqueOrThrow({ where: { id } });\nreturn toDto(user);',
    'const user = await prisma.user.findUniqueOrThrow({ where: { id } });\nreturn { ...user, passwordHash: undefined };',
    'const user = await prisma.user.findUniqueOrThrow({ where: { id } });\nconst { passwordHash, ...rest } = user;\nreturn rest;',
    'const users = await prisma.user.findMany({ take: 5 });\nreturn users.map((user) => ({ id: user.id }));',
    'const users = await prisma.user.findMany({ take: 5 });\nreturn users.length;',
    'const users = await prisma.user.findMany({ take: 5 });\nreturn users.map((user) => user.email);',
    'return prisma.user.count();',
    'const user = await prisma.user.findUnique({ where: { id } });\nif (!user) throw new Error("none");',
    'return prisma.user.findUnique({ where: { id }, select: choose() });',
  ])('%s', async (body) => {
    expect(await said(body)).toBe('');
  });

  it('columns that the client leaves out', async () => {
    expect(
      await said('return prisma.user.findUnique({ where: { id } });', {
        'lib/db.ts':
          "import { PrismaClient } from '@/lib/generated/prisma/client';\nexport const prisma = new PrismaClient({ omit: { user: { passwordHash: true } } });\n",
      }),
    ).toBe('');
  });

  it('services, pages that render on the server, tooling, broken code', async () => {
    expectSilent(
      await openFixture(`${schema}
  //- lib/services/user.service.ts
  import { prisma } from '@/lib/db';
  export const userOf = (id: string) => prisma.user.findUnique({ where: { id } });
  //- app/page.tsx
  import { userOf } from '@/lib/services/user.service';
  export default async function Page() {
    const user = await userOf('x');
    return <p>{user?.name}</p>;
  }
  //- prisma/seed.ts
  import { prisma } from '@/lib/db';
  console.log(await prisma.user.findMany());
`),
      RULE,
    );
    expect(findings(await open('return prisma.user.findMany({'), RULE).length).toBeLessThan(2);
  });
});

describe('the fix', () => {
  it.each([
    [
      'the rows',
      'return prisma.user.findUnique({ where: { id } });',
      'return prisma.user.findUnique({ where: { id }, omit: { passwordHash: true } });',
    ],
    [
      'no arguments',
      'return prisma.user.findMany();',
      'return prisma.user.findMany({ omit: { passwordHash: true } });',
    ],
    [
      'an included row',
      'return prisma.post.findMany({ take: 5, include: { author: true } });',
      'return prisma.post.findMany({ take: 5, include: { author: { omit: { passwordHash: true } } } });',
    ],
    [
      'an included row with arguments',
      'return prisma.post.findMany({ take: 5, include: { author: { include: { posts: true } } } });',
      'return prisma.post.findMany({ take: 5, include: { author: { include: { posts: true }, omit: { passwordHash: true } } } });',
    ],
  ])('omits from %s', async (_, before, after) => {
    expectFixed(await open(before), RULE, { [FILE]: action(after) });
  });

  it('goes to the service', async () => {
    const text = (args: string): string =>
      `import { prisma } from '@/lib/db';\nexport const userOf = (id: string) => prisma.user.findUnique(${args});\n`;
    const fixture = await openFixture({
      ...parseFixture(schema),
      'lib/services/user.service.ts': text('{ where: { id } }'),
      [FILE]:
        "'use server';\nimport { userOf } from '@/lib/services/user.service';\nexport const load = async (id: string) => userOf(id);\n",
    });
    expectFixed(fixture, RULE, {
      'lib/services/user.service.ts': text('{ where: { id }, omit: { passwordHash: true } }'),
    });
  });

  it('refuses what the server needs, and offers nothing for what is asked for by name', async () => {
    expect(
      refusal(
        await open(
          'const user = await prisma.user.findUniqueOrThrow({ where: { id } });\nif (!user.passwordHash) return null;\nreturn user;',
        ),
        { rule: RULE },
      ),
    ).toContain('read on the server');
    const [found] = findings(
      await open('return prisma.user.findUnique({ where: { id }, select: { passwordHash: true } });'),
      RULE,
    );
    expect(found?.fixes).toEqual([]);
  });

  it('is no part of fix-all', async () => {
    const fixture = await open('return prisma.user.findUnique({ where: { id } });');
    expect(fixture.engine.fixAll(FILE)).toMatchObject({ ok: true, changes: [] });
  });
});
