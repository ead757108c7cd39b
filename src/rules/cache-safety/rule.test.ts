import { describe, expect, it } from 'vitest';
import {
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'cache-safety';
const FILE = 'lib/services/post.service.ts';

const HEAD = `import { prisma } from '@/lib/db';
import { auth } from '@/auth';
import { cookies, headers } from 'next/headers';
import { unstable_cache, unstable_cache as keep, cacheTag, cacheLife } from 'next/cache';
import * as React from 'react';
import { cache } from 'react';
`;

const sourceOf = (code: string): string => `${HEAD}\n${code}\n`;
const open = (code: string, more: { [file: string]: string } = {}) =>
  openFixture({ [FILE]: sourceOf(code), ...more });

/** Severity, message and text of the findings. */
async function said(code: string, more: { [file: string]: string } = {}): Promise<string> {
  const fixture = await open(code, more);
  return findings(fixture, RULE)
    .map((found) => `${found.severity} ${messageId(found)} ${sourceOf(code).slice(found.start, found.end)}`)
    .join(', ');
}

const CURRENT_USER = {
  'lib/session.ts': `import { cache } from 'react';
import { auth } from '@/auth';

export const currentUser = cache(async () => (await auth())?.user ?? null);
export async function requireUserId() {
  const user = await currentUser();
  if (!user) throw new Error('signed out');
  return user.id;
}
`,
  'lib/barrel.ts': `export * from './session';\nexport { requireUserId as who } from './session';\n`,
};

describe('the request inside of a cache', () => {
  it.each([
    [
      'auth',
      `export async function mine() { 'use cache'; const s = await auth(); return prisma.post.findMany({ where: { authorId: s?.user.id }, take: 9 }); }`,
    ],
    ['auth', `export const mine = async () => { 'use cache: remote'; return (await auth())?.user; };`],
    [
      'cookies',
      `export async function theme() { 'use cache'; return (await cookies()).get('theme')?.value; }`,
    ],
    [
      'headers',
      `export async function host() { 'use cache'; cacheLife('hours'); const all = await headers(); return all.get('host'); }`,
    ],
    [
      'auth',
      `export const mine = unstable_cache(async () => { const s = await auth(); return prisma.post.findMany({ where: { authorId: s?.user.id }, take: 9 }); }, ['mine']);`,
    ],
    [
      'auth',
      `async function load() { const s = await auth(); return s?.user; }\nexport const mine = cache(keep(load, ['mine']));`,
      'keep',
    ],
    [
      'cookies',
      `export const a = unstable_cache(async () => [1].map(async () => (await cookies()).get('x')), ['a']);`,
    ],
  ])('is an error: %s', async (call, code, text = call) => {
    expect(await said(code)).toMatch(new RegExp(`^error read (${text}|${call})$`));
  });

  it.each([
    [
      'currentUser',
      `import { currentUser } from '@/lib/session';\nexport async function mine() { 'use cache'; return currentUser(); }`,
    ],
    [
      'requireUserId',
      `import * as session from '@/lib/session';\nexport async function mine() { 'use cache'; return session.requireUserId(); }`,
    ],
    [
      'who',
      `import { who } from '@/lib/barrel';\nexport const mine = unstable_cache(async () => prisma.post.count({ where: { authorId: await who() } }), []);`,
    ],
  ])('is found through calls: %s', async (call, code) => {
    expect(await said(code, CURRENT_USER)).toBe(`error read ${call}`);
  });

  it('shows where it is read in the end, and names the function', async () => {
    const fixture = await open(
      `import { requireUserId } from '@/lib/session';\nexport async function mine() { 'use cache'; return requireUserId(); }`,
      CURRENT_USER,
    );
    const [found] = findings(fixture, RULE);
    expect(found?.message).toContain('`mine` is cached for everybody');
    expect(found?.related.map(({ file }) => file)).toEqual(['lib/session.ts']);
  });

  it('is found in whole files that are cached', async () => {
    const fixture = await openFixture({
      'app/mine/page.tsx': `'use cache';\n\nimport { auth } from '@/auth';\n\nexport default async function Mine() {\n  const session = await auth();\n  return <p>{session?.user?.name}</p>;\n}\n`,
    });
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(['error']);
    expect(refusal(fixture, { rule: RULE })).toContain('whole file');
  });
});

describe('what the key leaves out', () => {
  it.each([
    [
      'error user session',
      `export async function mine() { const session = await auth(); return unstable_cache(async () => prisma.post.findMany({ where: { authorId: session?.user.id }, take: 9 }), ['mine'])(); }`,
    ],
    [
      'error user userId',
      `export function posts(userId: string) { const load = unstable_cache(() => prisma.post.findMany({ where: { authorId: userId }, take: 9 }), ['posts']); return load(); }`,
    ],
    [
      'error user ctx',
      `export function posts(ctx: { userId: string }) { return keep(() => prisma.post.count({ where: { authorId: ctx.userId } }))(); }`,
    ],
    [
      'warning key slug',
      `export function post(slug: string) { return unstable_cache(() => prisma.post.findUnique({ where: { slug } }), ['post'], { tags: ['post'] })(); }`,
    ],
    [
      'error user id',
      `export async function mine() { const session = await auth(); const id = session?.user.id; return unstable_cache(async () => prisma.post.count({ where: { authorId: id } }), ['mine'])(); }`,
    ],
  ])('%s', async (wanted, code) => {
    expect(await said(code)).toBe(wanted);
  });

  it.each([
    `export function posts(userId: string) { return unstable_cache(() => prisma.post.count({ where: { authorId: userId } }), ['posts', userId])(); }`,
    `export function posts(userId: string) { return unstable_cache(() => prisma.post.count({ where: { authorId: userId } }), [\`posts:\${userId}\`])(); }`,
    `export async function mine() { const session = await auth(); const id = session?.user.id ?? ''; return unstable_cache(() => prisma.post.count({ where: { authorId: id } }), ['x', session?.user.id ?? ''])(); }`,
    `export function posts(userId: string) { const key = ['posts', userId]; return unstable_cache(() => prisma.post.count({ where: { authorId: userId } }), key)(); }`,
    `export function posts(userId: string) { return unstable_cache((authorId: string) => prisma.post.count({ where: { authorId } }), ['posts'])(userId); }`,
    `export function posts(userId: string, key: string[]) { return unstable_cache(() => prisma.post.count({ where: { authorId: userId } }), key)(); }`,
    `export function remember<T>(fn: () => Promise<T>, key: string) { return unstable_cache(() => fn(), [key])(); }`,
    `export function remember<T>(fn: () => Promise<T>, key: string) { return unstable_cache(async () => { const value = await fn(); return value; }, [key])(); }`,
    `export const posts = unstable_cache(async (userId: string) => prisma.post.count({ where: { authorId: userId } }), ['posts']);`,
    `export function posts() { const limit = 9; return unstable_cache(() => prisma.post.findMany({ take: limit }), ['posts'])(); }`,
  ])('accepts %s', async (code) => {
    expect(await said(code)).toBe('');
  });
});

describe('caches of a render', () => {
  it.each([
    [
      'warning inside cache',
      `export async function Post(id: string) { const load = cache(() => prisma.post.findUnique({ where: { id } })); return load(); }`,
    ],
    [
      'warning inside cache',
      `export async function Post(id: string) { return React.cache((one: string) => prisma.post.findUnique({ where: { id: one } }))(id); }`,
    ],
    [
      'warning write update',
      `export const view = cache((id: string) => prisma.post.update({ where: { id }, data: { published: true } }));`,
    ],
    [
      'warning write touch',
      `async function touch(id: string) { await prisma.post.updateMany({ where: { id }, data: { published: true } }); }\nexport const view = cache(async (id: string) => { await touch(id); return prisma.post.findUnique({ where: { id } }); });`,
    ],
    [
      'warning write delete',
      `export async function clean(id: string) { 'use cache'; await prisma.comment.delete({ where: { id } }); }`,
    ],
    [
      'warning write create',
      `export const add = unstable_cache(async (email: string) => prisma.user.create({ data: { email } }), ['add']);`,
    ],
    [
      'info write create',
      `export const user = cache(async (email: string) => (await prisma.user.findUnique({ where: { email } })) ?? prisma.user.create({ data: { email } }));`,
    ],
    [
      'info write upsert',
      `export const user = cache(async (email: string) => prisma.user.upsert({ where: { email }, create: { email }, update: {} }));`,
    ],
    [
      'info write update',
      `export const post = cache(async (id: string) => { prisma.post.update({ where: { id }, data: { lastUsedAt: new Date() } }).catch(console.error); return prisma.post.findUnique({ where: { id } }); });`,
    ],
    [
      'warning fresh posts',
      `const posts = cache((page: { take: number }) => prisma.post.findMany(page));\nexport const first = () => posts({ take: 9 });`,
    ],
    [
      'warning fresh posts',
      `const posts = cache((ids: string[]) => prisma.post.findMany({ where: { id: { in: ids } } }));\nexport const two = (a: string, b: string) => posts([a, b]);`,
    ],
  ])('%s', async (wanted, code) => {
    expect(await said(code)).toBe(wanted);
  });

  it('knows imported functions, re-exports too', async () => {
    const fixture = await openFixture({
      [FILE]: `import { cache } from 'react';\nimport { prisma } from '@/lib/db';\nexport const find = cache((page: { take: number }) => prisma.post.findMany(page));\n`,
      'lib/services/index.ts': `export * from './post.service';\n`,
      'app/page.tsx': `import { find as load } from '@/lib/services';\nexport default async function Home() {\n  const posts = await load({ take: 10 });\n  return <p>{posts.length}</p>;\n}\n`,
      'app/api/posts/route.ts': `import { find } from '@/lib/services';\nexport async function GET() {\n  return Response.json(await find({ take: 10 }));\n}\n`,
    });
    expect(findings(fixture, RULE).map(({ file, message }) => `${file} ${message.slice(0, 6)}`)).toEqual([
      'app/page.tsx `load`',
    ]);
  });

  it.each([
    `export const post = cache(async (id: string) => prisma.post.findUnique({ where: { id } }));\nexport const one = () => post('a');`,
    `export const makeLoader = () => cache((id: string) => prisma.post.findUnique({ where: { id } }));`,
    `export function makeLoader() { const load = cache((id: string) => prisma.post.findUnique({ where: { id } })); return load; }`,
    `export function makeLoaders() { const load = cache((id: string) => prisma.post.findUnique({ where: { id } })); return { load }; }`,
    `export function keep1<P extends unknown[]>(fn: (...args: P) => unknown) { const cached = cache((...args: P) => fn(...args)); return (...args: P) => cached(...args); }`,
    `export const me = cache(async () => { const s = await auth(); return s?.user ?? null; });`,
    `export const theme = React.cache(async () => (await cookies()).get('theme'));`,
    `export async function mine() { 'use cache: private'; const s = await auth(); return prisma.post.findMany({ where: { authorId: s?.user.id }, take: 9 }); }`,
    `export async function posts(userId: string) { 'use cache'; cacheTag(\`posts-\${userId}\`); return prisma.post.findMany({ where: { authorId: userId }, take: 9 }); }`,
    `export async function Page() { const session = await auth(); const userId = session?.user.id; async function posts() { 'use cache'; return prisma.post.count({ where: { authorId: userId } }); } return posts(); }`,
    `async function posts(userId: string) { 'use cache'; return prisma.post.count({ where: { authorId: userId } }); }\nexport async function mine() { const s = await auth(); return posts(s?.user.id ?? ''); }`,
    `export async function form() { 'use cache'; async function save() { 'use server'; const s = await auth(); await prisma.post.create({ data: { slug: 'a', title: 'a', authorId: s?.user.id ?? '' } }); } return save; }`,
    `const unknown = (await import('nowhere')).cache;\nexport const x = unknown(async () => (await auth())?.user);`,
    `export async function broken() { 'use cache'; const s = await`,
  ])('accepts %s', async (code) => {
    expect(await said(code)).toBe('');
  });

  it('has nothing to say in tests', async () => {
    const fixture = await openFixture({
      'lib/post.test.ts': `import { cache } from 'react';\nimport { prisma } from '@/lib/db';\nexport const t = cache((id: string) => prisma.post.delete({ where: { id } }));\n`,
    });
    expectSilent(fixture, RULE);
  });
});

it('names its messages', async () => {
  const fixture = await open(
    `export async function Post(id: string, userId: string, slug: string) {
  const load = cache(() => prisma.post.findUnique({ where: { id } }));
  const other = unstable_cache(() => prisma.post.count({ where: { slug, authorId: userId } }), ['posts']);
  return [await load(), await other()];
}`,
  );
  expect(findings(fixture, RULE).map(messageId).toSorted()).toEqual(['inside', 'key', 'user']);
});

describe('fixes', () => {
  it('splits a cached function that reads the session', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { cacheTag } from 'next/cache';
      import { auth } from '@/auth';
      import { prisma } from '@/lib/db';

      /** The posts of who is signed in. */
      export async function myPosts(take: number) {
        'use cache';
        cacheTag('posts');
        const session = await auth();
        if (!session) throw new Error('signed out');
        return prisma.post.findMany({ where: { authorId: session.user.id }, take });
      }
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- lib/services/post.service.ts
      import { cacheTag } from 'next/cache';
      import { auth } from '@/auth';
      import { prisma } from '@/lib/db';

      /** The posts of who is signed in. */
      export async function myPosts(take: number) {
        const session = await auth();
        if (!session) throw new Error('signed out');
        return myPostsCached(take, session.user.id);
      }

      async function myPostsCached(take: number, userId: string) {
        'use cache';
        cacheTag('posts');
        return prisma.post.findMany({ where: { authorId: userId }, take });
      }
      `,
    );
  });

  it('takes the name that the function has for it, and may be nobody', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { auth } from "@/auth"
      import { prisma } from "@/lib/db"

      export async function count(): Promise<number> {
        "use cache"
        const session = await auth()
        const authorId = session?.user?.id
        return prisma.post.count({ where: { authorId } })
      }
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- lib/services/post.service.ts
      import { auth } from "@/auth"
      import { prisma } from "@/lib/db"

      export async function count(): Promise<number> {
        const session = await auth()
        return countCached(session?.user?.id)
      }

      async function countCached(authorId: string | undefined): Promise<number> {
        "use cache"
        return prisma.post.count({ where: { authorId } })
      }
      `,
    );
  });

  it.each([
    ['variable of its own', `export async function mine() { 'use cache'; return (await auth())?.user.id; }`],
    [
      'as a whole',
      `export async function mine() { 'use cache'; const s = await auth(); return JSON.stringify(s); }`,
    ],
    [
      'More than one',
      `export async function mine() { 'use cache'; const s = await auth(); return [s?.user.id, s?.user.email]; }`,
    ],
    [
      'no plain value',
      `export async function mine() { 'use cache'; const s = await auth(); return s?.user; }`,
    ],
    [
      'declaration',
      `export const mine = async () => { 'use cache'; const s = await auth(); return s?.user.id; };`,
    ],
    [
      'passed on',
      `export async function mine({ take }: { take: number }) { 'use cache'; const s = await auth(); return [take, s?.user.id]; }`,
    ],
    [
      'before',
      `export async function mine() { 'use cache'; await prisma.post.count(); const s = await auth(); return s?.user.id; }`,
    ],
    [
      'taken',
      `export async function mine(userId: string) { 'use cache'; const s = await auth(); return [userId, s?.user.id]; }`,
    ],
  ])('says why not: %s', async (why, code) => {
    expect(refusal(await open(code), { rule: RULE })).toContain(why);
  });

  it.each([
    [
      `(userId: string) => unstable_cache(() => prisma.post.count({ where: { authorId: userId } }), ['posts'])()`,
      `['posts', userId])()`,
    ],
    [
      `(userId: string) => unstable_cache(() => prisma.post.count({ where: { authorId: userId } }))()`,
      `} }), [userId])()`,
    ],
    [
      `(userId: string) => unstable_cache(() => prisma.post.count({ where: { authorId: userId } }), undefined, {})()`,
      `} }), [userId], {})()`,
    ],
    [
      `(page: number) => unstable_cache(() => prisma.post.findMany({ skip: page, take: 9 }), [])()`,
      `[String(page)])()`,
    ],
    [
      `(ctx: { userId: string }) => unstable_cache(() => prisma.post.count({ where: { authorId: ctx.userId } }), ['a'])()`,
      `['a', ctx.userId])()`,
    ],
  ])('adds the value to the key: %s', async (code, wanted) => {
    const source = `import { unstable_cache } from 'next/cache';\nimport { prisma } from '@/lib/db';\nexport const posts = ${code};\n`;
    const fixture = await openFixture({ [FILE]: source });
    const start = source.lastIndexOf(wanted.startsWith('}') ? '} })' : '[');
    expectFixed(fixture, RULE, { [FILE]: `${source.slice(0, start)}${wanted};\n` });
  });

  it('leaves objects to people', async () => {
    const fixture = await open(
      `export const posts = (filter: { title: string }) => unstable_cache(() => prisma.post.findMany({ where: filter, take: 9 }), ['posts'])();`,
    );
    expect(refusal(fixture, { rule: RULE })).toContain('text of the key');
  });
});
