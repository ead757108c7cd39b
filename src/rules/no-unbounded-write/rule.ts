import { z } from 'zod';
import { basename } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { isWhollyClient } from '../../workspace/clientData.ts';
import { entriesReaching, reachingName } from '../../workspace/entriesReaching.ts';
import { rawSqlOf, statementsOf } from '../../workspace/rawSql.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Report, RuleContext, Severity } from '../rule.ts';
import { rawHazard } from './rawWrite.ts';
import type { RawHazard } from './rawWrite.ts';
import { reachOf } from './whole.ts';
import type { Table } from './whole.ts';

export const rule = defineRule({
  meta: {
    id: 'no-unbounded-write',
    title: 'Every deletion and every bulk update says which rows it means.',
    sections: ['S1'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      all: '{op} {does} every row of {model}. Only a backup brings them back. Add a `where` that says which rows are meant.',
      trivial:
        '{op} {does} every row of {model}: the condition on {by} holds for all of them. Only a backup brings them back. Say which rows are meant.',
      optional:
        '{op} {does} every row of {model} when {by} is left out. Nothing stops a call without it. Demand a condition, or leave early without one.',
      caller:
        '{op} {does} every row of {model} when {entry} calls it: no condition is passed. Only a backup brings them back. Pass the rows that are meant.',
      client:
        '{entry} lets its caller choose the whole `where`, and an empty one {does} every row of {model}. Take the values that are needed and build the `where` here.',
      raw: 'This {op} {does} every row of {model}. Only a backup brings them back. Add a WHERE that says which rows are meant.',
      truncate:
        'This TRUNCATE deletes every row of {model}, and no trigger sees it. Only a backup brings them back. Delete the rows that are meant, with a WHERE.',
      drop: 'This {op} destroys {model} with all it holds, while the application runs. Only a backup brings it back. Write the change as a migration.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role === 'client' || role === 'generated' || role === 'migration') return;
    for (const query of workspace.queries(file)) {
      const report = isMany(query.op)
        ? manyReport(context, query)
        : query.op.startsWith('$')
          ? rawReport(context, query)
          : undefined;
      if (report) context.report(report);
    }
  },
});

type Context = RuleContext<Record<string, never>>;

const isMany = (op: string): boolean => op === 'deleteMany' || op.startsWith('updateMany');

const doesOf = (op: string): string => (/^delete/i.test(op) ? 'deletes' : 'overwrites');

function manyReport(context: Context, query: QueryFact): Report | undefined {
  const { workspace } = context;
  const schema = workspace.schema(query.file);
  const node = schema?.modelOf(query.model);
  const table: Table = { schema, node };
  const model = node?.name ?? query.model;
  const data = { op: query.op, does: doesOf(query.op), model, by: '', entry: '' };
  const place = { at: query.at };
  const add: FixRequest[] = node ? [{ recipe: 'add-where', data: { model } }] : [];
  const own = reachOf(query.args, table);
  switch (own.r) {
    case 'all':
    case 'trivial':
      return {
        place,
        message: own.r,
        data: { ...data, by: own.r === 'trivial' ? own.by : '' },
        severity: severityIn(context, 'error'),
        fixes: add,
      };
    case 'optional':
      return {
        place,
        message: 'optional',
        data: { ...data, by: own.by },
        severity: severityIn(context, 'warning'),
        fixes: own.by === 'its `where`' ? [{ recipe: 'demand-where' }] : [],
      };
    case 'given':
      return callerReport(context, query, { table, base: { place, data } });
    case 'some':
      return undefined;
  }
}

/** A `where` that comes from outside: what the entry points pass decides. */
function callerReport(
  context: Context,
  query: QueryFact,
  known: { table: Table; base: { place: { at: number }; data: Record<string, string> } },
): Report | undefined {
  const { place, data } = known.base;
  for (const item of entriesReaching(context.workspace, { file: query.file, at: query.at })) {
    const { args } = item.effect;
    const isAll = reachOf(args, known.table).r === 'all';
    const where = args.k === 'object' ? args.props['where'] : args;
    if (!isAll && !(where && isWhollyClient(where, item))) continue;
    return {
      place,
      message: isAll ? 'caller' : 'client',
      data: { ...data, entry: reachingName(item) },
      severity: severityIn(context, 'error'),
      related:
        item.file === query.file
          ? []
          : [
              {
                place: { file: item.file, at: item.entry.at },
                message: `${reachingName(item)} starts this write.`,
              },
            ],
    };
  }
  return undefined;
}

function rawReport(context: Context, query: QueryFact): Report | undefined {
  const sql = rawSqlOf(context.workspace, query);
  const text = sql?.pieces.map((piece) => (piece.p === 'text' ? piece.text : '?')).join('') ?? '';
  if (!sql || !/\b(delete|update|truncate|drop)\b/i.test(text)) return undefined;
  const hazard = rawHazard(statementsOf(sql.pieces), context.workspace.schema(query.file));
  if (!hazard) return undefined;
  const worst: Severity = hazard.temporary ? 'info' : 'error';
  return {
    place: { at: query.at },
    message: messageOf(hazard),
    data: {
      op: hazard.what,
      does: hazard.kind === 'update' ? 'overwrites' : 'deletes',
      model: hazard.table,
    },
    severity: severityIn(context, worst),
    fixes:
      hazard.kind === 'delete' || hazard.kind === 'update'
        ? [{ recipe: 'add-where', data: { model: hazard.table } }]
        : [],
  };
}

function messageOf({ kind }: RawHazard): string {
  return kind === 'delete' || kind === 'update' ? 'raw' : kind;
}

/** Seeds and scripts run by hand, tests against a database of their own: worth knowing, no more. */
function severityIn(context: Context, severity: Severity): Severity {
  if (context.role !== 'tooling') return severity;
  return isTest(context.file) ? 'hint' : 'info';
}

const TEST_PATH = /(^|\/)(__tests__|__mocks__|tests?|e2e|cypress|playwright|specs?|fixtures?)\//i;

function isTest(file: FileId): boolean {
  return TEST_PATH.test(file) || /\.(test|spec|e2e|cy|bench)\.|^(vitest|jest)\b|setup/i.test(basename(file));
}
