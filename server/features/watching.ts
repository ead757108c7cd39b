/** Files that change on the disk: other editors, generators, a checkout of another branch. */
import {
  DidChangeWatchedFilesNotification,
  FileChangeType,
  WatchKind,
  type FileEvent,
} from 'vscode-languageserver/node';
import type { FileId } from '../../src/base/path.ts';
import { excludedFolders, isAnalysed, watchGlob } from '../../src/host/node.ts';
import type { ServerContext } from '../context.ts';
import type { Folder } from '../folder.ts';

/** More changes at once than this are a checkout or an installation: reading everything anew is surer. */
const manyChanges = 500;

/** Git moves its own files several times for one command. */
const gitDelayMs = 250;

async function apply(folder: Folder, events: { file: FileId; type: FileChangeType }[]): Promise<void> {
  await folder.ready;
  const isOverwhelming = events.length > manyChanges;
  if (isOverwhelming || events.some(({ file }) => /(^|\/)\.gitignore$/.test(file))) return folder.rescan();
  const removed: FileId[] = [];
  const changed: FileId[] = [];
  const created: FileId[] = [];
  for (const { file, type } of events) {
    if (folder.knows(file)) changed.push(file);
    else if (type === FileChangeType.Deleted) removed.push(...folder.filesBelow(file));
    else if (isAnalysed(file)) created.push(file);
  }
  // What is gone has no text, whatever the event said: the disk is asked and not the watcher.
  folder.reread([...changed, ...removed]);
  if (created.length > 0) folder.reread(await folder.host.accept(created));
}

export function registerWatching(context: ServerContext): void {
  const { connection, client, folders } = context;
  const gitWaiting = new Set<Folder>();

  const report = (promise: Promise<void>) => {
    promise
      .catch((error: unknown) => context.log(`Changed files cannot be read: ${String(error)}`))
      .then(context.wake);
  };

  function refreshGit(folder: Folder): void {
    if (gitWaiting.has(folder)) return;
    gitWaiting.add(folder);
    context.later(gitDelayMs, () => {
      gitWaiting.delete(folder);
      report(folder.readCommitted());
    });
  }

  connection.onDidChangeWatchedFiles(({ changes }: { changes: FileEvent[] }) => {
    const byFolder = new Map<Folder, { file: FileId; type: FileChangeType }[]>();
    for (const { uri, type } of changes) {
      const located = folders.locate(uri);
      if (!located) continue;
      const { folder, file } = located;
      const pieces = file.split('/');
      if (pieces[0] === '.git') refreshGit(folder);
      if (pieces.some((piece) => excludedFolders.has(piece))) continue;
      const list = byFolder.get(folder);
      if (list) list.push({ file, type });
      else byFolder.set(folder, [{ file, type }]);
    }
    for (const [folder, events] of byFolder) report(apply(folder, events));
  });

  context.onInitialized(() => {
    if (!client.registersWatchers) return;
    connection.client
      .register(DidChangeWatchedFilesNotification.type, {
        watchers: [
          { globPattern: watchGlob },
          // A folder that is deleted is one event with the folder's name.
          { globPattern: '**/*', kind: WatchKind.Delete },
          { globPattern: '**/.git/{HEAD,refs/heads/**,refs/remotes/origin/**}' },
        ],
      })
      .catch((error: unknown) => context.log(`Files are not watched: ${String(error)}`));
  });
}
