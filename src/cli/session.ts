/** One run of the engine over a whole workspace, from the disk. */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileId } from '../base/path.ts';
import type { ConfigOverrides } from '../config/load.ts';
import type { Finding, SuppressedFinding } from '../run/finding.ts';
import { committedMigrations, createNodeHost, readCache, writeCache } from '../host/node.ts';
import type { NodeHost, TreeFile } from '../host/node.ts';
import type { Engine } from '../engine.ts';
import type { Problem } from '../report/model.ts';
import { createProgress } from './terminal.ts';

/** The engine carries TypeScript: it is loaded when a command needs it and not for `--help`. */
export const loadEngine = async () => import('../engine.ts');

const now = () => performance.now();

export interface SessionOptions {
  cache: boolean;
  overrides: ConfigOverrides;
  /** Ends the work between two slices of it: then opening rejects. */
  signal?: AbortSignal;
  /** Called when the files are known, before any is read. */
  onListed?(engine: Engine): void;
}

export interface Session {
  engine: Engine;
  host: NodeHost;
  /** Files that made the engine or one of its rules throw, of those checked so far: they may have findings nobody knows. */
  crashes(): ReadonlySet<FileId>;
  /** Findings of a file; a file that breaks the engine has none and is among `crashes`. */
  check(file: FileId): readonly Finding[];
  /** Findings of a file that comments silence. */
  suppressed(file: FileId): readonly SuppressedFinding[];
  /** Everything that could not be read, parsed or decided, one line a file and reason, sorted. */
  problems(): Problem[];
}

/** All that a session is made from, but for the texts that it reads through the host. */
export interface SessionInputs {
  host: NodeHost;
  tree: TreeFile[];
  committed: Awaited<ReturnType<typeof committedMigrations>>;
}

export async function readInputs(root: string): Promise<SessionInputs> {
  const host = createNodeHost(root, { git: true });
  const [tree, committed] = await Promise.all([host.list(), committedMigrations(root)]);
  return { host, tree, committed };
}

/**
 * Reads, links and summarises a workspace; afterwards every file can be checked.
 * @param given the inputs when they were read already
 */
export async function openSession(
  root: string,
  options: SessionOptions,
  given?: SessionInputs,
): Promise<Session> {
  const [module, { host, tree, committed }] = await Promise.all([loadEngine(), given ?? readInputs(root)]);
  const engine = await module.Engine.create({ host, overrides: options.overrides });
  if (options.cache) for await (const batch of readCache(root)) engine.loadCache(batch);
  engine.setTree(tree);
  engine.setCommitted(committed);
  options.onListed?.(engine);
  const progress = createProgress(process.stderr, now);
  try {
    for (let state = engine.index(100, now); !state.complete; state = engine.index(100, now)) {
      progress.update(`${state.done} of ${state.total} files`);
      // Signals and the programs that run beside get their turn.
      await nextTurn();
      options.signal?.throwIfAborted();
    }
  } finally {
    progress.end();
  }
  if (options.cache && engine.cacheHits < engine.files().length) await writeCache(root, engine.cacheLines());
  const crashes: Problem[] = [];
  return {
    engine,
    host,
    crashes: () => new Set([...crashes.map(({ file }) => file), ...engine.crashes()]),
    check(file) {
      try {
        return engine.check(file);
      } catch (error) {
        crashes.push({
          file,
          message: `internal error: ${error instanceof Error ? error.message : String(error)}`,
        });
        return [];
      }
    },
    suppressed: (file) => (crashes.some((crash) => crash.file === file) ? [] : engine.suppressed(file)),
    problems() {
      const fromHost = host.problems();
      const known = new Set(fromHost.map(({ file }) => file));
      // The host knows better than the engine why a file has no text.
      const fromEngine = engine
        .problems()
        .filter(({ file, message }) => !known.has(file) || !/read/.test(message));
      const all = new Map(
        [...fromHost, ...fromEngine, ...crashes].map((problem) => [JSON.stringify(problem), problem]),
      );
      return [...all.values()].toSorted((a, b) =>
        a.file === b.file ? Number(a.message > b.message) - 0.5 : a.file < b.file ? -1 : 1,
      );
    },
  };
}
