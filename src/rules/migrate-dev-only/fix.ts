import { replaceWords } from '../../edit/commandWords.ts';
import { defineFix } from '../../edit/fix.ts';
import { changesIn } from './commands.ts';

export const fixes = [
  defineFix({
    id: 'use-migrate',
    title: ({ words }) =>
      `Replace it with \`prisma ${Array.isArray(words) ? words.join(' ') : 'migrate dev'}\``,
    trust: 'suggestion',
    preferred: true,
    edit({ finding, facts, file, text, workspace }) {
      const found = changesIn(facts, file, workspace.role(file), workspace).find(
        ({ span }) => span.start === finding.start && span.end === finding.end,
      );
      const edit = found && replaceWords(found.command, found.replacement, text);
      return edit
        ? { changes: [{ file, create: false, edits: [edit] }] }
        : { refuse: 'The command is put together in a way that can’t be edited mechanically.' };
    },
  }),
];
