/** Guards that fixes write into functions: where the session comes from, and how a function around here says no. */
import { ts } from 'ts-morph';
import type { FileId } from '../base/path.ts';
import { dirname, relativeSpecifier } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import type { TextEdit } from '../run/finding.ts';
import type { Abs } from '../workspace/abs.ts';
import type { FixContext } from './fix.ts';
import { addImport, importedAs } from './imports.ts';
import { indentAt } from './style.ts';
import type { Style } from './style.ts';

export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration;

/** The function of the facts in the syntax tree. */
export function functionNode(
  context: FixContext,
  source: ts.SourceFile,
  fn: number,
): FunctionNode | undefined {
  const facts = context.workspace.tsFacts(context.file);
  const all = facts?.functions[fn]?.all;
  if (all === undefined) return undefined;
  const { start, end } = spanOf(context.facts, all);
  let found: FunctionNode | undefined;
  const visit = (node: ts.Node): void => {
    if (
      node.getStart(source) === start &&
      node.end === end &&
      (ts.isFunctionDeclaration(node) ||
        ts.isFunctionExpression(node) ||
        ts.isArrowFunction(node) ||
        ts.isMethodDeclaration(node))
    )
      found = node;
    if (!found && node.pos <= start && end <= node.end) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export interface SessionSource {
  /** `auth()` gives the session or null; a helper like `requireUser()` stops by itself. */
  call: string;
  stops: boolean;
  edits: TextEdit[];
}

/** How code around here asks for the session: a helper that stops by itself, else `auth` of the auth module. */
export function sessionSource(context: FixContext, source: ts.SourceFile): SessionSource | undefined {
  const { workspace, file } = context;
  const sameApp = (other: FileId): boolean => workspace.app(other)?.root === workspace.app(file)?.root;
  const auths = workspace
    .withTrait('auth')
    .filter((candidate) => sameApp(candidate) || workspace.app(candidate) === undefined);
  const around = [
    ...workspace.filesIn(dirname(file)),
    ...auths.flatMap((candidate) => reachedFrom(context, candidate)),
  ];
  for (const neighbour of new Set([file, ...around.filter(sameApp)])) {
    for (const item of workspace.tsFacts(neighbour)?.imports ?? []) {
      if (item.typeOnly) continue;
      const target = workspace.target(neighbour, item.spec);
      const spec =
        target.t === 'file' && neighbour !== file ? specifierFor(context, target.file, item.spec) : item.spec;
      for (const named of item.names) {
        if (named.typeOnly || named.imported === '*') continue;
        const kind = sessionKind(context, neighbour, named.b);
        if (!kind) continue;
        const local = importedAs(source, spec, named.imported);
        const edits = local === undefined ? addImport(source, { spec, name: named.imported }) : [];
        return { call: `${local ?? named.imported}()`, stops: kind === 'stops', edits };
      }
    }
  }
  for (const candidate of auths) {
    const spec = specifierFor(context, candidate);
    // A path into another package's folder is not how that package is meant to be used.
    if (
      !isSessionReader(workspace.exported(candidate, 'auth')) ||
      (spec.startsWith('.') && !sameApp(candidate))
    )
      continue;
    return { call: 'auth()', stops: false, edits: addImport(source, { spec, name: 'auth' }) };
  }
  return undefined;
}

/** Files that import a module, directly or through what re-exports it. */
function reachedFrom({ workspace }: FixContext, file: FileId): FileId[] {
  const direct = workspace.importers(file);
  return [...direct, ...direct.flatMap((importer) => workspace.importers(importer))];
}

function isSessionReader(value: Abs): boolean {
  return value.k === 'made' && value.spec === 'next-auth' && value.path.join('.') === 'auth';
}

/** Whether an imported function reads the session, or stops when there is none (and takes no arguments). */
function sessionKind(
  { workspace, file: own }: FixContext,
  file: FileId,
  binding: number,
): 'reads' | 'stops' | undefined {
  const value = workspace.moduleValue(file, binding);
  if (isSessionReader(value)) return 'reads';
  if (value.k !== 'closure') return undefined;
  const fn = workspace.tsFacts(value.file)?.functions[value.fn];
  const { outcomes, async } = workspace.summary(`${value.file}#${value.fn}`);
  const proved =
    outcomes.length > 0 &&
    outcomes.every((outcome) => outcome.proof?.kind === 'session' && (file === own || !outcome.roles));
  return fn && fn.params.length === 0 && async && proved ? 'stops' : undefined;
}

/** The spelling that this file's project uses: an alias when one leads there, else a relative path. */
function specifierFor(context: FixContext, target: FileId, known = ''): string {
  if (known !== '' && !known.startsWith('.')) {
    const found = context.workspace.target(context.file, known);
    if (found.t === 'file' && found.file === target) return known;
  }
  const stem = target.replace(/\.[cm]?[jt]sx?$/, '').replace(/\/index$/, '');
  const parts = stem.split('/');
  for (const alias of ['@/', '~/', '#/'])
    for (let from = 0; from < parts.length; from++) {
      const spec = alias + parts.slice(from).join('/');
      const found = context.workspace.target(context.file, spec);
      if (found.t === 'file' && found.file === target) return spec;
    }
  return relativeSpecifier(context.file, stem);
}

/** Why a function stops: nobody is signed in, or not with the right role, or something isn't there. */
export interface Refusal {
  word: 'Unauthorized' | 'Forbidden' | 'Not found';
  code: 'UNAUTHORIZED' | 'FORBIDDEN' | 'NOT_FOUND';
  status: 401 | 403 | 404;
  /** Where a page sends its visitor; without, it says that there is no such page. */
  page?: string;
}

export const UNAUTHORIZED: Refusal = {
  word: 'Unauthorized',
  code: 'UNAUTHORIZED',
  status: 401,
  page: '/login',
};
export const FORBIDDEN: Refusal = { word: 'Forbidden', code: 'FORBIDDEN', status: 403, page: '/' };
export const NOT_FOUND: Refusal = { word: 'Not found', code: 'NOT_FOUND', status: 404 };

/** What the function does when it stops somebody, in the manner of its neighbours. */
export function refusal(
  source: ts.SourceFile,
  node: FunctionNode,
  style: Style,
  kind: string,
  lib: string,
  { word, code, status, page }: Refusal = UNAUTHORIZED,
): { statement: string; edits: TextEdit[] } {
  const { quote, semicolon } = style;
  const q = (text: string): string => `${quote}${text}${quote}`;
  if (kind === 'page' && page === undefined)
    return {
      statement: `notFound()${semicolon}`,
      edits: addImport(source, { spec: 'next/navigation', name: 'notFound' }),
    };
  if (kind === 'page')
    return {
      statement: `redirect(${q(page ?? '/')})${semicolon}`,
      edits: addImport(source, { spec: 'next/navigation', name: 'redirect' }),
    };
  if (lib !== '') return { statement: `throw new Error(${q(word)})${semicolon}`, edits: [] };
  if (kind === 'route') {
    const response = importedAs(source, 'next/server', 'NextResponse') ?? 'Response';
    return {
      statement: `return ${response}.json({ error: { message: ${q(word)} } }, { status: ${status} })${semicolon}`,
      edits: [],
    };
  }
  const { text } = source;
  const failing = /\bfail\(/.test(text) && importedName(source, 'fail');
  if (failing) return { statement: `return fail(${q(word)}, ${q(code)})${semicolon}`, edits: [] };
  const returns = node.body && ts.isBlock(node.body) ? returnedObjects(node.body) : [];
  const neighbours = returns.length > 0 ? returns : returnedObjects(source);
  // A function that gives back rows or numbers can't answer with an error object: its callers would break.
  const own = returns.length > 0;
  const sample = neighbours.find(
    (object) => keysOf(object).includes('error') || keysOf(object).includes('message'),
  );
  if (own && sample) return { statement: `return ${likeSample(sample, q, word)}${semicolon}`, edits: [] };
  if (own && returns.length > 0 && returns.every((object) => keysOf(object).includes('success')))
    return {
      statement: `return { success: false, error: { message: ${q(word)} } }${semicolon}`,
      edits: [],
    };
  return { statement: `throw new Error(${q(word)})${semicolon}`, edits: [] };
}

function importedName(source: ts.SourceFile, name: string): boolean {
  return source.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) &&
      statement.importClause?.namedBindings &&
      ts.isNamedImports(statement.importClause.namedBindings) &&
      statement.importClause.namedBindings.elements.some((element) => element.name.text === name),
  );
}

function returnedObjects(root: ts.Node): ts.ObjectLiteralExpression[] {
  const out: ts.ObjectLiteralExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression && ts.isObjectLiteralExpression(node.expression))
      out.push(node.expression);
    if (
      node !== root &&
      !ts.isSourceFile(root) &&
      (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node))
    )
      return;
    ts.forEachChild(node, visit);
  };
  visit(root);
  return out;
}

function keysOf(object: ts.ObjectLiteralExpression): string[] {
  return object.properties.flatMap((property) =>
    property.name && ts.isIdentifier(property.name) ? [property.name.text] : [],
  );
}

/** The same keys as a failing result nearby, saying why it stops. */
function likeSample(sample: ts.ObjectLiteralExpression, q: (text: string) => string, word: string): string {
  const keys = keysOf(sample);
  const valueOf = (name: string): ts.Expression | undefined => {
    const property = sample.properties.find(
      (candidate) => candidate.name && ts.isIdentifier(candidate.name) && candidate.name.text === name,
    );
    return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  };
  const parts: string[] = [];
  for (const flag of ['success', 'ok']) if (keys.includes(flag)) parts.push(`${flag}: false`);
  const error = valueOf('error');
  if (keys.includes('error'))
    parts.push(
      error && ts.isObjectLiteralExpression(error) ? `error: { message: ${q(word)} }` : `error: ${q(word)}`,
    );
  else parts.push(`message: ${q(word)}`);
  return `{ ${parts.join(', ')} }`;
}

/** Indentation of the statements of a block. */
export function innerIndent(source: ts.SourceFile, block: ts.Block, style: Style): string {
  const [first] = block.statements;
  if (first && source.text.slice(block.getStart(source), first.getStart(source)).includes('\n'))
    return indentAt(source.text, first.getStart(source));
  return indentAt(source.text, block.getStart(source)) + style.indent;
}

export function freeName(node: FunctionNode, wanted: string): string {
  const taken = new Set<string>();
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) taken.add(child.text);
    ts.forEachChild(child, visit);
  };
  visit(node);
  if (!taken.has(wanted)) return wanted;
  return taken.has(`${wanted}User`) ? 'currentSession' : `${wanted}User`;
}
