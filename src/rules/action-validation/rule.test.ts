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
    'a form read by Object.fromEntries',
    action(`export async function save(formData: FormData) {
//                    ^^^^ action-validation error
  const data = Object.fromEntries(formData);
  ${WRITE('data.title')}
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
    'an any beside what the schema knows',
    action(`const schema = z.object({ id: z.string(), rest: z.any() });
export async function save(input: unknown) {
//                    ^^^^ action-validation error
  const { rest } = schema.parse(input);
  ${WRITE("'x'", 'rest')}
}`),
  ],
  [
    'a parse whose failure nobody looks at',
    action(`const schema = z.object({ title: z.string() });
export async function save(input: unknown) {
//                    ^^^^ action-validation error
  const parsed = schema.safeParse(input);
  ${WRITE('parsed.data!.title')}
}`),
  ],
  [
    'what came in, beside what the schema gave',
    action(`const schema = z.object({ title: z.string().trim() });
export async function save(input: { title: string }) {
//                    ^^^^ action-validation warning
  const parsed = schema.safeParse(input);
  if (!parsed.success) return;
  ${WRITE('input.title')}
}`),
  ],
  [
    'a schema of any as a whole',
    action(`const schema = z.any();
export async function save(input: unknown) {
//                    ^^^^ action-validation error
  const { title } = schema.parse(input);
  ${WRITE('title')}
}`),
  ],
  [
    'an any in an object that is written whole',
    action(`const schema = z.object({ title: z.string(), content: z.any() });
export async function save(id: string, input: unknown) {
//                    ^^^^ action-validation error
  const values = schema.parse(input);
  await prisma.post.update({ where: { id }, data: values });
}`),
  ],
  [
    'a price that the client chooses',
    action(`import Stripe from 'stripe';
const stripe = new Stripe('');
export async function pay(priceId: string) {
//                    ^^^ action-validation error
  await stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ price: priceId, quantity: 1 }] });
}`),
  ],
  [
    'an id that a service is asked for, as a hint',
    action(`import Stripe from 'stripe';
const stripe = new Stripe('');
export async function portal(customerId: string) {
//                    ^^^^^^ action-validation hint
  return stripe.billingPortal.sessions.create({ customer: customerId });
}`),
  ],
  [
    'a body read from a copy of the request, behind a wrapper',
    `//- lib/with-team.ts
import { auth } from '@/auth';
export const withTeam = (handler: (bag: { req: Request }) => Promise<Response>) => async (req: Request) => {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  return handler({ req: req.clone() });
};
//- app/api/posts/route.ts
import { withTeam } from '@/lib/with-team';
import { prisma } from '@/lib/db';
export const POST = withTeam(async ({ req }) => {
//           ^^^^ action-validation error
  const { title } = await req.json();
  ${WRITE('title')}
  return Response.json({});
});`,
  ],
  [
    'a body that a helper reads, tested for presence',
    `//- lib/body.ts
export async function readBody(request: Request) {
  return await request.json();
}
//- app/api/posts/route.ts
import { readBody } from '@/lib/body';
import { prisma } from '@/lib/db';
export async function POST(request: Request) {
//                    ^^^^ action-validation warning
  const { title } = await readBody(request);
  if (!title) return new Response(null, { status: 400 });
  ${WRITE('title')}
  return Response.json({});
}`,
  ],
  [
    'a stream that is stored as it comes',
    `//- app/api/upload/route.ts
import { put } from '@vercel/blob';
export async function POST(request: Request) {
//                    ^^^^ action-validation warning
  return Response.json(await put('upload', request.body ?? '', { access: 'public' }));
}`,
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
  [
    'items of what came in, beside the list that the schema gave',
    action(`const schema = z.array(z.object({ title: z.string() }));
export async function saveAll(input: any) {
//                    ^^^^^^^ action-validation warning
  const rows = schema.parse(input);
  await prisma.post.createMany({
    data: input.map((row: any) => ({ title: row.title, slug: String(rows.length), authorId: 'x' })),
  });
}`),
  ],
  [
    'items of a list of which only that it is one was tested',
    action(`export async function rename(items: { id: string; title: string }[]) {
//                    ^^^^^^ action-validation error
  if (!Array.isArray(items)) return;
  for (const item of items) await prisma.post.update({ where: { id: item.id }, data: { title: item.title } });
}`),
  ],
  [
    'what came in, where what the schema gave was tested',
    action(`const schema = z.object({ title: z.string() });
export async function save(input: any) {
//                    ^^^^ action-validation warning
  const parsed = schema.parse(input);
  if (parsed.title === 'x') return;
  ${WRITE('input.title')}
}`),
  ],
  [
    'a value beside one that was converted from it',
    action(`export async function rate(postId: string, stars: number) {
//                    ^^^^ action-validation error
  await prisma.comment.create({ data: { postId, text: String(Number(stars)), authorId: 'x' } });
  await prisma.post.update({ where: { id: postId }, data: { content: stars as any } });
}`),
  ],
  [
    'a part of a body by the name of a part of an address',
    `//- app/api/hosts/route.ts
import { prisma } from '@/lib/db';
export async function POST(request: Request) {
  //                  ^^^^ action-validation warning
  const { protocol } = await request.json();
  if (!protocol) return new Response(null, { status: 400 });
  return Response.json(await prisma.post.create({ data: { title: protocol, slug: 'a', authorId: 'x' } }));
}
`,
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
    'a failure told by its error, by a name, by an early throw',
    action(`const schema = z.object({ title: z.string() });
export async function first(input: unknown) {
  const { data, error } = schema.safeParse(input);
  if (error) return;
  ${WRITE('data.title')}
}
export async function second(input: unknown) {
  const { success, data } = await schema.safeParseAsync(input);
  if (!success) throw new Error('Invalid input');
  ${WRITE('data.title')}
}
export async function third(input: unknown) {
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    await prisma.$transaction(async (tx) => {
      await tx.post.create({ data: { title: parsed.data.title, slug: parsed.data.title, authorId: 'x' } });
    });
  }
}`),
  ],
  [
    'a text that was parsed by itself',
    action(`export async function save(title: string) {
  const parsed = z.string().max(200).safeParse(title);
  if (!parsed.success) return;
  ${WRITE('title')}
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
    'an action client of the project that parses and hands on',
    `//- lib/create-action.ts
import type { z } from 'zod';
export const createAction = <T, R>(schema: z.Schema<T>, handler: (data: T) => Promise<R>) => {
  return async (data: T) => {
    const checked = schema.safeParse(data);
    if (!checked.success) return { error: 'Invalid input' };
    return handler(checked.data);
  };
};
${action(`import { createAction } from '@/lib/create-action';
const schema = z.object({ title: z.string() });
const handler = async (data: z.infer<typeof schema>) => {
  const { title } = data;
  ${WRITE('title')}
};
export const save = createAction(schema, handler);`)}`,
  ],
  [
    'tests in the handler that a wrapper calls',
    `//- lib/with-user.ts
import { auth } from '@/auth';
export const withUser = (handler: (bag: { req: Request }) => Promise<Response>) => async (req: Request) => {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  return handler({ req });
};
//- app/api/posts/route.ts
import { withUser } from '@/lib/with-user';
import { prisma } from '@/lib/db';
export const POST = withUser(async ({ req }) => {
  const { title } = await req.json();
  if (typeof title !== 'string' || title.length > 200) return new Response(null, { status: 400 });
  ${WRITE('title')}
  return Response.json({});
});`,
  ],
  [
    'tests in a helper that is given the fields as an object',
    `//- lib/check.ts
export function problems({ title }: { title: string }) {
  const out: string[] = [];
  if (!title || title.length < 2) out.push('Too short');
  return out;
}
${action(`import { problems } from '@/lib/check';
export async function save(title: string) {
  if (problems({ title }).length > 0) return;
  ${WRITE('title')}
}`)}`,
  ],
  [
    'a body that may be missing, with a test of the type',
    `//- pages/api/posts.ts
import { prisma } from '../../lib/db';
export default async function handler(req, res) {
  const { name } = req.body ?? {};
  const title = typeof name === 'string' ? name.trim() : '';
  ${WRITE('title')}
  res.status(200).end();
}`,
  ],
  [
    'one of the keys of a table',
    action(`const LIMITS = { free: 1, pro: 10 };
export async function save(plan: keyof typeof LIMITS) {
  if (!LIMITS[plan]) return;
  ${WRITE('plan')}
}`),
  ],
  [
    'a text that is cut to a size',
    action(`import OpenAI from 'openai';
const openai = new OpenAI();
export async function describe(text: string) {
  return openai.chat.completions.create({ messages: [{ role: 'user', content: text.slice(0, 500) }] });
}`),
  ],
  [
    'a test of what is left of a text',
    action(`export async function save(address: string) {
  const host = address.trim().toLowerCase().replace(/^https?:/, '').split('/')[0];
  if (!/^[a-z.]+$/.test(host)) return;
  ${WRITE('host')}
}`),
  ],
  [
    'a text that has picked a row before, as hint only',
    `//- app/api/posts/route.ts
import { prisma } from '@/lib/db';
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await prisma.post.findUniqueOrThrow({ where: { id } });
  await fetch('https://example.com', { method: 'POST', body: id });
  return Response.json({});
}`,
  ],
  [
    'what a service answers',
    action(`import axios from 'axios';
const schema = z.object({ code: z.string() });
export async function connect(input: unknown) {
  const { code } = schema.parse(input);
  const answer = await axios.post('https://example.com', { code });
  ${WRITE('answer.data.name')}
}`),
  ],
  [
    'where a request comes from',
    `//- pages/api/hit.ts
import { prisma } from '../../lib/db';
export default async function handler(req, res) {
  const title = req.socket.remoteAddress ?? 'nobody';
  ${WRITE('title')}
  res.status(200).end();
}`,
  ],
  [
    'the body of a queue that signs, with no check while developing',
    `//- lib/queue.ts
import { Receiver } from '@upstash/qstash';
const receiver = new Receiver();
export async function verify({ request, body }: { request: Request; body: string }) {
  if (process.env.VERCEL !== '1') return;
  const isValid = await receiver.verify({ signature: request.headers.get('Upstash-Signature') ?? '', body });
  if (!isValid) throw new Error('Invalid signature');
}
//- app/api/cron/route.ts
import { verify } from '@/lib/queue';
import { prisma } from '@/lib/db';
export async function POST(request: Request) {
  const body = await request.text();
  await verify({ request, body });
  const { title } = JSON.parse(body);
  ${WRITE('title')}
  return Response.json({});
}`,
  ],
  [
    'a helper that takes pairs of values and schemas',
    `//- lib/validate.ts
import type { z } from 'zod';
export function validateInputs(...pairs: [unknown, z.ZodType][]): void {
  for (const [value, schema] of pairs) if (!schema.safeParse(value).success) throw new Error('Invalid input');
}
${action(`import { validateInputs } from '@/lib/validate';
const slugSchema = z.string();
export async function find(slug: string) {
  validateInputs([slug, slugSchema]);
  return prisma.post.findFirst({ where: { slug } });
}`)}`,
  ],
  [
    'a text that is encoded for an address',
    `//- app/api/places/route.ts
export async function GET(request: Request) {
  const query = new URL(request.url).searchParams.get('query');
  if (!query) return new Response(null, { status: 400 });
  return fetch(\`https://example.com/places?query=\${encodeURIComponent(query)}\`);
}`,
  ],
  [
    'a refinement of any',
    action(`const schema = z.object({ title: z.any().refine((value) => typeof value === 'string') });
export async function save(input: unknown) {
  const { title } = schema.parse(input);
  ${WRITE('title')}
}`),
  ],
  [
    'a list of what a schema gave',
    action(`const schema = z.array(z.object({ title: z.string(), rank: z.number() }));
export async function save(input: unknown) {
  const rows = [...new Map(schema.parse(input).map((row) => [row.title, row])).values()];
  await prisma.$transaction(rows.map(({ title }) => prisma.post.create({ data: { title, slug: title, authorId: 'x' } })));
}`),
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
  [
    'items that were tested one by one',
    action(`export async function rename(items: { id: string; title: string }[]) {
  for (const item of items) {
    if (typeof item.title !== 'string' || typeof item.id !== 'string') continue;
    await prisma.post.update({ where: { id: item.id }, data: { title: item.title } });
  }
}`),
  ],
  [
    'what a table holds under a key that was sent',
    action(`export async function move(ids: string[]) {
  const paths = new Map<string, string>();
  const posts = await prisma.post.findMany({ where: { authorId: 'x' } });
  posts.forEach((post) => paths.set(post.id, post.title + '!'));
  await Promise.all(ids.map((id) => prisma.post.updateMany({ where: { authorId: 'x' }, data: { title: paths.get(id) } })));
}`),
  ],
  [
    'the claims of a token that was verified with its failure caught',
    `//- app/api/file/route.ts
import { decode } from 'next-auth/jwt';
import { readFileSync } from 'node:fs';
export async function GET(request: Request) {
  const text = new URL(request.url).searchParams.get('token') ?? '';
  const token = await decode({ token: text, secret: process.env.AUTH_SECRET ?? '', salt: 'file' }).catch(() => null);
  if (!token) return new Response(null, { status: 401 });
  return new Response(readFileSync(String(token.path)));
}
`,
  ],
  [
    'what a schema lets through as it comes, and a test looks at then',
    action(`const schema = z.object({ operations: z.array(z.object({ field: z.string(), value: z.any() })) });
const titleIn = (operations: { field: string; value?: any }[]): string | undefined => {
  for (const { field, value } of operations) if (field === 'title' && typeof value === 'string') return value;
  return undefined;
};
export async function save(input: unknown) {
  const parsed = schema.safeParse(input);
  if (!parsed.success) return;
  const title = titleIn(parsed.data.operations);
  if (title) ${WRITE('title')}
}`),
  ],
  [
    'the path of the request that is handled',
    `//- app/api/posts/route.ts
import { prisma } from '@/lib/db';
export async function GET(request: Request) {
  await fetch('https://stats.example', { method: 'POST', body: JSON.stringify({ path: new URL(request.url).pathname }) });
  return Response.json(await prisma.post.count());
}
`,
  ],
  [
    'a code that goes back to whoever gave it, and what they answer',
    `//- app/api/link/callback/route.ts
import { prisma } from '@/lib/db';
export async function GET(request: Request) {
  const code = new URL(request.url).searchParams.get('code');
  if (!code) return new Response(null, { status: 400 });
  const answer = await fetch('https://id.example/token', { method: 'POST', body: JSON.stringify({ code }) });
  const { login } = await answer.json();
  await prisma.post.create({ data: { title: login, authorId: 'x' } });
  return new Response(null);
}
`,
  ],
  [
    'whether a field was sent',
    action(`export async function save(formData: FormData) {
  await prisma.post.updateMany({ where: { authorId: 'x' }, data: { published: formData.has('published') } });
}`),
  ],
  [
    'how long a request may take',
    action(`export async function ping(timeout: number) {
  await fetch('https://status.example', { signal: AbortSignal.timeout(timeout) });
}`),
  ],
  [
    'the request of a route that is marked as an action',
    `//- app/api/posts/route.ts
'use server';
import { prisma } from '@/lib/db';
export async function GET(request: Request) {
  await fetch('https://stats.example', { method: 'POST', body: new URL(request.url).pathname });
  return Response.json(await prisma.post.count());
}
`,
  ],
  [
    'what a wrapper has put on the request',
    `//- lib/with-key.ts
import { prisma } from '@/lib/db';
export function withKey(handler: (request: Request & { apiAuth: { accountId: string } }) => Promise<Response>) {
  return async (request: any) => {
    const account = await prisma.account.findFirst({ where: { provider: request.headers.get('x-key') } });
    if (!account) return new Response(null, { status: 401 });
    request.apiAuth = { accountId: account.id };
    return handler(request);
  };
}
//- app/api/posts/route.ts
import { prisma } from '@/lib/db';
import { withKey } from '@/lib/with-key';
export const GET = withKey(async (request) => {
  const { accountId } = request.apiAuth;
  return Response.json(await prisma.post.findMany({ where: { authorId: accountId } }));
});
`,
  ],
  [
    'the host of an address that was read as one',
    `//- app/api/icon/route.ts
export async function GET(request: Request) {
  const url = new URL(new URL(request.url).searchParams.get('url') ?? '');
  return fetch('https://icons.example/' + url.hostname + '.ico');
}
`,
  ],
  [
    'what a mail provider of a wrapper answers',
    `//- lib/with-provider.ts
export function withProvider(handler: (request: any) => Promise<Response>) {
  return async (request: any) => {
    request.emailProvider = await import('@/lib/mail');
    return handler(request);
  };
}
//- app/api/labels/route.ts
import { redis } from '@upstash/redis';
import { withProvider } from '@/lib/with-provider';
export const GET = withProvider(async (request) => {
  const { emailProvider } = request;
  const labels = await emailProvider.getLabels();
  await redis.set('labels', labels);
  return Response.json(labels);
});
`,
  ],
  [
    'a number that was tested after it was converted',
    action(`export async function rate(stars: number) {
  const given = Number(stars);
  if (!Number.isInteger(given)) return;
  await prisma.post.update({ where: { id: 'x' }, data: { content: stars as any } });
}`),
  ],
];

describe(RULE, () => {
  it.each(invalid)('finds %s', async (_, source) => {
    expectFindings(await openFixture(source), { rules: [RULE] });
  });

  it('accepts what the maker of an instance gave it', async () => {
    expectSilent(
      await openFixture(
        action(`class Licensing {
  readonly apiUrl: string;
  constructor({ apiUrl }: { apiUrl: string }) {
    this.apiUrl = apiUrl;
  }
  async refresh(id: string) {
    return fetch(\`\${this.apiUrl}/refresh\`);
  }
}
const licensing = new Licensing({ apiUrl: process.env.LICENSE_URL ?? '' });
export async function refresh() {
  await licensing.refresh('x');
}`),
      ),
      RULE,
    );
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
