import * as assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { it } from 'mocha';
import * as vscode from 'vscode';
import type { Drawn } from '../../../../src/protocol/graph.ts';
import { openFile } from '../editing.ts';
import { until } from '../events.ts';
import { fileUri, testApi } from '../extension.ts';
import { inBrowser, ui } from '../ui.ts';

/** Waits until the page has drawn other nodes while something is done. */
async function drawnAfter(
  act: () => unknown,
  wanted: (drawn: Drawn) => boolean = () => true,
): Promise<Drawn> {
  const { graph } = await testApi();
  let last: Drawn | undefined;
  const subscription = graph.onDidDraw((drawn) => {
    if (wanted(drawn)) last = drawn;
  });
  try {
    await act();
    return await until('a drawn graph', [graph.onDidDraw], () => last);
  } finally {
    subscription.dispose();
  }
}

const show = () => vscode.commands.executeCommand('backendSpecialist.showGraph');

/** Texts or spoken names of elements of the page. */
async function inPage(act: 'texts' | 'labels', selector: string): Promise<string[]> {
  const answer = await ui('frame', { act, selector });
  return Array.isArray(answer) ? answer.map(String) : [];
}

/** The editor beside the graph in which an entry of some name was opened. */
const untilOpened = (name: string) =>
  until(
    `the code of ${name}`,
    [
      vscode.window.onDidChangeActiveTextEditor,
      vscode.window.onDidChangeVisibleTextEditors,
      vscode.window.onDidChangeTextEditorSelection,
    ],
    () =>
      vscode.window.visibleTextEditors.find(
        ({ document, selection }) =>
          document.getText(document.getWordRangeAtPosition(selection.start)) === name,
      ),
  );

async function setTheme(theme: string): Promise<void> {
  const drawn = until('the theme', [vscode.window.onDidChangeActiveColorTheme], () => true);
  await vscode.workspace
    .getConfiguration('workbench')
    .update('colorTheme', theme, vscode.ConfigurationTarget.Global);
  await drawn;
}

export function graphTests(): void {
  it('draws entry points, services and models, each once', async () => {
    const { status } = await testApi();
    await until('a running server', [status.onDidChangeState], () => status.state === 'ready');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const drawn = await drawnAfter(show, ({ nodes }) => nodes > 80);
    assert.ok(drawn.nodes > 80, `${drawn.nodes} nodes`);
    assert.ok(drawn.edges > 80, `${drawn.edges} arrows`);
    assert.equal(drawn.matches, drawn.nodes);
    if (!inBrowser) return;
    const names = await inPage('labels', '#nodes [role=option]');
    assert.equal(names.length, drawn.nodes);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.some((name) => /^cancelOrder, action, not guarded, .*\d+ in, \d+ out, lib\//.test(name)));
    assert.ok(names.some((name) => /^Order, model, \d+ in, 0 out, prisma\//.test(name)));
  });

  it('is drawn in every kind of theme', async () => {
    for (const [theme, kind] of [
      ['Default Dark Modern', 'vscode-dark'],
      ['Default High Contrast', 'vscode-high-contrast'],
      ['Default High Contrast Light', 'vscode-high-contrast-light'],
      ['Default Light Modern', 'vscode-light'],
    ] as const) {
      await setTheme(theme);
      if (inBrowser) await ui('frame', { act: 'wait', selector: `body[data-vscode-theme-kind="${kind}"]` });
      await ui('screenshot', { name: `graph-${theme.toLowerCase().replaceAll(' ', '-')}` });
    }
  });

  it('finds nodes by words, and opens code by keyboard and by click', async () => {
    if (!inBrowser) return;
    await ui('frame', { act: 'fill', selector: '#search', value: 'action cancelorder' });
    assert.deepEqual(await inPage('texts', '#nodes .name'), ['cancelOrder']);
    assert.match((await inPage('texts', '#status')).join(), /^1 of \d+ nodes fit$/);
    await ui('frame', { act: 'press', selector: '#search', value: 'Enter' });
    await ui('frame', { act: 'wait', selector: '#details h2:text-is("cancelOrder")' });
    await ui('screenshot', { name: 'graph-search' });
    const { graph } = await testApi();
    await ui('frame', { act: 'press', selector: '#nodes', value: 'Enter' });
    const editor = await untilOpened('cancelOrder');
    assert.equal(editor.document.uri.fsPath, fileUri('lib/actions/order.actions.ts').fsPath);
    assert.notEqual(editor.viewColumn, graph.panel?.viewColumn, 'the code opens beside the graph');
    assert.ok(graph.panel?.visible, 'the graph stays');
    await ui('frame', { act: 'fill', selector: '#search', value: 'cancelAll action' });
    await ui('frame', { act: 'click', selector: '#nodes [role=option]' });
    await untilOpened('cancelAll');
    await ui('frame', { act: 'fill', selector: '#search', value: '' });
  });

  it('shows the neighbourhood of a node, as deep as one likes', async () => {
    if (!inBrowser) return;
    await vscode.commands.executeCommand('workbench.action.closeEditorsInOtherGroups');
    const all = (await inPage('texts', '#nodes .name')).length;
    await ui('frame', { act: 'fill', selector: '#search', value: 'model Order' });
    await ui('frame', { act: 'press', selector: '#search', value: 'Enter' });
    await ui('frame', { act: 'fill', selector: '#search', value: '' });
    const near = await drawnAfter(() => ui('frame', { act: 'press', selector: '#nodes', value: 'f' }));
    assert.ok(near.nodes < all && near.nodes > 1, `${near.nodes} of ${all}`);
    await ui('screenshot', { name: 'graph-neighbourhood' });
    const direct = await drawnAfter(() => ui('frame', { act: 'choose', selector: '#depth', value: '1' }));
    assert.ok(direct.nodes < near.nodes, `${direct.nodes} of ${near.nodes}`);
    const whole = await drawnAfter(() => ui('frame', { act: 'click', selector: '#all' }));
    assert.equal(whole.nodes, all);
  });

  it('opens on the neighbourhood of a row of the tree, and Enter in the picture opens its code', async () => {
    const { tree, graph } = await testApi();
    const groups = await tree.getChildren();
    const services = groups.find(({ data }) => data.of === 'services');
    const row = (await tree.getChildren(services)).find(({ data }) => data.label === 'listMemberships');
    assert.ok(row);
    const near = await drawnAfter(
      () => vscode.commands.executeCommand('backendSpecialist.map.showInGraph', row),
      ({ nodes }) => nodes < 40,
    );
    assert.ok(near.nodes > 1);
    assert.ok(graph.panel?.visible);
    if (!inBrowser) return;
    await ui('frame', { act: 'wait', selector: '#details h2:text-is("listMemberships")' });
    await ui('frame', { act: 'choose', selector: '#depth', value: '1' });
    await ui('frame', { act: 'press', selector: '#picture', value: 'Enter' });
    await untilOpened('listMemberships');
    await drawnAfter(() => ui('frame', { act: 'press', selector: '#picture', value: 'Escape' }));
  });

  it('colours by role and by problem', async () => {
    if (!inBrowser) return;
    const legend = async () => (await inPage('texts', '#legend li')).join('\n');
    assert.match(await legend(), /not guarded \(\d+\)/);
    await ui('frame', { act: 'choose', selector: '#colouring', value: 'role' });
    assert.match(await legend(), /ADMIN \(\d+\)/);
    await ui('screenshot', { name: 'graph-roles' });
    await ui('frame', { act: 'choose', selector: '#colouring', value: 'problem' });
    assert.match(await legend(), /errors \(\d+\)/);
    await ui('screenshot', { name: 'graph-problems' });
    await ui('frame', { act: 'choose', selector: '#colouring', value: 'guard' });
  });

  it('is saved as SVG and as PNG', async () => {
    if (!inBrowser) return;
    for (const format of ['svg', 'png'] as const) {
      const target = fileUri(`backend-graph.${format}`).fsPath;
      const watcher = vscode.workspace.createFileSystemWatcher('**/backend-graph.*');
      try {
        await ui('frame', { act: 'click', selector: `#${format}` });
        await ui('wait', { selector: '.quick-input-widget input' });
        const saved = until('the picture', [watcher.onDidCreate, watcher.onDidChange], () =>
          existsSync(target),
        );
        await ui('keys', { keys: 'Enter' });
        await saved;
      } finally {
        watcher.dispose();
      }
      const picture = readFileSync(target);
      if (format === 'svg')
        assert.match(picture.toString(), /^<svg [^>]+>\n<title>[\s\S]+cancelOrder[\s\S]+<\/svg>\n$/);
      else assert.equal(picture.subarray(1, 4).toString(), 'PNG');
      rmSync(target);
    }
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('follows the code without losing what is selected', async () => {
    if (!inBrowser) return;
    await ui('frame', { act: 'fill', selector: '#search', value: 'action cancelOrder' });
    await ui('frame', { act: 'press', selector: '#search', value: 'Enter' });
    await ui('frame', { act: 'fill', selector: '#search', value: '' });
    const uri = fileUri('lib/actions/order.actions.ts');
    const document = await vscode.workspace.openTextDocument(uri);
    const before = document.getText();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, document.positionAt(before.length), '\nexport async function brandNew() {}\n');
    const more = await drawnAfter(() => vscode.workspace.applyEdit(edit));
    assert.ok((await inPage('texts', '#nodes .name')).includes('brandNew'));
    assert.deepEqual(await inPage('texts', '#details h2'), ['cancelOrder']);
    const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
    const fewer = await drawnAfter(() => vscode.commands.executeCommand('workbench.action.files.revert'));
    assert.equal(fewer.nodes, more.nodes - 1);
    assert.equal(editor.document.getText(), before);
  });

  it('comes back as it was when it was behind another editor', async () => {
    await show();
    const { graph } = await testApi();
    await openFile(fileUri('lib/actions/order.actions.ts'));
    await vscode.window.showTextDocument(fileUri('lib/actions/order.actions.ts'), {
      viewColumn: graph.panel?.viewColumn ?? vscode.ViewColumn.One,
      preview: false,
    });
    await until(
      'a hidden graph',
      [vscode.window.tabGroups.onDidChangeTabs],
      () => graph.panel?.visible === false,
    );
    const again = await drawnAfter(show);
    assert.ok(again.nodes > 80);
    if (inBrowser) await ui('frame', { act: 'wait', selector: '#details h2:text-is("cancelOrder")' });
    graph.panel?.dispose();
    assert.equal(graph.panel, undefined);
  });

  it('draws into the panel that the editor restores after a reload', async () => {
    const { graph } = await testApi();
    const panel = vscode.window.createWebviewPanel(
      'backendSpecialist.graph',
      'Backend Graph',
      vscode.ViewColumn.Active,
    );
    const drawn = await drawnAfter(() => graph.deserializeWebviewPanel(panel));
    assert.ok(drawn.nodes > 80);
    assert.equal(graph.panel, panel);
    panel.dispose();
    assert.equal(graph.panel, undefined);
  });
}
