import picomatch from 'picomatch/posix';
import { isWithin, join, type FileId } from '../base/path.ts';

/** Says whether a file, given from the workspace root, is meant. */
export type FileMatcher = (file: FileId) => boolean;

/**
 * A matcher for patterns written in a configuration file or on the command line.
 *
 * A pattern is first taken literally, as a file or a folder with all below it, because the folders of Next.js are
 * called `[id]` and `(shop)`; then as a glob. A glob without a slash matches in every folder below.
 * @param patterns relative to `folder`
 * @param folder the folder of the configuration file from the workspace root, `''` for the root
 */
export function createMatcher(patterns: readonly string[], folder = ''): FileMatcher {
  const literals: string[] = [];
  const globs: ((file: string) => boolean)[] = [];
  for (const pattern of patterns) {
    const literal = join(folder, pattern);
    if (literal !== undefined) literals.push(literal);
    const glob = pattern.replace(/^\.\//, '').replace(/\/$/, '/**');
    const { base } = picomatch.scan(glob);
    if (base === glob) continue;
    globs.push(picomatch(glob.includes('/') ? glob : `**/${glob}`, { dot: true, nonegate: true }));
  }
  if (literals.length === 0 && globs.length === 0) return () => false;
  return (file) => {
    if (literals.some((literal) => isWithin(literal, file))) return true;
    if (globs.length === 0 || !isWithin(folder, file)) return false;
    const relative = folder === '' ? file : file.slice(folder.length + 1);
    return globs.some((matches) => matches(relative));
  };
}
