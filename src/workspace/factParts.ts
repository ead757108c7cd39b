/**
 * What an edit leaves as it was. A part of a file is a top-level function with all that is inside it; function 0, the
 * module's body, is one too; the frame is what lies around them. Who reads one part need not wake when another one changes.
 */
import { isSame } from '../base/equal.ts';
import type { Binding, FunctionId, TsFacts } from '../facts/tsModel.ts';

/** Kind and owner of module-level names, and classes: read by functions of all parts. */
export const FRAME = -1;
export type PartId = FunctionId | typeof FRAME;

const tops = new WeakMap<TsFacts, readonly FunctionId[]>();

/** The part that a function belongs to. */
export function partOf(facts: TsFacts, fn: FunctionId): PartId {
  return topsOf(facts)[fn] ?? FRAME;
}

/** The outermost function around each function, but for the module. */
function topsOf(facts: TsFacts): readonly FunctionId[] {
  let known = tops.get(facts);
  if (!known) {
    const out: FunctionId[] = [];
    // A function is listed behind the one that it is written in.
    for (const [id, { parent }] of facts.functions.entries())
      out.push(parent <= 0 ? id : (out[parent] ?? id));
    known = out;
    tops.set(facts, known);
  }
  return known;
}

/**
 * Compares two states of a file, part by part, and gives the later one the functions of the earlier one where they say the
 * same: what is derived from one function alone can then be kept by its identity.
 * @returns the parts that have changed; those of one state only are among them
 */
export function changedParts(before: TsFacts, after: TsFacts): Set<PartId> {
  const changed = new Set<PartId>();
  const [was, is] = [topsOf(before), topsOf(after)];
  for (let id = 0; id < Math.max(was.length, is.length); id++) {
    const old = before.functions[id];
    const own = after.functions[id];
    if (old && own && isSame(old, own)) {
      after.functions[id] = old;
      if (was[id] === is[id]) continue;
    }
    changed.add(was[id] ?? FRAME).add(is[id] ?? FRAME);
  }
  for (let b = 0; b < Math.max(before.bindings.length, after.bindings.length); b++) {
    const old = before.bindings[b];
    const own = after.bindings[b];
    if (old && own && (old.fn === 0 ? isSameOutside(old, own) : isSame(old, own))) continue;
    for (const [binding, top] of [
      [old, was],
      [own, is],
    ] as const)
      if (binding) changed.add(binding.fn === 0 ? FRAME : (top[binding.fn] ?? FRAME));
  }
  if (!isSame(before.classes, after.classes) || before.jsx !== after.jsx) changed.add(FRAME);
  return changed;
}

/** Other parts ask what a module-level name is, not what it is called or where. */
function isSameOutside(a: Binding, b: Binding): boolean {
  return isSame({ ...a, name: '', at: 0 }, { ...b, name: '', at: 0 });
}
