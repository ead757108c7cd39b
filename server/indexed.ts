import type { ServerContext } from './context.ts';

/** Settles when every folder's files are indexed: what isn't known yet would be left out in silence. */
export async function whenIndexed({
  folders,
  onSettled,
  wake,
}: Pick<ServerContext, 'folders' | 'onSettled' | 'wake'>): Promise<void> {
  await Promise.all(folders.all().map((folder) => folder.ready));
  if (folders.all().every((folder) => folder.complete)) return;
  await new Promise<void>((resolve) => {
    onSettled(resolve);
    wake();
  });
}
