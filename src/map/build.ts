/** Folds facts, summaries and schema into the Backend Map. */
import type { FileId } from '../base/path.ts';
import type { App } from '../project/model.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { appsUsing } from './appsUsing.ts';
import { environmentOf, migrationsOf, modelsOf, validationsOf } from './data.ts';
import { entriesOf, pagesOf } from './entries.ts';
import type { Draft } from './entries.ts';
import type { BackendMap, EdgeKind, EntryKind, MapApp, MapEdge, MapEntry } from './model.ts';
import { samePath } from '../project/routePath.ts';
import { findServices } from './services.ts';
import type { Services } from './services.ts';

/** The map of everything that has been indexed so far: one part per application, in the order of their folders. */
export function buildMap(workspace: Workspace): BackendMap {
  const apps = workspace.project.apps('');
  const byApp = new Map<string, FileId[]>(apps.map((app) => [app.root, []]));
  for (const file of workspace.store.list())
    for (const app of appsUsing(workspace, file)) byApp.get(app)?.push(file);
  const services = findServices(workspace);
  return { apps: apps.map((app) => buildApp(workspace, app, byApp.get(app.root) ?? [], services)) };
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
];

function buildApp(workspace: Workspace, app: App, files: readonly FileId[], services: Services): MapApp {
  const schema = app.schema === undefined ? undefined : workspace.project.schema(app.schema);
  const drafts: Draft[] = [];
  for (const file of files) {
    drafts.push(...entriesOf(workspace, app, file, services), ...pagesOf(workspace, app, file, services));
    drafts.push(
      ...(services.byFile.get(file) ?? []).map((draft) => ({ ...draft, entry: { ...draft.entry } })),
      ...validationsOf(workspace, file),
      ...environmentOf(workspace, file),
    );
  }
  if (schema) drafts.push(...modelsOf(workspace, schema));
  drafts.push(...migrationsOf(workspace, app, schema));
  for (const guard of guardsOf(drafts)) drafts.push(guard);
  const entries = drafts
    .map(({ entry }) => entry)
    .toSorted(
      (a, b) =>
        ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
        compare(a.file, b.file) ||
        a.start - b.start ||
        compare(a.id, b.id),
    );
  makeUnique(entries);
  const edges = edgesOf(drafts);
  for (const entry of entries)
    if (entry.kind === 'service')
      entry.callers = edges.filter(({ kind, to }) => kind === 'calls' && to === entry.id).length;
  return { id: app.root, name: app.name, root: app.root, entries, edges };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Guards that stand in a file of their own, each once. */
function guardsOf(drafts: readonly Draft[]): Draft[] {
  const found = new Map<string, Draft>();
  for (const { guard } of drafts) if (guard && !found.has(guard.id)) found.set(guard.id, { entry: guard });
  return [...found.values()];
}

/** Two inline actions of one name get a number. */
function makeUnique(entries: readonly MapEntry[]): void {
  const seen = new Map<string, number>();
  for (const entry of entries) {
    const count = (seen.get(entry.id) ?? 0) + 1;
    seen.set(entry.id, count);
    if (count > 1) entry.id = `${entry.id}~${count}`;
  }
}

function edgesOf(drafts: readonly Draft[]): MapEdge[] {
  const ids = new Map<string, MapEntry>(drafts.map(({ entry }) => [entry.id, entry]));
  const models = new Map(
    drafts.flatMap(({ entry }): [string, string][] =>
      entry.kind === 'model' ? [[entry.label, entry.id]] : [],
    ),
  );
  const pages = drafts.filter(({ entry }) => entry.kind === 'page' || entry.kind === 'route');
  const out = new Map<string, MapEdge>();
  const add = (kind: EdgeKind, from: string, to: string | undefined): void => {
    if (to !== undefined && ids.has(to)) out.set(`${from} ${kind} ${to}`, { kind, from, to });
  };
  for (const { entry, calls, schemas, guard, direct } of drafts) {
    for (const call of calls ?? []) add('calls', entry.id, call);
    for (const schema of schemas ?? []) add('validates', entry.id, schema);
    if (guard) add('guards', guard.id, entry.id);
    for (const model of direct?.reads ?? []) add('reads', entry.id, models.get(model));
    for (const model of direct?.writes ?? []) add('writes', entry.id, models.get(model));
    for (const path of entry.revalidates ?? [])
      for (const page of pages)
        if (page.entry.path !== undefined && samePath(path, page.entry.path))
          add('revalidates', entry.id, page.entry.id);
  }
  return [...out].toSorted(([a], [b]) => compare(a, b)).map(([, edge]) => edge);
}
