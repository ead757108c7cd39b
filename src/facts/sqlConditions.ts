/** What checks demand of columns, and which rows the bounds of a partition let in. */
import type { A_Expr, Node, PartitionBoundSpec } from 'libpg-query';
import type { SqlBound, SqlCondition } from './sqlModel.ts';
import { strings } from './sqlStrings.ts';
import { valueOf } from './sqlValues.ts';

/** The conditions that all have to hold for an expression to hold; what is put in another way is left out. */
export function conditionsOf(node: Node | undefined): SqlCondition[] {
  if (!node) return [];
  if ('BoolExpr' in node)
    return node.BoolExpr.boolop === 'AND_EXPR' ? (node.BoolExpr.args ?? []).flatMap(conditionsOf) : [];
  if ('NullTest' in node) {
    const column = columnOf(node.NullTest.arg);
    return node.NullTest.nulltesttype === 'IS_NOT_NULL' && column !== undefined
      ? [{ column, is: 'not null' }]
      : [];
  }
  return 'A_Expr' in node ? comparison(node.A_Expr) : [];
}

const turned = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
const isOrder = (text: string): text is keyof typeof turned => text in turned;

function comparison({ kind, name, lexpr, rexpr }: A_Expr): SqlCondition[] {
  const column = columnOf(lexpr);
  const operator = strings(name).at(-1) ?? '';
  if (column === undefined) {
    // `10 <= "age"`
    const other = columnOf(rexpr);
    const value = constantOf(lexpr);
    if (kind !== 'AEXPR_OP' || other === undefined || value === undefined) return [];
    if (operator === '=') return [{ column: other, is: 'in', values: [value] }];
    return isOrder(operator) ? [{ column: other, is: turned[operator], value }] : [];
  }
  const values = constantsOf(rexpr);
  if (!values) return [];
  if (kind === 'AEXPR_BETWEEN') {
    const [from, to] = values;
    return from === undefined || to === undefined
      ? []
      : [
          { column, is: '>=', value: from },
          { column, is: '<=', value: to },
        ];
  }
  if (operator === '=' && kind !== 'AEXPR_OP_ALL') return [{ column, is: 'in', values }];
  const [value] = values;
  return kind === 'AEXPR_OP' && isOrder(operator) && value !== undefined
    ? [{ column, is: operator, value }]
    : [];
}

function columnOf(node: Node | undefined): string | undefined {
  return node && 'ColumnRef' in node ? strings(node.ColumnRef.fields).at(-1) : undefined;
}

function constantOf(node: Node | undefined): string | undefined {
  const value = valueOf(node);
  return value && 'text' in value && value.v !== 'expression' ? value.text : undefined;
}

/** One constant, or those of a list or an array; `undefined` when one of them is none. */
function constantsOf(node: Node | undefined): string[] | undefined {
  const items =
    node && 'List' in node
      ? (node.List.items ?? [])
      : node && 'A_ArrayExpr' in node
        ? (node.A_ArrayExpr.elements ?? [])
        : node
          ? [node]
          : [];
  const values = items.map(constantOf).filter((value) => value !== undefined);
  return values.length === items.length && values.length > 0 ? values : undefined;
}

const isNull = (node: Node): boolean => 'A_Const' in node && node.A_Const.isnull === true;

export function boundOf(spec: PartitionBoundSpec | undefined): SqlBound {
  if (!spec) return { bound: 'unknown' };
  if (spec.is_default) return { bound: 'default' };
  if (spec.strategy === 'h') return { bound: 'hash' };
  if (spec.strategy === 'l') {
    const all = spec.listdatums ?? [];
    const values = all.filter((item) => !isNull(item)).map(constantOf);
    const known = values.filter((value) => value !== undefined);
    return known.length === values.length
      ? { bound: 'list', values: known, null: all.some(isNull) }
      : { bound: 'unknown' };
  }
  const [from, to] = [limits(spec.lowerdatums), limits(spec.upperdatums)];
  return from && to ? { bound: 'range', from, to } : { bound: 'unknown' };
}

/** The ends of a range; `MINVALUE` and `MAXVALUE`, which are no limits, come as names of columns. */
function limits(nodes: readonly Node[] | undefined): (string | undefined)[] | undefined {
  const out = (nodes ?? []).map((node) => ({
    limit: constantOf(node),
    isOpen: columnOf(node) !== undefined,
  }));
  return out.every(({ limit, isOpen }) => isOpen || limit !== undefined)
    ? out.map(({ limit }) => limit)
    : undefined;
}
