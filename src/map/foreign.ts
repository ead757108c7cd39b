/** Values that whoever calls an entry point does not send: rows, answers of other servers, the environment. */
import type { FileId } from '../base/path.ts';
import type { Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import { functionKey } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { resolve } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

/** Where an expression stands, and the call by which its function was reached; without one its parameters may hold anything. */
export interface Surroundings {
  file: FileId;
  facts: TsFileFacts;
  call?: { fn: number; args: readonly Value[]; from: Surroundings };
}

const MAX_DEPTH = 12;

/** What is read from them was put there by the app itself. */
const STORES = /^(@upstash\/redis|@vercel\/(kv|edge-config)|ioredis|redis|keyv|lru-cache|memjs)(\/|$)/;

/** Whether a value is known to come from elsewhere than the caller; false where that can't be told. */
export function isForeign(workspace: Workspace, at: Surroundings, value: Value, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  const of = (part: Value): boolean => isForeign(workspace, at, part, depth + 1);
  switch (value.k) {
    case 'await':
    case 'rest':
    case 'index':
      return of(value.of);
    case 'member':
      return isEnvironment(value) || of(value.of);
    case 'logic':
      return of(value.left) && (value.right.k === 'lit' || of(value.right));
    case 'cond':
      return of(value.then) && of(value.else);
    case 'object':
      return value.props.length > 0 && value.props.every((prop) => of(prop.value));
    case 'array':
      return value.items.every((item) => of(item.k === 'spread' ? item.of : item));
    case 'call':
      return isForeignCall(workspace, at, value, of);
    case 'ref':
      return isForeignName(workspace, at, value.b, depth);
    default:
      return false;
  }
}

function isEnvironment({ of, name }: Extract<Value, { k: 'member' }>): boolean {
  return name === 'env' && of.k === 'ref' && of.b < 0 && of.name === 'process';
}

function isForeignCall(
  workspace: Workspace,
  { file, facts }: Surroundings,
  { fn, args }: Extract<Value, { k: 'call' }>,
  of: (part: Value) => boolean,
): boolean {
  if (fn.k === 'ref' && fn.b < 0) return fn.name === 'fetch';
  const [first] = args;
  if (fn.k === 'member' && fn.of.k === 'ref' && fn.of.b < 0)
    return fn.of.name === 'JSON' && first !== undefined && of(first);
  if (fn.k === 'member' && of(fn.of)) return true;
  let root: Value = fn;
  while (root.k === 'member') root = root.of;
  const base = resolve(workspace, file, facts, root);
  if (base?.k === 'prisma' || (base?.k === 'made' && STORES.test(base.spec))) return true;
  const callee = resolve(workspace, file, facts, fn);
  return callee?.k === 'closure' && workspace.summary(functionKey(callee.file, callee.fn)).effects.length > 0;
}

function isForeignName(workspace: Workspace, at: Surroundings, b: number, depth: number): boolean {
  const { facts, call } = at;
  const binding = facts.bindings[b];
  const around = binding && binding.fn !== 0 ? facts.functions[binding.fn] : undefined;
  if (!binding || !around) return false;
  const parameter = around.params.indexOf(b);
  if (parameter >= 0) {
    const arg = call?.fn === binding.fn ? call.args[parameter] : undefined;
    return call !== undefined && arg !== undefined && isForeign(workspace, call.from, arg, depth + 1);
  }
  const given: Value[] = [];
  visitSteps(around.body, {
    step: (step) => {
      if (step.s === 'let' && step.b === b) given.push(step.value);
    },
    value: (part) => {
      // `let answer; try { answer = await fetch(…) } catch { … }`
      if (part.k === 'assign' && part.target.k === 'ref' && part.target.b === b) given.push(part.value);
      // `answers.push(...(await response.json()))`
      if (
        part.k === 'call' &&
        part.fn.k === 'member' &&
        part.fn.name === 'push' &&
        part.fn.of.k === 'ref' &&
        part.fn.of.b === b
      )
        given.push(...part.args.map((arg) => (arg.k === 'spread' ? arg.of : arg)));
    },
  });
  return (
    given.some((one) => one.k !== 'array' || one.items.length > 0) &&
    given.every((one) => isForeign(workspace, at, one, depth + 1))
  );
}
