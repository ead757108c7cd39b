/** Whole rows in a value, with the secret columns that they carry. */
import type { Abs } from './abs.ts';
import { secretColumns, secretKindIn } from './secretColumns.ts';
import type { SecretKind } from './secretColumns.ts';
import type { WorkspaceView } from './view.ts';
import type { FileId } from '../base/path.ts';
import type { PrismaField } from '../facts/prismaModel.ts';
import type { SchemaModel } from '../prisma/schema.ts';

export interface Leak {
  model: string;
  columns: string[];
  kind: SecretKind;
  /** The query that reads the rows. */
  file: FileId;
  at: number;
  /** Relations from the query's rows to these; empty for the rows themselves. */
  path: string[];
  /** The columns are asked for by name. */
  selected: boolean;
}

type Row = Extract<Abs, { k: 'row' }>;

/** Secrets in what a function gives back, in what a component is given, in what is logged. */
export function leaksIn(view: WorkspaceView, file: FileId, value: Abs): Leak[] {
  const schema = view.schema(file);
  if (!schema) return [];
  const out: Leak[] = [];
  for (const { row, without } of rowsIn(value, new Set(), 0)) {
    for (const leak of leaksOf(view, schema, row, without))
      if (
        !out.some(
          (other) =>
            other.at === leak.at && other.file === leak.file && other.path.join() === leak.path.join(),
        )
      )
        out.push(leak);
  }
  return out;
}

const GIVES_NUMBERS = /^(groupBy|aggregate|count|deleteMany|updateMany|createMany)$/;
const PERSONAL = /^(e_?mail(_?address)?|phone(_?number)?)$/i;

/** The model of whole rows of people in a value, read with their mail addresses or phone numbers. */
export function peopleIn(view: WorkspaceView, file: FileId, value: Abs): string | undefined {
  const schema = view.schema(file);
  const person = schema?.userModel;
  if (!schema || !person?.fields.some(({ name }) => PERSONAL.test(name))) return undefined;
  for (const { row } of rowsIn(value, new Set(), 0)) {
    if (schema.modelOf(row.model) !== person || !row.query) continue;
    const { at, file: home } = row.query;
    const query = view.queries(home).find((candidate) => candidate.at === at && candidate.sure);
    const args = query && !GIVES_NUMBERS.test(query.op) ? query.args : undefined;
    if (args && !partOf(args, 'select') && !partOf(args, 'omit') && !(args.k === 'object' && args.open))
      return person.name;
  }
  return undefined;
}

/** Whole rows inside a value; `without` names the columns that are set anew beside a spread. */
function rowsIn(
  value: Abs,
  without: ReadonlySet<string>,
  depth: number,
): { row: Row; without: ReadonlySet<string> }[] {
  if (depth > 5) return [];
  const inner = (part: Abs): ReturnType<typeof rowsIn> => rowsIn(part, without, depth + 1);
  switch (value.k) {
    case 'row':
      return value.path.length === 0 ? [{ row: value, without }] : [];
    case 'promise':
      return inner(value.of);
    case 'variants':
      return value.list.flatMap((variant) => inner(variant.value));
    case 'array':
      return value.items.flatMap((item) => inner(item));
    case 'object':
      return [
        ...Object.values(value.props).flatMap((part) => rowsIn(part, new Set(), depth + 1)),
        // `{ ...user, password: undefined }`
        ...(value.spread ?? []).flatMap((part) => rowsIn(part, new Set(Object.keys(value.props)), depth + 1)),
      ];
    case 'made':
      return isResponse(value.spec, value.name) && value.args[0] ? inner(value.args[0]) : [];
    case 'unknown':
      return ofJoined(value.from ?? []).flatMap(inner);
    default:
      return [];
  }
}

const isResponse = (spec: string, name: string): boolean =>
  spec === 'next/server' && /^NextResponse(\.json)?$/.test(name);

/** The alternatives of `row ?? null`; what else is made of rows isn't known. */
function ofJoined(parts: readonly Abs[]): readonly Abs[] {
  const isNone = (part: Abs): boolean => part.k === 'undef' || (part.k === 'lit' && part.v === null);
  return parts.some(isNone) && parts.every((part) => isNone(part) || part.k === 'row') ? parts : [];
}

function leaksOf(view: WorkspaceView, schema: SchemaModel, row: Row, without: ReadonlySet<string>): Leak[] {
  const { query } = row;
  const model = schema.modelOf(row.model);
  if (!query || !model || row.model === '') return [];
  const fact = view.queries(query.file).find((candidate) => candidate.at === query.at);
  if (!fact || !fact.sure || GIVES_NUMBERS.test(fact.op)) return [];
  const out: Leak[] = [];
  const look = (name: string, args: Abs, path: string[]): void => {
    const node = schema.model(name);
    if (!node || path.length > 3 || (args.k === 'object' && args.open)) return;
    const carried = carriedBy(secretColumns(view, query.file, node), args).filter(
      (field) => path.length > 0 || !without.has(field.name),
    );
    const kinds = carried.map((field) => secretKindIn(view, query.file, node, field));
    if (carried.length > 0)
      out.push({
        model: name,
        columns: carried.map((field) => field.name),
        kind: kinds.includes('password') ? 'password' : 'token',
        file: query.file,
        at: query.at,
        path,
        selected: partOf(args, 'select') !== undefined,
      });
    for (const key of ['include', 'select']) {
      const shape = partOf(args, key);
      if (shape?.k !== 'object') continue;
      for (const [relation, inner] of Object.entries(shape.props)) {
        const target = schema.relationTarget(name, relation);
        if (target && !(inner.k === 'undef' || (inner.k === 'lit' && inner.v !== true)))
          look(target.name, inner, [...path, relation]);
      }
    }
  };
  if (fact.args.k === 'object' || fact.args.k === 'undef') look(model.name, fact.args, []);
  return out;
}

function carriedBy(secrets: readonly PrismaField[], args: Abs): PrismaField[] {
  const select = partOf(args, 'select');
  const omit = partOf(args, 'omit');
  const isOn = (shape: Abs | undefined, name: string): boolean => {
    const value = partOf(shape ?? { k: 'undef' }, name);
    return value !== undefined && !(value.k === 'undef' || (value.k === 'lit' && !value.v));
  };
  if (select && select.k !== 'object') return [];
  if (omit && omit.k !== 'object') return [];
  return secrets.filter(({ name }) => (select ? isOn(select, name) : !isOn(omit, name)));
}

function partOf(args: Abs, name: string): Abs | undefined {
  return args.k === 'object' ? args.props[name] : undefined;
}
