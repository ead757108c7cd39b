import * as assert from 'node:assert/strict';
import { it } from 'mocha';
import * as vscode from 'vscode';
import { openFile, putCursor, typeText, untilText } from '../editing.ts';
import { fileUri } from '../extension.ts';
import { inBrowser, ui } from '../ui.ts';

/** A new file of the app, with the cursor at its end. */
async function newFile(file: string, text = ''): Promise<vscode.TextEditor> {
  const uri = fileUri(file);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const editor = await openFile(uri);
  await putCursor(editor, editor.document.positionAt(text.length));
  return editor;
}

/** Types a prefix and takes what the list of suggestions has for it. */
async function typeSnippet(editor: vscode.TextEditor, prefix: string, name: string): Promise<void> {
  const { document } = editor;
  if (inBrowser) {
    await typeText(prefix);
    await untilText('the prefix', document, (text) => text.includes(prefix));
    await vscode.commands.executeCommand('editor.action.triggerSuggest');
    await ui('wait', {
      selector: `.suggest-widget.visible .monaco-list-row.focused[aria-label^="${prefix}"]`,
    });
    await ui('keys', { keys: 'Enter' });
  } else {
    await vscode.commands.executeCommand('editor.action.insertSnippet', {
      langId: document.languageId,
      name,
    });
  }
  await untilText('the snippet', document, (text) => !text.includes(prefix) && text.trim() !== '');
}

const next = (): Thenable<unknown> => vscode.commands.executeCommand('jumpToNextSnippetPlaceholder');

export function snippetTests(): void {
  it('writes an action whose name is typed once', async () => {
    const editor = await newFile('lib/actions/typed.actions.ts');
    await typeSnippet(editor, 'bs-action-role', 'Server Action with a role');
    await typeText('dropPost');
    await untilText('the new name', editor.document, (text) => text.includes("'dropPost failed'"));
    const text = editor.document.getText();
    assert.match(
      text,
      /export async function dropPost\(input: unknown\) \{\n {2}const parsed = dropPostSchema\./,
    );
    assert.ok(!text.includes('removePost('), text);
  });

  it('writes an Auth.js configuration, the provider in both of its spellings', async () => {
    const editor = await newFile('lib/typed-auth.config.ts');
    await typeSnippet(editor, 'bs-auth-config', 'Auth.js configuration');
    if (inBrowser) {
      // The choices of the first stop are offered at once.
      await ui('wait', { selector: '.suggest-widget.visible .monaco-list-row[aria-label^="GitLab"]' });
      await typeText('GitL');
      await ui('wait', {
        selector: '.suggest-widget.visible .monaco-list-row.focused[aria-label^="GitLab"]',
      });
      await ui('keys', { keys: 'Enter' });
    } else await typeText('GitLab');
    await next();
    await untilText('the import', editor.document, (text) =>
      text.includes("import GitLab from 'next-auth/providers/gitlab';"),
    );
    assert.match(editor.document.getText(), /providers: \[GitLab\]/);
  });

  it('writes a model into a schema, and knows the language without another extension', async () => {
    const editor = await newFile('prisma/typed.prisma');
    assert.equal(editor.document.languageId, 'prisma');
    await typeSnippet(editor, 'bs-model', 'Model with owner');
    await typeText('Invoice');
    await untilText('the model', editor.document, (text) => text.startsWith('model Invoice {'));
    assert.match(editor.document.getText(), /@@index\(\[authorId, createdAt\]\)/);
  });

  it('writes a recipe into a migration', async () => {
    const editor = await newFile('scratch/recipe.sql');
    await typeSnippet(editor, 'bs-required-1', 'Contract: required, step 1');
    await typeText('Order');
    await next();
    await typeText('note');
    await untilText('the recipe', editor.document, (text) => text.includes('"Order_note_not_null"'));
    assert.match(editor.document.getText(), /CHECK \("note" IS NOT NULL\) NOT VALID;/);
  });

  it('writes a suppression with a rule to choose and a reason', async () => {
    const editor = await newFile('scratch/typed.sh');
    await typeSnippet(editor, 'bs-disable-file', 'Suppress in this file');
    if (inBrowser) await ui('keys', { keys: 'Escape' });
    await untilText('the comment', editor.document, (text) =>
      text.startsWith('# backend-specialist-disable-file migrate-dev-only -- why'),
    );
  });
}
