/** The table of `verify` for a terminal and for a program. */
import { plural } from '../base/plural.ts';
import {
  verdictOf,
  type StepProblem,
  type StepRow,
  type StepVerdict,
  type Verdict,
} from '../verify/model.ts';
import { plain } from './model.ts';
import type { Colours } from './pretty.ts';

const marks: { [verdict in StepVerdict]: string } = {
  passed: '✔',
  failed: '✖',
  open: '●',
  skipped: '–',
  cancelled: '●',
};

const stepNames = {
  typescript: 'TypeScript',
  prisma: 'Prisma schema',
  migrations: 'Migrations',
  map: 'Backend Map',
  rules: 'Rules',
} as const;

export const stepName = (step: StepRow['step']): string => stepNames[step];

/** Of a row's problems and of its output no more is shown in a terminal; a program gets all of it. */
const mostProblems = 20;
const mostLines = 30;

/** `3.4 s` */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `All of it holds.`: the one verdict, with what could not be decided. */
export function conclusionOf(rows: readonly StepRow[]): { verdict: Verdict; text: string } {
  const verdict = verdictOf(rows);
  const count = (wanted: StepVerdict) => rows.filter((row) => row.verdict === wanted).length;
  const open = count('open') > 0 ? ` ${plural(count('open'), 'check')} could not be decided here.` : '';
  if (verdict === 'cancelled') return { verdict, text: 'Cancelled: this is no verdict.' };
  if (verdict === 'failed')
    return {
      verdict,
      text: `Not verified: ${count('failed')} of ${plural(rows.length, 'check')} failed.${open}`,
    };
  return { verdict, text: `Verified: ${plural(count('passed'), 'check')} passed.${open}` };
}

/** Several lines of somebody else's text, each safe for a terminal. */
const plainLines = (text: string) =>
  text
    .trimEnd()
    .replaceAll('\t', '  ')
    .split(/\r\n|\r|\n/)
    .map(plain);

/** `app/page.tsx:3:7`, 1-based; empty for a problem without a place. */
export function placeText({ file, line, character }: StepProblem): string {
  if (file === undefined) return '';
  return line === undefined ? file : `${file}:${line + 1}:${(character ?? 0) + 1}`;
}

function detailLines(row: StepRow, { dim, red, yellow }: Colours): string[] {
  const { problems, output, advice, verdict } = row;
  const lines: string[] = [];
  for (const problem of problems.slice(0, mostProblems)) {
    const mark = problem.severity === 'error' ? red('✖') : yellow('▲');
    const [first = '', ...rest] = plainLines(problem.message);
    const place = placeText(problem);
    const head = [
      place === '' ? '' : plain(place),
      problem.rule === undefined ? '' : dim(plain(problem.rule)),
      first,
    ];
    lines.push(`  ${mark} ${head.filter(Boolean).join(' ')}`, ...rest.map((line) => `    ${dim(line)}`));
  }
  if (problems.length > mostProblems) lines.push(dim(`  and ${problems.length - mostProblems} more`));
  // Where nothing was recognised, and where SQL is what there is to say.
  const isTelling = problems.length === 0 || row.step === 'migrations';
  if (verdict === 'failed' && isTelling && output.trim() !== '') {
    const all = plainLines(output);
    lines.push(...all.slice(-mostLines).map((line) => dim(`    ${line}`.trimEnd())));
  }
  if (advice !== undefined && verdict === 'failed') lines.push(`  → ${plain(advice)}`);
  return lines;
}

/** For a terminal. @returns text that ends with a line feed */
export function renderVerifyPretty(rows: readonly StepRow[], colours: Colours): string {
  const { bold, dim, green, red, yellow } = colours;
  const paint: { [verdict in StepVerdict]: (text: string) => string } = {
    passed: green,
    failed: red,
    open: yellow,
    skipped: dim,
    cancelled: yellow,
  };
  const cells = rows.map(({ step, subject, verdict, by, summary, durationMs }) => [
    stepName(step),
    plain(subject === '' ? '.' : subject),
    verdict,
    seconds(durationMs),
    plain(by === '' ? summary : `${summary} (${by})`),
  ]);
  const headings = ['Check', 'Of', 'Result', 'Took', ''];
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const lines = [`  ${dim(lineOf(headings))}`];
  for (const [index, row] of rows.entries())
    lines.push(`${paint[row.verdict](marks[row.verdict])} ${lineOf(cells[index] ?? [])}`);
  for (const row of rows) {
    const details = detailLines(row, colours);
    if (details.length === 0) continue;
    const subject = row.subject === '' ? '' : ` ${dim(plain(row.subject))}`;
    lines.push('', `${bold(stepName(row.step))}${subject}`, ...details);
  }
  const { verdict, text } = conclusionOf(rows);
  const mark = verdict === 'passed' ? green('✔') : verdict === 'failed' ? red('✖') : yellow('●');
  return `${[...lines, '', `${mark} ${bold(text)}`].join('\n')}\n`;
}

/** For a program. Lines and columns are 1-based, columns in UTF-16 units. */
export function renderVerifyJson(root: string, rows: readonly StepRow[], durationMs: number): string {
  const steps = rows.map(
    ({ step, subject, verdict, by, summary, advice, problems, output, durationMs: ms }) => ({
      step,
      subject,
      verdict,
      by,
      summary,
      advice: advice ?? null,
      problems: problems.map(({ severity, message, file, line, character, rule }) => ({
        severity,
        rule: rule ?? null,
        file: file ?? null,
        line: line === undefined ? null : line + 1,
        column: character === undefined ? null : character + 1,
        message,
      })),
      output,
      durationMs: ms,
    }),
  );
  return `${JSON.stringify({ version: 1, root, verdict: verdictOf(rows), durationMs, steps }, null, 2)}\n`;
}
