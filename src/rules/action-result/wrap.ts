/** Turns what an action returns and throws into results. */
import { ts } from 'ts-morph';
import { literalOf, nodeAt } from '../../edit/queryCall.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { Style } from '../../edit/style.ts';
import { spanOf } from '../../facts/model.ts';
import type { TextEdit } from '../../run/finding.ts';
import { usesOf } from '../../workspace/actionUses.ts';
import { CalleeResolver } from '../../workspace/calleeResolver.ts';
import type { FoundFunction } from '../../workspace/calleeResolver.ts';
import { ResultWriter } from './results.ts';
import { CONTRACT, Returns, wantedOf } from './returns.ts';
import type { Returned } from './returns.ts';
import { escapingThrows } from './throws.ts';

type FunctionNode = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;

interface Target {
  context: FixContext;
  source: ts.SourceFile;
  style: Style;
  node: FunctionNode;
  where: FoundFunction;
  returned: Returned[];
  writer: ResultWriter;
}

/** The action that a finding is about. */
function targetOf(context: FixContext): Target | string {
  const { workspace, file, facts, data } = context;
  const source = context.sourceOf(file);
  const own = facts.kind === 'ts' ? facts.functions[Number(data['fn'])] : undefined;
  if (!source || !own || facts.kind !== 'ts') return 'The action can no longer be found.';
  const { start, end } = spanOf(facts, own.all);
  const node = nodeAt(source, start, end);
  const fn = node && functionIn(node);
  if (!fn?.body) return 'The action is not written as a function of its own.';
  const where = { file, facts, fn: Number(data['fn']) };
  const wanted = data['contract'] === true ? CONTRACT : wantedOf(workspace.projectConventions(file).result);
  return {
    context,
    source,
    style: styleOf(context.text),
    node: fn,
    where,
    returned: new Returns(new CalleeResolver(workspace), where, wanted).all(),
    writer: new ResultWriter(context, source),
  };
}

function functionIn(node: ts.Node): FunctionNode | undefined {
  return ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node)
    ? node
    : undefined;
}

/** Every return as a result, a result at the end, and every throw that has a text as a failure. */
export function wrapReturns(context: FixContext): FixOutcome {
  const target = targetOf(context);
  if (typeof target === 'string') return { refuse: target };
  const { node, returned, writer } = target;
  const changesAnswers = returned.some(({ kinds }) =>
    kinds.some((kind) => kind === 'raw' || kind === 'flagless'),
  );
  const inTheWay = callersInTheWay(context, changesAnswers, returned.length === 0);
  if (inTheWay !== undefined) return { refuse: inTheWay };
  const edits: TextEdit[] = [];
  const { body } = node;
  if (body && !ts.isBlock(body)) {
    const inner = ts.isParenthesizedExpression(body) ? body.expression : body;
    edits.push({ start: body.getStart(), end: body.end, text: answer(target, inner) });
    return finish(target, edits);
  }
  for (const one of returned) {
    const edit = wrapOne(target, one);
    if (typeof edit === 'string') return { refuse: edit };
    if (edit) edits.push(edit);
  }
  const thrown = throwEdits(target);
  if (typeof thrown === 'string') return { refuse: thrown };
  edits.push(...thrown);
  if (body && ts.isBlock(body) && !alwaysEnds(body.statements))
    edits.push(atEnd(target, body, writer.success()));
  const annotation = annotationEdit(target);
  if (typeof annotation === 'string') return { refuse: annotation };
  return finish(target, [...edits, ...annotation]);
}

/** Throws become failures where the function answers with results already. */
export function returnFailures(context: FixContext): FixOutcome {
  const target = targetOf(context);
  if (typeof target === 'string') return { refuse: target };
  const { returned, node } = target;
  if (returned.some(({ kinds }) => kinds.some((kind) => kind === 'raw')))
    return { refuse: 'The action answers with something else than results: wrap what it returns first.' };
  const type = node.type?.getText() ?? '';
  if (node.type && !/Result|Response|State|\b(success|ok|error)\b/.test(type))
    return { refuse: `Its return type \`${type}\` has no place for a failure.` };
  const edits = throwEdits(target);
  return typeof edits === 'string' ? { refuse: edits } : finish(target, edits);
}

function finish({ context, writer }: Target, edits: readonly TextEdit[]): FixOutcome {
  const { imports, files } = writer.needs();
  return {
    changes: [{ file: context.file, create: false, edits: [...imports, ...edits] }, ...files],
  };
}

/** Why the people who call the action would not understand its new answer. */
function callersInTheWay(
  context: FixContext,
  changesAnswers: boolean,
  wasSilent: boolean,
): string | undefined {
  const name = String(context.data['name']);
  const exported = context.data['export'];
  const uses = usesOf(
    context.workspace,
    context.file,
    Number(context.data['fn']),
    typeof exported === 'string' ? exported : undefined,
  );
  const handed = uses.find(({ kind }) => kind === 'value');
  if (handed && (wasSilent || changesAnswers))
    return `\`${name}\` is handed to a form, a hook or a component in ${handed.file}, which decides what it may return.`;
  const asked = uses.find(({ answered }) => answered);
  if (asked && changesAnswers) return `${asked.file} uses what \`${name}\` returns: change both together.`;
  return undefined;
}

function wrapOne(target: Target, { step, kinds }: Returned): TextEdit | string | undefined {
  const { source, context, writer, style } = target;
  if (kinds.every((kind) => kind === 'result')) return undefined;
  const { start, end } = spanOf(context.facts, step.at);
  const node = nodeAt(source, start, end);
  if (!node || !ts.isReturnStatement(node)) return 'A return of the action can no longer be found.';
  const line = source.getLineAndCharacterOfPosition(start).line + 1;
  if (kinds.includes('unknown') || new Set(kinds).size > 1)
    return `It is not clear what the return in line ${line} hands over.`;
  const value = node.expression;
  if (kinds.includes('flagless')) {
    const literal = literalOf(value);
    const [first] = literal?.properties ?? [];
    const isFailure = literal?.properties.some((one) => /^errors?$/.test(one.name?.getText(source) ?? ''));
    const { result } = context.workspace.projectConventions(context.file);
    const flag = context.data['contract'] === true ? 'success' : (result?.flag ?? 'success');
    if (!literal || !first || !isFailure)
      return `It is not clear whether the return in line ${line} means success.`;
    const at = first.getStart(source);
    return { start: at, end: at, text: `${flag}: false, ` };
  }
  const isNothing =
    !value || /^(null|undefined|false)$/.test(value.getText(source)) || kinds.includes('nothing');
  if (isNothing)
    return {
      start: node.getStart(source),
      end: node.end,
      text: `return ${isEarly(node, target.node) ? writer.failure(quoted(style, 'Something went wrong')) : writer.success()}${node.getText(source).endsWith(';') ? ';' : ''}`,
    };
  return { start: value.getStart(source), end: value.end, text: answer(target, value) };
}

/** A value as the data of a result. */
function answer({ writer, source, style }: Target, value: ts.Expression): string {
  const text = value.getText(source);
  if (ts.isStringLiteralLike(value) && /wrong|fail|error|invalid|not found|denied/i.test(value.text))
    return writer.failure(quoted(style, value.text));
  return writer.success(ts.isCallExpression(value) ? `await ${text}` : text);
}

/** Inside an `if` or a handler: the way out when something is missing. */
function isEarly(node: ts.Node, fn: ts.Node): boolean {
  for (let at = node.parent; at && at !== fn; at = at.parent)
    if (ts.isIfStatement(at) || ts.isCatchClause(at)) return true;
  return false;
}

function throwEdits({ context, where, source, writer, style }: Target): TextEdit[] | string {
  const edits: TextEdit[] = [];
  for (const { step } of escapingThrows(new CalleeResolver(context.workspace), where)) {
    const { start, end } = spanOf(context.facts, step.at);
    const node = nodeAt(source, start, end);
    const thrown = node && ts.isThrowStatement(node) ? node.expression : undefined;
    const isMade = thrown && (ts.isNewExpression(thrown) || ts.isCallExpression(thrown));
    const message = isMade ? thrown.arguments?.find(isText) : undefined;
    if (!node || !thrown) return 'A throw of the action can no longer be found.';
    const own = ts.findAncestor(node, ts.isCatchClause) ? quoted(style, 'Something went wrong') : undefined;
    const text = message?.getText(source) ?? own;
    if (text === undefined)
      return `The throw in line ${source.getLineAndCharacterOfPosition(start).line + 1} has no text that could be answered with.`;
    edits.push({
      start,
      end: node.end,
      text: `return ${writer.failure(text)}${node.getText(source).endsWith(';') ? ';' : ''}`,
    });
  }
  return edits;
}

function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node);
}

function quoted({ quote }: Style, text: string): string {
  return quote + text.replaceAll(quote, `\\${quote}`) + quote;
}

const NEVER_RETURNS = /^(redirect|permanentRedirect|notFound|forbidden|unauthorized)$/;

function alwaysEnds(statements: readonly ts.Statement[]): boolean {
  const last = statements.at(-1);
  if (!last) return false;
  if (ts.isReturnStatement(last) || ts.isThrowStatement(last)) return true;
  if (ts.isBlock(last)) return alwaysEnds(last.statements);
  if (ts.isIfStatement(last))
    return (
      last.elseStatement !== undefined && alwaysEnds([last.thenStatement]) && alwaysEnds([last.elseStatement])
    );
  if (ts.isTryStatement(last))
    return (
      (last.finallyBlock !== undefined && alwaysEnds(last.finallyBlock.statements)) ||
      (alwaysEnds(last.tryBlock.statements) &&
        (last.catchClause === undefined || alwaysEnds(last.catchClause.block.statements)))
    );
  if (ts.isExpressionStatement(last)) {
    const value = ts.isAwaitExpression(last.expression) ? last.expression.expression : last.expression;
    return ts.isCallExpression(value) && NEVER_RETURNS.test(value.expression.getText());
  }
  return false;
}

function atEnd({ source, style }: Target, body: ts.Block, result: string): TextEdit {
  const last = body.statements.at(-1);
  const line = `return ${result}${style.semicolon}`;
  const outer = indentAt(source.text, body.getStart(source));
  if (!last)
    return {
      start: body.getStart(source),
      end: body.end,
      text: `{${style.newline}${outer}${style.indent}${line}${style.newline}${outer}}`,
    };
  const isOneLine = !body.getText(source).includes('\n');
  const inner = isOneLine ? ' ' : style.newline + indentAt(source.text, last.getStart(source));
  return { start: last.end, end: last.end, text: inner + line };
}

/** The declared type with what it says as the data of the result type. */
function annotationEdit({ node, writer, source, returned }: Target): TextEdit[] | string {
  const { type } = node;
  if (!type) return [];
  const text = type.getText(source);
  const inner = /^Promise<([^]*)>$/.exec(text)?.[1];
  if (inner === undefined) return `Its return type \`${text}\` has to be changed by hand.`;
  if (returned.some(({ kinds }) => kinds.includes('result'))) return [];
  const wanted = writer.type(/^(void|undefined)$/.test(inner) ? undefined : inner);
  if (wanted === undefined) return `Its return type \`${text}\` has to be changed by hand.`;
  return [{ start: type.getStart(source), end: type.end, text: `Promise<${wanted}>` }];
}
