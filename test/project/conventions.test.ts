import { expect, test } from 'vitest';
import { majorityFolder } from '../../src/project/conventions.ts';
import { appFiles } from '../kit/apps.ts';
import { next, openWorkspace, page } from './kit.ts';

test('the sample app: folders, result, session, guards, alias', () => {
  const workspace = openWorkspace(appFiles('shop'));
  expect(workspace.projectConventions('app/page.tsx')).toMatchObject({
    actions: 'lib/actions',
    services: 'lib/services',
    validations: 'lib/validations',
    alias: '@/',
    logger: { object: 'console', order: 'message-first' },
    result: {
      flag: 'success',
      keys: ['success', 'data', 'error'],
      errorKeys: ['message', 'code'],
      type: { name: 'ActionResult' },
      ok: { name: 'ok' },
      fail: { name: 'fail', file: 'lib/action-result.ts', spec: '@/lib/action-result' },
    },
  });
  const { session, guards } = workspace.projectGuards('app/page.tsx');
  expect(session).toMatchObject({ name: 'auth', file: 'auth.ts', spec: '@/auth' });
  expect(guards.map(({ name, kind }) => [name, kind])).toEqual([
    ['requireUser', 'call'],
    ['requireAdmin', 'call'],
    ['authActionClient', 'client'],
    ['withAuth', 'wrapper'],
  ]);
  expect(guards.find(({ name }) => name === 'requireAdmin')?.roles).toEqual(['ADMIN']);
});

const withLogger = (calls: string) => ({
  'package.json': next('x'),
  'app/page.tsx': page,
  'lib/logger.ts': 'export const logger = { error(...parts: unknown[]) { console.error(...parts); } };',
  'lib/a.ts': `import { logger } from '@/lib/logger';\nexport function a(error: unknown) { ${calls} }`,
});

test("the project's own logger is preferred, with its order of arguments", () => {
  const pino = openWorkspace(withLogger("logger.error({ error }, 'a failed');")).projectConventions(
    'app/page.tsx',
  );
  expect(pino.logger).toEqual({
    object: 'logger',
    order: 'object-first',
    source: { name: 'logger', file: 'lib/logger.ts', spec: '@/lib/logger' },
  });
  const plain = openWorkspace(withLogger("logger.error('a failed', error);")).projectConventions(
    'app/page.tsx',
  );
  expect(plain.logger.order).toBe('message-first');
});

test('a function that only sounds like a guard is none', () => {
  const workspace = openWorkspace({
    'package.json': next('x'),
    'app/page.tsx': page,
    'lib/guards.ts': 'export async function requireUser() { return { id: 1 }; }',
    'app/actions.ts':
      "'use server';\nimport { requireUser } from '@/lib/guards';\nexport async function save() { await requireUser(); return { ok: true }; }",
  });
  expect(workspace.projectGuards('app/page.tsx').guards).toEqual([]);
  expect(workspace.projectConventions('app/page.tsx').result).toMatchObject({ flag: 'ok', keys: ['ok'] });
});

test('an application without anything of its own has no conventions but console', () => {
  const workspace = openWorkspace({ 'package.json': next('x'), 'app/page.tsx': page });
  expect(workspace.projectGuards('app/page.tsx')).toEqual({ session: undefined, guards: [] });
  expect(workspace.projectConventions('app/page.tsx')).toMatchObject({
    actions: undefined,
    result: undefined,
    logger: { object: 'console', source: undefined },
  });
});

test('conventions stay the same value while a change says nothing new', () => {
  const workspace = openWorkspace(appFiles('shop'));
  const before = workspace.projectConventions('app/page.tsx');
  workspace.store.update([
    { file: 'app/page.tsx', text: `${workspace.store.text('app/page.tsx')}\nexport const one = 1;\n` },
  ]);
  workspace.index.sync(['app/page.tsx']);
  const computed = workspace.db.computed.get('projectConventions');
  expect(workspace.projectConventions('app/page.tsx')).toBe(before);
  expect(workspace.db.computed.get('projectConventions')).toBe(computed);
});

test('majority folder: the folder itself, or the deepest that holds half of the files', () => {
  expect(majorityFolder(['lib/actions/a.ts', 'lib/actions/b.ts', 'app/x/actions.ts'])).toBe('lib/actions');
  expect(majorityFolder(['features/a/actions.ts', 'features/b/actions.ts', 'features/c/actions.ts'])).toBe(
    'features',
  );
  expect(majorityFolder([])).toBeUndefined();
});
