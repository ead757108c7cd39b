import * as assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openFile } from './editing.ts';
import { until } from './events.ts';
import { fileUri, testApi } from './extension.ts';
import { findingsIn, untilFindings } from './findings.ts';
import { runSuite } from './runner.ts';
import { ui } from './ui.ts';

/** The twin app in Restricted Mode: everything that only reads works, and nothing of the folder is run or obeyed. */
export function run(): Promise<void> {
  return runSuite(() => describe('a workspace that is not trusted', tests));
}

const actions = fileUri('lib/actions/order.actions.ts');
const mapFile = fileUri('doc/documentation/backend-map.md');

/** Names of the programs that processes below one run; Linux only. */
function programsBelow(pid: number): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === ''
    ? []
    : children.split(' ').flatMap((child) => {
        const command = readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return [command, ...programsBelow(Number(child))];
      });
}

function tests(): void {
  it('is not trusted, and its findings and map are there', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const { status, tree } = await testApi();
    await until('a running server', [status.onDidChangeState], () => status.state === 'ready');
    await openFile(actions);
    await untilFindings('findings', actions, (found) => found.length > 0);
    await vscode.commands.executeCommand('workbench.view.extension.backend-specialist');
    const groups = await until('a map', [tree.onDidChangeTreeData], async () => {
      const roots = await tree.getChildren();
      return roots.length > 0 && roots;
    });
    assert.ok(groups.some(({ data }) => data.of === 'actions'));
    await ui('screenshot', { name: 'restricted' });
  });

  it('offers fixes, which only edit text', async () => {
    const [finding] = findingsIn(actions);
    assert.ok(finding);
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      actions,
      finding.range,
      'quickfix',
    );
    assert.ok(fixes.length > 0);
  });

  it('runs no migrations and makes none', async () => {
    assert.equal(await vscode.commands.executeCommand('backendSpecialist.migrationStatus'), undefined);
    // Under test the window keeps notifications to its list.
    await vscode.commands.executeCommand('notifications.showList');
    await ui('wait', { selector: '.notifications-center :text("Migrations are not run in a workspace")' });
    await ui('screenshot', { name: 'restricted-migrations' });
    const { migrationRunner } = await testApi();
    let isRun = false;
    migrationRunner.run = async () => {
      isRun = true;
      return 0;
    };
    assert.equal(await vscode.commands.executeCommand('backendSpecialist.createMigration', 'x'), undefined);
    assert.equal(isRun, false);
    await ui('wait', { selector: '.notifications-center :text("Migrations are not made in a workspace")' });
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('reads a hostile migration and runs none of it', async () => {
    const migration = fileUri('prisma/migrations/29990101000000_hostile/migration.sql');
    await openFile(migration);
    // Judged by reading alone, behind statements that never end.
    await untilFindings('a drop', migration, (found) => found.some(({ range }) => range.start.line === 3));
    assert.equal(await vscode.commands.executeCommand('backendSpecialist.migrationStatus'), undefined);
    assert.equal(existsSync(fileUri('written').fsPath), false);
    if (process.platform === 'linux')
      assert.deepEqual(
        programsBelow(process.pid).filter((command) => /postgres/.test(command)),
        [],
      );
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('registers no MCP server', async () => {
    const { mcpServers } = await testApi();
    assert.deepEqual(await mcpServers.provideMcpServerDefinitions(), []);
  });

  it('does not write the map because the folder’s own settings ask for it', async () => {
    const settings = vscode.workspace.getConfiguration('backendSpecialist.map');
    assert.equal(settings.inspect('updateOnSave')?.workspaceValue, true);
    const before = readFileSync(mapFile.fsPath, 'utf8');
    const editor = await openFile(actions);
    const { document } = editor;
    await editor.edit((edit) =>
      edit.insert(document.lineAt(document.lineCount - 1).range.end, '\nexport async function added() {}\n'),
    );
    assert.ok(await document.save());
    // What is asked for after the notification of the save is answered after it was handled.
    const { tree } = await testApi();
    await until('the action in the map', [tree.onDidChangeTreeData], async () => {
      const group = (await tree.getChildren()).find(({ data }) => data.of === 'actions');
      return (await tree.getChildren(group)).some(({ data }) => data.label === 'added');
    });
    assert.equal(readFileSync(mapFile.fsPath, 'utf8'), before);
  });

  it('starts no program but the server itself', () => {
    if (process.platform !== 'linux') return;
    const others = programsBelow(process.pid).filter(
      (command) => !/dist\/server\.js|\/extensions\/(?!backend)|tsserver|typingsInstaller/.test(command),
    );
    assert.deepEqual(others, []);
  });
}
