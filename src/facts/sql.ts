/**
 * Facts of a SQL file, read by PostgreSQL's own grammar. A file that doesn't parse as a whole is cut at its semicolons
 * and each piece is parsed alone, so a broken statement costs only itself.
 */
import type { RawStmt } from 'libpg-query';
import type { Span } from '../base/span.ts';
import type { SqlFacts, SqlStatement } from './sqlModel.ts';
import { describe } from './sqlStatements.ts';
import { scanSql } from './sqlTokens.ts';
import type { SqlToken } from './sqlTokens.ts';

type SqlParser = typeof import('libpg-query');

let parser: SqlParser | undefined;

/**
 * Loads the grammar (WebAssembly, 2 MB) once; every later call returns at once. Its glue reads `libpg-query.wasm` from the folder of
 * the file it runs from (`__dirname`), so a bundle needs that file beside itself.
 */
export async function loadSqlParser(): Promise<void> {
  if (parser) return;
  const loaded = await import('libpg-query');
  await loaded.loadModule();
  parser = loaded;
}

/** Whether `extractSql` can be called. */
export function isSqlParserLoaded(): boolean {
  return parser !== undefined;
}

/**
 * Facts of one SQL text. Never throws on any text.
 * @throws Error when `loadSqlParser` has not finished: a mistake of the caller
 */
export function extractSql(text: string): SqlFacts {
  if (!parser) throw new Error('loadSqlParser() must finish before extractSql()');
  const all = scanSql(text);
  const tokens = all.filter((token) => token.type !== 'comment');
  const facts: SqlFacts = { kind: 'sql', statements: [], comments: comments(text, all), problems: [] };
  if (tokens.length === 0) return facts;
  const whole = parse(parser, text);
  if (whole.ok) {
    for (const raw of whole.stmts) addParsed(facts, text, tokens, raw, whole.offset, 0, text.length);
    return facts;
  }
  for (const piece of cut(tokens)) {
    const first = piece[0];
    const last = piece.at(-1);
    if (!first || !last) continue;
    const alone = parse(parser, text.slice(first.start, last.end));
    if (alone.ok) {
      for (const raw of alone.stmts) addParsed(facts, text, piece, raw, alone.offset, first.start, last.end);
    } else {
      const span = { start: first.start, end: last.end };
      const at = Math.min(first.start + alone.at, last.end);
      facts.statements.push({ kind: 'unparsed', span });
      facts.problems.push({
        message: alone.message,
        span: { start: at, end: Math.max(at, Math.min(at + 1, last.end)) },
      });
    }
  }
  return facts;
}

type Parsed =
  | { ok: true; stmts: RawStmt[]; offset: (location: number) => number }
  | { ok: false; message: string; at: number };

function parse(loaded: SqlParser, text: string): Parsed {
  // The text crosses into C as a NUL-terminated string, and a lone surrogate isn't UTF-8: blanks of the same width stand in.
  const clean = text.replaceAll('\0', ' ');
  try {
    return { ok: true, stmts: loaded.parseSync(clean).stmts ?? [], offset: byteOffsets(clean) };
  } catch (error) {
    const details = (error as { sqlDetails?: { cursorPosition?: number } }).sqlDetails;
    const position = details?.cursorPosition ?? 0;
    // PostgreSQL counts characters, so a pair of surrogates is one.
    const at = Array.from(clean.slice(0, position * 2))
      .slice(0, position)
      .join('').length;
    return { ok: false, message: error instanceof Error ? error.message : String(error), at };
  }
}

/** UTF-8 byte offset → UTF-16 offset; the identity for ASCII. */
function byteOffsets(text: string): (location: number) => number {
  // oxlint-disable-next-line no-control-regex -- the range of ASCII begins with control characters
  if (/^[\x00-\x7f]*$/.test(text)) return (location) => location;
  const table: number[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let i = 0; i < bytes; i++) table.push(at);
    at += code < 0x10000 ? 1 : 2;
  }
  return (location) => table[location] ?? text.length;
}

function addParsed(
  facts: SqlFacts,
  text: string,
  tokens: readonly SqlToken[],
  raw: RawStmt,
  offset: (location: number) => number,
  base: number,
  end: number,
): void {
  const { stmt, stmt_location = 0, stmt_len } = raw;
  if (!stmt) return;
  const from = base + offset(stmt_location);
  const to = stmt_len ? base + offset(stmt_location + stmt_len) : end;
  const own = slice(tokens, from, to);
  if (own.at(-1)?.value === ';' && own.at(-1)?.type === 'sign') own.pop();
  const first = own[0];
  const last = own.at(-1);
  if (!first || !last) return;
  const span: Span = { start: first.start, end: last.end };
  const source = { tokens: own, span, offset: (location: number) => base + offset(location) };
  for (const statement of describe(source, stmt)) {
    if (statement.kind === 'do') statement.inner = bodyStatements(text, statement.bodySpan);
    facts.statements.push(statement);
  }
}

function slice(tokens: readonly SqlToken[], from: number, to: number): SqlToken[] {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.start ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  const out: SqlToken[] = [];
  for (let at = low; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token || token.start >= to) break;
    out.push(token);
  }
  return out;
}

/** Cuts tokens at their semicolons. */
function cut(tokens: readonly SqlToken[]): SqlToken[][] {
  const out: SqlToken[][] = [[]];
  for (const token of tokens) {
    if (token.type === 'sign' && token.value === ';') out.push([]);
    else out.at(-1)?.push(token);
  }
  return out.filter((piece) => piece.length > 0);
}

const bodyVerbs = new Set(['drop', 'truncate', 'delete', 'update', 'alter', 'create', 'insert']);
const bodyLeads = new Set(['begin', 'then', 'else', 'loop', 'do']);

/** The plain SQL statements inside a procedural body, and those that `EXECUTE '…'` runs. Conditions around them are not seen. */
function bodyStatements(text: string, body: Span): SqlStatement[] {
  const inside = scanSql(text.slice(body.start, body.end)).filter((token) => token.type !== 'comment');
  const out: SqlStatement[] = [];
  for (const piece of cut(inside)) {
    const execute = piece.findIndex((token) => token.type === 'word' && token.value === 'execute');
    const literal = execute >= 0 && execute === piece.length - 2 ? piece[execute + 1] : undefined;
    if (literal?.content) {
      out.push(...statementsAt(text, body.start + literal.content.start, body.start + literal.content.end));
      continue;
    }
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const token = piece[at];
      if (token?.type === 'word' && bodyLeads.has(token.value) && bodyVerbs.has(piece[at + 1]?.value ?? ''))
        start = at + 1;
    }
    const first = piece[start];
    const last = piece.at(-1);
    if (first?.type === 'word' && last && bodyVerbs.has(first.value))
      out.push(...statementsAt(text, body.start + first.start, body.start + last.end));
  }
  return out;
}

function statementsAt(text: string, start: number, end: number): SqlStatement[] {
  const facts = extractSql(`${' '.repeat(start)}${text.slice(start, end)}`);
  return facts.problems.length > 0 ? [] : facts.statements.filter((statement) => statement.kind !== 'do');
}

function comments(text: string, tokens: readonly SqlToken[]): SqlFacts['comments'] {
  return tokens.flatMap((token) => {
    if (token.type !== 'comment') return [];
    const block = token.value.startsWith('/*');
    const body = block ? token.value.slice(2).replace(/\*\/$/, '') : token.value.slice(2);
    const lineStart =
      Math.max(text.lastIndexOf('\n', token.start - 1), text.lastIndexOf('\r', token.start - 1)) + 1;
    return [
      {
        text: body.trim(),
        span: { start: token.start, end: token.end },
        block,
        ownLine: text.slice(lineStart, token.start).trim() === '',
      },
    ];
  });
}
