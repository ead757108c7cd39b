/** Programs that a workspace has installed: where they are, and how they are run within limits. Nothing here decides whether they may be. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface InstalledProgram {
  /** Absolute path of a script that Node runs. */
  script: string;
  /** Of the package that holds it. */
  version: string;
}

/** Name of a package and of its programs, the first of which that it has is taken. */
export interface ProgramName {
  package: string;
  programs: readonly string[];
}

interface Manifest {
  version: string;
  bin: { [name: string]: string };
}

/** `undefined` where there is no such package, or a broken one. */
function readManifest(folder: string, name: string): Manifest | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  } catch {
    // Not installed here, or half of it: the next folder is asked.
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { version, bin } = parsed as { version?: unknown; bin?: unknown };
  const programs = typeof bin === 'string' ? { [name.replace(/^@[^/]*\//, '')]: bin } : (bin ?? {});
  return {
    version: typeof version === 'string' ? version : '?',
    bin: Object.fromEntries(Object.entries(programs).filter(([, file]) => typeof file === 'string')),
  };
}

/**
 * A program of the nearest `node_modules`, as Node would look for it; a repository is never left.
 * @param from absolute folder
 * @param root absolute folder of the workspace: where no repository is around, it is not left either
 * @param names in the order in which they are wanted
 */
export function findProgram(
  from: string,
  root: string,
  names: readonly ProgramName[],
): InstalledProgram | undefined {
  const folders: string[] = [];
  for (let at = from; ; at = path.dirname(at)) {
    folders.push(at);
    if (existsSync(path.join(at, '.git')) || path.dirname(at) === at) break;
  }
  const last = folders.at(-1);
  const isRepository = last !== undefined && existsSync(path.join(last, '.git'));
  const within = isRepository
    ? folders
    : folders.filter((at) => at === root || at.startsWith(root + path.sep));
  for (const name of names)
    for (const folder of within) {
      const home = path.join(folder, 'node_modules', name.package);
      const manifest = readManifest(home, name.package);
      const program = name.programs.find((one) => manifest?.bin[one] !== undefined);
      const file = program === undefined ? undefined : manifest?.bin[program];
      if (!manifest || file === undefined) continue;
      const script = path.resolve(home, file);
      if (existsSync(script)) return { script, version: manifest.version };
    }
  return undefined;
}

export interface RunOptions {
  /** Absolute. */
  cwd: string;
  /** Beside those of this process. */
  env?: { [name: string]: string };
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface ProgramResult {
  /** `ended`: by itself. `missing`: it could not be started. */
  how: 'ended' | 'timeout' | 'cancelled' | 'missing';
  /** Exit status; `null` when it was ended by a signal or never ran. */
  code: number | null;
  /** What it wrote to both of its streams, the last megabyte of it; why it could not be started. */
  output: string;
}

const largestOutput = 1_000_000;

/** Ends a program with all that it has started. */
function killTree(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).unref();
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone.
    child.kill('SIGKILL');
  }
}

/** Node itself, also where it is a part of the editor. */
const nodeEnvironment = (): { [name: string]: string } =>
  process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' };

/** Runs a script with Node, without a shell or an input, in a process group of its own, which ends with it. Never throws. */
export function runProgram(
  script: string,
  args: readonly string[],
  options: RunOptions,
): Promise<ProgramResult> {
  const { cwd, env, timeoutMs, signal } = options;
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve({ how: 'cancelled', code: null, output: '' });
      return;
    }
    const child = spawn(process.execPath, [script, ...args], {
      cwd,
      env: { ...process.env, ...nodeEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Of its own group, so that what it starts can be ended with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let how: ProgramResult['how'] = 'ended';
    let output = '';
    const take = (data: string) => {
      output = (output + data).slice(-largestOutput);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take);
    const stop = (why: 'timeout' | 'cancelled') => {
      how = why;
      killTree(child);
    };
    const timer = setTimeout(() => stop('timeout'), timeoutMs);
    const cancel = () => stop('cancelled');
    const kill = () => killTree(child);
    signal?.addEventListener('abort', cancel, { once: true });
    process.once('exit', kill);
    const settle = (code: number | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      process.off('exit', kill);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      resolve({ how, code, output });
    };
    child.once('error', (error) => {
      how = 'missing';
      output = error.message;
      settle(null);
    });
    // What it left behind may hold its streams open: they are not waited for when it was stopped.
    child.once('exit', (code) => {
      if (how !== 'ended') settle(code);
    });
    child.once('close', (code) => settle(code));
  });
}
