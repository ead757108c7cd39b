/** What holds for any text that people put into a map, and for any change of the code. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { MAP, notes, open, openWith } from './kit.ts';

let fresh = '';
beforeAll(async () => {
  fresh = (await open()).map().next;
});

/** Lines that people write, and some that they write by mistake. */
const line = fc.oneof(
  fc.constantFrom(
    '',
    'A sentence.',
    '- an item',
    '  - deeper',
    '## A heading',
    '## Environment',
    '| a | b |',
    '| --- | --- |',
    '| `saveNote` | x |',
    '> quoted',
    '    code',
    '***',
    '====',
    '<!-- a comment -->',
    '<div>',
    '</div>',
    '`',
    '\\',
    '[x]: y',
    '1. one',
    '\tx',
  ),
  fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
);

/** Places in the text that lie in no generated part. */
function freePlaces(lines: readonly string[]): number[] {
  const out: number[] = [];
  let isInside = false;
  lines.forEach((text, at) => {
    if (text.startsWith('<!-- backend-map:start')) isInside = true;
    if (!isInside) out.push(at);
    if (text.startsWith('<!-- backend-map:end')) isInside = false;
  });
  return out;
}

function insert(text: string, added: readonly (readonly [number, string])[]): string {
  const lines = text.split('\n');
  const places = freePlaces(lines);
  const placed = added.map(([place, more]) => ({ at: places[place % places.length] ?? 0, more }));
  for (const { at, more } of placed.toSorted((a, b) => b.at - a.at)) lines.splice(at, 0, more);
  return lines.join('\n');
}

/** All that stands outside of generated parts. */
const outside = (text: string): string =>
  text.replaceAll(/<!-- backend-map:start (\S+) -->[\s\S]*?<!-- backend-map:end \1 -->/g, '[part]');

const texts = fc.array(fc.tuple(fc.nat(10_000), line), { maxLength: 8 });

test('writing twice is writing once, and what people wrote between the parts is still there byte for byte', async () => {
  const { engine, map } = await open();
  const service = 'lib/services/note.service.ts';
  const before = engine.text(service) ?? '';
  fc.assert(
    fc.property(texts, fc.boolean(), (added, changes) => {
      engine.update([
        { file: service, text: before },
        { file: MAP, text: insert(fresh, added) },
      ]);
      const theirs = outside(map().next);
      if (changes)
        engine.update([
          { file: service, text: before.replace('prisma.note.create(', 'prisma.user.create(') },
        ]);
      const once = map();
      // A fence or a tag that is never closed hides what comes behind it: nothing is touched then.
      engine.update([{ file: MAP, text: once.next }]);
      expect(outside(once.next)).toBe(theirs);
      expect(map().next).toBe(once.next);
      if (once.stale.every(({ edits }) => edits.length > 0)) expect(map().stale).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('every line that people add between the parts is kept', async () => {
  const { engine, map } = await open();
  fc.assert(
    fc.property(texts, (added) => {
      engine.update([{ file: MAP, text: insert(fresh, added) }]);
      const after = map().next.split('\n');
      for (const [, text] of added) expect(after).toContain(text);
    }),
    { numRuns: 100 },
  );
});

test('any cell in columns of people survives a change of its line', async () => {
  const { engine, map } = await open();
  const file = 'lib/actions/note.actions.ts';
  const code = notes[file] ?? '';
  const cell = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\r\n|\\]/g, ' ').trim());
  fc.assert(
    fc.property(cell, cell, (purpose, note) => {
      const text = fresh
        .replace('| Revalidates |\n|', '| Revalidates | Ours |\n| --- |')
        .replace(
          /\| `saveNote` \| (\S+) \| {2}\|(.*)\n/,
          (_, path: string, rest: string) => `| \`saveNote\` | ${path} | ${purpose} |${rest} ${note} |\n`,
        );
      engine.update([
        { file, text: code.replace("revalidatePath('/notes')", "revalidatePath('/other')") },
        { file: MAP, text },
      ]);
      const found =
        map()
          .next.split('\n')
          .find((candidate) => candidate.startsWith('| `saveNote`')) ?? '';
      expect(found).toContain('| `/other` |');
      expect(found).toContain(`) | ${purpose} | \`noteSchema\``);
      expect(found.endsWith(`| ${note} |`)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('any text at all is read, and written without an exception', async () => {
  const { engine, map } = await openWith('');
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          line,
          fc.constantFrom(...fresh.split('\n'), '<<<<<<< a', '=======', '>>>>>>> b', '```', '<!--', '\r'),
        ),
        { maxLength: 40 },
      ),
      (lines) => {
        engine.update([{ file: MAP, text: lines.join('\n') }]);
        const once = map().next;
        engine.update([{ file: MAP, text: once }]);
        const twice = map().next;
        engine.update([{ file: MAP, text: twice }]);
        expect(map().next).toBe(twice);
      },
    ),
    { numRuns: 150 },
  );
});
