import type { ts } from 'ts-morph';
import type { Span } from '../base/span.ts';
import {
  forEachChild,
  isJsxText,
  isRegularExpressionLiteral,
  isStringLiteralLike,
  isTemplateHead,
  isTemplateMiddleOrTemplateTail,
} from './syntax.ts';

/**
 * Comments of a TypeScript/JavaScript text that hold a suppression directive. A directive's words inside a string, a
 * template or JSX text are no comment: the token at the place decides.
 */
export function commentsOfTs(source: ts.SourceFile): Span[] {
  const { text } = source;
  const out: Span[] = [];
  for (const match of text.matchAll(/backend-specialist-(?:disable|enable)/g)) {
    const comment = commentAt(source, text, match.index);
    if (comment && !out.some((other) => other.start === comment.start)) out.push(comment);
  }
  return out;
}

function commentAt(source: ts.SourceFile, text: string, offset: number): Span | undefined {
  let node: ts.Node = source;
  for (;;) {
    const child: ts.Node | undefined = forEachChild(node, (candidate) =>
      candidate.pos <= offset && offset < candidate.end ? candidate : undefined,
    );
    if (!child) break;
    node = child;
  }
  const isText =
    isStringLiteralLike(node) ||
    isTemplateHead(node) ||
    isTemplateMiddleOrTemplateTail(node) ||
    isRegularExpressionLiteral(node) ||
    isJsxText(node);
  if (isText && offset >= (isJsxText(node) ? node.pos : node.getStart(source))) return undefined;
  const lineStart = text.lastIndexOf('\n', offset) + 1;
  const slashes = text.lastIndexOf('//', offset);
  const star = text.lastIndexOf('/*', offset);
  if (slashes >= lineStart && slashes > star) {
    const end = text.indexOf('\n', offset);
    return { start: slashes, end: end < 0 ? text.length : text.charAt(end - 1) === '\r' ? end - 1 : end };
  }
  if (star < 0) return undefined;
  const close = text.indexOf('*/', star);
  return close >= 0 && close < offset ? undefined : { start: star, end: close < 0 ? text.length : close + 2 };
}
