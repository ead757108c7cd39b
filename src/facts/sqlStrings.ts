/** Names in the parse tree. */
import type { Node } from 'libpg-query';

export function stringOf(node: Node | undefined): string | undefined {
  return node && 'String' in node ? (node.String.sval ?? '') : undefined;
}

export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => {
    if ('List' in node) return strings(node.List.items);
    return stringOf(node) ?? [];
  });
}
