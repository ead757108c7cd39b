import * as assert from 'node:assert/strict';
import { it } from 'mocha';
import * as vscode from 'vscode';
import { openFile, putCursor, typeText } from '../editing.ts';
import { until } from '../events.ts';
import { fileUri, testApi } from '../extension.ts';
import { inBrowser, ui, uiList } from '../ui.ts';

const actions = fileUri('lib/actions/order.actions.ts');
const search = fileUri('lib/actions/search.actions.ts');
const schema = fileUri('prisma/schema.prisma');

/** Line of `placeOrder` in the twin's actions. */
const place = 'export async function placeOrder';

async function positionOf(uri: vscode.Uri, word: string, after = ''): Promise<vscode.Position> {
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText();
  const offset = text.indexOf(word, text.indexOf(after));
  assert.ok(offset >= 0, `"${word}" is in ${uri.path}`);
  return document.positionAt(offset + 1);
}

async function lensTitles(uri: vscode.Uri): Promise<string[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    50,
  );
  return lenses.map(({ command }) => command?.title ?? '');
}

/** Takes a picture in the light, the dark and the high contrast theme. */
async function pictures(name: string, selector: string): Promise<void> {
  const theme = vscode.workspace.getConfiguration('workbench');
  await ui('wait', { selector });
  await ui('screenshot', { name });
  for (const [suffix, label, body] of [
    ['dark', 'Default Dark Modern', '.monaco-workbench.vs-dark'],
    ['contrast', 'Default High Contrast', '.monaco-workbench.hc-black'],
  ] as const) {
    await theme.update('colorTheme', label, vscode.ConfigurationTarget.Global);
    await ui('wait', { selector: body });
    await ui('screenshot', { name: `${name}-${suffix}` });
  }
  await theme.update('colorTheme', undefined, vscode.ConfigurationTarget.Global);
  await ui('wait', { selector: '.monaco-workbench.vs' });
}

export function navigationTests(): void {
  it('shows above entry points who is let in, and leads to their callers', async () => {
    const { status } = await testApi();
    const editor = await openFile(actions);
    await putCursor(editor, await positionOf(actions, 'placeOrder', place));
    await until('the callers', [status.onDidChangeStatus], async () =>
      (await lensTitles(actions)).includes('guard: requireUser · writes Order · 1 caller'),
    );
    assert.ok((await lensTitles(actions)).includes('no guard · writes Order · no callers'));
    if (!inBrowser) return;
    await pictures('guard-lens', '.monaco-editor .codelens-decoration a:has-text("1 caller")');
    await ui('click', { selector: '.monaco-editor .codelens-decoration a:has-text("1 caller")' });
    await ui('wait', { selector: '.peekview-widget' });
    await pictures('callers', '.peekview-widget .ref-tree');
    const found = await uiList('text', { selector: '.peekview-widget .ref-tree .monaco-list-row', name: '' });
    assert.ok(
      found.some((row) => row.includes('placeOrder')),
      found.join('\n'),
    );
    await vscode.commands.executeCommand('closeReferenceSearch');
  });

  it('keeps the lines where they are while somebody types below', async () => {
    const editor = await openFile(actions);
    const before = await lensTitles(actions);
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    await putCursor(editor, end);
    await typeText('\nexport async function half(');
    assert.deepEqual((await lensTitles(actions)).slice(0, before.length), before);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('follows the setting', async () => {
    if (!inBrowser) return;
    const settings = vscode.workspace.getConfiguration('backendSpecialist.map');
    const line = '.monaco-editor .codelens-decoration a:has-text("1 caller")';
    const { status } = await testApi();
    const editor = await openFile(actions);
    await putCursor(editor, await positionOf(actions, 'placeOrder', place));
    // The test before has undone what it typed: the lines come back when that is analysed.
    await until('the callers', [status.onDidChangeStatus], async () =>
      (await lensTitles(actions)).some((title) => title.endsWith('1 caller')),
    );
    await ui('wait', { selector: line });
    await settings.update('codeLens', false, vscode.ConfigurationTarget.Global);
    await ui('wait', { selector: line, state: 'detached' });
    await settings.update('codeLens', undefined, vscode.ConfigurationTarget.Global);
    await ui('wait', { selector: line });
  });

  it('tells on hover what was looked through', async () => {
    const editor = await openFile(actions);
    const position = await positionOf(actions, 'placeOrder', place);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      actions,
      position,
    );
    const texts = hovers.flatMap(({ contents }) =>
      contents.map((content) => (typeof content === 'string' ? content : content.value)),
    );
    assert.ok(
      texts.some((text) => /looked through requireUser.*stops when there is no session/.test(text)),
      texts.join('\n'),
    );
    await putCursor(editor, position);
    await vscode.commands.executeCommand('editor.action.showHover');
    if (inBrowser) await pictures('evidence', '.monaco-hover:has-text("looked through")');
  });

  it('leads from an access to the schema', async () => {
    const position = await positionOf(actions, 'order.create');
    const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      'vscode.executeDefinitionProvider',
      actions,
      position,
    );
    const targets = found.map((link) => ('targetUri' in link ? link.targetUri : link.uri).toString());
    assert.ok(targets.includes(schema.toString()), targets.join('\n'));
  });

  it('finds actions, routes, services and models by name', async () => {
    const find = async (query: string) =>
      (
        await vscode.commands.executeCommand<vscode.SymbolInformation[]>(
          'vscode.executeWorkspaceSymbolProvider',
          query,
        )
      ).map(({ name }) => name);
    assert.ok((await find('placeOrd')).includes('action placeOrder'));
    assert.ok((await find('route GET')).includes('route GET /api/orders'));
    assert.ok((await find('model Order')).includes('model Order'));
    assert.ok((await find('findReviews')).includes('service findReviews'));
    if (!inBrowser) return;
    await vscode.commands.executeCommand('workbench.action.quickOpen', '#order');
    await pictures('symbols', '.quick-input-widget .monaco-list-row:has-text("action placeOrder")');
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });

  it('shows who reads and writes a model, from the schema', async () => {
    const [model] =
      (await vscode.commands.executeCommand<vscode.CallHierarchyItem[] | undefined>(
        'vscode.prepareCallHierarchy',
        schema,
        await positionOf(schema, 'Review', 'model Review'),
      )) ?? [];
    assert.equal(model?.name, 'Review');
    const users = await vscode.commands.executeCommand<vscode.CallHierarchyIncomingCall[]>(
      'vscode.provideIncomingCalls',
      model,
    );
    const service = users.find(({ from }) => from.name === 'findReviews');
    assert.ok(service, users.map(({ from }) => from.name).join(', '));
    const [action] = await vscode.commands.executeCommand<vscode.CallHierarchyIncomingCall[]>(
      'vscode.provideIncomingCalls',
      service.from,
    );
    assert.equal(action?.from.name, 'searchReviews');
    assert.match(action.from.detail ?? '', /^guard: requireAdmin/);
    const [called] = await vscode.commands.executeCommand<vscode.CallHierarchyOutgoingCall[]>(
      'vscode.provideOutgoingCalls',
      action.from,
    );
    assert.equal(called?.to.name, 'findReviews');
  });

  it('shows calls in code by its own command, and leaves those of others alone', async () => {
    const range = new vscode.Range(0, 0, 0, 1);
    // As TypeScript's.
    const other = vscode.languages.registerCallHierarchyProvider(
      { scheme: 'file', language: 'typescript' },
      {
        prepareCallHierarchy: () =>
          new vscode.CallHierarchyItem(vscode.SymbolKind.Function, 'theirs', '', search, range, range),
        provideCallHierarchyIncomingCalls: () => [],
        provideCallHierarchyOutgoingCalls: () => [],
      },
    );
    const asked = async () =>
      (
        await vscode.commands.executeCommand<vscode.CallHierarchyItem[]>(
          'vscode.prepareCallHierarchy',
          search,
          await positionOf(search, 'searchReviews', 'export async function'),
        )
      ).map(({ name }) => name);
    try {
      const editor = await openFile(search);
      await putCursor(editor, await positionOf(search, 'searchReviews', 'export async function'));
      assert.deepEqual(await asked(), ['theirs']);
      await vscode.commands.executeCommand('backendSpecialist.showCalls');
      if (inBrowser) {
        await ui('wait', {
          selector: '.call-hierarchy .monaco-list-row:has-text("searchReviews")',
          state: 'attached',
        });
        await ui('wait', { selector: '.call-hierarchy .monaco-list-row:has-text("SearchButton")' });
        await pictures('hierarchy', '.call-hierarchy .monaco-list-row:has-text("SearchButton")');
      }
      await openFile(actions);
      assert.deepEqual(await asked(), ['theirs']);
    } finally {
      other.dispose();
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
}
