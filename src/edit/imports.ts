/** Adds imports to a TypeScript/JavaScript file: once, merged into what is there, at the sorted place, in its style. */
import { ts } from 'ts-morph';
import type { TextEdit } from '../run/finding.ts';
import { styleOf } from './style.ts';

export interface WantedImport {
  spec: string;
  /** Exported name; `default` for a default import. */
  name: string;
  /** Local name, when it differs. */
  as?: string;
  typeOnly?: boolean;
}

/** The local name under which a file already imports an export, if any. */
export function importedAs(source: ts.SourceFile, spec: string, name: string): string | undefined {
  for (const statement of source.statements) {
    if (
      !ts.isImportDeclaration(statement) ||
      !ts.isStringLiteral(statement.moduleSpecifier) ||
      statement.moduleSpecifier.text !== spec
    )
      continue;
    const clause = statement.importClause;
    if (!clause || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) continue;
    if (name === 'default' && clause.name) return clause.name.text;
    const named = clause.namedBindings;
    if (named && ts.isNamedImports(named))
      for (const element of named.elements)
        if (!element.isTypeOnly && (element.propertyName ?? element.name).text === name)
          return element.name.text;
  }
  return undefined;
}

/** Edits that make an export available; none when it is imported already. */
export function addImport(source: ts.SourceFile, wanted: WantedImport): TextEdit[] {
  if (!wanted.typeOnly && importedAs(source, wanted.spec, wanted.name) !== undefined) return [];
  const { text } = source;
  const style = styleOf(text);
  const local = wanted.as ?? wanted.name;
  const piece = wanted.as && wanted.as !== wanted.name ? `${wanted.name} as ${wanted.as}` : wanted.name;
  const imports = source.statements.filter(ts.isImportDeclaration);
  if (wanted.name !== 'default') {
    for (const statement of imports) {
      const clause = statement.importClause;
      if (
        !ts.isStringLiteral(statement.moduleSpecifier) ||
        statement.moduleSpecifier.text !== wanted.spec ||
        !clause
      )
        continue;
      const isType = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
      if (isType !== (wanted.typeOnly ?? false)) continue;
      const named = clause.namedBindings;
      if (named && ts.isNamedImports(named)) return [intoList(named, piece)];
      if (!named && clause.name)
        return [{ start: clause.name.end, end: clause.name.end, text: `, { ${piece} }` }];
    }
  }
  const what = wanted.name === 'default' ? local : `{ ${piece} }`;
  const line = `import ${wanted.typeOnly ? 'type ' : ''}${what} from ${style.quote}${wanted.spec}${style.quote}${style.semicolon}`;
  return [newLine(source, imports, wanted.spec, line, style.newline)];
}

function intoList(named: ts.NamedImports, piece: string): TextEdit {
  const last = named.elements.at(-1);
  if (!last) return { start: named.end - 1, end: named.end - 1, text: ` ${piece} ` };
  const bare = (text: string): string => text.replace(/^type /, '').toLowerCase();
  const texts = named.elements.map((element) => bare(element.getText()));
  const isSorted = texts.every((name, i) => i === 0 || (texts[i - 1] ?? '') <= name);
  const next = isSorted ? named.elements.find((element) => bare(element.getText()) > bare(piece)) : undefined;
  if (next) {
    const start = next.getStart();
    const multiline = named.getText().includes('\n');
    const before = named.getSourceFile().text.slice(0, start);
    const gap = multiline ? (/\r?\n[ \t]*$/.exec(before)?.[0] ?? ' ') : ' ';
    return { start, end: start, text: `${piece},${gap}` };
  }
  const multiline = named.getText().includes('\n');
  const gap = multiline
    ? (/\r?\n[ \t]*$/.exec(named.getSourceFile().text.slice(0, last.getStart()))?.[0] ?? ' ')
    : ' ';
  return { start: last.end, end: last.end, text: `,${gap}${piece}` };
}

/** Packages first, then aliases, then relative paths: the order most files keep. */
function rank(spec: string): number {
  if (spec.startsWith('node:')) return 0;
  if (spec.startsWith('.')) return 3;
  return /^[@~#]\//.test(spec) ? 2 : 1;
}

function newLine(
  source: ts.SourceFile,
  imports: readonly ts.ImportDeclaration[],
  spec: string,
  line: string,
  newline: string,
): TextEdit {
  const specOf = (statement: ts.ImportDeclaration): string =>
    ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : '';
  const before = imports.findLast((statement) => rank(specOf(statement)) <= rank(spec));
  const sameRank = imports.filter((statement) => rank(specOf(statement)) === rank(spec));
  const specs = sameRank.map(specOf);
  const isSorted = specs.every((name, i) => i === 0 || (specs[i - 1] ?? '') <= name);
  const next = isSorted ? sameRank.find((statement) => specOf(statement) > spec) : undefined;
  if (next) {
    const start = next.getStart(source);
    return { start, end: start, text: line + newline };
  }
  const after = before ?? undefined;
  if (after) {
    const end = endOfLine(source.text, after.end);
    return { start: end, end, text: newline + line };
  }
  const [first] = imports;
  if (first) {
    const start = first.getStart(source);
    return { start, end: start, text: line + newline };
  }
  const directive = source.statements.filter(
    (statement) => ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression),
  );
  const leading = source.statements
    .slice(0, directive.length)
    .every((statement, i) => statement === directive[i])
    ? directive.at(-1)
    : undefined;
  if (leading) return { start: leading.end, end: leading.end, text: newline + newline + line };
  const shebang = /^#!.*\r?\n/.exec(source.text)?.[0].length ?? 0;
  const [statement] = source.statements;
  const comments = ts.getLeadingCommentRanges(source.text, statement?.pos ?? shebang) ?? [];
  const header =
    comments.length > 0 &&
    statement &&
    source.text.slice(comments[0]?.end ?? 0, statement.getStart(source)).includes(newline + newline)
      ? comments[0]
      : undefined;
  const start = header ? header.end : shebang;
  return header
    ? { start, end: start, text: newline + newline + line }
    : { start, end: start, text: line + newline + (source.text.length > shebang ? newline : '') };
}

function endOfLine(text: string, offset: number): number {
  const rest = /^[^\r\n]*/.exec(text.slice(offset))?.[0] ?? '';
  return /^[ \t]*(\/\/.*)?$/.test(rest) ? offset + rest.trimEnd().length : offset;
}

/** The text of a file without some imported names; an import that is left with none goes with its line. */
export function withoutImports(source: ts.SourceFile, names: readonly string[]): string {
  let { text } = source;
  for (const statement of source.statements.filter(ts.isImportDeclaration).toReversed()) {
    const clause = statement.importClause;
    if (!clause) continue;
    const named = clause.namedBindings;
    const elements = named && ts.isNamedImports(named) ? [...named.elements] : [];
    const isGone = (name: ts.Identifier | undefined): boolean =>
      name !== undefined && names.includes(name.text);
    const gone = elements.filter((element) => isGone(element.name));
    const isStar = named !== undefined && ts.isNamespaceImport(named);
    const keepsOther = (clause.name && !isGone(clause.name)) || (isStar && !isGone(named.name));
    if (
      gone.length === elements.length &&
      !keepsOther &&
      (gone.length > 0 || isGone(clause.name) || isStar)
    ) {
      const line = /^[ \t]*(\/\/[^\r\n]*)?\r?\n?/.exec(text.slice(statement.end))?.[0].length ?? 0;
      text = text.slice(0, statement.getStart(source)) + text.slice(statement.end + line);
      continue;
    }
    for (const element of gone.toReversed()) {
      const next = elements[elements.indexOf(element) + 1];
      const before = elements[elements.indexOf(element) - 1];
      const start = next ? element.getStart(source) : (before?.end ?? element.getStart(source));
      text = text.slice(0, start) + text.slice(next ? next.getStart(source) : element.end);
    }
  }
  return text;
}
