import { defineFix } from '../../edit/fix.ts';
import type { TextEdit } from '../../run/finding.ts';
import { hazardsIn } from './hazards.ts';
import type { FoundHazard } from './hazards.ts';

export const fixes = [
  defineFix({
    id: 'use-safe-command',
    title: ({ words }) =>
      Array.isArray(words) && words.length > 0
        ? `Replace it with \`${words.join(' ')}\``
        : 'Remove the destructive option',
    trust: 'suggestion',
    preferred: true,
    edit({ finding, facts, file, text, workspace }) {
      const found = hazardsIn(facts, file, workspace.role(file), workspace).find(
        ({ hazard }) => hazard.span.start === finding.start && hazard.span.end === finding.end,
      );
      const edit = found && editOf(found, text);
      return edit
        ? { changes: [{ file, create: false, edits: [edit] }] }
        : { refuse: 'The command is put together in a way that can’t be edited mechanically.' };
    },
  }),
];

function editOf({ command, replacement }: FoundHazard, text: string): TextEdit | undefined {
  if (!replacement) return undefined;
  const { start, end } = replacement.span;
  const words = command.effective.filter(({ span }) => span.start >= start && span.end <= end);
  // Every word must stand in the file as it is: escapes, quotes inside and joined strings are left to a person.
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
