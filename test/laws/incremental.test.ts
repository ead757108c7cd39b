/**
 * Laws of the engine over random edit scripts. LAW_RUNS=500 LAW_SEED=7 tries more and others; a failure prints the smallest script.
 */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine.ts';
import type { AppName } from '../apps/install.mjs';
import { appFiles, committedOf } from '../kit/apps.ts';
import { openFiles } from '../kit/check.ts';
import type { Files } from '../kit/fixture.ts';
import { MemoryHost } from '../kit/memoryHost.ts';
import {
  applyChange,
  changeOf,
  repairs,
  scriptArbitrary,
  type Change,
  type Step,
} from '../kit/randomEdits.ts';

const runs = Number(process.env['LAW_RUNS'] ?? 15);
const seed = Number(process.env['LAW_SEED'] ?? 20_260_101);

/** All findings and problems, by file, in one text. */
function everything(engine: Engine): string {
  const findings = engine.files().map((file) => [file, engine.check(file)]);
  return JSON.stringify({ findings, problems: engine.problems() }, null, 1);
}

/** The texts after a script, all of them parsing, and every change on the way. */
function play(script: readonly Step[], originals: Files): { files: Map<string, string>; changes: Change[] } {
  const files = new Map(Object.entries(originals));
  const changes: Change[] = [];
  const take = (change: Change | undefined): void => {
    if (!change) return;
    applyChange(files, change);
    changes.push(change);
  };
  for (const step of script) take(changeOf(step, files, originals));
  for (const change of repairs(files, originals)) take(change);
  return { files, changes };
}

describe.each(['shop-twin', 'monorepo'] as const)('%s', { timeout: runs * 20_000 }, (name: AppName) => {
  const originals = appFiles(name);
  const committed = committedOf(originals);
  let pristine: string;
  let live: Engine;
  /** What a front end shows that asks only for what `takeStale` names. */
  const shown = new Map<string, string>();
  const refresh = (): void => {
    for (const file of live.takeStale()) {
      if (live.files().includes(file)) shown.set(file, JSON.stringify(live.check(file)));
      else shown.delete(file);
    }
  };

  const open = async (): Promise<void> => {
    live = await openFiles(originals, { committed });
    shown.clear();
    refresh();
  };

  beforeAll(async () => {
    await open();
    pristine = everything(live);
  });

  it('incremental = fresh, and every file whose findings changed is named', async () => {
    let failed = false;
    await fc.assert(
      fc.asyncProperty(scriptArbitrary, async (script) => {
        const { files, changes } = play(script, originals);
        // One engine serves all scripts, so that each also runs in what others left behind; but a failed one is no fair start.
        if (failed) await open();
        failed = true;
        for (const change of changes) {
          live.update([change]);
          refresh();
        }
        const fresh = await openFiles(Object.fromEntries(files), { committed });
        expect(everything(live)).toBe(everything(fresh));
        for (const file of fresh.files())
          expect([file, shown.get(file)]).toEqual([file, JSON.stringify(fresh.check(file))]);
        expect([...shown.keys()].toSorted()).toEqual(fresh.files());
        // Undone at once in one update: a batch must do what single changes do.
        const touched = new Set(changes.map(({ file }) => file));
        live.update([...touched].map((file) => ({ file, text: originals[file] })));
        refresh();
        expect(everything(live)).toBe(pristine);
        failed = false;
      }),
      { numRuns: runs, seed },
    );
  });

  it('cold = warm cache, also for a cache of other texts', async () => {
    const cache = [...live.cacheLines()].join('\n');
    await fc.assert(
      fc.asyncProperty(scriptArbitrary, async (script) => {
        const { files } = play(script, originals);
        const cold = await openFiles(Object.fromEntries(files), { committed });
        const host = new MemoryHost(files);
        const warm = await Engine.create({ host });
        expect(warm.loadCache(cache)).toBeGreaterThan(0);
        warm.setTree(host.tree());
        warm.setCommitted(new Set(committed));
        warm.index(Infinity, () => 0);
        expect(warm.cacheHits).toBeGreaterThan(0);
        expect(everything(warm)).toBe(everything(cold));
        // A warm engine is as good a start for edits as a cold one.
        warm.update(Object.entries(originals).map(([file, text]) => ({ file, text })));
        warm.update(
          [...files.keys()].filter((file) => !(file in originals)).map((file) => ({ file, text: undefined })),
        );
        expect(everything(warm)).toBe(pristine);
      }),
      { numRuns: Math.ceil(runs / 3), seed },
    );
  });

  it('the order in which files are listed, indexed and asked for does not matter', async () => {
    const names = Object.keys(originals);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(names, { minLength: names.length }),
        fc.shuffledSubarray(names),
        fc.nat({ max: 40 }),
        async (listed, asked, budget) => {
          const host = new MemoryHost(listed.map((file) => [file, originals[file] ?? ''] as const));
          const engine = await Engine.create({ host });
          engine.setTree(host.tree());
          // The clock goes on by one with every look at it, so that slices end at different files.
          let time = 0;
          const now = (): number => time++;
          for (const file of asked.slice(0, 10)) engine.check(file);
          while (!engine.index(budget, now, asked).complete)
            for (const file of asked.slice(0, 3)) engine.check(file);
          engine.setCommitted(new Set(committed));
          expect(everything(engine)).toBe(pristine);
        },
      ),
      { numRuns: Math.ceil(runs / 3), seed },
    );
  });
});

describe('the laws can fail', () => {
  it('when an edit is kept from the engine', async () => {
    const originals = appFiles('shop-twin');
    const changed = { ...originals, 'lib/extra.ts': 'export const key = process.env.EXTRA_KEY;\n' };
    expect(everything(await openFiles(originals))).not.toBe(everything(await openFiles(changed)));
  });
});
