/**
 * How long a list read can get: the verdict on every `findMany`, `groupBy`, raw SELECT and nested list, with its evidence. What
 * can't be seen is `unknown`, never guilty.
 */
import type { FileId } from '../base/path.ts';
import { clientAccessor } from '../prisma/schema.ts';
import type { SchemaModelNode } from '../prisma/schema.ts';
import { nullishOf } from './abs.ts';
import type { Abs, Site } from './abs.ts';
import { isLookup } from './lookup.ts';
import { rawListOf } from './rawList.ts';
import { hasPeople, isOwnerKey, isOwnerModel, scopeOf } from './rowScope.ts';
import type { Scope, ScopeContext } from './rowScope.ts';
import type { QueryFact } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export type ListVerdict = 'bounded' | 'owner' | 'filtered' | 'unbounded' | 'lookup' | 'unknown';

export interface ListRead {
  /** The operation, or the relation's key for a nested list. */
  at: Site;
  /** Model name where the schema has it, else the client accessor or the table; `''` when nothing says. */
  model: string;
  op: string;
  verdict: ListVerdict;
  /** What the verdict rests on, to be shown: `take: 20`, `where userId`, `no take and no where`. */
  evidence: string;
  /** There is a `take`, but it may be absent at run time. */
  optionalTake: boolean;
  /** Filtered by text patterns only: an empty search gives everything. */
  searchOnly?: true;
  /** For a nested list: the path of relation names and what it is multiplied by. */
  nested?: { path: string[]; parent: string; perRow: boolean };
}

export interface ListOptions {
  /** Models whose lists are short by configuration. */
  lookupModels: readonly string[];
  ownerKeys: readonly string[];
}

interface ReadContext extends ScopeContext {
  view: WorkspaceView;
  file: FileId;
  lookupModels: readonly string[];
}

/** All list reads that one Prisma call makes: itself, and every to-many relation that it includes. */
export function listReads(view: WorkspaceView, query: QueryFact, options: ListOptions): ListRead[] {
  const context: ReadContext = { view, file: query.file, schema: view.schema(query.file), ...options };
  const at: Site = { file: query.file, at: query.at };
  if (query.kind === 'raw-read') return rawRead(query, at, context);
  const node = context.schema?.modelOf(query.model);
  const out: ListRead[] = [];
  let isList = query.op.endsWith('AndReturn');
  if (query.op === 'findMany') {
    const read = topRead(query, at, node, context);
    out.push(read);
    isList = read.verdict !== 'owner';
  }
  if (query.op === 'groupBy') out.push(groupRead(query, at, node, context));
  if (node && query.op !== 'groupBy')
    nestedReads(query.args, { node, path: [], perRow: isList, op: query, out, depth: 0 }, context);
  return out;
}

function topRead(
  query: QueryFact,
  at: Site,
  node: SchemaModelNode | undefined,
  context: ReadContext,
): ListRead {
  const model = node?.name ?? query.model;
  const base = { at, model, op: query.op };
  const { args } = query;
  if (args.k !== 'object' && args.k !== 'undef')
    return { ...base, verdict: 'unknown', evidence: 'the arguments are made elsewhere', optionalTake: false };
  if (isLookup(context.view, context.file, node, model, context.lookupModels))
    return { ...base, verdict: 'lookup', evidence: `${model} is a lookup table`, optionalTake: false };
  return { ...base, ...boundOf(args, node?.name, context) };
}

type Bound = Pick<ListRead, 'verdict' | 'evidence' | 'optionalTake' | 'searchOnly'>;

/** The verdict on the arguments of a list read. */
function boundOf(
  args: Extract<Abs, { k: 'object' | 'undef' }>,
  model: string | undefined,
  context: ScopeContext,
): Bound {
  const props = args.k === 'object' ? args.props : {};
  const maybe = args.k === 'object' ? (args.maybe ?? []) : [];
  const take = takeOf(args);
  if (take === 'bound') return { verdict: 'bounded', evidence: 'take', optionalTake: false };
  if (take === 'unknown')
    return { verdict: 'unknown', evidence: 'the arguments are made elsewhere', optionalTake: false };
  const optionalTake = take === 'optional';
  const where = props['where'];
  const scope = scopeOf(where, model, context);
  if (maybe.includes('where') && scope.s !== 'all')
    return { verdict: 'filtered', evidence: 'where', optionalTake };
  return { ...fromScope(scope), optionalTake };
}

function fromScope(scope: Scope): Omit<Bound, 'optionalTake'> {
  switch (scope.s) {
    case 'unique':
      return { verdict: 'bounded', evidence: `unique ${scope.by}` };
    case 'owner':
      return { verdict: 'owner', evidence: scope.by };
    case 'parents':
      return { verdict: 'owner', evidence: `${scope.by} in a list` };
    case 'filtered':
      return {
        verdict: 'filtered',
        evidence: scope.by.join(', '),
        ...(scope.searchOnly ? { searchOnly: true } : {}),
      };
    case 'hidden':
      return { verdict: 'unknown', evidence: 'the where is made elsewhere' };
    case 'all':
      return { verdict: 'unbounded', evidence: 'no take and no where' };
  }
}

/** Whether `take` holds: `optional` may be absent at run time. */
function takeOf(args: Abs): 'bound' | 'optional' | 'none' | 'unknown' {
  if (args.k !== 'object') return 'none';
  const { take } = args.props;
  if (!take) return args.open ? 'unknown' : 'none';
  const own = takeValue(take);
  if (own === 'none') return 'none';
  return args.maybe?.includes('take') ? 'optional' : own;
}

function takeValue(value: Abs): 'bound' | 'optional' | 'none' {
  if (isEndless(value)) return 'none';
  const parts =
    value.k === 'unknown' && !value.filled
      ? (value.from ?? [])
      : value.k === 'variants'
        ? value.list.map((variant) => variant.value)
        : [];
  if (parts.length === 0) return 'bound';
  const endless = parts.filter(isEndless).length;
  // Built from these parts (`page * size`) or one of them: only a part that is no number at all makes a difference.
  return endless === parts.length ? 'none' : endless > 0 ? 'optional' : 'bound';
}

function isEndless(value: Abs): boolean {
  if (value.k === 'global')
    return /^(Infinity|Number\.(POSITIVE_INFINITY|MAX_VALUE|MAX_SAFE_INTEGER))$/.test(value.path.join('.'));
  return nullishOf(value) === 'true' || (value.k === 'generated' && value.path.at(-1) === 'skip');
}

function groupRead(
  query: QueryFact,
  at: Site,
  node: SchemaModelNode | undefined,
  context: ReadContext,
): ListRead {
  const base = { at, model: node?.name ?? query.model, op: 'groupBy', optionalTake: false };
  const { args } = query;
  if (args.k !== 'object' || takeOf(args) !== 'none')
    return {
      ...base,
      verdict: args.k === 'object' && takeOf(args) === 'bound' ? 'bounded' : 'unknown',
      evidence: 'take',
    };
  const by = args.props['by'];
  const names = (by?.k === 'array' && !by.open ? by.items : by ? [by] : []).map((item) =>
    item.k === 'lit' ? String(item.v) : undefined,
  );
  const { schema } = context;
  const isSmall = (name: string | undefined): boolean => {
    const field = node?.fields.find((candidate) => candidate.name === name);
    if (!field || !schema) return true; // not seen: not guilty
    return field.type === 'Boolean' || schema.enum(field.type) !== undefined;
  };
  if (names.every(isSmall)) return { ...base, verdict: 'bounded', evidence: 'by an enum' };
  const scope = scopeOf(args.props['where'], node?.name, context);
  return { ...base, ...fromScope(scope) };
}

function rawRead(query: QueryFact, at: Site, context: ReadContext): ListRead[] {
  const text = sqlOf(query);
  const raw = text && rawListOf(text.sql, text.values, context.schema);
  if (!raw) return [];
  const base = { at, model: raw.model ?? raw.table ?? '', op: query.op, optionalTake: false };
  const node = raw.model === undefined ? undefined : context.schema?.model(raw.model);
  if (raw.limit === 'limit' || raw.limit === 'single')
    return [{ ...base, verdict: 'bounded', evidence: raw.limit === 'limit' ? 'LIMIT' : 'one row' }];
  if (raw.limit !== 'none')
    return [
      {
        ...base,
        verdict: 'unknown',
        evidence: raw.limit === 'grouped' ? 'GROUP BY' : 'parts of the SQL are made elsewhere',
      },
    ];
  if (isLookup(context.view, context.file, node, base.model, context.lookupModels))
    return [{ ...base, verdict: 'lookup', evidence: `${base.model} is a lookup table` }];
  const scope = scopeOf(raw.where, raw.model, context);
  return [
    { ...base, ...fromScope(scope), ...(scope.s === 'all' ? { evidence: 'no LIMIT and no WHERE' } : {}) },
  ];
}

function sqlOf(query: QueryFact): { sql: string; values: readonly Abs[] } | undefined {
  const { args } = query;
  if (args.k === 'lit' && typeof args.v === 'string')
    return query.op === '$queryRawUnsafe' ? { sql: args.v, values: [] } : undefined;
  if (args.k !== 'object') return undefined;
  const { sql, values } = args.props;
  return sql?.k === 'lit' && typeof sql.v === 'string'
    ? { sql: sql.v, values: values?.k === 'array' ? values.items : [] }
    : undefined;
}

interface Nesting {
  node: SchemaModelNode;
  path: string[];
  /** Whether the rows above are a list of many owners' rows, so that what is nested multiplies. */
  perRow: boolean;
  op: QueryFact;
  out: ListRead[];
  depth: number;
}

/** To-many relations in `include` and `select`, at every depth. */
function nestedReads(args: Abs, nesting: Nesting, context: ReadContext): void {
  const { schema } = context;
  if (args.k !== 'object' || !schema || nesting.depth > 5) return;
  for (const key of ['include', 'select'] as const) {
    const shape = args.props[key];
    if (shape?.k !== 'object') continue;
    for (const [name, value] of Object.entries(shape.props)) {
      const target = schema.relationTarget(nesting.node.name, name);
      if (!target || value.k === 'undef' || (value.k === 'lit' && value.v !== true)) continue;
      const path = [...nesting.path, name];
      const isMany = schema.isToMany(nesting.node.name, name);
      let { perRow } = nesting;
      if (isMany) {
        const at = shape.at?.[name] ?? { file: nesting.op.file, at: nesting.op.at };
        const read = nestedRead(value, { ...nesting, path }, target, at, context);
        if (read) nesting.out.push(read);
        // The parts of the parts of one row are that row's: they don't multiply.
        perRow ||= read?.verdict !== 'owner';
      }
      nestedReads(value, { ...nesting, node: target, path, perRow, depth: nesting.depth + 1 }, context);
    }
  }
}

function nestedRead(
  value: Abs,
  nesting: Nesting,
  target: SchemaModelNode,
  at: Site,
  context: ReadContext,
): ListRead | undefined {
  const { node, path, perRow } = nesting;
  const name = path.at(-1) ?? '';
  const { schema } = context;
  if (!schema || (value.k !== 'object' && !(value.k === 'lit' && value.v === true))) return undefined;
  const base = { at, model: target.name, op: name, nested: { path, parent: node.name, perRow } };
  if (isLookup(context.view, context.file, target, target.name, context.lookupModels))
    return { ...base, verdict: 'lookup', evidence: `${target.name} is a lookup table`, optionalTake: false };
  const args: Extract<Abs, { k: 'object' }> =
    value.k === 'object' ? value : { k: 'object', props: {}, open: false };
  const take = takeOf(args);
  if (take === 'bound' || take === 'unknown')
    return {
      ...base,
      verdict: take === 'bound' ? 'bounded' : 'unknown',
      evidence: 'take',
      optionalTake: false,
    };
  const optionalTake = take === 'optional';
  const keys = schema.inverse(node.name, name)?.relation?.fields ?? [];
  // The relation itself binds the other side's key: `include: { items: true }` reads `items` where `orderId` is the row's.
  const where = args.props['where'];
  const given = where?.k === 'object' ? where : undefined;
  if (where && !given && where.k !== 'undef')
    return { ...base, verdict: 'unknown', evidence: 'the where is made elsewhere', optionalTake };
  const bound: Abs = {
    k: 'object',
    props: {
      ...given?.props,
      ...Object.fromEntries(
        keys.map((field): [string, Abs] => [
          field,
          { k: 'row', model: node.name, many: false, path: [field] },
        ]),
      ),
    },
    open: given?.open ?? false,
    ...(given?.maybe ? { maybe: given.maybe } : {}),
  };
  if (scopeOf(bound, target.name, context).s === 'unique')
    return { ...base, verdict: 'bounded', evidence: 'unique for each row', optionalTake };
  const own = given && scopeOf(given, target.name, context);
  if (own?.s === 'owner') return { ...base, verdict: 'owner', evidence: own.by, optionalTake };
  const key = keys[0];
  return { ...base, verdict: nestedVerdict(), evidence: key ?? name, optionalTake };

  function nestedVerdict(): ListVerdict {
    if (!schema) return 'unknown';
    // Many to many: as many as the row was tagged with.
    if (key === undefined) return 'owner';
    const isOwn = isOwnerKey(key, target, context);
    if (perRow)
      return isOwn && !isOwnerModel(schema, node) && !hasPeople(schema, target) ? 'owner' : 'filtered';
    return isOwn ? 'owner' : 'filtered';
  }
}

/** The client accessor of a read's model, to look up who writes it. */
export function accessorOf(read: ListRead): string {
  return clientAccessor(read.model);
}
