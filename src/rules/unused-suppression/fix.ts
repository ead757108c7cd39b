import { defineFix } from '../../edit/fix.ts';

export const fixes = [
  defineFix({
    id: 'remove-suppression',
    title: () => 'Remove the unused suppression',
    trust: 'safe',
    preferred: true,
    edit({ finding, text, file }) {
      const lineStart = text.lastIndexOf('\n', finding.start - 1) + 1;
      const lineEnd = text.indexOf('\n', finding.end);
      const alone =
        text.slice(lineStart, finding.start).trim() === '' &&
        text.slice(finding.end, lineEnd < 0 ? undefined : lineEnd).trim() === '';
      const start = alone
        ? lineStart
        : finding.start - (/[ \t]*$/.exec(text.slice(lineStart, finding.start))?.[0].length ?? 0);
      const end = alone ? (lineEnd < 0 ? text.length : lineEnd + 1) : finding.end;
      return { changes: [{ file, create: false, edits: [{ start, end, text: '' }] }] };
    },
  }),
  defineFix({
    id: 'correct-rule',
    title: ({ to }) => `Write ${String(to)}`,
    trust: 'suggestion',
    preferred: true,
    edit({ finding, text, file, data }) {
      const from = String(data['from']);
      const words = [...text.slice(finding.start, finding.end).matchAll(/[\w-]+/g)];
      const word = words.find((match) => match[0] === from);
      if (!word) return { refuse: 'The rule is no longer named here.' };
      const start = finding.start + word.index;
      const edits = [{ start, end: start + from.length, text: String(data['to']) }];
      return { changes: [{ file, create: false, edits }] };
    },
  }),
];
