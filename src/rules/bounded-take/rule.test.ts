import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
} from '../../../test/kit/check.ts';

const RULE = 'bounded-take';

const head = `
    import { z } from 'zod';
    import { prisma } from '@/lib/db';
    import { listPosts, MAX } from '@/lib/services/post.service';
`;
const service = `
    //- lib/services/post.service.ts
    import { prisma } from '@/lib/db';
    export const MAX = 100;
    export const listPosts = (limit?: number) => prisma.post.findMany({ take: limit, orderBy: { id: 'asc' } });
`;

/** The messages for the body of a route. */
async function route(body: string, before = ''): Promise<string> {
  const fixture = await openFixture(`${service}
    //- app/api/posts/route.ts
    ${head}
    ${before}
    export async function GET(request: Request) {
      const { searchParams } = new URL(request.url);
      const limit = Number(searchParams.get('limit'));
      ${body}
    }
  `);
  return findings(fixture, RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

const list = (take: string): string => `return Response.json(await prisma.post.findMany({ take: ${take} }));`;

describe('a number that nothing limits', () => {
  it.each([
    ['a query', list('limit')],
    ['a default', list('limit || 20')],
    ['a parsed int', list("parseInt(searchParams.get('limit') ?? '20', 10)")],
    ['a sign', list("+(searchParams.get('limit') ?? 20)")],
    ['a lower bound', list('Math.max(1, limit)')],
    ['one more', list('limit + 1')],
    ['a product', list('limit * 2')],
    [
      'a variable of arguments',
      'const args = { take: limit }; return Response.json(await prisma.post.findMany(args));',
    ],
    [
      'a spread',
      'const page = { take: limit }; return Response.json(await prisma.post.findMany({ ...page }));',
    ],
    [
      'a body',
      'const { size } = await request.json(); return Response.json(await prisma.post.findMany({ take: size }));',
    ],
    [
      'a nested list',
      'return Response.json(await prisma.user.findMany({ take: 5, include: { posts: { take: limit } } }));',
    ],
    ['a service', 'return Response.json(await listPosts(limit));'],
    [
      'a transaction',
      'return Response.json(await prisma.$transaction((tx) => tx.post.findMany({ take: limit })));',
    ],
  ])('%s', async (_, body) => {
    expect(await route(body)).toBe('warning client');
  });

  it('LIMIT of raw SQL', async () => {
    expect(
      await route('return Response.json(await prisma.$queryRaw`SELECT "id" FROM "Post" LIMIT ${limit}`);'),
    ).toBe(['warning', 'raw'].join(' '));
  });

  it.each([
    ['no maximum', 'z.coerce.number().int().min(1)'],
    ['a default', 'z.coerce.number().default(20)'],
    ['a text', 'z.string()'],
    ['anything', 'z.any()'],
    ['one of two', 'z.union([z.number().max(10), z.number()])'],
  ])('a schema with %s', async (_, schema) => {
    const body =
      'const query = schema.parse(Object.fromEntries(searchParams)); return Response.json(await prisma.post.findMany({ take: Number(query.size) }));';
    expect(await route(body, `const schema = z.object({ size: ${schema} });`)).toBe(
      ['warning', 'parsed'].join(' '),
    );
  });

  it('actions, pages, and the place of take', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      export async function page(number: number, take: number) {
        return prisma.post.findMany({ where: { published: true }, skip: number * take, take });
        //                                                                             ^^^^ bounded-take warning
      }
      //- lib/actions/post.actions.ts
      'use server';
      import { page } from '@/lib/services/post.service';
      export async function more(number: number, size: number) {
        return page(number, size);
      }
      //- app/posts/page.tsx
      import { prisma } from '@/lib/db';
      export default async function Page({ searchParams }: { searchParams: Promise<{ n?: string }> }) {
        const { n } = await searchParams;
        const rows = await prisma.post.findMany({ take: Number(n ?? 10) });
        //                                        ^^^^ bounded-take warning
        return <p>{rows.length}</p>;
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
  });
});

describe('silence', () => {
  it.each([
    ['a constant', list('20')],
    ['Math.min', list('Math.min(limit, 100)')],
    ['inside', list('Math.max(1, Math.min(limit || 20, MAX))')],
    ['a ternary', list('limit > 100 ? 100 : limit')],
    ['a check', 'if (limit > MAX) return new Response(null, { status: 400 }); ' + list('limit')],
    ['a choice', list("searchParams.get('all') ? 50 : 20")],
    ['an entry of a table', list("({ s: 10, l: 50 })[searchParams.get('size') ?? 's']")],
    ['a clamp of a package', list('clamp(limit, 1, 50)')],
    ['an assignment', 'let size = limit; if (size > 50) size = 50; ' + list('size')],
    ['one row', 'return Response.json(await prisma.post.findFirst({ skip: limit }));'],
    [
      'a raw constant',
      'return Response.json(await prisma.$queryRaw`SELECT "id" FROM "Post" WHERE "id" = ${limit} LIMIT 5`);',
    ],
  ])('%s', async (_, body) => {
    expect(await route(body, "import { clamp } from 'some-math';")).toBe('');
  });

  it.each([
    'z.coerce.number().max(50)',
    'z.number().lt(100)',
    "z.enum(['10', '20'])",
    'z.string().max(2)',
    'z.number().transform((n) => Math.min(n, 9))',
  ])('a schema with %s', async (schema) => {
    const body =
      'const query = schema.parse(Object.fromEntries(searchParams)); return Response.json(await prisma.post.findMany({ take: Number(query.size) }));';
    expect(await route(body, `const schema = z.object({ size: ${schema} });`)).toBe('');
  });

  it('numbers of the code, of rows and of callers that nobody sees', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      export const some = (limit: number) => prisma.post.findMany({ take: limit });
      export const fixed = () => some(30);
      //- lib/actions/post.actions.ts
      'use server';
      import { fixed, some } from '@/lib/services/post.service';
      export async function first() {
        return [await fixed(), await some(10)];
      }
      //- scripts/dump.ts
      import { prisma } from '@/lib/db';
      console.log(await prisma.post.findMany({ take: Number(process.argv[2]) }));
    `);
    expectSilent(fixture, RULE);
  });
});

describe('the fix', () => {
  const action = (take: string, signature: string): string =>
    `'use server';\n\nimport { prisma } from '@/lib/db';\n\nexport async function list(${signature}) {\n  return prisma.post.findMany({ ${take} });\n}\n`;
  it.each([
    ['a value', 'size: number', 'take: size', 'take: Math.min(size, 100)'],
    ['a shorthand', 'take: number', 'take', 'take: Math.min(take, 100)'],
    ['a default', 'size?: number', 'take: size ?? 10', 'take: Math.min(size ?? 10, 100)'],
    ['an optional one', 'size?: number', 'take: size', 'take: Math.min(size ?? 20, 100)'],
    ['an optional part', '{ size }: { size?: number }', 'take: size', 'take: Math.min(size ?? 20, 100)'],
    [
      'the pages with it',
      'page: number, size: number',
      'take: size, skip: (page - 1) * size',
      'take: Math.min(size, 100), skip: (page - 1) * Math.min(size, 100)',
    ],
  ])('clamps %s', async (_, signature, before, after) => {
    const file = 'lib/actions/post.actions.ts';
    expectFixed(await openFixture({ [file]: action(before, signature) }), RULE, {
      [file]: action(after, signature),
    });
  });

  it('takes the maximum of the options', async () => {
    const file = 'lib/actions/post.actions.ts';
    const fixture = await openFixture({
      [file]: action('take: size', 'size: number'),
      'backend-specialist.config.json': JSON.stringify({ rules: { [RULE]: ['warning', { maxTake: 30 }] } }),
    });
    expectFixed(fixture, RULE, { [file]: action('take: Math.min(size, 30)', 'size: number') });
  });
});
