/** The conditions of a query as they are written, each with the model it is about and what its falling away does. */
import type { Property, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import type { SchemaModel, SchemaModelNode } from '../prisma/schema.ts';
import { memberOf } from './abs.ts';
import type { Abs } from './abs.ts';
import type { Presence } from './presence.ts';
import type { QueryFact } from './summary.ts';

export interface WhereCondition {
  /** The field: `userId` of `{ userId }`, of `{ author: { is: { userId: { in: ids } } } }`. */
  field: string;
  /** The model that has the field. */
  model: SchemaModelNode | undefined;
  /** Place of the field's name. */
  at: number;
  /** The value whose absence takes the condition away. */
  value: Value;
  abs: Abs | undefined;
  /** Keys from the arguments to the value: `['where', 'AND', '0', 'userId']`. */
  path: string[];
  /** It stands in the `where` itself, beside the conditions of the same level. */
  isTop: boolean;
  /** Under `NOT`. */
  isNegated: boolean;
  /** A filter of a related list that a read asks for as well: `include: { likes: { where } }`. */
  isNested: boolean;
  /** `contains`, `gte` and the like: not equality. */
  isRange: boolean;
}

interface Level {
  model: SchemaModelNode | undefined;
  abs: Abs | undefined;
  path: string[];
  isTop: boolean;
  isNegated: boolean;
  isNested: boolean;
}

const OPERATORS =
  /^(equals|in|notIn|not|lt|lte|gt|gte|contains|startsWith|endsWith|search|hasSome|hasEvery|path|string_contains)$/;
const EQUALITY = /^(equals|in)$/;
const MAX_DEPTH = 6;

/** The call of a query in its function's statements, by the place of the operation's name. */
export function queryCall(
  facts: TsFacts,
  { fn, at }: Pick<QueryFact, 'fn' | 'at'>,
): Extract<Value, { k: 'call' }> | undefined {
  let found: Extract<Value, { k: 'call' }> | undefined;
  visitSteps(facts.functions[fn]?.body ?? [], {
    value: (value) => {
      if (value.k === 'call' && value.fn.k === 'member' && value.fn.at === at) found = value;
    },
  });
  return found;
}

/** All conditions that are written where the query is, or in a constant of the same function. */
export class WhereConditions {
  private readonly presence: Presence;
  private readonly schema: SchemaModel | undefined;
  readonly found: WhereCondition[] = [];

  constructor(presence: Presence, schema: SchemaModel | undefined, query: QueryFact, call: Value) {
    this.presence = presence;
    this.schema = schema;
    const args = call.k === 'call' ? call.args[0] : undefined;
    if (!args) return;
    const model = schema?.modelOf(query.model);
    const level = { model, abs: query.args, path: [], isTop: true, isNegated: false, isNested: false };
    this.asked(args, level, 0);
  }

  /** `where` of a query's arguments, and those of what it includes. */
  private asked(args: Value, level: Level, depth: number): void {
    for (const prop of this.props(args)) {
      const inner: Level = { ...level, abs: below(level.abs, prop.name), path: [...level.path, prop.name] };
      if (prop.name === 'where') this.where(prop.value, inner, depth);
      else if (/^(include|select)$/.test(prop.name) && depth < 4)
        for (const relation of this.props(prop.value)) {
          const target =
            relation.name === '_count'
              ? level.model
              : level.model && this.schema?.relationTarget(level.model.name, relation.name);
          if (target)
            this.asked(
              relation.value,
              {
                ...inner,
                model: target,
                abs: below(inner.abs, relation.name),
                path: [...inner.path, relation.name],
                isNested: true,
              },
              depth + 1,
            );
        }
    }
  }

  private where(where: Value, level: Level, depth: number): void {
    if (depth > MAX_DEPTH) return;
    for (const prop of this.props(where)) {
      const inner: Level = { ...level, abs: below(level.abs, prop.name), path: [...level.path, prop.name] };
      if (prop.name === 'AND' || prop.name === 'NOT' || prop.name === 'OR') {
        const isNegated = level.isNegated || prop.name === 'NOT';
        const parts = prop.value.k === 'array' ? prop.value.items : [prop.value];
        parts.forEach((part, i) => {
          // A branch of `OR` that is left with nothing matches nothing.
          if (prop.name === 'OR' && this.props(part).length < 2) return;
          const isList = prop.value.k === 'array';
          this.where(
            part,
            {
              ...inner,
              isTop: level.isTop && prop.name === 'AND',
              isNegated,
              ...(isList ? { abs: item(inner.abs, i), path: [...inner.path, String(i)] } : {}),
            },
            depth + 1,
          );
        });
      } else this.condition(prop, inner, depth);
    }
  }

  private condition(prop: Named, level: Level, depth: number): void {
    const { model } = level;
    const target = model && this.schema?.relationTarget(model.name, prop.name);
    if (target) {
      for (const part of this.props(prop.value)) {
        const inner = { ...level, model: target, isTop: false };
        if (part.name === 'none' || part.name === 'isNot' || part.name === 'every') return;
        if (part.name === 'is' || part.name === 'some')
          this.where(
            part.value,
            { ...inner, abs: below(level.abs, part.name), path: [...level.path, part.name] },
            depth + 1,
          );
      }
      if (!this.props(prop.value).some(({ name }) => name === 'is' || name === 'some'))
        this.where(prop.value, { ...level, model: target, isTop: false }, depth + 1);
      return;
    }
    // A part of a compound key can't be missing: Prisma throws.
    if (model && !model.fields.some((field) => field.name === prop.name)) return;
    const add = (value: Value, abs: Abs | undefined, path: string[], isRange: boolean): void => {
      const { isTop, isNegated, isNested } = level;
      this.found.push({
        field: prop.name,
        model,
        at: prop.at,
        value,
        abs,
        path,
        isTop,
        isNegated,
        isNested,
        isRange,
      });
    };
    const filter = this.props(prop.value).filter(({ name }) => name !== 'mode');
    if (prop.value.k !== 'object') add(prop.value, level.abs, level.path, false);
    else
      for (const { name, value } of filter)
        if (OPERATORS.test(name))
          add(value, below(level.abs, name), [...level.path, name], !EQUALITY.test(name));
  }

  /** The written properties of an object, also by the name of a constant; those of a spread are left out. */
  private props(value: Value): Named[] {
    const own = value.k === 'ref' ? this.presence.initial(value.b) : value;
    if (own?.k !== 'object') return [];
    return own.props.flatMap((prop) => (prop.p === 'prop' ? [prop] : []));
  }
}

type Named = Extract<Property, { p: 'prop' }>;

function below(abs: Abs | undefined, name: string): Abs | undefined {
  return abs && abs.k === 'object' ? abs.props[name] : abs && memberOf(abs, name);
}

function item(abs: Abs | undefined, i: number): Abs | undefined {
  return abs?.k === 'array' ? abs.items[i] : undefined;
}
