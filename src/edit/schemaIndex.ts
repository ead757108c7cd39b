/** Adds attributes to a model of a Prisma schema. */
import type { PrismaModel } from '../facts/prismaModel.ts';
import type { TextEdit } from '../run/finding.ts';

/**
 * The edit that adds `@@index([…])`: behind the last index or key of the block, else before its other block attributes, else at its
 * end, with a blank line before. `undefined` when the block isn't written over several lines.
 */
export function indexEdit(model: PrismaModel, fields: readonly string[], text: string): TextEdit | undefined {
  return placed(model, `@@index([${fields.join(', ')}])`, text, /^\s*@@(index|unique|id)\b/);
}

/** The edit that adds a block attribute behind the last one, else at the block's end, with a blank line before. */
export function blockAttributeEdit(
  model: PrismaModel,
  attribute: string,
  text: string,
): TextEdit | undefined {
  return placed(model, attribute, text, /^\s*@@\w/);
}

/** @param before attributes behind which it belongs first of all */
function placed(model: PrismaModel, attribute: string, text: string, before: RegExp): TextEdit | undefined {
  const body = text.slice(model.span.start, model.bodyEnd);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = [...body.matchAll(/[^\r\n]*(?:\r\n|\n|$)/g)].filter(([line]) => line !== '');
  if (lines.length < 2 || text.charAt(model.bodyEnd) !== '}') return undefined;
  const at = (index: number): number => model.span.start + index;
  const isOf = (pattern: RegExp) => (match: RegExpMatchArray) => pattern.test(match[0]);
  const indentOf = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? '';
  const key = lines.findLast(isOf(before)) ?? lines.findLast(isOf(/^\s*@@(?!map|schema)\w/));
  if (key) {
    const end = at(key.index + key[0].length);
    return { start: end, end, text: `${indentOf(key[0])}${attribute}${newline}` };
  }
  const other = lines.find(isOf(/^\s*@@/));
  if (other) {
    const start = at(other.index);
    return { start, end: start, text: `${indentOf(other[0])}${attribute}${newline}` };
  }
  const last = lines.slice(1).findLast(isOf(/\S/));
  if (!last) return undefined;
  const end = at(last.index + last[0].trimEnd().length);
  return { start: end, end, text: `${newline}${newline}${indentOf(last[0])}${attribute}` };
}
