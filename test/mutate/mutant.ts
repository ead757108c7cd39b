/** What a mutation operator is, and the tools that operators share: they look at syntax only, and change nothing but text. */
import { ts } from 'ts-morph';

/** One change, made as a tired developer would make it. */
export interface Mutant {
  /** The rule that should notice. */
  rule: string;
  /** Rules that share its ground: one of them may notice instead. */
  or: readonly string[];
  operator: string;
  file: string;
  /** 1-based. */
  line: number;
  /** The code that was changed, in a line. */
  was: string;
  /** The whole text of the file with the change. */
  text: string;
}

/** A replacement; `add` puts further text elsewhere, such as imports or a parameter. */
export interface Change {
  start: number;
  end: number;
  text: string;
  add?: { at: number; text: string }[];
}

export interface Operator {
  rule: string;
  or?: readonly string[];
  name: string;
  /** The changes that it would make to a file, one mutant each. */
  changes(source: ts.SourceFile): Change[];
}

/** All nodes of a file, outermost first. */
export function nodesOf(root: ts.Node): ts.Node[] {
  const out: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    out.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return out;
}

export function callsOf(root: ts.Node): ts.CallExpression[] {
  return nodesOf(root).filter((node) => ts.isCallExpression(node));
}

/** The last name of a callee: `b` of `a.b()`. */
export function nameOf({ expression }: ts.CallExpression): string {
  return ts.isPropertyAccessExpression(expression)
    ? expression.name.text
    : ts.isIdentifier(expression)
      ? expression.text
      : '';
}

export function replace(node: ts.Node, text: string): Change {
  return { start: node.getStart(), end: node.end, text };
}

/** The function around a node that has parameters, the nearest first. */
export function functionsAround(node: ts.Node): ts.FunctionLikeDeclaration[] {
  const out: ts.FunctionLikeDeclaration[] = [];
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent)
    if (
      ts.isFunctionDeclaration(at) ||
      ts.isArrowFunction(at) ||
      ts.isFunctionExpression(at) ||
      ts.isMethodDeclaration(at)
    )
      out.push(at);
  return out;
}

/** Whether strangers call what a file exports: actions and routes; with `pages` pages too. */
export function isEntryFile(source: ts.SourceFile, pages = false): boolean {
  return (
    /(^|\/)route\.ts$/.test(source.fileName) ||
    /^\s*['"]use server['"]/.test(source.text) ||
    (pages && /(^|\/)page\.tsx$/.test(source.fileName) && !/^\s*['"]use client['"]/.test(source.text))
  );
}

/** Files that a developer writes and that requests reach. */
export function isServerCode(file: string): boolean {
  return (
    /\.tsx?$/.test(file) &&
    !/(^|\/)(generated|prisma|scripts|components|types)\/|\.(d|config|test)\.ts$/.test(file)
  );
}

/** Where another import can be added. */
export const importAt = (source: ts.SourceFile): number =>
  source.statements.findLast((statement) => ts.isImportDeclaration(statement))?.end ?? 0;

/** The mutants of one file. */
export function mutantsOf(operators: readonly Operator[], file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(
    file,
    text,
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
  return operators.flatMap((operator) =>
    operator.changes(source).map((change) => ({
      rule: operator.rule,
      or: operator.or ?? [],
      operator: operator.name,
      file,
      line: source.getLineAndCharacterOfPosition(change.start).line + 1,
      was: text.slice(change.start, change.end).replaceAll(/\s+/g, ' ').slice(0, 70),
      text: applied(text, change),
    })),
  );
}

function applied(text: string, { start, end, text: replacement, add = [] }: Change): string {
  const edits = [
    { start, end, replacement },
    ...add.map(({ at, text: added }) => ({ start: at, end: at, replacement: added })),
  ];
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((before, edit) => before.slice(0, edit.start) + edit.replacement + before.slice(edit.end), text);
}
