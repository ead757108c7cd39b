import type { FileId } from '../base/path.ts';
import type { Finding, FileEdits } from '../run/finding.ts';
import type { Severity } from '../rules/rule.ts';

/** What a report says of a rule. */
export interface RuleInfo {
  id: string;
  title: string;
  /** Address of its page. */
  docs: string;
  /** As the rule comes, whatever the configuration says. */
  severity: Severity;
  /** Sections of the contract. */
  sections: readonly string[];
}

export interface Problem {
  file: FileId;
  message: string;
}

export interface Summary {
  /** Files of the workspace, and those of them that were analysed or taken from the cache. */
  files: number;
  filesAnalysed: number;
  filesFromCache: number;
  suppressed: number;
  baselined: number;
  durationMs: number;
}

/** A fix with its verified edits. */
export interface ReportedFix {
  title: string;
  preferred: boolean;
  changes: FileEdits[];
}

/** A finding that is not reported: a comment in the source silences it, or it stands in the baseline. */
export interface SilencedFinding {
  finding: Finding;
  by: 'comment' | 'baseline';
  /** What the comment says. */
  reason: string | undefined;
}

/** All that a format may want to know; every format is a pure function of it. */
export interface Report {
  /** Absolute path of the workspace's root. */
  root: string;
  version: string;
  findings: readonly Finding[];
  /** In the order of findings; empty unless they were asked for. */
  silenced: readonly SilencedFinding[];
  problems: readonly Problem[];
  summary: Summary;
  rules: ReadonlyMap<string, RuleInfo>;
  /** The page of a rule in Markdown. */
  page(rule: string): string | undefined;
  /** Text a finding was made from. */
  text(file: FileId): string | undefined;
  /** Verified fixes of a finding; asked for only by the formats that carry edits. */
  fixes(finding: Finding): ReportedFix[];
}

export interface Counts {
  error: number;
  warning: number;
  info: number;
  hint: number;
}

/** How many findings there are of each severity. */
export function countFindings(findings: readonly { severity: Severity }[]): Counts {
  const counts = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** Findings in the order of every report: file, line, column, rule. */
export function compareFindings(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  if (a.start !== b.start) return a.start - b.start;
  if (a.rule !== b.rule) return a.rule < b.rule ? -1 : 1;
  if (a.end !== b.end) return a.end - b.end;
  return a.message < b.message ? -1 : Number(a.message > b.message);
}

/**
 * A text from the workspace made fit for one line of a terminal: control characters, which could move the cursor or
 * hide something, and characters that turn the direction of writing become visible escapes.
 */
export function plain(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- the control characters are what this is about
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The first sentence of a message, which says what is wrong. */
export const firstSentence = (message: string): string =>
  /^[\s\S]*?[.!?](?=\s|$)/.exec(message)?.[0] ?? message;
