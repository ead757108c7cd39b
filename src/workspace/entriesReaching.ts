/** From a database access back to the entry points that perform it. */
import type { FileId } from '../base/path.ts';
import type { Site } from './abs.ts';
import type { Entry } from './entries.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export interface ReachingEntry {
  file: FileId;
  entry: Entry;
  effect: DbEffect;
}

const MAX_FILES = 80;
const MAX_DISTANCE = 6;

/** Entry points whose effects include an access, nearest first; looks along imports, so many files and so far at most. */
export function entriesReaching(view: WorkspaceView, site: Site): ReachingEntry[] {
  const found: ReachingEntry[] = [];
  const seen = new Set<FileId>([site.file]);
  let level: FileId[] = [site.file];
  for (let distance = 0; distance <= MAX_DISTANCE && level.length > 0; distance++) {
    const next: FileId[] = [];
    for (const file of level) {
      for (const entry of view.entries(file)) {
        const effect = entry.effects.find(
          (candidate) => candidate.file === site.file && candidate.at === site.at,
        );
        if (effect) found.push({ file, entry, effect });
      }
      for (const importer of view.importers(file)) {
        if (seen.has(importer) || seen.size >= MAX_FILES) continue;
        seen.add(importer);
        next.push(importer);
      }
    }
    level = next;
  }
  return found;
}

/** Whether a stranger gets there: no proof of who calls was seen on the way, and nothing that could be one was missed. */
export function isOpen({ entry, effect }: ReachingEntry): boolean {
  return !effect.proof && !effect.unsure && !entry.wrapperProof && !entry.opaque;
}

/** How messages call an entry point: `the action save`, `POST of app/api/posts/route.ts`, `the page app/page.tsx`. */
export function reachingName({ entry, file }: ReachingEntry): string {
  switch (entry.kind) {
    case 'route':
      return `${entry.name} of ${file}`;
    case 'page':
      return `the page ${file}`;
    case 'procedure':
      return `the procedure ${entry.name}`;
    default:
      return `the action ${entry.name}`;
  }
}
