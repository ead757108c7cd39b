/** Where data that a Zod schema has let through is written to a model. */
import type { FileId } from '../base/path.ts';
import type { Abs, Site } from './abs.ts';
import type { DbEffect, QueryFact } from './summary.ts';
import type { WorkspaceView } from './view.ts';
import type { ZodShape } from './zodShape.ts';

export interface SchemaWrite {
  /** Client accessor of the model. */
  model: string;
  kind: 'create' | 'update';
  /** The query. */
  query: Site;
  /** Fields of the model with what the schema lets through for them. */
  fields: WrittenField[];
  /** Names of everything that is written; undefined when not all of it can be seen. */
  names: string[] | undefined;
}

export interface WrittenField {
  /** Of the model. */
  name: string;
  /** Of the schema, when it is known. */
  key: string | undefined;
  shape: ZodShape;
  /** The call that made the schema. */
  site: Site;
  /** Comes with all the others, so no code in between could have looked at it. */
  whole: boolean;
}

type Effect = Pick<DbEffect | QueryFact, 'model' | 'op' | 'kind' | 'args' | 'file' | 'at'>;

/** At most so many files that lead to a schema are looked at. */
const MAX_FILES = 80;
const DEPTH = 3;

/** Writes of parsed data in a file and in those that import it, by whatever schema. */
export function writesNear(workspace: WorkspaceView, file: FileId): SchemaWrite[] {
  const out = new Map<string, SchemaWrite>();
  for (const near of importersOf(workspace, file)) {
    const effects: Effect[] = [
      ...workspace.entries(near).flatMap((entry) => entry.effects),
      ...workspace.queries(near),
    ];
    for (const effect of effects)
      for (const write of writesOf(effect)) {
        if (!write.fields.some(({ site }) => site.file === file)) continue;
        const key = `${effect.file}:${effect.at}:${write.kind}:${write.fields.map(({ name, site }) => `${name}@${site.file}#${site.at}`).join()}`;
        if (!out.has(key)) out.set(key, write);
      }
  }
  return [...out.values()];
}

function importersOf(workspace: WorkspaceView, file: FileId): Set<FileId> {
  const all = new Set([file]);
  let edge: FileId[] = [file];
  for (let depth = 0; depth < DEPTH; depth++) {
    const next: FileId[] = [];
    for (const at of edge)
      for (const importer of workspace.importers(at)) {
        if (all.has(importer)) continue;
        if (all.size >= MAX_FILES) return all;
        all.add(importer);
        next.push(importer);
      }
    edge = next;
  }
  return all;
}

function writesOf(effect: Effect): SchemaWrite[] {
  if (effect.kind !== 'write' || effect.args.k !== 'object') return [];
  const { data, create, update } = effect.args.props;
  const of = (kind: SchemaWrite['kind'], value: Abs | undefined): SchemaWrite[] =>
    value ? rows(value).flatMap((row) => written(effect, kind, row)) : [];
  if (effect.op === 'upsert') return [...of('create', create), ...of('update', update)];
  if (effect.op.startsWith('create')) return of('create', data);
  return effect.op.startsWith('update') ? of('update', data) : [];
}

/** `createMany` takes a list. */
function rows(value: Abs): Abs[] {
  if (value.k === 'array') return value.items.slice(0, 4);
  if (value.k === 'parsed' && value.shape.t === 'array' && value.shape.of)
    return [{ ...value, shape: value.shape.of }];
  return [value];
}

function written(effect: Effect, kind: SchemaWrite['kind'], row: Abs): SchemaWrite[] {
  const fields: WrittenField[] = [];
  let names: string[] | undefined;
  if (row.k === 'parsed' && row.shape.t === 'object') {
    const { shape, site } = row;
    for (const [name, part] of Object.entries(shape.props ?? {}))
      fields.push({ name, key: name, shape: part, site, whole: true });
    names = shape.open || shape.unknownKeys === 'loose' ? undefined : Object.keys(shape.props ?? {});
  } else if (row.k === 'object') {
    for (const [name, value] of Object.entries(row.props)) {
      if (value.k !== 'parsed') continue;
      const whole = row.at?.[name] === undefined;
      fields.push({ name, key: whole ? name : keyOf(value.of), shape: value.shape, site: value.site, whole });
    }
    names = row.open || row.spread ? undefined : Object.keys(row.props);
  }
  if (fields.length === 0) return [];
  return [{ model: effect.model, kind, query: { file: effect.file, at: effect.at }, fields, names }];
}

/** The last step of the way to a value: the key it had in what was parsed. */
function keyOf(value: Abs): string | undefined {
  return value.k === 'origin' || value.k === 'param' ? value.path.at(-1) : undefined;
}
