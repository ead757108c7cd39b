/** Zod's builders and parsers, as the interpreter sees them called. */
import { UNDEF, UNKNOWN } from './abs.ts';
import type { Abs, Site } from './abs.ts';
import { UNKNOWN_SHAPE, withoutKeys } from './zodShape.ts';
import type { ZodKind, ZodShape } from './zodShape.ts';

const MAX_KEYS = 60;
const MAX_DEPTH = 6;

/** String formats that Zod 4 has as functions of their own and Zod 3 as methods. */
const FORMAT =
  /^(email|uuid|uuidv[467]|guid|url|httpUrl|cuid2?|ulid|nanoid|xid|ksuid|datetime|ipv[46]|cidrv[46]|base64|base64url|jwt|e164|emoji|hostname|duration|time)$/;

const PLAIN: { [name: string]: ZodKind } = {
  string: 'string',
  number: 'number',
  float32: 'number',
  float64: 'number',
  int: 'number',
  int32: 'number',
  uint32: 'number',
  int64: 'bigint',
  uint64: 'bigint',
  bigint: 'bigint',
  boolean: 'boolean',
  stringbool: 'boolean',
  date: 'date',
  any: 'any',
  unknown: 'any',
  file: 'file',
};

/** Whether a specifier is Zod's (`zod`, `zod/v4`, `zod/mini` is built otherwise and stays unknown). */
export function isZod(spec: string): boolean {
  return /^zod(\/v[34])?$/.test(spec);
}

/** The schema that `z.<path>(…args)` makes; undefined when the call makes none. */
export function zodSchema(path: readonly string[], args: readonly Abs[], site: Site): Abs | undefined {
  const names = path[0] === 'z' || path[0] === 'default' ? path.slice(1) : path;
  const coerce = names[0] === 'coerce';
  const name = names.at(-1) ?? '';
  const shape = construct(name, args);
  if (!shape) return undefined;
  return { k: 'schema', shape: coerce ? { ...shape, coerce: true } : shape, site };
}

function construct(name: string, args: readonly Abs[]): ZodShape | undefined {
  const [first, second] = args;
  const plain = PLAIN[name];
  if (plain !== undefined && Object.hasOwn(PLAIN, name))
    return /^u?int(32|64)?$/.test(name) ? { t: plain, integer: true } : { t: plain };
  if (FORMAT.test(name)) return { t: 'string', format: name };
  switch (name) {
    case 'object':
    case 'strictObject':
    case 'looseObject': {
      const shape = objectShape(first);
      if (name === 'strictObject') return { ...shape, unknownKeys: 'strict' };
      return name === 'looseObject' ? { ...shape, unknownKeys: 'loose' } : shape;
    }
    case 'array':
    case 'set':
      return { t: 'array', of: shapeOf(first) };
    case 'tuple':
      return { t: 'tuple' };
    case 'record':
    case 'partialRecord':
    case 'map':
      return { t: 'record', of: shapeOf(second ?? first) };
    case 'enum':
    case 'nativeEnum':
      return enumShape(first);
    case 'literal':
      return literalShape(first);
    case 'union':
    case 'xor':
    case 'discriminatedUnion': {
      const list = name === 'discriminatedUnion' ? second : first;
      return {
        t: 'union',
        ...(list?.k === 'array' && !list.open ? { options: list.items.map(shapeOf) } : {}),
      };
    }
    case 'intersection':
      return mergedShape(shapeOf(first), shapeOf(second));
    case 'optional':
    case 'nullable':
    case 'nullish':
      return wrap(shapeOf(first), name);
    case 'preprocess':
      return { ...shapeOf(second), coerce: true };
    case 'pipe':
      return shapeOf(second);
    case 'lazy':
    case 'custom':
    case 'instanceof':
    case 'json':
    case 'templateLiteral':
    case 'symbol':
    case 'function':
    case 'promise':
    case 'readonly':
      return UNKNOWN_SHAPE;
    case 'null':
      return { t: 'literal', values: [null] };
    case 'undefined':
    case 'void':
    case 'never':
      return { t: 'literal', values: [], optional: true };
    default:
      return undefined;
  }
}

/** The shape behind a value that should be a schema. */
export function shapeOf(value: Abs | undefined): ZodShape {
  return value?.k === 'schema' ? value.shape : UNKNOWN_SHAPE;
}

/** The shape of `z.object(value)`. */
export function objectShape(value: Abs | undefined): ZodShape {
  if (value?.k !== 'object') return { t: 'object', props: {}, open: true };
  const names = Object.keys(value.props);
  const props: { [name: string]: ZodShape } = {};
  for (const name of names.slice(0, MAX_KEYS)) props[name] = limited(shapeOf(value.props[name]), MAX_DEPTH);
  return { t: 'object', props, ...(value.open || names.length > MAX_KEYS ? { open: true } : {}) };
}

/** Recursive schemas come back through their own getters: below a depth nothing more is kept. */
function limited(shape: ZodShape, depth: number): ZodShape {
  if (depth === 0) return UNKNOWN_SHAPE;
  if (!shape.props && !shape.of && !shape.options) return shape;
  const out: ZodShape = { ...shape };
  if (shape.of) out.of = limited(shape.of, depth - 1);
  if (shape.options) out.options = shape.options.map((option) => limited(option, depth - 1));
  if (shape.props)
    out.props = Object.fromEntries(
      Object.entries(shape.props).map(([name, part]) => [name, limited(part, depth - 1)]),
    );
  return out;
}

function enumShape(value: Abs | undefined): ZodShape {
  if (value?.k === 'array' && !value.open) {
    const values = value.items.flatMap((item) => (item.k === 'lit' ? [item.v] : []));
    return values.length === value.items.length ? { t: 'enum', values } : { t: 'enum' };
  }
  if (value?.k === 'object' && !value.open) {
    const parts = Object.values(value.props);
    const values = parts.flatMap((item) => (item.k === 'lit' ? [item.v] : []));
    return values.length === parts.length ? { t: 'enum', values } : { t: 'enum' };
  }
  const enumName = value?.k === 'generated' ? value.path.at(-1) : undefined;
  return enumName === undefined ? { t: 'enum' } : { t: 'enum', enumName };
}

function literalShape(value: Abs | undefined): ZodShape {
  if (value?.k === 'lit') return { t: 'literal', values: [value.v] };
  return value?.k === 'array' ? { ...enumShape(value), t: 'literal' } : { t: 'literal' };
}

function wrap(shape: ZodShape, name: string): ZodShape {
  if (name === 'optional') return { ...shape, optional: true };
  if (name === 'nullable') return { ...shape, nullable: true };
  return { ...shape, optional: true, nullable: true };
}

/** Two objects' keys in one; the right one's win. */
export function mergedShape(left: ZodShape, right: ZodShape): ZodShape {
  if (left.t !== 'object' || right.t !== 'object') return UNKNOWN_SHAPE;
  const out: ZodShape = { t: 'object', props: { ...left.props, ...right.props } };
  if (left.open || right.open) out.open = true;
  const keys = right.unknownKeys ?? left.unknownKeys;
  if (keys) out.unknownKeys = keys;
  return out;
}

/** What `schema.<name>(…args)` gives; undefined when the method isn't Zod's or gives nothing that matters. */
export function schemaMethod(
  schema: Extract<Abs, { k: 'schema' }>,
  name: string,
  args: readonly Abs[],
  site: Site,
): Abs | undefined {
  const parsed = parseCall(schema, name, args[0] ?? UNKNOWN, site);
  if (parsed) return parsed;
  const shape = derive(schema.shape, name, args);
  return shape && { k: 'schema', shape, site: schema.site };
}

function parseCall(
  schema: Extract<Abs, { k: 'schema' }>,
  name: string,
  input: Abs,
  site: Site,
): Abs | undefined {
  const data: Abs = parsedValue(schema.shape, input, schema.site);
  switch (name) {
    case 'parse':
    case 'decode':
      return data;
    case 'parseAsync':
    case 'decodeAsync':
      return { k: 'promise', of: data };
    case 'safeParse':
    case 'safeDecode':
      return safeResult(data, site);
    case 'safeParseAsync':
    case 'safeDecodeAsync':
    case 'spa':
      return { k: 'promise', of: safeResult(data, site) };
    default:
      return undefined;
  }
}

/** A `ZodError`: there is one, whatever it says. */
const SOME_ERROR: Abs = { k: 'object', props: {}, open: true };

function safeResult(data: Abs, site: Site): Abs {
  return {
    k: 'variants',
    id: `${site.file}:${site.at}`,
    list: [
      {
        i: 0,
        value: { k: 'object', props: { success: { k: 'lit', v: true }, data, error: UNDEF }, open: false },
      },
      {
        i: 1,
        value: {
          k: 'object',
          props: { success: { k: 'lit', v: false }, data: UNDEF, error: SOME_ERROR },
          open: false,
        },
      },
    ],
  };
}

/** What comes out of a schema that was given a value. */
export function parsedValue(shape: ZodShape, of: Abs, site: Site): Abs {
  return { k: 'parsed', shape, of, site };
}

function derive(shape: ZodShape, name: string, args: readonly Abs[]): ZodShape | undefined {
  const [first] = args;
  const number = first?.k === 'lit' && typeof first.v === 'number' ? first.v : undefined;
  if (FORMAT.test(name)) return { ...shape, format: name };
  switch (name) {
    case 'optional':
    case 'exactOptional':
      return { ...shape, optional: true };
    case 'nullable':
      return { ...shape, nullable: true };
    case 'nullish':
      return { ...shape, optional: true, nullable: true };
    case 'default':
    case 'prefault':
    case 'catch':
      return { ...shape, hasDefault: true };
    case 'nonoptional':
    case 'unwrap': {
      const { optional: _optional, nullable: _nullable, hasDefault: _default, ...rest } = shape;
      return name === 'unwrap' && shape.t === 'array' ? (shape.of ?? UNKNOWN_SHAPE) : rest;
    }
    case 'min':
    case 'gte':
    case 'gt':
      return number === undefined ? shape : { ...shape, min: number };
    case 'max':
    case 'lte':
    case 'lt':
      // A bound that isn't a number in sight is a bound all the same.
      return { ...shape, max: number ?? Number.MAX_SAFE_INTEGER };
    case 'length':
    case 'size':
      return number === undefined ? shape : { ...shape, min: number, max: number };
    case 'nonempty':
      return { ...shape, min: 1 };
    case 'positive':
      return { ...shape, min: shape.integer ? 1 : 0 };
    case 'nonnegative':
      return { ...shape, min: 0 };
    case 'negative':
    case 'nonpositive':
      return { ...shape, max: 0 };
    case 'int':
    case 'safe':
      return { ...shape, integer: true };
    case 'transform':
      // What comes out may have any keys.
      return { ...shape, transformed: true, ...(shape.t === 'object' ? { open: true as const } : {}) };
    case 'overwrite':
      return { ...shape, transformed: true };
    case 'pipe':
      return { ...shapeOf(first), ...(shape.coerce ? { coerce: true } : {}) };
    case 'refine':
    case 'superRefine':
    case 'check':
    case 'with':
    case 'regex':
      return { ...shape, refined: true };
    case 'or':
      return { t: 'union', options: [shape, shapeOf(first)] };
    case 'and':
      return mergedShape(shape, shapeOf(first));
    case 'array':
      return { t: 'array', of: shape };
    case 'partial':
      return partial(shape, first);
    case 'deepPartial':
      return partial(shape, undefined);
    case 'required':
      return required(shape);
    case 'extend':
    case 'safeExtend':
    case 'augment':
    case 'setKey':
      return mergedShape(shape, objectShape(first));
    case 'merge':
      return mergedShape(shape, shapeOf(first));
    case 'pick':
    case 'omit':
      return picked(shape, name, first);
    case 'passthrough':
    case 'loose':
    case 'catchall':
      return { ...shape, unknownKeys: 'loose' };
    case 'strict':
      return { ...shape, unknownKeys: 'strict' };
    case 'strip': {
      const { unknownKeys: _keys, ...rest } = shape;
      return rest;
    }
    case 'keyof':
      return { t: 'enum', ...(shape.props && !shape.open ? { values: Object.keys(shape.props) } : {}) };
    case 'extract':
    case 'exclude':
      return chosen(shape, name, first);
    default:
      // `trim`, `describe`, `meta`, `brand`, `readonly`…: the same values come out.
      return shape;
  }
}

function namesIn(value: Abs | undefined): string[] | undefined {
  return value?.k === 'object' && !value.open ? Object.keys(value.props) : undefined;
}

function partial(shape: ZodShape, only: Abs | undefined): ZodShape {
  if (shape.t !== 'object' || !shape.props) return shape;
  const names = only && namesIn(only);
  return {
    ...shape,
    props: Object.fromEntries(
      Object.entries(shape.props).map(([name, part]) => [
        name,
        !names || names.includes(name) ? { ...part, optional: true } : part,
      ]),
    ),
  };
}

function required(shape: ZodShape): ZodShape {
  if (shape.t !== 'object' || !shape.props) return shape;
  return {
    ...shape,
    props: Object.fromEntries(
      Object.entries(shape.props).map(([name, { optional: _optional, ...part }]) => [name, part]),
    ),
  };
}

function picked(shape: ZodShape, name: 'pick' | 'omit', mask: Abs | undefined): ZodShape {
  const names = namesIn(mask);
  if (shape.t !== 'object' || !shape.props || !names) return { ...shape, open: true };
  const drop = name === 'omit' ? names : Object.keys(shape.props).filter((key) => !names.includes(key));
  return withoutKeys(shape, drop);
}

function chosen(shape: ZodShape, name: 'extract' | 'exclude', list: Abs | undefined): ZodShape {
  const names = list?.k === 'array' ? list.items.flatMap((item) => (item.k === 'lit' ? [item.v] : [])) : [];
  if (!shape.values || (list?.k === 'array' && list.open)) return { t: 'enum' };
  return {
    t: 'enum',
    values: shape.values.filter((value) => names.includes(value) === (name === 'extract')),
  };
}

/** `schema.shape`, `.enum`, `.options`, `.element`: what a schema says about itself. */
export function schemaMember(schema: Extract<Abs, { k: 'schema' }>, name: string): Abs {
  const { shape, site } = schema;
  switch (name) {
    case 'shape':
      return {
        k: 'object',
        props: Object.fromEntries(
          Object.entries(shape.props ?? {}).map(([key, part]): [string, Abs] => [
            key,
            { k: 'schema', shape: part, site },
          ]),
        ),
        open: shape.open === true || !shape.props,
      };
    case 'element':
    case 'innerType':
      return { k: 'schema', shape: shape.of ?? UNKNOWN_SHAPE, site };
    case 'enum':
    case 'Enum':
    case 'Values':
      return shape.values
        ? {
            k: 'object',
            props: Object.fromEntries(
              shape.values.map((value): [string, Abs] => [String(value), { k: 'lit', v: value }]),
            ),
            open: false,
          }
        : UNKNOWN;
    case 'options':
      if (shape.values)
        return { k: 'array', items: shape.values.map((v): Abs => ({ k: 'lit', v })), open: false };
      return {
        k: 'array',
        items: (shape.options ?? []).map((option): Abs => ({ k: 'schema', shape: option, site })),
        open: !shape.options,
      };
    default:
      return UNKNOWN;
  }
}
