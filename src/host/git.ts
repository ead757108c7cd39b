/** What git knows of a workspace. Every call is one process without a shell, a pager, hooks or a file system monitor. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FileId } from '../base/path.ts';

const run = promisify(execFile);

/** A repository's own configuration may name programs to run; these settings switch them off. */
const harmless = [
  '--no-pager',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'safe.bareRepository=explicit',
  '-c',
  'core.quotePath=false',
];

/** Fifteen seconds: above that something waits for a lock or a network drive, and we do without git. */
const timeout = 15_000;

/**
 * Output of a git command run in a folder.
 * @returns `undefined` when git is missing, fails, or takes too long
 */
async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', [...harmless, ...args], {
      cwd,
      timeout,
      maxBuffer: 512 * 1024 * 1024,
      windowsHide: true,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    });
    return stdout;
  } catch {
    // No git, no repository, no such revision: each caller has an answer for that.
    return undefined;
  }
}

const list = (output: string) => output.split('\0').filter((path) => path !== '');

/**
 * Tracked and untracked files below a folder, ignored ones left out.
 * @param cwd absolute
 * @param paths only these, relative to `cwd`
 * @returns paths relative to `cwd`; a nested repository is one path that ends in `/` or is a folder;
 *   `undefined` outside a repository
 */
export async function gitFiles(cwd: string, paths: readonly string[] = []): Promise<string[] | undefined> {
  const output = await git(cwd, [
    '--literal-pathspecs',
    'ls-files',
    '-co',
    '--exclude-standard',
    '-z',
    '--',
    ...paths,
  ]);
  // A path in the middle of a merge is listed once for each side.
  return output === undefined ? undefined : [...new Set(list(output))];
}

/** Absolute path of the working tree that holds a folder, if any. */
export async function gitRoot(cwd: string): Promise<string | undefined> {
  return (await git(cwd, ['rev-parse', '--show-toplevel']))?.replace(/\r?\n$/, '');
}

async function commitOf(cwd: string, revision: string): Promise<string | undefined> {
  return (
    await git(cwd, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
  )?.trim();
}

/** Where the current branch left its base branch; `HEAD` itself when there is no base or it is checked out. */
async function mergeBase(cwd: string): Promise<string | undefined> {
  const head = await commitOf(cwd, 'HEAD');
  if (head === undefined) return undefined;
  const candidates = [
    'refs/remotes/origin/HEAD',
    'refs/remotes/origin/main',
    'refs/remotes/origin/master',
    'refs/heads/main',
    'refs/heads/master',
  ];
  for (const candidate of candidates) {
    const base = await commitOf(cwd, candidate);
    if (base === undefined) continue;
    const shared = await git(cwd, ['merge-base', base, head]);
    // Unrelated or shallow histories have none.
    if (shared !== undefined) return shared.trim();
  }
  return head;
}

const isMigration = (file: string) => file.endsWith('.sql') && /(^|\/)migrations\//.test(file);

/**
 * Migration files that the base branch already has: those of the merge base with `origin/HEAD`, else with
 * `main` or `master`, else of `HEAD`.
 * @param cwd absolute folder; the result is relative to it
 * @returns `undefined` outside a repository; an empty set before the first commit
 */
export async function committedMigrations(cwd: string): Promise<Set<FileId> | undefined> {
  if ((await gitRoot(cwd)) === undefined) return undefined;
  const base = await mergeBase(cwd);
  if (base === undefined) return new Set();
  const output = await git(cwd, ['ls-tree', '-r', '--name-only', '-z', base, '--', '.']);
  return output === undefined ? undefined : new Set(list(output).filter(isMigration));
}

export type ChangeSet = { kind: 'changed' } | { kind: 'since'; revision: string } | { kind: 'staged' };

/**
 * Files below a folder that differ: `changed` from the merge base with the base branch (working tree and untracked
 * files included), `since` from where the branch left a revision, `staged` in the index.
 * @returns paths relative to `cwd`, or why it cannot be said
 */
export async function changedFiles(cwd: string, what: ChangeSet): Promise<Set<FileId> | { error: string }> {
  if ((await gitRoot(cwd)) === undefined) return { error: 'not inside a git repository' };
  const diff = [
    'diff',
    '--no-ext-diff',
    '--no-textconv',
    '--name-only',
    '-z',
    '--relative',
    '--diff-filter=d',
  ];
  let from: string | undefined;
  if (what.kind === 'since') {
    const revision = await commitOf(cwd, what.revision);
    if (revision === undefined) return { error: `unknown revision "${what.revision}"` };
    from = (await git(cwd, ['merge-base', revision, 'HEAD']))?.trim() ?? revision;
  } else if (what.kind === 'changed') from = await mergeBase(cwd);
  if (what.kind === 'staged') {
    const output = await git(cwd, [...diff, '--cached']);
    return output === undefined ? { error: 'git diff failed' } : new Set(list(output));
  }
  const tracked =
    from === undefined ? await git(cwd, ['ls-files', '-c', '-z']) : await git(cwd, [...diff, from, '--']);
  const untracked = await git(cwd, ['ls-files', '-o', '--exclude-standard', '-z']);
  if (tracked === undefined || untracked === undefined) return { error: 'git diff failed' };
  return new Set([...list(tracked), ...list(untracked)]);
}
