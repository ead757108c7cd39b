/** What a Zod schema lets through that the field of a model can't hold. */
import type { PrismaField } from '../../facts/prismaModel.ts';
import { scalarTypes } from '../../prisma/schema.ts';
import type { SchemaModel } from '../../prisma/schema.ts';
import type { ZodShape } from '../../workspace/zodShape.ts';

export type Drift =
  | { d: 'length'; limit: number; max: number | undefined }
  | { d: 'integer' }
  | { d: 'values'; extra: string[]; values: string[] }
  | { d: 'text'; values: string[] }
  | { d: 'date' }
  | { d: 'uuid' }
  | { d: 'list' }
  | { d: 'kind'; zod: string }
  | { d: 'nullable' }
  | { d: 'optional' };

/** The gravest contradiction between a schema and a field, if there is one. Stricter schemas contradict nothing. */
export function driftOf(
  schema: SchemaModel,
  field: PrismaField,
  shape: ZodShape,
  { whole, create }: { whole: boolean; create: boolean },
): Drift | undefined {
  const byValue = shape.transformed ? undefined : valueDrift(schema, field, shape);
  if (byValue) return byValue;
  // Code may have looked at a single value before it wrote it; what comes with all the others goes through as it is.
  if (!whole || shape.transformed || field.optional || field.list) return undefined;
  if (shape.nullable && field.type !== 'Json') return { d: 'nullable' };
  if (create && shape.optional && !shape.hasDefault && isRequired(field)) return { d: 'optional' };
  return undefined;
}

/** Whether a row can't be made without a value for the field. */
export function isRequired(field: PrismaField): boolean {
  return !field.optional && !field.list && !field.default && !field.updatedAt && !field.ignored;
}

function valueDrift(schema: SchemaModel, field: PrismaField, shape: ZodShape): Drift | undefined {
  if (field.type === 'Json' || shape.t === 'any' || shape.t === 'unknown') return undefined;
  if (field.list !== (shape.t === 'array')) {
    if (shape.t === 'array') return { d: 'list' };
    // `{ set: […] }`, a record and the like.
    return ['string', 'number', 'boolean', 'enum', 'date'].includes(shape.t) ? { d: 'list' } : undefined;
  }
  const one = shape.t === 'array' ? shape.of : shape;
  if (!one || one.transformed) return undefined;
  const known = schema.enum(field.type);
  if (known)
    return enumDrift(
      known.values.map(({ name }) => name),
      one,
      one.enumName === undefined ? undefined : schema.enum(one.enumName)?.values.map(({ name }) => name),
    );
  return scalarTypes.has(field.type) ? scalarDrift(field, one) : undefined;
}

/** @param named values of the generated enum that the schema is made of */
function enumDrift(values: string[], shape: ZodShape, named: string[] | undefined): Drift | undefined {
  const allowed = named ?? literalsOf(shape);
  if (allowed) {
    const extra = allowed.filter((value) => value !== null && !values.includes(String(value))).map(String);
    return extra.length > 0 ? { d: 'values', extra, values } : undefined;
  }
  if (shape.t === 'string') return shape.refined ? undefined : { d: 'text', values };
  if (shape.t === 'number' || shape.t === 'boolean' || shape.t === 'date' || shape.t === 'object')
    return { d: 'kind', zod: shape.t };
  return undefined;
}

/** All values that an enum, a literal or a union of literals lets through. */
function literalsOf(shape: ZodShape): (string | number | boolean | null)[] | undefined {
  if (shape.t === 'enum' || shape.t === 'literal') return shape.values;
  if (shape.t !== 'union' || !shape.options) return undefined;
  const lists = shape.options.map(literalsOf);
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}

/** Which kinds of value each scalar type takes. */
const TAKES: { [type: string]: readonly string[] } = {
  String: ['string', 'date'],
  Boolean: ['boolean'],
  Int: ['number', 'bigint'],
  BigInt: ['number', 'bigint', 'string'],
  Float: ['number', 'bigint'],
  Decimal: ['number', 'string', 'bigint'],
  DateTime: ['date', 'string'],
};

const PLAIN_KINDS: ReadonlySet<string> = new Set(['string', 'number', 'bigint', 'boolean', 'date', 'object']);

function scalarDrift(field: PrismaField, shape: ZodShape): Drift | undefined {
  const takes = TAKES[field.type];
  if (!takes || !PLAIN_KINDS.has(shape.t)) return undefined;
  if (!takes.includes(shape.t)) return { d: 'kind', zod: shape.t };
  if (shape.refined) return undefined;
  if (shape.t === 'number' && (field.type === 'Int' || field.type === 'BigInt') && !shape.integer)
    return { d: 'integer' };
  if (shape.t !== 'string') return undefined;
  if (field.type === 'DateTime') return isDateFormat(shape.format) ? undefined : { d: 'date' };
  if (field.type !== 'String') return undefined;
  if (field.native?.name === 'Uuid')
    return shape.format === undefined || /^(cuid2?|ulid|nanoid|email|url|xid|ksuid)$/.test(shape.format)
      ? { d: 'uuid' }
      : undefined;
  const limit = lengthLimit(field);
  if (limit === undefined) return undefined;
  const max = shape.max ?? FORMAT_LENGTH[shape.format ?? ''];
  return max === undefined || (max > limit && max < Number.MAX_SAFE_INTEGER)
    ? { d: 'length', limit, max }
    : undefined;
}

function isDateFormat(format: string | undefined): boolean {
  return format === 'datetime';
}

/** Lengths of texts that a format fixes. */
const FORMAT_LENGTH: { [format: string]: number } = {
  uuid: 36,
  uuidv4: 36,
  uuidv6: 36,
  uuidv7: 36,
  guid: 36,
  cuid: 32,
  cuid2: 32,
  ulid: 26,
  nanoid: 21,
  xid: 20,
  ksuid: 27,
  ipv4: 15,
  ipv6: 45,
  e164: 16,
  datetime: 35,
  time: 20,
};

/** How many characters a column holds, when its type says so. */
export function lengthLimit({ native }: PrismaField): number | undefined {
  if (!native || !/^(VarChar|Char|NVarChar|NChar|Bit|VarBit)$/.test(native.name)) return undefined;
  const limit = Number(native.args[0]);
  return Number.isInteger(limit) && limit > 0 ? limit : undefined;
}
