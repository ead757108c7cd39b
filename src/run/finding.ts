import type { FileId } from '../base/path.ts';
import type { Json } from '../base/json.ts';
import type { Range } from '../base/span.ts';
import type { FixTrust, Severity } from '../rules/rule.ts';

/** A place with both offsets (UTF-16) and 0-based line/column. */
export interface Location {
  file: FileId;
  start: number;
  end: number;
  range: Range;
}

/** A fix that a finding offers; its edits are computed, verified and returned by `Engine.edits`. */
export interface FixOffer {
  recipe: string;
  title: string;
  trust: FixTrust;
  /** At most one per finding: the one an editor applies without asking. */
  preferred: boolean;
  data: { [key: string]: Json };
}

export interface Finding extends Location {
  rule: string;
  severity: Severity;
  message: string;
  related: (Location & { message: string })[];
  fixes: FixOffer[];
  /**
   * Stable under moved lines and reformatting: rule, file, the enclosing symbol, the flagged text, the message without its numbers,
   * and the ordinal among equals.
   */
  fingerprint: string;
}

/** A finding that a comment silences, with the reason the comment gives. */
export interface SuppressedFinding {
  finding: Finding;
  reason: string | undefined;
}

/** One replacement in one file: UTF-16 offsets in the text the edit was computed for. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/**
 * Edits of one file; `create` makes a file that must not exist yet (one edit at 0..0 with its text), `remove` takes away one whose edits
 * leave nothing of it: who can't delete files leaves an empty one.
 */
export interface FileEdits {
  file: FileId;
  create: boolean;
  remove?: true;
  edits: TextEdit[];
}

export type EditResult = { ok: true; title: string; changes: FileEdits[] } | { ok: false; reason: string };
