/** The graph of one application for the graph view: the engine's nodes and arrows, with the ids of the tree and what was found. */
import type { GraphData, GraphNodeData } from '../../src/protocol/graph.ts';
import { plain } from '../../src/report/model.ts';
import { groups, noFindings, type AppIndex } from './mapIndex.ts';
import { idOf } from './mapRows.ts';
import type { MapTree } from './mapTree.ts';

interface Choice {
  tree: MapTree;
  index: AppIndex;
  id: string;
}

/**
 * @param wanted id of an application's row
 * @param trees of all folders
 */
export function graphData(
  trees: readonly MapTree[],
  wanted: string | undefined,
): Pick<GraphData, 'apps' | 'app' | 'nodes' | 'edges'> {
  const choices = trees.flatMap((tree) =>
    tree
      .apps()
      .filter((index) => groups.some(({ kind }) => index.group(kind).length > 0))
      .map((index): Choice => ({ tree, index, id: idOf([tree.folder.root, index.app.root]) })),
  );
  const chosen = choices.find(({ id }) => id === wanted) ?? choices[0];
  return {
    apps: choices.map((choice) => ({ id: choice.id, label: labelOf(choice, trees.length > 1) })),
    app: chosen?.id ?? null,
    ...(chosen ? drawingOf(chosen) : { nodes: [], edges: [] }),
  };
}

function labelOf({ tree: { folder }, index: { app } }: Choice, withFolder: boolean): string {
  const name = app.name === '' ? folder.name : app.name;
  return withFolder && name !== folder.name ? `${folder.name}: ${name}` : name;
}

function drawingOf({ tree: { folder }, index }: Choice): Pick<GraphData, 'nodes' | 'edges'> {
  const graph = folder.engine?.mapGraph(index.app.root);
  if (!graph) return { nodes: [], edges: [] };
  const nodes = graph.nodes.map(
    ({ id, kind, label, file, area, guard, guardDetail, roles }): GraphNodeData => {
      const draft = index.entry(id);
      const group = groups.find(({ of }) => of === kind)?.kind;
      return {
        id: idOf(group ? [folder.root, index.app.root, group, id] : [folder.root, index.app.root]),
        kind,
        label: plain(label),
        file: plain(file),
        area,
        ...(guard === undefined ? {} : { guard }),
        ...(guardDetail === undefined ? {} : { guardDetail: plain(guardDetail) }),
        roles: roles.map(plain),
        findings: draft ? index.inside(folder, draft).counts : noFindings,
      };
    },
  );
  return { nodes, edges: graph.edges.map((edge) => ({ ...edge })) };
}
