/** The language server. Answers `initialize` at once; the engine, which is large, is loaded behind it. */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createConnection, ProposedFeatures, TextDocumentSyncKind } from 'vscode-languageserver/node';
import type { InitializeParams, InitializeResult } from 'vscode-languageserver/node';
import { ownVersion } from '../src/host/node.ts';
import { ruleScheme } from '../src/protocol/requests.ts';
import { readClient, type Client } from './client.ts';
import type { ServerContext } from './context.ts';
import { diagnosticSource } from './convert.ts';
import { Documents } from './documents.ts';
import { registerBackendMap } from './features/backendMap.ts';
import { codeActionCapabilities, registerCodeActions } from './features/codeActions.ts';
import { registerCodeLens, showPlaceCommand } from './features/codeLens.ts';
import { registerCommands } from './features/commands.ts';
import { registerCommitMessages } from './features/commitMessages.ts';
import { registerConfiguration } from './features/configuration.ts';
import { diagnosticsCapabilities, registerDiagnostics } from './features/diagnostics.ts';
import { registerHover } from './features/hover.ts';
import { registerMapWriting } from './features/mapWriting.ts';
import { migrationStatusCommand, registerMigrations } from './features/migrations.ts';
import { registerNavigation } from './features/navigation.ts';
import { registerRulePages, showRuleCommand } from './features/rulePages.ts';
import { registerStatus } from './features/status.ts';
import { registerTools } from './features/tools.ts';
import { registerVerify } from './features/verify.ts';
import { registerWatching } from './features/watching.ts';
import { Folders } from './folders.ts';
import { createLoop } from './loop.ts';
import { uriOfPath } from './uris.ts';

// The heap may grow by this much of what is in use before it is collected; left alone it grows to four times that while the
// workspace is indexed, and what it took stays taken.
setFlagsFromString('--heap-growing-percent=20');

const now = () => performance.now();
const connection = createConnection(ProposedFeatures.all);
const log = (message: string) => connection.console.info(message);

const loop = createLoop({
  now,
  defer: setImmediate,
  onSlice: (name, ms) => connection.tracer.log(`${name} ${ms.toFixed(1)} ms`),
  onError: (name, error) =>
    connection.console.error(`${name}: ${error instanceof Error ? error.stack : String(error)}`),
});

const ownCommands = [showRuleCommand, migrationStatusCommand, showPlaceCommand];

function capabilities(client: Client): InitializeResult['capabilities'] {
  return {
    textDocumentSync: {
      openClose: true,
      change: TextDocumentSyncKind.Incremental,
      save: { includeText: false },
    },
    ...(client.pullsDiagnostics ? { diagnosticProvider: diagnosticsCapabilities } : {}),
    codeActionProvider: codeActionCapabilities,
    hoverProvider: true,
    codeLensProvider: { resolveProvider: true },
    definitionProvider: true,
    workspaceSymbolProvider: true,
    // VS Code would ask us in TypeScript's place: our own client asks where that takes nothing away.
    ...(client.isOurs ? {} : { callHierarchyProvider: true }),
    // Our own client has commands of its own.
    ...(client.isOurs ? {} : { executeCommandProvider: { commands: ownCommands } }),
    workspace: {
      workspaceFolders: { supported: true, changeNotifications: true },
      ...(client.opensRulePages ? { textDocumentContent: { schemes: [ruleScheme] } } : {}),
    },
  };
}

/** URIs of the folders an editor opens, the older ways of saying it included. */
function initialFolders({ workspaceFolders, rootUri, rootPath }: InitializeParams): string[] {
  if (workspaceFolders) return workspaceFolders.map(({ uri }) => uri);
  if (rootUri) return [rootUri];
  return rootPath ? [uriOfPath(rootPath)] : [];
}

function start(params: InitializeParams, client: Client): void {
  const documents = new Documents();
  const folders = new Folders({
    // Result ids of an earlier run must not be taken for ours.
    runId: `${process.pid.toString(36)}-${Date.now().toString(36)}`,
    git: client.trusted,
    loadEngine: async () => import('../src/engine.ts'),
    overlay: (absolute) => documents.text(absolute),
    openPaths: () => documents.paths(),
    log,
    now,
    onCacheRead: () => context.wake(),
  });
  const settledListeners: (() => void)[] = [];
  const initializedListeners: (() => void)[] = [];
  let wasSettled = false;
  const context: ServerContext = {
    connection,
    client,
    documents,
    folders,
    loop,
    now,
    later: (ms, callback) => void setTimeout(callback, ms),
    log,
    timing: (what, ms) => connection.tracer.log(`${what} ${ms.toFixed(1)} ms`),
    onInitialized: (listener) => void initializedListeners.push(listener),
    wake() {
      indexing.wake();
      checking.wake();
      reporting.wake();
    },
    settled: () => !checking.awake && folders.all().every((folder) => folder.settled),
    onSettled: (listener) => void settledListeners.push(listener),
  };
  const messages = registerCommitMessages(context, async () => import('../src/engine.ts'));
  const diagnostics = registerDiagnostics(context, messages);
  const status = registerStatus(context);
  const map = registerBackendMap(context, status);
  registerMapWriting(context);
  registerTools(context);
  registerCodeActions(context);
  registerHover(context);
  const commands = registerCommands(context);
  registerRulePages(context, commands);
  const lenses = registerCodeLens(context, commands);
  registerNavigation(context);
  const migrations = registerMigrations(context, commands);
  registerVerify(context);
  registerConfiguration(context);
  registerWatching(context);

  // Open files are checked before the index goes on; everything else after it.
  const checking = loop.task('check', 1, (budgetMs) => {
    let more = false;
    for (const folder of folders.all()) more = folder.checkStale(budgetMs, now) || more;
    reporting.wake();
    return more && folders.all().every(({ complete, paused }) => complete || paused);
  });
  const indexing = loop.task('index', 2, (budgetMs) => {
    const folder = folders.all().find(({ isIndexing }) => isIndexing);
    if (!folder) return false;
    const more = folder.index(budgetMs, now);
    status.update();
    if (!more) checking.wake();
    return more || folders.all().some(({ isIndexing }) => isIndexing);
  });
  const reporting = loop.task('report', 3, () => {
    diagnostics.flush();
    status.update();
    const settled = context.settled();
    if (settled && !wasSettled) {
      saving.wake();
      compacting.wake();
    }
    wasSettled = settled;
    if (settled) {
      logProblems();
      map.invalidate();
      lenses.invalidate();
      for (const listener of settledListeners.splice(0)) listener();
    }
    return false;
  });
  /** Each problem once, so that nothing is left out in silence. */
  const logged = new Set<string>();
  const logProblems = () => {
    for (const folder of folders.all())
      for (const { file, message } of folder.problems()) {
        const line = `${folder.name}/${file}: ${message}`;
        if (!logged.has(line)) log(line);
        logged.add(line);
      }
  };
  // Indexing leaves garbage that V8 would keep for as long as nothing happens. Once, when all is known and nobody waits, it is
  // collected for good, which gives the memory back to the system.
  let isCompact = false;
  const compacting = loop.task('compact', 5, () => {
    if (isCompact) return false;
    isCompact = true;
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') collect();
    return false;
  });
  const saving = loop.task('save', 4, () => {
    for (const folder of folders.all())
      folder
        .save()
        .catch((error: unknown) => log(`The cache of ${folder.name} is not written: ${String(error)}`));
    return false;
  });

  documents.listen(connection, folders, (uri) => {
    diagnostics.edited(uri);
    context.wake();
  });
  folders.onOpen(context.wake);
  connection.onInitialized(() => {
    for (const listener of initializedListeners) listener();
    folders.change(initialFolders(params), []);
    for (const folder of folders.all())
      folder.ready.catch((error: unknown) =>
        status.fail(`The analysis cannot start: ${error instanceof Error ? error.message : String(error)}`),
      );
    status.update();
  });
  connection.onShutdown(async () => {
    loop.stop();
    migrations.dispose();
    await Promise.all(folders.all().map((folder) => folder.save()));
  });
}

connection.onInitialize((params): InitializeResult => {
  const client = readClient(params);
  start(params, client);
  return {
    capabilities: capabilities(client),
    serverInfo: { name: diagnosticSource, version: ownVersion() },
  };
});
connection.listen();
// Every message that arrives, on whichever transport, makes the background step back.
if (process.argv.includes('--node-ipc')) process.on('message', loop.touch);
else process.stdin.on('data', loop.touch);
