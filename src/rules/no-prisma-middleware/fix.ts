import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { callAt } from '../../edit/queryCall.ts';
import { allNames, referencesIn } from '../../edit/scopes.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';
import { extensionOf } from './middleware.ts';

export const fixes = [
  defineFix({
    id: 'to-extension',
    title: () => 'Write it as an extension',
    trust: 'suggestion',
    preferred: true,
    edit: toExtension,
  }),
];

/** `client.$use(middleware)` → the client's constant is extended, at its declaration or in the statement's place. */
function toExtension(context: FixContext): FixOutcome {
  const { file, finding } = context;
  const source = context.sourceOf(file);
  const call = source && callAt(source, finding.start, finding.end);
  const access = call && ts.isPropertyAccessExpression(call.expression) ? call.expression : undefined;
  if (!source || !call || !access) return { refuse: 'The middleware can no longer be found.' };
  const [middleware] = call.arguments;
  if (!middleware || !(ts.isArrowFunction(middleware) || ts.isFunctionExpression(middleware)))
    return { refuse: 'The middleware is written elsewhere: turn that function into an extension.' };
  const statement = call.parent;
  if (
    !ts.isExpressionStatement(statement) ||
    statement.parent !== source ||
    !ts.isIdentifier(access.expression)
  )
    return { refuse: 'The middleware is not added to a constant at the level of the module.' };
  const local = access.expression.text;
  const declaration = constantNamed(source, local);
  if (!declaration?.initializer || declaration.getStart(source) > statement.getStart(source))
    return {
      refuse: `${local} is no constant of this module that is made before: an extended client is a new one.`,
    };
  const first = firstUse(source, local);
  if (first !== undefined && first < finding.start)
    return {
      refuse: 'Another middleware comes first: rewrite that one first, so that they keep their order.',
    };
  const style = styleOf(source.text);
  const { initializer } = declaration;
  const { semicolon } = style;
  const isChain =
    ts.isNewExpression(initializer) ||
    (ts.isCallExpression(initializer) &&
      ts.isPropertyAccessExpression(initializer.expression) &&
      initializer.expression.name.text === '$extends');
  const start = statement.getStart(source);
  const hook = extensionOf(source, middleware, style, indentAt(source.text, declaration.getStart(source)));
  if (typeof hook === 'string') return { refuse: hook };
  const edits: TextEdit[] = [];
  // A declared type would take the extension back.
  const type = declaration.type;
  if (isChain && !type && usesBetween(source, local, declaration.end, start).length === 0) {
    edits.push({ start: initializer.end, end: initializer.end, text: `.$extends${hook.text}` });
    const before = /(\r?\n[ \t]*)*$/.exec(source.text.slice(0, start))?.[0].length ?? 0;
    edits.push({ start: start - before, end: statement.end, text: '' });
  } else {
    const base = `base${local.charAt(0).toUpperCase()}${local.slice(1)}`;
    if (allNames(source).has(base)) return { refuse: `${base} is taken in this file.` };
    const list = declaration.parent.parent;
    const modifier = ts.isVariableStatement(list)
      ? list.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
      : undefined;
    if (modifier) edits.push({ start: modifier.getStart(source), end: modifier.end + 1, text: '' });
    edits.push({ start: declaration.name.getStart(source), end: declaration.name.end, text: base });
    for (const use of usesBetween(source, local, declaration.end, start))
      edits.push({ start: use.getStart(source), end: use.end, text: base });
    edits.push({
      start,
      end: statement.end,
      text: `${modifier ? 'export ' : ''}const ${local} = ${base}.$extends${hook.text}${semicolon}`,
    });
  }
  return { changes: [{ file, create: false, edits }] };
}

function constantNamed(source: ts.SourceFile, name: string): ts.VariableDeclaration | undefined {
  for (const statement of source.statements)
    if (ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Const) !== 0)
      for (const declaration of statement.declarationList.declarations)
        if (
          ts.isIdentifier(declaration.name) &&
          declaration.name.text === name &&
          statement.declarationList.declarations.length === 1
        )
          return declaration;
  return undefined;
}

/** Where the first `$use` of a client stands. */
function firstUse(source: ts.SourceFile, name: string): number | undefined {
  return referencesIn(source)
    .filter(({ text }) => text === name)
    .flatMap(({ parent }) =>
      ts.isPropertyAccessExpression(parent) && parent.name.text === '$use'
        ? [parent.name.getStart(source)]
        : [],
    )
    .toSorted((a, b) => a - b)[0];
}

/** Uses between two places that run when the module is loaded: what functions use is asked for later. */
function usesBetween(source: ts.SourceFile, name: string, from: number, to: number): ts.Identifier[] {
  return referencesIn(source).filter(
    (node) =>
      node.text === name &&
      node.getStart(source) >= from &&
      node.end <= to &&
      ts.findAncestor(node, ts.isFunctionLike) === undefined,
  );
}
