/** Which module imports which, and which globals a module uses: read from the syntax trees of our own sources. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ts } from 'ts-morph';

export interface Import {
  /** The specifier, or for own files the path from the repository's root. */
  to: string;
  isOwn: boolean;
  typeOnly: boolean;
}

export interface Module {
  file: string;
  imports: Import[];
  /** Global names that the module reads, such as `process` or `Math.random`. */
  globals: Set<string>;
}

/** Names that would make the engine depend on something else than its inputs. */
const IMPURE = new Set([
  'process',
  'Date',
  'performance',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'console',
  'globalThis',
  'crypto',
]);

/** @param file path from the repository's root, `/` separators */
export function moduleOf(file: string, text: string): Module {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const module: Module = { file, imports: [], globals: new Set() };
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const isOwn = specifier.text.startsWith('.');
    const to = isOwn ? path.posix.join(path.posix.dirname(file), specifier.text) : specifier.text;
    module.imports.push({ to, isOwn, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(
        node.moduleSpecifier,
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword || onlyTypes(node.importClause),
      );
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    else if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random')
      module.globals.add('Math.random');
    else if (ts.isIdentifier(node) && IMPURE.has(node.text) && isValue(node)) module.globals.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return module;
}

/** `import { type A, type B } from …`. */
function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  const named = clause?.namedBindings;
  return (
    !clause?.name &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.length > 0 &&
    named.elements.every((element) => element.isTypeOnly)
  );
}

/** Whether an identifier stands for a value of that name, and is not a property, a type or a declaration. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent)) return false;
  if ('name' in parent && parent.name === node) return false;
  return true;
}

/** All modules below some folders of the repository, tests left out; sorted. */
export function readModules(root: string, folders: readonly string[]): Module[] {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.split(path.sep).join('/')}`,
      ),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .toSorted()
    .map((file) => moduleOf(file, readFileSync(path.join(root, file), 'utf8')));
}
