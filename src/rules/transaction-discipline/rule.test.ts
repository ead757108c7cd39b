import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'transaction-discipline';

const helpers = `
  //- lib/services/audit.service.ts
  import { prisma } from '@/lib/db';
  import type { Prisma } from '@/lib/generated/prisma/client';
  export async function note(postId: string, text: string) {
    await prisma.comment.create({ data: { postId, text, authorId: 'system' } });
  }
  export async function noteWith(postId: string, text: string, tx = prisma) {
    await tx.comment.create({ data: { postId, text, authorId: 'system' } });
  }
  export const noteMaybe = async (postId: string, client?: Prisma.TransactionClient) => {
    const db = client ?? prisma;
    return db.comment.create({ data: { postId, text: '', authorId: 'system' } });
  };
  export async function noteBag({ postId, tx = prisma }: { postId: string; tx?: Prisma.TransactionClient }) {
    return tx.comment.create({ data: { postId, text: '', authorId: 'system' } });
  }
  export function noteStrict(prisma: Prisma.TransactionClient, postId: string) {
    return prisma.comment.create({ data: { postId, text: '', authorId: 'system' } });
  }
  export async function noteEither(postId: string, tx?: Prisma.TransactionClient) {
    if (tx) {
      await tx.comment.create({ data: { postId, text: '', authorId: 'system' } });
      return;
    }
    await prisma.$transaction(async (own) => {
      await own.comment.create({ data: { postId, text: '', authorId: 'system' } });
    });
  }
  export async function noteElse({ postId, tx }: { postId: string; tx?: Prisma.TransactionClient }) {
    if (tx === undefined) await prisma.comment.create({ data: { postId, text: '', authorId: 'system' } });
    else await tx.comment.create({ data: { postId, text: '', authorId: 'system' } });
  }
  export async function notePicked(postId: string, tx: Prisma.TransactionClient | null = null) {
    const db = tx ? tx : prisma;
    return db.comment.create({ data: { postId, text: '', authorId: 'system' } });
  }
  type Handle = Pick<typeof prisma, 'comment'>;
  export async function noteBy(postId: string, handle: Handle = prisma) {
    return handle.comment.create({ data: { postId, text: '', authorId: 'system' } });
  }
  export const countOf = async (postId: string) => prisma.comment.count({ where: { postId } });
  export async function publishAll(postId: string) {
    return prisma.$transaction(async (tx) => {
      await tx.post.update({ where: { id: postId }, data: { published: true } });
    });
  }
  //- lib/mail.ts
  import { Resend } from 'resend';
  const resend = new Resend('key');
  export const sendWelcome = async (to: string) => resend.emails.send({ to });
  export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  //- lib/tx.ts
  import { prisma } from '@/lib/db';
  export const withTx = (fn) => prisma.$transaction(fn);
  export async function withUser(fn) {
    return prisma.$transaction(async (client) => fn({ tx: client, user: 'x' }), { timeout: 10_000 });
  }
`;

/** What is found in the body of a transaction's callback: the flagged text and the message. */
async function said(
  body: string,
  around = 'await prisma.$transaction(async (tx) => {',
  more = '',
): Promise<string> {
  const fixture = await openFixture(
    `
  //- lib/services/write.service.ts
  import { after } from 'next/server';
  import { redirect } from 'next/navigation';
  import * as data from '@/lib/db';
  import { prisma } from '@/lib/db';
  import { prisma as db } from '@/lib/db';
  import * as audit from '@/lib/services/audit.service';
  import { countOf, note, noteBag, noteBy, noteEither, noteElse, noteMaybe, notePicked, noteStrict, noteWith, publishAll } from '@/lib/services/audit.service';
  import { sendWelcome, sleep } from '@/lib/mail';
  import { withTx, withUser } from '@/lib/tx';
  const posts = prisma.post;
  export async function write(id: string, ids: string[], title: string) {
    ${around}
      ${body}
    });
  }
${helpers.trimEnd()}${more}`,
  );
  return findings(fixture, RULE)
    .map((found) => {
      const text = fixture.engine.text(found.file)?.slice(found.start, found.end) ?? '';
      return `${text} ${messageId(found)}${found.severity === 'error' ? '' : ` ${found.severity}`}`;
    })
    .join(', ');
}

const UPDATE = 'post.update({ where: { id }, data: { title } })';

describe('the outer client', () => {
  it.each([
    ['by its name', `await prisma.${UPDATE};`, 'prisma outer'],
    ['under another name', `await db.${UPDATE};`, 'db outer'],
    ['by a namespace', `await data.prisma.${UPDATE};`, 'prisma outer'],
    ['an alias inside', `const client = prisma; await client.${UPDATE};`, 'client outer'],
    ['a read', 'return prisma.post.findUnique({ where: { id } });', 'prisma outer'],
    [
      'raw SQL',
      'await prisma.$executeRaw`UPDATE "Post" SET "title" = ${title} WHERE id = ${id}`;',
      'prisma outer',
    ],
    ['in a loop', `for (const id of ids) await prisma.${UPDATE};`, 'prisma outer'],
    ['in a list callback', `await Promise.all(ids.map((id) => prisma.${UPDATE}));`, 'prisma outer'],
    ['under a condition', `if (title) { await prisma.${UPDATE}; }`, 'prisma outer'],
    ['in a try block', `try { await prisma.${UPDATE}; } catch (error) { throw error; }`, 'prisma outer'],
    ['beside the right one', `await tx.${UPDATE}; await prisma.post.count();`, 'prisma outer'],
    ['a service that falls back on the client', 'await noteBy(id);', 'noteBy outerCall'],
    ['a service that opens a transaction without tx', 'await noteEither(id);', 'noteEither nested'],
    [
      'the other branch of a service',
      'await noteElse({ postId: id }); await notePicked(id);',
      'noteElse outerCall, notePicked outerCall',
    ],
    [
      'a callback with no parameter',
      `await prisma.${UPDATE};`,
      'prisma outer',
      'await prisma.$transaction(async () => {',
    ],
    [
      'an extended client',
      `await prisma.${UPDATE};`,
      'prisma outer',
      'await prisma.$extends({}).$transaction(async (tx) => {',
    ],
    ['a transaction by a helper', `await prisma.${UPDATE};`, 'prisma outer', 'await withTx(async (tx) => {'],
    [
      'a helper that hands over a bag',
      `await prisma.${UPDATE};`,
      'prisma outer',
      'await withUser(async ({ tx, user }) => {',
    ],
    ['a batch inside', `await prisma.$transaction([prisma.${UPDATE}]);`, 'prisma outer'],
  ])('%s', async (_, body, expected, around?: string) => {
    expect(await said(body, around)).toBe(expected);
  });

  it.each([
    ['a service without a parameter', 'await note(id, title);', 'note outerCall'],
    ['a service of a namespace', 'await audit.note(id, title);', 'note outerCall'],
    ['a default that is not overridden', 'await noteWith(id, title);', 'noteWith outerCall'],
    ['the outer client passed on', 'await noteWith(id, title, prisma);', 'noteWith outerCall'],
    ['undefined passed on', 'await noteMaybe(id, undefined);', 'noteMaybe outerCall'],
    ['an optional client left out', 'await noteMaybe(id);', 'noteMaybe outerCall'],
    ['a bag without it', 'await noteBag({ postId: id });', 'noteBag outerCall'],
    ['the outer client first', 'await noteStrict(prisma, id);', 'noteStrict outerCall'],
    ['a read by a service', 'const n = await countOf(id); return n;', 'countOf outerCall warning'],
    ['a transaction of its own', 'await publishAll(id);', 'publishAll nested'],
  ])('%s', async (_, body, expected) => {
    expect(await said(body)).toBe(expected);
  });

  it('of a context: the client that the transaction was opened on', async () => {
    expect(
      findings(
        await openFixture(`
          //- lib/services/ctx.service.ts
          import type { PrismaClient } from '@/lib/generated/prisma/client';
          export async function save(ctx: { db: PrismaClient }, id: string) {
            await ctx.db.$transaction(async (tx) => {
              await tx.post.delete({ where: { id } });
              await ctx.db.comment.deleteMany({ where: { postId: id } });
            });
          }
        `),
        RULE,
      ).map(messageId),
    ).toEqual(['outer']);
  });

  it.each([
    ['tx', `await tx.${UPDATE}; return tx.post.count();`],
    ['tx under another name', `await prisma.${UPDATE};`, 'await db.$transaction(async (prisma) => {'],
    ['an alias of tx', `const client = tx; await client.${UPDATE};`],
    ['an extended tx', `await tx.$extends({}).${UPDATE};`],
    [
      'a nested transaction of tx',
      `await tx.$transaction(async (inner) => { await inner.${UPDATE}; await tx.post.count(); });`,
    ],
    [
      'tx passed on',
      'await noteWith(id, title, tx); await noteMaybe(id, tx); await noteBag({ postId: id, tx }); await noteStrict(tx, id);',
    ],
    [
      'tx passed on to what opens a transaction only without it',
      'await noteEither(id, tx); await noteElse({ postId: id, tx }); await notePicked(id, tx); await noteBy(id, tx);',
    ],
    [
      'the same in code that is never reached',
      'await noteEither(id, tx); await noteElse({ postId: id, tx }); await notePicked(id, tx);',
      "throw new Error('closed'); await prisma.$transaction(async (tx) => {",
    ],
    ['tx of a helper', `await tx.${UPDATE};`, 'await withTx(async (tx) => {'],
    [
      'tx out of a bag',
      `await tx.${UPDATE}; await noteWith(id, title, tx);`,
      'await withUser(async ({ tx }) => {',
    ],
    [
      'a bag as it is',
      `await ctx.tx.${UPDATE}; await noteBag({ postId: id, tx: ctx.tx });`,
      'await withUser(async (ctx) => {',
    ],
    ['after the response', 'after(async () => { await note(id, title); });'],
    ['a later turn', `setTimeout(() => prisma.${UPDATE}, 0);`],
    [
      'amends in a catch',
      `try { await tx.${UPDATE}; } catch (error) { await note(id, 'failed'); throw error; }`,
    ],
    ['amends in .catch', `await tx.${UPDATE}.catch(async () => { await note(id, 'failed'); });`],
    ['a function that nobody can follow', 'await somebody.saves(id);'],
    [
      'the batch form',
      '',
      `await prisma.$transaction([prisma.${UPDATE}, prisma.post.count()]); await ids.map(async () => {`,
    ],
    ['before and after', '', `await prisma.${UPDATE}; await note(id, title); await ids.map(async () => {`],
  ])('not: %s', async (_, body, around?: string) => {
    expect(await said(body, around)).toBe('');
  });
});

describe('what nobody waits for', () => {
  it.each([
    ['a query', `tx.${UPDATE};`, 'update lazy'],
    ['a query with void', `void tx.${UPDATE};`, 'update lazy'],
    ['a query under a condition', `if (title) tx.${UPDATE};`, 'update lazy'],
    ['a query behind &&', `title && tx.${UPDATE};`, 'update lazy'],
    ['a query with a handler', `tx.${UPDATE}.catch(console.error);`, 'update lazy'],
    ['a constant that is never used', `const saved = tx.${UPDATE}; return id;`, 'update lazy'],
    ['a service', 'noteWith(id, title, tx);', 'noteWith floating'],
    ['a service that hands the promise on', 'noteStrict(tx, id);', 'noteStrict floating'],
    ['Promise.all', `Promise.all([tx.${UPDATE}, tx.post.count()]);`, 'all floating'],
    ['map', `ids.map(async (id) => { await tx.${UPDATE}; });`, 'map loop'],
    ['map of queries', `ids.map((id) => tx.${UPDATE});`, 'map loop'],
    ['forEach', `ids.forEach(async (id) => { await tx.${UPDATE}; });`, 'forEach loop'],
    [
      'forEach, awaited in vain',
      `await ids.forEach(async (id) => { await noteWith(id, title, tx); });`,
      'forEach loop',
    ],
    ['raw SQL', 'tx.$executeRaw`UPDATE "Post" SET "title" = ${title} WHERE id = ${id}`;', '$executeRaw lazy'],
  ])('%s', async (_, body, expected) => {
    expect(await said(body)).toBe(expected);
  });

  it.each([
    ['a query that is returned', `return tx.${UPDATE};`],
    ['a query of an arrow', `await Promise.all(ids.map((id) => tx.${UPDATE}));`],
    ['a constant that is awaited later', `const saving = tx.${UPDATE}; await saving;`],
    [
      'promises that are collected',
      `const all = []; for (const id of ids) all.push(tx.${UPDATE}); await Promise.all(all);`,
    ],
    [
      'a list that is awaited later',
      `const saving = ids.map((id) => tx.${UPDATE}); await Promise.all(saving);`,
    ],
    ['a chain that is awaited', `await tx.${UPDATE}.then((row) => row.id);`],
    [
      'a callback that computes',
      'const rows = await tx.post.findMany({ take: 5 }); rows.forEach((row) => console.log(row.id));',
    ],
  ])('not: %s', async (_, body) => {
    expect(await said(body)).toBe('');
  });
});

describe('what takes its time', () => {
  it.each([
    ['fetch', "await fetch('https://example.com');", 'fetch network'],
    ['mail through a function', 'await sendWelcome(title);', 'sendWelcome network'],
    ['a sleep', 'await sleep(100);', 'sleep sleep'],
    ['a sleep in place', 'await new Promise((resolve) => setTimeout(resolve, 100));', 'setTimeout sleep'],
    ['fetch in a loop', "for (const id of ids) await fetch('https://example.com/' + id);", 'fetch network'],
    [
      'fetch of a helper’s transaction',
      "await fetch('https://example.com');",
      'fetch network',
      'await withTx(async (tx) => {',
    ],
    ['redirect after a write', `await tx.${UPDATE}; redirect('/');`, 'redirect redirect'],
  ])('%s', async (_, body, expected, around?: string) => {
    expect(await said(body, around)).toBe(expected);
  });

  it.each([
    ['after()', 'after(() => sendWelcome(title));'],
    [
      'a guard that redirects',
      `const row = await tx.post.findUnique({ where: { id } }); if (!row) redirect('/'); await tx.${UPDATE};`,
    ],
    ['a timer', 'const timer = setTimeout(() => console.log(id), 1000); clearTimeout(timer);'],
    [
      'before and after',
      '',
      "await fetch('https://example.com'); await prisma.$transaction(async (tx) => { await tx.post.count(); }); await sendWelcome(title); ids.map(() => {",
    ],
    ['a log', `await tx.${UPDATE}; console.log(id);`],
  ])('not: %s', async (_, body, around?: string) => {
    expect(await said(body, around)).toBe('');
  });

  it('functions that the configuration allows', async () => {
    const config = `
  //- backend-specialist.config.json
  { "rules": { "${RULE}": ["error", { "allowCalls": ["sendWelcome", "note"] }] } }
`;
    expect(await said('await sendWelcome(title); await note(id, title);', undefined, config)).toBe('');
  });
});

describe('elsewhere', () => {
  it.each([
    ['nested', 'await audit.publishAll(id);'],
    ['floating', 'audit.noteWith(id, title, tx);'],
    ['loop', 'ids.map((id) => noteWith(id, title, tx));'],
    ['sleep', 'await tx.post.count(); await sleep(50);'],
    ['redirect', 'await noteWith(id, title, tx); redirect(`/posts/${id}`);'],
  ])('the message %s', async (message, body) => {
    expect((await said(body)).split(' ').at(-1)).toBe(message);
  });

  it('scripts are left alone, classes are not, broken code is no reason to crash', async () => {
    expectSilent(
      await openFixture(`
        //- prisma/seed.ts
        import { prisma } from '@/lib/db';
        await prisma.$transaction(async () => { await prisma.post.deleteMany({ where: { title: '' } }); });
        //- lib/services/broken.service.ts
        import { prisma } from '@/lib/db';
        export async function save() { await prisma.$transaction(async (tx => { await prisma.post.
      `),
      RULE,
    );
    expectFindings(
      await openFixture(
        `
        //- lib/services/post.repository.ts
        import { prisma } from '@/lib/db';
        export class PostRepository {
          private readonly db = prisma;
          async remove(id: string) {
            return this.db.$transaction(async (tx) => {
              await tx.comment.deleteMany({ where: { postId: id } });
              return this.db.post.delete({ where: { id } });
        //                ^^ transaction-discipline error
            });
          }
        }
      `,
      ),
      { rules: [RULE] },
    );
  });
});

/** A service file around a body, for fixes. */
const service = (body: string, imports = ''): string => `
  //- lib/services/write.service.ts
  import { prisma } from '@/lib/db';
${imports}
  export async function write(id: string, ids: string[], title: string) {
${body}
  }
`;

describe('fixes', () => {
  it('use-tx: by its name, with a new parameter, of this', async () => {
    expectFixed(
      await openFixture(
        service(
          '    await prisma.$transaction(async (trx) => {\n      await prisma.post.delete({ where: { id } });\n    });',
        ),
      ),
      RULE,
      service(
        '    await prisma.$transaction(async (trx) => {\n      await trx.post.delete({ where: { id } });\n    });',
      ),
    );
    expectFixed(
      await openFixture(
        service(
          '    await prisma.$transaction(async () => {\n      await prisma.comment.deleteMany({ where: { postId: id } });\n      await prisma.post.delete({ where: { id } });\n    });',
        ),
      ),
      RULE,
      service(
        '    await prisma.$transaction(async (tx) => {\n      await tx.comment.deleteMany({ where: { postId: id } });\n      await tx.post.delete({ where: { id } });\n    });',
      ),
      { all: true },
    );
  });

  it('pass-tx: to a parameter that is there, into a bag, to a new parameter', async () => {
    const imports = "  import { note, noteBag, noteWith } from '@/lib/services/audit.service';";
    const files = (body: string): string => `${service(body, imports).trimEnd()}${helpers}`;
    const body = (call: string): string =>
      `    await prisma.$transaction(async (tx) => {\n      await tx.post.delete({ where: { id } });\n      ${call}\n    });`;
    for (const [before, after] of [
      ['await noteWith(id, title);', 'await noteWith(id, title, tx);'],
      ['await noteBag({ postId: id });', 'await noteBag({ postId: id, tx });'],
    ] as const)
      expectFixed(await openFixture(files(body(before))), RULE, service(body(after), imports), {
        recipe: 'pass-tx',
      });
    const fixture = await openFixture(
      `${service(body('await note(id, title);'), imports)}
  //- lib/services/audit.service.ts
  import { prisma } from '@/lib/db';
  export async function note(postId: string, text: string) {
    const known = await prisma.post.count({ where: { id: postId } });
    if (known) await prisma.comment.create({ data: { postId, text, authorId: 'system' } });
  }
  export const noteBag = 1;
  export const noteWith = 1;
`,
    );
    expectFixed(
      fixture,
      RULE,
      `${service(body('await note(id, title, tx);'), imports)}
  //- lib/services/audit.service.ts
  import { prisma } from '@/lib/db';
  export async function note(postId: string, text: string, tx: Pick<typeof prisma, 'post' | 'comment'> = prisma) {
    const known = await tx.post.count({ where: { id: postId } });
    if (known) await tx.comment.create({ data: { postId, text, authorId: 'system' } });
  }
  export const noteBag = 1;
  export const noteWith = 1;
`,
      { recipe: 'pass-tx' },
    );
  });

  it('pass-tx is refused where the client is used for more, or wrapped', async () => {
    const why = async (text: string): Promise<string | undefined> =>
      refusal(
        await openFixture(
          `${service('    await prisma.$transaction(async (tx) => {\n      await note(id);\n    });', "  import { note } from './audit.service';")}
  //- lib/services/audit.service.ts
  import { cache } from 'react';
  import { prisma } from '@/lib/db';
  ${text}
`,
        ),
        { rule: RULE, recipe: 'pass-tx' },
      );
    expect(
      await why(
        'export async function note(id: string) { register(prisma); await prisma.post.delete({ where: { id } }); }',
      ),
    ).toContain('does more with `prisma` than to query');
    expect(
      await why('export const note = cache(async (id: string) => prisma.post.delete({ where: { id } }));'),
    ).toContain('is wrapped');
    expect(
      await why(
        'const inner = (id: string) => prisma.post.delete({ where: { id } }); export const note = async (id: string) => inner(id);',
      ),
    ).toContain('by a function that this one calls');
  });

  it('await: a query, a chain, void, a list', async () => {
    const body = (call: string, head = 'async (tx)'): string =>
      `    await prisma.$transaction(${head} => {\n      ${call}\n    });`;
    for (const [before, after, recipe, head] of [
      ['tx.post.delete({ where: { id } });', 'await tx.post.delete({ where: { id } });', 'await-call'],
      [
        'tx.post.delete({ where: { id } }).catch(report);',
        'await tx.post.delete({ where: { id } }).catch(report);',
        'await-call',
      ],
      ['void tx.post.delete({ where: { id } });', 'await tx.post.delete({ where: { id } });', 'await-call'],
      [
        'ids.map((id) => tx.post.delete({ where: { id } }));',
        'await Promise.all(ids.map((id) => tx.post.delete({ where: { id } })));',
        'await-all',
      ],
      [
        'ids.forEach(async (id) => { await tx.post.delete({ where: { id } }); });',
        'await Promise.all(ids.map(async (id) => { await tx.post.delete({ where: { id } }); }));',
        'await-all',
      ],
      [
        'tx.post.delete({ where: { id } });',
        'await tx.post.delete({ where: { id } });',
        'await-call',
        '(tx)',
      ],
    ] as const)
      expectFixed(
        await openFixture(service(body(before, head))),
        RULE,
        service(body(after, head ? `async ${head}` : undefined)),
        { recipe },
      );
  });

  it('move-after: behind an awaited transaction, with its result, before a return', async () => {
    const imports = "  import { sendWelcome } from '@/lib/mail';";
    const fixed = async (before: string, after: string): Promise<void> => {
      expectFixed(
        await openFixture(`${service(before, imports).trimEnd()}${helpers}`),
        RULE,
        service(after, imports),
        {
          recipe: 'move-after',
        },
      );
    };
    await fixed(
      '    await prisma.$transaction(async (tx) => {\n      await tx.post.delete({ where: { id } });\n      await sendWelcome(title);\n    });',
      '    await prisma.$transaction(async (tx) => {\n      await tx.post.delete({ where: { id } });\n    });\n    await sendWelcome(title);',
    );
    await fixed(
      '    const saved = await prisma.$transaction(async (tx) => {\n      const post = await tx.post.delete({ where: { id } });\n      await sendWelcome(\n        post.title,\n      );\n      return post;\n    });\n    return saved.id;',
      '    const saved = await prisma.$transaction(async (tx) => {\n      const post = await tx.post.delete({ where: { id } });\n      return post;\n    });\n    await sendWelcome(\n      saved.title,\n    );\n    return saved.id;',
    );
    await fixed(
      '    return prisma.$transaction(async (tx) => {\n      const post = await tx.post.delete({ where: { id } });\n      await sendWelcome(post.title);\n      return post;\n    });',
      '    const post = await prisma.$transaction(async (tx) => {\n      const post = await tx.post.delete({ where: { id } });\n      return post;\n    });\n    await sendWelcome(post.title);\n    return post;',
    );
    await fixed(
      '    await prisma.$transaction(async (tx) => {\n      const post = await tx.post.delete({ where: { id } });\n      await sendWelcome(post.title);\n    });',
      '    const post = await prisma.$transaction(async (tx) => {\n      const post = await tx.post.delete({ where: { id } });\n      return post;\n    });\n    await sendWelcome(post.title);',
    );
  });

  it('move-after is refused where the result is used, under a condition, and with names of the callback', async () => {
    const why = async (body: string): Promise<string | undefined> =>
      refusal(
        await openFixture(service(`    await prisma.$transaction(async (tx) => {\n      ${body}\n    });`)),
        { rule: RULE, recipe: 'move-after' },
      );
    expect(
      await why(
        "const rate = await fetch('https://example.com'); await tx.post.update({ where: { id }, data: { title: rate.url } });",
      ),
    ).toContain('Its result is used');
    expect(await why("if (title) await fetch('https://example.com');")).toContain('condition');
    expect(
      await why("const a = await tx.post.count(); const b = 2; await fetch('https://example.com/' + a + b);"),
    ).toContain('`a` and `b`');
  });
});
