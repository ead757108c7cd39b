/** The Backend Map for the tree view: the engine's map, grouped, with what was found inside each entry. */
import { z } from 'zod/mini';
import {
  checkWorkspaceRequest,
  mapChangedNotification,
  mapRequest,
  type BackendMapResult,
  type FindingCounts,
  type GroupKind,
  type MapEntry as MapEntryDto,
} from '../../src/protocol/requests.ts';
import type { MapEntry } from '../../src/map/model.ts';
import type { ServerContext } from '../context.ts';
import type { Folder } from '../folder.ts';
import { uriOfPath } from '../uris.ts';
import type { Status } from './status.ts';

/** Groups in the order of the tree. */
const groups: { kind: GroupKind; of: MapEntry['kind']; label: string }[] = [
  { kind: 'actions', of: 'action', label: 'Server Actions' },
  { kind: 'routes', of: 'route', label: 'Route Handlers' },
  { kind: 'services', of: 'service', label: 'Services' },
  { kind: 'models', of: 'model', label: 'Models' },
  { kind: 'pages', of: 'page', label: 'Pages' },
  { kind: 'env', of: 'env', label: 'Environment' },
  { kind: 'migrations', of: 'migration', label: 'Migrations' },
];

/** The map is looked at again this long after the last change: people read it, they do not race it. */
const mapDelayMs = 300;

export interface BackendMapFeature {
  /** To be called when background work ended: the map may differ. */
  invalidate(): void;
}

function countInside(folder: Folder, entry: MapEntry): FindingCounts {
  const counts = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { start, severity } of folder.results().get(entry.file)?.findings ?? [])
    if (start >= entry.start && start < entry.end) counts[severity]++;
  return counts;
}

export function registerBackendMap(context: ServerContext, status: Status): BackendMapFeature {
  const { connection, client, documents, folders } = context;
  let revision = 0;
  let last = '';
  let wasAsked = false;
  let waiting = false;

  function toDto(folder: Folder, app: string, entry: MapEntry): MapEntryDto {
    const touches = [
      ...(entry.reads?.length ? [`reads ${entry.reads.join(', ')}`] : []),
      ...(entry.writes?.length ? [`writes ${entry.writes.join(', ')}`] : []),
    ].join(' · ');
    const description = entry.detail ?? (touches === '' ? undefined : touches);
    return {
      id: `${folder.root}|${app}|${entry.id}`,
      label: entry.label,
      ...(description === undefined ? {} : { description }),
      kind: entry.kind,
      file: documents.spelling(folder.uriOf(entry.file)),
      range: entry.range,
      ...(entry.guard === undefined ? {} : { guard: entry.guard }),
      ...(entry.guardDetail === undefined ? {} : { guardDetail: entry.guardDetail }),
      ...(entry.roles === undefined ? {} : { roles: entry.roles }),
      findings: countInside(folder, entry),
    };
  }

  function build(): BackendMapResult {
    const all = folders.all();
    const apps = all.flatMap((folder) =>
      (folder.engine?.map().apps ?? []).map((app) => {
        const id = `${folder.root}|${app.id}`;
        return {
          id,
          name: app.name === '' ? folder.name : app.name,
          root: uriOfPath(app.root === '' ? folder.root : folder.host.absolute(app.root)),
          groups: groups.flatMap(({ kind, of, label }) => {
            const entries = app.entries
              .filter((entry) => entry.kind === of)
              .map((entry) => toDto(folder, app.id, entry));
            return entries.length === 0 ? [] : [{ id: `${id}|${kind}`, kind, label, entries }];
          }),
        };
      }),
    );
    const complete = all.length > 0 && all.every((folder) => folder.complete);
    const text = JSON.stringify({ complete, apps });
    if (text !== last) {
      last = text;
      revision++;
    }
    return mapRequest.result.parse({ revision, complete, apps });
  }

  connection.onRequest(mapRequest.method, async (params: unknown): Promise<BackendMapResult> => {
    mapRequest.params.parse(params ?? {});
    wasAsked = true;
    await Promise.all(folders.all().map((folder) => folder.ready));
    return build();
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

  return {
    invalidate() {
      // Nobody looks at a map that was never asked for.
      if (!client.isOurs || !wasAsked || waiting) return;
      waiting = true;
      context.later(mapDelayMs, () => {
        waiting = false;
        if (!context.settled()) return;
        const before = revision;
        build();
        if (revision !== before)
          void connection.sendNotification(mapChangedNotification.method, { revision });
      });
    },
  };
}
