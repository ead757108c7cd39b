/** What of the graph is shown and how it is coloured: pure, so that it can be told without a page. */
import type { GraphData, GraphNodeData } from '../../src/protocol/graph.ts';

export const colourings = ['guard', 'role', 'problem'] as const;
export type Colouring = (typeof colourings)[number];

/** Names of colours; the theme says what they look like. */
export type Tone = 'good' | 'bad' | 'open' | 'unsure' | 'plain' | 'first' | 'second' | 'third' | 'fourth';

/** Nodes that look the same. */
export interface Group {
  key: string;
  label: string;
  tone: Tone;
  /** A sign before the name, so that colour is not all that tells. */
  sign: string;
}

const plainGroup: Group = { key: 'plain', label: 'no guard of its own', tone: 'plain', sign: '' };

const guardGroups: { readonly [state in NonNullable<GraphNodeData['guard']>]: Group } = {
  unguarded: { key: 'unguarded', label: 'not guarded', tone: 'bad', sign: '✕' },
  guarded: { key: 'guarded', label: 'guarded', tone: 'good', sign: '✓' },
  public: { key: 'public', label: 'public on purpose', tone: 'open', sign: '○' },
  unknown: { key: 'unknown', label: 'guard not known', tone: 'unsure', sign: '?' },
};

const problemGroups = {
  error: { key: 'error', label: 'errors', tone: 'bad', sign: '✕' },
  warning: { key: 'warning', label: 'warnings', tone: 'unsure', sign: '!' },
  info: { key: 'info', label: 'hints', tone: 'open', sign: 'i' },
  none: { key: 'none', label: 'nothing found', tone: 'plain', sign: '' },
} as const satisfies { [key: string]: Group };

const roleTones: readonly Tone[] = ['first', 'second', 'third', 'fourth'];

/** The group of each node, in their order. */
export function groupsOf(nodes: readonly GraphNodeData[], colouring: Colouring): Group[] {
  switch (colouring) {
    case 'guard':
      return nodes.map(({ guard }) => (guard ? guardGroups[guard] : plainGroup));
    case 'problem':
      return nodes.map(({ findings: { error, warning, info, hint } }) => {
        if (error > 0) return problemGroups.error;
        if (warning > 0) return problemGroups.warning;
        return info + hint > 0 ? problemGroups.info : problemGroups.none;
      });
    case 'role': {
      const names = [
        ...new Set(nodes.flatMap(({ roles }) => (roles.length > 0 ? [roles.join(', ')] : []))),
      ].toSorted();
      return nodes.map(({ guard, roles }) => {
        if (roles.length > 0) {
          const key = roles.join(', ');
          const place = names.indexOf(key);
          const tone = roleTones[place % roleTones.length] ?? 'first';
          return { key: `role:${key}`, label: key, tone, sign: String(place + 1) };
        }
        if (guard === 'guarded') return { ...guardGroups.guarded, label: 'any who signed in' };
        return guard ? guardGroups[guard] : plainGroup;
      });
    }
  }
}

/** Groups with the number of their nodes, in the order of their urgency. */
export function legendOf(groups: readonly Group[]): (Group & { count: number })[] {
  const found = new Map<string, Group & { count: number }>();
  for (const group of groups) {
    const known = found.get(group.key);
    if (known) known.count++;
    else found.set(group.key, { ...group, count: 1 });
  }
  const order: readonly Tone[] = [
    'bad',
    'unsure',
    'open',
    'first',
    'second',
    'third',
    'fourth',
    'good',
    'plain',
  ];
  return [...found.values()].toSorted(
    (a, b) => order.indexOf(a.tone) - order.indexOf(b.tone) || (a.label < b.label ? -1 : 1),
  );
}

/** What leads to a node and what it leads to, in so many steps; the node itself too. Never down and up again: all meet at a user model. */
export function neighbourhood(edges: GraphData['edges'], node: number, depth: number): Set<number> {
  const out = new Set([node]);
  for (const [near, far] of [
    ['from', 'to'],
    ['to', 'from'],
  ] as const) {
    const next = new Map<number, number[]>();
    for (const edge of edges) {
      const list = next.get(edge[near]);
      if (list) list.push(edge[far]);
      else next.set(edge[near], [edge[far]]);
    }
    const seen = new Set([node]);
    let edge = [node];
    for (let step = 0; step < depth && edge.length > 0; step++) {
      edge = edge.flatMap((at) => next.get(at) ?? []).filter((at) => !seen.has(at) && seen.add(at));
      for (const at of edge) out.add(at);
    }
  }
  return out;
}

/** Whether a node has all words of a search, in its name, kind, file, guard, roles. */
export function fits(node: GraphNodeData, search: string): boolean {
  const words = search.toLowerCase().match(/\S+/g) ?? [];
  const { label, kind, file, guard, roles } = node;
  const text = [label, kind, file, guard === 'guarded' ? 'guarded' : '', ...roles].join('\n').toLowerCase();
  return words.every((word) => text.includes(word) || guard?.startsWith(word) === true);
}

/** `saveNote, action, not guarded, 2 errors, lib/actions/note.ts`: how a node is read out. */
export function spoken(node: GraphNodeData, callers: number, calls: number): string {
  return [
    `${node.label}, ${node.kind}`,
    ...(node.guard ? [guardGroups[node.guard].label] : []),
    ...(node.roles.length > 0 ? [`role ${node.roles.join(', ')}`] : []),
    ...problemWords(node),
    `${callers} in, ${calls} out`,
    node.file,
  ].join(', ');
}

/** `2 errors`, `1 warning`; nothing for hints. */
export function problemWords({ findings: { error, warning } }: GraphNodeData): string[] {
  const words = (count: number, word: string) =>
    count > 0 ? [`${count} ${word}${count === 1 ? '' : 's'}`] : [];
  return [...words(error, 'error'), ...words(warning, 'warning')];
}

/** What a guard's state is called. */
export const guardWords = (guard: NonNullable<GraphNodeData['guard']>): string => guardGroups[guard].label;
