import { z } from 'zod';
import type { TsFacts } from '../../facts/tsModel.ts';
import type { Abs } from '../../workspace/abs.ts';
import { staysOnServer } from '../../workspace/actionUses.ts';
import { callIndex } from '../../workspace/callIndex.ts';
import { CalleeResolver } from '../../workspace/calleeResolver.ts';
import type { FoundFunction } from '../../workspace/calleeResolver.ts';
import type { Entry } from '../../workspace/entries.ts';
import { NavigationFinder } from '../../workspace/navigationThrows.ts';
import { functionKey, parseFunctionKey } from '../../workspace/summary.ts';
import type { DbEffect } from '../../workspace/summary.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Report, RuleContext, Severity } from '../rule.ts';
import { leaksOf } from './leaks.ts';
import { CONTRACT, Returns, wantedOf } from './returns.ts';
import type { Returned, ReturnKind, Wanted } from './returns.ts';
import { escapingThrows } from './throws.ts';

interface Options {
  /** `contract`: `{ success, data, error }` whatever the project's actions mostly return. */
  shape: 'project' | 'contract';
}

export const rule = defineRule<Options>({
  meta: {
    id: 'action-result',
    title:
      'A Server Action answers with one result type on every path, and keeps the texts of errors to itself.',
    sections: ['S3', 'S1'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({ shape: z.enum(['project', 'contract']) }),
    defaults: { shape: 'project' },
    messages: {
      shape:
        "`{name}` returns {what} instead of {shape}. Its caller can't test how it went as it does with other actions. Wrap what it returns in the result type.",
      nothing: "`{name}` returns nothing. Its caller can't tell whether it worked. Return {shape}.",
      throws:
        '`{name}` throws to its caller. In production Next.js replaces the text by a digest, so an ordinary failure looks like a crash. Return a failure as {shape}.',
      leak: '`{name}` hands {text} to the client. The texts of errors name tables, columns, values and hosts. Log the error, and answer with a text of your own.',
    },
  },
  check(context) {
    const { workspace, file, facts, options } = context;
    if (facts.kind !== 'ts' || !hasActions(facts)) return;
    const actions = workspace.entries(file).flatMap((entry) => actionOf(context, facts, entry));
    if (actions.length === 0) return;
    const resolver = new CalleeResolver(workspace);
    const style = options.shape === 'contract' ? undefined : workspace.projectConventions(file).result;
    const wanted = options.shape === 'contract' ? CONTRACT : wantedOf(style);
    const isFollowed = options.shape === 'contract' || (style?.isFollowed ?? false);
    const seen = new Set<number>();
    for (const action of actions) {
      if (seen.has(action.where.fn)) continue;
      seen.add(action.where.fn);
      checkAction(context, { ...action, resolver, wanted, isFollowed });
    }
  },
});

function hasActions(facts: TsFacts): boolean {
  return (
    facts.directives.includes('use server') ||
    facts.functions.some((fn) => fn.directives.includes('use server'))
  );
}

interface Action {
  entry: Entry;
  where: FoundFunction;
}

/** Actions that are functions of this file themselves: what a wrapper or an action client makes of a result is its own business. */
function actionOf({ workspace, file }: RuleContext<Options>, facts: TsFacts, entry: Entry): Action[] {
  if ((entry.kind !== 'action' && entry.kind !== 'inline-action') || entry.handler === undefined) return [];
  const handler = parseFunctionKey(entry.handler);
  const fn = facts.functions[handler.fn];
  if (handler.file !== file || !fn || entry.lib !== undefined || entry.opaque || fn.generator) return [];
  if (entry.kind === 'action') {
    const value = workspace.exported(file, entry.name);
    if (value.k !== 'closure' || value.file !== file || value.fn !== handler.fn) return [];
  } else if (fn.at !== entry.at) return [];
  return [{ entry, where: { file, facts, fn: handler.fn } }];
}

interface Checked extends Action {
  resolver: CalleeResolver;
  wanted: Wanted;
  isFollowed: boolean;
}

function checkAction(context: RuleContext<Options>, checked: Checked): void {
  const { entry, where, resolver, wanted } = checked;
  const { body, name: own } = where.facts.functions[where.fn] ?? { body: [], name: '' };
  const name = entry.name === 'default' ? own || 'The default export' : entry.name;
  const shape = `\`{ ${wanted.keys.join(', ')} }\``;
  const data = {
    name,
    fn: where.fn,
    ...(entry.kind === 'action' ? { export: entry.name } : {}),
    contract: context.options.shape === 'contract',
  };
  const fixes = (recipe: string): FixRequest[] => [{ recipe, data }];
  const returned = new Returns(resolver, where, wanted).all();
  const kinds = new Set(returned.flatMap((one) => one.kinds));
  if (entry.outcomes.some(({ value }) => value.k === 'undef')) kinds.add('nothing');
  const throws = escapingThrows(resolver, where);
  const shapeFound = shapeReport(name, wanted, returned, kinds, shape);
  if (!returned.some((one) => one.kinds.some((kind) => kind !== 'nothing'))) {
    // `await signOut()` as the last statement: nobody is left to be answered.
    const leaves = new NavigationFinder(resolver).escaping(where, body.slice(-1), false).length > 0;
    const [first] = throws;
    if (leaves && first)
      context.report({
        place: { at: first.at },
        message: 'throws',
        severity: 'hint',
        data: { name, shape },
        fixes: fixes('return-failures'),
      });
    else if (kinds.has('nothing') && !leaves)
      context.report({
        place: { at: entry.at },
        message: 'nothing',
        severity: 'hint',
        data: { name, shape },
        related: throws.map(({ at }) => ({ place: { at }, message: 'It throws here' })),
        fixes: fixes('wrap-returns'),
      });
  } else if (shapeFound || throws.length > 0) {
    const severity = severityOf(context, checked);
    // `{ error }` has no place for what a success brings: the row itself beside it is how that is done.
    const isBeside = wanted.keys.every((key) => /^errors?$/.test(key)) && kinds.has('result');
    // `{ success: true }` or `{ error }`: who tests the flag is told all the same.
    const isTold = !kinds.has('raw') && kinds.has('flagless') && kinds.has('result');
    if (shapeFound)
      context.report({
        place: { at: entry.at },
        ...shapeFound,
        ...(isBeside || isTold ? { severity: 'hint' as const } : severity),
        fixes: fixes('wrap-returns'),
      });
    const [first, ...others] = throws;
    if (first)
      context.report({
        place: { at: first.at },
        message: 'throws',
        data: { name, shape },
        related: others.map(({ at }) => ({ place: { at }, message: 'It throws here too' })),
        ...severity,
        fixes: fixes('return-failures'),
      });
  }
  for (const leak of leaksOf(resolver, where))
    context.report({
      place: { at: leak.at },
      message: 'leak',
      data: { name, text: `\`${leak.text}\`` },
      ...(leak.database ? {} : { severity: 'info' }),
      fixes: [{ recipe: 'own-text', data: { name } }],
    });
}

/** A warning where most actions return results, the action writes, and a browser can see its answer. */
function severityOf(
  { workspace, file }: RuleContext<Options>,
  { entry, where, isFollowed }: Checked,
): { severity?: Severity } {
  return isFollowed && writes(workspace, entry) && !staysOnServer(workspace, file, where.fn, entry.name)
    ? {}
    : { severity: 'hint' };
}

function writes(workspace: WorkspaceView, { effects }: Entry): boolean {
  return effects.some(
    (effect) =>
      (effect.kind === 'write' || effect.kind === 'raw-write') && !isFoundOrMade(workspace, effects, effect),
  );
}

/** A helper looks a row up, makes it the first time, and hands it back: asking for it is reading all the same. */
function isFoundOrMade(
  workspace: WorkspaceView,
  effects: readonly DbEffect[],
  { op, model, seq, trace, args }: DbEffect,
): boolean {
  const [call] = trace;
  if (!call) return false;
  const update = args.k === 'object' ? args.props['update'] : undefined;
  if (op === 'upsert')
    return update?.k === 'object' && !update.open && Object.keys(update.props).length === 0;
  return (
    op === 'create' &&
    effects.some(
      (other) =>
        other.kind === 'read' &&
        other.model === model &&
        other.seq < seq &&
        other.trace[0]?.at === call.at &&
        other.trace[0].file === call.file &&
        isHandedBack(workspace, other),
    )
  );
}

/** Whether the function around a query returns the row that it finds. */
function isHandedBack(workspace: WorkspaceView, { file, at }: DbEffect): boolean {
  const facts = workspace.tsFacts(file);
  const fn = facts && callIndex(facts).get(at)?.fn;
  if (fn === undefined) return false;
  const isIt = (value: Abs): boolean => {
    if (value.k === 'promise') return isIt(value.of);
    if (value.k === 'variants') return value.list.some((variant) => isIt(variant.value));
    if (value.k === 'unknown') return value.from?.some(isIt) ?? false;
    return value.k === 'row' && value.query?.file === file && value.query.at === at;
  };
  return workspace.summary(functionKey(file, fn)).outcomes.some(({ value }) => isIt(value));
}

const WORST: readonly ReturnKind[] = ['raw', 'flagless', 'nothing'];

function shapeReport(
  name: string,
  wanted: Wanted,
  returned: readonly Returned[],
  kinds: ReadonlySet<ReturnKind>,
  shape: string,
): Omit<Report, 'place'> | undefined {
  // Without a flag, no answer at all is how success is told from `{ error }`.
  const worst = WORST.find((kind) => kinds.has(kind) && (kind !== 'nothing' || wanted.flag !== undefined));
  if (worst === undefined) return undefined;
  const bad = returned.filter((one) => one.kinds.includes(worst));
  const [first] = bad;
  return {
    message: 'shape',
    data: { name, what: whatOf(first, worst), shape },
    related: bad.map(({ step }) => ({ place: { at: step.at }, message: 'It returns this' })),
  };
}

function whatOf(returned: Returned | undefined, kind: ReturnKind): string {
  if (kind === 'nothing') return 'nothing on some paths';
  const value = returned?.step.value;
  if (value?.k === 'object') {
    const names = value.props.flatMap((prop) => (prop.p === 'prop' ? [prop.name] : []));
    return names.length === 0 ? 'an empty object' : `\`{ ${names.slice(0, 4).join(', ')} }\``;
  }
  if (value?.k === 'lit' && (value.v === null || typeof value.v === 'boolean')) return `\`${value.v}\``;
  return value?.k === 'array' ? 'a bare list' : 'a bare value';
}
