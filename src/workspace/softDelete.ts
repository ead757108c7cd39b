/** Models whose rows are marked as deleted instead of being deleted: by which columns, whether the project lives by them, and what an extension does. */
import type { FileId } from '../base/path.ts';
import type { PrismaField } from '../facts/prismaModel.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { partsOf, visitFile } from '../facts/visit.ts';
import { clientAccessor } from '../prisma/schema.ts';
import type { SchemaModelNode } from '../prisma/schema.ts';
import type { Abs } from './abs.ts';
import { calleeName } from './calleeResolver.ts';
import type { QueryFact } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export interface SoftDelete {
  /** Columns that mark a deleted row; one, or a date and a flag. */
  flags: readonly PrismaField[];
  /** Some code of the project marks rows. */
  marked: boolean;
  /** Some code of the project leaves marked rows out. */
  filtered: boolean;
  /** Operations that an extension of the client takes care of; `*` for all. */
  handled: ReadonlySet<string>;
}

const DATE =
  /^(deleted|removed|trashed|discarded|erased|eliminad[oa]|borrad[oa]|excluid[oa]|supprime|geloescht)_?(at|on|en|em|le|am|date|time|timestamp)$/i;
const FLAG = /^(is_?)?(soft_?)?(deleted|removed|trashed|eliminad[oa]|borrad[oa]|excluid[oa])$/i;

/** The columns of a model that mark a row as deleted: a nullable date, a boolean. */
export function deletionFlags(model: SchemaModelNode): PrismaField[] {
  return model.fields.filter(
    ({ name, type, list, optional }) =>
      !list &&
      ((type === 'DateTime' && optional && DATE.test(name)) || (type === 'Boolean' && FLAG.test(name))),
  );
}

const MAX_FILES = 40;

/** How a project treats the marked rows of a model; undefined for a model without such columns. Looks at the files that write it. */
export function softDeleteOf(
  view: WorkspaceView,
  file: FileId,
  model: SchemaModelNode,
): SoftDelete | undefined {
  const flags = deletionFlags(model);
  if (flags.length === 0) return undefined;
  const accessor = clientAccessor(model.name);
  let marked = false;
  let filtered = false;
  for (const other of new Set([file, ...view.writers(accessor).slice(0, MAX_FILES)]))
    for (const query of view.queries(other)) {
      if (query.model !== accessor) continue;
      marked ||= marks(query, flags);
      filtered ||= query.kind === 'read' && leavesOut(partOf(query.args, 'where'), flags);
    }
  const handled = handledOps(view, accessor, flags);
  return { flags, marked: marked || handled.size > 0, filtered: filtered || handled.size > 0, handled };
}

function partOf(args: Abs, name: string): Abs | undefined {
  return args.k === 'object' ? args.props[name] : undefined;
}

/** Whether a write sets a flag to something else than its value in a living row. */
function marks(query: QueryFact, flags: readonly PrismaField[]): boolean {
  const data = partOf(query.args, 'data');
  if (!query.op.startsWith('update') || data?.k !== 'object') return false;
  return flags.some(({ name }) => {
    const value = data.props[name];
    return value !== undefined && value.k !== 'undef' && !(value.k === 'lit' && !value.v);
  });
}

/** Whether a `where` leaves marked rows out: `deletedAt: null`, `isDeleted: false`, `{ not: true }`. */
function leavesOut(where: Abs | undefined, flags: readonly PrismaField[]): boolean {
  if (where?.k === 'array') return where.items.some((item) => leavesOut(item, flags));
  if (where?.k !== 'object') return false;
  return Object.entries(where.props).some(([name, value]) => {
    if (!flags.some((flag) => flag.name === name)) return leavesOut(value, flags);
    const test = value.k === 'object' ? (value.props['equals'] ?? value.props['not']) : value;
    return test?.k === 'lit' && (test.v === null || typeof test.v === 'boolean') && !isMarked(value, test.v);
  });
}

/** `true`, `{ not: null }`: the marked rows. */
function isMarked(value: Abs, test: null | boolean): boolean {
  const isNegated = value.k === 'object' && value.props['not'] !== undefined;
  return isNegated ? test !== true : test === true;
}

/** Whether a `where` says anything about a flag, at any depth. */
export function mentionsFlag(where: Abs | undefined, flags: readonly PrismaField[]): boolean {
  switch (where?.k) {
    case 'object':
      return Object.entries(where.props).some(
        ([name, value]) => flags.some((flag) => flag.name === name) || mentionsFlag(value, flags),
      );
    case 'array':
      return where.items.some((item) => mentionsFlag(item, flags));
    case 'unknown':
      return where.from?.some((part) => mentionsFlag(part, flags)) ?? false;
    case 'variants':
      return where.list.some(({ value }) => mentionsFlag(value, flags));
    default:
      return false;
  }
}

const PACKAGES = /soft-?delete/i;

/** What extensions beside the client do: operations under `query.<model>` or `query.$allModels` of a file that knows the flag. */
function handledOps(view: WorkspaceView, accessor: string, flags: readonly PrismaField[]): Set<string> {
  const out = new Set<string>();
  const files = new Set<FileId>();
  for (const file of view.withTrait('client')) {
    files.add(file);
    for (const { spec } of view.tsFacts(file)?.imports ?? []) {
      if (PACKAGES.test(spec)) out.add('*');
      const target = view.target(file, spec);
      if (target.t === 'file') files.add(target.file);
    }
  }
  for (const file of files) {
    const facts = view.tsFacts(file);
    if (facts) lookIn(facts, { accessor, flags }, out);
  }
  return out;
}

function lookIn(
  facts: TsFacts,
  known: { accessor: string; flags: readonly PrismaField[] },
  out: Set<string>,
): void {
  const ops = new Set<string>();
  let knowsFlag = false;
  let extendsClient = false;
  visitFile(facts, (value) => {
    if (value.k === 'call' && /^(\$extends|defineExtension|\$use)$/.test(calleeName(value.fn))) {
      extendsClient = true;
      if (calleeName(value.fn) === '$use') ops.add('*');
    }
    if (value.k === 'lit' || value.k === 'member') {
      const name = value.k === 'lit' ? value.v : value.name;
      knowsFlag ||= known.flags.some((flag) => flag.name === name);
    }
    if (value.k !== 'object') return;
    for (const prop of value.props) {
      if (prop.p !== 'prop') continue;
      knowsFlag ||= known.flags.some((flag) => flag.name === prop.name);
      if (prop.name === known.accessor || prop.name === '$allModels')
        for (const op of keysOf(prop.value)) ops.add(op);
      if (prop.name === '$allOperations') ops.add('*');
    }
  });
  if (extendsClient && knowsFlag) for (const op of ops) out.add(op === '$allOperations' ? '*' : op);
}

function keysOf(value: Value): string[] {
  if (value.k === 'object')
    return value.props.flatMap((prop) =>
      prop.p === 'prop' ? [prop.name] : prop.p === 'spread' ? ['*'] : [],
    );
  return partsOf(value).length > 0 || value.k === 'ref' ? ['*'] : [];
}
