import { replaceWords } from '../../edit/commandWords.ts';
import { defineFix } from '../../edit/fix.ts';
import { hazardsIn } from './hazards.ts';

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
      const edit = found && replaceWords(found.command, found.replacement, text);
      return edit
        ? { changes: [{ file, create: false, edits: [edit] }] }
        : { refuse: 'The command is put together in a way that can’t be edited mechanically.' };
    },
  }),
];
