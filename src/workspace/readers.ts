/**
 * Who reads a node of the database. Of the tens of thousands of nodes of a workspace most have one reader or two, and a
 * `Set` costs some 200 bytes before it holds anything: so none, one, a short list, and a `Set` only for those that many read.
 */
export type Readers<T> = undefined | T | T[] | Set<T>;

const LONGEST_LIST = 8;

/** The readers with one more; a list or set that is handed in is changed in place. Readers are never arrays or sets themselves. */
export function withReader<T extends object>(readers: Readers<T>, reader: T): Readers<T> {
  if (readers === undefined) return reader;
  if (readers instanceof Set) return readers.add(reader);
  if (!Array.isArray(readers)) return readers === reader ? readers : [readers, reader];
  if (readers.includes(reader)) return readers;
  if (readers.length >= LONGEST_LIST) return new Set(readers).add(reader);
  readers.push(reader);
  return readers;
}

/** The readers without one of them; a list or set that is handed in is changed in place. */
export function withoutReader<T extends object>(readers: Readers<T>, reader: T): Readers<T> {
  if (readers instanceof Set) {
    readers.delete(reader);
    return readers;
  }
  if (!Array.isArray(readers)) return readers === reader ? undefined : readers;
  const index = readers.indexOf(reader);
  if (index >= 0) readers.splice(index, 1);
  return readers;
}

/** Each of them, once, in the order in which they came. */
export function forEachReader<T extends object>(readers: Readers<T>, visit: (reader: T) => void): void {
  if (readers === undefined) return;
  if (readers instanceof Set || Array.isArray(readers)) for (const reader of readers) visit(reader);
  else visit(readers);
}
