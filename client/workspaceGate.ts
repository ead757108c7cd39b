import * as vscode from 'vscode';
import { isNextPrismaFolder, type FolderReader } from './gatekeeper.ts';

/** Files whose coming or going can turn a workspace into one of ours. */
const telltales =
  '{package.json,prisma.config.ts,prisma/schema.prisma,apps/*/package.json,packages/*/package.json}';

/** Whether any folder of the workspace holds a Next.js app and a Prisma schema. */
export async function isFittingWorkspace(folders: readonly vscode.WorkspaceFolder[]): Promise<boolean> {
  for (const folder of folders)
    if (folder.uri.scheme === 'file' && (await isNextPrismaFolder(readerFor(folder.uri)))) return true;
  return false;
}

/** Calls back when a workspace that did not fit may have begun to. */
export function watchTelltales(onChange: () => void): vscode.Disposable {
  const watched = (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, telltales));
    return [watcher, watcher.onDidCreate(onChange), watcher.onDidChange(onChange)];
  });
  return vscode.Disposable.from(...watched);
}

function readerFor(folder: vscode.Uri): FolderReader {
  const { fs } = vscode.workspace;
  const at = (path: string): vscode.Uri => (path === '' ? folder : vscode.Uri.joinPath(folder, path));
  return {
    readText: (path) => orNone(async () => new TextDecoder().decode(await fs.readFile(at(path))), undefined),
    exists: (path) => orNone(async () => fs.stat(at(path)).then(() => true), false),
    listFolders: (path) =>
      orNone(async () => {
        const children = await fs.readDirectory(at(path));
        return children.filter(([, type]) => (type & vscode.FileType.Directory) !== 0).map(([name]) => name);
      }, []),
  };
}

/** What cannot be read is not there, as far as the gate is concerned; a bug of ours still throws. */
async function orNone<T>(read: () => Promise<T>, none: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return none;
    throw error;
  }
}
