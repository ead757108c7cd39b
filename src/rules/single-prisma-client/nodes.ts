/** The construction of a client in the syntax tree, and what goes with it. */
import { ts } from 'ts-morph';
import type { FixContext } from '../../edit/fix.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { referencesIn } from '../../edit/scopes.ts';
import type { TextEdit } from '../../run/finding.ts';

/** `new PrismaClient(…)`, from the place of its constructor's name. */
export function constructionAt(context: FixContext, source: ts.SourceFile): ts.NewExpression | undefined {
  let node = nodeAt(source, context.finding.start, context.finding.end);
  if (node && ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) node = node.parent;
  const made = node?.parent;
  return made && ts.isNewExpression(made) && made.expression === node ? made : undefined;
}

/** Through casts, parentheses, and with `extended` also `.$extends(…)`: the outermost expression that is still the client. */
export function wholeClient(node: ts.Expression, extended: boolean): ts.Expression {
  let at = node;
  for (;;) {
    const { parent } = at;
    if (
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isSatisfiesExpression(parent) ||
      ts.isNonNullExpression(parent)
    )
      at = parent;
    else if (
      extended &&
      ts.isPropertyAccessExpression(parent) &&
      parent.name.text === '$extends' &&
      ts.isCallExpression(parent.parent)
    )
      at = parent.parent;
    else return at;
  }
}

/** A constant that holds an expression and nothing else, with its statement. */
export function constantOf(
  node: ts.Expression,
): { name: ts.Identifier; statement: ts.VariableStatement; exported: boolean } | undefined {
  const { parent } = node;
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== node || !ts.isIdentifier(parent.name))
    return undefined;
  const statement = parent.parent.parent;
  if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length > 1)
    return undefined;
  const exported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
  return { name: parent.name, statement, exported };
}

/** Edits that take out statements with their lines and the blank line that they leave behind. */
export function removals(source: ts.SourceFile, statements: readonly ts.Statement[]): TextEdit[] {
  const { text } = source;
  return statements.map((statement) => {
    const start = statement.getStart(source);
    const line = text.lastIndexOf('\n', start - 1) + 1;
    const isAlone = text.slice(line, start).trim() === '';
    const rest = /^[ \t]*(\/\/[^\r\n]*)?\r?\n?/.exec(text.slice(statement.end))?.[0].length ?? 0;
    const end = statement.end + rest;
    const isFirst = line === 0 || /(^|\n|\{)[ \t]*\r?\n$/.test(text.slice(0, line));
    const blank = isAlone && isFirst ? (/^([ \t]*\r?\n)+/.exec(text.slice(end))?.[0].length ?? 0) : 0;
    return { start: isAlone ? line : start, end: isAlone ? end + blank : statement.end, text: '' };
  });
}

/**
 * Top-level constants that nothing uses any more once some parts of the file are gone: the adapter and pool that a client was made
 * with. Only those whose values are constructed, read or called here.
 */
export function orphans(source: ts.SourceFile, gone: readonly ts.Node[]): ts.VariableStatement[] {
  const out: ts.VariableStatement[] = [];
  const isGone = (node: ts.Node): boolean =>
    [...gone, ...out].some((part) => part.pos <= node.pos && node.end <= part.end);
  for (let again = true; again;) {
    again = false;
    for (const statement of source.statements) {
      if (!ts.isVariableStatement(statement) || out.includes(statement) || isGone(statement)) continue;
      const [declaration] = statement.declarationList.declarations;
      if (
        !declaration ||
        statement.declarationList.declarations.length > 1 ||
        (statement.modifiers?.length ?? 0) > 0 ||
        !ts.isIdentifier(declaration.name)
      )
        continue;
      const { text } = declaration.name;
      const uses = referencesIn(source).filter((node) => node.text === text);
      const wasUsed = uses.some(isGone);
      if (!wasUsed || uses.some((node) => !isGone(node))) continue;
      out.push(statement);
      again = true;
    }
  }
  return out;
}
