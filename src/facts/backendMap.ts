/** `backend-map.md` → its generated parts, tables and headings. The text itself is never printed anew from here. */
import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';
import type { BackendMapFacts, MapConflict, MapZone } from './backendMapModel.ts';

const MARKER = /^<!--\s*backend-map:(start|end)\s+([\w-]+)\s*-->$/;

/** Blocks alone: nobody looks at what stands inside of a line. */
const markdown = new MarkdownIt({ html: true }).disable([
  'inline',
  'linkify',
  'replacements',
  'smartquotes',
  'text_join',
]);

/** The lines of a text without their ends: what Markdown takes for a line, so a lone `\r` ends one too. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** Reads a map. Whatever the text is, nothing is thrown: what isn't understood is a person's. */
export function extractBackendMap(text: string): BackendMapFacts {
  const lines = linesOf(text);
  const tokens = markdown.parse(text, {});
  const facts: BackendMapFacts = {
    kind: 'backend-map',
    text,
    ...zonesOf(markersOf(tokens, lines)),
    tables: [],
    headings: [],
    fences: [],
    conflicts: conflictsOf(lines),
  };
  for (const [index, token] of tokens.entries()) {
    if (token.level !== 0 || !token.map) continue;
    const [start, end] = token.map;
    if (token.type === 'table_open') facts.tables.push({ start, end: lastLine(lines, start, end) });
    if (token.type === 'heading_open')
      facts.headings.push({
        line: start,
        end,
        level: Number(token.tag.slice(1)),
        text: tokens[index + 1]?.content ?? '',
      });
    if (token.type === 'fence')
      facts.fences.push({ start, end: end - 1, info: token.info.trim().split(/\s/)[0] ?? '' });
  }
  return facts;
}

interface Marker {
  line: number;
  side: 'start' | 'end';
  name: string;
}

/** A comment that stands alone on its line, outside of lists, quotes and code. */
function markersOf(tokens: readonly Token[], lines: readonly string[]): Marker[] {
  return tokens.flatMap((token): Marker[] => {
    if (token.type !== 'html_block' || token.level !== 0 || !token.map) return [];
    const out: Marker[] = [];
    // `<pre>` and `<script>` hold whatever stands in them.
    if (!(lines[token.map[0]] ?? '').trimStart().startsWith('<!--')) return [];
    for (let line = token.map[0]; line < token.map[1]; line++) {
      const found = MARKER.exec((lines[line] ?? '').trim());
      if (found) out.push({ line, side: found[1] === 'end' ? 'end' : 'start', name: found[2] ?? '' });
    }
    return out;
  });
}

/** Pairs of markers: an end belongs to the last start before it if that has its name; parts don't hold parts. */
function zonesOf(markers: readonly Marker[]): { zones: MapZone[]; strays: number[] } {
  const zones: MapZone[] = [];
  const strays: number[] = [];
  let open: Marker | undefined;
  for (const marker of markers) {
    if (marker.side === 'start') {
      if (open) strays.push(open.line);
      open = marker;
    } else if (open?.name !== marker.name) strays.push(marker.line);
    else {
      if (zones.some(({ name }) => name === marker.name)) strays.push(open.line, marker.line);
      else zones.push({ name: marker.name, start: open.line, end: marker.line });
      open = undefined;
    }
  }
  if (open) strays.push(open.line);
  return { zones, strays: strays.toSorted((a, b) => a - b) };
}

/** Tables end at a blank line, whatever is counted to them. */
function lastLine(lines: readonly string[], start: number, end: number): number {
  for (let line = start; line < end; line++) if ((lines[line] ?? '').trim() === '') return line;
  return end;
}

function conflictsOf(lines: readonly string[]): MapConflict[] {
  const out: MapConflict[] = [];
  let start: number | undefined;
  let zone: string | undefined;
  let atStart: string | undefined;
  let isWhole = true;
  for (const [line, text] of lines.entries()) {
    const marker = MARKER.exec(text.trim());
    if (marker) {
      zone = marker[1] === 'start' ? marker[2] : undefined;
      if (start !== undefined) isWhole = false;
    }
    if (/^<{7}( |$)/.test(text) && start === undefined) {
      start = line;
      atStart = zone;
      isWhole = true;
    } else if (/^>{7}( |$)/.test(text) && start !== undefined) {
      out.push({ start, end: line + 1, isGenerated: isWhole && atStart !== undefined });
      start = undefined;
    }
  }
  return out;
}

/** What a map has a line for, as other files ask for it: `zone <name>` for each part, `documentedKey` for each line of its table. */
export function documentedKeys(facts: BackendMapFacts): string[] {
  const lines = linesOf(facts.text);
  const out: string[] = [];
  for (const { name, start, end } of facts.zones) {
    out.push(`zone ${name}`);
    const table = facts.tables.find((candidate) => candidate.start > start && candidate.start < end);
    if (!table) continue;
    const column = cellsOf(lines[table.start] ?? '').findIndex((cell) => plainCell(cell) === 'File');
    // A merge's marks end a table, but not what the part has lines for.
    for (const [at, line] of lines.slice(table.start + 2, end).entries()) {
      if (at + table.start + 2 >= table.end && !line.trimStart().startsWith('|')) continue;
      const cells = cellsOf(line);
      out.push(
        documentedKey(name, plainCell(cells[0] ?? ''), column < 0 ? '' : plainCell(cells[column] ?? '')),
      );
    }
  }
  return out;
}

/** @param file as the map's line gives it, from the folder of the application; `''` where lines have none */
export function documentedKey(section: string, name: string, file: string): string {
  return `${section}\n${plainName(name)}\n${plainName(file)}`;
}

/** The cells of a table's line, untrimmed: `\|` is no border. Those before the first and behind the last border count only if not blank. */
export function cellsOf(line: string): string[] {
  const cells = line.match(/(?:\\[\s\S]|[^|\\])*(?:\||$)/g) ?? [];
  const texts = cells.map((cell) =>
    cell.endsWith('|') && !/(^|[^\\])(\\\\)*\\\|$/.test(cell) ? cell.slice(0, -1) : cell,
  );
  // The last match is the empty rest behind a border at the end of the line.
  if (texts.length > 1 && texts.at(-1)?.trim() === '') texts.pop();
  if (texts.length > 1 && texts[0]?.trim() === '') texts.shift();
  return texts;
}

/** What a cell says to a reader: the text of a link, no code marks, no emphasis, no escapes. */
export function plainCell(cell: string): string {
  return plainName(
    cell
      .trim()
      .replace(/^\[((?:[^\]\\]|\\.|\][^(])*)\]\([^)]*\)$/, '$1')
      .replace(/^\*\*(.*)\*\*$/, '$1')
      .replace(/\\([\\`*_{}[\]<>()#+\-.!|~&])/g, '$1'),
  );
}

/** A name as it is compared: what a cell can't carry is left out. */
export function plainName(text: string): string {
  return text
    .replace(/`/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/\(\)$/, '');
}
