import * as path from 'node:path';
import * as vscode from 'vscode';
import {
  CallHierarchyIncomingCallsRequest,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
  type LanguageClient,
} from 'vscode-languageclient/node';
import { commandIds, productName } from '../names.ts';
import type { Session } from '../session.ts';

/**
 * The call hierarchy of the backend. VS Code asks one provider alone, and every extension before the TypeScript that it brings along: for all
 * code we would take TypeScript's away. So ours is there by itself in schemas, and in code when it is asked for by its own command.
 */
export function registerCallHierarchy(session: Session): vscode.Disposable {
  const provider = new CallHierarchy(session);
  let shown: vscode.Disposable | undefined;
  return vscode.Disposable.from(
    vscode.languages.registerCallHierarchyProvider({ scheme: 'file', pattern: '**/*.prisma' }, provider),
    vscode.commands.registerCommand(commandIds.showCalls, async () => {
      const document = vscode.window.activeTextEditor?.document;
      if (!document || !session.client?.isRunning()) {
        void vscode.window.showWarningMessage(`${productName} has no calls to show here.`);
        return;
      }
      shown?.dispose();
      shown = vscode.languages.registerCallHierarchyProvider(onlyThis(document), provider);
      await vscode.commands.executeCommand('editor.showCallHierarchy');
    }),
    // What is shown asks us for as long as it stands; TypeScript is back with the next editor.
    vscode.window.onDidChangeActiveTextEditor(() => {
      shown?.dispose();
      shown = undefined;
    }),
    { dispose: () => shown?.dispose() },
  );
}

function onlyThis({ uri, languageId }: vscode.TextDocument): vscode.DocumentFilter {
  // Names of routes have brackets, which are signs of patterns.
  const name = path.posix.basename(uri.path).replaceAll(/[[\]{}*?]/g, '?');
  const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), name);
  return { scheme: uri.scheme, language: languageId, pattern };
}

class CallHierarchy implements vscode.CallHierarchyProvider {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get #client(): LanguageClient | undefined {
    const { client } = this.#session;
    return client?.isRunning() ? client : undefined;
  }

  async prepareCallHierarchy(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyItem[] | undefined> {
    const client = this.#client;
    if (!client) return undefined;
    const params = client.code2ProtocolConverter.asTextDocumentPositionParams(document, position);
    const items = await client.sendRequest(CallHierarchyPrepareRequest.type, params, token);
    return client.protocol2CodeConverter.asCallHierarchyItems(items, token);
  }

  async provideCallHierarchyIncomingCalls(
    item: vscode.CallHierarchyItem,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyIncomingCall[] | undefined> {
    const client = this.#client;
    if (!client) return undefined;
    const params = { item: client.code2ProtocolConverter.asCallHierarchyItem(item) };
    const calls = await client.sendRequest(CallHierarchyIncomingCallsRequest.type, params, token);
    return client.protocol2CodeConverter.asCallHierarchyIncomingCalls(calls, token);
  }

  async provideCallHierarchyOutgoingCalls(
    item: vscode.CallHierarchyItem,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyOutgoingCall[] | undefined> {
    const client = this.#client;
    if (!client) return undefined;
    const params = { item: client.code2ProtocolConverter.asCallHierarchyItem(item) };
    const calls = await client.sendRequest(CallHierarchyOutgoingCallsRequest.type, params, token);
    return client.protocol2CodeConverter.asCallHierarchyOutgoingCalls(calls, token);
  }
}
