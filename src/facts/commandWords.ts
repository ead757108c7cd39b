/** Which words of a command are no options. */
import type { CommandWord } from './commandsModel.ts';

/** Indexes of the words behind the program that are no options and no values of these options. */
export function positions(words: readonly CommandWord[], valued: readonly string[]): number[] {
  const out: number[] = [];
  for (let at = 1; at < words.length; at++) {
    const value = words[at]?.value ?? '';
    if (valued.includes(value)) at++;
    else if (!value.startsWith('-')) out.push(at);
  }
  return out;
}
