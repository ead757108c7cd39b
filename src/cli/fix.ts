/** `--fix` and `--fix-dry-run`: safe fixes only, to a fixpoint over all files. */
import type { FileId } from '../base/path.ts';
import type { FileEdits, TextEdit } from '../run/finding.ts';
import { replaceFile } from '../host/node.ts';
import { unifiedDiff } from '../report/diff.ts';
import type { Problem } from '../report/model.ts';
import type { Session } from './session.ts';

/** A fix may make another one possible; this many rounds are more than any chain we know. */
const maxRounds = 10;

/** The text with its edits made. @param edits in any order, not overlapping */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = text;
  for (const edit of edits.toSorted((a, b) => b.start - a.start || b.end - a.end))
    out = out.slice(0, edit.start) + edit.text + out.slice(edit.end);
  return out;
}

export interface FixOutcome {
  /** Texts before (`undefined`: a new file) and after, by file, sorted. */
  changed: { file: FileId; before: string | undefined; after: string }[];
  /** Files that could not be written; they keep their text and their findings. */
  problems: Problem[];
}

/**
 * Applies every safe fix of some files.
 * @param write false to change only what the engine sees
 */
export function fixFiles(session: Session, files: readonly FileId[], write: boolean): FixOutcome {
  const { engine } = session;
  const before = new Map<FileId, string | undefined>();
  const refused = new Map<FileId, string>();
  const apply = ({ file, create, edits }: FileEdits): boolean => {
    const text = create ? undefined : engine.text(file);
    if (!create && text === undefined) return false;
    const after = applyEdits(text ?? '', edits);
    if (after === text) return false;
    const reason = write ? replaceFile(session.host, file, text, after) : undefined;
    if (reason !== undefined) {
      refused.set(file, reason);
      return false;
    }
    if (!before.has(file)) before.set(file, text);
    engine.update([{ file, text: after }]);
    return true;
  };
  let queue = [...files];
  for (let round = 0; round < maxRounds && queue.length > 0; round++) {
    const again: FileId[] = [];
    for (const file of queue) {
      if (
        refused.has(file) ||
        !session.check(file).some(({ fixes }) => fixes.some((fix) => fix.trust === 'safe'))
      )
        continue;
      const result = engine.fixAll(file);
      if (result.ok && result.changes.map(apply).includes(true)) again.push(file);
    }
    queue = again;
  }
  return {
    changed: [...before]
      .map(([file, text]) => ({ file, before: text, after: engine.text(file) ?? '' }))
      .toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    problems: [...refused].map(([file, reason]) => ({ file, message: `not fixed: ${reason}` })),
  };
}

/** All changes as one unified diff that `git apply` takes. */
export function diffOf(outcome: FixOutcome): string {
  return outcome.changed.map(({ file, before, after }) => unifiedDiff(file, before, after)).join('');
}
