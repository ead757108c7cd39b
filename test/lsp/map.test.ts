/** The Backend Map of the built server: rows of the tree on demand, what changed, what can be done with a row, writing the file. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  mapCallersRequest,
  mapChangedNotification,
  mapFixRequest,
  mapNodesRequest,
  mapPathRequest,
  mapPlaceRequest,
  writeMapRequest,
  type MapNodeData,
} from '../../src/protocol/map.ts';
import { mapGraphRequest } from '../../src/protocol/graph.ts';
import { MAP, notes } from '../map/kit.ts';
import type { Files } from '../kit/fixture.ts';
import { createFolder, Editor, removeFolder, uriOf, type EditorOptions } from './kit/editor.ts';

const ACTIONS = 'lib/actions/note.actions.ts';
const SERVICE = 'lib/services/note.service.ts';

const editors: Editor[] = [];
const roots: string[] = [];
afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
  for (const root of roots.splice(0)) removeFolder(root);
});

async function start(
  files: Files,
  options: Partial<EditorOptions> = {},
): Promise<{ editor: Editor; root: string }> {
  const root = createFolder(files as { [file: string]: string });
  const editor = await Editor.start({ roots: [root], ...options });
  roots.push(root);
  editors.push(editor);
  await editor.quiescent();
  return { editor, root };
}

async function rows(editor: Editor, parent?: string, filter?: string): Promise<MapNodeData[]> {
  const params = { ...(parent === undefined ? {} : { parent }), ...(filter === undefined ? {} : { filter }) };
  return mapNodesRequest.result.parse(await editor.connection.sendRequest(mapNodesRequest.method, params))
    .nodes;
}

/** The row with a label below a group of the first level. */
async function entry(editor: Editor, group: string, label: string): Promise<MapNodeData> {
  const parent = (await rows(editor)).find(({ of }) => of === group);
  const found = (await rows(editor, parent?.id)).find((row) => row.label === label);
  if (!found) throw new Error(`There is no ${label} in ${group}.`);
  return found;
}

const read = (root: string, file: string): string => readFileSync(path.join(root, file), 'utf8');

test('rows are answered level by level, with guards, counts and a word on the missing file', async () => {
  const { editor, root } = await start(notes);
  const top = await rows(editor);
  expect(top.map(({ kind, of }) => `${kind} ${of}`)).toEqual([
    'missing missing',
    'group actions',
    'group routes',
    'group services',
    'group models',
    'group validation',
    'group problems',
  ]);
  expect(await entry(editor, 'actions', 'saveNote')).toMatchObject({
    kind: 'entry',
    guard: 'guarded',
    file: uriOf(root, ACTIONS),
    reference: `${ACTIONS}#saveNote`,
    callers: true,
    hasChildren: false,
  });
  const all = await Promise.all(top.map(({ id }) => rows(editor, id)));
  const ids = [...top, ...all.flat()].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a filter is looked for in names, files, models, guards; all words have to fit', async () => {
  const { editor } = await start(notes);
  const found = async (filter: string) => {
    const top = (await rows(editor, undefined, filter)).filter(({ of }) => of !== 'problems');
    const below = await Promise.all(top.map(({ id }) => rows(editor, id, filter)));
    expect(top.every(({ open }) => open)).toBe(true);
    return below.flat().map(({ label }) => label);
  };
  expect(await found('addnote')).toEqual(['addNote']);
  expect(await found('services note bounded')).toEqual(['listNotes']);
  expect(await found('guarded saveNote')).toEqual(['saveNote']);
  expect(await found('unguarded saveNote')).toEqual([]);
  expect(await found('x'.repeat(200))).toEqual([]);
});

test('long lists are split by folders, and the way to an entry leads through its folder', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 120 }, (_, i) => [
      `lib/services/part${i % 4}/s${i}.service.ts`,
      `import { prisma } from '@/lib/db';\nexport const count${i} = () => prisma.note.count();\n`,
    ]),
  );
  const { editor, root } = await start({ ...notes, ...many });
  const services = (await rows(editor)).find(({ of }) => of === 'services');
  expect(services?.count).toBe(122);
  const folders = await rows(editor, services?.id);
  expect(folders.map(({ kind, label, count }) => `${kind} ${label} ${count}`)).toEqual([
    'folder lib/services 2',
    ...[0, 1, 2, 3].map((i) => `folder lib/services/part${i} 30`),
  ]);
  const way = mapPathRequest.result.parse(
    await editor.connection.sendRequest(mapPathRequest.method, {
      uri: uriOf(root, 'lib/services/part3/s7.service.ts'),
      position: { line: 1, character: 20 },
    }),
  );
  expect(way.map(({ label }) => label)).toEqual(['Services', 'lib/services/part3', 'count7']);
  const last = way.at(-1);
  expect((await rows(editor, way[1]?.id)).map(({ id }) => id)).toContain(last?.id);
  const nowhere = await editor.connection.sendRequest(mapPathRequest.method, {
    uri: uriOf(root, 'package.json'),
    position: { line: 0, character: 0 },
  });
  expect(nowhere).toEqual([]);
});

test('a place and callers are looked up when they are asked for: moved lines need no new rows', async () => {
  const { editor, root } = await start(notes);
  const { id } = await entry(editor, 'services', 'addNote');
  await editor.open(root, SERVICE, notes[SERVICE] ?? '');
  await editor.edit(root, SERVICE, { start: 0, end: 0 }, '\n\n');
  const place = mapPlaceRequest.result.parse(
    await editor.connection.sendRequest(mapPlaceRequest.method, { id }),
  );
  expect(place).toMatchObject({ uri: uriOf(root, SERVICE), range: { start: { line: 7 } } });
  const callers = async (row: MapNodeData) =>
    mapCallersRequest.result.parse(
      await editor.connection.sendRequest(mapCallersRequest.method, { id: row.id }),
    );
  expect(await callers(await entry(editor, 'services', 'addNote'))).toMatchObject([
    { uri: uriOf(root, ACTIONS), range: { start: { line: 10 } } },
  ]);
  expect((await callers(await entry(editor, 'models', 'Note'))).map(({ uri }) => uri)).toContain(
    uriOf(root, SERVICE),
  );
  expect((await callers(await entry(editor, 'validation', 'noteSchema'))).map(({ uri }) => uri)).toEqual([
    uriOf(root, ACTIONS),
  ]);
  await editor.quiescent();
  expect(editor.mapChanges).toEqual([]);
});

test('a change tells which groups it concerns', async () => {
  const { editor, root } = await start(notes);
  const { id } = await entry(editor, 'actions', 'saveNote');
  await editor.open(root, ACTIONS, notes[ACTIONS] ?? '');
  await editor.replace(root, ACTIONS, "  if (!session?.user?.id) throw new Error('no');\n", '');
  const change = mapChangedNotification.params.parse(await editor.until(() => editor.mapChanges[0]));
  const labels = new Map((await rows(editor)).map((row) => [row.id, row.of]));
  const concerned = change.groups?.map((group) => labels.get(group));
  expect(concerned).toContain('actions');
  expect(concerned).not.toContain('models');
  const now = await entry(editor, 'actions', 'saveNote');
  expect(now.id).toBe(id);
  expect(now).toMatchObject({ guard: 'unguarded' });
  expect(now.findings.error).toBeGreaterThan(0);
  const problems = await rows(editor, (await rows(editor)).find(({ of }) => of === 'problems')?.id);
  expect(problems[0]).toMatchObject({ kind: 'rule', of: 'error' });
  const [first] = await rows(editor, problems.find(({ label }) => label === 'action-auth')?.id);
  expect(await editor.connection.sendRequest(mapPlaceRequest.method, { id: first?.id })).toMatchObject({
    uri: uriOf(root, ACTIONS),
  });
});

test('fixing an entry leaves what is found elsewhere in its file', async () => {
  const file = 'app/api/tags/route.ts';
  const tags = `import { revalidateTag } from 'next/cache';
import { auth } from '@/auth';
export async function POST() {
  const session = await auth();
  if (!session) return new Response(null, { status: 401 });
  revalidateTag('one');
  return new Response();
}
export async function PUT() {
  const session = await auth();
  if (!session) return new Response(null, { status: 401 });
  revalidateTag('two');
  return new Response();
}
`;
  const { editor, root } = await start({ ...notes, [file]: tags });
  const target = await entry(editor, 'routes', 'PUT /api/tags');
  expect(target).toMatchObject({ fixable: true });
  const answer = mapFixRequest.result.parse(
    await editor.connection.sendRequest(mapFixRequest.method, { id: target.id }),
  );
  expect(answer).toEqual({ applied: true, message: 'Fix all in PUT /api/tags' });
  expect(editor.edits).toMatchObject([
    {
      documentChanges: [
        {
          textDocument: { uri: uriOf(root, file) },
          edits: [{ range: { start: { line: 11 }, end: { line: 11 } } }],
        },
      ],
    },
  ]);
});

const graph = async (editor: Editor, app?: string) =>
  mapGraphRequest.result.parse(
    await editor.connection.sendRequest(mapGraphRequest.method, app === undefined ? {} : { app }),
  );

test('the graph has the rows of the tree as nodes, with what was found, and changes are told to who asked for it', async () => {
  const { editor, root } = await start(notes);
  const before = await graph(editor);
  expect(before.apps).toHaveLength(1);
  expect(before.app).toBe(before.apps[0]?.id);
  expect(before.complete).toBe(true);
  const action = before.nodes.find(({ label }) => label === 'saveNote');
  expect(action).toMatchObject({ kind: 'action', guard: 'guarded', file: ACTIONS });
  const targets = before.edges
    .filter(({ from }) => before.nodes[from] === action)
    .map(({ to }) => before.nodes[to]);
  expect(targets.map((node) => node?.label)).toEqual(['addNote']);
  const place = await editor.connection.sendRequest(mapPlaceRequest.method, { id: action?.id });
  expect(place).toMatchObject({ uri: uriOf(root, ACTIONS) });
  await editor.open(root, ACTIONS, notes[ACTIONS] ?? '');
  await editor.replace(root, ACTIONS, "  if (!session?.user?.id) throw new Error('no');\n", '');
  await editor.until(() => editor.mapChanges[0]);
  const after = await graph(editor, before.app ?? '');
  expect(after.revision).toBeGreaterThan(before.revision);
  const now = after.nodes.find(({ id }) => id === action?.id);
  expect(now?.guard).toBe('unguarded');
  expect(now?.findings.error).toBeGreaterThan(0);
});

test('each application of a monorepo has a graph; names that could write to the screen are shown as they are', async () => {
  const inFolder = (name: string): Files =>
    Object.fromEntries(
      Object.entries(notes).map(([file, text]) => [
        `apps/${name}/${file}`,
        (text ?? '').replace('"notes"', `"${name}"`),
      ]),
    );
  const { editor } = await start({
    'package.json': '{"workspaces":["apps/*"]}',
    ...inFolder('one'),
    ...inFolder('two'),
    'apps/two/app/api/\u202ereverse/route.ts': 'export function GET() { return new Response(); }\n',
  });
  const first = await graph(editor);
  expect(first.apps.map(({ label }) => label)).toEqual(['one', 'two']);
  expect(first.nodes.every(({ file }) => file.startsWith('apps/one/'))).toBe(true);
  const second = await graph(editor, first.apps[1]?.id);
  expect(second.app).toBe(first.apps[1]?.id);
  expect(second.nodes.map(({ label }) => label)).toContain('GET /api/\\u202ereverse');
  expect((await graph(editor, 'none of ours')).app).toBe(first.app);
});

test('a workspace without a backend has an empty graph', async () => {
  const { editor } = await start({ 'package.json': '{}' });
  expect(await graph(editor)).toMatchObject({ apps: [], app: null, nodes: [], edges: [] });
});

test('ids that are none of ours get empty answers, never a crash', async () => {
  const { editor } = await start(notes);
  for (const id of [
    '',
    '[',
    '[1]',
    '["/x",""]',
    '["/x","","actions","y"]',
    '{"a":1}',
    '["\\u0000",null,"problems"]',
  ]) {
    expect(await rows(editor, id)).toEqual([]);
    expect(await editor.connection.sendRequest(mapPlaceRequest.method, { id })).toBeNull();
    expect(await editor.connection.sendRequest(mapCallersRequest.method, { id })).toEqual([]);
    await expect(editor.connection.sendRequest(mapFixRequest.method, { id })).rejects.toThrow(
      'no longer there',
    );
  }
});

const write = async (editor: Editor) =>
  writeMapRequest.result.parse(await editor.connection.sendRequest(writeMapRequest.method, {})).files;

test('the map is written, then only what is stale; what is not saved is left alone', async () => {
  const { editor, root } = await start(notes);
  const uri = uriOf(root, MAP);
  expect(await write(editor)).toEqual([{ uri, state: 'written', changes: 0 }]);
  const first = read(root, MAP);
  expect(await write(editor)).toEqual([{ uri, state: 'current', changes: 0 }]);
  expect(read(root, MAP)).toBe(first);
  await editor.open(root, ACTIONS, notes[ACTIONS] ?? '');
  await editor.replace(root, ACTIONS, "revalidatePath('/notes')", "revalidatePath('/n')");
  await editor.open(root, MAP, first);
  await editor.edit(root, MAP, { start: 0, end: 0 }, 'mine\n');
  expect(await write(editor)).toMatchObject([
    { uri, state: 'failed', message: 'it has changes that are not saved' },
  ]);
  expect(read(root, MAP)).toBe(first);
  await editor.save(root, MAP);
  expect(await write(editor)).toMatchObject([{ uri, state: 'updated', changes: 1 }]);
  const after = read(root, MAP);
  expect(after.startsWith('mine\n')).toBe(true);
  expect(after).toContain('`/n`');
});

test.each([
  ['a trusted workspace', true, true],
  ['a workspace that is not trusted', false, false],
])('saving a file updates a map that exists, where the setting says so: %s', async (_, trusted, updates) => {
  const settings = () => ({ map: { updateOnSave: true } });
  const { editor, root } = await start(notes, { options: { trusted }, settings });
  await editor.open(root, ACTIONS, notes[ACTIONS] ?? '');
  await editor.save(root, ACTIONS);
  await editor.quiescent();
  expect(existsSync(path.join(root, MAP))).toBe(false);
  await write(editor);
  await editor.replace(root, ACTIONS, "revalidatePath('/notes')", "revalidatePath('/n')");
  await editor.save(root, ACTIONS);
  if (updates) {
    await editor.open(root, SERVICE, notes[SERVICE] ?? '');
    expect(await write(editor)).toMatchObject([{ state: 'current' }]);
    expect(read(root, MAP)).toContain('`/n`');
  } else expect((await write(editor))[0]).toMatchObject({ state: 'updated' });
});
