/** What a query or a condition reads: whether a `WHERE` filters at all, where copied rows come from. */
import type { Node, SelectStmt } from 'libpg-query';
import { given } from '../base/given.ts';
import type { SqlSource, SqlWhere } from './sqlModel.ts';
import { tableOf } from './sqlNodes.ts';
import type { SqlSourceText } from './sqlNodes.ts';
import { strings } from './sqlStrings.ts';

export function whereOf(node: Node | undefined): SqlWhere {
  if (!node) return 'none';
  if (isAlwaysTrue(node)) return 'trivial';
  if (
    'NullTest' in node &&
    node.NullTest.nulltesttype === 'IS_NOT_NULL' &&
    node.NullTest.arg &&
    'ColumnRef' in node.NullTest.arg
  )
    return 'not-null';
  return 'some';
}

/** `true`, `1 = 1`, `'a' = 'a'`, `NOT false`, and combinations of these with AND and OR. */
function isAlwaysTrue(node: Node | undefined): boolean {
  if (!node) return false;
  if ('A_Const' in node) return node.A_Const.boolval?.boolval === true;
  if ('TypeCast' in node) {
    const arg = node.TypeCast.arg;
    return (
      arg !== undefined &&
      'A_Const' in arg &&
      /^(t|true|on|yes|1)$/i.test(arg.A_Const.sval?.sval ?? '') &&
      strings(node.TypeCast.typeName?.names).at(-1) === 'bool'
    );
  }
  if ('A_Expr' in node) {
    const { lexpr, rexpr, name } = node.A_Expr;
    if (!lexpr || !rexpr || !('A_Const' in lexpr) || !('A_Const' in rexpr)) return false;
    // NULL = NULL is not true.
    if (lexpr.A_Const.isnull || rexpr.A_Const.isnull) return false;
    const equal = constantOf(lexpr) === constantOf(rexpr);
    const operator = strings(name).join('');
    return operator === '=' ? equal : operator === '<>' && !equal;
  }
  if ('BoolExpr' in node) {
    const args = node.BoolExpr.args ?? [];
    if (node.BoolExpr.boolop === 'AND_EXPR') return args.every(isAlwaysTrue);
    if (node.BoolExpr.boolop === 'OR_EXPR') return args.some(isAlwaysTrue);
    const [arg] = args;
    return (
      arg !== undefined &&
      'A_Const' in arg &&
      arg.A_Const.boolval !== undefined &&
      arg.A_Const.boolval.boolval !== true
    );
  }
  return false;
}

function constantOf(node: Extract<Node, { A_Const: unknown }>): string {
  const { ival, fval, sval, boolval } = node.A_Const;
  return JSON.stringify([ival?.ival ?? (ival ? 0 : undefined), fval?.fval, sval?.sval, boolval?.boolval]);
}

/** Names of the columns read anywhere in an expression (their last part), without those of sub-selects. */
export function columnsRead(node: unknown): string[] {
  const out: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
    } else if (typeof value === 'object' && value !== null) {
      if ('ColumnRef' in value) {
        const fields = (value.ColumnRef as { fields?: Node[] }).fields;
        const name = strings(fields).at(-1);
        if (name !== undefined) out.push(name);
      } else if (!('SubLink' in value)) {
        for (const item of Object.values(value)) visit(item);
      }
    }
  };
  visit(node);
  return [...new Set(out)];
}

/** Whether an expression is `COALESCE(column, …)`: it fills gaps and keeps what is there. */
export function keepsColumn(node: Node | undefined, column: string): boolean {
  if (!node || !('CoalesceExpr' in node)) return false;
  const [first] = node.CoalesceExpr.args ?? [];
  return first !== undefined && 'ColumnRef' in first && strings(first.ColumnRef.fields).at(-1) === column;
}

export function sourceOf(source: SqlSourceText, node: Node | undefined): SqlSource | undefined {
  if (!node || !('SelectStmt' in node)) return undefined;
  const select: SelectStmt = node.SelectStmt;
  const from = select.fromClause ?? [];
  if (from.length === 0) return undefined;
  const tables = from.flatMap((item) => ('RangeVar' in item ? [tableOf(source, item.RangeVar)] : []));
  const whole =
    from.length === 1 &&
    tables.length === 1 &&
    whereOf(select.whereClause) !== 'some' &&
    whereOf(select.whereClause) !== 'not-null' &&
    !select.groupClause &&
    !select.distinctClause &&
    !select.limitCount &&
    !select.limitOffset &&
    !select.withClause &&
    !select.havingClause &&
    (select.op ?? 'SETOP_NONE') === 'SETOP_NONE';
  const star = (select.targetList ?? []).some((target) => JSON.stringify(target).includes('"A_Star"'));
  return { tables, whole, ...given({ columns: star ? undefined : columnsRead(select.targetList) }) };
}
