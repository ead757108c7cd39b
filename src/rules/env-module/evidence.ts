/** What the uses of a variable say about it: must it be set, and is it a number? */
import { ts } from 'ts-morph';

/** The node that is exactly a read, or the destructured key, at a finding's place. */
export function readAt(
  source: ts.SourceFile,
  start: number,
  end: number,
): ts.Expression | ts.BindingElement | undefined {
  const find = (node: ts.Node): ts.Expression | ts.BindingElement | undefined => {
    if (
      node.getStart(source) === start &&
      node.end === end &&
      (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
    )
      return node;
    if (ts.isBindingElement(node)) {
      const key = node.propertyName ?? node.name;
      if (key.getStart(source) === start && key.end === end) return node;
    }
    return ts.forEachChild(node, (child) =>
      child.pos <= start && child.end >= end ? find(child) : undefined,
    );
  };
  return find(source);
}

/** The name read by `process.env.X` or `process.env['X']`. */
function readName(node: ts.Node): string | undefined {
  const isAccess = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
  if (!isAccess || !/^(globalThis\.|global\.)?process\??\.env$/.test(node.expression.getText()))
    return undefined;
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined;
}

/** All plain reads of a file, by variable. */
export function readsByName(source: ts.SourceFile): Map<string, ts.Expression[]> {
  const out = new Map<string, ts.Expression[]>();
  const visit = (node: ts.Node): void => {
    const name = readName(node);
    if (name !== undefined) out.set(name, [...(out.get(name) ?? []), node as ts.Expression]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return out;
}

export type Demand =
  /** The code goes wrong without it, and mostly says so (`!`, a throw). */
  | 'required'
  /** The code has an answer for its absence. */
  | 'optional';

/** The outermost expression that is still the same value: parentheses, `!`, casts. */
export function wrapped(node: ts.Expression): ts.Expression {
  let out = node;
  while (
    ts.isParenthesizedExpression(out.parent) ||
    ts.isNonNullExpression(out.parent) ||
    ts.isAsExpression(out.parent) ||
    ts.isSatisfiesExpression(out.parent)
  )
    out = out.parent;
  return out;
}

/** `const x = process.env.X` asks for what the uses of `x` ask for. */
function demandOf(node: ts.Expression, depth = 0): Demand {
  const whole = wrapped(node);
  const { parent } = whole;
  if (ts.isNonNullExpression(node.parent)) return 'required';
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && depth < 3) {
    const uses = usesOf(node.getSourceFile(), parent.name.text, parent.name);
    return uses.some((use) => demandOf(use, depth + 1) === 'optional') ? 'optional' : 'required';
  }
  if (ts.isBinaryExpression(parent)) {
    const op = parent.operatorToken.kind;
    if (op === ts.SyntaxKind.QuestionQuestionToken || op === ts.SyntaxKind.BarBarToken)
      return parent.left === whole && !isThrowing(parent.right) ? 'optional' : 'required';
    if (op === ts.SyntaxKind.AmpersandAmpersandToken)
      return parent.left === whole ? 'optional' : testDemand(parent);
    // Compared with a fixed text, absence is one of the cases; compared with a value from elsewhere, it is a hole.
    if (EQUALITY.has(op))
      return isFixed(parent.left === whole ? parent.right : parent.left) ? 'optional' : 'required';
  }
  if (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent)) &&
    parent.questionDotToken
  )
    return 'optional';
  if (ts.isTypeOfExpression(parent)) return 'optional';
  return testDemand(whole);
}

const EQUALITY = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

function isFixed(node: ts.Expression): boolean {
  return (
    ts.isLiteralExpression(node) ||
    node.kind === ts.SyntaxKind.NullKeyword ||
    (ts.isIdentifier(node) && node.text === 'undefined')
  );
}

/** A value that decides a branch may be absent, unless its absence throws. */
function testDemand(node: ts.Expression): Demand {
  let negated = false;
  let at: ts.Node = node;
  for (;;) {
    const { parent }: ts.Node = at;
    if (ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.ExclamationToken)
      negated = !negated;
    else if (ts.isBinaryExpression(parent) && /^(\|\||&&)$/.test(parent.operatorToken.getText()))
      negated = negated && parent.operatorToken.kind === ts.SyntaxKind.BarBarToken;
    else if (!ts.isParenthesizedExpression(parent)) {
      if (ts.isIfStatement(parent) && parent.expression === at)
        return negated && throws(parent.thenStatement) ? 'required' : 'optional';
      if ((ts.isConditionalExpression(parent) && parent.condition === at) || ts.isWhileStatement(parent))
        return 'optional';
      return at === node ? 'required' : 'optional';
    }
    at = parent;
  }
}

function throws(node: ts.Statement): boolean {
  if (ts.isThrowStatement(node)) return true;
  return ts.isBlock(node) && node.statements.some(ts.isThrowStatement);
}

/** Expressions that use a name; shadowed ones count as well, which only makes the answer more careful. */
export function usesOf(source: ts.SourceFile, name: string, declaration: ts.Node): ts.Identifier[] {
  const out: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name && node !== declaration) {
      const { parent } = node;
      const isName =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        ts.isBindingElement(parent) ||
        ts.isImportSpecifier(parent);
      if (!isName) out.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return out;
}

function isThrowing(node: ts.Expression): boolean {
  return (
    ts.isCallExpression(node) &&
    ts.isParenthesizedExpression(node.expression) &&
    /^\(\s*\(\)\s*=>\s*\{\s*throw\b/.test(node.getText())
  );
}

/**
 * What all reads of a variable in one file say together. One answer for its absence makes it optional: the file worked
 * without it.
 */
export function demandOfAll(nodes: readonly ts.Expression[]): Demand {
  return nodes.length > 0 && nodes.every((node) => demandOf(node) === 'required') ? 'required' : 'optional';
}

/** `Number(process.env.X)`: the call around a read. */
export function numberCall(node: ts.Expression): ts.CallExpression | undefined {
  const { parent } = wrapped(node);
  return ts.isCallExpression(parent) &&
    ts.isIdentifier(parent.expression) &&
    parent.expression.text === 'Number' &&
    parent.arguments.length === 1 &&
    parent.arguments[0] === wrapped(node)
    ? parent
    : undefined;
}
