import { z } from 'zod';
import { join } from '../../base/path.ts';
import type { TsFacts } from '../../facts/tsModel.ts';
import { accessPlace } from '../../workspace/accessPlace.ts';
import type { AccessPlace } from '../../workspace/accessPlace.ts';
import type { Absence } from '../../workspace/absentValues.ts';
import { CalleeResolver } from '../../workspace/calleeResolver.ts';
import { MissingConditions } from '../../workspace/missingConditions.ts';
import type { FoundPlace, MissingCondition } from '../../workspace/missingConditions.ts';
import { pickedBy } from '../../workspace/ownerHoles.ts';
import { isSecretField } from '../../workspace/publicData.ts';
import { relationOfKey } from '../../workspace/rowScope.ts';
import { functionKey, parseFunctionKey } from '../../workspace/summary.ts';
import type { DbEffect } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Report, RuleContext, Severity } from '../rule.ts';

const options = z.strictObject({
  searches: z
    .boolean()
    .describe(
      'Also hint at filters of searches that are declared optional, which is what most of them are meant to be.',
    ),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'no-undefined-filter',
    title: 'A condition of a query is never lost because its value is undefined.',
    sections: ['S1', 'S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['ts'],
    behind: ['action-auth', 'action-validation'],
    since: '0.1.0',
    options,
    defaults: { searches: true },
    messages: {
      write:
        '`{field}` is undefined when {reason}, and Prisma drops a condition that is undefined: {op} then {does} {rest}. Stop before it without a value.',
      owner:
        "`{field}` is undefined when {reason}, and Prisma drops a condition that is undefined: {op} then reads everybody's {model} rows. Stop before it without a value.",
      row: '`{field}` is undefined when {reason}, and Prisma drops a condition that is undefined: {op} then gives {model} rows that were not asked for. Stop before it without a value.',
      search:
        '`{field}` is undefined when {reason}, and {op} then reads {model} rows without this condition. Fine for a filter that may be left out.',
      strict:
        '`{field}` is undefined when {reason}, and with strictUndefinedChecks {op} then throws. Pass `Prisma.skip` to leave the condition out.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || /^(tooling|client|generated|migration)$/.test(role)) return;
    const finder = new MissingConditions(workspace, new CalleeResolver(workspace));
    const isStrict =
      workspace
        .schema(file)
        ?.generators.some(({ previewFeatures }) => previewFeatures.includes('strictUndefinedChecks')) ===
      true;
    for (const query of workspace.queries(file)) {
      if (query.op.startsWith('$')) continue;
      for (const missing of finder.ofQuery(query)) {
        if (missing.absence.why === 'session' && finder.isBehindGuards(query)) continue;
        const report = reportOf(context, missing, isStrict);
        if (report) context.report(report);
      }
    }
    if (!isStrict) reportCallers(context, finder, facts);
  },
});

type Context = RuleContext<Options>;

/** What a function hands to one of another file. */
function reportCallers(context: Context, finder: MissingConditions, facts: TsFacts): void {
  const { workspace, file } = context;
  const seen = new Set<string>();
  const look = (caller: FoundPlace, effect: DbEffect, place: () => AccessPlace): void => {
    if (effect.file === file || !effect.sure || effect.op.startsWith('$')) return;
    for (const missing of finder.ofEffect(caller, effect)) {
      const grade = gradeOf(context, missing);
      const { at, related } = place();
      const key = `${at} ${missing.condition.field}`;
      const isSignedIn = missing.absence.why === 'session' && effect.proof?.kind === 'session';
      if (grade?.severity !== 'error' || isSignedIn || seen.has(key)) continue;
      seen.add(key);
      context.report({
        place: { at },
        message: grade.message,
        data: dataOf(missing),
        severity: heldBack(context, missing, grade),
        related,
        fixes: [narrowing(context, missing, caller)],
      });
    }
  };
  for (const entry of workspace.entries(file)) {
    const caller = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
    if (caller)
      for (const effect of entry.effects)
        look(caller, effect, () => accessPlace(workspace, file, entry, effect));
  }
  facts.functions.forEach(({ parent, at }, fn) => {
    if (fn > 0 && parent === 0)
      for (const effect of workspace.summary(functionKey(file, fn)).effects)
        look({ file, fn }, effect, () => accessPlace(workspace, file, { at }, effect));
  });
}

function reportOf(context: Context, missing: MissingCondition, isStrict: boolean): Report | undefined {
  const grade = gradeOf(context, missing);
  if (!grade) return undefined;
  const place = { at: missing.condition.at };
  const data = dataOf(missing);
  const isOptional = grade.message === 'search';
  if (isOptional && !context.options.searches) return undefined;
  if (isStrict)
    return isOptional
      ? {
          place,
          message: 'strict',
          data,
          severity: 'hint',
          fixes: [{ recipe: 'skip', data: { key: missing.condition.path.at(-1) ?? '' } }],
        }
      : undefined;
  return {
    place,
    message: grade.message,
    data,
    severity: heldBack(context, missing, grade),
    fixes: isOptional ? [] : [narrowing(context, missing, missing.query)],
  };
}

function narrowing(
  { workspace, file, role }: Context,
  { absence, condition, argument }: MissingCondition,
  fn: FoundPlace,
): FixRequest {
  const entry = workspace
    .entries(file)
    .find(({ handler }) => handler !== undefined && handler === functionKey(fn.file, fn.fn));
  const kind = entry?.kind ?? (/^(page|layout)$/.test(role) ? 'page' : 'function');
  const type = condition.model?.fields.find(({ name }) => name === condition.field)?.type;
  return {
    recipe: 'narrow',
    data: {
      kind,
      lib: entry?.lib ?? '',
      why: absence.why,
      key: condition.path.at(-1) ?? '',
      isText: type === 'String',
      ...(argument === undefined ? {} : { argument }),
    },
  };
}

interface Grade {
  message: 'write' | 'owner' | 'row' | 'search';
  severity: Severity;
}

/** How bad it is that a condition falls away; undefined when it does no harm, or can't happen. */
function gradeOf(context: Context, missing: MissingCondition): Grade | undefined {
  const { condition, absence, query, isAlone, throws } = missing;
  if (throws) return undefined;
  const isDeclared = absence.why === 'optional';
  const picks = picksOf(context, missing);
  if (query.kind === 'write' && !condition.isNested) {
    // `id: all ? undefined : id` says what it does; so does an optional filter beside others.
    if (absence.why === 'explicit') return isAlone ? { message: 'write', severity: 'warning' } : undefined;
    const isMeant = isDeclared && !isAlone && picks?.picks !== 'owner';
    return { message: 'write', severity: isMeant ? 'hint' : 'error' };
  }
  if (absence.why === 'explicit') return undefined;
  if (isDeclared || condition.isRange || condition.isNegated) return { message: 'search', severity: 'hint' };
  if (picks?.picks === 'owner')
    return { message: 'owner', severity: condition.isNested ? 'warning' : 'error' };
  if (condition.isNested) return { message: 'search', severity: 'hint' };
  const isOne = query.op.startsWith('find') && query.op !== 'findMany';
  if (isOne && isSecretField(condition.field)) return { message: 'row', severity: 'error' };
  return picks ? { message: 'row', severity: 'warning' } : { message: 'search', severity: 'hint' };
}

/** Nobody without a session may get as far as this. */
function heldBack(context: Context, { absence }: MissingCondition, { message, severity }: Grade): Severity {
  return message === 'owner' && absence.why === 'session' && isBehindProxy(context) ? 'warning' : severity;
}

/** A proxy may keep strangers from pages; actions and routes are reached past it. */
function isBehindProxy({ workspace, file, role }: Context): boolean {
  const app = role === 'action' || role === 'route' ? undefined : workspace.app(file);
  if (!app) return false;
  return ['proxy.ts', 'proxy.js', 'middleware.ts', 'middleware.js'].some((name) => {
    const path = join(app.root, app.src, name);
    return path !== undefined && workspace.exists(path);
  });
}

/** Whether the condition says whose rows, or which rows. */
function picksOf(
  { workspace, file }: Context,
  { condition: { field, model } }: MissingCondition,
): ReturnType<typeof pickedBy> {
  const schema = workspace.schema(file);
  if (!schema || !model) return undefined;
  const picked = pickedBy(field, model, { schema, ownerKeys: workspace.conventions(file).ownerKeys });
  // The folder of a folder is no owner.
  const isOfItself = relationOfKey(model, field)?.type === model.name;
  return picked && isOfItself ? { picks: 'row' } : picked;
}

function dataOf({ condition, absence, query, isAlone, model }: MissingCondition): Record<string, string> {
  return {
    field: condition.field,
    reason: reasonOf(absence),
    op: query.op,
    does: query.op.startsWith('delete') ? 'deletes' : 'overwrites',
    model: condition.isNested ? (condition.model?.name ?? model) : model,
    rest: /Many/.test(query.op)
      ? isAlone
        ? `every row of ${model}`
        : `every row of ${model} that the other conditions leave`
      : `the ${model} row that the other conditions name, whatever this one was to rule out`,
  };
}

function reasonOf({ why, what }: Absence): string {
  switch (why) {
    case 'session':
      return 'nobody is signed in';
    case 'lookup':
      return `\`${what}\` finds nothing`;
    case 'environment':
      return `\`${what}\` is not set`;
    case 'optional':
      return `\`${what}\` is left out`;
    default:
      return `\`${what}\` is missing`;
  }
}
