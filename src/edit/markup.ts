import { ts } from 'ts-morph';

/** Whether a line comment written at an offset would be text: among JSX children or inside a template literal. */
export function isInMarkup(source: ts.SourceFile, offset: number): boolean {
  let node: ts.Node = source;
  for (;;) {
    const child: ts.Node | undefined = ts.forEachChild(node, (candidate) =>
      candidate.pos <= offset && offset < candidate.end ? candidate : undefined,
    );
    if (!child) break;
    node = child;
  }
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (ts.isJsxText(at)) return true;
    if (ts.isTemplateExpression(at) || ts.isNoSubstitutionTemplateLiteral(at))
      return offset > at.getStart(source);
    if (ts.isJsxExpression(at) || ts.isJsxAttribute(at) || ts.isBlock(at)) return false;
    if (ts.isJsxElement(at) || ts.isJsxFragment(at)) return offset > at.getStart(source);
  }
  return false;
}
