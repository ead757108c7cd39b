/** What is not yet right, counted by rule. */
import type { TableSection } from './sections.ts';
import { code, prose } from './text.ts';

/** Errors and warnings of one rule in the files of one application. */
export interface RuleCount {
  rule: string;
  /** What the rule demands. */
  title: string;
  errors: number;
  warnings: number;
}

export function problemsSection(counts: readonly RuleCount[]): TableSection {
  return {
    form: 'table',
    name: 'problems',
    heading: '## Open problems',
    known: /^(open|known) (problems|issues)$|^what is not yet right$/,
    columns: [{ title: 'Rule' }, { title: 'Errors' }, { title: 'Warnings' }, { title: 'Demands' }],
    rows: counts
      .toSorted((a, b) => (a.rule < b.rule ? -1 : 1))
      .map(({ rule, title, errors, warnings }) => ({
        name: rule,
        cells: [code(rule), String(errors), String(warnings), prose(title)],
      })),
  };
}
