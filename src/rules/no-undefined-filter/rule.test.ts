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

const RULE = 'no-undefined-filter';

/** Severity, message and field of what is found in the statements of one function. */
async function said(body: string, { params = 'id: string', more = '' } = {}): Promise<string> {
  const fixture = await openFixture(`
    //- lib/services/look.service.ts
    import { z } from 'zod';
    import { cookies, headers } from 'next/headers';
    import { notFound, redirect } from 'next/navigation';
    import { auth } from '@/auth';
    import { Prisma } from '@/lib/generated/prisma/client';
    import { prisma } from '@/lib/db';
    ${more}
    export async function look(${params}) {
      ${body}
    }
  `);
  return findings(fixture, RULE)
    .map((found) => `${found.severity} ${messageId(found)} ${/^`(\w+)`/.exec(found.message)?.[1] ?? ''}`)
    .join(', ');
}

const SESSION = 'const session = await auth();\n';

describe('what is lost', () => {
  it.each([
    ['app/list/page.tsx', 'export default async function Page() {', 'warning'],
    ['app/api/list/route.ts', 'export async function GET() {', 'error'],
  ])('counts with a proxy in front of pages only: %s', async (file, head, severity) => {
    const fixture = await openFixture({
      'proxy.ts': "export { auth as proxy } from '@/auth';",
      [file]: `import { auth } from '@/auth';
import { prisma } from '@/lib/db';
${head}
  const session = await auth();
  const posts = await prisma.post.findMany({ where: { authorId: session?.user?.id }, take: 5 });
  return posts.length as never;
}
`,
    });
    expect(findings(fixture, RULE).map((found) => found.severity)).toEqual([severity]);
  });

  it.each([
    [
      'a chain in a read',
      'error owner authorId',
      'return prisma.post.findMany({ where: { authorId: session?.user?.id } });',
    ],
    [
      'with a cast',
      'error owner authorId',
      'return prisma.post.findMany({ where: { authorId: session?.user?.id as string } });',
    ],
    [
      'with a bang',
      'error owner authorId',
      'return prisma.post.count({ where: { authorId: session?.user.id! } });',
    ],
    [
      'by a constant',
      'error owner authorId',
      'const authorId = session?.user?.id;\nreturn prisma.post.findMany({ where: { authorId } });',
    ],
    [
      'taken apart',
      'error owner authorId',
      'const { id: me } = session?.user ?? {};\nconst authorId = session?.user?.id;\nreturn prisma.post.groupBy({ by: ["slug"], where: { authorId } });',
    ],
    [
      'equals',
      'error owner authorId',
      'return prisma.post.findFirst({ where: { slug: id, authorId: { equals: session?.user?.id } } });',
    ],
    [
      'inside AND',
      'error owner authorId',
      'return prisma.post.findMany({ where: { AND: [{ published: true }, { authorId: session?.user?.id }] } });',
    ],
    [
      'beside others in a branch of OR',
      'error owner authorId',
      'return prisma.post.findMany({ where: { OR: [{ published: true }, { authorId: session?.user?.id, published: false }] } });',
    ],
    [
      'of a related row',
      'error owner id',
      'return prisma.post.findMany({ where: { author: { is: { id: session?.user?.id } } } });',
    ],
    [
      'the person by mail',
      'error owner email',
      'return prisma.user.findFirst({ where: { email: session?.user?.email } });',
    ],
    [
      'beside a unique key',
      'error owner authorId',
      'return prisma.post.findUnique({ where: { id, authorId: session?.user?.id } });',
    ],
    [
      'in the arguments of a constant',
      'error owner authorId',
      'const where = { authorId: session?.user?.id };\nreturn prisma.post.findMany({ where });',
    ],
    [
      'an included list',
      'warning owner authorId',
      'return prisma.post.findUnique({ where: { id }, include: { comments: { where: { authorId: session?.user?.id } } } });',
    ],
    [
      'a write',
      'error write authorId',
      'await prisma.post.update({ where: { id, authorId: session?.user?.id }, data: { published: true } });',
    ],
    [
      'a deletion',
      'error write authorId',
      'await prisma.post.delete({ where: { id, author: undefined, authorId: session?.user?.id } });',
    ],
    [
      'all rows',
      'error write authorId',
      'await prisma.post.deleteMany({ where: { authorId: session?.user?.id } });',
    ],
    [
      'in a transaction',
      'error write authorId',
      'await prisma.$transaction(async (tx) => { await tx.post.updateMany({ where: { authorId: session?.user?.id }, data: { published: false } }); });',
    ],
  ])('of the session: %s', async (_, expected, body) => {
    expect(await said(SESSION + body)).toBe(expected);
  });

  it.each([
    [
      'a row that was not found',
      'error owner authorId',
      'const post = await prisma.post.findUnique({ where: { id } });\nreturn prisma.post.findMany({ where: { authorId: post?.authorId } });',
    ],
    [
      'rows of a parent',
      'warning row postId',
      'const post = await prisma.post.findUnique({ where: { id } });\nreturn prisma.comment.findMany({ where: { postId: post?.id } });',
    ],
    [
      'a state',
      'hint search published',
      'const post = await prisma.post.findUnique({ where: { id } });\nreturn prisma.post.findMany({ where: { published: post?.published } });',
    ],
    [
      'find',
      'error write id',
      'const all = await prisma.post.findMany({ take: 9 });\nawait prisma.post.deleteMany({ where: { id: all.find((one) => one.slug === id)?.id } });',
    ],
    [
      'find by a constant',
      'error write postId',
      'const all = await prisma.post.findMany({ take: 9 });\nconst last = all.find((one) => one.slug === id);\nawait prisma.comment.deleteMany({ where: { postId: last?.id } });',
    ],
    [
      'at',
      'error write postId',
      'const all = await prisma.post.findMany({ take: 9 });\nawait prisma.comment.deleteMany({ where: { postId: all.at(-1)?.id } });',
    ],
    [
      'the first',
      'error write postId',
      'const all = await prisma.post.findMany({ take: 9 });\nawait prisma.comment.deleteMany({ where: { postId: all[0]?.id } });',
    ],
    [
      'a map',
      'error write postId',
      'const ids = new Map<string, string>();\nawait prisma.comment.deleteMany({ where: { postId: ids.get(id) } });',
    ],
    [
      'a cookie',
      'error row sessionToken',
      "return prisma.session.findFirst({ where: { sessionToken: (await cookies()).get('s')?.value } });",
    ],
    [
      'a header',
      'error row sessionToken',
      "const token = (await headers()).get('authorization')?.split(' ')[1];\nreturn prisma.session.findFirst({ where: { sessionToken: token } });",
    ],
    [
      'a variable of the environment',
      'error write authorId',
      'await prisma.post.deleteMany({ where: { authorId: process.env.DEMO_USER } });',
    ],
  ])('%s', async (_, expected, body) => {
    expect(await said(body)).toBe(expected);
  });

  it('what is declared optional', async () => {
    const optional = { params: 'filter: { status?: string; authorId?: string }, slug?: string' };
    expect(await said('return prisma.post.findMany({ where: { slug } });', optional)).toBe(
      'hint search slug',
    );
    expect(
      await said('return prisma.post.findMany({ where: { title: { contains: filter.status } } });', optional),
    ).toBe('hint search title');
    expect(
      await said('await prisma.post.deleteMany({ where: { authorId: filter.authorId } });', optional),
    ).toBe('error write authorId');
    expect(await said('await prisma.post.deleteMany({ where: { published: false, slug } });', optional)).toBe(
      'hint write slug',
    );
    expect(
      await said('await prisma.post.deleteMany({ where: { slug } });', {
        params: '{ slug }: { slug?: string }',
      }),
    ).toBe('error write slug');
    const schema = 'const schema = z.object({ postId: z.string().optional(), slug: z.string() });';
    const parsed = 'const input = schema.parse(data);\n';
    expect(
      await said(`${parsed}await prisma.comment.deleteMany({ where: { postId: input.postId } });`, {
        params: 'data: unknown',
        more: schema,
      }),
    ).toBe('error write postId');
    expect(
      await said(`${parsed}return prisma.post.findMany({ where: { slug: input.slug, id: input.postId } });`, {
        params: 'data: unknown',
        more: schema,
      }),
    ).toBe('hint search id');
  });

  it('says what the query does then', async () => {
    const fixture = await openFixture(`
      //- lib/services/comment.service.ts
      import { prisma } from '@/lib/db';
      export async function comments(slug: string) {
        const post = await prisma.post.findUnique({ where: { slug } });
        const list = await prisma.comment.findMany({ where: { postId: post?.id }, take: 20 });
        //                                                    ^^^^^^ no-undefined-filter warning
        if (list.length > 10) await prisma.comment.deleteMany({ where: { postId: post?.id, text: '' } });
        //                                                               ^^^^^^ no-undefined-filter error
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['row', 'write']);
    expect(findings(fixture, RULE)[1]?.message).toContain(
      'when `post` is missing, and Prisma drops a condition that is undefined: deleteMany then deletes every row of Comment that the other conditions leave.',
    );
  });

  it('a helper that gives nothing', async () => {
    const more = 'async function me() { const session = await auth(); return session?.user; }';
    expect(
      await said(
        'const user = await me();\nreturn prisma.post.findMany({ where: { authorId: user?.id } });',
        { more },
      ),
    ).toBe('error owner authorId');
    const id = 'async function myId() { const session = await auth(); return session?.user?.id; }';
    expect(
      await said('return prisma.post.findMany({ where: { authorId: await myId() } });', { more: id }),
    ).toBe('error owner authorId');
  });

  it('what a component hands to a service', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      export const postsOf = (authorId: string) => prisma.post.findMany({ where: { authorId }, take: 20 });
      export const userOf = (id: string) => prisma.user.findUnique({ where: { id } });
      //- components/posts.tsx
      import { auth } from '@/auth';
      import { postsOf, userOf } from '@/lib/services/post.service';
      export async function Posts() {
        const session = await auth();
        return <p>{(await postsOf(session?.user?.id!)).length}</p>;
        //                ^^^^^^^ no-undefined-filter error
      }
      export async function PostsOf({ id }: { id: string }) {
        const session = await auth();
        await userOf(session?.user?.id as string);
        const user = await userOf(id);
        if (!user) return null;
        return <p>{(await postsOf(user?.id)).length}</p>;
      }
      //- app/page.tsx
      import { Posts, PostsOf } from '@/components/posts';
      export default () => <><Posts /><PostsOf id="x" /></>;
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('what a page hands to a service', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      export const postsOf = (authorId: string) => prisma.post.findMany({ where: { authorId }, take: 20 });
      export async function strictPostsOf(authorId: string) {
        if (!authorId) throw new Error('no author');
        return prisma.post.findMany({ where: { authorId }, take: 20 });
      }
      //- app/mine/page.tsx
      import { auth } from '@/auth';
      import { postsOf } from '@/lib/services/post.service';
      export default async function Page() {
        const session = await auth();
        const posts = await postsOf(session?.user?.id as string);
        //                  ^^^^^^^ no-undefined-filter error
        return <p>{posts.length}</p>;
      }
      //- app/theirs/page.tsx
      import { auth } from '@/auth';
      import { postsOf, strictPostsOf } from '@/lib/services/post.service';
      export default async function Page() {
        const session = await auth();
        await strictPostsOf(session?.user?.id as string);
        return <p>{(await postsOf(session?.user?.id as string)).length}</p>;
      }
      //- app/ours/page.tsx
      import { redirect } from 'next/navigation';
      import { auth } from '@/auth';
      import { postsOf } from '@/lib/services/post.service';
      export default async function Page() {
        const session = await auth();
        if (!session) redirect('/login');
        return <p>{(await postsOf(session?.user?.id as string)).length}</p>;
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE)[0]?.related).toHaveLength(1);
  });
});

describe('what is there', () => {
  it.each([
    ['tested', 'if (!session?.user) throw new Error();\n', 'session?.user?.id'],
    ['redirected', "if (!session) redirect('/login');\n", 'session?.user?.id'],
    ['thrown by a read', '', 'session!.user!.id'],
    ['a default', '', "session?.user?.id ?? ''"],
    ['tested in place', '', "session ? session.user.id : 'nobody'"],
    ['by a constant', 'const me = session?.user?.id;\nif (!me) return [];\n', 'me'],
    ['a comparison', 'const me = session?.user?.id;\nif (me === undefined) return notFound();\n', 'me'],
    ['a type', "const me = session?.user?.id;\nif (typeof me !== 'string') return [];\n", 'me'],
    ['another comparison', 'if (session?.user?.id !== id) return [];\n', 'session?.user?.id'],
    ['set again', "let me = session?.user?.id;\nif (!me) me = 'guest';\n", 'me'],
    ['an assertion', 'const me = session?.user?.id;\nassert(me);\n', 'me'],
    ['a helper that throws', 'const me = session?.user?.id;\nneed(me);\n', 'me'],
    [
      'a switch of the operator',
      'const isSignedIn = !!session?.user;\nif (!isSignedIn) return [];\n',
      'session?.user?.id',
    ],
    ['explicitly left out', '', 'id ? session!.user.id : undefined'],
  ])('of the session: %s', async (_, before, value) => {
    const more = "function need(x: unknown) { if (!x) throw new Error('missing'); }";
    expect(
      await said(`${SESSION}${before}return prisma.post.findMany({ where: { authorId: ${value} } });`, {
        more,
      }),
    ).toBe('');
  });

  it.each([
    ['in a branch', 'if (post) await prisma.comment.deleteMany({ where: { postId: post?.id } });'],
    ['behind &&', 'post && (await prisma.comment.deleteMany({ where: { postId: post?.id } }));'],
    [
      'on the way',
      'console.log(post!.title);\nawait prisma.comment.deleteMany({ where: { postId: post?.id } });',
    ],
    [
      'continued',
      'for (const one of [1]) { if (!post) continue; await prisma.comment.deleteMany({ where: { postId: post?.id } }); }',
    ],
    [
      'a try',
      'try { if (!post) throw new Error(); await prisma.comment.deleteMany({ where: { postId: post?.id } }); } catch { return null; }',
    ],
    [
      'nobody left',
      'if (post === null) notFound();\nawait prisma.comment.deleteMany({ where: { postId: post?.id } });',
    ],
    [
      'a closure',
      'if (!post) return;\nawait Promise.all([1].map(() => prisma.comment.deleteMany({ where: { postId: post?.id } })));',
    ],
    [
      'a unique key that throws',
      'await prisma.post.update({ where: { id: post?.id }, data: { title: id } });',
    ],
    [
      'a part of a compound key',
      "await prisma.account.delete({ where: { provider_providerAccountId: { provider: 'x', providerAccountId: post?.id! } } });",
    ],
    [
      'in a list, where Prisma throws',
      'await prisma.post.deleteMany({ where: { id: { in: [post?.id!] } } });',
    ],
    [
      'alone in a branch of OR',
      'return prisma.post.findMany({ where: { OR: [{ id: post?.id }, { slug: id }] } });',
    ],
    ['none', 'return prisma.post.findMany({ where: { comments: { none: { id: post?.id } } } });'],
    [
      'an optional spread',
      'return prisma.post.findMany({ where: { ...(post && { authorId: post.authorId }) } });',
    ],
    [
      'a row that must be there',
      'const own = await prisma.post.findUniqueOrThrow({ where: { id } });\nawait prisma.comment.deleteMany({ where: { postId: own?.id } });',
    ],
  ])('of a row: %s', async (_, body) => {
    expect(await said(`const post = await prisma.post.findUnique({ where: { id } });\n${body}`)).toBe('');
  });

  it.each([
    [
      'a list whose length was tested',
      'const all = await prisma.post.findMany({ take: 9 });\nif (all.length === 0) return;\nawait prisma.comment.deleteMany({ where: { postId: all[0]?.id, authorId: all.at(-1)?.authorId } });',
    ],
    [
      'a queue',
      'const todo: string[] = [id];\nwhile (todo.length > 0) {\n  const next = todo.pop();\n  await prisma.comment.deleteMany({ where: { postId: next } });\n}',
    ],
    [
      'a map that has it',
      'const ids = new Map<string, string>();\nif (ids.has(id)) await prisma.comment.deleteMany({ where: { postId: ids.get(id) } });',
    ],
    [
      'a variable that the env module validates',
      'await prisma.post.deleteMany({ where: { authorId: process.env.AUTH_SECRET } });',
    ],
    [
      'an alternative of a union',
      "const input = schema.parse(id);\nif (input.type === 'post') await prisma.post.deleteMany({ where: { slug: input.slug } });",
    ],
  ])('of lists and schemas: %s', async (_, body) => {
    const more = `const schema = z.discriminatedUnion('type', [
      z.object({ type: z.literal('post'), slug: z.string() }),
      z.object({ type: z.literal('other') }),
    ]);`;
    expect(await said(body, { more })).toBe('');
  });

  it('behind a guard of its own that another reading of the session follows', async () => {
    const guarded = `
      //- lib/guards.ts
      import { auth } from '@/auth';
      export async function requireUser() {
        const session = await auth();
        if (!session?.user) throw new Error('Unauthorized');
        return session.user;
      }
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      export const postsOf = (authorId: string) => prisma.post.findMany({ where: { authorId }, take: 20 });
      //- lib/actions/post.actions.ts
      'use server';
      import { auth } from '@/auth';
      import { prisma } from '@/lib/db';
      import { requireUser } from '@/lib/guards';
      import { postsOf } from '@/lib/services/post.service';
      export async function clear() {
        await requireUser();
        const session = await auth();
        await postsOf(session?.user?.id as string);
        await prisma.post.deleteMany({ where: { authorId: session?.user?.id } });
      }
    `;
    expectSilent(await openFixture(guarded), RULE);
    const open = await openFixture(guarded.replace('await requireUser();\n', '\n'));
    expect(findings(open, RULE)).toHaveLength(2);
  });

  it('behind the guards of all callers', async () => {
    const services = `
      //- lib/services/post.service.ts
      import { auth } from '@/auth';
      import { prisma } from '@/lib/db';
      export async function mine() {
        const session = await auth();
        return prisma.post.findMany({ where: { authorId: session?.user?.id }, take: 20 });
      }
      //- app/mine/page.tsx
      import { redirect } from 'next/navigation';
      import { auth } from '@/auth';
      import { mine } from '@/lib/services/post.service';
      export default async function Page() {
        const session = await auth();
        if (!session) redirect('/login');
        return <p>{(await mine()).length}</p>;
      }
    `;
    expectSilent(await openFixture(services), RULE);
    const fixture = await openFixture(`${services}
      //- app/open/page.tsx
      import { mine } from '@/lib/services/post.service';
      export default async function Page() {
        return <p>{(await mine()).length}</p>;
      }
    `);
    expect(findings(fixture, RULE).map(({ file }) => file)).toEqual(['lib/services/post.service.ts']);
  });

  it('what nobody can know, and null', async () => {
    expect(
      await said('await prisma.post.deleteMany({ where: { authorId: input?.id } });', {
        params: 'input: Input',
      }),
    ).toBe('');
    expect(await said('await prisma.post.deleteMany({ where: { authorId: id } });')).toBe('');
    expect(
      await said("return prisma.post.findMany({ where: { slug: params.get('slug')! } });", {
        params: 'params: URLSearchParams',
      }),
    ).toBe('');
    expect(
      await said(
        'const user = await other();\nreturn prisma.post.findMany({ where: { authorId: user?.id } });',
        {
          more: "import { other } from 'elsewhere';",
        },
      ),
    ).toBe('');
    expect(
      await said("await prisma.post.deleteMany({ where: { authorId: id ?? 'x', slug: '' + id } });", {
        params: 'id?: string',
      }),
    ).toBe('');
    expect(
      await said('await prisma.post.deleteMany({ where: { authorId: id } });', {
        params: "id: string = 'x'",
      }),
    ).toBe('');
  });

  it('tools and the browser are not looked at', async () => {
    const body =
      "import { prisma } from '@/lib/db';\nexport const go = (slug?: string) => prisma.post.deleteMany({ where: { slug } });";
    expectSilent(await openFixture({ 'prisma/seed.ts': body, 'scripts/clean.ts': body }), RULE);
  });
});

const strict = `
  //- prisma/schema.prisma
  generator client {
    provider        = "prisma-client"
    output          = "../lib/generated/prisma"
    previewFeatures = ["strictUndefinedChecks"]
  }
  datasource db {
    provider = "postgresql"
  }
  model User {
    id    String @id
    posts Post[]
  }
  model Post {
    id       String @id
    status   String
    authorId String
    author   User   @relation(fields: [authorId], references: [id])
  }
`;

describe('with strictUndefinedChecks', () => {
  it('Prisma throws: only optional filters are worth a word, and are skipped', async () => {
    const fixture = await openFixture(`${strict}
      //- lib/services/post.service.ts
      import { auth } from '@/auth';
      import { prisma } from '@/lib/db';

      export async function mine() {
        const session = await auth();
        return prisma.post.findMany({ where: { authorId: session?.user?.id }, take: 20 });
      }

      export const search = (status?: string) => prisma.post.findMany({ where: { status }, take: 20 });
      //                                                                         ^^^^^^ no-undefined-filter hint
      //- lib/services/user.service.ts
      import { Prisma } from '@/lib/generated/prisma/client';
      import { prisma } from '@/lib/db';

      export const find = (id?: string) => prisma.user.count({ where: { id: { equals: id } } });
      //                                                                ^^ no-undefined-filter hint
    `);
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['strict', 'strict']);
    expectFixed(
      fixture,
      RULE,
      `
      //- lib/services/post.service.ts
      import { auth } from '@/auth';
      import { prisma } from '@/lib/db';
      import { Prisma } from '@/lib/generated/prisma/client';

      export async function mine() {
        const session = await auth();
        return prisma.post.findMany({ where: { authorId: session?.user?.id }, take: 20 });
      }

      export const search = (status?: string) => prisma.post.findMany({ where: { status: status ?? Prisma.skip }, take: 20 });
      //- lib/services/user.service.ts
      import { Prisma } from '@/lib/generated/prisma/client';
      import { prisma } from '@/lib/db';

      export const find = (id?: string) => prisma.user.count({ where: { id: { equals: id ?? Prisma.skip } } });
    `,
      { all: true },
    );
  });
});

describe('the fix stops before the query', () => {
  /** The text of one file after all its fixes. */
  async function fixed(path: string, before: string, after: string): Promise<void> {
    const fixture = await openFixture({ [path]: before });
    expectFixed(fixture, RULE, { [path]: after }, { all: true });
  }

  it('in a route, an action, a page and a service, in their own manner', async () => {
    await fixed(
      'app/api/posts/route.ts',
      "import { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\n\nexport async function GET() {\n  const session = await auth();\n  const posts = await prisma.post.findMany({\n    where: { authorId: session?.user?.id as string },\n    take: 20,\n  });\n  return Response.json(posts);\n}\n",
      "import { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\n\nexport async function GET() {\n  const session = await auth();\n  if (!session?.user?.id) return Response.json({ error: { message: 'Unauthorized' } }, { status: 401 });\n  const posts = await prisma.post.findMany({\n    where: { authorId: session?.user?.id as string },\n    take: 20,\n  });\n  return Response.json(posts);\n}\n",
    );
    await fixed(
      'lib/actions/post.actions.ts',
      "'use server';\nimport { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\n\nexport async function publish() {\n  const session = await auth();\n  const authorId = session?.user?.id;\n  await prisma.post.updateMany({ where: { authorId }, data: { published: true } });\n  return { success: true };\n}\n",
      "'use server';\nimport { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\n\nexport async function publish() {\n  const session = await auth();\n  const authorId = session?.user?.id;\n  if (!authorId) return { success: false, error: { message: 'Unauthorized' } };\n  await prisma.post.updateMany({ where: { authorId }, data: { published: true } });\n  return { success: true };\n}\n",
    );
    await fixed(
      'app/posts/[slug]/page.tsx',
      "import { prisma } from '@/lib/db';\n\nexport default async function Page({ params }: { params: Promise<{ slug: string }> }) {\n  const { slug } = await params;\n  const post = await prisma.post.findUnique({ where: { slug } });\n  const comments = await prisma.comment.findMany({ where: { postId: post?.id }, take: 20 });\n  return <p>{comments.length}</p>;\n}\n",
      "import { notFound } from 'next/navigation';\nimport { prisma } from '@/lib/db';\n\nexport default async function Page({ params }: { params: Promise<{ slug: string }> }) {\n  const { slug } = await params;\n  const post = await prisma.post.findUnique({ where: { slug } });\n  if (!post?.id) notFound();\n  const comments = await prisma.comment.findMany({ where: { postId: post?.id }, take: 20 });\n  return <p>{comments.length}</p>;\n}\n",
    );
    await fixed(
      'lib/services/post.service.ts',
      "import { prisma } from '@/lib/db';\n\nexport async function removeDemo() {\n  await prisma.post.deleteMany({ where: { authorId: process.env.DEMO_USER } });\n}\n",
      "import { prisma } from '@/lib/db';\n\nexport async function removeDemo() {\n  if (!process.env.DEMO_USER) throw new Error('process.env.DEMO_USER is not set');\n  await prisma.post.deleteMany({ where: { authorId: process.env.DEMO_USER } });\n}\n",
    );
  });

  it('before the call of a service', async () => {
    const service =
      "import { prisma } from '@/lib/db';\n\nexport const postsOf = (authorId: string) => prisma.post.findMany({ where: { authorId }, take: 20 });\n";
    const before =
      "import { auth } from '@/auth';\nimport { postsOf } from '@/lib/services/post.service';\n\nexport default async function Page() {\n  const session = await auth();\n  const posts = await postsOf(session?.user?.id as string);\n  return <p>{posts.length}</p>;\n}\n";
    const fixture = await openFixture({ 'lib/services/post.service.ts': service, 'app/page.tsx': before });
    expectFixed(fixture, RULE, {
      'app/page.tsx': before
        .replace('import { auth }', "import { redirect } from 'next/navigation';\nimport { auth }")
        .replace('  const posts', "  if (!session?.user?.id) redirect('/login');\n  const posts"),
    });
  });

  it('keeps what is computed in a constant', async () => {
    await fixed(
      'lib/services/post.service.ts',
      "import { prisma } from '@/lib/db';\n\nexport async function clear(slugs: { slug: string; id: string }[], slug: string) {\n  await prisma.comment.deleteMany({ where: { postId: slugs.find((one) => one.slug === slug)?.id } });\n}\n",
      "import { prisma } from '@/lib/db';\n\nexport async function clear(slugs: { slug: string; id: string }[], slug: string) {\n  const postId = slugs.find((one) => one.slug === slug)?.id;\n  if (!postId) throw new Error('Not found');\n  await prisma.comment.deleteMany({ where: { postId } });\n}\n",
    );
  });

  it('is refused where nothing could stop', async () => {
    const fixture = await openFixture(`
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';
      export const clear = (slug?: string) => prisma.post.deleteMany({ where: { slug } });
    `);
    expect(refusal(fixture, { rule: RULE })).toContain('no block body');
  });
});
