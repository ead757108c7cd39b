/** A workspace in memory, indexed, for tests of what it finds out about a project. */
import { Workspace } from '../../src/workspace/workspace.ts';
import { MemoryHost } from '../kit/memoryHost.ts';

export const next = (name: string, dependencies: { [name: string]: string } = {}): string =>
  JSON.stringify({ name, dependencies: { next: '16.0.0', ...dependencies } });

export const schema = (output = '../lib/generated/prisma', model = 'Post'): string => `
generator client {
  provider = "prisma-client"
  output   = "${output}"
}
datasource db { provider = "postgresql" }
model User { id String @id }
model ${model} { id String @id }
`;

export const page = 'export default function Page() { return null; }\n';

/** @param files text by path */
export function openWorkspace(files: { [file: string]: string }): Workspace {
  const workspace = new Workspace(new MemoryHost(files), []);
  workspace.store.setTree(Object.keys(files));
  workspace.index.sync(workspace.store.list());
  workspace.completeInput.set('', true);
  return workspace;
}
