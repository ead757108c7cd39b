/** The map as Mermaid flow charts: entry points → services → models, one chart for each area where one would be too large. */
import { hashText } from '../../base/hash.ts';
import { basename, dirname } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { Draft, EntryDraft } from '../entries.ts';
import type { MapEdge } from '../model.ts';
import type { GraphSection } from './sections.ts';
import { pathFrom } from './text.ts';

type GraphNode = EntryDraft & { node: string };

/** Lines of one chart above which it is split; GitHub draws 500 edges, people read fewer. */
const MAX_LINES = 120;

const SHAPES: { readonly [kind: string]: readonly [open: string, close: string] } = {
  action: ['["', '"]'],
  route: ['["', '"]'],
  page: ['(["', '"])'],
  service: ['("', '")'],
  model: ['[("', '")]'],
};

const STYLES = [
  'classDef open stroke:#d1242f,stroke-width:2px',
  'classDef unclear stroke:#9a6700,stroke-dasharray:4',
];

/** @param root folder of the application: paths count from there, wherever the workspace begins */
export function graphSection(
  root: FileId,
  drafts: readonly Draft[],
  edges: readonly MapEdge[],
): GraphSection {
  const entries = new Map(
    drafts
      .filter(({ entry }) => SHAPES[entry.kind])
      .map(({ entry }): [string, GraphNode] => [entry.id, { ...entry, node: nodeId(root, entry) }]),
  );
  const drawn = new Map<string, MapEdge[]>();
  for (const edge of edges) {
    if (!/^(calls|reads|writes)$/.test(edge.kind) || !entries.has(edge.from) || !entries.has(edge.to))
      continue;
    const list = drawn.get(edge.from);
    if (list) list.push(edge);
    else drawn.set(edge.from, [edge]);
  }
  const all = areaLines(entries, drawn, [...drawn.keys()]);
  return {
    form: 'graph',
    name: 'graph',
    heading: '## Graph',
    known: /^(dependency )?graph$|^diagram$/,
    blocks:
      all.length <= MAX_LINES
        ? [{ title: 'All of it', lines: chart(all) }]
        : areas(entries, drawn).map(({ title, ids }) => ({
            title,
            lines: chart(areaLines(entries, drawn, ids)),
          })),
  };
}

function chart(lines: readonly string[]): string[] {
  return ['flowchart LR', ...STYLES.map((style) => `  ${style}`), ...lines.map((line) => `  ${line}`)];
}

/** One line for each node, one for each node and kind of edge; sorted, so that a function moves nobody else's lines. */
function areaLines(
  entries: ReadonlyMap<string, GraphNode>,
  drawn: ReadonlyMap<string, readonly MapEdge[]>,
  ids: readonly string[],
): string[] {
  const shown = new Set<string>();
  const lines: string[] = [];
  const todo = [...ids];
  for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
    const entry = entries.get(id);
    if (!entry || shown.has(id)) continue;
    shown.add(id);
    lines.push(nodeText(entry));
    const from = entry.node;
    for (const [kind, arrow] of [
      ['calls', '-->'],
      ['reads', '-.->'],
      ['writes', '==>'],
    ] as const) {
      const targets = (drawn.get(id) ?? []).filter((edge) => edge.kind === kind).map(({ to }) => to);
      todo.push(...targets);
      const names = targets.flatMap((to) => {
        const target = entries.get(to);
        return target ? [target.node] : [];
      });
      if (names.length > 0) lines.push(`${from} ${arrow} ${names.toSorted().join(' & ')}`);
    }
  }
  return lines.toSorted();
}

/** A name of letters and digits that no other entry has: labels are foreign text. */
function nodeId(root: FileId, { kind, label, id, file }: EntryDraft): string {
  const name = label
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 40);
  return `${kind.charAt(0)}_${name}_${hashText(`${pathFrom(root, file)} ${id.slice(id.indexOf('#'))}`).slice(0, 4)}`;
}

function nodeText(entry: GraphNode): string {
  const [open, close] = SHAPES[entry.kind] ?? ['["', '"]'];
  const style = entry.guard === 'unguarded' ? ':::open' : entry.guard === 'unknown' ? ':::unclear' : '';
  return `${entry.node}${open}${labelText(entry.label)}${close}${style}`;
}

/** Signs that Mermaid or the page around it would read are written as their numbers. */
function labelText(label: string): string {
  return [...label.replaceAll(/\s+/g, ' ')]
    .map((sign) => (/[\w\s./:\-[\]$@…]/.test(sign) ? sign : `#${sign.codePointAt(0)};`))
    .join('');
}

function areas(
  entries: ReadonlyMap<string, GraphNode>,
  drawn: ReadonlyMap<string, readonly MapEdge[]>,
): { title: string; ids: string[] }[] {
  const byArea = new Map<string, string[]>();
  for (const id of drawn.keys()) {
    const entry = entries.get(id);
    if (!entry || entry.kind === 'service') continue;
    const area = areaOf(entry.file);
    const list = byArea.get(area);
    if (list) list.push(id);
    else byArea.set(area, [id]);
  }
  return [...byArea]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([title, ids]) => parts(title, ids.toSorted()));
}

/** Mermaid stops at a number of edges: an area of very many entries is cut. */
function parts(title: string, ids: readonly string[]): { title: string; ids: string[] }[] {
  const size = 60;
  const count = Math.ceil(ids.length / size);
  return Array.from({ length: count }, (_, i) => ({
    title: count === 1 ? title : `${title} ${i + 1}`,
    ids: ids.slice(i * size, (i + 1) * size),
  }));
}

const PLAIN =
  /^(actions?|services?|routes?|route|page|layout|index|server|api|lib|src|app|pages|_?actions|queries|mutations|default|template|utils?)$/i;

/** What a file is about: `post` of `lib/actions/post.actions.ts`, `orders` of `app/(shop)/orders/[id]/page.tsx`. */
export function areaOf(file: FileId): string {
  const inRouter = /(?:^|\/)(?:app|pages)\/(.*)$/.exec(file)?.[1];
  if (inRouter !== undefined) {
    const segments = dirname(inRouter)
      .split('/')
      .filter(
        (segment) => segment !== '' && segment !== '.' && !/^[([@_]/.test(segment) && !PLAIN.test(segment),
      );
    return clean(segments[0] ?? 'root');
  }
  const stem = basename(file)
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(
      /[.\-_]?(server[.\-_]?)?(actions?|services?|repository|queries|mutations|dal|router|server)$/i,
      '',
    );
  if (stem !== '' && !PLAIN.test(stem)) return clean(stem);
  const folder = dirname(file)
    .split('/')
    .findLast((segment) => segment !== '' && !PLAIN.test(segment));
  return clean(folder ?? 'root');
}

function clean(area: string): string {
  const word = area.replaceAll(/[^\w-]+/g, '-').toLowerCase();
  // `orders` of a folder and `order` of a module are one area.
  return /[^s]s$/.test(word) && word.length > 4 ? word.slice(0, -1) : word;
}
