import { z } from 'zod';
import type { TsFacts } from '../../facts/tsModel.ts';
import { staysOnServer } from '../../workspace/actionUses.ts';
import { CalleeResolver } from '../../workspace/calleeResolver.ts';
import type { FoundFunction } from '../../workspace/calleeResolver.ts';
import type { Entry } from '../../workspace/entries.ts';
import { NavigationFinder } from '../../workspace/navigationThrows.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
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
    if (shapeFound)
      context.report({ place: { at: entry.at }, ...shapeFound, ...severity, fixes: fixes('wrap-returns') });
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
  return isFollowed && writes(entry) && !staysOnServer(workspace, file, where.fn, entry.name)
    ? {}
    : { severity: 'hint' };
}

function writes({ effects }: Entry): boolean {
  return effects.some(({ kind }) => kind === 'write' || kind === 'raw-write');
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
