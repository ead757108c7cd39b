/** The engine's view of the disk. Paths are the workspace's own (`FileId`); absolute ones stay in here. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { FileId } from '../base/path.ts';
import { largestFile } from '../base/sizeLimits.ts';
import { acceptFiles, listTree, type TreeFile } from './tree.ts';

export { cachePath, readCache, readKept, writeCache, writeKept } from './cacheFile.ts';
export { excludedFolders, isAnalysed, watchGlob } from './fileKinds.ts';
export { stagedChanges } from './commitChanges.ts';
export { changedFiles, committedMigrations, gitRoot, type ChangeSet } from './git.ts';
export { ownVersion, programStamp, ruleDocsUrl, rulePage } from './ownFiles.ts';
export type { TreeFile } from './tree.ts';

export interface FileProblem {
  file: FileId;
  message: string;
}

export interface NodeHost {
  /** Absolute path of the workspace's root. */
  readonly root: string;
  /** Text of a file; `undefined` when it is missing, unreadable, binary or too large (see `problems`). */
  read(file: FileId): string | undefined;
  /** Why the files that could not be read, or not rightly, were not; sorted by file. */
  problems(): FileProblem[];
  /** All files of the workspace that the engine reads. */
  list(): Promise<TreeFile[]>;
  /** Of paths that appeared on disk, those that are not ignored. */
  accept(files: readonly FileId[]): Promise<FileId[]>;
  absolute(file: FileId): string;
}

/** Both drop a byte order mark, as editors do: columns are counted without it. */
const utf8 = new TextDecoder('utf-8');
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const byteOrderMark = '\u{FEFF}';

type ReadResult =
  | { text: string; problem?: string; marked: boolean }
  | { text?: undefined; problem: string | undefined };

/** Bytes of a file, bounded also when it grows while it is read. */
function readBytes(absolute: string): Buffer | string {
  // A pipe without a writer would be waited for.
  const handle = openSync(absolute, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) return 'is not a regular file';
    if (stat.size > largestFile(path.basename(absolute)))
      return `is too large (${Math.round(stat.size / 1024)} KB)`;
    const buffer = Buffer.allocUnsafe(stat.size);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(handle, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(handle);
  }
}

function readText(absolute: string): ReadResult {
  let bytes: Buffer | string;
  try {
    bytes = readBytes(absolute);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // A file that is gone is no problem: the next listing knows.
    return {
      problem: code === 'ENOENT' || code === 'ENOTDIR' ? undefined : `cannot be read (${code ?? 'error'})`,
    };
  }
  if (typeof bytes === 'string') return { problem: bytes };
  if (bytes.includes(0)) {
    const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    return {
      problem: isUtf16 ? 'is encoded as UTF-16, not UTF-8' : 'is a binary file (it holds a NUL byte)',
    };
  }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return { text: strictUtf8.decode(bytes), marked };
  } catch {
    return {
      text: utf8.decode(bytes),
      marked,
      problem: 'is not valid UTF-8; broken characters were replaced',
    };
  }
}

/** Text of a file under the same limits; `undefined` when it is missing, unreadable, binary or too large. @param file absolute */
export const textOf = (file: string): string | undefined => readText(file).text;

/**
 * A host for one workspace folder.
 * @param root absolute path
 * @param options.git whether git may be run there; `false` in a workspace that is not trusted
 */
export function createNodeHost(root: string, options: { git: boolean }): NodeHost {
  const problems = new Map<FileId, string>();
  const absolute = (file: FileId) => path.join(root, ...file.split('/'));
  return {
    root,
    absolute,
    read(file) {
      const { text, problem } = readText(absolute(file));
      if (problem === undefined) problems.delete(file);
      else problems.set(file, problem);
      return text;
    },
    problems: () =>
      [...problems]
        .map(([file, message]) => ({ file, message }))
        .toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    list: () => listTree(root, options),
    accept: (files) => acceptFiles(root, files, options),
  };
}

/**
 * Replaces a file's text in one step, keeping its permissions, if it still has the text an edit was made for.
 * @param before the text the edit was made for; `undefined` when the file must not exist yet
 * @returns why it was not written, `undefined` when it was
 */
export function replaceFile(
  host: NodeHost,
  file: FileId,
  before: string | undefined,
  after: string,
): string | undefined {
  const target = host.absolute(file);
  const current = readText(target);
  if (current.text !== before || (before === undefined && current.problem !== undefined))
    return 'it changed while it was checked';
  if (before !== undefined && current.problem !== undefined) return `it ${current.problem}`;
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  const text = current.text !== undefined && current.marked ? byteOrderMark + after : after;
  try {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(temporary, text, {
      flag: 'wx',
      ...(before === undefined ? {} : { mode: modeOf(target) }),
    });
    renameSync(temporary, target);
    return undefined;
  } catch (error) {
    rmSync(temporary, { force: true });
    return `it cannot be written (${(error as NodeJS.ErrnoException).code ?? 'error'})`;
  }
}

function modeOf(absolute: string): number {
  const handle = openSync(absolute, 'r');
  try {
    return fstatSync(handle).mode;
  } finally {
    closeSync(handle);
  }
}
