import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { addImport, importedAs } from '../../edit/imports.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { allNames } from '../../edit/scopes.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import { spanOf } from '../../facts/model.ts';
import type { TextEdit } from '../../run/finding.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';

export const fixes = [
  defineFix({
    id: 'revalidate-page',
    title: ({ path }) => `Revalidate ${typeof path === 'string' ? path : 'the page'}`,
    trust: 'suggestion',
    preferred: true,
    edit: revalidate,
  }),
];

function revalidate(context: FixContext): FixOutcome {
  const { file, facts, finding, data } = context;
  const source = context.sourceOf(file);
  const { path } = data;
  const entry = context.workspace.entries(file).find(({ at }) => spanOf(facts, at).start === finding.start);
  if (!source || !entry?.handler || facts.kind !== 'ts' || typeof path !== 'string')
    return { refuse: 'The action can no longer be found.' };
  const handler = parseFunctionKey(entry.handler);
  const fn = handler.file === file ? facts.functions[handler.fn] : undefined;
  if (!fn) return { refuse: 'The action’s code is in another file.' };
  const { start, end } = spanOf(facts, fn.bodyAt);
  const chains: ts.Statement[][] = [];
  for (const effect of entry.effects) {
    if (effect.kind !== 'write') continue;
    const site = [...effect.trace, effect].find((one) => one.file === file);
    const span = site && spanOf(facts, site.at);
    const node = span && nodeAt(source, span.start, span.end);
    if (node && node.pos >= start - 1 && node.end <= end) chains.push(statementsAround(node, start));
  }
  const last = lastCommon(chains);
  if (!last) return { refuse: 'The place after the writes can’t be found mechanically.' };
  const style = styleOf(source.text);
  const known = importedAs(source, 'next/cache', 'revalidatePath');
  const isPattern = path.includes('[');
  const type = data['layout'] === true ? 'layout' : isPattern ? 'page' : undefined;
  const quoted = (text: string): string => style.quote + text + style.quote;
  const call = `${known ?? 'revalidatePath'}(${quoted(path)}${type ? `, ${quoted(type)}` : ''})${style.semicolon}`;
  const line = style.newline + indentAt(source.text, last.getStart(source));
  const edits = ts.isReturnStatement(last)
    ? beforeReturn(source, last, { call, line, semicolon: style.semicolon })
    : [{ start: last.end, end: last.end, text: line + call }];
  if (typeof edits === 'string') return { refuse: edits };
  const imports =
    known === undefined ? addImport(source, { spec: 'next/cache', name: 'revalidatePath' }) : [];
  return { changes: [{ file, create: false, edits: [...imports, ...edits] }] };
}

/** Statements of blocks around a node, outermost first, down to the first loop or inner function. */
function statementsAround(node: ts.Node, bodyStart: number): ts.Statement[] {
  const all: ts.Node[] = [];
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (ts.isBlock(at) && at.getStart() === bodyStart) break;
    all.unshift(at);
  }
  const out: ts.Statement[] = [];
  for (const at of all) {
    if (ts.isFunctionLike(at)) break;
    if (ts.isStatement(at) && !ts.isBlock(at) && ts.isBlock(at.parent)) out.push(at);
    if (ts.isIterationStatement(at, false) || ts.isSwitchStatement(at)) break;
  }
  return out;
}

/** The last statement with a write, in the innermost block that holds them all. */
function lastCommon(chains: readonly (readonly ts.Statement[])[]): ts.Statement | undefined {
  const [first = []] = chains;
  let found: ts.Statement | undefined;
  for (const [level, { parent }] of first.entries()) {
    const here = chains.map((chain) => chain[level]);
    if (!here.every((one) => one !== undefined && one.parent === parent)) break;
    found = here.reduce((a, b) => ((a?.pos ?? 0) > (b?.pos ?? 0) ? a : b));
    if (!here.every((one) => one === found)) break;
  }
  return found;
}

/** `return prisma.post.create(…)`: the answer waits until the page is told. */
function beforeReturn(
  source: ts.SourceFile,
  statement: ts.ReturnStatement,
  { call, line, semicolon }: { call: string; line: string; semicolon: string },
): TextEdit[] | string {
  const { expression } = statement;
  if (!expression) return 'The place after the writes can’t be found mechanically.';
  const name = ['result', 'saved', 'changed'].find((one) => !allNames(source).has(one));
  if (name === undefined) return 'The result needs a name, and all that fit are taken.';
  const wait = ts.isAwaitExpression(expression) || ts.isObjectLiteralExpression(expression) ? '' : 'await ';
  const tail = source.text.slice(expression.end, statement.end);
  return [
    { start: statement.getStart(source), end: expression.getStart(source), text: `const ${name} = ${wait}` },
    {
      start: expression.end,
      end: statement.end,
      text: `${tail}${line}${call}${line}return ${name}${semicolon}`,
    },
  ];
}
