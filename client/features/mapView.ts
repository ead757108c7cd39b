import * as vscode from 'vscode';
import {
  mapNodesRequest,
  mapPathRequest,
  type MapChange,
  type MapNodeData,
  type MapNodesResult,
} from '../../src/protocol/map.ts';
import { clientId, mapFilterContextKey, mapViewId } from '../names.ts';
import type { Session } from '../session.ts';
import { badges, treeItem, type MapNode } from './mapItems.ts';
import { describeCounts } from './status.ts';

/** Changes come in bursts while the first index runs; the tree is redrawn once for each burst. */
const refreshDelayMs = 300;

/** A cursor that moves through a file is followed when it rests. */
const followDelayMs = 150;

/** The Backend Map as a tree. It asks the server for the rows that are on the screen, and for no others. */
export class MapView implements vscode.TreeDataProvider<MapNode>, vscode.Disposable {
  readonly #session: Session;
  readonly #changed = new vscode.EventEmitter<MapNode[] | undefined>();
  readonly #drawn = new vscode.EventEmitter<void>();
  readonly #view: vscode.TreeView<MapNode>;
  readonly #disposables: vscode.Disposable[];
  /** Every row that was handed out, by its id. */
  readonly #nodes = new Map<string, MapNode>();
  #filter = '';
  #complete = true;
  #isEmpty = true;
  /** What changed since the rows were asked for; undefined for everything. */
  #pending: Set<string> | undefined = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #followTimer: ReturnType<typeof setTimeout> | undefined;
  #followed: string | undefined;

  readonly onDidChangeTreeData = this.#changed.event;
  /** Fires when rows were asked for again after a change. */
  readonly onDidDraw = this.#drawn.event;

  constructor(session: Session) {
    this.#session = session;
    this.#view = vscode.window.createTreeView(mapViewId, { treeDataProvider: this, showCollapseAll: true });
    const follow = () => this.#scheduleFollow();
    this.#disposables = [
      this.#changed,
      this.#drawn,
      this.#view,
      vscode.window.registerFileDecorationProvider(badges),
      session.onDidChangeMap((change) => this.#note(change)),
      session.onDidChangeState((state) => {
        // A new server knows nothing of what the last one answered.
        if (state === 'starting') this.#note({ revision: 0 });
        // At once: an empty tree would say for a moment that nothing was found.
        if (state === 'ready') this.refresh();
        this.#decorate();
      }),
      session.onDidChangeStatus(() => this.#decorate()),
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) follow();
      }),
      vscode.window.onDidChangeActiveTextEditor(follow),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === vscode.window.activeTextEditor) follow();
      }),
    ];
  }

  /** The view itself: tests read and reveal through it. */
  get view(): vscode.TreeView<MapNode> {
    return this.#view;
  }

  get filter(): string {
    return this.#filter;
  }

  /** Shows only entries that have all words; empty for everything. */
  setFilter(filter: string): void {
    const wanted = filter.trim().slice(0, 200);
    if (wanted === this.#filter) return;
    this.#filter = wanted;
    void vscode.commands.executeCommand('setContext', mapFilterContextKey, wanted !== '');
    this.refresh();
  }

  /** Asks for everything again that is, or comes, on the screen. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.#pending = new Set();
    this.#changed.fire(undefined);
    this.#decorate();
  }

  async getChildren(node?: MapNode): Promise<MapNode[]> {
    const result = await this.#ask(node?.data.id);
    if (!result) return [];
    const children = result.nodes.map((data) => this.#take(data, node));
    if (!node) {
      this.#complete = result.complete;
      this.#isEmpty = children.length === 0;
      this.#decorate();
    }
    return children;
  }

  getTreeItem(node: MapNode): vscode.TreeItem {
    return treeItem(node, this.#filter !== '');
  }

  getParent(node: MapNode): MapNode | undefined {
    return node.parent;
  }

  /** The row with an id, if it was handed out. */
  node(id: string): MapNode | undefined {
    return this.#nodes.get(id);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#followTimer);
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #take(data: MapNodeData, parent: MapNode | undefined): MapNode {
    const known = this.#nodes.get(data.id);
    if (known) {
      known.data = data;
      known.parent = parent;
      return known;
    }
    const node = { data, parent };
    this.#nodes.set(data.id, node);
    return node;
  }

  async #ask(parent: string | undefined): Promise<MapNodesResult | undefined> {
    const { client, state } = this.#session;
    // While the server starts the tree is empty and the welcome text stands; its first status draws it.
    if (!client?.isRunning() || state === 'starting') return undefined;
    const params = {
      ...(parent === undefined ? {} : { parent }),
      ...(this.#filter === '' ? {} : { filter: this.#filter }),
    };
    try {
      return mapNodesRequest.result.parse(await client.sendRequest<unknown>(mapNodesRequest.method, params));
    } catch (error) {
      // A change, a new server or the person asks again.
      this.#session.log.error(`The backend map could not be read: ${String(error)}`);
      return undefined;
    }
  }

  #note({ groups }: MapChange): void {
    if (!groups) this.#pending = undefined;
    else for (const group of groups) this.#pending?.add(group);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#redraw(), refreshDelayMs);
  }

  /** Asks for the groups that changed; rows that are as they were stay as they are drawn. */
  async #redraw(): Promise<void> {
    const changed = this.#pending;
    const isShown = this.#view.visible;
    if (!changed || !isShown || this.#filter !== '' || this.#isEmpty) this.refresh();
    else {
      this.#pending = new Set();
      const nodes = [...changed].flatMap((id) => this.#nodes.get(id) ?? []);
      const isKnown = nodes.length === changed.size && (await this.#renew(nodes));
      if (isKnown) this.#changed.fire(nodes);
      else this.refresh();
    }
    this.#drawn.fire();
    // The entry at the cursor may have come only now.
    this.#scheduleFollow();
  }

  /** The counts of groups anew, which stand in their own rows. @returns false when a row is no longer there */
  async #renew(nodes: readonly MapNode[]): Promise<boolean> {
    for (const parent of new Set(nodes.map((node) => node.parent))) {
      const result = await this.#ask(parent?.data.id);
      if (!result) return false;
      const ids = new Set(result.nodes.map((data) => this.#take(data, parent).data.id));
      if (nodes.some((node) => node.parent === parent && !ids.has(node.data.id))) return false;
    }
    return true;
  }

  #scheduleFollow(): void {
    clearTimeout(this.#followTimer);
    this.#followTimer = setTimeout(() => void this.#follow(), followDelayMs);
  }

  /** Selects the entry in which the cursor stands, without taking the focus. */
  async #follow(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const { client } = this.#session;
    const isWanted = vscode.workspace.getConfiguration(`${clientId}.map`).get('followEditor', true);
    if (!editor || !isWanted || !this.#view.visible || this.#filter !== '' || !client?.isRunning()) return;
    const { document, selection } = editor;
    if (document.uri.scheme !== 'file') return;
    try {
      const params = client.code2ProtocolConverter.asTextDocumentPositionParams(document, selection.active);
      const path = mapPathRequest.result.parse(
        await client.sendRequest<unknown>(mapPathRequest.method, {
          uri: params.textDocument.uri,
          position: params.position,
        }),
      );
      const id = path.at(-1)?.id;
      if (id === undefined || id === this.#followed) return;
      this.#followed = id;
      let node: MapNode | undefined;
      for (const data of path) node = this.#take(data, node);
      if (node && this.#view.visible) await this.#view.reveal(node, { select: true, focus: false });
      else this.#followed = undefined;
    } catch (error) {
      // A row that went while it was looked for: the next drawing tries again.
      this.#followed = undefined;
      this.#session.log.warn(`The entry at the cursor is not shown: ${String(error)}`);
    }
  }

  #decorate(): void {
    const { state, status } = this.#session;
    const findings = status?.findings;
    const value = findings ? findings.error + findings.warning : 0;
    this.#view.badge = findings && value > 0 ? { value, tooltip: describeCounts(findings) } : undefined;
    const message =
      this.#filter !== ''
        ? this.#isEmpty
          ? `Nothing fits “${this.#filter}”.`
          : `Filter: ${this.#filter}`
        : state === 'indexing' && !this.#isEmpty && !this.#complete
          ? 'Indexing: entries may still be missing.'
          : undefined;
    // Never deleted: that would take away the property which tells the window.
    this.#view.message = message ?? '';
  }
}
