/** Moves a module to another path: its own imports, and those of everybody who imports it, keep leading where they led. */
import { ts } from 'ts-morph';
import { dirname, join, relativeSpecifier } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { FileEdits, TextEdit } from '../run/finding.ts';
import { applyEdits } from './applyEdits.ts';
import type { FixContext, FixOutcome } from './fix.ts';
import { specifierFor } from './specifier.ts';

/** @param to where the module goes; refused when something is there already */
export function moveModule(context: FixContext, to: FileId): FixOutcome {
  const { workspace, file, text } = context;
  const source = context.sourceOf(file);
  if (!source) return { refuse: 'The file can no longer be read.' };
  if (workspace.exists(to)) return { refuse: `${to} exists already.` };
  const own: TextEdit[] = [];
  for (const literal of specifiersIn(source)) {
    if (!literal.text.startsWith('.')) continue;
    const spec = movedSpecifier(context, literal.text, to);
    if (spec === undefined)
      return { refuse: `It is not clear what ${literal.text} would be at the new place.` };
    own.push(inQuotes(literal, source, spec));
  }
  const changes: FileEdits[] = [
    { file: to, create: true, edits: [{ start: 0, end: 0, text: applyEdits(text, own) }] },
    { file, create: false, remove: true, edits: [{ start: 0, end: text.length, text: '' }] },
  ];
  for (const importer of new Set([...workspace.importers(file), ...workspace.typeImporters(file)])) {
    if (importer === file) continue;
    const other = context.sourceOf(importer);
    if (!other) return { refuse: `${importer}, which imports it, can't be read.` };
    const edits: TextEdit[] = [];
    for (const literal of specifiersIn(other)) {
      const target = workspace.target(importer, literal.text);
      if (target.t !== 'file' || target.file !== file) continue;
      const spec = literal.text.startsWith('.')
        ? relativeSpecifier(importer, to) + ending(literal.text)
        : specifierFor(workspace, importer, to);
      if (spec === undefined)
        return { refuse: `${importer} has no way to import the module from ${dirname(to)}.` };
      edits.push(inQuotes(literal, other, spec));
    }
    if (edits.length > 0) changes.push({ file: importer, create: false, edits });
  }
  return { changes };
}

/** Texts that name modules: of imports, exports, `import()`, `require()` and mocks of tests. */
function specifiersIn(source: ts.SourceFile): ts.StringLiteralLike[] {
  const out: ts.StringLiteralLike[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      if (ts.isStringLiteralLike(node.moduleSpecifier)) out.push(node.moduleSpecifier);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteralLike(node.argument.literal)) out.push(node.argument.literal);
    } else if (ts.isCallExpression(node)) {
      const [first] = node.arguments;
      const callee = node.expression.getText(source);
      const isLoad =
        node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        /^(require|(vi|jest)\.(mock|doMock|unmock|importActual|requireActual))$/.test(callee);
      if (isLoad && first && ts.isStringLiteralLike(first)) out.push(first);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return out;
}

function inQuotes(literal: ts.StringLiteralLike, source: ts.SourceFile, spec: string): TextEdit {
  return { start: literal.getStart(source) + 1, end: literal.end - 1, text: spec };
}

function ending(spec: string): string {
  return /\.[cm]?[jt]sx?$/.exec(spec)?.[0] ?? '';
}

/** A relative specifier of the moved module as it is written at its new place. */
function movedSpecifier({ workspace, file }: FixContext, spec: string, to: FileId): string | undefined {
  const target = workspace.target(file, spec);
  if (target.t === 'file')
    return specifierFor(workspace, to, target.file) ?? relativeSpecifier(to, target.file) + ending(spec);
  const path = join(dirname(file), spec);
  if (path === undefined || target.t === 'package') return undefined;
  // `relativeSpecifier` drops an extension that it knows.
  const known = ending(spec);
  return relativeSpecifier(to, path) + known;
}
