import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { callAt, literalOf, propertyNamed } from '../../edit/queryCall.ts';
import { allNames } from '../../edit/scopes.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { Style } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';
import type { SchemaModelNode } from '../../prisma/schema.ts';
import { roundAround } from './round.ts';
import type { Round } from './round.ts';

export const fixes = [
  defineFix({
    id: 'read-once',
    title: () => 'Read all rows before the loop',
    trust: 'suggestion',
    preferred: true,
    edit: (context) => inRound(context, readOnce),
  }),
  defineFix({
    id: 'write-once',
    title: () => 'Write all rows in one query',
    trust: 'suggestion',
    preferred: false,
    edit: (context) => inRound(context, writeOnce),
  }),
  defineFix({
    id: 'ask-once',
    title: () => 'Ask once before the loop',
    trust: 'suggestion',
    preferred: false,
    edit: (context) => inRound(context, askOnce),
  }),
];

/** What a recipe works on. */
interface Work {
  context: FixContext;
  source: ts.SourceFile;
  call: ts.CallExpression;
  /** The client's model: `prisma.post`. */
  delegate: string;
  op: string;
  node: SchemaModelNode;
  round: Round;
  style: Style;
  /** Text at the start of a line before the loop. */
  indent: string;
}

const TOO_FAR: FixOutcome = { refuse: 'The list of this loop can not be named before it.' };

function inRound(context: FixContext, edit: (work: Work) => FixOutcome): FixOutcome {
  const source = context.sourceOf(context.file);
  const call = source && callAt(source, context.finding.start, context.finding.end);
  if (!source || !call || !ts.isPropertyAccessExpression(call.expression))
    return { refuse: 'The call can no longer be found.' };
  const schema = context.workspace.schema(context.file);
  const node = schema?.model(String(context.data['model'] ?? ''));
  const round = roundAround(source, call);
  if (!round || !node) return TOO_FAR;
  return edit({
    context,
    source,
    call,
    delegate: call.expression.expression.getText(source),
    op: call.expression.name.text,
    node,
    round,
    style: styleOf(context.text),
    indent: indentAt(context.text, round.statement.getStart(source)),
  });
}

function here({ context }: Work, edits: TextEdit[]): FixOutcome {
  return { changes: [{ file: context.file, create: false, edits }] };
}

/** A name that the file doesn't use yet. */
function freshName(source: ts.SourceFile, wanted: string): string {
  const taken = allNames(source);
  if (!taken.has(wanted)) return wanted;
  for (let i = 2; ; i++) if (!taken.has(`${wanted}${i}`)) return `${wanted}${i}`;
}

interface Key {
  field: string;
  /** What it is compared with, in terms of the item. */
  value: ts.Expression;
  property: ts.PropertyAssignment | ts.ShorthandPropertyAssignment;
}

/** The one condition that depends on the item; a text says why there is none. */
function keyOf({ source, node, round }: Work, where: ts.ObjectLiteralExpression): Key | string {
  const keys: Key[] = [];
  for (const property of where.properties) {
    if (!ts.isPropertyAssignment(property) && !ts.isShorthandPropertyAssignment(property))
      return 'The `where` is not written out.';
    const value = ts.isPropertyAssignment(property) ? property.initializer : property.name;
    if (!round.mentions(value)) continue;
    if (!round.isOfItem(value)) return `\`${value.getText(source)}\` is made inside the loop.`;
    keys.push({ field: property.name.getText(source), value, property });
  }
  const [key] = keys;
  if (!key || keys.length > 1) return 'More than one condition differs from item to item.';
  const field = node.fields.find((candidate) => candidate.name === key.field);
  if (!field || field.list) return `\`${key.field}\` is no column of ${node.name}.`;
  return key;
}

/** One `findMany` before the loop, and a Map from which each turn takes its row. */
function readOnce(work: Work): FixOutcome {
  const { source, call, op, node, round } = work;
  const literal = literalOf(call.arguments[0]);
  const property = literal && propertyNamed(literal, 'where');
  const where = property && ts.isPropertyAssignment(property) ? literalOf(property.initializer) : undefined;
  if (!literal || !property || !where) return { refuse: 'The arguments are not written out here.' };
  const key = keyOf(work, where);
  if (typeof key === 'string') return { refuse: key };
  for (const other of literal.properties)
    if (other !== property && round.mentions(other))
      return { refuse: `\`${other.name?.getText(source) ?? 'A spread'}\` differs from item to item.` };
  if (op === 'count') return countOnce(work, literal, { where, key });
  const schema = work.context.workspace.schema(work.context.file);
  if (!/^find(Unique|First)$/.test(op))
    return { refuse: `${op} gives each item more than one row, or throws where there is none.` };
  if (!schema?.isUnique(node.name, [key.field]))
    return { refuse: `\`${key.field}\` is not unique: several rows may belong to one item.` };
  if (!ts.isAwaitExpression(call.parent)) return { refuse: 'The query is not awaited here.' };
  const select = propertyNamed(literal, 'select');
  const selected = select && ts.isPropertyAssignment(select) ? literalOf(select.initializer) : undefined;
  if (select && (!selected || !propertyNamed(selected, key.field)))
    return { refuse: `The \`select\` leaves out \`${key.field}\`, which tells the rows apart.` };
  const rows = freshName(source, `${lower(node.name)}Rows`);
  const map = freshName(source, `${lower(node.name)}By${upper(key.field)}`);
  const args = replaced(source, literal, [
    [key.property, `${key.field}: { in: ${itemsOf(work, key.value)} }`],
  ]);
  return put(
    work,
    [
      `const ${rows} = await ${work.delegate}.findMany(${args})`,
      `const ${map} = new Map(${rows}.map((row) => [row.${key.field}, row]))`,
    ],
    call.parent,
    `${map}.get(${key.value.getText(source)}) ?? null`,
  );
}

/** `count` per item becomes one `groupBy`. */
function countOnce(
  work: Work,
  literal: ts.ObjectLiteralExpression,
  { where, key }: { where: ts.ObjectLiteralExpression; key: Key },
): FixOutcome {
  const { source, call, node, round } = work;
  if (literal.properties.length !== 1) return { refuse: 'The count has more arguments than a `where`.' };
  if (node.fields.some((field) => field.name === key.field && !isScalar(work, field.type)))
    return { refuse: `\`${key.field}\` is no column of ${node.name}.` };
  const isAwaited = ts.isAwaitExpression(call.parent);
  if (!isAwaited && !round.isAwaitedAsWhole(call)) return { refuse: 'The count is not awaited here.' };
  const groups = freshName(source, `${lower(node.name)}Counts`);
  const map = freshName(source, `${lower(node.name)}CountBy${upper(key.field)}`);
  const conditions = replaced(source, where, [
    [key.property, `${key.field}: { in: ${itemsOf(work, key.value)} }`],
  ]);
  const quote = work.style.quote;
  return put(
    work,
    [
      `const ${groups} = await ${work.delegate}.groupBy({ by: [${quote}${key.field}${quote}], where: ${conditions}, _count: true })`,
      `const ${map} = new Map(${groups}.map((group) => [group.${key.field}, group._count]))`,
    ],
    isAwaited ? call.parent : call,
    `${map}.get(${key.value.getText(source)}) ?? 0`,
  );
}

function isScalar({ context }: Work, type: string): boolean {
  return context.workspace.schema(context.file)?.model(type) === undefined;
}

/** Statements before the loop, and what stands for the query in it. */
function put(work: Work, statements: readonly string[], query: ts.Node, instead: string): FixOutcome {
  const { source, round, style, indent } = work;
  const start = round.statement.getStart(source);
  const before = statements.map((text) => `${text}${style.semicolon}${style.newline}${indent}`).join('');
  const needsParentheses = !isWholeValue(query);
  return here(work, [
    { start, end: start, text: before },
    { start: query.getStart(source), end: query.end, text: needsParentheses ? `(${instead})` : instead },
  ]);
}

/** Where an operator of its own needs no parentheses. */
function isWholeValue(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isVariableDeclaration(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isPropertyAssignment(parent) ||
    (ts.isArrowFunction(parent) && parent.body === node) ||
    ts.isExpressionStatement(parent)
  );
}

/** The values of all items: `items.map((item) => item.postId)`, without those that an `if` in the loop leaves out. */
function itemsOf({ source, round }: Work, value: ts.Expression): string {
  const text = value.getText(source);
  const item = round.itemFor(value);
  if (text === item && round.isArray) return round.listText;
  if (text === item) return `Array.from(${round.listText})`;
  if (round.isTested(value)) {
    const list = round.isArray ? round.listText : `Array.from(${round.listText})`;
    return `${list}.flatMap((${item}) => ${text} ?? [])`;
  }
  // The object literal of an arrow function stands in parentheses.
  const body = ts.isObjectLiteralExpression(value) ? `(${text})` : text;
  return round.isArray
    ? `${round.listText}.map((${item}) => ${body})`
    : `Array.from(${round.listText}, (${item}) => ${body})`;
}

/** The text of a node with parts of it replaced. */
function replaced(source: ts.SourceFile, node: ts.Node, changes: readonly [ts.Node, string][]): string {
  const start = node.getStart(source);
  let text = node.getText(source);
  for (const [part, instead] of changes.toReversed())
    text = text.slice(0, part.getStart(source) - start) + instead + text.slice(part.end - start);
  return text;
}

/** The whole loop becomes one `createMany`, `deleteMany` or `updateMany`. */
function writeOnce(work: Work): FixOutcome {
  const { source, call, op, round } = work;
  if (!round.isOnly(call)) return { refuse: 'The loop does more than this query.' };
  const literal = literalOf(call.arguments[0]);
  if (!literal) return { refuse: 'The arguments are not written out here.' };
  const many = op.endsWith('Many') ? op : `${op}Many`;
  let args: string;
  if (op === 'create') {
    const data = propertyNamed(literal, 'data');
    if (!data || literal.properties.length > 1) return { refuse: 'Its arguments are more than `data`.' };
    const value = ts.isPropertyAssignment(data) ? data.initializer : data.name;
    if (!round.isOfItem(value)) return { refuse: 'The row is made inside the loop.' };
    args = `{ data: ${itemsOf(work, value)} }`;
  } else {
    const property = propertyNamed(literal, 'where');
    const where = property && ts.isPropertyAssignment(property) ? literalOf(property.initializer) : undefined;
    if (!where) return { refuse: 'The `where` is not written out.' };
    const key = keyOf(work, where);
    if (typeof key === 'string') return { refuse: key };
    args = replaced(source, literal, [[key.property, `${key.field}: { in: ${itemsOf(work, key.value)} }`]]);
  }
  const { statement } = round;
  return here(work, [
    {
      start: statement.getStart(source),
      end: statement.end,
      text: `await ${work.delegate}.${many}(${args})${work.style.semicolon}`,
    },
  ]);
}

/** Moves `const settings = await …` before the loop. */
function askOnce(work: Work): FixOutcome {
  const { source, call, round, style, indent } = work;
  const declaration = ts.isAwaitExpression(call.parent) ? call.parent.parent : undefined;
  const statement =
    declaration && ts.isVariableDeclaration(declaration) ? declaration.parent.parent : undefined;
  const isConst =
    statement &&
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.length === 1 &&
    (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
  if (!isConst || statement.parent !== round.body)
    return { refuse: 'The answer is not kept in a constant of its own.' };
  const { text } = source;
  const lineStart = text.lastIndexOf('\n', statement.getStart(source)) + 1;
  const lineEnd = text.indexOf('\n', statement.end) + 1;
  const start = round.statement.getStart(source);
  return here(work, [
    { start, end: start, text: `${statement.getText(source)}${style.newline}${indent}` },
    { start: lineStart, end: lineEnd === 0 ? statement.end : lineEnd, text: '' },
  ]);
}

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
