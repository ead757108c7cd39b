/** Ways through the backend: to the schema from code, to entries of the map by name, from callers to callees. */
import {
  SymbolKind,
  type CallHierarchyItem,
  type LocationLink,
  type Location,
  type SymbolInformation,
} from 'vscode-languageserver/node';
import { z } from 'zod/mini';
import { offsetAt, rangeAt } from '../../src/base/lineIndex.ts';
import type { HierarchyCall, HierarchyItem } from '../../src/map/hierarchy.ts';
import type { ServerContext } from '../context.ts';
import type { Folder } from '../folder.ts';

/** More symbols than these nobody reads; with another letter there are fewer. */
const maxSymbols = 100;

/** How editors draw what the map names. */
const symbolKinds: { readonly [kind in HierarchyItem['kind']]?: SymbolKind } = {
  action: SymbolKind.Function,
  service: SymbolKind.Function,
  function: SymbolKind.Function,
  route: SymbolKind.Interface,
  page: SymbolKind.Module,
  module: SymbolKind.File,
  model: SymbolKind.Struct,
};

const kindOf = (kind: HierarchyItem['kind']) => symbolKinds[kind] ?? SymbolKind.Object;

const dataSchema = z.object({ id: z.string() });

export function registerNavigation(context: ServerContext): void {
  const { connection, client, documents, folders } = context;

  const uriIn = (folder: Folder, file: string) => documents.spelling(folder.uriOf(file));

  connection.onDefinition(
    async ({ textDocument, position }, token): Promise<Location[] | LocationLink[] | null> => {
      const located = folders.locate(textDocument.uri);
      if (!located) return null;
      const { folder, file } = located;
      const engine = await folder.ready;
      await documents.opened(textDocument.uri);
      if (token.isCancellationRequested || !folder.knows(file)) return null;
      const lines = engine.lines(file);
      const link = engine.schemaLink(file, offsetAt(lines, position));
      if (!link) return null;
      const { range } = link.target;
      const uri = uriIn(folder, link.target.file);
      if (!client.linksDefinitions) return [{ uri, range }];
      const originSelectionRange = rangeAt(lines, link.start, link.end);
      return [{ originSelectionRange, targetUri: uri, targetRange: range, targetSelectionRange: range }];
    },
  );

  connection.onWorkspaceSymbol(async ({ query }, token): Promise<SymbolInformation[]> => {
    await Promise.all(folders.all().map((folder) => folder.ready));
    if (token.isCancellationRequested) return [];
    return folders
      .all()
      .flatMap((folder) =>
        (folder.engine?.find(query, maxSymbols) ?? []).map((found) => ({
          name: found.name,
          kind: kindOf(found.kind),
          location: { uri: uriIn(folder, found.file), range: found.range },
          // The editor shows the file itself.
          ...(found.app ? { containerName: found.app } : {}),
        })),
      )
      .slice(0, maxSymbols);
  });

  function toItem(folder: Folder, item: HierarchyItem): CallHierarchyItem {
    const lines = folder.engine?.lines(item.file) ?? [0];
    return {
      name: item.label,
      kind: kindOf(item.kind),
      detail: item.detail,
      uri: uriIn(folder, item.file),
      range: rangeAt(lines, item.start, item.end),
      selectionRange: item.range,
      data: { id: item.id },
    };
  }

  /** The calls of an item that an editor was given before, with the ranges in the callers' files. */
  async function callsOf(item: CallHierarchyItem, way: 'incoming' | 'outgoing') {
    const data = dataSchema.safeParse(item.data);
    const located = folders.locate(item.uri);
    if (!data.success || !located) return null;
    const { folder } = located;
    const engine = await folder.ready;
    const rangesOf = (call: HierarchyCall) => {
      const lines = engine.lines(way === 'incoming' ? call.item.file : located.file);
      return call.ranges.map(({ start, end }) => rangeAt(lines, start, end));
    };
    return engine[way](data.data.id).map((call) => ({
      item: toItem(folder, call.item),
      fromRanges: rangesOf(call),
    }));
  }

  connection.languages.callHierarchy.onPrepare(async ({ textDocument, position }, token) => {
    const located = folders.locate(textDocument.uri);
    if (!located) return null;
    const { folder, file } = located;
    const engine = await folder.ready;
    await documents.opened(textDocument.uri);
    if (token.isCancellationRequested || !folder.knows(file)) return null;
    const item = engine.hierarchyAt(file, offsetAt(engine.lines(file), position));
    return item ? [toItem(folder, item)] : null;
  });

  connection.languages.callHierarchy.onIncomingCalls(async ({ item }, token) => {
    const calls = await callsOf(item, 'incoming');
    if (token.isCancellationRequested || !calls) return null;
    return calls.map(({ item: from, fromRanges }) => ({ from, fromRanges }));
  });

  connection.languages.callHierarchy.onOutgoingCalls(async ({ item }, token) => {
    const calls = await callsOf(item, 'outgoing');
    if (token.isCancellationRequested || !calls) return null;
    return calls.map(({ item: to, fromRanges }) => ({ to, fromRanges }));
  });
}
