/** The sections of `backend-map.md` as data: what they are called, which columns they have, what each line says. */

export interface Column {
  title: string;
  /** Other names that people give it, lower case. */
  aliases?: readonly string[];
  /** A person's: filled once, when the line is made, and never overwritten. */
  isHuman?: true;
}

export interface Row {
  /** What tells it from the others: its name, and its file where two may share a name. */
  name: string;
  file?: string;
  /** Id of the entry of the map, where it is one. */
  id?: string;
  /** One text for each column. */
  cells: readonly string[];
}

interface Titled {
  /** Name in the markers. */
  name: string;
  /** With its `#`s; `''` for what stands right below the document's title. */
  heading: string;
  /** The heading of the group that it is the first of. */
  group?: string;
  /** Headings by which a section that people wrote is recognised, lower case, numbers left out. */
  known: RegExp;
}

export interface TableSection extends Titled {
  form: 'table';
  columns: readonly Column[];
  rows: readonly Row[];
}

/** `- **label**: text`; a person's note stands behind ` — `. */
export interface ListSection extends Titled {
  form: 'list';
  items: readonly { label: string; text: string }[];
}

/** Fenced Mermaid graphs. */
export interface GraphSection extends Titled {
  form: 'graph';
  blocks: readonly { title: string; lines: readonly string[] }[];
}

export type Section = TableSection | ListSection | GraphSection;

/** The start or the end of a generated part. */
export function marker(side: 'start' | 'end', name: string): string {
  return `<!-- backend-map:${side} ${name} -->`;
}

/** What a cell says when there is nothing to say. */
export const NONE = '–';

export function tableHead(columns: readonly string[]): string[] {
  return [`| ${columns.join(' | ')} |`, `|${columns.map(() => ' --- |').join('')}`];
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The lines of one graph, fences included. */
export function graphLines({ title, lines }: GraphSection['blocks'][number]): string[] {
  return ['```mermaid', '---', `title: ${title}`, '---', ...lines, '```'];
}

/** What stands between the markers of a section that is written for the first time. */
export function bodyLines(section: Section): string[] {
  switch (section.form) {
    case 'table':
      return [
        ...tableHead(section.columns.map(({ title }) => title)),
        ...section.rows.map(({ cells }) => tableRow(cells)),
      ];
    case 'list':
      return section.items.map(itemLine);
    case 'graph':
      return section.blocks.flatMap((block, i) => [...(i > 0 ? [''] : []), ...graphLines(block)]);
  }
}

export function itemLine({ label, text }: ListSection['items'][number]): string {
  return `- **${label}**: ${text}`;
}
