/** The PostgreSQL type that Prisma gives a field. */
import type { PrismaField } from '../facts/prismaModel.ts';
import type { SqlType } from '../facts/sqlModel.ts';
import { displayNames } from './typeChange.ts';

/** Prisma's scalar types, with their type modifiers (Prisma 7, provider `postgresql`). */
const scalars: Readonly<Record<string, readonly [string, ...number[]]>> = {
  String: ['text'],
  Boolean: ['bool'],
  Int: ['int4'],
  BigInt: ['int8'],
  Float: ['float8'],
  Decimal: ['numeric', 65, 30],
  DateTime: ['timestamp', 3],
  Json: ['jsonb'],
  Bytes: ['bytea'],
};

/** `@db.…` attributes, by PostgreSQL's internal names. */
const natives: Readonly<Record<string, string>> = {
  Text: 'text',
  VarChar: 'varchar',
  Char: 'bpchar',
  Citext: 'citext',
  Uuid: 'uuid',
  Xml: 'xml',
  Inet: 'inet',
  Bit: 'bit',
  VarBit: 'varbit',
  Boolean: 'bool',
  SmallInt: 'int2',
  Integer: 'int4',
  BigInt: 'int8',
  Oid: 'oid',
  Decimal: 'numeric',
  Money: 'money',
  Real: 'float4',
  DoublePrecision: 'float8',
  Timestamp: 'timestamp',
  Timestamptz: 'timestamptz',
  Date: 'date',
  Time: 'time',
  Timetz: 'timetz',
  Json: 'json',
  JsonB: 'jsonb',
  ByteA: 'bytea',
};

/** The type of a scalar field; `undefined` for what isn't a scalar of Prisma's, `Unsupported(…)` and unknown attributes. */
export function scalarType(field: PrismaField): SqlType | undefined {
  const scalar = scalars[field.type];
  if (!scalar) return undefined;
  const { native } = field;
  if (!native) {
    const [name, ...args] = scalar;
    return { name, args, array: field.list };
  }
  const name = natives[native.name];
  const args = native.args.map(Number);
  return name === undefined || args.some(Number.isNaN)
    ? undefined
    : // A `CHAR` or `BIT` without a length has one place.
      { name, args: args.length === 0 && /^(bpchar|bit)$/.test(name) ? [1] : args, array: field.list };
}

const serials: Readonly<Record<string, string>> = { int2: 'SMALLSERIAL', int4: 'SERIAL', int8: 'BIGSERIAL' };

/** A built-in type as Prisma writes it: `VARCHAR(80)`, `TEXT[]`, `SERIAL`. */
export function typeText(type: SqlType, isSerial: boolean): string {
  const base =
    (isSerial ? serials[type.name] : undefined) ?? displayNames[type.name] ?? type.name.toUpperCase();
  return `${base}${type.args.length > 0 ? `(${type.args.join(',')})` : ''}${type.array ? '[]' : ''}`;
}
