/** The handler that a finding points at, and the edits that put statements into it. */
import { ts } from 'ts-morph';
import { addImport, importedAs } from './imports.ts';
import { indentAt, styleOf } from './style.ts';
import type { Style } from './style.ts';
import type { TextEdit } from '../run/finding.ts';
import type { FixContext } from './fix.ts';

export interface Handler {
  source: ts.SourceFile;
  style: Style;
  /** The statements; a callback without braces has `expression`. */
  block: ts.Block | undefined;
  expression: ts.Expression | undefined;
  /** Name of the caught error. */
  error: string;
  /** Edits that give the error a name, when it has none. */
  naming: TextEdit[];
}

/** The catch clause or `.catch(…)` callback at a finding, or why it can't be edited. */
export function handlerAt(context: FixContext): Handler | string {
  const source = context.sourceOf(context.file);
  if (!source) return 'The file can no longer be read.';
  const node = innermost(source, context.finding.start, context.finding.end);
  const style = styleOf(context.text);
  const clause = node && closest(node, ts.isCatchClause);
  if (clause && clause.getStart(source) === context.finding.start) return handlerOf(source, style, clause);
  const call = node && closest(node, ts.isCallExpression);
  const callback = call?.arguments[0];
  if (
    !callback ||
    !ts.isPropertyAccessExpression(call.expression) ||
    call.expression.name.getStart(source) !== context.finding.start
  )
    return 'The handler could not be found.';
  if (!ts.isArrowFunction(callback) && !ts.isFunctionExpression(callback))
    return 'The handler stands elsewhere; change it there.';
  const [parameter] = callback.parameters;
  if (parameter && !ts.isIdentifier(parameter.name))
    return 'The caught error is taken apart in the parentheses; give it a name first.';
  const { body } = callback;
  const error = parameter ? parameter.name.getText(source) : freeName(body, source);
  const common = { source, style, error, naming: parameter ? [] : nameParameter(callback, source, error) };
  if (ts.isBlock(body)) return { ...common, block: body, expression: undefined };
  let inner: ts.Expression = body;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  return { ...common, block: undefined, expression: body };
}

/** A catch clause as a handler, or why it can't be edited. */
export function handlerOf(source: ts.SourceFile, style: Style, clause: ts.CatchClause): Handler | string {
  const { block, variableDeclaration: declared } = clause;
  if (declared && !ts.isIdentifier(declared.name))
    return 'The caught error is taken apart in the parentheses; give it a name first.';
  const error = declared ? declared.name.getText(source) : freeName(block, source);
  const at = clause.getStart(source) + 'catch'.length;
  return {
    source,
    style,
    block,
    expression: undefined,
    error,
    naming: declared ? [] : [{ start: at, end: at, text: ` (${error})` }],
  };
}

function nameParameter(
  callback: ts.ArrowFunction | ts.FunctionExpression,
  source: ts.SourceFile,
  error: string,
): TextEdit[] {
  const at = source.text.indexOf('(', callback.getStart(source)) + 1;
  return at > 0 ? [{ start: at, end: at, text: error }] : [];
}

/** `error`, unless the handler means something else by that. */
function freeName(within: ts.Node, source: ts.SourceFile): string {
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(within);
  return ['error', 'cause', 'caught'].find((name) => !used.has(name)) ?? `error${source.text.length}`;
}

function innermost(source: ts.SourceFile, start: number, end: number): ts.Node | undefined {
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (node.getStart(source) <= start && end <= node.end) {
      found = node;
      ts.forEachChild(node, visit);
    }
  };
  ts.forEachChild(source, visit);
  return found;
}

function closest<T extends ts.Node>(
  node: ts.Node,
  is: (candidate: ts.Node) => candidate is T,
): T | undefined {
  for (let at: ts.Node | undefined = node; at && !ts.isFunctionLike(at); at = at.parent)
    if (is(at)) return at;
  return undefined;
}

/** Edits that put statements (without semicolons) first or last into a handler, in its layout. */
export function insert(
  handler: Handler,
  statements: readonly string[],
  where: 'first' | 'last' = 'first',
): TextEdit[] {
  const { source, style, block, expression, naming } = handler;
  const { text } = source;
  const lines = statements.map((statement) => statement + style.semicolon);
  if (!block) {
    if (!expression) return [];
    const start = expression.getStart(source);
    const outer = indentAt(text, start);
    const inner = outer + style.indent;
    const given = isNothing(expression) ? [] : [`return ${unwrapped(expression, source)}${style.semicolon}`];
    const body = [...lines, ...given].map((line) => inner + line).join(style.newline);
    return [
      ...naming,
      { start, end: expression.end, text: `{${style.newline}${body}${style.newline}${outer}}` },
    ];
  }
  const start = block.getStart(source);
  const outer = indentAt(text, start);
  const [first] = block.statements;
  const last = block.statements.at(-1);
  const isOneLine = !text.slice(start, block.end).includes('\n');
  if (first && last && isOneLine) {
    const separator = style.semicolon || ';';
    if (where === 'last')
      return [
        ...naming,
        {
          start: last.end,
          end: last.end,
          text: ` ${statements.map((statement) => statement + separator).join(' ')}`,
        },
      ];
    return [
      ...naming,
      {
        start: first.getStart(source),
        end: first.getStart(source),
        text: `${statements.map((statement) => statement + separator).join(' ')} `,
      },
    ];
  }
  if (!first || !last) {
    const inner = outer + style.indent;
    const kept = text.slice(start + 1, block.end - 1).trim();
    const body = [...(kept === '' ? [] : [kept]), ...lines].map((line) => inner + line).join(style.newline);
    return [...naming, { start, end: block.end, text: `{${style.newline}${body}${style.newline}${outer}}` }];
  }
  const inner = indentAt(text, first.getStart(source));
  if (where === 'last')
    return [
      ...naming,
      { start: last.end, end: last.end, text: lines.map((line) => style.newline + inner + line).join('') },
    ];
  const at = first.getStart(source);
  return [
    ...naming,
    { start: at, end: at, text: lines.map((line) => line + style.newline + inner).join('') },
  ];
}

function isNothing(expression: ts.Expression): boolean {
  return (ts.isIdentifier(expression) && expression.text === 'undefined') || ts.isVoidExpression(expression);
}

/** `({ ok: false })` of an arrow function needs no parentheses behind `return`. */
function unwrapped(expression: ts.Expression, source: ts.SourceFile): string {
  return ts.isParenthesizedExpression(expression)
    ? expression.expression.getText(source)
    : expression.getText(source);
}

/** The statement that logs an error the project's way, and the import it needs. */
export function logStatement(
  context: FixContext,
  handler: Handler,
  name: string,
): { statement: string; imports: TextEdit[] } {
  const { source, style, error } = handler;
  const message = style.quote + `${name} failed` + style.quote;
  const { logger } = context.workspace.projectConventions(context.file);
  const plain = `console.error(${message}, ${error})`;
  if (!logger.source || logger.source.file === context.file) return { statement: plain, imports: [] };
  const { spec, name: exported } = logger.source;
  const local = importedAs(source, spec, exported);
  if (local === undefined && declares(source, logger.object)) return { statement: plain, imports: [] };
  const object = local ?? logger.object;
  const shown = error === 'error' || error === 'err' ? `{ ${error} }` : `{ error: ${error} }`;
  const statement =
    logger.order === 'object-first'
      ? `${object}.error(${shown}, ${message})`
      : `${object}.error(${message}, ${error})`;
  return {
    statement,
    imports: local === undefined ? addImport(source, { spec, name: exported, as: logger.object }) : [],
  };
}

function declares(source: ts.SourceFile, name: string): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (
      ts.isIdentifier(node) &&
      node.text === name &&
      node.parent &&
      'name' in node.parent &&
      node.parent.name === node &&
      !ts.isPropertyAccessExpression(node.parent)
    )
      found = true;
    if (!found) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
