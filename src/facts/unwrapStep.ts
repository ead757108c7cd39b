/** How wrappers are taken off a command line. */
import type { CommandWord, EnvAssignment, ScriptReference } from './commandsModel.ts';
import type { ShellWord } from './shellParser.ts';

export interface Unwrapped {
  words: ShellWord[];
  wrappers: string[];
  env: EnvAssignment[];
  envFiles: CommandWord[];
  scripts: ScriptReference[];
  /** Words that are scripts of their own: `bash -c '…'`, `concurrently "…" "…"`. */
  nested: ShellWord[];
}

/** Takes one wrapper off and notes what it sets; `undefined` when nothing remains that this command line says. */
export type Step = (words: ShellWord[], out: Unwrapped) => ShellWord[] | undefined;

/** Options of a wrapper that take their value from the next word; all other words that begin with `-` stand alone. */
export function skipOptions(
  words: ShellWord[],
  from: number,
  valued: readonly string[],
  onOption?: (name: string, value: ShellWord) => void,
): number {
  let at = from;
  for (; at < words.length; at++) {
    const current = words[at];
    if (!current?.value.startsWith('-') || current.value === '-') return at;
    if (current.value === '--') return at + 1;
    const equals = current.value.indexOf('=');
    const name = equals > 0 ? current.value.slice(0, equals) : current.value;
    if (!valued.includes(name)) continue;
    const next = words[at + 1];
    if (equals > 0) onOption?.(name, { ...current, value: current.value.slice(equals + 1) });
    else {
      if (next) onOption?.(name, next);
      at++;
    }
  }
  return at;
}
