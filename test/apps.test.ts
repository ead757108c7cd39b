/** The sample apps: what is found in them, and what is left of them when every fix is taken. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { broughtBy } from '../src/edit/fixer.ts';
import { extractFacts } from '../src/facts/extract.ts';
import { hiddenBy } from '../src/engine.ts';
import type { Finding, FixOffer } from '../src/run/finding.ts';
import { prepareApp, typecheckApp, type AppName } from './apps/install.mjs';
import { openApp } from './kit/apps.ts';
import { chooseOffer, difference, findingsOf, textsAfter, type Fixture } from './kit/check.ts';
import type { Files } from './kit/fixture.ts';

/** Rules whose findings are marked completely in the apps (test/apps/README.md). */
const marked = new Set([
  'require-pagination',
  'action-auth',
  'env-module',
  'no-swallowed-error',
  'destructive-migration',
  'prisma-generator',
  'prisma-schema-location',
  'no-destructive-command',
  'service-cache',
  'service-layer',
  'service-purity',
  'action-location',
  'no-unbounded-write',
  'action-order',
  'action-validation',
  'no-mass-assignment',
  'action-transaction',
  'transaction-discipline',
  'no-unsafe-raw-query',
  'stable-order',
  'bounded-take',
  'next-async-apis',
  'session-shape',
  'owner-filter',
  'no-client-identity',
  'prisma-client-import',
  'server-only',
  'no-n-plus-one',
  'single-prisma-client',
  'env-schema',
  'query-in-database',
  'no-prisma-middleware',
  'soft-delete',
  'no-overfetch',
  'no-secret-log',
  'cache-safety',
  'action-revalidate',
  'action-for-mutation',
  'action-result',
  'schema-model-drift',
  'require-role',
  'no-duplicate-validation',
  'webhook-signature',
  'no-get-side-effect',
  'unsafe-migration',
  'migrate-dev-only',
  'revalidate-match',
  'edited-migration',
  'no-undefined-filter',
  'missing-index',
  'pending-destructive-change',
  'schema-drift',
  'stale-client',
  'migration-breaks-code',
  'map-stale',
]);

describe('findings', () => {
  it('shop has none, and nothing in it is unreadable', async () => {
    const { engine } = await openApp('shop');
    expect(difference(engine, findingsOf(engine), [])).toBe('');
    expect(engine.problems()).toEqual([]);
  });

  it.each(['shop-twin', 'monorepo'] as const)('%s has exactly the marked ones', async (name) => {
    const { engine, expectations } = await openApp(name);
    const found = findingsOf(engine).filter(({ rule }) => marked.has(rule));
    expect(difference(engine, found, expectations)).toBe('');
    expect(engine.problems()).toEqual([]);
  });

  it('the twin has at least one of every rule', async () => {
    const { engine } = await openApp('shop-twin');
    const rules = new Set(findingsOf(engine).map(({ rule }) => rule));
    expect([...marked].filter((rule) => !rules.has(rule))).toEqual([]);
  });
});

/** A finding as it is called in the messages of these tests. */
const nameOf = (finding: Finding, offer?: FixOffer): string =>
  `${finding.file}:${finding.range.start.line + 1} ${finding.rule}${offer ? ` ${offer.recipe}` : ''}`;

const fingerprints = (fixture: Fixture): Set<string> =>
  new Set(findingsOf(fixture.engine).map(({ fingerprint }) => fingerprint));

/** Findings of the same file that say the same: their fingerprints differ by a number only. */
const alike = (fixture: Fixture, finding: Finding): number =>
  fixture.engine
    .check(finding.file)
    .filter((other) => other.rule === finding.rule && other.message === finding.message).length;

describe.each(['shop-twin', 'monorepo'] as const)('every fix that %s offers', (name: AppName) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await openApp(name);
  });

  it(
    'is refused with a reason, or parses, removes its finding, adds none as grave anywhere and has nothing left to do',
    { timeout: 120_000 },
    () => {
      const { engine } = fixture;
      const before = findingsOf(engine);
      const known = fingerprints(fixture);
      const wrong: string[] = [];
      let taken = 0;
      for (const finding of findingsOf(engine))
        for (const offer of finding.fixes) {
          const result = engine.edits(finding, offer);
          if (!result.ok) {
            if (!/^[A-Z`'"].*\w/.test(result.reason))
              wrong.push(`${nameOf(finding, offer)}: refused without a reason`);
            continue;
          }
          taken++;
          const copies = alike(fixture, finding);
          const texts = textsAfter(engine, result.changes);
          const originals = Object.keys(texts).map((file) => ({ file, text: engine.text(file) }));
          engine.update(Object.entries(texts).map(([file, text]) => ({ file, text })));
          for (const [file, text] of Object.entries(texts))
            if (extractFacts(file, text).broken)
              wrong.push(`${nameOf(finding, offer)}: ${file} does not parse`);
          if (alike(fixture, finding) !== copies - 1)
            wrong.push(`${nameOf(finding, offer)}: the finding stays`);
          const brought = broughtBy(before, findingsOf(engine), finding, hiddenBy);
          if (brought !== undefined) wrong.push(`${nameOf(finding, offer)}: new of ${brought}`);
          // With copies left, the fingerprint is that of the next one.
          if (copies === 1 && engine.edits(finding, offer).ok)
            wrong.push(`${nameOf(finding, offer)}: would be done twice`);
          engine.update(originals);
        }
      expect(wrong).toEqual([]);
      expect(taken).toBeGreaterThan(0);
      expect(fingerprints(fixture)).toEqual(known);
    },
  );

  it('fix-all takes the safe ones of a file, and a second time nothing', () => {
    const { engine } = fixture;
    for (const file of engine.files()) {
      const result = engine.fixAll(file);
      if (!result.ok) throw new Error(`${file}: ${result.reason}`);
      if (result.changes.length === 0) continue;
      const originals = result.changes.map((change) => ({
        file: change.file,
        text: engine.text(change.file),
      }));
      engine.update(
        Object.entries(textsAfter(engine, result.changes)).map(([other, text]) => ({ file: other, text })),
      );
      expect(engine.fixAll(file)).toMatchObject({ ok: true, changes: [] });
      engine.update(originals);
    }
  });
});

/** Takes the first choice of every finding until none is left that can be had; returns texts and how many were taken. */
function fixEverything(fixture: Fixture): { texts: Files; taken: number } {
  const { engine } = fixture;
  const texts: Files = {};
  let taken = 0;
  const refused = new Set<string>();
  for (;;) {
    let changed = false;
    for (const finding of findingsOf(engine)) {
      const offer = chooseOffer(finding);
      if (!offer || refused.has(finding.fingerprint)) continue;
      const result = engine.edits(finding, offer);
      if (!result.ok) {
        refused.add(finding.fingerprint);
        continue;
      }
      const after = textsAfter(engine, result.changes);
      Object.assign(texts, after);
      engine.update(Object.entries(after).map(([file, text]) => ({ file, text })));
      taken++;
      changed = true;
      // The other findings were of the texts before.
      break;
    }
    if (!changed) return { texts, taken };
    if (taken > 500) throw new Error('fixes go round in circles');
  }
}

describe('the twin with all its fixes', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twin-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compiles against its real dependencies', { timeout: 600_000 }, async () => {
    const fixture = await openApp('shop-twin');
    const { texts, taken } = fixEverything(fixture);
    expect(taken).toBeGreaterThan(10);
    const dir = await prepareApp('shop-twin', path.join(folder, 'app'));
    for (const [file, text] of Object.entries(texts)) {
      mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
      writeFileSync(path.join(dir, file), text);
    }
    expect(await typecheckApp(dir)).toBe('');
  });
});
