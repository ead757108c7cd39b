/** Builders of actions and procedures: their middleware, the schema of their input, their handler. */
import { UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';
import { mergedShape, objectShape } from './zodCalls.ts';

const CHAIN_ENDS = new Set(['action', 'stateAction', 'handler', 'query', 'mutation', 'subscription']);

/** `client.use(…)`, `.inputSchema(…)`, `.action(handler)`: builders of actions and procedures. */
export function chainStep(base: Extract<Abs, { k: 'chain' }>, name: string, args: readonly Abs[]): Abs {
  if (CHAIN_ENDS.has(name)) {
    const handler = args.find((arg) => arg.k === 'closure' || arg.k === 'param');
    return handler
      ? {
          k: 'procedure',
          lib: base.lib,
          uses: base.uses,
          handler,
          validated: base.validated,
          ...(base.input ? { input: base.input } : {}),
        }
      : UNKNOWN;
  }
  if (name === 'use' || name === 'useValidated' || name === 'unstable_pipe')
    return { ...base, uses: [...base.uses, ...args] };
  if (/^(input|schema|inputSchema)$/.test(name)) {
    const schema = inputSchema(args[0], base.input);
    return { ...base, validated: true, ...(schema ? { input: schema } : {}) };
  }
  if (/schema|input/i.test(name)) return { ...base, validated: true };
  return base;
}

/** The middleware that a builder is made with: another builder's, or that of its options. */
export function usesOf(given: Abs): Abs[] {
  if (given.k === 'chain') return given.uses;
  const middleware = given.k === 'object' ? given.props['middleware'] : undefined;
  return middleware?.k === 'closure' ? [middleware] : [];
}

/** `client(schema, async (input, context) => …)`: builders that are called themselves. */
export function calledBuilder(base: Extract<Abs, { k: 'chain' }>, args: readonly Abs[]): Abs {
  const [given] = args;
  const handler = args.at(-1);
  if (base.lib !== 'next-safe-action' || args.length < 2 || handler?.k !== 'closure') return UNKNOWN;
  const schema = inputSchema(given, base.input);
  return {
    k: 'procedure',
    lib: base.lib,
    uses: base.uses,
    handler,
    validated: true,
    direct: true,
    ...(schema ? { input: schema } : {}),
  };
}

/** The schema of a builder's input; the inputs of a chain of procedures add up. */
function inputSchema(given: Abs | undefined, before: Abs | undefined): Abs | undefined {
  if (given?.k === 'object' && !given.open)
    return { k: 'schema', shape: objectShape(given), site: { file: '', at: 0 } };
  if (given?.k !== 'schema') return undefined;
  return before?.k === 'schema' && before.shape.t === 'object' && given.shape.t === 'object'
    ? { ...given, shape: mergedShape(before.shape, given.shape) }
    : given;
}
