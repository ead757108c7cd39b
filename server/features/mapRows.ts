/** What rows of the Backend Map have in common: their ids, and what most of them are not. */
import type { GroupKind, MapNodeData } from '../../src/protocol/map.ts';
import { groups } from './mapIndex.ts';

/**
 * Where a row is: the folder's root, the application's, the group, and a row of it. As JSON it is the row's id, since there is no sign
 * that a path may not have.
 */
export type Address = readonly [root: string, app: string | null, group?: GroupKind, row?: string];

export const idOf = (address: Address): string => JSON.stringify(address);

/** The parts of an id; undefined for what is none of ours. */
export function addressOf(id: string): Address | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(id);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [root, app, group, row] = parsed as unknown[];
  if (typeof root !== 'string' || (typeof app !== 'string' && app !== null)) return undefined;
  const kind = [...groups.map((one) => one.kind), 'problems' as const].find((one) => one === group);
  if ((group !== undefined && !kind) || (row !== undefined && typeof row !== 'string')) return undefined;
  if (!kind) return [root, app];
  return row === undefined ? [root, app, kind] : [root, app, kind, row];
}

/** Of a row without anything to open or to do. */
export const bare: Pick<MapNodeData, 'hasChildren' | 'open' | 'details' | 'callers' | 'fixable'> = {
  hasChildren: false,
  open: false,
  details: [],
  callers: false,
  fixable: false,
};
