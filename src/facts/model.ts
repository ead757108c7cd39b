/** FileFacts: all that the engine keeps of a file. JSON-safe, deterministic, free of the file's name and of other files. */
import type { BackendMapFacts } from './backendMapModel.ts';
import type { CommandFacts } from './commandsModel.ts';
import type { EnvFacts } from './env.ts';
import type { PackageFacts, TsconfigFacts } from './json.ts';
import type { PrismaFacts } from './prismaModel.ts';
import type { SqlFacts } from './sqlModel.ts';
import type { SuppressionFact } from './suppressions.ts';
import type { TsFacts } from './tsModel.ts';

/** Part of every cache key: raise it whenever facts change their form or meaning. */
export const FACTS_VERSION = 5;

export interface SkippedFacts {
  kind: 'skipped';
  reason: 'generated' | 'too-large' | 'minified' | 'failed' | 'unknown-kind';
  detail?: string;
}

export interface ConfigFacts {
  kind: 'config';
  text: string;
}

export interface WorkspaceListFacts {
  kind: 'workspaces';
  globs: string[];
}

export type BodyFacts =
  | TsFacts
  | PrismaFacts
  | SqlFacts
  | CommandFacts
  | EnvFacts
  | PackageFacts
  | TsconfigFacts
  | WorkspaceListFacts
  | ConfigFacts
  | BackendMapFacts
  | SkippedFacts;

/** What extraction adds to every kind. */
export interface CommonFacts {
  /** Flat pairs start, end (UTF-16 offsets): the places that `at` numbers of the facts point to; some are fillers that nothing points to. */
  spans: number[];
  /** Offsets at which lines start. */
  lines: number[];
  suppressions: SuppressionFact[];
  /** Syntax errors and the like: shown as problems, never as findings. */
  problems: { start: number; message: string }[];
  /** Commands of package.json scripts, kept beside the package's own facts. */
  commands?: CommandFacts;
}

export type FileFacts = BodyFacts & CommonFacts;

/** Start and end of a place. */
export function spanOf(facts: CommonFacts, at: number): { start: number; end: number } {
  return { start: facts.spans[at * 2] ?? 0, end: facts.spans[at * 2 + 1] ?? 0 };
}
