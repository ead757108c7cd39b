import type { Finding } from '../run/finding.ts';
import type { Severity } from '../rules/rule.ts';
import { plural } from '../base/plural.ts';
import { lineStarts } from '../base/lineIndex.ts';
import { countFindings, plain, type Report } from './model.ts';

/** The colour functions of picocolors that are used. */
export type Colours = {
  [name in 'red' | 'yellow' | 'blue' | 'cyan' | 'dim' | 'bold' | 'green' | 'underline']: (
    text: string,
  ) => string;
};

export interface PrettyOptions {
  colours: Colours;
  /** Without the text of hints, infos and the summary by rule. */
  quiet: boolean;
}

/** Longer lines are cut around the finding. */
const frameWidth = 120;

const glyph: { [severity in Severity]: string } = { error: '✖', warning: '▲', info: '●', hint: '○' };

function colourOf(severity: Severity, colours: Colours): (text: string) => string {
  if (severity === 'error') return colours.red;
  if (severity === 'warning') return colours.yellow;
  return severity === 'info' ? colours.blue : colours.cyan;
}

/** A line as a terminal shows it: tabs as two blanks, everything that moves the cursor as an escape. */
const show = (text: string) => plain(text.replaceAll('\t', '  '));

/** Columns a text takes: one for each character, two for the wide ones (East Asian, emoji), none for marks. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mn}|\p{Me}|\u200d/u.test(character)) continue;
    width +=
      /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** The flagged line with a squiggle below it, and the line before. */
function frame(finding: Finding, text: string, starts: readonly number[], colours: Colours): string[] {
  const { start, end } = finding.range;
  const textOf = (line: number) =>
    text.slice(starts[line] ?? text.length, starts[line + 1] ?? text.length).replace(/[\r\n]+$/, '');
  const flagged = textOf(start.line);
  const to = end.line === start.line ? Math.min(end.character, flagged.length) : flagged.length;
  const from = Math.min(start.character, to);
  const cut = flagged.length <= frameWidth ? 0 : Math.max(0, from - 40);
  const shown = flagged.slice(cut, cut + frameWidth);
  const before = (cut > 0 ? '…' : '') + show(flagged.slice(cut, from));
  const marked = show(flagged.slice(from, Math.min(to, cut + frameWidth)));
  const gutter = String(start.line + 1).length;
  const line = (number: string, content: string) =>
    `  ${colours.dim(`${number.padStart(gutter)} │`)} ${content}`.trimEnd();
  const out: string[] = [];
  const previous = start.line > 0 ? textOf(start.line - 1) : '';
  if (previous.trim() !== '' && previous.length <= frameWidth && cut === 0)
    out.push(line(String(start.line), colours.dim(show(previous))));
  const tail = cut + frameWidth < flagged.length ? '…' : '';
  out.push(line(String(start.line + 1), (cut > 0 ? '…' : '') + show(shown) + tail));
  const squiggle = '~'.repeat(Math.max(1, widthOf(marked)));
  out.push(line('', ' '.repeat(widthOf(before)) + colourOf(finding.severity, colours)(squiggle)));
  return out;
}

/** One finding: what, where, the code, related places, and what to do. */
function findingLines(
  finding: Finding,
  report: Report,
  starts: readonly number[],
  colours: Colours,
): string[] {
  const { line, character } = finding.range.start;
  const colour = colourOf(finding.severity, colours);
  const at = colours.underline(`${plain(finding.file)}:${line + 1}:${character + 1}`);
  const text = report.text(finding.file);
  const out = [
    `${colour(`${glyph[finding.severity]} ${finding.severity}`)} ${colours.bold(finding.rule)} ${at}`,
    `  ${plain(finding.message)}`,
  ];
  if (text !== undefined) out.push(...frame(finding, text, starts, colours));
  for (const related of finding.related) {
    const { start } = related.range;
    const place = `${plain(related.file)}:${start.line + 1}:${start.character + 1}`;
    out.push(`  ${colours.dim('↳')} ${place} ${colours.dim(plain(related.message))}`);
  }
  for (const fix of finding.fixes) {
    const how = fix.trust === 'safe' ? 'fix (--fix applies it)' : 'fix (in the editor)';
    out.push(`  ${colours.green(`${how}:`)} ${plain(fix.title)}`);
  }
  return out;
}

function byRule(report: Report, colours: Colours): string[] {
  const rules = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    const list = rules.get(finding.rule);
    if (list) list.push(finding);
    else rules.set(finding.rule, [finding]);
  }
  const rows = [...rules].toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([rule]) => rule.length));
  return rows.map(([rule, findings]) => {
    const title = report.rules.get(rule)?.title ?? '';
    return `  ${rule.padEnd(width)}  ${String(findings.length).padStart(4)}  ${colours.dim(title)}`;
  });
}

/** `6 errors, 2 warnings, 1 info`; empty when there is nothing. */
function countsInWords(report: Report, colours: Colours): string {
  const counts = countFindings(report.findings);
  const parts = (['error', 'warning', 'info', 'hint'] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => colourOf(severity, colours)(plural(counts[severity], severity)));
  return parts.join(', ');
}

/** `--format pretty`: for a person at a terminal. */
export function renderPretty(report: Report, { colours, quiet }: PrettyOptions): string {
  const out: string[] = [];
  const startsOf = new Map<string, number[]>();
  for (const finding of report.findings) {
    let starts = startsOf.get(finding.file);
    if (!starts) startsOf.set(finding.file, (starts = lineStarts(report.text(finding.file) ?? '')));
    out.push(...findingLines(finding, report, starts, colours), '');
  }
  for (const { file, message } of report.problems)
    out.push(`${colours.yellow('! problem')} ${plain(file)}: ${plain(message)}`);
  if (report.problems.length > 0) out.push('');
  const { files, filesAnalysed, filesFromCache, suppressed, baselined, durationMs } = report.summary;
  const cached = filesFromCache > 0 ? `, ${filesFromCache} from the cache` : '';
  const effort = colours.dim(
    `${plural(files, 'file')}, ${filesAnalysed} analysed${cached}, ${(durationMs / 1000).toFixed(1)} s`,
  );
  const hidden = [
    ...(suppressed > 0 ? [`, ${suppressed} suppressed`] : []),
    ...(baselined > 0 ? [`, ${baselined} in the baseline`] : []),
  ]
    .map(colours.dim)
    .join('');
  if (report.findings.length === 0) {
    // What could not be read may hold anything: nobody is to take it for a pass.
    const verdict =
      report.problems.length > 0
        ? colours.yellow('! No findings in what could be read')
        : colours.green('✔ No findings');
    out.push(`${verdict}${hidden} (${effort})`);
  } else {
    if (!quiet) out.push(...byRule(report, colours), '');
    out.push(`${countsInWords(report, colours)}${hidden} (${effort})`);
    if (!quiet) out.push(colours.dim('backend-specialist explain RULE tells why and what to do.'));
  }
  return `${out.join('\n')}\n`;
}
