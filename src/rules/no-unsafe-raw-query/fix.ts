import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { callAt } from '../../edit/queryCall.ts';
import type { TextEdit } from '../../run/finding.ts';
import { bindGaps } from './bind.ts';
import type { Part } from './bind.ts';

export const fixes = [
  defineFix({
    id: 'use-tagged-template',
    title: () => 'Bind the values in a tagged template',
    trust: 'suggestion',
    preferred: true,
    edit(context) {
      const source = context.sourceOf(context.file);
      const call = source && callAt(source, context.finding.start, context.finding.end);
      if (!source || !call || !ts.isPropertyAccessExpression(unwrapped(call.expression)))
        return { refuse: 'The call can no longer be found.' };
      return call.expression.getText(source).endsWith('.raw')
        ? bindRaw(context, source, call)
        : bindQuery(context, source, call);
    },
  }),
];

const here = (context: FixContext, edits: TextEdit[]): FixOutcome => ({
  changes: [{ file: context.file, create: false, edits }],
});

function unwrapped(node: ts.Expression): ts.Expression {
  let inner = node;
  while (ts.isParenthesizedExpression(inner) || ts.isNonNullExpression(inner)) inner = inner.expression;
  return inner;
}

/** `$queryRawUnsafe(text, ...values)` → `` $queryRaw`…` ``. */
function bindQuery(context: FixContext, source: ts.SourceFile, call: ts.CallExpression): FixOutcome {
  const [argument, ...values] = call.arguments;
  if (!argument || values.some(ts.isSpreadElement))
    return { refuse: 'The values of the placeholders are spread from a list.' };
  const text = textOf(source, call, argument);
  if ('refuse' in text) return text;
  const bound = bindGaps(text.parts, {
    values: values.map((value) => value.getText(source)),
  });
  if ('refuse' in bound) return bound;
  const { start, end } = context.finding;
  const open = call.typeArguments ? call.typeArguments.end + 1 : end;
  return here(context, [
    { start, end, text: source.text.slice(start, end).replace(/Unsafe$/, '') },
    { start: open, end: call.end, text: `\`${bound.template}\`` },
    ...text.edits,
  ]);
}

/** `${Prisma.raw(value)}` inside a tagged template → `${value}`. */
function bindRaw(context: FixContext, source: ts.SourceFile, call: ts.CallExpression): FixOutcome {
  const [argument] = call.arguments;
  const span = call.parent;
  const template = ts.isTemplateSpan(span) ? span.parent : undefined;
  if (!argument || !template || !ts.isTaggedTemplateExpression(template.parent))
    return { refuse: 'The text is not a part of a tagged template, so nothing shows where it ends up.' };
  if (!ts.isIdentifier(argument) && !ts.isPropertyAccessExpression(argument))
    return { refuse: 'The text is put together of several parts: write these into the template first.' };
  const parts = partsOfTemplate(source, template).map((part): Part =>
    'gap' in part && part.gap === call.getText(source)
      ? { gap: argument.getText(source) }
      : 'gap' in part
        ? { ...part, keep: true }
        : part,
  );
  const bound = bindGaps(parts, { values: [] });
  if ('refuse' in bound) return bound;
  return here(context, [
    { start: template.getStart(source), end: template.end, text: `\`${bound.template}\`` },
  ]);
}

interface TextParts {
  parts: Part[];
  /** What takes away the variable that held the text. */
  edits: TextEdit[];
}

/** The parts of a text that is written at the call, or in a constant that only the call uses. */
function textOf(
  source: ts.SourceFile,
  call: ts.CallExpression,
  argument: ts.Expression,
): TextParts | { refuse: string } {
  const text = unwrapped(argument);
  if (ts.isIdentifier(text)) {
    const declaration = onlyUse(source, call, text);
    if (!declaration?.initializer)
      return { refuse: 'The text is made elsewhere: build it with Prisma.sql and Prisma.join there.' };
    const parts = partsOf(source, declaration.initializer);
    const statement = declaration.parent.parent;
    if (!parts)
      return { refuse: 'The text is put together in steps: build it with Prisma.sql and Prisma.join.' };
    const lineStart = source.text.lastIndexOf('\n', statement.getStart(source)) + 1;
    const lineEnd = source.text.indexOf('\n', statement.end);
    return { parts, edits: [{ start: lineStart, end: lineEnd < 0 ? statement.end : lineEnd + 1, text: '' }] };
  }
  const parts = partsOf(source, text);
  return parts
    ? { parts, edits: [] }
    : { refuse: 'The text is made elsewhere: build it with Prisma.sql and Prisma.join there.' };
}

/** The declaration of a name in the block of a call, when nothing else uses the name. */
function onlyUse(
  source: ts.SourceFile,
  call: ts.CallExpression,
  name: ts.Identifier,
): ts.VariableDeclaration | undefined {
  let declaration: ts.VariableDeclaration | undefined;
  let uses = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name.text) uses++;
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === name.text)
      declaration = node;
    ts.forEachChild(node, visit);
  };
  visit(source);
  const list = declaration?.parent;
  if (!list || !ts.isVariableDeclarationList(list) || list.declarations.length !== 1 || uses !== 2)
    return undefined;
  if (!ts.isVariableStatement(list.parent) || (list.flags & ts.NodeFlags.Const) === 0) return undefined;
  // The values must be the same at both places: the same block, nothing but constants in between.
  for (let at: ts.Node = call; !ts.isSourceFile(at); at = at.parent)
    if (at.parent === list.parent.parent) return declaration;
  return undefined;
}

function partsOf(source: ts.SourceFile, node: ts.Expression): Part[] | undefined {
  const inner = unwrapped(node);
  if (ts.isStringLiteral(inner))
    return [{ text: inner.text.replace(/[`\\]|\$\{/g, (found) => `\\${found}`) }];
  if (ts.isTemplateExpression(inner) || ts.isNoSubstitutionTemplateLiteral(inner))
    return partsOfTemplate(source, inner);
  if (!ts.isBinaryExpression(inner) || inner.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const left = partsOf(source, inner.left);
  if (!left) return undefined;
  return [...left, ...(partsOf(source, inner.right) ?? [{ gap: inner.right.getText(source) }])];
}

function partsOfTemplate(source: ts.SourceFile, template: ts.TemplateLiteral): Part[] {
  if (!ts.isTemplateExpression(template))
    return [{ text: source.text.slice(template.getStart(source) + 1, template.end - 1) }];
  const { head, templateSpans } = template;
  return [
    { text: source.text.slice(head.getStart(source) + 1, head.end - 2) },
    ...templateSpans.flatMap((span): Part[] => {
      const { literal } = span;
      const isLast = ts.isTemplateTail(literal);
      return [
        { gap: span.expression.getText(source) },
        { text: source.text.slice(literal.getStart(source) + 1, literal.end - (isLast ? 1 : 2)) },
      ];
    }),
  ];
}
