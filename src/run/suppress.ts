/** Suppression comments: which reports they silence, and which of them silence nothing. */
import { positionAt } from '../base/lineIndex.ts';
import type { FileFacts } from '../facts/model.ts';
import type { SuppressionFact } from '../facts/suppressions.ts';

export interface Suppressible {
  rule: string;
  /** 0-based line on which the finding starts. */
  line: number;
}

export interface SuppressionResult {
  /** For each item, the first comment that silences it, if any. */
  by: (SuppressionFact | undefined)[];
  unused: SuppressionFact[];
}

/** Applies a file's suppression comments to its findings. */
export function applySuppressions(facts: FileFacts, items: readonly Suppressible[]): SuppressionResult {
  const used = new Set<SuppressionFact>();
  const by = items.map((item) => {
    const silencing = facts.suppressions.filter(
      (fact) => names(fact, item.rule) && covers(facts, fact, item.line),
    );
    for (const fact of silencing) used.add(fact);
    return silencing[0];
  });
  return {
    by,
    unused: facts.suppressions.filter((fact) => fact.directive !== 'enable' && !used.has(fact)),
  };
}

function names(fact: SuppressionFact, rule: string): boolean {
  return fact.rules.length === 0 || fact.rules.includes(rule);
}

function covers(facts: FileFacts, fact: SuppressionFact, line: number): boolean {
  const own = positionAt(facts.lines, fact.span.start).line;
  const last = positionAt(facts.lines, fact.span.end).line;
  switch (fact.directive) {
    case 'file':
      return true;
    case 'line':
      return own === line;
    case 'next-line':
      return nextLine(facts, fact, last) === line;
    case 'block': {
      if (line < own) return false;
      const end = facts.suppressions.find(
        (other) =>
          other.directive === 'enable' &&
          other.span.start > fact.span.start &&
          (other.rules.length === 0 ||
            other.rules.some((rule) => fact.rules.includes(rule)) ||
            fact.rules.length === 0),
      );
      return !end || line < positionAt(facts.lines, end.span.start).line;
    }
    case 'enable':
      return false;
  }
}

/** The line after a directive; further directives in between don't count. */
function nextLine(facts: FileFacts, fact: SuppressionFact, last: number): number {
  let line = last + 1;
  for (const other of facts.suppressions)
    if (
      other !== fact &&
      other.directive === 'next-line' &&
      positionAt(facts.lines, other.span.start).line === line
    )
      line++;
  return line;
}
