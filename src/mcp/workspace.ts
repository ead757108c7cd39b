/** The workspace as an agent asks about it: paths that are checked, texts that are as new as the disk. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { join, type FileId } from '../base/path.ts';
import type { Engine } from '../engine.ts';
import { isAnalysed, type NodeHost } from '../host/node.ts';

/** What an agent asked for can't be had; the message is for it. */
export class RequestError extends Error {}

/**
 * A path of the workspace.
 * @throws RequestError for absolute paths and those that lead out of it
 */
export function workspacePath(given: string): FileId {
  const file = join(given);
  const isForeign = path.isAbsolute(given) || /^[a-z]:|[\\\p{Cc}]/iu.test(given);
  if (file === undefined || file === '' || isForeign)
    throw new RequestError('Give paths relative to the workspace root, with "/" and inside of it.');
  return file;
}

/** A path that the engine reads, whether the file exists or not. */
export function analysedPath(given: string): FileId {
  const file = workspacePath(given);
  if (!isAnalysed(file)) throw new RequestError(`${file} is of no kind that is analysed.`);
  return file;
}

/** Keeps an engine as new as the disk: asked before each answer. */
export class Freshness {
  private readonly engine: Engine;
  private readonly host: NodeHost;
  private readonly seen = new Map<FileId, string>();

  constructor(engine: Engine, host: NodeHost) {
    this.engine = engine;
    this.host = host;
    for (const file of engine.files()) this.seen.set(file, this.stamp(file));
  }

  async refresh(): Promise<void> {
    const listed = new Set((await this.host.list()).map(({ file }) => file));
    const changes: { file: FileId; text: string | undefined }[] = [];
    for (const file of this.engine.files()) if (!listed.has(file)) changes.push({ file, text: undefined });
    for (const file of listed) {
      const stamp = this.stamp(file);
      if (this.seen.get(file) === stamp) continue;
      this.seen.set(file, stamp);
      changes.push({ file, text: this.host.read(file) });
    }
    if (changes.length > 0) this.engine.update(changes);
  }

  private stamp(file: FileId): string {
    const stat = statSync(this.host.absolute(file), { throwIfNoEntry: false });
    return stat ? `${stat.mtimeMs} ${stat.size}` : '';
  }
}
