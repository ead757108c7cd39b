import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { callAt, intoArguments, literalOf, propertyNamed } from '../../edit/queryCall.ts';
import { allNames, declarationOf, referencesIn } from '../../edit/scopes.ts';
import { styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'count',
    title: () => 'Count in the database',
    trust: 'suggestion',
    preferred: true,
    edit: (context) => inQuery(context, count),
  }),
  defineFix({
    id: 'sum',
    title: ({ field }) => `Add up \`${String(field)}\` in the database`,
    trust: 'suggestion',
    preferred: false,
    edit: (context) => inQuery(context, sum),
  }),
  defineFix({
    id: 'filter',
    title: () => 'Put the filter into the where',
    trust: 'suggestion',
    preferred: false,
    edit: (context) => inQuery(context, filter),
  }),
  defineFix({
    id: 'find',
    title: () => 'Ask for that row: findFirst',
    trust: 'suggestion',
    preferred: false,
    edit: (context) => inQuery(context, find),
  }),
  defineFix({
    id: 'take',
    title: ({ take }) => `Add take: ${String(take)}`,
    trust: 'suggestion',
    preferred: false,
    edit: (context) =>
      inQuery(context, ({ source, call }) =>
        intoArguments(
          source,
          call,
          [{ name: 'take', text: `take: ${String(context.data['take'])}` }],
          styleOf(context.text),
        ),
      ),
  }),
];

interface Work {
  context: FixContext;
  source: ts.SourceFile;
  call: ts.CallExpression;
  /** Place of the operation's name. */
  op: ts.MemberName;
}

function inQuery(context: FixContext, edit: (work: Work) => TextEdit[] | string): FixOutcome {
  const source = context.sourceOf(context.file);
  const call = source && callAt(source, context.finding.start, context.finding.end);
  if (!source || !call || !ts.isPropertyAccessExpression(call.expression))
    return { refuse: 'The call can no longer be found.' };
  const edits = edit({ context, source, call, op: call.expression.name });
  return typeof edits === 'string'
    ? { refuse: edits }
    : { changes: [{ file: context.file, create: false, edits }] };
}

/** The constant that holds the rows, and every place where it stands. */
interface Kept {
  name: ts.Identifier;
  uses: ts.Identifier[];
}

const NOT_KEPT = 'The rows are not kept in a constant of their own.';

function keptIn({ source, call }: Work): Kept | undefined {
  const name = nameFor(call);
  if (!name) return undefined;
  const uses = referencesIn(source).filter(
    (use) => use.text === name.text && declarationOf(use)?.name === name,
  );
  return { name, uses };
}

/** The name of `const rows = await …`, and of an element of `const [rows] = await Promise.all([…])`. */
function nameFor(call: ts.CallExpression): ts.Identifier | undefined {
  let value: ts.Node = call;
  let at: number | undefined;
  const { parent } = call;
  if (ts.isArrayLiteralExpression(parent)) {
    at = parent.elements.indexOf(call);
    value = parent.parent;
    if (!ts.isCallExpression(value)) return undefined;
  }
  if (!ts.isAwaitExpression(value.parent)) return undefined;
  const declaration = value.parent.parent;
  if (!ts.isVariableDeclaration(declaration) || declaration.type) return undefined;
  if (at === undefined) return ts.isIdentifier(declaration.name) ? declaration.name : undefined;
  const element = ts.isArrayBindingPattern(declaration.name) ? declaration.name.elements[at] : undefined;
  return element && ts.isBindingElement(element) && ts.isIdentifier(element.name) ? element.name : undefined;
}

function rename(source: ts.SourceFile, wanted: string): string {
  const taken = allNames(source);
  if (!taken.has(wanted)) return wanted;
  for (let i = 2; ; i++) if (!taken.has(`${wanted}${i}`)) return `${wanted}${i}`;
}

function replace(node: ts.Node, source: ts.SourceFile, text: string): TextEdit {
  return { start: node.getStart(source), end: node.end, text };
}

/** The arguments without all but the `where`; a text says why that can't be said. */
function onlyWhere({ source, call }: Work, further = ''): TextEdit[] | string {
  const [argument] = call.arguments;
  const literal = literalOf(argument);
  if (argument && !literal) return 'The arguments are not written out here.';
  const where = literal && propertyNamed(literal, 'where');
  if (literal?.properties.some((property) => ts.isSpreadAssignment(property)))
    return 'The arguments are not written out here.';
  const parts = [where?.getText(source), further].filter((part) => part !== undefined && part !== '');
  const text = parts.length > 0 ? `{ ${parts.join(', ')} }` : '';
  return argument
    ? [replace(argument, source, text)]
    : text === ''
      ? []
      : [{ start: call.end - 1, end: call.end - 1, text }];
}

/** `rows.length` becomes the count. */
function count(work: Work): TextEdit[] | string {
  const { source, call, op } = work;
  const args = onlyWhere(work);
  if (typeof args === 'string') return args;
  const edits = [replace(op, source, 'count'), ...args];
  // `(await prisma.post.findMany()).length`
  const awaited = ts.isAwaitExpression(call.parent) ? call.parent : undefined;
  const inner = awaited?.parent;
  if (inner && ts.isParenthesizedExpression(inner) && ts.isPropertyAccessExpression(inner.parent)) {
    if (inner.parent.name.text !== 'length') return NOT_KEPT;
    const needsNone =
      ts.isVariableDeclaration(inner.parent.parent) || ts.isReturnStatement(inner.parent.parent);
    return needsNone
      ? [
          { start: inner.getStart(source), end: inner.getStart(source) + 1, text: '' },
          ...edits,
          { start: inner.end - 1, end: inner.parent.end, text: '' },
        ]
      : [...edits, { start: inner.end, end: inner.parent.end, text: '' }];
  }
  const kept = keptIn(work);
  if (!kept) return NOT_KEPT;
  const name = rename(source, `${singular(kept.name.text)}Count`);
  for (const use of kept.uses) {
    const access = use.parent;
    if (!ts.isPropertyAccessExpression(access) || access.name.text !== 'length')
      return 'The rows are used as a list as well.';
    edits.push(replace(access, source, name));
  }
  return [...edits, replace(kept.name, source, name)];
}

const singular = (name: string): string => name.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');

/** `rows.reduce(…)` becomes the sum. */
function sum(work: Work): TextEdit[] | string {
  const { source, op, context } = work;
  const field = String(context.data['field']);
  const args = onlyWhere(work, `_sum: { ${field}: true }`);
  const kept = keptIn(work);
  if (typeof args === 'string') return args;
  const [use] = kept?.uses ?? [];
  const reduce = use && callOf(use, 'reduce');
  if (!kept || !reduce || kept.uses.length !== 1) return NOT_KEPT;
  const name = rename(source, `${singular(kept.name.text)}Sum`);
  const { parent } = reduce;
  const isWhole =
    ts.isVariableDeclaration(parent) || ts.isReturnStatement(parent) || ts.isPropertyAssignment(parent);
  const text = `${name}._sum.${field} ?? 0`;
  return [
    replace(op, source, 'aggregate'),
    ...args,
    replace(kept.name, source, name),
    replace(reduce, source, isWhole ? text : `(${text})`),
  ];
}

/** `rows.filter(…)` of a name. */
function callOf(use: ts.Identifier, method: string): ts.CallExpression | undefined {
  const access = use.parent;
  return ts.isPropertyAccessExpression(access) &&
    access.name.text === method &&
    ts.isCallExpression(access.parent) &&
    access.parent.expression === access
    ? access.parent
    : undefined;
}

/** The use of the rows as `method`, and the conditions of its callback as text for a `where`. */
function conditions(
  work: Work,
  method: string,
): { kept: Kept; call: ts.CallExpression; where: TextEdit[] } | string {
  const { source, call, context } = work;
  const kept = keptIn(work);
  const uses = kept?.uses.flatMap((use) => callOf(use, method) ?? []) ?? [];
  const [own] = uses;
  const callback = own?.arguments[0];
  const test =
    callback && ts.isArrowFunction(callback) && !ts.isBlock(callback.body) ? callback.body : undefined;
  if (!kept || !own || uses.length !== 1 || !test) return NOT_KEPT;
  const pieces = wherePieces(test, source);
  if (!pieces) return 'The test can not be said as a `where`.';
  const literal = literalOf(call.arguments[0]);
  const old = literal && propertyNamed(literal, 'where');
  const own2 = old && ts.isPropertyAssignment(old) ? literalOf(old.initializer) : undefined;
  if ((call.arguments[0] && !literal) || (old && !own2)) return 'The `where` is not written out here.';
  const style = styleOf(context.text);
  const last = own2?.properties.at(-1);
  const where = last
    ? [{ start: last.end, end: last.end, text: `, ${pieces.join(', ')}` }]
    : intoArguments(source, call, [{ name: 'where', text: `where: { ${pieces.join(', ')} }` }], style, true);
  return { kept, call: own, where };
}

const OPERATORS: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.LessThanToken]: 'lt',
  [ts.SyntaxKind.LessThanEqualsToken]: 'lte',
  [ts.SyntaxKind.GreaterThanToken]: 'gt',
  [ts.SyntaxKind.GreaterThanEqualsToken]: 'gte',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: 'not',
  [ts.SyntaxKind.ExclamationEqualsToken]: 'not',
};

function wherePieces(test: ts.Expression, source: ts.SourceFile): string[] | undefined {
  if (ts.isParenthesizedExpression(test)) return wherePieces(test.expression, source);
  if (ts.isPropertyAccessExpression(test)) return [`${test.name.text}: true`];
  if (ts.isPrefixUnaryExpression(test) && ts.isPropertyAccessExpression(test.operand))
    return [`${test.operand.name.text}: false`];
  if (!ts.isBinaryExpression(test)) return undefined;
  const { left, operatorToken, right } = test;
  if (operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) {
    const pieces = [wherePieces(left, source), wherePieces(right, source)];
    return pieces.every((piece) => piece !== undefined) ? pieces.flat() : undefined;
  }
  if (!ts.isPropertyAccessExpression(left)) return undefined;
  const field = left.name.text;
  const value = right.getText(source);
  const operator = OPERATORS[operatorToken.kind];
  if (operator !== undefined) return [`${field}: { ${operator}: ${value} }`];
  return [field === value ? field : `${field}: ${value}`];
}

/** `rows.filter(test)` becomes `rows`. */
function filter(work: Work): TextEdit[] | string {
  const found = conditions(work, 'filter');
  if (typeof found === 'string') return found;
  return [...found.where, replace(found.call, work.source, found.kept.name.text)];
}

/** `rows.find(test)` becomes the row that `findFirst` gives. */
function find(work: Work): TextEdit[] | string {
  const { source, op } = work;
  const found = conditions(work, 'find');
  if (typeof found === 'string') return found;
  const { kept, call, where } = found;
  const declaration = call.parent;
  const isOwn = ts.isVariableDeclaration(declaration) && ts.isVariableStatement(declaration.parent.parent);
  const next = isOwn && ts.isIdentifier(declaration.name) ? declaration : undefined;
  if (!next) return 'The row is not kept in a constant of its own.';
  const name = rename(source, `${singular(kept.name.text)}Found`);
  return [
    replace(op, source, 'findFirst'),
    ...where,
    replace(kept.name, source, name),
    replace(call, source, `${name} ?? undefined`),
  ];
}
