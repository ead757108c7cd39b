/** The benchmark itself: its workspace is the same every time, and a whole run of it works. Times are not judged. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';

interface Corpus {
  corpus(count: number): Map<string, string>;
  targets: Record<string, string>;
}

test.each([50, 500, 5_000])('a workspace of %i files has so many, the same each time', async (count) => {
  const { corpus, targets } = (await import('./corpus.mjs' as string)) as Corpus;
  const files = corpus(count);
  expect(files.size).toBe(count);
  expect([...corpus(count)]).toEqual([...files]);
  for (const target of Object.values(targets)) expect(files.has(target), target).toBe(true);
});

test('a quick run gives figures for each part', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'backend-specialist-bench-test-'));
  try {
    const json = path.join(folder, 'bench.json');
    const main = path.join(import.meta.dirname, 'main.mjs');
    execFileSync(process.execPath, [main, '--quick', '--files', '50', '--no-others', '--json', json], {
      stdio: 'pipe',
    });
    const [result] = (JSON.parse(readFileSync(json, 'utf8')) as { results: Result[] }).results;
    const ours = result?.sessions.ours;
    expect(result?.check.cold.ms).toBeGreaterThan(0);
    expect(ours?.start.cold.seen, 'findings of the opened file').toBeGreaterThan(0);
    for (const keys of Object.values(ours?.keys ?? {})) expect(keys.seen).toBe(keys.count);
    expect(ours?.guard.seen, 'changes of the guard that its caller felt').toBe(ours?.guard.open.count);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

interface Keys {
  count: number;
  seen: number;
}

interface Result {
  check: { cold: { ms: number } };
  sessions: {
    ours: {
      start: { cold: { seen: number } };
      keys: Record<string, Keys>;
      guard: { open: Keys; seen: number };
    };
  };
}
