import type { FileId } from '../../base/path.ts';
import { basename, dirname } from '../../base/path.ts';
import { minimalEdit } from '../../edit/applyEdits.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { laterMigrations } from '../../edit/laterMigration.ts';
import type { FileEdits } from '../../run/finding.ts';

/** The text of the base branch, with the line ends of the file as it is checked out. */
function committedText({ file, text, workspace }: FixContext): string | undefined {
  const before = workspace.history.text(file);
  return before !== undefined && text.includes('\r\n') && !before.includes('\r\n')
    ? before.replaceAll('\n', '\r\n')
    : before;
}

const UNKNOWN = { refuse: 'The text of the base branch isn’t known.' };

function restored(context: FixContext, before: string): FileEdits {
  return { file: context.file, create: false, edits: [minimalEdit(context.text, before)] };
}

const created = (file: FileId, text: string): FileEdits => ({
  file,
  create: true,
  edits: [{ start: 0, end: 0, text }],
});

const removed = ({ file, text }: FixContext): FileEdits => ({
  file,
  create: false,
  remove: true,
  edits: [{ start: 0, end: text.length, text: '' }],
});

/** The last migration that is here. */
function lastOf({ file, workspace }: FixContext): FileId {
  return workspace.migrationFiles(dirname(dirname(file))).at(-1) ?? file;
}

/** A migration's name without its time. */
const wordsOf = (file: FileId): string => basename(dirname(file)).replace(/^\d+_?/, '');

export const fixes = [
  defineFix({
    id: 'new-migration',
    title: () => 'Put the migration back, and move what was added to a new one',
    trust: 'dangerous',
    preferred: true,
    edit(context): FixOutcome {
      const before = committedText(context);
      if (before === undefined) return UNKNOWN;
      const added = context.text.startsWith(before) ? context.text.slice(before.length).trim() : '';
      if (added === '' || !/[^\s;]/.test(added.replaceAll(/--[^\n]*/g, '')))
        return { refuse: 'The change isn’t only something that was added at the end.' };
      const newline = context.text.includes('\r\n') ? '\r\n' : '\n';
      const files = laterMigrations(lastOf(context), [
        { name: wordsOf(context.file) || 'change', text: `${added}${newline}` },
      ]);
      return 'refuse' in files ? files : { changes: [restored(context, before), ...files] };
    },
  }),
  defineFix({
    id: 'restore',
    title: () => 'Put the migration back as the base branch has it',
    trust: 'dangerous',
    preferred: false,
    edit(context): FixOutcome {
      const before = committedText(context);
      return before === undefined ? UNKNOWN : { changes: [restored(context, before)] };
    },
  }),
  defineFix({
    id: 'name-back',
    title: ({ old }) =>
      `Rename it back to ${typeof old === 'string' ? basename(dirname(old)) : 'its old name'}`,
    trust: 'dangerous',
    preferred: false,
    edit(context): FixOutcome {
      const { old } = context.data;
      if (typeof old !== 'string') return UNKNOWN;
      return { changes: [removed(context), created(old, context.text)] };
    },
  }),
  defineFix({
    id: 'name-behind',
    title: () => 'Rename it so that it comes behind the last migration',
    trust: 'dangerous',
    preferred: false,
    edit(context): FixOutcome {
      const files = laterMigrations(lastOf(context), [
        { name: wordsOf(context.file) || 'change', text: context.text },
      ]);
      return 'refuse' in files ? files : { changes: [removed(context), ...files] };
    },
  }),
  defineFix({
    id: 'put-back',
    title: ({ files }) =>
      Array.isArray(files) && files.length > 1
        ? `Put ${files.length} migrations back as the base branch has them`
        : 'Put the migration back as the base branch has it',
    trust: 'suggestion',
    preferred: false,
    edit({ data, workspace }): FixOutcome {
      const changes: FileEdits[] = [];
      for (const file of Array.isArray(data['files']) ? data['files'] : []) {
        const text = typeof file === 'string' ? workspace.history.text(file) : undefined;
        if (typeof file !== 'string' || text === undefined) return UNKNOWN;
        changes.push(created(file, text));
      }
      return { changes };
    },
  }),
];
