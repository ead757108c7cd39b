/** The shop with posts: an app in which every snippet finds what its placeholders name, and the file that each would be typed into. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Snippet, SnippetFile } from '../../src/codegen/snippets.ts';
import { appFiles } from './apps.ts';
import type { Files } from './fixture.ts';
import { expansions, type Expansion } from './snippets.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface ShippedSnippet extends Snippet {
  name: string;
  /** The editor's languages it is offered in. */
  languages: string[];
  /** Path of its file from the root of the repository. */
  file: string;
  expansions: Expansion[];
}

/** Every snippet that the extension contributes, as its package declares them. */
export function shippedSnippets(): ShippedSnippet[] {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    contributes: { snippets: { language: string; path: string }[] };
  };
  const { snippets: entries } = manifest.contributes;
  return [...new Set(entries.map((entry) => entry.path))].flatMap((file) => {
    const snippets = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as SnippetFile;
    return Object.entries(snippets).map(([name, snippet]) => ({
      ...snippet,
      name,
      file,
      languages: entries.filter((entry) => entry.path === file).map(({ language }) => language),
      expansions: expansions(snippet.body),
    }));
  });
}

interface Site {
  file: string;
  /** What stands above: the imports that the editor adds by *Add all missing imports*. */
  head?: string;
}

const actionHead = `'use server';

import { revalidatePath } from 'next/cache';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { createPostOf, recordActivity, removePostById, renamePostOf } from '@/lib/services/post.service';
import { createPostSchema, removePostSchema, renamePostSchema } from '@/lib/validations/post';

`;
const serviceHead = `import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';

`;

/** Where a snippet for TypeScript is typed, by its prefix. */
export const sites: { [prefix: string]: Site } = {
  'bs-action': { file: 'lib/actions/rename.actions.ts', head: actionHead },
  'bs-action-role': { file: 'lib/actions/remove.actions.ts', head: actionHead },
  'bs-action-transaction': { file: 'lib/actions/create.actions.ts', head: actionHead },
  'bs-action-file': { file: 'lib/actions/post.actions.ts' },
  'bs-service-read': { file: 'lib/services/read.service.ts', head: serviceHead },
  'bs-list-offset': { file: 'lib/services/list.service.ts', head: serviceHead },
  'bs-list-cursor': { file: 'lib/services/feed.service.ts', head: serviceHead },
  'bs-service-file': { file: 'lib/services/one.service.ts' },
  'bs-route': { file: 'app/api/posts/route.ts' },
  'bs-route-write': { file: 'app/api/posts/rename/route.ts' },
  'bs-webhook': { file: 'app/api/webhooks/events/route.ts' },
  'bs-cron': { file: 'app/api/cron/archive-posts/route.ts' },
  'bs-validation': { file: 'lib/validations/draft.ts' },
  'bs-env': { file: 'lib/env.ts' },
  'bs-auth-config': { file: 'auth.config.ts' },
  'bs-auth': { file: 'auth.ts' },
  'bs-auth-types': { file: 'types/next-auth.d.ts' },
  'bs-proxy': { file: 'proxy.ts' },
  'bs-db': { file: 'lib/db.ts' },
  'bs-soft-delete': { file: 'lib/soft-delete.ts' },
  'bs-query-log': { file: 'lib/query-log.ts' },
  'bs-prisma-config': { file: 'prisma.config.ts' },
};

/** What the placeholders of the snippets name. */
const posts: Files = {
  'lib/services/post.service.ts': `import 'server-only';
import { cache } from 'react';
import { prisma } from '@/lib/db';
import type { Tx } from '@/lib/db';
import { toSkipTake } from '@/lib/validations/common';

export const listPosts = cache((authorId: string, page: number, perPage: number) =>
  prisma.post.findMany({
    where: { authorId },
    select: { id: true, title: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    ...toSkipTake(page, perPage),
  }),
);

export function renamePostOf(authorId: string, { id, title }: { id: string; title: string }) {
  return prisma.post.update({ where: { id, authorId }, data: { title }, select: { id: true } });
}

export function removePostById(id: string) {
  return prisma.post.delete({ where: { id }, select: { id: true } });
}

export function createPostOf(tx: Tx, authorId: string, { title }: { title: string }) {
  return tx.post.create({ data: { authorId, title }, select: { id: true } });
}

export function recordActivity(tx: Tx, authorId: string, postId: string) {
  return tx.post.update({ where: { id: postId, authorId }, data: { updatedAt: new Date() }, select: { id: true } });
}

/** Marks posts of before as archived; returns how many. */
export async function archivePosts(before: Date) {
  const { count } = await prisma.post.updateMany({
    where: { createdAt: { lt: before }, title: { not: 'archived' } },
    data: { title: 'archived' },
    limit: 100,
  });
  return count;
}
`,
  'lib/validations/post.ts': `import { z } from 'zod';

const postIdSchema = z.cuid();
const titleSchema = z.string().trim().min(1).max(120);

export const createPostSchema = z.strictObject({ title: titleSchema });
export const renamePostSchema = z.strictObject({ id: postIdSchema, title: titleSchema });
export const removePostSchema = z.strictObject({ id: postIdSchema });
`,
  'lib/services/webhook.service.ts': `import 'server-only';
import { prisma } from '@/lib/db';

export async function handleEvent({ postId, title }: { postId: string; title: string }) {
  await prisma.post.update({ where: { id: postId }, data: { title }, select: { id: true } });
}
`,
  'lib/validations/webhook.ts': `import { z } from 'zod';

export const eventSchema = z.strictObject({ postId: z.cuid(), title: z.string().max(120) });
`,
  'app/posts/page.tsx': `import { requireUser } from '@/lib/auth-guards';
import { listPosts } from '@/lib/services/post.service';

export default async function Posts() {
  const user = await requireUser();
  const posts = await listPosts(user.id, 1, 20);
  return <ul>{posts.map((post) => <li key={post.id}>{post.title}</li>)}</ul>;
}
`,
};

/** The schema of an app with a model added, and the list on the user's side that a formatter adds. */
export function withModel(schema: string, model: string): string {
  return `${schema.replace(/^model User \{\n/m, 'model User {\n  posts Post[]\n')}\n${model}\n`;
}

/** Where the table of the posts is made. */
export const postsMigration = 'prisma/migrations/20260403080000_posts/migration.sql';

/**
 * The shop with posts.
 * @param model the model of the posts, as the snippet writes it
 * @param migration the SQL that makes its table
 */
export function snippetApp(model: string, migration: string): Files {
  const shop = appFiles('shop');
  const secret = '  CRON_SECRET:';
  return {
    ...shop,
    ...posts,
    'prisma/schema.prisma': withModel(shop['prisma/schema.prisma'] ?? '', model),
    [postsMigration]: migration,
    'lib/env.ts': (shop['lib/env.ts'] ?? '').replace(
      secret,
      `  WEBHOOK_SECRET: z.string().min(16),\n${secret}`,
    ),
    '.env.example': `${shop['.env.example'] ?? ''}WEBHOOK_SECRET=\n`,
  };
}

/** What a file holds after a snippet was typed into it at its place. */
export function typedInto(prefix: string, { text }: Expansion): string {
  const site = sites[prefix];
  if (!site) throw new Error(`no place is known for ${prefix}`);
  return `${site.head ?? ''}${text}\n`;
}
