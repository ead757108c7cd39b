/** Folds facts, summaries and schema into the Backend Map. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import type { App } from '../project/model.ts';
import { samePath } from '../project/routePath.ts';
import type { Derivation } from '../workspace/derivation.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { filesServing } from './appsUsing.ts';
import { environmentOf, migrationsOf, modelsOf, validationsOf } from './data.ts';
import { entriesOf, pagesOf } from './entries.ts';
import type { Draft, EntryDraft } from './entries.ts';
import { numbered } from './heads.ts';
import type { BackendMap, EdgeKind, EntryKind, MapApp, MapEdge, MapEntry } from './model.ts';
import { overviewOf } from './overview.ts';
import { placeIn } from './place.ts';
import { proxyOf } from './proxy.ts';
import { servicesOf } from './services.ts';

/** The map of everything that has been indexed so far: one part per application, in the order of their folders. */
export function buildMap(workspace: Workspace): BackendMap {
  return { apps: workspace.project.apps('').map((app) => buildApp(workspace, app)) };
}

const ORDER: readonly EntryKind[] = [
  'action',
  'route',
  'page',
  'service',
  'guard',
  'validation',
  'model',
  'env',
  'migration',
  'proxy',
];

/** What one file brings to the map of the applications that it serves: computed anew only when its meaning has changed. */
const fileDrafts: Derivation<readonly Draft[]> = {
  name: 'mapDrafts',
  compute: (workspace, file) =>
    numbered([
      ...entriesOf(workspace, file),
      ...pagesOf(workspace, file),
      ...servicesOf(workspace, file),
      ...validationsOf(workspace, file),
      ...environmentOf(workspace, file),
      ...proxyOf(workspace, file),
    ]),
  equal: isSame,
};

const schemaDrafts: Derivation<readonly Draft[]> = {
  name: 'mapModels',
  compute: (workspace, id) => {
    const schema = workspace.project.schema(id);
    return schema ? modelsOf(schema) : [];
  },
};

const appDrafts: Derivation<readonly Draft[]> = {
  name: 'mapOfApp',
  compute: (workspace, root) => {
    const app = workspace.project.apps('').find((candidate) => candidate.root === root);
    if (!app) return [];
    const drafts = filesServing(workspace, root).flatMap((file) => workspace.derived(fileDrafts, file));
    if (app.schema !== undefined) drafts.push(...workspace.derived(schemaDrafts, app.schema));
    drafts.push(...migrationsOf(workspace, app), ...guardsOf(drafts));
    return drafts;
  },
};

/** The drafts of what one file brings to the map. */
export function draftsOfFile(workspace: Workspace, file: FileId): readonly Draft[] {
  return workspace.derived(fileDrafts, file);
}

/** All drafts of the application at a folder, in the order of their files. */
export function draftsOfApp(workspace: Workspace, root: FileId): readonly Draft[] {
  return workspace.derived(appDrafts, root);
}

/** All files that have to do with the application at a folder: those that serve it, its schema, its migrations. */
export function filesOfApp(workspace: Workspace, root: FileId): FileId[] {
  const app = workspace.project.apps('').find((candidate) => candidate.root === root);
  const schema = workspace.project.schemaRoots('').find(({ id }) => id === app?.schema);
  return [
    ...new Set([
      ...filesServing(workspace, root),
      ...(schema ? [...schema.files, ...workspace.migrationFiles(schema.migrations)] : []),
    ]),
  ].toSorted();
}

function buildApp(workspace: Workspace, app: App): MapApp {
  const drafts = draftsOfApp(workspace, app.root);
  const { edges, callers } = relationsOf(drafts);
  const entries = drafts.map(({ entry, place, calls }): MapEntry => ({
    ...entry,
    ...placeIn(workspace, entry.file, place),
    ...(calls && calls.length > 0 ? { calls: [...calls] } : {}),
    ...(entry.kind === 'service' ? { callers: callers.get(entry.id) ?? 0 } : {}),
  }));
  entries.sort(
    (a, b) =>
      ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
      compare(a.file, b.file) ||
      a.start - b.start ||
      compare(a.id, b.id),
  );
  return {
    id: app.root,
    name: app.name,
    root: app.root,
    overview: overviewOf(workspace, app.root) ?? { router: app.router },
    entries,
    edges,
  };
}

interface Relations {
  edges: MapEdge[];
  /** How many entries call each that is called. */
  callers: Map<string, number>;
}

/** Kept by the list of drafts, which stays the same until one of them changes. */
const relations = new WeakMap<readonly Draft[], Relations>();

function relationsOf(drafts: readonly Draft[]): Relations {
  const known = relations.get(drafts);
  if (known) return known;
  const edges = edgesOf(drafts);
  const callers = new Map<string, number>();
  for (const { kind, to } of edges) if (kind === 'calls') callers.set(to, (callers.get(to) ?? 0) + 1);
  const found = { edges, callers };
  relations.set(drafts, found);
  return found;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Guards that stand in a file of their own, each once. */
function guardsOf(drafts: readonly Draft[]): Draft[] {
  const found = new Map<string, Draft>();
  for (const { guard } of drafts) if (guard && !found.has(guard.entry.id)) found.set(guard.entry.id, guard);
  return [...found.values()];
}

/**
 * What the entries of one application do to each other.
 * @param kinds the kinds that are wanted; all of them unless told
 */
export function edgesOf(
  drafts: readonly Draft[],
  kinds: readonly EdgeKind[] = ['calls', 'reads', 'writes', 'guards', 'validates', 'revalidates'],
): MapEdge[] {
  const ids = new Map<string, EntryDraft>(drafts.map(({ entry }) => [entry.id, entry]));
  const models = new Map(
    drafts.flatMap(({ entry }): [string, string][] =>
      entry.kind === 'model' ? [[entry.label, entry.id]] : [],
    ),
  );
  const wanted = new Set(kinds);
  const pages = wanted.has('revalidates') ? pagesByDepth(drafts) : new Map<number, readonly EntryDraft[]>();
  const out = new Map<string, MapEdge>();
  const add = (kind: EdgeKind, from: string, to: string | undefined): void => {
    if (to !== undefined && wanted.has(kind) && ids.has(to))
      out.set(`${from} ${kind} ${to}`, { kind, from, to });
  };
  for (const { entry, calls, schemas, guard, direct } of drafts) {
    for (const call of calls ?? []) add('calls', entry.id, call);
    for (const schema of schemas ?? []) add('validates', entry.id, schema);
    if (guard) add('guards', guard.entry.id, entry.id);
    for (const model of direct?.reads ?? []) add('reads', entry.id, models.get(model));
    for (const model of direct?.writes ?? []) add('writes', entry.id, models.get(model));
    for (const path of entry.revalidates ?? [])
      for (const page of pages.get(path.split('/').length) ?? [])
        if (page.path !== undefined && samePath(path, page.path)) add('revalidates', entry.id, page.id);
  }
  return [...out].toSorted(([a], [b]) => compare(a, b)).map(([, edge]) => edge);
}

/** Pages and routes by the number of their segments: a path is that of a page only where they are as many. */
function pagesByDepth(drafts: readonly Draft[]): Map<number, readonly EntryDraft[]> {
  const out = new Map<number, EntryDraft[]>();
  for (const { entry } of drafts) {
    if ((entry.kind !== 'page' && entry.kind !== 'route') || entry.path === undefined) continue;
    const depth = entry.path.split('/').length;
    const list = out.get(depth);
    if (list) list.push(entry);
    else out.set(depth, [entry]);
  }
  return out;
}
