import * as assert from 'node:assert/strict';
import { it } from 'mocha';
import * as vscode from 'vscode';
import type { MapNode } from '../../../../client/features/mapItems.ts';
import { until } from '../events.ts';
import { openFile, putCursor } from '../editing.ts';
import { fileUri, testApi } from '../extension.ts';
import { findingsIn } from '../findings.ts';
import { inBrowser, ui, uiList } from '../ui.ts';

/** All nodes of the tree, parents before their children. */
async function allNodes(): Promise<MapNode[]> {
  const { tree } = await testApi();
  const nodes: MapNode[] = [];
  const collect = async (parent?: MapNode): Promise<void> => {
    for (const node of await tree.getChildren(parent)) {
      nodes.push(node);
      await collect(node);
    }
  };
  await collect();
  return nodes;
}

const isAction = (node: MapNode): node is MapNode & { kind: 'entry' } =>
  node.kind === 'entry' && node.entry.kind === 'action';

export function mapTests(): void {
  it('lists actions, services and models with their guards', async () => {
    const { tree } = await testApi();
    await vscode.commands.executeCommand('workbench.view.extension.backend-specialist');
    const nodes = await until('a map with actions', [tree.onDidChangeTreeData], async () => {
      const all = await allNodes();
      return all.some(isAction) && all;
    });
    const groups = nodes.flatMap((node) => (node.kind === 'group' ? [node.group.kind] : []));
    for (const kind of ['actions', 'routes', 'services', 'models'] as const)
      assert.ok(groups.includes(kind), kind);
    const actions = nodes.filter(isAction);
    assert.ok(
      actions.some(({ entry }) => entry.guard === 'guarded'),
      'some action is guarded',
    );
    assert.ok(
      actions.some(({ entry }) => entry.guard === 'unguarded'),
      'some action is not',
    );
    const ids = nodes.map((node) => tree.getTreeItem(node).id);
    assert.equal(new Set(ids).size, ids.length, 'ids are unique');
  });

  it('counts errors and warnings in its badge', async () => {
    const { tree, status } = await testApi();
    const { error = 0, warning = 0 } = status.status?.findings ?? {};
    assert.equal(tree.view.badge?.value ?? 0, error + warning);
  });

  it('opens the code of an entry', async () => {
    const { tree } = await testApi();
    const action = (await allNodes()).find(isAction);
    assert.ok(action);
    await tree.view.reveal(action, { select: true, focus: true });
    if (inBrowser) {
      await ui('click', { selector: `.pane-body .monaco-list-row[aria-label^="${action.entry.label},"]` });
    } else {
      const { command } = tree.getTreeItem(action);
      assert.ok(command);
      await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    }
    const uri = vscode.Uri.parse(action.entry.file);
    const { start } = action.entry.range;
    const events = [vscode.window.onDidChangeActiveTextEditor, vscode.window.onDidChangeTextEditorSelection];
    await until('the code of the entry', events, () => {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.uri.toString() === uri.toString() && editor.selection.start.line === start.line;
    });
  });

  it('is drawn with names that a screen reader can read', async () => {
    await ui('screenshot', { name: 'tree' });
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
  });

  it('stands beside the code and what is wrong with it, as the README shows', async () => {
    const uri = fileUri('lib/actions/order.actions.ts');
    const action = (await allNodes()).find((node) => isAction(node) && node.entry.label === 'cancelOrder');
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
