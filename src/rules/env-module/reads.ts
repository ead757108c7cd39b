/** Where a file reads variables of `process.env`, in every way of writing it. */
import { spanOf } from '../../facts/model.ts';
import type { FileFacts } from '../../facts/model.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { valuesOf } from '../../facts/valueIndex.ts';
import { visitFile, visitSteps } from '../../facts/visit.ts';

export interface EnvRead {
  name: string;
  /** The whole `process.env.X`; the key when it is destructured. */
  at: number;
  start: number;
}

/** Functions that check the object they are given: what it lists is validated right there. */
const VALIDATORS = /^(createEnv|cleanEnv|parse|safeParse|parseAsync|safeParseAsync|parseEnv)$/;

/**
 * Reads of single variables, in the order of the text: `process.env.X`, `process.env['X']`, `const { X } = process.env`, through
 * aliases, `globalThis` and imports of `node:process`. Left out: assignments and deletions, names that are computed, and
 * object literals that a schema or `createEnv` checks on the spot.
 */
export function envReads(facts: FileFacts & TsFacts): EnvRead[] {
  if (!mentionsEnv(facts)) return [];
  const assigned = constants(facts);
  const processes = importedFromProcess(facts, (name) => name === 'default' || name === '*');
  const envs = importedFromProcess(facts, (name) => name === 'env');
  const isProcess = (value: Value, depth = 0): boolean => {
    if (depth > 4) return false;
    if (value.k === 'member')
      return (
        value.name === 'process' &&
        value.of.k === 'ref' &&
        value.of.b < 0 &&
        /^(globalThis|global)$/.test(value.of.name)
      );
    if (value.k === 'import') return /^(node:)?process$/.test(value.spec);
    if (value.k !== 'ref') return false;
    if (value.b < 0) return value.name === 'process';
    const given = assigned.get(value.b);
    return processes.has(value.b) || (given !== undefined && isProcess(given, depth + 1));
  };
  const isEnv = (value: Value, depth = 0): boolean => {
    if (depth > 4) return false;
    if (value.k === 'member') return value.name === 'env' && isProcess(value.of);
    if (value.k === 'logic') return isEnv(value.left, depth + 1);
    if (value.k !== 'ref' || value.b < 0) return false;
    const given = assigned.get(value.b);
    return envs.has(value.b) || (given !== undefined && isEnv(given, depth + 1));
  };
  const left = leftOut(facts, assigned);
  const out: EnvRead[] = [];
  visitFile(facts, (value) => {
    if (left.has(value)) return false;
    if (value.k !== 'member' || !isEnv(value.of)) return true;
    // A destructured key is lowered to a member whose whole place starts with the key itself.
    const key = spanOf(facts, value.at);
    const whole = spanOf(facts, value.all);
    out.push({ name: value.name, at: key.start === whole.start ? value.at : value.all, start: whole.start });
    return false;
  });
  return out.toSorted((a, b) => a.start - b.start);
}

/** Cheap test that spares most files. */
function mentionsEnv(facts: TsFacts): boolean {
  if (importedFromProcess(facts, (name) => name === 'env').size > 0) return true;
  return valuesOf(facts, 'member').some(({ name }) => name === 'env');
}

function importedFromProcess(facts: TsFacts, wanted: (name: string) => boolean): Set<number> {
  const out = new Set<number>();
  for (const item of facts.imports)
    if (/^(node:)?process$/.test(item.spec))
      for (const named of item.names) if (wanted(named.imported)) out.add(named.b);
  return out;
}

/** Values of names that are given one only once. Parameters are left out: a default is there to be replaced. */
function constants(facts: TsFacts): Map<number, Value> {
  const out = new Map<number, Value>();
  for (const fn of facts.functions)
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s !== 'let') return;
        const binding = facts.bindings[step.b];
        if (
          binding &&
          !binding.mutable &&
          (binding.kind === 'const' || binding.kind === 'let' || binding.kind === 'temp')
        )
          out.set(step.b, step.value);
      },
    });
  return out;
}

/** Values that are no reads, or that are checked where they stand. */
function leftOut(facts: TsFacts, assigned: ReadonlyMap<number, Value>): Set<Value> {
  const out = new Set<Value>();
  visitFile(facts, (value) => {
    if (value.k === 'assign' && (value.op === '=' || value.op === '??=' || value.op === '||='))
      out.add(value.target);
    else if (value.k === 'unary' && value.op === 'delete') out.add(value.of);
    else if (value.k === 'call' && isValidator(value.fn))
      for (const arg of value.args) {
        const given = arg.k === 'ref' ? assigned.get(arg.b) : arg;
        if (given?.k === 'object') out.add(given);
      }
  });
  return out;
}

function isValidator(fn: Value): boolean {
  if (fn.k === 'ref') return VALIDATORS.test(fn.name);
  return (
    fn.k === 'member' &&
    VALIDATORS.test(fn.name) &&
    !(fn.of.k === 'ref' && fn.of.b < 0 && fn.of.name === 'JSON')
  );
}
