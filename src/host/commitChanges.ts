/** The texts of the commit that would be made from the index now. */
import type { FileId } from '../base/path.ts';
import { isAnalysed } from './fileKinds.ts';
import { git, gitObjects, list } from './git.ts';

export interface CommitFile {
  file: FileId;
  from: FileId | undefined;
  status: 'added' | 'changed' | 'removed' | 'moved';
  /** `undefined`: there is none, or it is not text that is looked at. */
  before: string | undefined;
  after: string | undefined;
}

export interface CommitChanges {
  files: CommitFile[];
  /** Texts of the migrations that were there, by the folder of all of them, in Prisma's order. */
  migrationsBefore: Map<FileId, string[]>;
}

interface RawChange {
  file: FileId;
  from: FileId | undefined;
  status: CommitFile['status'];
  oldObject: string;
  newObject: string;
}

/** `:<mode> <mode> <object> <object> <status>`, NUL, a path, NUL, and where it moved another path. */
function readRaw(output: string): RawChange[] {
  const entries = list(output);
  const out: RawChange[] = [];
  for (let at = 0; at < entries.length;) {
    const [, , oldObject = '', newObject = '', status = ''] = (entries[at++] ?? '').split(' ');
    const first = entries[at++] ?? '';
    const isMove = status.startsWith('R') || status.startsWith('C');
    const file = isMove ? (entries[at++] ?? '') : first;
    out.push({
      file,
      from: status.startsWith('R') ? first : undefined,
      status: status.startsWith('R')
        ? 'moved'
        : status === 'A' || status.startsWith('C')
          ? 'added'
          : status === 'D'
            ? 'removed'
            : 'changed',
      oldObject,
      newObject,
    });
  }
  return out;
}

const migrationPattern = /^(.+)\/[^/]+\/migration\.sql$/;

/** Texts of the migrations of some folders at a revision. */
async function migrationsAt(
  cwd: string,
  revision: string | undefined,
  folders: readonly FileId[],
): Promise<Map<FileId, string[]>> {
  const out = new Map<FileId, string[]>();
  if (revision === undefined || folders.length === 0) return out;
  const tree = await git(cwd, [
    '--literal-pathspecs',
    'ls-tree',
    '-r',
    '-z',
    '--full-tree',
    revision,
    '--',
    ...folders,
  ]);
  const found = list(tree ?? '').flatMap((entry) => {
    const tab = entry.indexOf('\t');
    const folder = migrationPattern.exec(entry.slice(tab + 1))?.[1];
    const object = entry.slice(0, tab).split(' ')[2];
    return folder === undefined || object === undefined
      ? []
      : [{ folder, object, file: entry.slice(tab + 1) }];
  });
  const texts = await gitObjects(
    cwd,
    found.map(({ object }) => object),
  );
  for (const { folder, object } of found.toSorted((a, b) => (a.file < b.file ? -1 : 1))) {
    const text = texts.get(object);
    if (text !== undefined) out.set(folder, [...(out.get(folder) ?? []), text]);
  }
  return out;
}

/**
 * What a commit made now would hold, with paths from the root of the repository.
 * @param root of the repository, absolute
 * @returns `undefined` outside of a repository
 */
export async function stagedChanges(root: string): Promise<CommitChanges | undefined> {
  const output = await git(root, [
    'diff',
    '--cached',
    '--raw',
    '-z',
    '-M',
    '--no-abbrev',
    '--no-relative',
    '--no-ext-diff',
    '--no-textconv',
    '--',
  ]);
  if (output === undefined) return undefined;
  const changes = readRaw(output);
  const looked = new Set(
    changes.filter(({ file, from }) => isAnalysed(file) || (from !== undefined && isAnalysed(from))),
  );
  const objects = new Set([...looked].flatMap(({ oldObject, newObject }) => [oldObject, newObject]));
  const texts = await gitObjects(
    root,
    [...objects].filter((object) => !/^0+$/.test(object)),
  );
  const folders = new Set(changes.flatMap(({ file }) => migrationPattern.exec(file)?.[1] ?? []));
  // There is none before the first commit.
  const head = (await git(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']))?.trim();
  return {
    files: changes.map((change) => ({
      file: change.file,
      from: change.from,
      status: change.status,
      before: looked.has(change) ? texts.get(change.oldObject) : undefined,
      after: looked.has(change) ? texts.get(change.newObject) : undefined,
    })),
    migrationsBefore: await migrationsAt(root, head, [...folders]),
  };
}
