/** Rows that are written from an object as the client sent it, with whatever keys it has. */
import type { PrismaField } from '../facts/prismaModel.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { awaited, ITEM, memberOf } from './abs.ts';
import type { Abs } from './abs.ts';
import { clientParts } from './clientData.ts';
import type { ClientPart } from './clientData.ts';
import { ROLE } from './clientIdentity.ts';
import type { Entry } from './entries.ts';
import { checkedAs, inputChecks } from './inputChecks.ts';
import type { InputCheck } from './inputChecks.ts';
import { secretKind } from './secretColumns.ts';
import { parseFunctionKey } from './summary.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';
import type { ZodShape } from './zodShape.ts';

export interface WholeInput {
  effect: DbEffect;
  /** The model of the row: that of the query, or of a relation that is written along. */
  model: SchemaModelNode | undefined;
  /** Key of the query's arguments that holds the row: `data`, `create`, `update`; empty where the object is all of the arguments. */
  key: string;
  /** Names of the relations on the way to a row that is written along. */
  along: readonly string[];
  /**
   * `raw`: nothing has looked at the object; `checked`: a schema has, and threw at what it didn't like; `parsed`: the same, and what
   * the schema made of it is there, but the object itself is written; `loose`: its schema keeps keys that it doesn't name.
   */
  how: 'raw' | 'checked' | 'parsed' | 'loose';
  part: ClientPart;
  /** The client sent a list of such rows. */
  isList: boolean;
  /** Keys that the code gives itself. */
  fixed: ReadonlySet<string>;
}

/** Every row of an entry point that takes an object of the client's as it is. */
export function wholeInputs(
  view: WorkspaceView,
  entry: Entry,
  schema: SchemaModel | undefined,
): WholeInput[] {
  if (entry.kind === 'page' || entry.validated) return [];
  const writes = entry.effects.filter(({ kind, proof }) => kind === 'write' && !isTrusted(proof));
  if (writes.length === 0) return [];
  const checks =
    entry.handler === undefined ? [] : inputChecks(view, entry.handler).filter(({ isResult }) => !isResult);
  return writes.flatMap((effect) => {
    const rows = rowsOf(effect, schema);
    return rows.flatMap((row) => inRow(view, entry, checks, effect, row));
  });
}

/** The body of a signed webhook, or of a call that carries the shared secret. */
function isTrusted(proof: DbEffect['proof']): boolean {
  return proof?.kind === 'signature' || proof?.kind === 'secret';
}

interface Row {
  value: Abs;
  model: SchemaModelNode | undefined;
  key: string;
  along: readonly string[];
}

const MAX_DEPTH = 3;

const ROW_KEYS = ['data', 'create', 'update'];

function rowsOf(effect: DbEffect, schema: SchemaModel | undefined): Row[] {
  const args = awaited(effect.args);
  const model = schema?.modelOf(effect.model);
  const out: Row[] = [];
  if (args.k === 'object')
    for (const key of ROW_KEYS) add(args.props[key], { model, key, along: [] }, schema, out);
  if (out.length > 0 || !/^(create|update|upsert)/.test(effect.op)) return out;
  // `create(body)`, `update({ where, ...body })`: the row comes along with the rest of the arguments.
  for (const part of args.k === 'object' ? (args.spread ?? []) : [args]) {
    const parts =
      part.k === 'parsed' && !keepsUnknownKeys(part.shape)
        ? ROW_KEYS.map((key) => memberOf(part, key))
        : [part];
    for (const value of parts) out.push({ value, model, key: '', along: [] });
  }
  return out;
}

/** A row, the rows of a list, and the rows that are written along with it. */
function add(
  given: Abs | undefined,
  where: Omit<Row, 'value'>,
  schema: SchemaModel | undefined,
  out: Row[],
): void {
  const value = given && awaited(given);
  if (!value || where.along.length > MAX_DEPTH) return;
  if (value.k === 'array') for (const item of value.items) add(item, where, schema, out);
  else if (value.k === 'variants') for (const variant of value.list) add(variant.value, where, schema, out);
  else out.push({ value, ...where });
  if (value.k !== 'object' || !where.model || !schema) return;
  for (const name in value.props) {
    const model = schema.relationTarget(where.model.name, name);
    const nested = model && value.props[name];
    if (nested?.k !== 'object') continue;
    const inner = { model, key: where.key, along: [...where.along, name] };
    for (const operation of ['create', 'update', 'upsert', 'createMany', 'connectOrCreate', 'updateMany']) {
      const part = nested.props[operation];
      if (part?.k !== 'object') add(part, inner, schema, out);
      else if (operation === 'create' || (operation === 'update' && !part.props['data']))
        add(part, inner, schema, out);
      else for (const key of ['data', 'create', 'update']) add(part.props[key], inner, schema, out);
    }
  }
}

function inRow(
  view: WorkspaceView,
  entry: Entry,
  checks: readonly InputCheck[] | undefined,
  effect: DbEffect,
  { value, model, key, along }: Row,
): WholeInput[] {
  const fixed = new Set(value.k === 'object' ? Object.keys(value.props) : []);
  const out: WholeInput[] = [];
  for (const whole of value.k === 'object' ? (value.spread ?? []) : [value]) {
    const object = awaited(whole);
    const isLoose = object.k === 'parsed' && keepsUnknownKeys(object.shape);
    if (!isLoose && object.k !== 'param' && object.k !== 'origin') continue;
    // The request itself is no row.
    if (entry.kind === 'route' && object.k === 'param' && object.path.length === 0) continue;
    const [part] = clientParts(entry, object);
    if (!part || part.source === 'header' || part.source === 'cookie' || part.source === 'params') continue;
    const seen =
      object.k === 'param' && object.fn === entry.handler ? checkedAs(checks ?? [], object) : undefined;
    const how = isLoose
      ? 'loose'
      : seen === 'schema'
        ? 'checked'
        : seen === 'parsed' || seen === 'whole'
          ? 'parsed'
          : 'raw';
    if ((how === 'checked' || how === 'parsed') && object.k === 'param' && refusesUnknownKeys(view, object))
      continue;
    const isList =
      part.leaf.path.at(-1) === ITEM ||
      (value.k !== 'object' && /Many/.test(effect.op) && key === 'data' && effect.op.startsWith('create'));
    out.push({ effect, model, key, along, how, part, isList, fixed });
  }
  return out;
}

/** Whether a parameter as a whole goes into a schema that throws at keys it doesn't name. */
function refusesUnknownKeys(view: WorkspaceView, { fn: key, i }: Extract<Abs, { k: 'param' }>): boolean {
  const { file, fn } = parseFunctionKey(key);
  const facts = view.tsFacts(file);
  const own = facts?.functions[fn];
  if (!facts || !own) return false;
  return valuesIn(own, 'call').some(({ fn: callee, args: [first] }) => {
    if (callee.k !== 'member' || !/^(safeP|p)arse(Async)?$/.test(callee.name)) return false;
    if (first?.k !== 'ref' || first.b !== own.params[i]) return false;
    const schema =
      callee.of.k === 'ref' && callee.of.b >= 0 ? view.moduleValue(file, callee.of.b) : undefined;
    return schema?.k === 'schema' && schema.shape.unknownKeys === 'strict';
  });
}

/** Whether an object comes out of a schema with keys that the schema doesn't name. */
function keepsUnknownKeys(shape: ZodShape): boolean {
  switch (shape.t) {
    case 'any':
    case 'record':
      return true;
    case 'object':
      return shape.unknownKeys === 'loose';
    case 'array':
      return shape.of !== undefined && keepsUnknownKeys(shape.of);
    case 'union':
      return shape.options?.some(keepsUnknownKeys) ?? false;
    default:
      return false;
  }
}

const MONEY =
  /^(unit_?)?price(_?cents)?$|amount|balance|credits?$|quota|discount|^(total|plan|tier)$|^is_?(paid|premium|pro)$|^paid(_?at)?$|subscription|^stripe/i;
const STATE =
  /^(is_?|has_?)?(verified|approved|active|enabled|blocked|banned|suspended|locked|deleted|published|featured|confirmed)(_?(at|by))?$|^email_?verified(_?at)?$|^deleted_?at$|^onboarded$/i;

/** Columns that a client has no business to set, the worst first: rights, owners, secrets, money, states. */
export function privilegedColumns(schema: SchemaModel, model: SchemaModelNode): string[] {
  const owners = new Set(
    model.fields.flatMap((field) => {
      const target = field.relation?.fields.length
        ? schema.relationTarget(model.name, field.name)
        : undefined;
      const isOwner = target && (target === schema.userModel || schema.isOwned(target.name));
      return isOwner ? (field.relation?.fields ?? []) : [];
    }),
  );
  const rank = ({ name, type }: PrismaField, isSecret: boolean): number =>
    ROLE.test(name)
      ? 0
      : owners.has(name)
        ? 1
        : isSecret
          ? 2
          : // A price that is a text is for reading.
            MONEY.test(name) && (type !== 'String' || /^stripe|plan|tier|subscription/i.test(name))
            ? 3
            : STATE.test(name)
              ? 4
              : -1;
  return schema
    .scalars(model.name)
    .map((field) => ({ name: field.name, rank: rank(field, secretKind(field) !== undefined) }))
    .filter((column) => column.rank >= 0)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
}
