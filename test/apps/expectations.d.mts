export type Expectation = {
  /** Relative to the app, `/` separators. */
  file: string;
  line: number;
  column: number;
  endLine: number;
  /** Exclusive. */
  endColumn: number;
  /** The flagged text. */
  text: string;
  rule: string;
  /** Absent where the specification leaves the severity open. */
  severity?: 'error' | 'warning' | 'info' | 'hint';
};

export function parseExpectations(text: string, file: string): Expectation[];
export function blankExpectations(text: string): string;
export function listFiles(dir: string): string[];
export function readExpectations(dir: string): Expectation[];
