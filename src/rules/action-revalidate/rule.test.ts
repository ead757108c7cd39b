import { describe, expect, it } from 'vitest';
import { expectFixed, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';

const RULE = 'action-revalidate';
const ACTIONS = 'lib/actions/post.actions.ts';
const FORM = 'components/post-form.tsx';

const HEAD = `'use server';

import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { revalidatePath, revalidateTag, updateTag, refresh } from 'next/cache';
import { prisma } from '@/lib/db';
import { signIn } from '@/auth';
`;

const SAVE = `export async function save(id: string, title: string) {
  await prisma.post.update({ where: { id }, data: { title } });
}`;

const PAGE = {
  'app/posts/[id]/page.tsx': `import { prisma } from '@/lib/db';
import { PostForm } from '@/components/post-form';

export default async function Post({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const post = await prisma.post.findUnique({ where: { id } });
  return <PostForm id={id} title={post?.title ?? ''} />;
}
`,
};

const form = (body: string, head = ''): { [file: string]: string } => ({
  [FORM]: `'use client';
import { save } from '@/lib/actions/post.actions';
${head}
export function PostForm({ id, title }: { id: string; title: string }) {
  ${body}
}
`,
});

const BUTTON = form('return <button onClick={() => save(id, title)}>Save</button>;');

const open = (code: string, more: { [file: string]: string } = {}) =>
  openFixture({ [ACTIONS]: `${HEAD}\n${code}\n`, ...PAGE, ...BUTTON, ...more });

/** Severity of the findings, with the page that they name. */
async function said(code: string, more: { [file: string]: string } = {}): Promise<string> {
  return findings(await open(code, more), RULE)
    .map((found) => `${found.severity} ${/: (\/\S*) keeps/.exec(found.message)?.[1] ?? ''}`)
    .join(', ');
}

describe('an action after which the page is stale', () => {
  it.each([
    SAVE,
    `export const save = async (id: string) => { await prisma.post.delete({ where: { id } }); };`,
    `async function store(id: string) { return prisma.post.update({ where: { id }, data: { published: true } }); }\nexport async function save(id: string) { await store(id); return { success: true }; }`,
    `export async function save(id: string, title: string) { await prisma.$transaction(async (tx) => { await tx.post.update({ where: { id }, data: { title } }); }); }`,
    `import * as services from '@/lib/services/post.service';\nexport async function save(id: string) { await services.publish(id); }`,
    `export async function save(id: string) { if (!id) redirect('/login'); await prisma.post.delete({ where: { id } }); }`,
    `export async function save(id: string) { await prisma.post.deleteMany({ where: { id } }); console.log('x'); await fetch('https://example.com'); }`,
  ])('is found: %s', async (code) => {
    const service = `import { prisma } from '@/lib/db';\nexport const publish = (id: string) => prisma.post.update({ where: { id }, data: { published: true } });\n`;
    expect(await said(code, { 'lib/services/post.service.ts': service })).toBe('warning /posts/[id]');
  });

  it.each([
    ['a form', form('return <form action={save.bind(null, id, title)}><button>Save</button></form>;')],
    [
      'a hook',
      form(
        'const [state, run] = useActionState(save, null); return <form action={run}>{String(state)}</form>;',
        "import { useActionState } from 'react';",
      ),
    ],
    [
      'state of its own',
      form(
        'const [isLoading, setLoading] = useState(false); return <button onClick={async () => { setLoading(true); await save(id, title); setLoading(false); }}>{String(isLoading)}</button>;',
        "import { useState } from 'react';",
      ),
    ],
    [
      'a list',
      form(
        'const seen: string[] = []; return <button onClick={async () => { await save(id, title); seen.push(id); }}>Save</button>;',
      ),
    ],
    [
      'a namespace',
      {
        [FORM]: `'use client';\nimport * as actions from '@/lib/actions/post.actions';\nexport const PostForm = ({ id, title }: { id: string; title: string }) => <button onClick={() => actions.save(id, title)}>Save</button>;\n`,
      },
    ],
    [
      'a barrel',
      {
        'lib/actions/index.ts': `export { save as store } from './post.actions';\n`,
        [FORM]: `'use client';\nimport { store } from '@/lib/actions';\nexport const PostForm = ({ id, title }: { id: string; title: string }) => <button onClick={() => store(id, title)}>Save</button>;\n`,
      },
    ],
  ])('is found through %s', async (_, more) => {
    expect(await said(SAVE, more)).toBe('warning /posts/[id]');
  });

  it('is found where the page includes the rows, reads them by a service, or is a layout', async () => {
    expect(
      await said(
        `export async function save(id: string, text: string) { await prisma.comment.update({ where: { id }, data: { text } }); }`,
        {
          'app/posts/[id]/page.tsx': PAGE['app/posts/[id]/page.tsx'].replace(
            'where: { id } }',
            'where: { id }, include: { comments: true } }',
          ),
        },
      ),
    ).toBe('warning /posts/[id]');
    expect(
      await said(SAVE, {
        'app/posts/[id]/page.tsx': `import { PostForm } from '@/components/post-form';\nexport default function Post() { return <PostForm id="a" title="b" />; }\n`,
        'app/(site)/posts/layout.tsx': `import { prisma } from '@/lib/db';\nimport { PostForm } from '@/components/post-form';\nexport default async function Layout() { const post = await prisma.post.findFirst(); return <PostForm id={post?.id ?? ''} title="" />; }\n`,
      }),
    ).toBe('warning /posts');
  });

  it('is found in inline actions', async () => {
    const fixture = await openFixture({
      'app/posts/page.tsx': `import { revalidatePath } from 'next/cache';
import { prisma } from '@/lib/db';

export default async function Posts() {
  const posts = await prisma.post.findMany({ take: 20 });
  async function clear() {
    'use server';
    await prisma.post.deleteMany({ where: { published: false } });
  }
  async function publish() {
    'use server';
    await prisma.post.updateMany({ where: { published: false }, data: { published: true } });
    revalidatePath('/posts');
  }
  return <form action={clear}><button formAction={publish}>{posts.length}</button></form>;
}
`,
    });
    expect(
      findings(fixture, RULE).map(
        (found) => `${found.severity} ${messageId(found)} ${found.message.slice(0, 7)}`,
      ),
    ).toEqual(['warning stale `clear`']);
  });
});

describe('weaker evidence is a hint', () => {
  it.each([
    [
      'optimistic state',
      form(
        'const [shown, add] = useOptimistic(title); return <button onClick={async () => { add(shown); await save(id, title); }}>Save</button>;',
        "import { useOptimistic } from 'react';",
      ),
    ],
    [
      'a state that is set',
      form(
        'const [post, setPost] = useState(title); return <button onClick={async () => { await save(id, title); setPost(title); }}>{post}</button>;',
        "import { useState } from 'react';",
      ),
    ],
    [
      'a list of messages that is set',
      form(
        'const [messages, setMessages] = useState([title]); return <button onClick={async () => { setMessages((all) => [...all, title]); await save(id, title); }}>{messages}</button>;',
        "import { useState } from 'react';",
      ),
    ],
    [
      'a callback of the parent',
      {
        [FORM]: `'use client';\nimport { save } from '@/lib/actions/post.actions';\nexport const PostForm = ({ id, title, onSaved }: { id: string; title: string; onSaved?: () => void }) => <button onClick={async () => { await save(id, title); onSaved?.(); }}>Save</button>;\n`,
      },
    ],
  ])('%s', async (_, more) => {
    expect(await said(SAVE, more)).toBe('hint /posts/[id]');
  });

  it('an application that never revalidates', async () => {
    const fixture = await openFixture({
      [ACTIONS]: `'use server';\n\nimport { prisma } from '@/lib/db';\n\n${SAVE}\n`,
      ...PAGE,
      ...BUTTON,
    });
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(['hint']);
  });
});

it('names a default export by its function', async () => {
  const fixture = await openFixture({
    [ACTIONS]: `${HEAD}\nexport default async function store(id: string) { await prisma.post.delete({ where: { id } }); }\n`,
    ...PAGE,
    [FORM]: `'use client';\nimport save from '@/lib/actions/post.actions';\nexport const PostForm = ({ id }: { id: string }) => <button onClick={() => save(id)}>Delete</button>;\n`,
    'lib/renew.ts': `import { revalidatePath } from 'next/cache';\nexport const renew = () => revalidatePath('/posts');\n`,
  });
  expect(findings(fixture, RULE).map(({ message }) => message.split(' ')[0])).toEqual(['`store`']);
});

describe('silent', () => {
  it.each([
    `export async function save(id: string) { await prisma.post.delete({ where: { id } }); revalidatePath('/posts'); }`,
    `export async function save(id: string) { await prisma.post.delete({ where: { id } }); revalidateTag('posts', 'max'); }`,
    `export async function save(id: string) { await prisma.post.delete({ where: { id } }); updateTag('posts'); }`,
    `export async function save(id: string) { await prisma.post.delete({ where: { id } }); refresh(); }`,
    `export async function save(id: string) { await prisma.post.delete({ where: { id } }); redirect('/posts'); }`,
    `function done() { revalidatePath('/posts'); }\nexport async function save(id: string) { await prisma.post.delete({ where: { id } }); done(); }`,
    `import { refreshEverything } from 'somewhere';\nexport async function save(id: string) { await prisma.post.delete({ where: { id } }); refreshEverything(); }`,
    `export async function save(id: string) { await prisma.post.delete({ where: { id } }); (await cookies()).set('seen', id); }`,
    `export async function save(id: string) { await prisma.post.delete({ where: { id } }); await signIn('github'); }`,
    `export async function save(id: string) { return prisma.post.findUnique({ where: { id } }); }`,
    `export async function save(text: string) { await prisma.comment.create({ data: { text, postId: 'a', authorId: 'a' } }); }`,
    `export async function save(id: string) { await prisma.post.update({ where: { id }, data: { resetToken: 'x', resetTokenExpires: new Date() } }); }`,
    `export async function save(id: string) { await prisma.post.`,
  ])('%s', async (code) => {
    expect(await said(code)).toBe('');
  });

  it.each([
    [
      'router.refresh()',
      form(
        'const router = useRouter(); return <button onClick={async () => { await save(id, title); router.refresh(); }}>Save</button>;',
        "import { useRouter } from 'next/navigation';",
      ),
    ],
    [
      'a refresh that the component is given',
      form(
        'const { refreshData } = useParent(); return <button onClick={async () => { await save(id, title); refreshData(); }}>Save</button>;',
      ),
    ],
    [
      'const { push } = useRouter()',
      form(
        "const { push } = useRouter(); return <button onClick={async () => { await save(id, title); push('/posts'); }}>Save</button>;",
        "import { useRouter } from 'next/navigation';",
      ),
    ],
    [
      'a query client',
      form(
        "const client = useQueryClient(); const { mutate } = useMutation({ mutationFn: () => save(id, title), onSuccess: () => client.invalidateQueries({ queryKey: ['posts'] }) }); return <button onClick={() => mutate()}>Save</button>;",
        "import { useMutation, useQueryClient } from '@tanstack/react-query';",
      ),
    ],
    [
      'SWR',
      form(
        "const { mutate } = useSWR('/api/posts'); return <button onClick={async () => { await save(id, title); await mutate(); }}>Save</button>;",
        "import useSWR from 'swr';",
      ),
    ],
    [
      'the location',
      form(
        "return <button onClick={async () => { await save(id, title); window.location.href = '/posts'; }}>Save</button>;",
      ),
    ],
    [
      'a hook of the project',
      {
        ...form(
          'const run = useSave(save); return <button onClick={() => run(id, title)}>Save</button>;',
          "import { useSave } from '@/hooks/use-save';",
        ),
        'hooks/use-save.ts': `'use client';\nimport { useRouter } from 'next/navigation';\nexport function useSave(action: (id: string, title: string) => Promise<void>) { const router = useRouter(); return async (id: string, title: string) => { await action(id, title); router.refresh(); }; }\n`,
      },
    ],
    ['nobody', { [FORM]: `export const PostForm = (_: { id: string; title: string }) => null;\n` }],
    [
      'server code alone',
      {
        [FORM]: `import { save } from '@/lib/actions/post.actions';\nexport async function PostForm({ id, title }: { id: string; title: string }) { await save(id, title); return null; }\n`,
      },
    ],
    [
      'a page that reads something else',
      {
        'app/posts/[id]/page.tsx': PAGE['app/posts/[id]/page.tsx']
          .replace('prisma.post.', 'prisma.user.')
          .replace('title', 'name'),
      },
    ],
    [
      'a page that reads other columns',
      {
        'app/posts/[id]/page.tsx': PAGE['app/posts/[id]/page.tsx']
          .replace('where: { id } }', 'where: { id }, select: { slug: true } }')
          .replace('post?.title', 'post?.slug'),
      },
    ],
  ])('callers with %s', async (_, more) => {
    expect(await said(SAVE, more)).toBe('');
  });
});

describe('the fix', () => {
  const after = (body: string, call: string): string =>
    `'use server';\n\nimport { revalidatePath } from 'next/cache';\nimport { prisma } from '@/lib/db';\n\n${body.replace('CALL;', `${call};`)}\n`;
  const before = (body: string): string =>
    `'use server';\n\nimport { revalidatePath } from 'next/cache';\nimport { prisma } from '@/lib/db';\n\n${body.replace(/\n *CALL;/, '')}\n`;
  const CALL = `revalidatePath('/posts/[id]', 'page')`;

  it.each([
    `export async function save(id: string, title: string) {\n  await prisma.post.update({ where: { id }, data: { title } });\n  CALL;\n  return { success: true };\n}`,
    `export async function save(id: string) {\n  try {\n    await prisma.post.delete({ where: { id } });\n    CALL;\n  } catch (error) {\n    console.error(error);\n    return { success: false };\n  }\n  return { success: true };\n}`,
    `export async function save(ids: string[]) {\n  for (const id of ids) {\n    await prisma.post.delete({ where: { id } });\n  }\n  CALL;\n}`,
    `export const save = async (id: string) => {\n  await prisma.comment.deleteMany({ where: { postId: id } });\n  await prisma.post.delete({ where: { id } });\n  CALL;\n};`,
  ])('comes after the writes: %s', async (body) => {
    const fixture = await openFixture({ [ACTIONS]: before(body), ...PAGE, ...BUTTON });
    expectFixed(fixture, RULE, { [ACTIONS]: after(body, CALL) });
  });

  it('imports once, and waits for what it hands back', async () => {
    const fixture = await openFixture({
      [ACTIONS]: `"use server"\n\nimport { prisma } from "@/lib/db"\n\nexport async function save(id: string) {\n  return prisma.post.delete({ where: { id } })\n}\n`,
      ...PAGE,
      ...BUTTON,
    });
    expectFixed(fixture, RULE, {
      [ACTIONS]: `"use server"\n\nimport { revalidatePath } from "next/cache"\nimport { prisma } from "@/lib/db"\n\nexport async function save(id: string) {\n  const result = await prisma.post.delete({ where: { id } })\n  revalidatePath("/posts/[id]", "page")\n  return result\n}\n`,
    });
  });

  it('says why not', async () => {
    expect(
      refusal(
        await open(`export const save = async (id: string) => prisma.post.delete({ where: { id } });`),
        { rule: RULE },
      ),
    ).toContain('mechanically');
  });
});
