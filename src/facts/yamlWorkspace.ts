import { parse } from 'yaml';
import { isTooDeep } from '../base/nesting.ts';

/** The package globs of a pnpm-workspace.yaml; none when it can't be read. */
export function extractPnpmWorkspace(text: string): string[] {
  if (isTooDeep(text)) return [];
  let root: unknown;
  try {
    root = parse(text, { logLevel: 'error' });
  } catch {
    return []; // half-written YAML: no packages are known until it parses
  }
  const packages =
    typeof root === 'object' && root !== null && 'packages' in root ? root.packages : undefined;
  return Array.isArray(packages) ? packages.filter((item) => typeof item === 'string') : [];
}
