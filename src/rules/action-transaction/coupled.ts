/** Which writes must stand or fall together: the evidence for it in their arguments and in the schema. */
import type { SchemaModel } from '../../prisma/schema.ts';
import { leaves } from '../../workspace/abs.ts';
import type { Abs, Site } from '../../workspace/abs.ts';
import type { DbEffect } from '../../workspace/summary.ts';

export type Coupling =
  /** The second is made with the row of the first. */
  | 'depends'
  /** Rows go, and so do those that belong to them. */
  | 'removes'
  /** Rows are replaced by others. */
  | 'replaces'
  /** What is taken from one row is given to another, or a mark moves from one row to another. */
  | 'moves'
  /** One changes the row that the other was made from: an invitation and the membership it gives. */
  | 'consumes';

/** Why two writes belong together; undefined when nothing shows that they do. */
export function couplingOf(first: DbEffect, second: DbEffect, schema: SchemaModel): Coupling | undefined {
  if (first.op.startsWith('create') && !isRemoval(second) && usesRowOf(second.args, first))
    return isSameRow(first, second) ? undefined : 'depends';
  if (isRemoval(first) && isRemoval(second))
    return areRelated(schema, first.model, second.model) ? 'removes' : undefined;
  if (first.model === second.model) return sameModel(first, second);
  if (movesAmount(first, second)) return 'moves';
  return consumes(first, second, schema) || consumes(second, first, schema) ? 'consumes' : undefined;
}

function sameModel(first: DbEffect, second: DbEffect): Coupling | undefined {
  if (first.op === 'deleteMany' && second.op.startsWith('create'))
    return sharesParent(first, second) && !prunes(first) ? 'replaces' : undefined;
  if (movesAmount(first, second)) return 'moves';
  if (!first.op.startsWith('update') || !/^(update|create)/.test(second.op)) return undefined;
  const flags = flagsOf(first);
  const others = flagsOf(second);
  return Object.keys(flags).some((name) => others[name] !== undefined && others[name] !== flags[name])
    ? 'moves'
    : undefined;
}

function usesRowOf(args: Abs, { file, at }: DbEffect): boolean {
  return leaves(args).some((leaf) => leaf.k === 'row' && leaf.query?.at === at && leaf.query.file === file);
}

/** Whether a write picks its rows by those that a query found. */
export function picksRowsOf(write: DbEffect, { file, at }: Site): boolean {
  const where = part(write.args, 'where');
  return (
    where !== undefined &&
    leaves(where).some((leaf) => leaf.k === 'row' && leaf.query?.at === at && leaf.query.file === file)
  );
}

/** The second changes the row that the first has just made or changed. */
function isSameRow(first: DbEffect, second: DbEffect): boolean {
  if (first.model !== second.model || !/^(update|delete|upsert)/.test(second.op)) return false;
  const where = part(second.args, 'where');
  return where !== undefined && usesRowOf(where, first);
}

/** A write that changes a row which was read, and another one made from that row. */
function consumes(changed: DbEffect, made: DbEffect, schema: SchemaModel): boolean {
  const model = schema.modelOf(changed.model);
  if (!/^(update|delete)/.test(changed.op) || !model || model.name === schema.userModel?.name) return false;
  if (!/^(create|upsert|update)/.test(made.op) || isStatistics(changed) || isStatistics(made)) return false;
  const row = rowsIn(part(changed.args, 'where'), changed.model);
  // Rows below the changed one are part of the change when the same is said of both.
  const isAlike = keysOf(changed).some((name) => keysOf(made).includes(name));
  const used = rowsIn(
    made.op.startsWith('update') && !isAlike ? part(made.args, 'data') : made.args,
    changed.model,
  );
  return used.some((site) => (row.length === 0 ? samePick(changed, made) : row.includes(site)));
}

/** Adds to sums, and notes when: kept as well as can be. */
function isStatistics({ op, args }: DbEffect): boolean {
  const data = op.startsWith('update') ? part(args, 'data') : undefined;
  if (data?.k !== 'object') return false;
  const own = Object.entries(data.props);
  return (
    own.some(([, value]) => value.k === 'object' && 'increment' in value.props) &&
    own.every(
      ([name, value]) => (value.k === 'object' && 'increment' in value.props) || /^last[A-Z]/.test(name),
    )
  );
}

function keysOf({ args }: DbEffect): string[] {
  const data = part(args, 'data');
  return data?.k === 'object' ? Object.keys(data.props).filter((name) => name !== 'updatedAt') : [];
}

function samePick(changed: DbEffect, made: DbEffect): boolean {
  const where = part(changed.args, 'where');
  const keys = where ? leaves(where).filter((leaf) => leaf.k === 'param') : [];
  return keys.some((key) =>
    leaves(made.args).some((leaf) => {
      const picked = leaf.k === 'row' && leaf.model === changed.model ? leaf.query?.where : undefined;
      return (
        picked !== undefined && leaves(picked).some((other) => JSON.stringify(other) === JSON.stringify(key))
      );
    }),
  );
}

function rowsIn(value: Abs | undefined, model: string): string[] {
  if (!value) return [];
  return leaves(value).flatMap((leaf) =>
    leaf.k === 'row' && leaf.model === model && !leaf.many && leaf.query
      ? [`${leaf.query.file}:${leaf.query.at}`]
      : [],
  );
}

function isRemoval({ op }: DbEffect): boolean {
  return op === 'delete' || op === 'deleteMany';
}

function areRelated(schema: SchemaModel, one: string, other: string): boolean {
  const model = schema.modelOf(one);
  const target = schema.modelOf(other);
  if (!model || !target) return false;
  return model.fields.some((field) => field.type === target.name);
}

/** Takes away what is no longer wanted, and leaves the rest. */
function prunes({ args }: DbEffect): boolean {
  const where = part(args, 'where');
  return (
    where?.k === 'object' &&
    ('NOT' in where.props ||
      Object.values(where.props).some(
        (value) => value.k === 'object' && ('notIn' in value.props || 'not' in value.props),
      ))
  );
}

/** Old rows and new ones hang on the same value. */
function sharesParent(first: DbEffect, second: DbEffect): boolean {
  const where = part(first.args, 'where');
  if (!where) return false;
  const old = new Set(
    leaves(where)
      .filter(isKey)
      .map((leaf) => JSON.stringify(leaf)),
  );
  return leaves(second.args).some((leaf) => old.has(JSON.stringify(leaf)));
}

function isKey(leaf: Abs): boolean {
  return (
    leaf.k === 'param' ||
    leaf.k === 'row' ||
    leaf.k === 'origin' ||
    leaf.k === 'parsed' ||
    leaf.k === 'session'
  );
}

/** Taken here, given there; counters that functions of their own keep are another matter. */
function movesAmount(first: DbEffect, second: DbEffect): boolean {
  if (first.trace.length > 0 || second.trace.length > 0) return false;
  const [one, other] = [deltaOf(first), deltaOf(second)];
  return one !== undefined && other !== undefined && one !== other;
}

/** `+` or `-` of a write that adds to a number or takes from it. */
function deltaOf({ args, op }: DbEffect): '+' | '-' | undefined {
  const data = op.startsWith('update') ? part(args, 'data') : undefined;
  if (data?.k !== 'object') return undefined;
  for (const name in data.props) {
    const value = data.props[name];
    if (value?.k !== 'object') continue;
    if ('decrement' in value.props) return '-';
    if ('increment' in value.props) return '+';
  }
  return undefined;
}

function flagsOf({ args }: DbEffect): { [name: string]: boolean } {
  const data = part(args, 'data');
  const out: { [name: string]: boolean } = {};
  if (data?.k === 'object')
    for (const [name, value] of Object.entries(data.props))
      if (value.k === 'lit' && typeof value.v === 'boolean') out[name] = value.v;
  return out;
}

function part(args: Abs, name: string): Abs | undefined {
  return args.k === 'object' ? args.props[name] : undefined;
}
