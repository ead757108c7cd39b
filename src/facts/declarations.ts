/** What a file declares, each with its code free of comments and layout: two versions of a file are compared by it. */
import { ts } from 'ts-morph';
import type { FileId } from '../base/path.ts';
import { parseTs } from './parseTs.ts';

export interface Declaration {
  /** `Post.list` for a member of an object or a class. */
  name: string;
  kind: 'function' | 'value' | 'type' | 'procedure';
  exported: boolean;
  /** Tokens and single blanks: equal means that nothing but comments and layout differs. */
  code: string;
}

export interface Declarations {
  declared: Declaration[];
  /** Code of imports and re-exports, and of statements that declare nothing. */
  imports: string;
  statements: string;
}

const printer = ts.createPrinter({ removeComments: true });

/**
 * Declarations of the top level, and procedures and functions in the objects and classes there.
 * @returns undefined for a text that does not parse deep enough to be printed
 */
export function declarationsOf(file: FileId, text: string): Declarations | undefined {
  const source = parsed(file, text);
  if (!source) return undefined;
  const code = (node: ts.Node): string =>
    printer
      .printNode(ts.EmitHint.Unspecified, node, source)
      .replace(/\s+/g, ' ')
      .replace(/, ?([\])}])/g, '$1');
  const declared: Declaration[] = [];
  const imports: string[] = [];
  const statements: string[] = [];
  const named = exportedNames(source);
  const add = (name: string, kind: Declaration['kind'], exported: boolean, node: ts.Node): void => {
    const names = exported ? [name] : named.get(name);
    for (const shown of names ?? [name])
      declared.push({ name: shown, kind, exported: names !== undefined, code: code(node) });
  };
  try {
    for (const statement of source.statements) {
      const exported = isExported(statement);
      if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) {
        imports.push(code(statement));
        // `export { GET } from './handler'` is how some routes say all that they are.
        if (ts.isExportDeclaration(statement) && statement.moduleSpecifier && statement.exportClause)
          for (const { name, isTypeOnly } of exportedOf(statement.exportClause))
            declared.push({
              name,
              kind: isTypeOnly || statement.isTypeOnly ? 'type' : 'value',
              exported: true,
              code: `export { ${name} } from ${code(statement.moduleSpecifier)}`,
            });
      } else if (ts.isFunctionDeclaration(statement))
        add(statement.name?.text ?? 'default', 'function', exported, statement);
      else if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement))
        add(statement.name.text, 'type', exported, statement);
      else if (ts.isClassDeclaration(statement)) addClass(statement, exported, add);
      else if (ts.isEnumDeclaration(statement)) add(statement.name.text, 'value', exported, statement);
      else if (ts.isVariableStatement(statement))
        for (const declaration of statement.declarationList.declarations)
          addVariable(declaration, exported, add, source);
      else if (ts.isExportAssignment(statement))
        add('default', kindOf(statement.expression), true, statement);
      else statements.push(code(statement));
    }
  } catch (error) {
    // The printer is recursive: code nested some thousand deep ends here.
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
  return { declared, imports: imports.toSorted().join('\n'), statements: statements.join('\n') };
}

/** The parser is recursive as well. */
function parsed(file: FileId, text: string): ts.SourceFile | undefined {
  try {
    return parseTs(file, text, true);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

const eraser: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  jsx: ts.JsxEmit.Preserve,
  removeComments: true,
};

/**
 * Code as it runs: without types and comments, on one line.
 * @param code a file, or the code of a declaration; a method alone is read as the member of a class
 */
export function withoutTypes(code: string): string {
  for (const text of [code, `class _ { ${code} }`, `(${code})`])
    try {
      const { outputText, diagnostics } = ts.transpileModule(text, {
        fileName: 'code.tsx',
        compilerOptions: eraser,
        reportDiagnostics: true,
      });
      if (diagnostics?.length === 0) return outputText.replace(/\s+/g, ' ').trim();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return code;
    }
  return code;
}

/** Texts of the comments of a file with single blanks, in their order; `[]` for one that nests too deep. */
export function commentTextsOf(file: FileId, text: string): string[] {
  const source = parsed(file, text);
  const starts = new Set<number>();
  const out: string[] = [];
  const visit = (node: ts.Node): void => {
    // What looks like a comment in the text of an element is shown to people.
    if (node.kind !== ts.SyntaxKind.JsxText)
      for (const range of [
        ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
        ...(ts.getTrailingCommentRanges(text, node.pos) ?? []),
      ]) {
        if (starts.has(range.pos)) continue;
        starts.add(range.pos);
        out.push(text.slice(range.pos, range.end).replace(/\s+/g, ' '));
      }
    for (const child of node.getChildren(source)) visit(child);
  };
  try {
    if (source) visit(source);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return out;
}

type Add = (name: string, kind: Declaration['kind'], exported: boolean, node: ts.Node) => void;

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

/** `export { a, b as c }`: the names that others use, by what the file calls them. */
function exportedNames(source: ts.SourceFile): ReadonlyMap<string, string[]> {
  const out = new Map<string, string[]>();
  for (const statement of source.statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier || !statement.exportClause) continue;
    if (!ts.isNamedExports(statement.exportClause)) continue;
    for (const { propertyName, name } of statement.exportClause.elements) {
      const own = (propertyName ?? name).text;
      out.set(own, [...(out.get(own) ?? []), name.text]);
    }
  }
  return out;
}

function exportedOf(clause: ts.NamedExportBindings): { name: string; isTypeOnly: boolean }[] {
  return ts.isNamedExports(clause)
    ? clause.elements.map(({ name, isTypeOnly }) => ({ name: name.text, isTypeOnly }))
    : [];
}

function addClass(node: ts.ClassDeclaration, exported: boolean, add: Add): void {
  const name = node.name?.text ?? 'default';
  const methods = node.members.filter((member) => ts.isMethodDeclaration(member));
  if (methods.length === 0) add(name, 'value', exported, node);
  for (const method of methods)
    if (ts.isIdentifier(method.name)) add(`${name}.${method.name.text}`, 'function', exported, method);
}

function addVariable(
  { name, initializer }: ts.VariableDeclaration,
  exported: boolean,
  add: Add,
  source: ts.SourceFile,
): void {
  if (!initializer) return;
  if (!ts.isIdentifier(name)) {
    // `export const { auth, signIn } = NextAuth(…)`: one thing under many names.
    const names = name.elements.flatMap((element) =>
      ts.isBindingElement(element) && ts.isIdentifier(element.name) ? [element.name.text] : [],
    );
    add(names.join(', '), 'value', exported, initializer);
    return;
  }
  if (isProcedure(initializer, source)) {
    add(name.text, 'procedure', exported, initializer);
    return;
  }
  const members = membersOf(initializer);
  const procedures = members.filter((member) => isProcedure(member.initializer, source));
  if (procedures.length === 0) {
    add(name.text, kindOf(initializer), exported, initializer);
    return;
  }
  for (const member of members)
    if (ts.isIdentifier(member.name))
      add(
        `${name.text}.${member.name.text}`,
        procedures.includes(member) ? 'procedure' : 'value',
        exported,
        member.initializer,
      );
}

/** Properties of an object, or of one that a call gets: `router({ … })`. */
function membersOf(node: ts.Expression): ts.PropertyAssignment[] {
  const object = ts.isCallExpression(node)
    ? node.arguments.find((argument) => ts.isObjectLiteralExpression(argument))
    : node;
  return object && ts.isObjectLiteralExpression(object)
    ? object.properties.filter((property) => ts.isPropertyAssignment(property))
    : [];
}

/** `….query(…)`, `….mutation(…)`: an endpoint of tRPC. */
function isProcedure(node: ts.Expression, source: ts.SourceFile): boolean {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    /^(query|mutation|subscription)$/.test(node.expression.name.text) &&
    /procedure/i.test(node.expression.expression.getText(source).slice(0, 400))
  );
}

/** A function, also inside of wrappers: `cache(async () => …)`, `action.schema(s).action(async () => …)`. */
function kindOf(node: ts.Expression): Declaration['kind'] {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return 'function';
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return kindOf(node.expression);
  return ts.isCallExpression(node) && node.arguments.some((argument) => kindOf(argument) === 'function')
    ? 'function'
    : 'value';
}
