/** Addresses of files: `file:` URIs as editors write them, absolute paths, and paths from a folder. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileId } from '../src/base/path.ts';

/** Absolute path of a `file:` URI; `undefined` for every other scheme and for what is no URI. */
export function pathOfUri(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return path.normalize(fileURLToPath(uri));
  } catch {
    // A host that this system cannot reach, or a broken escape.
    return undefined;
  }
}

/** The way VS Code writes URIs, so that the ones we make up are equal to its own, character by character. */
export function uriOfPath(absolute: string): string {
  const slashed = absolute.split(path.sep).join('/');
  const encoded = slashed
    .split('/')
    .map((piece) =>
      encodeURIComponent(piece).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
  return `file://${encoded.startsWith('/') ? '' : '/'}${encoded.replace(/^[A-Z]%3A/, (drive) => drive.toLowerCase())}`;
}

/** A path from a folder; `undefined` when it lies outside. @param root absolute @param absolute absolute */
export function fileIn(root: string, absolute: string): FileId | undefined {
  const relative = path.relative(root, absolute);
  if (
    relative === '' ||
    relative === '..' ||
    relative.startsWith(`..${path.sep}`) ||
    path.isAbsolute(relative)
  )
    return undefined;
  return relative.split(path.sep).join('/');
}

/** Whether a folder is another one or lies in it. Both absolute. */
export function isFolderIn(outer: string, inner: string): boolean {
  return inner === outer || fileIn(outer, inner) !== undefined;
}
