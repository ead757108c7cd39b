/** The Backend Map as data: what the tree view, the markdown and the command line draw. */
import type { Location } from '../run/finding.ts';
import type { GuardState } from '../workspace/guardState.ts';

export type EntryKind = 'action' | 'route' | 'service' | 'model' | 'page' | 'env' | 'migration' | 'validation';

/** One line of the map. All lists are sorted; optional parts are left out when empty. */
export interface MapEntry extends Location {
  /** `kind:path#symbol`: stable while the entry keeps its file and name. */
  id: string;
  kind: EntryKind;
  label: string;
  detail?: string;
  guard?: GuardState;
  /** Why `guard` is what it is, in words. */
  guardDetail?: string;
  roles?: string[];
  /** Models by name. */
  reads?: string[];
  writes?: string[];
}

export interface MapApp {
  id: string;
  name: string;
  /** Folder; `''` for the workspace root. */
  root: string;
  entries: MapEntry[];
}

export interface BackendMap {
  apps: MapApp[];
}
