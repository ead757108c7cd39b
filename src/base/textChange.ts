/** Where two texts differ: one stretch of the first stands for one of the second. Offsets are UTF-16 units from 0. */
export interface TextChange {
  start: number;
  /** End of the stretch in the text before. */
  before: number;
  /** End of the stretch in the text after. */
  after: number;
}

/** The smallest single change between two texts: what lies between their common start and end. */
export function changeBetween(before: string, after: string): TextChange {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < shortest - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  return { start, before: before.length - same, after: after.length - same };
}
