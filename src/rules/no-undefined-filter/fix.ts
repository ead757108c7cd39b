import { ts } from 'ts-morph';
import { clientSpecifier } from '../../edit/carriedImports.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { NOT_FOUND, refusal, UNAUTHORIZED } from '../../edit/guards.ts';
import type { FunctionNode } from '../../edit/guards.ts';
import { addImport } from '../../edit/imports.ts';
import { literalOf, nodeAt, propertyNamed } from '../../edit/queryCall.ts';
import { allNames } from '../../edit/scopes.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'narrow',
    title: ({ why }) =>
      why === 'session' ? 'Stop when nobody is signed in' : 'Stop when the value is missing',
    trust: 'suggestion',
    preferred: true,
    edit: narrow,
  }),
  defineFix({
    id: 'skip',
    title: () => 'Leave the condition out with Prisma.skip',
    trust: 'suggestion',
    preferred: true,
    edit: skip,
  }),
];

const GONE: FixOutcome = { refuse: 'The condition can no longer be found.' };

type Condition = ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

/** The property that holds the value: of the finding's name, or the operator inside it. */
function conditionAt(context: FixContext, source: ts.SourceFile): Condition | undefined {
  const name = nodeAt(source, context.finding.start, context.finding.end);
  const property = name && ts.findAncestor(name, isCondition);
  if (!property || property.name.getText(source) !== name.getText(source)) return undefined;
  const filter = ts.isPropertyAssignment(property) ? literalOf(property.initializer) : undefined;
  return filter ? propertyNamed(filter, String(context.data['key'] ?? '')) : property;
}

/** The argument that hands the value to a function of another file. */
function argumentAt(context: FixContext, source: ts.SourceFile): ts.Expression | undefined {
  const { argument } = context.data;
  const name = nodeAt(source, context.finding.start, context.finding.end);
  const call = name && ts.findAncestor(name, ts.isCallExpression);
  return typeof argument === 'number' ? call?.arguments[argument] : undefined;
}

function isCondition(node: ts.Node): node is Condition {
  return ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
}

function valueOf(property: Condition): ts.Expression {
  return ts.isPropertyAssignment(property) ? property.initializer : property.name;
}

/** Tests the value before the query, and stops without it. */
function narrow(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const property = source && (argumentAt(context, source) ?? conditionAt(context, source));
  if (!source || !property) return GONE;
  const node = ts.findAncestor(property, (at) => ts.isFunctionLike(at));
  if (!node || !isFunctionNode(node)) return { refuse: 'The query stands in no function that could stop.' };
  const statement = ts.findAncestor(property, (at) => ts.isStatement(at) && ts.isBlock(at.parent));
  if (!node.body || !ts.isBlock(node.body) || !statement || statement.pos < node.body.pos)
    return { refuse: 'The function has no block body. Give it one first.' };
  const { kind, lib, why, isText } = context.data;
  const style = styleOf(source.text);
  const value = isCondition(property) ? valueOf(property) : property;
  const edits: TextEdit[] = [];
  const lines: string[] = [];
  let tested = readOf(value);
  if (tested === undefined) {
    const name = isCondition(property) ? property.name.getText(source) : '';
    if (!/^[A-Za-z_$][\w$]*$/.test(name) || isTaken(source, name) || isOfInner(value, statement))
      return { refuse: 'The value is computed in the query. Keep it in a constant first, then test that.' };
    lines.push(`const ${name} = ${value.getText(source)}${style.semicolon}`);
    edits.push({ start: property.getStart(source), end: property.end, text: name });
    tested = name;
  }
  const stop =
    why === 'environment'
      ? {
          statement: `throw new Error(${style.quote}${tested} is not set${style.quote})${style.semicolon}`,
          edits: [],
        }
      : refusal(
          source,
          node,
          style,
          String(kind ?? ''),
          String(lib ?? ''),
          why === 'session' ? UNAUTHORIZED : NOT_FOUND,
        );
  lines.push(`if (${isText === true ? `!${tested}` : `${tested} === undefined`}) ${stop.statement}`);
  const at = statement.getStart(source);
  const gap = style.newline + indentAt(source.text, at);
  edits.push({ start: at, end: at, text: lines.map((line) => line + gap).join('') });
  return { changes: [{ file: context.file, create: false, edits: [...stop.edits, ...edits] }] };
}

function isFunctionNode(node: ts.Node): node is FunctionNode {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node)
  );
}

/** A plain reading (`userId`, `session?.user?.id`) without casts and `!`; undefined for everything else. */
function readOf(value: ts.Expression): string | undefined {
  if (ts.isIdentifier(value)) return value.text;
  if (
    ts.isAsExpression(value) ||
    ts.isNonNullExpression(value) ||
    ts.isParenthesizedExpression(value) ||
    ts.isSatisfiesExpression(value)
  )
    return readOf(value.expression);
  if (!ts.isPropertyAccessExpression(value)) return undefined;
  const of = readOf(value.expression);
  return of && `${of}${value.questionDotToken ? '?.' : '.'}${value.name.text}`;
}

/** Whether a name stands for a variable somewhere in the file; names of properties are free. */
function isTaken(source: ts.SourceFile, name: string): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name) {
      const { parent } = node;
      const isOfProperty =
        (ts.isPropertyAssignment(parent) ||
          ts.isPropertyAccessExpression(parent) ||
          ts.isPropertySignature(parent)) &&
        parent.name === node;
      found ||= !isOfProperty;
    }
    if (!found) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Whether a value needs something that only exists inside its statement, such as a callback's parameter. */
function isOfInner(value: ts.Expression, statement: ts.Node): boolean {
  const own = ts.findAncestor(value, (at) => ts.isFunctionLike(at));
  return own !== undefined && own.pos >= statement.pos;
}

/** `status ?? Prisma.skip` */
function skip(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const property = source && conditionAt(context, source);
  if (!source || !property) return GONE;
  const value = valueOf(property);
  const text = value.getText(source);
  const isPlain = readOf(value) !== undefined || ts.isCallExpression(value);
  const imports: TextEdit[] = [];
  if (!allNames(source).has('Prisma')) {
    const spec = clientSpecifier(context, context.file);
    if (spec === undefined)
      return { refuse: 'Nothing around says how the generated client is imported here.' };
    imports.push(...addImport(source, { spec, name: 'Prisma' }));
  }
  const name = ts.isShorthandPropertyAssignment(property) ? `${text}: ` : '';
  return {
    changes: [
      {
        file: context.file,
        create: false,
        edits: [
          ...imports,
          {
            start: value.getStart(source),
            end: value.end,
            text: `${name}${isPlain ? text : `(${text})`} ?? Prisma.skip`,
          },
        ],
      },
    ],
  };
}
