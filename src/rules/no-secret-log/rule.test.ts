import { describe, expect, it } from 'vitest';
import { expectFixed, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';
import { parseFixture } from '../../../test/kit/fixture.ts';

const RULE = 'no-secret-log';
const FILE = 'lib/actions/account.actions.ts';

const schema = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }
  model User {
    id           String    @id
    email        String    @unique
    name         String?
    passwordHash String?
    /// @secret
    pin          Int?
    hasPassword  Boolean   @default(false)
    accounts     Account[]
  }
  model Account {
    id           String @id
    userId       String
    access_token String?
    user         User   @relation(fields: [userId], references: [id])
  }
  model Coupon {
    id    String @id
    token String
  }
  model PasswordResetToken {
    id    String @id
    token String
  }
  model Post {
    id    String @id
    title String
  }
`;

const HEAD = `'use server';
import * as Sentry from '@sentry/nextjs';
import jwt from 'jsonwebtoken';
import { randomBytes } from 'node:crypto';
import type { Session } from 'next-auth';
import { cookies, headers } from 'next/headers';
import { z } from 'zod';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { env } from '@/lib/env';
import type { User } from '@/lib/generated/prisma/client';
import { log, logger, safeLogger } from '@/lib/logger';
import * as lib from '@/lib/logger';

const signInSchema = z.object({ email: z.email(), password: z.string().min(8) });
`;

const LOGGER = `
  //- lib/logger.ts
  import pino from 'pino';
  export const logger = {
    info(message: string, context?: unknown) { console.info(message, context); },
    error(message: string, context?: unknown) { console.error(message, context); },
  };
  const redact = (value: unknown): unknown => value;
  export const safeLogger = {
    info(message: string, context?: unknown) { console.info(message, redact(context)); },
  };
  export const pinoSafe = pino({ redact: ['password', '*.token'] });
  export const pinoOpen = pino({ level: 'info' });
  export const log = (message: string, context?: unknown) => console.log(message, context);
`;

const action = (body: string, params = 'input: { id: string }'): string =>
  `${HEAD}
export async function act(${params}) {
${body
  .split('\n')
  .map((line) => `  ${line.trim()}`)
  .join('\n')}
}
`;

async function found(text: string, more = ''): Promise<string[]> {
  const fixture = await openFixture({ ...parseFixture(schema + LOGGER + more), [FILE]: text });
  return findings(fixture, RULE)
    .filter(({ file }) => file === FILE)
    .map(({ start, end, severity }) => `${text.slice(start, end)} ${severity}`);
}

const FIND = 'const user = await prisma.user.findUniqueOrThrow({ where: { id: input.id } });';

describe('finds', () => {
  it.each<[string, string, string[], string?]>([
    [
      'an answer with a token',
      `const response = await fetch('https://id.example/token'); const answer = await response.json(); console.log('answer', answer); return answer.access_token;`,
      ['answer error'],
    ],
    ['a secret column', `${FIND} console.log(user.passwordHash);`, ['passwordHash error']],
    ['a column that is marked', `${FIND} console.log('pin', user.pin);`, ['pin error']],
    ['a whole row', `${FIND} console.log('found', user);`, ['user error']],
    [
      'a row that may be missing',
      `const user = await prisma.user.findUnique({ where: { id: input.id } }); console.log(user);`,
      ['user error'],
    ],
    [
      'rows as JSON',
      `const users = await prisma.user.findMany({ take: 5 }); console.log(JSON.stringify(users, null, 2));`,
      ['users error'],
    ],
    [
      'what is left of a row',
      `${FIND} const { passwordHash, ...rest } = user; console.log(rest, passwordHash === null);`,
      ['rest error'],
    ],
    [
      'rows with related rows',
      `const posts = await prisma.user.findMany({ take: 5, select: { id: true, accounts: true } }); logger.info('posts', posts);`,
      ['posts error'],
    ],
    [
      'a one-time token’s column',
      `const row = await prisma.passwordResetToken.findFirst({ where: { id: input.id } }); console.log(row?.token);`,
      ['token error'],
    ],
    [
      'the token of a header',
      `const authorization = (await headers()).get('authorization'); const token = authorization?.split(' ')[1]; console.log(token);`,
      ['token error'],
    ],
    [
      'a piece of a key by its name',
      `const [clientId, token] = apiKey.split('_'); console.log(clientId, token);`,
      ['token error'],
      'apiKey: string',
    ],
    ['a declared row', `console.log(user);`, ['user error'], 'user: User'],
    ['a password by name', `console.log('sign in', password);`, ['password error'], 'password: string'],
    [
      'a key in an object',
      `console.error('failed', { email, password });`,
      ['password error'],
      'email: string, password: string',
    ],
    [
      'a neutral value under a telling key',
      `console.log({ apiKey: value });`,
      ['value error'],
      'value: string',
    ],
    [
      'a template',
      'console.log(`login ${email}/${password}`);',
      ['password error'],
      'email: string, password: string',
    ],
    ['a concatenation', `console.log('pw: ' + password);`, ['password error'], 'password: string'],
    [
      'form data',
      `const password = form.get('password'); console.log(password);`,
      ['password error'],
      'form: FormData',
    ],
    ['a declared session', `console.log(session);`, ['session warning'], 'session: Session | null'],
    [
      'a token that is made',
      `const token = randomBytes(16).toString('hex'); console.log(token);`,
      ['token error'],
    ],
    [
      'a token that is waited for',
      `const token = await createResetToken(input.id); console.log(token);`,
      ['token warning'],
    ],
    [
      'a field of a form',
      `console.log(form.get('password'), form.get('email'));`,
      ['get error'],
      'form: FormData',
    ],
    [
      'a form with a password',
      `const password = form.get('password'); console.log(Object.fromEntries(form)); return password;`,
      ['form error'],
      'form: FormData',
    ],
    [
      'parsed input',
      `const parsed = signInSchema.parse(input); console.log(parsed);`,
      ['parsed error'],
      'input: unknown',
    ],
    [
      'input that is parsed later',
      `console.log(input); const parsed = signInSchema.safeParse(input); return parsed.success;`,
      ['input error'],
      'input: unknown',
    ],
    [
      'data of a parse',
      `const { data } = signInSchema.safeParse(input); console.log(data);`,
      ['data error'],
      'input: unknown',
    ],
    [
      'an object that is put together',
      `const payload = { email: input.id, password: input.password }; console.log(payload);`,
      ['payload error'],
      'input: { id: string; password: string }',
    ],
    [
      'a link with a token',
      'const link = `https://x.dev/reset?token=${value}`; console.log(link);',
      ['link error'],
      'value: string',
    ],
    ['the environment', `console.log(process.env);`, ['env error']],
    ['a variable', `console.log(process.env.AUTH_SECRET);`, ['AUTH_SECRET error']],
    ['a parsed environment', `console.log(env, env.DATABASE_URL);`, ['env error', 'DATABASE_URL error']],
    ['all cookies', `const jar = await cookies(); console.log(jar.getAll());`, ['jar error']],
    ['all headers', `console.log(Object.fromEntries(await headers()));`, ['headers error']],
    [
      'the authorization',
      `const list = await headers(); console.log(list.get('authorization'));`,
      ['get error'],
    ],
    [
      'a session cookie',
      `const jar = await cookies(); const value = jar.get('session-token')?.value; console.log(value);`,
      ['value error'],
    ],
    ['the session', `const session = await auth(); console.log('session', session);`, ['session warning']],
    [
      'a token of the session',
      `const session = await auth(); console.log(session?.accessToken);`,
      ['accessToken error'],
    ],
    [
      'a signed token',
      `const ticket = jwt.sign({ id: input.id }, 'x'); const accessToken = ticket; console.log(accessToken);`,
      ['accessToken error'],
    ],
    [
      'a reporting SDK',
      `Sentry.captureException(new Error('x'), { extra: { refreshToken } });`,
      ['refreshToken error'],
      'refreshToken: string',
    ],
    [
      'a logger of the project',
      `logger.error('x', { clientSecret });`,
      ['clientSecret error'],
      'clientSecret: string',
    ],
    [
      'a namespace import',
      `lib.logger.info('x', { clientSecret });`,
      ['clientSecret error'],
      'clientSecret: string',
    ],
    ['a function that logs', `log('x', { password });`, ['password error'], 'password: string'],
    [
      'an error message',
      'throw new Error(`wrong password ${password}`);',
      ['password error'],
      'password: string',
    ],
    [
      'an answer’s error',
      'return { success: false, error: `wrong password ${password}` };',
      ['password error'],
      'password: string',
    ],
    [
      'a callback',
      `return [input].map((one) => { console.log(one.password); return one; });`,
      ['password error'],
      'input: { password: string }',
    ],
    ['a token by name', `console.log('verify', token);`, ['token warning'], 'token: string'],
  ])('%s', async (_, body, expected, params) => {
    expect(await found(action(body, params))).toEqual(expected);
  });

  it('a wrapper’s input, in a route under src', async () => {
    const text = `import { prisma } from '@/lib/db';
export async function POST(request: Request) {
  console.log(request.headers);
  const body = await request.json();
  console.log(body);
  await prisma.user.create({ data: { id: '1', email: body.email, passwordHash: body.password } });
  return Response.json({ ok: true });
}
`;
    const fixture = await openFixture({ ...parseFixture(schema), 'src/app/api/register/route.ts': text });
    expect(findings(fixture, RULE).map(({ start, end }) => text.slice(start, end))).toEqual([
      'headers',
      'body',
    ]);
  });

  it('in a file that does not parse to its end', async () => {
    expect(
      await found(`${action('console.log(password);', 'password: string')}\nexport const x = {`),
    ).toEqual(['password error']);
  });
});

describe('says what is wrong', () => {
  it.each<[string, string]>([
    ['value', 'console.log(input.password);'],
    ['row', `${FIND} console.log(user);`],
    ['input', 'console.log(input); return input.password;'],
    ['session', 'console.log(await auth());'],
    ['request', 'console.log(await cookies());'],
    ['environment', 'console.log(process.env);'],
    ['message', 'throw new Error(`wrong: ${input.password}`);'],
  ])('%s', async (message, body) => {
    const fixture = await openFixture({
      ...parseFixture(schema),
      [FILE]: action(body, 'input: { id: string; password: string }'),
    });
    expect(findings(fixture, RULE).map(messageId)).toEqual([message]);
  });
});

describe('accepts', () => {
  it.each<[string, string, string?]>([
    [
      'what was answered instead of a token',
      `const response = await fetch('https://id.example/token'); const answer = await response.json(); if (!response.ok) { console.error('refused', answer); throw new Error('refused'); } return answer.access_token;`,
    ],
    [
      'how many tokens there were',
      `const removed = await prisma.user.deleteMany({ where: { id: input.id } });
  console.log('cleaned up', { resetTokens: removed.count, verificationTokens: removed.count });`,
    ],
    [
      'the columns of a table that are named',
      `const users = await prisma.user.findMany({ where: { id: input.id } });
  console.table(users, ['id', 'email']);`,
    ],
    [
      'ids and lengths',
      `console.log(apiKeyId, password.length, tokenCount, nextPageToken);`,
      'apiKeyId: string, password: string, tokenCount: number, nextPageToken: string',
    ],
    [
      'whether it is there',
      `console.log({ hasToken: !!token, has: Boolean(token), kind: typeof token });`,
      'token: string',
    ],
    ['one of two texts', `console.log(token ? 'set' : 'missing', token && 'set');`, 'token: string'],
    [
      'a masked value',
      'console.log(token.substring(0, 2), `${token.slice(0, 4)}…`, mask(token), hash(token));',
      'token: string',
    ],
    [
      'a select',
      `const user = await prisma.user.findUnique({ where: { id: input.id }, select: { id: true, email: true } }); console.log(user);`,
    ],
    [
      'an omit',
      `const user = await prisma.user.findUnique({ where: { id: input.id }, omit: { passwordHash: true, pin: true } }); console.log(user);`,
    ],
    [
      'what is left without them',
      `${FIND} const { passwordHash, pin, ...rest } = user; console.log(rest); return [passwordHash, pin];`,
    ],
    ['ordinary columns', `${FIND} console.log(user.id, user.email, user.hasPassword);`],
    ['a row without secrets', `const post = await prisma.post.findFirst(); console.log(post);`],
    [
      'a coupon’s token',
      `const coupon = await prisma.coupon.findFirst(); console.log('missing', coupon?.token);`,
    ],
    ['a token of something else', `console.log(coupon.token);`, 'coupon: { token: string }'],
    ['counts', `const n = await prisma.user.count(); console.log(n);`],
    [
      'a picked text',
      `const parsed = signInSchema.parse(input); console.log(parsed.email);`,
      'input: unknown',
    ],
    [
      'a replacer',
      `console.log(JSON.stringify(input, ['id']), input.password.length);`,
      'input: { id: string; password: string }',
    ],
    ['the session’s user', `const session = await auth(); console.log(session?.user?.id);`],
    [
      'public variables',
      `console.log(process.env.NODE_ENV, process.env.NEXT_PUBLIC_API_KEY, Object.keys(process.env));`,
    ],
    [
      'harmless headers and cookies',
      `const list = await headers(); const jar = await cookies(); console.log(list.get('user-agent'), jar.get('theme')?.value);`,
    ],
    ['development', `if (process.env.NODE_ENV === 'development') console.log(password);`, 'password: string'],
    [
      'all but production',
      `if (process.env.NODE_ENV === 'production') return; console.log(password);`,
      'password: string',
    ],
    ['a logger that redacts', `safeLogger.info('x', { password });`, 'password: string'],
    ['pino that redacts', `lib.pinoSafe.info({ password }, 'x');`, 'password: string'],
    ['a comparison', `const password = input.id === 'x'; console.log(password);`],
    ['a flag', `console.log(password);`, 'password: boolean'],
    [
      'the error',
      `try { await prisma.post.count(); } catch (token) { console.error('token', token); throw token; }`,
    ],
    ['names in texts', `console.error('CRON_SECRET is not set', 'wrong password');`],
    ['an error about a name', 'throw new Error(`Missing variable ${secretVar}`);', 'secretVar: string'],
    [
      'what is not logged',
      `await prisma.user.update({ where: { id: input.id }, data: { passwordHash: password } });`,
      'input: { id: string }, password: string',
    ],
    ['a math log', `return Math.log(token);`, 'token: number'],
  ])('%s', async (_, body, params) => {
    expect(await found(action(body, params))).toEqual([]);
  });

  it('code of the browser and tools', async () => {
    const text = `'use client';\nexport const Form = ({ password }: { password: string }) => { console.log(password); return null; };\n`;
    const fixture = await openFixture({
      'components/form.tsx': text,
      'scripts/make.ts': `const password = process.env.ADMIN_PASSWORD;\nconsole.log(password);\n`,
    });
    expect(findings(fixture, RULE)).toEqual([]);
  });
});

describe('fixes', () => {
  const fixed = async (body: string, params: string, result: string, recipe?: string): Promise<void> => {
    const fixture = await openFixture({ ...parseFixture(schema + LOGGER), [FILE]: action(body, params) });
    expectFixed(
      fixture,
      RULE,
      { [FILE]: action(result, params) },
      ...(recipe === undefined ? [] : [{ recipe }]),
    );
  };

  it.each<[string, string, string, string]>([
    ['an argument', 'console.log(password);', 'password: string', `console.log('[redacted]');`],
    [
      'a shorthand',
      'console.log({ password });',
      'password: string',
      `console.log({ password: '[redacted]' });`,
    ],
    [
      'a property',
      'console.log({ pw: input.password });',
      'input: { password: string }',
      `console.log({ pw: '[redacted]' });`,
    ],
    [
      'a template',
      'console.log(`a ${input.password} b`);',
      'input: { password: string }',
      'console.log(`a [redacted] b`);',
    ],
    [
      'a whole value as JSON',
      `console.log('env', JSON.stringify(process.env));`,
      '',
      `console.log('env', '[redacted]');`,
    ],
    [
      'a call',
      'const list = await headers();\nconsole.log(list.get("authorization"));',
      '',
      `const list = await headers();\nconsole.log('[redacted]');`,
    ],
  ])('redacts %s', async (_, body, params, result) => {
    await fixed(body, params, result);
  });

  it.each<[string, string, string, string]>([
    ['an argument', `console.log('x', password);`, 'password: string', `console.log('x');`],
    ['a property', `console.log({ a: 1, password });`, 'password: string', `console.log({ a: 1 });`],
  ])('drops %s', async (_, body, params, result) => {
    await fixed(body, params, result, 'drop');
  });

  it('all at once, and then nothing more', async () => {
    const before = action(
      'console.log(password, { password });\nconsole.log(process.env);',
      'password: string',
    );
    const fixture = await openFixture({ ...parseFixture(schema + LOGGER), [FILE]: before });
    const after = action(
      `console.log('[redacted]', { password: '[redacted]' });\nconsole.log('[redacted]');`,
      'password: string',
    );
    expectFixed(fixture, RULE, { [FILE]: after }, { all: true });
    const other = await openFixture({ ...parseFixture(schema + LOGGER), [FILE]: before });
    const result = other.engine.fixAll(FILE);
    expect(result.ok && result.changes.length).toBe(1);
  });

  it('drops a statement of its own, and says why it can’t drop what is part of a text', async () => {
    await fixed(
      'const a = 1;\nconsole.log(input);\nreturn [a, input.password];',
      'input: { password: string }',
      'const a = 1;\nreturn [a, input.password];',
      'drop',
    );
    const fixture = await openFixture({
      [FILE]: action('console.log(`a ${input.password}`);', 'input: { password: string }'),
    });
    expect(refusal(fixture, { rule: RULE, recipe: 'drop' })).toBe('It is part of a text: rewrite the text.');
  });

  it('a message only when asked', async () => {
    const before = action('throw new Error(`wrong: ${input.password}`);', 'input: { password: string }');
    const fixture = await openFixture({ [FILE]: before });
    expectFixed(
      fixture,
      RULE,
      { [FILE]: before.replace('${input.password}', '[redacted]') },
      { recipe: 'redact-message' },
    );
  });
});

describe('whole people', () => {
  const plain = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }
  model User {
    id       String    @id
    email    String    @unique
    accounts Account[]
  }
  model Account {
    id     String @id
    userId String
    user   User   @relation(fields: [userId], references: [id])
  }
`;
  it.each([
    ['read whole', 'prisma.user.findUnique({ where: { id: input.id } })', ['warning']],
    ['with what belongs to them', 'prisma.user.findFirst({ include: { accounts: true } })', ['warning']],
    ['by chosen columns', 'prisma.user.findFirst({ select: { id: true, email: true } })', []],
    ['their accounts only', 'prisma.account.findFirst()', []],
    ['a count of them', 'prisma.user.count()', []],
  ])('%s', async (_, query, expected) => {
    const fixture = await openFixture({
      ...parseFixture(plain),
      [FILE]: `${HEAD}
export async function act(input: { id: string }) {
  const user = await ${query};
  console.log('found', user);
}
`,
    });
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(expected);
  });
});
