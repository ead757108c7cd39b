/** The values of a file by their kind, found once: most rules look for calls, and walking over all the rest is what costs. */
import type { FunctionFacts, TsFacts, Value } from './tsModel.ts';
import { visitSteps, visitValue } from './visit.ts';

type Kind = Value['k'];
type Of<K extends Kind> = Extract<Value, { k: K }>;
type ByKind = Map<Kind, Value[]>;

/** Kept by function: the next state of a file holds the same objects for the functions that an edit left alone. */
const inFunctions = new WeakMap<FunctionFacts, ByKind>();
const inFiles = new WeakMap<TsFacts, ByKind>();

/** The values of a kind in a function's own body, those of inner functions left out, in the order of `visitSteps`. */
export function valuesIn<K extends Kind>(fn: FunctionFacts, kind: K): readonly Of<K>[] {
  let known = inFunctions.get(fn);
  if (!known) {
    known = new Map();
    visitSteps(fn.body, { value: collector(known) });
    inFunctions.set(fn, known);
  }
  return (known.get(kind) ?? []) as Of<K>[];
}

/** All values of a kind, in the order of `visitFile`. */
export function valuesOf<K extends Kind>(facts: TsFacts, kind: K): readonly Of<K>[] {
  let known = inFiles.get(facts);
  if (!known) {
    known = new Map();
    inFiles.set(facts, known);
  }
  let values = known.get(kind);
  if (!values) {
    values = facts.functions
      .flatMap((fn): readonly Value[] => valuesIn(fn, kind))
      .concat(outside(facts, kind));
    known.set(kind, values);
  }
  return values as Of<K>[];
}

/** Values of class members and of exported expressions. */
function outside(facts: TsFacts, kind: Kind): Value[] {
  const found: ByKind = new Map();
  const collect = collector(found);
  for (const cls of facts.classes) {
    if (cls.extends) visitValue(cls.extends, collect);
    for (const field of cls.fields) if (field.value) visitValue(field.value, collect);
  }
  for (const item of facts.exports) if (item.e === 'value') visitValue(item.value, collect);
  return found.get(kind) ?? [];
}

function collector(into: ByKind): (value: Value) => void {
  return (value) => {
    const same = into.get(value.k);
    if (same) same.push(value);
    else into.set(value.k, [value]);
  };
}
