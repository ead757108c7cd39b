/** Tables that what stands above the workspace (the map) adds to its database, so that they are kept and woken like its own. */
import type { Workspace } from './workspace.ts';

/** One table; the object itself is its identity. `compute` must read nothing but the workspace. */
export interface Derivation<V> {
  /** For statistics. */
  readonly name: string;
  readonly compute: (workspace: Workspace, key: string) => V;
  /** When two values mean the same, so that readers need not wake; default: identity. */
  readonly equal?: (a: V, b: V) => boolean;
}
