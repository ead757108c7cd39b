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
export async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
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

/** Without a byte order mark, as the files on the disk are read. */
const utf8 = new TextDecoder('utf-8');

/**
 * Contents of objects.
 * @returns by object; empty when git fails
 */
export async function gitObjects(cwd: string, objects: readonly string[]): Promise<Map<string, string>> {
  const out = new Map<string, string>();
  if (objects.length === 0) return out;
  try {
    const reading = run('git', [...harmless, 'cat-file', '--batch'], {
      cwd,
      timeout,
      encoding: 'buffer',
      maxBuffer: 512 * 1024 * 1024,
      windowsHide: true,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    });
    reading.child.stdin?.end(`${objects.join('\n')}\n`);
    const { stdout } = await reading;
    // Each as `<object> <type> <size>`, a line break, the content, a line break.
    for (let at = 0; at < stdout.length;) {
      const line = stdout.indexOf(10, at);
      if (line < 0) break;
      const [object = '', type, size] = stdout.toString('latin1', at, line).split(' ');
      const end = line + 1 + Number(size ?? 0);
      if (type === 'blob') {
        const text = utf8.decode(stdout.subarray(line + 1, end));
        // A pointer stands for a text that is kept elsewhere.
        if (!text.startsWith('version https://git-lfs.github.com/')) out.set(object, text);
      }
      at = type === 'missing' ? line + 1 : end + 1;
    }
  } catch {
    // The same as in `git`: what isn't known is left out.
  }
  return out;
}

/** Entries of an output that ends each with NUL. */
export const list = (output: string) => output.split('\0').filter((path) => path !== '');

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
/** Files whose texts are read. */
const isPrisma = (file: string) => file.endsWith('/migration.sql') || file.endsWith('.prisma');

/** Texts above that size, in bytes, are no migrations that people write. */
const largest = 512 * 1024;

/**
 * Migration files that the base branch already has: those of the merge base with `origin/HEAD`, else with
 * `main` or `master`, else of `HEAD`. With the texts of those that Prisma runs (`migration.sql`), and the schemas' files.
 * @param cwd absolute folder; the result is relative to it
 * @returns `undefined` outside a repository; an empty map before the first commit
 */
export async function committedMigrations(cwd: string): Promise<Map<FileId, string | undefined> | undefined> {
  if ((await gitRoot(cwd)) === undefined) return undefined;
  const base = await mergeBase(cwd);
  if (base === undefined) return new Map();
  const output = await git(cwd, ['ls-tree', '-r', '-l', '-z', base, '--', '.']);
  if (output === undefined) return undefined;
  // `<mode> <type> <object> <size>`, a tab, the path.
  const found = list(output).flatMap((entry) => {
    const tab = entry.indexOf('\t');
    const [, , object = '', size = ''] = entry.slice(0, tab).split(/ +/);
    const file = entry.slice(tab + 1);
    return isMigration(file) || file.endsWith('.prisma')
      ? [{ file, object, isRead: isPrisma(file) && Number(size) <= largest }]
      : [];
  });
  const texts = await gitObjects(
    cwd,
    found.filter(({ isRead }) => isRead).map(({ object }) => object),
  );
  return new Map(found.map(({ file, object, isRead }) => [file, isRead ? texts.get(object) : undefined]));
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
