import * as assert from 'node:assert/strict';
import { it } from 'mocha';
import * as vscode from 'vscode';
import { applyAction, codeActionsAt, openFile, undo } from '../editing.ts';
import { findingsIn, ruleOf, untilFindings } from '../findings.ts';
import { findFirst } from './findings.ts';

const fixAll = 'source.fixAll.backend-specialist';

const wholeOf = (document: vscode.TextDocument): vscode.Range =>
  document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));

/** The first open or closed file with findings on which fix-all has something to do. */
async function fixableFile(): Promise<vscode.TextDocument> {
  for (const [uri] of vscode.languages.getDiagnostics()) {
    if (findingsIn(uri).length === 0) continue;
    const document = await vscode.workspace.openTextDocument(uri);
    if ((await codeActionsAt(uri, wholeOf(document), fixAll)).length > 0) return document;
  }
  throw new Error('No file of the twin has a safe fix.');
}

export function actionTests(): void {
  it('silences one line with a comment that names the rule', async () => {
    const { uri, diagnostic } = findFirst('require-pagination');
    const { document } = await openFile(uri);
    const old = document.getText();
    const { line } = diagnostic.range.start;
    const actions = await codeActionsAt(uri, diagnostic.range, 'quickfix');
    const disable = actions.find((action) => /disable .*line/i.test(action.title));
    assert.ok(disable, actions.map((action) => action.title).join('\n'));
    assert.ok(!disable.isPreferred);
    await applyAction(disable);
    assert.match(
      document.lineAt(line).text,
      /^\s*\/\/ backend-specialist-disable-next-line require-pagination/,
    );
    const isSame = (finding: vscode.Diagnostic): boolean =>
      ruleOf(finding) === 'require-pagination' && finding.range.start.line === line + 1;
    await untilFindings('the silence', uri, (found) => !found.some(isSame));
    await undo(document);
    assert.equal(document.getText(), old);
  });

  it('applies the safe fixes of a file when it is saved', async () => {
    const document = await fixableFile();
    await openFile(document.uri);
    const old = document.getText();
    const count = findingsIn(document.uri).length;
    await vscode.commands.executeCommand('workbench.action.files.save');
    assert.notEqual(document.getText(), old);
    assert.equal(document.isDirty, false);
    await untilFindings('fewer findings', document.uri, (found) => found.length < count);
    assert.deepEqual(
      await codeActionsAt(document.uri, wholeOf(document), fixAll),
      [],
      'nothing is left to do',
    );
  });
}
