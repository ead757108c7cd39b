import * as assert from 'node:assert/strict';
import { it } from 'mocha';
import * as vscode from 'vscode';
import type { FindingCounts } from '../../../../src/protocol/requests.ts';
import { openFile, putCursor } from '../editing.ts';
import { until } from '../events.ts';
import { testApi } from '../extension.ts';
import { commandLineFindings, editorFindings, findingsIn, ruleOf, source } from '../findings.ts';
import { inBrowser, ui, uiList } from '../ui.ts';

/** The rules of this release: the twin breaks each of them. */
const rules = [
  'action-auth',
  'destructive-migration',
  'env-module',
  'no-destructive-command',
  'no-swallowed-error',
  'require-pagination',
];

export function findingTests(): void {
  it('indexes the workspace', async () => {
    const { status } = await testApi();
    const last = await until('an idle server', [status.onDidChangeStatus], () => {
      const { status: current } = status;
      return current?.state === 'ready' && current.quiescent && current;
    });
    assert.ok(last.files > 0);
    assert.equal(last.done, last.files);
    assert.ok(last.findings.error > 0);
  });

  it('shows what the command line finds, in open and closed files alike', async () => {
    const wanted = await commandLineFindings();
    const same = (): boolean => editorFindings().join('\n') === wanted.join('\n');
    // On failure the lists say more than the passed deadline.
    await until('the findings of the command line', [vscode.languages.onDidChangeDiagnostics], same).catch(
      () => assert.deepEqual(editorFindings(), wanted),
    );
    const seen = new Set(wanted.map((line) => line.slice(line.lastIndexOf(' ') + 1)));
    for (const rule of rules) assert.ok(seen.has(rule), `${rule} has a finding in the twin`);
  });

  it('counts the same when told to check the workspace', async () => {
    const counts = await vscode.commands.executeCommand<FindingCounts>('backendSpecialist.checkWorkspace');
    const sum = counts.error + counts.warning + counts.info + counts.hint;
    assert.equal(sum, editorFindings().length);
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('draws the squiggle and links the page of the rule', async () => {
    const finding = findFirst('require-pagination');
    const editor = await openFile(finding.uri);
    await putCursor(editor, finding.diagnostic.range.start);
    const { code } = finding.diagnostic;
    assert.ok(typeof code === 'object');
    assert.equal(code.target.scheme, 'backend-specialist-rule');
    await ui('wait', { selector: '.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning' });
    await ui('screenshot', { name: 'squiggle' });
  });

  it('explains the evidence on hover', async () => {
    const { uri, diagnostic } = findFirst('require-pagination');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      diagnostic.range.start,
    );
    const text = hovers
      .flatMap((hover) => hover.contents)
      .map((content) => (typeof content === 'string' ? content : content.value))
      .join('\n');
    assert.match(text, /findMany|unbounded|bounded|take/);
    await openFile(uri);
    await vscode.commands.executeCommand('editor.action.showHover');
    await ui('wait', { selector: '.monaco-hover .hover-contents' });
    await ui('screenshot', { name: 'hover' });
    if (inBrowser) {
      const drawn = await uiList('text', { selector: '.monaco-hover', name: '' });
      assert.ok(drawn.join('\n').includes(source), 'the drawn hover holds our diagnostic');
    }
  });

  it('opens the page of a rule', async () => {
    await vscode.commands.executeCommand('backendSpecialist.openRule', 'require-pagination');
    const { tabGroups } = vscode.window;
    const tab = await until('the page of the rule', [tabGroups.onDidChangeTabs], () =>
      tabGroups.all.flatMap((group) => group.tabs).find(isPage),
    );
    const page = await vscode.workspace.openTextDocument((tab.input as vscode.TabInputCustom).uri);
    assert.match(page.getText(), /require-pagination/);
    await ui('webview', { text: 'require-pagination' });
    await ui('screenshot', { name: 'rule-page' });
    await tabGroups.close(tab);
  });
}

function isPage(tab: vscode.Tab): boolean {
  return tab.input instanceof vscode.TabInputCustom && tab.input.uri.scheme === 'backend-specialist-rule';
}

/** The gravest finding of a rule, of several the first by file and place; in a TypeScript file where there is one. */
export function findFirst(rule: string): { uri: vscode.Uri; diagnostic: vscode.Diagnostic } {
  const found = vscode.languages
    .getDiagnostics()
    .flatMap(([uri]) => findingsIn(uri).map((diagnostic) => ({ uri, diagnostic })))
    .filter(({ diagnostic }) => ruleOf(diagnostic) === rule);
  const rank = ({ uri, diagnostic }: (typeof found)[number]): string =>
    `${uri.path.endsWith('.ts') ? 0 : 1}${diagnostic.severity}${uri.path}`;
  const [first] = found.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (!first) throw new Error(`No finding of ${rule}.`);
  return first;
}
