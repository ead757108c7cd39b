import { describe, expect, it } from 'vitest';
import { expectFindings, expectSilent, findings, messageId, openFixture } from '../../../test/kit/check.ts';

const RULE = 'no-get-side-effect';

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
    id         String    @id @default(cuid())
    email      String    @unique
    name       String?
    lastSeenAt DateTime?
    accounts   Account[]
    carts      Cart[]
  }
  model Account {
    id     String @id
    userId String
    user   User   @relation(fields: [userId], references: [id])
    access_token String?
  }
  model Cart {
    id     String  @id @default(cuid())
    state  String
    views  Int     @default(0)
    readAt DateTime?
    userId String  @unique
    user   User    @relation(fields: [userId], references: [id])
  }
  model PageView {
    id   String @id @default(cuid())
    path String
  }
  model Subscriber {
    id    String @id @default(cuid())
    token String @unique
  }
  //- lib/services/cart.service.ts
  import { prisma } from '@/lib/db';
  export const close = (id: string) => prisma.cart.update({ where: { id }, data: { state: 'CLOSED' } });
  export const read = (id: string) => prisma.cart.findUnique({ where: { id } });
  export async function getOrCreateCart(userId: string) {
    const cart = await prisma.cart.findUnique({ where: { userId } });
    return cart ?? prisma.cart.create({ data: { state: 'OPEN', userId } });
  }
`;
const head = `import { timingSafeEqual } from 'node:crypto';
  import { auth, signIn } from '@/auth';
  import { prisma } from '@/lib/db';
  import { close, getOrCreateCart, read } from '@/lib/services/cart.service';
  const id = 'x';`;
const app = (path: string, code: string): string => `${schema}
  //- ${path}
  ${head}
  ${code}`;
const route = 'app/api/carts/route.ts';
const page = 'app/cart/page.tsx';
const get = (body: string): string => `export async function GET(request: Request) {
    ${body}
    return new Response(request.url);
  }`;
const render = (body: string): string => `export default async function Page() {
    ${body}
    return <p>{id}</p>;
  }`;

describe(`${RULE} reports`, () => {
  it.each([
    [
      'a delete',
      'route',
      route,
      get(`await prisma.cart.delete({ where: { id } });
    //                ^^^^^^ no-get-side-effect warning`),
    ],
    [
      'an update behind a session',
      'route',
      route,
      get(`const session = await auth();
    if (!session?.user) return new Response(null, { status: 401 });
    await prisma.cart.updateMany({ where: { userId: session.user.id }, data: { state: 'CLOSED' } });
    //                ^^^^^^^^^^ no-get-side-effect warning`),
    ],
    [
      'a create',
      'route',
      route,
      get(`await prisma.cart.create({ data: { state: 'OPEN', userId: id } });
    //                ^^^^^^ no-get-side-effect warning`),
    ],
    [
      'SQL that writes',
      'route',
      route,
      get(`await prisma.$executeRaw\`UPDATE "Cart" SET state = 'CLOSED'\`;
    //           ^^^^^^^^^^^ no-get-side-effect warning`),
    ],
    [
      'a write in a service',
      'route',
      route,
      get(`await close(id);
    //    ^^^^^ no-get-side-effect warning`),
    ],
    [
      'a write in a transaction',
      'route',
      route,
      get(`await prisma.$transaction(async (tx) => { await tx.cart.delete({ where: { id } }); });
    //                                                      ^^^^^^ no-get-side-effect warning`),
    ],
    [
      'a write in one branch',
      'route',
      route,
      get(`if (request.url.endsWith('clear')) await prisma.cart.deleteMany({ where: { userId: id } });
    //                                                   ^^^^^^^^^^ no-get-side-effect warning`),
    ],
    [
      'an arrow function',
      'route',
      route,
      `export const GET = async () => {
    await prisma.cart.delete({ where: { id } });
    //                ^^^^^^ no-get-side-effect warning
    return new Response(null);
  };`,
    ],
    [
      'a page',
      'page',
      page,
      render(`await prisma.cart.update({ where: { id }, data: { state: 'SEEN' } });
    //                ^^^^^^ no-get-side-effect warning`),
    ],
    [
      'a page, in a service',
      'page',
      page,
      render(`await close(id);
    //    ^^^^^ no-get-side-effect warning`),
    ],
    [
      'a layout',
      'page',
      'app/cart/layout.tsx',
      render(`await prisma.cart.create({ data: { state: 'OPEN', userId: id } });
    //                ^^^^^^ no-get-side-effect warning`),
    ],
    [
      'what is made when it is first asked for',
      'page',
      page,
      render(`await prisma.cart.upsert({ where: { userId: id }, create: { state: 'OPEN', userId: id }, update: {} });
    //                ^^^^^^ no-get-side-effect info`),
    ],
    [
      'what a function says it makes when it is missing',
      'page',
      page,
      render(`await getOrCreateCart(id);
    //    ^^^^^^^^^^^^^^^ no-get-side-effect info`),
    ],
    [
      'a link in a mail',
      'mailed',
      'app/api/unsubscribe/route.ts',
      get(`await prisma.subscriber.delete({ where: { token: id } });
    //                      ^^^^^^ no-get-side-effect info`),
    ],
    [
      'a link in a mail, as a page',
      'mailed',
      'app/verify/page.tsx',
      render(`await prisma.user.update({ where: { id }, data: { name: 'x' } });
    //                ^^^^^^ no-get-side-effect info`),
    ],
    [
      'the write after a counter',
      'route',
      route,
      get(`await prisma.cart.update({ where: { id }, data: { views: { increment: 1 } } });
    await prisma.cart.update({ where: { id }, data: { state: 'CLOSED' } });
    //                ^^^^^^ no-get-side-effect warning`),
    ],
  ])('%s', async (_, message, path, code) => {
    const fixture = await openFixture(app(path, code));
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual([message]);
  });

  it('counters, when they are asked for', async () => {
    const fixture = await openFixture(`${app(
      route,
      get(`await prisma.cart.update({ where: { id }, data: { views: { increment: 1 } } });
    //                ^^^^^^ no-get-side-effect warning`),
    )}
  //- backend-specialist.config.json
  { "rules": { "no-get-side-effect": ["warning", { "counters": true }] } }
`);
    expectFindings(fixture, { rules: [RULE] });
  });
});

describe(`${RULE} accepts`, () => {
  it.each([
    ['reading', route, get('await read(id);')],
    ['other methods', route, `export async function POST() { await close(id); return new Response(null); }`],
    [
      'a counter',
      route,
      get('await prisma.cart.update({ where: { id }, data: { views: { increment: 1 } } });'),
    ],
    [
      'when somebody was last seen',
      page,
      render('await prisma.user.update({ where: { id }, data: { lastSeenAt: new Date() } });'),
    ],
    [
      'what was read',
      page,
      render('await prisma.cart.update({ where: { id }, data: { readAt: new Date() } });'),
    ],
    [
      'tokens that another service renews',
      route,
      get("await prisma.account.update({ where: { id }, data: { access_token: 'x', ...(id ? {} : {}) } });"),
    ],
    [
      'tokens of a related row',
      route,
      get(
        "await prisma.user.update({ where: { id }, data: { accounts: { update: { where: { id }, data: { access_token: 'x' } } } } });",
      ),
    ],
    ['records of visits', page, render("await prisma.pageView.create({ data: { path: '/' } });")],
    [
      'a job with a secret',
      'app/api/cron/route.ts',
      get(
        "if (request.headers.get('authorization') !== process.env.CRON_SECRET) return new Response(null, { status: 401 });\n    await close(id);",
      ),
    ],
    [
      'a job elsewhere, with a secret',
      route,
      get(
        "const given = Buffer.from(request.headers.get('authorization') ?? '');\n    const expected = Buffer.from(process.env.JOB_SECRET ?? '');\n    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return new Response(null, { status: 401 });\n    await close(id);",
      ),
    ],
    ['a job that nobody guards (webhook-signature)', 'app/api/cron/route.ts', get('await close(id);')],
    ['events that a service sends by GET', 'app/api/webhooks/postback/route.ts', get('await close(id);')],
    [
      'the way back from another service',
      'app/api/github/callback/route.ts',
      get("await prisma.user.update({ where: { id }, data: { name: 'x' } });"),
    ],
    [
      'signing in',
      'app/api/demo/route.ts',
      get("await prisma.user.update({ where: { id }, data: { name: 'x' } });\n    await signIn('demo');"),
    ],
    [
      'one function for all methods',
      route,
      `async function handler(request: Request) { if (request.method === 'POST') await close(id); return new Response(null); }\n  export { handler as GET, handler as POST };`,
    ],
    [
      'an action of a page',
      page,
      `export default async function Page() {\n    async function remove() { 'use server'; await close(id); }\n    return <form action={remove} />;\n  }`,
    ],
    ['a component', 'components/cart.tsx', `export async function Cart() { await close(id); return null; }`],
    ['broken code', route, `export async function GET() { await read(id`],
  ])('%s', async (_, path, code) => {
    expectSilent(await openFixture(app(path, code)), RULE);
  });

  it('models of a log of its own', async () => {
    expectSilent(
      await openFixture(`${app(route, get("await prisma.cart.create({ data: { state: 'OPEN', userId: id } });"))}
  //- backend-specialist.config.json
  { "rules": { "no-get-side-effect": ["warning", { "allowModels": ["Cart"] }] } }
`),
      RULE,
    );
  });
});

describe(`${RULE} and what other services do by GET`, () => {
  const more = schema.replace(
    'model PageView {',
    `model Integration {
    id          String @id
    credentials Json
    name        String
  }
  model Workspace {
    id                String  @id
    appSetupCompleted Boolean
    archived          Boolean
    utms              Json
  }
  model PageView {`,
  );
  const severities = async (path: string, code: string): Promise<string[]> => {
    const fixture = await openFixture(`${more}
  //- ${path}
  ${head}
  ${code}`);
    return findings(fixture, RULE).map((one) => one.severity);
  };
  const handler = (body: string): string => `export async function GET(request: Request) {
    ${body}
    return new Response();
  }`;

  it('a sign-in that comes back with a code', async () => {
    const body = (name: string): string => `const code = new URL(request.url).searchParams.get('${name}');
    const person = await (await fetch('https://id.example/token?code=' + code)).json();
    await prisma.user.create({ data: { email: person.email } });`;
    expect(await severities('app/github/complete/route.ts', handler(body('code')))).toEqual([]);
    expect(await severities('app/github/complete/route.ts', handler(body('page')))).toEqual(['warning']);
  });

  it('a payment that sends its payer back', async () => {
    const body = `await prisma.cart.update({ where: { id }, data: { state: 'PAID' } });`;
    expect(await severities('app/api/stripe/success/route.ts', handler(body))).toEqual([]);
    expect(await severities('app/api/stripe/plans/route.ts', handler(body))).toEqual(['warning']);
    expect(await severities('app/api/success/route.ts', handler(body))).toEqual(['warning']);
  });

  it('what is renewed, reached once, or noted of an arrival', async () => {
    for (const [write, expected] of [
      [`prisma.integration.update({ where: { id }, data: { credentials: {} } })`, []],
      [
        `prisma.integration.upsert({ where: { id }, create: { id, name: '', credentials: {} }, update: { credentials: {} } })`,
        [],
      ],
      [`prisma.integration.update({ where: { id }, data: { name: 'a' } })`, ['warning']],
      [`prisma.workspace.update({ where: { id }, data: { appSetupCompleted: true } })`, []],
      [`prisma.workspace.update({ where: { id }, data: { archived: true } })`, ['warning']],
      [`prisma.workspace.update({ where: { id }, data: { utms: {} } })`, []],
    ] as const)
      expect([write, ...(await severities(route, handler(`await ${write};`)))]).toEqual([write, ...expected]);
  });
});
