/** Functions that a wrapper returns: what it was made with, besides the handler that it will call. */
import type { FileId } from '../base/path.ts';
import type { BindingId } from '../facts/tsModel.ts';
import type { Abs } from './abs.ts';
import type { Links } from './links.ts';
import { parseFunctionKey } from './summary.ts';

type Closure = Extract<Abs, { k: 'closure' }>;

/**
 * Options and guards that a wrapper was given, by the parameters that hold them: `withAuth(handler, { role: 'ADMIN' })`,
 * `wrap(handler, requireUser)`. The handler stays a parameter, so that what it does is told from what the wrapper does.
 * @param home the file of the entry point
 */
export function madeWith(links: Links, wrapped: Closure, home: FileId): [BindingId, Abs][] {
  const facts = links.tsFacts(wrapped.file);
  if (!facts || !wrapped.bind) return [];
  const given = Object.values(wrapped.bind).flat();
  const isAtHome = closuresIn(given).some((closure) => closure.file === home);
  const isHandler = (closure: Closure): boolean =>
    isAtHome ? closure.file === home : closure.file !== wrapped.file;
  const out: [BindingId, Abs][] = [];
  for (const [key, args] of Object.entries(wrapped.bind)) {
    const { file, fn } = parseFunctionKey(key);
    const owner = file === wrapped.file ? facts.functions[fn] : undefined;
    if (!owner || owner.rest) continue;
    owner.params.forEach((binding, i) => {
      const known = knownPart(args[i] ?? { k: 'undef' }, { k: 'param', fn: key, i, path: [] }, isHandler);
      if (known) out.push([binding, known]);
    });
  }
  return out;
}

function closuresIn(values: readonly Abs[]): Closure[] {
  return values.flatMap((value) =>
    value.k === 'closure' ? [value] : value.k === 'object' ? closuresIn(Object.values(value.props)) : [],
  );
}

/** What is known of an argument when the handler in it stays open; undefined when nothing is. */
function knownPart(
  value: Abs,
  parameter: Extract<Abs, { k: 'param' }>,
  isHandler: (closure: Closure) => boolean,
): Abs | undefined {
  switch (value.k) {
    case 'closure':
      return isHandler(value) ? undefined : value;
    case 'lit':
    case 'undef':
    case 'array':
      return value;
    case 'object': {
      const props: { [name: string]: Abs } = {};
      for (const [name, part] of Object.entries(value.props)) {
        const inner = { ...parameter, path: [...parameter.path, name] };
        props[name] = knownPart(part, inner, isHandler) ?? inner;
      }
      return { ...value, props };
    }
    default:
      return undefined;
  }
}
