/** An editor for tests: the built server as a process, talked to over stdio through the protocol's own library. */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import {
  createProtocolConnection,
  ProgressType,
  StreamMessageReader,
  StreamMessageWriter,
  type ClientCapabilities,
  type CodeAction,
  type CodeLens,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type InitializeResult,
  type ProtocolConnection,
  type Range,
  type WorkspaceDiagnosticReportPartialResult,
  type WorkspaceEdit,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { ServerStatus } from '../../../src/protocol/requests.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
export const builtServer = path.join(repository, 'dist', 'server.js');

/** A temporary folder with files. @param files text by path */
export function createFolder(files: { [file: string]: string }): string {
  const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'backend-specialist-')));
  for (const [file, text] of Object.entries(files)) writeIn(root, file, text);
  return root;
}

export function writeIn(root: string, file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

/** The built server beside the test's own engine; gives the path of the server. */
export async function buildFakeServer(): Promise<string> {
  const folder = createFolder({ 'package.json': '{ "type": "commonjs" }' });
  const server = path.join(folder, 'server.js');
  copyFileSync(builtServer, server);
  await build({
    entryPoints: [path.join(import.meta.dirname, 'fakeEngine.ts')],
    outfile: path.join(folder, 'engine.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  return server;
}

export const fullCapabilities: ClientCapabilities = {
  textDocument: {
    synchronization: { dynamicRegistration: false },
    diagnostic: { relatedInformation: true, codeDescriptionSupport: true, dataSupport: true },
    codeAction: {
      dataSupport: true,
      isPreferredSupport: true,
      resolveSupport: { properties: ['edit'] },
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source', 'source.fixAll'] } },
    },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    definition: { linkSupport: true },
  },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    diagnostics: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    textDocumentContent: {},
    workspaceEdit: {
      documentChanges: true,
      resourceOperations: ['create'],
      changeAnnotationSupport: { groupsOnLabel: false },
    },
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
};

export interface EditorOptions {
  server?: string;
  args?: string[];
  roots: string[];
  capabilities?: ClientCapabilities;
  /** `initializationOptions`; our own client's by default. */
  options?: unknown;
  /** Answer to `workspace/configuration`. */
  settings?: () => unknown;
}

export const uriOf = (root: string, file = '') => pathToFileURL(path.join(root, file)).href;

export class Editor {
  readonly connection: ProtocolConnection;
  readonly process: ChildProcess;
  /** What the workspace pull said last, by path. */
  readonly workspace = new Map<string, WorkspaceDocumentDiagnosticReport>();
  /** What was pushed last, by path. */
  readonly pushed = new Map<string, Diagnostic[]>();
  readonly progress: { kind: string; percentage?: number; cancellable?: boolean; token: string | number }[] =
    [];
  readonly registrations: { method: string; options: unknown }[] = [];
  readonly messages: string[] = [];
  readonly mapChanges: { revision: number; groups?: string[] }[] = [];
  /** Edits that the server asked for; each is told to have been applied. */
  readonly edits: WorkspaceEdit[] = [];
  refreshes = 0;
  lensRefreshes = 0;
  status: ServerStatus | undefined;
  initialized: InitializeResult = { capabilities: {} };
  readonly #documents = new Map<string, TextDocument>();
  readonly #waiting = new Set<() => void>();
  readonly #exited: Promise<number | null>;

  private constructor(options: EditorOptions) {
    const server = options.server ?? builtServer;
    this.process = spawn(process.execPath, [server, ...(options.args ?? ['--stdio'])], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, XDG_CACHE_HOME: path.join(options.roots[0] ?? os.tmpdir(), '.cache') },
    });
    this.process.stderr?.on('data', (data: Buffer) => this.messages.push(data.toString()));
    this.#exited = new Promise((resolve) => this.process.on('exit', resolve));
    const { stdin, stdout } = this.process;
    if (!stdin || !stdout) throw new Error('The server has no streams.');
    this.connection = createProtocolConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    this.#listen(options);
  }

  static async start(options: EditorOptions): Promise<Editor> {
    const editor = new Editor(options);
    const [first] = options.roots;
    editor.initialized = await editor.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: first === undefined ? null : uriOf(first),
      workspaceFolders: options.roots.map((root) => ({ uri: uriOf(root), name: path.basename(root) })),
      capabilities: options.capabilities ?? fullCapabilities,
      initializationOptions: options.options === undefined ? { trusted: true } : options.options,
    });
    await editor.connection.sendNotification('initialized', {});
    return editor;
  }

  #listen(options: EditorOptions): void {
    const { connection } = this;
    const on = <Params>(method: string, handle: (params: Params) => void) =>
      connection.onNotification(method, (params: unknown) => {
        // The server's own schemas are tested apart; here a wrong shape fails the expectations.
        handle(params as Params);
        this.#notify();
      });
    on('backendSpecialist/status', (status: ServerStatus) => {
      this.status = status;
    });
    on('backendSpecialist/mapChanged', (change: { revision: number; groups?: string[] }) => {
      this.mapChanges.push(change);
    });
    connection.onRequest('workspace/applyEdit', ({ edit }: { edit: WorkspaceEdit }) => {
      this.edits.push(edit);
      return { applied: true };
    });
    on('window/logMessage', ({ message }: { message: string }) => {
      this.messages.push(message);
    });
    on(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
        this.pushed.set(fileURLToPath(uri), diagnostics);
      },
    );
    connection.onRequest('client/registerCapability', ({ registrations }) => {
      for (const { method, registerOptions } of registrations)
        this.registrations.push({ method, options: registerOptions });
      this.#notify();
    });
    connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
      items.map(() => options.settings?.() ?? null),
    );
    connection.onRequest('window/workDoneProgress/create', ({ token }: { token: string | number }) => {
      connection.onProgress(new ProgressType<{ kind: string }>(), token, (value) => {
        this.progress.push({ ...value, token });
        this.#notify();
      });
      return null;
    });
    connection.onRequest('workspace/diagnostic/refresh', () => {
      this.refreshes++;
      this.#notify();
      return null;
    });
    connection.onRequest('workspace/codeLens/refresh', () => {
      this.lensRefreshes++;
      this.#notify();
      return null;
    });
    connection.onUnhandledNotification(() => this.#notify());
    connection.listen();
  }

  #notify(): void {
    for (const check of this.#waiting) check();
  }

  /** Waits until something is so, looking at each message that comes; the test's time limit ends it. */
  until<Value>(get: () => Value | undefined | false): Promise<Value> {
    return new Promise((resolve) => {
      const check = () => {
        const value = get();
        if (value === undefined || value === false) return;
        this.#waiting.delete(check);
        resolve(value);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Waits until the server is ready and nothing is queued. */
  quiescent(): Promise<ServerStatus> {
    return this.until(() =>
      this.status?.state === 'ready' && this.status.quiescent ? this.status : undefined,
    );
  }

  open(root: string, file: string, text: string): Promise<void> {
    const uri = uriOf(root, file);
    const languageId = file.endsWith('.prisma') ? 'prisma' : 'typescript';
    const document = TextDocument.create(uri, languageId, 1, text);
    this.#documents.set(uri, document);
    return this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Replaces the first place where `search` stands, as typing would: one incremental change. */
  async replace(root: string, file: string, search: string, replacement: string): Promise<void> {
    const start = this.document(root, file).getText().indexOf(search);
    if (start < 0) throw new Error(`"${search}" is not in ${file}.`);
    await this.edit(root, file, { start, end: start + search.length }, replacement);
  }

  /** One incremental change between two offsets. */
  async edit(
    root: string,
    file: string,
    span: { start: number; end: number },
    replacement: string,
  ): Promise<void> {
    const uri = uriOf(root, file);
    const document = this.document(root, file);
    const range = { start: document.positionAt(span.start), end: document.positionAt(span.end) };
    const contentChanges = [{ range, text: replacement }];
    const version = document.version + 1;
    this.#documents.set(uri, TextDocument.update(document, contentChanges, version));
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges,
    });
  }

  close(root: string, file: string): Promise<void> {
    const uri = uriOf(root, file);
    this.#documents.delete(uri);
    return this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  document(root: string, file: string): TextDocument {
    const document = this.#documents.get(uriOf(root, file));
    if (!document) throw new Error(`${file} is not open.`);
    return document;
  }

  /** Saves an open document: its text is on the disk when the server hears of it. */
  save(root: string, file: string): Promise<void> {
    writeIn(root, file, this.document(root, file).getText());
    return this.connection.sendNotification('textDocument/didSave', {
      textDocument: { uri: uriOf(root, file) },
    });
  }

  pull(root: string, file: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri: uriOf(root, file) },
      ...(previousResultId === undefined ? {} : { previousResultId }),
    });
  }

  /** Diagnostics of a file by a fresh pull, as `rule text`. */
  async squiggles(root: string, file: string): Promise<string[]> {
    const report = await this.pull(root, file);
    if (report.kind !== 'full') throw new Error('Expected a full report.');
    const document = this.document(root, file);
    return report.items.map(({ code, range }) => `${String(code)} ${document.getText(range)}`);
  }

  /** Starts a workspace pull that streams into `workspace`; the promise is the held request. */
  streamWorkspace(
    previousResultIds: { uri: string; value: string }[] = [],
    token = 'stream',
  ): Promise<unknown> {
    this.connection.onProgress(
      new ProgressType<WorkspaceDiagnosticReportPartialResult>(),
      token,
      (part: WorkspaceDiagnosticReportPartialResult) => {
        this.receive(part);
        this.#notify();
      },
    );
    return this.connection.sendRequest('workspace/diagnostic', {
      previousResultIds,
      partialResultToken: token,
    });
  }

  receive(part: WorkspaceDiagnosticReportPartialResult): void {
    for (const item of part.items) this.workspace.set(fileURLToPath(item.uri), item);
  }

  /** Rules the workspace pull reported for a file; `undefined` when it said nothing of it yet. */
  reported(root: string, file: string): string[] | undefined {
    const report = this.workspace.get(path.join(root, file));
    return report?.kind === 'full' ? report.items.map(({ code }) => String(code)) : undefined;
  }

  actions(
    root: string,
    file: string,
    range: Range,
    only?: string[],
    diagnostics: Diagnostic[] = [],
  ): Promise<CodeAction[]> {
    return this.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri: uriOf(root, file) },
      range,
      context: { diagnostics, ...(only ? { only } : {}) },
    });
  }

  resolve(action: CodeAction): Promise<CodeAction> {
    return this.connection.sendRequest('codeAction/resolve', action);
  }

  /** The code lenses of a file, each resolved as for one that comes into view; null as the server says it. */
  async lenses(root: string, file: string): Promise<CodeLens[] | null> {
    const found = await this.connection.sendRequest<CodeLens[] | null>('textDocument/codeLens', {
      textDocument: { uri: uriOf(root, file) },
    });
    return found && Promise.all(found.map((lens) => this.resolveLens(lens)));
  }

  resolveLens(lens: CodeLens): Promise<CodeLens> {
    return this.connection.sendRequest('codeLens/resolve', lens);
  }

  /** The range of the first place where a text stands in an open document. */
  rangeOf(root: string, file: string, search: string): Range {
    const document = this.document(root, file);
    const offset = document.getText().indexOf(search);
    if (offset < 0) throw new Error(`"${search}" is not in ${file}.`);
    return { start: document.positionAt(offset), end: document.positionAt(offset + search.length) };
  }

  watched(root: string, file: string, type: 1 | 2 | 3): Promise<void> {
    return this.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf(root, file), type }],
    });
  }

  /** The document's text with an action's edits made, checking the versions they were made for. */
  apply(root: string, file: string, action: CodeAction): string {
    const document = this.document(root, file);
    const changes = action.edit?.documentChanges ?? [];
    const own = changes.find(
      (change) => 'textDocument' in change && change.textDocument.uri === document.uri,
    );
    if (!own || !('textDocument' in own)) throw new Error('The action does not change this document.');
    if (own.textDocument.version !== document.version) throw new Error('The edit is for another version.');
    return TextDocument.applyEdits(
      document,
      own.edits.flatMap((edit) => ('newText' in edit ? [edit] : [])),
    );
  }

  /** Ends the conversation as the protocol says; gives the server's exit status. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const code = await this.#exited;
    this.connection.dispose();
    return code;
  }
}

export function removeFolder(root: string): void {
  rmSync(root, { recursive: true, force: true });
}
