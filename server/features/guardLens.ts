/** A line above each entry point and service: who is let in, what is parsed and written, who calls it. */
import type { FileId } from '../../src/base/path.ts';
import type { Engine } from '../../src/engine.ts';
import type { Folder } from '../folder.ts';
import type { Lens } from './codeLens.ts';

/** The lines of a file of code. What they say is looked up for those that come into view. */
export function guardLenses(folder: Folder, engine: Engine, file: FileId): Lens[] {
  if (!folder.settings.guardLens) return [];
  return engine.lensPlaces(file).map(({ id, range }) => ({
    id,
    // One place for a name, however long its declaration is: it moves with the text and stays while that is typed.
    range,
    look: () => {
      const lens = engine.lens(file, id);
      return lens && { title: lens.title, places: lens.uses };
    },
  }));
}
