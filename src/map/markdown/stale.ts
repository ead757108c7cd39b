import type { TextEdit } from '../../run/finding.ts';

/** One way in which a map isn't what it should be, and the edits that mend it. Offsets are UTF-16, `end` exclusive. */
export interface Stale {
  /**
   * `changed`: a line says what is no longer so; `gone`: what it speaks of is no longer there; `missing`: a line that should be there;
   * `section`: a whole part that should be there; `damaged`: a marker without its other half; `conflict`: of a merge.
   */
  kind: 'changed' | 'gone' | 'missing' | 'section' | 'damaged' | 'conflict';
  /** Name of the section. */
  section: string;
  /** What the line is about, as plain text; the heading of a section. */
  label: string;
  /** `changed`: what it says and what it should say: `Auth: session → none`. */
  detail?: string;
  /** Id of the entry of the map, where there is one. */
  id?: string;
  start: number;
  end: number;
  /** Empty for what only a person can mend. */
  edits: TextEdit[];
}
