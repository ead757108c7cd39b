import { expect, it } from 'vitest';
import type { Abs } from '../../src/workspace/abs.ts';
import { Workspace } from '../../src/workspace/workspace.ts';

function workspaceOf(files: Record<string, string>): Workspace {
  const workspace = new Workspace({ read: (file) => files[file] }, []);
  workspace.store.setTree(Object.keys(files));
  return workspace;
}

/** The value of `take` of an exported object. */
function takeOf(code: string): Abs | undefined {
  const value = workspaceOf({ 'a.ts': code }).exported('a.ts', 'args');
  return value.k === 'object' ? value.props['take'] : undefined;
}

const helper = 'function firstPage(take = 20) { return { take }; }\n';

it('gives a parameter its default when the call leaves it out', () => {
  expect(takeOf(`${helper}export const args = { ...firstPage() };`)).toEqual({ k: 'lit', v: 20 });
});

it('takes what the call gives, or the default', () => {
  expect(takeOf(`${helper}export const args = { ...firstPage(5) };`)).toEqual({
    k: 'unknown',
    from: [
      { k: 'lit', v: 5 },
      { k: 'lit', v: 20 },
    ],
    filled: true,
  });
});

it('tells a fallback from a choice that may be undefined', () => {
  expect(takeOf('declare const all: boolean; export const args = { take: all ? undefined : 20 };')).toEqual({
    k: 'unknown',
    from: [{ k: 'undef' }, { k: 'lit', v: 20 }],
  });
  expect(
    takeOf('declare const all: boolean; export const args = { take: (all ? undefined : 20) ?? 50 };'),
  ).toMatchObject({ k: 'unknown', filled: true });
});

it('keeps a variable that a conditional expression defines', () => {
  expect(
    takeOf(
      'function f(all) { const take = all && other ? 1 : 1; return { take }; }\nexport const args = f(true);',
    ),
  ).toEqual({ k: 'lit', v: 1 });
});

it('runs a callback that a package calls with anything, not with nothing', () => {
  const workspace = workspaceOf({
    'package.json': '{ "name": "a", "dependencies": { "next": "16.0.0", "@prisma/client": "7.0.0" } }',
    'prisma/schema.prisma': 'model Post { id Int @id\n teamId Int }',
    'a.ts':
      "import { PrismaClient } from '@prisma/client';\nimport { app } from 'hono-like';\nconst prisma = new PrismaClient();\napp.get(async (c) => prisma.post.findMany({ where: { teamId: c.team.id } }));",
  });
  const [query] = workspace.queries('a.ts');
  expect(query?.args).toMatchObject({ props: { where: { props: { teamId: { k: 'unknown' } } } } });
});
