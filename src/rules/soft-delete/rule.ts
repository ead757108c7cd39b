import { z } from 'zod';
import { spanOf } from '../../facts/model.ts';
import { visitSteps } from '../../facts/visit.ts';
import type { PrismaField } from '../../facts/prismaModel.ts';
import { leaves } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';
import { deletionFlags, mentionsFlag, softDeleteOf } from '../../workspace/softDelete.ts';
import type { SoftDelete } from '../../workspace/softDelete.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import type { SchemaModelNode } from '../../prisma/schema.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Report, RuleContext, Severity } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'soft-delete',
    title: 'Rows of a model with a deletion mark are marked, not deleted, and reads leave marked rows out.',
    sections: ['S2'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      hard: '{op} deletes rows of {model} for good, although they have `{flag}`. Elsewhere they are only marked, so that they can be restored. Set `{flag}` instead.',
      unused:
        '{op} deletes rows of {model} for good, although they have `{flag}`. Nothing in the project sets it. Set it here, or drop the column.',
      read: '{op} reads rows of {model} that are marked as deleted as well. Other reads leave them out. Add `{flag}: {live}` to the `where`.',
      one: '{op} may read a row of {model} that is marked as deleted. Other reads leave such rows out. Add `{flag}: {live}` to the `where`, or look at `{flag}`.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || role === 'tooling' || role === 'client' || role === 'generated') return;
    if (role === 'migration') return;
    const schema = workspace.schema(file);
    if (!schema || APART.test(file)) return;
    const known = new Map<string, SoftDelete | undefined>();
    for (const query of workspace.queries(file)) {
      const model = query.sure ? schema.modelOf(query.model) : undefined;
      if (!model || deletionFlags(model).length === 0) continue;
      if (!known.has(query.model)) known.set(query.model, softDeleteOf(workspace, file, model));
      const soft = known.get(query.model);
      const name = facts.functions[query.fn]?.name ?? '';
      if (!soft || APART_NAME.test(name) || soft.handled.has('*') || soft.handled.has(query.op)) continue;
      const report = query.op.startsWith('delete')
        ? deleteReport(query, model, soft)
        : readReport(context, query, { model, soft });
      if (report) context.report(report);
    }
  },
});

/** Where rows are deleted for good, or marked ones are looked at, on purpose. */
const APART =
  /(^|[/._()-])(admin|trash|bin|restores?|archives?|purge|clean-?up|house-?keeping|crons?|jobs?|workers?|gdpr|exports?|backups?|audit|scripts?|revalidat(e|ion)s?)([/._()-]|$)/i;
/** What was there counts, whether it has been deleted since or not. */
const COUNTED =
  /(^|[/._()-])(get-)?(stats?|statistics|analytics|metrics|usage|billing|invoices?)([/._()-]|$)/i;
const APART_NAME =
  /purge|hard_?delete|permanent|clean_?up|prune|gdpr|erase|wipe|forever|trash|restore|undelete|deleted|orphan|expired|stale|anonymi/i;

type Context = RuleContext<Record<string, never>>;

function argument(args: Abs, name: string): Abs | undefined {
  return args.k === 'object' ? args.props[name] : undefined;
}

/** Arguments or a condition that can't be seen may well name the flag. */
function isHidden(value: Abs | undefined): boolean {
  if (!value || value.k === 'undef') return false;
  if (value.k !== 'object' || value.open) return true;
  return ['AND', 'OR', 'NOT'].some(
    (name) => value.props[name] !== undefined && hasHiddenPart(value.props[name]),
  );
}

function hasHiddenPart(value: Abs): boolean {
  return value.k === 'array' ? value.open || value.items.some(isHidden) : isHidden(value);
}

function deleteReport(query: QueryFact, model: SchemaModelNode, soft: SoftDelete): Report | undefined {
  const where = argument(query.args, 'where');
  // Marked rows are deleted for good some time.
  if (mentionsFlag(where, soft.flags) || isHidden(query.args)) return undefined;
  if (where && namesMarkedRows(where, soft)) return undefined;
  const [flag] = soft.flags;
  if (!flag) return undefined;
  const isLived = soft.marked || soft.filtered;
  return {
    place: { at: query.at },
    message: isLived ? 'hard' : 'unused',
    data: { op: query.op, model: model.name, flag: flag.name },
    severity: isLived ? 'warning' : 'hint',
    fixes: [{ recipe: 'mark', data: { set: soft.flags.map((each) => `${each.name}: ${markOf(each)}`) } }],
  };
}

/** `id: { in: batch.map(({ id }) => id) }` of rows that were found by their mark. */
function namesMarkedRows(where: Abs, soft: SoftDelete): boolean {
  return leaves(where).some((leaf) => leaf.k === 'row' && mentionsFlag(leaf.query?.where, soft.flags));
}

const markOf = (flag: PrismaField): string => (flag.type === 'Boolean' ? 'true' : 'new Date()');
const liveOf = (flag: PrismaField): string => (flag.type === 'Boolean' ? 'false' : 'null');

const READS = /^(findMany|findFirst|findFirstOrThrow|findUnique|findUniqueOrThrow|count|aggregate|groupBy)$/;

function readReport(
  context: Context,
  query: QueryFact,
  { model, soft }: { model: SchemaModelNode; soft: SoftDelete },
): Report | undefined {
  if (!READS.test(query.op) || !soft.filtered || !soft.marked) return undefined;
  const { args } = query;
  const where = argument(args, 'where');
  if (mentionsFlag(where, soft.flags) || isHidden(args) || isHidden(where)) return undefined;
  if (looksAtFlag(context, query, soft.flags)) return undefined;
  const flag = soft.flags.find(({ type, optional }) => type === 'DateTime' || !optional);
  if (!flag) return undefined;
  const isOne = query.op.startsWith('findUnique') || isByKey(context, model, where);
  const severity: Severity = isOne || COUNTED.test(context.file) ? 'hint' : 'warning';
  const fixes: FixRequest[] = [
    { recipe: 'leave-out', data: { name: flag.name, text: `${flag.name}: ${liveOf(flag)}` } },
  ];
  return {
    place: { at: query.at },
    message: isOne ? 'one' : 'read',
    data: { op: query.op, model: model.name, flag: flag.name, live: liveOf(flag) },
    severity,
    fixes,
  };
}

/** Rows named by a key were found somewhere before. */
function isByKey({ workspace, file }: Context, model: SchemaModelNode, where: Abs | undefined): boolean {
  const schema = workspace.schema(file);
  if (where?.k !== 'object' || !schema) return false;
  return Object.entries(where.props).some(
    ([name, value]) =>
      schema.isUnique(model.name, [name]) &&
      (value.k !== 'object' || value.props['in'] !== undefined || value.props['equals'] !== undefined),
  );
}

/** Whether the function reads a flag of something itself, or selects it. */
function looksAtFlag({ facts }: Context, query: QueryFact, flags: readonly PrismaField[]): boolean {
  if (facts.kind !== 'ts') return false;
  const select = argument(query.args, 'select');
  if (select && mentionsFlag(select, flags)) return true;
  const fn = facts.functions[query.fn];
  if (!fn) return false;
  const whole = spanOf(facts, fn.all);
  let found = false;
  for (const other of facts.functions) {
    const span = spanOf(facts, other.all);
    if (span.start < whole.start || span.end > whole.end) continue;
    visitSteps(other.body, {
      value: (value) => {
        found ||= value.k === 'member' && flags.some(({ name }) => name === value.name);
        return !found;
      },
    });
  }
  return found;
}
