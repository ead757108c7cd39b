/** Entry points by name and place, without what they do. */
import { given } from '../base/given.ts';
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import { routePath } from '../project/routePath.ts';
import type { Entry } from '../workspace/entries.ts';
import { parseFunctionKey } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Draft } from './entries.ts';
import { methodsOf } from './methods.ts';
import type { DraftPlace } from './place.ts';
import { topLevelAt } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

/** What entry points are called and where they stand, without what they do. */
export function entryHeads(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
): (Pick<Draft, 'entry' | 'place'> & { of: Entry })[] {
  return workspace
    .entries(file)
    .filter(({ kind }) => kind !== 'page')
    .map((entry) => {
      const kind = entry.kind === 'route' ? 'route' : 'action';
      const app = workspace.app(file);
      const path = kind === 'route' && app ? routePath(app, file) : undefined;
      const method =
        kind !== 'route'
          ? undefined
          : entry.name === 'default'
            ? methodsOf(workspace, entry.handler)
            : entry.name;
      return {
        of: entry,
        place: placeOf(facts, file, entry),
        entry: {
          id: `${kind}:${file}#${entry.name}`,
          kind,
          label: path === undefined ? entry.name : method === undefined ? path : `${method} ${path}`,
          file,
          ...given({ method, path }),
          ...(entry.kind === 'inline-action' ? { inline: true as const } : {}),
        },
      };
    });
}

/** Two inline actions of one name in a file get a number. */
export function numbered<T extends Pick<Draft, 'entry'>>(drafts: readonly T[]): T[] {
  const seen = new Map<string, number>();
  return drafts.map((draft) => {
    const { id } = draft.entry;
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count > 1 ? { ...draft, entry: { ...draft.entry, id: `${id}~${count}` } } : draft;
  });
}

/** Name, handler and the expression around it. */
function placeOf(facts: TsFileFacts, file: FileId, entry: Entry): DraftPlace {
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const declaration =
    entry.kind === 'inline-action' || entry.kind === 'procedure'
      ? undefined
      : topLevelAt(facts, spanOf(facts, entry.at).start);
  return { at: entry.at, fn: handler?.file === file ? handler.fn : undefined, b: declaration?.b };
}
