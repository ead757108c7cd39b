import { z } from 'zod';
import { spanOf } from '../../facts/model.ts';
import type { FileFacts } from '../../facts/model.ts';
import type { BindingId, TsFacts, Value } from '../../facts/tsModel.ts';
import { partsOf } from '../../facts/visit.ts';
import type { SchemaModelNode } from '../../prisma/schema.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Report, RuleContext } from '../rule.ts';
import { resultsOf } from './results.ts';
import type { Result } from './results.ts';
import { conditionsOf, summedColumn, usesOf } from './uses.ts';
import type { Condition, Use } from './uses.ts';

export const rule = defineRule({
  meta: {
    id: 'query-in-database',
    title: 'Counting, filtering, summing and choosing rows is done by the database.',
    sections: ['S4'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      count: '{op} reads every matching row of {model} only to count them. Let the database count: `count`.',
      exists:
        '{op} reads every matching row of {model} only to see whether there are any. Ask with `count`, or for the first one with `findFirst`.',
      filter:
        '{op} reads rows of {model} that are then left out by `{field}`. The database can do that: put it into the `where`.',
      find: '{op} reads rows of {model} of which only the one with its `{field}` is used. Ask for that one: `findFirst`.',
      some: '{op} reads rows of {model} only to test their `{field}`. Ask the database with `count` or `findFirst` and a `where`.',
      sum: '{op} reads rows of {model} only to add up `{field}`. Let the database add: `aggregate`.',
      figures:
        '{op} reads rows of {model} only to make numbers of them. Let the database count and add: `count`, `aggregate`, `groupBy`.',
      first:
        '{op} reads every matching row of {model}, and only the first one is used. Add `take: 1`, or use `findFirst`.',
      slice: '{op} reads every matching row of {model}, and only some of them are used. Add `take`.',
      nested:
        'The `{field}` of {model} are read only to be counted. Let the database count: `_count: { select: { {field}: true } }`.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || role === 'tooling' || role === 'client' || role === 'generated') return;
    if (role === 'migration') return;
    const queries = workspace.queries(file).filter(({ op, sure }) => sure && op.startsWith('find'));
    if (queries.length === 0) return;
    const results = resultsOf(facts, new Map(queries.map((query) => [query.at, query])));
    const names = new Set(results.flatMap(({ name }) => name ?? []));
    const uses = usesOf(facts, names);
    for (const result of results) {
      const own = result.name === undefined ? result.uses : uses.get(result.name);
      const work: Work = { context, facts, result, node: nodeOf(context, result.query) };
      const report = own && (listReport(work, own) ?? nestedReport(work, own));
      if (report) context.report(report);
    }
  },
});

type Context = RuleContext<Record<string, never>>;
type Facts = Extract<FileFacts, { kind: 'ts' }>;

interface Work {
  context: Context;
  facts: Facts;
  result: Result;
  node: SchemaModelNode | undefined;
}

function nodeOf({ workspace, file }: Context, query: QueryFact): SchemaModelNode | undefined {
  return workspace.schema(file)?.modelOf(query.model);
}

/** A list of which only a part or a number is used. */
function listReport(work: Work, all: readonly Use[]): Report | undefined {
  const { result, facts, node } = work;
  const uses = all.filter((use) => use.u !== 'truth');
  const [first] = uses;
  if (result.query.op !== 'findMany' || !first || isLimited(result)) return undefined;
  const report = (message: string, field = '', fixes: FixRequest[] = []): Report => ({
    place: { at: result.query.at },
    message,
    data: { op: result.query.op, model: node?.name ?? result.query.model, field },
    fixes,
  });
  if (uses.every((use) => use.u === 'length'))
    return report(uses.every((use) => use.empty) ? 'exists' : 'count', '', [{ recipe: 'count' }]);
  if (uses.every((use) => use.u === 'first' || (use.u === 'length' && use.empty)))
    return report('first', '', [{ recipe: 'take', data: { take: 1 } }]);
  const only = uses.length === 1 && first.u === 'method' ? first : undefined;
  if (only?.name === 'at' && isLit(only.call.args[0], 0))
    return report('first', '', [{ recipe: 'take', data: { take: 1 } }]);
  if (only?.name === 'slice') return sliceReport(only.call.args, report);
  if (only?.name === 'reduce') {
    const field = summedColumn(facts, only.call);
    const isNumber = /^(Int|Float)$/.test(node?.fields.find(({ name }) => name === field)?.type ?? '');
    if (field !== undefined && isNumber) return report('sum', field, [{ recipe: 'sum', data: { field } }]);
    return undefined;
  }
  if (only && /^(filter|find|some|every)$/.test(only.name)) {
    const conditions = conditionsOf(facts, only.call.args[0]);
    if (!conditions || !conditions.every((condition) => canAsk(work, condition))) return undefined;
    const field = conditions.map((condition) => condition.field).join('`, `');
    if (only.name === 'filter')
      return only.number
        ? report('count', '')
        : report('filter', field, whereFix('filter', node, conditions));
    return only.name === 'find'
      ? report('find', field, whereFix('find', node, conditions))
      : report('some', field);
  }
  return isOnlyNumbers(work, uses) ? report('figures') : undefined;
}

/** Counts and sums of several parts of one list. */
function isOnlyNumbers(work: Work, uses: readonly Use[]): boolean {
  return uses.every((use) => {
    if (use.u === 'length') return true;
    if (use.u !== 'method' || !use.number) return false;
    if (use.name === 'reduce') return summedColumn(work.facts, use.call) !== undefined;
    if (use.name !== 'filter') return false;
    const conditions = conditionsOf(work.facts, use.call.args[0]);
    return conditions?.every((condition) => canAsk(work, condition)) === true;
  });
}

function sliceReport(
  [from, to]: readonly Value[],
  report: (message: string, field?: string, fixes?: FixRequest[]) => Report,
): Report | undefined {
  if (!isLit(from, 0) || !to) return undefined;
  const take = to.k === 'lit' && typeof to.v === 'number' && to.v > 0 ? to.v : undefined;
  if (take === undefined && to.k !== 'ref' && to.k !== 'member') return undefined;
  return report('slice', '', take === undefined ? [] : [{ recipe: 'take', data: { take } }]);
}

const isLit = (value: Value | undefined, v: number): boolean => value?.k === 'lit' && value.v === v;

/** A part or a page of the rows is another thing than all of them. */
function isLimited({ query }: Result): boolean {
  const { args } = query;
  if (args.k === 'undef') return false;
  if (args.k !== 'object' || args.open) return true;
  return ['take', 'skip', 'cursor', 'distinct'].some(
    (name) => args.props[name] && args.props[name].k !== 'undef',
  );
}

/** Whether the query could have asked: for a column it doesn't test yet, by values that are there before it. */
function canAsk({ result, facts, node }: Work, { field, value }: Condition): boolean {
  const { args, at } = result.query;
  const where = args.k === 'object' ? args.props['where'] : undefined;
  if (where && (where.k !== 'object' || where.open || where.props[field])) return false;
  if (!node?.fields.some(({ name, list }) => name === field && !list)) return false;
  return value === undefined || isKnownBefore(facts, value, at);
}

function isKnownBefore(facts: Facts, value: Value, at: number): boolean {
  if (value.k !== 'ref') return partsOf(value).every((part) => isKnownBefore(facts, part, at));
  const binding = facts.bindings[value.b];
  return (
    binding === undefined || binding.fn === 0 || spanOf(facts, binding.at).start < spanOf(facts, at).start
  );
}

/** A `where` says the same only where the column can't be null: `not` and `<` leave such rows out. */
function whereFix(
  recipe: string,
  node: SchemaModelNode | undefined,
  conditions: readonly Condition[],
): FixRequest[] {
  const isExact = conditions.every(({ field, op, value }) => {
    const column = node?.fields.find(({ name }) => name === field);
    if (!column || column.type === 'Json') return false;
    if (op === 'true' || op === 'false') return column.type === 'Boolean' && !column.optional;
    const isNull = value?.k === 'lit' && value.v === null;
    return op === '===' || (op === '!==' && isNull) || !column.optional;
  });
  return isExact ? [{ recipe }] : [];
}

/** A nested list that is read to be counted: `post.comments.length`. */
function nestedReport(work: Work, uses: readonly Use[]): Report | undefined {
  const { context, facts, result, node } = work;
  const schema = context.workspace.schema(context.file);
  const lists = schema && node ? result.nested.filter(({ name }) => schema.isToMany(node.name, name)) : [];
  if (lists.length === 0 || !node) return undefined;
  const rows = result.query.op === 'findMany' ? rowNames(facts, uses) : undefined;
  if (result.query.op === 'findMany' && !rows) return undefined;
  const own = rows ? [...usesOf(facts, new Set(rows)).values()].flat() : uses;
  const isWhole = own.some((use) => use.u !== 'truth' && use.u !== 'member');
  if (isWhole || own.length === 0) return undefined;
  for (const { name, at } of lists) {
    const counted = own.filter((use) => use.u === 'member' && use.name === name);
    if (counted.length === 0 || !counted.every((use) => use.u === 'member' && use.length)) continue;
    return { place: { at }, message: 'nested', data: { op: result.query.op, model: node.name, field: name } };
  }
  return undefined;
}

/** The variables that hold one row each, when rows are only gone through one by one. */
function rowNames(facts: TsFacts, uses: readonly Use[]): BindingId[] | undefined {
  const out: BindingId[] = [];
  for (const use of uses) {
    if (use.u === 'truth' || use.u === 'length') continue;
    if (use.u === 'loop') {
      out.push(use.item);
      continue;
    }
    const [callback] = use.u === 'method' && /^(map|forEach|flatMap)$/.test(use.name) ? use.call.args : [];
    const item = callback?.k === 'function' ? facts.functions[callback.fn]?.params[0] : undefined;
    if (item === undefined) return undefined;
    out.push(item);
  }
  return out;
}
