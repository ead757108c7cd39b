/** The value a configuration file in JavaScript or TypeScript exports, read without running it. */
import { ts } from 'ts-morph';
import type { FileId } from '../base/path.ts';
import type { Json } from '../base/json.ts';
import { parseTs } from './parseTs.ts';

export interface StaticExport {
  /** `undefined`: nothing is exported, or nothing of it can be told. */
  value: Json | undefined;
  /** Something in it is computed; it is missing in the value. */
  isPartial: boolean;
}

/** `export default …`, `module.exports = …`, `exports.default = …`; constants of the same file and `as`, `satisfies` are followed. */
export function staticExport(file: FileId, text: string): StaticExport {
  const source = parseTs(file, text);
  const constants = new Map<string, ts.Expression>();
  let exported: ts.Expression | undefined;
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (initializer && ts.isIdentifier(name)) constants.set(name.text, initializer);
    if (ts.isExportAssignment(statement)) exported = statement.expression;
    if (
      ts.isExpressionStatement(statement) &&
      ts.isBinaryExpression(statement.expression) &&
      statement.expression.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      /^(module\.exports|exports\.default)$/.test(statement.expression.left.getText(source))
    )
      exported = statement.expression.right;
  }
  if (!exported) return { value: undefined, isPartial: false };
  const reader: Reader = { source, constants, isPartial: false, depth: 0 };
  return { value: read(exported, reader), isPartial: reader.isPartial };
}

interface Reader {
  source: ts.SourceFile;
  constants: ReadonlyMap<string, ts.Expression>;
  isPartial: boolean;
  depth: number;
}

/** Deeper than any configuration, and less than the stack: constants can name each other in a circle. */
const maxDepth = 50;

function read(node: ts.Expression, reader: Reader): Json | undefined {
  if (reader.depth > maxDepth) return unknown(reader);
  reader.depth++;
  try {
    return readHere(node, reader);
  } finally {
    reader.depth--;
  }
}

function unknown(reader: Reader): undefined {
  reader.isPartial = true;
}

function readHere(node: ts.Expression, reader: Reader): Json | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword) return null;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node))
    return read(node.expression, reader);
  if (ts.isIdentifier(node)) {
    const constant = reader.constants.get(node.text);
    return constant ? read(constant, reader) : unknown(reader);
  }
  // `defineConfig({ … })`: what a call gets is what it gives, as far as anybody writes it.
  if (ts.isCallExpression(node) && node.arguments.length === 1 && node.arguments[0])
    return read(node.arguments[0], reader);
  if (ts.isArrayLiteralExpression(node)) return readArray(node, reader);
  if (ts.isObjectLiteralExpression(node)) return readObject(node, reader);
  return unknown(reader);
}

function readArray(node: ts.ArrayLiteralExpression, reader: Reader): Json[] {
  return node.elements.flatMap((element): Json[] => {
    const spread = ts.isSpreadElement(element);
    const value = read(spread ? element.expression : element, reader);
    if (value === undefined) return [];
    return spread && Array.isArray(value) ? value : [value];
  });
}

function readObject(node: ts.ObjectLiteralExpression, reader: Reader): { [key: string]: Json } {
  const out: [string, Json][] = [];
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      const value = read(property.expression, reader);
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        out.push(...Object.entries(value));
      continue;
    }
    const isNamed =
      property.name && (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name));
    const from = ts.isPropertyAssignment(property)
      ? property.initializer
      : ts.isShorthandPropertyAssignment(property)
        ? property.name
        : undefined;
    const value = isNamed && from ? read(from, reader) : unknown(reader);
    if (isNamed && value !== undefined) out.push([property.name.text, value]);
  }
  return Object.fromEntries(out);
}
