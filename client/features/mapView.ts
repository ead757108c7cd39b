import * as vscode from 'vscode';
import { mapRequest, type BackendMapResult } from '../../src/protocol/requests.ts';
import { mapViewId } from '../names.ts';
import type { Session } from '../session.ts';
import { childNodes, rootNodes, treeItem, type MapNode } from './mapItems.ts';
import { describeCounts } from './status.ts';

/** Changes come in bursts while the first index runs; the tree is redrawn once for each burst. */
const refreshDelayMs = 300;

/** The Backend Map as a tree. It asks the server only when it is on the screen. */
export class MapView implements vscode.TreeDataProvider<MapNode>, vscode.Disposable {
  readonly #session: Session;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<MapNode>;
  readonly #disposables: vscode.Disposable[];
  #map: BackendMapResult | undefined;
  /** The answer that the drawn map stands for, or that is on its way; undefined when it must be asked for again. */
  #loading: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(session: Session) {
    this.#session = session;
    this.#view = vscode.window.createTreeView(mapViewId, { treeDataProvider: this, showCollapseAll: true });
    this.#disposables = [
      this.#changed,
      this.#view,
      session.onDidChangeMap((revision) => {
        if (revision !== this.#map?.revision) this.#scheduleRefresh();
      }),
      session.onDidChangeState((state) => {
        // A new server counts its revisions from the start again.
        if (state === 'starting' || state === 'ready') this.#scheduleRefresh();
        this.#decorate();
      }),
      session.onDidChangeStatus(() => this.#decorate()),
    ];
  }

  /** The view itself: tests read and reveal through it. */
  get view(): vscode.TreeView<MapNode> {
    return this.#view;
  }

  /** Throws the drawn map away; it is asked for again when the view is, or comes, on the screen. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.#loading = undefined;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: MapNode): Promise<MapNode[]> {
    if (node) return childNodes(node);
    this.#loading ??= this.#load();
    await this.#loading;
    return this.#map ? rootNodes(this.#map) : [];
  }

  getTreeItem(node: MapNode): vscode.TreeItem {
    return treeItem(node);
  }

  getParent(node: MapNode): MapNode | undefined {
    return node.parent;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #scheduleRefresh(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), refreshDelayMs);
  }

  async #load(): Promise<void> {
    const { client, state } = this.#session;
    // While the server starts the tree is empty and the welcome text stands; its first status draws it.
    if (!client?.isRunning() || state === 'starting') {
      this.#map = undefined;
      return;
    }
    try {
      this.#map = mapRequest.result.parse(await client.sendRequest<unknown>(mapRequest.method, {}));
    } catch (error) {
      // The last map stays; a change, a new server or the person asks again.
      this.#session.log.error(`The backend map could not be read: ${String(error)}`);
    }
    this.#decorate();
  }

  #decorate(): void {
    const { state, status } = this.#session;
    const findings = status?.findings;
    const value = findings ? findings.error + findings.warning : 0;
    this.#view.badge = findings && value > 0 ? { value, tooltip: describeCounts(findings) } : undefined;
    const partial = this.#map !== undefined && this.#map.apps.length > 0 && !this.#map.complete;
    if (state === 'indexing' && partial) this.#view.message = 'Indexing: entries may still be missing.';
    else delete this.#view.message;
  }
}
