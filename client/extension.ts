import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { registerAgents, type McpServers } from './features/agents.ts';
import { registerCallHierarchy } from './features/callHierarchy.ts';
import { registerCommands } from './features/commands.ts';
import { registerCreateMigration, runInTerminal, type MigrationRunner } from './features/createMigration.ts';
import { GraphView } from './features/graphView.ts';
import { registerMapCommands } from './features/mapCommands.ts';
import { MapView } from './features/mapView.ts';
import { MigrationHighlights } from './features/migrationHighlights.ts';
import { registerMigrationStatus } from './features/migrationStatus.ts';
import { registerShowPlaces } from './features/showPlaces.ts';
import { registerStatus } from './features/status.ts';
import { registerSuggestCommitMessage } from './features/suggestCommitMessage.ts';
import { VerifyView } from './features/verifyView.ts';
import { productName } from './names.ts';
import { Session } from './session.ts';

/** What the editor tests can reach; handed out only to them. */
export interface TestApi {
  readonly client: LanguageClient | undefined;
  readonly status: Session;
  readonly tree: MapView;
  readonly graph: GraphView;
  readonly highlights: MigrationHighlights;
  readonly mcpServers: McpServers;
  readonly migrationRunner: MigrationRunner;
  readonly verify: VerifyView;
}

/** Registers the features and lets the gatekeeper decide about the server, without waiting for either. */
export function activate(context: vscode.ExtensionContext): TestApi | undefined {
  const log = vscode.window.createOutputChannel(productName, { log: true });
  const session = new Session(context.asAbsolutePath('dist/server.js'), log);
  const tree = new MapView(session);
  const graph = new GraphView(session, context);
  const highlights = new MigrationHighlights();
  const agents = registerAgents(session, context);
  const verify = new VerifyView(session);
  const migrationRunner: MigrationRunner = { run: runInTerminal };
  context.subscriptions.push(
    log,
    tree,
    graph,
    agents,
    registerStatus(session),
    registerCommands(session),
    registerMapCommands(session, tree),
    registerShowPlaces(),
    registerCallHierarchy(session),
    registerMigrationStatus(session),
    registerCreateMigration(session, migrationRunner),
    highlights,
    verify,
    registerSuggestCommitMessage(session),
    {
      // Returned so that the window waits for the server to end.
      dispose: () => session.dispose(),
    },
  );
  void session.evaluate();
  // An installed package is never in test mode, not even when a suite drives it.
  const isTested =
    context.extensionMode === vscode.ExtensionMode.Test || process.env['BACKEND_SPECIALIST_TEST_API'] === '1';
  if (!isTested) return undefined;
  return {
    get client() {
      return session.client;
    },
    status: session,
    tree,
    graph,
    highlights,
    mcpServers: agents.servers,
    migrationRunner,
    verify,
  };
}
