/**
 * What Prisma wants at each place of a call's arguments: the type of a value that becomes a function's parameter. Read from the
 * schema, so it holds with no generated client at hand; types that the client generates are named by `Prisma.…`.
 */
import { ts } from 'ts-morph';
import type { WorkspaceView } from '../workspace/view.ts';

type Schema = NonNullable<ReturnType<WorkspaceView['schema']>>;
type Field = Schema['models'][number]['fields'][number];

export interface Slot {
  /** What the place is called: the field or the argument. */
  name: string;
  /** Plain TypeScript type of one value, without `undefined` and `null`; undefined where only the client has a name for it. */
  type: string | undefined;
  undef: boolean;
  null: boolean;
  /** The place takes nothing else than `type`. */
  exact: boolean;
  /** The place's whole type, in words of the generated client. */
  generated: string | undefined;
  /** Keys from the arguments down to the place. */
  path: string[];
}

const UNIQUE = /^(findUnique(OrThrow)?|update|delete|upsert)$/;
const PLAIN: { [type: string]: string } = {
  String: 'string',
  Boolean: 'boolean',
  Int: 'number',
  Float: 'number',
  BigInt: 'bigint | number',
  DateTime: 'Date | string',
};

/** The places in the arguments of `client.model.op(args)`, by the expression that fills them. */
export function slotsOf(
  schema: Schema,
  accessor: string,
  op: string,
  args: ts.Expression | undefined,
): Map<ts.Node, Slot> {
  const out = new Map<ts.Node, Slot>();
  const model = schema.modelOf(accessor);
  if (model && args) new Slots(schema, out, op).arguments(model.name, args);
  return out;
}

type Kind = 'create' | 'createMany' | 'update' | 'updateMany';

class Slots {
  private readonly schema: Schema;
  private readonly out: Map<ts.Node, Slot>;
  private readonly op: string;

  constructor(schema: Schema, out: Map<ts.Node, Slot>, op: string) {
    this.schema = schema;
    this.out = out;
    this.op = op;
  }

  arguments(model: string, args: ts.Expression): void {
    const { op } = this;
    const all = `Prisma.${model}${op.charAt(0).toUpperCase()}${op.slice(1)}Args`;
    this.each(args, [], (name, value, path) => {
      const whole: Slot = {
        name,
        type: undefined,
        undef: true,
        null: false,
        exact: false,
        generated: `${all}['${name}']`,
        path,
      };
      switch (name) {
        case 'where':
        case 'cursor':
          this.where(model, value, UNIQUE.test(op) || name === 'cursor', path, whole);
          break;
        case 'data':
          this.data(model, value, kindOf(op), path, whole);
          break;
        case 'create':
        case 'update':
          this.data(model, value, name, path, whole);
          break;
        case 'take':
        case 'skip':
          this.put(value, { ...whole, type: 'number' });
          break;
        case 'orderBy':
          this.put(value, whole);
          this.orders(value, path);
          break;
        case 'include':
        case 'select':
          this.relations(model, value, path);
          break;
        default:
      }
    });
  }

  private put(value: ts.Expression, slot: Slot): void {
    if (!isStructure(value)) this.out.set(value, slot);
  }

  /** Calls back for every property of the literals that an expression may be: conditions, spreads, arrays. */
  private each(
    node: ts.Expression,
    path: string[],
    visit: (name: string, value: ts.Expression, path: string[]) => void,
    spread?: (value: ts.Expression) => void,
  ): void {
    const inner = bare(node);
    if (ts.isConditionalExpression(inner)) {
      this.each(inner.whenTrue, path, visit, spread);
      this.each(inner.whenFalse, path, visit, spread);
    } else if (
      ts.isBinaryExpression(inner) &&
      /^(&&|\|\||\?\?)$/.test(inner.operatorToken.getText()) &&
      isStructure(inner.right)
    )
      this.each(inner.right, path, visit, spread);
    else if (ts.isArrayLiteralExpression(inner))
      for (const element of inner.elements)
        this.each(ts.isSpreadElement(element) ? element.expression : element, path, visit, spread);
    else if (ts.isObjectLiteralExpression(inner))
      for (const property of inner.properties) {
        if (ts.isSpreadAssignment(property)) {
          if (isStructure(property.expression)) this.each(property.expression, path, visit, spread);
          else spread?.(property.expression);
        } else if (ts.isShorthandPropertyAssignment(property))
          visit(property.name.text, property.name, [...path, property.name.text]);
        else if (ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name))
          visit(property.name.text, property.initializer, [...path, property.name.text]);
      }
  }

  private relations(model: string, value: ts.Expression, path: string[]): void {
    this.each(value, path, (name, part, at) => {
      const target = this.schema.relationTarget(model, name)?.name;
      if (target === undefined) return;
      this.each(part, at, (key, inner, deeper) => {
        const slot = {
          name: key,
          undef: true,
          null: false,
          exact: false,
          generated: undefined,
          path: deeper,
        };
        if (key === 'take' || key === 'skip') this.put(inner, { ...slot, type: 'number' });
        else if (key === 'include' || key === 'select') this.relations(target, inner, deeper);
        else if (key === 'where')
          this.where(target, inner, false, deeper, {
            ...slot,
            type: undefined,
            generated: `Prisma.${target}WhereInput`,
          });
      });
    });
  }

  private orders(value: ts.Expression, path: string[]): void {
    this.each(value, path, (name, part, at) => {
      if (isStructure(part)) this.orders(part, at);
      else
        this.put(part, {
          name,
          type: undefined,
          undef: true,
          null: false,
          exact: false,
          generated: 'Prisma.SortOrder',
          path: at,
        });
    });
  }

  private where(model: string, value: ts.Expression, unique: boolean, path: string[], whole: Slot): void {
    this.put(value, whole);
    const spread = (part: ts.Expression): void =>
      this.put(part, { ...whole, undef: false, generated: `Prisma.${model}WhereInput` });
    const keys = new Set<string>();
    this.each(value, path, (name) => void keys.add(name));
    const selectors = this.schema.uniqueKeys(model).filter((key) => keys.has(key.selector));
    this.each(
      value,
      path,
      (name, part, at) => {
        if (name === 'AND' || name === 'OR' || name === 'NOT') {
          this.where(model, part, false, at, { ...whole, generated: `Prisma.${model}WhereInput['${name}']` });
          return;
        }
        const isSelector = unique && selectors.length === 1 && selectors[0]?.selector === name;
        const target = this.schema.relationTarget(model, name)?.name;
        if (target !== undefined) {
          this.related(target, part, at);
          return;
        }
        const field = this.schema.field(model, name);
        if (!field) {
          const key = unique ? selectors.find(({ selector }) => selector === name) : undefined;
          if (key)
            this.each(part, at, (own, inner, deeper) => {
              const column = this.schema.field(model, own);
              if (column) this.put(inner, this.scalar(column, deeper, { exact: true, generated: undefined }));
            });
          return;
        }
        const generated = `Prisma.${model}Where${unique ? 'Unique' : ''}Input['${name}']`;
        this.put(part, this.scalar(field, at, { exact: isSelector, generated }));
        this.filter(field, part, at);
      },
      spread,
    );
  }

  /** `author: { … }`, `members: { some: { … } }`. */
  private related(target: string, value: ts.Expression, path: string[]): void {
    const slot: Slot = {
      name: path.at(-1) ?? '',
      type: undefined,
      undef: true,
      null: false,
      exact: false,
      generated: `Prisma.${target}WhereInput`,
      path,
    };
    let isQuantified = false;
    this.each(value, path, (name, part, at) => {
      if (!/^(is|isNot|some|every|none)$/.test(name)) return;
      isQuantified = true;
      this.where(target, part, false, at, { ...slot, path: at });
    });
    if (!isQuantified) this.where(target, value, false, path, slot);
  }

  private filter(field: Field, value: ts.Expression, path: string[]): void {
    const type = PLAIN[field.type];
    this.each(value, path, (name, part, at) => {
      const slot = {
        name: field.name,
        undef: true,
        null: false,
        exact: false,
        generated: undefined,
        path: at,
      };
      if (/^(contains|startsWith|endsWith|search)$/.test(name)) this.put(part, { ...slot, type: 'string' });
      else if (/^(equals|not|lt|lte|gt|gte)$/.test(name))
        this.put(part, { ...slot, type, null: field.optional && /^(equals|not)$/.test(name) });
      else if (/^(in|notIn|has|hasSome|hasEvery)$/.test(name) && type !== undefined)
        this.put(part, {
          ...slot,
          name: name === 'has' ? field.name : `${field.name}s`,
          type: name === 'has' ? type : /[| ]/.test(type) ? `(${type})[]` : `${type}[]`,
        });
    });
  }

  private scalar(field: Field, path: string[], more: Pick<Slot, 'exact' | 'generated'>): Slot {
    const type = field.list ? undefined : PLAIN[field.type];
    return {
      name: field.name,
      type,
      undef: !more.exact,
      null: field.optional && !more.exact,
      exact: more.exact && type !== undefined,
      generated: more.generated,
      path,
    };
  }

  private data(model: string, value: ts.Expression, kind: Kind, path: string[], whole: Slot): void {
    this.put(value, { ...whole, undef: false });
    const isCreation = kind.startsWith('create');
    const input =
      kind === 'createMany'
        ? `Prisma.${model}CreateManyInput`
        : `Prisma.${model}Unchecked${isCreation ? 'Create' : kind === 'updateMany' ? 'UpdateMany' : 'Update'}Input`;
    this.each(value, path, (name, part, at) => {
      const target = this.schema.relationTarget(model, name)?.name;
      if (target !== undefined) {
        this.nested(target, part, at);
        return;
      }
      const field = this.schema.field(model, name);
      if (!field) return;
      const isRequired = isCreation && !field.optional && !field.default && !field.updatedAt && !field.list;
      const generated = `${input}['${name}']`;
      const slot = this.scalar(field, at, { exact: isRequired, generated });
      this.put(part, slot);
      this.each(part, at, (own, inner, deeper) => {
        if (/^(set|increment|decrement|multiply|divide)$/.test(own))
          this.put(inner, { ...slot, exact: false, generated: undefined, path: deeper });
      });
    });
  }

  private nested(target: string, value: ts.Expression, path: string[]): void {
    const slot = (at: string[], generated: string | undefined): Slot => ({
      name: at.at(-2) ?? '',
      type: undefined,
      undef: false,
      null: false,
      exact: false,
      generated,
      path: at,
    });
    this.each(value, path, (name, part, at) => {
      if (name === 'connect')
        this.where(target, part, true, at, slot(at, `Prisma.${target}WhereUniqueInput`));
      else if (name === 'create') this.data(target, part, 'create', at, slot(at, undefined));
      else if (name === 'createMany')
        this.each(part, at, (key, inner, deeper) => {
          if (key === 'data') this.data(target, inner, 'createMany', deeper, slot(deeper, undefined));
        });
    });
  }
}

function kindOf(op: string): Kind {
  if (op.startsWith('createMany')) return 'createMany';
  if (op.startsWith('updateMany')) return 'updateMany';
  return op === 'create' ? 'create' : 'update';
}

function bare(node: ts.Expression): ts.Expression {
  let inner = node;
  while (ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner) || ts.isSatisfiesExpression(inner))
    inner = inner.expression;
  return inner;
}

/** Literals, and choices between literals: what stays in the service function and only its parts become parameters. */
export function isStructure(node: ts.Expression): boolean {
  const inner = bare(node);
  if (ts.isObjectLiteralExpression(inner) || ts.isArrayLiteralExpression(inner)) return true;
  if (ts.isConditionalExpression(inner)) return isStructure(inner.whenTrue) || isStructure(inner.whenFalse);
  return (
    ts.isBinaryExpression(inner) &&
    /^(&&|\|\||\?\?)$/.test(inner.operatorToken.getText()) &&
    isStructure(inner.right)
  );
}
