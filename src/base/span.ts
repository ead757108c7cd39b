/** A piece of one file's text: 0-based UTF-16 offsets, `end` exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A place in an editor's coordinates: 0-based line, 0-based UTF-16 column. */
export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}
