/** What is shown of each item of a list holds for the list. */
import { ITEM, leaves } from './abs.ts';
import type { Abs, Check } from './abs.ts';

/**
 * What a loop over a list has shown once it has gone through all items: `for (const id of ids) { if (!(await isMine(id))) return; }`.
 * @param after what is known when an item was let through
 * @param before what was known before the loop
 */
export function shownOfAll(after: readonly Check[], before: readonly Check[]): Check[] {
  return after
    .filter((check) => !before.includes(check))
    .flatMap((check) => {
      const items = leaves(check.where).filter(isItem);
      if (items.length === 0) return [];
      const lists = items.flatMap((item) => listOf(item) ?? []);
      const where: Abs =
        lists.length > 0
          ? {
              k: 'object',
              props: { each: check.where, of: { k: 'array', items: lists, open: true } },
              open: false,
            }
          : check.where;
      return [{ ...check, where }];
    });
}

function isItem(leaf: Abs): boolean {
  return (leaf.k === 'param' || leaf.k === 'origin') && leaf.path.includes(ITEM);
}

/** `ids` of an item of `ids`; nothing for a part of an item. */
function listOf(item: Abs): Abs | undefined {
  if ((item.k !== 'param' && item.k !== 'origin') || item.path.at(-1) !== ITEM) return undefined;
  return { ...item, path: item.path.slice(0, -1) };
}
