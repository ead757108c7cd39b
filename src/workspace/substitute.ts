/** Puts what a call was given in place of a function's parameters, in everything that is known of the function. */
import { awaited, filled, memberOf, UNDEF, UNKNOWN } from './abs.ts';
import type { Abs, Check, Condition, FunctionKey, RowQuery, Unless, Variant } from './abs.ts';

/** Puts arguments in place of a function's parameters. */
export function substitute(value: Abs, fn: FunctionKey, args: readonly Abs[], depth = 0): Abs {
  if (depth > 8) return UNKNOWN;
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
      if (!value.from) return value;
      const from = replaced(value.from, inner);
      if (from === value.from) return value;
      return value.filled ? filled(from) : { k: 'unknown', from };
    }
    case 'object': {
      const props = replacedProps(value.props, inner);
      const spread = value.spread && replaced(value.spread, inner);
      if (spread && (spread !== value.spread || spread.some((part) => part.k === 'object')))
        return spreadAgain({ ...value, props }, spread);
      return props === value.props ? value : { ...value, props };
    }
    case 'array': {
      const items = replaced(value.items, inner);
      return items === value.items ? value : { ...value, items };
    }
    case 'promise': {
      const of = inner(value.of);
      return of === value.of ? value : { k: 'promise', of };
    }
    case 'variants': {
      const list = replaced(value.list, (variant) => substituteVariant(variant, inner));
      return list === value.list ? value : { ...value, list };
    }
    case 'made': {
      const given = replaced(value.args, inner);
      return given === value.args ? value : { ...value, args: given };
    }
    case 'parsed': {
      const of = inner(value.of);
      return of === value.of ? value : { ...value, of };
    }
    case 'row': {
      const query = value.query && substituteQuery(value.query, inner);
      return query === value.query ? value : { ...value, ...(query ? { query } : {}) };
    }
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

/** A list with other items; the same list where none is another. Most of what is looked through has nothing to replace. */
function replaced<T>(list: T[], replace: (item: T) => T): T[] {
  let out: T[] | undefined;
  let i = 0;
  for (const item of list) {
    const next = replace(item);
    if (next !== item) out ??= list.slice(0, i);
    out?.push(next);
    i++;
  }
  return out ?? list;
}

function replacedProps(
  props: { [name: string]: Abs },
  replace: (value: Abs) => Abs,
): { [name: string]: Abs } {
  let out: { [name: string]: Abs } | undefined;
  for (const name in props) {
    const value = props[name] ?? UNKNOWN;
    const next = replace(value);
    if (next !== value) out ??= { ...props };
    if (out) out[name] = next;
  }
  return out ?? props;
}

function substituteVariant(variant: Variant, inner: (value: Abs) => Abs): Variant {
  const value = inner(variant.value);
  if (!variant.when && !variant.unless) {
    const checks = variant.checks && replaced(variant.checks, (check) => substituteCheck(check, inner));
    if (value === variant.value && checks === variant.checks) return variant;
    return { ...variant, value, ...(checks ? { checks } : {}) };
  }
  const { unless, ...rest } = variant;
  return {
    ...rest,
    value,
    ...(variant.checks ? { checks: substituteChecks(variant.checks, inner) } : {}),
    ...(variant.when ? { when: substituteConditions(variant.when, inner) } : {}),
    ...(unless ? substituteUnless(unless, inner) : {}),
  };
}

function substituteCheck(check: Check, replace: (value: Abs) => Abs): Check {
  const where = replace(check.where);
  return where === check.where ? check : { ...check, where };
}

function substituteQuery(query: RowQuery, inner: (value: Abs) => Abs): RowQuery {
  const where = query.where && inner(query.where);
  const lists = query.lists && replacedProps(query.lists, inner);
  if (where === query.where && lists === query.lists) return query;
  return { ...query, ...(where ? { where } : {}), ...(lists ? { lists } : {}) };
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
  return checks.map((check) => substituteCheck(check, replace));
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
