import { describe, expect, it } from 'vitest';
import { expectFixed, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';

const RULE = 'action-order';

const file = (body: string): string => `
  //- lib/actions/post.actions.ts
  'use server';
  import { revalidatePath, revalidateTag, updateTag } from 'next/cache';
  import { auth } from '@/auth';
  import { requireUser } from '@/lib/guards';
  import { prisma } from '@/lib/db';
  import { schema } from '@/lib/validations/post';
  import { closePost, refreshAll, removePost } from '@/lib/services/post.service';
  export async function save(id: string, title: string) {
${body}
  }
`;

const helpers = `
  //- lib/services/post.service.ts
  import { revalidatePath } from 'next/cache';
  import { prisma } from '@/lib/db';
  export async function removePost(id: string) {
    await prisma.post.delete({ where: { id } });
  }
  export async function closePost(id: string) {
    await prisma.post.update({ where: { id }, data: { published: false } });
    revalidatePath('/posts');
  }
  export function refreshAll() {
    revalidatePath('/');
  }
  //- lib/guards.ts
  import { auth } from '@/auth';
  export async function requireUser() {
    const session = await auth();
    if (!session?.user) throw new Error('Sign in first');
    return session.user;
  }
  //- lib/validations/post.ts
  import { z } from 'zod';
  export const schema = z.object({ title: z.string() });
`;

async function said(body: string): Promise<string> {
  const fixture = await openFixture(`${file(`    ${body}`).trimEnd()}${helpers}`);
  return findings(fixture, RULE)
    .map((found) => {
      const text = fixture.engine.text(found.file)?.slice(found.start, found.end) ?? '';
      return `${text} ${messageId(found)}${found.severity === 'warning' ? '' : ` ${found.severity}`}`;
    })
    .join(', ');
}

const GUARD = 'const session = await auth(); if (!session?.user) return;';
const UPDATE = 'await prisma.post.update({ where: { id }, data: { title } });';
const READ = 'const post = await prisma.post.findUnique({ where: { id } });';

describe('out of order', () => {
  it.each([
    ['a write before the guard', `${UPDATE} ${GUARD}`, 'update writeFirst'],
    ['a write of a service', `await removePost(id); ${GUARD}`, 'removePost writeFirst'],
    ['a write in a condition', `if (title) { ${UPDATE} } ${GUARD}`, 'update writeFirst'],
    [
      'a write in a try block',
      `try { ${UPDATE} ${GUARD} } catch (error) { throw error; }`,
      'update writeFirst',
    ],
    [
      'raw SQL',
      `await prisma.$executeRaw\`UPDATE "Post" SET "title" = \${title} WHERE id = \${id}\`; ${GUARD}`,
      '$executeRaw writeFirst',
    ],
    [
      'a write whose owner is compared afterwards',
      'const post = await prisma.post.update({ where: { id }, data: { title } }); const session = await auth(); if (session?.user?.id !== post.authorId) return;',
      'update writeFirst',
    ],
    ['private data before the guard', `${READ} ${GUARD} return post;`, 'findUnique readFirst info'],
    ['a mark before the write', `${GUARD} revalidatePath('/'); ${UPDATE}`, 'revalidatePath staleAgain'],
    ['a tag before the write', `${GUARD} updateTag('posts'); ${UPDATE}`, 'updateTag staleAgain'],
    [
      'a mark before a service that writes',
      `${GUARD} revalidatePath('/'); await removePost(id);`,
      'revalidatePath staleAgain',
    ],
    ['a mark by a function', `${GUARD} refreshAll(); ${UPDATE}`, 'refreshAll staleAgain'],
    [
      'a mark between two writes',
      `${GUARD} ${UPDATE} revalidatePath('/'); await prisma.comment.deleteMany({ where: { postId: id } });`,
      'revalidatePath staleAgain',
    ],
    [
      'a mark in the transaction',
      `${GUARD} await prisma.$transaction(async (tx) => { await tx.post.delete({ where: { id } }); revalidatePath('/'); });`,
      'revalidatePath inTransaction',
    ],
    [
      'a check before the validation',
      `${GUARD} const parsed = schema.safeParse({ title }); if (!parsed.success) return; ${UPDATE}`,
      'auth guardFirst hint',
    ],
  ])('%s', async (_, body, expected) => {
    expect(await said(body)).toBe(expected);
  });

  it.each([
    ['writeFirst', `${UPDATE} ${GUARD}`],
    ['readFirst', `${READ} ${GUARD}`],
    ['staleAgain', `${GUARD} revalidatePath('/'); ${UPDATE}`],
    [
      'inTransaction',
      `${GUARD} await prisma.$transaction(async (tx) => { await tx.post.delete({ where: { id } }); refreshAll(); });`,
    ],
    ['guardFirst', `${GUARD} schema.safeParse({ title });`],
  ])('the message %s', async (message, body) => {
    expect((await said(body)).split(' ')[1]).toBe(message);
  });
});

describe('in order', () => {
  it.each([
    [
      'validate, check, write, mark',
      `const parsed = schema.safeParse({ title }); if (!parsed.success) return; ${GUARD} ${UPDATE} revalidatePath('/');`,
    ],
    ['a guard that throws', `await requireUser(); ${UPDATE} revalidatePath('/');`],
    [
      'a later write that tells of itself',
      `${GUARD} ${UPDATE} revalidateTag('posts', 'max'); void closePost(id);`,
    ],
    [
      'a mark after each write',
      `${GUARD} ${UPDATE} revalidatePath('/'); await prisma.comment.deleteMany({ where: { postId: id } }); revalidatePath('/posts');`,
    ],
    [
      'marks on branches',
      `${GUARD} if (title) { ${UPDATE} revalidatePath('/'); return; } await removePost(id); revalidatePath('/');`,
    ],
    ['either branch', `${GUARD} if (title) { revalidatePath('/'); } else { ${UPDATE} revalidatePath('/'); }`],
    [
      'an early return',
      `if (!title) { await prisma.comment.deleteMany({ where: { postId: id } }); return; } ${GUARD}`,
    ],
    [
      'public data before the guard',
      `const user = await prisma.user.findUnique({ where: { id } }); ${GUARD} return user;`,
    ],
    [
      'a session that strangers need not have',
      `${READ} const session = await auth(); const authorId = session?.user ? session.user.id : 'guest'; await prisma.comment.create({ data: { text: title, postId: id, authorId } });`,
    ],
    ['no guard at all', `${UPDATE} revalidatePath('/');`],
    ['a session that is not tested', `${UPDATE} const session = await auth(); return session?.user?.name;`],
    [
      'a mark after the transaction',
      `${GUARD} await prisma.$transaction(async (tx) => { await tx.post.delete({ where: { id } }); }); revalidatePath('/');`,
    ],
    [
      'a function that marks its own write',
      `${GUARD} await closePost(id); await prisma.comment.deleteMany({ where: { postId: id } });`,
    ],
    ['a mark with no write behind it', `${GUARD} revalidatePath('/');`],
    ['a read behind the mark', `${GUARD} ${UPDATE} revalidatePath('/'); return prisma.post.count();`],
    ['a count before the guard', `const posts = await prisma.verification.count(); ${GUARD} return posts;`],
  ])('%s', async (_, body) => {
    expect(await said(body)).toBe('');
  });
});

describe('fixes', () => {
  const fixed = async (before: string, after: string, recipe?: string): Promise<void> => {
    expectFixed(
      await openFixture(`${file(before).trimEnd()}${helpers}`),
      RULE,
      file(after),
      recipe === undefined ? {} : { recipe },
    );
  };

  it('check-first takes the session and its test up', async () => {
    const create = "await prisma.post.create({ data: { title, slug: title, authorId: 'guest' } });";
    await fixed(
      `    ${create}\n    const session = await auth();\n    if (!session?.user) {\n      return;\n    }\n    revalidatePath('/');`,
      `    const session = await auth();\n    if (!session?.user) {\n      return;\n    }\n    ${create}\n    revalidatePath('/');`,
    );
  });

  it('move-behind puts a mark behind the write, and behind the transaction', async () => {
    const guard = '    const session = await auth();\n    if (!session?.user) return;\n';
    await fixed(
      `${guard}    revalidatePath('/');\n    ${UPDATE}`,
      `${guard}    ${UPDATE}\n    revalidatePath('/');`,
      'move-behind',
    );
    await fixed(
      `${guard}    await prisma.$transaction(async (tx) => {\n      await tx.post.delete({ where: { id } });\n      revalidatePath('/');\n    });`,
      `${guard}    await prisma.$transaction(async (tx) => {\n      await tx.post.delete({ where: { id } });\n    });\n    revalidatePath('/');`,
      'move-behind',
    );
  });

  it('is refused where data decides the order', async () => {
    const why = async (body: string, recipe: string): Promise<string | undefined> =>
      refusal(await openFixture(`${file(`    ${body}`).trimEnd()}${helpers}`), { rule: RULE, recipe });
    expect(
      await why(
        'const post = await prisma.post.update({ where: { id }, data: { title } }); const session = await auth(); if (session?.user?.id !== post.authorId) return;',
        'check-first',
      ),
    ).toContain('needs what is read before it');
    expect(
      await why(
        `${GUARD} revalidatePath('/'); return prisma.post.update({ where: { id }, data: { title } });`,
        'move-behind',
      ),
    ).toContain('returned at once');
  });
});
