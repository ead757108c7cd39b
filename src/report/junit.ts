import type { Finding } from '../run/finding.ts';
import { countFindings, type Report } from './model.ts';

const entities: { [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** XML 1.0 text: what has no place in XML, as most control characters and lone surrogates, is shown as `?`. */
function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- the control characters are what this is about
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?')
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?')
      .replace(/[&<>"\n\r\t]/g, (character) => entities[character] ?? character)
  );
}

/** `--format junit`: a suite for each file; errors and warnings are failures, the rest passes with its text. */
export function renderJunit(report: Report): string {
  const byFile = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    const list = byFile.get(finding.file);
    if (list) list.push(finding);
    else byFile.set(finding.file, [finding]);
  }
  const all = countFindings(report.findings);
  const total = report.findings.length;
  const out = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="backend-specialist" tests="${total}" failures="${all.error + all.warning}" errors="${report.problems.length}">`,
  ];
  for (const [file, findings] of byFile) {
    const counts = countFindings(findings);
    out.push(
      `  <testsuite name="${escape(file)}" tests="${findings.length}" failures="${counts.error + counts.warning}" errors="0">`,
    );
    for (const { rule, severity, message, range } of findings) {
      const at = `${file}:${range.start.line + 1}:${range.start.character + 1}`;
      const failed = severity === 'error' || severity === 'warning';
      const body = failed
        ? `<failure type="${severity}" message="${escape(message)}">${escape(`${at} ${message}`)}</failure>`
        : `<system-out>${escape(`${severity} ${at} ${message}`)}</system-out>`;
      out.push(
        `    <testcase classname="${escape(rule)}" name="${escape(`${rule} ${at}`)}">${body}</testcase>`,
      );
    }
    out.push('  </testsuite>');
  }
  for (const { file, message } of report.problems)
    out.push(
      `  <testsuite name="${escape(file)}" tests="1" failures="0" errors="1"><testcase classname="problem" name="${escape(file)}"><error message="${escape(message)}"/></testcase></testsuite>`,
    );
  out.push('</testsuites>');
  return `${out.join('\n')}\n`;
}
