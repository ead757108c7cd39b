/** A file's identity inside one workspace: its path from the workspace root with `/` separators, no leading `./`. */
export type FileId = string;

/** The folder of a path, `''` for a file in the root. */
export function dirname(path: FileId): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function basename(path: FileId): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Joins and normalises path pieces (`.` and `..` removed).
 * Returns `undefined` when the result would leave the workspace root.
 */
export function join(...pieces: string[]): FileId | undefined {
  const out: string[] = [];
  for (const piece of pieces.join('/').split('/')) {
    if (piece === '' || piece === '.') continue;
    if (piece === '..') {
      if (out.pop() === undefined) return undefined;
    } else out.push(piece);
  }
  return out.join('/');
}

/** Whether `path` is `folder` or lies below it; `''` is the root and holds everything. */
export function isWithin(folder: string, path: FileId): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** `path` as seen from `folder` which holds it. */
export function relativeTo(folder: string, path: FileId): string {
  return folder === '' ? path : path.slice(folder.length + 1);
}

/** A relative module specifier from one file to another, without an extension: `./x`, `../lib/x`. */
export function relativeSpecifier(from: FileId, to: FileId): string {
  const a = dirname(from).split('/').filter(Boolean);
  const b = to.replace(/\.(d\.)?[cm]?[jt]sx?$/, '').split('/');
  let shared = 0;
  while (shared < a.length && shared < b.length - 1 && a[shared] === b[shared]) shared++;
  const up = '../'.repeat(a.length - shared);
  return (up || './') + b.slice(shared).join('/');
}

/** The folders that hold a path, nearest first, ending with the root `''`. */
export function ancestors(path: FileId): string[] {
  const out: string[] = [];
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    out.push(dir);
    if (dir === '') return out;
  }
}
