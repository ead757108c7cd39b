/** `map`, `map --write`, `map --check` as shipped. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MAP, notes } from '../map/kit.ts';
import { createWorkspace, run, writeIn } from './run.ts';

const read = (root: string): string => readFileSync(path.join(root, MAP), 'utf8');

test('prints the map, writes nothing', async () => {
  const root = createWorkspace(notes);
  const { stdout, code } = await run(root, ['map']);
  expect(code).toBe(0);
  expect(stdout).toContain('| `saveNote` |');
  expect(() => read(root)).toThrow();
  const graph = await run(root, ['map', '--format', 'mermaid']);
  expect(graph.stdout).toMatch(/^---\ntitle: All of it\n---\nflowchart LR\n/);
});

test('--check fails without a map, --write makes it, a second --write changes nothing', async () => {
  const root = createWorkspace(notes);
  expect(await run(root, ['map', '--check'])).toMatchObject({ code: 1, stdout: `${MAP}: missing\n` });
  expect(await run(root, ['map', '--write'])).toMatchObject({ code: 0, stdout: `${MAP}: written\n` });
  const text = read(root);
  expect(await run(root, ['map', '--check'])).toMatchObject({ code: 0, stdout: '' });
  expect(await run(root, ['map', '--write'])).toMatchObject({ code: 0, stdout: `${MAP}: up to date\n` });
  expect(read(root)).toBe(text);
});

test('--check names the stale lines, --write touches only those', async () => {
  const root = createWorkspace(notes);
  await run(root, ['map', '--write']);
  const before = read(root);
  const file = 'lib/actions/note.actions.ts';
  writeIn(root, file, (notes[file] ?? '').replace("revalidatePath('/notes')", "revalidatePath('/n')"));
  const at = before.split('\n').findIndex((line) => line.startsWith('| `saveNote`')) + 1;
  expect(await run(root, ['map', '--check'])).toMatchObject({
    code: 1,
    stdout: `${MAP}:${at}: stale: actions saveNote (Revalidates: /notes → /n)\n`,
  });
  expect((await run(root, ['map', '--write'])).stdout).toBe(`${MAP}: updated, 1 change\n`);
  const after = read(root).split('\n');
  expect(before.split('\n').filter((line, i) => line !== after[i])).toHaveLength(1);
});

test('a map larger than any other file that is read stays a map', async () => {
  const root = createWorkspace(notes);
  await run(root, ['map', '--write']);
  const long = `${read(root)}\n## Notes of ours\n\n${'- something that people wrote here\n'.repeat(50_000)}`;
  writeIn(root, MAP, long);
  expect(await run(root, ['map', '--check'])).toMatchObject({ code: 0, stdout: '' });
  expect(await run(root, ['map', '--write'])).toMatchObject({ code: 0, stdout: `${MAP}: up to date\n` });
  expect(read(root)).toBe(long);
});

test('a conflict in text of a person is left alone and told', async () => {
  const text = '# Map\n\n<<<<<<< a\nmine\n=======\nyours\n>>>>>>> b\n';
  const root = createWorkspace({ ...notes, [MAP]: text });
  const { code, stderr } = await run(root, ['map', '--write']);
  expect(code).toBe(1);
  expect(stderr).toContain('line 3 begins a merge conflict');
  expect(read(root)).toBe(text);
});

test('wrong use', async () => {
  const root = createWorkspace(notes);
  expect((await run(root, ['map', '--write', '--check'])).code).toBe(2);
  expect((await run(root, ['map', '--write', '--format', 'json'])).code).toBe(2);
});

test('a workspace without a backend has no map to write', async () => {
  const root = createWorkspace({ 'package.json': '{}', 'a.ts': 'export {};\n' });
  expect(await run(root, ['map', '--write'])).toMatchObject({ code: 0, stdout: '' });
  expect(await run(root, ['map', '--check'])).toMatchObject({ code: 0, stdout: '' });
});
