import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { callAt, intoArguments, intoObject, literalOf, propertyNamed } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'mark',
    title: ({ set }) => `Set ${Array.isArray(set) ? set.map(String).join(', ') : 'the mark'} instead`,
    trust: 'suggestion',
    preferred: true,
    edit: (context) => inQuery(context, mark),
  }),
  defineFix({
    id: 'leave-out',
    title: ({ text }) => `Add ${String(text)}`,
    trust: 'suggestion',
    preferred: false,
    edit: (context) => inQuery(context, leaveOut),
  }),
];

interface Work {
  context: FixContext;
  source: ts.SourceFile;
  call: ts.CallExpression;
}

function inQuery(context: FixContext, edit: (work: Work) => TextEdit[] | string): FixOutcome {
  const source = context.sourceOf(context.file);
  const call = source && callAt(source, context.finding.start, context.finding.end);
  if (!source || !call) return { refuse: 'The call can no longer be found.' };
  const edits = edit({ context, source, call });
  return typeof edits === 'string'
    ? { refuse: edits }
    : { changes: [{ file: context.file, create: false, edits }] };
}

/** `delete` becomes `update`, `deleteMany` becomes `updateMany`. */
function mark({ context, source, call }: Work): TextEdit[] {
  const { start, end } = context.finding;
  const set = context.data['set'];
  const data = `data: { ${Array.isArray(set) ? set.map(String).join(', ') : ''} }`;
  return [
    { start, end, text: context.text.slice(start, end).replace('delete', 'update') },
    ...intoArguments(source, call, [{ name: 'data', text: data }], styleOf(context.text)),
  ];
}

/** Adds the condition to the `where`. */
function leaveOut({ context, source, call }: Work): TextEdit[] | string {
  const text = String(context.data['text']);
  const style = styleOf(context.text);
  const [argument] = call.arguments;
  const literal = literalOf(argument);
  if (argument && !literal && !(ts.isIdentifier(argument) && argument.text === 'undefined'))
    return 'The arguments are not written out here.';
  const where = literal && propertyNamed(literal, 'where');
  if (!where) return intoArguments(source, call, [{ text: `where: { ${text} }` }], style, true);
  if (ts.isShorthandPropertyAssignment(where))
    return [{ start: where.end, end: where.end, text: `: { ...where, ${text} }` }];
  const inner = literalOf(where.initializer);
  if (inner) return intoObject(source, inner, [{ text }], style);
  const { initializer } = where;
  if (!ts.isIdentifier(initializer)) return 'The `where` is not written out here.';
  return [
    {
      start: initializer.getStart(source),
      end: initializer.end,
      text: `{ ...${initializer.text}, ${text} }`,
    },
  ];
}
