/** Which files a workspace has. */
import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import ignore, { type Ignore } from 'ignore';
import { glob } from 'tinyglobby';
import { ancestors, type FileId } from '../base/path.ts';
import { excludedFolders, isAnalysed } from './fileKinds.ts';
import { gitFiles } from './git.ts';

export interface TreeFile {
  file: FileId;
  /** Bytes on disk. */
  size: number;
}

/** Between so many calls to the file system a server gets to answer its messages. */
const batch = 200;

/** Repositories inside repositories inside …: deeper ones are somebody else's. */
const maxNesting = 3;

/** `.gitignore` files of a tree, for folders where git itself cannot be asked. */
class IgnoreRules {
  readonly #root: string;
  readonly #byFolder = new Map<string, Ignore | undefined>();

  constructor(root: string) {
    this.#root = root;
  }

  #of(folder: string): Ignore | undefined {
    if (!this.#byFolder.has(folder)) {
      let rules: Ignore | undefined;
      try {
        rules = ignore().add(readFileSync(path.join(this.#root, folder, '.gitignore'), 'utf8'));
      } catch {
        // No such file, or not readable: nothing is ignored here.
        rules = undefined;
      }
      this.#byFolder.set(folder, rules);
    }
    return this.#byFolder.get(folder);
  }

  /** Whether a rule of the file's folder or of one above leaves it out; the nearest folder with an opinion wins. */
  ignores(file: FileId): boolean {
    for (const folder of ancestors(file)) {
      const verdict = this.#of(folder)?.test(folder === '' ? file : file.slice(folder.length + 1));
      if (verdict?.ignored) return true;
      if (verdict?.unignored) return false;
    }
    return false;
  }
}

async function walk(root: string): Promise<string[]> {
  const found = await glob('**/*', {
    cwd: root,
    dot: true,
    onlyFiles: true,
    expandDirectories: false,
    // A link to a folder above would never end.
    followSymbolicLinks: false,
    ignore: [...excludedFolders].map((folder) => `**/${folder}/**`),
  });
  const rules = new IgnoreRules(root);
  return found.map((file) => file.replaceAll('\\', '/')).filter((file) => !rules.ignores(file));
}

/** Git's list, or a walk where git has nothing to say, as in a folder that a repository around it ignores. */
async function candidates(root: string, useGit: boolean): Promise<string[]> {
  const listed = useGit ? await gitFiles(root) : undefined;
  return listed && listed.length > 0 ? listed : walk(root);
}

/** Bytes of a regular file below the root; `'folder'` for a folder; `undefined` for anything else. */
function sizeOf(absolute: string, realRoot: string): number | 'folder' | undefined {
  try {
    const stat = lstatSync(absolute, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (stat.isDirectory()) return 'folder';
    if (stat.isFile()) return stat.size;
    if (!stat.isSymbolicLink()) return undefined;
    const target = realpathSync(absolute);
    // A link inside the workspace is a second name of a file that is listed anyway.
    if (target === realRoot || target.startsWith(realRoot + path.sep)) return undefined;
    const linked = statSync(target);
    return linked.isFile() ? linked.size : undefined;
  } catch {
    // Links in a circle, no permission, gone meanwhile.
    return undefined;
  }
}

/**
 * Files of a workspace that the engine reads, sorted.
 * @param root absolute path of the folder
 * @param options.git whether git may be asked for what is tracked and ignored
 */
export async function listTree(root: string, options: { git: boolean }): Promise<TreeFile[]> {
  const out = new Map<FileId, number>();
  let realRoot = root;
  try {
    realRoot = realpathSync(root);
  } catch {
    return [];
  }
  const add = async (folder: string, nesting: number): Promise<void> => {
    let calls = 0;
    for (const name of await candidates(path.join(root, folder), options.git)) {
      const file = (folder === '' ? name : `${folder}/${name}`).replace(/\/$/, '');
      const mayNest =
        nesting < maxNesting && !isAnalysed(file) && !file.split('/').some((at) => excludedFolders.has(at));
      const mayBeFolder = name.endsWith('/') || (mayNest && !path.basename(file).includes('.'));
      if (!isAnalysed(file) && !mayBeFolder) continue;
      if (++calls % batch === 0) await nextTurn();
      const size = sizeOf(path.join(root, file), realRoot);
      if (size === 'folder') {
        if (nesting < maxNesting && !excludedFolders.has(path.basename(file))) await add(file, nesting + 1);
      } else if (size !== undefined && isAnalysed(file)) out.set(file, size);
    }
  };
  await add('', 0);
  return [...out].map(([file, size]) => ({ file, size })).toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

/**
 * Of some paths that appeared on disk, those that belong to the workspace's tree.
 * @param files from the root; at most a few hundred
 */
export async function acceptFiles(
  root: string,
  files: readonly FileId[],
  options: { git: boolean },
): Promise<FileId[]> {
  const analysed = files.filter(isAnalysed);
  if (analysed.length === 0) return [];
  const listed = options.git ? await gitFiles(root, analysed) : undefined;
  if (listed) {
    const known = new Set(listed);
    return analysed.filter((file) => known.has(file));
  }
  const rules = new IgnoreRules(root);
  return analysed.filter((file) => !rules.ignores(file));
}
