/** The embedded PostgreSQL, seen from the program that uses it: a child process that is started late and killed early. */
import { fork, type ChildProcess } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { childMessageSchema, type ReplayAnswer, type ReplayRequest } from './messages.ts';

/** Why there is no answer. `untrusted`: nothing was started. */
export type Unanswered = 'untrusted' | 'deadline' | 'crashed' | 'cancelled';

/** An answer, or why there is none; `message` is a sentence for the person. */
export type Outcome = { ok: true; answer: ReplayAnswer } | { ok: false; why: Unanswered; message: string };

export interface EmbeddedPostgresOptions {
  /** Whether the person trusts the workspace: its SQL is run. Without it no process is ever started. */
  trusted: boolean;
  /** Absolute path of `main.mjs`; the one beside the running bundle by default. */
  module?: string;
  /** How long the migrations of one request may run, in milliseconds, unless the request says otherwise. */
  deadlineMs?: number;
  /** How long an empty database may take to come up: a slow disk is nobody's fault. */
  startMs?: number;
  /** A process that nobody asked anything for so long is ended. */
  idleMs?: number;
  /** Bytes the process may take. */
  memoryLimit?: number;
  /** Called when a process has been started and when it is gone. */
  onProcess?(event: 'started' | 'ended', pid: number | undefined): void;
}

const defaults = {
  deadlineMs: 20_000,
  startMs: 60_000,
  idleMs: 3 * 60_000,
  memoryLimit: 1_500_000_000,
};

/** After so long the process ends by itself: the program that should have ended it is gone. No deadline can be longer. */
const longestMs = 10 * 60_000;

/** Where the built process lies: in `postgres/` beside the bundle that runs, else in dist/ of the repository. */
function builtModule(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const dist = path.basename(here) === 'embedded' ? path.resolve(here, '../../dist') : here;
  return path.join(dist, 'postgres', 'main.mjs');
}

/** Flags that take every right from the process but to read its own folder; none where Node doesn't have them. */
function permissionFlags(folder: string): string[] {
  const flag = ['--permission', '--experimental-permission'].find((name) =>
    process.allowedNodeEnvironmentFlags.has(name),
  );
  if (flag === undefined) return [];
  const folders = new Set([folder, realpathSync(folder)]);
  return [flag, '--allow-worker', ...[...folders].map((one) => `--allow-fs-read=${path.join(one, '*')}`)];
}

/** The environment of the process: none of the secrets of ours. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { SystemRoot } = process.env;
  return {
    // VS Code's own program is Node only when it is told so.
    ...(process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
    // Windows programs don't start without it.
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
    NODE_NO_WARNINGS: '1',
  };
}

export interface ReplayOptions {
  /** Gives up, and kills the process if it is at work on this. */
  signal?: AbortSignal | undefined;
  /** How long the migrations may run, in milliseconds. */
  deadlineMs?: number | undefined;
}

/** The last part of what a process wrote, for the log. */
const maxComplaint = 2000;

interface Waiting {
  request: ReplayRequest;
  deadlineMs: number;
  settle(outcome: Outcome): void;
}

export class EmbeddedPostgres {
  readonly #options: EmbeddedPostgresOptions & typeof defaults;
  #child: ChildProcess | undefined;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #complaint = '';
  #nextId = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  constructor(options: EmbeddedPostgresOptions) {
    this.#options = { ...defaults, ...options };
  }

  /** The process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Applies migrations to an empty database, and compares the result with a schema. Requests wait for one another. Never throws
   * for what SQL does.
   */
  replay(request: Omit<ReplayRequest, 'id'>, options: ReplayOptions = {}): Promise<Outcome> {
    const run = () => this.#run({ ...request, id: ++this.#nextId }, options);
    const outcome = this.#queue.then(run, run);
    this.#queue = outcome;
    return outcome;
  }

  /** Ends the process at once; later requests are not answered. */
  dispose(): void {
    this.#isDisposed = true;
    this.#end('cancelled', 'The embedded PostgreSQL was ended.');
  }

  #run(request: ReplayRequest, { signal, deadlineMs }: ReplayOptions): Promise<Outcome> {
    const cancelled: Outcome = { ok: false, why: 'cancelled', message: 'The request was cancelled.' };
    if (!this.#options.trusted)
      return Promise.resolve({
        ok: false,
        why: 'untrusted',
        message: 'Migrations are not run in a workspace that is not trusted.',
      });
    if (this.#isDisposed || signal?.aborted) return Promise.resolve(cancelled);
    return new Promise((resolve) => {
      const abort = () => this.#end('cancelled', cancelled.message);
      signal?.addEventListener('abort', abort, { once: true });
      this.#current = {
        request,
        deadlineMs: Math.min(deadlineMs ?? this.#options.deadlineMs, longestMs),
        settle: (outcome) => {
          signal?.removeEventListener('abort', abort);
          this.#current = undefined;
          resolve(outcome);
        },
      };
      this.#limit(this.#options.startMs, 'The embedded PostgreSQL did not start');
      const child = (this.#child ??= this.#start());
      child.send(request, (error) => {
        if (error) this.#end('crashed', `The embedded PostgreSQL does not listen: ${error.message}`);
      });
    });
  }

  #start(): ChildProcess {
    const module = this.#options.module ?? builtModule();
    const folder = path.dirname(module);
    const { memoryLimit, onProcess } = this.#options;
    const child = fork(module, [String(longestMs), String(memoryLimit)], {
      cwd: folder,
      env: bareEnvironment(),
      execArgv: permissionFlags(folder),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#complaint = '';
    child.stderr?.on('data', (data: Buffer) => {
      this.#complaint = (this.#complaint + data.toString()).slice(-maxComplaint);
    });
    child.on('message', (message) => this.#receive(child, message));
    child.on('error', (error) => this.#lost(child, error.message));
    // A program that ends in good order takes it along.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.on('exit', (code, signal) => {
      process.off('exit', kill);
      onProcess?.('ended', child.pid);
      this.#lost(child, signal ?? `exit status ${code}`);
    });
    // It must not keep the program alive that has nothing else to do.
    child.unref();
    child.channel?.unref();
    onProcess?.('started', child.pid);
    return child;
  }

  #receive(child: ChildProcess, message: unknown): void {
    const parsed = childMessageSchema.safeParse(message);
    const current = this.#current;
    if (this.#child !== child || !current) return;
    if (!parsed.success) {
      this.#end('crashed', 'The embedded PostgreSQL gave an answer that is none.');
      return;
    }
    const { data } = parsed;
    const { idleMs } = this.#options;
    if ('begun' in data) {
      this.#limit(current.deadlineMs, 'The migrations did not come to an end');
      return;
    }
    if (data.id !== current.request.id) return;
    if ('broken' in data) {
      this.#end('crashed', `The embedded PostgreSQL failed: ${data.broken}`);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end('cancelled', ''), idleMs);
    this.#timer.unref();
    current.settle({ ok: true, answer: data });
  }

  #limit(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#end('deadline', `${what} within ${seconds(ms)}, so the process was ended.`),
      ms,
    );
  }

  /** The process is gone without having been killed from here. */
  #lost(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    const complaint = this.#complaint.trim();
    this.#end(
      'crashed',
      `The embedded PostgreSQL ended in the middle of its work (${how}): it took too much memory, or crashed.` +
        (complaint === '' ? '' : ` It said: ${complaint}`),
    );
  }

  #end(why: Unanswered, message: string): void {
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    this.#current?.settle({ ok: false, why, message });
  }
}

function seconds(ms: number): string {
  const count = ms / 1000;
  return `${count} ${count === 1 ? 'second' : 'seconds'}`;
}
