/** What a `DEFAULT` says, in a spelling that doesn't depend on how it was written. */
import type { Node } from 'libpg-query';
import type { SqlValue } from './sqlModel.ts';

/** The value of a default's expression; `undefined` for none and for `NULL`. */
export function valueOf(node: Node | undefined): SqlValue | undefined {
  if (!node) return undefined;
  if ('TypeCast' in node) {
    const inner = valueOf(node.TypeCast.arg);
    // `'t'::bool` is how older tools write a boolean.
    const isBoolean =
      typeName(node) === 'bool' && inner?.v === 'text' && /^(t|true|f|false)$/i.test(inner.text);
    return isBoolean ? { v: 'boolean', text: String(/^t/i.test(inner.text)) } : inner;
  }
  if ('A_Const' in node) return constantOf(node);
  if ('A_ArrayExpr' in node) {
    const items = (node.A_ArrayExpr.elements ?? []).map((item) => valueOf(item));
    const texts = items.flatMap((item) => (item && 'text' in item ? item.text : []));
    return texts.length === items.length ? { v: 'list', items: texts } : expression(node);
  }
  if ('SQLValueFunction' in node)
    return node.SQLValueFunction.op === 'SVFOP_CURRENT_TIMESTAMP' ? { v: 'now' } : expression(node);
  if ('FuncCall' in node) {
    const name = spelled(node).replace(/\(.*$/s, '');
    const args = node.FuncCall.args ?? [];
    if (name === 'now' && args.length === 0) return { v: 'now' };
    const [first] = args;
    const of = name === 'nextval' && args.length === 1 ? valueOf(first) : undefined;
    if (of && 'text' in of) return { v: 'sequence', name: of.text.replaceAll('"', '') };
  }
  // A negative number is an operator and a number.
  if ('A_Expr' in node && !node.A_Expr.lexpr && node.A_Expr.rexpr) {
    const inner = valueOf(node.A_Expr.rexpr);
    if (inner?.v === 'number' && spelledName(node.A_Expr.name) === '-')
      return { ...inner, text: `-${inner.text}` };
  }
  return expression(node);
}

function constantOf(node: Extract<Node, { A_Const: unknown }>): SqlValue | undefined {
  const { isnull, ival, fval, boolval, sval } = node.A_Const;
  if (isnull) return undefined;
  // The parser leaves out what is zero, false or empty.
  if (ival) return { v: 'number', text: String(ival.ival ?? 0) };
  if (fval) return { v: 'number', text: fval.fval ?? '0' };
  if (boolval) return { v: 'boolean', text: String(boolval.boolval ?? false) };
  return sval ? { v: 'text', text: sval.sval ?? '' } : expression(node);
}

function expression(node: Node): SqlValue {
  return { v: 'expression', text: spelled(node) };
}

function typeName(node: Extract<Node, { TypeCast: unknown }>): string {
  return spelledName(node.TypeCast.typeName?.names);
}

function spelledName(nodes: readonly Node[] | undefined): string {
  const last = nodes?.at(-1);
  return last && 'String' in last ? (last.String.sval ?? '') : '';
}

/** An expression in one spelling: no casts, no blanks, no places. */
function spelled(node: Node | undefined): string {
  if (!node) return '';
  if ('TypeCast' in node) return spelled(node.TypeCast.arg);
  if ('FuncCall' in node)
    return `${spelledName(node.FuncCall.funcname).toLowerCase()}(${(node.FuncCall.args ?? []).map(spelled).join()})`;
  if ('A_Expr' in node)
    return `${spelled(node.A_Expr.lexpr)}${spelledName(node.A_Expr.name)}${spelled(node.A_Expr.rexpr)}`;
  return JSON.stringify(node, (key, value: unknown) => (key === 'location' ? undefined : value));
}
