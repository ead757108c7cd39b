/** Whether an entry point is guarded: the one decision that rules, map and hover share. */
import type { FileId } from '../base/path.ts';
import type { Proof } from './abs.ts';
import type { Entry } from './entries.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export type GuardState = 'guarded' | 'unguarded' | 'public' | 'unknown';

export interface Guard {
  state: GuardState;
  /** The proof that protects its private effects. */
  proof?: Proof;
  /** Why, in words. */
  reason: string;
  /** The first private effect that nothing protects, when `unguarded`. */
  open?: DbEffect;
}

/** The guard of one entry point. */
export function guardOf(workspace: WorkspaceView, file: FileId, entry: Entry): Guard {
  const schema = workspace.schema(file);
  const privates = entry.effects.filter((effect) => {
    if (effect.kind === 'write' || effect.kind === 'raw-write') return true;
    const model = schema?.modelOf(effect.model);
    return model !== undefined && (schema?.isOwned(model.name) ?? false);
  });
  if (entry.wrapperProof) return { state: 'guarded', proof: entry.wrapperProof, reason: 'a wrapper lets only proved callers in' };
  const open = privates.find((effect) => !effect.proof);
  const first = privates.find((effect) => effect.proof)?.proof;
  if (privates.length > 0 && !open && first) return { state: 'guarded', proof: first, reason: 'every private access comes after the check' };
  if (entry.marks.signIn || entry.marks.password) return { state: 'public', reason: 'signs people in' };
  if (entry.opaque || open?.unsure) return { state: 'unknown', reason: 'its guard could not be followed' };
  if (open) return { state: 'unguarded', reason: 'a private access happens without any check of the caller', open };
  return { state: 'unknown', reason: 'touches nothing private' };
}
