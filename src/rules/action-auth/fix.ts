import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { freeName, functionNode, innerIndent, refusal, sessionSource } from '../../edit/guards.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import { spanOf } from '../../facts/model.ts';
import type { TextEdit } from '../../run/finding.ts';

function insertGuard(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const fn = context.data['fn'];
  const node = source && typeof fn === 'number' ? functionNode(context, source, fn) : undefined;
  if (!source || !node) return { refuse: 'The function could not be found in this file.' };
  if (!node.body || !ts.isBlock(node.body))
    return { refuse: 'The function has no block body. Give it one first.' };
  if (!node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword))
    return { refuse: 'The function is not async, so it cannot wait for the session.' };
  const session = sessionSource(context, source);
  if (!session) return { refuse: 'No Auth.js `auth` and no guard helper was found in this application.' };
  const style = styleOf(source.text);
  const refused = session.stops
    ? { statement: '', edits: [] }
    : refusal(source, node, style, String(context.data['kind'] ?? ''), String(context.data['lib'] ?? ''));
  const name = freeName(node, 'session');
  const inner = innerIndent(source, node.body, style);
  const open = node.body.getStart(source) + 1;
  const directives = node.body.statements.filter(
    (child) => ts.isExpressionStatement(child) && ts.isStringLiteral(child.expression),
  );
  const at = directives.at(-1)?.end ?? open;
  const lines = session.stops
    ? [`await ${session.call}${style.semicolon}`]
    : [`const ${name} = await ${session.call}${style.semicolon}`, `if (!${name}?.user) ${refused.statement}`];
  const body = lines.map((line) => style.newline + inner + line).join('');
  const rest = source.text.slice(at, node.body.end);
  const tail = /^[ \t]*\r?\n/.test(rest) ? '' : style.newline + inner;
  return {
    changes: [
      {
        file: context.file,
        create: false,
        edits: [...session.edits, ...refused.edits, { start: at, end: at, text: body + tail }],
      },
    ],
  };
}

/** Adds what is missing between reading the session and relying on it: the `await`, the test, or both. */
function testSession(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const { fn, call } = context.data;
  const node = source && typeof fn === 'number' ? functionNode(context, source, fn) : undefined;
  if (!source || !node || typeof call !== 'number')
    return { refuse: 'The function could not be found in this file.' };
  const { start } = spanOf(context.facts, call);
  let declaration: ts.VariableDeclaration | undefined;
  const visit = (child: ts.Node): void => {
    if (
      ts.isVariableDeclaration(child) &&
      child.initializer &&
      child.initializer.getStart(source) <= start &&
      start < child.initializer.end
    )
      declaration = child;
    ts.forEachChild(child, visit);
  };
  visit(node);
  const statement = declaration?.parent.parent;
  if (
    !declaration ||
    !ts.isIdentifier(declaration.name) ||
    !declaration.initializer ||
    !statement ||
    !ts.isVariableStatement(statement)
  )
    return { refuse: 'The session is not kept in a constant of its own. Test it by hand.' };
  const style = styleOf(source.text);
  const edits: TextEdit[] = [];
  if (context.data['await'] === true)
    edits.push({
      start: declaration.initializer.getStart(source),
      end: declaration.initializer.getStart(source),
      text: 'await ',
    });
  const tested = isTestedNext(statement, declaration.name.text);
  if (!tested) {
    const kind =
      context.workspace.entries(context.file).find((entry) => entry.handler?.endsWith(`#${String(fn)}`))
        ?.kind ?? 'action';
    const { statement: text, edits: more } = refusal(source, node, style, kind, '');
    edits.push(...more, {
      start: statement.end,
      end: statement.end,
      text: `${style.newline}${indentAt(source.text, statement.getStart(source))}if (!${declaration.name.text}?.user) ${text}`,
    });
  }
  return { changes: [{ file: context.file, create: false, edits }] };
}

/** Whether the next statement already stops without a session: then only the `await` was missing. */
function isTestedNext(statement: ts.VariableStatement, name: string): boolean {
  const block = statement.parent;
  if (!ts.isBlock(block)) return false;
  const next = block.statements[block.statements.indexOf(statement) + 1];
  if (!next || !ts.isIfStatement(next) || !next.expression.getText().includes(name)) return false;
  const then = ts.isBlock(next.thenStatement) ? next.thenStatement.statements.at(-1) : next.thenStatement;
  return then !== undefined && (ts.isReturnStatement(then) || ts.isThrowStatement(then));
}

export const fixes = [
  defineFix({
    id: 'insert-guard',
    title: () => 'Check the session first',
    trust: 'suggestion',
    preferred: true,
    edit: insertGuard,
  }),
  defineFix({
    id: 'test-session',
    title: (data) =>
      data['await'] === true ? 'Await the session and stop without one' : 'Stop when there is no session',
    trust: 'suggestion',
    preferred: true,
    edit: testSession,
  }),
];
