/**
 * Whether two values made of plain objects, lists, maps, sets and primitives say the same. Unlike comparing their JSON it
 * stops at the first difference and builds nothing. A key with `undefined` equals an absent one.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!isSame(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  if (a instanceof Set || a instanceof Map || b instanceof Set || b instanceof Map)
    return isSameCollection(a, b);
  return isSameObject(a as Record<string, unknown>, b as Record<string, unknown>);
}

function isSameObject(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let count = 0;
  for (const key in a) {
    const part = a[key];
    if (part === undefined) continue;
    count++;
    if (!isSame(part, b[key])) return false;
  }
  for (const key in b) if (b[key] !== undefined) count--;
  return count === 0;
}

/** Sets and maps in their order of insertion. */
function isSameCollection(a: object, b: object): boolean {
  const isAlike = (a instanceof Set && b instanceof Set) || (a instanceof Map && b instanceof Map);
  return isAlike && a.size === b.size && isSame([...a], [...b]);
}
