import * as assert from 'node:assert/strict';
import { it } from 'mocha';
import * as vscode from 'vscode';
import type { MapNode } from '../../../../client/features/mapItems.ts';
import type { WriteMapResult } from '../../../../src/protocol/map.ts';
import { applyAction, codeActionsAt, openFile, putCursor, untilText } from '../editing.ts';
import { until } from '../events.ts';
import { fileUri, testApi } from '../extension.ts';
import { findingsIn, ruleOf, untilFindings } from '../findings.ts';
import { inBrowser, ui, uiList } from '../ui.ts';

/** All rows of the tree, parents before their children. */
async function allNodes(): Promise<MapNode[]> {
  const { tree } = await testApi();
  const nodes: MapNode[] = [];
  const collect = async (parent?: MapNode): Promise<void> => {
    for (const node of await tree.getChildren(parent)) {
      nodes.push(node);
      if (node.data.hasChildren) await collect(node);
    }
  };
  await collect();
  return nodes;
}

const isAction = ({ data }: MapNode) => data.kind === 'entry' && data.of === 'action';
const mapFile = 'doc/documentation/backend-map.md';

/** The first action that stands in code, not inside of a component. */
async function someAction(): Promise<MapNode> {
  const action = (await allNodes()).find((node) => isAction(node) && /^\w+$/.test(node.data.label));
  assert.ok(action);
  return action;
}

const rowOf = (label: string) => `.pane-body .monaco-list-row[aria-label^="${label},"]`;

export function mapTests(): void {
  it('lists all groups, with guards', async () => {
    const { tree } = await testApi();
    await vscode.commands.executeCommand('workbench.view.extension.backend-specialist');
    const nodes = await until('a map with actions', [tree.onDidChangeTreeData], async () => {
      const all = await allNodes();
      return all.some(isAction) && all;
    });
    const groups = nodes.flatMap(({ data }) => (data.kind === 'group' ? [data.of] : []));
    for (const kind of [
      'actions',
      'routes',
      'services',
      'models',
      'pages',
      'validation',
      'env',
      'migrations',
      'problems',
    ])
      assert.ok(groups.includes(kind), kind);
    const guards = nodes.filter(isAction).map(({ data }) => data.guard);
    assert.ok(guards.includes('guarded'), 'some action is guarded');
    assert.ok(guards.includes('unguarded'), 'some action is not');
    const ids = nodes.map((node) => tree.getTreeItem(node).id);
    assert.equal(new Set(ids).size, ids.length, 'ids are unique');
  });

  it('counts errors and warnings in its badge, and in those of rows', async () => {
    const { tree, status } = await testApi();
    const { error = 0, warning = 0 } = status.status?.findings ?? {};
    assert.equal(tree.view.badge?.value ?? 0, error + warning);
    const bad = (await allNodes()).find((node) => isAction(node) && node.data.findings.error > 0);
    assert.ok(bad);
    const { resourceUri } = tree.getTreeItem(bad);
    assert.equal(resourceUri?.query, `${bad.data.findings.error},${bad.data.findings.warning}`);
  });

  it('opens the code of an entry', async () => {
    const { tree } = await testApi();
    const action = await someAction();
    await tree.view.reveal(action, { select: true, focus: true });
    if (inBrowser) {
      await ui('click', { selector: rowOf(action.data.label) });
    } else {
      const { command } = tree.getTreeItem(action);
      assert.ok(command);
      await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    }
    const events = [vscode.window.onDidChangeActiveTextEditor, vscode.window.onDidChangeTextEditorSelection];
    await until('the code of the entry', events, () => {
      const editor = vscode.window.activeTextEditor;
      if (editor?.document.uri.toString() !== vscode.Uri.parse(action.data.file ?? '').toString())
        return false;
      const name = editor.document.getText(editor.document.getWordRangeAtPosition(editor.selection.start));
      return name === action.data.label;
    });
  });

  it('selects the entry in which the cursor stands', async () => {
    const { tree } = await testApi();
    const service = (await allNodes()).find(
      ({ data }) => data.of === 'service' && data.kind === 'entry' && /^\w+$/.test(data.label),
    );
    assert.ok(service?.data.file);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(service.data.file));
    const editor = await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf(service.data.label));
    await putCursor(editor, at);
    // A map that is still being drawn has no such row yet: it is looked for again when it has.
    await until('the selected row', [tree.view.onDidChangeSelection, tree.onDidDraw], () =>
      tree.view.selection.some(({ data }) => data.id === service.data.id),
    );
    assert.equal(vscode.window.activeTextEditor?.document, document, 'the focus stays in the editor');
  });

  it('goes to the callers of an entry and copies how it is named', async () => {
    const caller = (await allNodes()).find(
      ({ data }) => data.of === 'service' && data.kind === 'entry' && data.callers,
    );
    assert.ok(caller);
    await vscode.commands.executeCommand('backendSpecialist.map.openCallers', caller);
    await vscode.commands.executeCommand('closeReferenceSearch');
    await vscode.commands.executeCommand('backendSpecialist.map.copyReference', caller);
    assert.equal(await vscode.env.clipboard.readText(), caller.data.reference);
  });

  it('has buttons in its rows, and fixes what is wrong in one entry alone', async () => {
    const { tree } = await testApi();
    const node = (await allNodes()).find(
      (one) => isAction(one) && one.data.fixable && /^\w+$/.test(one.data.label),
    );
    assert.ok(node?.data.file, 'an action has findings that can be fixed safely');
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(node.data.file));
    const before = document.getText();
    const { label, id } = node.data;
    await tree.view.reveal(node, { select: true, focus: true });
    if (inBrowser) {
      const row = rowOf(label);
      await ui('hover', { selector: row });
      const button = (name: string) => `${row} .action-label[aria-label^="${name}"]`;
      await ui('wait', { selector: button('Fix All Here') });
      await ui('wait', { selector: button('Copy Reference') });
      await ui('screenshot', { name: 'tree-buttons' });
      await ui('click', { selector: button('Fix All Here') });
    } else await vscode.commands.executeCommand('backendSpecialist.map.fixAll', node);
    await until('an entry with nothing left to fix', [tree.onDidChangeTreeData], async () => {
      const now = (await allNodes()).find(({ data }) => data.id === id);
      return now !== undefined && !now.data.fixable;
    });
    assert.notEqual(document.getText(), before);
    const start = before.indexOf(label);
    assert.equal(
      document
        .getText()
        .slice(0, start)
        .includes(before.slice(before.indexOf('\n\n'), start).trim()),
      true,
    );
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await untilText('the text as it was', document, (text) => text === before);
    await until('the finding again', [tree.onDidChangeTreeData], async () =>
      (await allNodes()).some(({ data }) => data.id === id && data.fixable),
    );
  });

  it('shows only what fits a filter', async () => {
    const { tree } = await testApi();
    const action = await someAction();
    await vscode.commands.executeCommand('backendSpecialist.map.filter');
    if (inBrowser) {
      await ui('wait', { selector: '.quick-input-widget input' });
      const typed = until('a filtered tree', [tree.onDidChangeTreeData], () => tree.filter === 'unguarded');
      await ui('type', { text: 'unguarded' });
      await typed;
      await ui('keys', { keys: 'Enter' });
    } else {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      tree.setFilter('unguarded');
    }
    const shown = (await allNodes()).filter(({ data }) => data.kind === 'entry');
    assert.ok(shown.length > 0);
    assert.ok(shown.every(({ data }) => data.guard === 'unguarded'));
    await ui('wait', { selector: rowOf('login'), state: 'detached' });
    await ui('wait', { selector: ':text("Filter: unguarded")' });
    await ui('screenshot', { name: 'tree-filtered' });
    await vscode.commands.executeCommand('backendSpecialist.map.clearFilter');
    assert.ok((await allNodes()).some(({ data }) => data.id === action.data.id));
  });

  it('is drawn in every kind of theme with names that a screen reader can read', async () => {
    const settings = vscode.workspace.getConfiguration('workbench');
    for (const theme of ['Default Dark Modern', 'Default High Contrast', 'Default Light Modern']) {
      const drawn = until('the theme', [vscode.window.onDidChangeActiveColorTheme], () => true);
      await settings.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
      await drawn;
      await ui('screenshot', { name: `tree-${theme.toLowerCase().replaceAll(' ', '-')}` });
    }
    if (!inBrowser) return;
    const rows = await uiList('attributes', { selector: '.pane-body .monaco-list-row', name: 'aria-label' });
    assert.ok(
      rows.some((row) => /, action in .*, guarded/.test(row)),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => /, action in .*, not guarded/.test(row)),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => /^Actions, \d+ entries/.test(row)),
      rows.join('\n'),
    );
  });

  it('is written as a file, and a stale line in it is mended alone', async () => {
    const write = () => vscode.commands.executeCommand<WriteMapResult>('backendSpecialist.writeMap');
    const [file] = (await write()).files;
    assert.equal(file?.uri, fileUri(mapFile).toString());
    assert.notEqual(file.state, 'failed');
    assert.deepEqual(
      (await write()).files.map(({ state }) => state),
      ['current'],
    );
    const uri = fileUri(mapFile);
    const { document } = await openFile(uri);
    const before = document.getText();
    const line = before.split('\n').findIndex((text) => /^\| `\w+` \|.*\| session \|/.test(text));
    assert.ok(line > 0, before);
    const stale = new vscode.WorkspaceEdit();
    const at = document.lineAt(line).text.indexOf('| session |');
    stale.replace(uri, new vscode.Range(line, at, line, at + '| session |'.length), '| none |');
    assert.ok(await vscode.workspace.applyEdit(stale));
    const found = await untilFindings('a stale line', uri, (findings) =>
      findings.find((finding) => ruleOf(finding) === 'map-stale' && finding.range.start.line === line),
    );
    const actions = await codeActionsAt(uri, found.range, 'quickfix.backend-specialist.map-stale');
    const update = actions.find(({ title }) => title === 'Update this part of the map');
    assert.ok(update?.isPreferred, actions.map(({ title }) => title).join('\n'));
    await applyAction(update);
    await untilText('the line as it was', document, (text) => text === before);
    await document.save();
  });

  it('stands beside the code and what is wrong with it, as the README shows', async () => {
    const uri = fileUri('lib/actions/order.actions.ts');
    const action = (await allNodes()).find((node) => isAction(node) && node.data.label === 'cancelOrder');
    assert.ok(action);
    const { tree } = await testApi();
    await tree.view.reveal(action, { select: true });
    const editor = await openFile(uri);
    const finding = findingsIn(uri).find(({ message }) => message.includes('cancelOrder'));
    assert.ok(finding);
    await putCursor(editor, finding.range.start);
    await vscode.commands.executeCommand('editor.action.showHover');
    await ui('wait', { selector: '.monaco-hover .hover-contents' });
    await ui('wait', { selector: '.codelens-decoration' });
    await ui('screenshot', { name: 'readme' });
  });
}
