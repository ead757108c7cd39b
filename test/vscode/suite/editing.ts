import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from './events.ts';
import { inBrowser, ui } from './ui.ts';

/** Opens a file in the first group, with the focus in its text. */
export async function openFile(uri: vscode.Uri): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(uri, { preview: false });
  await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  return editor;
}

/** Puts the cursor at a position and brings it into view; settles when the window has done so. */
export async function putCursor(editor: vscode.TextEditor, position: vscode.Position): Promise<void> {
  editor.selection = new vscode.Selection(position, position);
  // The assignment is only sent; a command that is answered after it tells that it has arrived.
  await vscode.commands.executeCommand('revealLine', { lineNumber: position.line, at: 'center' });
}

/** Types as a person does: through the page's keyboard where there is one. */
export async function typeText(text: string): Promise<void> {
  if (inBrowser) await ui('type', { text });
  else await vscode.commands.executeCommand('type', { text });
}

/** Waits for the text of a document to be as wanted. */
export function untilText(
  what: string,
  document: vscode.TextDocument,
  test: (text: string) => boolean,
): Promise<true> {
  return until(what, [vscode.workspace.onDidChangeTextDocument], () => test(document.getText()));
}

/** The code actions at a place, resolved, so that they carry their edits. */
export async function codeActionsAt(
  uri: vscode.Uri,
  range: vscode.Range,
  kind?: string,
): Promise<vscode.CodeAction[]> {
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    uri,
    range,
    kind,
    50,
  );
  return actions.filter((action) => action instanceof vscode.CodeAction);
}

/** Applies the edit of a resolved code action. */
export async function applyAction(action: vscode.CodeAction): Promise<void> {
  assert.ok(action.edit, `"${action.title}" has an edit`);
  assert.ok(await vscode.workspace.applyEdit(action.edit), `"${action.title}" was applied`);
}

/** Undoes the last step in a document. */
export async function undo(document: vscode.TextDocument): Promise<void> {
  await openFile(document.uri);
  await vscode.commands.executeCommand('undo');
}
