/**
 * What a rule is. One folder per rule: `rule.ts` (this contract), `rule.md` (its page, whose examples are run),
 * `fix.ts` (its fix recipes, if any), `rule.test.ts` (further cases).
 */
import type { z } from 'zod';
import type { FileId } from '../base/path.ts';
import type { Json } from '../base/json.ts';
import type { Span } from '../base/span.ts';
import type { FileFacts } from '../facts/model.ts';
import type { App, FileRole } from '../project/model.ts';
import type { WorkspaceView } from '../workspace/view.ts';

export type Severity = 'error' | 'warning' | 'info' | 'hint';
export type SeverityOrOff = Severity | 'off';

/** How far a fix may be trusted: only `safe` fixes run in fix-all; `dangerous` ones ask first. */
export type FixTrust = 'safe' | 'suggestion' | 'dangerous';

/** The kinds of file a rule looks at; the runner calls `check` for these only. */
export type FactsKind = FileFacts['kind'];

export interface RuleMeta<Options> {
  /** Stable id in kebab-case; final for ever. */
  id: string;
  /** One sentence that says what the rule demands. */
  title: string;
  /** Sections of the contract it comes from, e.g. `['S4', 'S8']`. */
  sections: string[];
  /** Severity in the `recommended` preset; a report may differ. */
  severity: Severity;
  /** Strongest trust among its fixes, `none` when it has no fix. */
  fix: 'none' | FixTrust;
  /** `workspace` rules stay silent until the whole workspace is indexed. */
  needs: 'file' | 'workspace';
  kinds: FactsKind[];
  /** Its answer may rest on many other files: an editor's first answer goes without it while those are not worked out. */
  slow?: true;
  /** Rules whose findings hide this one's: what lies behind shows when they are fixed, and is no fault of their fixes. `*`: all others. */
  behind?: string[];
  /** Version of the extension that brought the rule. */
  since: string;
  options: z.ZodType<Options>;
  defaults: Options;
  /** Message id → text with `{placeholders}`. First sentence: what is wrong; then why and what to do. */
  messages: Record<string, string>;
}

/** A place: in the checked file when `file` is absent. `at` is a span index of that file's facts. */
export type Place = { file?: FileId } & ({ at: number } | { span: Span });

export interface Related {
  place: Place;
  message: string;
}

export interface FixRequest {
  /** Id of a recipe in the rule's `fix.ts`. */
  recipe: string;
  /** What the recipe needs to find its place again; small and JSON-safe. */
  data?: { [key: string]: Json };
}

export interface Report {
  place: Place;
  message: string;
  /** Values for the message's placeholders. */
  data?: Record<string, string>;
  /** Lower than the rule's own severity when the evidence is weaker, higher for its gravest shape; configuring the rule moves both. */
  severity?: Severity;
  related?: Related[];
  fixes?: FixRequest[];
}

export interface RuleContext<Options> {
  file: FileId;
  facts: FileFacts;
  role: FileRole;
  /** The application the file belongs to; `undefined` outside every application. */
  app: App | undefined;
  options: Options;
  workspace: WorkspaceView;
  report(report: Report): void;
}

export interface Rule<Options = unknown> {
  meta: RuleMeta<Options>;
  check(context: RuleContext<Options>): void;
}

/** Declares a rule; keeps the options' type. */
export function defineRule<Options>(rule: Rule<Options>): Rule<Options> {
  return rule;
}
