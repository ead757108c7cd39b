import { ts } from 'ts-morph';
import type { Json } from '../../base/json.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { declarationOf, isInside, referencesIn } from '../../edit/scopes.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import { spanOf } from '../../facts/model.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'check-first',
    title: () => 'Check who calls first',
    trust: 'suggestion',
    preferred: true,
    edit: checkFirst,
  }),
  defineFix({
    id: 'move-behind',
    title: () => 'Move it behind the write',
    trust: 'suggestion',
    preferred: false,
    edit: moveBehind,
  }),
];

const GONE: FixOutcome = { refuse: 'The code can no longer be found.' };

function nodeOf(context: FixContext, at: Json | undefined): ts.Node | undefined {
  const source = context.sourceOf(context.file);
  const { start, end } = spanOf(context.facts, Number(at));
  return source && nodeAt(source, start, end);
}

function done(context: FixContext, edits: TextEdit[]): FixOutcome {
  return { changes: [{ file: context.file, create: false, edits }] };
}

/** Takes the session and the first test of it up to where the work begins. */
function checkFirst(context: FixContext): FixOutcome {
  const guard = nodeOf(context, context.data['guard']);
  const work = nodeOf(context, context.data['at']);
  const session = guard && statementIn(guard);
  if (!guard || !work || !session || !ts.isBlock(session.parent)) return GONE;
  const { statements } = session.parent;
  const target = statements.find((statement) => isInside(work, statement));
  const from = statements.indexOf(session);
  if (!target || statements.indexOf(target) >= from)
    return { refuse: 'The check stands in another block: take it out by hand.' };
  const moved: ts.Statement[] = [session];
  for (const statement of statements.slice(from + 1)) {
    if (!ts.isIfStatement(statement) || needs(statement, statements, moved, target)) break;
    moved.push(statement);
  }
  if (needs(session, statements, moved, target)) return { refuse: 'The check needs what is read before it.' };
  if (moved.length < 2)
    return { refuse: 'What is checked needs what is read before it: check the session by itself first.' };
  return done(context, relocate(context, moved, target, 'before'));
}

/** Whether a statement uses what is declared between the target and itself, by others than those that move along. */
function needs(
  statement: ts.Statement,
  all: readonly ts.Statement[],
  moved: readonly ts.Statement[],
  target: ts.Statement,
): boolean {
  const between = all
    .slice(all.indexOf(target), all.indexOf(statement))
    .filter((own) => !moved.includes(own));
  return referencesIn(statement).some((reference) => {
    const declaration = declarationOf(reference);
    return declaration !== undefined && between.some((own) => isInside(declaration, own));
  });
}

function moveBehind(context: FixContext): FixOutcome {
  const call = nodeOf(context, context.data['at']);
  const place = nodeOf(context, context.data['behind']);
  const statement = call && statementIn(call);
  if (!call || !place || !statement) return GONE;
  if (!ts.isExpressionStatement(statement) || !ts.isBlock(statement.parent))
    return { refuse: 'It is no statement of its own: move it by hand.' };
  const target = targetOf(statement, place);
  if (!target) return { refuse: 'It stands in a condition or a loop: move it by hand.' };
  if (ts.isReturnStatement(target))
    return { refuse: 'What comes before it is returned at once: keep the result first.' };
  const isLost = referencesIn(statement).some((reference) => {
    const declaration = declarationOf(reference);
    return declaration !== undefined && isInside(declaration, target) && isInside(statement, target);
  });
  if (isLost) return { refuse: 'It uses names that exist in the transaction only.' };
  return done(context, relocate(context, [statement], target, 'behind'));
}

/** The statement behind which something may go: of its own block, or the one around the transaction whose callback it stands in. */
function targetOf(statement: ts.Statement, place: ts.Node): ts.Statement | undefined {
  if (isInside(statement, place)) {
    const block = ts.isCallExpression(place) ? place.arguments[0] : undefined;
    const isDirect = block && ts.isFunctionLike(block) && 'body' in block && block.body === statement.parent;
    return isDirect === true ? statementIn(place) : undefined;
  }
  if (!ts.isBlock(statement.parent)) return undefined;
  return statement.parent.statements.find((other) => isInside(place, other));
}

function statementIn(node: ts.Node): ts.Statement | undefined {
  for (let at: ts.Node | undefined = node; at; at = at.parent) if (ts.isStatement(at)) return at;
  return undefined;
}

function relocate(
  context: FixContext,
  moved: readonly ts.Statement[],
  target: ts.Statement,
  side: 'before' | 'behind',
): TextEdit[] {
  const { text } = context;
  const { newline } = styleOf(text);
  const source = target.getSourceFile();
  const indent = indentAt(text, target.getStart(source));
  const pieces = moved.map((statement) => {
    const own = indentAt(text, statement.getStart(source));
    return text
      .slice(statement.getStart(source), statement.end)
      .split('\n')
      .map((line, i) => (i > 0 && line.startsWith(own) ? indent + line.slice(own.length) : line))
      .join('\n');
  });
  const removals = moved.map((statement): TextEdit => {
    const start = statement.getStart(source);
    const line = text.lastIndexOf('\n', start - 1);
    const isAlone = /^[ \t]*$/.test(text.slice(line + 1, start));
    return {
      start: isAlone ? line - (text[line - 1] === '\r' ? 1 : 0) : start,
      end: statement.end,
      text: '',
    };
  });
  const place = side === 'before' ? target.getStart(source) : target.end;
  const added =
    side === 'before'
      ? pieces.map((piece) => `${piece}${newline}${indent}`).join('')
      : pieces.map((piece) => `${newline}${indent}${piece}`).join('');
  return [{ start: place, end: place, text: added }, ...removals];
}
