import { ts } from 'ts-morph';
import type { Json } from '../../base/json.ts';
import { defineFix } from '../../edit/fix.ts';
import { nodeAt, propertyNamed } from '../../edit/queryCall.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'clamp',
    title: ({ max }) => `Clamp to ${numberOf(max, 100)} rows`,
    trust: 'suggestion',
    preferred: true,
    edit(context) {
      const source = context.sourceOf(context.file);
      const name = source && nodeAt(source, context.finding.start, context.finding.end);
      const property =
        name &&
        (ts.isPropertyAssignment(name) || ts.isShorthandPropertyAssignment(name) ? name : name.parent);
      if (
        !source ||
        !property ||
        !(ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property))
      )
        return { refuse: 'The number of rows can no longer be found.' };
      const value = ts.isPropertyAssignment(property) ? property.initializer : property.name;
      const max = numberOf(context.data['max'], 100);
      const fallback = mayBeLeftOut(value)
        ? ` ?? ${Math.min(numberOf(context.data['initial'], 20), max)}`
        : '';
      const own = value.getText(source);
      const clamped = `Math.min(${own}${fallback}, ${max})`;
      const edits: TextEdit[] = ts.isPropertyAssignment(property)
        ? [{ start: value.getStart(source), end: value.end, text: clamped }]
        : [{ start: property.end, end: property.end, text: `: ${clamped}` }];
      // Pages of the clamped size begin at its multiples.
      const skip = ts.isObjectLiteralExpression(property.parent)
        ? propertyNamed(property.parent, 'skip')
        : undefined;
      if (skip && ts.isPropertyAssignment(skip))
        edits.push(...sameIn(source, skip.initializer, own, clamped));
      return { changes: [{ file: context.file, create: false, edits }] };
    },
  }),
];

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** Whether a value is a parameter (or a part of one) that need not be given. */
function mayBeLeftOut(value: ts.Expression): boolean {
  const name = ts.isIdentifier(value) ? value.text : undefined;
  if (name === undefined) return ts.isPropertyAccessExpression(value) && value.questionDotToken !== undefined;
  for (let at: ts.Node | undefined = value; at; at = at.parent) {
    if (!ts.isFunctionLike(at)) continue;
    for (const parameter of at.parameters) {
      if (ts.isIdentifier(parameter.name)) {
        if (parameter.name.text === name)
          return parameter.questionToken !== undefined && !parameter.initializer;
        continue;
      }
      if (!ts.isObjectBindingPattern(parameter.name)) continue;
      const element = parameter.name.elements.find(
        (candidate) => ts.isIdentifier(candidate.name) && candidate.name.text === name,
      );
      if (!element) continue;
      if (element.initializer || !parameter.type || !ts.isTypeLiteralNode(parameter.type)) return false;
      const key = (element.propertyName ?? element.name).getText();
      return parameter.type.members.some(
        (member) => member.name?.getText() === key && member.questionToken !== undefined,
      );
    }
  }
  return false;
}

/** The same expression at other places. */
function sameIn(source: ts.SourceFile, node: ts.Node, own: string, text: string): TextEdit[] {
  if (ts.isExpression(node) && node.getText(source) === own)
    return [{ start: node.getStart(source), end: node.end, text }];
  const edits: TextEdit[] = [];
  ts.forEachChild(node, (child) => {
    edits.push(...sameIn(source, child, own, text));
  });
  return edits;
}
