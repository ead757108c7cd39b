/** Edits of a `generator` or `datasource` block of a Prisma schema. */
import type { PrismaConfigBlock } from '../facts/prismaModel.ts';
import type { TextEdit } from '../run/finding.ts';
import { indentAt } from './style.ts';

/** Adds a setting behind another one, its `=` in the same column. */
export function settingBehind(
  block: PrismaConfigBlock,
  behind: string,
  setting: { name: string; value: string },
  text: string,
): TextEdit | undefined {
  const known = block.settings.find(({ name }) => name === behind);
  if (!known) return undefined;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const end = text.slice(known.span.end).search(/\r?\n|$/) + known.span.end;
  const width = text.slice(known.nameSpan.start, known.span.end).indexOf('=');
  const pad = ' '.repeat(Math.max(1, width - setting.name.length));
  const indent = indentAt(text, known.nameSpan.start);
  return { start: end, end, text: `${newline}${indent}${setting.name}${pad}= ${setting.value}` };
}

/** Takes a setting's line away. */
export function withoutSetting(block: PrismaConfigBlock, name: string, text: string): TextEdit | undefined {
  const known = block.settings.find((setting) => setting.name === name);
  if (!known) return undefined;
  const start = text.lastIndexOf('\n', known.span.start - 1) + 1;
  const line = /^[^\n]*\n?/.exec(text.slice(known.span.end))?.[0].length ?? 0;
  return text.slice(start, known.span.start).trim() === ''
    ? { start, end: known.span.end + line, text: '' }
    : { start: known.span.start, end: known.span.end, text: '' };
}
