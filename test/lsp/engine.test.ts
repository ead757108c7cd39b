/** The built server with the real engine. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { mapNodesRequest } from '../../src/protocol/map.ts';
import { statusNotification } from '../../src/protocol/requests.ts';
import { createFolder, Editor, removeFolder, writeIn } from './kit/editor.ts';

const folders: string[] = [];
const editors: Editor[] = [];

afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
  for (const folder of folders.splice(0)) removeFolder(folder);
});

async function start(
  files: { [file: string]: string },
  more: Partial<Parameters<typeof Editor.start>[0]> = {},
): Promise<{ editor: Editor; root: string }> {
  const root = createFolder(files);
  folders.push(root);
  const editor = await Editor.start({ roots: [root], ...more });
  editors.push(editor);
  return { editor, root };
}

const config = 'backend-specialist.config.json';
/** Flagged by `unused-suppression`, which has a safe fix. */
const comment = '// backend-specialist-disable-next-line require-pagination';
const flagged = `export const a = 1;\n${comment}\nexport const b = 2;\n`;

test('a squiggle appears while typing and goes with the fix', async () => {
  const { editor, root } = await start({ 'lib/a.ts': 'export const a = 1;\n' });
  await editor.open(root, 'lib/a.ts', 'export const a = 1;\n');
  expect(await editor.squiggles(root, 'lib/a.ts')).toEqual([]);
  await editor.replace(root, 'lib/a.ts', '1;\n', `1;\n${comment}\nexport const b = 2;\n`);
  expect(await editor.squiggles(root, 'lib/a.ts')).toEqual([`unused-suppression ${comment}`]);
  const [fix] = await editor.actions(root, 'lib/a.ts', editor.rangeOf(root, 'lib/a.ts', comment));
  expect(fix?.kind).toBe('quickfix.backend-specialist.unused-suppression');
  const resolved = await editor.resolve(fix ?? { title: '' });
  expect(editor.apply(root, 'lib/a.ts', resolved)).toBe('export const a = 1;\nexport const b = 2;\n');
});

test('fix all on save', async () => {
  const { editor, root } = await start({});
  await editor.open(root, 'a.ts', `${flagged}${comment}\nexport const c = 3;\n`);
  const whole = { start: { line: 0, character: 0 }, end: { line: 5, character: 0 } };
  const [all] = await editor.actions(root, 'a.ts', whole, ['source.fixAll.backend-specialist']);
  const resolved = await editor.resolve(all ?? { title: '' });
  expect(editor.apply(root, 'a.ts', resolved)).toBe(
    'export const a = 1;\nexport const b = 2;\nexport const c = 3;\n',
  );
});

test('positions are UTF-16 with emoji and CRLF', async () => {
  const { editor, root } = await start({});
  await editor.open(root, 'a.ts', `export const a = '👩‍👧';\r\n/* 👩 */ ${comment}\r\nexport const b = 2;\r\n`);
  expect(await editor.squiggles(root, 'a.ts')).toEqual([`unused-suppression ${comment}`]);
});

test('code broken in the middle of typing does not throw, and the findings are there when it is whole again', async () => {
  const { editor, root } = await start({});
  await editor.open(root, 'a.ts', flagged);
  const before = await editor.squiggles(root, 'a.ts');
  await editor.replace(root, 'a.ts', 'b = 2', 'b = foo(`${');
  expect((await editor.pull(root, 'a.ts')).kind).toBe('full');
  await editor.replace(root, 'a.ts', 'b = foo(`${', 'b = 2');
  expect(await editor.squiggles(root, 'a.ts')).toEqual(before);
});

test('a mistake in the configuration is shown at its place, and the last valid one stays in force', async () => {
  const { editor, root } = await start({
    'a.ts': flagged,
    [config]: '{ "rules": { "unused-suppression": "error" } }',
  });
  await editor.open(root, 'a.ts', flagged);
  await editor.open(root, config, '{ "rules": { "unused-suppression": "error" } }');
  expect(await editor.pull(root, 'a.ts')).toMatchObject({ items: [{ severity: 1 }] });
  await editor.replace(root, config, '"error"', '"eror"');
  expect(await editor.squiggles(root, config)).toEqual(['config "eror"']);
  expect(await editor.pull(root, 'a.ts')).toMatchObject({ items: [{ severity: 1 }] });
  await editor.replace(root, config, '"eror"', '"hint"');
  expect(await editor.squiggles(root, config)).toEqual([]);
  expect(await editor.pull(root, 'a.ts')).toMatchObject({ items: [{ severity: 4 }] });
});

test('a configuration that changes on the disk reaches closed files', async () => {
  const { editor, root } = await start({ 'a.ts': flagged, [config]: '{}' });
  void editor.streamWorkspace().catch(() => undefined);
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 1);
  writeIn(root, config, '{ "rules": { "unused-suppression": "off" } }');
  await editor.watched(root, config, 2);
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 0);
  rmSync(path.join(root, config));
  await editor.watched(root, config, 3);
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 1);
});

test('settings of the editor win over the configuration file, and count when they change', async () => {
  let severity = 'error';
  const settings = () => ({ rules: { 'unused-suppression': severity } });
  const { editor, root } = await start(
    { 'a.ts': flagged, [config]: '{ "rules": { "unused-suppression": "off" } }' },
    { settings },
  );
  void editor.streamWorkspace().catch(() => undefined);
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 1);
  severity = 'off';
  await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 0);
});

test('a finding that moves is reported with its new range, one that does not as unchanged', async () => {
  const { editor, root } = await start({});
  await editor.open(root, 'a.ts', flagged);
  const first = await editor.pull(root, 'a.ts');
  await editor.replace(root, 'a.ts', 'export const b', 'export const bb');
  expect((await editor.pull(root, 'a.ts', first.resultId)).kind).toBe('unchanged');
  await editor.replace(root, 'a.ts', 'export const a', '\nexport const a');
  expect(await editor.pull(root, 'a.ts', first.resultId)).toMatchObject({
    kind: 'full',
    items: [{ range: { start: { line: 2, character: 0 } } }],
  });
});

test('hostile files do not stop the server', async () => {
  const { editor, root } = await start({
    'deep.ts': '('.repeat(20_000),
    'wide.ts': `export const x = '${'y'.repeat(500_000)}';`,
    'nul.ts': 'a\u0000b',
    'schema.prisma': 'model {{{ \n'.repeat(500),
    'migrations/1/migration.sql': `SELECT ${'('.repeat(5_000)}`,
    'docker-compose.yml': `a: ${'['.repeat(5_000)}`,
    'a.ts': flagged,
  });
  void editor.streamWorkspace().catch(() => undefined);
  await editor.until(() => editor.reported(root, 'a.ts')?.length === 1);
  expect(await editor.quiescent()).toMatchObject({
    state: 'ready',
    message: expect.stringContaining('in the log'),
  });
  expect(editor.messages.some((message) => message.includes('nul.ts'))).toBe(true);
});

test('the status has the shape both ends agreed on', async () => {
  const { editor } = await start({ 'a.ts': flagged });
  statusNotification.params.parse(await editor.quiescent());
});

test('checking the workspace finds what no watcher told of', async () => {
  const { editor, root } = await start({ 'a.ts': flagged });
  await editor.quiescent();
  writeIn(root, 'b.ts', flagged);
  expect(await editor.connection.sendRequest('backendSpecialist/checkWorkspace', {})).toEqual({
    error: 0,
    warning: 0,
    info: 2,
    hint: 0,
  });
});

test('requests with a wrong shape are refused', async () => {
  const { editor } = await start({});
  await expect(editor.connection.sendRequest(mapNodesRequest.method, { parent: 1 })).rejects.toThrow();
});

test('the page of a rule is served as text', async () => {
  const { editor } = await start({});
  const page: { text: string } = await editor.connection.sendRequest('workspace/textDocumentContent', {
    uri: 'backend-specialist-rule:/unused-suppression.md',
  });
  expect(page.text).toContain('unused-suppression');
  const none: { text: string } = await editor.connection.sendRequest('workspace/textDocumentContent', {
    uri: 'backend-specialist-rule:/../../package.md',
  });
  expect(none.text).toContain('no page here');
});

test('files and settings are watched', async () => {
  const { editor } = await start({});
  const methods = () => editor.registrations.map(({ method }) => method).toSorted();
  await editor.until(() => methods().length >= 2);
  expect(methods()).toEqual(['workspace/didChangeConfiguration', 'workspace/didChangeWatchedFiles']);
});

test('an editor that is not ours gets no notifications of ours', async () => {
  const { editor, root } = await start({ 'a.ts': flagged }, { options: null });
  await editor.open(root, 'a.ts', flagged);
  expect(await editor.squiggles(root, 'a.ts')).toHaveLength(1);
  expect(editor.status).toBeUndefined();
  expect(editor.initialized.capabilities.executeCommandProvider?.commands).toEqual([
    'backendSpecialist.showRulePage',
    'backendSpecialist.showMigrationStatus',
    'backendSpecialist.showPlace',
  ]);
});

test('the command line runs the same server', async () => {
  const cli = path.join(import.meta.dirname, '../../dist/cli.js');
  const { editor, root } = await start({ 'a.ts': flagged }, { server: cli, args: ['lsp', '--stdio'] });
  await editor.open(root, 'a.ts', flagged);
  expect(await editor.squiggles(root, 'a.ts')).toHaveLength(1);
});
