/** The texts of *Extract to service*: the new function, the call in its place, the module it is put in. */
import { ts } from 'ts-morph';
import type { FileId } from '../base/path.ts';
import { parseTs } from '../facts/parseTs.ts';
import type { TextEdit } from '../run/finding.ts';
import type { WorkspaceView } from '../workspace/view.ts';
import { applyEdits, minimalEdit } from './applyEdits.ts';
import type { Parameter } from './captures.ts';
import { addImport, withoutImports } from './imports.ts';
import type { WantedImport } from './imports.ts';
import { declarationOf, isImported, isInside, referencesIn } from './scopes.ts';
import type { Imported } from './scopes.ts';
import { isMarkedServerOnly } from './serviceModule.ts';
import { indentAt } from './style.ts';
import type { Style } from './style.ts';

/** Whether a module has this very function already, exported. */
export function has(source: ts.SourceFile, name: string, code: string): boolean {
  const normal = (text: string): string => text.replace(/\basync\b|\bawait\b|\s+|;|,(?=\s*[)}\]])/g, '');
  return source.statements.some(
    (statement) =>
      statement.getText(source).includes(name) && normal(statement.getText(source)) === normal(code),
  );
}

interface Writing {
  style: Style;
  isCached: boolean;
}

const LINE = 110;

export function functionText(
  body: string,
  name: string,
  parameters: readonly Parameter[],
  { style, isCached }: Writing,
): string {
  const list = parameters.map((parameter) => `${parameter.name}: ${parameter.type}`).join(', ');
  const { newline, semicolon } = style;
  const short = `export const ${name} = cache((${list}) => ${body})${semicolon}`;
  if (isCached && short.length <= LINE && !body.includes('\n')) return short + newline;
  if (isCached)
    return `export const ${name} = cache((${list}) =>${newline}${style.indent}${body},${newline})${semicolon}${newline}`;
  return `export function ${name}(${list}) {${newline}${style.indent}return ${body}${semicolon}${newline}}${newline}`;
}

/** The code with parameters in place of what they stand for, its lines moved to another depth. */
export function movedText(
  node: ts.Node,
  parameters: readonly Parameter[],
  renamed: ReadonlyMap<ts.Identifier, string>,
  indent: string,
): string {
  const source = node.getSourceFile();
  const start = node.getStart(source);
  const edits: TextEdit[] = [];
  for (const { name, nodes } of parameters)
    for (const place of nodes) {
      const from = place.getStart(source);
      const isShort = ts.isShorthandPropertyAssignment(place.parent) && place.getText() !== name;
      const isName = ts.isPropertyAssignment(place.parent) && place.parent.initializer === place;
      const key = isName ? (place.parent as ts.PropertyAssignment).name : undefined;
      if (key && ts.isIdentifier(key) && key.text === name)
        edits.push({ start: key.getStart(source) - start, end: place.end - start, text: name });
      else
        edits.push({
          start: from - start,
          end: place.end - start,
          text: isShort ? `${place.getText()}: ${name}` : name,
        });
    }
  for (const [place, name] of renamed)
    edits.push({ start: place.getStart(source) - start, end: place.end - start, text: name });
  const own = indentAt(source.text, start);
  const fixed = templateLines(node);
  const firstLine = source.getLineAndCharacterOfPosition(start).line;
  for (let line = firstLine + 1; line <= source.getLineAndCharacterOfPosition(node.end).line; line++) {
    if (fixed.has(line)) continue;
    const at = source.getPositionOfLineAndCharacter(line, 0);
    if (edits.some((edit) => edit.start + start < at && at < edit.end + start)) continue;
    if (source.text.startsWith(own, at))
      edits.push({ start: at - start, end: at + own.length - start, text: indent });
  }
  return applyEdits(source.text.slice(start, node.end), edits);
}

/** Lines that begin inside a template: their blanks are part of a text. */
function templateLines(node: ts.Node): Set<number> {
  const source = node.getSourceFile();
  const out = new Set<number>();
  const visit = (child: ts.Node): void => {
    if (ts.isTemplateLiteral(child)) {
      const from = source.getLineAndCharacterOfPosition(child.getStart(source)).line;
      const to = source.getLineAndCharacterOfPosition(child.end).line;
      for (let line = from + 1; line <= to; line++) out.add(line);
    }
    ts.forEachChild(child, visit);
  };
  visit(node);
  return out;
}

/** The call instead of the code, the import of the service, and no imports that only the code needed. */
export function sourceEdits(
  source: ts.SourceFile,
  node: ts.Node,
  call: string,
  wanted: WantedImport,
): TextEdit[] {
  const { text } = source;
  const start = node.getStart(source);
  const gone = new Set<Imported>();
  for (const name of referencesIn(node)) {
    const declaration = declarationOf(name);
    if (declaration && isImported(declaration)) gone.add(declaration);
  }
  for (const name of referencesIn(source)) {
    if (gone.size === 0) break;
    if (isInside(name, node)) continue;
    const declaration = declarationOf(name);
    if (declaration && isImported(declaration)) gone.delete(declaration);
  }
  const kept = new Set(call.match(/[A-Za-z_$][\w$]*/g));
  const names = [...gone].flatMap(({ name }) => (name && !kept.has(name.getText()) ? [name.getText()] : []));
  const headEnd = source.statements.findLast(ts.isImportDeclaration)?.end ?? 0;
  const head = text.slice(0, headEnd);
  const added = withImports(source.fileName, head, [wanted]);
  const newHead = withoutImports(parseTs(source.fileName, added, true), names).trimEnd();
  return [minimalEdit(head, newHead), { start, end: node.end, text: call }];
}

function withImports(file: string, text: string, wanted: readonly WantedImport[]): string {
  let out = text;
  for (const item of wanted) out = applyEdits(out, addImport(parseTs(file, out, true), item));
  return out;
}

export function appended(
  file: FileId,
  text: string,
  source: ts.SourceFile,
  imports: readonly WantedImport[],
  code: string,
  { newline }: Style,
): TextEdit[] {
  const headEnd = source.statements.findLast(ts.isImportDeclaration)?.end ?? 0;
  const trimmed = text.trimEnd().length;
  const end = { start: Math.max(trimmed, headEnd), end: text.length, text: newline + newline + code };
  if (headEnd === 0) {
    const all = withImports(file, text, imports);
    return [minimalEdit(text.slice(0, trimmed), all.trimEnd()), end].filter(
      (edit) => edit.text !== '' || edit.end > edit.start,
    );
  }
  const head = text.slice(0, headEnd);
  const edit = minimalEdit(head, withImports(file, head, imports));
  return edit.text === '' && edit.end === edit.start ? [end] : [edit, end];
}

export function newModule(
  workspace: WorkspaceView,
  file: FileId,
  imports: readonly WantedImport[],
  code: string,
  { quote, semicolon, newline }: Style,
): string {
  // The first import decides how the others are quoted.
  const marker = isMarkedServerOnly(workspace, file)
    ? `import ${quote}server-only${quote}${semicolon}${newline}`
    : '';
  const head = withImports(file, marker, imports).trimEnd();
  const lines = quote === '"' ? head.replaceAll("'", '"') : head;
  const ended = semicolon === '' ? lines.replace(/;$/gm, '') : lines;
  return `${ended}${newline}${newline}${code}`;
}
