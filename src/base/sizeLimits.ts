/** How large files may be before they are left unread: one place, since whoever reads and whoever extracts must agree. */
import { basename } from './path.ts';
import type { FileId } from './path.ts';

/** A backend map has a line for each entry: that of 5,000 files is larger than a megabyte, and is still written by hand in parts. */
const LARGEST_MAP = 32_000_000;

/** Larger texts are data or bundles: skipped and listed. In UTF-16 units. */
const LARGEST_TEXT = 1_000_000;

/** Above it a file is not even read: generated or data. In bytes. */
const LARGEST_FILE = 1_500_000;

const isMap = (file: FileId): boolean => basename(file) === 'backend-map.md';

/** The longest text of a file that facts are made of, in UTF-16 units. */
export function largestText(file: FileId): number {
  return isMap(file) ? LARGEST_MAP : LARGEST_TEXT;
}

/** The largest file that is read, in bytes. */
export function largestFile(file: FileId): number {
  return isMap(file) ? LARGEST_MAP : LARGEST_FILE;
}
