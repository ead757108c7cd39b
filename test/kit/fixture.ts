/** Several files in one string, with the findings they should have as comments under the code (see test/apps/README.md). */
import { blankExpectations, parseExpectations, type Expectation } from '../apps/expectations.mjs';

export type Files = { [file: string]: string };

const MARKER = /^(?<indent>[ \t]*)(?:\/\/|#|--)- (?<file>\S+)[ \t]*$/;

/**
 * Splits a text at its `//- path` lines (`#- path` and `--- path` do the same). Everything is dedented by as much as the
 * path's line; blanks before the closing backtick are no line. Throws when text stands before the first path or a path comes twice.
 */
export function parseFixture(source: string): Files {
  const files = new Map<string, string[]>();
  let lines: string[] | undefined;
  let indent = '';
  const rows = source.split('\n');
  if (rows.at(-1)?.trim() === '') rows.pop();
  for (const row of rows) {
    const marker = MARKER.exec(row)?.groups;
    if (marker) {
      const { file = '' } = marker;
      indent = marker['indent'] ?? '';
      if (files.has(file)) throw new Error(`the fixture has ${file} twice`);
      lines = [];
      files.set(file, lines);
    } else if (lines) lines.push(row.startsWith(indent) ? row.slice(indent.length) : row.trimStart());
    else if (row.trim() !== '') throw new Error(`the fixture has no "//- path" line above: ${row}`);
  }
  return Object.fromEntries(
    [...files].map(([file, content]) => [file, content.map((line) => `${line}\n`).join('')]),
  );
}

/** Files without their expectation comments, and what these expect in the files as they are then. */
export interface Expected {
  files: Files;
  expectations: Expectation[];
}

/** Takes the lines with expectations out, so that neither rules nor fixes meet them; line numbers are those of the rest. */
export function takeExpectations(files: Files): Expected {
  const out: Expected = { files: {}, expectations: [] };
  for (const [file, text] of Object.entries(files)) {
    const before = text.split('\n');
    const blanked = blankExpectations(text).split('\n');
    const isCode = before.map((line, index) => line === blanked[index]);
    // 0-based line with expectations → 1-based line without.
    const numbers = isCode.map((_, index) => isCode.slice(0, index + 1).filter(Boolean).length);
    out.files[file] = before.filter((_, index) => isCode[index]).join('\n');
    for (const found of parseExpectations(text, file)) {
      const line = numbers[found.line - 1] ?? found.line;
      out.expectations.push({ ...found, line, endLine: line });
    }
  }
  return out;
}
