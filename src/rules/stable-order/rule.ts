import { z } from 'zod';
import type { SchemaModel, SchemaModelNode } from '../../prisma/schema.ts';
import type { Abs, Site } from '../../workspace/abs.ts';
import { rawSqlOf } from '../../workspace/rawSql.ts';
import { scopeOf } from '../../workspace/rowScope.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Report, RuleContext } from '../rule.ts';
import { orderOf } from './order.ts';

export const rule = defineRule({
  meta: {
    id: 'stable-order',
    title: 'A part of a list is taken in an order that leaves no two rows in doubt.',
    sections: ['S4'],
    severity: 'info',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      pages:
        'Pages of {model} are sorted by {by} only. Rows that are equal there may come on two pages, or on none. End `orderBy` with {id}.',
      top: 'The first rows of {model} are sorted by {by} only. Which of the equal ones are among them is left to the database. End `orderBy` with {id}.',
      pagesUnordered:
        'Pages of {model} have no `orderBy`. Prisma falls back to {id}, which seldom is the order that readers expect. Say the order, and end it with {id}.',
      unordered:
        'Some rows of {model} are taken without an `orderBy`. Prisma falls back to {id}: which rows these are follows from no rule of yours. Say the order.',
      raw: 'Pages of this SELECT have no ORDER BY. PostgreSQL may give the same row on two pages, or on none. Add ORDER BY, with a unique column last.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role === 'tooling' || role === 'client' || role === 'generated' || role === 'migration') return;
    const schema = workspace.schema(file);
    const seen = new Set<string>();
    for (const query of workspace.queries(file)) {
      const report =
        query.kind === 'raw-read'
          ? rawReport(context, query)
          : query.op === 'findMany' && schema
            ? listReport(context, query, schema)
            : undefined;
      const key = report && JSON.stringify(report.place);
      if (!report || key === undefined || seen.has(key)) continue;
      seen.add(key);
      context.report(report);
    }
  },
});

type Context = RuleContext<Record<string, never>>;

function listReport(context: Context, query: QueryFact, schema: SchemaModel): Report | undefined {
  const { args } = query;
  const node = schema.modelOf(query.model);
  if (args.k !== 'object' || !node) return undefined;
  const part = partTaken(args);
  if (part === 'all' || scopeOf(args.props['where'], node.name, { schema, ownerKeys: [] }).s === 'unique')
    return undefined;
  const order = orderOf(args, schema, node);
  const key = tieBreaker(schema, node);
  if (order.o === 'hidden' || order.o === 'total' || !key) return undefined;
  const isPaged = part === 'pages';
  const data = {
    model: node.name,
    by: order.o === 'ties' ? order.by.map((name) => `\`${name}\``).join(', ') : '',
    id: key.map((name) => `\`${name}\``).join(' and '),
  };
  const at = args.at?.['orderBy'];
  const isHere = order.o === 'ties' && at?.file === context.file;
  const message = order.o === 'ties' ? (isPaged ? 'pages' : 'top') : isPaged ? 'pagesUnordered' : 'unordered';
  return {
    place: { at: isHere ? at.at : query.at },
    message,
    data,
    severity: isPaged ? 'info' : 'hint',
    related: order.o === 'ties' && at && !isHere ? [{ place: at, message: 'The order is said here.' }] : [],
    fixes: fixesFor(order.o === 'ties', { at, isHere }, key),
  };
}

function fixesFor(
  hasOrder: boolean,
  place: { at: Site | undefined; isHere: boolean },
  key: string[],
): FixRequest[] {
  if (hasOrder && !place.isHere) return [];
  return [{ recipe: 'add-order', data: { key, extend: hasOrder } }];
}

/** How much of a list is read: `pages` follow each other, `some` stand alone. */
function partTaken(args: Extract<Abs, { k: 'object' }>): 'pages' | 'some' | 'all' {
  const { take, skip, cursor } = args.props;
  const isGiven = (value: Abs | undefined): boolean =>
    value !== undefined && value.k !== 'undef' && !(value.k === 'lit' && value.v === 0);
  if (isGiven(cursor) || isGiven(skip)) return 'pages';
  if (!take || !isGiven(take)) return 'all';
  // The newest one, or any one.
  return take.k === 'lit' && Math.abs(Number(take.v)) === 1 ? 'all' : 'some';
}

/** The fields of the key that settles every tie: the id, else a unique key of required fields. */
function tieBreaker(schema: SchemaModel, node: SchemaModelNode): string[] | undefined {
  const keys = schema.uniqueKeys(node.name).map((key) => [...key.fields]);
  const isRequired = (fields: readonly string[]): boolean =>
    fields.every((name) => schema.field(node.name, name)?.optional === false);
  const id = node.fields.find((field) => field.id)?.name;
  return id === undefined ? (node.id?.fields ?? keys.find(isRequired)) : [id];
}

function rawReport({ workspace }: Context, query: QueryFact): Report | undefined {
  const sql = rawSqlOf(workspace, query);
  if (!sql || sql.pieces.some((piece) => piece.p === 'hidden' || piece.p === 'spliced')) {
    // `LIMIT ${size} OFFSET ${from}`: names beside these two are values.
    if (!sql || !sql.pieces.every((piece, i) => piece.p === 'text' || isPageValue(sql.pieces[i - 1])))
      return undefined;
  }
  const text = sql.pieces.map((piece) => (piece.p === 'text' ? piece.text : '?')).join('');
  if (!/^\s*select\b/i.test(text) || !/\boffset\b/i.test(text) || /\border\s+by\b/i.test(text))
    return undefined;
  return { place: { at: query.at }, message: 'raw' };
}

function isPageValue(before: { p: string; text?: string } | undefined): boolean {
  return before?.p === 'text' && /(\b(limit|offset|like|ilike)|[=<>])\s*$/i.test(before.text ?? '');
}
