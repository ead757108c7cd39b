// An editor for measurements: any language server over stdio, asked for diagnostics as VS Code does (pulled where the
// server offers it, else awaited).
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  ProgressType,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { endAll, marked, memoryOf } from './processes.mjs';

const timeoutMs = 30_000;
/** LSP error codes that mean: ask again. */
const again = new Set([-32802, -32801, -32800]);

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const languages = { '.ts': 'typescript', '.tsx': 'typescriptreact', '.prisma': 'prisma' };

function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class LspSession {
  /** @param {{ command: string, args: string[], root: string, env?: Record<string, string>, ours?: boolean }} options */
  constructor({ command, args, root, env = {}, ours = false }) {
    const { mark, env: environment } = marked(env);
    this.mark = mark;
    this.root = root;
    this.ours = ours;
    this.documents = new Map();
    this.pushes = new Map();
    this.listeners = new Set();
    this.status = undefined;
    this.stderr = '';
    this.lastMessageAt = performance.now();
    this.spawnedAt = performance.now();
    this.child = spawn(command, args, { cwd: root, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (data) => (this.stderr = (this.stderr + data).slice(-20_000)));
    const connection = createProtocolConnection(
      new StreamMessageReader(this.child.stdout),
      new StreamMessageWriter(this.child.stdin),
    );
    this.connection = connection;
    connection.onError(() => undefined);
    connection.onNotification('textDocument/publishDiagnostics', (params) => {
      this.pushes.set(decodeURIComponent(params.uri), params);
      this.heard();
    });
    connection.onNotification('backendSpecialist/status', (status) => {
      this.status = status;
      this.heard();
    });
    connection.onRequest((method, params) => {
      if (method === 'workspace/configuration') return params.items.map(() => null);
      return null;
    });
    connection.onNotification(() => undefined);
    connection.listen();
  }

  heard() {
    this.lastMessageAt = performance.now();
    for (const listener of this.listeners) listener();
  }

  /** Resolves when a condition holds, looked at whenever the server says something. */
  until(condition, what, ms = timeoutMs) {
    if (condition()) return Promise.resolve();
    let listener;
    const held = new Promise((resolve) => {
      listener = () => condition() && resolve();
      this.listeners.add(listener);
    });
    return within(ms, what, held).finally(() => this.listeners.delete(listener));
  }

  async initialize() {
    const uri = pathToFileURL(this.root).href;
    const { capabilities } = await within(
      timeoutMs,
      'initialize',
      this.connection.sendRequest('initialize', {
        processId: process.pid,
        rootUri: uri,
        workspaceFolders: [{ uri, name: path.basename(this.root) }],
        initializationOptions: this.ours ? { trusted: true } : undefined,
        capabilities: {
          general: { positionEncodings: ['utf-16'] },
          workspace: { configuration: true, workspaceFolders: true, diagnostics: { refreshSupport: true } },
          textDocument: {
            synchronization: { didSave: true },
            diagnostic: { relatedInformation: true, codeDescriptionSupport: true, dataSupport: true },
            publishDiagnostics: { relatedInformation: true, versionSupport: true },
          },
        },
      }),
    );
    this.pulls = capabilities.diagnosticProvider !== undefined;
    const sync = capabilities.textDocumentSync;
    this.takesRanges = (typeof sync === 'object' ? sync.change : sync) === 2;
    this.identifier = capabilities.diagnosticProvider?.identifier;
    await this.connection.sendNotification('initialized', {});
  }

  uri(file) {
    return pathToFileURL(path.join(this.root, file)).href;
  }

  text(file) {
    return this.documents.get(file)?.getText() ?? readFileSync(path.join(this.root, file), 'utf8');
  }

  /** Opens a file and waits for its first diagnostics. @param text what it says, if not what is on the disk */
  async open(file, text = this.text(file)) {
    const uri = this.uri(file);
    const languageId = languages[path.extname(file)] ?? 'plaintext';
    this.documents.set(file, TextDocument.create(uri, languageId, 1, text));
    this.pushes.delete(decodeURIComponent(uri));
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: 1, text },
    });
    return this.diagnostics(file);
  }

  /** Replaces a piece of text; waits for nothing. */
  async change(file, start, end, text) {
    const before = this.documents.get(file);
    const range = { start: before.positionAt(start), end: before.positionAt(end) };
    const version = before.version + 1;
    const after = TextDocument.update(before, [{ range, text }], version);
    this.documents.set(file, after);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri(file), version },
      contentChanges: [this.takesRanges ? { range, text } : { text: after.getText() }],
    });
  }

  /** Diagnostics of an open file that know its newest text. */
  async diagnostics(file) {
    const uri = this.uri(file);
    if (!this.pulls) {
      const key = decodeURIComponent(uri);
      const { version } = this.documents.get(file);
      const isNew = () => this.pushes.has(key) && (this.pushes.get(key).version ?? version) >= version;
      await this.until(isNew, `diagnostics of ${file}`);
      const { diagnostics } = this.pushes.get(key);
      this.pushes.delete(key);
      return diagnostics;
    }
    for (let tries = 0; ; tries++) {
      try {
        const params = { textDocument: { uri }, identifier: this.identifier };
        const report = await within(
          timeoutMs,
          `diagnostics of ${file}`,
          this.connection.sendRequest('textDocument/diagnostic', params),
        );
        return report.items;
      } catch (error) {
        if (!again.has(error.code) || tries > 50) throw error;
        await sleep(5);
      }
    }
  }

  /** One edit and its diagnostics. @returns {Promise<{ ms: number, diagnostics: object[] }>} */
  async timedChange(file, start, end, text) {
    if (!this.pulls) this.pushes.delete(decodeURIComponent(this.uri(file)));
    const started = performance.now();
    await this.change(file, start, end, text);
    const diagnostics = await this.diagnostics(file);
    return { ms: performance.now() - started, diagnostics };
  }

  /** Holds a workspace pull open. @param onPart called with the reports of each part */
  pullWorkspace(onPart) {
    const partialResultToken = 'bench-workspace';
    this.connection.onProgress(new ProgressType(), partialResultToken, ({ items }) => {
      onPart(items);
      this.heard();
    });
    // It ends when the session does.
    this.connection
      .sendRequest('workspace/diagnostic', {
        identifier: this.identifier,
        previousResultIds: [],
        partialResultToken,
      })
      .catch(() => undefined);
  }

  /** Waits until the server has nothing more to do: by its own word when it is ours, else by its silence. */
  async settled(ms = 120_000) {
    if (this.ours) return this.until(() => this.status?.quiescent === true, 'the end of the index', ms);
    while (performance.now() - this.lastMessageAt < 1_000) await sleep(50);
  }

  memory() {
    return memoryOf(this.mark);
  }

  async close() {
    await within(3_000, 'shutdown', this.connection.sendRequest('shutdown')).catch(() => undefined);
    await this.connection.sendNotification('exit').catch(() => undefined);
    await within(
      2_000,
      'exit',
      new Promise((resolve) => (this.child.exitCode === null ? this.child.once('exit', resolve) : resolve())),
    ).catch(() => undefined);
    this.connection.dispose();
    await endAll(this.mark);
  }
}
