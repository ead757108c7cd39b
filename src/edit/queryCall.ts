/** Finds a list read in the syntax tree and writes into its arguments, in the style of the place. */
import { ts } from 'ts-morph';
import { indentAt } from './style.ts';
import type { Style } from './style.ts';
import type { TextEdit } from '../run/finding.ts';

/** The node that starts and ends at two offsets, the innermost one. */
export function nodeAt(source: ts.SourceFile, start: number, end: number): ts.Node | undefined {
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (node.getStart(source) === start && node.end === end) found = node;
    if (node.pos <= start && end <= node.end) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The call whose callee's name stands at two offsets: `findMany` of `prisma.post.findMany(…)`. */
export function callAt(source: ts.SourceFile, start: number, end: number): ts.CallExpression | undefined {
  const name = nodeAt(source, start, end);
  const access = name?.parent;
  if (!access || !ts.isPropertyAccessExpression(access) || access.name !== name) return undefined;
  let callee: ts.Node = access;
  while (ts.isParenthesizedExpression(callee.parent) || ts.isNonNullExpression(callee.parent))
    callee = callee.parent;
  return ts.isCallExpression(callee.parent) && callee.parent.expression === callee
    ? callee.parent
    : undefined;
}

/** The object literal inside casts and parentheses. */
export function literalOf(node: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  let inner = node;
  while (
    inner &&
    (ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner) || ts.isSatisfiesExpression(inner))
  )
    inner = inner.expression;
  return inner && ts.isObjectLiteralExpression(inner) ? inner : undefined;
}

export function propertyNamed(
  object: ts.ObjectLiteralExpression,
  name: string,
): ts.PropertyAssignment | ts.ShorthandPropertyAssignment | undefined {
  for (const property of object.properties)
    if (
      (ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property)) &&
      !ts.isComputedPropertyName(property.name) &&
      property.name.text === name
    )
      return property;
  return undefined;
}

/** A property to be written: `take: 100`, or a spread. */
export interface Piece {
  /** Its name; undefined for a spread. */
  name?: string;
  text: string;
}

/**
 * Edits that put properties into an object literal: a property of the same name gives way, the others come last (or first).
 * @param first before everything else, so that a later spread wins
 */
export function intoObject(
  source: ts.SourceFile,
  object: ts.ObjectLiteralExpression,
  pieces: readonly Piece[],
  style: Style,
  first = false,
): TextEdit[] {
  const edits: TextEdit[] = [];
  const fresh: string[] = [];
  for (const piece of pieces) {
    const old = piece.name === undefined ? undefined : propertyNamed(object, piece.name);
    if (old) edits.push({ start: old.getStart(source), end: old.end, text: piece.text });
    else fresh.push(piece.text);
  }
  if (fresh.length === 0) return edits;
  const { properties } = object;
  const [head] = properties;
  const last = properties.at(-1);
  const { text } = source;
  if (!head || !last)
    return [...edits, { start: object.getStart(source), end: object.end, text: `{ ${fresh.join(', ')} }` }];
  const isMultiline = text.slice(object.getStart(source), head.getStart(source)).includes('\n');
  const gap = isMultiline ? style.newline + indentAt(text, head.getStart(source)) : ' ';
  if (first) {
    const start = head.getStart(source);
    return [...edits, { start, end: start, text: fresh.map((piece) => `${piece},${gap}`).join('') }];
  }
  const start = last.end;
  const hasComma = properties.hasTrailingComma === true;
  // After a comma that is there already, the new ones go behind it and bring their own.
  const added = fresh.map((piece) => `,${gap}${piece}`).join('');
  return [
    ...edits,
    { start, end: start, text: added + (isMultiline && !hasComma && style.trailingComma ? ',' : '') },
  ];
}

/** Edits that put properties into the first argument of a call, whatever form it has. */
export function intoArguments(
  source: ts.SourceFile,
  call: ts.CallExpression,
  pieces: readonly Piece[],
  style: Style,
  first = false,
): TextEdit[] {
  const [argument] = call.arguments;
  if (!argument || (ts.isIdentifier(argument) && argument.text === 'undefined')) {
    const close = call.end - 1;
    const start = argument ? argument.getStart(source) : close;
    return [
      {
        start,
        end: argument ? argument.end : close,
        text: `{ ${pieces.map((piece) => piece.text).join(', ')} }`,
      },
    ];
  }
  const literal = literalOf(argument);
  if (literal) return intoObject(source, literal, pieces, style, first);
  const texts = pieces.map((piece) => piece.text).join(', ');
  const own = argument.getText(source);
  const spread = `...${ts.isIdentifier(argument) || ts.isCallExpression(argument) || ts.isPropertyAccessExpression(argument) ? own : `(${own})`}`;
  return [
    {
      start: argument.getStart(source),
      end: argument.end,
      text: first ? `{ ${texts}, ${spread} }` : `{ ${spread}, ${texts} }`,
    },
  ];
}

/** Whether the arguments have a property of this name, as far as the literal or a constant in the same file says. */
export function argumentsHave(source: ts.SourceFile, call: ts.CallExpression, name: string): boolean {
  const seen = (object: ts.ObjectLiteralExpression | undefined, depth: number): boolean => {
    if (!object || depth > 3) return false;
    if (propertyNamed(object, name)) return true;
    return object.properties.some(
      (property) => ts.isSpreadAssignment(property) && has(property.expression, depth + 1),
    );
  };
  const has = (node: ts.Expression | undefined, depth: number): boolean => {
    if (!node) return false;
    const literal = literalOf(node);
    if (literal) return seen(literal, depth);
    // What another function or module returns isn't looked up: it may well have it.
    return (
      !ts.isIdentifier(node) ||
      seen(literalOf(constantOf(source, node.text)), depth + 1) ||
      constantOf(source, node.text) === undefined
    );
  };
  return has(call.arguments[0], 0);
}

function constantOf(source: ts.SourceFile, name: string): ts.Expression | undefined {
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (
      ts.isVariableDeclaration(node) &&
      ts.isIdentifier(node.name) &&
      node.name.text === name &&
      node.initializer
    )
      found ??= node.initializer;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
