/** Writes `backend-map.md` files: when asked, and, where the setting says so, after a file was saved. */
import { replaceFile } from '../../src/host/node.ts';
import { writeMapRequest, type WriteMapResult } from '../../src/protocol/map.ts';
import { noParams } from '../../src/protocol/requests.ts';
import type { ServerContext } from '../context.ts';
import type { Folder } from '../folder.ts';

type Written = WriteMapResult['files'][number];

export function registerMapWriting(context: ServerContext): void {
  const { connection, client, documents, folders } = context;

  /**
   * Brings the maps of a folder up to date on the disk, single lines of them.
   * @param isNew whether maps that do not exist are written
   */
  function write(folder: Folder, isNew: boolean): Written[] {
    const { engine } = folder;
    if (!engine) return [];
    return engine
      .mapDocuments(true)
      .filter(({ text }) => isNew || text !== undefined)
      .map(({ file, text, stale, next }): Written => {
        const uri = documents.spelling(folder.uriOf(file));
        const changes = stale.length;
        const stuck = stale.find(({ edits }) => edits.length === 0);
        if (stuck && text !== undefined)
          return {
            uri,
            state: 'failed',
            changes,
            message: stuck.detail ?? 'a merge conflict holds text of yours',
          };
        if (next === text) return { uri, state: 'current', changes: 0 };
        // It compares the file with the text that the edits are for: what is not saved, or changed on the disk, is left alone.
        const failure = replaceFile(folder.host, file, text, next);
        if (failure !== undefined) {
          const isUnsaved = documents.get(uri) !== undefined;
          return {
            uri,
            state: 'failed',
            changes,
            message: isUnsaved ? 'it has changes that are not saved' : failure,
          };
        }
        return { uri, state: text === undefined ? 'written' : 'updated', changes };
      });
  }

  /** The disk has the new text; open documents are read again by the editor itself. */
  function reread(written: readonly Written[]): void {
    for (const { uri, state } of written) {
      const located = folders.locate(uri);
      if (located && (state === 'written' || state === 'updated')) located.folder.reread([located.file]);
    }
    context.wake();
  }

  /** Settles when everything that was queued is checked: the map counts what was found. */
  const settled = () =>
    new Promise<void>((resolve) => {
      context.onSettled(resolve);
      context.wake();
    });

  connection.onRequest(writeMapRequest.method, async (params: unknown): Promise<WriteMapResult> => {
    noParams.parse(params ?? {});
    await Promise.all(folders.all().map((folder) => folder.ready));
    await settled();
    const files = folders.all().flatMap((folder) => write(folder, true));
    reread(files);
    return { files };
  });

  const waiting = new Set<Folder>();
  documents.onSaved((uri) => {
    const located = folders.locate(uri);
    // A folder that is not trusted could bring the setting along.
    if (!located || !client.trusted || !located.folder.settings.updatesMapOnSave) return;
    const { folder } = located;
    if (waiting.has(folder)) return;
    waiting.add(folder);
    settled().then(
      () => {
        waiting.delete(folder);
        const written = write(folder, false);
        for (const { uri: map, state, message } of written)
          if (state === 'failed') context.log(`${map} is not updated: ${message ?? ''}`);
        reread(written);
      },
      (error: unknown) => context.log(`The map of ${folder.name} is not updated: ${String(error)}`),
    );
  });
}
