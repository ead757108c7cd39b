/** Raw reports → findings with places, suppressions applied, fingerprints given. */
import { hashText } from '../base/hash.ts';
import { rangeAt } from '../base/lineIndex.ts';
import type { FileId } from '../base/path.ts';
import { didYouMean, nearestName } from '../config/distance.ts';
import type { FixRecipe } from '../edit/fix.ts';
import type { FileFacts } from '../facts/model.ts';
import { spanAt } from './anchors.ts';
import type { AnchoredPlace } from './anchors.ts';
import type { Finding, FixOffer, Location, SuppressedFinding } from './finding.ts';
import { UNUSED_SUPPRESSION } from './reports.ts';
import type { RawReport } from './reports.ts';
import { applySuppressions } from './suppress.ts';
import { enclosingSymbol } from './symbol.ts';

export interface RenderContext {
  facts(file: FileId): FileFacts | undefined;
  recipe(rule: string, id: string): FixRecipe | undefined;
  /** Ids of all rules: a suppression may name one that doesn't exist. */
  rules: readonly string[];
  /** The text that a finding's fingerprint is built on: what is flagged. */
  excerpt(file: FileId, start: number, end: number): string;
}

export interface Rendered {
  findings: Finding[];
  suppressed: SuppressedFinding[];
}

/** Findings of one file, sorted by place and rule. */
export function render(
  file: FileId,
  reports: readonly RawReport[],
  context: RenderContext,
  unusedSeverity: Finding['severity'] | 'off',
): Rendered {
  const facts = context.facts(file);
  if (!facts) return { findings: [], suppressed: [] };
  const placed = reports.map((report) => ({ report, location: locate(file, report.place, context) }));
  const { by, unused } = applySuppressions(
    facts,
    placed.map(({ report, location }) => ({ rule: report.rule, line: location.range.start.line })),
  );
  const reasons = new Map<Finding, string | undefined>();
  const all = placed.map(({ report, location }, i): Finding => {
    const finding: Finding = {
      ...location,
      rule: report.rule,
      severity: report.severity,
      message: report.message,
      related: report.related.map((related) => ({
        ...locate(file, related.place, context),
        message: related.message,
      })),
      fixes: report.fixes.flatMap((request): FixOffer[] => {
        const recipe = context.recipe(report.rule, request.recipe);
        return recipe
          ? [
              {
                recipe: recipe.id,
                title: recipe.title(request.data),
                trust: recipe.trust,
                preferred: recipe.preferred,
                data: request.data,
              },
            ]
          : [];
      }),
      fingerprint: '',
    };
    const comment = by[i];
    if (comment) reasons.set(finding, comment.reason);
    return finding;
  });
  if (unusedSeverity !== 'off')
    for (const fact of unused) {
      const misspelt = fact.rules.find((id) => !context.rules.includes(id) && nearestName(id, context.rules));
      const range = rangeAt(facts.lines, fact.span.start, fact.span.end);
      all.push({
        file,
        ...fact.span,
        range,
        rule: UNUSED_SUPPRESSION,
        severity: unusedSeverity,
        message:
          misspelt === undefined
            ? `This suppression silences nothing${fact.rules.length ? ` of ${fact.rules.join(', ')}` : ''}. Remove it.`
            : `There is no rule "${misspelt}".${didYouMean(misspelt, context.rules)}`,
        related: [],
        // Whoever misspelt a rule means it, and has written down why.
        fixes:
          misspelt === undefined
            ? [
                {
                  recipe: 'remove-suppression',
                  title: 'Remove the unused suppression',
                  trust: 'safe',
                  preferred: true,
                  data: {},
                },
              ]
            : [
                {
                  recipe: 'correct-rule',
                  title: `Write ${nearestName(misspelt, context.rules) ?? ''}`,
                  trust: 'suggestion',
                  preferred: true,
                  data: { from: misspelt, to: nearestName(misspelt, context.rules) ?? '' },
                },
              ],
        fingerprint: '',
      });
    }
  all.sort((a, b) => a.start - b.start || a.end - b.end || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
  // Silenced ones count among equals: a comment at one of them must not change the fingerprints of the others.
  const ordinals = new Map<string, number>();
  for (const finding of all) {
    const flagged = context.excerpt(file, finding.start, finding.end).replace(/\s+/g, ' ');
    const symbol = enclosingSymbol(facts, finding);
    const base = `${finding.rule}|${file}|${symbol}|${flagged}|${finding.message.replace(/\d+/g, '#')}`;
    const ordinal = ordinals.get(base) ?? 0;
    ordinals.set(base, ordinal + 1);
    finding.fingerprint = hashText(`${base}|${ordinal}`);
  }
  return {
    findings: all.filter((finding) => !reasons.has(finding)),
    suppressed: all.flatMap((finding) =>
      reasons.has(finding) ? [{ finding, reason: reasons.get(finding) }] : [],
    ),
  };
}

function locate(own: FileId, place: AnchoredPlace, context: RenderContext): Location {
  const file = place.file ?? own;
  const facts = context.facts(file);
  const span = spanAt(place, facts);
  return {
    file,
    start: span.start,
    end: span.end,
    range: rangeAt(facts?.lines ?? [0], span.start, span.end),
  };
}
