/** Engines on fixtures, and what tests of rules ask of them. */
import { expect } from 'vitest';
import { applyEdits } from '../../src/edit/applyEdits.ts';
import { Engine, rules } from '../../src/engine.ts';
import type { EngineOptions } from '../../src/engine.ts';
import type { EditResult, FileEdits, Finding, FixOffer } from '../../src/run/finding.ts';
import type { Expectation } from '../apps/expectations.mjs';
import { baseApp } from './baseApp.ts';
import { parseFixture, takeExpectations, type Files } from './fixture.ts';
import { MemoryHost } from './memoryHost.ts';

export interface FixtureOptions {
  /** Whether the files of `baseApp` are there too; `false` for a workspace of one's own. Default true. */
  base?: boolean;
  /** Files that the base branch has, by their texts where those matter; without it there is no version control and only the newest migration is new. */
  committed?: readonly string[] | Readonly<Record<string, string>>;
  overrides?: NonNullable<EngineOptions['overrides']>;
}

export interface Fixture {
  engine: Engine;
  /** Paths of the fixture's own files: findings elsewhere (in the base) are errors of the kit. */
  own: ReadonlySet<string>;
  expectations: readonly Expectation[];
}

/** An engine that has indexed the files given. */
export async function openFiles(files: Files, options: Omit<FixtureOptions, 'base'> = {}): Promise<Engine> {
  const host = new MemoryHost(files);
  const engine = await Engine.create({
    host,
    ...(options.overrides ? { overrides: options.overrides } : {}),
  });
  engine.setTree(host.tree());
  const { committed } = options;
  if (committed)
    engine.setCommitted(
      Array.isArray(committed) ? new Set<string>(committed) : new Map(Object.entries(committed)),
    );
  engine.index(Infinity, () => 0);
  return engine;
}

/**
 * Opens a fixture: a text with `//- path` lines, or texts by path. Comments with carets are taken out first.
 * @returns the engine, everything indexed, and what the carets expect
 */
export async function openFixture(source: string | Files, options: FixtureOptions = {}): Promise<Fixture> {
  const { files, expectations } = takeExpectations(
    typeof source === 'string' ? parseFixture(source) : source,
  );
  const engine = await openFiles(options.base === false ? files : { ...baseApp, ...files }, options);
  return { engine, own: new Set(Object.keys(files)), expectations };
}

/** All findings of a workspace, in the order of the files; of one rule when it is named. Throws when a rule crashed. */
export function findingsOf(engine: Engine, rule?: string): Finding[] {
  if (rule !== undefined && !rules.some(({ meta }) => meta.id === rule))
    throw new Error(`no rule "${rule}" is registered`);
  const all = engine.files().flatMap((file) => engine.check(file));
  const crash = engine.problems().find(({ message }) => message.startsWith('the rule '));
  if (crash) throw new Error(`${crash.file}: ${crash.message}`);
  // Fixtures have no map, and are not made to write one.
  const isWanted = (finding: Finding): boolean =>
    rule === undefined
      ? finding.rule !== 'map-stale' || messageId(finding) !== 'absent'
      : finding.rule === rule;
  return all.filter(isWanted);
}

/** Findings of one rule in a fixture. */
export function findings(fixture: Fixture, rule: string): Finding[] {
  return findingsOf(fixture.engine, rule);
}

interface Row {
  file: string;
  line: number;
  column: number;
  text: string;
  rule: string;
  severity?: string | undefined;
}

const place = (row: Row): string => `${row.file}:${row.line}:${row.column} ${row.rule} «${row.text}»`;
const show = (row: Row): string =>
  row.severity === undefined ? place(row) : `${place(row)} ${row.severity}`;

function rowOf(engine: Engine, finding: Finding): Row {
  return {
    ...finding,
    line: finding.range.start.line + 1,
    column: finding.range.start.character + 1,
    text: engine.text(finding.file)?.slice(finding.start, finding.end) ?? '',
  };
}

/**
 * What differs between findings and expectations, in readable lines (`file:line:column rule «flagged text» severity`, 1-based); `''`
 * when nothing does. Where an expectation has no severity, any will do.
 */
export function difference(
  engine: Engine,
  actual: readonly Finding[],
  expected: readonly Expectation[],
): string {
  const open = new Set(expected.filter(({ severity }) => severity === undefined).map(place));
  const wanted = new Map<string, number>();
  for (const row of expected.map(show)) wanted.set(row, (wanted.get(row) ?? 0) + 1);
  const unexpected: string[] = [];
  for (const finding of actual) {
    const row = rowOf(engine, finding);
    const key = open.has(place(row)) ? place(row) : show(row);
    const count = wanted.get(key) ?? 0;
    if (count > 0) wanted.set(key, count - 1);
    else unexpected.push(`+ ${show(row)}: ${finding.message}`);
  }
  const missing = [...wanted].flatMap(([row, count]) => Array<string>(count).fill(`- ${row}`));
  return [...missing.toSorted(), ...unexpected.toSorted()].join('\n');
}

/** Not an assertion of vitest's: it would cut the lines short. */
function failFor(lines: string): void {
  if (lines !== '') throw new Error(`missing findings (-) and unexpected ones (+):\n${lines}`);
}

/** Compares the findings of some rules (all, unless named) with the carets of the fixture. */
export function expectFindings(fixture: Fixture, options: { rules?: readonly string[] } = {}): void {
  const wanted = (rule: string): boolean => options.rules?.includes(rule) ?? true;
  const found =
    options.rules?.flatMap((rule) => findingsOf(fixture.engine, rule)) ?? findingsOf(fixture.engine);
  const wantedHere = fixture.expectations.filter(({ rule }) => wanted(rule));
  failFor(difference(fixture.engine, found, wantedHere));
}

/** Expects no finding of a rule anywhere in a fixture. */
export function expectSilent(fixture: Fixture, rule: string): void {
  failFor(difference(fixture.engine, findings(fixture, rule), []));
}

/** The id of the message that a finding's text was made from. Throws when no message of its rule fits. */
export function messageId(finding: Finding): string {
  const messages = rules.find(({ meta }) => meta.id === finding.rule)?.meta.messages ?? {};
  const fits = Object.entries(messages).filter(([, template]) => {
    const pattern = template
      .split(/\{\w+\}/)
      .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*');
    return new RegExp(`^${pattern}$`).test(finding.message);
  });
  // A template of little but placeholders fits everything: the longest one says most.
  const [best] = fits.toSorted((a, b) => b[1].length - a[1].length);
  if (!best) throw new Error(`no message of ${finding.rule} reads: ${finding.message}`);
  return best[0];
}

export interface FixChoice {
  rule: string;
  /** The preferred recipe, else the only or first one, unless named. */
  recipe?: string | undefined;
  /** Which finding of the rule, 0-based in the order of files and places. */
  nth?: number | undefined;
}

/** The offer that a person would take first. */
export function chooseOffer(finding: Finding, recipe?: string): FixOffer | undefined {
  if (recipe !== undefined) return finding.fixes.find((fix) => fix.recipe === recipe);
  return finding.fixes.find((fix) => fix.preferred) ?? finding.fixes[0];
}

/** New texts of the files that a change touches. */
export function textsAfter(engine: Engine, changes: readonly FileEdits[]): Files {
  return Object.fromEntries(
    changes.map(({ file, edits }) => [file, applyEdits(engine.text(file) ?? '', edits)]),
  );
}

/** Asks for the edits of a fix without taking them. Throws when there is no such finding or offer. */
export function requestFix(fixture: Fixture, choice: FixChoice): { finding: Finding; result: EditResult } {
  const all = findings(fixture, choice.rule);
  const finding = all[choice.nth ?? 0];
  if (!finding)
    throw new Error(`${choice.rule} has ${all.length} findings, number ${choice.nth ?? 0} is wanted`);
  const offer = chooseOffer(finding, choice.recipe);
  if (!offer)
    throw new Error(
      `the finding offers [${finding.fixes.map((fix) => fix.recipe).join(', ')}], not ${choice.recipe ?? 'a fix'}`,
    );
  return { finding, result: fixture.engine.edits(finding, offer) };
}

/** Why a fix is refused; `undefined` when it is not. */
export function refusal(fixture: Fixture, choice: FixChoice): string | undefined {
  const { result } = requestFix(fixture, choice);
  return result.ok ? undefined : result.reason;
}

/**
 * Takes a fix in the fixture's engine.
 * @returns the new texts of the files it changed
 * @throws when it is refused
 */
export function applyFix(fixture: Fixture, choice: FixChoice): Files {
  const { finding, result } = requestFix(fixture, choice);
  if (!result.ok) throw new Error(`${finding.file}: the fix of ${choice.rule} is refused: ${result.reason}`);
  const texts = textsAfter(fixture.engine, result.changes);
  fixture.engine.update(Object.entries(texts).map(([file, text]) => ({ file, text })));
  return texts;
}

/** More findings than any fixture has: a fix that goes on for ever ends here. */
const MAX_FIXES = 50;

/**
 * Takes the fix of every finding of a rule, first come first served, until none is left that can be had.
 * @returns the new texts of all files that changed, and why the rest was refused
 */
export function applyFixes(
  fixture: Fixture,
  rule: string,
  recipe?: string,
): { texts: Files; refused: string[] } {
  const texts: Files = {};
  for (let count = 0; count < MAX_FIXES; count++) {
    const refused: string[] = [];
    let result: Extract<EditResult, { ok: true }> | undefined;
    for (const finding of findings(fixture, rule)) {
      const offer = chooseOffer(finding, recipe);
      if (!offer) continue;
      const edits = fixture.engine.edits(finding, offer);
      if (edits.ok) {
        result = edits;
        break;
      }
      refused.push(`${finding.file}:${finding.range.start.line + 1}: ${edits.reason}`);
    }
    if (!result) return { texts, refused };
    const changed = textsAfter(fixture.engine, result.changes);
    Object.assign(texts, changed);
    fixture.engine.update(Object.entries(changed).map(([file, text]) => ({ file, text })));
  }
  throw new Error(`the fix of ${rule} is still wanted after ${MAX_FIXES} times`);
}

export interface FixedOptions {
  recipe?: string;
  nth?: number;
  /** Take the fix of every finding of the rule, not of one. */
  all?: boolean;
}

/**
 * Takes a fix and compares every file it changed with the exact text expected (texts by path or a fixture); no other file may
 * change. The finding must be gone, and a second run must change nothing.
 */
export function expectFixed(
  fixture: Fixture,
  rule: string,
  expected: string | Files,
  options: FixedOptions = {},
): void {
  const { recipe, nth, all } = options;
  const before = findings(fixture, rule);
  const result = all
    ? applyFixes(fixture, rule, recipe)
    : { texts: applyFix(fixture, { rule, recipe, nth }), refused: [] };
  expect({ ...result.texts }, result.refused.join('\n')).toEqual(
    typeof expected === 'string' ? parseFixture(expected) : expected,
  );
  const after = findings(fixture, rule);
  if (all) {
    expect(applyFixes(fixture, rule, recipe).texts, 'a second run changes nothing').toEqual({});
    return;
  }
  expect(
    after.map((finding) => finding.fingerprint),
    'the finding is gone',
  ).not.toContain(before[nth ?? 0]?.fingerprint);
  expect(after.length, 'there are fewer findings').toBeLessThan(before.length);
}
