/**
 * Lines of text above code. The list of a file is cheap and asked for at every pause; what a line says is looked up when it comes into
 * view. The editor is told to ask again only when something that it shows is no longer so.
 */
import { CodeLensRefreshRequest, MessageType, type CodeLens, type Command } from 'vscode-languageserver/node';
import { z } from 'zod/mini';
import type { FileId } from '../../src/base/path.ts';
import type { Range } from '../../src/base/span.ts';
import type { Engine } from '../../src/engine.ts';
import { rangeSchema, referencesSchema } from '../../src/protocol/requests.ts';
import type { ServerContext } from '../context.ts';
import type { Folder } from '../folder.ts';
import type { Located } from '../folders.ts';
import type { Commands } from './commands.ts';
import { guardLenses } from './guardLens.ts';
import { migrationLenses } from './migrationLens.ts';

export interface Lens {
  /** Stable while the line is about the same thing; unique in its file. */
  id: string;
  range: Range;
  /** Says what the line says now; undefined when there is nothing to say. */
  look(): LensText | undefined;
}

export interface LensText {
  title: string;
  /** Where a click leads. */
  places: readonly { file: FileId; range: Range }[];
}

/** The command of our extension that shows places around the line. */
const showPlacesCommand = 'backendSpecialist.showPlaces';

/** For editors without our extension: goes to a place, or asks to which of several. */
export const showPlaceCommand = 'backendSpecialist.showPlace';

/** More places than these are no choice any more. */
const maxChoices = 8;

const dataSchema = z.object({ uri: z.string(), id: z.string() });

/** What the editor was told of a document. */
interface Told extends Located {
  uri: string;
  version: number;
  ids: string;
  titles: Map<string, string>;
}

export interface CodeLensFeature {
  /** To be called when background work ended: what the lines say may differ. */
  invalidate(): void;
}

/** What is shown is compared with what is so this long after the last change. */
const compareDelayMs = 300;

const lensesOf = (folder: Folder, engine: Engine, file: FileId): Lens[] =>
  file.endsWith('.sql') ? migrationLenses(folder, engine, file) : guardLenses(folder, engine, file);

const idsOf = (lenses: readonly Lens[]) => JSON.stringify(lenses.map(({ id }) => id));

export function registerCodeLens(context: ServerContext, commands: Commands): CodeLensFeature {
  const { connection, client, documents, folders } = context;
  /** By URI, of documents that are open. */
  const told = new Map<string, Told>();
  let waiting = false;

  connection.onCodeLens(async ({ textDocument }, token): Promise<CodeLens[] | null> => {
    const located = folders.locate(textDocument.uri);
    if (!located) return null;
    const { folder, file } = located;
    const engine = await folder.ready;
    await documents.opened(textDocument.uri);
    if (token.isCancellationRequested || !folder.knows(file)) return null;
    const lenses = lensesOf(folder, engine, file);
    const uri = documents.spelling(textDocument.uri);
    const version = documents.get(uri)?.version;
    if (version !== undefined)
      told.set(uri, { ...located, uri, version, ids: idsOf(lenses), titles: new Map() });
    if (lenses.length === 0) return null;
    return lenses.map(({ id, range }) => ({ range, data: { uri, id } }));
  });

  connection.onCodeLensResolve(async (lens, token): Promise<CodeLens> => {
    const nothing = { ...lens, command: { title: '', command: '' } };
    const data = dataSchema.safeParse(lens.data);
    const located = data.success ? folders.locate(data.data.uri) : undefined;
    if (!data.success || !located) return nothing;
    const engine = await located.folder.ready;
    if (token.isCancellationRequested || !located.folder.knows(located.file)) return nothing;
    // The text may have changed since: what the line is about is looked up again by its name.
    const found = lensesOf(located.folder, engine, located.file).find(({ id }) => id === data.data.id);
    const text = found?.look();
    if (!found || !text) return nothing;
    told.get(data.data.uri)?.titles.set(found.id, text.title);
    return { ...lens, command: commandOf(located.folder, data.data.uri, found, text) };
  });

  function commandOf(folder: Folder, uri: string, { range }: Lens, { title, places }: LensText): Command {
    // A title alone: there is nothing to go to.
    if (places.length === 0) return { title, command: '' };
    const locations = places.map((place) => ({
      uri: documents.spelling(folder.uriOf(place.file)),
      range: place.range,
    }));
    return {
      title,
      command: client.isOurs ? showPlacesCommand : showPlaceCommand,
      arguments: [uri, range.start, locations],
    };
  }

  commands.on(showPlaceCommand, async (given) => {
    const places = referencesSchema.safeParse(given);
    if (!places.success || !client.showsDocuments) return null;
    const [, , locations] = places.data;
    const place = locations.length > 1 ? await choose(locations) : locations[0];
    if (place)
      await connection.window.showDocument({ uri: place.uri, selection: place.range, takeFocus: true });
    return null;
  });

  /** Every editor can ask with buttons; lists of places it shows only for questions of its own. */
  async function choose(locations: readonly { uri: string; range: z.infer<typeof rangeSchema> }[]) {
    const choices = locations.slice(0, maxChoices).map((place) => {
      const located = folders.locate(place.uri);
      return { title: `${located?.file ?? place.uri}:${place.range.start.line + 1}`, place };
    });
    const chosen: { title: string } | null | undefined = await connection.sendRequest(
      'window/showMessageRequest',
      { type: MessageType.Info, message: 'Go to', actions: choices.map(({ title }) => ({ title })) },
    );
    return choices.find(({ title }) => title === chosen?.title)?.place;
  }

  /** Whether something that the editor shows is no longer so. Of a document that it has changed since it asks by itself. */
  function isOutdated({ folder, file, uri, version, ids, titles }: Told): boolean {
    const { engine } = folder;
    const document = documents.get(uri);
    if (!engine || !document) told.delete(uri);
    if (!engine || document?.version !== version) return false;
    const lenses = folder.knows(file) ? lensesOf(folder, engine, file) : [];
    if (idsOf(lenses) !== ids) return true;
    return lenses.some(({ id, look }) => titles.has(id) && look()?.title !== titles.get(id));
  }

  return {
    // Lines also depend on other files, on the settings and on the index: when all is quiet, what was told is compared with what is so.
    invalidate() {
      if (!client.refreshesCodeLenses || waiting || told.size === 0) return;
      waiting = true;
      context.later(compareDelayMs, () => {
        waiting = false;
        if (!context.settled()) return;
        if (![...told.values()].some(isOutdated)) return;
        connection
          .sendRequest(CodeLensRefreshRequest.type)
          .catch((error: unknown) => context.log(`Code lenses are not refreshed: ${String(error)}`));
      });
    },
  };
}
