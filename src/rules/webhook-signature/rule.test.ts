import { describe, expect, it } from 'vitest';
import {
  applyFix,
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'webhook-signature';
const head = `import { createHmac, timingSafeEqual } from 'node:crypto';
  import Stripe from 'stripe';
  import { prisma } from '@/lib/db';
  import { hasSecret, lenient, verify } from '@/lib/verify';
  const stripe = new Stripe('x');`;
const helpers = `
  //- lib/verify.ts
  import { createHmac, timingSafeEqual } from 'node:crypto';
  export const hasSecret = (request: Request, secret: string) => {
    const given = Buffer.from(request.headers.get('authorization') ?? '');
    const expected = Buffer.from(secret);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  export const lenient = (request: Request) => {
    if (!process.env.CRON_SECRET) return true;
    return request.headers.get('authorization') === process.env.CRON_SECRET;
  };
  export function verify(body: string, signature: string) {
    const expected = createHmac('sha256', process.env.SECRET ?? '').update(body).digest();
    const given = Buffer.from(signature, 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('bad signature');
  }
`;
const app = (path: string, code: string): string => `${helpers}
  //- ${path}
  ${head}
  ${code}`;
const hook = 'app/api/webhooks/payments/route.ts';
const cron = 'app/api/cron/cleanup/route.ts';
const remove = 'await prisma.post.deleteMany({ where: { published: false } });';

describe(`${RULE} and callbacks`, () => {
  it.each([
    ['app/api/mail_callback/route.ts', 'POST', ['error']],
    ['app/api/callbacks/mail/route.ts', 'POST', ['error']],
    ['app/api/mail_callback/route.ts', 'GET', []],
    ['app/api/auth/saml/callback/route.ts', 'POST', []],
    ['app/api/oauth/callback/route.ts', 'POST', []],
  ])('%s %s', async (path, method, severities) => {
    const fixture = await openFixture(
      app(path, `export async function ${method}() { ${remove} return new Response(null); }`),
    );
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(severities);
  });
});

describe(`${RULE} reports`, () => {
  it.each([
    [
      'a webhook that writes',
      'webhook',
      hook,
      `export async function POST(request: Request) {
    //                  ^^^^ webhook-signature error
    const event = await request.json();
    await prisma.post.update({ where: { id: event.id }, data: { published: true } });
    return new Response(null);
  }`,
    ],
    [
      'a webhook told by the events it handles',
      'webhook',
      'app/api/billing/route.ts',
      `export async function POST(request: Request) {
    //                  ^^^^ webhook-signature error
    const event = await request.json();
    if (event.type === 'invoice.payment_succeeded') { ${remove} }
    return new Response(null);
  }`,
    ],
    [
      'a webhook told by a switch',
      'webhook',
      'app/api/users/sync/route.ts',
      `export const POST = async (request: Request) => {
    //         ^^^^ webhook-signature error
    const { type, data } = await request.json();
    const event = { type };
    switch (event.type) { case 'user.deleted': await prisma.post.deleteMany({ where: { id: data.id } }); }
    return new Response(null);
  };`,
    ],
    [
      'a webhook that only calls others',
      'webhook',
      hook,
      `export async function POST(request: Request) {
    //                  ^^^^ webhook-signature error
    await fetch('https://example.com', { method: 'POST', body: await request.text() });
    return new Response(null);
  }`,
    ],
    [
      'a signature after the write',
      'webhook',
      hook,
      `export async function POST(request: Request) {
    //                  ^^^^ webhook-signature error
    const body = await request.text();
    ${remove}
    verify(body, request.headers.get('x-signature') ?? '');
    return new Response(null);
  }`,
    ],
    [
      'a signature whose result nobody looks at',
      'webhook',
      hook,
      `export async function POST(request: Request) {
    //                  ^^^^ webhook-signature error
    hasSecret(request, 'x');
    ${remove}
    return new Response(null);
  }`,
    ],
    [
      'a signature that is only there',
      'webhook',
      hook,
      `export async function POST(request: Request) {
    //                  ^^^^ webhook-signature error
    const signature = request.headers.get('x-signature');
    if (!signature) return new Response(null, { status: 401 });
    ${remove}
    return new Response(null);
  }`,
    ],
    [
      'a webhook by GET',
      'webhook',
      hook,
      `export async function GET(request: Request) {
    //                  ^^^ webhook-signature error
    await prisma.post.deleteMany({ where: { slug: new URL(request.url).searchParams.get('slug') ?? '' } });
    return new Response(null);
  }`,
    ],
    [
      'a job for everybody',
      'cron',
      cron,
      `export async function GET() {
    //                  ^^^ webhook-signature error
    ${remove}
    return new Response(null);
  }`,
    ],
    [
      'a job, in a service',
      'cron',
      'src/app/api/cron-jobs/route.ts',
      `const clean = async () => { ${remove} };
  export async function POST() {
    //                  ^^^^ webhook-signature error
    await clean();
    return new Response(null);
  }`,
    ],
    [
      'a helper that lets all in without the variable',
      'cron',
      cron,
      `export async function GET(request: Request) {
    //                  ^^^ webhook-signature error
    if (!lenient(request)) return new Response(null, { status: 401 });
    ${remove}
    return new Response(null);
  }`,
    ],
    [
      'a check that falls away without the variable',
      'failOpen',
      cron,
      `export async function GET(request: Request) {
    const secret = process.env.CRON_SECRET;
    if (secret && request.headers.get('authorization') !== secret) return new Response(null, { status: 401 });
    //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ webhook-signature error
    ${remove}
    return new Response(null);
  }`,
    ],
    [
      'a check that falls away, written out',
      'failOpen',
      cron,
      `export async function GET(request: Request) {
    if (process.env.CRON_SECRET && request.headers.get('authorization') !== \`Bearer \${process.env.CRON_SECRET}\`) {
    //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ webhook-signature error
      return new Response(null, { status: 401 });
    }
    ${remove}
    return new Response(null);
  }`,
    ],
    [
      'a secret compared by the operator',
      'timing',
      cron,
      `export async function GET(request: Request) {
    if (request.headers.get('authorization') !== \`Bearer \${process.env.CRON_SECRET}\`) return new Response(null, { status: 401 });
    //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ webhook-signature info
    ${remove}
    return new Response(null);
  }`,
    ],
  ])('%s', async (_, message, path, code) => {
    const fixture = await openFixture(app(path, code));
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual([message]);
    expect(findings(fixture, 'action-auth')).toEqual([]);
  });
});

describe(`${RULE} accepts`, () => {
  it.each([
    [
      'an SDK that verifies',
      hook,
      `export async function POST(request: Request) { const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get('stripe-signature') ?? '', 'x'); await prisma.post.update({ where: { id: event.id }, data: { published: true } }); return new Response(null); }`,
    ],
    [
      'an SDK inside try',
      hook,
      `export async function POST(request: Request) { let event; try { event = stripe.webhooks.constructEvent(await request.text(), request.headers.get('stripe-signature') ?? '', 'x'); } catch (error) { console.error(error); return new Response(null, { status: 400 }); } await prisma.post.update({ where: { id: event.id }, data: { published: true } }); return new Response(null); }`,
    ],
    [
      'a timing-safe comparison',
      hook,
      `export async function POST(request: Request) { const body = await request.text(); const expected = createHmac('sha256', 'k').update(body).digest(); const given = Buffer.from(request.headers.get('x-signature') ?? '', 'hex'); if (given.length !== expected.length || !timingSafeEqual(given, expected)) return new Response(null, { status: 401 }); ${remove} return new Response(null); }`,
    ],
    [
      'a refusal that is reported, and a cache before it',
      cron,
      `import * as Sentry from '@sentry/nextjs';\n  import { redis } from '@upstash/redis';\n  export async function GET(request: Request) { await redis.get('paused'); if (!hasSecret(request, process.env.CRON_SECRET ?? '')) { Sentry.captureException(new Error('no')); return new Response(null, { status: 401 }); } ${remove} return new Response(null); }`,
    ],
    [
      'a helper that throws',
      hook,
      `export async function POST(request: Request) { const body = await request.text(); verify(body, request.headers.get('x-signature') ?? ''); ${remove} return new Response(null); }`,
    ],
    [
      'a helper that answers',
      cron,
      `export async function GET(request: Request) { if (!hasSecret(request, process.env.CRON_SECRET ?? '')) return new Response(null, { status: 401 }); ${remove} return new Response(null); }`,
    ],
    [
      'a secret that must be set',
      cron,
      `export async function GET(request: Request) { const secret = process.env.CRON_SECRET; if (!secret || !hasSecret(request, secret)) return new Response(null, { status: 401 }); ${remove} return new Response(null); }`,
    ],
    [
      'a job outside of production',
      cron,
      `export async function GET() { if (process.env.NODE_ENV === 'production') return new Response(null, { status: 401 }); ${remove} return new Response(null); }`,
    ],
    [
      'a webhook that only answers',
      hook,
      `export async function POST(request: Request) { const { challenge } = await request.json(); return Response.json({ challenge }); }`,
    ],
    [
      'the handshake of a webhook',
      hook,
      `export async function GET(request: Request) { return new Response(new URL(request.url).searchParams.get('challenge')); }`,
    ],
    [
      'a job that only reads',
      cron,
      `export async function GET() { return Response.json(await prisma.post.count()); }`,
    ],
    [
      'webhooks that people manage',
      'app/api/webhooks/route.ts',
      `import { auth } from '@/auth';\n  export async function POST(request: Request) { const session = await auth(); if (!session?.user) return new Response(null, { status: 401 }); await prisma.post.create({ data: { slug: 'a', title: await request.text(), authorId: session.user.id } }); return new Response(null); }`,
    ],
    [
      'an unknown guard',
      hook,
      `import { verifyRequest } from '@acme/hooks';\n  export async function POST(request: Request) { await verifyRequest(request); ${remove} return new Response(null); }`,
    ],
    [
      'a route that is neither',
      'app/api/posts/route.ts',
      `export async function POST() { ${remove} return new Response(null); }`,
    ],
    [
      'a crontab page',
      'app/crontab/page.tsx',
      `export default async function Page() { await prisma.post.count(); return null; }`,
    ],
    [
      'what is public',
      hook,
      `/** @public */\n  export async function POST() { ${remove} return new Response(null); }`,
    ],
  ])('%s', async (_, path, code) => {
    expectSilent(await openFixture(app(path, code)), RULE);
  });

  it.each([
    [
      'a body and a header that an SDK is given',
      `import { WebhookReceiver } from 'livekit-server-sdk';
  import { headers } from 'next/headers';
  const receiver = new WebhookReceiver(process.env.KEY ?? '', process.env.SECRET ?? '');
  export async function POST(request: Request) {
    const body = await request.text();
    const given = await headers();
    const authorization = given.get('Authorization');
    if (!authorization) return new Response('No header', { status: 400 });
    const event = receiver.receive(body, authorization);`,
    ],
    [
      'a payload and a signature in an object',
      `import { apps } from '@/lib/apps';
  export async function POST(request: Request) {
    const text = await request.text();
    const given = Object.fromEntries(request.headers.entries());
    const app = apps.get('github');
    if (!app) return new Response();
    try {
      await app.webhooks.verifyAndReceive({ payload: text, signature: given['x-signature'] });
    } catch {
      return new Response(null, { status: 401 });
    }`,
    ],
    [
      'a payment that is looked up at the sender',
      `import { Payment } from 'mercadopago';
  export async function POST(request: Request) {
    const body = await request.json();
    const payment = await new Payment({} as never).get({ id: body.data.id });
    if (!payment) return new Response();`,
    ],
  ])('%s', async (_, start) => {
    const end = `
    await prisma.order.update({ where: { id: '1' }, data: { paid: true } });
    return new Response();
  }`;
    expectSilent(await openFixture(app('app/api/webhooks/pay/route.ts', start + end)), RULE);
  });

  it('no cache that is asked, and no body alone', async () => {
    for (const start of [
      `import { Redis } from '@upstash/redis';
  const cache = new Redis({} as never);
  export async function POST(request: Request) {
    const body = await request.json();
    const seen = await cache.get(body.id);
    if (seen) return new Response();`,
      `import { Parser } from 'event-parser';
  const parser = new Parser();
  export async function POST(request: Request) {
    const body = parser.read(await request.text());
    if (!body) return new Response();`,
    ]) {
      const end = `
    await prisma.order.update({ where: { id: '1' }, data: { paid: true } });
    return new Response();
  }`;
      const fixture = await openFixture(app('app/api/webhooks/pay/route.ts', start + end));
      expect(findings(fixture, RULE).map((one) => one.severity)).toEqual(['error']);
    }
  });

  it('plain comparisons, when they are not wanted', async () => {
    expectSilent(
      await openFixture(`${app(cron, `export async function GET(request: Request) { if (request.headers.get('authorization') !== process.env.CRON_SECRET) return new Response(null, { status: 401 }); ${remove} return new Response(null); }`)}
  //- backend-specialist.config.json
  { "rules": { "webhook-signature": ["error", { "timing": false }] } }
`),
      RULE,
    );
  });
});

describe(`${RULE} fixes`, () => {
  it('asks a job for its secret', async () => {
    expectFixed(
      await openFixture(`
  //- app/api/cron/route.ts
  import { prisma } from '@/lib/db';

  export async function GET() {
    await prisma.post.deleteMany({ where: { published: false } });
    return new Response(null);
  }
`),
      RULE,
      {
        'app/api/cron/route.ts': `import { timingSafeEqual } from 'node:crypto';
import { prisma } from '@/lib/db';

export async function GET(request: Request) {
  const secret = process.env.CRON_SECRET;
  const given = Buffer.from(request.headers.get('authorization') ?? '');
  const expected = Buffer.from(\`Bearer \${secret}\`);
  if (!secret || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return new Response('Unauthorized', { status: 401 });
  }
  await prisma.post.deleteMany({ where: { published: false } });
  return new Response(null);
}
`,
      },
    );
  });

  it('verifies a webhook over its raw body', async () => {
    expectFixed(
      await openFixture(`
  //- app/api/webhooks/route.ts
  import { prisma } from '@/lib/db';

  export async function POST(request: Request) {
    const event = await request.json();
    await prisma.post.update({ where: { id: event.id }, data: { published: true } });
    return new Response(null);
  }
`),
      RULE,
      {
        'app/api/webhooks/route.ts': `import { createHmac, timingSafeEqual } from 'node:crypto';
import { prisma } from '@/lib/db';

export async function POST(request: Request) {
  const payload = await request.text();
  const secret = process.env.WEBHOOK_SECRET;
  const given = Buffer.from(request.headers.get('x-signature') ?? '', 'hex');
  const expected = createHmac('sha256', secret ?? '').update(payload).digest();
  if (!secret || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return new Response('Unauthorized', { status: 401 });
  }
  const event = JSON.parse(payload);
  await prisma.post.update({ where: { id: event.id }, data: { published: true } });
  return new Response(null);
}
`,
      },
    );
  });

  it('refuses without the variable', async () => {
    const fixture = await openFixture(`
  //- app/api/cron/route.ts
  import { prisma } from '@/lib/db';

  export async function GET(request: Request) {
    const secret = process.env.CRON_SECRET;
    if (secret && request.headers.get('x-secret') !== secret) return new Response(null, { status: 401 });
    await prisma.post.deleteMany({ where: { published: false } });
    return new Response(null);
  }
`);
    expect(applyFix(fixture, { rule: RULE })).toEqual({
      'app/api/cron/route.ts': `import { prisma } from '@/lib/db';

export async function GET(request: Request) {
  const secret = process.env.CRON_SECRET;
  if (!secret || request.headers.get('x-secret') !== secret) return new Response(null, { status: 401 });
  await prisma.post.deleteMany({ where: { published: false } });
  return new Response(null);
}
`,
    });
  });

  it.each([
    [
      /read once/,
      'export async function POST(request: Request) { const a = await request.formData(); await prisma.post.deleteMany({ where: { id: String(a.get("id")) } }); return new Response(null); }',
    ],
    [
      /taken apart/,
      'export async function POST({ headers }: Request) { await prisma.post.deleteMany({ where: { id: headers.get("x") ?? "" } }); return new Response(null); }',
    ],
    [
      /uses the name/,
      'export async function POST(request: Request) { const secret = await request.json(); await prisma.post.deleteMany({ where: { id: secret.id } }); return new Response(null); }',
    ],
  ])('says why it cannot: %s', async (reason, code) => {
    expect(refusal(await openFixture(app(hook, code)), { rule: RULE })).toMatch(reason);
  });
});
