/**
 * Where the nodes of the graph stand: entry points on the left, models on the right, arrows from left to right. The layers are known from
 * what a backend is, so that no general algorithm has to find them: those took 10 s for 400 nodes where this takes milliseconds.
 */
import type { GraphData, GraphNodeData } from '../../src/protocol/graph.ts';

export interface Box {
  /** Centre. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Column {
  title: string;
  /** Left edge. */
  x: number;
  /** Top of the highest node. */
  y: number;
  width: number;
}

export interface Layout {
  /** One for each node, in their order. */
  boxes: Box[];
  columns: Column[];
  width: number;
  height: number;
}

export interface LayoutNode extends Pick<GraphNodeData, 'kind'> {
  /** In pixels, with what surrounds the text. */
  width: number;
}

type Edge = Pick<GraphData['edges'][number], 'from' | 'to'>;

export const nodeHeight = 26;
const rowHeight = 36;
const layerGap = 110;
/** Between the parts of a layer that is too long for one column. */
const partGap = 16;
/** A column of more rows is folded: nobody sees both of its ends. */
const longColumn = 45;
/** Services that call services stand in so many columns at most. */
const maxServiceDepth = 4;

/**
 * Places the nodes.
 * @param aspect width of the screen divided by its height
 */
export function layOut(nodes: readonly LayoutNode[], edges: readonly Edge[], aspect: number): Layout {
  const layerOf = layersOf(nodes, edges);
  const layers = orderedLayers(nodes.length, layerOf, edges);
  const widths = layers.map((layer) => Math.max(60, ...layer.map((node) => nodes[node]?.width ?? 0)));
  const rows = rowsFor(
    layers.map(({ length }) => length),
    widths,
    aspect,
  );
  const tallest = Math.max(1, ...layers.map(({ length }) => Math.min(length, rows)));
  const boxes: Box[] = nodes.map(() => ({ x: 0, y: 0, width: 60, height: nodeHeight }));
  const columns: Column[] = [];
  let left = 0;
  for (const [place, layer] of layers.entries()) {
    const width = widths[place] ?? 0;
    const parts = Math.ceil(layer.length / rows);
    const used = Math.ceil(layer.length / parts);
    for (const [i, node] of layer.entries()) {
      const part = Math.floor(i / used);
      const x = left + part * (width + partGap) + width / 2;
      const y = ((i % used) + (tallest - used) / 2) * rowHeight;
      boxes[node] = { x, y, width, height: nodeHeight };
    }
    const whole = parts * (width + partGap) - partGap;
    columns.push({ title: titleOf(layer.map((node) => nodes[node]?.kind)), x: left, y: 0, width: whole });
    left += whole + layerGap;
  }
  straighten(boxes, layers, edges, rows);
  for (const [place, column] of columns.entries())
    column.y = Math.min(...(layers[place] ?? []).map((node) => boxes[node]?.y ?? 0)) - nodeHeight / 2;
  const bottoms = boxes.map(({ y, height }) => y + height / 2);
  const tops = boxes.map(({ y, height }) => y - height / 2);
  return {
    boxes,
    columns,
    width: Math.max(0, left - layerGap),
    height: boxes.length === 0 ? 0 : Math.max(...bottoms) - Math.min(...tops),
  };
}

const TITLES = { page: 'Pages', route: 'Routes', action: 'Actions', service: 'Services', model: 'Models' };

function titleOf(kinds: readonly (GraphNodeData['kind'] | undefined)[]): string {
  const all = new Set(kinds.flatMap((kind) => (kind ? [TITLES[kind]] : [])));
  return [...all].join(' and ');
}

/** The layer of each node, without empty ones. */
function layersOf(nodes: readonly LayoutNode[], edges: readonly Edge[]): number[] {
  const depths = serviceDepths(nodes, edges);
  const wanted = nodes.map(({ kind }, node) => {
    if (kind === 'page' || kind === 'route') return 0;
    if (kind === 'action') return 1;
    return kind === 'service' ? 2 + (depths.get(node) ?? 0) : 2 + maxServiceDepth;
  });
  const used = [...new Set(wanted)].toSorted((a, b) => a - b);
  return wanted.map((layer) => used.indexOf(layer));
}

/** How many services stand before one on its longest way, cycles cut where they close. */
function serviceDepths(nodes: readonly LayoutNode[], edges: readonly Edge[]): Map<number, number> {
  const next = new Map<number, number[]>();
  for (const { from, to } of edges)
    if (nodes[from]?.kind === 'service' && nodes[to]?.kind === 'service') push(next, from, to);
  const done = new Set<number>();
  const open = new Set<number>();
  const order: number[] = [];
  const cut = new Set<string>();
  const visit = (start: number): void => {
    const stack = [{ node: start, at: 0 }];
    open.add(start);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const to = next.get(top.node)?.[top.at++];
      if (to === undefined) {
        stack.pop();
        open.delete(top.node);
        done.add(top.node);
        order.push(top.node);
      } else if (open.has(to)) cut.add(`${top.node} ${to}`);
      else if (!done.has(to)) {
        open.add(to);
        stack.push({ node: to, at: 0 });
      }
    }
  };
  for (const node of next.keys()) if (!done.has(node)) visit(node);
  const depths = new Map<number, number>();
  for (const node of order.toReversed())
    for (const to of next.get(node) ?? [])
      if (!cut.has(`${node} ${to}`))
        depths.set(
          to,
          Math.min(maxServiceDepth - 1, Math.max(depths.get(to) ?? 0, (depths.get(node) ?? 0) + 1)),
        );
  return depths;
}

/** The nodes of each layer in an order with few crossings: each stands at the mean of its neighbours, from left to right and back. */
function orderedLayers(size: number, layerOf: readonly number[], edges: readonly Edge[]): number[][] {
  const layers: number[][] = [];
  for (let node = 0; node < size; node++) (layers[layerOf[node] ?? 0] ??= []).push(node);
  const before = new Map<number, number[]>();
  const after = new Map<number, number[]>();
  for (const { from, to } of edges) {
    const [left, right] = (layerOf[from] ?? 0) <= (layerOf[to] ?? 0) ? [from, to] : [to, from];
    push(after, left, right);
    push(before, right, left);
  }
  const position = Array.from({ length: size }, () => 0);
  const number = (layer: readonly number[]): void => {
    for (const [i, node] of layer.entries()) position[node] = (i + 0.5) / layer.length;
  };
  layers.forEach(number);
  const sweeps = 6;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const [neighbours, order] = sweep % 2 === 0 ? [before, layers] : [after, layers.toReversed()];
    for (const layer of order) {
      const wish = new Map(
        layer.map((node) => [node, mean(neighbours.get(node), position) ?? position[node] ?? 0]),
      );
      layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || a - b);
      number(layer);
    }
  }
  return layers;
}

/** How many rows a column may have, so that the picture gets the shape of the screen. */
function rowsFor(lengths: readonly number[], widths: readonly number[], aspect: number): number {
  const longest = Math.max(1, ...lengths);
  if (longest <= longColumn) return longest;
  for (let rows = longColumn; rows < longest; rows += 5) {
    let width = (lengths.length - 1) * layerGap;
    for (const [i, length] of lengths.entries())
      width += Math.ceil(length / rows) * ((widths[i] ?? 0) + partGap) - partGap;
    if (width <= aspect * rows * rowHeight) return rows;
  }
  return longest;
}

/** Moves nodes up and down, in their order, towards the middle of their neighbours; folded layers stay a grid. */
function straighten(boxes: Box[], layers: readonly number[][], edges: readonly Edge[], rows: number): void {
  const neighbours = new Map<number, number[]>();
  for (const { from, to } of edges) {
    push(neighbours, from, to);
    push(neighbours, to, from);
  }
  const free = layers.filter((layer) => layer.length <= rows);
  for (const pass of [free, free.toReversed(), free])
    for (const layer of pass) {
      const ys = boxes.map(({ y }) => y);
      const wishes = layer.map((node) => mean(neighbours.get(node), ys) ?? ys[node] ?? 0);
      for (const [i, y] of spread(wishes, rowHeight).entries()) {
        const box = boxes[layer[i] ?? -1];
        if (box) box.y = y;
      }
    }
}

/**
 * The places nearest to wishes (least squares) that keep their order and a gap: pooling of adjacent violators.
 * @returns as many places as wishes, each at least `gap` after the one before
 */
export function spread(wishes: readonly number[], gap: number): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const [i, wish] of wishes.entries()) {
    pools.push({ sum: wish - i * gap, count: 1 });
    for (;;) {
      const [a, b] = [pools.at(-2), pools.at(-1)];
      if (!a || !b || a.sum / a.count <= b.sum / b.count) break;
      pools.splice(-2, 2, { sum: a.sum + b.sum, count: a.count + b.count });
    }
  }
  return pools
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((value, i) => value + i * gap);
}

export interface Curve {
  /** Right edge of the source, left edge of the target. */
  start: { x: number; y: number };
  end: { x: number; y: number };
  /** Control points of two quadratic curves that meet in the middle. */
  controls: readonly [{ x: number; y: number }, { x: number; y: number }];
}

/** The arrow between two nodes: out of the right side of one, into the left side of the other. */
export function curveBetween(from: Box, to: Box): Curve {
  const start = { x: from.x + from.width / 2, y: from.y };
  const end = { x: to.x - to.width / 2, y: to.y };
  const reach = end.x > start.x ? Math.min((end.x - start.x) / 2, layerGap) : layerGap / 2;
  return {
    start,
    end,
    controls: [
      { x: start.x + reach, y: start.y },
      { x: end.x - reach, y: end.y },
    ],
  };
}

function mean(places: readonly number[] | undefined, values: readonly number[]): number | undefined {
  if (!places || places.length === 0) return undefined;
  return places.reduce((sum, place) => sum + (values[place] ?? 0), 0) / places.length;
}

function push(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
