import { loadShellParser } from '../../src/facts/commands.ts';
import { loadSqlParser } from '../../src/facts/sql.ts';
import type { Entry } from '../../src/workspace/entries.ts';
import { guardOf } from '../../src/workspace/guardState.ts';
import type { Guard } from '../../src/workspace/guardState.ts';
import { Workspace } from '../../src/workspace/workspace.ts';

await Promise.all([loadSqlParser(), loadShellParser()]);

/** A workspace over files in memory, fully indexed. */
export function openWorkspace(files: { [path: string]: string }): Workspace {
  const all = { ...files };
  const workspace = new Workspace({ read: (file) => all[file] }, []);
  workspace.store.setTree(Object.keys(all));
  workspace.index.sync(workspace.store.list());
  workspace.completeInput.set('', true);
  return workspace;
}

/** The entry point of a file by its name, and what guards it. */
export function guardIn(workspace: Workspace, file: string, name: string): Guard & { entry: Entry } {
  const entry = workspace.entries(file).find((candidate) => candidate.name === name);
  if (!entry)
    throw new Error(
      `${file} has no entry ${name}: ${workspace
        .entries(file)
        .map((other) => other.name)
        .join(', ')}`,
    );
  return { ...guardOf(workspace, file, entry), entry };
}

/** A small application: schema, client, Auth.js. */
export const base: { [path: string]: string } = {
  'package.json': '{ "name": "app", "dependencies": { "next": "16.4.6" } }',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
  'prisma/schema.prisma': `
generator client {
  provider = "prisma-client"
  output   = "../lib/generated/prisma"
}
model User {
  id       String    @id
  email    String    @unique
  accounts Account[]
  orders   Order[]
}
model Account {
  id     String @id
  user   User   @relation(fields: [userId], references: [id])
  userId String
}
model Order {
  id     String @id
  total  Int
  user   User   @relation(fields: [userId], references: [id])
  userId String
}
model ApiKey {
  id        String @id
  hashedKey String @unique
}
model Message {
  id   String @id
  body String
}
`,
  'lib/db.ts': `
import { PrismaClient } from '@/lib/generated/prisma/client';
const globalForPrisma = globalThis as unknown as { prisma?: PrismaClient };
export const prisma = globalForPrisma.prisma ?? new PrismaClient();
if (process.env.NODE_ENV !== 'production') globalForPrisma.prisma = prisma;
`,
  'auth.ts': `
import NextAuth from 'next-auth';
export const { auth, handlers, signIn, signOut } = NextAuth({ providers: [] });
`,
  'app/page.tsx': 'export default function Page() { return null; }',
};
