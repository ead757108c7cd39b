/** How the rows of a query are used: every place where a variable stands, and what is done with it there. */
import type { BindingId, FunctionFacts, TsFacts, Value } from '../../facts/tsModel.ts';
import { valuesIn } from '../../facts/valueIndex.ts';
import { partsOf, visitSteps } from '../../facts/visit.ts';

type Call = Extract<Value, { k: 'call' }>;
type Ref = Extract<Value, { k: 'ref' }>;

/** What is done with a list at one place. */
export type Use =
  /** `rows.length`; `empty` where it is only asked whether there are any. */
  | { u: 'length'; empty: boolean }
  /** `rows[0]` */
  | { u: 'first' }
  /** `if (rows)`: always true. */
  | { u: 'truth' }
  /** `rows.filter(…)`; `number` where only a number is made of it: `.length`, a sum. */
  | { u: 'method'; name: string; call: Call; number: boolean }
  /** `for (const row of rows)`; `item` is the row's variable. */
  | { u: 'loop'; item: BindingId }
  /** `row.comments` and what is done with that. */
  | { u: 'member'; name: string; length: boolean }
  /** Anything else: handed on, spread, returned. */
  | { u: 'else' };

/** The uses of some variables in a whole file. */
export function usesOf(facts: TsFacts, wanted: ReadonlySet<BindingId>): Map<BindingId, Use[]> {
  const out = new Map<BindingId, Use[]>([...wanted].map((b) => [b, []]));
  const note = (ref: Ref, parents: readonly Value[]): void => {
    out.get(ref.b)?.push(useAt(ref, parents));
  };
  const walk = (value: Value, parents: readonly Value[]): void => {
    if (value.k === 'ref') {
      if (wanted.has(value.b)) note(value, parents);
      return;
    }
    for (const part of partsOf(value)) walk(part, [value, ...parents.slice(0, 3)]);
  };
  const loops = new Set<Value>();
  for (const fn of facts.functions) {
    if (!valuesIn(fn, 'ref').some(({ b }) => wanted.has(b))) continue;
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s === 'loop' && step.kind === 'of') {
          const [head] = step.head;
          if (head?.s === 'let' && head.value.k === 'index' && head.value.of.k === 'ref') {
            loops.add(head.value);
            out.get(head.value.of.b)?.push({ u: 'loop', item: head.b });
          }
        }
        if (step.s === 'if' && step.test.k === 'ref') out.get(step.test.b)?.push({ u: 'truth' });
        else if (step.s === 'if' || (step.s === 'loop' && step.test)) walk(step.test ?? NOTHING, []);
        if (step.s === 'switch') {
          walk(step.on, []);
          for (const clause of step.cases) walk(clause.test ?? NOTHING, []);
        }
        if (step.s === 'expr' || step.s === 'throw') walk(step.value, []);
        if (step.s === 'return') walk(step.value ?? NOTHING, []);
        if (step.s === 'let' && !loops.has(step.value)) walk(step.value, []);
      },
    });
  }
  for (const item of facts.exports) {
    if (item.e === 'value') walk(item.value, []);
    if (item.e === 'local') out.get(item.b)?.push({ u: 'else' });
  }
  for (const { fields } of facts.classes) for (const field of fields) walk(field.value ?? NOTHING, []);
  return out;
}

const NOTHING: Value = { k: 'lit', v: null, at: 0 };

function useAt(ref: Value, [parent, outer, further]: readonly Value[]): Use {
  if (!parent) return { u: 'else' };
  switch (parent.k) {
    case 'member':
      if (outer?.k === 'call' && outer.fn === parent)
        return {
          u: 'method',
          name: parent.name,
          call: outer,
          number: parent.name === 'reduce' || isCounted(outer, further),
        };
      if (parent.name === 'length') return { u: 'length', empty: isAnyTest(parent, outer) };
      return { u: 'member', name: parent.name, length: isCounted(parent, outer) };
    case 'index':
      return parent.of === ref && isZero(parent.key) ? { u: 'first' } : { u: 'else' };
    case 'unary':
      return parent.op === '!' ? { u: 'truth' } : { u: 'else' };
    case 'logic':
      return parent.op === '&&' && parent.left === ref ? { u: 'truth' } : { u: 'else' };
    case 'cond':
      return parent.test === ref ? { u: 'truth' } : { u: 'else' };
    default:
      return { u: 'else' };
  }
}

/** `x.length`, as a number. */
const isCounted = (value: Value, parent: Value | undefined): boolean =>
  parent?.k === 'member' && parent.of === value && parent.name === 'length';

const isZero = (value: Value): boolean => value.k === 'lit' && value.v === 0;

/** `rows.length > 0`, `!rows.length`, `rows.length ? … : …` */
function isAnyTest(length: Value, parent: Value | undefined): boolean {
  switch (parent?.k) {
    case 'binary': {
      const other = parent.left === length ? parent.right : parent.left;
      return (
        /^(===?|!==?|>|<|>=|<=)$/.test(parent.op) && other.k === 'lit' && (other.v === 0 || other.v === 1)
      );
    }
    case 'unary':
      return parent.op === '!';
    case 'cond':
      return parent.test === length;
    case 'logic':
      return parent.left === length;
    default:
      return false;
  }
}

/** A test of one row's columns by constants or values from outside, so that a `where` can say it. */
export interface Condition {
  field: string;
  op: '===' | '!==' | '<' | '<=' | '>' | '>=' | 'true' | 'false';
  /** What the column is compared with. */
  value: Value | undefined;
}

/** The conditions of `(row) => row.status === 'PAID' && !row.hidden`; undefined where it is more than that. */
export function conditionsOf(facts: TsFacts, callback: Value | undefined): Condition[] | undefined {
  const fn = callback?.k === 'function' ? facts.functions[callback.fn] : undefined;
  const [step] = fn?.body ?? [];
  const item = itemOf(facts, fn);
  if (!fn || item === undefined || fn.body.length !== 1 || step?.s !== 'return' || !step.value)
    return undefined;
  return conjuncts(step.value, item);
}

function itemOf(facts: TsFacts, fn: FunctionFacts | undefined): BindingId | undefined {
  const [item] = fn?.params ?? [];
  return item !== undefined && facts.bindings[item]?.name !== '' && fn?.params.length === 1
    ? item
    : undefined;
}

function conjuncts(test: Value, item: BindingId): Condition[] | undefined {
  if (test.k === 'logic' && test.op === '&&') {
    const left = conjuncts(test.left, item);
    const right = conjuncts(test.right, item);
    return left && right ? [...left, ...right] : undefined;
  }
  if (test.k === 'unary' && test.op === '!') {
    const field = columnOf(test.of, item);
    return field === undefined ? undefined : [{ field, op: 'false', value: undefined }];
  }
  const plain = columnOf(test, item);
  if (plain !== undefined) return [{ field: plain, op: 'true', value: undefined }];
  if (test.k !== 'binary') return undefined;
  const field = columnOf(test.left, item);
  const op = test.op === '==' ? '===' : test.op === '!=' ? '!==' : test.op;
  if (field === undefined || !isCompared(op) || mentions(test.right, item)) return undefined;
  return isFixed(test.right) ? [{ field, op, value: test.right }] : undefined;
}

const isCompared = (op: string): op is Condition['op'] => /^(===|!==|<=?|>=?)$/.test(op);

function columnOf(value: Value, item: BindingId): string | undefined {
  return value.k === 'member' && value.of.k === 'ref' && value.of.b === item && !value.opt
    ? value.name
    : undefined;
}

function mentions(value: Value, b: BindingId): boolean {
  return (value.k === 'ref' && value.b === b) || partsOf(value).some((part) => mentions(part, b));
}

/** Constants, names and their members: the same for all rows. */
function isFixed(value: Value): boolean {
  if (value.k === 'member') return isFixed(value.of);
  if (value.k === 'unary') return value.op === '-' && isFixed(value.of);
  return value.k === 'lit' || value.k === 'ref';
}

/** The column of `(sum, row) => sum + row.price` with 0 at the start. */
export function summedColumn(facts: TsFacts, call: Call): string | undefined {
  const [callback, start] = call.args;
  const fn = callback?.k === 'function' ? facts.functions[callback.fn] : undefined;
  const [sum, item] = fn?.params ?? [];
  const [step] = fn?.body ?? [];
  if (!start || !isZero(start) || sum === undefined || item === undefined || fn?.body.length !== 1)
    return undefined;
  if (step?.s !== 'return' || step.value?.k !== 'binary' || step.value.op !== '+') return undefined;
  const { left, right } = step.value;
  const isSum = left.k === 'ref' && left.b === sum;
  const added = right.k === 'logic' && right.op !== '&&' && isZero(right.right) ? right.left : right;
  return isSum ? columnOf(added, item) : undefined;
}
