import * as assert from 'node:assert/strict';
import { before, it } from 'mocha';
import * as vscode from 'vscode';
import { codeActionsAt, openFile, putCursor, typeText, undo, untilText } from '../editing.ts';
import { fileUri } from '../extension.ts';
import { findingsIn, ruleOf, untilFindings } from '../findings.ts';
import { inBrowser, ui, uiList } from '../ui.ts';

const rule = 'require-pagination';
const typed = 'export async function listEverybody() { return prisma.user.findMany(); }';

/** The line with which the app's own services import the Prisma client. */
async function clientImport(): Promise<string> {
  const services = fileUri('lib/services');
  for (const [name] of await vscode.workspace.fs.readDirectory(services)) {
    const text = new TextDecoder().decode(
      await vscode.workspace.fs.readFile(vscode.Uri.joinPath(services, name)),
    );
    const line = /^import \{[^}]*\bprisma\b[^}]*\} from .*$/m.exec(text);
    if (line) return line[0];
  }
  throw new Error('No service of the app imports the Prisma client.');
}

/** Findings of the rule that is looked at: others have their own to say about the same line. */
const countOf = (found: readonly vscode.Diagnostic[]): number =>
  found.filter((finding) => ruleOf(finding) === rule).length;

export function typingTests(): void {
  let editor: vscode.TextEditor;
  let diagnostic: vscode.Diagnostic;
  let original: string;

  before(async () => {
    const file = fileUri('lib/services/everybody.service.ts');
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(`${await clientImport()}\n\n`));
    editor = await openFile(file);
    assert.deepEqual(findingsIn(file), []);
  });

  it('finds the unbounded list as it is typed', async () => {
    const { document } = editor;
    await putCursor(editor, document.lineAt(document.lineCount - 1).range.end);
    await typeText(typed);
    await untilText('the typed line', document, (text) => text.endsWith(typed));
    diagnostic = await untilFindings('a finding in the typed line', document.uri, (found) =>
      found.find((finding) => ruleOf(finding) === rule),
    );
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(document.getText(diagnostic.range), 'findMany');
  });

  it('offers the fix first in the menu, and takes it from there', async () => {
    const { document } = editor;
    original = document.getText();
    const offered = await codeActionsAt(document.uri, diagnostic.range, 'quickfix');
    const [first] = offered;
    assert.ok(first?.isPreferred, 'the first action is the preferred fix');
    await putCursor(editor, diagnostic.range.start);
    if (inBrowser) {
      await vscode.commands.executeCommand('editor.action.quickFix');
      await ui('wait', { selector: '.action-widget' });
      await ui('screenshot', { name: 'fix-menu' });
      const drawn = await uiList('text', { selector: '.action-widget .monaco-list-row', name: '' });
      assert.ok(drawn.join('\n').includes(first.title), drawn.join('\n'));
      await ui('keys', { keys: 'Enter' });
    } else {
      await vscode.commands.executeCommand('editor.action.codeAction', { kind: 'quickfix', apply: 'first' });
    }
    await untilText('the fixed text', document, (text) => text !== original);
    const [head = '', tail = ''] = original.split('findMany()');
    const text = document.getText();
    assert.ok(text.startsWith(`${head}findMany({`) && text.endsWith(`})${tail}`), text);
    assert.match(text.slice(head.length, text.length - tail.length), /\btake: \d+/);
    await untilFindings('the finding to go', document.uri, (found) => countOf(found) === 0);
  });

  it('is back where it was after one undo', async () => {
    await undo(editor.document);
    await untilText('the old text', editor.document, (text) => text === original);
    await untilFindings('the finding to come back', editor.document.uri, (found) => countOf(found) === 1);
  });
}
