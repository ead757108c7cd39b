/** Edges from pages to the route handlers that their components ask. */
import { expect, test } from 'vitest';
import { notes, open } from './kit.ts';

test('a page calls the route handlers that its components ask, by path and method, where it is certain which', async () => {
  const handler = (...methods: string[]): string =>
    methods.map((method) => `export async function ${method}() { return Response.json({}); }\n`).join('');
  const page = (body: string, imports = ''): string =>
    `'use client';\n${imports}export default function Page({ id, path, options, isNew }) {\n  ${body}\n  return <p />;\n}\n`;
  const swr = "import useSWR from 'swr';\n";
  const { engine } = await open({
    ...notes,
    'app/api/notes/[id]/route.ts': handler('GET', 'PATCH', 'DELETE'),
    'app/api/notes/export/route.ts': handler('GET'),
    'app/api/(files)/files/[...path]/route.ts': handler('GET', 'POST'),
    'app/api/files/recent/all/route.ts': handler('GET'),
    'app/api/kinds/day/route.ts': handler('GET'),
    'pages/api/old/index.ts': 'export default function handler(req, res) { res.json({}); }\n',
    'hooks/use-notes.ts': `${swr}export const useNotes = (id?: string) => useSWR(id ? \`/api/notes/\${id}?full=1\` : null);\n`,
    'app/hook/page.tsx': page('useNotes(id);', "import { useNotes } from '@/hooks/use-notes';\n"),
    'app/literal/page.tsx': page("fetch('/api/notes/export?as=csv');"),
    'app/method/page.tsx': page(
      "fetch(`/api/notes/${id}`, { method: isNew ? 'PATCH' : 'DELETE', body: '' }); fetch('/api/old', { ...options });",
    ),
    'app/old/page.tsx': page("fetch('/api/old', { method: 'PUT' });"),
    'app/rest/page.tsx': page("fetch('/api/files/a/b', { ...options, method: 'POST' });"),
    'app/sends/page.tsx': page("useSWR('/api/notes/1', (url) => fetch(url, { method: 'DELETE' }));", swr),
    'app/unsure/page.tsx': page(
      "fetch(`/api/files/${id}/all`); fetch(`/api/kinds/${id}`); fetch(`/api/notes/${id}${path}`); fetch(path); fetch('/api/notes/1', options); fetch(`https://other.test/api/notes`); fetch('/api/notes/1', { method: 'PUT' });",
    ),
    'app/own/page.tsx': page("const fetch = (url) => url; fetch('/api/notes/1');"),
  });
  const entries = engine.map().apps[0]?.entries ?? [];
  const calls = (path: string): string[] | undefined =>
    entries.find((one) => one.kind === 'page' && one.path === path)?.calls;
  expect(calls('/hook')).toEqual(['route:app/api/notes/[id]/route.ts#GET']);
  expect(calls('/literal')).toEqual(['route:app/api/notes/export/route.ts#GET']);
  expect(calls('/method')).toEqual([
    'route:app/api/notes/[id]/route.ts#DELETE',
    'route:app/api/notes/[id]/route.ts#PATCH',
  ]);
  expect(calls('/old')).toEqual(['route:pages/api/old/index.ts#default']);
  expect(calls('/rest')).toEqual(['route:app/api/(files)/files/[...path]/route.ts#POST']);
  for (const path of ['/sends', '/unsure', '/own']) expect(calls(path)).toBeUndefined();
  expect(engine.map().apps[0]?.edges).toContainEqual({
    kind: 'calls',
    from: 'page:app/hook/page.tsx#default',
    to: 'route:app/api/notes/[id]/route.ts#GET',
  });
});
