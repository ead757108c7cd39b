/**
 * The examples of rule pages, run. A fenced block with an info string `language verdict path` is an example: ```` ```ts bad lib/a.ts ````.
 * `verdict` is `bad`, `good`, `fixed`, or `base` for what the base branch has; blocks that share a number (`bad#1`, `good#1`, `fixed#1`) are files of one example. Without a number
 * each `bad` and `good` block is an example of its own, and `fixed` belongs to the last `bad` block of the same path. `recipe=id` at
 * the end of a `fixed` block's info string names the fix where it isn't the preferred one. Other blocks are only shown.
 */
import { expect } from 'vitest';
import { applyFixes, expectFindings, expectSilent, findings, messageId, openFixture } from './check.ts';
import { baseApp } from './baseApp.ts';
import { takeExpectations, type Files } from './fixture.ts';

export interface Example {
  /** 1-based line of its first block in the page. */
  line: number;
  verdict: 'bad' | 'good';
  files: Files;
  /** What the base branch has, beside the migrations of the base app; `undefined` when there is no version control. */
  base: Files | undefined;
  /** What the fix makes of the files; `undefined` when the page doesn't show it. */
  fixed: Files | undefined;
  recipe: string | undefined;
}

interface Block {
  line: number;
  verdict: string;
  group: string | undefined;
  file: string;
  recipe: string | undefined;
  text: string;
}

const FENCE = /^(?<ticks>`{3,})(?<info>[^`]*)$/;
const INFO =
  /^\S+ (?<verdict>bad|good|fixed|base)(?:#(?<group>\d+))? (?<file>\S+)(?: recipe=(?<recipe>[a-z-]+))?$/;

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { ticks: string; info: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    const fence = FENCE.exec(line)?.groups;
    if (!open) {
      if (fence)
        open = {
          ticks: fence['ticks'] ?? '',
          info: (fence['info'] ?? '').trim(),
          line: index + 1,
          lines: [],
        };
    } else if (fence && fence['info'] === '' && (fence['ticks'] ?? '').length >= open.ticks.length) {
      const info = INFO.exec(open.info)?.groups;
      if (info)
        blocks.push({
          line: open.line,
          verdict: info['verdict'] ?? '',
          group: info['group'],
          file: info['file'] ?? '',
          recipe: info['recipe'],
          text: open.lines.map((row) => `${row}\n`).join(''),
        });
      else if (/ (bad|good|fixed|base)\b/.test(open.info))
        throw new Error(`line ${open.line}: the info string "${open.info}" is not understood`);
      open = undefined;
    } else open.lines.push(line);
  }
  if (open) throw new Error(`line ${open.line}: the block is never closed`);
  return blocks;
}

/** The examples of a page, in its order. Throws, with the line, when blocks don't fit together. */
export function examplesOf(page: string): Example[] {
  const examples: Example[] = [];
  const byGroup = new Map<string, Example>();
  for (const { line, verdict, group, file, recipe, text } of blocksOf(page)) {
    let example: Example | undefined;
    if (group !== undefined) example = byGroup.get(group);
    else if (verdict === 'fixed')
      example = examples.findLast((other) => other.verdict === 'bad' && file in other.files);
    if (!example) {
      if (verdict === 'fixed') throw new Error(`line ${line}: no bad block above fits this fixed one`);
      example = { line, verdict: 'good', files: {}, base: undefined, fixed: undefined, recipe: undefined };
      examples.push(example);
      if (group !== undefined) byGroup.set(group, example);
    }
    const files =
      verdict === 'fixed'
        ? (example.fixed ??= {})
        : verdict === 'base'
          ? (example.base ??= {})
          : example.files;
    if (file in files) throw new Error(`line ${line}: the example has ${file} twice`);
    files[file] = text;
    if (verdict === 'bad') example.verdict = 'bad';
    if (recipe !== undefined) example.recipe = recipe;
  }
  return examples;
}

/**
 * Runs one example inside the base app: a good one has no finding of the rule; a bad one has exactly its carets (at least one finding
 * when it has none), and where the page shows the fix, taking all of them changes exactly the files shown, to exactly these texts.
 * @returns ids of the messages that appeared
 */
export async function runExample(rule: string, example: Example): Promise<Set<string>> {
  const migrations = Object.entries(baseApp).filter(([file]) => file.endsWith('/migration.sql'));
  const fixture = await openFixture(
    example.files,
    example.base ? { committed: { ...Object.fromEntries(migrations), ...example.base } } : {},
  );
  if (example.verdict === 'good') {
    expectSilent(fixture, rule);
    return new Set();
  }
  const found = findings(fixture, rule);
  const own = fixture.expectations.filter((expected) => expected.rule === rule);
  if (own.length > 0) expectFindings(fixture, { rules: [rule] });
  else if (found.length === 0) throw new Error(`line ${example.line}: the bad example has no finding`);
  const ids = new Set(found.map(messageIdOf));
  if (example.fixed) {
    const { texts, refused } = applyFixes(fixture, rule, example.recipe);
    const shown = takeExpectations(example.fixed).files;
    expect({ ...takeExpectations(example.files).files, ...texts }, refused.join('\n')).toEqual({
      ...takeExpectations(example.files).files,
      ...shown,
    });
    expect(applyFixes(fixture, rule, example.recipe).texts, 'a second run changes nothing').toEqual({});
  }
  return ids;
}

/** `unused-suppression` is reported by the runner, with a text of its own. */
function messageIdOf(finding: Parameters<typeof messageId>[0]): string {
  return finding.rule === 'unused-suppression' ? 'unused' : messageId(finding);
}
