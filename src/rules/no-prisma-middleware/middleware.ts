/** Rewrites a middleware function as the query hook of an extension. */
import { ts } from 'ts-morph';
import { applyEdits } from '../../edit/applyEdits.ts';
import { allNames, referencesIn } from '../../edit/scopes.ts';
import type { Style } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';

type Middleware = ts.ArrowFunction | ts.FunctionExpression;

/** What the middleware's parameter offered, and the hook's argument that has it. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['model', 'model'],
  ['action', 'operation'],
  ['args', 'args'],
]);

/** Raw queries have other names in extensions. */
const RAW = /^(queryRaw|executeRaw|runCommandRaw|findRaw|aggregateRaw)$/;

export interface Hook {
  /** The extension's argument list: `({ query: { … } })`. */
  text: string;
}

/**
 * The extension that does what a middleware did, or the reason why it takes a person to write it.
 * @param indent blanks of the line that the extension is written to
 */
export function extensionOf(
  source: ts.SourceFile,
  fn: Middleware,
  style: Style,
  indent: string,
): Hook | string {
  const [parameter, next] = fn.parameters;
  if (!parameter || !next || fn.parameters.length > 2 || !ts.isIdentifier(next.name))
    return 'The middleware takes other parameters than (params, next).';
  if (!ts.isIdentifier(parameter.name))
    return 'The middleware takes its parameter apart: name it params and read from it first.';
  const params = parameter.name.text;
  const names = allNames(source);
  const taken = ['operation', 'query'].find((name) => names.has(name));
  if (taken !== undefined && declares(fn, taken))
    return `${taken} is declared in the middleware: rename it first.`;
  for (const name of ['model', 'args'])
    if (declares(fn, name)) return `${name} is declared in the middleware: rename it first.`;
  const edits: TextEdit[] = [];
  const used = new Set<string>();
  const handled = new Set<ts.Node>();
  for (const use of referencesIn(fn.body)) {
    if (handled.has(use)) continue;
    if (use.text === next.name.text) {
      const call = use.parent;
      const argument = ts.isCallExpression(call) && call.expression === use ? call.arguments[0] : undefined;
      const passed = argument && passedArgs(argument, params);
      if (!ts.isCallExpression(call) || !argument || passed === undefined)
        return `${next.name.text} is called with something else than ${params}.`;
      edits.push({ start: use.getStart(source), end: use.end, text: 'query' });
      if (passed === argument)
        edits.push({ start: argument.getStart(source), end: argument.end, text: 'args' });
      else {
        edits.push({ start: argument.getStart(source), end: passed.getStart(source), text: '' });
        edits.push({ start: passed.end, end: argument.end, text: '' });
      }
      if (passed === argument) used.add('args');
      used.add('query');
      for (const inner of referencesIn(argument))
        if (inner.parent === argument || isSpread(inner)) handled.add(inner);
      handled.add(argument);
      continue;
    }
    if (use.text !== params) continue;
    const access = use.parent;
    const name =
      ts.isPropertyAccessExpression(access) && access.expression === use ? access.name.text : undefined;
    const renamed = name === undefined ? undefined : RENAMED.get(name);
    if (renamed === undefined)
      return name === undefined
        ? `${params} is used as a whole: an extension has no such object.`
        : `${params}.${name} has no counterpart in an extension.`;
    if (renamed !== 'args' && isAssigned(access))
      return `The middleware changes ${params}.${name ?? ''}: an extension hooks the operation itself instead.`;
    edits.push({ start: access.getStart(source), end: access.end, text: renamed });
    used.add(renamed);
  }
  if (!used.has('query')) return `${next.name.text} is never called.`;
  if (hasRawNames(fn.body))
    return 'Raw queries have other names in extensions: compare with $queryRaw and $executeRaw by hand.';
  if (hasLongTemplate(fn.body))
    return 'The middleware holds a text of several lines, which must not be indented.';
  const start = fn.body.getStart(source);
  const inside = applyEdits(
    source.text.slice(start, fn.body.end),
    edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start })),
  );
  const { newline, semicolon } = style;
  const deep = style.indent.repeat(2);
  const body = ts.isBlock(fn.body)
    ? inside.replace(/\r?\n(?=[^\r\n])/g, `${newline}${deep}`)
    : `{${newline}${indent}${deep}${style.indent}return ${inside}${semicolon}${newline}${indent}${deep}}`;
  const list = ['model', 'operation', 'args', 'query'].filter((name) => used.has(name)).join(', ');
  const isAsync = fn.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
  const lines = [
    '({',
    `${indent}${style.indent}query: {`,
    `${indent}${deep}${isAsync ? 'async ' : ''}$allOperations({ ${list} }) ${body},`,
    `${indent}${style.indent}},`,
    `${indent}})`,
  ];
  return { text: lines.join(newline) };
}

/** The arguments that a call of `next` hands on: the whole parameter, or `X` of `{ ...params, args: X }`. */
function passedArgs(argument: ts.Expression, params: string): ts.Expression | undefined {
  if (ts.isIdentifier(argument)) return argument.text === params ? argument : undefined;
  if (!ts.isObjectLiteralExpression(argument)) return undefined;
  const [spread, args] = argument.properties;
  const isCopy =
    argument.properties.length === 2 &&
    spread !== undefined &&
    ts.isSpreadAssignment(spread) &&
    ts.isIdentifier(spread.expression) &&
    spread.expression.text === params;
  return isCopy && args && ts.isPropertyAssignment(args) && args.name.getText() === 'args'
    ? args.initializer
    : undefined;
}

function isSpread(node: ts.Node): boolean {
  return ts.isSpreadAssignment(node.parent);
}

function isAssigned(access: ts.Node): boolean {
  const { parent } = access;
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === access &&
    parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  );
}

function declares(root: ts.Node, name: string): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (
      (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name) &&
      node.name.text === name
    )
      found = true;
    if (!found) ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

function some(root: ts.Node, test: (node: ts.Node) => boolean): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    found ||= test(node);
    if (!found) ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

function hasRawNames(root: ts.Node): boolean {
  return some(root, (node) => ts.isStringLiteralLike(node) && RAW.test(node.text));
}

function hasLongTemplate(root: ts.Node): boolean {
  return some(
    root,
    (node) =>
      (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)) &&
      node.getText().includes('\n'),
  );
}
