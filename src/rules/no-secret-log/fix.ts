import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';

const LOST: FixOutcome = { refuse: 'The value can no longer be found.' };

export const fixes = [
  defineFix({
    id: 'redact',
    title: () => "Log '[redacted]' instead",
    trust: 'safe',
    preferred: true,
    edit: redact,
  }),
  defineFix({
    id: 'redact-message',
    title: () => "Say '[redacted]' instead",
    trust: 'suggestion',
    preferred: false,
    edit: redact,
  }),
  defineFix({
    id: 'drop',
    title: () => 'Leave it out of the log',
    trust: 'suggestion',
    preferred: false,
    edit: drop,
  }),
];

function done(context: FixContext, edits: TextEdit[]): FixOutcome {
  return { changes: [{ file: context.file, create: false, edits }] };
}

/** The whole expression whose last name was reported, with what only changes its form. */
function secretAt(context: FixContext, source: ts.SourceFile): ts.Node | undefined {
  let node = nodeAt(source, context.finding.start, context.finding.end);
  if (!node) return undefined;
  for (;;) {
    const parent: ts.Node = node.parent;
    const isSame =
      (ts.isPropertyAccessExpression(parent) && (parent.name === node || isFormOf(parent))) ||
      (ts.isElementAccessExpression(parent) && parent.argumentExpression === node) ||
      ts.isNonNullExpression(parent) ||
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isAwaitExpression(parent) ||
      (ts.isCallExpression(parent) &&
        parent.expression === node &&
        ts.isPropertyAccessExpression(node) &&
        !isLogName(node)) ||
      (ts.isCallExpression(parent) && parent.expression === node && ts.isIdentifier(node)) ||
      (ts.isCallExpression(parent) &&
        parent.expression !== node &&
        /^(JSON\.stringify|String|Object\.(entries|values|fromEntries))$/.test(
          parent.expression.getText(source),
        ));
    if (!isSame) return node;
    node = parent;
  }
}

const isFormOf = (access: ts.PropertyAccessExpression): boolean =>
  /^(toString|trim|toJSON|entries|values|getAll|toLowerCase|toUpperCase|get|value)$/.test(access.name.text);

const isLogName = (access: ts.PropertyAccessExpression): boolean =>
  /^(log|info|warn|error|debug|trace)$/.test(access.name.text);

function redact(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const node = source && secretAt(context, source);
  if (!source || !node) return LOST;
  const { quote } = styleOf(context.text);
  const text = `${quote}[redacted]${quote}`;
  const { parent } = node;
  const start = node.getStart(source);
  if (ts.isTemplateSpan(parent))
    return done(context, [
      { start: parent.getFullStart() - 2, end: parent.literal.getStart(source) + 1, text: '[redacted]' },
    ]);
  if (ts.isShorthandPropertyAssignment(parent))
    return done(context, [{ start: node.end, end: node.end, text: `: ${text}` }]);
  if (ts.isSpreadAssignment(parent) || ts.isSpreadElement(parent))
    return { refuse: 'It is spread: name the fields that help instead.' };
  return done(context, [{ start, end: node.end, text }]);
}

function drop(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const node = source && secretAt(context, source);
  if (!source || !node) return LOST;
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) && parent.initializer === node)
    return done(context, [without(source, parent, parent.parent.properties)]);
  if (ts.isShorthandPropertyAssignment(parent) || ts.isSpreadAssignment(parent))
    return done(context, [without(source, parent, parent.parent.properties)]);
  if (!ts.isCallExpression(parent)) return { refuse: 'It is part of a text: rewrite the text.' };
  if (parent.arguments.length > 1) return done(context, [without(source, node, parent.arguments)]);
  const statement = parent.parent;
  if (
    !ts.isExpressionStatement(statement) ||
    !(ts.isBlock(statement.parent) || ts.isSourceFile(statement.parent))
  )
    return { refuse: 'It is all that is logged, and more than a statement of its own.' };
  return done(context, [wholeLines(source.text, statement.getStart(source), statement.end)]);
}

/** Takes one item out of a list, with the comma that it leaves over. */
function without(source: ts.SourceFile, item: ts.Node, list: ts.NodeArray<ts.Node>): TextEdit {
  const i = list.indexOf(item);
  const before = list[i - 1];
  if (before) return { start: before.end, end: item.end, text: '' };
  const next = list[i + 1];
  return { start: item.getStart(source), end: next ? next.getStart(source) : item.end, text: '' };
}

/** A statement with its line, where it has the line for itself. */
function wholeLines(text: string, start: number, end: number): TextEdit {
  const before = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  const from = start - before;
  const after = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length;
  const isAlone = (from === 0 || text[from - 1] === '\n') && after !== undefined;
  return isAlone ? { start: from, end: end + after, text: '' } : { start, end, text: '' };
}
