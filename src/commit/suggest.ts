/** From what a commit touches to the message that the contract wants for it. */
import { backendDraft } from './backendDraft.ts';
import { databaseDraft, tellingChanges } from './databaseDraft.ts';
import type { Part, PartKind, Touched } from './model.ts';
import { importsDraft, movedDraft, otherDraft, updateDraft } from './otherDraft.ts';
import { clean, list, shortName, wrap, type Draft } from './words.ts';

export interface Suggestion {
  type: string;
  scope: string | undefined;
  /** Data is lost. */
  breaking: boolean;
  subject: string;
  /** Paragraphs below the header, wrapped. */
  body: string[];
}

export interface Limits {
  /** Of the header, and of each other line; in UTF-16 units. */
  header: number;
  line: number;
}

/** What commitlint's own configuration allows. */
export const defaultLimits: Limits = { header: 100, line: 100 };

/** A commit's message; `undefined` when nothing changes. */
export function suggestMessage(touched: Touched, limits: Limits = defaultLimits): Suggestion | undefined {
  const draft =
    movedDraft(touched) ??
    databaseDraft(touched) ??
    updateDraft(touched) ??
    importsDraft(touched) ??
    backendDraft(touched) ??
    otherDraft(touched);
  if (!draft) return undefined;
  const { type, scope } = draft;
  const breaking = touched.lost.length > 0;
  const room = Math.max(10, limits.header - headerStart(type, scope, breaking).length);
  const subject = [4, 3, 2, 1].map((shown) => draft.subject(shown)).find((text) => text.length <= room);
  return {
    type,
    scope,
    breaking,
    subject: subject ?? cut(draft.subject(1), room),
    body: bodyOf(touched, draft, limits.line),
  };
}

/** The message as git takes it, without a line end behind it. */
export function messageText({ type, scope, breaking, subject, body }: Suggestion): string {
  return [headerStart(type, scope, breaking) + subject, ...body].join('\n\n');
}

const headerStart = (type: string, scope: string | undefined, breaking: boolean): string =>
  `${type}${scope === undefined ? '' : `(${scope})`}${breaking ? '!' : ''}: `;

/** Whole words, as many as there is room for, and none that waits for another. */
function cut(text: string, room: number): string {
  const words = wrap(text, room).split('\n')[0] ?? '';
  return words
    .slice(0, room)
    .replace(
      /(?:,|\s+(?:and(?: \d+)?|as|by|from|in|instead|of|the|to|with|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS))+$/,
      '',
    );
}

const verbs = { added: 'add', changed: 'change', removed: 'remove' } as const;

function bodyOf(touched: Touched, draft: Draft, width: number): string[] {
  const lines: string[] = [];
  const bullet = (label: string, entries: readonly { name: string; change: Part['change'] }[]): void => {
    for (const change of ['added', 'changed', 'removed'] as const) {
      const names = entries.filter((entry) => entry.change === change).map(({ name }) => name);
      if (names.length > 0) lines.push(`- ${label}: ${verbs[change]} ${list(names, 6)}`);
    }
  };
  bullet('schema', tellingChanges(touched.schema));
  if (touched.migrations.length > 0) lines.push(`- migrations: ${list(touched.migrations, 6)}`);
  const edited = touched.edited.filter((name) => !touched.removed.includes(name));
  if (edited.length > 0) lines.push(`- migrations changed after they were made: ${list(edited, 6)}`);
  if (touched.removed.length > 0) lines.push(`- migrations removed: ${list(touched.removed, 6)}`);
  const of = (...kinds: PartKind[]) =>
    touched.parts
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ name, change }) => ({ name: shortName(name), change }));
  bullet('actions', of('action'));
  bullet('api', of('route'));
  bullet('backend', of('service', 'validation', 'env', 'auth', 'db'));
  // One line would say the header again.
  const isTold = lines.length < 2 && !/ and \d+ more$/.test(draft.subject(4));
  const paragraphs = isTold ? [] : [lines.map((line) => wrap(line, width, '  ')).join('\n')];
  if (touched.lost.length > 0)
    paragraphs.push(wrap(`BREAKING CHANGE: destroys ${touched.lost.map(clean).join('; ')}.`, width));
  return paragraphs.filter((text) => text !== '');
}
