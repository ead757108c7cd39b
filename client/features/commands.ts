import * as vscode from 'vscode';
import { checkWorkspaceRequest, rulePageUri, type FindingCounts } from '../../src/protocol/requests.ts';
import { commandIds, diagnosticSource, productName } from '../names.ts';
import type { Session } from '../session.ts';
import { describeCounts } from './status.ts';

/** Registers the commands of the palette. Each is thin: what it does is the server's or the session's. */
export function registerCommands(session: Session): vscode.Disposable {
  const register = vscode.commands.registerCommand;
  return vscode.Disposable.from(
    register(commandIds.restartServer, () => session.restart()),
    register(commandIds.showLog, () => session.log.show()),
    register(commandIds.checkWorkspace, () => checkWorkspace(session)),
    register(commandIds.openRule, (ruleId: unknown) => openRule(ruleId)),
  );
}

/** Checks every file and says what was found; answers with the counts, or with nothing when no server runs. */
async function checkWorkspace(session: Session): Promise<FindingCounts | undefined> {
  const { client } = session;
  if (!client?.isRunning()) {
    void vscode.window.showWarningMessage(`${productName} is not running in this workspace.`);
    return undefined;
  }
  const counts = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Checking the workspace', cancellable: true },
    async (_progress, token) =>
      checkWorkspaceRequest.result.parse(
        await client.sendRequest<unknown>(checkWorkspaceRequest.method, {}, token),
      ),
  );
  // Not awaited: the message may stand for as long as the person likes.
  void tellResult(describeCounts(counts, true));
  return counts;
}

async function tellResult(found: string): Promise<void> {
  const showProblems = 'Show Problems';
  const choices = found ? [showProblems] : [];
  const answer = await vscode.window.showInformationMessage(
    `Workspace checked: ${found || 'no findings'}.`,
    ...choices,
  );
  if (answer === showProblems) await vscode.commands.executeCommand('workbench.actions.view.problems');
}

/** Opens the page of a rule; from the palette, of one of the rules that have something to say right now. */
async function openRule(argument: unknown): Promise<void> {
  const ruleId = typeof argument === 'string' ? argument : await pickRule();
  if (ruleId) await vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(rulePageUri(ruleId)));
}

async function pickRule(): Promise<string | undefined> {
  const rules = new Set<string>();
  for (const [, diagnostics] of vscode.languages.getDiagnostics())
    for (const { source, code } of diagnostics)
      if (source === diagnosticSource && typeof code === 'object') rules.add(String(code.value));
  if (rules.size === 0) {
    void vscode.window.showInformationMessage('No rule has a finding in this workspace.');
    return undefined;
  }
  return vscode.window.showQuickPick([...rules].toSorted(), { placeHolder: 'Rule whose page to open' });
}
