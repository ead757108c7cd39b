import type { Severity } from '../rules/rule.ts';
import type { Report } from './model.ts';

const command: { [severity in Severity]: string } = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
};

/** Escapes of GitHub's workflow commands: `%`, line ends, and in properties also `:` and `,`. */
const escapeData = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** `--format github`: workflow commands that GitHub Actions turns into annotations. */
export function renderGithub(report: Report): string {
  const out: string[] = [];
  for (const { severity, file, range, rule, message } of report.findings) {
    const properties = [
      `file=${escapeProperty(file)}`,
      `line=${range.start.line + 1}`,
      `endLine=${range.end.line + 1}`,
      // GitHub takes columns only where a finding stays on one line.
      ...(range.start.line === range.end.line
        ? [`col=${range.start.character + 1}`, `endColumn=${range.end.character + 1}`]
        : []),
      `title=${escapeProperty(`backend-specialist: ${rule}`)}`,
    ];
    out.push(`::${command[severity]} ${properties.join(',')}::${escapeData(message)}`);
  }
  for (const { file, message } of report.problems)
    out.push(`::warning file=${escapeProperty(file)},title=backend-specialist::${escapeData(message)}`);
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}
