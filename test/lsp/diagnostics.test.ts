import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import {
  buildFakeServer,
  createFolder,
  Editor,
  fullCapabilities,
  removeFolder,
  uriOf,
  writeIn,
} from './kit/editor.ts';

let server = '';
const folders: string[] = [];
const editors: Editor[] = [];

beforeAll(async () => {
  server = await buildFakeServer();
});

afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
  for (const folder of folders.splice(0)) removeFolder(folder);
});

function createTracked(files: { [file: string]: string }): string {
  const root = createFolder(files);
  folders.push(root);
  return root;
}

async function start(
  roots: string[],
  more: Partial<Parameters<typeof Editor.start>[0]> = {},
): Promise<Editor> {
  const editor = await Editor.start({ server, roots, ...more });
  editors.push(editor);
  return editor;
}

const action = 'export const list = () => prisma.post.findMany();\n';

test('initialize announces pull diagnostics with workspace support, incremental sync and lazily resolved actions', async () => {
  const editor = await start([createTracked({})]);
  const { capabilities, serverInfo } = editor.initialized;
  expect(capabilities.diagnosticProvider).toEqual({
    identifier: 'backend-specialist',
    interFileDependencies: true,
    workspaceDiagnostics: true,
  });
  expect(capabilities.textDocumentSync).toMatchObject({ openClose: true, change: 2 });
  expect(capabilities.codeActionProvider).toEqual({
    codeActionKinds: ['quickfix', 'refactor.extract', 'source.fixAll.backend-specialist'],
    resolveProvider: true,
  });
  expect(capabilities.workspace?.textDocumentContent).toEqual({ schemes: ['backend-specialist-rule'] });
  expect(serverInfo?.name).toBe('backend-specialist');
});

test('a document pull gives the findings with rule, page, severity and range', async () => {
  const root = createTracked({ 'lib/a.ts': action });
  const editor = await start([root]);
  await editor.open(root, 'lib/a.ts', action);
  const report = await editor.pull(root, 'lib/a.ts');
  expect(report).toMatchObject({
    kind: 'full',
    items: [
      {
        code: 'require-pagination',
        source: 'backend-specialist',
        severity: 2,
        codeDescription: { href: 'backend-specialist-rule:/require-pagination.md' },
        range: { start: { line: 0, character: 38 }, end: { line: 0, character: 48 } },
      },
    ],
  });
});

test('a second pull without a change is answered as unchanged, one after an edit in full', async () => {
  const root = createTracked({ 'a.ts': action });
  const editor = await start([root]);
  await editor.open(root, 'a.ts', action);
  const first = await editor.pull(root, 'a.ts');
  expect((await editor.pull(root, 'a.ts', first.resultId)).kind).toBe('unchanged');
  await editor.replace(root, 'a.ts', 'findMany()', 'findMany({ take: 5 })');
  expect(await editor.pull(root, 'a.ts', first.resultId)).toMatchObject({ kind: 'full', items: [] });
});

test('positions are UTF-16 and count CRLF lines once', async () => {
  const root = createTracked({});
  const editor = await start([root]);
  await editor.open(root, 'a.ts', 'const a = 1;\r\n/* 👩‍👧 é */ x.findMany();\r\n');
  expect(await editor.squiggles(root, 'a.ts')).toEqual(['require-pagination findMany()']);
  await editor.replace(root, 'a.ts', 'é', '👩‍👧👩‍👧\r\n');
  expect(await editor.squiggles(root, 'a.ts')).toEqual(['require-pagination findMany()']);
});

test('an edit of one file refreshes the open files whose findings it changes', async () => {
  const root = createTracked({ 'guard.ts': 'GUARD', 'a.ts': '// @needs guard.ts\n' });
  const editor = await start([root]);
  await editor.open(root, 'a.ts', '// @needs guard.ts\n');
  await editor.open(root, 'guard.ts', 'GUARD');
  await editor.quiescent();
  expect(await editor.squiggles(root, 'a.ts')).toEqual([]);
  const before = editor.refreshes;
  await editor.replace(root, 'guard.ts', 'GUARD', 'nothing');
  await editor.pull(root, 'guard.ts');
  await editor.until(() => editor.refreshes > before);
  expect(await editor.squiggles(root, 'a.ts')).toEqual(['action-auth @needs guard.ts']);
});

test('the workspace pull streams closed files, follows changes on the disk and clears deleted files', async () => {
  const root = createTracked({ 'a.ts': action, 'b.ts': 'export {};\n' });
  const editor = await start([root]);
  void editor.streamWorkspace().catch(() => undefined);
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 1);
  expect(editor.reported(root, 'b.ts') ?? []).toEqual([]);
  writeIn(root, 'b.ts', action);
  await editor.watched(root, 'b.ts', 2);
  await editor.until(() => editor.reported(root, 'b.ts')?.length === 1);
  writeIn(root, 'new/c.ts', action);
  await editor.watched(root, 'new/c.ts', 1);
  await editor.until(() => editor.reported(root, 'new/c.ts')?.length === 1);
  rmSync(path.join(root, 'a.ts'));
  await editor.watched(root, 'a.ts', 3);
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 0);
  rmSync(path.join(root, 'new'), { recursive: true });
  await editor.watched(root, 'new', 3);
  await editor.until(() => editor.reported(root, 'new/c.ts')?.length === 0);
});

test('without partial results the workspace pull is held until there is news', async () => {
  const root = createTracked({ 'a.ts': action, 'b.ts': 'export {};\n' });
  const editor = await start([root]);
  const first: { items: { uri: string; resultId?: string }[] } = await editor.connection.sendRequest(
    'workspace/diagnostic',
    { previousResultIds: [] },
  );
  expect(first.items.map(({ uri }) => uri)).toEqual([uriOf(root, 'a.ts')]);
  const previousResultIds = first.items.map(({ uri, resultId }) => ({ uri, value: resultId ?? '' }));
  let answered = false;
  const second = editor.connection
    .sendRequest<typeof first>('workspace/diagnostic', { previousResultIds })
    .finally(() => {
      answered = true;
    });
  await editor.open(root, 'b.ts', 'export {};\n');
  await editor.pull(root, 'b.ts');
  expect(answered).toBe(false);
  await editor.replace(root, 'b.ts', 'export {};', action);
  expect((await second).items.map(({ uri }) => uri)).toEqual([uriOf(root, 'b.ts')]);
});

test('a file that is no more is cleared for an editor that still has problems of it', async () => {
  const root = createTracked({ 'a.ts': action });
  const editor = await start([root]);
  const gone = uriOf(root, 'gone.ts');
  void editor.streamWorkspace([{ uri: gone, value: 'from-an-earlier-run' }]).catch(() => undefined);
  await editor.until(() => editor.reported(root, 'gone.ts'));
  expect(editor.workspace.get(path.join(root, 'gone.ts'))).toEqual({
    kind: 'full',
    uri: gone,
    version: null,
    items: [],
  });
});

test('a cancelled workspace pull ends with an error that says not to ask again', async () => {
  const root = createTracked({});
  const editor = await start([root]);
  const source = { listeners: [] as (() => void)[] };
  const token = {
    isCancellationRequested: false,
    onCancellationRequested: (listener: () => void) => {
      source.listeners.push(listener);
      return { dispose: () => undefined };
    },
  };
  const request = editor.connection.sendRequest(
    'workspace/diagnostic',
    { previousResultIds: [] },
    token as never,
  );
  await editor.quiescent();
  for (const listener of source.listeners) listener();
  await expect(request).rejects.toMatchObject({ code: -32800, data: { retriggerRequest: false } });
});

test('a cancelled document pull never ends with an error that forbids asking again', async () => {
  const root = createTracked({ 'a.ts': action });
  const editor = await start([root]);
  const pulls = [1, 2, 3].map(() => {
    const listeners: (() => void)[] = [];
    const token = {
      isCancellationRequested: false,
      onCancellationRequested: (listener: () => void) => {
        listeners.push(listener);
        return { dispose: () => undefined };
      },
    };
    const answer = editor.connection.sendRequest<unknown>(
      'textDocument/diagnostic',
      { textDocument: { uri: uriOf(root, 'a.ts') } },
      token as never,
    );
    for (const listener of listeners) listener();
    return answer.then(
      () => undefined,
      (error: { data?: { retriggerRequest?: boolean } }) => error.data?.retriggerRequest,
    );
  });
  expect(await Promise.all(pulls)).not.toContain(false);
});

test('a file that breaks the engine is reported once and checked again after it changes', async () => {
  const root = createTracked({ 'bad.ts': 'EXPLODE\n', 'good.ts': action });
  const editor = await start([root]);
  await editor.open(root, 'bad.ts', 'EXPLODE\n');
  expect(await editor.squiggles(root, 'bad.ts')).toEqual([]);
  expect(await editor.squiggles(root, 'bad.ts')).toEqual([]);
  const status = await editor.quiescent();
  expect(status.message).toBe('1 problem in the log.');
  expect(editor.messages.filter((message) => message.includes('bad.ts broke the analysis'))).toHaveLength(1);
  await editor.open(root, 'good.ts', action);
  expect(await editor.squiggles(root, 'good.ts')).toHaveLength(1);
  await editor.replace(root, 'bad.ts', 'EXPLODE', 'x.findMany()');
  expect(await editor.squiggles(root, 'bad.ts')).toEqual(['require-pagination findMany()']);
});

test('closing a document goes back to the text on the disk', async () => {
  const root = createTracked({ 'a.ts': action });
  const editor = await start([root]);
  void editor.streamWorkspace().catch(() => undefined);
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 1);
  await editor.open(root, 'a.ts', 'export {};\n');
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 0);
  await editor.close(root, 'a.ts');
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 1);
});

test('an editor that cannot pull is pushed to, and gets no pull provider', async () => {
  const root = createTracked({ 'a.ts': action, 'b.ts': action });
  const { diagnostic: _, ...textDocument } = fullCapabilities.textDocument ?? {};
  const editor = await start([root], { capabilities: { ...fullCapabilities, textDocument } });
  expect(editor.initialized.capabilities.diagnosticProvider).toBeUndefined();
  const file = path.join(root, 'a.ts');
  await editor.until(
    () => editor.pushed.get(file)?.length === 1 && editor.pushed.get(path.join(root, 'b.ts')),
  );
  await editor.open(root, 'a.ts', action);
  await editor.replace(root, 'a.ts', 'findMany()', 'count()');
  await editor.until(() => editor.pushed.get(file)?.length === 0);
});

test('each folder of several has its own findings, and a folder inside another gives none twice', async () => {
  const one = createTracked({ 'a.ts': action, 'packages/inner/c.ts': action });
  const two = createTracked({ 'b.ts': action });
  const inner = path.join(one, 'packages/inner');
  const editor = await start([one, two, inner]);
  void editor.streamWorkspace().catch(() => undefined);
  await editor.until(() => editor.reported(two, 'b.ts')?.length === 1 && editor.reported(one, 'a.ts'));
  await editor.until(() => editor.reported(inner, 'c.ts')?.length === 1);
  expect((await editor.quiescent()).findings.warning).toBe(3);
});

test('folders can be added and removed', async () => {
  const one = createTracked({ 'a.ts': action });
  const two = createTracked({ 'b.ts': action });
  const editor = await start([one]);
  void editor.streamWorkspace().catch(() => undefined);
  await editor.until(() => editor.reported(one, 'a.ts')?.length === 1);
  const change = (added: string[], removed: string[]) =>
    editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: {
        added: added.map((root) => ({ uri: uriOf(root), name: 'x' })),
        removed: removed.map((root) => ({ uri: uriOf(root), name: 'x' })),
      },
    });
  await change([two], []);
  await editor.until(() => editor.reported(two, 'b.ts')?.length === 1);
  await change([], [one]);
  await editor.until(() => editor.reported(one, 'a.ts')?.length === 0);
  expect((await editor.quiescent()).findings.warning).toBe(1);
});

test('the first index of a large folder shows progress that can be cancelled, and open files still answer', async () => {
  const files = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`f${index}.ts`, action]));
  const root = createTracked(files);
  const editor = await start([root]);
  await editor.until(() => editor.progress.some(({ kind }) => kind === 'end'));
  const [begin] = editor.progress;
  expect(begin).toMatchObject({ kind: 'begin', cancellable: true, percentage: 0 });
  expect(editor.progress.filter(({ kind }) => kind === 'begin')).toHaveLength(1);
  expect(await editor.quiescent()).toMatchObject({ files: 400, done: 400, findings: { warning: 400 } });
});

test('documents of other schemes, and files nobody analyses, are answered with nothing', async () => {
  const root = createTracked({ 'README.md': action });
  const editor = await start([root]);
  await editor.open(root, 'README.md', action);
  expect(await editor.pull(root, 'README.md')).toMatchObject({ kind: 'full', items: [] });
  const untitled = { textDocument: { uri: 'untitled:Untitled-1' } };
  expect(await editor.connection.sendRequest('textDocument/diagnostic', untitled)).toMatchObject({
    items: [],
  });
});

test('an ignored file stays ignored when it is opened', async () => {
  const root = createTracked({ '.gitignore': 'secret/\n', 'secret/a.ts': action, 'b.ts': action });
  const editor = await start([root]);
  await editor.open(root, 'secret/a.ts', action);
  await editor.quiescent();
  expect(await editor.pull(root, 'secret/a.ts')).toMatchObject({ items: [] });
  expect((await editor.quiescent()).findings.warning).toBe(1);
});

test('a document without any workspace is analysed by itself', async () => {
  const root = createTracked({ 'a.ts': action, 'b.ts': action });
  const editor = await start([], { capabilities: fullCapabilities });
  await editor.open(root, 'a.ts', action);
  expect(await editor.squiggles(root, 'a.ts')).toEqual(['require-pagination findMany()']);
});

test('the server ends with status 0 after shutdown and exit', async () => {
  const editor = await Editor.start({ server, roots: [createTracked({ 'a.ts': action })] });
  expect(await editor.stop()).toBe(0);
});
