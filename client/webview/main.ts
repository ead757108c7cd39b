/** The page of the graph view: puts together what the extension sends, what the person has set, the picture and the list. */
import { toPageSchema, type FromPage, type GraphData, type ToPage } from '../../src/protocol/graph.ts';
import { showDetails } from './details.ts';
import { Drawing, type DrawnNode } from './drawing.ts';
import { editor } from './editor.ts';
import { layOut, type Layout } from './layout.ts';
import { showLegend } from './legend.ts';
import { NodeList, type Row } from './list.ts';
import { button, page, textElement } from './page.ts';
import { readState, type State } from './state.ts';
import { svgOf, type Picture } from './svg.ts';
import { shorten, widthOf } from './text.ts';
import { mix, onThemeChange, readTheme } from './theme.ts';
import {
  colourings,
  fits,
  groupsOf,
  guardWords,
  legendOf,
  neighbourhood,
  problemWords,
  spoken,
  type Group,
} from './view.ts';

const state = readState(editor.getState());
let theme = readTheme();
let graph: GraphData | undefined;
/** Places in the graph's list of what is drawn. */
let shown: number[] = [];
let groups: Group[] = [];
let layout: Layout = { boxes: [], columns: [], width: 0, height: 0 };
/** What the places of the drawn nodes follow from. */
let structure = '';
let layoutMs = 0;
/** Where the whole picture stood before a neighbourhood was looked at. */
let overview: State['viewport'];

const post = (message: FromPage): void => editor.postMessage(message);
const drawing = new Drawing(page.picture, theme, {
  pointed: (node) => {
    page.picture.title = node === undefined ? '' : spokenOf(node);
  },
  clicked: (node, { focus }) => {
    select(node);
    if (node === undefined) return;
    if (focus) look(node);
    else open(node, true);
  },
  moved: () => keep({ viewport: drawing.viewport }),
});
const list = new NodeList(page.nodes, { selected: select, opened: open, focused: look });

function keep(change: Partial<State>): void {
  Object.assign(state, change);
  editor.setState(state);
}

const placeOf = (id: string | undefined): number | undefined => {
  const place = id === undefined ? -1 : (graph?.nodes.findIndex((node) => node.id === id) ?? -1);
  return place < 0 ? undefined : place;
};

function open(node: number, keepFocus: boolean): void {
  const found = graph?.nodes[node];
  if (found) post({ type: 'open', id: found.id, keepFocus });
}

function select(node: number | undefined): void {
  const id = node === undefined ? undefined : graph?.nodes[node]?.id;
  if (id === undefined) delete state.selected;
  keep(id === undefined ? {} : { selected: id });
  list.mark(node);
  if (node !== undefined) drawing.reveal(node);
  mark();
  if (node !== undefined) page.status.textContent = spokenOf(node);
}

/** Shows the neighbourhood of a node alone; the whole picture again without one. */
function look(node: number | undefined): void {
  const id = node === undefined ? undefined : graph?.nodes[node]?.id;
  const was = state.focus;
  if (id !== undefined) {
    if (was === undefined) overview = drawing.viewport;
    keep({ focus: id, selected: id });
  } else delete state.focus;
  draw('fit');
  if (id === undefined && was !== undefined && overview) drawing.viewport = overview;
}

const callers = (node: number): number => graph?.edges.filter(({ to }) => to === node).length ?? 0;
const calls = (node: number): number => graph?.edges.filter(({ from }) => from === node).length ?? 0;

function spokenOf(node: number): string {
  const found = graph?.nodes[node];
  return found ? spoken(found, callers(node), calls(node)) : '';
}

function drawn(node: number): DrawnNode {
  const found = graph?.nodes[node];
  const group = groups[node];
  const border = theme.tones[group?.tone ?? 'plain'];
  const isPlain = group?.tone === undefined || group.tone === 'plain';
  return {
    node,
    id: found?.id ?? '',
    kind: found?.kind ?? 'service',
    text: `${group?.sign ? `${group.sign} ` : ''}${shorten(found?.label ?? '')}`,
    border,
    fill: theme.isHighContrast ? theme.background : mix(theme.background, border, isPlain ? 0.1 : 0.18),
    dashed: group?.tone === 'unsure' || (theme.isHighContrast && group?.tone === 'bad'),
  };
}

/** Draws what is to be seen now. @param move where the picture goes when its nodes are others */
function draw(move: 'fit' | 'stay'): void {
  if (!graph) return;
  groups = groupsOf(graph.nodes, state.colouring);
  const focus = placeOf(state.focus);
  const near = focus === undefined ? undefined : neighbourhood(graph.edges, focus, state.depth);
  shown = graph.nodes.flatMap(({ kind }, node) =>
    !state.hidden.includes(kind) && (near === undefined || near.has(node)) ? [node] : [],
  );
  const nodes = shown.map(drawn);
  const visible = new Map(shown.map((node, place) => [node, place]));
  const edges = graph.edges.filter(({ from, to }) => visible.has(from) && visible.has(to));
  const widths = nodes.map(({ kind, text }) => ({ kind, width: widthOf(text, theme.font) }));
  const now = JSON.stringify([
    nodes.map(({ id, kind }) => [id, kind]),
    widths.map(({ width }) => width),
    edges,
  ]);
  if (now === structure) drawing.recolour(nodes);
  else {
    const anchor = move === 'stay' ? (placeOf(state.selected) ?? drawing.central()) : undefined;
    const anchorId = anchor === undefined ? undefined : anchorIds.get(anchor);
    const before = anchor === undefined ? undefined : drawing.screenPlace(anchor);
    const started = performance.now();
    layout = layOut(
      widths,
      edges.map(({ from, to }) => ({ from: visible.get(from) ?? 0, to: visible.get(to) ?? 0 })),
      Math.max(0.5, page.picture.clientWidth / Math.max(1, page.picture.clientHeight)),
    );
    layoutMs = performance.now() - started;
    const drawStarted = performance.now();
    drawing.show(nodes, edges, layout);
    drawing.onceDrawn(() => tellDrawn(performance.now() - drawStarted, edges.length));
    const after = placeOf(anchorId);
    if (structure === '' && state.viewport) drawing.viewport = state.viewport;
    else if (before && after !== undefined) drawing.moveTo(after, before);
    else drawing.fit();
    structure = now;
    anchorIds = new Map(nodes.map(({ node, id }) => [node, id]));
  }
  page.all.hidden = focus === undefined;
  page.focus.disabled = placeOf(state.selected) === undefined;
  showList();
  showLegend(page.legend, legendOf(shown.flatMap((node) => groups[node] ?? [])));
  mark();
}

/** Ids of the nodes as they were drawn last: their places in the list may be others now. */
let anchorIds = new Map<number, string>();

const matching = (): number[] =>
  shown.filter((node) => {
    const found = graph?.nodes[node];
    return found !== undefined && fits(found, state.search);
  });

function tellDrawn(drawMs: number, edges: number): void {
  post({ type: 'drawn', nodes: shown.length, edges, matches: matching().length, layoutMs, drawMs });
}

function showList(): void {
  if (!graph) return;
  const { nodes } = graph;
  const found = matching();
  const rows = found.flatMap((place): Row[] => {
    const node = nodes[place];
    if (!node) return [];
    const guard = node.guard ? [guardWords(node.guard)] : [];
    const description = [node.kind, ...guard, ...node.roles, ...problemWords(node)].join(' · ');
    const tone = groups[place]?.tone ?? 'plain';
    return [{ node: place, tone, label: node.label, description, spoken: spokenOf(place) }];
  });
  list.show(rows, placeOf(state.selected));
  const focus = placeOf(state.focus);
  const of = focus === undefined ? '' : ` around ${nodes[focus]?.label ?? ''}`;
  page.status.textContent =
    state.search.trim() === ''
      ? `${shown.length} of ${nodes.length} nodes${of}${graph.complete ? '' : '; the index is not complete yet'}`
      : `${found.length} of ${shown.length} nodes fit${of}`;
}

/** Brings out what is found or selected. */
function mark(): void {
  if (!graph) return;
  const selected = placeOf(state.selected);
  const bright =
    state.search.trim() !== ''
      ? new Set(matching())
      : selected !== undefined && shown.includes(selected)
        ? neighbourhood(graph.edges, selected, 1)
        : undefined;
  drawing.emphasize(selected, bright);
  page.focus.disabled = selected === undefined;
  showDetails(page.details, graph, selected, {
    open: (node) => open(node, false),
    focus: look,
    go: (node) => {
      if (!shown.includes(node)) look(undefined);
      select(node);
    },
  });
}

function receive(message: ToPage): void {
  switch (message.type) {
    case 'welcome': {
      graph = undefined;
      structure = '';
      showMain(false);
      page.welcome.replaceChildren(
        textElement('p', message.text),
        ...message.actions.map(({ title, command }) => button(title, () => post({ type: 'run', command }))),
      );
      return;
    }
    case 'graph': {
      const isOther = graph !== undefined && graph.app !== message.graph.app;
      graph = message.graph;
      showMain(true);
      if (graph.app !== null) keep({ app: graph.app });
      showApps(graph);
      if (isOther) {
        delete state.focus;
        delete state.selected;
        keep({});
      }
      draw(isOther ? 'fit' : 'stay');
      return;
    }
    case 'focus': {
      const node = placeOf(message.id);
      if (node === undefined) return;
      keep({ search: '', hidden: [] });
      showSettings();
      look(node);
      page.nodes.focus();
    }
  }
}

function showMain(isShown: boolean): void {
  page.main.hidden = !isShown;
  page.toolbar.hidden = !isShown;
  page.welcome.hidden = isShown;
  if (isShown) drawing.resize();
}

function showApps({ apps, app }: GraphData): void {
  page.appLabel.hidden = apps.length < 2;
  page.app.replaceChildren(
    ...apps.map(({ id, label }) => {
      const option = document.createElement('option');
      option.value = id;
      option.textContent = label;
      option.selected = id === app;
      return option;
    }),
  );
}

function showSettings(): void {
  page.search.value = state.search;
  page.colouring.value = state.colouring;
  page.depth.value = String(state.depth);
  for (const box of page.kinds.querySelectorAll('input'))
    box.checked = !state.hidden.some((kind) => kind === box.value);
}

function picture(): Picture {
  const nodes = shown.map(drawn);
  const visible = new Map(shown.map((node, place) => [node, place]));
  return {
    nodes: nodes.map(({ node, kind, text, border, fill, dashed }, place) => ({
      ...(layout.boxes[place] ?? { x: 0, y: 0, width: 0, height: 0 }),
      kind,
      text,
      border,
      fill,
      dashed,
      title: spokenOf(node),
    })),
    edges: (graph?.edges ?? []).flatMap(({ kind, from, to }) => {
      const [a, b] = [visible.get(from), visible.get(to)];
      return a === undefined || b === undefined ? [] : [{ kind, from: a, to: b }];
    }),
    columns: layout.columns,
    legend: legendOf(shown.flatMap((node) => groups[node] ?? [])).map(({ label, sign, tone }) => ({
      label: `${sign ? `${sign} ` : ''}${label}`,
      colour: theme.tones[tone],
    })),
    background: theme.background,
    foreground: theme.foreground,
    edge: theme.edge,
    font: theme.font,
  };
}

function pictureKey(event: KeyboardEvent): void {
  const selected = placeOf(state.selected);
  if (event.key.startsWith('Arrow')) {
    const next =
      selected === undefined ? (drawing.central() ?? shown[0]) : drawing.neighbour(selected, event.key);
    if (next !== undefined) select(next);
  } else if (event.key === 'Enter' && selected !== undefined) open(selected, false);
  else if (event.key === 'f' && selected !== undefined) look(selected);
  else if (event.key === '+' || event.key === '=') drawing.zoomBy(1.25);
  else if (event.key === '-') drawing.zoomBy(0.8);
  else if (event.key === '0') drawing.fit();
  else return;
  event.preventDefault();
}

page.picture.addEventListener('keydown', pictureKey);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && state.focus !== undefined) look(undefined);
  else if (event.key === '/' && document.activeElement !== page.search) {
    page.search.focus();
    event.preventDefault();
  }
});
page.search.addEventListener('input', () => {
  keep({ search: page.search.value });
  showList();
  mark();
});
page.search.addEventListener('keydown', (event) => {
  const [first] = matching();
  if (event.key === 'ArrowDown') page.nodes.focus();
  else if (event.key === 'Enter' && first !== undefined) {
    select(first);
    page.nodes.focus();
  } else return;
  event.preventDefault();
});
page.colouring.addEventListener('change', () => {
  keep({ colouring: colourings.find((one) => one === page.colouring.value) ?? 'guard' });
  draw('stay');
});
page.kinds.addEventListener('change', () => {
  const hidden = [...page.kinds.querySelectorAll('input')].flatMap((box) => (box.checked ? [] : [box.value]));
  keep({
    hidden: (['page', 'route', 'action', 'service', 'model'] as const).filter((kind) =>
      hidden.includes(kind),
    ),
  });
  draw('stay');
});
page.depth.addEventListener('change', () => {
  keep({ depth: Number(page.depth.value) });
  if (state.focus !== undefined) draw('fit');
});
page.app.addEventListener('change', () => post({ type: 'app', id: page.app.value }));
page.focus.addEventListener('click', () => {
  const selected = placeOf(state.selected);
  if (selected !== undefined) look(selected);
});
page.all.addEventListener('click', () => look(undefined));
page.fit.addEventListener('click', () => drawing.fit());
page.svg.addEventListener('click', () => post({ type: 'export', format: 'svg', data: svgOf(picture()) }));
page.png.addEventListener('click', () =>
  post({ type: 'export', format: 'png', data: drawing.png(theme.background) }),
);
window.addEventListener('message', ({ data }) => {
  const message = toPageSchema.safeParse(data);
  if (message.success) receive(message.data);
});
window.addEventListener('error', ({ message }) => post({ type: 'failed', message }));
new ResizeObserver(() => drawing.resize()).observe(page.picture);
function applyTheme(): void {
  for (const [tone, colour] of Object.entries(theme.tones))
    document.body.style.setProperty(`--tone-${tone}`, colour);
}

onThemeChange(() => {
  theme = readTheme();
  applyTheme();
  drawing.restyle(theme);
  draw('stay');
});

applyTheme();
showSettings();
post({ type: 'ready', ...(state.app === undefined ? {} : { app: state.app }) });
