/** Edits of commands, wherever they stand: shell, JSON, YAML, argument lists in code. */
import type { Command } from '../facts/commandsModel.ts';
import type { CommandReplacement } from '../facts/destructiveCommands.ts';
import type { TextEdit } from '../run/finding.ts';

/**
 * Puts other words in the place of some of a command's, or takes them away. `undefined` where the words don't stand in the file as
 * they are: escapes, quotes inside and joined strings are left to a person.
 */
export function replaceWords(
  command: Command,
  replacement: CommandReplacement | undefined,
  text: string,
): TextEdit | undefined {
  if (!replacement) return undefined;
  const { start, end } = replacement.span;
  const words = command.effective.filter(({ span }) => span.start >= start && span.end <= end);
  const isPlain =
    words.length > 0 &&
    words.every(
      ({ value, span }) => text.slice(span.start, span.end).replaceAll(/^["']|["']$/g, '') === value,
    );
  if (!isPlain) return undefined;
  if (replacement.words.length === 0) {
    const index = command.effective.findIndex(({ span }) => span.start === words[0]?.span.start);
    const before = command.effective[index - 1];
    return before ? { start: before.span.end, end, text: '' } : undefined;
  }
  const [first, second] = words;
  const isList = command.form === 'words';
  const separator = isList && first && second ? text.slice(first.span.end, second.span.start) : ' ';
  if (isList && !second) return undefined;
  return { start, end, text: replacement.words.join(separator) };
}
