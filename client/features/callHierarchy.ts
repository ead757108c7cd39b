import * as vscode from 'vscode';
import {
  CallHierarchyIncomingCallsRequest,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
  type LanguageClient,
} from 'vscode-languageclient/node';
import type { Session } from '../session.ts';

const languages = ['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'prisma'];

const selector = [
  ...languages.map((language) => ({ scheme: 'file', language })),
  { scheme: 'file', pattern: '**/*.prisma' },
];

/**
 * Registers the call hierarchy of the backend beside those of other extensions. VS Code asks one provider only, and extensions come before
 * the TypeScript that it brings along: so we ask the others ourselves, and what they find stands below what we found.
 */
export function registerCallHierarchy(session: Session): vscode.Disposable {
  return new CallHierarchy(session);
}

class CallHierarchy implements vscode.CallHierarchyProvider {
  readonly #session: Session;
  /** Items that another provider gave us, to be asked about there. */
  readonly #theirs = new WeakSet<vscode.CallHierarchyItem>();
  #registration: vscode.Disposable;
  /** Questions to others, one after the other: each takes us away for as long as it lasts. */
  #asking: Promise<unknown> = Promise.resolve();

  constructor(session: Session) {
    this.#session = session;
    this.#registration = this.#register();
  }

  dispose(): void {
    this.#registration.dispose();
  }

  #register(): vscode.Disposable {
    return vscode.languages.registerCallHierarchyProvider(selector, this);
  }

  get #client(): LanguageClient | undefined {
    const { client } = this.#session;
    return client?.isRunning() ? client : undefined;
  }

  async prepareCallHierarchy(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyItem[]> {
    const [own, others] = await Promise.all([
      this.#prepareOwn(document, position, token),
      this.#prepareOthers(document, position),
    ]);
    for (const item of others) this.#theirs.add(item);
    return [...own, ...others];
  }

  async #prepareOwn(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyItem[]> {
    const client = this.#client;
    if (!client) return [];
    const params = client.code2ProtocolConverter.asTextDocumentPositionParams(document, position);
    const items = await client.sendRequest(CallHierarchyPrepareRequest.type, params, token);
    return (await client.protocol2CodeConverter.asCallHierarchyItems(items, token)) ?? [];
  }

  /** Asks whoever would be asked without us. Messages arrive in their order, so that we are gone when the question comes. */
  #prepareOthers(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CallHierarchyItem[]> {
    const asked = this.#asking.then(() => this.#askOthers(document, position));
    // Who asks next waits, whatever comes of it; who asked hears of a failure.
    this.#asking = asked.catch(() => undefined);
    return asked;
  }

  async #askOthers(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CallHierarchyItem[]> {
    this.#registration.dispose();
    const asked = vscode.commands.executeCommand<vscode.CallHierarchyItem[] | undefined>(
      'vscode.prepareCallHierarchy',
      document.uri,
      position,
    );
    try {
      return (await asked) ?? [];
    } finally {
      this.#registration = this.#register();
    }
  }

  async provideCallHierarchyIncomingCalls(
    item: vscode.CallHierarchyItem,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyIncomingCall[]> {
    const client = this.#client;
    if (this.#theirs.has(item)) {
      const calls = await theirCalls<vscode.CallHierarchyIncomingCall>('vscode.provideIncomingCalls', item);
      for (const { from } of calls) this.#theirs.add(from);
      return calls;
    }
    if (!client) return [];
    const params = { item: client.code2ProtocolConverter.asCallHierarchyItem(item) };
    const calls = await client.sendRequest(CallHierarchyIncomingCallsRequest.type, params, token);
    return (await client.protocol2CodeConverter.asCallHierarchyIncomingCalls(calls, token)) ?? [];
  }

  async provideCallHierarchyOutgoingCalls(
    item: vscode.CallHierarchyItem,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyOutgoingCall[]> {
    const client = this.#client;
    if (this.#theirs.has(item)) {
      const calls = await theirCalls<vscode.CallHierarchyOutgoingCall>('vscode.provideOutgoingCalls', item);
      for (const { to } of calls) this.#theirs.add(to);
      return calls;
    }
    if (!client) return [];
    const params = { item: client.code2ProtocolConverter.asCallHierarchyItem(item) };
    const calls = await client.sendRequest(CallHierarchyOutgoingCallsRequest.type, params, token);
    return (await client.protocol2CodeConverter.asCallHierarchyOutgoingCalls(calls, token)) ?? [];
  }
}

async function theirCalls<Call>(command: string, item: vscode.CallHierarchyItem): Promise<Call[]> {
  return (await vscode.commands.executeCommand<Call[] | undefined>(command, item)) ?? [];
}
