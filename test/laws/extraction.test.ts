/** Extraction never throws and never points outside of the text, whatever a file holds. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadShellParser } from '../../src/facts/commands.ts';
import { extractFacts } from '../../src/facts/extract.ts';
import { SourceTrees } from '../../src/facts/sourceTrees.ts';
import { loadSqlParser } from '../../src/facts/sql.ts';
import { appFiles } from '../kit/apps.ts';

const runs = Number(process.env['LAW_RUNS'] ?? 60);
const seed = Number(process.env['LAW_SEED'] ?? 20_260_101);

beforeAll(async () => {
  await Promise.all([loadSqlParser(), loadShellParser()]);
});

const all = [...Object.entries(appFiles('shop-twin')), ...Object.entries(appFiles('monorepo'))];
const named = (pattern: RegExp): string[] =>
  all.filter(([file]) => pattern.test(file)).map(([, text]) => text);

/** A path of every kind of file, with texts of that kind to mutilate. */
const kinds: [string, string[]][] = [
  ['lib/a.ts', named(/\.ts$/)],
  ['app/a/page.tsx', named(/\.tsx$/)],
  ['lib/a.mjs', ["import a from './a.js';\nexport default async () => { try { await a(); } catch {} };\n"]],
  ['prisma/schema.prisma', named(/\.prisma$/)],
  ['prisma/migrations/1_a/migration.sql', named(/\.sql$/)],
  ['package.json', named(/package\.json$/)],
  ['tsconfig.json', named(/tsconfig\.json$/)],
  ['pnpm-workspace.yaml', ["packages:\n  - 'apps/*'\n  - packages/*\n"]],
  ['backend-specialist.config.json', ['{ "rules": { "env-module": "off" }, /* all */ "overrides": [] }']],
  ['.env.example', named(/\.env/)],
  ['.github/workflows/a.yml', named(/\.ya?ml$/)],
  ['docker-compose.yml', named(/compose\.yml$/)],
  ['Dockerfile', named(/Dockerfile$/)],
  ['Makefile', named(/Makefile$/)],
  ['scripts/a.sh', named(/\.sh$/)],
];

/** Every pair of numbers called `start` and `end`, wherever it stands in the facts. */
function spansIn(value: unknown): [number, number][] {
  if (typeof value !== 'object' || value === null) return [];
  const { start, end } = value as { start?: unknown; end?: unknown };
  const own: [number, number][] = typeof start === 'number' && typeof end === 'number' ? [[start, end]] : [];
  return [...own, ...Object.values(value).flatMap(spansIn)];
}

function expectSound(file: string, text: string): void {
  const { facts } = extractFacts(file, text);
  if (facts.kind === 'skipped') expect(facts.reason, facts.detail ?? '').not.toBe('failed');
  const pairs: [number, number][] = [];
  for (let at = 0; at < facts.spans.length; at += 2)
    pairs.push([facts.spans[at] ?? NaN, facts.spans[at + 1] ?? NaN]);
  for (const [start, end] of [...pairs, ...spansIn({ ...facts, spans: undefined })])
    expect(0 <= start && start <= end && end <= text.length, `${start}..${end} of ${text.length}`).toBe(true);
  for (const { start } of facts.problems) expect(0 <= start && start <= text.length).toBe(true);
  for (const line of facts.lines) expect(line <= text.length).toBe(true);
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
}

describe.each(kinds)('%s', (file, samples) => {
  const sample = fc.constantFrom(...samples);

  it('has samples', () => {
    expect(samples.length).toBeGreaterThan(0);
    for (const text of samples) expectSound(file, text);
  });

  it('cut off anywhere', () => {
    const cut = fc
      .tuple(sample, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([text, part]) => text.slice(0, Math.floor(text.length * part)));
    fc.assert(
      fc.property(cut, (text) => expectSound(file, text)),
      { numRuns: runs, seed },
    );
  });

  it('with a piece replaced by noise', () => {
    const noise = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('{', '}', '(', '`', '${', "'", '"', '/*', '--', '\0', '\uD800', '\r', '\u2028'),
    );
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    const mutilated = fc
      .tuple(sample, place, fc.nat({ max: 30 }), noise)
      .map(([text, part, length, piece]) => {
        const at = Math.floor(text.length * part);
        return text.slice(0, at) + piece + text.slice(at + length);
      });
    fc.assert(
      fc.property(mutilated, (text) => expectSound(file, text)),
      { numRuns: runs, seed },
    );
  });

  it('with nothing but noise', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => expectSound(file, text)),
      { numRuns: runs, seed },
    );
  });

  it('typed into again and again = read once', () => {
    const piece = fc.oneof(
      fc.constantFrom('a', ' ', '\n', '{', '}', '(', ')', '`', "'", '/', '*', ';', 'await ', '=> ', '.b', ''),
      fc.string({ maxLength: 3 }),
    );
    const edit = fc.record({
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat({ max: 4 }),
      piece,
    });
    fc.assert(
      fc.property(sample, fc.array(edit, { minLength: 1, maxLength: 8 }), (text, edits) => {
        const trees = new SourceTrees();
        extractFacts(file, text, trees);
        let now = text;
        for (const { part, length, piece: typed } of edits) {
          const at = Math.floor(now.length * part);
          now = now.slice(0, at) + typed + now.slice(at + length);
          expect(extractFacts(file, now, trees)).toEqual(extractFacts(file, now));
        }
      }),
      { numRuns: runs, seed },
    );
  });

  it('the same text gives the same facts', () => {
    fc.assert(
      fc.property(sample, (text) => {
        expect(extractFacts(file, text)).toEqual(extractFacts(file, text));
      }),
      { numRuns: 5, seed },
    );
  });
});
