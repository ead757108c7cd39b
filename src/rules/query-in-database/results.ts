/** Queries whose result has a name, or is used on the spot. */
import type { BindingId, TsFacts, Value } from '../../facts/tsModel.ts';
import { valuesOf } from '../../facts/valueIndex.ts';
import { visitSteps } from '../../facts/visit.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import type { Use } from './uses.ts';

export interface Result {
  query: QueryFact;
  call: Extract<Value, { k: 'call' }>;
  /** The constant that holds the result; undefined where it is used on the spot. */
  name: BindingId | undefined;
  /** What is done on the spot. */
  uses: Use[];
  /** Relations that are read along, with the place of their key. */
  nested: { name: string; at: number }[];
}

/** The queries of a file whose uses can all be seen. */
export function resultsOf(facts: TsFacts, queries: ReadonlyMap<number, QueryFact>): Result[] {
  const out: Result[] = [];
  const queryOf = (value: Value | undefined): { query: QueryFact; call: Result['call'] } | undefined => {
    if (value?.k !== 'call' || value.fn.k !== 'member') return undefined;
    const query = queries.get(value.fn.at);
    return query && { query, call: value };
  };
  const add = (value: Value | undefined, name: BindingId | undefined, uses: Use[]): void => {
    const found = queryOf(value);
    if (!found || (name !== undefined && facts.bindings[name]?.mutable)) return;
    out.push({ ...found, name, uses, nested: nestedOf(found.call) });
  };
  /** Temporary names of destructured `Promise.all([...])`. */
  const together = new Map<BindingId, readonly Value[]>();
  for (const { body } of facts.functions)
    visitSteps(body, {
      step: (step) => {
        if (step.s !== 'let') return;
        const { value, b } = step;
        if (value.k === 'await') {
          const items = itemsTogether(value.of);
          if (items) together.set(b, items);
          else add(value.of, b, []);
        }
        if (
          value.k === 'index' &&
          value.of.k === 'ref' &&
          value.key.k === 'lit' &&
          typeof value.key.v === 'number'
        )
          add(together.get(value.of.b)?.[value.key.v], b, []);
      },
    });
  for (const { of, name } of valuesOf(facts, 'member'))
    if (of.k === 'await' && name === 'length') add(of.of, undefined, [{ u: 'length', empty: false }]);
  for (const { of, key } of valuesOf(facts, 'index'))
    if (of.k === 'await' && key.k === 'lit' && key.v === 0) add(of.of, undefined, [{ u: 'first' }]);
  for (const call of valuesOf(facts, 'call')) {
    const { fn } = call;
    if (fn.k === 'member' && fn.of.k === 'await')
      add(fn.of.of, undefined, [{ u: 'method', name: fn.name, call, number: fn.name === 'reduce' }]);
  }
  return out;
}

function itemsTogether(value: Value): readonly Value[] | undefined {
  if (value.k !== 'call' || value.fn.k !== 'member') return undefined;
  const isAll = value.fn.name === 'all' && value.fn.of.k === 'ref' && value.fn.of.name === 'Promise';
  const [list] = value.args;
  return (isAll || value.fn.name === '$transaction') && list?.k === 'array' ? list.items : undefined;
}

function nestedOf(call: Result['call']): Result['nested'] {
  const [args] = call.args;
  const shapes =
    args?.k === 'object'
      ? args.props.filter((prop) => prop.p === 'prop' && /^(include|select)$/.test(prop.name))
      : [];
  return shapes.flatMap(({ value }) =>
    value.k === 'object'
      ? value.props.flatMap((prop) =>
          prop.p === 'prop' && !(prop.value.k === 'lit' && prop.value.v !== true) && !isNarrowed(prop.value)
            ? [{ name: prop.name, at: prop.at }]
            : [],
        )
      : [],
  );
}

const isNarrowed = (value: Value): boolean =>
  value.k === 'object' && value.props.some((prop) => prop.p !== 'prop' || /^(take|where)$/.test(prop.name));
