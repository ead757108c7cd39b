/** The graph of the map: nodes and arrows of the engine, and what the page makes of them. */
import { describe, expect, test } from 'vitest';
import type { GraphData, GraphNodeData } from '../../src/protocol/graph.ts';
import { curveBetween, layOut, nodeHeight, spread, type LayoutNode } from '../../client/webview/layout.ts';
import { svgOf, type Picture } from '../../client/webview/svg.ts';
import { firstState, readState } from '../../client/webview/state.ts';
import { fits, groupsOf, legendOf, neighbourhood, spoken } from '../../client/webview/view.ts';
import { graphPage } from '../../client/features/graphPage.ts';
import { openFiles } from '../kit/check.ts';
import { notes } from './kit.ts';

describe('nodes and arrows', () => {
  test('what is called from outside, what it calls, what that touches', async () => {
    const engine = await openFiles(notes);
    const { nodes, edges } = engine.mapGraph('');
    expect(nodes.map(({ kind, label, guard }) => [kind, label, guard])).toEqual([
      ['route', 'GET /api/notes', 'guarded'],
      ['action', 'saveNote', 'guarded'],
      ['service', 'addNote', undefined],
      ['service', 'listNotes', undefined],
      ['model', 'Note', undefined],
      ['model', 'User', undefined],
    ]);
    const name = (place: number): string => nodes[place]?.label ?? '';
    expect(edges.map(({ kind, from, to }) => `${name(from)} ${kind} ${name(to)}`).toSorted()).toEqual([
      'GET /api/notes calls listNotes',
      'addNote writes Note',
      'listNotes reads Note',
      'saveNote calls addNote',
    ]);
  });

  test('it is the same object until the map says something else', async () => {
    const engine = await openFiles(notes);
    const before = engine.mapGraph('');
    expect(engine.mapGraph('')).toBe(before);
    const file = 'lib/services/note.service.ts';
    engine.update([{ file, text: `\n\n${notes[file] ?? ''}` }]);
    expect(engine.mapGraph('')).toBe(before);
    engine.update([
      { file, text: `${notes[file] ?? ''}\nexport const all = () => prisma.note.findMany();\n` },
    ]);
    expect(engine.mapGraph('').nodes).toHaveLength(before.nodes.length + 1);
  });

  test('there is none where there is no application', async () => {
    const engine = await openFiles({});
    expect(engine.mapGraph('apps/none')).toEqual({ nodes: [], edges: [] });
  });
});

const node = (
  kind: GraphNodeData['kind'],
  label: string,
  more: Partial<GraphNodeData> = {},
): GraphNodeData => ({
  id: `${kind}:${label}`,
  kind,
  label,
  file: `lib/${label}.ts`,
  area: label,
  roles: [],
  findings: { error: 0, warning: 0, info: 0, hint: 0 },
  ...more,
});
const arrow = (from: number, to: number): GraphData['edges'][number] => ({ kind: 'calls', from, to });
const box = (kind: GraphNodeData['kind']): LayoutNode => ({ kind, width: 100 });

describe('places', () => {
  test('kinds stand from left to right, services behind the services that call them', () => {
    const nodes = [box('model'), box('service'), box('service'), box('action'), box('page'), box('route')];
    const { boxes, columns } = layOut(nodes, [arrow(4, 3), arrow(3, 1), arrow(1, 2), arrow(2, 0)], 1.6);
    const x = boxes.map((one) => one.x);
    expect(x[4]).toBe(x[5]);
    expect([x[4], x[3], x[1], x[2], x[0]]).toEqual(x.slice(0, 5).toSorted((a, b) => a - b));
    expect(columns.map(({ title }) => title)).toEqual([
      'Pages and Routes',
      'Actions',
      'Services',
      'Services',
      'Models',
    ]);
  });

  test('services that call each other in a circle are placed all the same', () => {
    const nodes = [box('service'), box('service'), box('service')];
    const { boxes } = layOut(nodes, [arrow(0, 1), arrow(1, 2), arrow(2, 0)], 1);
    expect(new Set(boxes.map(({ x }) => x)).size).toBe(3);
  });

  test('no two nodes lie on each other, and a large backend is folded to the shape of the screen', () => {
    const kinds = ['page', 'route', 'action', 'service', 'service', 'service', 'model'] as const;
    const nodes = Array.from({ length: 2000 }, (_, i) => box(kinds[i % kinds.length] ?? 'service'));
    const edges = Array.from({ length: 5000 }, (_, i) =>
      arrow((i * 7919) % 2000, (i * 104_729 + 1) % 2000),
    ).filter(({ from, to }) => from !== to);
    const { boxes, width, height } = layOut(nodes, edges, 1.6);
    const places = new Map<number, number[]>();
    for (const { x, y } of boxes) places.set(x, [...(places.get(x) ?? []), y]);
    for (const ys of places.values()) {
      const sorted = ys.toSorted((a, b) => a - b);
      for (const [i, y] of sorted.slice(1).entries())
        expect(y - (sorted[i] ?? 0)).toBeGreaterThanOrEqual(nodeHeight);
    }
    expect(width / height).toBeGreaterThan(0.8);
    expect(width / height).toBeLessThan(3);
  });

  test('nothing has no size', () => {
    expect(layOut([], [], 1.6)).toMatchObject({ boxes: [], columns: [], width: 0, height: 0 });
  });

  test('places near wishes keep their order and their gap', () => {
    expect(spread([0, 100, 200], 10)).toEqual([0, 100, 200]);
    expect(spread([50, 50, 50], 10)).toEqual([40, 50, 60]);
    expect(spread([0, 1, 100], 10)).toEqual([-4.5, 5.5, 100]);
    expect(spread([], 10)).toEqual([]);
  });

  test('an arrow leaves on the right and arrives on the left, backwards too', () => {
    const at = (x: number) => ({ x, y: 0, width: 20, height: 10 });
    expect(curveBetween(at(0), at(200))).toMatchObject({ start: { x: 10 }, end: { x: 190 } });
    const back = curveBetween(at(200), at(0));
    expect(back.controls[0].x).toBeGreaterThan(back.start.x);
    expect(back.controls[1].x).toBeLessThan(back.end.x);
  });
});

describe('what is shown', () => {
  const nodes = [
    node('action', 'save', { guard: 'guarded', roles: ['ADMIN'] }),
    node('action', 'drop', { guard: 'unguarded', findings: { error: 1, warning: 2, info: 0, hint: 0 } }),
    node('route', 'GET /', { guard: 'public', findings: { error: 0, warning: 0, info: 1, hint: 0 } }),
    node('page', '/a', { guard: 'guarded' }),
    node('model', 'Post'),
  ];

  test('colours by guard, by role, by problem', () => {
    const keys = (by: Parameters<typeof groupsOf>[1]) => groupsOf(nodes, by).map(({ label }) => label);
    expect(keys('guard')).toEqual([
      'guarded',
      'not guarded',
      'public on purpose',
      'guarded',
      'no guard of its own',
    ]);
    expect(keys('role')).toEqual([
      'ADMIN',
      'not guarded',
      'public on purpose',
      'any who signed in',
      'no guard of its own',
    ]);
    expect(keys('problem')).toEqual(['nothing found', 'errors', 'hints', 'nothing found', 'nothing found']);
  });

  test('the legend counts, the worst first', () => {
    expect(legendOf(groupsOf(nodes, 'guard')).map(({ label, count }) => `${label} ${count}`)).toEqual([
      'not guarded 1',
      'public on purpose 1',
      'guarded 2',
      'no guard of its own 1',
    ]);
  });

  test('a neighbourhood goes up and down, never down and up again', () => {
    // 0 → 1 → 2, 3 → 2, 4 → 3
    const edges = [arrow(0, 1), arrow(1, 2), arrow(3, 2), arrow(4, 3)];
    const near = (at: number, depth: number) => [...neighbourhood(edges, at, depth)].toSorted();
    expect(near(1, 1)).toEqual([0, 1, 2]);
    expect(near(0, 9)).toEqual([0, 1, 2]);
    expect(near(2, 1)).toEqual([1, 2, 3]);
    expect(near(2, 2)).toEqual([0, 1, 2, 3, 4]);
    expect(near(5, 3)).toEqual([5]);
    expect([...neighbourhood([arrow(0, 1), arrow(1, 0)], 0, 9)].toSorted()).toEqual([0, 1]);
  });

  test('a search looks for all words, in names, files, roles and guards', () => {
    const found = (search: string) => nodes.filter((one) => fits(one, search)).map(({ label }) => label);
    expect(found('')).toHaveLength(5);
    expect(found('unguarded')).toEqual(['drop']);
    expect(found('guarded')).toEqual(['save', '/a']);
    expect(found('admin action')).toEqual(['save']);
    expect(found('lib/post.TS')).toEqual(['Post']);
    expect(found('save drop')).toEqual([]);
  });

  test('a node is read out', () => {
    expect(nodes.slice(0, 2).map((one) => spoken(one, 1, 2))).toEqual([
      'save, action, guarded, role ADMIN, 1 in, 2 out, lib/save.ts',
      'drop, action, not guarded, 1 error, 2 warnings, 1 in, 2 out, lib/drop.ts',
    ]);
  });

  test('what was kept by another version is forgotten', () => {
    expect(readState({ ...firstState, search: 'x' })).toMatchObject({ search: 'x' });
    for (const kept of [undefined, null, 'x', { colouring: 'smell' }, { ...firstState, depth: 1e9 }])
      expect(readState(kept)).toEqual(firstState);
  });
});

describe('as a file', () => {
  const hostile = `</text><script>alert(1)</script>" onload='x' &amp; \u0000\ud800`;
  const picture: Picture = {
    nodes: (['page', 'route', 'action', 'service', 'model'] as const).map((kind, i) => ({
      x: i * 200,
      y: 0,
      width: 100,
      height: 26,
      kind,
      text: hostile,
      title: hostile,
      border: '#ff0000',
      fill: '"><script>',
      dashed: i % 2 === 0,
    })),
    edges: [
      { kind: 'writes', from: 0, to: 1 },
      { kind: 'reads', from: 1, to: 99 },
    ],
    columns: [{ title: hostile, x: 0, y: 0, width: 10 }],
    legend: [{ label: hostile, colour: '#00ff00' }],
    background: '#ffffff',
    foreground: '#000000',
    edge: '#888888',
    font: hostile,
  };

  test('hostile names are text in it', () => {
    const svg = svgOf(picture);
    expect(svg).not.toMatch(/<script|[\p{Cs}]/u);
    expect(svg).not.toContain('\0');
    expect(svg.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\sonload=/);
    const names = [...svg.matchAll(/<([a-z]+)/gi)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(['svg', 'title', 'defs', 'marker', 'path', 'rect', 'text', 'g']));
    for (const name of new Set(names)) {
      const opened = svg.match(new RegExp(`<${name}[ >]`, 'g'))?.length ?? 0;
      const closed = svg.match(new RegExp(`</${name}>|<${name} [^>]*/>`, 'g'))?.length ?? 0;
      expect(closed, name).toBe(opened);
    }
  });

  test('an arrow to nowhere is left out', () => {
    expect(svgOf(picture).match(/marker-end/g)).toHaveLength(1);
  });

  test('nothing to draw is an empty picture', () => {
    expect(svgOf({ ...picture, nodes: [], edges: [], columns: [], legend: [] })).toMatch(
      /^<svg [\s\S]*<\/svg>\n$/,
    );
  });
});

test('the page runs one script, has no style or address of its own, and nothing from elsewhere', () => {
  const html = graphPage({ nonce: 'N0nce', source: 'vscode-resource:', script: 'a.js', style: 'a.css' });
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
  expect(policy).toBe(
    "default-src 'none'; script-src 'nonce-N0nce'; style-src vscode-resource: 'nonce-N0nce'; base-uri 'none'; form-action 'none'",
  );
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/\sstyle="|\son[a-z]+="|https?:/);
});
