/** `--baseline`: findings that were there when a team began, by fingerprint, so that only new ones are reported. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { FileId } from '../base/path.ts';
import type { Finding } from '../run/finding.ts';
import { UsageError } from './exitCodes.ts';

/** Where `--write-baseline` writes when no file is named. */
export const defaultBaseline = 'backend-specialist.baseline.json';

const entrySchema = z.object({ rule: z.string(), file: z.string(), fingerprint: z.string() });
const baselineSchema = z.object({ version: z.literal(1), findings: z.array(entrySchema) });

/** A finding that is known: nothing but its fingerprint is compared, the rest is for who reads the file. */
export type BaselineEntry = z.infer<typeof entrySchema>;

/**
 * Entries of a baseline file.
 * @returns `undefined` when there is no such file
 * @throws UsageError for one that cannot be read or is none
 */
export function readBaseline(file: string): BaselineEntry[] | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`cannot read the baseline "${file}": ${(error as Error).message}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\u{FEFF}/u, ''));
  } catch {
    throw new UsageError(`the baseline "${file}" is not JSON. Write it anew with --write-baseline.`);
  }
  const version =
    typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > 1)
    throw new UsageError(`the baseline "${file}" was written by a newer version of Backend Specialist.`);
  const parsed = baselineSchema.safeParse(value);
  if (!parsed.success)
    throw new UsageError(`"${file}" is no baseline. Name another file, or write it anew once it is deleted.`);
  return parsed.data.findings;
}

/** Findings that the baseline does not know. */
export function newFindings(findings: readonly Finding[], baseline: readonly BaselineEntry[]): Finding[] {
  const known = new Set(baseline.map(({ fingerprint }) => fingerprint));
  return findings.filter(({ fingerprint }) => !known.has(fingerprint));
}

/**
 * The baseline after a run: what was found now, and what an earlier one said of all that this run did not look at.
 * @param looked whether this run would have reported such a finding
 */
export function nextBaseline(
  findings: readonly Finding[],
  earlier: readonly BaselineEntry[],
  looked: (rule: string, file: FileId) => boolean,
): BaselineEntry[] {
  const now = findings.map(({ rule, file, fingerprint }) => ({ rule, file, fingerprint }));
  const kept = earlier.filter(({ rule, file }) => !looked(rule, file));
  const key = ({ file, rule, fingerprint }: BaselineEntry) => `${file}\0${rule}\0${fingerprint}`;
  const byKey = new Map([...kept, ...now].map((entry) => [key(entry), entry]));
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** The text of a baseline file: one entry a line, so that it merges and reviews well. */
export function baselineText(entries: readonly BaselineEntry[]): string {
  const lines = entries.map((entry) => `    ${JSON.stringify(entry)}`);
  return `{\n  "version": 1,\n  "findings": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
}
