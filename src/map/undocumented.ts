/** What a file declares and the map has no line for. Cheap: it is asked at every keystroke, and looks at the file and at keys of the map alone. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import { documentedKey } from '../facts/backendMap.ts';
import type { Derivation } from '../workspace/derivation.ts';
import type { WorkspaceView } from '../workspace/view.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { appsUsing } from './appsUsing.ts';
import { environmentOf, validationsOf } from './data.ts';
import { mapPlaces } from './document.ts';
import { entryHeads, numbered } from './heads.ts';
import type { Draft } from './entries.ts';
import { nameOf } from './markdown/render.ts';
import { pathFrom } from './markdown/text.ts';
import type { EntryKind } from './model.ts';
import type { DraftPlace } from './place.ts';
import { serviceHeads } from './services.ts';

/** The part of the map that has a line for entries of a kind. */
const SECTIONS: { readonly [kind in EntryKind]?: string } = {
  action: 'actions',
  route: 'routes',
  service: 'services',
  validation: 'validation',
  env: 'env',
  model: 'models',
};

/** Parts whose missing lines are told where the code declares what they are about. */
export const TOLD_IN_CODE: ReadonlySet<string> = new Set(Object.values(SECTIONS));

export interface Undocumented {
  id: string;
  name: string;
  kind: EntryKind;
  place: DraftPlace;
  section: string;
  /** The map that lacks it. */
  map: FileId;
}

const undocumented: Derivation<readonly Undocumented[]> = {
  name: 'undocumented',
  compute: (workspace, file) => {
    const kind = workspace.store.kind(file);
    if (kind !== 'ts' && kind !== 'prisma') return [];
    const places = mapPlaces(workspace).filter(({ exists }) => exists);
    if (places.length === 0) return [];
    const heads = kind === 'ts' ? symbolsOf(workspace, file) : modelsIn(workspace, file);
    if (heads.length === 0) return [];
    const apps = kind === 'ts' ? appsUsing(workspace, file) : appsOfSchema(workspace, file);
    return places
      .filter(({ root }) => apps.includes(root))
      .flatMap(({ root, file: map }) =>
        heads.flatMap(({ entry, place }): Undocumented[] => {
          const section = SECTIONS[entry.kind];
          if (section === undefined || !workspace.documenting(`zone ${section}`).includes(map)) return [];
          const path = entry.kind === 'model' ? '' : pathFrom(root, entry.file);
          const name = nameOf(entry);
          return workspace.documenting(documentedKey(section, name, path)).includes(map)
            ? []
            : [{ id: entry.id, name, kind: entry.kind, place, section, map }];
        }),
      );
  },
  equal: isSame,
};

/** Entry points, services, schemas, variables and models of a file that its application's map has no line for. */
export function undocumentedIn(workspace: WorkspaceView, file: FileId): readonly Undocumented[] {
  return workspace.derived(undocumented, file);
}

type Head = Pick<Draft, 'entry' | 'place'>;

function symbolsOf(workspace: Workspace, file: FileId): Head[] {
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts') return [];
  return numbered<Head>([
    ...entryHeads(workspace, file, facts),
    ...serviceHeads(workspace, file),
    ...validationsOf(workspace, file),
    ...environmentOf(workspace, file),
  ]);
}

function modelsIn(workspace: Workspace, file: FileId): Head[] {
  const models = workspace.schema(file)?.models ?? [];
  return models
    .filter((model) => model.file === file)
    .map((model) => ({
      entry: { id: `model:${file}#${model.name}`, kind: 'model', label: model.name, file },
      place: { name: model.nameSpan, whole: model.span },
    }));
}

function appsOfSchema(workspace: Workspace, file: FileId): string[] {
  const schema = workspace.schemaRoot(file)?.id;
  return workspace.project.apps('').flatMap((app) => (app.schema === schema ? [app.root] : []));
}
