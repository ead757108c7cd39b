/** What `@default(…)` becomes in the database. */
import { extractSql, isSqlParserLoaded } from '../facts/sql.ts';
import type { PrismaField } from '../facts/prismaModel.ts';
import type { SqlType, SqlValue } from '../facts/sqlModel.ts';
import type { SchemaModel } from './schema.ts';

export interface DesiredDefault {
  value?: SqlValue;
  /** As Prisma writes it; absent for a sequence, which the type brings along. */
  text?: string;
}

/** @param type the column's type, where it is known */
export function defaultOf(
  schema: SchemaModel,
  field: PrismaField,
  type: SqlType | undefined,
): DesiredDefault {
  const given = field.default;
  if (!given) return {};
  switch (given.kind) {
    case 'sequence':
      return { value: { v: 'sequence', name: '' } };
    case 'database':
      return databaseDefault(given.raw);
    case 'literal': {
      const item = literal(given.raw, field, type);
      return item ? { value: item.value, text: item.text } : {};
    }
    case 'enum': {
      const value = enumValue(schema, field, given.raw);
      return { value: { v: 'text', text: value }, text: quoted(value) };
    }
    case 'list':
      return listDefault(schema, field, given.raw, type);
    // `uuid()`, `cuid()`: made by Prisma Client.
    case 'client':
    case 'function':
      return {};
  }
}

function databaseDefault(raw: string): DesiredDefault {
  if (/^now\s*\(\s*\)$/.test(raw)) return { value: { v: 'now' }, text: 'CURRENT_TIMESTAMP' };
  const argument = /^dbgenerated\s*\(\s*("(?:[^"\\]|\\.)*")\s*\)$/s.exec(raw)?.[1];
  const text = argument === undefined ? undefined : unescaped(argument);
  // `dbgenerated()`: the database knows.
  if (text === undefined) return { value: { v: 'expression', text: '' } };
  return { value: spelled(text), text };
}

/** One spelling for every expression of the schema, kept: parsing costs more than looking up. */
const spellings = new Map<string, SqlValue>();

function spelled(text: string): SqlValue {
  const known = spellings.get(text);
  if (known) return known;
  if (!isSqlParserLoaded()) return { v: 'expression', text };
  const [statement] = extractSql(`ALTER TABLE t ALTER COLUMN c SET DEFAULT ${text}`).statements;
  const command = statement?.kind === 'alter-table' ? statement.commands[0] : undefined;
  const value: SqlValue =
    command?.command === 'set-default' && command.value ? command.value : { v: 'expression', text };
  // Each text is typed once; what is half typed stays few.
  if (spellings.size > 500) spellings.clear();
  spellings.set(text, value);
  return value;
}

function literal(
  raw: string,
  field: PrismaField,
  type: SqlType | undefined,
): { value: SqlValue; text: string } | undefined {
  if (raw === 'true' || raw === 'false') return { value: { v: 'boolean', text: raw }, text: raw };
  if (/^-?\d/.test(raw)) {
    const text = number(raw, field);
    return { value: { v: 'number', text }, text };
  }
  const text = unescaped(raw);
  if (text === undefined) return undefined;
  if (type?.name === 'bytea') {
    const bytes = [...atobBytes(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return { value: { v: 'text', text: `\\x${bytes}` }, text: quoted(`\\x${bytes}`) };
  }
  return { value: { v: 'text', text }, text: quoted(text) };
}

/** Prisma writes `1.50` as `1.5`, and whole numbers without a point. */
function number(raw: string, field: PrismaField): string {
  return field.type === 'Float' || field.type === 'Decimal'
    ? raw.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
    : raw;
}

function atobBytes(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    // Not base64 (yet): Prisma refuses the schema, nothing is compared.
    return new Uint8Array();
  }
}

function listDefault(
  schema: SchemaModel,
  field: PrismaField,
  raw: string,
  type: SqlType | undefined,
): DesiredDefault {
  const items = [...raw.slice(1, -1).matchAll(/"(?:[^"\\]|\\.)*"|[^\s,]+/g)].map(([item]) => {
    if (schema.enum(field.type)) {
      const value = enumValue(schema, field, item);
      return { value: { v: 'text' as const, text: value }, text: quoted(value) };
    }
    return literal(item, field, type);
  });
  const found = items.filter((item) => item !== undefined);
  return {
    value: { v: 'list', items: found.map(({ value }) => ('text' in value ? value.text : '')) },
    text: `ARRAY[${found.map(({ text }) => text).join(', ')}]`,
  };
}

function enumValue(schema: SchemaModel, field: PrismaField, name: string): string {
  return schema.enum(field.type)?.values.find((value) => value.name === name)?.dbName ?? name;
}

/** A string literal of a schema; its escapes are those of JSON. */
function unescaped(raw: string): string | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'string' ? value : undefined;
  } catch {
    // A literal that is being typed: no value as yet.
    return undefined;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
