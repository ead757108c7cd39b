/** tRPC: procedures of a router as entry points, and what their context holds. */
import type { FileId } from '../base/path.ts';
import type { Property, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import type { Abs, Proof } from './abs.ts';
import { Interpreter } from './interpreter.ts';
import type { Links } from './links.ts';
import { freshState } from './state.ts';
import { functionKey } from './summary.ts';
import type { Summary } from './summary.ts';

/** Keys under which a context holds the session or its user; `createContext` fills them from the request. */
export const SESSION_KEYS: readonly string[] = ['session', 'user', 'auth', 'userId'];
const ENDS = new Set(['query', 'mutation', 'subscription']);

export interface ProcedureValue {
  /** Key in its router, with the keys of the routers around it: `post.list`. */
  name: string;
  /** Place of the key or of the declared name. */
  at: number;
  value: Abs;
}

/** The procedures written in a file: properties of routers, and declarations. */
export function trpcProcedures(links: Links, file: FileId, facts: TsFacts): ProcedureValue[] {
  const module = facts.functions[0];
  if (!module || !mayHaveProcedures(facts)) return [];
  const out: ProcedureValue[] = [];
  const add = (name: string, at: number, value: Value): void => {
    const abs = new Interpreter(links, file, facts, 0).eval(value, freshState());
    if (abs.k === 'procedure' && abs.lib === 'trpc') out.push({ name, at, value: abs });
  };
  const inProperties = (props: readonly Property[], path: string): void => {
    for (const prop of props) {
      if (prop.p !== 'prop') continue;
      const name = path + prop.name;
      if (isProcedure(prop.value)) add(name, prop.at, prop.value);
      else inRouter(prop.value, `${name}.`);
    }
  };
  const inRouter = (value: Value, path: string): void => {
    if (value.k === 'object') inProperties(value.props, path);
    else if (value.k === 'call')
      for (const arg of value.args) if (arg.k === 'object') inProperties(arg.props, path);
  };
  const declared = (name: string, at: number, value: Value): void => {
    if (isProcedure(value)) add(name, at, value);
    else inRouter(value, '');
  };
  visitSteps(module.body, {
    step: (step) => {
      if (step.s !== 'let') return;
      const binding = facts.bindings[step.b];
      if (binding) declared(binding.name, binding.at, step.value);
    },
  });
  for (const item of facts.exports) if (item.e === 'value') declared(item.name, item.at, item.value);
  return out;
}

/** `….query(async (…) => …)` and its like. */
function isProcedure(value: Value): boolean {
  return (
    value.k === 'call' &&
    value.fn.k === 'member' &&
    ENDS.has(value.fn.name) &&
    value.args.some((arg) => arg.k === 'function' || arg.k === 'ref')
  );
}

/** Cheap test that spares most files. */
function mayHaveProcedures(facts: TsFacts): boolean {
  if (facts.functions.length < 2 || facts.imports.length === 0) return false;
  const module = facts.functions[0];
  let hit = false;
  const value = (candidate: Value): boolean => {
    hit ||= isProcedure(candidate);
    return !hit;
  };
  if (module) visitSteps(module.body, { value });
  for (const item of facts.exports) if (!hit && item.e === 'value' && isProcedure(item.value)) hit = true;
  return hit;
}

/** What is known of a context before any middleware: perhaps a session, and the client under its usual names. */
export function trpcContext(): { [name: string]: Abs } {
  const proof: Proof = { kind: 'session', steps: [] };
  const props: { [name: string]: Abs } = {
    prisma: { k: 'prisma', tx: false },
    db: { k: 'prisma', tx: false },
  };
  for (const name of SESSION_KEYS)
    props[name] = {
      k: 'variants',
      id: `ctx.${name}`,
      list: [
        { i: 0, value: { k: 'session', path: PATHS[name] ?? [] }, proof },
        { i: 1, value: { k: 'lit', v: null } },
      ],
    };
  return props;
}

const PATHS: { [name: string]: string[] } = { user: ['user'], userId: ['userId'] };

/** The signed-in alternative of something that a guard has let through. */
export function settled(value: Abs | undefined): Abs {
  if (value?.k !== 'variants') return value ?? { k: 'unknown' };
  return value.list.find((variant) => variant.proof)?.value ?? value;
}

/** A middleware, run with a context that may hold a session. */
export function trpcMiddleware(
  links: Links,
  use: Extract<Abs, { k: 'closure' }>,
  context: { [name: string]: Abs },
): Summary {
  const key = functionKey(use.file, use.fn);
  const facts = links.tsFacts(use.file);
  if (!facts) return links.summary(key);
  const part = (name: string): Abs => ({ k: 'param', fn: key, i: 0, path: [name] });
  const given: Abs = {
    k: 'object',
    props: {
      ctx: { k: 'object', props: context, open: true },
      next: part('next'),
      input: { k: 'origin', o: 'client', path: [] },
      getRawInput: part('getRawInput'),
    },
    open: true,
  };
  return new Interpreter(links, use.file, facts, use.fn).summarise([given]);
}
