import { ts } from 'ts-morph';
import { handlerOf, insert, logStatement } from '../../edit/catchHandler.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';
import { returnFailures, wrapReturns } from './wrap.ts';

export const fixes = [
  defineFix({
    id: 'wrap-returns',
    title: () => 'Return the result type on every path',
    trust: 'suggestion',
    preferred: false,
    edit: wrapReturns,
  }),
  defineFix({
    id: 'return-failures',
    title: () => 'Return failures instead of throwing',
    trust: 'suggestion',
    preferred: false,
    edit: returnFailures,
  }),
  defineFix({
    id: 'own-text',
    title: () => 'Answer with a text of its own',
    trust: 'suggestion',
    preferred: true,
    edit: ownText,
  }),
];

/** A text instead of the error's, and a log where there was none: the error must be seen somewhere. */
function ownText(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const name = source && nodeAt(source, context.finding.start, context.finding.end);
  if (!source || !name) return { refuse: 'The code can no longer be found.' };
  const style = styleOf(context.text);
  const whole = wholeText(name);
  if (ts.isShorthandPropertyAssignment(whole.parent) && whole.parent.name === whole)
    return { refuse: 'The whole error goes out here: say by hand what the client may know of it.' };
  if (!isTextPlace(whole))
    return { refuse: 'The whole error goes out here: say by hand what the client may know of it.' };
  const text = saidBeside(whole) ?? `${style.quote}Something went wrong${style.quote}`;
  const edits: TextEdit[] = [{ start: whole.getStart(source), end: whole.end, text }];
  const clause = ts.findAncestor(name, ts.isCatchClause);
  if (!clause) return { refuse: 'The handler stands elsewhere; change it there.' };
  if (!logsAnything(clause)) {
    const handler = handlerOf(source, style, clause);
    if (typeof handler === 'string') return { refuse: handler };
    const log = logStatement(context, handler, String(context.data['name'] ?? 'the operation'));
    edits.push(...log.imports, ...insert(handler, [log.statement]));
  }
  return { changes: [{ file: context.file, create: false, edits }] };
}

/** The largest expression that only makes a text of the error: `error instanceof Error ? error.message : 'Failed'`. */
function wholeText(name: ts.Node): ts.Node {
  let at = name;
  for (;;) {
    const { parent } = at;
    if (!parent) return at;
    const grows =
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      ts.isTemplateSpan(parent) ||
      ts.isTemplateExpression(parent) ||
      (ts.isPropertyAccessExpression(parent) && (parent.name === at || parent.expression === at)) ||
      (ts.isConditionalExpression(parent) && parent.condition !== at) ||
      (ts.isBinaryExpression(parent) && /^(\|\||\?\?|\+)$/.test(parent.operatorToken.getText())) ||
      (ts.isCallExpression(parent) &&
        (parent.expression === at || /^(String|JSON\.stringify)$/.test(parent.expression.getText())));
    if (!grows) return at;
    at = parent;
  }
}

/** Where a text stands for the error: not the error itself as a value of its own. */
function isTextPlace(node: ts.Node): boolean {
  return !ts.isIdentifier(node);
}

/** The text that the code has already for errors it doesn't know. */
function saidBeside(node: ts.Node): string | undefined {
  let inner = node;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  const others = ts.isConditionalExpression(inner)
    ? [inner.whenFalse, inner.whenTrue]
    : ts.isBinaryExpression(inner) && inner.operatorToken.kind !== ts.SyntaxKind.PlusToken
      ? [inner.right]
      : [];
  return others.find((other) => ts.isStringLiteralLike(other))?.getText();
}

function logsAnything(clause: ts.CatchClause): boolean {
  return /\bconsole\.|\blog(ger)?\b|\bcapture\w*\(|\breport\w*\(/i.test(clause.block.getText());
}
