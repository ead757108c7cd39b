import type { Range } from '../base/span.ts';
import type { Location } from '../run/finding.ts';
import type { Severity } from '../rules/rule.ts';
import { lineStarts, rangeAt } from '../base/lineIndex.ts';
import type { Report, ReportedFix } from './model.ts';

const level: { [severity in Severity]: string } = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

const region = ({ start, end }: Range) => ({
  startLine: start.line + 1,
  startColumn: start.character + 1,
  endLine: end.line + 1,
  endColumn: end.character + 1,
});

/** A path as a URI reference: each segment encoded. */
const uri = (file: string) => file.split('/').map(encodeURIComponent).join('/');

const artifact = (file: string) => ({ uri: uri(file), uriBaseId: 'SRCROOT' });

const physical = (location: Location) => ({
  artifactLocation: artifact(location.file),
  region: region(location.range),
});

function fixToSarif(fix: ReportedFix, report: Report) {
  return {
    description: { text: fix.title },
    artifactChanges: fix.changes.map(({ file, edits }) => {
      const starts = lineStarts(report.text(file) ?? '');
      return {
        artifactLocation: artifact(file),
        replacements: edits.map((edit) => ({
          deletedRegion: region(rangeAt(starts, edit.start, edit.end)),
          insertedContent: { text: edit.text },
        })),
      };
    }),
  };
}

/** `--format sarif`: SARIF 2.1.0, one run; columns in UTF-16 units, as `columnKind` says. */
export function renderSarif(report: Report): string {
  const rules = [...report.rules.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const indexOf = new Map(rules.map((rule, index) => [rule.id, index]));
  const results = report.findings.map((finding) => {
    const fixes = report.fixes(finding).map((fix) => fixToSarif(fix, report));
    const index = indexOf.get(finding.rule);
    return {
      ruleId: finding.rule,
      ...(index === undefined ? {} : { ruleIndex: index }),
      level: level[finding.severity],
      message: { text: finding.message },
      locations: [{ physicalLocation: physical(finding) }],
      ...(finding.related.length === 0
        ? {}
        : {
            relatedLocations: finding.related.map((related, id) => ({
              id,
              physicalLocation: physical(related),
              message: { text: related.message },
            })),
          }),
      partialFingerprints: { 'backendSpecialist/v1': finding.fingerprint },
      ...(fixes.length === 0 ? {} : { fixes }),
    };
  });
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'backend-specialist',
            semanticVersion: report.version,
            informationUri: 'https://github.com/backend-specialist/backend-specialist',
            rules: rules.map(({ id, title, docs, severity, sections }) => ({
              id,
              shortDescription: { text: title },
              ...(docs === '' ? {} : { helpUri: docs }),
              defaultConfiguration: { level: level[severity] },
              properties: { tags: sections },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the workspace.' } } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: report.problems.map(({ file, message }) => ({
              level: 'warning',
              message: { text: message },
              locations: [{ physicalLocation: { artifactLocation: artifact(file) } }],
            })),
          },
        ],
        results,
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
