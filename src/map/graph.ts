/** The Backend Map as nodes and arrows: who is called from outside, which services that runs, which models they touch. */
import { dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { GuardState } from '../workspace/guardState.ts';
import { edgesOf } from './build.ts';
import type { Draft } from './entries.ts';
import { areaOf } from './markdown/graph.ts';
import type { EdgeKind, EntryKind } from './model.ts';

export type GraphNodeKind = Extract<EntryKind, 'page' | 'route' | 'action' | 'service' | 'model'>;

export interface GraphNode {
  /** The id of its entry in the map. */
  id: string;
  kind: GraphNodeKind;
  label: string;
  file: FileId;
  /** What it is about, for keeping together what belongs together: `order`. */
  area: string;
  guard: GuardState | undefined;
  guardDetail: string | undefined;
  roles: readonly string[];
}

/** `from` and `to` are places in the list of nodes. */
export interface GraphEdge {
  kind: Extract<EdgeKind, 'calls' | 'reads' | 'writes'>;
  from: number;
  to: number;
}

export interface BackendGraph {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
}

const KINDS: readonly GraphNodeKind[] = ['page', 'route', 'action', 'service', 'model'];
const isNodeKind = (kind: EntryKind): kind is GraphNodeKind => KINDS.some((one) => one === kind);

/** Drafts are the same list as long as the map says the same. */
const known = new WeakMap<readonly Draft[], BackendGraph>();

/** The graph of one application; in the order of kinds, areas and names. */
export function graphOf(drafts: readonly Draft[]): BackendGraph {
  const before = known.get(drafts);
  if (before) return before;
  const nodes = drafts
    .flatMap(({ entry }): GraphNode[] => {
      const { id, kind, label, file, guard, guardDetail, roles } = entry;
      if (!isNodeKind(kind)) return [];
      const area = kind === 'model' ? dirname(file) : areaOf(file);
      return [{ id, kind, label, file, area, guard, guardDetail, roles: roles ?? [] }];
    })
    .toSorted(
      (a, b) =>
        KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
        compare(a.area, b.area) ||
        compare(a.label, b.label) ||
        compare(a.id, b.id),
    );
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const edges = edgesOf(drafts, ['calls', 'reads', 'writes']).flatMap(({ kind, from, to }): GraphEdge[] => {
    const [source, target] = [places.get(from), places.get(to)];
    if (source === undefined || target === undefined || source === target) return [];
    return kind === 'calls' || kind === 'reads' || kind === 'writes'
      ? [{ kind, from: source, to: target }]
      : [];
  });
  const graph = { nodes, edges };
  known.set(drafts, graph);
  return graph;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
