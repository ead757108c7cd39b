/** Brings one table of a map up to date, line by line: cells, columns and lines of people stay as they are. */
import { cellsOf, plainCell, plainName } from '../../facts/backendMap.ts';
import type { MapTable } from '../../facts/backendMapModel.ts';
import type { MapText } from './mapText.ts';
import { marker, tableHead, tableRow } from './sections.ts';
import type { Column, Row, TableSection } from './sections.ts';
import type { Stale } from './stale.ts';
import { code, prose } from './text.ts';

interface OldRow {
  line: number;
  cells: string[];
  name: string;
  file: string;
}

/** Which column of the table a column of ours is; -1 where it has none. */
type Shape = readonly number[];

interface Pairing {
  kept: Map<Row, OldRow>;
  /** Lines whose entry got another name or file: their texts go on with it. */
  moved: Map<Row, OldRow>;
  gone: OldRow[];
  /** Further lines of the same entry, as a merge leaves them. */
  doubles: Map<Row, OldRow[]>;
}

/** @param isMarked the table stands between markers: else it was written by people, and is taken over */
export function mergeTable(
  text: MapText,
  table: MapTable,
  section: TableSection,
  isMarked: boolean,
): Stale[] {
  const head = cellsOf(text.line(table.start));
  const shape = shapeOf(section.columns, head);
  const rows = oldRows(text, table, section, shape);
  const pairing = pairRows(section.rows, rows);
  const isPlain = section.columns.every((_, i) => shape[i] === i);
  if (!isMarked || !isPlain) return [rewrite(text, table, section, { head, shape, pairing, isMarked })];
  return [
    ...changedRows(text, section, pairing),
    ...goneRows(text, section, pairing, head),
    ...missingRows(text, table, section, pairing, head),
  ];
}

const clean = (title: string): string => plainCell(title).toLowerCase();

/** By the titles of contract first, by other names for them then; a column is used once. */
function shapeOf(columns: readonly Column[], head: readonly string[]): number[] {
  const titles = head.map(clean);
  const shape = columns.map(({ title }) => titles.indexOf(clean(title)));
  columns.forEach(({ aliases }, i) => {
    if (shape[i] !== -1) return;
    shape[i] = titles.findIndex((title, at) => aliases?.includes(title) && !shape.includes(at));
  });
  return shape;
}

/** How many of a section's columns a table has: whether it is that section's, written by a person. */
export function columnsShared(
  section: TableSection,
  head: readonly string[],
): { shared: number; hasName: boolean } {
  const shape = shapeOf(section.columns, head);
  return { shared: shape.filter((at) => at >= 0).length, hasName: shape[0] === 0 };
}

function oldRows(text: MapText, table: MapTable, section: TableSection, shape: Shape): OldRow[] {
  const fileColumn = shape[section.columns.findIndex(({ title }) => title === 'File')] ?? -1;
  const nameColumn = Math.max(0, shape[0] ?? 0);
  return text.lines.slice(table.start + 2, table.end).map((line, i) => {
    const cells = cellsOf(line);
    return {
      line: table.start + 2 + i,
      cells,
      name: plainCell(cells[nameColumn] ?? ''),
      file: fileColumn < 0 ? '' : plainCell(cells[fileColumn] ?? '').replace(/^\.?\//, ''),
    };
  });
}

function pairRows(rows: readonly Row[], old: readonly OldRow[]): Pairing {
  const kept: Pairing['kept'] = new Map();
  const moved: Pairing['moved'] = new Map();
  const doubles: Pairing['doubles'] = new Map();
  let gone: OldRow[] = [];
  const byKey = new Map(rows.map((row) => [`${plainName(row.name)}\n${plainName(row.file ?? '')}`, row]));
  for (const candidate of old) {
    const row = byKey.get(`${candidate.name}\n${candidate.file}`) ?? byKey.get(`${candidate.name}\n`);
    if (!row) gone.push(candidate);
    else if (kept.has(row)) doubles.set(row, [...(doubles.get(row) ?? []), candidate]);
    else kept.set(row, candidate);
  }
  const pair = (fits: (row: Row, other: OldRow) => boolean): void => {
    const missing = rows.filter((row) => !kept.has(row) && !moved.has(row));
    for (const row of missing) {
      const others = gone.filter((other) => fits(row, other));
      const [other] = others;
      if (!other || others.length > 1 || missing.some((second) => second !== row && fits(second, other)))
        continue;
      moved.set(row, other);
      gone = gone.filter((candidate) => candidate !== other);
    }
  };
  pair((row, other) => plainName(row.name) === other.name);
  pair((row, other) => row.file !== undefined && plainName(row.file) === other.file);
  return { kept, moved, gone, doubles };
}

/** Whether two cells say the same to a reader: blanks and escapes don't count. */
const sameCell = (a: string, b: string): boolean => bare(a) === bare(b);
const bare = (cell: string): string =>
  cell
    .trim()
    .replace(/\\([\\`*_{}[\]<>()#+\-.!|~&])/g, '$1')
    .replace(/\s+/g, ' ');

/** The texts of a person that go on with a line: the first that isn't empty, all of them where they differ. */
function humanCell(sources: readonly (OldRow | undefined)[], at: number, first: string): string {
  const texts = [
    ...new Set(sources.flatMap((source) => (source ? [(source.cells[at] ?? '').trim()] : []))),
  ].filter((cell) => cell !== '');
  if (texts.length > 0) return texts.join(' / ');
  return sources.some((source) => source !== undefined && at < source.cells.length) ? '' : first;
}

function changedRows(text: MapText, section: TableSection, pairing: Pairing): Stale[] {
  return [...pairing.kept, ...pairing.moved].flatMap(([row, old]): Stale[] => {
    const isMoved = pairing.moved.has(row);
    const doubles = pairing.doubles.get(row) ?? [];
    const details: string[] = [];
    const cells = [...old.cells];
    section.columns.forEach((column, i) => {
      const fresh = row.cells[i] ?? '';
      const now = cells[i] ?? '';
      if (column.isHuman) {
        const merged = doubles.length > 0 ? humanCell([old, ...doubles], i, fresh) : now;
        cells[i] = merged.trim() === now.trim() ? now : ` ${merged} `;
        return;
      }
      if (sameCell(now, fresh)) return;
      details.push(`${column.title}: ${plainCell(now) || 'nothing'} → ${plainCell(fresh) || 'nothing'}`);
      cells[i] = ` ${fresh} `;
    });
    const line = text.line(old.line);
    const next =
      details.length > 0 || cells.some((cell, i) => cell !== old.cells[i]) ? joinCells(line, cells) : line;
    const stale: Stale[] = [];
    if (next !== line && !isMoved)
      stale.push({
        kind: 'changed',
        section: section.name,
        label: row.name,
        detail: details.join('; '),
        ...(row.id === undefined ? {} : { id: row.id }),
        ...spanOf(text, old.line),
        edits: [text.replaceLine(old.line, next)],
      });
    if (isMoved)
      stale.push({
        kind: 'gone',
        section: section.name,
        label: old.name,
        detail: `now ${row.name}${row.file === undefined || plainName(row.file) === old.file ? '' : ` in ${row.file}`}`,
        ...(row.id === undefined ? {} : { id: row.id }),
        ...spanOf(text, old.line),
        edits: [text.replaceLine(old.line, next)],
      });
    for (const double of doubles)
      stale.push({
        kind: 'gone',
        section: section.name,
        label: row.name,
        detail: 'a second line of it',
        ...spanOf(text, double.line),
        edits: [text.remove(double.line, double.line + 1)],
      });
    return stale;
  });
}

const spanOf = (text: MapText, line: number): { start: number; end: number } => ({
  start: text.start(line),
  end: text.end(line),
});

/** A line with other cells: borders at its ends and the blanks of cells that stay are kept. */
function joinCells(line: string, cells: readonly string[]): string {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const opens = line.trimStart().startsWith('|');
  const closes = /(^|[^\\])(\\\\)*\|\s*$/.test(line) || cells.length > cellsOf(line).length;
  return `${indent}${opens ? '|' : ''}${cells.join('|')}${closes ? '|' : ''}`;
}

/** What a person wrote into columns of their own, and into ours where the table wasn't ours. */
function notesOf(
  section: TableSection,
  old: OldRow,
  extra: readonly number[],
  shape: Shape,
  isMarked: boolean,
): string[] {
  const own = isMarked
    ? []
    : section.columns.flatMap((column, i) => (column.isHuman ? [shape[i] ?? -1] : []));
  return [...own, ...extra].flatMap((at) => {
    const note = (old.cells[at] ?? '').trim();
    return at >= 0 && note !== '' ? [note] : [];
  });
}

const extraColumns = (head: readonly string[], shape: Shape): number[] =>
  head.map((_, at) => at).filter((at) => !shape.includes(at));

function noteLine(old: OldRow, notes: readonly string[]): string {
  const where = old.file === '' ? '' : ` (${code(old.file)})`;
  return `- About ${code(old.name)}${where}, which is gone: ${notes.join(' / ')}`;
}

function goneRows(text: MapText, section: TableSection, pairing: Pairing, head: readonly string[]): Stale[] {
  const shape = section.columns.map((_, i) => i);
  const extra = extraColumns(head, shape);
  return pairing.gone.map((old): Stale => {
    const notes = notesOf(section, old, extra, shape, true);
    const zone = text.facts.zones.find(({ name }) => name === section.name);
    return {
      kind: 'gone',
      section: section.name,
      label: old.name,
      ...spanOf(text, old.line),
      edits: [
        text.remove(old.line, old.line + 1),
        ...(notes.length > 0 && zone ? [text.insert(zone.end + 1, ['', noteLine(old, notes)])] : []),
      ],
    };
  });
}

function missingRows(
  text: MapText,
  table: MapTable,
  section: TableSection,
  pairing: Pairing,
  head: readonly string[],
): Stale[] {
  const extra = head.length - section.columns.length;
  let after = table.start + 1;
  return section.rows.flatMap((row): Stale[] => {
    const old = pairing.kept.get(row) ?? pairing.moved.get(row);
    if (old) {
      after = Math.max(after, old.line);
      return [];
    }
    const line = tableRow([...row.cells, ...Array.from({ length: extra }, () => '')]);
    return [
      {
        kind: 'missing',
        section: section.name,
        label: row.name,
        ...(row.id === undefined ? {} : { id: row.id }),
        ...spanOf(text, table.start),
        edits: [text.insert(after + 1, [line])],
      },
    ];
  });
}

/** The whole table anew: its columns are other ones, or people wrote it. Their columns stand behind ours. */
function rewrite(
  text: MapText,
  table: MapTable,
  section: TableSection,
  found: { head: readonly string[]; shape: Shape; pairing: Pairing; isMarked: boolean },
): Stale {
  const { head, shape, pairing, isMarked } = found;
  const extra = extraColumns(head, shape);
  const titles = [
    ...section.columns.map(({ title }) => title),
    ...extra.map((at) => (head[at] ?? '').trim()),
  ];
  const rows = section.rows.map((row) => {
    const old = pairing.kept.get(row) ?? pairing.moved.get(row);
    const sources = [old, ...(pairing.doubles.get(row) ?? [])];
    return tableRow([
      ...section.columns.map(({ isHuman }, i) =>
        isHuman && (shape[i] ?? -1) >= 0
          ? humanCell(sources, shape[i] ?? -1, row.cells[i] ?? '')
          : (row.cells[i] ?? ''),
      ),
      ...extra.map((at) => humanCell(sources, at, '')),
    ]);
  });
  const notes = pairing.gone.flatMap((old) => {
    const own = notesOf(section, old, extra, shape, isMarked);
    return own.length > 0 && old.name !== '' ? [noteLine(old, own)] : [];
  });
  const body = [...tableHead(titles), ...rows];
  const kept = notes.length > 0 ? ['', ...notes] : [];
  const lines = isMarked
    ? body
    : [marker('start', section.name), '', ...body, '', marker('end', section.name), ...kept];
  const zone = text.facts.zones.find(({ name }) => name === section.name);
  return {
    kind: 'section',
    section: section.name,
    label: section.heading.replace(/^#+ /, ''),
    detail: isMarked ? `columns: ${titles.map((title) => prose(title)).join(', ')}` : 'written by hand',
    ...spanOf(text, table.start),
    edits: [
      text.replaceLines(table.start, table.end, lines),
      ...(isMarked && zone && kept.length > 0 ? [text.insert(zone.end + 1, kept)] : []),
    ],
  };
}
