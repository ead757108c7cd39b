import * as vscode from 'vscode';
import { State, type LanguageClient } from 'vscode-languageclient/node';
import { mapChangedNotification, type MapChange } from '../src/protocol/map.ts';
import { statusNotification, type ServerState, type ServerStatus } from '../src/protocol/requests.ts';
import { createLanguageClient } from './languageClient.ts';
import { stateContextKey } from './names.ts';
import { isFittingWorkspace, watchTelltales } from './workspaceGate.ts';

/** `unfit`: no Next.js with Prisma here, so there is no server. The others are what the server says of itself. */
export type SessionState = 'unfit' | ServerState;

const nothingFound: ServerStatus['findings'] = { error: 0, warning: 0, info: 0, hint: 0 };

/** One window's connection to the language server: decides whether there is one, and passes on what it tells. */
export class Session implements vscode.Disposable {
  readonly log: vscode.LogOutputChannel;
  readonly #serverModule: string;
  readonly #stateChanged = new vscode.EventEmitter<SessionState>();
  readonly #statusChanged = new vscode.EventEmitter<ServerStatus>();
  readonly #mapChanged = new vscode.EventEmitter<MapChange>();
  readonly #disposables: vscode.Disposable[] = [this.#stateChanged, this.#statusChanged, this.#mapChanged];
  #telltales: vscode.Disposable | undefined;
  #client: LanguageClient | undefined;
  #state: SessionState | undefined;
  #status: ServerStatus | undefined;
  #evaluation: Promise<void> = Promise.resolve();

  readonly onDidChangeState = this.#stateChanged.event;
  readonly onDidChangeStatus = this.#statusChanged.event;
  /** Fires when the map is no longer what was last answered. */
  readonly onDidChangeMap = this.#mapChanged.event;

  constructor(serverModule: string, log: vscode.LogOutputChannel) {
    this.#serverModule = serverModule;
    this.log = log;
    this.#disposables.push(
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.evaluate()),
      // The server learns at its start whether it may run programs such as git.
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        if (this.#client) void this.restart();
      }),
      { dispose: () => this.#telltales?.dispose() },
    );
  }

  /** The client while the server runs or is being started; undefined where the gatekeeper keeps it out. */
  get client(): LanguageClient | undefined {
    return this.#client;
  }

  /** Undefined until the gatekeeper has looked at the workspace. */
  get state(): SessionState | undefined {
    return this.#state;
  }

  /** The last status of the running server. */
  get status(): ServerStatus | undefined {
    return this.#status;
  }

  /** Looks at the workspace and starts the server if it fits and none runs. Settles when that has been decided. */
  evaluate(): Promise<void> {
    this.#evaluation = this.#evaluation.then(() => this.#evaluateOnce());
    return this.#evaluation;
  }

  /** Starts the server anew, also after it was given up. */
  async restart(): Promise<void> {
    await this.#evaluation;
    if (!this.#client) return this.evaluate();
    this.log.info('Restarting the language server.');
    if (this.#client.needsStop()) await this.#client.restart();
    else await this.#client.start();
  }

  async dispose(): Promise<void> {
    vscode.Disposable.from(...this.#disposables).dispose();
    await this.#client?.dispose();
  }

  async #evaluateOnce(): Promise<void> {
    if (this.#client) return;
    if (!(await isFittingWorkspace(vscode.workspace.workspaceFolders ?? []))) {
      if (this.#state !== 'unfit')
        this.log.info('No Next.js app with Prisma in this workspace: no server is started.');
      this.#setState('unfit');
      this.#telltales?.dispose();
      this.#telltales = watchTelltales(() => void this.evaluate());
      return;
    }
    this.#telltales?.dispose();
    this.#telltales = undefined;
    this.#client = this.#createClient();
    this.#setState('starting');
    // Not awaited: activation must not wait for a process.
    this.#client.start().catch((error: unknown) => this.#fail(`The server did not start: ${String(error)}`));
  }

  #createClient(): LanguageClient {
    const client = createLanguageClient(this.#serverModule, this.log, () => this.#giveUp());
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Starting) this.#setState('starting');
    });
    client.onNotification(statusNotification.method, (params: unknown) => {
      const status = statusNotification.params.parse(params);
      this.#status = status;
      this.#setState(status.state);
      this.#statusChanged.fire(status);
    });
    client.onNotification(mapChangedNotification.method, (params: unknown) => {
      this.#mapChanged.fire(mapChangedNotification.params.parse(params));
    });
    return client;
  }

  #giveUp(): void {
    const message = 'The language server stopped several times in a row and was not started again.';
    this.#fail(message);
    const restart = 'Restart';
    const showLog = 'Show Log';
    void vscode.window.showErrorMessage(message, restart, showLog).then((choice) => {
      if (choice === restart) void this.restart();
      if (choice === showLog) this.log.show();
    });
  }

  #fail(message: string): void {
    this.log.error(message);
    this.#status = { state: 'error', message, files: 0, done: 0, findings: nothingFound, quiescent: false };
    this.#setState('error');
    this.#statusChanged.fire(this.#status);
  }

  #setState(state: SessionState): void {
    if (this.#state === state) return;
    this.#state = state;
    if (state === 'starting') this.#status = undefined;
    void vscode.commands.executeCommand('setContext', stateContextKey, state);
    this.#stateChanged.fire(state);
  }
}
