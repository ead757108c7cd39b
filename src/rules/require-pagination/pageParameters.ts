/** Gives a function the parameters of a page: those it has, or new ones that no caller needs to know. */
import { ts } from 'ts-morph';
import type { TextEdit } from '../../run/finding.ts';

export type Signature =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration;

const LIMIT = /^(limit|take|perPage|per_page|pageSize|page_size|count|size|first)$/;
const PAGE = /^(page|pageNumber|pageIndex|currentPage)$/;
/** Wrappers that pass the arguments on as they are. */
const TRANSPARENT = /^(cache|unstable_cache|React\.cache)$/;

/** The function with a name of its own around a node: callbacks of transactions and loops are looked through. */
export function enclosingSignature(node: ts.Node): Signature | undefined {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) return at;
    if ((ts.isArrowFunction(at) || ts.isFunctionExpression(at)) && isNamed(at)) return at;
  }
  return undefined;
}

function isNamed(fn: ts.ArrowFunction | ts.FunctionExpression): boolean {
  let at: ts.Node = fn;
  while (
    ts.isParenthesizedExpression(at.parent) ||
    (ts.isCallExpression(at.parent) &&
      at.parent.arguments[0] === at &&
      TRANSPARENT.test(at.parent.expression.getText()))
  )
    at = at.parent;
  const { parent } = at;
  return (
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isExportAssignment(parent)
  );
}

/** The function's own name, by which callers know it. */
export function nameOfSignature(fn: Signature): string | undefined {
  if (fn.name && ts.isIdentifier(fn.name)) return fn.name.text;
  for (let at: ts.Node = fn.parent; ; at = at.parent) {
    if (
      (ts.isVariableDeclaration(at) || ts.isPropertyAssignment(at) || ts.isPropertyDeclaration(at)) &&
      ts.isIdentifier(at.name)
    )
      return at.name.text;
    if (!ts.isCallExpression(at) && !ts.isParenthesizedExpression(at)) return undefined;
  }
}

export interface Existing {
  page: string | undefined;
  limit: string | undefined;
  /** The limit may be left out. */
  limitOptional: boolean;
}

/** Parameters, or destructured parts of them, that say which page is wanted. */
export function existingParameters(fn: Signature): Existing {
  const out: Existing = { page: undefined, limit: undefined, limitOptional: false };
  const take = (name: string, isOptional: boolean): void => {
    if (PAGE.test(name) && !isOptional) out.page ??= name;
    else if (LIMIT.test(name) && out.limit === undefined) {
      out.limit = name;
      out.limitOptional = isOptional;
    }
  };
  for (const parameter of fn.parameters) {
    if (ts.isIdentifier(parameter.name)) {
      if (isNumeric(parameter.type)) take(parameter.name.text, parameter.questionToken !== undefined);
    } else if (ts.isObjectBindingPattern(parameter.name))
      for (const element of parameter.name.elements)
        if (ts.isIdentifier(element.name)) {
          const member = memberOf(parameter.type, (element.propertyName ?? element.name).getText());
          if (member && isNumeric(member.type))
            take(element.name.text, member.questionToken !== undefined && element.initializer === undefined);
        }
  }
  return out;
}

function isNumeric(type: ts.TypeNode | undefined): boolean {
  return type?.kind === ts.SyntaxKind.NumberKeyword || type === undefined;
}

function memberOf(type: ts.TypeNode | undefined, name: string): ts.PropertySignature | undefined {
  if (!type || !ts.isTypeLiteralNode(type)) return undefined;
  return type.members.find(
    (member): member is ts.PropertySignature =>
      ts.isPropertySignature(member) && member.name.getText() === name,
  );
}

export interface NewPart {
  name: string;
  type: string;
  /** Default value as code; without one the part is optional. */
  initial?: string;
}

/** An edit that adds one last, optional parameter: `{ page = 1 }: { page?: number } = {}`. Refuses with a reason. */
export function addParameter(
  source: ts.SourceFile,
  fn: Signature,
  parts: readonly NewPart[],
  isTyped: boolean,
): TextEdit | { refuse: string } {
  const taken = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (
      ts.isIdentifier(node) &&
      !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) &&
      !(ts.isPropertyAssignment(node.parent) && node.parent.name === node)
    )
      taken.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(fn);
  const clash = parts.find((part) => taken.has(part.name));
  if (clash) return { refuse: `The function uses the name \`${clash.name}\` already.` };
  const last = fn.parameters.at(-1);
  if (last?.dotDotDotToken)
    return { refuse: 'The function takes any number of arguments: it has no place for one more.' };
  const names = parts
    .map((part) => (part.initial === undefined ? part.name : `${part.name} = ${part.initial}`))
    .join(', ');
  const types = parts.map((part) => `${part.name}?: ${part.type}`).join('; ');
  const parameter = isTyped ? `{ ${names} }: { ${types} } = {}` : `{ ${names} } = {}`;
  if (
    ts.isArrowFunction(fn) &&
    last &&
    !source.text.slice(fn.getStart(source), fn.parameters.pos).endsWith('(')
  )
    return { refuse: 'The function has no parentheses to take one more parameter.' };
  if (last) return { start: last.end, end: last.end, text: `, ${parameter}` };
  const open = source.text.indexOf(
    '(',
    fn.name ? fn.name.end : (fn.typeParameters?.end ?? fn.getStart(source)),
  );
  return open < 0
    ? { refuse: 'The function has no parentheses to take a parameter.' }
    : { start: open + 1, end: open + 1, text: parameter };
}

/** Whether a function is handed on as a value somewhere (`ids.map(list)`), so that a new parameter would get something else. */
export function isHandedOn(source: ts.SourceFile, name: string): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (
      ts.isIdentifier(node) &&
      node.text === name &&
      ts.isCallExpression(node.parent) &&
      node.parent.arguments.includes(node) &&
      !TRANSPARENT.test(node.parent.expression.getText(source))
    )
      found = true;
    if (!found) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
