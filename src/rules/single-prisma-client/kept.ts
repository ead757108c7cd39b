/** How a module keeps the client that it constructs. */
import type { BindingId, FunctionFacts, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile, visitSteps } from '../../facts/visit.ts';
import type { Construction } from '../../workspace/sharedClient.ts';

/** Names of the global object; a name that nobody declares is a property of it as well. */
const GLOBALS = new Set(['globalThis', 'global']);

/** Whether a file stores something on the global object: directly, by an alias, or in a declared global variable. */
export function storesGlobally(facts: TsFacts): boolean {
  const aliases = new Set<BindingId>();
  const isGlobal = (value: Value): boolean =>
    value.k === 'ref' &&
    // `declare const globalThis: { prisma: … } & typeof global` only says its type.
    ((GLOBALS.has(value.name) && (value.b < 0 || facts.bindings[value.b]?.fn === 0)) || aliases.has(value.b));
  for (const fn of facts.functions)
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s === 'let' && isGlobal(step.value)) aliases.add(step.b);
      },
    });
  let found = false;
  visitFile(facts, (value) => {
    if (value.k === 'assign') {
      const { target } = value;
      if (target.k === 'ref' && target.b < 0) found = true;
      if ((target.k === 'member' || target.k === 'index') && isGlobal(rootOf(target))) found = true;
    }
    // `Object.assign(globalThis, …)`, `remember(globalThis, …)`
    if (value.k === 'call' && value.args.some(isGlobal)) found = true;
    return !found;
  });
  return found;
}

function rootOf(value: Value): Value {
  return value.k === 'member' || value.k === 'index' ? rootOf(value.of) : value;
}

/**
 * Whether a construction is left to others: its function is exported or handed to a function of someone else's (`singleton('prisma', () => …)`),
 * so how often it runs can't be told here.
 */
export function isLeftToOthers(facts: TsFacts, { fn }: Construction): boolean {
  if (fn === 0) return false;
  const around: number[] = [];
  for (let id = fn; id > 0; id = facts.functions[id]?.parent ?? 0) around.push(id);
  const names = new Set(
    facts.bindings.flatMap(({ f }, b) => (f !== undefined && around.includes(f) ? [b] : [])),
  );
  // A constant's function has no declared binding: it is told by the value.
  visitSteps(facts.functions[0]?.body ?? [], {
    step: (step) => {
      if (step.s === 'let' && step.value.k === 'function' && around.includes(step.value.fn))
        names.add(step.b);
    },
  });
  if (facts.exports.some((item) => item.e === 'local' && names.has(item.b)))
    return !keepsInModule(facts, around);
  let handedOn = false;
  visitFile(facts, (value) => {
    if (value.k === 'call')
      handedOn ||= value.args.some(
        (arg) => (arg.k === 'function' && around.includes(arg.fn)) || (arg.k === 'ref' && names.has(arg.b)),
      );
    return !handedOn;
  });
  return handedOn;
}

/** `let client; export const get = () => (client ??= new PrismaClient())`: kept, but only in the module. */
function keepsInModule(facts: TsFacts, functions: readonly number[]): boolean {
  let found = false;
  for (const id of functions)
    visitSteps((facts.functions[id] as FunctionFacts | undefined)?.body ?? [], {
      value: (value) => {
        if (value.k === 'assign' && value.target.k === 'ref' && facts.bindings[value.target.b]?.fn === 0)
          found = true;
      },
    });
  return found;
}
