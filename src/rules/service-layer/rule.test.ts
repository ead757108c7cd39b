import { describe, expect, it } from 'vitest';
import {
  applyFix,
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'service-layer';

/** A project that has a service layer. */
const services = `
  //- lib/services/user.service.ts
  import { prisma } from '@/lib/db';
  export const countUsers = () => prisma.user.findMany({ take: 1 });
  //- lib/services/comment.service.ts
  import { prisma } from '@/lib/db';
  export const firstComment = () => prisma.comment.findFirst();
  //- lib/services/account.service.ts
  import { prisma } from '@/lib/db';
  export const firstAccount = () => prisma.account.findFirst();
`;

describe('where queries stand', () => {
  it.each([
    [
      'a page',
      'app/p/page.tsx',
      'export default async function P() { await prisma.post.findFirst(); return null; }',
    ],
    [
      'a layout',
      'app/p/layout.tsx',
      'export default async function L() { await prisma.post.count(); return null; }',
    ],
    [
      'metadata of a page',
      'app/p/page.tsx',
      'export async function generateMetadata() { await prisma.post.findFirst(); return {}; }\nexport default () => null;',
    ],
    [
      'a route handler',
      'app/api/p/route.ts',
      "export async function DELETE() { await prisma.post.delete({ where: { id: 'a' } }); }",
    ],
    [
      'a handler of the pages router',
      'pages/api/p.ts',
      'export default async function handler() { await prisma.post.findFirst(); }',
    ],
    [
      'an action file',
      'lib/actions/p.ts',
      "'use server';\nexport async function a() { await prisma.post.create({ data: {} }); }",
    ],
    [
      'a component',
      'components/list.tsx',
      'export async function List() { return <p>{await prisma.post.count()}</p>; }',
    ],
    [
      'a helper in a route file',
      'app/api/p/route.ts',
      'const load = () => prisma.post.findFirst();\nexport const GET = async () => Response.json(await load());',
    ],
    [
      'a batch',
      'app/api/p/route.ts',
      'export async function POST() { await prisma.$transaction([prisma.post.findFirst(), prisma.user.findFirst()]); }',
    ],
    [
      'raw SQL',
      'app/api/p/route.ts',
      'export const GET = async () => Response.json(await prisma.$queryRaw`SELECT id FROM "Post" LIMIT 1`);',
    ],
  ])('%s is a warning where there are services', async (_, file, code) => {
    const directive = /^'use server';\n/.exec(code)?.[0] ?? '';
    const text = `${directive}import { prisma } from '@/lib/db';\n${code.slice(directive.length)}\n`;
    const fixture = await openFixture(`${services}`);
    fixture.engine.update([{ file, text }]);
    fixture.engine.index(Infinity, () => 0);
    expect(findings(fixture, RULE).map((found) => `${found.file} ${found.severity}`)).toEqual([
      `${file} warning`,
    ]);
  });

  it('is a hint where there are none', async () => {
    const fixture = await openFixture(`
      //- app/p/page.tsx
      import { prisma } from '@/lib/db';
      export default async function Page() {
        await prisma.post.findMany({ take: 1 });
        //                ^^^^^^^^ service-layer hint
        return null;
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('is a hint where pages outnumber services', async () => {
    const fixture = await openFixture(`
      //- lib/services/user.service.ts
      import { prisma } from '@/lib/db';
      export const users = () => prisma.user.findMany({ take: 1 });
      //- app/p/page.tsx
      import { prisma } from '@/lib/db';
      export default async function Page() {
        await prisma.post.findMany({ take: 1 });
        //                ^^^^^^^^ service-layer hint
        return null;
      }
      //- app/q/page.tsx
      import { prisma as db } from '@/lib/db';
      export default async function Page() {
        await db.post.findMany({ take: 1 });
        //            ^^^^^^^^ service-layer hint
        return null;
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('is a warning where the configuration names the services', async () => {
    const fixture = await openFixture(`
      //- backend-specialist.config.json
      { "conventions": { "services": ["core"] } }
      //- core/posts.ts
      import { prisma } from '@/lib/db';
      export const posts = () => prisma.post.findMany({ take: 1 });
      //- app/p/page.tsx
      import { prisma } from '@/lib/db';
      export default async function Page() {
        await prisma.post.findMany({ take: 1 });
        //                ^^^^^^^^ service-layer warning
        return null;
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('counts a transaction once, at its name', async () => {
    const fixture = await openFixture(`${services}
      //- lib/actions/post.ts
      'use server';
      import { prisma } from '@/lib/db';
      export async function save(id: string) {
        await prisma.$transaction(async (tx) => {
          //         ^^^^^^^^^^^^ service-layer warning
          await tx.post.update({ where: { id }, data: { published: true } });
          const more = async () => tx.comment.findFirst();
          await more();
        });
        await prisma.comment.findFirst();
        //                   ^^^^^^^^^ service-layer warning
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('lets actions run transactions where an option says so', async () => {
    const fixture = await openFixture(`${services}
      //- backend-specialist.config.json
      { "rules": { "service-layer": ["warning", { "allowTransactions": true }] } }
      //- lib/actions/post.ts
      'use server';
      import { prisma } from '@/lib/db';
      export async function save(id: string) {
        await prisma.$transaction(async (tx) => {
          await tx.post.update({ where: { id }, data: { published: true } });
        });
        await prisma.comment.findFirst();
        //                   ^^^^^^^^^ service-layer warning
      }
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('sees a client that a context carries', async () => {
    const fixture = await openFixture(`${services}
      //- app/api/p/route.ts
      export const GET = async (_: Request, ctx: Context) => Response.json(await ctx.db.post.findFirst());
      //                                                                                     ^^^^^^^^^ service-layer warning
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('sees through re-exports and namespaces', async () => {
    const fixture = await openFixture(`${services}
      //- lib/index.ts
      export { prisma as database } from './db';
      //- src-free/none.ts
      export {};
      //- app/api/p/route.ts
      import * as lib from '@/lib/index';
      export const GET = async () => Response.json(await lib.database.post.findFirst());
      //                                                                   ^^^^^^^^^ service-layer warning
    `);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('goes on while a file does not parse', async () => {
    const fixture = await openFixture(`${services}
      //- app/api/p/route.ts
      import { prisma } from '@/lib/db';
      export const GET = async () => Response.json(await prisma.post.findFirst());
      //                                                             ^^^^^^^^^ service-layer warning
      export const POST = async (
    `);
    expectFindings(fixture, { rules: [RULE] });
  });
});

describe('silent', () => {
  it.each([
    ['services', 'lib/services/p.ts', 'export const a = () => prisma.post.findFirst();'],
    ['repositories', 'lib/repositories/p.ts', 'export const a = () => prisma.post.findFirst();'],
    ['data access files', 'data/p.ts', 'export const a = () => prisma.post.findFirst();'],
    [
      'service classes',
      'lib/post.service.ts',
      'export class Posts { static a() { return prisma.post.findFirst(); } }',
    ],
    [
      'services that are actions',
      'services/p.ts',
      "'use server';\nexport async function a() { return prisma.post.findFirst(); }",
    ],
    ['helper modules', 'lib/posts.ts', 'export const a = () => prisma.post.findFirst();'],
    [
      'handlers of an auth library',
      'pages/api/auth/[...nextauth].ts',
      'export const authOptions = { callbacks: { jwt: () => prisma.user.findFirst() } };',
    ],
    ['the auth module', 'auth.config.ts', 'export const a = { jwt: () => prisma.user.findFirst() };'],
    ['seeds', 'prisma/seed.ts', 'await prisma.post.findFirst();'],
    ['scripts', 'scripts/fix.ts', 'await prisma.post.findFirst();'],
    ['tests', 'app/p/page.test.tsx', 'test("a", () => prisma.post.findFirst());'],
    [
      'health checks',
      'app/api/health/route.ts',
      'export const GET = async () => { await prisma.$queryRaw`SELECT 1`; };',
    ],
    [
      'other things called so',
      'app/api/p/route.ts',
      "const posts = new Map(); export const GET = () => { posts.delete('a'); };",
    ],
  ])('%s', async (_, file, code) => {
    const directive = /^'use server';\n/.exec(code)?.[0] ?? '';
    const fixture = await openFixture({
      [file]: `${directive}import { prisma } from '@/lib/db';\n${code.slice(directive.length)}\n`,
    });
    expectSilent(fixture, RULE);
  });
});

describe('extract to a service function', () => {
  it('makes parameters of what is captured, typed by annotation', async () => {
    const fixture = await openFixture(`
      //- app/api/posts/[slug]/route.ts
      import { prisma } from '@/lib/db';

      export async function GET(request: Request, { params }: { params: Promise<{ slug: string }> }) {
        const { slug } = await params;
        const take = Number(new URL(request.url).searchParams.get('take'));
        return Response.json(
          await prisma.post.findMany({
            where: { slug, published: true },
            take: Math.min(take, 100),
            orderBy: { id: 'asc' },
          }),
        );
      }
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- app/api/posts/[slug]/route.ts
      import { listPostsBySlug } from '@/lib/services/post.service';

      export async function GET(request: Request, { params }: { params: Promise<{ slug: string }> }) {
        const { slug } = await params;
        const take = Number(new URL(request.url).searchParams.get('take'));
        return Response.json(
          await listPostsBySlug(slug, take),
        );
      }
      //- lib/services/post.service.ts
      import { cache } from 'react';
      import { prisma } from '@/lib/db';

      export const listPostsBySlug = cache((slug: string, take: number) =>
        prisma.post.findMany({
          where: { slug, published: true },
          take: Math.min(take, 100),
          orderBy: { id: 'asc' },
        }),
      );
      `,
    );
  });

  it('knows the session, leaves forms and parses to the caller', async () => {
    const fixture = await openFixture(`
      //- lib/actions/post.ts
      'use server';

      import { revalidatePath } from 'next/cache';
      import { auth } from '@/auth';
      import { prisma } from '@/lib/db';
      import { titleSchema } from '@/lib/validations/title';

      export async function rename(formData: FormData) {
        const session = await auth();
        if (!session?.user) return;
        await prisma.post.updateMany({
          where: { authorId: session.user.id, id: String(formData.get('id')) },
          data: { title: titleSchema.parse(formData.get('title')) },
        });
        revalidatePath('/posts');
      }
      //- lib/validations/title.ts
      import { z } from 'zod';
      export const titleSchema = z.string().min(1);
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- lib/actions/post.ts
      'use server';

      import { revalidatePath } from 'next/cache';
      import { auth } from '@/auth';
      import { updatePostsTitle } from '@/lib/services/post.service';
      import { titleSchema } from '@/lib/validations/title';

      export async function rename(formData: FormData) {
        const session = await auth();
        if (!session?.user) return;
        await updatePostsTitle(session.user.id, String(formData.get('id')), titleSchema.parse(formData.get('title')));
        revalidatePath('/posts');
      }
      //- lib/services/post.service.ts
      import type { z } from 'zod';
      import { prisma } from '@/lib/db';
      import type { titleSchema } from '@/lib/validations/title';

      export function updatePostsTitle(authorId: string, id: string, title: z.infer<typeof titleSchema>) {
        return prisma.post.updateMany({
          where: { authorId, id },
          data: { title },
        });
      }
      `,
    );
  });

  it('adds to the module of the model, in its style, and names it apart', async () => {
    const fixture = await openFixture(`
      //- app/posts/[id]/page.tsx
      import { prisma } from '@/lib/db';
      import { notFound } from 'next/navigation';

      export default async function Page({ params }: { params: Promise<{ id: string }> }) {
        const post = await prisma.post.findUnique({ where: { id: (await params).id }, include: { author: true } });
        if (!post) notFound();
        return <h1>{post.title}</h1>;
      }
      //- src-less.ts
      export {};
      //- lib/services/posts.ts
      import { prisma } from "../db"

      export async function getPost(slug: string) {
        return prisma.post.findUnique({ where: { slug } })
      }
      //- lib/services/users.ts
      import { prisma } from "../db"

      export async function getUser(id: string) {
        return prisma.user.findUnique({ where: { id } })
      }
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- app/posts/[id]/page.tsx
      import { notFound } from 'next/navigation';
      import { getPost2 } from '@/lib/services/posts';

      export default async function Page({ params }: { params: Promise<{ id: string }> }) {
        const post = await getPost2((await params).id);
        if (!post) notFound();
        return <h1>{post.title}</h1>;
      }
      //- lib/services/posts.ts
      import { cache } from "react"
      import { prisma } from "../db"

      export async function getPost(slug: string) {
        return prisma.post.findUnique({ where: { slug } })
      }

      export const getPost2 = cache((id: string) =>
        prisma.post.findUnique({ where: { id }, include: { author: true } }),
      )
      `,
    );
  });

  it('imports the same function when there is one', async () => {
    const fixture = await openFixture(`
      //- app/posts/[id]/page.tsx
      import { prisma } from '@/lib/db';

      export default async function Page({ params }: { params: Promise<{ id: string }> }) {
        const { id } = await params;
        const post = await prisma.post.findUnique({ where: { id } });
        return <h1>{post?.title}</h1>;
      }
      //- lib/services/post.service.ts
      import { cache } from 'react';
      import { prisma } from '@/lib/db';

      export const getPost = cache(async (id: string) =>
        prisma.post.findUnique({ where: { id } }),
      );
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- app/posts/[id]/page.tsx
      import { getPost } from '@/lib/services/post.service';

      export default async function Page({ params }: { params: Promise<{ id: string }> }) {
        const { id } = await params;
        const post = await getPost(id);
        return <h1>{post?.title}</h1>;
      }
      `,
    );
  });

  it('moves a transaction as a whole', async () => {
    const fixture = await openFixture(`
      //- lib/actions/post.ts
      'use server';

      import { prisma } from '@/lib/db';

      export async function publish(id: string, note?: string) {
        await prisma.$transaction(async (tx) => {
          const post = await tx.post.update({ where: { id }, data: { published: true } });
          if (note) await tx.comment.create({ data: { text: note, postId: post.id, authorId: post.authorId } });
        });
      }
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- lib/actions/post.ts
      'use server';

      import { publishTransaction } from '@/lib/services/post.service';

      export async function publish(id: string, note?: string) {
        await publishTransaction(id, note);
      }
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';

      export function publishTransaction(id: string, note: string | undefined) {
        return prisma.$transaction(async (tx) => {
          const post = await tx.post.update({ where: { id }, data: { published: true } });
          if (note) await tx.comment.create({ data: { text: note, postId: post.id, authorId: post.authorId } });
        });
      }
      `,
    );
  });

  it('takes types of the client where nothing else tells them', async () => {
    const fixture = await openFixture(`
      //- app/api/posts/route.ts
      import { load } from 'some-package';
      import { prisma } from '@/lib/db';

      export async function POST() {
        const { title, content, authorId, slug } = load();
        return Response.json(await prisma.post.create({ data: { title, content, authorId, slug } }));
      }
      //- lib/services/user.service.ts
      import 'server-only';
      import type { Prisma } from '@/lib/generated/prisma/client';
      import { prisma } from '@/lib/db';

      export const users = (where: Prisma.UserWhereInput) => prisma.user.findMany({ where, take: 10 });
    `);
    expect(applyFix(fixture, { rule: RULE })['lib/services/post.service.ts']).toBe(
      [
        "import 'server-only';",
        "import { prisma } from '@/lib/db';",
        "import type { Prisma } from '@/lib/generated/prisma/client';",
        '',
        "export function createPost(title: string, content: Prisma.PostUncheckedCreateInput['content'], authorId: string, slug: string) {",
        '  return prisma.post.create({ data: { title, content, authorId, slug } });',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('all of a file, one after another', async () => {
    const fixture = await openFixture(`
      //- lib/actions/post.ts
      'use server';

      import { prisma } from '@/lib/db';

      export async function hide(id: string) {
        await prisma.post.update({ where: { id }, data: { published: false } });
      }

      export async function drop(id: string) {
        await prisma.post.delete({ where: { id } });
      }
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- lib/actions/post.ts
      'use server';

      import { deletePost, updatePostPublished } from '@/lib/services/post.service';

      export async function hide(id: string) {
        await updatePostPublished(id);
      }

      export async function drop(id: string) {
        await deletePost(id);
      }
      //- lib/services/post.service.ts
      import { prisma } from '@/lib/db';

      export function updatePostPublished(id: string) {
        return prisma.post.update({ where: { id }, data: { published: false } });
      }

      export function deletePost(id: string) {
        return prisma.post.delete({ where: { id } });
      }
      `,
      { all: true },
    );
  });

  it.each([
    [
      'arguments made elsewhere',
      'const args = { take: 1 };\nexport const GET = async () => prisma.post.findMany(args);',
      /made elsewhere/,
    ],
    [
      'constants of the file',
      'const only = { id: true };\nexport const GET = async () => prisma.post.findMany({ take: 1, select: only });',
      /type of `only`/,
    ],
    [
      'functions of the file',
      'const clean = (text: string) => text;\nexport const GET = async (r: Request) => prisma.post.findMany({ take: 1, where: r.url ? { title: clean(r.url) } : {} });',
      /type of `clean`/,
    ],
    [
      'a client that is passed in',
      'export const GET = async (r: Request, { db }: { db: typeof prisma }) => db.post.findMany({ take: 1 });',
      /not imported/,
    ],
    [
      'values of no type',
      "import { q } from 'x';\nexport const GET = async () => { const v = q(); return prisma.post.findMany({ take: 1, ...(v && { where: { title: v } }) }); };",
      /type of `v`/,
    ],
    [
      'assignments',
      'export const GET = async () => { let n = 0; await prisma.$transaction(async (tx) => { n = await tx.post.count(); await tx.post.findFirst(); }); return Response.json(n); };',
      /changes `n`/,
    ],
  ])('is refused for %s', async (_, code, reason) => {
    const fixture = await openFixture({
      'app/api/p/route.ts': `import { prisma } from '@/lib/db';\n${code}\n`,
    });
    expect(refusal(fixture, { rule: RULE })).toMatch(reason);
  });

  it('is refused for a module whose functions anyone can call', async () => {
    const fixture = await openFixture(`
      //- app/p/page.tsx
      import { prisma } from '@/lib/db';
      export default async () => <p>{await prisma.post.count()}</p>;
      //- lib/services/post.service.ts
      'use server';
      import { prisma } from '@/lib/db';
      export async function posts() { return prisma.post.findMany({ take: 1 }); }
      //- lib/services/user.service.ts
      import { prisma } from '@/lib/db';
      export async function users() { return prisma.user.findMany({ take: 1 }); }
    `);
    expect(refusal(fixture, { rule: RULE })).toMatch(/use server/);
  });
});
