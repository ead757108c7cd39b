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

/** What the list of all variables, without their values, is called; the first that is there counts. */
export const EXAMPLE_FILES = [
  '.env.example',
  '.env.sample',
  '.env.template',
  '.env.local.example',
  '.env.dist',
];

/** Set by the platform, the build or the tool that runs the code, not by the people who deploy the app. */
export const PLATFORM_VARIABLES: readonly string[] = [
  'NODE_ENV',
  'NEXT_RUNTIME',
  'NEXT_PHASE',
  '__NEXT_*',
  'NEXT_TELEMETRY_DISABLED',
  'NEXT_DEPLOYMENT_ID',
  'CI',
  'GITHUB_ACTIONS',
  'ANALYZE',
  'TURBOPACK',
  'SKIP_ENV_VALIDATION',
  'PORT',
  'HOSTNAME',
  'TZ',
  'HOME',
  'PATH',
  'PWD',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'npm_*',
  'VITEST',
  'VITEST_*',
  'JEST_WORKER_ID',
  'PLAYWRIGHT*',
  'STORYBOOK*',
  'VERCEL',
  'VERCEL_ENV',
  'VERCEL_TARGET_ENV',
  'VERCEL_URL',
  'VERCEL_BRANCH_URL',
  'VERCEL_PROJECT_PRODUCTION_URL',
  'VERCEL_REGION',
  'VERCEL_DEPLOYMENT_ID',
  'VERCEL_GIT_*',
  'NEXT_PUBLIC_VERCEL_*',
  'NETLIFY',
  'RENDER',
  'RENDER_EXTERNAL_*',
  'RENDER_GIT_*',
  'RAILWAY_ENVIRONMENT*',
  'RAILWAY_PUBLIC_DOMAIN',
  'FLY_APP_NAME',
  'FLY_REGION',
  'K_SERVICE',
  'KUBERNETES_*',
  'OTEL_*',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_EXECUTION_ENV',
];

/** Tests a variable's name against names and patterns with `*`. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns
    .filter((pattern) => pattern.includes('*'))
    .map(
      (pattern) =>
        new RegExp(
          `^${pattern
            .split('*')
            .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
            .join('.*')}$`,
        ),
    );
  return (name) => exact.has(name) || globs.some((glob) => glob.test(name));
}

type ObjectValue = Extract<Value, { k: 'object' }>;

/**
 * Variables that a value uses by name: `process.env.X`, `env.X`, `getEnv('X')`, whatever of that kind it is read from. `*` stands for
 * any: the whole environment is handed on, or a name is computed.
 */
export function usedVariables(value: Value): string[] {
  switch (value.k) {
    case 'member':
      return /^[A-Z][A-Z0-9_]+$/.test(value.name) && isEnvLike(value.of) ? [value.name] : [];
    case 'index':
      return isEnvLike(value.of) ? ['*'] : [];
    case 'object':
      return value.props.some((prop) => prop.p === 'spread' && isEnvLike(prop.value)) ? ['*'] : [];
    case 'call':
      return [
        ...(isEnvLike(value.fn) ? value.args.flatMap((arg) => (arg.k === 'lit' ? [String(arg.v)] : [])) : []),
        ...(value.args.some((arg) => arg.k === 'ref' && isEnvLike(arg)) ? ['*'] : []),
      ];
    default:
      return [];
  }
}

/** By its name alone; which module it comes from is for others to find out. */
function isEnvLike(value: Value): boolean {
  if (value.k === 'ref') return /env/i.test(value.name);
  if (value.k === 'member') return /^env$/i.test(value.name);
  if (value.k === 'call') return isEnvLike(value.fn);
  return value.k === 'await' && isEnvLike(value.of);
}

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
        optional: isOptional(facts, prop.value),
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
          // What is shared may be read by both sides.
          add(prop.value, prop.name === 'server' ? 'server' : 'client');
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

function isOptional(facts: TsFacts, value: Value, depth = 0): boolean {
  if (depth > 8) return false;
  if (value.k === 'ref' && value.b >= 0) {
    const given = declared(facts, value.b);
    return given !== undefined && isOptional(facts, given, depth + 1);
  }
  if (value.k !== 'call' || value.fn.k !== 'member') return false;
  const { name, of } = value.fn;
  if (/^(optional|nullish|default|prefault|catch)$/.test(name)) return true;
  // `z.preprocess(blankToUndefined, z.string().optional())`
  if (name === 'preprocess')
    return value.args[1] !== undefined && isOptional(facts, value.args[1], depth + 1);
  return isOptional(facts, of, depth + 1);
}
