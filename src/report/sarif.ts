import type { Range } from '../base/span.ts';
import type { Finding, Location } from '../run/finding.ts';
import type { Severity } from '../rules/rule.ts';
import { lineStarts, rangeAt } from '../base/lineIndex.ts';
import { compareFindings, type Report, type ReportedFix, type SilencedFinding } from './model.ts';

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

/** A path as a URI reference: each segment encoded. A lone surrogate, which has no encoding, is replaced. */
const uri = (file: string) =>
  file
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');

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

/** The finding's own place and then its related ones, as a path a viewer can step through. */
function codeFlow({ message, related, ...location }: Finding) {
  const steps = [{ ...location, message }, ...related];
  return {
    threadFlows: [
      {
        locations: steps.map((step) => ({
          location: { physicalLocation: physical(step), message: { text: step.message } },
        })),
      },
    ],
  };
}

function suppression({ by, reason }: SilencedFinding) {
  return {
    kind: by === 'comment' ? 'inSource' : 'external',
    status: 'accepted',
    ...(reason === undefined ? {} : { justification: reason }),
  };
}

/** A result; `silenced` says why it is one that nobody needs to act on. */
function resultOf(
  finding: Finding,
  silenced: SilencedFinding | undefined,
  indexOf: ReadonlyMap<string, number>,
  report: Report,
) {
  const fixes = silenced ? [] : report.fixes(finding).map((fix) => fixToSarif(fix, report));
  const index = indexOf.get(finding.rule);
  const { related } = finding;
  return {
    ruleId: finding.rule,
    ...(index === undefined ? {} : { ruleIndex: index }),
    level: level[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: physical(finding) }],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((place, id) => ({
            id,
            physicalLocation: physical(place),
            message: { text: place.message },
          })),
          codeFlows: [codeFlow(finding)],
        }),
    partialFingerprints: { 'backendSpecialist/v1': finding.fingerprint },
    ...(fixes.length === 0 ? {} : { fixes }),
    ...(silenced ? { suppressions: [suppression(silenced)] } : {}),
  };
}

/** A rule's page as help: whole as Markdown, and the first paragraph below its table as text. */
function helpOf(page: string): { text: string; markdown: string } {
  const paragraphs = page.split(/\n{2,}/).filter((part) => /^[A-Z`]/.test(part));
  return { text: (paragraphs[0] ?? page).replace(/\s+/g, ' ').trim(), markdown: page };
}

/** The rules as `reportingDescriptor`s; those that found something carry their page, the rest would only make the file heavy. */
function descriptors(report: Report, ids: readonly string[], used: ReadonlySet<string>) {
  return ids.flatMap((id) => {
    const rule = report.rules.get(id);
    if (!rule) return [];
    const page = used.has(id) ? report.page(id) : undefined;
    const help = page === undefined ? undefined : helpOf(page);
    return [
      {
        id,
        shortDescription: { text: rule.title },
        fullDescription: { text: help?.text ?? rule.title },
        ...(help ? { help } : {}),
        ...(rule.docs === '' ? {} : { helpUri: rule.docs }),
        defaultConfiguration: { level: level[rule.severity] },
        properties: { tags: rule.sections },
      },
    ];
  });
}

/** `--format sarif`: SARIF 2.1.0, one run; columns in UTF-16 units, as `columnKind` says. */
export function renderSarif(report: Report): string {
  const ids = [...report.rules.keys()].toSorted();
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const silenced = new Map(report.silenced.map((one) => [one.finding, one]));
  const all = [...report.findings, ...silenced.keys()].toSorted(compareFindings);
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
            rules: descriptors(report, ids, new Set(all.map(({ rule }) => rule))),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the workspace.' } } },
        invocations: [
          {
            // What could not be read or decided may hide findings: such a run is not a proof of absence.
            executionSuccessful: report.problems.length === 0,
            toolExecutionNotifications: report.problems.map(({ file, message }) => ({
              level: 'warning',
              message: { text: message },
              locations: [{ physicalLocation: { artifactLocation: artifact(file) } }],
            })),
          },
        ],
        results: all.map((finding) => resultOf(finding, silenced.get(finding), indexOf, report)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
