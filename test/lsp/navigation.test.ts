/** Code lenses, hovers, symbols, call hierarchy and definitions, by the built server over its protocol. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  CancellationTokenSource,
  MarkupContent,
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CodeLens,
  type Hover,
  type LocationLink,
  type SymbolInformation,
} from 'vscode-languageserver-protocol/node';
import { notes } from '../map/kit.ts';
import { createFolder, Editor, fullCapabilities, removeFolder, uriOf, writeIn } from './kit/editor.ts';

const folders: string[] = [];
const editors: Editor[] = [];

afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.stop()));
  for (const folder of folders.splice(0)) removeFolder(folder);
});

const action = 'lib/actions/note.actions.ts';
const service = 'lib/services/note.service.ts';
const route = 'app/api/notes/route.ts';
const schema = 'prisma/schema.prisma';

const textOf = (file: string) => notes[file] ?? '';

async function start(
  more: Partial<Parameters<typeof Editor.start>[0]> = {},
  files: { [file: string]: string } = {},
): Promise<{ editor: Editor; root: string }> {
  const root = createFolder({ ...notes, ...files });
  folders.push(root);
  const editor = await Editor.start({ roots: [root], ...more });
  editors.push(editor);
  return { editor, root };
}

/** The start of the first place where `word` stands after `after`. */
function at(editor: Editor, root: string, file: string, word: string, after = '') {
  const document = editor.document(root, file);
  const text = document.getText();
  const offset = text.indexOf(word, text.indexOf(after));
  if (offset < 0) throw new Error(`"${word}" is not in ${file}.`);
  return { textDocument: { uri: uriOf(root, file) }, position: document.positionAt(offset + 1) };
}

const titles = (lenses: readonly CodeLens[] | null) => lenses?.map(({ command }) => command?.title);

test('each entry point and service has a line that tells what it does and leads to its callers', async () => {
  const { editor, root } = await start();
  await editor.open(root, action, textOf(action));
  await editor.open(root, service, textOf(service));
  await editor.quiescent();
  expect(titles(await editor.lenses(root, action))).toEqual([
    'guard: auth · zod: noteSchema · writes Note · no callers',
  ]);
  expect(titles(await editor.lenses(root, route))).toEqual(['guard: auth · reads Note']);
  const [list, add] = (await editor.lenses(root, service)) ?? [];
  expect(list?.command?.title).toBe('reads Note · 1 caller');
  const called = textOf(action)
    .split('\n')
    .findIndex((line) => line.includes('await addNote('));
  expect(add?.command).toMatchObject({
    title: 'writes Note · 1 caller',
    command: 'backendSpecialist.showPlaces',
    arguments: [
      uriOf(root, service),
      { line: 5, character: 22 },
      [{ uri: uriOf(root, action), range: { start: { line: called, character: 8 } } }],
    ],
  });
  expect(await editor.lenses(root, schema)).toBeNull();
  expect(await editor.lenses(root, 'nowhere.ts')).toBeNull();
  expect(await editor.lenses('/elsewhere', 'a.ts')).toBeNull();
});

test('lines stay while code is being typed that does not parse, and move with it', async () => {
  const { editor, root } = await start();
  await editor.open(root, action, textOf(action));
  await editor.quiescent();
  const [before] = (await editor.lenses(root, action)) ?? [];
  // Line by line, as typed: an open brace, half a call.
  for (const typed of ['const half = {\n', 'export async function next(', 'foo(bar.\n']) {
    await editor.edit(root, action, { start: 14, end: 14 }, typed);
    const [now] = (await editor.lenses(root, action)) ?? [];
    expect(now?.command?.title).toBe(before?.command?.title);
    const document = editor.document(root, action);
    expect(now && document.getText(now.range)).toBe('saveNote');
  }
});

test('a line that was asked for before an edit says what is so after it, and nothing when its code is gone', async () => {
  const { editor, root } = await start();
  await editor.open(root, action, textOf(action));
  await editor.quiescent();
  const [lens] = await editor.connection.sendRequest<CodeLens[]>('textDocument/codeLens', {
    textDocument: { uri: uriOf(root, action) },
  });
  if (!lens) throw new Error('no lens');
  expect(lens.command).toBeUndefined();
  await editor.replace(
    root,
    action,
    'const parsed = noteSchema.parse(input);',
    'const parsed = { text: "" };',
  );
  expect((await editor.resolveLens(lens)).command?.title).toBe('guard: auth · writes Note · no callers');
  await editor.replace(root, action, 'saveNote', 'keepNote');
  expect((await editor.resolveLens(lens)).command).toEqual({ title: '', command: '' });
  expect((await editor.resolveLens({ ...lens, data: { forged: true } })).command?.title).toBe('');
  expect(
    (await editor.resolveLens({ ...lens, data: { uri: 'file:///etc/passwd', id: 'x' } })).command?.title,
  ).toBe('');
});

test('the editor is told to ask again when another file changes what a line says, and only then', async () => {
  const { editor, root } = await start();
  await editor.open(root, service, textOf(service));
  await editor.open(root, action, textOf(action));
  await editor.quiescent();
  await editor.lenses(root, service);
  // A comment changes no line.
  await editor.replace(root, action, 'import { z }', '// words\nimport { z }');
  await editor.squiggles(root, action);
  await editor.quiescent();
  await editor.replace(
    root,
    action,
    'await addNote(',
    'await addNote(session.user.id, parsed.text); await addNote(',
  );
  await editor.replace(root, action, 'revalidatePath(', 'await other(); revalidatePath(');
  await editor.edit(
    root,
    action,
    {
      start: editor.document(root, action).getText().length,
      end: editor.document(root, action).getText().length,
    },
    "async function other() { await addNote('a', 'b'); }\n",
  );
  await editor.until(() => editor.lensRefreshes > 0);
  expect(editor.lensRefreshes).toBe(1);
  expect(titles(await editor.lenses(root, service))).toEqual([
    'reads Note · 1 caller',
    'writes Note · 2 callers',
  ]);
});

test('the lines can be switched off, and on again without a restart', async () => {
  let codeLens = false;
  const { editor, root } = await start({ settings: () => ({ map: { codeLens } }) });
  await editor.open(root, action, textOf(action));
  await editor.quiescent();
  expect(await editor.lenses(root, action)).toBeNull();
  codeLens = true;
  await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: {} });
  await editor.until(() => editor.lensRefreshes > 0);
  expect(await editor.lenses(root, action)).toHaveLength(1);
});

test('an editor that is not ours is led to a caller by the server', async () => {
  const { editor, root } = await start({ options: null });
  const shown: unknown[] = [];
  editor.connection.onRequest('window/showDocument', (params: unknown) => {
    shown.push(params);
    return { success: true };
  });
  await editor.connection.sendRequest('backendSpecialist/checkWorkspace', {});
  const [, add] = (await editor.lenses(root, service)) ?? [];
  expect(add?.command?.command).toBe('backendSpecialist.showPlace');
  await editor.connection.sendRequest('workspace/executeCommand', add?.command);
  expect(shown).toMatchObject([{ uri: uriOf(root, action), takeFocus: true }]);
});

test('a hover tells the way that was looked through, and hostile names are no Markdown', async () => {
  const evil =
    "'use server';\nimport { prisma } from '@/lib/db';\nexport async function __a__b() { await prisma['note'].create({ data: { text: '', userId: '' } }); }\n";
  const { editor, root } = await start({}, { 'lib/actions/[x](command:y).actions.ts': evil });
  await editor.open(root, action, textOf(action));
  const hover = await editor.connection.sendRequest<Hover | null>(
    'textDocument/hover',
    at(editor, root, action, 'saveNote'),
  );
  const { value } = MarkupContent.is(hover?.contents) ? hover.contents : { value: '' };
  expect(value).toContain('**Guarded**: looked through auth\\(\\) reads the session');
  expect(value).toContain('→ stops when there is no session');
  expect(value).toContain('Input is parsed with `noteSchema`');
  const file = 'lib/actions/[x](command:y).actions.ts';
  await editor.open(root, file, evil);
  const other = await editor.connection.sendRequest<Hover | null>(
    'textDocument/hover',
    at(editor, root, file, '__a__b'),
  );
  const { value: text } = MarkupContent.is(other?.contents) ? other.contents : { value: '' };
  expect(text).toContain('**Not guarded**');
  expect(text).not.toContain('](command:');
});

const symbols = (editor: Editor, query: string) =>
  editor.connection.sendRequest<SymbolInformation[] | null>('workspace/symbol', { query });

test('entries are found by a part of their name', async () => {
  const { editor, root } = await start();
  await editor.open(root, action, textOf(action));
  await editor.quiescent();
  const names = async (query: string) => (await symbols(editor, query))?.map(({ name }) => name);
  expect(await names('note')).toEqual([
    'model Note',
    'action saveNote',
    'service addNote',
    'service listNotes',
    'route GET /api/notes',
  ]);
  expect((await names('svnt'))?.[0]).toBe('action saveNote');
  expect(await names('route api')).toEqual(['route GET /api/notes']);
  expect(await names('MODEL')).toEqual(['model Note', 'model User']);
  expect(await names('zzz')).toEqual([]);
  expect(await names('')).toHaveLength(6);
  const [note] = (await symbols(editor, 'model note')) ?? [];
  expect(note).toMatchObject({
    location: { uri: uriOf(root, schema), range: { start: { line: 9, character: 6 } } },
  });
});

async function prepare(editor: Editor, where: ReturnType<typeof at>): Promise<CallHierarchyItem | undefined> {
  const items = await editor.connection.sendRequest<CallHierarchyItem[] | null>(
    'textDocument/prepareCallHierarchy',
    where,
  );
  return items?.[0];
}

const callers = (editor: Editor, item: CallHierarchyItem | undefined) =>
  editor.connection.sendRequest<CallHierarchyIncomingCall[] | null>('callHierarchy/incomingCalls', { item });
const callees = (editor: Editor, item: CallHierarchyItem | undefined) =>
  editor.connection.sendRequest<CallHierarchyOutgoingCall[] | null>('callHierarchy/outgoingCalls', { item });

test('calls lead from the action to the service to the model, and back', async () => {
  const { editor, root } = await start({ options: null });
  expect(editor.initialized.capabilities.callHierarchyProvider).toBe(true);
  await editor.connection.sendRequest('backendSpecialist/checkWorkspace', {});
  await editor.open(root, action, textOf(action));
  await editor.open(root, service, textOf(service));
  await editor.open(root, schema, textOf(schema));
  const save = await prepare(editor, at(editor, root, action, 'saveNote'));
  expect(save).toMatchObject({ name: 'saveNote', detail: 'guard: auth · zod: noteSchema · writes Note' });
  const [toService, ...none] = (await callees(editor, save)) ?? [];
  expect(none).toEqual([]);
  expect(toService?.to).toMatchObject({ name: 'addNote', uri: uriOf(root, service) });
  const document = editor.document(root, action);
  expect(toService?.fromRanges.map((range) => document.getText(range))).toEqual(['addNote']);
  const [toModel] = (await callees(editor, toService?.to)) ?? [];
  expect(toModel?.to).toMatchObject({ name: 'Note', uri: uriOf(root, schema) });
  expect(toModel?.fromRanges.map((range) => editor.document(root, service).getText(range))).toEqual([
    'create',
  ]);
  expect(await callees(editor, toModel?.to)).toEqual([]);
  const users = await callers(editor, toModel?.to);
  expect(users?.map(({ from }) => from.name)).toEqual(['listNotes', 'addNote']);
  const up = await callers(editor, users?.[0]?.from);
  expect(up?.map(({ from }) => from.name)).toEqual(['GET /api/notes']);
  // From a call, from an access and from the schema one gets to the same.
  expect((await prepare(editor, at(editor, root, action, 'addNote(')))?.name).toBe('addNote');
  expect((await prepare(editor, at(editor, root, service, 'note', 'prisma.')))?.name).toBe('Note');
  expect((await prepare(editor, at(editor, root, schema, 'Note', 'model N')))?.name).toBe('Note');
  expect(await prepare(editor, at(editor, root, action, 'revalidatePath'))).toBeUndefined();
});

test('an item whose code is gone, or that is forged, has no calls', async () => {
  const { editor, root } = await start();
  await editor.open(root, action, textOf(action));
  await editor.quiescent();
  const save = await prepare(editor, at(editor, root, action, 'saveNote'));
  await editor.replace(root, action, 'saveNote', 'keepNote');
  expect(await callees(editor, save)).toEqual([]);
  expect(await callers(editor, save)).toEqual([]);
  const forged = {
    name: 'x',
    kind: 12 as const,
    uri: uriOf(root, action),
    range: save?.range,
    selectionRange: save?.range,
  };
  for (const data of [undefined, { id: 3 }, { id: 'service:../../etc#x' }, { id: '' }])
    expect((await callees(editor, { ...forged, data } as CallHierarchyItem)) ?? []).toEqual([]);
});

async function definition(
  editor: Editor,
  root: string,
  where: ReturnType<typeof at>,
): Promise<string | undefined> {
  const [link] =
    (await editor.connection.sendRequest<LocationLink[] | null>('textDocument/definition', where)) ?? [];
  if (!link) return undefined;
  expect(link.targetUri).toBe(uriOf(root, schema));
  const { line, character } = link.targetSelectionRange.start;
  const row = textOf(schema).split('\n')[line] ?? '';
  return `${line + 1}: ${row.slice(character, link.targetSelectionRange.end.character)}`;
}

test('the model of an access, the fields of its arguments and the model of an input schema are found', async () => {
  const file = 'lib/services/any.service.ts';
  const text = `import { prisma as db } from '@/lib/db';
import { z } from 'zod';
export const createNoteSchema = z.object({ text: z.string(), userId: z.string() });
export const otherSchema = z.object({ one: z.string() });
export async function all(ctx: { db: typeof db }) {
  await db.user.findMany({ where: { OR: [{ email: 'a' }], notes: { some: { text: 'b' } } }, take: 1 });
  return db.$transaction(async (tx) => {
    const { note } = await first(tx);
    await tx.note.update({ where: { id: note }, data: { text: '' }, select: { user: { select: { email: true } } } });
  });
}
const first = async (client: typeof db) => client.user.findFirst({ orderBy: { email: 'asc' } });
`;
  const { editor, root } = await start({}, { [file]: text });
  await editor.open(root, file, text);
  const find = (word: string, after?: string) =>
    definition(editor, root, at(editor, root, file, word, after));
  expect(await find('user', 'db.')).toBe('4: User');
  expect(await find('note', 'tx.')).toBe('10: Note');
  expect(await find('email', 'OR:')).toBe('6: email');
  expect(await find('notes', 'OR:')).toBe('7: notes');
  expect(await find('text', 'some:')).toBe('12: text');
  expect(await find('text', 'data:')).toBe('12: text');
  expect(await find('email', 'select: { user')).toBe('6: email');
  expect(await find('createNoteSchema')).toBe('10: Note');
  expect(await find('userId', 'createNoteSchema')).toBe('13: userId');
  expect(await find('otherSchema')).toBeUndefined();
  expect(await find('where', 'db.user')).toBeUndefined();
  expect(await find('{ note }'.slice(2, 6), 'const {')).toBeUndefined();
  // While a line below is half typed.
  await editor.replace(root, file, 'const first =', 'const half = {\nconst first =');
  expect(await find('note', 'tx.')).toBe('10: Note');
});

test('an editor without links gets places', async () => {
  const { definition: _, ...textDocument } = fullCapabilities.textDocument ?? {};
  const { editor, root } = await start({ capabilities: { ...fullCapabilities, textDocument } });
  await editor.open(root, service, textOf(service));
  const found = await editor.connection.sendRequest(
    'textDocument/definition',
    at(editor, root, service, 'note', 'prisma.'),
  );
  expect(found).toEqual([
    {
      uri: uriOf(root, schema),
      range: { start: { line: 9, character: 6 }, end: { line: 9, character: 10 } },
    },
  ]);
});

test('nothing is answered for files outside, and a cancelled request harms nobody', async () => {
  const outside = createFolder({ 'lib/a.ts': textOf(service) });
  folders.push(outside);
  const { editor, root } = await start();
  await editor.open(outside, 'lib/a.ts', textOf(service));
  await editor.open(root, service, textOf(service));
  const where = at(editor, outside, 'lib/a.ts', 'note', 'prisma.');
  for (const method of ['textDocument/definition', 'textDocument/prepareCallHierarchy', 'textDocument/hover'])
    expect(await editor.connection.sendRequest(method, where)).toBeNull();
  const source = new CancellationTokenSource();
  const asked = [
    editor.connection.sendRequest('workspace/symbol', { query: 'note' }, source.token),
    editor.connection.sendRequest(
      'textDocument/codeLens',
      { textDocument: { uri: uriOf(root, service) } },
      source.token,
    ),
  ];
  source.cancel();
  await Promise.allSettled(asked);
  await editor.quiescent();
  expect(titles(await editor.lenses(root, service))).toEqual([
    'reads Note · 1 caller',
    'writes Note · 1 caller',
  ]);
});

test('a file that is made and one that is deleted change who calls', async () => {
  const { editor, root } = await start();
  await editor.open(root, service, textOf(service));
  await editor.quiescent();
  await editor.lenses(root, service);
  const caller = 'app/api/more/route.ts';
  writeIn(root, caller, textOf(route));
  await editor.watched(root, caller, 1);
  await editor.until(() => editor.lensRefreshes > 0);
  expect(titles(await editor.lenses(root, service))?.[0]).toBe('reads Note · 2 callers');
  rmSync(path.join(root, caller));
  await editor.watched(root, caller, 3);
  await editor.until(() => editor.lensRefreshes > 1);
  expect(titles(await editor.lenses(root, service))?.[0]).toBe('reads Note · 1 caller');
});
