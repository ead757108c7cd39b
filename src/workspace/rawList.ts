/** Whether a raw SELECT gives a list, and what limits it. Works on texts with gaps, which no SQL parser takes. */
import type { SchemaModel } from '../prisma/schema.ts';
import { UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';

export interface RawList {
  /** Table of the first FROM item, without quotes and schema. */
  table: string | undefined;
  /** Name of the model of that table. */
  model: string | undefined;
  limit: 'none' | 'limit' | 'single' | 'grouped' | 'unknown';
  /** The WHERE as arguments of a Prisma call would have it; undefined when there is none. */
  where: Abs | undefined;
}

const AGGREGATE = /\b(count|sum|avg|min|max|bool_and|bool_or|array_agg|json_agg|jsonb_agg|string_agg)\s*\(/i;

/**
 * Looks at the text of a raw query.
 * @param sql the text with `?` for each interpolated value
 * @param values the interpolated values in order
 * @returns undefined for everything but SELECT
 */
export function rawListOf(
  sql: string,
  values: readonly Abs[],
  schema: SchemaModel | undefined,
): RawList | undefined {
  const clean = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').replace(/'(?:[^']|'')*'/g, "''");
  const top = collapse(clean)
    .replace(/[\s;]+$/, '')
    .trim();
  if (!/^(with|select)\b/i.test(top) || !/\bselect\b/i.test(top) || /\b(insert|update|delete)\b/i.test(top))
    return undefined;
  const from =
    /\bfrom\s+(?:only\s+)?((?:"[^"]+"|`[^`]+`|[\w$]+)(?:\s*\.\s*(?:"[^"]+"|`[^`]+`|[\w$]+))?)(\s*\()?/i.exec(
      top,
    );
  const table = from && !from[2] ? unquoted(from[1] ?? '') : undefined;
  const model = table === undefined ? undefined : schema?.modelOfTable(table)?.name;
  const isNamedQuery =
    table !== undefined && new RegExp(`\\b${table.replace(/\W/g, '')}"?\\s+as\\s*\\(`, 'i').test(clean);
  // `WITH recent AS (…) SELECT … FROM recent`: the limit may stand inside.
  const limit =
    isNamedQuery && /\blimit\b|\bgroup\s+by\b/i.test(clean) ? 'unknown' : limitOf(clean, top, table);
  if (isNamedQuery && limit === 'none' && /\bwhere\b/i.test(clean))
    return { table, model, limit, where: { k: 'object', props: { SQL: UNKNOWN }, open: false } };
  return {
    table,
    model,
    limit,
    where: limit === 'none' ? whereOf(clean, top, values, schema, model) : undefined,
  };
}

function limitOf(clean: string, top: string, table: string | undefined): RawList['limit'] {
  if (/\blimit\s+(?!all\b)\S|\bfetch\s+(first|next)\b|\btop\s*\(?\s*\d/i.test(top)) return 'limit';
  if (!/\bfrom\b/i.test(top)) return 'single';
  const grouped = /\bgroup\s+by\b/i.test(top);
  const list =
    /\bselect\b([\s\S]*?)\bfrom\b/i.exec(
      clean.slice(
        Math.max(0, clean.toLowerCase().lastIndexOf('select', clean.toLowerCase().lastIndexOf(' from'))),
      ),
    )?.[1] ?? '';
  if (grouped) return 'grouped';
  if (AGGREGATE.test(list) && !/\bover\b/i.test(list)) return 'single';
  if (table === undefined) return 'unknown';
  // `… ORDER BY x ${page}`: what is put in at the end may be a LIMIT.
  const last = /(\S+)\s*\?$/.exec(top)?.[1];
  return last !== undefined &&
    !/[=<>!~,(+\-*/|%]$/.test(last) &&
    !/^(in|any|like|ilike|between|and|or|not|interval|offset)$/i.test(last)
    ? 'unknown'
    : 'none';
}

/** Takes out what stands in parentheses, so that only the outermost query's own clauses remain. */
function collapse(sql: string): string {
  let depth = 0;
  let out = '';
  for (const char of sql) {
    if (char === '(') {
      if (depth++ === 0) out += '(';
    } else if (char === ')') {
      if (depth > 0 && --depth === 0) out += ')';
    } else if (depth === 0) out += char;
  }
  return out;
}

function unquoted(name: string): string {
  return (name.split('.').at(-1) ?? '').trim().replace(/^["`]|["`]$/g, '');
}

/** Equalities and lists of the WHERE that are joined by AND; anything else makes it a filter with hidden parts. */
function whereOf(
  clean: string,
  top: string,
  values: readonly Abs[],
  schema: SchemaModel | undefined,
  model: string | undefined,
): Abs | undefined {
  if (!/\bwhere\b/i.test(top)) return undefined;
  const start = clean.toLowerCase().lastIndexOf('where');
  const text = clean.slice(start + 5).replace(/\b(order\s+by|having|for\s+update)\b[\s\S]*$/i, '');
  const before = (clean.slice(0, start + 5).match(/\?/g) ?? []).length;
  const props: { [name: string]: Abs } = {};
  const isJoined = /\bjoin\b/i.test(top);
  const parts = /\bor\b/i.test(text) ? [] : text.split(/\band\b/i);
  let index = before;
  for (const part of parts) {
    const equality = /^\s*(?:\(?\s*)?(?:[\w"]+\.)?("?)([A-Za-z_]\w*)\1\s*(=|in)\s*(any\s*)?\(?\s*\?/i.exec(
      part,
    );
    if (equality) {
      const column = equality[2] ?? '';
      const value = values[index] ?? UNKNOWN;
      const field = (model !== undefined && schema?.fieldOfColumn(model, column)?.name) || column;
      const isList = equality[3] !== '=' || equality[4] !== undefined;
      // In a join the column may be another table's: it limits, but isn't a key of this one.
      props[isJoined && !/id$/i.test(field) ? `${field} (joined)` : field] = isList
        ? { k: 'object', props: { in: value }, open: false }
        : value;
    }
    index += (part.match(/\?/g) ?? []).length;
  }
  if (Object.keys(props).length === 0) props['SQL'] = UNKNOWN;
  return { k: 'object', props, open: /^\s*\?/.test(text) };
}
