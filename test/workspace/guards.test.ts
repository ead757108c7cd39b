import { describe, expect, it } from 'vitest';
import { base, guardIn, openWorkspace } from './openWorkspace.ts';

const head = `'use server';
import { auth, signIn } from '@/auth';
import { prisma } from '@/lib/db';
`;
const remove = 'await prisma.order.delete({ where: { id } });';

/** The guard of one action \`run\` written after the usual imports. */
function guardOfAction(body: string, more: { [path: string]: string } = {}): string {
  const workspace = openWorkspace({ ...base, ...more, 'lib/actions/a.ts': head + body });
  return guardIn(workspace, 'lib/actions/a.ts', 'run').state;
}

function guardOfRoute(text: string, more: { [path: string]: string } = {}, method = 'POST'): string {
  const workspace = openWorkspace({
    ...base,
    ...more,
    'app/api/x/route.ts': `import { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\n${text}`,
  });
  return guardIn(workspace, 'app/api/x/route.ts', method).state;
}

describe('a session guards when the path without it stops', () => {
  it.each([
    ['return', `const s = await auth(); if (!s?.user) return { error: 'no' }; ${remove}`],
    ['throw', `const s = await auth(); if (!s) throw new Error('no'); ${remove}`],
    ['block', `const s = await auth(); if (!s?.user?.id) { console.log('x'); return; } ${remove}`],
    ['inverted', `const s = await auth(); if (s?.user) { ${remove} }`],
    ['id first, tested later', `const id2 = (await auth())?.user?.id; if (!id2) return; ${remove}`],
    [
      'nullish id',
      `const s = await auth(); const uid = s?.user?.id ?? null; if (uid === null) return; ${remove}`,
    ],
    ['destructured', `const { user } = (await auth()) ?? {}; if (!user) return; ${remove}`],
    ['or', `const s = await auth(); if (!s || !s.user) return; ${remove}`],
    ['and with more', `const s = await auth(); if (s?.user && id) { ${remove} }`],
    ['ternary', `const s = await auth(); const user = s ? s.user : null; if (!user) return; ${remove}`],
    ['compare', `const s = await auth(); if (s?.user?.id === undefined) return; ${remove}`],
    ['Boolean()', `const s = await auth(); const ok = s; if (!Boolean(ok)) return; ${remove}`],
    [
      'inside try',
      `try { const s = await auth(); if (!s) throw new Error('no'); ${remove} } catch { return null; }`,
    ],
    ['Promise.all', `const [s] = await Promise.all([auth(), Promise.resolve(1)]); if (!s) return; ${remove}`],
    ['then', `const s = await auth().then((session) => session); if (!s) return; ${remove}`],
    [
      'switch',
      `const s = await auth(); switch (Boolean(s)) { case false: return; default: } if (!s) return; ${remove}`,
    ],
    ['let assigned', `let s; s = await auth(); if (!s) return; ${remove}`],
  ])('%s', (_, body) => {
    expect(guardOfAction(`export async function run(id: string) { ${body} }`)).toBe('guarded');
  });

  it.each([
    ['no session', remove],
    ['not awaited', `const s = auth(); if (!s) return; ${remove}`],
    ['not tested', `const s = await auth(); console.log(s?.user?.id); ${remove}`],
    ['tested without stopping', `const s = await auth(); if (!s) console.warn('nobody'); ${remove}`],
    ['tested after the write', `${remove} const s = await auth(); if (!s) return;`],
    ['only one branch', `const s = await auth(); if (id) { if (!s) return; } ${remove}`],
    [
      'swallowed',
      `const s = await auth(); try { if (!s) throw new Error('no'); } catch { console.log('x'); } ${remove}`,
    ],
    ['wrong way round', `const s = await auth(); if (s) return; ${remove}`],
    [
      'optional chain in where',
      `const s = await auth(); await prisma.order.deleteMany({ where: { id, userId: s?.user?.id } });`,
    ],
  ])('unguarded: %s', (_, body) => {
    expect(guardOfAction(`export async function run(id: string) { ${body} }`)).toBe('unguarded');
  });
});

describe('helpers across files', () => {
  const helpers = (text: string): { [path: string]: string } => ({
    'lib/guards.ts': `import { redirect, notFound } from 'next/navigation';\nimport { cache } from 'react';\nimport { auth } from '@/auth';\n${text}`,
  });
  const use = (call: string): string =>
    `import * as g from '@/lib/guards';\nexport async function run(id: string) { ${call} ${remove} }`;

  it.each([
    [
      'redirects',
      'export async function sesion() { const s = await auth(); if (!s) redirect("/"); return s.user; }',
      'await g.sesion();',
    ],
    [
      'throws',
      'export const assertCliente = async () => { const s = await auth(); if (!s?.user) throw new Error("x"); };',
      'await g.assertCliente();',
    ],
    [
      'cached',
      'export const user = cache(async () => { const s = await auth(); if (!s) notFound(); return s.user; });',
      'await g.user();',
    ],
    [
      'returns null',
      'export async function current() { const s = await auth(); return s?.user ?? null; }',
      'const u = await g.current(); if (!u) return;',
    ],
    [
      'returns undefined',
      'export async function current() { return (await auth())?.user; }',
      'if (!(await g.current())) return;',
    ],
    [
      'result object',
      'export async function check() { const s = await auth(); if (!s) return { error: "no" } as const; return { user: s.user }; }',
      'const r = await g.check(); if (r.error) return;',
    ],
    [
      'ok flag',
      'export async function check() { const s = await auth(); if (!s) return { ok: false }; return { ok: true, user: s.user }; }',
      'const r = await g.check(); if (!r.ok) return;',
    ],
    [
      'status',
      'export async function check() { const s = await auth(); return s ? { status: "in", user: s.user } : { status: "out" }; }',
      'const r = await g.check(); if (r.status !== "in") return;',
    ],
    [
      'in operator',
      'export async function check() { const s = await auth(); if (!s) return { error: "no" }; return { user: s.user }; }',
      'const r = await g.check(); if ("error" in r) return;',
    ],
    [
      'two deep',
      'export async function a() { const s = await auth(); if (!s) redirect("/"); return s; } export async function b() { const s = await a(); return s.user; }',
      'await g.b();',
    ],
    [
      'boolean',
      'export async function isIn() { const s = await auth(); return !!s?.user; }',
      'if (!(await g.isIn())) return;',
    ],
    [
      'asserts what it is given',
      'export function assertUser(user: unknown) { if (!user) throw new Error("no"); }',
      'const s = await auth(); g.assertUser(s?.user);',
    ],
    [
      'asserts by comparing with null',
      'export function assertUser(user: unknown) { if (user == null) redirect("/"); return user; }',
      'const s = await auth(); g.assertUser(s?.user);',
    ],
    [
      'asserts a part of what it is given',
      'export const need = ({ session }: { session: unknown }) => { if (!session) notFound(); };',
      'g.need({ session: await auth() });',
    ],
    [
      'hands the caller on to another helper',
      'async function find(user?: { id: string }) { if (user) return { id: user.id }; return null; } export async function actor(user?: { id: string }) { const a = await find(user); if (!a) throw new Error("no"); return a; }',
      'const s = await auth(); await g.actor(s?.user);',
    ],
    [
      'stops unless it is told not to',
      'export async function current(optional: boolean) { const s = await auth(); if (!s?.user) { if (optional) return null; redirect("/"); } return s.user; }',
      'await g.current(false);',
    ],
    [
      'recursive',
      'export async function r(n: number): Promise<unknown> { const s = await auth(); if (!s) return r(n - 1); return s; }',
      'await g.r(3);',
    ],
  ])('guarded: %s', (_, helper, call) => {
    expect(guardOfAction(use(call), helpers(helper))).toBe('guarded');
  });

  it.each([
    [
      'result ignored',
      'export async function check() { const s = await auth(); if (!s) return { error: "no" }; return { user: s.user }; }',
      'await g.check();',
    ],
    [
      'not awaited',
      'export async function need() { const s = await auth(); if (!s) redirect("/"); return s; }',
      'void g.need();',
    ],
    [
      'name only',
      'export async function requireAdmin() { console.log("checked"); }',
      'await g.requireAdmin();',
    ],
    [
      'asserts something else',
      'export function assertId(user: unknown, id: unknown) { if (!id) throw new Error("no"); return user; }',
      'const s = await auth(); g.assertId(s?.user, id);',
    ],
    [
      'asserts only sometimes',
      'export function assertUser(user: unknown, strict: boolean) { if (strict && !user) throw new Error("no"); }',
      'const s = await auth(); g.assertUser(s?.user, false);',
    ],
    [
      'told not to stop',
      'export async function current(optional: boolean) { const s = await auth(); if (!s?.user) { if (optional) return null; redirect("/"); } return s.user; }',
      'await g.current(true);',
    ],
    [
      'goes on with what nobody has proved',
      'export async function actor(token?: string, user?: { id: string }) { if (token) return { id: token }; if (user) return { id: user.id }; throw new Error("no"); }',
      'const s = await auth(); await g.actor(id, s?.user);',
    ],
    [
      'may be null',
      'export async function current() { const s = await auth(); return s?.user; }',
      'const u = await g.current(); console.log(u);',
    ],
  ])('unguarded: %s', (_, helper, call) => {
    expect(guardOfAction(use(call), helpers(helper))).toBe('unguarded');
  });

  it('follows re-exports, defaults and namespaces', () => {
    const more = {
      ...helpers(
        'export default async function need() { const s = await auth(); if (!s) redirect("/"); return s; }',
      ),
      'lib/index.ts': "export { default as need } from './guards';\nexport * from './other';",
      'lib/other.ts': "export * as all from './index';",
    };
    expect(
      guardOfAction(
        `import { need } from '@/lib';\nexport async function run(id: string) { await need(); ${remove} }`,
        more,
      ),
    ).toBe('guarded');
    expect(
      guardOfAction(
        `import { all } from '@/lib/other';\nexport async function run(id: string) { await all.need(); ${remove} }`,
        more,
      ),
    ).toBe('guarded');
  });

  it('finds the guard inside a service, and the access inside a service', () => {
    const more = {
      'lib/services/order.ts': `import { prisma } from '@/lib/db';\nimport { auth } from '@/auth';
export async function drop(id: string) { await prisma.order.delete({ where: { id } }); }
export async function dropMine(id: string) { const s = await auth(); if (!s) throw new Error('x'); await drop(id); }`,
    };
    const call = (name: string): string =>
      `import { ${name} } from '@/lib/services/order';\nexport async function run(id: string) { await ${name}(id); }`;
    expect(guardOfAction(call('dropMine'), more)).toBe('guarded');
    expect(guardOfAction(call('drop'), more)).toBe('unguarded');
  });

  it('is silent about a call that sounds like a guard and leads nowhere', () => {
    expect(
      guardOfAction(
        `import { requireUser } from '@/lib/nowhere';\nexport async function run(id: string) { await requireUser(); ${remove} }`,
      ),
    ).toBe('unknown');
    expect(
      guardOfAction(
        `import { format } from '@/lib/nowhere';\nexport async function run(id: string) { await format(); ${remove} }`,
      ),
    ).toBe('unguarded');
  });
});

describe('wrappers', () => {
  const wrappers = {
    'lib/with.ts': `import { auth } from '@/auth';
type Handler = (req: Request, user: { id: string }) => Promise<Response>;
export const withUser = (handler: Handler) => async (req: Request) => {
  const s = await auth();
  if (!s?.user?.id) return new Response('no', { status: 401 });
  return handler(req, { id: s.user.id });
};
export function withRole(role: string) { return (handler: Handler) => withUser(async (req, user) => { if (!role) return new Response(); return handler(req, user); }); }
export const withError = (handler: (...args: unknown[]) => Promise<Response>) => async (...args: unknown[]) => { try { return await handler(...args); } catch (e) { console.error(e); return new Response(); } };
`,
  };
  const handler = `async (req: Request) => { const id = await req.text(); ${remove} return new Response(); }`;

  it.each([
    ['guarding', 'withUser', 'guarded'],
    ['guarding, nested', 'withNested', 'guarded'],
    ['factory', `withRole('x')`, 'guarded'],
    ['only errors', 'withError', 'unguarded'],
  ])('%s', (_, wrapper, state) => {
    const text = `import { withUser, withRole, withError } from '@/lib/with';
const withNested = (h: never) => withError(withUser(h) as never);
export const POST = ${wrapper}(${handler});`;
    expect(guardOfRoute(text, wrappers)).toBe(state);
  });

  it("looks at req.auth inside Auth.js's own wrapper", () => {
    expect(
      guardOfRoute(
        `export const POST = auth(async (req) => { if (!req.auth) return new Response(); const id = 'x'; ${remove} return new Response(); });`,
      ),
    ).toBe('guarded');
    expect(
      guardOfRoute(
        `export const POST = auth(async (req) => { const id = 'x'; ${remove} return new Response(); });`,
      ),
    ).toBe('unguarded');
  });

  it('follows a wrapper used inside the body', () => {
    const more = {
      'lib/sew.ts': `import { auth } from '@/auth';
export const sew = async <T>(fn: () => Promise<T>) => { try { return await fn(); } catch (e) { console.error(e); throw e; } };
export const withAuth = async <T>(fn: (ctx: { userId: string }) => Promise<T>) => { const s = await auth(); if (!s) return { error: 'no' }; return fn({ userId: s.user.id }); };`,
    };
    expect(
      guardOfAction(
        `import { sew, withAuth } from '@/lib/sew';\nexport const run = async (id: string) => sew(() => withAuth(async () => { ${remove} }));`,
        more,
      ),
    ).toBe('guarded');
    expect(
      guardOfAction(
        `import { sew } from '@/lib/sew';\nexport const run = async (id: string) => sew(async () => { ${remove} });`,
        more,
      ),
    ).toBe('unguarded');
  });
});

describe('wrappers that are made with options or with a guard', () => {
  const more = {
    'lib/wrap.ts': `import { NextResponse } from 'next/server';
import { auth } from '@/auth';
type Handler = (req: Request) => Promise<Response>;
type Middleware = (req: Request) => Promise<Request | Response>;
export function withOptions({ access = 'user', handler }: { access?: 'user' | 'nobody'; handler: Handler }) {
  return async (req: Request) => {
    if (access === 'user') {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
    }
    return handler(req);
  };
}
async function check(mode: 'user' | 'nobody') {
  const session = mode === 'nobody' ? null : await auth();
  if (!session && mode !== 'nobody') return { session: null, response: NextResponse.json({}, { status: 401 }) };
  return { session, response: null };
}
export const withCheck = (options: { access: 'user' | 'nobody' }, handler: Handler): Handler => async (req) => {
  const checked = await check(options.access);
  if (checked.response) return checked.response;
  return handler(req);
};
export async function signedIn(req: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: 'no' }, { status: 401 });
  return req;
}
export async function logged(req: Request) {
  console.log(req.url);
  return req;
}
export function withMiddleware(handler: Handler, middleware?: Middleware): Handler {
  return async (req) => {
    let request = req;
    if (middleware) {
      const result = await middleware(req);
      if (result instanceof Response) return result;
      request = result;
    }
    return handler(request);
  };
}
export function withUser(scopeOrHandler: string | Handler, handler?: Handler): Handler {
  if (typeof scopeOrHandler === 'string') return withMiddleware(handler!, signedIn);
  return withMiddleware(scopeOrHandler, signedIn);
}`,
  };
  const handler = `async (req: Request) => { const id = req.url; ${remove} return new Response(); }`;
  it.each([
    ['an option that asks for it', `withOptions({ access: 'user', handler: ${handler} })`, 'guarded'],
    ['what is asked for by default', `withOptions({ handler: ${handler} })`, 'guarded'],
    [
      'an option that asks for nothing',
      `withOptions({ access: 'nobody', handler: ${handler} })`,
      'unguarded',
    ],
    ['an option of a helper', `withCheck({ access: 'user' }, ${handler})`, 'guarded'],
    ['an option that a helper lets pass', `withCheck({ access: 'nobody' }, ${handler})`, 'unguarded'],
    ['a guard to call first', `withMiddleware(${handler}, signedIn)`, 'guarded'],
    ['something else to call first', `withMiddleware(${handler}, logged)`, 'unguarded'],
    ['nothing to call first', `withMiddleware(${handler})`, 'unguarded'],
    ['overloads: the handler', `withUser(${handler})`, 'guarded'],
    ['overloads: a name before it', `withUser('orders', ${handler})`, 'guarded'],
  ])('%s', (_, value, state) => {
    const text = `import { logged, signedIn, withCheck, withMiddleware, withOptions, withUser } from '@/lib/wrap';\nexport const POST = ${value};`;
    expect(guardOfRoute(text, more)).toBe(state);
  });

  it('an inline action tests what the page has read', () => {
    const page = (test: string): string =>
      `import { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\nexport default async function Page() { const session = await auth(); async function run(id: string) { 'use server'; ${test} ${remove} } return <form action={run} />; }`;
    const state = (test: string): string =>
      guardIn(openWorkspace({ ...base, 'app/x/page.tsx': page(test) }), 'app/x/page.tsx', 'run').state;
    expect(state('if (!session) return;')).toBe('guarded');
    expect(state('')).toBe('unguarded');
  });
});

describe('action clients', () => {
  const client = {
    'lib/client.ts': `import { createSafeActionClient } from 'next-safe-action';
import { auth } from '@/auth';
export const actionClient = createSafeActionClient({ handleServerError: (e) => e.message });
export const authClient = actionClient.use(async ({ next }) => { const s = await auth(); if (!s?.user) throw new Error('no'); return next({ ctx: { userId: s.user.id } }); });
export const adminAction = actionClient.use(async ({ next }) => next());
export const deeper = authClient.metadata({ name: 'x' }).use(async ({ next, ctx }) => next({ ctx }));`,
  };
  it.each([
    ['actionClient', 'unguarded'],
    ['authClient', 'guarded'],
    ['adminAction', 'unguarded'],
    ['deeper', 'guarded'],
  ])('%s', (name, state) => {
    const text = `import { ${name} } from '@/lib/client';\nexport const run = ${name}.inputSchema({} as never).action(async ({ parsedInput }) => { const id = parsedInput as string; ${remove} });`;
    expect(guardOfAction(text, client)).toBe(state);
  });
});

describe('action clients of older versions', () => {
  const client = {
    'lib/client.ts': `import { createSafeActionClient } from 'next-safe-action';
import { auth } from '@clerk/nextjs';
function signedIn(id: string | null) { if (!id) throw new Error('no'); return { id }; }
export const open = createSafeActionClient();
export const authAction = createSafeActionClient({ async middleware() { const { userId } = auth(); return { session: signedIn(userId) }; } });
export const logged = createSafeActionClient({ async middleware() { const { userId } = auth(); console.log(userId); return { userId }; } });
export const allowed = (permission?: string) => createSafeActionClient({ async middleware() { const { userId } = auth(); return { session: signedIn(userId), permission }; } });`,
  };
  it.each([
    ['open', 'unguarded'],
    ['authAction', 'guarded'],
    ['logged', 'unguarded'],
    ["allowed('remove')", 'guarded'],
  ])('%s', (called, state) => {
    const text = `import { ${called.replace(/\W.*/, '')} } from '@/lib/client';\nexport const run = ${called}({} as never, async (id: string, { session }) => { ${remove} });`;
    expect(guardOfAction(text, client)).toBe(state);
  });
});

describe('other proofs', () => {
  it.each([
    [
      'bearer secret',
      "if (req.headers.get('authorization') !== `Bearer ${process.env.CRON_SECRET}`) return new Response();",
      'guarded',
    ],
    [
      'secret, fails open',
      "if (process.env.CRON_SECRET && req.headers.get('authorization') !== `Bearer ${process.env.CRON_SECRET}`) return new Response();",
      'unguarded',
    ],
    [
      'public variable',
      "if (req.headers.get('x') !== process.env.NEXT_PUBLIC_X) return new Response();",
      'unguarded',
    ],
    [
      'api key',
      "const key = await prisma.apiKey.findUnique({ where: { hashedKey: req.headers.get('x-api-key') ?? '' } }); if (!key) return new Response();",
      'guarded',
    ],
    [
      'api key not tested',
      "await prisma.apiKey.findUnique({ where: { hashedKey: req.headers.get('x-api-key') ?? '' } });",
      'unguarded',
    ],
    [
      'skipped while developing',
      "if (process.env.NODE_ENV === 'production' && req.headers.get('x') !== process.env.CRON_SECRET) return new Response();",
      'guarded',
    ],
    [
      'skipped on the platform',
      "if (process.env.VERCEL === '1') { if (req.headers.get('x') !== process.env.CRON_SECRET) return new Response(); }",
      'guarded',
    ],
    [
      'skipped in production',
      "if (process.env.NODE_ENV !== 'production') { if (req.headers.get('x') !== process.env.CRON_SECRET) return new Response(); }",
      'unguarded',
    ],
    ['body decides', 'const { admin } = await req.json(); if (!admin) return new Response();', 'unguarded'],
  ])('%s', (_, guard, state) => {
    expect(
      guardOfRoute(
        `export async function POST(req: Request) { const id = 'x'; ${guard} ${remove} return new Response(); }`,
      ),
    ).toBe(state);
  });

  it('takes a verified signature', () => {
    const text = (
      check: string,
    ): string => `import { createHmac, timingSafeEqual } from 'node:crypto';\nimport Stripe from 'stripe';\nconst stripe = new Stripe('x');
const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
export async function POST(req: Request) { const body = await req.text(); const id = body; ${check} ${remove} return new Response(); }`;
    expect(
      guardOfRoute(
        text("if (!same(body, createHmac('sha256', 'k').update(body).digest('hex'))) return new Response();"),
      ),
    ).toBe('guarded');
    expect(guardOfRoute(text("same(body, 'x');"))).toBe('unguarded');
    expect(guardOfRoute(text("stripe.webhooks.constructEvent(body, 'a', 'b');"))).toBe('guarded');
  });

  it('takes the tokens of another service for no one-time tokens', () => {
    const schema = (name: string): { [path: string]: string } => ({
      'prisma/schema.prisma': `${base['prisma/schema.prisma'] ?? ''}
model ${name} {
  id          String   @id
  accessToken String
  expiresAt   DateTime
}
`,
    });
    const renew = (accessor: string): string =>
      `export async function run(id: string) { await prisma.${accessor}.update({ where: { id }, data: { accessToken: 'x' } }); }`;
    expect(guardOfAction(renew('driveConnection'), schema('DriveConnection'))).toBe('unguarded');
    expect(guardOfAction(renew('downloadTicket'), schema('DownloadTicket'))).toBe('public');
  });

  it('lets sign-in and sign-up be public', () => {
    expect(
      guardOfAction(
        "export async function run(email: string) { await prisma.user.update({ where: { email }, data: {} }); await signIn('x'); }",
      ),
    ).toBe('public');
    expect(
      guardOfAction(
        "import bcrypt from 'bcryptjs';\nexport async function run(email: string) { await prisma.user.create({ data: { email, hash: await bcrypt.hash('x', 10) } }); }",
      ),
    ).toBe('public');
    expect(
      guardOfAction(
        '/** @public */\nexport async function run(id: string) { await prisma.message.delete({ where: { id } }); }',
      ),
    ).toBe('public');
  });
});

describe('hashes and rows that say nothing of the caller', () => {
  const compare = (hash: string): string =>
    `import bcrypt from 'bcryptjs';
export async function run(given: string, hash: string) {
  const same = await bcrypt.compare(${hash});
  return { same, orders: await prisma.order.findMany({ take: 5 }) };
}`;

  it('takes what compares keys for no sign-in of people', () => {
    expect(guardOfAction(compare('given, hash'))).toBe('public');
    expect(guardOfAction(compare('given, key.hashedSecret'))).toBe('unguarded');
  });

  it('lets everybody ask which installation this is', () => {
    const first = (args: string): string =>
      `export async function run() { return prisma.account.findFirst(${args}); }`;
    expect(guardOfAction(first("{ select: { id: true }, orderBy: { id: 'asc' } }"))).toBe('public');
    expect(guardOfAction(first("{ where: { userId: 'a' }, select: { id: true } }"))).toBe('unguarded');
    expect(guardOfAction(first('{ select: { id: true, userId: true } }'))).toBe('unguarded');
  });
});

describe('clients in every form', () => {
  it.each([
    [
      'transaction',
      'await prisma.$transaction(async (tx) => { await tx.order.delete({ where: { id } }); });',
    ],
    ['batch', 'await prisma.$transaction([prisma.order.delete({ where: { id } })]);'],
    ['extended', 'const p = prisma.$extends({}); await p.order.delete({ where: { id } });'],
    ['loop', 'for (const one of [id]) await prisma.order.delete({ where: { id: one } });'],
    ['map', 'await Promise.all([id].map((one) => prisma.order.delete({ where: { id: one } })));'],
    [
      'passed on',
      'const drop = async (db: typeof prisma) => db.order.delete({ where: { id } }); await drop(prisma);',
    ],
    [
      'class',
      'class Repo { constructor(private readonly db: typeof prisma) {} drop() { return this.db.order.delete({ where: { id } }); } } await new Repo(prisma).drop();',
    ],
    ['raw', 'await prisma.$executeRaw`DELETE FROM "Order" WHERE id = ${id}`;'],
  ])('%s', (_, body) => {
    expect(guardOfAction(`export async function run(id: string) { ${body} }`)).toBe('unguarded');
  });

  it('takes no map, cache or http client for a database', () => {
    expect(
      guardOfAction(
        'const cache = new Map<string, number>();\nexport async function run(id: string) { cache.delete(id); }',
      ),
    ).not.toBe('unguarded');
    expect(
      guardOfAction(
        "import axios from 'axios';\nconst api = { order: axios.create() };\nexport async function run(id: string) { await api.order.delete(id); }",
      ),
    ).not.toBe('unguarded');
  });
});

describe('what a function finds out about what it is given', () => {
  const services = (body: string): { [path: string]: string } => ({
    'lib/services/order.ts': `import { prisma } from '@/lib/db';\n${body}`,
  });
  const call = (text: string): string =>
    `import { drop } from '@/lib/services/order';\nexport async function run(id: string) { const s = await auth(); ${text} }`;

  it('guards what comes after it there', () => {
    const stops = services(
      'export async function drop(user: unknown, id: string) { if (!user) throw new Error("no"); await prisma.order.delete({ where: { id } }); }',
    );
    expect(guardOfAction(call('await drop(s?.user, id);'), stops)).toBe('guarded');
    expect(guardOfAction(call('await drop(id, id);'), stops)).toBe('unguarded');
    const goesOn = services(
      'export async function drop(user: unknown, id: string) { if (!user) console.warn("nobody"); await prisma.order.delete({ where: { id } }); }',
    );
    expect(guardOfAction(call('await drop(s?.user, id);'), goesOn)).toBe('unguarded');
  });

  it('leaves out what the arguments rule out', () => {
    const either = services(
      'export async function drop(id: string, how: { hard: boolean }) { if (how.hard) return prisma.order.delete({ where: { id } }); return prisma.message.findFirst(); }',
    );
    expect(guardOfAction(call('await drop(id, { hard: false });'), either)).not.toBe('unguarded');
    expect(guardOfAction(call('await drop(id, { hard: true });'), either)).toBe('unguarded');
    expect(guardOfAction(call('await drop(...([id, { hard: true }] as const));'), either)).toBe('unguarded');
  });
});

describe('rows that need no guard, beside rows that do', () => {
  const row = 'const row = await prisma.message.findFirst({ where: { id } });';
  const own = 'prisma.account.findFirst({ where: { userId: s.user.id } })';

  it('is public where everybody gets the first', () => {
    const rest = `const isOwn = s?.user ? Boolean(await ${own}) : false; return { ...row, isOwn };`;
    expect(
      guardOfAction(
        `export async function run(id: string) { const s = await auth(); ${row} if (!row) throw new Error('none'); ${rest} }`,
      ),
    ).toBe('public');
  });

  it('is guarded where nobody gets either without a session', () => {
    for (const refusal of ["throw new Error('no');", 'return null;', "return { error: 'Sign in' };"])
      expect(
        guardOfAction(
          `export async function run(id: string) { const s = await auth(); ${row} if (!s?.user) ${refusal} return { row, own: await ${own} }; }`,
        ),
      ).toBe('guarded');
  });
});
