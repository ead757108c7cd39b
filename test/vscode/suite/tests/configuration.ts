import * as assert from 'node:assert/strict';
import { after, before, it } from 'mocha';
import * as vscode from 'vscode';
import { openFile } from '../editing.ts';
import { until } from '../events.ts';
import { fileUri } from '../extension.ts';
import { findingsIn, source, untilFindings } from '../findings.ts';
import { inBrowser, ui } from '../ui.ts';

const text = `{
  // What the team has agreed on.
  "preset": "recommended",
  "rules": {
    "require-pagination": ["warning", { "ignoreModels": ["Category"] }],
  },
}
`;

/** Completions at the end of a piece of the text, by their labels. */
async function offeredAfter(document: vscode.TextDocument, piece: string): Promise<string[]> {
  const at = document.positionAt(document.getText().indexOf(piece) + piece.length);
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    document.uri,
    at,
  );
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label).replaceAll('"', ''));
}

async function hoverAt(document: vscode.TextDocument, piece: string): Promise<string> {
  const at = document.positionAt(document.getText().indexOf(piece) + 1);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    at,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n');
}

/** The configuration file: the editor's JSON support with our schema, and what the server says beside it. */
export function configurationTests(): void {
  const file = fileUri('backend-specialist.config.json');
  let editor: vscode.TextEditor;

  before(async () => {
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
    editor = await openFile(file);
  });
  // The tests after these look at the app without a configuration.
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(file);
  });

  const replace = async (from: string, to: string): Promise<void> => {
    const { document } = editor;
    const start = document.getText().indexOf(from);
    const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
    assert.ok(await editor.edit((edit) => edit.replace(range, to)));
  };

  it('may have comments and is without complaints', () => {
    assert.equal(editor.document.languageId, 'jsonc');
    assert.deepEqual(findingsIn(file), []);
  });

  it('is completed and explained from the schema', async () => {
    const { document } = editor;
    const rules = await until(
      'the completions of rules',
      [vscode.languages.onDidChangeDiagnostics],
      async () => {
        const found = await offeredAfter(document, '"rules": {\n    ');
        return found.includes('action-auth') && found;
      },
    );
    assert.ok(rules.includes('no-secret-log'), rules.join());
    assert.deepEqual((await offeredAfter(document, '["')).toSorted(), [
      'error',
      'hint',
      'info',
      'off',
      'warning',
    ]);
    assert.match(await hoverAt(document, '"require-pagination"'), /list/i);
    assert.match(await hoverAt(document, '"ignoreModels"'), /Models whose lists are short/);
    assert.ok((await offeredAfter(document, '"preset": "')).includes('migrations-only'));
  });

  it('says what is wrong at its place, with what was probably meant', async () => {
    await replace('"require-pagination"', '"require-pagnation"');
    const unknown = await untilFindings('an unknown rule', file, (found) => found[0]);
    assert.match(unknown.message, /Unknown rule "require-pagnation"\..*require-pagination/);
    assert.equal(editor.document.getText(unknown.range), '"require-pagnation"');
    if (inBrowser) await ui('screenshot', { name: 'configuration' });
    await until('the editor’s own complaint', [vscode.languages.onDidChangeDiagnostics], () =>
      vscode.languages.getDiagnostics(file).some((diagnostic) => diagnostic.source !== source),
    );
    await replace('"require-pagnation"', '"require-pagination"');
    await untilFindings('the complaint to go', file, (found) => found.length === 0);
    await replace('"ignoreModels"', '"ignoredModels"');
    const option = await untilFindings('an unknown option', file, (found) => found[0]);
    assert.match(option.message, /Unknown setting "ignoredModels"\..*ignoreModels/);
    assert.equal(editor.document.getText(option.range), '"ignoredModels"');
    await replace('"ignoredModels"', '"ignoreModels"');
    await untilFindings('the complaint to go', file, (found) => found.length === 0);
    await editor.document.save();
  });
}
