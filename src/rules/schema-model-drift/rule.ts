import { z } from 'zod';
import type { PrismaField } from '../../facts/prismaModel.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile } from '../../facts/visit.ts';
import type { SchemaModel, SchemaModelNode } from '../../prisma/schema.ts';
import { writesNear } from '../../workspace/schemaWrites.ts';
import type { SchemaWrite, WrittenField } from '../../workspace/schemaWrites.ts';
import { isZod } from '../../workspace/zodCalls.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Related, Report, RuleContext } from '../rule.ts';
import { driftOf, isRequired } from './compare.ts';
import type { Drift } from './compare.ts';

export const rule = defineRule({
  meta: {
    id: 'schema-model-drift',
    title: 'A Zod schema lets nothing through that the Prisma model it is written to cannot hold.',
    sections: ['S3', 'S1'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      length:
        '`{key}` may be longer than `{field}` holds: {limit} characters (`{native}`). The database refuses what the form has accepted. Add `.max({limit})`.',
      longer:
        '`{key}` may have {max} characters, `{field}` holds {limit} (`{native}`). The database refuses what the form has accepted. Lower the maximum to {limit}.',
      integer: '`{key}` may be a fraction, but `{field}` is {type}. Prisma throws at 1.5. Add `.int()`.',
      values:
        '`{key}` lets {extra} through, which the enum {type} of `{field}` does not have. The write fails at run time. Keep to its values: {values}.',
      text: '`{key}` lets any text through, but `{field}` is the enum {type}. The write fails at run time. List its values: {values}.',
      date: '`{key}` lets any text through, but `{field}` is a DateTime. Prisma throws at what is no ISO 8601 date with time. Parse it to a date.',
      uuid: '`{key}` lets texts through that are no UUID, but `{field}` is a `@db.Uuid`. The database throws at them. Check the format.',
      list: '`{key}` and `{field}` disagree on whether there is one value or a list of them. The write fails at run time. Align the schema.',
      kind: '`{key}` is a {zod}, but `{field}` is {type}. The write fails at run time. Align the schema.',
      nullable:
        '`{key}` may be null, but `{field}` is required. Prisma throws at null. Drop `.nullable()`, or handle null before the write.',
      optional:
        '`{key}` may be missing, but `{field}` is required and has no default. Prisma throws without it. Make it required, or give a default.',
      unknown:
        '`{key}` is no field of `{model}`, to which all of this schema is written. Prisma throws at unknown fields. Take it out of what is written.',
      missing:
        '`{model}` needs {names}, which neither this schema nor the query gives. Prisma throws without. Add it, or write it in the query.',
    },
  },
  check(context) {
    const { workspace, file, facts } = context;
    if (facts.kind !== 'ts' || context.role === 'client' || !usesZod(facts)) return;
    const schema = workspace.schema(file);
    if (!schema) return;
    const places = schemaPlaces(facts);
    if (places.size === 0) return;
    const seen = new Set<number>();
    for (const write of writesNear(workspace, file)) {
      const model = schema.modelOf(write.model);
      if (model) new Comparison(context, { schema, model, write, places, seen }).run();
    }
  },
});

function usesZod(facts: TsFacts): boolean {
  return facts.imports.some(({ spec, typeOnly }) => !typeOnly && isZod(spec));
}

interface SchemaPlace {
  /** The name of the builder: `object`. */
  at: number;
  keys: Map<string, number>;
  /** `.extend({ … })` of a schema that has a name: its keys count for whatever it extends. */
  extends?: true;
}

/** The objects that schemas are made of, by the places of their calls; keys of `.extend({ … })` count for what they extend. */
function schemaPlaces(facts: TsFacts): Map<number, SchemaPlace> {
  const out = new Map<number, SchemaPlace>();
  visitFile(facts, (value) => {
    if (value.k !== 'call' || value.fn.k !== 'member') return;
    const [first] = value.args;
    if (first?.k !== 'object' || !/^(object|strictObject|looseObject|extend|safeExtend)$/.test(value.fn.name))
      return;
    const base = baseOf(value.fn.of) ?? value;
    const place = out.get(base.at) ?? { at: value.fn.at, keys: new Map<string, number>() };
    for (const prop of first.props) if (prop.p === 'prop') place.keys.set(prop.name, prop.at);
    if (base === value && /extend$/i.test(value.fn.name)) place.extends = true;
    out.set(base.at, place);
  });
  return out;
}

/** The `z.object(…)` call that a chain starts with. */
function baseOf(value: Value): Extract<Value, { k: 'call' }> | undefined {
  if (value.k === 'call') return value.fn.k === 'member' ? (baseOf(value.fn.of) ?? value) : value;
  return value.k === 'member' ? baseOf(value.of) : undefined;
}

interface Compared {
  schema: SchemaModel;
  model: SchemaModelNode;
  write: SchemaWrite;
  places: ReadonlyMap<number, SchemaPlace>;
  /** Places that have a finding already. */
  seen: Set<number>;
}

class Comparison {
  private readonly context: RuleContext<object>;
  private readonly on: Compared;

  constructor(context: RuleContext<object>, on: Compared) {
    this.context = context;
    this.on = on;
  }

  run(): void {
    const { model, write } = this.on;
    for (const written of write.fields) {
      if (written.site.file !== this.context.file) continue;
      const field = model.fields.find(({ name }) => name === written.name);
      if (field) this.compare(written, field);
      else if (written.whole)
        this.report(written, {
          message: 'unknown',
          data: { key: written.key ?? written.name, model: model.name },
        });
    }
    if (write.kind === 'create') this.missing();
  }

  private compare(written: WrittenField, field: PrismaField): void {
    const { schema, model, write } = this.on;
    if (schema.model(field.type) && field.relation) return;
    const drift = driftOf(schema, field, written.shape, {
      whole: written.whole,
      create: write.kind === 'create',
    });
    if (!drift) return;
    const fullName = `${model.name}.${field.name}`;
    const data: Record<string, string> = {
      key: written.key ?? written.name,
      field: fullName,
      type: field.type,
      native: field.native ? `@db.${field.native.name}(${field.native.args.join(', ')})` : '',
      ...wordsOf(drift),
    };
    this.report(written, {
      message: drift.d === 'length' && drift.max !== undefined ? 'longer' : drift.d,
      data,
      fixes: this.fixes(drift, field),
      related: [
        { place: { file: model.file, span: field.nameSpan }, message: `\`${fullName}\` is declared here` },
      ],
    });
  }

  private fixes(drift: Drift, field: PrismaField): FixRequest[] {
    if (drift.d === 'list' || drift.d === 'kind') {
      const toNumber = drift.d === 'kind' && drift.zod === 'string' && /^(Int|Float)$/.test(field.type);
      return toNumber
        ? [{ recipe: 'align-schema', data: { drift: 'number', integer: field.type === 'Int' } }]
        : [];
    }
    return [
      {
        recipe: 'align-schema',
        data: {
          drift: drift.d,
          ...(drift.d === 'length' ? { limit: drift.limit } : {}),
          ...('values' in drift ? { values: drift.values } : {}),
        },
      },
    ];
  }

  /** Fields that a row can't be made without, when all that is written is in sight. */
  private missing(): void {
    const { model, write } = this.on;
    const [first] = write.fields;
    const { names } = write;
    if (!names || !first || write.fields.some(({ site, whole }) => !whole || site.at !== first.site.at))
      return;
    const given = new Set(names);
    for (const field of model.fields)
      if (field.relation && given.has(field.name)) for (const key of field.relation.fields) given.add(key);
    const missing = model.fields.filter(
      (field) =>
        isRequired(field) && !field.relation && !given.has(field.name) && !this.on.schema.model(field.type),
    );
    const place = this.on.places.get(first.site.at);
    if (missing.length === 0 || first.site.file !== this.context.file || !place) return;
    this.emit(place.at, {
      message: 'missing',
      data: { model: model.name, names: missing.map(({ name }) => `\`${name}\``).join(', ') },
    });
  }

  private report(written: WrittenField, report: Omit<Report, 'place'>): void {
    const at =
      this.on.places.get(written.site.at)?.keys.get(written.key ?? '') ?? this.added(written.key ?? '');
    if (at !== undefined) this.emit(at, report);
  }

  /** The key in the only extension that has it. */
  private added(key: string): number | undefined {
    const [only, ...others] = [...this.on.places.values()].flatMap(({ extends: isExtension, keys }) =>
      isExtension ? [keys.get(key) ?? []].flat() : [],
    );
    return others.length === 0 ? only : undefined;
  }

  private emit(at: number, report: Omit<Report, 'place'>): void {
    const { seen, write, model } = this.on;
    if (seen.has(at)) return;
    seen.add(at);
    const related: Related[] = [
      ...(report.related ?? []),
      {
        place: { file: write.query.file, at: write.query.at },
        message: `It is written to ${model.name} here`,
      },
    ];
    this.context.report({ ...report, place: { at }, related });
  }
}

function wordsOf(drift: Drift): Record<string, string> {
  const list = (values: readonly string[]): string => values.map((value) => `\`${value}\``).join(', ');
  switch (drift.d) {
    case 'length':
      return { limit: String(drift.limit), max: String(drift.max ?? '') };
    case 'values':
      return { extra: list(drift.extra), values: list(drift.values) };
    case 'text':
      return { values: list(drift.values) };
    case 'kind':
      return { zod: drift.zod };
    default:
      return {};
  }
}
