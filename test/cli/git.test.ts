import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { committedMigrations } from '../../src/host/git.ts';
import { listTree } from '../../src/host/tree.ts';
import { createWorkspace, git, writeIn } from './run.ts';

const migration = (name: string) => `prisma/migrations/${name}/migration.sql`;

test('outside a repository nothing is known; before the first commit every migration is new', async () => {
  const root = createWorkspace({ [migration('1')]: 'SELECT 1;' });
  expect(await committedMigrations(root)).toBeUndefined();
  git(root, 'init', '-q', '-b', 'main');
  expect(await committedMigrations(root)).toEqual(new Map());
});

test('on the base branch what is committed is old, on another what the base branch has', async () => {
  const root = createWorkspace({ [migration('1')]: 'SELECT 1;', 'lib/a.sql': 'SELECT 1;' });
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'one');
  writeIn(root, migration('2'), 'SELECT 2;');
  writeIn(root, migration('1'), 'SELECT 3;');
  expect(await committedMigrations(root)).toEqual(new Map([[migration('1'), 'SELECT 1;']]));
  git(root, 'checkout', '-qb', 'work');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'two');
  expect(await committedMigrations(root)).toEqual(new Map([[migration('1'), 'SELECT 1;']]));
});

test('paths are relative to the folder, also below the root of the repository', async () => {
  const root = createWorkspace({ [`apps/web/${migration('1')}`]: 'SELECT 1;' });
  git(root, 'init', '-q', '-b', 'trunk');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'one');
  expect(await committedMigrations(`${root}/apps/web`)).toEqual(new Map([[migration('1'), 'SELECT 1;']]));
});

test('texts are read as the disk is, those of other tools and of other places are not', async () => {
  const files = {
    [migration('1')]: "SELECT 'é€';\r\n",
    [migration('2')]: '',
    [migration('3')]: '\u{FEFF}SELECT 3;',
    [migration('4')]: 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n',
    'drizzle/migrations/0001.sql': 'SELECT 1;',
  };
  const root = createWorkspace(files);
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'one');
  expect(await committedMigrations(root)).toEqual(
    new Map<string, string | undefined>([
      ['drizzle/migrations/0001.sql', undefined],
      [migration('1'), "SELECT 'é€';\r\n"],
      [migration('2'), ''],
      [migration('3'), 'SELECT 3;'],
      [migration('4'), undefined],
    ]),
  );
});

test('a repository cannot make us run its programs', async () => {
  const root = createWorkspace({ 'a.ts': '' });
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'config', 'core.fsmonitor', `touch ${root}/ran; false`);
  expect(await listTree(root, { git: true })).toEqual([{ file: 'a.ts', size: 0 }]);
  await committedMigrations(root);
  expect(existsSync(`${root}/ran`)).toBe(false);
});
