import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import {
  fromPageSchema,
  mapGraphRequest,
  type Drawn,
  type FromPage,
  type ToPage,
} from '../../src/protocol/graph.ts';
import { mapPlaceRequest } from '../../src/protocol/map.ts';
import { commandIds, graphViewType, productName } from '../names.ts';
import type { Session } from '../session.ts';
import { graphPage } from './graphPage.ts';
import type { MapNode } from './mapItems.ts';

/** Changes come in bursts; the picture is asked for once for each burst. */
const refreshDelayMs = 300;

/** The Backend Map as a picture in a page of its own: one for the window. The page draws; what it asks for is checked here. */
export class GraphView implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #session: Session;
  readonly #context: vscode.ExtensionContext;
  readonly #drawn = new vscode.EventEmitter<Drawn>();
  readonly #disposables: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  #app: string | undefined;
  /** A node to look at as soon as the page can. */
  #wanted: string | undefined;
  #isReady = false;
  #isStale = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Fires when the page has drawn other nodes. */
  readonly onDidDraw = this.#drawn.event;

  constructor(session: Session, context: vscode.ExtensionContext) {
    this.#session = session;
    this.#context = context;
    const register = vscode.commands.registerCommand;
    this.#disposables = [
      this.#drawn,
      vscode.window.registerWebviewPanelSerializer(graphViewType, this),
      register(commandIds.showGraph, () => this.show()),
      register(commandIds.showInGraph, (node: unknown) => {
        if (typeof node === 'object' && node !== null && 'data' in node) this.show((node as MapNode).data.id);
      }),
      session.onDidChangeMap(() => this.#note()),
      session.onDidChangeState(() => this.#note()),
    ];
  }

  /** The panel while it is open: tests look at it. */
  get panel(): vscode.WebviewPanel | undefined {
    return this.#panel;
  }

  /** Opens the picture, or brings it to the front. @param node id of a row of the tree whose neighbourhood is shown */
  show(node?: string): void {
    this.#wanted = node;
    if (this.#panel) {
      this.#panel.reveal();
      if (node !== undefined && this.#isReady) void this.#send();
      return;
    }
    this.#take(vscode.window.createWebviewPanel(graphViewType, 'Backend Graph', vscode.ViewColumn.Active));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#take(panel);
  }

  /** The panel stays: the editor brings it back when the window is loaded again. */
  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #take(panel: vscode.WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    this.#isReady = false;
    const dist = vscode.Uri.joinPath(this.#context.extensionUri, 'dist');
    const { webview } = panel;
    const media = vscode.Uri.joinPath(this.#context.extensionUri, 'client', 'media');
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'backend-map.svg'),
      dark: vscode.Uri.joinPath(media, 'backend-map-dark.svg'),
    };
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage((message: unknown) => {
      const parsed = fromPageSchema.safeParse(message);
      if (parsed.success) void this.#receive(parsed.data);
      else this.#session.log.warn('The page of the backend graph sent what is not understood.');
    });
    panel.onDidChangeViewState(() => {
      // A page that was put away begins anew and asks; one that was only behind another is brought up to date.
      if (panel.visible && this.#isStale && this.#isReady) void this.#send();
    });
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#isReady = false;
      clearTimeout(this.#timer);
    });
    webview.html = graphPage({
      nonce: randomBytes(16).toString('base64'),
      source: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'graph.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'graph-style.css')).toString(),
    });
  }

  #note(): void {
    if (!this.#panel || !this.#isReady) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), refreshDelayMs);
  }

  /** Sends the graph as it is now, or why there is none. */
  async #send(): Promise<void> {
    const panel = this.#panel;
    if (!panel) return;
    this.#isStale = !panel.visible;
    if (this.#isStale) return;
    const message = await this.#message();
    if (this.#panel !== panel) return;
    await panel.webview.postMessage(message);
    if (message.type !== 'graph' || this.#wanted === undefined) return;
    const id = this.#wanted;
    this.#wanted = undefined;
    await panel.webview.postMessage({ type: 'focus', id } satisfies ToPage);
  }

  async #message(): Promise<ToPage> {
    const { client, state } = this.#session;
    if (!client?.isRunning() || state === 'starting' || state === 'error' || state === 'unfit')
      return this.#welcome();
    try {
      const params = this.#app === undefined ? {} : { app: this.#app };
      const graph = mapGraphRequest.result.parse(
        await client.sendRequest<unknown>(mapGraphRequest.method, params),
      );
      if (graph.nodes.length === 0 && graph.apps.length < 2) return this.#welcome();
      return { type: 'graph', graph };
    } catch (error) {
      this.#session.log.error(`The backend graph could not be read: ${String(error)}`);
      return { type: 'welcome', text: 'The backend graph could not be read. The log says why.', actions: [] };
    }
  }

  /** What the view of the tree says in this state, which stands in package.json. */
  #welcome(): ToPage {
    const state = this.#session.state ?? 'starting';
    const contents = welcomes(this.#context).find(({ when = '' }) =>
      when.includes(`backendSpecialist.state == ${state}`),
    )?.contents;
    const lines = (contents ?? '').split('\n');
    const link = /^\[(.+)\]\(command:([\w.]+)\)$/;
    return {
      type: 'welcome',
      text: lines.filter((line) => !link.test(line)).join(' '),
      actions: lines.flatMap((line) => {
        const [, title, command] = link.exec(line) ?? [];
        return title !== undefined && command !== undefined ? [{ title, command }] : [];
      }),
    };
  }

  async #receive(message: FromPage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#isReady = true;
        this.#app = message.app;
        return this.#send();
      case 'app':
        this.#app = message.id;
        return this.#send();
      case 'open':
        return this.#open(message.id, message.keepFocus);
      case 'run': {
        // Only what our own texts offer.
        const offered = this.#welcome();
        if (offered.type === 'welcome' && offered.actions.some(({ command }) => command === message.command))
          await vscode.commands.executeCommand(message.command);
        return;
      }
      case 'export':
        return this.#export(message.format, message.data);
      case 'drawn': {
        const { nodes, edges, layoutMs, drawMs } = message;
        const [placing, drawing] = [layoutMs, drawMs].map((ms) => ms.toFixed(0));
        this.#session.log.debug(
          `Backend graph: ${nodes} nodes and ${edges} arrows placed in ${placing} ms, drawn in ${drawing} ms.`,
        );
        this.#drawn.fire(message);
        return;
      }
      case 'failed':
        this.#session.log.error(`The page of the backend graph failed: ${message.message}`);
    }
  }

  async #open(id: string, keepFocus: boolean): Promise<void> {
    const { client } = this.#session;
    if (!client?.isRunning()) return;
    const place = mapPlaceRequest.result.parse(
      await client.sendRequest<unknown>(mapPlaceRequest.method, { id }),
    );
    if (!place) return this.#send();
    const uri = vscode.Uri.parse(place.uri, true);
    // The page names a row and the server its file; neither leads out of the workspace.
    if (uri.scheme !== 'file' || !vscode.workspace.getWorkspaceFolder(uri)) {
      this.#session.log.warn(`${place.uri} is outside of the workspace and is not opened.`);
      return;
    }
    const { start, end } = place.range;
    await vscode.window.showTextDocument(uri, {
      selection: new vscode.Range(start.line, start.character, end.line, end.character),
      preview: true,
      preserveFocus: keepFocus,
      viewColumn: this.#columnForCode(),
    });
  }

  /** Beside the picture: in the group where code is already, else in a new one. */
  #columnForCode(): vscode.ViewColumn {
    const own = this.#panel?.viewColumn;
    const other = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== own);
    return other?.viewColumn ?? vscode.ViewColumn.Beside;
  }

  async #export(format: 'svg' | 'png', data: string): Promise<void> {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const name = `backend-graph.${format}`;
    const target = await vscode.window.showSaveDialog({
      ...(folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, name) } : {}),
      filters: format === 'svg' ? { 'SVG picture': ['svg'] } : { 'PNG picture': ['png'] },
      title: 'Export the Backend Graph',
    });
    if (!target) return;
    try {
      await vscode.workspace.fs.writeFile(target, Buffer.from(data, format === 'svg' ? 'utf8' : 'base64'));
    } catch (error) {
      void vscode.window.showErrorMessage(`The picture could not be saved: ${String(error)}`);
      return;
    }
    const open = 'Open';
    const said = `${productName}: saved ${vscode.workspace.asRelativePath(target)}.`;
    // Not awaited by anybody: the message may stand for as long as the person likes.
    if ((await vscode.window.showInformationMessage(said, open)) === open)
      await vscode.commands.executeCommand('vscode.open', target);
  }
}

function welcomes(context: vscode.ExtensionContext): { contents: string; when?: string }[] {
  const manifest = context.extension.packageJSON as {
    contributes?: { viewsWelcome?: { contents: string; when?: string }[] };
  };
  return manifest.contributes?.viewsWelcome ?? [];
}
