/** Values that lie outside of what is being run: members of classes, variables of enclosing functions. */
import type { FileId } from '../base/path.ts';
import type { BindingId, ClassFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import { leaves, UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';
import { initialValue } from './initialValue.ts';
import type { Interpreter } from './interpreter.ts';
import { isClientType } from './parts.ts';
import { freshState } from './state.ts';
import type { State } from './state.ts';
import { functionKey } from './summary.ts';

export function classMember(
  it: Interpreter,
  of: Extract<Abs, { k: 'class' | 'instance' }>,
  name: string,
  depth = 0,
): Abs {
  const cls = of.file === it.file ? it.classOf(of.c) : it.links.classFacts(of.file, of.c);
  if (!cls || depth > 4) return UNKNOWN;
  const isStatic = of.k === 'class';
  const method = cls.methods.find((candidate) => candidate.name === name && candidate.static === isStatic);
  if (method) return { k: 'closure', file: of.file, fn: method.fn };
  const field = cls.fields.find((candidate) => candidate.name === name && candidate.static === isStatic);
  if (field) {
    if (field.type && isClientType(field.type)) return { k: 'prisma', tx: /Transaction|Tx/.test(field.type) };
    if (of.file !== it.file || it.depth >= it.maxDepth) return UNKNOWN;
    const value = field.value ?? (isStatic ? undefined : givenInConstructor(it, cls, name));
    return value ? fieldValue(it, `${of.c}.${name}`, value) : UNKNOWN;
  }
  const parent = cls.extends && parentOf(it, of.file, cls.extends);
  return parent?.k === 'class'
    ? classMember(it, { k: of.k, file: parent.file, c: parent.c }, name, depth + 1)
    : UNKNOWN;
}

/** The class that another extends, in whichever file that stands. */
function parentOf(it: Interpreter, file: FileId, value: Value): Abs {
  if (file === it.file) return it.eval(value, freshState());
  return value.k === 'ref' ? it.links.moduleValue(file, value.b) : UNKNOWN;
}

/** What a constructor puts into a field: `this.provider = new StripeProvider()`. */
function givenInConstructor(it: Interpreter, cls: ClassFacts, name: string): Value | undefined {
  const fn = cls.methods.find((method) => method.name === 'constructor')?.fn;
  let found: Value | undefined;
  visitSteps((fn === undefined ? undefined : it.functionOf(fn))?.body ?? [], {
    value: (value) => {
      if (
        value.k === 'assign' &&
        value.target.k === 'member' &&
        value.target.of.k === 'this' &&
        value.target.name === name
      )
        found ??= value.value;
    },
  });
  return found;
}

/** What a field was given at another moment: what making it did is not done now. */
function fieldValue(it: Interpreter, key: string, given: Value): Abs {
  const known = it.fields.get(key);
  if (known) return known;
  it.fields.set(key, UNKNOWN);
  const effects = it.effects.length;
  const made = it.eval(given, freshState());
  it.effects.length = effects;
  // What a constructor is given, only the place knows that makes the instance.
  const value = leaves(made).some(({ k }) => k === 'param') ? UNKNOWN : made;
  it.fields.set(key, value);
  return value;
}

/** A variable of an enclosing function that isn't being run: its parameters are symbolic, its constants looked up. */
export function outerValue(it: Interpreter, b: BindingId, state: State): Abs {
  const known = it.outer.get(b);
  if (known) return known;
  it.outer.set(b, UNKNOWN);
  const binding = it.bindingOf(b);
  const owner = binding && it.functionOf(binding.fn);
  if (!binding || !owner) return UNKNOWN;
  let value: Abs = UNKNOWN;
  const i = owner.params.indexOf(b);
  if (i >= 0) {
    const key = functionKey(it.file, binding.fn);
    value =
      owner.rest && i === owner.params.length - 1
        ? {
            k: 'array',
            items: [0, 1, 2, 3].map((more): Abs => ({ k: 'param', fn: key, i: i + more, path: [] })),
            open: true,
          }
        : { k: 'param', fn: key, i, path: [] };
  } else if (!binding.mutable) {
    const init = initialValue(owner.body, b);
    if (init && !it.frames.some((frame) => frame.fn === binding.fn)) {
      const effects = it.effects.length;
      value = it.eval(init, { ...freshState(), env: new Map(state.env) });
      it.effects.length = effects;
    }
  }
  it.outer.set(b, value);
  return value;
}
