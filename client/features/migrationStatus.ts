import * as vscode from 'vscode';
import { migrationStatusRequest, type MigrationStatusResult } from '../../src/protocol/requests.ts';
import { commandIds, migrationStatusScheme, productName } from '../names.ts';
import type { Session } from '../session.ts';

const documentUri = vscode.Uri.from({ scheme: migrationStatusScheme, path: '/Migration status.md' });

/** The command *Migration Status* with its document, and the places that code lenses of migrations lead to. */
export function registerMigrationStatus(session: Session): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let text = '# Migration status\n\nRun *Backend Specialist: Migration Status*.\n';
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(migrationStatusScheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => text,
    }),
    vscode.commands.registerCommand(commandIds.migrationStatus, async () => {
      const status = await askStatus(session);
      if (!status) return undefined;
      text = status.markdown;
      changed.fire(documentUri);
      await vscode.commands.executeCommand('vscode.open', documentUri);
      // Not awaited: the message may stand for as long as the person likes.
      if (status.failure) void offerFailure(status, status.failure);
      return status;
    }),
  );
}

/** The status, or nothing when no server runs, the workspace is not trusted or the person gave up; each is said. */
async function askStatus(session: Session): Promise<MigrationStatusResult | undefined> {
  const { client } = session;
  if (!client?.isRunning()) {
    void vscode.window.showWarningMessage(`${productName} is not running in this workspace.`);
    return undefined;
  }
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage('Migrations are not run in a workspace that is not trusted.');
    return undefined;
  }
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: 'Running the migrations on an embedded PostgreSQL',
      cancellable: true,
    },
    async (_progress, token) => {
      const answer: unknown = await client
        .sendRequest<unknown>(migrationStatusRequest.method, {}, token)
        .catch((error: unknown) => {
          if (token.isCancellationRequested) return undefined;
          throw error;
        });
      return token.isCancellationRequested || answer === undefined
        ? undefined
        : migrationStatusRequest.result.parse(answer);
    },
  );
}

/** The way from the document to the statement that it tells of. */
async function offerFailure(
  { summary }: MigrationStatusResult,
  { uri, range }: NonNullable<MigrationStatusResult['failure']>,
): Promise<void> {
  const show = 'Show Migration';
  if ((await vscode.window.showWarningMessage(summary, show)) !== show) return;
  const selection =
    range && new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), selection ? { selection } : {});
}
