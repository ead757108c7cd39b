/**
 * Reads and removes the expectations that the sample apps carry in their code (see README.md).
 * Lines and columns are 1-based, columns count UTF-16 units (a tab is one), the end is exclusive.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const CARETS = /^\s*(?:\/\/|--|#)\s*(?<carets>\^+)\s+(?<rule>[a-z][a-z-]*)(?:\s+(?<severity>error|warning|info|hint))?\s*$/;
const COLUMNS = /^\s*(?:\/\/|--|#)<\s*(?<start>\d+):(?<end>\d+)\s+(?<rule>[a-z][a-z-]*)(?:\s+(?<severity>error|warning|info|hint))?\s*$/;

const SIDECAR = 'expectations.json';
const SKIPPED = new Set(['node_modules', '.next', 'generated', '.git', '.install']);

function matchExpectation(line) {
  const carets = CARETS.exec(line)?.groups;
  if (carets) {
    const start = line.indexOf('^') + 1;
    return { column: start, endColumn: start + carets.carets.length, rule: carets.rule, severity: carets.severity };
  }
  const columns = COLUMNS.exec(line)?.groups;
  if (!columns) return undefined;
  return { column: Number(columns.start), endColumn: Number(columns.end), rule: columns.rule, severity: columns.severity };
}

/**
 * The expectations of one file's text, in the order of the lines.
 * Throws when a range is empty or lies outside the line it points at.
 */
export function parseExpectations(text, file) {
  const found = [];
  let line = 0;
  let code = '';
  for (const [index, content] of text.split('\n').entries()) {
    const match = matchExpectation(content);
    if (!match) {
      line = index + 1;
      code = content;
      continue;
    }
    const flagged = code.slice(match.column - 1, match.endColumn - 1);
    if (line === 0 || flagged.length !== match.endColumn - match.column || flagged.trim() !== flagged || flagged === '') {
      throw new Error(`${file}:${index + 1}: the range ${match.column}:${match.endColumn} is not a token of line ${line}`);
    }
    found.push({ file, line, column: match.column, endLine: line, endColumn: match.endColumn, text: flagged, ...pick(match) });
  }
  return found;
}

const pick = ({ rule, severity }) => (severity === undefined ? { rule } : { rule, severity });

/** The same text with every expectation comment replaced by an empty line: line numbers stay. */
export function blankExpectations(text) {
  return text
    .split('\n')
    .map((line) => (matchExpectation(line) ? '' : line))
    .join('\n');
}

/** All files of a folder, relative with `/`, sorted; installed and generated folders are left out. */
export function listFiles(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !file.split('/').some((part) => SKIPPED.has(part)))
    .sort();
}

function sidecarExpectations(dir, file) {
  const folder = path.posix.dirname(file);
  return JSON.parse(readFileSync(path.join(dir, file), 'utf8')).map(({ file: target, line, text, rule, severity }) => {
    const targetFile = path.posix.join(folder, target);
    const code = readFileSync(path.join(dir, targetFile), 'utf8').split('\n')[line - 1] ?? '';
    const at = code.indexOf(text);
    if (at < 0 || code.indexOf(text, at + 1) >= 0) {
      throw new Error(`${file}: "${text}" does not stand exactly once in line ${line} of ${targetFile}`);
    }
    return {
      file: targetFile, line, column: at + 1, endLine: line, endColumn: at + 1 + text.length, text, ...pick({ rule, severity }),
    };
  });
}

/** Every expectation of the app in `dir`, sorted by file, line, column and rule. */
export function readExpectations(dir) {
  if (!existsSync(dir)) throw new Error(`no such app: ${dir}`);
  const all = listFiles(dir).flatMap((file) =>
    path.posix.basename(file) === SIDECAR
      ? sidecarExpectations(dir, file)
      : parseExpectations(readFileSync(path.join(dir, file), 'utf8'), file),
  );
  const key = (e) => [e.file, String(e.line).padStart(6, '0'), String(e.column).padStart(6, '0'), e.rule].join('\0');
  return all.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
