/** The Backend Map for the tree view: rows when they are asked for, and a word when they have changed. */
import { z } from 'zod/mini';
import { LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { offsetAt, rangeAt } from '../../src/base/lineIndex.ts';
import type { FileId } from '../../src/base/path.ts';
import {
  mapCallersRequest,
  mapChangedNotification,
  mapFixRequest,
  mapNodesRequest,
  mapPathRequest,
  mapPlaceRequest,
  type MapNodesResult,
  type MapPlace,
} from '../../src/protocol/map.ts';
import { mapGraphRequest, type GraphData } from '../../src/protocol/graph.ts';
import { checkWorkspaceRequest, type FindingCounts } from '../../src/protocol/requests.ts';
import type { ServerContext } from '../context.ts';
import { toWorkspaceEdit } from '../convert.ts';
import type { Folder } from '../folder.ts';
import { graphData } from './mapGraph.ts';
import { addressOf } from './mapRows.ts';
import { MapTree, wordsOf } from './mapTree.ts';
import type { Status } from './status.ts';

/** The map is looked at again this long after the last change: people read it, they do not race it. */
const mapDelayMs = 300;

export interface BackendMapFeature {
  /** To be called when background work ended: the map may differ. */
  invalidate(): void;
}

export function registerBackendMap(context: ServerContext, status: Status): BackendMapFeature {
  const { connection, client, documents, folders } = context;
  const trees = new Map<Folder, MapTree>();
  /** Files whose findings changed since the map was last looked at. */
  const touched = new Map<Folder, Set<FileId>>();
  let revision = 0;
  let wasAsked = false;
  /** Folders that the first level was made of. */
  let known = 0;
  let waiting = false;

  folders.onResult((folder, file) => {
    // Before the first question there is nobody who could have seen what changed.
    if (!wasAsked) return;
    const files = touched.get(folder) ?? new Set();
    touched.set(folder, files.add(file));
  });

  function treeOf(folder: Folder): MapTree {
    const tree = trees.get(folder) ?? new MapTree(folder);
    trees.set(folder, tree);
    return tree;
  }

  const isAlone = () => folders.all().length === 1;

  /** The tree and the address of a row that was answered earlier. */
  function find(
    id: string,
  ): { tree: MapTree; address: NonNullable<ReturnType<typeof addressOf>> } | undefined {
    const address = addressOf(id);
    const folder = folders.all().find(({ root }) => root === address?.[0]);
    return address && folder && { tree: treeOf(folder), address };
  }

  connection.onRequest(mapNodesRequest.method, async (params: unknown): Promise<MapNodesResult> => {
    const { parent, filter } = mapNodesRequest.params.parse(params ?? {});
    wasAsked = true;
    const all = folders.all();
    await Promise.all(all.map((folder) => folder.ready));
    const started = context.now();
    const words = wordsOf(filter);
    if (parent === undefined) known = all.length;
    const found = parent === undefined ? undefined : find(parent);
    const nodes =
      parent === undefined
        ? all.flatMap((folder) => treeOf(folder).roots(words, isAlone()))
        : (found?.tree.children(found.address, words) ?? []);
    context.timing(mapNodesRequest.method, context.now() - started);
    const complete = all.length > 0 && all.every((folder) => folder.complete);
    return mapNodesRequest.result.parse({ revision, complete, nodes });
  });

  connection.onRequest(mapGraphRequest.method, async (params: unknown): Promise<GraphData> => {
    const { app } = mapGraphRequest.params.parse(params ?? {});
    wasAsked = true;
    const all = folders.all();
    await Promise.all(all.map((folder) => folder.ready));
    const started = context.now();
    const graph = graphData(all.map(treeOf), app);
    context.timing(mapGraphRequest.method, context.now() - started);
    const complete = all.length > 0 && all.every((folder) => folder.complete);
    return mapGraphRequest.result.parse({ revision, complete, ...graph });
  });

  connection.onRequest(mapPathRequest.method, async (params: unknown) => {
    const { uri, position } = mapPathRequest.params.parse(params);
    const located = folders.locate(uri);
    const engine = await located?.folder.ready;
    if (!located || !engine || !located.folder.knows(located.file)) return [];
    const { folder, file } = located;
    const offset = offsetAt(engine.lines(file), position);
    return mapPathRequest.result.parse(treeOf(folder).path(file, offset, isAlone()));
  });

  connection.onRequest(mapPlaceRequest.method, (params: unknown): MapPlace | null => {
    const found = find(mapPlaceRequest.params.parse(params).id);
    if (!found) return null;
    const { tree, address } = found;
    const draft = tree.entry(address);
    const place = draft ? tree.folder.engine?.placeOf(draft) : tree.finding(address);
    return place ? { uri: uriIn(tree.folder, place.file), range: place.range } : null;
  });

  const uriIn = (folder: Folder, file: FileId) => documents.spelling(folder.uriOf(file));

  connection.onRequest(mapCallersRequest.method, (params: unknown): MapPlace[] => {
    const found = find(mapCallersRequest.params.parse(params).id);
    const { engine } = found?.tree.folder ?? {};
    const draft = found?.tree.entry(found.address);
    if (!found || !engine || !draft) return [];
    const { folder } = found.tree;
    const { id, kind } = draft.entry;
    // Schemas are no functions: who parses with one is known from the entries.
    if (kind === 'validation')
      return found.tree
        .apps()
        .flatMap(({ app }) => app.drafts.filter(({ schemas }) => schemas?.includes(id)))
        .map((user) => engine.placeOf(user))
        .map(({ file, range }) => ({ uri: uriIn(folder, file), range }));
    return engine.incoming(id).flatMap(({ item, ranges }) => {
      const lines = engine.lines(item.file);
      const places = ranges.map(({ start, end }) => rangeAt(lines, start, end));
      return (places.length > 0 ? places : [item.range]).map((range) => ({
        uri: uriIn(folder, item.file),
        range,
      }));
    });
  });

  connection.onRequest(mapFixRequest.method, async (params: unknown) => {
    const found = find(mapFixRequest.params.parse(params).id);
    const { engine } = found?.tree.folder ?? {};
    if (!found || !engine) throw gone();
    const { tree, address } = found;
    const draft = tree.entry(address);
    const finding = draft ? undefined : tree.finding(address);
    const offer = finding?.fixes.find(({ trust }) => trust === 'safe');
    const result = draft
      ? engine.fixAll(draft.entry.file, () => {
          const now = tree.entry(address);
          return now && engine.placeOf(now);
        })
      : finding && offer && engine.edits(finding, offer);
    if (!result) throw gone();
    if (!result.ok) return { applied: false, message: result.reason };
    if (result.changes.length === 0) return { applied: false, message: 'Nothing in it has a safe fix.' };
    const edit = toWorkspaceEdit(result.changes, tree.folder, documents, client);
    if ('reason' in edit) return { applied: false, message: edit.reason };
    const label = draft ? `Fix all in ${draft.entry.label}` : result.title;
    const { applied, failureReason } = await connection.workspace.applyEdit({ label, edit });
    return { applied, message: applied ? label : (failureReason ?? 'The code has changed meanwhile.') };
  });

  connection.onRequest(
    checkWorkspaceRequest.method,
    async (params: unknown, token): Promise<FindingCounts> => {
      checkWorkspaceRequest.params.parse(params ?? {});
      for (const folder of folders.all()) {
        folder.paused = false;
        await folder.rescan();
      }
      await new Promise<void>((resolve) => {
        token.onCancellationRequested(() => resolve());
        context.onSettled(resolve);
        context.wake();
      });
      return z.parse(checkWorkspaceRequest.result, status.counts());
    },
  );

  function tell(): void {
    const groups: string[] = [];
    const all = folders.all();
    let isOther = all.length !== known;
    known = all.length;
    for (const folder of trees.keys()) if (!all.includes(folder)) trees.delete(folder);
    for (const folder of all) {
      const changed = treeOf(folder).changes(touched.get(folder) ?? []);
      if (changed) groups.push(...changed);
      else isOther = true;
    }
    touched.clear();
    if (!isOther && groups.length === 0) return;
    revision++;
    void connection.sendNotification(mapChangedNotification.method, {
      revision,
      ...(isOther ? {} : { groups }),
    });
  }

  return {
    invalidate() {
      // Nobody looks at a map that was never asked for.
      if (!client.isOurs || !wasAsked || waiting) return;
      waiting = true;
      context.later(mapDelayMs, () => {
        waiting = false;
        if (context.settled()) tell();
      });
    },
  };
}

const gone = () => new ResponseError(LSPErrorCodes.RequestFailed, 'It is no longer there.');
