/** The picture on the screen, drawn by Cytoscape: it is given places and colours, and tells what was pointed at. */
import cytoscape from 'cytoscape';
import type { GraphData } from '../../src/protocol/graph.ts';
import { curveBetween, type Layout } from './layout.ts';
import { strokes } from './svg.ts';
import type { Theme } from './theme.ts';

export interface DrawnNode {
  /** Place in the graph's list. */
  node: number;
  id: string;
  kind: GraphData['nodes'][number]['kind'];
  text: string;
  border: string;
  fill: string;
  dashed: boolean;
}

export interface Viewport {
  zoom: number;
  pan: { x: number; y: number };
}

export interface DrawingEvents {
  pointed(node: number | undefined): void;
  clicked(node: number | undefined, event: { focus: boolean }): void;
  moved(): void;
}

/** Above this arrows are straight: curves of so many take longer than anybody looks at them. */
const manyEdges = 1500;

/** Above this an image of the picture moves in its place while it is dragged, without arrows. */
const manyNodes = 600;

export const zoomLimits = { min: 0.02, max: 3 };

export class Drawing {
  readonly #container: HTMLElement;
  readonly #events: DrawingEvents;
  #cy: cytoscape.Core;
  #isLarge = false;
  #theme: Theme;
  #edges: GraphData['edges'] = [];

  constructor(container: HTMLElement, theme: Theme, events: DrawingEvents) {
    this.#container = container;
    this.#events = events;
    this.#theme = theme;
    this.#cy = this.#make();
  }

  #make(): cytoscape.Core {
    const cy = cytoscape({
      container: this.#container,
      style: styleOf(this.#theme),
      layout: { name: 'preset' },
      minZoom: zoomLimits.min,
      maxZoom: zoomLimits.max,
      autoungrabify: true,
      boxSelectionEnabled: false,
      autounselectify: true,
      hideEdgesOnViewport: this.#isLarge,
      textureOnViewport: this.#isLarge,
    });
    const events = this.#events;
    cy.on('mouseover', 'node', ({ target }) => events.pointed(Number(target.data('node'))));
    cy.on('mouseout', 'node', () => events.pointed(undefined));
    cy.on('tap', (event) => {
      const isNode = event.target !== cy && event.target.isNode();
      const { altKey, ctrlKey, metaKey } = event.originalEvent;
      events.clicked(isNode ? Number(event.target.data('node')) : undefined, {
        focus: altKey || ctrlKey || metaKey,
      });
    });
    cy.on('cxttap', 'node', ({ target }) => events.clicked(Number(target.data('node')), { focus: true }));
    cy.on('viewport', () => events.moved());
    return cy;
  }

  /** Draws other nodes. */
  show(nodes: readonly DrawnNode[], edges: GraphData['edges'], layout: Layout): void {
    this.#edges = edges;
    const many = edges.length > manyEdges;
    const isLarge = nodes.length > manyNodes;
    if (isLarge !== this.#isLarge) {
      const { viewport } = this;
      this.#cy.destroy();
      this.#isLarge = isLarge;
      this.#cy = this.#make();
      this.#cy.viewport(viewport);
    }
    const boxOf = new Map(nodes.map(({ node }, place) => [node, layout.boxes[place]]));
    this.#cy.batch(() => {
      this.#cy.elements().remove();
      this.#cy.add([
        ...nodes.map(({ node, ...data }, place): cytoscape.NodeDefinition => {
          const { x = 0, y = 0, width = 0, height = 0 } = layout.boxes[place] ?? {};
          return {
            group: 'nodes',
            data: { ...data, id: `n${node}`, node, width, height },
            position: { x, y },
            classes: data.kind,
          };
        }),
        ...layout.columns.map((column, place): cytoscape.NodeDefinition => ({
          group: 'nodes',
          data: {
            id: `column${place}`,
            text: column.title,
            width: 1,
            height: 1,
            border: '#000000',
            fill: '#000000',
          },
          position: { x: column.x + column.width / 2, y: column.y - 20 },
          classes: 'column',
          selectable: false,
        })),
        ...edges.flatMap(({ kind, from, to }): cytoscape.EdgeDefinition[] => {
          const [source, target] = [boxOf.get(from), boxOf.get(to)];
          if (!source || !target) return [];
          return [
            {
              group: 'edges',
              data: {
                id: `e${from}-${kind}-${to}`,
                source: `n${from}`,
                target: `n${to}`,
                ...bend(curveBetween(source, target)),
              },
              classes: `${kind} ${many ? 'straight' : 'bent'}`,
            },
          ];
        }),
      ]);
    });
  }

  /** Calls back once, when the picture is on the screen. */
  onceDrawn(listener: () => void): void {
    this.#cy.one('render', listener);
  }

  /** Colours and texts of the nodes that are drawn. */
  recolour(nodes: readonly DrawnNode[]): void {
    this.#cy.batch(() => {
      for (const { node, ...data } of nodes) {
        const { id: _, ...looks } = data;
        this.#cy.getElementById(`n${node}`).data(looks);
      }
    });
  }

  /** Draws with the colours of a theme from now on. */
  restyle(theme: Theme): void {
    this.#theme = theme;
    this.#cy.style(styleOf(theme));
  }

  /** Brings some nodes out and lets the others step back; none for all alike. */
  emphasize(selected: number | undefined, bright: ReadonlySet<number> | undefined): void {
    this.#cy.batch(() => {
      this.#cy.elements().removeClass('selected dim bright');
      if (bright) {
        this.#cy.nodes().forEach((node) => {
          if (!node.hasClass('column') && !bright.has(Number(node.data('node')))) node.addClass('dim');
        });
        this.#cy.edges().forEach((edge) => {
          const [from, to] = [Number(edge.source().data('node')), Number(edge.target().data('node'))];
          const isOwn =
            selected === undefined
              ? bright.has(from) && bright.has(to)
              : from === selected || to === selected;
          edge.addClass(isOwn ? 'bright' : 'dim');
        });
      }
      if (selected !== undefined) this.#cy.getElementById(`n${selected}`).addClass('selected');
    });
  }

  get viewport(): Viewport {
    return { zoom: this.#cy.zoom(), pan: { ...this.#cy.pan() } };
  }

  set viewport(viewport: Viewport) {
    this.#cy.viewport(viewport);
  }

  /** Everything, or what can be read of it beginning at the top left. */
  fit(): void {
    this.#cy.fit(undefined, 24);
  }

  zoomBy(factor: number): void {
    const level = this.#cy.zoom() * factor;
    this.#cy.zoom({ level, renderedPosition: { x: this.#cy.width() / 2, y: this.#cy.height() / 2 } });
  }

  /** Where a node stands on the screen; undefined when it is not drawn. */
  screenPlace(node: number): { x: number; y: number } | undefined {
    const found = this.#cy.getElementById(`n${node}`);
    return found.nonempty() ? { ...found.renderedPosition() } : undefined;
  }

  /** The drawn node nearest to the middle of the screen. */
  central(): number | undefined {
    const middle = { x: this.#cy.width() / 2, y: this.#cy.height() / 2 };
    let best: { node: number; far: number } | undefined;
    this.#cy.nodes().forEach((node) => {
      if (node.hasClass('column')) return;
      const { x, y } = node.renderedPosition();
      const far = Math.hypot(x - middle.x, y - middle.y);
      if (!best || far < best.far) best = { node: Number(node.data('node')), far };
    });
    return best?.node;
  }

  /** Moves the picture so that a node comes to a place of the screen. */
  moveTo(node: number, place: { x: number; y: number }): void {
    const now = this.screenPlace(node);
    if (now) this.#cy.panBy({ x: place.x - now.x, y: place.y - now.y });
  }

  /** Brings a node into view, large enough to be read. */
  reveal(node: number): void {
    const found = this.#cy.getElementById(`n${node}`);
    if (found.empty()) return;
    const { x, y } = found.renderedPosition();
    const isReadable = this.#cy.zoom() >= 0.6;
    const isVisible = x > 60 && y > 20 && x < this.#cy.width() - 60 && y < this.#cy.height() - 20;
    if (!isReadable) this.#cy.zoom(0.9);
    if (!isReadable || !isVisible) this.#cy.center(found);
  }

  resize(): void {
    this.#cy.resize();
  }

  /** The whole picture as PNG in base64. */
  png(background: string): string {
    const size = this.#cy.elements().boundingBox();
    // Above 16,384 pixels browsers give an empty picture.
    const scale = Math.min(2, 12_000 / Math.max(size.w, size.h, 1));
    return this.#cy.png({ output: 'base64', full: true, scale, bg: background });
  }

  /** The next node in a direction: along arrows to the sides, within a column up and down. */
  neighbour(node: number, key: string): number | undefined {
    const own = this.screenPlace(node);
    if (!own) return undefined;
    const sideways = key === 'ArrowLeft' || key === 'ArrowRight';
    const candidates = sideways
      ? this.#edges.flatMap(({ from, to }) =>
          key === 'ArrowRight' ? (from === node ? [to] : []) : to === node ? [from] : [],
        )
      : this.#cy
          .nodes()
          .filter((other) => !other.hasClass('column') && Math.abs(other.renderedPosition().x - own.x) < 1)
          .map((other) => Number(other.data('node')));
    let best: { node: number; far: number } | undefined;
    for (const candidate of candidates) {
      const place = this.screenPlace(candidate);
      if (!place || candidate === node) continue;
      const down = place.y - own.y;
      if ((key === 'ArrowDown' && down <= 0) || (key === 'ArrowUp' && down >= 0)) continue;
      const far = Math.abs(down);
      if (!best || far < best.far) best = { node: candidate, far };
    }
    return best?.node;
  }
}

/** Control points in the words of Cytoscape: how far along the line between the ends, and how far beside it. */
function bend({ start, end, controls }: ReturnType<typeof curveBetween>): {
  weights: string;
  distances: string;
} {
  const along = { x: end.x - start.x, y: end.y - start.y };
  const length = Math.max(1, Math.hypot(along.x, along.y));
  const parts = controls.map(({ x, y }) => {
    const [dx, dy] = [x - start.x, y - start.y];
    return {
      weight: (dx * along.x + dy * along.y) / (length * length),
      distance: (dy * along.x - dx * along.y) / length,
    };
  });
  return {
    weights: parts.map(({ weight }) => weight.toFixed(4)).join(' '),
    distances: parts.map(({ distance }) => distance.toFixed(2)).join(' '),
  };
}

function styleOf(theme: Theme): cytoscape.StylesheetJson {
  const edges = (['calls', 'reads', 'writes'] as const).map((kind) => ({
    selector: `edge.${kind}`,
    style: {
      width: strokes[kind].width,
      'line-style': strokes[kind].dash ? ('dashed' as const) : ('solid' as const),
      'line-dash-pattern': [4, 3],
    },
  }));
  return [
    {
      selector: 'node',
      style: {
        width: 'data(width)',
        height: 'data(height)',
        label: 'data(text)',
        shape: 'round-rectangle',
        'text-valign': 'center',
        'text-halign': 'center',
        'font-size': 12,
        'font-family': theme.font,
        'min-zoomed-font-size': 6,
        color: theme.foreground,
        'background-color': 'data(fill)',
        'border-color': 'data(border)',
        'border-width': 1.5,
      },
    },
    { selector: 'node[?dashed]', style: { 'border-style': 'dashed' } },
    { selector: 'node.route', style: { shape: 'cut-rectangle' } },
    { selector: 'node.page', style: { shape: 'rectangle' } },
    { selector: 'node.service', style: { shape: 'round-rectangle', 'corner-radius': '13px' } },
    { selector: 'node.model', style: { shape: 'barrel' } },
    {
      selector: 'node.column',
      style: {
        'background-opacity': 0,
        'border-width': 0,
        'font-size': 14,
        'font-weight': 'bold',
        color: theme.foreground,
        events: 'no',
      },
    },
    {
      selector: 'edge',
      style: {
        'line-color': theme.edge,
        'target-arrow-color': theme.edge,
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.7,
        'source-endpoint': '50% 0%',
        'target-endpoint': '-50% 0%',
        events: 'no',
        opacity: theme.isHighContrast ? 1 : 0.7,
      },
    },
    { selector: 'edge.straight', style: { 'curve-style': 'straight' } },
    {
      selector: 'edge.bent',
      style: {
        'curve-style': 'unbundled-bezier',
        // Newer than the library's own types.
        'edge-distances': 'endpoints' as 'node-position',
        'control-point-weights': 'data(weights)' as unknown as number[],
        'control-point-distances': 'data(distances)' as unknown as number[],
      },
    },
    ...edges,
    { selector: 'node.dim', style: { opacity: theme.isHighContrast ? 0.45 : 0.25 } },
    { selector: 'edge.dim', style: { opacity: theme.isHighContrast ? 0.25 : 0.08 } },
    {
      selector: 'edge.bright',
      style: { 'line-color': theme.focus, 'target-arrow-color': theme.focus, opacity: 1, 'z-index': 5 },
    },
    {
      selector: 'node.selected',
      style: { 'border-color': theme.focus, 'border-width': 3.5, 'border-style': 'solid' },
    },
  ];
}
