/** Code that uses what a schema change or a new migration takes away. */
import type { FileId } from '../base/path.ts';
import type { FunctionFacts, Value } from '../facts/tsModel.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import type { Removal } from '../prisma/removals.ts';
import { clientAccessor } from '../prisma/schema.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import { UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';
import { Interpreter } from './interpreter.ts';
import type { Links } from './links.ts';
import { rawSqlOf } from './rawSql.ts';
import type { State } from './state.ts';
import type { QueryFact } from './summary.ts';
import { typedValue } from './typedRows.ts';
import type { WorkspaceView } from './view.ts';

export interface RemovalUse {
  /** Index of the removal. */
  removal: number;
  /** Span index in the file. */
  at: number;
  how: 'read' | 'write' | 'raw';
}

/** Names that must be in a file for it to use something. */
export function wordOf(removal: Removal): string {
  return removal.r === 'model' ? removal.accessor : removal.r === 'field' ? removal.field : removal.value;
}

/** A read of a name off a row (by client accessor and path), or off something of the generated client (no model). */
export interface NamedRead {
  model?: string;
  path: readonly string[];
  at: number;
}

/** In the order of the places, each once. */
export function removalUses(
  view: WorkspaceView,
  file: FileId,
  removals: readonly Removal[],
  readsOf: (file: FileId, name: string) => readonly NamedRead[],
): RemovalUse[] {
  const schema = view.schema(file);
  if (!schema) return [];
  const finder = new UseFinder(removals, schema);
  for (const query of view.queries(file)) finder.query(view, file, query);
  const names = new Set(removals.flatMap((one) => (one.r === 'model' ? [] : [wordOf(one)])));
  for (const name of names) for (const read of readsOf(file, name)) finder.read(read);
  return finder.found();
}

/**
 * Where a file reads a name off rows and off enums: only running its functions shows what they are read off. Those that don't say
 * the name are left out.
 */
export function namedReads(links: Links, file: FileId, name: string): NamedRead[] {
  const facts = links.tsFacts(file);
  if (!facts) return [];
  const saying = new Set<number>();
  facts.functions.forEach((fn, id) => {
    if (!valuesIn(fn, 'member').some((value) => value.name === name)) return;
    for (let at = id; at >= 0 && !saying.has(at); at = facts.functions[at]?.parent ?? -1) saying.add(at);
  });
  const out = new Map<string, NamedRead>();
  const covered = new Set<number>();
  for (const fn of [...saying].toSorted((a, b) => a - b)) {
    if (covered.has(fn)) continue;
    const interpreter = new ReadingInterpreter(links, file, facts, fn);
    interpreter.onRead = (value, at) => {
      for (const read of readsIn(value, at)) out.set(JSON.stringify(read), read);
    };
    interpreter.wanted = name;
    for (const one of interpreter.summarise().covered) covered.add(one);
  }
  return [...out.values()];
}

function readsIn(value: Abs, at: number): NamedRead[] {
  if (value.k === 'variants') return value.list.flatMap((one) => readsIn(one.value, at));
  if (value.k === 'row') return [{ model: value.model, path: value.path, at }];
  return value.k === 'generated' ? [{ path: value.path, at }] : [];
}

class UseFinder {
  private readonly removals: readonly Removal[];
  private readonly schema: SchemaModel;
  private readonly uses = new Map<number, RemovalUse>();

  constructor(removals: readonly Removal[], schema: SchemaModel) {
    this.removals = removals;
    this.schema = schema;
  }

  found(): RemovalUse[] {
    return [...this.uses.values()].toSorted((a, b) => a.at - b.at);
  }

  private note(removal: number, at: number, how: RemovalUse['how']): void {
    if (!this.uses.has(at)) this.uses.set(at, { removal, at, how });
  }

  // --- queries ---

  query(view: WorkspaceView, file: FileId, query: QueryFact): void {
    if (query.op.startsWith('$')) return this.raw(view, query);
    const how = query.kind === 'write' ? 'write' : 'read';
    this.removals.forEach((removal, index) => {
      if (removal.r === 'model' && removal.accessor === query.model) this.note(index, query.at, how);
    });
    this.args(query.args, query.model, { file, how, at: query.at }, 0);
  }

  /**
   * @param accessor whose fields the object names
   * @param place what is made in another file counts for the last key of this one
   */
  private args(value: Abs, accessor: string, place: Place, depth: number): void {
    if (depth > 8) return;
    if (value.k === 'array') for (const item of value.items) this.args(item, accessor, place, depth + 1);
    else if (value.k === 'variants')
      for (const { value: one } of value.list) this.args(one, accessor, place, depth + 1);
    if (value.k !== 'object') return;
    const from = this.schema.modelOf(accessor)?.name;
    for (const [name, inner] of Object.entries(value.props)) {
      const site = value.at?.[name];
      const at = site?.file === place.file ? site.at : place.at;
      this.key(name, inner, accessor, at, place.how);
      // `distinct: ['note']`, `by: ['note']`
      if (name === 'distinct' || name === 'by')
        for (const field of textsIn(inner)) this.key(field, UNKNOWN, accessor, at, place.how);
      const next = this.targetOf(from, accessor, name);
      this.args(
        inner,
        next ?? accessor,
        { ...place, at, how: name === 'data' ? 'write' : place.how },
        depth + 1,
      );
    }
  }

  /** The accessor of the model that a relation leads to, also when it is gone from the schema. */
  private targetOf(model: string | undefined, accessor: string, name: string): string | undefined {
    const target = model === undefined ? undefined : this.schema.relationTarget(model, name);
    if (target) return clientAccessor(target.name);
    const gone = this.removals.find(
      (removal) => removal.r === 'field' && removal.accessor === accessor && removal.field === name,
    );
    return gone?.r === 'field' && gone.to !== undefined ? gone.to : undefined;
  }

  private key(name: string, value: Abs, accessor: string, at: number, how: 'read' | 'write'): void {
    this.removals.forEach((removal, index) => {
      if (removal.r === 'field' && removal.accessor === accessor && removal.field === name)
        this.note(index, at, how);
      const isValue =
        removal.r === 'value' &&
        removal.fields.some((one) => one.accessor === accessor && one.field === name) &&
        holds(value, removal.value);
      if (isValue) this.note(index, at, how);
    });
  }

  /** SQL that names the table, and the column. */
  private raw(view: WorkspaceView, query: QueryFact): void {
    const pieces = rawSqlOf(view, query)?.pieces ?? [];
    const sql = pieces.map((piece) => (piece.p === 'text' ? piece.text : ' ')).join('');
    this.removals.forEach((removal, index) => {
      if (removal.r === 'value') return;
      if (removal.r === 'field' && removal.to !== undefined) return;
      const names = removal.r === 'field' ? [removal.table, removal.column ?? ''] : [removal.table];
      if (names.every((name) => isNamed(sql, name))) this.note(index, query.at, 'raw');
    });
  }

  // --- rows ---

  read({ model, path, at }: NamedRead): void {
    if (model !== undefined) return this.column(model, path, at);
    const [name, member, ...more] = path;
    const index = this.removals.findIndex(
      (removal) => removal.r === 'value' && removal.enum === name && removal.value === member,
    );
    if (index >= 0 && more.length === 0) this.note(index, at, 'read');
  }

  /** @param start the accessor of the rows that the path begins at */
  private column(start: string, path: readonly string[], at: number): void {
    let accessor = start;
    const steps = path.filter((step) => !/^\d+$/.test(step));
    for (const step of steps.slice(0, -1)) {
      const next = this.targetOf(this.schema.modelOf(accessor)?.name, accessor, step);
      if (next === undefined) return;
      accessor = next;
    }
    const last = steps.at(-1);
    const index = this.removals.findIndex(
      (removal) => removal.r === 'field' && removal.accessor === accessor && removal.field === last,
    );
    if (index >= 0) this.note(index, at, 'read');
  }
}

class ReadingInterpreter extends Interpreter {
  onRead: (value: Abs, at: number) => void = () => {};
  wanted = '';

  protected override symbolicParameters(fn: FunctionFacts): Abs[] {
    const { bindings } = this.links.tsFacts(this.file) ?? {};
    return super.symbolicParameters(fn).map((value, i) => {
      const type = bindings?.[fn.params[i] ?? -1]?.type;
      const isRest = fn.rest && i === fn.params.length - 1;
      return (type !== undefined && !isRest && typedValue(this.links, this.file, type)) || value;
    });
  }

  override eval(value: Value, state: State): Abs {
    const result = super.eval(value, state);
    if (value.k === 'member' && value.name === this.wanted) this.onRead(result, value.at);
    return result;
  }
}

/** Where an argument counts as written. */
interface Place {
  file: FileId;
  at: number;
  how: 'read' | 'write';
}

/** The texts that a value is, or that a list of it holds. */
function textsIn(value: Abs): string[] {
  if (value.k === 'lit') return typeof value.v === 'string' ? [value.v] : [];
  if (value.k === 'array') return value.items.flatMap(textsIn);
  return value.k === 'variants' ? value.list.flatMap((one) => textsIn(one.value)) : [];
}

/** Whether a value is a text, or may be it. */
function holds(value: Abs, text: string): boolean {
  if (value.k === 'lit') return value.v === text;
  if (value.k === 'generated') return value.path.at(-1) === text;
  if (value.k === 'array') return value.items.some((item) => holds(item, text));
  if (value.k === 'variants') return value.list.some((one) => holds(one.value, text));
  return value.k === 'object' && Object.values(value.props).some((inner) => holds(inner, text));
}

/** Quoted, or as a word of its own where PostgreSQL would fold it to that. */
function isNamed(sql: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (new RegExp(`"${escaped}"`).test(sql)) return true;
  return name === name.toLowerCase() && new RegExp(`(^|[^\\w"'])${escaped}($|[^\\w"'])`, 'i').test(sql);
}
