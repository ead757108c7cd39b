/** A thread beside PostgreSQL's, which a statement can block for ever: ends the process when it takes too much memory or time. */
import { workerData } from 'node:worker_threads';

/** Milliseconds for one request, bytes for the process: both far above what the parent allows in a normal course. */
const [timeLimit = 60_000, memoryLimit = 1_500_000_000] = process.argv.slice(2).map(Number);

const everyMs = 250;

/** 1 while the other thread runs migrations; it makes the array. */
const working = workerData as Int32Array;

let begun: number | undefined;
setInterval(() => {
  if (Atomics.load(working, 0) === 0) begun = undefined;
  else begun ??= performance.now();
  const isLate = begun !== undefined && performance.now() - begun > timeLimit;
  // The other thread cannot be asked to end: it doesn't listen while a statement runs.
  if (isLate || process.memoryUsage.rss() > memoryLimit) process.kill(process.pid, 'SIGKILL');
}, everyMs);
