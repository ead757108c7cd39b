import { describe, expect, it } from 'vitest';
import { applyFix, expectFixed, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';

const RULE = 'action-result';
const FILE = 'lib/actions/case.ts';

const helpers: Files = {
  'lib/action-result.ts': `export type ActionResult<T = undefined> = { success: boolean; data?: T; error?: { message: string } };

export const ok = <T>(data?: T): ActionResult<T> => ({ success: true, data });

export const fail = (message: string): ActionResult<never> => ({ success: false, error: { message } });
`,
  'lib/actions/like.ts': `'use server';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { prisma } from '@/lib/db';

export async function like(id: string): Promise<ActionResult> {
  if (id === '') return fail('No such post');
  await prisma.post.update({ where: { id }, data: { published: true } });
  return ok();
}
`,
  'lib/errors.ts': `export class AppError extends Error {}

export function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return 'Something went wrong';
}

export function plain(error: unknown): string {
  return error instanceof AppError ? error.message : 'Something went wrong';
}
`,
  'lib/services/post.ts': `import { prisma } from '@/lib/db';

export const createPost = (title: string) => prisma.post.create({ data: { title, slug: title, authorId: 'a' } });
export async function touch(id: string) { await prisma.post.update({ where: { id }, data: { published: true } }); }
`,
};

const imports = `import { forbidden, notFound, redirect } from 'next/navigation';
import { AuthError } from 'next-auth';
import { z } from 'zod';
import { auth, signIn, signOut } from '@/auth';
import * as results from '@/lib/action-result';
import { prisma } from '@/lib/db';
import { AppError, plain, textOf } from '@/lib/errors';
import { Prisma } from '@/lib/generated/prisma/client';
import { createPost, touch } from '@/lib/services/post';
`;

const write = 'await prisma.post.update({ where: { id }, data: { title: id } });';
const action = (body: string): string => `export async function run(id: string) {\n${body}\n}`;

async function verdicts(code: string, more: Files = {}): Promise<string[]> {
  const fixture = await openFixture({ ...helpers, [FILE]: `'use server';\n${imports}${code}\n`, ...more });
  return findings(fixture, RULE).map(
    (finding) =>
      `${finding.severity} ${messageId(finding)} ${textAt(fixture.engine.text(finding.file), finding)}`,
  );
}

const textAt = (text: string | undefined, { start, end }: { start: number; end: number }): string =>
  text?.slice(start, end) ?? '';

describe('what an action returns', () => {
  it.each([
    ['a row', action('return prisma.post.create({ data: { slug: id, title: id, authorId: id } });')],
    ['a row by a name', action(`const post = ${write}\nreturn post;`)],
    ['an object without the flag', action(`${write}\nreturn { id };`)],
    ['a boolean', action(`${write}\nreturn true;`)],
    ['null in a guard', action(`if (!id) return null;\n${write}\nreturn { success: true };`)],
    ['another flag', action(`${write}\nreturn { ok: true };`)],
    ['nothing on some paths', action(`if (!id) return { success: false };\n${write}`)],
    ['what a service gives', action('return createPost(id);')],
    ['an arrow', 'export const run = async (id: string) => prisma.post.delete({ where: { id } });'],
    ['one of two alternatives', action(`${write}\nreturn id ? { success: true } : 'no';`)],
    [
      'an action that is exported later',
      `async function run(id: string) {\n${write}\nreturn [id];\n}\nexport { run };`,
    ],
  ])('%s', async (_, code) => {
    expect(await verdicts(code)).toEqual(['warning shape run']);
  });

  it.each([
    ['helpers', action(`${write}\nreturn results.ok();`)],
    ['literals', action(`${write}\nreturn { success: true, data: id };`)],
    ['a name', action(`${write}\nconst result = { success: true };\nreturn result;`)],
    ['a spread of who knows what', action(`${write}\nreturn { ...globalThis.state };`)],
    ['a redirect at the end', action(`${write}\nredirect('/posts');`)],
    ['notFound() instead of an answer', action(`if (!id) notFound();\n${write}\nreturn { success: true };`)],
    ['signOut()', "export async function run() {\nawait signOut({ redirectTo: '/' });\n}"],
    [
      'signIn() in a try',
      "export async function run(id: string) {\ntry {\nawait signIn('credentials', { id });\nreturn { success: true };\n} catch (error) {\nif (error instanceof AuthError) return { success: false };\nthrow error;\n}\n}",
    ],
    [
      'its argument',
      'export async function run(state: unknown, data: FormData) {\nif (!data) return state;\nawait touch("a");\nreturn { success: true };\n}',
    ],
    [
      'another action’s answer',
      `import { like } from '@/lib/actions/like';\n${action(`${write}\nreturn like(id);`)}`,
    ],
    [
      'what a package gives',
      `import { run as other } from 'some-package';\n${action(`${write}\nreturn other(id);`)}`,
    ],
    [
      'a callback in it',
      action(
        `${write}\nconst ids = [id].map((one) => { return one; });\nreturn { success: true, data: ids };`,
      ),
    ],
    [
      'an action client',
      `import { createSafeActionClient } from 'next-safe-action';\nexport const run = createSafeActionClient().action(async () => { await touch('a'); return 1; });`,
    ],
    [
      'a wrapper of its own',
      `function wrap<A>(inner: (id: string) => Promise<A>) { return async (id: string) => ({ success: true, data: await inner(id) }); }\nexport const run = wrap(async (id: string) => { ${write} return id; });`,
    ],
    ['an object whose shape is unknown', action(`${write}\nreturn JSON.parse(id);`)],
    ['broken code', 'export async function run(id: string) { return { success: '],
  ])('accepts %s', async (_, code) => {
    expect(await verdicts(code)).toEqual([]);
  });

  it.each([
    ['actions that only read', action('return prisma.post.findMany({ take: 5 });'), 'hint shape run'],
    [
      'an error without the flag',
      action(`if (!id) return { error: 'No id' };\n${write}\nreturn { success: true };`),
      'hint shape run',
    ],
    ['actions that return nothing', action(write), 'hint nothing run'],
    ['forms', `${action(write)}`, 'hint nothing run'],
  ])('only hints at %s', async (_, code, expected) => {
    expect(await verdicts(code)).toEqual([expected]);
  });

  it('only hints at actions that nobody but the server calls', async () => {
    const page = `import { run } from '@/lib/actions/case';\n\nexport default async function Page() {\n  return <p>{await run('a')}</p>;\n}\n`;
    expect(await verdicts(action(`${write}\nreturn id;`), { 'app/page.tsx': page })).toEqual([
      'hint shape run',
    ]);
    const client = `'use client';\nimport { run } from '@/lib/actions/case';\n\nexport const Button = () => <button onClick={() => run('a')} />;\n`;
    expect(
      await verdicts(action(`${write}\nreturn id;`), { 'app/page.tsx': page, 'app/button.tsx': client }),
    ).toEqual(['warning shape run']);
  });

  it('only hints where most actions return something else', async () => {
    const raw = `'use server';\nimport { prisma } from '@/lib/db';\nexport const a = async (id: string) => { await prisma.post.delete({ where: { id } }); return id; };\n`;
    const fixture = await openFixture({ 'lib/actions/a.ts': raw, 'lib/actions/b.ts': raw });
    expect(findings(fixture, RULE).map(({ severity }) => severity)).toEqual(['hint', 'hint']);
  });

  it('only hints where results say that all is well, and never that something failed', async () => {
    const flagged = `'use server';\nimport { prisma } from '@/lib/db';\nexport async function a(id: string) {\n  await prisma.post.delete({ where: { id } });\n  return { success: true };\n}\n`;
    const raw = flagged.replace('{ success: true }', 'id');
    const fixture = await openFixture({
      'lib/actions/a.ts': flagged,
      'lib/actions/b.ts': flagged,
      'lib/actions/c.ts': raw,
    });
    expect(findings(fixture, RULE).map(({ severity, file }) => `${severity} ${file}`)).toEqual([
      'hint lib/actions/c.ts',
    ]);
  });

  it('takes `{ error }` for the result where that is what actions return', async () => {
    const loose = `'use server';\nimport { prisma } from '@/lib/db';\nexport async function a(id: string) {\n  if (!id) return { error: 'No id' };\n  await prisma.post.delete({ where: { id } });\n  return { success: 'Deleted' };\n}\n`;
    const silent = loose.replace("  return { success: 'Deleted' };\n", '');
    const fixture = await openFixture({ 'lib/actions/a.ts': loose, 'lib/actions/b.ts': silent });
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('only hints at what `{ error }` has no place for', async () => {
    const loose = `'use server';\nimport { prisma } from '@/lib/db';\nexport async function a(id: string) {\n  if (!id) return { error: 'No id' };\n  return prisma.post.delete({ where: { id } });\n}\n`;
    const failing = loose.replace('return prisma', 'await prisma');
    const fixture = await openFixture({
      'lib/actions/a.ts': loose,
      'lib/actions/b.ts': failing,
      'lib/actions/c.ts': failing,
    });
    expect(findings(fixture, RULE).map(({ severity, file }) => `${severity} ${file}`)).toEqual([
      'hint lib/actions/a.ts',
    ]);
  });

  it('asks for the contract where it is told to', async () => {
    const fixture = await openFixture({
      'backend-specialist.config.json': JSON.stringify({
        rules: { [RULE]: ['warning', { shape: 'contract' }] },
      }),
      'lib/actions/a.ts': `'use server';\nimport { prisma } from '@/lib/db';\nexport async function a(id: string) {\n  if (!id) return { error: 'No id' };\n  await prisma.post.delete({ where: { id } });\n  return { ok: true };\n}\n`,
    });
    expect(findings(fixture, RULE).map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      "warning `a` returns `{ error }` instead of `{ success, data, error }`. Its caller can't test how it went as it does with other actions. Wrap what it returns in the result type.",
    ]);
  });

  it('names a default export by its function, and a function once', async () => {
    const code = `export default async function save(id: string) {\n'use server';\n${write}\nreturn id;\n}`;
    expect(await verdicts(code)).toEqual(['warning shape save']);
  });
});

describe('throws that reach the caller', () => {
  const answered = (body: string): string => action(`${body}\n${write}\nreturn { success: true };`);

  it.each([
    ['an Error', answered("if (!id) throw new Error('No id');"), 'Error'],
    ['without new', answered("if (!id) throw Error('No id');"), 'Error'],
    ['one of the project', answered("if (!id) throw new AppError('No id');"), 'AppError'],
    [
      'from a handler',
      action(
        `try {\n${write}\nreturn { success: true };\n} catch (error) {\nconsole.error(error);\nthrow new Error('Failed');\n}`,
      ),
      'Error',
    ],
    [
      'the caught error',
      action(
        `try {\n${write}\nreturn { success: true };\n} catch (error) {\nconsole.error(error);\nthrow error;\n}`,
      ),
      'error',
    ],
    ['in a switch', answered("switch (id) {\ncase 'a':\nthrow new Error('No');\n}"), 'Error'],
    [
      'through finally',
      answered("try {\nif (!id) throw new Error('No');\n} finally {\nconsole.log(id);\n}"),
      'Error',
    ],
  ])('%s', async (_, code, text) => {
    expect(await verdicts(code)).toEqual([`warning throws ${text}`]);
  });

  it.each([
    [
      'caught ones',
      action(
        `try {\nif (!id) throw new Error('No id');\n${write}\nreturn { success: true };\n} catch (error) {\nconsole.error(error);\nreturn { success: false };\n}`,
      ),
    ],
    [
      'navigation that goes on',
      action(
        `try {\n${write}\nredirect('/');\n} catch (error) {\nconsole.error(error);\nif (!(error instanceof AppError)) throw error;\nreturn { success: false };\n}`,
      ),
    ],
    ['forbidden()', answered('if (!id) throw forbidden();')],
    [
      'what the server was never set up for',
      answered("if (!process.env.KEY) throw new Error('KEY is missing');"),
    ],
    ['callbacks', answered("[id].forEach((one) => { if (!one) throw new Error('No'); });")],
  ])('accepts %s', async (_, code) => {
    expect(await verdicts(code)).toEqual([]);
  });

  it('only hints in actions that leave the page when all is well', async () => {
    const code = action(`if (!id) throw new Error('No id');\n${write}\nredirect('/');`);
    expect(await verdicts(code)).toEqual(['hint throws Error']);
  });

  it('only hints in actions that read, and counts them once', async () => {
    const code = action(
      "if (!id) throw new Error('No id');\nif (id === 'a') throw new Error('No a');\nconst count = await prisma.post.count();\nreturn { success: true, data: count };",
    );
    expect(await verdicts(code)).toEqual(['hint throws Error']);
  });
});

describe('an action that reads what a helper makes the first time', () => {
  const SERVICE = (body: string): Files => ({
    'lib/services/settings.ts': `import { prisma } from '@/lib/db';\nexport async function settingsOf(slug: string) {\n${body}\n}\n`,
  });
  const CODE = `import { settingsOf } from '@/lib/services/settings';\n${action("if (!id) throw new Error('No id');\nreturn { success: true, data: await settingsOf(id) };")}`;
  const MAKE = `prisma.post.create({ data: { slug, title: '', authorId: 'a' } })`;

  it.each([
    [
      'found or made',
      `const found = await prisma.post.findUnique({ where: { slug } });\nreturn found ?? (await ${MAKE});`,
    ],
    [
      'made after an early answer',
      `const found = await prisma.post.findUnique({ where: { slug } });\nif (found) return found;\nreturn ${MAKE};`,
    ],
    [
      'kept as it is',
      `return prisma.post.upsert({ where: { slug }, create: { slug, title: '', authorId: 'a' }, update: {} });`,
    ],
  ])('%s', async (_, body) => {
    expect(await verdicts(CODE, SERVICE(body))).toEqual(['hint throws Error']);
  });

  it.each([
    [
      'a name that must be free',
      `const taken = await prisma.post.findUnique({ where: { slug } });\nif (taken) return null;\nreturn ${MAKE};`,
    ],
    [
      'changed where it is there',
      `return prisma.post.upsert({ where: { slug }, create: { slug, title: '', authorId: 'a' }, update: { title: 'x' } });`,
    ],
  ])('%s is written all the same', async (_, body) => {
    expect(await verdicts(CODE, SERVICE(body))).toEqual(['warning throws Error']);
  });
});

describe('texts of errors', () => {
  const caught = (handler: string, work = write): string =>
    action(
      `try {\n${work}\nreturn { success: true };\n} catch (error) {\nconsole.error(error);\n${handler}\n}`,
    );

  it.each([
    ['error.message', caught('return { success: false, error: (error as Error).message };'), 'message'],
    [
      'a choice',
      caught("return { success: false, error: error instanceof Error ? error.message : 'Failed' };"),
      'message',
    ],
    [
      'a name for it',
      caught(
        "const message = error instanceof Error ? error.message : 'Failed';\nreturn { success: false, message };",
      ),
      'message',
    ],
    [
      'a template',
      caught('return { success: false, error: `Failed: ${(error as Error).message}` };'),
      'message',
    ],
    ['String(error)', caught('return { success: false, error: String(error) };'), 'error'],
    ['a helper', caught('return { success: false, error: textOf(error) };'), 'textOf'],
    [
      'a known error of Prisma',
      caught(
        'if (error instanceof Prisma.PrismaClientKnownRequestError) return { success: false, error: error.message };\nreturn { success: false };',
      ),
      'message',
    ],
    [
      'its details',
      caught(
        "if (error.code === 'P2002') return { success: false, error: error.meta };\nreturn { success: false };",
      ),
      'meta',
    ],
    ['the project’s helper for results', caught('return results.fail((error as Error).message);'), 'message'],
    [
      '.catch()',
      action(
        `return prisma.post.delete({ where: { id } }).then(() => ({ success: true })).catch((error: Error) => ({ success: false, error: error.message }));`,
      ),
      'message',
    ],
  ])('%s', async (_, code, text) => {
    expect(await verdicts(code)).toContain(`warning leak ${text}`);
  });

  it.each([
    [
      'its own errors',
      caught(
        'if (error instanceof AppError) return { success: false, error: error.message };\nreturn { success: false };',
      ),
    ],
    [
      'all but its own sent away',
      caught(
        'if (!(error instanceof AppError)) return { success: false };\nreturn { success: false, error: error.message };',
      ),
    ],
    ['a helper that chooses', caught('return { success: false, error: plain(error) };')],
    [
      'issues of a schema',
      caught(
        'if (error instanceof z.ZodError) return { success: false, error: error.issues[0]?.message };\nreturn { success: false };',
      ),
    ],
    ['the code', caught('return { success: false, error: error.code };')],
    ['what is only logged', caught('console.error(error.message);\nreturn { success: false };')],
    ['parsing', caught('return { success: false, error: (error as Error).message };', 'JSON.parse(id);')],
  ])('accepts %s', async (_, code) => {
    expect(await verdicts(code)).toEqual([]);
  });

  it('is milder where no query can fail', async () => {
    const code = caught(
      'return { success: false, error: (error as Error).message };',
      "await fetch('https://example.com');",
    );
    expect(await verdicts(code)).toEqual(['info leak message']);
  });
});

describe('fixes', () => {
  const open = (code: string, more: Files = {}) => openFixture({ ...helpers, [FILE]: code, ...more });
  const head = `'use server';\n\nimport { prisma } from '@/lib/db';\n\n`;
  const withOk = `'use server';\n\nimport { ok } from '@/lib/action-result';\nimport { prisma } from '@/lib/db';\n\n`;

  it('wraps with the project’s helpers, and awaits what is wrapped', async () => {
    const fixture = await open(
      `${head}export async function run(id: string): Promise<{ id: string }> {\n  return prisma.post.delete({ where: { id } });\n}\n`,
    );
    expectFixed(fixture, RULE, {
      [FILE]: `'use server';\n\nimport { ok, type ActionResult } from '@/lib/action-result';\nimport { prisma } from '@/lib/db';\n\nexport async function run(id: string): Promise<ActionResult<{ id: string }>> {\n  return ok(await prisma.post.delete({ where: { id } }));\n}\n`,
    });
  });

  it('adds an answer at the end, early ways out fail', async () => {
    const fixture = await open(
      `${head}export async function run(id: string): Promise<void> {\n  if (!id) return;\n  await prisma.post.delete({ where: { id } });\n}\n`,
    );
    expectFixed(fixture, RULE, {
      [FILE]: `'use server';\n\nimport { fail, ok, type ActionResult } from '@/lib/action-result';\nimport { prisma } from '@/lib/db';\n\nexport async function run(id: string): Promise<ActionResult> {\n  if (!id) return fail('Something went wrong');\n  await prisma.post.delete({ where: { id } });\n  return ok();\n}\n`,
    });
  });

  it('wraps arrows without braces', async () => {
    const fixture = await open(
      `${head}export const run = async (id: string) => prisma.post.delete({ where: { id } });\n`,
    );
    expectFixed(fixture, RULE, {
      [FILE]: `${withOk}export const run = async (id: string) => ok(await prisma.post.delete({ where: { id } }));\n`,
    });
  });

  it('makes the module where a project has no results yet', async () => {
    const fixture = await openFixture({
      'src/actions/a.ts': `"use server"\n\nimport { prisma } from "@/lib/db"\n\nexport async function run(id: string) {\n  if (!id) throw new Error("No id")\n  const post = await prisma.post.delete({ where: { id } })\n  return post\n}\n`,
    });
    expectFixed(
      fixture,
      RULE,
      {
        'src/actions/a.ts': `"use server"\n\nimport { fail, ok } from "@/lib/action-result"\nimport { prisma } from "@/lib/db"\n\nexport async function run(id: string) {\n  if (!id) return fail("No id")\n  const post = await prisma.post.delete({ where: { id } })\n  return ok(post)\n}\n`,
        'lib/action-result.ts': `export type ActionError = { message: string; code?: string }\n\nexport type ActionResult<T = undefined> = { success: boolean; data?: T; error?: ActionError }\n\nexport const ok = <T = undefined>(data?: T): ActionResult<T> => ({ success: true, data })\n\nexport const fail = (message: string, code?: string): ActionResult<never> => ({\n  success: false,\n  error: { message, code },\n})\n`,
      },
      { nth: 0 },
    );
  });

  it('writes the literals of a project without helpers', async () => {
    const like = `'use server';\nimport { prisma } from '@/lib/db';\nexport async function like(id: string) {\n  if (!id) return { ok: false, message: 'No id' };\n  await prisma.post.delete({ where: { id } });\n  return { ok: true };\n}\n`;
    const fixture = await openFixture({
      'lib/actions/like.ts': like,
      [FILE]: `${head}export async function run(id: string) {\n  if (!id) return null;\n  const { slug } = await prisma.post.delete({ where: { id } });\n  return slug;\n}\n`,
    });
    expectFixed(fixture, RULE, {
      [FILE]: `${head}export async function run(id: string) {\n  if (!id) return { ok: false, message: 'Something went wrong' };\n  const { slug } = await prisma.post.delete({ where: { id } });\n  return { ok: true, data: slug };\n}\n`,
    });
  });

  it('gives errors their flag', async () => {
    const fixture = await open(
      `${head}export async function run(id: string) {\n  if (!id) return { error: { message: 'No id' } };\n  await prisma.post.delete({ where: { id } });\n  return { success: true };\n}\n`,
    );
    expectFixed(fixture, RULE, {
      [FILE]: `${head}export async function run(id: string) {\n  if (!id) return { success: false, error: { message: 'No id' } };\n  await prisma.post.delete({ where: { id } });\n  return { success: true };\n}\n`,
    });
  });

  it('returns failures instead of throwing', async () => {
    const fixture = await open(
      `${head}export async function run(id: string) {\n  if (!id) throw new Error('No id');\n  if (id === 'a') {\n    throw new Error('Not a');\n  }\n  await prisma.post.delete({ where: { id } });\n  return { success: true };\n}\n`,
    );
    expectFixed(fixture, RULE, {
      [FILE]: `'use server';\n\nimport { fail } from '@/lib/action-result';\nimport { prisma } from '@/lib/db';\n\nexport async function run(id: string) {\n  if (!id) return fail('No id');\n  if (id === 'a') {\n    return fail('Not a');\n  }\n  await prisma.post.delete({ where: { id } });\n  return { success: true };\n}\n`,
    });
  });

  it('answers with the text that is there already, and logs what went wrong', async () => {
    const fixture = await open(
      `${head}export async function run(id: string) {\n  try {\n    await prisma.post.delete({ where: { id } });\n    return { success: true };\n  } catch (error) {\n    return { success: false, error: { message: error instanceof Error ? error.message : 'Could not delete it' } };\n  }\n}\n`,
    );
    expectFixed(fixture, RULE, {
      [FILE]: `${head}export async function run(id: string) {\n  try {\n    await prisma.post.delete({ where: { id } });\n    return { success: true };\n  } catch (error) {\n    console.error('run failed', error);\n    return { success: false, error: { message: 'Could not delete it' } };\n  }\n}\n`,
    });
  });

  it('does all there is to do', async () => {
    const fixture = await open(
      `${head}export async function a(id: string) {\n  if (!id) throw new Error('No id');\n  return prisma.post.delete({ where: { id } });\n}\n\nexport async function b(id: string) {\n  await prisma.post.delete({ where: { id } });\n}\n`,
    );
    applyFix(fixture, { rule: RULE });
    applyFix(fixture, { rule: RULE });
    expect(findings(fixture, RULE)).toEqual([]);
    expect(fixture.engine.text(FILE)).toBe(
      `'use server';\n\nimport { fail, ok } from '@/lib/action-result';\nimport { prisma } from '@/lib/db';\n\nexport async function a(id: string) {\n  if (!id) return fail('No id');\n  return ok(await prisma.post.delete({ where: { id } }));\n}\n\nexport async function b(id: string) {\n  await prisma.post.delete({ where: { id } });\n  return ok();\n}\n`,
    );
  });

  it.each([
    [
      'the answer is used',
      `'use client';\nimport { run } from '@/lib/actions/case';\n\nexport async function click() {\n  const post = await run('a');\n  return post.id;\n}\n`,
      'uses what `run` returns',
    ],
    [
      'it is handed to a form',
      `import { run } from '@/lib/actions/case';\n\nexport const Form = () => <form action={run} />;\n`,
      'is handed to a form',
    ],
  ])('is refused where %s', async (_, code, reason) => {
    const fixture = await open(
      `${head}export async function run(id: string) {\n  return prisma.post.delete({ where: { id } });\n}\n`,
      { 'app/use.tsx': code },
    );
    expect(refusal(fixture, { rule: RULE })).toContain(reason);
  });

  it('is refused where a return is not clear, or a throw has no text', async () => {
    const unclear = await open(
      `${head}export async function run(id: string) {\n  if (id) return globalThis.answer(id);\n  await prisma.post.delete({ where: { id } });\n  return id;\n}\n`,
    );
    expect(refusal(unclear, { rule: RULE })).toBe('It is not clear what the return in line 6 hands over.');
    const textless = await open(
      `${head}export async function run(id: string, problem: Error) {\n  if (id) throw problem;\n  await prisma.post.delete({ where: { id } });\n  return { success: true };\n}\n`,
    );
    expect(refusal(textless, { rule: RULE })).toContain('has no text');
  });
});
