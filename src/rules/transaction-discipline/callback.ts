/** The callback of a transaction in the syntax tree. */
import { ts } from 'ts-morph';
import type { FixContext } from '../../edit/fix.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { referencesIn } from '../../edit/scopes.ts';
import { endOfParameters } from '../../edit/txParameter.ts';
import { spanOf } from '../../facts/model.ts';
import type { TextEdit } from '../../run/finding.ts';

export type Callback = ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration;

export interface Here {
  source: ts.SourceFile;
  callback: Callback;
  /** The flagged name. */
  node: ts.Node;
}

/** The callback that a request names by the number of its function, and the flagged node; a reason when they are gone. */
export function hereOf(context: FixContext): Here | string {
  const { facts, finding, data } = context;
  const source = context.sourceOf(context.file);
  const node = source && nodeAt(source, finding.start, finding.end);
  const fn = facts.kind === 'ts' ? facts.functions[Number(data['fn'])] : undefined;
  if (!source || !node || !fn) return 'The call can no longer be found.';
  const { start, end } = spanOf(facts, fn.all);
  const callback = nodeAt(source, start, end);
  if (
    !callback ||
    !(ts.isArrowFunction(callback) || ts.isFunctionExpression(callback) || ts.isFunctionDeclaration(callback))
  )
    return 'The callback of the transaction can no longer be found.';
  return { source, callback, node };
}

/** What the callback calls its client, with the edits that make it take one. */
export function clientOf({ source, callback }: Here): { name: string; edits: TextEdit[] } | string {
  const [parameter] = callback.parameters;
  if (parameter)
    return ts.isIdentifier(parameter.name)
      ? { name: parameter.name.text, edits: [] }
      : 'The callback takes its client apart: use it by hand.';
  const place = endOfParameters(source, callback);
  const taken = new Set(referencesIn(callback).map(({ text }) => text));
  const name = ['tx', 'transaction', 'txClient'].find((candidate) => !taken.has(candidate));
  if (place === undefined || name === undefined) return 'The callback has no place for a parameter.';
  return { name, edits: [{ start: place, end: place, text: name }] };
}

/** The call (or the tagged SQL) whose name is flagged. */
export function callOf(node: ts.Node): ts.CallExpression | ts.TaggedTemplateExpression | undefined {
  let callee = node;
  if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) callee = node.parent;
  while (ts.isParenthesizedExpression(callee.parent) || ts.isNonNullExpression(callee.parent))
    callee = callee.parent;
  const { parent } = callee;
  if (ts.isTaggedTemplateExpression(parent) && parent.tag === callee) return parent;
  return ts.isCallExpression(parent) && parent.expression === callee ? parent : undefined;
}
