/** The tools for agents, asked through the built server: the MCP server's own, over what is typed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { toolRequest, type ToolAnswer } from '../../src/protocol/tools.ts';
import { notes } from '../map/kit.ts';
import { createFolder, Editor, removeFolder } from './kit/editor.ts';

const SERVICE = 'lib/services/note.service.ts';

const editors: Editor[] = [];
const roots: string[] = [];
afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
  for (const root of roots.splice(0)) removeFolder(root);
});

async function start(count = 1): Promise<{ editor: Editor; root: string }> {
  const own = Array.from({ length: count }, () => createFolder(notes as { [file: string]: string }));
  roots.push(...own);
  const editor = await Editor.start({ roots: own });
  editors.push(editor);
  return { editor, root: own[0] ?? '' };
}

const call = async (editor: Editor, name: string, input: unknown): Promise<ToolAnswer> =>
  toolRequest.result.parse(await editor.connection.sendRequest(toolRequest.method, { name, input }));

test('answers wait for the index and know what is typed but not saved', async () => {
  const { editor, root } = await start();
  expect((await call(editor, 'backend_map', { file: SERVICE })).text).toContain('service listNotes');
  await editor.open(root, SERVICE, notes[SERVICE] ?? '');
  await editor.replace(root, SERVICE, 'listNotes', 'newestNotes');
  expect((await call(editor, 'backend_map', { file: SERVICE })).text).toContain('service newestNotes');
  const bad = (notes[SERVICE] ?? '').replace('{ where: { userId }, take: 20 }', '');
  const patch = await call(editor, 'check_patch', { files: [{ file: SERVICE, text: bad }] });
  expect(patch.text).toMatch(/^new {2}error \S+:4:22 require-pagination: /m);
  expect((await call(editor, 'backend_map', { file: SERVICE })).text).toContain('service newestNotes');
  expect(readFileSync(path.join(root, SERVICE), 'utf8')).toBe(notes[SERVICE]);
});

test('what is wrong with a question is told in words', async () => {
  const { editor } = await start();
  expect(await call(editor, 'no_such_tool', {})).toMatchObject({ isError: true });
  expect(await call(editor, 'explain_rule', { rule: 7 })).toMatchObject({ isError: true });
  expect(await call(editor, 'backend_map', { file: '../../etc/passwd' })).toMatchObject({ isError: true });
  expect(await call(editor, 'explain_rule', { rule: '../../package' })).toMatchObject({ isError: true });
});

test('with several folders each answers for itself', async () => {
  const { editor } = await start(2);
  const { text } = await call(editor, 'backend_map', { model: 'Note', kind: 'model' });
  expect(text.match(/^# /gm)).toHaveLength(2);
  expect(text.match(/^model Note/gm)).toHaveLength(2);
});
