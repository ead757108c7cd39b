import { describe, expect, it } from 'vitest';
import { expectFixed, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';

const RULE = 'no-swallowed-error';

/** What is reported in an action that has the helpers below: severity and message, in order. */
async function verdicts(
  code: string,
  more: Files = {},
  file = 'lib/actions/case.actions.ts',
): Promise<string[]> {
  const fixture = await openFixture({
    ...helpers,
    ...more,
    [file]: `${file.includes('actions') ? "'use server';\n" : ''}${imports}${code}\n`,
  });
  return findings(fixture, RULE).map((finding) => `${finding.severity} ${messageId(finding)}`);
}

const imports = `import { notFound, redirect, unstable_rethrow } from 'next/navigation';
import { AuthError } from 'next-auth';
import { signIn } from '@/auth';
import { prisma } from '@/lib/db';
import { requireMember } from '@/lib/guards';
import { report, shout, swallow } from '@/lib/report';
`;

const helpers: Files = {
  'lib/guards.ts': `import { redirect } from 'next/navigation';
import { auth } from '@/auth';

export async function requireMember() {
  const session = await auth();
  if (!session?.user) redirect('/login');
  return session.user;
}
`,
  'lib/report.ts': `export function report(error: unknown) {
  shout(error);
}

export function shout(error: unknown) {
  console.error('failed', error);
}

export function swallow(error: unknown) {
  return { error };
}

export function pass(error: unknown) {
  if (error instanceof Error && error.message === 'NEXT_REDIRECT') throw error;
}
`,
};

const write = 'await prisma.user.update({ where: { id }, data: { name: id } });';
const inAction = (body: string): string => `export async function run(id: string) {\n${body}\n}`;
const guarded = (work: string, handler: string): string => inAction(`try {\n${work}\n} ${handler}`);

describe('navigation that a catch swallows', () => {
  it.each([
    ['redirect()', guarded("redirect('/a');", 'catch (error) { console.error(error); return null; }')],
    ['a catch without a name', guarded('notFound();', 'catch { return null; }')],
    [
      'a helper in another file',
      guarded('await requireMember();', 'catch (error) { console.error(error); }'),
    ],
    [
      'a helper in Promise.all',
      guarded('await Promise.all([requireMember(), id]);', 'catch (error) { console.error(error); }'),
    ],
    [
      'signIn()',
      guarded(
        "await signIn('credentials', { id });",
        'catch (error) { if (error instanceof AuthError) return null; console.error(error); }',
      ),
    ],
    ['a new error', guarded("redirect('/a');", "catch (error) { throw new Error('no', { cause: error }); }")],
    [
      'a test of something else',
      guarded(
        "redirect('/a');",
        'catch (error) { if (error instanceof TypeError) throw error; console.error(error); }',
      ),
    ],
    ['another page', guarded("redirect('/a');", "catch { redirect('/b'); }")],
    [
      'an alias',
      `import { redirect as go } from 'next/navigation';\n${guarded("go('/a');", 'catch (error) { console.error(error); }')}`,
    ],
    [
      'a transaction',
      guarded(
        "await prisma.$transaction(async (tx) => { await tx.user.count(); redirect('/a'); });",
        'catch (error) { console.error(error); }',
      ),
    ],
    [
      'a callback of an array',
      guarded(
        "[id].forEach((one) => { if (one) redirect('/a'); });",
        'catch (error) { console.error(error); }',
      ),
    ],
    ['.catch()', inAction('await requireMember().catch((error) => { console.error(error); return null; });')],
    [
      'a method',
      `class Guard { async member() { await requireMember(); } async run() { try { await this.member(); } catch (error) { console.error(error); } } }\nexport async function run() { return new Guard().run(); }`,
    ],
  ])('%s', async (_, code) => {
    expect(await verdicts(code)).toEqual(['error navigation']);
  });

  it.each([
    [
      'unstable_rethrow()',
      guarded("redirect('/a');", 'catch (error) { unstable_rethrow(error); console.error(error); }'),
    ],
    [
      'isRedirectError()',
      `import { isRedirectError } from 'next/dist/client/components/redirect-error';\n${guarded("redirect('/a');", 'catch (error) { if (isRedirectError(error)) throw error; console.error(error); }')}`,
    ],
    [
      'a digest',
      guarded(
        "redirect('/a');",
        "catch (error) { if (error.digest?.startsWith('NEXT_REDIRECT')) { throw error; } console.error(error); }",
      ),
    ],
    [
      'a message',
      guarded(
        "redirect('/a');",
        "catch (error) { if (error instanceof Error && error.message === 'NEXT_REDIRECT') throw error; console.error(error); }",
      ),
    ],
    [
      'AuthError only',
      guarded(
        "await signIn('credentials', { id });",
        "catch (error) { if (error instanceof AuthError) { switch (error.type) { default: return { error: 'no' }; } } throw error; }",
      ),
    ],
    [
      'all but AuthError',
      guarded(
        "await signIn('credentials', { id });",
        'catch (error) { if (!(error instanceof AuthError)) throw error; console.warn(error.type); }',
      ),
    ],
    [
      'a rethrow at the end',
      guarded("redirect('/a');", 'catch (error) { console.error(error); throw error; }'),
    ],
    [
      'a rethrow through a helper',
      `import { pass } from '@/lib/report';\n${guarded("redirect('/a');", 'catch (error) { pass(error); console.error(error); }')}`,
    ],
    [
      'a test of the project',
      `${guarded("redirect('/a');", 'catch (error) { if (expected(error)) throw error; console.error(error); }')}\nfunction expected(error: unknown) { return (error as { digest?: string }).digest?.startsWith('NEXT_REDIRECT'); }`,
    ],
    [
      'no await: the promise rejects outside',
      guarded('return requireMember();', 'catch (error) { console.error(error); }'),
    ],
    [
      'not started here',
      guarded("queueMicrotask(async () => redirect('/a'));", 'catch (error) { console.error(error); }'),
    ],
    [
      'redirect: false',
      guarded(
        "await signIn('credentials', { id, redirect: false });",
        'catch (error) { console.error(error); }',
      ),
    ],
    [
      'the same page',
      guarded(`if (!id) notFound();\n${write}`, 'catch (error) { console.error(error); notFound(); }'),
    ],
    [
      'behind the try',
      inAction(`try { ${write} } catch (error) { console.error(error); return null; }\nredirect('/a');`),
    ],
    [
      'an inner catch that lets it through',
      guarded(
        "try { redirect('/a'); } finally { console.log('done'); }",
        'catch (error) { unstable_rethrow(error); }',
      ),
    ],
    [
      'allSettled',
      guarded('await Promise.allSettled([requireMember()]);', 'catch (error) { console.error(error); }'),
    ],
    [
      "a function of one's own called redirect",
      `function redirect2() { return null; }\n${guarded('redirect2();', 'catch (error) { console.error(error); }')}`,
    ],
  ])('not with %s', async (_, code) => {
    expect(await verdicts(code)).not.toContain('error navigation');
  });
});

describe('navigation that may be swallowed on purpose', () => {
  it('is a warning where the handler makes a check of its own', async () => {
    expect(
      await verdicts(`export async function open(id: string) {
  try {
    await requireMember();
  } catch {
    const guest = await prisma.post.findUnique({ where: { id } });
    if (!guest) notFound();
  }
  return prisma.post.findUnique({ where: { id } });
}`),
    ).toEqual(['warning navigation']);
  });

  it('is nothing where only machines call', async () => {
    const code = `export async function POST() {
  await requireMember().catch((error) => {
    console.error('no member', error);
    return;
  });
  return new Response();
}`;
    expect(await verdicts(code, {}, 'app/api/stripe/webhook/completed.ts')).toEqual([]);
    expect(await verdicts(code, {}, 'app/api/stripe/webhook/route.ts')).toEqual([]);
    expect(await verdicts(code, {}, 'app/api/stripe/pay/route.ts')).toEqual(['error navigation']);
  });
});

describe('errors that leave no trace', () => {
  it.each([
    ['an empty catch', guarded(write, 'catch {}'), 'warning empty'],
    ['an unused name', guarded(write, 'catch (error) {}'), 'warning empty'],
    [
      'only a suppressing comment',
      guarded(write, 'catch { /* eslint-disable-line no-empty */ }'),
      'warning empty',
    ],
    ['code in a comment', guarded(write, 'catch (error) { // console.error(error);\n}'), 'warning empty'],
    ['"ignore" as a reason', guarded(write, 'catch { /* ignore errors */ }'), 'info empty'],
    [
      'an answer without a log',
      guarded(`${write}\nreturn { success: true };`, "catch { return { success: false, error: 'no' }; }"),
      'warning unlogged',
    ],
    [
      'a data layer that answers null',
      guarded('return await prisma.user.findUnique({ where: { id } });', 'catch (error) { return null; }'),
      'warning unlogged',
    ],
    [
      'a helper that forgets',
      guarded(write, 'catch (error) { swallow(id); return null; }'),
      'warning unlogged',
    ],
    [
      'success in the catch',
      guarded(
        `${write}\nreturn { success: true };`,
        'catch (error) { console.error(error); return { success: true }; }',
      ),
      'warning success',
    ],
    [
      'success behind a log',
      inAction(`try { ${write} } catch (error) { console.error(error); }\nreturn { success: true };`),
      'warning success',
    ],
    [
      'one case of several',
      guarded(
        write,
        "catch (error) { if (error.code === 'P2002') return { error: 'taken' }; return { error: 'no' }; }",
      ),
      'warning unlogged',
    ],
    [
      'nothing behind the known cases',
      guarded(write, "catch (error) { if (error.code === 'P2002') return { error: 'taken' }; }"),
      'warning dropped',
    ],
    [
      '.catch(() => {})',
      inAction('await prisma.user.delete({ where: { id } }).catch(() => {});'),
      'warning empty',
    ],
    [
      '.catch(() => null)',
      inAction('return prisma.user.findUnique({ where: { id } }).catch(() => null);'),
      'warning unloggedPromise',
    ],
    [
      '.catch(noop)',
      `const noop = () => {};\n${inAction('await prisma.user.delete({ where: { id } }).catch(noop);')}`,
      'warning empty',
    ],
    [
      'a request over the network',
      guarded("await fetch('https://api.example.com', { method: 'POST' });", 'catch {}'),
      'warning empty',
    ],
    [
      'a fallback for the network',
      guarded(
        "const r = await fetch('https://api.example.com'); return await r.json();",
        'catch { return null; }',
      ),
      'info unlogged',
    ],
    [
      'a health probe',
      guarded('await prisma.$queryRaw`SELECT 1`; return true;', 'catch { return false; }'),
      'info unlogged',
    ],
    [
      'rows left out of a loop',
      inAction(`for (const one of [id]) { try { ${write} } catch { continue; } }`),
      'info unlogged',
    ],
    ['a new error without its cause', guarded(write, "catch { throw new Error('no'); }"), 'hint lostCause'],
  ])('%s', async (_, code, expected) => {
    expect(await verdicts(code)).toEqual([expected]);
  });

  it.each([
    [
      'a log',
      guarded(write, "catch (error) { console.error('run failed', error); return { success: false }; }"),
    ],
    [
      'a log without the error',
      guarded(write, "catch { console.error('run failed'); return { success: false }; }"),
    ],
    ['a rethrow', guarded(write, 'catch (error) { throw error; }')],
    ['a cause', guarded(write, "catch (error) { throw new Error('no', { cause: error }); }")],
    [
      'a reporter',
      `import * as Sentry from '@sentry/nextjs';\n${guarded(write, 'catch (error) { Sentry.captureException(error); return null; }')}`,
    ],
    [
      'a logger package',
      `import pino from 'pino';\nconst log = pino();\n${guarded(write, "catch (err) { log.error({ err }, 'no'); return null; }")}`,
    ],
    ['a function that logs, two calls away', guarded(write, 'catch (error) { report(error); return null; }')],
    [
      'a log in a callback',
      `import { after } from 'next/server';\n${guarded(write, 'catch (error) { after(() => shout(error)); return null; }')}`,
    ],
    [
      'an unknown function that gets the error',
      `import { handle } from '@acme/errors';\n${guarded(write, 'catch (error) { return handle(error); }')}`,
    ],
    [
      'the message in the answer',
      guarded(
        write,
        "catch (error) { const message = error instanceof Error ? error.message : 'no'; return { success: false, error: message }; }",
      ),
    ],
    [
      'a known code',
      guarded(write, "catch (error) { if (error.code === 'P2025') return { error: 'gone' }; throw error; }"),
    ],
    ['a cause in a comment', guarded(write, 'catch { /* the row may have been deleted by another tab */ }')],
    [
      'a cause behind the answer',
      guarded(
        'return await prisma.user.count();',
        'catch {\n return 0; // the table does not exist before the first migration\n}',
      ),
    ],
    [
      'a comment behind .catch()',
      inAction('await prisma.user.delete({ where: { id } }).catch(() => {}); // the row may already be gone'),
    ],
    ['JSON.parse', guarded('return JSON.parse(id);', 'catch { return null; }')],
    ['new URL', guarded('return new URL(id).host;', 'catch { return null; }')],
    [
      'an optional body',
      'export async function read(request: Request) { return request.json().catch(() => null); }',
    ],
    [
      'a cache mark',
      `import { revalidatePath } from 'next/cache';\n${guarded("revalidatePath('/');", 'catch {}')}`,
    ],
    [
      'a verified token',
      `import { jwtVerify } from 'jose';\n${guarded('return await jwtVerify(id, new Uint8Array());', 'catch { return null; }')}`,
    ],
    [
      'the next attempt',
      inAction(
        "for (const url of ['a', 'b']) { try { return await fetch(url); } catch { continue; } }\nreturn null;",
      ),
    ],
    ['finally without catch', guarded(write, 'finally { console.log(id); }')],
    ['allSettled', inAction('await Promise.allSettled([prisma.user.count()]);')],
    [
      'a best-effort write',
      inAction(
        `${write}\ntry { await prisma.session.deleteMany({ where: { userId: id } }); } catch (error) { console.error(error); }\nreturn { success: true };`,
      ),
    ],
    [
      "a schema's default",
      `import { z } from 'zod';\nconst schema = z.object({ page: z.number().catch(() => 1) });\n${inAction('return schema.parse({ page: id });')}`,
    ],
    ['a promise returned without await', guarded('return prisma.user.count();', 'catch { return 0; }')],
    ['a redirect with a log', guarded(write, "catch (error) { console.error(error); redirect('/error'); }")],
  ])('not %s', async (_, code) => {
    expect(await verdicts(code)).toEqual([]);
  });

  it('is silent in client components, scripts, tests and public files', async () => {
    const code = guarded(write, 'catch {}');
    expect(await verdicts(`${code}\nexport {};`, {}, 'scripts/run.ts')).toEqual([]);
    expect(await verdicts(code, {}, 'tests/run.test.ts')).toEqual([]);
    expect(await verdicts(code, {}, 'public/sw.js')).toEqual([]);
    const fixture = await openFixture({
      'app/button.tsx':
        "'use client';\nexport async function run() {\n  try { await fetch('/api'); } catch {}\n}\n",
    });
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('survives broken code', async () => {
    const fixture = await openFixture({
      'lib/broken.ts': 'export async function run() {\n  try { await prisma.user.\n} catch {\n',
    });
    expect(findings(fixture, RULE).map(({ rule }) => rule)).toEqual(findings(fixture, RULE).map(() => RULE));
  });

  it('shows where the navigation throws', async () => {
    const fixture = await openFixture({
      ...helpers,
      'lib/actions/a.ts': `'use server';\n${imports}${guarded('await requireMember();', 'catch { return null; }')}\n`,
    });
    const [finding] = findings(fixture, RULE);
    expect(finding?.message).toContain('the redirect() of requireMember() in run');
    expect(finding?.related.map(({ file, range }) => `${file}:${range.start.line + 1}`)).toEqual([
      'lib/actions/a.ts:10',
      'lib/guards.ts:6',
    ]);
  });

  it('names the export that a wrapped handler is given', async () => {
    const fixture = await openFixture({
      'app/api/x/route.ts':
        "import { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\n\nexport const DELETE = auth(async () => {\n  try {\n    await prisma.user.deleteMany({ where: { name: null } });\n  } catch {\n    return Response.json({}, { status: 500 });\n  }\n  return Response.json({});\n});\n",
    });
    expect(findings(fixture, RULE)[0]?.message).toContain('failed in DELETE');
  });
});

describe('fixes', () => {
  const service = (body: string, head = ''): string =>
    `import { prisma } from '@/lib/db';\n${head}\nexport async function run(id: string) {\n${body}\n}\n`;
  const file = 'lib/services/case.service.ts';

  it.each([
    [
      'one line',
      '  try { return await prisma.user.count(); } catch { return 0; }',
      "  try { return await prisma.user.count(); } catch (error) { console.error('run failed', error); return 0; }",
    ],
    [
      'an empty block',
      '  try {\n    await prisma.user.delete({ where: { id } });\n  } catch {}',
      "  try {\n    await prisma.user.delete({ where: { id } });\n  } catch (error) {\n    console.error('run failed', error);\n  }",
    ],
    [
      'a name that is there',
      '  try {\n    return await prisma.user.count();\n  } catch (_e) {\n    return 0;\n  }',
      "  try {\n    return await prisma.user.count();\n  } catch (_e) {\n    console.error('run failed', _e);\n    return 0;\n  }",
    ],
    [
      'a name that is taken',
      '  const error = 0;\n  try {\n    return await prisma.user.count();\n  } catch {\n    return error;\n  }',
      "  const error = 0;\n  try {\n    return await prisma.user.count();\n  } catch (cause) {\n    console.error('run failed', cause);\n    return error;\n  }",
    ],
    [
      'a callback',
      '  return prisma.user.count().catch(() => 0);',
      "  return prisma.user.count().catch((error) => {\n    console.error('run failed', error);\n    return 0;\n  });",
    ],
    [
      'an object in parentheses',
      '  return prisma.user.count().catch(() => ({ none: true }));',
      "  return prisma.user.count().catch((error) => {\n    console.error('run failed', error);\n    return { none: true };\n  });",
    ],
    [
      'an empty callback',
      '  await prisma.user.delete({ where: { id } }).catch(() => {});',
      "  await prisma.user.delete({ where: { id } }).catch((error) => {\n    console.error('run failed', error);\n  });",
    ],
    [
      'undefined',
      '  await prisma.user.delete({ where: { id } }).catch(() => undefined);',
      "  await prisma.user.delete({ where: { id } }).catch((error) => {\n    console.error('run failed', error);\n  });",
    ],
  ])('log-error: %s', async (_, before, after) => {
    const fixture = await openFixture({ [file]: service(before) });
    expectFixed(fixture, RULE, { [file]: service(after) }, { recipe: 'log-error' });
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('log-error keeps the style: no semicolons, double quotes, tabs, CRLF', async () => {
    const lines = (log: string, name = ''): string =>
      [
        'import { prisma } from "@/lib/db"',
        '',
        'export async function run() {',
        '\ttry {',
        '\t\treturn await prisma.user.count()',
        `\t} catch ${name}{`,
        ...(log ? [log] : []),
        '\t\treturn 0',
        '\t}',
        '}',
        '',
      ].join('\r\n');
    const fixture = await openFixture({ [file]: lines('') });
    expectFixed(
      fixture,
      RULE,
      { [file]: lines('\t\tconsole.error("run failed", error)', '(error) ') },
      { recipe: 'log-error' },
    );
  });

  it("log-error takes the project's logger", async () => {
    const user = (n: number): string =>
      `import { logger } from '@/lib/logger';\n\nexport function f${n}(error: unknown) {\n  logger.error({ error }, 'f${n} failed');\n}\n`;
    const body = '  try {\n    return await prisma.user.count();\n  } catch {\n    return 0;\n  }';
    const fixture = await openFixture({
      'lib/logger.ts': "import pino from 'pino';\nexport const logger = pino();\n",
      'lib/a.ts': user(1),
      'lib/b.ts': user(2),
      [file]: service(body),
    });
    expectFixed(fixture, RULE, {
      [file]: service(
        "  try {\n    return await prisma.user.count();\n  } catch (error) {\n    logger.error({ error }, 'run failed');\n    return 0;\n  }",
        "import { logger } from '@/lib/logger';\n",
      ),
    });
  });

  it('log-error is part of fix-all, and all safe fixes of a file go together', async () => {
    const body =
      '  await prisma.user.delete({ where: { id } }).catch(() => {});\n  try {\n    return await prisma.user.count();\n  } catch {\n    return 0;\n  }';
    const fixture = await openFixture({ [file]: service(body) });
    const all = fixture.engine.fixAll(file);
    expect(all.ok && all.changes.length).toBe(1);
    expectFixed(
      fixture,
      RULE,
      {
        [file]: service(
          "  await prisma.user.delete({ where: { id } }).catch((error) => {\n    console.error('run failed', error);\n  });\n  try {\n    return await prisma.user.count();\n  } catch (error) {\n    console.error('run failed', error);\n    return 0;\n  }",
        ),
      },
      { all: true },
    );
  });

  it('log-and-return uses the helper of the file, in actions', async () => {
    const action = (handler: string): string =>
      `'use server';\nimport { prisma } from '@/lib/db';\nimport { fail } from '@/lib/result';\n\nexport async function run(id: string) {\n  if (!id) return fail('No id');\n  try {\n    await prisma.user.delete({ where: { id } });\n  } catch ${handler}\n  return { success: true };\n}\n`;
    const result = {
      'lib/result.ts': 'export const fail = (message: string) => ({ success: false, error: { message } });\n',
    };
    const fixture = await openFixture({ ...result, 'lib/actions/a.ts': action('{}') });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/actions/a.ts': action(
          "(error) {\n    console.error('run failed', error);\n    return fail('Something went wrong');\n  }",
        ),
      },
      { recipe: 'log-and-return' },
    );
  });

  it('log-and-return answers a route with 500', async () => {
    const route = (handler: string): string =>
      `import { prisma } from '@/lib/db';\n\nexport async function POST() {\n  try {\n    await prisma.user.deleteMany({ where: { name: null } });\n  } catch (error) {\n${handler}  }\n  return Response.json({ received: true });\n}\n`;
    const log = "    console.error('POST failed', error);\n";
    const fixture = await openFixture({ 'app/api/x/route.ts': route(log) });
    expectFixed(
      fixture,
      RULE,
      {
        'app/api/x/route.ts': route(
          `${log}    return Response.json({ error: { message: 'Something went wrong' } }, { status: 500 });\n`,
        ),
      },
      { recipe: 'log-and-return' },
    );
  });

  it('rethrow-navigation names the error and imports what it needs', async () => {
    const action = (name: string, line: string, handler: string): string =>
      `'use server';\nimport { requireMember } from '@/lib/guards';\n${line}\nexport async function run() {\n  try {\n    await requireMember();\n  } catch ${name}{\n${handler}    return null;\n  }\n}\n`;
    const fixture = await openFixture({ ...helpers, 'lib/actions/a.ts': action('', '', '') });
    expectFixed(
      fixture,
      RULE,
      {
        'lib/actions/a.ts': `'use server';\nimport { unstable_rethrow } from 'next/navigation';\n${action('(error) ', '', '    unstable_rethrow(error);\n').slice("'use server';\n".length)}`,
      },
      { recipe: 'rethrow-navigation' },
    );
  });

  it('rethrow-navigation needs Next.js 15', async () => {
    const fixture = await openFixture({
      'package.json': '{ "name": "old", "dependencies": { "next": "^14.2.0" } }',
      'lib/actions/a.ts': `'use server';\n${imports}${guarded("redirect('/a');", 'catch { return null; }')}\n`,
    });
    expect(refusal(fixture, { rule: RULE, recipe: 'rethrow-navigation' })).toContain('Next.js 15');
  });

  it('refuses an error that is taken apart', async () => {
    const fixture = await openFixture({
      [file]: service(
        '  try {\n    return await prisma.user.count();\n  } catch ({ code }) {\n    return 0;\n  }',
      ),
    });
    expect(refusal(fixture, { rule: RULE, recipe: 'log-error' })).toContain('taken apart');
  });
});
