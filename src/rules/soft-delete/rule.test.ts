import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
} from '../../../test/kit/check.ts';
import { parseFixture } from '../../../test/kit/fixture.ts';

const RULE = 'soft-delete';
const FILE = 'lib/services/note.service.ts';

const schema = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }
  model User {
    id    String @id
    email String @unique
    notes Note[]
  }
  model Note {
    id        String    @id
    slug      String    @unique
    title     String
    userId    String
    user      User      @relation(fields: [userId], references: [id])
    deletedAt DateTime?
  }
  model Doc {
    id        String   @id
    title     String
    isDeleted Boolean  @default(false)
    deletedAt DateTime?
  }
  model Memo {
    id        String  @id
    eliminado Boolean @default(false)
  }
  model Idle {
    id         String    @id
    deleted_at DateTime?
  }
  model Plain {
    id        String   @id
    createdAt DateTime @default(now())
    archivedAt DateTime?
  }
`;

/** What shows that the project lives by the marks. */
const habit = `import { prisma } from '@/lib/db';
export const removeNote = (id: string) => prisma.note.update({ where: { id }, data: { deletedAt: new Date() } });
export const notes = () => prisma.note.findMany({ where: { deletedAt: null }, take: 20 });
export const removeDoc = (id: string) => prisma.doc.update({ where: { id }, data: { isDeleted: true, deletedAt: new Date() } });
export const docs = () => prisma.doc.count({ where: { AND: [{ isDeleted: { not: true } }] } });
export const removeMemo = (id: string) => prisma.memo.updateMany({ where: { id }, data: { eliminado: true } });
export const memos = () => prisma.memo.findFirst({ where: { eliminado: false } });
`;

const service = (expression: string): string =>
  `import { prisma } from '@/lib/db';\nexport const work = async (id: string, where: W, args: A) => ${expression};\n`;

const open = (expression: string, more: Record<string, string> = {}) =>
  openFixture({
    ...parseFixture(schema),
    'lib/services/habit.service.ts': habit,
    [FILE]: service(expression),
    ...more,
  });

async function said(expression: string, more: Record<string, string> = {}): Promise<string> {
  return findings(await open(expression, more), RULE)
    .map((found) => `${found.severity} ${messageId(found)}`)
    .join(', ');
}

describe('rows that are deleted for good', () => {
  it.each([
    'prisma.note.delete({ where: { id } })',
    'prisma.note.deleteMany({ where: { userId: id } })',
    'prisma.note.deleteMany()',
    'prisma.doc.delete({ where: { id } })',
    'prisma.memo.delete({ where: { id } })',
    'prisma.$transaction(async (tx) => tx.note.delete({ where: { id } }))',
  ])('%s', async (expression) => {
    expect(await said(expression)).toBe('warning hard');
  });

  it('a column that nobody uses', async () => {
    const [found] = findings(await open('prisma.idle.delete({ where: { id } })'), RULE);
    expect(found && [found.severity, messageId(found)]).toEqual(['hint', 'unused']);
  });
});

describe('reads of marked rows', () => {
  it.each([
    ['warning', 'read', 'prisma.note.findMany({ take: 5 })'],
    ['warning', 'read', 'prisma.note.findMany({ where: { userId: id } })'],
    ['warning', 'read', 'prisma.note.count()'],
    ['warning', 'read', 'prisma.note.findFirst({ where: { title: id } })'],
    ['warning', 'read', 'prisma.note.aggregate({ _count: true })'],
    ['warning', 'read', "prisma.note.groupBy({ by: ['userId'] })"],
    ['warning', 'read', 'prisma.doc.findMany({ where: { title: id } })'],
    ['warning', 'read', 'prisma.memo.findMany({})'],
    ['hint', 'one', 'prisma.note.findUnique({ where: { id } })'],
    ['hint', 'one', 'prisma.note.findFirst({ where: { slug: id } })'],
    ['hint', 'one', 'prisma.note.findMany({ where: { id: { in: [id] } } })'],
  ])('%s %s: %s', async (severity, message, expression) => {
    expect(await said(expression)).toBe(`${severity} ${message}`);
  });
});

describe('silence', () => {
  it.each([
    'prisma.note.findMany({ where: { deletedAt: null } })',
    'prisma.note.findMany({ where: { deletedAt: { not: null } } })',
    'prisma.note.findMany({ where: { OR: [{ deletedAt: null }, { userId: id }] } })',
    'prisma.note.findMany({ where: { NOT: { deletedAt: { lt: new Date() } } } })',
    'prisma.doc.findMany({ where: { isDeleted: false } })',
    'prisma.note.findMany({ where })',
    'prisma.note.findMany({ where: { ...where, userId: id } })',
    'prisma.note.findMany({ where: { AND: [where] } })',
    'prisma.note.findMany(args)',
    'prisma.note.deleteMany({ where: { deletedAt: { lt: new Date() } } })',
    'prisma.note.findUnique({ where: { id }, select: { title: true, deletedAt: true } })',
    'prisma.note.findUnique({ where: { id } }).then((note) => (note?.deletedAt ? null : note))',
    'prisma.note.create({ data: { title: id } })',
    'prisma.idle.findMany()',
    'prisma.plain.delete({ where: { id } })',
    'prisma.plain.findMany()',
    'prisma.user.delete({ where: { id } })',
    'elsewhere.note.remove({ where: { id } })',
  ])('%s', async (expression) => {
    expect(await said(expression)).toBe('');
  });

  it('places that are about deleted rows', async () => {
    const body = service('prisma.note.delete({ where: { id } })');
    const fixture = await openFixture({
      ...parseFixture(schema),
      'lib/services/habit.service.ts': habit,
      'app/admin/trash/page.tsx': body,
      'app/api/cron/notes/route.ts': body,
      'lib/jobs/purge.ts': body,
      'prisma/seed.ts': body,
      'lib/services/a.service.ts': body.replace('work', 'purgeNotes'),
      'lib/services/b.service.ts': body.replace('work', 'hardDeleteNote'),
      'lib/services/c.service.ts': body.replace('work', 'restore'),
      'components/a.tsx': `'use client';\n${body}`,
    });
    expectSilent(fixture, RULE);
  });

  it('rows that were found by their mark', async () => {
    expect(
      await said(
        'prisma.note.findMany({ where: { deletedAt: { lt: new Date(0) } }, take: 100 }).then((old) => prisma.note.deleteMany({ where: { id: { in: old.map((note) => note.id) } } }))',
      ),
    ).toBe('');
    const fixture = await openFixture({
      ...parseFixture(schema),
      'lib/services/habit.service.ts': habit,
      [FILE]: service('prisma.note.deleteMany({ where: { userId: id } })').replace(
        'work',
        'removeDeletedNotes',
      ),
    });
    expectSilent(fixture, RULE);
  });

  it('what an extension does', async () => {
    const db = (extension: string): string =>
      `import { PrismaClient } from '@/lib/generated/prisma/client';\nexport const prisma = new PrismaClient()${extension};\n`;
    const hooks = (ops: string): string =>
      db(
        `.$extends({ query: { note: { ${ops} } }, model: { note: { remove(id) { return { deletedAt: id }; } } } })`,
      );
    expect(
      await said('prisma.note.findMany()', {
        'lib/db.ts': hooks('findMany({ args, query }) { return query(args); }'),
      }),
    ).toBe('');
    expect(
      await said('prisma.note.count()', {
        'lib/db.ts': hooks('findMany({ args, query }) { return query(args); }'),
      }),
    ).toBe('warning read');
    expect(
      await said('prisma.note.delete({ where: { id } })', {
        'lib/db.ts': db(
          '.$extends({ query: { $allModels: { $allOperations({ args }) { args.where.deletedAt = null; } } } })',
        ),
      }),
    ).toBe('');
    expect(
      await said('prisma.note.delete({ where: { id } })', {
        'lib/db.ts': `import { softDeletes } from './extensions';\n${db('.$extends(softDeletes)')}`,
        'lib/extensions.ts':
          "import { Prisma } from '@/lib/generated/prisma/client';\nexport const softDeletes = Prisma.defineExtension({ query: { note: { delete: ({ args }) => ({ ...args, data: { deletedAt: new Date() } }) } } });\n",
      }),
    ).toBe('');
    expect(
      await said('prisma.note.delete({ where: { id } })', {
        'lib/db.ts': `import { createSoftDeleteExtension } from 'prisma-extension-soft-delete';\n${db('.$extends(createSoftDeleteExtension({ models: { Note: true } }))')}`,
      }),
    ).toBe('');
  });

  it('a project that leaves no rows out says nothing about its reads; broken code', async () => {
    expectSilent(
      await openFixture({ ...parseFixture(schema), [FILE]: service('prisma.note.findMany()') }),
      RULE,
    );
    expect(findings(await open('prisma.note.delete({ where: {'), RULE).length).toBeLessThan(2);
  });
});

it('points at the operation', async () => {
  expectFindings(
    await openFixture(`${schema}
  //- lib/a.ts
  import { prisma as db } from '@/lib/db';
  export const hide = (id: string) => db.note.update({ where: { id }, data: { deletedAt: new Date() } });
  export const all = () => db.note.findMany({ where: { deletedAt: null } });
  export async function drop(id: string) {
    return db.note
      .delete({ where: { id } });
  //   ^^^^^^ soft-delete warning
  }
`),
    { rules: [RULE] },
  );
});

describe('fixes', () => {
  it.each([
    [
      'prisma.note.delete({ where: { id } })',
      'prisma.note.update({ where: { id }, data: { deletedAt: new Date() } })',
    ],
    [
      'prisma.note.deleteMany({ where: { userId: id } })',
      'prisma.note.updateMany({ where: { userId: id }, data: { deletedAt: new Date() } })',
    ],
    [
      'prisma.doc.delete({ where: { id } })',
      'prisma.doc.update({ where: { id }, data: { isDeleted: true, deletedAt: new Date() } })',
    ],
    [
      'prisma.memo.delete({ where: { id } })',
      'prisma.memo.update({ where: { id }, data: { eliminado: true } })',
    ],
  ])('marks: %s', async (before, after) => {
    expectFixed(await open(before), RULE, { [FILE]: service(after) }, { recipe: 'mark' });
  });

  it.each([
    ['prisma.note.findMany()', 'prisma.note.findMany({ where: { deletedAt: null } })'],
    ['prisma.note.findMany({ take: 5 })', 'prisma.note.findMany({ where: { deletedAt: null }, take: 5 })'],
    [
      'prisma.note.findMany({ where: { userId: id } })',
      'prisma.note.findMany({ where: { userId: id, deletedAt: null } })',
    ],
    ['prisma.memo.count({})', 'prisma.memo.count({ where: { eliminado: false } })'],
    [
      'prisma.note.findUnique({ where: { id } })',
      'prisma.note.findUnique({ where: { id, deletedAt: null } })',
    ],
  ])('leaves out: %s', async (before, after) => {
    expectFixed(await open(before), RULE, { [FILE]: service(after) }, { recipe: 'leave-out' });
  });

  it('is no part of fix-all', async () => {
    const fixture = await open('prisma.note.delete({ where: { id } })');
    expect(fixture.engine.fixAll(FILE)).toMatchObject({ ok: true, changes: [] });
  });
});

describe('rows that were there', () => {
  it('are counted with a hint only, and revalidated in silence', async () => {
    const body = `import { prisma } from '@/lib/db';
export const count = (userId: string) => prisma.note.count({ where: { userId } });
`;
    const fixture = await open('prisma.note.count({ where: { title: id } })', {
      'lib/year-in-review/get-stats.ts': body,
      'pages/api/revalidate.ts': body,
      'lib/notes/count.ts': body,
    });
    expect(
      findings(fixture, RULE)
        .map((one) => `${one.file} ${one.severity}`)
        .toSorted(),
    ).toEqual([
      'lib/notes/count.ts warning',
      'lib/services/note.service.ts warning',
      'lib/year-in-review/get-stats.ts hint',
    ]);
  });
});
