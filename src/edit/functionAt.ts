/** From a function of the facts to its syntax. */
import { ts } from 'ts-morph';
import { spanOf } from '../facts/model.ts';
import type { EditContext } from './fix.ts';

export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration;

/** The function number `fn` of a file's facts in its syntax tree. */
export function functionAt(
  { workspace, file, facts }: EditContext,
  source: ts.SourceFile,
  fn: number,
): FunctionNode | undefined {
  const all = workspace.tsFacts(file)?.functions[fn]?.all;
  if (all === undefined) return undefined;
  const { start, end } = spanOf(facts, all);
  let found: FunctionNode | undefined;
  const visit = (node: ts.Node): void => {
    if (
      node.getStart(source) === start &&
      node.end === end &&
      (ts.isFunctionDeclaration(node) ||
        ts.isFunctionExpression(node) ||
        ts.isArrowFunction(node) ||
        ts.isMethodDeclaration(node))
    )
      found = node;
    if (!found && node.pos <= start && end <= node.end) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
