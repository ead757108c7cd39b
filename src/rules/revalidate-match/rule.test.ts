import { describe, expect, it } from 'vitest';
import { findings, messageId, openFixture } from '../../../test/kit/check.ts';

const RULE = 'revalidate-match';
const ACTIONS = 'lib/actions/post.actions.ts';

type Files = { [file: string]: string };

const page = (body = 'return null;'): string => `export default async function Page() { ${body} }\n`;

/** Pages at the given folders below `app/`. */
const pages = (...folders: string[]): Files =>
  Object.fromEntries(folders.map((folder) => [`app/${folder}${folder ? '/' : ''}page.tsx`, page()]));

const actions = (code: string): Files => ({
  [ACTIONS]: `'use server';
import { revalidatePath, revalidateTag, updateTag } from 'next/cache';
${code.startsWith('import') ? code : `export async function save(id: string, other: string) { ${code} }`}
`,
});

/** Severities and messages of the findings, with what they suggest. */
async function said(files: Files): Promise<string> {
  const fixture = await openFixture(files);
  return findings(fixture, RULE)
    .map((finding) => {
      const near = /(?:Did you mean|Write) `([^`]*)`/.exec(finding.message)?.[1];
      return `${finding.severity} ${messageId(finding)}${near === undefined ? '' : ` ${near}`}`;
    })
    .join('; ');
}

const SHOP = pages(
  '',
  'posts',
  'posts/[id]',
  '(app)/dashboard',
  '(app)/(team)/teams/[teamId]/members',
  'docs/[...path]',
);

describe('paths', () => {
  it.each([
    [`revalidatePath('/post');`, `info route '/posts'`],
    [`revalidatePath('/Posts');`, `info route '/posts'`],
    [`revalidatePath('/nowhere/at/all');`, 'info route'],
    ['revalidatePath(`/post/${id}`);', `info route '/posts/[id]', 'page'`],
    ['revalidatePath(`/posts/${id}`, "page");', `info files '/posts/[id]', 'page'`],
    [`revalidatePath('/posts/[id]');`, `info type '/posts/[id]', 'page'`],
    [`revalidatePath('/posts/[slug]', 'page');`, `info files '/posts/[id]', 'page'`],
    [`revalidatePath('/(app)/dashboard');`, `info type '/dashboard'`],
    [`revalidatePath('/dashboard', 'page');`, `info files '/(app)/dashboard', 'page'`],
    [`revalidatePath('/dashboard', 'layout');`, `info files '/(app)/dashboard', 'layout'`],
    [`revalidatePath('/teams/[teamId]', 'layout');`, `info files '/(app)/(team)/teams/[teamId]', 'layout'`],
    [`revalidatePath('/members');`, `info route '/(app)/(team)/teams/[teamId]/members', 'page'`],
    [`revalidatePath('posts');`, `info slash '/posts'`],
    [`revalidatePath('posts/[id]');`, `info slash '/posts/[id]', 'page'`],
    [`revalidatePath('/posts?page=2');`, `info query '/posts'`],
    ['revalidatePath(`/posts#${id}`);', `info query '/posts'`],
    [`revalidatePath('/docs');`, `info route '/docs/[...path]', 'page'`],
    [`revalidatePath(id ? '/post' : '/dashbord');`, `info route '/posts'`],
    [`revalidatePath('/po' + 'st');`, `info route '/posts'`],
    [`const where = '/post'; revalidatePath(where);`, `info route '/posts'`],
  ])('%s', async (code, expected) => {
    expect(await said({ ...SHOP, ...actions(code) })).toBe(expected);
  });

  it.each([
    [`revalidatePath('/');`],
    [`revalidatePath('/', 'layout');`],
    [`revalidatePath('/', 'page');`],
    [`revalidatePath('/posts');`],
    [`revalidatePath('/posts/');`],
    [`revalidatePath('/posts/7');`],
    ['revalidatePath(`/posts/${id}`);'],
    ['revalidatePath(`/posts/post-${id}`);'],
    ['revalidatePath(`/${other}/${id}`);'],
    ['revalidatePath(`${other}/${id}`);'],
    ['revalidatePath(other);'],
    [`revalidatePath('/posts/[id]', 'page');`],
    [`revalidatePath('/posts/[id]/page');`],
    [`revalidatePath('/posts', 'layout');`],
    [`revalidatePath('/dashboard');`],
    [`revalidatePath('/(app)/dashboard', 'page');`],
    [`revalidatePath('/(app)', 'layout');`],
    ['revalidatePath(`/teams/${id}/members`);'],
    [`revalidatePath('/docs/a/b/c');`],
    ['revalidatePath(`/docs/${other}`);'],
    [`revalidatePath('/sitemap.xml');`],
    [`revalidatePath(id ? '/post' : '/dashboard');`],
    [`revalidatePath('/post', other as 'page');`],
    [`revalidatePath('https://example.com/post');`],
    [`let where = '/post'; where = other; revalidatePath(where);`],
  ])('%s is right', async (code) => {
    expect(await said({ ...SHOP, ...actions(code) })).toBe('');
  });

  it.each([
    [
      'a route handler',
      { 'app/api/feed/route.ts': 'export const GET = () => new Response();\n' },
      '/api/feed',
    ],
    ['a slot', pages('(app)/@modal/photos/[id]', 'photos'), '/photos/7'],
    ['an intercepting route', pages('feed/(.)photos/[id]'), '/feed/photos/7'],
    ['an optional catch-all', pages('shop/[[...path]]'), '/shop'],
    ['a locale', pages('[locale]/posts'), '/en/posts'],
    ['a page of the Pages Router', { 'pages/about.tsx': page() }, '/about'],
    ['JavaScript', { 'app/about/page.jsx': page() }, '/about'],
    ['a tenant', pages('[domain]'), '/example.com'],
  ])('%s answers', async (_, routes, path) => {
    expect(await said({ ...routes, ...actions(`revalidatePath('${path}');`) })).toBe('');
  });

  it.each([
    ['/posts', `hint route '/[locale]/posts', 'page'`],
    ['/', `hint route '/[locale]', 'page'`],
    ['/nowhere', 'info route'],
  ])('below a locale: %s', async (path, expected) => {
    const routes = pages('[locale]', '[locale]/posts', '[locale]/[...rest]');
    expect(await said({ ...routes, ...actions(`revalidatePath('${path}');`) })).toBe(expected);
  });

  it('a page for all that is not found answers nothing', async () => {
    expect(await said({ ...pages('', '[...notFound]'), ...actions(`revalidatePath('/posts');`) })).toBe(
      'info route',
    );
  });

  it('an application with no page in sight is left alone', async () => {
    const fixture = await openFixture(
      {
        'package.json': '{ "dependencies": { "next": "16.0.0" } }',
        ...actions(`revalidatePath('/posts');`),
      },
      { base: false },
    );
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('each application has its own pages', async () => {
    const fixture = await openFixture(
      {
        'apps/web/package.json': '{ "name": "web", "dependencies": { "next": "16.0.0" } }',
        'apps/web/src/app/page.tsx': page(),
        [`apps/web/src/${ACTIONS}`]: actions(`revalidatePath('/admin');`)[ACTIONS] ?? '',
        'apps/admin/package.json': '{ "name": "admin", "dependencies": { "next": "16.0.0" } }',
        'apps/admin/app/admin/page.tsx': page(),
        [`apps/admin/${ACTIONS}`]: actions(`revalidatePath('/admin');`)[ACTIONS] ?? '',
      },
      { base: false },
    );
    expect(findings(fixture, RULE).map(({ file }) => file)).toEqual([`apps/web/src/${ACTIONS}`]);
  });
});

const cachedBy = (tags: string, head = ''): Files => ({
  'lib/services/post.service.ts': `import { unstable_cache } from 'next/cache';
import { prisma } from '@/lib/db';
${head}
export const getPost = unstable_cache((id: string) => prisma.post.findUnique({ where: { id } }), ['post'], { tags: ${tags}, revalidate: 60 });
`,
});

const TAGS: Files = {
  'lib/tags.ts': `export const TAGS = { posts: 'posts', users: 'users' } as const;
export const LIST = 'post-list';
export const idTag = (model: string, id: string) => \`\${model}-\${id}\`;
export function postTag(id: string) { return idTag('post', id); }
`,
};

describe('messages', () => {
  it.each([
    [`revalidatePath('/posts/7', 'page');`, 'files', /^With `page` the path must be that of the files/],
    [`revalidatePath('posts');`, 'slash', /^`posts` has no slash in front/],
    [`revalidatePath('/posts?page=2');`, 'query', /^`\/posts\?page=2` has a query or a hash/],
  ])('%s', async (code, id, text) => {
    const [found] = findings(await openFixture({ ...SHOP, ...actions(code) }), RULE);
    expect(found && messageId(found)).toBe(id);
    expect(found?.message).toMatch(text);
  });
});

describe('tags', () => {
  it.each([
    [cachedBy(`['posts']`), `updateTag('post');`, 'info tag posts'],
    [cachedBy(`['posts']`), `revalidateTag('post', 'max');`, 'info tag posts'],
    [cachedBy(`['posts']`), `updateTag('something-else');`, 'info tag'],
    [cachedBy(`['post-list']`), 'updateTag(`user-${id}`);', 'info tag'],
    [cachedBy(`['posts']`), `const tag = 'post'; updateTag(tag);`, 'info tag posts'],
    [{}, `updateTag('posts');`, 'info tag'],
    [
      {
        'lib/services/post.service.ts': `import { cache } from 'react';\nexport const posts = cache(async () => []);\n`,
      },
      `updateTag('posts');`,
      'info tag',
    ],
    [
      cachedBy(`[TAGS.posts]`, `import { TAGS } from '@/lib/tags';`),
      `import { TAGS } from '@/lib/tags';\nexport async function save() { updateTag(TAGS.users); updateTag(TAGS.posts); }`,
      'info tag',
    ],
    [
      cachedBy(`[LIST]`, `import { LIST } from '@/lib/tags';`),
      `import { postTag } from '@/lib/tags';\nexport async function save(id: string) { updateTag(postTag(id)); updateTag('post-list'); }`,
      '',
    ],
    [
      cachedBy(`['posts']`),
      `import { postTag } from '@/lib/tags';\nexport async function save(id: string) { updateTag(postTag(id)); updateTag('posts'); }`,
      'info tag posts',
    ],
    [
      {
        ...cachedBy(`['posts']`),
        'lib/renew.ts': `import { revalidateTag } from 'next/cache';\nexport function renew(tag: string) { revalidateTag(tag, 'max'); }\n`,
      },
      `import { renew } from '@/lib/renew';\nexport async function save() { renew('posts'); renew('post'); }`,
      'info tag posts',
    ],
    [
      {
        ...SHOP,
        'lib/renew.ts': `import { revalidatePath } from 'next/cache';\nexport const renewPage = (path: string) => { revalidatePath(path, 'page'); };\n`,
      },
      `import { renewPage } from '@/lib/renew';\nexport async function save() { renewPage('/posts/[id]'); renewPage('/posts/7'); }`,
      `info files '/posts/[id]', 'page'`,
    ],
  ])('case %#: %s', async (files, code, expected) => {
    expect(await said({ ...TAGS, ...files, ...actions(code) })).toBe(expected);
  });

  it.each([
    ['the same text', cachedBy(`['posts']`), `updateTag('posts');`],
    ['a template', cachedBy('[`post-${"x"}`, `post-${process.env.STAGE}`]'), 'updateTag(`post-${id}`);'],
    ['an unknown tag', cachedBy('[process.env.TAG ?? ""]'), `updateTag('whatever');`],
    ['unknown tags', cachedBy('JSON.parse(process.env.TAGS ?? "[]")'), `updateTag('whatever');`],
    ['an argument', cachedBy(`['posts']`), 'updateTag(other);'],
    ['lists', cachedBy(`[...BASE, 'x']`, `const BASE = ['posts'];`), `updateTag('posts');`],
    ['a member', cachedBy(`[TAGS.posts]`, `import { TAGS } from '@/lib/tags';`), `updateTag('posts');`],
    [
      'a namespace',
      cachedBy(`[tags.TAGS.posts]`, `import * as tags from '@/lib/tags';`),
      `updateTag('posts');`,
    ],
    [
      'a helper',
      cachedBy(`[postTag('1')]`, `import { postTag } from '@/lib/tags';`),
      'updateTag(`post-${id}`);',
    ],
    [
      'options elsewhere',
      cachedBy(`OPTIONS.tags`, `const OPTIONS = { tags: ['posts'] };`),
      `updateTag('posts');`,
    ],
    [
      'a request',
      {
        'lib/services/feed.service.ts': `export const feed = () => fetch('https://example.com', { next: { tags: ['feed'] } });\n`,
      },
      `updateTag('feed');`,
    ],
    [
      'a wrapper of requests',
      {
        'lib/http.ts': `export const get = (url: string, { tags }: { tags: string[] }) => fetch(url, { next: { tags } });\n`,
        'lib/services/feed.service.ts': `import { get } from '@/lib/http';\nexport const feed = () => get('https://example.com', { tags: ['feed'] });\n`,
      },
      `updateTag('feed');`,
    ],
    [
      'a directive',
      {
        'lib/services/feed.service.ts': `import { cacheTag, cacheLife } from 'next/cache';\nexport async function feed(id: string) { 'use cache'; cacheLife('hours'); cacheTag('feed', \`feed-\${id}\`); return 1; }\n`,
      },
      'updateTag("feed"); updateTag(`feed-${id}`);',
    ],
    [
      'the module behind it',
      {
        'lib/services/feed.service.ts': `import { cacheTag } from 'next/dist/server/use-cache/cache-tag';\nexport async function feed() { 'use cache'; cacheTag('feed'); return 1; }\n`,
      },
      'updateTag("feed");',
    ],
    [
      'another name',
      {
        'lib/services/feed.service.ts': `import { unstable_cacheTag as tag } from 'next/cache';\nexport async function feed() { 'use cache'; tag('feed'); return 1; }\n`,
      },
      'updateTag("feed");',
    ],
    [
      'a wrapper of the cache',
      {
        'lib/cached.ts': `import { unstable_cache } from 'next/cache';\nexport function cached<T>(fn: () => Promise<T>, tags: string[]) { return unstable_cache(fn, tags, { tags }); }\n`,
        'lib/services/feed.service.ts': `import { cached } from '@/lib/cached';\nexport const feed = cached(async () => 1, ['feed']);\n`,
      },
      `updateTag('feed');`,
    ],
  ])('%s is kept', async (_, files, code) => {
    expect(await said({ ...TAGS, ...files, ...actions(code) })).toBe('');
  });
});

const WRITE: Files = {
  'lib/services/write.service.ts': `import { prisma } from '@/lib/db';
export const publish = (id: string) => prisma.post.update({ where: { id }, data: { published: true } });
`,
};

const counted = (code: string): Files => ({
  'lib/services/count.service.ts': `import { cacheLife, cacheTag, unstable_cache } from 'next/cache';
import { cache } from 'react';
import { prisma } from '@/lib/db';
${code}
`,
});

const FOREVER = `export const count = unstable_cache(() => prisma.post.count(), ['count']);`;

describe('what is cached and never renewed', () => {
  it.each([
    [FOREVER, 'info forever'],
    [
      `export const count = unstable_cache(() => prisma.post.count(), ['count'], { revalidate: false });`,
      'info forever',
    ],
    [
      `export const count = unstable_cache(() => prisma.post.count(), ['count'], { tags: ['posts'] });`,
      'info tagged',
    ],
    [
      `export const count = unstable_cache(() => prisma.post.count(), ['count'], { tags: ['posts'], revalidate: 60 });`,
      'hint tagged',
    ],
    [
      `export const count = unstable_cache(cache(async () => prisma.post.count()), ['count']);`,
      'info forever',
    ],
    [
      `async function load() { return prisma.post.count(); }\nexport const count = unstable_cache(load);`,
      'info forever',
    ],
    [
      `export async function count() { 'use cache'; cacheTag('posts'); cacheLife('max'); return prisma.post.count(); }`,
      'hint tagged',
    ],
    [
      `export const count = (id: string) => unstable_cache(() => prisma.post.count({ where: { id } }), [id])();`,
      'info forever',
    ],
  ])('%s', async (code, expected) => {
    expect(await said({ ...WRITE, ...counted(code) })).toBe(expected);
  });

  it.each([
    [
      'a time',
      `export const count = unstable_cache(() => prisma.post.count(), ['count'], { revalidate: 60 });`,
      WRITE,
    ],
    ['no write', FOREVER, {}],
    [
      'a model that nobody writes',
      `export const count = unstable_cache(() => prisma.comment.count(), ['count']);`,
      WRITE,
    ],
    ['React’s cache', `export const count = cache(() => prisma.post.count());`, WRITE],
    ['the default time', `export async function count() { 'use cache'; return prisma.post.count(); }`, WRITE],
    ['a seed', FOREVER, { 'prisma/seed.ts': WRITE['lib/services/write.service.ts'] ?? '' }],
    [
      'unknown tags',
      `export const count = unstable_cache(() => prisma.post.count(), ['c'], { tags: [process.env.TAG!] });`,
      WRITE,
    ],
    [
      'a renewed tag',
      `export const count = unstable_cache(() => prisma.post.count(), ['c'], { tags: ['posts'] });`,
      { ...WRITE, ...actions(`updateTag('posts');`) },
    ],
    [
      'any tag renewed',
      `export const count = unstable_cache(() => prisma.post.count(), ['c'], { tags: ['posts'] });`,
      { ...WRITE, ...actions(`updateTag(other);`) },
    ],
    ['all paths renewed', FOREVER, { ...WRITE, ...actions(`revalidatePath('/', 'layout');`) }],
    [
      'a path renewed, no page known',
      FOREVER,
      { ...WRITE, ...SHOP, ...actions(`revalidatePath('/posts');`) },
    ],
    [
      'its page renewed',
      FOREVER,
      {
        ...WRITE,
        'app/posts/page.tsx': `import { count } from '@/lib/services/count.service';\n${page('return <p>{await count()}</p>;')}`,
        ...actions(`revalidatePath('/posts');`),
      },
    ],
    ['no rows', `export const count = unstable_cache(async () => 1, ['c']);`, WRITE],
  ])('%s is left alone', async (_, code, files) => {
    expect(await said({ ...counted(code), ...files })).toBe('');
  });

  it('another page renewed is not its own', async () => {
    const files = {
      ...SHOP,
      'app/posts/page.tsx': `import { count } from '@/lib/services/count.service';\n${page('return <p>{await count()}</p>;')}`,
      ...actions(`revalidatePath('/dashboard');`),
    };
    expect(await said({ ...WRITE, ...counted(FOREVER), ...files })).toBe('info forever');
  });

  it('shows the write', async () => {
    const [found] = findings(await openFixture({ ...WRITE, ...counted(FOREVER) }), RULE);
    expect(found?.related.map(({ file }) => file)).toEqual(['lib/services/write.service.ts']);
  });
});
