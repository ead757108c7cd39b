/** Effects of a function as names of models. */
import type { SchemaModel } from '../prisma/schema.ts';
import type { Abs } from '../workspace/abs.ts';
import { tablesOf, textsOfSql } from '../workspace/guardState.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import { visitSteps } from '../facts/visit.ts';
import type { DbEffect } from '../workspace/summary.ts';
import type { WorkspaceView } from '../workspace/view.ts';

export interface Touches {
  reads: Set<string>;
  writes: Set<string>;
  /** `read`, `create`, `update`, `delete`, `write` where it can't be told, by model. */
  operations: Map<string, Set<string>>;
}

const NESTED_WRITES = /^(create|createMany|connectOrCreate|update|updateMany|upsert|delete|deleteMany)$/;

/** The models that effects read and write, those of nested `include`, `select` and relation writes too. */
export function touchesOf(effects: readonly DbEffect[], schema: SchemaModel | undefined): Touches {
  const out: Touches = { reads: new Set(), writes: new Set(), operations: new Map() };
  for (const effect of effects) {
    if (effect.kind === 'raw-read' || effect.kind === 'raw-write') {
      const written = new Map(textsOfSql(effect.args).flatMap(writtenBy));
      const selected = new Set(textsOfSql(effect.args).flatMap(selectedBy));
      const tables = tablesOf(effect.args);
      for (const table of tables.length > 0 ? tables : ['raw SQL']) {
        const model = schema?.modelOfTable(table)?.name ?? table;
        const operation =
          written.get(table) ?? (effect.kind === 'raw-read' || written.size > 0 ? 'read' : 'write');
        (operation === 'read' ? out.reads : out.writes).add(model);
        note(out, model, [operation]);
        if (operation === 'read' || !selected.has(table)) continue;
        out.reads.add(model);
        note(out, model, ['read']);
      }
      continue;
    }
    const model = schema?.modelOf(effect.model)?.name ?? effect.model;
    (effect.kind === 'write' ? out.writes : out.reads).add(model);
    note(out, model, effect.kind === 'write' ? writesOf(effect.op) : ['read']);
    if (!schema || effect.args.k !== 'object') continue;
    const { include, select, data, create, update } = effect.args.props;
    for (const part of [include, select]) if (part) nestedReads(schema, model, part, out, 0);
    if (effect.kind === 'write')
      for (const part of [data, create, update]) if (part) nestedWrites(schema, model, part, out, 0);
  }
  return out;
}

/** Adds a write that no Prisma call makes. */
export function noteWrite(touches: Touches, model: string, operation: string): void {
  touches.writes.add(model);
  note(touches, model, [operation]);
}

/** The tables that a text of SQL writes, and how: `WITH … UPDATE "Note" SET … RETURNING` writes, whichever call asks it. */
function writtenBy(sql: string): [table: string, operation: string][] {
  return [
    ...sql.matchAll(
      /\b(insert\s+into|delete\s+from|(?<!\b(?:for|do|key)\s+)update)\s+(?:only\s+)?(?:"?\w+"?\.)?"?(\w+)/gi,
    ),
  ].map(([, word = '', table = '']) => [
    table,
    /^insert/i.test(word) ? 'create' : /^delete/i.test(word) ? 'delete' : 'update',
  ]);
}

/** The tables that a text of SQL selects from. */
function selectedBy(sql: string): string[] {
  return [...sql.matchAll(/(?<!\bdelete\s+)\b(?:from|join)\s+(?:only\s+)?(?:"?\w+"?\.)?"?(\w+)/gi)].map(
    ([, table = '']) => table,
  );
}

function note(out: Touches, model: string, operations: readonly string[]): void {
  const known = out.operations.get(model) ?? new Set();
  out.operations.set(model, known);
  for (const operation of operations) known.add(operation);
}

function writesOf(op: string): string[] {
  if (op === 'upsert') return ['create', 'update'];
  const found = /^(create|connectOrCreate|update|delete)/.exec(op)?.[1];
  return [found === 'connectOrCreate' ? 'create' : (found ?? 'write')];
}

function nestedReads(schema: SchemaModel, model: string, selection: Abs, out: Touches, depth: number): void {
  if (selection.k !== 'object' || depth > 5) return;
  for (const [name, value] of Object.entries(selection.props)) {
    const target = schema.relationTarget(model, name);
    if (!target || (value.k === 'lit' && value.v === false)) continue;
    out.reads.add(target.name);
    note(out, target.name, ['read']);
    if (value.k !== 'object') continue;
    for (const part of [value.props['include'], value.props['select']])
      if (part) nestedReads(schema, target.name, part, out, depth + 1);
  }
}

function nestedWrites(schema: SchemaModel, model: string, data: Abs, out: Touches, depth: number): void {
  if (depth > 5) return;
  if (data.k === 'array') for (const item of data.items) nestedWrites(schema, model, item, out, depth + 1);
  if (data.k !== 'object') return;
  for (const [name, value] of Object.entries(data.props)) {
    const target = schema.relationTarget(model, name);
    if (!target || value.k !== 'object') continue;
    for (const [op, inner] of Object.entries(value.props)) {
      if (!NESTED_WRITES.test(op)) continue;
      out.writes.add(target.name);
      note(out, target.name, writesOf(op));
      nestedWrites(schema, target.name, inner, out, depth + 1);
    }
  }
}

/** Whether rows are touched in a callback of `$transaction`, or written by a list that is given to it: a list of reads is a snapshot. */
export function isTransactional(workspace: WorkspaceView, effects: readonly DbEffect[]): boolean {
  return effects.some((effect) => {
    if (effect.tx) return true;
    if (!effect.kind.endsWith('write')) return false;
    const facts = workspace.tsFacts(effect.file);
    return facts !== undefined && batched(facts).has(effect.at);
  });
}

const batches = new WeakMap<TsFacts, ReadonlySet<number>>();

/** Places of the calls in lists that are given to `$transaction`. */
function batched(facts: TsFacts): ReadonlySet<number> {
  const known = batches.get(facts);
  if (known) return known;
  const out = new Set<number>();
  for (const { fn, args } of valuesOf(facts, 'call')) {
    const [list] = args;
    if (fn.k === 'member' && fn.name === '$transaction' && list) noteItems(facts, list, out, new Set());
  }
  batches.set(facts, out);
  return out;
}

/** Notes the calls in a list: written in it, pushed into it, made for each item of another. */
function noteItems(facts: TsFacts, list: Value, out: Set<number>, seen: Set<number>): void {
  if (list.k === 'array') for (const item of list.items) noteItem(facts, item, out, seen);
  if (list.k === 'call' && list.fn.k === 'member' && /^(map|flatMap)$/.test(list.fn.name)) {
    const [each] = list.args;
    if (each?.k === 'function')
      visitSteps(facts.functions[each.fn]?.body ?? [], {
        step: (step) => {
          if (step.s === 'return' && step.value) noteItem(facts, step.value, out, seen);
        },
      });
  }
  if (list.k !== 'ref' || seen.has(list.b)) return;
  seen.add(list.b);
  const { b } = list;
  visitSteps(facts.functions[facts.bindings[b]?.fn ?? -1]?.body ?? [], {
    step: (step) => {
      if (step.s === 'let' && step.b === b) noteItems(facts, step.value, out, seen);
    },
  });
  for (const { fn, args } of valuesOf(facts, 'call'))
    if (fn.k === 'member' && /^(push|unshift)$/.test(fn.name) && fn.of.k === 'ref' && fn.of.b === b)
      for (const arg of args) noteItem(facts, arg, out, seen);
}

function noteItem(facts: TsFacts, item: Value, out: Set<number>, seen: Set<number>): void {
  if (item.k === 'call') {
    out.add(item.at);
    if (item.fn.k === 'member') out.add(item.fn.at);
  } else if (item.k === 'spread') noteItems(facts, item.of, out, seen);
  else if (item.k === 'cond') {
    noteItem(facts, item.then, out, seen);
    noteItem(facts, item.else, out, seen);
  }
}
