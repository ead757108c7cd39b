/** Rewrites a page, layout or handler so that it waits for `params` or `searchParams`. */
import { ts } from 'ts-morph';
import { addImport } from '../../edit/imports.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';
import {
  asyncEdits,
  awaitEdits,
  declarationsOf,
  functionAround,
  isAsync,
  outermost,
  promised,
  usesOf,
} from './async.ts';
import type { FunctionNode } from './async.ts';

interface Task {
  source: ts.SourceFile;
  fn: FunctionNode;
  key: string;
  /** `await`, or React's `use` where the function can't be async. */
  waits: 'await' | 'use';
}

/** The function that Next.js calls, seen from a place inside it: the outermost one. */
function receiverAround(node: ts.Node): FunctionNode | undefined {
  let found: FunctionNode | undefined;
  for (let at: ts.Node | undefined = node; at; at = at.parent)
    if (ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at) || ts.isArrowFunction(at)) found = at;
  return found;
}

/**
 * Edits that make a receiving function wait for one of its promises, or the reason why that takes a person.
 * @param node the place where the promise is read
 * @param index position of the parameter that holds it
 */
export function awaitProps(
  source: ts.SourceFile,
  node: ts.Node,
  key: string,
  index: number,
  isClient: boolean,
): TextEdit[] | string {
  const fn = receiverAround(node);
  const parameter = fn?.parameters[index];
  if (!fn?.body || !parameter) return 'The function can no longer be found.';
  const waits = isClient || (!isAsync(fn) && callsHooks(fn)) ? 'use' : 'await';
  const task: Task = { source, fn, key, waits };
  const edits = ts.isIdentifier(parameter.name)
    ? fromName(task, parameter.name.text)
    : ts.isObjectBindingPattern(parameter.name)
      ? fromPattern(task, parameter.name)
      : 'The parameter has a form that has to be changed by hand.';
  if (typeof edits === 'string') return edits;
  return [
    ...edits,
    ...(parameter.type ? typeEdits(source, parameter.type, key, 0) : []),
    ...(waits === 'await' ? asyncEdits(source, fn) : addImport(source, { spec: 'react', name: 'use' })),
  ];
}

function callsHooks(fn: FunctionNode): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      /^use([A-Z]|$)/.test(node.expression.text)
    )
      found = true;
    if (!found) ts.forEachChild(node, visit);
  };
  visit(fn);
  return found;
}

const waiting = ({ waits }: Task, text: string): string =>
  waits === 'use' ? `use(${text})` : `await ${text}`;
const keywordOf = ({ waits }: Task): string => (waits === 'use' ? 'use(' : 'await ');

/** `({ params })`, `({ params: p })`, `({ params: { id } })`. */
function fromPattern(task: Task, pattern: ts.ObjectBindingPattern): TextEdit[] | string {
  const { source, fn, key } = task;
  const element = pattern.elements.find(
    (item) => !item.dotDotDotToken && (item.propertyName ?? item.name).getText(source) === key,
  );
  if (!element) return `${key} is taken from the rest of the parameter: read it by name first.`;
  if (element.initializer) return `${key} has a default value, which a promise never needs: remove it first.`;
  if (ts.isObjectBindingPattern(element.name)) {
    if (declarationsOf(fn, key) > 0 || !ts.isBlock(fn.body ?? fn))
      return `${key} is taken apart in the parameter list: take it apart in the body first.`;
    const line = `const ${element.name.getText(source)} = ${waiting(task, key)}`;
    return [{ start: element.getStart(source), end: element.end, text: key }, ...atTop(task, line)];
  }
  if (!ts.isIdentifier(element.name)) return 'The parameter has a form that has to be changed by hand.';
  const local = element.name.text;
  if (declarationsOf(fn, local) > 1) return `${local} is declared again inside: rename one of them first.`;
  return settle(task, usesIn(fn, local), local, () => {
    const promise = `${local}Promise`;
    if (usesIn(fn, promise).length > 0 || declarationsOf(fn, promise) > 0) return `${promise} is taken.`;
    return [
      { start: element.getStart(source), end: element.end, text: `${key}: ${promise}` },
      ...atTop(task, `const ${local} = ${waiting(task, promise)}`),
    ];
  });
}

/** `(props)`: `props.params`, `const { params } = props`, `const params = props.params`. */
function fromName(task: Task, props: string): TextEdit[] | string {
  const { source, fn, key } = task;
  if (declarationsOf(fn, props) > 1) return `${props} is declared again inside: rename one of them first.`;
  const reads: ts.Expression[] = [];
  for (const use of usesIn(fn, props)) {
    const { parent } = use;
    if (ts.isPropertyAccessExpression(parent) && parent.expression === use) {
      if (parent.name.text === key) reads.push(parent);
      continue;
    }
    const declaration = ts.isVariableDeclaration(parent) && parent.initializer === use ? parent : undefined;
    if (!declaration || !ts.isObjectBindingPattern(declaration.name)) continue;
    const element = declaration.name.elements.find(
      (item) => (item.propertyName ?? item.name).getText(source) === key,
    );
    if (!element) continue;
    if (!ts.isIdentifier(element.name) || functionAround(declaration) !== fn)
      return `${key} is taken apart at once: read it from ${props} in a line of its own first.`;
    const local = element.name.text;
    const statement = declaration.parent.parent;
    if (declarationsOf(fn, local) > 1 || reads.length > 0 || !ts.isVariableStatement(statement))
      return `${key} is read in several ways: read it once first.`;
    return settle(task, usesIn(fn, local), local, () => {
      const promise = `${local}Promise`;
      if (usesIn(fn, promise).length > 0 || declarationsOf(fn, promise) > 0) return `${promise} is taken.`;
      const { newline, semicolon } = styleOf(source.text);
      const indent = indentAt(source.text, statement.getStart(source));
      return [
        { start: element.getStart(source), end: element.end, text: `${key}: ${promise}` },
        {
          start: statement.end,
          end: statement.end,
          text: `${newline}${indent}const ${local} = ${waiting(task, promise)}${semicolon}`,
        },
      ];
    });
  }
  const [first] = reads;
  if (!first) return `${key} can't be found in ${props}.`;
  const { parent } = outermost(first);
  // `const params = props.params`: what it is called afterwards is settled then.
  if (
    reads.length === 1 &&
    ts.isVariableDeclaration(parent) &&
    ts.isIdentifier(parent.name) &&
    functionAround(first) === fn
  ) {
    const isPromise = usesIn(fn, parent.name.text).some(isWaitedFor);
    if (isPromise)
      return `${parent.name.text} is awaited in one place and read in another: change it by hand.`;
    return awaitEdits(source, first, keywordOf(task));
  }
  return settle(task, reads, key, () => {
    if (declarationsOf(fn, key) > 0 || usesIn(fn, key).length > 0)
      return `${key} is declared inside: change it by hand.`;
    return [
      ...reads.map((read) => ({ start: read.getStart(source), end: read.end, text: key })),
      ...atTop(task, `const ${key} = ${waiting(task, first.getText(source))}`),
    ];
  });
}

function usesIn(fn: FunctionNode, name: string): ts.Identifier[] {
  return fn.body ? usesOf(fn.body, name) : [];
}

/** `await params`, `use(params)`, `params.then(…)`. */
function isWaitedFor(node: ts.Expression): boolean {
  const whole = outermost(node);
  const { parent } = whole;
  if (ts.isAwaitExpression(parent)) return true;
  if (ts.isPropertyAccessExpression(parent)) return /^(then|catch|finally)$/.test(parent.name.text);
  return ts.isCallExpression(parent) && parent.expression.getText() === 'use';
}

/**
 * Waits where the promise is read, when that can be done in place; else once at the top.
 * @param once edits that settle the promise at the top under its old name
 */
function settle(
  task: Task,
  uses: readonly ts.Expression[],
  local: string,
  once: () => TextEdit[] | string,
): TextEdit[] | string {
  const { source, fn } = task;
  const open = uses.filter((use) => !isWaitedFor(use));
  const here = open.every((use) => functionAround(use) === fn);
  const isTakenApart = (use: ts.Expression): boolean => {
    const { parent } = outermost(use);
    return ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name);
  };
  const body = fn.body;
  const isExpression = body !== undefined && !ts.isBlock(body);
  if (here && (open.every(isTakenApart) || isExpression || open.length === 1) && !open.some(isShorthand))
    return open.flatMap((use) => awaitEdits(source, use, keywordOf(task)));
  if (isExpression) return `${local} is read inside of another function: give this one a body first.`;
  if (open.length < uses.length)
    return `${local} is awaited in one place and read in another: change it by hand.`;
  return once();
}

function isShorthand(use: ts.Expression): boolean {
  return ts.isShorthandPropertyAssignment(use.parent);
}

/** A statement as the first of the function's body. */
function atTop({ source, fn }: Task, statement: string): TextEdit[] {
  const { body } = fn;
  if (!body || !ts.isBlock(body)) return [];
  const { newline, semicolon, indent } = styleOf(source.text);
  const first = body.statements.find(
    (item) => !(ts.isExpressionStatement(item) && ts.isStringLiteral(item.expression)),
  );
  const start = first?.getStart(source) ?? body.end - 1;
  const isOwnLine = first && /\n[ \t]*$/.test(source.text.slice(0, start));
  const gap = isOwnLine ? newline + indentAt(source.text, start) : ' ';
  return [
    {
      start,
      end: start,
      text: `${statement}${semicolon || (isOwnLine ? '' : ';')}${first ? gap : newline + indent}`,
    },
  ];
}

/** The declared type of the promise, inside the parameter's type or the local type that it names. */
function typeEdits(source: ts.SourceFile, type: ts.TypeNode, key: string, depth: number): TextEdit[] {
  if (depth > 4) return [];
  const inside = (members: readonly ts.TypeElement[]): TextEdit[] => {
    const member = members.find(
      (item): item is ts.PropertySignature =>
        ts.isPropertySignature(item) && item.name.getText(source) === key && item.type !== undefined,
    );
    return member?.type ? promised(source, member.type) : [];
  };
  if (ts.isTypeLiteralNode(type)) return inside([...type.members]);
  if (ts.isParenthesizedTypeNode(type)) return typeEdits(source, type.type, key, depth + 1);
  if (ts.isIntersectionTypeNode(type))
    return type.types.flatMap((part) => typeEdits(source, part, key, depth + 1));
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return [];
  const name = type.typeName.text;
  const [argument] = type.typeArguments ?? [];
  if (/^(Readonly|Partial|Required|PropsWithChildren)$/.test(name) && argument)
    return typeEdits(source, argument, key, depth + 1);
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name)
      return inside([...statement.members]);
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name)
      return typeEdits(source, statement.type, key, depth + 1);
  }
  return [];
}
