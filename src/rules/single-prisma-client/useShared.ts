/** Replaces a client of one's own by the shared one. */
import { ts } from 'ts-morph';
import { applyEdits, minimalEdit } from '../../edit/applyEdits.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { addImport, importedAs, withoutImports } from '../../edit/imports.ts';
import { allNames, referencesIn } from '../../edit/scopes.ts';
import { specifierFor } from '../../edit/specifier.ts';
import { styleOf } from '../../edit/style.ts';
import { parseTs } from '../../facts/parseTs.ts';
import type { TextEdit } from '../../run/finding.ts';
import { constantOf, constructionAt, orphans, removals, wholeClient } from './nodes.ts';

/** The recipe: imports the shared client, removes the other one with what only it needed, and its `$disconnect()`. */
export function useSharedClient(context: FixContext): FixOutcome {
  const { file, workspace, data } = context;
  const source = context.sourceOf(file);
  const made = source && constructionAt(context, source);
  if (!source || !made) return { refuse: 'The construction can no longer be found.' };
  const module = String(data['module']);
  const exported = String(data['name']);
  const spec = specifierFor(workspace, file, module);
  if (spec === undefined) return { refuse: `This package can't import ${module}.` };
  const whole = wholeClient(made, false);
  const constant = constantOf(whole);
  const edits: TextEdit[] = [];
  const gone: ts.Node[] = [];
  let local: string;
  if (constant) {
    local = constant.name.text;
    const closing = disconnects(source, local);
    if (typeof closing === 'string') return { refuse: closing };
    const isNested = constant.statement.parent !== source;
    if (isNested && count(source, local) > 1)
      return { refuse: `${local} is declared several times in this file: rename one of them first.` };
    gone.push(constant.statement, ...closing);
    edits.push(...removals(source, closing));
    if (constant.exported) {
      const { semicolon } = styleOf(source.text);
      edits.push({
        start: constant.statement.getStart(source),
        end: constant.statement.end,
        text: `export { ${local} }${semicolon}`,
      });
    } else edits.push(...removals(source, [constant.statement]));
  } else {
    const names = allNames(source);
    const plain = exported === 'default' ? 'prisma' : exported;
    const known = importedAs(source, spec, exported);
    local = known ?? (names.has(plain) ? `shared${plain.charAt(0).toUpperCase()}${plain.slice(1)}` : plain);
    if (known === undefined && names.has(local)) return { refuse: `${local} is taken in this file.` };
    gone.push(whole);
    edits.push({ start: whole.getStart(source), end: whole.end, text: local });
  }
  const unused = orphans(source, gone);
  edits.push(...removals(source, unused));
  const changed = applyEdits(source.text, edits);
  const imported = applyEdits(
    changed,
    addImport(parseTs(file, changed, true), {
      spec,
      name: exported,
      ...(local === exported ? {} : { as: local }),
    }),
  );
  const tree = parseTs(file, imported, true);
  const before = new Set([...gone, ...unused].flatMap((node) => referencesIn(node).map(({ text }) => text)));
  const used = new Set(referencesIn(tree).map(({ text }) => text));
  const result = withoutImports(
    tree,
    [...before].filter((name) => !used.has(name) && name !== local),
  );
  // What is taken out one after the other leaves its blank lines behind.
  const isLoose = /\n[ \t]*\r?\n[ \t]*\r?\n/.test(source.text);
  const tidy = isLoose ? result : result.replace(/(\r?\n)(?:[ \t]*\r?\n){2,}/g, '$1$1');
  return { changes: [{ file, create: false, edits: [minimalEdit(source.text, tidy)] }] };
}

/** How often a file declares a name. */
function count(source: ts.SourceFile, name: string): number {
  let found = 0;
  const visit = (node: ts.Node): void => {
    if (
      (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name) &&
      node.name.text === name
    )
      found++;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Statements that close a client, which must not happen to the shared one; or why they can't be taken out. */
function disconnects(source: ts.SourceFile, name: string): ts.Statement[] | string {
  const out: ts.Statement[] = [];
  for (const use of referencesIn(source)) {
    if (use.text !== name) continue;
    const { parent } = use;
    if (!ts.isPropertyAccessExpression(parent) || parent.name.text !== '$disconnect') continue;
    const statement = ts.findAncestor(use, ts.isExpressionStatement);
    const text = statement?.getText(source).replace(/;$/, '');
    if (!statement || !new RegExp(`^(await |void )?${name}\\.\\$disconnect\\(\\)$`).test(text ?? ''))
      return `${name}.$disconnect() would close the shared client: take it out first.`;
    const block = statement.parent;
    const isAll = ts.isBlock(block) && block.statements.length === 1;
    if (isAll && ts.isTryStatement(block.parent) && block.parent.finallyBlock === block)
      return `The \`finally\` does nothing but close the client: take it out first.`;
    out.push(statement);
  }
  return out;
}
