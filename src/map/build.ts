/** Folds facts, summaries and schema into the Backend Map. */
import { rangeAt } from '../base/lineIndex.ts';
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import { guardOf } from '../workspace/guardState.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { BackendMap, MapApp, MapEntry } from './model.ts';

/** The map of everything that has been indexed so far. */
export function buildMap(workspace: Workspace): BackendMap {
  const apps: MapApp[] = workspace.project.apps('').map((app) => ({ id: app.root, name: app.name, root: app.root, entries: [] }));
  for (const file of workspace.store.list()) {
    const root = workspace.app(file)?.root;
    const app = apps.find((candidate) => candidate.root === root);
    if (!app) continue;
    const facts = workspace.facts(file);
    if (!facts) continue;
    for (const entry of workspace.entries(file)) {
      const span = spanOf(facts, entry.at);
      const kind = entry.kind === 'route' ? 'route' : 'action';
      const { state, reason } = guardOf(workspace, file, entry);
      app.entries.push({ id: `${kind}:${file}#${entry.name}`, kind, label: entry.name, file, ...span, range: rangeAt(facts.lines, span.start, span.end), guard: state, guardDetail: reason });
    }
  }
  for (const app of apps) {
    const root = workspace.project.apps('').find((candidate) => candidate.root === app.root);
    const schema = root?.schema === undefined ? undefined : workspace.project.schema(root.schema);
    for (const model of schema?.models ?? []) app.entries.push(modelEntry(workspace, model.file, model.name, model.nameSpan));
    app.entries.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.start - b.start));
  }
  return { apps };
}

function modelEntry(workspace: Workspace, file: FileId, name: string, span: { start: number; end: number }): MapEntry {
  const lines = workspace.facts(file)?.lines ?? [0];
  return { id: `model:${file}#${name}`, kind: 'model', label: name, file, start: span.start, end: span.end, range: rangeAt(lines, span.start, span.end) };
}
