/** The loop around a query in the syntax tree, and what can be said of its items outside of it. */
import { ts } from 'ts-morph';
import { declarationOf, isInside, referencesIn } from '../../edit/scopes.ts';

export interface Round {
  /** The statement before which something can be written that is done once. */
  statement: ts.Statement;
  /** The block of the loop, or the callback's body. */
  body: ts.Node;
  /** Text of the list; naming it twice changes nothing. */
  listText: string;
  /** The list surely has `map`. */
  isArray: boolean;
  /** The item as it is declared, for a function of it: a name, or a pattern with what a node needs. */
  itemFor(node: ts.Node): string;
  /** Whether a node uses anything that is declared in the loop. */
  mentions(node: ts.Node): boolean;
  /** Whether of all that is declared in the loop it uses the item only, and asks nobody else. */
  isOfItem(node: ts.Node): boolean;
  /** Whether a condition in the loop looks at a value. */
  isTested(value: ts.Expression): boolean;
  /** Whether the loop does nothing but make a call. */
  isOnly(call: ts.CallExpression): boolean;
  /** Whether a call is what the callback returns, for `Promise.all` to wait for. */
  isAwaitedAsWhole(call: ts.CallExpression): boolean;
}

/** The innermost loop or array callback around a call; undefined where its list has no name, or nothing can be put before it. */
export function roundAround(source: ts.SourceFile, call: ts.CallExpression): Round | undefined {
  for (let node: ts.Node = call; !ts.isSourceFile(node); node = node.parent) {
    if (ts.isForOfStatement(node)) {
      const { initializer } = node;
      const item = ts.isVariableDeclarationList(initializer) ? initializer.declarations[0]?.name : undefined;
      return item && !node.awaitModifier
        ? makeRound(source, {
            statement: node,
            body: node.statement,
            list: node.expression,
            item,
            scope: node,
          })
        : undefined;
    }
    if (ts.isForStatement(node) || ts.isWhileStatement(node)) return undefined;
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
      const outer = node.parent;
      if (!ts.isCallExpression(outer) || !ts.isPropertyAccessExpression(outer.expression)) return undefined;
      if (!/^(map|flatMap|forEach)$/.test(outer.expression.name.text)) {
        // `tx => …` and the like are no loops.
        continue;
      }
      const item = node.parameters[0]?.name;
      const statement = statementOf(outer);
      return item && statement
        ? makeRound(source, {
            statement,
            body: node.body,
            list: outer.expression.expression,
            item,
            scope: node,
          })
        : undefined;
    }
    if (ts.isFunctionLike(node)) return undefined;
  }
  return undefined;
}

/** The statement of a block that contains a node, with no function in between. */
function statementOf(node: ts.Node): ts.Statement | undefined {
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at)) return undefined;
    if (ts.isStatement(at) && (ts.isBlock(at.parent) || ts.isSourceFile(at.parent))) return at;
  }
  return undefined;
}

function makeRound(
  source: ts.SourceFile,
  parts: {
    statement: ts.Statement;
    body: ts.Node;
    list: ts.Expression;
    item: ts.BindingName;
    scope: ts.Node;
  },
): Round | undefined {
  const { statement, body, list, item, scope } = parts;
  const isBlock = ts.isBlock(statement.parent) || ts.isSourceFile(statement.parent);
  if (!isNamed(list) || !isBlock || !isInAsync(statement)) return undefined;
  const isLoop = ts.isForOfStatement(scope);
  const isHere = (name: ts.Identifier): boolean => {
    const declaration = declarationOf(name);
    return declaration !== undefined && isInside(declaration, scope);
  };
  const isItem = (name: ts.Identifier): boolean => {
    const declaration = declarationOf(name);
    return declaration !== undefined && isInside(declaration, item.parent) && !isInside(declaration, body);
  };
  const mentions = (node: ts.Node): boolean => referencesIn(node).some(isHere);
  return {
    statement,
    body,
    listText: list.getText(source),
    isArray: !isLoop || isArrayLike(list),
    itemFor(node) {
      if (!ts.isObjectBindingPattern(item)) return item.getText(source);
      const used = new Set(referencesIn(node).map(({ text }) => text));
      const elements = item.elements.filter(
        ({ name, dotDotDotToken }) => dotDotDotToken || !ts.isIdentifier(name) || used.has(name.text),
      );
      return `{ ${elements.map((element) => element.getText(source)).join(', ')} }`;
    },
    mentions,
    isOfItem: (node) => !hasCall(node) && referencesIn(node).every((name) => !isHere(name) || isItem(name)),
    isTested(value) {
      const text = value.getText(source);
      let found = false;
      const visit = (node: ts.Node): void => {
        const test = ts.isIfStatement(node)
          ? node.expression
          : ts.isConditionalExpression(node)
            ? node.condition
            : undefined;
        if (test?.getText(source).includes(text)) found = true;
        ts.forEachChild(node, visit);
      };
      visit(body);
      return found;
    },
    isOnly(call) {
      const whole = ts.isAwaitExpression(call.parent) ? call.parent : call;
      const own = ts.isBlock(body) ? body.statements : undefined;
      const [only] = own ?? [];
      const inner =
        only && ts.isExpressionStatement(only)
          ? only.expression
          : only && ts.isReturnStatement(only)
            ? only.expression
            : ts.isExpressionStatement(body)
              ? body.expression
              : own
                ? undefined
                : body;
      if ((own && own.length !== 1) || inner !== whole) return false;
      return isLoop || isOnlyAll(statement);
    },
    isAwaitedAsWhole: (call) => call === body || (ts.isReturnStatement(call.parent) && !isLoop),
  };
}

/** `await Promise.all(items.map(…));` and nothing else. */
function isOnlyAll(statement: ts.Statement): boolean {
  if (!ts.isExpressionStatement(statement) || !ts.isAwaitExpression(statement.expression)) return false;
  const call = statement.expression.expression;
  return ts.isCallExpression(call) && /^Promise\.all(Settled)?$/.test(call.expression.getText());
}

/** `items`, `order.items`: can be named twice. */
function isNamed(node: ts.Expression): boolean {
  if (ts.isNonNullExpression(node)) return isNamed(node.expression);
  return (
    ts.isIdentifier(node) ||
    (ts.isPropertyAccessExpression(node) && !node.questionDotToken && isNamed(node.expression))
  );
}

/** Declared as an array here, or read by `findMany`. */
function isArrayLike(list: ts.Expression): boolean {
  const declaration = ts.isIdentifier(list) ? declarationOf(list) : undefined;
  if (!declaration) return false;
  if (ts.isParameter(declaration)) return /\[\]$|^(Readonly)?Array</.test(declaration.type?.getText() ?? '');
  if (!ts.isVariableDeclaration(declaration)) return false;
  const { initializer } = declaration;
  const value = initializer && ts.isAwaitExpression(initializer) ? initializer.expression : initializer;
  return (
    value !== undefined &&
    (ts.isArrayLiteralExpression(value) ||
      (ts.isCallExpression(value) &&
        ts.isPropertyAccessExpression(value.expression) &&
        /^(findMany|map|filter|createManyAndReturn)$/.test(value.expression.name.text)))
  );
}

function hasCall(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isNewExpression(node) ||
    (ts.forEachChild(node, (child) => hasCall(child) || undefined) ?? false)
  );
}

/** Whether `await` may be written where a statement stands. */
function isInAsync(statement: ts.Statement): boolean {
  for (let node: ts.Node = statement.parent; !ts.isSourceFile(node); node = node.parent)
    if (ts.isFunctionLike(node))
      return (ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Async) !== 0;
  return true;
}
