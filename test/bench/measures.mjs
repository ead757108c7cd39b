// What is measured, each as a function from a workspace to figures. Times are milliseconds, memory is MB.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { guardLine } from './corpus.mjs';
import { LspSession } from './lspSession.mjs';
import { timed } from './processes.mjs';

const repository = path.resolve(import.meta.dirname, '../..');
/** The build that is measured. */
const dist = path.resolve(process.env.BENCH_DIST ?? path.join(repository, 'dist'));
const cli = path.join(dist, 'cli.js');
const bin = (name) => path.join(repository, 'node_modules/.bin', name);

/** Language servers that are measured on the same files with the same client. */
export const servers = {
  // As the extension starts it (client/languageClient.ts).
  ours: {
    command: process.execPath,
    args: ['--max-semi-space-size=8', path.join(dist, 'server.js'), '--stdio'],
    env: { MALLOC_ARENA_MAX: '1' },
    ours: true,
  },
  oxlint: { command: bin('oxlint'), args: ['--lsp'] },
  biome: { command: bin('biome'), args: ['lsp-proxy'] },
};

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A quantile of numbers, the nearest rank: a value that was really seen. */
export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * q) - 1))];
}

export const summary = (values) => ({
  count: values.length,
  p50: quantile(values, 0.5),
  p95: quantile(values, 0.95),
  p99: quantile(values, 0.99),
  max: quantile(values, 1),
});

/** A folder for caches that lives as long as one measurement. */
export function temporaryCache() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'backend-specialist-bench-'));
  return { env: { XDG_CACHE_HOME: folder }, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Our own cache of a workspace that has `node_modules`; such a workspace keeps it there. */
function dropOwnCache(root) {
  rmSync(path.join(root, 'node_modules/.cache/backend-specialist'), { recursive: true, force: true });
}

/** Whole-process checks of a workspace: median time and highest memory of some runs. */
export async function checks(root, runs) {
  const cache = temporaryCache();
  const ours = (...args) =>
    timed(process.execPath, [cli, 'check', '--format', 'json', ...args, '.'], { cwd: root, env: cache.env });
  const repeat = async (run) => {
    const results = [];
    for (let i = 0; i < runs; i++) results.push(await run());
    const failed = results.find(({ code }) => code !== 0 && code !== 1);
    if (failed) throw new Error(`a check ended with ${failed.code}: ${failed.stderr.slice(0, 500)}`);
    return {
      ms: quantile(
        results.map(({ ms }) => ms),
        0.5,
      ),
      peakMB: quantile(
        results.map(({ peakMB }) => peakMB ?? 0),
        1,
      ),
    };
  };
  dropOwnCache(root);
  try {
    const cold = await repeat(() => ours('--no-cache'));
    await ours();
    const warm = await repeat(() => ours());
    const oxlint = await repeat(() => timed(bin('oxlint'), ['--silent'], { cwd: root }));
    return { cold, warm, oxlint };
  } finally {
    cache.remove();
  }
}

/** Where a line of code can be put in: behind the last import. */
function placeForLine(text) {
  const last = [...text.matchAll(/^(?:import\b|\} from ).*$/gm)].at(-1);
  return last ? last.index + last[0].length + 1 : 0;
}

/** A line that every server has something to say about, whose place moves with each letter. */
const typed = { head: 'const zz', tail: ' = process.env.BENCH_VALUE;\n', sign: /zz|BENCH_VALUE/ };

/** Types letters into a file, one after the other, the next a moment after the diagnostics of the last. */
export async function typing(session, file, edits, { pauseMs = 20, while: goesOn = () => true } = {}) {
  if (!session.documents.has(file)) await session.open(file);
  let at = placeForLine(session.text(file));
  await session.timedChange(file, at, at, typed.head + typed.tail);
  const first = at;
  at += typed.head.length;
  const times = [];
  let seen = 0;
  for (let i = 0; i < edits && goesOn(); i++) {
    await sleep(pauseMs);
    const { ms, diagnostics } = await session.timedChange(file, at, at, String.fromCodePoint(97 + (i % 26)));
    at++;
    times.push(ms);
    if (typed.sign.test(JSON.stringify(diagnostics))) seen++;
  }
  await session.timedChange(file, first, at + typed.tail.length, '');
  return { ...summary(times), seen };
}

/**
 * Takes the test out of a widely used guard and puts it back: every caller has findings, and has none.
 * `open`: until an open caller's new diagnostics are there. `closed`: until those of all closed callers are.
 */
async function guardChanges(session, { guard, caller }, edits) {
  await session.open(guard);
  // It may be open with its own guard taken out.
  if (!session.documents.has(caller)) await session.open(caller);
  const original = readFileSync(path.join(session.root, caller), 'utf8');
  await session.timedChange(caller, 0, session.text(caller).length, original);
  let lastPart = 0;
  let files = new Set();
  session.pullWorkspace((items) => {
    lastPart = performance.now();
    for (const { uri } of items) files.add(uri);
  });
  await session.settled();
  await sleep(500);
  const open = [];
  const closed = [];
  let woken = 0;
  let seen = 0;
  const at = session.text(guard).indexOf(guardLine);
  for (let i = 0; i < edits; i++) {
    const isOut = i % 2 === 0;
    files = new Set();
    const started = performance.now();
    await session.change(guard, at, at + (isOut ? guardLine.length : 0), isOut ? '' : guardLine);
    const [, diagnostics] = await Promise.all([session.diagnostics(guard), session.diagnostics(caller)]);
    open.push(performance.now() - started);
    const hasFindings = diagnostics.length > 0;
    if (hasFindings === isOut) seen++;
    await sleep(600);
    if (files.size > 0) closed.push(lastPart - started);
    woken = Math.max(woken, files.size);
  }
  return { open: summary(open), closed: summary(closed), filesToldOf: woken, seen };
}

/** From the start of a server to the diagnostics of an open file that has a mistake in it. */
async function start(server, root, file, change, env) {
  const session = new LspSession({ ...servers[server], root, env: { ...servers[server].env, ...env } });
  await session.initialize();
  const initialized = performance.now() - session.spawnedAt;
  const text = session.text(file);
  const diagnostics = await session.open(file, change(text));
  const ms = performance.now() - session.spawnedAt;
  return { session, initializeMs: initialized, ms, seen: diagnostics.length };
}

const withoutGuard = (text) =>
  text.replace('  const user = await requireUser();\n', "  const user = { id: '' };\n");

/** A whole session of our server over a workspace: cold start, typing while it is indexed, typing after it, memory. */
export async function ourSession(root, files, { edits, manyEdits }) {
  const cache = temporaryCache();
  dropOwnCache(root);
  try {
    const cold = await start('ours', root, files.caller, withoutGuard, cache.env);
    const { session } = cold;
    const isIndexing = () => session.status?.quiescent !== true;
    const whileIndexed = await typing(session, files.small, 100_000, { while: isIndexing });
    await session.settled();
    const indexedMs = performance.now() - session.spawnedAt;
    await sleep(1_000);
    const indexed = session.memory();
    const keys = {};
    for (const name of ['small', 'large', 'leaf', 'guard'])
      if (files[name]) keys[name] = await typing(session, files[name], edits);
    const guard = files.guard
      ? await guardChanges(session, files, Math.max(4, Math.ceil(edits / 5)))
      : undefined;
    await typing(session, files.small, manyEdits, { pauseMs: 0 });
    const edited = session.memory();
    await session.close();

    const warm = await start('ours', root, files.caller, withoutGuard, cache.env);
    await warm.session.settled();
    const warmIndexedMs = performance.now() - warm.session.spawnedAt;
    await warm.session.close();
    const figures = ({ ms, initializeMs, seen }) => ({ ms, initializeMs, seen });
    return {
      start: { cold: figures(cold), warm: figures(warm) },
      index: { coldMs: indexedMs, warmMs: warmIndexedMs },
      whileIndexed,
      keys,
      guard,
      memory: { indexed: indexed?.now, edited: edited?.now, peak: edited?.peak, edits: manyEdits },
    };
  } finally {
    cache.remove();
  }
}

/** The same typing in another language server. */
export async function otherSession(server, root, files, { edits }) {
  if (!existsSync(servers[server].command)) return { error: 'is not installed' };
  const { session, ms } = await start(
    server,
    root,
    files.small,
    (text) => `${text}\nconst zzUnused = 1;\n`,
    {},
  );
  try {
    await session.settled();
    const keys = {};
    for (const name of ['small', 'large', 'leaf'])
      if (files[name]) keys[name] = await typing(session, files[name], edits);
    return { start: { cold: { ms } }, keys, memory: { edited: session.memory()?.now } };
  } finally {
    await session.close();
  }
}
