import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { it } from 'mocha';
import * as vscode from 'vscode';
import type { VerifyResult } from '../../../../src/protocol/verify.ts';
import { openFile } from '../editing.ts';
import { until } from '../events.ts';
import { fileUri, folder, testApi } from '../extension.ts';
import { findingsIn, ruleOf, untilFindings } from '../findings.ts';
import { inBrowser, ui } from '../ui.ts';

/** What is used of the API of VS Code's Git extension. */
interface GitApi {
  repositories: readonly { rootUri: vscode.Uri; inputBox: { value: string }; status(): Promise<void> }[];
  onDidOpenRepository: vscode.Event<unknown>;
}

async function repository(): Promise<GitApi['repositories'][number]> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
  assert.ok(extension, 'VS Code has its Git extension');
  const api = (await extension.activate()).getAPI(1);
  return until('the repository', [api.onDidOpenRepository], () => api.repositories[0]);
}

const git = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('git', args, { cwd: folder })).stdout;

export function verifyTests(): void {
  it('runs the compiler, Prisma, migrations, map and rules, and shows one table', async () => {
    const { verify, status } = await testApi();
    await until('the server', [status.onDidChangeState], () => status.state === 'ready');
    const result = await vscode.commands.executeCommand<VerifyResult>('backendSpecialist.verify');
    assert.equal(result.verdict, 'failed');
    assert.deepEqual(
      verify.rows.map(({ name, verdict }) => `${name} ${verdict}`),
      [
        'TypeScript failed',
        'Prisma schema passed',
        'Migrations failed',
        'Backend Map failed',
        'Rules failed',
      ],
    );
    const [typescript, , migrations] = verify.rows;
    assert.match(typescript?.by ?? '', /^TypeScript \d/);
    assert.match(migrations?.by ?? '', /^embedded PostgreSQL; no database: P1001/);
    if (inBrowser) {
      for (const { name } of verify.rows)
        await ui('wait', { selector: `.pane-body .monaco-list-row[aria-label^="${name}"]` });
      await ui('screenshot', { name: 'verify' });
    }
    // A row leads to what was said, a problem to its place.
    await vscode.commands.executeCommand('backendSpecialist.verify.showOutput', 0);
    const shown = vscode.window.activeTextEditor?.document;
    assert.equal(shown?.uri.scheme, 'backend-specialist-verify');
    assert.match(shown.getText(), /^TypeScript\nfailed: \d+ errors\nTypeScript \d/);
    const [node] = verify.getChildren();
    assert.ok(node);
    const problem = verify.getChildren(node).find((one) => 'problem' in one && one.problem.uri !== undefined);
    assert.ok(problem && 'problem' in problem);
    const { command } = verify.getTreeItem(problem);
    assert.ok(command);
    await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), problem.problem.uri);
    assert.equal(editor?.selection.active.line, problem.problem.position?.line);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('suggests a message for what is staged, and commits nothing', async () => {
    const { inputBox } = await repository();
    const file = path.join('lib', 'services', 'suggested.service.ts');
    const uri = fileUri(file);
    const text = 'export async function listSuggested() {\n  return [];\n}\n';
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    await git('add', '--', file);
    const before = await git('rev-parse', 'HEAD');
    const message = await vscode.commands.executeCommand<string>('backendSpecialist.suggestCommitMessage');
    assert.equal(message, 'feat(backend): add listSuggested');
    assert.equal(inputBox.value, message);
    assert.equal(await git('rev-parse', 'HEAD'), before);
    if (inBrowser) {
      await ui('screenshot', { name: 'commit-message' });
    }
  });

  it('says what is wrong with a message while it is edited, where git asks for it', async () => {
    const uri = fileUri('.git/COMMIT_EDITMSG');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('\n# Please enter a message.\n'));
    const editor = await openFile(uri);
    assert.equal(editor.document.languageId, 'git-commit');
    const type = (message: string) =>
      editor.edit((edit) => edit.replace(editor.document.lineAt(0).range, message));
    await type('stuff');
    const found = await untilFindings(
      'a header that is not conventional',
      uri,
      (all) => all.length > 0 && all,
    );
    assert.deepEqual(found.map(ruleOf), ['commit-message']);
    assert.match(found[0]?.message ?? '', /not conventional/);
    // The index holds a new service.
    await type('db: add listSuggested');
    await untilFindings('a type that does not fit', uri, (all) =>
      all.some(({ severity }) => severity === vscode.DiagnosticSeverity.Warning),
    );
    await type('feat(backend): add listSuggested');
    await untilFindings('nothing', uri, (all) => all.length === 0);
    assert.deepEqual(findingsIn(uri), []);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('says it in the input of the Source Control view as well', async () => {
    const { inputBox } = await repository();
    inputBox.value = 'stuff';
    const found = await until(
      'a header that is not conventional',
      [vscode.languages.onDidChangeDiagnostics],
      () =>
        vscode.languages.getDiagnostics().find(([uri, all]) => uri.scheme === 'vscode-scm' && all.length > 0),
    );
    assert.match(found[1][0]?.message ?? '', /not conventional/);
    if (inBrowser) await ui('screenshot', { name: 'commit-input' });
    inputBox.value = 'feat(backend): add listSuggested';
    await until(
      'nothing',
      [vscode.languages.onDidChangeDiagnostics],
      () => vscode.languages.getDiagnostics(found[0]).length === 0,
    );
  });

  it('leaves the repository as it was', async () => {
    const { inputBox } = await repository();
    inputBox.value = '';
    await git('rm', '-q', '-f', '--', 'lib/services/suggested.service.ts');
    assert.equal(await git('diff', '--cached', '--name-only'), '');
  });
}
