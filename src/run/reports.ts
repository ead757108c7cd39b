/** Runs the rules over one file. Pure: the same facts give the same reports, in a fixed order. */
import type { FileId } from '../base/path.ts';
import type { ResolvedConfig } from '../config/load.ts';
import { severityRank } from '../config/load.ts';
import type { Json } from '../base/json.ts';
import type { FixRequest, Report, Rule, Severity, SeverityOrOff } from '../rules/rule.ts';
import type { WorkspaceView } from '../workspace/view.ts';
import { anchored } from './anchors.ts';
import type { AnchoredPlace } from './anchors.ts';

/** A report whose places are still numbers of the facts: it survives moved lines. */
export interface RawReport {
  rule: string;
  severity: Severity;
  place: AnchoredPlace;
  message: string;
  related: { place: AnchoredPlace; message: string }[];
  fixes: (Omit<FixRequest, 'data'> & { data: { [key: string]: Json } })[];
}

export interface RuleCrash {
  rule: string;
  message: string;
}

/** Reported by the runner itself, which alone knows what a suppression silenced. */
export const UNUSED_SUPPRESSION = 'unused-suppression';

export interface FileReports {
  reports: RawReport[];
  crashes: RuleCrash[];
  /** Severity of a suppression that silences nothing; part of the reports, so that a configuration that changes it wakes the file. */
  unused: SeverityOrOff;
}

export const NO_REPORTS: FileReports = { reports: [], crashes: [], unused: 'off' };

/** All reports of a file before suppressions. A rule that throws loses its reports for this file and is named. */
export function runRules(
  rules: readonly Rule[],
  file: FileId,
  workspace: WorkspaceView,
  config: ResolvedConfig,
  complete: boolean,
): FileReports {
  const facts = workspace.facts(file);
  if (!facts || facts.kind === 'skipped') return NO_REPORTS;
  const role = workspace.role(file);
  if (role === 'generated' || config.ignores(file) || config.conventions.generated?.(file) === true)
    return NO_REPORTS;
  const out: FileReports = {
    reports: [],
    crashes: [],
    unused: config.rule(UNUSED_SUPPRESSION, file).severity,
  };
  for (const rule of rules) {
    const { meta } = rule;
    const kinds = meta.kinds;
    if (!kinds.includes(facts.kind) && !(facts.kind === 'package' && kinds.includes('commands'))) continue;
    if (meta.needs === 'workspace' && !complete) continue;
    const { severity, options } = config.rule(meta.id, file);
    if (severity === 'off') continue;
    const own: RawReport[] = [];
    try {
      rule.check({
        file,
        facts,
        role,
        app: workspace.app(file),
        options,
        workspace,
        report: (report) =>
          own.push(
            toRaw(rule, severity, report, (place) => anchored(place, workspace.facts(place.file ?? file))),
          ),
      });
      out.reports.push(...own);
    } catch (error) {
      out.crashes.push({ rule: meta.id, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return out;
}

/** What a report says of itself is relative to its rule's severity, so that configuring the rule moves all of them alike. */
function toRaw(
  rule: Rule,
  configured: Severity,
  report: Report,
  anchor: (place: Report['place']) => AnchoredPlace,
): RawReport {
  const { meta } = rule;
  const template = meta.messages[report.message];
  if (template === undefined) throw new Error(`${meta.id} has no message "${report.message}"`);
  const wanted = report.severity ?? meta.severity;
  const shift = severityRank[wanted] - severityRank[meta.severity];
  const rank = Math.max(0, Math.min(3, severityRank[configured] + shift));
  const severity =
    (Object.keys(severityRank) as Severity[]).find((name) => severityRank[name] === rank) ?? wanted;
  return {
    rule: meta.id,
    severity,
    place: anchor(report.place),
    message: template.replace(/\{(\w+)\}/g, (whole, name: string) => report.data?.[name] ?? whole),
    related: (report.related ?? []).map(({ place, message }) => ({ place: anchor(place), message })),
    fixes: (report.fixes ?? []).map((fix) => ({ recipe: fix.recipe, data: fix.data ?? {} })),
  };
}
