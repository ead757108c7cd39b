import { afterEach, beforeAll, expect, test } from 'vitest';
import { buildFakeServer, createFolder, Editor, fullCapabilities, removeFolder } from './kit/editor.ts';

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

async function open(
  text: string,
  more: Partial<Parameters<typeof Editor.start>[0]> = {},
): Promise<{ editor: Editor; root: string }> {
  const root = createFolder({ 'a.ts': text });
  folders.push(root);
  const editor = await Editor.start({ server, roots: [root], ...more });
  editors.push(editor);
  await editor.open(root, 'a.ts', text);
  return { editor, root };
}

const text = 'const a = 1;\nconst b = x.findMany();\n';

test('the menu: fixes, disable for this line, for this file, documentation; without edits', async () => {
  const { editor, root } = await open(text);
  const actions = await editor.actions(root, 'a.ts', editor.rangeOf(root, 'a.ts', 'findMany'));
  expect(actions.map(({ title, kind, isPreferred }) => ({ title, kind, isPreferred }))).toEqual([
    {
      title: 'Fix require-pagination',
      kind: 'quickfix.backend-specialist.require-pagination',
      isPreferred: true,
    },
    { title: 'Disable require-pagination for this line', kind: 'quickfix.backend-specialist.disable' },
    { title: 'Disable require-pagination for this file', kind: 'quickfix.backend-specialist.disable' },
    {
      title: 'Show documentation for require-pagination',
      kind: 'quickfix.backend-specialist.documentation',
    },
  ]);
  expect(actions.every(({ edit }) => edit === undefined)).toBe(true);
  expect(actions[3]?.command).toMatchObject({
    command: 'backendSpecialist.openRule',
    arguments: ['require-pagination'],
  });
});

test('no action away from a finding', async () => {
  const { editor, root } = await open(text);
  expect(await editor.actions(root, 'a.ts', editor.rangeOf(root, 'a.ts', 'const a'))).toEqual([]);
});

test('a resolved fix carries the document version and changes what it says', async () => {
  const { editor, root } = await open(text);
  const [fix] = await editor.actions(root, 'a.ts', editor.rangeOf(root, 'a.ts', 'findMany'));
  const resolved = await editor.resolve(fix ?? { title: '' });
  expect(editor.apply(root, 'a.ts', resolved)).toBe('const a = 1;\nconst b = x.findMany({ take: 50 });\n');
});

test('a fix is refused when the document moved on', async () => {
  const { editor, root } = await open(text);
  const [fix] = await editor.actions(root, 'a.ts', editor.rangeOf(root, 'a.ts', 'findMany'));
  await editor.replace(root, 'a.ts', 'const a = 1;', '');
  await expect(editor.resolve(fix ?? { title: '' })).rejects.toMatchObject({ code: -32801 });
});

test('a fix the engine refuses fails with its reason', async () => {
  const { editor, root } = await open('stuck();\n');
  const [fix] = await editor.actions(root, 'a.ts', editor.rangeOf(root, 'a.ts', 'stuck'));
  await expect(editor.resolve(fix ?? { title: '' })).rejects.toMatchObject({
    code: -32803,
    message: 'Fix no-stuck: there is no way out',
  });
});

test('a dangerous fix asks for confirmation', async () => {
  const { editor, root } = await open('danger();\n');
  const [fix] = await editor.actions(root, 'a.ts', editor.rangeOf(root, 'a.ts', 'danger'));
  expect(fix?.isPreferred).toBeUndefined();
  const { edit } = await editor.resolve(fix ?? { title: '' });
  expect(edit?.changeAnnotations).toMatchObject({ confirm: { needsConfirmation: true } });
});

test('disabling a rule puts the comment above the line or at the top of the file', async () => {
  const { editor, root } = await open(text);
  const actions = await editor.actions(root, 'a.ts', editor.rangeOf(root, 'a.ts', 'findMany'));
  const [, line, file] = await Promise.all(actions.map((action) => editor.resolve(action)));
  expect(editor.apply(root, 'a.ts', line ?? { title: '' })).toBe(
    'const a = 1;\n// backend-specialist-disable-next-line require-pagination\nconst b = x.findMany();\n',
  );
  expect(editor.apply(root, 'a.ts', file ?? { title: '' })).toMatch(/^\/\/ backend-specialist-disable-file/);
});

test('fix all is offered only when asked for, and applies safe fixes only', async () => {
  const source = 'x.findMany();\ndanger();\ny.findMany();\n';
  const { editor, root } = await open(source);
  const whole = { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } };
  const kinds = (await editor.actions(root, 'a.ts', whole)).map(({ kind }) => kind);
  expect(kinds).not.toContain('source.fixAll.backend-specialist');
  for (const only of ['source', 'source.fixAll', 'source.fixAll.backend-specialist']) {
    const offered = await editor.actions(root, 'a.ts', whole, [only]);
    expect(offered.map(({ kind }) => kind)).toEqual(['source.fixAll.backend-specialist']);
    const resolved = await editor.resolve(offered[0] ?? { title: '' });
    expect(editor.apply(root, 'a.ts', resolved)).toBe(
      'x.findMany({ take: 50 });\ndanger();\ny.findMany({ take: 50 });\n',
    );
  }
  expect(await editor.actions(root, 'a.ts', whole, ['source.fixAll.other'])).toEqual([]);
});

test('only narrows to one rule', async () => {
  const { editor, root } = await open('x.findMany(); danger();\n');
  const whole = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const offered = await editor.actions(root, 'a.ts', whole, ['quickfix.backend-specialist.no-danger']);
  expect(offered.map(({ title }) => title)).toEqual(['Fix no-danger']);
});

test('an editor without lazy resolve gets edits at once, without document changes plain ones', async () => {
  const { editor, root } = await open('x.findMany();\nstuck();\n', {
    capabilities: {
      textDocument: {
        codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
      },
    },
    options: null,
  });
  await editor.until(() => [...editor.pushed.values()].some((diagnostics) => diagnostics.length === 2));
  const whole = { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } };
  const actions = await editor.actions(root, 'a.ts', whole);
  expect(actions.map(({ title }) => title)).not.toContain('Fix no-stuck');
  const uri = editor.document(root, 'a.ts').uri;
  expect(actions[0]?.edit).toEqual({
    changes: {
      [uri]: [
        {
          range: { start: { line: 0, character: 2 }, end: { line: 0, character: 12 } },
          newText: 'findMany({ take: 50 })',
        },
      ],
    },
  });
  expect(actions.at(-1)?.command?.command).toBe('backendSpecialist.showRulePage');
});

test('data that is not ours is refused', async () => {
  const { editor } = await open(text, { capabilities: fullCapabilities });
  await expect(editor.resolve({ title: 'x', data: { uri: 5 } })).rejects.toMatchObject({ code: -32803 });
});

test('a refactoring is offered with no finding, and changes what it says', async () => {
  const { editor, root } = await open('const a = extractMe();\n');
  const actions = await editor.actions(root, 'a.ts', editor.rangeOf(root, 'a.ts', 'extractMe'));
  expect(actions.map(({ title, kind }) => ({ title, kind }))).toEqual([
    { title: 'Extract', kind: 'refactor.extract.backend-specialist' },
  ]);
  const resolved = await editor.resolve(actions[0] ?? { title: '' });
  expect(editor.apply(root, 'a.ts', resolved)).toBe('const a = extracted();\n');
});
