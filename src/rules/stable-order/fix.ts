import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { callAt, intoArguments, literalOf, nodeAt } from '../../edit/queryCall.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'add-order',
    title: ({ key, extend }) =>
      extend === true ? `End orderBy with ${namesOf(key).join(', ')}` : `Order by ${namesOf(key).join(', ')}`,
    trust: 'suggestion',
    preferred: true,
    edit(context) {
      const key = namesOf(context.data['key']);
      return context.data['extend'] === true ? extendOrder(context, key) : addOrder(context, key);
    },
  }),
];

const namesOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const here = (context: FixContext, edits: TextEdit[]): FixOutcome => ({
  changes: [{ file: context.file, create: false, edits }],
});

function addOrder(context: FixContext, key: readonly string[]): FixOutcome {
  const source = context.sourceOf(context.file);
  const call = source && callAt(source, context.finding.start, context.finding.end);
  if (!source || !call) return { refuse: 'The call can no longer be found.' };
  const style = styleOf(context.text);
  const parts = key.map((name) => `{ ${name}: ${style.quote}asc${style.quote} }`);
  const value = parts.length === 1 ? parts[0] : `[${parts.join(', ')}]`;
  return here(context, intoArguments(source, call, [{ name: 'orderBy', text: `orderBy: ${value}` }], style));
}

/** `{ createdAt: 'desc' }` becomes `[{ createdAt: 'desc' }, { id: 'desc' }]`: the direction of what comes before it. */
function extendOrder(context: FixContext, key: readonly string[]): FixOutcome {
  const source = context.sourceOf(context.file);
  const name = source && nodeAt(source, context.finding.start, context.finding.end);
  const property =
    name && (ts.isPropertyAssignment(name) || ts.isShorthandPropertyAssignment(name) ? name : name.parent);
  if (!source || !property) return { refuse: 'The order can no longer be found.' };
  if (ts.isShorthandPropertyAssignment(property))
    return { refuse: 'The order is made elsewhere: end it there with a unique field.' };
  if (!ts.isPropertyAssignment(property)) return { refuse: 'The order can no longer be found.' };
  const { quote, newline, trailingComma } = styleOf(context.text);
  const value = unwrapped(property.initializer);
  const direction = /['"`](asc|desc)['"`][^'"`]*$/.exec(value.getText(source))?.[1] ?? 'asc';
  const missing = key.filter((field) => !new RegExp(`\\b${field}\\s*:`).test(value.getText(source)));
  const parts = missing.map((field) => `{ ${field}: ${quote}${direction}${quote} }`);
  if (ts.isArrayLiteralExpression(value)) {
    const last = value.elements.at(-1);
    if (!last) return { refuse: 'The order is an empty list.' };
    const isMultiline = value.getText(source).includes('\n');
    const gap = isMultiline ? newline + indentAt(source.text, last.getStart(source)) : ' ';
    const comma = isMultiline && trailingComma && !value.elements.hasTrailingComma ? ',' : '';
    return here(context, [
      { start: last.end, end: last.end, text: parts.map((part) => `,${gap}${part}`).join('') + comma },
    ]);
  }
  const literal = literalOf(value);
  if (!literal || literal !== value)
    return { refuse: 'The order is made elsewhere: end it there with a unique field.' };
  // Several keys in one object are not what Prisma takes; each gets its own.
  return here(context, [
    { start: value.getStart(source), end: value.getStart(source), text: '[' },
    { start: value.end, end: value.end, text: `, ${parts.join(', ')}]` },
  ]);
}

function unwrapped(node: ts.Expression): ts.Expression {
  let inner = node;
  while (ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner) || ts.isSatisfiesExpression(inner))
    inner = inner.expression;
  return inner;
}
