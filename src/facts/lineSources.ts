/** Scripts in formats that are told apart by lines: make and just recipes, processes of a Procfile, fenced blocks of Markdown. */
import { MappedBuilder } from './mappedText.ts';
import type { MappedText } from './mappedText.ts';
import type { ScriptSource, ScriptSources } from './scriptSources.ts';

interface Line {
  text: string;
  start: number;
  /** Behind the line break. */
  next: number;
}

function linesOf(text: string): Line[] {
  const out: Line[] = [];
  for (const match of text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)) {
    if (match[0] === '' && match.index >= text.length) break;
    out.push({ text: match[1] ?? '', start: match.index, next: match.index + match[0].length });
  }
  return out;
}

function script(name: string, mapped: MappedText): ScriptSource {
  return { name, body: { script: mapped }, env: [], envFiles: [] };
}

/** A line into a builder from a column on, with a line break at its place. */
function addLine(
  out: MappedBuilder,
  line: Line,
  from: number,
  rewrite: (unit: string, at: number) => string,
): void {
  for (let at = from; at < line.text.length; at++)
    out.add(rewrite(line.text.charAt(at), at), line.start + at, line.start + at + 1);
  out.add('\n', line.start + line.text.length, line.start + line.text.length);
}

/** Recipe lines of a makefile: behind a tab, each run by a shell of its own; `$$` is a dollar, `$(X)` one of make's variables. */
export function makeSources(text: string): ScriptSources {
  const scripts: ScriptSource[] = [];
  const comments: ScriptSources['comments'] = [];
  let target = '';
  const lines = linesOf(text);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    if (!line) continue;
    if (!line.text.startsWith('\t')) {
      if (/^\s*#/.test(line.text))
        comments.push({ start: line.start + line.text.indexOf('#'), end: line.start + line.text.length });
      const rule = /^([^\s:=#][^:=#]*?)\s*::?(?!=)/.exec(line.text);
      if (rule) target = rule[1] ?? '';
      if (inlineRecipe(line.text, rule?.[0].length) === undefined) continue;
    }
    const out = new MappedBuilder();
    let end = line.start;
    for (let first = true; ; first = false) {
      const current = lines[index];
      if (!current) break;
      const tab = /^\t?/.exec(current.text)?.[0].length ?? 0;
      const start = first ? (inlineRecipe(current.text, tab === 0 ? 0 : undefined) ?? tab) : tab;
      const lead = /^[ \t]*(?:[@+-][ \t]*)*/.exec(current.text.slice(start))?.[0].length ?? 0;
      const from = first ? start + lead : start;
      addLine(out, current, from, (unit, at) => makeUnit(current.text, unit, at));
      end = current.start + current.text.length;
      if (!current.text.endsWith('\\') || index + 1 >= lines.length) break;
      index++;
    }
    scripts.push(script(target, out.build(end)));
  }
  return { scripts, comments, problems: [] };
}

/** Where the recipe begins that stands beside its target, `push: build; npx prisma db push`; not for a variable of the target. */
function inlineRecipe(line: string, behind: number | undefined): number | undefined {
  const found = behind === undefined ? null : /^[^#;]*;/.exec(line.slice(behind));
  return found && behind !== undefined && !found[0].includes('=') ? behind + found[0].length : undefined;
}

function makeUnit(line: string, unit: string, at: number): string {
  // Of `$$` one dollar stays; `$(NAME)` is written as the shell's `${NAME}`, which runs nothing.
  if (unit === '$' && line.charAt(at + 1) === '$' && !isEscapedDollar(line, at)) return '';
  const before = line.slice(0, at + 1);
  if (unit === '(' && /(^|[^$])\$\($/.test(before) && /^\([\w.-]+\)/.test(line.slice(at))) return '{';
  if (unit === ')' && /(^|[^$])\$\([\w.-]+\)$/.test(before)) return '}';
  return unit;
}

function isEscapedDollar(line: string, at: number): boolean {
  let dollars = 0;
  for (let i = at - 1; i >= 0 && line.charAt(i) === '$'; i--) dollars++;
  return dollars % 2 === 1;
}

/** Recipes of a justfile: indented lines below `name args:`; a recipe that begins with `#!` is one script of that interpreter. */
export function justSources(text: string): ScriptSources {
  const scripts: ScriptSource[] = [];
  const comments: ScriptSources['comments'] = [];
  let name: string | undefined;
  let whole: { out: MappedBuilder; isShell: boolean } | undefined;
  let end = 0;
  const flush = (): void => {
    if (whole?.isShell && name !== undefined) scripts.push(script(name, whole.out.build(end)));
    whole = undefined;
  };
  for (const line of linesOf(text)) {
    const indent = /^[ \t]+/.exec(line.text)?.[0].length ?? 0;
    if (indent === 0 && line.text.trim() !== '') {
      flush();
      if (line.text.startsWith('#')) comments.push({ start: line.start, end: line.start + line.text.length });
      name = /^@?([A-Za-z_][\w-]*)(?:\s[^:]*)?:(?!=)/.exec(line.text)?.[1];
      continue;
    }
    if (name === undefined || line.text.trim() === '') continue;
    const content = line.text.slice(indent);
    if (content.startsWith('#!')) {
      whole = { out: new MappedBuilder(), isShell: /\b(ba|z|k|da)?sh\b/.test(content) };
      continue;
    }
    end = line.start + line.text.length;
    if (whole) addLine(whole.out, line, indent, (unit) => unit);
    else {
      const out = new MappedBuilder();
      const lead = /^[ \t]+[@-]*/.exec(line.text)?.[0].length ?? indent;
      addLine(out, line, lead, (unit) => unit);
      scripts.push(script(name, out.build(end)));
    }
  }
  flush();
  return { scripts, comments, problems: [] };
}

/** A line of a block without a language that is a command beyond doubt: trees, output and prose stand in such blocks too. */
const plainCommand =
  /^\s*(?:[$>%]\s+)?(?:[A-Z_]+=\S+\s+)*(?:sudo|npx|npm|pnpm|yarn|bunx?|dotenvx?|prisma|dropdb|psql|docker|docker-compose|supabase)\s/;
const shellFence = /^(sh|bash|shell|zsh|console|shell-session|shellscript|terminal|cmd)$/i;

/** Fenced blocks of shell code; in console transcripts only the lines behind a prompt are commands. */
export function markdownSources(text: string): ScriptSources {
  const scripts: ScriptSource[] = [];
  const comments: ScriptSources['comments'] = [];
  let fence:
    | { mark: string; out: MappedBuilder | undefined; indent: number; console: boolean; plain: boolean }
    | undefined;
  let heading = '';
  for (const line of linesOf(text)) {
    const open = /^([ \t]*(?:[-*+]\s+|\d+[.)]\s+|>\s?)*)(`{3,}|~{3,})\s*\{?\.?([\w-]*)/.exec(line.text);
    if (fence) {
      if (open && open[2]?.startsWith(fence.mark) && line.text.trim() === open[2]) {
        if (fence.out) scripts.push(script(heading, fence.out.build(line.start)));
        fence = undefined;
      } else if (fence.out) {
        const prompt = /^[ \t]*(?:\$|>|%)[ \t]+/.exec(line.text)?.[0].length;
        const isSilent =
          (fence.console && prompt === undefined && /^\s*$|^[^$]/.test(line.text)) ||
          (fence.plain && !plainCommand.test(line.text));
        const indent = Math.min(fence.indent, /^[ \t]*/.exec(line.text)?.[0].length ?? 0);
        if (prompt !== undefined && !isSilent) addLine(fence.out, line, prompt, (unit) => unit);
        else if (!isSilent) addLine(fence.out, line, indent, (unit) => unit);
      }
      continue;
    }
    if (open) {
      const language = open[3] ?? '';
      const isConsole = /^(console|shell-session|terminal)$/i.test(language);
      fence = {
        mark: open[2] ?? '```',
        out: language === '' || shellFence.test(language) ? new MappedBuilder() : undefined,
        indent: open[1]?.length ?? 0,
        console: isConsole,
        plain: language === '',
      };
      continue;
    }
    const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(line.text);
    if (title) heading = title[1] ?? '';
    for (const match of line.text.matchAll(/<!--.*?-->/g))
      comments.push({ start: line.start + match.index, end: line.start + match.index + match[0].length });
  }
  if (fence?.out) scripts.push(script(heading, fence.out.build(text.length)));
  return { scripts, comments, problems: [] };
}

/** `release: npx prisma migrate deploy`: a process and its command, a line each. */
export function procfileSources(text: string): ScriptSources {
  const scripts: ScriptSource[] = [];
  const comments: ScriptSources['comments'] = [];
  for (const line of linesOf(text)) {
    const head = /^([\w-]+):[ \t]*/.exec(line.text);
    if (head) {
      const out = new MappedBuilder();
      addLine(out, line, head[0].length, (unit) => unit);
      scripts.push(script(head[1] ?? '', out.build(line.start + line.text.length)));
    } else if (/^\s*#/.test(line.text))
      comments.push({ start: line.start + line.text.indexOf('#'), end: line.start + line.text.length });
  }
  return { scripts, comments, problems: [] };
}
