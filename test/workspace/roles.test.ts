import { expect, it } from 'vitest';
import { base, openWorkspace } from './openWorkspace.ts';

it('counts what an action imports as server code, though only client code imports the action', () => {
  const workspace = openWorkspace({
    ...base,
    'components/button.tsx':
      "'use client';\nimport { act } from '@/lib/actions/act';\nimport { label } from '@/lib/label';\nexport const Button = () => <b onClick={act}>{label}</b>;\n",
    'lib/actions/act.ts':
      "'use server';\nimport { key } from '@/lib/key';\nexport async function act() { return key; }\n",
    'lib/key.ts': 'export const key = 1;\n',
    'lib/label.ts': 'export const label = 1;\n',
  });
  expect(workspace.role('lib/actions/act.ts')).toBe('action');
  expect(workspace.role('lib/key.ts')).toBe('other');
  expect(workspace.role('lib/label.ts')).toBe('client');
});

it('takes auth.config.ts for code of the app, other configurations for tooling', () => {
  const workspace = openWorkspace({
    ...base,
    'auth.config.ts': 'export const authConfig = { providers: [] };\n',
    'next.config.ts': 'export default {};\n',
    'sentry.server.config.ts': 'export {};\n',
  });
  expect(
    ['auth.config.ts', 'next.config.ts', 'sentry.server.config.ts'].map((file) => workspace.role(file)),
  ).toEqual(['auth', 'tooling', 'tooling']);
});

it('takes scripts beside package.json for tooling', () => {
  const workspace = openWorkspace({
    ...base,
    'delete-team.js': "console.log('gone');\n",
    'lib/delete-team.js': 'export const deleteTeam = () => undefined;\n',
  });
  expect(['delete-team.js', 'lib/delete-team.js'].map((file) => workspace.role(file))).toEqual([
    'tooling',
    'other',
  ]);
});
