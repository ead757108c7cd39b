/** What `this` is, by the place of a function alone. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, TsFacts } from '../facts/tsModel.ts';
import type { Abs } from './abs.ts';

/** What `this` is in a function: the class or an instance of it, for methods and what stands inside them. */
export function selfOf(
  file: FileId,
  facts: TsFacts,
  fn: FunctionId,
): Extract<Abs, { k: 'class' | 'instance' }> | undefined {
  for (let id = fn; id > 0; id = facts.functions[id]?.parent ?? 0) {
    const c = facts.functions[id]?.cls;
    if (c === undefined) continue;
    const isStatic = facts.classes[c]?.methods.some((method) => method.fn === id && method.static);
    return { k: isStatic ? 'class' : 'instance', file, c };
  }
  return undefined;
}
