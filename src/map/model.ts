/** The Backend Map as data: what the tree view, the markdown and the command line draw. */
import type { Location } from '../run/finding.ts';
import type { GuardState } from '../workspace/guardState.ts';

export type EntryKind =
  | 'action'
  | 'route'
  | 'page'
  | 'service'
  | 'guard'
  | 'validation'
  | 'model'
  | 'env'
  | 'migration';

/**
 * One line of the map. `start` and `end` hold the whole declaration, `range` only its name. Lists are sorted; parts that
 * don't apply or are empty are left out.
 */
export interface MapEntry extends Location {
  /** `kind:path#symbol`: stable while the entry keeps its file and its name; unique within its app. */
  id: string;
  kind: EntryKind;
  /** A name, `GET /api/orders/[id]` for a route, `/orders/[id]` for a page. */
  label: string;
  /** What else is worth a line, in words. */
  detail?: string;
  /** First sentence of its JSDoc or its schema comment. */
  doc?: string;
  guard?: GuardState;
  /** Why `guard` is what it is, in words. */
  guardDetail?: string;
  roles?: string[];
  /** Models by name, read or written here or further down. */
  reads?: string[];
  writes?: string[];
  /** Action: defined inside another function. */
  inline?: true;
  method?: string;
  path?: string;
  /** Names of the schemas that its input is parsed with. */
  validation?: string[];
  /** Paths and tags (`tag:x`) that it revalidates. */
  revalidates?: string[];
  /** Writes inside a `$transaction`. */
  transaction?: true;
  /** Service: wrapped by React's or Next.js' cache. */
  cached?: true;
  /** Service: how many entries of the app call it. */
  callers?: number;
  /** Model. */
  key?: string[];
  owner?: string;
  relations?: string[];
  softDelete?: string;
  /** Variable of the environment. */
  scope?: 'server' | 'client';
  optional?: true;
  /** Migration: not on the base branch yet. */
  isNew?: true;
  destructive?: string[];
}

export type EdgeKind = 'calls' | 'reads' | 'writes' | 'guards' | 'validates' | 'revalidates';

/** `from` does it to `to`, but `guards`: `from` (a guard) protects `to`. Both are ids of entries of the app. */
export interface MapEdge {
  kind: EdgeKind;
  from: string;
  to: string;
}

export interface MapApp {
  id: string;
  name: string;
  /** Folder; `''` for the workspace root. */
  root: string;
  entries: MapEntry[];
  edges: MapEdge[];
}

export interface BackendMap {
  apps: MapApp[];
}
