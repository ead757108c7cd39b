import { describe, expect, it } from 'vitest';
import {
  chooseOffer,
  expectFixed,
  expectSilent,
  findings,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'action-location';

const ACTION = "'use server';\n\nexport async function save(id: string) {\n  return id;\n}\n";

/** A project whose actions live together. */
const together = (folder: string): { [file: string]: string } => ({
  [`${folder}/a.ts`]: ACTION,
  [`${folder}/b.ts`]: ACTION,
});

const INLINE = (body: string): string =>
  `import { prisma } from '@/lib/db';\nimport { store } from '@/lib/services/store';\nexport default function Page() {\n  async function run() {\n    'use server';\n    ${body}\n  }\n  return <form action={run} />;\n}\n`;
const STORE = {
  'lib/services/store.ts':
    "import { prisma } from '@/lib/db';\nexport const store = () => prisma.post.deleteMany({ where: { published: false } });\n",
};

async function said(files: { [file: string]: string }, overrides?: string): Promise<string[]> {
  const fixture = await openFixture({
    ...files,
    ...(overrides === undefined ? {} : { 'backend-specialist.config.json': overrides }),
  });
  return findings(fixture, RULE).map(({ file, severity }) => `${file} ${severity}`);
}

describe('found', () => {
  it.each([
    [
      'beside a route, where others are together',
      { ...together('lib/actions'), 'app/p/actions.ts': ACTION },
      'app/p/actions.ts info',
    ],
    [
      'in another folder of that name',
      { ...together('lib/actions'), 'features/p/actions/x.ts': ACTION },
      'features/p/actions/x.ts info',
    ],
    [
      'outside a folder at the root',
      { ...together('actions'), 'app/p/_actions.ts': ACTION },
      'app/p/_actions.ts info',
    ],
    [
      'outside a folder of its own name',
      { ...together('server/_actions'), 'lib/save.ts': ACTION },
      'lib/save.ts info',
    ],
    [
      'in a component',
      { ...together('lib/actions'), 'components/save.tsx': ACTION },
      'components/save.tsx info',
    ],
    ['in services', { ...together('lib/actions'), 'lib/services/p.ts': ACTION }, 'lib/services/p.ts info'],
    ['beside a route, where nothing is settled', { 'app/p/actions.ts': ACTION }, 'app/p/actions.ts hint'],
    ['in a helper, where nothing is settled', { 'lib/save.ts': ACTION }, 'lib/save.ts hint'],
    [
      'where only one other is in the folder',
      { 'lib/actions/a.ts': ACTION, 'app/p/actions.ts': ACTION },
      'app/p/actions.ts hint',
    ],
    [
      'inline, with a write',
      { 'app/p/page.tsx': INLINE("await prisma.post.delete({ where: { id: 'a' } });") },
      'app/p/page.tsx hint',
    ],
    [
      'inline, in a component',
      {
        ...together('lib/actions'),
        'components/form.tsx': INLINE("await prisma.post.delete({ where: { id: 'a' } });"),
      },
      'components/form.tsx info',
    ],
    [
      'inline, writing by way of a service',
      { ...together('lib/actions'), 'app/p/page.tsx': INLINE('await store();') },
      'app/p/page.tsx info',
    ],
  ])('%s', async (_, files, expected) => {
    expect(await said({ ...STORE, ...files })).toEqual([expected]);
  });

  it('outside of what the configuration names', async () => {
    const config = '{ "conventions": { "actions": ["server/mutations"] } }';
    expect(
      await said(
        { 'server/mutations/a.ts': ACTION, 'lib/actions/b.ts': ACTION, 'lib/actions/c.ts': ACTION },
        config,
      ),
    ).toEqual(['lib/actions/b.ts info', 'lib/actions/c.ts info']);
  });
});

describe('silent', () => {
  it.each([
    ['the usual folder', { 'lib/actions/a.ts': ACTION }],
    ['the folder of most', together('actions')],
    ['folders inside of it', { ...together('lib/actions'), 'lib/actions/deep/c.ts': ACTION }],
    ['the usual folder beside that of most', { ...together('actions'), 'lib/actions/c.ts': ACTION }],
    [
      'any folder for actions where nothing is settled',
      { 'features/p/actions/a.ts': ACTION, 'features/q/_actions/b.ts': ACTION },
    ],
    ['modules without the directive', { 'app/p/actions.ts': ACTION.replace("'use server';", '') }],
    ['a text that is no directive', { 'app/p/actions.ts': "export const a = 'use server';\n" }],
    ['empty action files', { 'app/p/actions.ts': "'use server';\n" }],
    ['tests', { 'app/p/actions.test.ts': ACTION }],
    ['inline actions that only read', { 'app/p/page.tsx': INLINE('await prisma.post.count();') }],
    ['inline actions that do nothing', { 'app/p/page.tsx': INLINE('') }],
    [
      'client components',
      {
        'app/p/form.tsx':
          "'use client';\nimport { save } from '@/lib/actions/a';\nexport const F = () => <form action={() => save('a')} />;\n",
        'lib/actions/a.ts': ACTION,
      },
    ],
  ])('%s', async (_, files) => {
    const fixture = await openFixture({ ...STORE, ...files });
    expectSilent(fixture, RULE);
  });

  it('what a pattern of the configuration names', async () => {
    expect(
      await said({ 'app/p/actions.ts': ACTION }, '{ "conventions": { "actions": ["app/**/actions.ts"] } }'),
    ).toEqual([]);
  });
});

describe('moving the file', () => {
  it('takes the imports of both sides along', async () => {
    const fixture = await openFixture(`
      //- lib/actions/a.actions.ts
      'use server';
      export async function a() {}
      //- lib/actions/b.actions.ts
      'use server';
      export async function b() {}
      //- app/(shop)/orders/[id]/actions.ts
      'use server';
      import { prisma } from '@/lib/db';
      import { label } from './label';
      import type { Order } from '../types';
      export interface State { order: Order }
      export async function cancel(id: string) {
        await prisma.post.delete({ where: { id } });
        return label;
      }
      //- app/(shop)/orders/[id]/label.ts
      export const label = 'x';
      //- app/(shop)/orders/types.ts
      export interface Order { id: string }
      //- app/(shop)/orders/[id]/form.tsx
      'use client';
      import { cancel } from "./actions";
      export const Form = () => <form action={() => cancel('x')} />;
      //- app/(shop)/orders/state.ts
      import type { State } from './[id]/actions';
      export type Both = State & import('./[id]/actions').State;
      //- lib/index.ts
      export { cancel } from '@/app/(shop)/orders/[id]/actions';
      export const later = () => import('@/app/(shop)/orders/[id]/actions');
    `);
    expectFixed(
      fixture,
      RULE,
      `
      //- app/(shop)/orders/[id]/actions.ts
      //- lib/actions/orders.actions.ts
      'use server';
      import { prisma } from '@/lib/db';
      import { label } from '../../app/(shop)/orders/[id]/label';
      import type { Order } from '../../app/(shop)/orders/types';
      export interface State { order: Order }
      export async function cancel(id: string) {
        await prisma.post.delete({ where: { id } });
        return label;
      }
      //- app/(shop)/orders/[id]/form.tsx
      'use client';
      import { cancel } from "../../../../lib/actions/orders.actions";
      export const Form = () => <form action={() => cancel('x')} />;
      //- app/(shop)/orders/state.ts
      import type { State } from '../../../lib/actions/orders.actions';
      export type Both = State & import('../../../lib/actions/orders.actions').State;
      //- lib/index.ts
      export { cancel } from '@/lib/actions/orders.actions';
      export const later = () => import('@/lib/actions/orders.actions');
      `,
    );
  });

  it('says that the old file goes', async () => {
    const fixture = await openFixture({ ...together('lib/actions'), 'components/save-post.ts': ACTION });
    const [finding] = findings(fixture, RULE);
    const offer = finding && chooseOffer(finding);
    const result = finding && offer && fixture.engine.edits(finding, offer);
    expect(result).toMatchObject({
      ok: true,
      title: 'Move the file to lib/actions',
      changes: [
        { file: 'lib/actions/save-post.ts', create: true },
        { file: 'components/save-post.ts', create: false, remove: true },
      ],
    });
  });

  it('is refused where the name is taken', async () => {
    const fixture = await openFixture({ ...together('lib/actions'), 'app/a/actions.ts': ACTION });
    expect(refusal(fixture, { rule: RULE })).toBe('lib/actions/a.ts exists already.');
  });

  it('is not offered for inline actions, nor without a folder', async () => {
    const fixture = await openFixture({
      ...STORE,
      'app/p/page.tsx': INLINE('await store();'),
      'lib/x.ts': ACTION,
      'backend-specialist.config.json': '{ "conventions": { "actions": ["**/*.mutations.ts"] } }',
    });
    expect(findings(fixture, RULE).flatMap(({ fixes }) => fixes)).toEqual([]);
  });
});
