/** The variables that a module validates: `createEnv({ server: { … } })`, `z.object({ … }).parse(process.env)`. */
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile, visitSteps, visitValue } from '../facts/visit.ts';

export interface EnvVariable {
  name: string;
  /** Place of the name in the schema, an index of the file's spans. */
  at: number;
  scope: 'server' | 'client';
  /** May be absent: optional, or with a default. */
  optional: boolean;
}

type ObjectValue = Extract<Value, { k: 'object' }>;

/** In the order of the text; the first declaration of a name counts. */
export function findVariables(facts: TsFacts): EnvVariable[] {
  const found = new Map<string, EnvVariable>();
  const add = (object: ObjectValue, scope: EnvVariable['scope'] | undefined): void => {
    for (const prop of object.props) {
      if (prop.p !== 'prop' || !/^[A-Z_][A-Z0-9_]*$/i.test(prop.name) || found.has(prop.name)) continue;
      found.set(prop.name, {
        name: prop.name,
        at: prop.at,
        scope: scope ?? (prop.name.startsWith('NEXT_PUBLIC_') ? 'client' : 'server'),
        optional: isOptional(prop.value),
      });
    }
  };
  visitFile(facts, (value) => {
    if (value.k !== 'call') return;
    if (isCreateEnv(facts, value.fn)) {
      const [options] = value.args;
      if (options?.k !== 'object') return;
      for (const prop of options.props)
        if (prop.p === 'prop' && /^(server|client|shared)$/.test(prop.name) && prop.value.k === 'object')
          add(prop.value, prop.name === 'shared' ? undefined : prop.name === 'client' ? 'client' : 'server');
      return;
    }
    const { fn } = value;
    if (fn.k !== 'member' || !/^(safe)?parse(Async)?$/i.test(fn.name) || !value.args.some(isEnvironment))
      return;
    for (const object of shapesOf(facts, fn.of, 0)) add(object, undefined);
  });
  return [...found.values()].toSorted((a, b) => a.at - b.at);
}

function isCreateEnv(facts: TsFacts, fn: Value): boolean {
  if (fn.k !== 'ref' || fn.b < 0) return false;
  return facts.imports.some(
    (item) =>
      item.spec.startsWith('@t3-oss/env') &&
      item.names.some((named) => named.b === fn.b && named.imported === 'createEnv'),
  );
}

/** `process.env`, `{ ...process.env }`, `{ DATABASE_URL: process.env.DATABASE_URL }`. */
function isEnvironment(value: Value): boolean {
  let found = false;
  visitValue(value, (part) => {
    if (
      part.k === 'member' &&
      part.name === 'env' &&
      part.of.k === 'ref' &&
      part.of.b < 0 &&
      part.of.name === 'process'
    )
      found = true;
    return !found && part.k !== 'call' && part.k !== 'function';
  });
  return found;
}

/** The object literals that a schema is built from: `z.object(…)`, `.extend(…)`, `.merge(other)`, or a name for one. */
function shapesOf(facts: TsFacts, schema: Value, depth: number): ObjectValue[] {
  if (depth > 8) return [];
  if (schema.k === 'ref') {
    const value = declared(facts, schema.b);
    return value ? shapesOf(facts, value, depth + 1) : [];
  }
  if (schema.k !== 'call') return [];
  const { fn } = schema;
  const own = schema.args.flatMap((arg) =>
    arg.k === 'object' ? [arg] : arg.k === 'ref' || arg.k === 'call' ? shapesOf(facts, arg, depth + 1) : [],
  );
  if (fn.k !== 'member') return own;
  if (/^(object|strictObject|looseObject)$/.test(fn.name))
    return schema.args.flatMap((arg) =>
      arg.k === 'object' ? [arg] : arg.k === 'ref' ? objectBehind(facts, arg.b) : [],
    );
  return [
    ...shapesOf(facts, fn.of, depth + 1),
    ...(/^(extend|safeExtend|merge|and)$/.test(fn.name) ? own : []),
  ];
}

function objectBehind(facts: TsFacts, b: number): ObjectValue[] {
  const value = declared(facts, b);
  return value?.k === 'object' ? [value] : [];
}

function declared(facts: TsFacts, b: number): Value | undefined {
  let found: Value | undefined;
  for (const fn of facts.functions)
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s === 'let' && step.b === b) found ??= step.value;
      },
    });
  return found;
}

function isOptional(value: Value): boolean {
  for (let part: Value = value; part.k === 'call' && part.fn.k === 'member'; part = part.fn.of)
    if (/^(optional|nullish|default|prefault|catch)$/.test(part.fn.name)) return true;
  return false;
}
