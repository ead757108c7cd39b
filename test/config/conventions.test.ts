/** What a team says in `conventions` changes what is found: each of them, from the file to the finding. */
import { describe, expect, it } from 'vitest';
import { configFileName } from '../../src/config/settings.ts';
import { applyFix, findings, openFixture } from '../kit/check.ts';
import type { Files } from '../kit/fixture.ts';

/** `file «text»` of each finding of a rule, with and without the conventions given. */
async function compared(
  rule: string,
  files: Files,
  conventions: { [name: string]: unknown },
): Promise<{ without: string[]; with: string[] }> {
  const run = async (more: Files): Promise<string[]> => {
    const fixture = await openFixture({ ...files, ...more });
    return findings(fixture, rule).map(
      ({ file, start, end }) => `${file} «${fixture.engine.text(file)?.slice(start, end) ?? ''}»`,
    );
  };
  return { without: await run({}), with: await run({ [configFileName]: JSON.stringify({ conventions }) }) };
}

const action = (body: string, imports = ''): string =>
  `'use server';\n${imports}import { prisma } from '@/lib/db';\n\n${body}\n`;

describe('conventions', () => {
  it('secretFields: a row that is given to a client is reported for them, in one model or in all', async () => {
    const files = {
      'app/api/me/route.ts': `import { auth } from '@/auth';
import { prisma } from '@/lib/db';

export async function GET() {
  const session = await auth();
  if (!session?.user?.id) return new Response(null, { status: 401 });
  return Response.json(await prisma.user.findUnique({ where: { id: session.user.id } }));
}
`,
    };
    const none = await compared('no-overfetch', files, { secretFields: ['Post.email', 'title'] });
    const one = await compared('no-overfetch', files, { secretFields: ['User.email'] });
    const all = await compared('no-overfetch', files, { secretFields: ['email'] });
    expect(none.with).toEqual(none.without);
    expect(one.with).not.toEqual(one.without);
    expect(all.with).toEqual(one.with);
  });

  it('secretFields: one of them in a log is reported', async () => {
    const files = {
      'lib/services/user.service.ts': `import { prisma } from '@/lib/db';

export async function noteUser(id: string) {
  const user = await prisma.user.findUnique({ where: { id }, select: { id: true, name: true } });
  console.info('user', user?.name);
}
`,
    };
    const found = await compared('no-secret-log', files, { secretFields: ['User.name'] });
    expect(found.without).toEqual([]);
    expect(found.with).toHaveLength(1);
  });

  it('sessionHelpers: what they return is the session, whatever they do', async () => {
    const files = {
      'lib/viewer.ts': `import { viewerOf } from 'some-sdk';\nexport const getViewer = () => viewerOf('app');\n`,
      'lib/actions/post.actions.ts': action(
        `export async function removePost(id: string) {
  const viewer = await getViewer();
  if (!viewer) throw new Error('no');
  await prisma.post.delete({ where: { id, authorId: viewer.user.id } });
}
export async function removeAny(id: string) {
  await getViewer();
  await prisma.post.delete({ where: { id } });
}`,
        `import { getViewer } from '@/lib/viewer';\n`,
      ),
    };
    const found = await compared('action-auth', files, { sessionHelpers: ['getViewer'] });
    expect(found.without).toHaveLength(2);
    // It looks and does not stop.
    expect(found.with).toEqual(['lib/actions/post.actions.ts «getViewer»']);
  });

  it('resultType: actions return it from the first one on', async () => {
    const files = {
      'lib/outcome.ts': `export type Outcome<T = undefined> = { success: boolean; data?: T; error?: { message: string; code?: string } };\n`,
      'lib/actions/post.actions.ts': action(
        `export async function removePost(id: string): Promise<{ id: string }> {
  const session = await auth();
  if (!session?.user?.id) throw new Error('no');
  return prisma.post.delete({ where: { id, authorId: session.user.id } });
}`,
        `import { auth } from '@/auth';\n`,
      ),
      'components/remove.tsx': `'use client';
import { removePost } from '@/lib/actions/post.actions';
export const Remove = ({ id }: { id: string }) => <button onClick={async () => { await removePost(id); }}>Remove</button>;
`,
    };
    const resultType = 'lib/outcome.ts#Outcome';
    const severity = async (conventions: object): Promise<string[]> => {
      const text = JSON.stringify({ conventions });
      const fixture = await openFixture({ ...files, [configFileName]: text });
      return [...new Set(findings(fixture, 'action-result').map((finding) => finding.severity))];
    };
    expect(await severity({})).toEqual(['hint']);
    expect(await severity({ resultType })).toEqual(['warning']);
    const config = JSON.stringify({ conventions: { resultType } });
    const fixed = applyFix(await openFixture({ ...files, [configFileName]: config }), {
      rule: 'action-result',
    });
    expect(fixed['lib/actions/post.actions.ts']).toContain('Outcome');
    expect(fixed['lib/actions/post.actions.ts']).toMatch(/from '(@\/lib|\.\.)\/outcome'/);
  });
});
