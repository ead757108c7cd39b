/** Where an entry of the map stands, in numbers that survive moved lines; offsets are looked up when somebody asks. */
import { rangeAt } from '../base/lineIndex.ts';
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import { spanOf } from '../facts/model.ts';
import type { FileFacts } from '../facts/model.ts';
import type { FunctionId } from '../facts/tsModel.ts';
import type { Location } from '../run/finding.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { extentOfValue, topLevel } from './symbols.ts';
import type { Extent } from './symbols.ts';

/** Of TypeScript: the name's place, and what else belongs to the declaration. Of other languages: the offsets themselves. */
export type DraftPlace =
  | {
      at: number;
      /** The declaration at the top level with this binding. */
      b?: number | undefined;
      fn?: FunctionId | undefined;
      /** The value of the export with this index. */
      exported?: number | undefined;
    }
  | { name: Span; whole: Span };

type Placed = Omit<Location, 'file'>;

/** Kept by place: a draft keeps it while its file means the same, and the layout of a file stays while nothing in it has moved. */
const placed = new WeakMap<DraftPlace, { layout: object; at: Placed }>();

/** Offsets and lines of a place, found without its facts where nothing has moved since they were last looked at. */
export function placeIn(workspace: Workspace, file: FileId, place: DraftPlace): Placed {
  const layout = workspace.store.layout(file);
  const known = placed.get(place);
  if (layout && known?.layout === layout) return known.at;
  const at = locate(workspace.facts(file), place);
  if (layout) placed.set(place, { layout, at });
  return at;
}

/** Offsets and lines of a place in its file as it is now. */
function locate(facts: FileFacts | undefined, place: DraftPlace): Placed {
  const lines = facts?.lines ?? [0];
  if ('whole' in place) return { ...place.whole, range: rangeAt(lines, place.name.start, place.name.end) };
  if (facts?.kind !== 'ts') return { start: 0, end: 0, range: rangeAt(lines, 0, 0) };
  const name = spanOf(facts, place.at);
  const declaration = place.b === undefined ? undefined : topLevel(facts).find(({ b }) => b === place.b);
  const fn = place.fn === undefined ? undefined : facts.functions[place.fn];
  const exported = place.exported === undefined ? undefined : facts.exports[place.exported];
  const parts: Extent[] = [
    name,
    ...(declaration ? [declaration] : []),
    ...(fn ? [spanOf(facts, fn.all)] : []),
    ...(exported?.e === 'value' ? [extentOfValue(facts, exported.value)] : []),
  ];
  return {
    start: Math.min(...parts.map(({ start }) => start)),
    end: Math.max(...parts.map(({ end }) => end)),
    range: rangeAt(lines, name.start, name.end),
  };
}
