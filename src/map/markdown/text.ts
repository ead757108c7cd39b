/** Names, paths and code as Markdown: all of them are foreign text. */
import { dirname, relativeTo, isWithin } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';

/** Text of identifiers, paths and code shown literally in Markdown. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#+\-.!|~&]/g, '\\$&').replaceAll(/[\r\n]+/g, ' ');
}

/** A name in code marks, or escaped where it holds signs that end them or a table's cell. */
export function code(text: string): string {
  return text === '' || /[`|\\\p{Cc}\u2028\u2029]|^\s|\s$/u.test(text)
    ? escapeMarkdown(text.replaceAll(/\p{Cc}/gu, ' '))
    : `\`${text}\``;
}

/** The same outside of tables, where a border or a backslash in code means itself. */
export function codeInText(text: string): string {
  return text === '' || /[`\p{Cc}\u2028\u2029]|^\s|\s$/u.test(text) ? code(text) : `\`${text}\``;
}

/** Names in code marks, in their order. */
export function codes(texts: readonly string[]): string {
  return texts.map(code).join(', ');
}

/** A sentence of a comment, for a cell: no line breaks, nothing that becomes markup or ends the cell. */
export function prose(text: string): string {
  return text
    .replaceAll(/[\s\u2028\u2029]+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|~&]/g, '\\$&')
    .replaceAll(/ — /g, ' – ')
    .trim();
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.replaceAll(/\p{Surrogate}/gu, '\u{FFFD}')).replaceAll(
    /[()!'*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
}

/** A path as a link's target. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/');
}

/** A path as seen from a folder, `../` included. */
export function pathFrom(folder: string, file: FileId): string {
  let up = '';
  let at = folder;
  while (!isWithin(at, file)) {
    up += '../';
    at = dirname(at);
  }
  return up + relativeTo(at, file);
}

/** `[`lib/a.ts`](../../lib/a.ts#save)`: the path from the app's folder, the target from the map's. */
export function fileLink(app: string, map: FileId, file: FileId, symbol?: string): string {
  const anchor = symbol === undefined ? '' : `#${encodeSegment(symbol)}`;
  return `[${code(pathFrom(app, file))}](${encodePath(pathFrom(dirname(map), file))}${anchor})`;
}
