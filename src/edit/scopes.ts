/** Names in a syntax tree without a type checker: what a name refers to, and which names are references at all. */
import { ts } from 'ts-morph';

export type Declaration =
  | ts.ParameterDeclaration
  | ts.VariableDeclaration
  | ts.BindingElement
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ClassDeclaration
  | ts.EnumDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.TypeParameterDeclaration
  | ts.ImportClause
  | ts.ImportSpecifier
  | ts.NamespaceImport;

/** What a name refers to: the nearest declaration around it; undefined for globals. */
export function declarationOf(name: ts.Identifier): Declaration | undefined {
  for (let at: ts.Node = name; at; at = at.parent) {
    for (const declaration of declaredIn(at))
      if (declaration.name?.getText() === name.text) return declaration;
    if (ts.isSourceFile(at)) return undefined;
  }
  return undefined;
}

export type Imported = ts.ImportClause | ts.ImportSpecifier | ts.NamespaceImport;

export function isImported(declaration: Declaration): declaration is Imported {
  return (
    ts.isImportClause(declaration) || ts.isImportSpecifier(declaration) || ts.isNamespaceImport(declaration)
  );
}

/** Whether an identifier stands for something else than a property's or a declaration's own name. */
export function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (
    ts.isPropertyAssignment(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isFunctionExpression(parent) ||
    ts.isTypeParameterDeclaration(parent) ||
    ts.isJsxAttribute(parent)
  )
    return parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.name !== node && parent.propertyName !== node;
  return !ts.isImportSpecifier(parent) && !ts.isImportClause(parent) && !ts.isNamespaceImport(parent);
}

/** All identifiers inside a node that refer to something. */
export function referencesIn(node: ts.Node): ts.Identifier[] {
  const out: ts.Identifier[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child) && isReference(child)) out.push(child);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return out;
}

/** Every identifier of a file, whatever it stands for: names to stay clear of. */
export function allNames(source: ts.SourceFile): Set<string> {
  const out = new Set<string>();
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) out.add(child.text);
    ts.forEachChild(child, visit);
  };
  visit(source);
  return out;
}

/** Names that a module declares or imports itself, not inside its functions. */
export function moduleNames(source: ts.SourceFile): Set<string> {
  return new Set(declaredIn(source).flatMap(({ name }) => (name ? [name.getText()] : [])));
}

export function isInside(node: ts.Node, outer: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at; at = at.parent) if (at === outer) return true;
  return false;
}

function declaredIn(scope: ts.Node): Declaration[] {
  const out: Declaration[] = [];
  const pattern = (
    declaration: ts.ParameterDeclaration | ts.VariableDeclaration | ts.BindingElement,
  ): void => {
    if (ts.isIdentifier(declaration.name)) out.push(declaration);
    else for (const element of declaration.name.elements) if (ts.isBindingElement(element)) pattern(element);
  };
  if (ts.isFunctionLike(scope)) {
    for (const parameter of scope.parameters) pattern(parameter);
    out.push(...(scope.typeParameters ?? []));
    if (ts.isFunctionExpression(scope)) out.push(scope);
  } else if (ts.isBlock(scope) || ts.isSourceFile(scope) || ts.isModuleBlock(scope))
    for (const statement of scope.statements) declaredBy(statement, out, pattern);
  else if (ts.isCaseBlock(scope)) {
    for (const clause of scope.clauses)
      for (const statement of clause.statements) declaredBy(statement, out, pattern);
  } else if (ts.isForStatement(scope) || ts.isForOfStatement(scope) || ts.isForInStatement(scope)) {
    const { initializer } = scope;
    if (initializer && ts.isVariableDeclarationList(initializer)) initializer.declarations.forEach(pattern);
  } else if (ts.isCatchClause(scope) && scope.variableDeclaration) pattern(scope.variableDeclaration);
  return out;
}

function declaredBy(
  statement: ts.Statement,
  out: Declaration[],
  pattern: (declaration: ts.VariableDeclaration) => void,
): void {
  if (ts.isVariableStatement(statement)) statement.declarationList.declarations.forEach(pattern);
  else if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  )
    out.push(statement);
  else if (ts.isImportDeclaration(statement) && statement.importClause) {
    const { importClause } = statement;
    if (importClause.name) out.push(importClause);
    const named = importClause.namedBindings;
    if (named && ts.isNamespaceImport(named)) out.push(named);
    else if (named) out.push(...named.elements);
  }
}
