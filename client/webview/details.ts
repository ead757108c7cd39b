/** What is known of the selected node, and the ways on from it. */
import type { GraphData, GraphNodeData } from '../../src/protocol/graph.ts';
import { button, textElement } from './page.ts';
import { guardWords, problemWords } from './view.ts';

/** More ways than these are seen in the picture. */
const maxWays = 40;

export interface DetailEvents {
  open(node: number): void;
  focus(node: number): void;
  go(node: number): void;
}

export function showDetails(
  into: HTMLElement,
  { nodes, edges }: Pick<GraphData, 'nodes' | 'edges'>,
  place: number | undefined,
  events: DetailEvents,
): void {
  const node = place === undefined ? undefined : nodes[place];
  if (!node || place === undefined) {
    into.replaceChildren(textElement('p', 'Select a node to see who guards it and what it touches.', 'more'));
    return;
  }
  const actions = textElement('div', '', 'actions');
  actions.append(
    button('Open Code', () => events.open(place)),
    button('Neighbourhood', () => events.focus(place)),
  );
  const incoming = edges.filter(({ to }) => to === place).map(({ from, kind }) => ({ node: from, kind }));
  const outgoing = edges.filter(({ from }) => from === place).map(({ to, kind }) => ({ node: to, kind }));
  into.replaceChildren(
    textElement('h2', node.label),
    textElement('p', `${node.kind} · ${node.file}`, 'more'),
    ...linesOf(node).map((line) => textElement('p', line)),
    actions,
    ...ways(node.kind === 'model' ? 'Used by' : 'Called by', incoming, nodes, events),
    ...ways('Calls and touches', outgoing, nodes, events),
  );
}

function linesOf(node: GraphNodeData): string[] {
  const guard = node.guard ? guardWords(node.guard) : undefined;
  return [
    ...(guard ? [node.guardDetail ? `${guard}: ${node.guardDetail}` : guard] : []),
    ...(node.roles.length > 0 ? [`roles: ${node.roles.join(', ')}`] : []),
    ...problemWords(node),
  ];
}

function ways(
  title: string,
  list: readonly { node: number; kind: GraphData['edges'][number]['kind'] }[],
  nodes: GraphData['nodes'],
  events: DetailEvents,
): HTMLElement[] {
  if (list.length === 0) return [];
  const byNode = new Map<number, string[]>();
  for (const { node, kind } of list) byNode.set(node, [...(byNode.get(node) ?? []), kind]);
  const rows = [...byNode].slice(0, maxWays).map(([node, kinds]) => {
    const row = textElement('li', '');
    row.append(
      button(nodes[node]?.label ?? '', () => events.go(node)),
      textElement('span', kinds.join(', '), 'more'),
    );
    return row;
  });
  const left = byNode.size - rows.length;
  const listed = document.createElement('ul');
  listed.append(...rows, ...(left > 0 ? [textElement('li', `and ${left} more`, 'more')] : []));
  return [textElement('h3', `${title} (${byNode.size})`), listed];
}
