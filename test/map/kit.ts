/** Maps of small workspaces, written and read back. */
import type { Engine } from '../../src/engine.ts';
import type { MapDocument } from '../../src/map/document.ts';
import { openFiles } from '../kit/check.ts';
import type { Files } from '../kit/fixture.ts';

export const MAP = 'doc/documentation/backend-map.md';

/** One app with an action, two services, a route and three models. */
export const notes: Files = {
  'package.json':
    '{"name":"notes","dependencies":{"next":"16.0.0","next-auth":"5.0.0","zod":"4.0.0","@prisma/client":"7.0.0"}}',
  'tsconfig.json': '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
  'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
}
model User {
  id String @id
  email String @unique
  notes Note[]
}
/// What people write down.
model Note {
  id String @id
  text String
  userId String
  user User @relation(fields: [userId], references: [id])
  @@index([userId])
}
`,
  'lib/db.ts': "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
  'auth.ts':
    "import NextAuth from 'next-auth';\nexport const { auth, handlers } = NextAuth({ providers: [] });\n",
  'lib/services/note.service.ts': `import { prisma } from '@/lib/db';
/** The newest notes of one person. */
export async function listNotes(userId: string) {
  return prisma.note.findMany({ where: { userId }, take: 20 });
}
export async function addNote(userId: string, text: string) {
  return prisma.note.create({ data: { userId, text } });
}
`,
  'lib/actions/note.actions.ts': `'use server';
import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { auth } from '@/auth';
import { addNote } from '@/lib/services/note.service';
export const noteSchema = z.object({ text: z.string().max(500) });
export async function saveNote(input: unknown) {
  const parsed = noteSchema.parse(input);
  const session = await auth();
  if (!session?.user?.id) throw new Error('no');
  await addNote(session.user.id, parsed.text);
  revalidatePath('/notes');
}
`,
  'app/api/notes/route.ts': `import { auth } from '@/auth';
import { listNotes } from '@/lib/services/note.service';
export async function GET() {
  const session = await auth();
  if (!session?.user?.id) return new Response(null, { status: 401 });
  return Response.json(await listNotes(session.user.id));
}
`,
  'app/page.tsx': 'export default function Page() { return null; }\n',
};

export interface Opened {
  engine: Engine;
  /** The only map. */
  map(): MapDocument;
  /** Writes it, and gives its text. */
  write(): string;
}

export async function open(files: Files = notes): Promise<Opened> {
  const engine = await openFiles(files);
  const map = (): MapDocument => {
    const [first] = engine.mapDocuments(false);
    if (!first) throw new Error('nothing to map');
    return first;
  };
  return {
    engine,
    map,
    write() {
      const { file, next } = map();
      engine.update([{ file, text: next }]);
      return next;
    },
  };
}

/** Opens a workspace whose map is this text. */
export const openWith = async (text: string, files: Files = notes): Promise<Opened> =>
  open({ ...files, [MAP]: text });

/** Lines that only one of two texts has, `-` and `+` before them, in their order. */
export function lineDifference(before: string, after: string): string[] {
  const count = (lines: readonly string[], line: string): number =>
    lines.filter((other) => other === line).length;
  const a = before.split('\n');
  const b = after.split('\n');
  return [
    ...a.filter((line, i) => count(a.slice(0, i + 1), line) > count(b, line)).map((line) => `-${line}`),
    ...b.filter((line, i) => count(b.slice(0, i + 1), line) > count(a, line)).map((line) => `+${line}`),
  ];
}
