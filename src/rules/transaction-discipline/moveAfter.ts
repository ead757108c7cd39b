/** Moves a statement out of a transaction's callback, to where the transaction has ended. */
import { ts } from 'ts-morph';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { declarationOf, isInside, referencesIn } from '../../edit/scopes.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';
import { hereOf } from './callback.ts';
import type { Callback, Here } from './callback.ts';

export function moveAfter(context: FixContext): FixOutcome {
  const here = hereOf(context);
  if (typeof here === 'string') return { refuse: here };
  const { source, callback } = here;
  const statement = statementOf(here);
  if (typeof statement === 'string') return { refuse: statement };
  const around = aroundOf(callback);
  if (typeof around === 'string') return { refuse: around };
  const inner = [...namesFrom(statement, callback)];
  if (inner.length > 1) return { refuse: `It uses ${list(inner)}, which exist in the callback only.` };
  const plan = planOf(here, around, inner[0]);
  if (typeof plan === 'string') return { refuse: plan };
  const style = styleOf(context.text);
  const text = renamed(source, statement, inner[0], plan.name);
  const indent = indentAt(context.text, around.statement.getStart(source));
  const own = indentAt(context.text, statement.getStart(source));
  const moved = text
    .split('\n')
    .map((line, i) => (i > 0 && line.startsWith(own) ? indent + line.slice(own.length) : line))
    .join('\n');
  const { end } = around.statement;
  const ending =
    plan.returns === undefined ? '' : `${style.newline}${indent}return ${plan.returns}${style.semicolon}`;
  return {
    changes: [
      {
        file: context.file,
        create: false,
        edits: [
          ...plan.edits,
          removal(source, statement),
          { start: end, end, text: `${style.newline}${indent}${moved}${ending}` },
        ],
      },
    ],
  };
}

/** The statement of the callback's own block that does nothing but the call. */
function statementOf({ node, callback }: Here): ts.ExpressionStatement | string {
  for (let at: ts.Node = node; at !== callback; at = at.parent) {
    if (!ts.isStatement(at)) continue;
    if (!ts.isExpressionStatement(at))
      return 'Its result is used in the transaction: ask for it before, or after, by hand.';
    if (ts.isBinaryExpression(at.expression))
      return 'Its result is used in the transaction: ask for it before, or after, by hand.';
    return at.parent === callback.body
      ? at
      : 'It stands in a condition, a loop or a callback: take what decides it out of the transaction by hand.';
  }
  return 'It is no statement of its own.';
}

interface Around {
  statement: ts.Statement;
  kind: 'plain' | 'const' | 'return';
  /** The constant that gets the transaction's result. */
  name: string | undefined;
  /** What is awaited or returned. */
  value: ts.Expression;
}

/** The statement that waits for the transaction. */
function aroundOf(callback: Callback): Around | string {
  const call = callback.parent;
  if (!ts.isCallExpression(call)) return 'The callback has a name: it may be called elsewhere too.';
  const { parent } = call;
  const elsewhere = 'The transaction is part of a larger expression: move it by hand.';
  if (ts.isReturnStatement(parent)) {
    for (let at: ts.Node = parent; at; at = at.parent)
      if (ts.isFunctionLike(at)) {
        const isAsync = (ts.canHaveModifiers(at) ? ts.getModifiers(at) : undefined)?.some(
          (modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword,
        );
        return isAsync === true && ts.isBlock(parent.parent)
          ? { statement: parent, kind: 'return', name: undefined, value: call }
          : 'The function around the transaction is not async: move it by hand.';
      }
  }
  if (!ts.isAwaitExpression(parent)) return elsewhere;
  const owner = parent.parent;
  const inBlock = (statement: ts.Node): boolean =>
    ts.isBlock(statement.parent) || ts.isSourceFile(statement.parent);
  if (ts.isExpressionStatement(owner) && inBlock(owner))
    return { statement: owner, kind: 'plain', name: undefined, value: parent };
  if (ts.isReturnStatement(owner) && inBlock(owner))
    return { statement: owner, kind: 'return', name: undefined, value: parent };
  if (
    ts.isVariableDeclaration(owner) &&
    ts.isIdentifier(owner.name) &&
    ts.isVariableStatement(owner.parent.parent)
  )
    return { statement: owner.parent.parent, kind: 'const', name: owner.name.text, value: parent };
  return elsewhere;
}

interface Plan {
  edits: TextEdit[];
  /** What the used name is called behind the transaction. */
  name: string | undefined;
  /** What the function returns in the end, where the transaction was returned. */
  returns: string | undefined;
}

/** How a name of the callback gets out. */
function planOf({ source, callback }: Here, around: Around, used: string | undefined): Plan | string {
  const { statement, kind, name } = around;
  const start = statement.getStart(source);
  const valueStart = around.value.getStart(source);
  const isAwaited = ts.isAwaitExpression(around.value);
  if (used === undefined && kind !== 'return') return { edits: [], name: undefined, returns: undefined };
  const returned = returnsOf(callback);
  if (used !== undefined && returned.some((item) => item.expression?.getText(source) !== used))
    return `It uses \`${used}\`, which the transaction does not return.`;
  const local = used ?? 'result';
  if (kind !== 'const' && isTaken(source, callback, statement, local))
    return `The name \`${local}\` is taken around the transaction.`;
  const edits: TextEdit[] = [];
  if (used !== undefined && returned.length === 0) {
    if (kind === 'const') return `It uses \`${used}\`, which the transaction does not return.`;
    const last = ts.isBlock(callback.body ?? callback)
      ? (callback.body as ts.Block).statements.at(-1)
      : undefined;
    if (!last) return 'The callback has no block.';
    const indent = indentAt(source.text, last.getStart(source));
    const { semicolon, newline } = styleOf(source.text);
    edits.push({ start: last.end, end: last.end, text: `${newline}${indent}return ${used}${semicolon}` });
  }
  if (kind === 'const') return { edits, name, returns: undefined };
  const head = `const ${local} = ${isAwaited ? '' : 'await '}`;
  edits.push({ start, end: valueStart, text: head });
  return { edits, name: local, returns: kind === 'return' ? local : undefined };
}

function returnsOf(callback: Callback): ts.ReturnStatement[] {
  const out: ts.ReturnStatement[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) out.push(node);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  if (callback.body) ts.forEachChild(callback.body, visit);
  return out;
}

/** Whether something around the transaction has a name already. */
function isTaken(source: ts.SourceFile, callback: Callback, statement: ts.Statement, name: string): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (node === callback) return;
    if (
      ts.isIdentifier(node) &&
      node.text === name &&
      !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)
    )
      found = true;
    ts.forEachChild(node, visit);
  };
  let scope: ts.Node = statement;
  while (!ts.isFunctionLike(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  visit(scope === callback ? source : scope);
  return found;
}

/** Names of the callback that a statement uses. */
function namesFrom(statement: ts.Statement, callback: Callback): Set<string> {
  const out = new Set<string>();
  for (const reference of referencesIn(statement)) {
    const declaration = declarationOf(reference);
    if (declaration && isInside(declaration, callback) && !isInside(declaration, statement))
      out.add(reference.text);
  }
  return out;
}

function renamed(
  source: ts.SourceFile,
  statement: ts.Statement,
  from: string | undefined,
  to: string | undefined,
): string {
  const start = statement.getStart(source);
  let text = source.text.slice(start, statement.end);
  if (from === undefined || to === undefined || from === to) return text;
  for (const reference of referencesIn(statement).toReversed()) {
    if (reference.text !== from) continue;
    const at = reference.getStart(source) - start;
    const piece = ts.isShorthandPropertyAssignment(reference.parent) ? `${from}: ${to}` : to;
    text = text.slice(0, at) + piece + text.slice(at + from.length);
  }
  return text;
}

/** The statement with the line that it stands on. */
function removal(source: ts.SourceFile, statement: ts.Statement): TextEdit {
  const start = statement.getStart(source);
  const line = source.text.lastIndexOf('\n', start - 1);
  const isAlone = /^[ \t]*$/.test(source.text.slice(line + 1, start));
  return {
    start: isAlone ? (source.text.slice(0, line).endsWith('\r') ? line - 1 : line) : start,
    end: statement.end,
    text: '',
  };
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' and ');
}
