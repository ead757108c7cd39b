// Time and memory of the processes of one measurement. They carry a mark in their environment, so that a daemon that left
// the process tree is counted too, and ended by its id. Memory is read from /proc; elsewhere it is unknown.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const markName = 'BACKEND_SPECIALIST_BENCH';

/** An environment whose processes can be found again. */
export function marked(extra = {}) {
  const mark = randomUUID();
  return { mark, env: { ...process.env, ...extra, [markName]: mark } };
}

function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // Gone meanwhile, somebody else's, or a system without /proc.
    return '';
  }
}

/** Ids of the living processes with a mark. */
export function processesOf(mark) {
  let names;
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/environ`).includes(`${markName}=${mark}\0`))
    .map(Number);
}

const field = (status, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;

/** Resident memory now, and each process's highest so far, summed, in MB; undefined where it cannot be known. */
export function memoryOf(mark) {
  const states = processesOf(mark).map((id) => read(`/proc/${id}/status`));
  if (states.length === 0) return undefined;
  const sum = (name) => Math.round(states.reduce((total, status) => total + field(status, name), 0));
  return { now: sum('VmRSS'), peak: sum('VmHWM') };
}

/** Ends what is left of a measurement, by id. */
export async function endAll(mark) {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    for (const id of processesOf(mark)) {
      try {
        process.kill(id, signal);
      } catch {
        // It ended by itself.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Runs a command to its end.
 * @returns {Promise<{ ms: number, peakMB: number | undefined, code: number | null, stdout: string, stderr: string }>}
 */
export async function timed(command, args, { cwd, env = {} }) {
  const { mark, env: environment } = marked(env);
  const started = performance.now();
  const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  let peakMB;
  // The child alone: looking for helpers this often would slow down what is measured.
  const sampler = setInterval(() => {
    const peak = Math.round(field(read(`/proc/${child.pid}/status`), 'VmHWM'));
    if (peak > 0) peakMB = Math.max(peakMB ?? 0, peak);
  }, 20);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(sampler);
  const ms = performance.now() - started;
  await endAll(mark);
  return { ms, peakMB, code, stdout, stderr };
}
