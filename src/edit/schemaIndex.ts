/** Adds an index to a model of a Prisma schema. */
import type { PrismaModel } from '../facts/prismaModel.ts';
import type { TextEdit } from '../run/finding.ts';

/**
 * The edit that adds `@@index([…])`: behind the last index or key of the block, else before its other block attributes, else at its
 * end, with a blank line before. `undefined` when the block isn't written over several lines.
 */
export function indexEdit(model: PrismaModel, fields: readonly string[], text: string): TextEdit | undefined {
  const body = text.slice(model.span.start, model.bodyEnd);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = [...body.matchAll(/[^\r\n]*(?:\r\n|\n|$)/g)].filter(([line]) => line !== '');
  if (lines.length < 2 || text.charAt(model.bodyEnd) !== '}') return undefined;
  const at = (index: number): number => model.span.start + index;
  const isOf = (pattern: RegExp) => (match: RegExpMatchArray) => pattern.test(match[0]);
  const index = `@@index([${fields.join(', ')}])`;
  const indentOf = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? '';
  const key =
    lines.findLast(isOf(/^\s*@@(index|unique|id)\b/)) ?? lines.findLast(isOf(/^\s*@@(?!map|schema)\w/));
  if (key) {
    const end = at(key.index + key[0].length);
    return { start: end, end, text: `${indentOf(key[0])}${index}${newline}` };
  }
  const other = lines.find(isOf(/^\s*@@/));
  if (other) {
    const start = at(other.index);
    return { start, end: start, text: `${indentOf(other[0])}${index}${newline}` };
  }
  const last = lines.slice(1).findLast(isOf(/\S/));
  if (!last) return undefined;
  const end = at(last.index + last[0].trimEnd().length);
  return { start: end, end, text: `${newline}${newline}${indentOf(last[0])}${index}` };
}
