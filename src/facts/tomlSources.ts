/** Scripts in TOML: hosting settings (fly, netlify, railway, nixpacks, wrangler), tasks of mise and lefthook, agents' MCP servers. */
import { parseForESLint, ParseError } from 'toml-eslint-parser';
import type { AST } from 'toml-eslint-parser';
import type { CommandProblem, EnvAssignment } from './commandsModel.ts';
import { splitWords, unescaped, verbatim } from './mappedText.ts';
import type { MappedText } from './mappedText.ts';
import type { ScriptSource, ScriptSources } from './scriptSources.ts';

/** The parser stops at the first mistake. So many lines with one are taken out before a text is given up. */
const mostMistakes = 10;

interface Entry {
  /** Keys of the tables around it and its own; numbers for the items of arrays of tables. */
  path: readonly (string | number)[];
  value: AST.TOMLContentNode;
}

export function tomlSources(text: string): ScriptSources {
  const { program, problems } = parse(text);
  if (!program) return { scripts: [], comments: [], problems };
  const entries = program.body[0].body.flatMap((item) =>
    item.type === 'TOMLTable'
      ? item.body.flatMap((pair) => flatten(pair, item.resolvedKey))
      : flatten(item, []),
  );
  const environment = entries.flatMap((entry) => assignmentOf(text, entry) ?? []);
  const scripts = entries.flatMap((entry) =>
    scriptsOf(text, entry, entries).map((body): ScriptSource => ({
      name: nameOf(entry.path),
      body,
      env: environment.filter(({ scope }) => isWithin(entry.path, scope)).map(({ assignment }) => assignment),
      envFiles: [],
    })),
  );
  const comments = program.comments.map(({ range: [start, end] }) => ({ start, end }));
  return { scripts, comments, problems };
}

/** What can be read of a text: lines with a mistake are blank in it, so that places stay. */
function parse(text: string): { program?: AST.TOMLProgram; problems: CommandProblem[] } {
  const problems: CommandProblem[] = [];
  let readable = text;
  for (let mistakes = 0; mistakes < mostMistakes; mistakes++) {
    try {
      return { program: parseForESLint(readable, { tomlVersion: '1.1' }).ast, problems };
    } catch (error) {
      // Anything else than a mistake in the text is a defect of the parser's own, told as a problem too.
      const at = error instanceof ParseError ? Math.min(error.index, text.length) : 0;
      const span = { start: at, end: Math.min(at + 1, text.length) };
      problems.push({ message: error instanceof Error ? error.message : String(error), span });
      const start = lineStart(readable, at);
      const end = readable.slice(start).search(/[\r\n]|$/) + start;
      const blank = ' '.repeat(end - start);
      if (!(error instanceof ParseError) || readable.slice(start, end) === blank) break;
      readable = readable.slice(0, start) + blank + readable.slice(end);
    }
  }
  return { problems };
}

/**
 * Where the line begins that a mistake is on: that of its place, but the line before for a header that isn't closed, and the last line
 * with anything on it for what never ends.
 */
function lineStart(text: string, at: number): number {
  const begin = (place: number): number =>
    Math.max(text.lastIndexOf('\n', place - 1), text.lastIndexOf('\r', place - 1)) + 1;
  if (text.slice(at).trim() === '') return begin(text.slice(0, at).trimEnd().length);
  const before = text.slice(0, begin(at)).trimEnd();
  const isOpenHeader =
    text.slice(begin(at), at).trim() === '' && /^[ \t]*\[[^\]\r\n]*$/m.test(lastLine(before));
  return begin(isOpenHeader ? before.length : at);
}

function lastLine(text: string): string {
  return text.slice(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
}

function flatten(pair: AST.TOMLKeyValue, around: readonly (string | number)[]): Entry[] {
  const keys = pair.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
  return inside(pair.value, [...around, ...keys]);
}

function inside(value: AST.TOMLContentNode, path: readonly (string | number)[]): Entry[] {
  if (value.type === 'TOMLInlineTable') return value.body.flatMap((pair) => flatten(pair, path));
  if (value.type !== 'TOMLArray') return [{ path, value }];
  const tables = value.elements.flatMap((item, index) =>
    item.type === 'TOMLInlineTable' ? inside(item, [...path, index]) : [],
  );
  return tables.length > 0 ? tables : [{ path, value }];
}

function isWithin(path: readonly (string | number)[], scope: readonly (string | number)[]): boolean {
  return scope.every((key, index) => path[index] === key);
}

const environments = /^(env|environment|variables)$/;

/** A variable, and the table that it holds for: the one around `[env]`. */
function assignmentOf(
  text: string,
  { path, value }: Entry,
): { scope: readonly (string | number)[]; assignment: EnvAssignment } | undefined {
  const name = path.at(-1);
  const table = path.at(-2);
  const decoded = stringOf(text, value);
  if (typeof name !== 'string' || typeof table !== 'string' || !decoded || !environments.test(table))
    return undefined;
  const [start, end] = value.range;
  return {
    scope: path.slice(0, -2),
    assignment: {
      name,
      value: decoded.text,
      span: { start, end },
      dynamic: decoded.text.includes('$'),
      from: 'file',
    },
  };
}

const commandKeys = /^(cmds?|commands?|run|exec|entrypoint|\w*_command|\w*Command)$/;
/** Tables whose every key is the name of a command. */
const commandTables = /^(processes|tasks)$/;
/** Keys whose list is the words of one command; the lists of others are commands one after the other. */
const wordKeys = /^(cmd|exec|entrypoint)$/;

function isCommand(path: readonly (string | number)[]): boolean {
  const key = path.at(-1);
  const table = path.at(-2);
  if (typeof key !== 'string' || path.some((part) => environments.test(String(part)))) return false;
  return commandKeys.test(key) || (path.length === 2 && commandTables.test(String(table)));
}

function scriptsOf(text: string, entry: Entry, all: readonly Entry[]): ScriptSource['body'][] {
  if (!isCommand(entry.path)) return [];
  const { path, value } = entry;
  if (value.type === 'TOMLArray') {
    const items = value.elements.flatMap((item) => stringOf(text, item) ?? []);
    return wordKeys.test(String(path.at(-1))) ? [{ words: items }] : items.map((script) => ({ script }));
  }
  const script = stringOf(text, value);
  if (!script) return [];
  const beside = all.find(
    (other) =>
      other.path.length === path.length &&
      other.path.at(-1) === 'args' &&
      isWithin(other.path, path.slice(0, -1)),
  );
  const args =
    beside?.value.type === 'TOMLArray'
      ? beside.value.elements.flatMap((item) => stringOf(text, item) ?? [])
      : [];
  return [args.length > 0 ? { words: [...splitWords(script), ...args] } : { script }];
}

/** The task, phase, process or table that a command belongs to. */
function nameOf(path: readonly (string | number)[]): string {
  const names = path.filter((key) => typeof key === 'string');
  const key = names.at(-1) ?? '';
  return (commandKeys.test(key) ? names.at(-2) : key) ?? '';
}

/** The content of a string, mapped; `undefined` for other values. */
function stringOf(text: string, node: AST.TOMLContentNode): MappedText | undefined {
  if (node.type !== 'TOMLValue' || node.kind !== 'string') return undefined;
  const [from, to] = node.range;
  const quotes = node.multiline ? 3 : 1;
  // A line break right behind the opening quotes is no part of the value.
  const start =
    from + quotes + (node.multiline ? (/^\r?\n/.exec(text.slice(from + 3, from + 5))?.[0].length ?? 0) : 0);
  const end = Math.max(start, to - quotes);
  return node.style === 'literal' ? verbatim(text, start, end) : unescaped(text, start, end);
}
