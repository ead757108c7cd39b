/** How a file is written, so that what a fix adds looks like the rest. */

export interface Style {
  quote: "'" | '"';
  semicolon: '' | ';';
  /** One level. */
  indent: string;
  newline: '\n' | '\r\n';
  /** Whether lists that span lines end with a comma. */
  trailingComma: boolean;
}

/** Guesses the style of a TypeScript/JavaScript text by majority; an empty text gives single quotes, semicolons, two spaces. */
export function styleOf(text: string): Style {
  const singles = (text.match(/(from|import|\(|=|:|,)\s*'/g) ?? []).length;
  const doubles = (text.match(/(from|import|\(|=|:|,)\s*"/g) ?? []).length;
  const lines = text.split(/\r?\n/);
  let ended = 0;
  let open = 0;
  const indents = new Map<string, number>();
  let before = '';
  for (const line of lines) {
    const code = line.trimEnd();
    if (/^(import|export .*from|const|let|return|await|throw)\b.*[\w)'"`\]}]$/.test(code.trim())) open++;
    if (code.endsWith(';')) ended++;
    const own = /^[ \t]*/.exec(line)?.[0] ?? '';
    if (
      code !== '' &&
      own.length > before.length &&
      own.startsWith(before) &&
      own.length - before.length <= 8
    ) {
      const step = own.slice(before.length);
      indents.set(step, (indents.get(step) ?? 0) + 1);
    }
    if (code !== '') before = own;
  }
  const indent = [...indents].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? '  ';
  return {
    quote: doubles > singles ? '"' : "'",
    semicolon: open > ended ? '' : ';',
    indent,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    trailingComma: /,\s*\r?\n\s*[)}\]]/.test(text) || !/[^,\s]\s*\r?\n\s*[}\]]/.test(text),
  };
}

/** The blanks at the start of the line that holds an offset. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}
