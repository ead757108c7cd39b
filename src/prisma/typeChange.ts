/** What happens to the values of a column when PostgreSQL changes its type. */
import type { SqlType } from '../facts/sqlModel.ts';

/**
 * `safe`: every value survives. `changes`: values are rounded, cut or rewritten without an error. `rejects`: the statement fails
 * when a value doesn't fit. `no-cast`: the statement always fails (there is no cast and no `USING`). `unknown`: not decidable here.
 */
export type TypeChange = 'safe' | 'changes' | 'rejects' | 'no-cast' | 'unknown';

/** Decimal digits that every value of an integer type fits into. */
const digits: Record<string, number> = { int2: 5, int4: 10, int8: 19 };
const serials: Record<string, string> = {
  smallserial: 'int2',
  serial2: 'int2',
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
};
const integerSize: Record<string, number> = { int2: 2, int4: 4, int8: 8 };
const texts = new Set(['text', 'varchar', 'bpchar', 'citext', 'name']);
/** Longest text of a value: what `varchar(n)` must hold. */
const textLength: Record<string, number> = { int2: 6, int4: 11, int8: 20, uuid: 36, bool: 5, date: 13 };
const numbers = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']);
const known = new Set([
  ...texts,
  ...numbers,
  'bool',
  'uuid',
  'json',
  'jsonb',
  'bytea',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'interval',
  'money',
  'xml',
  'inet',
  'oid',
]);

/** Text without a limit: every value of an enum fits. */
export function isText(type: SqlType): boolean {
  return type.name === 'text' || (type.name === 'varchar' && type.args.length === 0);
}

/**
 * The effect of `ALTER COLUMN … TYPE to` on a column of type `from`.
 * @param using whether there is a `USING` expression; `usingCast`: it casts explicitly, which cuts long texts without an error
 * Sources: PostgreSQL documentation, chapters 8 and `ALTER TABLE`; pg_cast; each row of the test table is run against PostgreSQL.
 */
export function typeChange(from: SqlType, to: SqlType, using: boolean, usingCast: boolean): TypeChange {
  const a = serials[from.name] ?? from.name;
  const b = serials[to.name] ?? to.name;
  if (from.array !== to.array) {
    if (from.array && texts.has(b)) return 'changes';
    return using ? 'unknown' : 'no-cast';
  }
  if (from.array) return elementChange(a, b, from, to, using, usingCast);
  if (a === b && !known.has(a)) return from.schema === to.schema ? 'safe' : 'unknown';
  const change = scalarChange(a, b, from, to, usingCast);
  if (change === 'no-cast' && using) return texts.has(a) ? 'rejects' : 'unknown';
  return change;
}

/** Types with casts of their own to numbers, texts or times, which `typeChange` doesn't tell one by one. */
const ownCasts = new Set(['oid', 'money', 'interval', 'name', 'xml']);

/**
 * Whether PostgreSQL refuses `ALTER COLUMN … TYPE to` without `USING`, with rows or without: no cast leads there that an assignment may
 * use. Only said of PostgreSQL's own types and of enums; a domain has the casts of what it is made of.
 */
export function lacksCast(from: SqlType, to: SqlType, isEnum: (type: SqlType) => boolean): boolean {
  const isKnown = (type: SqlType): boolean =>
    isEnum(type) ||
    (type.schema === undefined && !ownCasts.has(type.name) && (known.has(type.name) || type.name in serials));
  return isKnown(from) && isKnown(to) && typeChange(from, to, false, false) === 'no-cast';
}

function elementChange(
  a: string,
  b: string,
  from: SqlType,
  to: SqlType,
  using: boolean,
  usingCast: boolean,
): TypeChange {
  const change = scalarChange(a, b, from, to, usingCast);
  return change === 'no-cast' && using ? 'unknown' : change;
}

function scalarChange(a: string, b: string, from: SqlType, to: SqlType, usingCast: boolean): TypeChange {
  if (texts.has(b)) return toText(a, b, from, to, usingCast);
  if (numbers.has(a) && numbers.has(b)) return numberChange(a, b, from, to);
  if (a.startsWith('time') || a === 'date') return timeChange(a, b, from, to);
  if (a === b) return a === 'interval' && to.args.length > 0 ? 'changes' : 'safe';
  if ((a === 'json' && b === 'jsonb') || (a === 'jsonb' && b === 'json')) return 'safe';
  return known.has(a) && known.has(b) ? 'no-cast' : known.has(a) || known.has(b) ? 'no-cast' : 'unknown';
}

/** Everything can become text; into a limited text only what is short enough. */
function toText(a: string, b: string, from: SqlType, to: SqlType, usingCast: boolean): TypeChange {
  const limit =
    b === 'bpchar' ? (to.args[0] ?? 1) : b === 'varchar' ? to.args[0] : b === 'name' ? 63 : undefined;
  if (limit === undefined) return 'safe';
  const longest = a === 'varchar' ? from.args[0] : a === 'bpchar' ? (from.args[0] ?? 1) : textLength[a];
  if (longest !== undefined && longest <= limit) return 'safe';
  return usingCast ? 'changes' : 'rejects';
}

function numberChange(a: string, b: string, from: SqlType, to: SqlType): TypeChange {
  const fromSize = integerSize[a];
  const toSize = integerSize[b];
  if (toSize !== undefined) {
    if (fromSize !== undefined) return fromSize <= toSize ? 'safe' : 'rejects';
    const [precision, scale = 0] = from.args;
    // A scale of 0 leaves nothing to round; too many digits are refused.
    if (a === 'numeric' && precision !== undefined && scale <= 0)
      return precision < (digits[b] ?? 0) ? 'safe' : 'rejects';
    return 'changes';
  }
  if (b === 'numeric') {
    const [precision, scale = 0] = to.args;
    if (a === 'float4' || a === 'float8') return 'changes';
    if (precision === undefined) return 'safe';
    if (fromSize !== undefined) return (digits[a] ?? 0) <= precision - scale ? 'safe' : 'rejects';
    const [fromPrecision, fromScale = 0] = from.args;
    if (fromPrecision === undefined || scale < fromScale) return 'changes';
    return fromPrecision - fromScale <= precision - scale ? 'safe' : 'rejects';
  }
  // float4 holds integers up to 2^24 exactly, float8 up to 2^53.
  if (b === 'float4') return a === 'int2' || a === 'float4' ? 'safe' : 'changes';
  return a === 'int2' || a === 'int4' || a === 'float4' || a === 'float8' ? 'safe' : 'changes';
}

function timeChange(a: string, b: string, from: SqlType, to: SqlType): TypeChange {
  const stamps = a.startsWith('timestamp') && b.startsWith('timestamp');
  const times = (a === 'time' || a === 'timetz') && (b === 'time' || b === 'timetz');
  if (stamps || times) {
    if (a === 'timetz' && b === 'time') return 'changes';
    // Without an argument: microseconds.
    return (to.args[0] ?? 6) < (from.args[0] ?? 6) ? 'changes' : 'safe';
  }
  if (a === b) return 'safe';
  if (a === 'date' && b.startsWith('timestamp')) return 'safe';
  if (a.startsWith('timestamp') && (b === 'date' || b === 'time' || b === 'timetz')) return 'changes';
  return 'no-cast';
}

/** PostgreSQL's internal names as Prisma and people write them, where they differ. */
export const displayNames: Readonly<Record<string, string>> = {
  int2: 'SMALLINT',
  int4: 'INTEGER',
  int8: 'BIGINT',
  float4: 'REAL',
  float8: 'DOUBLE PRECISION',
  numeric: 'DECIMAL',
  bpchar: 'CHAR',
  bool: 'BOOLEAN',
};

/** A type for messages: `VARCHAR(30)`, `TEXT[]`, `"Role"`. */
export function showType(type: SqlType): string {
  const base =
    displayNames[type.name] ??
    (known.has(type.name) || type.name in serials ? type.name.toUpperCase() : `"${type.name}"`);
  return `${base}${type.args.length > 0 ? `(${type.args.join(',')})` : ''}${type.array ? '[]' : ''}`;
}
