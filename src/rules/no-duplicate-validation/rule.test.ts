import { describe, expect, it } from 'vitest';
import { expectFixed, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';

const RULE = 'no-duplicate-validation';
const SHARED = 'lib/validations/post.ts';

const shared: Files = {
  [SHARED]: `import { z } from 'zod';

export const postSchema = z.object({
  title: z.string().min(1, 'Required').max(80),
  content: z.string().optional(),
  slug: z.string().min(3),
});

export const loginSchema = z.object({ email: z.email(), password: z.string().min(8) });
`,
};

const Z = `import { z } from 'zod';\n`;
const SAME = `z.object({ slug: z.string().min(3), content: z.string().optional(), title: z.string().max(80).min(1) })`;

async function verdicts(files: Files): Promise<string[]> {
  const fixture = await openFixture({ ...shared, ...files });
  return findings(fixture, RULE).map(
    (finding) =>
      `${finding.severity} ${messageId(finding)} ${fixture.engine.text(finding.file)?.slice(finding.start, finding.end)}`,
  );
}

describe('schemas that repeat another one', () => {
  it.each([
    ['in a service', 'lib/services/a.ts', `${Z}export const own = ${SAME};`],
    [
      'with messages of its own',
      'lib/services/a.ts',
      `${Z}export const own = ${SAME.replace('min(3)', "min(3, 'Too short')")};`,
    ],
    [
      'not exported',
      'lib/other.ts',
      `${Z}const own = ${SAME};\nexport const run = (input: unknown) => own.parse(input);`,
    ],
    [
      'in a client component',
      'components/form.tsx',
      `'use client';\n${Z}const own = ${SAME};\nexport const Form = () => <p>{own.safeParse({}).success}</p>;`,
    ],
    ['from zod/v4', 'lib/services/a.ts', `import * as z from 'zod/v4';\nexport const own = ${SAME};`],
    [
      'in an action',
      'lib/actions/a.ts',
      `'use server';\n${Z}const own = ${SAME};\nexport async function run(input: unknown) { own.parse(input); }`,
    ],
  ])('%s', async (_, file, code) => {
    expect(await verdicts({ [file]: code })).toEqual(['warning duplicate own']);
  });

  it('small ones when they have the same name', async () => {
    const code = (name: string): string =>
      `${Z}export const ${name} = z.object({ password: z.string().min(8), email: z.email() });`;
    expect(await verdicts({ 'lib/services/a.ts': code('LoginSchema') })).toEqual([
      'warning duplicate LoginSchema',
    ]);
    expect(await verdicts({ 'lib/services/a.ts': code('inviteSchema') })).toEqual([]);
  });

  it.each([
    ['another check', SAME.replace('max(80)', 'max(81)')],
    ['another key', SAME.replace('slug', 'path')],
    ['a key more', SAME.replace('slug:', 'id: z.string(), slug:')],
    ['a check that nobody can compare', SAME.replace('min(3)', 'min(3).refine((slug) => slug !== "new")')],
    ['other values', SAME.replace('z.string().optional()', "z.enum(['a'])")],
    ['a schema derived from the first', 'postSchema.extend({ id: z.string() })'],
    ['the first by another name', 'postSchema'],
    ['what is parsed', `${SAME}.parse({})`],
  ])('accepts %s', async (_, schema) => {
    expect(
      await verdicts({
        'lib/services/a.ts': `${Z}import { postSchema } from '@/lib/validations/post';\nexport const own = ${schema};\nexport const other = postSchema;`,
      }),
    ).toEqual([]);
  });

  it('accepts tests, other validators and broken code', async () => {
    expect(
      await verdicts({
        'lib/post.test.ts': `${Z}const own = ${SAME};`,
        'lib/a.ts': `import { z } from 'not-zod';\nexport const own = ${SAME};`,
        'lib/b.ts': `${Z}export const own = z.object({ `,
      }),
    ).toEqual([]);
  });

  it('only hints where schemas have no place of their own', async () => {
    const fixture = await openFixture({
      'lib/a.ts': `${Z}export const a = ${SAME};`,
      'lib/b.ts': `${Z}export const b = ${SAME};`,
    });
    expect(findings(fixture, RULE).map(({ file, severity }) => `${file} ${severity}`)).toEqual([
      'lib/b.ts hint',
    ]);
  });
});

describe('schemas that nobody else can use', () => {
  const two = 'z.object({ id: z.cuid(), text: z.string().min(1) })';

  it.each([
    [
      'an action file',
      'lib/actions/a.ts',
      `'use server';\n${Z}const own = ${two};\nexport async function run(input: unknown) { own.parse(input); }`,
    ],
    [
      'a route',
      'app/api/a/route.ts',
      `${Z}const own = ${two}.strict();\nexport async function POST(request: Request) { own.parse(await request.json()); }`,
    ],
    [
      'a page',
      'app/a/page.tsx',
      `${Z}const own = ${two};\nexport default async function Page({ searchParams }: { searchParams: Promise<object> }) { return <p>{own.parse(await searchParams).id}</p>; }`,
    ],
    [
      'a function',
      'lib/actions/a.ts',
      `'use server';\n${Z}export async function run(input: unknown) {\nconst own = ${two};\nown.parse(input);\n}`,
    ],
    [
      'a component',
      'components/a.tsx',
      `${Z}const own = ${two};\nexport async function Card({ data }: { data: unknown }) { return <p>{own.parse(data).id}</p>; }`,
    ],
    [
      'a refined one',
      'lib/actions/a.ts',
      `'use server';\n${Z}const own = ${two}.refine((value) => value.id !== value.text);\nexport async function run(input: unknown) { own.parse(input); }`,
    ],
  ])('in %s', async (_, file, code) => {
    expect(await verdicts({ [file]: code })).toEqual(['warning local own']);
  });

  it.each([
    [
      'one field',
      'lib/actions/a.ts',
      `'use server';\n${Z}const own = z.object({ id: z.cuid() });\nexport async function run(input: unknown) { own.parse(input); }`,
    ],
    [
      'a refinement of a shared one',
      'lib/actions/a.ts',
      `'use server';\n${Z}import { postSchema } from '@/lib/validations/post';\nconst own = postSchema.extend({ id: z.cuid(), text: z.string() });\nexport async function run(input: unknown) { own.parse(input); }`,
    ],
    [
      'a service',
      'lib/services/a.ts',
      `${Z}const own = ${two};\nexport const run = (input: unknown) => own.parse(input);`,
    ],
    [
      'a client component',
      'components/a.tsx',
      `'use client';\n${Z}const own = ${two};\nexport const Form = () => <p>{String(own)}</p>;`,
    ],
    [
      'a schema without a name',
      'lib/actions/a.ts',
      `'use server';\n${Z}export async function run(input: unknown) { ${two}.parse(input); }`,
    ],
  ])('accepts %s', async (_, file, code) => {
    expect(await verdicts({ [file]: code })).toEqual([]);
  });

  it('goes by the configuration', async () => {
    const code = `'use server';\n${Z}const own = ${two};\nexport async function run(input: unknown) { own.parse(input); }`;
    const fixture = await openFixture({
      'backend-specialist.config.json': JSON.stringify({ conventions: { validations: ['schemas/**'] } }),
      'lib/actions/a.ts': code,
    });
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(['warning']);
  });
});

describe('tests that repeat a schema', () => {
  const run = (body: string): string => `'use server';
import { postSchema } from '@/lib/validations/post';
export async function run(input: unknown) {
  const parsed = postSchema.safeParse(input);
  if (!parsed.success) return null;
  const { title, content } = parsed.data;
  ${body}
  return title;
}
`;

  it.each([
    ['emptiness', 'if (!title) return null;', 'title'],
    ['emptiness of a member', 'if (!parsed.data.slug) return null;', 'slug'],
    ['a length', 'if (title.length > 80) return null;', 'title'],
    ['a length that is shorter anyway', 'if (title.length > 100) return null;', 'title'],
    ['a minimum', 'if (parsed.data.slug.length < 3) return null;', 'slug'],
    ['one of two', 'if (!title || !content) return null;', 'title'],
  ])('%s', async (_, body, text) => {
    expect(await verdicts({ 'lib/actions/a.ts': run(body) })).toEqual([['warning', 'check', text].join(' ')]);
  });

  it.each([
    ['what may be missing', 'if (!content) return null;'],
    ['a stricter length', 'if (title.length > 40) return null;'],
    ['a longer minimum', 'if (title.length < 5) return null;'],
    ['success', 'if (!parsed.success) return null;'],
    ['other values', 'const other = String(input);\n  if (!other) return null;'],
  ])('accepts %s', async (_, body) => {
    expect(await verdicts({ 'lib/actions/a.ts': run(body) })).toEqual([]);
  });
});

describe('fixes', () => {
  it('imports the first in place of the second', async () => {
    const fixture = await openFixture({
      ...shared,
      'lib/services/a.ts': `import { z } from 'zod';\n\nconst own = ${SAME};\n\nexport const run = (input: unknown) => own.parse(input);\n`,
    });
    expectFixed(fixture, RULE, {
      'lib/services/a.ts': `import { postSchema as own } from '@/lib/validations/post';\n\nexport const run = (input: unknown) => own.parse(input);\n`,
    });
  });

  it('moves a schema to the folder of the others', async () => {
    const fixture = await openFixture({
      ...shared,
      'lib/actions/comment.actions.ts': `'use server';\n\nimport { z } from 'zod';\nimport { prisma } from '@/lib/db';\n\nconst commentSchema = z.object({ id: z.cuid(), text: z.string().min(1).max(500) });\n\nexport async function run(input: unknown) {\n  const { id, text } = commentSchema.parse(input);\n  await prisma.comment.update({ where: { id }, data: { text } });\n}\n`,
    });
    expectFixed(fixture, RULE, {
      'lib/actions/comment.actions.ts': `'use server';\n\nimport { prisma } from '@/lib/db';\nimport { commentSchema } from '@/lib/validations/comment';\n\nexport async function run(input: unknown) {\n  const { id, text } = commentSchema.parse(input);\n  await prisma.comment.update({ where: { id }, data: { text } });\n}\n`,
      'lib/validations/comment.ts': `import { z } from 'zod';\n\nexport const commentSchema = z.object({ id: z.cuid(), text: z.string().min(1).max(500) });\n`,
    });
  });

  it('adds to a module that is there, and keeps what is still needed', async () => {
    const fixture = await openFixture({
      ...shared,
      'app/api/post/route.ts': `import { z } from 'zod';\nimport { postSchema } from '@/lib/validations/post';\n\nconst bodySchema = z.object({ id: z.cuid(), post: postSchema.pick({ title: true }) });\n\nexport async function POST(request: Request) {\n  z.string().parse(request.url);\n  return Response.json(bodySchema.parse(await request.json()));\n}\n`,
    });
    expect(refusal(fixture, { rule: RULE })).toContain('no way to import `postSchema`');
    const plain = await openFixture({
      ...shared,
      'app/api/post/route.ts': `import { z } from 'zod';\n\nconst bodySchema = z.object({ id: z.cuid(), title: z.string() });\n\nexport async function POST(request: Request) {\n  z.string().parse(request.url);\n  return Response.json(bodySchema.parse(await request.json()));\n}\n`,
    });
    expectFixed(plain, RULE, {
      'app/api/post/route.ts': `import { z } from 'zod';\nimport { bodySchema } from '@/lib/validations/post';\n\nexport async function POST(request: Request) {\n  z.string().parse(request.url);\n  return Response.json(bodySchema.parse(await request.json()));\n}\n`,
      [SHARED]: `${shared[SHARED]}\nexport const bodySchema = z.object({ id: z.cuid(), title: z.string() });\n`,
    });
  });

  it('is refused for what only the function or the file knows', async () => {
    const at = async (code: string): Promise<string | undefined> =>
      refusal(await openFixture({ ...shared, 'lib/actions/a.ts': `'use server';\n${Z}${code}` }), {
        rule: RULE,
      });
    const two = 'z.object({ id: z.cuid(), text: z.string().max(LIMIT) })';
    expect(
      await at(
        `const LIMIT = 5;\nconst own = ${two};\nexport async function run(input: unknown) { own.parse(input); }`,
      ),
    ).toContain('uses `LIMIT`');
    expect(
      await at(`export async function run(input: unknown) { const own = ${two}; own.parse(input); }`),
    ).toContain('inside a function');
  });
});
