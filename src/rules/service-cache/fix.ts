import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { addImport, importedAs } from '../../edit/imports.ts';
import { allNames, declarationOf, isInside, isReference } from '../../edit/scopes.ts';
import { styleOf } from '../../edit/style.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'wrap-in-cache',
    title: () => 'Wrap in cache()',
    trust: 'suggestion',
    preferred: true,
    edit: wrap,
  }),
];

function wrap(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const name = source && nodeAt(source, context.finding.start, context.finding.end);
  if (!source || !name) return { refuse: 'The function can no longer be found.' };
  const known = importedAs(source, 'react', 'cache');
  const local = known ?? (allNames(source).has('cache') ? 'reactCache' : 'cache');
  const edits = wrapped(source, name, local);
  if (typeof edits === 'string') return { refuse: edits };
  const imports = known === undefined ? addImport(source, { spec: 'react', name: 'cache', as: local }) : [];
  return { changes: [{ file: context.file, create: false, edits: [...imports, ...edits] }] };
}

function wrapped(source: ts.SourceFile, name: ts.Node, cache: string): TextEdit[] | string {
  const { parent } = name;
  if (ts.isFunctionDeclaration(parent)) return declaration(source, parent, cache);
  let at: ts.Node = name;
  while (!ts.isVariableDeclaration(at) && !ts.isStatement(at)) at = at.parent;
  const value = ts.isVariableDeclaration(at) ? at.initializer : undefined;
  if (!value || !(ts.isArrowFunction(value) || ts.isFunctionExpression(value)))
    return 'The function is not written in a way that can be wrapped mechanically.';
  const start = value.getStart(source);
  return [
    { start, end: start, text: `${cache}(` },
    { start: value.end, end: value.end, text: ')' },
  ];
}

/** `function f(…) { … }` becomes `const f = cache((…) => { … });`. */
function declaration(
  source: ts.SourceFile,
  node: ts.FunctionDeclaration,
  cache: string,
): TextEdit[] | string {
  const { name, body } = node;
  if (!name || !body) return 'The function has no body here.';
  const same = source.statements.filter(
    (other) => ts.isFunctionDeclaration(other) && other.name?.text === name.text,
  );
  if (same.length > 1) return 'The function has several signatures, which a constant cannot have.';
  if (isNeededEarly(source, node)) return 'The module uses the function before it would be there.';
  const keepsFunction = usesOwnThis(body);
  const isAsync = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
  const start = (
    node.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? keyword(node)
  ).getStart(source);
  const head = `const ${name.text} = ${cache}(${isAsync ? 'async ' : ''}`;
  const edits: TextEdit[] = [
    { start, end: name.end, text: keepsFunction ? `${head}function ${name.text}` : head },
    { start: node.end, end: node.end, text: `)${styleOf(source.text).semicolon}` },
  ];
  const open = body.getStart(source);
  if (!keepsFunction) edits.splice(1, 0, { start: open, end: open, text: '=> ' });
  return edits;
}

function keyword(node: ts.FunctionDeclaration): ts.Node {
  const found = node.getChildren().find(({ kind }) => kind === ts.SyntaxKind.FunctionKeyword);
  return found ?? node;
}

/** Whether code that runs with the module itself uses the function above its declaration. */
function isNeededEarly(source: ts.SourceFile, node: ts.FunctionDeclaration): boolean {
  let found = false;
  const visit = (child: ts.Node): void => {
    if (found || child.getStart(source) >= node.getStart(source)) return;
    if (ts.isFunctionLike(child)) return;
    if (
      ts.isIdentifier(child) &&
      child.text === node.name?.text &&
      isReference(child) &&
      !ts.isExportSpecifier(child.parent) &&
      declarationOf(child) === node
    )
      found = true;
    ts.forEachChild(child, visit);
  };
  visit(source);
  return found;
}

function usesOwnThis(body: ts.Block): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.ThisKeyword || (ts.isIdentifier(node) && node.text === 'arguments')) {
      const owner = ts.findAncestor(node, (at) => ts.isFunctionLike(at) && !ts.isArrowFunction(at));
      if (owner && isInside(body, owner)) found = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(body);
  return found;
}
