import type { Connection } from 'vscode-languageserver/node';
import type { Client } from './client.ts';
import type { Documents } from './documents.ts';
import type { Folders } from './folders.ts';
import type { Loop } from './loop.ts';

/** What every feature gets at its registration. */
export interface ServerContext {
  connection: Connection;
  client: Client;
  documents: Documents;
  folders: Folders;
  loop: Loop;
  /** Milliseconds, from any point on. */
  now(): number;
  /** Calls back once, after some milliseconds. */
  later(ms: number, callback: () => void): void;
  /** A line of the editor's log. */
  log(message: string): void;
  /** How long something took: shown when the person traces the server. */
  timing(what: string, ms: number): void;
  /** Calls back when the editor is ready to be asked. */
  onInitialized(listener: () => void): void;
  /** Makes the background look for files to index and to check. */
  wake(): void;
  /** Whether everything shown is the answer to what is on the screen. */
  settled(): boolean;
  /** Calls back whenever work in the background ends. */
  onSettled(listener: () => void): void;
}
