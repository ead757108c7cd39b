import * as path from 'node:path';
import * as vscode from 'vscode';
import { toolPrefix, toolRequest } from '../../src/protocol/tools.ts';
import { clientId, mcpProviderId, productName } from '../names.ts';
import type { Session } from '../session.ts';
import { isFittingWorkspace } from '../workspaceGate.ts';

/**
 * Offers what we know to agents: as tools of the editor's own chat, and as an MCP server for whoever speaks that.
 * @param context names the tools, which package.json declares, and where the extension is
 */
export function registerAgents(
  session: Session,
  context: vscode.ExtensionContext,
): vscode.Disposable & { readonly servers: McpServers } {
  const servers = new McpServers(session, context);
  const manifest = context.extension.packageJSON as {
    contributes?: { languageModelTools?: { name: string; displayName: string }[] };
  };
  const tools = (manifest.contributes?.languageModelTools ?? []).map(({ name, displayName }) =>
    vscode.lm.registerTool(name, new Tool(session, name.slice(toolPrefix.length), displayName)),
  );
  const registration = vscode.lm.registerMcpServerDefinitionProvider(mcpProviderId, servers);
  const all = vscode.Disposable.from(servers, registration, ...tools);
  return { servers, dispose: () => void all.dispose() };
}

class Tool implements vscode.LanguageModelTool<unknown> {
  readonly #session: Session;
  readonly #name: string;
  readonly #title: string;

  constructor(session: Session, name: string, title: string) {
    this.#session = session;
    this.#name = name;
    this.#title = title;
  }

  /** It reads only, so nobody is asked to confirm. */
  prepareInvocation(): vscode.PreparedToolInvocation {
    return { invocationMessage: `${productName}: ${this.#title}` };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<unknown>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const { client } = this.#session;
    if (!client?.isRunning()) throw new Error(`${productName} is not running in this workspace.`);
    const params = { name: this.#name, input };
    const { text, isError } = toolRequest.result.parse(
      await client.sendRequest<unknown>(toolRequest.method, params, token),
    );
    if (isError) throw new Error(text);
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  }
}

/** The MCP server of each folder that fits, run by the editor's own Node; none without trust. */
export class McpServers
  implements vscode.McpServerDefinitionProvider<vscode.McpStdioServerDefinition>, vscode.Disposable
{
  readonly #program: string;
  readonly #version: string;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;

  readonly onDidChangeMcpServerDefinitions = this.#changed.event;

  constructor(session: Session, context: vscode.ExtensionContext) {
    this.#program = context.asAbsolutePath(path.join('dist', 'cli.js'));
    const { version } = context.extension.packageJSON as { version: string };
    this.#version = version;
    const tell = () => this.#changed.fire();
    this.#subscription = vscode.Disposable.from(
      this.#changed,
      session.onDidChangeState(tell),
      vscode.workspace.onDidGrantWorkspaceTrust(tell),
      vscode.workspace.onDidChangeWorkspaceFolders(tell),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${clientId}.agents`)) tell();
      }),
    );
  }

  async provideMcpServerDefinitions(): Promise<vscode.McpStdioServerDefinition[]> {
    const isWanted = vscode.workspace.getConfiguration(`${clientId}.agents`).get('mcpServer', true);
    if (!isWanted || !vscode.workspace.isTrusted) return [];
    const folders = vscode.workspace.workspaceFolders ?? [];
    const fitting = await Promise.all(
      folders.map(async (folder) => ((await isFittingWorkspace([folder])) ? [folder] : [])),
    );
    return fitting.flat().map((folder) => {
      const name = folders.length === 1 ? productName : `${productName} (${folder.name})`;
      // On the desktop the program is Electron, which is Node only when it is told so; elsewhere the variable says nothing.
      const env = { ELECTRON_RUN_AS_NODE: '1' };
      const args = [this.#program, 'mcp'];
      const server = new vscode.McpStdioServerDefinition(name, process.execPath, args, env, this.#version);
      server.cwd = folder.uri;
      return server;
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}
