/** A commit message, taken apart. */
import { CommitParser } from 'conventional-commits-parser';

export interface Message {
  /** The first line that is no comment; `''` for an empty message. */
  header: string;
  /** 0-based number of that line in the text. */
  line: number;
  /** `undefined` where the header has not the conventional form. */
  type: string | undefined;
  scope: string | undefined;
  subject: string | undefined;
  /** `!` in the header, or a `BREAKING CHANGE:` footer. */
  breaking: boolean;
  /** Made by git, or for git's own rebase: no form is asked of it. */
  isExempt: boolean;
  /** Lines below the header without comments, each with its 0-based number. */
  rest: { text: string; line: number }[];
}

/** A type, a scope, a mark for what breaks, a subject. */
const headerPattern = /^(\w+)(?:\(([^()]*)\))?(!)?:(?: +(.*))?$/;

const parser = new CommitParser({
  headerPattern,
  headerCorrespondence: ['type', 'scope', 'mark', 'subject'],
  noteKeywords: ['BREAKING CHANGE', 'BREAKING-CHANGE'],
  commentChar: '#',
});

const scissors = /^# -+ >8 -+$/;

/** @param text as git gives it to a hook: with comments, and below scissors the diff of `--verbose` */
export function parseMessage(text: string): Message {
  const all = text.replaceAll('\r\n', '\n').split('\n');
  const end = all.findIndex((line) => scissors.test(line));
  const lines = (end < 0 ? all : all.slice(0, end)).flatMap((line, number) =>
    line.startsWith('#') ? [] : [{ text: line, line: number }],
  );
  const first = lines.findIndex((line) => line.text.trim() !== '');
  const header = lines[first];
  if (!header)
    return {
      header: '',
      line: 0,
      type: undefined,
      scope: undefined,
      subject: undefined,
      breaking: false,
      isExempt: false,
      rest: [],
    };
  const rest = lines.slice(first + 1);
  while (rest.at(-1)?.text.trim() === '') rest.pop();
  const parsed = parser.parse([header, ...rest].map((line) => line.text).join('\n'));
  const field = (name: string): string | undefined => {
    const value = parsed[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  return {
    header: header.text,
    line: header.line,
    type: field('type'),
    scope: field('scope'),
    subject: field('subject'),
    breaking: field('mark') !== undefined || parsed.notes.length > 0,
    isExempt: /^(Merge |Revert "|(fixup|squash|amend)! )/.test(header.text),
    rest,
  };
}
