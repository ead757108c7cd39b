/** Where facts are kept between runs. Losing the cache costs time and nothing else, so no failure here is an error. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
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

/** Something small that is kept beside the cache; `undefined` when there is none or it cannot be read. */
export async function readKept(root: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(path.join(path.dirname(cachePath(root)), name), 'utf8');
  } catch {
    // Nothing kept yet, or not to be read: it is made anew.
    return undefined;
  }
}

/** Keeps something small beside the cache. @returns whether it was written; a read-only folder is no error */
export async function writeKept(root: string, name: string, text: string): Promise<boolean> {
  return replace(path.join(path.dirname(cachePath(root)), name), [text]);
}

/** Characters handled between two turns of the event loop: a few milliseconds of work. */
const batchLength = 1 << 20;

/**
 * The cache in pieces of some lines, each with the file's first line before it; nothing when there is none or it cannot
 * be read.
 */
export async function* readCache(root: string): AsyncGenerator<string, void, undefined> {
  let header: string | undefined;
  let rest = '';
  try {
    for await (const chunk of createReadStream(cachePath(root), {
      encoding: 'utf8',
      highWaterMark: batchLength,
    })) {
      rest += String(chunk);
      const end = rest.lastIndexOf('\n');
      if (end < 0) continue;
      const batch: string = header === undefined ? rest.slice(0, end) : `${header}\n${rest.slice(0, end)}`;
      rest = rest.slice(end + 1);
      header ??= batch.split('\n', 1)[0];
      yield batch;
    }
  } catch {
    // No cache yet, or one that may not be read: everything is extracted.
  }
}

/** Lines joined to pieces that are worth a write. */
function* batches(lines: Iterable<string>): Generator<string, void, undefined> {
  let batch: string[] = [];
  let length = 0;
  for (const line of lines) {
    batch.push(line);
    length += line.length;
    if (length < batchLength) continue;
    yield `${batch.join('\n')}\n`;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield `${batch.join('\n')}\n`;
}

/** A folder with those above it. Node's own way never ends below `/proc`, where making one says that its parent is missing. */
async function makeFolder(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  if (existsSync(folder)) return;
  if (parent !== folder) await makeFolder(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    // Another run may have been faster.
    if (!existsSync(folder)) throw error;
  }
}

/**
 * Replaces the cache in one step, so that a run beside this one reads the old or the new text and never half of it.
 * Lines are asked for in pieces, between which other work goes on.
 * @returns whether it was written; a read-only folder is no error
 */
export async function writeCache(root: string, lines: Iterable<string>): Promise<boolean> {
  return replace(cachePath(root), batches(lines));
}

async function replace(target: string, pieces: Iterable<string>): Promise<boolean> {
  const temporary = `${target}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await makeFolder(path.dirname(target));
    const handle = await open(temporary, 'wx', 0o600);
    try {
      for (const piece of pieces) await handle.write(piece);
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
}
