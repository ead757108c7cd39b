/** Makes functions async in the syntax tree, and finds what that asks of their callers. */
import { ts } from 'ts-morph';
import { referencesIn } from '../../edit/scopes.ts';
import type { TextEdit } from '../../run/finding.ts';

export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration;

/** The function that a node's `await` would stand in; undefined at the module's level, and where no function may wait. */
export function functionAround(node: ts.Node): FunctionNode | undefined {
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    if (
      ts.isFunctionDeclaration(at) ||
      ts.isFunctionExpression(at) ||
      ts.isArrowFunction(at) ||
      ts.isMethodDeclaration(at)
    )
      return at;
    if (ts.isConstructorDeclaration(at) || ts.isAccessor(at) || ts.isClassStaticBlockDeclaration(at))
      return undefined;
  }
  return undefined;
}

export function isAsync(fn: FunctionNode): boolean {
  return fn.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
}

/** Edits that make a function async; its declared result becomes a promise. None when it is one already. */
export function asyncEdits(source: ts.SourceFile, fn: FunctionNode): TextEdit[] {
  if (isAsync(fn)) return [];
  const keyword = ts.isFunctionDeclaration(fn) || ts.isFunctionExpression(fn);
  const head = keyword
    ? (fn.getChildren(source).find(({ kind }) => kind === ts.SyntaxKind.FunctionKeyword) ?? fn)
    : ts.isMethodDeclaration(fn)
      ? fn.name
      : fn;
  const start = head.getStart(source);
  return [{ start, end: start, text: 'async ' }, ...(fn.type ? promised(source, fn.type) : [])];
}

/** Wraps a type into `Promise<…>`, unless it is one. */
export function promised(source: ts.SourceFile, type: ts.TypeNode): TextEdit[] {
  const text = type.getText(source);
  if (/^(Promise|PromiseLike|any|unknown)\b/.test(text)) return [];
  const start = type.getStart(source);
  return [
    { start, end: start, text: 'Promise<' },
    { start: type.end, end: type.end, text: '>' },
  ];
}

/** References to a name in a tree. */
export function usesOf(root: ts.Node, name: string): ts.Identifier[] {
  return referencesIn(root).filter(({ text }) => text === name);
}

/** How often a tree declares a variable, parameter or function of this name. */
export function declarationsOf(root: ts.Node, name: string): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    if (
      (ts.isVariableDeclaration(node) ||
        ts.isParameter(node) ||
        ts.isBindingElement(node) ||
        ts.isFunctionDeclaration(node) ||
        ts.isImportSpecifier(node)) &&
      node.name !== undefined &&
      ts.isIdentifier(node.name) &&
      node.name.text === name
    )
      count++;
    ts.forEachChild(node, visit);
  };
  visit(root);
  return count;
}

/** The name under which a function is called, if it has one. */
export function nameOf(fn: FunctionNode): string | undefined {
  if (ts.isFunctionDeclaration(fn)) return fn.name?.text;
  const { parent } = fn;
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : undefined;
}

/** The outermost expression around a node that means the same: through parentheses, casts and `!`. */
export function outermost(node: ts.Expression): ts.Expression {
  let at = node;
  while (
    ts.isParenthesizedExpression(at.parent) ||
    ts.isAsExpression(at.parent) ||
    ts.isSatisfiesExpression(at.parent) ||
    ts.isNonNullExpression(at.parent)
  )
    at = at.parent;
  return at;
}

/**
 * Edits that let the callers of a function wait for it, or the reason why they can't.
 * @param name what the function is called in this file
 */
export function awaitCalls(source: ts.SourceFile, name: string): TextEdit[] | string {
  if (declarationsOf(source, name) > 1) return `There are several functions called ${name}.`;
  const edits: TextEdit[] = [];
  for (const use of usesOf(source, name)) {
    const { parent } = use;
    if (ts.isExportSpecifier(parent) || ts.isExportAssignment(parent)) continue;
    // A server component may be async: nobody but React calls it.
    if (
      ts.isJsxOpeningElement(parent) ||
      ts.isJsxSelfClosingElement(parent) ||
      ts.isJsxClosingElement(parent)
    )
      continue;
    if (!ts.isCallExpression(parent) || parent.expression !== use)
      return `${name} is handed on in this file: its callers can't be found.`;
    const whole = outermost(parent);
    if (ts.isAwaitExpression(whole.parent)) continue;
    const around = functionAround(parent);
    if (!around || !isAsync(around))
      return `${name} is called by code that isn't async. Make that async first.`;
    edits.push(...awaitEdits(source, parent));
  }
  return edits;
}

/** Puts `await` before an expression, with parentheses where something is read from it. */
export function awaitEdits(source: ts.SourceFile, node: ts.Expression, keyword = 'await '): TextEdit[] {
  const { parent } = node;
  const isHead =
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent) ||
      ts.isNonNullExpression(parent)) &&
    parent.expression === node;
  const isCall = keyword.endsWith('(');
  const start = node.getStart(source);
  // Without semicolons a line that starts with a parenthesis would call what stands before it.
  const guard = startsStatement(source, node) ? ';' : '';
  const [open, close] = isCall ? [keyword, ')'] : isHead ? [`${guard}(${keyword}`, ')'] : [keyword, ''];
  return [
    { start, end: start, text: open },
    ...(close === '' ? [] : [{ start: node.end, end: node.end, text: close }]),
  ];
}

/** Whether a node is the start of an expression statement that no semicolon or brace separates from the one before. */
function startsStatement(source: ts.SourceFile, node: ts.Node): boolean {
  const start = node.getStart(source);
  const statement = ts.findAncestor(node, ts.isExpressionStatement);
  if (statement?.getStart(source) !== start) return false;
  const siblings: readonly ts.Statement[] =
    ts.isBlock(statement.parent) || ts.isSourceFile(statement.parent) ? statement.parent.statements : [];
  const before = siblings[siblings.indexOf(statement) - 1];
  return before !== undefined && !/[;}]$/.test(before.getText(source));
}
