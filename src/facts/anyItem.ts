import type { Value } from './tsModel.ts';

/** Whether an index stands for any item of a list, which is how `for … of` binds its variable: its key has no place of its own. */
export function isAnyItem({ key, at }: Extract<Value, { k: 'index' }>): boolean {
  return key.k === 'other' && key.at === at;
}
