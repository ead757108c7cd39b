/** Brings a generated part that is a list or holds graphs up to date. Lines that aren't ours stay where they are. */
import { diff } from 'fast-myers-diff';
import { plainCell } from '../../facts/backendMap.ts';
import type { MapFence, MapZone } from '../../facts/backendMapModel.ts';
import type { MapText } from './mapText.ts';
import { graphLines, itemLine } from './sections.ts';
import type { GraphSection, ListSection } from './sections.ts';
import type { Stale } from './stale.ts';

const ITEM = /^[-*+] \*\*(.+?)\*\*:?:?\s*(.*)$/;
/** Before a person's note behind a text of ours. */
const NOTE = ' — ';

interface Item {
  line: number;
  /** Line behind what belongs to it: the lines that are indented below. */
  end: number;
  label: string;
  text: string;
}

function itemsOf(text: MapText, zone: MapZone): Item[] {
  const items: Item[] = [];
  for (let line = zone.start + 1; line < zone.end; line++) {
    const found = ITEM.exec(text.line(line));
    if (found)
      items.push({ line, end: line + 1, label: (found[1] ?? '').replace(/:$/, ''), text: found[2] ?? '' });
    else if (/^\s+\S/.test(text.line(line))) {
      const last = items.at(-1);
      if (last?.end === line) last.end = line + 1;
    }
  }
  return items;
}

export function mergeList(text: MapText, zone: MapZone, section: ListSection): Stale[] {
  const items = itemsOf(text, zone);
  const known = new Set<Item>();
  const out: Stale[] = [];
  let after = zone.start + 1;
  while (after < zone.end && text.line(after).trim() === '') after++;
  for (const wanted of section.items) {
    const [item, ...doubles] = items.filter(({ label }) => label === wanted.label);
    const place = (at: Item): Pick<Stale, 'section' | 'label' | 'start' | 'end'> => ({
      section: section.name,
      label: plainCell(wanted.label),
      start: text.start(at.line),
      end: text.end(at.line),
    });
    if (!item) {
      out.push({
        kind: 'missing',
        section: section.name,
        label: plainCell(wanted.label),
        start: text.start(zone.start),
        end: text.end(zone.start),
        edits: [text.insert(after, [itemLine(wanted)])],
      });
      continue;
    }
    known.add(item);
    after = Math.max(after, item.end);
    for (const double of doubles) {
      known.add(double);
      out.push({
        kind: 'gone',
        ...place(double),
        detail: 'a second line of it',
        edits: [text.remove(double.line, double.line + 1)],
      });
    }
    const at = item.text.indexOf(NOTE);
    const own = at < 0 ? item.text : item.text.slice(0, at);
    if (own.trim() === wanted.text) continue;
    out.push({
      kind: 'changed',
      ...place(item),
      detail: `${plainCell(own)} → ${plainCell(wanted.text)}`,
      edits: [text.replaceLine(item.line, itemLine(wanted) + (at < 0 ? '' : item.text.slice(at)))],
    });
  }
  for (const item of items) {
    // What holds a person's words stays: it may be theirs as a whole.
    if (known.has(item) || item.text.includes(NOTE) || item.end > item.line + 1) continue;
    out.push({
      kind: 'gone',
      section: section.name,
      label: item.label,
      start: text.start(item.line),
      end: text.end(item.line),
      edits: [text.remove(item.line, item.line + 1)],
    });
  }
  return out;
}

/** The title that a graph has between `---` lines. */
function titleOf(text: MapText, fence: MapFence): string {
  for (let line = fence.start + 1; line < Math.min(fence.end, fence.start + 5); line++) {
    const found = /^title: (.*)$/.exec(text.line(line));
    if (found) return found[1] ?? '';
  }
  return '';
}

export function mergeGraph(text: MapText, zone: MapZone, section: GraphSection): Stale[] {
  const fences = text.facts.fences.filter(
    ({ start, end, info }) => info === 'mermaid' && start > zone.start && end < zone.end,
  );
  const known = new Set<MapFence>();
  const out: Stale[] = [];
  let after = zone.start + 1;
  const common = { section: section.name };
  for (const block of section.blocks) {
    const fence = fences.find(
      (candidate) => !known.has(candidate) && titleOf(text, candidate) === block.title,
    );
    const lines = graphLines(block);
    if (!fence) {
      out.push({
        kind: 'missing',
        ...common,
        label: block.title,
        start: text.start(zone.start),
        end: text.end(zone.start),
        edits: [text.insert(after, after === zone.start + 1 ? ['', ...lines] : ['', ...lines])],
      });
      continue;
    }
    known.add(fence);
    after = Math.max(after, fence.end + 1);
    const old = text.lines.slice(fence.start, fence.end + 1);
    const edits = [...diff([...old], lines)].map(([from, to, newFrom, newTo]) =>
      text.replaceLines(fence.start + from, fence.start + to, lines.slice(newFrom, newTo)),
    );
    const [first] = diff([...old], lines);
    if (first)
      out.push({
        kind: 'changed',
        ...common,
        label: block.title,
        start: text.start(fence.start + Math.min(first[0], old.length - 1)),
        end: text.end(fence.start + Math.min(first[0], old.length - 1)),
        edits,
      });
  }
  for (const fence of fences)
    if (!known.has(fence))
      out.push({
        kind: 'gone',
        ...common,
        label: titleOf(text, fence),
        start: text.start(fence.start),
        end: text.end(fence.start),
        edits: [
          text.remove(
            fence.start,
            fence.end + (text.line(fence.end + 1) === '' && text.line(fence.start - 1) === '' ? 2 : 1),
          ),
        ],
      });
  return out;
}
