import * as vscode from 'vscode';
import { checkWorkspaceRequest, rulePageUri } from '../../src/protocol/requests.ts';
import { commandIds, diagnosticSource, productName } from '../names.ts';
import type { Session } from '../session.ts';
import type { MapView } from './mapView.ts';
import { describeCounts } from './status.ts';

/** Registers the commands of the palette. Each is thin: what it does is the server's or the session's. */
export function registerCommands(session: Session, map: MapView): vscode.Disposable {
  const register = vscode.commands.registerCommand;
  return vscode.Disposable.from(
    register(commandIds.restartServer, () => session.restart()),
    register(commandIds.showLog, () => session.log.show()),
    register(commandIds.refreshMap, () => map.refresh()),
    register(commandIds.checkWorkspace, () => checkWorkspace(session)),
    register(commandIds.openRule, (ruleId: unknown) => openRule(ruleId)),
  );
}

async function checkWorkspace(session: Session): Promise<void> {
  const { client } = session;
  if (!client?.isRunning()) {
    void vscode.window.showWarningMessage(`${productName} is not running in this workspace.`);
    return;
  }
  const counts = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Checking the workspace', cancellable: true },
    async (_progress, token) =>
      checkWorkspaceRequest.result.parse(
        await client.sendRequest<unknown>(checkWorkspaceRequest.method, {}, token),
      ),
  );
  const showProblems = 'Show Problems';
  const found = describeCounts(counts, true);
  const answer = await (found
    ? vscode.window.showInformationMessage(`Workspace checked: ${found}.`, showProblems)
    : vscode.window.showInformationMessage('Workspace checked: no findings.'));
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
