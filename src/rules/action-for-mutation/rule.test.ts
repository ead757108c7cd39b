import { describe, expect, it } from 'vitest';
import { findings, messageId, openFixture } from '../../../test/kit/check.ts';

const RULE = 'action-for-mutation';
const ACTIONS = 'lib/actions/post.actions.ts';

async function said(files: { [file: string]: string }): Promise<string> {
  return findings(await openFixture(files), RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

const action = (code: string): string => `'use server';

import { cookies } from 'next/headers';
import { revalidatePath } from 'next/cache';
import { auth, signIn } from '@/auth';
import { prisma } from '@/lib/db';

${code}
`;

const FIND = `export async function find(title: string) {
  return prisma.post.findMany({ where: { title }, take: 20 });
}`;

const widget = (body: string, head = ''): { [file: string]: string } => ({
  'components/widget.tsx': `'use client';\nimport { find } from '@/lib/actions/post.actions';\n${head}\nexport function Widget() {\n  ${body}\n}\n`,
});

const CLICK = widget(`return <button onClick={async () => console.log(await find('a'))}>Find</button>;`);

describe('actions that only read', () => {
  it.each([
    FIND,
    `export const find = async (title: string) => ({ success: true, data: await prisma.post.count({ where: { title } }) });`,
    `export async function find(title: string) { const session = await auth(); if (!session) throw new Error('signed out'); return prisma.post.findFirst({ where: { title, authorId: session.user.id } }); }`,
    `import { search } from '@/lib/services/post.service';\nexport async function find(title: string) { return search(title); }`,
  ])('are an information: %s', async (code) => {
    const service = `import { prisma } from '@/lib/db';\nexport const search = (title: string) => prisma.post.findMany({ where: { title }, take: 20 });\n`;
    expect(await said({ [ACTIONS]: action(code), ...CLICK, 'lib/services/post.service.ts': service })).toBe(
      'info reads',
    );
  });

  it.each([
    [
      'useQuery',
      widget(
        `const { data } = useQuery({ queryKey: ['a'], queryFn: find }); return <p>{String(data)}</p>;`,
        `import { useQuery } from '@tanstack/react-query';`,
      ),
    ],
    [
      'useActionState',
      widget(
        `const [state, run] = useActionState(find, null); return <form action={run}>{String(state)}</form>;`,
        `import { useActionState } from 'react';`,
      ),
    ],
    ['a form', widget(`return <form action={find}><button>Find</button></form>;`)],
  ])('are a hint when handed on: %s', async (_, more) => {
    expect(await said({ [ACTIONS]: action(FIND), ...more })).toBe('hint reads');
  });

  it('names its messages', async () => {
    const fixture = await openFixture({
      [ACTIONS]: action(FIND),
      'app/page.tsx': `import { find } from '@/lib/actions/post.actions';\nexport default async function Home() { return <p>{(await find('a')).length}</p>; }\n`,
    });
    expect(findings(fixture, RULE).map(messageId)).toEqual(['server']);
  });

  it('are said to be public when only server code calls them', async () => {
    const page = {
      'app/page.tsx': `import { find } from '@/lib/actions/post.actions';\nexport default async function Home() { return <p>{(await find('a')).length}</p>; }\n`,
    };
    expect(await said({ [ACTIONS]: action(FIND), ...page })).toBe('info server');
  });

  it.each([
    `export async function find(title: string) { await prisma.post.updateMany({ where: { title }, data: { published: true } }); return prisma.post.count(); }`,
    `async function log(title: string) { await prisma.post.create({ data: { title, slug: title, authorId: 'a' } }); }\nexport async function find(title: string) { await log(title); return prisma.post.count(); }`,
    `export async function find(title: string) { const response = await fetch('https://example.com'); return [await response.text(), await prisma.post.count({ where: { title } })]; }`,
    `export async function find(title: string) { revalidatePath('/'); return prisma.post.count({ where: { title } }); }`,
    `export async function find(email: string) { const user = await prisma.user.findUnique({ where: { email } }); await signIn('github'); return user; }`,
    `export async function find(title: string) { (await cookies()).set('last', title); return prisma.post.count({ where: { title } }); }`,
    `export async function find(title: string) { return prisma.$queryRaw\`SELECT \${title}\`; }`,
    `export async function find(title: string) { return title.toUpperCase(); }`,
    `import { wrapped } from 'unknown-package';\nexport const find = wrapped(async (title: string) => prisma.post.count({ where: { title } }));`,
    `export async function find(title: string) { return prisma.post.`,
  ])('nothing is said about %s', async (code) => {
    expect(await said({ [ACTIONS]: action(code), ...CLICK })).toBe('');
  });

  it('nothing is said about what nobody calls, and about services', async () => {
    expect(await said({ [ACTIONS]: action(FIND) })).toBe('');
    expect(
      await said({
        'lib/services/post.service.ts': `import { prisma } from '@/lib/db';\n${FIND}\n`,
        'app/page.tsx': `import { find } from '@/lib/services/post.service';\nexport default async function Home() { return <p>{(await find('a')).length}</p>; }\n`,
      }),
    ).toBe('');
  });
});

const ROUTE = `import { prisma } from '@/lib/db';

export async function GET() {
  return Response.json(await prisma.post.count());
}

export async function DELETE(_: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await prisma.post.delete({ where: { id } });
  return Response.json({ ok: true });
}
`;

const button = (call: string): string =>
  `'use client';\nimport axios from 'axios';\nexport const Remove = ({ id, method }: { id: string; method: string }) => <button onClick={() => ${call}}>Remove</button>;\n`;

const FETCH = 'fetch(`/api/posts/${id}`, { method: "DELETE" })';
const OTHER = {
  [ACTIONS]: action(
    `export async function add(title: string) { await prisma.post.create({ data: { title, slug: title, authorId: 'a' } }); }`,
  ),
};

describe('routes for the own interface', () => {
  it.each([
    FETCH,
    'axios.delete(`/api/posts/${id}`)',
    "fetch('/api/posts/' + id).then(() => fetch(`/api/posts/${id}?soft=1`, { method: 'DELETE' }))",
  ])('are an information: %s', async (call) => {
    expect(
      await said({ 'app/api/posts/[id]/route.ts': ROUTE, 'components/remove.tsx': button(call), ...OTHER }),
    ).toBe('info route');
  });

  it('are a hint where there are no actions', async () => {
    expect(await said({ 'app/api/posts/[id]/route.ts': ROUTE, 'components/remove.tsx': button(FETCH) })).toBe(
      'hint route',
    );
  });

  it('name the path and show the caller', async () => {
    const fixture = await openFixture({
      'app/api/posts/[id]/route.ts': ROUTE,
      'components/remove.tsx': button(FETCH),
      ...OTHER,
    });
    const [found] = findings(fixture, RULE);
    expect(found?.message).toContain('DELETE /api/posts/[id] changes post');
    expect(found?.related.map(({ file }) => file)).toEqual(['components/remove.tsx']);
  });

  it.each([
    ['nobody', {}],
    ['a reader', { 'components/remove.tsx': button('fetch(`/api/posts/${id}`)') }],
    ['a method that is chosen', { 'components/remove.tsx': button('fetch(`/api/posts/${id}`, { method })') }],
    ['server code', { 'lib/sync.ts': `export const sync = (id: string) => ${FETCH};\n` }],
    [
      'components and server code',
      {
        'components/remove.tsx': button(FETCH),
        'lib/sync.ts': `export const sync = (id: string) => ${FETCH};\n`,
      },
    ],
    [
      'another origin',
      {
        'components/remove.tsx': button('fetch(`https://example.com/api/posts/${id}`, { method: "DELETE" })'),
      },
    ],
    [
      'something that is given the path',
      { 'components/remove.tsx': button(`[${FETCH}, register(\`/api/posts/\${id}\`)]`) },
    ],
  ])('are accepted when called by %s', async (_, more: { [file: string]: string }) => {
    expect(await said({ 'app/api/posts/[id]/route.ts': ROUTE, ...more, ...OTHER })).toBe('');
  });

  it.each([
    'app/api/v1/posts/[id]/route.ts',
    'app/api/webhooks/posts/[id]/route.ts',
    'app/api/upload/[id]/route.ts',
  ])('are accepted for others: %s', async (file) => {
    const path = file.replace('app', '').replace('/route.ts', '').replace('[id]', '${id}');
    expect(
      await said({
        [file]: ROUTE,
        'components/remove.tsx': button(`fetch(\`${path}\`, { method: 'DELETE' })`),
        ...OTHER,
      }),
    ).toBe('');
  });
});
