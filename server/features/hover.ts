/** Hover: what the analysis knows of the thing under the cursor, and how it knows it. */
import { MarkupKind, type Hover } from 'vscode-languageserver/node';
import { offsetAt, rangeAt } from '../../src/base/lineIndex.ts';
import type { ServerContext } from '../context.ts';

/** Markdown without its marks, for editors that show plain text. */
function toPlainText(markdown: string): string {
  return markdown
    .replace(/^```.*$/gm, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\$\([a-z-]+\) ?/g, '')
    .replace(/[*`]{1,2}([^*`\n]+)[*`]{1,2}/g, '$1')
    .trim();
}

export function registerHover({ connection, client, folders }: ServerContext): void {
  connection.onHover(async ({ textDocument, position }, token): Promise<Hover | null> => {
    const located = folders.locate(textDocument.uri);
    if (!located) return null;
    const engine = await located.folder.ready;
    if (token.isCancellationRequested || !located.folder.knows(located.file)) return null;
    const lines = engine.lines(located.file);
    const found = engine.hover(located.file, offsetAt(lines, position));
    if (!found) return null;
    const contents = client.markdownHover
      ? { kind: MarkupKind.Markdown, value: found.markdown }
      : { kind: MarkupKind.PlainText, value: toPlainText(found.markdown) };
    return { contents, range: rangeAt(lines, found.start, found.end) };
  });
}
