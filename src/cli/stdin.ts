/** `--stdin-filename`: the text of one file comes over standard input, as editors and hooks send it. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { FileId } from '../base/path.ts';
import { largestFile } from '../base/sizeLimits.ts';
import { UsageError } from './exitCodes.ts';

/** The path with its links resolved as far as it exists. */
function realPath(absolute: string): string {
  try {
    return realpathSync(absolute);
  } catch {
    // Not there yet: its folder may be.
    const folder = path.dirname(absolute);
    return folder === absolute ? absolute : path.join(realPath(folder), path.basename(absolute));
  }
}

/**
 * The file that a name on the command line means, whether it exists or not.
 * @param root absolute path of the workspace
 * @param file the name that the text goes by
 * @throws UsageError for one outside of the workspace
 */
export function stdinFile(root: string, given: string): FileId {
  const file = path
    .relative(root, realPath(path.resolve(given)))
    .split(path.sep)
    .join('/');
  if (given === '' || file === '') throw new UsageError('--stdin-filename takes the name of a file.');
  if (file.startsWith('../') || path.isAbsolute(file))
    throw new UsageError(`"${given}" lies outside the workspace ${root}.`);
  return file;
}

/**
 * All of standard input.
 * @param file the name that the text goes by
 * @throws UsageError for what would not be read from a file either
 */
export async function readStdin(stream: NodeJS.ReadStream, file: FileId): Promise<string> {
  if (stream.isTTY)
    throw new UsageError('--stdin-filename reads standard input, and nothing is piped into it.');
  const bytes = await buffer(stream);
  if (bytes.length > largestFile(file)) throw new UsageError('standard input is too large.');
  if (bytes.includes(0)) throw new UsageError('standard input is binary (it holds a NUL byte).');
  return new TextDecoder('utf-8').decode(bytes);
}
