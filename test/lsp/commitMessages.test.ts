/** Commit messages in the editor, through the built server: diagnostics while one is edited, and the suggestion. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver-protocol/node';
import { commitSuggestionRequest } from '../../src/protocol/verify.ts';
import { createFolder, Editor, fullCapabilities, removeFolder, uriOf, writeIn } from './kit/editor.ts';

/** Server and engine take seconds to start on a loaded machine. */
const patience = { timeout: 60_000 };

const editors: Editor[] = [];
const roots: string[] = [];
afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
  for (const root of roots.splice(0)) removeFolder(root);
});

const MESSAGE = '.git/COMMIT_EDITMSG';
const initial = 'CREATE TABLE "Post" ("id" TEXT PRIMARY KEY, "title" TEXT);\n';

function git(root: string, ...args: string[]): void {
  const identity = [
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'init.defaultBranch=main',
  ];
  execFileSync('git', [...identity, ...args], { cwd: root, stdio: 'pipe' });
}

function repository(files: { [file: string]: string } = {}): string {
  const root = createFolder({
    'package.json': '{ "dependencies": { "next": "16.0.0" } }',
    'prisma/migrations/1_a/migration.sql': initial,
    ...files,
  });
  roots.push(root);
  git(root, 'init', '-q');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'chore: begin');
  return root;
}

function stageDrop(root: string): void {
  writeIn(root, 'prisma/migrations/2_b/migration.sql', 'ALTER TABLE "Post" DROP COLUMN "title";\n');
  git(root, 'add', '.');
}

async function start(root: string, options?: { trusted: boolean }, pulls = true): Promise<Editor> {
  const { diagnostic: _pull, ...textDocument } = fullCapabilities.textDocument ?? {};
  const editor = await Editor.start({
    roots: [root],
    ...(options ? { options } : {}),
    ...(pulls ? {} : { capabilities: { ...fullCapabilities, textDocument } }),
  });
  editors.push(editor);
  return editor;
}

async function said(editor: Editor, root: string, file = MESSAGE): Promise<Diagnostic[]> {
  const report = await editor.pull(root, file);
  return report.kind === 'full' ? report.items : [];
}

const suggest = async (editor: Editor, uri: string) =>
  commitSuggestionRequest.result.parse(
    await editor.connection.sendRequest(commitSuggestionRequest.method, { root: uri }),
  );

test(
  'the form and what is staged, at their places, with every letter; what is not begun is not wrong',
  patience,
  async () => {
    const root = repository();
    const editor = await start(root);
    await editor.open(root, MESSAGE, '\n# Please enter the commit message.\n');
    expect(await said(editor, root)).toEqual([]);
    await editor.edit(root, MESSAGE, { start: 0, end: 0 }, 'feet(backend): x');
    expect(await said(editor, root)).toMatchObject([
      {
        severity: 1,
        code: 'commit-message',
        source: 'backend-specialist',
        message: expect.stringContaining('Did you mean "feat"?'),
        range: { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } },
      },
    ]);
    await editor.replace(root, MESSAGE, 'feet(backend): x', 'db: tidy up');
    expect(await said(editor, root)).toEqual([]);
    // The index changes while the message is open.
    stageDrop(root);
    expect(await said(editor, root)).toMatchObject([
      {
        severity: 1,
        message: expect.stringContaining('CRITICAL: this commit destroys all values of the column'),
      },
    ]);
    await editor.replace(root, MESSAGE, 'db: tidy up', 'db!: tidy up');
    expect(await said(editor, root)).toEqual([]);
  },
);

test(
  "the project's commitlint configuration is followed, and what it cannot run is not run",
  patience,
  async () => {
    const root = repository({ '.commitlintrc.json': '{ "rules": { "type-enum": [2, "always", ["add"]] } }' });
    const editor = await start(root);
    await editor.open(root, MESSAGE, 'feat: x\n');
    expect(await said(editor, root)).toMatchObject([{ message: expect.stringContaining('Use one of add.') }]);
  },
);

test('a linked working tree has an index of its own', patience, async () => {
  const root = repository();
  const tree = path.join(root, 'linked');
  git(root, 'worktree', 'add', '-q', '-b', 'other', tree);
  stageDrop(tree);
  const editor = await start(root);
  const message = '.git/worktrees/linked/COMMIT_EDITMSG';
  await editor.open(root, message, 'db: tidy up\n');
  expect(await said(editor, root, message)).toMatchObject([{ message: expect.stringContaining('CRITICAL') }]);
});

test('the input of the Source Control view, where an editor shows it to us', patience, async () => {
  const root = repository();
  stageDrop(root);
  const editor = await start(root);
  const query = encodeURIComponent(`rootUri=${encodeURIComponent(uriOf(root))}`);
  const uri = `vscode-scm:git/scm0/input?${query}`;
  // It has no tab, so that no editor pulls it.
  const pushed = new Promise<unknown>((resolve) => {
    editor.connection.onNotification('textDocument/publishDiagnostics', resolve);
  });
  await editor.connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'scminput', version: 1, text: 'db: tidy up' },
  });
  expect(await pushed).toMatchObject({
    uri,
    diagnostics: [{ message: expect.stringContaining('CRITICAL') }],
  });
});

test('without trust git is not asked: the form counts alone', patience, async () => {
  const root = repository();
  stageDrop(root);
  const editor = await start(root, { trusted: false });
  await editor.open(root, MESSAGE, 'db: tidy up\n');
  expect(await said(editor, root)).toEqual([]);
  await editor.replace(root, MESSAGE, 'db: tidy up', 'tidy up');
  expect(await said(editor, root)).toHaveLength(1);
  expect(await suggest(editor, uriOf(root))).toEqual({ notes: [] });
});

test('editors that are pushed to', patience, async () => {
  const root = repository();
  const editor = await start(root, undefined, false);
  await editor.open(root, MESSAGE, 'stuff\n');
  const pushed = () => editor.pushed.get(path.join(root, MESSAGE));
  await editor.until(() => pushed()?.length === 1);
  await editor.replace(root, MESSAGE, 'stuff', 'fix: stuff');
  await editor.until(() => pushed()?.length === 0);
});

test('the suggestion for what is staged, in the words of the project, or none', patience, async () => {
  const root = repository({ '.commitlintrc.yml': 'extends: ["@commitlint/config-conventional", "own"]\n' });
  const editor = await start(root);
  expect(await suggest(editor, uriOf(root))).toEqual({ notes: [] });
  stageDrop(root);
  const { message, notes } = await suggest(editor, uriOf(root));
  expect(message).toMatch(/^feat\(db\)!: [^]*BREAKING CHANGE: destroys all values/);
  expect(notes).toEqual(['.commitlintrc.yml extends "own", which is not read']);
  expect(await suggest(editor, 'file:///no/such/folder')).toEqual({ notes: [] });
  expect(await suggest(editor, 'untitled:x')).toEqual({ notes: [] });
});
