/** Where facts are kept between runs. Losing the cache costs time and nothing else, so no failure here is an error. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const fileName = 'facts.ndjson';

/**
 * Path of the cache of a workspace: in its `node_modules/.cache` when it has `node_modules`, else in the user's cache
 * folder under a hash of the root.
 * @param root absolute
 */
export function cachePath(root: string): string {
  if (existsSync(path.join(root, 'node_modules')))
    return path.join(root, 'node_modules', '.cache', 'backend-specialist', fileName);
  const key = createHash('sha1').update(root).digest('hex').slice(0, 16);
  const xdg = process.env['XDG_CACHE_HOME'];
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(os.tmpdir(), 'backend-specialist-cache');
  return path.join(base, 'backend-specialist', key, fileName);
}

/** The text of the cache, `undefined` when there is none or it cannot be read. */
export async function readCache(root: string): Promise<string | undefined> {
  try {
    return await readFile(cachePath(root), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Replaces the cache in one step, so that a run beside this one reads the old or the new text and never half of it.
 * @returns whether it was written; a read-only folder is no error
 */
export async function writeCache(root: string, text: string): Promise<boolean> {
  const target = cachePath(root);
  const temporary = `${target}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, target);
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
}
