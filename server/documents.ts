/** Documents that are open in the editor. Their text counts and not the disk's. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { TextDocuments, type Connection } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Folders } from './folders.ts';
import { pathOfUri } from './uris.ts';

export class Documents {
  readonly #documents = new TextDocuments(TextDocument);
  /** By absolute path, since one file may be spelt in several ways as a URI. */
  readonly #byPath = new Map<string, TextDocument>();
  /** The version that is on the disk, by absolute path: the one that was opened or saved last. */
  readonly #saved = new Map<string, number>();
  /** Documents whose folder has yet to say whether they belong to it, by absolute path. */
  readonly #opening = new Map<string, Promise<void>>();

  readonly #onSaved: ((uri: string) => void)[] = [];

  /** Calls back after a document was saved and its folder knows. */
  onSaved(listener: (uri: string) => void): void {
    this.#onSaved.push(listener);
  }

  readonly #onText: ((uri: string) => void)[] = [];

  /** Calls back when any document was opened, changed or closed, also one that belongs to no folder. */
  onText(listener: (uri: string) => void): void {
    this.#onText.push(listener);
  }

  /**
   * Takes part in the conversation.
   * @param onChange called after a document was opened, changed or closed and its folder knows
   */
  listen(connection: Connection, folders: Folders, onChange: (uri: string) => void): void {
    this.#documents.onDidOpen(({ document }) => {
      const absolute = pathOfUri(document.uri);
      if (absolute === undefined) return;
      this.#byPath.set(absolute, document);
      this.#saved.set(absolute, document.version);
      if (folders.isEmpty && !folders.locate(document.uri)) folders.openLoose(looseRoot(absolute));
      const located = folders.locate(document.uri);
      if (!located) return;
      const opening = located.folder.opened(located.file).then(() => {
        this.#opening.delete(absolute);
        onChange(document.uri);
      });
      this.#opening.set(absolute, opening);
    });
    this.#documents.onDidChangeContent(({ document }) => {
      const located = folders.locate(document.uri);
      if (!located?.folder.knows(located.file)) return;
      const saved = this.#saved.get(pathOfUri(document.uri) ?? '');
      const unsaved = saved !== undefined && saved !== document.version;
      located.folder.update([{ file: located.file, text: document.getText(), unsaved }]);
      onChange(document.uri);
    });
    this.#documents.onDidSave(({ document }) => {
      const located = folders.locate(document.uri);
      const absolute = pathOfUri(document.uri);
      if (absolute === undefined || !located?.folder.knows(located.file)) return;
      this.#saved.set(absolute, document.version);
      located.folder.update([{ file: located.file, text: document.getText() }]);
      onChange(document.uri);
      for (const listener of this.#onSaved) listener(document.uri);
    });
    this.#documents.onDidClose(({ document }) => {
      const absolute = pathOfUri(document.uri);
      if (absolute === undefined) return;
      this.#byPath.delete(absolute);
      this.#saved.delete(absolute);
      const located = folders.locate(document.uri);
      if (located?.folder.knows(located.file)) located.folder.reread([located.file]);
      onChange(document.uri);
    });
    const tell = ({ document: { uri } }: { document: TextDocument }) => {
      for (const listener of this.#onText) listener(uri);
    };
    // A document that is opened changes its content as well.
    this.#documents.onDidChangeContent(tell);
    this.#documents.onDidClose(tell);
    this.#documents.listen(connection);
  }

  /** An open document of any scheme, by the URI that the editor gave it. */
  any(uri: string): TextDocument | undefined {
    return this.#documents.get(uri);
  }

  get(uri: string): TextDocument | undefined {
    const absolute = pathOfUri(uri);
    return absolute === undefined ? undefined : this.#byPath.get(absolute);
  }

  /** Settles when the folder of an opened document knows of it: a file that was just written is looked up on the disk first. */
  opened(uri: string): Promise<void> {
    return this.#opening.get(pathOfUri(uri) ?? '') ?? Promise.resolve();
  }

  /** The URI as the editor spells it when the document is open, else as it is given. */
  spelling(uri: string): string {
    return this.get(uri)?.uri ?? uri;
  }

  text(absolute: string): string | undefined {
    return this.#byPath.get(absolute)?.getText();
  }

  /** Absolute paths, the last opened first. */
  paths(): string[] {
    return [...this.#byPath.keys()].toReversed();
  }
}

/** For a file opened without a workspace: the nearest folder above it that looks like a project, else its own. */
function looseRoot(absolute: string): string {
  const own = path.dirname(absolute);
  for (let folder = own; path.dirname(folder) !== folder; folder = path.dirname(folder))
    if (existsSync(path.join(folder, 'package.json')) || existsSync(path.join(folder, '.git'))) return folder;
  return own;
}
