import type { Range } from '../base/span.ts';
import type { Finding, Location } from '../run/finding.ts';
import { lineStarts, rangeAt } from '../base/lineIndex.ts';
import { countFindings, type Report, type ReportedFix } from './model.ts';

const lines = ({ start, end }: Range) => ({
  line: start.line + 1,
  column: start.character + 1,
  endLine: end.line + 1,
  endColumn: end.character + 1,
});

const place = (location: Location) => ({ file: location.file, ...lines(location.range) });

function fixToJson(fix: ReportedFix, report: Report) {
  return {
    title: fix.title,
    preferred: fix.preferred,
    edits: fix.changes.flatMap(({ file, edits }) => {
      const starts = lineStarts(report.text(file) ?? '');
      return edits.map((edit) => {
        const range = rangeAt(starts, edit.start, edit.end);
        return {
          file,
          startLine: range.start.line + 1,
          startColumn: range.start.character + 1,
          endLine: range.end.line + 1,
          endColumn: range.end.character + 1,
          text: edit.text,
        };
      });
    }),
  };
}

function findingToJson(finding: Finding, report: Report) {
  return {
    rule: finding.rule,
    severity: finding.severity,
    ...place(finding),
    message: finding.message,
    docs: report.rules.get(finding.rule)?.docs ?? '',
    related: finding.related.map((related) => ({ ...place(related), message: related.message })),
    fixes: report.fixes(finding).map((fix) => fixToJson(fix, report)),
    fingerprint: finding.fingerprint,
  };
}

/** `--format json`, version 1. Lines and columns are 1-based, columns in UTF-16 units. */
export function renderJson(report: Report): string {
  const counts = countFindings(report.findings);
  const { files, filesAnalysed, filesFromCache, suppressed, baselined, durationMs } = report.summary;
  const out = {
    version: 1,
    root: report.root,
    summary: {
      files,
      filesAnalysed,
      filesFromCache,
      errors: counts.error,
      warnings: counts.warning,
      infos: counts.info,
      hints: counts.hint,
      suppressed,
      baselined,
      durationMs,
    },
    findings: report.findings.map((finding) => findingToJson(finding, report)),
    problems: report.problems.map(({ file, message }) => ({ file, message })),
  };
  return `${JSON.stringify(out, null, 2)}\n`;
}
