import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { it } from 'mocha';
import * as vscode from 'vscode';
import type { MigrationStatusResult } from '../../../../src/protocol/requests.ts';
import { openFile, putCursor } from '../editing.ts';
import { until } from '../events.ts';
import { fileUri, testApi } from '../extension.ts';
import { findingsIn, ruleOf, untilFindings } from '../findings.ts';
import { inBrowser, ui, uiList } from '../ui.ts';

const columns = fileUri('prisma/migrations/20260411090000_drop_order_columns/migration.sql');
const first = fileUri('prisma/migrations/20260302090000_init/migration.sql');

const destructive = (found: readonly vscode.Diagnostic[]) =>
  found.filter((finding) => ruleOf(finding) === 'destructive-migration');

async function lensesOf(uri: vscode.Uri): Promise<vscode.CodeLens[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    10,
  );
  return lenses.filter(({ command }) => command?.command.startsWith('backendSpecialist.') ?? false);
}

export function migrationTests(): void {
  it('marks destructive statements as CRITICAL, in the colours of the theme, unless that is switched off', async () => {
    const { highlights } = await testApi();
    const editor = await openFile(columns);
    const found = await untilFindings(
      'destructive steps',
      columns,
      (all) => destructive(all).length > 0 && destructive(all),
    );
    const lines = new Set(found.map(({ range }) => range.end.line));
    await until('the marks', [highlights.onDidDraw], () => highlights.marked(columns).length === lines.size);
    await putCursor(editor, new vscode.Position(found[0]?.range.start.line ?? 0, 0));
    const settings = vscode.workspace.getConfiguration('backendSpecialist.migrations');
    if (inBrowser) {
      await ui('wait', { selector: '.monaco-editor .codelens-decoration a' });
      await ui('screenshot', { name: 'migration' });
      const theme = vscode.workspace.getConfiguration('workbench');
      for (const [name, label] of [
        ['migration-dark', 'Default Dark Modern'],
        ['migration-contrast', 'Default High Contrast'],
      ] as const) {
        await theme.update('colorTheme', label, vscode.ConfigurationTarget.Global);
        await ui('wait', { selector: '.monaco-workbench.vs-dark, .monaco-workbench.hc-black' });
        await ui('screenshot', { name });
      }
      await theme.update('colorTheme', undefined, vscode.ConfigurationTarget.Global);
    }
    await settings.update('highlight', false, vscode.ConfigurationTarget.Global);
    await until('no marks', [highlights.onDidDraw], () => highlights.marked(columns).length === 0);
    await settings.update('highlight', undefined, vscode.ConfigurationTarget.Global);
    await until('the marks again', [highlights.onDidDraw], () => highlights.marked(columns).length > 0);
  });

  it('says above a new migration what it does, and leads there', async () => {
    const editor = await openFile(columns);
    const [lens] = await lensesOf(columns);
    assert.match(lens?.command?.title ?? '', /^2 destructive/);
    await vscode.workspace.openTextDocument(first);
    assert.deepEqual(await lensesOf(first), []);
    assert.ok(lens?.command);
    await putCursor(editor, new vscode.Position(0, 0));
    await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
    if (inBrowser) {
      await ui('wait', { selector: '.peekview-widget' });
      const titles = await uiList('text', { selector: '.peekview-widget .filename', name: '' });
      assert.ok(titles.some((title) => title.includes('migration.sql')));
    }
    await vscode.commands.executeCommand('closeReferenceSearch');
  });

  it('shows the status of the migrations as a document', async () => {
    const status = await vscode.commands.executeCommand<MigrationStatusResult>(
      'backendSpecialist.migrationStatus',
    );
    const [schema] = status.schemas;
    assert.equal(schema?.schema, 'prisma/schema.prisma');
    assert.equal(schema.step, 'behind');
    assert.ok(schema.migrations.every(({ applies }) => applies === 'yes'));
    await until('the document', [vscode.window.tabGroups.onDidChangeTabs], () =>
      vscode.window.tabGroups.all.some(({ activeTab }) => activeTab?.label.includes('Migration status')),
    );
    if (inBrowser) {
      await ui('webview', { text: 'has changes that no migration holds' });
      await ui('screenshot', { name: 'migration-status' });
    }
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('makes a migration with the project’s own Prisma and opens it, without applying it', async () => {
    const { migrationRunner } = await testApi();
    const { run } = migrationRunner;
    if (inBrowser)
      // The server of this route has no terminals: the same words are run as a process, which a shell does not see.
      migrationRunner.run = async ({ cwd, command: [program = '', ...words] }, name) => {
        await promisify(execFile)(program, [...words, '--name', name], { cwd });
        return 0;
      };
    const made = await vscode.commands.executeCommand<vscode.Uri | undefined>(
      'backendSpecialist.createMigration',
      'Drop $(touch owned) "gift"; notes',
    );
    migrationRunner.run = run;
    assert.ok(made, 'a migration was made');
    assert.match(made.path, /\/\d{14}_drop_touch_owned_gift_notes\/migration\.sql$/);
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), made.toString());
    const said = new TextDecoder().decode(await vscode.workspace.fs.readFile(made));
    // The stand-in for Prisma writes down how it was called.
    assert.match(said, /^-- migrate dev --create-only --name drop_touch_owned_gift_notes$/m);
    await untilFindings('the new migration to be judged', made, (all) => destructive(all).length === 1);
    assert.equal(findingsIn(made).length > 0, true);
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(made, '..'), { recursive: true });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('workbench.action.terminal.killAll');
  });
}
