/** Facts of every file that holds commands for a shell, and of command lines found elsewhere. */
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { Command, CommandComment, CommandFacts, CommandFileKind, CommandWord } from './commandsModel.ts';
import { MappedBuilder, sourceSpan, verbatim } from './mappedText.ts';
import type { MappedText } from './mappedText.ts';
import { scriptSources } from './scriptSources.ts';
import type { ScriptSource } from './scriptSources.ts';
import { parseShell } from './shellParser.ts';
import type { ShellWord, SimpleCommand } from './shellParser.ts';
import { programName, readsScript, unwrap } from './unwrap.ts';

export { classifyCommandFile } from './commandFiles.ts';
export { loadShellParser } from './shellParser.ts';

/** Scripts inside scripts (`bash -c "sh -c '…'"`) are followed so far. */
const deepest = 4;

/**
 * The commands of one file. Never throws on any text.
 * @throws Error when `loadShellParser` has not finished: a mistake of the caller
 */
export function extractCommands(kind: CommandFileKind, text: string): CommandFacts {
  const sources = scriptSources(kind, text);
  const commands: Command[] = [];
  const comments = sources.comments.map((span) => commentOf(text, span));
  for (const source of sources.scripts) {
    const found = commandsOf(source);
    commands.push(...found.commands);
    comments.push(...found.comments.map((span) => commentOf(text, span)));
  }
  comments.sort((a, b) => a.span.start - b.span.start);
  return { kind: 'commands', file: kind, commands, comments, problems: sources.problems };
}

/** The commands of one command line, as found in a string (`execSync('…')`); places are offsets in `text`. */
export function parseCommandLine(text: string): Command[] {
  return commandsOf({ name: '', body: { script: verbatim(text, 0, text.length) }, env: [], envFiles: [] })
    .commands;
}

/**
 * The command of words that no shell reads (`spawn('npx', ['prisma', …])`), with their places.
 * @param words decoded arguments in order, each with the place of its literal (with or without the quotes); `dynamic` for those whose
 *   value isn't known
 */
export function commandOfWords(words: readonly CommandWord[]): Command[] {
  const shellWords = words.map((word) => {
    const content = contentOf(word);
    return { ...word, span: content, mapped: mappedWord(word.value, content) };
  });
  return fromWords(shellWords, { name: '', body: { words: [] }, env: [], envFiles: [] }).commands;
}

/** Inside the quotes of a plain literal; where escapes make the lengths differ, the whole place. */
function contentOf(word: CommandWord): Span {
  const { start, end } = word.span;
  return end - start === word.value.length + 2 ? { start: start + 1, end: end - 1 } : word.span;
}

function mappedWord(value: string, { start, end }: Span): MappedText {
  const isPlain = end - start === value.length;
  const out = new MappedBuilder();
  for (let i = 0; i < value.length; i++)
    out.add(value.charAt(i), isPlain ? start + i : start, isPlain ? start + i + 1 : end);
  return out.build(end);
}

interface Found {
  commands: Command[];
  comments: Span[];
}

function commandsOf(source: ScriptSource): Found {
  if ('script' in source.body) return fromScript(source.body.script, source, [], 0);
  const words = source.body.words.map((mapped) => ({
    value: mapped.text,
    span: sourceSpan(mapped, 0, mapped.text.length),
    dynamic: mapped.text.includes('$'),
    mapped,
  }));
  return fromWords(words, source);
}

function fromWords(words: readonly ShellWord[], source: ScriptSource): Found {
  if (words.length === 0) return { commands: [], comments: [] };
  const simple: SimpleCommand = { words: [...words], env: [], operator: 'first', start: 0, end: 0 };
  const span = { start: words[0]?.span.start ?? 0, end: words.at(-1)?.span.end ?? 0 };
  return { commands: expand('words', simple, span, source, 0, [], 0), comments: [] };
}

function fromScript(
  script: MappedText,
  source: ScriptSource,
  wrappers: readonly string[],
  depth: number,
): Found {
  const parsed = parseShell(script);
  const commands: Command[] = [];
  let before: SimpleCommand | undefined;
  for (const [index, simple] of parsed.commands.entries()) {
    const piped = simple.operator === '|' && before && !simple.stdin ? spokenBy(before) : undefined;
    const fed = piped ? { ...simple, stdin: piped } : simple;
    commands.push(
      ...expand('shell', fed, sourceSpan(script, simple.start, simple.end), source, index, wrappers, depth),
    );
    before = simple;
  }
  return {
    commands,
    comments: parsed.comments.map((comment) => sourceSpan(script, comment.start, comment.end)),
  };
}

/** What `echo` or `printf` writes: its last word that is no option. */
function spokenBy(command: SimpleCommand): ShellWord | undefined {
  const name = programName(command.words[0]?.value);
  return name === 'echo' || name === 'printf'
    ? command.words.slice(1).findLast((word) => !word.value.startsWith('-'))
    : undefined;
}

/** The command itself and those in its words that are scripts. */
function expand(
  form: Command['form'],
  simple: SimpleCommand,
  span: Span,
  source: ScriptSource,
  index: number,
  outer: readonly string[],
  depth: number,
): Command[] {
  const open = unwrap(simple.words);
  const env = [...source.env, ...simple.env, ...open.env];
  const envFiles = [...source.envFiles, ...open.envFiles].map(bare);
  const command: Command = {
    form,
    argv: simple.words.map(bare),
    effective: open.words.map(bare),
    wrappers: [...outer, ...open.wrappers],
    env,
    envFiles,
    scripts: open.scripts,
    script: source.name,
    chain: { index, operator: simple.operator },
    span,
    ...given({
      stdin: simple.stdin && bare(simple.stdin),
      inputFile: simple.inputFile && bare(simple.inputFile),
    }),
  };
  if (depth >= deepest) return [command];
  const around: ScriptSource = { ...source, env, envFiles };
  const scripts = simple.stdin && readsScript(open) ? [simple.stdin] : open.nested;
  return [
    command,
    ...scripts.flatMap((word) => fromScript(word.mapped, around, command.wrappers, depth + 1).commands),
  ];
}

function bare(word: CommandWord): CommandWord {
  return { value: word.value, span: word.span, dynamic: word.dynamic };
}

function commentOf(text: string, span: Span): CommandComment {
  const raw = text.slice(span.start, span.end);
  const lineStart =
    Math.max(text.lastIndexOf('\n', span.start - 1), text.lastIndexOf('\r', span.start - 1)) + 1;
  const before = text.slice(Math.min(lineStart, span.start), span.start);
  return {
    text: raw
      .replace(/^(#+!?|\/\/+|\/\*|<!--)/, '')
      .replace(/(\*\/|-->)$/, '')
      .trim(),
    span,
    ownLine: before.trim() === '',
  };
}
