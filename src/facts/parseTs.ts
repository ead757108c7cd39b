import { ts } from 'ts-morph';

/** Parses for facts and for fixes alike. `file` decides JSX and JavaScript rules by its extension. */
export function parseTs(file: string, text: string, parents = false): ts.SourceFile {
  const kind = /\.(tsx|jsx|js|mjs|cjs)$/.test(file)
    ? file.endsWith('.tsx')
      ? ts.ScriptKind.TSX
      : ts.ScriptKind.JSX
    : ts.ScriptKind.TS;
  return ts.createSourceFile(
    file,
    text,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
    parents,
    kind,
  );
}

/** What the parser found wrong; TypeScript keeps it out of its declared types. */
export function syntaxErrorsOf(source: ts.SourceFile): readonly ts.Diagnostic[] {
  return (source as unknown as { parseDiagnostics?: readonly ts.Diagnostic[] }).parseDiagnostics ?? [];
}
