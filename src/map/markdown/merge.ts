/** What of a `backend-map.md` isn't so any more, and the smallest edits that make it true again. */
import { cellsOf, extractBackendMap } from '../../facts/backendMap.ts';
import type { BackendMapFacts, MapTable } from '../../facts/backendMapModel.ts';
import type { TextEdit } from '../../run/finding.ts';
import { MapText } from './mapText.ts';
import { columnsShared, mergeTable } from './mergeTable.ts';
import { mergeGraph, mergeList } from './mergeZone.ts';
import { bodyLines, marker } from './sections.ts';
import type { Section, TableSection } from './sections.ts';
import type { Stale } from './stale.ts';

/** A map that is written for the first time. */
export function newMap(title: string, sections: readonly Section[]): string {
  const lines = [`# ${title}`, ''];
  for (const section of sections) {
    if (section.group !== undefined) lines.push(section.group, '');
    lines.push(...sectionLines(section));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function sectionLines(section: Section): string[] {
  return [...(section.heading === '' ? [] : [section.heading, '']), ...zoneLines(section), ''];
}

function zoneLines(section: Section): string[] {
  return [marker('start', section.name), '', ...bodyLines(section), '', marker('end', section.name)];
}

/**
 * Compares a map with what should stand in it.
 * @param sections in the order of the document; what isn't named isn't looked at
 * @returns in the order of the text; empty when all of it is true
 */
export function compareMap(facts: BackendMapFacts, sections: readonly Section[]): Stale[] {
  const text = new MapText(facts);
  const conflicts = facts.conflicts.map((conflict): Stale => ({
    kind: 'conflict',
    section: '',
    label: '',
    start: text.start(conflict.start),
    end: text.end(conflict.start),
    edits: [],
  }));
  if (conflicts.length > 0) {
    if (facts.conflicts.every(({ isGenerated }) => isGenerated)) {
      const [first] = conflicts;
      if (first) first.edits = conflictEdits(text, sections);
    }
    return conflicts;
  }
  const out = facts.strays.map((line): Stale => ({
    kind: 'damaged',
    section: '',
    label: text.line(line).trim(),
    start: text.start(line),
    end: text.end(line),
    edits: [text.remove(line, line + 1)],
  }));
  const used = new Set<MapTable>();
  for (const section of sections) out.push(...compareSection(text, section, sections, used));
  const hidden = hiddenFrom(text, out);
  return hidden === undefined ? out.toSorted((a, b) => a.start - b.start) : [hidden];
}

/** Markers behind a code fence or a comment that is never closed are no markers: what is written there would be written again and again. */
function hiddenFrom(text: MapText, stale: readonly Stale[]): Stale | undefined {
  const names = stale.filter(({ kind }) => kind === 'section').map(({ section }) => section);
  if (names.length === 0) return undefined;
  const { zones } = extractBackendMap(withEdits(text.facts.text, mapEdits(stale)));
  if (names.every((name) => zones.some((zone) => zone.name === name))) return undefined;
  return {
    kind: 'damaged',
    section: '',
    label: '',
    detail: 'a code fence or a comment that is never closed hides what comes behind it',
    start: 0,
    end: text.end(0),
    edits: [],
  };
}

/** All edits that make a map true. */
export function mapEdits(stale: readonly Stale[]): TextEdit[] {
  return stale.flatMap(({ edits }) => edits);
}

function compareSection(
  text: MapText,
  section: Section,
  sections: readonly Section[],
  used: Set<MapTable>,
): Stale[] {
  const { zones, tables } = text.facts;
  const zone = zones.find(({ name }) => name === section.name);
  if (zone) {
    if (section.form === 'list') return mergeList(text, zone, section);
    if (section.form === 'graph') return mergeGraph(text, zone, section);
    const table = tables.find(({ start }) => start > zone.start && start < zone.end);
    if (table) return mergeTable(text, table, section, true);
    return [missing(text, section, text.insert(zone.start + 1, ['', ...bodyLines(section), '']), zone.start)];
  }
  if (section.form === 'table') {
    const table = handWritten(text, section, used);
    if (table) {
      used.add(table);
      return mergeTable(text, table, section, false);
    }
  }
  return [added(text, section, sections)];
}

function missing(text: MapText, section: Section, edit: TextEdit, line: number): Stale {
  return {
    kind: 'section',
    section: section.name,
    label: section.heading.replace(/^#+ /, '') || section.name,
    start: text.start(line),
    end: text.end(line),
    edits: [edit],
  };
}

const headingText = (text: string): string =>
  text
    .replace(/^[\d.\s)§]+/, '')
    .replace(/[*_`]/g, '')
    .replace(/[^\p{L}\p{N}&;/ ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();

/** A table of people that is this section: by its columns, those below a heading of that name first. */
function handWritten(
  text: MapText,
  section: TableSection,
  used: ReadonlySet<MapTable>,
): MapTable | undefined {
  const { tables, zones, headings } = text.facts;
  const own = tables.filter(
    (table) => !used.has(table) && !zones.some(({ start, end }) => table.start > start && table.start < end),
  );
  const above = (table: MapTable): string =>
    headingText(headings.findLast(({ line }) => line < table.start)?.text ?? '');
  const fits = own.filter((table) => {
    const { shared, hasName } = columnsShared(section, cellsOf(text.line(table.start)));
    return section.known.test(above(table))
      ? shared >= 2 || (shared === 1 && hasName)
      : hasName &&
          shared >= 3 &&
          cellsOf(text.line(table.start))[0]?.trim().toLowerCase().replace(/[*`]/g, '') ===
            section.columns[0]?.title.toLowerCase();
  });
  return fits.find((table) => section.known.test(above(table))) ?? fits[0];
}

/** A section that isn't there: below its heading if people wrote one, else before the section that comes next. */
function added(text: MapText, section: Section, sections: readonly Section[]): Stale {
  const { headings, zones } = text.facts;
  const inZone = (line: number): boolean => zones.some(({ start, end }) => line > start && line < end);
  const heading = headings.find(
    (candidate) =>
      candidate.level > 1 && !inZone(candidate.line) && section.known.test(headingText(candidate.text)),
  );
  if (heading)
    return missing(text, section, text.insert(heading.end, ['', ...zoneLines(section)]), heading.line);
  if (section.heading === '') {
    const title = headings.find(({ level, line }) => level === 1 && !inZone(line));
    return title
      ? missing(text, section, text.insert(title.end, ['', ...zoneLines(section)]), title.line)
      : missing(text, section, text.insert(0, [...zoneLines(section), '']), 0);
  }
  const index = sections.indexOf(section);
  const group = section.group !== undefined && !hasHeading(text, section.group) ? [section.group, ''] : [];
  for (const next of sections.slice(index + 1)) {
    const zone = zones.find(({ name }) => name === next.name);
    if (!zone) continue;
    const above = headings.filter(
      ({ line }) => line < zone.start && !zones.some(({ start, end }) => end < zone.start && start > line),
    );
    const own = above.at(-1);
    const parent = above.at(-2);
    const isFirst = next.group !== undefined && parent !== undefined && sameHeading(parent.text, next.group);
    const at = (isFirst ? parent : own)?.line ?? zone.start;
    return missing(text, section, text.insert(at, [...group, ...sectionLines(section)]), zone.start);
  }
  const lines = ['', ...group, ...sectionLines(section).slice(0, -1)];
  return missing(text, section, text.insert(text.lines.length, lines), 0);
}

const sameHeading = (text: string, heading: string): boolean =>
  headingText(text) === headingText(heading.replace(/^#+ /, ''));

function hasHeading(text: MapText, heading: string): boolean {
  return text.facts.headings.some((candidate) => sameHeading(candidate.text, heading));
}

/**
 * A merge that both sides of which changed generated parts: all lines of both are taken, and what isn't so is put right; of two texts
 * of people for one entry both are kept.
 */
function conflictEdits(text: MapText, sections: readonly Section[]): TextEdit[] {
  let merged = '';
  let part: 'none' | 'ours' | 'base' | 'theirs' = 'none';
  const isInside = (line: number): boolean =>
    text.facts.conflicts.some(({ start, end }) => line >= start && line < end);
  text.lines.forEach((line, at) => {
    if (!isInside(at)) part = 'none';
    else if (/^<{7}( |$)/.test(line)) part = 'ours';
    else if (/^\|{7}( |$)/.test(line) && part === 'ours') part = 'base';
    else if (/^={7}$/.test(line)) part = 'theirs';
    const isMark = isInside(at) && /^([<>|]{7}( |$)|={7}$)/.test(line);
    if (!isMark && part !== 'base') merged += text.facts.text.slice(text.start(at), text.start(at + 1));
  });
  // What two sides added is told apart only when it stands in the text: a second look sees what the first brought.
  for (let round = 0; round < 3; round++) {
    const stale = compareMap(extractBackendMap(merged), sections);
    if (stale.length === 0) break;
    merged = withEdits(merged, mapEdits(stale));
  }
  return [between(text.facts.text, merged)];
}

/** A text with edits that don't overlap; several at one place keep their order. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let from = 0;
  for (const { start, end, text: inserted } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    out += text.slice(from, start) + inserted;
    from = end;
  }
  return out + text.slice(from);
}

/** One edit from the first sign that differs to the last. */
function between(before: string, after: string): TextEdit {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (tail < shortest - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
