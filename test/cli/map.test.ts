/** `map`, `map --write`, `map --check` as shipped. */
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MAP, notes } from '../map/kit.ts';
import { createWorkspace, git, run, writeIn } from './run.ts';

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

/** A cache of its own, with what `map` keeps in it. */
function keeper(): {
  env: { XDG_CACHE_HOME: string };
  change(name: string, edit: (text: string) => string): void;
} {
  const cache = createWorkspace({});
  const find = (name: string): string => {
    const found = readdirSync(cache, { recursive: true, encoding: 'utf8' }).find((file) =>
      file.endsWith(name),
    );
    if (found === undefined) throw new Error(`nothing kept as ${name}`);
    return path.join(cache, found);
  };
  return {
    env: { XDG_CACHE_HOME: cache },
    change: (name, edit) => writeFileSync(find(name), edit(readFileSync(find(name), 'utf8'))),
  };
}

test('says again what it said, until something changes that it was made from', async () => {
  const files = { ...notes, '.gitignore': 'ignored/\n' };
  const root = createWorkspace(files);
  git(root, 'init', '-q');
  git(root, 'add', '.');
  git(root, 'commit', '-q', '-m', 'first');
  const { env, change } = keeper();
  const json = async (): Promise<string> => (await run(root, ['map', '--format', 'json'], env)).stdout;
  const first = await json();
  expect(await json()).toBe(first);
  // What is kept is marked: only who looks at the workspace anew says something else.
  const mark = (): void => change('map-json.json', (text) => text.replaceAll('listNotes', 'KEPT'));
  mark();
  expect(await json()).toContain('KEPT');
  // Saved again with the same text: nothing has changed.
  utimesSync(path.join(root, 'lib/db.ts'), new Date(0), new Date(0));
  writeIn(root, 'ignored/new.ts', 'export {};\n');
  expect(await json()).toContain('KEPT');
  expect(await run(root, ['map', '--format', 'json', '--no-cache'], env)).toMatchObject({ stdout: first });
  const service = 'lib/services/note.service.ts';
  const config = 'backend-specialist.config.json';
  for (const [file, text] of [
    // As long as before.
    [service, notes[service]?.replace('take: 20', 'take: 30')],
    ['lib/services/more.service.ts', notes[service]],
    [config, '{}'],
    [config, '{ "rules": {} }'],
    ['prisma/migrations/20260101000000_init/migration.sql', 'CREATE TABLE "A" ("id" TEXT);\n'],
  ] as const) {
    writeIn(root, file, text ?? '');
    expect(await json(), file).not.toContain('KEPT');
    mark();
  }
  expect(await json()).toContain('KEPT');
  // The migration is no new one any more.
  git(root, 'add', '.');
  git(root, 'commit', '-q', '-m', 'second');
  const committed = await json();
  expect(committed).not.toContain('KEPT');
  expect(committed).toBe((await run(root, ['map', '--format', 'json', '--no-cache'], env)).stdout);
}, 120_000);

test('what is kept of one command is not said by another, and damage to it costs nothing', async () => {
  const root = createWorkspace(notes);
  const { env, change } = keeper();
  expect(await run(root, ['map', '--check'], env)).toMatchObject({ code: 1, stdout: `${MAP}: missing\n` });
  expect(await run(root, ['map', '--check'], env)).toMatchObject({ code: 1, stdout: `${MAP}: missing\n` });
  expect(await run(root, ['map', '--write'], env)).toMatchObject({ stdout: `${MAP}: written\n` });
  for (const text of ['', '{"key"', 'null', '{"out":"x","code":0,"reads":{}}']) {
    expect(await run(root, ['map', '--check'], env)).toMatchObject({ code: 0, stdout: '' });
    change('map-check.json', () => text);
  }
  expect(await run(root, ['map', '--write'], env)).toMatchObject({ stdout: `${MAP}: up to date\n` });
  expect(await run(root, ['map', '--write'], env)).toMatchObject({ stdout: `${MAP}: up to date\n` });
  writeFileSync(path.join(root, MAP), read(root).replace('| session |', '| none |'));
  expect(await run(root, ['map', '--check'], env)).toMatchObject({ code: 1 });
  expect((await run(root, ['map', '--write'], env)).stdout).toContain('updated, 1 change');
}, 120_000);
