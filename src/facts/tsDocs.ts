/** Comments and modifiers that say something about a declaration. */
import type { ts } from 'ts-morph';
import {
  SyntaxKind,
  getLeadingCommentRanges,
  getTrailingCommentRanges,
  isBlock,
  isExpressionStatement,
  isIdentifier,
  isLiteralExpression,
  isStringLiteral,
} from './syntax.ts';

/** JSDoc right before a node: its first sentence and its tags. */
export function docOf(text: string, node: ts.Node): { text: string; tags: string[] } | undefined {
  if (!text.startsWith('/', skipSpace(text, node.pos))) return undefined;
  const ranges = getLeadingCommentRanges(text, node.pos);
  const last = ranges?.findLast((range) => text.startsWith('/**', range.pos));
  if (!last) return undefined;
  const lines = text
    .slice(last.pos + 3, last.end - 2)
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim());
  const prose = lines
    .slice(0, lines.findIndex((line) => line.startsWith('@')) >>> 0)
    .join(' ')
    .trim();
  const sentence = /^.*?[.!?](?=\s|$)/.exec(prose)?.[0] ?? prose;
  const tags = lines.flatMap((line) =>
    [...line.matchAll(/(?:^|\s)@([A-Za-z]+)/g)].map((match) => match[1] ?? ''),
  );
  return { text: sentence.slice(0, 200), tags };
}

function skipSpace(text: string, from: number): number {
  let i = from;
  while (i < text.length && /\s/.test(text.charAt(i))) i++;
  return i;
}

/** First comment that belongs to a block itself: before, behind or after its statements. */
export function commentIn(text: string, block: ts.Block): string | undefined {
  const places = [block.statements.pos, ...block.statements.map((statement) => statement.end)];
  for (const place of places) {
    const ranges = [
      ...(getTrailingCommentRanges(text, place) ?? []),
      ...(getLeadingCommentRanges(text, place) ?? []),
    ];
    const first = ranges.find((range) => range.end <= block.end);
    if (first) return text.slice(first.pos, first.end).slice(0, 300);
  }
  return undefined;
}

/** The comment that stands in place of a body: inside an empty block, or behind a callback on its line. */
export function commentForBody(text: string, body: ts.ConciseBody): string | undefined {
  const isTrivial = isBlock(body)
    ? body.statements.length === 0
    : isLiteralExpression(body) || isIdentifier(body) || body.kind === SyntaxKind.NullKeyword;
  if (!isTrivial) return undefined;
  const own = isBlock(body) ? commentIn(text, body) : undefined;
  return (
    own ??
    /^[)\s,;]*?(\/\/[^\r\n]*)/.exec(/^[^\r\n]*/.exec(text.slice(body.end))?.[0] ?? '')?.[1]?.slice(0, 300)
  );
}

export function hasModifier(
  node: { modifiers?: ts.NodeArray<ts.ModifierLike> | undefined } | ts.Node,
  kind: ts.SyntaxKind,
): boolean {
  const { modifiers } = node as { modifiers?: ts.NodeArray<ts.ModifierLike> };
  return modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}

export function directivesOf(statements: readonly ts.Statement[]): string[] {
  const out: string[] = [];
  for (const statement of statements) {
    if (!isExpressionStatement(statement) || !isStringLiteral(statement.expression)) break;
    out.push(statement.expression.text);
  }
  return out;
}
