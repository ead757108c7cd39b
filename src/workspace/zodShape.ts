/** What a Zod schema lets through, as far as its text says. */

/** `any` validates nothing (`z.any()`, `z.unknown()`); `unknown` means that the schema can't be told. */
export type ZodKind =
  | 'object'
  | 'array'
  | 'string'
  | 'number'
  | 'bigint'
  | 'boolean'
  | 'date'
  | 'enum'
  | 'literal'
  | 'union'
  | 'record'
  | 'tuple'
  | 'file'
  | 'any'
  | 'unknown';

export interface ZodShape {
  t: ZodKind;
  optional?: true;
  /** A key that only some alternatives of a union have: which one it is, a test of another key tells. */
  partly?: true;
  nullable?: true;
  hasDefault?: true;
  coerce?: true;
  /** Name of a string format: `email`, `uuid`, `cuid`, `url`, `datetime`… */
  format?: string;
  /** Inclusive bounds: of a string's or list's length, of a number's value. An exclusive bound is given as written. */
  min?: number;
  max?: number;
  integer?: true;
  /** Values of an enum, a native enum or a literal; absent when they aren't in sight. */
  values?: (string | number | boolean | null)[];
  /** An enum of the generated Prisma client that the values come from: `z.enum(Role)`. */
  enumName?: string;
  props?: { [name: string]: ZodShape };
  /** What happens to keys that an object doesn't name; absent means `strip`, Zod's default. */
  unknownKeys?: 'strict' | 'loose';
  /** Not all keys of an object could be seen. */
  open?: true;
  /** Items of a list, values of a record. */
  of?: ZodShape;
  options?: ZodShape[];
  /** Checks of its own (`refine`, `superRefine`, `check`). */
  refined?: true;
  /** The result is something else than what was checked. */
  transformed?: true;
}

export const UNKNOWN_SHAPE: ZodShape = { t: 'unknown' };

/** Whether a value that passed may be null or undefined. */
export function mayBeMissing(shape: ZodShape): boolean {
  if (shape.nullable) return true;
  return shape.optional === true && !shape.hasDefault;
}

/** A key's schema; what an object doesn't name never comes out of it unless it keeps unknown keys. */
export function shapeOfKey(shape: ZodShape, name: string): ZodShape | undefined {
  if (shape.t === 'any') return { ...shape };
  if (shape.t === 'object')
    return (
      shape.props?.[name] ??
      (shape.open ? UNKNOWN_SHAPE : shape.unknownKeys === 'loose' ? { t: 'any' } : undefined)
    );
  if (shape.t === 'record') return { ...(shape.of ?? UNKNOWN_SHAPE), optional: true };
  if (shape.t === 'union') {
    const found = (shape.options ?? []).map((option) => shapeOfKey(option, name));
    const present = found.filter((option) => option !== undefined);
    const [first] = present;
    if (!first) return shape.options ? undefined : UNKNOWN_SHAPE;
    if (present.length === 1)
      return present.length === found.length ? first : { ...first, optional: true, partly: true };
    return {
      t: 'union',
      options: present,
      ...(present.length < found.length ? { optional: true, partly: true } : {}),
    };
  }
  return UNKNOWN_SHAPE;
}

/** An object's schema without some of its keys. */
export function withoutKeys(shape: ZodShape, names: readonly string[]): ZodShape {
  if (shape.t !== 'object' || !shape.props) return shape;
  return {
    ...shape,
    props: Object.fromEntries(Object.entries(shape.props).filter(([name]) => !names.includes(name))),
  };
}
