/**
 * Places that survive moved lines. Facts of TypeScript keep their identity when only offsets change, so a report about an offset
 * inside of a literal must not keep the offset itself: it keeps the distance to a place that the facts name.
 */
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import { spanOf } from '../facts/model.ts';
import type { FileFacts } from '../facts/model.ts';
import type { Place } from '../rules/rule.ts';

interface Anchor {
  /** Number of a place of the facts. */
  at: number;
  /** Distance from its start, UTF-16 units. */
  offset: number;
}

export type AnchoredPlace = Place | { file?: FileId; from: Anchor; to: Anchor };

/** A place by numbers of the facts where these don't name their file's offsets: in TypeScript, with a `span`. */
export function anchored(place: Place, facts: FileFacts | undefined): AnchoredPlace {
  if (!('span' in place) || facts?.kind !== 'ts') return place;
  const from = anchorAt(facts, place.span.start);
  const to = anchorAt(facts, place.span.end);
  if (!from || !to) return place;
  return place.file === undefined ? { from, to } : { file: place.file, from, to };
}

/** Offsets of a place in its file's text as it is now. */
export function spanAt(place: AnchoredPlace, facts: FileFacts | undefined): Span {
  if ('span' in place) return place.span;
  if (!facts) return { start: 0, end: 0 };
  if ('at' in place) return spanOf(facts, place.at);
  return {
    start: spanOf(facts, place.from.at).start + place.from.offset,
    end: spanOf(facts, place.to.at).start + place.to.offset,
  };
}

/** The smallest place that holds an offset: least can move between its start and the offset. */
function anchorAt(facts: FileFacts, offset: number): Anchor | undefined {
  let best: Anchor | undefined;
  let width = Infinity;
  for (let at = 0; at * 2 < facts.spans.length; at++) {
    const { start, end } = spanOf(facts, at);
    if (start > offset || offset > end || end - start >= width) continue;
    width = end - start;
    best = { at, offset: offset - start };
  }
  return best;
}
