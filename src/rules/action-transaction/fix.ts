import { ts } from 'ts-morph';
import type { Json } from '../../base/json.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { handOver } from '../../edit/handOverClient.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { declarationOf, isInside, referencesIn } from '../../edit/scopes.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import { spanOf } from '../../facts/model.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'wrap-in-transaction',
    title: () => 'Wrap the writes in $transaction',
    trust: 'suggestion',
    preferred: true,
    edit: wrap,
  }),
];

interface Write {
  node: ts.CallExpression;
  data: { [key: string]: Json };
}

function wrap(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const writes = source && writesOf(context, source);
  if (!source || !writes) return { refuse: 'The writes can no longer be found.' };
  const range = rangeOf(writes.map(({ node }) => node));
  if (typeof range === 'string') return { refuse: range };
  const client = clientOf(context, range, writes);
  if (typeof client === 'string') return { refuse: client };
  const name = freeName(range[0]?.parent ?? source);
  const changes = new Map<string, TextEdit[]>();
  const add = (file: string, edits: readonly TextEdit[]): void => {
    changes.set(file, [...(changes.get(file) ?? []), ...edits]);
  };
  for (const { node, data } of writes) {
    if (data['i'] === undefined && data['service'] === undefined) {
      if (data['deep'] === true)
        return { refuse: 'A function that writes can no longer be found: pass the client through by hand.' };
      continue;
    }
    const passed = handOver(context, node, data, name);
    if ('refuse' in passed) return passed;
    for (const [file, edits] of passed) add(file, edits);
  }
  for (const place of client.places)
    add(context.file, [{ start: place.getStart(source), end: place.end, text: name }]);
  const around = surroundings(source, range, client, name);
  if (typeof around === 'string') return { refuse: around };
  add(context.file, around);
  return { changes: [...changes].map(([file, edits]) => ({ file, create: false, edits })) };
}

function writesOf(context: FixContext, source: ts.SourceFile): Write[] | undefined {
  const calls = context.data['calls'];
  if (!Array.isArray(calls)) return undefined;
  const out: Write[] = [];
  for (const data of calls) {
    if (data === null || typeof data !== 'object' || Array.isArray(data)) return undefined;
    const { start, end } = spanOf(context.facts, Number(data['at']));
    const node = nodeAt(source, start, end);
    if (!node || !ts.isCallExpression(node)) return undefined;
    out.push({ node, data });
  }
  return out.length > 0 ? out : undefined;
}

/** The statements of one block from the first write to the last. */
function rangeOf(nodes: readonly ts.Node[]): ts.Statement[] | string {
  let block: ts.Node | undefined = nodes[0];
  while (
    block &&
    !((ts.isBlock(block) || ts.isSourceFile(block)) && nodes.every((node) => block && isInside(node, block)))
  )
    block = block.parent;
  if (!block || !ts.isBlock(block)) return 'The writes stand in different functions: wrap them by hand.';
  const hit = block.statements.map((statement) => nodes.some((node) => isInside(node, statement)));
  const first = hit.indexOf(true);
  const last = hit.lastIndexOf(true);
  const range = block.statements.slice(first, last + 1);
  const tail = range.at(-1);
  if (range.length < 2 || !tail) return 'The writes are parts of one statement: wrap them by hand.';
  for (const statement of range) {
    if (statement !== tail && leaves(statement))
      return 'Between the writes the function may end: decide that before the transaction by hand.';
    if (statement === tail && !ts.isReturnStatement(statement) && leaves(statement))
      return 'The function may end among the writes: decide that before the transaction by hand.';
  }
  const fn = functionAround(block);
  if (!fn || !isAsync(fn)) return 'The function around the writes is not async: wrap them by hand.';
  return range;
}

/** Whether a statement may end the function or the round of a loop around it. */
function leaves(statement: ts.Statement): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isReturnStatement(node) || ts.isBreakOrContinueStatement(node)) found = true;
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return found;
}

interface Client {
  text: string;
  /** Where the client is used for a query in the range. */
  places: ts.Node[];
}

/** The client that the range queries with: a plain name, the same everywhere. */
function clientOf(
  context: FixContext,
  range: readonly ts.Statement[],
  writes: readonly Write[],
): Client | string {
  const direct = writes.filter(({ data }) => Object.keys(data).length === 1);
  const first = direct.map(({ node }) => receiverOf(node)).find((node) => node !== undefined);
  const source = range[0]?.getSourceFile();
  const name = first?.text ?? importedClient(context, source);
  if (name === undefined) return 'The client is no plain name here: wrap the writes by hand.';
  const places: ts.Node[] = [];
  for (const statement of range)
    for (const reference of referencesIn(statement)) {
      if (reference.text !== name || (first && declarationOf(reference) !== declarationOf(first))) continue;
      const { parent } = reference;
      if (!ts.isPropertyAccessExpression(parent) || parent.expression !== reference)
        return `\`${name}\` is used for more than queries among the writes: wrap them by hand.`;
      if (parent.name.text === '$transaction')
        return 'There is a transaction among the writes already: merge them by hand.';
      places.push(reference);
    }
  return { text: name, places };
}

/** The client that the file imports, for writes that are all made by other functions. */
function importedClient(context: FixContext, source: ts.SourceFile | undefined): string | undefined {
  const [query] = context.workspace.queries(context.file);
  const span = query && spanOf(context.facts, query.at);
  const operation = source && span && nodeAt(source, span.start, span.end);
  return operation && receiverOf(operation.parent)?.text;
}

function receiverOf(node: ts.Node): ts.Identifier | undefined {
  let at: ts.Node = ts.isCallExpression(node) ? node.expression : node;
  while (ts.isPropertyAccessExpression(at)) at = at.expression;
  return ts.isIdentifier(at) ? at : undefined;
}

/** Puts the statements into a callback; what later code needs of them is returned from it. */
function surroundings(
  source: ts.SourceFile,
  range: readonly ts.Statement[],
  client: Client,
  tx: string,
): TextEdit[] | string {
  const [first] = range;
  const last = range.at(-1);
  const block = first?.parent;
  if (!first || !last || !block || !ts.isBlock(block)) return 'The writes can no longer be found.';
  const { text } = source;
  const style = styleOf(text);
  const start = first.getStart(source);
  const base = indentAt(text, start);
  const edits: TextEdit[] = [];
  const names = ts.isReturnStatement(last) ? [] : usedLater(range, block);
  if (typeof names === 'string') return names;
  const result =
    names.length === 0
      ? ''
      : names.length === 1
        ? `const ${names[0] ?? ''} = `
        : `const { ${names.join(', ')} } = `;
  const head = ts.isReturnStatement(last) ? 'return ' : `${result}await `;
  edits.push({
    start,
    end: start,
    text: `${head}${client.text}.$transaction(async (${tx}) => {${style.newline}${base}${style.indent}`,
  });
  // Every further line goes one level in; the text of templates stays as it is.
  const fixed = templatesIn(range);
  for (let at = text.indexOf('\n', start); at >= 0 && at < last.end; at = text.indexOf('\n', at + 1)) {
    const isBlank = /^[ \t]*\r?\n/.test(text.slice(at + 1));
    if (!isBlank && !fixed.some((node) => node.getStart(source) <= at && at < node.end))
      edits.push({ start: at + 1, end: at + 1, text: style.indent });
  }
  const returned =
    names.length === 0
      ? ''
      : `${style.newline}${base}${style.indent}return ${names.length === 1 ? (names[0] ?? '') : `{ ${names.join(', ')} }`}${style.semicolon}`;
  edits.push({
    start: last.end,
    end: last.end,
    text: `${returned}${style.newline}${base}})${style.semicolon}`,
  });
  return edits;
}

/** Constants of the range that code behind it uses. */
function usedLater(range: readonly ts.Statement[], block: ts.Block): string[] | string {
  const last = range.at(-1);
  const behind = block.statements.slice(last ? block.statements.indexOf(last) + 1 : 0);
  const names = new Set<string>();
  for (const statement of behind)
    for (const reference of referencesIn(statement)) {
      const declaration = declarationOf(reference);
      if (!declaration || !range.some((own) => isInside(declaration, own))) continue;
      if (!ts.isVariableDeclaration(declaration) && !ts.isBindingElement(declaration))
        return `\`${reference.text}\` is declared among the writes and used behind them: wrap them by hand.`;
      names.add(reference.text);
    }
  return [...names];
}

function templatesIn(range: readonly ts.Statement[]): ts.Node[] {
  const out: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)) out.push(node);
    else ts.forEachChild(node, visit);
  };
  range.forEach(visit);
  return out;
}

function freeName(around: ts.Node): string {
  const taken = new Set(referencesIn(around).map(({ text }) => text));
  return ['tx', 'transaction', 'txClient'].find((name) => !taken.has(name)) ?? 'transactionClient';
}

function functionAround(node: ts.Node): ts.SignatureDeclaration | undefined {
  for (let at: ts.Node | undefined = node; at; at = at.parent) if (ts.isFunctionLike(at)) return at;
  return undefined;
}

function isAsync(fn: ts.SignatureDeclaration): boolean {
  return (
    ts.canHaveModifiers(fn) &&
    ts.getModifiers(fn)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true
  );
}
