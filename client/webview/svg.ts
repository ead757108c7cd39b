/** The picture as an SVG file: made from the same places as what is on the screen, with every foreign text escaped. */
import type { GraphNodeData } from '../../src/protocol/graph.ts';
import { curveBetween, type Box, type Column } from './layout.ts';

export interface PictureNode extends Box {
  kind: GraphNodeData['kind'];
  text: string;
  /** Said when one points at it. */
  title: string;
  border: string;
  fill: string;
  dashed: boolean;
}

export interface Picture {
  nodes: readonly PictureNode[];
  edges: readonly { kind: 'calls' | 'reads' | 'writes'; from: number; to: number }[];
  columns: readonly Column[];
  legend: readonly { label: string; colour: string }[];
  background: string;
  foreground: string;
  edge: string;
  /** A font list without quotes of its own. */
  font: string;
}

const margin = 24;
/** Room for the titles of columns. */
const headRoom = 40;
const legendHeight = 30;

/** How arrows of a kind are drawn. */
export const strokes = {
  calls: { width: 1.2, dash: undefined },
  reads: { width: 1.2, dash: '4 3' },
  writes: { width: 2.2, dash: undefined },
} as const;

export function svgOf(picture: Picture): string {
  const { nodes, edges, columns, background, foreground, font } = picture;
  const left = Math.min(0, ...nodes.map(({ x, width }) => x - width / 2)) - margin;
  const right = Math.max(1, ...nodes.map(({ x, width }) => x + width / 2)) + margin;
  const top = Math.min(0, ...nodes.map(({ y, height }) => y - height / 2)) - margin - headRoom;
  const bottom = Math.max(1, ...nodes.map(({ y, height }) => y + height / 2)) + margin + legendHeight;
  const [width, height] = [round(right - left), round(bottom - top)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${round(left)} ${round(top)} ${width} ${height}" font-family="${attribute(font)}" font-size="12">`,
    '<title>Backend graph</title>',
    `<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="${attribute(picture.edge)}"/></marker></defs>`,
    `<rect x="${round(left)}" y="${round(top)}" width="${width}" height="${height}" fill="${attribute(background)}"/>`,
    ...columns.map(
      ({ title, x, y }) =>
        `<text x="${round(x)}" y="${round(y - 16)}" fill="${attribute(foreground)}" font-weight="bold">${escape(title)}</text>`,
    ),
    `<g fill="none" stroke="${attribute(picture.edge)}">`,
    ...edges.flatMap(({ kind, from, to }) => {
      const [source, target] = [nodes[from], nodes[to]];
      return source && target ? [edgeOf(kind, source, target)] : [];
    }),
    '</g>',
    ...nodes.map((node) => nodeOf(node, foreground)),
    ...legendLines(picture, left + margin, bottom - margin / 2),
    '</svg>',
    '',
  ].join('\n');
}

function edgeOf(kind: keyof typeof strokes, source: Box, target: Box): string {
  const { start, end, controls } = curveBetween(source, target);
  const [a, b] = controls;
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const path = `M${point(start)}Q${point(a)} ${point(middle)}Q${point(b)} ${point(end)}`;
  const { width, dash } = strokes[kind];
  return `<path d="${path}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ''} marker-end="url(#a)"/>`;
}

function nodeOf(node: PictureNode, foreground: string): string {
  const look = `fill="${attribute(node.fill)}" stroke="${attribute(node.border)}" stroke-width="1.5"${node.dashed ? ' stroke-dasharray="5 3"' : ''}`;
  return `<g><title>${escape(node.title)}</title>${shapeOf(node, look)}<text x="${round(node.x)}" y="${round(node.y + 4)}" text-anchor="middle" fill="${attribute(foreground)}">${escape(node.text)}</text></g>`;
}

/** The outlines that Cytoscape draws: services are round, models are barrels, routes have cut corners. */
function shapeOf({ kind, x, y, width, height }: PictureNode, look: string): string {
  const [l, r, t, b] = [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
  if (kind === 'route') {
    const cut = 6;
    const corners = [
      [l + cut, t],
      [r - cut, t],
      [r, t + cut],
      [r, b - cut],
      [r - cut, b],
      [l + cut, b],
      [l, b - cut],
      [l, t + cut],
    ];
    return `<path d="M${corners.map(([px = 0, py = 0]) => point({ x: px, y: py })).join('L')}z" ${look}/>`;
  }
  if (kind === 'model') {
    const bow = 4;
    const path = `M${point({ x: l, y: t + bow })}Q${point({ x, y: t - bow })} ${point({ x: r, y: t + bow })}V${round(b - bow)}Q${point({ x, y: b + bow })} ${point({ x: l, y: b - bow })}z`;
    return `<path d="${path}" ${look}/>`;
  }
  const radius = kind === 'service' ? height / 2 : kind === 'action' ? 5 : 0;
  return `<rect x="${round(l)}" y="${round(t)}" width="${round(width)}" height="${round(height)}" rx="${radius}" ${look}/>`;
}

function legendLines({ legend, foreground }: Picture, left: number, y: number): string[] {
  let x = left;
  return legend.map(({ label, colour }) => {
    const at = x;
    x += 40 + label.length * 7;
    return `<rect x="${round(at)}" y="${round(y - 10)}" width="12" height="12" fill="${attribute(colour)}"/><text x="${round(at + 18)}" y="${round(y)}" fill="${attribute(foreground)}">${escape(label)}</text>`;
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
const point = ({ x, y }: { x: number; y: number }): string => `${round(x)} ${round(y)}`;

/** Signs that XML 1.0 does not know at all: most control characters, and halves of pairs. */
const unknownSigns = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escape(text: string): string {
  return text
    .replace(unknownSigns, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

const attribute = (text: string): string => escape(text).replaceAll('"', '&quot;');
