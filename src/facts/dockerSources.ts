/** The commands of a Dockerfile: `RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK CMD`, in shell and exec form. */
import { DockerfileParser } from 'dockerfile-ast';
import type { Instruction, JSONInstruction } from 'dockerfile-ast';
import { lineStarts, offsetAt } from '../base/lineIndex.ts';
import type { Range } from '../base/span.ts';
import type { EnvAssignment } from './commandsModel.ts';
import { unescaped, verbatim } from './mappedText.ts';
import type { MappedText } from './mappedText.ts';
import type { ScriptSource, ScriptSources } from './scriptSources.ts';

export function dockerSources(text: string): ScriptSources {
  const starts = lineStarts(text);
  const span = (range: Range): { start: number; end: number } => ({
    start: Math.min(offsetAt(starts, range.start), text.length),
    end: Math.min(offsetAt(starts, range.end), text.length),
  });
  const scripts: ScriptSource[] = [];
  const out: ScriptSources = { scripts, comments: [], problems: [] };
  try {
    const file = DockerfileParser.parse(text);
    const env: EnvAssignment[] = [];
    for (const instruction of file.getInstructions()) {
      const keyword = instruction.getKeyword();
      if (keyword === 'FROM') env.length = 0;
      if (keyword === 'ENV') env.push(...environment(text, instruction, span));
      if (!['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK'].includes(keyword)) continue;
      for (const body of bodies(text, instruction, span))
        scripts.push({ name: keyword, body, env: [...env], envFiles: [] });
    }
    out.comments = file.getComments().map((comment) => span(comment.getRange()));
  } catch (error) {
    // The parser is written for well-formed files; a half-written one may trip it.
    out.problems.push({
      message: error instanceof Error ? error.message : String(error),
      span: { start: 0, end: 0 },
    });
  }
  return out;
}

function bodies(
  text: string,
  instruction: Instruction,
  span: (range: Range) => { start: number; end: number },
): ScriptSource['body'][] {
  const json = 'getJSONStrings' in instruction ? (instruction as JSONInstruction).getJSONStrings() : [];
  if (json.length > 0) {
    return [{ words: json.map((item) => stringContent(text, span(item.getRange()))) }];
  }
  // Only declared on the classes of the instructions that may have one.
  const holder = instruction as unknown as { getHeredocs?: () => { getContentRange(): Range | null }[] };
  const heredocs = holder.getHeredocs?.() ?? [];
  if (heredocs.length > 0) {
    return heredocs.flatMap((heredoc) => {
      const content = heredoc.getContentRange();
      if (!content) return [];
      const { start, end } = span(content);
      return [{ script: verbatim(text, start, end) }];
    });
  }
  const range = instruction.getArgumentsRange();
  if (!range) return [];
  let { start } = span(range);
  const { end } = span(range);
  if (instruction.getKeyword() === 'HEALTHCHECK') {
    const command = /\bCMD\s+/i.exec(text.slice(start, end));
    if (!command) return [];
    start += command.index + command[0].length;
  }
  return [{ script: verbatim(text, start, end) }];
}

function stringContent(text: string, range: { start: number; end: number }): MappedText {
  const closed = range.end - range.start > 1 && text.charAt(range.end - 1) === '"';
  return unescaped(text, range.start + 1, Math.max(range.start + 1, range.end - (closed ? 1 : 0)));
}

function environment(
  text: string,
  instruction: Instruction,
  span: (range: Range) => { start: number; end: number },
): EnvAssignment[] {
  const range = instruction.getArgumentsRange();
  if (!range) return [];
  const { start, end } = span(range);
  return [...text.slice(start, end).matchAll(/([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)/g)].map(
    (match) => ({
      name: match[1] ?? '',
      value: (match[2] ?? '').replace(/^(["'])([\s\S]*)\1$/, '$2'),
      span: { start: start + match.index, end: start + match.index + match[0].length },
      dynamic: (match[2] ?? '').includes('$'),
      from: 'file',
    }),
  );
}
