/** The `backend-map.md` of an application: where it is, what should stand in it, what of it isn't so any more. */
import { isSame } from '../base/equal.ts';
import { basename, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { BackendMapFacts } from '../facts/backendMapModel.ts';
import type { Derivation } from '../workspace/derivation.ts';
import type { WorkspaceView } from '../workspace/view.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { draftsOfApp, edgesOf } from './build.ts';
import { compareMap, mapEdits, newMap, withEdits } from './markdown/merge.ts';
import { problemsSection } from './markdown/problems.ts';
import type { RuleCount } from './markdown/problems.ts';
import { sectionsOf } from './markdown/render.ts';
import type { Section } from './markdown/sections.ts';
import type { Stale } from './markdown/stale.ts';
import type { TextEdit } from '../run/finding.ts';
import { overviewOf } from './overview.ts';

/** The map's place below the folder of its application. */
export const MAP_PATH = 'doc/documentation/backend-map.md';

export interface MapDocument {
  /** Folder of the application. */
  root: FileId;
  file: FileId;
  /** As it is now; undefined when there is none. */
  text: string | undefined;
  /** In the order of the text; empty when all of it is true, or when there is none. */
  stale: readonly Stale[];
  /** What makes it true; the whole text where there is none. */
  edits: readonly TextEdit[];
  /** The text with them. */
  next: string;
}

/** The place of each application's map, by their folders. */
export interface MapPlace {
  root: FileId;
  name: string;
  /** The map, or where it is to be. */
  file: FileId;
  exists: boolean;
  /** Id of the schema that the application uses. */
  schema: string | undefined;
}

const mapFiles: Derivation<readonly MapPlace[]> = {
  name: 'mapFiles',
  compute: (workspace) => {
    const apps = workspace.project.apps('');
    const maps = (workspace.store.tree('') ?? []).filter((file) => basename(file) === 'backend-map.md');
    return apps.map((app) => {
      const standard = join(app.root, MAP_PATH) ?? MAP_PATH;
      const own = maps.filter((file) => workspace.app(file)?.root === app.root);
      const found = own.includes(standard) ? standard : (own[0] ?? (apps.length === 1 ? maps[0] : undefined));
      return {
        root: app.root,
        name: app.name,
        file: found ?? standard,
        exists: found !== undefined,
        schema: app.schema,
      };
    });
  },
  equal: isSame,
};

/** Where the maps of all applications are or are to be, whether there is anything to map or not. */
export function mapPlaces(workspace: WorkspaceView): readonly MapPlace[] {
  return workspace.derived(mapFiles, '');
}

/** Of the places those whose application has something to map. */
const neededMaps: Derivation<readonly MapPlace[]> = {
  name: 'mapPlaces',
  compute: (workspace) =>
    workspace.derived(mapFiles, '').filter(({ root }) => workspace.derived(hasBackend, root)),
  equal: isSame,
};

const hasBackend: Derivation<boolean> = {
  name: 'hasBackend',
  compute: (workspace, root) =>
    draftsOfApp(workspace, root).some(({ entry }) => /^(action|route|page|service|model)$/.test(entry.kind)),
};

/** Where the maps of applications would be that have a backend and no map. */
export function missingMaps(workspace: Workspace): readonly FileId[] {
  return workspace.derived(neededMaps, '').flatMap(({ exists, file }) => (exists ? [] : [file]));
}

const mapSections: Derivation<readonly Section[]> = {
  name: 'mapSections',
  compute: (workspace, root) => {
    const places = workspace.derived(neededMaps, '');
    const own = places.find((place) => place.root === root);
    const overview = overviewOf(workspace, root);
    if (!own || !overview) return [];
    const drafts = draftsOfApp(workspace, root);
    return sectionsOf({
      root,
      name: own.name,
      file: own.file,
      overview,
      drafts,
      edges: edgesOf(drafts, ['calls', 'reads', 'writes']),
      others: places.filter((place) => place !== own),
    });
  },
  equal: isSame,
};

const staleLines: Derivation<readonly Stale[]> = {
  name: 'mapStale',
  compute: (workspace, file) => {
    const own = workspace.derived(neededMaps, '').find((place) => place.file === file);
    const facts = mapFacts(workspace, file);
    return own && facts ? compareMap(facts, workspace.derived(mapSections, own.root)) : [];
  },
  equal: isSame,
};

function mapFacts(workspace: WorkspaceView, file: FileId): BackendMapFacts | undefined {
  const facts = workspace.facts(file);
  return facts?.kind === 'backend-map' ? facts : undefined;
}

/** What of a map isn't so any more, without its counts of problems. */
export function staleIn(workspace: WorkspaceView, file: FileId): readonly Stale[] {
  return workspace.derived(staleLines, file);
}

/** The text of a map that is written for the first time, without its counts of problems; undefined when there is nothing to map. */
export function firstMap(workspace: WorkspaceView, root: FileId): string | undefined {
  return workspace.derived(newMaps, root);
}

const newMaps: Derivation<string | undefined> = {
  name: 'newMap',
  compute: (workspace, root) => {
    const place = workspace.derived(neededMaps, '').find((candidate) => candidate.root === root);
    return place && newMap(titleOf(place.name), workspace.derived(mapSections, root));
  },
};

/**
 * The maps of all applications that have a backend, in the order of their folders.
 * @param problems of the application at a folder; without it the section of open problems is neither written nor looked at
 */
export function mapDocuments(
  workspace: Workspace,
  problems?: (root: FileId) => readonly RuleCount[],
): MapDocument[] {
  return workspace.derived(neededMaps, '').map(({ root, name, file }): MapDocument => {
    const sections = [
      ...workspace.derived(mapSections, root),
      ...(problems ? [problemsSection(problems(root))] : []),
    ];
    const facts = mapFacts(workspace, file);
    if (!facts) {
      const text = newMap(titleOf(name), sections);
      return { root, file, text: undefined, stale: [], edits: [{ start: 0, end: 0, text }], next: text };
    }
    const stale = compareMap(facts, sections);
    const edits = mapEdits(stale);
    return { root, file, text: facts.text, stale, edits, next: withEdits(facts.text, edits) };
  });
}

function titleOf(name: string): string {
  const clean = name.replaceAll(/[^\w@/. -]+/g, ' ').trim();
  return clean === '' ? 'Backend Map' : `Backend Map of ${clean}`;
}
