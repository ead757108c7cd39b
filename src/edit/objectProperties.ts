/** Adds properties to object literals, laid out as the ones that are there. */
import type { ts } from 'ts-morph';
import { indentAt, styleOf } from './style.ts';
import type { TextEdit } from '../run/finding.ts';

/** Properties to add, by object literal. */
export type Additions = Map<ts.ObjectLiteralExpression, string[]>;

/** Puts a property on the list. */
export function plan(additions: Additions, object: ts.ObjectLiteralExpression, property: string): void {
  additions.set(object, [...(additions.get(object) ?? []), property]);
}

/** The edits of all properties on the list. */
export function addAll(source: ts.SourceFile, additions: Additions): TextEdit[] {
  return [...additions].flatMap(([object, properties]) => addProperties(source, object, properties));
}

/** Adds properties at the end of an object literal, laid out as its others. */
function addProperties(
  source: ts.SourceFile,
  object: ts.ObjectLiteralExpression,
  properties: readonly string[],
): TextEdit[] {
  const { text } = source;
  const { newline, indent, trailingComma } = styleOf(text);
  const last = object.properties.at(-1);
  if (!last)
    return [{ start: object.getStart(source) + 1, end: object.end - 1, text: ` ${properties.join(', ')} ` }];
  const hasComma = object.properties.hasTrailingComma === true;
  const comma = hasComma ? object.properties.end : last.end;
  if (!text.slice(object.getStart(source), object.end).includes('\n')) {
    const list = properties.join(', ');
    return [{ start: comma, end: comma, text: hasComma ? ` ${list},` : `, ${list}` }];
  }
  const behind = /^[ \t]*(\/\/[^\r\n]*)?(?=\r?\n)/.exec(text.slice(comma))?.[0].trimEnd() ?? '';
  const outer = indentAt(text, object.getStart(source));
  const own = indentAt(text, last.getStart(source));
  const pad = own.length > outer.length ? own : outer + indent;
  const lines =
    properties.map((property) => newline + pad + property).join(',') + (hasComma || trailingComma ? ',' : '');
  const end = comma + behind.length;
  if (hasComma) return [{ start: end, end, text: lines }];
  return behind === ''
    ? [{ start: comma, end: comma, text: `,${lines}` }]
    : [
        { start: comma, end: comma, text: ',' },
        { start: end, end, text: lines },
      ];
}
