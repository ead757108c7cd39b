/** `backend-specialist mcp` as shipped, driven by the official client. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, expect, test } from 'vitest';
import { builtCli, createWorkspace, writeIn } from '../cli/run.ts';
import { notes } from '../map/kit.ts';

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function connect(
  root: string,
): Promise<(tool: string, input: Record<string, unknown>) => Promise<{ text: string; isError: boolean }>> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  clients.push(client);
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [builtCli, 'mcp', '--no-cache'], cwd: root }),
  );
  return async (name, input) => {
    const result = await client.callTool({ name, arguments: input });
    const [first] = result.content as { type: string; text: string }[];
    return { text: first?.text ?? '', isError: result.isError === true };
  };
}

const SERVICE = 'lib/services/note.service.ts';

test('lists its tools, all of them read-only', async () => {
  await connect(createWorkspace(notes));
  const tools = (await clients[0]?.listTools())?.tools ?? [];
  expect(tools.map(({ name }) => name).toSorted()).toEqual([
    'backend_findings',
    'backend_map',
    'check_patch',
    'explain_rule',
    'preview_fix',
  ]);
  for (const { annotations } of tools) expect(annotations?.readOnlyHint).toBe(true);
});

test('slices of the map: by file, by model, by words, in pages', async () => {
  const call = await connect(createWorkspace(notes));
  expect((await call('backend_map', { file: SERVICE })).text.split('\n')).toEqual([
    expect.stringContaining(`service listNotes  ${SERVICE}:3 · reads Note · list bounded`),
    expect.stringContaining(`service addNote  ${SERVICE}:6 · writes Note`),
  ]);
  const model = (await call('backend_map', { model: 'note' })).text;
  expect(model).toContain('action saveNote');
  expect(model).toContain('model Note');
  expect(model).not.toContain('model User');
  expect((await call('backend_map', { query: 'who saves a note?' })).text.split('\n')[0]).toMatch(/ote/);
  const first = (await call('backend_map', { limit: 1 })).text;
  const cursor = /cursor "(\d+)"/.exec(first)?.[1];
  expect(cursor).toBe('1');
  expect((await call('backend_map', { limit: 1, cursor })).text.split('\n')[0]).not.toBe(
    first.split('\n')[0],
  );
});

test('findings, a proposed text, a rule, a fix; nothing is written', async () => {
  const root = createWorkspace(notes);
  const call = await connect(root);
  const bad = (notes[SERVICE] ?? '').replace('{ where: { userId }, take: 20 }', '');
  const checked = await call('check_patch', { files: [{ file: SERVICE, text: bad }] });
  expect(checked.text).toMatch(/^new {2}\w+ lib\/services\/note\.service\.ts:4:\d+ require-pagination: /m);
  expect((await call('backend_findings', { files: [SERVICE], rule: 'require-pagination' })).text).toBe(
    'nothing found',
  );
  expect(readFileSync(path.join(root, SERVICE), 'utf8')).toBe(notes[SERVICE]);
  writeIn(root, SERVICE, bad);
  expect((await call('backend_findings', { files: [SERVICE], rule: 'require-pagination' })).text).toContain(
    'require-pagination',
  );
  const fix = await call('preview_fix', { file: SERVICE, line: 4, rule: 'require-pagination' });
  expect(fix.text).toMatch(/^\+.*take/m);
  expect(readFileSync(path.join(root, SERVICE), 'utf8')).toBe(bad);
  expect((await call('explain_rule', { rule: 'require-pagination' })).text).toMatch(/^# require-pagination/);
});

test('paths out of the workspace, unknown things and bad input are told, and the server goes on', async () => {
  const call = await connect(createWorkspace(notes));
  for (const file of [
    '../../etc/passwd.ts',
    '/etc/passwd',
    'a/../../x.ts',
    '..\\x.ts',
    'C:/x.ts',
    'a\0.ts',
    'a.bin',
    '.',
  ])
    for (const [tool, input] of [
      ['backend_map', { file }],
      ['backend_findings', { files: [file] }],
      ['check_patch', { files: [{ file, text: 'x' }] }],
      ['preview_fix', { file, line: 1 }],
    ] as const)
      expect(await call(tool, input)).toMatchObject({ isError: true });
  expect(await call('explain_rule', { rule: '../../package' })).toMatchObject({ isError: true });
  expect(await call('backend_map', { cursor: 'x' })).toMatchObject({ isError: true });
  expect(await call('backend_map', { limit: 'many' })).toMatchObject({ isError: true });
  expect(await call('check_patch', { files: [{ file: 'lib/a.ts', text: 'a\0b' }] })).toMatchObject({
    isError: true,
  });
  expect(
    await call('check_patch', { files: [{ file: 'lib/a.ts', text: 'x'.repeat(1_000_001) }] }),
  ).toMatchObject({ isError: true });
  expect(
    (await call('check_patch', { files: [{ file: 'lib/new.ts', text: 'export const = (' }] })).text,
  ).toContain('problem lib/new.ts');
  expect((await call('backend_map', { kind: 'model' })).text).toContain('model Note');
});
