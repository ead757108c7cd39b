/** Puts what a call was given in place of a function's parameters, in everything that is known of the function. */
import { awaited, filled, memberOf, UNDEF, UNKNOWN } from './abs.ts';
import type { Abs, Check, Condition, FunctionKey, RowQuery, Unless, Variant } from './abs.ts';

/** Puts arguments in place of a function's parameters. */
export function substitute(value: Abs, fn: FunctionKey, args: readonly Abs[], depth = 0): Abs {
  if (depth > 8) return UNKNOWN;
  // Most of what is looked through has nothing to replace, and stays the same object.
  const named = mentioned(value);
  if (!named.has(fn) && !named.has(CLOSURE)) return value;
  const inner = (part: Abs): Abs => substitute(part, fn, args, depth + 1);
  switch (value.k) {
    case 'param': {
      if (value.fn !== fn) return value;
      let result = args[value.i] ?? UNDEF;
      for (const name of value.path) result = memberOf(awaited(result), name);
      return result;
    }
    case 'unknown': {
      const from = (value.from ?? []).map(inner);
      if (value.filled) return filled(from);
      return { k: 'unknown', from, ...(value.called ? { called: true } : {}) };
    }
    case 'object': {
      const props = eachValue(value.props, inner);
      return value.spread ? spreadAgain({ ...value, props }, value.spread.map(inner)) : { ...value, props };
    }
    case 'array':
      return { ...value, items: value.items.map(inner) };
    case 'promise':
      return { k: 'promise', of: inner(value.of) };
    case 'variants':
      return { ...value, list: value.list.map((variant) => substituteVariant(variant, inner)) };
    case 'made':
      return { ...value, args: value.args.map(inner) };
    case 'parsed':
      return { ...value, of: inner(value.of) };
    case 'row':
      return value.query ? { ...value, query: substituteQuery(value.query, inner) } : value;
    case 'closure': {
      const bind: { [key: FunctionKey]: Abs[] } = {};
      for (const key in value.bind) bind[key] = (value.bind[key] ?? []).map(inner);
      if (!bind[fn]) bind[fn] = [...args];
      return { ...value, bind };
    }
    case 'chain':
      return { ...value, uses: value.uses.map(inner), ...(value.input ? { input: inner(value.input) } : {}) };
    case 'procedure':
      return {
        ...value,
        uses: value.uses.map(inner),
        handler: inner(value.handler),
        ...(value.input ? { input: inner(value.input) } : {}),
      };
    case 'authWrapped':
      return { ...value, handler: inner(value.handler) };
    default:
      return value;
  }
}

/** Stands among the functions that a value mentions for closures: they may use parameters of any. */
const CLOSURE = '()';
const NOBODY: ReadonlySet<string> = new Set();
const CLOSURES: ReadonlySet<string> = new Set([CLOSURE]);
const mentions = new WeakMap<object, ReadonlySet<string>>();

/** The functions whose parameters a value is made of; known for good, since values never change. */
function mentioned(value: Abs): ReadonlySet<string> {
  switch (value.k) {
    case 'closure':
      return CLOSURES;
    case 'param':
    case 'unknown':
    case 'object':
    case 'array':
    case 'promise':
    case 'variants':
    case 'made':
    case 'parsed':
    case 'row':
    case 'chain':
    case 'procedure':
    case 'authWrapped': {
      let found = mentions.get(value);
      if (!found) {
        const all = new Set<string>();
        for (const part of partsOf(value)) for (const fn of mentioned(part)) all.add(fn);
        if (value.k === 'param') all.add(value.fn);
        found = all.size === 0 ? NOBODY : all;
        mentions.set(value, found);
      }
      return found;
    }
    default:
      return NOBODY;
  }
}

/** All values that a value holds. */
function partsOf(value: Abs): Abs[] {
  switch (value.k) {
    case 'unknown':
      return value.from ?? [];
    case 'object':
      return [...Object.values(value.props), ...(value.spread ?? [])];
    case 'array':
      return value.items;
    case 'promise':
    case 'parsed':
      return [value.of];
    case 'variants':
      return value.list.flatMap((variant) => [
        variant.value,
        ...(variant.checks ?? []).map(({ where }) => where),
        ...(variant.when ?? []).map(({ of }) => of),
        ...(variant.unless?.when ?? []).map(({ of }) => of),
      ]);
    case 'made':
      return value.args;
    case 'row':
      return [...(value.query?.where ? [value.query.where] : []), ...Object.values(value.query?.lists ?? {})];
    case 'chain':
      return [...value.uses, ...(value.input ? [value.input] : [])];
    case 'procedure':
      return [...value.uses, value.handler, ...(value.input ? [value.input] : [])];
    case 'authWrapped':
      return [value.handler];
    default:
      return [];
  }
}

function eachValue(values: { [name: string]: Abs }, replace: (value: Abs) => Abs): { [name: string]: Abs } {
  const out: { [name: string]: Abs } = {};
  for (const name in values) out[name] = replace(values[name] ?? UNKNOWN);
  return out;
}

function substituteVariant({ unless, ...variant }: Variant, inner: (value: Abs) => Abs): Variant {
  return {
    ...variant,
    value: inner(variant.value),
    ...(variant.checks ? { checks: substituteChecks(variant.checks, inner) } : {}),
    ...(variant.when ? { when: substituteConditions(variant.when, inner) } : {}),
    ...(unless ? substituteUnless(unless, inner) : {}),
  };
}

function substituteQuery(query: RowQuery, inner: (value: Abs) => Abs): RowQuery {
  const { where, lists } = query;
  return {
    ...query,
    ...(where ? { where: inner(where) } : {}),
    ...(lists ? { lists: eachValue(lists, inner) } : {}),
  };
}

/** An object whose opaque spreads have become known: their keys come in where the object doesn't name them itself. */
function spreadAgain(value: Extract<Abs, { k: 'object' }>, parts: readonly Abs[]): Abs {
  const { spread: _spread, ...rest } = value;
  const opaque: Abs[] = [];
  let open = false;
  const props = { ...value.props };
  for (const part of parts) {
    if (part.k !== 'object') opaque.push(part);
    else {
      for (const name in part.props) props[name] ??= part.props[name] ?? UNKNOWN;
      open ||= part.open;
      if (part.spread) opaque.push(...part.spread);
    }
  }
  return { ...rest, props, open: open || opaque.length > 0, ...(opaque.length ? { spread: opaque } : {}) };
}

/** Checks with other values in place of a function's parameters. */
export function substituteChecks(checks: readonly Check[], replace: (value: Abs) => Abs): Check[] {
  return checks.map((check) => ({ ...check, where: replace(check.where) }));
}

/** Conditions with other values in place of a function's parameters, as far as those are parameters themselves. */
export function substituteConditions(when: readonly Condition[], replace: (value: Abs) => Abs): Condition[] {
  return when.flatMap((condition) => {
    const of = replace(condition.of);
    return of.k === 'param' ? [{ ...condition, of }] : [];
  });
}

function substituteUnless(unless: Unless, replace: (value: Abs) => Abs): { unless?: Unless } {
  const when = substituteConditions(unless.when, replace);
  return when.length ? { unless: { ...unless, when } } : {};
}
