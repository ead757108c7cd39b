import { describe, expect, it } from 'vitest';
import { findings, openFixture } from '../kit/check.ts';

const FILE = 'lib/services/user.service.ts';
const whole = `import { prisma } from '@/lib/db';

export async function everybody() {
  return prisma.user.findMany();
}
`;

async function open() {
  const fixture = await openFixture({ [FILE]: whole });
  const shown = () =>
    findings(fixture, 'require-pagination').map(({ start, end, range }) => [
      fixture.engine.text(FILE)?.slice(start, end),
      range.start.line,
    ]);
  return { ...fixture, shown };
}

describe('a file that stops parsing', () => {
  it('keeps its last good findings, moved along with the edit', async () => {
    const { engine, shown } = await open();
    expect(shown()).toEqual([['findMany', 3]]);
    engine.update([{ file: FILE, text: whole.replace('export', 'const x = (\n\nexport') }]);
    expect(shown()).toEqual([['findMany', 5]]);
    engine.update([{ file: FILE, text: whole.replace('export', 'const x = `\n\nexport') }]);
    expect(shown()).toEqual([['findMany', 5]]);
    expect(engine.problems().map(({ file }) => file)).toEqual([FILE]);
  });

  it('is looked at again as soon as it parses', async () => {
    const { engine, shown } = await open();
    engine.update([{ file: FILE, text: whole.replace('findMany()', 'findMany(') }]);
    expect(shown()).toHaveLength(1);
    engine.update([{ file: FILE, text: whole.replace('findMany()', 'findMany({ take: 5 })') }]);
    expect(shown()).toEqual([]);
    expect(engine.problems()).toEqual([]);
  });

  it('does not make others guilty', async () => {
    const guard = `import { redirect } from 'next/navigation';
import { auth } from '@/auth';
export async function requireUser() {
  const session = await auth();
  if (!session?.user) redirect('/login');
  return session.user;
}
`;
    const fixture = await openFixture({
      'lib/guards.ts': guard,
      'lib/actions/a.ts': `'use server';
import { requireUser } from '@/lib/guards';
import { prisma } from '@/lib/db';
export async function drop(id: string) {
  await requireUser();
  await prisma.post.delete({ where: { id } });
}
`,
    });
    expect(findings(fixture, 'action-auth')).toEqual([]);
    fixture.engine.update([{ file: 'lib/guards.ts', text: guard.replace('if (!session', 'if (!(session') }]);
    expect(findings(fixture, 'action-auth')).toEqual([]);
  });

  it('that was broken when it was opened is read as far as possible', async () => {
    const fixture = await openFixture({ [FILE]: `${whole}\nexport const broken = {` });
    expect(findings(fixture, 'require-pagination')).toHaveLength(1);
  });
});
