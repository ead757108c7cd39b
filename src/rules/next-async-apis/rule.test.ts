import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
  textsAfter,
} from '../../../test/kit/check.ts';

const RULE = 'next-async-apis';
const only = { rules: [RULE] };

const packageJson = (next: string): string =>
  `//- package.json\n{ "name": "base", "private": true, "dependencies": { "next": "${next}", "@prisma/client": "7.0.0" } }\n`;

describe('next-async-apis reports', () => {
  it('params and searchParams that a page reads at once', async () => {
    expectFindings(
      await openFixture(`
        //- app/posts/[id]/page.tsx
        export default async function Page({ params, searchParams }: { params: { id: string }; searchParams: { q?: string } }) {
          const { id } = params;
          //             ^^^^^^ next-async-apis error
          return <p>{id}{searchParams.q}{searchParams.page}</p>;
          //             ^^^^^^^^^^^^ next-async-apis error
        }
        //- app/a/[id]/page.tsx
        export default function Page(props: { params: { id: string } }) {
          return <p>{props.params.id}</p>;
          //               ^^^^^^ next-async-apis error
        }
        //- app/b/[id]/page.tsx
        const Page = ({ params: { id } }: { params: { id: string } }) => <p>{id}</p>;
        //                      ^^^^^^ next-async-apis error
        export default Page;
        //- app/c/[id]/page.tsx
        export default async function Page(props: any) {
          const { params } = props;
          const p = params;
          return <p title={p['id']} />;
          //               ^ next-async-apis error
        }
      `),
      only,
    );
  });

  it('in metadata, layouts, default slots, nested functions and client pages', async () => {
    expectFindings(
      await openFixture(`
        //- app/[lang]/layout.tsx
        export async function generateMetadata({ params }: any) {
          return { title: params.lang };
          //              ^^^^^^ next-async-apis error
        }
        export default function Layout({ children, params }: any) {
          return <html lang={params?.lang}>{children}</html>;
          //                 ^^^^^^ next-async-apis error
        }
        //- app/@modal/default.tsx
        export default function Default({ ...props }: any) {
          return <p>{props.params.id}</p>;
          //               ^^^^^^ next-async-apis error
        }
        //- app/list/page.tsx
        export default async function Page({ searchParams }: any) {
          const load = () => fetch('/x?' + new URLSearchParams(searchParams));
          //                                                   ^^^^^^^^^^^^ next-async-apis error
          await load();
          return null;
        }
        //- app/edit/[id]/page.tsx
        'use client';
        export default function Page({ params }: { params: { id: string } }) {
          return <p>{params.id}</p>;
          //         ^^^^^^ next-async-apis error
        }
      `),
      only,
    );
  });

  it('in route handlers, under Auth.js too', async () => {
    expectFindings(
      await openFixture(`
        //- app/api/posts/[id]/route.ts
        import { z } from 'zod';
        import { auth } from '@/auth';
        const schema = z.object({ id: z.string() });
        export async function GET(request: Request, { params }: { params: { id: string } }) {
          return Response.json({ id: params.id });
          //                         ^^^^^^ next-async-apis error
        }
        export const PUT = async (request: Request, context: any) => {
          const { id } = schema.parse(context.params);
          //                                  ^^^^^^ next-async-apis error
          return Response.json({ id });
        };
        export const POST = auth(async (request, { params }) => Response.json({ ...params }));
        //                                                                         ^^^^^^ next-async-apis error
        export async function DELETE(_: Request, ctx: any) {
          const entries = Object.entries(ctx.params);
          //                                 ^^^^^^ next-async-apis error
          return Response.json('id' in ctx.params ? entries : []);
        }
      `),
      only,
    );
  });

  it('request functions without await, by any name', async () => {
    expectFindings(
      await openFixture(`
        //- lib/a.ts
        import { cookies, headers as h, draftMode } from 'next/headers';
        import * as next from 'next/headers';
        export function theme() {
          return cookies().get('theme')?.value;
          //     ^^^^^^^ next-async-apis error
        }
        export async function agent() {
          const list = h();
          //           ^ next-async-apis error
          return list.get('user-agent') ?? list.get('x-agent');
        }
        export const preview = () => {
          const { isEnabled } = draftMode();
          //                    ^^^^^^^^^ next-async-apis error
          return isEnabled;
        };
        export const all = async () => new Headers(next.headers());
        //                                              ^^^^^^^ next-async-apis error
        export const load = () => fetch('https://api.example.com', { headers: h() });
        //                                                                    ^ next-async-apis error
        export const spread = async () => ({ ...Object.fromEntries(h()) });
        //                                                         ^ next-async-apis error
        export const cast = () => (cookies() as unknown as { get(name: string): unknown }).get('a');
        //                         ^^^^^^^ next-async-apis error
      `),
      only,
    );
  });

  it('revalidateTag with one argument', async () => {
    const fixture = await openFixture(`
      //- lib/tags.ts
      import { revalidateTag, revalidateTag as again } from 'next/cache';
      import * as cache from 'next/cache';
      export function refresh(tag: string) {
        if (tag) revalidateTag(tag);
        //       ^^^^^^^^^^^^^ next-async-apis error
        if (tag) again('posts');
        //       ^^^^^ next-async-apis error
        cache.revalidateTag('posts');
        //    ^^^^^^^^^^^^^ next-async-apis error
      }
    `);
    expectFindings(fixture, only);
  });

  it('middleware.ts, and middleware in proxy.ts', async () => {
    expectFindings(
      await openFixture(`
        //- middleware.ts
        export function middleware() {}
        //              ^^^^^^^^^^ next-async-apis warning
      `),
      only,
    );
    expectFindings(
      await openFixture(`
        //- middleware.ts
        export { auth as middleware } from '@/auth';
        //               ^^^^^^^^^^ next-async-apis warning
      `),
      only,
    );
    expectFindings(
      await openFixture(`
        //- middleware.ts
        import NextAuth from 'next-auth';
        import { auth } from '@/auth';
        export default auth((request) => {
        //             ^^^^ next-async-apis warning
          if (!request.auth) return Response.json({}, { status: 401 });
        });
      `),
      only,
    );
    expectFindings(
      await openFixture(`
        //- proxy.ts
        export function middleware() {}
        //              ^^^^^^^^^^ next-async-apis error
      `),
      only,
    );
  });

  it('with the layout under src, in the application of a monorepo', async () => {
    expectFindings(
      await openFixture(
        `
        //- package.json
        { "name": "root", "private": true, "workspaces": ["apps/*"] }
        //- apps/web/package.json
        { "name": "web", "dependencies": { "next": "^16.1.0" } }
        //- apps/web/src/app/[id]/page.tsx
        export default async function Page({ params }) {
          return <p>{params.id}</p>;
          //         ^^^^^^ next-async-apis error
        }
        //- apps/old/package.json
        { "name": "old", "dependencies": { "next": "^14.2.0" } }
        //- apps/old/src/app/[id]/page.tsx
        export default async function Page({ params }) {
          return <p>{params.id}</p>;
        }
      `,
        { base: false },
      ),
      only,
    );
  });

  it('in Next.js 15 as a warning, and nothing of what came with 16', async () => {
    expectFindings(
      await openFixture(`${packageJson('15.5.2')}
//- app/[id]/page.tsx
import { cookies } from 'next/headers';
import { revalidateTag } from 'next/cache';
export default async function Page({ params }: { params: { id: string } }) {
  revalidateTag('x');
  return <p>{params.id}{cookies().get('a')?.value}</p>;
  //         ^^^^^^ next-async-apis warning
  //                    ^^^^^^^ next-async-apis warning
}
//- app/[id]/opengraph-image.tsx
export default function Image({ params }: { params: { id: string } }) {
  return params.id;
}
//- middleware.ts
export function middleware() {}
`),
      only,
    );
  });

  it('with the words for each case', async () => {
    const words = async (source: string): Promise<string[]> =>
      findings(await openFixture(source), RULE).map(messageId);
    const page = `
//- app/[id]/page.tsx
import { cookies } from 'next/headers';
import { revalidateTag } from 'next/cache';
export default async function Page({ params, searchParams }: any) {
  revalidateTag('a');
  return <p {...searchParams}>{params.id}{cookies().get('a')}</p>;
}
`;
    expect((await words(page)).toSorted()).toEqual(['call', 'read', 'tag', 'whole']);
    expect(await words(packageJson('^15.1.0') + page)).toEqual(['later', 'later', 'later']);
    expect(await words('//- middleware.ts\nexport function middleware() {}\n')).toEqual(['file']);
    expect(await words('//- proxy.ts\nexport function middleware() {}\n')).toEqual(['export']);
  });

  it('also beside code that does not parse', async () => {
    const fixture = await openFixture(`
      //- app/[id]/page.tsx
      export default async function Page({ params }: any) {
        const post = await find(params.id);
        //                      ^^^^^^ next-async-apis error
        return <p>{post.
      }
    `);
    expectFindings(fixture, only);
  });
});

describe('next-async-apis accepts', () => {
  const silent = async (source: string): Promise<void> => {
    expectSilent(await openFixture(source), RULE);
  };

  it('awaited props in every form', () =>
    silent(`
      //- app/a/[id]/page.tsx
      import { use } from 'react';
      export async function generateMetadata({ params }: { params: Promise<{ id: string }> }) {
        return { title: (await params).id };
      }
      export default async function Page(props: { params: Promise<{ id: string }>; searchParams: Promise<{ q: string }> }) {
        const [params, { q }] = await Promise.all([props.params, props.searchParams]);
        return <p>{params.id}{q}</p>;
      }
      //- app/b/[id]/page.tsx
      import { use } from 'react';
      export default function Page({ params }: { params: Promise<{ id: string }> }) {
        const { id } = use(params);
        return <p>{id}</p>;
      }
      //- app/c/[id]/page.tsx
      export default function Page({ params }: PageProps<'/c/[id]'>) {
        return params.then(({ id }) => <p>{id}</p>);
      }
    `));

  it('a name that is given the settled value', () =>
    silent(`
      //- app/a/[id]/page.tsx
      export default async function Page({ params }: any) {
        params = await params;
        return <p>{params.id}</p>;
      }
      //- app/b/[id]/page.tsx
      export default async function Page(props: any) {
        const params = await props.params;
        const rest = { ...params };
        return <p>{params.id}{rest.x}</p>;
      }
    `));

  it('a promise that is handed on', () =>
    silent(`
      //- app/a/[id]/page.tsx
      import { Post } from '@/components/post';
      export default function Page({ params }: any) {
        return <Post params={params} />;
      }
      //- components/post.tsx
      export async function Post({ params }: { params: Promise<{ id: string }> }) {
        return <p>{(await params).id}</p>;
      }
    `));

  it('components and functions that only look like pages', () =>
    silent(`
      //- components/page.tsx
      export default function Page({ params }: { params: { id: string } }) {
        return <p>{params.id}</p>;
      }
      //- app/a/view.tsx
      export default function View({ params }: { params: { id: string } }) {
        return <p>{params.id}</p>;
      }
      //- app/a/page.tsx
      function Row({ params }: { params: { id: string } }) {
        return <p>{params.id}</p>;
      }
      export default function Page() {
        return <Row params={{ id: 'a' }} />;
      }
    `));

  it('generateStaticParams, whose params are plain', () =>
    silent(`
      //- app/[lang]/[id]/page.tsx
      export async function generateStaticParams({ params }: { params: { lang: string } }) {
        return [{ id: params.lang }];
      }
      export default function Page() {
        return null;
      }
    `));

  it('the Pages Router', () =>
    silent(`
      //- pages/posts/[id].tsx
      export const getServerSideProps = async ({ params }: any) => ({ props: { id: params.id } });
      export default function Page({ id }: { id: string }) {
        return <p>{id}</p>;
      }
    `));

  it('a wrapper that may await by itself', () =>
    silent(`
      //- app/api/[id]/route.ts
      import { withWorkspace } from '@acme/auth';
      export const GET = withWorkspace(async ({ params }) => Response.json({ id: params.id }));
      export const POST = withWorkspace(async (request, { params }) => Response.json({ id: params.id }));
    `));

  it('awaited request functions, and those that are returned', () =>
    silent(`
      //- lib/a.ts
      import { cookies, headers } from 'next/headers';
      export const jar = () => cookies();
      export async function theme() {
        const list = await headers();
        return (await cookies()).get('theme')?.value ?? list.get('x-theme');
      }
      export const agent = () => headers().then((list) => list.get('user-agent'));
      export const load = async () => fetch('https://api.example.com', { headers: await headers() });
    `));

  it('functions of the same name from elsewhere', () =>
    silent(`
      //- lib/a.ts
      import { cookies } from '@/lib/cookies';
      import type { headers } from 'next/headers';
      export const theme = () => cookies().get('theme');
      //- lib/cookies.ts
      export const cookies = () => new Map<string, string>();
      //- lib/b.ts
      import { cookies } from 'next/headers';
      export async function read(cookies: () => Map<string, string>) {
        return cookies().get('a');
      }
    `));

  it('revalidateTag with a profile, updateTag, and arguments that are spread', () =>
    silent(`
      //- lib/tags.ts
      import { revalidateTag, updateTag } from 'next/cache';
      export function refresh(...tags: [string, string]) {
        revalidateTag('posts', 'max');
        revalidateTag('posts', { expire: 0 });
        revalidateTag(...tags);
        updateTag('posts');
      }
    `));

  it('proxy.ts, and a middleware that runs at the edge', async () => {
    await silent(`
      //- proxy.ts
      export { auth as proxy } from '@/auth';
    `);
    await silent(`
      //- proxy.ts
      export default function middleware() {}
    `);
    await silent(`
      //- middleware.ts
      export function middleware() {}
      export const runtime = 'experimental-edge';
    `);
    await silent(`
      //- lib/middleware.ts
      export function middleware() {}
    `);
  });

  it('Next.js 14, and versions that nobody names', async () => {
    const code = `
//- app/[id]/page.tsx
import { cookies } from 'next/headers';
export default function Page({ params }: { params: { id: string } }) {
  return <p>{params.id}{cookies().get('a')?.value}</p>;
}
//- middleware.ts
export function middleware() {}
`;
    for (const range of ['14.2.5', '^13.4.0', '>=14', '^14 || ^15 || ^16', 'latest', 'catalog:', 'canary'])
      await silent(packageJson(range) + code);
  });

  it('tests and scripts', () =>
    silent(`
      //- tests/page.test.tsx
      import { cookies } from 'next/headers';
      export const theme = () => cookies().get('theme');
    `));
});

describe('next-async-apis fixes', () => {
  it('a page that takes its params apart', async () => {
    await expectFixedText(
      `
      import { notFound } from 'next/navigation';

      interface Props {
        params: { id: string };
        searchParams?: { q?: string };
      }

      export default function Page({ params }: Props): React.JSX.Element {
        const { id } = params;
        if (!id) notFound();
        return <p>{id}</p>;
      }
      `,
      `
      import { notFound } from 'next/navigation';

      interface Props {
        params: Promise<{ id: string }>;
        searchParams?: { q?: string };
      }

      export default async function Page({ params }: Props): Promise<React.JSX.Element> {
        const { id } = await params;
        if (!id) notFound();
        return <p>{id}</p>;
      }
      `,
    );
  });

  it('a single read, in place', async () => {
    await expectFixedText(
      `
      export default async function Page({ params }: { params: { id: string } }) {
        const post = await load(params.id);
        return <p>{post.title}</p>;
      }
      `,
      `
      export default async function Page({ params }: { params: Promise<{ id: string }> }) {
        const post = await load((await params).id);
        return <p>{post.title}</p>;
      }
      `,
    );
  });

  it('several reads, once at the top', async () => {
    await expectFixedText(
      `
      export default async function Page({ params, children }: { params: { id: string; tab: string }; children: any }) {
        const load = () => find(params.id);
        await load();
        return <p title={params.tab}>{children}</p>;
      }
      `,
      `
      export default async function Page({ params: paramsPromise, children }: { params: Promise<{ id: string; tab: string }>; children: any }) {
        const params = await paramsPromise;
        const load = () => find(params.id);
        await load();
        return <p title={params.tab}>{children}</p>;
      }
      `,
    );
  });

  it('props by their name', async () => {
    await expectFixedText(
      `
      type Props = { params: { id: string; tab: string } };

      const Page = (props: Props) => {
        return <p title={props.params.tab}>{props.params.id}</p>;
      };
      export default Page;
      `,
      `
      type Props = { params: Promise<{ id: string; tab: string }> };

      const Page = async (props: Props) => {
        const params = await props.params;
        return <p title={params.tab}>{params.id}</p>;
      };
      export default Page;
      `,
    );
    await expectFixedText(
      `
      export default async function Page(props: { params: { id: string } }) {
        const params = props.params;
        return <p title={params.id}>{params.id}</p>;
      }
      `,
      `
      export default async function Page(props: { params: Promise<{ id: string }> }) {
        const params = await props.params;
        return <p title={params.id}>{params.id}</p>;
      }
      `,
    );
    await expectFixedText(
      `
      export default async function Page(props: { params: { id: string } }) {
        const { params } = props;
        return <p title={params.id}>{params.id}</p>;
      }
      `,
      `
      export default async function Page(props: { params: Promise<{ id: string }> }) {
        const { params: paramsPromise } = props;
        const params = await paramsPromise;
        return <p title={params.id}>{params.id}</p>;
      }
      `,
    );
  });

  it('params that are taken apart in the parameter list', async () => {
    await expectFixedText(
      `
      export default function Page({ params: { id } }: Readonly<{ params: { id: string } }>) {
        return <p>{id}</p>;
      }
      `,
      `
      export default async function Page({ params }: Readonly<{ params: Promise<{ id: string }> }>) {
        const { id } = await params;
        return <p>{id}</p>;
      }
      `,
    );
  });

  it('an arrow that is one expression', async () => {
    await expectFixedText(
      `
      const Page = ({ params }: { params: { id: string } }) => <p title={params.id}>{params.id}</p>;
      export default Page;
      `,
      `
      const Page = async ({ params }: { params: Promise<{ id: string }> }) => <p title={(await params).id}>{(await params).id}</p>;
      export default Page;
      `,
    );
  });

  it('a client page, and a server page with hooks, by use()', async () => {
    await expectFixedText(
      `
      'use client';

      import { useState } from 'react';

      export default function Page({ params }: { params: { id: string } }) {
        const [open] = useState(false);
        return <p>{open && params.id}</p>;
      }
      `,
      `
      'use client';

      import { use, useState } from 'react';

      export default function Page({ params }: { params: Promise<{ id: string }> }) {
        const [open] = useState(false);
        return <p>{open && use(params).id}</p>;
      }
      `,
    );
  });

  it('nothing where the promise is awaited and read', async () => {
    const fixture = await openFixture(`
      //- app/[id]/page.tsx
      export default async function Page({ params }: any) {
        const { id } = await params;
        const load = () => find(params.id);
        return <p title={params.id}>{id}{load()}</p>;
      }
    `);
    expect(refusal(fixture, { rule: RULE })).toBe(
      'params is awaited in one place and read in another: change it by hand.',
    );
  });

  it('cookies() in an async function', async () => {
    const fixture = await openFixture(`
      //- lib/a.ts
      import { cookies, type UnsafeUnwrappedCookies } from 'next/headers';
      export async function a() {
        return cookies().get('a')?.value;
      }
      export async function b() {
        const jar = cookies();
        return jar.get('b');
      }
      export async function c() {
        return (cookies() as unknown as UnsafeUnwrappedCookies).get('c');
      }
    `);
    expectFixed(
      fixture,
      RULE,
      {
        'lib/a.ts': `import { cookies, type UnsafeUnwrappedCookies } from 'next/headers';
export async function a() {
  return (await cookies()).get('a')?.value;
}
export async function b() {
  const jar = await cookies();
  return jar.get('b');
}
export async function c() {
  return (await cookies()).get('c');
}
`,
      },
      { all: true },
    );
  });

  it('cookies() at the start of a line in a file without semicolons', async () => {
    const fixture = await openFixture(`
      //- lib/a.ts
      import { cookies } from 'next/headers'
      export async function set(value: string) {
        const name = value
        cookies().set('a', name)
      }
    `);
    expectFixed(fixture, RULE, {
      'lib/a.ts': `import { cookies } from 'next/headers'
export async function set(value: string) {
  const name = value
  ;(await cookies()).set('a', name)
}
`,
    });
  });

  it('cookies() in a function whose callers can wait', async () => {
    const fixture = await openFixture(`
      //- lib/theme.ts
      import { cookies } from 'next/headers';
      export function theme(): string {
        return cookies().get('theme')?.value ?? 'light';
      }
      //- lib/use.ts
      import { theme as current } from '@/lib/theme';
      export async function isDark() {
        return current().endsWith('dark');
      }
    `);
    expectFixed(fixture, RULE, {
      'lib/theme.ts': `import { cookies } from 'next/headers';
export async function theme(): Promise<string> {
  return (await cookies()).get('theme')?.value ?? 'light';
}
`,
      'lib/use.ts': `import { theme as current } from '@/lib/theme';
export async function isDark() {
  return (await current()).endsWith('dark');
}
`,
    });
  });

  it('nothing where a caller can not wait', async () => {
    const reason = async (source: string): Promise<string | undefined> =>
      refusal(await openFixture(source), { rule: RULE });
    expect(
      await reason(`
        //- lib/theme.ts
        import { cookies } from 'next/headers';
        const theme = () => cookies().get('theme')?.value;
        export const isDark = () => theme() === 'dark';
      `),
    ).toBe("theme is called by code that isn't async. Make that async first.");
    expect(
      await reason(`
        //- lib/theme.ts
        import { cookies } from 'next/headers';
        export const theme = cookies().get('theme')?.value;
      `),
    ).toMatch(/^This runs when the module is loaded/);
    expect(
      await reason(`
        //- lib/theme.ts
        import { cookies } from 'next/headers';
        export const themes = (names: string[]) => names.map((name) => cookies().get(name));
      `),
    ).toBe('The function that reads it is handed on: make it async by hand.');
    expect(
      await reason(`
        //- lib/theme.ts
        import { cookies } from 'next/headers';
        export const theme = () => cookies().get('theme');
        //- lib/index.ts
        export * from './theme';
      `),
    ).toMatch(/^lib\/index.ts exports theme again/);
  });

  it('revalidateTag: as before by itself, fresher or staler on request', async () => {
    const source = `
      //- lib/actions/post.ts
      'use server';
      import { revalidateTag } from 'next/cache';
      import { requireUser } from '@/lib/session';
      export async function refresh() {
        await requireUser();
        revalidateTag('posts');
      }
      //- lib/session.ts
      import { auth } from '@/auth';
      export async function requireUser() {
        const session = await auth();
        if (!session?.user) throw new Error('Sign in first.');
        return session.user;
      }
    `;
    const fixed = (line: string, imported = 'revalidateTag'): { [file: string]: string } => ({
      'lib/actions/post.ts': `'use server';
import { ${imported} } from 'next/cache';
import { requireUser } from '@/lib/session';
export async function refresh() {
  await requireUser();
  ${line}
}
`,
    });
    expectFixed(await openFixture(source), RULE, fixed("revalidateTag('posts', { expire: 0 });"));
    expectFixed(await openFixture(source), RULE, fixed("revalidateTag('posts', 'max');"), {
      recipe: 'serve-stale',
    });
    expectFixed(await openFixture(source), RULE, fixed("updateTag('posts');", 'updateTag'), {
      recipe: 'update-tag',
    });
  });

  it('all tags of a file at once, and nothing the second time', async () => {
    const fixture = await openFixture(`
      //- lib/tags.ts
      import { revalidateTag } from 'next/cache';
      export function refresh() {
        revalidateTag('a');
        revalidateTag('b');
      }
    `);
    const result = fixture.engine.fixAll('lib/tags.ts');
    if (!result.ok) throw new Error(result.reason);
    const texts = textsAfter(fixture.engine, result.changes);
    expect(texts['lib/tags.ts']).toContain(
      "  revalidateTag('a', { expire: 0 });\n  revalidateTag('b', { expire: 0 });\n",
    );
    fixture.engine.update(Object.entries(texts).map(([file, text]) => ({ file, text })));
    expectSilent(fixture, RULE);
  });

  it('the name of a proxy', async () => {
    expectFixed(
      await openFixture(`
        //- proxy.ts
        import { auth } from '@/auth';
        export const middleware = auth(() => {});
        export const config = { matcher: '/admin' };
      `),
      RULE,
      {
        'proxy.ts': `import { auth } from '@/auth';
export const proxy = auth(() => {});
export const config = { matcher: '/admin' };
`,
      },
    );
    expectFixed(
      await openFixture(`
        //- proxy.ts
        export { auth as middleware } from '@/auth';
      `),
      RULE,
      { 'proxy.ts': "export { auth as proxy } from '@/auth';\n" },
    );
  });

  async function expectFixedText(before: string, after: string): Promise<void> {
    const dedent = (text: string): string => text.replace(/^\n/, '').replace(/^ {6}/gm, '').trimEnd() + '\n';
    const file = 'app/[id]/page.tsx';
    const fixture = await openFixture({ [file]: dedent(before) });
    expectFixed(fixture, RULE, { [file]: dedent(after) });
  }
});
