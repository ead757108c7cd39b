/** What a `backend-map.md` says of itself: its generated parts, its tables and headings, by lines (0-based, `end` exclusive). */

/** What lies between two markers. */
export interface MapZone {
  name: string;
  /** Line of the start marker. */
  start: number;
  /** Line of the end marker. */
  end: number;
}

export interface MapTable {
  /** Line of the header; the line behind it says how the columns are aligned. */
  start: number;
  end: number;
}

export interface MapHeading {
  line: number;
  /** Line behind it: two for a heading that is underlined. */
  end: number;
  level: number;
  text: string;
}

export interface MapFence {
  /** Lines of the fences themselves; `end` is the line of the closing one. */
  start: number;
  end: number;
  /** Word behind the opening fence. */
  info: string;
}

/** What git leaves where two branches changed the same lines. */
export interface MapConflict {
  start: number;
  /** Line behind the last marker. */
  end: number;
  /** All of it lies in one generated part. */
  isGenerated: boolean;
}

export interface BackendMapFacts {
  kind: 'backend-map';
  text: string;
  zones: MapZone[];
  /** Lines of markers without their other half, and of second parts of a name. */
  strays: number[];
  tables: MapTable[];
  headings: MapHeading[];
  fences: MapFence[];
  conflicts: MapConflict[];
}
