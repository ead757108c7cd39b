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
    albums   Album[]
    goods    Good[]
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
    views     Int     @default(0)
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
  model SmsToken {
    id    String @id
    phone String
    token String @unique
  }
  model Album {
    id       String  @id
    isPublic Boolean
    user     User    @relation(fields: [userId], references: [id])
    userId   String
  }
  model Good {
    id     String @id
    name   String
    price  Int
    photo  String
    user   User   @relation(fields: [userId], references: [id])
    userId String
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

  it('a row that belongs to nobody, and a page, as information', async () => {
    expectFindings(
      await open(`
  //- lib/actions/contact.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function contact(text: string) {
  //                    ^^^^^^^ action-auth info
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

  it('what a stranger adds, by whose it becomes and who looks after it', async () => {
    expectFindings(
      await open(`
  //- lib/actions/follow.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function named(userId: string, channelId: string) {
  //                    ^^^^^ action-auth error
    await prisma.subscription.create({ data: { userId, channelId } });
  }
  export async function whole(data: { id: string; total: number; userId: string }) {
  //                    ^^^^^ action-auth error
    await prisma.invoice.create({ data });
  }
  export async function spread(data: { userId: string }) {
  //                    ^^^^^^ action-auth error
    await prisma.invoice.create({ data: { id: 'x', total: 1, ...data } });
  }
  //- lib/actions/channel.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function add(name: string) {
  //                    ^^^ action-auth warning
    await prisma.channel.create({ data: { id: name, name } });
  }
  export async function rename(id: string, name: string) {
  //                    ^^^^^^ action-auth error
    await prisma.channel.update({ where: { id }, data: { name } });
  }
  //- lib/actions/note.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function leave(text: string) {
  //                    ^^^^^ action-auth warning
    await prisma.message.create({ data: { id: text, text } });
  }
  //- app/api/notes/route.ts
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function POST(req: Request) {
    const session = await auth();
    if (!session?.user) return new Response(null, { status: 401 });
    await prisma.message.create({ data: { id: session.user.id, text: await req.text() } });
    return new Response();
  }
`),
      only,
    );
  });

  it('a change of what the call itself has made as a part of making it', async () => {
    expectFindings(
      await open(`
  //- lib/actions/order.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function order(text: string) {
  //                    ^^^^^ action-auth info
    const made = await prisma.message.create({ data: { id: 'x', text } });
    await prisma.message.update({ where: { id: made.id }, data: { text: text + '!' } });
  }
  export async function change(id: string, text: string) {
  //                    ^^^^^^ action-auth error
    const found = await prisma.invoice.findUnique({ where: { id } });
    if (!found) return;
    await prisma.invoice.update({ where: { id: found.id }, data: { total: text.length } });
  }
`),
      only,
    );
  });

  it('what fails by itself without a session as a warning, what goes on as an error', async () => {
    expectFindings(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function create(total: number) {
    const session = await auth();
    //                    ^^^^ action-auth warning
    await prisma.invoice.create({ data: { id: 'x', total, userId: session?.user?.id } });
  }
  export async function connect(total: number) {
    const session = await auth();
    //                    ^^^^ action-auth warning
    await prisma.invoice.create({ data: { id: 'x', total, user: { connect: { id: session?.user?.id } } } });
  }
  export async function rename(name: string) {
    const session = await auth();
    //                    ^^^^ action-auth warning
    await prisma.user.update({ where: { id: session?.user?.id }, data: { name } });
  }
  export async function leave(channelId: string) {
    const session = await auth();
    //                    ^^^^ action-auth warning
    await prisma.subscription.delete({ where: { userId_channelId: { userId: session?.user?.id, channelId } } });
  }
  export async function beside(id: string) {
    const session = await auth();
    //                    ^^^^ action-auth error
    await prisma.invoice.delete({ where: { id, userId: session?.user?.id } });
  }
  export async function many(id: string) {
    const session = await auth();
    //                    ^^^^ action-auth error
    await prisma.invoice.deleteMany({ where: { userId: session?.user?.id } });
  }
  export async function promised(total: number) {
    const session = auth();
    //              ^^^^ action-auth error
    if (!session) return;
    await prisma.invoice.create({ data: { id: 'x', total, userId: session.user?.id } });
  }
`),
      only,
    );
  });

  it('says that it fails late where a helper reads the session', async () => {
    const fixture = await open(`
  //- lib/session.ts
  import { auth } from '@/auth';
  export async function userId() {
    const session = await auth();
    return session?.user?.id;
  }
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  import { userId } from '@/lib/session';
  export async function create(total: number) {
    await prisma.invoice.create({ data: { id: 'x', total, userId: await userId() } });
  }
`);
    const [finding] = fixture.engine.check('lib/actions/a.ts').filter((found) => found.rule === RULE);
    expect(finding?.severity).toBe('warning');
    expect(finding?.message).toContain(
      '`create` creates Invoice rows with the id of nobody, which fails late',
    );
  });

  it('what is meant for strangers, as far as the code says so, as less', async () => {
    expectFindings(
      await open(
        `
  //- lib/limit.ts
  export async function limitByAddress() {
    await fetch('https://limits.example.com');
  }
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  import { rateLimit } from '@/lib/limit';
  export async function limited(id: string) {
  //                    ^^^^^^^ action-auth warning
    await rateLimit(id);
    await prisma.invoice.update({ where: { id }, data: { total: 1 } });
  }
  export async function looked(id: string) {
  //                    ^^^^^^ action-auth info
    await rateLimit(id);
    return prisma.invoice.findUnique({ where: { id } });
  }
  //- app/api/client/[id]/route.ts
  import { prisma } from '@/lib/db';
  export function OPTIONS() {
    return new Response(null, { headers: { 'Access-Control-Allow-Origin': '*' } });
  }
  export async function PUT(req: Request, { params }: { params: Promise<{ id: string }> }) {
  //                    ^^^ action-auth info
    const { id } = await params;
    await prisma.invoice.update({ where: { id }, data: { total: 1 } });
    return new Response();
  }
  //- app/api/clients/[id]/route.ts
  import { prisma } from '@/lib/db';
  export async function PUT(req: Request, { params }: { params: Promise<{ id: string }> }) {
  //                    ^^^ action-auth error
    const { id } = await params;
    await prisma.invoice.update({ where: { id }, data: { total: 1 } });
    return new Response();
  }
  //- app/api/shared/[id]/route.ts
  import { prisma } from '@/lib/db';
  export function OPTIONS() {
    return new Response(null, { headers: { 'Access-Control-Allow-Origin': '*' } });
  }
  export async function PUT(req: Request, { params }: { params: Promise<{ id: string }> }) {
  //                    ^^^ action-auth warning
    const { id } = await params;
    await prisma.invoice.update({ where: { id }, data: { total: 1 } });
    return new Response();
  }
  //- app/api/widget/route.ts
  import { prisma } from '@/lib/db';
  export async function DELETE(req: Request) {
  //                    ^^^^^^ action-auth info
    await prisma.invoice.delete({ where: { id: await req.text() } });
    return new Response();
  }
`.replace('limitByAddress() {', 'rateLimit(_key: string) {'),
      ),
      only,
    );
  });

  it('routes behind a proxy as warnings, actions as errors', async () => {
    const files = (matcher: string) => `
  //- proxy.ts
  import { auth } from '@/auth';
  export default auth((req) => { if (!req.auth) return Response.redirect(new URL('/login', req.url)); });
  export const config = { matcher: ${matcher} };
  //- app/api/x/route.ts
  import { prisma } from '@/lib/db';
  export async function DELETE(req: Request) {
    await prisma.invoice.delete({ where: { id: await req.text() } });
    return new Response();
  }
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function drop(id: string) {
    await prisma.invoice.delete({ where: { id } });
  }
`;
    for (const [matcher, severity] of [
      ["['/api/:path*']", 'warning'],
      ["'/((?!_next/static|favicon.ico).*)'", 'warning'],
      ["[{ source: '/api/(.*)' }]", 'warning'],
      ["'/api/x'", 'warning'],
      ["'/((?!api|_next/static).*)'", 'error'],
      ["['/dashboard/:path*', '/api']", 'error'],
      ["'/api/y'", 'error'],
    ] as const) {
      const found = findings(await open(files(matcher)), RULE);
      expect([matcher, ...found.map((one) => `${one.file} ${one.severity}`)]).toEqual([
        matcher,
        `app/api/x/route.ts ${severity}`,
        'lib/actions/a.ts error',
      ]);
    }
  });

  it('rows that are not seen in the answer of a route, keys and marks as less', async () => {
    expectFindings(
      await open(`
  //- lib/entitlements.ts
  import { prisma } from '@/lib/db';
  async function plan(id: string) {
    return prisma.invoice.findFirst({ where: { userId: id } });
  }
  export async function mayUse(id: string) {
    return (await plan(id)) !== null;
  }
  //- app/api/a/route.ts
  import { mayUse } from '@/lib/entitlements';
  export async function GET(req: Request) {
  //                    ^^^ action-auth info
    return Response.json({ yes: await mayUse(new URL(req.url).searchParams.get('id') ?? '') });
  }
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function ids() {
  //                    ^^^ action-auth info
    return prisma.invoice.findMany({ select: { id: true }, take: 5 });
  }
  export async function totals() {
  //                    ^^^^^^ action-auth error
    return prisma.invoice.findMany({ select: { id: true, total: true }, take: 5 });
  }
`),
      only,
    );
  });

  it('a person given out whole, and content that was picked by the session', async () => {
    expectFindings(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function person(id: string) {
  //                    ^^^^^^ action-auth error
    return prisma.user.findUnique({ where: { id } });
  }
  export async function name(id: string) {
    return (await prisma.user.findUnique({ where: { id } }))?.name;
  }
  export async function people(text: string) {
    const found = await prisma.user.findMany({ where: { name: { contains: text } }, take: 5 });
    return found.map((one) => ({ id: one.id, name: one.name }));
  }
  export async function mine() {
    const session = await auth();
    //                    ^^^^ action-auth error
    if (!session) console.warn('nobody');
    return prisma.article.findMany({ where: { authorId: session?.user?.id }, take: 5 });
  }
`),
      only,
    );
  });

  it('a value that stands in for a session as information, one that leaves the condition out as an error', async () => {
    expectFindings(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function guest() {
    const session = await auth();
    //                    ^^^^ action-auth info
    const userId = session?.user?.id;
    return prisma.invoice.findMany({ where: { userId: userId ?? '' }, take: 5 });
  }
  export async function anybody() {
    const session = await auth();
    //                    ^^^^ action-auth error
    return prisma.invoice.findMany({ where: { userId: session?.user?.id ?? undefined }, take: 5 });
  }
  export async function wipe() {
    const session = await auth();
    //                    ^^^^ action-auth error
    await prisma.invoice.deleteMany({ where: { userId: session?.user?.id ?? '', total: 0 } });
  }
`),
      only,
    );
  });

  it('stocks and credits as errors, visits as information', async () => {
    expectFindings(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { prisma } from '@/lib/db';
  export async function pay(id: string) {
  //                    ^^^ action-auth error
    await prisma.invoice.update({ where: { id }, data: { total: { increment: 1 } } });
  }
  export async function seen(slug: string) {
  //                    ^^^^ action-auth info
    await prisma.article.update({ where: { slug }, data: { views: { increment: 1 } } });
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
    ['goods with a price and a picture', `return prisma.good.findMany({ where: { name: id }, take: 5 });`],
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
      'codes that are sent to a phone',
      `await prisma.smsToken.deleteMany({ where: { phone: id } }); await prisma.smsToken.create({ data: { phone: id, token: id } });`,
    ],
    [
      "what is public or the caller's own",
      `const s = await auth(); return prisma.album.findMany({ where: { OR: [{ isPublic: true }, { userId: s?.user?.id }] }, take: 5 });`,
    ],
    ['what is only registered to run later', `listen(bus); return id;`],
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
  //- lib/bus.ts
  import { prisma } from '@/lib/db';
  export const bus = { onMessage: (_: string, run: unknown) => [run] };
  export function listen(target: { onMessage: (kind: string, run: (id: string) => Promise<void>) => unknown }) {
    target.onMessage('drop', async (id) => {
      await prisma.invoice.delete({ where: { id } });
    });
  }
  //- lib/actions/a.ts
  'use server';
  import { auth, signIn } from '@/auth';
  import { bus, listen } from '@/lib/bus';
  import { prisma } from '@/lib/db';
  import { answered, mustBe, need, orText } from '@/lib/guards';
  import { requireUser } from '@/lib/not-there';
  export async function run(id: string) {
    ${body}
  }
  export const used = async () => [auth, signIn, need, requireUser, prisma, mustBe, answered, orText, bus, listen].length;
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

describe('action-auth knows what is meant for strangers', () => {
  it('a caller that the proxy found out and hands over in a header', async () => {
    const files = (header: string) => `
  //- proxy.ts
  import { NextResponse } from 'next/server';
  import { jwtVerify } from 'jose';
  export async function proxy(request: Request) {
    const { payload } = await jwtVerify(request.headers.get('authorization') ?? '', new Uint8Array());
    const headers = new Headers(request.headers);
    headers.set('x-caller', JSON.stringify(payload));
    return NextResponse.next({ request: { headers } });
  }
  export const config = { matcher: ['/api/mobile/:path*'] };
  //- app/api/mobile/invoices/route.ts
  import { prisma } from '@/lib/db';
  export async function GET(request: Request) {
    const caller = JSON.parse(request.headers.get('${header}') ?? '');
    return Response.json(await prisma.invoice.findMany({ where: { userId: caller.id }, take: 5 }));
  }
`;
    for (const [header, severity] of [
      ['X-Caller', 'info'],
      ['x-other', 'warning'],
    ] as const)
      expect([header, ...findings(await open(files(header)), RULE).map((one) => one.severity)]).toEqual([
        header,
        severity,
      ]);
  });

  it('a row of the own browser, but nobody that a cookie names', async () => {
    expectFindings(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { cookies } from 'next/headers';
  import { prisma } from '@/lib/db';
  export async function clear() {
  //                    ^^^^^ action-auth info
    const jar = await cookies();
    const id = jar.get('album')?.value;
    if (id) await prisma.album.delete({ where: { id } });
  }
  export async function rename(name: string) {
  //                    ^^^^^^ action-auth error
    const jar = await cookies();
    const id = jar.get('userId')?.value;
    if (id) await prisma.user.update({ where: { id }, data: { name } });
  }
`),
      only,
    );
  });

  it('what is looked at before a refusal, and given out after it', async () => {
    expectFindings(
      await open(`
  //- lib/access.ts
  import { prisma } from '@/lib/db';
  export async function mayRead(id: string, viewer: string) {
    const invoice = await prisma.invoice.findUnique({ where: { id } });
    return invoice?.userId === viewer;
  }
  //- app/api/invoices/[id]/route.ts
  import { prisma } from '@/lib/db';
  import { mayRead } from '@/lib/access';
  export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  //                    ^^^ action-auth info
    const { id } = await params;
    const viewer = new URL(request.url).searchParams.get('viewer') ?? '';
    if (!(await mayRead(id, viewer))) return Response.json({}, { status: 401 });
    return Response.json(await prisma.invoice.findUnique({ where: { id } }));
  }
`),
      only,
    );
  });
});

describe('action-auth sees sessions that stop nobody', () => {
  it('but not where a row is only read to compare its owner with the session', async () => {
    expectSilent(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function drop(id: string) {
    const session = await auth();
    const invoice = await prisma.invoice.findUnique({ where: { id } });
    if (invoice?.userId !== session?.user?.id) throw new Error('Unauthorized');
    await prisma.invoice.delete({ where: { id } });
  }
`),
      RULE,
    );
  });

  it('where nobody is told, and it goes on', async () => {
    expectFindings(
      await open(`
  //- app/api/a/route.ts
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function DELETE(request: Request) {
    const session = await auth();
    //                    ^^^^ action-auth error
    if (!session?.user) console.warn('nobody is signed in');
    const id = await request.text();
    const invoice = await prisma.invoice.findUnique({ where: { id } });
    if (!invoice) return Response.json({}, { status: 403 });
    await prisma.invoice.delete({ where: { id } });
    return new Response();
  }
  //- app/api/b/route.ts
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function DELETE(request: Request) {
    const session = await auth();
    //                    ^^^^ action-auth error
    if (!session || !session.user) {
      new Response('Unauthorized', { status: 401 });
    }
    const id = await request.text();
    const invoice = await prisma.invoice.findUnique({ where: { id } });
    if (!invoice) return Response.json({}, { status: 403 });
    await prisma.invoice.delete({ where: { id } });
    return new Response();
  }
  //- pages/api/c.ts
  import { getServerSession } from 'next-auth';
  import { prisma } from '@/lib/db';
  export default async function handler(req: any, res: any) {
    const session = await getServerSession(req, res, {});
    //                    ^^^^^^^^^^^^^^^^ action-auth error
    if (!session?.user) res.status(401).json({ error: 'Unauthorized' });
    if (req.method !== 'DELETE') return res.status(403).end();
    await prisma.invoice.delete({ where: { id: req.query.id } });
    return res.status(204).end();
  }
`),
      only,
    );
  });

  it('the first person there is, for a session that is not waited for', async () => {
    expectFindings(
      await open(`
  //- lib/actions/a.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function mine() {
    const session: any = auth();
    //                   ^^^^ action-auth error
    if (!session) throw new Error('Unauthorized');
    const found = await prisma.user.findFirst({ where: { id: session.user?.id }, include: { invoices: true } });
    return { invoices: found };
  }
  export async function sole() {
    const session: any = auth();
    if (!session) throw new Error('Unauthorized');
    return (await prisma.user.findUnique({ where: { id: session.user.id }, select: { name: true } }))?.name;
  }
`),
      only,
    );
  });

  it('invitations that are taken back, and people with a token among their columns', async () => {
    const tokens = schema
      .replace('name     String?', 'name     String?\n    verifyToken String?\n    verifyExpires DateTime?')
      .replace('email  String\n    host', 'email  String\n    token  String\n    expires DateTime\n    host');
    expectFindings(
      await openFixture(`${tokens}
  //- lib/actions/a.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function rename(name: string) {
    const session = await auth();
    //                    ^^^^ action-auth error
    await prisma.user.update({ where: { email: name }, data: { name } });
    return session?.user?.id;
  }
  export async function takeBack(id: string) {
    const session = await auth();
    //                    ^^^^ action-auth error
    if (!session) console.warn('nobody');
    await prisma.invitation.delete({ where: { id } });
  }
  export async function verify(token: string) {
    const user = await prisma.user.findFirst({ where: { verifyToken: token } });
    if (!user) return { success: false };
    await prisma.user.update({ where: { id: user.id }, data: { name: 'verified', verifyToken: null } });
    return { success: true };
  }
  export async function accept(token: string) {
    const invitation = await prisma.invitation.findFirst({ where: { token } });
    if (invitation) await prisma.invitation.delete({ where: { id: invitation.id } });
  }
`),
      only,
    );
  });
});
