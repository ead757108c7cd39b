import { z } from 'zod';
import type { SchemaModel } from '../../prisma/schema.ts';
import { accessPlace } from '../../workspace/accessPlace.ts';
import { callIndex } from '../../workspace/callIndex.ts';
import type { Entry } from '../../workspace/entries.ts';
import { entryText } from '../../workspace/entryText.ts';
import { ownHandler } from '../../workspace/unvalidated.ts';
import { privilegedColumns, wholeInputs } from '../../workspace/wholeInput.ts';
import type { WholeInput } from '../../workspace/wholeInput.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { ITEM } from '../../workspace/abs.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, RuleContext, Severity } from '../rule.ts';

type Options = Record<string, never>;

export const rule = defineRule<Options>({
  meta: {
    id: 'no-mass-assignment',
    title: 'No object that the client sent is written to a row as it is.',
    sections: ['S5', 'S1'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      raw: '{entry} writes {what} to {model} as the client sent it: {columns}. Types are gone at run time. Parse it with a schema, or name the fields that may be set.',
      checked:
        '{entry} writes {what} to {model} as the client sent it: {columns}. The schema has looked at it, but its unknown keys are still there. Write what the parse returned.',
      arguments:
        '{entry} gives {what} to `{op}` as the client sent it, and with it all arguments of the query: {columns}. Write the arguments here, with data that a schema has parsed.',
      loose:
        '{entry} writes {what} to {model} with keys that its schema does not name: {columns}. Name the keys in the schema; `z.object` drops all others.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || role === 'tooling' || role === 'client' || role === 'generated') return;
    const entries = workspace.entries(file);
    const schema = entries.length > 0 ? workspace.schema(file) : undefined;
    // An upsert writes the same object twice.
    const seen = new Set<string>();
    for (const entry of entries)
      for (const whole of wholeInputs(workspace, entry, schema))
        report(context, facts, entry, whole, schema, seen);
  },
});

function report(
  context: RuleContext<Options>,
  facts: TsFacts,
  entry: Entry,
  whole: WholeInput,
  schema: SchemaModel | undefined,
  seen: Set<string>,
): void {
  const { workspace, file } = context;
  const { effect, model, how, part, key } = whole;
  const access = accessPlace(workspace, file, entry, effect);
  const object = access.isOwn ? objectIn(facts, whole) : undefined;
  const name = object?.name ?? part.name;
  const said = `${access.at} ${model?.name ?? ''} ${part.name ?? ''}`;
  if (seen.has(said)) return;
  seen.add(said);
  const privileged = schema && model ? privilegedColumns(schema, model) : [];
  const open = privileged.filter((column) => !whole.fixed.has(column));
  const fn = ownHandler(entry, file);
  const fixes: FixRequest[] = [];
  if (how === 'raw' && fn !== undefined && (entry.kind === 'action' || entry.kind === 'route')) {
    const all = schema && isAllThatComes(whole) ? intendedColumns(schema, whole, privileged) : [];
    const columns = Object.fromEntries(all.map((column) => [column, `${effect.model}.${column}`]));
    fixes.push({
      recipe: 'insert-parse',
      data: {
        fn,
        kind: entry.kind,
        name: entry.name,
        columns,
        whole: all,
        partial: effect.op.startsWith('update'),
        ...(whole.isList ? { list: true } : {}),
        ...(key === '' ? { under: 'data' } : {}),
        ...(part.leaf.k === 'param' && part.leaf.fn === entry.handler ? { parameter: part.leaf.i } : {}),
      },
    });
  }
  if (how === 'raw' && access.isOwn && key !== '') fixes.push({ recipe: 'pick-fields' });
  context.report({
    place: { at: object?.at ?? access.at },
    message: key === '' ? 'arguments' : how === 'parsed' ? 'checked' : how,
    data: {
      entry: entryText(entry),
      op: effect.op,
      what: name === undefined ? 'its input' : `\`${name}\``,
      model: model?.name ?? effect.model,
      columns: columnsText(open, model !== undefined),
    },
    severity: severityOf(whole, open),
    related: access.related,
    fixes,
  });
}

/** Whether the row is the input itself, or an item of it: then the row's columns say what the schema must let through. */
function isAllThatComes({ along, effect, key, part }: WholeInput): boolean {
  const steps = part.leaf.path.filter((step) => step !== ITEM).join('.');
  return (
    along.length === 0 && /^(json|getAll)?$/.test(steps) && (key !== '' || effect.op.startsWith('create'))
  );
}

/** Somebody with a role is trusted with more, and a model without columns of worth loses less. */
function severityOf({ effect, how, model }: WholeInput, open: readonly string[]): Severity {
  if ((effect.roles?.length ?? 0) > 0 || how === 'checked') return 'warning';
  return model !== undefined && open.length === 0 ? 'warning' : 'error';
}

function columnsText(open: readonly string[], isKnown: boolean): string {
  const shown = open.slice(0, 3).map((name) => `\`${name}\``);
  if (shown.length === 0) return isKnown ? 'every other column can be set' : 'any column can be set';
  const last = shown.pop() ?? '';
  const list = shown.length > 0 ? `${shown.join(', ')} and ${last}` : last;
  return `any column can be set, ${list} too`;
}

/** The columns that a form would have: neither keys nor what the code or the database gives, nor what takes a right. */
function intendedColumns(
  schema: SchemaModel,
  { model, fixed }: WholeInput,
  privileged: readonly string[],
): string[] {
  if (!model) return [];
  const keys = new Set(model.fields.flatMap((field) => field.relation?.fields ?? []));
  return schema
    .scalars(model.name)
    .filter(
      (field) =>
        !field.id &&
        !field.updatedAt &&
        !field.ignored &&
        !field.list &&
        !fixed.has(field.name) &&
        !keys.has(field.name) &&
        !privileged.includes(field.name) &&
        !/^(created|updated)_?at$/i.test(field.name),
    )
    .map(({ name }) => name);
}

/**
 * The object in the query: `body` of `create(body)`, of `data: body` and of `data: { ...body }`, `row` of
 * `data: rows.map((row) => ({ ...row }))`.
 */
function objectIn(
  facts: TsFacts,
  { effect, key, along }: WholeInput,
): { at: number; name: string | undefined } | undefined {
  const call = callIndex(facts).get(effect.at)?.call;
  const [args] = call?.k === 'call' ? call.args : [];
  if (!args || along.length > 0) return undefined;
  if (key === '') return named(args.k === 'object' ? spreadIn(args) : args, effect.at);
  if (args.k !== 'object') return undefined;
  const prop = args.props.find((own) => own.p === 'prop' && own.name === key);
  if (!prop) return undefined;
  const row = prop.value.k === 'call' ? (rowMade(facts, prop.value) ?? prop.value) : prop.value;
  return named(row.k === 'object' ? (spreadIn(row) ?? row) : row, prop.at);
}

function spreadIn(value: Extract<Value, { k: 'object' }>): Value | undefined {
  return value.props.find(({ p }) => p === 'spread')?.value;
}

function named(value: Value | undefined, otherwise: number): { at: number; name: string | undefined } {
  if (value?.k === 'ref') return { at: value.at, name: value.name };
  return value?.k === 'member' ? { at: value.all, name: value.name } : { at: otherwise, name: undefined };
}

/** The row that the callback of `rows.map(…)` gives. */
function rowMade(facts: TsFacts, { fn, args }: Extract<Value, { k: 'call' }>): Value | undefined {
  const [callback] = args;
  if (fn.k !== 'member' || fn.name !== 'map' || callback?.k !== 'function') return undefined;
  const last = facts.functions[callback.fn]?.body.at(-1);
  return last?.s === 'return' ? last.value : undefined;
}
