import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'action-auth';
const only = { rules: [RULE] };

/** A schema with people, what they own, what they publish and what belongs to nobody. */
const schema = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }
  datasource db {
    provider = "postgresql"
  }
  model User {
    id       String    @id
    email    String    @unique
    name     String?
    accounts Account[]
    invoices Invoice[]
    articles Article[]
    follows  Subscription[]
    invites  Invitation[]
  }
  model Account {
    id     String @id
    user   User   @relation(fields: [userId], references: [id])
    userId String
  }
  model Invoice {
    id     String @id
    total  Int
    user   User   @relation(fields: [userId], references: [id])
    userId String
  }
  model Article {
    id        String  @id
    slug      String  @unique
    published Boolean
    author    User    @relation(fields: [authorId], references: [id])
    authorId  String
  }
  model Channel {
    id          String         @id
    name        String         @unique
    subscribers Subscription[]
  }
  model Subscription {
    user      User    @relation(fields: [userId], references: [id])
    userId    String
    channel   Channel @relation(fields: [channelId], references: [id])
    channelId String
    @@id([userId, channelId])
  }
  model Invitation {
    id     String @id
    uid    String @unique
    email  String
    host   User   @relation(fields: [hostId], references: [id])
    hostId String
  }
  model Message {
    id   String @id
    text String
  }
  model ResetToken {
    id      String   @id
    token   String   @unique
    expires DateTime
  }
  //- lib/db.ts
  import { PrismaClient } from '@/lib/generated/prisma/client';
  export const prisma = new PrismaClient();
  //- auth.ts
  import NextAuth from 'next-auth';
  export const { auth, handlers, signIn } = NextAuth({ providers: [] });
`;

const open = (files: string) => openFixture(schema + files);

describe('action-auth reports', () => {
  it('actions that change, delete or create owned rows', async () => {
    expectFindings(
      await open(
        `
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function change(id: string) {
  //                    ^^^^^^ action-auth error
    await prisma.invoice.update({ where: { id }, data: { total: 1 } });
  }
  export const drop = async (id: string) => {
  //           ^^^^ action-auth error
    await prisma.invoice.deleteMany({ where: { id } });
  };
  async function create(userId: string) {
  //             ^^^^^^ action-auth error
    await prisma.invoice.create({ data: { id: 'x', total: 1, userId } });
  }
  export { create as make };
`
          .replace('//             ^^^^^^ action-auth error\n', '')
          .replace(
            'export { create as make };',
            'export { create as make };\n  //                 ^^^^ action-auth error',
          ),
      ),
      only,
    );
  });

  it('reads of owned rows and lists of people', async () => {
    expectFindings(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function invoices(userId: string) {
  //                    ^^^^^^^^ action-auth error
    return prisma.invoice.findMany({ where: { userId }, take: 10 });
  }
  export async function people() {
  //                    ^^^^^^ action-auth error
    return prisma.user.findMany({ take: 10 });
  }
`),
      only,
    );
  });

  it('an invitation that anybody can name', async () => {
    expectFindings(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function withdraw(email: string) {
  //                    ^^^^^^^^ action-auth error
    const found = await prisma.invitation.findFirst({ where: { email } });
    if (!found) return;
    await prisma.invitation.delete({ where: { id: found.id } });
  }
`),
      only,
    );
  });

  it('a session that is not awaited, or tested without stopping', async () => {
    expectFindings(
      await open(`
  //- app/api/x/route.ts
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function POST(req: Request) {
    const session = auth();
    //              ^^^^ action-auth error
    if (!session) return new Response(null, { status: 401 });
    await prisma.invoice.delete({ where: { id: await req.text() } });
    return new Response();
  }
  export async function PUT(req: Request) {
    const session = await auth();
    //                    ^^^^ action-auth error
    if (!session) console.warn('nobody');
    await prisma.invoice.delete({ where: { id: await req.text() } });
    return new Response();
  }
`),
      only,
    );
  });

  it('inline actions, wrappers that only look like guards, and accesses inside services', async () => {
    expectFindings(
      await open(`
  //- app/page.tsx
  import { dropInvoice } from '@/lib/services/invoice';
  export default function Page() {
    async function remove(data: FormData) {
    //             ^^^^^^ action-auth error
      'use server';
      await dropInvoice(String(data.get('id')));
    }
    return <form action={remove} />;
  }
  //- lib/services/invoice.ts
  import { prisma } from '@/lib/db';
  export async function dropInvoice(id: string) {
    await prisma.invoice.delete({ where: { id } });
  }
  //- lib/with-auth.ts
  export const withAuth = (handler: (req: Request) => Promise<Response>) => async (req: Request) => handler(req);
  //- app/api/y/route.ts
  import { dropInvoice } from '@/lib/services/invoice';
  import { withAuth } from '@/lib/with-auth';
  export const DELETE = withAuth(async (req) => {
  //           ^^^^^^ action-auth error
    await dropInvoice(await req.text());
    return new Response();
  });
`),
      only,
    );
  });

  it('a row that belongs to nobody as a warning, a page as information', async () => {
    expectFindings(
      await open(`
  //- lib/actions/contact.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function contact(text: string) {
  //                    ^^^^^^^ action-auth warning
    await prisma.message.create({ data: { id: 'x', text } });
  }
  //- app/invoices/[id]/page.tsx
  import { prisma } from '@/lib/db';
  export default async function Invoice({ params }: { params: Promise<{ id: string }> }) {
  //                            ^^^^^^^ action-auth info
    const { id } = await params;
    const invoice = await prisma.invoice.findUnique({ where: { id } });
    return <p>{invoice?.total}</p>;
  }
`),
      only,
    );
  });

  it('what something else turns callers away from, and what its address opens, as information', async () => {
    expectFindings(
      await open(`
  //- app/api/rooms/[id]/route.ts
  import { prisma } from '@/lib/db';
  export async function DELETE(req: Request, { params }: { params: Promise<{ id: string }> }) {
  //                    ^^^^^^ action-auth info
    const { id } = await params;
    if (req.headers.get('x-room') !== (await roomKey(id))) return new Response(null, { status: 403 });
    await prisma.invoice.delete({ where: { id } });
    return new Response();
  }
  async function roomKey(id: string) {
    return (await fetch('https://rooms.example.com/' + id)).text();
  }
  //- app/api/public/invoices/route.ts
  import { prisma } from '@/lib/db';
  export async function GET(req: Request) {
  //                    ^^^ action-auth info
    const { searchParams } = new URL(req.url);
    return Response.json(await prisma.invoice.findMany({ where: { total: Number(searchParams.get('t')) }, take: 5 }));
  }
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function known(id: string) {
  //                    ^^^^^ action-auth info
    const invoice = await prisma.invoice.findUnique({ where: { id } });
    return invoice !== null;
  }
`),
      only,
    );
  });

  it('content that somebody meant to ask for', async () => {
    expectFindings(
      await open(`
  //- app/api/articles/route.ts
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function GET() {
    const session = auth();
    //              ^^^^ action-auth error
    if (!session) return new Response(null, { status: 401 });
    return Response.json(await prisma.article.findMany({ take: 5 }));
  }
`),
      only,
    );
  });

  it('names the way to the access', async () => {
    const fixture = await open(`
  //- lib/actions/a.ts
  'use server';
  import { dropInvoice } from '@/lib/services/invoice';
  export async function remove(id: string) {
    await dropInvoice(id);
  }
  //- lib/services/invoice.ts
  import { prisma } from '@/lib/db';
  export async function dropInvoice(id: string) {
    await prisma.invoice.delete({ where: { id } });
  }
`);
    const [finding] = fixture.engine.check('lib/actions/a.ts').filter((found) => found.rule === RULE);
    expect(finding?.related.map((place) => `${place.file}:${place.range.start.line + 1}`)).toEqual([
      'lib/actions/a.ts:4',
      'lib/services/invoice.ts:3',
    ]);
    expect(finding?.message).toContain('`remove` deletes Invoice rows');
  });
});

describe('action-auth is silent about', () => {
  it.each([
    [
      'a literal check',
      `const s = await auth(); if (!s?.user) return; await prisma.invoice.delete({ where: { id } });`,
    ],
    ['a helper', `await need(); await prisma.invoice.delete({ where: { id } });`],
    ['published content', `return prisma.article.findMany({ where: { published: true }, take: 5 });`],
    ['content with an address', `return prisma.article.findUnique({ where: { slug: id } });`],
    ['one-time tokens', `await prisma.resetToken.create({ data: { id, token: id, expires: new Date() } });`],
    [
      'an invitation that only its holder can name',
      `const found = await prisma.invitation.findUnique({ where: { uid: id } }); if (!found) return null; await prisma.invitation.delete({ where: { id: found.id } });`,
    ],
    [
      'what people only subscribe to',
      `return prisma.channel.findMany({ where: { name: { startsWith: id } }, take: 5 });`,
    ],
    ['a user looked up by mail', `return (await prisma.user.findUnique({ where: { email: id } })) !== null;`],
    ['counts', `return prisma.invoice.count();`],
    [
      'signing in',
      `await prisma.user.update({ where: { id }, data: { name: 'x' } }); await signIn('credentials');`,
    ],
    ['no data at all', `return id.length;`],
    [
      'a helper that is given the user',
      `const s = await auth(); mustBe(s?.user); await prisma.invoice.delete({ where: { id } });`,
    ],
    [
      'a helper that answers with a response to send',
      `const { response } = await answered(); if (response) return response; await prisma.invoice.delete({ where: { id } });`,
    ],
    [
      'a helper that says what is wrong',
      `const s = await orText(); if (typeof s === 'string') return s; await prisma.invoice.delete({ where: { id } });`,
    ],
    ['an unresolved guard', `await requireUser(); await prisma.invoice.delete({ where: { id } });`],
  ])('%s', async (_, body) => {
    expectSilent(
      await open(`
  //- lib/guards.ts
  import { redirect } from 'next/navigation';
  import { auth } from '@/auth';
  export async function need() {
    const s = await auth();
    if (!s) redirect('/login');
    return s;
  }
  export function mustBe(user: unknown) {
    if (!user) throw new Error('Unauthorized');
  }
  export async function answered() {
    const s = await auth();
    if (!s) return { response: new Response(null, { status: 401 }) };
    return { response: null, s };
  }
  export async function orText() {
    const s = await auth();
    if (!s?.user) return 'You must be signed in.';
    return s.user;
  }
  //- lib/actions/a.ts
  'use server';
  import { auth, signIn } from '@/auth';
  import { prisma } from '@/lib/db';
  import { answered, mustBe, need, orText } from '@/lib/guards';
  import { requireUser } from '@/lib/not-there';
  export async function run(id: string) {
    ${body}
  }
  export const used = async () => [auth, signIn, need, requireUser, prisma, mustBe, answered, orText].length;
`),
      RULE,
    );
  });

  it('@public, configuration, scripts, tests and services that are no entry points', async () => {
    expectSilent(
      await open(`
  //- backend-specialist.config.json
  { "conventions": { "publicEntries": ["lib/actions/b.ts#open"] } }
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  /** Anybody may. @public */
  export async function run(id: string) {
    await prisma.invoice.delete({ where: { id } });
  }
  //- lib/actions/b.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function open(id: string) {
    await prisma.invoice.delete({ where: { id } });
  }
  //- scripts/clean.ts
  import { prisma } from '@/lib/db';
  export async function POST() {
    await prisma.invoice.deleteMany({});
  }
  //- lib/services/invoice.ts
  import { prisma } from '@/lib/db';
  export async function drop(id: string) {
    await prisma.invoice.delete({ where: { id } });
  }
  //- app/api/auth/[...nextauth]/route.ts
  import { handlers } from '@/auth';
  export const { GET, POST } = handlers;
`),
      RULE,
    );
  });

  it('pages below a layout that stops visitors', async () => {
    expectSilent(
      await open(`
  //- app/(app)/layout.tsx
  import { redirect } from 'next/navigation';
  import { auth } from '@/auth';
  export default async function Layout({ children }: { children: unknown }) {
    const s = await auth();
    if (!s) redirect('/login');
    return <main>{children}</main>;
  }
  //- app/(app)/invoices/[id]/page.tsx
  import { prisma } from '@/lib/db';
  export default async function Invoice({ params }: { params: Promise<{ id: string }> }) {
    const { id } = await params;
    return <p>{(await prisma.invoice.findUnique({ where: { id } }))?.total}</p>;
  }
`),
      RULE,
    );
  });

  it('broken code', async () => {
    expectSilent(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function run(id: string {
    await prisma.invoice.
`),
      RULE,
    );
  });

  it('a suppressed finding', async () => {
    const fixture = await open(`
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  // backend-specialist-disable-next-line action-auth -- the old job calls it
  export async function run(id: string) {
    await prisma.invoice.delete({ where: { id } });
  }
`);
    expect([...findings(fixture, RULE), ...findings(fixture, 'unused-suppression')]).toEqual([]);
  });
});

describe('an application without people', () => {
  it('is told, not blamed', async () => {
    const fixture = await openFixture(
      {
        'package.json': '{ "name": "open", "dependencies": { "next": "16.0.0" } }',
        'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
        'app/page.tsx': 'export default function Page() { return null; }',
        'prisma/schema.prisma': 'model Group {\n  id String @id\n}\n',
        'lib/db.ts':
          "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
        'lib/actions/group.ts':
          "'use server';\nimport { prisma } from '@/lib/db';\nexport async function drop(id: string) {\n  await prisma.group.delete({ where: { id } });\n}\n",
      },
      { base: false },
    );
    expect(findings(fixture, 'action-auth').map(({ severity }) => severity)).toEqual(['info']);
  });
});

describe('its fixes', () => {
  it("insert a guard with the neighbours' result", async () => {
    const fixture = await open(`
  //- lib/actions/a.ts
  'use server'

  import { prisma } from '@/lib/db'

  export async function change(id: string) {
    try {
      await prisma.invoice.update({ where: { id }, data: { total: 1 } })
      return { ok: true }
    } catch (error) {
      console.error(error)
      return { ok: false, message: 'failed' }
    }
  }
`);
    expectFixed(fixture, RULE, {
      'lib/actions/a.ts': `'use server'

import { auth } from '@/auth'
import { prisma } from '@/lib/db'

export async function change(id: string) {
  const session = await auth()
  if (!session?.user) return { ok: false, message: 'Unauthorized' }
  try {
    await prisma.invoice.update({ where: { id }, data: { total: 1 } })
    return { ok: true }
  } catch (error) {
    console.error(error)
    return { ok: false, message: 'failed' }
  }
}
`,
    });
  });

  it('answer 401 in routes and throw where nothing is returned', async () => {
    const fixture = await open(`
  //- app/api/x/route.ts
  import { NextResponse } from "next/server";
  import { prisma } from "@/lib/db";

  export async function DELETE(req: Request) {
      await prisma.invoice.delete({ where: { id: await req.text() } });
      return NextResponse.json({});
  }
`);
    expectFixed(fixture, RULE, {
      'app/api/x/route.ts': `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/db";

export async function DELETE(req: Request) {
    const session = await auth();
    if (!session?.user) return NextResponse.json({ error: { message: "Unauthorized" } }, { status: 401 });
    await prisma.invoice.delete({ where: { id: await req.text() } });
    return NextResponse.json({});
}
`,
    });
  });

  it('use the guard helper that neighbours use', async () => {
    const fixture = await open(`
  //- lib/guards.ts
  import { redirect } from 'next/navigation';
  import { auth } from '@/auth';
  export async function requireUser() {
    const s = await auth();
    if (!s?.user) redirect('/login');
    return s.user;
  }
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  import { requireUser } from '@/lib/guards';

  export async function mine() {
    const user = await requireUser();
    return prisma.invoice.count({ where: { user } });
  }

  export async function drop(id: string) {
    await prisma.invoice.delete({ where: { id } });
  }
`);
    expectFixed(fixture, RULE, {
      'lib/actions/a.ts': `'use server';
import { prisma } from '@/lib/db';
import { requireUser } from '@/lib/guards';

export async function mine() {
  const user = await requireUser();
  return prisma.invoice.count({ where: { user } });
}

export async function drop(id: string) {
  await requireUser();
  await prisma.invoice.delete({ where: { id } });
}
`,
    });
  });

  it('await and test a session that is there', async () => {
    const fixture = await open(`
  //- lib/actions/a.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';

  export async function drop(id: string) {
    const session = auth();
    await prisma.invoice.delete({ where: { id } });
    return session;
  }
`);
    expectFixed(fixture, RULE, {
      'lib/actions/a.ts': `'use server';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';

export async function drop(id: string) {
  const session = await auth();
  if (!session?.user) throw new Error('Unauthorized');
  await prisma.invoice.delete({ where: { id } });
  return session;
}
`,
    });
  });

  it('refuse where the function is not async or has no body', async () => {
    const fixture = await open(`
  //- app/api/x/route.ts
  import { prisma } from '@/lib/db';
  export const DELETE = (req: Request) => prisma.invoice.delete({ where: { id: req.url } }).then(() => new Response());
`);
    expect(refusal(fixture, { rule: RULE })).toContain('block body');
  });
});
