/** What `this` is, by the place of a function alone. */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionFacts, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { memberOf } from './abs.ts';
import type { Abs } from './abs.ts';

/**
 * What `this` is in a function: the class or an instance of it, for methods and what stands inside them; the object that a constant of
 * the module holds, for the methods in it.
 */
export function selfOf(
  file: FileId,
  facts: TsFacts,
  fn: FunctionId,
  moduleValue: (file: FileId, b: BindingId) => Abs,
): Abs | undefined {
  for (let id = fn; id > 0; id = facts.functions[id]?.parent ?? 0) {
    const c = facts.functions[id]?.cls;
    if (c !== undefined) {
      const isStatic = facts.classes[c]?.methods.some((method) => method.fn === id && method.static);
      return { k: isStatic ? 'class' : 'instance', file, c };
    }
    const around = objectAround(facts.functions[0], facts.functions[id], id);
    if (around) return around.path.reduce(memberOf, moduleValue(file, around.b));
  }
  return undefined;
}

/** The constant of a module that holds the object in which a method is written, and the names that lead from it to the object. */
export function objectAround(
  module: FunctionFacts | undefined,
  fn: FunctionFacts | undefined,
  id: FunctionId,
): { b: BindingId; path: string[] } | undefined {
  if (!module || !fn || fn.cls !== undefined || !/^(method|function)$/.test(fn.kind)) return undefined;
  for (const step of module.body) {
    const path = step.s === 'let' ? pathTo(step.value, id) : undefined;
    if (step.s === 'let' && path) return { b: step.b, path };
  }
  return undefined;
}

function pathTo(value: Value, fn: FunctionId): string[] | undefined {
  if (value.k !== 'object') return undefined;
  for (const property of value.props) {
    if (property.p !== 'prop') continue;
    if (property.value.k === 'function' && property.value.fn === fn) return [];
    const inner = pathTo(property.value, fn);
    if (inner) return [property.name, ...inner];
  }
  return undefined;
}
