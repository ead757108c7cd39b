import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findingsOf, openFixture } from './kit/check.ts';

const folder = path.resolve(import.meta.dirname, '../snippets');

interface Snippet {
  prefix: string;
  description: string;
  body: string[];
}

/** A snippet with its placeholders' default texts put in. */
function expand({ body }: Snippet): string {
  return body
    .join('\n')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\d+/g, '');
}

const snippets = readdirSync(folder).flatMap((file): [string, Snippet][] =>
  Object.entries(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { [name: string]: Snippet }),
);

it.each(snippets)('%s has a prefix of ours and is clean under every rule', async (name, snippet) => {
  expect(snippet.prefix).toMatch(/^bs-/);
  expect(snippet.description.length).toBeGreaterThan(10);
  // A suppression needs something to silence: it gets a swallowed error.
  const isSuppression = snippet.prefix === 'bs-disable';
  const code = isSuppression
    ? `export async function f() {\n  try {\n    await fetch('https://example.com');\n  ${expand(snippet).replace('rule', 'no-swallowed-error')}\n  } catch {}\n}`
    : expand(snippet);
  const file = isSuppression ? 'lib/ping.ts' : 'lib/actions/x.actions.ts';
  const imports = `'use server';
import { revalidatePath } from 'next/cache';
import { auth } from '@/auth';
import { renamePostOf } from '@/lib/services/post.service';
import { renamePostSchema } from '@/lib/validations/post';
`;
  const { engine } = await openFixture({
    'lib/validations/post.ts': `import { z } from 'zod';\nexport const renamePostSchema = z.object({ id: z.string(), title: z.string() });\n`,
    'lib/services/post.service.ts': `import { prisma } from '@/lib/db';

export function renamePostOf(authorId: string, post: { id: string; title: string }) {
  return prisma.post.updateMany({ where: { id: post.id, authorId }, data: { title: post.title } });
}
`,
    'app/dashboard/page.tsx': 'export default function Page() { return null; }\n',
    [file]: `${isSuppression ? '' : imports}\n${code}\n`,
  });
  expect(engine.facts(file)?.problems).toEqual([]);
  expect(findingsOf(engine).map((finding) => `${name}: ${finding.rule}`)).toEqual([]);
});
