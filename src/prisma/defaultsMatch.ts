/** Whether a column's default is the one that the schema asks for. */
import type { SqlType, SqlValue } from '../facts/sqlModel.ts';
import type { DbColumn } from './dbModel.ts';

/** A number that the database counts up by itself. */
export function isSequence(column: DbColumn): boolean {
  return column.value?.v === 'sequence' || column.identity === true;
}

/** Sequences are compared by `isSequence`. What PostgreSQL may spell in another way counts as the same. */
export function defaultsMatch(from: DbColumn, to: DbColumn): boolean {
  const [a, b] = [from.value, to.value];
  if (b?.v === 'sequence' || (isSequence(from) && !b)) return true;
  if (b?.v === 'expression') return a !== undefined && sameExpression(a, b.text);
  if (!a || !b) return a === b;
  const [one, two] = [family(from.type), family(to.type)];
  if (one === 'time' || two === 'time') return (a.v === 'now') === (b.v === 'now');
  if (a.v === 'list' || b.v === 'list') return itemsOf(a)?.join('\n') === itemsOf(b)?.join('\n');
  if (a.v === 'now' || b.v === 'now') return a.v === b.v;
  if (!('text' in a) || !('text' in b)) return false;
  if (one !== two && !(isTextual(one) && isTextual(two))) return false;
  switch (two) {
    case 'integer':
    case 'fraction':
      return Number(a.text) === Number(b.text);
    case 'boolean':
      return /^t/i.test(a.text) === /^t/i.test(b.text);
    case 'json':
      return sameJson(a.text, b.text);
    default:
      return a.text === b.text;
  }
}

/** `dbgenerated("…")` without text fits everything. */
function sameExpression(a: SqlValue, text: string): boolean {
  return text === '' || a.v !== 'expression' || a.text.toLowerCase() === text.toLowerCase();
}

type Family = 'integer' | 'fraction' | 'boolean' | 'json' | 'time' | 'text' | 'own';

function family({ name }: SqlType): Family {
  if (/^(int[248]|(small|big)?serial|oid)$/.test(name)) return 'integer';
  if (/^(numeric|float[48]|money)$/.test(name)) return 'fraction';
  if (/^(timestamp|time)(tz)?$|^date$/.test(name)) return 'time';
  if (name === 'bool') return 'boolean';
  if (name === 'json' || name === 'jsonb') return 'json';
  return /^(text|varchar|bpchar|citext|uuid|xml|inet|bytea|bit|varbit)$/.test(name) ? 'text' : 'own';
}

/** Texts and values of enums are compared as texts. */
function isTextual(of: Family): boolean {
  return of === 'text' || of === 'own';
}

/** The items of a list, also of one written as text: `'{}'`, `'{a,b}'`. */
function itemsOf(value: SqlValue): readonly string[] | undefined {
  if (value.v === 'list') return value.items;
  const inner = value.v === 'text' ? /^\{(.*)\}$/s.exec(value.text)?.[1] : undefined;
  return inner === undefined
    ? undefined
    : inner === ''
      ? []
      : inner.split(',').map((item) => item.replace(/^"(.*)"$/s, '$1'));
}

function sameJson(a: string, b: string): boolean {
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
  } catch {
    // Prisma takes what isn't JSON for the same as well.
    return true;
  }
}
