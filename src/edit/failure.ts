/** The failure that a function should answer with, in the shape the function, the file or the project uses. */
import { ts } from 'ts-morph';
import type { FixContext } from './fix.ts';
import { addImport, importedAs } from './imports.ts';
import type { TextEdit } from '../run/finding.ts';
import type { Style } from './style.ts';

export interface Failure {
  /** The expression to return. */
  text: string;
  imports: TextEdit[];
}

const MESSAGE = 'Something went wrong';
const FAIL_CALL = /^(fail|failure|failed|err|error|actionError|errorResult|failResult)$/;

/**
 * The expression to return from a place, or why none can be chosen.
 * @param message the text for people, as code
 */
export function failureOf(
  context: FixContext,
  { source, style }: { source: ts.SourceFile; style: Style },
  anchor: ts.Node | undefined,
  message: string = style.quote + MESSAGE + style.quote,
): Failure | string {
  const fn = anchor && ts.findAncestor(anchor, (node) => ts.isFunctionLike(node));
  if (!fn) return 'The code stands in no function: there is nobody to answer.';
  const own = returnsOf(fn);
  if (own.length === 0) return 'The function returns nothing, so no caller would see the failure.';
  if (own.some((value) => isResponse(value, source))) {
    const name =
      own
        .map((value) => /^(Next)?Response(?=\.json\b)/.exec(value.getText(source))?.[0])
        .find((found) => found !== undefined) ?? 'Response';
    return { text: `${name}.json({ error: { message: ${message} } }, { status: 500 })`, imports: [] };
  }
  const all = [...own, ...returnsOf(source)];
  for (const value of all) {
    if (
      ts.isCallExpression(value) &&
      ts.isIdentifier(value.expression) &&
      FAIL_CALL.test(value.expression.text)
    )
      return { text: `${value.expression.text}(${message})`, imports: [] };
  }
  for (const value of all) {
    const shape = ts.isObjectLiteralExpression(value) ? failureShape(value, source, message) : undefined;
    if (shape !== undefined) return { text: shape, imports: [] };
  }
  return projectFailure(context, source, message);
}

/** A failure as the project makes them. */
export function projectFailure(context: FixContext, source: ts.SourceFile, message: string): Failure {
  const { result } = context.workspace.projectConventions(context.file);
  const fail = result?.fail;
  if (fail?.spec !== undefined && fail.file !== context.file) {
    const known = importedAs(source, fail.spec, fail.name);
    return {
      text: `${known ?? fail.name}(${message})`,
      imports: addImport(source, { spec: fail.spec, name: fail.name }),
    };
  }
  const flag = result?.flag ?? 'success';
  if (result && !result.keys.includes('error') && result.keys.includes('message'))
    return { text: `{ ${flag}: false, message: ${message} }`, imports: [] };
  const error =
    result && result.keys.includes('error') && result.errorKeys.length === 0
      ? message
      : `{ message: ${message} }`;
  return {
    text: result && !result.isFlagged ? `{ error: ${error} }` : `{ ${flag}: false, error: ${error} }`,
    imports: [],
  };
}

/** Values of the return statements of a function (or of all functions of a file), inner functions of a function excluded. */
function returnsOf(root: ts.Node): ts.Expression[] {
  const out: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && !ts.isSourceFile(root)) return;
    if (ts.isReturnStatement(node) && node.expression) out.push(node.expression);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(root, visit);
  return out;
}

function isResponse(value: ts.Expression, source: ts.SourceFile): boolean {
  return /^(new )?(Next)?Response\b/.test(value.getText(source));
}

/** `{ success: false, error: 'No such order' }` with the message of ours; undefined for other objects. */
function failureShape(
  value: ts.ObjectLiteralExpression,
  source: ts.SourceFile,
  message: string,
): string | undefined {
  const isFailure = value.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      ((property.initializer.kind === ts.SyntaxKind.FalseKeyword &&
        /^(success|ok|isSuccess)$/.test(property.name.getText(source))) ||
        property.name.getText(source) === 'error'),
  );
  if (!isFailure) return undefined;
  const parts: string[] = [];
  let said = false;
  for (const property of value.properties) {
    if (ts.isShorthandPropertyAssignment(property) && property.name.text === 'error') {
      parts.push(`error: ${message}`);
      said = true;
      continue;
    }
    if (!ts.isPropertyAssignment(property)) return undefined;
    const name = property.name.getText(source);
    const { initializer } = property;
    if (initializer.kind === ts.SyntaxKind.FalseKeyword) parts.push(`${name}: false`);
    else if (/^(error|message|errorMessage)$/.test(name)) {
      const nested = ts.isObjectLiteralExpression(initializer);
      parts.push(`${name}: ${nested ? `{ message: ${message} }` : message}`);
      said = true;
    } else return undefined;
  }
  return said ? `{ ${parts.join(', ')} }` : undefined;
}
