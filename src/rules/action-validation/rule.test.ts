import { describe, expect, it } from 'vitest';
import { expectFindings, expectFixed, expectSilent, openFixture, refusal } from '../../../test/kit/check.ts';

const RULE = 'action-validation';
const FILE = 'lib/actions/post.ts';
const HEAD = `'use server';

import { z } from 'zod';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';`;

const action = (body: string): string => `//- ${FILE}\n${HEAD}\n\n${body}`;
const WRITE = (title: string, slug = title): string =>
  `await prisma.post.create({ data: { title: ${title}, slug: ${slug}, authorId: 'x' } });`;

const invalid: [string, string][] = [
  [
    'a typed object',
    action(`export async function save(input: { title: string }) {
//                    ^^^^ action-validation error
  ${WRITE('input.title')}
}`),
  ],
  [
    'a type inferred from a schema that is not used',
    action(`const schema = z.object({ title: z.string() });
export async function save(values: z.infer<typeof schema>) {
//                    ^^^^ action-validation error
  ${WRITE('values.title')}
}`),
  ],
  [
    'destructured arguments',
    action(`export const save = async ({ title, slug }: { title: string; slug: string }) => {
//           ^^^^ action-validation error
  ${WRITE('title', 'slug')}
};`),
  ],
  [
    'entries of a form, cast',
    action(`export async function save(_previous: unknown, formData: FormData) {
//                    ^^^^ action-validation error
  const title = formData.get('title') as string;
  ${WRITE('title')}
}`),
  ],
  [
    'a form spread by Object.fromEntries',
    action(`export async function save(formData: FormData) {
//                    ^^^^ action-validation error
  const data = Object.fromEntries(formData);
  await prisma.post.create({ data: { ...data, authorId: 'x' } });
}`),
  ],
  [
    'only a test for presence',
    action(`export async function save(title: string) {
//                    ^^^^ action-validation warning
  if (!title) return;
  ${WRITE('title')}
}`),
  ],
  [
    'trimmed texts',
    action(`export async function save(title: string) {
//                    ^^^^ action-validation error
  const name = title.trim();
  ${WRITE('name')}
}`),
  ],
  [
    'a schema of any',
    action(`const schema = z.object({ title: z.any() });
export async function save(input: unknown) {
//                    ^^^^ action-validation error
  const { title } = schema.parse(input);
  ${WRITE('title')}
}`),
  ],
  [
    'a condition that an object could stand for',
    action(`export async function clear(slug: string) {
//                    ^^^^^ action-validation error
  await prisma.post.deleteMany({ where: { slug } });
}`),
  ],
  [
    'the same where it only reads',
    action(`export async function find(slug: string) {
//                    ^^^^ action-validation warning
  return prisma.post.findFirst({ where: { slug } });
}`),
  ],
  [
    'an id in a look-up by its key, as a hint',
    action(`export async function drop(id: string) {
//                    ^^^^ action-validation hint
  await prisma.post.delete({ where: { id } });
}`),
  ],
  [
    'a service that is handed the input',
    `//- lib/services/post.ts
import { prisma } from '@/lib/db';
export function createPost(data: { title: string }) {
  return prisma.post.create({ data: { title: data.title, slug: data.title, authorId: 'x' } });
}
${action(`import { createPost } from '@/lib/services/post';
export async function save(input: { title: string }) {
//                    ^^^^ action-validation error
  await createPost(input);
}`)}`,
  ],
  [
    'the body of a request',
    `//- app/api/posts/route.ts
import { prisma } from '@/lib/db';
export async function POST(request: Request) {
//                    ^^^^ action-validation error
  const { title } = await request.json();
  ${WRITE('title')}
  return Response.json({});
}`,
  ],
  [
    'an address that the client chooses',
    `//- app/api/preview/route.ts
export async function GET(request: Request) {
//                    ^^^ action-validation error
  const url = new URL(request.url).searchParams.get('url') as string;
  return fetch(url);
}`,
  ],
  [
    'a redirect to wherever the client likes',
    action(`import { redirect } from 'next/navigation';
export async function go(to: string) {
//                    ^^ action-validation error
  redirect(to);
}`),
  ],
  [
    'a file of that name',
    action(`import { writeFile } from 'node:fs/promises';
export async function store(name: string, text: string) {
//                    ^^^^^ action-validation error
  await writeFile(name, text);
}`),
  ],
  [
    'an inline action',
    `//- app/new/page.tsx
import { prisma } from '@/lib/db';
export default function Page() {
  async function save(formData: FormData) {
  //             ^^^^ action-validation error
    'use server';
    const title = formData.get('title') as string;
    ${WRITE('title')}
  }
  return <form action={save} />;
}`,
  ],
];

const valid: [string, string][] = [
  [
    'a schema',
    action(`const schema = z.object({ title: z.string() });
export async function save(input: unknown) {
  const parsed = schema.safeParse(input);
  if (!parsed.success) return;
  ${WRITE('parsed.data.title')}
}`),
  ],
  [
    'a parse whose result is dropped',
    action(`const schema = z.object({ title: z.string() });
export async function save(values: z.infer<typeof schema>) {
  if (!schema.safeParse(values).success) return;
  ${WRITE('values.title')}
}`),
  ],
  [
    'several arguments parsed as one object',
    action(`const schema = z.object({ title: z.string(), slug: z.string() });
export async function save(title: string, slug: string) {
  schema.parse({ title, slug });
  ${WRITE('title', 'slug')}
}`),
  ],
  [
    'a helper that parses',
    `//- lib/validate.ts
import type { z } from 'zod';
export function validate<T>(schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data);
  if (!result.success) throw new Error('Invalid input');
  return result.data;
}
${action(`import { validate } from '@/lib/validate';
export async function save(input: unknown) {
  const { title } = validate(z.object({ title: z.string() }), input);
  ${WRITE('title')}
}`)}`,
  ],
  [
    'a parse in the service',
    `//- lib/services/post.ts
import { z } from 'zod';
import { prisma } from '@/lib/db';
const schema = z.object({ title: z.string() });
export function createPost(data: unknown) {
  const { title } = schema.parse(data);
  return prisma.post.create({ data: { title, slug: title, authorId: 'x' } });
}
${action(`import { createPost } from '@/lib/services/post';
export async function save(input: { title: string }) {
  await createPost(input);
}`)}`,
  ],
  [
    'valibot',
    action(`import * as v from 'valibot';
export async function save(input: unknown) {
  const { title } = v.parse(v.object({ title: v.string() }), input);
  ${WRITE('title')}
}`),
  ],
  [
    'yup',
    action(`import { object, string } from 'yup';
const schema = object({ title: string().required() });
export async function save(input: unknown) {
  const { title } = await schema.validate(input);
  ${WRITE('title')}
}`),
  ],
  [
    'arktype',
    action(`import { type } from 'arktype';
const post = type({ title: 'string' });
export async function save(input: unknown) {
  const out = post(input);
  if (out instanceof type.errors) return;
  ${WRITE('out.title')}
}`),
  ],
  [
    'a test of the type',
    action(`export async function save(title: string) {
  if (typeof title !== 'string' || title.length > 200) return;
  ${WRITE('title')}
}`),
  ],
  [
    'a list of allowed values',
    action(`const TITLES = ['a', 'b'];
export async function save(title: string) {
  if (!TITLES.includes(title)) return;
  ${WRITE('title')}
}`),
  ],
  [
    'a type guard of the project',
    action(`function isTitle(value: unknown): value is string {
  return typeof value === 'string' && value.length < 100;
}
export async function save(title: string) {
  if (!isTitle(title)) return;
  ${WRITE('title')}
}`),
  ],
  [
    'entries of a form that are only compared',
    action(`export async function save(formData: FormData) {
  const published = formData.get('published') === 'on';
  await prisma.post.updateMany({ where: { authorId: 'x' }, data: { published } });
}`),
  ],
  [
    'an action client with a schema',
    action(`import { createSafeActionClient } from 'next-safe-action';
const client = createSafeActionClient();
export const save = client.inputSchema(z.object({ title: z.string() })).action(async ({ parsedInput }) => {
  ${WRITE('parsedInput.title')}
});`),
  ],
  [
    'no input at all',
    action(`export async function touch() {
  const session = await auth();
  if (!session?.user) return;
  ${WRITE("'new'")}
}`),
  ],
  [
    'the id of a route',
    `//- app/api/posts/[id]/route.ts
import { prisma } from '@/lib/db';
export async function DELETE(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await prisma.post.delete({ where: { id } });
  return Response.json({});
}`,
  ],
  [
    'the body of a verified webhook',
    `//- app/api/webhook/route.ts
import Stripe from 'stripe';
import { prisma } from '@/lib/db';
const stripe = new Stripe('');
export async function POST(request: Request) {
  const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get('stripe-signature') ?? '', 'x');
  ${WRITE('event.id')}
  return Response.json({});
}`,
  ],
  [
    'a redirect within the application',
    action(`import { redirect } from 'next/navigation';
export async function go(id: string) {
  redirect(\`/posts/\${id}\`);
}`),
  ],
];

describe(RULE, () => {
  it.each(invalid)('finds %s', async (_, source) => {
    expectFindings(await openFixture(source), { rules: [RULE] });
  });

  it.each(valid)('accepts %s', async (_, source) => {
    expectSilent(await openFixture(source), RULE);
  });

  it('leaves ids alone when told so', async () => {
    const source = action(`export async function drop(id: string) {
  await prisma.post.delete({ where: { id } });
}`);
    const config = JSON.stringify({ rules: { [RULE]: ['error', { ids: false }] } });
    expectSilent(await openFixture(`${source}\n//- backend-specialist.config.json\n${config}`), RULE);
  });

  it('survives code that does not parse', async () => {
    expectSilent(await openFixture(action(`export async function save(input: { title`)), RULE);
  });
});

describe('its fix', () => {
  it('writes a schema from the declared type and the columns', async () => {
    const head = `'use server';

import { prisma } from '@/lib/db';`;
    expectFixed(
      await openFixture(`//- ${FILE}
${head}

export async function save(data: { title: string; content?: string }) {
  await prisma.post.create({ data: { title: data.title, content: data.content, slug: data.title, authorId: 'x' } });
  return { success: true };
}`),
      RULE,
      {
        [FILE]: `'use server';

import { prisma } from '@/lib/db';
import { saveSchema } from '@/lib/validations/post';

export async function save(input: { title: string; content?: string }) {
  const parsed = saveSchema.safeParse(input);
  if (!parsed.success) return { success: false, error: { message: 'Invalid input' } };
  const data = parsed.data;
  await prisma.post.create({ data: { title: data.title, content: data.content, slug: data.title, authorId: 'x' } });
  return { success: true };
}
`,
        'lib/validations/post.ts': `import { z } from 'zod';

export const saveSchema = z.object({
  title: z.string().min(1),
  content: z.string().optional(),
});
`,
      },
    );
  });

  it('reads a form from the result', async () => {
    expectFixed(
      await openFixture(
        action(`export async function save(formData: FormData) {
  const title = formData.get('title') as string;
  ${WRITE('title')}
}`),
      ),
      RULE,
      {
        [FILE]: `'use server';

import { z } from 'zod';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { saveSchema } from '@/lib/validations/post';

export async function save(formData: FormData) {
  const parsed = saveSchema.safeParse(Object.fromEntries(formData));
  if (!parsed.success) throw new Error('Invalid input');
  const title = parsed.data.title;
  ${WRITE('title')}
}
`,
        'lib/validations/post.ts': `import { z } from 'zod';

export const saveSchema = z.object({
  title: z.string().min(1),
});
`,
      },
    );
  });

  it('throws where the function answers with rows, and parses several arguments as one object', async () => {
    const body = (
      inserted: string,
    ): string => `export async function find(slug: string, take: number) {${inserted}
  return prisma.post.findMany({ where: { slug }, take: Math.min(take, 20) });
}`;
    expectFixed(await openFixture(action(body(''))), RULE, {
      [FILE]: `'use server';

import { z } from 'zod';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { findSchema } from '@/lib/validations/post';

${body(`
  const parsed = findSchema.safeParse({ slug, take });
  if (!parsed.success) throw new Error('Invalid input');`)}
`,
      'lib/validations/post.ts': `import { z } from 'zod';

export const findSchema = z.object({
  slug: z.string().min(1),
  take: z.number(),
});
`,
    });
  });

  it('takes the schema that the type is inferred from', async () => {
    expectFixed(
      await openFixture(
        action(`const schema = z.object({ title: z.string() });

export async function save({ title }: z.infer<typeof schema>) {
  ${WRITE('title')}
}`),
      ),
      RULE,
      {
        [FILE]: `${HEAD}

const schema = z.object({ title: z.string() });

export async function save(input: z.infer<typeof schema>) {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new Error('Invalid input');
  const { title } = parsed.data;
  ${WRITE('title')}
}
`,
      },
    );
  });

  it('parses the body of a request', async () => {
    expectFixed(
      await openFixture(`//- app/api/posts/route.ts
import { prisma } from '@/lib/db';

export async function POST(request: Request) {
  const { title } = await request.json();
  ${WRITE('title')}
  return Response.json({});
}`),
      RULE,
      {
        'app/api/posts/route.ts': `import { prisma } from '@/lib/db';
import { postPostsSchema } from '@/lib/validations/posts';

export async function POST(request: Request) {
  const parsed = postPostsSchema.safeParse(await request.json());
  if (!parsed.success) return Response.json({ error: { message: 'Invalid input' } }, { status: 400 });
  const { title } = parsed.data;
  ${WRITE('title')}
  return Response.json({});
}
`,
        'lib/validations/posts.ts': `import { z } from 'zod';

export const postPostsSchema = z.object({
  title: z.string().min(1),
});
`,
      },
    );
  });

  it('says why it can not', async () => {
    const untyped = await openFixture(
      action(`export async function save(input: any) {
  ${WRITE('input.title')}
}`),
    );
    expect(refusal(untyped, { rule: RULE })).toBe('What `input` holds can not be told from its type here.');
  });
});
